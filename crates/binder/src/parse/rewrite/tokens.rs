//! Tokens, and parentheses among them.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Word};

use crate::parse::is_word;

/// A quoted identifier of this text at the place of `at`.
pub fn marked(at: &TokenWithSpan, value: String) -> TokenWithSpan {
    let word = Word { value, quote_style: Some('"'), keyword: Keyword::NoKeyword };
    TokenWithSpan::new(Token::Word(word), at.span)
}

/// A token at the place of `at`.
pub fn plain(at: &TokenWithSpan, token: Token) -> TokenWithSpan {
    TokenWithSpan::new(token, at.span)
}

/// The `)` that closes the `(` at `open`.
pub fn closing(tokens: &[TokenWithSpan], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (k, t) in tokens.iter().enumerate().skip(open) {
        match t.token {
            Token::LParen => depth += 1,
            Token::RParen => {
                depth -= 1;
                if depth == 0 {
                    return Some(k);
                }
            }
            _ => {}
        }
    }
    None
}

/// The `(` of the `)` that `out` ends in.
pub fn opening(out: &[TokenWithSpan]) -> Option<usize> {
    let mut depth = 0_usize;
    out.iter().rposition(|t| {
        match t.token {
            Token::RParen => depth += 1,
            Token::LParen => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    })
}

/// What stands in the innermost parentheses or brackets that are open, or in none, with its places, from the end: without
/// what stands in others.
pub fn own_level(out: &[TokenWithSpan]) -> impl Iterator<Item = (usize, &TokenWithSpan)> {
    let mut depth = 0_i32;
    out.iter()
        .enumerate()
        .rev()
        .map(move |(n, t)| {
            match t.token {
                Token::RParen | Token::RBracket => depth += 1,
                Token::LParen | Token::LBracket => depth -= 1,
                _ => {}
            }
            (n, t, depth)
        })
        .take_while(|(_, _, depth)| *depth >= 0)
        .filter_map(|(n, t, depth)| (depth == 0).then_some((n, t)))
}

/// Whether what was read ends in `)`.
pub fn ends_with_parenthesis(out: &[TokenWithSpan]) -> bool {
    out.last().is_some_and(|t| t.token == Token::RParen)
}

/// Whether a query or another statement that gives rows begins here.
pub fn is_query(token: Option<&TokenWithSpan>) -> bool {
    let words = ["select", "values", "insert", "update", "delete", "with", "table", "merge"];
    words.iter().any(|w| is_word(token, w))
}

/// Whether an expression may end with this token.
pub fn is_operand(token: Option<&TokenWithSpan>) -> bool {
    let Some(token) = token else { return false };
    match &token.token {
        Token::Word(w) => {
            w.quote_style.is_some() || !matches!(w.keyword, Keyword::AS | Keyword::SELECT | Keyword::WHERE)
        }
        Token::RParen | Token::RBracket | Token::Number(..) | Token::SingleQuotedString(_) | Token::Placeholder(_) => {
            true
        }
        _ => false,
    }
}
