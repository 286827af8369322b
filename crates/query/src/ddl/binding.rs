//! What DDL asks of the binder: types, and expressions and queries in the form that descriptors keep.

use std::sync::Arc;

use gavel_binder::{CheckedBody, PolicyText, RuleDefinition, WrittenRule};
use gavel_catalog::trigger::{Timing, TriggerEvent};
use gavel_catalog::{Catalog, Function, Table};
use gavel_functions::registry::Volatility;
use gavel_types::{Oid, PgType, SqlResult};
use sqlparser::ast::{DataType, Expr, Query};
use sqlparser::tokenizer::Span;

/// What names are resolved in.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    pub catalog: &'a Arc<Catalog>,
    pub search_path: &'a [String],
}

/// What an expression is for: decides what it may contain and what type it must have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Usage {
    /// No columns; assigned to a column of this type, called that.
    Default(PgType),
    /// Columns of the table that are not generated; immutable.
    Generated(PgType),
    /// Boolean over the table's columns.
    Check,
    /// Immutable, over the table's columns.
    IndexKey,
    /// Boolean and immutable, over the table's columns.
    Predicate,
    /// Over the table's columns; that it is immutable is looked at elsewhere.
    PartitionKey,
    /// A value in the bound of a partition of the table, for this part of its key: no columns; assigned to the type of the
    /// part.
    PartitionBound(usize),
    /// USING of ALTER COLUMN TYPE: over the table's columns, assigned to this type.
    Using(PgType),
}

/// A bound expression as descriptors keep it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredExpression {
    /// Binds without a `search_path`.
    pub sql: String,
    pub ty: PgType,
    /// Columns of the table that it mentions, by number, in order and once each.
    pub columns: Vec<i16>,
    pub volatility: Volatility,
    /// Sequences that it takes values from.
    pub sequences: Vec<Oid>,
    /// Functions of users that it calls.
    pub functions: Vec<Oid>,
}

/// A bound query as descriptors keep it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredQuery {
    /// Binds without a `search_path`.
    pub sql: String,
    pub columns: Vec<(String, PgType)>,
    /// Tables, views and sequences that it reads.
    pub depends_on: Vec<Oid>,
}

/// The condition of a trigger, in the form that its descriptor keeps.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredCondition {
    /// Over the rows `old` and `new`.
    pub sql: String,
    /// Functions and types that it uses.
    pub depends_on: Vec<Oid>,
}

/// The binder as DDL sees it.
pub trait DdlBinder: Send + Sync {
    /// The type that a name with modifiers stands for.
    ///
    /// # Errors
    /// 42704 if there is no such type, 22023 for bad modifiers.
    fn resolve_type(&self, scope: Scope<'_>, ty: &DataType) -> SqlResult<PgType>;

    /// Binds an expression of the statement that belongs to `table` (which need not be in the catalog yet).
    ///
    /// # Errors
    /// As PostgreSQL's for that usage: 42703, 42804, 42P17, 0A000 …, with their places in the statement.
    fn expression(&self, scope: Scope<'_>, table: &Table, expr: &Expr, usage: Usage) -> SqlResult<StoredExpression>;

    /// Binds an expression that a descriptor of `table` holds once more.
    ///
    /// # Errors
    /// As [`Self::expression`], without places.
    fn stored_expression(
        &self,
        scope: Scope<'_>,
        table: &Table,
        sql: &str,
        usage: Usage,
    ) -> SqlResult<StoredExpression>;

    /// Binds USING or WITH CHECK of a policy of `table`.
    ///
    /// # Errors
    /// As PostgreSQL's for a policy: 42703, 42804, 42803 …, with their places in the statement.
    fn policy(&self, scope: Scope<'_>, table: &Table, expr: &Expr) -> SqlResult<PolicyText>;

    /// Where in the statement a part of it begins, in characters from 1; `None` if that is not known.
    fn place(&self, span: Span) -> Option<usize>;

    /// Checks the body of a function that is in the catalog of `scope` already.
    ///
    /// # Errors
    /// Those of its statements, with their places in the statement that is run where they can be told; 42P13.
    fn function_body(&self, scope: Scope<'_>, function: &Arc<Function>) -> SqlResult<CheckedBody>;

    /// Checks the condition of a trigger: of these events, for rows or not, at this time.
    ///
    /// # Errors
    /// The binder's; 42P17 for rows that there are none of.
    fn trigger_condition(
        &self,
        scope: Scope<'_>,
        table: &Table,
        condition: &str,
        fires: (&[TriggerEvent], bool, Timing),
    ) -> SqlResult<StoredCondition>;

    /// Checks a rule of `table`, which may stand for a view.
    ///
    /// # Errors
    /// As [`gavel_binder::rule_definition`].
    fn rule(&self, scope: Scope<'_>, table: &Arc<Table>, rule: WrittenRule<'_>) -> SqlResult<RuleDefinition>;

    /// Binds the query of a view or of CREATE TABLE AS.
    ///
    /// # Errors
    /// Those of the query.
    fn query(&self, scope: Scope<'_>, query: &Query) -> SqlResult<StoredQuery>;
}
