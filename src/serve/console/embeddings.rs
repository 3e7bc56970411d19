//! The embedding space: which is in force, trying another provider, and the switch to it, live.

use askama::Template;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::Value;

use super::{Ui, live, parts, rendered};
use crate::embeddings::Provider;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::model::{EmbeddingStatus, SwitchPhase, SwitchState};

#[derive(Template)]
#[template(path = "embeddings.html")]
struct Embeddings {
    ui: Ui,
    now: Now,
    /// How the provider in force is reached, its key masked.
    in_force: Value,
}

/// The part that is live.
#[derive(Template)]
#[template(path = "embeddings_now.html")]
struct Now {
    in_force: Value,
    status: EmbeddingStatus,
}

/// The page.
pub(super) async fn page(ui: Ui) -> Response {
    match Now::of(&ui.app.gateway).await {
        Ok(now) => {
            let in_force = now.in_force.clone();
            rendered(StatusCode::OK, &Embeddings { ui, now, in_force })
        }
        Err(error) => ui.failed(&error),
    }
}

/// Its live part.
pub(super) async fn live(ui: Ui, headers: HeaderMap) -> Response {
    live::stream(ui, headers, |ui, _| Box::pin(async move { live::written(&Now::of(&ui.app.gateway).await?) }))
}

impl Embeddings {
    fn providers() -> impl Iterator<Item = Provider> {
        Provider::NAMES.iter().map(|(_, provider)| *provider)
    }

    fn is_in_force(&self, provider: &Provider) -> bool {
        self.in_force["provider"] == provider.as_str()
    }

    fn words(provider: &Provider) -> &'static str {
        match provider {
            Provider::Builtin => "A static table in this program: fast, no network, no key",
            Provider::Local => "A sentence model from a folder, in this process",
            Provider::Ollama => "Ollama, usually on this machine",
            Provider::OpenAi => "OpenAI, or a server that speaks its protocol",
            Provider::AzureOpenAi => "A deployment of Azure OpenAI",
            Provider::Voyage => "Voyage AI",
            Provider::Gemini => "Google Gemini",
        }
    }
}

impl Now {
    async fn of(gateway: &Gateway) -> Result<Self> {
        Ok(Self { in_force: gateway.show_embedding().await?, status: gateway.switch_status().await? })
    }

    /// A member of what is in force.
    fn says(&self, member: &str) -> &str {
        self.in_force.get(member).and_then(Value::as_str).unwrap_or_default()
    }

    fn is_running(&self) -> bool {
        self.status.state == SwitchState::Running
    }

    /// What is under way, or was last.
    fn state(&self) -> (&'static str, &'static str) {
        match (self.status.state, self.status.phase) {
            (SwitchState::Idle, _) => ("good", "No switch is under way."),
            (SwitchState::Running, Some(SwitchPhase::Queued) | None) => ("warn", "The switch waits for a gateway."),
            (SwitchState::Running, Some(SwitchPhase::Embedding)) => ("warn", "Everything is embedded anew."),
            (SwitchState::Running, Some(SwitchPhase::Indexing)) => ("warn", "The indexes take both spaces in."),
            (SwitchState::Running, Some(SwitchPhase::Settling)) => ("warn", "The former space is tidied away."),
            (SwitchState::Failed, _) => ("bad", "The switch failed; the former space serves."),
            (SwitchState::Done, _) => ("good", "The last switch is done."),
            (SwitchState::Cancelled, _) => ("warn", "The last switch was given up; the former space serves."),
        }
    }
}
