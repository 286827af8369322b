//! Items of FROM, and queries without one.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::marker;
use super::tokens::{closing, is_query, marked, opening, plain};
use crate::parse::{Source, is_word};

/// `ROWS FROM (…)`, whose calls a marker carries.
pub fn rows_from(
    source: &Source<'_>,
    tokens: &[TokenWithSpan],
    i: usize,
    out: &mut Vec<TokenWithSpan>,
) -> Option<usize> {
    if !is_word(tokens.get(i + 1), "from") || tokens.get(i + 2)?.token != Token::LParen {
        return None;
    }
    let close = closing(tokens, i + 2)?;
    let at = tokens.get(i)?;
    let start = source.pos(tokens.get(i + 2)?.span.end).offset()?;
    let stop = source.start(tokens.get(close)?.span).offset()?;
    let (place, text) = (tokens.get(i + 2)?.span.end, source.text.get(start..stop)?);
    out.push(marked(at, format!("{}{} {} {text}", marker::ROWS, place.line, place.column)));
    out.extend([plain(at, Token::LParen), plain(at, Token::RParen)]);
    Some(close + 1 - i)
}

/// ONLY before a table's name, which may have parentheses, where the grammar does not know it. Statements of ours, whose
/// lists of tables are no FROM, know it themselves.
pub fn only(tokens: &[TokenWithSpan], i: usize, merge: bool, out: &mut Vec<TokenWithSpan>) -> Option<usize> {
    let at = tokens.get(i)?;
    let before = out.last();
    let listed = matches!(before.map(|t| &t.token), Some(Token::Comma | Token::LParen))
        && !["lock", "truncate", "alter"].into_iter().any(|w| is_word(tokens.first(), w));
    let from = ["from", "join", "update", "using"].into_iter().any(|w| is_word(before, w));
    if !(listed || from || merge && is_word(before, "into")) {
        return None;
    }
    let parenthesis = matches!(tokens.get(i + 1).map(|t| &t.token), Some(Token::LParen));
    let first = i + 1 + usize::from(parenthesis);
    let part = |n: usize| matches!(tokens.get(n).map(|t| &t.token), Some(Token::Word(_)));
    if !part(first) || is_word(tokens.get(first), "as") {
        return None;
    }
    out.extend([marked(at, marker::ONLY.to_owned()), plain(at, Token::Period)]);
    if !parenthesis {
        return Some(1);
    }
    let mut end = first + 1;
    while matches!(tokens.get(end).map(|t| &t.token), Some(Token::Period)) && part(end + 1) {
        end += 2;
    }
    if !matches!(tokens.get(end).map(|t| &t.token), Some(Token::RParen)) {
        out.truncate(out.len() - 2);
        return None;
    }
    out.extend_from_slice(tokens.get(first..end)?);
    Some(end + 1 - i)
}

/// `USING (…) AS name`, and `function(…) AS (column type, …)`.
pub fn behind_list(tokens: &[TokenWithSpan], i: usize, out: &mut Vec<TokenWithSpan>) -> Option<usize> {
    let open = opening(out)?;
    let before = out.get(open.checked_sub(1)?)?.clone();
    let at = tokens.get(i)?;
    match (&tokens.get(i + 1)?.token, &before.token) {
        (Token::Word(name), Token::Word(_)) if is_word(Some(&before), "using") => {
            // MERGE's USING is followed by a relation.
            let columns = out.get(open + 1..out.len() - 1)?;
            if is_query(columns.first()) || !columns.iter().all(|t| matches!(t.token, Token::Word(_) | Token::Comma)) {
                return None;
            }
            let name = if name.quote_style.is_some() { name.value.clone() } else { name.value.to_lowercase() };
            let close = out.pop()?;
            out.extend([plain(at, Token::Comma), marked(at, format!("{}{name}", marker::USING_ALIAS)), close]);
            Some(2)
        }
        // A type follows the first name: no query, and no list of a query's columns.
        (Token::LParen, Token::Word(_)) => {
            let [Token::Word(column), Token::Word(_)] = [&tokens.get(i + 2)?.token, &tokens.get(i + 3)?.token] else {
                return None;
            };
            if column.quote_style.is_none() && is_query(tokens.get(i + 2)) {
                return None;
            }
            out.extend([at.clone(), plain(at, before.token.clone())]);
            Some(1)
        }
        _ => None,
    }
}

/// `TABLE t` where a query may stand.
pub fn table_query(tokens: &[TokenWithSpan], i: usize, out: &mut Vec<TokenWithSpan>) -> Option<usize> {
    let at = tokens.get(i)?;
    if is_word(tokens.first(), "reindex") {
        return None;
    }
    let query = match i.checked_sub(1).and_then(|b| tokens.get(b)) {
        None => true,
        Some(before) => {
            // Behind a parenthesis it follows the list of WITH.
            matches!(before.token, Token::LParen | Token::RParen)
                || ["union", "except", "intersect"].into_iter().any(|w| is_word(Some(before), w))
                || is_word(Some(before), "all") && i >= 2 && is_word(tokens.get(i - 2), "union")
        }
    };
    if !query || !matches!(tokens.get(i + 1).map(|t| &t.token), Some(Token::Word(_))) {
        return None;
    }
    out.extend([
        plain(at, Token::make_keyword("SELECT")),
        plain(at, Token::Mul),
        plain(at, Token::make_keyword("FROM")),
    ]);
    Some(1)
}

/// Whether a SELECT that this follows has neither a list nor FROM.
pub fn ends_select(next: Option<&TokenWithSpan>) -> bool {
    match next.map(|t| &t.token) {
        None | Some(Token::EOF | Token::SemiColon | Token::RParen) => true,
        Some(Token::Word(w)) if w.quote_style.is_none() => matches!(
            w.keyword,
            Keyword::WHERE
                | Keyword::UNION
                | Keyword::INTERSECT
                | Keyword::EXCEPT
                | Keyword::ORDER
                | Keyword::LIMIT
                | Keyword::OFFSET
                | Keyword::FETCH
                | Keyword::GROUP
                | Keyword::HAVING
        ),
        _ => false,
    }
}

/// A SELECT without a list and without FROM, over one row.
pub fn no_list(at: &TokenWithSpan, out: &mut Vec<TokenWithSpan>) {
    out.extend([plain(at, Token::make_keyword("SELECT")), plain(at, Token::make_keyword("FROM"))]);
    out.extend([plain(at, Token::LParen), plain(at, Token::make_keyword("SELECT"))]);
    out.push(plain(at, Token::Number("0".to_owned(), false)));
    out.extend([plain(at, Token::RParen), marked(at, marker::ROW.to_owned())]);
}
