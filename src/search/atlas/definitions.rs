//! The two indexes of `tool_catalog` and the stages that ask them.
//!
//! Requests are analysed here, by the same words as the index in this process, and sent as such words; the index
//! cuts its documents with the analyzer below, whose steps are those of [`super::super::text`].

use std::sync::Arc;
use std::time::Duration;

use mongodb::bson::{Bson, Document, doc};

use super::super::memory::{ARM_DEPTH, NAME_BOOST, PARAMETERS_BOOST};
use super::super::{Allowed, SearchQuery, Widths, text};
use crate::model::{Scopes, Tool, ToolId};
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

/// The vector index, over one field or, while the space is switched, over two: the server builds a changed definition
/// beside the one that serves. `None` where no width is known.
///
/// What a vector is compared with is filtered by its space's generation, too: an index lags behind the documents.
pub(super) fn vector_index(widths: Widths) -> Option<Document> {
    let vector = |slot: Slot, width: Option<usize>| {
        let dimensions = i32::try_from(width?).unwrap_or(i32::MAX);
        Some(doc! { "type": "vector", "path": slot.path(), "numDimensions": dimensions, "similarity": "cosine" })
    };
    let filter = |path: &str| doc! { "type": "filter", "path": path };
    let mut fields: Vec<Document> =
        [vector(Slot::Present, widths.embedding), vector(Slot::Next, widths.next_embedding)]
            .into_iter()
            .flatten()
            .collect();
    if fields.is_empty() {
        return None;
    }
    let generations = [(Slot::Present, widths.embedding), (Slot::Next, widths.next_embedding)];
    let held = generations.into_iter().filter(|(_, width)| width.is_some());
    fields.extend(["scopes", "status", "server", "_id"].into_iter().map(filter));
    fields.extend(held.map(|(slot, _)| filter(slot.version_path())));
    Some(doc! { "fields": fields })
}

/// Where a tool's vector of a generation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Present,
    Next,
}

impl Slot {
    /// Where the vectors of this generation are; `None` where there are none. A tool that has one in both is being
    /// moved from the one to the other, and its former place is sure to be indexed.
    pub(super) fn of(tools: &[Arc<Tool>], version: u64) -> Option<Self> {
        let next = tools.iter().filter(|tool| tool.next_embedding_version == Some(version)).count();
        let present = tools.iter().filter(|tool| tool.embedding_version == version).count();
        match (present, next) {
            (0, 0) => None,
            (present, next) if next >= present => Some(Self::Next),
            _ => Some(Self::Present),
        }
    }

    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Present => "embedding",
            Self::Next => "next_embedding",
        }
    }

    fn version_path(self) -> &'static str {
        match self {
            Self::Present => "embedding_version",
            Self::Next => "next_embedding_version",
        }
    }
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
    pub(super) fn of(query: &SearchQuery, visible: &Visible<'_>, slot: Option<Slot>) -> Self {
        let depth = ARM_DEPTH.max(query.limit);
        let mut words = text::words(&query.text);
        words.sort_unstable();
        words.dedup();
        let limit = i64::try_from(depth).unwrap_or(i64::MAX);
        let candidates = i64::try_from((depth * CANDIDATES_PER_HIT).min(MAX_CANDIDATES)).unwrap_or(i64::MAX);
        let has_direction = |vector: &&Vec<f32>| vector.iter().any(|value| *value != 0.0);
        let vector = query.vector.as_ref().filter(has_direction).zip(slot).map(|(vector, slot)| {
            let mut filter = visible.filter();
            filter.insert(slot.version_path(), i64::try_from(query.version).unwrap_or(i64::MAX));
            doc! { "$vectorSearch": {
                "index": VECTOR_INDEX, "path": slot.path(), "queryVector": MongoDb::vector(vector),
                "numCandidates": candidates, "limit": limit, "filter": filter,
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

    fn widths(embedding: usize, next_embedding: Option<usize>) -> Widths {
        Widths { embedding: Some(embedding), next_embedding }
    }

    #[test]
    fn definitions_fit_the_smallest_clusters() {
        // M0 and Flex take definitions of at most 3 KB.
        let bytes = |definition: &Document| serde_json::to_string(definition).expect("JSON").len();
        assert!(bytes(&text_index()) <= 3_000, "{}", bytes(&text_index()));
        assert!(bytes(&vector_index(widths(8192, Some(8192))).expect("a definition")) <= 3_000);
        assert_eq!(vector_index(Widths::default()), None);
    }

    #[test]
    fn a_definition_with_defaults_is_still_ours() {
        let index = |dimensions| vector_index(widths(dimensions, None)).expect("a definition");
        let ours = Bson::Document(index(256));
        let mut theirs = index(256);
        theirs.insert("storedSource", false);
        assert!(covers(&Bson::Document(theirs), &ours));
        assert!(!covers(&Bson::Document(index(512)), &ours));
    }
}
