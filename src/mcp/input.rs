//! Requests whose servers ask their callers something: relayed as requests in the session era, as an
//! `input_required` result in 2026-07-28.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use serde_json::json;
use tokio::sync::mpsc;

use super::session::{Entered, Session};
use super::waiting::Waits;
use super::{Face, Finished, Incoming, Out, frame};
use crate::error::{Error, Kind, Result};
use crate::model::{Principal, RawJson, RawObject, Timestamp};
use crate::upstream::{ASK_TIMEOUT, Ask, Caller, Cancel, Relayed, Reply};

/// Sealed for this.
const PURPOSE: &str = "mcp-input";
/// Calls that wait for their callers to come back.
const MAX_PARKED: usize = 1000;

/// The work of a request, and what its server says meanwhile.
pub(super) struct Exchange {
    pub(super) work: Pin<Box<dyn Future<Output = Finished> + Send>>,
    pub(super) relayed: mpsc::Receiver<Relayed>,
    pub(super) cancel: Cancel,
}

impl Drop for Exchange {
    fn drop(&mut self) {
        // Nobody will come back for it.
        self.cancel.set();
    }
}

/// Calls of the stateless era that wait for what their callers were asked.
#[derive(Default)]
pub(super) struct Parked(Mutex<HashMap<String, Call>>);

struct Call {
    exchange: Exchange,
    asks: Vec<(String, Ask)>,
    until: Instant,
    _waits: Option<Waits>,
}

impl Parked {
    fn calls(&self) -> std::sync::MutexGuard<'_, HashMap<String, Call>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn sweep(&self) {
        let now = Instant::now();
        let over: Vec<Call> = self.calls().extract_if(|_, call| call.until < now).map(|(_, call)| call).collect();
        // Dropped outside the lock: that tells their servers.
        drop(over);
    }
}

/// How a request of the session era ended.
pub(super) enum Ended {
    /// With this.
    Finished(Finished),
    /// The client has cancelled it.
    Cancelled,
}

impl Face {
    /// Runs `work`, passing on what its server says and asks. `session` is asked; without one, nobody can be.
    pub(super) async fn relay(
        &self,
        work: impl Future<Output = Finished>,
        mut relayed: mpsc::Receiver<Relayed>,
        principal: &Principal,
        session: Option<&Arc<Session>>,
        entered: Option<&Entered<'_>>,
        out: &Out,
    ) -> Ended {
        let mut work = std::pin::pin!(work);
        loop {
            let what = tokio::select! {
                biased;
                Some(what) = relayed.recv() => what,
                finished = &mut work => {
                    // What it said just before.
                    while let Ok(what) = relayed.try_recv() {
                        self.pass_on(what, principal, session, out).await;
                    }
                    return Ended::Finished(finished);
                }
                () = cancelled(entered) => return Ended::Cancelled,
            };
            self.pass_on(what, principal, session, out).await;
        }
    }

    /// Says to the client what a server says. What cannot be delivered is dropped, which answers a question.
    pub(super) async fn pass_on(
        &self,
        what: Relayed,
        principal: &Principal,
        session: Option<&Arc<Session>>,
        out: &Out,
    ) {
        let frame = match self.in_our_words(what, principal).await {
            Some(Relayed::Notification { method, params, .. }) => {
                let wanted = method != "notifications/message" || session.is_none_or(|it| it.wants_log(&params));
                wanted.then(|| frame::notification(&method, &params))
            }
            Some(Relayed::Ask(ask)) => match session {
                Some(session) => match self.waiting.enter(principal, &ask.server) {
                    Ok(waits) => session.ask(&self.gateway, ask, waits).await,
                    Err(error) => {
                        tracing::debug!(error = error.chain(), "a question was not passed on");
                        None
                    }
                },
                None => None,
            },
            Some(Relayed::Withdrawn(number)) => session.and_then(|session| session.withdraw(number)),
            None => None,
        };
        if let Some(frame) = frame {
            let _ = out.send(frame).await;
        }
    }

    /// What a server says, with the ids of its tasks as the caller knows them; `None` when that cannot be had.
    async fn in_our_words(&self, what: Relayed, principal: &Principal) -> Option<Relayed> {
        let written = match what {
            Relayed::Notification { server, method, params } => {
                let params = self.gateway.server_says(principal, &server, &method, params).await;
                params.map(|params| Relayed::Notification { server, method, params })
            }
            Relayed::Ask(mut ask) => {
                let params = std::mem::replace(&mut ask.params, RawJson::empty_object());
                let params = self.gateway.server_says(principal, &ask.server, &ask.method, params).await;
                params.map(|params| {
                    ask.params = params;
                    Relayed::Ask(ask)
                })
            }
            withdrawn @ Relayed::Withdrawn(_) => Ok(withdrawn),
        };
        written.inspect_err(|error| tracing::warn!(error = error.chain(), "a message of a server was dropped")).ok()
    }

    /// Runs an exchange of the stateless era until it is finished, or its server asks something: then it is put aside,
    /// and the result says what is asked.
    pub(super) async fn drive(
        &self,
        principal: &Principal,
        mut exchange: Exchange,
        wants_log: bool,
        out: &Out,
    ) -> Finished {
        loop {
            let what = tokio::select! {
                biased;
                Some(what) = exchange.relayed.recv() => what,
                finished = &mut exchange.work => {
                    while let Ok(what) = exchange.relayed.try_recv() {
                        self.pass_on_modern(what, principal, wants_log, out).await;
                    }
                    return finished;
                }
            };
            match what {
                Relayed::Ask(ask) => {
                    let mut asks = vec![ask];
                    // A server may ask several things at once.
                    while let Ok(what) = exchange.relayed.try_recv() {
                        match what {
                            Relayed::Ask(ask) => asks.push(ask),
                            other => self.pass_on_modern(other, principal, wants_log, out).await,
                        }
                    }
                    let asks = asks.into_iter().enumerate().map(|(number, ask)| (format!("input-{}", number + 1), ask));
                    return self.put_aside(principal, exchange, asks.collect()).await;
                }
                other => self.pass_on_modern(other, principal, wants_log, out).await,
            }
        }
    }

    /// The `input_required` result of an exchange, which waits for its caller to come back. One that is too many ends.
    async fn put_aside(&self, principal: &Principal, exchange: Exchange, asks: Vec<(String, Ask)>) -> Finished {
        let waits = asks.first().map(|(_, ask)| self.waiting.enter(principal, &ask.server)).transpose()?;
        let key = uuid::Uuid::new_v4().simple().to_string();
        let until = Timestamp::now().plus(ASK_TIMEOUT);
        let state = self.gateway.sealer().await?;
        let state = state.seal(PURPOSE, &principal.identity(), format!("{} {key}", until.0).as_bytes())?;
        let mut requests = serde_json::Map::new();
        for (name, ask) in &asks {
            let params = self.gateway.server_says(principal, &ask.server, &ask.method, ask.params.clone()).await?;
            let params: serde_json::Value = params.parse().unwrap_or_default();
            requests.insert(name.clone(), json!({ "method": ask.method, "params": params }));
        }
        let result = json!({ "resultType": "input_required", "inputRequests": requests, "requestState": state });
        let mut calls = self.parked.calls();
        if calls.len() >= MAX_PARKED {
            return Err(Error::new(Kind::RateLimited, "too many calls wait for input")
                .data(json!({ "reason": "too_many_waiting_calls", "limit": MAX_PARKED })));
        }
        calls.insert(key, Call { exchange, asks, until: Instant::now() + ASK_TIMEOUT, _waits: waits });
        drop(calls);
        super::methods::written(&result).map(Reply::Result)
    }

    /// Takes up the exchange that a caller has come back to, if its `requestState` is one of ours; `None` otherwise,
    /// and then it is a server's own.
    pub(super) async fn resume(
        &self,
        incoming: &Incoming,
        params: &RawObject<'_>,
        wants_log: bool,
        out: &Out,
    ) -> Option<Finished> {
        let state: String = params.read("requestState").ok()??;
        let sealer = match self.gateway.sealer().await {
            Ok(sealer) => sealer,
            Err(error) => return Some(Err(error)),
        };
        let plain = String::from_utf8(sealer.open(PURPOSE, &incoming.principal.identity(), &state)?).ok()?;
        Some(self.resume_call(incoming, &plain, params, wants_log, out).await)
    }

    async fn resume_call(
        &self,
        incoming: &Incoming,
        plain: &str,
        params: &RawObject<'_>,
        wants_log: bool,
        out: &Out,
    ) -> Finished {
        let over = || {
            Error::invalid("the call that waited for this input is over; make it again")
                .data(json!({ "reason": "request_state_expired" }))
        };
        let (until, key) = plain.split_once(' ').ok_or_else(over)?;
        let is_old = until.parse().is_ok_and(|until| Timestamp(until) < Timestamp::now());
        let call = self.parked.calls().remove(key).filter(|_| !is_old);
        let Call { exchange, asks, .. } = call.ok_or_else(over)?;
        let responses = params.read::<RawObject<'_>>("inputResponses");
        let responses = responses.ok().flatten().unwrap_or_default();
        let mut missing = Vec::new();
        for (name, ask) in asks {
            match responses.get(&name) {
                Some(response) => ask.answer(Reply::Result(RawJson::copy_of(response))),
                None => missing.push((name, ask)),
            }
        }
        if !missing.is_empty() {
            // Asked again: the caller may not have understood.
            return self.put_aside(&incoming.principal, exchange, missing).await;
        }
        self.drive(&incoming.principal, exchange, wants_log, out).await
    }

    /// A notification for a caller of the stateless era, which gets log messages only when it asked for them.
    async fn pass_on_modern(&self, what: Relayed, principal: &Principal, wants_log: bool, out: &Out) {
        if let Some(Relayed::Notification { method, params, .. }) = self.in_our_words(what, principal).await
            && (wants_log || method != "notifications/message")
        {
            let _ = out.send(frame::notification(&method, &params)).await;
        }
    }

    /// Runs `work` of the stateless era that nobody can be asked about.
    pub(super) async fn relay_modern(
        &self,
        work: impl Future<Output = Finished>,
        mut relayed: mpsc::Receiver<Relayed>,
        principal: &Principal,
        wants_log: bool,
        out: &Out,
    ) -> Finished {
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                biased;
                Some(what) = relayed.recv() => self.pass_on_modern(what, principal, wants_log, out).await,
                finished = &mut work => {
                    while let Ok(what) = relayed.try_recv() {
                        self.pass_on_modern(what, principal, wants_log, out).await;
                    }
                    return finished;
                }
            }
        }
    }
}

async fn cancelled(entered: Option<&Entered<'_>>) {
    match entered {
        Some(entered) => entered.leave.gone().await,
        None => std::future::pending().await,
    }
}

/// The work on an exchange, which outlives the request that began it.
pub(super) fn exchange<W>(caller: Caller, work: impl FnOnce(Caller) -> W) -> Exchange
where
    W: Future<Output = Result<Reply>> + Send + 'static,
{
    let (caller, relayed) = caller.relayed();
    let cancel = caller.cancel.clone();
    Exchange { work: Box::pin(work(caller)), relayed, cancel }
}
