//! The order of the best hits. An index finds candidates and fuses its arms by rank; ranks throw away how much better one
//! tool matches than the next, so that the candidates are then ordered by what each arm said of them, divided by the
//! best that it said of any.
//!
//! What each part is worth was measured (`docs/retrieval.md`).

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;

use super::names::{Names, is_identifier};
use super::vectors::dot;
use super::{
    ArmRank, ArmScore, Description, Found, Hit, IndexStep, Mode, ScoreDetails, SearchIndex, SearchQuery, Weights,
    Widths,
};
use crate::error::Result;
use crate::model::{TenantId, Tool, ToolId};

/// How many candidates an index is asked for.
const CANDIDATES: usize = 100;
/// How many names that are like a request that looks like one.
const ALIKE: usize = 20;
/// What the cosine counts beside the text arm, with arms of equal weight.
const MEANING: f64 = 1.25;
/// The same for a request that looks like a name.
const MEANING_OF_NAMES: f64 = 0.2;
/// What the likeness of names counts there.
const LIKENESS: f64 = 0.3;
/// What one sentence of a request counts in place of the whole.
const SENTENCE: f64 = 0.95;
/// BM25 of a match that is neither good nor bad.
const FAIR_BM25: f64 = 10.0;

/// An index whose hits are ordered anew.
pub(super) struct Ranking {
    index: Arc<dyn SearchIndex>,
    weights: Weights,
    tenants: RwLock<HashMap<TenantId, Arc<Tools>>>,
}

/// A tenant's tools.
struct Tools {
    tools: Vec<Arc<Tool>>,
    places: HashMap<ToolId, u32>,
    names: Arc<Names>,
}

/// One tool on its way into the order.
struct Candidate {
    hit: Hit,
    place: Option<u32>,
    text: f64,
    meaning: f64,
    likeness: f64,
    is_exact: bool,
}

impl Ranking {
    pub(super) fn over(index: Arc<dyn SearchIndex>, weights: Weights) -> Self {
        Self { index, weights, tenants: RwLock::default() }
    }

    fn order(&self, tools: &Tools, query: &SearchQuery, hits: Vec<Hit>) -> Vec<Hit> {
        let looks_like_name = is_identifier(&query.text);
        let mut candidates: Vec<Candidate> = hits.into_iter().map(|hit| tools.candidate(hit, query)).collect();
        let mut known: HashMap<u32, usize> =
            candidates.iter().enumerate().filter_map(|(at, candidate)| Some((candidate.place?, at))).collect();
        let mut named = |place: u32, note: &dyn Fn(&mut Candidate)| {
            let Some(tool) = tools.tools.get(place as usize).filter(|tool| query.allowed.contains(tool)) else {
                return;
            };
            let at = *known.entry(place).or_insert_with(|| {
                candidates.push(tools.candidate(self.unranked(&tool.id), query));
                candidates.len() - 1
            });
            if let Some(candidate) = candidates.get_mut(at) {
                note(candidate);
            }
        };
        if looks_like_name {
            for (place, likeness) in tools.names.alike(&query.text, ALIKE) {
                named(place, &|candidate| candidate.likeness = likeness);
            }
        }
        for place in tools.names.exact(&query.text) {
            named(*place, &|candidate| candidate.is_exact = true);
        }
        let weights = self.weights_for(looks_like_name);
        let best = |part: &dyn Fn(&Candidate) -> f64| candidates.iter().map(part).fold(0.0, f64::max);
        let most = [best(&|it| it.text), best(&|it| it.meaning), best(&|it| it.likeness)];
        // How good the best match is in itself: without it the first of nothing but bad matches would look perfect.
        let quality = (most[0] / (most[0] + FAIR_BM25)).max(most[1]).max(most[2]).min(1.0);
        let all: f64 = weights.iter().sum();
        for candidate in &mut candidates {
            let parts = [candidate.text, candidate.meaning, candidate.likeness];
            let shares = parts.iter().zip(most).map(|(part, most)| if most > 0.0 { part / most } else { 0.0 });
            let score: f64 = shares.zip(weights).map(|(share, weight)| share * weight).sum();
            candidate.hit.score = quality * score / all;
        }
        candidates.sort_by(|one, two| {
            let by_score = two.hit.score.total_cmp(&one.hit.score);
            two.is_exact.cmp(&one.is_exact).then(by_score).then_with(|| one.hit.id.cmp(&two.hit.id))
        });
        // What is called just so is right, whatever its other words say.
        candidates.iter_mut().filter(|it| it.is_exact).for_each(|it| it.hit.score = 1.0);
        candidates.into_iter().take(query.limit).map(|candidate| candidate.hit).collect()
    }

    /// Of text, meaning and likeness.
    fn weights_for(&self, looks_like_name: bool) -> [f64; 3] {
        let Weights { text, vector } = self.weights;
        match looks_like_name {
            true => [2.0 * text, 2.0 * vector * MEANING_OF_NAMES, LIKENESS],
            false => [2.0 * text, 2.0 * vector * MEANING, 0.0],
        }
    }

    /// The receipt of a tool that no arm returned.
    fn unranked(&self, id: &ToolId) -> Hit {
        let arm = |name, weight| ArmScore { input_pipeline_name: name, rank: ArmRank::Absent, weight, value: None };
        let details = vec![arm("text", self.weights.text), arm("vector", self.weights.vector)];
        let details = ScoreDetails { value: 0.0, description: super::fusion::FUSED, details };
        Hit { id: id.clone(), score: 0.0, details }
    }
}

impl Tools {
    fn of(tools: Vec<Arc<Tool>>, names: Arc<Names>) -> Self {
        let places = (0_u32..).zip(&tools).map(|(place, tool)| (tool.id.clone(), place)).collect();
        Self { tools, places, names }
    }

    fn candidate(&self, hit: Hit, query: &SearchQuery) -> Candidate {
        let value = |name| hit.details.details.iter().find(|arm| arm.input_pipeline_name == name)?.value;
        let text = value("text").unwrap_or_default();
        let place = self.places.get(&hit.id).copied();
        let vector = place.and_then(|place| self.tools.get(place as usize)?.vector(query.version));
        let meaning = vector.map_or(0.0, |vector| meaning(&vector.0, query)).max(0.0);
        Candidate { hit, place, text, meaning, likeness: 0.0, is_exact: false }
    }
}

/// The cosine of a tool and the request, or of the sentence of it that is nearest.
fn meaning(vector: &[f32], query: &SearchQuery) -> f64 {
    let cosine = |asked: &Vec<f32>| if asked.len() == vector.len() { f64::from(dot(asked, vector)) } else { 0.0 };
    let whole = query.vector.as_ref().map_or(0.0, cosine);
    query.sentences.iter().map(|sentence| SENTENCE * cosine(sentence)).fold(whole, f64::max)
}

#[async_trait]
impl SearchIndex for Ranking {
    async fn refresh(&self, tenant: &TenantId, tools: Vec<Arc<Tool>>) -> Result<()> {
        let former = self.tenants.read().unwrap_or_else(PoisonError::into_inner).get(tenant).cloned();
        let has_same_names = |former: &Arc<Tools>| {
            former.tools.len() == tools.len() && former.tools.iter().zip(&tools).all(|(one, two)| one.id == two.id)
        };
        let names = former.filter(has_same_names).map(|former| Arc::clone(&former.names));
        let names = names.unwrap_or_else(|| Arc::new(Names::of(&tools)));
        let known = Arc::new(Tools::of(tools.clone(), names));
        self.index.refresh(tenant, tools).await?;
        self.tenants.write().unwrap_or_else(PoisonError::into_inner).insert(tenant.clone(), known);
        Ok(())
    }

    fn forget(&self, tenant: &TenantId) {
        self.tenants.write().unwrap_or_else(PoisonError::into_inner).remove(tenant);
        self.index.forget(tenant);
    }

    fn coverage(&self, tenant: &TenantId, version: u64) -> usize {
        self.index.coverage(tenant, version)
    }

    async fn search(&self, tenant: &TenantId, query: &SearchQuery) -> Result<Found> {
        let known = self.tenants.read().unwrap_or_else(PoisonError::into_inner).get(tenant).cloned();
        let Some(known) = known.filter(|_| query.mode == Mode::Hybrid) else {
            return self.index.search(tenant, query).await;
        };
        let wider = SearchQuery { limit: CANDIDATES.max(query.limit), ..query.clone() };
        let found = self.index.search(tenant, &wider).await?;
        Ok(Found { hits: self.order(&known, query, found.hits), ..found })
    }

    async fn prepare(
        &self,
        tenant: &TenantId,
        widths: Widths,
        progress: &(dyn Fn(IndexStep) + Send + Sync),
    ) -> Result<()> {
        self.index.prepare(tenant, widths, progress).await
    }

    async fn is_in_store(&self) -> bool {
        self.index.is_in_store().await
    }

    async fn describe(&self, tenant: &TenantId, widths: Widths) -> Description {
        self.index.describe(tenant, widths).await
    }
}
