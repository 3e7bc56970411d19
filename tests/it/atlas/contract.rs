//! Requests and their answers, the same on the double and on a real deployment.

use mongodb::bson::{Bson, Document, doc};
use mongodb::{ClientSession, Database};

use super::cases;
use super::fixture::{
    COLLECTION, TEXT, VECTOR, connect, create_indexes, ids, indexes, insert_tools, refused, search, text_index,
    vector_index, vector_search, wait_until_visible,
};
use crate::support::atlas::Atlas;
use crate::support::deps::offered;
use crate::support::mongod::{block_on, database, shared};

/// What a request comes to.
pub(super) enum Then {
    /// These documents in this order.
    Finds(&'static [i32]),
    /// These documents in any order.
    FindsAll(&'static [i32]),
    /// One of these codes, and this in the message.
    Fails(&'static [i32], &'static str),
}

/// A command and its end.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) command: Document,
    pub(super) then: Then,
}

#[test]
fn the_double_keeps_the_contract() {
    let Some(uri) = shared() else { return };
    let atlas = Atlas::at(&uri);
    keeps_the_contract(&atlas.uri());
}

#[test]
fn a_real_deployment_keeps_the_contract() {
    let uri = std::env::var("MCPGW_TEST_ATLAS_URI").ok().filter(|uri| !uri.is_empty());
    let why = "MCPGW_TEST_ATLAS_URI names no deployment with search".to_owned();
    let Some(uri) = offered("atlas", uri.as_deref().ok_or(&why)) else { return };
    keeps_the_contract(uri);
}

fn keeps_the_contract(uri: &str) {
    block_on(async {
        let database = connect(uri, &database()).await;
        insert_tools(&database).await;
        indexes_are_managed(&database).await;
        wait_until_visible(&database).await;
        let mut faults = Vec::new();
        for case in cases::all() {
            if let Err(why) = check(&database, &case).await {
                faults.push(format!("{}: {why}", case.name));
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        a_fusion_explains_itself(&database).await;
        no_search_in_a_transaction(&database).await;
        dropping_ends_an_index(&database).await;
        database.drop().await.expect("the end");
    });
}

async fn check(database: &Database, case: &Case) -> Result<(), String> {
    let answer = database.run_command(case.command.clone()).await;
    let found = answer.as_ref().map(|answer| {
        let batch = answer.get_document("cursor").and_then(|cursor| cursor.get_array("firstBatch"));
        let batch = batch.map(Vec::as_slice).unwrap_or_default();
        batch.iter().filter_map(Bson::as_document).cloned().collect::<Vec<_>>()
    });
    match (&case.then, found) {
        (Then::Finds(wanted), Ok(found)) if ids(&found) == *wanted => Ok(()),
        (Then::FindsAll(wanted), Ok(found)) => {
            let mut found = ids(&found);
            found.sort_unstable();
            if found == *wanted { Ok(()) } else { Err(format!("{found:?}")) }
        }
        (Then::Fails(codes, part), Err(error)) => {
            let (code, message) = refused(error);
            if codes.contains(&code) && message.contains(part) { Ok(()) } else { Err(format!("{code} {message}")) }
        }
        (_, Ok(found)) => Err(format!("finds {:?}", ids(&found))),
        (_, Err(error)) => Err(error.to_string()),
    }
}

/// Creating again changes nothing, and what is wrong is refused.
async fn indexes_are_managed(database: &Database) {
    let refusal = async |command: Document| {
        let error = database.run_command(command.clone()).await.expect_err(&command.to_string());
        refused(&error)
    };
    let created = database.run_command(create_indexes()).await.expect("the indexes");
    let again = database.run_command(create_indexes()).await.expect("the same indexes");
    assert_eq!(created.get("indexesCreated"), again.get("indexesCreated"));
    let other = doc! { "name": TEXT, "definition": { "mappings": { "dynamic": true } } };
    let other = doc! { "createSearchIndexes": COLLECTION, "indexes": [other] };
    assert_eq!(refusal(other).await.0, 68);
    let mut elsewhere = create_indexes();
    elsewhere.insert("createSearchIndexes", "nowhere");
    assert_eq!(refusal(elsewhere).await.0, 26);
    assert_eq!(refusal(doc! { "dropSearchIndex": COLLECTION, "name": "none" }).await.0, 27);
    let update = doc! { "updateSearchIndex": COLLECTION, "name": "none", "definition": text_index() };
    assert_eq!(refusal(update.clone()).await.0, 27);
    let mut both = update;
    both.insert("id", "6565656565656565");
    assert_eq!(refusal(both).await.0, 72);
    for (kind, wrong) in cases::wrong_definitions() {
        let spec = doc! { "name": "wrong", "type": kind, "definition": wrong };
        let (code, message) = refusal(doc! { "createSearchIndexes": COLLECTION, "indexes": [spec.clone()] }).await;
        assert!([2, 8, 9, 125].contains(&code), "{spec}: {code} {message}");
    }
    let all = indexes(database, doc! {}).await;
    assert_eq!(all.len(), 2, "{all:?}");
    for index in &all {
        let (name, id) = (index.get_str("name").expect("a name"), index.get_str("id").expect("an id"));
        assert!(index.contains_key("queryable") && index.contains_key("latestDefinition"), "{index}");
        assert!(index.get_document("latestDefinitionVersion").is_ok_and(|v| v.contains_key("version")), "{index}");
        for spec in [doc! { "name": name }, doc! { "id": id }] {
            let one = indexes(database, spec).await;
            assert_eq!(one.len(), 1);
            assert_eq!(one[0].get_str("id").expect("an id"), id);
        }
    }
    assert!(indexes(database, doc! { "name": "none" }).await.is_empty());
    // An update takes a while on a real deployment, and the definition stays what it was.
    let update = doc! { "updateSearchIndex": COLLECTION, "name": VECTOR, "definition": vector_index() };
    database.run_command(update).await.expect("an update");
}

/// The shape of `scoreDetails`, from which the gateway reads the ranks.
async fn a_fusion_explains_itself(database: &Database) {
    let (command, _) = cases::fusion(doc! {}, doc! { "weights": { "text": 0.25, "vector": 0.75 } }, true);
    let answer = database.run_command(command).await.expect("an answer");
    let cursor = answer.get_document("cursor").expect("a cursor");
    let found: Vec<&Document> =
        cursor.get_array("firstBatch").expect("a batch").iter().filter_map(Bson::as_document).collect();
    let number = |document: &Document, field: &str| match document.get(field) {
        Some(Bson::Double(number)) => *number,
        Some(Bson::Int32(number)) => f64::from(*number),
        Some(Bson::Int64(number)) => f64::from(i32::try_from(*number).expect("a small one")),
        other => panic!("{field}: {other:?}"),
    };
    let first = found[0];
    assert!((number(first, "score") - (0.25 / 62.0 + 0.75 / 61.0)).abs() < 1e-12, "{first}");
    let details = first.get_document("scoreDetails").expect("details");
    assert!((number(details, "value") - number(first, "score")).abs() < 1e-12, "{details}");
    let arms: Vec<&Document> =
        details.get_array("details").expect("arms").iter().filter_map(Bson::as_document).collect();
    let read = |arm: &Document| (arm.get_str("inputPipelineName").expect("a name").to_owned(), number(arm, "rank"));
    assert_eq!(arms.iter().map(|arm| read(arm)).collect::<Vec<_>>(), [("text".into(), 2.0), ("vector".into(), 1.0)]);
    assert!(number(arms[1], "value") > 0.99 && (number(arms[1], "weight") - 0.75).abs() < 1e-12, "{details}");
    let second = found[1].get_document("scoreDetails").expect("details");
    let text = second.get_array("details").expect("arms")[0].as_document().expect("an arm");
    assert_eq!(text.get_str("rank").ok(), Some("NA"), "{second}");
    assert!(!text.contains_key("value") && !text.contains_key("details"), "{second}");
}

async fn no_search_in_a_transaction(database: &Database) {
    for stage in [search(doc! { "exists": { "path": "status" } }), vector_search(0.0, doc! {})] {
        let mut session: ClientSession = database.client().start_session().await.expect("a session");
        session.start_transaction().await.expect("a transaction");
        let collection = database.collection::<Document>(COLLECTION);
        let error = collection.aggregate([stage]).session(&mut session).await.map(drop).expect_err("not in there");
        assert_eq!(refused(&error).0, 263);
        session.abort_transaction().await.expect("its end");
    }
}

async fn dropping_ends_an_index(database: &Database) {
    database.run_command(doc! { "dropSearchIndex": COLLECTION, "name": VECTOR }).await.expect("dropped");
    let end = std::time::Instant::now() + crate::support::DEADLINE;
    while indexes(database, doc! { "name": VECTOR }).await.iter().any(|index| {
        // Some deployments show it a little longer.
        index.get_str("status").is_ok_and(|status| status != "DELETING")
    }) {
        assert!(std::time::Instant::now() < end, "it stays");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}
