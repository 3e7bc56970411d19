//! What every operation of the administration has in common: its query and its body are looked at before it begins, and
//! what changes something leaves a record.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{FromRequestParts as _, MatchedPath, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use serde::Deserialize;

use super::super::App;
use super::super::layers::{RequestId, method_label};
use super::super::protocol::whole;
use super::super::sign_in::member;
use super::{Administrator, asked, refusal, refusal_as, tenant_asked, tenant_or_own, tool_of};
use crate::error::Error;
use crate::gateway::Deed;
use crate::model::{AuditActor, AuditStatus, Face, Origin, ServerName, shortened};

/// Who may do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum For {
    /// Whoever is logged in, and bearers of the role.
    Administrators,
    /// Whoever is logged in.
    Sessions,
    /// Bearers of the role.
    Bearers,
    /// Anybody.
    All,
}

/// An operation: its route, and everything that its description says.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) method: Method,
    /// Below `/admin`.
    pub(super) path: &'static str,
    pub(super) summary: &'static str,
    pub(super) query: &'static [&'static str],
    /// The schema of its body, and whether it can do without one.
    pub(super) body: Option<(&'static str, bool)>,
    /// Statuses of success with the schema of each.
    pub(super) answers: Vec<(u16, &'static str)>,
    pub(super) for_whom: For,
    /// Whether it leaves a record of its own kind: it changes something, or has somebody else act.
    pub(super) is_recorded: bool,
    /// Whether it heeds `If-Match`.
    pub(super) is_conditional: bool,
}

impl Operation {
    pub(super) fn new(method: Method, path: &'static str, summary: &'static str, answer: &'static str) -> Self {
        Self {
            is_recorded: method != Method::GET,
            method,
            path,
            summary,
            query: &[],
            body: None,
            answers: vec![(200, answer)],
            for_whom: For::Administrators,
            is_conditional: false,
        }
    }

    pub(super) fn query(self, query: &'static [&'static str]) -> Self {
        Self { query, ..self }
    }

    pub(super) fn body(self, schema: &'static str) -> Self {
        Self { body: Some((schema, false)), ..self }
    }

    pub(super) fn optional_body(self, schema: &'static str) -> Self {
        Self { body: Some((schema, true)), ..self }
    }

    /// Succeeds with this status, too.
    pub(super) fn or(mut self, status: u16, schema: &'static str) -> Self {
        self.answers.push((status, schema));
        self
    }

    /// Succeeds with this status in place of 200.
    pub(super) fn status(mut self, status: u16) -> Self {
        self.answers.iter_mut().for_each(|answer| answer.0 = status);
        self
    }

    pub(super) fn for_whom(self, for_whom: For) -> Self {
        Self { for_whom, ..self }
    }

    /// Changes nothing, or what it does is recorded as what it is.
    pub(super) fn unrecorded(self) -> Self {
        Self { is_recorded: false, ..self }
    }

    pub(super) fn conditional(self) -> Self {
        Self { is_conditional: true, ..self }
    }
}

/// Comes before and after the handler of an operation.
pub(super) async fn operate(
    State((app, operation)): State<(Arc<App>, Arc<Operation>)>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let path = match RawPathParams::from_request_parts(&mut parts, &()).await {
        Ok(path) => path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        Err(RawPathParamsRejection::InvalidUtf8InPathParam(_)) => {
            return refusal(&Error::invalid("the path is not UTF-8"));
        }
        Err(_) => Vec::new(),
    };
    let body = match operation.body {
        Some(_) => whole(body, app.gateway.config().serve.max_body_bytes).await.map_err(|refused| refused.status()),
        None => Ok(Bytes::new()),
    };
    let mut tenant = Ok(());
    let begun = if operation.is_recorded {
        let deed = deed(&app, &operation, &parts, &path, body.as_deref().unwrap_or_default());
        tenant = app.gateway.check_tenant(&deed.tenant).await;
        match app.gateway.administer(deed) {
            Ok(begun) => Some(begun),
            Err(error) => return refusal(&error),
        }
    } else {
        None
    };
    let response = match (asked::check(&parts.uri, operation.query).and(tenant), body) {
        (Err(error), _) => refusal(&error),
        (Ok(()), Err(status)) => unread(&app, status),
        (Ok(()), Ok(body)) => next.run(Request::from_parts(parts, Body::from(body))).await,
    };
    if let Some(begun) = begun {
        let who = response.extensions().get::<Administrator>().map(|who| who.0.clone());
        app.gateway.administered(begun, outcome(response.status()), who).await;
    }
    response
}

/// A body that could not be read.
fn unread(app: &App, status: StatusCode) -> Response {
    let limit = app.gateway.config().serve.max_body_bytes;
    let error = match status {
        StatusCode::PAYLOAD_TOO_LARGE => Error::invalid(format!("the body is larger than {limit} bytes")),
        StatusCode::REQUEST_TIMEOUT => Error::invalid("the body took too long"),
        _ => Error::invalid("the body broke off"),
    };
    refusal_as(status, &error)
}

/// Names in a body, whatever else is in it.
#[derive(Default, Deserialize)]
struct Named {
    tenant_id: Option<String>,
    #[serde(alias = "id")]
    name: Option<String>,
    server: Option<String>,
}

fn deed(app: &App, operation: &Operation, parts: &Parts, path: &[(String, String)], body: &[u8]) -> Deed {
    let named: Named = serde_json::from_slice(body).unwrap_or_default();
    let own = tenant_asked(app, &parts.uri).unwrap_or_else(|_| app.gateway.config().tenant.clone());
    let tenant = named.tenant_id.and_then(|id| tenant_or_own(app, Some(&id)).ok()).unwrap_or(own);
    // Whatever is no name in a body could be anything.
    let asked = || member(parts.uri.query()?.as_bytes(), "id").filter(|_| operation.query.contains(&"id"));
    let object = path.first().map(|(_, value)| value.clone());
    let object = object.or_else(|| named.name.or_else(asked).filter(|name| is_name(name)));
    let object = shortened(&object.unwrap_or_default());
    let server: Option<ServerName> = match operation.path {
        path if path.starts_with("/servers") => object.parse().ok(),
        path if path.contains("{tool_id}") => tool_of(&object).ok().map(|(server, _)| server),
        _ => named.server.and_then(|server| server.parse().ok()),
    };
    let who = parts.extensions.get::<Administrator>().map(|who| who.0.clone());
    let route = format!("{} /admin{}", operation.method, operation.path);
    Deed { tenant, who, route, object, server, request_id: request_id(&parts.extensions), face: Face::Admin }
}

/// Leaves a record of a request to a `part` of ours that was refused before anything of it began; nothing of it but its
/// route is noted.
pub(in super::super) fn refused(app: &App, part: &str, request: &Request, who: Option<AuditActor>, status: StatusCode) {
    let status = outcome(status);
    if !matches!(status, AuditStatus::Refused | AuditStatus::Limited) {
        return;
    }
    // Of what is not there, the path is whatever somebody chose.
    let path = request.extensions().get::<MatchedPath>().map_or(part, MatchedPath::as_str);
    let deed = Deed {
        tenant: app.gateway.config().tenant.clone(),
        who,
        route: format!("{} {path}", method_label(request.method())),
        object: String::new(),
        server: None,
        request_id: request_id(request.extensions()),
        face: Face::Admin,
    };
    app.gateway.refused(deed, status);
}

/// Tenants, servers and signatures have names like this.
fn is_name(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

fn request_id(extensions: &axum::http::Extensions) -> Arc<str> {
    extensions.get::<RequestId>().map_or_else(|| "".into(), |id| Arc::clone(&id.0))
}

/// The request behind something that is recorded as what it is.
pub(super) fn origin(extensions: &axum::http::Extensions) -> Origin {
    let actor = extensions.get::<Administrator>().map(|who| who.0.clone());
    Origin { request_id: request_id(extensions), face: Face::Admin, actor, ..Origin::default() }
}

fn outcome(status: StatusCode) -> AuditStatus {
    match status.as_u16() {
        200..=299 => AuditStatus::Ok,
        401 | 403 | 404 | 422 => AuditStatus::Refused,
        429 => AuditStatus::Limited,
        400..=499 => AuditStatus::Invalid,
        502 | 503 => AuditStatus::Unavailable,
        504 => AuditStatus::Timeout,
        _ => AuditStatus::Internal,
    }
}

/// An unknown path.
pub(super) async fn nothing() -> Response {
    refusal(&Error::not_found("there is nothing here").help("GET /admin/openapi.json describes what there is"))
}

/// A known path, and another method; the router adds `Allow`.
pub(super) async fn other_method() -> Response {
    let error = Error::invalid("this path knows other methods").help("the header Allow names them");
    refusal_as(StatusCode::METHOD_NOT_ALLOWED, &error)
}
