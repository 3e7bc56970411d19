//! As whom an operator looks.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Gateway;
use crate::error::Result;
use crate::model::{Principal, Scopes, TenantId};

/// Somebody whom an operator asks about, or looks as.
#[derive(Clone, Debug, Default)]
pub struct Assumed {
    /// Who; by this the tenant may know more of them.
    pub subject: Option<String>,
    /// What they are.
    pub roles: BTreeSet<String>,
    /// Their groups: as in a token, scopes too.
    pub groups: BTreeSet<String>,
    /// What they may see.
    pub scopes: Option<BTreeSet<String>>,
}

impl Assumed {
    /// The caller; the operator, who may see everything, where nothing at all is said of them.
    fn principal(self, tenant: TenantId) -> Principal {
        let operator = Principal::operator(tenant);
        let is_somebody =
            self.subject.is_some() || self.scopes.is_some() || !self.groups.is_empty() || !self.roles.is_empty();
        let scopes = self.scopes.into_iter().flatten().chain(self.groups).collect();
        Principal {
            subject: self.subject.unwrap_or_else(|| operator.subject.clone()),
            roles: self.roles,
            scopes: if is_somebody { Scopes::Only(scopes) } else { Scopes::All },
            ..operator
        }
    }
}

impl Gateway {
    /// The caller that is described, with what the tenant knows of them: as they would come by any other way.
    ///
    /// # Errors
    /// The store's.
    pub async fn assumed(&self, assumed: Assumed, tenant: TenantId) -> Result<Principal> {
        let principal = self.in_context(Arc::new(assumed.principal(tenant))).await?;
        Ok(Arc::unwrap_or_clone(principal))
    }
}
