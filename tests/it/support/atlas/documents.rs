//! The real server's documents, read over a connection of the double's own.

use std::time::Duration;

use futures_util::TryStreamExt as _;
use mongodb::bson::{Binary, Bson, Document, RawDocumentBuf, Timestamp, doc};
use mongodb::error::ErrorKind;
use mongodb::options::ClientOptions;
use mongodb::{Client, Database};
use tokio::sync::OnceCell;

use super::failure::Failure;

/// A real server that is away is missed this soon.
const PATIENCE: Duration = Duration::from_secs(2);

const SNAPSHOT_UNAVAILABLE: i32 = 246;

/// A collection by name and, since indexes go with it, by identity.
#[derive(Clone)]
pub(super) struct Collection {
    pub(super) database: String,
    pub(super) name: String,
    pub(super) uuid: Option<Vec<u8>>,
}

pub(super) struct Documents {
    uri: String,
    client: OnceCell<Client>,
}

impl Documents {
    pub(super) fn of(uri: String) -> Self {
        Self { uri, client: OnceCell::new() }
    }

    async fn database(&self, name: &str) -> Result<Database, Failure> {
        let connect = || async {
            let mut options = ClientOptions::parse(&self.uri).await?;
            options.server_selection_timeout = Some(PATIENCE);
            Client::with_options(options)
        };
        Ok(self.client.get_or_try_init(connect).await?.database(name))
    }

    pub(super) async fn ping(&self) -> Option<RawDocumentBuf> {
        let reply = self.database("admin").await.ok()?.run_command(doc! { "ping": 1 }).await.ok()?;
        RawDocumentBuf::try_from(&reply).ok()
    }

    pub(super) async fn collection(&self, database: &str, name: &str) -> Result<Collection, Failure> {
        let command = doc! { "listCollections": 1, "filter": { "name": name } };
        let found = self.cursor(database, command).await?;
        let info = found.first().and_then(|entry| entry.get_document("info").ok());
        let uuid = info.and_then(|info| match info.get("uuid") {
            Some(Bson::Binary(Binary { bytes, .. })) => Some(bytes.clone()),
            _ => None,
        });
        Ok(Collection { database: database.to_owned(), name: name.to_owned(), uuid })
    }

    /// The documents at a time of the past, or those of now; in their natural order.
    pub(super) async fn find(
        &self,
        collection: &Collection,
        filter: Document,
        projection: Document,
        time: Option<Timestamp>,
    ) -> Result<Vec<Document>, Failure> {
        let mut command = doc! { "find": &collection.name, "filter": filter, "projection": projection };
        if let Some(time) = time {
            command.insert("readConcern", doc! { "level": "snapshot", "atClusterTime": time });
        }
        match self.cursor(&collection.database, command).await {
            // The collection is younger than that.
            Err(Failure::Command { code: SNAPSHOT_UNAVAILABLE, .. }) => Ok(Vec::new()),
            other => other,
        }
    }

    pub(super) async fn aggregate(
        &self,
        collection: &Collection,
        pipeline: Vec<Document>,
    ) -> Result<Vec<Document>, Failure> {
        let command = doc! { "aggregate": &collection.name, "pipeline": pipeline, "cursor": {} };
        self.cursor(&collection.database, command).await
    }

    async fn cursor(&self, database: &str, command: Document) -> Result<Vec<Document>, Failure> {
        let cursor = self.database(database).await?.run_cursor_command(command).await;
        let found = match cursor {
            Ok(cursor) => cursor.try_collect().await,
            Err(error) => Err(error),
        };
        found.map_err(|error| match *error.kind {
            ErrorKind::InvalidArgument { message, .. } => Failure::new(2, message),
            _ => Failure::from(error),
        })
    }
}
