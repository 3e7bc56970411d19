//! Which provider makes the vectors.

use super::{layers, milliseconds};
use crate::embeddings::{EmbeddingsConfig, Patience, Provider, Settings};
use crate::model::Secret;

const LEAST_SECRET: usize = 16;
const CHOICES: [&str; 5] =
    ["EMBEDDING_PROVIDER", "EMBEDDING_MODEL", "EMBEDDING_BASE_URL", "EMBEDDING_DEPLOYMENT", "EMBEDDING_API_VERSION"];

pub(super) fn read(layers: &mut layers::Layers, production: bool) -> Option<EmbeddingsConfig> {
    let provider = layers.choice("EMBEDDING_PROVIDER", Provider::NAMES);
    let timeout = milliseconds(layers, "EMBEDDING_TIMEOUT_MS");
    let max_retries = layers.parsed("EMBEDDING_MAX_RETRIES", "a whole number");
    let secret = read_secret(layers, production);
    let text = |name| layers.text(name).map(str::to_owned);
    let settings = Settings {
        provider: provider?,
        model: text("EMBEDDING_MODEL"),
        base_url: text("EMBEDDING_BASE_URL"),
        api_key: text("EMBEDDING_API_KEY").map(Secret::new),
        deployment: text("EMBEDDING_DEPLOYMENT"),
        api_version: text("EMBEDDING_API_VERSION"),
    };
    for fault in settings.faults(!production) {
        layers.fault(fault);
    }
    let is_given = CHOICES.into_iter().any(|name| layers.is_given(name));
    let patience = Patience { timeout: timeout?, max_retries: max_retries? };
    Some(EmbeddingsConfig { settings, is_given, secret, patience, allow_plain_http: !production })
}

fn read_secret(layers: &mut layers::Layers, production: bool) -> Option<Secret> {
    let name = if layers.text("EMBEDDING_SECRET").is_some() { "EMBEDDING_SECRET" } else { "ADMIN_SESSION_SECRET" };
    let secret = layers.text(name).map(Secret::new);
    if secret.as_ref().is_some_and(|secret| secret.expose().len() < LEAST_SECRET) {
        layers.refuse(name, "at least 16 bytes");
    }
    if secret.is_none() && production {
        layers.fault(
            "neither `EMBEDDING_SECRET` nor `ADMIN_SESSION_SECRET` is set, and `ENVIRONMENT=production` requires one: it \
             seals the API keys that the store keeps"
                .to_owned(),
        );
    }
    secret
}
