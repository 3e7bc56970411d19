//! Numbers in a text as runs of digit groups, and what is found among them: payment cards, social security numbers
//! and IPv4 addresses.

use std::net::Ipv4Addr;
use std::sync::LazyLock;

use regex::Regex;

use super::bytes::ByteSet;
use super::normalise::characters::is_alphanumeric;
use super::{Entity, Span};

/// How many bytes before a number may say what it is.
const CONTEXT: usize = 64;
/// What stands between two groups of one number is not longer, in bytes.
const LONGEST_GAP: usize = 4;
/// Single digits in a row that may still be a number that somebody spelt.
const LONGEST_ROW: usize = 24;

/// Digits that stand together: bytes of the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Group {
    pub(super) fn len(self) -> usize {
        self.end - self.start
    }
}

/// Groups of digits with nothing but separators between them.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    pub(super) text: &'a str,
    pub(super) groups: &'a [Group],
    /// Digits of all groups.
    pub(super) count: usize,
}

impl<'a> Run<'a> {
    /// The digits of `group`.
    pub(super) fn digits(&self, group: Group) -> &'a str {
        self.text.get(group.start..group.end).unwrap_or_default()
    }

    /// What stands between two groups.
    pub(super) fn gap(&self, left: Group, right: Group) -> &'a str {
        self.text.get(left.end..right.start).unwrap_or_default()
    }

    /// What stands between group `index` and the one before it, if there is one.
    pub(super) fn gap_before(&self, index: usize) -> Option<&'a str> {
        let left = self.groups.get(index.checked_sub(1)?)?;
        Some(self.gap(*left, *self.groups.get(index)?))
    }

    /// Whether all gaps of `groups` are the same.
    fn is_even(&self, groups: &[Group]) -> bool {
        let mut gaps = groups.iter().zip(groups.iter().skip(1)).map(|(left, right)| self.gap(*left, *right));
        gaps.next().is_none_or(|first| gaps.all(|gap| gap == first))
    }
}

const DIGITS: ByteSet = ByteSet::of(b"0123456789");

/// Calls `each` with every run of `text`.
pub(super) fn runs(text: &str, mut each: impl FnMut(Run<'_>)) {
    let bytes = text.as_bytes();
    let mut groups = Vec::with_capacity(16);
    let mut at = 0;
    while let Some(found) = bytes.get(at..).and_then(|rest| rest.iter().position(u8::is_ascii_digit)) {
        let mut start = at + found;
        let mut digits = 0;
        groups.clear();
        loop {
            let end = DIGITS.end(bytes, start);
            groups.push(Group { start, end });
            digits += end - start;
            at = end;
            match group_after(bytes, end, digits) {
                Some(next) => start = next,
                None => break,
            }
        }
        // Most digits of a text stand alone, and long rows of single ones are a drawing.
        let is_single = digits == groups.len();
        if !is_single || (2..=LONGEST_ROW).contains(&digits) {
            each(Run { text, groups: &groups, count: digits });
        }
    }
}

/// Where the next group of the same number starts: after a blank, a dash, a dot, a slash, or brackets. After `digits`
/// digits that may be a number, a slash between blanks begins another.
fn group_after(bytes: &[u8], end: usize, digits: usize) -> Option<usize> {
    // Most that stands between digits is a letter, or one sign.
    match bytes.get(end..)? {
        [b' ' | b'(' | b')' | b'-' | b'.' | b'/', b'0'..=b'9', ..] => return Some(end + 1),
        [b' ' | b'(' | b')' | b'-' | b'.' | b'/' | 0xe2, ..] => {}
        _ => return None,
    }
    let mut at = end;
    let mut marks = 0;
    while at <= end + LONGEST_GAP {
        at += match bytes.get(at)? {
            b'0'..=b'9' if at > end => {
                let is_list = digits > 6 && bytes.get(end..at) == Some(b" / ");
                return (!is_list).then_some(at);
            }
            b' ' | b'(' | b')' => 1,
            b'-' | b'.' | b'/' => {
                marks += 1;
                1
            }
            // Hyphens, dashes (U+2010 to U+2015) and the minus sign (U+2212).
            0xe2 if matches!(bytes.get(at + 1..at + 3)?, [0x80, 0x90..=0x95] | [0x88, 0x92]) => {
                marks += 1;
                3
            }
            _ => return None,
        };
        if marks > 1 {
            return None;
        }
    }
    None
}

/// Whether a word, an identifier or a number goes on right before `at`. An escaped line break (`\n`) is no word.
pub(super) fn is_glued_before(text: &str, at: usize) -> bool {
    let mut before = text.get(..at).unwrap_or_default().chars().rev();
    match before.next() {
        Some('n' | 'r' | 't') => before.next() != Some('\\'),
        Some(last) => goes_on(last),
        None => false,
    }
}

fn goes_on(character: char) -> bool {
    character == '_' || (is_alphanumeric(character) && !is_unspaced(character))
}

/// Whether a letter is of a script that puts no blanks between words: Thai, Lao, those of China and Japan; or Hangul,
/// whose particles follow numbers.
pub(super) fn is_unspaced(character: char) -> bool {
    matches!(character, '\u{e00}'..='\u{eff}' | '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Whether a word or an identifier goes on right after `at`.
pub(super) fn is_glued_after(text: &str, at: usize) -> bool {
    text.get(at..).and_then(|rest| rest.chars().next()).is_some_and(goes_on)
}

/// What stands before `at` in its line, at most [`CONTEXT`] bytes.
pub(super) fn context_before(text: &str, at: usize) -> &str {
    let mut from = at.saturating_sub(CONTEXT);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let before = text.get(from..at).unwrap_or_default();
    before.rsplit(['\n', '\r']).next().unwrap_or_default()
}

/// What stands after `at`, at most `bytes`.
pub(super) fn context_after(text: &str, at: usize, bytes: usize) -> &str {
    let mut to = (at + bytes).min(text.len());
    while !text.is_char_boundary(to) {
        to -= 1;
    }
    text.get(at..to).unwrap_or_default()
}

/// Cards, social security numbers and IPv4 addresses of a run.
pub(super) fn find(run: Run<'_>, found: &mut Vec<Span>) {
    // An address has four digits at least; the groups of an account number look like cards.
    if run.count < 4 || is_account(&run) {
        return;
    }
    let mut rest = run.groups;
    let mut index = 0;
    while let Some(first) = rest.first() {
        let taken = match first.len() {
            1..=3 => ipv4(&run, index, rest, found).or_else(|| ssn(&run, index, rest, found)),
            9 => ssn(&run, index, rest, found),
            _ => card(&run, index, rest, found),
        };
        let taken = taken.unwrap_or(1);
        index += taken;
        rest = rest.get(taken..).unwrap_or_default();
    }
}

/// Whether the run is the rest of an IBAN: two capitals and two digits begin it.
fn is_account(run: &Run<'_>) -> bool {
    let Some(first) = run.groups.first().filter(|first| first.len() == 2) else { return false };
    let mut before = run.text.get(..first.start).unwrap_or_default().bytes().rev();
    let is_capital = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_uppercase());
    is_capital(before.next()) && is_capital(before.next()) && !before.next().is_some_and(|b| b.is_ascii_alphanumeric())
}

fn push(found: &mut Vec<Span>, groups: &[Group], entity: Entity) -> Option<usize> {
    let (first, last) = (groups.first()?, groups.last()?);
    found.push(Span { start: first.start, end: last.end, entity });
    Some(groups.len())
}

/// Lengths of the groups that card numbers are printed in.
const CARD_LAYOUTS: &[&[usize]] = &[
    &[4, 4, 4, 4, 3],
    &[4, 4, 4, 4, 2],
    &[4, 4, 4, 4, 1],
    &[4, 4, 4, 4],
    &[4, 6, 5],
    &[4, 6, 4],
    &[4, 4, 4, 3],
    &[4, 4, 4, 2],
    &[4, 4, 4, 1],
    &[4, 4, 5],
    &[4, 5, 6],
    &[6, 13],
    &[6, 10],
    &[8, 8],
    &[4, 12],
    &[6, 4, 5],
    &[4, 4, 4],
];

fn card(run: &Run<'_>, index: usize, rest: &[Group], found: &mut Vec<Span>) -> Option<usize> {
    let first = rest.first()?;
    if (12..=19).contains(&first.len()) && is_card(run, index, rest.get(..1)?) {
        return push(found, rest.get(..1)?, Entity::CreditCard);
    }
    // No card has fewer digits.
    if run.count < 12 || !matches!(first.len(), 4 | 6 | 8) {
        return None;
    }
    let mut lengths = [0; 5];
    lengths.iter_mut().zip(rest).for_each(|(length, group)| *length = group.len());
    let fits = |layout: &&&[usize]| {
        lengths.iter().zip(**layout).all(|(left, right)| left == right)
            && rest.get(..layout.len()).is_some_and(|groups| run.is_even(groups) && is_card(run, index, groups))
    };
    let layout = CARD_LAYOUTS.iter().find(fits)?;
    push(found, rest.get(..layout.len())?, Entity::CreditCard)
}

/// Whether `groups`, from `index` of the run, are the number of a payment card.
fn is_card(run: &Run<'_>, index: usize, groups: &[Group]) -> bool {
    let (mut digits, mut count) = ([0; 19], 0);
    for group in groups {
        let group = run.digits(*group).as_bytes();
        let Some(places) = digits.get_mut(count..count + group.len()) else { return false };
        places.copy_from_slice(group);
        count += group.len();
    }
    let Some(digits) = digits.get(..count) else { return false };
    if digits.len() < 12 || !passes_luhn(digits) || is_monotonous(digits) {
        return false;
    }
    let (Some(first), Some(last)) = (groups.first(), groups.last()) else { return false };
    let is_apart = |gap: Option<&str>| gap.is_none_or(|gap| !gap.contains(['.', '-']));
    if is_glued_before(run.text, first.start)
        || is_glued_after(run.text, last.end)
        || !is_apart(run.gap_before(index))
        || !is_apart(run.gap_before(index + groups.len()))
    {
        return false;
    }
    // Identifiers and moments in nanoseconds have 17 to 19 digits as well.
    let is_plain = digits.len() <= 16 || groups.len() > 1;
    (is_plain && is_branded(digits)) || says_card(run.text, first.start, last.end)
}

/// Whether first digits and length are a brand's. Maestro's wider ranges and the short numbers of old are not told from
/// other numbers, and need a word beside them.
fn is_branded(digits: &[u8]) -> bool {
    let prefix = |count: usize| {
        let digits = digits.iter().take(count);
        digits.fold(0_u32, |number, digit| number * 10 + u32::from(digit.wrapping_sub(b'0')))
    };
    let (two, three, four) = (prefix(2), prefix(3), prefix(4));
    match digits.len() {
        // Diners Club
        14 => matches!(two, 36 | 38 | 39) || matches!(three, 300..=305 | 309),
        // American Express, JCB
        15 => matches!(two, 34 | 37) || matches!(four, 1800 | 2131),
        16..=19 => match four {
            // Visa, Mastercard
            4000..=4999 => digits.len() != 17,
            2221..=2720 | 5100..=5599 => digits.len() == 16,
            // Mir, JCB, Discover, RuPay, Verve, Troy, UnionPay
            2200..=2204 | 3528..=3589 | 6000..=6099 | 6200..=6299 | 6440..=6599 | 8100..=8299 => true,
            // Maestro, Dankort, RuPay, Verve, InterPayment
            5018 | 5019 | 5020 | 5038 | 5060..=5065 | 5080..=5089 | 5612 | 5893 | 6304 | 6360..=6369 | 6390 => true,
            6759..=6763 => true,
            // Uzcard, Humo, Troy, Diners Club
            8600 | 9860 | 9792 | 3600..=3699 | 3800..=3999 => digits.len() == 16,
            _ => false,
        },
        _ => false,
    }
}

/// The check digit of ISO/IEC 7812-1, annex B.
fn passes_luhn(digits: &[u8]) -> bool {
    /// What the digits of twice a digit sum up to.
    const TWICE: [u32; 10] = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];
    let (mut sum, mut is_twice) = (0, false);
    for digit in digits.iter().rev().map(|digit| digit.wrapping_sub(b'0')) {
        sum += if is_twice { TWICE.get(usize::from(digit)).copied().unwrap_or(0) } else { u32::from(digit) };
        is_twice = !is_twice;
    }
    sum.is_multiple_of(10)
}

fn is_monotonous(digits: &[u8]) -> bool {
    digits.first().is_none_or(|first| digits.iter().skip(4).all(|digit| digit == first))
}

/// Whether the words around a number speak of a card.
fn says_card(text: &str, start: usize, end: usize) -> bool {
    // No closing bracket may follow: `[CREDIT_CARD]` is a mask, and says nothing of the number after it.
    static BEFORE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let words = "cards?|karten?|carte|tarjeta|carta|cart[aã]o|kaart|kort|karta|kart[ıu]|карт[аыу]|卡号?|カード|카드\
                     |pan|credit|debit|kredit|visa|master|mastercard|maestro|amex|diners|discover|jcb|unionpay|charge";
        Regex::new(&format!(r"(?i)(?:^|[^\p{{L}}\[]|credit|kredit|bank|debit)(?:{words})(?:[^\p{{L}}\]]|num|no|nr|$)"))
            .ok()
    });
    static AFTER: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"(?i)^[\s,;"']{0,4}(?:exp|cvv|cvc|csc|valid|gültig)"#).ok());
    let matches = |regex: &LazyLock<Option<Regex>>, text| regex.as_ref().is_some_and(|regex| regex.is_match(text));
    matches(&BEFORE, context_before(text, start)) || matches(&AFTER, context_after(text, end, 16))
}

fn ssn(run: &Run<'_>, index: usize, rest: &[Group], found: &mut Vec<Span>) -> Option<usize> {
    let groups = match rest {
        [area, group, serial, ..] if (area.len(), group.len(), serial.len()) == (3, 2, 4) => rest.get(..3)?,
        [whole, ..] if whole.len() == 9 => rest.get(..1)?,
        _ => return None,
    };
    let (first, last) = (groups.first()?, groups.last()?);
    let digits: String = groups.iter().map(|group| run.digits(*group)).collect();
    if !is_ssn(&digits)
        || !run.is_even(groups)
        || is_glued_before(run.text, first.start)
        || is_glued_after(run.text, last.end)
    {
        return None;
    }
    let is_apart = |gap: Option<&str>| gap.is_none_or(|gap| !gap.contains(['.', '-', '/']));
    if !is_apart(run.gap_before(index)) || !is_apart(run.gap_before(index + groups.len())) {
        return None;
    }
    let is_dashed = groups.len() == 3 && groups.iter().zip(groups.get(1..)?).all(|(l, r)| run.gap(*l, *r) == "-");
    (is_dashed || says_ssn(run.text, first.start)).then(|| push(found, groups, Entity::UsSsn))?
}

/// Whether the Social Security Administration may have given these nine digits to somebody: areas 000, 666 and 900 to
/// 999, group 00 and serial 0000 are none; the three known numbers were printed in advertisements.
fn is_ssn(digits: &str) -> bool {
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    let (area, group, serial) = (part(0, 3), part(3, 5), part(5, 9));
    let is_nobodys = matches!(area, "000" | "666") || area.starts_with('9') || group == "00" || serial == "0000";
    !is_nobodys && !matches!(digits, "078051120" | "219099999" | "457555462")
}

fn says_ssn(text: &str, start: usize) -> bool {
    static BEFORE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let filler = r#"(?:[\s:=.,;"'\\()#>_-]|number|num|no|nr|is|was|on|file|us)*"#;
        Regex::new(&format!(r"(?i)(?:\bssn|_ssn|[a-z]Ssn|\bsocial|social.?security|soc\.? ?sec\.?|\bss ?#){filler}$"))
            .ok()
    });
    BEFORE.as_ref().is_some_and(|regex| regex.is_match(context_before(text, start)))
}

fn ipv4(run: &Run<'_>, index: usize, rest: &[Group], found: &mut Vec<Span>) -> Option<usize> {
    let first = rest.first()?;
    let is_dot = |at: usize| run.text.as_bytes().get(at) == Some(&b'.');
    if !is_dot(first.end) || first.start.checked_sub(1).is_some_and(is_dot) {
        return None;
    }
    let groups = rest.get(..4)?;
    let last = groups.last()?;
    let has_dots = groups.iter().zip(groups.get(1..)?).all(|(left, right)| run.gap(*left, *right) == ".");
    if !has_dots || last.end - first.start > 15 || run.gap_before(index + 4).is_some_and(|gap| gap.contains('.')) {
        return None;
    }
    let address: Ipv4Addr = run.text.get(first.start..last.end)?.parse().ok()?;
    (is_somebodys(address) && !is_version(run.text, first.start, last.end, address))
        .then(|| push(found, groups, Entity::IpAddress))?
}

/// Whether the address can be that of a machine; every machine is at home at 127.0.0.1.
pub(super) fn is_somebodys(address: Ipv4Addr) -> bool {
    let [first, .., last] = address.octets();
    let is_network = last == 0 && address.octets().iter().skip(1).all(|octet| *octet == 0);
    !address.is_loopback() && first != 0 && first < 224 && !is_network
}

/// Whether four small numbers with dots between them are a version, or a section.
fn is_version(text: &str, start: usize, end: usize, address: Ipv4Addr) -> bool {
    static VERSION: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let words = "version|vers?|v|release|rel|build|firmware|fw|section|sect?|chapter|kapitel|abschnitt|clause|§";
        Regex::new(&format!(r#"(?i)(?:(?:^|[^a-z])(?:{words})[\s:="'.]*|[a-z][/-]|[=~<>^!]=\s*|[~^]\s*)$"#)).ok()
    });
    static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let words = "ip|ipv4|addr|address|host|client|server|peer|remote|gateway|dns|ping|ssh|curl|from|connect";
        Regex::new(&format!(r"(?i)(?:^|[^a-z\[])(?:{words})[^a-z\]]|@$|//$")).ok()
    });
    let after = text.get(end..).unwrap_or_default();
    let mut next = after.chars();
    let is_labelled = match next.next() {
        Some('-' | '+' | '_') => next.next().is_some_and(char::is_alphanumeric),
        Some(character) => character.is_alphabetic(),
        None => false,
    };
    if is_labelled || is_glued_before(text, start) {
        return true;
    }
    let before = context_before(text, start);
    if VERSION.as_ref().is_some_and(|regex| regex.is_match(before)) {
        return true;
    }
    let is_small = address.octets().iter().all(|octet| *octet < 10);
    let has_port = after.starts_with([':', '/']) && after.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
    is_small && !has_port && !ADDRESS.as_ref().is_some_and(|regex| regex.is_match(before))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(&str, Entity)> {
        let mut found = Vec::new();
        runs(text, |run| find(run, &mut found));
        found.iter().map(|span| (text.get(span.start..span.end).unwrap(), span.entity)).collect()
    }

    #[test]
    fn cards_of_many_brands() {
        for card in [
            "4111 1111 1111 1111",
            "4111-1111-1111-1111",
            "4111.1111.1111.1111",
            "4111\u{2013}1111\u{2013}1111\u{2013}1111",
            "5555555555554444",
            "2223003122003222",
            "3782 822463 10005",
            "378282246310005",
            "3056 930902 5904",
            "6011111111111117",
            "3530111333300000",
            "6200000000000005",
        ] {
            let text = format!("pay {card} now");
            assert_eq!(found(&text), [(card, Entity::CreditCard)]);
        }
        for (text, card) in [
            ("block card no 4222222222222", "4222222222222"),
            ("Meine Karte 6304000000000000 x", "6304000000000000"),
            ("{\"pan\":\"4000000000000000006\"}", "4000000000000000006"),
            ("4111 1111 1111 1111 12/29", "4111 1111 1111 1111"),
        ] {
            assert_eq!(found(text), [(card, Entity::CreditCard)], "in {text}");
        }
    }

    #[test]
    fn numbers_that_are_no_cards() {
        for text in [
            "4111 1111 1111 1112",
            "order 4222222222222",
            "0.4111111111111111",
            "4111-1111-1111-1111-9",
            "a4111111111111111",
            "4000000000000000006",
            "0000 0000 0000 0000",
            "DE00 4111 1111 1111 1111 00",
            "[CREDIT_CARD] 4222222222222",
        ] {
            assert_eq!(found(text), [], "in {text}");
        }
    }

    #[test]
    fn social_security_numbers() {
        for (text, number) in [
            ("{\"ssn\":\"536-22-1234\"}", "536-22-1234"),
            ("SSN 536 22 1234 on file", "536 22 1234"),
            ("Social Security No.: 536221234", "536221234"),
            ("it is 536-22-1234.", "536-22-1234"),
        ] {
            assert_eq!(found(text), [(number, Entity::UsSsn)], "in {text}");
        }
        let none =
            ["900-22-1234", "000-22-1234", "666-22-1234", "536-00-1234", "536-22-0000", "078-05-1120", "536 22 1234"];
        for text in none.into_iter().chain(["1-536-22-1234", "536-22-1234-5", "[US_SSN] 536 22 1234"]) {
            assert_eq!(found(text), [], "in {text}");
        }
    }

    #[test]
    fn luhn() {
        assert!(passes_luhn(b"79927398713"));
        assert!(!passes_luhn(b"79927398710"));
    }
}
