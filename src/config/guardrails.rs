//! What the guardrails do.

use super::{layers, milliseconds, truth};
use crate::guardrails::{GuardrailsConfig, Mode, NerConfig};

pub(super) fn read(layers: &mut layers::Layers) -> Option<GuardrailsConfig> {
    let is_enabled = truth(layers, "GUARDRAILS_ENABLED");
    let mode = layers.choice("GUARDRAIL_MODE", Mode::NAMES);
    let is_semantic = truth(layers, "GUARDRAIL_SEMANTIC_ENABLED");
    let threshold: Option<f64> = layers.parsed("GUARDRAIL_SEMANTIC_THRESHOLD", "a number from 0 to 1");
    if threshold.is_some_and(|threshold| !(0.0..=1.0).contains(&threshold)) {
        layers.refuse("GUARDRAIL_SEMANTIC_THRESHOLD", "a number from 0 to 1");
    }
    let finds_names = truth(layers, "GUARDRAIL_PII_NER_ENABLED");
    let timeout = milliseconds(layers, "GUARDRAIL_NER_TIMEOUT_MS");
    let url = layers.text("GUARDRAIL_NER_URL").map(str::to_owned);
    let is_url = url.as_deref().and_then(|url| url::Url::parse(url).ok()).is_some_and(|url| url.has_host());
    if url.is_some() && !is_url {
        layers.refuse("GUARDRAIL_NER_URL", "the URL of a Presidio analyzer, for example http://127.0.0.1:5002");
    }
    if finds_names == Some(true) && url.is_none() {
        layers.fault("`GUARDRAIL_PII_NER_ENABLED=true` needs `GUARDRAIL_NER_URL`, a Presidio analyzer's".to_owned());
    }
    let ner = url.filter(|_| finds_names == Some(true)).zip(timeout);
    Some(GuardrailsConfig {
        is_enabled: is_enabled?,
        mode: mode?,
        semantic_threshold: threshold.filter(|_| is_semantic == Some(true)),
        ner: ner.map(|(url, timeout)| NerConfig { url, timeout }),
    })
}
