//! Doing a switch: by whoever holds its lease, step by step, each of which can be done again.

use std::pin::pin;
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, Notify};

use super::super::Gateway;
use super::{SwitchDone, SwitchProgress};
use crate::embeddings::Space;
use crate::error::{Context as _, Error, Kind, Result};
use crate::model::{
    CacheEntry, EmbeddingConfig, EmbeddingStatus, Signature, SwitchPhase, SwitchState, Tenant, TenantId, Timestamp,
    Tool,
};
use crate::reembed::{Batch, Embedded, Pass, Reembedder, Target, with_text};
use crate::search::Widths;
use crate::store::{Collection, Expect, Stored};

/// A holder that is silent for so long has ended.
const LEASE: Duration = Duration::from_secs(3);
const HEARTBEAT: Duration = Duration::from_millis(750);
/// A provider that is away is asked again after this, and given up after `GIVE_UP`; tools that others are writing are
/// looked at again after this.
const PAUSE: Duration = Duration::from_millis(500);
const GIVE_UP: Duration = Duration::from_secs(300);

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
        status.held_until = status.phase.map(|_| now.plus(LEASE));
        if status.phase.is_none() {
            status.holder = None;
        }
        let written = self.statuses.put(&status, Expect::Revision(held.revision)).await;
        let revision = written.context(|| "somebody else took the switch over".to_owned())?;
        *held = Stored { value: status.clone(), revision };
        Ok(status)
    }

    /// Until its holder is done, or it is lost.
    async fn keep(&self, done: &Notify) -> Result<()> {
        loop {
            tokio::select! {
                () = done.notified() => return Ok(()),
                () = tokio::time::sleep(HEARTBEAT) => {}
            }
            self.update(|_| {}).await?;
        }
    }
}

impl Gateway {
    /// Does what there is to do of a switch, unless somebody else does. Safe to call at any time, and again.
    ///
    /// # Errors
    /// The store's; [`Kind::Conflict`] when somebody took over. A provider that fails ends the switch as failed.
    pub async fn run_switch(&self, holder: &str, progress: SwitchProgress<'_>) -> Result<SwitchDone> {
        self.spaces.forget_former().await;
        let statuses = self.switch_statuses();
        let mut found = statuses.get(EmbeddingStatus::ID).await?;
        let next = self.spaces.now().next.as_ref().map(|next| next.version);
        if next.is_some() && found.as_ref().map(|status| status.value.version) != next {
            // It was written down, and whoever did so ended before it was announced.
            self.resume_switch().await?;
            found = statuses.get(EmbeddingStatus::ID).await?;
        }
        let Some(stored) = found.filter(|status| status.value.phase.is_some()) else { return Ok(SwitchDone::Nothing) };
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
        let done = Notify::new();
        let (mut work, mut kept) = (pin!(self.switch(&lease, progress)), pin!(lease.keep(&done)));
        let outcome = tokio::select! {
            outcome = &mut work => {
                // A heartbeat that is under way ends first: what it writes has to be known.
                done.notify_one();
                kept.await.and(outcome)
            }
            lost = &mut kept => lost.and(Err(Error::internal("the switch was not done"))),
        };
        let ended = match outcome {
            Ok(state) => {
                lease.update(|status| (status.state, status.phase, status.error) = (state, None, None)).await?
            }
            // Others go on, or we do later: with the new space in force nothing can fail for good.
            Err(error) if matches!(error.kind(), Kind::Conflict | Kind::StoreUnavailable) => return Err(error),
            Err(error) if self.spaces.record().await?.is_some_and(|record| record.value.next.is_none()) => {
                return Err(error);
            }
            Err(error) => {
                tracing::error!(error = error.chain(), "the embedding space was not switched; the former one serves");
                let failed = |status: &mut EmbeddingStatus| {
                    (status.state, status.phase, status.error) = (SwitchState::Failed, None, Some(error.chain()));
                };
                lease.update(failed).await?
            }
        };
        progress(&ended);
        Ok(SwitchDone::Ended(ended))
    }

    /// Does a switch, or waits for who does, until it has ended.
    ///
    /// # Errors
    /// The store's; the provider's, where the new space is in force and something is left to be embedded.
    pub async fn finish_switch(&self, holder: &str, progress: SwitchProgress<'_>) -> Result<EmbeddingStatus> {
        loop {
            match self.run_switch(holder, progress).await {
                Ok(SwitchDone::Ended(status)) => return Ok(status),
                Ok(SwitchDone::Nothing) => return self.switch_status().await,
                Ok(SwitchDone::Elsewhere(status)) => progress(&status),
                Err(error) if error.kind() == Kind::Conflict => {}
                Err(error) => return Err(error),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// How it ended, where nothing failed.
    async fn switch(&self, lease: &Lease, progress: SwitchProgress<'_>) -> Result<SwitchState> {
        let tell = async |change: &(dyn Fn(&mut EmbeddingStatus) + Sync)| -> Result<EmbeddingStatus> {
            let status = lease.update(change).await?;
            progress(&status);
            Ok(status)
        };
        // What an earlier switch left undone comes first: the place beside is needed.
        self.settle(lease, progress).await?;
        if let Some(next) = self.spaces.now().next.clone() {
            self.embed_everything(&next, lease, progress).await?;
            tell(&|status| status.phase = Some(SwitchPhase::Indexing)).await?;
            let widths = self.spaces.now().widths().await;
            for tenant in self.store.tenants().await? {
                self.prepare_index(&tenant, widths).await?;
            }
            // What was synced meanwhile.
            self.embed_everything(&next, lease, progress).await?;
            self.flip(next.version).await?;
            tell(&|status| status.phase = Some(SwitchPhase::Settling)).await?;
            self.settle(lease, progress).await?;
        }
        let status = tell(&|_| {}).await?;
        // One that was given up has nothing but its leavings, which are gone now.
        let is_in_force = self.spaces.now().current.version == status.version;
        Ok(if is_in_force { SwitchState::Done } else { SwitchState::Cancelled })
    }

    /// Of a tenant that is still there: one that was removed meanwhile must not come back.
    async fn prepare_index(&self, tenant: &TenantId, widths: Widths) -> Result<()> {
        if !self.index.is_in_store().await
            || !Collection::<Tenant>::of_control(&self.store).contains(tenant.as_str()).await?
        {
            return Ok(());
        }
        self.index.prepare(tenant, widths, &|_| ()).await
    }

    /// Gives every document that has a text a vector in `next`, until none is without. A further kind of document joins
    /// here and in [`Self::settle`].
    async fn embed_everything(&self, next: &Space, lease: &Lease, progress: SwitchProgress<'_>) -> Result<()> {
        let mut reembedder = Reembedder::new(next.clone());
        let mut tally = Tally::new();
        loop {
            let tenants = self.store.tenants().await?;
            let signatures = Collection::<Signature>::of_control(&self.store).count(&with_text::<Signature>()).await?;
            let of_tenants = self.count_all::<Tool>(&tenants).await? + self.count_all::<CacheEntry>(&tenants).await?;
            tally.begin_round(signatures + of_tenants);
            for tenant in &tenants {
                let (tools, kept) =
                    (Pass::<Tool>::of(&self.store, tenant), Pass::<CacheEntry>::of(&self.store, tenant));
                self.embed_all(&mut reembedder, tools, &mut tally, lease, progress).await?;
                self.embed_all(&mut reembedder, kept, &mut tally, lease, progress).await?;
            }
            let signatures = Pass::<Signature>::of_control(&self.store);
            self.embed_all(&mut reembedder, signatures, &mut tally, lease, progress).await?;
            if tally.lacking == 0 {
                return Ok(());
            }
            tally.is_first = false;
            if tally.missed > 0 {
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    async fn embed_all<T: Embedded>(
        &self,
        reembedder: &mut Reembedder,
        mut pass: Pass<T>,
        tally: &mut Tally,
        lease: &Lease,
        progress: SwitchProgress<'_>,
    ) -> Result<()> {
        while let Some(batch) = self.patiently(reembedder, &mut pass, Target::Next, lease, progress).await? {
            tally.add::<T>(batch);
            progress(&lease.update(|status| tally.show(status)).await?);
        }
        Ok(())
    }

    async fn count_all<T: Embedded>(&self, tenants: &[TenantId]) -> Result<u64> {
        let mut total = 0;
        for tenant in tenants {
            total += Collection::<T>::of_tenant(&self.store, tenant).count(&with_text::<T>()).await?;
        }
        Ok(total)
    }

    /// One batch, however long the provider is away, within reason.
    async fn patiently(
        &self,
        reembedder: &mut Reembedder,
        pass: &mut Pass<impl Embedded>,
        target: Target,
        lease: &Lease,
        progress: SwitchProgress<'_>,
    ) -> Result<Option<Batch>> {
        let since = Instant::now();
        loop {
            match reembedder.embed(pass, target).await {
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

    /// Puts the vectors of the space in force into their lasting place, and takes all others away but those of the space
    /// that is to come. An index of the store's own is given time to follow between the steps.
    async fn settle(&self, lease: &Lease, progress: SwitchProgress<'_>) -> Result<()> {
        let in_force = self.spaces.now();
        let (current, widths) = (&in_force.current, in_force.widths().await);
        let kept = in_force.next.as_ref().map(|next| next.version);
        let in_store = self.index.is_in_store().await && kept.is_none();
        let mut reembedder = Reembedder::new(current.clone());
        let signatures = || Pass::<Signature>::of_control(&self.store);
        self.settle_all(signatures, current, kept, lease).await?;
        if kept.is_none() {
            let mut pass = signatures();
            while self.patiently(&mut reembedder, &mut pass, Target::Present, lease, progress).await?.is_some() {}
        }
        for tenant in self.store.tenants().await? {
            let tools = || Pass::<Tool>::of(&self.store, &tenant);
            let kept_results = || Pass::<CacheEntry>::of(&self.store, &tenant);
            if in_store && self.settle_all(tools, current, Some(current.version), lease).await? {
                self.prepare_index(&tenant, Widths { next_embedding: widths.embedding, ..widths }).await?;
            }
            self.settle_all(tools, current, kept, lease).await?;
            self.settle_all(kept_results, current, kept, lease).await?;
            if in_store {
                self.prepare_index(&tenant, widths).await?;
            }
            // Synced by somebody who did not know yet. A provider that is to be replaced may be gone.
            if kept.is_none() {
                let mut pass = tools();
                while self.patiently(&mut reembedder, &mut pass, Target::Present, lease, progress).await?.is_some() {}
                let mut pass = kept_results();
                while self.patiently(&mut reembedder, &mut pass, Target::Present, lease, progress).await?.is_some() {}
            }
        }
        Ok(())
    }

    /// Whether a document is left that has the vector in both places.
    async fn settle_all<T: Embedded>(
        &self,
        begin: impl Fn() -> Pass<T>,
        current: &Space,
        kept: Option<u64>,
        lease: &Lease,
    ) -> Result<bool> {
        loop {
            let (mut pass, mut missed, mut doubled) = (begin(), 0, 0);
            while let Some(batch) = pass.settle(current, kept).await? {
                (missed, doubled) = (missed + batch.missed, doubled + batch.doubled);
                // Whoever has lost the lease stops here.
                if batch.embedded > 0 {
                    lease.update(|_| {}).await?;
                }
            }
            if missed == 0 {
                return Ok(doubled > 0);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// What was done for a switch, over all kinds of documents.
struct Tally {
    started: Instant,
    /// Later rounds look for what came meanwhile; what was done stays done.
    is_first: bool,
    total: u64,
    seen: u64,
    made: u64,
    missed: u64,
    /// Documents of a needed kind that were without a vector in this round.
    lacking: u64,
}

impl Tally {
    fn new() -> Self {
        Self { started: Instant::now(), is_first: true, total: 0, seen: 0, made: 0, missed: 0, lacking: 0 }
    }

    fn begin_round(&mut self, total: u64) {
        (self.total, self.seen, self.made, self.missed, self.lacking) = (total, 0, 0, 0, 0);
    }

    fn add<T: Embedded>(&mut self, batch: Batch) {
        self.seen += batch.seen;
        self.made += batch.embedded;
        if T::IS_NEEDED {
            self.missed += batch.missed;
            self.lacking += batch.embedded + batch.missed;
        }
    }

    fn show(&self, status: &mut EmbeddingStatus) {
        status.phase = Some(SwitchPhase::Embedding);
        status.total = self.total.max(self.seen);
        status.done = if self.is_first { self.seen } else { status.total };
        status.error = None;
        if self.made > 0 {
            let left = status.total - status.done;
            (status.per_second, status.seconds_left) = pace(self.made, left, self.started.elapsed());
        }
    }
}

/// Documents a second, and seconds for those that are left.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an estimate")]
fn pace(made: u64, left: u64, elapsed: Duration) -> (f64, Option<u64>) {
    let per_second = made as f64 / elapsed.as_secs_f64().max(0.001);
    (per_second, Some((left as f64 / per_second).ceil() as u64))
}
