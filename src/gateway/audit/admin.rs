//! The record of what an administrator does.

use std::sync::Arc;

use super::{Execution, Hashed, Limited, status_of};
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
    pub who: Option<AuditActor>,
    /// Method and path, with the names of its parameters in place of their values.
    pub route: String,
    /// What it is about.
    pub object: String,
    /// The server that it is about.
    pub server: Option<ServerName>,
    /// The request.
    pub request_id: Arc<str>,
    /// By which way it came.
    pub face: Face,
}

/// Something an administrator wants done, under way. What is dropped before its end was not waited for, and is recorded
/// as that.
pub struct Administration {
    execution: Execution,
    wanted: TenantId,
    /// What failures of somebody who is not known, or was not let in, are counted by.
    anonymous: Option<Arc<Limited>>,
}

impl Administration {
    /// Whether it is recorded when it ends like this, and how many before it were not: who is not known and fails again
    /// and again must not fill the disk.
    fn pass(&self, status: AuditStatus) -> Option<u64> {
        match &self.anonymous {
            Some(limited) if status.is_error() => limited.pass(&self.execution.tenant),
            _ => Some(0),
        }
    }
}

impl Drop for Administration {
    fn drop(&mut self) {
        if self.execution.is_open() && self.pass(AuditStatus::Cancelled).is_none() {
            self.execution.forget();
        }
    }
}

impl Gateway {
    /// An administrator begins something.
    ///
    /// # Errors
    /// When its record cannot be kept, and nothing may be changed without.
    pub fn administer(&self, deed: Deed) -> Result<Administration> {
        let anonymous = deed.who.is_none().then(|| Arc::clone(&self.refusals.attempts));
        let actor = deed.who.unwrap_or_else(|| AuditActor::new("anonymous", ""));
        let origin = Origin { request_id: deed.request_id, face: deed.face, actor: Some(actor), traceparent: None };
        let operator = Principal::operator(self.config.tenant.clone());
        let mut execution = self.execution(&operator, AuditKind::Admin, &origin, Hashed::default());
        if !execution.noted.is_recorded {
            execution.record(AuditStatus::Unavailable, Hashed::default(), 0);
            return Err(Leave::denied());
        }
        execution.noted.tool = shortened(&deed.route);
        execution.noted.object = deed.object;
        execution.noted.server = deed.server;
        Ok(Administration { execution, wanted: deed.tenant, anonymous })
    }

    /// Ends it; `who`: who it was, where that is known by now.
    pub async fn administered(&self, mut done: Administration, status: AuditStatus, who: Option<AuditActor>) {
        if let Some(who) = who {
            done.execution.actor = who;
            done.anonymous = None;
        }
        let Some(repeated) = done.pass(status) else {
            done.execution.forget();
            return;
        };
        // Of a store that is away, nothing is asked.
        if status != AuditStatus::Unavailable {
            self.place(&mut done).await;
        }
        done.execution.record(status, Hashed::default(), repeated);
    }

    /// A record of a tenant that is not there could not be stored.
    async fn place(&self, done: &mut Administration) {
        if self.has_tenant(&done.wanted).await.unwrap_or(false) {
            done.execution.tenant = done.wanted.clone();
        } else if let Err(error) = self.store.provision(&self.config.tenant).await {
            tracing::warn!(error = error.chain(), "the configured tenant, whose records these are, is not made yet");
        }
    }

    /// Somebody was not let do it, and nothing of it began. Some of these are recorded each second and the others counted;
    /// whoever is refused does not wait for that.
    pub fn refused(self: &Arc<Self>, deed: Deed, status: AuditStatus) {
        let limit = if deed.who.is_some() { &self.refusals.known } else { &self.refusals.unknown };
        let Ok(mut refused) = self.administer(deed) else { return };
        refused.anonymous = Some(Arc::clone(limit));
        let Some(repeated) = refused.pass(status) else {
            refused.execution.forget();
            return;
        };
        // From here on it is recorded in any case.
        refused.anonymous = None;
        let gateway = Arc::clone(self);
        tokio::spawn(async move {
            gateway.place(&mut refused).await;
            refused.execution.record(status, Hashed::default(), repeated);
        });
    }

    /// Has the operator do something on the command line: `command` is which, `object` what it is done to.
    ///
    /// # Errors
    /// Those of `work`; when its record cannot be kept, and then nothing is done.
    pub async fn command<T>(&self, command: &str, object: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
        let operator = Principal::operator(self.config.tenant.clone());
        let begun = self.administer(Deed {
            who: Some(AuditActor::new(&operator.subject, &operator.issuer)),
            tenant: operator.tenant,
            route: command.to_owned(),
            object: shortened(object),
            server: None,
            request_id: Arc::default(),
            face: Face::Command,
        })?;
        let outcome = work.await;
        let status = outcome.as_ref().map_or_else(status_of, |_| AuditStatus::Ok);
        self.administered(begun, status, None).await;
        outcome
    }
}
