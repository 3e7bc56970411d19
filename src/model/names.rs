//! Names: tenants, servers, and the tool names that clients see.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// The longest tool name that clients are shown; the MCP conformance suite allows no more.
pub const MAX_EXPOSED_NAME: usize = 64;

/// A tenant's id: 1 to 64 characters of `[A-Za-z0-9._-]`, starting with a letter or digit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TenantId(String);

/// A server's name: 1 to 32 characters of `[a-z0-9_-]`, starting with a letter or digit, without `__`.
///
/// Short and plain because it is the first half of every `server__tool` name that a model reads.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ServerName(String);

/// What a tenant calls one of its policies.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PolicyName(String);

macro_rules! text_name {
    ($name:ident) => {
        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
        impl TryFrom<String> for $name {
            type Error = Error;
            fn try_from(text: String) -> Result<Self> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }
    };
}
text_name!(TenantId);
text_name!(ServerName);
text_name!(PolicyName);

impl FromStr for TenantId {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let shape = text.len() <= 64
            && text.starts_with(|first: char| first.is_ascii_alphanumeric())
            && text.chars().all(|each| each.is_ascii_alphanumeric() || "._-".contains(each));
        if shape {
            return Ok(Self(text.to_owned()));
        }
        Err(Error::invalid(format!("tenant id {text:?} is not valid"))
            .help("use 1 to 64 characters of A-Z a-z 0-9 . _ -, starting with a letter or digit"))
    }
}

impl FromStr for PolicyName {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let shape = text.len() <= 64
            && text.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
            && text.chars().all(|each| each.is_ascii_lowercase() || each.is_ascii_digit() || "_-".contains(each));
        if shape {
            return Ok(Self(text.to_owned()));
        }
        Err(Error::invalid(format!("policy name {text:?} is not valid"))
            .help("use 1 to 64 characters of a-z 0-9 _ -, starting with a letter or digit"))
    }
}

impl FromStr for ServerName {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let shape = text.len() <= 32
            && text.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
            && text.chars().all(|each| each.is_ascii_lowercase() || each.is_ascii_digit() || "_-".contains(each))
            && !text.contains("__")
            && !text.ends_with('_');
        if shape {
            return Ok(Self(text.to_owned()));
        }
        Err(Error::invalid(format!("server name {text:?} is not valid"))
            .help("use 1 to 32 characters of a-z 0-9 _ -, starting with a letter or digit, without `__` and not ending in `_`"))
    }
}

impl ServerName {
    /// The nearest valid name to `text`, for names that come from another product's file.
    ///
    /// # Errors
    /// When nothing of `text` can be kept.
    pub fn nearest(text: &str) -> Result<Self> {
        let mut name = String::new();
        for each in text.trim().chars().flat_map(char::to_lowercase) {
            let kept = if each.is_ascii_alphanumeric() || each == '-' || each == '_' { each } else { '-' };
            if !(matches!(kept, '-' | '_') && name.ends_with(['-', '_'])) {
                name.push(kept);
            }
        }
        let name = name.trim_matches(['-', '_']);
        let cut = name.get(..32.min(name.len())).unwrap_or(name).trim_matches(['-', '_']);
        cut.parse().map_err(|_| Error::invalid(format!("server name {text:?} has no letter or digit that can be kept")))
    }
}

/// The name that clients see: `server__tool`, at most [`MAX_EXPOSED_NAME`] characters of `[A-Za-z0-9_./-]`.
///
/// A tool name that does not fit is cut and ends in eight hex digits of its SHA-256, so that the result is
/// stable and two different tools never share one.
pub fn exposed_name(server: &ServerName, tool: &str) -> String {
    let fits = |each: char| each.is_ascii_alphanumeric() || "_./-".contains(each);
    let room = MAX_EXPOSED_NAME - server.as_str().len() - 2;
    if tool.len() <= room && !tool.is_empty() && tool.chars().all(fits) {
        return format!("{server}__{tool}");
    }
    let digest = Sha256::digest(tool.as_bytes());
    let tail = super::hex(digest.iter().take(4));
    let head: String = tool.chars().map(|each| if fits(each) { each } else { '_' }).take(room - 9).collect();
    format!("{server}__{head}_{tail}")
}

/// Splits `server__tool` at the first `__`; `None` for a bare name.
pub fn split_exposed(name: &str) -> Option<(&str, &str)> {
    name.split_once("__").filter(|(server, tool)| !server.is_empty() && !tool.is_empty())
}

/// A name that somebody asks for, and names that somebody gives.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn fuzz(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Some((server, tool)) = split_exposed(&text) {
        assert_eq!(format!("{server}__{tool}"), text);
    }
    if let Ok(server) = text.parse::<ServerName>() {
        assert_eq!(server.as_str(), text);
        let id = super::ToolId::new(&server, "a__b");
        assert_eq!(super::ToolId::stored(id.as_str().to_owned()), id);
    }
    if let Ok(tenant) = text.parse::<TenantId>() {
        assert!(tenant.as_str().len() <= 64 && tenant.as_str() == text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(name: &str) -> ServerName {
        name.parse().expect("a server name")
    }

    #[test]
    fn plain_names_are_kept() {
        assert_eq!(exposed_name(&server("orders"), "find_order"), "orders__find_order");
        assert_eq!(split_exposed("orders__find__it"), Some(("orders", "find__it")));
        assert_eq!(split_exposed("find_order"), None);
    }

    #[test]
    fn odd_names_stay_apart_and_fit() {
        let long = "x".repeat(500);
        for tool in ["get weather", "get_weather", "wetter für morgen", long.as_str(), ""] {
            let name = exposed_name(&server("a-server-with-32-characters-in-i"), tool);
            assert!(name.len() <= MAX_EXPOSED_NAME, "{name}");
            assert!(name.bytes().all(|each| each.is_ascii_alphanumeric() || b"_./-".contains(&each)), "{name}");
        }
        assert_ne!(exposed_name(&server("s"), "get weather"), exposed_name(&server("s"), "get_weather"));
        assert_ne!(exposed_name(&server("s"), "get weather"), exposed_name(&server("s"), "get+weather"));
    }

    #[test]
    fn bad_names_are_refused() {
        for name in ["", "Orders", "a__b", "_a", "a b", "a_", "../x", &"a".repeat(33)] {
            assert!(name.parse::<ServerName>().is_err(), "{name}");
        }
        for id in ["", "a/b", "-a", &"a".repeat(65)] {
            assert!(id.parse::<TenantId>().is_err(), "{id}");
        }
        assert_eq!(ServerName::nearest("My Server (prod)").expect("name").as_str(), "my-server-prod");
        assert!(ServerName::nearest("日本").is_err());
    }
}
