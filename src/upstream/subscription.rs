//! What a connection listens for.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Greeting;

/// List changes, as `subscriptions/listen` (MCP 2026-07-28) and as the capabilities name them.
pub(super) const LISTS: [(&str, &str); 3] =
    [("toolsListChanged", "tools"), ("promptsListChanged", "prompts"), ("resourcesListChanged", "resources")];

/// Counts one more subscriber of `uri`; whether it is the first.
pub(super) fn add(subscriptions: &mut BTreeMap<String, usize>, uri: &str) -> bool {
    let count = subscriptions.entry(uri.to_owned()).or_default();
    *count += 1;
    *count == 1
}

/// Counts one subscriber of `uri` less; whether it was the last.
pub(super) fn remove(subscriptions: &mut BTreeMap<String, usize>, uri: &str) -> bool {
    let Some(count) = subscriptions.get_mut(uri) else { return false };
    *count -= 1;
    if *count > 0 {
        return false;
    }
    subscriptions.remove(uri);
    true
}

/// The filter of a `subscriptions/listen`: every list that the server says may change, every resource that somebody
/// subscribed to. Empty when there is nothing to listen for.
pub(super) fn filter(greeting: &Greeting, subscriptions: &BTreeMap<String, usize>) -> Value {
    let mut filter = Map::new();
    for (name, list) in LISTS {
        if greeting.flag(list, "listChanged") {
            filter.insert(name.to_owned(), json!(true));
        }
    }
    if !subscriptions.is_empty() {
        filter.insert("resourceSubscriptions".to_owned(), subscriptions.keys().cloned().collect());
    }
    Value::Object(filter)
}
