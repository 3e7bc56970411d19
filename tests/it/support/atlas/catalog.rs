//! The search indexes of all collections and how far they are built.

use std::sync::Arc;
use std::time::{Duration, Instant};

use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, DateTime, Document, doc};

use super::definition::Definition;
use super::documents::Collection;

/// One version of an index.
#[derive(Clone)]
struct Version {
    number: i64,
    created: DateTime,
    document: Document,
    definition: Arc<Definition>,
}

pub(super) struct Index {
    database: String,
    collection: Vec<u8>,
    pub(super) id: String,
    pub(super) name: String,
    latest: Version,
    /// When the build of the latest began.
    since: Instant,
    is_built: bool,
    /// What answers until the latest is built.
    serving: Option<Version>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Status {
    Pending,
    Building,
    Ready,
}

impl Status {
    fn text(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Building => "BUILDING",
            Self::Ready => "READY",
        }
    }
}

impl Index {
    pub(super) fn new(collection: &Collection, name: &str, document: Document, definition: Definition) -> Self {
        let latest = Version { number: 0, created: DateTime::now(), document, definition: Arc::new(definition) };
        Self {
            database: collection.database.clone(),
            collection: collection.uuid.clone().unwrap_or_default(),
            id: ObjectId::new().to_hex(),
            name: name.to_owned(),
            latest,
            since: Instant::now(),
            is_built: false,
            serving: None,
        }
    }

    pub(super) fn document(&self) -> &Document {
        &self.latest.document
    }

    pub(super) fn kind(&self) -> &'static str {
        self.latest.definition.kind()
    }

    fn status(&self, build_delay: Duration) -> Status {
        let age = self.since.elapsed();
        if self.is_built || age >= build_delay {
            Status::Ready
        } else if self.serving.is_none() && age < build_delay / 2 {
            Status::Pending
        } else {
            Status::Building
        }
    }

    /// The definition that answers queries, or the sentence about why none does.
    pub(super) fn serving(&self, build_delay: Duration) -> Result<Arc<Definition>, String> {
        let status = self.status(build_delay);
        match (&self.serving, status) {
            (_, Status::Ready) => Ok(Arc::clone(&self.latest.definition)),
            (Some(old), _) => Ok(Arc::clone(&old.definition)),
            (None, _) => {
                let state = if status == Status::Pending { "NOT_STARTED" } else { "INITIAL_SYNC" };
                let kind = if self.kind() == "vectorSearch" { "vector" } else { "search" };
                Err(format!("cannot query {kind} index {} while in state {state}", self.latest.document))
            }
        }
    }

    pub(super) fn update(&mut self, document: Document, definition: Definition, build_delay: Duration) {
        if self.status(build_delay) == Status::Ready {
            self.serving = Some(self.latest.clone());
        }
        let number = self.latest.number + 1;
        self.latest = Version { number, created: DateTime::now(), document, definition: Arc::new(definition) };
        (self.since, self.is_built) = (Instant::now(), false);
    }

    /// As `$listSearchIndexes` shows it.
    pub(super) fn entry(&self, build_delay: Duration) -> Document {
        let status = self.status(build_delay);
        let is_queryable = status == Status::Ready || self.serving.is_some();
        let part = |version: &Version, status: Status, queryable: bool| {
            let version_number = doc! { "version": version.number, "createdAt": version.created };
            doc! {
                "status": status.text(), "queryable": queryable, "definitionVersion": version_number,
                "definition": &version.document,
            }
        };
        let mut host = doc! { "hostname": "double", "status": status.text(), "queryable": is_queryable };
        match &self.serving {
            Some(old) if status != Status::Ready => {
                host.insert("mainIndex", part(old, Status::Ready, true));
                host.insert("stagedIndex", part(&self.latest, status, false));
            }
            _ => drop(host.insert("mainIndex", part(&self.latest, status, is_queryable))),
        }
        doc! {
            "id": &self.id, "name": &self.name, "type": self.kind(), "status": status.text(),
            "queryable": is_queryable,
            "latestDefinitionVersion": { "version": self.latest.number, "createdAt": self.latest.created },
            "latestDefinition": &self.latest.document,
            "statusDetail": [host],
        }
    }
}

#[derive(Default)]
pub(super) struct Catalog(Vec<Index>);

impl Catalog {
    /// Notes what is built by now.
    pub(super) fn settle(&mut self, build_delay: Duration) {
        for index in &mut self.0 {
            index.is_built = index.status(build_delay) == Status::Ready;
        }
    }

    pub(super) fn add(&mut self, index: Index) {
        self.0.push(index);
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn remove(&mut self, id: &str) {
        self.0.retain(|index| index.id != id);
    }

    pub(super) fn of(&self, collection: &Collection) -> impl Iterator<Item = &Index> {
        let (database, uuid) = (&collection.database, collection.uuid.as_ref());
        self.0.iter().filter(move |index| index.database == *database && Some(&index.collection) == uuid)
    }

    pub(super) fn named(&self, collection: &Collection, name: &str) -> Option<&Index> {
        self.of(collection).find(|index| index.name == name)
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Index> {
        self.0.iter_mut().find(|index| index.id == id)
    }
}

/// Ranked documents of a search, best first.
pub(super) struct Hit {
    pub(super) id: Bson,
    pub(super) score: f64,
    pub(super) details: Option<Document>,
}
