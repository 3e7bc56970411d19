//! Who is calling, and what they may see.

use std::collections::{BTreeMap, BTreeSet};

use super::TenantId;

/// What a caller may discover and call.
///
/// A tool is visible when one of its scopes is held. A tool without scopes is visible only to
/// [`Scopes::All`]: absence denies.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Scopes {
    /// No restriction: the operator on the store, or a gateway that runs with `AUTH_MODE=disabled`.
    All,
    /// Just these.
    Only(BTreeSet<String>),
}

impl Scopes {
    /// From a comma-separated list; blank parts are dropped, so the empty text holds nothing.
    pub fn from_list(list: &str) -> Self {
        Self::Only(list.split(',').map(str::trim).filter(|scope| !scope.is_empty()).map(str::to_owned).collect())
    }

    /// Whether something that carries `required` is visible.
    pub fn allow(&self, required: &[String]) -> bool {
        match self {
            Self::All => true,
            Self::Only(held) => required.iter().any(|scope| held.contains(scope)),
        }
    }
}

/// A caller, bound to one tenant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Principal {
    /// Whose catalog and servers.
    pub tenant: TenantId,
    /// Who vouches for the caller; empty where nobody does.
    pub issuer: String,
    /// Stable id of the caller within the tenant.
    pub subject: String,
    /// What they may see.
    pub scopes: Scopes,
    /// What they are, beyond what they may see: `platform:admin` may administer.
    pub roles: BTreeSet<String>,
    /// What else is known of them, for policies.
    pub attributes: BTreeMap<String, String>,
}

impl Principal {
    /// The operator working on the store itself: unrestricted within `tenant`.
    pub fn operator(tenant: TenantId) -> Self {
        Self {
            tenant,
            issuer: String::new(),
            subject: "operator".to_owned(),
            scopes: Scopes::All,
            roles: BTreeSet::new(),
            attributes: BTreeMap::new(),
        }
    }

    /// Whether both are the same caller: tenant, issuer and subject.
    pub fn identity_is(&self, other: &Self) -> bool {
        self.subject == other.subject && self.issuer == other.issuer && self.tenant == other.tenant
    }

    /// Tenant, issuer and subject: what a session or a state that we handed out is bound to.
    pub fn identity(&self) -> String {
        // Lengths keep the parts apart, whatever they hold.
        format!("{}:{}{}:{}{}", self.tenant.as_str().len(), self.tenant, self.issuer.len(), self.issuer, self.subject)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absence_denies() {
        let none = Scopes::from_list(" , ");
        assert!(!none.allow(&[]));
        assert!(!none.allow(&["orders".to_owned()]));
        let orders = Scopes::from_list("orders, weather");
        assert!(orders.allow(&["orders".to_owned()]));
        assert!(!orders.allow(&["orders:write".to_owned()]));
        assert!(!orders.allow(&[]));
        assert!(Scopes::All.allow(&[]));
    }
}
