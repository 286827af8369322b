//! Words of a body, with their places.

use gavel_types::{SqlError, SqlResult, SqlState};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// An unquoted word.
    Word,
    /// `"…"`.
    Quoted,
    /// `'…'`, `E'…'`, `$$…$$`.
    String,
    Number,
    /// `$1`.
    Param,
    /// Anything else: one character, or several that belong together.
    Symbol,
}

/// A token and its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    pub kind: TokenKind,
    pub start: usize,
    pub end: usize,
    pub line: u32,
}

/// Symbols of several characters that mean something here; longer operators are SQL's and only passed over.
const SYMBOLS: &[&str] = &[":=", "::", "..", "<<", ">>", "=>", "<=", ">=", "<>", "!="];

/// The tokens of `text`, comments left out.
///
/// # Errors
/// 42601 for what has no end.
pub fn tokens(text: &str) -> SqlResult<Vec<Token>> {
    Lexer { text, at: 0, line: 1 }.run()
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    line: u32,
}

pub fn is_word_start(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

pub fn is_word(c: char) -> bool {
    c == '_' || c == '$' || c.is_alphanumeric()
}

impl<'t> Lexer<'t> {
    fn run(mut self) -> SqlResult<Vec<Token>> {
        let mut out = Vec::new();
        loop {
            self.skip_blanks()?;
            let (start, line) = (self.at, self.line);
            let Some(first) = self.rest().chars().next() else { return Ok(out) };
            let kind = self.one(first)?;
            let passed = self.text.get(start..self.at).unwrap_or_default();
            self.line += u32::try_from(passed.matches('\n').count()).unwrap_or(0);
            out.push(Token { kind, start, end: self.at, line });
        }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_blanks(&mut self) -> SqlResult<()> {
        loop {
            let rest = self.rest();
            let passed = if rest.starts_with("--") {
                rest.find('\n').unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                self.comment()?
            } else {
                rest.len() - rest.trim_start().len()
            };
            if passed == 0 {
                return Ok(());
            }
            let skipped = rest.get(..passed).unwrap_or_default();
            self.line += u32::try_from(skipped.matches('\n').count()).unwrap_or(0);
            self.at += passed;
        }
    }

    /// Length of the comment that begins here; comments nest.
    fn comment(&self) -> SqlResult<usize> {
        let rest = self.rest();
        let (mut at, mut depth) = (2, 1_usize);
        while depth > 0 {
            let tail = rest.get(at..).unwrap_or_default();
            if tail.starts_with("*/") {
                (at, depth) = (at + 2, depth - 1);
            } else if tail.starts_with("/*") {
                (at, depth) = (at + 2, depth + 1);
            } else {
                let next = tail.chars().next().ok_or_else(|| self.unterminated("/* comment"))?;
                at += next.len_utf8();
            }
        }
        Ok(at)
    }

    fn unterminated(&self, what: &str) -> SqlError {
        let place = self.text.get(..self.at).map_or(0, |t| t.chars().count()) + 1;
        SqlError::new(SqlState::SyntaxError, format!("unterminated {what} at or near \"{}\"", self.rest()))
            .at(Some(place))
    }

    /// Passes the token that begins with `first`.
    fn one(&mut self, first: char) -> SqlResult<TokenKind> {
        let rest = self.rest();
        match first {
            '\'' => {
                self.at += self.quoted('\'', false)?;
                Ok(TokenKind::String)
            }
            '"' => {
                self.at += self.quoted('"', false)?;
                Ok(TokenKind::Quoted)
            }
            '$' => Ok(self.dollar()?),
            c if is_word_start(c) => {
                let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                let word = rest.get(..end).unwrap_or(rest);
                if rest.get(end..).is_some_and(|t| t.starts_with('\''))
                    && matches!(word, "e" | "E" | "b" | "B" | "x" | "X" | "n" | "N")
                {
                    self.at += end;
                    self.at += self.quoted('\'', word.eq_ignore_ascii_case("e"))?;
                    return Ok(TokenKind::String);
                }
                self.at += end;
                Ok(TokenKind::Word)
            }
            c if c.is_ascii_digit() || c == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit()) => {
                self.at += number(rest);
                Ok(TokenKind::Number)
            }
            c => {
                let known = SYMBOLS.iter().find(|s| rest.starts_with(**s));
                self.at += known.map_or(c.len_utf8(), |s| s.len());
                Ok(TokenKind::Symbol)
            }
        }
    }

    /// Length of what stands between quotes, both included.
    fn quoted(&self, quote: char, escapes: bool) -> SqlResult<usize> {
        let rest = self.rest();
        let mut chars = rest.char_indices().skip(1).peekable();
        while let Some((at, c)) = chars.next() {
            if c == quote {
                if chars.peek().is_some_and(|(_, next)| *next == quote) {
                    chars.next();
                    continue;
                }
                return Ok(at + 1);
            }
            if c == '\\' && escapes {
                chars.next();
            }
        }
        Err(self.unterminated(if quote == '"' { "quoted identifier" } else { "quoted string" }))
    }

    /// `$1`, or a string between dollars.
    fn dollar(&mut self) -> SqlResult<TokenKind> {
        let rest = self.rest();
        let tail = rest.get(1..).unwrap_or_default();
        if tail.starts_with(|c: char| c.is_ascii_digit()) {
            self.at += 1 + tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len());
            return Ok(TokenKind::Param);
        }
        let tag =
            tail.find('$').filter(|end| tail.get(..*end).is_some_and(|t| t.chars().all(|c| c != '$' && is_word(c))));
        let Some(tag) = tag else {
            self.at += 1;
            return Ok(TokenKind::Symbol);
        };
        let opening = rest.get(..tag + 2).unwrap_or(rest);
        let inside = rest.get(opening.len()..).unwrap_or_default();
        let end = inside.find(opening).ok_or_else(|| self.unterminated("dollar-quoted string"))?;
        self.at += opening.len() * 2 + end;
        Ok(TokenKind::String)
    }
}

/// Length of the number that `text` begins with; `1..2` are two numbers.
fn number(text: &str) -> usize {
    let digits = |from: usize| {
        let tail = text.get(from..).unwrap_or_default();
        from + tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len())
    };
    let mut end = digits(0);
    let tail = text.get(end..).unwrap_or_default();
    if tail.starts_with('.') && !tail.starts_with("..") {
        end = digits(end + 1);
    }
    let tail = text.get(end..).unwrap_or_default();
    if tail.starts_with(['e', 'E']) {
        let sign = usize::from(tail.get(1..).is_some_and(|t| t.starts_with(['+', '-'])));
        if tail.get(1 + sign..).is_some_and(|t| t.starts_with(|c: char| c.is_ascii_digit())) {
            end = digits(end + 1 + sign);
        }
    }
    end
}

/// The value of a string token.
pub fn string_value(token: &str) -> String {
    if let Some(tail) = token.strip_prefix('$') {
        let opening = tail.find('$').map_or(0, |i| i + 2);
        return token.get(opening..token.len().saturating_sub(opening)).unwrap_or_default().to_owned();
    }
    let quote = token.find('\'').unwrap_or(0);
    let escapes = token.starts_with(['e', 'E']);
    let inside = token.get(quote + 1..token.len().saturating_sub(1)).unwrap_or_default().replace("''", "'");
    if escapes { unescaped(&inside) } else { inside }
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}
