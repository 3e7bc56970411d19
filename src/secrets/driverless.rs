//! In the place of `queryable.rs`, in a build without the feature.

use std::sync::Arc;

use serde_json::Value;

use super::SecretsConfig;
use super::keyring::Keyring;
use super::master::{KeyBytes, unavailable};
use crate::error::{Error, Result};
use crate::store::{MongoDb, Place};

/// There is none.
pub(super) enum Driver {}

/// There is none.
pub(super) enum Client {}

impl Driver {
    pub(super) fn new(_: Option<MongoDb>, _: &SecretsConfig) -> Option<Self> {
        None
    }

    pub(super) fn attend(&self, _: &Arc<Keyring>) {
        match *self {}
    }

    pub(super) fn is_queryable(&self) -> bool {
        match *self {}
    }

    pub(super) fn client(&self, _: Option<&KeyBytes>) -> Result<Client> {
        match *self {}
    }

    pub(super) async fn seal(&self, _: &Keyring, _: &Place, _: &str, _: &str, _: &Value) -> Result<Value> {
        match *self {}
    }

    pub(super) async fn open(&self, _: &Keyring, _: &Place, _: &str, _: &str, _: &str) -> Result<Value> {
        match *self {}
    }
}

/// Why nothing here opens what a driver has sealed.
pub(super) fn missing() -> Error {
    unavailable(
        "built_without_queryable_encryption",
        "it was sealed by MongoDB's driver, which this program was built without",
    )
    .help("use one that was built with the cargo feature `queryable-encryption`; see docs/queryable-encryption.md")
}
