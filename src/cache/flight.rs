//! One call for everybody who asks the same at the same time.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::key::Key;
use super::memory::Kept;

/// Calls under way, by what they ask.
#[derive(Default)]
pub(super) struct Flights(Mutex<HashMap<Key, watch::Receiver<Option<Arc<Kept>>>>>);

/// What to do about a question.
pub(super) enum Turn<'a> {
    /// Ask, and tell the others.
    Lead(Lead<'a>),
    /// Somebody asks already.
    Follow(watch::Receiver<Option<Arc<Kept>>>),
}

/// The call that the others wait for. Dropped without an answer, it leaves each of them to call by itself.
pub(super) struct Lead<'a> {
    flights: &'a Flights,
    key: Key,
    answer: watch::Sender<Option<Arc<Kept>>>,
}

impl Flights {
    fn under_way(&self) -> MutexGuard<'_, HashMap<Key, watch::Receiver<Option<Arc<Kept>>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn enter(&self, key: Key) -> Turn<'_> {
        match self.under_way().entry(key) {
            Entry::Occupied(known) => Turn::Follow(known.get().clone()),
            Entry::Vacant(place) => {
                let (answer, others) = watch::channel(None);
                place.insert(others);
                Turn::Lead(Lead { flights: self, key, answer })
            }
        }
    }
}

impl Lead<'_> {
    /// Hands the answer to all who wait.
    pub(super) fn tell(&self, kept: &Arc<Kept>) {
        self.answer.send_replace(Some(Arc::clone(kept)));
    }
}

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        // The sender goes with this: whoever waits wakes up, with the answer or without one.
        self.flights.under_way().remove(&self.key);
    }
}

/// The answer of the call that is waited for; `None` where it has none to share.
pub(super) async fn wait(mut others: watch::Receiver<Option<Arc<Kept>>>) -> Option<Arc<Kept>> {
    others.wait_for(Option::is_some).await.ok()?.clone()
}
