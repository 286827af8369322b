//! Configurations: which dictionary a kind of token goes to (manual §12.7).
//!
//! Words go to the dictionary of the language, everything else to `simple`; blanks, tags, protocols and entities to none.
//! Words of ASCII letters in a text of another script are English.

use gavel_types::{Oid, SqlError, SqlResult};

use crate::dictionary::{Dictionary, LANGUAGES, Language, language_named};
use crate::token::TokenType;

/// OID of the one parser.
pub const DEFAULT_PARSER: Oid = Oid(3722);
/// OID of the configuration `simple`.
pub const SIMPLE: Oid = Oid(3748);

/// A text search configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Configuration(Option<&'static Language>);

impl Configuration {
    /// Every token in lower case.
    pub const SIMPLE: Self = Self(None);

    /// All configurations, by name; `simple` is first.
    pub fn all() -> impl Iterator<Item = Self> {
        std::iter::once(Self::SIMPLE).chain(LANGUAGES.iter().map(|l| Self(Some(l))))
    }

    pub fn named(name: &str) -> Option<Self> {
        if name == "simple" { Some(Self::SIMPLE) } else { language_named(name).map(|l| Self(Some(l))) }
    }

    /// The configuration with this OID.
    ///
    /// # Errors
    /// XX000 if there is none, as PostgreSQL says it of numbers that are no configuration.
    pub fn by_oid(oid: Oid) -> SqlResult<Self> {
        Self::all()
            .find(|c| c.oid() == oid)
            .ok_or_else(|| SqlError::internal(format!("cache lookup failed for text search configuration {oid}")))
    }

    pub const fn name(self) -> &'static str {
        match self.0 {
            None => "simple",
            Some(language) => language.name,
        }
    }

    pub const fn oid(self) -> Oid {
        match self.0 {
            None => SIMPLE,
            Some(language) => Oid(language.dictionary.0 + 1),
        }
    }

    /// The dictionary that tokens of this kind go to.
    pub fn dictionary(self, kind: TokenType) -> Option<Dictionary> {
        let language = match kind {
            TokenType::Blank | TokenType::Tag | TokenType::Protocol | TokenType::Entity => return None,
            TokenType::AsciiWord | TokenType::AsciiHyphenPart | TokenType::AsciiHyphenated => {
                self.0.map(|l| if is_of_other_script(l) { language_named("english").unwrap_or(l) } else { l })
            }
            TokenType::Word | TokenType::HyphenPart | TokenType::Hyphenated => self.0,
            _ => None,
        };
        Some(language.map_or(Dictionary::Simple, Dictionary::Snowball))
    }
}

/// Whether words of ASCII letters are of another language than the text.
fn is_of_other_script(language: &Language) -> bool {
    OTHER_SCRIPTS.contains(&language.name)
}

const OTHER_SCRIPTS: &[&str] = &["russian"];
