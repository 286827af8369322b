//! `LIKE`: `%` is any string, `_` any character, a backslash takes the next one as it is.
//!
//! Greedy matching with one point of return, the last `%`: linear in practice, never exponential.

use gavel_types::{SqlError, SqlResult, SqlState};

use crate::args::scalar;
use crate::call::ScalarFn;
use crate::text::lower;

fn ends_in_escape() -> SqlError {
    SqlError::new(SqlState::InvalidEscapeSequence, "LIKE pattern must not end with escape character")
}

/// Whether `text` matches `pattern`.
///
/// # Errors
/// 22025 if the pattern ends in an escape that is reached.
pub fn matches(text: &str, pattern: &str) -> SqlResult<bool> {
    matches_bytes(text.as_bytes(), pattern.as_bytes(), true)
}

/// Length of the UTF-8 character that `first` begins.
fn width(first: u8) -> usize {
    match first {
        0..=0xbf => 1,
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        _ => 4,
    }
}

fn matches_bytes(text: &[u8], pattern: &[u8], utf8: bool) -> SqlResult<bool> {
    let (mut t, mut p) = (0, 0);
    // Where to go on if what follows the last `%` does not match: (pattern, text).
    let mut back: Option<(usize, usize)> = None;
    loop {
        let matched = match pattern.get(p) {
            Some(b'%') => {
                back = Some((p + 1, t));
                p += 1;
                continue;
            }
            Some(b'_') => match text.get(t) {
                Some(first) => {
                    t += if utf8 { width(*first) } else { 1 };
                    p += 1;
                    true
                }
                None => false,
            },
            Some(b'\\') => {
                let literal = pattern.get(p + 1).ok_or_else(ends_in_escape)?;
                if text.get(t) == Some(literal) {
                    t += 1;
                    p += 2;
                    true
                } else {
                    false
                }
            }
            Some(b) if text.get(t) == Some(b) => {
                t += 1;
                p += 1;
                true
            }
            Some(_) => false,
            None if t >= text.len() => return Ok(true),
            None => false,
        };
        if matched {
            continue;
        }
        match back {
            Some((after, at)) if at < text.len() => {
                let next = at + if utf8 { width(text[at]) } else { 1 };
                back = Some((after, next));
                (p, t) = (after, next);
            }
            _ => return Ok(false),
        }
    }
}

/// Without regard to case.
///
/// # Errors
/// As [`matches`].
pub fn matches_any_case(text: &str, pattern: &str) -> SqlResult<bool> {
    matches(&lower(text), &lower(pattern))
}

/// A pattern that is written with another escape character, in terms of the backslash.
///
/// # Errors
/// 22025 if the escape is longer than one character.
pub fn with_escape(pattern: &str, escape: &str) -> SqlResult<String> {
    let mut chars = escape.chars();
    let escape = chars.next();
    if chars.next().is_some() {
        return Err(SqlError::new(SqlState::InvalidEscapeSequence, "invalid escape string")
            .hint("Escape string must be empty or one character."));
    }
    if escape == Some('\\') {
        return Ok(pattern.to_owned());
    }
    let mut out = String::with_capacity(pattern.len());
    let mut escaped = false;
    for c in pattern.chars() {
        if Some(c) == escape && !escaped {
            out.push('\\');
            escaped = true;
        } else {
            if c == '\\' && !escaped {
                out.push('\\');
            }
            out.push(c);
            escaped = false;
        }
    }
    Ok(out)
}

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("textlike", scalar!(|s: &str, p: &str| matches(s, p)?)),
    ("textnlike", scalar!(|s: &str, p: &str| !matches(s, p)?)),
    ("texticlike", scalar!(|s: &str, p: &str| matches_any_case(s, p)?)),
    ("texticnlike", scalar!(|s: &str, p: &str| !matches_any_case(s, p)?)),
    ("namelike", scalar!(|s: &str, p: &str| matches(s, p)?)),
    ("namenlike", scalar!(|s: &str, p: &str| !matches(s, p)?)),
    ("nameiclike", scalar!(|s: &str, p: &str| matches_any_case(s, p)?)),
    ("nameicnlike", scalar!(|s: &str, p: &str| !matches_any_case(s, p)?)),
    ("bytealike", scalar!(|s: &[u8], p: &[u8]| matches_bytes(s, p, false)?)),
    ("byteanlike", scalar!(|s: &[u8], p: &[u8]| !matches_bytes(s, p, false)?)),
    (
        "like_escape_bytea",
        scalar!(|p: &[u8], e: &[u8]| {
            // Byte for character: the same rules over Latin-1.
            let text = |b: &[u8]| b.iter().map(|b| char::from(*b)).collect::<String>();
            with_escape(&text(p), &text(e))?.chars().map(|c| c as u8).collect::<Vec<u8>>()
        }),
    ),
    ("like_escape", scalar!(|p: &str, e: &str| with_escape(p, e)?)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards() {
        for (text, pattern, expected) in [
            ("abc", "abc", true),
            ("abc", "a%", true),
            ("abc", "_b_", true),
            ("abc", "c", false),
            ("aXbXc", "a%b%c", true),
            ("aaab", "%ab", true),
            ("a%b", "a\\%b", true),
            ("aXb", "a\\%b", false),
            ("", "%", true),
            ("", "_", false),
            ("é", "_", true),
            ("日本", "_%", true),
            ("日本", "%本", true),
        ] {
            assert_eq!(matches(text, pattern), Ok(expected), "{text} {pattern}");
        }
        assert_eq!(matches("a", "a\\").map_err(|e| e.code()), Err(SqlState::InvalidEscapeSequence));
        assert_eq!(matches_any_case("ÀB", "à_"), Ok(true));
    }

    #[test]
    fn many_wildcards_stay_fast() {
        let text = "a".repeat(20_000);
        assert_eq!(matches(&text, &"%a".repeat(50)), Ok(true));
        assert_eq!(matches(&text, &format!("{}b", "%a".repeat(50))), Ok(false));
    }

    #[test]
    fn other_escapes() {
        assert_eq!(with_escape("a#%b\\", "#").as_deref(), Ok("a\\%b\\\\"));
        assert_eq!(with_escape("a%", "").as_deref(), Ok("a%"));
        assert!(with_escape("a", "##").is_err());
    }
}
