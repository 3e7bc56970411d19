//! What Unicode says of a character, looked up once for the 256 around it: the standard library and the normalisation
//! crate search their tables for each character, which is most of the work for texts beyond ASCII.

use std::sync::OnceLock;

use unicode_normalization::char::{canonical_combining_class, decompose_compatible};
use unicode_normalization::{IsNormalized, is_nfkc_quick};

/// One bit a fact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts(u8);

const ALPHABETIC: u8 = 1;
const NUMERIC: u8 = 2;
const NORMAL: u8 = 4;
const STARTER: u8 = 8;
const STEP: u8 = 16;
const WHOLE: u8 = 32;

impl Facts {
    pub(super) fn of(char: char) -> Self {
        static BLOCKS: [OnceLock<Box<[Facts; 256]>>; 0x1100] = [const { OnceLock::new() }; 0x1100];
        let code = u32::from(char);
        let Some(block) = BLOCKS.get((code >> 8) as usize) else { return Self::compute(char) };
        let facts = block.get_or_init(|| {
            let first = code & !0xff;
            let of = |at: usize| char::from_u32(first + u32::try_from(at).unwrap_or_default()).map(Self::compute);
            Box::new(std::array::from_fn(|at| of(at).unwrap_or_default()))
        });
        facts.get((code & 0xff) as usize).copied().unwrap_or_default()
    }

    fn compute(char: char) -> Self {
        let quick = is_nfkc_quick(std::iter::once(char));
        let starter = canonical_combining_class(char) == 0;
        let mut parts = Parts::default();
        decompose_compatible(char, |part| parts.push(part));
        let starts_step = match quick {
            IsNormalized::Yes => starter,
            IsNormalized::Maybe => false,
            IsNormalized::No => parts.first.is_some_and(|part| {
                canonical_combining_class(part) == 0
                    && is_nfkc_quick(std::iter::once(part)) == IsNormalized::Yes
                    // These join the Hangul syllable before them.
                    && !matches!(part, '\u{1161}'..='\u{1175}' | '\u{11a8}'..='\u{11c2}')
            }),
        };
        let bit = |holds: bool, bit: u8| if holds { bit } else { 0 };
        Self(
            bit(char.is_alphabetic(), ALPHABETIC)
                | bit(char.is_numeric(), NUMERIC)
                | bit(quick == IsNormalized::Yes, NORMAL)
                | bit(starter, STARTER)
                | bit(starts_step, STEP)
                | bit(parts.count == 1 && parts.first == Some(char), WHOLE),
        )
    }

    const fn has(self, bits: u8) -> bool {
        self.0 & bits != 0
    }

    /// `char::is_alphabetic`.
    pub(super) const fn is_alphabetic(self) -> bool {
        self.has(ALPHABETIC)
    }

    /// `char::is_alphanumeric`.
    pub(super) const fn is_alphanumeric(self) -> bool {
        self.has(ALPHABETIC | NUMERIC)
    }

    /// It is in compatibility normal form (NFKC) wherever it stands.
    pub(super) const fn is_normal(self) -> bool {
        self.has(NORMAL)
    }

    /// Its combining class is 0: marks gather on it.
    pub(super) const fn is_starter(self) -> bool {
        self.has(STARTER)
    }

    /// Nothing before it can change with it.
    pub(super) const fn starts_step(self) -> bool {
        self.has(STEP)
    }

    /// It is not made of others: it decomposes to itself.
    pub(super) const fn is_whole(self) -> bool {
        self.has(WHOLE)
    }
}

/// The first of the characters that one is made of, and their number.
#[derive(Default)]
struct Parts {
    first: Option<char>,
    count: usize,
}

impl Parts {
    fn push(&mut self, part: char) {
        self.first.get_or_insert(part);
        self.count += 1;
    }
}

/// The one character that another stands for, itself included; `None` where it stands for several.
pub(super) fn sole(char: char) -> Option<char> {
    let mut parts = Parts::default();
    decompose_compatible(char, |part| parts.push(part));
    parts.first.filter(|_| parts.count == 1)
}

/// `char::is_alphabetic`, from a table.
pub(crate) fn is_alphabetic(char: char) -> bool {
    if char.is_ascii() { char.is_ascii_alphabetic() } else { Facts::of(char).is_alphabetic() }
}

/// `char::is_alphanumeric`, from a table.
pub(crate) fn is_alphanumeric(char: char) -> bool {
    if char.is_ascii() { char.is_ascii_alphanumeric() } else { Facts::of(char).is_alphanumeric() }
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization as _;

    use super::*;

    #[test]
    fn the_table_says_what_unicode_says() {
        for char in '\0'..=char::MAX {
            assert_eq!(is_alphabetic(char), char.is_alphabetic(), "{char:?}");
            assert_eq!(is_alphanumeric(char), char.is_alphanumeric(), "{char:?}");
            let facts = Facts::of(char);
            assert_eq!(facts, Facts::compute(char), "{char:?}");
            if facts.is_normal() {
                assert!(std::iter::once(char).nfkc().eq([char]), "{char:?}");
            }
            if let Some(sole) = sole(char) {
                assert!(std::iter::once(char).nfkc().eq([sole]), "{char:?} is {sole:?}");
            }
        }
    }
}
