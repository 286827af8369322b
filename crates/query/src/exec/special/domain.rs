//! Whether a domain takes values: NOT NULL, and checks, which NULL passes.

use std::sync::Arc;

use arrow::array::Array;
use arrow::datatypes::{Field, Schema};
use arrow::record_batch::RecordBatch;
use gavel_binder::bound::DomainName;
use gavel_types::text_io::type_name;
use gavel_types::{PgType, SqlError, SqlState};

use crate::exec::batch::arrow_error;
use crate::exec::eval::{Cx, Stop};
use crate::exec::expr::{Expr, Value, array_of, boolean};

/// 23502.
pub fn no_null(domain: &DomainName) -> SqlError {
    let message = format!("domain {} does not allow null values", type_name(domain.oid));
    SqlError::new(SqlState::NotNullViolation, message).schema(&domain.schema).data_type(&domain.name)
}

/// 23514.
pub fn violated(domain: &DomainName, check: &str) -> SqlError {
    let message = format!("value for domain {} violates check constraint \"{check}\"", type_name(domain.oid));
    SqlError::new(SqlState::CheckViolation, message).schema(&domain.schema).data_type(&domain.name).constraint(check)
}

pub(crate) fn domain_check(
    cx: &Cx<'_>,
    value: Value,
    ty: PgType,
    domain: &DomainName,
    not_null: bool,
    checks: &[(String, Expr)],
) -> Result<Value, Stop> {
    let null = match &value {
        Value::Scalar(value) => value.is_null(),
        Value::Array(array) => array.null_count() > 0,
    };
    if null && not_null {
        return Err(no_null(domain).into());
    }
    if checks.is_empty() {
        return Ok(value);
    }
    let column = match &value {
        Value::Scalar(_) => array_of(value.clone(), ty, 1)?,
        Value::Array(array) => array.clone(),
    };
    let schema = Schema::new(vec![Field::new("value", column.data_type().clone(), true)]);
    let batch = RecordBatch::try_new(Arc::new(schema), vec![column]).map_err(arrow_error)?;
    for (name, check) in checks {
        let passed = check.eval_array(cx, &batch)?;
        if boolean(&passed)?.iter().any(|v| v == Some(false)) {
            return Err(violated(domain, name).into());
        }
    }
    Ok(value)
}
