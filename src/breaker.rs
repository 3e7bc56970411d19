//! Keeps a server in trouble from being everybody's trouble: a circuit breaker and a bound on what is under way per
//! server, and a common pace at which failing servers are tried again. A server is whoever we ask over a network: an MCP
//! server, a provider of embeddings.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Failures in a row that open the circuit.
const FAILURES: u32 = 5;
/// How long an open circuit refuses before a probe is let through; doubles with every failed probe.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// A server's circuit and its room.
pub(crate) struct Breaker {
    state: Mutex<State>,
    room: Arc<Semaphore>,
    /// Under way and waiting.
    queue: Arc<Semaphore>,
    pace: Arc<Pace>,
    longest_pause: Duration,
}

#[derive(Default)]
struct State {
    /// Failures in a row.
    failures: u32,
    /// It could not be reached the last time, so that trying again is a matter of the common pace.
    is_unreachable: bool,
    /// Set while the circuit is open.
    open_until: Option<Instant>,
    /// The probe of a half-open circuit is under way.
    is_probing: bool,
}

/// Why a request is not even tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The circuit is open.
    Open {
        /// When a probe will be let through.
        retry_after: Duration,
    },
    /// Too much is under way and waiting already.
    Full,
}

/// A request that was let through. Dropped without a verdict (its caller left), it counts as neither.
#[must_use]
pub(crate) struct Permit {
    breaker: Arc<Breaker>,
    is_probe: bool,
    judged: bool,
    _room: OwnedSemaphorePermit,
    _place: OwnedSemaphorePermit,
}

impl Breaker {
    /// `room` requests under way, `queue` waiting; an open circuit is tried again after `longest_pause` at the latest.
    pub(crate) fn new(room: usize, queue: usize, pace: &Arc<Pace>, longest_pause: Duration) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::default(),
            room: Arc::new(Semaphore::new(room)),
            queue: Arc::new(Semaphore::new(room + queue)),
            pace: Arc::clone(pace),
            longest_pause,
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a request through, waits for room, or refuses at once. Waiting has no end of its own.
    pub(crate) async fn admit(self: &Arc<Self>) -> Result<Permit, Refusal> {
        let is_probe = self.pass(Instant::now())?;
        // Given back without a verdict, should the caller leave while it waits for room.
        let mut probe = ProbeGuard { breaker: self, armed: is_probe };
        let place = Arc::clone(&self.queue).try_acquire_owned().map_err(|_| Refusal::Full)?;
        let room = Arc::clone(&self.room).acquire_owned().await.map_err(|_| Refusal::Full)?;
        probe.armed = false;
        Ok(Permit { breaker: Arc::clone(self), is_probe, judged: false, _room: room, _place: place })
    }

    /// Whether the request is the probe of a half-open circuit.
    fn pass(&self, now: Instant) -> Result<bool, Refusal> {
        let mut state = self.state();
        let Some(until) = state.open_until else {
            let turn = if state.is_unreachable { self.pace.try_turn(now) } else { Ok(()) };
            return turn.map(|()| false).map_err(|retry_after| Refusal::Open { retry_after });
        };
        let retry_after = if state.is_probing { FIRST_PAUSE } else { until.saturating_duration_since(now) };
        if !retry_after.is_zero() {
            return Err(Refusal::Open { retry_after });
        }
        if let Err(retry_after) = self.pace.try_turn(now) {
            return Err(Refusal::Open { retry_after });
        }
        state.is_probing = true;
        Ok(true)
    }

    /// Whether the circuit is open, and for how long.
    pub(crate) fn is_open(&self) -> Option<Duration> {
        self.state().open_until.map(|until| until.saturating_duration_since(Instant::now()))
    }
}

struct ProbeGuard<'a> {
    breaker: &'a Breaker,
    armed: bool,
}

impl Drop for ProbeGuard<'_> {
    fn drop(&mut self) {
        if self.armed {
            self.breaker.state().is_probing = false;
        }
    }
}

impl std::fmt::Debug for Permit {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Permit")
    }
}

impl Permit {
    /// The server answered, whatever it said.
    pub(crate) fn succeeded(mut self) {
        self.judged = true;
        let mut state = self.breaker.state();
        *state = State::default();
    }

    /// The server did not answer, or not as the protocol wants it; `is_unreachable` when it was not even there.
    pub(crate) fn failed(mut self, is_unreachable: bool) {
        self.judged = true;
        let mut state = self.breaker.state();
        state.is_unreachable = is_unreachable;
        state.failures = state.failures.saturating_add(1);
        if self.is_probe {
            state.is_probing = false;
        }
        if state.failures >= FAILURES && (self.is_probe || state.open_until.is_none()) {
            let doubled =
                FIRST_PAUSE.saturating_mul(1 << (state.failures - FAILURES).min(10)).min(self.breaker.longest_pause);
            // Up to a fifth shorter or longer, so that many servers that failed together come back apart.
            let jitter = 0.8 + 0.4 * fraction();
            state.open_until = Some(Instant::now() + doubled.mul_f64(jitter));
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.is_probe && !self.judged {
            self.breaker.state().is_probing = false;
        }
    }
}

/// The pace at which servers that failed are tried again, all together: some a second, so that a hundred servers
/// that come back are not met by a storm.
pub(crate) struct Pace {
    tokens: Mutex<(f64, Instant)>,
}

impl Pace {
    const PER_SECOND: f64 = 5.0;
    const BURST: f64 = 5.0;

    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { tokens: Mutex::new((Self::BURST, Instant::now())) })
    }

    /// Takes a turn, or says how long until there may be one.
    pub(crate) fn try_turn(&self, now: Instant) -> Result<(), Duration> {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = now.saturating_duration_since(tokens.1).as_secs_f64();
        *tokens = ((tokens.0 + passed * Self::PER_SECOND).min(Self::BURST), now);
        if tokens.0 < 1.0 {
            return Err(Duration::from_secs_f64((1.0 - tokens.0) / Self::PER_SECOND));
        }
        tokens.0 -= 1.0;
        Ok(())
    }

    /// Waits for a turn.
    pub(crate) async fn turn(&self) {
        while let Err(wait) = self.try_turn(Instant::now()) {
            tokio::time::sleep(wait).await;
        }
    }
}

/// From 0 to 1, anew with every call; good enough to keep things apart.
pub(crate) fn fraction() -> f64 {
    use std::hash::{BuildHasher as _, RandomState};
    let random = RandomState::new().hash_one(0_u8);
    f64::from(u32::try_from(random >> 32).unwrap_or(0)) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: Duration = Duration::from_secs(20);

    async fn fail(breaker: &Arc<Breaker>, times: u32) {
        for _ in 0..times {
            breaker.admit().await.expect("a permit").failed(false);
        }
    }

    fn reopen(breaker: &Breaker) {
        breaker.state().open_until = Some(Instant::now());
    }

    #[tokio::test]
    async fn five_failures_open_it_and_one_probe_closes_it() {
        let breaker = Breaker::new(8, 8, &Pace::new(), LONGEST);
        fail(&breaker, 4).await;
        breaker.admit().await.expect("a permit").succeeded();
        fail(&breaker, 5).await;
        let Err(Refusal::Open { retry_after }) = breaker.admit().await else { panic!("it is closed") };
        assert!(retry_after <= FIRST_PAUSE.mul_f64(1.2), "{retry_after:?}");
        reopen(&breaker);
        let probe = breaker.admit().await.expect("a probe");
        assert!(matches!(breaker.admit().await, Err(Refusal::Open { .. })), "one probe at a time");
        probe.failed(true);
        assert!(breaker.is_open().is_some_and(|left| left > FIRST_PAUSE.mul_f64(1.2)), "the pause doubles");
        reopen(&breaker);
        // A caller that leaves gives the probe back.
        drop(breaker.admit().await);
        breaker.admit().await.expect("the next probe").succeeded();
        assert_eq!(breaker.is_open(), None);
    }

    #[tokio::test]
    async fn what_fits_neither_room_nor_queue_is_refused_at_once() {
        let breaker = Breaker::new(1, 1, &Pace::new(), LONGEST);
        let first = breaker.admit().await.expect("a permit");
        let waiting = tokio::spawn({
            let breaker = Arc::clone(&breaker);
            async move { breaker.admit().await.is_ok() }
        });
        tokio::task::yield_now().await;
        assert!(matches!(breaker.admit().await, Err(Refusal::Full)));
        drop(first);
        assert!(waiting.await.expect("a task"));
    }

    #[tokio::test]
    async fn servers_that_are_away_are_tried_again_at_the_common_pace() {
        let pace = Pace::new();
        let servers: Vec<_> = (0..100).map(|_| Breaker::new(8, 8, &pace, LONGEST)).collect();
        let mut tries = 0;
        for _ in 0..5 {
            for server in &servers {
                if let Ok(permit) = server.admit().await {
                    tries += 1;
                    permit.failed(true);
                }
            }
        }
        assert!((100..=110).contains(&tries), "each once, and a few again: {tries}");
    }

    #[test]
    fn failing_servers_share_a_pace() {
        let pace = Pace::new();
        let start = Instant::now();
        let mut turns = 0;
        for millisecond in 0..10_000 {
            turns += u32::from(pace.try_turn(start + Duration::from_millis(millisecond)).is_ok());
        }
        assert!((50..=56).contains(&turns), "{turns}");
    }
}
