//! Comparison operators of all types: `=`, `<>`, `<`, `<=`, `>`, `>=`, the three-way functions behind
//! btree indexes, and `larger`/`smaller`.
//!
//! All go through [`crate::compare`]; only dates against timestamps, and either against
//! `timestamptz`, are brought to one type first.

use std::cmp::Ordering;

use gavel_types::datetime::zone::session_zone;
use gavel_types::datetime::{MICROS_PER_DAY, TIMESTAMP_INFINITY, TIMESTAMP_NEG_INFINITY};
use gavel_types::{Datum, PgType, SqlResult};

use crate::args::mismatch;
use crate::call::{Call, ScalarFn};
use crate::compare::{compare, compare_f64};

fn order(call: &Call<'_>, args: &[Datum]) -> SqlResult<Ordering> {
    let [a, b] = args else { return Err(mismatch(args.first())) };
    Ok(match (a, b) {
        (Datum::Int4(a), Datum::Int4(b)) => a.cmp(b),
        (Datum::Float4(a), Datum::Float8(b)) => compare_f64(f64::from(*a), *b),
        (Datum::Float8(a), Datum::Float4(b)) => compare_f64(*a, f64::from(*b)),
        (Datum::Date(_), Datum::Timestamp(_) | Datum::TimestampTz(_))
        | (Datum::Timestamp(_), Datum::Date(_) | Datum::TimestampTz(_))
        | (Datum::TimestampTz(_), Datum::Date(_) | Datum::Timestamp(_)) => mixed(call, a, b),
        (Datum::Oid(a), Datum::Int4(b)) => i64::from(*a).cmp(&i64::from(*b as u32)),
        _ => compare(a, b, call.arg_types.first().copied().unwrap_or(PgType::UNKNOWN)),
    })
}

/// Dates and timestamps at one scale; local ones are taken to UTC where one side is.
fn mixed(call: &Call<'_>, a: &Datum, b: &Datum) -> Ordering {
    let zone = session_zone(&call.context.style.time_zone);
    let utc = matches!(a, Datum::TimestampTz(_)) || matches!(b, Datum::TimestampTz(_));
    let local = |t: i128| {
        // Beyond the range of timestamps no zone matters.
        match i64::try_from(t) {
            Ok(t) if utc => i128::from(zone.to_utc(t)),
            _ => t,
        }
    };
    let value = |d: &Datum| match d {
        Datum::Date(i32::MAX) => i128::from(TIMESTAMP_INFINITY),
        Datum::Date(i32::MIN) => i128::from(TIMESTAMP_NEG_INFINITY),
        Datum::Date(d) => local(i128::from(*d) * i128::from(MICROS_PER_DAY)),
        Datum::Timestamp(t) => local(i128::from(*t)),
        Datum::TimestampTz(t) => i128::from(*t),
        _ => 0,
    };
    // A finite date may lie beyond all timestamps, but never beyond infinity.
    let clamp = |d: &Datum, v: i128| match d {
        Datum::Date(i32::MAX | i32::MIN) => v,
        _ => v.clamp(i128::from(TIMESTAMP_NEG_INFINITY) + 1, i128::from(TIMESTAMP_INFINITY) - 1),
    };
    let fix = |d: &Datum| match d {
        Datum::Date(_) => clamp(d, value(d)),
        _ => value(d),
    };
    fix(a).cmp(&fix(b))
}

fn eq(call: &Call<'_>, args: &[Datum]) -> SqlResult<Datum> {
    order(call, args).map(|o| Datum::Bool(o.is_eq()))
}
fn ne(call: &Call<'_>, args: &[Datum]) -> SqlResult<Datum> {
    order(call, args).map(|o| Datum::Bool(o.is_ne()))
}
fn lt(call: &Call<'_>, args: &[Datum]) -> SqlResult<Datum> {
    order(call, args).map(|o| Datum::Bool(o.is_lt()))
}
fn le(call: &Call<'_>, args: &[Datum]) -> SqlResult<Datum> {
    order(call, args).map(|o| Datum::Bool(o.is_le()))
}
fn gt(call: &Call<'_>, args: &[Datum]) -> SqlResult<Datum> {
    order(call, args).map(|o| Datum::Bool(o.is_gt()))
}
fn ge(call: &Call<'_>, args: &[Datum]) -> SqlResult<Datum> {
    order(call, args).map(|o| Datum::Bool(o.is_ge()))
}
fn cmp(call: &Call<'_>, args: &[Datum]) -> SqlResult<Datum> {
    order(call, args).map(|o| Datum::Int4(o as i32))
}
fn larger(call: &Call<'_>, args: &[Datum]) -> SqlResult<Datum> {
    let first = order(call, args)?.is_gt();
    args.get(usize::from(!first)).cloned().ok_or_else(|| mismatch(None))
}
fn smaller(call: &Call<'_>, args: &[Datum]) -> SqlResult<Datum> {
    let first = order(call, args)?.is_lt();
    args.get(usize::from(!first)).cloned().ok_or_else(|| mismatch(None))
}

macro_rules! families {
    ($([$($prefix:literal)*] [$($infix:literal)*];)*) => {
        &[$($(
            (concat!($prefix, "eq"), eq as ScalarFn),
            (concat!($prefix, "ne"), ne as ScalarFn),
            (concat!($prefix, "lt"), lt as ScalarFn),
            (concat!($prefix, "le"), le as ScalarFn),
            (concat!($prefix, "gt"), gt as ScalarFn),
            (concat!($prefix, "ge"), ge as ScalarFn),
        )*
        $(
            (concat!($infix, "_eq"), eq as ScalarFn),
            (concat!($infix, "_ne"), ne as ScalarFn),
            (concat!($infix, "_lt"), lt as ScalarFn),
            (concat!($infix, "_le"), le as ScalarFn),
            (concat!($infix, "_gt"), gt as ScalarFn),
            (concat!($infix, "_ge"), ge as ScalarFn),
            (concat!($infix, "_cmp"), cmp as ScalarFn),
            (concat!($infix, "_larger"), larger as ScalarFn),
            (concat!($infix, "_smaller"), smaller as ScalarFn),
        )*)*]
    };
}

/// The regular names.
pub const FAMILIES: &[(&str, ScalarFn)] = families! {
    ["int2" "int4" "int8" "int24" "int42" "int28" "int82" "int48" "int84" "float4" "float8" "float48" "float84"
     "bool" "char" "name" "oid" "bpchar" "bytea" "text" "oidvector" "bit" "tid" "cid"]
    ["date" "time" "timetz" "timestamp" "interval" "numeric" "uuid" "array" "jsonb" "record" "pg_lsn" "text"
     "bpchar" "record_image" "enum" "network" "macaddr" "macaddr8" "cash" "tsvector" "tsquery"];
};

macro_rules! mixed_dates {
    ($($a:literal $b:literal;)*) => {
        &[$(
            (concat!($a, "_eq_", $b), eq as ScalarFn),
            (concat!($a, "_ne_", $b), ne as ScalarFn),
            (concat!($a, "_lt_", $b), lt as ScalarFn),
            (concat!($a, "_le_", $b), le as ScalarFn),
            (concat!($a, "_gt_", $b), gt as ScalarFn),
            (concat!($a, "_ge_", $b), ge as ScalarFn),
            (concat!($a, "_cmp_", $b), cmp as ScalarFn),
        )*]
    };
}

/// Dates, timestamps and `timestamptz` against each other.
pub const MIXED_DATES: &[(&str, ScalarFn)] = mixed_dates! {
    "date" "timestamp";
    "date" "timestamptz";
    "timestamp" "date";
    "timestamp" "timestamptz";
    "timestamptz" "date";
    "timestamptz" "timestamp";
};

/// The irregular names.
pub const OTHERS: &[(&str, ScalarFn)] = &[
    ("btint2cmp", cmp),
    ("btint4cmp", cmp),
    ("btint8cmp", cmp),
    ("btint24cmp", cmp),
    ("btint42cmp", cmp),
    ("btint28cmp", cmp),
    ("btint82cmp", cmp),
    ("btint48cmp", cmp),
    ("btint84cmp", cmp),
    ("btfloat4cmp", cmp),
    ("btfloat8cmp", cmp),
    ("btfloat48cmp", cmp),
    ("btfloat84cmp", cmp),
    ("btboolcmp", cmp),
    ("btcharcmp", cmp),
    ("btnamecmp", cmp),
    ("btoidcmp", cmp),
    ("btoidvectorcmp", cmp),
    ("bttextcmp", cmp),
    ("btnametextcmp", cmp),
    ("bttextnamecmp", cmp),
    ("btarraycmp", cmp),
    ("btrecordcmp", cmp),
    ("bpcharcmp", cmp),
    ("byteacmp", cmp),
    ("bitcmp", cmp),
    ("btrecordimagecmp", cmp),
    ("text_pattern_lt", lt),
    ("text_pattern_le", le),
    ("text_pattern_gt", gt),
    ("text_pattern_ge", ge),
    ("bttext_pattern_cmp", cmp),
    ("bpchar_pattern_lt", lt),
    ("bpchar_pattern_le", le),
    ("bpchar_pattern_gt", gt),
    ("bpchar_pattern_ge", ge),
    ("btbpchar_pattern_cmp", cmp),
    ("nameeqtext", eq),
    ("namenetext", ne),
    ("namelttext", lt),
    ("nameletext", le),
    ("namegttext", gt),
    ("namegetext", ge),
    ("texteqname", eq),
    ("textnename", ne),
    ("textltname", lt),
    ("textlename", le),
    ("textgtname", gt),
    ("textgename", ge),
    ("xideq", eq),
    ("xidneq", ne),
    ("xid8eq", eq),
    ("xid8ne", ne),
    ("xid8lt", lt),
    ("xid8le", le),
    ("xid8gt", gt),
    ("xid8ge", ge),
    ("xid8cmp", cmp),
    ("xid8_larger", larger),
    ("xid8_smaller", smaller),
    ("int2larger", larger),
    ("int2smaller", smaller),
    ("int4larger", larger),
    ("int4smaller", smaller),
    ("int8larger", larger),
    ("int8smaller", smaller),
    ("float4larger", larger),
    ("float4smaller", smaller),
    ("float8larger", larger),
    ("float8smaller", smaller),
    ("cashlarger", larger),
    ("cashsmaller", smaller),
    ("oidlarger", larger),
    ("oidsmaller", smaller),
];
