//! What a caller is told whose request needs them to sign in at the server: the link, in the way that the client takes.

use serde_json::json;
use serde_json::value::RawValue;

use super::Gateway;
use super::forward::{URL_ELICITATION_REQUIRED, raw_value, written};
use crate::error::{Error, Result};
use crate::model::{ObjectWriter, Principal, RawObject, Server};
use crate::upstream::{Reply, Request};

/// The key of our question among the `inputRequests` of a result.
const QUESTION: &str = "mcpgw-sign-in";

impl Gateway {
    /// The answer in place of the server's: a question with the link, where the client can open one; what people can
    /// read, where it calls a tool; an error otherwise.
    pub(super) async fn invite(&self, principal: &Principal, server: &Server, request: &Request<'_>) -> Result<Reply> {
        let caller = request.caller;
        let link = self.sign_in_link(principal, server, caller.session.as_ref()).await?;
        let message = format!("Sign in at `{}` to use its tools", server.name);
        let question = json!({ "mode": "url", "elicitationId": link.id, "url": link.url, "message": message });
        if caller.takes_input_required && caller.opens_urls() {
            let asked = json!({ QUESTION: { "method": "elicitation/create", "params": question } });
            return written(&json!({ "resultType": "input_required", "inputRequests": asked })).map(Reply::Result);
        }
        if request.method == "tools/call" && !caller.opens_urls() {
            let text = format!(
                "The user has to sign in at `{}` first. Show them this link and call the tool again when they have: {}",
                server.name, link.url
            );
            return failed_tool(&text, Some(&link.url));
        }
        let error = json!({
            "code": URL_ELICITATION_REQUIRED,
            "message": "URL_ELICITATION_REQUIRED",
            "data": { "elicitations": [question], "detail": message },
        });
        written(&error).map(Reply::Error)
    }
}

/// The answer to a request whose user does not want to sign in.
pub(super) fn signed_off(server: &Server, method: &str) -> Result<Reply> {
    let text = format!("The user did not sign in at `{}`", server.name);
    if method == "tools/call" { failed_tool(&text, None) } else { Err(Error::invalid(text)) }
}

fn failed_tool(text: &str, url: Option<&str>) -> Result<Reply> {
    let mut result = json!({ "content": [{ "type": "text", "text": text }], "isError": true });
    if let Some(url) = url {
        result["_meta"] = json!({ "mcpgw/signInUrl": url });
    }
    written(&result).map(Reply::Result)
}

/// The answer to our own question, which is no business of the server's.
pub(super) struct Answered {
    /// Whether the user would rather not.
    pub(super) declined: bool,
    /// The parameters without it.
    pub(super) rest: Box<RawValue>,
}

impl Answered {
    /// `None` where there is none.
    pub(super) fn take(params: &RawObject<'_>) -> Result<Option<Self>> {
        let Ok(Some(responses)) = params.read::<RawObject<'_>>("inputResponses") else { return Ok(None) };
        let Some(own) = responses.get(QUESTION) else { return Ok(None) };
        let action = RawObject::parse(own).ok().and_then(|own| own.read::<String>("action").ok().flatten());
        let mut writer = ObjectWriter::new(1024);
        for (name, value) in params.iter().filter(|(name, _)| *name != "inputResponses") {
            writer.raw(name, value.get().as_bytes());
        }
        if responses.iter().any(|(key, _)| key != QUESTION) {
            writer.object("inputResponses", |others| {
                for (key, answer) in responses.iter().filter(|(key, _)| *key != QUESTION) {
                    others.raw(key, answer.get().as_bytes());
                }
            });
        }
        let declined = matches!(action.as_deref(), Some("decline" | "cancel"));
        Ok(Some(Self { declined, rest: raw_value(&writer.finish())? }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_question_is_answered_to_us_alone() {
        let taken = |json: &str| {
            let params: Box<RawValue> = serde_json::from_str(json).expect("json");
            Answered::take(&RawObject::parse(&params).expect("an object")).expect("parameters")
        };
        assert!(taken(r#"{"name":"t","inputResponses":{"a":{"action":"accept"}}}"#).is_none());
        let accepted = taken(r#"{"name":"t","inputResponses":{"mcpgw-sign-in":{"action":"accept"}}}"#).expect("ours");
        assert_eq!((accepted.declined, accepted.rest.get()), (false, r#"{"name":"t"}"#));
        let among =
            taken(r#"{"name":"t","inputResponses":{"a":{"b":1},"mcpgw-sign-in":{"action":"decline"}}}"#).expect("ours");
        assert_eq!((among.declined, among.rest.get()), (true, r#"{"name":"t","inputResponses":{"a":{"b":1}}}"#));
    }
}
