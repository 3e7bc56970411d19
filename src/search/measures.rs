//! How well a ranked list serves a request whose right tools are known.
//!
//! Relevance is binary. nDCG is that of Järvelin and Kekäläinen (“Cumulated gain-based evaluation of IR techniques”,
//! TOIS 2002) with the discount 1 / log2(rank + 1).

use std::collections::BTreeSet;

/// The measures of one list, or the means of many.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measures {
    /// For each of the asked `k`: the share of the right tools among the first `k`.
    pub recall: Vec<f64>,
    /// Normalised discounted cumulative gain of the first 5.
    pub ndcg_5: f64,
    /// The same of the first 10.
    pub ndcg_10: f64,
    /// 1 / rank of the first right tool; 0 where there is none.
    pub mrr: f64,
    /// 1 when the first is right.
    pub hit_1: f64,
    /// 1 when all right tools are among the first 10.
    pub all_10: f64,
}

impl Measures {
    /// Of the list `ranked`, best first; `relevant` is not empty.
    #[expect(clippy::cast_precision_loss, reason = "counts of tools are small")]
    pub fn of<'a>(ranked: impl IntoIterator<Item = &'a str>, relevant: &BTreeSet<&str>, ks: &[usize]) -> Self {
        let hits: Vec<bool> = ranked.into_iter().map(|tool| relevant.contains(tool)).collect();
        let among = |k: usize| hits.iter().take(k).filter(|hit| **hit).count();
        let all = relevant.len() as f64;
        let discount = |place: usize| 1.0 / ((place + 2) as f64).log2();
        let ndcg = |k: usize| {
            // Not `sum`, whose nothing is -0.
            let gained =
                hits.iter().take(k).enumerate().filter(|(_, hit)| **hit).fold(0.0, |sum, (at, _)| sum + discount(at));
            gained / (0..k.min(relevant.len())).map(discount).sum::<f64>()
        };
        Self {
            recall: ks.iter().map(|k| among(*k) as f64 / all).collect(),
            ndcg_5: ndcg(5),
            ndcg_10: ndcg(10),
            mrr: hits.iter().position(|hit| *hit).map_or(0.0, |at| 1.0 / (at + 1) as f64),
            hit_1: f64::from(u8::from(hits.first() == Some(&true))),
            all_10: f64::from(u8::from(among(10) == relevant.len())),
        }
    }

    /// The means of many; all zero for none.
    #[expect(clippy::cast_precision_loss, reason = "counts of queries are small")]
    pub fn mean(each: &[Self]) -> Self {
        let mean = |get: &dyn Fn(&Self) -> f64| each.iter().map(get).sum::<f64>() / each.len().max(1) as f64;
        let ks = each.first().map_or(0, |first| first.recall.len());
        Self {
            recall: (0..ks).map(|k| mean(&|it| it.recall.get(k).copied().unwrap_or_default())).collect(),
            ndcg_5: mean(&|it| it.ndcg_5),
            ndcg_10: mean(&|it| it.ndcg_10),
            mrr: mean(&|it| it.mrr),
            hit_1: mean(&|it| it.hit_1),
            all_10: mean(&|it| it.all_10),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_are_those_worked_out_by_hand() {
        // Right are b and c; found at 2 and 4.
        let relevant = BTreeSet::from(["b", "c"]);
        let one = Measures::of(["a", "b", "e", "c"], &relevant, &[1, 3, 5]);
        assert_eq!(one.recall, [0.0, 0.5, 1.0]);
        assert!((one.ndcg_10 - 0.650_920).abs() < 1e-6 && (one.ndcg_5 - one.ndcg_10).abs() < 1e-15, "{one:?}");
        assert_eq!((one.mrr, one.hit_1, one.all_10), (0.5, 0.0, 1.0));
        let none = Measures::of([], &relevant, &[1, 3, 5]);
        assert_eq!(none, Measures { recall: vec![0.0; 3], ..Measures::default() });
        assert!(none.ndcg_5.is_sign_positive() && none.ndcg_10.is_sign_positive());
        let mean = Measures::mean(&[one, none]);
        assert_eq!((mean.recall, mean.mrr), (vec![0.0, 0.25, 0.5], 0.25));
    }
}
