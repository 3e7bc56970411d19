//! What the server can do, and the life of the two indexes: made, changed, waited for.

use std::time::Duration;

use mongodb::bson::{Bson, Document, doc};

use super::definitions::{COLLECTION, Slot, TEXT_INDEX, VECTOR_INDEX, covers, text_index, vector_index};
use super::{Ability, AtlasIndex, DEADLINE, Known};
use crate::error::{Error, Kind, Result};
use crate::model::TenantId;
use crate::search::{IndexStep, Widths};
use crate::store::{Store as _, server_code};

/// Answers of servers without search: what they say of the stage and of the commands, by version and edition.
const NO_SEARCH: [i32; 5] = [31082, 6_047_401, 115, 40324, 59];
const UNAUTHORIZED: i32 = 13;
/// Creating an index answers at once; the rest is waiting.
const COMMAND_DEADLINE: Duration = Duration::from_secs(20);
/// So often an index that was just made may not be listed yet.
const UNLISTED: u32 = 20;
const POLL: Duration = Duration::from_millis(500);
/// How long indexes that are ready count as ready.
const READY_FOR: Duration = Duration::from_secs(30);
/// How long others count as not ready.
pub(super) const UNREADY_FOR: Duration = Duration::from_secs(1);

/// What the indexes of a tenant are good for.
#[derive(Clone, Debug, Default)]
pub(super) struct Readiness {
    /// What is wrong with the text index; `None` when it answers.
    text: Option<String>,
    vector: Option<String>,
    /// Path and width of the vectors that the index holds.
    held: Vec<(String, i64)>,
}

impl Readiness {
    pub(super) fn of(indexes: &[Document]) -> Self {
        let state = |name: &str| match named(indexes, name) {
            None => Some(format!("index `{name}` does not exist")),
            Some(index) if index.get_bool("queryable").unwrap_or(false) => None,
            Some(index) => Some(format!("index `{name}` is {}", index.get_str("status").unwrap_or("not ready"))),
        };
        let fields = named(indexes, VECTOR_INDEX)
            .and_then(|index| index.get_document("latestDefinition").ok()?.get_array("fields").ok());
        let width = |field: &Bson| {
            let field = field.as_document()?;
            let width = match field.get("numDimensions")? {
                Bson::Int32(width) => i64::from(*width),
                Bson::Int64(width) => *width,
                _ => return None,
            };
            Some((field.get_str("path").ok()?.to_owned(), width))
        };
        let held = fields.into_iter().flatten().filter_map(width).collect();
        Self { text: state(TEXT_INDEX), vector: state(VECTOR_INDEX), held }
    }

    /// Why a query with this vector, for this place, is not sent.
    pub(super) fn obstacle(&self, vector: Option<(&Vec<f32>, Slot)>) -> Option<String> {
        match vector {
            Some((vector, slot)) => self.lacks_vectors(slot, vector.len()),
            None => self.text.clone(),
        }
    }

    fn lacks_vectors(&self, slot: Slot, dimensions: usize) -> Option<String> {
        let held = self.held.iter().find(|(path, _)| path == slot.path());
        let wrong = || match held {
            None => Some(format!("index `{VECTOR_INDEX}` does not hold `{}`", slot.path())),
            Some((_, held)) if usize::try_from(*held).ok() != Some(dimensions) => {
                Some(format!("index `{VECTOR_INDEX}` holds vectors of {held} dimensions, not {dimensions}"))
            }
            Some(_) => None,
        };
        self.text.clone().or_else(|| self.vector.clone()).or_else(wrong)
    }

    /// What is missing for a search with vectors of these widths.
    pub(super) fn lacks(&self, widths: Widths) -> Option<String> {
        let lacking = |slot, width: Option<usize>| width.and_then(|width| self.lacks_vectors(slot, width));
        let present = lacking(Slot::Present, widths.embedding);
        self.text.clone().or(present).or_else(|| lacking(Slot::Next, widths.next_embedding))
    }
}

impl AtlasIndex {
    /// Asks the server what it can do, on a collection that need not exist.
    pub(super) async fn probe(&self) -> Result<Ability> {
        let collection = self.collection(None, "tenants");
        let ask = |pipeline: Vec<Document>| {
            let collection = collection.clone();
            async move {
                let asked = tokio::time::timeout(DEADLINE, async {
                    collection.aggregate(pipeline).await?.advance().await.map(|_| ())
                });
                asked.await.map_err(|_| {
                    Error::new(
                        Kind::StoreUnavailable,
                        format!("the server did not say within {DEADLINE:?} what it can do"),
                    )
                })
            }
        };
        if let Err(error) = ask(vec![doc! { "$listSearchIndexes": {} }]).await? {
            return match server_code(&error) {
                Some(code) if NO_SEARCH.contains(&code) => {
                    Ok(Ability::Nothing(format!("the server has no search (it answers {code} to $listSearchIndexes)")))
                }
                Some(UNAUTHORIZED) => Ok(Ability::Nothing(
                    "this user may not list search indexes (13); give it `readWriteAnyDatabase` or the listSearchIndexes action"
                        .to_owned(),
                )),
                _ => Err(self.mongodb.fault(error)),
            };
        }
        // Needs no search: it only asks whether the stage is there and gives its scores.
        let fusion = doc! { "$rankFusion": {
            "input": { "pipelines": { "probe": [{ "$sort": { "_id": 1 } }, { "$limit": 1 }] } }, "scoreDetails": true,
        } };
        let shown = doc! { "$project": { "score": { "$meta": "score" } } };
        match ask(vec![fusion, doc! { "$limit": 1 }, shown]).await? {
            Ok(()) => Ok(Ability::RankFusion),
            Err(error) => match server_code(&error) {
                Some(40324) => Ok(Ability::Arms("the server does not know $rankFusion (40324)".to_owned())),
                Some(code) => Ok(Ability::Arms(format!("the server's $rankFusion gives no scores ({code})"))),
                None => Err(self.mongodb.fault(error)),
            },
        }
    }

    /// The state of the tenant's indexes, asked at most once in a while.
    pub(super) async fn readiness(&self, tenant: &TenantId, known: &Known) -> Result<Readiness> {
        let holds = |readiness: &Readiness| {
            if readiness.text.is_none() && readiness.vector.is_none() { READY_FOR } else { UNREADY_FOR }
        };
        let ask = || async { self.list_indexes(tenant).await.map(|indexes| Readiness::of(&indexes)) };
        known.readiness.get(ask, holds).await
    }

    pub(super) fn forget_readiness(&self, tenant: &TenantId) {
        let known = self.tenants.read().unwrap_or_else(std::sync::PoisonError::into_inner).get(tenant).cloned();
        if let Some(known) = known {
            known.readiness.forget();
        }
    }

    pub(super) async fn list_indexes(&self, tenant: &TenantId) -> Result<Vec<Document>> {
        self.aggregate(tenant, vec![doc! { "$listSearchIndexes": {} }]).await
    }

    /// Makes or changes what is not as it should be, then waits until both indexes serve this definition.
    pub(super) async fn prepare_indexes(
        &self,
        tenant: &TenantId,
        widths: Widths,
        progress: &(dyn Fn(IndexStep) + Send + Sync),
    ) -> Result<()> {
        // The collection has to exist before its indexes.
        self.mongodb.provision(tenant).await?;
        let mut wanted = vec![(TEXT_INDEX, "search", text_index())];
        wanted.extend(vector_index(widths).map(|definition| (VECTOR_INDEX, "vectorSearch", definition)));
        let present = self.list_indexes(tenant).await?;
        let database = self.mongodb.database(Some(tenant));
        for (name, kind, definition) in &wanted {
            let command = match named(&present, name) {
                Some(index) if is_current(index, definition) => continue,
                Some(_) => doc! { "updateSearchIndex": COLLECTION, "name": *name, "definition": definition.clone() },
                None => {
                    let index = doc! { "name": *name, "type": *kind, "definition": definition.clone() };
                    doc! { "createSearchIndexes": COLLECTION, "indexes": [index] }
                }
            };
            let done = tokio::time::timeout(COMMAND_DEADLINE, database.run_command(command)).await;
            let done = done.map_err(|_| {
                Error::new(Kind::StoreUnavailable, format!("index `{name}` was not begun within {COMMAND_DEADLINE:?}"))
                    .help("run the same command again")
            })?;
            done.map_err(|error| not_made(name, &self.mongodb, error))?;
        }
        let mut unlisted = 0;
        loop {
            let indexes = self.list_indexes(tenant).await?;
            let mut waiting = false;
            // They went with their collection.
            unlisted = if indexes.is_empty() { unlisted + 1 } else { 0 };
            if unlisted > UNLISTED {
                return Err(Error::not_found(format!("the search indexes of tenant `{tenant}` are gone")));
            }
            for (name, _, definition) in &wanted {
                let index = named(&indexes, name);
                let status = index.and_then(|index| index.get_str("status").ok()).unwrap_or("PENDING").to_owned();
                if status == "FAILED" {
                    return Err(failed(name, index));
                }
                let queryable = index.is_some_and(|index| index.get_bool("queryable").unwrap_or(false));
                let ready = queryable && status == "READY" && index.is_some_and(|index| is_current(index, definition));
                waiting |= !ready;
                progress(IndexStep { index: name, status, ready });
            }
            if !waiting {
                return Ok(());
            }
            tokio::time::sleep(POLL).await;
        }
    }
}

fn named<'a>(indexes: &'a [Document], name: &str) -> Option<&'a Document> {
    indexes.iter().find(|index| index.get_str("name").is_ok_and(|found| found == name))
}

fn is_current(index: &Document, definition: &Document) -> bool {
    index.get("latestDefinition").is_some_and(|theirs| covers(theirs, &Bson::Document(definition.clone())))
}

fn failed(name: &str, index: Option<&Document>) -> Error {
    let why = index.and_then(|index| {
        let detail = index.get_array("statusDetail").ok()?.first()?.as_document()?;
        detail.get_document("mainIndex").ok()?.get_str("message").ok()
    });
    Error::new(Kind::StoreUnavailable, format!("index `{name}` failed to build: {}", why.unwrap_or("no reason given")))
        .help("drop it in Atlas and run `mcpgw bootstrap` again")
}

fn not_made(name: &str, mongodb: &crate::store::MongoDb, error: mongodb::error::Error) -> Error {
    let text = error.to_string();
    let help = match server_code(&error) {
        Some(UNAUTHORIZED) => {
            "give the user the createSearchIndexes and updateSearchIndex actions (readWriteAnyDatabase has them), or set SEARCH_ENGINE=local"
        }
        _ if text.contains("maximum number of") => {
            "this cluster tier allows no more search indexes (M0: 3, Flex: 10): drop some, use a larger tier, or set SEARCH_ENGINE=local"
        }
        _ => return mongodb.fault(error).context(format!("make index `{name}`")),
    };
    Error::new(Kind::StoreUnavailable, format!("index `{name}` cannot be made")).source(error).help(help)
}
