//! `pg_get_keywords()`: the words of PostgreSQL 15's grammar (appendix C).

use gavel_types::Datum;

use crate::call::{SetFn, SetRows};

const WORDS: &str = include_str!("../data/pg_keywords.tsv");

pub const TABLE: &[(&str, SetFn)] = &[("pg_get_keywords", |_, _| Ok(keywords()))];

/// Rows of word, category, whether it may be a label without AS, and both in words.
fn keywords() -> SetRows {
    Box::new(WORDS.lines().skip(1).filter_map(|line| {
        let mut fields = line.split('\t');
        let (word, category, bare) = (fields.next()?, fields.next()?.bytes().next()?, fields.next()? == "t");
        let described = match category {
            b'R' => "reserved",
            b'T' => "reserved (can be function or type name)",
            b'C' => "unreserved (cannot be function or type name)",
            _ => "unreserved",
        };
        let label = if bare { "can be bare label" } else { "requires AS" };
        Some(Ok(vec![
            Datum::text(word),
            Datum::Char(category),
            Datum::Bool(bare),
            Datum::text(described),
            Datum::text(label),
        ]))
    }))
}
