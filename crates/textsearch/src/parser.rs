//! The default parser: text into tokens (manual §12.5).
//!
//! It is an automaton that remembers where it could have gone otherwise:
//! ```text
//! www.example  an ASCII word; at the dot a place is kept, and a host name is tried. If none comes of it, the parser
//!              goes back to the place and tries the next rule there, until the word ends.
//! ```
//! States and rules are in [`states`]; the first rule whose test holds is taken. A token is found when a rule says so:
//! hyphenated words and URLs are given whole first, then, from the same place, in parts.
//!
//! Invariants:
//! 1. tokens follow one another without gaps, but for what is given twice;
//! 2. the last rule of each state always holds, so the automaton never stands still.

mod states;

use states::{Act, Rule, Special, State, Test, rules};

use crate::characters;
use crate::token::TokenType;

/// A token, and where it is in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    pub kind: TokenType,
    pub text: &'a str,
}

/// A place of the automaton in the text.
#[derive(Clone, Copy, Debug)]
struct Place {
    state: State,
    /// Byte of the text that is next.
    at: usize,
    /// Bytes of that character; 0 at the end.
    width: usize,
    /// Length of the token up to here, in bytes and in characters.
    bytes: usize,
    characters: usize,
    /// The rule by which another place was tried from here.
    left_by: Option<usize>,
}

/// Gives one token after the other.
#[derive(Clone, Debug)]
pub struct Parser<'a> {
    text: &'a str,
    /// The place where it is, above those to which it can go back.
    places: Vec<Place>,
    /// Where the token begins that is read now.
    start: usize,
    /// Whether a host name ends where one is read.
    want_host: bool,
    /// Whether all is passed over, as in scripts and style sheets.
    ignore: bool,
}

impl<'a> Parser<'a> {
    pub fn new(text: &'a str) -> Self {
        Self::in_state(text, State::Base)
    }

    fn in_state(text: &'a str, state: State) -> Self {
        let place = Place { state, at: 0, width: 0, bytes: 0, characters: 0, left_by: None };
        Self { text, places: vec![place], start: 0, want_host: false, ignore: false }
    }

    fn place(&mut self) -> &mut Place {
        if self.places.is_empty() {
            // Never so: the rules keep one. Nothing better can be done than to end.
            let at = self.text.len();
            self.places.push(Place { state: State::Base, at, width: 0, bytes: 0, characters: 0, left_by: None });
        }
        let last = self.places.len() - 1;
        &mut self.places[last]
    }

    fn test(&mut self, test: Test) -> bool {
        let place = *self.place();
        let next = self.text[place.at..].chars().next();
        let is = |f: fn(char) -> bool| next.is_some_and(f);
        match test {
            Test::Any => true,
            Test::End => next.is_none(),
            Test::Is(c) => next == Some(c),
            Test::Ignored => self.ignore,
            Test::AsciiLetter => is(|c| c.is_ascii_alphabetic()),
            Test::Letter => is(characters::is_alphabetic),
            Test::Digit => is(|c| c.is_ascii_digit()),
            Test::HexDigit => is(|c| c.is_ascii_hexdigit()),
            Test::LetterOrDigit => is(characters::is_alphanumeric),
            Test::Neither => is(|c| !characters::is_alphanumeric(c)),
            Test::Mark => is(characters::is_mark),
            Test::Space => is(characters::is_space),
            Test::UrlCharacter => is(|c| c.is_ascii_graphic() && !"\"<>\\^`{|}".contains(c)),
            Test::StopsAtHost => std::mem::take(&mut self.want_host),
            Test::HostFollows => {
                let mut inner = Self::new(&self.text[place.at..]);
                inner.want_host = true;
                self.pass(inner, TokenType::Host)
            }
            Test::UrlPathFollows => {
                let inner = Self::in_state(&self.text[place.at..], State::UrlPathFirst);
                // Somewhere to go back to.
                let mut inner = inner;
                let base = Place { state: State::Base, ..*inner.place() };
                inner.places.insert(0, base);
                self.pass(inner, TokenType::UrlPath)
            }
        }
    }

    /// Whether what `inner` reads next is of this kind; if so, it is passed.
    fn pass(&mut self, mut inner: Self, kind: TokenType) -> bool {
        match inner.next() {
            Some(token) if token.kind == kind => {
                let place = self.place();
                place.at += token.text.len();
                place.bytes += token.text.len();
                place.characters += token.text.chars().count();
                place.width = 0;
                true
            }
            _ => false,
        }
    }

    fn special(&mut self, special: Special) {
        let start = self.start;
        let place = self.place();
        match special {
            Special::None => {}
            Special::Again => place.at -= place.bytes,
            Special::AgainForHost => {
                place.at -= place.bytes;
                self.want_host = true;
            }
            Special::FromStart => {
                place.at -= place.bytes;
                (place.bytes, place.characters) = (0, 0);
            }
            Special::Tag => {
                let length = place.characters;
                let begins =
                    |name: &str| self.text[start..].get(..name.len()).is_some_and(|t| t.eq_ignore_ascii_case(name));
                match length {
                    8 if begins("</script") => self.ignore = false,
                    7 if begins("</style") => self.ignore = false,
                    7 if begins("<script") => self.ignore = true,
                    6 if begins("<style") => self.ignore = true,
                    _ => {}
                }
            }
        }
    }

    /// The rule that holds here, after those that were tried.
    fn rule(&mut self) -> (usize, &'static Rule) {
        let place = self.place();
        let rules = rules(place.state);
        let from = place.left_by.take().map_or(0, |rule| rule + 1);
        for (index, rule) in rules.iter().enumerate().skip(from) {
            if self.test(rule.test) {
                return (index, rule);
            }
        }
        (rules.len() - 1, &rules[rules.len() - 1])
    }

    /// Changes which places are kept.
    fn act(&mut self, act: Act, index: usize) {
        match act {
            Act::Stay | Act::Again => {}
            Act::Back => {
                self.places.pop();
            }
            Act::Try => {
                let mut tried = *self.place();
                self.place().left_by = Some(index);
                tried.left_by = None;
                self.places.push(tried);
            }
            Act::Forget => {
                if let Some(before) = self.places.len().checked_sub(2) {
                    self.places.remove(before);
                }
            }
            Act::ForgetAll => {
                self.places.drain(..self.places.len() - 1);
            }
            Act::Merge => {
                if let Some(from) = self.places.pop() {
                    let place = self.place();
                    *place = Place { state: place.state, left_by: place.left_by, ..from };
                }
            }
        }
    }
}

impl<'a> Iterator for Parser<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let length = self.text.len();
        self.start = self.place().at;
        if self.start >= length {
            return None;
        }
        self.place().left_by = None;
        loop {
            let at = self.place().at;
            if at > length {
                return None;
            }
            self.place().width = self.text[at..].chars().next().map_or(0, char::len_utf8);
            let (index, rule) = self.rule();
            self.special(rule.special);
            let found = rule.token.map(|kind| {
                let place = self.place();
                let bytes = place.bytes;
                (place.bytes, place.characters) = (0, 0);
                (kind, bytes)
            });
            self.act(rule.act, index);
            if let Some(state) = rule.to {
                self.place().state = state;
            }
            if let Some((kind, bytes)) = found {
                return Some(Token { kind, text: &self.text[self.start..self.start + bytes] });
            }
            if self.place().at >= length && rule.act != Act::Again {
                return None;
            }
            if matches!(rule.act, Act::Again | Act::Back) {
                continue;
            }
            let place = self.place();
            if place.width > 0 {
                place.at += place.width;
                place.bytes += place.width;
                place.characters += 1;
            }
        }
    }
}

#[cfg(test)]
mod parser_test;
