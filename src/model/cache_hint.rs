//! How long, and by whom, a list may be kept (SEP-2549: `ttlMs` and `cacheScope`).

use serde::{Deserialize, Serialize};

use super::{RawJson, RawObject};

/// A server's word on how its list may be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CacheHint {
    /// Milliseconds for which the list may be used without asking again.
    pub ttl_ms: u64,
    /// Whether a shared cache may give it to another caller.
    pub is_public: bool,
}

impl CacheHint {
    /// For what a server says nothing about: a few seconds, by its caller alone.
    pub const UNSTATED: Self = Self { ttl_ms: 5_000, is_public: false };
    /// What changes nothing in [`Self::least`].
    pub const UNBOUNDED: Self = Self { ttl_ms: u64::MAX, is_public: true };

    /// What may be done with both together: the shorter time, and private wins.
    pub fn least(self, other: Self) -> Self {
        Self { ttl_ms: self.ttl_ms.min(other.ttl_ms), is_public: self.is_public && other.is_public }
    }

    /// Of everything that contributed to a list; of nothing at all: [`Self::UNSTATED`].
    pub fn of_all(hints: impl Iterator<Item = Self>) -> Self {
        hints.reduce(Self::least).filter(|hint| *hint != Self::UNBOUNDED).unwrap_or(Self::UNSTATED)
    }

    /// For one caller: a list that was chosen for them is for nobody else.
    pub fn for_caller(self, is_chosen: bool) -> Self {
        Self { is_public: self.is_public && !is_chosen, ..self }
    }

    /// What a result says; [`Self::UNSTATED`] for one of a server of the session era, or one that says it wrongly.
    pub fn read(result: &RawJson) -> Self {
        let Ok(members) = serde_json::from_str::<RawObject<'_>>(result.as_str()) else { return Self::UNSTATED };
        let Some(ttl_ms) = members.read("ttlMs").ok().flatten() else { return Self::UNSTATED };
        let scope: Option<String> = members.read("cacheScope").ok().flatten();
        Self { ttl_ms, is_public: scope.as_deref() == Some("public") }
    }

    /// The value of `cacheScope`.
    pub fn scope(self) -> &'static str {
        if self.is_public { "public" } else { "private" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorter_time_and_private_win() {
        let read = |text: &str| CacheHint::read(&RawJson::check(text.to_owned()).expect("json"));
        let long = read(r#"{"ttlMs":600000,"cacheScope":"public"}"#);
        let short = read(r#"{"ttlMs":100,"cacheScope":"private"}"#);
        assert_eq!(long, CacheHint { ttl_ms: 600_000, is_public: true });
        assert_eq!(long.least(short), CacheHint { ttl_ms: 100, is_public: false });
        assert_eq!(CacheHint::of_all([long, CacheHint::UNBOUNDED].into_iter()), long);
        assert_eq!(CacheHint::of_all(std::iter::empty()), CacheHint::UNSTATED);
        for unstated in [r#"{"tools":[]}"#, r#"{"ttlMs":"5","cacheScope":"public"}"#, "[]"] {
            assert_eq!(read(unstated), CacheHint::UNSTATED, "{unstated}");
        }
        assert!(!read(r#"{"ttlMs":5}"#).is_public);
    }
}
