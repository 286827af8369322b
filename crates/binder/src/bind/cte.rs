//! WITH: plain, recursive and data-modifying common table expressions.

use std::ops::ControlFlow;

use gavel_types::{PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::{self, SetExpr};

use super::Binder;
use super::common_type::common_type;
use super::name::fold;
use super::query::{BoundQuery, OutColumn};
use super::scalar::column;
use super::scope::{CteEntry, NsColumn};
use super::typename::format_type;
use crate::bound::{Cte, CteBody, Modify, Rel, SetOpKind};
use crate::parse::Pos;
use crate::query_tree::{Body, CteTree, QueryTree};

impl Binder<'_> {
    /// Binds the CTEs of a query and makes them visible on the current level.
    pub fn with_clause(&mut self, with: Option<&ast::With>) -> SqlResult<Vec<Cte>> {
        let Some(with) = with else { return Ok(vec![]) };
        let mut ctes: Vec<Cte> = Vec::with_capacity(with.cte_tables.len());
        for cte in &with.cte_tables {
            let name = fold(&cte.alias.name);
            let pos = self.source.start(cte.alias.name.span);
            if ctes.iter().any(|c| c.name == name) {
                let text = format!("WITH query name \"{name}\" specified more than once");
                return Err(self.error_at(SqlError::new(SqlState::DuplicateAlias, text), pos));
            }
            let bound = if with.recursive && mentions(&cte.query, &cte.alias.name) {
                self.recursive_cte(cte, &name, pos)?
            } else {
                self.plain_cte(cte, &name, pos)?
            };
            ctes.push(bound);
        }
        Ok(ctes)
    }

    fn materialized(cte: &ast::Cte) -> Option<bool> {
        cte.materialized.as_ref().map(|m| matches!(m, ast::CteAsMaterialized::Materialized))
    }

    fn plain_cte(&mut self, cte: &ast::Cte, name: &str, pos: Pos) -> SqlResult<Cte> {
        if matches!(&*cte.query.body, SetExpr::Merge(_)) {
            return Err(self.error_at(SqlError::unsupported("MERGE not supported in WITH query"), pos));
        }
        self.modifying_cte = true;
        let bound = self.query(&cte.query, true);
        self.modifying_cte = false;
        let bound = bound?;
        let id = self.new_cte();
        let readable = !matches!(&bound.rel, Rel::Modify(m) if m.returning.is_none());
        let names = self.cte_names(cte, name, &bound.columns, pos)?;
        let columns = entry_columns(&names, &bound.columns);
        self.level().ctes.push(CteEntry { name: name.to_owned(), id, columns: columns.into(), readable });
        self.record_cte(cte, name, bound.tree)?;
        let columns = bound.columns.iter().map(|c| (c.id, c.ty)).collect();
        let body = CteBody::Plain { query: bound.rel, columns };
        Ok(Cte { id, name: name.to_owned(), materialized: Self::materialized(cte), body })
    }

    fn record_cte(&mut self, cte: &ast::Cte, name: &str, tree: Option<Box<QueryTree>>) -> SqlResult<()> {
        if self.recorder.is_none() {
            return Ok(());
        }
        let query = tree.ok_or_else(|| SqlError::internal("a common table expression without a tree"))?;
        let columns = cte.alias.columns.iter().map(|c| fold(&c.name)).collect();
        let materialized = Self::materialized(cte);
        self.level().cte_trees.push(CteTree { name: name.to_owned(), columns, materialized, query: *query });
        Ok(())
    }

    /// Column names: the alias list's, then the query's own.
    fn cte_names(&self, cte: &ast::Cte, name: &str, columns: &[OutColumn], pos: Pos) -> SqlResult<Vec<String>> {
        let given = cte.alias.columns.len();
        if given > columns.len() {
            let text =
                format!("WITH query \"{name}\" has {} columns available but {given} columns specified", columns.len());
            return Err(self.error_at(SqlError::new(SqlState::InvalidColumnReference, text), pos));
        }
        let mut names: Vec<String> = cte.alias.columns.iter().map(|c| fold(&c.name)).collect();
        names.extend(columns.iter().skip(given).map(|c| c.name.clone()));
        Ok(names)
    }

    /// `base UNION [ALL] step`, where `step` reads the CTE itself.
    fn recursive_cte(&mut self, cte: &ast::Cte, name: &str, pos: Pos) -> SqlResult<Cte> {
        let recursion = |text: String| SqlError::new(SqlState::InvalidRecursion, text);
        let query = &cte.query;
        let (left, right, all) = match &*query.body {
            SetExpr::SetOperation { left, op: ast::SetOperator::Union, set_quantifier, right } => {
                (left, right, *set_quantifier == ast::SetQuantifier::All)
            }
            _ => {
                let text = format!(
                    "recursive query \"{name}\" does not have the form non-recursive-term UNION [ALL] recursive-term"
                );
                return Err(self.error_at(recursion(text), pos));
            }
        };
        if query.order_by.is_some() {
            return Err(SqlError::unsupported("ORDER BY in a recursive query is not implemented"));
        }
        if query.limit_clause.is_some() || query.fetch.is_some() {
            return Err(SqlError::unsupported("LIMIT in a recursive query is not implemented"));
        }
        if branch_mentions(left, &cte.alias.name) {
            let text = format!("recursive reference to query \"{name}\" must not appear within its non-recursive term");
            return Err(self.error_at(recursion(text), pos));
        }
        // A WITH of the CTE's own query is seen by both terms.
        self.levels.push(super::scope::Level::new());
        let out = self.recursive_terms(cte, name, pos, (left, right, all));
        self.levels.pop();
        let (bound, entry, tree) = out?;
        self.level().ctes.push(entry);
        self.record_cte(cte, name, tree)?;
        Ok(bound)
    }

    fn recursive_terms(
        &mut self,
        cte: &ast::Cte,
        name: &str,
        pos: Pos,
        (left, right, all): (&SetExpr, &SetExpr, bool),
    ) -> SqlResult<(Cte, CteEntry, Option<Box<QueryTree>>)> {
        let inner = self.with_clause(cte.query.with.as_ref())?;
        let mut base = self.set_branch(left, true)?;
        let names = self.cte_names(cte, name, &base.columns, pos)?;
        let id = self.new_cte();
        let own: Vec<OutColumn> = base
            .columns
            .iter()
            .map(|c| OutColumn { id: self.new_column(), origin: None, literal: None, ..c.clone() })
            .collect();
        let columns = entry_columns(&names, &own);
        let entry = CteEntry { name: name.to_owned(), id, columns: columns.into(), readable: true };
        self.level().ctes.push(entry.clone());
        let mut step = self.set_branch(right, false)?;
        self.set_types(&base.columns, &step.columns, "UNION")?;
        for (i, (b, s)) in base.columns.iter().zip(&step.columns).enumerate() {
            let overall = common_type([b.ty.oid, s.ty.oid].into_iter()).unwrap_or(b.ty.oid);
            if overall != b.ty.oid {
                let text = format!(
                    "recursive query \"{name}\" column {} has type {} in non-recursive term but type {} overall",
                    i + 1,
                    format_type(PgType::new(b.ty.oid)),
                    format_type(PgType::new(overall))
                );
                let error = SqlError::new(SqlState::DatatypeMismatch, text)
                    .hint("Cast the output of the non-recursive term to the correct type.");
                return Err(self.error_at(error, b.pos));
            }
        }
        let types: Vec<PgType> = base.columns.iter().map(|c| c.ty).collect();
        let base_ids: Vec<_> = base.columns.iter().map(|c| c.id).collect();
        self.record_types(&mut step, &types)?;
        let tree = base.tree.take().zip(step.tree.take()).map(|(left, right)| {
            let mut tree = QueryTree::of(Body::SetOperation { op: SetOpKind::Union, all, left, right });
            tree.recursive = cte.query.with.as_ref().is_some_and(|w| w.recursive);
            tree.ctes = std::mem::take(&mut self.level().cte_trees);
            Box::new(tree)
        });
        let (step, step_ids) = self.recast(step, &types, "UNION")?;
        let columns =
            own.iter().zip(base_ids).zip(step_ids).map(|((own, base), step)| (own.id, base, step, own.ty)).collect();
        let base = if inner.is_empty() { base.rel } else { Rel::With { ctes: inner, body: Box::new(base.rel) } };
        let body = CteBody::Recursive { base, step, all, columns };
        Ok((Cte { id, name: name.to_owned(), materialized: Self::materialized(cte), body }, entry, tree))
    }

    /// INSERT, UPDATE or DELETE as the body of a CTE.
    pub fn modify_query(&mut self, statement: &ast::Statement) -> SqlResult<BoundQuery> {
        let top = self.levels.len() == 2 && self.modifying_cte;
        if !top {
            return Err(SqlError::unsupported(
                "WITH clause containing a data-modifying statement must be at the top level",
            ));
        }
        self.modifying_cte = false;
        Ok(modified(self.modify(statement)?))
    }
}

/// A modification as a query of what it returns.
pub fn modified(modify: Modify) -> BoundQuery {
    let columns = modify
        .returning
        .iter()
        .flatten()
        .map(|(output, _)| OutColumn {
            name: output.name.clone(),
            id: output.id,
            ty: output.ty,
            origin: output.origin,
            literal: None,
            fields: None,
            pos: Pos::NONE,
        })
        .collect();
    BoundQuery { rel: Rel::Modify(Box::new(modify)), columns, tree: None }
}

fn entry_columns(names: &[String], columns: &[OutColumn]) -> Vec<NsColumn> {
    names
        .iter()
        .zip(columns)
        .map(|(name, c)| NsColumn {
            name: name.clone(),
            scalar: column(c.id, c.ty),
            origin: None,
            fields: c.fields.clone(),
            access: None,
        })
        .collect()
}

/// Whether the query reads a relation of this bare name.
fn mentions(query: &ast::Query, name: &ast::Ident) -> bool {
    let wanted = fold(name);
    ast::visit_relations(query, |relation| match relation.0.as_slice() {
        [ast::ObjectNamePart::Identifier(ident)] if fold(ident) == wanted => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    })
    .is_break()
}

fn branch_mentions(body: &SetExpr, name: &ast::Ident) -> bool {
    let wanted = fold(name);
    ast::visit_relations(body, |relation| match relation.0.as_slice() {
        [ast::ObjectNamePart::Identifier(ident)] if fold(ident) == wanted => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    })
    .is_break()
}
