//! Documents of ours as BSON and back.
//!
//! A document's members become fields, so that indexes and operators can read them. Two fields are the store's own:
//! `_revision` and `_expires_at`. What BSON cannot hold (a NUL in a name, an integer beyond 64 bits signed, deeper
//! nesting than the server takes) is kept as its JSON text in a binary of the user-defined subtype. What the driver has
//! encrypted is text for us, and a binary of its own subtype here.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use mongodb::bson::raw::{RawBsonRef, RawDocument};
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Binary, Bson, DateTime, Document};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::model::Timestamp;
use crate::store::{CollectionSpec, DRIVER_SEALED, Place};

pub(super) const REVISION: &str = "_revision";
pub(super) const EXPIRES_AT: &str = "_expires_at";

/// The server refuses documents that are nested deeper than 200.
const MAX_DEPTH: usize = 100;
const JSON_SUBTYPE: BinarySubtype = BinarySubtype::UserDefined(0x80);
/// BSON's subtype for vectors, and its header for 32-bit floats without padding
/// (specification “BSON Binary Subtype 9 - Vector”).
const FLOAT32_HEADER: [u8; 2] = [0x27, 0];

/// The vector as MongoDB indexes it and takes it in queries.
pub(super) fn vector(values: impl Iterator<Item = [u8; 4]>) -> Bson {
    let bytes = FLOAT32_HEADER.into_iter().chain(values.flatten()).collect();
    Bson::Binary(Binary { subtype: BinarySubtype::Vector, bytes })
}

/// The document `body` (JSON) of `place`.
pub(super) fn to_bson(
    place: &Place,
    id: &str,
    body: &str,
    revision: u64,
    expires_at: Option<Timestamp>,
) -> Result<Document> {
    let spec = place.collection;
    let members: serde_json::Map<String, Value> = serde_json::from_str(body).map_err(|error| {
        Error::internal(format!("document `{id}` of {} is no JSON object", spec.name)).source(error)
    })?;
    let mut document = Document::new();
    document.insert("_id", id);
    for (name, member) in members.iter().filter(|(name, _)| *name != "_id") {
        document.insert(name, field(spec, name, member));
    }
    for sealed in spec.sealed {
        if let Some(field) = find(&mut document, sealed.path)
            && let Some(bytes) = field.as_str().and_then(driver_sealed)
        {
            *field = Bson::Binary(Binary { subtype: BinarySubtype::Encrypted, bytes });
        }
    }
    document.insert(REVISION, i64::try_from(revision).unwrap_or(i64::MAX));
    if let Some(at) = expires_at {
        document.insert(EXPIRES_AT, DateTime::from_millis(at.0));
    }
    Ok(document)
}

fn find<'a>(document: &'a mut Document, path: &str) -> Option<&'a mut Bson> {
    match path.split_once('.') {
        Some((outer, inner)) => document.get_document_mut(outer).ok()?.get_mut(inner),
        None => document.get_mut(path),
    }
}

/// What the driver has encrypted.
fn driver_sealed(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text.strip_prefix(DRIVER_SEALED)?).ok()
}

fn field(spec: &CollectionSpec, name: &str, member: &Value) -> Bson {
    let time = spec.series.as_ref().is_some_and(|series| series.time == name);
    match member {
        Value::String(text) if spec.vectors.contains(&name) => match STANDARD_NO_PAD.decode(text) {
            Ok(bytes) => vector(bytes.as_chunks::<4>().0.iter().copied()),
            Err(_) => Bson::String(text.clone()),
        },
        Value::Number(number) if time => Bson::DateTime(DateTime::from_millis(number.as_i64().unwrap_or_default())),
        member => value(member, 0)
            .unwrap_or_else(|| Bson::Binary(Binary { subtype: JSON_SUBTYPE, bytes: member.to_string().into_bytes() })),
    }
}

/// `None` for what BSON cannot hold.
fn value(json: &Value, depth: usize) -> Option<Bson> {
    if depth > MAX_DEPTH {
        return None;
    }
    Some(match json {
        Value::Null => Bson::Null,
        Value::Bool(truth) => Bson::Boolean(*truth),
        Value::Number(number) if number.is_f64() => Bson::Double(number.as_f64()?),
        Value::Number(number) => Bson::Int64(number.as_i64()?),
        Value::String(text) => Bson::String(text.clone()),
        Value::Array(items) => Bson::Array(items.iter().map(|item| value(item, depth + 1)).collect::<Option<_>>()?),
        Value::Object(members) => {
            let mut document = Document::new();
            for (name, member) in members {
                if name.contains('\0') {
                    return None;
                }
                document.insert(name, value(member, depth + 1)?);
            }
            Bson::Document(document)
        }
    })
}

/// The id, the revision and the JSON of a stored document.
pub(super) fn from_bson(document: &RawDocument) -> Result<(String, u64, String)> {
    let damaged = || Error::internal("a stored document is no BSON that can be read");
    let id = document.get_str("_id").map_err(|_| damaged())?.to_owned();
    // A document that was not written by a gateway has no revision; whoever replaces it expects none.
    let revision = document.get_i64(REVISION).map_or(0, i64::unsigned_abs);
    let mut json = Vec::with_capacity(document.as_bytes().len());
    json.push(b'{');
    for element in document {
        let (name, member) = element.map_err(|_| damaged())?;
        if name == REVISION || name == EXPIRES_AT {
            continue;
        }
        push_member(&mut json, name.as_str(), member).ok_or_else(damaged)?;
    }
    json.push(b'}');
    Ok((id, revision, String::from_utf8(json).map_err(|_| damaged())?))
}

fn push_member(json: &mut Vec<u8>, name: &str, member: RawBsonRef<'_>) -> Option<()> {
    if json.last() != Some(&b'{') {
        json.push(b',');
    }
    push_text(json, name)?;
    json.push(b':');
    push(json, member)
}

fn push(json: &mut Vec<u8>, value: RawBsonRef<'_>) -> Option<()> {
    match value {
        RawBsonRef::Document(document) => {
            json.push(b'{');
            for element in document {
                let (name, member) = element.ok()?;
                push_member(json, name.as_str(), member)?;
            }
            json.push(b'}');
        }
        RawBsonRef::Array(items) => {
            json.push(b'[');
            for (index, item) in items.into_iter().enumerate() {
                if index > 0 {
                    json.push(b',');
                }
                push(json, item.ok()?)?;
            }
            json.push(b']');
        }
        RawBsonRef::String(text) => push_text(json, text)?,
        RawBsonRef::Boolean(truth) => json.extend_from_slice(if truth { b"true" } else { b"false" }),
        RawBsonRef::Int32(number) => json.extend_from_slice(number.to_string().as_bytes()),
        RawBsonRef::Int64(number) => json.extend_from_slice(number.to_string().as_bytes()),
        RawBsonRef::Double(number) => serde_json::to_writer(json, &number).ok()?,
        RawBsonRef::DateTime(at) => json.extend_from_slice(at.timestamp_millis().to_string().as_bytes()),
        RawBsonRef::ObjectId(id) => push_text(json, &id.to_hex())?,
        RawBsonRef::Binary(binary) if binary.subtype == JSON_SUBTYPE => {
            serde_json::from_slice::<&serde_json::value::RawValue>(binary.bytes).ok()?;
            json.extend_from_slice(binary.bytes);
        }
        RawBsonRef::Binary(binary) if binary.subtype == BinarySubtype::Encrypted => {
            push_text(json, &format!("{DRIVER_SEALED}{}", STANDARD.encode(binary.bytes)))?;
        }
        RawBsonRef::Binary(binary) => {
            let bytes = match binary.subtype {
                BinarySubtype::Vector => binary.bytes.strip_prefix(&FLOAT32_HEADER)?,
                _ => binary.bytes,
            };
            push_text(json, &STANDARD_NO_PAD.encode(bytes))?;
        }
        // Nothing that a gateway writes.
        _ => json.extend_from_slice(b"null"),
    }
    Some(())
}

fn push_text(json: &mut Vec<u8>, text: &str) -> Option<()> {
    serde_json::to_writer(json, text).ok()
}

/// A document as JSON goes to BSON and comes back as it was; any bytes as BSON are read or refused.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn fuzz(data: &[u8]) {
    if let Ok(raw) = mongodb::bson::RawDocumentBuf::from_bytes(data.to_vec())
        && let Ok((_, _, json)) = from_bson(&raw)
    {
        assert!(serde_json::from_str::<Value>(&json).is_ok(), "{json}");
    }
    let Ok(Value::Object(mut members)) = serde_json::from_slice(data) else { return };
    for own in [REVISION, EXPIRES_AT] {
        members.remove(own);
    }
    members.remove("_id");
    let place = Place { collection: <crate::model::Tool as crate::store::Document>::SPEC, tenant: None };
    members.remove("embedding");
    members.remove("next_embedding");
    let body = Value::Object(members).to_string();
    let Ok(document) = to_bson(&place, "s::t", &body, 7, None) else { return };
    let raw = mongodb::bson::RawDocumentBuf::try_from(&document).expect("BSON that was just made");
    let (id, revision, json) = from_bson(&raw).expect("what was just written can be read");
    let [back, before] = [&json, &body].map(|text| serde_json::from_str::<Value>(text).expect("JSON"));
    let mut back = back;
    assert!(back.as_object_mut().is_some_and(|back| back.remove("_id").is_some()));
    assert_eq!((id.as_str(), revision, back), ("s::t", 7, before));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Embedding, Server, Tool};
    use crate::store::Document as _;
    use mongodb::bson::RawDocumentBuf;

    #[test]
    fn documents_come_back_as_they_were() {
        let place = Place { collection: Tool::SPEC, tenant: None };
        let deep = (0..MAX_DEPTH + 20).fold(serde_json::json!(1), |inner, _| serde_json::json!([inner]));
        let body = serde_json::json!({
            "_id": "s::t", "$ref": "a.b", "plain": [1, -1, 1.5, 1.0, true, null, "text \u{0} end"],
            "big": 18_446_744_073_709_551_615_u64, "nested": { "$schema": "x", "a.b": { "$id": 1 } },
            "nul": { "a\u{0}b": 1 }, "deep": deep, "embedding": Embedding(vec![0.5, -2.0]),
        });
        let document = to_bson(&place, "s::t", &body.to_string(), 7, None).expect("BSON");
        let Some(Bson::Binary(vector)) = document.get("embedding") else { panic!("no vector: {document}") };
        assert_eq!((vector.subtype, vector.bytes.len()), (BinarySubtype::Vector, 2 + 8));
        let raw = RawDocumentBuf::try_from(&document).expect("raw");
        let (id, revision, json) = from_bson(&raw).expect("JSON");
        assert_eq!((id.as_str(), revision), ("s::t", 7));
        assert_eq!(json, body.to_string());
    }

    #[test]
    fn what_the_driver_encrypted_is_a_binary_of_its_subtype() {
        let place = Place { collection: Server::SPEC, tenant: None };
        let sealed = format!("{DRIVER_SEALED}{}", STANDARD.encode([2_u8; 65]));
        let body = serde_json::json!({
            "_id": "s", "env": sealed, "headers": "mcpgw:sealed:1:a:b", "oauth": { "client_secret": sealed },
            "name": sealed, "args": format!("{DRIVER_SEALED}no base64"),
        });
        let document = to_bson(&place, "s", &body.to_string(), 1, None).expect("BSON");
        let secret = document.get_document("oauth").ok().and_then(|oauth| oauth.get("client_secret"));
        for field in [document.get("env"), secret] {
            let Some(Bson::Binary(binary)) = field else { panic!("no binary: {document}") };
            assert_eq!((binary.subtype, binary.bytes.len()), (BinarySubtype::Encrypted, 65));
        }
        for text in ["headers", "name", "args"] {
            assert!(document.get_str(text).is_ok(), "only sealed fields, and only what was encrypted: {document}");
        }
        let raw = RawDocumentBuf::try_from(&document).expect("raw");
        assert_eq!(from_bson(&raw).expect("JSON").2, body.to_string());
    }
}
