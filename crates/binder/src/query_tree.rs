//! The query tree of a stored query: its clauses as they are written, with every name resolved and every
//! expression typed. [`crate::bound`] is what runs; it has no more use for clauses, aliases and spellings
//! (`NULLIF`, `BETWEEN`, `CASE x WHEN`). The tree keeps them, so that a definition can be written from it with the
//! names that tables and columns have by then.
//!
//! Expressions are [`Scalar`]s over the ids of FROM's columns. What a [`Scalar`] cannot say is in a [`Form`] around
//! it. A column that is none of FROM's stands for the [`CallTree`] of its id.
//!
//! # Invariants
//! 1. Constants are as they were written: casts of them are calls, not done at once.
//! 2. Every column id of a FROM item is in its [`Range::columns`], dropped columns apart.

use std::collections::HashMap;

use gavel_types::{Oid, PgType};

use crate::bound::{Aggregate, CheckMode, ColumnId, Frame, JoinKind, Scalar, SetCall, SetOpKind, SortKey, Window};
use crate::parse::marker;

/// A FROM item or join of a tree, unique in it.
pub type RangeId = u32;

/// A stored query and the calls that its expressions mention by id.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredTree {
    pub query: QueryTree,
    pub calls: HashMap<ColumnId, CallTree>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct QueryTree {
    pub recursive: bool,
    pub ctes: Vec<CteTree>,
    pub body: Body,
    pub order_by: Vec<OrderTree>,
    pub limit: Option<Scalar>,
    pub offset: Option<Scalar>,
    pub with_ties: bool,
    pub locks: Vec<LockTree>,
}

impl QueryTree {
    /// A body, and nothing before or after it.
    pub fn of(body: Body) -> Self {
        let (ctes, order_by, locks) = (vec![], vec![], vec![]);
        Self { recursive: false, ctes, body, order_by, limit: None, offset: None, with_ties: false, locks }
    }

    /// Whether something stands before or after the body.
    pub fn is_decorated(&self) -> bool {
        let limited = self.limit.is_some() || self.offset.is_some();
        limited || !self.ctes.is_empty() || !self.order_by.is_empty() || !self.locks.is_empty()
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct CteTree {
    pub name: String,
    /// Names that were given to the first columns.
    pub columns: Vec<String>,
    pub materialized: Option<bool>,
    pub query: QueryTree,
    pub search: Option<SearchTree>,
    pub cycle: Option<CycleTree>,
}

/// SEARCH behind a CTE.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchTree {
    /// DEPTH FIRST rather than BREADTH FIRST.
    pub depth: bool,
    pub columns: Vec<String>,
    pub sequence: String,
}

/// CYCLE behind a CTE.
#[derive(Clone, Debug, PartialEq)]
pub struct CycleTree {
    pub columns: Vec<String>,
    pub mark: String,
    /// What the mark is where a cycle closes, and elsewhere, unless that is true and false.
    pub values: Option<(Scalar, Scalar)>,
    pub path: String,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    Select(Box<SelectTree>),
    Values { range: RangeId, rows: Vec<Vec<Scalar>>, columns: Vec<RangeColumn> },
    SetOperation { op: SetOpKind, all: bool, left: Box<QueryTree>, right: Box<QueryTree> },
}

#[derive(Clone, Debug, PartialEq)]
pub struct SelectTree {
    pub distinct: DistinctTree,
    /// Output columns.
    pub targets: Vec<(String, Scalar)>,
    pub from: Vec<FromTree>,
    pub filter: Option<Scalar>,
    pub group_by: Vec<GroupTree>,
    /// GROUP BY DISTINCT.
    pub group_distinct: bool,
    pub having: Option<Scalar>,
    pub windows: Vec<(String, WindowTree)>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum DistinctTree {
    No,
    All,
    On(Vec<Scalar>),
}

/// An item of GROUP BY.
#[derive(Clone, Debug, PartialEq)]
pub enum GroupTree {
    Expr(Scalar),
    /// `(a, b)`, or `()`.
    Set(Vec<Scalar>),
    Rollup(Vec<GroupTree>),
    Cube(Vec<GroupTree>),
    Sets(Vec<GroupTree>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct OrderTree {
    pub key: SortKey,
    /// The output column's number, where nothing but that may stand.
    pub position: Option<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct LockTree {
    pub range: RangeId,
    pub mode: CheckMode,
    /// `NOWAIT`, `SKIP LOCKED` or nothing.
    pub wait: &'static str,
}

/// A window definition as it is written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WindowTree {
    pub base: Option<String>,
    pub partition_by: Vec<Scalar>,
    pub order_by: Vec<SortKey>,
    /// With whether BETWEEN is written.
    pub frame: Option<(Frame, bool)>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum FromTree {
    Range(Range),
    Join(Box<JoinTree>),
}

/// A FROM item that is no join.
#[derive(Clone, Debug, PartialEq)]
pub struct Range {
    pub id: RangeId,
    pub lateral: bool,
    /// A table without those that inherit from it.
    pub only: bool,
    pub kind: RangeKind,
    pub alias: Option<String>,
    /// The names behind the alias, those of the first columns, and where they come from.
    pub given: Vec<(Origin, String)>,
    /// What it is called where it has no alias.
    pub name: String,
    pub columns: Vec<RangeColumn>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct RangeColumn {
    /// Its name when it was bound, aliases applied.
    pub name: String,
    /// `attnum` in a relation.
    pub number: i16,
    pub id: ColumnId,
}

#[derive(Clone, Debug, PartialEq)]
pub enum RangeKind {
    Relation(Oid),
    Cte(String),
    Subquery(Box<QueryTree>),
    Function { calls: Vec<FunctionTree>, ordinality: bool },
}

/// A function in FROM.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionTree {
    pub call: ItemCall,
    /// A column definition list.
    pub definitions: Vec<(String, PgType)>,
}

/// What is called in FROM.
#[derive(Clone, Debug, PartialEq)]
pub enum ItemCall {
    Function {
        function: Oid,
        args: Vec<Scalar>,
        written: Option<WrittenArgs>,
    },
    /// An expression that the grammar takes for a call: `CAST(a AS text)`, `CURRENT_DATE`.
    Value(Scalar),
}

/// Arguments in the order in which they are written: place in the signature, and name if one is given.
pub type WrittenArgs = Vec<(usize, Option<String>)>;

#[derive(Clone, Debug, PartialEq)]
pub struct JoinTree {
    pub id: RangeId,
    pub kind: JoinKind,
    pub left: FromTree,
    pub right: FromTree,
    pub on: Option<Scalar>,
    pub using: Vec<UsingTree>,
    pub using_alias: Option<String>,
    pub alias: Option<String>,
    /// As [`Range::given`].
    pub given: Vec<(Origin, String)>,
    /// Where there is an alias: its columns, merged ones first.
    pub columns: Vec<(String, Scalar)>,
}

/// A column that USING merges.
#[derive(Clone, Debug, PartialEq)]
pub struct UsingTree {
    pub name: String,
    pub left: Scalar,
    pub right: Scalar,
    /// The merged column: a column below, or a [`Form::JoinColumn`] of the join itself.
    pub value: Scalar,
}

/// What a column that is none of FROM's stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum CallTree {
    Aggregate(Aggregate),
    /// Over a window of the WINDOW clause, or one of its own.
    Window(Window, Result<String, WindowTree>),
    /// A set-returning function, by its first column.
    Set(SetCall, Option<WrittenArgs>),
    Grouping(Vec<Scalar>),
}

/// Where the name of a FROM item's column comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An alias in the query.
    Alias,
    /// What is below.
    Own,
    /// The same, and the column was not there when the query was stored.
    Added,
}

/// The alias that a query gives column `slot` of a FROM item with these names.
pub fn alias_of(given: &[(Origin, String)], slot: usize) -> Option<&str> {
    given.get(slot).filter(|(origin, _)| *origin == Origin::Alias).map(|(_, name)| name.as_str())
}

/// The alias of a FROM item in text that was written anew because names have changed: what the item is called there,
/// what its alias was, and where the names behind it come from. In text it is one identifier.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredAlias {
    pub shown: String,
    pub alias: Option<String>,
    pub columns: Vec<Origin>,
}

impl StoredAlias {
    /// The identifier.
    pub fn ident(&self) -> String {
        let letter = |origin: &Origin| match origin {
            Origin::Alias => 'a',
            Origin::Own => 'o',
            Origin::Added => 'n',
        };
        let columns: String = self.columns.iter().map(letter).collect();
        let alias = self.alias.as_ref().map_or_else(String::new, |alias| format!("\u{1}{alias}"));
        format!("{}{columns} {}{alias}", marker::ALIAS, self.shown)
    }

    /// What an identifier says, if it is such an alias.
    pub fn of(ident: &str) -> Option<Self> {
        let (columns, names) = ident.strip_prefix(marker::ALIAS)?.split_once(' ')?;
        let (shown, alias) = match names.split_once('\u{1}') {
            Some((shown, alias)) => (shown, Some(alias.to_owned())),
            None => (names, None),
        };
        Some(Self { shown: shown.to_owned(), alias, columns: origins(columns)? })
    }
}

/// The origins of columns as an identifier has them: a letter each, or the number of those with aliases.
fn origins(text: &str) -> Option<Vec<Origin>> {
    if let Ok(aliases) = text.parse() {
        return Some(vec![Origin::Alias; aliases]);
    }
    let origin = |letter| match letter {
        'a' => Some(Origin::Alias),
        'o' => Some(Origin::Own),
        'n' => Some(Origin::Added),
        _ => None,
    };
    text.chars().map(origin).collect()
}

/// How a [`Scalar`] is written, where its kind does not say.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// A column of a join that has an alias, or that merges columns of different values.
    JoinColumn {
        range: RangeId,
        slot: usize,
    },
    /// The row of a FROM item.
    WholeRow(RangeId),
    /// `tableoid` of a FROM item, or of the table that an expression is about.
    TableOid(Option<RangeId>),
    /// A field of a row of no declared type, by its name.
    Field(String),
    /// A set-returning function with several columns, by the first of them.
    SetRow(ColumnId),
    /// A function by name, though its call could be read as an operator or cast.
    Call(Option<WrittenArgs>),
    /// A function behind an operator of users.
    Operator(Oid),
    /// A function by a syntax of its own, `EXTRACT(… FROM …)`, with the arguments before they are cast.
    Syntax(Vec<Scalar>),
    /// A word, or a word with a precision: `CURRENT_DATE`.
    Word(String),
    /// `CASE x WHEN y`; the conditions are comparisons with `x`.
    CaseOf(Scalar),
    NullIf,
    Collate(String),
    /// Subscripts of `jsonb`.
    Subscripts(Scalar, Vec<Scalar>),
    /// A subquery, with the operator before it if it has one.
    Query {
        tree: QueryTree,
        operator: Option<QueryOperator>,
    },
}

/// The operator between a value and a subquery.
#[derive(Clone, Debug, PartialEq)]
pub enum QueryOperator {
    /// One of PostgreSQL's own, by its symbol.
    System(String),
    /// One of users.
    User(Oid),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_aliases_are_one_identifier() {
        let origins = vec![Origin::Own, Origin::Alias, Origin::Added];
        for (alias, columns) in [(None, vec![]), (Some("x y".to_owned()), origins)] {
            let stored = StoredAlias { shown: "a 1".to_owned(), alias, columns };
            assert_eq!(StoredAlias::of(&stored.ident()), Some(stored));
        }
        assert_eq!(StoredAlias::of("as 0 a"), None);
        let counted = StoredAlias { shown: "a".to_owned(), alias: None, columns: vec![Origin::Alias; 2] };
        assert_eq!(StoredAlias::of("\u{1}as 2 a"), Some(counted));
    }
}
