//! The embedding space as operators are shown it.

use serde_json::{Value, json};

use super::Gateway;
use super::spaces::stored_settings;
use crate::embeddings::{Facts, Settings};
use crate::error::Result;
use crate::model::{ChosenBy, EmbeddingSpace, EmbeddingStatus};
use crate::store::Stored;

impl Gateway {
    /// How the provider in force is reached, with its key.
    pub fn embedding_settings(&self) -> Settings {
        self.spaces.now().current.settings.clone()
    }

    /// What is in force and what is to come, keys masked.
    ///
    /// # Errors
    /// The store's.
    pub async fn show_embedding(&self) -> Result<Value> {
        let Some(Stored { value: record, .. }) = self.spaces.record().await? else {
            let space = self.spaces.now().current.clone();
            let facts = space.embedder.known_facts();
            let facts = facts.map_or(Facts::default(), |it| it.as_ref().clone());
            let record = self.spaces.sealed(&space.settings, space.version, &facts, ChosenBy::Configuration).await?;
            return Ok(shown_space(&record));
        };
        let mut shown = shown_space(&record.current);
        shown["next"] = record.next.as_ref().map_or(Value::Null, shown_space);
        Ok(shown)
    }
}

fn shown_space(space: &EmbeddingSpace) -> Value {
    json!({
        "provider": space.provider, "model": stored_settings(space).model_name(), "base_url": space.base_url,
        "deployment": space.deployment, "api_version": space.api_version,
        "api_key": space.api_key.as_ref().map(|_| "***"), "dimensions": space.dimensions, "version": space.version,
        "chosen_by": space.chosen_by,
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
