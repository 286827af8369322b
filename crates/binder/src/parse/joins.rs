//! Joins whose conditions stand together at the end, as SQL's grammar nests them:
//!
//! ```text
//! a JOIN b LEFT JOIN c ON x ON y      is read as      a JOIN (b LEFT JOIN c ON x) ON y
//! ```
//!
//! `sqlparser` wants a condition right behind each operand. A condition belongs to the nearest join before it that has none
//! yet, so the parentheses can be put in by counting.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::is_word;

/// A JOIN that waits for its condition.
struct Waiting {
    /// Where its right operand begins.
    operand: usize,
    /// Another join with a condition is within the operand.
    nested: bool,
}

/// `tokens` with parentheses around right operands that are joins themselves.
pub fn nest(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let joins = |t: &TokenWithSpan| matches!(&t.token, Token::Word(w) if w.keyword == Keyword::JOIN);
    if tokens.iter().filter(|t| joins(t)).count() < 2 {
        return tokens;
    }
    let pairs = parentheses(&tokens);
    if pairs.is_empty() {
        return tokens;
    }
    let mut out = Vec::with_capacity(tokens.len() + 2 * pairs.len());
    for (i, token) in tokens.into_iter().enumerate() {
        for _ in pairs.iter().filter(|(_, close)| *close == i) {
            out.push(TokenWithSpan::new(Token::RParen, token.span));
        }
        for _ in pairs.iter().filter(|(open, _)| *open == i) {
            out.push(TokenWithSpan::new(Token::LParen, token.span));
        }
        out.push(token);
    }
    out
}

/// Before which tokens parentheses open and close.
fn parentheses(tokens: &[TokenWithSpan]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    // Of each parenthesis that is open, the joins that wait.
    let mut levels: Vec<Vec<Waiting>> = vec![Vec::new()];
    for (i, token) in tokens.iter().enumerate() {
        match &token.token {
            Token::LParen => levels.push(Vec::new()),
            Token::RParen if levels.len() > 1 => {
                levels.pop();
            }
            Token::Comma | Token::SemiColon => {
                if let Some(level) = levels.last_mut() {
                    level.clear();
                }
            }
            Token::Word(w) if w.quote_style.is_none() => {
                let Some(level) = levels.last_mut() else { continue };
                match w.keyword {
                    Keyword::JOIN if takes_condition(tokens, i) => {
                        level.push(Waiting { operand: i + 1, nested: false });
                    }
                    Keyword::ON | Keyword::USING => {
                        if let Some(join) = level.pop() {
                            if join.nested {
                                found.push((join.operand, i));
                            }
                            if let Some(outer) = level.last_mut() {
                                outer.nested = true;
                            }
                        }
                    }
                    Keyword::WHERE | Keyword::GROUP | Keyword::ORDER | Keyword::UNION | Keyword::SELECT => {
                        level.clear()
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    found
}

/// `CROSS JOIN` and `NATURAL [LEFT …] JOIN` have no condition.
fn takes_condition(tokens: &[TokenWithSpan], join: usize) -> bool {
    let kind = |t: &&TokenWithSpan| ["inner", "left", "right", "full", "outer"].iter().any(|k| is_word(Some(*t), k));
    let before = tokens.get(..join).unwrap_or_default();
    let skipped = before.iter().rev().take_while(kind).count();
    let word = before.len().checked_sub(skipped + 1).and_then(|i| before.get(i));
    !is_word(word, "cross") && !is_word(word, "natural")
}
