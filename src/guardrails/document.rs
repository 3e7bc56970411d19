//! A JSON document as one text for the rails, and back again.
//!
//! Every string (names of members, too) becomes a line `name: value` of one text, so that a rule sees a value beside
//! what it is called and everything is scanned once. What is found is put back into the document's own bytes: nothing
//! else of it changes, and it stays the JSON it was.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use crate::model::RawObject;

/// Digits of a number that may be a card's.
const CARD_DIGITS: std::ops::RangeInclusive<usize> = 13..=19;
/// A text without a blank that is longer than this and of the base64 alphabet is a file's content.
const BLOB_BYTES: usize = 1024;

/// What stands in a document at a place of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// The name of a member.
    Name,
    /// A string.
    Text,
    /// A number.
    Number,
}

/// Where something was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place<'a> {
    /// In what.
    pub(crate) piece: Piece,
    /// Whether it is all there is.
    pub(crate) is_whole: bool,
    /// The name of the member whose value it is.
    pub(crate) name: Option<&'a str>,
}

/// One string or number.
#[derive(Debug)]
struct Segment {
    /// In the text.
    text: Range<usize>,
    /// In the document, quotes included.
    json: Range<usize>,
    piece: Piece,
}

/// A document's strings as one text.
#[derive(Debug, Default)]
pub(crate) struct Flat {
    /// The text.
    pub(crate) text: String,
    segments: Vec<Segment>,
}

/// Text to put in place of a range of [`Flat::text`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    /// Where.
    pub(crate) range: Range<usize>,
    /// What to write there.
    pub(crate) with: String,
}

impl Flat {
    /// The strings of a valid JSON document.
    pub(crate) fn of(json: &str) -> Self {
        Self::without(json, &[])
    }

    /// The same, without the values of these members of the outermost object.
    pub(crate) fn without(json: &str, members: &[&str]) -> Self {
        let mut flat = Self { text: String::with_capacity(json.len()), segments: Vec::new() };
        let bytes = json.as_bytes();
        let mut passed_over = places_of(json, members).into_iter().peekable();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if let Some(place) = passed_over.next_if(|place| place.start <= at) {
                flat.text.push('\n');
                at = place.end.max(at);
                continue;
            }
            match byte {
                b'"' => {
                    let end = end_of_string(bytes, at);
                    let is_name = next_sign(bytes, end) == Some(b':');
                    flat.take_string(json, at..end, is_name);
                    at = end;
                }
                b'-' | b'0'..=b'9' => {
                    let length = bytes.iter().skip(at).take_while(|byte| is_of_number(**byte)).count();
                    flat.take_number(json, at..at + length);
                    at += length;
                }
                _ => at += 1,
            }
        }
        flat
    }

    fn take_string(&mut self, json: &str, place: Range<usize>, is_name: bool) {
        let inner = json.get(place.start + 1..place.end.saturating_sub(1)).unwrap_or_default();
        if !is_name && is_blob(inner) {
            self.text.push('\n');
            return;
        }
        let start = self.text.len();
        self.text.push_str(&unescaped(json.get(place.clone()).unwrap_or_default(), inner));
        let piece = if is_name { Piece::Name } else { Piece::Text };
        self.segments.push(Segment { text: start..self.text.len(), json: place, piece });
        self.text.push_str(if is_name { ": " } else { "\n" });
    }

    fn take_number(&mut self, json: &str, place: Range<usize>) {
        let number = json.get(place.clone()).unwrap_or_default();
        if CARD_DIGITS.contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit()) {
            let start = self.text.len();
            self.text.push_str(number);
            self.segments.push(Segment { text: start..self.text.len(), json: place, piece: Piece::Number });
        }
        self.text.push('\n');
    }

    /// What stands at a range of the text. `None` between the pieces.
    pub(crate) fn piece(&self, range: &Range<usize>) -> Option<Place<'_>> {
        let place = self.segments.partition_point(|segment| segment.text.end <= range.start);
        let segment = self.segments.get(place).filter(|segment| segment.text.start < range.end)?;
        let whole = self.text.get(segment.text.clone()).unwrap_or_default();
        let found = self.text.get(range.clone()).unwrap_or_default();
        let before = place.checked_sub(1).and_then(|place| self.segments.get(place));
        let named = |name: &&Segment| name.piece == Piece::Name && name.text.end + 2 == segment.text.start;
        let name = before.filter(named).and_then(|name| self.text.get(name.text.clone()));
        Some(Place { piece: segment.piece, is_whole: whole.trim() == found.trim(), name })
    }

    /// `json` (the document that this was made of) with the edits, which are in order and apart.
    pub(crate) fn rewrite(&self, json: &str, edits: &[Edit]) -> String {
        let mut written = String::with_capacity(json.len());
        let (mut copied, mut names) = (0, HashSet::new());
        for segment in &self.segments {
            let touching = |edit: &&Edit| edit.range.start < segment.text.end && edit.range.end > segment.text.start;
            let first = edits.partition_point(|edit| edit.range.end <= segment.text.start);
            let mut touching = edits.iter().skip(first).take_while(touching).peekable();
            if touching.peek().is_none() {
                continue;
            }
            written.push_str(json.get(copied..segment.json.start).unwrap_or_default());
            copied = segment.json.end;
            if segment.piece == Piece::Number {
                // What reads a number there goes on reading one.
                written.push('0');
                continue;
            }
            let mut value = self.edited(segment, touching);
            if segment.piece == Piece::Name {
                // Two members whose names become the same would be one.
                let wanted = value.clone();
                let mut number = 2;
                while !names.insert(value.clone()) {
                    value = format!("{wanted} ({number})");
                    number += 1;
                }
            }
            written.push_str(&serde_json::Value::String(value).to_string());
        }
        written.push_str(json.get(copied..).unwrap_or_default());
        written
    }

    fn edited<'a>(&self, segment: &Segment, edits: impl Iterator<Item = &'a Edit>) -> String {
        let mut value = String::new();
        let mut from = segment.text.start;
        for edit in edits {
            let start = edit.range.start.max(from);
            value.push_str(self.text.get(from..start).unwrap_or_default());
            value.push_str(&edit.with);
            from = edit.range.end.min(segment.text.end).max(start);
        }
        value.push_str(self.text.get(from..segment.text.end).unwrap_or_default());
        value
    }
}

/// The text with the edits, which are in order and apart.
pub(crate) fn edited(text: &str, edits: &[Edit]) -> String {
    let mut written = String::with_capacity(text.len());
    let mut from = 0;
    for edit in edits {
        written.push_str(text.get(from..edit.range.start).unwrap_or_default());
        written.push_str(&edit.with);
        from = edit.range.end;
    }
    written.push_str(text.get(from..).unwrap_or_default());
    written
}

/// Where the values of these members of the outermost object are, in order.
fn places_of(json: &str, members: &[&str]) -> Vec<Range<usize>> {
    // Nearly no document has one.
    if !members.iter().any(|name| memchr::memmem::find(json.as_bytes(), name.as_bytes()).is_some()) {
        return Vec::new();
    }
    let Ok(object) = serde_json::from_str::<RawObject<'_>>(json) else { return Vec::new() };
    let place = |value: &str| {
        let start = (value.as_ptr() as usize).wrapping_sub(json.as_ptr() as usize);
        start..start.saturating_add(value.len())
    };
    object.iter().filter(|(name, _)| members.contains(name)).map(|(_, value)| place(value.get())).collect()
}

/// Where the string that starts at `start` ends, its closing quote included.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found;
        if bytes.get(at) == Some(&b'"') {
            return at + 1;
        }
        at += 2;
    }
    bytes.len()
}

fn next_sign(bytes: &[u8], from: usize) -> Option<u8> {
    bytes.iter().skip(from).find(|byte| !byte.is_ascii_whitespace()).copied()
}

fn is_of_number(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E')
}

/// Whether a string is the content of a file: an image, a recording.
fn is_blob(text: &str) -> bool {
    let of_alphabet = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_');
    text.len() > BLOB_BYTES && text.bytes().all(of_alphabet)
}

/// What a JSON string says. A lone surrogate is JSON and no text: it becomes U+FFFD, and hides nothing beside it.
fn unescaped<'a>(quoted: &str, inner: &'a str) -> Cow<'a, str> {
    if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
        return Cow::Borrowed(inner);
    }
    serde_json::from_str::<String>(quoted).map_or_else(|_| Cow::Owned(with_lone_surrogates(inner)), Cow::Owned)
}

fn with_lone_surrogates(inner: &str) -> String {
    let mut units: Vec<u16> = Vec::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(each) = rest.next() {
        let mut buffer = [0; 2];
        let mut push = |each: char| units.extend_from_slice(each.encode_utf16(&mut buffer));
        match (each, if each == '\\' { rest.next() } else { None }) {
            (_, Some('u')) => {
                let digits: String = rest.by_ref().take(4).collect();
                units.push(u16::from_str_radix(&digits, 16).unwrap_or(0xfffd));
            }
            (_, Some('n')) => push('\n'),
            (_, Some('t')) => push('\t'),
            (_, Some('r' | 'b' | 'f')) => push(' '),
            (_, Some(escaped)) => push(escaped),
            (plain, None) => push(plain),
        }
    }
    String::from_utf16_lossy(&units)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(flat: &Flat, what: &str, with: &str) -> Edit {
        let start = flat.text.find(what).expect("it is there");
        Edit { range: start..start + what.len(), with: with.to_owned() }
    }

    #[test]
    fn a_document_is_lines_of_names_and_values() {
        let flat = Flat::of(r#"{"to": "a\u0040b.c", "n":[4111111111111111, 12], "deep": {"x\"": "l1\nl2"}}"#);
        assert_eq!(flat.text, "to: a@b.c\nn: 4111111111111111\n\ndeep: x\": l1\nl2\n");
    }

    #[test]
    fn only_what_was_found_changes() {
        let json = r#"{"b" : "say \"hi\" to a@b.c!", "x":1.50,"a":"é"}"#;
        let flat = Flat::of(json);
        let edits = [edit(&flat, "a@b.c", "[EMAIL]")];
        assert_eq!(flat.rewrite(json, &edits), r#"{"b" : "say \"hi\" to [EMAIL]!", "x":1.50,"a":"é"}"#);
        assert_eq!(flat.rewrite(json, &[]), json);
    }

    #[test]
    fn a_number_stays_a_number_and_names_stay_apart() {
        let json = r#"{"card":4111111111111111,"a@b.c":1,"a@b.d":{"a@b.e":2}}"#;
        let flat = Flat::of(json);
        let edits = [
            edit(&flat, "4111111111111111", "[CREDIT_CARD]"),
            edit(&flat, "a@b.c", "[E]"),
            edit(&flat, "a@b.d", "[E]"),
        ];
        assert_eq!(flat.rewrite(json, &edits), r#"{"card":0,"[E]":1,"[E] (2)":{"a@b.e":2}}"#);
    }

    #[test]
    fn files_are_not_read() {
        let blob = "QUJD".repeat(600);
        let json = format!(r#"{{"type":"image","data":"{blob}","text":"x"}}"#);
        assert_eq!(Flat::of(&json).text, "type: image\ndata: \ntext: x\n");
    }

    #[test]
    fn a_range_knows_its_piece() {
        let flat = Flat::of(r#"{"to":"a@b.c","text":"write a@b.c"}"#);
        let place = |piece, is_whole, name| Some(Place { piece, is_whole, name });
        assert_eq!(flat.piece(&(4..9)), place(Piece::Text, true, Some("to")));
        assert_eq!(flat.piece(&(22..27)), place(Piece::Text, false, Some("text")));
        assert_eq!(flat.piece(&(0..2)), place(Piece::Name, true, None));
        assert_eq!(flat.piece(&(2..4)), None);
    }

    #[test]
    fn members_are_passed_over_at_the_top_only() {
        let json = r#"{"_meta":{"a":"1"},"x":{"_meta":"2"},"requestState":"3","y":"4"}"#;
        let flat = Flat::without(json, &["_meta", "requestState"]);
        assert_eq!(flat.text.split_whitespace().collect::<Vec<_>>().join(" "), "_meta: x: _meta: 2 requestState: y: 4");
        let edits = [edit(&flat, "4", "z")];
        assert_eq!(flat.rewrite(json, &edits), json.replace("\"4\"", "\"z\""));
    }

    #[test]
    fn a_lone_surrogate_hides_nothing() {
        assert_eq!(Flat::of(r#""\ud800 a\u0040b.c""#).text, "\u{fffd} a@b.c\n");
    }

    #[test]
    fn whatever_is_no_json_ends() {
        for text in ["", "\"", "\"\\", "{\"a", "123", "\"\\ud800\"", "{\"a\":\"\\ud800 x\"}"] {
            let flat = Flat::of(text);
            let all = Edit { range: 0..flat.text.len(), with: "x".to_owned() };
            let _ = flat.rewrite(text, &[all]);
        }
    }
}
