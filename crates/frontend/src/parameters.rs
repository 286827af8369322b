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
        decode_one(data, *ty, format, style, index)
    };
    values.iter().zip(types).enumerate().map(one).collect()
}

fn decode_one(data: &[u8], ty: PgType, format: Format, style: &TextStyle, index: usize) -> SqlResult<Datum> {
    match format {
        Format::Text => {
            let text = wire_binary::text(data)?;
            text_io::parse(text, ty, style)
                .map_err(|e| e.context(format!("unnamed portal parameter ${} = '{}'", index + 1, shown(text))))
        }
        Format::Binary => wire_binary::read(data, ty).map_err(|e| {
            if e.message() == "incorrect binary data format" {
                return SqlError::new(
                    e.code(),
                    format!("incorrect binary data format in bind parameter {}", index + 1),
                );
            }
            e
        }),
    }
}

/// The start of a value, for a message.
fn shown(text: &str) -> String {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bind(values: &[Option<&[u8]>], formats: &[Format], types: &[PgType]) -> SqlResult<Vec<Datum>> {
        decode("s", values, formats, types, &TextStyle::default())
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
