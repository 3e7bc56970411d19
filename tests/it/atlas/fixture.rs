//! A collection of tools with both indexes, as the gateway makes them.

use std::time::{Duration, Instant};

use futures_util::TryStreamExt as _;
use mongodb::bson::binary::Vector;
use mongodb::bson::{Bson, Document, doc};
use mongodb::error::{Error, ErrorKind};
use mongodb::{Client, Database};

pub(super) const COLLECTION: &str = "tool_catalog";
pub(super) const TEXT: &str = "hybrid-full-text-search";
pub(super) const VECTOR: &str = "hybrid-vector-search";

/// A real deployment takes its time to build an index.
const BUILT_WITHIN: Duration = Duration::from_secs(180);

/// A document: id, name, text, scopes, status and a direction in the plane.
type Tool = (i32, &'static str, &'static str, &'static [&'static str], &'static str, f64);

const TOOLS: [Tool; 6] = [
    (1, "list_customer_orders", "list customer order list orders", &["sales", "support"], "active", 0.0),
    (2, "getCustomerInvoice", "get customer invoice as a document", &["billing"], "active", 20.0),
    (3, "delete_order", "delete one order of a customer for good", &["sales"], "active", 40.0),
    (4, "github.search", "search code and issue in all repositories", &["dev"], "active", 60.0),
    (5, "list_archived_orders", "list order order order from the archive", &["sales"], "disabled", 80.0),
    (6, "sendMail2Customer", "send mail", &["support"], "active", 100.0),
];

/// The index for words, in the shape that the gateway sends.
pub(super) fn text_index() -> Document {
    let parts = doc! {
        "generateWordParts": true, "generateNumberParts": true, "concatenateWords": false,
        "concatenateNumbers": false, "concatenateAll": true, "preserveOriginal": false, "splitOnCaseChange": true,
        "splitOnNumerics": true, "stemEnglishPossessive": false,
    };
    let words = doc! {
        "name": "toolWords", "charFilters": [],
        "tokenizer": { "type": "regexSplit", "pattern": "[^\\p{L}\\p{N}_.\\-]+" },
        "tokenFilters": [
            { "type": "wordDelimiterGraph", "delimiterOptions": parts }, { "type": "flattenGraph" },
            { "type": "lowercase" }, { "type": "stopword", "tokens": ["a", "and", "as", "of", "the"] },
            { "type": "snowballStemming", "stemmerName": "english" },
        ],
    };
    let whole =
        doc! { "name": "toolName", "tokenizer": { "type": "keyword" }, "tokenFilters": [{ "type": "lowercase" }] };
    let string = doc! { "type": "string", "analyzer": "toolWords", "searchAnalyzer": "lucene.whitespace" };
    let mut name = string.clone();
    name.insert("multi", doc! { "exact": { "type": "string", "analyzer": "toolName" } });
    let token = doc! { "type": "token" };
    doc! {
        "analyzers": [words, whole],
        "mappings": { "dynamic": false, "fields": {
            "search_text": string.clone(), "parameter_text": string, "name": [name, { "type": "token", "normalizer": "lowercase" }],
            "scopes": token.clone(), "status": token.clone(), "server": token,
        } },
    }
}

/// The index for meaning, in the shape that the gateway sends but of two dimensions.
pub(super) fn vector_index() -> Document {
    doc! { "fields": [
        { "type": "vector", "path": "embedding", "numDimensions": 2, "similarity": "cosine" },
        { "type": "filter", "path": "scopes" }, { "type": "filter", "path": "status" },
        { "type": "filter", "path": "server" },
    ] }
}

/// A vector of length one.
pub(super) fn direction(degrees: f64) -> Bson {
    let (sin, cos) = degrees.to_radians().sin_cos();
    Vector::Float32(vec![cos as f32, sin as f32]).into()
}

pub(super) async fn connect(uri: &str, database: &str) -> Database {
    Client::with_uri_str(uri).await.expect("a URI").database(database)
}

pub(super) async fn insert_tools(database: &Database) {
    let tools = TOOLS.iter().map(|(id, name, text, scopes, status, degrees)| {
        doc! {
            "_id": *id, "name": *name, "search_text": *text, "scopes": scopes.to_vec(), "status": *status,
            "server": if *id < 4 { "shop" } else { "office" }, "embedding": direction(*degrees),
        }
    });
    database.collection::<Document>(COLLECTION).insert_many(tools).await.expect("the tools");
    // Of another length, so it is not among the vectors; a vector written as plain numbers is.
    let odd = doc! { "_id": 7, "name": "odd", "search_text": "odd", "status": "odd", "embedding": [1.0, 0.0, 0.0] };
    let plain = doc! { "_id": 8, "name": "plain", "search_text": "plain", "status": "plain", "embedding": [1.0, 1.0] };
    database.collection(COLLECTION).insert_many([odd, plain]).await.expect("the others");
}

pub(super) fn create_indexes() -> Document {
    doc! { "createSearchIndexes": COLLECTION, "indexes": [
        { "name": TEXT, "definition": text_index() },
        { "name": VECTOR, "type": "vectorSearch", "definition": vector_index() },
    ] }
}

pub(super) async fn indexes(database: &Database, spec: Document) -> Vec<Document> {
    aggregate(database, vec![doc! { "$listSearchIndexes": spec }]).await.expect("the list")
}

/// Waits until both indexes are built and have every document.
pub(super) async fn wait_until_visible(database: &Database) {
    let end = Instant::now() + BUILT_WITHIN;
    let is_ready = |index: &Document| index.get_str("status").is_ok_and(|status| status == "READY");
    loop {
        let built = indexes(database, doc! {}).await;
        if built.len() == 2 && built.iter().all(is_ready) {
            let words = vec![search(doc! { "exists": { "path": "status" } })];
            let near = vec![vector_search(0.0, doc! { "limit": 20 })];
            let words = aggregate(database, words).await.map_or(0, |found| found.len());
            let near = aggregate(database, near).await.map_or(0, |found| found.len());
            if (words, near) == (TOOLS.len() + 2, TOOLS.len() + 1) {
                return;
            }
        }
        assert!(Instant::now() < end, "not visible: {built:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A `$search` stage with an operator.
pub(super) fn search(operator: Document) -> Document {
    let mut stage = doc! { "index": TEXT };
    stage.extend(operator);
    doc! { "$search": stage }
}

/// A `$vectorSearch` stage with some fields changed; null leaves one out.
pub(super) fn vector_search(degrees: f64, changes: Document) -> Document {
    let mut stage = doc! {
        "index": VECTOR, "path": "embedding", "queryVector": direction(degrees), "numCandidates": 100, "limit": 3,
    };
    for (field, value) in changes {
        match value {
            Bson::Null => drop(stage.remove(field)),
            value => drop(stage.insert(field, value)),
        }
    }
    doc! { "$vectorSearch": stage }
}

pub(super) async fn aggregate(database: &Database, pipeline: Vec<Document>) -> Result<Vec<Document>, Error> {
    database.collection::<Document>(COLLECTION).aggregate(pipeline).await?.try_collect().await
}

pub(super) fn ids(documents: &[Document]) -> Vec<i32> {
    documents.iter().map(|document| document.get_i32("_id").expect("an id")).collect()
}

/// Code and message of an error of the server.
pub(super) fn refused(error: &Error) -> (i32, String) {
    match error.kind.as_ref() {
        ErrorKind::Command(command) => (command.code, command.message.clone()),
        _ => panic!("not an error of the server: {error}"),
    }
}
