//! Stars of rows: where a list of expressions takes `t.*`, `(row).*` or, in a body, `variable.*`, it takes their fields.
//!
//! ```text
//!   INSERT INTO t VALUES (1, NEW.*)      VALUES (1, ($3).a, ($3).b)      NEW: variable #3
//! ```
//! What the records of a body consist of is known when it runs only, so that their stars are refused, as PostgreSQL does.

use gavel_types::{Oid, SqlError, SqlResult, SqlState};
use sqlparser::ast::{self, AccessExpr, Expr};

use super::Binder;
use super::composite::field_of;
use super::name::fold;
use super::scalar::Typed;
use super::typename::format_type;
use crate::bound::{Scalar, ScalarKind};
use crate::parse::{Pos, marker};

impl Binder<'_> {
    /// Binds an item of a list of expressions: one value, or those that a star stands for.
    ///
    /// # Errors
    /// Those of the expression; 42809 for the star of what has no fields.
    pub fn listed(&mut self, e: &Expr, out: &mut Vec<Typed>) -> SqlResult<()> {
        let mut fields = Vec::new();
        match e {
            Expr::QualifiedWildcard(name, _) => self.expand_item_star(name, &mut fields)?,
            Expr::CompoundFieldAccess { root, access_chain } if ends_in_star(access_chain) => {
                self.expand_row(root, access_chain, &mut fields)?;
            }
            e => {
                out.push(self.expr(e)?);
                return Ok(());
            }
        }
        out.extend(fields.into_iter().map(|field| field.value));
        Ok(())
    }

    /// The variable that the name before a star means, if it holds rows.
    pub fn row_variable(&mut self, name: &ast::ObjectName, pos: Pos) -> SqlResult<Option<Typed>> {
        let Some(variables) = self.variables else { return Ok(None) };
        let idents: Vec<ast::Ident> = name.0.iter().filter_map(|p| p.as_ident().cloned()).collect();
        let names: Vec<String> = idents.iter().map(fold).collect();
        match variables.find(&names)? {
            Some((found, used)) if used == names.len() && found.ty.oid.is_row() => self.variable(&idents, pos),
            _ => Ok(None),
        }
    }

    /// Names and values of the fields that the star of a row stands for.
    ///
    /// # Errors
    /// 42809 for what has no fields, or none that are known.
    pub fn star_fields(&self, row: &Typed) -> SqlResult<Vec<(String, Typed)>> {
        let fields = match (self.fields_of(&row.scalar), &row.scalar.kind) {
            (Some(fields), _) if !is_open_record(&row.scalar) => fields.to_vec(),
            (None, ScalarKind::Row(items)) => {
                items.iter().enumerate().map(|(n, item)| (format!("f{}", n + 1), item.ty)).collect()
            }
            _ => {
                let text = match row.oid() {
                    Oid::RECORD => "record type has not been registered".to_owned(),
                    _ => format!("type {} is not composite", format_type(row.ty())),
                };
                return Err(SqlError::new(SqlState::WrongObjectType, text));
            }
        };
        let mut out = Vec::with_capacity(fields.len());
        for (index, (name, ty)) in fields.into_iter().enumerate() {
            let field = match &self.recorder {
                Some(_) => self.recorded_field(row.scalar.clone(), index, &name, ty),
                None => field_of(&row.scalar, index, ty),
            };
            out.push((name, Typed::new(field, row.pos)));
        }
        Ok(out)
    }
}

/// Whether a value is a variable that may hold any record.
pub fn is_open_record(value: &Scalar) -> bool {
    value.ty.oid == Oid::RECORD && matches!(value.kind, ScalarKind::Param(_))
}

/// Whether an expression is the star of a row in parentheses.
pub fn is_star(e: &Expr) -> bool {
    matches!(e, Expr::CompoundFieldAccess { access_chain, .. } if ends_in_star(access_chain))
}

/// Whether steps into a value end in a star.
pub fn ends_in_star(chain: &[AccessExpr]) -> bool {
    matches!(chain.last(), Some(AccessExpr::Dot(Expr::Identifier(i))) if i.value == marker::STAR)
}
