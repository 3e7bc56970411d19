//! JSON that is carried, not read.

use bytes::Bytes;
use serde::de::{DeserializeOwned, Error as _};
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

impl From<&RawValue> for RawJson {
    fn from(raw: &RawValue) -> Self {
        Self(Bytes::copy_from_slice(raw.get().as_bytes()))
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
}
