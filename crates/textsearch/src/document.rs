//! Documents: text, or the values of JSON, into lexemes with their positions.

use gavel_types::tsvector::{Lexeme, MAX_LEXEME_BYTES, MAX_POSITION, Position, Weight};
use gavel_types::{Notice, SqlError, SqlResult, SqlState, TsVector};

use crate::configuration::Configuration;
use crate::parser::Parser;

/// Most positions of a lexeme that a text gives.
const MAX_POSITIONS: usize = 255;

/// A lexeme at its place in the text, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    pub word: String,
    pub position: u32,
}

/// Lexemes of one text after the other.
#[derive(Debug)]
pub struct Document {
    configuration: Configuration,
    words: Vec<Placed>,
    /// The last position that was given; stop words have one, too.
    position: u32,
    /// What is said about words that were left out.
    pub notices: Vec<Notice>,
}

/// What PostgreSQL says of a word that no lexeme can be made of.
pub(crate) fn too_long() -> Notice {
    let mut notice = Notice::notice("word is too long to be indexed");
    notice.error = SqlError::new(SqlState::ProgramLimitExceeded, "word is too long to be indexed")
        .detail(format!("Words longer than {} characters are ignored.", MAX_LEXEME_BYTES + 1));
    notice
}

impl Document {
    pub const fn new(configuration: Configuration) -> Self {
        Self { configuration, words: Vec::new(), position: 0, notices: Vec::new() }
    }

    /// Adds a text behind those that are there.
    pub fn add(&mut self, text: &str) {
        for token in Parser::new(text) {
            if token.text.len() > MAX_LEXEME_BYTES {
                self.notices.push(too_long());
                continue;
            }
            let Some(dictionary) = self.configuration.dictionary(token.kind) else { continue };
            self.position += 1;
            if let Some(word) = dictionary.lexeme(token.text) {
                self.words.push(Placed { word, position: self.position });
            }
        }
    }

    /// Adds a text that is no phrase with what is before it.
    pub fn add_apart(&mut self, text: &str) {
        let before = self.words.len();
        self.add(text);
        if self.words.len() > before {
            self.position += 1;
        }
    }

    /// What was found, in the order of the text.
    pub fn into_words(self) -> Vec<Placed> {
        self.words
    }

    /// # Errors
    /// 54000 if the lexemes are too long together.
    pub fn into_vector(self) -> SqlResult<TsVector> {
        let mut words = self.words;
        words.sort_by(|a, b| a.word.as_bytes().cmp(b.word.as_bytes()).then(a.position.cmp(&b.position)));
        let mut lexemes: Vec<Lexeme> = Vec::with_capacity(words.len());
        for placed in words {
            let position = Position::new(placed.position, Weight::D);
            match lexemes.last_mut() {
                Some(last) if *last.word == *placed.word => {
                    let before = last.positions.last().map_or(0, |p| p.position());
                    let full = last.positions.len() >= MAX_POSITIONS || before == MAX_POSITION;
                    if !full && before != position.position() {
                        last.positions.push(position);
                    }
                }
                _ => lexemes.push(Lexeme::new(placed.word, vec![position])),
            }
        }
        TsVector::checked(lexemes)
    }
}

/// `to_tsvector(configuration, text)`.
///
/// # Errors
/// As [`Document::into_vector`].
pub fn to_vector(configuration: Configuration, text: &str) -> SqlResult<(TsVector, Vec<Notice>)> {
    let mut document = Document::new(configuration);
    document.add(text);
    let notices = std::mem::take(&mut document.notices);
    Ok((document.into_vector()?, notices))
}

/// Which values of a JSON document are looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    pub strings: bool,
    pub numbers: bool,
    pub booleans: bool,
    pub keys: bool,
}

impl Parts {
    /// What `to_tsvector` looks at.
    pub const STRINGS: Self = Self { strings: true, numbers: false, booleans: false, keys: false };

    /// Adds what a flag names.
    ///
    /// # Errors
    /// 22023 for another word.
    pub fn add(&mut self, flag: &str) -> SqlResult<()> {
        match flag.to_ascii_lowercase().as_str() {
            "all" => *self = Self { strings: true, numbers: true, booleans: true, keys: true },
            "key" => self.keys = true,
            "string" => self.strings = true,
            "numeric" => self.numbers = true,
            "boolean" => self.booleans = true,
            _ => return Err(Self::flag_error(format!("wrong flag in flag array: \"{flag}\""))),
        }
        Ok(())
    }

    /// 22023, with what is possible.
    pub fn flag_error(message: impl Into<String>) -> SqlError {
        SqlError::new(SqlState::InvalidParameterValue, message)
            .hint("Possible values are: \"string\", \"numeric\", \"boolean\", \"key\", and \"all\".")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gavel_types::text_io::tsvector::write;

    fn shown(configuration: &str, text: &str) -> String {
        let configuration = Configuration::named(configuration).expect("configuration");
        let mut out = String::new();
        write(&to_vector(configuration, text).expect("vector").0, &mut out);
        out
    }

    #[test]
    fn texts_become_vectors() {
        let text = "The Fat Rats, eating fat cats";
        assert_eq!(shown("english", text), "'cat':6 'eat':4 'fat':2,5 'rat':3");
        assert_eq!(shown("simple", text), "'cats':6 'eating':4 'fat':2,5 'rats':3 'the':1");
        assert_eq!(shown("english", "well-known"), "'known':3 'well':2 'well-known':1");
    }
}
