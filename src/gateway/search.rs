//! Finding tools.

use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;

use super::Gateway;
use crate::catalog::View;
use crate::embeddings::{Role, Space};
use crate::error::{Error, Kind, Result};
use crate::model::{AuditKind, AuditTokens, Noted, Origin, Principal};
use crate::search::{Allowed, Degraded, Fusion, Hit, Mode, ScoreDetails, SearchQuery, sentences};
use crate::telemetry::Stop;

/// Longest request that is searched for.
pub(super) const MAX_QUERY_BYTES: usize = 16 * 1024;
/// A best match below this is none. In the public sets (`docs/retrieval.md`) 99 of 100 right first results have more;
/// requests that no tool of the demo serves got less than half of it.
const POOR: f64 = 0.2;
/// How often a request is embedded whose space was switched meanwhile.
const MOST_TRIES: u32 = 3;
/// The most results one search gives.
const MAX_LIMIT: usize = 50;

/// A search.
#[derive(Clone, Debug)]
pub struct SearchRequest {
    /// A task in words, or a name.
    pub query: String,
    /// Which arms rank.
    pub mode: Mode,
    /// 1 to 50.
    pub limit: usize,
    /// The request behind it, for its record.
    pub origin: Origin,
}

/// What was found, best first. Serializes as `mcpgw search --output json` prints it.
#[derive(Serialize)]
pub struct SearchAnswer {
    /// The request.
    pub query: String,
    /// How it was ranked.
    pub mode: Mode,
    /// Wall time of embedding and ranking, in milliseconds.
    pub took_ms: f64,
    /// What was missing, if anything was.
    pub degraded: Option<Degraded>,
    /// What to make of an answer without a good match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The tools.
    pub results: Vec<SearchResult>,
}

/// The answers of all modes to one request. Serializes as `mcpgw search --mode all --output json` prints them.
#[derive(Serialize)]
pub struct Compared {
    /// The request.
    pub query: String,
    /// The answers.
    pub modes: ComparedModes,
}

/// One answer for each mode.
#[derive(Serialize)]
pub struct ComparedModes {
    /// Both arms.
    pub hybrid: SearchAnswer,
    /// Meaning alone.
    pub vector: SearchAnswer,
    /// Words alone.
    pub text: SearchAnswer,
}

/// A found tool.
#[derive(Serialize)]
pub struct SearchResult {
    /// 1 is best.
    pub rank: usize,
    /// Its server.
    pub server: String,
    /// The name to call it by.
    pub name: String,
    /// Its display name.
    pub title: Option<String>,
    /// What it does.
    pub description: String,
    /// What the list is ordered by.
    pub score: f64,
    /// Scopes that may see it.
    pub scopes: Vec<String>,
    /// How the score came about.
    #[serde(rename = "scoreDetails")]
    pub score_details: ScoreDetails,
    /// The whole entry, for faces that show more.
    #[serde(skip)]
    pub listed: crate::catalog::Listed,
}

impl Gateway {
    /// Finds tools that `principal` may see. A failing embedder degrades a hybrid search to words, and the
    /// answer says so.
    ///
    /// # Errors
    /// A malformed request; with [`Mode::Vector`] also a failing embedder.
    pub async fn search(&self, principal: &Principal, request: &SearchRequest) -> Result<SearchAnswer> {
        let mut execution =
            self.begin(principal, AuditKind::Search, &request.origin, Some(request.query.as_bytes())).await;
        let outcome = self.searched(principal, request, &mut execution.noted).await;
        self.end_here(execution, outcome.as_ref().err());
        outcome
    }

    /// The same in every mode, whatever that of `request` is.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub async fn compare(&self, principal: &Principal, request: &SearchRequest) -> Result<Compared> {
        let of = |mode| SearchRequest { mode, ..request.clone() };
        let modes = ComparedModes {
            hybrid: self.search(principal, &of(Mode::Hybrid)).await?,
            vector: self.search(principal, &of(Mode::Vector)).await?,
            text: self.search(principal, &of(Mode::Text)).await?,
        };
        Ok(Compared { query: request.query.clone(), modes })
    }

    async fn searched(
        &self,
        principal: &Principal,
        request: &SearchRequest,
        noted: &mut Noted,
    ) -> Result<SearchAnswer> {
        noted.mode = Some(request.mode.as_str());
        check(request)?;
        let view = self.catalog.view(&principal.tenant).await?;
        let started = Instant::now();
        let (hits, degraded) = self.hits(principal, request, &view).await?;
        // Checked again on the answer: an index may lag behind the view, and only the view decides.
        let found = hits.into_iter().filter_map(|hit| Some((view.by_id(&hit.id, principal)?.clone(), hit)));
        let results = found.enumerate().map(|(index, (listed, hit))| SearchResult {
            rank: index + 1,
            server: listed.server.name.to_string(),
            name: listed.exposed.to_string(),
            title: listed.tool.title.clone(),
            description: listed.tool.description.clone(),
            score: hit.score,
            scopes: listed.tool.scopes.clone(),
            score_details: hit.details,
            listed,
        });
        let results: Vec<SearchResult> = results.collect();
        let hint = self.hint(request, &results, || view.visible(principal, None).count());
        let shown = results.iter().map(|result| result.listed.tokens() as u64).sum();
        noted.tokens = Some(AuditTokens { catalog: Some(view.tokens(principal) as u64), shown });
        noted.hits = Some(results.len() as u64);
        noted.degraded = degraded.map(|degraded| degraded.as_str().to_owned());
        let took_ms = started.elapsed().as_secs_f64() * 1e3;
        Ok(SearchAnswer { query: request.query.clone(), mode: request.mode, took_ms, degraded, hint, results })
    }

    /// The space may be switched between the embedding of the request and the search, here or by another replica; then
    /// both are done again in the new one. No vector is ever compared with one of another space.
    async fn hits(
        &self,
        principal: &Principal,
        request: &SearchRequest,
        view: &View,
    ) -> Result<(Vec<Hit>, Option<Degraded>)> {
        let mut tries = 0;
        loop {
            let spaces = self.spaces.now();
            let space = spaces.for_index(|version| self.index.coverage(&principal.tenant, version));
            let query = self.search_query(space, request, allowed(view, principal));
            let (query, degraded) = Stop::Embed.wait(query).await?;
            let found = Stop::Rank.wait(self.index.search(&principal.tenant, &query)).await?;
            tries += 1;
            if !found.is_of_other_space || tries == MOST_TRIES {
                let lacking = found.is_of_other_space.then_some(Degraded::TextOnly);
                return Ok((found.hits, degraded.or(lacking).or(found.degraded)));
            }
            // The store may be away, too.
            let _ = self.spaces.follow().await;
        }
    }

    fn hint(&self, request: &SearchRequest, found: &[SearchResult], visible: impl Fn() -> usize) -> Option<String> {
        let Some(best) = found.first() else {
            return Some(match visible() {
                0 => "there is no tool that this caller may see".to_owned(),
                tools => format!("nothing was found among {tools} tools; try other words, or list the tools"),
            });
        };
        let is_comparable = request.mode == Mode::Hybrid && self.config.search.fusion == Fusion::Score;
        (is_comparable && best.score < POOR).then(|| {
            let nearest: Vec<String> = found.iter().take(3).map(|result| format!("`{}`", result.name)).collect();
            format!("nothing matches well; did you mean {}?", nearest.join(" or "))
        })
    }

    /// The request as an index wants it.
    pub(super) async fn search_query(
        &self,
        space: &Space,
        request: &SearchRequest,
        allowed: Allowed,
    ) -> Result<(SearchQuery, Option<Degraded>)> {
        let (vectors, degraded) = query_vectors(space, request).await?;
        let mut vectors = vectors.into_iter();
        let SearchRequest { query, mode, limit, .. } = request.clone();
        let (vector, sentences) = (vectors.next(), vectors.collect());
        let version = space.version;
        Ok((SearchQuery { text: query, vector, sentences, version, mode, limit, allowed }, degraded))
    }
}

/// The vectors of the request and of its sentences; none for a search by words.
async fn query_vectors(space: &Space, request: &SearchRequest) -> Result<(Vec<Vec<f32>>, Option<Degraded>)> {
    if request.mode == Mode::Text {
        return Ok((Vec::new(), None));
    }
    let mut texts = vec![request.query.clone()];
    if request.mode == Mode::Hybrid {
        texts.extend(sentences(&request.query).into_iter().map(str::to_owned));
    }
    match space.embedder.embed(&texts, Role::Query).await {
        Ok(vectors) => Ok((vectors, None)),
        Err(error) if request.mode == Mode::Hybrid => {
            tracing::debug!(error = error.chain(), "a request was not embedded; searching by words only");
            Ok((Vec::new(), Some(Degraded::TextOnly)))
        }
        Err(error) if error.kind() == Kind::EmbedderUnavailable => {
            let what = "the request has no vector: the provider of embeddings is away";
            Err(Error::new(Kind::UpstreamUnavailable, what).help("search with mode hybrid or text").source(error))
        }
        Err(error) => Err(error),
    }
}

fn check(request: &SearchRequest) -> Result<()> {
    if request.query.trim().is_empty() {
        return Err(Error::invalid("the query is empty")
            .field("query")
            .help("describe the task in words, or give a tool's name"));
    }
    if request.query.len() > MAX_QUERY_BYTES {
        return Err(Error::invalid(format!("the query is longer than {MAX_QUERY_BYTES} bytes")).field("query"));
    }
    if !(1..=MAX_LIMIT).contains(&request.limit) {
        let what = format!("the limit {} is not from 1 to {MAX_LIMIT}", request.limit);
        return Err(Error::invalid(what).field("limit"));
    }
    Ok(())
}

/// What the index may find for `principal`: by scopes where those decide, by name where policies do.
fn allowed(view: &View, principal: &Principal) -> Allowed {
    if view.policies().is_shipped() {
        return Allowed::Scopes(principal.scopes.clone());
    }
    Allowed::Tools(Arc::new(view.visible(principal, None).map(|listed| listed.tool.id.clone()).collect()))
}
