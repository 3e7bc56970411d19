//! The embedding space in force, and the one that is to come.
//!
//! `embedding_config` in the control plane says which they are; every replica follows it. Until it is first written, the
//! configuration decides, and the first sync writes it down.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;

use super::sealing::Sealing;
use crate::embeddings::{EmbeddingsConfig, Facts, Provider, Settings, Space};
use crate::error::{Context as _, Error, Kind, Result};
use crate::model::{ChosenBy, Embedding, EmbeddingConfig, EmbeddingSpace, Secret, Timestamp};
use crate::search::Widths;
use crate::secrets::Sealer;
use crate::store::{Collection, Expect, Store, Stored};

/// Of the space that the configuration describes, until one is written down.
const FIRST_VERSION: u64 = 1;
const PURPOSE: &str = "embedding api key";

/// How long a space that was in force is kept for replicas' indexes that have not followed yet.
const FORMER_FOR: Duration = Duration::from_secs(60);

/// What is in force, and what is to come.
#[derive(Clone, Debug)]
pub(super) struct InForce {
    pub(super) current: Space,
    pub(super) next: Option<Space>,
    /// What was in force until then: an index follows a little later.
    former: Option<(Space, Instant)>,
}

impl InForce {
    /// The space to ask a tenant's index in: the one in force, unless the index still knows more of the former one.
    pub(super) fn for_index(&self, coverage: impl Fn(u64) -> usize) -> &Space {
        match &self.former {
            Some((former, _)) if coverage(former.version) > coverage(self.current.version) => former,
            _ => &self.current,
        }
    }

    /// Lengths of vectors, as far as they are known.
    pub(super) fn known_widths(&self) -> Widths {
        let width = |space: &Space| space.embedder.known_facts().map(|facts| facts.dimensions);
        Widths { embedding: width(&self.current), next_embedding: self.next.as_ref().and_then(width) }
    }

    /// The same; what is not known yet is asked for.
    pub(super) async fn widths(&self) -> Widths {
        let width = async |space: &Space| space.embedder.facts().await.ok().map(|facts| facts.dimensions);
        let next_embedding = match &self.next {
            Some(next) => width(next).await,
            None => None,
        };
        Widths { embedding: width(&self.current).await, next_embedding }
    }
}

/// Keeps the spaces open that the store names.
pub(super) struct Spaces {
    store: Arc<dyn Store>,
    sealing: Arc<Sealing>,
    /// Of the configured secret, where there is one.
    own: Option<Sealer>,
    config: EmbeddingsConfig,
    in_force: ArcSwap<InForce>,
    /// Held while they are read anew.
    following: tokio::sync::Mutex<()>,
}

impl Spaces {
    pub(super) async fn open(config: EmbeddingsConfig, store: Arc<dyn Store>, sealing: Arc<Sealing>) -> Result<Self> {
        let own = config.secret.as_ref().map(|secret| Sealer::from_secret(secret, PURPOSE)).transpose()?;
        let configured = Space::new(config.settings.clone(), FIRST_VERSION, None, config.patience);
        let in_force = ArcSwap::from_pointee(InForce { current: configured, next: None, former: None });
        let spaces = Self { store, sealing, own, config, in_force, following: tokio::sync::Mutex::default() };
        if let Some(stored) = spaces.stored().await? {
            spaces.in_force.store(Arc::new(stored));
        }
        Ok(spaces)
    }

    pub(super) fn now(&self) -> Arc<InForce> {
        self.in_force.load_full()
    }

    pub(super) fn config(&self) -> &EmbeddingsConfig {
        &self.config
    }

    fn records(&self) -> Collection<EmbeddingConfig> {
        Collection::of_control(&self.store)
    }

    pub(super) async fn record(&self) -> Result<Option<Stored<EmbeddingConfig>>> {
        self.records().get(EmbeddingConfig::ID).await.context(|| "read which embedding space is in force".to_owned())
    }

    /// Takes over what the store says now.
    pub(super) async fn follow(&self) -> Result<()> {
        let _one_at_a_time = self.following.lock().await;
        let Some(InForce { current, next, .. }) = self.stored().await? else { return Ok(()) };
        let known = self.now();
        let mut former = known.former.clone();
        if current.version != known.current.version {
            former = Some((known.current.clone(), Instant::now()));
            tracing::info!(
                embedding.version = current.version,
                embedding.model = current.settings.model_name(),
                "another embedding space is in force"
            );
        }
        self.in_force.store(Arc::new(InForce { current, next, former }));
        Ok(())
    }

    /// What the store says; spaces that are known go on.
    async fn stored(&self) -> Result<Option<InForce>> {
        let Some(Stored { value: record, .. }) = self.record().await? else { return Ok(None) };
        let known = self.now();
        let current = self.take(&record.current, &known).await?;
        let next = match &record.next {
            Some(next) => Some(self.take(next, &known).await?),
            None => None,
        };
        Ok(Some(InForce { current, next, former: None }))
    }

    /// Lets go of the former space once every index has followed.
    pub(super) async fn forget_former(&self) {
        let _one_at_a_time = self.following.lock().await;
        let known = self.now();
        if known.former.as_ref().is_some_and(|(_, since)| since.elapsed() > FORMER_FOR) {
            self.in_force.store(Arc::new(InForce { former: None, ..known.as_ref().clone() }));
        }
    }

    /// An open space goes on as long as it is the same.
    async fn take(&self, record: &EmbeddingSpace, known: &InForce) -> Result<Space> {
        let settings = self.settings(record).await?;
        let recorded = facts(record);
        let has_facts = |space: &Space| space.embedder.known_facts().is_some_and(|it| *it == recorded);
        let is_same =
            |space: &&Space| space.version == record.version && space.settings == settings && has_facts(space);
        let held = [Some(&known.current), known.next.as_ref()].into_iter().flatten().find(is_same);
        Ok(match held {
            Some(space) => space.clone(),
            None => Space::new(settings, record.version, Some(recorded), self.config.patience),
        })
    }

    /// With the API key in the clear: the configured one where it is for the same model, else the sealed one.
    async fn settings(&self, record: &EmbeddingSpace) -> Result<Settings> {
        let settings = stored_settings(record);
        let configured = &self.config.settings;
        if configured.api_key.is_some() && configured.is_same_model(&settings) {
            return Ok(Settings { api_key: configured.api_key.clone(), ..settings });
        }
        let Some(sealed) = &record.api_key else { return Ok(settings) };
        let opened = self.sealer().await?.open(PURPOSE, &owner(&settings, record.version), sealed);
        if opened.is_none() {
            tracing::error!(
                "the API key of the embedding space cannot be opened; is EMBEDDING_SECRET another one? Give the key again with `mcpgw embeddings switch`"
            );
        }
        let api_key = opened.and_then(|bytes| String::from_utf8(bytes).ok()).map(Secret::new);
        Ok(Settings { api_key, ..settings })
    }

    async fn sealer(&self) -> Result<&Sealer> {
        match &self.own {
            Some(own) => Ok(own),
            None => self.sealing.sealer().await,
        }
    }

    /// The space as it is stored.
    pub(super) async fn sealed(
        &self,
        settings: &Settings,
        version: u64,
        facts: &Facts,
        chosen_by: ChosenBy,
    ) -> Result<EmbeddingSpace> {
        let api_key = match &settings.api_key {
            Some(key) => {
                Some(self.sealer().await?.seal(PURPOSE, &owner(settings, version), key.expose().as_bytes())?)
            }
            None => None,
        };
        Ok(EmbeddingSpace {
            provider: settings.provider.as_str().to_owned(),
            model: settings.model.clone(),
            base_url: settings.base_url.clone(),
            deployment: settings.deployment.clone(),
            api_version: settings.api_version.clone(),
            api_key,
            dimensions: facts.dimensions,
            version,
            answered_model: facts.answered_model.clone(),
            probe: Embedding(facts.probe.clone()),
            document_probe: Embedding(facts.document_probe.clone()),
            chosen_by,
        })
    }

    /// What is in force, written down: vectors must not be stored before it is known of which space they are.
    pub(super) async fn recorded(&self) -> Result<Stored<EmbeddingConfig>> {
        if let Some(record) = self.record().await? {
            return Ok(record);
        }
        let space = &self.now().current;
        let facts = space.embedder.facts().await?;
        match self.record_first(&space.settings, &facts, ChosenBy::Configuration).await {
            // Another process was first, perhaps with another configuration.
            Err(error) if error.kind() != Kind::Conflict => return Err(error),
            _ => {}
        }
        self.record().await?.ok_or_else(|| Error::internal("the embedding space was not written down"))
    }

    /// Writes down the first space of this store; its version.
    pub(super) async fn record_first(&self, settings: &Settings, facts: &Facts, chosen_by: ChosenBy) -> Result<u64> {
        let current = self.sealed(settings, FIRST_VERSION, facts, chosen_by).await?;
        let (id, updated_at) = (EmbeddingConfig::ID.to_owned(), Timestamp::now());
        let record = EmbeddingConfig { id, current, next: None, last_version: FIRST_VERSION, updated_at };
        self.write(&record, Expect::Absent).await?;
        Ok(FIRST_VERSION)
    }

    /// Writes it, and takes it over here.
    pub(super) async fn write(&self, record: &EmbeddingConfig, expect: Expect) -> Result<()> {
        let written = self.records().put(record, expect).await;
        self.follow().await?;
        written.map(|_| ())
    }
}

/// For whom a key is sealed: whoever can write to the store must not have it sent elsewhere.
fn owner(settings: &Settings, version: u64) -> String {
    format!("{version} {} {}", settings.provider.as_str(), settings.base_url())
}

pub(super) fn facts(record: &EmbeddingSpace) -> Facts {
    Facts {
        dimensions: record.dimensions,
        answered_model: record.answered_model.clone(),
        probe: record.probe.0.clone(),
        document_probe: record.document_probe.0.clone(),
    }
}

/// Without the key.
pub(super) fn stored_settings(record: &EmbeddingSpace) -> Settings {
    Settings {
        provider: Provider::named(&record.provider).unwrap_or(Provider::Builtin),
        model: record.model.clone(),
        base_url: record.base_url.clone(),
        api_key: None,
        deployment: record.deployment.clone(),
        api_version: record.api_version.clone(),
    }
}
