//! Secrets: keys and tokens of known form, private keys, passwords in URLs, and what a name beside it calls a secret.
//!
//! One pass looks for words that secrets start with or stand beside; only there anything is read more closely, and
//! never further than [`LONGEST`] bytes. Patterns are compiled when their word is first met.

use std::sync::{LazyLock, OnceLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex::{Regex, RegexBuilder};

use super::leaks_rules::{INNER, LONGEST, RULES};
use super::leaks_values::{
    changes, entropy, is_example, is_generated, is_long_random, is_password, is_placeholder, is_wordy,
};
use super::{Entity, Span};

/// What a word that was met may belong to.
#[derive(Clone, Copy)]
enum Lead {
    /// The start of a secret: index into [`RULES`].
    Start(usize),
    /// The inside of a secret: index into [`INNER`].
    Inside(usize),
    /// A JSON Web Token.
    Jwt,
    /// A private key's first line.
    Pem,
    /// A URL's authority follows.
    Authority,
    /// The value of an `Authorization` header follows.
    Scheme,
    /// The name of a secret ends here.
    Name(Name),
}

/// What a name calls its value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Name {
    /// A password, that somebody may have thought of.
    Password,
    /// A secret or a token, that was generated.
    Token,
    /// A key: the words before must say that it opens something.
    Key,
}

const NAMES: &[(&str, Name)] = &[
    ("password", Name::Password),
    ("passwd", Name::Password),
    ("passwort", Name::Password),
    ("passphrase", Name::Password),
    ("pwd", Name::Password),
    ("pass", Name::Password),
    ("kennwort", Name::Password),
    ("contraseña", Name::Password),
    ("mot de passe", Name::Password),
    ("senha", Name::Password),
    ("пароль", Name::Password),
    ("密码", Name::Password),
    ("パスワード", Name::Password),
    ("secret", Name::Token),
    ("token", Name::Token),
    ("credential", Name::Token),
    ("credentials", Name::Token),
    ("auth", Name::Token),
    ("key", Name::Key),
];

/// The words and what each may belong to.
struct Words {
    automaton: AhoCorasick,
    leads: Vec<Lead>,
}

static WORDS: LazyLock<Option<Words>> = LazyLock::new(|| {
    let starts = RULES.iter().enumerate().flat_map(|(index, rule)| rule.starts.iter().map(move |it| (*it, index)));
    let starts = starts.map(|(word, index)| (word, Lead::Start(index)));
    let insides = INNER.iter().enumerate().map(|(index, inner)| (inner.mark, Lead::Inside(index)));
    let names = NAMES.iter().map(|(word, name)| (*word, Lead::Name(*name)));
    let others = [
        ("eyJ", Lead::Jwt),
        ("eyA", Lead::Jwt),
        ("-----BEGIN", Lead::Pem),
        ("://", Lead::Authority),
        ("bearer ", Lead::Scheme),
        ("basic ", Lead::Scheme),
    ];
    let (words, leads): (Vec<_>, Vec<_>) = starts.chain(insides).chain(names).chain(others).unzip();
    let automaton = AhoCorasick::builder().ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA)).build(words);
    Some(Words { automaton: automaton.ok()?, leads })
});

/// Adds the secrets of `text`, in no order.
pub(super) fn find(text: &str, found: &mut Vec<Span>) {
    let Some(words) = WORDS.as_ref() else { return };
    // Nothing is looked for inside a secret that was found.
    let mut done = 0;
    for word in words.automaton.find_overlapping_iter(text) {
        let Some(lead) = words.leads.get(word.pattern().as_usize()) else { continue };
        if word.start() < done {
            continue;
        }
        let secret = match *lead {
            Lead::Start(index) => of_rule(text, word.start(), word.end(), index),
            Lead::Inside(index) => around_mark(text, word.start(), index),
            Lead::Jwt => jwt(text, word.start()),
            Lead::Pem => private_key(text, word.start(), word.end()),
            Lead::Authority => password_in_url(text, word.end()),
            Lead::Scheme => header_value(text, word.start(), word.end()),
            Lead::Name(name) => named(text, word.start(), word.end(), name),
        };
        if let Some((start, end)) = secret {
            found.push(Span { start, end, entity: Entity::Secret });
            // A value that only its name gives away may still hold a secret with a form of its own, and more of it.
            if !matches!(lead, Lead::Name(_)) {
                done = end;
            }
        }
    }
}

/// `text[start..]`, not further than `bytes`.
fn stretch(text: &str, start: usize, bytes: usize) -> &str {
    let mut end = (start + bytes).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(start..end).unwrap_or_default()
}

/// Whether a word goes on before `at`. An escaped line break (`\n`) is no word.
fn is_glued_before(text: &str, at: usize) -> bool {
    let mut before = text.as_bytes().get(..at).unwrap_or_default().iter().rev();
    match before.next() {
        Some(b'n' | b'r' | b't') => before.next() != Some(&b'\\'),
        Some(last) => last.is_ascii_alphanumeric() || *last == b'_',
        None => false,
    }
}

fn is_glued_after(text: &str, at: usize) -> bool {
    text.as_bytes().get(at).is_some_and(|next| next.is_ascii_alphanumeric() || *next == b'_')
}

/// A pattern that is compiled when it is first needed.
fn compiled(cells: &[OnceLock<Option<Regex>>], index: usize, pattern: impl Fn() -> String) -> Option<&Regex> {
    let compile = || RegexBuilder::new(&pattern()).unicode(false).build().ok();
    cells.get(index)?.get_or_init(compile).as_ref()
}

fn of_rule(text: &str, start: usize, rest: usize, index: usize) -> Option<(usize, usize)> {
    static PATTERNS: [OnceLock<Option<Regex>>; RULES.len()] = [const { OnceLock::new() }; RULES.len()];
    let rule = RULES.get(index)?;
    // `_gitlab_session` and the webhooks may have something before them.
    let is_whole = rule.starts.iter().any(|start| start.contains('/') || start.starts_with('_'));
    let word = text.get(start..rest)?;
    // A short word with a dash or a dot after it is often part of a name: `video.ico-…`.
    let is_part = word.ends_with(['-', '.']) && text.get(..start)?.ends_with(['-', '.', '/']);
    if (!is_whole && is_glued_before(text, start)) || is_part || !rule.starts.contains(&word) {
        return None;
    }
    let next = *text.as_bytes().get(rest)?;
    if !next.is_ascii_alphanumeric() && !b"_-=+/.".contains(&next) {
        return None;
    }
    let pattern = compiled(&PATTERNS, index, || format!("^(?:{})", rule.rest))?;
    let end = rest + pattern.find(stretch(text, rest, LONGEST))?.end();
    let secret = text.get(start..end)?;
    let is_name = is_wordy(secret) && secret.matches(['_', '-']).count() > 2;
    let is_secret = !is_glued_after(text, end) && entropy(secret) >= rule.floor && !is_name && !is_example(secret);
    is_secret.then_some((start, end))
}

fn around_mark(text: &str, mark: usize, index: usize) -> Option<(usize, usize)> {
    static PATTERNS: [OnceLock<Option<Regex>>; INNER.len()] = [const { OnceLock::new() }; INNER.len()];
    let inner = INNER.get(index)?;
    let start = mark.checked_sub(inner.before)?;
    let head = text.get(start..mark)?;
    if !head.as_bytes().last().is_some_and(inner.follows)
        || is_glued_before(text, start)
        || !head.bytes().all(|byte| byte.is_ascii_graphic())
    {
        return None;
    }
    let pattern = compiled(&PATTERNS, index, || format!("^(?:{})", inner.whole))?;
    let end = start + pattern.find(stretch(text, start, LONGEST))?.end();
    let is_secret = !is_glued_after(text, end) && entropy(text.get(start..end)?) >= inner.floor;
    is_secret.then_some((start, end))
}

/// A JSON Web Token (RFC 7519): two parts in base64url that start with `{"`, and a signature.
fn jwt(text: &str, start: usize) -> Option<(usize, usize)> {
    static PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"^ey[A-Za-z0-9_-]{15,2000}\.ey[A-Za-z0-9_-]{10,8000}\.(?:[A-Za-z0-9_-]{10,1000})?").ok()
    });
    if is_glued_before(text, start) || text.get(start..start + 2) != Some("ey") {
        return None;
    }
    let end = start + PATTERN.as_ref()?.find(stretch(text, start, 12_000))?.end();
    let is_token = !is_glued_after(text, end) && entropy(text.get(start..end)?) >= 3.0;
    is_token.then_some((start, end))
}

/// A private key from its first line to its last, or as far as its text goes where the last line is missing.
fn private_key(text: &str, start: usize, head: usize) -> Option<(usize, usize)> {
    const LONGEST_KEY: usize = 16 * 1024;
    let label = stretch(text, head, 120);
    let label = label.get(..label.find("-----")?)?;
    if !label.contains("PRIVATE KEY")
        || !label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" _-".contains(&byte))
    {
        return None;
    }
    let body = head + label.len() + 5;
    let is_key = |character: char| character.is_ascii_alphanumeric() || "+/=\\ \r\n\t:,-_.".contains(character);
    let rest = stretch(text, body, LONGEST_KEY);
    let length = rest.find(|character| !is_key(character)).unwrap_or(rest.len());
    let content = rest.get(..length)?;
    let (content, end) = match content.find("-----END") {
        Some(last) => {
            let footer = content.get(last + 8..)?;
            (content.get(..last)?, body + last + 8 + footer.find("-----").map_or(footer.len(), |dashes| dashes + 5))
        }
        None => (content, body + content.trim_end().len()),
    };
    let signs = content.bytes().filter(u8::is_ascii_alphanumeric).count();
    (signs >= 40).then_some((start, end))
}

/// The password of `scheme://user:password@host`.
fn password_in_url(text: &str, authority: usize) -> Option<(usize, usize)> {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"/\"'<>`?#,".contains(byte);
    let bytes = text.as_bytes().get(authority..)?;
    let length = bytes.iter().take(300).position(ends).unwrap_or(bytes.len().min(300));
    if length < 6 {
        return None;
    }
    let rest = stretch(text, authority, length);
    let (account, _) = rest.rsplit_once('@')?;
    let (user, password) = account.split_once(':')?;
    let start = authority + user.len() + 1;
    let is_secret = password.len() > 2 && !is_placeholder(password) && !is_example(password);
    is_secret.then_some((start, start + password.len()))
}

/// What follows `Bearer`, or `Basic` in an `Authorization` header.
fn header_value(text: &str, start: usize, value: usize) -> Option<(usize, usize)> {
    if is_glued_before(text, start) {
        return None;
    }
    let rest = stretch(text, value, LONGEST);
    let lead = rest.len() - rest.trim_start_matches(' ').len();
    let rest = rest.get(lead..)?;
    let is_value = |next: char| next.is_ascii_alphanumeric() || "-._~+/=".contains(next);
    let token = rest.get(..rest.find(|next| !is_value(next)).unwrap_or(rest.len()))?.trim_end_matches('.');
    let is_basic = text.get(start..start + 5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("basic"));
    let before = text.get(..start).unwrap_or_default().trim_end_matches([' ', ':', '"', '\'', '\\', '=']);
    let is_header = before.len() >= 13
        && before.get(before.len() - 13..).is_some_and(|name| name.eq_ignore_ascii_case("authorization"));
    let is_random = match (is_basic, is_header) {
        (true, _) => is_header && token.len() >= 8 && entropy(token) >= 2.5,
        (false, true) => token.len() >= 8 && is_generated(token, 2.75),
        (false, false) => token.len() >= 16 && is_generated(token, 3.25),
    };
    let start = value + lead;
    (is_random && !is_placeholder(token)).then_some((start, start + token.len()))
}

/// The value that a name ending at `end` is given: `db_password = "…"`, `"apiKey": "…"`, `--token …`.
fn named(text: &str, word: usize, end: usize, name: Name) -> Option<(usize, usize)> {
    // The word is part of a longer one.
    if text.as_bytes().get(end).is_none_or(|next| next.is_ascii_alphabetic() || b"_-(),".contains(next)) {
        return None;
    }
    let after = stretch(text, end, 300);
    let (gap, sign) = assignment(after, name)?;
    let start = end + gap;
    let rest = after.get(gap..)?;
    let quote = sign.quote;
    let value = match quote {
        Some(quote) => rest.get(..rest.find([quote, '\n', '\\']).unwrap_or(rest.len()))?,
        None => bare_value(rest),
    };
    let value = if quote.is_none() { value.trim_end_matches(['.', ':', '?']) } else { value };
    if value.len() < 8 || value.len() > 256 {
        return None;
    }
    let called = name_before(text, word);
    let is_secret = match name {
        Name::Password => is_password(value, quote.is_some()) && !is_name_of_other(&called),
        _ if is_name_of_other(&called) => false,
        Name::Key if called.is_empty() => is_long_random(value),
        Name::Key if !OPENERS.iter().any(|opener| called.ends_with(opener)) => false,
        // A value without quotation marks and digits is a name in a program.
        _ if quote.is_none() && !value.bytes().any(|byte| byte.is_ascii_digit()) => changes(value) * 2 >= value.len(),
        _ => is_generated(value, 3.0) && (sign.is_strong || is_long_random(value)),
    };
    let is_secret = is_secret && !is_placeholder(value) && !is_example(value);
    is_secret.then_some((start, start + value.len()))
}

/// A value without quotation marks: up to a blank, a mark that ends an argument, or the next `=`.
fn bare_value(rest: &str) -> &str {
    let is_end = |byte: &u8| {
        let is_mark = matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | b',' | b';' | b'|' | b')' | b'&' | b'\\');
        is_mark || matches!(byte, b']' | b'}' | b'=') || byte.is_ascii_whitespace()
    };
    let length = rest.bytes().position(|byte| is_end(&byte)).unwrap_or(rest.len());
    // Base64 ends with signs of equality.
    let padding = rest.bytes().skip(length).take(2).take_while(|byte| *byte == b'=').count();
    let is_padded = padding > 0 && rest.as_bytes().get(length + padding).is_none_or(is_end);
    rest.get(..if is_padded { length + padding } else { length }).unwrap_or_default()
}

/// How a name is joined with its value.
struct Sign {
    /// By `=`, `:` and their like, or as a flag's value; not by a mere blank.
    is_strong: bool,
    /// The quotation mark that the value stands in.
    quote: Option<char>,
}

/// How long the sign at the start of `after` is, and of what kind.
fn assignment(after: &str, name: Name) -> Option<(usize, Sign)> {
    let bytes = after.as_bytes();
    if let [b'=' | b':', next, ..] = bytes
        && next.is_ascii_alphanumeric()
    {
        return Some((1, Sign { is_strong: true, quote: None }));
    }
    let skip = |mut at: usize, of: &[u8], most: usize| {
        let from = at;
        while at - from < most && bytes.get(at).is_some_and(|byte| of.contains(byte)) {
            at += 1;
        }
        at
    };
    // A name in quotes, a type in brackets or a digit may come first: `"token"`, `$env['token']`, `token2`.
    let at = skip(0, b"0123456789", 2);
    let at = skip(at, b"\"'\\]`*", 4);
    let blank = skip(at, b" \t", 4);
    let signed = skip(blank, b"=:>", 3);
    let is_strong = signed > blank;
    if after.get(blank..signed).is_some_and(|sign| sign.starts_with("::")) {
        return None;
    }
    let mut at = if is_strong { skip(signed, b" \t", 8) } else { blank };
    if !is_strong {
        let is_verb = after.get(at..).is_some_and(|rest| rest.starts_with("is ")) && name == Name::Password;
        if is_verb {
            at += if after.get(at..at + 4) == Some("is: ") { 4 } else { 3 };
        } else if at == 0 || blank == 0 || !matches!(bytes.first(), Some(b' ')) {
            return None;
        }
    }
    let before_quotes = at;
    let at = skip(at, b"\\", 2);
    let quote = match bytes.get(at) {
        Some(mark @ (b'"' | b'\'' | b'`')) => Some(char::from(*mark)),
        _ => None,
    };
    let at = if quote.is_some() { at + 1 } else { before_quotes };
    Some((at, Sign { is_strong, quote }))
}

/// What an identifier says before the word at `word`: `aws_secret_access_` of `aws_secret_access_key`, in small letters
/// without marks.
fn name_before(text: &str, word: usize) -> String {
    let before = text.as_bytes().get(word.saturating_sub(40)..word).unwrap_or_default();
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    let length = before.iter().rev().take_while(is_part).count();
    let part = before.get(before.len() - length..).unwrap_or_default();
    let letters = part.iter().filter(|byte| byte.is_ascii_alphabetic());
    letters.map(|byte| char::from(byte.to_ascii_lowercase())).collect()
}

/// Keys that open something.
const OPENERS: &[&str] = &[
    "api",
    "access",
    "secret",
    "private",
    "auth",
    "account",
    "encryption",
    "encrypt",
    "signing",
    "sign",
    "master",
    "service",
    "subscription",
    "license",
    "storage",
    "shared",
    "client",
    "app",
    "application",
    "consumer",
    "webhook",
    "aes",
    "hmac",
    "session",
    "admin",
    "deploy",
    "jwt",
    "crypto",
    "cipher",
    "security",
    "token",
    "role",
];

/// Names of what is no secret: places in a list, marks against forged requests, what everybody may know.
fn is_name_of_other(called: &str) -> bool {
    const OTHERS: &[&str] = &[
        "page",
        "next",
        "prev",
        "previous",
        "continuation",
        "cursor",
        "sync",
        "pad",
        "eos",
        "bos",
        "unk",
        "sep",
        "mask",
        "public",
        "publickey",
        "pub",
        "design",
        "start",
        "end",
        "resume",
        "stop",
        "special",
        "context",
        "by",
        "com",
        "foreign",
        "primary",
        "device",
        "push",
        "progress",
        "surrogate",
        "non",
        "o",
        "idempotency",
        "csrf",
        "xsrf",
    ];
    OTHERS.iter().any(|other| called.ends_with(other))
}

#[cfg(test)]
mod tests {
    use super::super::spans::settled;
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        settled(text, find).iter().map(|span| text.get(span.start..span.end).unwrap()).collect()
    }

    /// Letters and digits in no order, as long as asked.
    fn noise(length: usize) -> String {
        let signs = "q7Zr2LmX9vTk4BwYc8NfH3sJdP6gRb5";
        signs.chars().cycle().take(length).collect()
    }

    fn hex(length: usize) -> String {
        "3f9a1c07e5b2d846".chars().cycle().take(length).collect()
    }

    #[test]
    fn secrets_with_a_form() {
        let secrets = [
            format!("ghp_{}", noise(36)),
            format!("glpat-{}", noise(20)),
            format!("sk_live_{}", noise(24)),
            format!("sk-{}", noise(48)),
            format!("AKIA{}", "Q7ZR2LMX5VTK4BWY"),
            format!("xoxb-{}-{}-{}", "123456789012", "123456789012", noise(24)),
            format!("SG.{}", noise(66)),
            format!("SK{}", hex(32)),
            format!("{}.atlasv1.{}", noise(14), noise(64)),
            format!("eyJ{}.eyJ{}.{}", noise(30), noise(40), noise(43)),
        ];
        for secret in &secrets {
            for text in
                [format!("refused key {secret} (status 401)"), format!("TOKEN={secret}\n"), format!("\"{secret}\"")]
            {
                assert_eq!(found(&text), [secret], "in {text}");
            }
            assert!(found(&format!("x{secret}y")).iter().all(|part| part != secret));
        }
    }

    #[test]
    fn private_keys() {
        let body = format!("{}\n{}\n", noise(64), noise(64));
        let key = |label: &str| format!("-----BEGIN {label}-----\n{body}-----END {label}-----");
        let private = key("EC PRIVATE KEY");
        assert_eq!(found(&format!("key {private} (x)")), [private.as_str()]);
        assert_eq!(found(&key("PUBLIC KEY")), Vec::<&str>::new());
        let cut = private.get(..120).unwrap();
        assert_eq!(found(&format!("key: \"{cut}\"")), [cut]);
    }

    #[test]
    fn secrets_that_stand_beside_their_name() {
        let token = noise(32);
        for (before, after) in [
            ("password = \"", "\""),
            ("{\"api_key\": \"", "\"}"),
            ("AWS_SECRET_ACCESS_KEY=", "\nAWS_REGION=x"),
            ("postgres://app:", "@db.internal:5432/x"),
            ("Authorization: Bearer ", ""),
            ("\"Authorization\": \"Basic ", "\""),
            ("--client-secret ", " -v"),
            ("AccountKey=", ";EndpointSuffix=x"),
            ("my password is ", " ok?"),
            ("Here is my key: ", " please"),
        ] {
            assert_eq!(found(&format!("{before}{token}{after}")), [&token], "after {before}");
        }
        assert_eq!(found("password=Summer2024!"), ["Summer2024!"]);
    }

    #[test]
    fn values_that_are_no_secrets() {
        for text in [
            "api_key = \"<YOUR_API_KEY>\", token: {{ .Values.token }}, password: ${DB_PASSWORD}, secret=$SECRET",
            "\"bucket_key\": \"SalesResults-1.2\", \"next_page_token\": \"q7Zr2LmX9vTk4BwYc8NfH3\"",
            "max_tokens: 4096, tokenizer = \"cl100k_base\", keyboard: \"qwerty-2024-x\"",
            "fn from(gcp_master_key: GcpMasterKey), crate::private_key::EcPrivateKey, token: Option<String>",
            "password: string, passwordField = document.getElementById(\"password1\")",
            "etag: \"e678af42b8a879c93a0f43631388c83e\", commit 56bf0a48e90ca8cfedae5ab30372a4be473ea453",
            "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx, ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "the bearer of news, basic rules, a key to the city, pass the salt",
            "curl -H \"Authorization: Bearer $TOKEN\" https://example.org:8080/@me",
            "access_token=ACCESS_TOKEN, https://example.org/login/oauth/access_token",
            "[SECRET]=[SECRET] password=[EMAIL]",
        ] {
            assert_eq!(found(text), Vec::<&str>::new(), "in {text}");
        }
    }

    #[test]
    fn every_pattern_compiles() {
        let patterns = RULES.iter().map(|rule| rule.rest).chain(INNER.iter().map(|inner| inner.whole));
        for pattern in patterns {
            let built = RegexBuilder::new(&format!("^(?:{pattern})")).unicode(false).build();
            assert!(built.is_ok(), "{pattern}");
        }
        assert!(WORDS.is_some());
    }
}
