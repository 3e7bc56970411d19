//! How the gateway is, in one row.

use askama::Template;
use serde_json::Value;

use super::super::{App, health};

/// As `/health` answers.
#[derive(Template)]
#[template(path = "health.html")]
pub(super) struct Health {
    picture: Value,
    is_ready: bool,
}

impl Health {
    pub(super) async fn of(app: &App) -> Self {
        let (picture, is_ready) = health::picture(app).await;
        Self { picture, is_ready }
    }

    /// Why the store cannot be asked, where it cannot.
    pub(super) fn store_fault(&self) -> Option<&str> {
        self.picture.pointer("/checks/store_detail").and_then(Value::as_str)
    }

    /// What it says at this place.
    fn says(&self, pointer: &str) -> &str {
        self.picture.pointer(pointer).and_then(Value::as_str).unwrap_or("—")
    }

    /// Audit records that wait for the store.
    fn waiting(&self) -> u64 {
        self.picture.pointer("/audit/waiting_records").and_then(Value::as_u64).unwrap_or_default()
    }
}
