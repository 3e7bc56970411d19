//! The catalog as operators see it: every tool, also one that is kept back or whose server is switched off.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::{Value, json};

use super::list::{CURSOR_PREFIX, PageStart};
use super::servers::Words;
use super::{Gateway, unknown_tool};
use crate::catalog::difference;
use crate::error::{Error, Result};
use crate::model::{DefinitionPin, RawJson, Server, ServerName, TenantId, Tool, ToolId, ToolStatus};
use crate::store::Collection;

/// Whether a tool can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolState {
    /// It can.
    Active,
    /// It is kept back.
    Quarantined,
    /// Its server is switched off.
    Disabled,
}

impl ToolState {
    /// Every state with its name.
    pub const NAMES: [(&'static str, Self); 3] =
        [("active", Self::Active), ("quarantined", Self::Quarantined), ("disabled", Self::Disabled)];

    /// The state of this name.
    ///
    /// # Errors
    /// Names those there are.
    pub fn named(name: &str) -> Result<Self> {
        let found = Self::NAMES.into_iter().find(|(known, _)| *known == name);
        found.map(|(_, state)| state).ok_or_else(|| {
            Error::invalid(format!("the status is not one of {}", Self::NAMES.map(|(name, _)| name).join(", ")))
                .field("status")
        })
    }

    fn of(tool: &Tool, server: Option<&Server>) -> Self {
        match tool.status {
            ToolStatus::Quarantined => Self::Quarantined,
            ToolStatus::Active if server.is_some_and(|server| server.is_enabled) => Self::Active,
            ToolStatus::Active => Self::Disabled,
        }
    }
}

/// Which tools.
#[derive(Clone, Debug, Default)]
pub struct ToolQuery {
    /// Words in its name, its server's name, its title or its description.
    pub words: String,
    /// Of this server alone.
    pub server: Option<ServerName>,
    /// In this state alone.
    pub state: Option<ToolState>,
}

/// A tool in a list.
#[derive(Clone, Debug, Serialize)]
pub struct ToolSummary {
    /// `<server>::<name>`.
    pub id: ToolId,
    /// Its server.
    pub server: ServerName,
    /// Its name there.
    pub name: String,
    /// What clients call it.
    pub exposed_name: String,
    /// Its display name.
    pub title: Option<String>,
    /// What it does.
    pub description: String,
    /// Who may see it.
    pub scopes: Vec<String>,
    /// Whether it can be used.
    pub status: ToolState,
    /// Whether it is listed beside the discovery tools.
    pub pinned: bool,
}

/// A page of tools, by id.
#[derive(Clone, Debug, Serialize)]
pub struct ToolPage {
    /// The tools.
    pub tools: Vec<ToolSummary>,
    /// Cursor of the next page.
    pub next: Option<String>,
}

impl Gateway {
    /// A page of the tools that a query covers.
    ///
    /// # Errors
    /// As the store's, when the tenant is loaded for the first time; [`crate::error::Kind::NotFound`] for a server that
    /// is not there.
    pub async fn tools(
        &self,
        tenant: &TenantId,
        query: &ToolQuery,
        start: &PageStart,
        limit: usize,
    ) -> Result<ToolPage> {
        if let Some(server) = &query.server {
            self.registry.expect(tenant, server).await?;
        }
        let view = self.catalog.view(tenant).await?;
        let words = Words::new(&query.words);
        let after = if let PageStart::After(id) = start { Some(id) } else { None };
        let mut found = view.every_tool(after).filter_map(|(tool, server)| {
            let state = ToolState::of(tool, server.map(AsRef::as_ref));
            let is_meant = query.server.as_ref().is_none_or(|server| tool.server == *server)
                && query.state.is_none_or(|wanted| wanted == state)
                && words.are_in(&[
                    &tool.name,
                    tool.server.as_str(),
                    tool.title.as_deref().unwrap_or_default(),
                    &tool.description,
                ]);
            is_meant.then(|| summary(tool, state))
        });
        let tools: Vec<ToolSummary> = found.by_ref().take(limit).collect();
        let next = found.next().and(tools.last());
        let next = next.map(|last| format!("{CURSOR_PREFIX}{}", URL_SAFE_NO_PAD.encode(last.id.as_str())));
        Ok(ToolPage { tools, next })
    }

    /// Everything that is known of a tool but its vectors; where it is kept back, with the difference to what was
    /// accepted. As `mcpgw catalog show --output json` prints it.
    ///
    /// # Errors
    /// [`crate::error::Kind::NotFound`]; the store's.
    pub async fn tool_detail(&self, tenant: &TenantId, server: &ServerName, name: &str) -> Result<Value> {
        let id = ToolId::new(server, name);
        let Some(stored) = Collection::<Tool>::of_tenant(&self.store, tenant).get(id.as_str()).await? else {
            return Err(unknown_tool(&format!("{server}/{name}"))
                .help(format!("list its tools with `mcpgw catalog list --server {server}`")));
        };
        let tool = stored.value;
        let pin = Collection::<DefinitionPin>::of_tenant(&self.store, tenant).get(id.as_str()).await?;
        let pin = pin.map(|stored| stored.value);
        let owner = self.registry.get(tenant, server).await.ok();
        let mut shown = serde_json::to_value(&tool).map_err(|error| Error::internal("write a tool").source(error))?;
        let Some(members) = shown.as_object_mut() else { return Ok(shown) };
        members.remove("embedding");
        members.remove("next_embedding");
        let state = ToolState::of(&tool, owner.as_ref());
        members.insert("id".to_owned(), json!(id));
        members.insert("status".to_owned(), json!(state));
        members.insert("exposed_name".to_owned(), json!(tool.exposed_name()));
        members.insert("definition".to_owned(), tool.definition.parse().unwrap_or(Value::Null));
        let accepted = pin.as_ref().map(|pin| json!({ "hash": pin.definition_hash, "at": pin.accepted_at }));
        members.insert("accepted".to_owned(), json!(accepted));
        if state == ToolState::Quarantined {
            let accepted = pin.map_or_else(RawJson::empty_object, |pin| pin.definition);
            members.insert("diff".to_owned(), json!(difference(&accepted, &tool.definition)));
        }
        Ok(shown)
    }
}

fn summary(tool: &Tool, state: ToolState) -> ToolSummary {
    ToolSummary {
        id: tool.id.clone(),
        server: tool.server.clone(),
        name: tool.name.clone(),
        exposed_name: tool.exposed_name(),
        title: tool.title.clone(),
        description: tool.description.clone(),
        scopes: tool.scopes.clone(),
        status: state,
        pinned: tool.is_pinned,
    }
}
