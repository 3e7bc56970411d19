//! A server of both eras: what it asks comes as a request in the one and as an `input_required` result in the
//! other, whichever of them the client speaks.

use serde_json::{Value, json};

use super::compare::UNBIDDEN;
use super::{Conversation, LEGACY, MODERN, Pair};
use crate::support::client::{DualEra, Sdk, call};

const STATIC: &str = "test://static";

fn on_stdio() -> Option<Pair> {
    Some(Pair::on_stdio("dual", &DualEra::get()?.command()))
}

/// Over stdio and over HTTP.
fn pairs() -> Option<[Pair; 2]> {
    let dual = DualEra::get()?;
    // One for each use, since what it counts is the whole process's.
    let ((one, direct), (other, relayed)) = (dual.start("http"), dual.start("http"));
    Some([on_stdio()?, Pair::on_http("dual", &direct, &relayed, vec![one, other])])
}

fn all_clients() -> Vec<(Sdk, &'static str)> {
    LEGACY.into_iter().chain(MODERN).collect()
}

/// With whatever arrives bound to the step in which it did, but for `unbidden`.
fn compare_everywhere(steps: &Value, unbidden: &[&str]) {
    let Some(pairs) = pairs() else { return };
    Conversation { unbidden, ..Conversation::of(steps) }.check(&pairs, &all_clients());
}

#[test]
fn questions() {
    compare_everywhere(
        &json!([
            call("ask_person", json!({})),
            call("ask_model", json!({ "topic": "the sea" })),
            call("ask_roots", json!({})),
            // Three at once, and a second that depends on the first.
            call("ask_much", json!({ "topic": "the sea" })),
            call("ask_in_turn", json!({})),
            { "op": "answers", "elicitation": "decline" },
            call("ask_person", json!({})),
            { "op": "answers", "elicitation": "cancel" },
            call("ask_in_turn", json!({})),
            { "op": "answers", "elicitation": "error", "sampling": "error" },
            call("ask_person", json!({})),
            call("ask_model", json!({ "topic": "the sea" })),
        ]),
        &[],
    );
}

/// Nobody is asked what they did not say they can be asked.
#[test]
fn questions_for_a_client_that_cannot_be_asked() {
    let steps = json!([
        call("ask_person", json!({})),
        call("ask_model", json!({ "topic": "the sea" })),
        call("ask_roots", json!({})),
    ]);
    let Some(pairs) = pairs() else { return };
    Conversation { can: &[], ..Conversation::of(&steps) }.check(&pairs, &all_clients());
}

/// Both belong to the call and come in the order in which the server said them.
#[test]
fn progress_and_log_in_their_order() {
    let work = |extra: Value| {
        let mut step = call("work", json!({ "steps": 3 }));
        step.as_object_mut().expect("a step").extend(extra.as_object().expect("members").clone());
        step
    };
    let steps = [work(json!({ "token": "a word" })), work(json!({ "progress": true })), work(json!({}))];
    let Some(pairs) = pairs() else { return };
    // On a pipe that several clients share, nothing says whose a log message is: there a client has to ask for them.
    let [_, on_http] = &pairs;
    Conversation { unbidden: &[], ..Conversation::of(&json!(steps)) }.check(std::slice::from_ref(on_http), &LEGACY);
    Conversation { unbidden: &[], ..Conversation::of(&json!(steps)) }.check(&pairs, &MODERN);
    // Since 2026-07-28 each request says for itself what is to be logged.
    let steps = json!([
        work(json!({ "token": 4711, "log_level": "debug" })),
        work(json!({ "token": 4712, "log_level": "error" })),
    ]);
    Conversation { unbidden: &[], ..Conversation::of(&steps) }.check(&pairs, &MODERN);
}

#[test]
fn a_call_that_is_given_up_is_given_up_downstream() {
    let steps = json!([
        { "op": "cancel", "name": "wait", "at_progress": true },
        call("how_many_given_up", json!({})),
    ]);
    for client in all_clients() {
        // It counts, so each client gets servers of its own.
        let Some(pairs) = pairs() else { return };
        Conversation::of(&steps).check(&pairs, &[client]);
    }
}

#[test]
fn lists_reads_prompts_and_completion() {
    compare_everywhere(
        &json!([
            { "op": "list" },
            { "op": "resources" },
            { "op": "templates" },
            { "op": "prompts" },
            { "op": "read", "uri": STATIC },
            { "op": "read", "uri": "test://bytes" },
            { "op": "read", "uri": "test://item/5" },
            { "op": "prompt", "name": "greet", "arguments": { "name": "Ada", "tone": "cold" } },
            { "op": "complete", "ref": { "type": "ref/prompt", "name": "greet" },
                "argument": { "name": "tone", "value": "wa" }, "context": { "name": "Ada" } },
            { "op": "complete", "ref": { "type": "ref/resource", "uri": "test://item/{item_id}" },
                "argument": { "name": "item_id", "value": "" } },
            call("fail", json!({})),
        ]),
        UNBIDDEN,
    );
}

#[test]
fn changes_that_a_session_is_told() {
    let steps = json!([
        call("change", json!({})),
        { "op": "wait", "method": "notifications/tools/list_changed" },
        { "op": "wait", "method": "notifications/prompts/list_changed" },
        { "op": "wait", "method": "notifications/resources/list_changed" },
    ]);
    let Some(pair) = on_stdio() else { return };
    // It tells of updates that nobody has subscribed to, which the gateway may keep to itself.
    let ignored = &["notifications/resources/updated"];
    Conversation { ignored, ..Conversation::of(&steps) }.check(&[pair], &LEGACY);
}

/// A stream of changes: what was asked for, and nothing else.
#[test]
fn changes_that_a_listener_is_told() {
    let steps = json!([
        { "op": "listen", "tools": true, "uris": [STATIC] },
        call("change", json!({})),
        { "op": "wait", "method": "notifications/tools/list_changed" },
        { "op": "wait", "method": "notifications/resources/updated", "has": STATIC },
        { "op": "hush" },
        { "op": "listen", "prompts": true, "resources": true },
        call("change", json!({})),
        { "op": "wait", "method": "notifications/prompts/list_changed" },
        { "op": "wait", "method": "notifications/resources/list_changed" },
        { "op": "hush" },
        // Nobody listens any more.
        call("change", json!({})),
        { "op": "sleep", "ms": 300 },
    ]);
    let Some(pairs) = pairs() else { return };
    Conversation::of(&steps).check(&pairs, &MODERN);
}

/// What one client answers, is told and has asked for is never another's: both use the same tokens, at once.
#[test]
fn two_clients_are_kept_apart() {
    let Some(pair) = on_stdio() else { return };
    for (sdk, mode) in all_clients() {
        let conversation = |name: &str| {
            let mut steps =
                vec![json!({ "op": "answers", "roots": [{ "uri": format!("file:///{name}"), "name": name }] })];
            for _ in 0..10 {
                steps.push(call("dual__ask_roots", json!({})));
                let mut work = call("dual__work", json!({ "steps": 3 }));
                work["token"] = json!("the same");
                steps.push(work);
            }
            Value::from(steps)
        };
        let (Some(one), Some(other)) = (pair.relayed((sdk, mode)), pair.relayed((sdk, mode))) else { return };
        let (one, other) = std::thread::scope(|scope| {
            let one = scope.spawn(|| one.run(&conversation("one")));
            let other = scope.spawn(|| other.run(&conversation("other")));
            (one.join().expect("it ends"), other.join().expect("it ends"))
        });
        for (name, seen) in [("one", one), ("other", other)] {
            let steps = seen.digest();
            for pair in 0..10 {
                let (asked, worked) = (1 + 2 * pair, 2 + 2 * pair);
                assert_eq!(steps[asked]["text"], json!(format!("{name}=file:///{name}")), "{sdk:?} {mode}: {steps:?}");
                let received = &seen.steps[worked].received;
                let progress = received.iter().filter(|frame| frame["method"] == "notifications/progress").count();
                assert_eq!(progress, 3, "{sdk:?} {mode}, {name}, step {worked}: {received:?}");
            }
        }
    }
}
