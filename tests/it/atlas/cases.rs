//! The table of the contract.

use mongodb::bson::{Bson, Document, doc};

use super::contract::{Case, Then};
use super::fixture::{COLLECTION, direction, search, text_index, vector_index, vector_search};

const CAUSED: &str = "PlanExecutor error during aggregation :: caused by :: ";

fn command(pipeline: Vec<Document>) -> Document {
    doc! { "aggregate": COLLECTION, "pipeline": pipeline, "cursor": {} }
}

fn case(name: &'static str, stage: Document, then: Then) -> Case {
    Case { name, command: command(vec![stage]), then }
}

/// Every request of the table, on the tools of the fixture.
pub(super) fn all() -> Vec<Case> {
    [words(), wrong_words(), vectors(), wrong_vectors(), places(), fusions(), wrong_fusions()]
        .into_iter()
        .flatten()
        .collect()
}

fn text(query: &str, path: &str) -> Document {
    doc! { "text": { "query": query, "path": path } }
}

fn is(path: &str, value: impl Into<Bson>) -> Document {
    doc! { "equals": { "path": path, "value": value.into() } }
}

fn among(path: &str, values: &[&str]) -> Document {
    doc! { "in": { "path": path, "value": values } }
}

fn compound(clauses: Document) -> Document {
    search(doc! { "compound": clauses })
}

fn words() -> Vec<Case> {
    use Then::{Finds, FindsAll};
    let exact = doc! { "text": { "query": "delete_order", "path": { "value": "name", "multi": "exact" } } };
    let all = doc! { "text": { "query": "custom order", "path": "search_text", "matchCriteria": "all" } };
    let phrase = |query: &str| search(doc! { "phrase": { "query": query, "path": "search_text" } });
    let active = doc! {
        "filter": [is("status", "active"), among("server", &["shop"]), among("scopes", &["sales", "billing"])],
        "should": [text("order", "search_text"), {
            "text": { "query": "invoic", "path": "name", "score": { "boost": { "value": 9.0 } } },
        }],
        "minimumShouldMatch": 1,
    };
    vec![
        case("both words before one", search(text("custom order", "search_text")), Finds(&[1, 3, 5, 2])),
        case("all words", search(all), Finds(&[1, 3])),
        case("words of a query are taken as they stand", search(text("Orders", "search_text")), Finds(&[])),
        case("parts of a snake name", search(text("custom", "name")), FindsAll(&[1, 2, 6])),
        case("parts of a camel name", search(text("invoic", "name")), Finds(&[2])),
        case("a name as one word", search(text("listcustomerord", "name")), Finds(&[1])),
        case("numbers are parts", search(text("2", "name")), Finds(&[6])),
        case("points separate", search(text("github", "name")), Finds(&[4])),
        case("the whole name by its own analyzer", search(exact), Finds(&[3])),
        case(
            "several paths",
            search(doc! {
                "text": { "query": "github repositori", "path": ["name", "search_text"] },
            }),
            Finds(&[4]),
        ),
        case("a path without an index is empty", search(text("shop", "nothing")), Finds(&[])),
        case("a phrase", phrase("custom order"), Finds(&[1])),
        case("no phrase", phrase("order custom"), Finds(&[])),
        case("compound with filters and a boost", compound(active), Finds(&[2, 1, 3])),
        case(
            "must not",
            compound(doc! {
                "must": text("order", "search_text"), "mustNot": is("status", "disabled"),
            }),
            Finds(&[1, 3]),
        ),
        case(
            "two of two",
            compound(doc! {
                "should": [text("order", "search_text"), text("archiv", "search_text")], "minimumShouldMatch": 2,
            }),
            Finds(&[5]),
        ),
        case("lower case tokens", compound(doc! { "filter": is("name", "GETCUSTOMERINVOICE") }), Finds(&[2])),
        case("any element of an array", compound(doc! { "filter": is("scopes", "support") }), FindsAll(&[1, 6])),
        case("no such index", doc! { "$search": { "index": "none", "exists": { "path": "status" } } }, Finds(&[])),
    ]
}

fn wrong_words() -> Vec<Case> {
    use Then::Fails;
    let fails = |part| Fails(&[8], part);
    let boosted = |value: f64| {
        search(doc! { "text": { "query": "a", "path": "name", "score": { "boost": { "value": value } } } })
    };
    vec![
        case("messages say where they come from", search(doc! {}), fails(CAUSED)),
        case(
            "two operators",
            search(doc! {
                "text": { "query": "a", "path": "name" }, "exists": { "path": "name" },
            }),
            fails(""),
        ),
        case("an unknown field", search(doc! { "exists": { "path": "name" }, "colour": 1 }), fails("\"colour\"")),
        case(
            "an unknown field of an operator",
            search(doc! {
                "text": { "query": "a", "path": "name", "colour": 1 },
            }),
            fails("\"colour\""),
        ),
        case(
            "an unknown field of a compound",
            compound(doc! {
                "filter": [is("status", "active")], "colour": 1,
            }),
            fails("\"colour\""),
        ),
        case("no clause", compound(doc! {}), fails("")),
        case("no query", search(doc! { "text": { "path": "name" } }), fails("query")),
        case("no path", search(doc! { "text": { "query": "a" } }), fails("path")),
        case("nothing to be among", compound(doc! { "filter": [among("scopes", &[])] }), fails("cannot be empty")),
        case(
            "two types to be among",
            search(doc! {
                "in": { "path": "scopes", "value": ["a", 1] },
            }),
            fails(""),
        ),
        case("equality needs a token", search(is("search_text", "order")), fails("needs to be indexed as token")),
        case("no boost of zero", boosted(0.0), fails("")),
        case(
            "criteria",
            search(doc! {
                "text": { "query": "a", "path": "name", "matchCriteria": "some" },
            }),
            fails("matchCriteria"),
        ),
    ]
}

fn vectors() -> Vec<Case> {
    use Then::Finds;
    let near = |changes| vector_search(0.0, changes);
    let filtered = |filter: Document| vector_search(0.0, doc! { "filter": filter, "limit": 10 });
    let both = doc! { "status": "active", "server": { "$in": ["shop"] }, "scopes": { "$in": ["sales", "billing"] } };
    let numbers = doc! { "queryVector": [0.0, 1.0] };
    vec![
        case("the nearest", near(doc! {}), Finds(&[1, 2, 3])),
        case("an array of numbers", near(numbers), Finds(&[5, 6, 4])),
        case("exact", near(doc! { "exact": true, "numCandidates": Bson::Null, "limit": 2 }), Finds(&[1, 2])),
        case("another length is not there", near(doc! { "limit": 20 }), Finds(&[1, 2, 3, 8, 4, 5, 6])),
        case("a filter", filtered(both), Finds(&[1, 2, 3])),
        case("equality", filtered(doc! { "scopes": "support" }), Finds(&[1, 6])),
        case("none of the elements", filtered(doc! { "scopes": { "$nin": ["sales", "dev"] } }), Finds(&[2, 8, 6])),
        case(
            "either",
            filtered(doc! {
                "$or": [{ "status": "disabled" }, { "scopes": { "$eq": "dev" } }],
            }),
            Finds(&[4, 5]),
        ),
        case("neither", filtered(doc! { "$nor": [{ "status": "active" }, { "status": "plain" }] }), Finds(&[5])),
        case("not", filtered(doc! { "status": { "$not": { "$eq": "active" } } }), Finds(&[8, 5])),
        case("no such index", near(doc! { "index": "none" }), Finds(&[])),
    ]
}

fn wrong_vectors() -> Vec<Case> {
    use Then::Fails;
    let wrong = |name, changes: Document, part| case(name, vector_search(0.0, changes), Fails(&[8], part));
    let filter =
        |name, filter: Document, part| case(name, vector_search(0.0, doc! { "filter": filter }), Fails(&[8], part));
    vec![
        wrong("messages say where they come from", doc! { "path": Bson::Null }, CAUSED),
        wrong("an unknown field", doc! { "colour": 1 }, "\"colour\""),
        wrong("no index", doc! { "index": Bson::Null }, "index"),
        wrong("no vector", doc! { "queryVector": Bson::Null }, ""),
        wrong("another length", doc! { "queryVector": [1.0] }, "indexed with 2 dimensions but queried with 1"),
        wrong("another path", doc! { "path": "status" }, "is not indexed as vector"),
        wrong("more than the candidates", doc! { "limit": 200 }, ""),
        wrong("too many candidates", doc! { "numCandidates": 10_001 }, "numCandidates"),
        wrong("no candidates", doc! { "numCandidates": Bson::Null }, "numCandidates"),
        wrong("candidates of an exact search", doc! { "exact": true }, "numCandidates"),
        case("no limit above zero", vector_search(0.0, doc! { "limit": 0 }), Fails(&[7_912_700], "")),
        case("no number", vector_search(0.0, doc! { "limit": "3" }), Fails(&[8_575_100, 8], "")),
        filter("an empty list", doc! { "scopes": { "$in": [] } }, "cannot be empty"),
        filter("two types", doc! { "scopes": { "$in": ["a", 1] } }, ""),
        filter("null in a list", doc! { "scopes": { "$in": [Bson::Null] } }, ""),
        filter("a path without an index", doc! { "name": "plain" }, "needs to be indexed as filter"),
        filter("an array", doc! { "scopes": ["a"] }, ""),
        filter("no regular expressions", doc! { "status": { "$regex": "a" } }, ""),
        filter("no empty list of parts", doc! { "$and": [] }, ""),
    ]
}

fn places() -> Vec<Case> {
    use Then::Fails;
    let one = || search(doc! { "exists": { "path": "status" } });
    let second = |stage: Document| command(vec![doc! { "$match": {} }, stage]);
    let mut majority = command(vec![one()]);
    majority.insert("readConcern", doc! { "level": "majority" });
    let mut nearest = command(vec![vector_search(0.0, doc! {})]);
    nearest.insert("readConcern", doc! { "level": "majority" });
    let facet = doc! { "$facet": { "a": [one()] } };
    let level = "cannot run with a readConcern other than 'local'. Current readConcern: majority";
    let score = command(vec![one(), doc! { "$project": { "score": { "$meta": "vectorSearchScore" } } }]);
    vec![
        Case { name: "first, in words", command: second(one()), then: Fails(&[40602], "$search") },
        Case {
            name: "first, in vectors",
            command: second(vector_search(0.0, doc! {})),
            then: Fails(&[40602], "$vectorSearch"),
        },
        case("in a facet", facet, Fails(&[40600], "")),
        Case { name: "read concern of words", command: majority, then: Fails(&[72], level) },
        Case { name: "read concern of vectors", command: nearest, then: Fails(&[72], level) },
        Case { name: "another search's score", command: score, then: Fails(&[40218], "") },
    ]
}

/// The arms that the gateway sends.
fn arms() -> Document {
    let words = compound(doc! {
        "filter": [is("status", "active"), among("scopes", &["sales", "billing", "dev"])],
        "should": [text("order", "search_text")], "minimumShouldMatch": 1,
    });
    let filter = doc! { "status": "active", "scopes": { "$in": ["sales", "billing", "dev"] } };
    let near = vector_search(41.0, doc! { "filter": filter });
    doc! { "text": [words, { "$limit": 10 }], "vector": [near] }
}

/// A fusion with some pipelines changed; null leaves one out. And its stage alone.
pub(super) fn fusion(changes: Document, combination: Document, details: bool) -> (Document, Document) {
    let mut pipelines = arms();
    for (name, stages) in changes {
        match stages {
            Bson::Null => drop(pipelines.remove(name)),
            stages => drop(pipelines.insert(name, stages)),
        }
    }
    let stage = doc! { "$rankFusion": {
        "input": { "pipelines": pipelines }, "combination": combination, "scoreDetails": details,
    } };
    let mut project = doc! { "_id": 1, "score": { "$meta": "score" } };
    if details {
        project.insert("scoreDetails", doc! { "$meta": "scoreDetails" });
    }
    let rest = [doc! { "$match": { "status": "active" } }, doc! { "$limit": 5 }, doc! { "$project": project }];
    let pipeline = std::iter::once(stage.clone()).chain(rest).collect();
    (command(pipeline), stage)
}

fn fusions() -> Vec<Case> {
    use Then::Finds;
    let fused = |name, changes, weights: Document, then| {
        let (command, _) = fusion(changes, doc! { "weights": weights }, true);
        Case { name, command, then }
    };
    let by_status = doc! { "text": Bson::Null, "vector": Bson::Null, "all": [{ "$sort": { "status": 1 } }] };
    let missing = doc! { "$vectorSearch": {
        "index": "none", "path": "embedding", "queryVector": direction(0.0), "numCandidates": 10, "limit": 10,
    } };
    vec![
        fused("both arms", doc! {}, doc! { "text": 0.5, "vector": 0.5 }, Finds(&[3, 1, 4, 2])),
        fused("one arm without weight", doc! {}, doc! { "text": 0 }, Finds(&[3, 4, 2, 1])),
        fused("words only", doc! { "vector": Bson::Null }, doc! {}, Finds(&[1, 3])),
        fused("an arm whose index is missing", doc! { "vector": [missing] }, doc! {}, Finds(&[1, 3])),
        fused("equals are ordered by id", by_status, doc! {}, Finds(&[1, 2, 3, 4, 6])),
    ]
}

fn wrong_fusions() -> Vec<Case> {
    use Then::Fails;
    let arm = |name, stages: Bson, code: &'static [i32]| {
        let (command, _) = fusion(doc! { "text": stages }, doc! {}, false);
        Case { name, command, then: Fails(code, "") }
    };
    let weights = |name, weights: Document, code: &'static [i32]| {
        let (command, _) = fusion(doc! {}, doc! { "weights": weights }, false);
        Case { name, command, then: Fails(code, "") }
    };
    let named = |name, pipeline: &str| {
        let (command, _) = fusion(doc! { pipeline: [{ "$sort": { "_id": 1 } }] }, doc! {}, false);
        Case { name, command, then: Fails(&[9, 15998, 16410, 16412], "") }
    };
    let (_, stage) = fusion(doc! {}, doc! {}, false);
    let mut unknown = stage.clone();
    unknown.get_document_mut("$rankFusion").expect("the stage").insert("colour", 1);
    let details = doc! { "$project": { "details": { "$meta": "scoreDetails" } } };
    let sorted = vec![doc! { "$sort": { "_id": 1 } }, doc! { "$project": { "_id": 1 } }];
    vec![
        arm("an empty arm", Bson::Array(Vec::new()), &[9_834_300]),
        arm("an arm without an order", vec![doc! { "$match": {} }].into(), &[9_191_100]),
        arm("an arm that changes documents", sorted.into(), &[9_191_103]),
        arm("an arm that fuses", vec![stage.clone()].into(), &[10_473_002]),
        weights("a negative weight", doc! { "text": -1 }, &[9_460_300]),
        weights("too many weights", doc! { "text": 1, "vector": 1, "other": 1 }, &[9_460_301]),
        weights("a weight for nobody", doc! { "other": 1 }, &[9_967_500]),
        named("a name with a point", "a.b"),
        named("a name with a dollar", "$a"),
        named("no name", ""),
        case("an unknown field", unknown, Fails(&[40415], "colour")),
        case("nothing", doc! { "$rankFusion": {} }, Fails(&[40414], "input")),
        Case {
            name: "not first",
            command: command(vec![doc! { "$limit": 1 }, stage.clone()]),
            then: Fails(&[10_170_100, 40602], ""),
        },
        Case { name: "details that nobody made", command: command(vec![stage, details]), then: Fails(&[40218], "") },
    ]
}

/// Definitions that no deployment takes.
pub(super) fn wrong_definitions() -> Vec<(&'static str, Document)> {
    let changed = |path: &[&str], value: Bson| {
        let mut definition = text_index();
        let (last, parents) = path.split_last().expect("a path");
        let parent = parents.iter().fold(&mut definition, |at, name| at.get_document_mut(name).expect("a document"));
        parent.insert(*last, value);
        ("search", definition)
    };
    let analyzer = |tokenizer: Document, filters: Vec<Document>| {
        let analyzer = doc! { "name": "a", "tokenizer": tokenizer, "tokenFilters": filters };
        ("search", doc! { "analyzers": [analyzer], "mappings": { "dynamic": true } })
    };
    let vector = |changes: Document| {
        let mut field = doc! { "type": "vector", "path": "v", "numDimensions": 2, "similarity": "cosine" };
        field.extend(changes);
        ("vectorSearch", doc! { "fields": [field] })
    };
    let mut twice = vector_index();
    let again = doc! { "type": "filter", "path": "scopes" };
    twice.get_array_mut("fields").expect("fields").push(again.into());
    let split = doc! { "type": "regexSplit", "pattern": "," };
    vec![
        changed(&["colour"], 1.into()),
        changed(&["mappings", "colour"], 1.into()),
        changed(&["mappings", "fields", "scopes"], doc! { "type": "words" }.into()),
        changed(&["mappings", "fields", "scopes"], doc! { "type": "string", "analyzer": "none" }.into()),
        changed(&["mappings", "fields", "scopes"], doc! { "type": "token", "normalizer": "upper" }.into()),
        analyzer(doc! { "type": "none" }, vec![]),
        analyzer(split.clone(), vec![doc! { "type": "none" }]),
        analyzer(split, vec![doc! { "type": "snowballStemming", "stemmerName": "klingon" }]),
        ("search", doc! {}),
        ("vectorSearch", doc! { "fields": [{ "type": "filter", "path": "scopes" }] }),
        ("vectorSearch", twice),
        vector(doc! { "numDimensions": 0 }),
        vector(doc! { "numDimensions": 8193 }),
        vector(doc! { "similarity": "near" }),
        vector(doc! { "colour": 1 }),
    ]
}
