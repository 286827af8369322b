//! WITH: plain, recursive and data-modifying common table expressions.

use gavel_functions::registry;
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::{self, SetExpr};

use super::Binder;
use super::cycle::Added;
use super::name::fold;
use super::query::{BoundQuery, OutColumn};
use super::recursive::unwrapped;
use super::scalar::column;
use super::scope::{CteEntry, NsColumn};
use super::typename::format_type;
use crate::bound::{Cte, CteBody, Modify, Rel, SetOpKind};
use crate::parse::{Pos, marker};
use crate::query_tree::{Body, CteTree, QueryTree};

impl Binder<'_> {
    /// Binds the CTEs of a query and makes them visible on the current level.
    pub fn with_clause(&mut self, with: Option<&ast::With>) -> SqlResult<Vec<Cte>> {
        let Some(with) = with else { return Ok(vec![]) };
        let names: Vec<String> = with.cte_tables.iter().map(|cte| fold(&cte.alias.name)).collect();
        for (i, cte) in with.cte_tables.iter().enumerate() {
            if names[..i].contains(&names[i]) {
                let text = format!("WITH query name \"{}\" specified more than once", names[i]);
                let pos = self.source.start(cte.alias.name.span);
                return Err(self.error_at(SqlError::new(SqlState::DuplicateAlias, text), pos));
            }
        }
        let order = match with.recursive {
            true => self.recursive_order(with)?,
            false => (0..names.len()).map(|i| (i, false)).collect(),
        };
        self.level().future_ctes.clone_from(&names);
        let mut ctes: Vec<Cte> = Vec::with_capacity(with.cte_tables.len());
        for (i, recursive) in order {
            let (cte, name) = (&with.cte_tables[i], &names[i]);
            let pos = self.source.start(cte.alias.name.span);
            let bound = match recursive {
                true => self.recursive_cte(cte, name, pos)?,
                false => self.plain_cte(cte, name, pos)?,
            };
            self.level().future_ctes.retain(|future| future != name);
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
        if columns_of(cte).count() < cte.alias.columns.len() {
            let error = SqlError::new(SqlState::SyntaxError, "WITH query is not recursive");
            return Err(self.error_at(error, pos));
        }
        if matches!(&*cte.query.body, SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_)) && !self.at_top() {
            return Err(self.error_at(not_at_top(), pos));
        }
        self.modifying_cte = true;
        let bound = self.query(&cte.query, true);
        self.modifying_cte = false;
        let bound = bound?;
        let id = self.new_cte();
        let readable = !matches!(&bound.rel, Rel::Modify(m) if m.returning.is_none());
        let names = self.cte_names(cte, name, &bound.columns, pos)?;
        let columns = entry_columns(&names, &bound.columns).into();
        let entry = CteEntry { name: name.to_owned(), id, columns, readable, unexpanded: 0, recursing: false };
        self.level().ctes.push(entry);
        self.record_cte(cte, name, bound.tree, &Added::default())?;
        let columns = bound.columns.iter().map(|c| (c.id, c.ty)).collect();
        let body = CteBody::Plain { query: bound.rel, columns };
        Ok(Cte { id, name: name.to_owned(), materialized: Self::materialized(cte), body })
    }

    fn record_cte(&mut self, cte: &ast::Cte, name: &str, tree: Option<Box<QueryTree>>, added: &Added) -> SqlResult<()> {
        if self.recorder.is_none() {
            return Ok(());
        }
        let query = tree.ok_or_else(|| SqlError::internal("a common table expression without a tree"))?;
        let columns = columns_of(cte).collect();
        let materialized = Self::materialized(cte);
        let (search, cycle) = added.trees();
        let tree = CteTree { name: name.to_owned(), columns, materialized, query: *query, search, cycle };
        self.level().cte_trees.push(tree);
        Ok(())
    }

    /// Column names: the alias list's, then the query's own.
    fn cte_names(&self, cte: &ast::Cte, name: &str, columns: &[OutColumn], pos: Pos) -> SqlResult<Vec<String>> {
        let given = columns_of(cte).count();
        if given > columns.len() {
            let text =
                format!("WITH query \"{name}\" has {} columns available but {given} columns specified", columns.len());
            return Err(self.error_at(SqlError::new(SqlState::InvalidColumnReference, text), pos));
        }
        let mut names: Vec<String> = columns_of(cte).collect();
        names.extend(columns.iter().skip(given).map(|c| c.name.clone()));
        Ok(names)
    }

    /// `base UNION [ALL] step`, where `step` reads the CTE itself.
    fn recursive_cte(&mut self, cte: &ast::Cte, name: &str, pos: Pos) -> SqlResult<Cte> {
        let query = unwrapped(&cte.query);
        let SetExpr::SetOperation { left, set_quantifier, right, .. } = &*query.body else {
            return Err(SqlError::internal("a recursive query that is no UNION"));
        };
        let all = *set_quantifier == ast::SetQuantifier::All;
        // A WITH of the CTE's own query is seen by both terms.
        self.levels.push(super::scope::Level::new());
        let out = self.recursive_terms(cte, query, name, pos, (left, right, all));
        self.levels.pop();
        let (bound, entry, tree, added) = out?;
        self.level().ctes.push(entry);
        self.record_cte(cte, name, tree, &added)?;
        Ok(bound)
    }

    #[allow(clippy::type_complexity, reason = "the parts of a recursive item, used once")]
    fn recursive_terms(
        &mut self,
        cte: &ast::Cte,
        query: &ast::Query,
        name: &str,
        pos: Pos,
        (left, right, all): (&SetExpr, &SetExpr, bool),
    ) -> SqlResult<(Cte, CteEntry, Option<Box<QueryTree>>, Added)> {
        let inner = self.with_clause(query.with.as_ref())?;
        let mut base = self.set_branch(left, true)?;
        let names = self.cte_names(cte, name, &base.columns, pos)?;
        let added = self.added_columns(cte, &names, (left, right))?;
        let id = self.new_cte();
        let mut own: Vec<OutColumn> = base
            .columns
            .iter()
            .map(|c| OutColumn { id: self.new_column(), origin: None, literal: None, ..c.clone() })
            .collect();
        for (name, ty) in added.columns() {
            let (name, id) = (name.to_owned(), self.new_column());
            own.push(OutColumn { name, id, ty, origin: None, literal: None, fields: None, pos });
        }
        let names: Vec<String> = names.into_iter().chain(added.columns().map(|c| c.0.to_owned())).collect();
        let (columns, unexpanded) = (entry_columns(&names, &own).into(), added.columns().count());
        let entry = CteEntry { name: name.to_owned(), id, columns, readable: true, unexpanded, recursing: true };
        self.level().ctes.push(entry.clone());
        let extended = if self.recorder.is_some() { None } else { added.extended(name, right)? };
        let mut step = self.set_branch(extended.as_ref().unwrap_or(right), false)?;
        let passed = if extended.is_some() { unexpanded } else { 0 };
        let passed = step.columns.split_off(step.columns.len().saturating_sub(passed));
        let overall = self.set_types(&base.columns, &step.columns, "UNION")?;
        for (i, (b, overall)) in base.columns.iter().zip(overall).enumerate() {
            let overall = PgType::with_typmod(overall.0, overall.1);
            if overall != b.ty {
                let text = format!(
                    "recursive query \"{name}\" column {} has type {} in non-recursive term but type {} overall",
                    i + 1,
                    format_type(b.ty),
                    format_type(overall)
                );
                let error = SqlError::new(SqlState::DatatypeMismatch, text)
                    .hint("Cast the output of the non-recursive term to the correct type.");
                return Err(self.error_at(error, b.pos));
            }
            if !all && !hashes(b.ty.oid) {
                return Err(SqlError::unsupported("could not implement recursive UNION")
                    .detail("All column datatypes must be hashable."));
            }
        }
        let mut types: Vec<PgType> = base.columns.iter().map(|c| c.ty).collect();
        self.record_types(&mut step, &types)?;
        let tree = base.tree.take().zip(step.tree.take()).map(|(left, right)| {
            let mut tree = QueryTree::of(Body::SetOperation { op: SetOpKind::Union, all, left, right });
            tree.recursive = query.with.as_ref().is_some_and(|w| w.recursive);
            tree.ctes = std::mem::take(&mut self.level().cte_trees);
            Box::new(tree)
        });
        types.extend(passed.iter().map(|c| c.ty));
        step.columns.extend(passed);
        let (mut step, mut step_ids) = self.recast(step, &types, "UNION")?;
        let mut base_ids: Vec<_> = base.columns.iter().map(|c| c.id).collect();
        let mut base_rel = base.rel;
        if extended.is_some() {
            (base_rel, base_ids) = self.begin_paths(&added, base_rel, &base_ids, &types);
            (step, step_ids) = self.lengthen_paths(&added, step, &step_ids, &types)?;
        }
        let columns =
            own.iter().zip(base_ids).zip(step_ids).map(|((own, base), step)| (own.id, base, step, own.ty)).collect();
        let base = if inner.is_empty() { base_rel } else { Rel::With { ctes: inner, body: Box::new(base_rel) } };
        let body = CteBody::Recursive { base, step, all, columns };
        let entry = CteEntry { recursing: false, ..entry };
        Ok((Cte { id, name: name.to_owned(), materialized: Self::materialized(cte), body }, entry, tree, added))
    }

    /// Whether a WITH that is bound here is that of the whole statement.
    fn at_top(&self) -> bool {
        self.levels.len() == 1
    }

    /// INSERT, UPDATE or DELETE as the body of a CTE.
    pub fn modify_query(&mut self, statement: &ast::Statement) -> SqlResult<BoundQuery> {
        let top = self.levels.len() == 2 && self.modifying_cte;
        if !top {
            return Err(not_at_top());
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

/// The names that are given to a CTE's columns.
fn columns_of(cte: &ast::Cte) -> impl Iterator<Item = String> + '_ {
    let names = cte.alias.columns.iter().map(|c| &c.name);
    names.filter(|name| !name.value.starts_with(marker::RECURSION)).map(fold)
}

fn not_at_top() -> SqlError {
    SqlError::unsupported("WITH clause containing a data-modifying statement must be at the top level")
}

/// Whether PostgreSQL can tell rows of this type apart by a hash, as a recursive UNION needs it.
fn hashes(ty: Oid) -> bool {
    let oid = super::typename::element_type(ty).unwrap_or(ty);
    !matches!(oid, Oid::MONEY | Oid::BIT | Oid::VARBIT) && registry::type_info(oid).is_none_or(|t| t.name != "tsvector")
}
