//! The pages of a user who signs in at a server: what they are about to do, the way there, and the way back.

use std::sync::Arc;

use axum::extract::{Path, RawForm, RawQuery, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, REFERRER_POLICY, SET_COOKIE,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};

use super::App;
use crate::error::{Error, Kind, Result};
use crate::gateway::LINK_LIFETIME;

/// Proves that the browser that comes back is the one that set out.
const COOKIE_NAME: &str = "mcpgw_sign_in";
const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:34em;margin:12vh auto;padding:0 1em}\
    dt{color:#555}dd{margin:0 0 .6em;font-weight:600;overflow-wrap:anywhere}\
    button{font:inherit;padding:.5em 1.2em;cursor:pointer}";

/// Says who is about to sign in where. Nothing happens until they agree: a link may have been sent by somebody else.
pub(super) async fn page(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Response {
    let link = member(query.as_deref().unwrap_or_default().as_bytes(), "link").unwrap_or_default();
    let offer = match app.gateway.sign_in_offer(&link).await {
        Ok(offer) => offer,
        Err(error) => return failed(&error),
    };
    let at = offer.page.origin().ascii_serialization();
    let body = format!(
        "<h1>Sign in at {server}</h1>\
         <p>An agent wants to use the tools of <b>{server}</b> in your name.</p>\
         <dl><dt>You are, to this gateway</dt><dd>{subject} ({tenant})</dd>\
         <dt>You will sign in at</dt><dd>{at}</dd></dl>\
         <p><b>Go on only if that is you and you have just asked for it.</b> Whoever sent you this link can otherwise use \
         {server} as you.</p>\
         <form method=\"post\" action=\"start\"><input type=\"hidden\" name=\"link\" value=\"{link}\">\
         <button>Continue</button></form>",
        server = escaped(offer.server.as_str()),
        subject = escaped(&offer.subject),
        tenant = escaped(offer.tenant.as_str()),
        at = escaped(&at),
        link = escaped(&link),
    );
    // Anywhere: browsers hold redirects after a form to this too, and authorization servers send people on.
    html(StatusCode::OK, &format!("Sign in at {}", offer.server), &body, "*")
}

/// Sends the browser to the authorization server.
pub(super) async fn begin(State(app): State<Arc<App>>, headers: HeaderMap, RawForm(form): RawForm) -> Response {
    // Not from another site's page, which could press the button for the user.
    let is_own = match (headers.get("sec-fetch-site"), headers.get(ORIGIN)) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => origin.to_str().is_ok_and(|origin| Some(origin) == app.gateway.origin().as_deref()),
        (None, None) => false,
    };
    if !is_own {
        return failed(&Error::new(Kind::Refused, "this page was not opened from our own").help("open the link again"));
    }
    match set_out(&app, &member(&form, "link").unwrap_or_default()).await {
        Ok(response) => response,
        Err(error) => failed(&error),
    }
}

async fn set_out(app: &App, link: &str) -> Result<Response> {
    let start = app.gateway.begin_sign_in(link).await?;
    let browser = start.browser.expose();
    let Cookie { name, path, secure } = Cookie::at(&start.redirect_uri);
    let seconds = LINK_LIFETIME.as_secs();
    // `Lax`: it has to come along when the authorization server sends the browser back.
    let cookie = format!("{name}={browser}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    let headers = [(LOCATION, start.page.as_str()), (SET_COOKIE, &cookie)];
    let mut response = (StatusCode::SEE_OTHER, guarded("'self'")?).into_response();
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).map_err(|error| Error::internal("a header").source(error))?;
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

/// Takes what the browser brings back.
pub(super) async fn finish(
    State(app): State<Arc<App>>,
    Path((tenant, server)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let came_back_to = || app.gateway.redirect_uri(&tenant.parse().ok()?, &server.parse().ok()?).ok();
    let name = came_back_to().map(|uri| Cookie::at(&uri).name).unwrap_or_default();
    let browser = cookie(&headers, &name).unwrap_or_default();
    let [state, code, error] =
        ["state", "code", "error"].map(|name| member(query.as_deref().unwrap_or_default().as_bytes(), name));
    let code = match (&code, &error) {
        (Some(code), None) => Ok(code.as_str()),
        (_, error) => Err(error.as_deref().unwrap_or("no code")),
    };
    let state = state.unwrap_or_default();
    match app.gateway.finish_sign_in((&tenant, &server), browser, &state, code).await {
        Ok(server) => {
            let server = escaped(server.as_str());
            let body = format!(
                "<h1>You are signed in at {server}</h1><p>Close this page and go on with your agent. If it does not go \
                 on by itself, ask it to call the tool again.</p>"
            );
            html(StatusCode::OK, "Signed in", &body, "'none'")
        }
        Err(error) => failed(&error),
    }
}

/// One member of a form or a query.
pub(super) fn member(form: &[u8], name: &str) -> Option<String> {
    url::form_urlencoded::parse(form).find(|(each, _)| each == name).map(|(_, value)| value.into_owned())
}

/// What a browser keeps on its way.
struct Cookie {
    name: String,
    path: String,
    secure: &'static str,
}

impl Cookie {
    /// For those who come back to `redirect_uri`. A `__Host-` name cannot be set by a sibling of our host or over plain
    /// http, and wants the path `/`: so the name tells apart what otherwise the path does.
    fn at(redirect_uri: &str) -> Self {
        let path = url::Url::parse(redirect_uri).map(|url| url.path().to_owned()).unwrap_or_default();
        if !redirect_uri.starts_with("https:") {
            return Self { name: COOKIE_NAME.to_owned(), path, secure: "" };
        }
        let digest = Sha256::digest(path);
        let digits = crate::model::hex(digest.iter().take(8));
        Self { name: format!("__Host-{COOKIE_NAME}_{digits}"), path: "/".to_owned(), secure: "; Secure" }
    }
}

pub(super) fn cookie<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    let pairs = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|it| it.split(';'));
    pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(name, _)| *name == wanted).map(|(_, it)| it)
}

fn failed(error: &Error) -> Response {
    let (status, said) = match error.kind() {
        Kind::InvalidInput | Kind::Refused | Kind::NotFound => (StatusCode::BAD_REQUEST, error.message()),
        Kind::UpstreamError => {
            tracing::warn!(error = error.chain(), "a user was not signed in");
            (StatusCode::BAD_GATEWAY, error.message())
        }
        _ => {
            tracing::error!(error = error.chain(), "a user was not signed in");
            (StatusCode::INTERNAL_SERVER_ERROR, "something went wrong here")
        }
    };
    let help = error.help_text().map(|help| format!("<p>{}.</p>", escaped(&capital(help)))).unwrap_or_default();
    let body = format!("<h1>You are not signed in</h1><p>{}.</p>{help}", escaped(&capital(said)));
    html(status, "Not signed in", &body, "'none'")
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn html(status: StatusCode, title: &str, body: &str, forms: &str) -> Response {
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{title}</title><style>{STYLE}</style>{body}</html>",
        title = escaped(title)
    );
    match guarded(forms) {
        Ok(headers) => (status, headers, page).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Nothing runs in these pages, nobody frames them, and their addresses are told to nobody.
fn guarded(forms: &str) -> Result<HeaderMap> {
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; form-action {forms}; frame-ancestors 'none'; base-uri 'none'"
    );
    let policy = HeaderValue::from_str(&policy).map_err(|error| Error::internal("a header").source(error))?;
    Ok(page_headers(policy))
}

/// What goes along with each page for people, the console's too: what it may do, and that nobody keeps or frames it.
pub(super) fn page_headers(policy: HeaderValue) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Not `no-referrer`, with which browsers hide the origin of a form from us too (Fetch, “append a request Origin
    // header”).
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers
}

/// For text and quoted attributes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for each in text.chars() {
        match each {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_no_markup() {
        assert_eq!(escaped(r#"<a href="x">&'"#), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("a=b; mcpgw_sign_in=x_-1; c=d"));
        assert_eq!(cookie(&headers, COOKIE_NAME), Some("x_-1"));
        headers.clear();
        assert_eq!(cookie(&headers, COOKIE_NAME), None);
    }
}
