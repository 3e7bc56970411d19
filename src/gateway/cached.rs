//! The answer that was given before, in place of a call.

use std::time::{Duration, Instant};

use serde_json::value::RawValue;

use super::Gateway;
use super::call::CallRequest;
use crate::cache::{Asking, CacheUse, Found, Keys, Next, Question, Rule, keepable};
use crate::catalog::Listed;
use crate::error::Result;
use crate::model::{Principal, RawObject};
use crate::telemetry::Stop;
use crate::upstream::Reply;

/// Members of a call's parameters that the key of its answer knows. A call with any other (a task, the answers to
/// questions) is made.
const KNOWN: [&str; 4] = ["name", "server", "arguments", "_meta"];
/// What a caller says about its request, and not about what it asks: these change no answer.
const ABOUT_REQUEST: [&str; 7] = [
    "progressToken",
    "traceparent",
    "tracestate",
    "baggage",
    "io.modelcontextprotocol/protocolVersion",
    "io.modelcontextprotocol/clientInfo",
    "io.modelcontextprotocol/logLevel",
];
/// Capabilities are part of every key by themselves.
const CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";

/// A call whose answer may be one that was given before, or be given again.
pub(super) struct Cachable<'a> {
    rule: Rule<'a>,
    keys: Keys,
    is_personal: bool,
}

impl Gateway {
    /// What `call` answers from what was kept, or keeps of it, and which of them. `has_own_policies`: the tenant decides by
    /// more than scopes what a caller may do.
    pub(super) async fn through_cache<F: Future<Output = Result<Reply>>>(
        &self,
        principal: &Principal,
        listed: &Listed,
        call: &CallRequest<'_>,
        (has_own_policies, deadline): (bool, Instant),
        ask: impl FnOnce() -> F,
    ) -> (CacheUse, Result<Reply>) {
        let _writing = self.cache.writing(&principal.tenant, &listed.server, &listed.tool);
        let Some(cachable) = self.cachable(principal, listed, call, has_own_policies) else {
            return (CacheUse::Off, ask().await);
        };
        if let Some(found) = Stop::Cache.pass(|| self.cache.remembered(&cachable.keys)) {
            return replied(found);
        }
        let asking = match self.cache.next(&cachable.keys) {
            Next::Ask(asking) => asking,
            Next::Wait(others) => {
                let told = tokio::time::timeout_at(deadline.into(), others.answer()).await;
                return match told.ok().flatten() {
                    Some(found) => replied(found),
                    None => (CacheUse::Miss, ask().await),
                };
            }
        };
        self.look_or_ask(principal, listed, call, (&cachable, asking), ask).await
    }

    async fn look_or_ask<F: Future<Output = Result<Reply>>>(
        &self,
        principal: &Principal,
        listed: &Listed,
        call: &CallRequest<'_>,
        (cachable, mut asking): (&Cachable<'_>, Asking<'_>),
        ask: impl FnOnce() -> F,
    ) -> (CacheUse, Result<Reply>) {
        let spaces = self.spaces.now();
        if let Some(found) =
            Stop::Cache.wait(asking.look(&principal.tenant, &listed.server.name, &spaces.current)).await
        {
            return replied(found);
        }
        let reply = ask().await;
        if let Ok(Reply::Result(result)) = &reply
            && !call.caller.asked.is_set()
            && let Some(longest) = keepable(result, cachable.is_personal)
        {
            let ttl: Duration = cachable.rule.ttl.min(longest);
            asking.keep(&principal.tenant, (&listed.server, &listed.tool), result, ttl, &spaces.current);
        }
        (CacheUse::Miss, reply)
    }

    /// `None` for a call that is made whatever was answered before.
    fn cachable<'a>(
        &self,
        principal: &Principal,
        listed: &'a Listed,
        call: &CallRequest<'_>,
        has_own_policies: bool,
    ) -> Option<Cachable<'a>> {
        let rule = self.cache.rule(&listed.server, &listed.tool)?;
        if call.params.iter().any(|(name, _)| !KNOWN.contains(&name)) {
            return None;
        }
        let caller = call.caller;
        let needs_its_own = caller.needs_its_own();
        // What such a caller is asked cannot be seen; and roots are asked for whenever the server likes, and change.
        let is_hidden = caller.relay.is_none()
            || (caller.offers("roots") && !self.pool.is_modern(&principal.tenant, &listed.server));
        if needs_its_own && is_hidden {
            return None;
        }
        let is_personal = has_own_policies || needs_its_own || listed.server.sign_in().is_some();
        let meta = call.params.read::<RawObject<'_>>("_meta").ok()?.unwrap_or_default();
        let meta: Vec<(&str, &RawValue)> =
            meta.iter().filter(|(name, _)| !ABOUT_REQUEST.contains(name) && *name != CAPABILITIES).collect();
        let capabilities: &RawValue = serde_json::from_str(caller.capabilities.as_str()).ok()?;
        let session = caller.session.as_ref().filter(|_| needs_its_own).map(|session| session.0.as_ref());
        let guardrails = self.guardrail_version(&listed.server, &listed.tool.name);
        let keys = Question {
            principal,
            is_personal,
            client: (capabilities, session),
            server: &listed.server,
            tool: &listed.tool,
            guardrails: &guardrails,
            arguments: call.params.get("arguments"),
            meta: &meta,
            semantic_arguments: rule.semantic_arguments,
            since: self.cache.written_at(&principal.tenant, &listed.server),
        }
        .keys()?;
        Some(Cachable { rule, keys, is_personal })
    }
}

fn replied((result, how): Found) -> (CacheUse, Result<Reply>) {
    (how, Ok(Reply::Result(result)))
}
