//! One request to a server, in whichever era it and the caller live.

use std::sync::Arc;
use std::time::Instant;

use serde_json::value::RawValue;
use tokio::sync::oneshot;

use super::Gateway;
use super::invite::{Answered, signed_off};
use crate::error::{Error, Kind, Result};
use crate::model::{ObjectWriter, Principal, RawJson, RawObject, Server};
use crate::upstream::{self, ASK_TIMEOUT, Ask, Caller, Relayed, Reply, Request, capability_for};

/// Rounds of questions in one request; a server that has not enough of answers by then never will.
const MAX_ROUNDS: usize = 10;
/// “URL elicitation required” (MCP 2025-11-25); must not be said in 2026-07-28.
pub(super) const URL_ELICITATION_REQUIRED: i64 = -32042;
/// “Missing required client capability” (MCP 2026-07-28).
const MISSING_CAPABILITY: i64 = -32021;

impl Gateway {
    /// Sends a request to `server` and bridges the eras: a caller of the session era is asked one by one what a server
    /// of 2026-07-28 asks in its result.
    pub(super) async fn forward(
        &self,
        principal: &Principal,
        server: &Arc<Server>,
        request: &Request<'_>,
    ) -> Result<Reply> {
        let started = Instant::now();
        let timeout = request.deadline.saturating_duration_since(started);
        let own_answer = Answered::take(request.params)?;
        if own_answer.as_ref().is_some_and(|answered| answered.declined) {
            return signed_off(server, request.method);
        }
        let rest = own_answer.as_ref().map(|answered| RawObject::parse(&answered.rest));
        let rest = rest.transpose().map_err(|error| Error::internal("parameters").source(error))?;
        let request = &Request { params: rest.as_ref().unwrap_or(request.params), ..*request };
        let mut reply = self.send(principal, server, request, started).await?;
        if request.caller.takes_input_required {
            return Ok(match reply {
                Reply::Error(error) => as_input_required(request.caller, &error)?.unwrap_or(Reply::Error(error)),
                result => result,
            });
        }
        for _ in 0..MAX_ROUNDS {
            let Some(asked) = input_required(&reply) else { return Ok(reply) };
            let answers = match ask_all(server, request.caller, &asked).await? {
                Ok(answers) => answers,
                Err(refusal) => return Ok(Reply::Error(refusal)),
            };
            let params = retried(request.params, &asked, &answers)?;
            let params = RawObject::parse(&params).map_err(|error| Error::internal("parameters").source(error))?;
            let started = Instant::now();
            let again = Request { params: &params, deadline: started + timeout, ..*request };
            reply = self.send(principal, server, &again, started).await?;
        }
        Err(Error::new(Kind::UpstreamError, format!("server `{}` asks for input again and again", server.name)))
    }

    async fn send(
        &self,
        principal: &Principal,
        server: &Arc<Server>,
        request: &Request<'_>,
        started: Instant,
    ) -> Result<Reply> {
        let outcome = self.pool.request(&principal.tenant, server, request).await;
        let about = request.target.as_ref().map_or("", |target| target.value);
        let duration_ms = started.elapsed().as_secs_f64() * 1e3;
        match &outcome {
            Ok(_) => {
                tracing::debug!(server.name = %server.name, method = request.method, about, duration_ms, "answered");
            }
            Err(error) => tracing::info!(
                server.name = %server.name, method = request.method, about, error = error.chain(), duration_ms,
                "not answered"
            ),
        }
        if let Err(error) = &outcome
            && upstream::wants_sign_in(error)
        {
            return self.invite(principal, server, request).await;
        }
        outcome.map_err(|error| match error.kind() {
            Kind::UpstreamTimeout | Kind::UpstreamUnavailable | Kind::UpstreamError | Kind::Internal => error,
            // Policy and configuration are the operator's business, not the caller's.
            _ => Error::new(Kind::UpstreamUnavailable, format!("server `{}` is not available", server.name))
                .source(error),
        })
    }
}

/// What a result of 2026-07-28 asks.
struct Asked {
    /// By key: method and parameters.
    requests: Vec<(String, String, RawJson)>,
    /// Handed back untouched.
    state: Option<RawJson>,
}

/// The questions in a result, if it is one of questions.
fn input_required(reply: &Reply) -> Option<Asked> {
    let Reply::Result(result) = reply else { return None };
    // Nearly no result is.
    memchr::memmem::find(result.bytes(), b"\"input_required\"")?;
    let members: RawObject<'_> = serde_json::from_str(result.as_str()).ok()?;
    if members.read::<&str>("resultType").ok()?? != "input_required" {
        return None;
    }
    let mut requests = Vec::new();
    let asked = members.read::<RawObject<'_>>("inputRequests").ok()?.unwrap_or_default();
    for (key, request) in asked.iter() {
        let request = RawObject::parse(request).ok()?;
        let params = request.get("params").map_or_else(RawJson::empty_object, RawJson::copy_of);
        requests.push((key.to_owned(), request.read("method").ok()??, params));
    }
    Some(Asked { requests, state: members.get("requestState").map(RawJson::copy_of) })
}

/// Every answer by its key; the caller's refusal, where it gives one.
async fn ask_all(server: &Server, caller: &Caller, asked: &Asked) -> Result<Result<Vec<(String, RawJson)>, RawJson>> {
    let cannot = |what: &str| {
        let message = format!("server `{}` asks for {what}, which this client cannot give", server.name);
        Error::new(Kind::UpstreamError, message)
    };
    let relay = caller.relay.as_ref().ok_or_else(|| cannot("input"))?;
    caller.asked.set();
    let mut waiting: Vec<(String, oneshot::Receiver<Reply>)> = Vec::new();
    for (key, method, params) in &asked.requests {
        if !capability_for(method).is_some_and(|capability| caller.offers(capability)) {
            return Err(cannot("input"));
        }
        let (ask, answer) = Ask::new(server.name.clone(), method.clone(), params.clone());
        relay.send(Relayed::Ask(ask)).await.map_err(|_| cannot("input"))?;
        waiting.push((key.clone(), answer));
    }
    let mut answers = Vec::with_capacity(waiting.len());
    for (key, answer) in waiting {
        match tokio::time::timeout(ASK_TIMEOUT, answer).await {
            Ok(Ok(Reply::Result(result))) => answers.push((key, result)),
            Ok(Ok(Reply::Error(error))) => return Ok(Err(error)),
            _ => return Err(cannot("an answer in time")),
        }
    }
    Ok(Ok(answers))
}

/// The parameters of the next round.
fn retried(params: &RawObject<'_>, asked: &Asked, answers: &[(String, RawJson)]) -> Result<Box<RawValue>> {
    let mut writer = ObjectWriter::new(1024);
    for (name, value) in params.iter().filter(|(name, _)| !matches!(*name, "inputResponses" | "requestState")) {
        writer.raw(name, value.get().as_bytes());
    }
    writer.object("inputResponses", |responses| {
        for (key, answer) in answers {
            responses.raw(key, answer.bytes());
        }
    });
    if let Some(state) = &asked.state {
        writer.raw("requestState", state.bytes());
    }
    raw_value(&writer.finish())
}

pub(super) fn raw_value(json: &RawJson) -> Result<Box<RawValue>> {
    RawValue::from_string(json.as_str().to_owned()).map_err(|error| Error::internal("write parameters").source(error))
}

/// A demand for URL elicitation, which an older server makes by an error, as the question that 2026-07-28 asks in its
/// place. The caller repeats its request when it has answered.
fn as_input_required(caller: &Caller, error: &RawJson) -> Result<Option<Reply>> {
    let Ok(value) = error.parse::<serde_json::Value>() else { return Ok(None) };
    if value["code"] != URL_ELICITATION_REQUIRED {
        return Ok(None);
    }
    if !caller.offers("elicitation") {
        let missing = serde_json::json!({
            "code": MISSING_CAPABILITY,
            "message": "MISSING_REQUIRED_CLIENT_CAPABILITY",
            "data": { "requiredCapabilities": { "elicitation": { "url": {} } } }
        });
        return written(&missing).map(|error| Some(Reply::Error(error)));
    }
    let mut requests = serde_json::Map::new();
    for (number, elicitation) in value["data"]["elicitations"].as_array().into_iter().flatten().enumerate() {
        let question = serde_json::json!({ "method": "elicitation/create", "params": elicitation });
        requests.insert(format!("url-{number}"), question);
    }
    let result = serde_json::json!({ "resultType": "input_required", "inputRequests": requests });
    written(&result).map(|result| Some(Reply::Result(result)))
}

pub(super) fn written(value: &serde_json::Value) -> Result<RawJson> {
    RawJson::of(value).map_err(|error| Error::internal("write a result").source(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_read_out_of_a_result_and_answers_put_into_the_next_round() {
        let result =
            r#"{"resultType":"input_required","inputRequests":{"a":{"method":"roots/list"}},"requestState":"s"}"#;
        let asked = input_required(&Reply::Result(RawJson::check(result).expect("json"))).expect("questions");
        assert_eq!(asked.requests[0].1, "roots/list");
        let params: Box<RawValue> =
            serde_json::from_str(r#"{"name":"t","requestState":"old","arguments":{}}"#).expect("json");
        let params = RawObject::parse(&params).expect("an object");
        let answers = [("a".to_owned(), RawJson::check(r#"{"roots":[]}"#).expect("json"))];
        let next = retried(&params, &asked, &answers).expect("parameters");
        assert_eq!(next.get(), r#"{"name":"t","arguments":{},"inputResponses":{"a":{"roots":[]}},"requestState":"s"}"#);
        let complete = r#"{"content":[{"type":"text","text":"\"input_required\""}]}"#;
        assert!(input_required(&Reply::Result(RawJson::check(complete).expect("json"))).is_none());
    }

    #[test]
    fn a_demand_for_a_url_becomes_a_question() {
        let error = RawJson::check(
            r#"{"code":-32042,"message":"x","data":{"elicitations":[{"mode":"url","url":"https://a"}]}}"#,
        );
        let error = error.expect("json");
        let mut caller = Caller::plain();
        let Ok(Some(Reply::Error(missing))) = as_input_required(&caller, &error) else { panic!("no error") };
        assert!(missing.as_str().contains("-32021"));
        caller.capabilities = RawJson::check(r#"{"elicitation":{}}"#).expect("json");
        let Ok(Some(Reply::Result(result))) = as_input_required(&caller, &error) else { panic!("no result") };
        assert!(result.as_str().contains(r#""params":{"mode":"url","url":"https://a"}"#), "{result:?}");
    }
}
