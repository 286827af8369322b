//! The push-down language (DESIGN §3): a small, versioned program that a replica runs over the rows
//! of a key range. Plain data; `gavel_pushdown` compiles it. Columns are named by their stable
//! catalog ids, functions by the OIDs of `pg_proc`.

use gavel_types::{Datum, Oid, PgType};

/// Version of the language that this build writes.
pub const PROGRAM_VERSION: u32 = 1;

/// A column as stored: `id` is stable for the life of its table.
#[derive(Clone, Debug, PartialEq)]
pub struct ScanColumn {
    pub id: u32,
    pub ty: PgType,
    /// Value for rows written before the column existed; `Null` unless it was added with a default.
    pub missing: Datum,
}

/// What to do with each row of the ranges: decode `columns`, keep the rows for which `filter` is
/// true, and return the columns listed in `output`.
#[derive(Clone, Debug, PartialEq)]
pub struct ScanProgram {
    pub version: u32,
    /// Columns that `filter` and `output` refer to by index.
    pub columns: Vec<ScanColumn>,
    /// Boolean expression over `columns`; `None` keeps every row.
    pub filter: Option<ScanExpr>,
    /// Indices into `columns`, in the order of the answer.
    pub output: Vec<usize>,
    /// Adds the row's storage key as a first column, `Binary`, named `#key`.
    pub with_key: bool,
    /// Stop after that many rows that pass the filter.
    pub limit: Option<u64>,
}

/// An expression over one row. Evaluation has no session: only immutable functions appear.
#[derive(Clone, Debug, PartialEq)]
pub enum ScanExpr {
    /// Index into [`ScanProgram::columns`].
    Column(usize),
    Const(Datum, PgType),
    /// A function of `pg_proc`, operators and casts included.
    Call {
        function: Oid,
        args: Vec<ScanExpr>,
        ty: PgType,
    },
    And(Vec<ScanExpr>),
    Or(Vec<ScanExpr>),
    Not(Box<ScanExpr>),
    IsNull(Box<ScanExpr>),
    /// True if `function(left, item)` is true for any item; NULL rules of `= ANY`.
    AnyOf {
        function: Oid,
        left: Box<ScanExpr>,
        items: Vec<(Datum, PgType)>,
    },
}
