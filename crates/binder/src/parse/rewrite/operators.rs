//! Operators: of several characters, before ANY and ALL, behind USING.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::marker;
use super::tokens::{closing, marked, plain};
use crate::parse::{Source, is_word};

/// Whether a token consists of characters of operators.
fn is_operator(token: &Token) -> bool {
    let other = matches!(
        token,
        Token::Word(_)
            | Token::Number(..)
            | Token::SingleQuotedString(_)
            | Token::Placeholder(_)
            | Token::LParen
            | Token::RParen
            | Token::Comma
            | Token::Period
            | Token::EOF
    );
    let text = if other { String::new() } else { token.to_string() };
    !text.is_empty() && text.chars().all(|c| "+-*/<>=~!@#%^&|`?".contains(c))
}

/// How many tokens from `i` on are one operator, and which: characters of operators that follow each other belong
/// together (manual §4.1.3), and the tokenizer divides those that it does not know.
pub fn joined_operator(source: &Source<'_>, tokens: &[TokenWithSpan], i: usize) -> Option<(usize, String)> {
    let first = tokens.get(i).filter(|t| is_operator(&t.token))?;
    let adjacent = |a: &TokenWithSpan, b: &TokenWithSpan| a.span.end == b.span.start && is_operator(&b.token);
    let mut count = 1;
    while let (Some(last), Some(next)) = (tokens.get(i + count - 1), tokens.get(i + count))
        && adjacent(last, next)
    {
        count += 1;
    }
    if count == 1 {
        return None;
    }
    let start = source.pos(first.span.start).offset()?;
    // Where each of the tokens ends.
    let ends = tokens.get(i + 1..i + count)?.iter().map(|t| source.pos(t.span.start).offset());
    let mut ends: Vec<usize> = ends.collect::<Option<_>>()?;
    let last = tokens.get(i + count - 1)?;
    ends.push(source.pos(last.span.end).offset().unwrap_or(source.text.len()));
    let whole = source.text.get(start..*ends.last()?)?;
    let text = match whole.contains(|c| "~!@#%^&|`?".contains(c)) {
        true => whole,
        false => whole.trim_end_matches(['+', '-']),
    };
    let count = 1 + ends.iter().position(|end| *end == start + text.len())?;
    (count > 1 && text.chars().all(|c| "+-*/<>=~!@#%^&|`?".contains(c))).then(|| (count, text.to_owned()))
}

/// An operator of several characters ends in `+` or `-` only if it has one of a few others in it; else those
/// are operators of their own (manual §4.1.3).
pub fn split_operator(token: &TokenWithSpan, text: &str, out: &mut Vec<TokenWithSpan>) -> Option<usize> {
    if !text.ends_with(['+', '-']) || text.contains(|c| "~!@#%^&|`?".contains(c)) {
        return None;
    }
    let head = text.trim_end_matches(['+', '-']);
    let head = if head.is_empty() { text.get(..1)? } else { head };
    let mut at = token.span;
    let mut push = |piece: &str, out: &mut Vec<TokenWithSpan>| {
        let made = match piece {
            "+" => Token::Plus,
            "-" => Token::Minus,
            "*" => Token::Mul,
            "/" => Token::Div,
            "<" => Token::Lt,
            ">" => Token::Gt,
            "=" => Token::Eq,
            "<=" => Token::LtEq,
            ">=" => Token::GtEq,
            "<>" => Token::Neq,
            other => Token::CustomBinaryOperator(other.to_owned()),
        };
        out.push(TokenWithSpan { token: made, span: at });
        at.start.column += piece.len() as u64;
    };
    push(head, out);
    for c in text.get(head.len()..)?.chars() {
        push(&c.to_string(), out);
    }
    Some(1)
}

/// `ORDER BY x USING >`.
pub fn ordering_operator(tokens: &[TokenWithSpan], i: usize, out: &mut Vec<TokenWithSpan>) -> Option<usize> {
    let at = tokens.get(i + 1)?;
    let keyword = match at.token {
        Token::Lt => "ASC",
        Token::Gt => "DESC",
        _ => return None,
    };
    out.push(plain(at, Token::make_keyword(keyword)));
    Some(2)
}

/// Whether the token is ANY, SOME or ALL.
pub fn is_quantifier(token: Option<&TokenWithSpan>) -> bool {
    ["any", "some", "all"].iter().any(|w| is_word(token, w))
}

/// The VALUES behind ANY or ALL, which the parser takes for an expression.
pub fn quantified_values(tokens: &[TokenWithSpan], i: usize, out: &mut Vec<TokenWithSpan>) -> Option<usize> {
    let close = closing(tokens, i)?;
    let at = tokens.get(i)?;
    let end = tokens.get(close)?;
    out.extend([at.clone(), plain(at, Token::make_keyword("SELECT")), plain(at, Token::Mul)]);
    out.extend([plain(at, Token::make_keyword("FROM")), plain(at, Token::LParen)]);
    out.extend_from_slice(tokens.get(i + 1..close)?);
    out.extend([plain(end, Token::RParen), marked(end, marker::VALUES.to_owned()), end.clone()]);
    Some(close + 1 - i)
}
