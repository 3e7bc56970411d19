//! `/admin/search`: searching as anybody, and how well that finds what it should.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::super::App;
use super::operation::origin;
use super::{Asked, Count, answered, bytes, json_of, private, read, tenant_or_own};
use crate::error::Error;
use crate::gateway::{Assumed, EVALUATION_DEPTH, SearchRequest, shown_evaluation, shown_judged};
use crate::search::Mode;

const LIMIT: usize = 5;
/// After how many results recall is measured, unless others are asked for; and how many of these there may be.
const KS: [usize; 4] = [1, 3, 5, 10];
const MOST_KS: usize = 10;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    #[serde(default)]
    tenant_id: Option<String>,
    query: String,
    #[serde(default)]
    mode: Option<String>,
    #[serde(default)]
    limit: Option<Count>,
    #[serde(default)]
    subject: Option<String>,
    #[serde(default)]
    roles: BTreeSet<String>,
    #[serde(default)]
    groups: BTreeSet<String>,
    #[serde(default)]
    scopes: Option<BTreeSet<String>>,
}

/// Searches as the operator, or as whoever is described; the same as `mcpgw search`.
pub(super) async fn search(State(app): State<Arc<App>>, request: Request) -> Response {
    let found = async {
        let origin = origin(request.extensions());
        let Wanted { tenant_id, query, mode, limit, subject, roles, groups, scopes } = read(request).await?;
        let assumed = Assumed { subject, roles, groups, scopes };
        let principal = app.gateway.assumed(assumed, tenant_or_own(&app, tenant_id.as_deref())?).await?;
        let is_known = |mode: &str| Mode::ALL.into_iter().find(|known| known.as_str() == mode);
        let request = |mode| SearchRequest { query, mode, limit: limit.map_or(LIMIT, |limit| limit.0), origin };
        let answer = match mode.as_deref().unwrap_or(Mode::Hybrid.as_str()) {
            "all" => json_of(&app.gateway.compare(&principal, &request(Mode::Hybrid)).await?)?,
            mode => {
                let mode = is_known(mode)
                    .ok_or_else(|| Error::invalid("`mode` is not one of hybrid, vector, text, all").field("mode"))?;
                json_of(&app.gateway.search(&principal, &request(mode)).await?)?
            }
        };
        Ok((StatusCode::OK, answer))
    };
    answered(found.await)
}

/// The judged requests, the latest first.
pub(super) async fn judged(State(app): State<Arc<App>>, asked: Asked) -> Response {
    let listed = async {
        let judged = app.gateway.judged(&asked.tenant()?).await?;
        Ok((StatusCode::OK, json!({ "judged": judged.iter().map(shown_judged).collect::<Vec<_>>() })))
    };
    answered(listed.await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Judgement {
    query: String,
    tools: Vec<String>,
}

/// Notes which tools are right for a request.
pub(super) async fn judge(State(app): State<Arc<App>>, asked: Asked, request: Request) -> Response {
    let noted = async {
        let (tenant, Judgement { query, tools }) = (asked.tenant()?, read(request).await?);
        Ok((StatusCode::OK, shown_judged(&app.gateway.judge(&tenant, &query, tools).await?)))
    };
    answered(noted.await)
}

/// Forgets one.
pub(super) async fn forget(State(app): State<Arc<App>>, Path(id): Path<String>, asked: Asked) -> Response {
    let forgotten = async {
        app.gateway.forget_judged(&asked.tenant()?, &id).await?;
        Ok((StatusCode::OK, json!({ "id": id, "status": "removed" })))
    };
    answered(forgotten.await)
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Evaluation {
    k: Option<Vec<Count>>,
}

/// Searches for every judged request in every mode; the same as `mcpgw catalog eval --judged`.
pub(super) async fn evaluate(State(app): State<Arc<App>>, asked: Asked, request: Request) -> Response {
    let evaluated = async {
        let (tenant, body) = (asked.tenant()?, bytes(request).await?);
        let Evaluation { k } = if body.is_empty() { Evaluation::default() } else { private(&body)? };
        let ks = k.map_or_else(|| KS.to_vec(), |ks| ks.into_iter().map(|k| k.0).collect());
        if !(1..=MOST_KS).contains(&ks.len()) || ks.iter().any(|k| !(1..=EVALUATION_DEPTH).contains(k)) {
            let what = format!("`k` is a list of up to {MOST_KS} numbers from 1 to {EVALUATION_DEPTH}");
            return Err(Error::invalid(what).field("k"));
        }
        let searched = app.gateway.searched_catalog(&tenant).await?;
        let (judgements, missing) = app.gateway.judgements(&tenant, &searched).await?;
        let mut modes = Vec::new();
        for mode in Mode::ALL {
            modes.push(app.gateway.evaluate(&searched, &judgements, mode, &ks).await?);
        }
        let mut shown = shown_evaluation(&modes, &ks, &searched);
        shown["missing"] = json!(missing);
        Ok((StatusCode::OK, shown))
    };
    answered(evaluated.await)
}
