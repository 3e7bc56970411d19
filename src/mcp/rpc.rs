//! Plain JSON-RPC 2.0 on `/rpc`: no session, no protocol era, batches allowed.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::json;
use tracing::Instrument as _;

use super::error::{Code, error_frame, failure};
use super::frame::{self, MAX_BATCH, Message, Request};
use super::legacy::batch_of;
use super::methods::{Extra, ListOptions, begun, initialize, missing, plain_capabilities, written};
use super::{Answer, AuditFace, Face, Incoming, LEGACY};
use crate::error::{Error, Result};
use crate::gateway::SearchRequest;
use crate::model::RawJson;
use crate::search::Mode;
use crate::upstream::{Caller, Reply};

impl Face {
    /// Answers one message or a batch.
    pub async fn rpc(self: &Arc<Self>, incoming: &Incoming) -> Answer {
        let raw = match frame::parse(&incoming.body, self.max_depth) {
            Ok(raw) => raw,
            Err(malformed) => return Answer::bad(malformed.frame),
        };
        let Some(batch) = frame::batch(raw) else {
            return match frame::read(raw) {
                Ok(Message::Request(request)) => Answer::ok(self.rpc_request(incoming, &request).await),
                Ok(Message::Notification { .. } | Message::Response { .. }) => Answer::accepted(),
                Err(malformed) => Answer::bad(malformed.frame),
            };
        };
        if batch.is_empty() || batch.len() > MAX_BATCH {
            let detail = format!("a batch holds 1 to {MAX_BATCH} messages");
            let body = error_frame(None, Code::InvalidRequest, &detail, None);
            return Answer::bad(body);
        }
        let answers = batch.into_iter().map(|message| async move {
            match frame::read(message) {
                Ok(Message::Request(request)) => Some(self.rpc_request(incoming, &request).await),
                Ok(Message::Notification { .. } | Message::Response { .. }) => None,
                Err(malformed) => Some(malformed.frame),
            }
        });
        let answers: Vec<Bytes> = futures_util::future::join_all(answers).await.into_iter().flatten().collect();
        if answers.is_empty() {
            return Answer::accepted();
        }
        Answer::ok(batch_of(&answers))
    }

    async fn rpc_request(self: &Arc<Self>, incoming: &Incoming, request: &Request<'_>) -> Bytes {
        self.rpc_answer(incoming, request).instrument(begun(request)).await
    }

    async fn rpc_answer(self: &Arc<Self>, incoming: &Incoming, request: &Request<'_>) -> Bytes {
        let result = match request.method.as_ref() {
            "initialize" => initialize(LEGACY[0], &plain_capabilities()),
            "ping" => Ok(RawJson::empty_object()),
            "tools/list" => {
                let options =
                    ListOptions { listing: None, extra: Extra::default(), offsets: true, face: AuditFace::Rpc };
                self.list(incoming, &request.params, &options).await
            }
            "tools/search" => self.rpc_search(incoming, request).await,
            "tools/call" => match self.rpc_call(incoming, request).await {
                Ok(Reply::Result(result)) => Ok(result),
                Ok(Reply::Error(error)) => return frame::relayed_error(request.id, &error),
                Err(error) => Err(error),
            },
            _ => return error_frame(Some(request.id), Code::MethodNotFound, "", None),
        };
        match result {
            Ok(result) => frame::result(request.id, result.bytes()),
            Err(error) => failure(Some(request.id), &error, &incoming.request_id),
        }
    }

    /// A caller that can be asked nothing, and that cancels when it hangs up.
    async fn rpc_call(&self, incoming: &Incoming, request: &Request<'_>) -> Result<Reply> {
        let caller = Caller::of(&incoming.principal).asking(incoming.origin(AuditFace::Rpc));
        caller.cancel.set();
        self.call(incoming, request, &caller).await
    }

    async fn rpc_search(&self, incoming: &Incoming, request: &Request<'_>) -> Result<RawJson> {
        let params = &request.params;
        let wrong = |name: &str| Error::invalid(format!("`{name}` has the wrong type"));
        let query: Option<String> = params.read("query").map_err(|_| wrong("query"))?;
        let query = query.or_else(|| incoming.query.clone());
        let mode: Option<String> = params.read("mode").map_err(|_| wrong("mode"))?;
        let limit: Option<usize> = params.read("limit").map_err(|_| wrong("limit"))?;
        let explain: Option<bool> = params.read("explain").map_err(|_| wrong("explain"))?;
        let search = SearchRequest {
            query: query.ok_or_else(|| missing("query", "a task in words"))?,
            mode: mode.as_deref().map_or(Ok(Mode::Hybrid), str::parse)?,
            limit: limit.unwrap_or(5),
            origin: incoming.origin(AuditFace::Rpc),
        };
        let answer = self.gateway.search(&incoming.principal, &search).await?;
        let mut answer =
            serde_json::to_value(&answer).map_err(|error| Error::internal("write results").source(error))?;
        if explain.unwrap_or(false) {
            answer["explain"] = json!(crate::search::ORDERED);
        }
        written(&answer)
    }
}
