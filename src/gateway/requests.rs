//! What is asked of a server beside tools: prompts, resources, completions.

use std::sync::Arc;
use std::time::Instant;

use super::audit::{arguments_of, scheme_of};
use super::offers::{Offer, Offered, matches, renamed, split_own};
use super::shield::parsed;
use super::{Gateway, forward::raw_value};
use crate::auth::Action;
use crate::error::{Error, Result};
use crate::model::{
    AuditKind, Noted, ObjectWriter, Principal, RawJson, RawObject, Server, exposed_name, split_exposed,
};
use crate::upstream::{Caller, Reply, Request, Target, Upstream};

/// A resource as its server knows it.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Whose.
    pub server: Arc<Server>,
    /// Its URI there.
    pub uri: String,
}

/// What a server was asked to say about a resource.
pub struct Subscription {
    upstream: Arc<dyn Upstream>,
    uri: String,
    /// It ends with the connection, which ends with the session.
    is_sessions_own: bool,
}

impl Subscription {
    /// One subscriber less.
    pub async fn end(self) {
        self.upstream.unsubscribe(&self.uri).await;
    }

    /// One subscriber less, whose session has ended.
    pub async fn end_with_session(self) {
        if !self.is_sessions_own {
            self.end().await;
        }
    }
}

impl Gateway {
    /// `prompts/get`. `params` are the caller's.
    ///
    /// # Errors
    /// Unknown and ambiguous names, and what keeps the server from answering.
    pub async fn get_prompt(
        self: &Arc<Self>,
        principal: &Principal,
        name: &str,
        params: &RawObject<'_>,
        caller: &Caller,
    ) -> Result<Reply> {
        let mut execution = self.begin(principal, AuditKind::Prompt, &caller.origin, arguments_of(params)).await;
        name.clone_into(&mut execution.noted.tool);
        let noted = &mut execution.noted;
        let outcome = async {
            let (server, own) = self.resolve_prompt(principal, name, caller).await?;
            noted.server = Some(server.name.clone());
            own.clone_into(&mut noted.tool);
            self.may_use(principal, &server, "prompt", name).await?;
            self.ask(principal, &server, ("prompts/get", Some(("name", &own))), params, caller, noted).await
        };
        let outcome = outcome.await;
        self.end(execution, &outcome).await;
        outcome
    }

    /// `resources/read`. The URIs in the answer are the ones the caller knows.
    ///
    /// # Errors
    /// Unknown and ambiguous URIs, and what keeps the server from answering.
    pub async fn read_resource(
        self: &Arc<Self>,
        principal: &Principal,
        uri: &str,
        params: &RawObject<'_>,
        caller: &Caller,
    ) -> Result<Reply> {
        let mut execution = self.begin(principal, AuditKind::Resource, &caller.origin, Some(uri.as_bytes())).await;
        let outcome = self.resource_read(principal, uri, params, caller, &mut execution.noted).await;
        self.end(execution, &outcome).await;
        outcome
    }

    async fn resource_read(
        self: &Arc<Self>,
        principal: &Principal,
        uri: &str,
        params: &RawObject<'_>,
        caller: &Caller,
        noted: &mut Noted,
    ) -> Result<Reply> {
        scheme_of(uri).clone_into(&mut noted.tool);
        let resource = self.resolve_resource(principal, uri, caller).await?;
        noted.server = Some(resource.server.name.clone());
        scheme_of(&resource.uri).clone_into(&mut noted.tool);
        self.may_use(principal, &resource.server, "resource", uri).await?;
        let target = ("uri", resource.uri.as_str());
        let reply =
            self.ask(principal, &resource.server, ("resources/read", Some(target)), params, caller, noted).await?;
        Ok(match reply {
            Reply::Result(result) if resource.uri != uri => {
                Reply::Result(with_uri(&result, &resource.uri, uri).unwrap_or(result))
            }
            reply => reply,
        })
    }

    /// `completion/complete`, by the prompt or resource that it refers to.
    ///
    /// # Errors
    /// Unknown references, and what keeps the server from answering.
    pub async fn complete(
        self: &Arc<Self>,
        principal: &Principal,
        params: &RawObject<'_>,
        caller: &Caller,
    ) -> Result<Reply> {
        let argument = params.get("argument").map(|argument| argument.get().as_bytes());
        let mut execution = self.begin(principal, AuditKind::Completion, &caller.origin, argument).await;
        let outcome = self.completed(principal, params, caller, &mut execution.noted).await;
        self.end(execution, &outcome).await;
        outcome
    }

    async fn completed(
        self: &Arc<Self>,
        principal: &Principal,
        params: &RawObject<'_>,
        caller: &Caller,
        noted: &mut Noted,
    ) -> Result<Reply> {
        let wrong = || {
            Error::invalid("`ref` is missing or neither a prompt nor a resource")
                .data(serde_json::json!({ "errors": [{ "pointer": "/ref", "rule": "required" }] }))
        };
        let reference = params.get("ref").ok_or_else(wrong)?;
        let members = RawObject::parse(reference).map_err(|_| wrong())?;
        let text = |name: &str| members.read::<String>(name).ok().flatten();
        let (server, member, own) = match text("type").as_deref() {
            Some("ref/prompt") => {
                let (server, own) = self.resolve_prompt(principal, &text("name").ok_or_else(wrong)?, caller).await?;
                (server, "name", own)
            }
            Some("ref/resource") => {
                let resource = self.resolve_resource(principal, &text("uri").ok_or_else(wrong)?, caller).await?;
                (resource.server, "uri", resource.uri)
            }
            _ => return Err(wrong()),
        };
        noted.server = Some(server.name.clone());
        // The name of a prompt; of a resource what comes before its values.
        (if member == "uri" { scheme_of(&own) } else { &own }).clone_into(&mut noted.tool);
        self.may_use(principal, &server, "reference", &own).await?;
        let reference = renamed(&RawJson::copy_of(reference), member, &own).ok_or_else(wrong)?;
        let mut writer = ObjectWriter::new(512);
        writer.raw("ref", reference.bytes());
        for (name, value) in params.iter().filter(|(name, _)| *name != "ref") {
            writer.raw(name, value.get().as_bytes());
        }
        let params = raw_value(&writer.finish())?;
        let params = RawObject::parse(&params).map_err(|error| Error::internal("parameters").source(error))?;
        self.ask(principal, &server, ("completion/complete", None), &params, caller, noted).await
    }

    /// Has the server of `resource` say when it changes, for one more subscriber: over the connection that `caller`
    /// uses. The server's refusal otherwise.
    ///
    /// # Errors
    /// What keeps the server from answering.
    pub async fn subscribe(
        &self,
        principal: &Principal,
        resource: &Resource,
        caller: &Caller,
    ) -> Result<std::result::Result<Subscription, RawJson>> {
        self.may_use(principal, &resource.server, "resource", &resource.uri).await?;
        let deadline = Instant::now() + resource.server.timeout(self.config.upstream.timeout);
        let upstream = self.pool.connection_of(&principal.tenant, &resource.server, caller, deadline).await?;
        let own = |session| self.pool.has_own(&principal.tenant, &resource.server.name, session);
        let is_sessions_own = caller.session.as_ref().is_some_and(own);
        Ok(match upstream.subscribe(&resource.uri, deadline).await? {
            Reply::Result(_) => Ok(Subscription { upstream, uri: resource.uri.clone(), is_sessions_own }),
            Reply::Error(refusal) => Err(refusal),
        })
    }

    /// Opens the shared connections to the servers on HTTP that `principal` may use, so that they can say when their
    /// lists change. Servers in trouble are passed over.
    ///
    /// # Errors
    /// As the store's, when the tenant is loaded for the first time.
    pub async fn attend_servers(&self, principal: &Principal) -> Result<()> {
        for server in self.visible_servers(principal).await? {
            let on_http = !matches!(server.transport, crate::model::Transport::Stdio { .. });
            if on_http
                && self.pool.circuit(&principal.tenant, &server.name).is_none()
                && let Ok(upstream) = self.pool.shared(&principal.tenant, &server)
            {
                let deadline = Instant::now() + server.timeout(self.config.upstream.timeout);
                tokio::spawn(async move { upstream.greet(deadline).await });
            }
        }
        Ok(())
    }

    /// Refuses what `principal` may see of `server` and not use.
    async fn may_use(&self, principal: &Principal, server: &Server, what: &str, name: &str) -> Result<()> {
        let view = self.catalog.view(&principal.tenant).await?;
        let may = view.access(principal).server(Action::Call, server);
        if may { Ok(()) } else { Err(super::forbidden(what, name)) }
    }

    /// Whether `principal` may use the resources of `server`, now.
    ///
    /// # Errors
    /// As the store's, when the tenant is loaded for the first time.
    pub async fn reads(&self, principal: &Principal, server: &crate::model::ServerName) -> Result<bool> {
        let view = self.catalog.view(&principal.tenant).await?;
        let access = view.access(principal);
        Ok(view.servers().any(|each| each.name == *server && each.is_enabled && access.server(Action::Call, each)))
    }

    /// Whether `principal` may see anything of `server`.
    ///
    /// # Errors
    /// As the store's, when the tenant is loaded for the first time.
    pub async fn sees(&self, principal: &Principal, server: &crate::model::ServerName) -> Result<bool> {
        let view = self.catalog.view(&principal.tenant).await?;
        let access = view.access(principal);
        let by_server = view.servers().any(|each| each.name == *server && access.server(Action::Discover, each));
        Ok(by_server || view.visible(principal, None).any(|listed| listed.server.name == *server))
    }

    pub(super) async fn ask(
        &self,
        principal: &Principal,
        server: &Arc<Server>,
        (method, target): (&str, Option<(&'static str, &str)>),
        params: &RawObject<'_>,
        caller: &Caller,
        noted: &mut Noted,
    ) -> Result<Reply> {
        let deadline = Instant::now() + server.timeout(self.config.upstream.timeout);
        let target = target.map(|(member, value)| Target { member, value });
        let masked = self.guard_params(server, None, params, noted).await?;
        let masked = parsed(masked.as_deref())?;
        let params = masked.as_ref().unwrap_or(params);
        let request = Request { target, ..Request::new(method, params, caller, deadline) };
        let reply = self.forward(principal, server, &request).await?;
        self.guard_reply(server, None, reply, noted).await
    }

    pub(super) async fn server_named(&self, principal: &Principal, name: &str) -> Result<Option<Arc<Server>>> {
        Ok(self.visible_servers(principal).await?.into_iter().find(|server| server.name.as_str() == name))
    }

    /// The server of a prompt and the prompt's own name there.
    async fn resolve_prompt(
        self: &Arc<Self>,
        principal: &Principal,
        name: &str,
        caller: &Caller,
    ) -> Result<(Arc<Server>, String)> {
        // Most names say it all, and need no list.
        if let Some((server, own)) = split_exposed(name)
            && let Some(server) = self.server_named(principal, server).await?
            && exposed_name(&server.name, own) == name
        {
            return Ok((server, own.to_owned()));
        }
        let offered = self.offered(principal, Offer::Prompts, caller).await?;
        let exposed = offered.0.iter().find(|prompt| *prompt.exposed == *name);
        let bare: Vec<&Offered> = offered.0.iter().filter(|prompt| *prompt.own == *name).collect();
        match (exposed, bare.as_slice()) {
            (Some(prompt), _) => Ok((Arc::clone(&prompt.server), prompt.own.to_string())),
            (None, [prompt]) => Ok((Arc::clone(&prompt.server), prompt.own.to_string())),
            (None, []) => Err(unknown("prompt", name, "list the prompts you may use")),
            (None, several) => Err(ambiguous(name, several)),
        }
    }

    /// The server of a resource and the resource's own URI there: one that lists it, else one that has a template for
    /// it, else the only one that has resources at all.
    ///
    /// # Errors
    /// Unknown and ambiguous URIs.
    pub async fn resolve_resource(
        self: &Arc<Self>,
        principal: &Principal,
        uri: &str,
        caller: &Caller,
    ) -> Result<Resource> {
        if let Some((server, own)) = split_own(uri)
            && let Some(server) = self.server_named(principal, server).await?
        {
            return Ok(Resource { server, uri: own.to_owned() });
        }
        let found = |offered: &Offered| Resource { server: Arc::clone(&offered.server), uri: uri.to_owned() };
        let (resources, templates) = tokio::join!(
            self.offered(principal, Offer::Resources, caller),
            self.offered(principal, Offer::Templates, caller)
        );
        let (resources, templates) = (resources?, templates?);
        let listed: Vec<&Offered> = resources.0.iter().filter(|resource| *resource.own == *uri).collect();
        let made: Vec<&Offered> =
            templates.0.iter().filter(|template| *template.own == *uri || matches(&template.own, uri)).collect();
        match (listed.as_slice(), made.as_slice()) {
            ([one], _) | ([], [one]) => return Ok(found(one)),
            ([], []) => {}
            ([], several) => {
                let first =
                    several.first().filter(|first| several.iter().all(|each| each.server.name == first.server.name));
                return first.map(|first| found(first)).ok_or_else(|| ambiguous(uri, several));
            }
            (several, _) => return Err(ambiguous(uri, several)),
        }
        // Servers hand out URIs that they list nowhere.
        let mut owners: Vec<&Offered> = resources.0.iter().chain(&templates.0).collect();
        owners.sort_by(|one, two| one.server.name.cmp(&two.server.name));
        owners.dedup_by(|one, two| one.server.name == two.server.name);
        match owners.as_slice() {
            [only] => Ok(found(only)),
            _ => Err(unknown("resource", uri, "list the resources you may read")
                .data(serde_json::json!({ "reason": "unknown_resource", "uri": uri }))),
        }
    }
}

fn unknown(what: &str, name: &str, help: &str) -> Error {
    let shown: String = name.chars().filter(|each| !each.is_control()).take(128).collect();
    Error::not_found(format!("unknown {what} `{shown}`"))
        .data(serde_json::json!({ "reason": format!("unknown_{what}") }))
        .help(help)
}

fn ambiguous(name: &str, candidates: &[&Offered]) -> Error {
    let names: Vec<&str> = candidates.iter().map(|each| each.exposed.as_ref()).collect();
    Error::invalid(format!("`{name}` is ambiguous: {}", names.join(", ")))
        .data(serde_json::json!({ "reason": "ambiguous", "candidates": names }))
        .help("use one of the full names")
}

/// The contents of a resource under the URI that the caller knows.
fn with_uri(result: &RawJson, own: &str, exposed: &str) -> Option<RawJson> {
    let members: RawObject<'_> = serde_json::from_str(result.as_str()).ok()?;
    let contents: Vec<&serde_json::value::RawValue> = members.read("contents").ok()??;
    let mut list = vec![b'['];
    for (number, content) in contents.iter().enumerate() {
        if number > 0 {
            list.push(b',');
        }
        let content = RawJson::copy_of(content);
        let object: Option<RawObject<'_>> = serde_json::from_str(content.as_str()).ok();
        let is_it = object.is_some_and(|object| object.read::<String>("uri").ok().flatten().as_deref() == Some(own));
        let written = is_it.then(|| renamed(&content, "uri", exposed)).flatten().unwrap_or(content);
        list.extend_from_slice(written.bytes());
    }
    list.push(b']');
    let mut writer = ObjectWriter::new(result.bytes().len() + 64);
    for (name, value) in members.iter() {
        writer.raw(name, if name == "contents" { &list } else { value.get().as_bytes() });
    }
    Some(writer.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_carry_the_uri_that_was_asked_for() {
        let result = r#"{"contents":[{"uri":"a://x","text":"1"},{"uri":"a://y","text":"2"}],"z":1}"#;
        let shown = with_uri(&RawJson::check(result).expect("json"), "a://x", "mcpgw://s/a://x").expect("a result");
        assert_eq!(
            shown.as_str(),
            r#"{"contents":[{"uri":"mcpgw://s/a://x","text":"1"},{"uri":"a://y","text":"2"}],"z":1}"#
        );
    }
}
