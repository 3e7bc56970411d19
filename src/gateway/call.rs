//! One call, from the name to the answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::audit::arguments_of;
use super::shield::parsed;
use super::{Gateway, contained, resolve};
use crate::auth::Action;
use crate::catalog::Listed;
use crate::error::{Error, Kind, Result};
use crate::model::{AuditKind, AuditTokens, Noted, Origin, Principal, RawJson, RawObject, ServerName, TenantId};
use crate::telemetry::Stop;
use crate::telemetry::metrics::METRICS;
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
    /// Calls a tool; whatever comes of it, the audit trail has its record before this returns.
    ///
    /// # Errors
    /// Unknown or ambiguous names, malformed arguments, and what keeps the server from answering. An answer
    /// of the server is a [`Reply`], also when it is an error.
    pub async fn call(&self, principal: &Principal, call: &CallRequest<'_>) -> Result<Reply> {
        let (origin, arguments) = (&call.caller.origin, arguments_of(call.params));
        let mut execution = self.begin(principal, AuditKind::ToolCall, origin, arguments).await;
        let outcome = contained(self.called(principal, call, &mut execution.noted)).await;
        self.end(execution, &outcome).await;
        outcome
    }

    /// Calls a tool as the operator, who tries it out; what it answers, its own failure included.
    ///
    /// # Errors
    /// As [`Self::call`]; [`Kind::UpstreamError`] for a protocol error that the server answers.
    pub async fn try_tool(
        &self,
        tenant: &TenantId,
        server: &ServerName,
        tool: &str,
        params: &RawObject<'_>,
        timeout: Duration,
        origin: Origin,
    ) -> Result<RawJson> {
        let operator = Arc::new(Principal::operator(tenant.clone()));
        if let Err(refused) = self.check_enabled(tenant, server).await {
            let mut execution = self.begin(&operator, AuditKind::ToolCall, &origin, arguments_of(params)).await;
            tool.clone_into(&mut execution.noted.tool);
            self.end_here(execution, Some(&refused));
            return Err(refused);
        }
        let caller = &Caller::of(&operator).asking(origin);
        let call = CallRequest { name: tool, server: Some(server.as_str()), params, timeout: Some(timeout), caller };
        match self.call(&operator, &call).await? {
            Reply::Result(result) => Ok(result),
            Reply::Error(error) => {
                let said: serde_json::Value = error.parse().unwrap_or_default();
                let said = said["message"].as_str().unwrap_or("no message");
                let what = format!("server `{server}` answered with a protocol error: {said}");
                Err(Error::new(Kind::UpstreamError, what))
            }
        }
    }

    async fn check_enabled(&self, tenant: &TenantId, server: &ServerName) -> Result<()> {
        if self.registry.get(tenant, server).await?.is_enabled {
            return Ok(());
        }
        Err(Error::new(Kind::Refused, format!("server `{server}` is disabled"))
            .help(format!("enable it with `mcpgw server enable {server}`")))
    }

    /// The stops of a call, in order: resolve and authorize (what the caller may not see does not exist), check that it
    /// can be recorded, check the arguments' shape, guard them, look among the answers already given, call the server,
    /// guard its answer, keep it.
    async fn called(&self, principal: &Principal, call: &CallRequest<'_>, noted: &mut Noted) -> Result<Reply> {
        let started = Instant::now();
        #[cfg(feature = "failpoints")]
        fail::fail_point!("call");
        call.name.clone_into(&mut noted.tool);
        let view = self.catalog.view(&principal.tenant).await?;
        let listed = Stop::Authorize.pass(|| resolve(&view, principal, call.name, call.server, Action::Call))?;
        let has_own_policies = !view.policies().is_shipped();
        drop(view);
        note_tool(noted, &listed);
        self.check_recorded(noted, &listed)?;
        if call.params.get("arguments").is_some_and(|arguments| !arguments.get().starts_with('{')) {
            return Err(Error::invalid(format!("the arguments of `{}` are no object", listed.exposed))
                .data(serde_json::json!({ "errors": [{ "pointer": "/arguments", "rule": "type: object" }] })));
        }
        let timeout = call.timeout.unwrap_or_else(|| listed.server.timeout(self.config.upstream.timeout));
        let (server, tool) = (&listed.server, listed.tool.name.as_str());
        let masked = self.guard_params(server, Some(tool), call.params, noted).await?;
        let masked = parsed(masked.as_deref())?;
        let request = &Request {
            method: "tools/call",
            params: masked.as_ref().unwrap_or(call.params),
            target: Some(Target { member: "name", value: &listed.tool.name }),
            param_headers: &listed.param_headers,
            caller: call.caller,
            deadline: started + timeout,
        };
        let within = &mut *noted;
        let ask = move || async move {
            // Who hears of nothing but the answer hears of no task before it.
            let _calling = call.caller.relay.as_ref().map(|_| self.tasks.calling(principal, &server.name, tool));
            let asked = Instant::now();
            let reply = Stop::Downstream.wait(self.forward(principal, server, request)).await;
            within.upstream_ms = Some(asked.elapsed().as_secs_f64() * 1e3);
            let reply = self.guard_reply(server, Some(tool), reply?, within).await?;
            self.with_task_ids(principal, server, tool, reply).await
        };
        // Two calls that differ in what was masked ask the same, and are still two.
        if masked.is_some() {
            return ask().await;
        }
        let deadline = request.deadline;
        let (cache, reply) = self.through_cache(principal, &listed, call, (has_own_policies, deadline), ask).await;
        METRICS.cache_lookup(cache.as_str());
        noted.is_cached = cache.is_hit();
        reply
    }
}

/// Which tool it is, and what its definition costs.
fn note_tool(noted: &mut Noted, listed: &Listed) {
    noted.server = Some(listed.server.name.clone());
    listed.tool.name.clone_into(&mut noted.tool);
    let span = tracing::Span::current();
    span.record("server.name", listed.server.name.as_str());
    span.record("tool.name", listed.tool.name.as_str());
    noted.tokens = Some(AuditTokens { catalog: None, shown: listed.tokens() as u64 });
}
