//! Text within text: base64, hexadecimal and other groups of numbers, escapes.

use std::borrow::Cow;
use std::ops::Range;

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::characters::is_alphabetic;
use super::map::Map;
use crate::guardrails::bytes::{ByteSet, count_digits};

/// Shorter tokens are no coded sentence.
const TOKEN_BYTES: usize = 24;
/// Fewer escapes than this are a stray sign or two.
const ESCAPES: usize = 3;
/// Groups of digits that may be a sentence.
const GROUPS: usize = 12;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::URL_SAFE, LENIENT);

/// UTF-8 that is mostly letters and blanks, as sentences are.
pub(super) fn readable(bytes: Vec<u8>) -> Option<String> {
    let text = String::from_utf8(bytes).ok()?;
    let (mut letters, mut odd, mut total) = (0, 0, 0);
    for char in text.chars() {
        total += 1;
        letters += usize::from(is_alphabetic(char));
        odd += usize::from(char.is_control() && !matches!(char, '\n' | '\r' | '\t') || char == '\u{fffd}');
    }
    (total >= 8 && odd * 20 <= total && letters * 2 >= total).then_some(text)
}

/// What tokens are made of.
const TOKEN: ByteSet = ByteSet::of(b"+/-_").and_alphanumeric();

/// Base64 and hexadecimal tokens that are sentences.
///
/// Only every [`TOKEN_BYTES`]th byte is looked at: a token that is long enough covers one of them.
pub(super) fn tokens(text: &str) -> Vec<(Range<usize>, String, bool)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut probe = TOKEN_BYTES - 1;
    let mut done = 0;
    while let Some(&byte) = bytes.get(probe) {
        if !TOKEN.has(byte) {
            probe += TOKEN_BYTES;
            continue;
        }
        let start = bytes
            .get(done..probe)
            .and_then(|before| before.iter().rposition(|byte| !TOKEN.has(*byte)))
            .map_or(done, |at| done + at + 1);
        let end = token_end(bytes, start, probe);
        if end - start >= TOKEN_BYTES
            && let Some((decoded, is_hex)) = text.get(start..end).and_then(token)
        {
            found.push((start..end, decoded, is_hex));
        }
        done = end;
        probe = (end + TOKEN_BYTES).max(probe + 1);
    }
    found
}

/// Where a token ends; one that is broken into lines as e-mail does goes on in the next line.
fn token_end(bytes: &[u8], start: usize, from: usize) -> usize {
    let mut line = start;
    let mut end = TOKEN.end(bytes, from);
    loop {
        let next = match bytes.get(end..) {
            Some([b'\r', b'\n', ..]) => end + 2,
            Some([b'\n', ..]) => end + 1,
            _ => return end,
        };
        let next_end = TOKEN.end(bytes, next);
        if end - line < 60 || next_end - next < 4 {
            return end;
        }
        line = next;
        end = next_end;
    }
}

fn token(token: &str) -> Option<(String, bool)> {
    if token.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return readable(hex(token.as_bytes())).map(|text| (text, true));
    }
    let joined = if memchr::memchr(b'\n', token.as_bytes()).is_none() {
        Cow::Borrowed(token.as_bytes())
    } else {
        Cow::Owned(token.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect())
    };
    // A token of letters only is a long word or a name far more often than a code; and a cheap look at its head
    // settles most of the rest.
    let whole = joined.get(..joined.len() - usize::from(joined.len() % 4 == 1))?;
    let engine = if memchr::memchr2(b'-', b'_', whole).is_some() { URL_SAFE } else { STANDARD };
    let head = engine.decode(whole.get(..16)?).ok()?;
    if std::str::from_utf8(&head).is_err_and(|error| error.error_len().is_some()) {
        return None;
    }
    readable(engine.decode(whole).ok()?).map(|text| (text, false))
}

fn hex(digits: &[u8]) -> Vec<u8> {
    let value = |digit: u8| match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20).wrapping_sub(b'a' - 10),
    };
    digits.as_chunks::<2>().0.iter().map(|[high, low]| value(*high) << 4 | value(*low)).collect()
}

/// A row of numbers that are a sentence's bytes: `01001000 01101001`, `48 69`, `0x48,0x69`, `72 105`.
pub(super) fn groups(text: &str) -> Option<(Range<usize>, String)> {
    const SEPARATORS: ByteSet = ByteSet::of(b" ,-:\n\t;");
    let bytes = text.as_bytes();
    if bytes.len() < GROUPS * 3 || count_digits(bytes) * 4 < bytes.len() {
        return None;
    }
    let mut row: Vec<&str> = Vec::new();
    let mut range = 0..0;
    let mut best: Option<(Range<usize>, Vec<&str>)> = None;
    let mut at = 0;
    for piece in bytes.split(|byte| SEPARATORS.has(*byte)) {
        let number = piece.strip_prefix(b"0x").unwrap_or(piece);
        if (2..=8).contains(&number.len()) && number.iter().all(u8::is_ascii_hexdigit) {
            if row.is_empty() {
                range = at..at;
            }
            row.push(std::str::from_utf8(number).unwrap_or_default());
            range.end = at + piece.len();
        } else if !piece.is_empty() {
            if best.as_ref().is_none_or(|(_, best)| best.len() < row.len()) {
                best = Some((range.clone(), std::mem::take(&mut row)));
            }
            row.clear();
        }
        at += piece.len() + 1;
    }
    if best.as_ref().is_none_or(|(_, best)| best.len() < row.len()) {
        best = Some((range, row));
    }
    let (range, row) = best.filter(|(_, row)| row.len() >= GROUPS)?;
    [2, 16, 10].iter().find_map(|radix| {
        let fits = |group: &&str| if *radix == 2 { group.len() == 8 } else { group.len() <= 3 };
        if !row.iter().all(fits) {
            return None;
        }
        let bytes: Option<Vec<u8>> = row.iter().map(|group| u8::from_str_radix(group, *radix).ok()).collect();
        readable(bytes?).map(|text| (range.clone(), text))
    })
}

/// The text with its escapes resolved: `%41`, `&#65;`, `&lt;`, `\u0041`, `\x41`. `None`: there are hardly any.
pub(super) fn unescaped(text: &str) -> Option<(String, Map)> {
    let bytes = text.as_bytes();
    let signs = || memchr::memchr3_iter(b'\\', b'&', b'%', bytes);
    let escapes = signs().filter(|at| text.get(*at..).is_some_and(|rest| escape(rest).is_some()));
    if escapes.take(ESCAPES).count() < ESCAPES {
        return None;
    }
    let mut out: Vec<u8> = Vec::with_capacity(text.len());
    let mut map = Map::default();
    let (mut at, mut from) = (0, 0);
    while let Some(sign) = next_sign(bytes, from) {
        let Some((value, length)) = text.get(sign..).and_then(escape) else {
            from = sign + 1;
            continue;
        };
        out.extend_from_slice(bytes.get(at..sign).unwrap_or_default());
        map.exact(sign - at, at);
        let before = out.len();
        match value {
            Value::Byte(byte) => out.push(byte),
            Value::Char(char) => out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        map.whole(out.len() - before, sign..sign + length);
        at = sign + length;
        from = at;
    }
    out.extend_from_slice(bytes.get(at..).unwrap_or_default());
    map.exact(text.len() - at, at);
    Some((valid(out), map))
}

/// Where the next sign is that may begin an escape. Where there is one others follow, often at once.
fn next_sign(bytes: &[u8], from: usize) -> Option<usize> {
    match bytes.get(from)? {
        b'\\' | b'&' | b'%' => Some(from),
        _ => Some(from + memchr::memchr3(b'\\', b'&', b'%', bytes.get(from..)?)?),
    }
}

/// The bytes as text of the same length: a byte that is no UTF-8 becomes a question mark.
fn valid(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| {
        let bytes = error.into_bytes();
        let mut text = String::with_capacity(bytes.len());
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            text.extend(chunk.invalid().iter().map(|_| '?'));
        }
        text
    })
}

enum Value {
    Byte(u8),
    Char(char),
}

/// The escape a text begins with, and its bytes.
fn escape(rest: &str) -> Option<(Value, usize)> {
    let bytes = rest.as_bytes();
    let number = |range: Range<usize>| {
        let digits = bytes.get(range).filter(|digits| !digits.is_empty())?;
        digits.iter().try_fold(0, |number, digit| Some(number << 4 | char::from(*digit).to_digit(16)?))
    };
    match bytes {
        [b'%', _, _, ..] => number(1..3).and_then(|byte| u8::try_from(byte).ok()).map(|byte| (Value::Byte(byte), 3)),
        [b'\\', b'x', ..] => {
            number(2..4).and_then(|byte| u8::try_from(byte).ok()).map(|byte| (Value::Char(char::from(byte)), 4))
        }
        [b'\\', b'u', b'{', ..] => {
            let end = rest.get(..12.min(rest.len())).unwrap_or(rest).find('}')?;
            number(3..end).and_then(char::from_u32).map(|char| (Value::Char(char), end + 1))
        }
        [b'\\', b'u', ..] => {
            let high = number(2..6)?;
            if (0xd800..0xdc00).contains(&high) && rest.get(6..8) == Some("\\u") {
                let low = number(8..12).filter(|low| (0xdc00..0xe000).contains(low))?;
                return char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00))
                    .map(|char| (Value::Char(char), 12));
            }
            char::from_u32(high).map(|char| (Value::Char(char), 6))
        }
        [b'&', ..] => entity(rest),
        _ => None,
    }
}

fn entity(rest: &str) -> Option<(Value, usize)> {
    let end = rest.bytes().take(12).position(|byte| byte == b';')?;
    let name = rest.get(1..end)?;
    let char = match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "shy" | "zwnj" | "zwj" => '\u{ad}',
        "newline" | "NewLine" => '\n',
        "excl" => '!',
        "period" => '.',
        "colon" => ':',
        "lowbar" => '_',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    };
    Some((Value::Char(char), end + 1))
}
