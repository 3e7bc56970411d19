//! The configuration that is in force, its secrets masked.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::parts::has_words;
use super::{Ui, rendered};
use crate::config::Setting;

#[derive(Template)]
#[template(path = "settings.html")]
struct Settings {
    ui: Ui,
    wanted: String,
    settings: Vec<Setting>,
}

/// `?q=`: words in a key, its value or its origin.
pub(super) async fn page(ui: Ui) -> Response {
    let wanted = ui.asked("q").unwrap_or_default();
    let mut settings = ui.app.gateway.config().settings.clone();
    settings.retain(|setting| has_words(&format!("{} {} {}", setting.key, setting.value, setting.origin), &wanted));
    rendered(StatusCode::OK, &Settings { ui, wanted, settings })
}
