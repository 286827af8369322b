//! The push-down language (DESIGN §3): a small, versioned program that a replica runs over the rows
//! of a key range. Plain data; `gavel_pushdown` compiles it. Columns are named by their stable
//! catalog ids, functions by the OIDs of `pg_proc`.
//!
//! ```text
//!   rows ─► filter ─┬─► output columns                (fold: none; up to a limit)
//!                   ├─► the first N in some order     (fold: top)
//!                   └─► groups and partial states     (fold: aggregate)
//! ```
//! What a fold answers is partial: a scan may be answered in pieces, and whoever asked merges them.

use gavel_types::{Datum, Oid, PgType};

/// Version of the language that this build writes.
pub const PROGRAM_VERSION: u32 = 2;

/// A column as stored: `id` is stable for the life of its table.
#[derive(Clone, Debug, PartialEq)]
pub struct ScanColumn {
    pub id: u32,
    pub ty: PgType,
    /// Value for rows written before the column existed; `Null` unless it was added with a default.
    pub missing: Datum,
}

/// What to do with each row of the ranges: decode `columns`, keep the rows for which `filter` is
/// true, and return the columns listed in `output`, or what the fold makes of the rows.
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
    /// Stop after that many rows that pass the filter; how many rows a top keeps.
    pub limit: Option<u64>,
    /// What becomes of the rows that pass.
    pub fold: Option<ScanFold>,
}

/// Answers fewer rows than pass.
#[derive(Clone, Debug, PartialEq)]
pub enum ScanFold {
    /// The first [`ScanProgram::limit`] rows in this order.
    Top(Vec<ScanOrder>),
    Aggregate(ScanAggregate),
}

/// One column of an order.
#[derive(Clone, Debug, PartialEq)]
pub struct ScanOrder {
    /// Index into [`ScanProgram::output`].
    pub output: usize,
    pub descending: bool,
    pub nulls_first: bool,
}

/// Groups rows by expressions and aggregates each group. The answer has a column for each group
/// expression, then one of type `Binary` for each call: its state. `output` is empty and there is
/// neither key nor limit. The same group may be answered several times.
#[derive(Clone, Debug, PartialEq)]
pub struct ScanAggregate {
    pub groups: Vec<ScanExpr>,
    pub calls: Vec<ScanCall>,
}

/// A call of an aggregate function.
#[derive(Clone, Debug, PartialEq)]
pub struct ScanCall {
    /// Of `pg_proc`.
    pub function: Oid,
    pub args: Vec<ScanExpr>,
    /// Rows for which it is not true are left out before the arguments are evaluated.
    pub filter: Option<ScanExpr>,
    /// Of the final result.
    pub ty: PgType,
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

impl ScanExpr {
    /// The expression with each column index replaced.
    pub fn map_columns(self, map: &dyn Fn(usize) -> usize) -> Self {
        let each = |items: Vec<Self>| items.into_iter().map(|i| i.map_columns(map)).collect();
        match self {
            Self::Column(index) => Self::Column(map(index)),
            Self::Const(..) => self,
            Self::Call { function, args, ty } => Self::Call { function, args: each(args), ty },
            Self::And(items) => Self::And(each(items)),
            Self::Or(items) => Self::Or(each(items)),
            Self::Not(inner) => Self::Not(Box::new(inner.map_columns(map))),
            Self::IsNull(inner) => Self::IsNull(Box::new(inner.map_columns(map))),
            Self::AnyOf { function, left, items } => {
                Self::AnyOf { function, left: Box::new(left.map_columns(map)), items }
            }
        }
    }
}
