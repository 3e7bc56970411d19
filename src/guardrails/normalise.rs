//! One text, made ready for the rails once: what can be read in it, and where each part of that stands.
//!
//! [`Plain::data`] is the text as a reader sees it (compatibility forms resolved, invisible characters gone), for rules
//! about data. [`Plain::rules`] is folded further (lower case, look-alike letters as Latin ones, single blanks), for
//! rules about words. [`Plain::decoded`] are texts coded within it. Ranges of each map back to the original's bytes.

pub(crate) mod characters;
mod codings;
mod data;
mod disguise;
pub(crate) mod hidden;
pub(crate) mod letters;
mod map;
mod sample;
pub(crate) mod strong;

use std::borrow::Cow;
use std::ops::Range;

use super::injection::Fits;
pub(crate) use hidden::{Hidden, Veil};
pub(crate) use map::Map;

/// Bytes of decoded text of all codings of one text.
const DECODED_BYTES: usize = 64 * 1024;
/// Codings are looked for in so much of a text.
const CODED_BYTES: usize = 1024 * 1024;
/// Codings within codings that are looked into.
const DEPTH: usize = 2;
/// Decoded texts of one text.
const LAYERS: usize = 24;

/// A folded text and where it came from.
#[derive(Clone, Debug)]
pub(crate) struct Folded<'t> {
    /// The text.
    pub text: Cow<'t, str>,
    map: Map,
}

/// How a text was coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// A base64 token, either alphabet.
    Base64,
    /// A hexadecimal token.
    Hex,
    /// Numbers in groups: binary, hexadecimal or decimal.
    Numbers,
    /// Percent signs, HTML entities, `\u0041` and `\x41`.
    Escapes,
    /// Words with digits for letters.
    Leet,
    /// Letters one by one.
    Spaced,
    /// Written backwards.
    Reversed,
    /// Each letter turned by thirteen.
    Rot13,
    /// Written in characters without a shape.
    Invisible,
    /// Invisible characters between its words instead of blanks.
    Unspaced,
}

/// Where a decoded text stands in what it was decoded from.
#[derive(Clone, Debug)]
enum Trace {
    /// It came from one source range as a whole.
    Block(Range<usize>),
    /// By a map to the data text.
    Data(Map),
    /// Byte for byte the rules text.
    Rules,
    /// The rules text from its end to its start; its length in bytes.
    Mirrored(usize),
}

/// A text that was coded within the original.
#[derive(Clone, Debug)]
pub(crate) struct Decoded {
    /// What it says, decoded.
    pub text: String,
    /// The original's bytes it was decoded from.
    pub source: Range<usize>,
    /// How it was coded.
    pub coding: Coding,
    /// The same for rules about words.
    pub(crate) rules: Folded<'static>,
    /// Its words run together.
    pub(crate) is_glued: bool,
    /// The rules that fit in it, once somebody has asked.
    pub(crate) fits: Fits,
    trace: Trace,
}

/// A text made ready for the rails.
#[derive(Clone, Debug)]
pub(crate) struct Plain<'t> {
    source: &'t str,
    /// What can be read, letters as they are.
    pub data: Folded<'t>,
    /// The same for rules about words. A sample of it where [`Plain::is_sampled`].
    pub rules: Folded<'static>,
    /// The rules that fit in [`Plain::rules`], once somebody has asked.
    pub(crate) fits: Fits,
    /// Texts coded within it.
    pub decoded: Vec<Decoded>,
    /// What was hidden, counted.
    pub hidden: Hidden,
    /// Parts a reader does not see: how, and their source range.
    pub veiled: Vec<(Veil, Range<usize>)>,
    /// The text is so long that the word rules see its head, its tail and windows in between only.
    pub is_sampled: bool,
}

impl<'t> Plain<'t> {
    /// Reads a text.
    #[must_use]
    pub(crate) fn of(text: &'t str) -> Self {
        let mut hidden = Hidden::default();
        let data = data::fold(text, &mut hidden);
        hidden.finish(text.len());
        let ranges = sample::parts(&data.text);
        let rules = strong::fold(&data.text, &ranges);
        let veiled = hidden.veiled.iter().map(|veiled| (veiled.veil, veiled.source.clone())).collect();
        let is_sampled = ranges.len() > 1;
        let fits = Fits::default();
        let mut plain = Self { source: text, data, rules, fits, decoded: Vec::new(), hidden, veiled, is_sampled };
        let mut finder = Finder { found: Vec::new(), left: DECODED_BYTES };
        finder.unveil(&plain);
        finder.look(&plain.data.text, &plain.rules.text, DEPTH, None, &|range| plain.source(range));
        plain.decoded = finder.found;
        plain
    }

    /// A part of the original.
    pub(crate) fn original(&self, range: &Range<usize>) -> &'t str {
        self.source.get(range.clone()).unwrap_or("")
    }

    /// The text for rules about data; [`Plain::source`] maps its ranges back.
    #[must_use]
    pub(crate) fn text_for_data(&self) -> &str {
        &self.data.text
    }

    /// The original range a range of [`Plain::data`] came from, in whole characters.
    #[must_use]
    pub(crate) fn source(&self, range: Range<usize>) -> Range<usize> {
        whole_characters(self.source, self.data.map.source(range))
    }

    /// The original range a range of [`Plain::rules`] came from, in whole characters.
    #[must_use]
    pub(crate) fn rules_source(&self, range: Range<usize>) -> Range<usize> {
        self.source(whole_characters(&self.data.text, self.rules.map.source(range)))
    }

    /// The original range a range of a decoded text's rules text came from, in whole characters.
    #[must_use]
    pub(crate) fn decoded_source(&self, decoded: &Decoded, range: Range<usize>) -> Range<usize> {
        let range = whole_characters(&decoded.text, decoded.rules.map.source(range));
        match &decoded.trace {
            Trace::Block(source) => source.clone(),
            Trace::Data(map) => self.source(whole_characters(&self.data.text, map.source(range))),
            Trace::Rules => self.rules_source(range),
            Trace::Mirrored(length) => {
                self.rules_source(length.saturating_sub(range.end)..length.saturating_sub(range.start))
            }
        }
    }
}

/// What a name looks like to a reader who does not look twice: without signs between words, letters of other scripts and
/// digits as the Latin letters they resemble.
#[must_use]
pub fn look(name: &str) -> String {
    let alike = |char: char| match char {
        '0' => 'o',
        '1' | 'i' => 'l',
        other => other,
    };
    strong::folded(name).chars().filter(|char| char.is_alphanumeric()).map(alike).collect()
}

/// The smallest range of whole characters around one, within the text.
fn whole_characters(text: &str, range: Range<usize>) -> Range<usize> {
    let start = text.floor_char_boundary(range.start.min(text.len()));
    start..text.ceil_char_boundary(range.end.min(text.len())).max(start)
}

/// Collects what is coded in a text, and in what that decodes to.
struct Finder {
    found: Vec<Decoded>,
    left: usize,
}

impl Finder {
    /// Messages in invisible characters, words they stand between, and text drawn backwards.
    fn unveil(&mut self, plain: &Plain<'_>) {
        for veiled in &plain.hidden.veiled {
            let source = veiled.source.clone();
            if let Some(message) = veiled.message.clone() {
                self.add(message, Coding::Invisible, Trace::Block(source.clone()), source, false);
            } else if veiled.veil == Veil::Bidi {
                let drawn = plain.source.get(source.clone()).map(disguise::reversed).unwrap_or_default();
                self.add(drawn, Coding::Reversed, Trace::Block(source.clone()), source, false);
            }
        }
        // Invisible characters where blanks belong: without them the words run together.
        if plain.hidden.zero_width >= 3 && plain.hidden.zero_width * 3 < plain.data.text.len() {
            let is_zero = |char: char| hidden::Invisible::of(char) == Some(hidden::Invisible::ZeroWidth);
            let spaced: String = plain
                .source
                .chars()
                .take(DECODED_BYTES / 4)
                .map(|char| if is_zero(char) { ' ' } else { char })
                .collect();
            let all = 0..plain.source.len();
            self.add(spaced, Coding::Unspaced, Trace::Block(all.clone()), all, false);
        }
    }

    /// `whole`: the source range of a text that is decoded itself.
    fn look(
        &mut self,
        data: &str,
        rules: &str,
        depth: usize,
        whole: Option<&Range<usize>>,
        source: &dyn Fn(Range<usize>) -> Range<usize>,
    ) {
        let before = self.found.len();
        let place = |range: Range<usize>| whole.cloned().unwrap_or_else(|| source(range));
        let data = data.get(..data.floor_char_boundary(CODED_BYTES)).unwrap_or(data);
        for (range, text, is_hex) in codings::tokens(data) {
            let coding = if is_hex { Coding::Hex } else { Coding::Base64 };
            let source = place(range);
            self.add(text, coding, Trace::Block(source.clone()), source, false);
        }
        if let Some((range, text)) = codings::groups(data) {
            let source = place(range);
            self.add(text, Coding::Numbers, Trace::Block(source.clone()), source, false);
        }
        let all = place(0..data.len());
        let block_or = |trace: Trace| whole.cloned().map_or(trace, Trace::Block);
        if let Some((text, map)) = codings::unescaped(data) {
            self.add(text, Coding::Escapes, block_or(Trace::Data(map)), all.clone(), false);
        }
        if let Some((text, map, is_glued)) = disguise::joined(data) {
            self.add(text, Coding::Spaced, block_or(Trace::Data(map)), all.clone(), is_glued);
        }
        let (backwards, rotated) = disguise::suspects(rules);
        if backwards {
            let trace = block_or(Trace::Mirrored(rules.len()));
            self.add(disguise::reversed(rules), Coding::Reversed, trace, all.clone(), false);
        }
        if rotated {
            self.add(disguise::rotated(rules), Coding::Rot13, block_or(Trace::Rules), all.clone(), false);
        }
        for text in disguise::spelled_out(rules) {
            self.add(text, Coding::Leet, block_or(Trace::Rules), all.clone(), false);
        }
        if depth > 1 {
            self.deeper(before, depth - 1);
        }
    }

    /// Looks into what was found from `from` on.
    fn deeper(&mut self, from: usize, depth: usize) {
        let found: Vec<(String, String, Range<usize>)> = self
            .found
            .iter()
            .skip(from)
            // What only spells the same words otherwise holds no further text.
            .filter(|found| !matches!(found.coding, Coding::Leet | Coding::Rot13 | Coding::Reversed | Coding::Unspaced))
            .map(|found| (found.text.clone(), found.rules.text.to_string(), found.source.clone()))
            .collect();
        for (text, rules, source) in found {
            self.look(&text, &rules, depth, Some(&source), &|_| source.clone());
        }
    }

    fn add(&mut self, mut text: String, coding: Coding, trace: Trace, source: Range<usize>, is_glued: bool) {
        text.truncate(text.floor_char_boundary(self.left));
        if text.is_empty() || self.found.len() >= LAYERS {
            return;
        }
        self.left -= text.len();
        // A decoded text may hide again; offsets within it are coarse enough to leave that step out of the map.
        let mut hidden = Hidden::default();
        let is_exact = matches!(trace, Trace::Data(_) | Trace::Rules | Trace::Mirrored(_));
        let seen = if is_exact { None } else { Some(data::fold(&text, &mut hidden).text.into_owned()) };
        let text = seen.unwrap_or(text);
        let rules = strong::fold(&text, std::slice::from_ref(&(0..text.len())));
        self.found.push(Decoded { text, source, coding, rules, is_glued, fits: Fits::default(), trace });
    }
}

#[cfg(test)]
mod tests;
