//! The index in this process: tantivy in RAM for words, an exact scan for vectors.
//!
//! It is derived: built whole from a tenant's tools and swapped in, so a search never sees half a change
//! and BM25's statistics hold no ghosts of removed tools. Building 10,000 tools takes a fraction of a
//! second, and changes are rare and arrive in bursts.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use tantivy::query::{BooleanQuery, BoostQuery, EnableScoring, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::{Index, IndexSettings, Searcher, TantivyDocument, Term};

use super::fusion::{Arm, Weights, fuse, single};
use super::vectors::{Best, Vectors};
use super::{Allowed as Rule, Description, Found, Hit, LOCAL, Mode, SearchIndex, SearchQuery, Widths, text};
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
        let former = self.tenants.read().unwrap_or_else(PoisonError::into_inner).get(tenant).cloned();
        let built = tokio::task::spawn_blocking(move || TenantIndex::build(tools, former.as_deref()))
            .await
            .map_err(|error| Error::internal("the index was not built").source(error))?
            .map_err(|error| Error::internal(format!("build the index of tenant `{tenant}`")).source(error))?;
        self.tenants.write().unwrap_or_else(PoisonError::into_inner).insert(tenant.clone(), Arc::new(built));
        Ok(())
    }

    fn forget(&self, tenant: &TenantId) {
        self.tenants.write().unwrap_or_else(PoisonError::into_inner).remove(tenant);
    }

    fn coverage(&self, tenant: &TenantId, version: u64) -> usize {
        let tenants = self.tenants.read().unwrap_or_else(PoisonError::into_inner);
        tenants.get(tenant).map_or(0, |index| index.coverage(version))
    }

    async fn search(&self, tenant: &TenantId, query: &SearchQuery) -> Result<Found> {
        let index = self.tenants.read().unwrap_or_else(PoisonError::into_inner).get(tenant).cloned();
        let Some(index) = index else { return Ok(Found::default()) };
        let failed = |error| Error::internal(format!("search the index of tenant `{tenant}`")).source(error);
        let hits = index.search(query, self.weights).map_err(failed)?;
        Ok(Found { hits, degraded: None, is_of_other_space: index.is_of_other_space(query) })
    }

    async fn describe(&self, _: &TenantId, _: Widths) -> Description {
        Description { engine: LOCAL.to_owned(), fix: None }
    }
}

struct TenantIndex {
    /// A document's number is its place here.
    tools: Vec<Arc<Tool>>,
    words: Arc<Words>,
    /// The vectors of each generation that a tool has one of: while the space is switched, two.
    generations: Vec<(u64, Vectors)>,
    visibility: Visibility,
}

/// The text arm's side of it.
struct Words {
    searcher: Searcher,
    fields: Fields,
}

#[derive(Clone, Copy)]
struct Fields {
    combined: Field,
    name: Field,
    parameters: Field,
}

impl TenantIndex {
    /// Where only vectors are others than in `former`, its words serve on.
    fn build(tools: Vec<Arc<Tool>>, former: Option<&Self>) -> tantivy::Result<Self> {
        let has_same_words = |former: &&Self| {
            former.tools.len() == tools.len() && former.tools.iter().zip(&tools).all(|(one, two)| same_words(one, two))
        };
        let words = match former.filter(has_same_words) {
            Some(former) => Arc::clone(&former.words),
            None => Arc::new(Words::of(&tools)?),
        };
        let mut versions: Vec<u64> = tools.iter().flat_map(|tool| tool.versions()).collect();
        versions.sort_unstable();
        versions.dedup();
        let of_version = |version| (version, Vectors::of(&tools, version));
        let generations = versions.into_iter().map(of_version).filter(|(_, vectors)| vectors.len() > 0);
        Ok(Self { words, generations: generations.collect(), visibility: Visibility::of(&tools), tools })
    }

    fn vectors(&self, version: u64) -> Option<&Vectors> {
        self.generations.iter().find(|(of, _)| *of == version).map(|(_, vectors)| vectors)
    }

    /// How many tools have a vector of this generation.
    fn coverage(&self, version: u64) -> usize {
        self.vectors(version).map_or(0, |vectors| vectors.len())
    }

    fn is_of_other_space(&self, query: &SearchQuery) -> bool {
        let has_direction = query.vector.as_ref().is_some_and(|vector| vector.iter().any(|value| *value != 0.0));
        let wants_vectors = has_direction && query.mode != Mode::Text;
        let most = self.generations.iter().map(|(_, vectors)| vectors.len()).max().unwrap_or_default();
        wants_vectors && self.coverage(query.version) < most
    }

    fn search(&self, query: &SearchQuery, weights: Weights) -> tantivy::Result<Vec<Hit>> {
        let allowed = self.visibility.allowed(&query.allowed, &self.tools);
        let depth = ARM_DEPTH.max(query.limit);
        let vector_arm = || {
            let asked = query.vector.as_deref().zip(self.vectors(query.version));
            let ranked = asked.map(|(vector, vectors)| {
                let of_tool = |document| Some(self.tools.get(document as usize)?.vector(query.version)?.0.as_slice());
                vectors.nearest(vector, depth, |document| allowed.contains(document), of_tool)
            });
            Arm { name: "vector", weight: weights.vector, ranked: ranked.unwrap_or_default() }
        };
        let text_arm = || -> tantivy::Result<Arm> {
            Ok(Arm { name: "text", weight: weights.text, ranked: self.words.matching(&query.text, &allowed, depth)? })
        };
        let fused = match query.mode {
            Mode::Hybrid => fuse(&[text_arm()?, vector_arm()], query.limit),
            Mode::Vector => single(vector_arm(), query.limit),
            Mode::Text => single(text_arm()?, query.limit),
        };
        let hit = |each: super::fusion::Fused| {
            let id = self.tools.get(each.document as usize)?.id.clone();
            Some(Hit { id, score: each.details.value, details: each.details })
        };
        Ok(fused.into_iter().filter_map(hit).collect())
    }
}

/// Whether the text arm sees the same in both.
fn same_words(one: &Arc<Tool>, two: &Arc<Tool>) -> bool {
    let is_alike = |read: fn(&Tool) -> &str| read(one) == read(two);
    let texts: [fn(&Tool) -> &str; 4] =
        [|tool| tool.id.as_str(), |tool| &tool.name, |tool| &tool.search_text, |tool| &tool.parameter_text];
    Arc::ptr_eq(one, two) || texts.into_iter().all(is_alike)
}

impl Words {
    fn of(tools: &[Arc<Tool>]) -> tantivy::Result<Self> {
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
        Ok(Self { searcher, fields })
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

/// Who may see what: tools share few distinct lists of scopes, so a query decides once per list.
struct Visibility {
    lists: Vec<Vec<String>>,
    list_of: Vec<u32>,
}

/// The visible documents of one query.
enum Allowed<'a> {
    Lists { list_of: &'a [u32], lists: Vec<bool> },
    Tools { all: &'a [Arc<Tool>], allowed: &'a HashSet<ToolId> },
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

    fn allowed<'a>(&'a self, rule: &'a Rule, all: &'a [Arc<Tool>]) -> Allowed<'a> {
        match rule {
            Rule::Scopes(scopes) => {
                let lists = self.lists.iter().map(|list| scopes.allow(list)).collect();
                Allowed::Lists { list_of: &self.list_of, lists }
            }
            Rule::Tools(allowed) => Allowed::Tools { all, allowed },
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
            Self::Tools { all, allowed } => all.get(place).is_some_and(|tool| allowed.contains(&tool.id)),
        }
    }
}
