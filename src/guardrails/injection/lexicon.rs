//! The classes of words rules are made of, and the search for them in a folded text.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::guardrails::bytes::ByteSet;
use crate::guardrails::normalise::characters::is_alphanumeric;
use crate::guardrails::normalise::letters::is_unspaced;
use crate::guardrails::normalise::strong::folded;

/// `CLASS: word, two words, stem*`; a line that begins with a blank goes on with the class above it.
static WORDS: [&str; 2] = [include_str!("lexicon.txt"), include_str!("languages.txt")];

/// A set of word classes, one bit each.
pub(super) type Classes = u128;

/// Classes that the scan itself gives to what it meets.
pub(super) const SCANNED: [&str; 8] = ["IDENT", "URL", "EMAIL", "DOMAIN", "PLACE", "COLON", "COMMA", "GAP"];

/// The words of all classes as a tree of bytes.
pub(super) struct Lexicon {
    /// The root, its children, their children; those of one node together.
    nodes: Vec<Node>,
    /// The byte that leads to each node.
    keys: Vec<u8>,
    /// What ends at nodes; the first one is nothing.
    entries: Vec<Entry>,
    /// Nodes by the first two bytes of a word, so that most words are done with after one look.
    pairs: Vec<u32>,
    names: HashMap<&'static str, u32>,
    /// The class of phrases that mean no harm although their words might.
    pub(super) neutral: Classes,
}

/// A node of the finished tree. Small, since a text's every word walks over a few of them.
#[derive(Clone, Copy, Default)]
pub(super) struct Node {
    /// Its first child, and how many there are.
    first: u32,
    children: u32,
    /// The children's last five bits, one bit each: a look that most bytes do not pass.
    mask: u32,
    /// What ends here: an index; 0 for nothing.
    entry: u32,
}

/// What ends at a node.
#[derive(Clone, Copy, Default)]
struct Entry {
    /// Classes of the word that ends here.
    word: Classes,
    /// Classes of the stem that ends here: any letters may follow.
    stem: Classes,
}

/// A node of the growing tree.
#[derive(Default)]
struct Sprout {
    children: Vec<(u8, u32)>,
    word: Classes,
    stem: Classes,
}

/// Entries that begin at one place, at most.
const MATCHES: usize = 4;

/// What was found at a place.
#[derive(Clone, Copy, Default)]
pub(super) struct Found {
    pub(super) length: usize,
    pub(super) classes: Classes,
    /// Words of a phrase.
    pub(super) words: u32,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::read(&WORDS));

/// The lexicon, read at first use.
pub(super) fn lexicon() -> &'static Lexicon {
    &LEXICON
}

impl Lexicon {
    fn read(texts: &[&'static str]) -> Self {
        let mut tree = vec![Sprout::default()];
        let mut names = HashMap::new();
        for name in SCANNED {
            class_named(&mut names, name);
        }
        let mut class = 0;
        for line in texts.iter().flat_map(|text| text.lines()) {
            if line.trim().is_empty() || line.starts_with("//") {
                continue;
            }
            let entries = match line.split_once(": ") {
                Some((name, entries)) if !line.starts_with(' ') => {
                    class = class_named(&mut names, name);
                    entries
                }
                _ => line,
            };
            for entry in entries.split(", ").map(|entry| entry.trim().trim_end_matches(',')) {
                // The fold is the text's own, so that an entry looks as its like in a text does.
                match entry.strip_suffix('*') {
                    Some(stem) if !stem.is_empty() => insert(&mut tree, &folded(stem), class, true),
                    _ if entry.is_empty() => {}
                    _ => insert(&mut tree, &folded(entry), class, false),
                }
            }
        }
        let (nodes, keys, entries) = (Vec::new(), Vec::new(), vec![Entry::default()]);
        let mut lexicon = Self { nodes, keys, entries, pairs: Vec::new(), names, neutral: 0 };
        lexicon.neutral = lexicon.class("NEUTRAL").unwrap_or(0);
        lexicon.grow(&tree);
        lexicon
    }

    fn grow(&mut self, tree: &[Sprout]) {
        let small = |number: usize| u32::try_from(number).unwrap_or(0);
        let mut queue = vec![0];
        self.keys.push(0);
        while let Some(sprout) = queue.get(self.nodes.len()).and_then(|number: &u32| tree.get(*number as usize)) {
            let (first, children) = (small(queue.len()), small(sprout.children.len()));
            let mask = sprout.children.iter().fold(0, |mask, (byte, _)| mask | bit(*byte));
            let entry = if sprout.word | sprout.stem == 0 { 0 } else { small(self.entries.len()) };
            if entry > 0 {
                self.entries.push(Entry { word: sprout.word, stem: sprout.stem });
            }
            self.nodes.push(Node { first, children, mask, entry });
            for (byte, child) in &sprout.children {
                self.keys.push(*byte);
                queue.push(*child);
            }
        }
        self.pairs = self.after_two();
    }

    /// The nodes that two bytes lead to.
    fn after_two(&self) -> Vec<u32> {
        let node = |number: u32| self.nodes.get(number as usize).copied().unwrap_or_default();
        let bytes = || 0..=u8::MAX;
        // Nothing begins with a byte that no child of the root has.
        let after_one = bytes().map(|first| match self.child(node(0), first) {
            0 => Node::default(),
            number => node(number),
        });
        after_one.flat_map(|node| bytes().map(move |second| self.child(node, second))).collect()
    }

    #[inline]
    fn child(&self, node: Node, byte: u8) -> u32 {
        if node.mask & bit(byte) == 0 {
            return 0;
        }
        let keys = self.keys.get(node.first as usize..(node.first + node.children) as usize).unwrap_or_default();
        (node.first..).zip(keys).find(|(_, key)| **key == byte).map_or(0, |(child, _)| child)
    }

    /// The bit of a class. `None`: there is no such class.
    pub(super) fn class(&self, name: &str) -> Option<Classes> {
        1_u128.checked_shl(*self.names.get(name)?)
    }

    /// The node of the two bytes at a place. `None`: the third one shows that no entry begins there, as at most places.
    #[inline]
    pub(super) fn node(&self, text: &str, from: usize) -> Option<Node> {
        let &[first, second, ref rest @ ..] = text.as_bytes().get(from..)? else { return None };
        let number = self.pairs.get(pair(first, second)).copied().filter(|number| *number != 0)?;
        let node = self.nodes.get(number as usize).copied()?;
        let goes_on = |third: &u8| node.mask & bit(*third) != 0 || BLANKS.has(*third);
        (node.entry != 0 || rest.first().is_some_and(goes_on)).then_some(node)
    }

    /// Classes of what ends at a node, which is at a place of the text.
    fn ends_with(&self, node: Node, text: &str, at: usize, is_glued: bool) -> Classes {
        let Some(entry) = self.entries.get(node.entry as usize) else { return 0 };
        entry.stem | if entry.word != 0 && (is_glued || ends_word(text, at)) { entry.word } else { 0 }
    }

    /// Writes to `found` the words and phrases that begin at a place, whose first two bytes have this node; shortest
    /// first. `is_glued`: words need no end.
    pub(super) fn below(&self, mut node: Node, text: &str, from: usize, is_glued: bool, found: &mut Vec<Found>) {
        let bytes = text.as_bytes();
        found.clear();
        let (mut at, mut words) = (from + 2, 1);
        loop {
            let classes = if node.entry == 0 { 0 } else { self.ends_with(node, text, at, is_glued) };
            if classes != 0 {
                found.push(Found { length: at - from, classes, words });
                if found.len() == MATCHES {
                    break;
                }
            }
            let Some(&byte) = bytes.get(at) else { break };
            let is_blank = BLANKS.has(byte);
            let mut next = self.child(node, byte);
            if next == 0 && is_blank {
                next = self.child(node, b' ');
            }
            node = match self.nodes.get(next as usize) {
                Some(node) if next != 0 => *node,
                _ => break,
            };
            words += u32::from(is_blank);
            at += 1;
        }
    }
}

/// What stands between the words of a phrase.
const BLANKS: ByteSet = ByteSet::of(b" \n_-");

/// A byte's place in [`Node::mask`].
const fn bit(byte: u8) -> u32 {
    1 << (byte & 31)
}

const fn pair(first: u8, second: u8) -> usize {
    (first as usize) << 8 | second as usize
}

fn class_named(names: &mut HashMap<&'static str, u32>, name: &'static str) -> Classes {
    let next = u32::try_from(names.len()).unwrap_or(u32::MAX);
    1_u128.checked_shl(*names.entry(name).or_insert(next)).unwrap_or(0)
}

fn insert(tree: &mut Vec<Sprout>, word: &str, class: Classes, is_stem: bool) {
    let mut at = 0;
    for byte in word.bytes() {
        let byte = if byte == b'\n' { b' ' } else { byte };
        let new = u32::try_from(tree.len()).unwrap_or(0);
        let Some(node) = tree.get_mut(at) else { return };
        match node.children.iter().find(|(child, _)| *child == byte) {
            Some((_, next)) => at = *next as usize,
            None => {
                node.children.push((byte, new));
                tree.push(Sprout::default());
                at = new as usize;
            }
        }
    }
    // In a script without blanks the next word follows at once.
    let is_open = is_stem || word.chars().next_back().is_some_and(is_unspaced);
    if let Some(node) = tree.get_mut(at) {
        *(if is_open { &mut node.stem } else { &mut node.word }) |= class;
    }
}

/// Whether no letter or digit follows the one before a place (or the last one was none).
fn ends_word(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    let is_sign = |byte: u8| byte < 0x80 && !byte.is_ascii_alphanumeric();
    if at.checked_sub(1).and_then(|last| bytes.get(last)).is_none_or(|last| is_sign(*last)) {
        return true;
    }
    match bytes.get(at) {
        None => true,
        Some(&next) if next < 0x80 => !next.is_ascii_alphanumeric(),
        Some(_) => {
            let next = text.get(at..).and_then(|rest| rest.chars().next());
            next.is_some_and(|char| !is_alphanumeric(char) || is_unspaced(char))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_end_with_their_word() {
        let lexicon = Lexicon::read(&["A: system, system prompt, ignor*\nB: 忽略, system prompt\n"]);
        let (a, b) = (lexicon.class("A").expect("A"), lexicon.class("B").expect("B"));
        let at = |text: &str| {
            let mut found = Vec::new();
            let node = lexicon.node(text, 0).expect("its first bytes are known");
            lexicon.below(node, text, 0, false, &mut found);
            let found = found.pop().unwrap_or_default();
            (found.length, found.classes, found.words)
        };
        assert_eq!(at("system_prompt."), (13, a | b, 2));
        assert_eq!(at("system prompts"), (6, a, 1));
        assert_eq!(at("systems"), (0, 0, 0));
        assert_eq!(at("ignorieren"), (5, a, 1));
        assert_eq!(at("忽略之前"), (6, b, 1));
    }

    #[test]
    fn the_shipped_lexicon_is_whole() {
        let lexicon = lexicon();
        assert!(lexicon.names.len() <= 128, "{} classes", lexicon.names.len());
        assert!(
            WORDS
                .iter()
                .flat_map(|text| text.lines())
                .all(|line| line.starts_with(' ') || line.starts_with("//") || line.is_empty() || line.contains(": "))
        );
    }
}
