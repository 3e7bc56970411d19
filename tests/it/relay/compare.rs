//! One conversation, once with a server itself and once through the gateway, and what differs.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::support::client::{Seen, Step};

/// What a server sends when it pleases. Everything else belongs to the step in which it arrives, in its order.
pub(super) const UNBIDDEN: &[&str] = &[
    "notifications/message",
    "notifications/resources/updated",
    "notifications/tools/list_changed",
    "notifications/prompts/list_changed",
    "notifications/resources/list_changed",
    "notifications/subscriptions/acknowledged",
    "roots/list",
];
/// Members of a result that are the business of whoever answers: who it is, and how long its word holds.
const OF_THE_ANSWERER: [&str; 4] = ["ttlMs", "cacheScope", "resultType", "nextCursor"];
const SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";

/// The same steps for the gateway, where the names of tools and prompts carry the server's.
pub(super) fn through(steps: &Value, server: &str) -> Value {
    let mut steps = steps.clone();
    for step in steps.as_array_mut().expect("steps") {
        if let Some(inner) = step.get_mut("steps") {
            *inner = through(inner, server);
        }
        let member = match step["op"].as_str() {
            Some("call" | "cancel" | "prompt") => &mut step["name"],
            Some("complete") if step["ref"]["type"] == "ref/prompt" => &mut step["ref"]["name"],
            _ => continue,
        };
        *member = Value::from(format!("{server}__{}", member.as_str().expect("a name")));
    }
    steps
}

/// How a comparison is made.
pub(super) struct Comparison<'a> {
    /// The name under which the gateway knows the server.
    pub(super) server: &'a str,
    pub(super) steps: &'a Value,
    /// Methods whose frames may come at any time, so that only the set of them is compared.
    pub(super) unbidden: &'a [&'a str],
    /// Methods that the gateway may keep to itself, or not.
    pub(super) ignored: &'a [&'a str],
}

impl Comparison<'_> {
    /// Everything that the gateway's client saw otherwise than the server's; empty where there is nothing.
    pub(super) fn differences(&self, direct: &Seen, relayed: &Seen) -> String {
        let mut differences = String::new();
        let steps = self.steps.as_array().expect("steps");
        assert_eq!((direct.steps.len(), relayed.steps.len()), (steps.len(), steps.len()));
        for (index, step) in steps.iter().enumerate() {
            let mut note = |what: &str, direct: &Value, relayed: &Value| {
                if direct != relayed {
                    let _ = write!(differences, "\n{index}. {step}: {what}\n  direct:  {direct}\n  relayed: {relayed}");
                }
            };
            let (direct, relayed) = (&direct.steps[index], &relayed.steps[index]);
            note("answer", &self.answer(step, direct, None), &self.answer(step, relayed, Some(self.server)));
            note("received", &self.bidden(direct), &self.bidden(relayed));
        }
        for method in self.unbidden.iter().filter(|method| !self.ignored.contains(method)) {
            let (direct, relayed) = (unbidden(direct, method), unbidden(relayed, method));
            // The gateway may have reasons of its own to say that a list has changed.
            let may_add = method.ends_with("list_changed");
            let missing: Vec<_> = direct.iter().filter(|frame| !relayed.contains(frame)).collect();
            let added: Vec<_> = relayed.iter().filter(|frame| !may_add && !direct.contains(frame)).collect();
            if !missing.is_empty() || !added.is_empty() {
                let _ = write!(differences, "\n{method}\n  missing: {missing:?}\n  added:   {added:?}");
            }
        }
        differences
    }

    fn answer(&self, step: &Value, seen: &Step, relayed_from: Option<&str>) -> Value {
        let mut answer = seen.answer.clone();
        if let (Some("list" | "prompts"), Some(server), Some(entries)) =
            (step["op"].as_str(), relayed_from, answer.as_array_mut())
        {
            let prefix = format!("{server}__");
            // What the gateway lists of its own and of other servers is no matter here.
            entries.retain(|entry| entry["name"].as_str().is_some_and(|name| name.starts_with(&prefix)));
            for entry in entries {
                entry["name"] = entry["name"].as_str().expect("a name").trim_start_matches(&prefix).into();
            }
        }
        if let Some(entries) = answer.as_array_mut()
            && step["op"] != "together"
        {
            // The order of a list is the gateway's own.
            entries.sort_by_key(|entry| entry["uri"].as_str().or(entry["name"].as_str()).map(str::to_owned));
        }
        if let Some(result) = answer.as_object_mut() {
            for member in OF_THE_ANSWERER {
                result.remove(member);
            }
            if let Some(meta) = result.get_mut("_meta").and_then(Value::as_object_mut) {
                meta.remove(SERVER_INFO);
            }
            if result.get("_meta").is_some_and(|meta| *meta == json!({})) {
                result.remove("_meta");
            }
        }
        steady(&answer)
    }

    fn bidden(&self, seen: &Step) -> Value {
        let is_one_of =
            |frame: &Value, methods: &[&str]| frame["method"].as_str().is_some_and(|it| methods.contains(&it));
        let is_bidden = |frame: &&Value| !is_one_of(frame, self.unbidden) && !is_one_of(frame, self.ignored);
        seen.received.iter().filter(is_bidden).map(steady).collect()
    }
}

/// The set of such frames, in a steady order.
fn unbidden(seen: &Seen, method: &str) -> Vec<String> {
    let mut frames: Vec<String> = seen.received(method).into_iter().map(|frame| steady(frame).to_string()).collect();
    frames.sort();
    frames.dedup();
    frames
}

/// Without what is different each time: ids that are minted and the time of day. Nor with the title that the Python
/// SDK gives the same question in one era and not in the other: the gateway may speak another to it than its client.
fn steady(value: &Value) -> Value {
    let mut value = value.clone();
    if let Some(schema) = value.pointer_mut("/params/requestedSchema").and_then(Value::as_object_mut) {
        schema.remove("title");
    }
    let text = value.to_string();
    let patterns = [
        (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<uuid>"),
        (r"\d{1,2}:\d{2}:\d{2}(\s|\\u202f|\u{202f})?[AP]M", "<time>"),
        // The time in a blob of server-everything's: "blob created at " in base64.
        ("(ibG9iIGNyZWF0ZWQgYXQg)[A-Za-z0-9+/=]+", "${1}<time>"),
    ];
    let steady = patterns.iter().fold(text, |text, (pattern, with)| {
        regex::Regex::new(pattern).expect("a pattern").replace_all(&text, *with).into_owned()
    });
    serde_json::from_str(&steady).expect("JSON as before")
}

#[test]
fn a_difference_is_named() {
    let steps = json!([{ "op": "call", "name": "x" }, { "op": "prompts" }]);
    assert_eq!(through(&steps, "s"), json!([{ "op": "call", "name": "s__x" }, { "op": "prompts" }]));
    let seen = |answer: Value, list: Value, received: Value| Seen {
        protocol: "2025-11-25".into(),
        server: None,
        capabilities: Value::Null,
        instructions: None,
        steps: vec![
            Step { answer, received: received.as_array().cloned().unwrap_or_default() },
            Step { answer: list, received: vec![] },
        ],
    };
    let comparison = Comparison { server: "s", steps: &steps, unbidden: UNBIDDEN, ignored: &[] };
    let log = |id: &str| json!([{ "method": "notifications/message", "params": { "data": id } }]);
    let one = seen(
        json!({ "content": [] }),
        json!([{ "name": "a" }, { "name": "b" }]),
        log("for 623e4e40-ee56-4fb0-b4ee-f41006417664"),
    );
    let same = seen(
        json!({ "content": [], "resultType": "complete" }),
        json!([{ "name": "s__b" }, { "name": "other__x" }, { "name": "s__a" }]),
        log("for 00000000-ee56-4fb0-b4ee-f41006417664"),
    );
    assert_eq!(comparison.differences(&one, &same), "");
    let other = seen(json!({ "content": [1] }), json!([{ "name": "s__a" }]), json!([]));
    let told = comparison.differences(&one, &other);
    for part in ["0. ", "1. ", r#"relayed: {"content":[1]}"#, "missing: [\"{\\\"method\\\":\\\"notifications/message"] {
        assert!(told.contains(part), "{part}: {told}");
    }
}
