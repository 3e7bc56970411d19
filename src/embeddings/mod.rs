//! PORT: text → vectors.
//!
//! A provider is one file here and a few lines in [`Provider`] and `open`. Those in this process (`builtin`, `local`)
//! are embedders themselves; an API over HTTP says how it is asked (`api`), and `resilient` asks it.

mod api;
mod azure_openai;
mod builtin;
mod cache;
#[cfg(test)]
pub(crate) mod counting;
mod gemini;
#[cfg(feature = "local-embeddings")]
mod local;
mod ollama;
mod openai;
mod resilient;
mod settings;
mod tokens;
mod voyage;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::OnceCell;

use crate::error::{Error, Kind, Result};
use crate::model::Secret;

pub use settings::{Provider, Settings};
pub use tokens::TokenCounter;

use api::Api;
use cache::QueryCache;
use resilient::Resilient;

/// Which provider makes the vectors, as configured, and how patient we are with one over a network.
#[derive(Clone, Debug)]
pub struct EmbeddingsConfig {
    /// The provider and how to reach it.
    pub settings: Settings,
    /// Whether an operator has set any of it.
    pub is_given: bool,
    /// What API keys are sealed with at rest; a key of the store's own where none is configured.
    pub secret: Option<Secret>,
    /// With providers over a network.
    pub patience: Patience,
    /// Whether a provider elsewhere may be asked over plain HTTP.
    pub allow_plain_http: bool,
}

/// How long and how often a provider over a network is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For a request in words: with everything that it takes; for documents: of each attempt.
    pub timeout: Duration,
    /// Attempts after the first.
    pub max_retries: u32,
}

/// A space of vectors: what makes them, and its generation. Two vectors can be compared when their spaces have the same
/// version.
#[derive(Clone)]
pub struct Space {
    /// The provider and how it is reached.
    pub settings: Settings,
    /// Generation: another one with every switch, never used twice.
    pub version: u64,
    /// What makes its vectors.
    pub embedder: Arc<dyn Embedder>,
}

impl Space {
    /// A space of which `known` may be known from an earlier time. The provider is opened when it is first needed.
    pub fn new(settings: Settings, version: u64, known: Option<Facts>, patience: Patience) -> Self {
        let known = known.map(Arc::new);
        let embedder = Arc::new(Lazy {
            settings: settings.clone(),
            known,
            patience,
            opened: OnceCell::new(),
            trouble: Trouble::default(),
        });
        Self { settings, version, embedder }
    }

    /// Whether both are of the same model, as its answer to the probe tells.
    pub fn is_alike(one: &Facts, two: &Facts) -> bool {
        let pairs = [(&one.probe, &two.probe), (&one.document_probe, &two.document_probe)];
        pairs.into_iter().all(|(one, two)| cosine(one, two) >= SAME_MODEL)
    }

    /// `provider / model (n dimensions)`, for people.
    pub fn describe(&self) -> String {
        let (provider, model) = (self.settings.provider.as_str(), self.settings.model_name());
        match self.embedder.known_facts() {
            Some(facts) => format!("{provider} / {model} ({} dimensions)", facts.dimensions),
            None => format!("{provider} / {model} (not reached yet)"),
        }
    }
}

impl std::fmt::Debug for Space {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} / {} / {}", self.settings.provider.as_str(), self.settings.model_name(), self.version)
    }
}

/// What is known of a model once it was asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// Length of every vector.
    pub dimensions: usize,
    /// What the provider calls the model in its answers, where it says so.
    pub answered_model: Option<String>,
    /// The vector of [`PROBE`] as a request: another model gives another one.
    pub probe: Vec<f32>,
    /// The same as a document.
    pub document_probe: Vec<f32>,
}

/// A provider that is opened when it is first needed: most commands need none. One that cannot be opened is tried again
/// the next time.
struct Lazy {
    settings: Settings,
    known: Option<Arc<Facts>>,
    patience: Patience,
    opened: OnceCell<Arc<dyn Embedder>>,
    trouble: Trouble,
}

impl Lazy {
    async fn opened(&self) -> Result<&Arc<dyn Embedder>> {
        let open = || async {
            let opened = open(&self.settings, self.known.as_deref().cloned(), self.patience).await?;
            // One over a network is asked later, and compares for itself.
            match (&self.known, opened.known_facts()) {
                (Some(known), Some(found)) if !Space::is_alike(known, &found) => Err(self.changed()),
                _ => Ok(opened),
            }
        };
        self.trouble.noted(self.opened.get_or_try_init(open).await)
    }

    fn changed(&self) -> Error {
        let (provider, model) = (self.settings.provider.as_str(), self.settings.model_name());
        Error::new(Kind::Refused, format!("embeddings provider {provider}: `{model}` is another model than before"))
            .help("bring the former one back, or take the new one over with `mcpgw embeddings switch`")
    }
}

#[async_trait]
impl Embedder for Lazy {
    async fn embed(&self, texts: &[String], role: Role) -> Result<Vec<Vec<f32>>> {
        self.opened().await?.embed(texts, role).await
    }

    async fn facts(&self) -> Result<Arc<Facts>> {
        match &self.known {
            Some(known) => Ok(Arc::clone(known)),
            None => self.opened().await?.facts().await,
        }
    }

    fn known_facts(&self) -> Option<Arc<Facts>> {
        self.known.clone().or_else(|| self.opened.get()?.known_facts())
    }
}

/// Says once that a provider cannot be used, and once that it can again: a search that fails for it is no news.
#[derive(Default)]
struct Trouble(AtomicBool);

impl Trouble {
    fn noted<T>(&self, outcome: Result<T>) -> Result<T> {
        match &outcome {
            Ok(_) if self.0.swap(false, Ordering::Relaxed) => tracing::info!("the embeddings provider works again"),
            Err(error) if !self.0.swap(true, Ordering::Relaxed) => {
                tracing::warn!(error = error.chain(), "nothing is embedded; searching by words only until it is again");
            }
            _ => {}
        }
        outcome
    }
}

/// Vectors of one model differ by rounding, and hardly that; those of two models do not look alike at all.
const SAME_MODEL: f32 = 0.98;

/// A request that every model is asked, to be known by.
pub const PROBE: &str = "find the order of a customer and tell its delivery status";

/// What a text is for; some providers embed the two differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A request in words.
    Query,
    /// What is to be found.
    Document,
}

/// Turns texts into unit vectors of one space.
#[async_trait]
pub trait Embedder: Send + Sync {
    /// One vector per text, in order, of length 1; the zero vector for a text that holds nothing known.
    ///
    /// # Errors
    /// [`crate::error::Kind::EmbedderUnavailable`] when it may work again by itself, [`crate::error::Kind::Refused`] when
    /// somebody has to do something.
    async fn embed(&self, texts: &[String], role: Role) -> Result<Vec<Vec<f32>>>;

    /// What is known of the model; asked for where it is not known yet.
    ///
    /// # Errors
    /// As [`Self::embed`].
    async fn facts(&self) -> Result<Arc<Facts>>;

    /// The same, without asking anybody.
    fn known_facts(&self) -> Option<Arc<Facts>>;
}

/// Opens a provider, of which `known` may be known from an earlier time.
async fn open(settings: &Settings, known: Option<Facts>, patience: Patience) -> Result<Arc<dyn Embedder>> {
    let remote = |api: Box<dyn Api>| -> Result<Arc<dyn Embedder>> {
        Ok(QueryCache::over(Arc::new(Resilient::new(settings, api, known, patience))))
    };
    match settings.provider {
        Provider::Builtin => Ok(Arc::new(blocking(builtin::Builtin::open).await?)),
        Provider::Local => open_local(settings).await,
        Provider::Ollama => remote(Box::new(ollama::Ollama::new(settings)?)),
        Provider::OpenAi => remote(Box::new(openai::OpenAi::new(settings)?)),
        Provider::AzureOpenAi => remote(Box::new(azure_openai::AzureOpenAi::new(settings)?)),
        Provider::Voyage => remote(Box::new(voyage::Voyage::new(settings)?)),
        Provider::Gemini => remote(Box::new(gemini::Gemini::new(settings)?)),
    }
}

#[cfg(feature = "local-embeddings")]
async fn open_local(settings: &Settings) -> Result<Arc<dyn Embedder>> {
    let folder = std::path::PathBuf::from(settings.model.clone().unwrap_or_default());
    Ok(QueryCache::over(Arc::new(blocking(move || local::Local::open(&folder)).await?)))
}

#[cfg(not(feature = "local-embeddings"))]
async fn open_local(_: &Settings) -> Result<Arc<dyn Embedder>> {
    Err(Error::new(Kind::Refused, "this build has no embeddings provider `local`")
        .help("build with the feature `local-embeddings`"))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Error::internal("the embedder was not loaded").source(error))?
}

/// Divides a vector by its length; one without a direction stays zero.
fn normalise(vector: &mut [f32]) {
    let norm = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    if norm > 0.0 {
        vector.iter_mut().for_each(|value| *value /= norm);
    }
}

/// The cosine of two unit vectors; 0 where they cannot be compared.
fn cosine(one: &[f32], two: &[f32]) -> f32 {
    if one.len() == two.len() { one.iter().zip(two).map(|(x, y)| x * y).sum() } else { 0.0 }
}

/// Says out loud that the ends of some texts do not count. Requests in words come from callers, who must not fill the log.
fn say_cut(cut: usize, limit: usize, role: Role) {
    match role {
        _ if cut == 0 => {}
        Role::Document => {
            tracing::warn!(
                texts = cut,
                limit.tokens = limit,
                "texts are longer than the model reads; their ends do not count"
            );
        }
        Role::Query => tracing::debug!(texts = cut, limit.tokens = limit, "a request is longer than the model reads"),
    }
}
