//! What only the double can be asked to do: faults, delays, and a server that goes away.

use futures_util::StreamExt as _;
use futures_util::TryStreamExt as _;
use mongodb::bson::{Document, doc};

use super::fixture::{COLLECTION, aggregate, connect, create_indexes, ids, insert_tools, search};
use crate::support::Mongod;
use crate::support::atlas::Atlas;
use crate::support::mongod::{block_on, database};

/// A double, a database in it with the tools, and both indexes.
fn with_tools(mongod: &Mongod) -> (Atlas, String) {
    let (atlas, name) = (Atlas::in_front_of(mongod), database());
    block_on(async {
        let database = connect(&atlas.uri(), &name).await;
        insert_tools(&database).await;
        database.run_command(create_indexes()).await.expect("the indexes");
    });
    (atlas, name)
}

#[test]
fn a_search_is_ranked_and_the_rest_is_real() {
    let Some(mongod) = Mongod::start() else { return };
    let (atlas, name) = with_tools(&mongod);
    for uri in [atlas.uri(), atlas.discovered_uri()] {
        block_on(async {
            let database = connect(&uri, &name).await;
            let found = aggregate(
                &database,
                vec![
                    search(doc! { "text": { "query": "custom order", "path": "search_text" } }),
                    doc! { "$match": { "status": "active" } },
                    doc! { "$project": { "_id": 1, "score": { "$meta": "searchScore" } } },
                ],
            );
            let found = found.await.expect("an answer");
            assert_eq!(ids(&found), [1, 3, 2], "{found:?}");
            assert!(found.iter().all(|document| document.len() == 2), "{found:?}");
        });
    }
    assert!(atlas.requests().iter().any(|request| request.stages == ["$search"]));
}
