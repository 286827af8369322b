//! MERGE.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::marker;
use super::tokens::{marked, plain};
use crate::parse::is_word;

/// Parentheses around joins behind MERGE's USING, which the parser takes for one relation: they end before the last ON
/// that precedes the first WHEN.
pub fn merge_source(out: &mut Vec<TokenWithSpan>) {
    let mut depth = 0_usize;
    let (mut using, mut on, mut joins) = (None, None, false);
    for (i, t) in out.iter().enumerate() {
        match &t.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            Token::Word(w) if depth == 0 && w.quote_style.is_none() => match w.keyword {
                Keyword::USING if using.is_none() => using = Some(i),
                Keyword::JOIN if using.is_some() => joins = true,
                Keyword::ON if using.is_some() => on = Some(i),
                Keyword::WHEN => break,
                _ => {}
            },
            _ => {}
        }
    }
    if let (Some(using), Some(on), true) = (using, on, joins) {
        let (open, close) = (plain(&out[using + 1], Token::LParen), plain(&out[on], Token::RParen));
        out.insert(on, close);
        out.insert(using + 1, open);
    }
}

/// DO NOTHING behind THEN, as an action of the kind that may stand there.
pub fn merge_nothing(at: &TokenWithSpan, out: &mut Vec<TokenWithSpan>) -> Option<usize> {
    if !is_word(out.last(), "then") {
        return None;
    }
    let matched = out.iter().rposition(|t| is_word(Some(t), "matched"))?;
    if is_word(out.get(matched.checked_sub(1)?), "not") {
        merge_insert(at, marker::NOTHING, out);
    } else {
        out.extend([plain(at, Token::make_keyword("UPDATE")), plain(at, Token::make_keyword("SET"))]);
        out.extend([marked(at, marker::NOTHING.to_owned()), plain(at, Token::Eq)]);
        out.push(plain(at, Token::Number("0".to_owned(), false)));
    }
    Some(2)
}

/// DEFAULT VALUES behind MERGE's INSERT.
pub fn merge_defaults(at: &TokenWithSpan, out: &mut Vec<TokenWithSpan>) -> Option<usize> {
    let [.., then, insert] = out.as_slice() else { return None };
    if !is_word(Some(then), "then") || !is_word(Some(insert), "insert") {
        return None;
    }
    out.pop();
    merge_insert(at, marker::DEFAULTS, out);
    Some(2)
}

/// An INSERT of one column, which says what is meant.
fn merge_insert(at: &TokenWithSpan, column: &str, out: &mut Vec<TokenWithSpan>) {
    out.extend([plain(at, Token::make_keyword("INSERT")), plain(at, Token::LParen)]);
    out.extend([marked(at, column.to_owned()), plain(at, Token::RParen), plain(at, Token::make_keyword("VALUES"))]);
    out.extend([plain(at, Token::LParen), plain(at, Token::Number("0".to_owned(), false)), plain(at, Token::RParen)]);
}
