//! The bound form of a statement: names are ids, every expression has its PostgreSQL type, overloads
//! and casts are chosen. The seam between the binder, which knows PostgreSQL's rules, and the query
//! node, which lowers a [`Rel`] to DataFusion (or compiles it to a direct path) and runs DML around it.
//!
//! # Columns
//! Every column that a [`Rel`] puts out has a [`ColumnId`], unique in the statement. An expression that
//! mentions an id which none of its inputs puts out is *correlated*: the id belongs to an enclosing
//! query (a subquery expression, or the left side of a LATERAL join). Names exist only in
//! [`Query::output`], for RowDescription.
//!
//! # Invariants
//! 1. The arguments of a [`ScalarKind::Call`] have exactly the types that the function takes; casts are
//!    explicit calls. Only `Unknown` constants that nothing resolved are left as `text`.
//! 2. Ids are never reused, not even for two references to one CTE.
//! 3. A predicate has type boolean.
//! 4. Aggregates, window calls and set-returning functions occur only in their own [`Rel`] nodes.

use std::sync::Arc;

use gavel_catalog::privilege::Access;
use gavel_catalog::{Function, Sequence, Table};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlState};
use sqlparser::ast;

/// A column of some [`Rel`], unique in the statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ColumnId(pub u32);

/// A typed scalar expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Scalar {
    pub kind: ScalarKind,
    pub ty: PgType,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ScalarKind {
    Const(Datum),
    /// `$n`, zero-based.
    Param(usize),
    Column(ColumnId),
    /// A function, operator or cast of `pg_proc`. Session functions (`now()`, `nextval`) included.
    Call {
        function: Oid,
        args: Vec<Scalar>,
    },
    /// Through the text forms: `input` output, then input function of the target. Also text <-> any.
    CoerceViaIo {
        input: Box<Scalar>,
    },
    /// Same representation under another type.
    Relabel {
        input: Box<Scalar>,
    },
    /// Elementwise cast of an array by `element` applied to column `item`.
    ArrayCoerce {
        input: Box<Scalar>,
        item: ColumnId,
        element: Box<Scalar>,
    },
    /// The value of `input`, if domain `domain` takes it: it is not NULL where that is forbidden, and no check, over
    /// column `item`, is false.
    DomainCheck {
        input: Box<Scalar>,
        item: ColumnId,
        domain: DomainName,
        not_null: bool,
        /// Name and condition.
        checks: Vec<(String, Scalar)>,
    },
    And(Vec<Scalar>),
    Or(Vec<Scalar>),
    Not(Box<Scalar>),
    IsNull {
        input: Box<Scalar>,
        negated: bool,
    },
    /// `IS [NOT] TRUE | FALSE | UNKNOWN`; `value` `None` is UNKNOWN.
    IsBool {
        input: Box<Scalar>,
        value: Option<bool>,
        negated: bool,
    },
    /// `IS [NOT] DISTINCT FROM`, by this equality function.
    IsDistinct {
        equal: Oid,
        left: Box<Scalar>,
        right: Box<Scalar>,
        negated: bool,
    },
    /// Searched CASE; a simple one has its equality calls in the conditions. `otherwise` is never
    /// absent (a NULL constant).
    Case {
        arms: Vec<(Scalar, Scalar)>,
        otherwise: Box<Scalar>,
    },
    Coalesce(Vec<Scalar>),
    /// GREATEST / LEAST over one type.
    MinMax {
        greatest: bool,
        args: Vec<Scalar>,
    },
    /// `left op ANY/ALL (items)`, where the items are scalars: IN lists, and `= ANY(ARRAY[…])`.
    InList {
        function: Oid,
        left: Box<Scalar>,
        items: Vec<Scalar>,
        all: bool,
    },
    /// `left op ANY/ALL (array)`.
    AnyArray {
        function: Oid,
        left: Box<Scalar>,
        array: Box<Scalar>,
        all: bool,
    },
    /// `ARRAY[…]`; nested arrays make more dimensions.
    Array {
        items: Vec<Scalar>,
    },
    /// `array[subscript, …]`, or a slice when any is a range; absent bounds are `None`.
    Subscript {
        input: Box<Scalar>,
        indices: Vec<Index>,
    },
    /// `array[subscript, …] = value`: the whole array, or `jsonb` value, after the assignment.
    SubscriptAssign {
        input: Box<Scalar>,
        indices: Vec<Index>,
        value: Box<Scalar>,
    },
    /// `ROW(…)`, or a whole-row reference.
    Row(Vec<Scalar>),
    /// Field of a record, zero-based.
    Field {
        input: Box<Scalar>,
        index: usize,
    },
    /// A record of unknown fields, which must be so many. NULL is one of any.
    FieldCount {
        input: Box<Scalar>,
        count: usize,
    },
    /// Row comparison `(a, b) < (c, d)`: pairs with their `<` and `=` functions.
    RowCompare {
        op: RowCompareOp,
        pairs: Vec<RowPair>,
    },
    Subquery(Box<Subquery>),
    /// The next value of a sequence, as a column default or `nextval('const')` uses it.
    NextVal {
        sequence: Oid,
        /// For an identity column: whoever may insert rows may take it.
        identity: bool,
    },
    /// `input`, and how it is written. Only in query trees, which do not run.
    Form {
        form: Box<crate::query_tree::Form>,
        input: Box<Scalar>,
    },
    /// `DEFAULT`-less placeholder that only occurs as a bare item of VALUES in INSERT; resolved there.
    Default,
}

/// A domain as errors name it.
#[derive(Clone, Debug, PartialEq)]
pub struct DomainName {
    pub oid: Oid,
    pub schema: String,
    pub name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowCompareOp {
    Lt,
    Le,
    Gt,
    Ge,
}

#[derive(Clone, Debug, PartialEq)]
pub struct RowPair {
    pub left: Scalar,
    pub right: Scalar,
    /// The `<` or `>` function of this pair's types.
    pub order: Oid,
    pub equal: Oid,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Index {
    Element(Scalar),
    Slice(Option<Scalar>, Option<Scalar>),
}

/// A subquery in an expression. Correlated columns are simply mentioned in `query`.
#[derive(Clone, Debug, PartialEq)]
pub struct Subquery {
    pub kind: SubqueryKind,
    pub query: Rel,
    /// Output columns of `query`, in order.
    pub columns: Vec<ColumnId>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum SubqueryKind {
    /// One column, at most one row (21000 otherwise), NULL if none.
    Scalar,
    Exists,
    /// `left op ANY/ALL (query)`; one function a column; IN is ANY with `=`. NOT IN is `Not` around it.
    Quantified {
        left: Vec<Scalar>,
        functions: Vec<Oid>,
        all: bool,
    },
    /// `ARRAY(query)`.
    Array,
}

/// What stands behind a scan.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    Table(Arc<Table>),
    /// A system relation, by name: `pg_catalog.pg_class`.
    System {
        schema: &'static str,
        name: &'static str,
    },
}

/// Row-lock strength of FOR UPDATE and friends.
pub use gavel_types::CheckMode;

/// A relational expression. Each puts out exactly the columns said at it.
#[derive(Clone, Debug, PartialEq)]
pub enum Rel {
    /// Reads a table; puts out `columns` (attnum, id). Only columns that the statement mentions.
    /// `row_key`, if set, is a `bytea` column with the row's storage key (DML, FOR UPDATE).
    Scan {
        source: Source,
        columns: Vec<(i16, ColumnId)>,
        row_key: Option<ColumnId>,
    },
    /// Reads a table with all that inherits from it, or the partitions of a partitioned one, one after the other
    /// (<https://www.postgresql.org/docs/15/ddl-inherit.html>). `table` is the one that was named: its columns are put
    /// out, as `columns` (attnum of it, id); a part has each under the same name and with the same type
    /// ([`Table::column_like`]), whatever its number there. `parts` are the tables that have rows of their own,
    /// `table` itself among them unless it is partitioned; there may be none. `branches` are the partitioned tables on
    /// the way to them, `table` the first of them. `row_key` is as that of a `Scan`, and unique among all parts;
    /// `table_oid`, if set, is an `oid` column: the part that the row is in.
    Append {
        table: Arc<Table>,
        parts: Vec<Arc<Table>>,
        branches: Vec<Arc<Table>>,
        columns: Vec<(i16, ColumnId)>,
        row_key: Option<ColumnId>,
        table_oid: Option<ColumnId>,
    },
    /// Literal rows; every row has a scalar for each column. No columns and one row: FROM-less SELECT.
    Values {
        rows: Vec<Vec<Scalar>>,
        columns: Vec<(ColumnId, PgType)>,
    },
    /// Puts out only `exprs`.
    Project {
        input: Box<Rel>,
        exprs: Vec<(ColumnId, Scalar)>,
    },
    Filter {
        input: Box<Rel>,
        predicate: Scalar,
    },
    /// Puts out left's then right's columns (Semi/Anti: left's). `lateral`: right mentions left's
    /// columns. `on` is TRUE for CROSS.
    Join {
        kind: JoinKind,
        left: Box<Rel>,
        right: Box<Rel>,
        on: Scalar,
        lateral: bool,
    },
    /// Puts out group columns, then aggregates. Without `groups` and sets: one row.
    /// `sets`: indices into `groups`, for GROUPING SETS; `grouping` is then the id of a bigint column
    /// whose bit i (from the left, as many bits as groups) is 1 if group i is not in the set.
    Aggregate {
        input: Box<Rel>,
        groups: Vec<(ColumnId, Scalar)>,
        sets: Option<Vec<Vec<usize>>>,
        grouping: Option<ColumnId>,
        aggregates: Vec<Aggregate>,
    },
    /// Adds window columns to the input's.
    Window {
        input: Box<Rel>,
        calls: Vec<Window>,
    },
    /// Set-returning functions of a select list, run in lockstep (shorter ones padded with NULL);
    /// adds their columns to the input's. None returning a row: the input row vanishes.
    ProjectSet {
        input: Box<Rel>,
        calls: Vec<SetCall>,
    },
    /// Functions in FROM (`ROWS FROM` runs several in lockstep); arguments may be correlated.
    FunctionScan {
        calls: Vec<SetCall>,
        ordinality: Option<ColumnId>,
    },
    Sort {
        input: Box<Rel>,
        keys: Vec<SortKey>,
    },
    /// NULL means no limit. `with_ties` needs a Sort below; its keys are repeated here. With neither limit nor offset it is
    /// a fence: of the conditions above it, only those go below that tell nothing of the rows that they leave out.
    Limit {
        input: Box<Rel>,
        limit: Option<Scalar>,
        offset: Option<Scalar>,
        with_ties: Vec<SortKey>,
    },
    /// Over all columns of the input.
    Distinct {
        input: Box<Rel>,
    },
    /// First row of each group of equal `on`; the input is already sorted.
    DistinctOn {
        input: Box<Rel>,
        on: Vec<Scalar>,
    },
    /// Puts out `columns`: (id, left's column, right's column), types already equal.
    SetOp {
        op: SetOpKind,
        all: bool,
        left: Box<Rel>,
        right: Box<Rel>,
        columns: Vec<(ColumnId, ColumnId, ColumnId, PgType)>,
    },
    /// Defines CTEs for `body`. Each is evaluated at most once if it has more than one reference, is
    /// MATERIALIZED, volatile or modifying.
    With {
        ctes: Vec<Cte>,
        body: Box<Rel>,
    },
    /// Reads a CTE: (own id, id in the CTE's query).
    CteRef {
        cte: CteId,
        columns: Vec<(ColumnId, ColumnId, PgType)>,
    },
    /// FOR UPDATE etc. over `input`: adds commit checks for the rows that reach it.
    Lock {
        input: Box<Rel>,
        targets: Vec<LockTarget>,
        /// Of a cursor, which is read while its transaction goes on: rows pass one by one as they are asked for, and none
        /// that the transaction has written since the query began.
        follows: bool,
    },
    /// INSERT/UPDATE/DELETE … RETURNING inside a CTE or a function: puts out its returning columns.
    Modify(Box<Modify>),
    /// The body of a function, which runs at every call: `first` one after the other, each to its end, then `last`,
    /// whose columns come out, then `after`. Each sees what was written before it. `function` is named in errors; empty
    /// where only arguments are computed at every call.
    ///
    /// Nothing runs, and no row comes out, unless `guard` holds.
    Statements {
        function: String,
        guard: Option<Scalar>,
        first: Vec<Rel>,
        last: Box<Rel>,
        after: Vec<Rel>,
    },
    /// Calls a function whose body is not bound with the statement, with these arguments, and puts out the rows that it
    /// gives.
    Called(Box<Called>),
}

/// A call of a function that is written in PL/pgSQL, or in SQL and bound only then (`bind/called.rs`).
#[derive(Clone, Debug, PartialEq)]
pub struct Called {
    pub function: Arc<Function>,
    /// Declared types of the inputs, none of them polymorphic.
    pub types: Vec<PgType>,
    /// One for each input.
    pub args: Vec<Scalar>,
    pub columns: Vec<(ColumnId, PgType)>,
    /// What is given back is one column of a row type, not the row's columns.
    pub whole: bool,
    /// The role whose rights count where it is called, if not the current one: within bodies of SECURITY DEFINER.
    pub runs_as: Option<Oid>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinKind {
    Inner,
    Left,
    Right,
    Full,
    Semi,
    Anti,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    pub id: ColumnId,
    /// `pg_proc` OID.
    pub function: Oid,
    /// Direct arguments of an ordered-set aggregate first, then aggregated ones; empty for count(*).
    pub args: Vec<Scalar>,
    /// How many of `args` are direct.
    pub direct: usize,
    pub distinct: bool,
    pub filter: Option<Scalar>,
    /// ORDER BY inside the call, or WITHIN GROUP.
    pub order_by: Vec<SortKey>,
    pub ty: PgType,
    /// Set if an aggregate of users is called.
    pub user: Option<Arc<UserAggregate>>,
}

/// An aggregate of users in a call.
#[derive(Clone, Debug, PartialEq)]
pub struct UserAggregate {
    pub function: Arc<Function>,
    /// `None` where the call's `function`, one of PostgreSQL's own, computes the same, and where nothing is run.
    pub steps: Option<AggregateSteps>,
}

/// How the rows of a group become a value, one after the other. The columns are of no relation: they stand for the state
/// and for the arguments of a row.
#[derive(Clone, Debug, PartialEq)]
pub struct AggregateSteps {
    pub state: (ColumnId, PgType),
    /// One for each argument of the call, direct ones first.
    pub inputs: Vec<(ColumnId, PgType)>,
    /// How many of them are direct.
    pub direct: usize,
    /// The next state, over the state and the arguments that are not direct.
    pub transition: Scalar,
    /// Rows with a NULL are left out, and the first other one is the first state if there is no `initial` one.
    pub strict: bool,
    /// A constant expression; NULL if `None`.
    pub initial: Option<Scalar>,
    /// The result, over the state and the direct arguments; the state if `None`.
    pub finish: Option<Scalar>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    pub id: ColumnId,
    /// `pg_proc` OID: a window function, or an aggregate.
    pub function: Oid,
    pub args: Vec<Scalar>,
    pub filter: Option<Scalar>,
    pub partition_by: Vec<Scalar>,
    pub order_by: Vec<SortKey>,
    pub frame: Frame,
    pub ty: PgType,
    /// As in [`Aggregate`].
    pub user: Option<Arc<UserAggregate>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    pub units: FrameUnits,
    pub start: FrameBound,
    pub end: FrameBound,
    pub exclude: FrameExclude,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameUnits {
    Rows,
    Range,
    Groups,
}

#[derive(Clone, Debug, PartialEq)]
pub enum FrameBound {
    UnboundedPreceding,
    Preceding(Scalar),
    CurrentRow,
    Following(Scalar),
    UnboundedFollowing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameExclude {
    NoOthers,
    CurrentRow,
    Group,
    Ties,
}

/// A set-returning (or, in FROM, also a plain) function with its result columns.
#[derive(Clone, Debug, PartialEq)]
pub struct SetCall {
    pub function: Oid,
    pub args: Vec<Scalar>,
    pub columns: Vec<(ColumnId, PgType)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SortKey {
    pub expr: Scalar,
    pub descending: bool,
    pub nulls_first: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetOpKind {
    Union,
    Intersect,
    Except,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CteId(pub u32);

#[derive(Clone, Debug, PartialEq)]
pub struct Cte {
    pub id: CteId,
    pub name: String,
    /// `None`: the engine may choose; else AS [NOT] MATERIALIZED.
    pub materialized: Option<bool>,
    pub body: CteBody,
}

#[derive(Clone, Debug, PartialEq)]
pub enum CteBody {
    /// Output column ids are those of the relation.
    Plain { query: Rel, columns: Vec<(ColumnId, PgType)> },
    /// WITH RECURSIVE: `step` reads the working table through `CteRef` to this CTE. `columns`: (id of
    /// the CTE, id in `base`, id in `step`). `all` is UNION ALL.
    Recursive { base: Rel, step: Rel, all: bool, columns: Vec<(ColumnId, ColumnId, ColumnId, PgType)> },
}

#[derive(Clone, Debug, PartialEq)]
pub struct LockTarget {
    /// The table that was named.
    pub table: Arc<Table>,
    /// Of an `Append`: its parts, and its `table_oid`, which says of each row whose it is.
    pub parts: Option<(Vec<Arc<Table>>, ColumnId)>,
    /// The scan's `row_key` column.
    pub row_key: ColumnId,
    pub mode: CheckMode,
}

impl LockTarget {
    /// What its input must put out for it.
    pub fn columns(&self) -> impl Iterator<Item = ColumnId> + use<> {
        std::iter::once(self.row_key).chain(self.parts.as_ref().map(|(_, table_oid)| *table_oid))
    }
}

/// Column of a result.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    pub id: ColumnId,
    pub name: String,
    pub ty: PgType,
    /// Table OID and attnum where it is a plain column, for RowDescription.
    pub origin: Option<(Oid, i16)>,
    /// The type that clients are told in place of its own: an array of a domain.
    pub shown: Option<Oid>,
}

/// A statement that returns rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    pub rel: Rel,
    pub output: Vec<Output>,
}

/// INSERT, UPDATE, DELETE or MERGE. `source` computes; the write stage checks constraints and writes.
#[derive(Clone, Debug, PartialEq)]
pub struct Modify {
    pub table: Arc<Table>,
    pub source: Rel,
    pub op: ModifyOp,
    /// RETURNING, over the ids of `new_row` (INSERT, UPDATE) or `old_row` (DELETE), and over other
    /// columns that `source` puts out (UPDATE … FROM).
    pub returning: Option<Vec<(Output, Scalar)>>,
    /// What policies and views WITH CHECK OPTION ask of the rows that are written, in the order in which it is asked.
    pub checks: Vec<RowCheck>,
    /// The cursor of WHERE CURRENT OF.
    pub current_of: Option<CurrentOf>,
    /// Set if rows may be in other tables than `table`: it is partitioned, or has descendants that an UPDATE, DELETE or
    /// MERGE without ONLY reaches.
    pub tree: Option<ModifyTree>,
}

/// The tables that a statement's rows are in. Column numbers are everywhere those of [`Modify::table`]; the write stage
/// finds the columns of the other tables by their names ([`Table::column_like`]), and computes or keeps those that
/// `Modify::table` does not have.
#[derive(Clone, Debug, PartialEq)]
pub struct ModifyTree {
    /// `oid` column of the source: the table that the row of `row_key` is in, as [`Rel::Append`] puts it out; NULL where
    /// there is no such row (INSERT, what MERGE does not match). RETURNING finds the table of the new row there.
    pub table_oid: ColumnId,
    /// The tables that UPDATE, DELETE and MERGE may find rows in, those of the [`Rel::Append`]; none for INSERT.
    pub parts: Vec<Arc<Table>>,
    /// Whether a table below [`Modify::table`] has triggers of rows.
    pub fires: bool,
}

/// A cursor whose row is changed: its key is a parameter behind those of the client.
#[derive(Clone, Debug, PartialEq)]
pub struct CurrentOf {
    pub cursor: String,
    /// The parameter that holds the cursor's name, where a variable of a body does.
    pub variable: Option<usize>,
    /// Number of the parameter, zero-based.
    pub param: usize,
}

/// What a cursor knows of a table's rows: the key of the one that its own row came from is behind the columns that
/// FETCH gives, in the order of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CursorRow {
    pub table: Oid,
    /// The cursor locks the rows.
    pub locked: bool,
}

/// A condition that rows must satisfy which are written.
#[derive(Clone, Debug, PartialEq)]
pub struct RowCheck {
    pub rule: RowRule,
    /// Boolean column of the source; what is not true does not hold.
    pub holds: ColumnId,
    /// The same over the columns that the source puts out, for rows that triggers have changed since.
    pub again: Scalar,
}

/// What asks it.
#[derive(Clone, Debug, PartialEq)]
pub enum RowRule {
    /// A view of this name, once the row has been written.
    View(String),
    /// Before the row is written.
    Policy(PolicyRule),
    /// A view of this name, of the row that ON CONFLICT DO UPDATE has found.
    Shown(String),
}

impl RowRule {
    /// Whether it is asked of the row that ON CONFLICT DO UPDATE has found: before anything of DO UPDATE is evaluated, which
    /// could tell of a row that is hidden.
    pub fn is_of_existing(&self) -> bool {
        match self {
            Self::Shown(_) => true,
            Self::Policy(rule) => rule.row == PolicyRow::Existing,
            Self::View(_) => false,
        }
    }

    /// 55000, 42501 for a row that such a rule hides; `None` if it is another rule.
    pub fn hidden(&self) -> Option<SqlError> {
        match self {
            Self::Shown(view) => {
                let text = format!("conflicting row is not visible through view \"{view}\"");
                Some(SqlError::new(SqlState::ObjectNotInPrerequisiteState, text))
            }
            Self::Policy(rule) if self.is_of_existing() => Some(rule.broken()),
            _ => None,
        }
    }
}

/// A restrictive policy of row-level security, or all permissive ones together.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyRule {
    pub table: String,
    /// The restrictive one.
    pub policy: Option<String>,
    pub row: PolicyRow,
}

/// The row that a policy is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyRow {
    /// As it is going to be.
    New,
    /// The one that ON CONFLICT DO UPDATE has found.
    Existing,
    /// The one that MERGE changes or deletes.
    Target,
}

impl PolicyRule {
    /// 42501 for a row that does not satisfy it.
    pub fn broken(&self) -> SqlError {
        let row = if self.row == PolicyRow::Target { "target row" } else { "new row" };
        let policy = self.policy.as_ref().map(|name| format!(" \"{name}\"")).unwrap_or_default();
        let using = if self.row == PolicyRow::New { "" } else { " (USING expression)" };
        let text = format!("{row} violates row-level security policy{policy}{using} for table \"{}\"", self.table);
        SqlError::new(SqlState::InsufficientPrivilege, text)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum ModifyOp {
    /// `source` puts out `new_row` for every live column in attnum order; defaults, identity and
    /// generated columns are already in it. (attnum, id in source.)
    Insert {
        new_row: Vec<(i16, ColumnId)>,
        /// `None`: a duplicate is 23505.
        on_conflict: Option<OnConflict>,
    },
    /// `source` puts out the row's key, the whole old row, and the new values of `assigned` columns
    /// (generated ones included), at most once for each row (the first wins, as in PostgreSQL).
    /// `new_row` has an id for every live column: the assigned value's or the old one's.
    Update {
        row_key: ColumnId,
        old_row: Vec<(i16, ColumnId)>,
        assigned: Vec<i16>,
        new_row: Vec<(i16, ColumnId)>,
    },
    Delete {
        row_key: ColumnId,
        old_row: Vec<(i16, ColumnId)>,
    },
    /// `source` puts out a row for each row of MERGE's data source with each row of the table that it matches:
    /// `action` (int4, NULL for none) is the number in `actions` of what is done. `row_key` and `old_row` are NULL
    /// where nothing matches; `new_row` is the row as it is inserted, or as it is after the update.
    Merge {
        row_key: ColumnId,
        old_row: Vec<(i16, ColumnId)>,
        new_row: Vec<(i16, ColumnId)>,
        action: ColumnId,
        actions: Vec<MergeAction>,
        /// Columns that any of the actions gives values to in rows that are there, generated ones included.
        assigned: Vec<i16>,
    },
}

/// What a WHEN clause of MERGE does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MergeAction {
    Insert,
    Update,
    Delete,
    Nothing,
}

#[derive(Clone, Debug, PartialEq)]
pub struct OnConflict {
    /// Indexes whose violation is taken; empty means any (DO NOTHING only).
    pub arbiters: Vec<Oid>,
    pub action: ConflictAction,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ConflictAction {
    Nothing,
    /// Over `existing` (the row in the table) and the INSERT's `new_row` ids (EXCLUDED); evaluated row by
    /// row by the write stage.
    Update {
        existing: Vec<(i16, ColumnId)>,
        /// Of a partitioned table: the partition of the existing row, of type `oid`.
        table_oid: Option<ColumnId>,
        assignments: Vec<(i16, Scalar)>,
        predicate: Option<Scalar>,
        /// What views ask of the row that is there, policies of it and of the row as it becomes, and views WITH CHECK OPTION
        /// of the latter.
        checks: Vec<(RowRule, Scalar)>,
        /// What of it is about the row as it becomes, over `existing`, in whose place that row is then.
        again: Vec<(RowRule, Scalar)>,
    },
}

/// COPY, with names resolved. `columns` are attnums.
#[derive(Clone, Debug, PartialEq)]
pub struct Copy {
    pub source: CopySource,
    pub to: bool,
    /// As [`crate::ddl::copy::option`] reads them.
    pub options: Vec<ast::CopyOption>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum CopySource {
    Table {
        table: Arc<Table>,
        columns: Vec<i16>,
        /// For FROM: what each column that is not listed gets (attnum, default), in attnum order.
        defaults: Vec<(i16, Scalar)>,
        /// For FROM: columns of domains, each with its value over this id, checked.
        domains: Vec<(i16, ColumnId, Scalar)>,
        /// For FROM: which rows are taken, over these ids of the table's columns.
        condition: Option<(Scalar, Vec<(i16, ColumnId)>)>,
    },
    Query(Query),
}

/// A bound statement. What has no query in it stays as parsed and is run by the session or by DDL.
#[derive(Clone, Debug)]
pub enum Statement {
    Query(Query),
    Modify(Modify, Vec<Cte>),
    Explain {
        options: ast::Statement,
        inner: Box<Statement>,
    },
    Copy(Copy),
    /// DECLARE CURSOR; its options are in the parsed statement.
    /// With the tables whose row keys are behind the columns of the query.
    Declare(Query, Vec<CursorRow>),
    /// CALL: one row of outputs, which may have no columns.
    Call(Query),
    /// CALL of a procedure in PL/pgSQL: its only row's values are the arguments.
    Invoke {
        procedure: Box<Called>,
        arguments: Query,
        output: Vec<Output>,
    },
    /// What rules have made of an INSERT, UPDATE or DELETE.
    Rewritten(Rewritten),
    /// DDL, SET, SHOW, BEGIN, … as parsed.
    Other(Box<ast::Statement>),
}

/// Statements that run one after the other, each seeing what those before it have written (manual, chapter 41).
#[derive(Clone, Debug)]
pub struct Rewritten {
    /// What was written: `INSERT`, `UPDATE` or `DELETE`.
    pub verb: &'static str,
    pub steps: Vec<RuleStep>,
    /// The step, a modification, whose rows the command tag counts and which returns rows if any does.
    pub tagging: Option<usize>,
}

/// A statement of a rewritten one: a query, a modification, or NOTIFY.
#[derive(Clone, Debug)]
pub struct RuleStep {
    pub origin: StepOrigin,
    pub statement: Statement,
}

/// Where a statement of a rewritten one comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepOrigin {
    /// It is what was written.
    Written,
    /// A rule of DO ALSO.
    Also,
    /// A rule of DO INSTEAD without a condition.
    Instead,
    /// A rule of DO INSTEAD with one.
    Conditional,
}

/// A bound statement with its parameters and what it depends on.
#[derive(Clone, Debug)]
pub struct Bound {
    pub statement: Statement,
    /// Type of each `$n`.
    pub params: Vec<PgType>,
    /// Tables, views and sequences whose descriptors were used: the schema keys of the commit.
    pub objects: Vec<Oid>,
    /// What must be allowed before it is run, in the order in which it is asked.
    pub accesses: Vec<Access>,
    /// Functions of PostgreSQL's own that it calls and that not everybody may call; as whom, as in
    /// [`Access::as_role`].
    pub guarded: Vec<(Oid, Option<Oid>)>,
}

/// A sequence reference that a default makes.
pub type SequenceRef = Arc<Sequence>;
