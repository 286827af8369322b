//! `tsquery` as text, and the two other ways of writing queries, whose words the caller makes lexemes of.
//!
//! ```text
//! plain   fat & ( rat | !cat:*A ) <2> 'it''s'
//! web     fat "ate rat" or -cat
//! ```
//! `!` binds most, then `<N>`, `&`, `|`; all but `!` from the left.

use std::fmt::Write as _;

use super::tsvector::{Reader, Words, is_operator, is_space, write_word};
use crate::error::{Notice, SqlError, SqlResult};
use crate::sqlstate::SqlState;
use crate::tsquery::{Builder, Connective, MAX_DISTANCE, Node, Operand, TsQuery, bad_distance, too_deep};
use crate::tsvector::{MAX_LEXEME_BYTES, Weight};

/// How a query is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// With operators (`to_tsquery`, and the type's own input).
    Operators,
    /// As search engines of the web are asked (`websearch_to_tsquery`).
    Web,
    /// No syntax: all of it is one word (`plainto_tsquery`, `phraseto_tsquery`).
    None,
}

/// A word as it is written, with what stands behind it.
#[derive(Clone, Copy, Debug)]
pub struct Word<'a> {
    pub text: &'a str,
    /// Set of [`Weight::bit`].
    pub weights: u8,
    pub prefix: bool,
}

/// How many operators may wait for their right operand within one pair of parentheses.
const MAX_WAITING: usize = 32;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    Not,
    Binary(Connective),
}

impl Operator {
    const fn priority(self) -> u8 {
        match self {
            Self::Binary(Connective::Or) => 1,
            Self::Binary(Connective::And) => 2,
            Self::Binary(Connective::Phrase(_)) => 3,
            Self::Not => 4,
        }
    }
}

enum Token {
    Word(String, u8, bool),
    Operator(Operator),
    Open,
    Close,
    /// The query ends where an operand should be, which is no error in the syntax of the web.
    Missing,
    End,
}

struct Parser<'a> {
    reader: Reader<'a>,
    syntax: Syntax,
    /// Whether an operand is next.
    operand: bool,
    /// Whether nothing has been read yet.
    first: bool,
    /// Parentheses that are open.
    open: usize,
}

impl Parser<'_> {
    fn text(&self) -> &str {
        self.reader.text
    }

    fn syntax_error(&self) -> SqlError {
        SqlError::new(SqlState::SyntaxError, format!("syntax error in tsquery: \"{}\"", self.text()))
    }

    fn operator(&mut self, operator: Operator) -> Token {
        (self.operand, self.first) = (true, false);
        Token::Operator(operator)
    }

    fn token(&mut self) -> SqlResult<Token> {
        match self.syntax {
            Syntax::Operators => self.plain(),
            Syntax::Web => self.web(),
            Syntax::None => {
                let rest = self.text()[self.reader.at..].to_owned();
                self.reader.at = self.text().len();
                Ok(if rest.is_empty() { Token::End } else { Token::Word(rest, 0, false) })
            }
        }
    }

    fn plain(&mut self) -> SqlResult<Token> {
        loop {
            let next = self.reader.peek();
            if next.is_some_and(is_space) {
                self.reader.next();
                continue;
            }
            if self.operand {
                return match next {
                    Some('!') => {
                        self.reader.next();
                        Ok(self.operator(Operator::Not))
                    }
                    Some('(') => {
                        self.reader.next();
                        (self.open, self.first) = (self.open + 1, false);
                        Ok(Token::Open)
                    }
                    Some(':') => Err(self.syntax_error()),
                    None if self.first => Ok(Token::End),
                    None => {
                        let message = format!("no operand in tsquery: \"{}\"", self.text());
                        Err(SqlError::new(SqlState::SyntaxError, message))
                    }
                    Some(_) => {
                        let word = self.reader.word()?.map_or_else(String::new, |w| w.0);
                        let (weights, prefix) = self.modifiers();
                        (self.operand, self.first) = (false, false);
                        Ok(Token::Word(word, weights, prefix))
                    }
                };
            }
            let connective = match next {
                Some('&') => Connective::And,
                Some('|') => Connective::Or,
                Some(')') => {
                    self.reader.next();
                    self.open = self.open.checked_sub(1).ok_or_else(|| self.syntax_error())?;
                    return Ok(Token::Close);
                }
                None if self.open == 0 => return Ok(Token::End),
                _ => match self.phrase()? {
                    Some(distance) => return Ok(self.operator(Operator::Binary(Connective::Phrase(distance)))),
                    None => return Err(self.syntax_error()),
                },
            };
            self.reader.next();
            return Ok(self.operator(Operator::Binary(connective)));
        }
    }

    /// `:*AB` behind a word.
    fn modifiers(&mut self) -> (u8, bool) {
        let (mut weights, mut prefix) = (0, false);
        if self.reader.peek() != Some(':') {
            return (weights, prefix);
        }
        self.reader.next();
        while let Some(c) = self.reader.peek() {
            match Weight::of_letter(u8::try_from(c).unwrap_or(0)) {
                Some(weight) => weights |= weight.bit(),
                None if c == '*' => prefix = true,
                None => break,
            }
            self.reader.next();
        }
        (weights, prefix)
    }

    /// `<->` or `<N>`, if it is next and something follows.
    fn phrase(&mut self) -> SqlResult<Option<u16>> {
        let rest = &self.text()[self.reader.at..];
        let Some(inner) = rest.strip_prefix('<') else { return Ok(None) };
        let (distance, after) = if let Some(after) = inner.strip_prefix('-') {
            (1, after)
        } else {
            let digits = inner.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 {
                return Ok(None);
            }
            let distance = inner[..digits].parse().ok().filter(|d: &i32| *d <= MAX_DISTANCE);
            (distance.ok_or_else(bad_distance)?, &inner[digits..])
        };
        let Some(after) = after.strip_prefix('>').filter(|after| !after.is_empty()) else { return Ok(None) };
        self.reader.at = self.text().len() - after.len();
        Ok(Some(u16::try_from(distance).unwrap_or(u16::MAX)))
    }

    fn web(&mut self) -> SqlResult<Token> {
        loop {
            let Some(next) = self.reader.peek() else {
                return Ok(if self.operand && !self.first { Token::Missing } else { Token::End });
            };
            if is_space(next) {
                self.reader.next();
            } else if self.operand {
                match next {
                    '-' => {
                        self.reader.next();
                        return Ok(self.operator(Operator::Not));
                    }
                    '"' => {
                        self.reader.next();
                        let rest = &self.text()[self.reader.at..];
                        let (word, quote) = rest.split_once('"').map_or((rest, 0), |(word, _)| (word, 1));
                        let (word, length) = (word.to_owned(), word.len());
                        self.reader.at += length + quote;
                        (self.operand, self.first) = (false, false);
                        return Ok(Token::Word(word, 0, false));
                    }
                    c if is_operator(c) => {
                        self.reader.next();
                        self.first = false;
                    }
                    _ => {
                        let word = self.reader.word()?.map_or_else(String::new, |w| w.0);
                        (self.operand, self.first) = (false, false);
                        return Ok(Token::Word(word, 0, false));
                    }
                }
            } else if is_operator(next) {
                // No operator here, and no word may begin with it.
                self.reader.next();
            } else if next != '"' && self.or() {
                return Ok(self.operator(Operator::Binary(Connective::Or)));
            } else {
                return Ok(self.operator(Operator::Binary(Connective::And)));
            }
        }
    }

    /// Passes `or`, if it is next as a word of its own and something follows.
    fn or(&mut self) -> bool {
        let rest = &self.text()[self.reader.at..];
        let Some((word, after)) = rest.split_at_checked(2) else { return false };
        let Some(behind) = after.chars().next() else { return false };
        if !word.eq_ignore_ascii_case("or") || matches!(behind, '-' | '_') || behind.is_alphanumeric() {
            return false;
        }
        // The character behind it is passed over, whatever it is.
        if after.chars().skip(1).all(is_space) {
            return false;
        }
        self.reader.at += 2;
        true
    }

    /// Up to the end, or to the closing parenthesis.
    fn expression(
        &mut self,
        depth: usize,
        push: &mut dyn FnMut(Word<'_>, &mut Builder) -> SqlResult<()>,
        builder: &mut Builder,
    ) -> SqlResult<()> {
        let depth = depth.checked_sub(1).ok_or_else(too_deep)?;
        let mut waiting: Vec<Operator> = Vec::new();
        loop {
            match self.token()? {
                Token::Word(text, weights, prefix) => push(Word { text: &text, weights, prefix }, builder)?,
                Token::Operator(operator) => {
                    while let Some(last) = waiting.last().copied() {
                        let stays = match operator {
                            Operator::Not => operator.priority() >= last.priority(),
                            Operator::Binary(_) => operator.priority() > last.priority(),
                        };
                        if stays {
                            break;
                        }
                        waiting.pop();
                        apply(last, builder)?;
                    }
                    if waiting.len() == MAX_WAITING {
                        return Err(SqlError::internal("tsquery stack too small"));
                    }
                    waiting.push(operator);
                }
                Token::Open => self.expression(depth, push, builder)?,
                token @ (Token::Close | Token::End | Token::Missing) => {
                    if matches!(token, Token::Missing) {
                        builder.gap();
                    }
                    while let Some(last) = waiting.pop() {
                        apply(last, builder)?;
                    }
                    return Ok(());
                }
            }
        }
    }
}

fn apply(operator: Operator, builder: &mut Builder) -> SqlResult<()> {
    match operator {
        Operator::Not => builder.not(),
        Operator::Binary(connective) => builder.binary(connective),
    }
}

/// A query whose words `push` makes operands of, with what PostgreSQL says about one that is empty.
///
/// # Errors
/// 42601, 22023, 54000, 54001, and what `push` answers.
pub fn read(
    text: &str,
    syntax: Syntax,
    push: &mut dyn FnMut(Word<'_>, &mut Builder) -> SqlResult<()>,
) -> SqlResult<(TsQuery, Option<Notice>)> {
    let words = if syntax == Syntax::Web { Words::WebQuery } else { Words::Query };
    let reader = Reader { text, at: 0, words };
    let mut parser = Parser { reader, syntax, operand: true, first: true, open: 0 };
    let mut builder = Builder::default();
    parser.expression(PARENTHESES, push, &mut builder)?;
    let nothing = builder.is_empty();
    let query = builder.finish()?;
    let notice = match query.root() {
        Some(_) => None,
        None if nothing => Some(format!("text-search query doesn't contain lexemes: \"{text}\"")),
        None => Some("text-search query contains only stop words or doesn't contain lexemes, ignored".to_owned()),
    };
    Ok((query, notice.map(Notice::notice)))
}

/// How deeply parentheses may nest.
const PARENTHESES: usize = 500;

/// An operand of this word.
///
/// # Errors
/// 54000 if it is too long; `query` is the text of the whole.
pub fn operand(word: &str, weights: u8, prefix: bool, query: &str) -> SqlResult<Operand> {
    if word.len() > MAX_LEXEME_BYTES {
        let message = format!("word is too long in tsquery: \"{query}\"");
        return Err(SqlError::new(SqlState::ProgramLimitExceeded, message));
    }
    Ok(Operand { word: word.into(), weights, prefix })
}

/// The type's input: words are lexemes as they stand.
///
/// # Errors
/// As [`read`].
pub fn parse(text: &str) -> SqlResult<TsQuery> {
    let mut push = |word: Word<'_>, builder: &mut Builder| -> SqlResult<()> {
        builder.operand(operand(word.text, word.weights, word.prefix, text)?);
        Ok(())
    };
    read(text, Syntax::Operators, &mut push).map(|(query, _)| query)
}

/// Appends the text form.
pub fn write(query: &TsQuery, out: &mut String) {
    if let Some(root) = query.root() {
        write_node(root, 0, false, out);
    }
}

/// `around` is the priority of the operator that this is an operand of; `behind_phrase`, whether it is the right one of a
/// phrase.
pub fn write_node(node: &Node, around: u8, behind_phrase: bool, out: &mut String) {
    let (operator, left, right) = match node {
        Node::Operand(operand) => return write_operand(operand, out),
        Node::Not(inner) => {
            out.push('!');
            return write_node(inner, Operator::Not.priority(), false, out);
        }
        Node::Binary(connective, left, right) => (*connective, left, right),
    };
    let priority = Operator::Binary(operator).priority();
    let phrase = matches!(operator, Connective::Phrase(_));
    let parentheses = priority < around || (phrase && behind_phrase);
    if parentheses {
        out.push_str("( ");
    }
    write_node(left, priority, false, out);
    match operator {
        Connective::And => out.push_str(" & "),
        Connective::Or => out.push_str(" | "),
        Connective::Phrase(1) => out.push_str(" <-> "),
        Connective::Phrase(distance) => {
            let _ = write!(out, " <{distance}> ");
        }
    }
    write_node(right, priority, phrase, out);
    if parentheses {
        out.push_str(" )");
    }
}

fn write_operand(operand: &Operand, out: &mut String) {
    write_word(&operand.word, out);
    if operand.weights == 0 && !operand.prefix {
        return;
    }
    out.push(':');
    if operand.prefix {
        out.push('*');
    }
    for weight in [Weight::A, Weight::B, Weight::C, Weight::D] {
        if operand.weights & weight.bit() != 0 {
            out.push(weight.letter());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let mut out = String::new();
        match parse(text) {
            Ok(query) => write(&query, &mut out),
            Err(error) => out = format!("{} {}", error.code().as_str(), error.message()),
        }
        out
    }

    #[test]
    fn queries_are_read_and_written_as_postgresql_does() {
        let cases = [
            ("1&2|3", "'1' & '2' | '3'"),
            ("1|(2&!3)", "'1' | '2' & !'3'"),
            ("!(a|b)<->c", "!( 'a' | 'b' ) <-> 'c'"),
            ("a<->b<->c", "'a' <-> 'b' <-> 'c'"),
            ("a<->(b<->c)", "'a' <-> ( 'b' <-> 'c' )"),
            ("a <2> b & c:*AB | 'it''s'", "'a' <2> 'b' & 'c':*AB | 'it''s'"),
            ("!!a", "!!'a'"),
            ("", ""),
            ("  ", ""),
            ("a &", "42601 no operand in tsquery: \"a &\""),
            ("&", "42601 syntax error in tsquery: \"&\""),
            ("a b", "42601 syntax error in tsquery: \"a b\""),
            ("(a", "42601 syntax error in tsquery: \"(a\""),
            ("a)", "42601 syntax error in tsquery: \"a)\""),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn bytes_give_the_query_back() {
        let query = parse("!(a|b:*A)<3>c & d").unwrap();
        let mut bytes = Vec::new();
        query.to_bytes(&mut bytes);
        assert_eq!(TsQuery::from_bytes(&bytes), Some(query));
        assert_eq!(TsQuery::from_bytes(&bytes[1..]), None);
    }
}
