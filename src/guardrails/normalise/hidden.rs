//! What a text holds that a reader does not see: invisible characters, escape sequences, and messages coded in them.

use std::ops::Range;

/// Messages in invisible characters longer than this are cut.
const MESSAGE_CHARS: usize = 8 * 1024;
/// Fewer invisible characters than this carry no message worth a look: flags of regions, emoji, joiners.
const MESSAGE_MIN: usize = 8;

/// Kinds of characters without a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Invisible {
    /// Zero-width blanks, joiners, soft hyphens and fillers.
    ZeroWidth,
    /// Orders of direction.
    Bidi,
    /// The tag block, a shadow of ASCII.
    Tag,
    /// Variation selectors.
    Selector,
}

impl Invisible {
    pub(super) const fn of(char: char) -> Option<Self> {
        Some(match char {
            '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' => Self::ZeroWidth,
            '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{3164}' | '\u{ffa0}' => Self::ZeroWidth,
            '\u{206a}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' => Self::ZeroWidth,
            '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => Self::Bidi,
            '\u{e0000}'..='\u{e007f}' => Self::Tag,
            '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' | '\u{180b}'..='\u{180d}' => Self::Selector,
            _ => return None,
        })
    }
}

/// How a part of the text is kept from a reader's eyes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Veil {
    /// A terminal is told to conceal it.
    Ansi,
    /// It is written in invisible characters.
    Invisible,
    /// It is drawn in the other direction.
    Bidi,
}

/// A veiled part: its source range, and what it says where the characters there do not say it themselves.
#[derive(Clone, Debug)]
pub(super) struct Veiled {
    pub(super) veil: Veil,
    pub(super) source: Range<usize>,
    pub(super) message: Option<String>,
}

/// Counts and finds of one text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hidden {
    /// Zero-width characters.
    pub zero_width: usize,
    /// Orders of direction.
    pub bidi: usize,
    /// Tag characters.
    pub tags: usize,
    /// Variation selectors.
    pub selectors: usize,
    /// Terminal escape sequences.
    pub ansi: usize,
    /// Other control characters.
    pub controls: usize,
    pub(super) veiled: Vec<Veiled>,
    /// Invisible characters since the last visible one; zero-width ones also over visible ones.
    run: Vec<char>,
    run_range: Range<usize>,
    conceal_from: Option<usize>,
    override_from: Option<usize>,
}

impl Hidden {
    /// Notes an invisible character.
    pub(super) fn invisible(&mut self, kind: Invisible, char: char, at: usize) {
        match kind {
            Invisible::ZeroWidth => self.zero_width += 1,
            Invisible::Bidi => self.bidi += 1,
            Invisible::Tag => self.tags += 1,
            Invisible::Selector => self.selectors += 1,
        }
        match char {
            '\u{202e}' | '\u{202d}' => {
                self.override_from.get_or_insert(at + char.len_utf8());
            }
            '\u{202c}' => self.end_override(at),
            _ => {}
        }
        if self.run.is_empty() {
            self.run_range = at..at;
        }
        if self.run.len() < MESSAGE_CHARS {
            self.run.push(char);
        }
        self.run_range.end = at + char.len_utf8();
    }

    fn end_override(&mut self, at: usize) {
        if let Some(from) = self.override_from.take()
            && from < at
        {
            self.veiled.push(Veiled { veil: Veil::Bidi, source: from..at, message: None });
        }
    }

    /// A visible character ends a run of invisible ones.
    pub(super) fn visible(&mut self) {
        if self.run.is_empty() {
            return;
        }
        if self.run.len() >= MESSAGE_MIN
            && let Some(message) = message(&self.run)
        {
            let source = self.run_range.clone();
            self.veiled.push(Veiled { veil: Veil::Invisible, source, message: Some(message) });
        }
        self.run.clear();
    }

    /// Notes an escape sequence; "conceal" and black on black begin a veiled part, a reset ends it.
    pub(super) fn ansi(&mut self, sequence: &str, at: usize) {
        self.ansi += 1;
        let Some(codes) = sequence.trim_start_matches(['\u{1b}', '\u{9b}', '[']).strip_suffix('m') else { return };
        let mut codes = codes.split([';', ':']).map(|code| code.parse::<u8>().unwrap_or(0)).peekable();
        while let Some(code) = codes.next() {
            match code {
                // What follows are colours, not attributes.
                38 | 48 => {
                    let skip = if codes.next() == Some(5) { 1 } else { 3 };
                    codes.by_ref().take(skip).for_each(|_| {});
                }
                8 => {
                    self.conceal_from.get_or_insert(at + sequence.len());
                }
                0 | 28 => self.end_conceal(at),
                _ => {}
            }
        }
    }

    fn end_conceal(&mut self, at: usize) {
        if let Some(from) = self.conceal_from.take()
            && from < at
        {
            self.veiled.push(Veiled { veil: Veil::Ansi, source: from..at, message: None });
        }
    }

    /// The text is over: what is still open ends here.
    pub(super) fn finish(&mut self, length: usize) {
        self.end_conceal(length);
        self.end_override(length);
    }
}

/// Bytes of the escape sequence a text begins with, at least the escape character's own.
pub(super) fn ansi_length(text: &str) -> usize {
    let mut chars = text.char_indices();
    let Some((_, first)) = chars.next() else { return 0 };
    let alone = first.len_utf8();
    let introducer = if first == '\u{9b}' { '[' } else { chars.next().map_or('\0', |(_, char)| char) };
    match introducer {
        '[' => chars
            .take(64)
            .find(|(_, char)| ('\u{40}'..='\u{7e}').contains(char))
            .map_or(alone, |(at, char)| at + char.len_utf8()),
        // An operating system command: a title or a link. It ends with a bell or a string terminator.
        ']' => {
            let mut last = '\0';
            for (at, char) in chars.take(512) {
                if char == '\u{7}' || (last == '\u{1b}' && char == '\\') {
                    return at + char.len_utf8();
                }
                last = char;
            }
            alone
        }
        '(' | ')' | '#' | '%' => chars.next().map_or(alone, |(at, char)| at + char.len_utf8()),
        '@'..='_' | '7' | '8' | '=' | '>' => alone + 1,
        _ => alone,
    }
}

/// What a run of invisible characters says: tags are ASCII, selectors are bytes, two zero-width kinds are bits.
fn message(run: &[char]) -> Option<String> {
    let tags: String = run
        .iter()
        .filter_map(|char| u8::try_from((*char as u32).checked_sub(0xe_0000)?).ok())
        .filter(|byte| (0x20..0x7f).contains(byte))
        .map(char::from)
        .collect();
    if tags.len() >= MESSAGE_MIN {
        return Some(tags);
    }
    let bytes: Vec<u8> = run
        .iter()
        .filter_map(|char| match *char as u32 {
            code @ 0xfe00..=0xfe0f => u8::try_from(code - 0xfe00).ok(),
            code @ 0xe_0100..=0xe_01ef => u8::try_from(code - 0xe_0100 + 16).ok(),
            _ => None,
        })
        .collect();
    if bytes.len() >= MESSAGE_MIN {
        return super::codings::readable(bytes);
    }
    let zero = *run.iter().find(|char| Invisible::of(**char) == Some(Invisible::ZeroWidth))?;
    let one = *run.iter().find(|char| **char != zero && Invisible::of(**char) == Some(Invisible::ZeroWidth))?;
    let bits: Vec<u8> =
        run.iter().filter_map(|char| if *char == zero { Some(0) } else { (*char == one).then_some(1) }).collect();
    // Which of the two stands for one is not said.
    [0, 1].iter().find_map(|flip| {
        let bytes = bits.chunks_exact(8).map(|byte| byte.iter().fold(0_u8, |sum, bit| (sum << 1) | (bit ^ flip)));
        super::codings::readable(bytes.collect())
    })
}
