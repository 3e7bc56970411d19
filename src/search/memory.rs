//! The index in this process: tantivy in RAM for words, an exact scan for vectors.
//!
//! It is derived: built whole from a tenant's tools and swapped in, so a search never sees half a change
//! and BM25's statistics hold no ghosts of removed tools. Building 10,000 tools takes a fraction of a
//! second, and changes are rare and arrive in bursts.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use tantivy::query::{BooleanQuery, BoostQuery, EnableScoring, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::{Index, IndexSettings, Searcher, TantivyDocument, Term};

use super::fusion::{Arm, Weights, fuse, single};
use super::{Allowed as Rule, Description, Found, Hit, LOCAL, Mode, SearchIndex, SearchQuery, text};
use crate::error::{Error, Result};
use crate::model::{TenantId, Tool, ToolId};

/// How many tools each arm hands to the fusion.
pub(super) const ARM_DEPTH: usize = 100;
/// The combined text carries the ranking; the two fields beside it settle near ties.
pub(super) const NAME_BOOST: f32 = 0.3;
pub(super) const PARAMETERS_BOOST: f32 = 0.1;
/// tantivy's writer flushes above this; it is a bound, not an allocation.
const WRITER_BYTES: usize = 256 * 1024 * 1024;
const ANALYZER: &str = "identifiers";

/// One derived index per tenant.
pub(super) struct MemoryIndex {
    weights: Weights,
    tenants: RwLock<HashMap<TenantId, Arc<TenantIndex>>>,
}

impl MemoryIndex {
    pub(super) fn new(weights: Weights) -> Self {
        Self { weights, tenants: RwLock::default() }
    }
}

#[async_trait]
impl SearchIndex for MemoryIndex {
    async fn refresh(&self, tenant: &TenantId, tools: Vec<Arc<Tool>>) -> Result<()> {
        let built = tokio::task::spawn_blocking(move || TenantIndex::build(&tools))
            .await
            .map_err(|error| Error::internal("the index was not built").source(error))?
            .map_err(|error| Error::internal(format!("build the index of tenant `{tenant}`")).source(error))?;
        self.tenants.write().unwrap_or_else(PoisonError::into_inner).insert(tenant.clone(), Arc::new(built));
        Ok(())
    }

    fn forget(&self, tenant: &TenantId) {
        self.tenants.write().unwrap_or_else(PoisonError::into_inner).remove(tenant);
    }

    async fn search(&self, tenant: &TenantId, query: &SearchQuery) -> Result<Found> {
        let index = self.tenants.read().unwrap_or_else(PoisonError::into_inner).get(tenant).cloned();
        let Some(index) = index else { return Ok(Found::default()) };
        let failed = |error| Error::internal(format!("search the index of tenant `{tenant}`")).source(error);
        Ok(Found { hits: index.search(query, self.weights).map_err(failed)?, degraded: None })
    }

    async fn describe(&self, _: &TenantId, _: usize) -> Description {
        Description { engine: LOCAL.to_owned(), fix: None }
    }
}

struct TenantIndex {
    /// A document's number is its place here.
    ids: Vec<ToolId>,
    searcher: Searcher,
    fields: Fields,
    vectors: Vectors,
    visibility: Visibility,
}

#[derive(Clone, Copy)]
struct Fields {
    combined: Field,
    name: Field,
    parameters: Field,
}

impl TenantIndex {
    fn build(tools: &[Arc<Tool>]) -> tantivy::Result<Self> {
        let (schema, fields) = schema();
        let builder = Index::builder().schema(schema).settings(IndexSettings::default());
        let analyzers = tantivy::tokenizer::TokenizerManager::new();
        analyzers.register(ANALYZER, text::analyzer());
        let mut writer = builder
            .tokenizers(analyzers)
            .single_segment_index_writer(tantivy::directory::RamDirectory::create(), WRITER_BYTES)?;
        for tool in tools {
            let mut document = TantivyDocument::new();
            // One that an earlier version stored has no text until its next sync.
            let known = Some(tool.search_text.clone()).filter(|text| !text.is_empty());
            document.add_text(fields.combined, known.unwrap_or_else(|| text::searchable(tool)));
            document.add_text(fields.name, &tool.name);
            document.add_text(fields.parameters, &tool.parameter_text);
            writer.add_document(document)?;
        }
        let index = writer.finalize()?;
        let searcher = index.reader_builder().reload_policy(tantivy::ReloadPolicy::Manual).try_into()?.searcher();
        Ok(Self {
            ids: tools.iter().map(|tool| tool.id.clone()).collect(),
            searcher,
            fields,
            vectors: Vectors::of(tools),
            visibility: Visibility::of(tools),
        })
    }

    fn search(&self, query: &SearchQuery, weights: Weights) -> tantivy::Result<Vec<Hit>> {
        let allowed = self.visibility.allowed(&query.allowed, &self.ids);
        let depth = ARM_DEPTH.max(query.limit);
        let vector_arm = || {
            let ranked = query.vector.as_deref().map(|vector| self.vectors.nearest(vector, &allowed, depth));
            Arm { name: "vector", weight: weights.vector, ranked: ranked.unwrap_or_default() }
        };
        let text_arm = || -> tantivy::Result<Arm> {
            Ok(Arm { name: "text", weight: weights.text, ranked: self.matching(&query.text, &allowed, depth)? })
        };
        let fused = match query.mode {
            Mode::Hybrid => fuse(&[text_arm()?, vector_arm()], query.limit),
            Mode::Vector => single(vector_arm(), query.limit),
            Mode::Text => single(text_arm()?, query.limit),
        };
        let hit = |each: super::fusion::Fused| {
            let id = self.ids.get(each.document as usize)?.clone();
            Some(Hit { id, score: each.details.value, details: each.details })
        };
        Ok(fused.into_iter().filter_map(hit).collect())
    }

    /// The text arm: BM25 over the three fields, added up.
    fn matching(&self, text: &str, allowed: &Allowed<'_>, depth: usize) -> tantivy::Result<Vec<(u32, f64)>> {
        let mut words = text::words(text);
        words.sort_unstable();
        words.dedup();
        let boosted = |field, word: &str, boost| -> (Occur, Box<dyn Query>) {
            let term = TermQuery::new(Term::from_field_text(field, word), IndexRecordOption::WithFreqs);
            (Occur::Should, Box::new(BoostQuery::new(Box::new(term), boost)))
        };
        let fields = self.fields;
        let clauses = words.iter().flat_map(|word| {
            [
                boosted(fields.combined, word, 1.0),
                boosted(fields.name, word, NAME_BOOST),
                boosted(fields.parameters, word, PARAMETERS_BOOST),
            ]
        });
        let query = BooleanQuery::new(clauses.collect());
        let weight = query.weight(EnableScoring::enabled_from_searcher(&self.searcher))?;
        let mut best = Best::new(depth);
        if let Some(segment) = self.searcher.segment_readers().first() {
            weight.for_each(segment, &mut |document, score| {
                if allowed.contains(document) {
                    best.offer(document, f64::from(score));
                }
            })?;
        }
        Ok(best.ranked())
    }
}

fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let indexing = TextFieldIndexing::default().set_tokenizer(ANALYZER).set_index_option(IndexRecordOption::WithFreqs);
    let options = TextOptions::default().set_indexing_options(indexing);
    let fields = Fields {
        combined: builder.add_text_field("combined", options.clone()),
        name: builder.add_text_field("name", options.clone()),
        parameters: builder.add_text_field("parameters", options),
    };
    (builder.build(), fields)
}

/// The tools' unit vectors, row by row.
struct Vectors {
    width: usize,
    rows: Vec<f32>,
    /// Which document each row belongs to.
    documents: Vec<u32>,
}

impl Vectors {
    fn of(tools: &[Arc<Tool>]) -> Self {
        // One space at a time is in force; tools that are still in another one are found by words only.
        let width = tools.iter().map(|tool| tool.embedding.0.len()).max().unwrap_or_default();
        let (mut rows, mut documents) = (Vec::with_capacity(width * tools.len()), Vec::with_capacity(tools.len()));
        for (document, tool) in (0_u32..).zip(tools) {
            let vector = &tool.embedding.0;
            if vector.len() == width && vector.iter().any(|value| *value != 0.0) {
                rows.extend_from_slice(vector);
                documents.push(document);
            }
        }
        Self { width, rows, documents }
    }

    fn nearest(&self, query: &[f32], allowed: &Allowed<'_>, depth: usize) -> Vec<(u32, f64)> {
        if query.len() != self.width || query.iter().all(|value| *value == 0.0) {
            return Vec::new();
        }
        let mut best = Best::new(depth);
        for (row, document) in self.rows.chunks_exact(self.width).zip(&self.documents) {
            if allowed.contains(*document) {
                best.offer(*document, f64::midpoint(1.0, f64::from(dot(row, query))));
            }
        }
        best.ranked()
    }
}

/// Sixteen sums side by side, which the compiler turns into vector instructions.
pub(super) fn dot(one: &[f32], two: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 16];
    let (ones, rest) = one.as_chunks::<16>();
    let (twos, other) = two.as_chunks::<16>();
    for (x, y) in ones.iter().zip(twos) {
        for lane in 0..16 {
            sums[lane] += x[lane] * y[lane];
        }
    }
    sums.iter().sum::<f32>() + rest.iter().zip(other).map(|(x, y)| x * y).sum::<f32>()
}

/// Who may see what: tools share few distinct lists of scopes, so a query decides once per list.
struct Visibility {
    lists: Vec<Vec<String>>,
    list_of: Vec<u32>,
}

/// The visible documents of one query.
enum Allowed<'a> {
    Lists { list_of: &'a [u32], lists: Vec<bool> },
    Tools { ids: &'a [ToolId], tools: &'a HashSet<ToolId> },
}

impl Visibility {
    fn of(tools: &[Arc<Tool>]) -> Self {
        let mut known: HashMap<&[String], u32> = HashMap::new();
        let mut lists = Vec::new();
        let list_of = tools
            .iter()
            .map(|tool| {
                *known.entry(tool.scopes.as_slice()).or_insert_with(|| {
                    lists.push(tool.scopes.clone());
                    u32::try_from(lists.len() - 1).unwrap_or(u32::MAX)
                })
            })
            .collect();
        Self { lists, list_of }
    }

    fn allowed<'a>(&'a self, rule: &'a Rule, ids: &'a [ToolId]) -> Allowed<'a> {
        match rule {
            Rule::Scopes(scopes) => {
                let lists = self.lists.iter().map(|list| scopes.allow(list)).collect();
                Allowed::Lists { list_of: &self.list_of, lists }
            }
            Rule::Tools(tools) => Allowed::Tools { ids, tools },
        }
    }
}

impl Allowed<'_> {
    fn contains(&self, document: u32) -> bool {
        let place = document as usize;
        match self {
            Self::Lists { list_of, lists } => {
                list_of.get(place).and_then(|list| lists.get(*list as usize)).copied().unwrap_or(false)
            }
            Self::Tools { ids, tools } => ids.get(place).is_some_and(|id| tools.contains(id)),
        }
    }
}

/// The `depth` best of the offered documents.
struct Best {
    depth: usize,
    heap: BinaryHeap<Candidate>,
}

/// Ordered so that the worst candidate is the greatest: the heap's top is the one to drop.
struct Candidate {
    score: f64,
    document: u32,
}

impl Best {
    fn new(depth: usize) -> Self {
        Self { depth, heap: BinaryHeap::with_capacity(depth + 1) }
    }

    fn offer(&mut self, document: u32, score: f64) {
        let candidate = Candidate { score, document };
        if self.heap.len() < self.depth {
            self.heap.push(candidate);
        } else if let Some(mut worst) = self.heap.peek_mut()
            && candidate < *worst
        {
            *worst = candidate;
        }
    }

    fn ranked(self) -> Vec<(u32, f64)> {
        self.heap.into_sorted_vec().into_iter().map(|each| (each.document, each.score)).collect()
    }
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        other.score.total_cmp(&self.score).then(self.document.cmp(&other.document))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Candidate {}
