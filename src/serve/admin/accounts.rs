//! `/admin/accounts`: who has an account of the console, whoever asks.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::super::App;
use super::{answered, read_private};
use crate::error::{Error, Kind};
use crate::gateway::LoggedIn;
use crate::model::Secret;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    wanted: Secret,
}

/// Every account.
pub(super) async fn list(State(app): State<Arc<App>>) -> Response {
    let listed = app.gateway.accounts().await;
    answered(listed.map(|accounts| (StatusCode::OK, json!({ "accounts": accounts }))))
}

/// Where one is logged in.
pub(super) async fn sessions(
    State(app): State<Arc<App>>,
    session: Option<Extension<LoggedIn>>,
    Path(email): Path<String>,
) -> Response {
    let asking = session.as_ref().map(|Extension(session)| session);
    let listed = app.gateway.account_sessions(&email, asking).await;
    answered(listed.map(|(_, sessions)| (StatusCode::OK, json!({ "sessions": sessions }))))
}

/// Ends all of these.
pub(super) async fn end(State(app): State<Arc<App>>, Path(email): Path<String>) -> Response {
    let ended = app.gateway.end_account_sessions(&email).await;
    answered(ended.map(|ended| (StatusCode::OK, json!({ "email": email, "ended": ended }))))
}

/// Gives one another password, without the present one. Not for those who are logged in: a browser that somebody left
/// open, or whose cookie was taken, must not be enough for an account to be taken over.
pub(super) async fn set_password(
    State(app): State<Arc<App>>,
    session: Option<Extension<LoggedIn>>,
    Path(email): Path<String>,
    request: Request,
) -> Response {
    let set = async {
        if session.is_some() {
            let error = Error::new(Kind::Forbidden, "whoever is logged in changes their own password only");
            return Err(error.help("POST /admin/password does; another's: `mcpgw account password EMAIL`"));
        }
        let Wanted { wanted } = read_private(request).await?;
        let ended = app.gateway.set_account_password(&email, &wanted).await;
        Ok((StatusCode::OK, json!({ "email": email, "ended": ended.map_err(of_wanted)? })))
    };
    answered(set.await)
}

/// The password is at fault by the name that it has in the body.
fn of_wanted(error: Error) -> Error {
    if error.field_name() == Some("password") { error.field("wanted") } else { error }
}
