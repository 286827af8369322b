//! `string_agg` and `array_agg`: results that hold every value, in the order in which rows came.

use std::sync::Arc;

use gavel_types::{ArrayValue, Datum, Oid, SqlError, SqlResult, SqlState};

use super::state::{foreign, pack, size_of, unpack_all};
use super::{Accumulator, AggregateSpec};
use crate::call::EvalContext;

pub fn strings(_: &AggregateSpec) -> Box<dyn Accumulator> {
    Box::new(Joined { parts: None, first_delimiter: Vec::new(), text: true })
}

pub fn bytes(_: &AggregateSpec) -> Box<dyn Accumulator> {
    Box::new(Joined { parts: None, first_delimiter: Vec::new(), text: false })
}

/// Values that are not NULL, each but the first behind its own delimiter.
struct Joined {
    parts: Option<Vec<u8>>,
    /// Delimiter of the first value, which a merge puts in front of it.
    first_delimiter: Vec<u8>,
    text: bool,
}

fn raw(value: &Datum) -> SqlResult<&[u8]> {
    match value {
        Datum::Text(s) => Ok(s.as_bytes()),
        Datum::Bytea(b) => Ok(b),
        Datum::Null => Ok(&[]),
        _ => Err(foreign()),
    }
}

impl Accumulator for Joined {
    fn update(&mut self, _: &EvalContext, args: &[Datum]) -> SqlResult<()> {
        let [value, delimiter] = args else { return Err(foreign()) };
        if value.is_null() {
            return Ok(());
        }
        match &mut self.parts {
            Some(parts) => parts.extend_from_slice(raw(delimiter)?),
            None => self.first_delimiter = raw(delimiter)?.to_vec(),
        }
        self.parts.get_or_insert_default().extend_from_slice(raw(value)?);
        Ok(())
    }

    fn state(&self) -> SqlResult<Datum> {
        Ok(match &self.parts {
            None => Datum::Null,
            Some(parts) => {
                pack(vec![Datum::Bytea(parts.clone().into()), Datum::Bytea(self.first_delimiter.clone().into())])
            }
        })
    }

    fn merge(&mut self, state: &Datum) -> SqlResult<()> {
        if state.is_null() {
            return Ok(());
        }
        let fields = unpack_all(state)?;
        let [parts, delimiter] = fields.as_slice() else { return Err(foreign()) };
        match &mut self.parts {
            Some(mine) => mine.extend_from_slice(raw(delimiter)?),
            None => self.first_delimiter = raw(delimiter)?.to_vec(),
        }
        self.parts.get_or_insert_default().extend_from_slice(raw(parts)?);
        Ok(())
    }

    fn finish(&mut self) -> SqlResult<Datum> {
        let Some(parts) = self.parts.take() else { return Ok(Datum::Null) };
        if self.text {
            String::from_utf8(parts).map(Datum::text).map_err(|_| foreign())
        } else {
            Ok(Datum::Bytea(parts.into()))
        }
    }

    fn size(&self) -> usize {
        std::mem::size_of::<Self>() + self.parts.as_ref().map_or(0, Vec::capacity)
    }
}

pub fn values(spec: &AggregateSpec) -> Box<dyn Accumulator> {
    let element = spec.arg_types.first().map_or(Oid::TEXT, |t| t.oid);
    Box::new(Collected { element, values: Vec::new(), bytes: 0, nested: false })
}

/// `array_agg` of arrays: one more dimension.
pub fn arrays(spec: &AggregateSpec) -> Box<dyn Accumulator> {
    let element = spec.arg_types.first().and_then(|t| t.oid.element()).unwrap_or(Oid::TEXT);
    Box::new(Collected { element, values: Vec::new(), bytes: 0, nested: true })
}

/// All values, NULLs too.
struct Collected {
    element: Oid,
    values: Vec<Datum>,
    bytes: usize,
    nested: bool,
}

impl Collected {
    fn push(&mut self, value: Datum) {
        self.bytes += size_of(&value);
        self.values.push(value);
    }
}

impl Accumulator for Collected {
    fn update(&mut self, _: &EvalContext, args: &[Datum]) -> SqlResult<()> {
        let value = args.last().ok_or_else(foreign)?;
        if self.nested && value.is_null() {
            return Err(SqlError::new(SqlState::NullValueNotAllowed, "cannot accumulate null arrays"));
        }
        self.push(value.clone());
        Ok(())
    }

    fn state(&self) -> SqlResult<Datum> {
        Ok(pack(self.values.clone()))
    }

    fn merge(&mut self, state: &Datum) -> SqlResult<()> {
        for value in unpack_all(state)? {
            self.push(value);
        }
        Ok(())
    }

    fn finish(&mut self) -> SqlResult<Datum> {
        let values = std::mem::take(&mut self.values);
        if values.is_empty() {
            return Ok(Datum::Null);
        }
        if !self.nested {
            return Ok(Datum::Array(Arc::new(ArrayValue::vector(self.element, values))));
        }
        nest(self.element, &values).map(|a| Datum::Array(Arc::new(a)))
    }

    fn size(&self) -> usize {
        std::mem::size_of::<Self>() + self.bytes
    }
}

/// Arrays of equal dimensions as the rows of one more.
///
/// # Errors
/// 2202E if they differ or are empty.
pub fn nest(element: Oid, arrays: &[Datum]) -> SqlResult<ArrayValue> {
    let subscript = |message: &str| SqlError::new(SqlState::ArraySubscriptError, message);
    let mut inner: Option<Vec<(i32, i32)>> = None;
    let mut values = Vec::new();
    for array in arrays {
        let Datum::Array(array) = array else { return Err(foreign()) };
        if array.dims.is_empty() {
            return Err(subscript("cannot accumulate empty arrays"));
        }
        if *inner.get_or_insert_with(|| array.dims.clone()) != array.dims {
            return Err(subscript("cannot accumulate arrays of different dimensionality"));
        }
        values.extend(array.values.iter().cloned());
    }
    let mut dims = vec![(i32::try_from(arrays.len()).unwrap_or(i32::MAX), 1)];
    dims.extend(inner.unwrap_or_default());
    Ok(ArrayValue { element, dims, values })
}
