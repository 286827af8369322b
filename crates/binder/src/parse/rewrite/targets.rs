//! What is written to: names with subscripts, the columns of INSERT and what ON CONFLICT is about.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::marker;
use super::tokens::{closing, marked, own_level, plain};
use crate::parse::{Source, is_keyword, is_word};

/// Whether what was read ends in the target of an INSERT.
pub fn names_target(out: &[TokenWithSpan]) -> bool {
    let name = |t: &&TokenWithSpan| matches!(t.token, Token::Word(_) | Token::Period) && !is_word(Some(*t), "into");
    let names = out.iter().rev().take_while(name).count();
    names > 0
        && !is_keyword(out.last(), Keyword::VALUES)
        && !is_keyword(out.last(), Keyword::USING)
        && out.len() > names
        && is_word(out.get(out.len() - names - 1), "into")
}

/// Whether the bracket at `i` stands behind a name that is assigned to: in SET before `=`, or in the list of columns
/// of an INSERT.
pub fn is_target(tokens: &[TokenWithSpan], i: usize, out: &[TokenWithSpan], insert: bool) -> bool {
    let [.., before, name] = out else { return false };
    if !matches!(name.token, Token::Word(_)) {
        return false;
    }
    let Some(end) = behind_path(tokens, i) else { return false };
    let next = tokens.get(end).map(|t| &t.token);
    if next == Some(&Token::Eq) {
        return is_word(Some(before), "set") || before.token == Token::Comma && in_set(out);
    }
    if !insert || !matches!(before.token, Token::LParen | Token::Comma) {
        return false;
    }
    let names = |t: &&TokenWithSpan| matches!(t.token, Token::Word(_) | Token::Period | Token::Comma);
    let listed = out.iter().rev().take_while(names).count();
    let Some(open) = out.len().checked_sub(listed + 1) else { return false };
    out.get(open).is_some_and(|t| t.token == Token::LParen) && names_target(out.get(..open).unwrap_or_default())
}

/// Whether what was read ends in the list of SET, at its own level of parentheses.
fn in_set(out: &[TokenWithSpan]) -> bool {
    let words = ["set", "returning", "where", "select"];
    let clause = own_level(out).map(|(_, t)| t).find(|t| words.iter().any(|w| is_word(Some(*t), w)));
    is_word(clause, "set")
}

/// The place behind all subscripts that begin at `i`, and fields among them.
fn behind_path(tokens: &[TokenWithSpan], i: usize) -> Option<usize> {
    let mut at = behind_subscripts(tokens, i)?;
    while tokens.get(at).is_some_and(|t| t.token == Token::Period)
        && matches!(tokens.get(at + 1).map(|t| &t.token), Some(Token::Word(_)))
    {
        at += 2;
        if tokens.get(at).is_some_and(|t| t.token == Token::LBracket) {
            at = behind_subscripts(tokens, at)?;
        }
    }
    Some(at)
}

/// The place behind all subscripts that begin at `i`.
fn behind_subscripts(tokens: &[TokenWithSpan], i: usize) -> Option<usize> {
    let (mut depth, mut at) = (0_usize, i);
    loop {
        match tokens.get(at)?.token {
            Token::LBracket => depth += 1,
            Token::RBracket => depth = depth.checked_sub(1)?,
            _ if depth == 0 => return Some(at),
            _ => {}
        }
        at += 1;
    }
}

/// The subscripts behind a name that is assigned to, as a part of the name.
pub fn target_subscripts(
    source: &Source<'_>,
    tokens: &[TokenWithSpan],
    i: usize,
    out: &mut Vec<TokenWithSpan>,
) -> Option<usize> {
    let end = behind_path(tokens, i)?;
    let at = tokens.get(i)?;
    let start = source.pos(out.last()?.span.end).offset()?;
    let stop = source.pos(tokens.get(end - 1)?.span.end).offset()?;
    out.extend([plain(at, Token::Period), marked(at, format!("{}{start} {stop}", marker::SUBSCRIPTS))]);
    Some(end - i)
}

/// `ON CONFLICT (…) [WHERE …] DO` unless the target is a plain list of columns.
pub fn conflict_target(
    source: &Source<'_>,
    tokens: &[TokenWithSpan],
    i: usize,
    out: &mut Vec<TokenWithSpan>,
) -> Option<usize> {
    if !is_word(tokens.get(i + 1), "conflict") || tokens.get(i + 2)?.token != Token::LParen {
        return None;
    }
    let close = closing(tokens, i + 2)?;
    let names = tokens.get(i + 3..close)?.iter().enumerate();
    let simple = names.fold(true, |so, (n, t)| {
        so && if n % 2 == 0 { matches!(t.token, Token::Word(_)) } else { t.token == Token::Comma }
    });
    if simple && is_word(tokens.get(close + 1), "do") {
        return None;
    }
    let end = (close..tokens.len()).find(|&k| is_word(tokens.get(k), "do"))?;
    let start = source.start(tokens.get(i + 2)?.span).offset()?;
    let stop = source.pos(tokens.get(end - 1)?.span.end).offset()?;
    let open = tokens.get(i + 2)?;
    out.extend([tokens.get(i)?.clone(), tokens.get(i + 1)?.clone(), open.clone()]);
    out.extend([marked(open, format!("{}{start} {stop}", marker::CONFLICT)), plain(open, Token::RParen)]);
    Some(end - i)
}

/// `OVERRIDING SYSTEM VALUE`, as a first column.
pub fn overriding(tokens: &[TokenWithSpan], i: usize, out: &mut Vec<TokenWithSpan>) -> Option<usize> {
    let kind = ["system", "user"].into_iter().find(|w| is_word(tokens.get(i + 1), w))?;
    if !is_word(tokens.get(i + 2), "value") {
        return None;
    }
    let at = tokens.get(i)?;
    let mark = marked(at, format!("{}{kind}", marker::OVERRIDING));
    if out.last().is_some_and(|t| t.token == Token::RParen) {
        let open = out.iter().rposition(|t| t.token == Token::LParen)?;
        out.splice(open + 1..=open, [mark, plain(at, Token::Comma)]);
    } else {
        out.extend([plain(at, Token::LParen), mark, plain(at, Token::RParen)]);
    }
    Some(3)
}
