//! Messages of the client, decoded. Pure: a frame's type and body in, a message that borrows from
//! the body out. pgwire's own decoder is not used: it trusts counts and lengths, and reads past
//! the end of a frame into the next.

use gavel_types::{Oid, SqlError, SqlResult, SqlState};
use gavel_wire_format::{Format, wire_binary};

/// Longest of the small messages (PostgreSQL's `PQ_SMALL_MESSAGE_LIMIT`).
const SMALL: usize = 10_000;

/// What Describe and Close mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Statement,
    Portal,
}

/// A message after startup.
#[derive(Debug, PartialEq, Eq)]
pub enum Message<'a> {
    Query(&'a str),
    Parse {
        name: &'a str,
        sql: &'a str,
        types: Vec<Oid>,
    },
    Bind(Bind<'a>),
    Describe(Target, &'a str),
    Execute {
        portal: &'a str,
        max_rows: usize,
    },
    Close(Target, &'a str),
    Flush,
    Sync,
    Terminate,
    /// The data are the whole body.
    CopyData,
    CopyDone,
    CopyFail(&'a str),
    FunctionCall(FunctionCall<'a>),
}

/// A function called by its OID.
#[derive(Debug, PartialEq, Eq)]
pub struct FunctionCall<'a> {
    pub function: Oid,
    pub formats: Vec<Format>,
    pub arguments: Vec<Option<&'a [u8]>>,
    pub result_format: Format,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Bind<'a> {
    pub portal: &'a str,
    pub statement: &'a str,
    pub param_formats: Vec<Format>,
    pub params: Vec<Option<&'a [u8]>>,
    pub result_formats: Vec<Format>,
}

/// Longest body that a frame of type `tag` may have, given the limit on large ones; `None` if
/// there is no such message.
pub fn limit(tag: u8, large: usize) -> Option<usize> {
    match tag {
        b'Q' | b'P' | b'B' | b'd' | b'F' => Some(large),
        b'C' | b'D' | b'E' | b'H' | b'S' | b'X' | b'c' | b'f' | b'p' => Some(SMALL.min(large)),
        _ => None,
    }
}

/// Decodes the body of a frame.
///
/// # Errors
/// 08P01 for what does not add up, 22021 for text that is not UTF-8.
pub fn decode(tag: u8, body: &[u8]) -> SqlResult<Message<'_>> {
    let mut body = Body(body);
    let message = match tag {
        b'Q' => Message::Query(body.string()?),
        b'P' => {
            let name = body.string()?;
            let sql = body.string()?;
            let count = body.u16()?;
            let types = (0..count).map(|_| body.u32().map(Oid)).collect::<SqlResult<_>>()?;
            Message::Parse { name, sql, types }
        }
        b'B' => Message::Bind(bind(&mut body)?),
        b'D' => Message::Describe(body.target("DESCRIBE")?, body.string()?),
        b'C' => Message::Close(body.target("CLOSE")?, body.string()?),
        b'E' => {
            let portal = body.string()?;
            let max_rows = body.u32()? as i32;
            // Zero and less mean no limit.
            Message::Execute { portal, max_rows: usize::try_from(max_rows).unwrap_or(0) }
        }
        b'H' => Message::Flush,
        b'S' => Message::Sync,
        b'X' => Message::Terminate,
        b'd' => {
            body.0 = &[];
            Message::CopyData
        }
        b'c' => Message::CopyDone,
        b'f' => Message::CopyFail(body.string()?),
        b'F' => Message::FunctionCall(function_call(&mut body)?),
        _ => return Err(violation(format!("invalid frontend message type {tag}"))),
    };
    if body.0.is_empty() { Ok(message) } else { Err(violation("invalid message format")) }
}

fn function_call<'a>(body: &mut Body<'a>) -> SqlResult<FunctionCall<'a>> {
    let function = Oid(body.u32()?);
    let formats = body.formats()?;
    let count = body.u16()?;
    if formats.len() > 1 && formats.len() != usize::from(count) {
        return Err(violation(format!(
            "function call message contains {} argument formats but {count} arguments",
            formats.len()
        )));
    }
    let arguments = (0..count).map(|_| body.value()).collect::<SqlResult<_>>()?;
    let result_format = Format::from_code(body.u16()? as i16)?;
    Ok(FunctionCall { function, formats, arguments, result_format })
}

fn bind<'a>(body: &mut Body<'a>) -> SqlResult<Bind<'a>> {
    let portal = body.string()?;
    let statement = body.string()?;
    let param_formats = body.formats()?;
    let count = body.u16()?;
    if param_formats.len() > 1 && param_formats.len() != usize::from(count) {
        return Err(violation(format!(
            "bind message has {} parameter formats but {count} parameters",
            param_formats.len()
        )));
    }
    let params = (0..count).map(|_| body.value()).collect::<SqlResult<_>>()?;
    Ok(Bind { portal, statement, param_formats, params, result_formats: body.formats()? })
}

/// Reads the parts of a body.
pub(crate) struct Body<'a>(pub &'a [u8]);

impl<'a> Body<'a> {
    pub(crate) fn take(&mut self, length: usize) -> SqlResult<&'a [u8]> {
        let (head, tail) =
            self.0.split_at_checked(length).ok_or_else(|| violation("insufficient data left in message"))?;
        self.0 = tail;
        Ok(head)
    }

    fn u16(&mut self) -> SqlResult<u16> {
        Ok(self.take(2)?.iter().fold(0, |n, b| n << 8 | u16::from(*b)))
    }

    pub(crate) fn u32(&mut self) -> SqlResult<u32> {
        Ok(self.take(4)?.iter().fold(0, |n, b| n << 8 | u32::from(*b)))
    }

    pub(crate) fn string(&mut self) -> SqlResult<&'a str> {
        let end = self.0.iter().position(|b| *b == 0).ok_or_else(|| violation("invalid string in message"))?;
        let text = wire_binary::text(self.take(end)?)?;
        self.take(1)?;
        Ok(text)
    }

    fn value(&mut self) -> SqlResult<Option<&'a [u8]>> {
        match self.u32()? as i32 {
            -1 => Ok(None),
            length => {
                let length = usize::try_from(length).map_err(|_| violation("insufficient data left in message"))?;
                self.take(length).map(Some)
            }
        }
    }

    fn formats(&mut self) -> SqlResult<Vec<Format>> {
        let count = self.u16()?;
        (0..count).map(|_| Format::from_code(self.u16()? as i16)).collect()
    }

    fn target(&mut self, what: &str) -> SqlResult<Target> {
        match self.take(1)? {
            b"S" => Ok(Target::Statement),
            b"P" => Ok(Target::Portal),
            other => Err(violation(format!("invalid {what} message subtype {}", other.first().unwrap_or(&0)))),
        }
    }
}

pub(crate) fn violation(message: impl Into<String>) -> SqlError {
    SqlError::new(SqlState::ProtocolViolation, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bind_with_everything() {
        let body = b"p\0s\0\0\x01\0\x01\0\x02\0\0\0\x01x\xff\xff\xff\xff\0\x02\0\0\0\x01";
        let Message::Bind(bind) = decode(b'B', body).unwrap() else { panic!("not a Bind") };
        assert_eq!((bind.portal, bind.statement), ("p", "s"));
        assert_eq!(bind.param_formats, [Format::Binary]);
        assert_eq!(bind.params, [Some(&b"x"[..]), None]);
        assert_eq!(bind.result_formats, [Format::Text, Format::Binary]);
    }

    #[test]
    fn a_function_call_with_everything() {
        let body = b"\0\0\x03\xba\0\x01\0\x01\0\x02\0\0\0\x01x\xff\xff\xff\xff\0\x01";
        let Message::FunctionCall(call) = decode(b'F', body).unwrap() else { panic!("not a call") };
        assert_eq!((call.function, call.result_format), (Oid(954), Format::Binary));
        assert_eq!(call.formats, [Format::Binary]);
        assert_eq!(call.arguments, [Some(&b"x"[..]), None]);
    }

    #[test]
    fn counts_and_lengths_that_lie_are_refused() {
        for (tag, body, message) in [
            (b'Q', &b"select 1"[..], "invalid string in message"),
            (b'Q', b"select 1\0x", "invalid message format"),
            (b'P', b"\0\0\xff\xff", "insufficient data left in message"),
            (b'B', b"\0\0\0\0\0\x01\x7f\xff\xff\xffx", "insufficient data left in message"),
            (b'B', b"\0\0\0\0\0\x01\xff\xff\xff\xfe", "insufficient data left in message"),
            (
                b'F',
                b"\0\0\0\x01\0\x02\0\0\0\0\0\x03",
                "function call message contains 2 argument formats but 3 arguments",
            ),
            (b'B', b"\0\0\0\x02\0\0\0\0\0\x03", "bind message has 2 parameter formats but 3 parameters"),
            (b'B', b"\0\0\0\x01\0\x07\0\0\0\0", "unsupported format code: 7"),
            (b'D', b"Xname\0", "invalid DESCRIBE message subtype 88"),
            (b'S', b"x", "invalid message format"),
            (b'z', b"", "invalid frontend message type 122"),
        ] {
            assert_eq!(decode(tag, body).unwrap_err().message(), message, "{}", char::from(tag));
        }
    }

    #[test]
    fn a_negative_row_limit_is_none() {
        assert_eq!(decode(b'E', b"\0\xff\xff\xff\xff").unwrap(), Message::Execute { portal: "", max_rows: 0 });
    }
}
