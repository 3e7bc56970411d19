//! What only the double can be asked to do: faults, delays, and a server that goes away.

use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, TryStreamExt as _};
use mongodb::bson::{Document, doc};
use mongodb::{Database, SearchIndexModel, SearchIndexType};

use super::cases::fusion;
use super::fixture::{
    COLLECTION, TEXT, VECTOR, aggregate, connect, create_indexes, ids, indexes, insert_tools, refused, search,
    vector_index, vector_search,
};
use crate::support::atlas::{Atlas, RankFusion};
use crate::support::mongod::{Options, block_on, database, shared};
use crate::support::{DEADLINE, Mongod, until};

/// Longer than any test waits.
const EVER: Duration = Duration::from_secs(3600);

/// A double before the shared server, and a database in it with the tools and both indexes.
async fn with_tools(uri: &str) -> (Atlas, Database) {
    let atlas = Atlas::at(uri);
    let database = connect(&atlas.uri(), &database()).await;
    insert_tools(&database).await;
    database.run_command(create_indexes()).await.expect("the indexes");
    (atlas, database)
}

fn words() -> Document {
    search(doc! { "text": { "query": "custom order", "path": "search_text" } })
}

/// How a pipeline of one stage ends: the number of its documents, or the code.
async fn outcome(database: &Database, stage: Document) -> Result<usize, i32> {
    let found = aggregate(database, vec![stage]).await;
    found.map(|found| found.len()).map_err(|error| refused(&error).0)
}

async fn refusal(database: &Database, command: Document) -> (i32, String) {
    refused(&database.run_command(command).await.expect_err("a refusal"))
}

#[test]
fn a_search_is_ranked_and_the_rest_is_real() {
    let Some(uri) = shared() else { return };
    block_on(async {
        let (atlas, through) = with_tools(&uri).await;
        // A driver that asks the server where the set is comes back to the double.
        for uri in [atlas.uri(), atlas.uri().replace("directConnection=true", ""), atlas.discovered_uri()] {
            let database = connect(&uri, through.name()).await;
            let project = doc! { "$project": { "_id": 1, "score": { "$meta": "searchScore" } } };
            let best = doc! { "$sort": { "score": 1 } };
            let pipeline = vec![words(), doc! { "$match": { "status": "active" } }, project, best];
            let found = aggregate(&database, pipeline).await.expect("an answer");
            assert_eq!(ids(&found), [2, 3, 1], "{found:?}");
            assert!(found.iter().all(|document| document.len() == 2), "{found:?}");
            let whole = aggregate(&database, vec![words()]).await.expect("an answer");
            assert_eq!(whole[0].keys().count(), 7, "{}", whole[0]);
        }
        let seen = atlas.requests();
        assert_eq!(seen[0].command, "createSearchIndexes");
        assert!(seen[1..].iter().all(|request| request.stages == ["$search"] && request.database == through.name()));
        assert!(seen[1].body.get_array("pipeline").is_ok_and(|pipeline| pipeline.len() == 4));
    });
}

#[test]
fn scores_are_those_of_the_formulas() {
    let Some(uri) = shared() else { return };
    block_on(async {
        let (_atlas, database) = with_tools(&uri).await;
        let score = async |stage: Document, meta: &str| {
            let project = doc! { "$project": { "score": { "$meta": meta } } };
            let found = aggregate(&database, vec![stage, doc! { "$limit": 1 }, project]).await.expect("an answer");
            found[0].get_f64("score").expect("a score")
        };
        let stage = search(doc! { "text": { "query": "archiv", "path": "search_text", "score": {
            "boost": { "value": 2 },
        } } });
        // Once among the 6 words of one of 8 texts of 31 words in all; "the" is a stop word.
        let idf = (1.0_f64 + 7.5 / 1.5).ln();
        let wanted = 2.0 * idf / (1.0 + 1.2 * (0.25 + 0.75 * 6.0 / (31.0 / 8.0)));
        let found = score(stage, "searchScore").await;
        assert!((found - wanted).abs() < 1e-6, "{found} {wanted}");
        let found = score(vector_search(10.0, doc! { "filter": { "server": "office" } }), "vectorSearchScore").await;
        let wanted = f64::midpoint(1.0, 50.0_f64.to_radians().cos());
        assert!((found - wanted).abs() < 1e-6, "{found} {wanted}");
    });
}

#[test]
fn cursors_transactions_and_change_streams_go_through() {
    let Some(uri) = shared() else { return };
    block_on(async {
        let (_atlas, database) = with_tools(&uri).await;
        let collection = database.collection::<Document>(COLLECTION);
        let mut changes = collection.watch().await.expect("a stream");
        let more = (100..350).map(|id| doc! { "_id": id, "search_text": "many many things" });
        collection.insert_many(more).await.expect("documents");
        let stage = search(doc! { "text": { "query": "thing", "path": "search_text" } });
        let cursor = collection.aggregate([stage]).batch_size(20).await.expect("a cursor");
        assert_eq!(cursor.try_collect::<Vec<_>>().await.expect("all batches").len(), 250);

        let mut session = database.client().start_session().await.expect("a session");
        session.start_transaction().await.expect("a transaction");
        collection.insert_one(doc! { "_id": 1000 }).session(&mut session).await.expect("an insert");
        session.commit_transaction().await.expect("a commit");
        let mut last = None;
        while last != Some(1000) {
            let change = tokio::time::timeout(DEADLINE, changes.next()).await.expect("in time");
            let key = change.expect("no end").expect("a change").document_key.expect("a key");
            last = key.get_i32("_id").ok();
        }
    });
}

#[test]
fn the_server_may_go_away_and_come_back() {
    let Some(mut mongod) = Mongod::start() else { return };
    let atlas = Atlas::in_front_of(&mongod);
    let name = database();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let database = runtime.block_on(async {
        let database = connect(&format!("{}&serverSelectionTimeoutMS=1000", atlas.discovered_uri()), &name).await;
        insert_tools(&database).await;
        database.run_command(create_indexes()).await.expect("the indexes");
        database
    });
    let found = || runtime.block_on(aggregate(&database, vec![words()]));
    assert_eq!(found().expect("an answer").len(), 4);
    mongod.kill();
    assert!(found().is_err(), "nobody is there");
    mongod.restart();
    let again = until(DEADLINE, || found().ok());
    assert_eq!(again.expect("an answer").len(), 4);
    runtime.shutdown_background();
}

#[test]
fn a_user_passes_through() {
    let Some(mongod) = Mongod::start_with(Options { auth: true, ..Options::default() }) else { return };
    block_on(async {
        let (atlas, database) = with_tools(&mongod.uri()).await;
        assert_eq!(outcome(&database, words()).await, Ok(4));
        let uri = atlas.uri();
        let (_, address) = uri.split_once('@').expect("credentials");
        let nobody = connect(&format!("mongodb://{address}"), database.name()).await;
        assert_eq!(outcome(&nobody, words()).await, Err(13));
    });
}

#[test]
fn the_driver_manages_indexes() {
    let Some(uri) = shared() else { return };
    block_on(async {
        let atlas = Atlas::at(&uri);
        let database = connect(&atlas.uri(), &database()).await;
        insert_tools(&database).await;
        let collection = database.collection::<Document>(COLLECTION);
        let index = SearchIndexModel::builder().name(VECTOR.to_owned()).index_type(SearchIndexType::VectorSearch);
        let index = index.definition(vector_index()).build();
        assert_eq!(collection.create_search_index(index).await.expect("an index"), VECTOR);
        let list = async || {
            let cursor = collection.list_search_indexes().await.expect("a cursor");
            cursor.try_collect::<Vec<_>>().await.expect("the list")
        };
        let all = list().await;
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].get_document("latestDefinition").ok(), Some(&vector_index()));
        collection.update_search_index(VECTOR, vector_index()).await.expect("an update");
        collection.drop_search_index(VECTOR).await.expect("a drop");
        assert!(list().await.is_empty());
    });
}

#[test]
fn it_ends_with_its_owner() {
    let Some(uri) = shared() else { return };
    let atlas = Atlas::at(&uri);
    let port = url::Url::parse(&atlas.uri()).expect("a URI").port().expect("a port");
    let connect = || std::net::TcpStream::connect(("127.0.0.1", port));
    connect().expect("it listens");
    drop(atlas);
    until(DEADLINE, || connect().err()).expect("nobody listens");
}

#[test]
fn an_index_is_built_and_rebuilt() {
    let Some(uri) = shared() else { return };
    block_on(async {
        let atlas = Atlas::at(&uri);
        let database = connect(&atlas.uri(), &database()).await;
        insert_tools(&database).await;
        let state = async || {
            let all = indexes(&database, doc! { "name": VECTOR }).await;
            let index = all.first().expect("the index");
            let version = index.get_document("latestDefinitionVersion").expect("a version").get_i64("version");
            let status = index.get_str("status").expect("a status").to_owned();
            (status, index.get_bool("queryable").expect("whether"), version.expect("a number"))
        };
        atlas.set(|behaviour| behaviour.build_delay = EVER);
        database.run_command(create_indexes()).await.expect("the indexes");
        assert_eq!(state().await, ("PENDING".to_owned(), false, 0));
        for (stage, kind) in [(words(), "search"), (vector_search(0.0, doc! {}), "vector")] {
            let error = aggregate(&database, vec![stage]).await.expect_err("not yet");
            let (code, message) = refused(&error);
            assert_eq!(code, 8);
            assert!(message.contains(&format!("cannot query {kind} index")), "{message}");
            assert!(message.ends_with("while in state NOT_STARTED"), "{message}");
        }
        // Half of the time has passed when the test has taken a second.
        tokio::time::sleep(Duration::from_secs(1)).await;
        atlas.set(|behaviour| behaviour.build_delay = Duration::from_millis(1900));
        assert_eq!(state().await, ("BUILDING".to_owned(), false, 0));
        let error = aggregate(&database, vec![words()]).await.expect_err("not yet");
        assert!(refused(&error).1.ends_with("while in state INITIAL_SYNC"), "{error}");
        atlas.set(|behaviour| behaviour.build_delay = Duration::ZERO);
        assert_eq!(state().await, ("READY".to_owned(), true, 0));
        assert_eq!(outcome(&database, vector_search(0.0, doc! {})).await, Ok(3));

        atlas.set(|behaviour| behaviour.build_delay = EVER);
        let field = doc! { "type": "vector", "path": "embedding", "numDimensions": 3, "similarity": "cosine" };
        let three = doc! { "fields": [field] };
        let update = doc! { "updateSearchIndex": COLLECTION, "name": VECTOR, "definition": three };
        database.run_command(update).await.expect("an update");
        assert_eq!(state().await, ("BUILDING".to_owned(), true, 1));
        assert_eq!(outcome(&database, vector_search(0.0, doc! {})).await, Ok(3), "the old one answers");
        atlas.set(|behaviour| behaviour.build_delay = Duration::ZERO);
        assert_eq!(state().await, ("READY".to_owned(), true, 1));
        assert_eq!(outcome(&database, vector_search(0.0, doc! {})).await, Err(8));
        let odd = vector_search(0.0, doc! { "queryVector": [1.0, 0.0, 0.0] });
        assert_eq!(outcome(&database, odd).await, Ok(1));

        database.run_command(doc! { "dropSearchIndex": COLLECTION, "name": TEXT }).await.expect("dropped");
        assert_eq!(outcome(&database, words()).await, Ok(0));
        // Indexes go with their collection.
        database.collection::<Document>(COLLECTION).drop().await.expect("dropped");
        insert_tools(&database).await;
        assert!(indexes(&database, doc! {}).await.is_empty());
    });
}

#[test]
fn an_index_may_lag() {
    let Some(uri) = shared() else { return };
    block_on(async {
        let (atlas, database) = with_tools(&uri).await;
        let collection = database.collection::<Document>(COLLECTION);
        let mail = || search(doc! { "text": { "query": "mail", "path": "search_text" } });
        // What is there by now is older than the lag.
        tokio::time::sleep(Duration::from_millis(1200)).await;
        let lag = Duration::from_secs(1);
        atlas.set(|behaviour| behaviour.lag = lag);
        let written = Instant::now();
        collection.insert_one(doc! { "_id": 20, "search_text": "mail" }).await.expect("an insert");
        let change = doc! { "$set": { "search_text": "post" } };
        collection.update_one(doc! { "_id": 6 }, change).await.expect("an update");
        let found = aggregate(&database, vec![mail()]).await.expect("an answer");
        // The match is of yesterday, and the document of today.
        if written.elapsed() < lag {
            assert_eq!(ids(&found), [6]);
            assert_eq!(found[0].get_str("search_text").ok(), Some("post"));
        }
        collection.delete_one(doc! { "_id": 6 }).await.expect("a deletion");
        let end = Instant::now() + DEADLINE;
        while ids(&aggregate(&database, vec![mail()]).await.expect("an answer")) != [20] {
            assert!(Instant::now() < end, "never seen");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(written.elapsed() >= lag, "seen at once");
    });
}

#[test]
fn faults_are_injected() {
    let Some(uri) = shared() else { return };
    block_on(async {
        let (atlas, database) = with_tools(&uri).await;
        let (_, fused) = fusion(doc! {}, doc! {}, false);
        let near = || vector_search(0.0, doc! {});
        let list = || doc! { "$listSearchIndexes": {} };
        let both = async || (outcome(&database, words()).await, outcome(&database, near()).await);
        atlas.set(|behaviour| behaviour.fail_text = Some((8, "out of words".into())));
        assert_eq!(both().await, (Err(8), Ok(3)));
        assert_eq!(outcome(&database, fused.clone()).await, Err(8));
        atlas.set(|behaviour| (behaviour.fail_text, behaviour.fail_vector) = (None, Some((50, "too slow".into()))));
        assert_eq!(both().await, (Ok(4), Err(50)));
        assert_eq!(outcome(&database, fused.clone()).await, Err(50));

        atlas.set(|behaviour| (behaviour.fail_vector, behaviour.overloaded) = (None, 2));
        let error = aggregate(&database, vec![words()]).await.expect_err("overloaded");
        assert!(error.contains_label("SystemOverloadedError"), "{error}");
        let overloaded = database.run_command(doc! { "ping": 1 }).await;
        overloaded.expect("only searches are rejected");
        // The driver may have tried again by itself.
        while let Err(code) = outcome(&database, near()).await {
            assert_eq!(code, 489);
        }
        assert_eq!(both().await, (Ok(4), Ok(3)));

        atlas.set(|behaviour| behaviour.index_privilege = false);
        assert_eq!(outcome(&database, list()).await, Err(13));
        assert_eq!(refusal(&database, create_indexes()).await.0, 13);
        assert_eq!(both().await, (Ok(4), Ok(3)));
        atlas.set(|behaviour| (behaviour.index_privilege, behaviour.search) = (true, false));
        assert_eq!(both().await, (Err(31082), Err(31082)));
        assert_eq!(outcome(&database, list()).await, Err(31082));
        assert_eq!(refusal(&database, create_indexes()).await.0, 31082);

        atlas.set(|behaviour| (behaviour.search, behaviour.index_quota) = (true, Some(2)));
        database.run_command(create_indexes()).await.expect("they are there already");
        let third = doc! { "name": "third", "definition": { "mappings": { "dynamic": true } } };
        let third = doc! { "createSearchIndexes": COLLECTION, "indexes": [third] };
        let (_, message) = refusal(&database, third.clone()).await;
        assert!(message.contains("maximum number of FTS indexes"), "{message}");
        atlas.set(|behaviour| behaviour.index_quota = Some(3));
        database.run_command(third).await.expect("room for one more");
    });
}

#[test]
fn fusion_may_be_missing_in_three_ways() {
    let Some(uri) = shared() else { return };
    block_on(async {
        let (atlas, database) = with_tools(&uri).await;
        let (with_scores, _) = fusion(doc! {}, doc! {}, true);
        let (_, plain) = fusion(doc! {}, doc! {}, false);
        // Needs no index, so it tells what the server can do.
        let probe = doc! { "$rankFusion": { "input": { "pipelines": { "p": [
            { "$sort": { "_id": 1 } }, { "$limit": 1 },
        ] } } } };
        atlas.set(|behaviour| behaviour.search = false);
        assert_eq!(outcome(&database, probe.clone()).await, Ok(1));
        assert_eq!(outcome(&database, plain.clone()).await, Err(31082));
        atlas.set(|behaviour| (behaviour.search, behaviour.rank_fusion) = (true, RankFusion::NoScores));
        assert_eq!(refusal(&database, with_scores.clone()).await.0, 224);
        let found = aggregate(&database, vec![plain.clone()]).await.expect("an answer");
        assert_eq!(ids(&found), [3, 1, 4, 2]);
        assert!((found[0].get_f64("score").expect("a field") - (1.0 / 61.0 + 1.0 / 62.0)).abs() < 1e-12);
        let score = doc! { "$project": { "score": { "$meta": "score" } } };
        let error = aggregate(&database, vec![plain.clone(), score]).await.expect_err("no such thing");
        assert_eq!(refused(&error).0, 9);
        for (mode, code) in [(RankFusion::Disallowed, 224), (RankFusion::Unknown, 40324)] {
            atlas.set(|behaviour| behaviour.rank_fusion = mode);
            for stage in [&probe, &plain] {
                assert_eq!(outcome(&database, stage.clone()).await, Err(code));
            }
            assert_eq!(outcome(&database, words()).await, Ok(4));
        }
    });
}
