//! SQL comparison of values, and sort keys: bytes whose order is the SQL order.

use std::cmp::Ordering;

use gavel_types::{Datum, PgType};

/// Orders two non-null values of type `ty` as PostgreSQL's default btree operator class does.
/// NULLs sort last.
pub fn compare(a: &Datum, b: &Datum, ty: PgType) -> Ordering {
    let _ = (a, b, ty);
    Ordering::Equal
}
