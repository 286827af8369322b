//! Operators that `sqlparser` reads more narrowly than PostgreSQL.
//!
//! - `LIKE p ESCAPE e` takes any expression for `e`: read as `LIKE like_escape(p, e)`, which is what it means.
//! - `a + ANY (b)`, `a OPERATOR(s.=) ANY (b)`: the grammar takes every operator there; which of them make sense is for
//!   the binder to say.

use sqlparser::ast::{self, BinaryOperator, Expr, Ident};
use sqlparser::dialect::{Dialect, Precedence};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

/// What follows `left`, if it is one of these.
pub fn infix(parser: &mut Parser<'_>, dialect: &dyn Dialect, left: &Expr) -> Option<Result<Expr, ParserError>> {
    match &parser.peek_token_ref().token {
        Token::Word(w) => match w.keyword {
            Keyword::NOT | Keyword::LIKE | Keyword::ILIKE | Keyword::SIMILAR => like(parser, dialect, left),
            Keyword::OPERATOR if w.quote_style.is_none() => qualified(parser, dialect, left),
            _ => None,
        },
        _ => quantified(parser, dialect, left),
    }
}

fn is(parser: &Parser<'_>, n: usize, keyword: Keyword) -> bool {
    matches!(&parser.peek_nth_token_ref(n).token, Token::Word(w) if w.keyword == keyword && w.quote_style.is_none())
}

/// `[NOT] LIKE`, `ILIKE` and `SIMILAR TO` over one pattern.
fn like(parser: &mut Parser<'_>, dialect: &dyn Dialect, left: &Expr) -> Option<Result<Expr, ParserError>> {
    let negated = is(parser, 0, Keyword::NOT);
    let at = usize::from(negated);
    let kind = [Keyword::LIKE, Keyword::ILIKE, Keyword::SIMILAR].into_iter().find(|k| is(parser, at, *k))?;
    let words = at + if kind == Keyword::SIMILAR { 2 } else { 1 };
    let several = [Keyword::ANY, Keyword::ALL, Keyword::SOME].into_iter().any(|k| is(parser, words, k));
    if several || kind == Keyword::SIMILAR && !is(parser, at + 1, Keyword::TO) {
        return None;
    }
    for _ in 0..words {
        parser.advance_token();
    }
    Some(like_pattern(parser, dialect, left, kind, negated))
}

fn like_pattern(
    parser: &mut Parser<'_>,
    dialect: &dyn Dialect,
    left: &Expr,
    kind: Keyword,
    negated: bool,
) -> Result<Expr, ParserError> {
    let precedence = dialect.prec_value(Precedence::Like);
    let mut pattern = Box::new(parser.parse_subexpr(precedence)?);
    let mut escape_char = None;
    if parser.parse_keyword(Keyword::ESCAPE) {
        match parser.parse_subexpr(precedence)? {
            Expr::Value(value) => escape_char = Some(value),
            escape if kind == Keyword::SIMILAR => {
                let op = if negated { BinaryOperator::PGRegexNotMatch } else { BinaryOperator::PGRegexMatch };
                let right = Box::new(call("similar_to_escape", *pattern, escape));
                return Ok(Expr::BinaryOp { left: Box::new(left.clone()), op, right });
            }
            escape => pattern = Box::new(call("like_escape", *pattern, escape)),
        }
    }
    let expr = Box::new(left.clone());
    Ok(match kind {
        Keyword::LIKE => Expr::Like { negated, any: false, expr, pattern, escape_char },
        Keyword::ILIKE => Expr::ILike { negated, any: false, expr, pattern, escape_char },
        _ => Expr::SimilarTo { negated, expr, pattern, escape_char },
    })
}

/// A call of one of PostgreSQL's own functions.
fn call(name: &str, pattern: Expr, escape: Expr) -> Expr {
    let arg = |e| ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(e));
    let args = vec![arg(pattern), arg(escape)];
    let list = ast::FunctionArgumentList { duplicate_treatment: None, args, clauses: vec![] };
    Expr::Function(ast::Function {
        name: ast::ObjectName::from(vec![Ident::new("pg_catalog"), Ident::new(name)]),
        uses_odbc_syntax: false,
        parameters: ast::FunctionArguments::None,
        args: ast::FunctionArguments::List(list),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: vec![],
    })
}

/// An operator that is no comparison before ANY, SOME or ALL.
fn quantified(parser: &mut Parser<'_>, dialect: &dyn Dialect, left: &Expr) -> Option<Result<Expr, ParserError>> {
    let op = match &parser.peek_token_ref().token {
        Token::Plus => BinaryOperator::Plus,
        Token::Minus => BinaryOperator::Minus,
        Token::Mul => BinaryOperator::Multiply,
        Token::Div => BinaryOperator::Divide,
        Token::Mod => BinaryOperator::Modulo,
        Token::Caret => BinaryOperator::PGExp,
        Token::StringConcat => BinaryOperator::StringConcat,
        Token::Overlap => BinaryOperator::PGOverlap,
        Token::AtArrow => BinaryOperator::AtArrow,
        Token::ArrowAt => BinaryOperator::ArrowAt,
        Token::CaretAt => BinaryOperator::PGStartsWith,
        Token::CustomBinaryOperator(text) => BinaryOperator::Custom(text.clone()),
        _ => return None,
    };
    before_set(parser, dialect, left, (op, 1))
}

/// `OPERATOR(schema.symbol)` before ANY, SOME or ALL.
fn qualified(parser: &mut Parser<'_>, dialect: &dyn Dialect, left: &Expr) -> Option<Result<Expr, ParserError>> {
    if parser.peek_nth_token_ref(1).token != Token::LParen {
        return None;
    }
    let (mut parts, mut at) = (Vec::new(), 2);
    loop {
        parts.push(parser.peek_nth_token_ref(at).token.to_string());
        match parser.peek_nth_token_ref(at + 1).token {
            Token::Period => at += 2,
            Token::RParen => break,
            _ => return None,
        }
    }
    before_set(parser, dialect, left, (BinaryOperator::PGCustomBinaryOperator(parts), at + 2))
}

/// ANY, SOME or ALL and its set behind an operator of so many tokens.
fn before_set(
    parser: &mut Parser<'_>,
    dialect: &dyn Dialect,
    left: &Expr,
    (op, tokens): (BinaryOperator, usize),
) -> Option<Result<Expr, ParserError>> {
    let all = is(parser, tokens, Keyword::ALL);
    let any = is(parser, tokens, Keyword::ANY) || is(parser, tokens, Keyword::SOME);
    if !(all || any) || parser.peek_nth_token_ref(tokens + 1).token != Token::LParen {
        return None;
    }
    let precedence = parser.get_next_precedence().unwrap_or(dialect.prec_unknown());
    for _ in 0..=tokens {
        parser.advance_token();
    }
    // The parentheses are those of a subquery, or of the array.
    Some(parser.parse_subexpr(precedence).map(|right| {
        let (left, right) = (Box::new(left.clone()), Box::new(right));
        match all {
            true => Expr::AllOp { left, compare_op: op, right },
            false => Expr::AnyOp { left, compare_op: op, right, is_some: false },
        }
    }))
}
