//! `$rankFusion`: reciprocal rank fusion over pipelines that the real server runs.

use std::collections::BTreeMap;

use mongodb::bson::{Bson, Document, doc};

use super::RankFusion;
use super::answer::{Query, stage_of};
use super::catalog::Hit;
use super::failure::{Failure, as_number};
use super::rewrite::{CARRIER, Scores, carrying, placed, rewritten};

/// The constant of the formula, which nobody can change.
const CONSTANT: f64 = 60.0;
const DESCRIPTION: &str = "value output by reciprocal rank fusion algorithm, computed as sum of (weight * (1 / \
    (60 + rank))) across input pipelines from which this document is output, from:";

struct Arm<'a> {
    weight: f64,
    stages: &'a [Bson],
}

/// By name, which is also the order of their details.
type Arms<'a> = BTreeMap<&'a str, Arm<'a>>;

pub(super) async fn pipeline(query: &Query<'_>, spec: &Bson, rest: &[Bson]) -> Result<Vec<Bson>, Failure> {
    let (arms, details) = parse(spec)?;
    if details && query.behaviour.rank_fusion != RankFusion::Full {
        let text = "'featureFlagRankFusionFull' must be enabled to use scoreDetails";
        return Err(Failure::new(224, text));
    }
    let mut found = Vec::new();
    for (name, arm) in &arms {
        found.push((*name, arm, ranked(query, arm).await?));
    }
    let scores = Scores::Fused { details };
    let mut pipeline = placed(fused(&found, details), scores);
    if query.behaviour.rank_fusion == RankFusion::NoScores {
        pipeline.push(doc! { "$addFields": { "score": format!("${CARRIER}.score") } }.into());
    }
    pipeline.extend(rewritten(rest, scores, query.behaviour)?);
    Ok(pipeline)
}

/// A document of an arm.
struct Ranked {
    id: Bson,
    /// As narrow as the server's own `$rank` writes it.
    rank: i32,
    score: Option<f64>,
}

async fn ranked(query: &Query<'_>, arm: &Arm<'_>) -> Result<Vec<Ranked>, Failure> {
    let (first, spec) = stage_of(&arm.stages[0]).unwrap_or(("", &Bson::Null));
    let mut pipeline = Vec::new();
    let (scores, rest) = match first {
        "$search" => (Scores::Text, &arm.stages[1..]),
        "$vectorSearch" => (Scores::Vector, &arm.stages[1..]),
        _ => (Scores::None, arm.stages),
    };
    if scores != Scores::None {
        let mut hits = query.hits(first, spec).await?;
        hits.truncate(query.wanted(rest));
        pipeline = placed(hits, scores);
    }
    pipeline.extend(carrying(rest, scores, query.behaviour)?);
    // Documents that are equal in what the arm sorts by share a rank.
    let sort = rest.iter().rev().filter_map(stage_of).find(|(name, _)| *name == "$sort");
    let key = match sort {
        Some((_, Bson::Document(sort))) => {
            let part = |(field, order): (&String, &Bson)| match order {
                Bson::Document(_) => Bson::from(format!("${CARRIER}.score")),
                _ => Bson::from(doc! { "$ifNull": [format!("${field}"), Bson::Null] }),
            };
            sort.iter().map(part).collect::<Vec<_>>()
        }
        _ => vec![format!("${CARRIER}.score").into()],
    };
    pipeline.push(doc! { "$project": { "_id": 1, "score": format!("${CARRIER}.score"), "key": key } }.into());
    let pipeline = pipeline.into_iter().filter_map(|stage| stage.as_document().cloned()).collect();
    let documents = query.state.documents.aggregate(query.collection, pipeline).await?;
    let (mut ranked, mut last): (Vec<Ranked>, Option<Bson>) = (Vec::new(), None);
    for (place, mut document) in (1..).zip(documents) {
        let key = document.remove("key").unwrap_or(Bson::Null);
        let rank = match ranked.last() {
            Some(before) if last.as_ref() == Some(&key) => before.rank,
            _ => place,
        };
        last = Some(key);
        ranked.push(Ranked {
            id: document.remove("_id").unwrap_or(Bson::Null),
            rank,
            score: document.get_f64("score").ok(),
        });
    }
    Ok(ranked)
}

/// The share of a rank.
fn share(weight: f64, rank: i32) -> f64 {
    weight * (1.0 / (CONSTANT + f64::from(rank)))
}

fn fused(found: &[(&str, &Arm<'_>, Vec<Ranked>)], with_details: bool) -> Vec<Hit> {
    let mut ids: Vec<&Bson> = Vec::new();
    for ranked in found.iter().flat_map(|(_, _, ranked)| ranked) {
        if !ids.contains(&&ranked.id) {
            ids.push(&ranked.id);
        }
    }
    let hit = |id: &Bson| {
        let (mut score, mut details) = (0.0, Vec::new());
        for (name, arm, ranked) in found {
            let mut detail = doc! { "inputPipelineName": *name };
            if let Some(place) = ranked.iter().find(|ranked| ranked.id == *id) {
                score += share(arm.weight, place.rank);
                detail.extend(doc! { "rank": place.rank, "weight": arm.weight });
                if let Some(value) = place.score {
                    detail.insert("value", value);
                }
                detail.insert("details", Vec::<Bson>::new());
            } else {
                detail.extend(doc! { "rank": "NA", "weight": arm.weight });
            }
            details.push(detail);
        }
        let details = with_details.then(|| doc! { "value": score, "description": DESCRIPTION, "details": details });
        Hit { id: id.clone(), score, details }
    };
    ids.into_iter().map(hit).collect()
}

fn unknown_field(document: &Document, at: &str, known: &[&str]) -> Result<(), Failure> {
    match document.keys().find(|field| !known.contains(&field.as_str())) {
        Some(field) => Err(Failure::new(40415, format!("BSON field '{at}.{field}' is an unknown field."))),
        None => Ok(()),
    }
}

fn object<'a>(document: &'a Document, at: &str, field: &str) -> Result<Option<&'a Document>, Failure> {
    match document.get(field) {
        None => Ok(None),
        Some(Bson::Document(inner)) => Ok(Some(inner)),
        Some(_) => {
            let text = format!("BSON field '{at}.{field}' is the wrong type, expected type 'object'");
            Err(Failure::new(14, text))
        }
    }
}

fn required<'a>(document: &'a Document, at: &str, field: &str) -> Result<&'a Document, Failure> {
    object(document, at, field)?
        .ok_or_else(|| Failure::new(40414, format!("BSON field '{at}.{field}' is missing but a required field")))
}

/// The arms and whether details are wanted.
fn parse(spec: &Bson) -> Result<(Arms<'_>, bool), Failure> {
    let Bson::Document(spec) = spec else {
        return Err(Failure::new(9, "The $rankFusion stage specification must be an object"));
    };
    unknown_field(spec, "$rankFusion", &["input", "combination", "scoreDetails"])?;
    let input = required(spec, "$rankFusion", "input")?;
    unknown_field(input, "$rankFusion.input", &["pipelines"])?;
    let pipelines = required(input, "$rankFusion.input", "pipelines")?;
    if pipelines.is_empty() {
        return Err(Failure::new(2, "$rankFusion input.pipelines must have at least one pipeline"));
    }
    let mut arms = Arms::new();
    for (name, stages) in pipelines {
        check_name(name)?;
        let Bson::Array(stages) = stages else {
            let text = format!("BSON field '$rankFusion.input.pipelines.{name}' is the wrong type, expected 'array'");
            return Err(Failure::new(14, text));
        };
        check_stages(name, stages)?;
        arms.insert(name, Arm { weight: 1.0, stages });
    }
    if let Some(combination) = object(spec, "$rankFusion", "combination")? {
        unknown_field(combination, "$rankFusion.combination", &["weights"])?;
        if let Some(weights) = object(combination, "$rankFusion.combination", "weights")? {
            set_weights(&mut arms, weights)?;
        }
    }
    match spec.get("scoreDetails") {
        None => Ok((arms, false)),
        Some(Bson::Boolean(details)) => Ok((arms, *details)),
        Some(_) => {
            let text = "BSON field '$rankFusion.scoreDetails' is the wrong type, expected type 'bool'";
            Err(Failure::new(14, text))
        }
    }
}

/// The rules of field names.
fn check_name(name: &str) -> Result<(), Failure> {
    let (code, why) = if name.is_empty() {
        (15998, "FieldPath field names may not be empty strings.")
    } else if name.starts_with('$') {
        (16410, "FieldPath field names may not start with '$'.")
    } else if name.contains('\0') {
        (16411, "FieldPath field names may not contain '\\0'.")
    } else if name.contains('.') {
        (16412, "FieldPath field names may not contain '.'.")
    } else {
        return Ok(());
    };
    let rules = "$rankFusion pipeline names must follow the naming rules of field path expressions.";
    Err(Failure::new(code, format!("{rules} {why}")))
}

fn check_stages(pipeline: &str, stages: &[Bson]) -> Result<(), Failure> {
    if stages.is_empty() {
        let text = format!("$rankFusion input pipeline cannot be empty: {pipeline}");
        return Err(Failure::new(9_834_300, text));
    }
    let (mut is_sorted, mut is_ranked) = (false, false);
    for (at, stage) in stages.iter().enumerate() {
        if stage.as_document().is_none_or(|stage| stage.len() != 1) {
            let text = "A pipeline stage specification object must contain exactly one field.";
            return Err(Failure::new(40323, text));
        }
        let Some((name, spec)) = stage_of(stage) else { continue };
        match name {
            "$search" | "$vectorSearch" if at > 0 => {
                return Err(Failure::new(40602, format!("{name} is only valid as the first stage in a pipeline.")));
            }
            "$search"
                if spec.as_document().is_some_and(|spec| matches!(spec.get_bool("returnStoredSource"), Ok(true))) =>
            {
                let text = "$rankFusion does not support $search with returnStoredSource: true";
                return Err(Failure::new(9_191_103, text));
            }
            "$search" | "$vectorSearch" => is_ranked = true,
            "$geoNear" => return Err(Failure::query("$geoNear is not imitated by the test double")),
            "$sort" => is_sorted = true,
            "$match" | "$skip" | "$limit" | "$sample" => {}
            "$rankFusion" | "$scoreFusion" => {
                return Err(Failure::new(10_473_002, format!("{name} is not allowed inside of $rankFusion")));
            }
            "$score" => return Err(Failure::new(10_614_800, "$score is not allowed inside of $rankFusion")),
            _ => {
                let text = format!("{name} is not allowed inside of $rankFusion: only selection stages are");
                return Err(Failure::new(9_191_103, text));
            }
        }
    }
    if is_sorted || is_ranked {
        return Ok(());
    }
    let text = "All input pipelines to $rankFusion must begin with one of '$search', '$vectorSearch', '$geoNear' or \
        have a custom '$sort' in the pipeline.";
    Err(Failure::new(9_191_100, text))
}

fn set_weights<'a>(arms: &mut Arms<'a>, weights: &Document) -> Result<(), Failure> {
    if weights.len() > arms.len() {
        let text = "$rankFusion input has more weights than pipelines.";
        return Err(Failure::new(9_460_301, text));
    }
    for (name, weight) in weights {
        let Some(weight) = as_number(weight) else {
            return Err(Failure::new(14, format!("$rankFusion weight of {name} must be a number")));
        };
        if weight < 0.0 {
            let text = format!("$rankFusion pipeline weight must be non-negative, but given {weight} for {name}");
            return Err(Failure::new(9_460_300, text));
        }
        let Some(arm) = arms.get_mut(name.as_str()) else {
            let known: Vec<&&str> = arms.keys().collect();
            let text = format!("$rankFusion weight for an unknown pipeline '{name}'; there are {known:?}");
            return Err(Failure::new(9_967_500, text));
        };
        arm.weight = weight;
    }
    Ok(())
}
