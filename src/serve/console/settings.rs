//! The configuration that is in force, its secrets masked.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::{Ui, rendered};
use crate::config::Setting;
use crate::gateway::Words;

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
    let words = Words::new(&wanted);
    settings.retain(|setting| words.are_in(&[setting.key, &setting.value, &setting.origin.to_string()]));
    rendered(StatusCode::OK, &Settings { ui, wanted, settings })
}
