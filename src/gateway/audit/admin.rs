//! The record of what an administrator does.

use std::sync::Arc;

use super::{Execution, Hashed};
use crate::audit::Leave;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::model::{AuditActor, AuditKind, AuditStatus, Face, Origin, Principal, ServerName, TenantId, shortened};

/// What an administrator wants done. No value of it: its route, and names.
#[derive(Clone, Debug)]
pub struct Deed {
    /// Whose it is; the configured tenant where there is none of this id in the end.
    pub tenant: TenantId,
    /// Who wants it; `None` before anybody is known.
    pub who: Option<Arc<str>>,
    /// Method and path, with the names of its parameters in place of their values.
    pub route: String,
    /// What it is about.
    pub object: String,
    /// The server that it is about.
    pub server: Option<ServerName>,
    /// The request.
    pub request_id: Arc<str>,
}

/// Something an administrator wants done, under way. What is dropped before its end was not waited for, and is recorded
/// as that.
pub struct Administration {
    execution: Execution,
    wanted: TenantId,
    /// Refusals before this one that were not recorded.
    repeated: u64,
}

impl Gateway {
    /// An administrator begins something; `None` where it is not recorded, because somebody who is not known asks again
    /// and again.
    ///
    /// # Errors
    /// When its record cannot be kept, and nothing may be changed without.
    pub fn administer(&self, deed: Deed) -> Result<Option<Administration>> {
        let own = &self.config.tenant;
        let repeated = match &deed.who {
            Some(_) => 0,
            None => match self.limited.pass(own) {
                Some(repeated) => repeated,
                None => return Ok(None),
            },
        };
        let actor = deed.who.unwrap_or_else(|| "anonymous".into());
        let origin = Origin { request_id: deed.request_id, face: Face::Admin, actor: Some(actor) };
        let operator = Principal::operator(own.clone());
        let mut execution = self.execution(&operator, AuditKind::Admin, &origin, Hashed::default());
        if !execution.noted.is_recorded {
            execution.record(AuditStatus::Unavailable, Hashed::default(), repeated);
            return Err(Leave::denied());
        }
        execution.noted.tool = shortened(&deed.route);
        execution.noted.object = deed.object;
        execution.noted.server = deed.server;
        Ok(Some(Administration { execution, wanted: deed.tenant, repeated }))
    }

    /// Ends it; `who`: who it was, where that is known by now.
    pub async fn administered(&self, mut done: Administration, status: AuditStatus, who: Option<&str>) {
        if let Some(who) = who {
            done.execution.actor = AuditActor::new(who, "");
        }
        // A record of a tenant that is not there could not be stored. Of a store that is away, nothing is asked.
        if status != AuditStatus::Unavailable {
            if self.has_tenant(&done.wanted).await.unwrap_or(false) {
                done.execution.tenant = done.wanted;
            } else if let Err(error) = self.store.provision(&self.config.tenant).await {
                tracing::warn!(
                    error = error.chain(),
                    "the configured tenant, whose records these are, is not made yet"
                );
            }
        }
        done.execution.record(status, Hashed::default(), done.repeated);
    }
}
