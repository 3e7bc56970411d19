//! One field of a document, sealed and opened.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::driver;
use super::keyring::Keyring;
use super::master::unavailable;
use crate::error::{Error, Result};
use crate::model::TenantId;
use crate::store::{COLLECTIONS, CollectionSpec, DRIVER_SEALED, Home, Place, SealedField, SealedWhen};

/// How a field begins that we sealed; the id of its data key and what is sealed follow, with a colon between them. Nothing else
/// begins so: what does and is not sealed cannot be opened. The same goes for [`DRIVER_SEALED`].
const MARK: &str = "mcpgw:sealed:1:";
const PURPOSE: &str = "field";

/// What a sealed field consists of.
struct Parts<'a> {
    key_id: &'a str,
    sealed: &'a str,
}

fn parts(text: &str) -> Option<Parts<'_>> {
    let (key_id, sealed) = text.strip_prefix(MARK)?.split_once(':')?;
    Some(Parts { key_id, sealed })
}

/// Whether this is a sealed field, whoever sealed it.
pub(super) fn is_sealed(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.starts_with(MARK) || text.starts_with(DRIVER_SEALED))
}

/// Whether this has to be sealed, and is not.
pub(super) fn has_to_be_sealed(keyring: &Keyring, field: &SealedField, value: &Value) -> bool {
    !is_sealed(value) && (keyring.seals_all() || gives_away(field, value))
}

/// Whether this is worth sealing.
fn gives_away(field: &SealedField, value: &Value) -> bool {
    match (field.when, value) {
        (_, Value::Null) => false,
        (SealedWhen::Given, Value::String(text)) => !text.is_empty(),
        (SealedWhen::Given, Value::Array(items)) => !items.is_empty(),
        (SealedWhen::Given, Value::Object(members)) => !members.is_empty(),
        (SealedWhen::Given, _) => true,
        (SealedWhen::HasCredentials, value) => value.as_str().is_some_and(has_credentials),
    }
}

/// What cannot be read may hold anything.
fn has_credentials(url: &str) -> bool {
    url::Url::parse(url).map_or(true, |url| {
        !url.username().is_empty() || url.password().is_some() || url.query().is_some_and(|query| !query.is_empty())
    })
}

/// The field of a document, where it is.
pub(super) fn find<'a>(members: &'a mut Map<String, Value>, path: &str) -> Option<&'a mut Value> {
    match path.split_once('.') {
        Some((outer, inner)) => members.get_mut(outer)?.as_object_mut()?.get_mut(inner),
        None => members.get_mut(path),
    }
}

/// Takes a field out of a document.
pub(super) fn take(members: &mut Map<String, Value>, path: &str) -> Option<Value> {
    match path.split_once('.') {
        Some((outer, inner)) => members.get_mut(outer)?.as_object_mut()?.remove(inner),
        None => members.remove(path),
    }
}

/// Puts a field into a document; not one of an object that is not there.
pub(super) fn put(members: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        Some((outer, inner)) => {
            if let Some(outer) = members.get_mut(outer).and_then(Value::as_object_mut) {
                outer.insert(inner.to_owned(), value);
            }
        }
        None => drop(members.insert(path.to_owned(), value)),
    }
}

/// Where a tenant has fields that are sealed; the control plane, where it is `None`.
pub(super) fn places(tenant: Option<&TenantId>) -> impl Iterator<Item = Place> {
    let home = if tenant.is_some() { Home::Tenant } else { Home::Control };
    let sealed = COLLECTIONS.iter().copied().filter(move |spec| !spec.sealed.is_empty() && spec.home == home);
    sealed.map(move |collection| Place { collection, tenant: tenant.cloned() })
}

/// Whose key seals the documents of `place`.
pub(super) fn owner(place: &Place) -> String {
    place.tenant.as_ref().map_or_else(|| "mcpgw/control".to_owned(), |tenant| format!("mcpgw/tenant/{tenant}"))
}

/// The reverse: whose documents a key seals, `None` among them for the control plane's; nothing for a key of one field.
pub(super) fn tenant_of(owner: &str) -> Option<Option<TenantId>> {
    match owner.strip_prefix("mcpgw/")?.strip_prefix("tenant/") {
        Some(tenant) => tenant.parse().ok().map(Some),
        None => Some(None),
    }
}

/// The id of the key that seals a field of this document, whoever sealed it.
pub(super) fn key_of(collection: &CollectionSpec, body: &str) -> Option<String> {
    let mut members: Map<String, Value> = serde_json::from_str(body).ok()?;
    collection.sealed.iter().find_map(|sealed| {
        let text = find(&mut members, sealed.path)?.as_str()?;
        let ours = parts(text).map(|parts| parts.key_id.to_owned());
        // Behind a byte that says its kind (specification “BSON Binary Encrypted”).
        let driver_s = || STANDARD.decode(text.strip_prefix(DRIVER_SEALED)?).ok();
        ours.or_else(|| Some(uuid::Uuid::from_slice(driver_s()?.get(1..17)?).ok()?.to_string()))
    })
}

/// What a sealed field is bound to: nowhere else can it be opened.
pub(super) fn bound(place: &Place, id: &str, path: &str) -> String {
    let tenant = place.tenant.as_ref().map(|tenant| tenant.as_str());
    serde_json::json!([tenant, place.collection.name, id, path]).to_string()
}

pub(super) async fn seal(keyring: &Keyring, place: &Place, id: &str, path: &str, value: &Value) -> Result<Value> {
    if let Some(driver) = &keyring.driver {
        return driver.seal(keyring, place, id, path, value).await;
    }
    let key = keyring.sealing(&owner(place)).await?;
    let plain = zeroize::Zeroizing::new(value.to_string());
    let sealed = key.sealer.seal(PURPOSE, &bound(place, id, path), plain.as_bytes())?;
    Ok(Value::String(format!("{MARK}{}:{sealed}", key.id)))
}

/// The value of a sealed field.
///
/// # Errors
/// When its key cannot be had, or it was sealed for another place or changed since.
pub(super) async fn open(keyring: &Keyring, place: &Place, id: &str, path: &str, sealed: &Value) -> Result<Value> {
    if let Some(sealed) = sealed.as_str().and_then(|text| text.strip_prefix(DRIVER_SEALED)) {
        let driver = keyring.driver.as_ref().ok_or_else(driver::missing)?;
        return driver.open(keyring, place, id, path, sealed).await;
    }
    let damaged = || damaged(place, id, path);
    let Parts { key_id, sealed } = sealed.as_str().and_then(parts).ok_or_else(damaged)?;
    let key = keyring.opening(&owner(place), key_id).await?;
    let plain = key.sealer.open(PURPOSE, &bound(place, id, path), sealed).map(zeroize::Zeroizing::new);
    serde_json::from_slice(&plain.ok_or_else(damaged)?).map_err(|_| damaged())
}

pub(super) fn damaged(place: &Place, id: &str, path: &str) -> Error {
    let what = format!("`{path}` of `{id}` in {} was changed, or was sealed for another place", place.collection.name);
    unavailable("sealed_field_damaged", what).help("enter it again, or restore the document from a backup")
}
