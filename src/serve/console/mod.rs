//! The web console, `/ui`: pages that show. Whatever changes something is asked of `/admin/*` by their script, so that
//! the console can do nothing that a script of an operator's could not.

mod account;
mod assets;
mod audit;
mod cache;
mod caller;
mod catalog;
mod chart;
mod embeddings;
mod guardrails;
mod health;
mod lab;
mod live;
mod overview;
mod parts;
mod policies;
mod server;
mod servers;
mod settings;
mod shared;
mod tenants;
mod tool;

use std::sync::Arc;

use askama::Template;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::LOCATION;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Extension, Router};

use super::App;
use super::admin::{refused, session, tenant_asked};
use super::sign_in::{cookie, member, page_headers};
use crate::error::{Error, Kind};
use crate::gateway::{AuditSummary, LoggedIn};
use crate::model::TenantId;

/// Nothing but our own runs in these pages, nobody frames them, and their forms go nowhere else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
/// Tenants that are offered by name.
const OFFERED_TENANTS: usize = 200;

/// What was executed lately, for everybody who looks at an overview.
pub(super) type Figures = shared::Shared<AuditSummary>;

/// Every page.
pub(super) fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    Router::new()
        .route("/", get(to_overview))
        .route("/overview", get(overview::page))
        .route("/overview/live", get(overview::live))
        .route("/servers", get(servers::page))
        .route("/servers/{name}", get(server::page))
        .route("/catalog", get(catalog::page))
        .route("/catalog/{id}", get(tool::page))
        .route("/search", get(lab::page))
        .route("/tenants", get(tenants::page))
        .route("/embeddings", get(embeddings::page))
        .route("/embeddings/live", get(embeddings::live))
        .route("/guardrails", get(guardrails::page))
        .route("/cache", get(cache::page))
        .route("/cache/kept", get(cache::kept))
        .route("/audit", get(audit::page))
        .route("/audit/sums", get(audit::sums))
        .route("/policies", get(policies::page))
        .route("/settings", get(settings::page))
        .route("/account", get(account::page))
        .fallback(nothing)
        .layer(from_fn_with_state(Arc::clone(app), enter))
        // Before anybody is known.
        .route("/login", get(account::log_in))
        .route("/setup", get(account::set_up))
        .route("/assets/{name}", get(assets::asset))
}

async fn to_overview() -> Response {
    redirect("/ui/overview")
}

async fn nothing(ui: Ui) -> Response {
    ui.failed(&Error::not_found("there is no such page"))
}

/// Lets those in who are logged in; sends the others to do that, and back to where they wanted to be.
async fn enter(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    // A live part comes back by itself whenever its connection was lost.
    let found = match request.uri().path().ends_with("/live") {
        true => session::still_of_cookie(&app, request.headers()).await,
        false => session::of_cookie(&app, request.headers()).await,
    };
    match found {
        Ok(Some(session)) => {
            request.extensions_mut().insert(session);
            next.run(request).await
        }
        Ok(None) => {
            let is_part = request.headers().contains_key("hx-request");
            // Whoever comes without anything is only shown where to log in.
            if is_part || cookie(request.headers(), session::COOKIE_NAME).is_some() {
                refused(&app, "/ui", &request, None, StatusCode::UNAUTHORIZED);
            }
            // Its script goes there.
            if is_part {
                return bare(StatusCode::UNAUTHORIZED, String::new());
            }
            let wanted = request.uri().path_and_query().map_or("/", |it| it.as_str());
            // The console's own root has no slash.
            let wanted = if wanted == "/" { "" } else { wanted };
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            redirect(&format!("/ui/login?{}", query.append_pair("next", &format!("/ui{wanted}")).finish()))
        }
        Err(error) => bare(StatusCode::SERVICE_UNAVAILABLE, error.message().to_owned()),
    }
}

/// A page in the navigation.
pub(super) struct Place {
    path: &'static str,
    name: &'static str,
    /// After `g`, the key that leads there.
    key: char,
}

const PLACES: &[Place] = &[
    Place { path: "/ui/overview", name: "Overview", key: 'o' },
    Place { path: "/ui/servers", name: "Servers", key: 's' },
    Place { path: "/ui/catalog", name: "Catalog", key: 'c' },
    Place { path: "/ui/search", name: "Search lab", key: 'l' },
    Place { path: "/ui/tenants", name: "Tenants", key: 't' },
    Place { path: "/ui/embeddings", name: "Embeddings", key: 'e' },
    Place { path: "/ui/guardrails", name: "Guardrails", key: 'g' },
    Place { path: "/ui/cache", name: "Cache", key: 'h' },
    Place { path: "/ui/audit", name: "Audit", key: 'a' },
    Place { path: "/ui/policies", name: "Policies", key: 'p' },
    Place { path: "/ui/settings", name: "Settings", key: 'x' },
];

/// What every page shows around its own: who looks, at which tenant, and where they are.
pub(super) struct Ui {
    app: Arc<App>,
    uri: Uri,
    email: String,
    csrf_token: String,
    tenant: TenantId,
    tenants: Vec<TenantId>,
    /// The path of this page.
    path: String,
    /// The place in the navigation that it belongs to.
    here: &'static str,
}

impl FromRequestParts<Arc<App>> for Ui {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> std::result::Result<Self, Response> {
        let session = Extension::<LoggedIn>::from_request_parts(parts, app).await;
        let Extension(session) = session.map_err(|_| redirect("/ui/login"))?;
        let path = format!("/ui{}", parts.uri.path());
        let here = PLACES.iter().find(|place| path.starts_with(place.path)).map_or("", |place| place.path);
        let own = app.gateway.config().tenant.clone();
        let mut ui = Self {
            app: Arc::clone(app),
            uri: parts.uri.clone(),
            email: session.email,
            csrf_token: session.csrf_token,
            tenant: own,
            tenants: Vec::new(),
            path,
            here,
        };
        match tenant_asked(app, &parts.uri) {
            Ok(tenant) => ui.tenant = tenant,
            Err(error) => return Err(ui.failed(&error)),
        }
        // Without them the page is there all the same, as while the store is away.
        ui.tenants = app.gateway.tenants().await.unwrap_or_default();
        ui.tenants.truncate(OFFERED_TENANTS);
        Ok(ui)
    }
}

impl Ui {
    fn pages(&self) -> &'static [Place] {
        PLACES
    }

    fn link(&self, path: &str) -> String {
        link(&self.app, &self.tenant, path)
    }

    /// A parameter of the page's address.
    fn asked(&self, name: &str) -> Option<String> {
        member(self.uri.query().unwrap_or_default().as_bytes(), name).filter(|value| !value.is_empty())
    }

    /// Another address of this page: with these parameters, and no others but the tenant.
    fn with(&self, parameters: &[(&str, &str)]) -> String {
        query_link(self, &self.path, parameters)
    }

    /// A parameter that is a list, by commas or spaces.
    fn listed(&self, name: &str) -> Vec<String> {
        let text = self.asked(name).unwrap_or_default();
        let words = text.split(|each: char| each == ',' || each.is_whitespace());
        words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    fn failed(self, error: &Error) -> Response {
        let (status, heading) = match error.kind() {
            Kind::NotFound => (StatusCode::NOT_FOUND, "Not found"),
            Kind::InvalidInput => (StatusCode::BAD_REQUEST, "This address cannot be read"),
            Kind::StoreUnavailable => (StatusCode::SERVICE_UNAVAILABLE, "The store cannot be reached"),
            _ => (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong"),
        };
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(error = error.chain(), http.path = self.path, "a page of the console failed");
        }
        let (message, help) = (error.message().to_owned(), error.help_text().map(str::to_owned));
        rendered(status, &Failed { ui: self, heading, message, help })
    }
}

/// A path with the tenant that is looked at.
fn link(app: &App, tenant: &TenantId, path: &str) -> String {
    if *tenant == app.gateway.config().tenant {
        return path.to_owned();
    }
    let joint = if path.contains('?') { '&' } else { '?' };
    let tenant: String = url::form_urlencoded::byte_serialize(tenant.as_str().as_bytes()).collect();
    format!("{path}{joint}tenant_id={tenant}")
}

/// A path with the tenant that is looked at and these parameters, as far as they say anything.
fn query_link(ui: &Ui, path: &str, parameters: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let query = query.extend_pairs(parameters.iter().filter(|(_, value)| !value.is_empty())).finish();
    ui.link(&if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") })
}

#[derive(Template)]
#[template(path = "failed.html")]
struct Failed {
    ui: Ui,
    heading: &'static str,
    message: String,
    help: Option<String>,
}

fn rendered<T: Template>(status: StatusCode, template: &T) -> Response {
    match template.render() {
        Ok(text) => bare(status, text),
        Err(error) => {
            tracing::error!(error = %error, "a page of the console cannot be written");
            bare(StatusCode::INTERNAL_SERVER_ERROR, "This page cannot be shown.".to_owned())
        }
    }
}

fn bare(status: StatusCode, text: String) -> Response {
    (status, page_headers(HeaderValue::from_static(POLICY)), text).into_response()
}

fn redirect(to: &str) -> Response {
    let Ok(to) = HeaderValue::from_str(to) else { return StatusCode::BAD_REQUEST.into_response() };
    let mut response = bare(StatusCode::SEE_OTHER, String::new());
    response.headers_mut().insert(LOCATION, to);
    response
}
