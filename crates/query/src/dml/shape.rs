//! A table as the write stage sees it: columns as slots of a row, how a row becomes a key and a value,
//! and which index entries go with it. Made once for each version of a descriptor.
//!
//! ```text
//!  row   [tenant][table storage][primary key…]            → all columns, by attnum
//!        [tenant][table storage][hidden id]               → all columns (no primary key)
//!  entry [tenant][index storage][columns…]                → indexed, INCLUDE and row-key columns   (unique)
//!        [tenant][index storage][columns…][row key…]      → the same            (not unique, or a NULL in it)
//! ```
//! An inverted index (GIN) has an entry for each element of its keys ([`crate::inverted`]), a BRIN index none at all:
//! ```text
//!        [tenant][index storage][key's number, token][row key…] → row-key columns
//! ```
//! An index expression is stored under its (negative) id as unsigned 16 bits; the hidden row id under
//! [`ROW_ID`]. Column ids of entries and rows are otherwise attnums.
//!
//! # Invariants
//! 1. Equal key values make equal unique keys, unless one is NULL and NULLs are distinct.
//! 2. The entries of a row depend on nothing but the row and its hidden id.

mod elements;

use std::sync::Arc;

use bytes::Bytes;
use gavel_catalog::{CheckConstraint, Index, IndexKey, IndexMethod, Table};
use gavel_encoding::layout::object_range;
use gavel_encoding::row::{RowView, encode_row};
use gavel_encoding::{KeyBuilder, KeyOrder, ObjectId, TenantId};
use gavel_functions::call::EvalContext;
use gavel_types::text_io::{self, TextStyle};
use gavel_types::{Datum, KeyRange, Oid, PgType, SqlError, SqlResult, SqlState};

use crate::fast::expr::{RowContext, RowExpr};
use crate::inverted::Class;
pub use elements::{TOKEN_TYPE, token_datum};

/// Column id of the hidden row id in the entries of a table without a primary key.
pub const ROW_ID: u32 = 0;
/// Its type there, and in keys.
pub const ROW_ID_TYPE: PgType = PgType::UUID;
/// Longest key that an index or primary key may have, in bytes.
const MAX_KEY_BYTES: usize = 8_191;

/// Binds SQL texts that descriptors hold.
pub trait ExpressionBinder {
    /// Compiles `sql` over the live columns of `table`, slot `i` being the `i`-th of them.
    fn bind(&self, table: &Arc<Table>, sql: &str) -> SqlResult<RowExpr>;

    /// The same of a check; `None` if it calls functions that are no expressions, so that only a session can ask it.
    fn bind_check(&self, table: &Arc<Table>, sql: &str) -> SqlResult<Option<RowExpr>> {
        self.bind(table, sql).map(Some)
    }
}

/// A live column.
#[derive(Clone, Debug)]
pub struct ColumnShape {
    pub number: i16,
    pub name: String,
    pub ty: PgType,
    pub not_null: bool,
    /// Value in rows older than the column.
    pub missing: Datum,
}

#[derive(Clone, Debug)]
enum KeySource {
    Slot(usize),
    Expression { expr: RowExpr, id: u32 },
}

#[derive(Clone, Debug)]
struct KeyPart {
    source: KeySource,
    ty: PgType,
    order: KeyOrder,
    /// As error messages name it.
    name: String,
}

/// A secondary index whose entries follow the rows, all of them or only those that go.
#[derive(Clone, Debug)]
pub struct IndexShape {
    pub index: Index,
    object: ObjectId,
    parts: Vec<KeyPart>,
    /// Slots of what the entry holds besides expressions, ascending by attnum.
    stored: Vec<usize>,
    predicate: Option<RowExpr>,
    /// Of an inverted index: how each key is taken apart.
    classes: Vec<Class>,
}

/// An index entry of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub key: Bytes,
    pub value: Bytes,
    /// Whether another row's entry may have this very key: then it is a violation.
    pub unique: bool,
    /// Where entries with the same columns stand, if a deferrable constraint wants this one to be alone.
    pub claim: Option<KeyRange>,
}

/// CHECK.
#[derive(Clone, Debug)]
pub struct CheckShape {
    pub oid: Oid,
    pub name: String,
    pub sql: String,
    /// `None` where it is asked by the session (`session/triggers/checks.rs`).
    pub expr: Option<RowExpr>,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct TableShape {
    pub table: Arc<Table>,
    pub schema_name: String,
    pub tenant: TenantId,
    pub object: ObjectId,
    pub columns: Vec<ColumnShape>,
    /// Slot, type and order of each primary-key column; `None`: hidden row id.
    primary: Option<Vec<(usize, PgType, KeyOrder)>>,
    pub indexes: Vec<IndexShape>,
    pub checks: Vec<CheckShape>,
}

fn damaged(e: gavel_encoding::Error) -> SqlError {
    SqlError::new(SqlState::DataCorrupted, format!("stored row does not decode: {e}"))
}

impl TableShape {
    /// # Errors
    /// What binding its expressions raises.
    pub fn new(
        table: &Arc<Table>,
        schema_name: &str,
        tenant: TenantId,
        binder: &dyn ExpressionBinder,
    ) -> SqlResult<Self> {
        let mut columns = Vec::new();
        for c in table.visible_columns() {
            let missing = match &c.missing {
                Some(text) => text_io::parse(text, c.ty, &TextStyle::default())?,
                None => Datum::Null,
            };
            let (number, name, ty) = (c.number, c.name.clone(), c.ty);
            columns.push(ColumnShape { number, name, ty, not_null: c.not_null, missing });
        }
        let mut shape = Self {
            table: Arc::clone(table),
            schema_name: schema_name.to_owned(),
            tenant,
            object: ObjectId(table.storage.0),
            columns,
            primary: None,
            indexes: Vec::new(),
            checks: Vec::new(),
        };
        if let Some(index) = table.row_key() {
            let mut parts = Vec::new();
            for part in shape.key_parts(index, binder)? {
                match part.source {
                    KeySource::Slot(slot) => parts.push((slot, part.ty, part.order)),
                    KeySource::Expression { .. } => return Err(SqlError::internal("expression in a primary key")),
                }
            }
            shape.primary = Some(parts);
        }
        for index in table.indexes.iter().filter(|i| !i.is_table() && i.state.loses_entries()) {
            let made = shape.index_shape(index, binder)?;
            shape.indexes.push(made);
        }
        // They are asked by name, whatever came first.
        let mut checks: Vec<&CheckConstraint> = table.checks.iter().collect();
        checks.sort_by(|a, b| a.name.cmp(&b.name));
        for CheckConstraint { oid, name, sql, .. } in checks {
            let expr = binder.bind_check(table, sql)?;
            shape.checks.push(CheckShape { oid: *oid, name: name.clone(), sql: sql.clone(), expr });
        }
        Ok(shape)
    }

    fn key_parts(&self, index: &Index, binder: &dyn ExpressionBinder) -> SqlResult<Vec<KeyPart>> {
        let mut parts = Vec::with_capacity(index.keys.len());
        for (key, desc, nulls_first) in &index.keys {
            let order = KeyOrder { desc: *desc, nulls_first: *nulls_first };
            parts.push(match key {
                IndexKey::Column(number) => {
                    let slot = self.slot(*number)?;
                    let column = &self.columns[slot];
                    KeyPart { source: KeySource::Slot(slot), ty: column.ty, order, name: column.name.clone() }
                }
                IndexKey::Expression { sql, ty, id } => {
                    let expr = binder.bind(&self.table, sql)?;
                    let source = KeySource::Expression { expr, id: expression_id(*id) };
                    KeyPart { source, ty: *ty, order, name: sql.clone() }
                }
            });
        }
        Ok(parts)
    }

    fn index_shape(&self, index: &Index, binder: &dyn ExpressionBinder) -> SqlResult<IndexShape> {
        let parts = self.key_parts(index, binder)?;
        let mut stored: Vec<usize> = parts
            .iter()
            .filter_map(|p| match p.source {
                KeySource::Slot(slot) => Some(slot),
                KeySource::Expression { .. } => None,
            })
            .chain(self.primary.iter().flatten().map(|p| p.0))
            .collect();
        for number in &index.include {
            stored.push(self.slot(*number)?);
        }
        stored.sort_unstable();
        stored.dedup();
        let predicate = index.predicate.as_ref().map(|sql| binder.bind(&self.table, sql)).transpose()?;
        let classes = crate::inverted::classes(&self.table, index);
        Ok(IndexShape { index: index.clone(), object: ObjectId(index.storage.0), parts, stored, predicate, classes })
    }

    /// Slot of the column with this attnum.
    ///
    /// # Errors
    /// XX000 if there is none: descriptors refer to live columns only.
    pub fn slot(&self, number: i16) -> SqlResult<usize> {
        self.columns
            .iter()
            .position(|c| c.number == number)
            .ok_or_else(|| SqlError::internal(format!("column {number} of table {} is gone", self.table.name)))
    }

    /// Slots of several columns.
    pub fn slots(&self, numbers: &[i16]) -> SqlResult<Vec<usize>> {
        numbers.iter().map(|n| self.slot(*n)).collect()
    }

    /// Whether it has checks that only a session can ask.
    pub fn asks_session(&self) -> bool {
        self.checks.iter().any(|check| check.expr.is_none())
    }

    pub fn has_row_key(&self) -> bool {
        self.primary.is_some()
    }

    /// Whether a row gets another hidden id with each update, behind all that there are, so that a scan meets it last, as
    /// in PostgreSQL's heaps. Only where no other session can have read the row under its former key.
    pub fn renews_row_ids(&self) -> bool {
        self.primary.is_none() && self.table.is_temporary()
    }

    /// Storage key of `row`; `row_id` is used where there is no primary key.
    ///
    /// # Errors
    /// 54000 if it is too long.
    pub fn row_key(&self, row: &[Datum], row_id: [u8; 16]) -> SqlResult<Bytes> {
        let mut key = KeyBuilder::new(self.tenant, self.object);
        self.push_row_key(&mut key, row, row_id);
        bounded(key, &self.table, self.table.row_key())
    }

    fn push_row_key(&self, key: &mut KeyBuilder, row: &[Datum], row_id: [u8; 16]) {
        match &self.primary {
            Some(parts) => {
                for (slot, ty, order) in parts {
                    key.push(row.get(*slot).unwrap_or(&Datum::Null), *ty, *order);
                }
            }
            None => {
                key.push(&Datum::Uuid(row_id), ROW_ID_TYPE, KeyOrder::ASC);
            }
        }
    }

    /// The hidden id in a row key of this table; zeros where there is a primary key.
    pub fn row_id_of(&self, row_key: &[u8]) -> [u8; 16] {
        if self.primary.is_some() {
            return [0; 16];
        }
        // The only column of the key is the id; its 16 bytes end the key.
        row_key.last_chunk::<16>().copied().unwrap_or([0; 16])
    }

    /// Storage value of `row`.
    ///
    /// # Errors
    /// XX000 if a value is not of its column's type.
    pub fn encode(&self, row: &[Datum]) -> SqlResult<Bytes> {
        let fields: Vec<(u32, &Datum, PgType)> =
            self.columns.iter().zip(row).map(|(c, v)| (u32::from(c.number as u16), v, c.ty)).collect();
        Ok(encode_row(&fields).map_err(|e| SqlError::internal(e.to_string()))?.into())
    }

    /// The row in a storage value.
    ///
    /// # Errors
    /// XX001 on damage.
    pub fn decode(&self, value: &[u8]) -> SqlResult<Vec<Datum>> {
        let view = RowView::parse(value).map_err(damaged)?;
        self.columns.iter().map(|c| view.datum(u32::from(c.number as u16), c.ty, &c.missing).map_err(damaged)).collect()
    }

    /// The entries of `row` in `index`, by key; none if its predicate leaves the row out.
    ///
    /// # Errors
    /// What its expressions raise; 54000 if a key is too long.
    pub fn entries(
        &self,
        index: &IndexShape,
        row: &[Datum],
        row_id: [u8; 16],
        eval: &EvalContext,
    ) -> SqlResult<Vec<Entry>> {
        match index.index.method {
            IndexMethod::Gin => self.element_entries(index, row, row_id, eval),
            method if method.keeps_order() => Ok(self.entry(index, row, row_id, eval)?.into_iter().collect()),
            _ => Ok(Vec::new()),
        }
    }

    /// The entry of `row` in `index`, which is ordered; `None` if its predicate leaves the row out.
    fn entry(
        &self,
        index: &IndexShape,
        row: &[Datum],
        row_id: [u8; 16],
        eval: &EvalContext,
    ) -> SqlResult<Option<Entry>> {
        let cx = RowContext { eval, row, params: &[] };
        if let Some(p) = &index.predicate {
            if !p.is_true(&cx)? {
                return Ok(None);
            }
        }
        let mut key = KeyBuilder::new(self.tenant, index.object);
        let mut has_null = false;
        let mut computed: Vec<(u32, Datum, PgType)> = Vec::new();
        for part in &index.parts {
            match &part.source {
                KeySource::Slot(slot) => {
                    let value = row.get(*slot).unwrap_or(&Datum::Null);
                    has_null |= value.is_null();
                    key.push(value, part.ty, part.order);
                }
                KeySource::Expression { expr, id } => {
                    let value = expr.eval(&cx)?;
                    has_null |= value.is_null();
                    key.push(&value, part.ty, part.order);
                    computed.push((*id, value, part.ty));
                }
            }
        }
        let counts = index.index.unique && (!has_null || index.index.nulls_not_distinct);
        let unique = counts && !index.index.deferrable;
        let claim = if counts && !unique { Some(key.range()) } else { None };
        if !unique {
            self.push_row_key(&mut key, row, row_id);
        }
        let id = Datum::Uuid(row_id);
        let mut fields: Vec<(u32, &Datum, PgType)> = Vec::with_capacity(index.stored.len() + computed.len() + 1);
        if self.primary.is_none() {
            fields.push((ROW_ID, &id, ROW_ID_TYPE));
        }
        for slot in &index.stored {
            let column = &self.columns[*slot];
            fields.push((u32::from(column.number as u16), row.get(*slot).unwrap_or(&Datum::Null), column.ty));
        }
        fields.extend(computed.iter().map(|(id, v, ty)| (*id, v, *ty)));
        let value = encode_row(&fields).map_err(|e| SqlError::internal(e.to_string()))?.into();
        Ok(Some(Entry { key: bounded(key, &self.table, Some(&index.index))?, value, unique, claim }))
    }

    /// Key of the row that an entry's value leads to.
    ///
    /// # Errors
    /// XX001 on damage.
    pub fn row_key_of_entry(&self, value: &[u8]) -> SqlResult<Bytes> {
        let view = RowView::parse(value).map_err(damaged)?;
        let mut key = KeyBuilder::new(self.tenant, self.object);
        match &self.primary {
            Some(parts) => {
                for (slot, ty, order) in parts {
                    let id = u32::from(self.columns[*slot].number as u16);
                    key.push(&view.datum(id, *ty, &Datum::Null).map_err(damaged)?, *ty, *order);
                }
            }
            None => {
                let id = view.datum(ROW_ID, ROW_ID_TYPE, &Datum::Null).map_err(damaged)?;
                key.push(&id, ROW_ID_TYPE, KeyOrder::ASC);
            }
        }
        Ok(key.finish())
    }

    /// All keys of `index` whose first columns have these values (attnum, value), in whatever order
    /// they are given; `None` if they are not its first columns, or it need not have all rows.
    pub fn prefix_range(&self, index: &Index, values: &[(i16, Datum)]) -> Option<KeyRange> {
        if !index.is_ordered() || !index.is_public() || index.predicate.is_some() || index.keys.len() < values.len() {
            return None;
        }
        let object = if index.is_table() { self.object } else { ObjectId(index.storage.0) };
        let mut key = KeyBuilder::new(self.tenant, object);
        for (part, desc, nulls_first) in &index.keys[..values.len()] {
            let IndexKey::Column(number) = part else { return None };
            let (_, value) = values.iter().find(|(n, _)| n == number)?;
            let column = self.columns.iter().find(|c| c.number == *number)?;
            key.push(value, column.ty, KeyOrder { desc: *desc, nulls_first: *nulls_first });
        }
        Some(key.range())
    }

    /// All rows of the table.
    pub fn range(&self) -> KeyRange {
        object_range(self.tenant, self.object)
    }

    /// Whether an update of `changed` slots, the row's key staying, leaves this index's entry as it is.
    pub fn entry_is_untouched(index: &IndexShape, changed: &[bool]) -> bool {
        let computed =
            index.predicate.is_some() || index.parts.iter().any(|p| matches!(p.source, KeySource::Expression { .. }));
        !computed && index.stored.iter().all(|s| !changed.get(*s).copied().unwrap_or(true))
    }

    /// The key under which the parent row with these values of `index`'s columns is found: the row's
    /// key for the primary key, the entry's otherwise. `values` are in the index's order.
    pub fn unique_key(&self, index: &Index, values: &[Datum]) -> SqlResult<Bytes> {
        if index.is_table() {
            let mut key = KeyBuilder::new(self.tenant, self.object);
            for (value, (_, ty, order)) in values.iter().zip(self.primary.iter().flatten()) {
                key.push(value, *ty, *order);
            }
            return Ok(key.finish());
        }
        let shape = self
            .indexes
            .iter()
            .find(|i| i.index.oid == index.oid)
            .ok_or_else(|| SqlError::internal(format!("index {} is gone", index.name)))?;
        let mut key = KeyBuilder::new(self.tenant, shape.object);
        for (value, part) in values.iter().zip(&shape.parts) {
            key.push(value, part.ty, part.order);
        }
        Ok(key.finish())
    }

    /// `Key (a, b)=(1, 2)`: the key of `row` in `index`, as details of errors show it.
    pub fn describe_key(&self, index: &Index, row: &[Datum], eval: &EvalContext) -> String {
        let cx = RowContext { eval, row, params: &[] };
        let parts: Vec<(String, Datum, PgType)> = match self.indexes.iter().find(|i| i.index.oid == index.oid) {
            None => (self.primary.iter().flatten())
                .map(|(s, ty, _)| (self.columns[*s].name.clone(), row.get(*s).cloned().unwrap_or(Datum::Null), *ty))
                .collect(),
            Some(shape) => (shape.parts.iter())
                .map(|p| {
                    let value = match &p.source {
                        KeySource::Slot(s) => row.get(*s).cloned().unwrap_or(Datum::Null),
                        KeySource::Expression { expr, .. } => expr.eval(&cx).unwrap_or(Datum::Null),
                    };
                    (p.name.clone(), value, p.ty)
                })
                .collect(),
        };
        describe(parts.iter().map(|(n, v, t)| (n.as_str(), v, *t)), &eval.style)
    }

    /// The same from the value of an entry; `None` if it cannot be read.
    pub fn describe_entry(&self, index: &Index, value: &[u8], style: &TextStyle) -> Option<String> {
        let shape = self.indexes.iter().find(|i| i.index.oid == index.oid)?;
        let view = RowView::parse(value).ok()?;
        let mut parts = Vec::with_capacity(shape.parts.len());
        for part in &shape.parts {
            let id = match &part.source {
                KeySource::Slot(slot) => u32::from(self.columns[*slot].number as u16),
                KeySource::Expression { id, .. } => *id,
            };
            parts.push((part.name.as_str(), view.datum(id, part.ty, &Datum::Null).ok()?, part.ty));
        }
        Some(describe(parts.iter().map(|(n, v, t)| (*n, v, *t)), style))
    }

    /// `(1, null, abc)`: a row as details of errors show it, long values cut.
    pub fn describe_row(&self, row: &[Datum], style: &TextStyle) -> String {
        let shown: Vec<String> = self.columns.iter().zip(row).map(|(c, v)| shown_cut(v, c.ty, style)).collect();
        format!("({})", shown.join(", "))
    }
}

/// A value as details of errors show it among others, cut if it is long.
pub(super) fn shown_cut(value: &Datum, ty: PgType, style: &TextStyle) -> String {
    const SHOWN: usize = 64;
    let mut text = shown(value, ty, style);
    if text.len() > SHOWN {
        let cut = (0..=SHOWN).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
        text.truncate(cut);
        text.push_str("...");
    }
    text
}

/// Stored id of an index expression, of which the descriptor holds the negative number.
pub fn expression_id(id: i16) -> u32 {
    u32::from(id as u16)
}

/// `Key (a, b)=(1, 2)`.
pub fn describe<'a>(parts: impl Iterator<Item = (&'a str, &'a Datum, PgType)>, style: &TextStyle) -> String {
    let (names, values): (Vec<&str>, Vec<String>) = parts.map(|(n, v, ty)| (n, shown(v, ty, style))).unzip();
    format!("Key ({})=({})", names.join(", "), values.join(", "))
}

fn shown(value: &Datum, ty: PgType, style: &TextStyle) -> String {
    if value.is_null() {
        return "null".into();
    }
    let mut text = String::new();
    text_io::write(value, ty, style, &mut text);
    text
}

fn bounded(key: KeyBuilder, table: &Table, index: Option<&Index>) -> SqlResult<Bytes> {
    let bytes = key.finish();
    if bytes.len() > MAX_KEY_BYTES {
        let name = index.map_or(&table.name, |i| &i.name);
        return Err(SqlError::new(
            SqlState::ProgramLimitExceeded,
            format!("index row size {} exceeds maximum {MAX_KEY_BYTES} for index \"{name}\"", bytes.len()),
        )
        .hint("Consider a function index of a hash of the value, or use full text indexing."));
    }
    Ok(bytes)
}
