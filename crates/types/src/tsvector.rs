//! PostgreSQL's `tsvector`: the lexemes of a document, each once, with the places where it occurs (manual §8.11.1).
//!
//! ```text
//! 'fat':2,11B 'rat'        fat at position 2 and, with weight B, at 11; rat somewhere
//! ```
//!
//! Invariants:
//! 1. lexemes are ordered by their bytes and differ from one another; none is empty;
//! 2. positions of a lexeme are ordered, at most [`MAX_POSITIONS`] of them, none above [`MAX_POSITION`].

use std::sync::Arc;

use crate::error::{SqlError, SqlResult};
use crate::sqlstate::SqlState;

/// Positions past this one are counted as this one.
pub const MAX_POSITION: u16 = (1 << 14) - 1;
/// Most positions of one lexeme.
pub const MAX_POSITIONS: usize = 256;
/// Longest lexeme in bytes.
pub const MAX_LEXEME_BYTES: usize = 2_046;
/// Most bytes of all lexemes with their positions.
pub const MAX_BYTES: usize = (1 << 20) - 1;

/// What a part of a document counts, lowest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    #[default]
    D = 0,
    C = 1,
    B = 2,
    A = 3,
}

impl Weight {
    /// The weight of this letter in either case.
    pub const fn of_letter(letter: u8) -> Option<Self> {
        match letter.to_ascii_uppercase() {
            b'A' => Some(Self::A),
            b'B' => Some(Self::B),
            b'C' => Some(Self::C),
            b'D' => Some(Self::D),
            _ => None,
        }
    }

    pub const fn letter(self) -> char {
        match self {
            Self::A => 'A',
            Self::B => 'B',
            Self::C => 'C',
            Self::D => 'D',
        }
    }

    /// Its bit in a set of weights.
    pub const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A place in a document with the weight of that part: two bits of weight above fourteen of position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(u16);

impl Position {
    /// Positions above [`MAX_POSITION`] become it.
    pub fn new(position: u32, weight: Weight) -> Self {
        let position = u16::try_from(position).unwrap_or(u16::MAX).min(MAX_POSITION);
        Self((weight as u16) << 14 | position)
    }

    /// As PostgreSQL sends it.
    pub const fn from_bits(bits: u16) -> Self {
        Self(bits)
    }

    pub const fn bits(self) -> u16 {
        self.0
    }

    pub const fn position(self) -> u16 {
        self.0 & MAX_POSITION
    }

    pub const fn weight(self) -> Weight {
        match self.0 >> 14 {
            0 => Weight::D,
            1 => Weight::C,
            2 => Weight::B,
            _ => Weight::A,
        }
    }

    #[must_use]
    pub const fn with_weight(self, weight: Weight) -> Self {
        Self(self.position() | (weight as u16) << 14)
    }
}

/// A word in its normal form, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lexeme {
    pub word: Arc<str>,
    /// Empty if it is not known where.
    pub positions: Vec<Position>,
}

impl Lexeme {
    pub fn new(word: impl Into<Arc<str>>, positions: Vec<Position>) -> Self {
        Self { word: word.into(), positions }
    }
}

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct TsVector(Arc<[Lexeme]>);

/// Orders positions; of two at one place the greater weight stays.
pub fn unique_positions(positions: &mut Vec<Position>) {
    if positions.len() <= 1 {
        return;
    }
    positions.sort_by_key(|p| p.position());
    let mut kept: Vec<Position> = Vec::with_capacity(positions.len());
    for next in positions.drain(..) {
        let full = kept.len() >= MAX_POSITIONS;
        match kept.last_mut() {
            Some(last) if last.position() == next.position() => {
                if next.weight() > last.weight() {
                    *last = next;
                }
            }
            Some(last) if full || last.position() == MAX_POSITION => break,
            _ => kept.push(next),
        }
    }
    *positions = kept;
}

impl TsVector {
    /// Of lexemes in any order, of which some may be there several times.
    ///
    /// # Errors
    /// 54000 if they are too long together.
    pub fn new(mut lexemes: Vec<Lexeme>) -> SqlResult<Self> {
        lexemes.sort_by(|a, b| a.word.as_bytes().cmp(b.word.as_bytes()));
        let mut unique: Vec<Lexeme> = Vec::with_capacity(lexemes.len());
        for lexeme in lexemes {
            match unique.last_mut() {
                Some(last) if last.word == lexeme.word => last.positions.extend(lexeme.positions),
                _ => unique.push(lexeme),
            }
        }
        for lexeme in &mut unique {
            unique_positions(&mut lexeme.positions);
        }
        Self::checked(unique)
    }

    /// Of lexemes that satisfy the invariants but for their length.
    ///
    /// # Errors
    /// 54000 if they are too long together.
    pub fn checked(lexemes: Vec<Lexeme>) -> SqlResult<Self> {
        let vector = Self::from_ordered(lexemes);
        let bytes = vector.data_bytes();
        if bytes > MAX_BYTES {
            let message = format!("string is too long for tsvector ({bytes} bytes, max {MAX_BYTES} bytes)");
            return Err(SqlError::new(SqlState::ProgramLimitExceeded, message));
        }
        Ok(vector)
    }

    /// Of lexemes that satisfy the invariants: a part of another vector, say.
    pub fn from_ordered(lexemes: Vec<Lexeme>) -> Self {
        Self(lexemes.into())
    }

    pub fn lexemes(&self) -> &[Lexeme] {
        &self.0
    }

    /// Where `word` is among the lexemes; else where it would be.
    ///
    /// # Errors
    /// The place, if it is not there.
    pub fn find(&self, word: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|l| l.word.as_bytes().cmp(word.as_bytes()))
    }

    /// Bytes of lexemes and positions as PostgreSQL lays them out: two for the number of positions and for each, even.
    fn data_bytes(&self) -> usize {
        self.0.iter().fold(0, |at, l| {
            let end = at + l.word.len();
            if l.positions.is_empty() { end } else { end.next_multiple_of(2) + 2 + 2 * l.positions.len() }
        })
    }

    /// Bytes that the value has in PostgreSQL, by which values are ordered first.
    pub fn stored_bytes(&self) -> usize {
        8 + 4 * self.0.len() + self.data_bytes()
    }

    /// Appends the form in which rows and columns hold it.
    /// ```text
    /// (length u16, bytes, count u16, (position u16)*)*      little-endian
    /// ```
    pub fn to_bytes(&self, out: &mut Vec<u8>) {
        let short = |n: usize| u16::try_from(n).unwrap_or(u16::MAX).to_le_bytes();
        for lexeme in self.0.iter() {
            out.extend_from_slice(&short(lexeme.word.len()));
            out.extend_from_slice(lexeme.word.as_bytes());
            out.extend_from_slice(&short(lexeme.positions.len()));
            for position in &lexeme.positions {
                out.extend_from_slice(&position.bits().to_le_bytes());
            }
        }
    }

    /// Inverse of [`TsVector::to_bytes`]; `None` if these are other bytes.
    pub fn from_bytes(mut bytes: &[u8]) -> Option<Self> {
        fn short(bytes: &mut &[u8]) -> Option<u16> {
            let (head, rest) = bytes.split_first_chunk::<2>()?;
            *bytes = rest;
            Some(u16::from_le_bytes(*head))
        }
        let mut lexemes: Vec<Lexeme> = Vec::new();
        while !bytes.is_empty() {
            let length = short(&mut bytes)?;
            let (word, rest) = bytes.split_at_checked(usize::from(length))?;
            bytes = rest;
            let word = std::str::from_utf8(word).ok()?;
            if lexemes.last().is_some_and(|last| last.word.as_bytes() >= word.as_bytes()) {
                return None;
            }
            let count = usize::from(short(&mut bytes)?);
            let positions = (0..count).map(|_| short(&mut bytes).map(Position)).collect::<Option<Vec<_>>>()?;
            lexemes.push(Lexeme::new(word, positions));
        }
        Some(Self::from_ordered(lexemes))
    }

    /// Appends bytes whose order is that of `tsvector_ops`: by size, by number of lexemes, then lexeme by lexeme.
    /// None is a prefix of another.
    pub fn to_ordered_bytes(&self, out: &mut Vec<u8>) {
        let word = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_be_bytes();
        out.extend_from_slice(&word(self.stored_bytes()));
        out.extend_from_slice(&word(self.0.len()));
        for lexeme in self.0.iter() {
            // Those with positions come first, as those with more of them and with later ones do.
            out.push(u8::from(lexeme.positions.is_empty()));
            out.extend_from_slice(lexeme.word.as_bytes());
            out.extend_from_slice(&[0, 1]);
            if lexeme.positions.is_empty() {
                continue;
            }
            out.extend_from_slice(&(!u16::try_from(lexeme.positions.len()).unwrap_or(u16::MAX)).to_be_bytes());
            for position in &lexeme.positions {
                out.extend_from_slice(&(!position.position()).to_be_bytes());
                out.push(!(position.weight() as u8));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::text_io::{tsquery, tsvector};

    #[test]
    fn ordered_bytes_order_as_postgresql_does() {
        let vectors = ["", "a", "b", "a:2", "a:1", "a:1A,4", "abc:1 b:2"];
        let queries = ["a", "b", "!a", "a <2> b", "a <-> b", "a | b", "a & b"];
        let bytes = |text: &str| {
            let mut out = Vec::new();
            tsvector::parse(text).expect("vector").to_ordered_bytes(&mut out);
            out
        };
        assert!(vectors.windows(2).all(|w| bytes(w[0]) < bytes(w[1])), "{vectors:?}");
        let bytes = |text: &str| {
            let mut out = Vec::new();
            tsquery::parse(text).expect("query").to_ordered_bytes(&mut out);
            out
        };
        assert!(queries.windows(2).all(|w| bytes(w[0]) < bytes(w[1])), "{queries:?}");
        assert_eq!(bytes("a:A"), bytes("a:*"));
    }
}
