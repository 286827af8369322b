//! Values, types, ranges, ids, SQL errors.

use gavel_encoding::datum;
use gavel_types::{Datum, KeyRange, Oid, PgType, SqlError, SqlState, TxnId};

use crate::convert::required;
use crate::{Malformed, v1};

/// # Errors
/// If the value nests deeper than the codec allows.
pub(crate) fn datum_to_proto(value: &Datum) -> Result<v1::Datum, Malformed> {
    let encoded = datum::to_bytes(value).map_err(|_| Malformed("value that cannot be encoded"))?;
    Ok(v1::Datum { encoded: encoded.into() })
}

pub(crate) fn datum_from_proto(value: Option<v1::Datum>) -> Result<Datum, Malformed> {
    datum::decode(&required(value, "value is missing")?.encoded).map_err(|_| Malformed("damaged value"))
}

impl From<PgType> for v1::PgType {
    fn from(ty: PgType) -> Self {
        Self { oid: ty.oid.0, typmod: ty.typmod }
    }
}

impl From<v1::PgType> for PgType {
    fn from(ty: v1::PgType) -> Self {
        Self::with_typmod(Oid(ty.oid), ty.typmod)
    }
}

impl From<KeyRange> for v1::KeyRange {
    fn from(range: KeyRange) -> Self {
        Self { start: range.start, end: range.end }
    }
}

impl From<v1::KeyRange> for KeyRange {
    fn from(range: v1::KeyRange) -> Self {
        Self { start: range.start, end: range.end }
    }
}

impl From<TxnId> for v1::TxnId {
    fn from(id: TxnId) -> Self {
        Self { high: (id.0 >> 64) as u64, low: id.0 as u64 }
    }
}

impl From<v1::TxnId> for TxnId {
    fn from(id: v1::TxnId) -> Self {
        Self(u128::from(id.high) << 64 | u128::from(id.low))
    }
}

/// Sets one optional field.
type Setter = fn(SqlError, String) -> SqlError;

impl From<SqlError> for v1::SqlError {
    fn from(error: SqlError) -> Self {
        let fields = error.fields().clone();
        Self {
            code: fields.code.as_str().to_owned(),
            message: fields.message,
            detail: fields.detail,
            hint: fields.hint,
            position: fields.position.map(|p| p as u64),
            context: fields.context,
            schema: fields.schema,
            table: fields.table,
            column: fields.column,
            data_type: fields.data_type,
            constraint: fields.constraint,
        }
    }
}

impl TryFrom<v1::SqlError> for SqlError {
    type Error = Malformed;

    fn try_from(error: v1::SqlError) -> Result<Self, Malformed> {
        let code = SqlState::of_code(&error.code).ok_or(Malformed("SQLSTATE that does not exist"))?;
        let position = error.position.map(usize::try_from).transpose().map_err(|_| Malformed("position"))?;
        let mut out = Self::new(code, error.message).at(position);
        let texts: [(Option<String>, Setter); 8] = [
            (error.detail, Self::detail),
            (error.hint, Self::hint),
            (error.context, Self::context),
            (error.schema, Self::schema),
            (error.table, Self::table),
            (error.column, Self::column),
            (error.data_type, Self::data_type),
            (error.constraint, Self::constraint),
        ];
        for (text, set) in texts {
            if let Some(text) = text {
                out = set(out, text);
            }
        }
        Ok(out)
    }
}
