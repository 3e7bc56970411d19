//! Configuration: the only place where the sections meet.
//!
//! Each part owns its own `…Config`; this module fills them from the merged layers and refuses a
//! configuration that cannot work with every fault listed at once.

mod audit;
mod callers;
mod embedding;
mod guardrails;
mod layers;
mod secrets;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;
use url::Url;

use crate::audit::AuditConfig;
use crate::auth::{AuthConfig, DownstreamConfig};
use crate::cache::CacheConfig;
use crate::catalog::CatalogConfig;
use crate::embeddings::EmbeddingsConfig;
use crate::error::Result;
use crate::gateway::{ConsoleConfig, Discovery, DiscoveryConfig, TenancyConfig};
use crate::guardrails::GuardrailsConfig;
use crate::model::{Secret, TenantId};
use crate::quota::QuotaConfig;
use crate::search::{Engine, Fusion, SearchConfig, Weights};
use crate::secrets::SecretsConfig;
use crate::serve::ServeConfig;
use crate::store::{Location, StoreConfig};
use crate::telemetry::LogFormat;
use crate::telemetry::traces::TracesConfig;
use crate::upstream::UpstreamConfig;

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use layers::fuzz as fuzz_configuration;
pub use layers::{Origin, Sources};

/// A prefix that leaves room for a tenant's slug and digits in the 63 bytes of a database name.
const MAX_DB_NAME: usize = 32;

/// Where the gateway runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// Convenient defaults.
    Development,
    /// Refuses what is only fit for development.
    Production,
}

/// The whole configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the gateway runs.
    pub environment: Environment,
    /// This replica.
    pub instance_id: String,
    /// Whose catalog the command line works on, and the default tenant of `serve`.
    pub tenant: TenantId,
    /// Whether `serve` bootstraps.
    pub auto_bootstrap: bool,
    /// How callers are known.
    pub auth: AuthConfig,
    /// How the gateway vouches for itself before the servers.
    pub downstream: DownstreamConfig,
    /// What a demo server asks of its callers.
    pub demo_auth: AuthConfig,
    /// How much they may ask.
    pub quota: QuotaConfig,
    /// How records of what was executed are kept.
    pub audit: AuditConfig,
    /// Which tenants are served.
    pub tenancy: TenancyConfig,
    /// The store.
    pub store: StoreConfig,
    /// What wraps the keys of what the store keeps sealed.
    pub secrets: SecretsConfig,
    /// The embeddings provider.
    pub embeddings: EmbeddingsConfig,
    /// What may pass.
    pub guardrails: GuardrailsConfig,
    /// The index.
    pub search: SearchConfig,
    /// Downstream servers.
    pub upstream: UpstreamConfig,
    /// The catalog's limits.
    pub catalog: CatalogConfig,
    /// Which results are kept.
    pub cache: CacheConfig,
    /// What `/mcp` lists.
    pub discovery: DiscoveryConfig,
    /// A client's session that is not used for so long has ended.
    pub session_idle: Duration,
    /// Who administers.
    pub console: ConsoleConfig,
    /// The HTTP face.
    pub serve: ServeConfig,
    /// How logs are written; `None` decides by terminal.
    pub log_format: Option<LogFormat>,
    /// Where traces go; `None` makes none.
    pub traces: Option<TracesConfig>,
    /// Every set key with its value (secrets masked) and origin.
    pub settings: Vec<Setting>,
}

/// One line of the effective configuration.
#[derive(Clone, Debug, Serialize)]
pub struct Setting {
    /// The key.
    pub key: &'static str,
    /// Its value, masked where it is secret.
    pub value: String,
    /// Where it came from.
    pub origin: Origin,
}

impl Config {
    /// Merges the sources and checks them.
    ///
    /// # Errors
    /// [`crate::error::Kind::InvalidConfig`] listing every fault with its origin.
    pub fn load(sources: &Sources) -> Result<Self> {
        let mut layers = layers::Layers::gather(sources);
        let config = Self::read(&mut layers);
        layers.finish()?;
        config.ok_or_else(|| crate::error::Error::internal("a configuration default is missing"))
    }

    /// `None` when a required value was refused or missing; the fault is in `layers`.
    fn read(layers: &mut layers::Layers) -> Option<Self> {
        let environment = layers.choice(
            "ENVIRONMENT",
            &[("development", Environment::Development), ("production", Environment::Production)],
        );
        let production = environment == Some(Environment::Production);
        // Every section is read before the first `?`, so that all faults are found in one go.
        let store = read_store(layers);
        let embeddings = embedding::read(layers, production);
        let secrets = secrets::read(layers, store.as_ref(), embeddings.as_ref());
        let guardrails = guardrails::read(layers);
        let search = read_search(layers);
        let upstream = read_upstream(layers, production);
        let discovery = read_discovery(layers);
        let catalog = read_catalog(layers);
        let cache = read_cache(layers);
        let serve = read_serve(layers, production);
        let session_idle = seconds(layers, "SESSION_IDLE_SECONDS");
        let tenant = layers.parsed("MCPGW_TENANT", "1 to 64 characters of A-Z a-z 0-9 . _ -");
        // An embedded store is one gateway's own; a shared one is made ready once, by an operator.
        let embedded = store.as_ref().is_some_and(|store| matches!(store.location, Location::Sqlite(_)));
        let auto_bootstrap = truth(layers, "AUTO_BOOTSTRAP").unwrap_or(embedded);
        let log_format = layers.choice("LOG_FORMAT", &[("json", LogFormat::Json), ("pretty", LogFormat::Pretty)]);
        let instance_id = layers.text("GATEWAY_INSTANCE_ID").map_or_else(|| instance_id(serve.as_ref()), str::to_owned);
        let traces = read_traces(layers, &instance_id);
        let auth = callers::read_auth(layers, production, store.as_ref(), serve.as_ref());
        let downstream = callers::read_downstream(layers, production, store.as_ref());
        let demo_auth = callers::read_demo_auth(layers, downstream.as_ref());
        let quota = callers::read_quota(layers);
        let audit = audit::read(layers, production, store.as_ref());
        let console = read_console(layers, production);
        let auto_provision = truth(layers, "AUTO_PROVISION_TENANTS").unwrap_or(!production);
        let max_tenants = count(layers, "MAX_TENANTS");
        check_origins(layers, production);
        Some(Self {
            environment: environment?,
            instance_id,
            tenant: tenant?,
            auto_bootstrap,
            auth: auth?,
            downstream: downstream?,
            demo_auth: demo_auth?,
            quota: quota?,
            audit: audit?,
            tenancy: TenancyConfig { auto_provision, max_tenants: max_tenants? },
            store: store?,
            secrets: secrets?,
            embeddings: embeddings?,
            guardrails: guardrails?,
            search: search?,
            upstream: upstream?,
            catalog: catalog?,
            cache: cache?,
            discovery: discovery?,
            session_idle: session_idle?,
            console: console?,
            serve: serve?,
            log_format,
            traces,
            settings: layers
                .settings()
                .into_iter()
                .map(|(key, value, origin)| Setting { key, value, origin })
                .collect(),
        })
    }
}

fn read_store(layers: &mut layers::Layers) -> Option<StoreConfig> {
    // A flag or MCPGW_STORE names any store; MONGODB_URI is the earlier gateway's key.
    let key = if layers.text("MONGODB_URI").is_some() && !layers.beats("MCPGW_STORE", "MONGODB_URI") {
        "MONGODB_URI"
    } else {
        "MCPGW_STORE"
    };
    let uri = layers.text(key).unwrap_or("sqlite:").to_owned();
    let location = match uri.strip_prefix("sqlite:") {
        Some("") => default_store_file().map(Location::Sqlite).or_else(|| {
            layers.fault(
                "no home directory is known, so the store has no default place; give --store sqlite:PATH".into(),
            );
            None
        }),
        Some(":memory:") => {
            layers.refuse(key, "sqlite:PATH: every command is a process of its own, so the store has to be a file");
            None
        }
        Some(path) => Some(Location::Sqlite(PathBuf::from(path))),
        None if uri.starts_with("mongodb://") || uri.starts_with("mongodb+srv://") => {
            Some(Location::MongoDb(Secret::new(uri)))
        }
        None => {
            layers.refuse(key, "mongodb://…, mongodb+srv://… or sqlite:PATH");
            None
        }
    };
    let resume_ttl = seconds(layers, "WATCHER_RESUME_TTL_SECONDS");
    let db_name = layers.text("MONGODB_DB_NAME").map(str::to_owned);
    let plain = |name: &String| {
        (1..=MAX_DB_NAME).contains(&name.len())
            && name.bytes().all(|each| each.is_ascii_alphanumeric() || each == b'_' || each == b'-')
    };
    if !db_name.as_ref().is_none_or(plain) {
        layers.refuse("MONGODB_DB_NAME", "1 to 32 characters of A-Z a-z 0-9 _ -");
    }
    Some(StoreConfig { location: location?, db_name: db_name?, resume_ttl: resume_ttl? })
}

fn read_search(layers: &mut layers::Layers) -> Option<SearchConfig> {
    let engine = layers.choice("SEARCH_ENGINE", Engine::NAMES);
    let mut weight = |name| {
        let weight: Option<f64> = layers.parsed(name, "a number from 0 to 1000");
        if weight.is_some_and(|weight| !(0.0..=1000.0).contains(&weight)) {
            layers.refuse(name, "a number from 0 to 1000");
        }
        weight
    };
    let (vector, text) = (weight("HYBRID_VECTOR_WEIGHT"), weight("HYBRID_TEXT_WEIGHT"));
    if vector == Some(0.0) && text == Some(0.0) {
        layers
            .fault("`HYBRID_VECTOR_WEIGHT` and `HYBRID_TEXT_WEIGHT` are both 0, so nothing could be ranked".to_owned());
    }
    let fusion = layers.choice("HYBRID_FUSION", Fusion::NAMES);
    Some(SearchConfig { engine: engine?, weights: Weights { vector: vector?, text: text? }, fusion: fusion? })
}

fn read_upstream(layers: &mut layers::Layers, production: bool) -> Option<UpstreamConfig> {
    let timeout = milliseconds(layers, "DOWNSTREAM_TIMEOUT_MS");
    let max_concurrent = count(layers, "DOWNSTREAM_MAX_CONCURRENT");
    let max_queued = count(layers, "DOWNSTREAM_MAX_QUEUED");
    let max_result_bytes = count(layers, "MAX_RESULT_BYTES");
    let max_event_bytes = count(layers, "MAX_SSE_EVENT_BYTES");
    let stdio_idle = seconds(layers, "STDIO_IDLE_SECONDS");
    let allow_private = truth(layers, "DOWNSTREAM_ALLOW_PRIVATE_NETWORKS").unwrap_or(!production);
    let listed = layers.text("DOWNSTREAM_STDIO_ALLOWLIST").is_some();
    let programs = layers.list("DOWNSTREAM_STDIO_ALLOWLIST");
    if programs.iter().any(|program| !program.starts_with('/')) {
        layers.refuse("DOWNSTREAM_STDIO_ALLOWLIST", "a comma-separated list of absolute paths");
    }
    Some(UpstreamConfig {
        timeout: timeout?,
        max_concurrent: max_concurrent?,
        max_queued: max_queued?,
        max_result_bytes: max_result_bytes?,
        max_event_bytes: max_event_bytes?,
        stdio_idle: stdio_idle?,
        allow_private_networks: allow_private,
        // The library does not know which program runs it.
        warden: None,
        // Without a list: whatever the operator registers in development, nothing in production.
        stdio_allowlist: (listed || production).then_some(programs),
    })
}

fn read_catalog(layers: &mut layers::Layers) -> Option<CatalogConfig> {
    let max_tools_per_server = count(layers, "MAX_TOOLS_PER_SERVER");
    let max_schema_bytes = count(layers, "MAX_SCHEMA_BYTES");
    Some(CatalogConfig { max_tools_per_server: max_tools_per_server?, max_schema_bytes: max_schema_bytes? })
}

fn read_cache(layers: &mut layers::Layers) -> Option<CacheConfig> {
    const SHARE: &str = "a number from 0 to 1";
    let threshold: Option<f32> = layers.parsed("SEMANTIC_CACHE_THRESHOLD", SHARE);
    if threshold.is_some_and(|threshold| !(0.0..=1.0).contains(&threshold)) {
        layers.refuse("SEMANTIC_CACHE_THRESHOLD", SHARE);
    }
    let is_enabled = truth(layers, "SEMANTIC_CACHE_ENABLED");
    let ttl = seconds(layers, "SEMANTIC_CACHE_TTL_SECONDS");
    let memory_bytes = layers.parsed("SEMANTIC_CACHE_MEMORY_BYTES", "a whole number");
    Some(CacheConfig { is_enabled: is_enabled?, threshold: threshold?, ttl: ttl?, memory_bytes: memory_bytes? })
}

fn read_console(layers: &mut layers::Layers, production: bool) -> Option<ConsoleConfig> {
    let is_enabled = truth(layers, "ADMIN_UI_ENABLED");
    let text = |name| layers.text(name).map(str::to_owned);
    let (email, password) = (text("ADMIN_EMAIL"), text("ADMIN_PASSWORD"));
    if email.is_some() != password.is_some() {
        layers.fault("`ADMIN_EMAIL` and `ADMIN_PASSWORD` are given together or not at all".to_owned());
    }
    if password.as_ref().is_some_and(|password| password.len() > 1024) {
        layers.refuse("ADMIN_PASSWORD", "at most 1024 bytes");
    }
    // Defaults of examples are shorter.
    if production && password.as_ref().is_some_and(|password| password.chars().count() < 12) {
        layers.refuse("ADMIN_PASSWORD", "at least 12 characters where ENVIRONMENT=production");
    }
    Some(ConsoleConfig { is_enabled: is_enabled?, first: email.zip(password.map(Secret::new)) })
}

fn read_discovery(layers: &mut layers::Layers) -> Option<DiscoveryConfig> {
    let mode = layers.choice("MCP_DISCOVERY", Discovery::NAMES);
    let budget_tokens = count(layers, "MCP_DISCOVERY_BUDGET_TOKENS");
    Some(DiscoveryConfig { mode: mode?, budget_tokens: budget_tokens? })
}

fn read_serve(layers: &mut layers::Layers, production: bool) -> Option<ServeConfig> {
    let bind: Option<SocketAddr> = layers.parsed("MCPGW_BIND", "ADDRESS:PORT, for example 127.0.0.1:8000");
    let max_in_flight = count(layers, "MAX_IN_FLIGHT_REQUESTS");
    let max_queued = layers.parsed("MAX_QUEUED_REQUESTS", "a whole number");
    let max_body_bytes = count(layers, "MAX_BODY_BYTES");
    let max_json_depth = count(layers, "MAX_JSON_DEPTH");
    let max_headers = count(layers, "MAX_HEADERS");
    let max_header_bytes = count(layers, "MAX_HEADER_BYTES");
    if max_header_bytes.is_some_and(|bytes| bytes < 8192) {
        layers.refuse("MAX_HEADER_BYTES", "at least 8192");
    }
    let grace = seconds(layers, "SHUTDOWN_GRACE_SECONDS");
    let public_url = read_public_url(layers, production);
    Some(ServeConfig {
        bind: bind?,
        public_url,
        max_in_flight: max_in_flight?,
        max_queued: max_queued?,
        max_body_bytes: max_body_bytes?,
        max_json_depth: max_json_depth?,
        max_headers: max_headers?,
        max_header_bytes: max_header_bytes?,
        allowed_origins: layers.list("CORS_ALLOW_ORIGINS"),
        allowed_hosts: layers.list("ALLOWED_HOSTS"),
        forwarders: callers::read_forwarders(layers),
        shutdown_grace: grace?,
    })
}

fn read_public_url(layers: &mut layers::Layers, production: bool) -> Option<Url> {
    let url: Url = layers.parsed("MCPGW_PUBLIC_URL", "a URL, for example https://mcp.example.com")?;
    let is_local = url.host_str().is_some_and(|host| matches!(host, "localhost" | "127.0.0.1" | "[::1]"));
    let is_good = match url.scheme() {
        "https" => true,
        "http" => !production || is_local,
        _ => false,
    };
    let is_plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    if !is_good || !is_plain || url.fragment().is_some() {
        layers.refuse("MCPGW_PUBLIC_URL", "an https URL without user, query and fragment");
        return None;
    }
    Some(url)
}

fn check_origins(layers: &mut layers::Layers, production: bool) {
    if production && layers.list("CORS_ALLOW_ORIGINS").iter().any(|origin| origin == "*") {
        layers.fault("`CORS_ALLOW_ORIGINS` allows every origin, which `ENVIRONMENT=production` refuses".to_owned());
    }
}

/// The endpoint is one that others than we use, too: it alone makes no traces.
fn read_traces(layers: &mut layers::Layers, instance_id: &str) -> Option<TracesConfig> {
    let is_on = truth(layers, "ENABLE_TRACING")?;
    let endpoint = layers.text("OTEL_EXPORTER_OTLP_ENDPOINT").map(str::to_owned)?;
    let is_url = url::Url::parse(&endpoint).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if !is_url {
        layers.refuse("OTEL_EXPORTER_OTLP_ENDPOINT", "the base URL of an OTLP collector, as http://127.0.0.1:4318");
    }
    is_on.then_some(TracesConfig { endpoint, instance: instance_id.to_owned() })
}

fn truth(layers: &mut layers::Layers, name: &'static str) -> Option<bool> {
    layers.choice(name, &[("true", true), ("false", false), ("1", true), ("0", false), ("yes", true), ("no", false)])
}

fn count(layers: &mut layers::Layers, name: &'static str) -> Option<usize> {
    let number: Option<usize> = layers.parsed(name, "a whole number");
    if number == Some(0) {
        layers.refuse(name, "at least 1");
    }
    number
}

fn seconds(layers: &mut layers::Layers, name: &'static str) -> Option<Duration> {
    layers.parsed(name, "a whole number of seconds").map(Duration::from_secs)
}

fn milliseconds(layers: &mut layers::Layers, name: &'static str) -> Option<Duration> {
    let span = layers.parsed(name, "a whole number of milliseconds").map(Duration::from_millis);
    if span.is_some_and(|span| span.is_zero()) {
        layers.refuse(name, "at least 1");
    }
    span
}

/// `mcpgw/mcpgw.db` in the user's data directory.
fn default_store_file() -> Option<PathBuf> {
    data_folder().map(|folder| folder.join("mcpgw.db"))
}

/// `mcpgw` in the user's data directory.
fn data_folder() -> Option<PathBuf> {
    use etcetera::BaseStrategy as _;
    etcetera::choose_base_strategy().ok().map(|dirs| dirs.data_dir().join("mcpgw"))
}

/// The host's name, and the port where it is not the usual one: two gateways on one machine are two replicas.
fn instance_id(serve: Option<&ServeConfig>) -> String {
    match serve.map(|serve| serve.bind.port()) {
        Some(port) if port != 8000 => format!("{}:{port}", host_name()),
        _ => host_name(),
    }
}

fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(environment: &[(&str, &str)], file: Option<&str>) -> Result<Config> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("mcpgw.toml");
        let environment = environment.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        if let Some(text) = file {
            std::fs::write(&path, text).expect("a file");
        }
        Config::load(&Sources { flags: Vec::new(), environment, file: file.map(|_| path) })
    }

    #[test]
    fn defaults_load() {
        let config = load(&[("HOME", "/home/someone")], None).expect("a configuration");
        assert_eq!(config.tenant.as_str(), "local-dev");
        assert!(config.upstream.stdio_allowlist.is_none());
    }

    #[test]
    fn flags_beat_environment_beats_file_beats_defaults() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("c.toml");
        std::fs::write(&path, "mcpgw_tenant = 'file'\ndownstream_timeout_ms = 1\nmax_headers = 7\n").expect("a file");
        let sources = Sources {
            flags: vec![("MCPGW_TENANT", "flag".to_owned())],
            environment: vec![
                ("MCPGW_TENANT".to_owned(), "environment".to_owned()),
                ("DOWNSTREAM_TIMEOUT_MS".to_owned(), "2".to_owned()),
                ("MAX_HEADERS".to_owned(), String::new()),
            ],
            file: Some(path),
        };
        let config = Config::load(&sources).expect("a configuration");
        assert_eq!(config.tenant.as_str(), "flag");
        assert_eq!(config.upstream.timeout, Duration::from_millis(2));
        assert_eq!(config.serve.max_headers, 7, "an empty variable counts as not given");
        let origin = |key| config.settings.iter().find(|each| each.key == key).map(|each| each.origin.to_string());
        assert_eq!(origin("MCPGW_TENANT").as_deref(), Some("flag"));
        assert!(origin("MAX_HEADERS").is_some_and(|origin| origin.starts_with("file ")));
    }

    #[test]
    fn every_fault_is_reported_at_once_without_secrets() {
        let error = load(
            &[
                ("MONGODB_URI", "mongo://user:hunter2@host"),
                ("SEARCH_ENGINE", "magic"),
                ("DOWNSTREAM_TIMEOUT_MS", "soon"),
                ("MCPGW_BIND", "0.0.0.0:80"),
                ("MCPGW_TENANT", "a/b"),
                ("JWT_SECRET_FILE", "/nowhere/at/all"),
            ],
            Some("no_such_key = 1\nmax_headers = { a = 1 }\n"),
        )
        .expect_err("many faults");
        let text = error.to_string();
        assert_eq!(error.kind(), crate::error::Kind::InvalidConfig);
        for part in [
            "MONGODB_URI",
            "SEARCH_ENGINE",
            "auto, atlas, local",
            "DOWNSTREAM_TIMEOUT_MS",
            "MCPGW_BIND",
            "MCPGW_TENANT",
            "JWT_SECRET_FILE",
            "no_such_key",
            "max_headers",
            "8 faults",
        ] {
            assert!(text.contains(part), "{part} is missing in: {text}");
        }
        assert!(!text.contains("hunter2"), "{text}");
        for (environment, file) in
            [(&[("MCPGW_STORE", "postgres://u:hunter2@h")][..], None), (&[], Some("embedding_api_key = hunter2\n"))]
        {
            let text = load(environment, file).expect_err("a fault").to_string();
            assert!(!text.contains("hunter2"), "{text}");
        }
    }

    #[test]
    fn a_flag_names_the_store_whatever_the_environment_says() {
        let with = |flag: (&'static str, &str), environment: (&str, &str)| Sources {
            flags: vec![(flag.0, flag.1.to_owned())],
            environment: vec![(environment.0.to_owned(), environment.1.to_owned())],
            file: None,
        };
        let sqlite = Config::load(&with(("MCPGW_STORE", "sqlite:/a.db"), ("MONGODB_URI", "mongodb://h/")));
        assert_eq!(sqlite.expect("a configuration").store.location, Location::Sqlite(PathBuf::from("/a.db")));
        let mongo = Config::load(&with(("MONGODB_URI", "mongodb://h/"), ("MCPGW_STORE", "sqlite:/a.db")));
        assert_eq!(mongo.expect("a configuration").store.location, Location::MongoDb(Secret::new("mongodb://h/")));
    }

    #[test]
    fn only_known_callers_may_come_from_elsewhere() {
        let open = [("MCPGW_BIND", "0.0.0.0:8000"), ("AUTH_MODE", "disabled")];
        assert!(load(&open, None).expect_err("refused").to_string().contains("others can reach"));
        let secret = ("JWT_SECRET", "a secret of more than thirty-two bytes");
        load(&[("MCPGW_BIND", "0.0.0.0:8000"), ("AUTH_MODE", "hs256"), secret], None).expect("a configuration");
    }

    #[test]
    fn production_refuses_what_is_only_fit_for_development() {
        let text =
            load(&[("ENVIRONMENT", "production"), ("CORS_ALLOW_ORIGINS", "*")], None).expect_err("refused").to_string();
        assert!(text.contains("AUTH_MODE") && text.contains("CORS_ALLOW_ORIGINS"), "{text}");
        let text =
            load(&[("ENVIRONMENT", "production"), ("AUTH_MODE", "jwks")], None).expect_err("refused").to_string();
        assert!(text.contains("JWKS_URL") && text.contains("JWT_ISSUER") && text.contains("JWT_AUDIENCE"), "{text}");
        for (mode, secret, part) in
            [("hs256", "", "JWT_SECRET"), ("hs256", "short", "32 bytes"), ("magic", "", "hs256")]
        {
            let text = load(&[("AUTH_MODE", mode), ("JWT_SECRET", secret)], None).expect_err("refused").to_string();
            assert!(text.contains(part), "{text}");
        }
        let text = load(&[("AUTH_MODE", "jwks"), ("JWKS_URL", "http://idp.example/jwks")], None);
        assert!(text.expect_err("refused").to_string().contains("https"), "plain HTTP off this machine");
    }
}
