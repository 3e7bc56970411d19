//! Questions that a vector takes for one, and ways to ask for the same: through a whole gateway with the built-in embedder.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::time::Duration;

use mcpgw::embeddings::{Patience, Provider, Role, Settings, Space};
use mcpgw::model::CacheTool;
use serde_json::{Value, json};

use super::world::{World, ann, call, echo};

const THRESHOLD: f32 = 0.95;

/// One line of a fixture: what the pair shows, and its two texts.
struct Pair {
    about: String,
    one: String,
    other: String,
}

fn pairs(text: &str, about: &str) -> Vec<Pair> {
    let pair = |line: &str| {
        let line: Value = serde_json::from_str(line).expect("a line");
        let text = |name: &str| line[name].as_str().expect("a text").to_owned();
        Pair { about: text(about), one: text("one"), other: text("other") }
    };
    text.lines().map(pair).collect()
}

fn near_misses() -> Vec<Pair> {
    pairs(include_str!("../../fixtures/cache/near_misses.jsonl"), "differs")
}

fn paraphrases() -> Vec<Pair> {
    pairs(include_str!("../../fixtures/cache/paraphrases.jsonl"), "kind")
}

pub(super) fn by_meaning() -> Option<CacheTool> {
    Some(CacheTool { ttl_s: None, semantic_arguments: vec!["query".to_owned()] })
}

/// How the second text of each pair is answered when the first one was asked just before, in a group of their own.
async fn asked(world: &World, pairs: &[Pair]) -> Vec<Option<String>> {
    let mut found = Vec::new();
    for (number, pair) in pairs.iter().enumerate() {
        let ask = async |text: &str| {
            let arguments = json!({ "query": text, "city": format!("{} {number}", pair.about) });
            call(&world.gateway, &ann(), "read", arguments).await
        };
        let first = ask(&pair.one).await;
        assert_eq!(first.1, None, "{}", pair.one);
        let second = ask(&pair.other).await;
        assert_eq!(second.1.is_some(), second.0 == first.0, "an answer and its mark go together: {}", pair.other);
        found.push(second.1);
    }
    found
}

async fn cosines(pairs: &[Pair]) -> Vec<f32> {
    let patience = Patience { timeout: Duration::from_secs(5), max_retries: 0 };
    let space = Space::new(Settings::of(Provider::Builtin), 1, None, patience);
    let mut cosines = Vec::new();
    for pair in pairs {
        let texts = [pair.one.clone(), pair.other.clone()];
        let vectors = space.embedder.embed(&texts, Role::Query).await.expect("vectors");
        cosines.push(vectors[0].iter().zip(&vectors[1]).map(|(x, y)| x * y).sum());
    }
    cosines
}

fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

#[tokio::test]
async fn no_near_miss_answers_another() {
    let world = World::new(echo()).await;
    world.rule(by_meaning()).await;
    let pairs = near_misses();
    assert!(pairs.len() >= 200, "{}", pairs.len());
    let found = asked(&world, &pairs).await;
    let wrong: Vec<String> = pairs
        .iter()
        .zip(&found)
        .filter(|(_, found)| found.is_some())
        .map(|(pair, _)| format!("{}: {:?} / {:?}", pair.about, pair.one, pair.other))
        .collect();
    let alike = cosines(&pairs).await.into_iter().filter(|cosine| *cosine >= THRESHOLD).count();
    say(&format!(
        "{} near misses, {} wrong answers; by their vectors alone {alike} would have been",
        pairs.len(),
        wrong.len()
    ));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn other_words_for_the_same_are_answered() {
    let world = World::new(echo()).await;
    world.rule(by_meaning()).await;
    let pairs = paraphrases();
    assert!(pairs.len() >= 60, "{}", pairs.len());
    let found = asked(&world, &pairs).await;
    let alike = cosines(&pairs).await.into_iter().filter(|cosine| *cosine >= THRESHOLD).count();
    let mut rates: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (pair, found) in pairs.iter().zip(&found) {
        let rate = rates.entry(&pair.about).or_default();
        (rate.0, rate.1) = (rate.0 + usize::from(found.is_some()), rate.1 + 1);
        if found.is_none() {
            say(&format!("not taken for the same: {:?} / {:?}", pair.one, pair.other));
        }
    }
    let hits = found.iter().flatten().count();
    say(&format!("{hits} of {} answered: {rates:?}; {alike} have a cosine of {THRESHOLD}", pairs.len()));
    assert!(found.iter().flatten().all(|how| how == "semantic" || how == "exact"));
    let (asking, of_asking) = rates["request"];
    assert!(asking * 10 >= of_asking * 9, "{asking} of {of_asking} ways to ask");
}

#[tokio::test]
async fn without_the_operators_word_nothing_matches_by_meaning() {
    let world = World::new(echo()).await;
    let pairs: Vec<Pair> = near_misses().into_iter().chain(paraphrases()).collect();
    let found = asked(&world, &pairs).await;
    assert_eq!(found.iter().flatten().count(), 0);
}

#[tokio::test]
async fn all_other_arguments_have_to_be_equal() {
    let world = World::new(echo()).await;
    world.rule(by_meaning()).await;
    let ask = async |arguments: Value| call(&world.gateway, &ann(), "read", arguments).await.1;
    assert_eq!(ask(json!({ "query": "hotels in Paris", "city": "1001" })).await, None);
    for other in [
        json!({ "query": "find me hotels in Paris", "city": "1002" }),
        json!({ "query": "find me hotels in Paris" }),
        json!({ "query": "find me hotels in Paris", "city": 1001 }),
        json!({ "query": "find me hotels in Paris", "city": "1001", "limit": 5 }),
        json!({ "query": ["find me hotels in Paris"], "city": "1001" }),
    ] {
        assert_eq!(ask(other.clone()).await, None, "{other}");
    }
    assert_eq!(ask(json!({ "query": "find me hotels in Paris", "city": "1001" })).await.as_deref(), Some("semantic"));
    // Another process finds it in the store, in the same way.
    assert!(!world.entries().await.is_empty());
    let arguments = json!({ "query": "please show hotels in Paris", "city": "1001" });
    let found = world.found_elsewhere(&arguments).await.expect("found");
    assert!(found.0.contains("hotels in Paris"), "{found:?}");
}
