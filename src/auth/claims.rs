//! A token's header and claims, read strictly: a type that is not the one a claim has is a refusal, never a default.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::refused;
use crate::error::Result;
use crate::model::{Principal, RawJson, RawObject, Scopes, TenantId};

/// The claim that names the tenant.
pub(super) const TENANT: &str = "tenant_id";
/// The claim that names the server that a gateway's token is for.
pub(super) const SERVER: &str = "server";
const MAX_TOKEN_BYTES: usize = 16 * 1024;
const MAX_NAME_BYTES: usize = 256;
/// Header parameters that let a token choose its own key or its own rules (RFC 7515 §4.1, RFC 7797, RFC 7516).
const CHOOSES_ITS_RULES: [&str; 9] = ["jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "crit", "b64", "enc"];

/// What a token says about its signature. Nothing in it is trusted beyond picking among our own keys.
pub(super) struct Header {
    /// Which key.
    pub(super) kid: Option<String>,
}

impl Header {
    /// Reads the header of a token that has to be signed with `algorithm`.
    pub(super) fn read(token: &str, algorithm: &str) -> Result<Self> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(refused("the token is too long"));
        }
        let parts: Vec<&str> = token.split('.').collect();
        let [header, claims, signature] = parts.as_slice() else {
            return Err(refused("the token has not the three parts of a signed JWT"));
        };
        if [header, claims, signature].iter().any(|part| part.is_empty()) {
            return Err(refused("a part of the token is empty"));
        }
        let unreadable = || refused("the token's header cannot be read");
        let bytes = URL_SAFE_NO_PAD.decode(header).map_err(|_| unreadable())?;
        let json = RawJson::check(bytes).map_err(|_| unreadable())?;
        let header: RawObject<'_> = serde_json::from_str(json.as_str()).map_err(|_| unreadable())?;
        if let Some(name) = CHOOSES_ITS_RULES.into_iter().find(|name| header.get(name).is_some()) {
            return Err(refused(format!("the token's header has `{name}`, which is not accepted")));
        }
        if header.read::<String>("alg").ok().flatten().as_deref() != Some(algorithm) {
            return Err(refused(format!("the token is not signed with {algorithm}")));
        }
        let kind: Option<String> = header.read("typ").map_err(|_| refused("`typ` is no text"))?;
        if kind.is_some_and(|kind| !["jwt", "at+jwt"].contains(&kind.to_ascii_lowercase().as_str())) {
            return Err(refused("`typ` is neither JWT nor at+jwt"));
        }
        let kid: Option<String> = header.read("kid").map_err(|_| refused("`kid` is no text"))?;
        if kid.as_ref().is_some_and(|kid| kid.is_empty() || kid.len() > MAX_NAME_BYTES) {
            return Err(refused("`kid` is empty or too long"));
        }
        Ok(Self { kid })
    }
}

/// Refuses a token that a gateway made for another server than `own`.
pub(super) fn check_server(claims: &Map<String, Value>, own: &str) -> Result<()> {
    match claims.get(SERVER) {
        Some(Value::String(named)) if named == own => Ok(()),
        Some(Value::String(named)) => {
            let named: String = named.chars().filter(|each| !each.is_control()).take(MAX_NAME_BYTES).collect();
            Err(refused(format!("the token is for server `{named}`, and this is `{own}`")))
        }
        _ => Err(refused(format!("`{SERVER}` is missing or no text, and this is server `{own}`"))),
    }
}

/// The caller that verified claims describe, and until when they hold, in seconds since 1970.
pub(super) fn principal(claims: &Map<String, Value>) -> Result<(Principal, u64)> {
    let text = |name: &str| match claims.get(name) {
        Some(Value::String(text)) if !text.is_empty() && text.len() <= MAX_NAME_BYTES && is_plain(text) => Ok(text),
        Some(_) => Err(refused(format!("`{name}` is empty, too long or no text"))),
        None => Err(refused(format!("`{name}` is missing"))),
    };
    let tenant: TenantId = text(TENANT)?.parse().map_err(|_| refused(format!("`{TENANT}` is no tenant's id")))?;
    let (issuer, subject) = (text("iss")?.clone(), text("sub")?.clone());
    let expires = claims.get("exp").and_then(Value::as_f64).filter(|at| at.is_finite() && *at > 0.0);
    let expires = expires.ok_or_else(|| refused("`exp` is missing or no number"))?;
    for name in ["nbf", "iat"] {
        if claims.get(name).is_some_and(|value| !value.is_number()) {
            return Err(refused(format!("`{name}` is no number")));
        }
    }
    let mut scopes = words(claims, "groups", false)?;
    scopes.extend(words(claims, "scopes", true)?);
    scopes.extend(words(claims, "scope", true)?);
    let roles = words(claims, "roles", false)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "finite and positive")]
    let expires = expires as u64;
    Ok((
        Principal { tenant, issuer, subject, scopes: Scopes::Only(scopes), roles, attributes: BTreeMap::new() },
        expires,
    ))
}

/// A claim that lists words: an array of texts, or one text, which is split at blanks where `splits` says so
/// (RFC 8693 §4.2).
fn words(claims: &Map<String, Value>, name: &str, splits: bool) -> Result<BTreeSet<String>> {
    let wrong = || refused(format!("`{name}` is neither a list of texts nor a text"));
    let listed: Vec<&str> = match claims.get(name) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::String(text)) if splits => text.split([' ', ',']).collect(),
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(items)) => items.iter().map(|item| item.as_str().ok_or_else(wrong)).collect::<Result<_>>()?,
        Some(_) => return Err(wrong()),
    };
    let listed: BTreeSet<String> = listed.into_iter().filter(|word| !word.is_empty()).map(str::to_owned).collect();
    if listed.len() > 1000 || listed.iter().any(|word| word.len() > MAX_NAME_BYTES || !is_plain(word)) {
        return Err(refused(format!("`{name}` holds too many or too long words")));
    }
    Ok(listed)
}

fn is_plain(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

/// A token's text, and the same bytes as its claims: believed or refused.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn fuzz(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let _ = Header::read(&text, "RS256");
    let header = URL_SAFE_NO_PAD.encode(data);
    if let Ok(header) = Header::read(&format!("{header}.e30.c2ln"), "RS256") {
        assert!(header.kid.is_none_or(|kid| !kid.is_empty() && kid.len() <= MAX_NAME_BYTES));
    }
    if let Ok(claims) = serde_json::from_slice::<Map<String, Value>>(data) {
        let _ = check_server(&claims, "orders");
        if let Ok((principal, _)) = principal(&claims) {
            assert!(!principal.subject.is_empty() && is_plain(&principal.subject), "{:?}", principal.subject);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(changes: &Value) -> Result<(Principal, u64)> {
        let mut claims = json!({ "iss": "i", "sub": "s", "tenant_id": "acme", "exp": 2_000_000_000 });
        for (name, value) in changes.as_object().expect("an object") {
            claims[name] = value.clone();
        }
        principal(claims.as_object().expect("an object"))
    }

    #[test]
    fn words_come_from_all_three_claims() {
        let (caller, expires) = read(&json!({ "groups": ["a b"], "scopes": "b,c", "scope": "d e" })).expect("a caller");
        let expected = ["a b", "b", "c", "d", "e"].map(str::to_owned);
        assert_eq!(caller.scopes, Scopes::Only(expected.into()));
        assert_eq!(expires, 2_000_000_000);
        assert_eq!(read(&json!({})).expect("a caller").0.scopes, Scopes::Only(BTreeSet::new()));
    }

    #[test]
    fn wrong_types_are_refused() {
        for changes in [
            json!({ "sub": ["s"] }),
            json!({ "sub": 7 }),
            json!({ "sub": "" }),
            json!({ "tenant_id": ["acme"] }),
            json!({ "tenant_id": "../x" }),
            json!({ "tenant_id": null }),
            json!({ "exp": "2000000000" }),
            json!({ "nbf": "1" }),
            json!({ "iss": ["i"] }),
            json!({ "groups": { "a": true } }),
            json!({ "scopes": 1 }),
            json!({ "roles": [1] }),
        ] {
            assert!(read(&changes).is_err(), "{changes}");
        }
    }
}
