//! Sets of bytes. A look at a table is a step, where a test of ranges is a handful; and texts are read byte by byte in
//! many places.

/// A set of bytes.
pub(crate) struct ByteSet([bool; 256]);

/// Letters and digits of ASCII.
pub(crate) const ALPHANUMERIC: ByteSet = ByteSet::of(b"").and_alphanumeric();

impl ByteSet {
    /// These bytes.
    pub(crate) const fn of(bytes: &[u8]) -> Self {
        let mut set = [false; 256];
        let mut rest = bytes;
        while let [byte, others @ ..] = rest {
            set[*byte as usize] = true;
            rest = others;
        }
        Self(set)
    }

    /// ASCII but for these.
    pub(crate) const fn ascii_without(bytes: &[u8]) -> Self {
        let others = Self::of(bytes);
        let mut set = [false; 256];
        let mut byte = 0;
        while byte < 128_u8 {
            set[byte as usize] = !others.has(byte);
            byte += 1;
        }
        Self(set)
    }

    /// These, and the letters and digits of ASCII.
    pub(crate) const fn and_alphanumeric(mut self) -> Self {
        let mut byte = 0;
        while byte < 128_u8 {
            if byte.is_ascii_alphanumeric() {
                self.0[byte as usize] = true;
            }
            byte += 1;
        }
        self
    }

    /// Whether a byte is one of them.
    pub(crate) const fn has(&self, byte: u8) -> bool {
        self.0[byte as usize]
    }

    /// Where the first byte from `from` on is that is none of them, or the end.
    pub(crate) fn end(&self, bytes: &[u8], from: usize) -> usize {
        let rest = bytes.get(from..).unwrap_or_default();
        from + rest.iter().position(|byte| !self.has(*byte)).unwrap_or(rest.len())
    }
}

/// How many digits there are. Sums of short stretches fit in a byte, which lets the processor take many at a time.
pub(crate) fn count_digits(bytes: &[u8]) -> usize {
    let of_stretch = |stretch: &[u8]| stretch.iter().map(|byte| u8::from(byte.is_ascii_digit())).sum::<u8>();
    bytes.chunks(128).map(|stretch| usize::from(of_stretch(stretch))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_and_their_end() {
        let set = ByteSet::of(b"-_").and_alphanumeric();
        assert!((0..=255).all(|byte: u8| set.has(byte) == (byte.is_ascii_alphanumeric() || b"-_".contains(&byte))));
        let others = ByteSet::ascii_without(b"- \\");
        assert!((0..=255).all(|byte: u8| others.has(byte) == (byte.is_ascii() && !b"- \\".contains(&byte))));
        assert_eq!(set.end(b"a-1_ b", 1), 4);
        assert_eq!((set.end(b"ab", 0), set.end(b"ab", 2)), (2, 2));
    }

    #[test]
    fn digits_are_counted() {
        assert_eq!(count_digits("1a٣-".repeat(300).as_bytes()), 300);
        assert_eq!((count_digits(&[b'7'; 1000]), count_digits(b"")), (1000, 0));
    }
}
