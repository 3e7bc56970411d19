//! Brings the catalog up to date with what the servers list.
//!
//! Per server: page through `tools/list`, check everything, embed what is new or changed, then write in one
//! transaction. A server that fails, or an interruption at any point, leaves its tools as they were.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use serde::Serialize;
use serde_json::value::RawValue;

use super::CatalogConfig;
use super::definition::{read_definition, read_page, vector_text};
use super::drift::Drift;
use crate::embeddings::{Role, Space};
use crate::error::{Context as _, Error, Kind, Result};
use crate::guardrails::Chain;
use crate::model::{
    CacheHint, Embedding, LastSync, QuarantineReason, RawJson, RawObject, Server, ServerName, SyncStatus, TenantId,
    Timestamp, Tool,
};
use crate::reembed::{Embedded as _, Target};
use crate::registry::Registry;
use crate::search::{IndexStep, searchable};
use crate::store::{Collection, Query, Store};
use crate::upstream::{Caller, Pool, Reply, Request};

/// Servers that are listed at the same time.
const FAN_OUT: usize = 8;
/// A server may need to start first (`npx`, a container), so a list has more time than a call.
const LIST_TIMEOUT: Duration = Duration::from_secs(60);
/// All definitions of one server together.
const MAX_LIST_BYTES: usize = 128 * 1024 * 1024;
/// Pages of one server, against one that never ends.
const MAX_PAGES: usize = 10_000;

/// What to sync.
#[derive(Clone, Debug, Default)]
pub struct SyncOptions {
    /// Just these servers; all enabled ones when empty.
    pub servers: Vec<ServerName>,
    /// Remove what a server no longer lists.
    pub prune: bool,
    /// Change nothing.
    pub dry_run: bool,
}

/// Told while a sync runs.
#[derive(Clone, Debug)]
pub enum Progress {
    /// So many servers will be asked.
    Servers(usize),
    /// A server has listed its tools.
    Listed(ServerName, usize),
    /// A server is done, well or not.
    Finished(ServerName),
    /// How far an index of the store is.
    Indexed(IndexStep),
}

/// What a sync did.
#[derive(Debug, Serialize)]
pub struct SyncReport {
    /// By name.
    pub servers: Vec<ServerSync>,
    /// Tools of the tenant afterwards.
    pub tools_total: u64,
    /// Tools that were embedded.
    pub embedded: usize,
    /// Wall time.
    pub took_ms: u64,
}

/// How one server's sync ended.
#[derive(Debug, Serialize)]
pub struct ServerSync {
    /// The server.
    pub name: ServerName,
    /// How.
    pub status: Outcome,
    /// New tools.
    pub added: usize,
    /// Changed tools.
    pub updated: usize,
    /// Tools that are as they were.
    pub unchanged: usize,
    /// Tools that were removed (`prune`).
    pub removed: usize,
    /// Tools that the server no longer lists but that were kept.
    pub gone: usize,
    /// Tools that are kept back until they are released.
    pub quarantined: Vec<KeptBack>,
    /// Definitions that cannot be used.
    pub skipped: Vec<Skipped>,
    /// Why it failed.
    pub error: Option<String>,
    /// The failure's kind, for the exit code.
    #[serde(skip)]
    pub kind: Option<Kind>,
    #[serde(skip)]
    embedded: usize,
    #[serde(skip)]
    cache_hint: Option<CacheHint>,
}

/// The outcome of one server's sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The catalog holds what the server listed.
    Ok,
    /// Nothing was changed.
    Failed,
}

/// A definition that cannot be used.
#[derive(Clone, Debug, Serialize)]
pub struct Skipped {
    /// Its name, as far as it has one.
    pub tool: String,
    /// Why.
    pub reason: String,
}

/// A tool that is kept back.
#[derive(Clone, Debug, Serialize)]
pub struct KeptBack {
    /// Its name.
    pub tool: String,
    /// Why.
    pub reason: QuarantineReason,
    /// More of it: see [`crate::model::Quarantine`].
    pub details: Vec<String>,
}

/// The parts a sync needs.
pub struct Syncer<'a> {
    /// Where tools are kept.
    pub store: &'a Arc<dyn Store>,
    /// Which servers exist.
    pub registry: &'a Registry,
    /// The connections to them.
    pub pool: &'a Pool,
    /// Makes the vectors.
    pub space: &'a Space,
    /// The space that is to come, where the space is being switched: what is new gets a vector there, too.
    pub next_space: Option<&'a Space>,
    /// What definitions may say; `None` where nobody looks at them.
    pub guardrails: Option<&'a Chain>,
    /// Limits.
    pub limits: &'a CatalogConfig,
}

impl Syncer<'_> {
    /// Syncs the tenant's servers.
    ///
    /// # Errors
    /// When a named server does not exist or the store fails; a server that fails is in the report.
    pub async fn run(
        &self,
        tenant: &TenantId,
        options: &SyncOptions,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<SyncReport> {
        let started = Instant::now();
        let mut servers = Vec::new();
        if options.servers.is_empty() {
            servers = self.registry.list(tenant).await?;
            servers.retain(|server| server.is_enabled);
        }
        for name in &options.servers {
            servers.push(self.registry.get(tenant, name).await?);
        }
        progress(Progress::Servers(servers.len()));
        let synced = futures_util::stream::iter(servers.into_iter().map(Arc::new))
            .map(|server| self.report(tenant, server, options, progress))
            .buffer_unordered(FAN_OUT);
        let mut servers: Vec<ServerSync> = synced.collect().await;
        servers.sort_by(|one, two| one.name.cmp(&two.name));
        let tools_total = Collection::<Tool>::of_tenant(self.store, tenant).count(&Query::all()).await?;
        Ok(SyncReport {
            embedded: servers.iter().map(|server| server.embedded).sum(),
            servers,
            tools_total,
            took_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        })
    }

    async fn report(
        &self,
        tenant: &TenantId,
        server: Arc<Server>,
        options: &SyncOptions,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> ServerSync {
        let outcome = self.sync(tenant, &server, options, progress).await;
        let outcome = outcome.context(|| format!("sync tools of server `{}`", server.name));
        let report = outcome.unwrap_or_else(|error| {
            tracing::debug!(server.name = %server.name, error = error.chain(), "sync failed; its tools stay as they were");
            let told = [Some(error.chain()), error.help_text().map(str::to_owned)].into_iter().flatten();
            ServerSync {
                status: Outcome::Failed,
                error: Some(told.collect::<Vec<_>>().join("; ")),
                kind: Some(error.kind()),
                ..ServerSync::empty(server.name.clone())
            }
        });
        if !options.dry_run {
            let note = LastSync {
                at: Timestamp::now(),
                status: if report.status == Outcome::Ok { SyncStatus::Ok } else { SyncStatus::Failed },
                tools: report.added + report.updated + report.unchanged,
                cache_hint: report.cache_hint,
                error: report.error.clone(),
            };
            if let Err(error) = self.registry.record_sync(tenant, &server.name, &note).await {
                tracing::warn!(server.name = %server.name, error = error.chain(), "the outcome of the sync was not noted");
            }
        }
        progress(Progress::Finished(server.name.clone()));
        report
    }

    async fn sync(
        &self,
        tenant: &TenantId,
        server: &Arc<Server>,
        options: &SyncOptions,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<ServerSync> {
        let (definitions, cache_hint) = self.list(tenant, server).await?;
        progress(Progress::Listed(server.name.clone(), definitions.len()));
        let mut report = ServerSync { cache_hint, ..ServerSync::empty(server.name.clone()) };
        let listed = self.read_all(server, &definitions, &mut report)?;
        let catalog = Collection::<Tool>::of_tenant(self.store, tenant);
        let present = catalog.find(&Query::all().equals("server", server.name.as_str())).await?;
        let mut present: HashMap<_, _> = present.into_iter().map(|each| (each.value.id.clone(), each.value)).collect();
        let mut drift = match self.guardrails {
            Some(chain) => Some(Drift::open(chain, self.store, tenant, &server.name, &present).await?),
            None => None,
        };
        let mut puts = Vec::new();
        for mut tool in listed {
            let former = present.remove(&tool.id);
            match (&mut drift, &former) {
                (Some(drift), former) => drift.judge(&mut tool, former.as_ref()).await?,
                (None, Some(former)) => {
                    (tool.status, tool.quarantine) = (former.status, former.quarantine.clone());
                }
                (None, None) => {}
            }
            if let Some(quarantine) = &tool.quarantine {
                let (tool, reason) = (tool.name.clone(), quarantine.reason);
                report.quarantined.push(KeptBack { tool, reason, details: quarantine.details.clone() });
            }
            match former {
                Some(former) if is_same(&former, &tool, self.space) => report.unchanged += 1,
                former => {
                    match &former {
                        Some(former) => {
                            report.updated += 1;
                            tool.first_seen = former.first_seen;
                            tool.tags.clone_from(&former.tags);
                            tool.is_pinned = former.is_pinned;
                            tool.search_text = searchable(&tool);
                        }
                        None => report.added += 1,
                    }
                    puts.push((tool, former));
                }
            }
        }
        let gone: Vec<String> = present.keys().map(|id| id.as_str().to_owned()).collect();
        if options.prune {
            report.removed = gone.len();
        } else {
            report.gone = gone.len();
        }
        if options.dry_run {
            return Ok(report);
        }
        let puts = self.embed(puts, &mut report).await?;
        // It took a while: a server that was removed or moved meanwhile must not get tools.
        if self.registry.get(tenant, &server.name).await?.transport != server.transport {
            return Err(Error::new(Kind::Conflict, "it was changed during the sync").help("sync again"));
        }
        // The pins first: a tool that is used has one.
        if let Some(drift) = drift {
            drift.pin().await?;
        }
        catalog.replace(&puts, if options.prune { &gone } else { &[] }).await?;
        Ok(report)
    }

    /// Every page of the server's `tools/list`, and how long they all may be kept.
    async fn list(&self, tenant: &TenantId, server: &Arc<Server>) -> Result<(Vec<RawJson>, Option<CacheHint>)> {
        // Nobody hears what it is asked, which declines.
        let (caller, _) = Caller::surveyor(tenant);
        let deadline = Instant::now() + LIST_TIMEOUT.max(server.timeout(self.pool.config().timeout));
        let broken = |how: String| Error::new(Kind::UpstreamError, format!("server `{}` {how}", server.name));
        let (mut definitions, mut cursor, mut seen) = (Vec::new(), None::<String>, HashSet::new());
        let (mut bytes, mut hint) = (0, CacheHint::UNBOUNDED);
        for _ in 0..MAX_PAGES {
            let params =
                cursor.as_ref().map_or_else(|| serde_json::json!({}), |cursor| serde_json::json!({ "cursor": cursor }));
            let params: Box<RawValue> = serde_json::value::to_raw_value(&params)
                .map_err(|error| Error::internal("write a cursor").source(error))?;
            let params = RawObject::parse(&params).map_err(|error| Error::internal("read a cursor").source(error))?;
            let reply =
                self.pool.request(tenant, server, &Request::new("tools/list", &params, &caller, deadline)).await?;
            let result = match reply {
                Reply::Result(result) => result,
                Reply::Error(error) => {
                    return Err(broken(format!("refused to list its tools: {}", error_message(&error))));
                }
            };
            let page = read_page(&result).map_err(|why| broken(format!("listed its tools in a wrong shape: {why}")))?;
            hint = hint.least(CacheHint::read(&result));
            bytes += page.definitions.iter().map(|definition| definition.bytes().len()).sum::<usize>();
            if bytes > MAX_LIST_BYTES {
                return Err(broken(format!("lists tools of more than {MAX_LIST_BYTES} bytes")));
            }
            definitions.extend(page.definitions);
            if definitions.len() > self.limits.max_tools_per_server {
                let limit = self.limits.max_tools_per_server;
                return Err(broken(format!("lists more than {limit} tools"))
                    .help("raise MAX_TOOLS_PER_SERVER if that is what you want"));
            }
            match page.next_cursor {
                None => return Ok((definitions, Some(hint))),
                Some(next) if !seen.insert(next.clone()) => {
                    return Err(broken("gives the same page of its list again and again".to_owned()));
                }
                next => cursor = next,
            }
        }
        Err(broken("never ends its list of tools".to_owned()))
    }

    /// Reads the definitions. One that cannot be used is skipped and reported; two different ones of the
    /// same name refuse the whole list, because nobody can say which is meant.
    fn read_all(&self, server: &Server, definitions: &[RawJson], report: &mut ServerSync) -> Result<Vec<Tool>> {
        let mut tools: HashMap<String, Tool> = HashMap::new();
        for raw in definitions {
            match read_definition(server, raw, self.limits) {
                Ok(tool) => match tools.get(&tool.name) {
                    Some(other) if other.definition_hash == tool.definition_hash => {}
                    Some(_) => {
                        return Err(Error::new(
                            Kind::UpstreamError,
                            format!("it lists two different tools named {:?}", shown(&tool.name)),
                        )
                        .help("its author has to rename one; its tools stay as they were"));
                    }
                    None => {
                        tools.insert(tool.name.clone(), tool);
                    }
                },
                Err(reason) => {
                    let name = raw.parse::<serde_json::Value>().ok();
                    let name = name.as_ref().and_then(|value| value.get("name")).and_then(serde_json::Value::as_str);
                    report.skipped.push(Skipped { tool: shown(name.unwrap_or("(no name)")), reason });
                }
            }
        }
        Ok(tools.into_values().collect())
    }

    /// Gives each tool its vectors: the former ones where its text is the same.
    async fn embed(&self, tools: Vec<(Tool, Option<Tool>)>, report: &mut ServerSync) -> Result<Vec<Tool>> {
        let present = self.vectors(&tools, self.space).await?;
        report.embedded = present.iter().filter(|(_, is_new)| *is_new).count();
        let next = match self.next_space {
            // Who switches the space makes up for it.
            Some(space) => self.vectors(&tools, space).await.unwrap_or_default(),
            None => Vec::new(),
        };
        let mut next = next.into_iter();
        let mut done = Vec::with_capacity(tools.len());
        for ((mut tool, _), (vector, _)) in tools.into_iter().zip(present) {
            tool.put(self.space, vector, Target::Present);
            if let Some((space, (vector, _))) = self.next_space.zip(next.next()) {
                tool.put(space, vector, Target::Next);
            }
            done.push(tool);
        }
        Ok(done)
    }

    /// One vector in `space` per tool, and whether it was made now.
    async fn vectors(&self, tools: &[(Tool, Option<Tool>)], space: &Space) -> Result<Vec<(Embedding, bool)>> {
        let kept = |(tool, former): &(Tool, Option<Tool>)| {
            let former = former.as_ref()?;
            let vector = former.vector(space.version)?;
            (vector_text(former) == vector_text(tool)).then(|| vector.clone())
        };
        let kept: Vec<Option<Embedding>> = tools.iter().map(kept).collect();
        let missing = tools.iter().zip(&kept).filter(|(_, kept)| kept.is_none());
        let texts: Vec<String> = missing.map(|((tool, _), _)| vector_text(tool)).collect();
        let mut fresh = space.embedder.embed(&texts, Role::Document).await?.into_iter();
        let too_few = || Error::internal("the embedder returned too few vectors");
        let vector = |kept: Option<Embedding>| match kept {
            Some(vector) => Ok((vector, false)),
            None => fresh.next().map(|vector| (Embedding(vector), true)).ok_or_else(too_few),
        };
        kept.into_iter().map(vector).collect()
    }
}

impl ServerSync {
    fn empty(name: ServerName) -> Self {
        Self {
            name,
            status: Outcome::Ok,
            added: 0,
            updated: 0,
            unchanged: 0,
            removed: 0,
            gone: 0,
            quarantined: Vec::new(),
            skipped: Vec::new(),
            error: None,
            kind: None,
            embedded: 0,
            cache_hint: None,
        }
    }
}

fn is_same(former: &Tool, listed: &Tool, space: &Space) -> bool {
    let known = former.definition_hash == listed.definition_hash
        && former.scopes == listed.scopes
        && former.status == listed.status
        && former.quarantine == listed.quarantine;
    // One that an earlier version stored lacks what is read of it now.
    known && former.embedding_version == space.version && !former.search_text.is_empty() && former.definition_tokens > 0
}

fn error_message(error: &RawJson) -> String {
    let value: serde_json::Value = error.parse().unwrap_or_default();
    let message = value.get("message").and_then(serde_json::Value::as_str).unwrap_or("no reason given");
    shown(message)
}

/// A stranger's text, short enough for one line.
fn shown(text: &str) -> String {
    let line: String = text.chars().map(|each| if each.is_control() { ' ' } else { each }).take(120).collect();
    if line.len() < text.len() { format!("{line}…") } else { line }
}
