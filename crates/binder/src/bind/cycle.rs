//! SEARCH and CYCLE of a recursive common table expression (manual §7.8.2): columns that both terms compute beside those
//! that are written.
//!
//! ```text
//! SEARCH DEPTH FIRST BY a SET o      base: ARRAY[ROW(a)]     step: o || ROW(a)
//! SEARCH BREADTH FIRST BY a SET o    base: ROW(0, a)         step: ROW(o.depth + 1, a)
//! CYCLE a SET c USING p              base: c = false, p = ARRAY[ROW(a)]
//!                                    step: c = (ROW(a) = ANY (p)), p = p || ROW(a), only where c was false
//! ```
//!
//! The step takes the columns of the row before from its own reference to the CTE: they are put into its select list.

use gavel_functions::registry;
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::{self, Expr, SetExpr, TableFactor};

use super::Binder;
use super::clause::Clause;
use super::name::fold;
use super::scalar::{Typed, boolean, column, constant, scalar};
use super::typename::array_type;
use crate::bound::{ColumnId, Rel, Scalar, ScalarKind};
use crate::parse::{self, Pos, marker};
use crate::query_tree::{CycleTree, SearchTree};

/// A relation, and its columns.
type Columns = (Rel, Vec<ColumnId>);

/// The columns that are added, in this order: sequence, mark, path.
#[derive(Clone, Debug, Default)]
pub struct Added {
    search: Option<Search>,
    cycle: Option<Cycle>,
}

#[derive(Clone, Debug)]
struct Search {
    depth: bool,
    /// Places among the CTE's columns.
    columns: Vec<usize>,
    tree: SearchTree,
}

#[derive(Clone, Debug)]
struct Cycle {
    columns: Vec<usize>,
    value: Scalar,
    default: Scalar,
    ty: PgType,
    tree: CycleTree,
}

impl Added {
    /// Name and type of each.
    pub fn columns(&self) -> impl Iterator<Item = (&str, PgType)> {
        let record = PgType::new(Oid::RECORD);
        let records = PgType::new(array_type(Oid::RECORD).unwrap_or(Oid::RECORD));
        let search =
            self.search.iter().map(move |s| (s.tree.sequence.as_str(), if s.depth { records } else { record }));
        let cycle =
            self.cycle.iter().flat_map(move |c| [(c.tree.mark.as_str(), c.ty), (c.tree.path.as_str(), records)]);
        search.chain(cycle)
    }

    /// The clauses as they are shown.
    pub fn trees(&self) -> (Option<SearchTree>, Option<CycleTree>) {
        (self.search.as_ref().map(|s| s.tree.clone()), self.cycle.as_ref().map(|c| c.tree.clone()))
    }

    /// The recursive term with the columns of the row before in its select list; `None` if nothing is added.
    ///
    /// # Errors
    /// 0A000 where the reference to the CTE does not stand in its FROM.
    pub fn extended(&self, name: &str, right: &SetExpr) -> SqlResult<Option<SetExpr>> {
        if self.search.is_none() && self.cycle.is_none() {
            return Ok(None);
        }
        let mut out = right.clone();
        let select = plain_select(&mut out);
        let label = select.as_ref().and_then(|s| s.from.iter().find_map(|entry| reference(entry, name)));
        let (Some(select), Some(label)) = (select, label) else {
            return Err(SqlError::unsupported(format!(
                "with a SEARCH or CYCLE clause, the recursive reference to WITH query \"{name}\" must be at the top \
                 level of its right-hand SELECT"
            )));
        };
        for (added, _) in self.columns() {
            let parts = vec![ast::Ident::with_quote('"', label.clone()), ast::Ident::with_quote('"', added)];
            select.projection.push(ast::SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)));
        }
        Ok(Some(out))
    }
}

/// The SELECT that a term is, in parentheses or not.
fn plain_select(term: &mut SetExpr) -> Option<&mut ast::Select> {
    match term {
        SetExpr::Select(select) => Some(select),
        SetExpr::Query(query) if is_bare(query) => plain_select(&mut query.body),
        _ => None,
    }
}

fn is_bare(query: &ast::Query) -> bool {
    query.with.is_none() && query.order_by.is_none() && query.limit_clause.is_none() && query.locks.is_empty()
}

fn is_union(term: &SetExpr) -> bool {
    match term {
        SetExpr::SetOperation { .. } => true,
        SetExpr::Query(query) if is_bare(query) => is_union(&query.body),
        _ => false,
    }
}

/// What the reference to the CTE is called in this item of FROM.
fn reference(entry: &ast::TableWithJoins, name: &str) -> Option<String> {
    let mut factors = std::iter::once(&entry.relation).chain(entry.joins.iter().map(|j| &j.relation));
    factors.find_map(|factor| match factor {
        TableFactor::Table { name: table, alias, args: None, .. } => match table.0.as_slice() {
            [ast::ObjectNamePart::Identifier(ident)] if fold(ident) == name => {
                Some(alias.as_ref().map_or_else(|| name.to_owned(), |a| fold(&a.name)))
            }
            _ => None,
        },
        TableFactor::NestedJoin { table_with_joins, alias: None } => reference(table_with_joins, name),
        _ => None,
    })
}

impl Binder<'_> {
    /// What SEARCH and CYCLE behind the CTE add to its columns, which have these names.
    ///
    /// # Errors
    /// 42601, 42701 and 42804 for columns and values that do not fit; 0A000 where a term is no SELECT.
    pub fn added_columns(
        &mut self,
        cte: &ast::Cte,
        names: &[String],
        (left, right): (&SetExpr, &SetExpr),
    ) -> SqlResult<Added> {
        let marks = cte.alias.columns.iter().find_map(|c| c.name.value.strip_prefix(marker::RECURSION));
        let Some(marked) = marks else { return Ok(Added::default()) };
        let clauses = parse::recursion_clauses(&self.source, marked)?;
        let begins = clauses.search.as_ref().map_or(Pos::NONE, |s| s.pos);
        let sides = [("left", left, SqlState::FeatureNotSupported), ("right", right, SqlState::SyntaxError)];
        for (side, term, code) in sides {
            if is_union(term) {
                let text = format!("with a SEARCH or CYCLE clause, the {side} side of the UNION must be a SELECT");
                return Err(SqlError::new(code, text));
            }
        }
        let mut out = Added::default();
        if let Some(search) = clauses.search {
            let columns = self.places("search", &search.columns, names, search.pos)?;
            let sequence = fold(&search.sequence);
            self.unused("search sequence", &sequence, names, search.pos)?;
            let columns_shown = search.columns.iter().map(fold).collect();
            let tree = SearchTree { depth: search.depth, columns: columns_shown, sequence };
            out.search = Some(Search { depth: search.depth, columns, tree });
        }
        if let Some(cycle) = clauses.cycle {
            out.cycle = Some(self.cycle(cycle, names)?);
        }
        if let (Some(search), Some(cycle)) = (&out.search, &out.cycle) {
            for (other, what) in [(&cycle.tree.mark, "mark"), (&cycle.tree.path, "path")] {
                if *other == search.tree.sequence {
                    let text = format!("search sequence column name and cycle {what} column name are the same");
                    return Err(self.error_at(SqlError::new(SqlState::SyntaxError, text), begins));
                }
            }
        }
        Ok(out)
    }

    fn cycle(&mut self, cycle: parse::Cycle, names: &[String]) -> SqlResult<Cycle> {
        let columns = self.places("cycle", &cycle.columns, names, cycle.pos)?;
        let mark = fold(&cycle.mark);
        self.unused("cycle mark", &mark, names, cycle.pos)?;
        let plain = |value: bool| Typed::new(constant(Datum::Bool(value), PgType::BOOL), Pos::NONE);
        let written = match &cycle.values {
            None => vec![plain(true), plain(false)],
            Some((value, default)) => {
                vec![self.within(Clause::Other, |b| b.expr(value))?, self.within(Clause::Other, |b| b.expr(default))?]
            }
        };
        let (mut values, ty) = self.to_common(written, "CYCLE")?;
        let path = fold(&cycle.path);
        self.unused("cycle path", &path, names, cycle.pos)?;
        if mark == path {
            let text = "cycle mark column name and cycle path column name are the same";
            return Err(self.error_at(SqlError::new(SqlState::SyntaxError, text), cycle.pos));
        }
        super::operator::equality(ty.oid)?;
        let (default, value) = (values.pop(), values.pop());
        let (Some(value), Some(default)) = (value, default) else {
            return Err(SqlError::internal("a cycle without its marks"));
        };
        let is = |s: &Scalar, wanted: bool| s.kind == ScalarKind::Const(Datum::Bool(wanted));
        let values = (!is(&value, true) || !is(&default, false)).then(|| (value.clone(), default.clone()));
        let tree = CycleTree { columns: cycle.columns.iter().map(fold).collect(), mark, values, path };
        Ok(Cycle { columns, value, default, ty, tree })
    }

    fn places(&self, what: &str, columns: &[ast::Ident], names: &[String], pos: Pos) -> SqlResult<Vec<usize>> {
        let mut out = Vec::with_capacity(columns.len());
        for name in columns.iter().map(fold) {
            let Some(place) = names.iter().position(|n| *n == name) else {
                let text = format!("{what} column \"{name}\" not in WITH query column list");
                return Err(self.error_at(SqlError::new(SqlState::SyntaxError, text), pos));
            };
            if out.contains(&place) {
                let text = format!("{what} column \"{name}\" specified more than once");
                return Err(self.error_at(SqlError::new(SqlState::DuplicateColumn, text), pos));
            }
            out.push(place);
        }
        Ok(out)
    }

    fn unused(&self, what: &str, name: &str, names: &[String], pos: Pos) -> SqlResult<()> {
        if !names.iter().any(|n| n == name) {
            return Ok(());
        }
        let text = format!("{what} column name \"{name}\" already used in WITH query column list");
        Err(self.error_at(SqlError::new(SqlState::SyntaxError, text), pos))
    }

    /// The base with the added columns as they begin.
    pub fn begin_paths(&mut self, added: &Added, base: Rel, ids: &[ColumnId], types: &[PgType]) -> Columns {
        let mut exprs = self.passed(ids, types, ids.len());
        if let Some(search) = &added.search {
            let mut items = fields(&search.columns, ids, types);
            let value = match search.depth {
                true => one_of(row(items)),
                false => {
                    items.insert(0, constant(Datum::Int8(0), PgType::INT8));
                    row(items)
                }
            };
            exprs.push((self.new_column(), value));
        }
        if let Some(cycle) = &added.cycle {
            exprs.push((self.new_column(), cycle.default.clone()));
            exprs.push((self.new_column(), one_of(row(fields(&cycle.columns, ids, types)))));
        }
        projected(base, exprs)
    }

    /// The step, whose last columns are those of the row before, with the added columns of the new row.
    pub fn lengthen_paths(
        &mut self,
        added: &Added,
        step: Rel,
        ids: &[ColumnId],
        types: &[PgType],
    ) -> SqlResult<Columns> {
        let width = ids.len() - added.columns().count();
        let mut exprs = self.passed(ids, types, width);
        let before = |at: usize| Typed::new(column(ids[at], types[at]), Pos::NONE);
        let (mut rel, mut at) = (step, width);
        if let Some(search) = &added.search {
            let mut items = fields(&search.columns, ids, types);
            let value = match search.depth {
                true => self.operator("||", Some(before(at)), Typed::new(row(items), Pos::NONE), Pos::NONE)?.scalar,
                false => {
                    let input = Box::new(before(at).scalar);
                    let depth = scalar(ScalarKind::Field { input, index: 0 }, PgType::INT8);
                    let one = Typed::new(constant(Datum::Int8(1), PgType::INT8), Pos::NONE);
                    items.insert(0, self.operator("+", Some(Typed::new(depth, Pos::NONE)), one, Pos::NONE)?.scalar);
                    row(items)
                }
            };
            exprs.push((self.new_column(), value));
            at += 1;
        }
        if let Some(cycle) = &added.cycle {
            let (mark, path) = (before(at), before(at + 1));
            let stop = Typed::new(cycle.value.clone(), Pos::NONE);
            let predicate = self.comparison("<>", mark, stop, Pos::NONE)?.scalar;
            rel = Rel::Filter { input: Box::new(rel), predicate };
            let own = row(fields(&cycle.columns, ids, types));
            let equal = registry::operator_exact("=", Oid::RECORD, Oid::RECORD).map_or(Oid(0), |o| o.proc);
            let (left, array) = (Box::new(own.clone()), Box::new(path.scalar.clone()));
            let met = boolean(ScalarKind::AnyArray { function: equal, left, array, all: false });
            let arms = vec![(met, cycle.value.clone())];
            let mark = scalar(ScalarKind::Case { arms, otherwise: Box::new(cycle.default.clone()) }, cycle.ty);
            exprs.push((self.new_column(), mark));
            let longer = self.operator("||", Some(path), Typed::new(own, Pos::NONE), Pos::NONE)?.scalar;
            exprs.push((self.new_column(), longer));
        }
        Ok(projected(rel, exprs))
    }

    /// The first `count` columns as they are.
    fn passed(&mut self, ids: &[ColumnId], types: &[PgType], count: usize) -> Vec<(ColumnId, Scalar)> {
        let columns = ids.iter().zip(types).take(count);
        columns.map(|(id, ty)| (self.new_column(), column(*id, *ty))).collect()
    }
}

fn fields(places: &[usize], ids: &[ColumnId], types: &[PgType]) -> Vec<Scalar> {
    places.iter().map(|at| column(ids[*at], types[*at])).collect()
}

fn row(items: Vec<Scalar>) -> Scalar {
    scalar(ScalarKind::Row(items), PgType::new(Oid::RECORD))
}

/// An array of one row.
fn one_of(row: Scalar) -> Scalar {
    let ty = array_type(Oid::RECORD).unwrap_or(Oid::RECORD);
    scalar(ScalarKind::Array { items: vec![row] }, PgType::new(ty))
}

fn projected(input: Rel, exprs: Vec<(ColumnId, Scalar)>) -> Columns {
    let ids = exprs.iter().map(|e| e.0).collect();
    (Rel::Project { input: Box::new(input), exprs }, ids)
}
