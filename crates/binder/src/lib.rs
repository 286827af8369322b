//! Binds PostgreSQL's SQL (as `sqlparser` parses it) to [`bound`] statements: names to ids, types to
//! every expression, by the rules of PostgreSQL 15's manual, chapter 10 (type conversion).
//!
//! | module | what it holds |
//! |---|---|
//! | [`parse`] | text to statements: errors as PostgreSQL words them, and syntax that the parser lacks |
//! | [`bound`] | what comes out: relations, scalars, statements |
//! | [`query_tree`] | a stored query clause by clause, for showing it |
//! | [`context`] | what a statement is bound against |
//! | [`ddl`] | a grammar of DDL of our own |
//! | `bind` | the binder, one module a construct |
//!
//! In `bind`, from names upwards: `name`, `typename`, `scope` say what names mean; `coerce`,
//! `common_type`, `polymorphic`, `candidate`, `operator`, `function` hold the rules of chapter 10;
//! `expr` and its neighbours bind expressions; `from`, `join`, `select`, `group`, `window`, `setop`,
//! `cte`, `query` bind queries; `modify` and its neighbours bind DML; `policy` adds row-level security; `access` notes
//! what privileges it all takes; `prune` drops columns that nothing reads.
//!
//! Nothing here does I/O or looks at a clock; nothing knows DataFusion.

mod bind;
pub mod bound;
pub mod context;
pub mod ddl;
#[cfg(test)]
mod golden_test;
pub mod parse;
#[cfg(test)]
mod print;
pub mod query_tree;

pub use bind::call::is_ordered_set;
pub use bind::called::bind_call;
pub use bind::coerce::{binary_coercible, can_coerce};
pub use bind::column_type::{OF_COLUMN, column_type};
pub use bind::domain::base_type;
pub use bind::function_name::functions_of_name;
pub use bind::literal::idents_of;
pub use bind::name::{Qualified, Resolved, find_relation, fold, qualified, quote, relation as resolve_relation};
pub use bind::operator::{compatible as compatible_operator, sortable};
pub use bind::policy::{PolicyText, policy_text};
pub use bind::polymorphic::is_polymorphic;
pub use bind::record::{query_tree, recorded_default, recorded_policy, recorded_table_expr};
pub use bind::routine::{CheckedBody, check_body, holds_commands, in_body, is_command};
pub use bind::rule_definition::{RuleDefinition, WrittenRule, rule_definition};
pub use bind::statement::{bind, bind_dynamic};
pub use bind::support::{Fit, fit};
pub use bind::table_expr::{
    TableExpr, bind_default, bind_default_ast, bind_partition_bound_ast, bind_table_expr, bind_table_expr_ast,
    expression_volatility, volatility,
};
pub use bind::typename::{array_type, element_type, format_type, resolve_type};
pub use bind::variable::{assignment_cast, bind_cursor_in_body, bind_in_body, subscript_assignment, subscripted};
pub use bind::view::{ViewDefinition, check_column_names, view_body, view_columns};
pub use bind::written::{Updatability, updatability};
pub use context::{BindContext, Conflict, FunctionCall, RowRights, TransitionTable, Variable, Variables};
pub use parse::{Parsed, parse};
