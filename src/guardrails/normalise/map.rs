//! Where a folded text's bytes came from.

use std::ops::Range;

/// A run of folded bytes and the source bytes they came from.
#[derive(Clone, Copy, Debug)]
struct Piece {
    /// Where it begins in the folded text; it ends where the next one begins.
    out: u32,
    source: u32,
    source_len: u32,
    /// How many source bytes each folded byte came from; 0 where the run came from all of its source and is never split.
    stride: u32,
}

/// From ranges of a folded text to ranges of its source. Monotonous: a later range never maps to an earlier place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Map {
    /// In order and without gaps in the folded text. Empty: the two texts are the same, byte for byte.
    pieces: Vec<Piece>,
    /// Folded bytes of all of them.
    length: u32,
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl Map {
    /// Appends `length` folded bytes that are one for one the source's from `source` on.
    #[inline]
    pub(super) fn exact(&mut self, length: usize, source: usize) {
        if length == 0 {
            return;
        }
        self.append(small(length), small(source), small(length), 1);
    }

    /// Appends `length` folded bytes that came from a source range as a whole.
    #[inline]
    pub(super) fn whole(&mut self, length: usize, source: Range<usize>) {
        if length == 0 {
            return;
        }
        let source_len = small(source.end.saturating_sub(source.start));
        self.append(small(length), small(source.start), source_len, if length == 1 { source_len } else { 0 });
    }

    #[inline]
    fn append(&mut self, length: u32, source: u32, source_len: u32, stride: u32) {
        let out = self.length;
        self.length += length;
        match self.pieces.last_mut() {
            // Look-alikes of one script in a row are one run, as plain text is.
            Some(last) if stride != 0 && last.stride == stride && last.source + last.source_len == source => {
                last.source_len += source_len;
            }
            _ => self.pieces.push(Piece { out, source, source_len, stride }),
        }
    }

    fn at(&self, out: usize) -> Option<&Piece> {
        let index = self.pieces.partition_point(|piece| piece.out as usize <= out);
        self.pieces.get(index.checked_sub(1)?)
    }

    /// The source range a folded range came from; source characters are never split.
    #[must_use]
    pub(crate) fn source(&self, range: Range<usize>) -> Range<usize> {
        if self.pieces.is_empty() {
            return range;
        }
        let start = self.at(range.start).map_or(0, |piece| {
            let into = range.start - piece.out as usize;
            piece.source as usize + into * piece.stride as usize
        });
        if range.end <= range.start {
            return start..start;
        }
        let end = self.at(range.end - 1).map_or(start, |piece| {
            let into = range.end - piece.out as usize;
            piece.source as usize
                + if piece.stride == 0 { piece.source_len as usize } else { into * piece.stride as usize }
        });
        start..end.max(start)
    }
}
