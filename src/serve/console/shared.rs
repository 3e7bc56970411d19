//! What takes long to find out and many look at, found out once for all of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::error::Result;
use crate::model::TenantId;

/// It is good for so long at least.
const LEAST: Duration = Duration::from_secs(2);
/// And so many times as long as it took, so that most of the time nobody asks.
const REST: u32 = 10;

/// Something of each tenant.
pub(in super::super) struct Shared<T>(Mutex<HashMap<TenantId, Arc<Slot<T>>>>);

type Slot<T> = tokio::sync::Mutex<Option<Found<T>>>;

struct Found<T> {
    what: Arc<T>,
    good_until: Instant,
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Shared<T> {
    /// What was found out lately; else what `find` finds. Whoever comes meanwhile waits for the same.
    pub(super) async fn of(&self, tenant: &TenantId, find: impl Future<Output = Result<T>>) -> Result<Arc<T>> {
        let slot = self.slot(tenant);
        let mut found = slot.lock().await;
        if let Some(found) = found.as_ref().filter(|found| found.good_until > Instant::now()) {
            return Ok(Arc::clone(&found.what));
        }
        let begun = Instant::now();
        let what = Arc::new(find.await?);
        *found =
            Some(Found { what: Arc::clone(&what), good_until: Instant::now() + LEAST.max(begun.elapsed() * REST) });
        Ok(what)
    }

    fn slot(&self, tenant: &TenantId) -> Arc<Slot<T>> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Those that nobody waits for, and that are good no more.
        slots.retain(|_, slot| {
            let is_good = |found: &Option<Found<T>>| found.as_ref().is_some_and(|it| it.good_until > Instant::now());
            Arc::strong_count(slot) > 1 || slot.try_lock().is_ok_and(|found| is_good(&found))
        });
        Arc::clone(slots.entry(tenant.clone()).or_default())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn many_who_look_together_ask_once_for_each_tenant() {
        let (shared, asked) = (Shared::default(), AtomicUsize::new(0));
        let find = || async {
            tokio::time::sleep(Duration::from_millis(10)).await;
            Ok(asked.fetch_add(1, Ordering::Relaxed))
        };
        let [one, other]: [TenantId; 2] = ["one", "other"].map(|id| id.parse().expect("an id"));
        let (first, second) = tokio::join!(shared.of(&one, find()), shared.of(&one, find()));
        assert_eq!((*first.expect("found"), *second.expect("found")), (0, 0));
        assert_eq!(*shared.of(&one, find()).await.expect("found"), 0);
        assert_eq!(*shared.of(&other, find()).await.expect("found"), 1);
    }
}
