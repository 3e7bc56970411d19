//! From one embedding space to another, under load.
//!
//! A switch is written down (`embedding_config.next`) and then done by whoever holds it (`embedding_status`, a lease): a
//! gateway, or the command that asked for it. Everything gets a vector in the new space beside the one that serves; once
//! that is complete, one compare-and-set makes the new space the current one; then the old vectors are taken away. Each
//! step can be done again from the start, so that whoever comes after a crash just goes on.

mod work;

use std::time::{Duration, Instant};

use super::Gateway;
use super::spaces::{facts, stored_settings};
use crate::embeddings::{Facts, Role, Settings, Space};
use crate::error::{Error, Kind, Result};
use crate::model::{ChosenBy, EmbeddingSpace, EmbeddingStatus, SwitchPhase, SwitchState, Timestamp};
use crate::store::{Collection, Expect, Stored};

/// A change by somebody else in between is taken into account and tried again so often.
const TRIES: usize = 10;

/// What a provider said when it was tried.
#[derive(Clone, Debug)]
pub struct TestedProvider {
    /// The model.
    pub model: String,
    /// Length of its vectors.
    pub dimensions: usize,
    /// How long a request took.
    pub took: Duration,
    /// What it is known by.
    facts: Facts,
}

/// What asking for a switch led to.
#[derive(Clone, Debug, PartialEq)]
pub enum SwitchBegun {
    /// The model is in force already; its key may be another one now.
    InForce(EmbeddingStatus),
    /// It was under way and goes on.
    GoesOn(EmbeddingStatus),
    /// It waits to be done.
    Begun(EmbeddingStatus),
}

/// How far somebody got with a switch.
#[derive(Clone, Debug, PartialEq)]
pub enum SwitchDone {
    /// There is none.
    Nothing,
    /// Somebody else does it.
    Elsewhere(EmbeddingStatus),
    /// It has ended, well or not.
    Ended(EmbeddingStatus),
}

/// Told after every step.
pub type SwitchProgress<'a> = &'a (dyn Fn(&EmbeddingStatus) + Send + Sync);

impl Gateway {
    fn switch_statuses(&self) -> Collection<EmbeddingStatus> {
        Collection::of_control(&self.store)
    }

    /// How the switch is, or the last one was.
    ///
    /// # Errors
    /// The store's.
    pub async fn switch_status(&self) -> Result<EmbeddingStatus> {
        if let Some(stored) = self.switch_statuses().get(EmbeddingStatus::ID).await? {
            return Ok(stored.value);
        }
        let record = self.spaces.record().await?;
        let space = self.spaces.now().current.clone();
        let (dimensions, version) =
            record.map_or((0, space.version), |it| (it.value.current.dimensions, space.version));
        Ok(status(&space.settings, dimensions, version, SwitchState::Idle))
    }

    /// Asks a provider for a vector; changes nothing.
    ///
    /// # Errors
    /// [`Kind::InvalidInput`] with everything that cannot work; the provider's.
    pub async fn test_provider(&self, settings: &Settings) -> Result<TestedProvider> {
        let config = self.spaces.config();
        let faults = settings.faults(config.allow_plain_http);
        if !faults.is_empty() {
            return Err(Error::invalid(faults.join("; ")));
        }
        let space = Space::new(settings.clone(), 0, None, config.patience);
        let facts = space.embedder.facts().await?;
        let started = Instant::now();
        space.embedder.embed(&["how long does a request take".to_owned()], Role::Query).await?;
        Ok(TestedProvider {
            model: settings.model_name().to_owned(),
            dimensions: facts.dimensions,
            took: started.elapsed(),
            facts: facts.as_ref().clone(),
        })
    }

    /// Validates, tries and writes down what is to be switched to. [`Self::run_switch`] does it.
    ///
    /// # Errors
    /// As [`Self::test_provider`]; the store's.
    pub async fn begin_switch(&self, settings: &Settings, chosen_by: ChosenBy) -> Result<SwitchBegun> {
        let tested = self.test_provider(settings).await?;
        for _ in 0..TRIES {
            match self.try_begin(settings, &tested.facts, chosen_by).await {
                Err(error) if error.kind() == Kind::Conflict => {}
                outcome => return outcome,
            }
        }
        Err(Error::new(Kind::Conflict, "the embedding space is being changed by others").help("try again"))
    }

    async fn try_begin(&self, settings: &Settings, found: &Facts, chosen_by: ChosenBy) -> Result<SwitchBegun> {
        let recorded = match self.spaces.recorded().await {
            // The configured provider was never reached, so that nothing is embedded in its space.
            Err(error) if self.spaces.record().await?.is_none() => {
                tracing::debug!(error = error.chain(), "the configured embeddings provider is replaced unseen");
                let version = self.spaces.record_first(settings, found, chosen_by).await?;
                return Ok(SwitchBegun::InForce(status(settings, found.dimensions, version, SwitchState::Done)));
            }
            recorded => recorded?,
        };
        let Stored { value: mut record, revision } = recorded;
        let expect = Expect::Revision(revision);
        let is_model = |space: &EmbeddingSpace| {
            space.provider == settings.provider.as_str() && Space::is_alike(&facts(space), found)
        };
        record.updated_at = Timestamp::now();
        if is_model(&record.current) {
            // The same vectors: nothing has to be embedded. Where it is and its key may be others.
            record.current = self.spaces.sealed(settings, record.current.version, found, chosen_by).await?;
            let given_up = record.next.take();
            self.spaces.write(&record, expect).await?;
            if let Some(given_up) = given_up {
                self.end_as_cancelled(given_up.version).await?;
            }
            let version = record.current.version;
            return Ok(SwitchBegun::InForce(status(settings, found.dimensions, version, SwitchState::Done)));
        }
        let resumed = record.next.as_ref().filter(|next| is_model(next)).map(|next| next.version);
        let version = resumed.unwrap_or(record.last_version + 1);
        record.last_version = record.last_version.max(version);
        record.next = Some(self.spaces.sealed(settings, version, found, chosen_by).await?);
        self.spaces.write(&record, expect).await?;
        let status = self.announce(settings, found.dimensions, version).await?;
        Ok(if resumed.is_some() { SwitchBegun::GoesOn(status) } else { SwitchBegun::Begun(status) })
    }

    /// Has the switch wait for somebody who does it. Whoever does another one notices.
    async fn announce(&self, settings: &Settings, dimensions: usize, version: u64) -> Result<EmbeddingStatus> {
        let announced = status(settings, dimensions, version, SwitchState::Running);
        self.switch_statuses().put(&announced, Expect::Any).await?;
        self.switch_wanted.notify_one();
        Ok(announced)
    }

    /// Has a switch that failed, or that nobody does any more, go on. Whether there is one.
    ///
    /// # Errors
    /// The store's.
    pub async fn resume_switch(&self) -> Result<bool> {
        self.spaces.follow().await?;
        let Some(next) = self.spaces.record().await?.and_then(|record| record.value.next) else { return Ok(false) };
        let status = self.switch_status().await?;
        if status.version != next.version || status.phase.is_none() {
            self.announce(&stored_settings(&next), next.dimensions, next.version).await?;
        }
        Ok(true)
    }

    /// Gives a switch up; the space in force stays. What was embedded for it is taken away by whoever runs
    /// [`Self::run_switch`] next.
    ///
    /// # Errors
    /// [`Kind::NotFound`] when none is under way, or it has come into force already; the store's.
    pub async fn cancel_switch(&self) -> Result<EmbeddingStatus> {
        let nothing =
            || Error::not_found("no switch of the embedding space is under way").help("see `mcpgw embeddings status`");
        for _ in 0..TRIES {
            let Some(Stored { value: mut record, revision }) = self.spaces.record().await? else {
                return Err(nothing());
            };
            let given_up = record.next.take().ok_or_else(nothing)?;
            record.updated_at = Timestamp::now();
            match self.spaces.write(&record, Expect::Revision(revision)).await {
                Err(error) if error.kind() == Kind::Conflict => {}
                outcome => {
                    outcome?;
                    return self.end_as_cancelled(given_up.version).await;
                }
            }
        }
        Err(Error::new(Kind::Conflict, "the embedding space is being changed by others").help("try again"))
    }

    /// Notes that the switch to this version was given up and has to be tidied up after, unless another one was asked for
    /// meanwhile.
    async fn end_as_cancelled(&self, version: u64) -> Result<EmbeddingStatus> {
        for _ in 0..TRIES {
            let Some(Stored { value: mut status, revision }) = self.switch_statuses().get(EmbeddingStatus::ID).await?
            else {
                break;
            };
            if status.version != version {
                return Ok(status);
            }
            (status.state, status.phase) = (SwitchState::Cancelled, Some(SwitchPhase::Settling));
            (status.holder, status.held_until, status.error, status.updated_at) = (None, None, None, Timestamp::now());
            match self.switch_statuses().put(&status, Expect::Revision(revision)).await {
                // Whoever does it has told how far it is.
                Err(error) if error.kind() == Kind::Conflict => {}
                outcome => {
                    outcome?;
                    self.switch_wanted.notify_one();
                    return Ok(status);
                }
            }
        }
        self.switch_status().await
    }

    /// Where the configuration names another model than the store, and no operator has chosen that one: switches to the
    /// configured one. What it led to; `None` where there is nothing to do.
    ///
    /// # Errors
    /// As [`Self::begin_switch`].
    pub async fn adopt_configured_space(&self) -> Result<Option<SwitchBegun>> {
        let config = self.spaces.config();
        let record = self.spaces.recorded().await?.value;
        let wanted = record.next.as_ref().unwrap_or(&record.current);
        let in_force = self.spaces.now();
        let is_same = in_force.next.as_ref().unwrap_or(&in_force.current).settings.is_same_model(&config.settings);
        if !config.is_given {
            return Ok(None);
        }
        if is_same {
            // One that failed is tried again with every start.
            if record.next.is_some() && wanted.chosen_by == ChosenBy::Configuration {
                self.resume_switch().await?;
            }
            return Ok(None);
        }
        if wanted.chosen_by == ChosenBy::Operator {
            tracing::warn!(
                embedding.model = in_force.current.settings.model_name(),
                "the configured embeddings provider is not the one that was switched to; the latter is in force"
            );
            return Ok(None);
        }
        self.begin_switch(&config.settings, ChosenBy::Configuration).await.map(Some)
    }
}

fn status(settings: &Settings, dimensions: usize, version: u64, state: SwitchState) -> EmbeddingStatus {
    let now = Timestamp::now();
    EmbeddingStatus {
        id: EmbeddingStatus::ID.to_owned(),
        state,
        phase: (state == SwitchState::Running).then_some(SwitchPhase::Queued),
        done: 0,
        total: 0,
        per_second: 0.0,
        seconds_left: None,
        provider: settings.provider.as_str().to_owned(),
        model: settings.model_name().to_owned(),
        dimensions,
        version,
        error: None,
        holder: None,
        held_until: None,
        started_at: now,
        updated_at: now,
    }
}
