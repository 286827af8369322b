//! The plan: a tree of operators with compiled expressions and chosen access paths. Immutable, shared
//! by all executions, and what EXPLAIN prints.
//!
//! Expressions of a node refer to columns of its input by position; of a join, to the stream side's
//! columns followed by the build side's.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use gavel_api::scan::ScanColumn;
use gavel_binder::bound::{ColumnId, CteId, FrameExclude, FrameUnits, LockTarget, Modify, RowRule, SetOpKind};
use gavel_catalog::Table;
use gavel_encoding::{KeyOrder, ObjectId};
use gavel_functions::aggregate::AggregateSpec;
use gavel_functions::registry::Proc;
use gavel_types::{Datum, Oid, PgType};

use crate::exec::batch::{Layout, schema_of};
use crate::exec::expr::{Expr, ExprKind};
use crate::exec::inverted::InvertedScan;
use crate::exec::pruning::Pruning;
use crate::exec::user_aggregate::Steps;

#[derive(Debug)]
pub struct Node {
    /// Unique in the plan.
    pub id: usize,
    pub op: Op,
    pub columns: Layout,
    /// Of `columns`.
    pub schema: SchemaRef,
    /// Estimated rows.
    pub rows: f64,
}

impl Node {
    pub fn new(id: usize, op: Op, columns: Layout, rows: f64) -> Arc<Self> {
        let schema = schema_of(&columns);
        Arc::new(Self { id, op, columns, schema, rows })
    }

    /// Position of a column in the output.
    pub fn position(&self, column: ColumnId) -> Option<usize> {
        self.columns.iter().position(|c| c.0 == column)
    }
}

#[derive(Debug)]
pub enum Op {
    Values {
        rows: Vec<Vec<Expr>>,
    },
    TableScan(ScanPlan),
    /// `columns`: positions in the relation's rows. `equal`: positions with what rows must have there; conditions above
    /// say so as well.
    SystemScan {
        schema: &'static str,
        name: &'static str,
        columns: Vec<usize>,
        equal: Vec<(usize, Expr)>,
    },
    Filter {
        input: Arc<Node>,
        predicate: Expr,
    },
    Project {
        input: Arc<Node>,
        exprs: Vec<Expr>,
    },
    Join(JoinPlan),
    LookupJoin(LookupPlan),
    Lateral(LateralPlan),
    Aggregate(AggregatePlan),
    Distinct {
        input: Arc<Node>,
    },
    DistinctOn {
        input: Arc<Node>,
        keys: Vec<Expr>,
    },
    Window {
        input: Arc<Node>,
        groups: Vec<WindowGroup>,
    },
    /// Adds the calls' columns to each row of the input; without one, FROM's functions.
    Sets {
        input: Option<Arc<Node>>,
        calls: Vec<SetPlan>,
        ordinality: bool,
    },
    /// Calls a function whose body is interpreted.
    Called {
        called: Arc<gavel_binder::bound::Called>,
        args: Vec<Expr>,
    },
    /// `fetch`: how many rows at the front will be asked for.
    Sort {
        input: Arc<Node>,
        keys: Vec<SortExpr>,
        fetch: Option<Fetch>,
    },
    Limit {
        input: Arc<Node>,
        limit: Option<Expr>,
        offset: Option<Expr>,
        ties: Vec<SortExpr>,
    },
    /// UNION ALL, or the parts of a table; each input with the positions of the output columns in it. `pruning` says
    /// which of them are read at all.
    Append {
        inputs: Vec<(Arc<Node>, Vec<usize>)>,
        pruning: Option<Pruning>,
    },
    /// INTERSECT and EXCEPT.
    SetOp {
        op: SetOpKind,
        all: bool,
        left: (Arc<Node>, Vec<usize>),
        right: (Arc<Node>, Vec<usize>),
    },
    With {
        ctes: Vec<CtePlan>,
        body: Arc<Node>,
    },
    CteScan {
        id: CteId,
        name: String,
        columns: Vec<usize>,
    },
    Recursive {
        id: CteId,
        base: Arc<Node>,
        step: Arc<Node>,
        base_columns: Vec<usize>,
        step_columns: Vec<usize>,
        all: bool,
    },
    Lock {
        input: Arc<Node>,
        targets: Vec<LockedRows>,
        /// As in `Rel::Lock`.
        follows: bool,
    },
    Modify(ModifyPlan),
    /// The body of a function; see [`crate::exec::statements`].
    Statements {
        function: String,
        guard: Option<Expr>,
        first: Vec<Arc<Node>>,
        last: Arc<Node>,
        after: Vec<Arc<Node>>,
    },
}

/// Rows that FOR UPDATE locks, with the positions of the columns that name them.
#[derive(Debug)]
pub struct LockedRows {
    pub target: LockTarget,
    pub row_key: usize,
    /// Where the target has parts.
    pub table_oid: Option<usize>,
}

/// INSERT, UPDATE or DELETE.
#[derive(Debug)]
pub struct ModifyPlan {
    pub modify: Arc<Modify>,
    pub source: Arc<Node>,
    /// Over the source's columns; `None` without RETURNING.
    pub returning: Option<Vec<Expr>>,
    pub on_conflict: Option<UpdatePlan>,
}

/// ON CONFLICT DO UPDATE.
#[derive(Debug)]
pub struct UpdatePlan {
    /// The row in the table, then the one that was to be inserted.
    pub columns: Vec<(ColumnId, PgType)>,
    /// New values by attnum.
    pub assignments: Vec<(i16, Expr)>,
    pub predicate: Option<Expr>,
    /// What views ask of the row as it becomes.
    pub checks: Vec<(RowRule, Expr)>,
}

/// A limit pushed into a sort or scan: `limit + offset` rows.
#[derive(Clone, Debug)]
pub struct Fetch {
    pub limit: Expr,
    pub offset: Option<Expr>,
}

impl Fetch {
    /// About how many rows that is.
    pub fn guess(&self) -> f64 {
        let value = |expr: &Expr| match expr.kind {
            ExprKind::Const(Datum::Int8(n)) => n.max(0) as f64,
            _ => 100.0,
        };
        value(&self.limit) + self.offset.as_ref().map_or(0.0, value)
    }
}

#[derive(Clone, Debug)]
pub struct SortExpr {
    pub expr: Expr,
    pub descending: bool,
    pub nulls_first: bool,
}

/// How a table is read.
#[derive(Debug)]
pub struct ScanPlan {
    /// Whether storage may do more than the scan itself says: keep a top, aggregate.
    pub push_down: bool,
    pub table: Arc<Table>,
    /// Secondary index that is read; `None` is the table.
    pub index: Option<Oid>,
    /// Name of the index whose order or ranges are used, the primary key's included.
    pub index_name: Option<String>,
    pub object: ObjectId,
    pub key_columns: Vec<(PgType, KeyOrder)>,
    /// Conditions on the leading key columns; empty for a full scan.
    pub keys: Vec<KeyCondition>,
    /// What `filter` refers to by position, as stored.
    pub columns: Vec<ScanColumn>,
    /// Runs in the storage.
    pub filter: Option<Expr>,
    /// Positions in `columns` of the output.
    pub output: Vec<usize>,
    pub with_key: bool,
    pub reverse: bool,
    /// At most that many rows are wanted.
    pub fetch: Option<Fetch>,
    /// For a secondary index that lacks columns: rows are then read from the table by key.
    pub lookup: Option<RowLookup>,
    /// An inverted index that tells which rows of the table are read.
    pub inverted: Option<InvertedScan>,
}

/// Reads table rows that index entries lead to.
#[derive(Debug)]
pub struct RowLookup {
    /// Position in the index scan's output, type and order of each column of the row's key.
    pub key: Vec<(usize, PgType, KeyOrder)>,
    pub object: ObjectId,
    pub columns: Vec<ScanColumn>,
    pub filter: Option<Expr>,
    pub output: Vec<usize>,
    pub with_key: bool,
}

/// Condition on one key column. All but the last of a scan are [`KeyCondition::Equal`].
#[derive(Clone, Debug)]
pub enum KeyCondition {
    /// Equal to any of these; a NULL equals nothing.
    Equal(Vec<KeyValue>),
    IsNull,
    /// Non-null and within all bounds (value, inclusive).
    Range {
        low: Vec<(Expr, bool)>,
        high: Vec<(Expr, bool)>,
    },
}

#[derive(Clone, Debug)]
pub enum KeyValue {
    One(Expr),
    /// Each element of an array.
    Each(Expr),
}

/// How the sides of a join come out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinType {
    Inner,
    /// Unmatched rows of the stream side too.
    StreamOuter,
    BuildOuter,
    Full,
    /// Stream rows with a match.
    Semi,
    Anti,
    /// Build rows with a match.
    BuildSemi,
    BuildAnti,
}

/// A join that holds one side (*build*) and streams the other.
#[derive(Debug)]
pub struct JoinPlan {
    pub join: JoinType,
    pub stream: Arc<Node>,
    pub build: Arc<Node>,
    /// Equal expressions of the stream side and the build side; none: nested loop.
    pub keys: Vec<(Expr, Expr)>,
    /// Over both sides' columns.
    pub residual: Option<Expr>,
    /// Positions of the output in both sides' columns.
    pub emit: Vec<usize>,
}

/// A join that looks up the inner rows of each outer batch by key.
#[derive(Debug)]
pub struct LookupPlan {
    pub join: JoinType,
    pub stream: Arc<Node>,
    /// The inner side. Its key conditions mention outer rows' values as [`Expr`]s over `stream`:
    /// one for each of the leading key columns.
    pub inner: Arc<Node>,
    /// Where the inner side is an `Append` whose last column is the table of a row: that of each input, which does not
    /// put it out itself.
    pub part_oids: Vec<Oid>,
    pub lookup: Vec<Expr>,
    pub keys: Vec<(Expr, Expr)>,
    pub residual: Option<Expr>,
    pub emit: Vec<usize>,
}

/// A join whose right side runs in a frame of the left row's values.
#[derive(Debug)]
pub struct LateralPlan {
    pub join: JoinType,
    pub left: Arc<Node>,
    pub right: Arc<Node>,
    /// Columns that the right side mentions, as the left side computes them.
    pub outer: Vec<(ColumnId, Expr)>,
    pub residual: Option<Expr>,
    pub emit: Vec<usize>,
    /// The right side gives other rows each time.
    pub volatile: bool,
}

#[derive(Debug)]
pub struct AggregatePlan {
    pub input: Arc<Node>,
    pub groups: Vec<Expr>,
    /// `None`: one set of all groups.
    pub sets: Option<Vec<Vec<usize>>>,
    pub grouping: bool,
    pub aggregates: Vec<AggregateCall>,
    /// The input is a scan, and storage makes groups and partial states of its rows.
    pub pushed: bool,
}

#[derive(Debug)]
pub struct AggregateCall {
    pub proc: &'static Proc,
    pub args: Vec<Expr>,
    pub distinct: bool,
    pub filter: Option<Expr>,
    pub order_by: Vec<SortExpr>,
    pub spec: AggregateSpec,
    /// Of an aggregate of users that `proc` does not compute.
    pub steps: Option<Steps>,
    /// What such an aggregate is called.
    pub label: Option<String>,
}

/// Window calls over one partitioning and order.
#[derive(Debug)]
pub struct WindowGroup {
    pub partition_by: Vec<Expr>,
    pub order_by: Vec<SortExpr>,
    pub calls: Vec<WindowCall>,
}

#[derive(Debug)]
pub struct WindowCall {
    pub proc: &'static Proc,
    pub args: Vec<Expr>,
    pub filter: Option<Expr>,
    pub units: FrameUnits,
    pub start: Bound,
    pub end: Bound,
    pub exclude: FrameExclude,
    pub spec: AggregateSpec,
    /// As in [`AggregateCall`].
    pub steps: Option<Steps>,
}

#[derive(Debug)]
pub enum Bound {
    UnboundedPreceding,
    Preceding(Expr),
    CurrentRow,
    Following(Expr),
    UnboundedFollowing,
}

#[derive(Debug)]
pub struct SetPlan {
    pub proc: &'static Proc,
    pub args: Vec<Expr>,
    pub arg_types: Vec<PgType>,
    pub columns: Vec<PgType>,
    pub result: PgType,
    /// It gives its only argument, one value: what a function that waits has given.
    pub waited: bool,
}

#[derive(Debug)]
pub struct CtePlan {
    pub id: CteId,
    pub name: String,
    pub plan: Arc<Node>,
    /// Must run to its end whether or not it is read.
    pub modifying: bool,
}

impl Node {
    /// Plans below this one, in the order that EXPLAIN shows them.
    pub fn inputs(&self) -> Vec<&Arc<Node>> {
        match &self.op {
            Op::Values { .. } | Op::TableScan(_) | Op::SystemScan { .. } | Op::CteScan { .. } => vec![],
            Op::Filter { input, .. }
            | Op::Project { input, .. }
            | Op::Distinct { input }
            | Op::DistinctOn { input, .. }
            | Op::Window { input, .. }
            | Op::Sort { input, .. }
            | Op::Limit { input, .. }
            | Op::Lock { input, .. } => vec![input],
            Op::Sets { input, .. } => input.iter().collect(),
            Op::Aggregate(a) => vec![&a.input],
            Op::Join(j) => vec![&j.stream, &j.build],
            Op::LookupJoin(j) => vec![&j.stream, &j.inner],
            Op::Lateral(j) => vec![&j.left, &j.right],
            Op::Append { inputs, .. } => inputs.iter().map(|i| &i.0).collect(),
            Op::SetOp { left, right, .. } => vec![&left.0, &right.0],
            Op::With { body, .. } => vec![body],
            Op::Recursive { base, step, .. } => vec![base, step],
            Op::Modify(plan) => vec![&plan.source],
            Op::Statements { first, last, after, .. } => first.iter().chain([last]).chain(after).collect(),
            Op::Called { .. } => vec![],
        }
    }
}
