//! Embedding spaces: providers as they document themselves, a model in this process, and what happens when one is ill,
//! changes, or is exchanged for another under load.

mod admin;
mod local;
mod providers;
mod switch;

use serde_json::{Value, json};

use crate::fake::{Fake, Say};
use crate::support::providers::{Api, KEY, Provider};
use crate::support::{Gateway, Home};

const WORDS: [&str; 24] = [
    "order", "invoice", "customer", "refund", "shipment", "ticket", "branch", "commit", "review", "calendar",
    "meeting", "message", "channel", "weather", "forecast", "river", "engine", "battery", "recipe", "garden", "museum",
    "library", "passport", "harbour",
];

/// What an operator sets to use `provider`.
fn configured(api: Api, provider: &Provider, model: &str) -> Vec<(&'static str, String)> {
    let name = match api {
        Api::Ollama => "ollama",
        Api::OpenAi => "openai",
        Api::AzureOpenAi => "azure_openai",
        Api::Voyage => "voyage",
        Api::Gemini => "gemini",
    };
    let model_key = if api == Api::AzureOpenAi { "EMBEDDING_DEPLOYMENT" } else { "EMBEDDING_MODEL" };
    vec![
        ("EMBEDDING_PROVIDER", name.to_owned()),
        ("EMBEDDING_BASE_URL", provider.url()),
        ("EMBEDDING_API_KEY", KEY.to_owned()),
        (model_key, model.to_owned()),
        ("EMBEDDING_TIMEOUT_MS", "2000".to_owned()),
    ]
}

fn borrowed<'a>(env: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    env.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// A server of `count` tools, no two of which are about the same.
fn server_of(count: usize) -> Fake {
    let tool = |number: usize| {
        let [one, two, three] = [number, number / 24 + 5, number / 7 + 11].map(|at| WORDS[at % WORDS.len()]);
        json!({
            "name": format!("{one}_{two}_{number}"),
            "description": format!("Work on the {one} of a {two} with its {three}, number {number}"),
            "inputSchema": { "type": "object" },
        })
    };
    let tools: Vec<Value> = (0..count).map(tool).collect();
    Fake::start(move |method, _| match method {
        "tools/list" => Say::Result(json!({ "tools": tools })),
        _ => Say::Result(json!({})),
    })
}

/// Names and scores of what a gateway finds by meaning alone; `None` where it did not answer.
fn nearest(gateway: &Gateway, query: &str) -> Option<Vec<(String, i64)>> {
    let found = gateway.rpc("tools/search", json!({ "query": query, "mode": "vector", "limit": 10 }));
    ranking(&found["result"])
}

fn ranking(answer: &Value) -> Option<Vec<(String, i64)>> {
    if !answer["degraded"].is_null() {
        return None;
    }
    let found = answer["results"].as_array()?.iter();
    #[expect(clippy::cast_possible_truncation, reason = "scores are below 2")]
    let shown = |it: &Value| Some((it["name"].as_str()?.to_owned(), (it["score"].as_f64()? * 1e5).round() as i64));
    found.map(shown).collect()
}

/// What `search` says on the command line.
fn searched(home: &Home, env: &[(&str, &str)], query: &str) -> Value {
    let output = home.cli_with(&["--output", "json", "search", query], env, "");
    serde_json::from_str(&output.stdout).unwrap_or_else(|_| panic!("{output:#?}"))
}
