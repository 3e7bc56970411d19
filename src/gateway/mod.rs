//! The use cases, and the composition root: the only place where the parts meet at run time.

mod accounts;
mod assumed;
mod audit;
mod bootstrap;
mod cached;
mod caches;
mod call;
mod console;
mod contained;
mod doctor;
mod embedding;
mod evaluate;
mod events;
mod forward;
mod import;
mod invite;
mod judged;
mod list;
mod notify;
mod offers;
mod policies;
mod quarantine;
mod rates;
mod requests;
mod sealing;
mod search;
mod server_form;
mod servers;
mod shield;
mod sign_in;
mod signatures;
mod spaces;
mod switch;
mod tasks;
mod tenants;
mod tools;

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Instant;

use tokio::sync::{Notify, mpsc};
use url::Url;

use crate::audit::Audit;
use crate::auth::Action;
use crate::auth::{Authenticator, DownstreamSigner};
use crate::cache::ResultCache;
use crate::catalog::{Catalog, Progress, SyncOptions, SyncReport, Syncer};
use crate::config::Config;
use crate::embeddings::{PROBE, Role, Space};
use crate::error::{Error, Kind, Result};
use crate::guardrails::Chain;
use crate::model::{Principal, ServerName, TenantId};
use crate::quota::Quota;
use crate::registry::Registry;
use crate::search::{self as index, SearchIndex};
use crate::secrets::{Keyring, SealedStore, Sealer, Secrets};
use crate::sessions::Sessions;
use crate::store::{self, Store};
use crate::upstream::{Credentials, Event, Pool, Token, TokenEndpoints, UserTokens};

use offers::Offers;
use sealing::Sealing;
use sign_in::SignIns;
use signatures::Signatures;
pub use signatures::shown_signature;
use spaces::Spaces;
use tasks::Tasks;
use tenants::TenantGate;

pub use accounts::AccountSummary;
pub use assumed::Assumed;
pub use audit::{
    Administration, AuditBucket, AuditGroup, AuditOutcome, AuditPage, AuditQuery, AuditSummary, AuditTally,
    AuditTokensSaved, Deed, Latency, MAX_AUDIT_PAGE, audit_csv, audit_kind,
};
pub use bootstrap::{Bootstrapped, DEMO_MARK};
pub use caches::Migration;
pub use call::{CallRequest, MAX_NAME_BYTES};
pub use console::{ConsoleConfig, LoggedIn, SessionSummary};
pub use contained::contained;
pub use doctor::{Check, CheckStatus};
pub use embedding::shown_status;
pub use evaluate::{EVALUATION_DEPTH, Evaluated, JudgedQuery, JudgedTool, Judgements, Searched, shown_evaluation};
pub use import::ImportedServer;
pub use judged::shown_judged;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use list::fuzz as fuzz_cursor;
pub use list::{Page, PageStart};
pub use notify::{Hub, List, Note};
pub use offers::{Offer, Offered};
use policies::Users;
pub use policies::{PolicyDecision, PolicySummary};
pub use quarantine::KeptTool;
pub use requests::{Resource, Subscription};
pub use search::{Compared, ComparedModes, SearchAnswer, SearchRequest, SearchResult};
pub use server_form::{OAuthForm, ServerDetail, ServerForm, shown_sync};
pub use servers::{Probe, ServerCircuit, ServerFailure, ServerHealth, ServerPage, ServerSummary, Words};
pub use sign_in::{LINK_LIFETIME, SignInLink, SignInOffer, SignInStart, SignedIn};
pub use switch::{SwitchBegun, SwitchDone, SwitchProgress, TestedProvider};
pub use tenants::{TenancyConfig, TenantSummary};
pub use tools::{ToolPage, ToolQuery, ToolState, ToolSummary};

/// How long the end waits for the store to take audit records; those that it did not take wait on disk.
const CLOSE_AUDIT: std::time::Duration = std::time::Duration::from_secs(5);

/// What `/mcp` lists.
#[derive(Clone, Debug)]
pub struct DiscoveryConfig {
    /// How that is decided.
    pub mode: Discovery,
    /// With [`Discovery::Auto`]: the largest full list, in tokens.
    pub budget_tokens: usize,
}

/// How it is decided what `/mcp` lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Discovery {
    /// The full catalog while it is small enough for this caller, else the discovery tools.
    Auto,
    /// Always the full catalog.
    Full,
    /// Always the discovery tools.
    Search,
}

impl Discovery {
    /// Every mode with its configuration name.
    pub const NAMES: &'static [(&'static str, Self)] =
        &[("auto", Self::Auto), ("full", Self::Full), ("search", Self::Search)];
}

/// The signer as the connections know it.
struct Vouching(Arc<DownstreamSigner>);

impl Credentials for Vouching {
    fn token(&self, tenant: &TenantId, server: &ServerName) -> Result<Token> {
        let signed = self.0.token(tenant, server)?;
        Ok(Token { text: signed.token, fresh_until: signed.fresh_until })
    }
}

/// The gateway: every face and every subcommand calls this.
pub struct Gateway {
    config: Config,
    store: Arc<dyn Store>,
    secrets: Secrets,
    registry: Registry,
    catalog: Catalog,
    cache: ResultCache,
    pool: Pool,
    spaces: Arc<Spaces>,
    /// What may pass; `None` where they are off.
    guardrails: Option<Arc<Chain>>,
    signatures: Arc<Signatures>,
    /// A switch of the embedding space waits to be done.
    switch_wanted: Notify,
    index: Arc<dyn SearchIndex>,
    sessions: Sessions,
    offers: Offers,
    tasks: Tasks,
    hub: Hub,
    /// What servers say that belongs to no request, until somebody takes it.
    events: Mutex<Option<mpsc::Receiver<Event>>>,
    sealing: Arc<Sealing>,
    sign_ins: Arc<SignIns>,
    auth: Authenticator,
    downstream: Arc<DownstreamSigner>,
    quota: Quota,
    audit: Arc<Audit>,
    limited: audit::Limited,
    refusals: audit::Refusals,
    tenant_gate: TenantGate,
    console: console::Console,
    users: Users,
    /// Where clients and browsers reach us.
    public_url: OnceLock<Url>,
    started: Instant,
}

impl Gateway {
    /// Opens the store and the embedder and puts the parts together. Nothing is loaded yet.
    ///
    /// # Errors
    /// When the store or the embedder cannot be opened.
    pub async fn open(config: Config) -> Result<Arc<Self>> {
        let store::Opened { store: plain, vault, mongodb } = store::open(&config.store).await?;
        let keyring = Keyring::new(config.secrets.clone(), Arc::clone(&plain), vault, mongodb.clone());
        let secrets = Secrets::new(Arc::clone(&plain), Arc::clone(&keyring));
        let store: Arc<dyn Store> = Arc::new(SealedStore::over(plain, keyring));
        let index = index::open(&config.search, mongodb)?;
        let downstream = Arc::new(DownstreamSigner::new(config.downstream.clone()));
        let vouching: Arc<dyn Credentials> = Arc::new(Vouching(Arc::clone(&downstream)));
        let sealing = Arc::new(Sealing::new(Arc::clone(&store)));
        let spaces = Spaces::open(config.embeddings.clone(), Arc::clone(&store), Arc::clone(&sealing)).await?;
        let spaces = Arc::new(spaces);
        let signatures = Arc::new(Signatures::new(Arc::clone(&store), Arc::clone(&spaces)));
        let guardrails = match config.guardrails.is_enabled {
            true => Some(Arc::new(Chain::open(&config.guardrails, Arc::clone(&signatures) as _)?)),
            false => None,
        };
        let endpoints = TokenEndpoints::new(config.upstream.clone());
        let sign_ins = Arc::new(SignIns::new(Arc::clone(&store), Arc::clone(&sealing), endpoints));
        let users: Arc<dyn UserTokens> = Arc::clone(&sign_ins) as _;
        Ok(Arc::new(Self {
            registry: Registry::new(Arc::clone(&store)),
            catalog: Catalog::new(Arc::clone(&store), Arc::clone(&index)),
            cache: ResultCache::new(config.cache.clone(), Arc::clone(&store)),
            pool: Pool::new(config.upstream.clone(), Some(vouching), users),
            downstream,
            sessions: Sessions::new(Arc::clone(&store), config.session_idle),
            offers: Offers::default(),
            tasks: Tasks::default(),
            hub: Hub::default(),
            events: Mutex::default(),
            sealing,
            sign_ins,
            auth: Authenticator::new(&config.auth),
            quota: Quota::new(config.quota.clone()),
            audit: Arc::new(Audit::new(&config.audit, &store, &config.store.identity())),
            limited: audit::Limited::default(),
            refusals: audit::Refusals::default(),
            tenant_gate: TenantGate::default(),
            console: console::Console::default(),
            users: Users::default(),
            store,
            secrets,
            spaces,
            guardrails,
            signatures,
            switch_wanted: Notify::new(),
            index,
            public_url: config.serve.public_url.clone().map_or_else(OnceLock::new, OnceLock::from),
            config,
            started: Instant::now(),
        }))
    }

    /// Who callers are.
    pub fn auth(&self) -> &Authenticator {
        &self.auth
    }

    /// Who vouches for us before the servers.
    pub fn downstream(&self) -> &Arc<DownstreamSigner> {
        &self.downstream
    }

    /// How much they may ask.
    pub fn quota(&self) -> &Quota {
        &self.quota
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The store.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// What of the store is sealed, and by what.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// The servers.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The tools.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The answers already given.
    pub fn cache(&self) -> &ResultCache {
        &self.cache
    }

    /// The connections.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// The clients' sessions.
    pub fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    /// What listening clients are told.
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// Seals what we hand out and want back: session ids, states, task ids. Its key is the same in every replica, and
    /// made by the first that needs it.
    ///
    /// # Errors
    /// As the store's, until the key was read once.
    pub async fn sealer(&self) -> Result<&Sealer> {
        self.sealing.sealer().await
    }

    /// Tries to read that key again where it could not be read when it was last wanted.
    pub async fn retry_sealer(&self) {
        self.sealing.retry().await;
    }

    /// What ranks.
    pub async fn describe_search(&self) -> index::Description {
        self.index.describe(&self.config.tenant, self.spaces.now().known_widths()).await
    }

    /// What embeds.
    pub fn space(&self) -> Space {
        self.spaces.now().current.clone()
    }

    /// Has the embedder ready before the first search wants it: one in this process is loaded when this returns, one over
    /// a network is asked beside everything else.
    pub async fn warm_up_embedder(&self) {
        let space = self.spaces.now().current.clone();
        let is_remote = space.settings.provider.is_remote();
        // What goes wrong is said where it does.
        let warming = tokio::spawn(async move { space.embedder.embed(&[PROBE.to_owned()], Role::Query).await.is_ok() });
        if !is_remote {
            let _ = warming.await;
        }
    }

    /// Takes over which embedding space the store says is in force.
    ///
    /// # Errors
    /// The store's.
    pub async fn follow_space(&self) -> Result<()> {
        self.spaces.follow().await?;
        self.switch_wanted.notify_one();
        Ok(())
    }

    /// Until a switch of the embedding space may have to be done.
    pub async fn switch_is_wanted(&self) {
        self.switch_wanted.notified().await;
    }

    /// Has it known where it listens, where nothing else is configured. The first word stands.
    pub fn listens_at(&self, address: std::net::SocketAddr) {
        if let Some(url) = url_of(address) {
            let _ = self.public_url.set(url);
        }
    }

    /// When the gateway was opened.
    pub fn started(&self) -> Instant {
        self.started
    }

    /// Brings the tenant's catalog up to date with its servers.
    ///
    /// # Errors
    /// As [`Syncer::run`].
    pub async fn sync(
        &self,
        tenant: &TenantId,
        options: &SyncOptions,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<SyncReport> {
        loop {
            if !options.dry_run {
                self.spaces.recorded().await?;
            }
            self.spaces.follow().await?;
            let spaces = self.spaces.now();
            let syncer = Syncer {
                store: &self.store,
                registry: &self.registry,
                pool: &self.pool,
                space: &spaces.current,
                next_space: spaces.next.as_ref(),
                guardrails: self.guardrails.as_deref(),
                limits: &self.config.catalog,
            };
            let report = syncer.run(tenant, options, progress).await?;
            self.spaces.follow().await?;
            // Another space came into force meanwhile: what was synced is of the former one.
            if self.spaces.now().current.version == spaces.current.version {
                return Ok(report);
            }
        }
    }

    /// Writes what still waits to be kept, ends connections and children, and stores the records of what was executed. The
    /// store needs no closing: every
    /// acknowledged write is durable.
    pub async fn close(&self) {
        self.cache.flush().await;
        self.pool.close().await;
        self.close_audit(CLOSE_AUDIT).await;
    }
}

/// Where a browser of this machine reaches what listens at `address`.
fn url_of(address: std::net::SocketAddr) -> Option<Url> {
    let host = if address.ip().is_unspecified() { std::net::Ipv4Addr::LOCALHOST.into() } else { address.ip() };
    Url::parse(&format!("http://{}", std::net::SocketAddr::new(host, address.port()))).ok()
}

/// The error for a tool that does not exist *or* that the caller may not see: the two cannot be told apart.
fn unknown_tool(name: &str) -> Error {
    let shown: String = name.chars().filter(|each| !each.is_control()).take(128).collect();
    Error::not_found(format!("unknown tool `{shown}`"))
        .data(serde_json::json!({ "reason": "unknown_tool" }))
        .help("list the tools you may use, or search for one by what it does")
}

/// The error for a bare name that several visible servers own.
fn ambiguous_tool(name: &str, candidates: &[&crate::catalog::Listed]) -> Error {
    let names: Vec<&str> = candidates.iter().map(|listed| listed.exposed.as_ref()).collect();
    Error::invalid(format!("`{name}` is ambiguous: {}", names.join(", ")))
        .data(serde_json::json!({ "reason": "ambiguous_tool", "candidates": names }))
        .help("use one of the full names")
}

/// Something that the caller may see and not use.
fn forbidden(what: &str, name: &str) -> Error {
    Error::new(Kind::Forbidden, format!("{what} `{name}` may not be used by this caller"))
        .data(serde_json::json!({ "reason": "insufficient_scope" }))
        .help("a policy of the tenant decides; `mcpgw policy check` says which")
}

/// Finds the one tool that `name` means to `principal`.
fn resolve(
    view: &crate::catalog::View,
    principal: &Principal,
    name: &str,
    server: Option<&str>,
    action: Action,
) -> Result<crate::catalog::Listed> {
    use crate::catalog::Found;
    match view.resolve(name, server, principal, action) {
        Found::One(listed) => Ok(listed.clone()),
        Found::Forbidden(listed) => Err(forbidden("tool", &listed.exposed)),
        Found::Ambiguous(candidates) => Err(ambiguous_tool(name, &candidates)),
        Found::Nothing => Err(unknown_tool(name)),
    }
}
