//! Text to a path. Words are key words only where one may stand: `$.exists` is a member.

use super::{Arithmetic, Comparison, Expr, Method, Path, Step};
use crate::error::{SqlError, SqlResult};
use crate::numeric::Numeric;
use crate::sqlstate::SqlState;

/// Deepest nesting. PostgreSQL's limit is its stack.
const MAX_DEPTH: usize = 200;

/// Parses a path.
///
/// # Errors
/// 22P02 for an empty text, 42601 for any other that is no path, 54001 if nested too deeply.
pub fn parse(text: &str) -> SqlResult<Path> {
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Err(crate::text_io::invalid_syntax("jsonpath", text));
    }
    let mut p = Parser { text, tokens, at: 0, depth: 0, filters: 0, subscripts: 0 };
    let strict = p.take_word("strict");
    if !strict {
        p.take_word("lax");
    }
    let expr = p.disjunction()?;
    if p.at < p.tokens.len() {
        return Err(p.unexpected());
    }
    Ok(Path { strict, expr })
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Sign(&'static str),
    /// Without quotes.
    Word(String),
    String(String),
    Number(String),
    /// `$name`.
    Variable(String),
}

/// Longest first.
const SIGNS: &[&str] = &[
    "**", "&&", "||", "==", "!=", "<>", "<=", ">=", "=", "!", "<", ">", "(", ")", "[", "]", "{", "}", "?", "@", ",",
    ".", "+", "-", "*", "/", "%", "$",
];

/// A word's letters: all but what separates.
fn in_word(c: char) -> bool {
    !c.is_ascii_whitespace() && !"?%$.[]{}()|&!=<>@#,*:-+/\\\"".contains(c)
}

fn syntax(text: &str, at: usize, why: &str) -> SqlError {
    let rest = text.get(at..).unwrap_or_default();
    let near = match SIGNS.iter().find(|s| rest.starts_with(**s)) {
        Some(sign) => sign,
        None => rest.find(|c: char| !in_word(c)).map_or(rest, |end| rest.get(..end.max(1)).unwrap_or(rest)),
    };
    near_error(near, why)
}

fn near_error(near: &str, why: &str) -> SqlError {
    let message = match near.is_empty() {
        true => format!("{why} at end of jsonpath input"),
        false => format!("{why} at or near \"{near}\" of jsonpath input"),
    };
    SqlError::new(SqlState::SyntaxError, message)
}

/// Tokens with where they begin.
fn tokens(text: &str) -> SqlResult<Vec<(Token, usize)>> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        let start = at;
        if c.is_ascii_whitespace() {
            at += 1;
        } else if let Some(comment) = rest.strip_prefix("/*") {
            let end = comment.find("*/").ok_or_else(|| syntax(text, text.len(), "unexpected end of comment"))?;
            at += end + 4;
        } else if c == '"' {
            let (value, length) = string(text, at)?;
            at += length;
            out.push((Token::String(value), start));
        } else if c == '$' && rest.get(1..).is_some_and(|r| r.starts_with('"')) {
            let (value, length) = string(text, at + 1)?;
            at += 1 + length;
            out.push((Token::Variable(value), start));
        } else if c == '$' && rest.get(1..).and_then(|r| r.chars().next()).is_some_and(in_word) {
            let (name, length) = word(text, at + 1)?;
            at += 1 + length;
            out.push((Token::Variable(name), start));
        } else if c.is_ascii_digit() || (c == '.' && rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit)) {
            let length = number(rest);
            at += length;
            let whole = rest.get(..length).unwrap_or(rest);
            let zero_led = rest.starts_with('0') && rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
            let junk = text.get(at..).and_then(|r| r.chars().next()).filter(|c| in_word(*c));
            if zero_led || junk.is_some() {
                let near = format!("{whole}{}", junk.map(String::from).unwrap_or_default());
                return Err(near_error(&near, "trailing junk after numeric literal"));
            }
            out.push((Token::Number(whole.to_owned()), start));
        } else if let Some(sign) = SIGNS.iter().find(|s| rest.starts_with(**s)) {
            at += sign.len();
            out.push((Token::Sign(sign), start));
        } else if in_word(c) || c == '\\' {
            let (name, length) = word(text, at)?;
            at += length;
            out.push((Token::Word(name), start));
        } else {
            return Err(syntax(text, at, "syntax error"));
        }
    }
    Ok(out)
}

/// Length of the number that `rest` begins with.
fn number(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let digits =
        |from: usize| from + bytes.get(from..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
    let mut end = digits(0);
    // `1.type()` is refused as PostgreSQL refuses it: the point belongs to the number.
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let from = end + 1 + usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let to = digits(from);
        end = if to > from { to } else { end };
    }
    end
}

/// A word with its escapes, from `at` on; its length in the text.
fn word(text: &str, at: usize) -> SqlResult<(String, usize)> {
    let mut out = String::new();
    let mut end = at;
    while let Some(c) = text.get(end..).and_then(|r| r.chars().next()) {
        if c == '\\' {
            end += escape(text, end, &mut out)?;
        } else if in_word(c) {
            out.push(c);
            end += c.len_utf8();
        } else {
            break;
        }
    }
    Ok((out, end - at))
}

/// A quoted string from `at` on; its length in the text.
fn string(text: &str, at: usize) -> SqlResult<(String, usize)> {
    let mut out = String::new();
    let mut end = at + 1;
    loop {
        let Some(c) = text.get(end..).and_then(|r| r.chars().next()) else {
            return Err(syntax(text, text.len(), "unterminated quoted string"));
        };
        match c {
            '"' => return Ok((out, end + 1 - at)),
            '\\' => end += escape(text, end, &mut out)?,
            c => {
                out.push(c);
                end += c.len_utf8();
            }
        }
    }
}

/// Reads the escape at `at`; its length.
fn escape(text: &str, at: usize, out: &mut String) -> SqlResult<usize> {
    let wrong = |why: &str| syntax(text, at, why);
    let rest = text.get(at + 1..).unwrap_or_default();
    let c = rest.chars().next().ok_or_else(|| wrong("unexpected end after backslash"))?;
    let simple = match c {
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        'x' => {
            let code = rest.get(1..3).and_then(|h| u32::from_str_radix(h, 16).ok());
            out.push(code.and_then(char::from_u32).ok_or_else(|| wrong("invalid hexadecimal character sequence"))?);
            return Ok(4);
        }
        'u' => {
            let (unit, length) = unicode(rest).ok_or_else(|| wrong("invalid Unicode escape sequence"))?;
            if unit == 0 {
                return Err(SqlError::new(SqlState::UntranslatableCharacter, "unsupported Unicode escape sequence")
                    .detail("\\u0000 cannot be converted to text."));
            }
            if let Some(c) = char::from_u32(unit) {
                out.push(c);
                return Ok(1 + length);
            }
            // Two halves of a surrogate pair.
            let pair = rest.get(length..).and_then(|r| r.strip_prefix('\\')).and_then(unicode);
            let low = pair.filter(|(low, _)| (0xDC00..0xE000).contains(low) && unit < 0xDC00);
            let (low, second) = low.ok_or_else(|| {
                SqlError::new(SqlState::InvalidTextRepresentation, "invalid input syntax for type jsonpath")
                    .detail("Unicode low surrogate must follow a high surrogate.")
            })?;
            let code = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
            out.push(char::from_u32(code).ok_or_else(|| wrong("invalid Unicode escape sequence"))?);
            return Ok(1 + length + 1 + second);
        }
        c => c,
    };
    out.push(simple);
    Ok(1 + c.len_utf8())
}

/// The code of `uXXXX` or `u{X…}` that `rest` begins with, and its length.
fn unicode(rest: &str) -> Option<(u32, usize)> {
    let body = rest.strip_prefix('u')?;
    if let Some(braced) = body.strip_prefix('{') {
        let end = braced.find('}').filter(|n| (1..=6).contains(n))?;
        return Some((u32::from_str_radix(&braced[..end], 16).ok()?, end + 3));
    }
    Some((u32::from_str_radix(body.get(..4)?, 16).ok()?, 5))
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<(Token, usize)>,
    at: usize,
    depth: usize,
    /// Filters around this place: `@` is allowed within one.
    filters: usize,
    /// Subscripts around this place: `last` is allowed within one.
    subscripts: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(t, _)| t)
    }

    fn unexpected(&self) -> SqlError {
        let at = self.tokens.get(self.at).map_or(self.text.len(), |(_, at)| *at);
        syntax(self.text, at, "syntax error")
    }

    fn is_sign(&self, sign: &str) -> bool {
        matches!(self.peek(), Some(Token::Sign(s)) if *s == sign)
    }

    fn take(&mut self, sign: &str) -> bool {
        let found = self.is_sign(sign);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &str) -> SqlResult<()> {
        if self.take(sign) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn is_word(&self, word: &str) -> bool {
        // Words but the constants are key words in any case.
        matches!(self.peek(), Some(Token::Word(w)) if w.eq_ignore_ascii_case(word))
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.at += usize::from(found);
        found
    }

    fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> SqlResult<T>) -> SqlResult<T> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(SqlError::new(SqlState::StatementTooComplex, "stack depth limit exceeded"));
        }
        let out = parse(self);
        self.depth -= 1;
        out
    }

    /// `expr`, which must be a predicate or must not.
    fn of_kind(&self, expr: Expr, predicate: bool) -> SqlResult<Expr> {
        if expr.is_predicate() == predicate { Ok(expr) } else { Err(self.unexpected()) }
    }

    fn disjunction(&mut self) -> SqlResult<Expr> {
        let mut left = self.conjunction()?;
        while self.is_sign("||") {
            left = self.of_kind(left, true)?;
            self.at += 1;
            let right = self.conjunction()?;
            left = Expr::Or(Box::new(left), Box::new(self.of_kind(right, true)?));
        }
        Ok(left)
    }

    fn conjunction(&mut self) -> SqlResult<Expr> {
        let mut left = self.condition()?;
        while self.is_sign("&&") {
            left = self.of_kind(left, true)?;
            self.at += 1;
            let right = self.condition()?;
            left = Expr::And(Box::new(left), Box::new(self.of_kind(right, true)?));
        }
        Ok(left)
    }

    /// A comparison, or a plain expression.
    fn condition(&mut self) -> SqlResult<Expr> {
        if self.take("!") {
            let operand = self.deeper(Self::primary)?;
            return Ok(Expr::Not(Box::new(self.of_kind(operand, true)?)));
        }
        let left = self.sum()?;
        let op = match self.peek() {
            Some(Token::Sign("==" | "=")) => Comparison::Equal,
            Some(Token::Sign("!=" | "<>")) => Comparison::NotEqual,
            Some(Token::Sign("<")) => Comparison::Less,
            Some(Token::Sign("<=")) => Comparison::LessOrEqual,
            Some(Token::Sign(">")) => Comparison::Greater,
            Some(Token::Sign(">=")) => Comparison::GreaterOrEqual,
            Some(Token::Word(w)) if w.eq_ignore_ascii_case("starts") => return self.starts_with(left),
            Some(Token::Word(w)) if w.eq_ignore_ascii_case("like_regex") => return self.like_regex(left),
            _ => return Ok(left),
        };
        let left = self.of_kind(left, false)?;
        self.at += 1;
        let right = self.sum()?;
        Ok(Expr::Compare(op, Box::new(left), Box::new(self.of_kind(right, false)?)))
    }

    fn starts_with(&mut self, value: Expr) -> SqlResult<Expr> {
        let value = self.of_kind(value, false)?;
        self.at += 1;
        if !self.take_word("with") {
            return Err(self.unexpected());
        }
        let initial = match self.peek() {
            Some(Token::String(s)) => Expr::String(s.clone()),
            Some(Token::Variable(name)) => Expr::Variable(name.clone()),
            _ => return Err(self.unexpected()),
        };
        self.at += 1;
        Ok(Expr::StartsWith(Box::new(value), Box::new(initial)))
    }

    fn like_regex(&mut self, value: Expr) -> SqlResult<Expr> {
        let value = self.of_kind(value, false)?;
        self.at += 1;
        let pattern = self.string()?;
        let flags = if self.take_word("flag") { self.string()? } else { String::new() };
        if let Some(unknown) = flags.chars().find(|f| !"ismxq".contains(*f)) {
            return Err(SqlError::new(SqlState::SyntaxError, "invalid input syntax for type jsonpath")
                .detail(format!("Unrecognized flag character \"{unknown}\" in LIKE_REGEX predicate.")));
        }
        Ok(Expr::LikeRegex { value: Box::new(value), pattern, flags })
    }

    fn string(&mut self) -> SqlResult<String> {
        match self.peek() {
            Some(Token::String(s)) => {
                let s = s.clone();
                self.at += 1;
                Ok(s)
            }
            _ => Err(self.unexpected()),
        }
    }

    fn sum(&mut self) -> SqlResult<Expr> {
        let mut left = self.product()?;
        loop {
            let op = match self.peek() {
                Some(Token::Sign("+")) => Arithmetic::Add,
                Some(Token::Sign("-")) => Arithmetic::Sub,
                _ => return Ok(left),
            };
            left = self.of_kind(left, false)?;
            self.at += 1;
            let right = self.product()?;
            left = Expr::Arithmetic(op, Box::new(left), Box::new(self.of_kind(right, false)?));
        }
    }

    fn product(&mut self) -> SqlResult<Expr> {
        let mut left = self.signed()?;
        loop {
            let op = match self.peek() {
                Some(Token::Sign("*")) => Arithmetic::Mul,
                Some(Token::Sign("/")) => Arithmetic::Div,
                Some(Token::Sign("%")) => Arithmetic::Mod,
                _ => return Ok(left),
            };
            left = self.of_kind(left, false)?;
            self.at += 1;
            let right = self.signed()?;
            left = Expr::Arithmetic(op, Box::new(left), Box::new(self.of_kind(right, false)?));
        }
    }

    fn signed(&mut self) -> SqlResult<Expr> {
        let minus = self.is_sign("-");
        if !minus && !self.is_sign("+") {
            return self.primary();
        }
        self.at += 1;
        let operand = self.deeper(Self::signed)?;
        Ok(match self.of_kind(operand, false)? {
            // The sign of a number is part of it.
            Expr::Number(n) if minus => Expr::Number(n.negate()),
            Expr::Number(n) => Expr::Number(n),
            operand => Expr::Sign { minus, operand: Box::new(operand) },
        })
    }

    /// An operand with its accessors.
    fn primary(&mut self) -> SqlResult<Expr> {
        let token = self.peek().cloned().ok_or_else(|| self.unexpected())?;
        let base = match token {
            Token::Sign("(") => {
                self.at += 1;
                let inner = self.deeper(Self::disjunction)?;
                self.expect(")")?;
                if inner.is_predicate() && self.is_word("is") {
                    self.at += 1;
                    if !self.take_word("unknown") {
                        return Err(self.unexpected());
                    }
                    return Ok(Expr::IsUnknown(Box::new(inner)));
                }
                inner
            }
            Token::Sign("$") => self.simple(Expr::Root),
            Token::Sign("@") if self.filters > 0 => self.simple(Expr::Current),
            Token::Sign("@") => {
                return Err(SqlError::new(SqlState::SyntaxError, "@ is not allowed in root expressions"));
            }
            Token::Variable(name) => self.simple(Expr::Variable(name)),
            Token::String(s) => self.simple(Expr::String(s)),
            Token::Number(n) => self.simple(Expr::Number(Numeric::parse(&n)?)),
            Token::Word(w) => match w.as_str() {
                "null" => self.simple(Expr::Null),
                "true" => self.simple(Expr::Bool(true)),
                "false" => self.simple(Expr::Bool(false)),
                w if w.eq_ignore_ascii_case("exists") => {
                    self.at += 1;
                    self.expect("(")?;
                    let inner = self.deeper(Self::disjunction)?;
                    let inner = self.of_kind(inner, false)?;
                    self.expect(")")?;
                    return Ok(Expr::Exists(Box::new(inner)));
                }
                w if w.eq_ignore_ascii_case("last") && self.subscripts > 0 => self.simple(Expr::Last),
                w if w.eq_ignore_ascii_case("last") => {
                    return Err(SqlError::new(SqlState::SyntaxError, "LAST is allowed only in array subscripts"));
                }
                _ => return Err(self.unexpected()),
            },
            Token::Sign(_) => return Err(self.unexpected()),
        };
        let mut steps = Vec::new();
        while let Some(step) = self.step()? {
            steps.push(step);
        }
        Ok(match (steps.is_empty(), base) {
            (true, base) => base,
            (false, Expr::Steps(base, mut first)) => {
                first.extend(steps);
                Expr::Steps(base, first)
            }
            (false, base) => Expr::Steps(Box::new(base), steps),
        })
    }

    fn simple(&mut self, expr: Expr) -> Expr {
        self.at += 1;
        expr
    }

    fn step(&mut self) -> SqlResult<Option<Step>> {
        if self.take("?") {
            self.expect("(")?;
            self.filters += 1;
            let predicate = self.deeper(Self::disjunction)?;
            self.filters -= 1;
            let predicate = self.of_kind(predicate, true)?;
            self.expect(")")?;
            return Ok(Some(Step::Filter(predicate)));
        }
        if self.take("[") {
            if self.take("*") {
                self.expect("]")?;
                return Ok(Some(Step::AnyElement));
            }
            return self.elements().map(Some);
        }
        if !self.take(".") {
            return Ok(None);
        }
        if self.take("*") {
            return Ok(Some(Step::AnyMember));
        }
        if self.take("**") {
            return self.descendants().map(Some);
        }
        let name = match self.peek() {
            Some(Token::Word(w)) => {
                let method = Method::ALL.into_iter().find(|m| m.name().eq_ignore_ascii_case(w));
                let called = matches!(self.tokens.get(self.at + 1), Some((Token::Sign("("), _)));
                match method.filter(|_| called) {
                    Some(method) => {
                        self.at += 2;
                        if method == Method::Datetime {
                            return self.datetime().map(Some);
                        }
                        self.expect(")")?;
                        return Ok(Some(Step::Method(method)));
                    }
                    None => w.clone(),
                }
            }
            Some(Token::String(s)) => s.clone(),
            _ => return Err(self.unexpected()),
        };
        self.at += 1;
        Ok(Some(Step::Member(name)))
    }

    /// The rest of `.datetime("template")`; the parenthesis is behind.
    fn datetime(&mut self) -> SqlResult<Step> {
        let template = match self.peek() {
            Some(Token::String(template)) => Some(template.clone()),
            _ => None,
        };
        self.at += usize::from(template.is_some());
        self.expect(")")?;
        Ok(Step::Datetime(template))
    }

    fn elements(&mut self) -> SqlResult<Step> {
        self.subscripts += 1;
        let mut list = Vec::new();
        loop {
            let from = self.deeper(Self::sum)?;
            let from = self.of_kind(from, false)?;
            let to = if self.take_word("to") {
                let to = self.deeper(Self::sum)?;
                Some(self.of_kind(to, false)?)
            } else {
                None
            };
            list.push((from, to));
            if !self.take(",") {
                break;
            }
        }
        self.subscripts -= 1;
        self.expect("]")?;
        Ok(Step::Elements(list))
    }

    fn descendants(&mut self) -> SqlResult<Step> {
        if !self.take("{") {
            return Ok(Step::Descendants { first: Some(0), last: None });
        }
        let first = self.level()?;
        let last = if self.take_word("to") { self.level()? } else { first };
        self.expect("}")?;
        Ok(Step::Descendants { first, last })
    }

    fn level(&mut self) -> SqlResult<Option<u32>> {
        if self.take_word("last") {
            return Ok(None);
        }
        match self.peek() {
            Some(Token::Number(n)) => match n.parse() {
                Ok(level) => {
                    self.at += 1;
                    Ok(Some(level))
                }
                Err(_) => Err(self.unexpected()),
            },
            _ => Err(self.unexpected()),
        }
    }
}
