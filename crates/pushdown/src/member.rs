//! `left = ANY (constants)` by look-up: the constants' sort keys in a hash set, so that a long IN
//! list costs one look-up a row. Only where the function is the type's own equality, whose
//! meaning equal sort keys have; other functions are compared one by one.

use std::collections::HashSet;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{Array, BooleanBuilder, RecordBatch};
use arrow::datatypes::{DataType, Schema};
use datafusion_common::Result;
use datafusion_expr::ColumnarValue;
use datafusion_physical_expr::PhysicalExpr;
use gavel_encoding::key::{KeyOrder, encode_key};
use gavel_functions::physical::datum_at;
use gavel_functions::registry;
use gavel_types::{Datum, Oid, PgType};

use crate::call::into_datafusion;

/// Whether `left` is one of some constants of the same type.
#[derive(Clone, Debug)]
pub struct Member {
    left: Arc<dyn PhysicalExpr>,
    ty: PgType,
    keys: Arc<HashSet<Vec<u8>>>,
    /// One of the constants is NULL, so that not being found is not knowing.
    has_null: bool,
}

/// Whether `function` is the equality of two values of type `ty`.
pub fn is_equality(function: Oid, ty: Oid) -> bool {
    registry::operator_exact("=", ty, ty).is_some_and(|o| o.proc == function)
}

impl Member {
    /// `items` are values of type `ty`, which is also that of `left`.
    pub fn new<'a>(left: Arc<dyn PhysicalExpr>, ty: PgType, items: impl Iterator<Item = &'a Datum>) -> Self {
        let mut keys = HashSet::new();
        let mut has_null = false;
        for item in items {
            if item.is_null() {
                has_null = true;
            } else {
                keys.insert(key(item, ty));
            }
        }
        Self { left, ty, keys: Arc::new(keys), has_null }
    }
}

fn key(value: &Datum, ty: PgType) -> Vec<u8> {
    let mut out = Vec::with_capacity(16);
    encode_key(&mut out, value, ty, KeyOrder::ASC);
    out
}

impl PhysicalExpr for Member {
    fn data_type(&self, _: &Schema) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn nullable(&self, _: &Schema) -> Result<bool> {
        Ok(true)
    }

    fn evaluate(&self, batch: &RecordBatch) -> Result<ColumnarValue> {
        let left = self.left.evaluate(batch)?.into_array(batch.num_rows())?;
        let mut out = BooleanBuilder::with_capacity(left.len());
        let mut buffer = Vec::with_capacity(32);
        for row in 0..left.len() {
            let value = datum_at(&left, row, self.ty).map_err(into_datafusion)?;
            if value.is_null() {
                // NULL = ANY of nothing is false.
                out.append_option((self.keys.is_empty() && !self.has_null).then_some(false));
                continue;
            }
            buffer.clear();
            encode_key(&mut buffer, &value, self.ty, KeyOrder::ASC);
            match self.keys.contains(&buffer) {
                true => out.append_value(true),
                false => out.append_option((!self.has_null).then_some(false)),
            }
        }
        Ok(ColumnarValue::Array(Arc::new(out.finish())))
    }

    fn children(&self) -> Vec<&Arc<dyn PhysicalExpr>> {
        vec![&self.left]
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn PhysicalExpr>>) -> Result<Arc<dyn PhysicalExpr>> {
        let left = children.into_iter().next().unwrap_or_else(|| self.left.clone());
        Ok(Arc::new(Self { left, ..(*self).clone() }))
    }

    fn fmt_sql(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PartialEq for Member {
    fn eq(&self, other: &Self) -> bool {
        self.left.eq(&other.left) && self.ty == other.ty && self.has_null == other.has_null && self.keys == other.keys
    }
}

impl Eq for Member {}

impl Hash for Member {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.left.hash(state);
        self.ty.hash(state);
        self.keys.len().hash(state);
    }
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = ANY ({} values)", self.left, self.keys.len() + usize::from(self.has_null))
    }
}
