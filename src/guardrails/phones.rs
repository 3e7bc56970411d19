//! Telephone numbers: international ones, those of North America, national ones with a leading zero, and whatever a
//! word before or after calls a telephone number.

use std::sync::LazyLock;

use regex::Regex;

use super::digits::{Group, Run, context_after, context_before, is_glued_after, is_glued_before};
use super::{Entity, Span};

/// Most digits of a number with its country code (ITU-T E.164).
const LONGEST: usize = 15;
/// Fewest digits of a number that a word says to be one.
const SHORTEST: usize = 7;

/// Telephone numbers of a run.
pub(super) fn find(run: Run<'_>, found: &mut Vec<Span>) {
    if run.count < SHORTEST {
        return;
    }
    let mut rest = run.groups;
    let mut index = 0;
    while let Some(first) = rest.first() {
        let taken = if is_plus_before(run.text, first.start) {
            international(&run, rest, found)
        } else if index == 0 {
            national(&run, rest, found)
        } else {
            north_american(&run, index, rest, found)
        };
        let taken = taken.unwrap_or(1);
        index += taken;
        rest = rest.get(taken..).unwrap_or_default();
    }
}

/// Records `groups` as a number, with the sign or the bracket before it and the extension after it.
fn push(run: &Run<'_>, groups: &[Group], found: &mut Vec<Span>) -> Option<usize> {
    let (first, last) = (groups.first()?, groups.last()?);
    let mut start = first.start;
    for mark in ['(', '+', '('] {
        let before = run.text.get(..start)?;
        start -= if before.ends_with(mark) { 1 } else { 0 };
    }
    found.push(Span { start, end: last.end + extension(run.text, last.end), entity: Entity::Phone });
    Some(groups.len())
}

/// How many bytes an extension after a number takes: `x4587`, ` ext. 12`.
fn extension(text: &str, end: usize) -> usize {
    static EXTENSION: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let words = r"x|ext|extn|extension|durchwahl|dw|poste|int|interno|доб|#";
        Regex::new(&format!(r"(?i)^[ ,;]{{0,2}}(?:{words})\.?:? ?\d{{1,6}}(?:[^\w]|$)")).ok()
    });
    let after = context_after(text, end, 24);
    // Most numbers end at a mark that no extension begins with.
    if !after.starts_with(|next: char| next.is_alphabetic() || matches!(next, ' ' | ',' | ';' | '#')) {
        return 0;
    }
    let found = EXTENSION.as_ref().and_then(|regex| regex.find(after));
    found.map_or(0, |found| found.as_str().trim_end_matches(|last: char| !last.is_ascii_digit()).len())
}

fn count(groups: &[Group]) -> usize {
    groups.iter().map(|group| group.len()).sum()
}

fn is_plus_before(text: &str, start: usize) -> bool {
    let bytes = text.as_bytes();
    let before = |back: usize| start.checked_sub(back).and_then(|at| bytes.get(at));
    match before(1) {
        Some(b'+') => true,
        Some(b'(') => before(2) == Some(&b'+'),
        _ => false,
    }
}

/// `+49 (0)89 1234 5569`.
fn international(run: &Run<'_>, rest: &[Group], found: &mut Vec<Span>) -> Option<usize> {
    let first = rest.first()?;
    let sign = run.text.get(..first.start)?.rfind('+')?;
    let groups = until_another_number(run, rest);
    let digits: String = groups.iter().map(|group| run.digits(*group)).collect();
    let is_decimal = matches!(groups, [left, right] if run.gap(*left, *right) == ".") || is_date(run, groups);
    let last = groups.last()?;
    if is_glued_before(run.text, sign) || is_decimal || !is_international(&digits) || is_broken_off(run, last.end) {
        return None;
    }
    push(run, groups, found)
}

/// The groups of one number: as many as E.164 allows, up to the next plus sign or a slash.
fn until_another_number<'a>(run: &Run<'_>, rest: &'a [Group]) -> &'a [Group] {
    let mut digits = 0;
    let mut last: Option<Group> = None;
    let belongs = |group: &&Group| {
        digits += group.len();
        let is_next = last.is_some_and(|last| run.gap(last, **group).contains('/') && digits > 11);
        last = Some(**group);
        digits <= LONGEST + 1 && !is_next
    };
    rest.get(..rest.iter().take_while(belongs).count()).unwrap_or_default()
}

/// Whether a letter or a time follows, so that the digits are part of something else. An extension may.
fn is_broken_off(run: &Run<'_>, end: usize) -> bool {
    let mut after = run.text.get(end..).unwrap_or_default().chars();
    match after.next() {
        Some(':') => after.next().is_some_and(|next| next.is_ascii_digit()),
        Some('%') => true,
        _ => is_glued_after(run.text, end) && extension(run.text, end) == 0,
    }
}

/// Whether the digits begin with a country's code, and there are as many as numbers have there.
fn is_international(digits: &str) -> bool {
    let len = digits.len();
    if digits.starts_with(['1', '7']) {
        return len == 11;
    }
    let codes = [digits.get(..2), digits.get(..3)];
    let is_code = codes.into_iter().flatten().any(|code| COUNTRY_CODES.binary_search(&code).is_ok());
    // A trunk zero in brackets is no digit of the number: `+46 (0)157`.
    is_code && (8..=LONGEST + 1).contains(&len)
}

/// Country codes of E.164 other than 1 and 7, sorted as text.
const COUNTRY_CODES: &[&str] = &[
    "20", "211", "212", "213", "216", "218", "220", "221", "222", "223", "224", "225", "226", "227", "228", "229",
    "230", "231", "232", "233", "234", "235", "236", "237", "238", "239", "240", "241", "242", "243", "244", "245",
    "246", "247", "248", "249", "250", "251", "252", "253", "254", "255", "256", "257", "258", "260", "261", "262",
    "263", "264", "265", "266", "267", "268", "269", "27", "290", "291", "297", "298", "299", "30", "31", "32", "33",
    "34", "350", "351", "352", "353", "354", "355", "356", "357", "358", "359", "36", "370", "371", "372", "373",
    "374", "375", "376", "377", "378", "380", "381", "382", "383", "385", "386", "387", "389", "39", "40", "41", "420",
    "421", "423", "43", "44", "45", "46", "47", "48", "49", "500", "501", "502", "503", "504", "505", "506", "507",
    "508", "509", "51", "52", "53", "54", "55", "56", "57", "58", "590", "591", "592", "593", "594", "595", "596",
    "597", "598", "599", "60", "61", "62", "63", "64", "65", "66", "670", "672", "673", "674", "675", "676", "677",
    "678", "679", "680", "681", "682", "683", "685", "686", "687", "688", "689", "690", "691", "692", "800", "808",
    "81", "82", "84", "850", "852", "853", "855", "856", "86", "870", "878", "880", "881", "882", "883", "886", "888",
    "90", "91", "92", "93", "94", "95", "960", "961", "962", "963", "964", "965", "966", "967", "968", "970", "971",
    "972", "973", "974", "975", "976", "977", "979", "98", "992", "993", "994", "995", "996", "998",
];

/// A run without a plus sign, from its start.
fn national(run: &Run<'_>, groups: &[Group], found: &mut Vec<Span>) -> Option<usize> {
    let (first, last) = (groups.first()?, groups.last()?);
    let digits = count(groups);
    if digits < SHORTEST || is_glued_before(run.text, first.start) || is_broken_off(run, last.end) {
        return if digits < SHORTEST { None } else { north_american(run, 0, groups, found) };
    }
    let before = run.text.get(..first.start)?;
    let is_time = before.ends_with(':') && before.trim_end_matches(':').ends_with(|last: char| last.is_ascii_digit());
    if digits > LONGEST + 1 || is_time || is_date(run, groups) || is_address(run, groups) {
        return north_american(run, 0, groups, found);
    }
    if has_exit_code(run, groups) || has_trunk_zero(run, groups) || says_phone(run, groups) {
        return push(run, groups, found);
    }
    north_american(run, 0, groups, found)
}

/// `001-253-366-9781`, `0049 30 23125`.
fn has_exit_code(run: &Run<'_>, groups: &[Group]) -> bool {
    let digits: String = groups.iter().map(|group| run.digits(*group)).collect();
    groups.len() > 2 && !is_part_of_number(run, groups) && digits.strip_prefix("00").is_some_and(is_international)
}

/// `085 175 7641`, `(030) 1234567`, `01.84.17.61.18`: nine to twelve digits, none of the groups a lone digit.
fn has_trunk_zero(run: &Run<'_>, groups: &[Group]) -> bool {
    let [first, others @ ..] = groups else { return false };
    let lead = run.digits(*first);
    let is_bracketed = run.text.get(..first.start).is_some_and(|before| before.ends_with('('));
    let is_separator = |(left, right): (&Group, &Group)| match run.gap(*left, *right) {
        " / " | " - " | ") " | ")-" => true,
        gap => gap.chars().count() == 1,
    };
    (2..=5).contains(&lead.len())
        && lead.starts_with('0')
        && !lead.starts_with("00")
        && (1..=5).contains(&others.len())
        && (9..=12).contains(&count(groups))
        && groups.iter().zip(others).all(is_separator)
        && (is_bracketed || (others.iter().all(|group| group.len() > 1) && !is_part_of_number(run, groups)))
        && !is_dump(run, groups)
}

/// Whether something right before the groups makes them a part of a decimal, a sum, a path or an assignment.
fn is_part_of_number(run: &Run<'_>, groups: &[Group]) -> bool {
    let before = groups.first().and_then(|first| run.text.get(..first.start));
    before.is_some_and(|before| before.ends_with(['.', '-', '/', '=', '$', '€', '%']))
}

/// Whether bytes in hexadecimal stand before or after.
fn is_dump(run: &Run<'_>, groups: &[Group]) -> bool {
    let (Some(first), Some(last)) = (groups.first(), groups.last()) else { return false };
    let is_byte = |word: Option<&str>| {
        word.is_some_and(|word| word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    let (before, after) = (context_before(run.text, first.start), context_after(run.text, last.end, 8));
    let last_word = before.trim_end().rsplit(|next: char| !next.is_ascii_alphanumeric()).next();
    let next_word = after.trim_start().split(|next: char| !next.is_ascii_alphanumeric()).next();
    let is_even = groups.iter().all(|group| group.len() == 2);
    is_even && ((before.ends_with(' ') && is_byte(last_word)) || (after.starts_with(' ') && is_byte(next_word)))
}

/// A date, or a date and the hour.
fn is_date(run: &Run<'_>, groups: &[Group]) -> bool {
    // A year of five digits and more, as ISO 8601 writes it after a plus sign.
    if let [year, month, day] = groups
        && year.len() > 4
        && (month.len(), day.len()) == (2, 2)
        && run.gap(*year, *month) == "-"
    {
        return true;
    }
    groups.windows(3).any(|three| {
        let [a, b, c] = three else { return false };
        let gap = run.gap(*a, *b);
        let is_year = |group: &Group| group.len() == 4 && matches!(run.digits(*group).get(..2), Some("19" | "20"));
        let is_even = gap == run.gap(*b, *c) && matches!(gap, "-" | "." | "/");
        is_even && b.len() <= 2 && ((is_year(a) && c.len() <= 2) || (is_year(c) && a.len() <= 2))
    })
}

/// Four numbers below 256 with dots between them, or a decimal fraction.
fn is_address(run: &Run<'_>, groups: &[Group]) -> bool {
    let has_dots = groups.iter().zip(groups.iter().skip(1)).all(|(left, right)| run.gap(*left, *right) == ".");
    let is_byte = |group: &Group| run.digits(*group).parse::<u8>().is_ok();
    has_dots && (groups.len() == 2 || (groups.len() == 4 && groups.iter().all(is_byte)))
}

/// `(212) 555-0183`, `415.555.0350`, `1-800-555-0199`.
fn north_american(run: &Run<'_>, index: usize, rest: &[Group], found: &mut Vec<Span>) -> Option<usize> {
    let has_trunk = match rest.first()?.len() {
        1 => run.digits(*rest.first()?) == "1",
        3 => false,
        _ => return None,
    };
    let groups = rest.get(..if has_trunk { 4 } else { 3 })?;
    let [area, exchange, line] = groups.get(usize::from(has_trunk)..)? else { return None };
    if (area.len(), exchange.len(), line.len()) != (3, 3, 4) {
        return None;
    }
    let (left, right) = (run.gap(*area, *exchange), run.gap(*exchange, *line));
    let opens = run.text.get(..area.start)?.ends_with('(');
    let is_even = left == right || (opens && left.starts_with(')'));
    let is_apart = |gap: Option<&str>| gap.is_none_or(|gap| gap == " " && left != " " || gap == " (" && opens);
    let (first, last) = (groups.first()?, groups.last()?);
    if !is_even
        || !matches!(run.digits(*area).as_bytes().first(), Some(b'2'..=b'9'))
        || is_glued_before(run.text, first.start)
        || is_broken_off(run, last.end)
        || !is_apart(run.gap_before(index))
        || !is_apart(run.gap_before(index + groups.len()))
    {
        return None;
    }
    push(run, groups, found)
}

/// Whether a word right before or after the groups calls them a telephone number.
fn says_phone(run: &Run<'_>, groups: &[Group]) -> bool {
    // No closing bracket may follow the word: `[PHONE]` is a mask, and says nothing of the number after it.
    static BEFORE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let inside = "phone|fone|telefon|téléfon|teléfono|téléphone|telefoon|telefax|mobile|handy|cellular|celular\
                      |whatsapp|msisdn|telemóvel|portable|my number|meine nummer|mi número|mon numéro|телефон|мобильный|факс|電話|电话|手机|携帯|전화|휴대폰|هاتف|फ़ोन\
                      |τηλέφωνο|טלפון|โทร|điện thoại|puhelin|gsm";
        let whole = "tel|tél|tlf|tfn|tlfn|tlph|ph|mob|móvil|movil|mobil|cell|cel|fax|sms|landline|hotline|helpline\
                     |switchboard|voicemail|тел|моб|kom|puh|viber|wa\\.me";
        // Words that name other things in programs.
        let spoken = "call|calling|called|dial|ring|text|reach|contact|desk|office|home|work|direct|signal|telegram\
                      |answering|answer|rufen|anrufen|unter";
        let filler = "numbers?|no|nr|nº|n°|num|nummer|numero|número|is|are|was|me|us|him|her|them|you|at|on|back|via\
                      |now|today|the|my|our|your|to|or|or at|please|under|unter|auf|al|le|au|work|home|office|cell";
        let gap = r#"[\s:：.,;"'\\(>*#_/+|-]"#;
        let words = format!(
            r#"(?:(?:{inside})(?:(?-i:Numbers?|No)|_?number)?|(?:^|[^\p{{L}}]|\\n)(?:{whole})|(?:^|[\s"'(,.;>*])(?:{spoken}))"#
        );
        let labels = format!(r"(?:(?:{inside})(?:_?(?:number|no))?|(?:^|[^\p{{L}}])(?:{whole}))\s*=");
        Regex::new(&format!(r"(?i)(?:{words}|{labels})(?:{gap}{{1,6}}(?:{filler})){{0,4}}{gap}{{0,6}}$")).ok()
    });
    static AFTER: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let words = "office|fax|home|mobile|mobil|cell|work|desk|phone|direct|tel|main|privat|büro|anrufen|erreichbar";
        Regex::new(&format!(r"(?i)^ ?[-(\[]? ?(?:{words})(?:[^\p{{L}}\]]|$)")).ok()
    });
    let (Some(first), Some(last)) = (groups.first(), groups.last()) else { return false };
    let matches = |regex: &LazyLock<Option<Regex>>, text| regex.as_ref().is_some_and(|regex| regex.is_match(text));
    matches(&BEFORE, context_before(run.text, first.start)) || matches(&AFTER, context_after(run.text, last.end, 16))
}

#[cfg(test)]
mod tests {
    use super::super::digits::runs;
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        runs(text, |run| find(run, &mut found));
        found.iter().map(|span| text.get(span.start..span.end).unwrap()).collect()
    }

    #[test]
    fn numbers_of_a_form() {
        for number in [
            "+49 (0)89 1234 5569",
            "+1 (415) 555-0172",
            "+14155550172",
            "(+44) 20 7946 0000",
            "+44 20 7946 0000 ext 12",
            "+7 (912) 555-01-72",
            "(212) 555-0183",
            "(898)666-3621x0135",
            "415.555.0172",
            "1-800-555-0199",
            "001-253-366-9781",
            "0049 30 23125 718",
            "085 175 7641",
            "0171 / 2345678",
            "(030) 1234567",
            "01.84.17.61.18",
        ] {
            assert_eq!(found(&format!("or {number}, then")), [number]);
        }
    }

    #[test]
    fn numbers_that_a_word_announces() {
        for (text, number) in [
            ("Can someone call me on 450 0840?", "450 0840"),
            ("Phone: (72) 754-186", "(72) 754-186"),
            ("{\"mobile_phone\":\"3660170548\"}", "3660170548"),
            ("phoneNumber=99668472", "99668472"),
            ("x\\,3660170548-Fax", "3660170548"),
            ("Teléfono: 912 345 342", "912 345 342"),
            ("电话：82544688", "82544688"),
            ("my number is 123 4540", "123 4540"),
            ("请拨打010-82544688联系", "010-82544688"),
            ("휴대폰 01012345678로", "01012345678"),
        ] {
            assert_eq!(found(text), [number], "in {text}");
        }
    }

    #[test]
    fn numbers_that_are_something_else() {
        for text in [
            "row 868: 9499556185 units",
            "on 2024-01-02 03:04, 01.02.2024 12, 01/02/2024",
            "lat 52.520008, lon 13.404954, +52.520008",
            "9856 + 2266 = 16075753",
            "1,234,567,890 rows, 12:30:45.123456",
            "48 8b 05 00 00 00 00",
            "+262142-12-31",
            "REGISTERED_RING = 2147483648",
            "call_1234567890, call id 1234567890",
            "ISBN 978-3-16-148410-0",
            "room 212-555, 00000000123",
            "[PHONE] 450 0840",
            "phone 192.168.100.101",
        ] {
            assert_eq!(found(text), Vec::<&str>::new(), "in {text}");
        }
    }

    #[test]
    fn country_codes_are_sorted() {
        assert!(COUNTRY_CODES.is_sorted());
    }
}
