//! What a value looks like: made by a machine, thought of by somebody, made of words, or put there until the right one
//! is known.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// Shannon entropy in bits per byte.
pub(super) fn entropy(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let length = text.len() as f64;
    let share = |count: &u32| f64::from(*count) / length;
    counts.iter().filter(|count| **count > 0).map(share).map(|share| -share * share.log2()).sum()
}

/// Whether a machine made this: letters and digits in no order that words have, `floor` bits each.
pub(super) fn is_generated(value: &str, floor: f64) -> bool {
    let is_token = |byte: u8| byte.is_ascii_graphic() && !b"()[]{}<>$\"'`".contains(&byte);
    let has_digit = value.bytes().any(|byte| byte.is_ascii_digit());
    let has_letter = value.bytes().any(|byte| byte.is_ascii_alphabetic());
    value.bytes().all(is_token)
        && has_letter
        && (has_digit || is_unsteady(value))
        && !is_wordy(value)
        && entropy(value) >= floor
}

/// Whether this can only have been made by a machine, and is neither a digest nor an identifier.
pub(super) fn is_long_random(value: &str) -> bool {
    let kinds = [u8::is_ascii_uppercase, u8::is_ascii_lowercase, u8::is_ascii_digit];
    let has_all = kinds.iter().all(|is_kind| value.bytes().any(|byte| is_kind(&byte)));
    value.len() >= 20 && has_all && is_generated(value, 3.5) && !value.contains([':', '/', '.', '@'])
}

/// Whether somebody can have thought of this as a password.
pub(super) fn is_password(value: &str, is_quoted: bool) -> bool {
    let kinds = [u8::is_ascii_uppercase, u8::is_ascii_lowercase, u8::is_ascii_digit, u8::is_ascii_punctuation];
    let kinds = kinds.iter().filter(|is_kind| value.bytes().any(|byte| is_kind(&byte))).count();
    let is_code = value.contains(['(', '[', '{', '<']) || (!is_quoted && value.contains('.')) || value.contains("::");
    let has_letter = value.bytes().any(|byte| byte.is_ascii_alphabetic());
    let has_other = value.bytes().any(|byte| !byte.is_ascii_alphabetic() && !b"_-. ".contains(&byte));
    !value.contains(char::is_whitespace)
        && has_letter
        && !is_code
        && ((kinds > 1 && has_other && !is_wordy(value))
            || changes(value) * if is_quoted { 3 } else { 2 } >= value.len())
        && entropy(value) >= 2.5
}

/// Whether large letters, small ones and digits change places too often for words.
fn is_unsteady(value: &str) -> bool {
    changes(value) * 5 >= value.len() * 2
}

/// How often large letters, small ones, digits and marks change places.
pub(super) fn changes(value: &str) -> usize {
    let kind = |byte: u8| match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    value.bytes().zip(value.bytes().skip(1)).filter(|(left, right)| kind(*left) != kind(*right)).count()
}

/// Whether it is made of words, as names of things are: `sales-report-2`, `SalesResults-1.2`, `/etc/app.conf`.
pub(super) fn is_wordy(value: &str) -> bool {
    let parts = value.split(['-', '_', '.', '/', ':', ' ', '@', '=']).filter(|part| !part.is_empty());
    let is_word = |part: &str| {
        let letters = part.trim_end_matches(|last: char| last.is_ascii_digit());
        let digits = part.len() - letters.len();
        let is_steady = letters.bytes().all(|byte| byte.is_ascii_alphabetic()) && !is_unsteady(letters);
        part.len() < 4 || (digits < 6 && (letters.is_empty() || (is_steady && (letters.len() > 2 || digits < 3))))
    };
    parts.clone().next().is_some() && parts.clone().all(is_word)
}

/// Whether something else is to be put there: `<TOKEN>`, `${TOKEN}`, `your-token`, `xxxx`.
pub(super) fn is_placeholder(value: &str) -> bool {
    static WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
        let words = [
            "your",
            "example",
            "changeme",
            "change_me",
            "change-me",
            "placeholder",
            "redacted",
            "xxxx",
            "****",
            "....",
            "insert",
            "replace",
            "dummy",
            "todo",
            "process.env",
            "os.environ",
            "getenv",
            "secrets.",
            "://",
            "abcdef",
            "123456789",
            "masked",
            "hidden",
        ];
        AhoCorasick::builder().ascii_case_insensitive(true).build(words).ok()
    });
    let is_variable =
        value.starts_with(['<', '{', '[', '%', '*']) || value.starts_with("${") || value.starts_with("$(");
    let is_shell =
        value.strip_prefix('$').is_some_and(|name| name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'));
    let is_word = ["password", "passwd", "pass", "pwd", "secret", "token", "user", "test", "null", "none"]
        .iter()
        .any(|word| value.eq_ignore_ascii_case(word));
    let is_constant = value.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_') && value.contains('_');
    is_variable || is_shell || is_word || is_constant || WORDS.as_ref().is_some_and(|words| words.is_match(value))
}

/// Whether it was made up for a manual: it says so at its end, or counts up.
pub(super) fn is_example(secret: &str) -> bool {
    secret.ends_with("EXAMPLE")
        || secret.ends_with("EXAMPLEKEY")
        || secret.to_ascii_lowercase().contains("abcdefghijkl")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_of_even_shares() {
        assert!((entropy("abcdabcd") - 2.0).abs() < 1e-9);
        assert!(entropy("aaaa").abs() < 1e-9);
    }

    #[test]
    fn words_are_told_from_noise() {
        for words in ["sales-report-2", "SalesResults-1.2", "/etc/app.conf", "m2m-access-token-12345", "_bindgen_ty_7"]
        {
            assert!(is_wordy(words), "{words}");
            assert!(!is_generated(words, 2.0), "{words}");
        }
        for noise in ["q7Zr2LmX9vTk4BwYc8Nf", "RtnnKn0vveXa3N", "3f9a1c07e5b2d846"] {
            assert!(is_generated(noise, 3.0), "{noise}");
        }
        assert!(!is_long_random("3f9a1c07e5b2d8463f9a1c07e5b2d846"));
        assert!(is_long_random("q7Zr2LmX9vTk4BwYc8Nf"));
    }

    #[test]
    fn placeholders() {
        for value in
            ["<TOKEN>", "${TOKEN}", "$TOKEN", "your-token-1", "xxxx-xxxx", "ACCESS_TOKEN", "changeme1", "{{ x }}"]
        {
            assert!(is_placeholder(value), "{value}");
        }
        assert!(!is_placeholder("$ABGqOwgGLq7"));
    }
}
