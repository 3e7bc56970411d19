//! From a folded text to its cues: the words of known classes, with their places.

use super::lexicon::{Classes, Found, Lexicon, Node, SCANNED, lexicon};
use crate::guardrails::bytes::{ALPHANUMERIC, ByteSet};
use crate::guardrails::normalise::characters::is_alphanumeric;
use crate::guardrails::normalise::letters::is_unspaced;

/// A word (phrase, sign, address) that rules know.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cue {
    pub(super) classes: Classes,
    /// In the folded text.
    pub(super) start: u32,
    pub(super) end: u32,
    /// Numbers of its first and last word within the text; signs have the number of the word before them.
    pub(super) word: u32,
    pub(super) last: u32,
    pub(super) sentence: u32,
    /// Where an order may begin: at the start of a sentence, line or clause.
    pub(super) opens: bool,
}

/// The cues of a text, and all their classes.
#[derive(Default)]
pub(super) struct Cues {
    pub(super) all: Vec<Cue>,
    pub(super) classes: Classes,
}

/// Cues of one text; a text that has more is made of nothing else, and its first ones are enough.
const CUES: usize = 20_000;

/// Bits of [`SCANNED`], in its order.
const fn scanned(index: u32) -> Classes {
    1 << index
}
const IDENT: Classes = scanned(0);
const URL: Classes = scanned(1);
const EMAIL: Classes = scanned(2);
const DOMAIN: Classes = scanned(3);
const PLACE: Classes = scanned(4);
const COLON: Classes = scanned(5);
const COMMA: Classes = scanned(6);
const GAP: Classes = scanned(7);
const _: () = assert!(SCANNED.len() == 8);

struct Scan<'t> {
    text: &'t str,
    lexicon: &'static Lexicon,
    /// The entries that begin at one place.
    found: Vec<Found>,
    cues: Cues,
    at: usize,
    word: u32,
    sentence: u32,
    opens: bool,
    is_glued: bool,
    /// The last word ended at an apostrophe.
    tail_follows: bool,
    /// No address begins before this place.
    no_address_before: usize,
}

/// Reads a folded text. `is_glued`: its words run together, each letter may begin one.
pub(super) fn cues(text: &str, is_glued: bool) -> Cues {
    let mut scan = Scan {
        text,
        lexicon: lexicon(),
        found: Vec::new(),
        cues: Cues::default(),
        at: 0,
        word: 0,
        sentence: 0,
        opens: true,
        is_glued,
        tail_follows: false,
        no_address_before: 0,
    };
    while scan.at < text.len() && scan.cues.all.len() < CUES {
        scan.step();
    }
    scan.cues
}

impl Scan<'_> {
    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    fn push(&mut self, classes: Classes, length: usize, words: u32) {
        let small = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let (start, end) = (small(self.at), small(self.at + length));
        self.cues.classes |= classes;
        self.cues.all.push(Cue {
            classes,
            start,
            end,
            word: self.word,
            last: self.word + words - 1,
            sentence: self.sentence,
            opens: self.opens,
        });
    }

    fn step(&mut self) {
        let byte = self.byte(self.at);
        if ALPHANUMERIC.has(byte) {
            self.word_here();
        } else if byte < 0x80 {
            self.sign(byte);
        } else {
            self.foreign();
        }
    }

    /// Notes the entries that begin here; answers the bytes of the longest, and whether it is to be passed over.
    #[inline]
    fn known(&mut self) -> (usize, bool) {
        self.lexicon.node(self.text, self.at).map_or((0, false), |node| self.known_below(node))
    }

    fn known_below(&mut self, node: Node) -> (usize, bool) {
        self.lexicon.below(node, self.text, self.at, self.is_glued, &mut self.found);
        let Some(longest) = self.found.last().copied() else { return (0, false) };
        // A phrase such as "password policy" takes the meaning from the words within it.
        if longest.classes & self.lexicon.neutral != 0 {
            return (longest.length, true);
        }
        let mut index = 0;
        while let Some(found) = self.found.get(index).copied() {
            self.push(found.classes, found.length, found.words);
            index += 1;
        }
        (longest.length, false)
    }

    fn word_here(&mut self) {
        // The end of a contraction belongs to its word.
        let is_tail = self.at.checked_sub(1).is_some_and(|before| self.byte(before) == b'\'') && self.tail_follows;
        self.word += u32::from(!is_tail);
        self.tail_follows = false;
        if self.is_glued {
            self.known();
            self.at += 1;
            return;
        }
        let run = ALPHANUMERIC.end(self.text.as_bytes(), self.at);
        if self.address(run) {
            self.opens = false;
            return;
        }
        let end = self.word_end(run);
        self.identifier(end);
        self.at = match self.known() {
            (length, true) => self.at + length,
            _ => end,
        };
        self.opens = false;
        self.tail_follows = self.byte(self.at) == b'\'';
        if self.byte(self.at) == b'_' && ALPHANUMERIC.has(self.byte(self.at + 1)) {
            // The parts of an identifier count as one word.
            self.word -= 1;
            self.at += 1;
        }
    }

    /// Where a word ends whose letters and digits of ASCII end at `run`.
    fn word_end(&self, run: usize) -> usize {
        if self.byte(run) < 0x80 {
            return run;
        }
        let rest = self.text.get(run..).unwrap_or("");
        run + rest.find(|char: char| !is_alphanumeric(char) || is_unspaced(char)).unwrap_or(rest.len())
    }

    /// Notes a name such as `send_email` over all its parts.
    fn identifier(&mut self, end: usize) {
        if self.byte(end) != b'_' || self.at.checked_sub(1).is_some_and(|before| self.byte(before) == b'_') {
            return;
        }
        let rest = self.text.get(self.at..).unwrap_or("");
        let length = rest.bytes().take(80).take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        if self.at + length > end + 1 {
            self.push(IDENT, length, 1);
        }
    }

    /// URLs, e-mail addresses and dotted names, as far as a look at the next bytes tells. `run`: where the letters and
    /// digits that begin here end.
    fn address(&mut self, run: usize) -> bool {
        const PART: ByteSet = ByteSet::of(b".@-_:").and_alphanumeric();
        if matches!(self.byte(self.at), b'h' | b'f' | b'w') && self.is_url() {
            return self.url();
        }
        let is_name = matches!(self.byte(run), b'.' | b'@' | b'-') && ALPHANUMERIC.has(self.byte(run + 1));
        if !is_name || run >= self.at + 64 || self.at < self.no_address_before {
            return false;
        }
        let rest = self.text.get(self.at..).unwrap_or("");
        let whole = PART.end(rest.as_bytes().get(..120.min(rest.len())).unwrap_or_default(), 0);
        let name = rest.get(..whole).unwrap_or("").trim_end_matches(['.', ':', '-', '_', '@']);
        let class = if name.contains('@') {
            EMAIL
        } else if is_host(name) {
            DOMAIN
        } else {
            self.no_address_before = self.at + whole;
            return false;
        };
        self.push(class, name.len(), 1);
        self.at += name.len();
        true
    }

    /// Whether a URL begins here.
    fn is_url(&self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or("");
        let scheme = rest.get(..12.min(rest.len())).unwrap_or("");
        let begins = |start| rest.starts_with(start);
        scheme.starts_with("www.") || ((begins("http") || begins("ftp") || begins("ws")) && scheme.contains("://"))
    }

    fn url(&mut self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or("");
        let mut depth = 0_u32;
        // A place holder may hold blanks; a line's end ends everything.
        let ends = |(at, char): &(usize, char)| {
            match char {
                '{' | '<' | '[' => depth += 1,
                '}' | '>' | ']' => depth = depth.saturating_sub(1),
                ' ' | '\'' if depth > 0 && *at < 300 => return false,
                _ => {}
            }
            char.is_whitespace() || matches!(char, '"' | '\'' | ')' | '`')
        };
        let length = rest.char_indices().take(600).find(ends).map_or(rest.len().min(600), |(at, _)| at);
        let length = rest.floor_char_boundary(length);
        let url = rest.get(..length).unwrap_or("").trim_end_matches(['.', ',', ';', ':', '!', '?']);
        // The target of a link is no destination, unless it has a gap to be filled in.
        let is_link = self.at.checked_sub(2).and_then(|from| self.text.get(from..self.at)) == Some("](");
        let classes = match place(url) {
            Some(true) => URL | PLACE | GAP,
            Some(false) => URL | PLACE,
            None if is_link => 0,
            None => URL,
        };
        self.push(classes, url.len(), 1);
        self.at += url.len().max(1);
        true
    }

    fn sign(&mut self, byte: u8) {
        match byte {
            b' ' => self.at += 1,
            b'\n' => {
                if self.byte(self.at + 1) == b'\n' {
                    self.sentence += 1;
                    self.at += 1;
                }
                self.opens = true;
                self.at += 1;
            }
            b'.' | b'!' | b'?' if self.is_end(self.at + 1) => {
                self.sentence += 1;
                self.opens = true;
                self.at += 1;
            }
            b':' | b',' => {
                self.push(if byte == b':' { COLON } else { COMMA }, 1, 1);
                self.opens = true;
                self.at += 1;
            }
            _ => {
                self.word += 1;
                let (length, is_neutral) = if self.is_glued { (0, false) } else { self.known() };
                if is_neutral {
                    self.at += length;
                } else if length > 0 {
                    // A marker of signs and one word is done with; words behind it are met again.
                    self.at += 1;
                } else {
                    self.at += 1;
                }
                self.word -= u32::from(length == 0);
                self.opens |= !matches!(byte, b'\'' | b'/' | b'&' | b'%' | b'~' | b'_');
            }
        }
    }

    /// A sentence ends where a blank, a quote, a bracket or nothing follows its sign.
    fn is_end(&self, at: usize) -> bool {
        matches!(self.byte(at), 0 | b' ' | b'\n' | b'"' | b'\'' | b')' | b']' | b'*' | b'<' | b'!' | b'?')
    }

    fn foreign(&mut self) {
        let Some(char) = self.text.get(self.at..).and_then(|rest| rest.chars().next()) else {
            self.at += 1;
            return;
        };
        if matches!(char, '。' | '！' | '？' | '।' | '؟' | '۔') {
            self.sentence += 1;
            self.opens = true;
            self.at += char.len_utf8();
            return;
        }
        if matches!(char, '，' | '、' | '：' | '；' | '「' | '」' | '،') {
            self.opens = true;
            self.at += char.len_utf8();
            return;
        }
        if !is_alphanumeric(char) {
            self.at += char.len_utf8();
            return;
        }
        self.word += 1;
        self.known();
        self.opens = false;
        if is_unspaced(char) || self.is_glued {
            self.at += char.len_utf8();
            return;
        }
        let rest = self.text.get(self.at..).unwrap_or("");
        let is_word = |char: char| (is_alphanumeric(char) || is_mark(char)) && !is_unspaced(char);
        self.at += rest.find(|char| !is_word(char)).unwrap_or(rest.len()).max(char.len_utf8());
    }
}

/// Vowel signs and the like, which are no letters but part of a word.
fn is_mark(char: char) -> bool {
    matches!(char, '\u{900}'..='\u{d7f}' | '\u{200c}' | '\u{64b}'..='\u{65f}')
}

/// A dotted name that is a host rather than a file, a version or a member.
fn is_host(name: &str) -> bool {
    let host = name.split(':').next().unwrap_or(name);
    let Some((front, last)) = host.rsplit_once('.') else { return false };
    if last.bytes().all(|byte| byte.is_ascii_digit()) {
        return host.parse::<std::net::Ipv4Addr>().is_ok();
    }
    const FILES: &[&str] = &[
        "md", "txt", "json", "py", "js", "ts", "rs", "sh", "yaml", "yml", "toml", "html", "htm", "css", "xml", "csv",
        "pdf", "png", "jpg", "jpeg", "gif", "svg", "log", "exe", "zip", "gz", "tar", "java", "cpp", "c", "h", "go",
        "rb", "php", "sql", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "conf", "cfg", "ini", "lock", "env", "bak",
        "tmp", "mp3", "mp4", "wav", "length", "get",
    ];
    (2..=12).contains(&last.len())
        && last.bytes().all(|byte| byte.is_ascii_alphabetic())
        && front.len() > 1
        && !FILES.contains(&last)
}

/// What a gap is filled with where a conversation leaks through it.
const LEAKS: [&str; 17] = [
    "conversation",
    "chat",
    "message",
    "history",
    "secret",
    "api_key",
    "apikey",
    "api key",
    "token",
    "password",
    "prompt",
    "answer",
    "context",
    "user's",
    "user_data",
    "credential",
    "all text",
];

/// Whether a URL has a gap to be filled in: a place holder in brackets, a word that says so, or a parameter left empty;
/// and whether the gap says that it is for something private.
fn place(url: &str) -> Option<bool> {
    let query = url.find(['?', '=', '{', '<', '[']).and_then(|at| url.get(at..))?;
    let mut found = None;
    for (open, close) in [('{', '}'), ('<', '>'), ('[', ']')] {
        for rest in query.split(open).skip(1) {
            let Some(name) = rest.find(close).and_then(|end| rest.get(..end)) else { continue };
            if name.len() > 1 && !name.contains([':', '"', '=']) && !name.starts_with('\'') {
                found = Some(found == Some(true) || LEAKS.iter().any(|leak| name.contains(leak)));
            }
        }
    }
    let signs = ["%7b", "%3c", "=${", "insert", "your_", "your-", "_here", "..."];
    let is_open = query.ends_with('=') || signs.iter().any(|sign| query.contains(sign));
    found.or(is_open.then_some(false))
}
