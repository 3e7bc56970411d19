//! The gentle fold: compatibility forms resolved, what cannot be seen taken out (and counted).

use std::borrow::Cow;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::compose;

use super::Folded;
use super::characters::{Facts, sole};
use super::hidden::{Hidden, Invisible};
use super::map::Map;

/// Characters of one normalisation step; more marks than this on one letter are cut into several steps.
const STEP_CHARS: usize = 48;

/// Folds, and notes what was hidden. Plain ASCII is borrowed.
pub(super) fn fold<'t>(text: &'t str, hidden: &mut Hidden) -> Folded<'t> {
    if !needs_folding(text) {
        return Folded { text: Cow::Borrowed(text), map: Map::default() };
    }
    let mut folder = Folder {
        out: String::with_capacity(text.len()),
        map: Map::default(),
        step: String::new(),
        step_range: 0..0,
        step_chars: 0,
        is_plain: true,
        hidden,
    };
    folder.run(text);
    let Folder { out, map, .. } = folder;
    Folded { text: Cow::Owned(out), map }
}

fn is_control(byte: u8) -> bool {
    (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte == 0x7f
}

/// A quick look: most texts are ASCII, or in normal form with nothing hidden.
fn needs_folding(text: &str) -> bool {
    // Bytes are summed up rather than searched, so that the loop has no branches.
    let (mut any_high, mut any_control) = (0_u8, false);
    for byte in text.bytes() {
        any_high |= byte;
        any_control |= is_control(byte);
    }
    if any_high < 0x80 {
        return any_control;
    }
    any_control
        || text.chars().any(|char| !is_settled(char) && Invisible::of(char).is_some())
        || !text.chars().all(|char| is_settled(char) || (Facts::of(char).is_normal() && Facts::of(char).is_starter()))
}

/// Letters of the common scripts that are in normal form, start a step, and never change with what is before them.
const fn is_settled(char: char) -> bool {
    matches!(char, '\0'..='\u{7e}' | '\u{c0}'..='\u{131}' | '\u{134}'..='\u{13e}' | '\u{141}'..='\u{148}'
        | '\u{14a}'..='\u{17e}' | '\u{410}'..='\u{482}' | '\u{48a}'..='\u{4ff}' | '\u{5d0}'..='\u{5ea}'
        | '\u{620}'..='\u{64a}' | '\u{904}'..='\u{939}' | '\u{e01}'..='\u{e30}' | '\u{2010}' | '\u{2012}'..='\u{2016}'
        | '\u{2018}'..='\u{2023}' | '\u{3001}'..='\u{3029}' | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}'
        | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

/// Compatibility normal form of a step, if that takes no sorting of marks: a character that stands for one other, or one
/// that is whole with one mark.
fn simple(step: &str) -> Option<(char, Option<char>)> {
    let mut chars = step.chars();
    let (first, second) = (chars.next()?, chars.next());
    let Some(mark) = second else { return sole(first).map(|char| (char, None)) };
    let (base, facts) = (Facts::of(first), Facts::of(mark));
    let is_simple = base.is_whole() && base.is_starter() && facts.is_whole() && !facts.is_starter();
    let composed = || compose(first, mark).map_or((first, Some(mark)), |char| (char, None));
    (is_simple && chars.next().is_none()).then(composed)
}

struct Folder<'h> {
    out: String,
    map: Map,
    /// The characters of the step that is open, and where they stand.
    step: String,
    step_range: Range<usize>,
    step_chars: usize,
    /// No character was left out within the step, and each is in normal form by itself.
    is_plain: bool,
    hidden: &'h mut Hidden,
}

impl Folder<'_> {
    fn run(&mut self, text: &str) {
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let plain = rest.bytes().position(|byte| byte >= 0x80 || is_control(byte)).unwrap_or(rest.len());
            if plain > 0 {
                // The last one may have marks that follow it.
                let (sure, last) = rest.split_at_checked(plain - 1).unwrap_or((rest, ""));
                self.close();
                self.out.push_str(sure);
                self.map.exact(sure.len(), at);
                self.hidden.visible();
                let start = at + sure.len();
                last.chars().take(1).for_each(|char| self.push(char, start, true));
                at += plain;
                continue;
            }
            let Some(char) = rest.chars().next() else { break };
            let length = self.odd(char, rest, at);
            at += length;
        }
        self.close();
        self.hidden.visible();
    }

    /// One character that is not plain ASCII, or an escape sequence. Answers the bytes used up.
    fn odd(&mut self, char: char, rest: &str, at: usize) -> usize {
        if matches!(char, '\u{1b}' | '\u{9b}') {
            let length = super::hidden::ansi_length(rest);
            self.hidden.ansi(rest.get(..length).unwrap_or(""), at);
            self.is_plain = false;
            return length;
        }
        if char.is_ascii() || ('\u{80}'..'\u{a0}').contains(&char) {
            self.hidden.controls += 1;
            self.is_plain = false;
            return char.len_utf8();
        }
        if let Some(kind) = Invisible::of(char) {
            self.hidden.invisible(kind, char, at);
            self.is_plain = false;
            return char.len_utf8();
        }
        let facts = Facts::of(char);
        if self.step_chars >= STEP_CHARS || facts.starts_step() {
            self.close();
        }
        self.hidden.visible();
        self.push(char, at, facts.is_normal());
        char.len_utf8()
    }

    fn push(&mut self, char: char, at: usize, is_normal: bool) {
        if self.step.is_empty() {
            self.step_range = at..at;
            self.is_plain = true;
        }
        self.is_plain &= is_normal && self.step.is_empty();
        self.step.push(char);
        self.step_chars += 1;
        self.step_range.end = at + char.len_utf8();
    }

    /// Writes the open step.
    fn close(&mut self) {
        if self.step.is_empty() {
            return;
        }
        if self.step_chars == 1 && self.is_plain {
            self.out.push_str(&self.step);
            self.map.exact(self.step.len(), self.step_range.start);
        } else {
            let before = self.out.len();
            match simple(&self.step) {
                Some((char, mark)) => self.out.extend(std::iter::once(char).chain(mark)),
                None => self.out.extend(self.step.nfkc()),
            }
            self.map.whole(self.out.len() - before, self.step_range.clone());
        }
        self.step.clear();
        self.step_chars = 0;
    }
}
