//! GROUP BY and frames of windows.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::marker;
use super::tokens::{marked, plain};
use crate::parse::is_word;

/// `GROUP BY ALL` and `GROUP BY DISTINCT` before their items.
pub fn group_quantifier(tokens: &[TokenWithSpan], i: usize, out: &mut Vec<TokenWithSpan>) -> Option<usize> {
    let [.., group, _] = out.as_slice() else { return None };
    if !is_word(Some(group), "group") {
        return None;
    }
    let at = tokens.get(i)?;
    if is_word(Some(at), "distinct") {
        out.extend([marked(at, marker::DISTINCT_SETS.to_owned()), plain(at, Token::Comma)]);
    }
    Some(1)
}

/// A frame's EXCLUDE, as the base name of its window.
pub fn frame_exclusion(
    tokens: &[TokenWithSpan],
    i: usize,
    open: &[usize],
    out: &mut Vec<TokenWithSpan>,
) -> Option<usize> {
    let (kind, used) = if is_word(tokens.get(i + 1), "current") && is_word(tokens.get(i + 2), "row") {
        ("current", 3)
    } else if is_word(tokens.get(i + 1), "no") && is_word(tokens.get(i + 2), "others") {
        ("none", 3)
    } else {
        (["group", "ties"].into_iter().find(|w| is_word(tokens.get(i + 1), w))?, 2)
    };
    let at = tokens.get(i)?;
    let paren = *open.last()?;
    // The window's own base name, if it has one, follows the marker within it.
    let base = match out.get(paren + 1).map(|t| &t.token) {
        Some(Token::Word(w))
            if !matches!(w.keyword, Keyword::PARTITION | Keyword::ORDER | Keyword::ROWS)
                && !matches!(w.keyword, Keyword::RANGE | Keyword::GROUPS) =>
        {
            let name = if w.quote_style.is_some() { w.value.clone() } else { w.value.to_lowercase() };
            out.remove(paren + 1);
            format!(" {name}")
        }
        _ => String::new(),
    };
    out.insert(paren + 1, marked(at, format!("{}{kind}{base}", marker::EXCLUDE)));
    Some(used)
}
