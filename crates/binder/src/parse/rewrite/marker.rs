//! The marker texts.

/// First part of `OF` names: lock strength `nku`, `ks`, `u`, `s`.
pub const LOCK: &str = "\u{1}lock ";
pub const EXCLUDE: &str = "\u{1}exclude ";
/// `system` or `user`.
pub const OVERRIDING: &str = "\u{1}overriding ";
/// Byte range of the conflict target with its WHERE.
pub const CONFLICT: &str = "\u{1}conflict ";
/// The calls of ROWS FROM: line and column where they begin, and their text.
pub const ROWS: &str = "\u{1}rows ";
/// Last of the columns of USING: the alias behind them.
pub const USING_ALIAS: &str = "\u{1}using ";
/// Second part of a target's name: byte range of the subscripts behind it.
pub const SUBSCRIPTS: &str = "\u{1}at ";
/// Name of the function behind COLLATION FOR.
pub const COLLATION: &str = "\u{1}collation for";
/// Symmetric BETWEEN: prefix of the lower bound.
pub const SYMMETRIC: &str = "\u{1}symmetric";
/// An operator before its operand that the parser has no name for: the operator, with its schema if it has one.
pub const PREFIX: &str = "\u{1}prefix ";
/// Column that stands for MERGE's DO NOTHING.
pub const NOTHING: &str = "\u{1}nothing";
/// The one row behind a SELECT without a list and without FROM.
pub const ROW: &str = "\u{1}row";
/// Column that stands for DEFAULT VALUES.
pub const DEFAULTS: &str = "\u{1}defaults";
/// Not from the parser but from stored text: see [`crate::query_tree::StoredAlias`].
pub const ALIAS: &str = "\u{1}as ";
/// A whole condition: the row that the cursor of this name is on.
pub const CURRENT_OF: &str = "\u{1}current of ";
/// What the VALUES behind ANY or ALL are called in the query that is made of them.
pub const VALUES: &str = "\u{1}values";
/// `*` behind a parenthesis.
pub const STAR: &str = "\u{1}star";
/// Before the number of rows of FETCH … WITH TIES.
pub const TIES: &str = "\u{1}ties";
/// Column name of a common table expression: line and column where its SEARCH or CYCLE begins, and the text of both.
pub const RECURSION: &str = "\u{1}recursion ";
/// First part of a table's name: without the tables that inherit from it.
pub const ONLY: &str = "\u{1}only";
/// First item of GROUP BY DISTINCT.
pub const DISTINCT_SETS: &str = "\u{1}distinct";
/// Not from the parser: the rows that a rule's action is done for.
pub const RULE_ROWS: &str = "\u{1}rule";
