//! `ts_headline`: the part of a text that shows best why it satisfies a query (manual §12.3.4).
//!
//! ```text
//! text    words, each with the operands of the query that it is
//! covers  shortest runs of words that satisfy the query, found from left to right
//! choice  the cover with the most words of the query, brought to between MinWords and MaxWords; or, with MaxFragments,
//!         several, each made longer on both sides
//! ```
//! A word that is several operands at once is there once for each, all but the first marked as repeated.

mod options;
mod select;

use std::borrow::Cow;

use gavel_types::text_io::number::parse_int;
use gavel_types::tsquery::{Node, Operand};
use gavel_types::tsvector::{MAX_LEXEME_BYTES, Position, Weight};
use gavel_types::{SqlError, SqlResult, SqlState, TsQuery};

use crate::configuration::Configuration;
use crate::matching::{Answer, Source, satisfies};
use crate::parser::Parser;
use crate::token::TokenType;

/// How a headline is made and marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub min_words: i32,
    pub max_words: i32,
    /// Words of so many bytes and fewer do not stand at an end, unless the query asks for them.
    pub short_word: i32,
    /// 0 for one part, chosen by other rules.
    pub max_fragments: i32,
    /// The whole text.
    pub highlight_all: bool,
    pub start: String,
    pub stop: String,
    pub delimiter: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            min_words: 15,
            max_words: 35,
            short_word: 3,
            max_fragments: 0,
            highlight_all: false,
            start: "<b>".into(),
            stop: "</b>".into(),
            delimiter: " ... ".into(),
        }
    }
}

impl Options {
    /// Reads `MaxWords=10, StartSel = "<i>"`.
    ///
    /// # Errors
    /// 42601, 22023, 22P02.
    pub fn parse(text: &str) -> SqlResult<Self> {
        let mut options = Self::default();
        for (name, value) in options::pairs(text)? {
            match name.to_ascii_lowercase().as_str() {
                "maxwords" => options.max_words = parse_int(&value, "integer")?,
                "minwords" => options.min_words = parse_int(&value, "integer")?,
                "shortword" => options.short_word = parse_int(&value, "integer")?,
                "maxfragments" => options.max_fragments = parse_int(&value, "integer")?,
                "startsel" => options.start = value,
                "stopsel" => options.stop = value,
                "fragmentdelimiter" => options.delimiter = value,
                "highlightall" => {
                    let yes = ["1", "on", "true", "t", "y", "yes"];
                    options.highlight_all = yes.iter().any(|y| value.eq_ignore_ascii_case(y));
                }
                _ => return Err(invalid(format!("unrecognized headline parameter: \"{name}\""))),
            }
        }
        options.check()?;
        Ok(options)
    }

    fn check(&self) -> SqlResult<()> {
        if self.highlight_all {
            return Ok(());
        }
        for (wrong, message) in [
            (self.min_words >= self.max_words, "MinWords should be less than MaxWords"),
            (self.min_words <= 0, "MinWords should be positive"),
            (self.short_word < 0, "ShortWord should be >= 0"),
            (self.max_fragments < 0, "MaxFragments should be >= 0"),
        ] {
            if wrong {
                return Err(invalid(message));
            }
        }
        Ok(())
    }

    /// Longest cover that is looked for, in words.
    fn max_cover(&self) -> usize {
        let words = self.max_words.saturating_mul(10).max(100);
        let words = if self.max_fragments > 0 { words.saturating_mul(self.max_fragments) } else { words };
        usize::try_from(words).unwrap_or(100)
    }
}

fn invalid(message: impl Into<String>) -> SqlError {
    SqlError::new(SqlState::InvalidParameterValue, message)
}

/// A word of the text.
#[derive(Clone, Debug)]
struct Word<'t> {
    text: &'t str,
    kind: TokenType,
    /// Its place among the lexemes; 0 if no dictionary knows it.
    position: u16,
    /// The operand that it is.
    operand: Option<usize>,
    /// Whether it is there a second time, for another operand.
    repeated: bool,
    /// Marked, a part of the headline, shown as a blank, not shown.
    selected: bool,
    inside: bool,
    blank: bool,
    skipped: bool,
}

impl Word<'_> {
    /// Whether it counts as a word.
    fn counts(&self) -> bool {
        !matches!(self.kind, TokenType::Blank | TokenType::Tag) && !is_skipped(self.kind)
    }

    /// Whether the query asks for it.
    fn is_wanted(&self) -> bool {
        self.operand.is_some() && !self.repeated
    }

    /// Whether a headline should not end here.
    fn is_bad_end(&self, short_word: i32) -> bool {
        let odd = !self.counts()
            || matches!(
                self.kind,
                TokenType::Scientific
                    | TokenType::Version
                    | TokenType::Decimal
                    | TokenType::SignedInt
                    | TokenType::UnsignedInt
                    | TokenType::Protocol
                    | TokenType::Entity
            );
        (odd || i32::try_from(self.text.len()).unwrap_or(i32::MAX) <= short_word) && !self.is_wanted()
    }
}

/// Whether tokens of this kind are not shown, since their parts follow.
const fn is_skipped(kind: TokenType) -> bool {
    kind.is_compound() || matches!(kind, TokenType::Url)
}

/// The text as words, with the query that is asked.
struct Text<'t, 'q> {
    words: Vec<Word<'t>>,
    operands: Vec<&'q Operand>,
    query: Option<&'q Node>,
}

/// Some of the words, as a document.
struct Run<'a, 't, 'q> {
    words: &'a [Word<'t>],
    operands: &'a [&'q Operand],
}

impl Run<'_, '_, '_> {
    fn index(&self, operand: &Operand) -> Option<usize> {
        self.operands.iter().position(|o| std::ptr::eq(*o, operand))
    }
}

impl Source for Run<'_, '_, '_> {
    fn has(&self, operand: &Operand) -> Answer {
        let index = self.index(operand);
        let found = index.is_some() && self.words.iter().any(|w| w.operand == index);
        if found { Answer::Yes } else { Answer::No }
    }

    fn positions(&self, operand: &Operand) -> Option<Cow<'_, [u32]>> {
        let index = self.index(operand);
        let mut found: Vec<u32> = Vec::new();
        for word in self.words.iter().filter(|w| w.operand.is_some() && w.operand == index) {
            let position = u32::from(word.position);
            if found.last().is_none_or(|last| *last < position) {
                found.push(position);
            }
        }
        Some(Cow::Owned(found))
    }
}

impl<'t, 'q> Text<'t, 'q> {
    fn new(configuration: Configuration, text: &'t str, query: &'q TsQuery) -> Self {
        let mut found = Self { words: Vec::new(), operands: query.operands(), query: query.root() };
        let mut position = 0;
        for token in Parser::new(text) {
            if token.text.len() > MAX_LEXEME_BYTES {
                continue;
            }
            let dictionary = configuration.dictionary(token.kind);
            let lexeme = dictionary.and_then(|d| d.lexeme(token.text));
            position += u32::from(dictionary.is_some());
            found.words.push(Word {
                text: token.text,
                kind: token.kind,
                position: 0,
                operand: None,
                repeated: false,
                selected: false,
                inside: false,
                blank: false,
                skipped: false,
            });
            if let Some(lexeme) = lexeme {
                found.assign(&lexeme, Position::new(position, Weight::D).position());
            }
        }
        found
    }

    /// Finds the operands that the last word is.
    fn assign(&mut self, lexeme: &str, position: u16) {
        let Some(word) = self.words.last_mut() else { return };
        word.position = position;
        let mut first = true;
        for (index, operand) in self.operands.iter().enumerate() {
            let same = if operand.prefix { lexeme.starts_with(&*operand.word) } else { lexeme == &*operand.word };
            if !same {
                continue;
            }
            let Some(last) = self.words.last_mut() else { return };
            if first {
                last.operand = Some(index);
                first = false;
            } else {
                let again = Word { operand: Some(index), repeated: true, ..last.clone() };
                self.words.push(again);
            }
        }
    }

    /// The next word from `from` on that the query asks for.
    fn next_wanted(&self, from: usize) -> Option<usize> {
        (from..self.words.len()).find(|i| self.words[*i].operand.is_some())
    }

    /// The first shortest run of words from `from` on that satisfies the query, by its first and last word.
    fn cover(&self, from: usize, max_cover: usize) -> Option<(usize, usize)> {
        let query = self.query?;
        let mut first = self.next_wanted(from);
        while let Some(begin) = first {
            let mut last = Some(begin);
            while let Some(end) = last.filter(|end| *end == begin || end - begin < max_cover) {
                let run = Run { words: &self.words[begin..=end], operands: &self.operands };
                if satisfies(&run, query) {
                    return Some((begin, end));
                }
                last = self.next_wanted(end + 1);
            }
            first = self.next_wanted(begin + 1);
        }
        None
    }

    /// Makes the words from `begin` to `end` a part of the headline.
    fn mark(&mut self, begin: usize, end: usize, options: &Options) {
        let end = (end + 1).min(self.words.len());
        for word in self.words.get_mut(begin..end).unwrap_or_default() {
            if word.operand.is_some() {
                word.selected = true;
            }
            match word.kind {
                TokenType::Tag if !options.highlight_all => word.blank = true,
                kind if is_skipped(kind) => word.skipped = true,
                _ => {}
            }
            word.inside = !word.repeated;
        }
    }

    fn show(&self, options: &Options) -> String {
        let (mut out, mut inside, mut fragments) = (String::new(), false, 0);
        for word in self.words.iter().filter(|w| !w.repeated) {
            if !word.inside {
                inside = false;
                continue;
            }
            if !inside {
                inside = true;
                fragments += 1;
                if fragments > 1 {
                    out.push_str(&options.delimiter);
                }
            }
            if word.blank {
                out.push(' ');
            } else if !word.skipped {
                if word.selected {
                    out.push_str(&options.start);
                }
                out.push_str(word.text);
                if word.selected {
                    out.push_str(&options.stop);
                }
            }
        }
        out
    }
}

/// `ts_headline(configuration, text, query, options)`.
pub fn headline(configuration: Configuration, text: &str, query: &TsQuery, options: &Options) -> String {
    let mut text = Text::new(configuration, text, query);
    if options.max_fragments == 0 {
        select::one(&mut text, options);
    } else {
        select::fragments(&mut text, options);
    }
    text.show(options)
}
