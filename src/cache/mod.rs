//! Answers already given.
//!
//! A result is looked for in the memory of this process, then in the store by its whole question, and last, only where
//! the registry names arguments that may match by meaning, among those whose other arguments are equal and whose words
//! say the same (`words`); a vector may only object. What goes wrong on the way is a miss. Whoever asks while the same is
//! being asked waits for that answer.

mod document;
mod flight;
mod keeper;
mod key;
mod memory;
mod migrate;
mod reply;
mod words;
mod writes;

use std::sync::Arc;
use std::time::Duration;

use crate::embeddings::Space;
use crate::model::{CacheEntry, CacheMark, Embedding, RawJson, Server, ServerName, TenantId, Timestamp, Tool, hex};
use crate::reembed::{Embedded as _, Target};
use crate::store::{Change, Collection, Document as _, Query, Store};

use document::{kind_of, vector_of};
use flight::{Flights, Lead, Turn};
use keeper::{Job, Keeper};
use memory::{Kept, Memory};
use reply::{Marked, Match};
use writes::Writes;

pub use key::{Key, Keys, Question};
pub use migrate::{MigrateMode, MigrateProgress, Migrated, migrate, purge_all};
pub use reply::keepable;
pub use words::Core;
pub use writes::Writing;

/// How long a lookup in the store may take: beyond that, the server is asked.
const LOOKUP: Duration = Duration::from_millis(50);
/// Entries of a group that are compared.
const CANDIDATES: usize = 16;

/// What is kept, and for how long.
#[derive(Clone, Debug)]
pub struct CacheConfig {
    /// Whether anything is.
    pub is_enabled: bool,
    /// Least cosine of two texts of which one may answer the other.
    pub threshold: f32,
    /// For how long, where the registry does not say.
    pub ttl: Duration,
    /// Most that is held in this process.
    pub memory_bytes: usize,
}

/// What the cache did for a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheUse {
    /// Nothing: such calls are not kept.
    Off,
    /// The server was asked.
    Miss,
    /// The same was asked before.
    Hit,
    /// The same was asked before in other words.
    SemanticHit,
    /// The same was being asked.
    Shared,
}

impl CacheUse {
    /// Its label in the figures.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Miss => "miss",
            Self::Hit => "hit",
            Self::SemanticHit => "semantic_hit",
            Self::Shared => "shared",
        }
    }

    /// Whether the server was not asked for it.
    pub fn is_hit(self) -> bool {
        matches!(self, Self::Hit | Self::SemanticHit | Self::Shared)
    }
}

/// How a tool's results are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule<'a> {
    /// For how long.
    pub ttl: Duration,
    /// Arguments that may match by meaning.
    pub semantic_arguments: &'a [String],
}

/// The answer to a question, from wherever it came.
pub type Found = (RawJson, CacheUse);

/// The results that were kept.
pub struct ResultCache {
    config: CacheConfig,
    store: Arc<dyn Store>,
    memory: Memory,
    flights: Flights,
    keeper: Keeper,
    writes: Writes,
}

/// The right to ask the server for all who want to know the same.
pub struct Asking<'a> {
    cache: &'a ResultCache,
    lead: Lead<'a>,
    keys: &'a Keys,
    /// Of the texts, once it was made, with the space that it is in.
    vector: Option<Box<(Space, Embedding)>>,
    asked_at: Timestamp,
    /// Answers that were asked for before this are none any more.
    since: Timestamp,
}

/// What to do about a question that memory does not answer.
pub enum Next<'a> {
    /// Look further, and ask the server.
    Ask(Asking<'a>),
    /// Somebody does already; their answer, or none when it cannot be shared.
    Wait(Waiting),
}

/// Somebody else's call of the same.
pub struct Waiting {
    others: tokio::sync::watch::Receiver<Option<Arc<Kept>>>,
    since: Timestamp,
}

impl ResultCache {
    /// Nothing is read yet.
    pub fn new(config: CacheConfig, store: Arc<dyn Store>) -> Self {
        let memory = Memory::new(config.memory_bytes);
        let keeper = Keeper::new(Arc::clone(&store));
        Self { config, store, memory, flights: Flights::default(), keeper, writes: Writes::default() }
    }

    /// How results of `tool` are kept: what the registry says of it, else whether its server says that it only reads;
    /// `None` where they are not.
    pub fn rule<'a>(&self, server: &'a Server, tool: &Tool) -> Option<Rule<'a>> {
        if !self.config.is_enabled {
            return None;
        }
        let named = server.cache.tools.get(&tool.name);
        let ttl = match named {
            Some(named) => named.ttl_s.map_or(self.config.ttl, Duration::from_secs),
            None if only_reads(tool) => self.config.ttl,
            None => Duration::ZERO,
        };
        let semantic_arguments = named.map_or(&[][..], |named| &named.semantic_arguments);
        (!ttl.is_zero()).then_some(Rule { ttl, semantic_arguments })
    }

    /// Notes a call that may change something, until the guard is dropped: what was asked before it ended answers nothing
    /// any more. `None` for a tool that only reads.
    pub fn writing(&self, tenant: &TenantId, server: &Server, tool: &Tool) -> Option<Writing<'_>> {
        let may_change = self.config.is_enabled && !only_reads(tool) && !server.cache.tools.contains_key(&tool.name);
        may_change.then(|| self.writes.begin(&self.keeper, tenant, &server.name))
    }

    /// Takes over which servers other processes have asked to change something; all of them, where nobody knows.
    pub fn follow(&self, changes: Option<&[Change]>) {
        let Some(changes) = changes else { return self.writes.note_all() };
        for change in changes.iter().filter(|change| change.collection == CacheMark::SPEC.name) {
            if let (Some(tenant), Ok(server)) = (&change.tenant, change.id.parse()) {
                self.writes.note((tenant.clone(), server));
            }
        }
    }

    /// When a server was last asked to change something, as far as this process knows.
    pub fn written_at(&self, tenant: &TenantId, server: &Server) -> Timestamp {
        self.writes.last(tenant, &server.name)
    }

    /// What this process remembers.
    pub fn remembered(&self, keys: &Keys) -> Option<Found> {
        let kept = self.memory.get(&keys.exact, Timestamp::now()).filter(|kept| kept.asked_at > keys.since)?;
        Some(answer(&kept, CacheUse::Hit))
    }

    /// Takes the question over, unless somebody has.
    pub fn next<'a>(&'a self, keys: &'a Keys) -> Next<'a> {
        match self.flights.enter(keys.exact) {
            Turn::Lead(lead) => Next::Ask(Asking {
                cache: self,
                lead,
                keys,
                vector: None,
                asked_at: Timestamp::now(),
                since: keys.since,
            }),
            Turn::Follow(others) => Next::Wait(Waiting { others, since: keys.since }),
        }
    }

    /// Until what was kept is in the store, within reason: before a process ends.
    pub async fn flush(&self) {
        self.keeper.flush().await;
    }

    /// Puts what the store has into memory.
    fn take(&self, stored: CacheEntry, id: Key, group: Key, space: Option<&Space>) -> Option<Arc<Kept>> {
        let vector = space.and_then(|space| Some((space.version, stored.vector(space.version)?.clone())));
        let CacheEntry { result, created_at, expires_at, .. } = stored;
        let kept = Kept { id, group, result: Marked::of(&result)?, asked_at: created_at, expires_at, vector };
        let kept = Arc::new(kept);
        self.memory.put(Arc::clone(&kept));
        Some(kept)
    }
}

impl Waiting {
    /// The answer; `None` where there is none to share: who waited asks by themselves.
    pub async fn answer(self) -> Option<Found> {
        let kept = flight::wait(self.others).await.filter(|kept| kept.asked_at > self.since)?;
        Some(answer(&kept, CacheUse::Shared))
    }
}

impl Asking<'_> {
    /// What was kept, here or by another replica; `space` is the one in force.
    pub async fn look(&mut self, tenant: &TenantId, server: &ServerName, space: &Space) -> Option<Found> {
        // Whoever was asking until now may have been told.
        if let Some(found) = self.cache.remembered(self.keys) {
            return Some(found);
        }
        let (kept, how) = match self.exact(tenant, server, space).await {
            Some(kept) => (kept, CacheUse::Hit),
            None => (self.by_meaning(tenant, space).await?, CacheUse::SemanticHit),
        };
        self.lead.tell(&kept);
        Some(answer(&kept, how))
    }

    async fn exact(&mut self, tenant: &TenantId, server: &ServerName, space: &Space) -> Option<Arc<Kept>> {
        let (store, Keys { exact, group, .. }) = (&self.cache.store, self.keys);
        let id = hex(exact);
        let entries = Collection::<CacheEntry>::of_tenant(store, tenant);
        let marks = Collection::<CacheMark>::of_tenant(store, tenant);
        let looked = tokio::time::timeout(LOOKUP, async { tokio::join!(entries.get(&id), marks.get(server.as_str())) });
        let looked = looked.await.ok().and_then(|(entry, mark)| Some((entry.ok()?, mark.ok()?)));
        let Some((entry, mark)) = looked else {
            // Who cannot know whether something was changed gives nothing old.
            self.since = Timestamp(i64::MAX);
            return None;
        };
        self.since = self.since.max(mark.map_or(self.since, |mark| mark.value.written_at));
        let entry = entry?.value;
        let is_alive = entry.expires_at > Timestamp::now() && entry.created_at > self.since;
        let is_ours = entry.group == hex(group) && is_alive;
        if is_ours { self.cache.take(entry, *exact, *group, Some(space)) } else { None }
    }

    /// The nearest of those whose words say the same.
    async fn by_meaning(&mut self, tenant: &TenantId, space: &Space) -> Option<Arc<Kept>> {
        let (cache, Keys { group, texts, .. }, since) = (self.cache, self.keys, self.since);
        if texts.is_empty() {
            return None;
        }
        let vector = vector_of(space, texts).await?;
        let near = |other: &Embedding| {
            let cosine = cosine(&vector, other);
            (cosine >= cache.config.threshold).then_some(cosine)
        };
        let now = Timestamp::now();
        let held = cache.memory.group(group, now);
        let comparable = held.into_iter().filter_map(|kept| match &kept.vector {
            Some((version, other)) if *version == space.version && kept.asked_at > since => {
                Some((near(other)?, Arc::clone(&kept)))
            }
            _ => None,
        });
        let mut found = comparable.max_by(|one, two| one.0.total_cmp(&two.0)).map(|(_, kept)| kept);
        if found.is_none() {
            let entries = Collection::<CacheEntry>::of_tenant(&cache.store, tenant);
            let group_id = hex(group);
            let query = Query::all().equals("group", group_id.as_str()).limit(CANDIDATES);
            let stored = tokio::time::timeout(LOOKUP, entries.find_readable(&query)).await;
            let stored = stored.ok().and_then(Result::ok).unwrap_or_default();
            let alive = stored.into_iter().filter_map(|(_, entry)| entry.ok()).map(|entry| entry.value);
            let alive =
                alive.filter(|entry| entry.expires_at > now && entry.created_at > since && entry.group == group_id);
            let comparable = alive.filter_map(|entry| Some((near(entry.vector(space.version)?)?, entry)));
            let nearest = comparable.max_by(|one, two| one.0.total_cmp(&two.0));
            found = nearest.and_then(|(_, entry)| {
                let id = key::unhex(&entry.id)?;
                cache.take(entry, id, *group, Some(space))
            });
        }
        self.vector = Some(Box::new((space.clone(), vector)));
        found
    }

    /// Keeps the server's answer for `ttl`, and tells it to all who wait.
    pub fn keep(
        self,
        tenant: &TenantId,
        (server, tool): (&Server, &Tool),
        result: &RawJson,
        ttl: Duration,
        space: &Space,
    ) {
        let Some(marked) = Marked::of(result) else { return };
        let (asked_at, Keys { exact, group, texts, .. }) = (self.asked_at, self.keys);
        let mut entry = CacheEntry {
            id: hex(exact),
            group: hex(group),
            kind: kind_of(texts),
            server: server.name.clone(),
            tool: tool.name.clone(),
            definition_hash: tool.definition_hash.clone(),
            result: result.clone(),
            created_at: asked_at,
            expires_at: asked_at.plus(ttl),
            texts: texts.clone(),
            embedding: None,
            embedding_model: None,
            embedding_dim: None,
            embedding_version: None,
            next_embedding: None,
            next_embedding_version: None,
        };
        let version_and_vector = self.vector.as_ref().map(|made| (made.0.version, made.1.clone()));
        let lacks_vector = !texts.is_empty() && self.vector.is_none();
        if let Some(made) = self.vector {
            let (space, vector) = *made;
            entry.put(&space, vector, Target::Present);
        }
        let kept = Arc::new(Kept {
            id: *exact,
            group: *group,
            result: marked,
            asked_at,
            expires_at: entry.expires_at,
            vector: version_and_vector,
        });
        self.cache.memory.put(Arc::clone(&kept));
        self.lead.tell(&kept);
        self.cache.keeper.keep(Job { tenant: tenant.clone(), entry, space: lacks_vector.then(|| space.clone()) });
    }
}

/// Whether its server says that a tool changes nothing.
fn only_reads(tool: &Tool) -> bool {
    let hint = |hints: &serde_json::Value| hints.get("readOnlyHint").and_then(serde_json::Value::as_bool);
    tool.annotations.as_ref().and_then(hint) == Some(true)
}

fn answer(kept: &Kept, how: CacheUse) -> Found {
    let found = if how == CacheUse::SemanticHit { Match::Semantic } else { Match::Exact };
    let age = Timestamp::now().0.saturating_sub(kept.asked_at.0).max(0).unsigned_abs() / 1000;
    (kept.result.with_mark(found, age), how)
}

/// Of two unit vectors; 0 where they cannot be compared.
fn cosine(one: &Embedding, two: &Embedding) -> f32 {
    if one.0.len() == two.0.len() { one.0.iter().zip(&two.0).map(|(x, y)| x * y).sum() } else { 0.0 }
}
