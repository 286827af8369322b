//! `sqlparser`'s PostgreSQL dialect with what it lacks. It reports itself as that dialect, so that
//! the parser's own special cases for PostgreSQL stay in force.
//!
//! The prefix hook reads the commonest operands (numbers, strings, parameters, plain names) without
//! the parser's attempt to take each as a type name first, and adds `VARIADIC x` and
//! strings typed by any type name.

use std::any::TypeId;

use sqlparser::ast::{DataType, Expr, Ident, ObjectName, TypedString, Value};
use sqlparser::dialect::{Dialect, PostgreSqlDialect, Precedence};
use sqlparser::keywords::{Keyword, RESERVED_FOR_COLUMN_ALIAS};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use super::{grouping, infix, marker};

/// The dialect that every statement is parsed in.
#[derive(Debug, Default)]
pub struct GavelDialect(PostgreSqlDialect);

macro_rules! delegate {
    ($($name:ident($($arg:ident: $ty:ty),*) -> $ret:ty;)*) => {
        $(fn $name(&self $(, $arg: $ty)*) -> $ret { self.0.$name($($arg),*) })*
    };
}

impl Dialect for GavelDialect {
    fn dialect(&self) -> TypeId {
        TypeId::of::<PostgreSqlDialect>()
    }

    delegate! {
        identifier_quote_style(identifier: &str) -> Option<char>;
        is_delimited_identifier_start(ch: char) -> bool;
        is_identifier_start(ch: char) -> bool;
        is_identifier_part(ch: char) -> bool;
        supports_unicode_string_literal() -> bool;
        is_reserved_for_identifier(kw: Keyword) -> bool;
        is_custom_operator_part(ch: char) -> bool;
        supports_filter_during_aggregation() -> bool;
        supports_group_by_expr() -> bool;
        prec_value(prec: Precedence) -> u8;
        allow_extract_custom() -> bool;
        allow_extract_single_quotes() -> bool;
        supports_create_index_with_clause() -> bool;
        supports_explain_with_utility_options() -> bool;
        supports_listen_notify() -> bool;
        supports_factorial_operator() -> bool;
        supports_bitwise_shift_operators() -> bool;
        supports_comment_on() -> bool;
        supports_load_extension() -> bool;
        supports_empty_projections() -> bool;
        supports_nested_comments() -> bool;
        supports_string_escape_constant() -> bool;
        supports_array_typedef_with_brackets() -> bool;
        supports_geometric_types() -> bool;
        supports_set_names() -> bool;
        supports_alter_column_type_using() -> bool;
        supports_notnull_operator() -> bool;
        supports_interval_options() -> bool;
        supports_insert_table_alias() -> bool;
        supports_create_table_like_parenthesized() -> bool;
        supports_comma_separated_trim() -> bool;
        supports_xml_expressions() -> bool;
    }

    // `f('name': value)` is not in PostgreSQL 15, and trying it reads every argument twice: time
    // exponential in the nesting of calls.
    fn supports_named_fn_args_with_expr_name(&self) -> bool {
        false
    }

    // Reserved in PostgreSQL: what begins the next element of CREATE SCHEMA is no alias. FOR begins a lock; it is a column's
    // label behind AS alone.
    fn is_column_alias(&self, kw: &Keyword, _: &mut Parser<'_>) -> bool {
        !matches!(kw, Keyword::CREATE | Keyword::GRANT | Keyword::FOR) && !RESERVED_FOR_COLUMN_ALIAS.contains(kw)
    }

    fn is_table_alias(&self, kw: &Keyword, parser: &mut Parser<'_>) -> bool {
        !matches!(kw, Keyword::CREATE | Keyword::GRANT) && self.0.is_table_alias(kw, parser)
    }

    // The older way to write `=>`.
    fn supports_named_fn_args_with_assignment_operator(&self) -> bool {
        true
    }

    fn get_next_precedence(&self, parser: &Parser<'_>) -> Option<Result<u8, ParserError>> {
        // `a ? b` and the like keep PostgreSQL's level; everything else is as the dialect says.
        self.0.get_next_precedence(parser)
    }

    fn parse_infix(&self, parser: &mut Parser<'_>, left: &Expr, _: u8) -> Option<Result<Expr, ParserError>> {
        // The parser knows COLLATE only right behind an operand, not behind a cast.
        if matches!(&parser.peek_token_ref().token, Token::Word(w) if w.keyword == Keyword::COLLATE) {
            parser.advance_token();
            let expr = Box::new(left.clone());
            return Some(parser.parse_object_name(false).map(|collation| Expr::Collate { expr, collation }));
        }
        if let Some(read) = infix::infix(parser, self, left) {
            return Some(read);
        }
        // The parser takes all that follows `IS DISTINCT FROM`, ANDs included, for its right side.
        let word = |n: usize, keyword: Keyword| matches!(&parser.peek_nth_token_ref(n).token, Token::Word(w) if w.keyword == keyword);
        let not = word(1, Keyword::NOT);
        let at = 1 + usize::from(not);
        if !(word(0, Keyword::IS) && word(at, Keyword::DISTINCT) && word(at + 1, Keyword::FROM)) {
            return None;
        }
        for _ in 0..at + 2 {
            parser.advance_token();
        }
        let right = parser.parse_subexpr(self.prec_value(Precedence::Is));
        Some(right.map(|right| {
            let (left, right) = (Box::new(left.clone()), Box::new(right));
            if not { Expr::IsNotDistinctFrom(left, right) } else { Expr::IsDistinctFrom(left, right) }
        }))
    }

    fn parse_prefix(&self, parser: &mut Parser<'_>) -> Option<Result<Expr, ParserError>> {
        match &parser.peek_token_ref().token {
            Token::Number(..) | Token::SingleQuotedString(_) | Token::Placeholder(_) => {
                Some(parser.parse_value().map(Expr::Value))
            }
            Token::LParen => grouping::query(parser),
            Token::Word(w)
                if matches!(w.keyword, Keyword::GROUPING | Keyword::CUBE | Keyword::ROLLUP)
                    && w.quote_style.is_none() =>
            {
                grouping::sets(parser)
            }
            Token::Word(w) if w.value == marker::TIES => {
                parser.advance_token();
                let prefix = Ident::with_quote('"', marker::TIES);
                Some(parser.parse_expr().map(|value| Expr::Prefixed { prefix, value: Box::new(value) }))
            }
            Token::Word(w) if w.value == marker::SYMMETRIC => {
                parser.advance_token();
                let prefix = Ident::with_quote('"', marker::SYMMETRIC);
                let bound = parser.parse_subexpr(self.prec_value(Precedence::Between));
                Some(bound.map(|value| Expr::Prefixed { prefix, value: Box::new(value) }))
            }
            Token::CustomBinaryOperator(symbol) => {
                let name = symbol.clone();
                parser.advance_token();
                Some(prefixed(parser, self, &name))
            }
            Token::Word(w) if w.value.starts_with(marker::PREFIX) => {
                let name = w.value.trim_start_matches(marker::PREFIX).to_owned();
                parser.advance_token();
                Some(prefixed(parser, self, &name))
            }
            Token::Word(w)
                if w.keyword == Keyword::OPERATOR
                    && w.quote_style.is_none()
                    && parser.peek_nth_token_ref(1).token == Token::LParen =>
            {
                Some(named_prefix(parser).and_then(|name| prefixed(parser, self, &name)))
            }
            // `name 'x'`: the only type that is also a key word of the parser's without meaning in an expression.
            Token::Word(w)
                if w.keyword == Keyword::NAME
                    && w.quote_style.is_none()
                    && matches!(parser.peek_nth_token_ref(1).token, Token::SingleQuotedString(_)) =>
            {
                Some(typed_string(parser))
            }
            Token::Word(w) if w.keyword == Keyword::NoKeyword && !w.value.starts_with('_') => {
                match parser.peek_nth_token_ref(1).token {
                    Token::LParen => None,
                    Token::SingleQuotedString(_) | Token::EscapedStringLiteral(_) | Token::DollarQuotedString(_) => {
                        Some(typed_string(parser))
                    }
                    _ => Some(parser.parse_identifier().map(Expr::Identifier)),
                }
            }
            Token::Word(w) if w.quote_style.is_none() && w.value.eq_ignore_ascii_case("variadic") => {
                parser.advance_token();
                let prefix = Ident::new("variadic");
                Some(parser.parse_expr().map(|value| Expr::Prefixed { prefix, value: Box::new(value) }))
            }
            _ => None,
        }
    }
}

/// An operand behind an operator of any name.
fn prefixed(parser: &mut Parser<'_>, dialect: &dyn Dialect, name: &str) -> Result<Expr, ParserError> {
    let prefix = Ident::with_quote('"', format!("{}{name}", marker::PREFIX));
    let operand = parser.parse_subexpr(dialect.prec_value(Precedence::PgOther))?;
    Ok(Expr::Prefixed { prefix, value: Box::new(operand) })
}

/// `OPERATOR(schema.symbol)`: schema and symbol as the binder takes them.
fn named_prefix(parser: &mut Parser<'_>) -> Result<String, ParserError> {
    parser.advance_token();
    parser.expect_token(&Token::LParen)?;
    let mut schema = None;
    while let Token::Word(word) = &parser.peek_token_ref().token {
        schema = Some(if word.quote_style.is_some() { word.value.clone() } else { word.value.to_lowercase() });
        parser.advance_token();
        parser.expect_token(&Token::Period)?;
    }
    let symbol = parser.peek_token_ref().token.to_string();
    parser.advance_token();
    parser.expect_token(&Token::RParen)?;
    Ok(match schema {
        Some(schema) => format!("{schema}\u{1}{symbol}"),
        None => symbol,
    })
}

/// `type 'literal'` for the types that the parser has no keyword for.
fn typed_string(parser: &mut Parser<'_>) -> Result<Expr, ParserError> {
    let name = parser.parse_identifier()?;
    let value = parser.parse_value()?;
    let data_type = DataType::Custom(ObjectName::from(vec![name]), vec![]);
    Ok(Expr::TypedString(TypedString { data_type, value, uses_odbc_syntax: false }))
}

/// The text of a literal that is written as a string of any form.
pub fn string_value(value: &Value) -> Option<&str> {
    match value {
        Value::SingleQuotedString(s)
        | Value::EscapedStringLiteral(s)
        | Value::UnicodeStringLiteral(s)
        | Value::NationalStringLiteral(s) => Some(s),
        Value::DollarQuotedString(d) => Some(&d.value),
        _ => None,
    }
}
