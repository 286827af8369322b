//! The common type of several expressions: UNION, CASE, COALESCE, VALUES, ARRAY, IN (manual §10.5).

use gavel_functions::registry::{self, CastContext};
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};

use super::Binder;
use super::coerce::can_coerce;
use super::scalar::Typed;
use super::typename::format_type;
use crate::bound::Scalar;

/// Two types that have none in common, and which of the inputs the second is.
#[derive(Debug)]
pub struct Mismatch {
    pub left: Oid,
    pub right: Oid,
    pub index: usize,
}

/// The type that all of `types` become; text if all are unknown.
pub fn common_type(types: impl Iterator<Item = Oid> + Clone) -> Result<Oid, Mismatch> {
    let mut chosen = Oid::UNKNOWN;
    for (index, next) in types.enumerate() {
        if next == Oid::UNKNOWN || next == chosen {
            continue;
        }
        if chosen == Oid::UNKNOWN {
            chosen = next;
            continue;
        }
        let (Some(a), Some(b)) = (registry::type_info(chosen), registry::type_info(next)) else { continue };
        if a.category != b.category {
            return Err(Mismatch { left: chosen, right: next, index });
        }
        if !a.preferred
            && can_coerce(chosen, next, CastContext::Implicit)
            && !can_coerce(next, chosen, CastContext::Implicit)
        {
            chosen = next;
        }
    }
    Ok(if chosen == Oid::UNKNOWN { Oid::TEXT } else { chosen })
}

/// The modifier that all inputs of the common type share, else none.
pub fn common_typmod(types: impl Iterator<Item = PgType>, common: Oid) -> i32 {
    let mut shared = None;
    for ty in types {
        match shared {
            _ if ty.oid != common => return -1,
            None => shared = Some(ty.typmod),
            Some(t) if t != ty.typmod => return -1,
            Some(_) => {}
        }
    }
    shared.unwrap_or(-1)
}

impl Binder<'_> {
    /// Coerces all of `values` to their common type. `what` names the construct in the error.
    ///
    /// # Errors
    /// 42804 `CASE types integer and text cannot be matched`.
    pub fn to_common(&mut self, values: Vec<Typed>, what: &str) -> SqlResult<(Vec<Scalar>, PgType)> {
        let common = match common_type(values.iter().map(Typed::oid)) {
            Ok(oid) => oid,
            Err(mismatch) => return Err(self.mismatch(&mismatch, what, &values)),
        };
        let typmod = common_typmod(values.iter().map(Typed::ty), common);
        let mut out = Vec::with_capacity(values.len());
        for value in values {
            out.push(self.to_chosen(value, common, what)?.scalar);
        }
        Ok((out, PgType::with_typmod(common, typmod)))
    }

    /// 42804 about two of `values`.
    pub fn mismatch(&self, mismatch: &Mismatch, what: &str, values: &[Typed]) -> SqlError {
        let (left, right) = (format_type(PgType::new(mismatch.left)), format_type(PgType::new(mismatch.right)));
        let message = format!("{what} types {left} and {right} cannot be matched");
        let pos = values.get(mismatch.index).map(|v| v.pos).unwrap_or_default();
        self.error_at(SqlError::new(SqlState::DatatypeMismatch, message), pos)
    }

    /// To the common type that was chosen.
    ///
    /// # Errors
    /// 42846 `CASE could not convert type x to y`.
    pub fn to_chosen(&mut self, value: Typed, common: Oid, what: &str) -> SqlResult<Typed> {
        if !can_coerce(value.oid(), common, CastContext::Implicit) {
            let (from, to) = (format_type(PgType::new(value.oid())), format_type(PgType::new(common)));
            let error = SqlError::new(SqlState::CannotCoerce, format!("{what} could not convert type {from} to {to}"));
            return Err(self.error_at(error, value.pos));
        }
        self.coerce_type(value, common, CastContext::Implicit)
    }
}
