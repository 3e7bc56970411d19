//! Access tokens of the authorization servers that some servers have: the gateway's own (OAuth client credentials,
//! RFC 6749 §4.4), or one for each user who has signed in there (authorization code, §4.1 with RFC 7636).

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use serde::Deserialize;
use url::form_urlencoded;

use super::http::{Connector, client};
use super::{UpstreamConfig, unavailable};
use crate::error::{Error, Kind, Result, innermost};
use crate::model::{OAuthClient, Principal, Secret, Server, TenantId};

/// An authorization server that takes longer is taken for gone.
const PATIENCE: Duration = Duration::from_secs(5);
const MAX_ANSWER: usize = 64 * 1024;
/// Where the authorization server does not say how long a token is good (RFC 6749 §5.1 only recommends it).
const UNSTATED: Duration = Duration::from_secs(300);
const LONGEST: Duration = Duration::from_secs(24 * 3600);
/// How long a token is kept that has no end of its own and no successor.
const ENDLESS: Duration = Duration::from_secs(10 * 365 * 24 * 3600);
/// A token is not shown any more when it is this near its end.
const SKEW: Duration = Duration::from_secs(30);

/// The reason in the error of a request whose user has to sign in at the server first.
const SIGN_IN_REQUIRED: &str = "sign_in_required";
/// The reason in the error of a request that the server refuses to this user.
pub(super) const USER_REFUSED: &str = "user_refused";
/// The reason in the error of a request for which no token of its user can be had now.
pub(super) const NO_USER_TOKEN: &str = "no_user_token";

tokio::task_local! {
    /// Set while the request of this task waits for a token of its user: what is late then is not the server.
    pub(super) static AWAITS_TOKEN: Arc<AtomicBool>;
}

/// Whether a request failed because its user has not signed in at the server.
pub fn wants_sign_in(error: &Error) -> bool {
    error.details().is_some_and(|data| data["reason"] == SIGN_IN_REQUIRED)
}

/// Keeps what users have allowed us to do in their names.
#[async_trait]
pub trait UserTokens: Send + Sync {
    /// The access token of `user` at `server`, and another one than `refused`, which the server would not take. `None`
    /// when the user has to sign in.
    ///
    /// # Errors
    /// When that cannot be known now, or a token that has ended cannot be exchanged now.
    async fn token(
        &self,
        tenant: &TenantId,
        server: &Server,
        user: &Principal,
        refused: Option<&Secret>,
    ) -> Result<Option<Secret>>;
}

/// What an authorization server is asked for a token with.
pub enum Grant<'a> {
    /// Our own name.
    Client,
    /// What a user who signed in brought back.
    Code {
        /// The authorization code.
        code: &'a str,
        /// What its challenge was made of (RFC 7636 §4.5).
        verifier: &'a str,
        /// Where it was brought.
        redirect_uri: &'a str,
    },
    /// A token of an earlier answer.
    Refresh(&'a Secret),
}

/// What an authorization server gave.
pub struct Granted {
    /// What servers are shown.
    pub access_token: Secret,
    /// What gets the next one, where there is to be one.
    pub refresh_token: Option<Secret>,
    /// How long it is good, as far as that was said.
    lifetime: Option<Duration>,
}

impl Granted {
    /// How long it may be shown from now on, where another can be had then.
    pub fn good_for(&self) -> Duration {
        less_the_margin(self.lifetime.unwrap_or(UNSTATED).min(LONGEST))
    }

    /// How long it may be shown where no other can be had: to its end, or else until the server refuses it.
    pub fn good_while_alone(&self) -> Duration {
        self.lifetime.map_or(ENDLESS, |lifetime| less_the_margin(lifetime.min(ENDLESS)))
    }
}

/// One that is good for less than the margin serves the calls that wait for it.
fn less_the_margin(lifetime: Duration) -> Duration {
    lifetime.saturating_sub(SKEW.min(lifetime / 2))
}

/// Why an authorization server gave nothing.
pub enum Refusal {
    /// It has decided so: the error code of RFC 6749 §5.2.
    Refused(String),
    /// It could not be asked, or its answer not be understood.
    Failed(String),
}

/// Refusals that a user who signs in anew would meet again: the authorization server's trouble, or the operator's.
/// The last is GitHub's name for a client that is not known.
const NOT_THE_USERS: [&str; 5] =
    ["temporarily_unavailable", "server_error", "slow_down", "invalid_client", "incorrect_client_credentials"];

impl Refusal {
    /// Whether the same token will never be exchanged: its user has to sign in again.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Refused(code) if !NOT_THE_USERS.contains(&code.as_str()))
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(code) => write!(formatter, "it refused: {}", code.escape_default()),
            Self::Failed(why) => formatter.write_str(why),
        }
    }
}

/// Asks authorization servers, within the address policy of servers.
pub struct TokenEndpoints {
    config: UpstreamConfig,
    client: OnceLock<Client<Connector, Full<Bytes>>>,
}

impl TokenEndpoints {
    /// Nothing is connected to yet.
    pub fn new(config: UpstreamConfig) -> Self {
        Self { config, client: OnceLock::new() }
    }

    /// Asks for a token that is good at `resource` (RFC 8707).
    ///
    /// # Errors
    /// Why there is none.
    pub async fn ask(
        &self,
        oauth: &OAuthClient,
        grant: &Grant<'_>,
        resource: Option<&str>,
    ) -> Result<Granted, Refusal> {
        let client = self.client.get_or_init(|| client(&self.config, &crate::tls::client_config()));
        ask(client, oauth, grant, resource).await
    }
}

#[derive(Deserialize)]
struct Answer {
    access_token: Secret,
    token_type: String,
    #[serde(default)]
    expires_in: Option<u64>,
    #[serde(default)]
    refresh_token: Option<Secret>,
}

async fn ask(
    client: &Client<Connector, Full<Bytes>>,
    oauth: &OAuthClient,
    grant: &Grant<'_>,
    resource: Option<&str>,
) -> Result<Granted, Refusal> {
    let asked = tokio::time::timeout(PATIENCE, exchange(client, oauth, grant, resource)).await;
    asked.unwrap_or_else(|_| Err(Refusal::Failed("it did not answer in time".to_owned())))
}

/// One question to the token endpoint.
async fn exchange(
    client: &Client<Connector, Full<Bytes>>,
    oauth: &OAuthClient,
    grant: &Grant<'_>,
    resource: Option<&str>,
) -> Result<Granted, Refusal> {
    let failed = |why: String| Refusal::Failed(why);
    let request = question(oauth, grant, resource).map_err(failed)?;
    let answer = client.request(request).await.map_err(|error| failed(innermost(&error)))?;
    let status = answer.status();
    let body = Limited::new(answer.into_body(), MAX_ANSWER).collect().await.map_err(|it| failed(it.to_string()))?;
    // RFC 6749 §5.2: a code, which is no secret. The rest of the answer may be. Some (GitHub) say it with HTTP 200.
    let said: Option<serde_json::Value> = serde_json::from_slice(&body.to_bytes()).ok();
    match said.as_ref().and_then(|said| said["error"].as_str()) {
        Some(code) if !status.is_server_error() => return Err(Refusal::Refused(code.chars().take(64).collect())),
        _ if !status.is_success() => return Err(failed(format!("it answered HTTP {}", status.as_u16()))),
        _ => {}
    }
    let read = said.and_then(|said| Answer::deserialize(said).ok());
    let answer = read.ok_or_else(|| failed("its answer is no token".to_owned()))?;
    if !answer.token_type.eq_ignore_ascii_case("bearer") {
        return Err(failed("its token is not a bearer token".to_owned()));
    }
    let lifetime = answer.expires_in.map(Duration::from_secs);
    Ok(Granted { access_token: answer.access_token, refresh_token: answer.refresh_token, lifetime })
}

/// With the client named as in RFC 6749 §2.3.1.
fn question(oauth: &OAuthClient, grant: &Grant<'_>, resource: Option<&str>) -> Result<Request<Full<Bytes>>, String> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    match grant {
        Grant::Client => form.append_pair("grant_type", "client_credentials"),
        Grant::Code { code, verifier, redirect_uri } => form
            .append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("code_verifier", verifier)
            .append_pair("redirect_uri", redirect_uri),
        Grant::Refresh(token) => {
            form.append_pair("grant_type", "refresh_token").append_pair("refresh_token", token.expose())
        }
    };
    if let (Some(scope), false) = (&oauth.scope, matches!(grant, Grant::Code { .. })) {
        form.append_pair("scope", scope);
    }
    if let Some(resource) = resource {
        form.append_pair("resource", resource);
    }
    let mut request = Request::post(&oauth.token_url)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(ACCEPT, "application/json");
    if let Some(secret) = &oauth.client_secret {
        let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", encoded(&oauth.client_id), encoded(secret.expose()));
        let basic = sensitive(&format!("Basic {}", STANDARD.encode(pair)))?;
        request = request.header(AUTHORIZATION, basic);
    } else {
        form.append_pair("client_id", &oauth.client_id);
    }
    request.body(Full::new(Bytes::from(form.finish()))).map_err(|error| error.to_string())
}

fn sensitive(text: &str) -> Result<HeaderValue, String> {
    let mut value = HeaderValue::from_str(text).map_err(|_| "its token is no text".to_owned())?;
    value.set_sensitive(true);
    Ok(value)
}

/// The gateway's own token for one server: asked for when it is needed, and kept while it is good.
pub(super) struct ClientTokens {
    oauth: OAuthClient,
    held: Mutex<Option<(Secret, Instant)>>,
    /// Held while one is asked for: many calls, one question.
    asking: tokio::sync::Mutex<()>,
}

impl ClientTokens {
    pub(super) fn new(oauth: OAuthClient) -> Self {
        Self { oauth, held: Mutex::default(), asking: tokio::sync::Mutex::default() }
    }

    fn held(&self, refused: Option<&Secret>) -> Option<Secret> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let good = held.as_ref().filter(|(token, until)| *until > Instant::now() && Some(token) != refused);
        good.map(|(token, _)| token.clone())
    }

    async fn token(&self, client: &Client<Connector, Full<Bytes>>, refused: Option<&Secret>) -> Result<Secret, String> {
        if let Some(token) = self.held(refused) {
            return Ok(token);
        }
        let _asking = self.asking.lock().await;
        if let Some(token) = self.held(refused) {
            return Ok(token);
        }
        let granted = ask(client, &self.oauth, &Grant::Client, None).await;
        let granted = granted.map_err(|error| format!("no token from {}: {error}", self.oauth.token_url))?;
        let until = Instant::now() + granted.good_for();
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some((granted.access_token.clone(), until));
        Ok(granted.access_token)
    }
}

/// Whose token a connection shows its server.
#[derive(Clone)]
pub(super) enum Tokens {
    /// The gateway's.
    Client(Arc<ClientTokens>),
    /// A user's; nobody's where the connection is for nobody known.
    User { users: Arc<dyn UserTokens>, tenant: TenantId, server: Arc<Server>, user: Option<Arc<Principal>> },
}

impl Tokens {
    async fn token(&self, client: &Client<Connector, Full<Bytes>>, refused: Option<&Secret>) -> Result<Secret, Unsent> {
        match self {
            Self::Client(tokens) => tokens.token(client, refused).await.map_err(Unsent::Failed),
            Self::User { users, tenant, server, user } => {
                let user = user.as_ref().ok_or(Unsent::SignIn)?;
                // Stays set in a request that is cut off meanwhile.
                let waits = |now| AWAITS_TOKEN.try_with(|waits| waits.store(now, Ordering::Relaxed));
                let _ = waits(true);
                let token = users.token(tenant, server, user, refused).await;
                let _ = waits(false);
                token.map_err(|error| Unsent::NoToken(error.chain()))?.ok_or(Unsent::SignIn)
            }
        }
    }
}

/// Waits for the token of a request's user before the server is asked: an authorization server that is slow or away is
/// not the server's fault.
///
/// # Errors
/// When the user has to sign in, or no token can be had by `deadline`.
pub(super) async fn await_token(
    users: &Arc<dyn UserTokens>,
    tenant: &TenantId,
    server: &Server,
    user: Option<&Principal>,
    deadline: Instant,
) -> Result<()> {
    let user = user.ok_or_else(|| Unsent::SignIn.at(server))?;
    let asked = tokio::time::timeout_at(deadline.into(), users.token(tenant, server, user, None)).await;
    let late = || Unsent::NoToken("its authorization server did not answer in time".to_owned());
    let token = asked.map_err(|_| late().at(server))?;
    let token = token.map_err(|error| Unsent::NoToken(error.chain()).at(server))?;
    token.map(drop).ok_or_else(|| Unsent::SignIn.at(server))
}

/// Why there is no response.
pub(super) enum Unsent {
    /// The user has to sign in first.
    SignIn,
    /// The server has refused this user.
    Refused,
    /// No token of the user can be had now.
    NoToken(String),
    /// It could not be sent, or was not answered.
    Failed(String),
}

impl Unsent {
    pub(super) fn at(self, server: &Server) -> Error {
        match self {
            Self::SignIn => Error::new(Kind::Refused, format!("server `{}` asks its users to sign in", server.name))
                .data(serde_json::json!({ "reason": SIGN_IN_REQUIRED }))
                .help(format!("run `mcpgw server sign-in {}`", server.name)),
            Self::Refused => unavailable(server, "it refused the user who is signed in there (HTTP 403)")
                .data(serde_json::json!({ "reason": USER_REFUSED })),
            Self::NoToken(why) => unavailable(server, why).data(serde_json::json!({ "reason": NO_USER_TOKEN })),
            Self::Failed(why) => unavailable(server, why),
        }
    }
}

/// Sends requests, with an access token where the server asks for one.
pub(super) struct Sender {
    client: Client<Connector, Full<Bytes>>,
    tokens: Option<Tokens>,
}

impl Sender {
    pub(super) fn new(client: Client<Connector, Full<Bytes>>, tokens: Option<Tokens>) -> Self {
        Self { client, tokens }
    }

    /// The response. A request that is refused for its token is made once more with another.
    pub(super) async fn request(&self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, Unsent> {
        let Some(tokens) = &self.tokens else { return self.send(request).await };
        let token = tokens.token(&self.client, None).await?;
        let response = self.send(with_token(request.clone(), &token)?).await?;
        let response = if response.status() == StatusCode::UNAUTHORIZED {
            let another = tokens.token(&self.client, Some(&token)).await?;
            self.send(with_token(request, &another)?).await?
        } else {
            response
        };
        match (tokens, response.status()) {
            (Tokens::User { .. }, StatusCode::UNAUTHORIZED) => Err(Unsent::SignIn),
            (Tokens::User { .. }, StatusCode::FORBIDDEN) => Err(Unsent::Refused),
            _ => Ok(response),
        }
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, Unsent> {
        self.client.request(request).await.map_err(|error| Unsent::Failed(innermost(&error)))
    }
}

fn with_token(mut request: Request<Full<Bytes>>, token: &Secret) -> Result<Request<Full<Bytes>>, Unsent> {
    let value = sensitive(&format!("Bearer {}", token.expose())).map_err(Unsent::Failed)?;
    request.headers_mut().insert(AUTHORIZATION, value);
    Ok(request)
}
