//! The collections (spec: what is stored, and where) and which type lives in which.

use super::Document;
use crate::model::{Server, Tool};

/// Which database a collection belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Home {
    /// The control database.
    Control,
    /// The tenant's own.
    Tenant,
}

/// A collection, as every engine has to provide it.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct CollectionSpec {
    /// Its name.
    pub name: &'static str,
    /// Its database.
    pub home: Home,
    /// Text fields that [`super::Query::equals`] may name; each is indexed.
    pub fields: &'static [&'static str],
    /// Whether its changes appear in the feed.
    pub watched: bool,
}

const ROUTING_REGISTRY: CollectionSpec =
    CollectionSpec { name: "routing_registry", home: Home::Tenant, fields: &[], watched: true };

const TOOL_CATALOG: CollectionSpec =
    CollectionSpec { name: "tool_catalog", home: Home::Tenant, fields: &["server", "status"], watched: true };

/// Every collection.
pub const COLLECTIONS: &[&CollectionSpec] = &[&ROUTING_REGISTRY, &TOOL_CATALOG];

impl Document for Server {
    const SPEC: &'static CollectionSpec = &ROUTING_REGISTRY;

    fn id(&self) -> &str {
        self.name.as_str()
    }
}

impl Document for Tool {
    const SPEC: &'static CollectionSpec = &TOOL_CATALOG;

    fn id(&self) -> &str {
        self.id.as_str()
    }
}
