//! Tools that are kept back, and letting them go.

use serde::Serialize;

use super::Gateway;
use crate::catalog::difference;
use crate::error::{Error, Result};
use crate::model::{
    DefinitionPin, QuarantineReason, RawJson, ServerName, TenantId, Timestamp, Tool, ToolId, ToolStatus,
};
use crate::store::{Collection, Expect, Query};

/// A tool that is kept back. Serializes as `mcpgw catalog quarantine --output json` prints it.
#[derive(Debug, Serialize)]
pub struct KeptTool {
    /// `<server>::<name>`.
    pub id: ToolId,
    /// Its server.
    pub server: ServerName,
    /// Its name there.
    pub name: String,
    /// What keeps it back; `None` where an earlier version did.
    pub reason: Option<QuarantineReason>,
    /// More of it: see [`crate::model::Quarantine`].
    pub details: Vec<String>,
    /// Since when.
    pub since: Option<Timestamp>,
    /// How its definition differs from the accepted one: a unified diff; the whole definition where none was accepted.
    pub diff: String,
}

impl Gateway {
    /// The tools of a tenant that are kept back, by id.
    ///
    /// # Errors
    /// As the store's.
    pub async fn quarantined(&self, tenant: &TenantId) -> Result<Vec<KeptTool>> {
        let tools = Collection::<Tool>::of_tenant(&self.store, tenant);
        let pins = Collection::<DefinitionPin>::of_tenant(&self.store, tenant);
        let mut kept = Vec::new();
        for stored in tools.find(&Query::all().equals("status", "quarantined")).await? {
            let tool = stored.value;
            let accepted = pins.get(tool.id.as_str()).await?.map(|pin| pin.value.definition);
            let accepted = accepted.unwrap_or_else(RawJson::empty_object);
            let (reason, details, since) = match tool.quarantine {
                Some(it) => (Some(it.reason), it.details, Some(it.since)),
                None => (None, Vec::new(), None),
            };
            let diff = difference(&accepted, &tool.definition);
            kept.push(KeptTool { id: tool.id, server: tool.server, name: tool.name, reason, details, since, diff });
        }
        Ok(kept)
    }

    /// How many there are of them.
    ///
    /// # Errors
    /// As the store's.
    pub async fn count_quarantined(&self, tenant: &TenantId) -> Result<u64> {
        Collection::<Tool>::of_tenant(&self.store, tenant).count(&Query::all().equals("status", "quarantined")).await
    }

    /// Accepts the definition that a tool has now; whether it was kept back.
    ///
    /// # Errors
    /// [`crate::error::Kind::NotFound`]; [`crate::error::Kind::Conflict`] when a sync writes the tool at the same time.
    pub async fn release(&self, tenant: &TenantId, server: &ServerName, tool: &str) -> Result<bool> {
        let tools = Collection::<Tool>::of_tenant(&self.store, tenant);
        let Some(mut stored) = tools.get(ToolId::new(server, tool).as_str()).await? else {
            return Err(Error::not_found(format!("there is no tool `{tool}` of server `{server}`"))
                .help("list what is kept back with `mcpgw catalog quarantine`"));
        };
        if stored.value.status == ToolStatus::Active {
            return Ok(false);
        }
        (stored.value.status, stored.value.quarantine) = (ToolStatus::Active, None);
        // The tool first: a pin of what nobody released in the end would let it in with the next sync.
        tools.put(&stored.value, Expect::Revision(stored.revision)).await?;
        let pins = Collection::<DefinitionPin>::of_tenant(&self.store, tenant);
        pins.put(&DefinitionPin::of(&stored.value), Expect::Any).await?;
        Ok(true)
    }
}
