//! Dictionaries: a token into its lexeme, or into nothing if it is a stop word (manual §12.6).

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use gavel_types::Oid;
use rust_stemmers::{Algorithm, Stemmer};

use crate::characters::lower;

/// Longer tokens are no words of any language, and are not looked into.
const MAX_STEMMED_BYTES: usize = 1_000;

/// A language whose words can be stemmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Language {
    pub name: &'static str,
    algorithm: Algorithm,
    /// OID of the dictionary; that of the configuration is the next.
    pub dictionary: Oid,
}

const fn language(name: &'static str, algorithm: Algorithm, dictionary: u32) -> Language {
    Language { name, algorithm, dictionary: Oid(dictionary) }
}

/// All languages, by name, with the OIDs that PostgreSQL 15 gives.
pub static LANGUAGES: &[Language] = &[
    language("arabic", Algorithm::Arabic, 13151),
    language("danish", Algorithm::Danish, 13159),
    language("dutch", Algorithm::Dutch, 13161),
    language("english", Algorithm::English, 13163),
    language("finnish", Algorithm::Finnish, 13165),
    language("french", Algorithm::French, 13167),
    language("german", Algorithm::German, 13169),
    language("greek", Algorithm::Greek, 13171),
    language("hungarian", Algorithm::Hungarian, 13175),
    language("italian", Algorithm::Italian, 13181),
    language("norwegian", Algorithm::Norwegian, 13187),
    language("portuguese", Algorithm::Portuguese, 13189),
    language("romanian", Algorithm::Romanian, 13191),
    language("russian", Algorithm::Russian, 13193),
    language("spanish", Algorithm::Spanish, 13197),
    language("swedish", Algorithm::Swedish, 13199),
    language("tamil", Algorithm::Tamil, 13201),
    language("turkish", Algorithm::Turkish, 13203),
];

/// The language of this name.
pub fn language_named(name: &str) -> Option<&'static Language> {
    LANGUAGES.iter().find(|l| l.name == name)
}

static STOP_WORDS: LazyLock<HashMap<&'static str, HashSet<&'static str>>> = LazyLock::new(|| {
    let lines = include_str!("../data/stop_words.tsv").lines();
    lines.filter_map(|line| line.split_once('\t')).map(|(name, words)| (name, words.split(' ').collect())).collect()
});

impl Language {
    /// Whether its dictionary leaves words out.
    pub fn has_stop_words(&self) -> bool {
        STOP_WORDS.contains_key(self.name)
    }

    fn is_stop_word(&self, word: &str) -> bool {
        STOP_WORDS.get(self.name).is_some_and(|words| words.contains(word))
    }

    fn stem(&self, word: &str) -> String {
        Stemmer::create(self.algorithm).stem(word).into_owned()
    }
}

/// What makes lexemes of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dictionary {
    /// Lower case.
    Simple,
    Snowball(&'static Language),
}

/// OID of the dictionary `simple`.
pub const SIMPLE: Oid = Oid(3765);

impl Dictionary {
    /// All dictionaries.
    pub fn all() -> impl Iterator<Item = Self> {
        std::iter::once(Self::Simple).chain(LANGUAGES.iter().map(Self::Snowball))
    }

    pub fn by_oid(oid: Oid) -> Option<Self> {
        Self::all().find(|d| d.oid() == oid)
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|d| d.name() == name)
    }

    pub fn oid(self) -> Oid {
        match self {
            Self::Simple => SIMPLE,
            Self::Snowball(language) => language.dictionary,
        }
    }

    pub fn name(self) -> String {
        match self {
            Self::Simple => "simple".to_owned(),
            Self::Snowball(language) => format!("{}_stem", language.name),
        }
    }

    /// The lexeme of a token; `None` for a stop word. Every word is known.
    pub fn lexeme(self, token: &str) -> Option<String> {
        let word = lower(token);
        match self {
            _ if word.is_empty() => None,
            Self::Simple => Some(word),
            Self::Snowball(_) if token.len() > MAX_STEMMED_BYTES => Some(word),
            Self::Snowball(language) if language.is_stop_word(&word) => None,
            Self::Snowball(language) => Some(language.stem(&word)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_stemmed_and_stop_words_left_out() {
        let english = Dictionary::named("english_stem").expect("English");
        assert_eq!(english.lexeme("Stars").as_deref(), Some("star"));
        assert_eq!(english.lexeme("The"), None);
        assert_eq!(Dictionary::Simple.lexeme("The").as_deref(), Some("the"));
        let german = Dictionary::named("german_stem").expect("German");
        assert_eq!(german.lexeme("Häuser").as_deref(), Some("haus"));
        assert_eq!(Dictionary::by_oid(Oid(13163)), Some(english));
    }
}
