//! Logging in, the first account, and what an account may change about itself.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

use super::super::App;
use super::super::sign_in::member;
use super::{Ui, bare, rendered};
use crate::gateway::{LoggedIn, SessionSummary};

#[derive(Template)]
#[template(path = "login.html")]
struct LogIn {
    next: String,
    is_new: bool,
}

#[derive(Template)]
#[template(path = "setup.html")]
struct SetUp;

#[derive(Template)]
#[template(path = "account.html")]
struct Account {
    ui: Ui,
    sessions: Vec<SessionSummary>,
}

/// Asks for an account; `?next=` is where to go then, on this site alone.
pub(super) async fn log_in(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Response {
    let next = member(query.as_deref().unwrap_or_default().as_bytes(), "next");
    let next = next.filter(|next| is_own(next)).unwrap_or_else(|| "/ui/overview".to_owned());
    match app.gateway.has_admins().await {
        Ok(has) => rendered(StatusCode::OK, &LogIn { next, is_new: !has }),
        Err(error) => bare(StatusCode::SERVICE_UNAVAILABLE, error.message().to_owned()),
    }
}

pub(super) async fn set_up() -> Response {
    rendered(StatusCode::OK, &SetUp)
}

/// Where this account is logged in, and its password.
pub(super) async fn page(ui: Ui, axum::Extension(session): axum::Extension<LoggedIn>) -> Response {
    match ui.app.gateway.sessions_of(&session).await {
        Ok(sessions) => rendered(StatusCode::OK, &Account { ui, sessions }),
        Err(error) => ui.failed(&error),
    }
}

/// A page of the console, and no other site's: browsers read `//host` and `/\host` as one.
fn is_own(path: &str) -> bool {
    path.starts_with("/ui/") && !path.contains(['\\', '\n', '\r', '\t'])
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_our_own_pages_are_gone_to() {
        for (path, is_own) in [
            ("/ui/servers?tenant_id=a", true),
            ("//evil.example", false),
            ("/\\evil.example", false),
            ("https://evil.example/ui/", false),
            ("javascript:alert(1)", false),
            ("/admin/servers", false),
        ] {
            assert_eq!(super::is_own(path), is_own, "{path}");
        }
    }
}
