//! What of a result decides whether it is kept, and how one that was kept is marked.

use std::time::Duration;

use bytes::{BufMut as _, Bytes, BytesMut};
use serde_json::value::RawValue;

use crate::model::{RawJson, RawObject};

/// Largest result that is kept.
const MAX_RESULT: usize = 256 * 1024;
/// The member of `_meta` that says where a result came from.
const MARK: &str = "mcpgw/cache";
/// Where a result of MCP 2025-11-25 names the task that it belongs to.
const RELATED_TASK: &str = "io.modelcontextprotocol/related-task";

/// For how long at most a result may be kept, in the words of its server (SEP-2549: `ttlMs`, `cacheScope`); `None` for one
/// that must not be: a failure, a question, a task, one that is too large, or one that its server does not want to be kept
/// like this. `is_personal`: it would be kept for this caller alone.
pub fn keepable(result: &RawJson, is_personal: bool) -> Option<Duration> {
    if result.bytes().len() > MAX_RESULT {
        return None;
    }
    let members: RawObject<'_> = serde_json::from_str(result.as_str()).ok()?;
    let is = |name: &str, plain: &str| members.get(name).is_none_or(|value| value.get() == plain);
    if !is("isError", "false") || !is("resultType", "\"complete\"") {
        return None;
    }
    let meta = members.read::<RawObject<'_>>("_meta").ok()?.unwrap_or_default();
    let is_of_task = ["task", "taskId", "inputRequests", "requestState"].iter().any(|name| members.get(name).is_some());
    if is_of_task || meta.get(RELATED_TASK).is_some() {
        return None;
    }
    let scope: Option<String> = members.read("cacheScope").ok()?;
    let may_be_shared = scope.is_none_or(|scope| scope == "public");
    let ttl: Option<u64> = members.read("ttlMs").ok()?;
    let ttl = ttl.map_or(Duration::MAX, Duration::from_millis);
    (!ttl.is_zero() && (may_be_shared || is_personal)).then_some(ttl)
}

/// A result up to where its mark goes, and what closes it behind.
#[derive(Clone, Debug)]
pub(super) struct Marked(Bytes);

const CLOSING: &[u8] = b"}}";

/// How a result was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Match {
    Exact,
    Semantic,
}

impl Marked {
    /// `None` for a result that is no object.
    pub(super) fn of(result: &RawJson) -> Option<Self> {
        let members: RawObject<'_> = serde_json::from_str(result.as_str()).ok()?;
        let meta = members.get("_meta").filter(|meta| meta.get() != "null");
        let mut before = BytesMut::with_capacity(result.bytes().len() + 32);
        before.put_u8(b'{');
        for (name, value) in members.iter().filter(|(name, _)| *name != "_meta") {
            member(&mut before, name, value)?;
        }
        name(&mut before, "_meta")?;
        before.put_u8(b'{');
        if let Some(meta) = meta {
            for (name, value) in RawObject::parse(meta).ok()?.iter().filter(|(name, _)| *name != MARK) {
                member(&mut before, name, value)?;
            }
        }
        name(&mut before, MARK)?;
        Some(Self(before.freeze()))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The result, saying how it was found and how old it is.
    pub(super) fn with_mark(&self, found: Match, age_s: u64) -> RawJson {
        let how = match found {
            Match::Exact => "exact",
            Match::Semantic => "semantic",
        };
        let mark = format!(r#"{{"hit":"{how}","age_s":{age_s}}}"#);
        RawJson::joined(&[&self.0, mark.as_bytes(), CLOSING])
    }
}

fn name(text: &mut BytesMut, name: &str) -> Option<()> {
    if !text.ends_with(b"{") {
        text.put_u8(b',');
    }
    text.put_slice(&serde_json::to_vec(name).ok()?);
    text.put_u8(b':');
    Some(())
}

fn member(text: &mut BytesMut, member: &str, value: &RawValue) -> Option<()> {
    name(text, member)?;
    text.put_slice(value.get().as_bytes());
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> RawJson {
        RawJson::check(text.to_owned()).expect("json")
    }

    #[test]
    fn failures_questions_and_tasks_are_not_kept() {
        for kept in [
            r#"{"content":[]}"#,
            r#"{"content":[],"isError":false,"resultType":"complete","_meta":{"a":1}}"#,
            r#"{"content":[{"type":"resource_link","uri":"a:b","name":"taskId"}],"structuredContent":{"taskId":1}}"#,
        ] {
            assert_eq!(keepable(&json(kept), false), Some(Duration::MAX), "{kept}");
        }
        for refused in [
            r#"{"content":[],"isError":true}"#,
            r#"{"content":[],"isError":"false"}"#,
            r#"{"resultType":"input_required","inputRequests":{}}"#,
            r#"{"resultType":"task","taskId":"1"}"#,
            r#"{"task":{"taskId":"1"}}"#,
            r#"{"content":[],"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"1"}}}"#,
            r#"{"content":[],"content":[]}"#,
            "[]",
        ] {
            assert_eq!(keepable(&json(refused), true), None, "{refused}");
        }
        let large = format!(r#"{{"content":"{}"}}"#, "x".repeat(MAX_RESULT));
        assert_eq!(keepable(&json(&large), true), None);
    }

    #[test]
    fn a_server_has_a_say_in_it() {
        let hint = |text: &str, is_personal| keepable(&json(text), is_personal);
        assert_eq!(hint(r#"{"ttlMs":1500,"cacheScope":"public"}"#, false), Some(Duration::from_millis(1500)));
        assert_eq!(hint(r#"{"ttlMs":0}"#, true), None);
        assert_eq!(hint(r#"{"ttlMs":1500,"cacheScope":"private"}"#, false), None);
        assert_eq!(hint(r#"{"ttlMs":1500,"cacheScope":"private"}"#, true), Some(Duration::from_millis(1500)));
        assert_eq!(hint(r#"{"ttlMs":"soon"}"#, true), None);
    }

    #[test]
    fn a_mark_is_added_and_nothing_else_changes() {
        let mark = r#""mcpgw/cache":{"hit":"exact","age_s":3}"#;
        for (result, expected) in [
            (r#"{}"#, format!(r#"{{"_meta":{{{mark}}}}}"#)),
            (r#"{"a": {"b":1.0}, "c":[ ]}"#, format!(r#"{{"a":{{"b":1.0}},"c":[ ],"_meta":{{{mark}}}}}"#)),
            (r#"{"_meta":{"x":"{","mcpgw/cache":1},"a":1}"#, format!(r#"{{"a":1,"_meta":{{"x":"{{",{mark}}}}}"#)),
            (r#"{"a":1,"_meta":null}"#, format!(r#"{{"a":1,"_meta":{{{mark}}}}}"#)),
        ] {
            let marked = Marked::of(&json(result)).expect("an object").with_mark(Match::Exact, 3);
            assert_eq!(marked.as_str(), expected);
            assert!(RawJson::check(marked.as_str().to_owned()).is_ok());
        }
        assert!(Marked::of(&json("[]")).is_none());
    }
}
