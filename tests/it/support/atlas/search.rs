//! The grammar of `$search`.

use mongodb::bson::{Bson, Document};

use super::definition::TextIndex;
use super::failure::{Parse, Reader};
use super::filter;

pub(super) struct Search {
    pub(super) index: String,
    pub(super) operator: Operator,
}

pub(super) struct Operator {
    pub(super) kind: Kind,
    pub(super) score: Score,
}

pub(super) enum Kind {
    Text {
        query: Vec<String>,
        paths: Vec<Path>,
        needs_all: bool,
    },
    Phrase {
        query: Vec<String>,
        paths: Vec<Path>,
    },
    Compound(Compound),
    /// `equals` and `in`.
    Among {
        path: String,
        values: Vec<Bson>,
    },
    Exists {
        path: String,
    },
}

#[derive(Default)]
pub(super) struct Compound {
    pub(super) must: Vec<Operator>,
    pub(super) must_not: Vec<Operator>,
    pub(super) should: Vec<Operator>,
    pub(super) filter: Vec<Operator>,
    pub(super) minimum: usize,
}

/// A field, and which of its analyses.
pub(super) struct Path {
    pub(super) path: String,
    pub(super) multi: Option<String>,
}

#[derive(Clone, Copy)]
pub(super) enum Score {
    Boost(f64),
    Constant(f64),
}

/// Operators and collectors of the real search process that are not imitated.
const OTHERS: [&str; 16] = [
    "autocomplete",
    "embeddedDocument",
    "facet",
    "geoShape",
    "geoWithin",
    "hasAncestor",
    "hasRoot",
    "knnBeta",
    "moreLikeThis",
    "near",
    "queryString",
    "range",
    "regex",
    "span",
    "vectorSearch",
    "wildcard",
];
const OPERATORS: [&str; 6] = ["text", "phrase", "compound", "equals", "in", "exists"];
/// Lucene's limit on the clauses of a query.
const MAX_CLAUSES: usize = 1024;

impl Search {
    pub(super) fn parse(spec: &Document) -> Parse<Self> {
        let mut reader = Reader::new("", spec);
        reader.not_imitated(&["highlight", "returnStoredSource", "returnScope", "searchBefore", "searchAfter"])?;
        reader.not_imitated(&["sort", "count"])?;
        reader.boolean("scoreDetails")?;
        reader.boolean("concurrent")?;
        if let Some(mut tracking) = reader.document("tracking")? {
            tracking.required_string("searchTerms")?;
            tracking.finish()?;
        }
        let index = reader.string("index")?.unwrap_or("default").to_owned();
        let operator = Operator::parse_in(&mut reader)?;
        reader.finish()?;
        Ok(Self { index, operator })
    }
}

impl Operator {
    /// The only operator among the fields of a document.
    fn parse_in(reader: &mut Reader<'_>) -> Parse<Self> {
        reader.not_imitated(&OTHERS)?;
        let mut found = None;
        for name in OPERATORS {
            let Some(operator) = reader.document(name)? else { continue };
            if found.is_some() {
                return Err(reader.fault(name, "is one operator too many: exactly one is allowed"));
            }
            found = Some(Self::parse(name, operator)?);
        }
        found.ok_or_else(|| reader.fault("", "one operator is required"))
    }

    fn parse(name: &str, mut reader: Reader<'_>) -> Parse<Self> {
        let kind = match name {
            "text" => {
                reader.not_imitated(&["fuzzy", "synonyms"])?;
                let (query, paths) = words(&mut reader)?;
                let needs_all = reader.choice("matchCriteria", &["any", "all"])? == Some("all");
                Kind::Text { query, paths, needs_all }
            }
            "phrase" => {
                reader.not_imitated(&["synonyms"])?;
                let (query, paths) = words(&mut reader)?;
                if reader.integer("slop", 0, i64::from(i32::MAX))?.unwrap_or(0) != 0 {
                    return Err(reader.fault("slop", "is not imitated by the test double"));
                }
                Kind::Phrase { query, paths }
            }
            "compound" => Kind::Compound(Compound::parse(&mut reader)?),
            "equals" => {
                let path = reader.required_string("path")?.to_owned();
                let value = reader.required("value")?;
                filter::kind(&reader.at("value"), value)?;
                Kind::Among { path, values: vec![value.clone()] }
            }
            "in" => {
                let path = reader.required_string("path")?.to_owned();
                let values = match reader.required("value")? {
                    Bson::Array(values) => values.clone(),
                    single => vec![single.clone()],
                };
                filter::one_kind(&reader.at("value"), &values)?;
                Kind::Among { path, values }
            }
            _ => Kind::Exists { path: reader.required_string("path")?.to_owned() },
        };
        let score = Score::parse(&mut reader)?;
        reader.finish()?;
        Ok(Self { kind, score })
    }

    /// Whether the index can answer it.
    pub(super) fn check(&self, index: &TextIndex) -> Parse<()> {
        match &self.kind {
            Kind::Among { path, values } => {
                let kind = filter::kind("value", &values[0])?;
                index.comparison(path, kind).map(drop)
            }
            Kind::Compound(compound) => compound.all().try_for_each(|operator| operator.check(index)),
            _ => Ok(()),
        }
    }
}

impl Compound {
    fn parse(reader: &mut Reader<'_>) -> Parse<Self> {
        let mut clauses = |field| {
            let specs = reader.list(field)?;
            if specs.len() > MAX_CLAUSES {
                return Err(reader.fault(field, "too many clauses: maxClauseCount is set to 1024"));
            }
            specs
                .into_iter()
                .map(|(at, spec)| {
                    let mut clause = Reader::of(at, spec)?;
                    let operator = Operator::parse_in(&mut clause)?;
                    clause.finish()?;
                    Ok(operator)
                })
                .collect::<Parse<Vec<_>>>()
        };
        let (must, must_not) = (clauses("must")?, clauses("mustNot")?);
        let (should, filter) = (clauses("should")?, clauses("filter")?);
        let minimum = reader.integer("minimumShouldMatch", 0, i64::from(i32::MAX))?.unwrap_or(0);
        let compound =
            Self { must, must_not, should, filter, minimum: usize::try_from(minimum).expect("it is not negative") };
        if compound.all().next().is_none() {
            return Err(reader.fault("", "must have at least one clause"));
        }
        if compound.minimum > compound.should.len() {
            return Err(reader.fault("minimumShouldMatch", "cannot be greater than the number of should clauses"));
        }
        Ok(compound)
    }

    fn all(&self) -> impl Iterator<Item = &Operator> {
        self.must.iter().chain(&self.must_not).chain(&self.should).chain(&self.filter)
    }
}

impl Score {
    fn parse(reader: &mut Reader<'_>) -> Parse<Self> {
        let Some(mut score) = reader.document("score")? else { return Ok(Self::Boost(1.0)) };
        score.not_imitated(&["function", "dismax", "embedded"])?;
        let parsed = match (score.document("boost")?, score.document("constant")?) {
            (Some(mut boost), None) => {
                boost.not_imitated(&["path", "undefined"])?;
                let value = boost.number("value")?.ok_or_else(|| boost.fault("value", "is required"))?;
                if value <= 0.0 {
                    return Err(boost.fault("value", "must be positive"));
                }
                boost.finish()?;
                Self::Boost(value)
            }
            (None, Some(mut constant)) => {
                let value = constant.number("value")?.ok_or_else(|| constant.fault("value", "is required"))?;
                if value < 0.0 {
                    return Err(constant.fault("value", "must not be negative"));
                }
                constant.finish()?;
                Self::Constant(value)
            }
            _ => return Err(score.fault("", "exactly one of \"boost\" and \"constant\" is required")),
        };
        score.finish()?;
        Ok(parsed)
    }
}

/// The `query` and the `path` of an operator that looks for words.
fn words(reader: &mut Reader<'_>) -> Parse<(Vec<String>, Vec<Path>)> {
    let query = reader.strings("query")?;
    if query.is_empty() {
        return Err(reader.fault("query", "is required"));
    }
    let paths = reader.list("path")?.into_iter().map(|(at, value)| match value {
        Bson::String(path) if !path.is_empty() => Ok(Path { path: path.clone(), multi: None }),
        Bson::Document(spec) => {
            let mut reader = Reader::new(at, spec);
            reader.not_imitated(&["wildcard"])?;
            let path = reader.required_string("value")?.to_owned();
            let multi = reader.string("multi")?.map(str::to_owned);
            reader.finish()?;
            Ok(Path { path, multi })
        }
        _ => Err(format!("\"{at}\" must be a string or a document")),
    });
    let paths = paths.collect::<Parse<Vec<_>>>()?;
    if paths.is_empty() {
        return Err(reader.fault("path", "is required"));
    }
    Ok((query, paths))
}
