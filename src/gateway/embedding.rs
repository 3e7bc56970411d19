//! The embedding space as operators are shown it.

use serde_json::{Value, json};

use super::Gateway;
use super::spaces::stored_settings;
use crate::embeddings::Settings;
use crate::error::Result;
use crate::model::{ChosenBy, EmbeddingSpace, EmbeddingStatus, Secret};
use crate::store::Stored;

impl Gateway {
    /// How the provider in force is reached, with its key.
    pub fn embedding_settings(&self) -> Settings {
        self.spaces.now().current.settings.clone()
    }

    /// With the key in force, or the configured one, where the settings have none and name the same provider at the same
    /// place: a key is not sent anywhere else than where it is for.
    pub fn with_known_key(&self, settings: Settings) -> Settings {
        if settings.api_key.is_some() {
            return settings;
        }
        let known = [self.embedding_settings(), self.config.embeddings.settings.clone()];
        let is_same_place =
            |known: &Settings| known.provider == settings.provider && known.base_url() == settings.base_url();
        let api_key = known.into_iter().filter(is_same_place).find_map(|known| known.api_key);
        Settings { api_key, ..settings }
    }

    /// What is in force and what is to come, keys masked.
    ///
    /// # Errors
    /// The store's.
    pub async fn show_embedding(&self) -> Result<Value> {
        let Some(Stored { value: record, .. }) = self.spaces.record().await? else {
            let space = self.spaces.now().current.clone();
            let dimensions = space.embedder.known_facts().map(|facts| facts.dimensions);
            let mut shown = shown_settings(&space.settings, ChosenBy::Configuration);
            (shown["dimensions"], shown["version"], shown["next"]) =
                (json!(dimensions), json!(space.version), Value::Null);
            return Ok(shown);
        };
        let mut shown = shown_space(&record.current);
        shown["next"] = record.next.as_ref().map_or(Value::Null, shown_space);
        Ok(shown)
    }
}

fn shown_space(space: &EmbeddingSpace) -> Value {
    let key = space.api_key.as_ref().map(|_| Secret::new(""));
    let mut shown = shown_settings(&Settings { api_key: key, ..stored_settings(space) }, space.chosen_by);
    (shown["dimensions"], shown["version"]) = (json!(space.dimensions), json!(space.version));
    shown
}

fn shown_settings(settings: &Settings, chosen_by: ChosenBy) -> Value {
    json!({
        "provider": settings.provider.as_str(), "model": settings.model_name(), "base_url": settings.base_url,
        "deployment": settings.deployment, "api_version": settings.api_version,
        "api_key": settings.api_key.as_ref().map(|_| "***"), "dimensions": null, "version": null, "chosen_by": chosen_by,
    })
}

/// A switch, for operators.
pub fn shown_status(status: &EmbeddingStatus) -> Value {
    json!({
        "state": status.state, "phase": status.phase, "done": status.done, "total": status.total,
        "rate": status.per_second, "seconds_left": status.seconds_left, "provider": status.provider,
        "model": status.model, "dimensions": status.dimensions, "version": status.version, "error": status.error, "holder": status.holder,
        "started_at": status.started_at, "updated_at": status.updated_at,
    })
}
