//! `/admin/embedding`: the space in force, and the switch to another.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::App;
use super::{answered, read};
use crate::embeddings::{Provider, Settings};
use crate::error::{Error, Result};
use crate::gateway::{Gateway, SwitchBegun, shown_status};
use crate::model::{ChosenBy, Secret};

/// What a key is shown as, and what leaves it as it is.
const MASK: &str = "***";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    provider: String,
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    base_url: Option<String>,
    #[serde(default)]
    api_key: Option<Secret>,
    #[serde(default)]
    deployment: Option<String>,
    #[serde(default)]
    api_version: Option<String>,
}

impl Wanted {
    /// Without a key: the one that is known for that place.
    fn settings(self, gateway: &Gateway) -> Result<Settings> {
        let names = || Provider::NAMES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let provider = Provider::named(&self.provider)
            .ok_or_else(|| Error::invalid(format!("`provider` is not one of {}", names())).field("provider"))?;
        let given = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let settings = Settings {
            provider,
            model: given(self.model),
            base_url: given(self.base_url),
            api_key: self.api_key.filter(|key| !key.expose().is_empty() && key.expose() != MASK),
            deployment: given(self.deployment),
            api_version: given(self.api_version),
        };
        Ok(gateway.with_known_key(settings))
    }
}

/// What is in force, key masked, and how the switch is.
pub(super) async fn show(State(app): State<Arc<App>>) -> Response {
    let shown = async {
        let mut shown = app.gateway.show_embedding().await?;
        shown["status"] = shown_status(&app.gateway.switch_status().await?);
        Ok((StatusCode::OK, shown))
    };
    answered(shown.await)
}

/// How the switch is.
pub(super) async fn status(State(app): State<Arc<App>>) -> Response {
    answered(app.gateway.switch_status().await.map(|status| (StatusCode::OK, shown_status(&status))))
}

/// Asks a provider for a vector; changes nothing.
pub(super) async fn test(State(app): State<Arc<App>>, request: Request) -> Response {
    let tested = async {
        let settings = read::<Wanted>(request).await?.settings(&app.gateway)?;
        let tested = app.gateway.test_provider(&settings).await?;
        let took_ms = tested.took.as_secs_f64() * 1e3;
        let provider = settings.provider.as_str();
        let body =
            json!({ "provider": provider, "model": tested.model, "dimensions": tested.dimensions, "took_ms": took_ms });
        Ok((StatusCode::OK, body))
    };
    answered(tested.await)
}

/// Validates, tries and writes down the new space; a gateway then does the switch: 202 with its status, or 200 where the
/// model is in force already.
pub(super) async fn switch(State(app): State<Arc<App>>, request: Request) -> Response {
    let begun = async {
        let settings = read::<Wanted>(request).await?.settings(&app.gateway)?;
        Ok(match app.gateway.begin_switch(&settings, ChosenBy::Operator).await? {
            SwitchBegun::InForce(_) => (StatusCode::OK, app.gateway.show_embedding().await?),
            SwitchBegun::GoesOn(status) | SwitchBegun::Begun(status) => (StatusCode::ACCEPTED, shown_status(&status)),
        })
    };
    answered(begun.await)
}

/// Gives a switch up.
pub(super) async fn cancel(State(app): State<Arc<App>>) -> Response {
    answered(app.gateway.cancel_switch().await.map(|status| (StatusCode::OK, shown_status(&status))))
}

/// Has a switch that failed go on.
pub(super) async fn resume(State(app): State<Arc<App>>) -> Response {
    let resumed = async {
        if !app.gateway.resume_switch().await? {
            return Err(Error::not_found("no switch of the embedding space is unfinished"));
        }
        let status: Value = shown_status(&app.gateway.switch_status().await?);
        Ok((StatusCode::ACCEPTED, status))
    };
    answered(resumed.await)
}
