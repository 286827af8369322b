//! The token stream as words: PostgreSQL's grammar of DDL is a grammar of words, most of which are not
//! keywords to `sqlparser`.

use sqlparser::ast::{DataType, Expr, Ident, ObjectName, ObjectNamePart, Query};
use sqlparser::dialect::{Dialect, PostgreSqlDialect, Precedence};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::ast::QualifiedName;
use crate::parse::Source;

/// Longest identifier, in bytes; longer ones are cut, as PostgreSQL does.
const MAX_NAME_BYTES: usize = 63;

/// Words that may not be a table's or column's name without quotes (manual, appendix C: reserved).
const RESERVED: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "constraint",
    "create",
    "current_date",
    "current_time",
    "current_timestamp",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "from",
    "grant",
    "group",
    "having",
    "in",
    "initially",
    "intersect",
    "into",
    "lateral",
    "leading",
    "limit",
    "localtime",
    "localtimestamp",
    "not",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "placing",
    "primary",
    "references",
    "returning",
    "select",
    "session_user",
    "some",
    "symmetric",
    "table",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "variadic",
    "when",
    "where",
    "window",
    "with",
];

pub(super) type Parse<T> = Result<T, ParserError>;

pub(super) struct Words<'p, 'a> {
    pub parser: &'p mut Parser<'a>,
    /// What the tokens are of, if that is known.
    source: Option<&'p Source<'p>>,
}

impl<'p, 'a> Words<'p, 'a> {
    pub fn new(parser: &'p mut Parser<'a>) -> Self {
        Self { parser, source: None }
    }

    /// The tokens of this text.
    pub fn over(parser: &'p mut Parser<'a>, source: &'p Source<'p>) -> Self {
        Self { parser, source: Some(source) }
    }

    /// What `read` takes, as it was written.
    pub fn text_of<T: std::fmt::Display>(&mut self, read: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<String> {
        let start = self.parser.peek_token_ref().span.start;
        let node = read(self)?;
        let next = self.parser.peek_token_ref();
        let text = self.source.and_then(|source| {
            let end = if next.token == Token::EOF { None } else { source.pos(next.span.start).offset() };
            source.text.get(source.pos(start).offset()?..end.unwrap_or(source.text.len()))
        });
        Ok(text.map_or_else(|| node.to_string(), |text| text.trim().trim_end_matches(';').trim_end().to_owned()))
    }

    /// The bytes of the text before the next token, and from it on; nothing if the text is not known.
    pub fn split_text(&self) -> (&'p str, &'p str) {
        let next = self.parser.peek_token_ref();
        let Some(source) = self.source else { return ("", "") };
        let at = if next.token == Token::EOF { None } else { source.pos(next.span.start).offset() };
        source.text.split_at(at.unwrap_or(source.text.len()))
    }

    /// Whether the next words are these, in any case and unquoted.
    pub fn at(&self, words: &str) -> bool {
        words.split(' ').enumerate().all(|(n, word)| {
            matches!(&self.parser.peek_nth_token_ref(n).token, Token::Word(w)
                if w.quote_style.is_none() && w.value.eq_ignore_ascii_case(word))
        })
    }

    /// Takes the next words if they are these.
    pub fn eat(&mut self, words: &str) -> bool {
        let found = self.at(words);
        if found {
            for _ in words.split(' ') {
                self.parser.advance_token();
            }
        }
        found
    }

    /// Takes these words.
    pub fn expect(&mut self, words: &str) -> Parse<()> {
        for word in words.split(' ') {
            if !self.eat(word) {
                return self.unexpected();
            }
        }
        Ok(())
    }

    /// A syntax error at the next token.
    pub fn unexpected<T>(&self) -> Parse<T> {
        self.parser.expected_ref("something else", self.parser.peek_token_ref())
    }

    pub fn at_token(&self, token: &Token) -> bool {
        self.parser.peek_token_ref().token == *token
    }

    pub fn eat_token(&mut self, token: &Token) -> bool {
        let found = self.at_token(token);
        if found {
            self.parser.advance_token();
        }
        found
    }

    pub fn expect_token(&mut self, token: &Token) -> Parse<()> {
        if self.eat_token(token) { Ok(()) } else { self.unexpected() }
    }

    pub fn at_end(&self) -> bool {
        matches!(self.parser.peek_token_ref().token, Token::EOF | Token::SemiColon)
    }

    /// Skips to the end of the statement.
    pub fn skip_rest(&mut self) {
        while !self.at_end() {
            self.parser.advance_token();
        }
    }

    /// The next word as it is, unquoted and folded.
    pub fn peek_word(&self) -> Option<String> {
        match &self.parser.peek_token_ref().token {
            Token::Word(w) if w.quote_style.is_none() => Some(w.value.to_lowercase()),
            _ => None,
        }
    }

    /// An identifier that may be a new object's or column's name.
    pub fn name(&mut self) -> Parse<String> {
        match &self.parser.peek_token_ref().token {
            Token::Word(w) if w.quote_style.is_some() && !w.value.is_empty() => {}
            Token::Word(w) if w.quote_style.is_none() && !RESERVED.contains(&w.value.to_lowercase().as_str()) => {}
            _ => return self.unexpected(),
        }
        self.label()
    }

    /// Any word, reserved or not (roles, labels, what follows a dot).
    pub fn label(&mut self) -> Parse<String> {
        let TokenWithSpan { token: Token::Word(word), .. } = self.parser.peek_token_ref() else {
            return self.unexpected();
        };
        let name = clip(if word.quote_style.is_some() { word.value.clone() } else { word.value.to_lowercase() });
        self.parser.advance_token();
        Ok(name)
    }

    /// A name of up to three parts.
    pub fn qualified(&mut self) -> Parse<QualifiedName> {
        let mut parts = vec![self.name()?];
        while parts.len() < 3 && self.eat_token(&Token::Period) {
            parts.push(self.label()?);
        }
        Ok(QualifiedName(parts))
    }

    /// `( item, … )`.
    pub fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Parse<T>) -> Parse<Vec<T>> {
        self.expect_token(&Token::LParen)?;
        let items = self.commas(&mut item)?;
        self.expect_token(&Token::RParen)?;
        Ok(items)
    }

    /// `item, …`, at least one.
    pub fn commas<T>(&mut self, mut item: impl FnMut(&mut Self) -> Parse<T>) -> Parse<Vec<T>> {
        let mut items = vec![item(self)?];
        while self.eat_token(&Token::Comma) {
            items.push(item(self)?);
        }
        Ok(items)
    }

    pub fn names(&mut self) -> Parse<Vec<String>> {
        self.list(Self::name)
    }

    pub fn expr(&mut self) -> Parse<Expr> {
        self.parser.parse_expr()
    }

    /// `( expr )`.
    pub fn parenthesized(&mut self) -> Parse<Expr> {
        self.expect_token(&Token::LParen)?;
        let expr = self.expr()?;
        self.expect_token(&Token::RParen)?;
        Ok(expr)
    }

    /// An expression that does not run into `NOT NULL` and other constraints behind it.
    pub fn tight_expr(&mut self) -> Parse<Expr> {
        let precedence = PostgreSqlDialect {}.prec_value(Precedence::Is);
        self.parser.parse_subexpr(precedence)
    }

    pub fn data_type(&mut self) -> Parse<DataType> {
        self.parser.parse_data_type()
    }

    pub fn query(&mut self) -> Parse<Box<Query>> {
        self.parser.parse_query()
    }

    /// A number with its sign, as it is written.
    pub fn number(&mut self) -> Parse<String> {
        let negative = self.eat_token(&Token::Minus);
        if !negative {
            self.eat_token(&Token::Plus);
        }
        let Token::Number(text, _) = &self.parser.peek_token_ref().token else { return self.unexpected() };
        let text = if negative { format!("-{text}") } else { text.clone() };
        self.parser.advance_token();
        Ok(text)
    }

    /// A whole number with sign.
    pub fn integer(&mut self) -> Parse<i64> {
        let text = self.number()?;
        let Ok(value) = text.parse() else {
            self.parser.prev_token();
            return self.unexpected();
        };
        Ok(value)
    }

    /// A string literal.
    pub fn string(&mut self) -> Parse<String> {
        match self.parser.parse_value()?.value.into_string() {
            Some(text) => Ok(text),
            None => {
                self.parser.prev_token();
                self.unexpected()
            }
        }
    }

    /// RESTRICT (false) or CASCADE (true); nothing is RESTRICT.
    pub fn cascade(&mut self) -> bool {
        let cascade = self.eat("cascade");
        if !cascade {
            self.eat("restrict");
        }
        cascade
    }

    /// `( name = value, … )` as `name=value`; without a value, the name alone.
    pub fn options(&mut self) -> Parse<Vec<String>> {
        self.list(|p| {
            let mut name = p.label()?;
            while p.eat_token(&Token::Period) {
                name = format!("{name}.{}", p.label()?);
            }
            if !p.eat_token(&Token::Eq) {
                return Ok(name);
            }
            let value = p.option_value()?;
            Ok(format!("{name}={value}"))
        })
    }

    /// A number, word or string.
    pub fn option_value(&mut self) -> Parse<String> {
        let sign = if self.eat_token(&Token::Minus) { "-" } else { "" };
        let text = match &self.parser.peek_token_ref().token {
            Token::Number(n, _) => n.clone(),
            Token::Word(w) if w.quote_style.is_some() => w.value.clone(),
            Token::Word(w) => w.value.to_lowercase(),
            Token::SingleQuotedString(s) => s.clone(),
            _ => return self.unexpected(),
        };
        self.parser.advance_token();
        Ok(format!("{sign}{text}"))
    }
}

/// Cut to PostgreSQL's length, at a character boundary.
pub(super) fn clip(mut name: String) -> String {
    if name.len() > MAX_NAME_BYTES {
        let mut end = MAX_NAME_BYTES;
        while !name.is_char_boundary(end) {
            end -= 1;
        }
        name.truncate(end);
    }
    name
}

/// A name as `sqlparser` has it.
pub(super) fn qualified(name: &ObjectName) -> QualifiedName {
    let fold = |i: &Ident| clip(if i.quote_style.is_some() { i.value.clone() } else { i.value.to_lowercase() });
    QualifiedName(name.0.iter().filter_map(ObjectNamePart::as_ident).map(fold).collect())
}

/// `name` as SQL writes it: quoted where it must be.
pub fn quote(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && !RESERVED.contains(&name)
        && !NAMES_OF_TYPES_AND_FUNCTIONS.contains(&name);
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// Words that are quoted in output though they may be written plainly in some places (manual, appendix C:
/// "cannot be function or type name", "can be function or type name").
const NAMES_OF_TYPES_AND_FUNCTIONS: &[&str] = &[
    "authorization",
    "between",
    "bigint",
    "binary",
    "bit",
    "boolean",
    "char",
    "character",
    "coalesce",
    "collation",
    "concurrently",
    "cross",
    "current_catalog",
    "current_role",
    "current_schema",
    "current_user",
    "dec",
    "decimal",
    "exists",
    "extract",
    "float",
    "freeze",
    "full",
    "greatest",
    "grouping",
    "ilike",
    "inner",
    "inout",
    "int",
    "integer",
    "interval",
    "is",
    "isnull",
    "join",
    "least",
    "left",
    "like",
    "national",
    "natural",
    "nchar",
    "none",
    "normalize",
    "notnull",
    "nullif",
    "numeric",
    "out",
    "outer",
    "overlaps",
    "overlay",
    "position",
    "precision",
    "real",
    "right",
    "row",
    "setof",
    "similar",
    "smallint",
    "substring",
    "tablesample",
    "time",
    "timestamp",
    "treat",
    "trim",
    "values",
    "varchar",
    "verbose",
    "xmlattributes",
    "xmlconcat",
    "xmlelement",
    "xmlexists",
    "xmlforest",
    "xmlnamespaces",
    "xmlparse",
    "xmlpi",
    "xmlroot",
    "xmlserialize",
    "xmltable",
];
