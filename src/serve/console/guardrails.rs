//! What the guardrails do: a text that is tried, and the attacks that are known.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::parts::{Pages, page_of};
use super::{Ui, rendered};
use crate::gateway::Words;
use crate::guardrails::{GuardrailsConfig, Mode};
use crate::model::{Signature, SignatureSource};

/// Signatures of a page.
const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "guardrails.html")]
struct Guardrails {
    ui: Ui,
    wanted: String,
    config: GuardrailsConfig,
    quarantined: u64,
    signatures: Vec<Signature>,
    meant: usize,
    pages: Pages,
}

/// `?q=`: words in a signature's text or family.
pub(super) async fn page(ui: Ui) -> Response {
    let signatures = match ui.app.gateway.signatures().await {
        Ok(signatures) => signatures,
        Err(error) => return ui.failed(&error),
    };
    let quarantined = match ui.app.gateway.count_quarantined(&ui.tenant).await {
        Ok(quarantined) => quarantined,
        Err(error) => return ui.failed(&error),
    };
    let wanted = ui.asked("q").unwrap_or_default();
    let words = Words::new(&wanted);
    let is_meant = |signature: &Signature| words.are_in(&[&signature.family, &signature.text]);
    let meant: Vec<Signature> = signatures.into_iter().filter(is_meant).collect();
    let pages = Pages::of(&ui, meant.len(), PAGE, &[("q", &wanted)]);
    let config = ui.app.gateway.config().guardrails.clone();
    let (count, signatures) = (meant.len(), page_of(meant, &pages));
    let page = Guardrails { ui, wanted, config, quarantined, signatures, meant: count, pages };
    rendered(StatusCode::OK, &page)
}

impl Guardrails {
    fn mode(&self) -> &'static str {
        match self.config.mode {
            Mode::Redact => "personal data and secrets are masked; orders to the model are stopped",
            Mode::Block => "personal data, secrets and orders to the model are stopped",
            Mode::Report => "nothing is stopped; what is found is noted",
        }
    }

    fn is_shipped(signature: &Signature) -> bool {
        signature.source == SignatureSource::Shipped
    }
}
