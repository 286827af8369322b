//! Evaluation over Arrow arrays: a kernel where one exists, else row by row through [`crate::call`].

use arrow::array::{Array, ArrayRef};
use gavel_types::{Datum, Oid, SqlResult};

use crate::call::{self, Call};
use crate::physical::{ArrayBuilder, datum_at, scalar_to_array};

mod kernels;

/// An argument: a value for each row, or one for all of them.
#[derive(Clone, Debug)]
pub enum ArgColumn {
    Array(ArrayRef),
    Scalar(Datum),
}

impl ArgColumn {
    /// The value of `row`.
    ///
    /// # Errors
    /// As [`datum_at`].
    pub fn datum(&self, row: usize, ty: gavel_types::PgType) -> SqlResult<Datum> {
        match self {
            Self::Array(array) => datum_at(array, row, ty),
            Self::Scalar(value) => Ok(value.clone()),
        }
    }

    /// Whether no row can be NULL.
    pub fn never_null(&self) -> bool {
        match self {
            Self::Array(array) => array.null_count() == 0,
            Self::Scalar(value) => !value.is_null(),
        }
    }
}

/// Calls function `oid` for each of `rows` rows; the answer has the physical type of `call.result`.
///
/// # Errors
/// What the function answers for the first row that fails.
pub fn eval(oid: Oid, call: &Call<'_>, args: &[ArgColumn], rows: usize) -> SqlResult<ArrayRef> {
    let implementation = call::resolve(oid)?;
    // A call whose arguments are all constant runs once, unless each row must get its own value.
    let constant = args.iter().all(|a| matches!(a, ArgColumn::Scalar(_)));
    if constant && implementation.is_repeatable() {
        if rows == 0 {
            return scalar_to_array(&Datum::Null, call.result, 0);
        }
        let values: Vec<Datum> = args.iter().map(|a| a.datum(0, call.result)).collect::<SqlResult<_>>()?;
        return scalar_to_array(&implementation.call(call, &values)?, call.result, rows);
    }
    if let Some(result) = kernels::eval(implementation.source(), call, args, rows) {
        return result;
    }
    let mut builder = ArrayBuilder::new(call.result, rows);
    let mut values = Vec::with_capacity(args.len());
    for row in 0..rows {
        values.clear();
        for (arg, ty) in args.iter().zip(call.arg_types) {
            values.push(arg.datum(row, *ty)?);
        }
        builder.push(&implementation.call(call, &values)?)?;
    }
    Ok(builder.finish())
}
