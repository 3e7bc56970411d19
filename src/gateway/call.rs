//! One call, from the name to the answer.

use std::time::{Duration, Instant};

use super::{Gateway, resolve};
use crate::auth::Action;
use crate::error::{Error, Result};
use crate::model::{Principal, RawObject};
use crate::upstream::{Caller, Reply, Request, Target};

/// Longest tool name that is looked up.
pub const MAX_NAME_BYTES: usize = 1100;

/// A call of a tool.
pub struct CallRequest<'a> {
    /// `server__tool`, or a bare name that exactly one visible server owns.
    pub name: &'a str,
    /// Narrows a bare name to one server.
    pub server: Option<&'a str>,
    /// The caller's parameters as they came: `arguments`, `_meta` and whatever else they hold.
    pub params: &'a RawObject<'a>,
    /// Replaces the server's deadline.
    pub timeout: Option<Duration>,
    /// What the caller can be asked, and where it hears of progress.
    pub caller: &'a Caller,
}

impl Gateway {
    /// Calls a tool. The stops, in order: resolve and authorize (what the caller may not see does not
    /// exist), check the arguments' shape, call the server.
    ///
    /// # Errors
    /// Unknown or ambiguous names, malformed arguments, and what keeps the server from answering. An answer
    /// of the server is a [`Reply`], also when it is an error.
    pub async fn call(&self, principal: &Principal, call: &CallRequest<'_>) -> Result<Reply> {
        let started = Instant::now();
        let view = self.catalog.view(&principal.tenant).await?;
        let listed = resolve(&view, principal, call.name, call.server, Action::Call)?;
        drop(view);
        if call.params.get("arguments").is_some_and(|arguments| !arguments.get().starts_with('{')) {
            return Err(Error::invalid(format!("the arguments of `{}` are no object", listed.exposed))
                .data(serde_json::json!({ "errors": [{ "pointer": "/arguments", "rule": "type: object" }] })));
        }
        let timeout = call.timeout.unwrap_or_else(|| listed.server.timeout(self.config.upstream.timeout));
        let request = Request {
            method: "tools/call",
            params: call.params,
            target: Some(Target { member: "name", value: &listed.tool.name }),
            param_headers: &listed.param_headers,
            caller: call.caller,
            deadline: started + timeout,
        };
        // Who hears of nothing but the answer hears of no task before it.
        let (server, tool) = (&listed.server, listed.tool.name.as_str());
        let _calling = call.caller.relay.as_ref().map(|_| self.tasks.calling(principal, &server.name, tool));
        let reply = self.forward(principal, server, &request).await?;
        self.with_task_ids(principal, server, tool, reply).await
    }
}
