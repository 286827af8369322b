//! Encoded rows to Arrow arrays, a column at a time.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, ArrowPrimitiveType, BinaryArray, BooleanArray, FixedSizeBinaryArray, PrimitiveArray, StringArray,
};
use arrow::buffer::BooleanBuffer;
use arrow::buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{Float32Type, Float64Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt32Type};
use gavel_api::scan::ScanColumn;
use gavel_encoding::value::{self, Form, fixed};
use gavel_encoding::{Error as FormatError, RowView};

use crate::{Error, Result};

/// A column to be decoded: where it is, what form it has, and what old rows have in its place.
#[derive(Clone, Debug)]
pub struct ColumnDecoder {
    id: u32,
    form: Form,
    /// Encoded value for rows without the column; `None` is NULL.
    missing: Option<Vec<u8>>,
}

pub(crate) fn damaged(e: FormatError) -> Error {
    Error::Failed(format!("row is damaged: {e}"))
}

/// Finds one column in row after row. Rows of a table mostly have the same shape, so the search
/// is done once and then replaced by comparing shapes.
struct Finder<'d, 'r> {
    decoder: &'d ColumnDecoder,
    shape: &'r [u8],
    /// Where it is in rows of this shape; `None` if it is missing there.
    position: Option<usize>,
    is_null: bool,
}

impl<'d: 'r, 'r> Finder<'d, 'r> {
    fn new(decoder: &'d ColumnDecoder) -> Self {
        // No row has an empty shape, so the first one is looked at.
        Self { decoder, shape: &[], position: None, is_null: false }
    }

    #[inline]
    fn find(&mut self, row: &RowView<'r>) -> Result<Option<&'r [u8]>> {
        if row.shape() != self.shape {
            self.shape = row.shape();
            self.position = row.position(self.decoder.id);
            self.is_null = self.position.and_then(|p| row.id_at(p)).is_some_and(|(_, null)| null);
        }
        match self.position {
            None => Ok(self.decoder.missing.as_deref()),
            Some(_) if self.is_null => Ok(None),
            Some(position) => Ok(Some(row.value_at(position).map_err(damaged)?)),
        }
    }
}

impl ColumnDecoder {
    /// # Errors
    /// [`Error::Unsupported`] if the value for old rows is not of the column's type.
    pub fn new(column: &ScanColumn) -> Result<Self> {
        let missing = if column.missing.is_null() {
            None
        } else {
            let mut bytes = Vec::new();
            value::encode(&mut bytes, &column.missing, column.ty)
                .map_err(|e| Error::Unsupported(format!("default of column {}: {e}", column.id)))?;
            Some(bytes)
        };
        Ok(Self { id: column.id, form: Form::of(column.ty), missing })
    }

    /// The column of all `rows`, or of those that `picked` lists by position.
    ///
    /// # Errors
    /// [`Error::Failed`] if a row is damaged, or the column exceeds 2 GiB.
    pub fn decode(&self, rows: &[RowView<'_>], picked: Option<&[usize]>) -> Result<ArrayRef> {
        match picked {
            None => self.decode_rows(rows.len(), rows.iter()),
            Some(picked) => self.decode_rows(picked.len(), picked.iter().filter_map(|i| rows.get(*i))),
        }
    }

    fn decode_rows<'a, 'r: 'a>(
        &'r self,
        count: usize,
        rows: impl Iterator<Item = &'a RowView<'r>>,
    ) -> Result<ArrayRef> {
        let values = Values { finder: Finder::new(self), rows, count };
        match self.form {
            Form::Bool => values.booleans(),
            Form::Int2 => values.numbers::<Int16Type, 2>(i16::from_le_bytes),
            Form::Int4 => values.numbers::<Int32Type, 4>(i32::from_le_bytes),
            Form::Int8 => values.numbers::<Int64Type, 8>(i64::from_le_bytes),
            Form::Float4 => values.numbers::<Float32Type, 4>(f32::from_le_bytes),
            Form::Float8 => values.numbers::<Float64Type, 8>(f64::from_le_bytes),
            Form::Byte => values.numbers::<UInt8Type, 1>(u8::from_le_bytes),
            Form::Oid => values.numbers::<UInt32Type, 4>(u32::from_le_bytes),
            Form::Text => {
                let (offsets, bytes, nulls) = values.bytes()?;
                let array =
                    StringArray::try_new(offsets, bytes, nulls).map_err(|_| damaged(FormatError::Malformed("text")))?;
                Ok(Arc::new(array))
            }
            Form::Bytes
            | Form::Numeric
            | Form::Inet
            | Form::MacAddr
            | Form::MacAddr8
            | Form::TsVector
            | Form::TsQuery
            | Form::Tagged => {
                let (offsets, bytes, nulls) = values.bytes()?;
                let array = BinaryArray::try_new(offsets, bytes, nulls).map_err(|e| Error::Failed(e.to_string()))?;
                Ok(Arc::new(array))
            }
            Form::Uuid | Form::Interval | Form::Point => values.sixteens(),
        }
    }
}

/// The encoded values of one column, row by row.
struct Values<'d, 'r, I> {
    finder: Finder<'d, 'r>,
    rows: I,
    count: usize,
}

impl<'d: 'r, 'a, 'r: 'a, I: Iterator<Item = &'a RowView<'r>>> Values<'d, 'r, I> {
    /// Calls `each` with every value; answers which rows are not NULL.
    fn each(mut self, mut each: impl FnMut(Option<&'r [u8]>) -> Result<()>) -> Result<Option<NullBuffer>> {
        let mut nulls: Option<Vec<bool>> = None;
        for (i, row) in self.rows.enumerate() {
            let found = self.finder.find(row)?;
            each(found)?;
            match (&mut nulls, found) {
                (Some(valid), found) => valid.push(found.is_some()),
                (None, None) => {
                    let mut valid = Vec::with_capacity(self.count);
                    valid.resize(i, true);
                    valid.push(false);
                    nulls = Some(valid);
                }
                (None, Some(_)) => {}
            }
        }
        Ok(nulls.map(NullBuffer::from))
    }

    fn numbers<T: ArrowPrimitiveType, const N: usize>(self, read: impl Fn([u8; N]) -> T::Native) -> Result<ArrayRef> {
        let mut values = Vec::with_capacity(self.count);
        let nulls = self.each(|found| {
            values.push(match found {
                Some(bytes) => read(fixed(bytes).map_err(damaged)?),
                None => T::Native::default(),
            });
            Ok(())
        })?;
        let array = PrimitiveArray::<T>::try_new(ScalarBuffer::from(values), nulls);
        Ok(Arc::new(array.map_err(|e| Error::Failed(e.to_string()))?))
    }

    fn booleans(self) -> Result<ArrayRef> {
        let mut values = Vec::with_capacity(self.count);
        let nulls = self.each(|found| {
            values.push(match found {
                Some(bytes) => value::decode_bool(bytes).map_err(damaged)?,
                None => false,
            });
            Ok(())
        })?;
        Ok(Arc::new(BooleanArray::new(BooleanBuffer::from(values), nulls)))
    }

    fn sixteens(self) -> Result<ArrayRef> {
        let mut values: Vec<u8> = Vec::with_capacity(16 * self.count);
        let nulls = self.each(|found| {
            values.extend_from_slice(&match found {
                Some(bytes) => fixed::<16>(bytes).map_err(damaged)?,
                None => [0; 16],
            });
            Ok(())
        })?;
        let array = FixedSizeBinaryArray::try_new(16, Buffer::from(values), nulls);
        Ok(Arc::new(array.map_err(|e| Error::Failed(e.to_string()))?))
    }

    fn bytes(self) -> Result<(OffsetBuffer<i32>, Buffer, Option<NullBuffer>)> {
        let mut offsets = Vec::with_capacity(self.count + 1);
        let mut values: Vec<u8> = Vec::with_capacity(16 * self.count);
        offsets.push(0i32);
        let nulls = self.each(|found| {
            if let Some(bytes) = found {
                values.extend_from_slice(bytes);
            }
            let end =
                i32::try_from(values.len()).map_err(|_| Error::Failed("a batch of one column exceeds 2 GiB".into()))?;
            offsets.push(end);
            Ok(())
        })?;
        Ok((OffsetBuffer::new(ScalarBuffer::from(offsets)), Buffer::from(values), nulls))
    }
}
