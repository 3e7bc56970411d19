//! JSON that is carried, not read.

use std::borrow::Cow;
use std::collections::HashSet;

use bytes::Bytes;
use serde::de::{DeserializeOwned, Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// A valid JSON text, byte for byte as its author wrote it. Cloning shares the bytes.
///
/// Serializes as a JSON *string* holding the text: a document store may reorder an object's keys or
/// change its numbers, but not the inside of a string.
#[derive(Clone, PartialEq, Eq)]
pub struct RawJson(Bytes);

impl RawJson {
    /// Takes `raw` out of the `buffer` it was parsed from, without copying.
    ///
    /// Falls back to a copy when `raw` does not lie in `buffer`.
    pub fn slice_of(buffer: &Bytes, raw: &RawValue) -> Self {
        let text = raw.get().as_bytes();
        let start = (text.as_ptr() as usize).wrapping_sub(buffer.as_ptr() as usize);
        if start <= buffer.len() && text.len() <= buffer.len() - start {
            Self(buffer.slice(start..start + text.len()))
        } else {
            Self(Bytes::copy_from_slice(text))
        }
    }

    /// A copy of `raw`.
    pub fn copy_of(raw: &RawValue) -> Self {
        Self(Bytes::copy_from_slice(raw.get().as_bytes()))
    }

    /// The JSON text of `value`.
    ///
    /// # Errors
    /// When `value` cannot be written as JSON (a map with keys that are no strings).
    pub fn of(value: &impl Serialize) -> Result<Self, serde_json::Error> {
        serde_json::to_vec(value).map(|bytes| Self(bytes.into()))
    }

    /// Checks that `text` is one JSON value and keeps it.
    ///
    /// # Errors
    /// When it is not.
    pub fn check(text: impl Into<Bytes>) -> Result<Self, serde_json::Error> {
        let bytes = text.into();
        serde_json::from_slice::<&RawValue>(&bytes)?;
        Ok(Self(bytes))
    }

    /// A text that is JSON once its parts are put together, which is for whoever cut them to know.
    pub(crate) fn joined(parts: &[&[u8]]) -> Self {
        Self(parts.concat().into())
    }

    /// `{}`.
    pub fn empty_object() -> Self {
        Self(Bytes::from_static(b"{}"))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("null")
    }

    /// The bytes, shared.
    pub fn bytes(&self) -> &Bytes {
        &self.0
    }

    /// Reads the text as a `T`.
    ///
    /// # Errors
    /// When the text is not a `T`.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.0)
    }
}

impl std::fmt::Debug for RawJson {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "RawJson({} bytes)", self.0.len())
    }
}

impl Serialize for RawJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for RawJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::check(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// A JSON object whose values are carried, not read: its members in their order, without duplicates.
#[derive(Debug, Default)]
pub struct RawObject<'a> {
    members: Vec<(Cow<'a, str>, &'a RawValue)>,
}

impl<'a> RawObject<'a> {
    /// The members of the JSON object `raw`.
    ///
    /// # Errors
    /// When `raw` is no object, or names a member twice.
    pub fn parse(raw: &'a RawValue) -> Result<Self, serde_json::Error> {
        serde_json::from_str(raw.get())
    }

    /// The value of `name`.
    pub fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.members.iter().find(|(member, _)| member == name).map(|(_, value)| *value)
    }

    /// Every member, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.members.iter().map(|(name, value)| (name.as_ref(), *value))
    }

    /// The value of `name` as a `T`; `None` when it is absent or null.
    ///
    /// # Errors
    /// When it is there and no `T`.
    pub fn read<T: Deserialize<'a>>(&self, name: &str) -> Result<Option<T>, serde_json::Error> {
        self.get(name).map_or(Ok(None), |raw| serde_json::from_str(raw.get()))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for RawObject<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const FEW: usize = 16;
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members: Self::Value = Vec::with_capacity(8);
                let mut many: HashSet<Cow<'de, str>> = HashSet::new();
                while let Some(name) = map.next_key::<Name<'de>>()? {
                    // Looking through a few is fastest; looking through thousands for each would be an attack.
                    if members.len() == FEW {
                        many.extend(members.iter().map(|(member, _)| member.clone()));
                    }
                    let twice = if members.len() < FEW {
                        members.iter().any(|(member, _)| *member == name.0)
                    } else {
                        !many.insert(name.0.clone())
                    };
                    if twice {
                        return Err(A::Error::custom("a member is named twice"));
                    }
                    members.push((name.0, map.next_value()?));
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Members).map(|members| Self { members })
    }
}

/// A member's name, borrowed where it holds no escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// Writes a JSON object member by member.
#[derive(Debug)]
pub struct ObjectWriter {
    text: Vec<u8>,
}

impl ObjectWriter {
    /// An object in a buffer that has room for `capacity` bytes.
    pub fn new(capacity: usize) -> Self {
        let mut text = Vec::with_capacity(capacity);
        text.push(b'{');
        Self { text }
    }

    /// Adds a member whose value is JSON already.
    pub fn raw(&mut self, name: &str, json: &[u8]) {
        self.name(name);
        self.text.extend_from_slice(json);
    }

    /// Adds a text member.
    pub fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        write_text(&mut self.text, value);
    }

    /// Adds an object member.
    pub fn object(&mut self, name: &str, write: impl FnOnce(&mut Self)) {
        self.name(name);
        self.text.push(b'{');
        write(self);
        self.text.push(b'}');
    }

    fn name(&mut self, name: &str) {
        if self.text.last() != Some(&b'{') {
            self.text.push(b',');
        }
        write_text(&mut self.text, name);
        self.text.push(b':');
    }

    /// The object.
    pub fn finish(mut self) -> RawJson {
        self.text.push(b'}');
        RawJson(self.text.into())
    }
}

fn write_text(buffer: &mut Vec<u8>, text: &str) {
    // Writing a string into a vector cannot fail.
    let _ = serde_json::to_writer(buffer, text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_share_the_buffer_and_keep_every_byte() {
        let buffer = Bytes::from_static(br#"{"result": {"b":1, "a":1.0e2}}"#);
        #[derive(Deserialize)]
        struct Frame<'a> {
            #[serde(borrow)]
            result: &'a RawValue,
        }
        let frame: Frame<'_> = serde_json::from_slice(&buffer).expect("a frame");
        let raw = RawJson::slice_of(&buffer, frame.result);
        assert_eq!(raw.as_str(), r#"{"b":1, "a":1.0e2}"#);
        assert!(buffer.as_ptr_range().contains(&raw.bytes().as_ptr()));
    }

    #[test]
    fn a_foreign_slice_is_copied() {
        let other: Box<RawValue> = serde_json::from_str("[1]").expect("json");
        assert_eq!(RawJson::slice_of(&Bytes::from_static(b"{}"), &other).as_str(), "[1]");
    }

    #[test]
    fn objects_keep_order_and_refuse_duplicates() {
        let raw: Box<RawValue> = serde_json::from_str(r#"{"b": [1, 2], "a\u0062": {"x":1}}"#).expect("json");
        let object = RawObject::parse(&raw).expect("an object");
        assert_eq!(object.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["b", "ab"]);
        let mut writer = ObjectWriter::new(16);
        for (name, value) in object.iter() {
            writer.raw(name, value.get().as_bytes());
        }
        writer.object("meta", |meta| meta.text("k\"", "v\n"));
        assert_eq!(writer.finish().as_str(), r#"{"b":[1, 2],"ab":{"x":1},"meta":{"k\"":"v\n"}}"#);
        let many: Vec<String> = (0..100).map(|number| format!(r#""m{number}":{number}"#)).collect();
        let text = format!("{{{}}}", many.join(","));
        assert_eq!(serde_json::from_str::<RawObject<'_>>(&text).expect("an object").iter().count(), 100);
        let twice = format!("{{{},\"m3\":1}}", many.join(","));
        assert!(serde_json::from_str::<RawObject<'_>>(&twice).is_err());
        for bad in [r#"{"a":1,"a":2}"#, r#"{"a":1,"\u0061":2}"#, "[]", "1"] {
            assert!(serde_json::from_str::<RawObject<'_>>(bad).is_err(), "{bad}");
        }
    }
}
