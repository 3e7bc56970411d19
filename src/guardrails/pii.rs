//! Personal data that has a form of its own: e-mail addresses, telephone numbers, payment cards, bank accounts, social
//! security numbers and addresses of machines.
//!
//! Everything is found in one pass by bytes that are rare in prose: digits, at signs and colons. What is found there is
//! proved by its own rules (check digits, lengths, ranges), or by the words before it where it has none.

use std::net::{IpAddr, Ipv6Addr};

use super::digits::{Group, Run, is_glued_after, is_glued_before, is_unspaced};
use super::{Entity, Span, digits, phones};

/// Adds what is found in `text`, in no order.
pub(super) fn find(text: &str, found: &mut Vec<Span>) {
    emails(text, found);
    ipv6(text, found);
    digits::runs(text, |run| {
        accounts(&run, found);
        digits::find(run, found);
        phones::find(run, found);
    });
}

/// Longest local part and longest domain of an address (RFC 5321, 4.5.3.1).
const LONGEST_LOCAL: usize = 64;
const LONGEST_DOMAIN: usize = 255;

fn emails(text: &str, found: &mut Vec<Span>) {
    let signs = memchr::memchr_iter(b'@', text.as_bytes()).map(|at| (at, 1));
    let coded = memchr::memmem::find_iter(text.as_bytes(), b"%40").map(|at| (at, 3));
    for (at, length) in signs.chain(coded) {
        let Some(end) = domain_end(text, at + length) else { continue };
        let Some(start) = local_start(text, at) else { continue };
        found.push(Span { start, end, entity: Entity::Email });
    }
}

/// Where the local part before the sign at `at` starts; `None` where it is none.
fn local_start(text: &str, at: usize) -> Option<usize> {
    let before = text.get(..at)?;
    let is_spaced = !before.ends_with(is_unspaced);
    let is_local = |character: char| match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '_' | '-' | '+' => true,
        // Where blanks are not used, the name's script says where it starts.
        _ if is_spaced && is_unspaced(character) => false,
        // RFC 5322 allows them; where they stand they nearly always end what comes before.
        '!' | '#' | '$' | '&' | '\'' | '*' | '=' | '?' | '^' | '{' | '|' | '}' | '~' | '/' => false,
        _ => !character.is_ascii() && character.is_alphanumeric(),
    };
    let local = before.char_indices().rev().take(LONGEST_LOCAL + 1).take_while(|(_, character)| is_local(*character));
    let mut start = local.last().map(|(start, _)| start)?;
    start += before.get(start..)?.len() - before.get(start..)?.trim_start_matches(['.', '-', '+']).len();
    let local = before.get(start..)?;
    let is_word = local.chars().any(char::is_alphanumeric);
    let is_account = matches!(local, "git" | "hg" | "svn" | "this" | "super");
    let is_part_of_url = before.get(..start).is_some_and(is_authority);
    (is_word && local.len() <= LONGEST_LOCAL && !is_account && !is_part_of_url && !local.ends_with('.'))
        .then_some(start)
}

/// Whether a URL's authority starts before a name: `ssh://`, or `postgres://app:` before a password.
fn is_authority(before: &str) -> bool {
    let bytes = before.bytes().rev().take(LONGEST_LOCAL);
    let mut slashes = 0;
    for byte in bytes {
        match byte {
            b'/' => slashes += 1,
            b':' if slashes == 2 => return true,
            _ if slashes > 0 || byte.is_ascii_whitespace() || b"\"'<(,@".contains(&byte) => {
                return false;
            }
            _ => {}
        }
    }
    false
}

/// Endings of file names that no top-level domain has.
const FILE_ENDINGS: &[&str] = &[
    "png", "jpg", "jpeg", "gif", "svg", "webp", "bmp", "ico", "css", "js", "mjs", "jsx", "tsx", "json", "html", "htm",
    "xml", "yaml", "yml", "txt", "csv", "tsv", "lock", "toml", "exe", "dll", "tar", "gz", "tgz", "whl", "jar", "pdf",
    "service", "timer", "socket", "mount", "target",
];

/// Where the domain that starts at `start` ends; `None` where it is none.
fn domain_end(text: &str, start: usize) -> Option<usize> {
    let rest = text.get(start..)?;
    let (mut end, mut label_start, mut labels, mut top) = (0, 0, 0, "");
    loop {
        let label = rest.get(label_start..label_start + label_length(rest, label_start))?;
        if is_label(label) {
            labels += 1;
            if labels > 1 && is_top_level(label) {
                (end, top) = (label_start + label.len(), label);
            }
        }
        label_start += label.len() + 1;
        let goes_on = rest.as_bytes().get(label_start - 1) == Some(&b'.');
        if !goes_on || label.is_empty() || label.starts_with('-') || label_start > LONGEST_DOMAIN {
            break;
        }
    }
    if labels < 2 {
        return None;
    }
    let host = rest.get(..end)?;
    let is_code = rest.get(end..)?.starts_with(['(', '_', '@']);
    let is_version = host.chars().take_while(|next| next.is_ascii_digit() || *next == '.').any(|next| next == '.');
    let is_file = FILE_ENDINGS.contains(&top.to_ascii_lowercase().as_str());
    (end > 0 && !is_code && !is_version && !is_file).then_some(start + end)
}

/// How many bytes of letters, digits and hyphens there are from `start`, and not many more than a label may have.
fn label_length(rest: &str, start: usize) -> usize {
    let bytes = rest.as_bytes();
    let is_spaced = bytes.get(start).is_some_and(u8::is_ascii);
    let mut end = start;
    while let Some(byte) = bytes.get(end).filter(|_| end - start <= 2 * LONGEST_LOCAL) {
        if byte.is_ascii_alphanumeric() || *byte == b'-' {
            end += 1;
        } else if byte.is_ascii() {
            break;
        } else {
            let is_letter = |next: &char| next.is_alphanumeric() && (end == start || !is_spaced || !is_unspaced(*next));
            match rest.get(end..).and_then(|rest| rest.chars().next()).filter(is_letter) {
                Some(letter) => end += letter.len_utf8(),
                None => break,
            }
        }
    }
    end - start
}

fn is_label(label: &str) -> bool {
    !label.is_empty() && label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-')
}

/// Whether a label can be a top-level domain: letters in one case, or their encoding.
fn is_top_level(label: &str) -> bool {
    let is_one_case = label.chars().skip(1).all(|c| !c.is_uppercase()) || !label.chars().any(char::is_lowercase);
    let is_encoded = label.len() > 4 && label.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--"));
    is_encoded
        || (label.chars().count() > 1 && label.len() <= 24 && label.chars().all(char::is_alphabetic) && is_one_case)
}

/// Countries and the length of their account numbers (ISO 13616, IBAN registry), sorted.
const ACCOUNT_LENGTHS: &[&str] = &[
    "AD24", "AE23", "AL28", "AT20", "AZ28", "BA20", "BE16", "BG22", "BH22", "BI27", "BR29", "BY28", "CH21", "CR22",
    "CY28", "CZ24", "DE22", "DJ27", "DK18", "DO28", "EE20", "EG29", "ES24", "FI18", "FK18", "FO18", "FR27", "GB22",
    "GE22", "GI23", "GL18", "GR27", "GT28", "HN28", "HR21", "HU28", "IE22", "IL23", "IQ23", "IS26", "IT27", "JO30",
    "KW30", "KZ20", "LB28", "LC32", "LI21", "LT20", "LU20", "LV21", "LY25", "MC27", "MD24", "ME22", "MK19", "MN20",
    "MR27", "MT31", "MU30", "NI28", "NL18", "NO15", "OM23", "PK24", "PL28", "PS29", "PT25", "QA29", "RO24", "RS22",
    "RU33", "SA24", "SC31", "SD18", "SE24", "SI19", "SK24", "SM27", "SO23", "ST25", "SV28", "TL23", "TN24", "TR26",
    "UA29", "VA22", "VG24", "XK20", "YE30",
];

/// International bank account numbers that start at a group of the run.
fn accounts(run: &Run<'_>, found: &mut Vec<Span>) {
    let follows_letter = |group: &Group| {
        let before = group.start.checked_sub(1).and_then(|at| run.text.as_bytes().get(at));
        before.is_some_and(u8::is_ascii_alphabetic)
    };
    for group in run.groups.iter().filter(|group| group.len() > 1 && follows_letter(group)) {
        if let Some(span) = account(run, *group) {
            found.push(span);
        }
    }
}

fn account(run: &Run<'_>, group: Group) -> Option<Span> {
    let start = group.start.checked_sub(2)?;
    let country: [u8; 2] = run.text.as_bytes().get(start..group.start)?.try_into().ok()?;
    if !country.iter().all(u8::is_ascii_alphabetic) || is_glued_before(run.text, start) {
        return None;
    }
    let country = country.map(|letter| letter.to_ascii_uppercase());
    let length = ACCOUNT_LENGTHS.iter().find_map(|known| known.as_bytes().strip_prefix(&country))?;
    let length: usize = std::str::from_utf8(length).ok()?.parse().ok()?;
    let (mut signs, mut end, mut blanks) = (String::with_capacity(length), start, 0);
    for (offset, byte) in run.text.get(start..)?.bytes().enumerate() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                signs.push(char::from(byte.to_ascii_uppercase()));
                blanks = 0;
            }
            b' ' | b'-' | b'.' if blanks == 0 => blanks = 1,
            _ => break,
        }
        if signs.len() == length {
            end = start + offset + 1;
            break;
        }
    }
    (signs.len() == length && !is_glued_after(run.text, end) && passes_mod_97(&signs)).then_some(Span {
        start,
        end,
        entity: Entity::Iban,
    })
}

/// The check digits of ISO 13616: the number with its first four signs at its end is 1 modulo 97 (ISO 7064).
fn passes_mod_97(signs: &str) -> bool {
    let (Some(head), Some(tail)) = (signs.get(..4), signs.get(4..)) else { return false };
    let rest = tail.chars().chain(head.chars()).try_fold(0_u32, |rest, sign| {
        let value = sign.to_digit(36)?;
        Some((rest * if value > 9 { 100 } else { 10 } + value) % 97)
    });
    rest == Some(1)
}

/// The longest way to write an IPv6 address.
const LONGEST_ADDRESS: usize = 45;

fn ipv6(text: &str, found: &mut Vec<Span>) {
    let bytes = text.as_bytes();
    let is_part = |byte: &u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
    let mut done = 0;
    let colon_from = |done: usize| Some(done + memchr::memchr(b':', bytes.get(done..)?)?);
    while let Some(colon) = colon_from(done) {
        let before = bytes.get(done..colon).unwrap_or_default();
        let start = colon - before.iter().rev().take(LONGEST_ADDRESS).take_while(|byte| is_part(byte)).count();
        let after = bytes.get(colon..).unwrap_or_default();
        let end = colon + after.iter().take_while(|byte| is_part(byte)).count();
        done = end;
        if end - start > LONGEST_ADDRESS + 8 || end - start < 4 {
            continue;
        }
        if let Some((from, to)) = address(text, start, end) {
            found.push(Span { start: from, end: to, entity: Entity::IpAddress });
        }
    }
}

/// The address in `text[start..end]`, which may stand after a colon (`ip:fe80::1`) or end a sentence.
fn address(text: &str, start: usize, end: usize) -> Option<(usize, usize)> {
    let token = text.get(start..end)?;
    let trimmed = token.trim_end_matches('.');
    let trimmed = trimmed.strip_suffix(':').filter(|rest| !rest.ends_with(':')).unwrap_or(trimmed);
    let lead = usize::from(trimmed.starts_with(':') && !trimmed.starts_with("::"));
    let (from, to) = (start + lead, start + trimmed.len());
    let is_parted = lead == 1 || !is_glued_before(text, from);
    let address: Ipv6Addr = text.get(from..to)?.parse().ok()?;
    (is_parted && !is_glued_after(text, to) && is_somebodys(address, text.get(from..to)?)).then_some((from, to))
}

/// Whether the address can be a machine's, and is not a name in a program (`a::b`) or of hardware.
fn is_somebodys(address: Ipv6Addr, written: &str) -> bool {
    if let Some(embedded) = address.to_ipv4_mapped() {
        return digits::is_somebodys(embedded);
    }
    if IpAddr::V6(address).is_loopback() || address.is_unspecified() || address.is_multicast() {
        return false;
    }
    let groups = written.split(':').filter(|group| !group.is_empty());
    let has_digit = written.bytes().any(|byte| byte.is_ascii_digit());
    // Global unicast, unique local, link local and translated addresses.
    let is_allocated = matches!(address.segments(), [0x2000..=0x3fff | 0xfc00..=0xfdff | 0xfe80..=0xfebf | 0x64, ..]);
    let is_hardware = groups.clone().all(|group| group.len() == 2);
    has_digit && !is_hardware && (is_allocated || groups.count() > 3)
}

#[cfg(test)]
mod tests {
    use super::super::spans::settled;
    use super::*;

    fn found(text: &str) -> Vec<(&str, Entity)> {
        let spans = settled(text, find);
        spans.iter().map(|span| (text.get(span.start..span.end).unwrap(), span.entity)).collect()
    }

    #[track_caller]
    fn assert_found(entity: Entity, texts: &[(&str, &str)]) {
        for (text, part) in texts {
            assert_eq!(found(text), [(*part, entity)], "in {text:?}");
        }
    }

    #[track_caller]
    fn assert_nothing(texts: &[&str]) {
        for text in texts {
            assert_eq!(found(text), [], "in {text:?}");
        }
    }

    #[test]
    fn addresses_of_mail() {
        assert_found(
            Entity::Email,
            &[
                ("write to <jo.doe+x@mail.example.com>, please", "jo.doe+x@mail.example.com"),
                ("user=jo@EXAMPLE.ORG.", "jo@EXAMPLE.ORG"),
                ("https://example.org/?to=jo%40example.org&x=1", "jo%40example.org"),
                ("jörg@müller.example", "jörg@müller.example"),
                ("('jo@xn--mller-kva.example');", "jo@xn--mller-kva.example"),
                ("1234567@qq.example", "1234567@qq.example"),
                ("请联系jo@example.com谢谢", "jo@example.com"),
                ("<用户@例子.公司>", "用户@例子.公司"),
            ],
        );
        assert_nothing(&[
            "assets/icon@2x.png",
            "ssh://git@github.com/a/b.git and git@github.com:a/b.git",
            "npm i react@18.2.0 @types/node@20.1.0-beta.next",
            "this@Main.finish() and @Override, a@b",
            "user@1000.service",
            "alpine@sha256:abc",
        ]);
    }

    #[test]
    fn accounts_of_banks() {
        assert_found(
            Entity::Iban,
            &[
                ("to DE89 3704 0044 0532 0130 00 BIC X", "DE89 3704 0044 0532 0130 00"),
                ("{\"iban\":\"GB82WEST12345698765432\"}", "GB82WEST12345698765432"),
                ("nl91abna0417164300.", "nl91abna0417164300"),
                ("NO93 8601 1117 947", "NO93 8601 1117 947"),
                ("FR14-2004-1010-0505-0001-3M02-606", "FR14-2004-1010-0505-0001-3M02-606"),
            ],
        );
        assert_nothing(&[
            "DE88 3704 0044 0532 0130 00",
            "DE8937040044053201300",
            "XDE89370400440532013000",
            "ZZ89370400440532",
        ]);
    }

    #[test]
    fn addresses_of_machines() {
        assert_found(
            Entity::IpAddress,
            &[
                ("Client 203.0.113.9:443 gone", "203.0.113.9"),
                ("allow 192.168.4.0/24;", "192.168.4.0"),
                ("[2001:db8::8a2e:370:7334]:443", "2001:db8::8a2e:370:7334"),
                ("ip:fe80::1ff:fe23:4567:890a%eth0", "fe80::1ff:fe23:4567:890a"),
                ("::ffff:203.0.113.9", "::ffff:203.0.113.9"),
                ("from 2001:db8:1:2:3:4:5:6.", "2001:db8:1:2:3:4:5:6"),
                ("dns 9.9.9.9", "9.9.9.9"),
            ],
        );
        assert_nothing(&[
            "127.0.0.1:8080, ::1, 0.0.0.0, ::",
            "version 10.0.19.4 and v1.20.30.40, Chrome/120.0.10.9, tool-1.2.30.4",
            "1.2.3.4",
            "1.3.6.1.4.1.311",
            "requests==20.31.2.1",
            "std::vec::Vec, a::b, cafe::add(), 12:30:45, 00:1a:2b:3c:4d:5e, 00:11:22:33:44:55:66:77",
        ]);
    }

    #[test]
    fn check_digits_of_accounts() {
        assert!(passes_mod_97("GB82WEST12345698765432"));
        assert!(!passes_mod_97("GB82WEST12345698765433"));
        assert!(!passes_mod_97("GB"));
    }

    #[test]
    fn countries_are_sorted_and_long_enough() {
        assert!(ACCOUNT_LENGTHS.is_sorted());
        assert!(ACCOUNT_LENGTHS.iter().all(|country| (15..=33).contains(&country[2..].parse::<usize>().unwrap())));
    }
}
