//! Who may call, and how much.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{default_store_file, layers, seconds};
use crate::auth::{AuthConfig, DownstreamConfig, KeyPlace, KeySource, Mode};
use crate::model::Secret;
use crate::quota::QuotaConfig;
use crate::serve::ServeConfig;
use crate::store::{Location, StoreConfig};

/// HMAC with SHA-256 wants a key of its own length (RFC 7518 §3.2).
const LEAST_SECRET: usize = 32;
const DEVELOPMENT_ISSUER: &str = "mcpgw-dev";
const DEVELOPMENT_AUDIENCE: &str = "mcpgw";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    Disabled,
    Hs256,
    Jwks,
}

pub(super) fn read_auth(
    layers: &mut layers::Layers,
    production: bool,
    store: Option<&StoreConfig>,
    serve: Option<&ServeConfig>,
) -> Option<AuthConfig> {
    let mode =
        layers.choice("AUTH_MODE", &[("disabled", Named::Disabled), ("hs256", Named::Hs256), ("jwks", Named::Jwks)]);
    if mode == Some(Named::Disabled) {
        check_disabled(layers, production, serve);
    }
    let secret = layers.text("JWT_SECRET").map(|text| Secret::new(text.to_owned()));
    if mode == Some(Named::Hs256) && secret.is_none() {
        layers.fault("`AUTH_MODE` is \"hs256\", which needs `JWT_SECRET`".to_owned());
    }
    let is_short = |secret: &Secret| secret.expose().len() < LEAST_SECRET;
    if mode == Some(Named::Hs256) && secret.as_ref().is_some_and(is_short) {
        layers.refuse("JWT_SECRET", "at least 32 bytes");
    }
    let development_keys = (!production).then(|| development_folder(store)).flatten();
    let ttl = seconds(layers, "JWKS_CACHE_TTL_SECONDS");
    let min_refresh = seconds(layers, "JWKS_MIN_REFRESH_SECONDS");
    let place = read_place(layers, mode == Some(Named::Jwks), development_keys.as_deref());
    let mut named = |key: &'static str, default: &str| {
        let stated = layers.text(key).map(str::to_owned);
        if stated.is_none() && production && mode != Some(Named::Disabled) {
            layers.fault(format!("`{key}` is not set, which `ENVIRONMENT=production` requires"));
        }
        stated.unwrap_or_else(|| default.to_owned())
    };
    let issuer = named("JWT_ISSUER", DEVELOPMENT_ISSUER);
    let audience = named("JWT_AUDIENCE", DEVELOPMENT_AUDIENCE);
    let mode = match mode? {
        Named::Disabled => Mode::Disabled,
        Named::Hs256 => Mode::Hs256(secret.clone()?),
        Named::Jwks => Mode::Jwks(KeySource { place: place?, ttl: ttl?, min_refresh: min_refresh? }),
    };
    Some(AuthConfig { mode, issuer, audience, secret, development_keys })
}

fn check_disabled(layers: &mut layers::Layers, production: bool, serve: Option<&ServeConfig>) {
    if production {
        layers.fault("`AUTH_MODE` is \"disabled\", which `ENVIRONMENT=production` refuses".to_owned());
    }
    if let Some(serve) = serve.filter(|serve| !serve.bind.ip().is_loopback()) {
        let bind = serve.bind;
        layers.fault(format!(
            "`MCPGW_BIND` is {bind}, which others can reach, while `AUTH_MODE` is \"disabled\"; bind 127.0.0.1, or set \
             AUTH_MODE to hs256 or jwks"
        ));
    }
}

/// Where the issuer's keys are; in development, without any word on it, those of the development key.
fn read_place(layers: &mut layers::Layers, is_used: bool, development: Option<&Path>) -> Option<KeyPlace> {
    let url = layers.text("JWKS_URL").map(str::to_owned);
    let file = layers.text("JWKS_LOCAL_PATH").map(PathBuf::from);
    match (url, file) {
        (Some(_), Some(_)) => {
            layers.fault("`JWKS_URL` and `JWKS_LOCAL_PATH` are both set; which one is meant?".to_owned());
            None
        }
        (Some(url), None) => {
            let parsed = url::Url::parse(&url).ok();
            let is_local = parsed.as_ref().is_some_and(|url| match url.host() {
                Some(url::Host::Domain(name)) => name == "localhost",
                Some(url::Host::Ipv4(address)) => address.is_loopback(),
                Some(url::Host::Ipv6(address)) => address.is_loopback(),
                None => false,
            });
            let scheme = parsed.as_ref().map(url::Url::scheme);
            if scheme != Some("https") && !(scheme == Some("http") && is_local) {
                layers.refuse("JWKS_URL", "https://…, or http:// on this machine");
            }
            Some(KeyPlace::Url(url))
        }
        (None, Some(path)) => Some(KeyPlace::File(path)),
        (None, None) => {
            if is_used && development.is_none() {
                layers.fault("`AUTH_MODE` is \"jwks\", which needs `JWKS_URL` or `JWKS_LOCAL_PATH`".to_owned());
            }
            development.map(KeyPlace::development)
        }
    }
}

/// Beside the embedded store, else in the user's data directory.
fn development_folder(store: Option<&StoreConfig>) -> Option<PathBuf> {
    let file = match store.map(|store| &store.location) {
        Some(Location::Sqlite(path)) => Some(path.clone()),
        _ => default_store_file(),
    };
    let folder = file?.parent()?.to_path_buf();
    Some(if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder })
}

/// How the gateway vouches for itself before the servers.
pub(super) fn read_downstream(
    layers: &mut layers::Layers,
    production: bool,
    store: Option<&StoreConfig>,
) -> Option<DownstreamConfig> {
    let private_key = layers.text("DOWNSTREAM_JWT_PRIVATE_KEY").map(|text| Secret::new(text.to_owned()));
    if production && private_key.is_none() {
        layers.fault(
            "`DOWNSTREAM_JWT_PRIVATE_KEY` is not set, and `ENVIRONMENT=production` signs with no development key"
                .into(),
        );
    }
    let (ttl, skew) =
        (seconds(layers, "DOWNSTREAM_TOKEN_TTL_SECONDS"), seconds(layers, "DOWNSTREAM_TOKEN_REFRESH_SKEW_SECONDS"));
    if ttl.zip(skew).is_some_and(|(ttl, skew)| skew >= ttl) {
        layers.refuse("DOWNSTREAM_TOKEN_REFRESH_SKEW_SECONDS", "less than DOWNSTREAM_TOKEN_TTL_SECONDS");
    }
    let (issuer, audience) = (layers.text("DOWNSTREAM_JWT_ISSUER"), layers.text("DOWNSTREAM_JWT_AUDIENCE"));
    Some(DownstreamConfig {
        private_key,
        development_keys: (!production).then(|| development_folder(store)).flatten(),
        issuer: issuer?.to_owned(),
        audience: audience?.to_owned(),
        ttl: ttl?,
        refresh_skew: skew?,
    })
}

/// What a demo server asks of those who call it: nothing, or a token of the gateway's.
pub(super) fn read_demo_auth(layers: &mut layers::Layers, downstream: Option<&DownstreamConfig>) -> Option<AuthConfig> {
    let verify = super::truth(layers, "DOWNSTREAM_JWT_VERIFY")?;
    let downstream = downstream?;
    let stated = layers.text("DOWNSTREAM_JWKS_PATH").map(PathBuf::from);
    let beside = downstream.development_keys.as_ref().map(|folder| folder.join("dev-downstream-jwks.json"));
    let place = stated.or(beside).map(KeyPlace::File);
    if verify && place.is_none() {
        layers.fault("`DOWNSTREAM_JWT_VERIFY` is true, which needs `DOWNSTREAM_JWKS_PATH`".to_owned());
    }
    let source = |place| KeySource { place, ttl: Duration::from_secs(60), min_refresh: Duration::from_secs(1) };
    Some(AuthConfig {
        mode: place.filter(|_| verify).map_or(Mode::Disabled, |place| Mode::Jwks(source(place))),
        issuer: downstream.issuer.clone(),
        audience: downstream.audience.clone(),
        secret: None,
        development_keys: None,
    })
}

pub(super) fn read_quota(layers: &mut layers::Layers) -> Option<QuotaConfig> {
    let window = seconds(layers, "RATE_LIMIT_WINDOW_SECONDS");
    if window.is_some_and(|window| window.is_zero()) {
        layers.refuse("RATE_LIMIT_WINDOW_SECONDS", "at least 1");
    }
    let mut limit = |name| layers.parsed(name, "a whole number; 0 for no limit");
    let (per_address, per_subject) = (limit("RATE_LIMIT_MAX_REQUESTS"), limit("RATE_LIMIT_MAX_REQUESTS_PER_SUBJECT"));
    Some(QuotaConfig { window: window?, per_address: per_address?, per_subject: per_subject? })
}

/// Whose `X-Forwarded-For` is believed: addresses, or everybody's with `*`.
pub(super) fn read_forwarders(layers: &mut layers::Layers) -> Vec<IpAddr> {
    let listed = layers.list("FORWARDED_ALLOW_IPS");
    let read: Vec<Option<IpAddr>> = listed.iter().map(|address| address.parse().ok()).collect();
    if read.iter().any(Option::is_none) {
        layers.refuse("FORWARDED_ALLOW_IPS", "a comma-separated list of IP addresses");
    }
    read.into_iter().flatten().collect()
}
