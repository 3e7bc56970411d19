//! `$vectorSearch`: its grammar, and exact cosine similarity.

use mongodb::bson::binary::Vector;
use mongodb::bson::{Bson, Document};

use super::catalog::Hit;
use super::definition::VectorIndex;
use super::failure::{Failure, Parse, Reader, as_number};
use super::filter;

const MAX_CANDIDATES: i64 = 10_000;

pub(super) struct VectorSearch {
    pub(super) index: String,
    pub(super) path: String,
    /// What the real server may run, once its paths are known to be indexed.
    pub(super) filter: Document,
    filtered: Vec<String>,
    query: Vec<f32>,
    limit: usize,
}

impl VectorSearch {
    pub(super) fn parse(spec: &Document) -> Result<Self, Failure> {
        // The server itself looks at the limit before the search process sees anything.
        match spec.get("limit").map(as_number) {
            Some(None) => return Err(Failure::new(8_575_100, "Expected limit to be a number")),
            Some(Some(limit)) if limit <= 0.0 => {
                return Err(Failure::new(7_912_700, format!("Expected limit to be positive, but got {limit}")));
            }
            _ => {}
        }
        Self::parse_spec(spec).map_err(Failure::query)
    }

    fn parse_spec(spec: &Document) -> Parse<Self> {
        let mut reader = Reader::new("", spec);
        reader.not_imitated(&["query", "model", "returnStoredSource", "explainOptions", "nestedOptions"])?;
        reader.not_imitated(&["parentFilter"])?;
        if let Some(mut preference) = reader.document("searchNodePreference")? {
            preference.required_string("key")?;
            preference.finish()?;
        }
        let index = reader.required_string("index")?.to_owned();
        let path = reader.required_string("path")?.to_owned();
        let query = reader.required("queryVector")?;
        let query = match components(query) {
            Some(query) if !query.is_empty() => query,
            Some(_) => return Err(reader.fault("queryVector", "cannot be empty")),
            None => return Err(reader.fault("queryVector", "must be an array of numbers or a float32 vector")),
        };
        if query.iter().any(|number| !number.is_finite()) {
            return Err(reader.fault("queryVector", "must contain only finite numbers"));
        }
        let limit = reader.integer("limit", 1, i64::from(i32::MAX))?;
        let limit = limit.ok_or_else(|| reader.fault("limit", "is required"))?;
        let candidates = reader.integer("numCandidates", 1, MAX_CANDIDATES)?;
        match (reader.boolean("exact")?.unwrap_or(false), candidates) {
            (true, Some(_)) => return Err(reader.fault("numCandidates", "must be omitted when \"exact\" is true")),
            (false, None) => return Err(reader.fault("numCandidates", "is required when \"exact\" is not true")),
            (false, Some(candidates)) if limit > candidates => {
                return Err(reader.fault("limit", "must be less than or equal to \"numCandidates\""));
            }
            _ => {}
        }
        let filter = match reader.optional("filter") {
            None => Document::new(),
            Some(Bson::Document(filter)) => filter.clone(),
            Some(_) => return Err(reader.fault("filter", "must be a document")),
        };
        let filtered = filter::paths("filter", &filter)?;
        reader.finish()?;
        let limit = usize::try_from(limit).expect("it is positive");
        Ok(Self { index, path, filter, filtered, query, limit })
    }

    /// Whether the index can answer it.
    pub(super) fn check(&self, index: &VectorIndex) -> Parse<()> {
        let Some(field) = index.vectors.get(&self.path) else {
            return Err(format!("{} is not indexed as vector", self.path));
        };
        if field.dimensions != self.query.len() {
            return Err(format!(
                "vector field is indexed with {} dimensions but queried with {}",
                field.dimensions,
                self.query.len()
            ));
        }
        if field.similarity != "cosine" {
            return Err(format!("similarity {} is not imitated by the test double", field.similarity));
        }
        if norm(&self.query) == 0.0 {
            return Err("Cosine similarity cannot be calculated against a zero vector.".to_owned());
        }
        match self.filtered.iter().find(|path| !index.filters.contains(*path)) {
            Some(path) => Err(format!("Path '{path}' needs to be indexed as filter")),
            None => Ok(()),
        }
    }

    /// The nearest of the documents; those whose vector has another length are not in the index.
    pub(super) fn hits(&self, documents: &[Document]) -> Vec<Hit> {
        let scored = documents.iter().filter_map(|document| {
            let vector = components(value_at(document, &self.path)?)?;
            let product = norm(&vector) * norm(&self.query);
            if vector.len() != self.query.len() || product == 0.0 {
                return None;
            }
            let dot: f64 = vector.iter().zip(&self.query).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
            Some(Hit {
                id: document.get("_id")?.clone(),
                score: single(f64::midpoint(1.0, dot / product)),
                details: None,
            })
        });
        let mut hits: Vec<Hit> = scored.collect();
        hits.sort_by(|a, b| b.score.total_cmp(&a.score));
        hits.truncate(self.limit);
        hits
    }
}

/// Scores of the search process have single precision.
pub(super) fn single(score: f64) -> f64 {
    f64::from(score as f32)
}

fn norm(vector: &[f32]) -> f64 {
    vector.iter().map(|number| f64::from(*number).powi(2)).sum::<f64>().sqrt()
}

fn value_at<'a>(document: &'a Document, path: &str) -> Option<&'a Bson> {
    match path.split_once('.') {
        None => document.get(path),
        Some((first, rest)) => value_at(document.get_document(first).ok()?, rest),
    }
}

/// The numbers of an array or of a float32 vector.
fn components(value: &Bson) -> Option<Vec<f32>> {
    match value {
        Bson::Array(items) => items.iter().map(|item| as_number(item).map(|number| number as f32)).collect(),
        Bson::Binary(binary) => match Vector::try_from(binary) {
            Ok(Vector::Float32(numbers)) => Some(numbers),
            _ => None,
        },
        _ => None,
    }
}
