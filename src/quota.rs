//! How much a caller may ask in a while: rolling windows, counted in memory.
//!
//! A window is counted in sixty parts. A request counts as long as any moment of its part lies in the window that ends
//! now, so no rolling window ever holds more than the limit, wherever bursts are placed; the price is that a request
//! is remembered for up to a sixtieth longer than it has to be.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::model::{Principal, TenantId};

/// The parts of a window, and the one that is under way.
const PARTS: usize = 61;
/// Callers that are counted apart; beyond, those of a tenant share a count.
const MAX_CALLERS: usize = 100_000;

/// How much is much.
#[derive(Clone, Debug)]
pub struct QuotaConfig {
    /// The length of the window.
    pub window: Duration,
    /// Requests per tenant and client address; 0: no limit.
    pub per_address: u32,
    /// Requests per tenant and subject; 0: no limit.
    pub per_subject: u32,
}

/// Counts requests.
pub struct Quota {
    config: QuotaConfig,
    epoch: Instant,
    counted: Mutex<HashMap<Key, Window>>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    tenant: TenantId,
    who: Who,
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Who {
    Address(IpAddr),
    Subject {
        issuer: String,
        subject: String,
    },
    /// Everybody for whom there was no room.
    Others,
}

struct Window {
    counts: [u32; PARTS],
    total: u32,
    /// The part under way.
    part: u64,
}

impl Quota {
    /// Nothing counted yet.
    pub fn new(config: QuotaConfig) -> Self {
        Self { config, epoch: Instant::now(), counted: Mutex::default() }
    }

    /// Counts one request of `caller` from `address`, unless that is one too many.
    ///
    /// # Errors
    /// How long to wait before there is room for one.
    pub fn admit(&self, caller: &Principal, address: Option<IpAddr>) -> Result<(), Duration> {
        self.admit_at(caller, address, self.epoch.elapsed())
    }

    fn admit_at(&self, caller: &Principal, address: Option<IpAddr>, at: Duration) -> Result<(), Duration> {
        let key = |who| Key { tenant: caller.tenant.clone(), who };
        let by_address = address.filter(|_| self.config.per_address > 0);
        let by_address = by_address.map(|address| (key(Who::Address(address)), self.config.per_address));
        let subject = || Who::Subject { issuer: caller.issuer.clone(), subject: caller.subject.clone() };
        let by_subject = (self.config.per_subject > 0).then(|| (key(subject()), self.config.per_subject));
        let limits: Vec<(Key, u32)> = by_address.into_iter().chain(by_subject).collect();
        if limits.is_empty() {
            return Ok(());
        }
        let part_length = self.part_length();
        let part = u64::try_from(at.as_nanos() / part_length.as_nanos()).unwrap_or(u64::MAX);
        let mut counted = self.counted();
        // Asked of all before it is counted by any.
        for (key, limit) in &limits {
            let window = window(&mut counted, key, part);
            if window.total >= *limit {
                let free = window.first_free(part_length);
                return Err(free.saturating_sub(at));
            }
        }
        for (key, _) in &limits {
            let window = window(&mut counted, key, part);
            window.total += 1;
            if let Some(count) = window.counts.get_mut(slot(part)) {
                *count += 1;
            }
        }
        Ok(())
    }

    fn part_length(&self) -> Duration {
        (self.config.window / 60).max(Duration::from_nanos(1))
    }

    fn counted(&self) -> MutexGuard<'_, HashMap<Key, Window>> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn window<'a>(counted: &'a mut HashMap<Key, Window>, key: &Key, part: u64) -> &'a mut Window {
    let mut key = key.clone();
    if counted.len() >= MAX_CALLERS && !counted.contains_key(&key) {
        counted.retain(|_, window| {
            window.forget_before(part);
            window.total > 0
        });
        if counted.len() >= MAX_CALLERS {
            key.who = Who::Others;
        }
    }
    let window = counted.entry(key).or_insert(Window { counts: [0; PARTS], total: 0, part });
    window.forget_before(part);
    window
}

fn slot(part: u64) -> usize {
    usize::try_from(part % PARTS as u64).unwrap_or_default()
}

impl Window {
    /// Lets go of what lies outside the window that ends in `part`.
    fn forget_before(&mut self, part: u64) {
        let passed = part.saturating_sub(self.part).min(PARTS as u64);
        for back in 0..passed {
            if let Some(count) = self.counts.get_mut(slot(part - back)) {
                self.total -= std::mem::take(count);
            }
        }
        self.part = self.part.max(part);
    }

    /// When the oldest request that counts will not count any more.
    fn first_free(&self, part_length: Duration) -> Duration {
        let oldest = self.part.saturating_sub(PARTS as u64 - 1);
        let first = (oldest..=self.part).find(|part| self.counts.get(slot(*part)).is_some_and(|count| *count > 0));
        let free = first.unwrap_or(self.part) + PARTS as u64;
        part_length.saturating_mul(u32::try_from(free).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Duration = Duration::from_secs(60);

    fn quota(per_address: u32, per_subject: u32) -> Quota {
        Quota::new(QuotaConfig { window: WINDOW, per_address, per_subject })
    }

    fn caller(tenant: &str, subject: &str) -> Principal {
        Principal { subject: subject.to_owned(), ..Principal::operator(tenant.parse().expect("a tenant")) }
    }

    /// Bursts at every boundary and in between: no rolling window holds more than the limit, and no more than a
    /// sixtieth of the time is lost to rounding.
    #[test]
    fn no_rolling_window_holds_more_than_the_limit() {
        let (quota, caller) = (quota(0, 100), caller("acme", "ann"));
        for offset in [0, 1, 499, 500, 999] {
            let quota = &quota;
            let base = Duration::from_secs(1000 * (1 + offset));
            let mut admitted: Vec<Duration> = Vec::new();
            for burst in 0..40u64 {
                // Just before and just after the boundaries of parts and windows.
                let at = base + Duration::from_millis(burst * 7_499 + offset);
                let passed = (0..150).filter(|_| quota.admit_at(&caller, None, at).is_ok()).count();
                admitted.extend(std::iter::repeat_n(at, passed));
            }
            for (index, start) in admitted.iter().enumerate() {
                let held = admitted.iter().skip(index).take_while(|at| **at - *start < WINDOW).count();
                assert!(held <= 100, "{held} within a minute from {start:?}");
            }
            let span = Duration::from_millis(39 * 7_499).as_secs_f64();
            let least = 100.0 * (span / 67.5).floor();
            assert!(admitted.len() as f64 >= least, "{} admitted in {span} s", admitted.len());
        }
    }

    #[test]
    fn who_waits_as_long_as_told_is_admitted() {
        let (quota, caller) = (quota(0, 3), caller("acme", "ann"));
        let mut at = Duration::from_millis(123_456);
        for _ in 0..3 {
            assert!(quota.admit_at(&caller, None, at).is_ok());
            at += Duration::from_secs(5);
        }
        let wait = quota.admit_at(&caller, None, at).expect_err("one too many");
        assert!(quota.admit_at(&caller, None, at + wait - Duration::from_millis(1)).is_err());
        assert!(quota.admit_at(&caller, None, at + wait).is_ok());
        assert!(wait < WINDOW, "{wait:?}");
    }

    #[test]
    fn tenants_subjects_and_addresses_are_counted_apart() {
        let quota = quota(2, 2);
        let now = Duration::from_secs(1);
        let address = |last| Some(IpAddr::from([10, 0, 0, last]));
        let (ann, bob, other) = (caller("acme", "ann"), caller("acme", "bob"), caller("other", "ann"));
        assert!(quota.admit_at(&ann, address(1), now).is_ok() && quota.admit_at(&ann, address(2), now).is_ok());
        assert!(quota.admit_at(&ann, address(3), now).is_err(), "her third, wherever from");
        assert!(quota.admit_at(&bob, address(1), now).is_ok());
        assert!(
            quota.admit_at(&bob, address(1), now).is_err(),
            "the address's third; hers that was refused counts not"
        );
        assert!(quota.admit_at(&other, address(1), now).is_ok(), "another tenant");
    }
}
