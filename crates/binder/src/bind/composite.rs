//! Composite types: fields by name, rows that become values of them, assignment to fields.

use std::rc::Rc;

use gavel_catalog::Column;
use gavel_functions::registry::CastContext;
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};

use super::Binder;
use super::coerce::cannot_cast;
use super::reference::fields_written;
use super::scalar::{Typed, scalar};
use super::scope::Fields;
use super::typename::format_type;
use crate::bound::{Scalar, ScalarKind};
use crate::parse::Pos;

impl Binder<'_> {
    /// The fields of a composite type, with the types that their values have.
    pub fn composite_fields(&self, oid: Oid) -> Option<Fields> {
        self.context.catalog.fields(oid).map(|fields| fields.iter().cloned().collect::<Rc<[_]>>())
    }

    /// The types that the fields of a composite type were declared with.
    pub fn declared_fields(&self, oid: Oid) -> Option<Vec<PgType>> {
        let catalog = self.context.catalog;
        if let Some(attributes) = catalog.user_type(oid).and_then(|t| t.attributes()) {
            return Some(attributes.iter().map(gavel_catalog::Attribute::declared).collect());
        }
        match catalog.table(Oid(oid.type_number())).filter(|_| oid.is_composite()) {
            Some(table) => Some(table.visible_columns().map(Column::declared).collect()),
            None => Some(catalog.fields(oid)?.iter().map(|f| f.1).collect()),
        }
    }

    /// Whether fields of a composite type are of domains.
    pub fn has_domains(&self, oid: Oid) -> bool {
        self.declared_fields(oid).is_some_and(|fields| fields.iter().any(|ty| ty.oid.is_over_domain()))
    }

    /// A row of expressions as a value of composite type `target`.
    ///
    /// # Errors
    /// 42846 if it has other fields.
    pub fn row_as(&mut self, items: Vec<Scalar>, target: PgType, context: CastContext, pos: Pos) -> SqlResult<Scalar> {
        let refused = |b: &Self, detail: String| b.error_at(cannot_cast(Oid::RECORD, target.oid).detail(detail), pos);
        let Some(goals) = self.declared_fields(target.oid) else {
            return Err(SqlError::internal(format!("composite type {} is gone", target.oid)));
        };
        if items.len() != goals.len() {
            let what = if items.len() < goals.len() { "few" } else { "many" };
            return Err(refused(self, format!("Input has too {what} columns.")));
        }
        let mut fields = Vec::with_capacity(items.len());
        for (n, (item, goal)) in items.into_iter().zip(goals).enumerate() {
            let source = item.ty;
            let item = Typed::new(literal_again(item), pos);
            match self.coerce_to(item, goal, context)? {
                Some(field) => fields.push(field.scalar),
                None => {
                    let (from, to) = (format_type(PgType::new(source.oid)), format_type(PgType::new(goal.oid)));
                    return Err(refused(self, format!("Cannot cast type {from} to {to} in column {}.", n + 1)));
                }
            }
        }
        Ok(scalar(ScalarKind::Row(fields), PgType::new(target.oid)))
    }

    /// The row of a table as one of a table that it inherits from, directly or not: the fields that both have. `None` for
    /// values of other types.
    pub fn as_ancestor(&self, value: &Typed, target: Oid) -> Option<Typed> {
        let source = value.oid();
        if source == target || !source.is_composite() || !target.is_composite() {
            return None;
        }
        let catalog = self.context.catalog;
        let table = |oid: Oid| catalog.table(Oid(oid.type_number()));
        let (own, ancestor) = (table(source)?, table(target)?);
        if !catalog.ancestors(own.oid).iter().any(|t| t.oid == ancestor.oid) {
            return None;
        }
        let ty = PgType::new(target);
        let row = &value.scalar;
        let made = if self.recorder.is_some() {
            scalar(ScalarKind::Relabel { input: Box::new(row.clone()) }, ty)
        } else if matches!(row.kind, ScalarKind::Const(Datum::Null)) {
            super::scalar::null(ty)
        } else {
            let field = |column: &Column| {
                let place = own.visible_columns().position(|c| c.name == column.name)?;
                Some(field_of(row, place, column.ty))
            };
            scalar(ScalarKind::Row(ancestor.visible_columns().map(field).collect::<Option<_>>()?), ty)
        };
        Some(Typed::new(made, value.pos))
    }

    /// `base` with `value` in the field of this name.
    ///
    /// # Errors
    /// 42703 if there is no such field, 42804 if the column has none.
    pub fn assign_field(
        &mut self,
        base: &Scalar,
        column: &Column,
        field: &str,
        value: Typed,
        pos: Pos,
    ) -> SqlResult<Scalar> {
        let ty = column.ty;
        let (Some(fields), Some(goals)) = (self.composite_fields(ty.oid), self.declared_fields(ty.oid)) else {
            let text = format!(
                "cannot assign to field \"{field}\" of column \"{}\" because its type {} is not a composite type",
                column.name,
                format_type(PgType::new(ty.oid))
            );
            return Err(self.error_at(SqlError::new(SqlState::DatatypeMismatch, text), pos));
        };
        let Some(at) = fields.iter().position(|(name, _)| name == field) else {
            let text = format!(
                "cannot assign to field \"{field}\" of column \"{}\" because there is no such column in data type {}",
                column.name,
                format_type(ty)
            );
            return Err(self.error_at(SqlError::new(SqlState::UndefinedColumn, text), pos));
        };
        let source = value.ty();
        let goal = goals.get(at).copied().unwrap_or(fields[at].1);
        let Some(given) = self.coerce_to(value, goal, CastContext::Assignment)? else {
            let text = format!(
                "subfield \"{field}\" is of type {} but expression is of type {}",
                format_type(PgType::new(goal.oid)),
                format_type(PgType::new(source.oid))
            );
            let error = SqlError::new(SqlState::DatatypeMismatch, text)
                .hint("You will need to rewrite or cast the expression.");
            return Err(self.error_at(error, pos));
        };
        let mut items = Vec::with_capacity(fields.len());
        for (index, (_, ty)) in fields.iter().enumerate() {
            items.push(if index == at { given.scalar.clone() } else { field_of(base, index, *ty) });
        }
        Ok(scalar(ScalarKind::Row(items), ty))
    }
}

/// Field `index` of a row value.
pub fn field_of(row: &Scalar, index: usize, ty: PgType) -> Scalar {
    match fields_written(row).and_then(|items| items.get(index)) {
        Some(item) => item.clone(),
        None => scalar(ScalarKind::Field { input: Box::new(row.clone()), index }, ty),
    }
}

/// A literal in a row has become text for want of a context, which it has now.
fn literal_again(item: Scalar) -> Scalar {
    match item.kind {
        ScalarKind::Const(Datum::Text(_) | Datum::Null) if item.ty.oid == Oid::TEXT => {
            Scalar { ty: PgType::UNKNOWN, ..item }
        }
        _ => item,
    }
}
