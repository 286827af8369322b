//! LIMIT, OFFSET, FETCH and row locks in the order that `sqlparser` knows; PostgreSQL takes several.
//!
//! | written | read as |
//! |---|---|
//! | `FOR UPDATE SKIP LOCKED LIMIT 1` | `LIMIT 1 FOR UPDATE SKIP LOCKED` |
//! | `OFFSET 2 FETCH FIRST (x + 1) ROWS ONLY` | `LIMIT (x + 1) OFFSET 2` |
//! | `FETCH FIRST 3 ROWS WITH TIES OFFSET 2` | `LIMIT ⟨ties⟩ 3 OFFSET 2` |
//! | `FETCH FIRST ROW ONLY` | `LIMIT 1` |
//!
//! A clause that may not stand where it does is left there, behind a token that stands nowhere: the error is at its place.

use std::borrow::Cow;
use std::ops::Range;

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Word};

use super::{is_word, marker};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Clause {
    Limit,
    Offset,
    Fetch,
    Lock,
}

/// The tokens of a statement, ordered so.
pub fn ordered(tokens: &[TokenWithSpan]) -> Cow<'_, [TokenWithSpan]> {
    // FETCH is also a statement of its own.
    let turns = |i: usize| i > 0 && matches!(clause(tokens, i), Some(Clause::Fetch | Clause::Lock));
    if !(0..tokens.len()).any(turns) {
        return Cow::Borrowed(tokens);
    }
    let mut out = Vec::with_capacity(tokens.len() + 2);
    let mut i = 0;
    while let Some(token) = tokens.get(i) {
        if i > 0 && clause(tokens, i).is_some() {
            i = tail(tokens, i, &mut out);
        } else {
            out.push(token.clone());
            i += 1;
        }
    }
    Cow::Owned(out)
}

/// The clause that begins at `i`.
fn clause(tokens: &[TokenWithSpan], i: usize) -> Option<Clause> {
    let word = |n: usize, w: &str| is_word(tokens.get(i + n), w);
    let Token::Word(first) = &tokens.get(i)?.token else { return None };
    let kind = match first.keyword {
        Keyword::LIMIT if first.quote_style.is_none() => Clause::Limit,
        Keyword::OFFSET if first.quote_style.is_none() => Clause::Offset,
        Keyword::FETCH if word(0, "fetch") && (word(1, "first") || word(1, "next")) => Clause::Fetch,
        Keyword::FOR if word(0, "for") => {
            let strength = word(1, "update")
                || word(1, "share")
                || word(1, "key") && word(2, "share")
                || word(1, "no") && word(2, "key") && word(3, "update");
            strength.then_some(Clause::Lock)?
        }
        _ => return None,
    };
    // Any word may be a label behind AS, or part of a qualified name.
    let before = i.checked_sub(1).and_then(|b| tokens.get(b));
    let label = is_word(before, "as") || before.is_some_and(|t| t.token == Token::Period);
    (!label).then_some(kind)
}

/// Puts the clauses that begin at `from` in order; gives the place behind them.
fn tail(tokens: &[TokenWithSpan], from: usize, out: &mut Vec<TokenWithSpan>) -> usize {
    let (mut limit, mut offset): (Option<Vec<TokenWithSpan>>, Option<Vec<TokenWithSpan>>) = (None, None);
    let mut locks: Vec<TokenWithSpan> = Vec::new();
    // Locks stand before the other clauses or behind them.
    let (mut locks_first, mut locks_last) = (false, false);
    let mut at = from;
    let mut refused = None;
    while let Some(kind) = clause(tokens, at) {
        let counted = limit.is_some() || offset.is_some();
        let fits = match kind {
            Clause::Limit | Clause::Fetch => limit.is_none() && !locks_last,
            Clause::Offset => offset.is_none() && !locks_last,
            Clause::Lock => !(counted && locks_first),
        };
        if !fits {
            refused = tokens.get(at);
            break;
        }
        let end = end_of(tokens, at, kind);
        match kind {
            Clause::Limit => limit = Some(ordered_inside(tokens, at..end)),
            Clause::Offset => offset = Some(ordered_inside(tokens, at..end)),
            Clause::Fetch => limit = Some(fetch(tokens, at..end)),
            Clause::Lock => {
                locks.extend_from_slice(tokens.get(at..end).unwrap_or_default());
                locks_first |= !counted;
                locks_last |= counted;
            }
        }
        at = end;
    }
    out.extend(limit.into_iter().flatten());
    out.extend(offset.into_iter().flatten());
    out.extend(locks);
    if let Some(refused) = refused {
        out.push(nowhere(refused));
        out.push(refused.clone());
        return at + 1;
    }
    at
}

/// A clause whose operand may hold queries with clauses of their own.
fn ordered_inside(tokens: &[TokenWithSpan], range: Range<usize>) -> Vec<TokenWithSpan> {
    let Some((first, rest)) = tokens.get(range).and_then(<[TokenWithSpan]>::split_first) else { return vec![] };
    let mut out = vec![first.clone()];
    out.extend(ordered(rest).into_owned());
    out
}

/// The place behind the clause that begins at `from`.
fn end_of(tokens: &[TokenWithSpan], from: usize, kind: Clause) -> usize {
    let mut depth = 0_usize;
    let mut at = from + 1;
    while let Some(token) = tokens.get(at) {
        match &token.token {
            Token::LParen | Token::LBracket => depth += 1,
            Token::RParen | Token::RBracket if depth == 0 => return at,
            Token::RParen | Token::RBracket => depth -= 1,
            Token::SemiColon if depth == 0 => return at,
            Token::Word(_) if depth == 0 => {
                if kind == Clause::Fetch {
                    if is_word(Some(token), "only") || is_word(Some(token), "ties") {
                        return at + 1;
                    }
                } else if clause(tokens, at).is_some() || ends_query(token) {
                    return at;
                }
            }
            _ => {}
        }
        at += 1;
    }
    at
}

/// Whether the word can only stand behind a whole query.
fn ends_query(token: &TokenWithSpan) -> bool {
    ["union", "intersect", "except", "returning", "on", "with"].iter().any(|w| is_word(Some(token), w))
}

/// FETCH as LIMIT.
fn fetch(tokens: &[TokenWithSpan], range: Range<usize>) -> Vec<TokenWithSpan> {
    let Some(whole) = tokens.get(range) else { return vec![] };
    let Some((first, rest)) = whole.split_first() else { return vec![] };
    let (ties, behind) = if is_word(rest.last(), "ties") { (true, 2) } else { (false, 1) };
    let end = rest.len().saturating_sub(behind + 1);
    let rows = rest.get(end);
    let with = !ties || is_word(rest.get(end + 1), "with");
    let last = ties || is_word(rest.last(), "only");
    let value = rest.get(1..end.max(1)).unwrap_or_default();
    if !last || !with || !(is_word(rows, "row") || is_word(rows, "rows")) {
        // Nothing that PostgreSQL takes: the parser stops behind it.
        return whole.to_vec();
    }
    let at = |token: Token| TokenWithSpan::new(token, first.span);
    let mut out = vec![at(Token::make_keyword("LIMIT"))];
    if ties {
        let value = marker::TIES.to_owned();
        out.push(at(Token::Word(Word { value, quote_style: Some('"'), keyword: Keyword::NoKeyword })));
    }
    if value.is_empty() {
        out.push(at(Token::Number("1".to_owned(), false)));
    } else if let Some(n) = operator(value) {
        out.extend_from_slice(value.get(..n).unwrap_or_default());
        out.extend(value.get(n).map(nowhere));
    } else {
        out.extend(ordered(value).into_owned());
    }
    out
}

/// The first operator outside of parentheses: the number of rows is one operand, or a number with its sign.
fn operator(value: &[TokenWithSpan]) -> Option<usize> {
    let signed = matches!(value.first().map(|t| &t.token), Some(Token::Plus | Token::Minus))
        && matches!(value.get(1).map(|t| &t.token), Some(Token::Number(..)));
    let mut depth = 0_usize;
    value
        .iter()
        .enumerate()
        .skip(usize::from(signed))
        .position(|(_, t)| {
            match t.token {
                Token::LParen | Token::LBracket => depth += 1,
                Token::RParen | Token::RBracket => depth = depth.saturating_sub(1),
                _ => {}
            }
            let operator = matches!(
                t.token,
                Token::Plus
                    | Token::Minus
                    | Token::Mul
                    | Token::Div
                    | Token::Mod
                    | Token::Caret
                    | Token::StringConcat
                    | Token::DoubleColon
                    | Token::Eq
                    | Token::Lt
                    | Token::Gt
            );
            depth == 0 && operator
        })
        .map(|n| n + usize::from(signed))
}

/// A token that no statement has, at the place of `at`.
fn nowhere(at: &TokenWithSpan) -> TokenWithSpan {
    TokenWithSpan::new(Token::RBracket, at.span)
}
