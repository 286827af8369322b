//! All tables of implementations. A new module of functions is one line here.

use crate::call::{ScalarFn, SetFn};
use crate::{
    array, cast, comparison, datetime, enums, float, formatting, geometry, hash, int, json, keywords, macaddr, money,
    network, numeric, pattern, random, series, system, text, textsearch,
};

/// Entered under the internal name (`pg_proc.prosrc`).
pub const SCALARS: &[&[(&str, ScalarFn)]] = &[
    comparison::FAMILIES,
    comparison::MIXED_DATES,
    comparison::OTHERS,
    int::TABLE,
    float::TABLE,
    numeric::TABLE,
    random::TABLE,
    money::TABLE,
    network::TABLE,
    macaddr::TABLE,
    geometry::TABLE,
    hash::TABLE,
    text::TABLE,
    text::binary::TABLE,
    text::bits::TABLE,
    text::format::TABLE,
    array::TABLE,
    cast::INPUT_OUTPUT,
    cast::TABLE,
    enums::TABLE,
    datetime::arithmetic::TABLE,
    datetime::convert::TABLE,
    datetime::extract::TABLE,
    datetime::now::TABLE,
    datetime::truncate::TABLE,
    datetime::range::TABLE,
    pattern::like::TABLE,
    system::TABLE,
    pattern::regexp::TABLE,
    formatting::datetime::TABLE,
    formatting::number::TABLE,
    formatting::parse::TABLE,
    json::build::TABLE,
    json::change::TABLE,
    json::path::TABLE,
    json::populate::TABLE,
    json::read::TABLE,
    textsearch::TABLE,
    textsearch::QUERIES,
    textsearch::json::TABLE,
];

/// Entered under the OID, where PostgreSQL's internal name says nothing (bodies in SQL).
pub const SCALARS_BY_OID: &[&[(u32, ScalarFn)]] = &[
    datetime::arithmetic::BY_OID,
    datetime::convert::BY_OID,
    datetime::extract::BY_OID,
    network::BY_OID,
    numeric::BY_OID,
    pattern::regexp::BY_OID,
    system::BY_OID,
    text::BY_OID,
];

/// Set-returning ones, under the internal name.
pub const SETS: &[&[(&str, SetFn)]] = &[
    json::path::SETS,
    json::populate::SETS,
    json::rows::TABLE,
    keywords::TABLE,
    pattern::regexp::SETS,
    series::TABLE,
    textsearch::rows::SETS,
];

/// Set-returning ones, under the OID.
pub const SETS_BY_OID: &[&[(u32, SetFn)]] = &[textsearch::rows::SETS_BY_OID];
