//! What a tenant's callers can be shown: active tools of enabled servers, in a stable order, ready to write.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use serde_json::value::RawValue;

use super::access::{Access, Answers};
use crate::auth::{Action, Policies};
use crate::model::{
    ObjectWriter, ParamHeader, Principal, RawObject, Scopes, Server, ServerName, Tool, ToolId, ToolStatus,
    split_exposed,
};

/// An immutable snapshot of one tenant's registry and catalog.
#[derive(Default)]
pub struct View {
    servers: BTreeMap<ServerName, Arc<Server>>,
    /// By id.
    tools: Vec<Listed>,
    /// By id, also those that cannot be used.
    every_tool: Vec<Arc<Tool>>,
    by_id: HashMap<ToolId, usize>,
    by_exposed: HashMap<String, usize>,
    by_bare: HashMap<String, Vec<usize>>,
    answers: Answers,
}

/// A tool as clients are shown it.
#[derive(Clone)]
pub struct Listed {
    /// The tool.
    pub tool: Arc<Tool>,
    /// Its server.
    pub server: Arc<Server>,
    /// `server__tool`.
    pub exposed: Arc<str>,
    /// Its definition with the exposed name in place of its own; everything else as the server wrote it.
    pub json: Bytes,
    /// Arguments that travel as headers too.
    pub param_headers: Arc<[ParamHeader]>,
}

/// What a name leads to, for one caller.
pub enum Found<'a> {
    /// One visible tool.
    One(&'a Listed),
    /// One visible tool, which may not be called.
    Forbidden(&'a Listed),
    /// Several visible servers own a tool of this bare name.
    Ambiguous(Vec<&'a Listed>),
    /// Nothing that the caller may see.
    Nothing,
}

impl Listed {
    /// Tokens of its definition; where they were never counted, a token is four bytes of JSON.
    pub fn tokens(&self) -> usize {
        match self.tool.definition_tokens {
            0 => self.json.len() / 4,
            counted => counted,
        }
    }
}

impl View {
    pub(super) fn build<'a>(
        servers: &BTreeMap<ServerName, Arc<Server>>,
        tools: impl Iterator<Item = &'a Arc<Tool>>,
        policies: Arc<Policies>,
    ) -> Self {
        let mut view = Self { servers: servers.clone(), answers: Answers::under(policies), ..Self::default() };
        for tool in tools {
            view.every_tool.push(Arc::clone(tool));
            if tool.status != ToolStatus::Active {
                continue;
            }
            let Some(server) = servers.get(&tool.server).filter(|server| server.is_enabled) else { continue };
            let exposed: Arc<str> = tool.exposed_name().into();
            let Some(json) = exposed_definition(tool, &exposed) else { continue };
            let place = view.tools.len();
            view.by_id.insert(tool.id.clone(), place);
            view.by_exposed.insert(exposed.to_string(), place);
            view.by_bare.entry(tool.name.clone()).or_default().push(place);
            let param_headers = ParamHeader::of(&tool.input_schema).unwrap_or_default().into();
            let (tool, server) = (Arc::clone(tool), Arc::clone(server));
            view.tools.push(Listed { tool, server, exposed, json, param_headers });
        }
        view
    }

    /// Whether there is neither a server nor a tool.
    pub fn is_empty(&self) -> bool {
        self.servers.is_empty() && self.tools.is_empty()
    }

    /// Every server, enabled or not, by name.
    pub fn servers(&self) -> impl Iterator<Item = &Arc<Server>> {
        self.servers.values()
    }

    /// Every usable tool, by id, whoever may see it.
    pub fn tools(&self) -> &[Listed] {
        &self.tools
    }

    /// Every tool by id, starting after `after`, whether it can be used or not; with its server, if that is there.
    pub fn every_tool(&self, after: Option<&ToolId>) -> impl Iterator<Item = (&Arc<Tool>, Option<&Arc<Server>>)> {
        let start = after.map_or(0, |after| self.every_tool.partition_point(|tool| tool.id <= *after));
        self.every_tool.iter().skip(start).map(|tool| (tool, self.servers.get(&tool.server)))
    }

    /// The tenant's policies.
    pub fn policies(&self) -> &Arc<Policies> {
        &self.answers.policies
    }

    /// Whether another caller's lists may be others than those of `principal`.
    pub fn is_chosen_for(&self, principal: &Principal) -> bool {
        !self.policies().is_shipped() || principal.scopes != Scopes::All
    }

    /// What `principal` may do here.
    pub fn access<'a>(&'a self, principal: &'a Principal) -> Access<'a> {
        self.answers.of(principal, &self.servers, self.tools.len())
    }

    /// The tools that `principal` may see, by id, starting after `after`.
    pub fn visible<'a>(&'a self, principal: &'a Principal, after: Option<&ToolId>) -> impl Iterator<Item = &'a Listed> {
        let start = after.map_or(0, |after| self.tools.partition_point(|listed| listed.tool.id <= *after));
        let access = self.access(principal);
        let seen = move |(place, listed): &(usize, &Listed)| access.tool(Action::Discover, *place, listed);
        self.tools.iter().enumerate().skip(start).filter(seen).map(|(_, listed)| listed)
    }

    /// Tokens of everything that `principal` may see; summed up once for each.
    pub fn tokens(&self, principal: &Principal) -> usize {
        self.answers.tokens(principal, || self.visible(principal, None).map(Listed::tokens).sum())
    }

    /// A tool by id, if `principal` may see it.
    pub fn by_id(&self, id: &ToolId, principal: &Principal) -> Option<&Listed> {
        let place = *self.by_id.get(id)?;
        let listed = self.tools.get(place)?;
        self.access(principal).tool(Action::Discover, place, listed).then_some(listed)
    }

    /// What `name` means to `principal`, who wants to do `action`: an exposed name first, then a bare name that exactly
    /// one visible server (or the given one) owns. What they may see and not call is refused; what they may do neither
    /// with is nothing.
    pub fn resolve(&self, name: &str, server: Option<&str>, principal: &Principal, action: Action) -> Found<'_> {
        let access = self.access(principal);
        let known = |place: &usize| {
            let listed = self.tools.get(*place)?;
            let of_server = server.is_none_or(|server| listed.server.name.as_str() == server);
            let may = |action| access.tool(action, *place, listed);
            if !of_server {
                return None;
            }
            if may(action) {
                return Some((listed, true));
            }
            may(Action::Discover).then_some((listed, false))
        };
        let found = |(listed, may)| if may { Found::One(listed) } else { Found::Forbidden(listed) };
        if let Some(known) = self.by_exposed.get(name).and_then(known) {
            return found(known);
        }
        // `a__b` means a tool of server `a`, and never another server's tool of that very name, which could
        // pose as one that is hidden or gone.
        if server.is_none() && split_exposed(name).is_some() {
            if !self.by_exposed.contains_key(name) {
                access.pretend(action, name, &self.tools);
            }
            return Found::Nothing;
        }
        if !self.by_bare.contains_key(name) {
            access.pretend(action, name, &self.tools);
        }
        let owners: Vec<(&Listed, bool)> = self.by_bare.get(name).into_iter().flatten().filter_map(known).collect();
        match owners.as_slice() {
            [] => Found::Nothing,
            [one] => found(*one),
            _ => Found::Ambiguous(owners.into_iter().map(|(listed, _)| listed).collect()),
        }
    }
}

/// The definition under its exposed name. Clients in the field refuse a whole list for one tool whose members
/// are null or whose schema names no type, so nulls are left out and the two required members are there.
fn exposed_definition(tool: &Tool, exposed: &str) -> Option<Bytes> {
    let raw: &RawValue = serde_json::from_str(tool.definition.as_str()).ok()?;
    let definition = RawObject::parse(raw).ok()?;
    let mut writer = ObjectWriter::new(raw.get().len() + 32);
    writer.text("name", exposed);
    let given = |(member, value): &(&str, &RawValue)| *member != "name" && value.get() != "null";
    for (member, value) in definition.iter().filter(given) {
        let untyped = member == "inputSchema" && tool.input_schema.get("type").is_none();
        match value.get().trim_start().strip_prefix('{') {
            Some(rest) if untyped => {
                let comma = if rest.trim_start().starts_with('}') { "" } else { "," };
                writer.raw(member, format!(r#"{{"type":"object"{comma}{rest}"#).as_bytes());
            }
            _ => writer.raw(member, value.get().as_bytes()),
        }
    }
    let absent = |member: &str| definition.get(member).is_none_or(|value| value.get() == "null");
    if absent("description") {
        writer.text("description", "");
    }
    if absent("inputSchema") {
        writer.raw("inputSchema", br#"{"type":"object"}"#);
    }
    Some(writer.finish().bytes().clone())
}
