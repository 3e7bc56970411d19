//! The token filter `wordDelimiterGraph`: splits a token at its delimiters, at changes of case and at numbers.

use super::analyzers::Token;
use super::failure::{Parse, Reader};

#[derive(Clone, Copy)]
pub(super) struct Delimiter {
    words: bool,
    numbers: bool,
    concatenate_words: bool,
    concatenate_numbers: bool,
    concatenate_all: bool,
    preserve_original: bool,
    split_on_case: bool,
    split_on_numerics: bool,
    possessive: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Lower,
    Upper,
    /// A letter of neither case.
    Letter,
    Digit,
    Delimiter,
}

impl Class {
    fn of(each: char) -> Self {
        match each {
            _ if each.is_lowercase() => Self::Lower,
            _ if each.is_uppercase() => Self::Upper,
            _ if each.is_numeric() => Self::Digit,
            _ if each.is_alphabetic() => Self::Letter,
            _ => Self::Delimiter,
        }
    }

    fn is_letter(self) -> bool {
        matches!(self, Self::Lower | Self::Upper | Self::Letter)
    }
}

/// A part of a token, all of one kind.
struct Part {
    text: String,
    is_number: bool,
}

impl Delimiter {
    pub(super) fn parse(mut reader: Reader<'_>) -> Parse<Self> {
        let mut option = |name, default| Ok::<_, String>(reader.boolean(name)?.unwrap_or(default));
        let delimiter = Self {
            words: option("generateWordParts", true)?,
            numbers: option("generateNumberParts", true)?,
            concatenate_words: option("concatenateWords", false)?,
            concatenate_numbers: option("concatenateNumbers", false)?,
            concatenate_all: option("concatenateAll", false)?,
            preserve_original: option("preserveOriginal", true)?,
            split_on_case: option("splitOnCaseChange", true)?,
            split_on_numerics: option("splitOnNumerics", true)?,
            possessive: option("stemEnglishPossessive", true)?,
        };
        option("ignoreKeywords", false)?;
        reader.finish()?;
        Ok(delimiter)
    }

    /// Replaces each token by its parts; what shares a place with other tokens has their position.
    pub(super) fn apply(&self, tokens: Vec<Token>) -> Vec<Token> {
        let (mut out, mut shift) = (Vec::new(), 0);
        for token in tokens {
            let parts = self.parts(&token.text);
            let at = token.position + shift;
            if parts.len() == 1 && parts[0].text == token.text {
                out.push(Token { position: at, ..token });
                continue;
            }
            let (mut fresh, width) = self.emitted(&token.text, &parts);
            // Of tokens that begin together the longest comes first.
            fresh.sort_by_key(|(start, end, _)| (*start, usize::MAX - *end));
            out.extend(fresh.into_iter().map(|(start, _, text)| Token { text, position: at + start }));
            shift += width.max(1) - 1;
        }
        out
    }

    fn is_break(&self, last: Class, next: Class) -> bool {
        if last == next {
            return false;
        }
        match (last.is_letter(), next.is_letter()) {
            // A capital begins the word that it stands before.
            (true, true) => {
                self.split_on_case && last != Class::Upper && last != Class::Letter && next != Class::Letter
            }
            (true, false) if next == Class::Digit => self.split_on_numerics,
            (false, true) if last == Class::Digit => self.split_on_numerics,
            _ => true,
        }
    }

    fn parts(&self, text: &str) -> Vec<Part> {
        let (mut parts, mut part, mut last) = (Vec::new(), String::new(), Class::Delimiter);
        let mut is_number = false;
        let chars: Vec<char> = text.chars().collect();
        let mut at = 0;
        while at < chars.len() {
            let class = Class::of(chars[at]);
            if !part.is_empty() && self.is_break(last, class) {
                parts.push(Part { text: std::mem::take(&mut part), is_number });
            }
            if self.possessive && self.is_possessive(&chars, at, last) {
                at += 2;
                last = Class::Delimiter;
                continue;
            }
            if class != Class::Delimiter {
                if part.is_empty() {
                    is_number = class == Class::Digit;
                }
                part.push(chars[at]);
            }
            last = class;
            at += 1;
        }
        if !part.is_empty() {
            parts.push(Part { text: part, is_number });
        }
        parts
    }

    /// Whether an `'s` stands there that ends a word.
    fn is_possessive(self, chars: &[char], at: usize, last: Class) -> bool {
        chars[at] == '\''
            && last.is_letter()
            && chars.get(at + 1).is_some_and(|next| matches!(next, 's' | 'S'))
            && chars.get(at + 2).is_none_or(|next| Class::of(*next) == Class::Delimiter)
    }

    /// Start, end and text of what a token becomes, and over how many positions it stretches.
    fn emitted(&self, original: &str, parts: &[Part]) -> (Vec<(usize, usize, String)>, usize) {
        let mut out: Vec<(usize, usize, String)> = Vec::new();
        let (mut position, mut last_run) = (0, 0);
        let mut run: Vec<(usize, &Part)> = Vec::new();
        let mut all_start = None;
        for (index, part) in parts.iter().enumerate() {
            if run.first().is_some_and(|(_, first)| first.is_number != part.is_number) {
                last_run = self.flush(&mut run, &mut position, &mut out);
            }
            if if part.is_number { self.concatenate_numbers } else { self.concatenate_words } {
                run.push((position, part));
            }
            if index == 0 {
                all_start = Some(position);
            }
            if self.generates(part.is_number) {
                out.push((position, position + 1, part.text.clone()));
                position += 1;
            }
        }
        if !run.is_empty() {
            last_run = self.flush(&mut run, &mut position, &mut out);
        }
        if let Some(start) = all_start.filter(|_| self.concatenate_all && parts.len() > last_run)
            && (parts.len() > 1 || !self.generates(parts[0].is_number))
        {
            if position == start {
                position += 1;
            }
            out.push((start, position, parts.iter().map(|part| part.text.as_str()).collect()));
        }
        if self.preserve_original {
            position = position.max(1);
            out.insert(0, (0, position, original.to_owned()));
        }
        (out, position)
    }

    /// Writes the words or the numbers that stood together as one; how many they were.
    fn flush(
        &self,
        run: &mut Vec<(usize, &Part)>,
        position: &mut usize,
        out: &mut Vec<(usize, usize, String)>,
    ) -> usize {
        let run = std::mem::take(run);
        if let [(start, first), ..] = run[..]
            && (run.len() > 1 || !self.generates(first.is_number))
        {
            if *position == start {
                *position += 1;
            }
            out.push((start, *position, run.iter().map(|(_, part)| part.text.as_str()).collect()));
        }
        run.len()
    }

    fn generates(&self, is_number: bool) -> bool {
        if is_number { self.numbers } else { self.words }
    }
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{Document, doc};

    use super::{Delimiter, Reader, Token};

    /// The tokens of a text with their positions.
    fn split(options: &Document, text: &str) -> String {
        let delimiter = Delimiter::parse(Reader::new("", options)).expect("options");
        let tokens = delimiter.apply(vec![Token { text: text.to_owned(), position: 0 }]);
        let tokens = tokens.iter().map(|token| format!("{}:{}", token.text, token.position));
        tokens.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_token_comes_apart_as_in_lucene() {
        let parts = doc! { "preserveOriginal": false };
        let all = doc! { "preserveOriginal": false, "concatenateAll": true };
        let words = doc! { "preserveOriginal": false, "concatenateWords": true, "generateWordParts": false };
        let cases = [
            (&parts, "PowerShot", "Power:0 Shot:1"),
            (&parts, "XMLHttpRequest", "XMLHttp:0 Request:1"),
            (&parts, "SD500", "SD:0 500:1"),
            (&parts, "O'Neil's", "O:0 Neil:1"),
            (&parts, "--", ""),
            (&all, "list_orders", "listorders:0 list:0 orders:1"),
            (&all, "plain", "plain:0"),
            (&all, "_plain_", "plain:0"),
            (&all, "send2", "send2:0 send:0 2:1"),
            (&words, "wi-fi-4000", "wifi:0 4000:1"),
            (&doc! {}, "a_b", "a_b:0 a:0 b:1"),
        ];
        for (options, text, wanted) in cases {
            assert_eq!(split(options, text), wanted, "{text} {options}");
        }
    }
}
