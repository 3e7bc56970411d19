//! What makes two calls the same question.
//!
//! A key is the SHA-256 of parts, each with its length before it, so that no two lists of parts read alike whatever they
//! hold. Two questions that are told apart though they mean the same cost a call; the other way round would be a wrong
//! answer, so nothing is taken for equal that is not.

use std::collections::BTreeSet;

use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::words::Core;
use crate::model::{Principal, RawObject, Scopes, Server, Timestamp, Tool};

/// Longest arguments that are looked at: longer ones are seldom asked twice.
const MAX_ARGUMENTS: usize = 64 * 1024;
/// Longest text that may match by meaning.
const MAX_TEXT: usize = 2 * 1024;

/// SHA-256 of a question.
pub type Key = [u8; 32];

/// A call, as far as it decides about the answer.
pub struct Question<'a> {
    /// Who asks.
    pub principal: &'a Principal,
    /// Whether the answer may be another one for another caller of the same scopes: then it is kept for this one alone.
    pub is_personal: bool,
    /// What the caller's client can be asked, as it declared it, and its session where the server may know that.
    pub client: (&'a RawValue, Option<&'a str>),
    /// The server, as it is registered now.
    pub server: &'a Server,
    /// The tool, as it is defined now.
    pub tool: &'a Tool,
    /// What the guardrails were that the answer went through.
    pub guardrails: &'a str,
    /// The arguments as the caller wrote them.
    pub arguments: Option<&'a RawValue>,
    /// What else the caller says to the server.
    pub meta: &'a [(&'a str, &'a RawValue)],
    /// Arguments that may match by meaning.
    pub semantic_arguments: &'a [String],
    /// When the server was last asked to change something.
    pub since: Timestamp,
}

/// The keys of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Of the question as it was written.
    pub exact: Key,
    /// Of everything but the wording of the arguments that may match by meaning.
    pub group: Key,
    /// These arguments without what only asks, in the order that the registry names them.
    pub texts: Vec<String>,
    /// Answers that were asked for before this are none any more: the server was asked to change something since.
    pub since: Timestamp,
}

/// Feeds a hash with parts that cannot run into one another.
#[derive(Clone)]
struct Parts(Sha256);

impl Parts {
    fn new() -> Self {
        Self(Sha256::new())
    }

    fn part(&mut self, bytes: impl AsRef<[u8]>) {
        let bytes = bytes.as_ref();
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    fn number(&mut self, number: usize) {
        self.0.update((number as u64).to_le_bytes());
    }

    fn all<'a>(&mut self, parts: impl ExactSizeIterator<Item = &'a str>) {
        self.number(parts.len());
        parts.for_each(|part| self.part(part));
    }

    fn key(self) -> Key {
        self.0.finalize().into()
    }
}

impl Question<'_> {
    /// Its keys; `None` for one whose answer must not be kept: arguments that say something twice, or more than is looked
    /// at.
    pub fn keys(&self) -> Option<Keys> {
        let arguments = match self.arguments {
            Some(raw) if raw.get().len() > MAX_ARGUMENTS => return None,
            Some(raw) => RawObject::parse(raw).ok()?,
            None => RawObject::default(),
        };
        let mut common = Parts::new();
        self.asker(&mut common)?;
        self.asked(&mut common)?;
        let texts = self.texts(&arguments);
        let is_text = |name: &str| texts.iter().any(|(given, _)| *given == name);
        let mut canonical = Vec::with_capacity(256);
        members(arguments.iter().filter(|(name, _)| !is_text(name)), &mut canonical)?;
        common.part(&canonical);
        common.all(texts.iter().map(|(name, _)| *name));
        let (mut exact, mut group) = (common.clone(), common);
        exact.part("exact");
        exact.all(texts.iter().map(|(_, text)| text.as_str()));
        group.part("group");
        group.number(texts.len());
        let cores: Vec<Core> = texts.iter().map(|(_, text)| Core::of(text)).collect();
        for core in &cores {
            group.all(core.form().iter().map(String::as_str));
        }
        let texts = cores.iter().map(Core::text).collect();
        Some(Keys { exact: exact.key(), group: group.key(), texts, since: self.since })
    }

    /// Who asks, as far as that decides about the answer.
    fn asker(&self, parts: &mut Parts) -> Option<()> {
        parts.part(self.principal.tenant.as_str());
        match &self.principal.scopes {
            Scopes::All => parts.part("every scope"),
            Scopes::Only(scopes) => {
                parts.part("scopes");
                parts.all(scopes.iter().map(String::as_str));
            }
        }
        if self.is_personal {
            let Principal { issuer, subject, roles, attributes, .. } = self.principal;
            parts.part("one caller");
            parts.all([issuer.as_str(), subject.as_str()].into_iter());
            let roles: &BTreeSet<String> = roles;
            parts.all(roles.iter().map(String::as_str));
            parts.number(attributes.len());
            for (name, value) in attributes {
                parts.all([name.as_str(), value.as_str()].into_iter());
            }
        } else {
            parts.part("whoever has these");
        }
        let (capabilities, session) = self.client;
        let mut canonical = Vec::with_capacity(64);
        value(capabilities, &mut canonical)?;
        parts.part(canonical);
        parts.all(session.iter().copied());
        Some(())
    }

    /// What is asked, but for the arguments.
    fn asked(&self, parts: &mut Parts) -> Option<()> {
        let Self { server, tool, .. } = self;
        parts.part(server.name.as_str());
        // A server that was moved, replaced or changed in any other way by an operator is another one.
        parts.part(server.updated_at.0.to_le_bytes());
        parts.part(server.cache.emptied_at.map_or(0, |at| at.0).to_le_bytes());
        parts.part(&tool.name);
        parts.part(&tool.definition_hash);
        parts.part(self.guardrails);
        let mut canonical = Vec::with_capacity(64);
        members(self.meta.iter().copied(), &mut canonical)?;
        parts.part(canonical);
        Some(())
    }

    /// The arguments that may match by meaning, with their names: those that are texts of a usual length. Any other is
    /// compared like the rest.
    fn texts(&self, arguments: &RawObject<'_>) -> Vec<(&str, String)> {
        let text = |name: &str| -> Option<String> {
            let raw = arguments.get(name)?.get();
            (raw.starts_with('"') && raw.len() <= MAX_TEXT).then(|| serde_json::from_str(raw).ok()).flatten()
        };
        let named = self.semantic_arguments.iter();
        named.filter_map(|name| text(name).map(|text| (name.as_str(), text))).collect()
    }
}

/// A value in the one form that all ways of writing it have: members by their names, texts by what they say. Numbers stay
/// as they were written, because servers may tell 1 from 1.0. `None` where a member stands twice, or a text is none.
fn value(raw: &RawValue, canonical: &mut Vec<u8>) -> Option<()> {
    let text = raw.get();
    match text.as_bytes().first()? {
        b'{' => {
            let object = RawObject::parse(raw).ok()?;
            members(object.iter(), canonical)?;
        }
        b'[' => {
            let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
            canonical.push(b'[');
            canonical.extend((items.len() as u64).to_le_bytes());
            items.into_iter().try_for_each(|item| value(item, canonical))?;
        }
        b'"' => {
            let said: std::borrow::Cow<'_, str> = serde_json::from_str(text).ok()?;
            canonical.push(b'"');
            sized(said.as_bytes(), canonical);
        }
        _ => {
            canonical.push(b'#');
            sized(text.as_bytes(), canonical);
        }
    }
    Some(())
}

fn members<'a>(members: impl Iterator<Item = (&'a str, &'a RawValue)>, canonical: &mut Vec<u8>) -> Option<()> {
    let mut sorted: Vec<_> = members.collect();
    sorted.sort_unstable_by_key(|(name, _)| *name);
    canonical.push(b'{');
    canonical.extend((sorted.len() as u64).to_le_bytes());
    for (name, member) in sorted {
        sized(name.as_bytes(), canonical);
        value(member, canonical)?;
    }
    Some(())
}

fn sized(bytes: &[u8], canonical: &mut Vec<u8>) {
    canonical.extend((bytes.len() as u64).to_le_bytes());
    canonical.extend(bytes);
}

/// The key that is stored like this.
pub(super) fn unhex(text: &str) -> Option<Key> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Vec<u8> = pairs.iter().filter_map(byte).collect();
    if rest.is_empty() { bytes.try_into().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::hex;

    fn canonical(text: &str) -> Option<Vec<u8>> {
        let raw: Box<RawValue> = serde_json::from_str(text).expect("json");
        let mut bytes = Vec::new();
        value(&raw, &mut bytes).map(|()| bytes)
    }

    #[test]
    fn ways_to_write_the_same_have_one_form() {
        for (one, other) in [
            (r#"{"a":1,"b":[true,null]}"#, r#"{ "b" : [ true , null ], "a" : 1 }"#),
            (r#""\u0041\n""#, "\"A\\n\""),
            (r#"{"\u0061":{}}"#, r#"{"a":{}}"#),
        ] {
            assert_eq!(canonical(one), canonical(other), "{one}");
        }
    }

    #[test]
    fn nothing_runs_into_anything_else() {
        let all = [
            "1",
            "1.0",
            "1e0",
            "\"1\"",
            "[1]",
            "[\"1\"]",
            "[[1]]",
            "[1,1]",
            "[]",
            "{}",
            "[{}]",
            "null",
            "\"null\"",
            "true",
            "\"\"",
            r#"{"a":"b"}"#,
            r#"{"ab":""}"#,
            r#"{"a":{"b":1}}"#,
            r#"{"a":{},"b":1}"#,
            r#"["a","b"]"#,
            r#"["ab"]"#,
            r#"["a",["b"]]"#,
        ];
        let forms: BTreeSet<Vec<u8>> = all.iter().filter_map(|text| canonical(text)).collect();
        assert_eq!(forms.len(), all.len());
        assert_eq!(canonical(r#"{"a":[{"b":1,"\u0062":2}]}"#), None, "which one counts?");
        assert_eq!(canonical(r#"["\ud800"]"#), None);
    }

    #[test]
    fn keys_are_stored_as_text() {
        let key: Key = std::array::from_fn(|place| u8::try_from(place * 7 % 256).unwrap_or_default());
        assert_eq!(hex(&key).len(), 64);
        assert_eq!(unhex(&hex(&key)), Some(key));
        assert_eq!((unhex("ab"), unhex("zz"), unhex(&hex(&key)[1..])), (None, None, None));
    }
}
