//! Places in a statement's text. `sqlparser` gives line and column; the binder keeps one byte offset
//! ([`Pos`]), and PostgreSQL reports a position in characters from 1.

use sqlparser::tokenizer::{Location, Span};

/// Byte offset plus one; 0 is "unknown".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pos(u32);

impl Pos {
    pub const NONE: Self = Self(0);

    /// The place of the byte at `offset`.
    pub fn at(offset: usize) -> Self {
        Self(u32::try_from(offset + 1).unwrap_or(0))
    }

    /// Byte offset, if known.
    pub fn offset(self) -> Option<usize> {
        (self.0 > 0).then(|| self.0 as usize - 1)
    }

    /// The leftmost known of two places.
    pub fn min_known(self, other: Self) -> Self {
        match (self.0, other.0) {
            (0, _) => other,
            (_, 0) => self,
            _ => self.min(other),
        }
    }

    /// `self`, or `other` if unknown.
    pub fn or(self, other: Self) -> Self {
        if self.0 == 0 { other } else { self }
    }
}

/// Statement text with the beginnings of its lines.
#[derive(Debug)]
pub struct Source<'a> {
    pub text: &'a str,
    /// Byte offsets of lines from the second on.
    lines: Vec<usize>,
    ascii: bool,
}

impl<'a> Source<'a> {
    pub fn new(text: &'a str) -> Self {
        let lines = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1).collect();
        Self { text, lines, ascii: text.is_ascii() }
    }

    /// The byte that `location` (line and column from 1) names.
    pub fn pos(&self, location: Location) -> Pos {
        if location.line == 0 || self.text.is_empty() {
            return Pos::NONE;
        }
        let line = usize::try_from(location.line).unwrap_or(usize::MAX) - 1;
        let column = usize::try_from(location.column).unwrap_or(1).saturating_sub(1);
        let start = match line.checked_sub(1) {
            None => 0,
            Some(i) => match self.lines.get(i) {
                Some(start) => *start,
                None => return Pos::NONE,
            },
        };
        if self.ascii {
            return Pos::at((start + column).min(self.text.len()));
        }
        let Some(rest) = self.text.get(start..) else { return Pos::NONE };
        Pos::at(start + rest.char_indices().nth(column).map_or(rest.len(), |(i, _)| i))
    }

    /// Where `span` begins.
    pub fn start(&self, span: Span) -> Pos {
        self.pos(span.start)
    }

    /// As the protocol counts: characters from 1.
    pub fn characters(&self, pos: Pos) -> Option<usize> {
        let offset = pos.offset()?;
        Some(if self.ascii { offset + 1 } else { self.text.get(..offset)?.chars().count() + 1 })
    }
}
