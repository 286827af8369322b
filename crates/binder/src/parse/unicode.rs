//! Strings and names with Unicode escapes: `U&'d\0061t'`, `U&"d!0061t" UESCAPE '!'` (manual §4.1.1.2, §4.1.2.3).
//!
//! The tokenizer does not know which character escapes before it has read what follows the string. So `U&` is hidden
//! from it by blanks, and what stood behind is decoded afterwards. Places stay as they are.

use gavel_types::{SqlError, SqlResult, SqlState};
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::{Pos, Source, is_word};

/// The text with each `U&` in front of a quote hidden, and where they were; `None` if there is none.
pub fn hidden(text: &str) -> Option<(String, Vec<usize>)> {
    let bytes = text.as_bytes();
    if !bytes.windows(2).any(|w| w.eq_ignore_ascii_case(b"u&")) {
        return None;
    }
    let mut found = vec![];
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        let word = at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || matches!(bytes[at - 1], b'_' | b'$' | 128..));
        at = match b {
            b'u' | b'U' if !word && bytes.get(at + 1) == Some(&b'&') && matches!(bytes.get(at + 2), Some(b'\'' | b'"')) => {
                found.push(at);
                quoted_end(bytes, at + 2, false)
            }
            b'e' | b'E' if !word && bytes.get(at + 1) == Some(&b'\'') => quoted_end(bytes, at + 1, true),
            b'\'' | b'"' => quoted_end(bytes, at, false),
            b'-' if bytes.get(at + 1) == Some(&b'-') => {
                at + bytes[at..].iter().position(|b| *b == b'\n').unwrap_or(bytes.len() - at)
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => comment_end(bytes, at),
            b'$' if !word => dollar_end(text, at),
            _ => at + 1,
        };
    }
    if found.is_empty() {
        return None;
    }
    let mut hidden = text.to_owned();
    for at in &found {
        hidden.replace_range(*at..at + 2, "  ");
    }
    Some((hidden, found))
}

/// Behind the quote that closes the one at `at`.
fn quoted_end(bytes: &[u8], at: usize, backslashes: bool) -> usize {
    let quote = bytes[at];
    let mut at = at + 1;
    while let Some(&b) = bytes.get(at) {
        if b == b'\\' && backslashes {
            at += 1;
        } else if b == quote {
            if bytes.get(at + 1) != Some(&quote) {
                return at + 1;
            }
            at += 1;
        }
        at += 1;
    }
    bytes.len()
}

fn comment_end(bytes: &[u8], at: usize) -> usize {
    let mut depth = 0;
    let mut at = at;
    while at < bytes.len() {
        match bytes.get(at..at + 2) {
            Some(b"/*") => {
                depth += 1;
                at += 2;
            }
            Some(b"*/") => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Behind a dollar-quoted string, or the dollar if it begins none.
fn dollar_end(text: &str, at: usize) -> usize {
    let rest = &text[at + 1..];
    let tag = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    let is_tag = rest[tag..].starts_with('$') && !rest.starts_with(|c: char| c.is_ascii_digit());
    if !is_tag {
        return at + 1;
    }
    let open = &text[at..at + tag + 2];
    let body = at + open.len();
    text[body..].find(open).map_or(text.len(), |end| body + end + open.len())
}

/// Decodes the tokens behind the places where `U&` was hidden.
///
/// # Errors
/// 42601 for escapes that are none.
pub fn decoded(source: &Source<'_>, tokens: Vec<TokenWithSpan>, places: &[usize]) -> SqlResult<Vec<TokenWithSpan>> {
    let mut out = Vec::with_capacity(tokens.len());
    let mut tokens = tokens.into_iter().peekable();
    while let Some(mut token) = tokens.next() {
        let start = source.start(token.span).offset().unwrap_or(0);
        let is_hidden = start >= 2 && places.contains(&(start - 2));
        let quoted = matches!(&token.token, Token::SingleQuotedString(_))
            || matches!(&token.token, Token::Word(w) if w.quote_style == Some('"'));
        if !(is_hidden && quoted) {
            out.push(token);
            continue;
        }
        let mut escape = '\\';
        if is_word(tokens.peek(), "uescape") {
            let word = tokens.next();
            let at = |token: Option<&TokenWithSpan>| token.or(word.as_ref()).map_or(Pos::NONE, |t| source.start(t.span));
            let wrong = |message: &str, pos: Pos| {
                SqlError::new(SqlState::SyntaxError, message).at(source.characters(pos))
            };
            let next = tokens.next();
            let Some(Token::SingleQuotedString(text)) = next.as_ref().map(|t| &t.token) else {
                let message = "UESCAPE must be followed by a simple string literal";
                return Err(wrong(message, at(next.as_ref())));
            };
            let mut chars = text.chars();
            escape = match (chars.next(), chars.next()) {
                (Some(c), None) if !c.is_ascii_hexdigit() && !matches!(c, '+' | '\'' | '"' | ' ' | '\t' | '\n') => c,
                _ => return Err(wrong("invalid Unicode escape character", at(next.as_ref()))),
            };
        }
        let decode = |text: &str| {
            unescaped(text, escape).map_err(|(offset, error)| {
                error.at(source.characters(Pos::at(start + 1 + offset)))
            })
        };
        match &mut token.token {
            Token::SingleQuotedString(text) => *text = decode(text)?,
            Token::Word(word) => word.value = decode(&word.value)?,
            _ => {}
        }
        token.span.start.column = token.span.start.column.saturating_sub(2);
        out.push(token);
    }
    Ok(out)
}

/// The text without its escapes, or where one is wrong.
fn unescaped(text: &str, escape: char) -> Result<String, (usize, SqlError)> {
    let wrong = |at: usize, message: &str| (at, SqlError::new(SqlState::SyntaxError, message));
    let mut out = String::with_capacity(text.len());
    // The first half of a surrogate pair, and where it is.
    let mut high: Option<(usize, u32)> = None;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let here = at;
        at += c.len_utf8();
        let doubled = text[at..].starts_with(escape);
        if c != escape || doubled {
            if let Some((at, _)) = high {
                return Err(wrong(at, "invalid Unicode surrogate pair"));
            }
            at += if c == escape { escape.len_utf8() } else { 0 };
            out.push(c);
            continue;
        }
        let (skip, digits) = if text[at..].starts_with('+') { (1, 6) } else { (0, 4) };
        let hex = text.get(at + skip..at + skip + digits).filter(|h| h.bytes().all(|b| b.is_ascii_hexdigit()));
        let Some(code) = hex.and_then(|h| u32::from_str_radix(h, 16).ok()) else {
            let (at, error) = wrong(here, "invalid Unicode escape");
            return Err((at, error.hint("Unicode escapes must be \\XXXX or \\+XXXXXX.")));
        };
        at += skip + digits;
        match (high.take(), code) {
            (Some((_, high)), 0xdc00..=0xdfff) => {
                out.extend(char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (code - 0xdc00)));
            }
            (Some(_), _) | (None, 0xdc00..=0xdfff) => return Err(wrong(here, "invalid Unicode surrogate pair")),
            (None, 0xd800..=0xdbff) => high = Some((here, code)),
            (None, code) => {
                let c = char::from_u32(code).filter(|c| *c != '\0');
                out.push(c.ok_or_else(|| wrong(here, "invalid Unicode escape value"))?);
            }
        }
    }
    match high {
        Some((at, _)) => Err(wrong(at, "invalid Unicode surrogate pair")),
        None => Ok(out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden() {
        for (sql, places) in [
            ("select U&'a', u&\"b\"", vec![7, 14]),
            ("select 'U&''x', $$ U&'b' $$, e'\\'U&', -- U&'\n /* U&'' */ aU&'x'", vec![]),
            ("select U &'a'", vec![]),
        ] {
            assert_eq!(hidden(sql).map_or(vec![], |(_, places)| places), places, "{sql}");
        }
    }

    #[test]
    fn escapes() {
        assert_eq!(unescaped(r"d\0061t\+000061\\", '\\').map_err(|e| e.0), Ok(r"data\".to_owned()));
        assert_eq!(unescaped("d!0061!!", '!').map_err(|e| e.0), Ok("da!".to_owned()));
        assert_eq!(unescaped(r"\D83D\DE00", '\\').map_err(|e| e.0), Ok("😀".to_owned()));
        for (wrong, at) in [(r"x\D83D", 1), (r"\D83Dx", 0), (r"ab\061", 2), (r"\DE00", 0)] {
            assert_eq!(unescaped(wrong, '\\').map_err(|e| e.0), Err(at), "{wrong}");
        }
    }
}
