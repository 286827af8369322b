//! COPY, whose options and WHERE go beyond what `sqlparser` reads. The statement is its [`Statement::Copy`] all the
//! same, with two things in other places:
//!
//! | written | held as |
//! |---|---|
//! | `COPY t (a) FROM STDIN WHERE c` | the query `SELECT a FROM t WHERE c` as the source, with `to` false |
//! | any option | `FORCE_NULL` of its name and the parts of its argument: see [`option`] |

use sqlparser::ast::{
    CopyOption, CopySource, CopyTarget, Expr, Ident, ObjectName, Query, SelectItem, SetExpr, Statement, TableFactor,
};
use sqlparser::parser::ParserError;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::words::{Parse, Words};

/// An option's argument, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopyArgument {
    None,
    /// A word, a number or a string.
    Text(String),
    Star,
    Columns(Vec<String>),
}

/// An option as it was written: its name in lower case, and its argument.
pub fn option(carried: &CopyOption) -> Option<(String, CopyArgument)> {
    let CopyOption::ForceNull(parts) = carried else { return None };
    let (name, rest) = parts.split_first()?;
    let argument = match rest {
        [] => CopyArgument::None,
        [one] if one.quote_style == Some('\'') => CopyArgument::Text(one.value.clone()),
        [one] if one.quote_style.is_none() => CopyArgument::Star,
        columns => CopyArgument::Columns(columns.iter().map(|c| c.value.clone()).collect()),
    };
    Some((name.value.clone(), argument))
}

fn carried(name: &str, argument: CopyArgument) -> CopyOption {
    let mut parts = vec![Ident::new(name)];
    match argument {
        CopyArgument::None => {}
        CopyArgument::Text(text) => parts.push(Ident::with_quote('\'', text)),
        CopyArgument::Star => parts.push(Ident::new("*")),
        CopyArgument::Columns(columns) => parts.extend(columns.into_iter().map(|c| Ident::with_quote('"', c))),
    }
    CopyOption::ForceNull(parts)
}

/// Whether these tokens begin a COPY.
pub fn begins(tokens: &[TokenWithSpan]) -> bool {
    matches!(tokens.first().map(|t| &t.token),
        Some(Token::Word(w)) if w.quote_style.is_none() && w.value.eq_ignore_ascii_case("copy"))
}

/// The whole statement.
pub(super) fn copy(p: &mut Words<'_, '_>) -> Parse<Statement> {
    p.expect("copy")?;
    let mut options = Vec::new();
    if p.eat("binary") {
        options.push(carried("format", CopyArgument::Text("binary".to_owned())));
    }
    let (mut source, to) = if p.eat_token(&Token::LParen) {
        let query = p.query()?;
        p.expect_token(&Token::RParen)?;
        p.expect("to")?;
        (CopySource::Query(query), true)
    } else {
        let table_name = p.parser.parse_object_name(false)?;
        let columns = if p.at_token(&Token::LParen) { p.list(column)? } else { Vec::new() };
        let to = p.eat("to");
        if !to {
            p.expect("from")?;
        }
        (CopySource::Table { table_name, columns }, to)
    };
    let target = target(p, to)?;
    if matches!(source, CopySource::Table { .. }) && (p.eat("using delimiters") || p.eat("delimiters")) {
        options.push(carried("delimiter", CopyArgument::Text(p.string()?)));
    }
    p.eat("with");
    if p.at_token(&Token::LParen) {
        options.extend(p.list(generic_option)?);
    } else {
        while let Some(option) = word_option(p)? {
            options.push(option);
        }
    }
    if !to && p.eat("where") {
        let condition = p.expr()?;
        if let CopySource::Table { table_name, columns } = source {
            source = CopySource::Query(conditional(table_name, columns, condition)?);
        }
    }
    Ok(Statement::Copy { source, to, target, options, legacy_options: Vec::new(), values: Vec::new() })
}

fn target(p: &mut Words<'_, '_>, to: bool) -> Parse<CopyTarget> {
    // Which of the two it is does not matter to PostgreSQL.
    if p.eat("stdin") || p.eat("stdout") {
        return Ok(if to { CopyTarget::Stdout } else { CopyTarget::Stdin });
    }
    if p.eat("program") {
        return Ok(CopyTarget::Program { command: p.string()? });
    }
    Ok(CopyTarget::File { filename: p.string()? })
}

/// A name, with its place.
fn column(p: &mut Words<'_, '_>) -> Parse<Ident> {
    let span = p.parser.peek_token_ref().span;
    let mut ident = Ident::with_quote('"', p.name()?);
    ident.span = span;
    Ok(ident)
}

/// `SELECT columns FROM table WHERE condition`.
fn conditional(table: ObjectName, columns: Vec<Ident>, condition: Expr) -> Parse<Box<Query>> {
    let mut query =
        crate::parse::parse_query("SELECT 1 FROM t").map_err(|e| ParserError::ParserError(e.to_string()))?;
    if let SetExpr::Select(select) = query.body.as_mut() {
        select.projection = columns.into_iter().map(|c| SelectItem::UnnamedExpr(Expr::Identifier(c))).collect();
        select.selection = Some(condition);
        if let Some(TableFactor::Table { name, .. }) = select.from.first_mut().map(|f| &mut f.relation) {
            *name = table;
        }
    }
    Ok(query)
}

/// The table, columns and condition that [`conditional`] put together.
pub fn taken_apart(query: &Query) -> Option<(&ObjectName, Vec<Ident>, &Expr)> {
    let SetExpr::Select(select) = query.body.as_ref() else { return None };
    let TableFactor::Table { name, .. } = &select.from.first()?.relation else { return None };
    let columns = select.projection.iter().filter_map(|item| match item {
        SelectItem::UnnamedExpr(Expr::Identifier(ident)) => Some(ident.clone()),
        _ => None,
    });
    Some((name, columns.collect(), select.selection.as_ref()?))
}

/// `name [argument]` of the list in parentheses.
fn generic_option(p: &mut Words<'_, '_>) -> Parse<CopyOption> {
    let name = p.label()?;
    let argument = if p.at_token(&Token::Comma) || p.at_token(&Token::RParen) {
        CopyArgument::None
    } else if p.eat_token(&Token::Mul) {
        CopyArgument::Star
    } else if p.at_token(&Token::LParen) {
        CopyArgument::Columns(p.list(Words::label)?)
    } else if matches!(p.parser.peek_token_ref().token, Token::Word(_)) {
        CopyArgument::Text(p.label()?)
    } else if matches!(p.parser.peek_token_ref().token, Token::Number(..) | Token::Minus | Token::Plus) {
        p.eat_token(&Token::Plus);
        CopyArgument::Text(p.option_value()?)
    } else {
        CopyArgument::Text(p.string()?)
    };
    Ok(carried(&name, argument))
}

/// An option in the words of versions before 9.0.
fn word_option(p: &mut Words<'_, '_>) -> Parse<Option<CopyOption>> {
    let text = |text: &str| CopyArgument::Text(text.to_owned());
    Ok(Some(if p.eat("binary") {
        carried("format", text("binary"))
    } else if p.eat("csv") {
        carried("format", text("csv"))
    } else if p.eat("freeze") {
        carried("freeze", CopyArgument::None)
    } else if p.eat("header") {
        carried("header", CopyArgument::None)
    } else if p.eat("force quote") {
        let columns = if p.eat_token(&Token::Mul) { CopyArgument::Star } else { named(p)? };
        carried("force_quote", columns)
    } else if p.eat("force not null") {
        carried("force_not_null", named(p)?)
    } else if p.eat("force null") {
        carried("force_null", named(p)?)
    } else if p.eat("encoding") {
        carried("encoding", CopyArgument::Text(p.string()?))
    } else if let Some(name) = ["delimiter", "null", "quote", "escape"].into_iter().find(|w| p.eat(w)) {
        p.eat("as");
        carried(name, CopyArgument::Text(p.string()?))
    } else {
        return Ok(None);
    }))
}

/// Names without parentheses.
fn named(p: &mut Words<'_, '_>) -> Parse<CopyArgument> {
    p.commas(Words::name).map(CopyArgument::Columns)
}
