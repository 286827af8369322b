//! `*` behind rows and names of tables.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::bind::name::is_reserved;
use crate::parse::is_word;

/// Whether `out` ends in `) .` or `$1 .`.
pub fn ends_with_field_of_value(out: &[TokenWithSpan]) -> bool {
    matches!(out, [.., a, b] if matches!(a.token, Token::RParen | Token::Placeholder(_)) && b.token == Token::Period)
}

/// Whether the star at `i`, behind a name and a period, is an operand: the whole row, and not its columns.
pub fn is_row_value(tokens: &[TokenWithSpan], i: usize, out: &[TokenWithSpan]) -> bool {
    let [.., name, period] = out else { return false };
    if !matches!(name.token, Token::Word(_)) || period.token != Token::Period {
        return false;
    }
    let named = |t: &&TokenWithSpan| matches!(t.token, Token::Word(_) | Token::Period);
    // The parts of the name, up to the first word that follows a word.
    let mut parts = 0;
    for (n, t) in out.iter().rev().take_while(named).enumerate() {
        if (n % 2 == 0) != (t.token == Token::Period) {
            break;
        }
        parts += 1;
    }
    let before = out.len().checked_sub(parts + 1).and_then(|n| out.get(n));
    let next = tokens.get(i + 1);
    let operator = |t: Option<&TokenWithSpan>| {
        matches!(
            t.map(|t| &t.token),
            Some(
                Token::Eq
                    | Token::Neq
                    | Token::Lt
                    | Token::Gt
                    | Token::LtEq
                    | Token::GtEq
                    | Token::StringConcat
                    | Token::DoubleColon
            )
        )
    };
    if operator(next) || operator(before) || is_word(next, "is") || is_word(next, "in") {
        return true;
    }
    let parenthesized = before.is_some_and(|t| t.token == Token::LParen)
        && next.is_some_and(|t| t.token == Token::RParen)
        && out.len() >= parts + 2;
    let outside = out.len().checked_sub(parts + 2).and_then(|n| out.get(n));
    parenthesized
        && match outside.map(|t| &t.token) {
            Some(Token::Word(w)) => {
                ["select", "where", "and", "or", "not", "on", "when", "having", "by", "then", "else"]
                    .iter()
                    .any(|k| w.quote_style.is_none() && w.value.eq_ignore_ascii_case(k))
            }
            Some(Token::LParen | Token::Comma) => true,
            _ => operator(outside),
        }
}

/// Whether the star at `i` stands behind a table's name: nothing follows that it could be multiplied with.
pub fn is_table_star(tokens: &[TokenWithSpan], i: usize, out: &[TokenWithSpan]) -> bool {
    let Some(Token::Word(name)) = out.last().map(|t| &t.token) else { return false };
    if name.quote_style.is_none() && is_reserved(&name.value.to_ascii_lowercase()) {
        return false;
    }
    let part = |t: &&TokenWithSpan| matches!(t.token, Token::Word(_) | Token::Period);
    let names = out.iter().rev().take_while(part).enumerate();
    let names = names.take_while(|(n, t)| (n % 2 == 1) == (t.token == Token::Period)).count();
    let before = out.len().checked_sub(names + 1).and_then(|n| out.get(n));
    let words: &[&str] = if ["update", "join"].into_iter().any(|w| is_word(before, w)) {
        &["as", "set", "on", "using", "where"]
    } else if ["from", "using"].into_iter().any(|w| is_word(before, w))
        || matches!(before.map(|t| &t.token), Some(Token::Comma | Token::LParen))
            && is_within_from(&out[..out.len() - names])
    {
        &["as", "where", "group", "having", "order", "join", "inner", "cross", "natural", "full", "union", "except"]
    } else {
        return false;
    };
    let next = tokens.get(i + 1);
    let ends = match next.map(|t| &t.token) {
        None | Some(Token::EOF | Token::SemiColon) => true,
        Some(Token::Comma | Token::RParen) => !is_word(before, "update"),
        _ => false,
    };
    ends || words.iter().any(|w| is_word(next, w))
}

/// Whether what was read ends within a list of tables, before a name of one: the clause that the list, or the innermost parenthesis around it,
/// stands in is FROM or USING.
fn is_within_from(out: &[TokenWithSpan]) -> bool {
    // `COPY t FROM STDIN (force_quote *)` has no query.
    if is_word(out.first(), "copy") && !matches!(out.get(1).map(|t| &t.token), Some(Token::LParen)) {
        return false;
    }
    let mut depth = 0usize;
    for token in out.iter().rev() {
        match &token.token {
            Token::RParen => depth += 1,
            // One that is open yet, as in `FROM (a *, b)`: what is before it says.
            Token::LParen => depth = depth.saturating_sub(1),
            Token::Word(w) if depth == 0 && w.quote_style.is_none() => match w.value.to_ascii_lowercase().as_str() {
                "from" | "using" => return true,
                "select" | "where" | "set" | "by" | "values" | "with" | "returning" | "having" | "copy" | "explain" => {
                    return false;
                }
                _ => {}
            },
            _ => {}
        }
    }
    false
}

/// Whether what was read ends in the first name behind a query's FROM; `open` is the parenthesis that it stands in.
pub fn ends_with_table(out: &[TokenWithSpan], open: Option<usize>) -> bool {
    // `extract(year FROM a * 2)` is no query.
    if open.is_some_and(|open| !is_word(out.get(open + 1), "select")) {
        return false;
    }
    let name = |t: &&TokenWithSpan| matches!(t.token, Token::Word(_) | Token::Period) && !is_word(Some(*t), "from");
    let names = out.iter().rev().take_while(name).count();
    let name = out.iter().rev().take(names).enumerate();
    let alone = names % 2 == 1 && name.fold(true, |so, (n, t)| so && (n % 2 == 1) == (t.token == Token::Period));
    alone && out.len() > names && is_word(out.get(out.len() - names - 1), "from")
}
