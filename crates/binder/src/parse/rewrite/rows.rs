//! Rows that are locked, and the row that a cursor is on.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::marker;
use super::tokens::{marked, own_level, plain};
use crate::parse::is_word;

/// `FOR NO KEY UPDATE OF a, b`, as FOR UPDATE OF a name that says both.
pub fn row_lock(tokens: &[TokenWithSpan], i: usize, out: &mut Vec<TokenWithSpan>) -> Option<usize> {
    let word = |n: usize, w: &str| is_word(tokens.get(i + n), w);
    let (mode, verb, mut used) = if word(1, "no") && word(2, "key") && word(3, "update") {
        ("nku", 3, 4)
    } else if word(1, "key") && word(2, "share") {
        ("ks", 2, 3)
    } else if word(1, "update") {
        ("u", 1, 2)
    } else if word(1, "share") {
        ("s", 1, 2)
    } else {
        return None;
    };
    let at = tokens.get(i)?;
    out.extend([at.clone(), tokens.get(i + verb)?.clone(), plain(at, Token::make_keyword("OF"))]);
    out.push(marked(at, format!("{}{mode}", marker::LOCK)));
    if is_word(tokens.get(i + used), "of") {
        used += 1;
        loop {
            let name = tokens.get(i + used)?;
            out.extend([plain(name, Token::Period), name.clone()]);
            used += 1;
            match tokens.get(i + used).map(|t| &t.token) {
                Some(Token::Comma) => used += 1,
                _ => break,
            }
        }
    }
    Some(used)
}

/// Whether what was read is an UPDATE or a DELETE, at its own level of parentheses.
fn changes_rows(out: &[TokenWithSpan]) -> bool {
    let words = ["update", "delete", "select"];
    let verb = own_level(out).map(|(_, t)| t).find(|t| words.iter().any(|w| is_word(Some(*t), w)));
    verb.is_some() && !is_word(verb, "select")
}

/// `WHERE CURRENT OF cursor`.
pub fn current_of(tokens: &[TokenWithSpan], i: usize, out: &mut Vec<TokenWithSpan>) -> Option<usize> {
    let (condition, name) = (tokens.get(i)?, tokens.get(i + 3)?);
    if !changes_rows(out) {
        return None;
    }
    let Token::Word(word) = &name.token else { return None };
    let cursor = if word.quote_style.is_some() { word.value.clone() } else { word.value.to_lowercase() };
    out.extend([condition.clone(), marked(name, format!("{}{cursor}", marker::CURRENT_OF))]);
    Some(4)
}
