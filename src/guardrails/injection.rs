//! The injection rail: how much a text looks like orders to the model that reads it.
//!
//! A text's words are looked up in a lexicon of word classes (verbs of setting aside, nouns for instructions, secrets,
//! addresses ...); rules say which classes near each other weigh how much. Weights add up within a few hundred bytes,
//! not over a document: what blocks is one passage.

mod lexicon;
mod rules;
mod scan;

use std::ops::Range;
use std::sync::OnceLock;

use super::Direction;
use crate::guardrails::normalise::strong::folded;
use crate::guardrails::normalise::{Coding, Decoded, Plain, Veil};
use rules::Match;

/// Weights add up within so many bytes of folded text.
const WINDOW_BYTES: u32 = 420;
/// Of further matches of a family beside its heaviest one this share counts, up to a limit.
const FURTHER: f64 = 0.35;
const FURTHER_MOST: f64 = 0.5;
/// From this weight on a rule is about an order rather than a mood.
const CORE: f64 = 0.45;
/// What weak cues add at most beside such a rule, and without one.
const WEAK_MOST: f64 = 0.55;
const WEAK_ALONE: f64 = 0.8;
/// What a text that explains attacks is spared, unless it is heavy all the same.
const EXPLAINED: f64 = 0.4;
const EXPLAINED_BELOW: f64 = 1.5;
/// An order that was coded weighs this much more than in plain sight.
const CODED: f64 = 0.4;
/// A layer that says so much more than the text in plain sight was coded for a reason.
const NEWS: f64 = 0.35;
/// Text in characters without a shape is never there for a reader; from this length on it blocks by itself.
const INVISIBLE_BYTES: usize = 12;
/// A sentence whose heaviest rule weighs this much has a cue.
const CUED: f64 = 0.25;
/// A sentence's start and end are looked for so far from its cue.
const SENTENCE_BYTES: usize = 200;
/// Parts hidden from a terminal that are looked at, and so much of each.
const VEILS: usize = 8;
const VEIL_BYTES: usize = 4096;
/// Hits reported of one text.
const HITS: usize = 64;

/// Kinds of orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Family {
    /// What was said before is to be set aside.
    InstructionOverride,
    /// The model is to become somebody else.
    RoleChange,
    /// The model is to say what it was told.
    PromptExtraction,
    /// Something is to be kept from the user.
    Concealment,
    /// Something is to be sent away.
    Exfiltration,
    /// It speaks to the model that reads it.
    ModelAddress,
    /// Tools are to be called.
    ToolOrder,
    /// Another tool is to be used differently.
    ToolShadowing,
    /// Something is to be kept for later sessions.
    MemoryPoison,
    /// A rank is claimed.
    FakeAuthority,
    /// The text plays a turn of the conversation.
    FakeTurn,
    /// The text is hidden from readers.
    HiddenText,
    /// It presses.
    Urgency,
}

impl Family {
    const ALL: [Self; 13] = [
        Self::InstructionOverride,
        Self::RoleChange,
        Self::PromptExtraction,
        Self::Concealment,
        Self::Exfiltration,
        Self::ModelAddress,
        Self::ToolOrder,
        Self::ToolShadowing,
        Self::MemoryPoison,
        Self::FakeAuthority,
        Self::FakeTurn,
        Self::HiddenText,
        Self::Urgency,
    ];

    /// Every family.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter()
    }

    /// Its name in configuration, answers and the audit.
    #[must_use]
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::InstructionOverride => "instruction_override",
            Self::RoleChange => "role_change",
            Self::PromptExtraction => "prompt_extraction",
            Self::Concealment => "concealment",
            Self::Exfiltration => "exfiltration",
            Self::ModelAddress => "model_address",
            Self::ToolOrder => "tool_order",
            Self::ToolShadowing => "tool_shadowing",
            Self::MemoryPoison => "memory_poison",
            Self::FakeAuthority => "fake_authority",
            Self::FakeTurn => "fake_turn",
            Self::HiddenText => "hidden_text",
            Self::Urgency => "urgency",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.name() == name)
    }
}

/// One thing found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Hit {
    /// Its kind.
    pub family: Family,
    /// Bytes of the original text.
    pub span: Range<usize>,
    /// What it adds, 1.0 being enough to block.
    pub weight: f64,
}

/// The verdict on a text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Score {
    /// The weight of the heaviest passage; from 1.0 on the text is blocked.
    pub total: f64,
    /// What adds up to it.
    pub hits: Vec<Hit>,
}

impl Score {
    /// Whether the text is to be held back.
    #[must_use]
    pub(crate) fn is_blocked(&self) -> bool {
        self.total >= 1.0 - 1e-9
    }
}

/// The rules that fit in a folded text: looked for by the first rail that asks, for all of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fits(OnceLock<Vec<Match>>);

impl Fits {
    /// Those in `text`. `is_glued`: its words run together.
    fn of(&self, text: &str, is_glued: bool) -> &[Match] {
        self.0.get_or_init(|| rules::matches(&scan::cues(text, is_glued)))
    }
}

/// Weighs a text.
#[must_use]
pub(crate) fn score(plain: &Plain<'_>, direction: Direction) -> Score {
    let matches = plain.fits.of(&plain.rules.text, false);
    let mut score = passage(matches, direction, &|range| plain.rules_source(range));
    add_veils(plain, direction, &mut score);
    for decoded in &plain.decoded {
        let of_layer = layer(plain, decoded, direction, score.total);
        if of_layer.total > score.total {
            score = of_layer;
        }
    }
    score.hits.truncate(HITS);
    score
}

/// The heaviest passage of a folded text with these matches.
fn passage(matches: &[Match], direction: Direction, source: &dyn Fn(Range<usize>) -> Range<usize>) -> Score {
    let (mut best, mut best_range) = (0.0, 0..0);
    let mut from = 0;
    for (to, last) in matches.iter().enumerate() {
        while matches.get(from).is_some_and(|first| first.start + WINDOW_BYTES < last.start) {
            from += 1;
        }
        let total = weigh(matches.get(from..=to).unwrap_or_default(), direction);
        if total > best {
            (best, best_range) = (total, from..to + 1);
        }
    }
    let hits = matches.get(best_range).unwrap_or_default().iter().map(|found| Hit {
        family: found.family,
        span: source(found.start as usize..found.end as usize),
        weight: found.weight,
    });
    Score { total: best, hits: hits.collect() }
}

/// A sentence in which a rule matches, however little it weighs.
pub(crate) struct CuedSentence {
    /// The heaviest rule there.
    pub(crate) weight: f64,
    /// In the folded text.
    pub(crate) range: Range<usize>,
}

/// The sentences of a folded text in which a rule matches, the heaviest first, at most so many.
pub(crate) fn cued_sentences(text: &str, fits: &Fits, is_glued: bool, most: usize) -> Vec<CuedSentence> {
    let mut found: Vec<CuedSentence> = Vec::new();
    for one in fits.of(text, is_glued).iter().filter(|one| one.weight >= CUED) {
        let range = sentence(text, one.start as usize..one.end as usize);
        match found.iter_mut().find(|other| other.range.start <= range.start && range.start < other.range.end) {
            Some(other) => other.weight = other.weight.max(one.weight),
            None => found.push(CuedSentence { weight: one.weight, range }),
        }
    }
    found.sort_by(|one, two| two.weight.total_cmp(&one.weight));
    found.truncate(most);
    found
}

/// The sentence around a range, within reach.
fn sentence(text: &str, range: Range<usize>) -> Range<usize> {
    let ends = |char: char| matches!(char, '.' | '!' | '?' | '\n' | '。' | '।');
    let low = text.floor_char_boundary(range.start.saturating_sub(SENTENCE_BYTES));
    let high = text.floor_char_boundary((range.end + SENTENCE_BYTES).min(text.len()));
    let before = text.get(low..range.start).unwrap_or("");
    let start = before
        .rfind(ends)
        .map_or(low, |at| low + at + before.get(at..).map_or(1, |rest| rest.chars().next().map_or(1, char::len_utf8)));
    let after = text.get(range.end..high).unwrap_or("");
    let end =
        after.char_indices().find(|(_, char)| ends(*char)).map_or(high, |(at, char)| range.end + at + char.len_utf8());
    let skipped = text.get(start..end).map_or(0, |sentence| sentence.len() - sentence.trim_start().len());
    start + skipped..end
}

/// What matches near each other weigh together: of each family the heaviest, and a share of its further rules.
///
/// Weak cues alone (a mood, a tag, a verb) never make an order; beside one that does they add up to a limit.
fn weigh(matches: &[Match], direction: Direction) -> f64 {
    let (mut strong, mut weak) = (0.0, 0.0_f64);
    for family in Family::ALL {
        let (mut most, mut sum) = (0.0_f64, 0.0);
        let mut seen = [u16::MAX; 12];
        for found in matches.iter().filter(|found| found.family == family) {
            if seen.contains(&found.rule) {
                continue;
            }
            if let Some(place) = seen.iter_mut().find(|place| **place == u16::MAX) {
                *place = found.rule;
                sum += found.weight;
                most = most.max(found.weight);
            }
        }
        let of_family = crate::guardrails::definition::factor(family, direction)
            * (most + ((sum - most) * FURTHER).min(FURTHER_MOST));
        if most >= CORE { strong += of_family } else { weak += of_family }
    }
    let total = if strong > 0.0 { strong + weak.min(WEAK_MOST) } else { weak.min(WEAK_ALONE) };
    if matches.iter().any(|found| found.weight == 0.0) && total < EXPLAINED_BELOW { total - EXPLAINED } else { total }
}

/// Orders in parts that a terminal does not show weigh more. (What is veiled otherwise is a decoded text.)
fn add_veils(plain: &Plain<'_>, direction: Direction, score: &mut Score) {
    for (_, source) in plain.veiled.iter().filter(|(veil, _)| *veil == Veil::Ansi).take(VEILS) {
        let text = plain.original(source);
        let folded = folded(text.get(..text.floor_char_boundary(VEIL_BYTES)).unwrap_or(text));
        let mut veiled = passage(Fits::default().of(&folded, false), direction, &|_| source.clone());
        if veiled.total > 0.0 {
            veiled.total += CODED;
            veiled.hits.push(Hit { family: Family::HiddenText, span: source.clone(), weight: CODED });
        }
        if veiled.total > score.total {
            *score = veiled;
        }
    }
}

/// A decoded text. What was coded to be unseen weighs more than what is written in plain sight.
fn layer(plain: &Plain<'_>, decoded: &Decoded, direction: Direction, plainly: f64) -> Score {
    let source = |range| plain.decoded_source(decoded, range);
    let matches = decoded.fits.of(&decoded.rules.text, decoded.is_glued);
    let mut score = passage(matches, direction, &source);
    let extra = match decoded.coding {
        Coding::Invisible if decoded.text.len() >= INVISIBLE_BYTES => 1.0,
        // Escapes are how documents write some characters; they add nothing.
        Coding::Escapes | Coding::Unspaced => 0.0,
        _ if score.total >= plainly + NEWS => CODED,
        _ => 0.0,
    };
    if extra > 0.0 {
        score.total += extra;
        score.hits.push(Hit { family: Family::HiddenText, span: decoded.source.clone(), weight: extra });
    }
    score
}

#[cfg(test)]
mod tests;
