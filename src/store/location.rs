//! Which store it is.

use std::path::PathBuf;
use std::time::Duration;

use crate::model::Secret;

/// Where documents are kept.
#[derive(Clone, Debug)]
pub struct StoreConfig {
    /// Which engine.
    pub location: Location,
    /// Prefix of the databases on MongoDB; the embedded store has one file and ignores it.
    pub db_name: String,
    /// How long a change feed can be resumed.
    pub resume_ttl: Duration,
}

impl StoreConfig {
    /// Tells this store from every other, without credentials.
    pub fn identity(&self) -> String {
        let place = match &self.location {
            Location::Sqlite(path) => {
                let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
                path.canonicalize().unwrap_or(path).display().to_string()
            }
            // Hosts, without what stands before and after them.
            Location::MongoDb(uri) => {
                let uri = uri.expose();
                let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
                let rest = rest.rsplit_once('@').map_or(rest, |(_, hosts)| hosts);
                rest.split(['/', '?']).next().unwrap_or_default().to_owned()
            }
        };
        format!("{place} {}", self.db_name)
    }
}

/// A parsed store URI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// An embedded store in this file.
    Sqlite(PathBuf),
    /// A MongoDB replica set, by its connection string, which may hold credentials.
    MongoDb(Secret),
}
