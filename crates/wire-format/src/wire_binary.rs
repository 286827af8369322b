//! PostgreSQL's binary format of each type (its `typsend` and `typreceive` functions).
//!
//! All integers are big endian. Dates count days, times microseconds, from 2000-01-01, which is
//! how `Datum` holds them, so most types are their number. Arrays and records nest: they hold
//! element types, then length-prefixed elements.

use bytes::{BufMut, Bytes, BytesMut};
use gavel_types::text_io::{self, TextStyle};
use gavel_types::{ArrayValue, Datum, Interval, Oid, PgType, Point, SqlError, SqlResult, SqlState};

use crate::{network_binary, numeric_binary, shape_binary, textsearch_binary};

/// Deepest nesting of records in records that is read; PostgreSQL is bounded by its stack.
const MAX_DEPTH: usize = 32;
/// PostgreSQL's `MAXDIM`.
const MAX_DIMENSIONS: i32 = 6;
/// Most elements of an array that is read: what one message can hold, at four bytes each, bounds
/// it already; this keeps products of dimensions from overflowing.
const MAX_ELEMENTS: i64 = 1 << 27;
const MICROS_PER_DAY: i64 = 86_400_000_000;
/// `timestamp` in microseconds since 2000: 4714-11-24 BC (inclusive) to 294277-01-01 (exclusive).
const TIMESTAMP_RANGE: std::ops::Range<i64> = -211_813_488_000_000_000..9_223_371_331_200_000_000;
/// `date` in days since 2000: 4714-11-24 BC (inclusive) to 5874898-01-01 (exclusive).
const DATE_RANGE: std::ops::Range<i32> = -2_451_545..2_145_031_949;

/// Whether values of `oid` have a binary form.
pub fn supported(oid: Oid) -> bool {
    oid != Oid::ACLITEM
}

pub(crate) fn insufficient_data() -> SqlError {
    SqlError::new(SqlState::ProtocolViolation, "insufficient data left in message")
}

pub(crate) fn left_over() -> SqlError {
    SqlError::new(SqlState::InvalidBinaryRepresentation, "incorrect binary data format")
}

fn no_output(oid: Oid) -> SqlError {
    let name = type_name(oid);
    SqlError::new(SqlState::UndefinedFunction, format!("no binary output function available for type {name}"))
}

/// Appends the length word and the value; `-1` for NULL.
///
/// # Errors
/// 42883 if the type has no binary form; XX000 if the datum is not of the type.
pub fn write_field(value: &Datum, ty: PgType, style: &TextStyle, out: &mut BytesMut) -> SqlResult<()> {
    if value.is_null() {
        out.put_i32(-1);
        return Ok(());
    }
    with_length(out, |out| write(value, ty, style, out))
}

/// Runs `body`, and puts the length of what it wrote before it.
pub(crate) fn with_length(out: &mut BytesMut, body: impl FnOnce(&mut BytesMut) -> SqlResult<()>) -> SqlResult<()> {
    length_word(out, 4, body)
}

/// Same, for the length of a message, which counts its own four bytes.
pub(crate) fn with_self_length(out: &mut BytesMut, body: impl FnOnce(&mut BytesMut) -> SqlResult<()>) -> SqlResult<()> {
    length_word(out, 0, body)
}

fn length_word(
    out: &mut BytesMut,
    uncounted: usize,
    body: impl FnOnce(&mut BytesMut) -> SqlResult<()>,
) -> SqlResult<()> {
    let at = out.len();
    out.put_i32(0);
    body(out)?;
    let length = i32::try_from(out.len() - at - uncounted)
        .map_err(|_| SqlError::new(SqlState::ProgramLimitExceeded, "value is too long to be sent"))?;
    if let Some(word) = out.get_mut(at..at + 4) {
        word.copy_from_slice(&length.to_be_bytes());
    }
    Ok(())
}

/// Appends the binary form of a non-null value, without length; `style` knows the labels of enums.
///
/// # Errors
/// As [`write_field`].
pub fn write(value: &Datum, ty: PgType, style: &TextStyle, out: &mut BytesMut) -> SqlResult<()> {
    if !supported(ty.oid) {
        return Err(no_output(ty.oid));
    }
    match value {
        Datum::Null => {}
        Datum::Bool(b) => out.put_u8(u8::from(*b)),
        Datum::Int2(n) => out.put_i16(*n),
        Datum::Int4(n) | Datum::Date(n) => out.put_i32(*n),
        Datum::Int8(n) if ty.oid == Oid::XID8 => out.put_u64(text_io::xid::number(*n)),
        Datum::Int8(n) | Datum::Time(n) | Datum::Timestamp(n) | Datum::TimestampTz(n) => out.put_i64(*n),
        Datum::TimeTz(micros, west) => {
            out.put_i64(*micros);
            out.put_i32(*west);
        }
        Datum::Float4(x) => out.put_f32(*x),
        Datum::Float8(x) => out.put_f64(*x),
        Datum::Numeric(n) => numeric_binary::write(n, out),
        Datum::Text(s) if is_bits(ty.oid) => write_bits(s, out)?,
        Datum::Text(s) if text_io::shape::is_shape(ty.oid) => shape_binary::write(s, ty.oid, out)?,
        Datum::Text(s) => out.put_slice(s.as_bytes()),
        Datum::Jsonb(s) => {
            out.put_u8(1);
            out.put_slice(s.as_bytes());
        }
        Datum::Bytea(b) => out.put_slice(b),
        Datum::Interval(i) => {
            out.put_i64(i.micros);
            out.put_i32(i.days);
            out.put_i32(i.months);
        }
        Datum::Uuid(u) => out.put_slice(u),
        Datum::Inet(v) => network_binary::write(*v, ty.oid == Oid::CIDR, out),
        Datum::MacAddr(v) => out.put_slice(v),
        Datum::MacAddr8(v) => out.put_slice(v),
        Datum::Point(p) => {
            out.put_f64(p.x);
            out.put_f64(p.y);
        }
        Datum::TsVector(v) => textsearch_binary::write_vector(v, out),
        Datum::TsQuery(v) => textsearch_binary::write_query(v, out),
        Datum::Oid(n) => out.put_u32(*n),
        Datum::Char(c) => out.put_u8(*c),
        Datum::Enum(_) => out.put_slice(text_io::to_text(value, ty, style).as_bytes()),
        Datum::Array(a) => write_array(a, style, out)?,
        Datum::Record(fields) => {
            out.put_i32(fields.len() as i32);
            for (oid, field) in fields.iter() {
                out.put_u32(oid.0);
                write_field(field, PgType::new(*oid), style, out)?;
            }
        }
    }
    Ok(())
}

fn is_bits(oid: Oid) -> bool {
    matches!(oid, Oid::BIT | Oid::VARBIT)
}

/// A bit string, which is text of zeros and ones inside: its length in bits, then the bits, the
/// first the highest of its byte.
fn write_bits(text: &str, out: &mut BytesMut) -> SqlResult<()> {
    let length = i32::try_from(text.len())
        .map_err(|_| SqlError::new(SqlState::ProgramLimitExceeded, "bit string is too long to be sent"))?;
    out.put_i32(length);
    for byte in text.as_bytes().chunks(8) {
        let bits = byte.iter().enumerate().map(|(i, b)| u8::from(*b == b'1') << (7 - i));
        out.put_u8(bits.sum());
    }
    Ok(())
}

fn write_array(array: &ArrayValue, style: &TextStyle, out: &mut BytesMut) -> SqlResult<()> {
    out.put_i32(array.dims.len() as i32);
    out.put_i32(i32::from(array.values.iter().any(Datum::is_null)));
    out.put_u32(array.element.0);
    for (length, lower) in &array.dims {
        out.put_i32(*length);
        out.put_i32(*lower);
    }
    for value in &array.values {
        write_field(value, PgType::new(array.element), style, out)?;
    }
    Ok(())
}

/// Reads a value of `ty`; `style` knows the labels of enums and the fields of composite types. The type modifier is
/// not applied: a caller that assigns to a column coerces as any assignment does.
///
/// # Errors
/// 22P03, 08P01, 22021, 22008 and others, with PostgreSQL's messages.
pub fn read(data: &[u8], ty: PgType, style: &TextStyle) -> SqlResult<Datum> {
    let mut reader = Reader { data, style };
    let value = reader.value(ty.oid, MAX_DEPTH)?;
    if reader.data.is_empty() { Ok(value) } else { Err(left_over()) }
}

/// Checks that bytes of a client are UTF-8 without zero bytes.
///
/// # Errors
/// 22021.
pub fn text(data: &[u8]) -> SqlResult<&str> {
    let bad = |bytes: &[u8]| {
        let hex: Vec<String> = bytes.iter().map(|b| format!("0x{b:02x}")).collect();
        SqlError::new(
            SqlState::CharacterNotInRepertoire,
            format!("invalid byte sequence for encoding \"UTF8\": {}", hex.join(" ")),
        )
    };
    let text = std::str::from_utf8(data).map_err(|e| {
        let rest = data.get(e.valid_up_to()..).unwrap_or_default();
        // As many bytes as the first one announces are named.
        let announced = match rest.first() {
            Some(0xC0..=0xDF) => 2,
            Some(0xE0..=0xEF) => 3,
            Some(0xF0..=0xF7) => 4,
            _ => 1,
        };
        bad(rest.get(..announced.min(rest.len())).unwrap_or_default())
    })?;
    if data.contains(&0) { Err(bad(&[0])) } else { Ok(text) }
}

pub(crate) struct Reader<'a> {
    data: &'a [u8],
    style: &'a TextStyle,
}

impl<'a> Reader<'a> {
    /// Text up to a zero byte, which is passed.
    pub(crate) fn string(&mut self) -> SqlResult<&'a str> {
        let end = self
            .data
            .iter()
            .position(|b| *b == 0)
            .ok_or_else(|| SqlError::new(SqlState::ProtocolViolation, "invalid string in message"))?;
        let found = self.take(end)?;
        self.take(1)?;
        text(found)
    }

    fn take(&mut self, n: usize) -> SqlResult<&'a [u8]> {
        let (head, tail) = self.data.split_at_checked(n).ok_or_else(insufficient_data)?;
        self.data = tail;
        Ok(head)
    }

    pub(crate) fn fixed<const N: usize>(&mut self) -> SqlResult<[u8; N]> {
        self.take(N)?.try_into().map_err(|_| insufficient_data())
    }

    fn i32(&mut self) -> SqlResult<i32> {
        Ok(i32::from_be_bytes(self.fixed()?))
    }

    fn i64(&mut self) -> SqlResult<i64> {
        Ok(i64::from_be_bytes(self.fixed()?))
    }

    fn u32(&mut self) -> SqlResult<u32> {
        Ok(u32::from_be_bytes(self.fixed()?))
    }

    fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.data)
    }

    /// A length-prefixed element.
    fn field(&mut self, oid: Oid, depth: usize) -> SqlResult<Datum> {
        let length = self.i32()?;
        if length == -1 {
            return Ok(Datum::Null);
        }
        let length = usize::try_from(length).map_err(|_| insufficient_data())?;
        let mut inner = Reader { data: self.take(length)?, style: self.style };
        let value = inner.value(oid, depth)?;
        if inner.data.is_empty() { Ok(value) } else { Err(left_over()) }
    }

    fn value(&mut self, oid: Oid, depth: usize) -> SqlResult<Datum> {
        Ok(match oid {
            Oid::BOOL => Datum::Bool(self.fixed::<1>()? != [0]),
            Oid::BYTEA => Datum::Bytea(Bytes::copy_from_slice(self.rest())),
            Oid::CHAR => Datum::Char(u8::from_be_bytes(self.fixed()?)),
            Oid::INT2 => Datum::Int2(i16::from_be_bytes(self.fixed()?)),
            Oid::INT4 => Datum::Int4(self.i32()?),
            Oid::INT8 | Oid::PG_LSN | Oid::MONEY => Datum::Int8(self.i64()?),
            Oid::XID8 => Datum::Int8(text_io::xid::from_number(u64::from_be_bytes(self.fixed()?))),
            Oid::FLOAT4 => Datum::Float4(f32::from_be_bytes(self.fixed()?)),
            Oid::FLOAT8 => Datum::Float8(f64::from_be_bytes(self.fixed()?)),
            Oid::NUMERIC => Datum::Numeric(numeric_binary::read(self.rest())?),
            Oid::DATE => Datum::Date(in_range(self.i32()?, &DATE_RANGE, i32::MIN, i32::MAX, "date")?),
            Oid::TIMESTAMP => {
                Datum::Timestamp(in_range(self.i64()?, &TIMESTAMP_RANGE, i64::MIN, i64::MAX, "timestamp")?)
            }
            Oid::TIMESTAMPTZ => {
                Datum::TimestampTz(in_range(self.i64()?, &TIMESTAMP_RANGE, i64::MIN, i64::MAX, "timestamp")?)
            }
            Oid::TIME => Datum::Time(self.time_of_day()?),
            Oid::TIMETZ => {
                let micros = self.time_of_day()?;
                let west = self.i32()?;
                // Less than 16 hours either way, PostgreSQL's TZDISP_LIMIT.
                if west <= -57_600 || west >= 57_600 {
                    return Err(SqlError::new(
                        SqlState::InvalidTimeZoneDisplacementValue,
                        "time zone displacement out of range",
                    ));
                }
                Datum::TimeTz(micros, west)
            }
            Oid::INTERVAL => {
                let micros = self.i64()?;
                let days = self.i32()?;
                let months = self.i32()?;
                Datum::Interval(Interval { months, days, micros })
            }
            Oid::UUID => Datum::Uuid(self.fixed()?),
            Oid::INET => Datum::Inet(network_binary::read(self, false)?),
            Oid::CIDR => Datum::Inet(network_binary::read(self, true)?),
            Oid::MACADDR => Datum::MacAddr(self.fixed()?),
            Oid::MACADDR8 if self.data.len() == 6 => Datum::MacAddr8(text_io::mac::widened(self.fixed()?)),
            Oid::MACADDR8 => Datum::MacAddr8(self.fixed()?),
            Oid::POINT => {
                Datum::Point(Point { x: f64::from_be_bytes(self.fixed()?), y: f64::from_be_bytes(self.fixed()?) })
            }
            Oid::TSVECTOR => Datum::TsVector(textsearch_binary::read_vector(self)?),
            Oid::TSQUERY => Datum::TsQuery(textsearch_binary::read_query(self)?),
            Oid::OID
            | Oid::XID
            | Oid::CID
            | Oid::REGPROC
            | Oid::REGPROCEDURE
            | Oid::REGOPER
            | Oid::REGOPERATOR
            | Oid::REGCLASS
            | Oid::REGTYPE
            | Oid::REGNAMESPACE
            | Oid::REGROLE
            | Oid::REGCOLLATION
            | Oid::REGCONFIG
            | Oid::REGDICTIONARY => Datum::Oid(self.u32()?),
            Oid::JSON => text_io::parse(text(self.rest())?, PgType::JSON, &TextStyle::default())?,
            Oid::JSONB => {
                let version = u8::from_be_bytes(self.fixed()?);
                if version != 1 {
                    return Err(SqlError::internal(format!("unsupported jsonb version number {version}")));
                }
                text_io::parse(text(self.rest())?, PgType::JSONB, &TextStyle::default())?
            }
            Oid::JSONPATH => {
                let version = u8::from_be_bytes(self.fixed()?);
                if version != 1 {
                    return Err(SqlError::internal(format!("unsupported jsonpath version number: {version}")));
                }
                text_io::parse(text(self.rest())?, PgType::new(Oid::JSONPATH), &TextStyle::default())?
            }
            Oid::VOID => {
                self.rest();
                Datum::text("")
            }
            Oid::TEXT
            | Oid::VARCHAR
            | Oid::BPCHAR
            | Oid::NAME
            | Oid::XML
            | Oid::UNKNOWN
            | Oid::CSTRING
            | Oid::REFCURSOR => Datum::text(text(self.rest())?),
            Oid::BIT | Oid::VARBIT => self.bits()?,
            oid if text_io::shape::is_shape(oid) => Datum::text(shape_binary::read(self, oid)?),
            Oid::RECORD => self.record(None, depth)?,
            other if other.is_enum() => text_io::parse(text(self.rest())?, PgType::new(other), self.style)?,
            other if other.is_composite() => self.record(Some(other), depth)?,
            other => match other.element() {
                Some(element) => self.array(element, depth)?,
                None => {
                    return Err(SqlError::new(
                        SqlState::UndefinedFunction,
                        format!("no binary input function available for type {}", type_name(other)),
                    ));
                }
            },
        })
    }

    fn time_of_day(&mut self) -> SqlResult<i64> {
        let micros = self.i64()?;
        if (0..=MICROS_PER_DAY).contains(&micros) {
            Ok(micros)
        } else {
            Err(SqlError::new(SqlState::DatetimeFieldOverflow, "time out of range"))
        }
    }

    fn bits(&mut self) -> SqlResult<Datum> {
        let length = self.i32()?;
        let length = usize::try_from(length).map_err(|_| {
            SqlError::new(SqlState::InvalidBinaryRepresentation, "invalid length in external bit string")
        })?;
        let bytes = self.take(length.div_ceil(8))?;
        let bit = |i: usize| if bytes.get(i / 8).is_some_and(|b| b >> (7 - i % 8) & 1 == 1) { '1' } else { '0' };
        Ok(Datum::text((0..length).map(bit).collect::<String>()))
    }

    /// A row value; of composite type `ty`, if that is given.
    fn record(&mut self, ty: Option<Oid>, depth: usize) -> SqlResult<Datum> {
        let depth = deeper(depth)?;
        let count = self.i32()?;
        let declared = ty.and_then(|ty| self.style.names.as_ref()?.fields(ty));
        if let Some(declared) = &declared
            && usize::try_from(count) != Ok(declared.len())
        {
            let message = format!("wrong number of columns: {count}, expected {}", declared.len());
            return Err(SqlError::new(SqlState::DatatypeMismatch, message));
        }
        let mut fields = Vec::new();
        for n in 0..count {
            let oid = Oid(self.u32()?);
            let wanted = declared.as_ref().and_then(|d| d.get(usize::try_from(n).ok()?)).map(|f| f.1.oid);
            if let Some(wanted) = wanted.filter(|wanted| *wanted != oid) {
                let message = format!(
                    "binary data has type {} ({}) instead of expected {} ({}) in record column {}",
                    oid.0,
                    text_io::type_name(oid),
                    wanted.0,
                    text_io::type_name(wanted),
                    n + 1
                );
                return Err(SqlError::new(SqlState::DatatypeMismatch, message));
            }
            fields.push((oid, self.field(oid, depth)?));
        }
        Ok(Datum::Record(fields.into()))
    }

    fn array(&mut self, expected: Oid, depth: usize) -> SqlResult<Datum> {
        let depth = deeper(depth)?;
        let bad = |message: String| SqlError::new(SqlState::InvalidBinaryRepresentation, message);
        let dimensions = self.i32()?;
        if dimensions < 0 {
            return Err(bad(format!("invalid number of dimensions: {dimensions}")));
        }
        if dimensions > MAX_DIMENSIONS {
            return Err(SqlError::new(
                SqlState::ProgramLimitExceeded,
                format!("number of array dimensions ({dimensions}) exceeds the maximum allowed ({MAX_DIMENSIONS})"),
            ));
        }
        let flags = self.i32()?;
        if !(0..=1).contains(&flags) {
            return Err(bad("invalid array flags".to_owned()));
        }
        let element = Oid(self.u32()?);
        if element != expected {
            return Err(SqlError::new(
                SqlState::DatatypeMismatch,
                format!(
                    "binary data has array element type {} ({}) instead of expected {} ({})",
                    element.0,
                    type_name(element),
                    expected.0,
                    type_name(expected)
                ),
            ));
        }
        let mut dims = Vec::new();
        let mut count = i64::from(dimensions > 0);
        for _ in 0..dimensions {
            let length = self.i32()?;
            let lower = self.i32()?;
            if length < 0 || lower.checked_add(length).is_none() {
                return Err(bad("array size exceeds the maximum allowed".to_owned()));
            }
            count = count.saturating_mul(i64::from(length));
            dims.push((length, lower));
        }
        // Each element takes at least its length word, so that a lie is found before allocating.
        if count > MAX_ELEMENTS || count > (self.data.len() / 4) as i64 {
            return Err(insufficient_data());
        }
        if count == 0 {
            return Ok(Datum::Array(ArrayValue { element, dims: vec![], values: vec![] }.into()));
        }
        let values = (0..count).map(|_| self.field(element, depth)).collect::<SqlResult<Vec<_>>>()?;
        Ok(Datum::Array(ArrayValue { element, dims, values }.into()))
    }
}

fn deeper(depth: usize) -> SqlResult<usize> {
    depth.checked_sub(1).ok_or_else(|| SqlError::new(SqlState::StatementTooComplex, "stack depth limit exceeded"))
}

fn in_range<T: PartialOrd + Copy>(value: T, range: &std::ops::Range<T>, low: T, high: T, what: &str) -> SqlResult<T> {
    if range.contains(&value) || value == low || value == high {
        Ok(value)
    } else {
        Err(SqlError::new(SqlState::DatetimeFieldOverflow, format!("{what} out of range")))
    }
}

fn type_name(oid: Oid) -> String {
    gavel_types::pg_type::TYPES.iter().find(|t| t.0 == oid).map_or_else(|| text_io::type_name(oid), |t| t.1.to_owned())
}

#[cfg(test)]
#[path = "wire_binary_test.rs"]
mod tests;
