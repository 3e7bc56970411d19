//! Definitions that are known, and what happens to those that are not.
//!
//! What a server says of its tools is read by models, so a definition that changes after it was looked at is a way in.
//! Every accepted definition is pinned by its hash; another one is kept back until an operator releases it, also where
//! the tool, or its server, was away in between.

use std::collections::HashMap;
use std::sync::Arc;

use similar::TextDiff;
use tokio::sync::OnceCell;

use crate::error::Result;
use crate::guardrails::{Chain, look};
use crate::model::{
    DefinitionPin, Quarantine, QuarantineReason, RawJson, ServerName, TenantId, Timestamp, Tool, ToolId, ToolStatus,
};
use crate::store::{Collection, Query, Store};
use crate::telemetry::metrics::METRICS;

/// What a sync judges the tools of one server by.
pub(super) struct Drift<'a> {
    chain: &'a Chain,
    pins: Collection<DefinitionPin>,
    known: HashMap<ToolId, DefinitionPin>,
    tools: Collection<Tool>,
    server: ServerName,
    /// What the names of other servers' tools look like: name and id. Read when a tool is new; most syncs have none.
    others: OnceCell<HashMap<String, (String, ToolId)>>,
    /// Nothing is known of the server: an operator has just added it.
    is_new_server: bool,
    accepted: Vec<DefinitionPin>,
}

impl<'a> Drift<'a> {
    pub(super) async fn open(
        chain: &'a Chain,
        store: &Arc<dyn Store>,
        tenant: &TenantId,
        server: &ServerName,
        present: &HashMap<ToolId, Tool>,
    ) -> Result<Self> {
        let pins = Collection::<DefinitionPin>::of_tenant(store, tenant);
        let found = pins.find(&Query::all().equals("server", server.as_str())).await?;
        let known: HashMap<_, _> = found.into_iter().map(|each| (each.value.id.clone(), each.value)).collect();
        let is_new_server = known.is_empty() && present.is_empty();
        let (tools, others) = (Collection::of_tenant(store, tenant), OnceCell::new());
        Ok(Self { chain, pins, known, tools, server: server.clone(), others, is_new_server, accepted: Vec::new() })
    }

    /// Decides whether a listed tool may be used; `former` is what the catalog has of it.
    pub(super) async fn judge(&mut self, tool: &mut Tool, former: Option<&Tool>) -> Result<()> {
        let quarantine = self.reason(tool, former).await?;
        tool.status = if quarantine.is_some() { ToolStatus::Quarantined } else { ToolStatus::Active };
        // The same reason goes on.
        let goes_on = former.and_then(|former| former.quarantine.clone()).filter(|known| {
            quarantine.as_ref().is_some_and(|now| now.reason == known.reason && now.details == known.details)
        });
        if goes_on.is_none() && quarantine.is_some() {
            METRICS.finding("definition", "quarantined");
        }
        tool.quarantine = goes_on.or(quarantine);
        Ok(())
    }

    async fn reason(&mut self, tool: &Tool, former: Option<&Tool>) -> Result<Option<Quarantine>> {
        let because = |reason, details| Ok(Some(Quarantine { reason, details, since: Timestamp::now() }));
        // What an earlier version accepted was not pinned.
        if let Some(former) = former.filter(|former| former.status == ToolStatus::Active)
            && !self.known.contains_key(&tool.id)
        {
            let pin = DefinitionPin::of(former);
            self.accepted.push(pin.clone());
            self.known.insert(tool.id.clone(), pin);
        }
        let pin = self.known.get(&tool.id);
        if pin.is_some_and(|pin| pin.definition_hash == tool.definition_hash) {
            return Ok(None);
        }
        let is_changed = pin.is_some();
        let says = self.chain.orders_in(tool.definition.as_str()).await?;
        if is_changed {
            return because(QuarantineReason::Changed, says);
        }
        if !says.is_empty() {
            return because(QuarantineReason::Poisoned, says);
        }
        if let Some(shadowed) = self.shadowed(&tool.name).await? {
            return because(QuarantineReason::Shadowing, vec![shadowed.to_string()]);
        }
        self.accepted.push(DefinitionPin::of(tool));
        Ok(None)
    }

    /// The tool of another server that `name` takes the place of: on a server that is known, one of the same name; on
    /// any, one that is spelt otherwise and looks the same. Two servers of one kind have the same names, and those are
    /// told apart by their servers.
    async fn shadowed(&self, name: &str) -> Result<Option<&ToolId>> {
        let others = self.others.get_or_try_init(|| self.other_names()).await?;
        let Some((other, id)) = others.get(&look(name)) else { return Ok(None) };
        let spelt = |name: &str| name.to_lowercase().replace(['_', '-', '.', ' '], "");
        Ok((!self.is_new_server || spelt(other) != spelt(name)).then_some(id))
    }

    async fn other_names(&self) -> Result<HashMap<String, (String, ToolId)>> {
        let of_other = |(id, _): (String, u64)| {
            let (_, name) = id.split_once("::").filter(|(owner, _)| *owner != self.server.as_str())?;
            Some((look(name), (name.to_owned(), ToolId::stored(id.as_str()))))
        };
        Ok(self.tools.revisions().await?.into_iter().filter_map(of_other).collect())
    }

    /// Pins what was accepted; to be called before the tools are written.
    pub(super) async fn pin(self) -> Result<()> {
        self.pins.replace(&self.accepted, &[]).await
    }
}

/// How a definition differs from the one that was accepted: a unified diff of both as indented JSON, with sorted names.
pub fn difference(accepted: &RawJson, now: &RawJson) -> String {
    let pretty = |json: &RawJson| {
        let value: serde_json::Value = json.parse().unwrap_or_default();
        serde_json::to_string_pretty(&super::definition::canonical(&value)).unwrap_or_default()
    };
    let (accepted, now) = (pretty(accepted), pretty(now));
    let diff = TextDiff::from_lines(&accepted, &now);
    diff.unified_diff().context_radius(2).missing_newline_hint(false).header("accepted", "now").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_names_what_changed_and_not_the_order() {
        let accepted = RawJson::check(r#"{"name":"t","description":"Adds.","inputSchema":{"type":"object"}}"#);
        let now = RawJson::check(r#"{"inputSchema":{"type":"object"},"name":"t","description":"Adds. Quietly."}"#);
        let shown = difference(&accepted.expect("json"), &now.expect("json"));
        let changed: Vec<&str> = shown.lines().filter(|line| line.starts_with(['+', '-'])).skip(2).collect();
        assert_eq!(changed, [r#"-  "description": "Adds.","#, r#"+  "description": "Adds. Quietly.","#]);
    }
}
