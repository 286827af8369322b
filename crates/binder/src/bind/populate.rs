//! Calls that return rows of a composite type, as FROM items of their fields; and the domains of fields that
//! `json_populate_record` and its kin fill.

use gavel_functions::registry::Proc;
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};

use super::Binder;
use super::composite::field_of;
use super::json_rows::Rows;
use super::scalar::{Typed, call, column, scalar};
use crate::bound::{Rel, Scalar, ScalarKind, SetCall};
use crate::parse::Pos;

/// Whether it fills rows from JSON.
fn populates(proc: &Proc) -> bool {
    matches!(
        proc.name,
        "json_populate_record" | "jsonb_populate_record" | "json_populate_recordset" | "jsonb_populate_recordset"
    )
}

impl Binder<'_> {
    /// The rows of a call whose result is of a composite type; `None` if it is of another.
    pub fn rows_of_composite(
        &mut self,
        proc: &'static Proc,
        args: &[Scalar],
        result: PgType,
    ) -> SqlResult<Option<Rows>> {
        Self::require_row_argument(proc, args)?;
        let Some(fields) = self.composite_fields(result.oid) else { return Ok(None) };
        let id = self.new_column();
        let input = if proc.retset {
            let one = SetCall { function: proc.oid, args: args.to_vec(), columns: vec![(id, result)] };
            Rel::FunctionScan { calls: vec![one], ordinality: None }
        } else {
            let value = call(proc.oid, args.to_vec(), result);
            Rel::Values { rows: vec![vec![value]], columns: vec![(id, result)] }
        };
        let row = self.populated(proc, args, column(id, result))?;
        let (mut exprs, mut out) = (Vec::with_capacity(fields.len()), Vec::with_capacity(fields.len()));
        for (index, (name, ty)) in fields.iter().enumerate() {
            let own = self.new_column();
            exprs.push((own, field_of(&row, index, *ty)));
            out.push((name.clone(), own, *ty));
        }
        Ok(Some((Rel::Project { input: Box::new(input), exprs }, out)))
    }

    /// What such a function gave, if the domains of its fields, and the one of its argument, take it.
    pub fn populated(&mut self, proc: &Proc, args: &[Scalar], value: Scalar) -> SqlResult<Scalar> {
        if !populates(proc) {
            return Ok(value);
        }
        let ty = value.ty;
        let mut out = value;
        if let (true, Some(goals)) = (self.has_domains(ty.oid), self.declared_fields(ty.oid)) {
            let fields = self.composite_fields(ty.oid).unwrap_or_else(|| [].into());
            let mut items = Vec::with_capacity(goals.len());
            for (index, (goal, (_, ty))) in goals.iter().zip(fields.iter()).enumerate() {
                let field = field_of(&out, index, *ty);
                let domain = goal.oid.is_over_domain();
                items.push(if domain { self.check_domain(field, goal.oid)? } else { field });
            }
            out = scalar(ScalarKind::Row(items), ty);
        }
        match args.first().and_then(|base| self.domain_of(base)) {
            Some(domain) => self.check_domain(out, domain),
            None => Ok(out),
        }
    }

    /// # Errors
    /// 42804 if the first argument of such a function is no row.
    fn require_row_argument(proc: &Proc, args: &[Scalar]) -> SqlResult<()> {
        let is_row = args.first().is_none_or(|base| base.ty.oid.is_row() || base.ty.oid == Oid::RECORD);
        if !populates(proc) || is_row {
            return Ok(());
        }
        let text = format!("first argument of {} must be a row type", proc.name);
        Err(SqlError::new(SqlState::DatatypeMismatch, text))
    }

    /// `json_populate_record(…)` where one value is wanted; `None` for other functions.
    pub fn populated_call(
        &mut self,
        proc: &'static Proc,
        args: &[Scalar],
        ty: PgType,
        pos: Pos,
    ) -> SqlResult<Option<Typed>> {
        if !populates(proc) {
            return Ok(None);
        }
        Self::require_row_argument(proc, args)?;
        let value = call(proc.oid, args.to_vec(), ty);
        Ok(Some(Typed::new(self.populated(proc, args, value)?, pos)))
    }
}
