//! Rows of a system relation, each set by column name: what is not set is NULL, or the type's zero where
//! the column is never NULL.

use std::collections::HashMap;
use std::sync::Arc;

use gavel_catalog::system::SystemRelation;
use gavel_types::{ArrayValue, Datum, Oid};

/// Rows under construction.
pub struct Rows {
    at: HashMap<&'static str, usize>,
    blank: Vec<Datum>,
    rows: Vec<Vec<Datum>>,
}

/// One row.
pub struct Row<'a> {
    at: &'a HashMap<&'static str, usize>,
    values: Vec<Datum>,
}

impl Rows {
    pub fn new(relation: &SystemRelation) -> Self {
        let at = relation.columns.iter().enumerate().map(|(i, c)| (c.name, i)).collect();
        let blank = relation.columns.iter().map(|c| if c.not_null { zero(c.ty.oid) } else { Datum::Null }).collect();
        Self { at, blank, rows: Vec::new() }
    }

    /// Adds a row that `fill` sets the columns of.
    pub fn add(&mut self, fill: impl FnOnce(&mut Row<'_>)) {
        let mut row = Row { at: &self.at, values: self.blank.clone() };
        fill(&mut row);
        let values = row.values;
        self.rows.push(values);
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn finish(self) -> Vec<Vec<Datum>> {
        self.rows
    }
}

impl Row<'_> {
    /// Sets a column. A name that the relation does not have is a slip of ours, caught by tests.
    pub fn set(&mut self, column: &str, value: impl Into<Value>) -> &mut Self {
        let at = self.at.get(column).copied();
        debug_assert!(at.is_some(), "no column {column}");
        if let Some(slot) = at.and_then(|i| self.values.get_mut(i)) {
            *slot = value.into().0;
        }
        self
    }
}

/// What a column can be set to.
pub struct Value(pub Datum);

impl From<Datum> for Value {
    fn from(value: Datum) -> Self {
        Self(value)
    }
}
impl From<Oid> for Value {
    fn from(value: Oid) -> Self {
        Self(Datum::Oid(value.0))
    }
}
impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self(Datum::Bool(value))
    }
}
impl From<i16> for Value {
    fn from(value: i16) -> Self {
        Self(Datum::Int2(value))
    }
}
impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self(Datum::Int4(value))
    }
}
impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self(Datum::Int8(value))
    }
}
impl From<f32> for Value {
    fn from(value: f32) -> Self {
        Self(Datum::Float4(value))
    }
}
impl From<char> for Value {
    fn from(value: char) -> Self {
        Self(Datum::Char(u8::try_from(value).unwrap_or(0)))
    }
}
impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self(Datum::text(value))
    }
}
impl From<String> for Value {
    fn from(value: String) -> Self {
        Self(Datum::text(value))
    }
}
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self(Datum::Null), Into::into)
    }
}

/// A vector of the catalogs (`int2vector`, `oidvector`), which counts from 0.
pub fn vector(element: Oid, values: Vec<Datum>) -> Datum {
    let dims = if values.is_empty() { vec![] } else { vec![(i32::try_from(values.len()).unwrap_or(0), 0)] };
    Datum::Array(Arc::new(ArrayValue { element, dims, values }))
}

/// An `int2vector`.
pub fn numbers(values: impl IntoIterator<Item = i16>) -> Datum {
    vector(Oid::INT2, values.into_iter().map(Datum::Int2).collect())
}

/// An `oidvector`.
pub fn oids(values: impl IntoIterator<Item = Oid>) -> Datum {
    vector(Oid::OID, values.into_iter().map(|o| Datum::Oid(o.0)).collect())
}

/// An array of texts or names.
pub fn texts<S: Into<Arc<str>>>(element: Oid, values: impl IntoIterator<Item = S>) -> Datum {
    Datum::Array(Arc::new(ArrayValue::vector(element, values.into_iter().map(Datum::text).collect())))
}

/// The zero of a type.
fn zero(oid: Oid) -> Datum {
    match oid {
        Oid::BOOL => Datum::Bool(false),
        Oid::INT2 => Datum::Int2(0),
        Oid::INT4 => Datum::Int4(0),
        Oid::INT8 => Datum::Int8(0),
        Oid::FLOAT4 => Datum::Float4(0.0),
        Oid::FLOAT8 => Datum::Float8(0.0),
        Oid::CHAR => Datum::Char(0),
        Oid::NAME | Oid::TEXT => Datum::text(""),
        Oid::INT2VECTOR => vector(Oid::INT2, Vec::new()),
        Oid::OIDVECTOR => vector(Oid::OID, Vec::new()),
        Oid::OID | Oid::REGPROC | Oid::REGTYPE | Oid::REGCLASS | Oid::XID | Oid::CID => Datum::Oid(0),
        _ => Datum::Null,
    }
}
