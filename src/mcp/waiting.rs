//! How much of a server one caller may hold up: a call whose server waits for its caller's answer takes a place of that
//! server, which everybody shares.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::json;

use crate::error::{Error, Kind, Result};
use crate::model::{Principal, ServerName};

/// Calls and questions of one server that wait for one caller at once.
const MAX_WAITING: usize = 8;

type Key = (String, ServerName);

/// What waits for whom.
#[derive(Clone, Default)]
pub(super) struct Waiting(Arc<Mutex<HashMap<Key, usize>>>);

/// A place among them; free again when this is dropped.
pub(super) struct Waits {
    waiting: Waiting,
    key: Key,
}

impl Waiting {
    fn counts(&self) -> MutexGuard<'_, HashMap<Key, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for one more of `server`.
    ///
    /// # Errors
    /// [`Kind::RateLimited`] when the caller has to answer others first.
    pub(super) fn enter(&self, principal: &Principal, server: &ServerName) -> Result<Waits> {
        let key = (principal.identity(), server.clone());
        let mut counts = self.counts();
        let count = counts.entry(key.clone()).or_default();
        if *count >= MAX_WAITING {
            return Err(Error::new(
                Kind::RateLimited,
                format!("{MAX_WAITING} calls of server `{server}` wait for input"),
            )
            .data(json!({ "reason": "too_many_waiting_calls", "limit": MAX_WAITING }))
            .help("answer or cancel those first"));
        }
        *count += 1;
        drop(counts);
        Ok(Waits { waiting: self.clone(), key })
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        let mut counts = self.waiting.counts();
        if let Some(count) = counts.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_and_servers_are_counted_apart_and_places_are_given_back() {
        let waiting = Waiting::default();
        let caller = |subject: &str| Principal {
            subject: subject.to_owned(),
            ..Principal::operator("acme".parse().expect("a tenant"))
        };
        let [one, other] = ["one", "other"].map(|name| name.parse::<ServerName>().expect("a name"));
        let mut held: Vec<Waits> =
            (0..MAX_WAITING).map(|_| waiting.enter(&caller("ann"), &one).expect("room")).collect();
        let error = waiting.enter(&caller("ann"), &one).err().expect("one too many");
        assert_eq!(error.kind(), Kind::RateLimited);
        assert!(waiting.enter(&caller("ann"), &other).is_ok() && waiting.enter(&caller("bob"), &one).is_ok());
        held.pop();
        held.push(waiting.enter(&caller("ann"), &one).expect("room again"));
        drop(held);
        assert!(waiting.counts().is_empty());
    }
}
