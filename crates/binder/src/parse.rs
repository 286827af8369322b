//! Text to statements. A text may hold several, divided by `;`; each is parsed alone, after
//! [`rewrite`] has replaced token sequences that `sqlparser` refuses by ones that it takes.
//!
//! # Invariants
//! 1. Every node's place refers to the whole text that [`parse`] was given.
//! 2. Text that PostgreSQL's grammar refuses answers 42601 with the offending token and its position.
//! 3. Nesting is limited: deeper statements answer 54001.

mod dialect;
mod grouping;
mod infix;
mod item_call;
mod joins;
mod recursion;
mod rewrite;
mod rows_from;
mod source;
mod spelling;
mod strings;
mod tail;

use std::ops::Range;

use gavel_types::{SqlError, SqlResult, SqlState};
use sqlparser::ast;
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer, TokenizerError};

use crate::ddl::{self, Ddl};

pub use dialect::{GavelDialect, string_value};
pub use item_call::is_own_syntax;
pub use recursion::{Cycle, Recursion, Search, clauses as recursion_clauses};
pub use rewrite::marker;
pub use rows_from::{RowsCall, calls as rows_from_calls};
pub use source::{Pos, Source};
pub use strings::with_escapes;

/// Deepest nesting of expressions and queries.
const MAX_DEPTH: usize = 120;

/// Longest statement text, in bytes.
const MAX_TEXT_BYTES: usize = 64 << 20;

static DIALECT: std::sync::LazyLock<GavelDialect> = std::sync::LazyLock::new(GavelDialect::default);

/// A parsed statement and the bytes of the text that it came from.
#[derive(Clone, Debug)]
pub struct Parsed {
    pub statement: ast::Statement,
    /// From the statement's first token to the end of its last, without the `;`.
    pub range: Range<usize>,
}

/// Parses all statements of `sql`; empty ones are left out, so comments alone give none.
///
/// # Errors
/// 42601 with position, 54001 when nested too deeply, 54000 when too long.
pub fn parse(sql: &str) -> SqlResult<Vec<Parsed>> {
    if sql.len() > MAX_TEXT_BYTES {
        return Err(SqlError::new(SqlState::ProgramLimitExceeded, "statement is too long"));
    }
    let source = Source::new(sql);
    let tokens = tokenize(&source)?;
    let mut statements = Vec::new();
    let mut rest = tokens.as_slice();
    while !rest.is_empty() {
        let end = statement_end(rest);
        let piece = rest.get(..end).unwrap_or_default();
        let terminator = rest.get(end);
        if let (Some(first), Some(last)) = (piece.first(), piece.last()) {
            let start = source.start(first.span).offset().unwrap_or(0);
            let stop = source.pos(last.span.end).offset().unwrap_or(sql.len());
            let statement = statement(&source, piece, terminator)?;
            statements.push(Parsed { statement, range: start..stop.max(start) });
        }
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    Ok(statements)
}

/// Parses a lone expression, as descriptors keep them.
///
/// # Errors
/// As [`parse`].
pub fn parse_expression(sql: &str) -> SqlResult<ast::Expr> {
    let source = Source::new(sql);
    let tokens = rewrite::rewrite(&source, &tokenize(&source)?);
    let mut parser = parser(tokens);
    let parsed = parser.parse_expr();
    finish(&source, &parser, parsed, None)
}

/// Parses the keys of an index, as they stand between parentheses.
///
/// # Errors
/// As [`parse`].
pub fn parse_index_keys(sql: &str) -> SqlResult<Vec<ast::Expr>> {
    let source = Source::new(sql);
    let tokens = rewrite::rewrite(&source, &tokenize(&source)?);
    let mut parser = parser(tokens);
    let parsed = ddl::parse_index_keys(&mut parser);
    finish(&source, &parser, parsed, None)
}

/// Parses a lone query, as views keep them.
///
/// # Errors
/// As [`parse`].
pub fn parse_query(sql: &str) -> SqlResult<Box<ast::Query>> {
    let source = Source::new(sql);
    let tokens = rewrite::rewrite(&source, &tokenize(&source)?);
    let mut parser = parser(tokens);
    let parsed = parser.parse_query();
    finish(&source, &parser, parsed, None)
}

fn parser(tokens: Vec<TokenWithSpan>) -> Parser<'static> {
    Parser::new(&*DIALECT).with_recursion_limit(MAX_DEPTH).with_tokens_with_locations(tokens)
}

fn statement(
    source: &Source<'_>,
    piece: &[TokenWithSpan],
    terminator: Option<&TokenWithSpan>,
) -> SqlResult<ast::Statement> {
    if let Some(error) = spelling::refusal(piece) {
        return Err(error);
    }
    let mut parser = parser(rewrite::rewrite(source, &spelling::spelled(piece)));
    if ddl::begins(piece) {
        let parsed = ddl::parse(&mut parser, source);
        finish(source, &parser, parsed, terminator)?;
        let start = piece.first().and_then(|t| source.start(t.span).offset()).unwrap_or(0);
        let end = piece.last().and_then(|t| source.pos(t.span.end).offset()).unwrap_or(source.text.len());
        return Ok(ddl::carrier(source.text.get(start..end).unwrap_or_default()));
    }
    if ddl::copy::begins(piece) {
        let parsed = ddl::parse_copy(&mut parser);
        return finish(source, &parser, parsed, terminator);
    }
    if is_word(piece.first(), "explain") {
        let parsed = explain(&mut parser, source, piece);
        return finish(source, &parser, parsed, terminator);
    }
    if ddl::begins_declare(piece) {
        let parsed = ddl::parse_declare(&mut parser);
        let (statement, clash) = finish(source, &parser, parsed, terminator)?;
        return match clash {
            None => Ok(statement),
            Some([one, other]) => {
                let message = format!("cannot specify both {one} and {other}");
                Err(SqlError::new(SqlState::InvalidCursorDefinition, message))
            }
        };
    }
    let parsed = parser.parse_statement();
    finish(source, &parser, parsed, terminator)
}

/// EXPLAIN, whose statement may be one of ours: CREATE TABLE AS and its like, DECLARE.
fn explain(
    parser: &mut Parser<'_>,
    source: &Source<'_>,
    piece: &[TokenWithSpan],
) -> Result<ast::Statement, ParserError> {
    parser.advance_token();
    let (mut analyze, mut verbose, mut options) = (false, false, None);
    if parser.peek_token_ref().token == Token::LParen {
        options = Some(parser.parse_utility_options()?);
    } else {
        analyze = parser.parse_keyword(Keyword::ANALYZE);
        verbose = parser.parse_keyword(Keyword::VERBOSE);
    }
    let start = parser.peek_token_ref().span.start;
    let begins = |word: &str| {
        matches!(&parser.peek_token_ref().token,
            Token::Word(w) if w.quote_style.is_none() && w.value.eq_ignore_ascii_case(word))
    };
    let statement = if begins("create") || begins("refresh") {
        ddl::parse(parser, source)?;
        let from = source.pos(start).offset().unwrap_or(0);
        let to = piece.last().and_then(|t| source.pos(t.span.end).offset()).unwrap_or(source.text.len());
        ddl::carrier(source.text.get(from..to).unwrap_or_default())
    } else if begins("declare") {
        ddl::parse_declare(parser)?.0
    } else {
        parser.parse_statement()?
    };
    Ok(ast::Statement::Explain {
        describe_alias: ast::DescribeAlias::Explain,
        analyze,
        verbose,
        query_plan: false,
        estimate: false,
        statement: Box::new(statement),
        format: None,
        options,
    })
}

/// Parses one statement of the data definition language, as [`ddl::carrier`] holds it.
///
/// # Errors
/// As [`parse`].
pub fn parse_ddl(sql: &str) -> SqlResult<Ddl> {
    let source = Source::new(sql);
    let mut parser = parser(rewrite::rewrite(&source, &tokenize(&source)?));
    let parsed = ddl::parse(&mut parser, &source);
    finish(&source, &parser, parsed, None)
}

/// Requires that everything was read, and words the parser's complaint as PostgreSQL does.
fn finish<T>(
    source: &Source<'_>,
    parser: &Parser<'_>,
    parsed: Result<T, ParserError>,
    terminator: Option<&TokenWithSpan>,
) -> SqlResult<T> {
    let error = match parsed {
        Ok(value) => {
            let next = parser.peek_token_ref();
            if next.token == Token::EOF {
                return Ok(value);
            }
            return Err(syntax_error(source, Some(next.span.start), terminator));
        }
        Err(error) => error,
    };
    match error {
        ParserError::RecursionLimitExceeded => {
            Err(SqlError::new(SqlState::StatementTooComplex, "stack depth limit exceeded")
                .hint("The statement is nested too deeply."))
        }
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => {
            let place = location_in(&message).or_else(|| {
                let next = parser.peek_token_ref();
                (next.token != Token::EOF).then_some(next.span.start)
            });
            Err(syntax_error(source, place, terminator))
        }
    }
}

/// "… at Line: 1, Column: 8" at the end of the parser's messages.
fn location_in(message: &str) -> Option<Location> {
    let (_, tail) = message.rsplit_once("at Line: ")?;
    let (line, column) = tail.split_once(", Column: ")?;
    Some(Location { line: line.trim().parse().ok()?, column: column.trim().parse().ok()? })
}

fn syntax_error(source: &Source<'_>, place: Option<Location>, terminator: Option<&TokenWithSpan>) -> SqlError {
    let pos = place.map_or(Pos::NONE, |l| source.pos(l));
    let pos = if pos.offset().is_none() { terminator.map_or(Pos::NONE, |t| source.start(t.span)) } else { pos };
    let rest = pos.offset().and_then(|o| source.text.get(o..)).unwrap_or("");
    let token = first_token(rest);
    if token.is_empty() {
        let end = Pos::at(source.text.len());
        return SqlError::new(SqlState::SyntaxError, "syntax error at end of input").at(source.characters(end));
    }
    SqlError::new(SqlState::SyntaxError, format!("syntax error at or near \"{token}\"")).at(source.characters(pos))
}

/// The token that `text` begins with, as it is written.
fn first_token(text: &str) -> &str {
    let Some(first) = text.chars().next() else { return "" };
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let end = match first {
        '\'' | '"' => text.get(1..).and_then(|t| t.find(first)).map_or(text.len(), |i| i + 2),
        c if word(c) => text.find(|c: char| !word(c)).unwrap_or(text.len()),
        c if "+-*/<>=~!@#%^&|`?".contains(c) => {
            text.find(|c: char| !"+-*/<>=~!@#%^&|`?".contains(c)).unwrap_or(text.len())
        }
        ':' if text.starts_with("::") => 2,
        c => c.len_utf8(),
    };
    text.get(..end).unwrap_or(text)
}

/// The tokens of text that a marker carries: line and column where it begins in the whole, and the text. They have their
/// places in the whole.
fn tokens_of_marked(marked: &str) -> SqlResult<Vec<TokenWithSpan>> {
    let mut parts = marked.splitn(3, ' ');
    let mut number = || parts.next().and_then(|n| n.parse::<u64>().ok()).unwrap_or(1);
    let (line, column) = (number(), number());
    let source = Source::new(parts.next().unwrap_or_default());
    let mut tokens = rewrite::rewrite(&source, &tokenize(&source).map_err(SqlError::nowhere)?);
    let shift = |place: &mut Location| {
        place.column += if place.line == 1 { column - 1 } else { 0 };
        place.line += line - 1;
    };
    for token in &mut tokens {
        shift(&mut token.span.start);
        shift(&mut token.span.end);
    }
    Ok(tokens)
}

fn tokenize(source: &Source<'_>) -> SqlResult<Vec<TokenWithSpan>> {
    let plain = strings::plain(source)?;
    let mut tokens = Tokenizer::new(&*DIALECT, &plain.text)
        .tokenize_with_location()
        .map_err(|error| unterminated(source, &error))?;
    plain.put_back(source, &mut tokens);
    strings::without_blanks(tokens).map_err(|second| syntax_error(source, Some(second.span.start), None))
}

/// Lexical errors, in PostgreSQL's words.
fn unterminated(source: &Source<'_>, error: &TokenizerError) -> SqlError {
    let pos = source.pos(error.location);
    let near = pos.offset().and_then(|o| source.text.get(o..)).unwrap_or("");
    let message = error.message.to_lowercase();
    let what = if message.contains("comment") {
        "/* comment"
    } else if message.contains("dollar") {
        "dollar-quoted string"
    } else if message.contains('"') {
        "quoted identifier"
    } else if message.contains("unterminated") {
        if let Some(at) = wrong_unicode_escape(near) {
            let at = source.characters(Pos::at(pos.offset().unwrap_or(0) + at));
            return SqlError::new(SqlState::InvalidEscapeSequence, "invalid Unicode escape")
                .hint("Unicode escapes must be \\uXXXX or \\UXXXXXXXX.")
                .at(at);
        }
        "quoted string"
    } else {
        return syntax_error(source, Some(error.location), None);
    };
    SqlError::new(SqlState::SyntaxError, format!("unterminated {what} at or near \"{near}\""))
        .at(source.characters(pos))
}

/// Where the string `E'…'` that `text` begins with has `\u` or `\U` with too few digits.
fn wrong_unicode_escape(text: &str) -> Option<usize> {
    let body = text.strip_prefix(['e', 'E'])?.strip_prefix('\'')?;
    let mut rest = body;
    while let Some(at) = rest.find(['\\', '\'']) {
        let escape = rest[at..].strip_prefix('\\')?;
        let digits = match escape.as_bytes().first()? {
            b'u' => 4,
            b'U' => 8,
            _ => 0,
        };
        let hex = escape.as_bytes().iter().skip(1).take(digits).take_while(|b| b.is_ascii_hexdigit()).count();
        if hex < digits {
            return Some(text.len() - rest.len() + at);
        }
        rest = escape.get(1..)?;
    }
    None
}

/// Index of the `;` that ends the first statement, or the number of tokens. Those between parentheses, and in a
/// function's `BEGIN ATOMIC … END`, end none.
fn statement_end(tokens: &[TokenWithSpan]) -> usize {
    let mut depth = 0_usize;
    // BEGIN ATOMIC and CASE that have no END yet.
    let mut blocks = 0_usize;
    let may_be_atomic = creates_function(tokens);
    for (i, t) in tokens.iter().enumerate() {
        match t.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            Token::SemiColon if depth == 0 && blocks == 0 => return i,
            Token::Word(_) if may_be_atomic => {
                let begins = is_word(Some(t), "atomic") && i > 0 && is_word(tokens.get(i - 1), "begin");
                if begins || blocks > 0 && is_word(Some(t), "case") {
                    blocks += 1;
                } else if blocks > 0 && is_word(Some(t), "end") {
                    blocks -= 1;
                }
            }
            _ => {}
        }
    }
    // An unbalanced parenthesis must not swallow the statements behind it.
    tokens.iter().position(|t| t.token == Token::SemiColon).unwrap_or(tokens.len())
}

/// Whether CREATE [OR REPLACE] FUNCTION or PROCEDURE is next.
fn creates_function(tokens: &[TokenWithSpan]) -> bool {
    let replaces = is_word(tokens.get(1), "or") && is_word(tokens.get(2), "replace");
    let kind = tokens.get(if replaces { 3 } else { 1 });
    is_word(tokens.first(), "create") && (is_word(kind, "function") || is_word(kind, "procedure"))
}

/// Whether `token` is this keyword, unquoted.
fn is_keyword(token: Option<&TokenWithSpan>, keyword: Keyword) -> bool {
    matches!(token.map(|t| &t.token), Some(Token::Word(w)) if w.keyword == keyword && w.quote_style.is_none())
}

/// Whether `token` is this word, unquoted, in any case.
fn is_word(token: Option<&TokenWithSpan>, word: &str) -> bool {
    matches!(token.map(|t| &t.token), Some(Token::Word(w)) if w.quote_style.is_none() && w.value.eq_ignore_ascii_case(word))
}

#[cfg(test)]
#[path = "parse/parse_test.rs"]
mod parse_test;
