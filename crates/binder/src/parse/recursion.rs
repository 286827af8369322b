//! SEARCH and CYCLE behind a common table expression (manual §7.8.2). The parser has neither; a marker among the names of
//! the expression's columns carries their text.
//!
//! ```text
//! WITH RECURSIVE t(a) AS (…) SEARCH DEPTH FIRST BY a SET o CYCLE a SET c TO 1 DEFAULT 0 USING p
//! WITH RECURSIVE t(a, ⟨recursion line column SEARCH …⟩) AS (…)
//! ```

use gavel_types::SqlResult;
use sqlparser::ast::{Expr, Ident};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::{Pos, Source, is_word, marker, rewrite};

/// What stands behind a recursive common table expression.
#[derive(Clone, Debug, Default)]
pub struct Recursion {
    pub search: Option<Search>,
    pub cycle: Option<Cycle>,
}

/// `SEARCH DEPTH | BREADTH FIRST BY columns SET sequence`.
#[derive(Clone, Debug)]
pub struct Search {
    pub depth: bool,
    pub columns: Vec<Ident>,
    pub sequence: Ident,
    pub pos: Pos,
}

/// `CYCLE columns SET mark [TO value DEFAULT value] USING path`.
#[derive(Clone, Debug)]
pub struct Cycle {
    pub columns: Vec<Ident>,
    pub mark: Ident,
    /// What the mark is in a row that closes a cycle, and what else.
    pub values: Option<(Expr, Expr)>,
    pub path: Ident,
    pub pos: Pos,
}

/// The clauses in what the marker carries; `source` is the text that it was taken from.
///
/// # Errors
/// 42601 for what is none.
pub fn clauses(source: &Source<'_>, marked: &str) -> SqlResult<Recursion> {
    let mut parser = super::parser(super::tokens_of_marked(marked)?);
    let parsed = recursion(&mut parser, source);
    super::finish(source, &parser, parsed, None)
}

fn recursion(parser: &mut Parser<'_>, source: &Source<'_>) -> Result<Recursion, ParserError> {
    let mut out = Recursion::default();
    let pos = source.start(parser.peek_token_ref().span);
    if word(parser, "search") {
        let depth = word(parser, "depth");
        if !depth {
            expect(parser, "breadth")?;
        }
        expect(parser, "first")?;
        expect(parser, "by")?;
        let columns = parser.parse_comma_separated(Parser::parse_identifier)?;
        parser.expect_keyword_is(Keyword::SET)?;
        let sequence = parser.parse_identifier()?;
        out.search = Some(Search { depth, columns, sequence, pos });
    }
    let pos = source.start(parser.peek_token_ref().span);
    if word(parser, "cycle") {
        let columns = parser.parse_comma_separated(Parser::parse_identifier)?;
        parser.expect_keyword_is(Keyword::SET)?;
        let mark = parser.parse_identifier()?;
        let mut values = None;
        if word(parser, "to") {
            let value = parser.parse_expr()?;
            parser.expect_keyword_is(Keyword::DEFAULT)?;
            values = Some((value, parser.parse_expr()?));
        }
        parser.expect_keyword_is(Keyword::USING)?;
        let path = parser.parse_identifier()?;
        out.cycle = Some(Cycle { columns, mark, values, path, pos });
    }
    Ok(out)
}

fn word(parser: &mut Parser<'_>, word: &str) -> bool {
    let found = is_word(Some(parser.peek_token_ref()), word);
    if found {
        parser.advance_token();
    }
    found
}

fn expect(parser: &mut Parser<'_>, wanted: &str) -> Result<(), ParserError> {
    if word(parser, wanted) {
        return Ok(());
    }
    let at = parser.peek_token_ref();
    Err(ParserError::ParserError(format!("Expected: {wanted}, found: {}{}", at.token, at.span.start)))
}

/// Puts the marker of the clauses that begin at `i` in the place of a column's name; gives how many tokens they take.
pub fn mark(source: &Source<'_>, tokens: &[TokenWithSpan], i: usize, out: &mut Vec<TokenWithSpan>) -> Option<usize> {
    let end = behind(tokens, i)?;
    let start = source.start(tokens.get(i)?.span).offset()?;
    let stop = source.pos(tokens.get(end - 1)?.span.end).offset()?;
    let at = tokens.get(i)?;
    let (place, text) = (at.span.start, source.text.get(start..stop)?);
    let mark = rewrite::marked(at, format!("{}{} {} {text}", marker::RECURSION, place.line, place.column));
    let plain = |token: Token| TokenWithSpan::new(token, at.span);

    // `name [(columns)] AS [[NOT] MATERIALIZED] ( … )`
    let mut before = rewrite::opening(out)?.checked_sub(1)?;
    if is_word(out.get(before), "materialized") {
        before = before.checked_sub(1)?;
        before = if is_word(out.get(before), "not") { before.checked_sub(1)? } else { before };
    }
    if !is_word(out.get(before), "as") {
        return None;
    }
    match &out.get(before.checked_sub(1)?)?.token {
        Token::RParen => drop(out.splice(before - 1..before - 1, [plain(Token::Comma), mark])),
        Token::Word(_) => drop(out.splice(before..before, [plain(Token::LParen), mark, plain(Token::RParen)])),
        _ => return None,
    }
    Some(end - i)
}

/// The place behind the clauses that begin at `i`.
fn behind(tokens: &[TokenWithSpan], i: usize) -> Option<usize> {
    let find = |from: usize, word: &str| (from..tokens.len()).find(|n| is_word(tokens.get(*n), word));
    let named = |at: usize| matches!(tokens.get(at).map(|t| &t.token), Some(Token::Word(_)));
    let mut at = i;
    if is_word(tokens.get(at), "search") {
        let order = is_word(tokens.get(at + 1), "depth") || is_word(tokens.get(at + 1), "breadth");
        if !order || !is_word(tokens.get(at + 2), "first") {
            return None;
        }
        at = find(at, "set")? + 2;
    }
    if is_word(tokens.get(at), "cycle") && named(at + 1) {
        let using = find(find(at, "set")?, "using")?;
        at = using + 2;
    }
    (at > i && at <= tokens.len()).then_some(at)
}
