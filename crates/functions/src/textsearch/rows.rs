//! Rows: lexemes of a document, kinds of tokens, tokens of a text, and what becomes of each.

use std::sync::Arc;

use gavel_textsearch::Configuration;
use gavel_textsearch::configuration::DEFAULT_PARSER;
use gavel_textsearch::parser::Parser;
use gavel_textsearch::token::TokenType;
use gavel_types::{ArrayValue, Datum, Oid, SqlError, SqlResult, SqlState, TsVector};

use super::{configuration, current, lexemes};
use crate::args::{Arg as _, OidValue};
use crate::call::{SetFn, SetRows};

pub const SETS: &[(&str, SetFn)] = &[
    ("tsvector_unnest", |_, a| Ok(rows(unnest(<&TsVector>::get(a.first())?)))),
    ("ts_token_type_byid", |_, a| {
        parser_by_oid(OidValue::get(a.first())?)?;
        Ok(rows(token_types()))
    }),
    ("ts_token_type_byname", |_, a| {
        parser_named(<&str>::get(a.first())?)?;
        Ok(rows(token_types()))
    }),
    ("ts_parse_byid", |_, a| {
        parser_by_oid(OidValue::get(a.first())?)?;
        Ok(rows(tokens(<&str>::get(a.get(1))?)))
    }),
    ("ts_parse_byname", |_, a| {
        parser_named(<&str>::get(a.first())?)?;
        Ok(rows(tokens(<&str>::get(a.get(1))?)))
    }),
];

/// Those whose bodies are SQL.
pub const SETS_BY_OID: &[(u32, SetFn)] = &[
    (6183, |_, a| Ok(rows(explained(configuration(OidValue::get(a.first())?)?, <&str>::get(a.get(1))?)))),
    (6184, |call, a| Ok(rows(explained(current(call)?, <&str>::get(a.first())?)))),
];

fn rows(rows: Vec<Vec<Datum>>) -> SetRows {
    Box::new(rows.into_iter().map(Ok))
}

fn array(element: Oid, values: Vec<Datum>) -> Datum {
    Datum::Array(Arc::new(ArrayValue::vector(element, values)))
}

fn parser_by_oid(oid: OidValue) -> SqlResult<()> {
    if oid.0 == DEFAULT_PARSER.0 {
        return Ok(());
    }
    Err(SqlError::internal(format!("cache lookup failed for text search parser {}", oid.0)))
}

fn parser_named(name: &str) -> SqlResult<()> {
    match name.strip_prefix("pg_catalog.").unwrap_or(name) {
        "default" | "\"default\"" => Ok(()),
        _ => {
            let message = format!("text search parser \"{name}\" does not exist");
            Err(SqlError::new(SqlState::UndefinedObject, message))
        }
    }
}

/// Lexeme, positions, weights; both NULL where there are none.
fn unnest(vector: &TsVector) -> Vec<Vec<Datum>> {
    let row = |l: &gavel_types::tsvector::Lexeme| {
        let word = Datum::Text(Arc::clone(&l.word));
        if l.positions.is_empty() {
            return vec![word, Datum::Null, Datum::Null];
        }
        let positions = l.positions.iter().map(|p| Datum::Int2(p.position() as i16)).collect();
        let weights = l.positions.iter().map(|p| Datum::text(p.weight().letter().to_string())).collect();
        vec![word, array(Oid::INT2, positions), array(Oid::TEXT, weights)]
    };
    vector.lexemes().iter().map(row).collect()
}

/// Number, alias, description.
fn token_types() -> Vec<Vec<Datum>> {
    let row = |t: &TokenType| vec![Datum::Int4(t.number()), Datum::text(t.alias()), Datum::text(t.description())];
    TokenType::ALL.iter().map(row).collect()
}

/// Number and text.
fn tokens(text: &str) -> Vec<Vec<Datum>> {
    Parser::new(text).map(|t| vec![Datum::Int4(t.kind.number()), Datum::text(t.text)]).collect()
}

/// Alias, description, token, dictionaries, the one that knows it, and its lexemes.
fn explained(configuration: Configuration, text: &str) -> Vec<Vec<Datum>> {
    let row = |token: gavel_textsearch::parser::Token<'_>| {
        let dictionary = configuration.dictionary(token.kind);
        let oid = dictionary.map(|d| Datum::Oid(d.oid().0));
        vec![
            Datum::text(token.kind.alias()),
            Datum::text(token.kind.description()),
            Datum::text(token.text),
            array(Oid::REGDICTIONARY, oid.clone().into_iter().collect()),
            oid.unwrap_or(Datum::Null),
            dictionary.map_or(Datum::Null, |d| Datum::Array(Arc::new(lexemes(d, token.text)))),
        ]
    };
    Parser::new(text).map(row).collect()
}
