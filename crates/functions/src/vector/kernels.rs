//! Kernels: the hot functions over whole arrays, entered under their internal names.
//!
//! A kernel answers `None` where its arguments are not of the shape that it is written for; the row
//! loop then does the work, with the same result. Slots under a NULL are never computed with, since
//! what lies there could overflow.
//!
//! | module | what it holds |
//! |---|---|
//! | [`operand`] | arguments as plain slices or one value, and loops over pairs of them |
//! | [`arithmetic`] | checked `+ - * /` of integers, floats and numeric; widening casts |
//! | [`comparison`] | the six comparisons of fixed-width types, text, numeric |
//! | [`like`] | `LIKE` with one pattern for all rows |

use std::collections::HashMap;
use std::sync::LazyLock;

use arrow::array::ArrayRef;
use gavel_types::SqlResult;

use crate::call::Call;
use crate::vector::ArgColumn;

mod arithmetic;
mod comparison;
mod like;
mod operand;

/// A kernel: `None` if the arguments are not of its shape.
pub type Kernel = fn(&Call<'_>, &[ArgColumn], usize) -> Option<SqlResult<ArrayRef>>;

static KERNELS: LazyLock<HashMap<&'static str, Kernel>> = LazyLock::new(|| {
    [arithmetic::TABLE, comparison::TABLE, like::TABLE].into_iter().flatten().flatten().copied().collect()
});

/// Runs the kernel of the function with internal name `source`, if there is one.
pub fn eval(source: &str, call: &Call<'_>, args: &[ArgColumn], rows: usize) -> Option<SqlResult<ArrayRef>> {
    KERNELS.get(source)?(call, args, rows)
}

#[cfg(test)]
mod kernels_test;
