//! Whose eyes an operator looks through: the caller of a search or a decision that is tried.

use super::Ui;
use crate::error::Result;
use crate::gateway::Assumed;
use crate::model::Principal;

/// What is said of the caller. Nothing at all is the operator.
#[derive(Clone, Debug, Default)]
pub(super) struct Caller {
    pub(super) subject: String,
    pub(super) scopes: Vec<String>,
    pub(super) roles: Vec<String>,
    pub(super) groups: Vec<String>,
}

impl Caller {
    /// `?subject=`, and the lists `?scopes=`, `?roles=` and `?groups=`.
    pub(super) fn asked(ui: &Ui) -> Self {
        Self {
            subject: ui.asked("subject").unwrap_or_default(),
            scopes: ui.listed("scopes"),
            roles: ui.listed("roles"),
            groups: ui.listed("groups"),
        }
    }

    pub(super) fn is_operator(&self) -> bool {
        self.subject.is_empty() && self.scopes.is_empty() && self.roles.is_empty() && self.groups.is_empty()
    }

    /// Who that is to the tenant that is looked at.
    pub(super) async fn principal(&self, ui: &Ui) -> Result<Principal> {
        let assumed = Assumed {
            subject: (!self.subject.is_empty()).then(|| self.subject.clone()),
            roles: self.roles.iter().cloned().collect(),
            groups: self.groups.iter().cloned().collect(),
            scopes: (!self.scopes.is_empty()).then(|| self.scopes.iter().cloned().collect()),
        };
        ui.app.gateway.assumed(assumed, ui.tenant.clone()).await
    }
}
