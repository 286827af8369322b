//! Messages of the server, encoded into a buffer. Pure.

use bytes::{BufMut, BytesMut};
use gavel_api::sql::{ColumnDesc, CopyFormat, TransactionStatus};
use gavel_types::{Notice, Oid, PgType, SqlError};
use gavel_wire_format::Format;

/// One message: its type, a length that counts itself, and what `body` appends.
fn message(out: &mut BytesMut, tag: u8, body: impl FnOnce(&mut BytesMut)) {
    out.put_u8(tag);
    let at = out.len();
    out.put_u32(0);
    body(out);
    let length = u32::try_from(out.len() - at).unwrap_or(u32::MAX);
    if let Some(word) = out.get_mut(at..at + 4) {
        word.copy_from_slice(&length.to_be_bytes());
    }
}

fn string(out: &mut BytesMut, text: &str) {
    // A zero byte would end the string early and shift everything after it.
    match text.bytes().position(|b| b == 0) {
        None => out.put_slice(text.as_bytes()),
        Some(_) => text.bytes().filter(|b| *b != 0).for_each(|b| out.put_u8(b)),
    }
    out.put_u8(0);
}

pub fn authentication_ok(out: &mut BytesMut) {
    message(out, b'R', |out| out.put_u32(0));
}

pub fn authentication_sasl(mechanisms: &[&str], out: &mut BytesMut) {
    message(out, b'R', |out| {
        out.put_u32(10);
        mechanisms.iter().for_each(|m| string(out, m));
        out.put_u8(0);
    });
}

pub fn authentication_sasl_continue(data: &str, out: &mut BytesMut) {
    message(out, b'R', |out| {
        out.put_u32(11);
        out.put_slice(data.as_bytes());
    });
}

pub fn authentication_sasl_final(data: &str, out: &mut BytesMut) {
    message(out, b'R', |out| {
        out.put_u32(12);
        out.put_slice(data.as_bytes());
    });
}

pub fn backend_key_data(pid: i32, secret: &[u8], out: &mut BytesMut) {
    message(out, b'K', |out| {
        out.put_i32(pid);
        out.put_slice(secret);
    });
}

/// `version` is major and minor as in the startup packet; `unknown` are the protocol options that
/// were asked for and are not known.
pub fn negotiate_protocol_version(version: u32, unknown: &[String], out: &mut BytesMut) {
    message(out, b'v', |out| {
        out.put_u32(version);
        out.put_u32(unknown.len() as u32);
        unknown.iter().for_each(|name| string(out, name));
    });
}

pub fn parameter_status(name: &str, value: &str, out: &mut BytesMut) {
    message(out, b'S', |out| {
        string(out, name);
        string(out, value);
    });
}

pub fn ready_for_query(status: TransactionStatus, out: &mut BytesMut) {
    let letter = match status {
        TransactionStatus::Idle => b'I',
        TransactionStatus::InTransaction => b'T',
        TransactionStatus::Failed => b'E',
    };
    message(out, b'Z', |out| out.put_u8(letter));
}

pub fn row_description(columns: &[ColumnDesc], formats: &[Format], out: &mut BytesMut) {
    message(out, b'T', |out| {
        out.put_u16(columns.len() as u16);
        for (index, column) in columns.iter().enumerate() {
            let format = match formats {
                [one] => *one,
                many => many.get(index).copied().unwrap_or_default(),
            };
            let ty = column.shown.map_or(column.ty, PgType::new);
            string(out, &column.name);
            out.put_u32(column.table.0);
            out.put_i16(column.attnum);
            out.put_u32(ty.oid.0);
            out.put_i16(type_length(ty.oid));
            out.put_i32(ty.typmod);
            out.put_i16(format.code());
        }
    });
}

/// `pg_type.typlen`: bytes of a fixed-length type, -1 of a variable one, -2 of a C string.
fn type_length(oid: Oid) -> i16 {
    match oid {
        Oid::BOOL | Oid::CHAR => 1,
        Oid::INT2 => 2,
        Oid::INT4
        | Oid::FLOAT4
        | Oid::DATE
        | Oid::OID
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
        | Oid::REGDICTIONARY
        | Oid::VOID => 4,
        Oid::TID | Oid::MACADDR => 6,
        Oid::INT8
        | Oid::FLOAT8
        | Oid::TIME
        | Oid::TIMESTAMP
        | Oid::TIMESTAMPTZ
        | Oid::PG_LSN
        | Oid::MONEY
        | Oid::XID8
        | Oid::MACADDR8 => 8,
        Oid::TIMETZ => 12,
        Oid::UUID | Oid::INTERVAL | Oid::POINT => 16,
        Oid::LINE | Oid::CIRCLE => 24,
        Oid::LSEG | Oid::BOX => 32,
        Oid::NAME => 64,
        Oid::UNKNOWN | Oid::CSTRING => -2,
        oid if oid.is_enum() => 4,
        _ => -1,
    }
}

pub fn parameter_description(types: &[PgType], out: &mut BytesMut) {
    message(out, b't', |out| {
        out.put_u16(types.len() as u16);
        types.iter().for_each(|t| out.put_u32(t.oid.0));
    });
}

pub fn no_data(out: &mut BytesMut) {
    message(out, b'n', |_| {});
}

pub fn parse_complete(out: &mut BytesMut) {
    message(out, b'1', |_| {});
}

pub fn bind_complete(out: &mut BytesMut) {
    message(out, b'2', |_| {});
}

pub fn close_complete(out: &mut BytesMut) {
    message(out, b'3', |_| {});
}

pub fn portal_suspended(out: &mut BytesMut) {
    message(out, b's', |_| {});
}

pub fn empty_query(out: &mut BytesMut) {
    message(out, b'I', |_| {});
}

pub fn command_complete(tag: &str, out: &mut BytesMut) {
    message(out, b'C', |out| string(out, tag));
}

pub fn copy_in(format: CopyFormat, out: &mut BytesMut) {
    copy(b'G', format, out);
}

pub fn copy_out(format: CopyFormat, out: &mut BytesMut) {
    copy(b'H', format, out);
}

fn copy(tag: u8, format: CopyFormat, out: &mut BytesMut) {
    message(out, tag, |out| {
        out.put_u8(u8::from(format.binary));
        out.put_u16(format.columns as u16);
        for _ in 0..format.columns {
            out.put_u16(u16::from(format.binary));
        }
    });
}

/// The value of a function, its length before it.
pub fn function_call_response(value: &[u8], out: &mut BytesMut) {
    message(out, b'V', |out| out.put_slice(value));
}

pub fn copy_data(data: &[u8], out: &mut BytesMut) {
    message(out, b'd', |out| out.put_slice(data));
}

pub fn copy_done(out: &mut BytesMut) {
    message(out, b'c', |_| {});
}

pub fn notification(pid: i32, channel: &str, payload: &str, out: &mut BytesMut) {
    message(out, b'A', |out| {
        out.put_i32(pid);
        string(out, channel);
        string(out, payload);
    });
}

/// An error; `fatal` if the connection ends with it.
pub fn error(error: &SqlError, fatal: bool, out: &mut BytesMut) {
    fields(b'E', if fatal { "FATAL" } else { "ERROR" }, error, out);
}

pub fn notice(notice: &Notice, out: &mut BytesMut) {
    fields(b'N', notice.severity.as_str(), &notice.error, out);
}

fn fields(tag: u8, severity: &str, error: &SqlError, out: &mut BytesMut) {
    let e = error.fields();
    message(out, tag, |out| {
        let mut field = |letter: u8, text: &str| {
            out.put_u8(letter);
            string(out, text);
        };
        field(b'S', severity);
        field(b'V', severity);
        field(b'C', e.code.as_str());
        field(b'M', &e.message);
        for (letter, text) in [(b'D', &e.detail), (b'H', &e.hint)] {
            if let Some(text) = text {
                field(letter, text);
            }
        }
        if let Some(position) = e.position {
            field(b'P', &position.to_string());
        }
        for (letter, text) in [
            (b'W', &e.context),
            (b's', &e.schema),
            (b't', &e.table),
            (b'c', &e.column),
            (b'd', &e.data_type),
            (b'n', &e.constraint),
        ] {
            if let Some(text) = text {
                field(letter, text);
            }
        }
        if let Some(routine) = e.routine {
            field(b'R', routine);
        }
        out.put_u8(0);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use gavel_types::SqlState;

    #[test]
    fn error_fields_in_order() {
        let error_value =
            SqlError::new(SqlState::UniqueViolation, "dup\0licate").detail("d").at(Some(7)).constraint("pk");
        let mut out = BytesMut::new();
        error(&error_value, false, &mut out);
        assert_eq!(&out[..], b"E\0\0\0\x2fSERROR\0VERROR\0C23505\0Mduplicate\0Dd\0P7\0npk\0\0");
        out.clear();
        error(&SqlError::unsupported("no").routine("f"), false, &mut out);
        assert_eq!(&out[..], b"E\0\0\0\x21SERROR\0VERROR\0C0A000\0Mno\0Rf\0\0");
    }

    #[test]
    fn row_description_of_a_table_column() {
        let column = ColumnDesc { name: "a".into(), ty: PgType::INT4, table: Oid(16384), attnum: 2, shown: None };
        let mut out = BytesMut::new();
        row_description(&[column], &[Format::Binary], &mut out);
        assert_eq!(&out[..], b"T\0\0\0\x1a\0\x01a\0\0\0\x40\0\0\x02\0\0\0\x17\0\x04\xff\xff\xff\xff\0\x01");
    }

    #[test]
    fn copy_responses_carry_a_format_a_column() {
        let mut out = BytesMut::new();
        copy_in(CopyFormat { binary: true, columns: 2 }, &mut out);
        assert_eq!(&out[..], b"G\0\0\0\x0b\x01\0\x02\0\x01\0\x01");
    }
}
