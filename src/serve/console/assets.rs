//! What the pages are drawn and run with; all of it in this program.

use std::sync::LazyLock;

use axum::extract::{Path, RawQuery};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};

struct Asset {
    name: &'static str,
    content: &'static str,
    text: &'static str,
}

const SCRIPT: &str = "text/javascript; charset=utf-8";

const ASSETS: &[Asset] = &[
    Asset { name: "console.css", content: "text/css; charset=utf-8", text: include_str!("assets/console.css") },
    Asset { name: "console.js", content: SCRIPT, text: include_str!("assets/console.js") },
    Asset { name: "views.js", content: SCRIPT, text: include_str!("assets/views.js") },
    Asset { name: "theme.js", content: SCRIPT, text: include_str!("assets/theme.js") },
    Asset { name: "icon.svg", content: "image/svg+xml", text: include_str!("assets/icon.svg") },
    Asset { name: "htmx.min.js", content: SCRIPT, text: include_str!("assets/vendor/htmx.min.js") },
    Asset { name: "htmx-sse.min.js", content: SCRIPT, text: include_str!("assets/vendor/htmx-sse.min.js") },
];

/// Changes with any of them: addresses of another build are other addresses.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let all = ASSETS.iter().fold(Sha256::new(), |hash, asset| hash.chain_update(asset.text));
    crate::model::hex(all.finalize().iter().take(8))
});

/// Where a page finds an asset.
pub(super) fn address(name: &str) -> String {
    format!("/ui/assets/{name}?v={}", *VERSION)
}

pub(super) async fn asset(Path(name): Path<String>, RawQuery(query): RawQuery) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // Another build's address, as while replicas are replaced, must not be kept with what is of this one.
    let is_this = query.is_some_and(|query| query == format!("v={}", *VERSION));
    let headers = [
        (CONTENT_TYPE, asset.content),
        (CACHE_CONTROL, if is_this { "public, max-age=31536000, immutable" } else { "no-store" }),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
    (headers, asset.text).into_response()
}
