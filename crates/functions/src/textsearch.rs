//! Functions and operators of full-text search (manual §9.13). What they do is in `gavel_textsearch`; here arguments become
//! values and values results.
//!
//! | module | what it holds |
//! |---|---|
//! | this one | documents, queries, matches, ranks, headlines of text |
//! | [`json`] | the values of JSON documents |
//! | [`rows`] | tokens and lexemes as rows |
//!
//! A function without a configuration takes that of the session, which only the session's hooks know.

pub mod json;
pub mod rows;

use std::sync::Arc;

use gavel_textsearch::document::{Document, to_vector};
use gavel_textsearch::headline::{Options, headline};
use gavel_textsearch::query::{Join, to_query};
use gavel_textsearch::rank::{DEFAULT_WEIGHTS, Weights};
use gavel_textsearch::{Configuration, Dictionary, combine, cover, matches, rank, rewrite, vector};
use gavel_types::text_io::tsquery::Syntax;
use gavel_types::tsquery::Connective;
use gavel_types::tsvector::{Lexeme, Weight};
use gavel_types::{ArrayValue, Datum, Notice, Oid, SqlError, SqlResult, SqlState, TsQuery, TsVector};

use crate::args::{CharValue, OidValue, mismatch, scalar, text_items};
use crate::call::{Call, ScalarFn};
use crate::registry;

/// What belongs to schema `pg_catalog`, as all of this does.
fn is_ours(schema: Option<&str>) -> bool {
    schema.is_none_or(|schema| schema == "pg_catalog")
}

/// The configuration of this name: what `regconfig` means.
pub fn configuration_named(schema: Option<&str>, name: &str) -> Option<Oid> {
    Configuration::named(name).filter(|_| is_ours(schema)).map(Configuration::oid)
}

/// The dictionary of this name: what `regdictionary` means.
pub fn dictionary_named(schema: Option<&str>, name: &str) -> Option<Oid> {
    Dictionary::named(name).filter(|_| is_ours(schema)).map(Dictionary::oid)
}

/// The name of a configuration.
pub fn configuration_name(oid: Oid) -> Option<&'static str> {
    Configuration::by_oid(oid).ok().map(Configuration::name)
}

/// The name of a dictionary.
pub fn dictionary_name(oid: Oid) -> Option<String> {
    Dictionary::by_oid(oid).map(Dictionary::name)
}

/// `get_current_ts_config()`.
const CURRENT: Oid = Oid(3759);

/// The session's configuration.
fn current(call: &Call<'_>) -> SqlResult<Configuration> {
    let asked = registry::proc(CURRENT).zip(call.context.session.as_ref());
    match asked.and_then(|(proc, session)| session.call(proc, call, &[])) {
        Some(Ok(Datum::Oid(oid))) => Configuration::by_oid(Oid(oid)),
        Some(Ok(_)) | None => Err(SqlError::internal("no text search configuration outside of a session")),
        Some(Err(error)) => Err(error),
    }
}

/// Whether a function may ask its session for the configuration: with one in its arguments it is immutable.
pub fn asks_session(proc: &registry::Proc) -> bool {
    let tables = [QUERIES, TABLE, json::TABLE];
    proc.volatility == registry::Volatility::Stable && tables.iter().any(|t| t.iter().any(|(src, _)| *src == proc.src))
}

fn configuration(oid: OidValue) -> SqlResult<Configuration> {
    Configuration::by_oid(Oid(oid.0))
}

fn tell(call: &Call<'_>, notices: Vec<Notice>) {
    if let Some(session) = &call.context.session {
        notices.into_iter().for_each(|notice| session.notice(notice));
    }
}

fn document(call: &Call<'_>, configuration: Configuration, text: &str) -> SqlResult<TsVector> {
    let (vector, notices) = to_vector(configuration, text)?;
    tell(call, notices);
    Ok(vector)
}

/// The vector of a document that is put together of several texts.
fn finish(call: &Call<'_>, mut document: Document) -> SqlResult<TsVector> {
    tell(call, std::mem::take(&mut document.notices));
    document.into_vector()
}

fn query(call: &Call<'_>, configuration: Configuration, text: &str, syntax: Syntax, join: Join) -> SqlResult<TsQuery> {
    let (query, notices) = to_query(configuration, text, syntax, join)?;
    tell(call, notices);
    Ok(query)
}

/// `tsquery` of plain text, as `text @@ text` has it.
fn plain(call: &Call<'_>, text: &str) -> SqlResult<TsQuery> {
    query(call, current(call)?, text, Syntax::None, Join::And)
}

/// 22004 for NULLs in an array of lexemes.
fn no_nulls(what: &str) -> SqlError {
    SqlError::new(SqlState::NullValueNotAllowed, format!("{what} may not contain nulls"))
}

fn weight(letter: u8) -> SqlResult<Weight> {
    Weight::of_letter(letter).ok_or_else(|| {
        let message = format!("unrecognized weight: \"{}\"", char::from(letter));
        SqlError::new(SqlState::InvalidParameterValue, message)
    })
}

/// The set of weights in a `"char"[]`.
fn weights(array: &ArrayValue) -> SqlResult<u8> {
    array.values.iter().try_fold(0, |set, value| match value {
        Datum::Char(letter) => Ok(set | weight(*letter)?.bit()),
        Datum::Null => Err(no_nulls("weight array")),
        other => Err(mismatch(Some(other))),
    })
}

/// The words of a `text[]`, but NULLs.
fn words(array: &ArrayValue) -> SqlResult<Vec<&str>> {
    Ok(text_items(array)?.into_iter().flatten().collect())
}

fn of_words(array: &ArrayValue) -> SqlResult<TsVector> {
    let mut lexemes = Vec::with_capacity(array.values.len());
    for word in text_items(array)? {
        let word = word.ok_or_else(|| no_nulls("lexeme array"))?;
        if word.is_empty() {
            let message = "lexeme array may not contain empty strings";
            return Err(SqlError::new(SqlState::ZeroLengthCharacterString, message));
        }
        lexemes.push(Lexeme::new(word, vec![]));
    }
    TsVector::new(lexemes)
}

fn to_words(vector: &TsVector) -> ArrayValue {
    ArrayValue::vector(Oid::TEXT, vector::words(vector).map(Datum::text).collect())
}

/// The weights of `ts_rank`: D, C, B, A; negative ones are as they are without the argument.
fn rank_weights(array: &ArrayValue) -> SqlResult<Weights> {
    let subscript = |message: &str| SqlError::new(SqlState::ArraySubscriptError, message);
    if array.dims.len() != 1 {
        return Err(subscript("array of weight must be one-dimensional"));
    }
    if array.values.len() < DEFAULT_WEIGHTS.len() {
        return Err(subscript("array of weight is too short"));
    }
    if array.values.iter().any(Datum::is_null) {
        return Err(SqlError::new(SqlState::NullValueNotAllowed, "array of weight must not contain nulls"));
    }
    let mut weights = DEFAULT_WEIGHTS;
    for (weight, value) in weights.iter_mut().zip(&array.values) {
        match value {
            Datum::Float4(given) if *given >= 0.0 => *weight = *given,
            Datum::Float4(_) => {}
            other => return Err(mismatch(Some(other))),
        }
        if *weight > 1.0 {
            return Err(SqlError::new(SqlState::InvalidParameterValue, "weight out of range"));
        }
    }
    Ok(weights)
}

/// `ts_lexize`: an array without elements for a stop word.
fn lexize(dictionary: OidValue, token: &str) -> SqlResult<ArrayValue> {
    let dictionary = Dictionary::by_oid(Oid(dictionary.0)).ok_or_else(|| {
        SqlError::internal(format!("cache lookup failed for text search dictionary {}", dictionary.0))
    })?;
    Ok(lexemes(dictionary, token))
}

fn lexemes(dictionary: Dictionary, token: &str) -> ArrayValue {
    ArrayValue::vector(Oid::TEXT, dictionary.lexeme(token).into_iter().map(Datum::text).collect())
}

fn options(text: Option<&str>) -> SqlResult<Options> {
    text.map_or_else(|| Ok(Options::default()), Options::parse)
}

macro_rules! queries {
    ($($name:literal $by_id:literal $syntax:ident $join:ident;)*) => {
        &[$(
            ($name, scalar!(call; |text: &str| query(call, current(call)?, text, Syntax::$syntax, Join::$join)?)),
            ($by_id, scalar!(call; |c: OidValue, text: &str| {
                query(call, configuration(c)?, text, Syntax::$syntax, Join::$join)?
            })),
        )*]
    };
}

/// Text into queries.
pub const QUERIES: &[(&str, ScalarFn)] = queries! {
    "to_tsquery" "to_tsquery_byid" Operators Phrase;
    "plainto_tsquery" "plainto_tsquery_byid" None And;
    "phraseto_tsquery" "phraseto_tsquery_byid" None Phrase;
    "websearch_to_tsquery" "websearch_to_tsquery_byid" Web Phrase;
};

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("to_tsvector", scalar!(call; |text: &str| document(call, current(call)?, text)?)),
    ("to_tsvector_byid", scalar!(call; |c: OidValue, text: &str| document(call, configuration(c)?, text)?)),
    ("ts_lexize", scalar!(|dictionary: OidValue, token: &str| lexize(dictionary, token)?)),
    // tsvector
    ("tsvector_length", scalar!(|v: &TsVector| i32::try_from(v.lexemes().len()).unwrap_or(i32::MAX))),
    ("tsvector_strip", scalar!(|v: &TsVector| vector::strip(v))),
    ("tsvector_setweight", scalar!(|v: &TsVector, w: CharValue| vector::set_weight(v, weight(w.0)?, None))),
    (
        "tsvector_setweight_by_filter",
        scalar!(|v: &TsVector, w: CharValue, lexemes: &Arc<ArrayValue>| {
            vector::set_weight(v, weight(w.0)?, Some(&words(lexemes)?))
        }),
    ),
    ("tsvector_concat", scalar!(|a: &TsVector, b: &TsVector| vector::concat(a, b)?)),
    ("tsvector_delete_str", scalar!(|v: &TsVector, word: &str| vector::delete(v, &[word]))),
    ("tsvector_delete_arr", scalar!(|v: &TsVector, lexemes: &Arc<ArrayValue>| vector::delete(v, &words(lexemes)?))),
    ("tsvector_to_array", scalar!(|v: &TsVector| to_words(v))),
    ("array_to_tsvector", scalar!(|lexemes: &Arc<ArrayValue>| of_words(lexemes)?)),
    ("tsvector_filter", scalar!(|v: &TsVector, kept: &Arc<ArrayValue>| vector::filter(v, weights(kept)?))),
    // tsquery
    ("tsquery_and", scalar!(|a: &TsQuery, b: &TsQuery| combine::join(Connective::And, a, b)?)),
    ("tsquery_or", scalar!(|a: &TsQuery, b: &TsQuery| combine::join(Connective::Or, a, b)?)),
    ("tsquery_phrase", scalar!(|a: &TsQuery, b: &TsQuery| combine::phrase(a, b, 1)?)),
    ("tsquery_phrase_distance", scalar!(|a: &TsQuery, b: &TsQuery, distance: i32| combine::phrase(a, b, distance)?)),
    ("tsquery_not", scalar!(|a: &TsQuery| combine::not(a)?)),
    ("tsq_mcontains", scalar!(|a: &TsQuery, b: &TsQuery| combine::contains(a, b))),
    ("tsq_mcontained", scalar!(|a: &TsQuery, b: &TsQuery| combine::contains(b, a))),
    ("tsquery_numnode", scalar!(|a: &TsQuery| i32::try_from(a.count()).unwrap_or(i32::MAX))),
    ("tsquerytree", scalar!(|a: &TsQuery| combine::indexable(a))),
    ("tsquery_rewrite", scalar!(|a: &TsQuery, b: &TsQuery, c: &TsQuery| rewrite::rewrite(a, b, c)?)),
    // matches
    ("ts_match_vq", scalar!(|v: &TsVector, q: &TsQuery| matches(v, q))),
    ("ts_match_qv", scalar!(|q: &TsQuery, v: &TsVector| matches(v, q))),
    (
        "ts_match_tt",
        scalar!(call; |text: &str, q: &str| matches(&document(call, current(call)?, text)?, &plain(call, q)?)),
    ),
    ("ts_match_tq", scalar!(call; |text: &str, q: &TsQuery| matches(&document(call, current(call)?, text)?, q))),
    // ranks
    (
        "ts_rank_wttf",
        scalar!(|w: &Arc<ArrayValue>, v: &TsVector, q: &TsQuery, n: i32| rank::rank(&rank_weights(w)?, v, q, n)),
    ),
    ("ts_rank_wtt", scalar!(|w: &Arc<ArrayValue>, v: &TsVector, q: &TsQuery| rank::rank(&rank_weights(w)?, v, q, 0))),
    ("ts_rank_ttf", scalar!(|v: &TsVector, q: &TsQuery, n: i32| rank::rank(&DEFAULT_WEIGHTS, v, q, n))),
    ("ts_rank_tt", scalar!(|v: &TsVector, q: &TsQuery| rank::rank(&DEFAULT_WEIGHTS, v, q, 0))),
    (
        "ts_rankcd_wttf",
        scalar!(|w: &Arc<ArrayValue>, v: &TsVector, q: &TsQuery, n: i32| {
            cover::rank_by_covers(&rank_weights(w)?, v, q, n)
        }),
    ),
    (
        "ts_rankcd_wtt",
        scalar!(|w: &Arc<ArrayValue>, v: &TsVector, q: &TsQuery| cover::rank_by_covers(&rank_weights(w)?, v, q, 0)),
    ),
    ("ts_rankcd_ttf", scalar!(|v: &TsVector, q: &TsQuery, n: i32| cover::rank_by_covers(&DEFAULT_WEIGHTS, v, q, n))),
    ("ts_rankcd_tt", scalar!(|v: &TsVector, q: &TsQuery| cover::rank_by_covers(&DEFAULT_WEIGHTS, v, q, 0))),
    // headlines
    ("ts_headline", scalar!(call; |text: &str, q: &TsQuery| headline(current(call)?, text, q, &options(None)?))),
    (
        "ts_headline_opt",
        scalar!(call; |text: &str, q: &TsQuery, o: &str| headline(current(call)?, text, q, &options(Some(o))?)),
    ),
    (
        "ts_headline_byid",
        scalar!(|c: OidValue, text: &str, q: &TsQuery| headline(configuration(c)?, text, q, &options(None)?)),
    ),
    (
        "ts_headline_byid_opt",
        scalar!(|c: OidValue, text: &str, q: &TsQuery, o: &str| {
            headline(configuration(c)?, text, q, &options(Some(o))?)
        }),
    ),
];
