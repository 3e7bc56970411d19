//! One call, from the name to the answer.

use std::time::{Duration, Instant};

use super::{Gateway, resolve};
use crate::error::{Error, Kind, Result};
use crate::model::{Principal, RawObject};
use crate::upstream::{Reply, Request};

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
        let listed = resolve(&view, principal, call.name, call.server)?;
        drop(view);
        if call.params.get("arguments").is_some_and(|arguments| !arguments.get().starts_with('{')) {
            return Err(Error::invalid(format!("the arguments of `{}` are no object", listed.exposed))
                .data(serde_json::json!({ "errors": [{ "pointer": "/arguments", "rule": "type: object" }] })));
        }
        let timeout = call.timeout.unwrap_or_else(|| listed.server.timeout(self.config.upstream.timeout));
        let request = Request {
            method: "tools/call",
            params: call.params,
            name: Some(&listed.tool.name),
            deadline: started + timeout,
        };
        let outcome = match self.pool.get(&principal.tenant, &listed.server) {
            Ok(upstream) => upstream.request(&request).await,
            // Policy and configuration are the operator's business, not the caller's.
            Err(error) => {
                Err(Error::new(Kind::UpstreamUnavailable, format!("server `{}` is not available", listed.server.name))
                    .source(error))
            }
        };
        match &outcome {
            Ok(_) => tracing::debug!(
                server.name = %listed.server.name, tool.name = listed.tool.name,
                duration_ms = started.elapsed().as_secs_f64() * 1e3, "called"
            ),
            Err(error) => tracing::info!(
                server.name = %listed.server.name, tool.name = listed.tool.name, error = error.chain(),
                duration_ms = started.elapsed().as_secs_f64() * 1e3, "call failed"
            ),
        }
        outcome
    }
}
