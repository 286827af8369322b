//! UNION, INTERSECT, EXCEPT: columns pair up by place and take their common types.

use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::{self, SetExpr};

use super::Binder;
use super::common_type::{common_type, common_typmod};
use super::query::{BoundQuery, OutColumn};
use super::scalar::{Typed, column};
use super::typename::format_type;
use crate::bound::{ColumnId, Rel, Scalar, ScalarKind, SetOpKind};
use crate::query_tree::{Body, QueryTree};

impl Binder<'_> {
    pub fn set_operation(
        &mut self,
        left: &SetExpr,
        op: ast::SetOperator,
        quantifier: ast::SetQuantifier,
        right: &SetExpr,
    ) -> SqlResult<BoundQuery> {
        let (kind, name) = match op {
            ast::SetOperator::Union => (SetOpKind::Union, "UNION"),
            ast::SetOperator::Intersect => (SetOpKind::Intersect, "INTERSECT"),
            ast::SetOperator::Except | ast::SetOperator::Minus => (SetOpKind::Except, "EXCEPT"),
        };
        let all = match quantifier {
            ast::SetQuantifier::All => true,
            ast::SetQuantifier::None | ast::SetQuantifier::Distinct => false,
            _ => return Err(SqlError::new(SqlState::SyntaxError, "syntax error at or near \"by\"")),
        };
        let mut left = self.set_branch(left, false)?;
        let mut right = self.set_branch(right, false)?;
        let types = self.set_types(&left.columns, &right.columns, name)?;
        if !all {
            for ((ty, _), output) in types.iter().zip(&left.columns) {
                super::operator::equality(*ty).map_err(|e| self.error_at(e, output.pos))?;
            }
        }
        let types: Vec<PgType> = types.into_iter().map(|(oid, typmod)| PgType::with_typmod(oid, typmod)).collect();
        let names: Vec<OutColumn> = left.columns.clone();
        self.record_types(&mut left, &types)?;
        self.record_types(&mut right, &types)?;
        let tree = left
            .tree
            .take()
            .zip(right.tree.take())
            .map(|(left, right)| Box::new(QueryTree::of(Body::SetOperation { op: kind, all, left, right })));
        let (left, left_ids) = self.recast(left, &types, name)?;
        let (right, right_ids) = self.recast(right, &types, name)?;
        let mut columns = Vec::with_capacity(types.len());
        let mut out = Vec::with_capacity(types.len());
        for (i, ty) in types.iter().enumerate() {
            let (Some(l), Some(r), Some(named)) = (left_ids.get(i), right_ids.get(i), names.get(i)) else { continue };
            let id = self.new_column();
            columns.push((id, *l, *r, *ty));
            let (name, pos) = (named.name.clone(), named.pos);
            out.push(OutColumn { name, id, ty: *ty, origin: None, literal: None, fields: None, pos });
        }
        let rel = Rel::SetOp { op: kind, all, left: Box::new(left), right: Box::new(right), columns };
        Ok(BoundQuery { rel, columns: out, tree })
    }

    /// Literals of a branch that nothing has typed get the common type in its tree.
    pub fn record_types(&mut self, branch: &mut BoundQuery, types: &[PgType]) -> SqlResult<()> {
        let Some(tree) = &mut branch.tree else { return Ok(()) };
        let Body::Select(select) = &mut tree.body else { return Ok(()) };
        for ((output, ty), target) in branch.columns.iter().zip(types).zip(&mut select.targets) {
            if output.literal.is_some() {
                let literal = Typed::new(target.1.clone(), output.pos);
                target.1 = self.resolve_unknown(literal, PgType::new(ty.oid))?.scalar;
            }
        }
        Ok(())
    }

    /// The common type and modifier of each pair of columns.
    pub fn set_types(&self, left: &[OutColumn], right: &[OutColumn], name: &str) -> SqlResult<Vec<(Oid, i32)>> {
        if left.len() != right.len() {
            let text = format!("each {name} query must have the same number of columns");
            let pos = right.first().map(|c| c.pos).unwrap_or_default();
            return Err(self.error_at(SqlError::new(SqlState::SyntaxError, text), pos));
        }
        let mut out = Vec::with_capacity(left.len());
        for (l, r) in left.iter().zip(right) {
            let common = common_type([l.ty.oid, r.ty.oid].into_iter()).map_err(|mismatch| {
                let (a, b) = (format_type(PgType::new(mismatch.left)), format_type(PgType::new(mismatch.right)));
                let text = format!("{name} types {a} and {b} cannot be matched");
                self.error_at(SqlError::new(SqlState::DatatypeMismatch, text), r.pos)
            })?;
            out.push((common, common_typmod([l.ty, r.ty].into_iter(), common)));
        }
        Ok(out)
    }

    /// A branch whose columns have these types, by a projection where some do not.
    pub fn recast(&mut self, bound: BoundQuery, types: &[PgType], name: &str) -> SqlResult<(Rel, Vec<ColumnId>)> {
        let same = bound.columns.iter().zip(types).all(|(c, ty)| c.ty.oid == ty.oid);
        if same {
            let ids = bound.columns.iter().map(|c| c.id).collect();
            return Ok((bound.rel, ids));
        }
        let mut exprs: Vec<(ColumnId, Scalar)> = Vec::with_capacity(types.len());
        for (output, ty) in bound.columns.iter().zip(types) {
            let value = output.literal.clone().unwrap_or_else(|| column(output.id, output.ty));
            let value = self.to_chosen(Typed::new(value, output.pos), ty.oid, name)?;
            exprs.push((self.new_column(), value.scalar));
        }
        let ids = exprs.iter().map(|(id, _)| *id).collect();
        // Over literal rows that nothing else reads the projection needs no input columns.
        debug_assert!(exprs.iter().all(|(_, e)| e.kind != ScalarKind::Default));
        Ok((Rel::Project { input: Box::new(bound.rel), exprs }, ids))
    }
}
