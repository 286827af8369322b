//! Expressions and types in a syntax that the parser does not know.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::tokens::plain;
use crate::parse::is_word;

/// Whether `'…'::bytea` begins at token `i`: behind ESCAPE the parser takes a string alone.
pub fn is_cast_string(tokens: &[TokenWithSpan], i: usize) -> bool {
    matches!(tokens.get(i), Some(t) if matches!(t.token, Token::SingleQuotedString(_)))
        && matches!(tokens.get(i + 1), Some(t) if t.token == Token::DoubleColon)
        && (is_word(tokens.get(i + 2), "bytea") || is_word(tokens.get(i + 2), "text"))
}

/// Whether token `i` is the form that NORMALIZE is told; `open` is where the innermost parenthesis is in `out`.
pub fn is_normal_form(tokens: &[TokenWithSpan], i: usize, out: &[TokenWithSpan], open: Option<usize>) -> bool {
    let form = ["nfc", "nfd", "nfkc", "nfkd"].iter().any(|form| is_word(tokens.get(i), form));
    form && matches!(out.last(), Some(t) if t.token == Token::Comma)
        && matches!(tokens.get(i + 1), Some(t) if t.token == Token::RParen)
        && open.and_then(|at| at.checked_sub(1)).is_some_and(|name| is_word(out.get(name), "normalize"))
}

/// `interval(n) 'text'`, whose precision the parser drops.
pub fn interval_with_precision(tokens: &[TokenWithSpan], i: usize, out: &mut Vec<TokenWithSpan>) -> Option<usize> {
    let [word, open, _, close] = tokens.get(i..i + 4)? else { return None };
    let literal = tokens.get(i + 4)?;
    let number = matches!(tokens.get(i + 2)?.token, Token::Number(..));
    let string = matches!(literal.token, Token::SingleQuotedString(_) | Token::EscapedStringLiteral(_));
    if !number || !string || open.token != Token::LParen || close.token != Token::RParen {
        return None;
    }
    out.extend([plain(word, Token::make_keyword("CAST")), plain(word, Token::LParen), literal.clone()]);
    out.push(plain(word, Token::make_keyword("AS")));
    out.extend_from_slice(tokens.get(i..i + 4)?);
    out.push(plain(close, Token::RParen));
    Some(5)
}

/// The FROM of `TRIM(BOTH FROM x)` and `TRIM(FROM x)`, which names no characters.
pub fn trim_from(out: &[TokenWithSpan]) -> Option<usize> {
    let side = ["both", "leading", "trailing"].iter().any(|side| is_word(out.last(), side));
    let before = out.get(..out.len().checked_sub(usize::from(side))?)?;
    let [.., name, open] = before else { return None };
    (open.token == Token::LParen && is_word(Some(name), "trim")).then_some(1)
}

/// Whether what was read ends in a type's name, behind which ARRAY is no expression.
pub fn ends_with_type(out: &[TokenWithSpan]) -> bool {
    let Some(Token::Word(word)) = out.last().map(|t| &t.token) else { return false };
    word.quote_style.is_some()
        || matches!(
            word.keyword,
            Keyword::BIGINT
                | Keyword::BOOL
                | Keyword::BOOLEAN
                | Keyword::BYTEA
                | Keyword::CHAR
                | Keyword::CHARACTER
                | Keyword::DATE
                | Keyword::DECIMAL
                | Keyword::FLOAT4
                | Keyword::FLOAT8
                | Keyword::INT
                | Keyword::INT2
                | Keyword::INT4
                | Keyword::INT8
                | Keyword::INTEGER
                | Keyword::INTERVAL
                | Keyword::JSON
                | Keyword::JSONB
                | Keyword::NUMERIC
                | Keyword::PRECISION
                | Keyword::REAL
                | Keyword::SMALLINT
                | Keyword::TEXT
                | Keyword::TIME
                | Keyword::TIMESTAMP
                | Keyword::TIMESTAMPTZ
                | Keyword::UUID
                | Keyword::VARCHAR
                | Keyword::VARYING
                | Keyword::ZONE
        )
}

/// `ARRAY` and `ARRAY[n]` behind a type.
pub fn array_type(tokens: &[TokenWithSpan], i: usize, out: &mut Vec<TokenWithSpan>) -> Option<usize> {
    let at = tokens.get(i)?;
    if tokens.get(i + 1).is_none_or(|next| next.token != Token::LBracket) {
        out.extend([plain(at, Token::LBracket), plain(at, Token::RBracket)]);
    }
    Some(1)
}
