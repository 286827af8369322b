//! Values of Bind, decoded by the types of the statement's parameters.

use gavel_types::text_io::{self, TextStyle};
use gavel_types::{Datum, PgType, SqlError, SqlResult, SqlState};
use gavel_wire_format::{Format, wire_binary};

/// One datum a parameter.
///
/// # Errors
/// 08P01 if the number of values is not that of parameters; whatever the types' input functions
/// say, with the parameter in the context.
pub fn decode(
    portal: &str,
    statement: &str,
    values: &[Option<&[u8]>],
    formats: &[Format],
    types: &[PgType],
    style: &TextStyle,
) -> SqlResult<Vec<Datum>> {
    if values.len() != types.len() {
        return Err(SqlError::new(
            SqlState::ProtocolViolation,
            format!(
                "bind message supplies {} parameters, but prepared statement \"{statement}\" requires {}",
                values.len(),
                types.len()
            ),
        ));
    }
    let one = |(index, (value, ty)): (usize, (&Option<&[u8]>, &PgType))| {
        let Some(data) = value else { return Ok(Datum::Null) };
        let format = match formats {
            [one] => *one,
            many => many.get(index).copied().unwrap_or_default(),
        };
        decode_one(data, *ty, format, style, index).map_err(|(error, parsed)| {
            // The value itself is not shown: PostgreSQL does so only if a setting asks for it.
            let value = if parsed { " = '...'" } else { "" };
            let portal = if portal.is_empty() { "unnamed portal".to_owned() } else { format!("portal \"{portal}\"") };
            error.context(format!("{portal} parameter ${}{value}", index + 1))
        })
    };
    values.iter().zip(types).enumerate().map(one).collect()
}

/// An error comes with whether the value was text that its type refused.
fn decode_one(
    data: &[u8],
    ty: PgType,
    format: Format,
    style: &TextStyle,
    index: usize,
) -> Result<Datum, (SqlError, bool)> {
    match format {
        Format::Text => {
            let text = wire_binary::text(data).map_err(|e| (e, false))?;
            text_io::parse(text, ty, style).map_err(|e| (e, true))
        }
        Format::Binary => wire_binary::read(data, ty, style).map_err(|e| {
            if e.message() == "incorrect binary data format" {
                let message = format!("incorrect binary data format in bind parameter {}", index + 1);
                return (SqlError::new(e.code(), message), false);
            }
            (e, false)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bind(values: &[Option<&[u8]>], formats: &[Format], types: &[PgType]) -> SqlResult<Vec<Datum>> {
        decode("", "s", values, formats, types, &TextStyle::default())
    }

    #[test]
    fn binary_values_and_nulls() {
        let values = bind(&[Some(&[0, 0, 0, 5]), None], &[Format::Binary], &[PgType::INT4, PgType::TEXT]);
        assert_eq!(values.unwrap(), [Datum::Int4(5), Datum::Null]);
    }

    #[test]
    fn errors_name_the_parameter() {
        let error = bind(&[Some(&[0; 5])], &[Format::Binary], &[PgType::INT4]).unwrap_err();
        assert_eq!(error.message(), "incorrect binary data format in bind parameter 1");
        let error = bind(&[], &[], &[PgType::INT4]).unwrap_err();
        assert_eq!(error.message(), "bind message supplies 0 parameters, but prepared statement \"s\" requires 1");
    }
}
