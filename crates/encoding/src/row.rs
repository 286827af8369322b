//! A row: values by stable column id.
//!
//! ```text
//! row = version (1), widths, count (u16)
//!       count × id        ascending; the top bit of an id's width says NULL
//!       count × end       where the value ends, counted from the first value
//!       values            back to back; see `value`
//! widths = bits 0-1 width of an id, bits 2-3 width of an end: 0, 1, 2 for 1, 2, 4 bytes
//! ```
//! All integers are little-endian. `(1: int4 7, 2: NULL, 3: text 'ab')` is
//! `01 00 0300  01 82 03  04 04 06  07000000 6162`.
//!
//! A column that is not in the row at all was added after it was written; the reader supplies its
//! value. A dropped column stays until the row is written again, and nobody asks for it. So
//! neither needs a rewrite, and no row carries a schema version: ids are never used twice.
//!
//! Rows of one table mostly share their first `4 + count` bytes, which a scan compares to find
//! columns without searching ([`RowView::shape`]).

use gavel_types::{Datum, PgType};

use crate::{Error, Result, value};

/// Version byte of the format above.
pub const ROW_VERSION: u8 = 1;

/// PostgreSQL allows 1,600 columns; dropped ones may linger.
pub const MAX_COLUMNS: usize = 8_192;

/// Writes a row. Columns may come in any order; ids must differ and be below 2^31.
///
/// # Errors
/// [`Error::TypeMismatch`] for a value that is not of its type; [`Error::TooLarge`] for too many
/// columns or more than 4 GiB.
pub fn encode_row(columns: &[(u32, &Datum, PgType)]) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    encode_row_into(&mut out, columns)?;
    Ok(out)
}

/// [`encode_row`] at the end of `out`.
///
/// # Errors
/// As [`encode_row`]; `out` then has unspecified bytes at its end.
pub fn encode_row_into(out: &mut Vec<u8>, columns: &[(u32, &Datum, PgType)]) -> Result<()> {
    if columns.len() > MAX_COLUMNS {
        return Err(Error::TooLarge("number of columns"));
    }
    if columns.windows(2).all(|w| w[0].0 < w[1].0) {
        return encode_sorted(out, columns);
    }
    let mut sorted = columns.to_vec();
    sorted.sort_by_key(|c| c.0);
    if sorted.windows(2).any(|w| w[0].0 == w[1].0) {
        return Err(Error::Malformed("row: column given twice"));
    }
    encode_sorted(out, &sorted)
}

fn encode_sorted(out: &mut Vec<u8>, columns: &[(u32, &Datum, PgType)]) -> Result<()> {
    let count = columns.len();
    let id_width = match columns.last().map_or(0, |c| c.0) {
        0..0x80 => Width::One,
        0x80..0x8000 => Width::Two,
        0x8000..0x8000_0000 => Width::Four,
        _ => return Err(Error::TooLarge("column id")),
    };
    let start = out.len();
    // Ends of one byte are tried first: most rows are short. Otherwise the values move.
    let mut end_width = Width::One;
    let header = HEADER + count * (id_width.bytes() + end_width.bytes());
    out.resize(start + header, 0);
    let mut ends = Vec::with_capacity(count);
    for (_, value, ty) in columns {
        if !value.is_null() {
            value::encode(out, value, *ty)?;
        }
        ends.push(out.len() - start - header);
    }
    let total = ends.last().copied().unwrap_or(0);
    if total > 0xff {
        end_width = if total <= 0xffff { Width::Two } else { Width::Four };
        if u32::try_from(total).is_err() {
            return Err(Error::TooLarge("row"));
        }
        let wider = count * (end_width.bytes() - 1);
        let old = out.len();
        out.resize(old + wider, 0);
        out.copy_within(start + header..old, start + header + wider);
    }
    let head = &mut out[start..];
    head[0] = ROW_VERSION;
    head[1] = id_width as u8 | (end_width as u8) << 2;
    head[2..4].copy_from_slice(&(count as u16).to_le_bytes());
    let mut at = HEADER;
    for (id, value, _) in columns {
        let id = if value.is_null() { id | id_width.top_bit() } else { *id };
        at = id_width.write(head, at, id);
    }
    for end in ends {
        at = end_width.write(head, at, end as u32);
    }
    Ok(())
}

const HEADER: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Width {
    One = 0,
    Two = 1,
    Four = 2,
}

impl Width {
    fn from_bits(bits: u8) -> Result<Self> {
        match bits {
            0 => Ok(Self::One),
            1 => Ok(Self::Two),
            2 => Ok(Self::Four),
            _ => Err(Error::Malformed("row: widths")),
        }
    }

    const fn bytes(self) -> usize {
        1 << self as usize
    }

    const fn top_bit(self) -> u32 {
        1 << (self.bytes() * 8 - 1)
    }

    fn write(self, to: &mut [u8], at: usize, v: u32) -> usize {
        let n = self.bytes();
        to[at..at + n].copy_from_slice(&v.to_le_bytes()[..n]);
        at + n
    }

    /// The `i`-th integer of `from`; the caller has checked that it is there.
    #[inline]
    fn read(self, from: &[u8], i: usize) -> u32 {
        match self {
            Self::One => u32::from(from[i]),
            Self::Two => u32::from(u16::from_le_bytes([from[2 * i], from[2 * i + 1]])),
            Self::Four => u32::from_le_bytes([from[4 * i], from[4 * i + 1], from[4 * i + 2], from[4 * i + 3]]),
        }
    }
}

/// A column of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field<'a> {
    /// Not in the row: it was written before the column existed.
    Missing,
    Null,
    /// Bytes of the value; see [`value::decode`].
    Value(&'a [u8]),
}

/// A row in its encoded form; nothing is decoded until asked for.
#[derive(Clone, Copy, Debug)]
pub struct RowView<'a> {
    shape: &'a [u8],
    ids: &'a [u8],
    ends: &'a [u8],
    values: &'a [u8],
    count: usize,
    id_width: Width,
    end_width: Width,
}

impl<'a> RowView<'a> {
    /// Looks at the header only; cheap.
    ///
    /// # Errors
    /// [`Error::UnknownVersion`], or [`Error::Malformed`] if the header is cut short.
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        let (head, rest) = bytes.split_first_chunk::<HEADER>().ok_or(Error::Malformed("row: cut short"))?;
        if head[0] != ROW_VERSION {
            return Err(Error::UnknownVersion(head[0]));
        }
        let id_width = Width::from_bits(head[1] & 3)?;
        let end_width = Width::from_bits(head[1] >> 2)?;
        let count = usize::from(u16::from_le_bytes([head[2], head[3]]));
        let ids_len = count * id_width.bytes();
        let (ids, rest) = rest.split_at_checked(ids_len).ok_or(Error::Malformed("row: cut short"))?;
        let (ends, values) =
            rest.split_at_checked(count * end_width.bytes()).ok_or(Error::Malformed("row: cut short"))?;
        Ok(Self { shape: &bytes[..HEADER + ids_len], ids, ends, values, count, id_width, end_width })
    }

    /// Header and ids. Two rows with equal shapes have the same columns at the same positions,
    /// and the same of them NULL.
    pub fn shape(&self) -> &'a [u8] {
        self.shape
    }

    /// How many columns there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Id of the column at `position`, and whether it is NULL.
    pub fn id_at(&self, position: usize) -> Option<(u32, bool)> {
        if position >= self.count {
            return None;
        }
        let raw = self.id_width.read(self.ids, position);
        Some((raw & !self.id_width.top_bit(), raw & self.id_width.top_bit() != 0))
    }

    /// Where the column with this id is.
    pub fn position(&self, id: u32) -> Option<usize> {
        // Ids mostly count up from one without gaps.
        let guess = (id as usize).wrapping_sub(1);
        if self.id_at(guess).is_some_and(|(found, _)| found == id) {
            return Some(guess);
        }
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = (low + high) / 2;
            match self.id_at(middle)?.0.cmp(&id) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// Bytes of the value at `position`; empty for NULL.
    ///
    /// # Errors
    /// [`Error::Malformed`] if it lies outside the row.
    #[inline]
    pub fn value_at(&self, position: usize) -> Result<&'a [u8]> {
        if position >= self.count {
            return Err(Error::Malformed("row: position"));
        }
        let start = if position == 0 { 0 } else { self.end_width.read(self.ends, position - 1) as usize };
        let end = self.end_width.read(self.ends, position) as usize;
        self.values.get(start..end).ok_or(Error::Malformed("row: end of a value"))
    }

    /// The column with this id.
    ///
    /// # Errors
    /// [`Error::Malformed`] if its value lies outside the row.
    pub fn get(&self, id: u32) -> Result<Field<'a>> {
        let Some(position) = self.position(id) else {
            return Ok(Field::Missing);
        };
        match self.id_at(position) {
            Some((_, true)) => Ok(Field::Null),
            _ => Ok(Field::Value(self.value_at(position)?)),
        }
    }

    /// The column with this id as a value of type `ty`; `missing` if the row is older than it.
    ///
    /// # Errors
    /// [`Error::Malformed`] on damage.
    pub fn datum(&self, id: u32, ty: PgType, missing: &Datum) -> Result<Datum> {
        match self.get(id)? {
            Field::Missing => Ok(missing.clone()),
            Field::Null => Ok(Datum::Null),
            Field::Value(bytes) => value::decode(bytes, ty),
        }
    }
}

#[cfg(test)]
mod row_test;
