//! From one embedding space to another, under load.
//!
//! A switch is written down (`embedding_config.next`) and then done by whoever holds it (`embedding_status`, a lease): a
//! gateway, or the command that asked for it. Everything gets a vector in the new space beside the one that serves; once
//! that is complete, one compare-and-set makes the new space the current one; then the old vectors are taken away. Each
//! step can be done again from the start, so that whoever comes after a crash just goes on.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::Gateway;
use super::spaces::facts;
use crate::catalog::{Pass, Reembedder, Target};
use crate::embeddings::{Facts, Role, Settings, Space};
use crate::error::{Context as _, Error, Kind, Result};
use crate::model::{ChosenBy, EmbeddingConfig, EmbeddingStatus, SwitchPhase, SwitchState, TenantId, Timestamp};
use crate::search::Widths;
use crate::store::{Collection, Expect, Stored};

/// A holder that is silent for so long has ended.
const LEASE: Duration = Duration::from_secs(3);
const HEARTBEAT: Duration = Duration::from_millis(750);
/// A provider that is away is asked again after this, and given up after that.
const PAUSE: Duration = Duration::from_millis(500);
const GIVE_UP: Duration = Duration::from_secs(300);
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
    InForce,
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

/// The right to do a switch, as long as its holder says so now and then.
struct Lease {
    statuses: Collection<EmbeddingStatus>,
    held: Mutex<Stored<EmbeddingStatus>>,
}

impl Lease {
    async fn update(&self, change: impl FnOnce(&mut EmbeddingStatus)) -> Result<EmbeddingStatus> {
        let mut held = self.held.lock().await;
        let mut status = held.value.clone();
        change(&mut status);
        let now = Timestamp::now();
        status.updated_at = now;
        status.held_until = (status.state == SwitchState::Running).then(|| now.plus(LEASE));
        if status.held_until.is_none() {
            status.holder = None;
        }
        let written = self.statuses.put(&status, Expect::Revision(held.revision)).await;
        let revision = written.context(|| "somebody else took the switch over".to_owned())?;
        *held = Stored { value: status.clone(), revision };
        Ok(status)
    }

    /// Until it is lost, or its holder is done.
    async fn keep(&self) -> Error {
        loop {
            tokio::time::sleep(HEARTBEAT).await;
            if let Err(error) = self.update(|_| {}).await {
                return error;
            }
        }
    }
}

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
        let Stored { value: mut record, revision } = self.spaces.recorded().await?;
        let expect = Expect::Revision(revision);
        let is_model = |space: &crate::model::EmbeddingSpace| Space::is_alike(&facts(space), found);
        record.updated_at = Timestamp::now();
        if record.current.provider == settings.provider.as_str() && is_model(&record.current) {
            // The same vectors: nothing has to be embedded. Where it is and its key may be others.
            record.current = self.spaces.sealed(settings, record.current.version, found, chosen_by).await?;
            let had_next = record.next.take().is_some();
            self.spaces.write(&record, expect).await?;
            if had_next {
                self.end_switch(SwitchState::Cancelled).await?;
                self.settle(None).await?;
            }
            return Ok(SwitchBegun::InForce);
        }
        let known = record.next.as_ref().filter(|next| next.provider == settings.provider.as_str() && is_model(next));
        let resumed = known.map(|next| next.version);
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
        let Some(next) = self.spaces.now().next.clone() else { return Ok(false) };
        let status = self.switch_status().await?;
        if status.state != SwitchState::Running {
            let known = self.spaces.record().await?.and_then(|record| record.value.next);
            self.announce(&next.settings, known.map_or(0, |next| next.dimensions), next.version).await?;
        }
        Ok(true)
    }

    /// Gives a switch up; the space in force stays.
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
            if record.next.take().is_none() {
                return Err(nothing());
            }
            record.updated_at = Timestamp::now();
            match self.spaces.write(&record, Expect::Revision(revision)).await {
                Err(error) if error.kind() == Kind::Conflict => continue,
                outcome => outcome?,
            }
            let status = self.end_switch(SwitchState::Cancelled).await?;
            self.settle(None).await?;
            return Ok(status);
        }
        Err(Error::new(Kind::Conflict, "the embedding space is being changed by others").help("try again"))
    }

    async fn end_switch(&self, state: SwitchState) -> Result<EmbeddingStatus> {
        let mut status = self.switch_status().await?;
        (status.state, status.phase, status.holder, status.held_until) = (state, None, None, None);
        status.updated_at = Timestamp::now();
        self.switch_statuses().put(&status, Expect::Any).await?;
        Ok(status)
    }

    /// Does what there is to do of a switch, unless somebody else does. Safe to call at any time, and again.
    ///
    /// # Errors
    /// The store's; [`Kind::Conflict`] when somebody took over. A provider that fails ends the switch as failed.
    pub async fn run_switch(&self, holder: &str, progress: SwitchProgress<'_>) -> Result<SwitchDone> {
        self.spaces.forget_former().await;
        let statuses = self.switch_statuses();
        let Some(stored) = statuses.get(EmbeddingStatus::ID).await? else { return Ok(SwitchDone::Nothing) };
        if stored.value.state != SwitchState::Running {
            return Ok(SwitchDone::Nothing);
        }
        let is_ours = stored.value.holder.as_deref() == Some(holder);
        let is_held = stored.value.held_until.is_some_and(|until| until > Timestamp::now());
        if is_held && !is_ours {
            return Ok(SwitchDone::Elsewhere(stored.value));
        }
        let lease = Lease { statuses, held: Mutex::new(stored) };
        match lease.update(|status| status.holder = Some(holder.to_owned())).await {
            // Another one claimed it at the same moment.
            Err(error) if error.kind() == Kind::Conflict => {
                return Ok(SwitchDone::Elsewhere(self.switch_status().await?));
            }
            claimed => claimed?,
        };
        self.spaces.follow().await?;
        let outcome = tokio::select! {
            outcome = self.switch(&lease, progress) => outcome,
            lost = lease.keep() => Err(lost),
        };
        let status = match outcome {
            Ok(()) => {
                lease
                    .update(|status| (status.state, status.phase, status.error) = (SwitchState::Done, None, None))
                    .await?
            }
            Err(error) if matches!(error.kind(), Kind::Conflict | Kind::StoreUnavailable) => return Err(error),
            Err(error) => {
                tracing::error!(error = error.chain(), "the embedding space was not switched; the former one serves");
                lease.update(|status| (status.state, status.error) = (SwitchState::Failed, Some(error.chain()))).await?
            }
        };
        progress(&status);
        Ok(SwitchDone::Ended(status))
    }

    async fn switch(&self, lease: &Lease, progress: SwitchProgress<'_>) -> Result<()> {
        let tell = async |change: &(dyn Fn(&mut EmbeddingStatus) + Sync)| -> Result<()> {
            progress(&lease.update(change).await?);
            Ok(())
        };
        // What an earlier switch left undone comes first: the place beside is needed.
        self.settle(None).await?;
        if let Some(next) = self.spaces.now().next.clone() {
            self.embed_everything(&next, lease, progress).await?;
            tell(&|status| status.phase = Some(SwitchPhase::Indexing)).await?;
            let widths = self.spaces.now().widths().await;
            for tenant in self.store.tenants().await? {
                self.index.prepare(&tenant, widths, &|_| ()).await?;
            }
            // What was synced meanwhile.
            self.embed_everything(&next, lease, progress).await?;
            self.flip(next.version).await?;
        }
        tell(&|status| status.phase = Some(SwitchPhase::Settling)).await?;
        self.settle(Some(lease)).await
    }

    /// Gives every tool of every tenant a vector in `next`, until none is without.
    async fn embed_everything(&self, next: &Space, lease: &Lease, progress: SwitchProgress<'_>) -> Result<()> {
        let reembedder = Reembedder::new(&self.store, next.clone());
        let started = Instant::now();
        loop {
            let tenants = self.store.tenants().await?;
            let total = self.tools_of(&tenants).await?;
            let (mut seen, mut made, mut missed) = (0, 0, 0);
            for tenant in &tenants {
                let mut pass = reembedder.pass(tenant);
                while let Some(batch) = self.patiently(&reembedder, &mut pass, lease, progress).await? {
                    (seen, made, missed) = (seen + batch.seen, made + batch.embedded, missed + batch.missed);
                    let status = lease.update(|status| {
                        status.phase = Some(SwitchPhase::Embedding);
                        (status.done, status.total, status.error) = (seen, total.max(seen), None);
                        if made > 0 {
                            (status.per_second, status.seconds_left) =
                                pace(made, status.total - seen, started.elapsed());
                        }
                    });
                    progress(&status.await?);
                }
            }
            if made == 0 && missed == 0 {
                return Ok(());
            }
        }
    }

    async fn tools_of(&self, tenants: &[TenantId]) -> Result<u64> {
        let mut total = 0;
        for tenant in tenants {
            total += Collection::<crate::model::Tool>::of_tenant(&self.store, tenant)
                .count(&crate::store::Query::all())
                .await?;
        }
        Ok(total)
    }

    /// One batch, however long the provider is away, within reason.
    async fn patiently(
        &self,
        reembedder: &Reembedder,
        pass: &mut Pass,
        lease: &Lease,
        progress: SwitchProgress<'_>,
    ) -> Result<Option<crate::catalog::Batch>> {
        let since = Instant::now();
        loop {
            match reembedder.embed(pass, Target::Next).await {
                Err(error) if error.kind() == Kind::EmbedderUnavailable && since.elapsed() < GIVE_UP => {
                    progress(&lease.update(|status| status.error = Some(error.chain())).await?);
                    tokio::time::sleep(PAUSE).await;
                }
                outcome => return outcome,
            }
        }
    }

    /// The moment at which the new space comes into force, for everybody.
    async fn flip(&self, version: u64) -> Result<()> {
        let overtaken = || Error::new(Kind::Conflict, "the switch was given up, or another one was asked for");
        let Stored { value: mut record, revision } = self.spaces.record().await?.ok_or_else(overtaken)?;
        let next = record.next.take().filter(|next| next.version == version).ok_or_else(overtaken)?;
        record = EmbeddingConfig { current: next, next: None, updated_at: Timestamp::now(), ..record };
        self.spaces.write(&record, Expect::Revision(revision)).await
    }

    /// Puts the vectors of the space in force into their lasting place, and takes all others away. An index of the
    /// store's own is given time to follow between the steps.
    async fn settle(&self, lease: Option<&Lease>) -> Result<()> {
        let in_force = self.spaces.now();
        let current = &in_force.current;
        let kept = in_force.next.as_ref().map(|next| next.version);
        let in_store = self.index.is_in_store().await && kept.is_none();
        let tenants = self.store.tenants().await?;
        let reembedder = Reembedder::new(&self.store, current.clone());
        for tenant in &tenants {
            let stays = if in_store { Some(current.version) } else { kept };
            let mut moved = self.settle_tenant(tenant, current, stays, lease).await?;
            if in_store && moved > 0 {
                let width = in_force.widths().await.embedding;
                let both = Widths { embedding: width, next_embedding: width };
                self.index.prepare(tenant, both, &|_| ()).await?;
            }
            if in_store {
                moved += self.settle_tenant(tenant, current, None, lease).await?;
            }
            if in_store && moved > 0 {
                let widths = Widths { next_embedding: None, ..in_force.widths().await };
                self.index.prepare(tenant, widths, &|_| ()).await?;
            }
            if lease.is_some() {
                // Synced by somebody who did not know yet.
                let mut pass = reembedder.pass(tenant);
                while reembedder.embed(&mut pass, Target::Present).await?.is_some() {}
            }
        }
        Ok(())
    }

    async fn settle_tenant(
        &self,
        tenant: &TenantId,
        current: &Space,
        kept: Option<u64>,
        lease: Option<&Lease>,
    ) -> Result<u64> {
        let mut moved = 0;
        loop {
            let (mut pass, mut missed) = (Pass::of(&self.store, tenant), 0);
            while let Some(batch) = pass.settle(current, kept).await? {
                (moved, missed) = (moved + batch.embedded, missed + batch.missed);
                if let Some(lease) = lease.filter(|_| batch.embedded > 0) {
                    lease.update(|_| {}).await?;
                }
            }
            if missed == 0 {
                return Ok(moved);
            }
        }
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
        if !config.is_given || is_same {
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

/// Tools a second, and seconds for those that are left.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an estimate")]
fn pace(made: u64, left: u64, elapsed: Duration) -> (f64, Option<u64>) {
    let per_second = made as f64 / elapsed.as_secs_f64().max(0.001);
    (per_second, Some((left as f64 / per_second).ceil() as u64))
}
