//! The rules: which words, in which order and how near to each other, weigh how much.

use std::sync::LazyLock;

use super::Family;
use super::lexicon::{Classes, lexicon};
use super::scan::{Cue, Cues};

/// One rule a line: `family weight: elements`; the head of the file says how elements are written.
static RULES: &str = include_str!("rules.txt");

/// Words that may stand between two elements if a rule does not say.
const GAP: u32 = 3;
/// Cues looked at from a first element on; what is near in words is near in cues.
const REACH: usize = 48;
/// Matches of one rule that are reported for one text.
const MATCHES: usize = 16;

/// One element of a rule.
#[derive(Debug)]
struct Element {
    any: Classes,
    gap: u32,
    opens: bool,
    /// It may stand in the next sentence.
    crosses: bool,
}

#[derive(Debug)]
enum Shape {
    /// One after the other.
    Row(Vec<Element>),
    /// All of them within so many words.
    Set(Vec<Classes>, u32),
}

#[derive(Debug)]
struct Rule {
    family: Family,
    weight: f64,
    /// Classes that must not stand within so many words before.
    unless: Option<(Classes, u32)>,
    shape: Shape,
}

/// The rules by the class bit their first element may have.
struct Rules {
    all: Vec<Rule>,
    by_class: Vec<Vec<u16>>,
}

/// A rule that fits: where in the folded text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Match {
    pub(super) rule: u16,
    pub(super) family: Family,
    pub(super) weight: f64,
    pub(super) start: u32,
    pub(super) end: u32,
}

static ALL: LazyLock<Rules> = LazyLock::new(|| {
    let all: Vec<Rule> = RULES.lines().filter_map(|line| read(line)?.ok()).collect();
    let mut by_class = vec![Vec::new(); 128];
    for (index, rule) in (0_u16..).zip(&all) {
        let first = match &rule.shape {
            Shape::Row(row) => row.first().map_or(0, |element| element.any),
            Shape::Set(set, _) => set.iter().fold(0, |sum, any| sum | any),
        };
        for (_, rules) in (0_u32..).zip(&mut by_class).filter(|(bit, _)| first >> bit & 1 == 1) {
            rules.push(index);
        }
    }
    Rules { all, by_class }
});

/// One line. `None`: it is empty or a comment.
fn read(line: &str) -> Option<Result<Rule, String>> {
    let line = line.trim();
    if line.is_empty() || line.starts_with("//") {
        return None;
    }
    Some(rule(line).ok_or_else(|| format!("not a rule: {line}")))
}

fn rule(line: &str) -> Option<Rule> {
    let (head, elements) = line.split_once(": ")?;
    let (family, weight) = head.split_once(' ')?;
    let (unless, elements) = match elements.strip_prefix('!') {
        Some(rest) => {
            let (unless, elements) = rest.split_once(' ')?;
            let (names, words) = unless.split_once('~')?;
            (Some((classes(names)?, words.parse().ok()?)), elements)
        }
        None => (None, elements),
    };
    let shape = match elements.strip_prefix('{') {
        Some(set) => {
            let (set, span) = set.split_once("}~")?;
            Shape::Set(set.split(' ').map(classes).collect::<Option<_>>()?, span.parse().ok()?)
        }
        None => row(elements)?,
    };
    Some(Rule { family: Family::named(family)?, weight: weight.parse().ok()?, unless, shape })
}

fn row(elements: &str) -> Option<Shape> {
    let (mut row, mut gap, mut crosses) = (Vec::new(), GAP, false);
    for part in elements.split(' ') {
        let part = part.strip_prefix('>').inspect(|_| crosses = true).unwrap_or(part);
        if let Some(words) = part.strip_prefix('~') {
            gap = words.parse().ok()?;
            continue;
        }
        let (opens, names) = part.strip_prefix('^').map_or((false, part), |names| (true, names));
        row.push(Element { any: classes(names)?, gap, opens, crosses });
        (gap, crosses) = (GAP, false);
    }
    Some(Shape::Row(row))
}

fn classes(names: &str) -> Option<Classes> {
    names.split('|').try_fold(0, |sum, name| Some(sum | lexicon().class(name)?))
}

impl Rule {
    /// Whether a text with these classes can fit at all.
    const fn may_fit(&self, classes: Classes, index: usize) -> Option<bool> {
        match &self.shape {
            Shape::Row(row) => match row.as_slice().split_at_checked(index) {
                Some((_, [element, ..])) => Some(element.any & classes != 0),
                _ => None,
            },
            Shape::Set(set, _) => match set.as_slice().split_at_checked(index) {
                Some((_, [any, ..])) => Some(*any & classes != 0),
                _ => None,
            },
        }
    }

    fn is_possible(&self, classes: Classes) -> bool {
        (0..).map_while(|index| self.may_fit(classes, index)).all(|fits| fits)
    }

    /// The last cue of a match that begins with the cue at an index.
    fn fits<'c>(&self, all: &'c [Cue], index: usize) -> Option<&'c Cue> {
        let (before, cues) = all.split_at_checked(index)?;
        let start = cues.first()?;
        if let Some((classes, words)) = self.unless {
            let near = before
                .iter()
                .rev()
                .take(24)
                .take_while(|cue| cue.sentence == start.sentence && cue.last + words >= start.word);
            if near.into_iter().any(|cue| cue.classes & classes != 0) {
                return None;
            }
        }
        match &self.shape {
            Shape::Row(row) => fits_row(row, cues),
            Shape::Set(set, span) => fits_set(set, *span, cues),
        }
    }
}

/// Reachability from element to element over the cues within reach, one bit a cue: no backtracking.
fn fits_row<'c>(row: &[Element], cues: &'c [Cue]) -> Option<&'c Cue> {
    let (first, rest) = row.split_first()?;
    let start = cues.first()?;
    if start.classes & first.any == 0 || (first.opens && !start.opens) {
        return None;
    }
    let mut reached: u64 = 1;
    let mut sentence = start.sentence;
    for element in rest {
        sentence += u32::from(element.crosses);
        let mut next: u64 = 0;
        for (index, cue) in cues.iter().enumerate().take(REACH).skip(1) {
            if cue.sentence > sentence || cue.word > start.last + 64 {
                break;
            }
            if cue.classes & element.any == 0 || (element.opens && !cue.opens) {
                continue;
            }
            let before = reached & ((1 << index) - 1);
            let mut left = before;
            while left != 0 {
                let at = 63 - left.leading_zeros();
                let Some(from) = cues.get(at as usize) else { break };
                if from.end <= cue.start && cue.word.saturating_sub(from.last) <= element.gap + 1 {
                    next |= 1 << index;
                    break;
                }
                left &= !(1 << at);
            }
        }
        if next == 0 {
            return None;
        }
        reached = next;
    }
    cues.get(reached.trailing_zeros() as usize)
}

fn fits_set<'c>(set: &[Classes], span: u32, cues: &'c [Cue]) -> Option<&'c Cue> {
    let start = cues.first()?;
    let mut missing: Vec<Classes> = set.to_vec();
    let mut end = start.start;
    for cue in cues.iter().take(REACH) {
        if cue.sentence != start.sentence || cue.word > start.word + span {
            return None;
        }
        // One place stands for one element, even where several entries begin.
        if cue.start < end {
            continue;
        }
        if let Some(at) = missing.iter().position(|any| cue.classes & any != 0) {
            missing.swap_remove(at);
            end = cue.end;
        }
        if missing.is_empty() {
            return Some(cue);
        }
    }
    None
}

/// All matches in a text's cues, in order of their start.
pub(super) fn matches(cues: &Cues) -> Vec<Match> {
    let rules = &*ALL;
    let mut counts: Vec<usize> =
        rules.all.iter().map(|rule| if rule.is_possible(cues.classes) { MATCHES } else { 0 }).collect();
    let mut found = Vec::new();
    for (index, cue) in cues.all.iter().enumerate() {
        let mut bits = cue.classes;
        while bits != 0 {
            let bit = bits.trailing_zeros();
            bits &= bits - 1;
            for &number in rules.by_class.get(bit as usize).into_iter().flatten() {
                let Some(left) = counts.get_mut(usize::from(number)).filter(|left| **left > 0) else { continue };
                let Some(rule) = rules.all.get(usize::from(number)) else { continue };
                if let Some(last) = rule.fits(&cues.all, index) {
                    *left -= 1;
                    let (family, weight) = (rule.family, rule.weight);
                    found.push(Match { rule: number, family, weight, start: cue.start, end: last.end.max(cue.end) });
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_rule() {
        for line in RULES.lines() {
            if let Some(Err(error)) = read(line) {
                panic!("{error}");
            }
        }
        assert!(ALL.all.len() > 60);
    }
}
