//! What becomes of findings that overlap, and of what only shows once others are masked.

use super::{Entity, Span};

/// How often a masked text is read again. What is found in a second reading is rare, in a third next to nothing.
const READINGS: usize = 6;

/// Findings as they are masked: disjoint and in the order of the text.
///
/// Of findings that overlap the longest says what they are, of equally long ones the most certain. It takes in what the
/// others cover, so that no part of what was found stays readable.
pub(super) fn disjoint(mut found: Vec<Span>) -> Vec<Span> {
    found.retain(|span| span.start < span.end);
    found.sort_unstable_by_key(|span| (span.start, span.end));
    let mut apart: Vec<Span> = Vec::with_capacity(found.len());
    let mut strongest = (0, 0);
    for span in found {
        let strength = (span.end - span.start, certainty(span.entity));
        match apart.last_mut() {
            Some(last) if span.start < last.end => {
                last.end = last.end.max(span.end);
                if strength > strongest {
                    (last.entity, strongest) = (span.entity, strength);
                }
            }
            _ => {
                strongest = strength;
                apart.push(span);
            }
        }
    }
    apart
}

/// What `detect` finds in `text` until it finds nothing more in what the masks leave over.
///
/// Masks move words and numbers together, and part digits that hid each other. So the text is read again as it will
/// be read; a text without findings is read once.
pub(super) fn settled(text: &str, detect: impl Fn(&str, &mut Vec<Span>)) -> Vec<Span> {
    let mut found = Vec::new();
    detect(text, &mut found);
    let mut spans = disjoint(found);
    for _ in 1..READINGS {
        if spans.is_empty() {
            break;
        }
        let mut more = Vec::new();
        detect(&masked(text, &spans), &mut more);
        if more.is_empty() {
            break;
        }
        let more = disjoint(more);
        spans.extend(in_source(&spans, &more));
        spans = disjoint(spans);
    }
    spans
}

/// `text` with `[EMAIL]` and its like instead of `spans`, which are disjoint and in order.
pub(super) fn masked(text: &str, spans: &[Span]) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for span in spans {
        masked.push_str(text.get(at..span.start).unwrap_or_default());
        masked.push('[');
        masked.push_str(span.entity.name());
        masked.push(']');
        at = span.end;
    }
    masked.push_str(text.get(at..).unwrap_or_default());
    masked
}

/// Findings in a text that `masks` were put into, in places of the text as it was before. Both are in order.
fn in_source(masks: &[Span], found: &[Span]) -> Vec<Span> {
    let mut masks = masks.iter().peekable();
    // Where the masked text and its source go on in step: after the last mask that was passed.
    let (mut at_masked, mut at_source) = (0, 0);
    let mut source = |place: usize, is_end: bool| loop {
        let Some(mask) = masks.peek() else { return at_source + place.saturating_sub(at_masked) };
        let start = at_masked + (mask.start - at_source);
        let end = start + mask.entity.name().len() + 2;
        if place < start || (is_end && place == start) {
            return at_source + place.saturating_sub(at_masked);
        }
        if place < end {
            return if is_end { mask.end } else { mask.start };
        }
        (at_masked, at_source) = (end, mask.end);
        masks.next();
    };
    found
        .iter()
        .map(|span| Span { start: source(span.start, false), end: source(span.end, true), entity: span.entity })
        .collect()
}

/// How sure a finding of this kind is: those with a check digit or a prefix of their own come first.
const fn certainty(entity: Entity) -> u8 {
    match entity {
        Entity::Secret => 7,
        Entity::Iban => 6,
        Entity::CreditCard => 5,
        Entity::Email => 4,
        Entity::IpAddress => 3,
        Entity::UsSsn => 2,
        Entity::Phone => 1,
        Entity::Person | Entity::Location => 0,
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::super::{leaks, pii};
    use super::*;

    fn find(text: &str) -> Vec<Span> {
        settled(text, |text, found| {
            pii::find(text, found);
            leaks::find(text, found);
        })
    }

    fn span(start: usize, end: usize, entity: Entity) -> Span {
        Span { start, end, entity }
    }

    /// SplitMix64 (Steele, Lea, Flood 2014).
    fn next(state: &mut u64) -> usize {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = *state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) & 0xffff_ffff).unwrap()
    }

    fn assert_sound(text: &str) {
        let spans = find(text);
        let mut at = 0;
        for span in &spans {
            assert!(at <= span.start && span.start < span.end, "{spans:?} in {text:?}");
            assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end), "{spans:?} in {text:?}");
            at = span.end;
        }
        assert!(at <= text.len());
        let masked = masked(text, &spans);
        let left = find(&masked);
        assert!(left.is_empty(), "{left:?} in {masked:?}, which was {text:?}");
    }

    #[test]
    fn the_longest_of_findings_that_overlap_takes_in_the_others() {
        let found = vec![
            span(10, 20, Entity::Phone),
            span(0, 4, Entity::Email),
            span(12, 30, Entity::Secret),
            span(28, 32, Entity::IpAddress),
            span(40, 50, Entity::Phone),
            span(40, 50, Entity::CreditCard),
            span(50, 51, Entity::Phone),
            span(60, 60, Entity::Phone),
        ];
        let apart = [
            span(0, 4, Entity::Email),
            span(10, 32, Entity::Secret),
            span(40, 50, Entity::CreditCard),
            span(50, 51, Entity::Phone),
        ];
        assert_eq!(disjoint(found), apart);
    }

    #[test]
    fn what_shows_once_others_are_masked_is_masked_too() {
        // Finds the first `a` of a text, and what stands right after a mask.
        let detect = |text: &str, found: &mut Vec<Span>| {
            found.extend(text.find('a').map(|at| span(at, at + 1, Entity::Phone)));
            let after = text.rfind("]b").map(|at| at + 1);
            found.extend(after.map(|at| span(at, at + 1, Entity::Email)));
        };
        let spans = settled("x a a ab é b", detect);
        let places: Vec<_> = spans.iter().map(|span| (span.start, span.end)).collect();
        assert_eq!(places, [(2, 3), (4, 5), (6, 7), (7, 8)]);
        assert_eq!(masked("x a a ab é b", &spans), "x [PHONE] [PHONE] [PHONE][EMAIL] é b");
    }

    #[test]
    fn nothing_is_found_in_what_was_masked() {
        let token = format!("ghp_{}", "aB3dE5gH7jK9".repeat(3));
        let fragments = [
            "jo@example.com",
            "+49 30 23125 718",
            "(212) 555-0183",
            "4111 1111 1111 1111",
            "5555555555554444",
            "phone: ",
            "450 0840",
            "card ",
            "6759649826438453",
            "DE89370400440532013000",
            "GB82 WEST 1234 5698 7654 32",
            "081 175 7641",
            "536-22-1234",
            "SSN ",
            "536 22 1234",
            "10.1.2.3",
            "2001:db8::1",
            ":8080",
            "/24",
            "password=",
            "hunter2!9x",
            "api_key: \"",
            "\"",
            "'",
            "Bearer ",
            &token,
            "https://app:s3cr3t-x9@db.example/",
            "-",
            ".",
            ",",
            " ",
            "\n",
            "/",
            "(",
            ")",
            "+",
            "@",
            "%40",
            "x123",
            " ext. 4",
            "0",
            "1",
            "12",
            "é",
            "日本",
            "\u{2013}",
            "[",
            "]",
            "=",
            ":",
            "::",
            "key ",
            "tel ",
            "Authorization: Basic c3ZjOmtnYVFQ",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3In0.c2lnbmF0dXJlMTIz",
            "version ",
            "example.org",
            "\\n",
            "[PHONE]",
            "<",
            ">",
            "00",
            "token",
            "-----BEGIN PRIVATE KEY-----\n",
            "MIIBVQIBADANBgkqhkiG9w0BAQEFAASCAT8wggE7AgEAAkEAq7BFUpkG",
            "-----END PRIVATE KEY-----",
            "::ffff:10.1.2.3",
            "a",
        ];
        let mut state = 42;
        for _ in 0..6000 {
            let count = 1 + next(&mut state) % 14;
            let text: String = (0..count).map(|_| fragments[next(&mut state) % fragments.len()]).collect();
            assert_sound(&text);
        }
    }

    #[test]
    #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
    fn nothing_is_found_in_masked_records() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/guardrails/pii.jsonl");
        let Ok(records) = std::fs::read_to_string(path) else {
            return eprintln!("skipped: there is no {path}");
        };
        for record in records.lines() {
            let record: serde_json::Value = serde_json::from_str(record).unwrap();
            assert_sound(record["text"].as_str().unwrap());
        }
    }

    #[test]
    fn any_text_is_read() {
        for text in [
            "",
            "@",
            "%4",
            "%40",
            ":",
            "é@é",
            "٣٤٥٦@٣.٤",
            "\u{0}",
            "１２３",
            "+",
            "(+",
            "eyJ",
            "://:@",
            "key=\"",
            "1é1",
        ] {
            assert_sound(text);
        }
    }

    #[test]
    fn hostile_texts_take_no_longer_than_prose() {
        const LENGTH: usize = 40_000;
        let prose = "He had walked 12 miles from the old town, past the key shop, to the market; nobody there knew what it \
                     was that he wanted (or why), and the clocks struck nine. ";
        let best = |text: &str| {
            let time = |_| {
                let start = Instant::now();
                find(text);
                start.elapsed()
            };
            (0..7).map(time).min().unwrap()
        };
        // Without optimisation only growth with the square of the length is seen.
        let times = if cfg!(debug_assertions) { 40 } else { 3 };
        let prose = prose.repeat(LENGTH / prose.len());
        for unit in ["a", "a@", "1-", "1.", ":", "A1", "eyJ", "key=", "+1", "a.", "://", "%40", "-----BEGIN"] {
            let hostile = unit.repeat(LENGTH / unit.len());
            // Another process may take the core for a while.
            let is_slow = |_| best(&hostile) > best(&prose) * times + Duration::from_micros(100);
            assert!(!(0..5).all(is_slow), "{unit:?}");
        }
    }
}
