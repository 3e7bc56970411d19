//! Reciprocal rank fusion: a tool's score is Σ weight · (1 / (60 + rank)) over the arms that returned it
//! (Cormack, Clarke, Büttcher: “Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning
//! Methods”, SIGIR 2009; the constant 60 is theirs and `$rankFusion`'s). Equal scores of one arm share a rank
//! (1, 1, 3), and the sum goes in the alphabetical order of the arms, as `$rankFusion` does both: the same lists
//! give the same digits wherever they are fused.

use std::collections::HashMap;

use super::{ArmRank, ArmScore, ScoreDetails};

/// The constant that is added to every rank.
pub const RANK_CONSTANT: f64 = 60.0;

/// What a fused score is, in words.
pub(super) const FUSED: &str = "sum of weight * (1 / (60 + rank)) over the arms that returned the tool";

/// How much each arm counts in a fusion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weights {
    /// Of the vector arm.
    pub vector: f64,
    /// Of the text arm.
    pub text: f64,
}

impl Default for Weights {
    fn default() -> Self {
        Self { vector: 0.5, text: 0.5 }
    }
}

/// A ranked list: (document, the arm's own score), best first.
pub(super) struct Arm {
    pub(super) name: &'static str,
    pub(super) weight: f64,
    pub(super) ranked: Vec<(u32, f64)>,
}

/// A document with its score and receipt.
pub(super) struct Fused {
    pub(super) document: u32,
    pub(super) details: ScoreDetails,
}

/// Fuses `arms` (in alphabetical order of their names), best first; ties in the order of documents.
pub(super) fn fuse(arms: &[Arm], limit: usize) -> Vec<Fused> {
    let mut receipts: HashMap<u32, Vec<ArmScore>> = HashMap::new();
    let absent =
        |arm: &Arm| ArmScore { input_pipeline_name: arm.name, rank: ArmRank::Absent, weight: arm.weight, value: None };
    for (place, arm) in arms.iter().enumerate() {
        for ((document, value), rank) in arm.ranked.iter().zip(ranks(&arm.ranked)) {
            let receipt = receipts.entry(*document).or_insert_with(|| arms.iter().map(absent).collect());
            if let Some(entry) = receipt.get_mut(place) {
                entry.rank = ArmRank::At(rank);
                entry.value = Some(*value);
            }
        }
    }
    let mut fused: Vec<Fused> = receipts
        .into_iter()
        .map(|(document, details)| {
            let value = details.iter().map(contribution).sum();
            Fused { document, details: ScoreDetails { value, description: FUSED, details } }
        })
        .collect();
    fused.sort_by(|one, two| two.details.value.total_cmp(&one.details.value).then(one.document.cmp(&two.document)));
    fused.truncate(limit);
    fused
}

/// One arm alone: its own scores, its own order.
pub(super) fn single(arm: Arm, limit: usize) -> Vec<Fused> {
    let description = match arm.name {
        "vector" => "(1 + cosine) / 2 of the request and the tool",
        _ => "BM25 of the request's words in the tool's text",
    };
    let ranks: Vec<usize> = ranks(&arm.ranked).collect();
    let receipt = |((document, value), rank): ((u32, f64), usize)| {
        let rank = ArmRank::At(rank);
        let entry = ArmScore { input_pipeline_name: arm.name, rank, weight: arm.weight, value: Some(value) };
        Fused { document, details: ScoreDetails { value, description, details: vec![entry] } }
    };
    arm.ranked.into_iter().zip(ranks).take(limit).map(receipt).collect()
}

/// The rank of each entry: its place, or that of the first with the same score.
fn ranks(ranked: &[(u32, f64)]) -> impl Iterator<Item = usize> {
    let mut former: Option<(f64, usize)> = None;
    ranked.iter().enumerate().map(move |(index, (_, score))| {
        #[expect(clippy::float_cmp, reason = "a tie is the very same number")]
        let rank = former.filter(|(other, _)| other == score).map_or(index + 1, |(_, rank)| rank);
        former = Some((*score, rank));
        rank
    })
}

fn contribution(entry: &ArmScore) -> f64 {
    match entry.rank {
        #[expect(clippy::cast_precision_loss, reason = "ranks are small")]
        ArmRank::At(rank) => entry.weight * (1.0 / (RANK_CONSTANT + rank as f64)),
        ArmRank::Absent => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arms() -> [Arm; 2] {
        [
            Arm { name: "text", weight: 0.5, ranked: vec![(7, 9.0), (3, 4.0)] },
            Arm { name: "vector", weight: 1.0, ranked: vec![(3, 0.9), (1, 0.8), (7, 0.7)] },
        ]
    }

    #[test]
    fn scores_are_the_formula() {
        let fused = fuse(&arms(), 10);
        assert_eq!(fused.iter().map(|each| each.document).collect::<Vec<_>>(), [3, 7, 1]);
        let expected = [0.5 / 62.0 + 1.0 / 61.0, 0.5 / 61.0 + 1.0 / 63.0, 1.0 / 62.0];
        for (each, score) in fused.iter().zip(expected) {
            assert!((each.details.value - score).abs() < 1e-15);
        }
        let json = serde_json::to_value(&fused[2].details).expect("json");
        assert_eq!(json["details"][0], serde_json::json!({"inputPipelineName": "text", "rank": "NA", "weight": 0.5}));
        assert_eq!(
            json["details"][1],
            serde_json::json!({"inputPipelineName": "vector", "rank": 2, "weight": 1.0, "value": 0.8})
        );
    }

    #[test]
    fn equal_scores_share_a_rank() {
        let places = |scores: &[f64]| ranks(&scores.iter().map(|score| (0, *score)).collect::<Vec<_>>()).collect();
        let (shared, apart): (Vec<usize>, Vec<usize>) = (places(&[9.0, 9.0, 4.0, 4.0, 1.0]), places(&[3.0, 2.0, 1.0]));
        assert_eq!((shared, apart), (vec![1, 1, 3, 3, 5], vec![1, 2, 3]));
    }

    #[test]
    fn ties_keep_the_order_of_documents() {
        let tie = |ranked| Arm { name: "text", weight: 1.0, ranked };
        let fused = fuse(&[tie(vec![(5, 1.0)]), tie(vec![(2, 1.0)])], 10);
        assert_eq!(fused.iter().map(|each| each.document).collect::<Vec<_>>(), [2, 5]);
    }
}
