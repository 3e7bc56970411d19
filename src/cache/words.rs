//! Whether two texts say the same, which a vector cannot tell: those of “hotels in Montreal” and “hotels in Toronto” lie
//! closer together than those of two ways to ask for either.
//!
//! So words decide, and a vector may only object. A text is brought into a form that leaves out what asks and nothing that
//! is asked for: the courtesies around a request and articles that change nothing. Everything else stays, in its order and
//! as it was written: names, numbers, units, dates, negations, directions, comparisons, quotes. Two texts of one form mean
//! the same; texts that mean the same in any other words are two questions.

use unicode_normalization::UnicodeNormalization as _;

/// Phrases in front of what is asked for that say only that somebody asks, in lower case.
const GREETINGS: &[&str] = &["hey", "hi", "hello", "ok", "okay", "so", "please", "pls", "kindly", "bitte"];
/// In front of a verb of asking, and nothing without one: “can you swim” is no request to be shown “swim”.
const MODALS: &[&str] = &[
    "can you",
    "could you",
    "would you",
    "will you",
    "can i",
    "could i",
    "i want to",
    "i'd like to",
    "i would like to",
    "i need to",
    "i want you to",
    "i need you to",
    "i'd like you to",
    "i would like you to",
    "help me",
    "help me to",
    "kannst du",
    "können sie",
    "pouvez-vous",
    "peux-tu",
    "puedes",
    "puede",
];
/// Ways of asking whose next word is what is asked for.
const REQUESTS: &[&str] = &[
    "show me",
    "show us",
    "give me",
    "give us",
    "find me",
    "find us",
    "get me",
    "get us",
    "tell me",
    "tell me about",
    "search for",
    "look for",
    "look up",
    "looking for",
    "i am looking for",
    "i'm looking for",
    "we are looking for",
    "we're looking for",
    "zeig mir",
    "zeige mir",
    "zeigen sie mir",
    "suche",
    "montre-moi",
    "montrez-moi",
    "cherche",
    "trouve",
    "trouve-moi",
    "trouvez-moi",
    "muéstrame",
    "busca",
    "encuentra",
    "mostrami",
    "trova",
    "mostre-me",
    "encontre",
];
/// Questions for a thing; with the article alone, because “what is love” asks for something else than “love”.
const QUESTIONS: &[&str] = &["what is the", "what's the", "what are the", "what're the"];
/// Verbs that are nouns as well, and the words with which they are: a “show schedule” is no schedule.
const NOUNS_TOO: &[(&str, &[&str])] = &[
    ("fetch", &["and", "api", "call", "decode", "function", "request", "requests"]),
    ("retrieve", &["and", "api", "endpoint"]),
    ("find", &["and", "api", "command", "function", "method", "my", "operator", "or", "out"]),
    (
        "show",
        &[
            "biz",
            "boat",
            "boats",
            "business",
            "calendar",
            "case",
            "cases",
            "cast",
            "dates",
            "dog",
            "dogs",
            "down",
            "floor",
            "girl",
            "girls",
            "guide",
            "home",
            "homes",
            "horse",
            "horses",
            "host",
            "hosts",
            "jumping",
            "length",
            "listings",
            "man",
            "men",
            "names",
            "notes",
            "off",
            "piece",
            "pieces",
            "prices",
            "ratings",
            "reviews",
            "room",
            "rooms",
            "schedule",
            "schedules",
            "season",
            "seasons",
            "stopper",
            "tickets",
            "time",
            "times",
            "title",
            "titles",
            "trial",
            "trials",
            "tune",
            "tunes",
            "up",
            "venue",
            "venues",
        ],
    ),
    (
        "list",
        &[
            "agent",
            "agents",
            "box",
            "boxes",
            "broker",
            "brokers",
            "building",
            "comprehension",
            "element",
            "elements",
            "entries",
            "entry",
            "field",
            "fields",
            "group",
            "head",
            "item",
            "items",
            "length",
            "management",
            "name",
            "names",
            "price",
            "prices",
            "pricing",
            "server",
            "size",
            "sizes",
            "type",
            "types",
            "view",
            "views",
        ],
    ),
    (
        "get",
        &[
            "along",
            "away",
            "aways",
            "back",
            "call",
            "calls",
            "down",
            "endpoint",
            "endpoints",
            "even",
            "in",
            "into",
            "method",
            "methods",
            "off",
            "on",
            "out",
            "over",
            "parameters",
            "ready",
            "request",
            "requests",
            "rid",
            "started",
            "there",
            "through",
            "to",
            "together",
            "togethers",
            "up",
            "well",
        ],
    ),
];
/// Behind what is asked for.
const CLOSINGS: &[&str] = &[
    "please",
    "pls",
    "thanks",
    "thank you",
    "thank you very much",
    "many thanks",
    "bitte",
    "danke",
    "s'il vous plaît",
    "s'il te plaît",
    "merci",
    "por favor",
    "gracias",
    "per favore",
    "grazie",
    "obrigado",
    "obrigada",
];
/// Where a courtesy may be what is asked about: “how do you say please”.
const MENTIONS: &str = " call called define definition etymology expression how lyrics mean meaning means named origin phrase \
    pronounce say saying says song spell spelling synonym synonyms term text titled translate translation type word words \
    write written ";
/// The same, behind a verb of asking: “good for me” says more than “good”.
const BENEFICIARIES: &[&str] = &["for me", "for us"];
/// Ordinary words that “the” makes a name of, which many write without a capital.
const NAMES_WITH_THE: &str = " band beatles birds bronx cars clash crown cure doors economist edge exorcist fly fray gap \
    giver guardian hague help independent killers kinks mask matrix office police rock script shining smiths sun terminal \
    thing times verve view voice weeknd who wire ";
/// Ordinary words that are names when they begin with a capital: at the start of a text nobody knows which is meant.
const NAMES_TOO: &str = " access alexa alphabet amazon amber angular apple april art asana ash august autumn baker banks \
    bath bell bill black bologna box brook brooks brown buffalo bush carol chad champagne chance chase chef chile china chip \
    chrome chuck cliff colt confluence cook cork crystal cologne dale daisy dash dawn dean discover docker dodge don dove \
    drew drive earl edge essen eve excel exchange faith fields fire flora ford forest fox frank galaxy gap gene ginger glen \
    go gold grace grant gray green guinea guy hamburger harry hazel heather hill holly hope hunter iris ivory ivy jack jade \
    java jay jean jersey john jordan joy june jupiter kafka king kindle lake lance lane laurel lily lima limerick linear \
    little long major march mark mars mat max may mercury meta mike miles mint mobile monday nest nice nick node norm notion \
    office olive oracle orange outlook panama paris pat pearl penny phoenix pierce pixel polish poppy porter price prime \
    prince puppet python ray react reading red reed rich ring rob robin rock rose ruby rugby rust rusty safari sage salt \
    sandy saturn scala serene shell short signal skip sky slack slate smith snowflake spark split spring square star stella \
    stone stripe sue summer sun surface swift target teams temple terry tide tiger tony trip turkey uber venus victor violet \
    visa wade wales ward waters white who will windows wolf wood woods word young zoom ";

/// A text without what asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Core {
    /// Its words, as they were written.
    words: Vec<String>,
    /// Whether there were words that ask.
    asks: bool,
}

impl Core {
    /// Of a text.
    pub fn of(text: &str) -> Self {
        let all = tokens(text);
        if all.iter().any(|word| is_listed(MENTIONS, word)) {
            return Self { words: all, asks: false };
        }
        let mut words: &[String] = &all;
        let asks = strip_start(&mut words);
        strip_end(&mut words, asks);
        // Nothing but courtesies: then these are what is asked for.
        let words = if words.is_empty() { all } else { words.to_vec() };
        Self { words, asks }
    }

    /// As a text, to be embedded.
    pub fn text(&self) -> String {
        self.words.join(" ")
    }

    /// What it says: equal for texts that mean the same.
    pub fn form(&self) -> Vec<String> {
        let mut words = self.words.as_slice();
        if self.asks
            && let [the, next, _, ..] = words
            && the == "the"
            && next.starts_with(char::is_lowercase)
            && !is_listed(NAMES_WITH_THE, next)
        {
            words = words.get(1..).unwrap_or_default();
        }
        let mut form = words.to_vec();
        if let Some(first) = form.first_mut().filter(|first| !self.asks && is_ordinary_at_start(first)) {
            *first = first.to_lowercase();
        }
        form
    }
}

fn is_listed(list: &str, word: &str) -> bool {
    list.contains(&format!(" {} ", word.to_lowercase()))
}

/// Words with what belongs to them (`-5`, `$5`, `C++`, `2026-01-02`), and by themselves the marks around them that
/// structure a text.
fn tokens(text: &str) -> Vec<String> {
    const OPENING: &[char] = &['(', '[', '{', '"', '“', '„', '«', '‘', '¿', '¡'];
    const CLOSING: &[char] = &[')', ']', '}', '"', '”', '“', '»', '.', ',', ';', ':', '?', '!', '…'];
    let text: String = text.nfc().map(|each| if each == '’' { '\'' } else { each }).collect();
    let mut tokens = Vec::new();
    for mut word in text.split_whitespace() {
        while let Some(mark) = word.chars().next().filter(|mark| OPENING.contains(mark)) {
            tokens.push(mark.to_string());
            word = word.get(mark.len_utf8()..).unwrap_or_default();
        }
        let inner = word.trim_end_matches(CLOSING);
        if !inner.is_empty() {
            tokens.push(inner.to_owned());
        }
        tokens.extend(word.get(inner.len()..).unwrap_or_default().chars().map(String::from));
    }
    tokens
}

/// Takes away what comes before what is asked for; whether there were words that ask.
fn strip_start(words: &mut &[String]) -> bool {
    let greeted = without_greetings(words);
    let behind_modal = one_of(greeted, MODALS).map(without_greetings);
    if let Some(rest) = [behind_modal, Some(greeted)].into_iter().flatten().find_map(request) {
        *words = rest;
        return true;
    }
    // A greeting without a verb of asking may be the matter itself, as in “hello world”; courtesy is not.
    while let Some(rest) = one_of(words, &["please", "pls", "kindly"]).map(without_mark).filter(|rest| !rest.is_empty())
    {
        *words = rest;
    }
    false
}

fn without_greetings(mut words: &[String]) -> &[String] {
    while let Some(rest) = one_of(words, GREETINGS) {
        words = without_mark(rest);
    }
    words
}

/// Without a comma or an exclamation mark at its start.
fn without_mark(words: &[String]) -> &[String] {
    match words.split_first() {
        Some((mark, rest)) if matches!(mark.as_str(), "," | "!") => rest,
        _ => words,
    }
}

/// What follows a verb of asking.
fn request(words: &[String]) -> Option<&[String]> {
    let is_matter = |rest: &&[String]| rest.first().is_some_and(|word| word.chars().any(char::is_alphanumeric));
    if let Some(rest) = one_of(words, REQUESTS).filter(is_matter) {
        return Some(rest);
    }
    let is_name = |rest: &&[String]| rest.first().is_some_and(|word| is_listed(NAMES_WITH_THE, word));
    if let Some(rest) = one_of(words, QUESTIONS).filter(is_matter) {
        return (!is_name(&rest)).then_some(rest);
    }
    let (first, rest) = words.split_first()?;
    let (_, compounds) = NOUNS_TOO.iter().find(|(verb, _)| is_word(0, first, verb))?;
    let next = rest.first().filter(|_| is_matter(&rest))?;
    (!compounds.contains(&next.to_lowercase().as_str())).then_some(rest)
}

/// Takes away what comes after what is asked for.
fn strip_end(words: &mut &[String], asks: bool) {
    const NONE: &[&str] = &[];
    let closings = CLOSINGS.iter().chain(if asks { BENEFICIARIES } else { NONE });
    loop {
        let before = words.len();
        while let Some((_, rest)) = words.split_last().filter(|(last, rest)| is_end(last, rest)) {
            *words = rest;
        }
        for phrase in closings.clone() {
            let length = phrase.split(' ').count();
            let Some((rest, end)) = words.len().checked_sub(length).and_then(|split| words.split_at_checked(split))
            else {
                continue;
            };
            if !rest.is_empty() && is_phrase(end, phrase) {
                *words =
                    rest.split_last().filter(|(comma, rest)| *comma == "," && !rest.is_empty()).map_or(rest, |it| it.1);
            }
        }
        if words.len() == before {
            return;
        }
    }
}

/// Whether a mark only ends a sentence. “5!” is a number of its own.
fn is_end(mark: &str, before: &[String]) -> bool {
    match mark {
        "." | "?" | "…" => !before.is_empty(),
        "!" => before.last().is_some_and(|word| word.ends_with(char::is_alphabetic)),
        _ => false,
    }
}

/// What follows the longest of these phrases at the start.
fn one_of<'a>(words: &'a [String], phrases: &[&str]) -> Option<&'a [String]> {
    let length = |phrase: &&str| {
        let length = phrase.split(' ').count();
        words.get(..length).is_some_and(|start| is_phrase(start, phrase)).then_some(length)
    };
    words.get(phrases.iter().filter_map(length).max()?..)
}

fn is_phrase(words: &[String], phrase: &str) -> bool {
    words.iter().zip(phrase.split(' ')).enumerate().all(|(place, (word, plain))| is_word(place, word, plain))
}

/// Whether `word` is `plain`. The first one of a phrase may begin with a capital, and so may “I”; any other would be a
/// name's, and so would one that is all capitals (`GET`).
fn is_word(place: usize, word: &str, plain: &str) -> bool {
    if word == plain {
        return true;
    }
    let may_be_capital = place == 0 || plain == "i" || plain.starts_with("i'");
    let mut letters = word.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_lowercase).collect();
    may_be_capital && plain.strip_prefix(first.as_str()) == Some(letters.as_str())
}

/// Whether the capital of this word says only that a text starts with it.
fn is_ordinary_at_start(word: &str) -> bool {
    let mut letters = word.chars();
    let is_capitalised = letters.next().is_some_and(char::is_uppercase);
    let rest = letters.as_str();
    is_capitalised && !rest.is_empty() && rest.chars().all(char::is_lowercase) && !is_listed(NAMES_TOO, word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> String {
        Core::of(text).form().join(" ")
    }

    #[test]
    fn what_only_asks_is_left_out() {
        for text in [
            "hotels in Paris",
            "Hotels  in Paris.",
            "find me hotels in Paris",
            "Could you please find hotels in Paris?",
            "hi, show hotels in Paris, please!",
            "I'd like to find hotels in Paris for me",
        ] {
            assert_eq!(form(text), "hotels in Paris", "{text}");
        }
        assert_eq!(form("What is the weather in Paris?"), "weather in Paris");
        assert_eq!(form("show me the weather in Paris"), "weather in Paris");
    }

    #[test]
    fn what_is_asked_for_stays() {
        for text in [
            "list price of phones",
            "show times in Paris",
            "GET requests",
            "what is love",
            "can you swim",
            "hello world",
            "translate thanks",
            "value of 5 !",
            "please",
            "",
            "- 5",
            "C++",
            "Turkey recipes",
        ] {
            assert_eq!(form(text), text);
        }
        assert_ne!(form("3 - 5 items"), form("3 -5 items"));
        assert_ne!(form("Apple prices"), form("apple prices"));
    }
}
