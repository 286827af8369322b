//! `tsvector` as text: `'fat':2,11B 'rat'`. The words are read as those of `tsquery` are.

use crate::error::{SqlError, SqlResult};
use crate::sqlstate::SqlState;
use crate::tsvector::{Lexeme, MAX_BYTES, MAX_LEXEME_BYTES, MAX_POSITION, Position, TsVector, Weight};

/// Whose words are read: what ends one, and what has a meaning of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Words {
    /// With positions behind them.
    Vector,
    /// Ended by operators too.
    Query,
    /// Ended by operators and double quotes; single quotes and backslashes are letters.
    WebQuery,
}

/// Words of a text, one after the other.
pub(super) struct Reader<'a> {
    pub text: &'a str,
    /// Byte of `text` that is next.
    pub at: usize,
    pub words: Words,
}

/// Blanks as C's `isspace` in a UTF-8 locale has them: no-break spaces are none.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\u{85}' | '\u{a0}' | '\u{2007}' | '\u{202f}')
}

/// Whether the character ends a word of a query.
pub(super) fn is_operator(c: char) -> bool {
    matches!(c, '!' | '&' | '|' | '(' | ')' | '<')
}

impl<'a> Reader<'a> {
    pub fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    pub fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn syntax_error(&self) -> SqlError {
        let name = if self.words == Words::Vector { "tsvector" } else { "tsquery" };
        SqlError::new(SqlState::SyntaxError, format!("syntax error in {name}: \"{}\"", self.text))
    }

    fn escaped(&mut self) -> SqlResult<char> {
        let text = self.text;
        self.next()
            .ok_or_else(|| SqlError::new(SqlState::SyntaxError, format!("there is no escaped character: \"{text}\"")))
    }

    /// The next word with its positions, which only a vector has; `None` at the end of the text.
    ///
    /// # Errors
    /// 42601.
    pub fn word(&mut self) -> SqlResult<Option<(String, Vec<Position>)>> {
        let plain = self.words != Words::WebQuery;
        while self.peek().is_some_and(is_space) {
            self.next();
        }
        let mut word = String::new();
        match self.peek() {
            None => return Ok(None),
            Some('\'') if plain => {
                self.next();
                self.quoted(&mut word)?;
                if word.is_empty() {
                    return Err(self.syntax_error());
                }
                if self.words == Words::Vector && self.peek() == Some(':') {
                    self.next();
                    return Ok(Some((word, self.positions()?)));
                }
                return Ok(Some((word, vec![])));
            }
            Some(c) if self.words != Words::Vector && is_operator(c) => return Err(self.syntax_error()),
            Some('"') if !plain => return Err(self.syntax_error()),
            // A colon may begin a word.
            Some(c) if c != '\\' || !plain => {
                word.push(c);
                self.next();
            }
            Some(_) => {}
        }
        loop {
            match self.peek() {
                Some('\\') if plain => {
                    self.next();
                    let c = self.escaped()?;
                    word.push(c);
                }
                None => return Ok(Some((word, vec![]))),
                Some(c) if is_space(c) || (self.words != Words::Vector && is_operator(c)) || (!plain && c == '"') => {
                    return Ok(Some((word, vec![])));
                }
                Some(':') if self.words == Words::Vector => {
                    self.next();
                    return Ok(Some((word, self.positions()?)));
                }
                Some(':') => return Ok(Some((word, vec![]))),
                Some(c) => {
                    word.push(c);
                    self.next();
                }
            }
        }
    }

    /// Up to the closing quote; two are one that is meant.
    fn quoted(&mut self, word: &mut String) -> SqlResult<()> {
        loop {
            match self.next() {
                None => return Err(self.syntax_error()),
                Some('\'') if self.peek() == Some('\'') => {
                    self.next();
                    word.push('\'');
                }
                Some('\'') => return Ok(()),
                Some('\\') => {
                    let c = self.escaped()?;
                    word.push(c);
                }
                Some(c) => word.push(c),
            }
        }
    }

    /// `2,11B`, to the blank behind it.
    fn positions(&mut self) -> SqlResult<Vec<Position>> {
        let mut positions = Vec::new();
        loop {
            let start = self.at;
            while self.peek().is_some_and(|c| c.is_ascii_digit()) {
                self.next();
            }
            if self.at == start {
                return Err(self.syntax_error());
            }
            let number = self.text[start..self.at].parse().unwrap_or(u32::from(MAX_POSITION));
            if number == 0 {
                let message = format!("wrong position info in tsvector: \"{}\"", self.text);
                return Err(SqlError::new(SqlState::SyntaxError, message));
            }
            let mut weight = Weight::D;
            loop {
                match self.next() {
                    None => {
                        positions.push(Position::new(number, weight));
                        return Ok(positions);
                    }
                    Some(',') => break,
                    Some(c) if is_space(c) => {
                        positions.push(Position::new(number, weight));
                        return Ok(positions);
                    }
                    // Digits behind a weight are passed over, as PostgreSQL does.
                    Some(c) if c.is_ascii_digit() => {}
                    Some(c) => {
                        let letter = if c == '*' { b'A' } else { u8::try_from(c).unwrap_or(0) };
                        let Some(found) = Weight::of_letter(letter).filter(|_| weight == Weight::D) else {
                            return Err(self.syntax_error());
                        };
                        weight = found;
                    }
                }
            }
            positions.push(Position::new(number, weight));
        }
    }
}

/// Reads a vector.
///
/// # Errors
/// 42601, 54000.
pub fn parse(text: &str) -> SqlResult<TsVector> {
    let limit = |message: String| SqlError::new(SqlState::ProgramLimitExceeded, message);
    let mut reader = Reader { text, at: 0, words: Words::Vector };
    let (mut lexemes, mut bytes) = (Vec::new(), 0);
    while let Some((word, positions)) = reader.word()? {
        if word.len() > MAX_LEXEME_BYTES {
            let message = format!("word is too long ({} bytes, max {} bytes)", word.len(), MAX_LEXEME_BYTES + 1);
            return Err(limit(message));
        }
        if bytes > MAX_BYTES {
            return Err(limit(format!("string is too long for tsvector ({bytes} bytes, max {MAX_BYTES} bytes)")));
        }
        bytes += word.len();
        lexemes.push(Lexeme::new(word, positions));
    }
    TsVector::new(lexemes)
}

/// Appends a quoted word.
pub(super) fn write_word(word: &str, out: &mut String) {
    out.push('\'');
    for c in word.chars() {
        if matches!(c, '\'' | '\\') {
            out.push(c);
        }
        out.push(c);
    }
    out.push('\'');
}

/// Appends the text form.
pub fn write(vector: &TsVector, out: &mut String) {
    for (i, lexeme) in vector.lexemes().iter().enumerate() {
        if i > 0 {
            out.push(' ');
        }
        write_word(&lexeme.word, out);
        for (j, position) in lexeme.positions.iter().enumerate() {
            out.push(if j == 0 { ':' } else { ',' });
            super::number::write_int(i64::from(position.position()), out);
            if position.weight() != Weight::D {
                out.push(position.weight().letter());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let mut out = String::new();
        match parse(text) {
            Ok(vector) => write(&vector, &mut out),
            Err(error) => out = format!("{} {}", error.code().as_str(), error.message()),
        }
        out
    }

    #[test]
    fn vectors_are_read_and_written_as_postgresql_does() {
        let cases = [
            ("1 2 1", "'1' '2'"),
            (" 'w':4A,3B,2C,1D,5 a:8", "'a':8 'w':1,2C,3B,4A,5"),
            (r"'\'1' '2' \\ab''c", r"'''1' '2' '\\ab''''c'"),
            ("a:3A b:2a b:1234 b:1234 a:1,1c", "'a':1C,3A 'b':2A,1234"),
            (":a b:1", "':a' 'b':1"),
            ("a:99999", "'a':16383"),
            ("a:b", "42601 syntax error in tsvector: \"a:b\""),
            ("a:1,0", "42601 wrong position info in tsvector: \"a:1,0\""),
            ("''", "42601 syntax error in tsvector: \"''\""),
            ("'a' 'b", "42601 syntax error in tsvector: \"'a' 'b\""),
            ("a\\", "42601 there is no escaped character: \"a\\\""),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn bytes_give_the_vector_back() {
        let vector = parse("'a b':1,2B c d:16383A").unwrap();
        let mut bytes = Vec::new();
        vector.to_bytes(&mut bytes);
        assert_eq!(TsVector::from_bytes(&bytes), Some(vector));
        assert_eq!(TsVector::from_bytes(&bytes[1..]), None);
    }
}
