//! FROM: each item becomes a relation and the names that it offers.

use std::sync::Arc;

use gavel_catalog::system::SystemRelation;
use gavel_catalog::{Sequence, Table, View};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::{self, TableFactor};

use super::Binder;
use super::name::{Qualified, Resolved, fold, qualified, relation, without_only};
use super::query::OutColumn;
use super::scalar::{Typed, boolean, column, constant, scalar, truth};
use super::scope::{Columns, CteEntry, NsColumn, NsItem};
use crate::bound::{ColumnId, JoinKind, Rel, ScalarKind, Source};
use crate::parse::{Pos, marker};
use crate::query_tree::{FromTree, RangeKind};

/// A FROM item: what it reads, what names it gives.
pub struct FromItem {
    pub rel: Rel,
    pub items: Vec<NsItem>,
    /// If one is recorded.
    pub tree: Option<FromTree>,
}

impl FromItem {
    pub fn new(rel: Rel, items: Vec<NsItem>) -> Self {
        Self { rel, items, tree: None }
    }
}

impl Binder<'_> {
    /// Binds FROM on the current level; its items stay visible.
    pub fn from_clause(&mut self, from: &[ast::TableWithJoins]) -> SqlResult<Rel> {
        let mut out: Option<Rel> = None;
        for entry in from {
            let before = self.level().items.len();
            self.level().lateral_used = false;
            let item = self.table_with_joins(entry)?;
            let used = std::mem::take(&mut self.level().lateral_used);
            self.check_names(&item.items)?;
            out = Some(match out {
                None => item.rel,
                Some(left) => {
                    let lateral = used && self.reads_items(&item.rel, before);
                    let (left, right) = (Box::new(left), Box::new(item.rel));
                    Rel::Join { kind: JoinKind::Inner, left, right, on: truth(true), lateral }
                }
            });
            let level = self.level();
            level.from.extend(item.tree);
            level.items.extend(item.items);
            for item in &mut level.items {
                item.lateral_only = true;
                item.lateral_ok = true;
            }
        }
        for item in &mut self.level().items {
            item.lateral_only = false;
        }
        Ok(out.unwrap_or_else(|| Rel::Values { rows: vec![vec![]], columns: vec![] }))
    }

    /// Whether `rel` mentions columns of the first `count` items.
    pub fn reads_items(&self, rel: &Rel, count: usize) -> bool {
        let Some(level) = self.levels.last() else { return false };
        let mut reads = false;
        super::walk::visit_rel(rel, &mut |s| {
            if let ScalarKind::Column(id) = s.kind {
                reads |= level.items.iter().take(count).any(|i| i.slot_of(id).is_some());
            }
            true
        });
        reads
    }

    /// 42712 where two items of one FROM have a name. Within a join only its own sides are compared
    /// ([`distinct_names`]): an alias for the whole may hide what they are called.
    fn check_names(&mut self, new: &[NsItem]) -> SqlResult<()> {
        let all: Vec<NsItem> = self.level().items.iter().chain(new).cloned().collect();
        distinct_names(&all)
    }

    pub fn table_with_joins(&mut self, entry: &ast::TableWithJoins) -> SqlResult<FromItem> {
        let mut left = self.table_factor(&entry.relation)?;
        for join in &entry.joins {
            left = self.join(left, join)?;
        }
        Ok(left)
    }

    pub fn table_factor(&mut self, factor: &TableFactor) -> SqlResult<FromItem> {
        match factor {
            TableFactor::Table { name, alias, args: None, sample, with_ordinality: false, .. } => {
                if sample.is_some() {
                    return Err(
                        SqlError::unsupported("TABLESAMPLE is not supported").hint("Use ORDER BY random() with LIMIT.")
                    );
                }
                self.relation_item(name, alias.as_ref())
            }
            TableFactor::Table { name, alias, args: Some(args), with_ordinality, .. } => {
                self.function_item(name, &args.args, *with_ordinality, alias.as_ref())
            }
            TableFactor::Function { name, args, with_ordinality, alias, .. } => {
                self.function_item(name, args, *with_ordinality, alias.as_ref())
            }
            TableFactor::UNNEST { alias, array_exprs, with_ordinality, .. } => {
                self.unnest_item(array_exprs, *with_ordinality, alias.as_ref())
            }
            TableFactor::Derived { lateral, subquery, alias, .. } => {
                self.derived_item(*lateral, subquery, alias.as_ref())
            }
            TableFactor::NestedJoin { table_with_joins, alias } => {
                let mut item = self.table_with_joins(table_with_joins)?;
                if let Some(alias) = alias {
                    item.items = self.rename_join(item.items, alias, &mut item.tree)?;
                }
                Ok(item)
            }
            other => {
                let word = other.to_string().split_whitespace().next().unwrap_or("").to_owned();
                Err(SqlError::new(SqlState::SyntaxError, format!("syntax error at or near \"{word}\"")))
            }
        }
    }

    fn relation_item(&mut self, name: &ast::ObjectName, alias: Option<&ast::TableAlias>) -> SqlResult<FromItem> {
        let (name, only) = without_only(name);
        let name = &*name;
        let pos = self.name_pos(name);
        if let [ast::ObjectNamePart::Identifier(ident)] = name.0.as_slice() {
            if ident.value.starts_with(marker::ROWS) {
                return Err(SqlError::internal("ROWS FROM without its calls"));
            }
            if ident.value == marker::RULE_ROWS
                && let Some(rows) = &self.rule_rows
            {
                return Ok(FromItem::new(rows.rel.clone(), rows.items.clone()));
            }
            if let Some((cte, level)) = self.find_cte(&fold(ident)) {
                return self.cte_item(&cte, level, alias, pos);
            }
            if let Some(item) = self.transition_item(&fold(ident), alias)? {
                return Ok(item);
            }
        }
        let full = qualified(self.context, name).map_err(|e| self.error_at(e, pos))?;
        let resolved = relation(self.context, &full).map_err(|e| {
            let bare = full.schema.is_none() && self.is_reserved_ident(name);
            let e = if bare {
                SqlError::new(SqlState::SyntaxError, format!("syntax error at or near \"{}\"", full.name))
            } else if full.schema.is_none() {
                self.note_future_cte(e, &full.name)
            } else {
                e
            };
            self.error_at(e, pos)
        })?;
        self.qualify_in_text(name, &resolved);
        let access = self.new_access(resolved.oid(), "r");
        let mut item = match &resolved {
            Resolved::Table(table) => {
                self.uses(table.oid);
                self.require_populated(table)?;
                let mut item = self.table_item(table, only);
                let label = alias.map_or_else(|| table.name.clone(), |a| fold(&a.name));
                let locked = !self.locks_of(&label).is_empty();
                item.rel = self.secure_read(table, item.rel, locked)?;
                item
            }
            Resolved::System(system) => self.system_item(system),
            Resolved::View(view) => {
                self.uses(view.oid);
                let label = alias.map_or_else(|| view.name.clone(), |a| fold(&a.name));
                let locks = self.locks_of(&label);
                if !locks.is_empty() {
                    self.needs(access, "w");
                }
                self.view_item(view, locks)?
            }
            Resolved::Sequence(sequence) => {
                self.uses(sequence.oid);
                self.sequence_item(sequence)?
            }
            Resolved::Index(..) => {
                let error = SqlError::new(SqlState::WrongObjectType, format!("cannot open relation \"{}\"", full.name))
                    .detail("This operation is not supported for indexes.");
                return Err(self.error_at(error, pos));
            }
        };
        item.items = item.items.into_iter().map(|i| i.accessed_by(access)).collect();
        if alias.is_none()
            && let Some(first) = item.items.first_mut()
        {
            first.schema = Some(resolved.schema());
        }
        self.rename(&mut item.items, alias)?;
        self.record_range(&mut item, RangeKind::Relation(resolved.oid()), resolved.name(), alias, false);
        if let Some(FromTree::Range(range)) = &mut item.tree {
            range.only = only;
        }
        if let Some(ns) = item.items.first_mut() {
            ns.lockable = !matches!(resolved, Resolved::Sequence(_));
        }
        Ok(item)
    }

    /// 55000 for a materialized view without data, unless it is only named in the definition of another view.
    fn require_populated(&self, table: &Table) -> SqlResult<()> {
        if self.defining || table.materialized.as_ref().is_none_or(|m| m.populated) {
            return Ok(());
        }
        let text = format!("materialized view \"{}\" has not been populated", table.name);
        Err(SqlError::new(SqlState::ObjectNotInPrerequisiteState, text)
            .hint("Use the REFRESH MATERIALIZED VIEW command."))
    }

    fn is_reserved_ident(&self, name: &ast::ObjectName) -> bool {
        name.0
            .first()
            .and_then(ast::ObjectNamePart::as_ident)
            .is_some_and(|i| i.quote_style.is_none() && super::name::is_reserved(&i.value.to_ascii_lowercase()))
    }

    /// The tables whose rows are read under the name of `table`, itself among them, with `only` or without; `None` if
    /// they are its own and no others, which is what a scan reads.
    pub fn parts_of(&mut self, table: &Arc<Table>, only: bool) -> Option<Vec<Arc<Table>>> {
        let catalog = self.context.catalog;
        if only || !catalog.has_children(table.oid) {
            return table.partitioned.is_some().then(Vec::new);
        }
        let all = catalog.descendants(table.oid);
        // A view does not depend on what comes to inherit from its table.
        if !self.defining {
            all.iter().for_each(|part| self.uses(part.oid));
        }
        Some(all.into_iter().filter(|part| part.partitioned.is_none()).cloned().collect())
    }

    /// A scan of a user's table, and without `only` of all that inherits from it.
    pub fn table_item(&mut self, table: &Arc<Table>, only: bool) -> FromItem {
        let parts = self.parts_of(table, only);
        let first = self.reserve_columns(table.columns.len() + 1 + usize::from(parts.is_some()));
        let key = ColumnId(first + u32::try_from(table.columns.len()).unwrap_or(0));
        let columns =
            (first..).zip(&table.columns).filter(|(_, c)| !c.dropped).map(|(id, c)| (c.number, ColumnId(id))).collect();
        for (id, column) in (first..).zip(&table.columns) {
            if let Some(domain) = column.domain.filter(|_| !column.dropped) {
                self.domains.insert(ColumnId(id), domain);
            }
        }
        let mut item = NsItem::new(table.name.clone(), Columns::Table { table: table.clone(), first });
        item.row_key = Some(key);
        let rel = match parts {
            None => Rel::Scan { source: Source::Table(table.clone()), columns, row_key: None },
            Some(parts) => {
                item.table_oid = Some(ColumnId(key.0 + 1));
                let catalog = self.context.catalog;
                let branches = if parts.is_empty() { vec![] } else { catalog.descendants(table.oid) };
                let branches = branches.into_iter().filter(|t| t.partitioned.is_some()).cloned().collect();
                let (table, table_oid) = (table.clone(), item.table_oid);
                Rel::Append { table, parts, branches, columns, row_key: None, table_oid }
            }
        };
        FromItem::new(rel, vec![item])
    }

    fn system_item(&mut self, relation: &'static SystemRelation) -> FromItem {
        let first = self.reserve_columns(relation.columns.len());
        let columns = (first..).zip(&relation.columns).map(|(id, c)| (c.number, ColumnId(id))).collect();
        let source = Source::System { schema: relation.schema, name: relation.name };
        let rel = Rel::Scan { source, columns, row_key: None };
        FromItem::new(rel, vec![NsItem::new(relation.name.to_owned(), Columns::System { relation, first })])
    }

    /// The one row of a sequence, by the function that reads its last value.
    fn sequence_item(&mut self, sequence: &Sequence) -> SqlResult<FromItem> {
        let name = constant(Datum::Oid(sequence.oid.0), PgType::new(Oid::REGCLASS));
        let last = self.call_named("pg_sequence_last_value", vec![Typed::new(name, Pos::NONE)], Pos::NONE)?.scalar;
        let start = constant(Datum::Int8(sequence.start), PgType::INT8);
        let called = boolean(ScalarKind::IsNull { input: Box::new(last.clone()), negated: true });
        let row = vec![
            scalar(ScalarKind::Coalesce(vec![last, start]), PgType::INT8),
            constant(Datum::Int8(0), PgType::INT8),
            called,
        ];
        let ids: Vec<(ColumnId, PgType)> = row.iter().map(|s| (self.new_column(), s.ty)).collect();
        let columns: Vec<NsColumn> = ["last_value", "log_cnt", "is_called"]
            .into_iter()
            .zip(&ids)
            .zip(1_i16..)
            .map(|((name, (id, ty)), number)| NsColumn {
                name: name.to_owned(),
                scalar: column(*id, *ty),
                origin: Some((sequence.oid, number)),
                fields: None,
                access: None,
            })
            .collect();
        let rel = Rel::Values { rows: vec![row], columns: ids };
        Ok(FromItem::new(rel, vec![NsItem::new(sequence.name.clone(), Columns::List(columns.into()))]))
    }

    /// A view's query, bound on its own, with only fully qualified names.
    fn view_item(&mut self, view: &Arc<View>, locks: Vec<ast::LockClause>) -> SqlResult<FromItem> {
        let bound = self.bind_view_body(view, locks)?;
        let columns: Vec<NsColumn> = bound
            .columns
            .iter()
            .zip(view.columns.iter().zip(1_i16..))
            .map(|(c, ((name, _), number))| NsColumn {
                name: name.clone(),
                scalar: column(c.id, c.ty),
                origin: Some((view.oid, number)),
                fields: c.fields.clone(),
                access: None,
            })
            .collect();
        let item = NsItem::new(view.name.clone(), Columns::List(columns.into()));
        Ok(FromItem::new(bound.rel, vec![NsItem { row_of: Some(view.oid), ..item }]))
    }

    fn cte_item(
        &mut self,
        cte: &CteEntry,
        level: usize,
        alias: Option<&ast::TableAlias>,
        pos: Pos,
    ) -> SqlResult<FromItem> {
        if !cte.readable {
            let text = format!("WITH query \"{}\" does not have a RETURNING clause", cte.name);
            return Err(self.error_at(SqlError::unsupported(text), pos));
        }
        for frame in self.aggregate_frames.iter_mut().filter(|frame| level <= frame.level) {
            if frame.cte.as_ref().is_none_or(|(known, _)| *known < level) {
                frame.cte = Some((level, cte.name.clone()));
            }
        }
        let mut columns = Vec::with_capacity(cte.columns.len());
        let mut out = Vec::with_capacity(cte.columns.len());
        for c in cte.columns.iter() {
            let ScalarKind::Column(inner) = c.scalar.kind else { continue };
            let id = self.new_column();
            columns.push((id, inner, c.scalar.ty));
            let fields = c.fields.clone();
            let (name, scalar) = (c.name.clone(), column(id, c.scalar.ty));
            out.push(NsColumn { name, scalar, origin: None, fields, access: None });
        }
        let rel = Rel::CteRef { cte: cte.id, columns };
        self.level().recursing |= cte.recursing;
        let mut ns = NsItem::new(cte.name.clone(), Columns::List(out.into()));
        ns.unlockable = Some("a WITH query");
        // Within the queries of its WITH, and deeper ones, a star has the columns that the CTE's own query gives.
        if level + 1 < self.levels.len() {
            ns.unexpanded = cte.unexpanded;
        }
        let mut items = vec![ns];
        self.rename(&mut items, alias)?;
        let mut item = FromItem::new(rel, items);
        self.record_range(&mut item, RangeKind::Cte(cte.name.clone()), &cte.name, alias, false);
        Ok(item)
    }

    fn derived_item(
        &mut self,
        lateral: bool,
        subquery: &ast::Query,
        alias: Option<&ast::TableAlias>,
    ) -> SqlResult<FromItem> {
        let pos = self.before_operand(self.query_pos(subquery), "(");
        let Some(alias) = alias else {
            let (what, example) = match &*subquery.body {
                ast::SetExpr::Values(_) => ("VALUES", "(VALUES ...)"),
                _ => ("subquery", "(SELECT ...)"),
            };
            let error = SqlError::new(SqlState::SyntaxError, format!("{what} in FROM must have an alias"))
                .hint(format!("For example, FROM {example} [AS] foo."));
            return Err(self.error_at(error, pos));
        };
        let mut locked = subquery.clone();
        // Rows of VALUES are nobody's.
        if !matches!(&*subquery.body, ast::SetExpr::Values(_)) && self.recorder.is_none() {
            locked.locks.extend(self.locks_of(&fold(&alias.name)));
        }
        let before = std::mem::replace(&mut self.level().lateral_active, lateral);
        let bound = self.query(&locked, true);
        self.level().lateral_active = before;
        let bound = bound?;
        let columns: Vec<NsColumn> = bound.columns.iter().map(out_column).collect();
        let mut items = vec![NsItem::new(fold(&alias.name), Columns::List(columns.into()))];
        self.rename(&mut items, Some(alias))?;
        let mut item = FromItem::new(bound.rel, items);
        if let Some(tree) = bound.tree {
            self.record_range(&mut item, RangeKind::Subquery(tree), "", Some(alias), lateral);
        }
        if let Some(ns) = item.items.first_mut() {
            ns.lockable = true;
        }
        Ok(item)
    }

    /// Gives an item its alias and column aliases.
    pub fn rename(&mut self, items: &mut [NsItem], alias: Option<&ast::TableAlias>) -> SqlResult<()> {
        let (Some(alias), Some(item)) = (alias, items.first_mut()) else { return Ok(()) };
        // A function without an alias lends its name, which may be its number.
        item.name = self.function_label(&Qualified { schema: None, name: fold(&alias.name) });
        item.schema = None;
        let live = (0..item.slots()).filter(|i| item.live(*i)).count();
        if alias.columns.len() > live {
            let text = format!(
                "table \"{}\" has {live} columns available but {} columns specified",
                item.name,
                alias.columns.len()
            );
            return Err(SqlError::new(SqlState::InvalidColumnReference, text));
        }
        item.renamed = alias.columns.iter().map(|c| fold(&c.name)).collect();
        Ok(())
    }
}

fn out_column(c: &OutColumn) -> NsColumn {
    let (name, scalar) = (c.name.clone(), column(c.id, c.ty));
    NsColumn { name, scalar, origin: c.origin, fields: c.fields.clone(), access: None }
}

/// 42712 where two of these items have a name.
pub fn distinct_names(items: &[NsItem]) -> SqlResult<()> {
    for (i, item) in items.iter().enumerate() {
        let clash = |other: &NsItem| {
            other.rel_visible
                && item.rel_visible
                && !item.name.is_empty()
                && other.name == item.name
                && (other.schema.is_none() || item.schema.is_none() || other.schema == item.schema)
        };
        if items[..i].iter().any(clash) {
            let text = format!("table name \"{}\" specified more than once", item.name);
            return Err(SqlError::new(SqlState::DuplicateAlias, text));
        }
    }
    Ok(())
}
