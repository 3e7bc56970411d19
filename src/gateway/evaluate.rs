//! How well the search finds the tools of judged requests.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Instant;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Gateway;
use super::search::SearchRequest;
use crate::catalog::{read_definition, vector_text};
use crate::embeddings::{Role, Space};
use crate::error::{Error, Result};
use crate::model::{
    CachePolicy, Embedding, GuardrailRules, Origin, RawJson, Scopes, Server, TenantId, Timestamp, Tool, ToolId,
    Transport,
};
use crate::search::{self as index, Allowed, Measures, Mode, SearchIndex};

/// Results of a request that count.
pub const EVALUATION_DEPTH: usize = 50;

/// A tool of a file of tools.
#[derive(Clone, Debug, Deserialize)]
pub struct JudgedTool {
    /// What judgements call it.
    pub id: String,
    /// Its server.
    #[serde(default)]
    pub server: String,
    /// Its name.
    pub name: String,
    /// What it does.
    #[serde(default)]
    pub description: Option<String>,
    /// JSON Schema of its arguments.
    #[serde(default)]
    pub parameters: Option<Value>,
}

/// A request of a file of requests.
#[derive(Clone, Debug, Deserialize)]
pub struct JudgedQuery {
    /// What judgements call it.
    pub id: String,
    /// The request.
    pub text: String,
}

/// Requests, and which tools are right for them: by id of the request, ids of tools.
#[derive(Clone, Debug, Default)]
pub struct Judgements {
    /// The requests, in their order.
    pub queries: Vec<JudgedQuery>,
    /// The right tools.
    pub relevant: HashMap<String, BTreeSet<String>>,
}

/// How one mode did.
#[derive(Clone, Debug)]
pub struct Evaluated {
    /// The mode.
    pub mode: Mode,
    /// The means over all judged requests.
    pub measures: Measures,
    /// Wall time of embedding and ranking one request, in microseconds: the median.
    pub p50_us: f64,
    /// The same that 99 of 100 stay under.
    pub p99_us: f64,
    /// Tokens of the definitions of the first 10 results: the mean over all judged requests.
    pub tokens_10: f64,
    /// Request id, and its tools best first with their scores.
    pub runs: Vec<(String, Vec<(String, f64)>)>,
}

impl Evaluated {
    /// Its figures by name, as `mcpgw catalog eval --output json` prints them.
    fn shown(&self, ks: &[usize]) -> Value {
        let measures = &self.measures;
        let recall = ks.iter().zip(&measures.recall).map(|(k, recall)| (format!("recall@{k}"), *recall));
        let others = [
            ("ndcg@5", measures.ndcg_5),
            ("ndcg@10", measures.ndcg_10),
            ("mrr", measures.mrr),
            ("hit@1", measures.hit_1),
            ("all@10", measures.all_10),
            ("tokens@10", self.tokens_10),
            ("p50_us", self.p50_us),
            ("p99_us", self.p99_us),
        ];
        let others = others.into_iter().map(|(name, value)| (name.to_owned(), value));
        recall.chain(others).map(|(name, value)| (name, Value::from(value))).collect::<Map<_, _>>().into()
    }
}

/// What came of an evaluation, as `mcpgw catalog eval --output json` prints it. `ks`: for which recall was wanted.
pub fn shown_evaluation(evaluated: &[Evaluated], ks: &[usize], searched: &Searched) -> Value {
    let modes: Map<String, Value> =
        evaluated.iter().map(|each| (each.mode.as_str().to_owned(), each.shown(ks))).collect();
    let queries = evaluated.first().map_or(0, |each| each.runs.len());
    serde_json::json!({ "k": ks, "modes": modes, "queries": queries, "catalog_tokens": searched.tokens() })
}

/// What is searched: a catalog and what its tools are called.
pub struct Searched {
    index: Arc<dyn SearchIndex>,
    tenant: TenantId,
    space: Space,
    /// What judgements call each tool, and the tokens of its definition.
    tools: BTreeMap<ToolId, (String, usize)>,
}

impl Searched {
    /// Tokens of all definitions: what it costs a model to be shown every tool.
    pub fn tokens(&self) -> usize {
        self.tools.values().map(|(_, tokens)| tokens).sum()
    }

    /// What judgements may name.
    pub(super) fn names(&self) -> BTreeSet<&str> {
        self.tools.values().map(|(name, _)| name.as_str()).collect()
    }
}

impl Gateway {
    /// The tenant's own catalog. Judgements call its tools `server/tool`.
    ///
    /// # Errors
    /// The store's.
    pub async fn searched_catalog(&self, tenant: &TenantId) -> Result<Searched> {
        let view = self.catalog.view(tenant).await?;
        let mut tools = BTreeMap::new();
        for listed in view.tools() {
            let name = format!("{}/{}", listed.tool.server, listed.tool.name);
            tools.insert(listed.tool.id.clone(), (name, listed.tool.definition_tokens));
        }
        let space = self.spaces.now().current.clone();
        Ok(Searched { index: Arc::clone(&self.index), tenant: tenant.clone(), tools, space })
    }

    /// A catalog of these tools in this process, which nobody else sees and nothing keeps.
    ///
    /// # Errors
    /// A tool that cannot be read, named; the embedder's.
    pub async fn searched_tools(&self, tenant: &TenantId, listed: &[JudgedTool]) -> Result<Searched> {
        let mut tools = listed.iter().map(|tool| self.throw_away(tool)).collect::<Result<Vec<Tool>>>()?;
        let texts: Vec<String> = tools.iter().map(vector_text).collect();
        let space = self.evaluated_space();
        let vectors = space.embedder.embed(&texts, Role::Document).await?;
        for (tool, vector) in tools.iter_mut().zip(vectors) {
            (tool.embedding, tool.embedding_version) = (Embedding(vector), space.version);
        }
        tools.sort_by(|one, two| one.id.cmp(&two.id));
        let mut known = BTreeMap::new();
        for tool in &tools {
            known.insert(tool.id.clone(), (tool.id.as_str().to_owned(), tool.definition_tokens));
        }
        if known.len() < tools.len() {
            let twice = tools.windows(2).find(|pair| pair.iter().all(|tool| tool.id == pair[0].id));
            let twice = twice.map(|pair| pair[0].id.to_string()).unwrap_or_default();
            return Err(Error::invalid(format!("the tool `{twice}` stands twice in the file")));
        }
        let index = index::in_process(&self.config.search);
        index.refresh(tenant, tools.into_iter().map(Arc::new).collect()).await?;
        Ok(Searched { index, tenant: tenant.clone(), tools: known, space })
    }

    /// The configured one where one is configured, whatever the store's is: a throw-away catalog is nobody's.
    fn evaluated_space(&self) -> Space {
        let (current, config) = (self.spaces.now().current.clone(), self.spaces.config());
        if !config.is_given || config.settings.is_same_model(&current.settings) {
            return current;
        }
        Space::new(config.settings.clone(), 0, None, config.patience)
    }

    fn throw_away(&self, listed: &JudgedTool) -> Result<Tool> {
        let wrong = |why: String| Error::invalid(format!("tool `{}`: {why}", listed.id));
        let server = Server {
            name: server_name(&listed.server).parse().map_err(|error: Error| wrong(error.chain()))?,
            transport: Transport::Stdio { command: String::new(), args: Vec::new(), env: BTreeMap::new() },
            scopes: Vec::new(),
            tool_scopes: BTreeMap::new(),
            is_enabled: true,
            timeout_ms: None,
            oauth: None,
            cache: CachePolicy::default(),
            guardrails: GuardrailRules::default(),
            metadata: BTreeMap::new(),
            updated_at: Timestamp::now(),
            last_sync: None,
            unopened: None,
        };
        let schema = listed.parameters.clone().filter(Value::is_object);
        let definition = serde_json::json!({
            "name": listed.name, "description": listed.description,
            "inputSchema": schema.unwrap_or_else(|| serde_json::json!({ "type": "object" })),
        });
        let raw = RawJson::of(&definition).map_err(|error| wrong(error.to_string()))?;
        let mut tool = read_definition(&server, &raw, &self.config.catalog).map_err(wrong)?;
        tool.id = ToolId::stored(listed.id.clone());
        Ok(tool)
    }

    /// Runs every judged request in `mode` and measures what comes first. `ks`: for which recall is wanted.
    ///
    /// # Errors
    /// A judgement about a tool that is not there; the embedder's and the index's.
    pub async fn evaluate(
        &self,
        searched: &Searched,
        judgements: &Judgements,
        mode: Mode,
        ks: &[usize],
    ) -> Result<Evaluated> {
        let known = searched.names();
        if let Some(absent) = judgements.relevant.values().flatten().find(|tool| !known.contains(tool.as_str())) {
            return Err(Error::not_found(format!("the judgements name a tool that is not there: `{absent}`"))
                .help("tools of the catalog are called server/tool"));
        }
        let (mut measures, mut times, mut runs, mut tokens) = (Vec::new(), Vec::new(), Vec::new(), 0);
        for query in &judgements.queries {
            let Some(relevant) = judgements.relevant.get(&query.id).filter(|tools| !tools.is_empty()) else { continue };
            let request =
                SearchRequest { query: query.text.clone(), mode, limit: EVALUATION_DEPTH, origin: Origin::default() };
            let started = Instant::now();
            let (asked, _) = self.search_query(&searched.space, &request, Allowed::Scopes(Scopes::All)).await?;
            let found = searched.index.search(&searched.tenant, &asked).await?;
            times.push(started.elapsed().as_secs_f64() * 1e6);
            let (mut run, mut shown) = (Vec::new(), 0);
            for (place, hit) in found.hits.iter().enumerate() {
                let Some((name, cost)) = searched.tools.get(&hit.id) else { continue };
                run.push((name.clone(), hit.score));
                shown += if place < 10 { *cost } else { 0 };
            }
            tokens += shown;
            let relevant: BTreeSet<&str> = relevant.iter().map(String::as_str).collect();
            measures.push(Measures::of(run.iter().map(|(tool, _)| tool.as_str()), &relevant, ks));
            runs.push((query.id.clone(), run));
        }
        times.sort_by(f64::total_cmp);
        #[expect(clippy::cast_precision_loss, reason = "counts of tokens are small")]
        let tokens_10 = tokens as f64 / runs.len().max(1) as f64;
        Ok(Evaluated {
            tokens_10,
            mode,
            measures: Measures::mean(&measures),
            p50_us: percentile(&times, 50),
            p99_us: percentile(&times, 99),
            runs,
        })
    }
}

/// The least value that so many of a hundred do not exceed; 0 for none.
fn percentile(sorted: &[f64], of_hundred: usize) -> f64 {
    let place = (sorted.len() * of_hundred).div_ceil(100).saturating_sub(1);
    sorted.get(place).copied().unwrap_or_default()
}

/// Any text as a server's name.
fn server_name(text: &str) -> String {
    let mut name = String::new();
    for each in text.to_lowercase().chars() {
        let each = if each.is_ascii_alphanumeric() { each } else { '-' };
        if each != '-' || !name.is_empty() && !name.ends_with('-') {
            name.push(each);
        }
    }
    name.truncate(32);
    if name.is_empty() { "none".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_and_names() {
        let times: Vec<f64> = (1..=200).map(f64::from).collect();
        assert_eq!((percentile(&times, 50), percentile(&times, 99), percentile(&[], 50)), (100.0, 198.0, 0.0));
        assert_eq!(percentile(&[7.0], 99), 7.0);
        for (text, name) in [("Data&Arts API", "data-arts-api"), ("", "none"), ("__x", "x"), ("数据", "none")] {
            assert_eq!(server_name(text), name);
            assert!(name.parse::<crate::model::ServerName>().is_ok());
        }
    }
}
