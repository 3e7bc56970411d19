//! The two indexes of `tool_catalog` and the stages that ask them.
//!
//! Requests are analysed here, by the same words as the index in this process, and sent as such words; the index
//! cuts its documents with the analyzer below, whose steps are those of [`super::super::text`].

use std::time::Duration;

use mongodb::bson::{Bson, Document, doc};

use super::super::memory::{ARM_DEPTH, NAME_BOOST, PARAMETERS_BOOST};
use super::super::{Allowed, SearchQuery, text};
use crate::model::{Scopes, ToolId};
use crate::store::MongoDb;

pub(super) const COLLECTION: &str = "tool_catalog";
pub(super) const TEXT_INDEX: &str = "hybrid-full-text-search";
pub(super) const VECTOR_INDEX: &str = "hybrid-vector-search";
/// Of the server, for one search; ours is a little longer.
pub(super) const MAX_TIME: Duration = Duration::from_millis(1_500);
/// Neighbours that the vector arm looks at for each that it returns, as the manual advises.
const CANDIDATES_PER_HIT: usize = 20;
const MAX_CANDIDATES: usize = 10_000;

/// The text index.
pub(super) fn text_index() -> Document {
    let split = doc! {
        "generateWordParts": true, "generateNumberParts": true, "concatenateWords": false, "concatenateNumbers": false,
        "concatenateAll": true, "preserveOriginal": false, "splitOnCaseChange": true, "splitOnNumerics": true,
        "stemEnglishPossessive": false,
    };
    let words = doc! { "type": "string", "analyzer": "toolWords", "searchAnalyzer": "lucene.whitespace" };
    let mut name = words.clone();
    name.insert("multi", doc! { "exact": { "type": "string", "analyzer": "toolName" } });
    doc! {
        "analyzers": [
            {
                "name": "toolWords", "charFilters": [],
                "tokenizer": { "type": "regexSplit", "pattern": r"[^\p{L}\p{N}_.\-]+" },
                "tokenFilters": [
                    { "type": "wordDelimiterGraph", "delimiterOptions": split },
                    { "type": "flattenGraph" },
                    { "type": "lowercase" },
                    { "type": "stopword", "tokens": text::STOP_WORDS.to_vec() },
                    { "type": "snowballStemming", "stemmerName": "english" },
                ],
            },
            {
                "name": "toolName", "charFilters": [], "tokenizer": { "type": "keyword" },
                "tokenFilters": [{ "type": "lowercase" }],
            },
        ],
        "mappings": { "dynamic": false, "fields": {
            "search_text": words.clone(),
            "name": [name, { "type": "token", "normalizer": "lowercase" }],
            "parameter_text": words,
            "_id": { "type": "token" }, "scopes": { "type": "token" }, "status": { "type": "token" }, "server": { "type": "token" },
        } },
    }
}

/// The vector index over vectors of `dimensions`.
pub(super) fn vector_index(dimensions: usize) -> Document {
    let dimensions = i32::try_from(dimensions).unwrap_or(i32::MAX);
    doc! { "fields": [
        { "type": "vector", "path": "embedding", "numDimensions": dimensions, "similarity": "cosine" },
        { "type": "filter", "path": "scopes" }, { "type": "filter", "path": "status" },
        { "type": "filter", "path": "server" }, { "type": "filter", "path": "_id" },
    ] }
}

/// What a caller may find: active tools of these servers with one of these scopes or ids. Never an empty list, which the
/// server refuses: [`Visible::new`] says so before.
pub(super) struct Visible<'a> {
    servers: &'a [String],
    /// A field and its values, one of which a tool must have.
    one_of: Option<(&'static str, Vec<&'a str>)>,
}

impl<'a> Visible<'a> {
    /// `None`: nothing.
    pub(super) fn new(servers: &'a [String], allowed: &'a Allowed) -> Option<Self> {
        let one_of: Option<(&str, Vec<&str>)> = match allowed {
            Allowed::Scopes(Scopes::All) => None,
            Allowed::Scopes(Scopes::Only(scopes)) => Some(("scopes", scopes.iter().map(String::as_str).collect())),
            Allowed::Tools(tools) => Some(("_id", tools.iter().map(ToolId::as_str).collect())),
        };
        let has_values = one_of.as_ref().is_none_or(|(_, values)| !values.is_empty());
        (!servers.is_empty() && has_values).then_some(Self { servers, one_of })
    }

    /// In the query language.
    pub(super) fn filter(&self) -> Document {
        let mut filter = doc! { "status": "active", "server": { "$in": self.servers } };
        if let Some((field, values)) = &self.one_of {
            filter.insert(*field, doc! { "$in": values });
        }
        filter
    }

    /// In the text index's operators.
    fn clauses(&self) -> Vec<Document> {
        let mut clauses = vec![
            doc! { "equals": { "path": "status", "value": "active" } },
            doc! { "in": { "path": "server", "value": self.servers } },
        ];
        let one_of = |(field, values): &(&str, Vec<&str>)| doc! { "in": { "path": *field, "value": values } };
        clauses.extend(self.one_of.as_ref().map(one_of));
        clauses
    }
}

/// The arms that a query has, by their names: no text arm without a word, no vector arm without a vector.
pub(super) struct Arms {
    pub(super) text: Option<Document>,
    pub(super) vector: Option<Document>,
    /// Hits of each arm.
    pub(super) depth: i64,
}

impl Arms {
    pub(super) fn of(query: &SearchQuery, visible: &Visible<'_>) -> Self {
        let depth = ARM_DEPTH.max(query.limit);
        let mut words = text::words(&query.text);
        words.sort_unstable();
        words.dedup();
        let limit = i64::try_from(depth).unwrap_or(i64::MAX);
        let candidates = i64::try_from((depth * CANDIDATES_PER_HIT).min(MAX_CANDIDATES)).unwrap_or(i64::MAX);
        let vector = query.vector.as_ref().filter(|vector| vector.iter().any(|value| *value != 0.0)).map(|vector| {
            doc! { "$vectorSearch": {
                "index": VECTOR_INDEX, "path": "embedding", "queryVector": MongoDb::vector(vector),
                "numCandidates": candidates, "limit": limit, "filter": visible.filter(),
            } }
        });
        let text = (!words.is_empty()).then(|| search_stage(&words.join(" "), visible));
        Self { text, vector, depth: limit }
    }
}

fn search_stage(words: &str, visible: &Visible<'_>) -> Document {
    let boosted = |path: &str, boost: f32| {
        doc! { "text": { "path": path, "query": words, "score": { "boost": { "value": f64::from(boost) } } } }
    };
    doc! { "$search": { "index": TEXT_INDEX, "compound": {
        "filter": visible.clauses(),
        "should": [
            { "text": { "path": "search_text", "query": words } },
            boosted("name", NAME_BOOST),
            boosted("parameter_text", PARAMETERS_BOOST),
        ],
        "minimumShouldMatch": 1,
    } } }
}

/// Whether the server's `theirs` is what `ours` asks for: it may add defaults, and its numbers may be of other types.
pub(super) fn covers(theirs: &Bson, ours: &Bson) -> bool {
    match (theirs, ours) {
        (Bson::Document(theirs), Bson::Document(ours)) => {
            ours.iter().all(|(name, ours)| theirs.get(name).is_some_and(|theirs| covers(theirs, ours)))
        }
        (Bson::Array(theirs), Bson::Array(ours)) => {
            theirs.len() == ours.len() && theirs.iter().zip(ours).all(|(theirs, ours)| covers(theirs, ours))
        }
        (theirs, ours) => theirs == ours || number(theirs).is_some_and(|value| number(ours) == Some(value)),
    }
}

#[expect(clippy::cast_precision_loss, reason = "definitions hold small numbers")]
fn number(value: &Bson) -> Option<f64> {
    match value {
        Bson::Int32(value) => Some(f64::from(*value)),
        Bson::Int64(value) => Some(*value as f64),
        Bson::Double(value) => Some(*value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_fit_the_smallest_clusters() {
        // M0 and Flex take definitions of at most 3 KB.
        let bytes = |definition: &Document| serde_json::to_string(definition).expect("JSON").len();
        assert!(bytes(&text_index()) <= 3_000, "{}", bytes(&text_index()));
        assert!(bytes(&vector_index(8192)) <= 3_000);
    }

    #[test]
    fn a_definition_with_defaults_is_still_ours() {
        let ours = Bson::Document(vector_index(256));
        let mut theirs = vector_index(256);
        theirs.insert("storedSource", false);
        assert!(covers(&Bson::Document(theirs), &ours));
        assert!(!covers(&Bson::Document(vector_index(512)), &ours));
    }
}
