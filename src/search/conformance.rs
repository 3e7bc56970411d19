//! What every index has to do, as one suite. It panics on the first deviation, so it is called from tests.

use std::sync::Arc;
use std::time::Duration;

use super::{Allowed, ArmRank, Found, Hit, Mode, SearchIndex, SearchQuery, Widths, searchable};
use crate::model::{Scopes, TenantId, Tool};
use crate::store::{Collection, Store};

/// Width of the suite's vectors.
pub const DIMENSIONS: usize = 4;
const WIDTHS: Widths = Widths { embedding: Some(DIMENSIONS), next_embedding: None };

/// A server's index may need a moment until it holds what was written.
const VISIBLE_WITHIN: Duration = Duration::from_secs(60);

fn tool(server: &str, name: &str, description: &str, scopes: &[&str], direction: [f32; DIMENSIONS]) -> Arc<Tool> {
    let length = direction.iter().map(|value| value * value).sum::<f32>().sqrt();
    let embedding = crate::model::Embedding(direction.iter().map(|value| value / length).collect());
    let tool = serde_json::json!({
        "_id": format!("{server}::{name}"), "server": server, "name": name, "description": description,
        "input_schema": { "type": "object" }, "scopes": scopes, "embedding": embedding, "embedding_model": "suite",
        "embedding_dim": DIMENSIONS, "embedding_version": 1, "definition_hash": name, "definition": "{}",
        "parameter_text": format!("{name} argument"), "status": "active", "first_seen": 0, "last_seen": 0,
    });
    let mut tool: Tool = serde_json::from_value(tool).expect("a tool");
    tool.search_text = searchable(&tool);
    Arc::new(tool)
}

/// Tools of one server, which differ in nothing but their names.
#[cfg(test)]
pub(super) fn named(names: &[&str]) -> Vec<Arc<Tool>> {
    names.iter().map(|name| tool("s", name, "", &[], [1.0, 0.0, 0.0, 0.0])).collect()
}

/// In the order of ids.
fn tools() -> Vec<Arc<Tool>> {
    vec![
        tool("crm", "createInvoice", "Bill a customer for goods", &["billing"], [0.0, 1.0, 0.2, 0.0]),
        tool("crm", "list_customer_orders", "Everything somebody bought", &["sales"], [1.0, 0.1, 0.0, 0.0]),
        tool("crm", "secret", "list customer orders of everybody", &[], [1.0, 0.0, 0.0, 0.0]),
        tool("ops", "restart-service", "Stops and starts a daemon", &["ops"], [0.0, 0.0, 1.0, 0.0]),
        tool("ops", "twin_a", "identical twins", &["ops", "sales"], [0.0, 0.0, 0.0, 1.0]),
        tool("ops", "twin_b", "identical twins", &["ops"], [0.0, 0.0, 0.0, 1.0]),
        tool("weather", "forecast", "查询城市天气预报", &["ops"], [0.0, -1.0, 0.2, 0.0]),
    ]
}

/// The suite's questions: words, vector, scopes.
fn questions() -> Vec<(&'static str, [f32; DIMENSIONS], Scopes)> {
    vec![
        ("listCustomerOrders", [0.0, 0.0, 1.0, 0.0], Scopes::All),
        ("what did a customer buy", [1.0, 0.0, 0.0, 0.0], Scopes::All),
        ("identical twins", [0.0, 0.0, 0.0, 1.0], Scopes::All),
        ("customer orders", [1.0, 0.0, 0.0, 0.0], Scopes::from_list("sales,billing")),
        ("restarting services", [0.0, 0.5, 0.5, 0.0], Scopes::from_list("ops")),
        ("of the", [0.0, 1.0, 0.0, 0.0], Scopes::All),
    ]
}

struct Suite {
    index: Arc<dyn SearchIndex>,
    tenant: TenantId,
}

impl Suite {
    async fn ask(&self, words: &str, vector: &[f32], mode: Mode, limit: usize, scopes: &Scopes) -> Found {
        let vector = (mode != Mode::Text).then(|| vector.to_vec());
        let query = SearchQuery {
            text: words.to_owned(),
            vector,
            sentences: Vec::new(),
            version: 1,
            mode,
            limit,
            allowed: Allowed::Scopes(scopes.clone()),
        };
        self.index.search(&self.tenant, &query).await.expect("search")
    }
}

fn ids(hits: &[Hit]) -> Vec<&str> {
    hits.iter().map(|hit| hit.id.as_str()).collect()
}

/// Runs the suite for `tenant`, whose catalog is empty; the answers to all its questions in all modes, so that two
/// indexes can be compared.
///
/// # Panics
/// On the first deviation, with what was expected.
pub async fn run(index: Arc<dyn SearchIndex>, store: &Arc<dyn Store>, tenant: TenantId) -> Vec<Found> {
    let catalog = Collection::<Tool>::of_tenant(store, &tenant);
    let all: Vec<Tool> = tools().iter().map(|tool| tool.as_ref().clone()).collect();
    catalog.replace(&all, &[]).await.expect("write the tools");
    index.prepare(&tenant, WIDTHS, &|_| {}).await.expect("prepare");
    index.refresh(&tenant, tools()).await.expect("refresh");
    let suite = Suite { index, tenant };
    wait_until_visible(&suite).await;
    words_meet_in_every_spelling(&suite).await;
    vectors_rank_by_cosine(&suite).await;
    the_filter_comes_before_the_limit(&suite).await;
    receipts_add_up(&suite).await;
    let nobody = suite.index.search(&"nobody".parse().expect("a tenant"), &question()).await;
    assert_eq!(nobody.expect("search").hits, [], "a tenant without tools");
    let mut answers = Vec::new();
    for (words, vector, scopes) in questions() {
        for mode in Mode::ALL {
            answers.push(suite.ask(words, &vector, mode, 5, &scopes).await);
        }
    }
    answers
}

/// One of the suite's questions, which has an answer in both arms.
pub fn question() -> SearchQuery {
    let vector = Some(vec![1.0, 0.0, 0.0, 0.0]);
    SearchQuery {
        text: "list".to_owned(),
        vector,
        sentences: Vec::new(),
        version: 1,
        mode: Mode::Hybrid,
        limit: 5,
        allowed: Allowed::Scopes(Scopes::All),
    }
}

async fn wait_until_visible(suite: &Suite) {
    let end = tokio::time::Instant::now() + VISIBLE_WITHIN;
    loop {
        let text = suite.ask("argument", &[1.0, 0.0, 0.0, 0.0], Mode::Text, 50, &Scopes::All).await.hits.len();
        let vector = suite.ask("", &[1.0, 0.0, 0.0, 0.0], Mode::Vector, 50, &Scopes::All).await.hits.len();
        if (text, vector) == (7, 7) {
            return;
        }
        assert!(tokio::time::Instant::now() < end, "only {text} and {vector} of 7 tools are found");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn words_meet_in_every_spelling(suite: &Suite) {
    let text = async |words: &str| suite.ask(words, &[], Mode::Text, 3, &Scopes::from_list("sales,billing,ops")).await;
    for words in ["list_customer_orders", "listCustomerOrders", "list customer orders", "Listing of customers' order"] {
        assert_eq!(ids(&text(words).await.hits).first(), Some(&"crm::list_customer_orders"), "{words}");
    }
    for words in ["create invoice", "create_invoice", "invoices"] {
        assert_eq!(ids(&text(words).await.hits), ["crm::createInvoice"], "{words}");
    }
    assert_eq!(ids(&text("restartService").await.hits), ["ops::restart-service"]);
    assert_eq!(ids(&text("天气").await.hits), ["weather::forecast"], "a script without blanks");
    for words in ["the of and", "nothing-that-is-there", " ", "\u{0}\u{1F600}"] {
        assert_eq!(text(words).await.hits, [], "{words:?}");
    }
}

async fn vectors_rank_by_cosine(suite: &Suite) {
    let near = suite.ask("", &[1.0, 0.0, 0.0, 0.0], Mode::Vector, 3, &Scopes::All).await.hits;
    assert_eq!(ids(&near)[..2], ["crm::secret", "crm::list_customer_orders"]);
    assert!((near[0].score - 1.0).abs() < 1e-6, "(1 + cosine) / 2 of the same direction: {}", near[0].score);
    let orthogonal = suite.ask("", &[0.0, 0.0, 1.0, 0.0], Mode::Vector, 6, &Scopes::All).await.hits;
    assert!((orthogonal[5].score - 0.5).abs() < 0.2, "{orthogonal:?}");
    assert_eq!(suite.ask("", &[0.0; DIMENSIONS], Mode::Vector, 3, &Scopes::All).await.hits, [], "no direction");
}

async fn the_filter_comes_before_the_limit(suite: &Suite) {
    let (words, vector) = ("list customer orders", [1.0, 0.0, 0.0, 0.0]);
    for mode in Mode::ALL {
        let everything = suite.ask(words, &vector, mode, 1, &Scopes::All).await.hits;
        let sales = suite.ask(words, &vector, mode, 1, &Scopes::from_list("sales")).await.hits;
        assert_eq!(ids(&sales), ["crm::list_customer_orders"], "{mode:?}");
        assert_eq!(everything.len(), 1, "{mode:?}");
        for nothing in ["", "no such scope"] {
            let none = suite.ask(words, &vector, mode, 5, &Scopes::from_list(nothing)).await;
            assert_eq!(none.hits, [], "{mode:?} {nothing:?}");
        }
    }
}

async fn receipts_add_up(suite: &Suite) {
    let hits = suite.ask("identical twins", &[0.0, 0.0, 0.0, 1.0], Mode::Hybrid, 6, &Scopes::All).await.hits;
    assert_eq!(ids(&hits)[..2], ["ops::twin_a", "ops::twin_b"], "ties in the order of ids");
    for hit in &hits {
        let names: Vec<&str> = hit.details.details.iter().map(|arm| arm.input_pipeline_name).collect();
        assert_eq!(names, ["text", "vector"], "every arm, in alphabetical order");
        let part = |arm: &super::ArmScore| match arm.rank {
            #[expect(clippy::cast_precision_loss, reason = "ranks are small")]
            ArmRank::At(rank) => arm.weight * (1.0 / (super::RANK_CONSTANT + rank as f64)),
            ArmRank::Absent => 0.0,
        };
        let sum: f64 = hit.details.details.iter().map(part).sum();
        assert!((sum - hit.details.value).abs() < 1e-12, "{hit:?}");
    }
    assert!(hits.is_sorted_by(|one, two| one.score >= two.score), "{hits:?}");
    let vector = |hit: &Hit| hit.details.details[1].rank;
    assert_eq!((vector(&hits[0]), vector(&hits[1])), (ArmRank::At(1), ArmRank::At(1)), "equal scores share a rank");
}
