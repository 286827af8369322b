//! PostgreSQL's advanced regular expressions (manual §9.7.3) in the syntax of the `regex` crate, and
//! `SIMILAR TO` patterns as such expressions.
//!
//! Most of the syntax is common. What differs: `\m \M \y \Y` and `[[:<:]]` are word boundaries, `\A \Z`
//! ends of the text, `.` and negated brackets match newlines unless asked otherwise, a `{` that begins no
//! count is itself, and inside brackets `[`, `&`, `~` and `-` have no special meaning in PostgreSQL.
//!
//! Known difference: among alternatives the first that matches is taken, where PostgreSQL takes the
//! longest. Back references and lookaround, which the crate does not have, are refused (0A000).

use std::fmt::Write as _;

use gavel_types::{SqlError, SqlResult, SqlState};

/// Options of a regular expression: the letters of the `flags` argument.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags {
    /// `i`.
    pub ignore_case: bool,
    /// `g`.
    pub global: bool,
    /// `n`, `p`: `.` and negated brackets do not match newlines.
    pub stop_at_newline: bool,
    /// `n`, `w`: `^` and `$` match at lines.
    pub lines: bool,
    /// `x`.
    pub expanded: bool,
    /// `q`: the pattern is a literal string.
    pub literal: bool,
}

impl Flags {
    /// Reads the letters.
    ///
    /// # Errors
    /// 22023 for an unknown letter.
    pub fn parse(letters: &str) -> SqlResult<Self> {
        let mut flags = Self::default();
        for c in letters.chars() {
            flags.set(c).map_err(|()| {
                SqlError::new(SqlState::InvalidParameterValue, format!("invalid regular expression option: \"{c}\""))
            })?;
        }
        Ok(flags)
    }

    fn set(&mut self, letter: char) -> Result<(), ()> {
        match letter {
            'g' => self.global = true,
            'i' => self.ignore_case = true,
            'c' => self.ignore_case = false,
            'm' | 'n' => (self.stop_at_newline, self.lines) = (true, true),
            'p' => (self.stop_at_newline, self.lines) = (true, false),
            'w' => (self.stop_at_newline, self.lines) = (false, true),
            's' => (self.stop_at_newline, self.lines) = (false, false),
            'x' => self.expanded = true,
            't' => self.expanded = false,
            'q' => self.literal = true,
            'b' | 'e' => {}
            _ => return Err(()),
        }
        Ok(())
    }
}

/// 2201B.
pub fn invalid(why: &str) -> SqlError {
    SqlError::new(SqlState::InvalidRegularExpression, format!("invalid regular expression: {why}"))
}

fn unsupported(what: &str) -> SqlError {
    SqlError::unsupported(format!("{what} in regular expressions is not supported"))
}

/// The pattern in the crate's syntax, options included.
///
/// # Errors
/// 2201B for faults that the crate would not find, 0A000 for what it does not have.
pub fn to_regex(pattern: &str, flags: Flags) -> SqlResult<String> {
    let mut flags = flags;
    let mut body = pattern;
    if let Some(rest) = body.strip_prefix("***=") {
        flags.literal = true;
        body = rest;
    } else if let Some(rest) = body.strip_prefix("***:") {
        body = rest;
    }
    // `(?letters)` in front sets options.
    if !flags.literal
        && let Some(rest) = body.strip_prefix("(?")
        && let Some(end) = rest.find(')')
        && rest[..end].chars().all(|c| c.is_ascii_alphabetic())
        && end > 0
    {
        for c in rest[..end].chars() {
            flags.set(c).map_err(|()| invalid("invalid embedded option"))?;
        }
        body = &rest[end + 1..];
    }
    let mut out = String::with_capacity(body.len() + 8);
    let mut options = String::new();
    if flags.ignore_case {
        options.push('i');
    }
    if !flags.stop_at_newline {
        options.push('s');
    }
    if flags.lines {
        options.push('m');
    }
    if flags.expanded && !flags.literal {
        options.push('x');
    }
    if !options.is_empty() {
        let _ = write!(out, "(?{options})");
    }
    if flags.literal {
        out.push_str(&regex::escape(body));
        return Ok(out);
    }
    Translator { rest: body.chars().collect(), at: 0, out, stop_at_newline: flags.stop_at_newline }.run()
}

struct Translator {
    rest: Vec<char>,
    at: usize,
    out: String,
    stop_at_newline: bool,
}

impl Translator {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.rest.get(self.at + ahead).copied()
    }

    fn run(mut self) -> SqlResult<String> {
        let mut nothing_to_repeat = true;
        while let Some(c) = self.peek(0) {
            self.at += 1;
            let repeatable = match c {
                '\\' => self.escape()?,
                '[' => {
                    self.bracket()?;
                    true
                }
                '(' if self.peek(0) == Some('?') => {
                    match self.peek(1) {
                        Some(':') => {
                            self.at += 2;
                            self.out.push_str("(?:");
                        }
                        Some('#') => {
                            while self.peek(0).is_some_and(|c| c != ')') {
                                self.at += 1;
                            }
                            self.at += 1;
                        }
                        Some('=' | '!' | '<') => return Err(unsupported("lookaround")),
                        _ => return Err(invalid("quantifier operand invalid")),
                    }
                    false
                }
                '(' | '|' => {
                    self.out.push(c);
                    false
                }
                '*' | '+' | '?' => {
                    if nothing_to_repeat {
                        return Err(invalid("quantifier operand invalid"));
                    }
                    self.out.push(c);
                    self.lazy();
                    nothing_to_repeat = true;
                    continue;
                }
                '{' => {
                    if self.peek(0).is_some_and(|c| c.is_ascii_digit()) {
                        if nothing_to_repeat {
                            return Err(invalid("quantifier operand invalid"));
                        }
                        self.count()?;
                        self.lazy();
                        nothing_to_repeat = true;
                        continue;
                    }
                    self.out.push_str("\\{");
                    true
                }
                '}' => {
                    self.out.push_str("\\}");
                    true
                }
                '^' | '$' => {
                    self.out.push(c);
                    false
                }
                c => {
                    self.out.push(c);
                    true
                }
            };
            nothing_to_repeat = !repeatable;
        }
        Ok(self.out)
    }

    fn lazy(&mut self) {
        if self.peek(0) == Some('?') {
            self.at += 1;
            self.out.push('?');
        }
    }

    /// `{m}`, `{m,}`, `{m,n}`; the brace is behind.
    fn count(&mut self) -> SqlResult<()> {
        let number = |t: &mut Self| {
            let mut n = String::new();
            while let Some(c) = t.peek(0).filter(char::is_ascii_digit) {
                n.push(c);
                t.at += 1;
            }
            n
        };
        let least = number(self);
        let most = if self.peek(0) == Some(',') {
            self.at += 1;
            Some(number(self))
        } else {
            None
        };
        if self.peek(0) != Some('}') {
            return Err(invalid("braces {} not balanced"));
        }
        self.at += 1;
        let value =
            |s: &str| s.parse::<u32>().ok().filter(|n| *n <= 255).ok_or_else(|| invalid("invalid repetition count(s)"));
        let low = value(&least)?;
        let _ = match most {
            None => write!(self.out, "{{{low}}}"),
            Some(m) if m.is_empty() => write!(self.out, "{{{low},}}"),
            Some(m) => {
                let high = value(&m)?;
                if high < low {
                    return Err(invalid("invalid repetition count(s)"));
                }
                write!(self.out, "{{{low},{high}}}")
            }
        };
        Ok(())
    }

    /// What follows a backslash; answers whether it can be repeated.
    fn escape(&mut self) -> SqlResult<bool> {
        let Some(c) = self.peek(0) else { return Err(invalid("invalid escape \\ sequence")) };
        self.at += 1;
        match c {
            'm' => self.out.push_str(r"\b{start}"),
            'M' => self.out.push_str(r"\b{end}"),
            'y' => self.out.push_str(r"\b"),
            'Y' => self.out.push_str(r"\B"),
            'A' => self.out.push_str(r"\A"),
            'Z' => self.out.push_str(r"\z"),
            'd' | 'D' | 'w' | 'W' | 's' | 'S' => {
                let _ = write!(self.out, "\\{c}");
                return Ok(true);
            }
            '1'..='9' => return Err(unsupported("a back reference")),
            _ => {
                let literal = self.character_escape(c)?;
                self.out.push_str(&regex::escape(&literal.to_string()));
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The character that `\c` stands for.
    fn character_escape(&mut self, c: char) -> SqlResult<char> {
        let mut hex = |digits: usize| -> SqlResult<char> {
            let mut value = 0u32;
            let mut seen = 0;
            while seen < digits
                && let Some(d) = self.rest.get(self.at).and_then(|c| c.to_digit(16))
            {
                value = value << 4 | d;
                self.at += 1;
                seen += 1;
            }
            char::from_u32(value).filter(|_| seen > 0).ok_or_else(|| invalid("invalid escape \\ sequence"))
        };
        Ok(match c {
            'a' => '\x07',
            'b' => '\x08',
            'B' => '\\',
            'e' => '\x1b',
            'f' => '\x0c',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\x0b',
            '0' => '\0',
            'u' => hex(4)?,
            'U' => hex(8)?,
            'x' => hex(8)?,
            c if c.is_ascii_alphanumeric() => return Err(invalid("invalid escape \\ sequence")),
            c => c,
        })
    }

    /// A bracket expression; `[` is behind.
    fn bracket(&mut self) -> SqlResult<()> {
        let unbalanced = || invalid("brackets [] not balanced");
        // `[[:<:]]` and `[[:>:]]` are word boundaries.
        let ahead: String = self.rest[self.at..].iter().take(6).collect();
        if ahead == "[:<:]]" || ahead == "[:>:]]" {
            self.at += 6;
            self.out.push_str(if ahead == "[:<:]]" { r"\b{start}" } else { r"\b{end}" });
            return Ok(());
        }
        self.out.push('[');
        let negated = self.peek(0) == Some('^');
        if negated {
            self.at += 1;
            self.out.push('^');
        }
        let mut first = true;
        loop {
            let c = self.peek(0).ok_or_else(unbalanced)?;
            self.at += 1;
            match c {
                ']' if !first => break,
                '[' if matches!(self.peek(0), Some(':' | '.' | '=')) => self.class()?,
                '\\' => {
                    let e = self.peek(0).ok_or_else(unbalanced)?;
                    self.at += 1;
                    match e {
                        'd' | 'w' | 's' => {
                            let _ = write!(self.out, "\\{e}");
                        }
                        'D' | 'W' | 'S' => return Err(invalid("invalid escape \\ sequence")),
                        e => {
                            let literal = self.character_escape(e)?;
                            self.literal_in_bracket(literal);
                        }
                    }
                }
                '-' => {
                    // A range only between two items; elsewhere itself.
                    let last = self.peek(0) == Some(']');
                    self.out.push_str(if first || last { "\\-" } else { "-" });
                }
                c => self.literal_in_bracket(c),
            }
            first = false;
        }
        if negated && self.stop_at_newline {
            self.out.push_str("\\n");
        }
        self.out.push(']');
        Ok(())
    }

    fn literal_in_bracket(&mut self, c: char) {
        if matches!(c, '[' | ']' | '\\' | '^' | '&' | '~' | '-' | '#' | ' ') {
            self.out.push('\\');
        }
        self.out.push(c);
    }

    /// `[:alpha:]`, `[.x.]`, `[=x=]`; the outer `[` is behind.
    fn class(&mut self) -> SqlResult<()> {
        let kind = self.peek(0).unwrap_or(':');
        self.at += 1;
        let mut name = String::new();
        while let Some(c) = self.peek(0) {
            if c == kind && self.peek(1) == Some(']') {
                self.at += 2;
                if kind != ':' {
                    let mut chars = name.chars();
                    let (Some(c), None) = (chars.next(), chars.next()) else {
                        return Err(invalid("invalid collating element"));
                    };
                    self.literal_in_bracket(c);
                    return Ok(());
                }
                const NAMES: &[(&str, &str)] = &[
                    ("alpha", "\\p{Alphabetic}"),
                    ("digit", "0-9"),
                    ("alnum", "\\p{Alphabetic}\\p{Nd}"),
                    ("upper", "\\p{Uppercase}"),
                    ("lower", "\\p{Lowercase}"),
                    ("space", "\\s"),
                    ("blank", " \\t"),
                    ("punct", "[:punct:]"),
                    ("cntrl", "[:cntrl:]"),
                    ("graph", "[:graph:]"),
                    ("print", "[:print:]"),
                    ("xdigit", "0-9A-Fa-f"),
                    ("word", "\\w"),
                    ("ascii", "[:ascii:]"),
                ];
                let found = NAMES.iter().find(|(n, _)| *n == name).ok_or_else(|| invalid("invalid character class"))?;
                self.out.push_str(found.1);
                return Ok(());
            }
            name.push(c);
            self.at += 1;
        }
        Err(invalid("brackets [] not balanced"))
    }
}

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
    fn syntax_that_differs() {
        let plain = Flags::default();
        for (pattern, expected) in [
            ("a.b", "(?s)a.b"),
            (r"\mfoo\M", r"(?s)\b{start}foo\b{end}"),
            ("[[:<:]]x", r"(?s)\b{start}x"),
            ("a{2,3}?", "(?s)a{2,3}?"),
            ("a{b", r"(?s)a\{b"),
            ("[]a]", r"(?s)[\]a]"),
            ("[a[]", r"(?s)[a\[]"),
            ("(?i)x", "(?is)x"),
            ("***=a.b", r"(?s)a\.b"),
            (r"\u0041", "(?s)A"),
        ] {
            assert_eq!(to_regex(pattern, plain).as_deref(), Ok(expected), "{pattern}");
        }
        for bad in ["*a", "a**", "[a", "\\", "a{3,2}", "a{300}", r"\q", "[[:foo:]]"] {
            assert_eq!(to_regex(bad, plain).map_err(|e| e.code()), Err(SqlState::InvalidRegularExpression), "{bad}");
        }
        assert_eq!(to_regex(r"(a)\1", plain).map_err(|e| e.code()), Err(SqlState::FeatureNotSupported));
    }

    #[test]
    fn every_class_compiles() {
        for name in [
            "alpha", "digit", "alnum", "upper", "lower", "space", "blank", "punct", "cntrl", "graph", "print", "xdigit",
        ] {
            let translated = to_regex(&format!("[[:{name}:]x]+"), Flags::default()).expect(name);
            regex::Regex::new(&translated).expect(name);
        }
    }

    #[test]
    fn similar_patterns() {
        assert_eq!(similar("a%(b|c)_", None).as_deref(), Ok("^(?:a.*(?:b|c).)$"));
        assert_eq!(similar("a.b", None).as_deref(), Ok(r"^(?:a\.b)$"));
        assert_eq!(similar("%#\"o_b#\"%", Some("#")).as_deref(), Ok("^(?:.*){1,1}?(o.b){1,1}(?:.*)$"));
    }
}
