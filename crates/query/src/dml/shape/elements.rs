//! Entries of inverted indexes.

use std::borrow::Cow;

use bytes::Bytes;
use gavel_encoding::row::encode_row;
use gavel_encoding::{KeyBuilder, KeyOrder};
use gavel_functions::call::EvalContext;
use gavel_types::{Datum, PgType, SqlError, SqlResult};

use super::{Entry, IndexShape, KeySource, ROW_ID, ROW_ID_TYPE, TableShape, bounded};
use crate::fast::expr::RowContext;
use crate::inverted::extract;

/// Type of the one key column that entries of inverted indexes have before the row's key.
pub const TOKEN_TYPE: PgType = PgType::BYTEA;

/// A token of the key with this number, as entries have it in their keys.
pub fn token_datum(number: usize, token: &[u8]) -> Datum {
    let mut bytes = Vec::with_capacity(token.len() + 1);
    bytes.push(u8::try_from(number).unwrap_or(u8::MAX));
    bytes.extend_from_slice(token);
    Datum::Bytea(bytes.into())
}

impl TableShape {
    /// See [`TableShape::entries`].
    pub(super) fn element_entries(
        &self,
        index: &IndexShape,
        row: &[Datum],
        row_id: [u8; 16],
        eval: &EvalContext,
    ) -> SqlResult<Vec<Entry>> {
        let cx = RowContext { eval, row, params: &[] };
        if let Some(p) = &index.predicate
            && !p.is_true(&cx)?
        {
            return Ok(Vec::new());
        }
        let value = self.reference(row, row_id)?;
        let mut entries = Vec::new();
        for (number, (part, class)) in index.parts.iter().zip(&index.classes).enumerate() {
            let indexed = match &part.source {
                KeySource::Slot(slot) => Cow::Borrowed(row.get(*slot).unwrap_or(&Datum::Null)),
                KeySource::Expression { expr, .. } => Cow::Owned(expr.eval(&cx)?),
            };
            for token in extract::tokens(*class, &indexed)? {
                let mut key = KeyBuilder::new(self.tenant, index.object);
                key.push(&token_datum(number, &token), TOKEN_TYPE, KeyOrder::ASC);
                self.push_row_key(&mut key, row, row_id);
                let key = bounded(key, &self.table, Some(&index.index))?;
                entries.push(Entry { key, value: value.clone(), unique: false, claim: None });
            }
        }
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(entries)
    }

    /// What leads to a row and holds nothing else of it.
    fn reference(&self, row: &[Datum], row_id: [u8; 16]) -> SqlResult<Bytes> {
        let id = Datum::Uuid(row_id);
        let mut fields: Vec<(u32, &Datum, PgType)> = Vec::new();
        match &self.primary {
            None => fields.push((ROW_ID, &id, ROW_ID_TYPE)),
            Some(parts) => {
                let mut slots: Vec<usize> = parts.iter().map(|p| p.0).collect();
                slots.sort_unstable();
                for slot in slots {
                    let column = &self.columns[slot];
                    fields.push((u32::from(column.number as u16), row.get(slot).unwrap_or(&Datum::Null), column.ty));
                }
            }
        }
        Ok(encode_row(&fields).map_err(|e| SqlError::internal(e.to_string()))?.into())
    }
}
