//! Words of tool names and prose.
//!
//! `list_customer_orders`, `listCustomerOrders`, `list-customer-orders` and “customer orders” have to meet:
//! an identifier yields its parts *and* the whole without separators. Then lower case, English stop words,
//! English stems.

use tantivy::tokenizer::{Language, LowerCaser, Stemmer, StopWordFilter, TextAnalyzer, Token, TokenStream, Tokenizer};

use crate::model::Tool;

/// An identifier longer than this is only indexed by its parts.
const MAX_WHOLE: usize = 64;
/// A shorter sentence asks for nothing.
const MIN_SENTENCE_WORDS: usize = 5;
/// Sentences of a request that are looked for.
const MAX_SENTENCES: usize = 8;

/// Words that say nothing about a task: articles, prepositions, conjunctions, pronouns, question words and
/// auxiliary verbs. One left in is enough to rank an unrelated tool first when a request shares no other word
/// with any. A name that consists of them keeps its whole (`who_am_i` stays findable as `whoami`).
pub(super) const STOP_WORDS: [&str; 87] = [
    "a", "am", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can", "could", "did", "do", "does",
    "for", "from", "had", "has", "have", "he", "her", "here", "hers", "him", "his", "how", "i", "if", "in", "into",
    "is", "it", "its", "just", "let", "may", "me", "might", "mine", "must", "my", "no", "not", "of", "on", "or", "our",
    "ours", "please", "shall", "she", "should", "so", "some", "such", "than", "that", "the", "their", "them", "then",
    "there", "these", "they", "this", "those", "to", "too", "us", "was", "we", "were", "what", "when", "where",
    "which", "who", "whom", "whose", "why", "will", "with", "would", "you",
];

/// The analyzer of documents and queries alike.
pub(super) fn analyzer() -> TextAnalyzer {
    TextAnalyzer::builder(IdentifierTokenizer)
        .filter(LowerCaser)
        .filter(StopWordFilter::remove(STOP_WORDS.iter().map(|word| (*word).to_owned())))
        .filter(Stemmer::new(Language::English))
        .build()
}

/// The analyzed words of `text`, in order, repeated as often as they stand there.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut analyzer = analyzer();
    let mut stream = analyzer.token_stream(text);
    let mut words = Vec::new();
    while let Some(token) = stream.next() {
        words.push(token.text.clone());
    }
    words
}

/// The parts of an identifier as they stand there: `listCustomerOrders` → `list`, `Customer`, `Orders`.
pub fn identifier_words(name: &str) -> Vec<String> {
    let mut parts = Vec::new();
    for piece in name.split(|each: char| !each.is_alphanumeric()).filter(|piece| !piece.is_empty()) {
        split_case(piece, &mut parts);
    }
    parts
}

/// The sentences of a request of several, each of five words or more; at most eight.
pub fn sentences(request: &str) -> Vec<&str> {
    let mut all = Vec::new();
    let mut start = 0;
    for (at, each) in request.char_indices() {
        let after = at + each.len_utf8();
        let ends = match each {
            '\n' | '。' | '！' | '？' => true,
            '.' | '!' | '?' | ';' => request[after..].chars().next().is_none_or(char::is_whitespace),
            _ => false,
        };
        if ends {
            all.push(&request[start..after]);
            start = after;
        }
    }
    all.push(&request[start..]);
    all.retain(|sentence| !sentence.trim().is_empty());
    if all.len() < 2 {
        return Vec::new();
    }
    all.retain(|sentence| sentence.split_whitespace().count() >= MIN_SENTENCE_WORDS);
    all.truncate(MAX_SENTENCES);
    all
}

/// The text that all of a tool's words are searched in ([`Tool::search_text`]): the name counts twice.
pub fn searchable(tool: &Tool) -> String {
    let title = tool.title.as_deref().unwrap_or_default();
    let tags = tool.tags.join(" ");
    let parts = [&tool.name, &tool.name, title, &tool.description, tool.server.as_str(), &tags, &tool.parameter_text];
    spaced(&parts.join("\n"))
}

/// With blanks around the pairs that [`push_unspaced`] makes: an index of the store cuts at blanks and knows of no pairs.
/// In such a text the same words are found as in the one that it was made of.
fn spaced(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len());
    let letters: Vec<char> = text.chars().collect();
    for run in letters.chunk_by(|one, two| is_unspaced(*one) == is_unspaced(*two)) {
        match run {
            [first, _, ..] if is_unspaced(*first) => {
                let pairs = run.windows(2).flat_map(|pair| [' ', pair[0], pair[1]]);
                spaced.extend(pairs.chain([' ']));
            }
            [one] if is_unspaced(*one) => spaced.extend([' ', *one, ' ']),
            _ => spaced.extend(run),
        }
    }
    spaced
}

#[derive(Clone)]
struct IdentifierTokenizer;

impl Tokenizer for IdentifierTokenizer {
    type TokenStream<'a> = Tokens;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Tokens {
        let mut tokens = Vec::new();
        for identifier in text.split(|each: char| !each.is_alphanumeric() && !"_-.".contains(each)) {
            push_identifier(identifier, &mut tokens);
        }
        Tokens { tokens: tokens.into_iter(), current: Token::default() }
    }
}

fn push_identifier(identifier: &str, tokens: &mut Vec<String>) {
    if identifier.chars().any(is_unspaced) {
        return push_unspaced(identifier, tokens);
    }
    let before = tokens.len();
    for piece in identifier.split(['_', '-', '.']).filter(|piece| !piece.is_empty()) {
        split_case(piece, tokens);
    }
    if tokens.len() - before > 1 && identifier.len() <= MAX_WHOLE {
        let whole = tokens.get(before..).map(|parts| parts.concat()).unwrap_or_default();
        tokens.push(whole);
    }
}

/// Scripts that put no blanks between words: Chinese, Japanese, Korean, Thai, Lao, Khmer, Burmese.
fn is_unspaced(each: char) -> bool {
    matches!(u32::from(each),
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3040..=0x30FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF
        | 0xAC00..=0xD7AF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

/// Overlapping pairs of their letters stand in for words, which no rule short of a dictionary can find.
fn push_unspaced(text: &str, tokens: &mut Vec<String>) {
    let letters: Vec<char> = text.chars().collect();
    for run in letters.chunk_by(|one, two| is_unspaced(*one) == is_unspaced(*two)) {
        match run {
            [first, ..] if !is_unspaced(*first) => push_identifier(&run.iter().collect::<String>(), tokens),
            [one] => tokens.push(one.to_string()),
            _ => tokens.extend(run.windows(2).map(|pair| pair.iter().collect::<String>())),
        }
    }
}

/// Splits at `aB`, `ABc` (before the `B`) and between letters and digits.
fn split_case(piece: &str, tokens: &mut Vec<String>) {
    let letters: Vec<char> = piece.chars().collect();
    let mut part = String::new();
    for (index, each) in letters.iter().enumerate() {
        let previous = index.checked_sub(1).and_then(|at| letters.get(at));
        let next = letters.get(index + 1);
        let boundary = previous.is_some_and(|previous| {
            (previous.is_lowercase() && each.is_uppercase())
                || (previous.is_uppercase() && each.is_uppercase() && next.is_some_and(|next| next.is_lowercase()))
                || (previous.is_numeric() != each.is_numeric())
        });
        if boundary {
            tokens.push(std::mem::take(&mut part));
        }
        part.push(*each);
    }
    if !part.is_empty() {
        tokens.push(part);
    }
}

struct Tokens {
    tokens: std::vec::IntoIter<String>,
    current: Token,
}

impl TokenStream for Tokens {
    fn advance(&mut self) -> bool {
        match self.tokens.next() {
            Some(text) => {
                self.current.text = text;
                self.current.position = self.current.position.wrapping_add(1);
                true
            }
            None => false,
        }
    }

    fn token(&self) -> &Token {
        &self.current
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.current
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_an_identifier_meet() {
        let snake = words("list_customer_orders");
        assert_eq!(snake, ["list", "custom", "order", "listcustomerord"]);
        for other in ["listCustomerOrders", "list-customer-orders", "ListCustomerOrders", "list.customer.orders"] {
            assert_eq!(words(other), snake, "{other}");
        }
        assert!(words("customer orders").iter().all(|word| snake.contains(word)));
    }

    #[test]
    fn prose_loses_stop_words_and_endings() {
        assert_eq!(words("Look up the purchases of a customer."), ["look", "up", "purchas", "custom"]);
        assert_eq!(words("HTTPServer base64"), ["http", "server", "httpserver", "base", "64", "base64"]);
        assert!(words(" ._- the ").is_empty());
        assert!(words("What is it, and how do I ...?").is_empty());
        assert_eq!(words("who_am_i"), ["whoami"]);
    }

    #[test]
    fn scripts_without_blanks_are_pairs_of_letters() {
        assert_eq!(words("查询天气预报"), ["查询", "询天", "天气", "气预", "预报"]);
        assert!(words("天气").iter().all(|word| words("查询天气预报").contains(word)));
        assert_eq!(words("获取GitHub用户"), ["获取", "git", "hub", "github", "用户"]);
        assert_eq!(words("图_map"), ["图", "map"]);
        for text in ["查询天气预报", "获取GitHub用户", "图_map", "list_orders (订单)", "没 有", ""] {
            assert_eq!(words(&spaced(text)), words(text), "{text}");
        }
        assert_eq!(spaced("查天气 now"), " 查天 天气  now");
    }

    #[test]
    fn long_requests_have_sentences() {
        let text = "Find me a good place to eat. Version 2.5 is out; tell everybody who asks about it! Thanks.";
        assert_eq!(
            sentences(text),
            ["Find me a good place to eat.", " Version 2.5 is out;", " tell everybody who asks about it!"]
                .into_iter()
                .filter(|sentence| sentence.split_whitespace().count() >= 5)
                .collect::<Vec<_>>()
        );
        assert!(sentences("One sentence alone says all of it").is_empty());
    }
}
