//! `SIMILAR TO` patterns as regular expressions (manual §9.7.2).

use gavel_types::{SqlError, SqlResult, SqlState};

/// A `SIMILAR TO` pattern as a regular expression. `escape` `None` is the backslash; an empty one means
/// that there is none.
///
/// # Errors
/// 22019 if the escape is longer than a character, 22025 if the pattern ends in it.
pub fn similar(pattern: &str, escape: Option<&str>) -> SqlResult<String> {
    let escape = match escape {
        None => Some('\\'),
        Some(e) => {
            let mut chars = e.chars();
            let first = chars.next();
            if chars.next().is_some() {
                return Err(SqlError::new(SqlState::InvalidEscapeSequence, "invalid escape string")
                    .hint("Escape string must be empty or one character."));
            }
            first
        }
    };
    let mut out = String::from("^(?:");
    let mut in_class = false;
    let mut after_escape = false;
    let mut separators = 0;
    for c in pattern.chars() {
        if after_escape {
            if c == '"' && !in_class {
                // `#"` splits the pattern in three for substring().
                separators += 1;
                out.push_str(match separators {
                    1 => "){1,1}?(",
                    2 => "){1,1}(?:",
                    _ => {
                        return Err(SqlError::new(
                            SqlState::InvalidUseOfEscapeCharacter,
                            "SQL regular expression may not contain more than two escape-double-quote separators",
                        ));
                    }
                });
            } else {
                out.push('\\');
                out.push(c);
            }
            after_escape = false;
            continue;
        }
        match c {
            c if Some(c) == escape => after_escape = true,
            c if in_class => {
                if c == '\\' {
                    out.push('\\');
                }
                out.push(c);
                if c == ']' {
                    in_class = false;
                }
            }
            '[' => {
                out.push(c);
                in_class = true;
            }
            '%' => out.push_str(".*"),
            '_' => out.push('.'),
            '(' => out.push_str("(?:"),
            '\\' | '.' | '^' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out.push_str(")$");
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similar_patterns() {
        assert_eq!(similar("a%(b|c)_", None).as_deref(), Ok("^(?:a.*(?:b|c).)$"));
        assert_eq!(similar("a.b", None).as_deref(), Ok(r"^(?:a\.b)$"));
        assert_eq!(similar("%#\"o_b#\"%", Some("#")).as_deref(), Ok("^(?:.*){1,1}?(o.b){1,1}(?:.*)$"));
    }
}
