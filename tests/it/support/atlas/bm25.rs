//! Which documents an operator of `$search` matches, and how well: BM25 with Lucene's defaults.

use std::collections::{BTreeSet, HashMap};

use mongodb::bson::{Bson, Document};

use super::analyzers::Token;
use super::catalog::Hit;
use super::definition::{Pair, TextIndex};
use super::failure::as_number;
use super::filter;
use super::search::{Compound, Kind, Operator, Path, Score};
use super::vector::single;

const K1: f64 = 1.2;
const B: f64 = 0.75;
/// Between the values of an array, so that no phrase spans two of them.
const GAP: usize = 100;

/// Each document's score, where it matches.
type Scores = Vec<Option<f64>>;

pub(super) fn search(operator: &Operator, index: &TextIndex, documents: &[Document]) -> Vec<Hit> {
    let scores = Corpus { index, documents }.scores(operator);
    let mut hits: Vec<Hit> = documents
        .iter()
        .zip(scores)
        .filter_map(|(document, score)| {
            Some(Hit { id: document.get("_id")?.clone(), score: single(score?), details: None })
        })
        .collect();
    hits.sort_by(|a, b| b.score.total_cmp(&a.score));
    hits
}

struct Corpus<'a> {
    index: &'a TextIndex,
    documents: &'a [Document],
}

impl Corpus<'_> {
    fn scores(&self, operator: &Operator) -> Scores {
        let mut scores = match &operator.kind {
            Kind::Text { query, paths, needs_all } => {
                self.best(paths, |field, pair| field.text(&terms(query, pair), *needs_all))
            }
            Kind::Phrase { query, paths } => self.best(paths, |field, pair| {
                sum(query.iter().map(|query| field.phrase(&pair.queries.tokens(query))).collect())
            }),
            Kind::Compound(compound) => self.compound(compound),
            Kind::Among { path, values } => self.among(path, values),
            Kind::Exists { path } => {
                let found = |document: &Document| !values_at(document, path).is_empty();
                self.documents.iter().map(|document| found(document).then_some(1.0)).collect()
            }
        };
        for score in scores.iter_mut().flatten() {
            *score = match operator.score {
                Score::Boost(factor) => *score * factor,
                Score::Constant(value) => value,
            };
        }
        scores
    }

    /// The sum over the paths that are indexed as text; others match nothing, and nobody complains.
    fn best(&self, paths: &[Path], score: impl Fn(&Field, &Pair) -> Scores) -> Scores {
        let scored = paths.iter().filter_map(|path| {
            let pair = self.index.text(&path.path, path.multi.as_deref())?;
            Some(score(&Field::of(self.documents, &path.path, &pair), &pair))
        });
        let scored: Vec<Scores> = scored.collect();
        if scored.is_empty() { vec![None; self.documents.len()] } else { sum(scored) }
    }

    fn among(&self, path: &str, values: &[Bson]) -> Scores {
        let kind = filter::kind("", &values[0]).unwrap_or_default();
        let is_lowercase = self.index.comparison(path, kind).unwrap_or_default();
        let values: Vec<Bson> = values.iter().map(|value| comparable(value, is_lowercase)).collect();
        let matches = |document: &Document| {
            values_at(document, path).iter().any(|found| values.contains(&comparable(found, is_lowercase)))
        };
        self.documents.iter().map(|document| matches(document).then_some(1.0)).collect()
    }

    fn compound(&self, compound: &Compound) -> Scores {
        let all = |operators: &[Operator]| -> Vec<Scores> { operators.iter().map(|each| self.scores(each)).collect() };
        let (must, must_not) = (all(&compound.must), all(&compound.must_not));
        let (should, filter) = (all(&compound.should), all(&compound.filter));
        // Where nothing else has to match, one of these does.
        let minimum = if must.is_empty() && filter.is_empty() { compound.minimum.max(1) } else { compound.minimum };
        let minimum = if should.is_empty() { 0 } else { minimum };
        let score = |at: usize| {
            let has = |scores: &Scores| scores[at].is_some();
            if !must.iter().chain(&filter).all(has) || must_not.iter().any(has) {
                return None;
            }
            if should.iter().filter(|scores| has(scores)).count() < minimum {
                return None;
            }
            Some(must.iter().chain(&should).filter_map(|scores| scores[at]).sum())
        };
        (0..self.documents.len()).map(score).collect()
    }
}

/// The terms of all queries, repeated as often as they stand there.
fn terms(queries: &[String], pair: &Pair) -> Vec<String> {
    let analyzed = queries.iter().map(|query| pair.queries.tokens(query));
    analyzed.flat_map(|tokens| tokens.iter().map(|token| token.text.clone()).collect::<Vec<_>>()).collect()
}

/// Of each document what any of them gives it.
fn sum(parts: Vec<Scores>) -> Scores {
    let mut parts = parts.into_iter();
    let first = parts.next().unwrap_or_default();
    parts.fold(first, |sum, part| {
        let add = |(a, b): (Option<f64>, Option<f64>)| match (a, b) {
            (None, None) => None,
            (a, b) => Some(a.unwrap_or(0.0) + b.unwrap_or(0.0)),
        };
        sum.into_iter().zip(part).map(add).collect()
    })
}

/// One analysis of one field over all documents, those too that a filter keeps out.
struct Field {
    documents: Vec<HashMap<String, Vec<usize>>>,
    lengths: Vec<f64>,
    /// How many documents have it at all.
    count: f64,
    average: f64,
}

impl Field {
    fn of(documents: &[Document], path: &str, pair: &Pair) -> Self {
        let (mut analyzed, mut lengths) = (Vec::new(), Vec::new());
        for document in documents {
            let (mut terms, mut places, mut base): (HashMap<String, Vec<usize>>, _, _) =
                (HashMap::new(), BTreeSet::new(), 0);
            for value in values_at(document, path) {
                let Bson::String(text) = value else { continue };
                let tokens = pair.documents.tokens(text);
                for Token { text, position } in tokens.iter() {
                    terms.entry(text.clone()).or_default().push(base + position);
                    // What stands for the same place counts once.
                    places.insert(base + position);
                }
                base = places.last().map_or(base, |last| last + GAP);
            }
            lengths.push(places.len() as f64);
            analyzed.push(terms);
        }
        let count = lengths.iter().filter(|length| **length > 0.0).count() as f64;
        Self { average: lengths.iter().sum::<f64>() / count.max(1.0), documents: analyzed, lengths, count }
    }

    fn term(&self, term: &str) -> Scores {
        let found = self.documents.iter().filter(|terms| terms.contains_key(term)).count() as f64;
        let idf = (1.0 + (self.count - found + 0.5) / (found + 0.5)).ln();
        let score = |(terms, length): (&HashMap<String, Vec<usize>>, &f64)| {
            let frequency = terms.get(term)?.len() as f64;
            Some(idf * frequency / (frequency + K1 * (1.0 - B + B * length / self.average)))
        };
        self.documents.iter().zip(&self.lengths).map(score).collect()
    }

    fn text(&self, terms: &[String], needs_all: bool) -> Scores {
        if terms.is_empty() {
            return vec![None; self.documents.len()];
        }
        let scores: Vec<Scores> = terms.iter().map(|term| self.term(term)).collect();
        let has_all: Vec<bool> =
            (0..self.documents.len()).map(|at| scores.iter().all(|scores| scores[at].is_some())).collect();
        let summed = sum(scores).into_iter().zip(has_all);
        summed.map(|(score, has_all)| score.filter(|_| has_all || !needs_all)).collect()
    }

    /// Its words one after another, scored as if each were looked for alone.
    fn phrase(&self, tokens: &[Token]) -> Scores {
        let terms: Vec<String> = tokens.iter().map(|token| token.text.clone()).collect();
        let begins = |terms: &HashMap<String, Vec<usize>>| {
            let first = tokens.first()?;
            let starts = terms.get(&first.text)?;
            let follows = |start: usize| {
                tokens.iter().all(|token| {
                    let at = start + token.position - first.position;
                    terms.get(&token.text).is_some_and(|places| places.contains(&at))
                })
            };
            starts.iter().any(|start| follows(*start)).then_some(())
        };
        let scores = self.text(&terms, true).into_iter().zip(&self.documents);
        scores.map(|(score, terms)| begins(terms).and(score)).collect()
    }
}

/// The values at a dotted path, those of arrays one by one.
fn values_at<'a>(document: &'a Document, path: &str) -> Vec<&'a Bson> {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let each = match document.get(first) {
        None => Vec::new(),
        Some(Bson::Array(items)) => items.iter().collect(),
        Some(value) => vec![value],
    };
    match rest {
        None => each,
        Some(rest) => each.into_iter().filter_map(Bson::as_document).flat_map(|inner| values_at(inner, rest)).collect(),
    }
}

/// Numbers of all types are the same, and text may be compared in lower case.
fn comparable(value: &Bson, is_lowercase: bool) -> Bson {
    match value {
        Bson::String(text) if is_lowercase => text.to_lowercase().into(),
        other => as_number(other).map_or_else(|| other.clone(), Bson::from),
    }
}
