//! From a text to its terms.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use mongodb::bson::{Bson, Document};
use regex::Regex;
use rust_stemmers::{Algorithm, Stemmer};
use unicode_segmentation::UnicodeSegmentation as _;

use super::delimiter::Delimiter;
use super::failure::{Parse, Reader};
use super::lock;

/// Analyzed texts that are kept; tests search the same documents over and over.
const KEPT: usize = 50_000;

/// The search process's own list for English.
const ENGLISH_STOP_WORDS: [&str; 33] = [
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "if", "in", "into", "is", "it", "no", "not", "of",
    "on", "or", "such", "that", "the", "their", "then", "there", "these", "they", "this", "to", "was", "will", "with",
];

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) text: String,
    /// Tokens that stand for one another share it.
    pub(super) position: usize,
}

/// A tokenizer and what follows it.
pub(super) struct Analyzer {
    tokenizer: Tokenizer,
    filters: Vec<Filter>,
    kept: Mutex<HashMap<String, Arc<[Token]>>>,
}

enum Tokenizer {
    Split(Regex),
    Keyword,
    Whitespace,
    Standard,
}

enum Filter {
    Delimiter(Delimiter),
    /// It only matters to graphs of more than one path, which terms do not see.
    Flatten,
    Lowercase,
    Stop {
        words: Vec<String>,
        ignore_case: bool,
    },
    Stem(Stemmer),
    Possessive,
    EdgeGram {
        min: usize,
        max: usize,
        keeps_others: bool,
    },
}

impl Analyzer {
    fn new(tokenizer: Tokenizer, filters: Vec<Filter>) -> Arc<Self> {
        Arc::new(Self { tokenizer, filters, kept: Mutex::default() })
    }

    /// One of the analyzers that every index has.
    pub(super) fn built_in(name: &str) -> Option<Arc<Self>> {
        let stop = || Filter::Stop { words: ENGLISH_STOP_WORDS.map(str::to_owned).to_vec(), ignore_case: false };
        Some(match name {
            "lucene.standard" => Self::new(Tokenizer::Standard, vec![Filter::Lowercase]),
            "lucene.whitespace" => Self::new(Tokenizer::Whitespace, Vec::new()),
            "lucene.keyword" => Self::new(Tokenizer::Keyword, Vec::new()),
            "lucene.english" => {
                let stem = Filter::Stem(Stemmer::create(Algorithm::English));
                Self::new(Tokenizer::Standard, vec![Filter::Possessive, Filter::Lowercase, stop(), stem])
            }
            _ => return None,
        })
    }

    /// A definition in `analyzers`, and its name.
    pub(super) fn parse(mut reader: Reader<'_>) -> Parse<(String, Arc<Self>)> {
        let name = reader.required_string("name")?.to_owned();
        if name.starts_with("lucene.") || name.starts_with("mongodb.") {
            return Err(reader.fault("name", "must not have the prefix of a built-in analyzer"));
        }
        match reader.optional("charFilters") {
            None => {}
            Some(Bson::Array(filters)) if filters.is_empty() => {}
            Some(_) => return Err(reader.fault("charFilters", "is not imitated by the test double")),
        }
        let tokenizer = reader.document("tokenizer")?.ok_or_else(|| reader.fault("tokenizer", "is required"))?;
        let tokenizer = Tokenizer::parse(tokenizer)?;
        let mut filters = Vec::new();
        match reader.optional("tokenFilters") {
            None => {}
            Some(Bson::Array(specs)) => {
                for (at, spec) in specs.iter().enumerate() {
                    filters.push(Filter::parse(Reader::of(reader.at(&format!("tokenFilters[{at}]")), spec)?)?);
                }
            }
            Some(_) => return Err(reader.fault("tokenFilters", "must be an array")),
        }
        reader.finish()?;
        Ok((name, Self::new(tokenizer, filters)))
    }

    /// The tokens of a text, in order.
    pub(super) fn tokens(&self, text: &str) -> Arc<[Token]> {
        if let Some(known) = lock(&self.kept).get(text) {
            return Arc::clone(known);
        }
        let pieces = self.tokenizer.pieces(text).into_iter().enumerate();
        let tokens = pieces.map(|(position, piece)| Token { text: piece.to_owned(), position }).collect();
        let tokens: Arc<[Token]> = self.filters.iter().fold(tokens, |tokens, filter| filter.apply(tokens)).into();
        let mut kept = lock(&self.kept);
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(text.to_owned(), Arc::clone(&tokens));
        tokens
    }
}

impl Tokenizer {
    fn parse(mut reader: Reader<'_>) -> Parse<Self> {
        let kind = reader.required_string("type")?;
        let tokenizer = match kind {
            "regexSplit" => {
                let pattern = reader.required_string("pattern")?;
                Self::Split(Regex::new(pattern).map_err(|_| reader.fault("pattern", "is not a regular expression"))?)
            }
            "keyword" => Self::Keyword,
            "whitespace" | "standard" => {
                reader.integer("maxTokenLength", 1, 1_048_576)?;
                if kind == "standard" { Self::Standard } else { Self::Whitespace }
            }
            "edgeGram" | "nGram" | "regexCaptureGroup" | "uaxUrlEmail" => {
                return Err(reader.fault("type", format!("{kind} is not imitated by the test double")));
            }
            _ => return Err(reader.fault("type", format!("is not a known tokenizer: {kind}"))),
        };
        reader.finish()?;
        Ok(tokenizer)
    }

    fn pieces<'a>(&self, text: &'a str) -> Vec<&'a str> {
        match self {
            Self::Split(pattern) => pattern.split(text).filter(|piece| !piece.is_empty()).collect(),
            Self::Keyword if text.is_empty() => Vec::new(),
            Self::Keyword => vec![text],
            Self::Whitespace => text.split_whitespace().collect(),
            Self::Standard => text.unicode_words().collect(),
        }
    }
}

/// Token filters of the real search process that are not imitated.
const OTHER_FILTERS: [&str; 16] = [
    "asciiFolding",
    "daitchMokotoffSoundex",
    "englishMinimalStemming",
    "icuFolding",
    "icuNormalizer",
    "kStemming",
    "keywordRepeat",
    "length",
    "nGram",
    "porterStemming",
    "regex",
    "removeDuplicates",
    "reverse",
    "shingle",
    "spanishPluralStemming",
    "trim",
];

impl Filter {
    fn parse(mut reader: Reader<'_>) -> Parse<Self> {
        let kind = reader.required_string("type")?;
        let filter = match kind {
            "wordDelimiterGraph" => {
                reader.not_imitated(&["protectedWords"])?;
                let none = Document::new();
                let options = reader.document("delimiterOptions")?;
                Self::Delimiter(Delimiter::parse(options.unwrap_or_else(|| Reader::new("delimiterOptions", &none)))?)
            }
            "flattenGraph" => Self::Flatten,
            "lowercase" => Self::Lowercase,
            "englishPossessive" => Self::Possessive,
            "stopword" => {
                let words = reader.strings("tokens")?;
                if words.is_empty() {
                    return Err(reader.fault("tokens", "is required"));
                }
                Self::Stop { words, ignore_case: reader.boolean("ignoreCase")?.unwrap_or(true) }
            }
            "snowballStemming" => Self::Stem(Stemmer::create(language(&mut reader)?)),
            "edgeGram" => {
                let size = |value: Option<i64>| value.and_then(|value| usize::try_from(value).ok());
                let (min, max) = (reader.integer("minGram", 1, 512)?, reader.integer("maxGram", 1, 512)?);
                let min = size(min).ok_or_else(|| reader.fault("minGram", "is required"))?;
                let max = size(max).ok_or_else(|| reader.fault("maxGram", "is required"))?;
                if min > max {
                    return Err(reader.fault("minGram", "must not exceed maxGram"));
                }
                let keeps_others = reader.choice("termNotInBounds", &["include", "omit"])? == Some("include");
                Self::EdgeGram { min, max, keeps_others }
            }
            other if OTHER_FILTERS.contains(&other) => {
                return Err(reader.fault("type", format!("{other} is not imitated by the test double")));
            }
            _ => return Err(reader.fault("type", format!("is not a known token filter: {kind}"))),
        };
        reader.finish()?;
        Ok(filter)
    }

    fn apply(&self, mut tokens: Vec<Token>) -> Vec<Token> {
        match self {
            Self::Delimiter(delimiter) => return delimiter.apply(tokens),
            Self::Flatten => {}
            Self::Lowercase => tokens.iter_mut().for_each(|token| token.text = token.text.to_lowercase()),
            Self::Stop { words, ignore_case } => tokens.retain(|token| {
                !words
                    .iter()
                    .any(|word| *word == token.text || *ignore_case && word.to_lowercase() == token.text.to_lowercase())
            }),
            Self::Stem(stemmer) => {
                tokens.iter_mut().for_each(|token| token.text = stemmer.stem(&token.text).into_owned());
            }
            Self::Possessive => tokens.iter_mut().for_each(|token| {
                let ends = ["'s", "'S", "\u{2019}s", "\u{2019}S", "\u{ff07}s", "\u{ff07}S"];
                if let Some(stem) = ends.iter().find_map(|end| token.text.strip_suffix(end)) {
                    token.text = stem.to_owned();
                }
            }),
            Self::EdgeGram { min, max, keeps_others } => {
                let grams = |token: Token| {
                    let ends: Vec<usize> = token.text.char_indices().map(|(at, each)| at + each.len_utf8()).collect();
                    let mut grams: Vec<String> =
                        (*min..=(*max).min(ends.len())).map(|size| token.text[..ends[size - 1]].to_owned()).collect();
                    if *keeps_others && !(*min..=*max).contains(&ends.len()) {
                        grams.push(token.text.clone());
                    }
                    grams.into_iter().map(move |text| Token { text, position: token.position })
                };
                return tokens.into_iter().flat_map(grams).collect();
            }
        }
        tokens
    }
}

fn language(reader: &mut Reader<'_>) -> Parse<Algorithm> {
    let name = reader.required_string("stemmerName")?;
    Ok(match name {
        "arabic" => Algorithm::Arabic,
        "danish" => Algorithm::Danish,
        "dutch" => Algorithm::Dutch,
        "english" => Algorithm::English,
        "finnish" => Algorithm::Finnish,
        "french" => Algorithm::French,
        "german" => Algorithm::German,
        "hungarian" => Algorithm::Hungarian,
        "italian" => Algorithm::Italian,
        "norwegian" => Algorithm::Norwegian,
        "portuguese" => Algorithm::Portuguese,
        "romanian" => Algorithm::Romanian,
        "russian" => Algorithm::Russian,
        "spanish" => Algorithm::Spanish,
        "swedish" => Algorithm::Swedish,
        "turkish" => Algorithm::Turkish,
        _ => return Err(reader.fault("stemmerName", format!("is not a known or imitated stemmer: {name}"))),
    })
}
