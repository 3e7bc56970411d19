//! Users who sign in at servers themselves: the link that leads there, what they bring back, and the tokens that are
//! kept of it, sealed for one tenant, one user and one server.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::Gateway;
use super::sealing::Sealing;
use crate::catalog::SyncOptions;
use crate::error::{Error, Kind, Result};
use crate::model::{
    OAuthClient, Principal, RawJson, Secret, Server, ServerName, TenantId, Timestamp, Transport, UserToken,
};
use crate::secrets;
use crate::store::{Collection, Expect, Query, Store, Stored};
use crate::upstream::{Grant, Granted, Relayed, SessionKey, TokenEndpoints, UserTokens};

/// How long a link leads somewhere, and how long a user may take at the authorization server.
pub const LINK_LIFETIME: Duration = Duration::from_secs(600);
/// A token is looked up again after this: somebody may have been signed out.
const FRESH: Duration = Duration::from_secs(5);
/// How long one replica may take to exchange a token before another tries.
const RENEWAL: Duration = Duration::from_secs(10);
/// How often those who wait for that look.
const GLANCE: Duration = Duration::from_millis(200);
/// Tokens that are remembered; one more, and all are forgotten.
const MAX_HELD: usize = 10_000;

/// Sealed for this.
const LINK: &str = "sign-in link";
const STATE: &str = "sign-in state";
const TOKENS: &str = "user tokens";

/// A link that one user opens to sign in at one server.
#[derive(Clone, Debug, Serialize)]
pub struct SignInLink {
    /// What to open.
    pub url: String,
    /// Names it to the client (`elicitationId` of MCP 2025-11-25).
    pub id: String,
}

/// What a user is about to agree to.
#[derive(Clone, Debug)]
pub struct SignInOffer {
    /// Where the tools are.
    pub server: ServerName,
    /// In which tenant.
    pub tenant: TenantId,
    /// For which of its users.
    pub subject: String,
    /// Where they will sign in.
    pub page: Url,
}

/// The way of a user who has agreed.
#[derive(Clone, Debug)]
pub struct SignInStart {
    /// Where they sign in.
    pub page: Url,
    /// Where they come back to.
    pub redirect_uri: String,
    /// What their browser keeps until then.
    pub browser: Secret,
}

/// One user who has signed in.
#[derive(Clone, Debug, Serialize)]
pub struct SignedIn {
    /// Who vouches for them; empty where nobody does.
    pub issuer: String,
    /// Who.
    pub subject: String,
    /// When.
    pub signed_in_at: String,
}

/// What a link says: who signs in where, and which client waits for it.
#[derive(Clone, Serialize, Deserialize)]
struct Invitation {
    id: String,
    tenant: TenantId,
    issuer: String,
    subject: String,
    server: ServerName,
    session: Option<String>,
    until: Timestamp,
}

impl Invitation {
    fn user(&self) -> Principal {
        let (issuer, subject) = (self.issuer.clone(), self.subject.clone());
        Principal { issuer, subject, ..Principal::operator(self.tenant.clone()) }
    }
}

/// What travels to the authorization server and back.
#[derive(Serialize, Deserialize)]
struct Journey {
    invitation: Invitation,
    verifier: String,
    /// Hash of what the browser that set out keeps.
    browser: String,
}

/// What is sealed in a [`UserToken`].
#[derive(Serialize, Deserialize)]
struct Kept {
    access_token: Secret,
    refresh_token: Option<Secret>,
    until: Timestamp,
}

impl Kept {
    fn of(granted: Granted, former: Option<Secret>) -> Self {
        // RFC 6749 §6: where no new one is given, the former is still good.
        let has_next = granted.refresh_token.is_some() || former.is_some();
        // Without one, the user would be asked again; the server says when that has to be.
        let good_for = if has_next { granted.good_for() } else { granted.good_while_alone() };
        let refresh_token = granted.refresh_token.or(former);
        Self { access_token: granted.access_token, refresh_token, until: Timestamp::now().plus(good_for) }
    }

    /// What may be shown, if it is not what the server has just refused.
    fn good(&self, refused: Option<&Secret>) -> Option<&Secret> {
        (self.until > Timestamp::now() && Some(&self.access_token) != refused).then_some(&self.access_token)
    }
}

type Key = (TenantId, ServerName, String);
/// Locked while the token is looked for: many calls, one question.
type Slot = Arc<tokio::sync::Mutex<Option<(Kept, Instant)>>>;

/// The tokens of users.
pub(super) struct SignIns {
    books: Books,
    held: Mutex<HashMap<Key, Slot>>,
}

/// Where tokens are kept and where they come from. Cloned into tasks that nobody cuts off.
#[derive(Clone)]
struct Books {
    store: Arc<dyn Store>,
    sealing: Arc<Sealing>,
    endpoints: Arc<TokenEndpoints>,
}

/// A server whose users sign in, and one of them.
#[derive(Clone)]
struct Membership {
    server: Server,
    oauth: OAuthClient,
    user: Principal,
}

impl SignIns {
    pub(super) fn new(store: Arc<dyn Store>, sealing: Arc<Sealing>, endpoints: TokenEndpoints) -> Self {
        Self { books: Books { store, sealing, endpoints: Arc::new(endpoints) }, held: Mutex::default() }
    }

    fn slot(&self, tenant: &TenantId, server: &ServerName, user: &Principal) -> Slot {
        let key = (tenant.clone(), server.clone(), user.identity());
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= MAX_HELD && !held.contains_key(&key) {
            held.clear();
        }
        Arc::clone(held.entry(key).or_default())
    }

    /// Keeps what a user brought back.
    async fn keep(&self, of: &Membership, kept: &Kept) -> Result<()> {
        let Membership { server, user, .. } = of;
        let document = UserToken {
            id: document_id(&server.name, user),
            server: server.name.clone(),
            issuer: user.issuer.clone(),
            subject: user.subject.clone(),
            sealed: self.books.seal(of, kept).await?,
            renewing_until: None,
            signed_in_at: Timestamp::now(),
        };
        let slot = self.slot(&user.tenant, &server.name, user);
        let mut held = slot.lock().await;
        self.books.tokens(&user.tenant).put(&document, Expect::Any).await?;
        *held = None;
        Ok(())
    }
}

impl Books {
    fn tokens(&self, tenant: &TenantId) -> Collection<UserToken> {
        Collection::of_tenant(&self.store, tenant)
    }

    async fn seal(&self, of: &Membership, kept: &Kept) -> Result<String> {
        let plain = serde_json::to_vec(kept).map_err(|error| Error::internal("write tokens").source(error))?;
        self.sealing.sealer().await?.seal(TOKENS, &of.bound_to(), &plain)
    }

    /// What was kept; `None` for what was sealed for another address of the server, which must not see it.
    async fn open(&self, of: &Membership, sealed: &str) -> Result<Option<Kept>> {
        let plain = self.sealing.sealer().await?.open(TOKENS, &of.bound_to(), sealed);
        Ok(plain.and_then(|plain| serde_json::from_slice(&plain).ok()))
    }

    /// Reads the token of a user, and exchanges it where it has ended or was refused.
    async fn read(&self, of: &Membership, refused: Option<&Secret>) -> Result<Option<Kept>> {
        let (tokens, id) = (self.tokens(&of.user.tenant), document_id(&of.server.name, &of.user));
        let give_up = Instant::now() + RENEWAL;
        while Instant::now() < give_up {
            let Some(stored) = tokens.get(&id).await? else { return Ok(None) };
            let Some(kept) = self.open(of, &stored.value.sealed).await? else { return Ok(None) };
            if kept.good(refused).is_some() {
                return Ok(Some(kept));
            }
            let Some(refresh_token) = kept.refresh_token else { return Ok(None) };
            if stored.value.renewing_until.is_none_or(|until| until < Timestamp::now()) {
                let (books, of) = (self.clone(), of.clone());
                match to_its_end(async move { books.renew(&of, stored, refresh_token).await }).await {
                    // Another replica was faster, or the user has signed in again.
                    Err(error) if error.kind() == Kind::Conflict => {}
                    renewed => return renewed,
                }
            }
            tokio::time::sleep(GLANCE).await;
        }
        Err(Error::internal("the user's token is being exchanged, and that does not end"))
    }

    /// Exchanges a token for a newer one: by one replica alone, because an authorization server may take a second use of
    /// a refresh token for a theft (RFC 9700 §4.14.2).
    async fn renew(&self, of: &Membership, stored: Stored<UserToken>, refresh_token: Secret) -> Result<Option<Kept>> {
        let tokens = self.tokens(&of.user.tenant);
        let Stored { value: mut document, revision } = stored;
        document.renewing_until = Some(Timestamp::now().plus(RENEWAL));
        let revision = tokens.put(&document, Expect::Revision(revision)).await?;
        document.renewing_until = None;
        let resource = resource(&of.server);
        let granted = self.endpoints.ask(&of.oauth, &Grant::Refresh(&refresh_token), resource.as_deref()).await;
        match granted {
            Ok(granted) => {
                let kept = Kept::of(granted, Some(refresh_token));
                document.sealed = self.seal(of, &kept).await?;
                tokens.put(&document, Expect::Revision(revision)).await?;
                Ok(Some(kept))
            }
            Err(refusal) if refusal.is_final() => {
                tracing::info!(server.name = %of.server.name, %refusal, "a user's sign-in has ended there");
                tokens.delete_unchanged(&document.id, revision).await?;
                Ok(None)
            }
            Err(refusal) => {
                tokens.put(&document, Expect::Revision(revision)).await?;
                Err(Error::new(Kind::UpstreamUnavailable, format!("no new token from {}", of.oauth.token_url))
                    .source(refusal.to_string()))
            }
        }
    }
}

impl Membership {
    /// Whose tokens they are, and who may see them: a server that moved, or another client of its authorization server,
    /// may not.
    fn bound_to(&self) -> String {
        let Self { server, oauth, user } = self;
        let at = resource(server).unwrap_or_default();
        serde_json::json!([user.identity(), server.name, at, oauth.token_url, oauth.client_id]).to_string()
    }
}

/// Runs what must not be cut off half-way, also when its caller leaves: what an authorization server has given in
/// exchange for a token or a code is given once.
async fn to_its_end<T: Send + 'static>(work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    tokio::spawn(work).await.map_err(|error| Error::internal("exchange a token").source(error))?
}

#[async_trait]
impl UserTokens for SignIns {
    async fn token(
        &self,
        tenant: &TenantId,
        server: &Server,
        user: &Principal,
        refused: Option<&Secret>,
    ) -> Result<Option<Secret>> {
        // A token is its tenant's, whoever asks.
        let Some(oauth) = server.sign_in().filter(|_| user.tenant == *tenant) else { return Ok(None) };
        let slot = self.slot(tenant, &server.name, user);
        let mut held = slot.lock().await;
        if let Some((kept, read)) = held.as_ref()
            && read.elapsed() < FRESH
            && let Some(token) = kept.good(refused)
        {
            return Ok(Some(token.clone()));
        }
        let of = Membership { server: server.clone(), oauth: oauth.clone(), user: user.clone() };
        *held = self.books.read(&of, refused).await?.map(|kept| (kept, Instant::now()));
        Ok(held.as_ref().map(|(kept, _)| kept.access_token.clone()))
    }
}

impl Gateway {
    /// A link for `principal` to sign in at `server` with; `session` is told when it is done.
    ///
    /// # Errors
    /// When users do not sign in there, and as the store's until the sealing key was read once.
    pub async fn sign_in_link(
        &self,
        principal: &Principal,
        server: &Server,
        session: Option<&SessionKey>,
    ) -> Result<SignInLink> {
        sign_in_of(server)?;
        let id = uuid::Uuid::new_v4().to_string();
        let invitation = Invitation {
            id: id.clone(),
            tenant: principal.tenant.clone(),
            issuer: principal.issuer.clone(),
            subject: principal.subject.clone(),
            server: server.name.clone(),
            session: session.map(|key| key.0.to_string()),
            until: Timestamp::now().plus(LINK_LIFETIME),
        };
        let link = self.sealed(LINK, &invitation).await?;
        let mut url = self.public(&["oauth", "start"])?;
        url.query_pairs_mut().append_pair("link", &link);
        Ok(SignInLink { url: url.into(), id })
    }

    /// Where an authorization server sends its users back to: registered there, and different for each, so that none
    /// can pass off its answers as another's (RFC 9700 §4.4).
    ///
    /// # Errors
    /// [`Kind::Internal`] when the gateway has no address that a URL can name.
    pub fn redirect_uri(&self, tenant: &TenantId, server: &ServerName) -> Result<String> {
        self.public(&["oauth", "callback", tenant.as_str(), server.as_str()]).map(Into::into)
    }

    /// What a link leads to.
    ///
    /// # Errors
    /// When it is none of ours or too old, or users no longer sign in there.
    pub async fn sign_in_offer(&self, link: &str) -> Result<SignInOffer> {
        let invitation = self.invitation(link).await?;
        let server = self.invited_to(&invitation).await?;
        let page = authorize_url(sign_in_of(&server)?)?;
        let Invitation { server, tenant, subject, .. } = invitation;
        Ok(SignInOffer { server, tenant, subject, page })
    }

    /// The page of the authorization server for the user of `link`.
    ///
    /// # Errors
    /// As [`Self::sign_in_offer`].
    pub async fn begin_sign_in(&self, link: &str) -> Result<SignInStart> {
        let mut invitation = self.invitation(link).await?;
        let server = self.invited_to(&invitation).await?;
        let oauth = sign_in_of(&server)?;
        invitation.until = Timestamp::now().plus(LINK_LIFETIME);
        let redirect_uri = self.redirect_uri(&invitation.tenant, &server.name)?;
        let (verifier, browser) = (secrets::random_text()?, secrets::random_text()?);
        let journey = Journey { invitation, verifier, browser: digest(&browser) };
        let state = self.sealed(STATE, &journey).await?;
        let mut url = authorize_url(oauth)?;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &oauth.client_id)
            .append_pair("redirect_uri", &redirect_uri)
            .append_pair("state", &state)
            .append_pair("code_challenge", &digest(&journey.verifier))
            .append_pair("code_challenge_method", "S256");
        if let Some(scope) = &oauth.scope {
            url.query_pairs_mut().append_pair("scope", scope);
        }
        if let Some(resource) = resource(&server) {
            url.query_pairs_mut().append_pair("resource", &resource);
        }
        Ok(SignInStart { page: url, redirect_uri, browser: Secret::new(browser) })
    }

    /// Takes what a user brought back to the redirect URI of `server`: their browser's cookie, the state that they set
    /// out with, and the code or the refusal of the authorization server. The server's name.
    ///
    /// # Errors
    /// Whatever keeps them from being signed in.
    pub async fn finish_sign_in(
        self: &Arc<Self>,
        at: (&str, &str),
        browser: &str,
        state: &str,
        code: std::result::Result<&str, &str>,
    ) -> Result<ServerName> {
        let journey = self.opened::<Journey>(STATE, state).await?;
        let journey = journey.filter(|it| it.browser == digest(browser) && it.invitation.until > Timestamp::now());
        let Journey { invitation, verifier, .. } = journey.ok_or_else(over)?;
        if (invitation.tenant.as_str(), invitation.server.as_str()) != at {
            return Err(over());
        }
        let server = self.invited_to(&invitation).await?;
        let oauth = sign_in_of(&server)?;
        let code = code.map_err(|refusal| {
            let refusal: String = refusal.chars().filter(|each| !each.is_control()).take(64).collect();
            Error::new(Kind::Refused, format!("server `{}` did not let you in: {refusal}", server.name))
        })?;
        let redirect_uri = self.redirect_uri(&invitation.tenant, &server.name)?;
        let of = Membership { oauth: oauth.clone(), user: invitation.user(), server };
        let (gateway, code) = (Arc::clone(self), code.to_owned());
        to_its_end(async move {
            let Membership { server, oauth, user } = &of;
            let grant = Grant::Code { code: &code, verifier: &verifier, redirect_uri: &redirect_uri };
            let granted = gateway.sign_ins.books.endpoints.ask(oauth, &grant, resource(server).as_deref()).await;
            let granted = granted.map_err(|refusal| {
                Error::new(Kind::UpstreamError, format!("the authorization server of `{}` gave no token", server.name))
                    .source(refusal.to_string())
            })?;
            gateway.sign_ins.keep(&of, &Kept::of(granted, None)).await?;
            tracing::info!(server.name = %server.name, user.id = user.subject, "a user has signed in there");
            gateway.signed_in(&invitation, user);
            Ok(of.server.name)
        })
        .await
    }

    /// Tells the client that waits; and lists the tools, where it is the gateway itself that may ask for them now.
    fn signed_in(self: &Arc<Self>, invitation: &Invitation, user: &Principal) {
        let server = invitation.server.clone();
        let params = RawJson::of(&serde_json::json!({ "elicitationId": invitation.id }));
        if let (Some(session), Ok(params)) = (&invitation.session, params) {
            let method = "notifications/elicitation/complete".to_owned();
            let note = Relayed::Notification { server: server.clone(), method, params };
            self.hub.tell_session(&SessionKey(session.as_str().into()), note);
        }
        if !user.identity_is(&Principal::operator(user.tenant.clone())) {
            return;
        }
        let (gateway, tenant) = (Arc::clone(self), user.tenant.clone());
        tokio::spawn(async move {
            let options = SyncOptions { servers: vec![server.clone()], ..SyncOptions::default() };
            if let Err(error) = gateway.sync(&tenant, &options, &|_| {}).await {
                tracing::warn!(server.name = %server, error = error.chain(), "its tools were not listed");
            }
        });
    }

    /// Who has signed in at a server.
    ///
    /// # Errors
    /// [`Kind::NotFound`]; the store's.
    pub async fn signed_in_at(&self, tenant: &TenantId, server: &ServerName) -> Result<Vec<SignedIn>> {
        self.registry.expect(tenant, server).await?;
        let found = self.sign_ins.books.tokens(tenant).find(&Query::all().equals("server", server.as_str())).await?;
        let users = found.into_iter().map(|Stored { value: user, .. }| SignedIn {
            issuer: user.issuer,
            subject: user.subject,
            signed_in_at: user.signed_in_at.to_string(),
        });
        Ok(users.collect())
    }

    /// Forgets the tokens of everybody at a server, or of `subject` alone; how many. Running gateways show them for
    /// five seconds more.
    ///
    /// # Errors
    /// The store's.
    pub async fn sign_out(&self, tenant: &TenantId, server: &ServerName, subject: Option<&str>) -> Result<usize> {
        let tokens = self.sign_ins.books.tokens(tenant);
        let found = tokens.find_readable(&Query::all().equals("server", server.as_str())).await?;
        let is_meant = |user: &crate::store::Readable<UserToken>| match (subject, user) {
            (None, _) => true,
            (Some(subject), Ok(user)) => user.value.subject == subject,
            (Some(_), Err(_)) => false,
        };
        let ids: Vec<String> = found.into_iter().filter(|(_, user)| is_meant(user)).map(|(id, _)| id).collect();
        tokens.replace(&[], &ids).await?;
        Ok(ids.len())
    }

    async fn invitation(&self, link: &str) -> Result<Invitation> {
        let invitation = self.opened::<Invitation>(LINK, link).await?;
        invitation.filter(|it| it.until > Timestamp::now()).ok_or_else(over)
    }

    async fn invited_to(&self, invitation: &Invitation) -> Result<Server> {
        let server = self.registry.get(&invitation.tenant, &invitation.server).await;
        server.map_err(|error| if error.kind() == Kind::NotFound { over() } else { error })
    }

    async fn sealed(&self, purpose: &str, value: &(impl Serialize + Sync)) -> Result<String> {
        let plain = serde_json::to_vec(value).map_err(|error| Error::internal("write a link").source(error))?;
        self.sealer().await?.seal(purpose, "", &plain)
    }

    async fn opened<T: serde::de::DeserializeOwned>(&self, purpose: &str, text: &str) -> Result<Option<T>> {
        let plain = self.sealer().await?.open(purpose, "", text);
        Ok(plain.and_then(|plain| serde_json::from_slice(&plain).ok()))
    }

    /// What browsers call the origin of our pages.
    pub fn origin(&self) -> Option<String> {
        self.public(&[]).ok().map(|url| url.origin().ascii_serialization())
    }

    /// A page of ours.
    pub(super) fn public(&self, path: &[&str]) -> Result<Url> {
        let at = self.public_url.get().cloned().or_else(|| super::url_of(self.config.serve.bind));
        let mut url = at.ok_or_else(|| Error::internal("the gateway has no address"))?;
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        Ok(url)
    }
}

fn over() -> Error {
    Error::invalid("this link is not good, or no longer").help("ask your agent to call the tool again")
}

fn sign_in_of(server: &Server) -> Result<&OAuthClient> {
    server.sign_in().ok_or_else(|| {
        Error::new(Kind::Refused, format!("users do not sign in at server `{}`", server.name))
            .help("add it with --oauth-authorize-url")
    })
}

fn authorize_url(oauth: &OAuthClient) -> Result<Url> {
    let page = oauth.authorize_url.as_deref().unwrap_or_default();
    Url::parse(page).map_err(|error| Error::internal("the authorization endpoint is no URL").source(error))
}

/// The server as a protected resource (RFC 8707 §2): its URL without what may hold credentials.
fn resource(server: &Server) -> Option<String> {
    let (Transport::StreamableHttp { url, .. } | Transport::Sse { url, .. }) = &server.transport else { return None };
    let mut url = Url::parse(url).ok()?;
    url.set_query(None);
    url.set_fragment(None);
    Some(url.into())
}

fn document_id(server: &ServerName, user: &Principal) -> String {
    format!("{server}::{:x}", Sha256::digest(user.identity()))
}

fn digest(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text))
}
