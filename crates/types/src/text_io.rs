//! PostgreSQL's text input and output functions of every type: what a literal, a COPY field or a
//! text-format parameter is parsed by, and what a text-format result is written by.
//!
//! | module | what it holds |
//! |---|---|
//! | this one | the settings, and the choice by type |
//! | [`number`] | integers, floats, oids |
//! | [`bytea`] | hex and escape forms |
//! | [`string`] | `varchar(n)`, `char(n)`, `name`, booleans, uuids, bit strings |
//! | [`inet`], [`mac`] | network and hardware addresses |
//! | [`money`], [`point`] | amounts, places |
//! | [`tsvector`], [`tsquery`] | documents and queries of full-text search |
//! | [`array`] | `{…}`, vectors |
//! | [`record`] | `(…)` |

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::datetime;
use crate::datum::Datum;
use crate::error::{SqlError, SqlResult};
use crate::interval;
use crate::json::{self, Json};
use crate::numeric::Numeric;
use crate::pg_type::{Oid, PgType, TYPES};
use crate::sqlstate::SqlState;

pub mod array;
pub mod bytea;
pub mod inet;
pub mod mac;
pub mod money;
pub mod number;
pub mod point;
pub mod record;
pub mod shape;
pub mod string;
pub mod tsquery;
pub mod tsvector;
pub mod xid;

/// Session settings that text forms depend on.
#[derive(Clone, Debug)]
pub struct TextStyle {
    /// IANA name, `UTC`, or a fixed offset such as `+02`.
    pub time_zone: Arc<str>,
    /// `DateStyle`: output format and field order.
    pub date_style: (DateFormat, DateOrder),
    pub interval_style: IntervalStyle,
    /// `bytea_output`: hex, or escape.
    pub bytea_hex: bool,
    /// `extra_float_digits` > 0: shortest round-trip output.
    pub extra_float_digits: i32,
    /// What `now` and `today` mean in date input: the transaction's start.
    pub now_micros: i64,
    /// Names of objects, for `regclass` and its kin. Without it they are read and written as numbers,
    /// save types and functions that are built in.
    pub names: Option<Arc<dyn NameResolver>>,
}

/// Finds objects by name and back, as the session's `search_path` says.
pub trait NameResolver: Send + Sync {
    /// The object called `name` (as written: perhaps quoted or qualified) for type `ty` (`regclass`,
    /// `regtype`, `regproc` …).
    ///
    /// # Errors
    /// 42P01, 42704, 42883 … if there is none.
    fn resolve(&self, name: &str, ty: Oid) -> SqlResult<Oid>;
    /// The name of `object` as type `ty` prints it; `None` if there is no such object.
    fn name(&self, object: Oid, ty: Oid) -> Option<String>;
    /// The values of enum `ty`, in order, with their labels; `None` if there is no such type.
    fn enum_values(&self, _ty: Oid) -> Option<EnumValues> {
        None
    }
    /// Names and types of the fields of composite type `ty`, in order.
    fn fields(&self, _ty: Oid) -> Option<Arc<[(String, PgType)]>> {
        None
    }
}

/// The values of an enum and their labels, in order.
pub type EnumValues = Arc<[(i64, Arc<str>)]>;

impl std::fmt::Debug for dyn NameResolver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NameResolver")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateFormat {
    Iso,
    Sql,
    Postgres,
    German,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrder {
    Mdy,
    Dmy,
    Ymd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntervalStyle {
    Postgres,
    PostgresVerbose,
    SqlStandard,
    Iso8601,
}

impl Default for TextStyle {
    fn default() -> Self {
        Self {
            time_zone: "UTC".into(),
            date_style: (DateFormat::Iso, DateOrder::Mdy),
            interval_style: IntervalStyle::Postgres,
            bytea_hex: true,
            extra_float_digits: 1,
            now_micros: 0,
            names: None,
        }
    }
}

/// The name of a type as messages and `format_type` print it: `integer`, `timestamp with time zone`,
/// `text[]`. A type of a user's is [`numbered`], as its name is in the catalog.
pub fn type_name(oid: Oid) -> String {
    let name = match oid {
        Oid::BOOL => "boolean",
        Oid::CHAR => "\"char\"",
        Oid::INT2 => "smallint",
        Oid::INT4 => "integer",
        Oid::INT8 => "bigint",
        Oid::FLOAT4 => "real",
        Oid::FLOAT8 => "double precision",
        Oid::BPCHAR => "character",
        Oid::VARCHAR => "character varying",
        Oid::BIT => "bit",
        Oid::VARBIT => "bit varying",
        Oid::TIME => "time without time zone",
        Oid::TIMETZ => "time with time zone",
        Oid::TIMESTAMP => "timestamp without time zone",
        Oid::TIMESTAMPTZ => "timestamp with time zone",
        Oid::INT2VECTOR => "int2vector",
        Oid::OIDVECTOR => "oidvector",
        _ => {
            return match (oid.element(), TYPES.iter().find(|t| t.0 == oid)) {
                (Some(element), _) => format!("{}[]", type_name(element)),
                (None, Some((_, name, _))) => (*name).to_owned(),
                (None, None) if oid.is_user_type() => numbered(oid),
                (None, None) => oid.to_string(),
            };
        }
    };
    name.to_owned()
}

/// [`type_name`] with the modifier, as `format_type` prints it: `numeric(12,2)`, `character varying(3)`,
/// `timestamp(3) without time zone`.
pub fn type_name_with_typmod(ty: PgType) -> String {
    if let Some(element) = ty.oid.element()
        && !matches!(ty.oid, Oid::INT2VECTOR | Oid::OIDVECTOR)
    {
        return format!("{}[]", type_name_with_typmod(PgType::with_typmod(element, ty.typmod)));
    }
    let name = type_name(ty.oid);
    if ty.typmod < 0 {
        // A `char` without length is one that was written `bpchar`; plain CHAR has the modifier of 1.
        return if ty.oid == Oid::BPCHAR { "bpchar".into() } else { name };
    }
    match ty.oid {
        Oid::BPCHAR | Oid::VARCHAR => format!("{name}({})", ty.typmod - 4),
        Oid::BIT | Oid::VARBIT => format!("{name}({})", ty.typmod),
        Oid::NUMERIC => match Numeric::precision_and_scale(ty.typmod) {
            Some((precision, scale)) => format!("{name}({precision},{scale})"),
            None => name,
        },
        Oid::TIME | Oid::TIMETZ | Oid::TIMESTAMP | Oid::TIMESTAMPTZ => match name.split_once(' ') {
            Some((first, rest)) => format!("{first}({}) {rest}", ty.typmod),
            None => name,
        },
        Oid::INTERVAL => interval_name(ty.typmod),
        Oid::BOOL | Oid::INT2 | Oid::INT4 | Oid::INT8 | Oid::FLOAT4 | Oid::FLOAT8 | Oid::CHAR => name,
        // Types without modifiers of their own show one as it is.
        _ => format!("{name}({})", ty.typmod),
    }
}

fn interval_name(typmod: i32) -> String {
    use interval::range::{DAY, FULL, HOUR, MINUTE, MONTH, SECOND, YEAR};
    let (fields, precision) = interval::Interval::range_and_precision(typmod);
    let words = match fields {
        FULL => "",
        f if f == YEAR => " year",
        f if f == MONTH => " month",
        f if f == DAY => " day",
        f if f == HOUR => " hour",
        f if f == MINUTE => " minute",
        f if f == SECOND => " second",
        f if f == YEAR | MONTH => " year to month",
        f if f == DAY | HOUR => " day to hour",
        f if f == DAY | HOUR | MINUTE => " day to minute",
        f if f == DAY | HOUR | MINUTE | SECOND => " day to second",
        f if f == HOUR | MINUTE => " hour to minute",
        f if f == HOUR | MINUTE | SECOND => " hour to second",
        f if f == MINUTE | SECOND => " minute to second",
        _ => "",
    };
    match precision {
        Some(p) => format!("interval{words}({p})"),
        None => format!("interval{words}"),
    }
}

const NUMBERED: &str = "pg_catalog.\"#";

/// A user's type by its number. This is how stored SQL names it, so that no new name of the type changes what was
/// stored, and how messages do until [`name_types`] puts the name in.
pub fn numbered(oid: Oid) -> String {
    format!("{NUMBERED}{oid}\"")
}

/// The type that the last part of a [`numbered`] name means.
pub fn numbered_type(name: &str) -> Option<Oid> {
    name.strip_prefix('#')?.parse().ok().map(Oid).filter(|oid| oid.is_user_type())
}

/// A user's function by its number, as stored SQL names it.
pub fn numbered_function(oid: Oid) -> String {
    format!("{NUMBERED}f{oid}\"")
}

/// The function that the last part of a [`numbered_function`] name means.
pub fn function_of_number(name: &str) -> Option<Oid> {
    name.strip_prefix("#f")?.parse().ok().map(Oid)
}

/// `text` with the names of types and functions in the place of numbers.
pub fn name_types<'t>(text: &'t str, names: &dyn NameResolver) -> Cow<'t, str> {
    if !text.contains(NUMBERED) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(NUMBERED) {
        let (before, after) = (&rest[..at], &rest[at + NUMBERED.len()..]);
        out.push_str(before);
        let end = after.find('"').unwrap_or(after.len());
        let name = match after[..end].strip_prefix('f') {
            Some(number) => number.parse().ok().and_then(|n| names.name(Oid(n), Oid::REGPROC)),
            None => after[..end].parse().ok().and_then(|n| names.name(Oid(n), Oid::REGTYPE)),
        };
        out.push_str(name.as_deref().unwrap_or("???"));
        rest = after.get(end + 1..).unwrap_or("");
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The label of a value of enum `ty`; its place, for want of a catalog that knows it.
fn write_enum(place: i64, ty: Oid, style: &TextStyle, out: &mut String) {
    let values = style.names.as_ref().and_then(|n| n.enum_values(ty));
    match values.as_ref().and_then(|v| v.iter().find(|(at, _)| *at == place)) {
        Some((_, label)) => out.push_str(label),
        None => number::write_int(place, out),
    }
}

fn parse_enum(text: &str, ty: Oid, style: &TextStyle) -> SqlResult<i64> {
    let names = style.names.as_ref();
    let Some(values) = names.and_then(|n| n.enum_values(ty)) else {
        // What was written without a catalog, as descriptors keep constants.
        return number::parse_int(text, "bigint");
    };
    values.iter().find(|(_, label)| **label == *text).map(|(place, _)| *place).ok_or_else(|| {
        let name = names.and_then(|n| n.name(ty, Oid::REGTYPE)).unwrap_or_else(|| type_name(ty));
        let message = format!("invalid input value for enum {name}: \"{text}\"");
        SqlError::new(SqlState::InvalidTextRepresentation, message)
    })
}

/// 22P02: `text` is no value of the type called `type_name`.
pub fn invalid_syntax(type_name: &str, text: &str) -> SqlError {
    SqlError::new(SqlState::InvalidTextRepresentation, format!("invalid input syntax for type {type_name}: \"{text}\""))
}

/// Parses `text` as a value of `ty`, applying its typmod as an assignment of a literal does.
///
/// # Errors
/// 22P02, 22007, 22008, 22003, 22001 … with PostgreSQL's message.
pub fn parse(text: &str, ty: PgType, style: &TextStyle) -> SqlResult<Datum> {
    Ok(match ty.oid {
        Oid::BOOL => Datum::Bool(string::parse_bool(text)?),
        Oid::INT2 => Datum::Int2(number::parse_int(text, "smallint")?),
        Oid::INT4 => Datum::Int4(number::parse_int(text, "integer")?),
        Oid::INT8 => Datum::Int8(number::parse_int(text, "bigint")?),
        Oid::FLOAT4 => Datum::Float4(number::parse_float4(text)?),
        Oid::FLOAT8 => Datum::Float8(number::parse_float8(text)?),
        Oid::NUMERIC => Datum::Numeric(Numeric::parse(text)?.with_typmod(ty.typmod)?),
        Oid::TEXT | Oid::UNKNOWN | Oid::CSTRING | Oid::REFCURSOR | Oid::XML | Oid::PG_NODE_TREE => Datum::text(text),
        Oid::ACLITEM => Datum::text(string::to_acl_item(text)?),
        Oid::VARCHAR => Datum::text(string::to_varchar(text, ty.typmod, false)?),
        Oid::BPCHAR => Datum::text(string::to_bpchar(text, ty.typmod, false)?),
        Oid::NAME => Datum::text(string::to_name(text)),
        Oid::CHAR => Datum::Char(string::parse_char(text)),
        Oid::BYTEA => Datum::Bytea(bytea::parse(text)?),
        Oid::DATE => Datum::Date(datetime::parse::date(text, style)?),
        Oid::TIME => Datum::Time(datetime::parse::time(text, ty.typmod, style)?),
        Oid::TIMETZ => {
            let (micros, west) = datetime::parse::timetz(text, ty.typmod, style)?;
            Datum::TimeTz(micros, west)
        }
        Oid::TIMESTAMP => Datum::Timestamp(datetime::parse::timestamp(text, ty.typmod, style)?),
        Oid::TIMESTAMPTZ => Datum::TimestampTz(datetime::parse::timestamptz(text, ty.typmod, style)?),
        Oid::INTERVAL => Datum::Interval(interval::parse::parse(text, ty.typmod, style)?),
        Oid::UUID => Datum::Uuid(string::parse_uuid(text)?),
        Oid::INET => Datum::Inet(inet::parse_inet(text)?),
        Oid::CIDR => Datum::Inet(inet::parse_cidr(text)?),
        Oid::MACADDR => Datum::MacAddr(mac::parse_macaddr(text)?),
        Oid::MACADDR8 => Datum::MacAddr8(mac::parse_macaddr8(text)?),
        Oid::MONEY => Datum::Int8(money::parse(text)?),
        Oid::POINT => Datum::Point(point::parse(text)?),
        oid if shape::is_shape(oid) => Datum::text(shape::kept(text, oid)?),
        Oid::TSVECTOR => Datum::TsVector(tsvector::parse(text)?),
        Oid::TSQUERY => Datum::TsQuery(tsquery::parse(text)?),
        Oid::JSON => {
            json::validate(text)?;
            Datum::text(text)
        }
        Oid::JSONB => Datum::Jsonb(Json::parse_canonical(text)?.to_string().into()),
        Oid::JSONPATH => Datum::text(crate::jsonpath::parse(text)?.to_string()),
        Oid::OID => Datum::Oid(number::parse_oid(text, "oid")?),
        Oid::XID | Oid::CID => Datum::Oid(xid::parse_xid(text)),
        Oid::XID8 => Datum::Int8(xid::parse_xid8(text)),
        Oid::PG_LSN => Datum::Int8(number::parse_lsn(text)?),
        Oid::BIT | Oid::VARBIT => Datum::text(string::parse_bits(text, ty)?),
        Oid::TID => Datum::text(text),
        Oid::INT2VECTOR | Oid::OIDVECTOR => array::parse_vector(text, ty, style)?,
        Oid::VOID => Datum::text(""),
        oid if is_reg(oid) => Datum::Oid(parse_reg(text, oid, style)?),
        oid if oid.is_enum() => Datum::Enum(parse_enum(text, oid, style)?),
        oid if oid.is_composite() => record::parse(text, oid, style)?,
        oid => match oid.element() {
            Some(element) => array::parse(text, PgType::with_typmod(element, ty.typmod), style)?,
            None if oid == Oid::RECORD => {
                return Err(SqlError::unsupported("input of anonymous composite types is not implemented"));
            }
            None => return Err(SqlError::unsupported(format!("type {} is not supported", type_name(oid)))),
        },
    })
}

/// Whether values of this type are written as names of objects: `regclass` and its kin.
pub fn is_reg(oid: Oid) -> bool {
    matches!(
        oid,
        Oid::REGPROC
            | Oid::REGPROCEDURE
            | Oid::REGOPER
            | Oid::REGOPERATOR
            | Oid::REGCLASS
            | Oid::REGTYPE
            | Oid::REGNAMESPACE
            | Oid::REGROLE
            | Oid::REGCOLLATION
            | Oid::REGCONFIG
            | Oid::REGDICTIONARY
    )
}

/// A number, `-`, or a name for the session to resolve.
fn parse_reg(text: &str, ty: Oid, style: &TextStyle) -> SqlResult<u32> {
    let trimmed = text.trim();
    if trimmed == "-" {
        return Ok(0);
    }
    if !trimmed.is_empty() && trimmed.bytes().all(|b| b.is_ascii_digit()) {
        return number::parse_oid(trimmed, "oid");
    }
    if let Some(names) = &style.names {
        return names.resolve(trimmed, ty).map(|o| o.0);
    }
    if ty == Oid::REGTYPE
        && let Some((oid, ..)) = TYPES.iter().find(|(oid, name, _)| *name == trimmed || type_name(*oid) == trimmed)
    {
        return Ok(oid.0);
    }
    Err(SqlError::unsupported(format!("names of type {} cannot be resolved here", type_name(ty))))
}

fn write_reg(value: u32, ty: Oid, style: &TextStyle, out: &mut String) {
    if value == 0 {
        // Operators that there are none of are shown by their number.
        return out.push(if matches!(ty, Oid::REGOPER | Oid::REGOPERATOR) { '0' } else { '-' });
    }
    match style.names.as_ref().and_then(|n| n.name(Oid(value), ty)) {
        Some(name) => out.push_str(&name),
        None if ty == Oid::REGTYPE => out.push_str(&type_name(Oid(value))),
        None => {
            let _ = write!(out, "{value}");
        }
    }
}

/// Appends the text form of a non-null `value` of type `ty` to `out`. NULL appends nothing.
pub fn write(value: &Datum, ty: PgType, style: &TextStyle, out: &mut String) {
    match value {
        Datum::Null => {}
        Datum::Bool(v) => out.push(if *v { 't' } else { 'f' }),
        Datum::Int2(v) => number::write_int(i64::from(*v), out),
        Datum::Int4(v) => number::write_int(i64::from(*v), out),
        Datum::Int8(v) if ty.oid == Oid::PG_LSN => number::write_lsn(*v, out),
        Datum::Int8(v) if ty.oid == Oid::MONEY => money::write(*v, out),
        Datum::Int8(v) if ty.oid == Oid::XID8 => xid::write_xid8(*v, out),
        Datum::Int8(v) => number::write_int(*v, out),
        Datum::Float4(v) => number::write_float4(*v, style.extra_float_digits, out),
        Datum::Float8(v) => number::write_float8(*v, style.extra_float_digits, out),
        Datum::Numeric(v) => {
            let _ = write!(out, "{v}");
        }
        Datum::Text(v) if style.extra_float_digits <= 0 && shape::is_shape(ty.oid) => {
            shape::write(v, ty.oid, style.extra_float_digits, out);
        }
        Datum::Text(v) | Datum::Jsonb(v) => out.push_str(v),
        Datum::Bytea(v) => bytea::write(v, style.bytea_hex, out),
        Datum::Date(v) => datetime::write::write_date(*v, style, out),
        Datum::Time(v) => datetime::write::write_time(*v, out),
        Datum::TimeTz(v, west) => datetime::write::write_timetz(*v, *west, out),
        Datum::Timestamp(v) => datetime::write::write_timestamp(*v, style, out),
        Datum::TimestampTz(v) => datetime::write::write_timestamptz(*v, style, out),
        Datum::Interval(v) => interval::write::write(*v, style.interval_style, out),
        Datum::Uuid(v) => string::write_uuid(v, out),
        Datum::Inet(v) if ty.oid == Oid::CIDR => inet::write_with_prefix(*v, out),
        Datum::Inet(v) => inet::write(*v, out),
        Datum::MacAddr(v) => mac::write(v, out),
        Datum::MacAddr8(v) => mac::write(v, out),
        Datum::Point(v) => point::write(*v, style.extra_float_digits, out),
        Datum::TsVector(v) => tsvector::write(v, out),
        Datum::TsQuery(v) => tsquery::write(v, out),
        Datum::Oid(v) if is_reg(ty.oid) => write_reg(*v, ty.oid, style, out),
        Datum::Oid(v) => {
            let _ = write!(out, "{v}");
        }
        Datum::Char(v) => string::write_char(*v, out),
        Datum::Enum(v) => write_enum(*v, ty.oid, style, out),
        Datum::Array(v) if matches!(ty.oid, Oid::INT2VECTOR | Oid::OIDVECTOR) => array::write_vector(v, style, out),
        // Numbers that were relabelled as names of objects.
        Datum::Array(v) => {
            let element = ty.oid.element().filter(|element| is_reg(*element));
            array::write(v, element.unwrap_or(v.element), style, out);
        }
        Datum::Record(v) => record::write(v, style, out),
    }
}

/// [`write`] into a new string.
pub fn to_text(value: &Datum, ty: PgType, style: &TextStyle) -> String {
    let mut out = String::new();
    write(value, ty, style, &mut out);
    out
}

#[cfg(test)]
mod text_io_test;
