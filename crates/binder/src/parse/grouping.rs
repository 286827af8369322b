//! GROUPING SETS, CUBE and ROLLUP within each other, and queries in parentheses within parentheses: places where
//! `sqlparser` asks for an expression.

use sqlparser::ast::Expr;
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use super::is_keyword;

/// `GROUPING SETS (…)`, `CUBE (…)` or `ROLLUP (…)`, if one is next.
pub fn sets(parser: &mut Parser<'_>) -> Option<Result<Expr, ParserError>> {
    let next = |n: usize, keyword: Keyword| is_keyword(Some(parser.peek_nth_token_ref(n)), keyword);
    let (words, kind) = if next(0, Keyword::GROUPING) && next(1, Keyword::SETS) {
        (2, Expr::GroupingSets as fn(Vec<Vec<Expr>>) -> Expr)
    } else if next(0, Keyword::CUBE) {
        (1, Expr::Cube as fn(Vec<Vec<Expr>>) -> Expr)
    } else if next(0, Keyword::ROLLUP) {
        (1, Expr::Rollup as fn(Vec<Vec<Expr>>) -> Expr)
    } else {
        return None;
    };
    if parser.peek_nth_token_ref(words).token != Token::LParen {
        return None;
    }
    for _ in 0..=words {
        parser.advance_token();
    }
    let list = parser.parse_comma_separated(element);
    Some(list.and_then(|list| {
        parser.expect_token(&Token::RParen)?;
        Ok(kind(list))
    }))
}

/// One of them: several columns, or one expression, which may be sets itself.
fn element(parser: &mut Parser<'_>) -> Result<Vec<Expr>, ParserError> {
    if !parser.consume_token(&Token::LParen) {
        return Ok(vec![parser.parse_expr()?]);
    }
    if parser.consume_token(&Token::RParen) {
        return Ok(vec![]);
    }
    let list = parser.parse_comma_separated(Parser::parse_expr)?;
    parser.expect_token(&Token::RParen)?;
    Ok(list)
}

/// Most parentheses around the first word of a query in an expression.
const MAX_PARENTHESES: usize = 32;

/// The query that the parenthesis which is next holds, where the parser sees none: `(VALUES …)`, and
/// `((SELECT …) UNION …)`.
pub fn query(parser: &mut Parser<'_>) -> Option<Result<Expr, ParserError>> {
    let token = |n: usize| &parser.peek_nth_token_ref(n).token;
    match token(1) {
        Token::Word(w) if w.keyword == Keyword::VALUES && w.quote_style.is_none() && *token(2) == Token::LParen => {}
        Token::LParen => {
            let first = (2..MAX_PARENTHESES).find(|n| *token(*n) != Token::LParen)?;
            let begins = [Keyword::SELECT, Keyword::VALUES, Keyword::WITH];
            if !begins.iter().any(|k| is_keyword(Some(parser.peek_nth_token_ref(first)), *k)) {
                return None;
            }
            let behind = behind_parenthesis(parser, 1)?;
            let goes_on =
                [Keyword::UNION, Keyword::EXCEPT, Keyword::INTERSECT, Keyword::ORDER, Keyword::LIMIT, Keyword::OFFSET];
            if !goes_on.iter().any(|k| is_keyword(Some(parser.peek_nth_token_ref(behind)), *k)) {
                return None;
            }
        }
        _ => return None,
    }
    parser.advance_token();
    let query = parser.parse_query();
    Some(query.and_then(|query| {
        parser.expect_token(&Token::RParen)?;
        Ok(Expr::Subquery(query))
    }))
}

/// The token behind the parenthesis that opens at `open`.
fn behind_parenthesis(parser: &Parser<'_>, open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for n in open.. {
        match parser.peek_nth_token_ref(n).token {
            Token::LParen => depth += 1,
            Token::RParen => {
                depth -= 1;
                if depth == 0 {
                    return Some(n + 1);
                }
            }
            Token::EOF => return None,
            _ => {}
        }
    }
    None
}
