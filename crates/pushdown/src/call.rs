//! A function of the registry as a DataFusion physical expression.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Schema};
use datafusion_common::{DataFusionError, Result};
use datafusion_expr::ColumnarValue;
use datafusion_physical_expr::PhysicalExpr;
use gavel_functions::physical::datum_at;
use gavel_functions::vector::{self, ArgColumn};
use gavel_functions::{Call, EvalContext, physical_type, registry};
use gavel_types::{Oid, PgType, SqlError};

/// `function(args)` over a batch: a kernel where the registry has one, else row by row.
#[derive(Clone, Debug)]
pub struct RegistryCall {
    function: Oid,
    args: Vec<Arc<dyn PhysicalExpr>>,
    arg_types: Vec<PgType>,
    result: PgType,
    context: Arc<EvalContext>,
}

impl RegistryCall {
    /// Calls `function` of `pg_proc`. `args` yield the physical types of `arg_types`.
    pub fn new(
        function: Oid,
        args: Vec<Arc<dyn PhysicalExpr>>,
        arg_types: Vec<PgType>,
        result: PgType,
        context: Arc<EvalContext>,
    ) -> Self {
        Self { function, args, arg_types, result, context }
    }
}

/// An argument as the registry takes it; `ty` is its PostgreSQL type.
///
/// # Errors
/// XX000, wrapped, if a constant is not of the physical type of `ty`.
pub fn argument(value: ColumnarValue, ty: PgType) -> Result<ArgColumn> {
    Ok(match value {
        ColumnarValue::Array(array) => ArgColumn::Array(array),
        ColumnarValue::Scalar(scalar) => {
            ArgColumn::Scalar(datum_at(&scalar.to_array_of_size(1)?, 0, ty).map_err(into_datafusion)?)
        }
    })
}

/// Carries an error of ours through DataFusion; [`from_datafusion`] finds it again.
pub fn into_datafusion(e: SqlError) -> DataFusionError {
    DataFusionError::External(Box::new(e))
}

/// The error of ours that DataFusion carried, or XX000 with what DataFusion says.
pub fn from_datafusion(e: DataFusionError) -> SqlError {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(&e);
    while let Some(error) = source {
        if let Some(ours) = error.downcast_ref::<SqlError>() {
            return ours.clone();
        }
        if let Some(DataFusionError::External(inner)) = error.downcast_ref::<DataFusionError>()
            && let Some(ours) = inner.downcast_ref::<SqlError>()
        {
            return ours.clone();
        }
        source = error.source();
    }
    SqlError::internal(e.to_string())
}

impl PartialEq for RegistryCall {
    fn eq(&self, other: &Self) -> bool {
        self.function == other.function
            && self.result == other.result
            && self.arg_types == other.arg_types
            && self.args == other.args
            && Arc::ptr_eq(&self.context, &other.context)
    }
}

impl Eq for RegistryCall {}

impl Hash for RegistryCall {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.function.hash(state);
        self.arg_types.hash(state);
        for arg in &self.args {
            arg.hash(state);
        }
    }
}

impl fmt::Display for RegistryCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", registry::proc(self.function).map_or("?", |p| p.src))?;
        for (i, arg) in self.args.iter().enumerate() {
            write!(f, "{}{arg}", if i == 0 { "" } else { ", " })?;
        }
        f.write_str(")")
    }
}

impl PhysicalExpr for RegistryCall {
    fn data_type(&self, _: &Schema) -> Result<DataType> {
        Ok(physical_type(self.result))
    }

    fn nullable(&self, _: &Schema) -> Result<bool> {
        Ok(true)
    }

    fn evaluate(&self, batch: &RecordBatch) -> Result<ColumnarValue> {
        let args = self
            .args
            .iter()
            .zip(&self.arg_types)
            .map(|(arg, ty)| argument(arg.evaluate(batch)?, *ty))
            .collect::<Result<Vec<_>>>()?;
        let call = Call { context: &self.context, arg_types: &self.arg_types, result: self.result };
        let values = vector::eval(self.function, &call, &args, batch.num_rows()).map_err(into_datafusion)?;
        Ok(ColumnarValue::Array(values))
    }

    fn children(&self) -> Vec<&Arc<dyn PhysicalExpr>> {
        self.args.iter().collect()
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn PhysicalExpr>>) -> Result<Arc<dyn PhysicalExpr>> {
        Ok(Arc::new(Self { args: children, ..(*self).clone() }))
    }

    fn fmt_sql(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
