//! The calls in `ROWS FROM (f(…) AS (a int, …), g(…))`, which the parser does not know; a marker carries their text. What
//! is a call for the grammar of FROM alone is carried likewise ([`super::item_call`]).

use gavel_types::SqlResult;
use sqlparser::ast::{CastKind, DataType, Expr, Ident};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use super::{Source, item_call};

/// One call, with the columns that are asked of it if it gives a `record`.
#[derive(Clone, Debug)]
pub struct RowsCall {
    /// A call, or an expression that is taken for one: `CAST(a AS text)`, `CURRENT_DATE`.
    pub call: Expr,
    pub definitions: Vec<(Ident, DataType)>,
}

/// The calls in what the marker carries; `source` is the text that it was taken from.
///
/// # Errors
/// 42601 for what is no list of calls.
pub fn calls(source: &Source<'_>, marked: &str) -> SqlResult<Vec<RowsCall>> {
    let mut parser = super::parser(super::tokens_of_marked(marked)?);
    let parsed = parser.parse_comma_separated(call);
    super::finish(source, &parser, parsed, None)
}

fn call(parser: &mut Parser<'_>) -> Result<RowsCall, ParserError> {
    let at = parser.peek_token_ref().clone();
    let call = parser.parse_expr()?;
    if !is_call(&call) {
        return Err(ParserError::ParserError(format!("Expected: a call, found: {}{}", at.token, at.span.start)));
    }
    let mut definitions = vec![];
    if parser.parse_keyword(Keyword::AS) {
        // A name that was put there for the parser's sake.
        if parser.peek_token_ref().token != Token::LParen {
            parser.advance_token();
        }
        parser.expect_token(&Token::LParen)?;
        definitions = parser.parse_comma_separated(|p| Ok((p.parse_identifier()?, p.parse_data_type()?)))?;
        parser.expect_token(&Token::RParen)?;
    }
    Ok(RowsCall { call, definitions })
}

/// Whether the grammar takes an expression for a call.
fn is_call(e: &Expr) -> bool {
    match e {
        Expr::Function(_) | Expr::Extract { .. } | Expr::Substring { .. } | Expr::Overlay { .. } => true,
        Expr::Position { .. } | Expr::Trim { .. } | Expr::Ceil { .. } | Expr::Floor { .. } => true,
        Expr::Cast { kind, .. } => *kind == CastKind::Cast,
        Expr::Identifier(word) => item_call::is_bare_call(word),
        _ => false,
    }
}
