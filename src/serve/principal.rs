//! What a request's headers say about its caller, who is not asked for a proof (`AUTH_MODE=disabled`, on loopback
//! addresses only), and what they ask for.

use axum::http::HeaderMap;

use crate::config::Config;
use crate::error::{Error, Result};
use crate::model::{Principal, Scopes};

/// The caller by its own word.
pub(super) fn stated(headers: &HeaderMap, config: &Config) -> Result<Principal> {
    let tenant = match text(headers, "x-mcp-tenant")? {
        Some(tenant) => tenant.parse()?,
        None => config.tenant.clone(),
    };
    let scopes = text(headers, "x-mcp-scopes")?.map_or(Scopes::All, Scopes::from_list);
    Ok(Principal { subject: "anonymous".to_owned(), scopes, ..Principal::operator(tenant) })
}

/// `X-MCP-Query`. Header values are Latin-1 on the wire, and clients send UTF-8 all the same.
pub(super) fn query(headers: &HeaderMap) -> Result<Option<String>> {
    let Some(value) = headers.get("x-mcp-query") else { return Ok(None) };
    let text = std::str::from_utf8(value.as_bytes()).map_err(|_| Error::invalid("X-MCP-Query is not UTF-8"))?;
    Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
}

/// A header that may stand once.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() {
        return Err(Error::invalid(format!("the header {name} stands twice")));
    }
    first
        .map(|value| value.to_str().map_err(|_| Error::invalid(format!("the header {name} is not plain text"))))
        .transpose()
}

/// The headers of a caller, a line each.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn fuzz(data: &[u8]) {
    let mut headers = HeaderMap::new();
    for (line, name) in data.split(|byte| *byte == b'\n').zip(["x-mcp-scopes", "x-mcp-query", "x-mcp-scopes"]) {
        if let Ok(value) = axum::http::HeaderValue::from_bytes(line) {
            headers.append(name, value);
        }
    }
    if let Ok(Some(scopes)) = text(&headers, "x-mcp-scopes") {
        let _ = Scopes::from_list(scopes);
    }
    let given = headers.get("x-mcp-query").map(|value| std::str::from_utf8(value.as_bytes()).map(str::trim));
    match (query(&headers), given) {
        (Ok(query), Some(Ok(given))) => assert_eq!(query.as_deref().unwrap_or_default(), given),
        (query, given) => assert!(query.is_err() == matches!(given, Some(Err(_)))),
    }
}
