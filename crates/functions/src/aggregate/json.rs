//! `json_agg`, `json_object_agg` and their `jsonb` forms.

use gavel_types::json::Json;
use gavel_types::{Datum, PgType, SqlError, SqlResult, SqlState};

use super::state::foreign;
use super::{Accumulator, AggregateSpec};
use crate::call::EvalContext;
use crate::json::build::{ROW, write_key, write_value};

pub fn array(spec: &AggregateSpec) -> Box<dyn Accumulator> {
    make(spec, false, false)
}

pub fn binary_array(spec: &AggregateSpec) -> Box<dyn Accumulator> {
    make(spec, false, true)
}

pub fn object(spec: &AggregateSpec) -> Box<dyn Accumulator> {
    make(spec, true, false)
}

pub fn binary_object(spec: &AggregateSpec) -> Box<dyn Accumulator> {
    make(spec, true, true)
}

fn make(spec: &AggregateSpec, object: bool, binary: bool) -> Box<dyn Accumulator> {
    Box::new(Text { types: spec.arg_types.clone(), text: String::new(), object, binary })
}

/// The text between the brackets, as far as rows have come.
struct Text {
    types: Vec<PgType>,
    text: String,
    object: bool,
    binary: bool,
}

impl Accumulator for Text {
    fn update(&mut self, context: &EvalContext, args: &[Datum]) -> SqlResult<()> {
        let ty = |n: usize| self.types.get(n).copied().unwrap_or(PgType::TEXT);
        if !self.text.is_empty() {
            self.text.push_str(", ");
        }
        if self.object {
            let [key, value] = args else { return Err(foreign()) };
            if key.is_null() {
                return Err(SqlError::new(SqlState::InvalidParameterValue, "field name must not be null"));
            }
            let (key_type, value_type) = (ty(0), ty(1));
            write_key(key, key_type, &context.style, &mut self.text)?;
            self.text.push_str(" : ");
            write_value(value, value_type, &context.style, &mut self.text)
        } else {
            let value = args.first().ok_or_else(foreign)?;
            // PostgreSQL puts composite and array values on lines of their own.
            let row = if let Datum::Text(text) = value { text.strip_prefix(ROW) } else { None };
            if !self.text.is_empty() && (row.is_some() || matches!(value, Datum::Record(_) | Datum::Array(_))) {
                self.text.push_str("\n ");
            }
            if let Some(row) = row {
                self.text.push_str(row);
                return Ok(());
            }
            let value_type = ty(0);
            write_value(value, value_type, &context.style, &mut self.text)
        }
    }

    fn state(&self) -> SqlResult<Datum> {
        Ok(Datum::text(self.text.as_str()))
    }

    fn merge(&mut self, state: &Datum) -> SqlResult<()> {
        let Datum::Text(more) = state else { return Err(foreign()) };
        if !self.text.is_empty() && !more.is_empty() {
            self.text.push_str(", ");
        }
        self.text.push_str(more);
        Ok(())
    }

    fn finish(&mut self) -> SqlResult<Datum> {
        if self.text.is_empty() {
            return Ok(Datum::Null);
        }
        let text = if self.object { format!("{{ {} }}", self.text) } else { format!("[{}]", self.text) };
        if self.binary {
            Ok(Datum::Jsonb(Json::parse_canonical(&text)?.to_string().into()))
        } else {
            Ok(Datum::text(text))
        }
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.text.capacity()
    }
}
