//! Sentences written so that a model reads them and a word list does not: reversed, rotated, in digits, letter by letter.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::map::Map;
use crate::guardrails::bytes::{ALPHANUMERIC, ByteSet, count_digits};

/// Common words as they look backwards or rotated by thirteen; two of a kind make a reading worth while.
static FOREIGN_WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words = BACKWARDS.iter().chain(ROTATED);
    AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).kind(Some(AhoCorasickKind::DFA)).build(words).ok()
});

const BACKWARDS: &[&str] = &[
    " eht ",
    " dna ",
    " lla ",
    "suoiverp",
    "snoitcurtsni",
    "noitcurtsni",
    "erongi",
    "dragersid",
    "tegrof",
    "edirrevo",
    "tpmorp",
    "laever",
    "metsys",
    "selur",
    "terces",
    "drowssap",
    " tsum ",
    "evoba",
    "senilediug",
    "tnatsissa",
    " resu ",
    "liame_",
    " yek ",
    "slaitnederc",
    "nekot",
    "egassem",
    "dnammoc",
    "wollof",
    "etucexe",
    " dnes ",
    "drawrof",
    "ssapyb",
    "snoitcirtser",
];

const ROTATED: &[&str] = &[
    " gur ",
    " naq ",
    " nyy ",
    "cerivbhf",
    "vafgehpgvba",
    "vtaber",
    "qvfertneq",
    "sbetrg",
    "bireevqr",
    "cebzcg",
    "erirny",
    "flfgrz",
    "ehyrf",
    "frperg",
    "cnffjbeq",
    " zhfg ",
    "nobir",
    "thvqryvar",
    "nffvfgnag",
    " hfre",
    " lbh ",
    "lbh ",
    " xrl ",
    "perqragvny",
    "gbxra",
    "zrffntr",
    "pbzznaq",
    "sbyybj",
    "rkrphgr",
    "sbejneq",
    "olcnff",
    "erfgevpgvba",
];

/// Whether a strongly folded text seems to hold sentences written backwards, and rotated by thirteen.
pub(super) fn suspects(folded: &str) -> (bool, bool) {
    let Some(words) = FOREIGN_WORDS.as_ref() else { return (false, false) };
    let (mut backwards, mut rotated) = (0, 0);
    for found in words.find_iter(folded) {
        if found.pattern().as_usize() < BACKWARDS.len() {
            backwards += 1;
        } else {
            rotated += 1;
        }
        if backwards >= 2 && rotated >= 2 {
            break;
        }
    }
    (backwards >= 2, rotated >= 2)
}

/// ASCII letters turned by thirteen; the length in bytes stays.
pub(super) fn rotated(text: &str) -> String {
    text.chars()
        .map(|char| match char {
            'a'..='m' | 'A'..='M' => char::from_u32(char as u32 + 13).unwrap_or(char),
            'n'..='z' | 'N'..='Z' => char::from_u32(char as u32 - 13).unwrap_or(char),
            _ => char,
        })
        .collect()
}

/// The text from its last character to its first.
pub(super) fn reversed(text: &str) -> String {
    text.chars().rev().collect()
}

/// The letter a digit or sign stands for among letters.
const fn leet_letter(byte: u8) -> Option<u8> {
    Some(match byte {
        b'0' => b'o',
        b'1' | b'!' => b'i',
        b'2' => b'z',
        b'3' => b'e',
        b'4' | b'@' => b'a',
        b'5' | b'$' => b's',
        b'6' | b'9' => b'g',
        b'7' | b'+' => b't',
        b'8' => b'b',
        b'|' => b'l',
        _ => return None,
    })
}

/// What words are made of that mix letters with what stands for some.
const LEET: ByteSet = ByteSet::of(b"!@$+|").and_alphanumeric();

/// Words that mix letters with look-alike digits, such as `d15r3g4rd`, written out; the length in bytes stays. A one
/// stands for an I, and for an L as well: then there is a second reading. Empty: the text has hardly any such words.
pub(super) fn spelled_out(folded: &str) -> Vec<String> {
    let bytes = folded.as_bytes();
    // Digits between letters are rare in other texts.
    let is_inner = |three: &&[u8]| match three {
        [left, digit, right] => digit.is_ascii_digit() && ALPHANUMERIC.has(*right) && left.is_ascii_alphabetic(),
        _ => false,
    };
    if count_digits(bytes) < 3 || bytes.windows(3).filter(is_inner).take(3).count() < 3 {
        return Vec::new();
    }
    let mut out = bytes.to_vec();
    let (mut mixed, mut ones, mut is_near) = (0, Vec::new(), false);
    let mut at = 0;
    while at < bytes.len() {
        let length = LEET.end(bytes, at) - at;
        let word = bytes.get(at..at + length).unwrap_or_default();
        // Digits alone are a short word where the word before them is one of this kind.
        let is_number = (2..=3).contains(&length) && is_near && word.iter().all(u8::is_ascii_digit);
        let is_word = is_leet(word);
        if length > 0 {
            is_near = is_word || is_number;
        }
        if is_word || is_number {
            mixed += usize::from(word.iter().any(u8::is_ascii_alphabetic) && length >= 3);
            for (place, byte) in (at..).zip(word).filter(|(_, byte)| !byte.is_ascii_alphabetic()) {
                if *byte == b'1' {
                    ones.push(place);
                }
                if let Some(out) = out.get_mut(place) {
                    *out = leet_letter(*byte).unwrap_or(*byte);
                }
            }
        }
        at += length.max(1);
    }
    if mixed < 3 {
        return Vec::new();
    }
    let mut with_l = if ones.is_empty() { Vec::new() } else { out.clone() };
    for place in ones {
        if let Some(out) = with_l.get_mut(place) {
            *out = b'l';
        }
    }
    [out, with_l].into_iter().filter(|text| !text.is_empty()).filter_map(|text| String::from_utf8(text).ok()).collect()
}

/// A word of letters with digits among them, not a version, a size or an identifier of many digits.
fn is_leet(word: &[u8]) -> bool {
    let digits = word.iter().filter(|byte| !byte.is_ascii_alphabetic()).count();
    if digits == 0 || word.len() > 20 {
        return false;
    }
    if digits == word.len() {
        return false;
    }
    // Digits only at the end are a number that belongs to a name.
    let inner = word.iter().rposition(u8::is_ascii_alphabetic).unwrap_or(0);
    let first = word.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(word.len());
    first < inner
}

/// Letters that stand alone, joined: `i g n o r e`, `i.g.n.o.r.e`, one letter a line. The flag: no gap between words
/// was wider than the ones between letters, so the words run together.
pub(super) fn joined(text: &str) -> Option<(String, Map, bool)> {
    let bytes = text.as_bytes();
    // A row of eight letters is sixteen bytes long and covers a probe.
    let (probes, _) = bytes.get(PROBE_FROM..)?.as_chunks::<8>();
    let place = probes.iter().position(|near| is_alternating(*near))?;
    join_from(text, PROBE_FROM + place * 8)
}

/// Where the first probe begins.
const PROBE_FROM: usize = 5;

/// What stands between letters that stand alone.
const BETWEEN: ByteSet = ByteSet::of(b" .-_*|/\n\t~+");

fn is_alternating(bytes: [u8; 8]) -> bool {
    const EITHER: ByteSet = BETWEEN.and_alphanumeric();
    let [a, b, c, d, e, f, g, h] = bytes;
    let is_row = |between: [u8; 4], others: [u8; 4]| {
        between.into_iter().all(|byte| BETWEEN.has(byte)) && others.into_iter().all(|byte| EITHER.has(byte))
    };
    (is_row([a, c, e, g], [b, d, f, h]) || is_row([b, d, f, h], [a, c, e, g]))
        && bytes.iter().filter(|byte| byte.is_ascii_alphabetic()).count() >= 3
}

/// The row that covers a place, from its first letter on.
fn join_from(text: &str, place: usize) -> Option<(String, Map, bool)> {
    let bytes = text.as_bytes();
    let is_single = |at: usize| {
        let is_letter = |at: usize| bytes.get(at).is_some_and(|byte| ALPHANUMERIC.has(*byte));
        is_letter(at) && !at.checked_sub(1).is_some_and(is_letter) && !is_letter(at + 1)
    };
    // Back to where the row begins.
    let mut start = place;
    while let Some(before) = start.checked_sub(1) {
        let byte = bytes.get(before).copied().unwrap_or(0);
        if !(BETWEEN.has(byte) || is_single(before)) {
            break;
        }
        start = before;
    }
    let mut map = Map::default();
    let (mut out, mut letters, mut gaps, mut is_glued) = (Vec::new(), 0, 0, true);
    let mut at = start;
    let mut usual = None;
    while let Some(&byte) = bytes.get(at) {
        if ALPHANUMERIC.has(byte) {
            if !is_single(at) {
                break;
            }
            out.push(byte);
            map.exact(1, at);
            letters += 1;
            gaps = 0;
            at += 1;
            continue;
        }
        if !byte.is_ascii() {
            break;
        }
        gaps += 1;
        let is_wide = gaps > 1 || !BETWEEN.has(byte) || usual.is_some_and(|usual| usual != byte);
        if is_wide && out.last().is_some_and(|last| *last != b' ') {
            is_glued = false;
            let is_sign = !BETWEEN.has(byte);
            out.push(if is_sign { byte } else { b' ' });
            map.exact(1, at);
        }
        if letters == 1 {
            usual = Some(byte);
        }
        at += 1;
    }
    // All of it is ASCII.
    (letters >= 8).then(|| String::from_utf8(out).ok())?.map(|out| (out, map, is_glued))
}
