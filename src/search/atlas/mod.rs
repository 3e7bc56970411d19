//! The server's own search: both arms and their fusion in one `$rankFusion`.
//!
//! What a server can do is asked, never deduced from its version. Without `$rankFusion`, or without its scores, the
//! two arms are asked at once and fused here, to the same digits. Without any search, and whenever the server's
//! fails or its indexes are not ready, the index in this process answers.

mod definitions;
mod indexes;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use mongodb::bson::{Bson, Document, doc};
use mongodb::options::{AggregateOptions, CollectionOptions, ReadConcern};
use tokio::sync::{Mutex, OnceCell};

use self::definitions::{Arms, COLLECTION, MAX_TIME, Slot, Visible};
use self::indexes::{Readiness, UNREADY_FOR};
use super::fusion::{Arm, FUSED, Weights, fuse, single};
use super::memory::MemoryIndex;
use super::{
    ArmRank, ArmScore, Degraded, Description, Found, Hit, IndexStep, LOCAL, Mode, ScoreDetails, SearchIndex,
    SearchQuery, Widths,
};
use crate::error::{Error, Kind, Result};
use crate::model::{TenantId, Tool, ToolId};
use crate::store::MongoDb;

/// Of one search, with the way there and back.
const DEADLINE: Duration = Duration::from_secs(2);
/// How long an answer about the server holds; servers are upgraded while we run.
const KNOWN_FOR: Duration = Duration::from_secs(300);
/// After a failure the index in this process answers for so long, so that a server in trouble is left alone.
const REST: Duration = Duration::from_secs(2);

/// What the server can do.
#[derive(Clone, Debug, PartialEq)]
enum Ability {
    /// `$rankFusion` with its scores.
    RankFusion,
    /// Both arms, fused here; why.
    Arms(String),
    /// No search; why.
    Nothing(String),
}

/// Search that the server does.
pub(super) struct AtlasIndex {
    mongodb: MongoDb,
    weights: Weights,
    /// `SEARCH_ENGINE=atlas`: a server without search is a fault.
    required: bool,
    ability: Asked<Ability>,
    tenants: RwLock<HashMap<TenantId, Arc<Known>>>,
    local: MemoryIndex,
}

/// What is known of a tenant.
struct Known {
    tools: Vec<Arc<Tool>>,
    /// Those that have usable tools.
    servers: Vec<String>,
    /// Where the vectors of each generation are, and how many.
    slots: Vec<(u64, Slot, usize)>,
    /// Set once the index in this process holds the tools.
    local: OnceCell<()>,
    readiness: Asked<Readiness>,
    /// When the server failed last.
    failed: RwLock<Option<Instant>>,
}

/// Something that the server was asked: when, until when its answer holds, and the answer.
struct Asked<T> {
    known: RwLock<Option<(Instant, Instant, T)>>,
    asking: Mutex<()>,
}

impl<T> Default for Asked<T> {
    fn default() -> Self {
        Self { known: RwLock::default(), asking: Mutex::default() }
    }
}

impl<T: Clone> Asked<T> {
    /// The answer. While it is asked for anew, or cannot be had, the former one goes on; only who has none waits.
    async fn get<F: Future<Output = Result<T>>>(
        &self,
        ask: impl FnOnce() -> F,
        holds: impl Fn(&T) -> Duration,
    ) -> Result<T> {
        let known = || self.known.read().unwrap_or_else(PoisonError::into_inner).clone();
        let keep = |holds: Duration, answer: &T| {
            let now = Instant::now();
            *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some((now, now + holds, answer.clone()));
        };
        let former = match known() {
            Some((_, until, answer)) if Instant::now() < until => return Ok(answer),
            former => former.map(|(.., answer)| answer),
        };
        let _asking = match (&former, self.asking.try_lock()) {
            (_, Ok(guard)) => guard,
            (Some(answer), Err(_)) => return Ok(answer.clone()),
            (None, Err(_)) => {
                let guard = self.asking.lock().await;
                if let Some((.., answer)) = known() {
                    return Ok(answer);
                }
                guard
            }
        };
        match (ask().await, former) {
            (Ok(answer), _) => {
                keep(holds(&answer), &answer);
                Ok(answer)
            }
            (Err(_), Some(former)) => {
                keep(REST, &former);
                Ok(former)
            }
            (Err(error), None) => Err(error),
        }
    }

    /// Has the next one ask anew, unless that was done just now; whether it will.
    fn forget_older_than(&self, age: Duration) -> bool {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let is_old = known.as_ref().is_some_and(|(asked, ..)| asked.elapsed() > age);
        if is_old {
            *known = None;
        }
        is_old
    }

    fn forget(&self) {
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Known {
    fn slot(&self, query: &SearchQuery) -> Option<Slot> {
        self.slots.iter().find(|(version, ..)| *version == query.version).map(|(_, slot, _)| *slot)
    }

    fn is_of_other_space(&self, query: &SearchQuery) -> bool {
        let wants_vectors = query.vector.is_some() && query.mode != Mode::Text;
        let most = self.slots.iter().map(|(.., count)| *count).max().unwrap_or_default();
        wants_vectors && self.coverage(query.version) < most
    }

    /// How many tools have a vector of this generation.
    fn coverage(&self, version: u64) -> usize {
        self.slots.iter().find(|(of, ..)| *of == version).map_or(0, |(.., count)| *count)
    }

    /// Notes whether the server answered.
    fn note(&self, answered: bool) {
        let mut failed = self.failed.write().unwrap_or_else(PoisonError::into_inner);
        *failed = (!answered).then(Instant::now);
    }
}

impl AtlasIndex {
    pub(super) fn new(mongodb: MongoDb, weights: Weights, required: bool) -> Self {
        let local = MemoryIndex::new(weights);
        let (ability, tenants) = (Asked::default(), RwLock::default());
        Self { mongodb, weights, required, ability, tenants, local }
    }

    fn collection(&self, tenant: Option<&TenantId>, name: &str) -> mongodb::Collection<Document> {
        // Search refuses every other read concern (72).
        let options = CollectionOptions::builder().read_concern(ReadConcern::local()).build();
        self.mongodb.database(tenant).collection_with_options(name, options)
    }

    async fn aggregate(&self, tenant: &TenantId, pipeline: Vec<Document>) -> Result<Vec<Document>> {
        let collection = self.collection(Some(tenant), COLLECTION);
        let options = AggregateOptions::builder().max_time(MAX_TIME).build();
        let mut found = Vec::new();
        self.mongodb
            .within(DEADLINE, async {
                let mut cursor = collection.aggregate(pipeline).with_options(options).await?;
                while cursor.advance().await? {
                    found.push(cursor.deserialize_current()?);
                }
                Ok(())
            })
            .await?;
        Ok(found)
    }

    /// What the server can do, asked at most once in a while.
    async fn ability(&self) -> Result<Ability> {
        self.ability.get(|| self.probe(), |_| KNOWN_FOR).await
    }

    async fn local(&self, tenant: &TenantId, known: &Known, query: &SearchQuery) -> Result<Found> {
        let built = known.local.get_or_try_init(|| self.local.refresh(tenant, known.tools.clone()));
        built.await?;
        self.local.search(tenant, query).await
    }

    /// Why the server is not asked now, where it is not.
    async fn obstacle(&self, tenant: &TenantId, known: &Known, query: &SearchQuery) -> Option<String> {
        if let Some(at) = known.failed.write().unwrap_or_else(PoisonError::into_inner).as_mut() {
            if at.elapsed() < REST {
                return Some("it failed a moment ago".to_owned());
            }
            // This request tries it; those that come meanwhile do not wait for the outcome.
            *at = Instant::now();
        }
        let obstacle = async || {
            self.readiness(tenant, known).await.map(|it| it.obstacle(query.vector.as_ref().zip(known.slot(query))))
        };
        let found = match obstacle().await {
            // While the space is switched the index changes: what was known of it a moment ago may be true no longer.
            Ok(Some(_)) if known.readiness.forget_older_than(UNREADY_FOR) => obstacle().await,
            found => found,
        };
        found.unwrap_or_else(|error| {
            known.note(false);
            Some(error.chain())
        })
    }

    /// One arm alone: ids with the arm's own scores, best first.
    async fn arm(&self, tenant: &TenantId, stage: Document, score: &str, depth: i64) -> Result<Vec<(ToolId, f64)>> {
        let shown = doc! { "_id": 1, "score": { "$meta": score } };
        let found = self.aggregate(tenant, vec![stage, doc! { "$limit": depth }, doc! { "$project": shown }]).await?;
        let hit =
            |document: Document| Some((ToolId::stored(document.get_str("_id").ok()?), document.get_f64("score").ok()?));
        Ok(found.into_iter().filter_map(hit).collect())
    }

    /// Both arms and their fusion by the server, in one round trip.
    async fn rank_fusion(
        &self,
        tenant: &TenantId,
        arms: (Document, Document),
        depth: i64,
        visible: &Visible<'_>,
        limit: usize,
    ) -> Result<Vec<Hit>> {
        let (text, vector) = arms;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let fusion = doc! { "$rankFusion": {
            "input": { "pipelines": { "text": [text, { "$limit": depth }], "vector": [vector] } },
            "combination": { "weights": { "text": self.weights.text, "vector": self.weights.vector } },
            "scoreDetails": true,
        } };
        let shown = doc! { "_id": 1, "score": { "$meta": "score" }, "details": { "$meta": "scoreDetails" } };
        // An index lags behind: what it lets through is checked on the documents as they are now.
        let checked = doc! { "$match": visible.filter() };
        let stages = vec![fusion, checked, doc! { "$limit": limit }, doc! { "$project": shown }];
        let found = self.aggregate(tenant, stages).await?;
        found.iter().map(|document| native_hit(document).ok_or_else(unexpected)).collect()
    }

    /// Both arms at once, fused here; one alone where the other fails.
    async fn two_arms(&self, tenant: &TenantId, arms: Arms, known: &Known, query: &SearchQuery) -> Result<Found> {
        let depth = arms.depth;
        let ask = |stage: Option<Document>, score: &'static str| async move {
            match stage {
                Some(stage) => self.arm(tenant, stage, score, depth).await,
                None => Ok(Vec::new()),
            }
        };
        let (text, vector) = tokio::join!(ask(arms.text, "searchScore"), ask(arms.vector, "vectorSearchScore"));
        let (text, vector, degraded) = match (text, vector) {
            (Ok(text), Ok(vector)) => (text, vector, None),
            (Ok(text), Err(error)) => {
                tracing::warn!(error = error.chain(), "the vector arm failed; searching by words only");
                (text, Vec::new(), Some(Degraded::TextOnly))
            }
            (Err(error), Ok(vector)) => {
                tracing::warn!(error = error.chain(), "the text arm failed; searching by meaning only");
                (Vec::new(), vector, Some(Degraded::VectorOnly))
            }
            (Err(error), Err(_)) => return Err(error),
        };
        Ok(Found { hits: self.fused(known, query, text, vector), degraded, ..Found::default() })
    }

    /// Numbers the tools in the order of their ids, so that ties fall as they do on the server.
    fn fused(
        &self,
        known: &Known,
        query: &SearchQuery,
        text: Vec<(ToolId, f64)>,
        vector: Vec<(ToolId, f64)>,
    ) -> Vec<Hit> {
        let mut ids: Vec<ToolId> = text.iter().chain(&vector).map(|(id, _)| id.clone()).collect();
        ids.sort_unstable();
        ids.dedup();
        let numbered = |ranked: Vec<(ToolId, f64)>| -> Vec<(u32, f64)> {
            let place = |id: &ToolId| ids.binary_search(id).ok().and_then(|place| u32::try_from(place).ok());
            ranked.iter().filter_map(|(id, score)| Some((place(id)?, *score))).collect()
        };
        let text = Arm { name: "text", weight: self.weights.text, ranked: numbered(text) };
        let vector = Arm { name: "vector", weight: self.weights.vector, ranked: numbered(vector) };
        let all = text.ranked.len() + vector.ranked.len();
        let fused = match query.mode {
            Mode::Hybrid => fuse(&[text, vector], all),
            Mode::Vector => single(vector, all),
            Mode::Text => single(text, all),
        };
        // Checked on the tools as they are known here, and before the limit.
        let allowed = |id: &ToolId| {
            let place = known.tools.binary_search_by(|tool| tool.id.cmp(id)).ok()?;
            query.allowed.contains(known.tools.get(place)?).then_some(())
        };
        let hit = |each: super::fusion::Fused| {
            let id = ids.get(each.document as usize)?.clone();
            allowed(&id).map(|()| Hit { id, score: each.details.value, details: each.details })
        };
        fused.into_iter().filter_map(hit).take(query.limit).collect()
    }

    /// Asks the server.
    async fn remote(&self, tenant: &TenantId, ability: Ability, known: &Known, query: &SearchQuery) -> Result<Found> {
        let Some(visible) = Visible::new(&known.servers, &query.allowed) else { return Ok(Found::default()) };
        let mut arms = Arms::of(query, &visible, known.slot(query));
        match query.mode {
            Mode::Hybrid => {}
            Mode::Vector => arms.text = None,
            Mode::Text => arms.vector = None,
        }
        let (depth, limit) = (arms.depth, query.limit);
        let both = arms.text.clone().zip(arms.vector.clone());
        let Some(both) = both else { return self.two_arms(tenant, arms, known, query).await };
        if ability == Ability::RankFusion {
            match self.rank_fusion(tenant, both, depth, &visible, limit).await {
                Ok(hits) => return Ok(Found { hits, ..Found::default() }),
                Err(error) => {
                    tracing::warn!(error = error.chain(), "$rankFusion failed; asking the arms one by one");
                }
            }
        }
        let mut found = self.two_arms(tenant, arms, known, query).await?;
        found.degraded = found.degraded.or(Some(Degraded::ClientFusion));
        Ok(found)
    }
}

fn unexpected() -> Error {
    Error::internal("$rankFusion answered in a shape that is not documented")
}

/// A hit with the receipt that the server wrote.
fn native_hit(document: &Document) -> Option<Hit> {
    let score = document.get_f64("score").ok()?;
    let arm = |entry: &Bson| {
        let entry = entry.as_document()?;
        let input_pipeline_name = match entry.get_str("inputPipelineName").ok()? {
            "text" => "text",
            "vector" => "vector",
            _ => return None,
        };
        let rank = match entry.get("rank")? {
            Bson::Int32(rank) => ArmRank::At(usize::try_from(*rank).ok()?),
            Bson::Int64(rank) => ArmRank::At(usize::try_from(*rank).ok()?),
            _ => ArmRank::Absent,
        };
        let number = |name: &str| match entry.get(name)? {
            Bson::Int32(value) => Some(f64::from(*value)),
            Bson::Double(value) => Some(*value),
            _ => None,
        };
        let value = if rank == ArmRank::Absent { None } else { number("value") };
        Some(ArmScore { input_pipeline_name, rank, weight: number("weight")?, value })
    };
    let details = document.get_document("details").ok()?.get_array("details").ok()?;
    let details = details.iter().map(arm).collect::<Option<Vec<_>>>()?;
    let id = ToolId::stored(document.get_str("_id").ok()?);
    Some(Hit { id, score, details: ScoreDetails { value: score, description: FUSED, details } })
}

#[async_trait]
impl SearchIndex for AtlasIndex {
    async fn refresh(&self, tenant: &TenantId, tools: Vec<Arc<Tool>>) -> Result<()> {
        let mut servers: Vec<String> = tools.iter().map(|tool| tool.server.to_string()).collect();
        servers.dedup();
        let mut versions: Vec<u64> = tools.iter().flat_map(|tool| tool.versions()).collect();
        versions.sort_unstable();
        versions.dedup();
        let slot_of = |version| {
            let count = tools.iter().filter(|tool| tool.vector(version).is_some()).count();
            Some((version, Slot::of(&tools, version)?, count))
        };
        let known = Arc::new(Known {
            slots: versions.into_iter().filter_map(slot_of).collect(),
            tools,
            servers,
            local: OnceCell::new(),
            readiness: Asked::default(),
            failed: RwLock::default(),
        });
        if matches!(self.ability().await, Ok(Ability::Nothing(_))) {
            let built = known.local.get_or_try_init(|| self.local.refresh(tenant, known.tools.clone()));
            built.await?;
        }
        self.tenants.write().unwrap_or_else(PoisonError::into_inner).insert(tenant.clone(), known);
        Ok(())
    }

    fn forget(&self, tenant: &TenantId) {
        self.tenants.write().unwrap_or_else(PoisonError::into_inner).remove(tenant);
        self.local.forget(tenant);
    }

    fn coverage(&self, tenant: &TenantId, version: u64) -> usize {
        let tenants = self.tenants.read().unwrap_or_else(PoisonError::into_inner);
        tenants.get(tenant).map_or(0, |known| known.coverage(version))
    }

    async fn search(&self, tenant: &TenantId, query: &SearchQuery) -> Result<Found> {
        let known = self.tenants.read().unwrap_or_else(PoisonError::into_inner).get(tenant).cloned();
        let Some(known) = known else { return Ok(Found::default()) };
        let without = match self.ability().await {
            Ok(Ability::Nothing(why)) if self.required => return Err(self.no_search(&why)),
            Ok(Ability::Nothing(_)) => return self.local(tenant, &known, query).await,
            Err(error) => error.chain(),
            Ok(ability) => match self.obstacle(tenant, &known, query).await {
                Some(obstacle) => obstacle,
                None => match self.remote(tenant, ability, &known, query).await {
                    Ok(found) => {
                        known.note(true);
                        return Ok(Found { is_of_other_space: known.is_of_other_space(query), ..found });
                    }
                    Err(error) => {
                        known.note(false);
                        tracing::warn!(tenant.id = %tenant, error = error.chain(), "the store's search failed");
                        error.chain()
                    }
                },
            },
        };
        tracing::debug!(tenant.id = %tenant, why = without, "the index in this process answers");
        let found = self.local(tenant, &known, query).await?;
        Ok(Found { degraded: Some(Degraded::LocalIndex), ..found })
    }

    async fn prepare(
        &self,
        tenant: &TenantId,
        widths: Widths,
        progress: &(dyn Fn(IndexStep) + Send + Sync),
    ) -> Result<()> {
        match self.ability().await? {
            Ability::Nothing(why) if self.required => Err(self.no_search(&why)),
            Ability::Nothing(_) => Ok(()),
            _ => {
                let outcome = self.prepare_indexes(tenant, widths, progress).await;
                self.forget_readiness(tenant);
                outcome
            }
        }
    }

    async fn is_in_store(&self) -> bool {
        matches!(self.ability().await, Ok(Ability::RankFusion | Ability::Arms(_)))
    }

    async fn describe(&self, tenant: &TenantId, widths: Widths) -> Description {
        let local = |why: String, fix: &str| Description {
            engine: format!("{LOCAL}, because {why}"),
            fix: Some(fix.to_owned()),
        };
        let ability = match self.ability().await {
            Ok(Ability::Nothing(why)) if self.required => {
                let error = self.no_search(&why);
                return Description { engine: error.chain(), fix: error.help_text().map(str::to_owned) };
            }
            Ok(Ability::Nothing(why)) => {
                return Description { engine: format!("{LOCAL}, because {why}"), fix: None };
            }
            Ok(ability) => ability,
            Err(error) => return local(error.chain(), "see the store's check"),
        };
        let readiness = self.list_indexes(tenant).await.map(|indexes| Readiness::of(&indexes));
        let obstacle = match readiness {
            Ok(readiness) => readiness.lacks(widths),
            Err(error) => Some(error.chain()),
        };
        match (obstacle, ability) {
            (Some(why), _) => local(why, "run `mcpgw bootstrap`, which makes the indexes and waits for them"),
            (None, Ability::RankFusion) => Description {
                engine: "MongoDB: both arms and their fusion in one $rankFusion, with its scores".to_owned(),
                fix: None,
            },
            (None, Ability::Arms(why) | Ability::Nothing(why)) => Description {
                engine: format!(
                    "MongoDB: $search and $vectorSearch at once, fused here to the same ranking, because {why}"
                ),
                fix: Some(
                    "upgrade the cluster to a version whose $rankFusion gives scores, to save a round trip".to_owned(),
                ),
            },
        }
    }
}

impl AtlasIndex {
    fn no_search(&self, why: &str) -> Error {
        let name = self.mongodb.name();
        Error::new(Kind::Refused, format!("`SEARCH_ENGINE` is \"atlas\", but store `{name}` has no search: {why}"))
            .help("use Atlas or mongodb-atlas-local, or SEARCH_ENGINE=auto")
    }
}
