//! Type names: SQL's spellings to `pg_type` with modifier, and back for messages (`format_type`).

use gavel_catalog::system::TEMPORARY_SCHEMA;
use gavel_functions::registry;
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState, text_io};
use sqlparser::ast::{self, DataType, ExactNumberInfo, TimezoneInfo};

use super::column_type::{OF_COLUMN, of_column};
use super::name::{Qualified, fold};
use crate::context::BindContext;

/// Bytes of header that PostgreSQL adds to length modifiers.
const HEADER: i32 = 4;
/// Longest `varchar(n)`.
const MAX_LENGTH: u64 = 10_485_760;

/// Interval field masks, as in `pg_attribute.atttypmod` of an interval.
mod interval_mask {
    pub const MONTH: i32 = 1 << 1;
    pub const YEAR: i32 = 1 << 2;
    pub const DAY: i32 = 1 << 3;
    pub const HOUR: i32 = 1 << 10;
    pub const MINUTE: i32 = 1 << 11;
    pub const SECOND: i32 = 1 << 12;
    pub const FULL: i32 = 0x7FFF;
    pub const FULL_PRECISION: i32 = 0xFFFF;
}

/// The type that `name` stands for.
///
/// # Errors
/// 42704 `type "x" does not exist`, 22023 for modifiers out of range. Without position.
pub fn resolve_type(context: &BindContext<'_>, name: &DataType) -> SqlResult<PgType> {
    let plain = |oid: Oid| Ok(PgType::new(oid));
    match name {
        DataType::Boolean | DataType::Bool => plain(Oid::BOOL),
        DataType::SmallInt(None) | DataType::Int2(None) => plain(Oid::INT2),
        DataType::Int(None) | DataType::Integer(None) | DataType::Int4(None) => plain(Oid::INT4),
        DataType::BigInt(None) | DataType::Int8(None) => plain(Oid::INT8),
        DataType::Real | DataType::Float4 => plain(Oid::FLOAT4),
        DataType::Float8 | DataType::DoublePrecision | DataType::Double(ExactNumberInfo::None) => plain(Oid::FLOAT8),
        DataType::Float(info) => float(info),
        DataType::Numeric(info) | DataType::Decimal(info) | DataType::Dec(info) => numeric(info),
        DataType::Text => plain(Oid::TEXT),
        DataType::Varchar(length)
        | DataType::CharacterVarying(length)
        | DataType::CharVarying(length)
        | DataType::Nvarchar(length) => text_length(Oid::VARCHAR, "varchar", length.as_ref()),
        DataType::Char(length) | DataType::Character(length) => match length {
            None => Ok(PgType::with_typmod(Oid::BPCHAR, 1 + HEADER)),
            Some(_) => text_length(Oid::BPCHAR, "char", length.as_ref()),
        },
        DataType::Bytea => plain(Oid::BYTEA),
        DataType::Date => plain(Oid::DATE),
        DataType::Time(precision, zone) => {
            Ok(second_fraction(if zoned(zone) { Oid::TIMETZ } else { Oid::TIME }, *precision))
        }
        DataType::Timestamp(precision, zone) => {
            Ok(second_fraction(if zoned(zone) { Oid::TIMESTAMPTZ } else { Oid::TIMESTAMP }, *precision))
        }
        DataType::Interval { fields, precision } => Ok(interval(fields.as_ref(), *precision)),
        DataType::Uuid => plain(Oid::UUID),
        DataType::JSON => plain(Oid::JSON),
        DataType::JSONB => plain(Oid::JSONB),
        DataType::Regclass => plain(Oid::REGCLASS),
        DataType::Bit(length) => bit(Oid::BIT, length.or(Some(1))),
        DataType::BitVarying(length) | DataType::VarBit(length) => bit(Oid::VARBIT, *length),
        DataType::TsVector => named("tsvector"),
        DataType::TsQuery => named("tsquery"),
        DataType::Trigger => named("trigger"),
        DataType::GeometricType(kind) => named(match kind {
            ast::GeometricTypeKind::Point => "point",
            ast::GeometricTypeKind::Line => "line",
            ast::GeometricTypeKind::LineSegment => "lseg",
            ast::GeometricTypeKind::GeometricBox => "box",
            ast::GeometricTypeKind::GeometricPath => "path",
            ast::GeometricTypeKind::Polygon => "polygon",
            ast::GeometricTypeKind::Circle => "circle",
        }),
        DataType::Array(
            ast::ArrayElemTypeDef::SquareBracket(element, _)
            | ast::ArrayElemTypeDef::AngleBracket(element)
            | ast::ArrayElemTypeDef::Parenthesis(element),
        ) => {
            let element = resolve_type(context, element)?;
            // More brackets are the same type: dimensions are not part of it.
            if is_true_array(element.oid) {
                return Ok(element);
            }
            match array_type(element.oid) {
                Some(array) => Ok(PgType::with_typmod(array, element.typmod)),
                None => Err(undefined(&format!("{}[]", format_type(element)))),
            }
        }
        DataType::Custom(name, modifiers) if modifiers.as_slice() == [OF_COLUMN] => of_column(context, name),
        DataType::Custom(name, modifiers) => custom(context, name, modifiers),
        // Names that other databases have for types of theirs may be a user's here.
        other => {
            let name = Qualified { schema: None, name: other.to_string().to_lowercase() };
            user_type(context, &name).ok_or_else(|| undefined(&name.name))
        }
    }
}

/// The type of a user's, or array of one, or row type, that `name` means by schema or `search_path`.
fn user_type(context: &BindContext<'_>, name: &Qualified) -> Option<PgType> {
    let found = match &name.schema {
        Some(schema) => {
            let schema = context.catalog.qualifier(schema)?;
            context.catalog.type_named(schema.oid, &name.name)
        }
        None => {
            let path = context.search_path.iter().map(|s| if s == "$user" { context.user } else { s.as_str() });
            context.catalog.find_type(path, &name.name)
        }
    };
    found.map(PgType::new)
}

/// The type that a call of `name` with one argument may be a cast to: no pseudo-type or composite type, and a temporary one
/// only by its schema.
pub fn type_called(context: &BindContext<'_>, name: &Qualified) -> Option<PgType> {
    let builtin = || registry::type_named(&name.name).filter(|t| t.kind != 'p').map(|t| PgType::new(t.oid));
    match name.schema.as_deref() {
        Some("pg_catalog") => match text_io::numbered_type(&name.name) {
            Some(oid) => Some(PgType::new(oid)),
            None => builtin(),
        },
        Some(_) => user_type(context, name).filter(|ty| !ty.oid.is_composite()),
        None => builtin().or_else(|| {
            let path = context.search_path.iter().map(|s| if s == "$user" { context.user } else { s.as_str() });
            let mut schemas = path.filter_map(|s| context.catalog.qualifier(s)).filter(|s| s.oid != TEMPORARY_SCHEMA);
            let found = schemas.find_map(|s| context.catalog.type_named(s.oid, &name.name));
            found.filter(|oid| !oid.is_composite()).map(PgType::new)
        }),
    }
}

fn zoned(zone: &TimezoneInfo) -> bool {
    matches!(zone, TimezoneInfo::WithTimeZone | TimezoneInfo::Tz)
}

fn undefined(name: &str) -> SqlError {
    SqlError::new(SqlState::UndefinedObject, format!("type \"{name}\" does not exist"))
}

fn invalid(message: String) -> SqlError {
    SqlError::new(SqlState::InvalidParameterValue, message)
}

fn named(name: &str) -> SqlResult<PgType> {
    registry::type_named(name).map(|t| PgType::new(t.oid)).ok_or_else(|| undefined(name))
}

fn custom(context: &BindContext<'_>, name: &ast::ObjectName, modifiers: &[String]) -> SqlResult<PgType> {
    let full = super::name::qualified(context, name)?;
    if full.schema.as_deref() == Some("pg_catalog")
        && let Some(oid) = text_io::numbered_type(&full.name)
    {
        return Ok(PgType::new(oid));
    }
    let quoted = name.0.last().and_then(ast::ObjectNamePart::as_ident).is_some_and(|i| i.quote_style.is_some());
    if let Some(schema) = full.schema.as_deref().filter(|s| !matches!(*s, "pg_catalog" | "information_schema")) {
        if let Some(subject) = context.subject {
            subject.look_into(context.catalog, schema)?;
        }
        if context.catalog.qualifier(schema).is_none() {
            let text = format!("schema \"{schema}\" does not exist");
            return Err(SqlError::new(SqlState::InvalidSchemaName, text));
        }
        return user_type(context, &full).ok_or_else(|| undefined(&full.to_string()));
    }
    let text = full.name.as_str();
    if full.schema.as_deref() == Some("information_schema") {
        return match text {
            "cardinal_number" => Ok(PgType::INT4),
            "sql_identifier" => Ok(PgType::NAME),
            "character_data" => Ok(PgType::VARCHAR),
            "yes_or_no" => Ok(PgType::with_typmod(Oid::VARCHAR, 3 + HEADER)),
            "time_stamp" => Ok(PgType::with_typmod(Oid::TIMESTAMPTZ, 2)),
            _ => Err(undefined(&full.to_string())),
        };
    }
    // `char` without quotes is bpchar(1); `"char"` and pg_catalog."char" are the one-byte type.
    if !quoted && full.schema.is_none() {
        match text {
            "string" | "nvarchar" => return Err(undefined(text)),
            _ => {}
        }
    }
    let Some(base) = registry::type_named(text) else {
        let found = if full.schema.is_none() { user_type(context, &full) } else { None };
        let found = found.ok_or_else(|| undefined(&full.to_string()))?;
        if modifiers.is_empty() {
            return Ok(found);
        }
        let message = format!("type modifier is not allowed for type \"{text}\"");
        return Err(SqlError::new(SqlState::SyntaxError, message));
    };
    let number = |i: usize| modifiers.get(i).and_then(|m| m.trim().parse::<i64>().ok());
    match (number(0), base.oid) {
        (None, _) => Ok(PgType::new(base.oid)),
        (Some(n), Oid::VARCHAR | Oid::BPCHAR) => {
            length_modifier(base.oid, if base.oid == Oid::VARCHAR { "varchar" } else { "char" }, n)
        }
        (Some(p), Oid::NUMERIC) => numeric_modifier(p, number(1).unwrap_or(0)),
        (Some(p), Oid::TIME | Oid::TIMETZ | Oid::TIMESTAMP | Oid::TIMESTAMPTZ) => {
            Ok(second_fraction(base.oid, u64::try_from(p).ok()))
        }
        (Some(p), Oid::INTERVAL) => Ok(interval(None, u64::try_from(p).ok())),
        (Some(n), Oid::BIT | Oid::VARBIT) => bit(base.oid, u64::try_from(n).ok()),
        _ => Err(SqlError::new(
            SqlState::SyntaxError,
            format!("type modifier is not allowed for type \"{}\"", base.name),
        )),
    }
}

fn float(info: &ExactNumberInfo) -> SqlResult<PgType> {
    match info {
        ExactNumberInfo::None => Ok(PgType::FLOAT8),
        ExactNumberInfo::Precision(0) => Err(invalid("precision for type float must be at least 1 bit".into())),
        ExactNumberInfo::Precision(p) if *p <= 24 => Ok(PgType::FLOAT4),
        ExactNumberInfo::Precision(p) if *p <= 53 => Ok(PgType::FLOAT8),
        _ => Err(invalid("precision for type float must be less than 54 bits".into())),
    }
}

fn numeric(info: &ExactNumberInfo) -> SqlResult<PgType> {
    match info {
        ExactNumberInfo::None => Ok(PgType::NUMERIC),
        ExactNumberInfo::Precision(p) => numeric_modifier(i64::try_from(*p).unwrap_or(i64::MAX), 0),
        ExactNumberInfo::PrecisionAndScale(p, s) => numeric_modifier(i64::try_from(*p).unwrap_or(i64::MAX), *s),
    }
}

fn numeric_modifier(precision: i64, scale: i64) -> SqlResult<PgType> {
    if !(1..=1000).contains(&precision) {
        return Err(invalid(format!("NUMERIC precision {precision} must be between 1 and 1000")));
    }
    if !(-1000..=1000).contains(&scale) {
        return Err(invalid(format!("NUMERIC scale {scale} must be between -1000 and 1000")));
    }
    let (precision, scale) = (precision as i32, scale as i32);
    Ok(PgType::with_typmod(Oid::NUMERIC, (precision << 16 | scale & 0x7FF) + HEADER))
}

fn text_length(oid: Oid, name: &str, length: Option<&ast::CharacterLength>) -> SqlResult<PgType> {
    match length {
        None => Ok(PgType::new(oid)),
        Some(ast::CharacterLength::IntegerLength { length, .. }) => {
            length_modifier(oid, name, i64::try_from(*length).unwrap_or(i64::MAX))
        }
        Some(ast::CharacterLength::Max) => Err(SqlError::new(SqlState::SyntaxError, "syntax error at or near \"max\"")),
    }
}

fn length_modifier(oid: Oid, name: &str, length: i64) -> SqlResult<PgType> {
    match u64::try_from(length) {
        Ok(n) if n > MAX_LENGTH => Err(invalid(format!("length for type {name} cannot exceed {MAX_LENGTH}"))),
        Ok(n) if n > 0 => Ok(PgType::with_typmod(oid, n as i32 + HEADER)),
        _ => Err(invalid(format!("length for type {name} must be at least 1"))),
    }
}

fn bit(oid: Oid, length: Option<u64>) -> SqlResult<PgType> {
    let name = if oid == Oid::BIT { "bit" } else { "varbit" };
    match length {
        None => Ok(PgType::new(oid)),
        Some(0) => Err(invalid(format!("length for type {name} must be at least 1"))),
        Some(n) if n > MAX_LENGTH * 8 => {
            Err(invalid(format!("length for type {name} cannot exceed {}", MAX_LENGTH * 8)))
        }
        Some(n) => Ok(PgType::with_typmod(oid, n as i32)),
    }
}

/// Precision of seconds, at most 6 (more is reduced, as PostgreSQL does with a warning).
fn second_fraction(oid: Oid, precision: Option<u64>) -> PgType {
    precision.map_or(PgType::new(oid), |p| PgType::with_typmod(oid, p.min(6) as i32))
}

fn interval(fields: Option<&ast::IntervalFields>, precision: Option<u64>) -> PgType {
    use ast::IntervalFields as F;
    use interval_mask::{DAY, FULL, HOUR, MINUTE, MONTH, SECOND, YEAR};
    let range = match fields {
        None if precision.is_none() => return PgType::INTERVAL,
        None => FULL,
        Some(F::Year) => YEAR,
        Some(F::Month) => MONTH,
        Some(F::Day) => DAY,
        Some(F::Hour) => HOUR,
        Some(F::Minute) => MINUTE,
        Some(F::Second) => SECOND,
        Some(F::YearToMonth) => YEAR | MONTH,
        Some(F::DayToHour) => DAY | HOUR,
        Some(F::DayToMinute) => DAY | HOUR | MINUTE,
        Some(F::DayToSecond) => DAY | HOUR | MINUTE | SECOND,
        Some(F::HourToMinute) => HOUR | MINUTE,
        Some(F::HourToSecond) => HOUR | MINUTE | SECOND,
        Some(F::MinuteToSecond) => MINUTE | SECOND,
    };
    interval_modifier(range, precision)
}

/// The type `interval` restricted to `range` of field masks.
fn interval_modifier(range: i32, precision: Option<u64>) -> PgType {
    let precision = precision.map_or(interval_mask::FULL_PRECISION, |p| p.min(6) as i32);
    PgType::with_typmod(Oid::INTERVAL, range << 16 | precision)
}

/// Type of `INTERVAL '…' leading [TO last]`.
///
/// # Errors
/// 42601 for fields that do not go together.
pub fn interval_literal_type(literal: &ast::Interval) -> SqlResult<PgType> {
    use ast::DateTimeField as D;
    use interval_mask::{DAY, HOUR, MINUTE, MONTH, SECOND, YEAR};
    let bit = |field: &D| match field {
        D::Year | D::Years => Some(YEAR),
        D::Month | D::Months => Some(MONTH),
        D::Day | D::Days => Some(DAY),
        D::Hour | D::Hours => Some(HOUR),
        D::Minute | D::Minutes => Some(MINUTE),
        D::Second | D::Seconds => Some(SECOND),
        _ => None,
    };
    let precision = literal.fractional_seconds_precision.or(literal.leading_precision);
    let Some(first) = literal.leading_field.as_ref() else {
        return Ok(if precision.is_some() { interval(None, precision) } else { PgType::INTERVAL });
    };
    let range = match (bit(first), literal.last_field.as_ref().map(bit)) {
        (Some(first), None) => Some(first),
        (Some(YEAR), Some(Some(MONTH))) => Some(YEAR | MONTH),
        (Some(DAY), Some(Some(HOUR))) => Some(DAY | HOUR),
        (Some(DAY), Some(Some(MINUTE))) => Some(DAY | HOUR | MINUTE),
        (Some(DAY), Some(Some(SECOND))) => Some(DAY | HOUR | MINUTE | SECOND),
        (Some(HOUR), Some(Some(MINUTE))) => Some(HOUR | MINUTE),
        (Some(HOUR), Some(Some(SECOND))) => Some(HOUR | MINUTE | SECOND),
        (Some(MINUTE), Some(Some(SECOND))) => Some(MINUTE | SECOND),
        _ => None,
    };
    let range =
        range.ok_or_else(|| SqlError::new(SqlState::SyntaxError, format!("syntax error at or near \"{first}\"")))?;
    Ok(interval_modifier(range, precision))
}

/// Whether the type is written with brackets, and arrays of it have one more dimension (`int2vector` and its like are
/// not, and theirs do not).
pub fn is_true_array(oid: Oid) -> bool {
    element_type(oid).is_some() && !matches!(oid, Oid::INT2VECTOR | Oid::OIDVECTOR)
}

/// Element type of an array type, `int2vector` and `oidvector` included.
pub fn element_type(oid: Oid) -> Option<Oid> {
    if oid.is_user_type() {
        return oid.element();
    }
    let info = registry::type_info(oid)?;
    // An array of records is a pseudo-type.
    let array = info.category == 'A' || info.name == "_record";
    (array && info.len == -1 && info.element.0 != 0).then_some(info.element)
}

/// Array type over `oid`.
pub fn array_type(oid: Oid) -> Option<Oid> {
    if oid.is_user_type() {
        return oid.array_of();
    }
    registry::type_info(oid).map(|t| t.array).filter(|a| a.0 != 0)
}

/// SQL's name of a type, with its modifier, as `format_type` gives it.
pub fn format_type(ty: PgType) -> String {
    if let Some(element) = element_type(ty.oid).filter(|_| is_true_array(ty.oid)) {
        return format!("{}[]", format_type(PgType::with_typmod(element, ty.typmod)));
    }
    let t = ty.typmod;
    let length = |name: &str| if t > HEADER { format!("{name}({})", t - HEADER) } else { name.to_owned() };
    let fraction = |name: &str, zone: &str| {
        if (0..=6).contains(&t) { format!("{name}({t}) {zone}") } else { format!("{name} {zone}") }
    };
    let zone = |with: bool| if with { "with time zone" } else { "without time zone" };
    match ty.oid {
        Oid::BOOL => "boolean".into(),
        Oid::INT2 => "smallint".into(),
        Oid::INT4 => "integer".into(),
        Oid::INT8 => "bigint".into(),
        Oid::FLOAT4 => "real".into(),
        Oid::FLOAT8 => "double precision".into(),
        Oid::CHAR => "\"char\"".into(),
        Oid::VARCHAR => length("character varying"),
        Oid::BPCHAR if t < 0 => "character".into(),
        Oid::BPCHAR => length("character"),
        Oid::NUMERIC if t > HEADER => {
            let scale = ((t - HEADER) & 0x7FF) ^ 0x400;
            format!("numeric({},{})", (t - HEADER) >> 16 & 0xFFFF, scale - 0x400)
        }
        Oid::TIME => fraction("time", zone(false)),
        Oid::TIMETZ => fraction("time", zone(true)),
        Oid::TIMESTAMP => fraction("timestamp", zone(false)),
        Oid::TIMESTAMPTZ => fraction("timestamp", zone(true)),
        Oid::INTERVAL if t >= 0 => format_interval(t),
        Oid::BIT if t > 0 => format!("bit({t})"),
        Oid::VARBIT if t > 0 => format!("bit varying({t})"),
        Oid::VARBIT => "bit varying".into(),
        oid if oid.is_user_type() => text_io::numbered(oid),
        oid => match registry::type_info(oid) {
            Some(info) => super::name::quote(info.name),
            None => "???".into(),
        },
    }
}

fn format_interval(typmod: i32) -> String {
    use interval_mask::{DAY, FULL, FULL_PRECISION, HOUR, MINUTE, MONTH, SECOND, YEAR};
    let fields =
        [(YEAR, "year"), (MONTH, "month"), (DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (SECOND, "second")];
    let (range, precision) = (typmod >> 16 & FULL, typmod & FULL_PRECISION);
    let mut out = String::from("interval");
    if range != FULL {
        let mut named = fields.iter().filter(|(bit, _)| range & bit != 0).map(|(_, name)| *name);
        if let Some(first) = named.next() {
            out.push_str(&format!(" {first}"));
        }
        if let Some(last) = named.next_back() {
            out.push_str(&format!(" to {last}"));
        }
    }
    if precision != FULL_PRECISION {
        out.push_str(&format!("({precision})"));
    }
    out
}

/// The last name of a type as PostgreSQL's grammar knows it: what a cast names its column by.
pub fn internal_name(ty: PgType, written: &DataType) -> String {
    if let DataType::Custom(name, _) = written
        && let Some(ident) = name.0.last().and_then(ast::ObjectNamePart::as_ident)
    {
        return fold(ident);
    }
    let oid = element_type(ty.oid).filter(|_| is_true_array(ty.oid)).unwrap_or(ty.oid);
    registry::type_info(oid).map_or_else(String::new, |t| t.name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_named_as_in_sql() {
        assert_eq!(format_type(PgType::with_typmod(Oid::NUMERIC, (12 << 16 | 2) + 4)), "numeric(12,2)");
        assert_eq!(format_type(PgType::with_typmod(Oid::NUMERIC, (5 << 16 | (-2 & 0x7FF)) + 4)), "numeric(5,-2)");
        assert_eq!(format_type(PgType::with_typmod(Oid(1015), 14)), "character varying(10)[]");
        assert_eq!(format_type(PgType::with_typmod(Oid::TIMESTAMPTZ, 3)), "timestamp(3) with time zone");
        assert_eq!(
            format_type(interval(Some(&ast::IntervalFields::DayToSecond), Some(2))),
            "interval day to second(2)"
        );
        assert_eq!(format_type(PgType::CHAR), "\"char\"");
    }
}
