//! PostgreSQL's data definition language. `sqlparser` knows too little of it (no ALTER SEQUENCE, no SET
//! SCHEMA, no identity options of most kinds), so the statements that define things have a grammar of
//! our own here; expressions, queries and types inside them are parsed by `sqlparser`.
//!
//! Between parser and execution a statement travels as its text, in the [`carrier`]: one form for all.
//!
//! | module | what it holds |
//! |---|---|
//! | [`ast`] | the statements |
//! | [`parser`] | CREATE, ALTER, DROP and the rest |
//! | [`table`] | table elements: columns, constraints |
//! | [`partition`] | partition keys and bounds, ATTACH and DETACH |
//! | [`rule`] | rules |
//! | [`policy`] | policies of row-level security |
//! | [`copy`] | COPY |
//! | [`session`] | cursors, LOCK, DISCARD, LISTEN and what else concerns the session alone |
//! | [`user_type`] | types and domains |
//! | [`function`] | functions and procedures |
//! | [`aggregate`], [`operator`], [`operator_class`] | aggregates, operators, their classes and families |
//! | [`absent`] | what there is none of |
//! | [`words`] | the token stream as words |

mod absent;
mod aggregate;
pub mod ast;
pub mod copy;
mod function;
mod grant;
mod operator;
mod operator_class;
mod parser;
mod partition;
mod policy;
mod rule;
mod session;
mod table;
mod trigger;
mod user_type;
mod words;

use sqlparser::ast::{Ident, ObjectName, Query, SetExpr, Statement, Value};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Span, Token, TokenWithSpan};

use crate::parse::Source;

pub use ast::Ddl;
pub use words::quote;

/// Name of the statement that carries DDL; no client can write it.
const CARRIER: &str = "\u{1}ddl";

/// First words of the statements that are ours.
const FIRST_WORDS: &[&str] = &[
    "alter",
    "analyse",
    "analyze",
    "checkpoint",
    "close",
    "cluster",
    "comment",
    "create",
    "discard",
    "do",
    "drop",
    "fetch",
    "grant",
    "import",
    "listen",
    "load",
    "lock",
    "move",
    "notify",
    "reassign",
    "refresh",
    "reindex",
    "revoke",
    "security",
    "truncate",
    "unlisten",
    "vacuum",
];

/// Whether the statement that begins with these tokens (no whitespace among them) is parsed here.
pub fn begins(tokens: &[TokenWithSpan]) -> bool {
    let word = |i: usize| match tokens.get(i).map(|t| &t.token) {
        Some(Token::Word(w)) if w.quote_style.is_none() => Some(w.value.as_str()),
        _ => None,
    };
    word(0).is_some_and(|first| {
        FIRST_WORDS.iter().any(|f| first.eq_ignore_ascii_case(f))
            || first.eq_ignore_ascii_case("set") && word(1).is_some_and(|w| w.eq_ignore_ascii_case("constraints"))
            || first.eq_ignore_ascii_case("prepare") && word(1).is_some_and(|w| w.eq_ignore_ascii_case("transaction"))
    })
}

/// Parses one statement. What follows it is left in the parser. `source` is the text that the tokens are of: parts
/// that are kept as they were written are taken from there.
///
/// # Errors
/// Syntax errors, with the place of the offending token in their text as `sqlparser` puts it.
pub fn parse(parser: &mut Parser<'_>, source: &Source<'_>) -> Result<Ddl, ParserError> {
    parser::statement(&mut words::Words::over(parser, source))
}

/// Whether these tokens begin a DECLARE, whose query has to be bound and is therefore not carried as text.
pub fn begins_declare(tokens: &[TokenWithSpan]) -> bool {
    matches!(tokens.first().map(|t| &t.token),
        Some(Token::Word(w)) if w.quote_style.is_none() && w.value.eq_ignore_ascii_case("declare"))
}

/// Parses DECLARE CURSOR. Options that exclude each other are kept apart from syntax errors: the second
/// value names them.
///
/// # Errors
/// As [`parse`].
pub fn parse_declare(parser: &mut Parser<'_>) -> Result<(Statement, Option<[&'static str; 2]>), ParserError> {
    session::declare(&mut words::Words::new(parser))
}

/// Parses COPY, whose query or condition has to be bound and is therefore not carried as text.
///
/// # Errors
/// As [`parse`].
pub fn parse_copy(parser: &mut Parser<'_>) -> Result<Statement, ParserError> {
    copy::copy(&mut words::Words::new(parser))
}

/// Parses what stands in the parentheses of CREATE INDEX: its expressions. Collations and operator classes change
/// nothing here.
///
/// # Errors
/// As [`parse`].
pub fn parse_index_keys(parser: &mut Parser<'_>) -> Result<Vec<sqlparser::ast::Expr>, ParserError> {
    let mut words = words::Words::new(parser);
    Ok(words.commas(parser::index_column)?.into_iter().map(|c| c.expr).collect())
}

/// The form in which a statement of this text travels.
pub fn carrier(text: &str) -> Statement {
    Statement::Pragma {
        name: ObjectName::from(vec![Ident::new(CARRIER)]),
        value: Some(Value::SingleQuotedString(text.to_owned()).with_span(Span::empty())),
        is_eq: false,
    }
}

/// The text of a carried statement; `None` for any other.
pub fn carried(statement: &Statement) -> Option<&str> {
    let Statement::Pragma { name, value: Some(value), .. } = statement else { return None };
    let ours = matches!(name.0.as_slice(), [part] if part.as_ident().is_some_and(|i| i.value == CARRIER));
    match &value.value {
        Value::SingleQuotedString(text) if ours => Some(text),
        _ => None,
    }
}

/// Whether a statement is PREPARE TRANSACTION, which ends a transaction block.
pub fn prepares_transaction(statement: &Statement) -> bool {
    carried(statement).and_then(|text| text.get(..7)).is_some_and(|word| word.eq_ignore_ascii_case("prepare"))
}

/// `SELECT … INTO t …` as the CREATE TABLE AS that it means; `None` for any other query.
pub fn select_into(query: &Query) -> Option<Ddl> {
    let SetExpr::Select(select) = query.body.as_ref() else { return None };
    let into = select.into.as_ref()?;
    let name = words::qualified(&into.name);
    let mut query = Box::new(query.clone());
    if let SetExpr::Select(select) = query.body.as_mut() {
        select.into = None;
    }
    Some(Ddl::CreateTableAs(ast::CreateTableAs {
        name,
        columns: Vec::new(),
        query,
        with_data: true,
        if_not_exists: false,
        persistence: match (into.temporary, into.unlogged) {
            (true, _) => ast::Persistence::Temporary,
            (_, true) => ast::Persistence::Unlogged,
            _ => ast::Persistence::Permanent,
        },
        on_commit: None,
        select_into: true,
        options: Vec::new(),
    }))
}

#[cfg(test)]
mod ddl_test;
