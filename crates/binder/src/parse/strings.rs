//! String constants with escapes (manual §4.1.2.2 and §4.1.2.3), which the tokenizer reads by other rules than PostgreSQL:
//! it has no surrogate pairs, no bytes above 127, no UESCAPE, no `U&"…"`, and one message for all that is wrong.
//!
//! They are read here, and the tokenizer gets a text of the same shape with something plain in their places. The tokens that
//! it makes of that are replaced by what was read, so that places stay those of the statement:
//!
//! ```text
//! E'a\u00e9' || U&'d!0061' UESCAPE '!' || U&"c\0061"
//! 'xxxxxxx'  || 'xxxxxxxxxxxxxxxxxxxx' || "xxxxxxxx"
//! ```
//!
//! Continuations (`'a'`, line feed, `'b'`) belong to the string: the same escapes hold in them.

use std::borrow::Cow;

use gavel_types::{SqlError, SqlResult, SqlState};
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Whitespace, Word};

use super::{Pos, Source};

/// A text without escapes, and what stands in the places of those that it had.
pub struct Plain<'a> {
    pub text: Cow<'a, str>,
    /// Byte where each begins, with its value, in the order of the text.
    values: Vec<(usize, Value)>,
}

enum Value {
    Text(String),
    Name(String),
}

/// `source` for the tokenizer.
///
/// # Errors
/// 22025, 22021 and 42601 for escapes that are none.
pub fn plain<'a>(source: &Source<'a>) -> SqlResult<Plain<'a>> {
    let text = source.text;
    let plain = Plain { text: Cow::Borrowed(text), values: vec![] };
    if !text.contains('\\') && !text.contains("U&") && !text.contains("u&") {
        return Ok(plain);
    }
    let mut scanner = Scanner { source, at: 0, masked: String::new(), copied: 0, values: vec![] };
    scanner.run()?;
    let Scanner { mut masked, copied, values, .. } = scanner;
    if values.is_empty() {
        return Ok(plain);
    }
    masked.push_str(text.get(copied..).unwrap_or_default());
    Ok(Plain { text: Cow::Owned(masked), values })
}

impl Plain<'_> {
    /// Puts the values in the places of what the tokenizer saw instead. `tokens` come in the order of the text.
    pub fn put_back(self, source: &Source<'_>, tokens: &mut [TokenWithSpan]) {
        let mut values = self.values.into_iter().peekable();
        for token in tokens {
            let Some((next, _)) = values.peek() else { return };
            if source.start(token.span).offset() != Some(*next) {
                continue;
            }
            if let Some((_, value)) = values.next() {
                token.token = match value {
                    Value::Text(text) => Token::SingleQuotedString(text),
                    Value::Name(value) => {
                        Token::Word(Word { value, quote_style: Some('"'), keyword: Keyword::NoKeyword })
                    }
                };
            }
        }
    }
}

struct Scanner<'s, 'a> {
    source: &'s Source<'a>,
    at: usize,
    masked: String,
    /// Up to where the text is in `masked`.
    copied: usize,
    values: Vec<(usize, Value)>,
}

impl<'a> Scanner<'_, 'a> {
    fn bytes(&self) -> &'a [u8] {
        self.source.text.as_bytes()
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes().get(self.at + ahead).copied().unwrap_or(0)
    }

    fn run(&mut self) -> SqlResult<()> {
        while self.at < self.bytes().len() {
            match (self.peek(0), self.peek(1), self.peek(2)) {
                (b'-', b'-', _) | (b'/', b'*', _) => self.skip_comment(),
                (b'e' | b'E', b'\'', _) => self.escaped_string()?,
                (b'u' | b'U', b'&', b'\'') => self.unicode_string()?,
                (b'u' | b'U', b'&', b'"') => self.unicode_name()?,
                (quote @ (b'\'' | b'"'), ..) => self.skip_quoted(quote),
                (b'$', ..) => self.skip_dollars(),
                (c, ..) if is_word(c) => self.skip_word(),
                _ => self.at += 1,
            }
        }
        Ok(())
    }

    /// Also the letter of a string without escapes: `N'…'`, `B'…'`, `X'…'`.
    fn skip_word(&mut self) {
        while is_word(self.peek(0)) || self.peek(0) == b'$' {
            self.at += 1;
        }
    }

    fn skip_comment(&mut self) {
        if self.peek(0) == b'-' {
            while self.at < self.bytes().len() && self.peek(0) != b'\n' {
                self.at += 1;
            }
            return;
        }
        let mut depth = 0_usize;
        while self.at < self.bytes().len() {
            match (self.peek(0), self.peek(1)) {
                (b'/', b'*') => depth += 1,
                (b'*', b'/') => depth -= 1,
                _ => {
                    self.at += 1;
                    continue;
                }
            }
            self.at += 2;
            if depth == 0 {
                return;
            }
        }
    }

    /// To behind the closing quote; a doubled one opens the next string at once.
    fn skip_quoted(&mut self, quote: u8) {
        self.at += 1;
        while self.at < self.bytes().len() && self.peek(0) != quote {
            self.at += 1;
        }
        self.at += 1;
    }

    /// `$tag$ … $tag$`, or a parameter.
    fn skip_dollars(&mut self) {
        let rest = self.source.text.get(self.at..).unwrap_or_default();
        let tag = rest.get(1..).and_then(|t| t.find('$')).and_then(|n| rest.get(..n + 2)).filter(|tag| {
            let name = tag.trim_matches('$');
            name.bytes().all(is_word) && !name.starts_with(|c: char| c.is_ascii_digit())
        });
        let Some(tag) = tag else {
            self.at += 1;
            return;
        };
        let body = rest.get(tag.len()..).unwrap_or_default();
        self.at += tag.len() + body.find(tag).map_or(body.len(), |n| n + tag.len());
    }

    /// The place behind what may stand between a string and its continuation: a line feed, with comments to the end of
    /// a line, and the opening quote.
    fn continuation(&self, from: usize) -> Option<usize> {
        let bytes = self.bytes();
        let (mut at, mut line_feed) = (from, false);
        loop {
            match bytes.get(at)? {
                b'\n' | b'\r' => line_feed = true,
                b' ' | b'\t' | b'\x0c' => {}
                b'-' if bytes.get(at + 1) == Some(&b'-') => {
                    while bytes.get(at).is_some_and(|b| *b != b'\n') {
                        at += 1;
                    }
                    continue;
                }
                b'\'' if line_feed => return Some(at + 1),
                _ => return None,
            }
            at += 1;
        }
    }

    /// Notes that `start..self.at` is a string or name of this value.
    fn read(&mut self, start: usize, value: Value, quote: char) {
        let text = self.source.text;
        self.masked.push_str(text.get(self.copied..start).unwrap_or_default());
        let region = text.get(start..self.at).unwrap_or_default();
        let last = region.chars().count().saturating_sub(1);
        for (i, c) in region.chars().enumerate() {
            self.masked.push(match c {
                _ if i == 0 || i == last => quote,
                '\n' => c,
                _ => 'x',
            });
        }
        self.copied = self.at;
        self.values.push((start, value));
    }

    fn error(&self, error: SqlError, at: usize) -> SqlError {
        error.at(self.source.characters(Pos::at(at)))
    }

    /// 42601 as the scanner says it, with the text of `near` that it stands before.
    fn near(&self, message: &str, near: std::ops::Range<usize>) -> SqlError {
        let text = self.source.text.get(near.clone()).unwrap_or_default();
        let error = SqlError::new(SqlState::SyntaxError, format!("{message} at or near \"{text}\""));
        self.error(error, near.start)
    }

    fn unterminated(&self, what: &str, start: usize) -> SqlError {
        self.near(&format!("unterminated {what}"), start..self.source.text.len())
    }

    /// `E'…'`.
    fn escaped_string(&mut self) -> SqlResult<()> {
        let start = self.at;
        self.at += 2;
        let mut out: Vec<u8> = Vec::new();
        let mut pair: Option<u32> = None;
        loop {
            if self.at >= self.bytes().len() {
                return Err(self.unterminated("quoted string", start));
            }
            let c = self.peek(0);
            if pair.is_some() && !(c == b'\\' && matches!(self.peek(1), b'u' | b'U')) {
                let width = self.source.text.get(self.at..).and_then(|t| t.chars().next()).map_or(1, char::len_utf8);
                return Err(self.near("invalid Unicode surrogate pair", self.at..self.at + width));
            }
            match c {
                b'\'' if self.peek(1) == b'\'' => {
                    out.push(b'\'');
                    self.at += 2;
                }
                b'\'' => match self.continuation(self.at + 1) {
                    Some(next) => self.at = next,
                    None => break,
                },
                b'\\' => self.escape(&mut out, &mut pair)?,
                _ => {
                    out.push(c);
                    self.at += 1;
                }
            }
        }
        self.at += 1;
        let text = utf8(out)?;
        self.read(start, Value::Text(text), '\'');
        Ok(())
    }

    /// What a backslash begins.
    fn escape(&mut self, out: &mut Vec<u8>, pair: &mut Option<u32>) -> SqlResult<()> {
        let digits = |s: &Self, from: usize, most: usize, radix: u32| {
            (from..from + most).take_while(|n| char::from(s.peek(*n)).is_digit(radix)).count()
        };
        let value = |s: &Self, from: usize, count: usize, radix: u32| {
            let text = s.source.text.get(s.at + from..s.at + from + count).unwrap_or_default();
            u32::from_str_radix(text, radix).unwrap_or(u32::MAX)
        };
        match self.peek(1) {
            b'u' | b'U' => {
                let wanted = if self.peek(1) == b'u' { 4 } else { 8 };
                if digits(self, 2, wanted, 16) < wanted {
                    let error = SqlError::new(SqlState::InvalidEscapeSequence, "invalid Unicode escape")
                        .hint("Unicode escapes must be \\uXXXX or \\UXXXXXXXX.");
                    return Err(self.error(error, self.at));
                }
                let code = value(self, 2, wanted, 16);
                let near = self.at..self.at + 2 + wanted;
                match joined(pair, code) {
                    Ok(Some(c)) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                    Ok(None) => {}
                    Err(message) => return Err(self.near(message, near)),
                }
                self.at += 2 + wanted;
            }
            b'x' if digits(self, 2, 2, 16) > 0 => {
                let count = digits(self, 2, 2, 16);
                out.push(u8::try_from(value(self, 2, count, 16)).unwrap_or(0));
                self.at += 2 + count;
            }
            b'0'..=b'7' => {
                let count = digits(self, 1, 3, 8);
                // Of more than eight bits the lower ones count.
                out.push(u8::try_from(value(self, 1, count, 8) & 0xff).unwrap_or(0));
                self.at += 1 + count;
            }
            0 if self.at + 1 >= self.bytes().len() => self.at += 1,
            c => {
                out.push(match c {
                    b'b' => 0x08,
                    b'f' => 0x0c,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'v' => 0x0b,
                    other => other,
                });
                self.at += 2;
            }
        }
        Ok(())
    }

    /// The inside of `U&'…'` or `U&"…"` with the place of each of its characters; `self.at` is behind it.
    fn unicode_inside(&mut self, quote: u8) -> SqlResult<Vec<(usize, char)>> {
        let start = self.at;
        self.at += 3;
        let mut out = Vec::new();
        loop {
            let Some(c) = self.source.text.get(self.at..).and_then(|t| t.chars().next()) else {
                let what = if quote == b'"' { "quoted identifier" } else { "quoted string" };
                return Err(self.unterminated(what, start));
            };
            if self.peek(0) != quote {
                out.push((self.at, c));
                self.at += c.len_utf8();
            } else if self.peek(1) == quote {
                out.push((self.at, c));
                self.at += 2;
            } else if let Some(next) = self.continuation(self.at + 1).filter(|_| quote == b'\'') {
                self.at = next;
            } else {
                self.at += 1;
                return Ok(out);
            }
        }
    }

    fn unicode_string(&mut self) -> SqlResult<()> {
        let start = self.at;
        let inside = self.unicode_inside(b'\'')?;
        let escape = self.uescape()?;
        let text = self.unescaped(&inside, escape)?;
        self.read(start, Value::Text(text), '\'');
        Ok(())
    }

    fn unicode_name(&mut self) -> SqlResult<()> {
        let start = self.at;
        let inside = self.unicode_inside(b'"')?;
        if inside.is_empty() {
            return Err(self.near("zero-length delimited identifier", start..self.at));
        }
        let escape = self.uescape()?;
        let text = self.unescaped(&inside, escape)?;
        self.read(start, Value::Name(text), '"');
        Ok(())
    }

    /// The character that `UESCAPE 'c'` behind a string names, and a backslash without it.
    fn uescape(&mut self) -> SqlResult<char> {
        let end = self.at;
        self.skip_blanks();
        let word = self.source.text.get(self.at..self.at + 7).unwrap_or_default();
        let whole = !is_word(self.peek(7));
        if !word.eq_ignore_ascii_case("uescape") || !whole {
            self.at = end;
            return Ok('\\');
        }
        self.at += 7;
        self.skip_blanks();
        let (start, values) = (self.at, self.values.len());
        if matches!(self.peek(0), b'e' | b'E') && self.peek(1) == b'\'' {
            let (copied, masked) = (self.copied, self.masked.len());
            self.escaped_string()?;
            // It is part of the string before it.
            self.copied = copied;
            self.masked.truncate(masked);
        } else if self.peek(0) == b'\'' {
            self.skip_quoted(b'\'');
        } else {
            let next = super::first_token(self.source.text.get(start..).unwrap_or_default()).len();
            return Err(self.near("UESCAPE must be followed by a simple string literal", start..start + next));
        }
        let written = match self.values.split_off(values).pop() {
            Some((_, Value::Text(text))) => text,
            _ => self.source.text.get(start + 1..self.at - 1).unwrap_or_default().to_owned(),
        };
        let mut chars = written.chars();
        match (chars.next(), chars.next()) {
            (Some(c), None) if !c.is_ascii_hexdigit() && !"+'\"".contains(c) && !c.is_ascii_whitespace() => Ok(c),
            _ => Err(self.near("invalid Unicode escape character", start..self.at)),
        }
    }

    fn skip_blanks(&mut self) {
        loop {
            match (self.peek(0), self.peek(1)) {
                (b' ' | b'\t' | b'\n' | b'\r' | b'\x0c', _) => self.at += 1,
                (b'-', b'-') | (b'/', b'*') => self.skip_comment(),
                _ => return,
            }
        }
    }

    /// The characters with their escapes resolved.
    fn unescaped(&self, inside: &[(usize, char)], escape: char) -> SqlResult<String> {
        let at = |n: usize| inside.get(n).map_or_else(|| inside.last().map_or(0, |l| l.0 + l.1.len_utf8()), |c| c.0);
        let wrong = |message: &str, n: usize| self.error(SqlError::new(SqlState::SyntaxError, message), at(n));
        let mut out = String::with_capacity(inside.len());
        let mut pair = None;
        let mut n = 0;
        while let Some((_, c)) = inside.get(n) {
            let doubled = inside.get(n + 1).is_some_and(|next| next.1 == escape);
            if *c != escape || doubled {
                if pair.is_some() {
                    return Err(wrong("invalid Unicode surrogate pair", n));
                }
                out.push(*c);
                n += 1 + usize::from(*c == escape);
                continue;
            }
            let (from, count) = if inside.get(n + 1).is_some_and(|c| c.1 == '+') { (n + 2, 6) } else { (n + 1, 4) };
            let digits: String =
                inside.iter().skip(from).take(count).map(|c| c.1).take_while(char::is_ascii_hexdigit).collect();
            if digits.len() < count {
                let hint = "Unicode escapes must be \\XXXX or \\+XXXXXX.";
                return Err(wrong("invalid Unicode escape", n).hint(hint));
            }
            let code = u32::from_str_radix(&digits, 16).unwrap_or(u32::MAX);
            match joined(&mut pair, code) {
                Ok(c) => out.extend(c),
                Err(message) => return Err(wrong(message, n)),
            }
            n = from + count;
        }
        if pair.is_some() {
            return Err(wrong("invalid Unicode surrogate pair", n));
        }
        Ok(out)
    }
}

/// The character of a code, or of the two halves of a surrogate pair; nothing for the first half. Else what is wrong.
fn joined(pair: &mut Option<u32>, code: u32) -> Result<Option<char>, &'static str> {
    match (pair.take(), code) {
        (None, 0) => Err("invalid Unicode escape value"),
        (None, 0xd800..=0xdbff) => {
            *pair = Some(code);
            Ok(None)
        }
        (Some(first), 0xdc00..=0xdfff) => Ok(char::from_u32(0x1_0000 + ((first & 0x3ff) << 10) + (code & 0x3ff))),
        (Some(_), _) | (None, 0xdc00..=0xdfff) => Err("invalid Unicode surrogate pair"),
        (None, _) => char::from_u32(code).map(Some).ok_or("invalid Unicode escape value"),
    }
}

/// # Errors
/// 22021 for bytes that are no text.
fn utf8(bytes: Vec<u8>) -> SqlResult<String> {
    let invalid = |bytes: &[u8]| {
        let shown: Vec<String> = bytes.iter().map(|b| format!("0x{b:02x}")).collect();
        let text = format!("invalid byte sequence for encoding \"UTF8\": {}", shown.join(" "));
        SqlError::new(SqlState::CharacterNotInRepertoire, text)
    };
    if bytes.contains(&0) {
        return Err(invalid(&[0]));
    }
    String::from_utf8(bytes).map_err(|e| {
        let from = e.utf8_error().valid_up_to();
        let rest = e.as_bytes().get(from..).unwrap_or_default();
        // As many as the first of them announces.
        let length = match rest.first() {
            Some(0xc0..=0xdf) => 2,
            Some(0xe0..=0xef) => 3,
            Some(0xf0..=0xf7) => 4,
            _ => 1,
        };
        invalid(rest.get(..length.min(rest.len())).unwrap_or_default())
    })
}

fn is_word(c: u8) -> bool {
    c.is_ascii_alphanumeric() || c == b'_' || c >= 0x80
}

/// Joins strings that go on on a later line, and drops what is between tokens. Two strings side by side are an error at
/// the second: the place of it is what comes back.
pub fn without_blanks(tokens: Vec<TokenWithSpan>) -> Result<Vec<TokenWithSpan>, TokenWithSpan> {
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len() / 2 + 1);
    // What was between the last token and this one: a line feed before any comment of the other kind.
    let (mut continues, mut broken) = (false, false);
    for token in tokens {
        match &token.token {
            Token::EOF => continue,
            Token::Whitespace(blank) => {
                match blank {
                    Whitespace::Newline | Whitespace::SingleLineComment { .. } => continues = true,
                    Whitespace::MultiLineComment(_) => broken = true,
                    Whitespace::Space | Whitespace::Tab => {}
                }
                continue;
            }
            Token::SingleQuotedString(text) => {
                let open = match out.last_mut().map(|t| &mut t.token) {
                    Some(
                        Token::SingleQuotedString(begun)
                        | Token::EscapedStringLiteral(begun)
                        | Token::NationalStringLiteral(begun)
                        | Token::SingleQuotedByteStringLiteral(begun)
                        | Token::HexStringLiteral(begun),
                    ) => Some(begun),
                    _ => None,
                };
                match open {
                    Some(begun) if continues && !broken => {
                        begun.push_str(text);
                        if let Some(last) = out.last_mut() {
                            last.span.end = token.span.end;
                        }
                    }
                    Some(_) => return Err(token),
                    None => out.push(token),
                }
            }
            _ => out.push(token),
        }
        (continues, broken) = (false, false);
    }
    Ok(out)
}

/// `text` with an `E` before each plain string that has a backslash in it: what it means where
/// `standard_conforming_strings` is off.
///
/// # Errors
/// 0A000 for `U&'…'`, which is not safe there.
pub fn with_escapes(text: &str) -> SqlResult<Cow<'_, str>> {
    let source = Source::new(text);
    let mut scanner = Scanner { source: &source, at: 0, masked: String::new(), copied: 0, values: vec![] };
    while scanner.at < text.len() {
        match (scanner.peek(0), scanner.peek(1), scanner.peek(2)) {
            (b'-', b'-', _) | (b'/', b'*', _) => scanner.skip_comment(),
            (b'u' | b'U', b'&', b'\'') => {
                let text = "unsafe use of string constant with Unicode escapes";
                let error = SqlError::unsupported(text).detail(
                    "String constants with Unicode escapes cannot be used when standard_conforming_strings is off.",
                );
                return Err(scanner.error(error, scanner.at));
            }
            (b'"', ..) => scanner.skip_quoted(b'"'),
            (b'$', ..) => scanner.skip_dollars(),
            (b'e' | b'E' | b'b' | b'B' | b'x' | b'X', b'\'', _) => scanner.skip_escaped(2),
            (b'\'', ..) => {
                let start = scanner.at;
                scanner.skip_escaped(1);
                if text.get(start..scanner.at).is_some_and(|t| t.contains('\\')) {
                    scanner.masked.push_str(text.get(scanner.copied..start).unwrap_or_default());
                    scanner.masked.push('E');
                    scanner.copied = start;
                }
            }
            (c, ..) if is_word(c) => scanner.skip_word(),
            _ => scanner.at += 1,
        }
    }
    let Scanner { mut masked, copied, .. } = scanner;
    if masked.is_empty() {
        return Ok(Cow::Borrowed(text));
    }
    masked.push_str(text.get(copied..).unwrap_or_default());
    Ok(Cow::Owned(masked))
}

impl Scanner<'_, '_> {
    /// To behind a string whose first `lead` bytes open it, where a backslash takes the next byte with it.
    fn skip_escaped(&mut self, lead: usize) {
        self.at += lead;
        while self.at < self.bytes().len() {
            match (self.peek(0), self.peek(1)) {
                (b'\\', _) | (b'\'', b'\'') => self.at += 2,
                (b'\'', _) => match self.continuation(self.at + 1) {
                    Some(next) => self.at = next,
                    None => break,
                },
                _ => self.at += 1,
            }
        }
        self.at += 1;
    }
}

#[cfg(test)]
#[path = "strings_test.rs"]
mod strings_test;
