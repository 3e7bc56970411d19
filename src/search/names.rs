//! Tools by their names: typed in full, in part, or misspelt.

use std::collections::HashMap;
use std::sync::Arc;

use super::text::identifier_words;
use crate::model::Tool;

/// A request of more words is no identifier.
const MAX_WORDS: usize = 3;
/// Fewer letters are a part of too many names.
const MIN_PART: usize = 4;
/// Stands before the first letter; no key holds it.
const BEGINNING: char = '^';

/// The names of a tenant's tools.
#[derive(Default)]
pub(super) struct Names {
    /// Letters and digits of the name, and of server and name, to the tools called so.
    exact: HashMap<String, Vec<u32>>,
    /// Which names hold a trigram.
    holders: HashMap<[char; 3], Vec<u32>>,
    /// Letters and digits of each name.
    keys: Vec<String>,
    /// The length of each name's vector of weights.
    lengths: Vec<f64>,
    /// How much a trigram says that no name holds.
    unseen: f64,
}

impl Names {
    pub(super) fn of(tools: &[Arc<Tool>]) -> Self {
        let mut names = Self { unseen: weight(tools.len(), 0), ..Self::default() };
        for (place, tool) in (0_u32..).zip(tools) {
            let (name, server) = (key(&tool.name), key(tool.server.as_str()));
            for trigram in trigrams(&name) {
                names.holders.entry(trigram).or_default().push(place);
            }
            if !name.is_empty() {
                names.exact.entry(format!("{server}{name}")).or_default().push(place);
                names.exact.entry(name.clone()).or_default().push(place);
            }
            names.keys.push(name);
        }
        let mut squares = vec![0.0_f64; tools.len()];
        for holders in names.holders.values() {
            let square = weight(tools.len(), holders.len()).powi(2);
            for place in holders {
                if let Some(sum) = squares.get_mut(*place as usize) {
                    *sum += square;
                }
            }
        }
        names.lengths = squares.into_iter().map(f64::sqrt).collect();
        names
    }

    /// The tools whose whole name the request is, however it is written.
    pub(super) fn exact(&self, request: &str) -> &[u32] {
        self.exact.get(&key(request)).map_or(&[], Vec::as_slice)
    }

    /// The names most like `request`: with the cosine of their trigrams, each weighted by how few names hold it, and 1
    /// for a name that it is a part of.
    pub(super) fn alike(&self, request: &str, limit: usize) -> Vec<(u32, f64)> {
        let (mut shared, mut square, mut inner) = (vec![0.0_f64; self.keys.len()], 0.0, 0.0);
        let request = key(request);
        for trigram in trigrams(&request) {
            let is_inner = !trigram.starts_with(&[BEGINNING]);
            let Some(holders) = self.holders.get(&trigram) else {
                square += self.unseen.powi(2);
                inner += if is_inner { f64::INFINITY } else { 0.0 };
                continue;
            };
            let weight = weight(self.lengths.len(), holders.len()).powi(2);
            square += weight;
            inner += if is_inner { weight } else { 0.0 };
            for place in holders {
                if let Some(sum) = shared.get_mut(*place as usize) {
                    *sum += weight;
                }
            }
        }
        let cosine = |((place, shared), (length, name)): ((u32, f64), (&f64, &String))| {
            // Most names are not worth the look: one that holds it holds all of its trigrams.
            let may_hold = request.len() >= MIN_PART && shared >= inner * (1.0 - 1e-9);
            let is_part = may_hold && name.contains(request.as_str());
            (place, if is_part { 1.0 } else { shared / (length * square.sqrt()) })
        };
        let named = (0_u32..).zip(shared).zip(self.lengths.iter().zip(&self.keys));
        let mut alike: Vec<(u32, f64)> = named.filter(|((_, shared), _)| *shared > 0.0).map(cosine).collect();
        let order = |one: &(u32, f64), two: &(u32, f64)| two.1.total_cmp(&one.1).then(one.0.cmp(&two.0));
        if alike.len() > limit {
            alike.select_nth_unstable_by(limit, order);
            alike.truncate(limit);
        }
        alike.sort_unstable_by(order);
        alike
    }
}

/// Whether a request looks like a name, or a part of one, and not like prose.
pub(super) fn is_identifier(request: &str) -> bool {
    let words: Vec<&str> = request.split_whitespace().collect();
    let is_compound = |word: &&str| identifier_words(word).len() > 1;
    words.len() == 1 || (words.len() <= MAX_WORDS && words.iter().any(is_compound))
}

/// What is left of an identifier when its spelling does not matter.
fn key(name: &str) -> String {
    name.chars().filter(|each| each.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Each once, the first two letters with a mark of the beginning.
fn trigrams(key: &str) -> Vec<[char; 3]> {
    let letters: Vec<char> = std::iter::once(BEGINNING).chain(key.chars()).collect();
    let mut all: Vec<[char; 3]> = letters.windows(3).filter_map(|three| three.try_into().ok()).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The weight of a trigram that so many names hold: the inverse document frequency of BM25.
#[expect(clippy::cast_precision_loss, reason = "counts of tools are small")]
fn weight(names: usize, holders: usize) -> f64 {
    let (names, holders) = (names as f64, holders as f64);
    (1.0 + (names - holders + 0.5) / (holders + 0.5)).ln()
}

#[cfg(test)]
mod tests {
    use super::super::conformance::named;
    use super::*;

    #[test]
    fn names_are_found_in_full_in_part_and_misspelt() {
        let tools = named(&["list_customer_orders", "get-problem", "get_presentation", "restartService"]);
        let names = Names::of(&tools);
        let best =
            |request: &str| names.alike(request, 5).first().map(|(place, _)| tools[*place as usize].name.clone());
        for (request, name) in [
            ("listCustomerOrdrs", "list_customer_orders"),
            ("customer_ord", "list_customer_orders"),
            ("get-prob", "get-problem"),
            ("restart-servise", "restartService"),
            ("problem", "get-problem"),
            ("resentati", "get_presentation"),
        ] {
            assert_eq!(best(request).as_deref(), Some(name), "{request}");
        }
        for part in ["prob", "omer_ord", "list_customer_orders"] {
            assert_eq!(names.alike(part, 1)[0].1, 1.0, "{part}");
        }
        assert_eq!(names.exact("List-Customer-Orders"), [0]);
        assert_eq!(names.exact("s/restart_service"), [3], "with its server");
        assert!(names.exact("orders").is_empty() && names.alike("qqq", 5).is_empty() && names.exact("").is_empty());
    }

    #[test]
    fn names_are_told_from_prose() {
        for name in ["x", "orders", "list_orders", "git diff_unstaged", "use listOrders please"] {
            assert!(is_identifier(name), "{name}");
        }
        for prose in ["list my orders", "what is it that list_orders does", ""] {
            assert!(!is_identifier(prose), "{prose}");
        }
    }
}
