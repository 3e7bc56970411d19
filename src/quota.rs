//! How much a caller may ask in a while: rolling windows, counted in memory, and shared by replicas.
//!
//! A window is counted in sixty parts. A request counts as long as any moment of its part lies in the window that ends
//! now, so no rolling window ever holds more than the limit, wherever bursts are placed; the price is that a request
//! is remembered for up to a sixtieth longer than it has to be.
//!
//! Replicas tell one another what they have counted, in rounds and beside the calls. What the others have admitted since
//! cannot be known, so each takes them to have admitted as much as itself: of what is left of a limit at the start of
//! two rounds, each of n replicas takes an n-th at most. Callers below a twentieth of their limit are not told about,
//! so that two replicas together admit at most 1.05 times the limit, and n replicas 1 + (n-1)/20 times.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use sha2::{Digest as _, Sha256};

use crate::model::{Principal, TenantId};

/// The parts of a window, and the one that is under way.
const PARTS: usize = 61;
/// Callers that are counted apart; beyond, those of a tenant share a count.
const MAX_CALLERS: usize = 100_000;

/// One in so many of a limit, and replicas tell one another.
const WORTH_TELLING: u32 = 20;
/// Callers that one replica tells of at most.
const MAX_TOLD: usize = 5_000;
/// Told to who was refused only because others may have admitted something.
const NEXT_ROUND: Duration = Duration::from_millis(500);

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
    /// When it began, and what time it was: parts are the same on every replica, and no change of the clock moves them.
    epoch: (Instant, Duration),
    counted: Mutex<Counted>,
}

#[derive(Default)]
struct Counted {
    windows: HashMap<Key, Window>,
    /// What other replicas have told, by [`Key::hash`].
    told: HashMap<u64, Ring>,
    /// How many other replicas there are.
    others: u32,
    /// Rounds of telling so far.
    round: u64,
}

/// What this replica tells: callers by their hashes, and their counts by part.
pub type Told = Vec<(u64, Vec<(u64, u32)>)>;

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

impl Key {
    /// The same on every replica.
    fn hash(&self) -> u64 {
        let mut hasher = Sha256::new();
        let mut part = |text: &str| {
            hasher.update(text.len().to_be_bytes());
            hasher.update(text);
        };
        part(self.tenant.as_str());
        match &self.who {
            Who::Address(address) => part(&address.to_string()),
            Who::Subject { issuer, subject } => {
                part(issuer);
                part(subject);
            }
            Who::Others => {}
        }
        let digest: [u8; 32] = hasher.finalize().into();
        digest.iter().take(8).fold(0, |hash, byte| hash << 8 | u64::from(*byte))
    }
}

struct Window {
    own: Ring,
    hash: u64,
    /// A round, what was admitted in it, and in the one before.
    fresh: (u64, u32, u32),
}

/// Counts by part.
struct Ring {
    counts: [u32; PARTS],
    total: u32,
    /// The newest part.
    part: u64,
}

impl Quota {
    /// Nothing counted yet.
    pub fn new(config: QuotaConfig) -> Self {
        let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { config, epoch: (Instant::now(), time), counted: Mutex::default() }
    }

    fn now(&self) -> Duration {
        self.epoch.1 + self.epoch.0.elapsed()
    }

    /// Whether anything is limited.
    pub fn is_limited(&self) -> bool {
        self.config.per_address > 0 || self.config.per_subject > 0
    }

    /// Counts `requests` of `caller` from `address`, unless there is no room for all of them.
    ///
    /// # Errors
    /// How long to wait before there is room for one.
    pub fn admit(&self, caller: &Principal, address: Option<IpAddr>, requests: u32) -> Result<(), Duration> {
        self.admit_at(caller, address, requests, self.now())
    }

    /// What is worth telling the other replicas.
    pub fn tell(&self) -> Told {
        self.tell_at(self.now())
    }

    fn tell_at(&self, at: Duration) -> Told {
        let part = self.part(at);
        let mut told: Told = Vec::new();
        for (key, window) in &mut self.counted().windows {
            let limit =
                if matches!(key.who, Who::Address(_)) { self.config.per_address } else { self.config.per_subject };
            window.own.forget_before(part);
            if window.own.total > 0 && window.own.total.saturating_mul(WORTH_TELLING) >= limit && told.len() < MAX_TOLD
            {
                told.push((window.hash, window.own.by_part()));
            }
        }
        told
    }

    /// The others know what was told: from now on, a new round. `told` is what they have told, by whichever of them.
    pub fn hear(&self, others: u32, told: impl IntoIterator<Item = (u64, Vec<(u64, u32)>)>) {
        self.hear_at(others, told, self.now());
    }

    fn hear_at(&self, others: u32, told: impl IntoIterator<Item = (u64, Vec<(u64, u32)>)>, at: Duration) {
        let part = self.part(at);
        let mut rings: HashMap<u64, Ring> = HashMap::new();
        for (hash, counts) in told {
            let ring = rings.entry(hash).or_insert_with(|| Ring::at(part));
            for (of, count) in counts {
                ring.add(of, count);
            }
        }
        let mut counted = self.counted();
        (counted.told, counted.others) = (rings, others);
    }

    /// Begins a round: what is admitted from here on is in nothing that was told.
    pub fn next_round(&self) {
        self.counted().round += 1;
    }

    /// Length of a part in milliseconds.
    pub fn part_ms(&self) -> u64 {
        u64::try_from(self.part_length().as_millis()).unwrap_or(u64::MAX)
    }

    fn admit_at(
        &self,
        caller: &Principal,
        address: Option<IpAddr>,
        requests: u32,
        at: Duration,
    ) -> Result<(), Duration> {
        // As if they came one by one: the last has to find room.
        let before = requests.saturating_sub(1);
        let key = |who| Key { tenant: caller.tenant.clone(), who };
        let by_address = address.filter(|_| self.config.per_address > 0);
        let by_address = by_address.map(|address| (key(Who::Address(network(address))), self.config.per_address));
        let subject = || Who::Subject { issuer: caller.issuer.clone(), subject: caller.subject.clone() };
        let by_subject = (self.config.per_subject > 0).then(|| (key(subject()), self.config.per_subject));
        let limits: Vec<(Key, u32)> = by_address.into_iter().chain(by_subject).collect();
        if limits.is_empty() {
            return Ok(());
        }
        let (part_length, part) = (self.part_length(), self.part(at));
        let mut counted = self.counted();
        let Counted { windows, told, others, round } = &mut *counted;
        // Asked of all before it is counted by any.
        for (key, limit) in &limits {
            let window = window(windows, key, part);
            let mut used = window.own.total.saturating_add(before);
            let mut free = window.own.first_free();
            if *others > 0 {
                if let Some(ring) = told.get_mut(&window.hash) {
                    ring.forget_before(part);
                    used = used.saturating_add(ring.total);
                    free = free.into_iter().chain(ring.first_free()).min();
                }
                if used < *limit
                    && used.saturating_add(others.saturating_mul(window.fresh(*round).saturating_add(before))) >= *limit
                {
                    return Err(NEXT_ROUND.min(self.config.window));
                }
            }
            if used >= *limit {
                let parts = u32::try_from(free.unwrap_or(part + 1) - part).unwrap_or(u32::MAX);
                let into = u64::try_from(at.as_nanos() % part_length.as_nanos()).unwrap_or(u64::MAX);
                let into = Duration::from_nanos(into);
                return Err(part_length.saturating_mul(parts).saturating_sub(into));
            }
        }
        for (key, _) in &limits {
            let window = window(windows, key, part);
            window.own.add(part, requests);
            window.count_fresh(*round, requests);
        }
        Ok(())
    }

    fn part(&self, at: Duration) -> u64 {
        u64::try_from(at.as_nanos() / self.part_length().as_nanos()).unwrap_or(u64::MAX)
    }

    fn part_length(&self) -> Duration {
        (self.config.window / 60).max(Duration::from_nanos(1))
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn window<'a>(counted: &'a mut HashMap<Key, Window>, key: &Key, part: u64) -> &'a mut Window {
    let mut key = key.clone();
    if counted.len() >= MAX_CALLERS && !counted.contains_key(&key) {
        counted.retain(|_, window| {
            window.own.forget_before(part);
            window.own.total > 0
        });
        if counted.len() >= MAX_CALLERS {
            key.who = Who::Others;
        }
    }
    let window = match counted.entry(key) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(new) => {
            let hash = new.key().hash();
            new.insert(Window { own: Ring::at(part), hash, fresh: (0, 0, 0) })
        }
    };
    window.own.forget_before(part);
    window
}

/// Whom an address is counted with: a client of IPv6 has a whole /64 to choose from (RFC 6177).
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & (u128::MAX << 64)).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

fn slot(part: u64) -> usize {
    usize::try_from(part % PARTS as u64).unwrap_or_default()
}

impl Window {
    /// Admitted since the round before `round` began: the others may not know of it yet.
    fn fresh(&self, round: u64) -> u32 {
        let (of, now, before) = self.fresh;
        match round - of {
            0 => now + before,
            1 => now,
            _ => 0,
        }
    }

    fn count_fresh(&mut self, round: u64, requests: u32) {
        let (of, now, before) = self.fresh;
        self.fresh = match round - of {
            0 => (round, now + requests, before),
            1 => (round, requests, now),
            _ => (round, requests, 0),
        };
    }
}

impl Ring {
    fn at(part: u64) -> Self {
        Self { counts: [0; PARTS], total: 0, part }
    }

    /// Counts in `part`, unless that is long past.
    fn add(&mut self, part: u64, count: u32) {
        self.forget_before(part);
        if part + PARTS as u64 > self.part
            && let Some(counted) = self.counts.get_mut(slot(part))
        {
            *counted += count;
            self.total += count;
        }
    }

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

    fn parts(&self) -> impl Iterator<Item = (u64, u32)> + '_ {
        let oldest = self.part.saturating_sub(PARTS as u64 - 1);
        let counts = (oldest..=self.part).map(|part| (part, self.counts.get(slot(part)).copied().unwrap_or_default()));
        counts.filter(|(_, count)| *count > 0)
    }

    fn by_part(&self) -> Vec<(u64, u32)> {
        self.parts().collect()
    }

    /// The part in which the oldest request that counts will not count any more.
    fn first_free(&self) -> Option<u64> {
        self.parts().next().map(|(part, _)| part + PARTS as u64)
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
                let passed = (0..150).filter(|_| quota.admit_at(&caller, None, 1, at).is_ok()).count();
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
    fn a_batch_counts_as_many_as_it_has_messages_and_is_refused_whole() {
        let (quota, caller, now) = (quota(0, 100), caller("acme", "ann"), Duration::from_secs(1));
        assert!(quota.admit_at(&caller, None, 60, now).is_ok());
        assert!(quota.admit_at(&caller, None, 41, now).is_err(), "no part of it");
        assert!(quota.admit_at(&caller, None, 40, now).is_ok());
        assert!(quota.admit_at(&caller, None, 1, now).is_err());
        assert!(quota.admit_at(&caller, None, 101, now + WINDOW * 3).is_err(), "more than there is ever room for");
    }

    #[test]
    fn who_waits_as_long_as_told_is_admitted() {
        for start in [Duration::from_millis(123_456), Duration::from_millis(1_795_000_000_123)] {
            waits_as_told(start);
        }
    }

    fn waits_as_told(mut at: Duration) {
        let config = QuotaConfig { window: Duration::from_secs(2), per_address: 0, per_subject: 3 };
        let (short, caller) = (Quota::new(config), caller("acme", "ann"));
        assert!((0..3).all(|_| short.admit_at(&caller, None, 1, at).is_ok()));
        let wait = short.admit_at(&caller, None, 1, at).expect_err("one too many");
        assert!(short.admit_at(&caller, None, 1, at + wait).is_ok() && wait > Duration::from_secs(1), "{wait:?}");
        let quota = quota(0, 3);
        for _ in 0..3 {
            assert!(quota.admit_at(&caller, None, 1, at).is_ok());
            at += Duration::from_secs(5);
        }
        let wait = quota.admit_at(&caller, None, 1, at).expect_err("one too many");
        assert!(quota.admit_at(&caller, None, 1, at + wait - Duration::from_millis(1)).is_err());
        assert!(quota.admit_at(&caller, None, 1, at + wait).is_ok());
        assert!(wait < WINDOW, "{wait:?}");
    }

    #[test]
    fn tenants_subjects_and_addresses_are_counted_apart() {
        let quota = quota(2, 2);
        let now = Duration::from_secs(1);
        let address = |last| Some(IpAddr::from([10, 0, 0, last]));
        let (ann, bob, other) = (caller("acme", "ann"), caller("acme", "bob"), caller("other", "ann"));
        assert!(quota.admit_at(&ann, address(1), 1, now).is_ok() && quota.admit_at(&ann, address(2), 1, now).is_ok());
        assert!(quota.admit_at(&ann, address(3), 1, now).is_err(), "her third, wherever from");
        assert!(quota.admit_at(&bob, address(1), 1, now).is_ok());
        assert!(
            quota.admit_at(&bob, address(1), 1, now).is_err(),
            "the address's third; hers that was refused counts not"
        );
        assert!(quota.admit_at(&other, address(1), 1, now).is_ok(), "another tenant");
        let v6 = |text: &str| Some(text.parse().expect("an address"));
        let subjects = ["a", "b", "c", "d"].map(|subject| caller("acme", subject));
        let addresses = ["2001:db8::1", "2001:db8::ffff", "2001:db8::2", "2001:db8:0:1::2"];
        let passed: Vec<bool> =
            subjects.iter().zip(addresses).map(|(it, from)| quota.admit_at(it, v6(from), 1, now).is_ok()).collect();
        assert_eq!(passed, [true, true, false, true], "one network of IPv6 is one client");
    }

    /// Two replicas that tell each other every quarter of a second, each hearing what the other told last.
    #[test]
    fn two_replicas_together_hold_little_more_than_the_limit() {
        for (seed, pattern) in [(1, [40, 40]), (2, [90, 0]), (3, [3, 60]), (4, [200, 200]), (5, [1, 1])] {
            let (replicas, caller) = ([quota(0, 100), quota(0, 100)], caller("acme", "ann"));
            let mut told: [Told; 2] = [Vec::new(), Vec::new()];
            let mut admitted: Vec<Duration> = Vec::new();
            for replica in &replicas {
                replica.hear_at(1, Vec::new(), Duration::from_secs(1000));
            }
            for step in 0..4000_u64 {
                let at = Duration::from_secs(1000) + Duration::from_millis(step * 50);
                // Not in step: the second tells and hears later than the first.
                for (place, replica) in replicas.iter().enumerate() {
                    if step % 5 == 2 * place as u64 {
                        told[place] = replica.tell_at(at);
                        replica.next_round();
                        replica.hear_at(1, told[1 - place].clone(), at);
                    }
                }
                // Bursts with pauses, so that windows are full and empty.
                if (step / 40 + seed) % 3 == 0 {
                    for (replica, burst) in replicas.iter().zip(pattern) {
                        let passed = (0..burst).filter(|_| replica.admit_at(&caller, None, 1, at).is_ok()).count();
                        admitted.extend(std::iter::repeat_n(at, passed));
                    }
                }
            }
            let most = admitted
                .iter()
                .enumerate()
                .map(|(index, start)| admitted.iter().skip(index).take_while(|at| **at - *start < WINDOW).count());
            let most = most.max().unwrap_or_default();
            assert!((90..=115).contains(&most), "{pattern:?}: {most} within a minute");
        }
    }
}
