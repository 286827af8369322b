//! Casts that are not arithmetic: between string types, with length limits, of booleans, and input and
//! output functions of every type.

use gavel_types::text_io::string::{to_bpchar, to_name, to_varchar};
use gavel_types::text_io::{self, to_text};
use gavel_types::{Datum, Oid, PgType, SqlResult};

use crate::args::{Arg, CharValue, scalar};
use crate::call::{Call, ScalarFn};

/// Any type's output function.
fn output(call: &Call<'_>, args: &[Datum]) -> SqlResult<Datum> {
    let value = <&Datum>::get(args.first())?;
    let ty = call.arg_types.first().copied().unwrap_or(PgType::TEXT);
    Ok(Datum::text(to_text(value, ty, &call.context.style)))
}

/// Any type's input function: `(text)`, or `(text, element type, typmod)`.
fn input(call: &Call<'_>, args: &[Datum]) -> SqlResult<Datum> {
    let text = <&str>::get(args.first())?;
    let typmod = match args.get(2) {
        Some(Datum::Int4(t)) => *t,
        _ => -1,
    };
    let oid = match (call.result.oid, args.get(1)) {
        (_, Some(Datum::Oid(ty))) if Oid(*ty).is_enum() => Oid(*ty),
        (Oid::ANYARRAY, Some(Datum::Oid(element))) => Oid(*element).array_of().unwrap_or(Oid::ANYARRAY),
        (oid, _) => oid,
    };
    text_io::parse(text, PgType::with_typmod(oid, typmod), &call.context.style)
}

/// `text` to any type through its input, and back: what the engine does for CoerceViaIo.
///
/// # Errors
/// What the target's input answers.
pub fn coerce_via_io(value: &Datum, from: PgType, to: PgType, style: &text_io::TextStyle) -> SqlResult<Datum> {
    if value.is_null() {
        return Ok(Datum::Null);
    }
    let text = to_text(value, from, style);
    // A `char` loses its padding on the way out.
    let text = if from.oid == Oid::BPCHAR { text.trim_end_matches(' ') } else { &text };
    text_io::parse(text, to, style)
}

/// Whether values of the type are read and written here.
fn is_written(oid: Oid) -> bool {
    gavel_types::pg_type::TYPES.iter().any(|t| t.0 == oid || t.2 == oid)
}

/// The name of any type that the catalogs know, as SQL says it; a user's type is [`text_io::numbered`].
pub fn type_label(oid: Oid) -> String {
    match crate::registry::type_info(oid) {
        Some(info) if !is_written(oid) && !oid.is_user_type() => match info.name.strip_prefix('_') {
            Some(element) if info.category == 'A' => format!("{element}[]"),
            _ => info.name.to_owned(),
        },
        _ => text_io::type_name(oid),
    }
}

/// `format_type`: NULL and unknown types have their own words.
fn format_type(call: &Call<'_>, oid: Option<crate::args::OidValue>, typmod: Option<i32>) -> Option<String> {
    let oid = Oid(oid?.0);
    if oid.0 == 0 {
        return Some("-".into());
    }
    if oid.is_user_type() {
        let names = call.context.style.names.as_ref();
        return Some(names.and_then(|n| n.name(oid, Oid::REGTYPE)).unwrap_or_else(|| "???".into()));
    }
    let known = crate::registry::type_info(oid);
    Some(match (known, typmod) {
        (None, _) => "???".into(),
        // `char` and `bit` without a length are other types than those of one, which go by these names.
        (Some(_), Some(typmod)) if typmod < 0 && oid == Oid::BPCHAR => "bpchar".into(),
        (Some(_), Some(typmod)) if typmod < 0 && oid == Oid::BIT => "\"bit\"".into(),
        (Some(_), Some(typmod)) if typmod >= 0 && is_written(oid) => {
            text_io::type_name_with_typmod(PgType::with_typmod(oid, typmod))
        }
        (Some(_), _) => type_label(oid),
    })
}

macro_rules! in_and_out {
    ($($input:literal $output:literal)*) => {
        &[$(($input, input as ScalarFn), ($output, output as ScalarFn),)*]
    };
}

pub const INPUT_OUTPUT: &[(&str, ScalarFn)] = in_and_out! {
    "boolin" "boolout"
    "int2in" "int2out"
    "int4in" "int4out"
    "int8in" "int8out"
    "float4in" "float4out"
    "float8in" "float8out"
    "numeric_in" "numeric_out"
    "textin" "textout"
    "varcharin" "varcharout"
    "bpcharin" "bpcharout"
    "namein" "nameout"
    "charin" "charout"
    "byteain" "byteaout"
    "date_in" "date_out"
    "time_in" "time_out"
    "timetz_in" "timetz_out"
    "timestamp_in" "timestamp_out"
    "timestamptz_in" "timestamptz_out"
    "interval_in" "interval_out"
    "uuid_in" "uuid_out"
    "inet_in" "inet_out"
    "cidr_in" "cidr_out"
    "macaddr_in" "macaddr_out"
    "macaddr8_in" "macaddr8_out"
    "cash_in" "cash_out"
    "point_in" "point_out"
    "tsvectorin" "tsvectorout"
    "tsqueryin" "tsqueryout"
    "regconfigin" "regconfigout"
    "regdictionaryin" "regdictionaryout"
    "json_in" "json_out"
    "jsonb_in" "jsonb_out"
    "jsonpath_in" "jsonpath_out"
    "oidin" "oidout"
    "xidin" "xidout"
    "xid8in" "xid8out"
    "cidin" "cidout"
    "bit_in" "bit_out"
    "varbit_in" "varbit_out"
    "array_in" "array_out"
    "int2vectorin" "int2vectorout"
    "oidvectorin" "oidvectorout"
    "pg_lsn_in" "pg_lsn_out"
    "regclassin" "regclassout"
    "regtypein" "regtypeout"
    "regprocin" "regprocout"
    "regprocedurein" "regprocedureout"
    "regnamespacein" "regnamespaceout"
    "regrolein" "regroleout"
    "cstring_in" "cstring_out"
    "unknownin" "unknownout"
    "record_in" "record_out"
    "enum_in" "enum_out"
};

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("bpchar", scalar!(|s: &str, typmod: i32, explicit: bool| to_bpchar(s, typmod, explicit)?)),
    ("varchar", scalar!(|s: &str, typmod: i32, explicit: bool| to_varchar(s, typmod, explicit)?)),
    ("text_name", scalar!(|s: &str| to_name(s))),
    ("bpchar_name", scalar!(|s: &str| to_name(s.trim_end_matches(' ')))),
    ("name_text", scalar!(|s: &str| s)),
    ("name_bpchar", scalar!(|s: &str| s)),
    (
        "char_text",
        scalar!(|c: CharValue| {
            let mut out = String::new();
            text_io::string::write_char(c.0, &mut out);
            out
        }),
    ),
    (
        "char_bpchar",
        scalar!(|c: CharValue| {
            let mut out = String::new();
            text_io::string::write_char(c.0, &mut out);
            out
        }),
    ),
    ("text_char", scalar!(|s: &str| CharValue(text_io::string::parse_char(s)))),
    ("booltext", scalar!(|b: bool| if b { "true" } else { "false" })),
    ("text_regclass", scalar!(call; |s: &str| text_io::parse(s, PgType::REGCLASS, &call.context.style)?)),
    (
        "format_type",
        scalar!(call; |oid: Option<crate::args::OidValue>, typmod: Option<i32>| format_type(call, oid, typmod)),
    ),
    (
        "pg_typeof",
        scalar!(call; |v: &Datum| {
            let _ = v;
            Datum::Oid(call.arg_types.first().map_or(0, |t| t.oid.0))
        }),
    ),
];
