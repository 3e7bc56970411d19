//! PORT: may this text pass.
//!
//! A [`Chain`] of rails looks at what goes to a server and at what comes back. A text is normalised once
//! and read by each rail in turn; each says what it found and what is to be done about it. A rail that
//! fails lets nothing through.

mod bytes;
mod definition;
mod digits;
mod document;
mod injection;
mod leaks;
mod leaks_rules;
mod leaks_values;
mod ner;
mod normalise;
mod orders;
mod passages;
mod personal;
mod phones;
mod pii;
mod semantic;
mod spans;

use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use serde::Serialize;

use crate::error::{Error, Kind, Result};
use crate::model::RawJson;

pub use ner::NerConfig;
use normalise::Plain;
pub use normalise::look;
pub use orders::rules_version;
pub use passages::signatures as shipped_signatures;
pub use semantic::Likeness;

use document::{Edit, Flat, Piece, Place};

/// Members of a result that are the protocol's, or come back to the server as they are.
const OPAQUE: &[&str] = &["_meta", "requestState", "taskId", "nextCursor", "url", "elicitationId"];
/// Texts that are longer are read on a thread that may take its time.
const LONG_TEXT: usize = 64 * 1024;

/// What the guardrails do.
#[derive(Clone, Debug)]
pub struct GuardrailsConfig {
    /// Whether they do anything.
    pub is_enabled: bool,
    /// What is done about personal data and secrets.
    pub mode: Mode,
    /// Cosine from which a passage is taken for a known attack; `None` where passages are not compared.
    pub semantic_threshold: Option<f64>,
    /// Who finds names of persons and places; nobody where it is `None`.
    pub ner: Option<NerConfig>,
}

impl GuardrailsConfig {
    /// Whether passages are compared with known attacks.
    pub fn compares(&self) -> bool {
        self.is_enabled && self.semantic_threshold.is_some()
    }
}

/// What is done about what is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Personal data and secrets are masked; orders to the model block.
    Redact,
    /// Both block.
    Block,
    /// Nothing is done; what was found is noted.
    Report,
}

impl Mode {
    /// Every mode with its configuration name.
    pub const NAMES: &'static [(&'static str, Self)] =
        &[("redact", Self::Redact), ("block", Self::Block), ("report", Self::Report)];
}

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Goes to a server.
    Arguments,
    /// Comes from a server and is read by a model.
    Result,
    /// A server's words about its tools, prompts and resources.
    Definition,
}

/// Personal data and secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Entity {
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// The number of a payment card (Luhn).
    CreditCard,
    /// An international bank account number (ISO 13616).
    Iban,
    /// A social security number of the United States.
    UsSsn,
    /// An IPv4 or IPv6 address.
    IpAddress,
    /// A key, a token, a password.
    Secret,
    /// A name of a person.
    Person,
    /// A name of a place.
    Location,
}

impl Entity {
    /// Every entity.
    pub const ALL: &'static [Self] = &[
        Self::Email,
        Self::Phone,
        Self::CreditCard,
        Self::Iban,
        Self::UsSsn,
        Self::IpAddress,
        Self::Secret,
        Self::Person,
        Self::Location,
    ];

    /// As it is printed, and masked: `[EMAIL]`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Email => "EMAIL",
            Self::Phone => "PHONE",
            Self::CreditCard => "CREDIT_CARD",
            Self::Iban => "IBAN",
            Self::UsSsn => "US_SSN",
            Self::IpAddress => "IP_ADDRESS",
            Self::Secret => "SECRET",
            Self::Person => "PERSON",
            Self::Location => "LOCATION",
        }
    }

    /// Whether it says where somebody is reached: what a tool's own argument for it is given on purpose.
    const fn is_address(self) -> bool {
        matches!(self, Self::Email | Self::Phone | Self::IpAddress)
    }
}

/// Personal data or a secret in a text; bytes, on character boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its first byte.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
    /// What it is.
    pub entity: Entity,
}

/// What a rail found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Where, in bytes of the text as it came.
    pub range: Range<usize>,
    /// What is to be done.
    pub deed: Deed,
}

/// What is to be done about a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Mask it.
    Redact(Entity),
    /// Let the text not through, for this reason.
    Block(&'static str),
}

impl Deed {
    /// What was found.
    pub const fn category(self) -> &'static str {
        match self {
            Self::Redact(entity) => entity.name(),
            Self::Block(category) => category,
        }
    }
}

/// What a rail says of a text.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// What it found.
    pub found: Vec<Finding>,
    /// How suspicious the text is: 1 and more is not let through.
    pub score: f64,
}

/// Looks at texts for one kind of trouble.
#[async_trait]
pub(crate) trait Guardrail: Send + Sync {
    /// What its failure is called.
    fn failure(&self) -> &'static str;

    /// What it finds in `text`.
    async fn check(&self, text: &Plain<'_>, direction: Direction) -> Result<Findings>;
}

/// What becomes of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It goes on as it is.
    Pass,
    /// It goes on with masks in it.
    Redact,
    /// It does not go on.
    Block,
}

/// What the chain says of a text.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What becomes of it.
    pub verdict: Verdict,
    /// How suspicious it is: 1 and more is not let through.
    pub score: f64,
    /// What was found, in the order of the text; maskings do not overlap.
    pub findings: Vec<Finding>,
}

impl Checked {
    /// What was found, each once, sorted.
    pub fn categories(&self) -> Vec<&'static str> {
        let mut categories: Vec<_> = self.findings.iter().map(|finding| finding.deed.category()).collect();
        categories.sort_unstable();
        categories.dedup();
        categories
    }

    /// `{"verdict","score","categories","spans":[[start,end,"TYPE"]],"text"}` of the text that this was said of: offsets
    /// in Unicode code points, the text with its masks.
    pub fn shown(&self, text: &str) -> serde_json::Value {
        let mut places: Vec<usize> = self.findings.iter().flat_map(|it| [it.range.start, it.range.end]).collect();
        places.sort_unstable();
        places.dedup();
        let (mut at, mut points) = (0, 0);
        let mut point_of = std::collections::HashMap::with_capacity(places.len());
        for byte in places {
            points += text.get(at..byte).map_or(0, |part| part.chars().count());
            at = byte;
            point_of.insert(byte, points);
        }
        let point = |byte: usize| point_of.get(&byte).copied().unwrap_or_default();
        let span = |it: &Finding| serde_json::json!([point(it.range.start), point(it.range.end), it.deed.category()]);
        serde_json::json!({
            "verdict": self.verdict,
            "score": (self.score * 1000.0).round() / 1000.0,
            "categories": self.categories(),
            "spans": self.findings.iter().map(span).collect::<Vec<_>>(),
            "text": self.masked(text),
        })
    }

    fn edits(&self) -> Vec<Edit> {
        let masked = |finding: &Finding| match finding.deed {
            Deed::Redact(entity) => Some(Edit { range: finding.range.clone(), with: format!("[{}]", entity.name()) }),
            Deed::Block(_) => None,
        };
        self.findings.iter().filter_map(masked).collect()
    }

    /// The text that this was said of, masked. A JSON text stays one.
    pub fn masked(&self, text: &str) -> String {
        let masked = document::edited(text, &self.edits());
        let is_json = |text: &str| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
        if masked == text || is_json(&masked) || !is_json(text) {
            return masked;
        }
        // A number was masked with what is none.
        let flat = Flat::of(text);
        flat.rewrite(text, &Checked { findings: personal::find(&Plain::of(&flat.text)), ..self.clone() }.edits())
    }
}

/// A document that was looked at.
#[derive(Clone, Debug, Default)]
pub struct Guarded {
    /// The document with masks, where there are any.
    pub masked: Option<RawJson>,
    /// What was found where: bytes of the document's strings as one text.
    pub spans: Vec<(usize, usize, &'static str)>,
}

/// What the operator lets through of a server's tool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowed(pub Vec<String>);

impl Allowed {
    fn lets(&self, category: &str) -> bool {
        self.0.iter().any(|allowed| allowed.eq_ignore_ascii_case(category))
    }
}

/// The rails, in their order.
pub struct Chain {
    mode: Mode,
    rails: Vec<Box<dyn Guardrail>>,
}

impl Chain {
    /// The rails that `config` wants; `likeness` compares passages with known attacks.
    ///
    /// # Errors
    /// An address of the analyzer that cannot be used.
    pub fn open(config: &GuardrailsConfig, likeness: Arc<dyn Likeness>) -> Result<Self> {
        let mut rails: Vec<Box<dyn Guardrail>> = vec![Box::new(personal::Personal), Box::new(orders::Orders)];
        if let Some(threshold) = config.semantic_threshold {
            rails.push(Box::new(semantic::Semantic::new(likeness, threshold)));
        }
        if let Some(ner) = &config.ner {
            rails.push(Box::new(ner::Ner::open(ner)?));
        }
        Ok(Self { mode: config.mode, rails })
    }

    /// What becomes of a text.
    pub async fn check(&self, text: &str, direction: Direction) -> Checked {
        self.checked(text, direction, |_| true).await
    }

    async fn checked(&self, text: &str, direction: Direction, counts: impl Fn(&Finding) -> bool) -> Checked {
        let plain = taking_time(text.len(), || Plain::of(text));
        if plain.is_sampled {
            tracing::debug!(text.bytes = text.len(), "a long text is looked through for orders in samples");
        }
        let (mut findings, mut score) = (Vec::new(), 0.0_f64);
        for rail in &self.rails {
            let said = rail.check(&plain, direction).await.unwrap_or_else(|error| {
                tracing::warn!(guardrail = rail.failure(), error = error.chain(), "failed, and lets nothing through");
                let finding = Finding { range: 0..0, deed: Deed::Block(rail.failure()) };
                Findings { found: vec![finding], score: 1.0 }
            });
            score = score.max(said.score);
            findings.extend(said.found.into_iter().filter(&counts));
            // What is not let through needs no second reason, and no embedding.
            if self.mode != Mode::Report && findings.iter().any(|finding| matches!(finding.deed, Deed::Block(_))) {
                break;
            }
        }
        let findings = apart(findings);
        let blocks = |finding: &Finding| matches!(finding.deed, Deed::Block(_)) || self.mode == Mode::Block;
        let verdict = match self.mode {
            _ if findings.is_empty() => Verdict::Pass,
            Mode::Report => Verdict::Pass,
            _ if findings.iter().any(blocks) => Verdict::Block,
            _ => Verdict::Redact,
        };
        Checked { verdict, score, findings }
    }

    /// Looks at the strings of a JSON document.
    ///
    /// # Errors
    /// [`Kind::Blocked`] with `data.categories`.
    pub async fn guard(&self, json: &str, direction: Direction, allowed: &Allowed) -> Result<Guarded> {
        let flat = Flat::without(json, if direction == Direction::Result { OPAQUE } else { &[] });
        let counts = |finding: &Finding| {
            !allowed.lets(finding.deed.category())
                && match finding.deed {
                    Deed::Block(_) => true,
                    Deed::Redact(entity) => {
                        flat.piece(&finding.range).is_some_and(|place| self.masks(entity, direction, place))
                    }
                }
        };
        let checked = self.checked(&flat.text, direction, counts).await;
        if checked.verdict == Verdict::Block {
            return Err(blocked(direction, &checked.categories()));
        }
        let spans = checked.findings.iter();
        let spans = spans.map(|finding| (finding.range.start, finding.range.end, finding.deed.category())).collect();
        let masked = (checked.verdict == Verdict::Redact).then(|| flat.rewrite(json, &checked.edits()));
        let masked = masked.map(RawJson::check).transpose();
        let masked = masked.map_err(|error| Error::internal("a masked document is no JSON").source(error))?;
        Ok(Guarded { masked, spans })
    }

    /// Whether an entity is masked that stands there.
    fn masks(&self, entity: Entity, direction: Direction, place: Place<'_>) -> bool {
        match (place.piece, direction) {
            (Piece::Number, _) => entity == Entity::CreditCard,
            // The tool has an argument for it, and does nothing without. GUARDRAIL_MODE=block lets none through.
            (Piece::Text, Direction::Arguments) if place.is_whole && self.mode == Mode::Redact => !entity.is_address(),
            // What a client reads the resource by.
            (Piece::Text, Direction::Result) if place.name == Some("uri") => !entity.is_address(),
            _ => true,
        }
    }

    /// The orders that a definition (JSON) gives the model: categories, sorted.
    ///
    /// # Errors
    /// [`Kind::EmbedderUnavailable`] when it could not be looked at: then nothing is known of it.
    pub async fn orders_in(&self, definition: &str) -> Result<Vec<String>> {
        let is_order = |finding: &Finding| matches!(finding.deed, Deed::Block(_));
        let checked = self.checked(&Flat::of(definition).text, Direction::Definition, is_order).await;
        let categories = checked.categories();
        if self.rails.iter().any(|rail| categories.contains(&rail.failure())) {
            let what = format!("a definition could not be looked at: {}", categories.join(", "));
            return Err(Error::new(Kind::EmbedderUnavailable, what).help("try again when the provider answers"));
        }
        Ok(categories.into_iter().map(str::to_owned).collect())
    }
}

/// Everything that can be found, and let through.
pub fn all_categories() -> impl Iterator<Item = &'static str> {
    let entities = Entity::ALL.iter().map(|entity| entity.name());
    entities.chain(orders::categories()).chain([semantic::KNOWN_ATTACK])
}

/// The category of this name, in whatever case.
pub fn category_named(name: &str) -> Option<&'static str> {
    all_categories().find(|category| category.eq_ignore_ascii_case(name))
}

fn blocked(direction: Direction, categories: &[&str]) -> Error {
    let what = match direction {
        Direction::Arguments => "the arguments were",
        Direction::Result => "the answer of the server was",
        Direction::Definition => "the definition was",
    };
    Error::new(Kind::Blocked, format!("{what} not let through: {}", categories.join(", ")))
        .data(serde_json::json!({ "categories": categories }))
        .help("`mcpgw guardrails check` shows what was found; an operator may let it through for this server")
}

/// In the order of the text; of maskings that overlap the first, and of those that start together the longest.
fn apart(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by_key(|finding| (finding.range.start, std::cmp::Reverse(finding.range.end)));
    let mut masked_to = 0;
    findings.retain(|finding| match finding.deed {
        Deed::Block(_) => true,
        Deed::Redact(_) if finding.range.start < masked_to => false,
        Deed::Redact(_) => {
            masked_to = finding.range.end;
            true
        }
    });
    findings
}

/// Does what takes as long as the text is, without holding up others where it is long.
fn taking_time<T>(bytes: usize, work: impl FnOnce() -> T) -> T {
    use tokio::runtime::{Handle, RuntimeFlavor};
    let has_threads = Handle::try_current().is_ok_and(|handle| handle.runtime_flavor() == RuntimeFlavor::MultiThread);
    if bytes > LONG_TEXT && has_threads { tokio::task::block_in_place(work) } else { work() }
}

/// A document with strings: masked once it is JSON as before, and nothing is left to mask.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn fuzz(data: &[u8]) {
    use futures_util::FutureExt as _;
    let text = String::from_utf8_lossy(&data[..data.len().min(16 * 1024)]);
    let json = serde_json::json!({ "text": text, "list": [text] }).to_string();
    let chain = Chain { mode: Mode::Redact, rails: vec![Box::new(personal::Personal)] };
    let guard = |json: &str| {
        let allowed = Allowed::default();
        let guarded = chain.guard(json, Direction::Result, &allowed);
        guarded.now_or_never().expect("nothing that is waited for").ok().map(|guarded| guarded.masked)
    };
    if let Some(Some(masked)) = guard(&json) {
        let document: serde_json::Value = masked.parse().expect("it is JSON still");
        assert!(document["text"].is_string() && document["list"][0].is_string());
        assert!(matches!(guard(masked.as_str()), None | Some(None)), "masked twice: {}", masked.as_str());
    }
    let orders = Chain { mode: Mode::Redact, rails: vec![Box::new(orders::Orders)] };
    let _ = orders.check(&text, Direction::Arguments).now_or_never();
}
