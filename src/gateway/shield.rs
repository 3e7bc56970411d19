//! The guardrails around what goes to a server and what comes back.

use std::fmt::Write as _;

use serde_json::value::RawValue;

use super::{Gateway, forward::raw_value};
use crate::error::{Error, Result};
use crate::guardrails::{Allowed, Checked, Direction, Guarded, all_categories, category_named, rules_version};
use crate::model::{
    AuditSpan, Noted, ObjectWriter, Principal, RawJson, RawObject, Server, ServerName, TenantId, Tool, ToolId,
};
use crate::store::Collection;
use crate::telemetry::Stop;
use crate::telemetry::metrics::METRICS;
use crate::upstream::Reply;

/// What a caller gives a server in its parameters; the rest is the protocol's.
const GIVEN: [&str; 2] = ["arguments", "inputResponses"];

/// A report of progress without a message.
const PROGRESS_BYTES: usize = 96;

/// Notes what was found in a part of an exchange, let through or not.
fn note(noted: &mut Noted, part: &'static str, guarded: Result<Guarded>) -> Result<Guarded> {
    match &guarded {
        Ok(guarded) => {
            if guarded.masked.is_some() {
                METRICS.finding(part, "redacted");
            }
            for (start, end, what) in &guarded.spans {
                let (part, what) = (part.to_owned(), (*what).to_owned());
                noted.found(&what.clone(), AuditSpan { part, start: *start as u64, end: *end as u64, what });
            }
        }
        Err(error) => {
            METRICS.finding(part, "blocked");
            let categories = error.details().and_then(|data| data["categories"].as_array()).into_iter().flatten();
            noted.categories.extend(categories.filter_map(|category| category.as_str().map(str::to_owned)));
        }
    }
    guarded
}

/// Parameters that were written anew.
pub(super) fn parsed(params: Option<&RawValue>) -> Result<Option<RawObject<'_>>> {
    let read = |params| RawObject::parse(params).map_err(|error| Error::internal("parameters").source(error));
    params.map(read).transpose()
}

impl Gateway {
    /// The caller's parameters as the server may have them; `None` where that is as they are.
    ///
    /// # Errors
    /// [`crate::error::Kind::Blocked`].
    pub(super) async fn guard_params(
        &self,
        server: &Server,
        tool: Option<&str>,
        params: &RawObject<'_>,
        noted: &mut Noted,
    ) -> Result<Option<Box<RawValue>>> {
        let Some(chain) = &self.guardrails else { return Ok(None) };
        let allowed = Allowed(server.guardrails.allowed(tool));
        let mut masked: Vec<(&str, RawJson)> = Vec::new();
        for name in GIVEN {
            let Some(given) = params.get(name) else { continue };
            let guarded = note(
                noted,
                "arguments",
                Stop::Guardrails.wait(chain.guard(given.get(), Direction::Arguments, &allowed)).await,
            )?;
            masked.extend(guarded.masked.map(|json| (name, json)));
        }
        if masked.is_empty() {
            return Ok(None);
        }
        let mut writer = ObjectWriter::new(1024);
        for (name, value) in params.iter() {
            let value = masked.iter().find(|(other, _)| *other == name).map_or(value.get(), |(_, json)| json.as_str());
            writer.raw(name, value.as_bytes());
        }
        raw_value(&writer.finish()).map(Some)
    }

    /// A server's answer as the caller may have it.
    ///
    /// # Errors
    /// [`crate::error::Kind::Blocked`].
    pub(super) async fn guard_reply(
        &self,
        server: &Server,
        tool: Option<&str>,
        reply: Reply,
        noted: &mut Noted,
    ) -> Result<Reply> {
        let Some(chain) = &self.guardrails else { return Ok(reply) };
        let (Reply::Result(json) | Reply::Error(json)) = &reply;
        let allowed = Allowed(server.guardrails.allowed(tool));
        let guarded = note(
            noted,
            "result",
            Stop::Guardrails.wait(chain.guard(json.as_str(), Direction::Result, &allowed)).await,
        )?;
        let Some(masked) = guarded.masked else { return Ok(reply) };
        Ok(match reply {
            Reply::Result(_) => Reply::Result(masked),
            Reply::Error(_) => Reply::Error(masked),
        })
    }

    /// The parameters of a message of `server`, as the caller may have them: with what may pass, and the ids of tasks as
    /// the caller knows them.
    ///
    /// # Errors
    /// [`crate::error::Kind::Blocked`], and when the key that seals ids cannot be read.
    pub async fn server_says(
        &self,
        principal: &Principal,
        server: &ServerName,
        method: &str,
        params: RawJson,
    ) -> Result<RawJson> {
        let params = match &self.guardrails {
            // Nothing that a model reads is as short as a report of progress.
            Some(chain) if method != "notifications/progress" || params.bytes().len() > PROGRESS_BYTES => {
                let view = self.catalog.view(&principal.tenant).await?;
                let rules = view.servers().find(|each| each.name == *server).map(|each| each.guardrails.allowed(None));
                let allowed = Allowed(rules.unwrap_or_default());
                chain.guard(params.as_str(), Direction::Result, &allowed).await?.masked.unwrap_or(params)
            }
            _ => params,
        };
        self.about_task(principal, server, method, params).await
    }

    /// What is let through of a server's texts, or of one of its tools; `wanted` replaces it. And whether that changed it.
    ///
    /// # Errors
    /// Unknown servers, tools and categories.
    pub async fn allow_categories(
        &self,
        tenant: &TenantId,
        server: &ServerName,
        tool: Option<&str>,
        wanted: Option<&[String]>,
    ) -> Result<(Vec<String>, bool)> {
        let known = self.registry.get(tenant, server).await?;
        if let Some(tool) = tool
            && !Collection::<Tool>::of_tenant(&self.store, tenant).contains(ToolId::new(server, tool).as_str()).await?
        {
            return Err(Error::not_found(format!("there is no tool `{tool}` of server `{server}`"))
                .help(format!("list its tools with `mcpgw catalog list --server {server}`")));
        }
        let Some(wanted) = wanted else {
            let own = tool.map_or(Some(&known.guardrails.allow), |tool| known.guardrails.tools.get(tool));
            return Ok((own.cloned().unwrap_or_default(), false));
        };
        let mut categories = Vec::with_capacity(wanted.len());
        for category in wanted {
            let found = category_named(category).ok_or_else(|| {
                let names: Vec<&str> = all_categories().collect();
                Error::invalid(format!("`{category}` is no category")).help(format!("one of {}", names.join(", ")))
            })?;
            categories.push(found.to_owned());
        }
        categories.sort_unstable();
        categories.dedup();
        let changed = self.registry.set_allowed(tenant, server, tool, &categories).await?;
        Ok((categories, changed))
    }

    /// Has the rules ready before the first call wants them.
    pub async fn warm_up_guardrails(&self) {
        if let Some(chain) = &self.guardrails {
            // Something for each rule to look at, and nothing to be compared with known attacks.
            chain
                .check("ann@example.com 4111 1111 1111 1111 +44 20 7946 0000 key=x 192.0.2.1 ::", Direction::Result)
                .await;
        }
    }

    /// What the guardrails do to a text.
    ///
    /// # Errors
    /// [`crate::error::Kind::Refused`] where there are none.
    pub async fn check_text(&self, text: &str, direction: Direction) -> Result<Checked> {
        let off = || {
            Error::new(crate::error::Kind::Refused, "the guardrails are off")
                .help("GUARDRAILS_ENABLED=true puts them on")
        };
        Ok(self.guardrails.as_ref().ok_or_else(off)?.check(text, direction).await)
    }

    /// What the guardrails do, in a word: another one where the same answer might come out otherwise.
    pub fn guardrail_version(&self, server: &Server, tool: &str) -> String {
        let config = &self.config.guardrails;
        if !config.is_enabled {
            return "off".to_owned();
        }
        let mut version = format!("{} {:?} {:?}", rules_version(), config.mode, config.semantic_threshold);
        // Writing into a string cannot fail.
        let _ = write!(version, " {} {}", config.ner.is_some(), self.signatures.generation());
        for category in server.guardrails.allowed(Some(tool)) {
            let _ = write!(version, " {category}");
        }
        version
    }
}
