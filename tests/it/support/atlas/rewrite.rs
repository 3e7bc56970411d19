//! The pipeline that the real server runs in place of a search.

use mongodb::bson::{Bson, Document, doc};

use super::catalog::Hit;
use super::failure::Failure;
use super::{Behaviour, RankFusion};

/// The field that carries what a real search keeps beside the document.
pub(super) const CARRIER: &str = "__double";

/// Which scores a pipeline may ask for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Scores {
    Text,
    Vector,
    Fused {
        details: bool,
    },
    /// A pipeline without a search.
    None,
}

/// The stages that yield the documents in their order, each with its score.
pub(super) fn placed(hits: Vec<Hit>, scores: Scores) -> Vec<Bson> {
    let (mut ids, mut values, mut details) = (Vec::new(), Vec::new(), Vec::new());
    for hit in hits {
        ids.push(hit.id);
        values.push(hit.score);
        details.extend(hit.details);
    }
    let at = |list: Bson| doc! { "$arrayElemAt": [{ "$literal": list }, format!("${CARRIER}.at")] };
    let order = match scores {
        Scores::Fused { .. } => doc! { format!("{CARRIER}.score"): -1, "_id": 1 },
        _ => doc! { format!("{CARRIER}.at"): 1 },
    };
    let place = doc! { "$indexOfArray": [{ "$literal": ids.clone() }, "$_id"] };
    let mut carried = doc! { format!("{CARRIER}.score"): at(values.into()) };
    if !details.is_empty() {
        carried.insert(format!("{CARRIER}.details"), at(details.into()));
    }
    let stages = [
        doc! { "$match": { "_id": { "$in": ids } } },
        doc! { "$addFields": { format!("{CARRIER}.at"): place } },
        doc! { "$addFields": carried },
        doc! { "$sort": order },
    ];
    stages.into_iter().map(Bson::from).collect()
}

/// The stages after the search, with the scores from where they are carried.
pub(super) fn rewritten(rest: &[Bson], scores: Scores, behaviour: &Behaviour) -> Result<Vec<Bson>, Failure> {
    let mut stages = carrying(rest, scores, behaviour)?;
    if scores != Scores::None {
        let writes = |stage: &Bson| {
            stage.as_document().is_some_and(|stage| stage.contains_key("$out") || stage.contains_key("$merge"))
        };
        let end = stages.len() - usize::from(stages.last().is_some_and(writes));
        stages.insert(end, doc! { "$unset": CARRIER }.into());
    }
    Ok(stages)
}

/// The same, still carrying.
pub(super) fn carrying(rest: &[Bson], scores: Scores, behaviour: &Behaviour) -> Result<Vec<Bson>, Failure> {
    let asks = Asks { scores, has_full_fusion: behaviour.rank_fusion == RankFusion::Full };
    let is_unknown = behaviour.rank_fusion == RankFusion::Unknown;
    rest.iter().map(|stage| asks.stage(stage, is_unknown)).collect()
}

struct Asks {
    scores: Scores,
    has_full_fusion: bool,
}

impl Asks {
    fn stage(&self, stage: &Bson, is_unknown: bool) -> Result<Bson, Failure> {
        let Bson::Document(stage) = stage else { return Ok(stage.clone()) };
        let mut changed = Document::new();
        for (name, spec) in stage {
            let mut spec = match (name.as_str(), spec) {
                ("$sort", Bson::Document(sort)) => self.sort(sort, is_unknown)?,
                _ => self.replaced(spec, is_unknown)?,
            };
            if let ("$project", Bson::Document(fields)) = (name.as_str(), &mut spec)
                && self.scores != Scores::None
                && !excludes(fields)
            {
                fields.insert(CARRIER, 1);
            }
            changed.insert(name, spec);
        }
        Ok(changed.into())
    }

    /// A sort by a score is one by the field that carries it, best first.
    fn sort(&self, sort: &Document, is_unknown: bool) -> Result<Bson, Failure> {
        let mut changed = Document::new();
        for (field, order) in sort {
            match self.replaced(order, is_unknown)? {
                Bson::String(path) if path.starts_with('$') => changed.insert(&path[1..], -1),
                other => changed.insert(field, other),
            };
        }
        Ok(changed.into())
    }

    fn replaced(&self, value: &Bson, is_unknown: bool) -> Result<Bson, Failure> {
        match value {
            Bson::Array(items) => {
                items.iter().map(|item| self.replaced(item, is_unknown)).collect::<Result<Vec<_>, _>>().map(Bson::Array)
            }
            Bson::Document(document) => {
                if let (1, Ok(what)) = (document.len(), document.get_str("$meta")) {
                    return self.meta(what, value, is_unknown);
                }
                let mut changed = Document::new();
                for (key, value) in document {
                    changed.insert(key, self.replaced(value, is_unknown)?);
                }
                Ok(changed.into())
            }
            other => Ok(other.clone()),
        }
    }

    fn meta(&self, what: &str, original: &Bson, is_unknown: bool) -> Result<Bson, Failure> {
        if matches!(what, "score" | "scoreDetails") {
            if is_unknown {
                // The real server has never heard of it either and says so.
                return Ok(original.clone());
            }
            if !self.has_full_fusion {
                let text = format!("'featureFlagRankFusionFull' must be enabled to use '{what}' meta field");
                return Err(Failure::new(9, text));
            }
        }
        let part = match (what, self.scores) {
            ("searchScore", Scores::Text) | ("vectorSearchScore", Scores::Vector) => "score",
            ("score", scores) if scores != Scores::None => "score",
            ("scoreDetails", Scores::Fused { details: true }) => "details",
            ("searchScore" | "vectorSearchScore" | "score" | "scoreDetails", _) => {
                let text = format!("query requires {what} metadata, but it is not available");
                return Err(Failure::new(40218, text));
            }
            _ => return Ok(original.clone()),
        };
        Ok(format!("${CARRIER}.{part}").into())
    }
}

/// Whether a projection only takes fields away.
fn excludes(fields: &Document) -> bool {
    fields.values().all(|value| match value {
        Bson::Boolean(included) => !included,
        Bson::Document(inner) => !inner.keys().any(|key| key.starts_with('$')) && excludes(inner),
        other => super::failure::as_number(other) == Some(0.0),
    })
}
