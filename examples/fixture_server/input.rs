//! Results that ask the caller something (MCP 2026-07-28), and the states that they hand out.

use rmcp::ErrorData;
use rmcp::model::{InputRequiredResult, InputResponses};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::content::typed;

/// What a tool answers.
pub(crate) enum Step {
    /// Text.
    Text(String),
    /// Questions.
    Ask(InputRequiredResult),
}

pub(crate) fn elicitation(message: &str, property: &str, kind: &str) -> Value {
    let schema = json!({ "type": "object", "properties": { property: { "type": kind } }, "required": [property] });
    json!({ "method": "elicitation/create", "params": { "message": message, "requestedSchema": schema } })
}

fn sampling(text: &str, tokens: u32) -> Value {
    let message = json!({ "role": "user", "content": { "type": "text", "text": text } });
    json!({ "method": "sampling/createMessage", "params": { "messages": [message], "maxTokens": tokens } })
}

fn roots() -> Value {
    json!({ "method": "roots/list", "params": {} })
}

pub(crate) fn ask(requests: Value, state: Option<String>) -> Result<Step, ErrorData> {
    let mut result = json!({ "resultType": "input_required", "inputRequests": requests });
    if let Some(state) = state {
        result["requestState"] = json!(state);
    }
    typed(result).map(Step::Ask)
}

/// Not a secret: it guards a test's state against a test's tampering.
const KEY: &str = "fixture";

fn sealed(state: &str) -> String {
    format!("{state}.{}", digest(state))
}

fn digest(state: &str) -> String {
    Sha256::digest(format!("{KEY}{state}")).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn opened(state: Option<&str>) -> Result<Option<String>, ErrorData> {
    let Some(state) = state else { return Ok(None) };
    match state.rsplit_once('.') {
        Some((plain, seal)) if seal == digest(plain) => Ok(Some(plain.to_owned())),
        _ => Err(ErrorData::invalid_params("requestState was changed", None)),
    }
}

/// The next step of a fixture that asks; `None` for another tool.
pub(crate) fn step(
    name: &str,
    responses: Option<&InputResponses>,
    state: Option<&str>,
    capabilities: &Value,
) -> Option<Result<Step, ErrorData>> {
    let response = |key: &str| responses.and_then(|responses| responses.get(key));
    let content = |key: &str, member: &str| {
        let value = response(key).and_then(|response| response.get("content")).and_then(|it| it.get(member));
        value.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    let name_question = || elicitation("What is your name?", "name", "string");
    Some(match name {
        "test_input_required_result_elicitation" => match content("user_name", "name") {
            Some(name) => Ok(Step::Text(format!("Hello, {name}!"))),
            None => ask(json!({ "user_name": name_question() }), None),
        },
        "test_input_required_result_sampling" => match response("capital_question") {
            Some(answer) => Ok(Step::Text(answer["content"]["text"].as_str().unwrap_or_default().to_owned())),
            None => ask(json!({ "capital_question": sampling("What is the capital of France?", 100) }), None),
        },
        "test_input_required_result_list_roots" => match response("client_roots") {
            Some(answer) => Ok(Step::Text(format!("Roots: {}", answer["roots"]))),
            None => ask(json!({ "client_roots": roots() }), None),
        },
        "test_input_required_result_request_state" | "test_input_required_result_tampered_state" => {
            match (opened(state), response("confirm")) {
                (Err(error), _) => Err(error),
                (Ok(Some(_)), Some(_)) => Ok(Step::Text("state-ok".to_owned())),
                _ => {
                    let question = elicitation("Please confirm", "ok", "boolean");
                    ask(json!({ "confirm": question }), Some(sealed(name)))
                }
            }
        }
        "test_input_required_result_multiple_inputs" => {
            match (content("user_name", "name"), response("greeting"), response("client_roots")) {
                (Some(name), Some(_), Some(_)) => Ok(Step::Text(format!("Thank you, {name}"))),
                _ => ask(
                    json!({
                        "user_name": name_question(),
                        "greeting": sampling("Generate a greeting", 50),
                        "client_roots": roots()
                    }),
                    Some(sealed("multiple")),
                ),
            }
        }
        "test_input_required_result_multi_round" => {
            rounds(&opened(state), content("step1", "name"), content("step2", "color"))
        }
        "test_input_required_result_capabilities" => {
            let mut requests = serde_json::Map::new();
            let has = |capability: &str| capabilities.get(capability).is_some_and(|value| !value.is_null());
            if has("elicitation") {
                requests.insert("user_name".into(), name_question());
            }
            if has("sampling") {
                requests.insert("greeting".into(), sampling("Generate a greeting", 50));
            }
            let answered = !requests.is_empty() && requests.keys().all(|key| response(key).is_some());
            if answered || requests.is_empty() {
                Ok(Step::Text("Only what you can give was asked".to_owned()))
            } else {
                ask(Value::Object(requests), None)
            }
        }
        "test_streaming_elicitation" => match response("user_name") {
            Some(_) => Ok(Step::Text("Thank you".to_owned())),
            None => ask(json!({ "user_name": name_question() }), None),
        },
        _ => return None,
    })
}

fn rounds(
    state: &Result<Option<String>, ErrorData>,
    name: Option<String>,
    color: Option<String>,
) -> Result<Step, ErrorData> {
    let state = match state {
        Ok(state) => state.as_deref(),
        Err(error) => return Err(error.clone()),
    };
    match (state, name, color) {
        (Some(state), _, Some(color)) if state.starts_with("round2:") => {
            let name = state.trim_start_matches("round2:");
            Ok(Step::Text(format!("{name} likes {color}")))
        }
        (Some("round1"), Some(name), _) => {
            let question = elicitation("Step 2: What is your favorite color?", "color", "string");
            ask(json!({ "step2": question }), Some(sealed(&format!("round2:{name}"))))
        }
        _ => {
            let question = elicitation("Step 1: What is your name?", "name", "string");
            ask(json!({ "step1": question }), Some(sealed("round1")))
        }
    }
}
