//! `LIKE` with one pattern for all rows: read once, and matched without wildcards where it has none
//! inside.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray};
use arrow::buffer::BooleanBuffer;
use gavel_types::{Datum, SqlResult};

use super::Kernel;
use crate::call::Call;
use crate::pattern::like;
use crate::vector::ArgColumn;

/// What a pattern asks.
#[derive(Debug, PartialEq, Eq)]
enum Shape<'a> {
    Equal(&'a str),
    Prefix(&'a str),
    Suffix(&'a str),
    Contains(&'a str),
    /// Has wildcards inside, or escapes.
    General(&'a str),
}

impl<'a> Shape<'a> {
    fn of(pattern: &'a str) -> Self {
        let plain = |s: &str| !s.contains(['%', '_', '\\']);
        if plain(pattern) {
            return Self::Equal(pattern);
        }
        let after = pattern.strip_prefix('%');
        match (after, after.unwrap_or(pattern).strip_suffix('%')) {
            (Some(_), Some(inner)) if plain(inner) => Self::Contains(inner),
            (None, Some(inner)) if plain(inner) => Self::Prefix(inner),
            (Some(inner), _) if plain(inner) => Self::Suffix(inner),
            _ => Self::General(pattern),
        }
    }

    fn matches(&self, text: &str) -> SqlResult<bool> {
        Ok(match self {
            Self::Equal(p) => text == *p,
            Self::Prefix(p) => text.starts_with(p),
            Self::Suffix(p) => text.ends_with(p),
            Self::Contains(p) => text.contains(p),
            Self::General(p) => return like::matches(text, p),
        })
    }
}

fn run(args: &[ArgColumn], rows: usize, negated: bool) -> Option<SqlResult<ArrayRef>> {
    let [ArgColumn::Array(text), ArgColumn::Scalar(Datum::Text(pattern))] = args else { return None };
    let text = text.as_string_opt::<i32>()?;
    let shape = Shape::of(pattern);
    let mut failed = None;
    let bits = BooleanBuffer::collect_bool(rows, |i| {
        text.is_valid(i)
            && match shape.matches(text.value(i)) {
                Ok(matched) => matched != negated,
                Err(e) => {
                    failed.get_or_insert(e);
                    false
                }
            }
    });
    match failed {
        Some(e) => Some(Err(e)),
        None => Some(Ok(Arc::new(BooleanArray::new(bits, text.nulls().cloned())))),
    }
}

fn like(_call: &Call<'_>, args: &[ArgColumn], rows: usize) -> Option<SqlResult<ArrayRef>> {
    run(args, rows, false)
}

fn not_like(_call: &Call<'_>, args: &[ArgColumn], rows: usize) -> Option<SqlResult<ArrayRef>> {
    run(args, rows, true)
}

pub const TABLE: [&[(&str, Kernel)]; 2] = [&[("textlike", like), ("textnlike", not_like)], &[]];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        assert_eq!(Shape::of("abc"), Shape::Equal("abc"));
        assert_eq!(Shape::of("abc%"), Shape::Prefix("abc"));
        assert_eq!(Shape::of("%abc"), Shape::Suffix("abc"));
        assert_eq!(Shape::of("%abc%"), Shape::Contains("abc"));
        assert_eq!(Shape::of("%"), Shape::Suffix(""));
        assert_eq!(Shape::of("%%"), Shape::Contains(""));
        assert_eq!(Shape::of("a_c%"), Shape::General("a_c%"));
        assert_eq!(Shape::of("abc\\%"), Shape::General("abc\\%"));
    }
}
