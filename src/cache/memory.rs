//! Results in this process: bounded in bytes, those used longest ago go first.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lru::LruCache;

use super::key::Key;
use super::reply::Marked;
use crate::model::{Embedding, Timestamp};

/// What an entry takes besides its result and its vector.
const OVERHEAD: usize = 512;
/// Entries of one group that are remembered.
const MAX_IN_GROUP: usize = 64;

/// A result that was kept.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) id: Key,
    pub(super) group: Key,
    pub(super) result: Marked,
    /// When the server was asked.
    pub(super) asked_at: Timestamp,
    pub(super) expires_at: Timestamp,
    /// Generation of the space that its vector is in, and the vector.
    pub(super) vector: Option<(u64, Embedding)>,
}

impl Kept {
    fn is_alive(&self, now: Timestamp) -> bool {
        self.expires_at > now
    }

    fn size(&self) -> usize {
        let vector = self.vector.as_ref().map_or(0, |(_, vector)| vector.0.len() * size_of::<f32>());
        OVERHEAD + self.result.len() + vector
    }
}

/// The results that this process remembers.
pub(super) struct Memory {
    limit: usize,
    held: Mutex<Held>,
}

struct Held {
    entries: LruCache<Key, Arc<Kept>>,
    bytes: usize,
    /// Those with a vector, newest last.
    groups: HashMap<Key, Vec<Key>>,
}

impl Memory {
    pub(super) fn new(limit: usize) -> Self {
        let held = Held { entries: LruCache::unbounded(), bytes: 0, groups: HashMap::new() };
        Self { limit, held: Mutex::new(held) }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, id: &Key, now: Timestamp) -> Option<Arc<Kept>> {
        let mut held = self.held();
        let found = Arc::clone(held.entries.get(id)?);
        if found.is_alive(now) {
            return Some(found);
        }
        held.remove(id);
        None
    }

    /// Those of a group that have a vector.
    pub(super) fn group(&self, group: &Key, now: Timestamp) -> Vec<Arc<Kept>> {
        let held = self.held();
        let ids = held.groups.get(group).map(Vec::as_slice).unwrap_or_default();
        ids.iter().filter_map(|id| held.entries.peek(id)).filter(|kept| kept.is_alive(now)).cloned().collect()
    }

    pub(super) fn put(&self, kept: Arc<Kept>) {
        let size = kept.size();
        let mut held = self.held();
        held.remove(&kept.id);
        if size > self.limit {
            return;
        }
        while held.bytes + size > self.limit {
            let Some(oldest) = held.entries.peek_lru().map(|(id, _)| *id) else { break };
            held.remove(&oldest);
        }
        held.bytes += size;
        if kept.vector.is_some() {
            let ids = held.groups.entry(kept.group).or_default();
            if ids.len() >= MAX_IN_GROUP {
                ids.remove(0);
            }
            ids.push(kept.id);
        }
        held.entries.put(kept.id, kept);
    }

    #[cfg(test)]
    fn len(&self) -> (usize, usize) {
        let held = self.held();
        (held.entries.len(), held.bytes)
    }
}

impl Held {
    fn remove(&mut self, id: &Key) {
        let Some(kept) = self.entries.pop(id) else { return };
        self.bytes = self.bytes.saturating_sub(kept.size());
        if let Some(ids) = self.groups.get_mut(&kept.group) {
            ids.retain(|each| each != id);
            if ids.is_empty() {
                self.groups.remove(&kept.group);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RawJson;

    fn kept(number: u8, bytes: usize, expires_at: i64) -> Arc<Kept> {
        let result =
            RawJson::of(&"x".repeat(bytes)).and_then(|text| RawJson::check(format!("{{\"a\":{}}}", text.as_str())));
        Arc::new(Kept {
            id: [number; 32],
            group: [7; 32],
            result: Marked::of(&result.expect("json")).expect("an object"),
            asked_at: Timestamp(0),
            expires_at: Timestamp(expires_at),
            vector: Some((1, Embedding(vec![1.0; 4]))),
        })
    }

    #[test]
    fn what_was_used_longest_ago_goes_first_and_the_bound_holds() {
        let memory = Memory::new(5_000);
        for number in 0..4 {
            memory.put(kept(number, 500, 10));
        }
        assert!(memory.get(&[0; 32], Timestamp(5)).is_some());
        memory.put(kept(9, 1_000, 10));
        assert!(memory.get(&[0; 32], Timestamp(5)).is_some(), "used last");
        assert!(memory.get(&[1; 32], Timestamp(5)).is_none(), "used longest ago");
        assert!(memory.len().1 <= 5_000);
        memory.put(kept(10, 10_000, 10));
        assert!(memory.get(&[10; 32], Timestamp(5)).is_none(), "larger than all there is");
        memory.put(kept(9, 1_000, 10));
        let in_group = memory.group(&[7; 32], Timestamp(5)).len();
        assert_eq!(in_group, memory.len().0, "each once");
    }

    #[test]
    fn what_has_expired_is_gone() {
        let memory = Memory::new(5_000);
        memory.put(kept(1, 10, 10));
        assert!(memory.get(&[1; 32], Timestamp(9)).is_some());
        assert!(memory.group(&[7; 32], Timestamp(10)).is_empty());
        assert!(memory.get(&[1; 32], Timestamp(10)).is_none());
        assert_eq!(memory.len(), (0, 0));
    }
}
