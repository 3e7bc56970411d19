//! A server as operators see and give it over the administration: credentials go in and never come out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Gateway;
use crate::error::{Error, Kind, Result};
use crate::model::{LastSync, OAuthClient, Secret, Server, ServerName, TenantId, Timestamp, Transport, TransportKind};
use crate::store::Stored;
use crate::upstream;

/// How a URL ends that is shown without its query.
const SHORTENED: &str = "?…";
/// How often a lost race is tried again.
const ATTEMPTS: usize = 5;
/// Stands for a credential that is kept; given back, it means the same one.
const MASK: &str = "***";

/// A server without its credentials, and the form in which one is given.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerForm {
    /// Its name; where a path names it, that one counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<ServerName>,
    /// `streamable_http`, `sse` or `stdio`; without it, what `url` or `command` say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transport: Option<String>,
    /// Its endpoint; shown without user and query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Sent with every request.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Its arguments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<String>,
    /// Its environment.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// Scopes of all its tools.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Scopes of single tools.
    #[serde(default)]
    pub tool_scopes: BTreeMap<String, Vec<String>>,
    /// Whether it is used.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Deadline of a call in milliseconds.
    #[serde(default)]
    pub timeout_ms: Option<u64>,
    /// How the gateway gets access tokens for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth: Option<OAuthForm>,
    /// The operator's own notes; shown without their values, which may be credentials.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, Value>,
}

/// The gateway as an OAuth client.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OAuthForm {
    /// Where users sign in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorize_url: Option<String>,
    /// Where tokens are.
    pub token_url: String,
    /// Who we are there.
    pub client_id: String,
    /// What proves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    /// What is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

/// A server with what is known of it.
#[derive(Clone, Debug, Serialize)]
pub struct ServerDetail {
    /// As it was given, without credentials.
    #[serde(flatten)]
    pub form: ServerForm,
    /// The same as long as no operator has changed it, whatever a sync notes; an `ETag`.
    pub revision: String,
    /// When an operator changed it.
    pub updated_at: String,
    /// How its last sync ended.
    pub last_sync: Option<Value>,
    /// Why it cannot be reached: its credentials cannot be opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sealed: Option<String>,
}

fn yes() -> bool {
    true
}

fn masked<K: Clone + Ord, V>(map: &BTreeMap<K, V>) -> BTreeMap<K, String> {
    map.keys().map(|key| (key.clone(), MASK.to_owned())).collect()
}

impl ServerForm {
    /// What is shown of `server`.
    pub fn of(server: &Server) -> Self {
        let mut form = Self {
            name: Some(server.name.clone()),
            transport: Some(server.transport.kind().as_str().to_owned()),
            scopes: server.scopes.clone(),
            tool_scopes: server.tool_scopes.clone(),
            enabled: server.is_enabled,
            timeout_ms: server.timeout_ms,
            oauth: server.oauth.as_ref().map(|oauth| OAuthForm {
                authorize_url: oauth.authorize_url.clone(),
                token_url: oauth.token_url.clone(),
                client_id: oauth.client_id.clone(),
                client_secret: oauth.client_secret.as_ref().map(|_| MASK.to_owned()),
                scope: oauth.scope.clone(),
            }),
            metadata: server.metadata.keys().map(|key| (key.clone(), Value::from(MASK))).collect(),
            ..Self::default()
        };
        match &server.transport {
            Transport::StreamableHttp { headers, .. } | Transport::Sse { headers, .. } => {
                form.url = Some(server.transport.target());
                form.headers = masked(headers);
            }
            Transport::Stdio { command, args, env } => {
                form.command = Some(command.clone());
                form.args = args.iter().map(|_| MASK.to_owned()).collect();
                form.env = masked(env);
            }
        }
        form
    }

    /// The server of this form. What is masked is `former`'s.
    ///
    /// # Errors
    /// [`Kind::InvalidInput`] naming the member.
    fn server(self, name: ServerName, former: Option<&Server>) -> Result<Server> {
        let transport = self.transport(former)?;
        let oauth = self.oauth.map(|given| {
            let kept = former.and_then(|it| it.oauth.as_ref());
            let kept = kept.filter(|kept| is_same_origin(&kept.token_url, &given.token_url));
            let kept = kept.and_then(|kept| kept.client_secret.as_ref());
            let client_secret =
                given.client_secret.map(|given| kept_or(given, kept, "oauth.client_secret")).transpose()?;
            let OAuthForm { authorize_url, token_url, client_id, scope, .. } = given;
            Ok::<_, Error>(OAuthClient { authorize_url, token_url, client_id, client_secret, scope })
        });
        let metadata = self.metadata.into_iter().map(|(key, value)| {
            let kept = former.and_then(|it| it.metadata.get(&key));
            match kept {
                Some(kept) if value == MASK => Ok((key, kept.clone())),
                None if value == MASK => Err(unknown_mask(&format!("metadata.{key}"))),
                _ => Ok((key, value)),
            }
        });
        let mut server = Server {
            name,
            transport: transport.clone(),
            scopes: self.scopes,
            tool_scopes: self.tool_scopes,
            is_enabled: self.enabled,
            timeout_ms: self.timeout_ms,
            oauth: oauth.transpose()?,
            metadata: metadata.collect::<Result<_>>()?,
            cache: former.map(|it| it.cache.clone()).unwrap_or_default(),
            guardrails: former.map(|it| it.guardrails.clone()).unwrap_or_default(),
            updated_at: Timestamp::now(),
            last_sync: former.and_then(|it| it.last_sync.clone()),
            unopened: former.and_then(|it| it.unopened.clone()),
        };
        // What is entered again is not kept back any more.
        let has_secret = server.oauth.as_ref().is_some_and(|oauth| oauth.client_secret.is_some());
        let has_metadata = !server.metadata.is_empty();
        server.keep_unopened(|path| match path {
            "metadata" => !has_metadata,
            "oauth.client_secret" => !has_secret,
            _ => true,
        });
        if former.is_some_and(|it| it.transport != transport) {
            server.replace_transport(transport);
        }
        Ok(server)
    }

    fn transport(&self, former: Option<&Server>) -> Result<Transport> {
        let kinds = [TransportKind::StreamableHttp, TransportKind::Sse, TransportKind::Stdio];
        let named = self.transport.as_deref().map(|name| {
            let kind = kinds.into_iter().find(|kind| kind.as_str() == name);
            kind.ok_or_else(|| {
                Error::invalid("`transport` is not one of streamable_http, sse, stdio").field("transport")
            })
        });
        let kind = match (named.transpose()?, &self.url, &self.command) {
            (Some(TransportKind::Stdio), None, Some(_)) | (None, None, Some(_)) => TransportKind::Stdio,
            (None, Some(_), None) => TransportKind::StreamableHttp,
            (Some(kind), Some(_), None) if kind != TransportKind::Stdio => kind,
            _ => {
                return Err(Error::invalid("a server has either `url` or `command`, as its `transport` wants")
                    .field(if self.command.is_some() { "command" } else { "url" }));
            }
        };
        let (url_was, headers_were, args_were, env_was) = match former.map(|it| &it.transport) {
            Some(Transport::StreamableHttp { url, headers } | Transport::Sse { url, headers }) => {
                (Some(url), Some(headers), None, None)
            }
            Some(Transport::Stdio { args, env, .. }) => (None, None, Some(args), Some(env)),
            None => (None, None, None, None),
        };
        if kind == TransportKind::Stdio {
            let args = self.args.iter().enumerate().map(|(index, given)| {
                kept_or(given.clone(), args_were.and_then(|args| args.get(index)), &format!("args[{index}]"))
            });
            let command = self.command.clone().unwrap_or_default();
            return Ok(Transport::Stdio {
                command,
                args: args.collect::<Result<_>>()?,
                env: kept_in(&self.env, env_was, "env")?,
            });
        }
        let given = self.url.clone().unwrap_or_default();
        // What is shown of it stands for all of it.
        let is_shown = former.is_some_and(|it| it.transport.target() == given);
        let url = url_was.filter(|_| is_shown).cloned().unwrap_or(given);
        if !is_shown && url.ends_with(SHORTENED) {
            return Err(
                Error::invalid("`url` ends as one that is shown without its query; give all of it").field("url")
            );
        }
        let stays = former.is_some_and(|it| is_same_origin(&it.transport.target(), &url));
        let headers = kept_in(&self.headers, headers_were.filter(|_| is_shown || stays), "headers")?;
        Ok(match kind {
            TransportKind::Sse => Transport::Sse { url, headers },
            _ => Transport::StreamableHttp { url, headers },
        })
    }
}

/// Whether both lead to the same host: credentials of the one are not for another.
fn is_same_origin(one: &str, other: &str) -> bool {
    let origin = |text: &str| url::Url::parse(text).ok().map(|url| url.origin());
    origin(one).is_some_and(|one| origin(other) == Some(one))
}

fn unknown_mask(member: &str) -> Error {
    Error::invalid(format!("`{member}` is {MASK}, which stands for a credential that is kept, and none is"))
        .field(member)
}

fn kept_or(given: String, kept: Option<&Secret>, member: &str) -> Result<Secret> {
    match kept {
        Some(kept) if given == MASK => Ok(kept.clone()),
        None if given == MASK => Err(unknown_mask(member)),
        _ => Ok(Secret::new(given)),
    }
}

fn kept_in(
    given: &BTreeMap<String, String>,
    former: Option<&BTreeMap<String, Secret>>,
    member: &str,
) -> Result<BTreeMap<String, Secret>> {
    let each = |(name, value): (&String, &String)| {
        let kept = former.and_then(|former| former.get(name));
        Ok((name.clone(), kept_or(value.clone(), kept, &format!("{member}.{name}"))?))
    };
    given.iter().map(each).collect()
}

/// RFC 7396: what is null goes, objects are merged, all else is replaced.
fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else { return *target = patch };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Value::Object(members) = target else { return };
    for (name, value) in patch {
        if value.is_null() {
            members.remove(&name);
        } else {
            merge(members.entry(name).or_insert(Value::Null), value);
        }
    }
}

/// What is shown of a sync.
pub fn shown_sync(last: &LastSync) -> Value {
    serde_json::json!({ "at": last.at.to_string(), "status": last.status, "tools": last.tools, "error": last.error })
}

fn revision(server: &Server) -> String {
    server.updated_at.0.to_string()
}

fn detail(server: &Server) -> ServerDetail {
    ServerDetail {
        form: ServerForm::of(server),
        revision: revision(server),
        updated_at: server.updated_at.to_string(),
        last_sync: server.last_sync.as_ref().map(shown_sync),
        sealed: server.unopened.as_ref().map(|unopened| unopened.message.clone()),
    }
}

impl Gateway {
    /// One server without its credentials.
    ///
    /// # Errors
    /// [`Kind::NotFound`].
    pub async fn server_detail(&self, tenant: &TenantId, name: &ServerName) -> Result<ServerDetail> {
        self.registry.get(tenant, name).await.map(|server| detail(&server))
    }

    /// Registers the server of a form.
    ///
    /// # Errors
    /// What is wrong with it, or that its name is taken.
    pub async fn add_form(&self, tenant: &TenantId, mut form: ServerForm) -> Result<ServerDetail> {
        let name = form.name.take().ok_or_else(|| Error::invalid("`name` is missing").field("name"))?;
        let server = form.server(name, None)?;
        self.add_server(tenant, &server).await?;
        self.server_detail(tenant, &server.name).await
    }

    /// Replaces a server by that of a form; where `expected` is given, only while it is the revision. What is masked in
    /// the form is kept.
    ///
    /// # Errors
    /// [`Kind::NotFound`]; [`Kind::Conflict`] where somebody else has changed it; what is wrong with it.
    pub async fn replace_form(
        &self,
        tenant: &TenantId,
        name: &ServerName,
        form: ServerForm,
        expected: Option<&str>,
    ) -> Result<ServerDetail> {
        self.store_form(tenant, name, expected, false, |_| Ok(form.clone())).await
    }

    /// The same with a part of a form (JSON Merge Patch, RFC 7396).
    ///
    /// # Errors
    /// As [`Self::replace_form`].
    pub async fn patch_form(
        &self,
        tenant: &TenantId,
        name: &ServerName,
        patch: Value,
        expected: Option<&str>,
    ) -> Result<ServerDetail> {
        if !patch.is_object() {
            return Err(Error::invalid("a patch is an object"));
        }
        let patched = |server: &Server| {
            let shown = serde_json::to_value(ServerForm::of(server));
            let mut merged = shown.map_err(|error| Error::internal("a form is no JSON").source(error))?;
            merge(&mut merged, patch.clone());
            // Not serde's text: it quotes the value, which may be a credential.
            serde_json::from_value(merged)
                .map_err(|_| Error::invalid("the patch names an unknown member, or gives one a value of another type"))
        };
        self.store_form(tenant, name, expected, true, patched).await
    }

    /// Forgets a server that is of this revision.
    pub(super) async fn remove_unchanged(&self, tenant: &TenantId, name: &ServerName, expected: &str) -> Result<()> {
        for _ in 0..ATTEMPTS {
            let stored = self.registry.stored(tenant, name).await?;
            if revision(&stored.value) != expected {
                break;
            }
            match self.registry.remove_unchanged(tenant, name, stored.revision).await {
                // A sync may have noted how it ended.
                Err(error) if error.kind() == Kind::Conflict => {}
                outcome => return outcome,
            }
        }
        Err(changed_meanwhile(name))
    }

    async fn store_form(
        &self,
        tenant: &TenantId,
        name: &ServerName,
        expected: Option<&str>,
        is_patch: bool,
        wanted: impl Fn(&Server) -> Result<ServerForm>,
    ) -> Result<ServerDetail> {
        for _ in 0..ATTEMPTS {
            let Stored { value: former, revision: stored } = self.registry.stored(tenant, name).await?;
            if expected.is_some_and(|expected| expected != revision(&former)) {
                return Err(changed_meanwhile(name));
            }
            let mut form = wanted(&former)?;
            if form.name.take().is_some_and(|given| given != *name) {
                return Err(Error::invalid("a server keeps its name; add another one and remove this").field("name"));
            }
            let server = form.server(name.clone(), Some(&former))?;
            // A part of what cannot be read would stand for all of it.
            if is_patch && former.unopened.is_some() && server.transport != former.transport {
                let what =
                    format!("the credentials of server `{name}` cannot be opened, so no part of them can be changed");
                return Err(Error::new(Kind::StoreUnavailable, what)
                    .help("see `mcpgw secrets status`, or give the whole server with PUT"));
            }
            if server.unopened.is_none() {
                upstream::check(&server, &self.config.upstream)?;
            }
            match self.registry.replace(tenant, &server, stored).await {
                // A sync may have noted how it ended.
                Err(error) if error.kind() == Kind::Conflict => {}
                outcome => return outcome.map(|()| detail(&server)),
            }
        }
        Err(changed_meanwhile(name))
    }
}

fn changed_meanwhile(name: &ServerName) -> Error {
    Error::new(Kind::Conflict, format!("server `{name}` was changed meanwhile"))
        .help("read it again, and make the change to what it is now")
}
