//! Constants: with the type that they would not have by themselves.

use gavel_types::text_io;
use gavel_types::{Datum, Oid, PgType};

use super::scalar::type_label;
use super::writer::Writer;

impl Writer<'_> {
    /// `labelled`: with its type, if it needs it.
    pub fn constant(&mut self, value: &Datum, ty: PgType, labelled: bool) {
        let label = |needed: bool| {
            if labelled && needed { format!("::{}", type_label(ty)) } else { String::new() }
        };
        if value.is_null() {
            self.put(&format!("NULL{}", label(true)));
            return;
        }
        let mut text = String::new();
        match value {
            // What is kept names objects by number.
            Datum::Oid(number) if self.layout.stored => text = number.to_string(),
            _ => text_io::write(value, ty, self.style, &mut text),
        }
        let digit = text.starts_with(|c: char| c.is_ascii_digit());
        let shown = match ty.oid {
            Oid::BOOL if text == "t" => "true".to_owned(),
            Oid::BOOL => "false".to_owned(),
            Oid::INT4 if digit => text,
            // Without a point or an exponent it would be an integer.
            Oid::NUMERIC if digit && text.contains(['.', 'e', 'E']) => format!("{text}{}", label(ty.typmod >= 0)),
            oid => format!("'{}'{}", text.replace('\'', "''"), label(oid != Oid::UNKNOWN)),
        };
        self.put(&shown);
    }
}
