//! The reference server of the session era, over stdio and over HTTP.

use serde_json::{Value, json};

use super::compare::{UNBIDDEN, through};
use super::{Conversation, LEGACY, MODERN, Pair, note, without_era};
use crate::support::client::call;
use crate::support::deps::Servers;

const TEXT: &str = "demo://resource/dynamic/text/1";
const BLOB: &str = "demo://resource/dynamic/blob/2";
const DOCUMENT: &str = "demo://resource/static/document/features.md";

/// Over stdio and over HTTP.
fn pairs() -> Option<[Pair; 2]> {
    let servers = Servers::get()?;
    let (service, url) = servers.everything_over_http();
    let on_stdio = Pair::on_stdio("everything", &["node", &servers.script("everything")]);
    Some([on_stdio, Pair::on_http("everything", &url, &url, vec![service])])
}

/// Its tools register late, and it says so each time, which need not matter to anyone behind a catalog.
const LATE: &str = "notifications/tools/list_changed";

/// A client that has roots is asked for them at some time, which only one test wants.
fn compare_everywhere(steps: &Value) {
    let Some(pairs) = pairs() else { return };
    let conversation = Conversation { can: &["sampling", "elicitation"], ignored: &[LATE], ..Conversation::of(steps) };
    conversation.check(&pairs, &LEGACY);
}

fn url_elicitation(id: &str, by_error: bool) -> Value {
    let arguments = json!({
        "url": "https://example.com/consent", "message": "Please agree", "elicitationId": id, "errorPath": by_error
    });
    call("trigger-url-elicitation", arguments)
}

fn long_running(extra: &Value) -> Value {
    let mut step = call("trigger-long-running-operation", json!({ "duration": 0.3, "steps": 3 }));
    step.as_object_mut().expect("a step").extend(extra.as_object().expect("members").clone());
    step
}

#[test]
fn sampling_and_elicitation() {
    compare_everywhere(&json!([
        call("trigger-sampling-request", json!({ "prompt": "why?", "maxTokens": 5 })),
        call("trigger-elicitation-request", json!({})),
        url_elicitation("e-1", false),
        // Refused with -32042 and what is to be agreed to; the second time it goes through.
        url_elicitation("e-2", true),
        url_elicitation("e-2", true),
        { "op": "answers", "elicitation": "decline" },
        call("trigger-elicitation-request", json!({})),
        { "op": "answers", "elicitation": "cancel" },
        call("trigger-elicitation-request", json!({})),
        url_elicitation("e-3", false),
        { "op": "answers", "elicitation": "error", "sampling": "error" },
        call("trigger-elicitation-request", json!({})),
        call("trigger-sampling-request", json!({ "prompt": "why?", "maxTokens": 5 })),
    ]));
}

#[test]
fn roots() {
    let other = json!([{ "uri": "file:///other/a", "name": "a" }, { "uri": "file:///other/b" }]);
    let steps = json!([
        call("echo", json!({ "message": "hi" })),
        // The server asks by itself, a moment after the session has begun, and logs what it was told.
        { "op": "wait", "method": "notifications/message", "has": "Roots updated: 1 root" },
        call("get-roots-list", json!({})),
        { "op": "roots", "roots": other },
        { "op": "wait", "method": "notifications/message", "has": "Roots updated: 2 root" },
        call("get-roots-list", json!({})),
    ]);
    let Some(pairs) = pairs() else { return };
    Conversation { ignored: &[LATE], ..Conversation::of(&steps) }.check(&pairs, &LEGACY);
}

#[test]
fn progress_with_the_callers_own_token() {
    compare_everywhere(&json!([
        long_running(&json!({ "token": "a word" })),
        long_running(&json!({ "token": 4711 })),
        long_running(&json!({ "progress": true })),
        long_running(&json!({})),
        { "op": "together", "steps": [
            call("echo", json!({ "message": "one" })),
            call("get-sum", json!({ "a": 1, "b": 2 })),
            call("echo", json!({ "message": "two" })),
        ] },
        { "op": "cancel", "name": "trigger-long-running-operation", "arguments": { "duration": 20, "steps": 40 },
            "at_progress": true },
        // The conversation goes on.
        call("echo", json!({ "message": "still here" })),
    ]));
}

#[test]
fn resources_and_subscriptions() {
    compare_everywhere(&json!([
        { "op": "resources" },
        { "op": "templates" },
        { "op": "read", "uri": TEXT },
        { "op": "read", "uri": BLOB },
        { "op": "read", "uri": DOCUMENT },
        { "op": "complete", "ref": { "type": "ref/resource", "uri": "demo://resource/dynamic/text/{resourceId}" },
            "argument": { "name": "resourceId", "value": "1" } },
        call("get-resource-links", json!({ "count": 4 })),
        call("get-resource-reference", json!({ "resourceType": "Text", "resourceId": 1 })),
        { "op": "subscribe", "uri": TEXT },
        { "op": "wait", "method": "notifications/message", "has": "Received Subscribe" },
        call("toggle-subscriber-updates", json!({})),
        { "op": "wait", "method": "notifications/resources/updated", "has": TEXT },
        call("toggle-subscriber-updates", json!({})),
        { "op": "unsubscribe", "uri": TEXT },
        { "op": "wait", "method": "notifications/message", "has": "Received Unsubscribe" },
    ]));
}

/// A resource that a call has made exists for this session from then on.
#[test]
fn resources_of_a_session() {
    let link = json!({ "name": "made.gz", "data": "data:text/plain,abc", "outputType": "resourceLink" });
    compare_everywhere(&json!([
        call("gzip-file-as-resource", link),
        { "op": "wait", "method": "notifications/resources/list_changed" },
        { "op": "read", "uri": "demo://resource/session/made.gz" },
        { "op": "resources" },
    ]));
}

#[test]
fn prompts_and_completion() {
    let of_prompt = |name: &str, value: &str, context: Value| {
        json!({ "op": "complete", "ref": { "type": "ref/prompt", "name": "completable-prompt" },
            "argument": { "name": name, "value": value }, "context": context })
    };
    compare_everywhere(&json!([
        { "op": "prompts" },
        { "op": "prompt", "name": "simple-prompt" },
        { "op": "prompt", "name": "args-prompt", "arguments": { "city": "Rome", "state": "Italy" } },
        { "op": "prompt", "name": "args-prompt", "arguments": {} },
        { "op": "prompt", "name": "resource-prompt", "arguments": { "resourceType": "Text", "resourceId": "1" } },
        of_prompt("department", "E", Value::Null),
        of_prompt("name", "", json!({ "department": "Sales" })),
    ]));
}

#[test]
fn the_level_of_the_log() {
    compare_everywhere(&json!([
        { "op": "set_level", "level": "debug" },
        { "op": "subscribe", "uri": TEXT },
        { "op": "wait", "method": "notifications/message", "has": "Received Subscribe" },
        { "op": "set_level", "level": "error" },
        // Nobody hears of this one, now or a moment later.
        { "op": "unsubscribe", "uri": TEXT },
        { "op": "sleep", "ms": 300 },
        { "op": "set_level", "level": "info" },
        { "op": "subscribe", "uri": BLOB },
        { "op": "wait", "method": "notifications/message", "has": BLOB },
    ]));
}

/// All of it is on offer, also what the server shows only to clients that can be asked.
#[test]
fn the_list_of_tools() {
    let steps = json!([
        call("echo", json!({ "message": "hi" })),
        { "op": "list" },
        call("get-annotated-message", json!({ "messageType": "error", "includeImage": true })),
        call("get-tiny-image", json!({})),
    ]);
    let Some(pairs) = pairs() else { return };
    Conversation { ignored: UNBIDDEN, ..Conversation::of(&steps) }.check(&pairs, &LEGACY);
}

#[test]
fn the_gateway_declares_what_it_relays() {
    let Some([pair, _]) = pairs() else { return };
    for client in LEGACY {
        let Some(relayed) = pair.relayed(client) else { return };
        let seen = relayed.run(&json!([]));
        let wanted = json!({
            "tools": { "listChanged": true }, "prompts": { "listChanged": true },
            "resources": { "listChanged": true, "subscribe": true }, "logging": {}, "completions": {},
        });
        for (capability, members) in wanted.as_object().expect("members") {
            let declared = &seen.capabilities[capability];
            assert!(declared.is_object(), "{client:?}: {capability} in {}", seen.capabilities);
            for (member, value) in members.as_object().expect("members") {
                assert_eq!(declared[member], *value, "{client:?}: {capability} in {}", seen.capabilities);
            }
        }
    }
}

/// A client of the stateless era does not notice that the server is of the other: what the server asks in the
/// middle of a call comes as an `input_required` result.
#[test]
fn for_clients_of_the_stateless_era() {
    let steps = json!([
        call("trigger-sampling-request", json!({ "prompt": "why?", "maxTokens": 5 })),
        call("trigger-elicitation-request", json!({})),
        url_elicitation("e-1", false),
        { "op": "answers", "elicitation": "decline" },
        call("trigger-elicitation-request", json!({})),
        long_running(&json!({ "token": "a word" })),
        { "op": "read", "uri": DOCUMENT },
        { "op": "prompt", "name": "simple-prompt" },
        call("echo", json!({ "message": "hi" })),
    ]);
    let Some(pairs) = pairs() else { return };
    let mut said = String::new();
    for (pair, client) in pairs.iter().flat_map(|pair| MODERN.map(|client| (pair, client))) {
        // The server speaks no other era to anyone who asks it directly.
        let (Some(direct), Some(relayed)) = (pair.direct((client.0, "legacy")), pair.relayed(client)) else { return };
        let (mut direct, mut relayed) = (direct.run(&steps), relayed.run(&through(&steps, pair.name)));
        for step in direct.steps.iter_mut().chain(&mut relayed.steps) {
            step.answer = without_era(step.answer.take());
            // Clients of the stateless era do not look at it, and so do not show it.
            for asked in step.received.iter_mut().filter_map(|frame| frame["params"].as_object_mut()) {
                asked.remove("elicitationId");
            }
        }
        // What it does by itself cannot be done to a client of the stateless era.
        let conversation = Conversation { ignored: UNBIDDEN, ..Conversation::of(&steps) };
        note(&mut said, pair, client, &conversation.comparison(pair).differences(&direct, &relayed));
    }
    assert!(said.is_empty(), "the gateway's client saw something else:{said}");
}
