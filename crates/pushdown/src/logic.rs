//! AND and OR that do not look at a row's later operands once its outcome is certain: in
//! `a <> 0 AND 10 / a > 1` no row divides by zero. DataFusion's own operators look at whole
//! columns.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{Array, BooleanArray, RecordBatch};
use arrow::buffer::BooleanBuffer;
use arrow::compute::{and_kleene, or_kleene};
use arrow::datatypes::{DataType, Schema};
use datafusion_common::{Result, internal_err};
use datafusion_expr::ColumnarValue;
use datafusion_physical_expr::PhysicalExpr;

/// The conjunction or disjunction of its operands, left to right.
#[derive(Clone, Debug)]
pub struct Logic {
    /// Disjunction.
    or: bool,
    operands: Vec<Arc<dyn PhysicalExpr>>,
}

impl Logic {
    /// True if all `operands` are.
    pub fn and(operands: Vec<Arc<dyn PhysicalExpr>>) -> Self {
        Self { or: false, operands }
    }

    /// True if any of `operands` is.
    pub fn or(operands: Vec<Arc<dyn PhysicalExpr>>) -> Self {
        Self { or: true, operands }
    }

    /// Rows whose outcome a further operand can still change.
    fn open(&self, so_far: &BooleanArray) -> BooleanArray {
        let decided = if self.or { so_far.values().clone() } else { !so_far.values() };
        let decided = match so_far.nulls() {
            Some(nulls) => &decided & nulls.inner(),
            None => decided,
        };
        BooleanArray::new(!&decided, None)
    }
}

/// A boolean result as an array.
///
/// # Errors
/// Internal, if it is not boolean.
pub fn booleans(value: ColumnarValue, rows: usize) -> Result<BooleanArray> {
    let array = value.into_array(rows)?;
    match array.as_any().downcast_ref::<BooleanArray>() {
        Some(b) => Ok(b.clone()),
        None => internal_err!("condition is {} and not boolean", array.data_type()),
    }
}

impl PhysicalExpr for Logic {
    fn data_type(&self, _: &Schema) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn nullable(&self, _: &Schema) -> Result<bool> {
        Ok(true)
    }

    fn evaluate(&self, batch: &RecordBatch) -> Result<ColumnarValue> {
        let rows = batch.num_rows();
        let Some((first, rest)) = self.operands.split_first() else {
            let empty = if self.or { BooleanBuffer::new_unset(rows) } else { BooleanBuffer::new_set(rows) };
            return Ok(ColumnarValue::Array(Arc::new(BooleanArray::new(empty, None))));
        };
        let mut so_far = booleans(first.evaluate(batch)?, rows)?;
        for operand in rest {
            let open = self.open(&so_far);
            if !open.has_true() {
                break;
            }
            // Rows that are not open come back NULL, which changes nothing that is decided.
            let next = booleans(operand.evaluate_selection(batch, &open)?, rows)?;
            so_far = if self.or { or_kleene(&so_far, &next)? } else { and_kleene(&so_far, &next)? };
        }
        Ok(ColumnarValue::Array(Arc::new(so_far)))
    }

    fn children(&self) -> Vec<&Arc<dyn PhysicalExpr>> {
        self.operands.iter().collect()
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn PhysicalExpr>>) -> Result<Arc<dyn PhysicalExpr>> {
        Ok(Arc::new(Self { or: self.or, operands: children }))
    }

    fn fmt_sql(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PartialEq for Logic {
    fn eq(&self, other: &Self) -> bool {
        self.or == other.or && self.operands == other.operands
    }
}

impl Eq for Logic {}

impl Hash for Logic {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.or.hash(state);
        for operand in &self.operands {
            operand.hash(state);
        }
    }
}

impl fmt::Display for Logic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for (i, operand) in self.operands.iter().enumerate() {
            let between = if self.or { " OR " } else { " AND " };
            write!(f, "{}{operand}", if i == 0 { "" } else { between })?;
        }
        f.write_str(")")
    }
}

#[cfg(test)]
mod logic_test;
