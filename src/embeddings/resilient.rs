//! Asks a provider over a network: in batches of the size it takes, with a deadline, again where that may help, and not
//! at all while it is away. What comes back is checked: count, width, and now and then whether the model is still the
//! one that the space was made with.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use tokio::sync::OnceCell;

use super::api::{Answer, Api, complaint, wanted_pause};
use super::tokens::TokenCounter;
use super::{Embedder, Facts, PROBE, Patience, Role, SAME_MODEL, Settings, Trouble, cosine, normalise, say_cut};
use crate::breaker::{Breaker, Pace, Refusal, fraction};
use crate::error::{Error, Kind, Result, innermost};
use crate::model::Secret;
use crate::telemetry::metrics::METRICS;
use crate::tls::{HttpsClient, https_client};

/// Requests that are under way at once for one call of [`Embedder::embed`].
const AT_ONCE: usize = 4;
/// Requests under way at once, and waiting, for everybody.
const ROOM: usize = 16;
const QUEUE: usize = 1024;
/// A provider that stays away is tried again so often at least, so that its return is noticed soon.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// Before the first retry, twice that before the second, and so on.
const FIRST_RETRY: Duration = Duration::from_millis(200);
/// A longer pause that a provider wants is not waited for.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// 2,048 vectors of 4,096 numbers, as text.
const MAX_ANSWER: usize = 256 * 1024 * 1024;
/// How long a model counts as the one that it was.
const VERIFIED_FOR: Duration = Duration::from_secs(300);
/// A provider that refuses texts of so few tokens refuses them for another reason than their length.
const FEWEST_TOKENS: usize = 64;

/// An API that is asked over a network.
pub(super) struct Resilient {
    api: Box<dyn Api>,
    provider: &'static str,
    /// `provider (place)`, for people.
    name: String,
    key: Option<Secret>,
    client: OnceLock<HttpsClient>,
    patience: Patience,
    circuit: Arc<Breaker>,
    /// Nothing is asked before this: the provider said so.
    resume_at: Mutex<Option<Instant>>,
    facts: OnceCell<Arc<Facts>>,
    verified_at: Mutex<Option<Instant>>,
    /// Tokens of one text that the provider takes; less than documented where it has refused more.
    tokens_each: AtomicUsize,
    trouble: Trouble,
}

/// Why an attempt gave nothing.
struct Failure {
    error: Error,
    /// Whether another attempt may do better, and when the provider wants it.
    retry: Option<Option<Duration>>,
    is_too_long: bool,
    /// The provider is there, whatever it said: no reason to leave it alone.
    has_answered: bool,
}

impl Resilient {
    pub(super) fn new(settings: &Settings, api: Box<dyn Api>, known: Option<Facts>, patience: Patience) -> Self {
        let tokens_each = AtomicUsize::new(api.limits().tokens_each);
        Self {
            api,
            provider: settings.provider.as_str(),
            name: format!("{} ({})", settings.provider.as_str(), settings.base_url()),
            key: settings.api_key.clone(),
            client: OnceLock::new(),
            patience,
            circuit: Breaker::new(ROOM, QUEUE, &Pace::new(), LONGEST_PAUSE),
            resume_at: Mutex::default(),
            facts: known.map(Arc::new).map_or_else(OnceCell::new, OnceCell::from),
            verified_at: Mutex::default(),
            tokens_each,
            trouble: Trouble::default(),
        }
    }

    fn error(&self, kind: Kind, what: impl std::fmt::Display) -> Error {
        Error::new(kind, format!("embeddings provider {} {what}", self.name))
    }

    /// Of a model that is not the one that the space was made with.
    fn changed(&self, how: &str) -> Error {
        self.forget_verification();
        self.error(Kind::Refused, format_args!("answers with another model than before: {how}"))
            .help("go back to the former model, or take the new one over with `mcpgw embeddings switch`")
    }

    fn is_verified(&self) -> bool {
        let at = *self.verified_at.lock().unwrap_or_else(PoisonError::into_inner);
        at.is_some_and(|at| at.elapsed() < VERIFIED_FOR)
    }

    fn forget_verification(&self) {
        *self.verified_at.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The vectors of texts with a word in them. Checks on the way that the model is still the same, with one more text in
    /// a request that is made anyway: of every batch of documents, and of requests now and then.
    async fn ask_checked(&self, mut texts: Vec<String>, role: Role) -> Result<Vec<Vec<f32>>> {
        let facts = self.facts().await?;
        if role == Role::Document {
            return self.ask_all(texts, role, Some(&facts)).await;
        }
        let is_due = !self.is_verified();
        if is_due {
            texts.push(PROBE.to_owned());
        }
        let vectors = self.ask_all(texts, role, None).await;
        let mut vectors = vectors.and_then(|vectors| self.of_width(&facts, vectors))?;
        if is_due && let Some(probe) = vectors.pop() {
            self.verify(&facts.probe, &probe)?;
            *self.verified_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        }
        Ok(vectors)
    }

    fn verify(&self, known: &[f32], probe: &[f32]) -> Result<()> {
        let alike = cosine(probe, known);
        if alike < SAME_MODEL {
            return Err(self.changed(&format!("the same text has another vector (cosine {alike:.3})")));
        }
        Ok(())
    }

    fn of_width(&self, facts: &Facts, vectors: Vec<Vec<f32>>) -> Result<Vec<Vec<f32>>> {
        match vectors.iter().find(|vector| vector.len() != facts.dimensions) {
            None => Ok(vectors),
            Some(other) => Err(self.changed(&width(facts, other.len()))),
        }
    }

    /// In batches that the provider takes, some at a time. Of documents each batch is checked to be of the model of
    /// `known`.
    async fn ask_all(&self, texts: Vec<String>, role: Role, known: Option<&Facts>) -> Result<Vec<Vec<f32>>> {
        let end = Instant::now() + self.patience.timeout;
        let ask = |mut batch: Vec<String>| async move {
            batch.extend(known.map(|_| PROBE.to_owned()));
            let mut vectors = self.ask(batch, role, end).await?.vectors;
            if let Some(known) = known {
                vectors = self.of_width(known, vectors)?;
                let probe = vectors.pop().unwrap_or_default();
                self.verify(&known.document_probe, &probe)?;
            }
            Ok(vectors)
        };
        let asked = futures_util::stream::iter(self.batches(texts)).map(ask).buffered(AT_ONCE);
        let answers: Vec<Vec<Vec<f32>>> = asked.try_collect().await?;
        Ok(answers.into_iter().flatten().collect())
    }

    /// A token is a byte at least, so that bytes bound a request's tokens.
    fn batches(&self, texts: Vec<String>) -> Vec<Vec<String>> {
        let limits = self.api.limits();
        // With room for the probe.
        let (most_texts, most_bytes) = (limits.texts - 1, limits.tokens_all - PROBE.len());
        let mut batches: Vec<Vec<String>> = Vec::new();
        let mut bytes = 0;
        for text in texts {
            bytes += text.len();
            match batches.last_mut() {
                Some(batch) if batch.len() < most_texts && bytes <= most_bytes => batch.push(text),
                _ => {
                    bytes = text.len();
                    batches.push(vec![text]);
                }
            }
        }
        batches
    }

    fn late(&self) -> Error {
        let waited = self.patience.timeout.as_millis();
        self.error(Kind::EmbedderUnavailable, format_args!("did not answer within {waited} ms"))
            .help("see whether it works at all, or raise EMBEDDING_TIMEOUT_MS")
    }

    /// One batch, tried again while that may help. A request in words has until `end` for everything; of documents each
    /// attempt has as long as that.
    async fn ask(&self, texts: Vec<String>, role: Role, end: Instant) -> Result<Answer> {
        let mut texts = self.cut(texts, role)?;
        let mut attempt = 0;
        loop {
            let deadline = if role == Role::Query { end } else { Instant::now() + self.patience.timeout };
            let failure = match self.attempt(&texts, role, deadline).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            if failure.is_too_long && self.read_less(&texts) {
                texts = self.cut(texts, role)?;
                continue;
            }
            let Some(wanted) = failure.retry.filter(|_| attempt < self.patience.max_retries) else {
                return Err(failure.error);
            };
            attempt += 1;
            let usual = FIRST_RETRY.saturating_mul(1 << (attempt - 1).min(10)).mul_f64(0.5 + fraction());
            let pause = wanted.unwrap_or_default().max(usual);
            if pause > LONGEST_WAIT || (role == Role::Query && Instant::now() + pause >= end) {
                return Err(failure.error);
            }
            tracing::debug!(
                attempt,
                pause_ms = pause.as_millis(),
                error = failure.error.chain(),
                "asking the embeddings provider again"
            );
            tokio::time::sleep(pause).await;
        }
    }

    async fn attempt(&self, texts: &[String], role: Role, deadline: Instant) -> std::result::Result<Answer, Failure> {
        let resume_at = *self.resume_at.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(left) = resume_at.and_then(|at| at.checked_duration_since(Instant::now())) {
            let error = self.error(Kind::EmbedderUnavailable, format_args!("wants to be left alone for {left:.1?}"));
            return Err(Failure { error, retry: Some(Some(left)), is_too_long: false, has_answered: true });
        }
        let late = || Failure { error: self.late(), retry: Some(None), is_too_long: false, has_answered: false };
        let admitted = tokio::time::timeout_at(deadline.into(), self.circuit.admit()).await.map_err(|_| late())?;
        let permit = admitted.map_err(|refusal| {
            let why = match refusal {
                Refusal::Open { retry_after } => format!("is away; it is tried again in {retry_after:.1?}"),
                Refusal::Full => "has too many requests waiting".to_owned(),
            };
            let error = self.error(Kind::EmbedderUnavailable, why);
            Failure { error, retry: None, is_too_long: false, has_answered: false }
        })?;
        let asked = Instant::now();
        let sent = tokio::time::timeout_at(deadline.into(), self.send(texts, role)).await;
        let outcome = sent.unwrap_or_else(|_| Err(late()));
        METRICS.embedded(self.provider, asked.elapsed(), outcome.is_err());
        match &outcome {
            Ok(_) => permit.succeeded(),
            Err(failure) if failure.has_answered => permit.succeeded(),
            Err(_) => {
                permit.failed(true);
                // Whoever comes back may be another.
                self.forget_verification();
            }
        }
        outcome
    }

    async fn send(&self, texts: &[String], role: Role) -> std::result::Result<Answer, Failure> {
        let fault = |kind, what: String| Failure {
            error: self.error(kind, what),
            retry: None,
            is_too_long: false,
            has_answered: false,
        };
        let passing = |what: String| Failure { retry: Some(None), ..fault(Kind::EmbedderUnavailable, what) };
        let body = Bytes::from(self.api.body(texts, role).to_string());
        let mut request = Request::builder().method(Method::POST).uri(&self.api.endpoint().uri).body(Full::new(body));
        if let Ok(request) = &mut request {
            request.headers_mut().clone_from(&self.api.endpoint().headers);
            request.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
        }
        let request = request.map_err(|error| fault(Kind::Internal, format!("cannot be asked: {error}")))?;
        let client = self.client.get_or_init(https_client);
        let answer = client
            .request(request)
            .await
            .map_err(|error| passing(format!("cannot be reached: {}", innermost(&error))))?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, MAX_ANSWER).collect().await;
        let body = body.map_err(|error| passing(format!("broke off its answer: {error}")))?.to_bytes();
        if !head.status.is_success() {
            return Err(self.refusal(head.status, &head.headers, &body));
        }
        let read = self.api.read(&body, texts.len()).and_then(|answer| well_formed(answer, texts.len()));
        let mut answer = read.map_err(|why| passing(format!("answered in another shape than documented: {why}")))?;
        if let (Some(said), Some(known)) =
            (&answer.model, self.facts.get().and_then(|facts| facts.answered_model.as_ref()))
            && said != known
        {
            let error = self.changed(&format!("it calls it `{}`, not `{known}`", said.escape_default()));
            return Err(Failure { error, retry: None, is_too_long: false, has_answered: true });
        }
        answer.vectors.iter_mut().for_each(|vector| normalise(vector));
        Ok(answer)
    }

    /// What an answer without success means.
    fn refusal(&self, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Failure {
        let said = complaint(body, self.key.as_ref());
        let what = format!("answered HTTP {}: {}", status.as_u16(), said.as_deref().unwrap_or("no reason given"));
        let lower = said.unwrap_or_default().to_lowercase();
        let speaks_of_length = ["too many tokens", "context length", "maximum input length", "too long", "max_tokens"];
        let is_too_long =
            matches!(status.as_u16(), 400 | 413 | 422) && speaks_of_length.iter().any(|part| lower.contains(part));
        let kind = if status.is_server_error() || matches!(status.as_u16(), 408 | 429) {
            Kind::EmbedderUnavailable
        } else {
            Kind::Refused
        };
        let help = match status.as_u16() {
            401 | 403 => {
                Some("check EMBEDDING_API_KEY, or give another key with `mcpgw embeddings switch --api-key-file`")
            }
            404 => Some("check EMBEDDING_MODEL and EMBEDDING_BASE_URL; with Ollama, pull the model first"),
            _ => None,
        };
        let pause = wanted_pause(headers, body).unwrap_or(FIRST_RETRY);
        let retry = match status.as_u16() {
            429 => Some(Some(pause)),
            408 | 500..=599 => Some(None),
            _ => None,
        };
        if status == StatusCode::TOO_MANY_REQUESTS {
            *self.resume_at.lock().unwrap_or_else(PoisonError::into_inner) =
                Some(Instant::now() + pause.min(LONGEST_WAIT));
        }
        let mut error = self.error(kind, what);
        if let Some(help) = help {
            error = error.help(help);
        }
        let has_answered = kind == Kind::Refused || status == StatusCode::TOO_MANY_REQUESTS;
        Failure { error, retry, is_too_long, has_answered }
    }

    /// Texts no longer than the provider reads, and says so.
    fn cut(&self, mut texts: Vec<String>, role: Role) -> Result<Vec<String>> {
        let limit = self.tokens_each.load(Ordering::Relaxed);
        let mut cut = 0;
        for text in texts.iter_mut().filter(|text| text.len() > limit) {
            let bytes = TokenCounter::shared()?.bytes_of(text, limit)?;
            if bytes < text.len() {
                text.truncate(text.floor_char_boundary(bytes));
                cut += 1;
            }
        }
        say_cut(cut, limit, role);
        Ok(texts)
    }

    /// From now on half of what was too much; whether that can help.
    fn read_less(&self, texts: &[String]) -> bool {
        let longest = texts.iter().map(String::len).max().unwrap_or_default();
        let limit = self.tokens_each.load(Ordering::Relaxed).min(longest) / 2;
        if limit < FEWEST_TOKENS {
            return false;
        }
        self.tokens_each.fetch_min(limit, Ordering::Relaxed);
        true
    }
}

fn width(facts: &Facts, now: usize) -> String {
    format!("its vectors have {now} dimensions, not {}", facts.dimensions)
}

/// As many vectors as texts, all of one width, of finite numbers.
fn well_formed(answer: Answer, count: usize) -> std::result::Result<Answer, String> {
    let vectors = &answer.vectors;
    if vectors.len() != count {
        return Err(format!("{} vectors for {count} texts", vectors.len()));
    }
    let width = vectors.first().map_or(0, Vec::len);
    if width == 0 || vectors.iter().any(|vector| vector.len() != width) {
        return Err("vectors without or of different lengths".to_owned());
    }
    if vectors.iter().flatten().any(|value| !value.is_finite()) {
        return Err("numbers that are none".to_owned());
    }
    Ok(answer)
}

#[async_trait]
impl Embedder for Resilient {
    async fn embed(&self, texts: &[String], role: Role) -> Result<Vec<Vec<f32>>> {
        // Providers refuse empty texts.
        let asked: Vec<String> = texts.iter().filter(|text| !text.trim().is_empty()).cloned().collect();
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let width = self.facts().await?.dimensions;
        let found = if asked.is_empty() { Ok(Vec::new()) } else { self.ask_checked(asked, role).await };
        let mut found = self.trouble.noted(found)?.into_iter();
        let vector = |text: &String| {
            let found = if text.trim().is_empty() { None } else { found.next() };
            found.unwrap_or_else(|| vec![0.0; width])
        };
        Ok(texts.iter().map(vector).collect())
    }

    async fn facts(&self) -> Result<Arc<Facts>> {
        let ask_as = |role| self.ask(vec![PROBE.to_owned()], role, Instant::now() + self.patience.timeout);
        let ask = || async {
            let Answer { vectors, model } = ask_as(Role::Query).await?;
            let (probe, document_probe) = (vectors.concat(), ask_as(Role::Document).await?.vectors.concat());
            *self.verified_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
            Ok(Arc::new(Facts { dimensions: probe.len(), answered_model: model, probe, document_probe }))
        };
        self.facts.get_or_try_init(ask).await.map(Arc::clone)
    }

    fn known_facts(&self) -> Option<Arc<Facts>> {
        self.facts.get().cloned()
    }
}
