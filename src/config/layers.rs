//! Defaults ← file ← environment ← flags, with the origin of every value and every fault kept.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::error::{Error, Kind};

/// A known key.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) secret: bool,
}

/// Stands for the value of a secret.
const MASK: &str = "***";

const fn key(name: &'static str) -> Key {
    Key { name, secret: false }
}
/// One whose value is shown to nobody.
const fn secret(name: &'static str) -> Key {
    Key { name, secret: true }
}

pub(super) const KEYS: &[Key] = &[
    key("ENVIRONMENT"),
    key("MCPGW_STORE"),
    key("MCPGW_TENANT"),
    key("MCPGW_BIND"),
    key("MCPGW_PUBLIC_URL"),
    secret("MONGODB_URI"),
    key("MONGODB_DB_NAME"),
    key("AUTO_BOOTSTRAP"),
    key("GATEWAY_INSTANCE_ID"),
    key("SEARCH_ENGINE"),
    key("HYBRID_VECTOR_WEIGHT"),
    key("HYBRID_TEXT_WEIGHT"),
    key("HYBRID_FUSION"),
    key("EMBEDDING_PROVIDER"),
    key("EMBEDDING_MODEL"),
    key("EMBEDDING_BASE_URL"),
    secret("EMBEDDING_API_KEY"),
    key("EMBEDDING_DEPLOYMENT"),
    key("EMBEDDING_API_VERSION"),
    secret("EMBEDDING_SECRET"),
    key("EMBEDDING_TIMEOUT_MS"),
    key("EMBEDDING_MAX_RETRIES"),
    key("AUTH_MODE"),
    secret("JWT_SECRET"),
    key("JWT_ISSUER"),
    key("JWT_AUDIENCE"),
    key("JWKS_URL"),
    key("JWKS_LOCAL_PATH"),
    key("JWKS_CACHE_TTL_SECONDS"),
    key("JWKS_MIN_REFRESH_SECONDS"),
    key("AUTO_PROVISION_TENANTS"),
    key("MAX_TENANTS"),
    key("MCP_DISCOVERY"),
    key("MCP_DISCOVERY_BUDGET_TOKENS"),
    key("RATE_LIMIT_WINDOW_SECONDS"),
    key("RATE_LIMIT_MAX_REQUESTS"),
    key("RATE_LIMIT_MAX_REQUESTS_PER_SUBJECT"),
    key("FORWARDED_ALLOW_IPS"),
    key("CORS_ALLOW_ORIGINS"),
    key("ALLOWED_HOSTS"),
    key("DOWNSTREAM_TIMEOUT_MS"),
    key("DOWNSTREAM_MAX_CONCURRENT"),
    key("DOWNSTREAM_MAX_QUEUED"),
    key("SESSION_IDLE_SECONDS"),
    key("DOWNSTREAM_ALLOW_PRIVATE_NETWORKS"),
    key("DOWNSTREAM_STDIO_ALLOWLIST"),
    secret("DOWNSTREAM_JWT_PRIVATE_KEY"),
    key("DOWNSTREAM_JWT_ISSUER"),
    key("DOWNSTREAM_JWT_AUDIENCE"),
    key("DOWNSTREAM_TOKEN_TTL_SECONDS"),
    key("DOWNSTREAM_TOKEN_REFRESH_SKEW_SECONDS"),
    key("DOWNSTREAM_JWT_VERIFY"),
    key("DOWNSTREAM_JWKS_PATH"),
    key("GUARDRAILS_ENABLED"),
    key("GUARDRAIL_MODE"),
    key("GUARDRAIL_PII_NER_ENABLED"),
    key("GUARDRAIL_NER_URL"),
    key("GUARDRAIL_NER_TIMEOUT_MS"),
    key("GUARDRAIL_SEMANTIC_ENABLED"),
    key("GUARDRAIL_SEMANTIC_THRESHOLD"),
    key("SEMANTIC_CACHE_ENABLED"),
    key("SEMANTIC_CACHE_THRESHOLD"),
    key("SEMANTIC_CACHE_TTL_SECONDS"),
    key("SEMANTIC_CACHE_MEMORY_BYTES"),
    key("AUDIT_FLUSH_MS"),
    key("AUDIT_SPOOL_DIR"),
    key("AUDIT_SPOOL_MAX_BYTES"),
    key("AUDIT_SPOOL_POLICY"),
    key("WATCHER_RESUME_TTL_SECONDS"),
    key("KMS_PROVIDER"),
    key("QE_LOCAL_MASTER_KEY_FILE"),
    key("QE_LOCAL_PREVIOUS_MASTER_KEY_FILE"),
    // No secret, but given in a file as one is.
    secret("AWS_KMS_KEY_ARN"),
    key("AWS_KMS_ENDPOINT"),
    secret("AWS_ACCESS_KEY_ID"),
    secret("AWS_SECRET_ACCESS_KEY"),
    secret("AWS_SESSION_TOKEN"),
    key("ADMIN_UI_ENABLED"),
    key("ADMIN_EMAIL"),
    secret("ADMIN_PASSWORD"),
    secret("ADMIN_SESSION_SECRET"),
    key("ENABLE_TRACING"),
    key("OTEL_EXPORTER_OTLP_ENDPOINT"),
    key("LOG_FORMAT"),
    key("SHUTDOWN_GRACE_SECONDS"),
    key("MAX_IN_FLIGHT_REQUESTS"),
    key("MAX_QUEUED_REQUESTS"),
    key("MAX_BODY_BYTES"),
    key("MAX_RESULT_BYTES"),
    key("MAX_SSE_EVENT_BYTES"),
    key("MAX_JSON_DEPTH"),
    key("MAX_HEADERS"),
    key("MAX_HEADER_BYTES"),
    key("MAX_TOOLS_PER_SERVER"),
    key("MAX_SCHEMA_BYTES"),
    key("STDIO_IDLE_SECONDS"),
];

/// Where a value came from; later wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `default.toml`, or a rule of the key.
    Default,
    /// The file named with `--config`.
    File(PathBuf),
    /// The environment; for `X_FILE`, of that key.
    Environment,
    /// A flag.
    Flag,
}

impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => formatter.write_str("default"),
            Self::File(path) => write!(formatter, "file {}", path.display()),
            Self::Environment => formatter.write_str("environment"),
            Self::Flag => formatter.write_str("flag"),
        }
    }
}

/// What the process was started with.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Key and value of every given flag.
    pub flags: Vec<(&'static str, String)>,
    /// The environment.
    pub environment: Vec<(String, String)>,
    /// `--config`.
    pub file: Option<PathBuf>,
}

/// The merged layers while they are read.
pub(super) struct Layers {
    values: BTreeMap<&'static str, (String, Origin)>,
    faults: Vec<String>,
}

impl Layers {
    pub(super) fn gather(sources: &Sources) -> Self {
        let mut layers = Self { values: BTreeMap::new(), faults: Vec::new() };
        layers.add_toml(include_str!("default.toml"), &Origin::Default);
        if let Some(path) = &sources.file {
            match std::fs::read_to_string(path) {
                Ok(text) => layers.add_toml(&text, &Origin::File(path.clone())),
                Err(error) => layers.fault(format!("configuration file `{}` cannot be read: {error}", path.display())),
            }
        }
        for (name, value) in &sources.environment {
            layers.add(name, value.clone(), &Origin::Environment);
        }
        for (name, value) in &sources.flags {
            layers.add(name, value.clone(), &Origin::Flag);
        }
        layers
    }

    fn add_toml(&mut self, text: &str, origin: &Origin) {
        let table: toml::Table = match text.parse() {
            Ok(table) => table,
            Err(error) => {
                // Not the error's own text: it quotes the line, and a line may hold a secret.
                let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
                let line = before.matches('\n').count() + 1;
                return self.fault(format!("{origin}, line {line}: {}", error.message()));
            }
        };
        for (name, value) in table {
            let text = match value {
                toml::Value::String(text) => text,
                toml::Value::Integer(number) => number.to_string(),
                toml::Value::Float(number) => number.to_string(),
                toml::Value::Boolean(truth) => truth.to_string(),
                toml::Value::Array(items) if items.iter().all(toml::Value::is_str) => {
                    items.iter().filter_map(toml::Value::as_str).collect::<Vec<_>>().join(",")
                }
                _ => {
                    self.fault(format!("`{name}` ({origin}) is no text, number, truth value or list of texts"));
                    continue;
                }
            };
            if !self.add(&name.to_uppercase(), text, origin) {
                self.fault(format!("`{name}` ({origin}) is not a known key"));
            }
        }
    }

    /// Whether the key is known. An empty value counts as not given, as compose files write it.
    fn add(&mut self, name: &str, value: String, origin: &Origin) -> bool {
        if let Some(key) = KEYS.iter().find(|key| key.name == name) {
            if !value.trim().is_empty() {
                self.values.insert(key.name, (value.trim().to_owned(), origin.clone()));
            }
            return true;
        }
        let Some(key) =
            name.strip_suffix("_FILE").and_then(|base| KEYS.iter().find(|key| key.secret && key.name == base))
        else {
            return false;
        };
        if !value.trim().is_empty() {
            if self.values.get(key.name).is_some_and(|(_, known)| known == origin) {
                self.fault(format!("`{}` and `{name}` are both given ({origin}); give one", key.name));
            }
            match std::fs::read_to_string(Path::new(value.trim())) {
                Ok(text) => {
                    self.values.insert(key.name, (text.trim().to_owned(), origin.clone()));
                }
                Err(error) => self.fault(format!("`{name}` ({origin}): `{}` cannot be read: {error}", value.trim())),
            }
        }
        true
    }

    pub(super) fn fault(&mut self, text: String) {
        self.faults.push(text);
    }

    pub(super) fn text(&self, name: &'static str) -> Option<&str> {
        debug_assert!(KEYS.iter().any(|key| key.name == name), "{name} is not declared");
        self.values.get(name).map(|(value, _)| value.as_str())
    }

    /// Whether an operator has set it.
    pub(super) fn is_given(&self, name: &'static str) -> bool {
        self.values.get(name).is_some_and(|(_, origin)| *origin != Origin::Default)
    }

    /// Whether `one` comes from a later layer than `other`.
    pub(super) fn beats(&self, one: &'static str, other: &'static str) -> bool {
        let rank = |name| {
            self.values.get(name).map_or(0, |(_, origin)| match origin {
                Origin::Default => 1,
                Origin::File(_) => 2,
                Origin::Environment => 3,
                Origin::Flag => 4,
            })
        };
        rank(one) > rank(other)
    }

    /// The value as a `T`; `expected` says in words what a `T` looks like.
    pub(super) fn parsed<T: FromStr>(&mut self, name: &'static str, expected: &str) -> Option<T> {
        let text = self.text(name)?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.refuse(name, expected);
        }
        parsed
    }

    /// One of a fixed set of names.
    pub(super) fn choice<T: Copy>(&mut self, name: &'static str, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text(name)?;
        let chosen = choices.iter().find(|(choice, _)| *choice == text).map(|(_, value)| *value);
        if chosen.is_none() {
            let names: Vec<&str> = choices.iter().map(|(choice, _)| *choice).collect();
            self.refuse(name, &format!("one of {}", names.join(", ")));
        }
        chosen
    }

    /// A comma-separated list.
    pub(super) fn list(&self, name: &'static str) -> Vec<String> {
        let text = self.text(name).unwrap_or_default();
        text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
    }

    /// Records that a value is not what its key takes. Never shows a secret's value.
    pub(super) fn refuse(&mut self, name: &'static str, expected: &str) {
        let shown = self.values.get(name).map_or_else(
            || "not set".to_owned(),
            |(value, _)| Self::open(name, value).map_or_else(|| MASK.to_owned(), |value| format!("{value:?}")),
        );
        let origin = self.values.get(name).map_or(Origin::Default, |(_, origin)| origin.clone());
        self.fault(format!("`{name}` is {shown} ({origin}), but has to be {expected}"));
    }

    /// A value, unless it is secret.
    fn open<'a>(name: &str, value: &'a str) -> Option<&'a str> {
        let is_secret = KEYS.iter().any(|key| key.name == name && key.secret);
        // A store's URI may hold a password.
        (!is_secret && !value.contains('@')).then_some(value)
    }

    /// Key, shown value and origin of everything that is set.
    pub(super) fn settings(&self) -> Vec<(&'static str, String, Origin)> {
        let shown = |(name, (value, origin)): (&&'static str, &(String, Origin))| {
            (*name, Self::open(name, value).unwrap_or(MASK).to_owned(), origin.clone())
        };
        self.values.iter().map(shown).collect()
    }

    /// Everything that was wrong, as one error.
    pub(super) fn finish(self) -> Result<(), Error> {
        match self.faults.as_slice() {
            [] => Ok(()),
            [one] => Err(Error::new(Kind::InvalidConfig, one.clone())),
            many => {
                let list: Vec<String> =
                    many.iter().enumerate().map(|(index, fault)| format!("({}) {fault}", index + 1)).collect();
                Err(Error::new(
                    Kind::InvalidConfig,
                    format!("{} faults in the configuration: {}", many.len(), list.join("; ")),
                ))
            }
        }
    }
}

/// A configuration file: taken or refused with its faults, and no secret of it is shown.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn fuzz(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut layers = Layers { values: BTreeMap::new(), faults: Vec::new() };
    layers.add_toml(&text, &Origin::File(PathBuf::from("fuzzed")));
    for key in KEYS.iter().filter(|key| key.secret) {
        layers.refuse(key.name, "something else");
        let shown = layers.settings();
        let shown = shown.iter().find(|(name, ..)| *name == key.name);
        assert!(shown.is_none_or(|(_, value, _)| value == MASK), "{}", key.name);
        let secret = layers.text(key.name).filter(|secret| secret.len() > 32).map(str::to_owned);
        assert!(secret.is_none_or(|secret| !layers.faults.iter().any(|fault| fault.contains(&secret))), "{}", key.name);
    }
    let _ = layers.finish();
}
