//! `json_to_record` and its kin: the columns that the definition list names, taken from objects by name.
//! A set of rows is the elements of an array, each with its fields.

use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};

use super::Binder;
use super::scalar::{Typed, call, column, constant};
use super::typename::format_type;
use crate::bound::{ColumnId, Rel, Scalar, ScalarKind, SetCall};
use crate::parse::Pos;

/// `gavel.json_field(anyelement, "any", text)`: a JSON value in the type of the first argument.
const FIELD: Oid = Oid(9991);

/// A relation and its named columns.
pub type Rows = (Rel, Vec<(String, ColumnId, PgType)>);

impl Binder<'_> {
    /// The rows of a call of `function`, if it is one of these.
    pub fn json_rows(
        &mut self,
        function: &str,
        args: &[Scalar],
        columns: &[(String, PgType)],
        pos: Pos,
    ) -> SqlResult<Option<Rows>> {
        let (prefix, set) = match function {
            "json_to_record" | "json_populate_record" => ("json", false),
            "jsonb_to_record" | "jsonb_populate_record" => ("jsonb", false),
            "json_to_recordset" | "json_populate_recordset" => ("json", true),
            "jsonb_to_recordset" | "jsonb_populate_recordset" => ("jsonb", true),
            _ => return Ok(None),
        };
        let argument = match args {
            [argument] => argument,
            // A row that is NULL gives no field a value.
            [base, argument, ..] if is_null(base) => argument,
            [base, ..] => {
                if let ScalarKind::Row(items) = &base.kind
                    && base.ty.oid == Oid::RECORD
                {
                    let given: Vec<PgType> = items.iter().map(|i| i.ty).collect();
                    match_row(&given, columns)?;
                }
                return Ok(None);
            }
            [] => return Ok(None),
        };
        let (id, ty) = (self.new_column(), argument.ty);
        let input = if set {
            let elements = self.call_oid(&format!("{prefix}_array_elements"), pos)?;
            let call = SetCall { function: elements, args: vec![argument.clone()], columns: vec![(id, ty)] };
            Rel::FunctionScan { calls: vec![call], ordinality: None }
        } else {
            Rel::Values { rows: vec![vec![argument.clone()]], columns: vec![(id, ty)] }
        };
        let mut exprs = Vec::with_capacity(columns.len());
        let mut out = Vec::with_capacity(columns.len());
        for (name, declared) in columns {
            let target = self.base_type(*declared)?;
            let object = Typed::new(column(id, ty), pos);
            let key = Typed::new(constant(Datum::text(name.as_str()), PgType::TEXT), pos);
            let field = self.call_named(&format!("{prefix}_object_field"), vec![object, key.clone()], pos)?;
            let sample = constant(Datum::Null, target);
            let mut value = call(FIELD, vec![sample, field.scalar, key.scalar], target);
            if declared.oid.is_over_domain() {
                value = self.check_domain(value, declared.oid)?;
            }
            let own = self.new_column();
            exprs.push((own, value));
            out.push((name.clone(), own, target));
        }
        Ok(Some((Rel::Project { input: Box::new(input), exprs }, out)))
    }

    fn call_oid(&self, name: &str, pos: Pos) -> SqlResult<Oid> {
        let proc = gavel_functions::registry::procs_named(name).next();
        proc.map(|p| p.oid).ok_or_else(|| self.error_at(SqlError::internal(format!("function {name} is unknown")), pos))
    }
}

/// # Errors
/// 42804 if a row of these types does not have the columns that are asked for.
pub fn match_row(given: &[PgType], columns: &[(String, PgType)]) -> SqlResult<()> {
    let detail = if given.len() == columns.len() {
        let odd = given.iter().zip(columns).position(|(g, (_, c))| g.oid != c.oid);
        let Some(n) = odd else { return Ok(()) };
        let (found, wanted) = (format_type(PgType::new(given[n].oid)), format_type(PgType::new(columns[n].1.oid)));
        format!("Returned type {found} at ordinal position {}, but query expects {wanted}.", n + 1)
    } else {
        let plural = if given.len() == 1 { "" } else { "s" };
        format!("Returned row contains {} attribute{plural}, but query expects {}.", given.len(), columns.len())
    };
    let text = "function return row and query-specified return row do not match";
    Err(SqlError::new(SqlState::DatatypeMismatch, text).detail(detail))
}

fn is_null(scalar: &Scalar) -> bool {
    match &scalar.kind {
        ScalarKind::Const(value) => value.is_null(),
        ScalarKind::Relabel { input } | ScalarKind::CoerceViaIo { input } => is_null(input),
        _ => false,
    }
}
