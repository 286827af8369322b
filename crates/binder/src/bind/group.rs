//! GROUP BY: grouping columns and sets, and the rewrite of what stands above an aggregation.
//!
//! Above the aggregation only group columns and results of aggregates exist. Expressions are bound over
//! FROM's columns first; then every part equal to a grouping expression becomes its column, and any
//! column of FROM that is left is an error, unless the grouping columns hold its table's primary key.

use gavel_functions::registry;
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::{self, Expr};

use super::Binder;
use super::clause::Clause;
use super::direct::lacking;
use super::expr::strip;
use super::name::fold;
use super::same::same;
use super::scalar::{Typed, call, column, constant};
use super::scope::Columns;
use super::select::Target;
use super::walk;
use crate::bound::{Aggregate, ColumnId, Rel, Scalar, ScalarKind};
use crate::parse::{Pos, marker};

/// GROUP BY as bound.
#[derive(Debug, Default)]
pub struct Grouping {
    pub exprs: Vec<Scalar>,
    /// The entry of the select list that each of `exprs` is: equal ones stay apart where they are named.
    pub targets: Vec<Option<usize>>,
    /// Indices into `exprs`; `None` for a plain GROUP BY.
    pub sets: Option<Vec<Vec<usize>>>,
    /// GROUP BY was written, though perhaps with nothing in it.
    pub written: bool,
}

impl Grouping {
    pub fn is_empty(&self) -> bool {
        !self.written
    }
}

/// Most grouping sets of one query.
const MAX_SETS: usize = 4096;
/// Most columns of one CUBE.
const MAX_CUBE: usize = 12;
/// `gavel.first(anyelement)`.
const FIRST: Oid = Oid(9993);

impl Binder<'_> {
    pub fn group_clause(
        &mut self,
        group_by: &ast::GroupByExpr,
        targets: &mut [Target],
        outputs: usize,
    ) -> SqlResult<Grouping> {
        let ast::GroupByExpr::Expressions(items, modifiers) = group_by else {
            return Err(SqlError::new(SqlState::SyntaxError, "syntax error at or near \"all\""));
        };
        let distinct = group_by_distinct(group_by);
        let items = items.get(usize::from(distinct)..).unwrap_or_default();
        let mut grouping = Grouping { written: !items.is_empty() || !modifiers.is_empty(), ..Grouping::default() };
        let mut sets: Vec<Vec<usize>> = vec![vec![]];
        let mut plain = true;
        for item in items {
            let choices = self.group_item(item, targets, outputs, &mut grouping)?;
            plain &= choices.len() == 1 && !is_set_syntax(item);
            sets = product(&sets, &choices)?;
        }
        for modifier in modifiers {
            match modifier {
                ast::GroupByWithModifier::GroupingSets(e) => {
                    let choices = self.group_item(e, targets, outputs, &mut grouping)?;
                    plain = false;
                    sets = product(&sets, &choices)?;
                }
                _ => return Err(SqlError::new(SqlState::SyntaxError, "syntax error at or near \"with\"")),
            }
        }
        if !plain {
            if distinct {
                sets = distinct_sets(sets);
            }
            grouping.sets = Some(sets);
        }
        Ok(grouping)
    }

    /// The sets that one item of GROUP BY stands for.
    fn group_item(
        &mut self,
        item: &Expr,
        targets: &mut [Target],
        outputs: usize,
        grouping: &mut Grouping,
    ) -> SqlResult<Vec<Vec<usize>>> {
        match item {
            Expr::Rollup(parts) => {
                let parts = self.group_parts(parts, targets, outputs, grouping)?;
                Ok((0..=parts.len()).rev().map(|n| parts[..n].concat()).collect())
            }
            Expr::Cube(parts) => {
                if parts.len() > MAX_CUBE {
                    return Err(SqlError::new(SqlState::TooManyColumns, "CUBE is limited to 12 elements"));
                }
                let parts = self.group_parts(parts, targets, outputs, grouping)?;
                let n = parts.len();
                let mut masks: Vec<u32> = (0..1_u32 << n).collect();
                masks.sort_by_key(|m| std::cmp::Reverse(m.count_ones()));
                let set = |mask: u32| {
                    (0..n).filter(|i| mask & (1 << (n - 1 - i)) != 0).flat_map(|i| parts[i].clone()).collect()
                };
                Ok(masks.into_iter().map(set).collect())
            }
            Expr::GroupingSets(sets) => {
                let mut out = Vec::new();
                for set in sets {
                    match set.as_slice() {
                        [nested @ (Expr::Rollup(_) | Expr::Cube(_) | Expr::GroupingSets(_))] => {
                            out.extend(self.group_item(nested, targets, outputs, grouping)?);
                        }
                        parts => out.push(self.group_set(parts, targets, outputs, grouping)?),
                    }
                }
                Ok(out)
            }
            e => Ok(vec![self.group_set(std::slice::from_ref(e), targets, outputs, grouping)?]),
        }
    }

    /// The columns of one set; rows within it are their columns.
    pub fn group_set(
        &mut self,
        parts: &[Expr],
        targets: &mut [Target],
        outputs: usize,
        grouping: &mut Grouping,
    ) -> SqlResult<Vec<usize>> {
        let mut out: Vec<usize> = Vec::with_capacity(parts.len());
        for part in parts {
            let more = match strip(part) {
                Expr::Tuple(inner) => self.group_set(inner, targets, outputs, grouping)?,
                _ => vec![self.group_expr(part, targets, outputs, grouping)?],
            };
            for i in more {
                if !out.contains(&i) {
                    out.push(i);
                }
            }
        }
        Ok(out)
    }

    fn group_parts(
        &mut self,
        parts: &[Vec<Expr>],
        targets: &mut [Target],
        outputs: usize,
        grouping: &mut Grouping,
    ) -> SqlResult<Vec<Vec<usize>>> {
        let mut out = Vec::with_capacity(parts.len());
        for part in parts {
            out.push(self.group_set(part, targets, outputs, grouping)?);
        }
        Ok(out)
    }

    /// One grouping expression: an ordinal, a column of FROM, an output name, or an expression.
    pub fn group_expr(
        &mut self,
        e: &Expr,
        targets: &mut [Target],
        outputs: usize,
        grouping: &mut Grouping,
    ) -> SqlResult<usize> {
        let mentions = self.level().mentions.len();
        // The entry of the select list that is named.
        let mut named = None;
        let value = match strip(e) {
            Expr::Value(v) => match &v.value {
                ast::Value::Number(digits, _) => {
                    let i = self.ordinal(digits, outputs, "GROUP BY", v)?;
                    named = Some(i);
                    self.grouping_target(targets, i)?
                }
                ast::Value::Placeholder(_) => self.within(Clause::GroupBy, |b| b.expr(e))?,
                _ => {
                    let error = SqlError::new(SqlState::SyntaxError, "non-integer constant in GROUP BY");
                    return Err(self.error_at(error, self.source.start(v.span)));
                }
            },
            Expr::Identifier(ident) => {
                let name = fold(ident);
                let pos = self.source.start(ident.span);
                // FROM's columns come before output names here, as in the standard.
                let own = self.levels.len() - 1;
                let in_from = self.find_column(&name, pos)?.is_some_and(|f| f.level == own);
                let output = targets.iter().take(outputs).position(|t| t.name == name);
                match output {
                    Some(i) if !in_from => {
                        let ambiguous = targets
                            .iter()
                            .take(outputs)
                            .any(|t| t.name == name && t.value.scalar != targets[i].value.scalar);
                        if ambiguous {
                            let text = format!("GROUP BY \"{name}\" is ambiguous");
                            return Err(self.error_at(SqlError::new(SqlState::AmbiguousColumn, text), pos));
                        }
                        self.check_grouping_target(&targets[i].value)?;
                        named = Some(i);
                        targets[i].value.clone()
                    }
                    _ => self.within(Clause::GroupBy, |b| b.expr(e))?,
                }
            }
            _ => self.within(Clause::GroupBy, |b| b.expr(e))?,
        };
        self.level().mentions.truncate(mentions);
        let pos = value.pos;
        let value = self.settle(value)?;
        super::operator::equality(value.oid()).map_err(|e| self.error_at(e, pos))?;
        let target = named.or_else(|| targets.iter().position(|t| same(&t.value.scalar, &value.scalar)));
        let mut known = grouping.exprs.iter().zip(&grouping.targets);
        if let Some(i) = known.position(|(g, of)| *of == target && same(g, &value.scalar)) {
            return Ok(i);
        }
        grouping.exprs.push(value.scalar);
        grouping.targets.push(target);
        Ok(grouping.exprs.len() - 1)
    }

    fn grouping_target(&mut self, targets: &mut [Target], i: usize) -> SqlResult<Typed> {
        let Some(target) = targets.get(i) else { return Err(SqlError::internal("no such output column")) };
        let mut value = target.value.clone();
        self.check_grouping_target(&value)?;
        if value.is_unknown() {
            value = self.settle(value)?;
            if let Some(target) = targets.get_mut(i) {
                target.value = value.clone();
            }
        }
        Ok(value)
    }

    /// A grouping expression from the select list may hold no aggregate or window call.
    fn check_grouping_target(&mut self, value: &Typed) -> SqlResult<()> {
        let level = self.level();
        let aggregates: Vec<ColumnId> = level.aggregates.iter().map(|a| a.id).collect();
        let windows: Vec<ColumnId> = level.windows.iter().map(|w| w.id).collect();
        let (mut aggregate, mut window) = (false, false);
        walk::columns(&value.scalar, &mut |id| {
            aggregate |= aggregates.contains(&id);
            window |= windows.contains(&id);
        });
        let error = if aggregate {
            SqlError::new(SqlState::GroupingError, "aggregate functions are not allowed in GROUP BY")
        } else if window {
            SqlError::new(SqlState::WindowingError, "window functions are not allowed in GROUP BY")
        } else {
            return Ok(());
        };
        Err(self.error_at(error, value.pos))
    }

    /// The aggregation over `input`, with everything above it rewritten to its columns.
    pub fn aggregate_rel(
        &mut self,
        input: Rel,
        grouping: Grouping,
        targets: &mut [Target],
        having: &mut Option<Scalar>,
    ) -> SqlResult<Rel> {
        let Grouping { exprs, targets: of, mut sets, .. } = grouping;
        let mut groups: Vec<(ColumnId, Scalar)> = exprs.into_iter().map(|e| (self.new_column(), e)).collect();
        if let Some(sets) = &mut sets {
            self.add_dependent(&mut groups, sets, targets, having.as_ref());
        }
        let written = groups.len();
        let groupings = std::mem::take(&mut self.level().groupings);
        let mut aggregates = std::mem::take(&mut self.level().aggregates);
        let splits = sets.as_ref().is_some_and(|sets| aggregates.iter().any(|a| !lacking(a, &groups, sets).is_empty()));
        let grouping_id = (sets.is_some() && (splits || !groupings.is_empty())).then(|| self.new_column());

        // What GROUPING(…) becomes, by the id that stands for it; then aggregates that become several.
        let mut masks: Vec<(ColumnId, Scalar)> = Vec::with_capacity(groupings.len());
        for (id, args) in groupings {
            let mut indices = Vec::with_capacity(args.len());
            for arg in args {
                match groups.iter().position(|(_, g)| same(g, &arg.scalar)) {
                    Some(i) => indices.push(i),
                    None => {
                        let text = "arguments to GROUPING must be grouping expressions of the associated query level";
                        return Err(self.error_at(SqlError::new(SqlState::GroupingError, text), arg.pos));
                    }
                }
            }
            masks.push((id, grouping_mask(grouping_id, &indices, written)));
        }

        // Aggregates, windows and sets of this level exist above the aggregation.
        if let Some(sets) = sets.as_ref().filter(|_| splits) {
            masks.extend(self.split_by_sets(&mut aggregates, &groups, sets, grouping_id));
        }
        let level = self.level();
        let mut allowed: Vec<ColumnId> = aggregates.iter().map(|a| a.id).collect();
        allowed.extend(level.windows.iter().map(|w| w.id));
        allowed.extend(level.sets.iter().flatten().flat_map(|s| s.columns.iter().map(|(id, _)| *id)));
        let mut windows = std::mem::take(&mut level.windows);
        let mut set_calls = std::mem::take(&mut level.sets);

        let mut lost: Option<ColumnId> = None;
        let mut firsts: Vec<Aggregate> = vec![];
        let keyed = sets.is_none();
        {
            let mut rewrite = |s: &mut Scalar, binder: &mut Self, groups: &mut Vec<(ColumnId, Scalar)>| {
                walk::replace(s, &mut |part| {
                    if let Some((id, _)) = groups.iter().find(|(_, g)| same(g, part)) {
                        return Some(column(*id, part.ty));
                    }
                    let ScalarKind::Column(id) = part.kind else { return None };
                    if let Some((_, mask)) = masks.iter().find(|(m, _)| *m == id) {
                        return Some(mask.clone());
                    }
                    if allowed.contains(&id) || !binder.is_own_column(id) {
                        return None;
                    }
                    if keyed && let Some(key) = binder.key_above(id, groups) {
                        binder.note_key(key);
                        if binder.is_spread(id) {
                            return Some(binder.first_of_group(part, &mut firsts));
                        }
                        let fresh = binder.new_column();
                        groups.push((fresh, part.clone()));
                        return Some(column(fresh, part.ty));
                    }
                    // The key of a row comes with the row's columns.
                    if binder.is_column(id) {
                        lost = lost.or(Some(id));
                    }
                    None
                });
            };
            for (n, target) in targets.iter_mut().enumerate() {
                // The entry itself may be a group, beside an equal one that is another.
                let own = of.iter().position(|t| *t == Some(n)).and_then(|i| groups.get(i));
                match own.filter(|(_, g)| same(g, &target.value.scalar)) {
                    Some((id, _)) => target.value.scalar = column(*id, target.value.scalar.ty),
                    None => rewrite(&mut target.value.scalar, self, &mut groups),
                }
            }
            for window in &mut windows {
                walk::window_mut(window, &mut |s| rewrite(s, self, &mut groups));
            }
            for call in set_calls.iter_mut().flatten() {
                for arg in &mut call.args {
                    rewrite(arg, self, &mut groups);
                }
            }
            if let Some(having) = having {
                rewrite(having, self, &mut groups);
            }
            // Direct arguments of ordered-set aggregates are evaluated once a group.
            for aggregate in &mut aggregates {
                for direct in aggregate.args.iter_mut().take(aggregate.direct) {
                    if let ScalarKind::Column(id) = direct.kind
                        && self.is_own_column(id)
                        && !groups.iter().any(|(_, g)| g == direct)
                    {
                        lost = lost.or(Some(id));
                    }
                }
            }
        }
        if let Some(id) = lost.filter(|_| self.recorder.is_none()) {
            return Err(self.ungrouped(id));
        }
        aggregates.extend(firsts);
        let level = self.level();
        level.windows = windows;
        level.sets = set_calls;
        Ok(Rel::Aggregate { input: Box::new(input), groups, sets, grouping: grouping_id, aggregates })
    }

    /// Adds to all grouping sets the columns that depend on a key which is in each of them.
    fn add_dependent(
        &mut self,
        groups: &mut Vec<(ColumnId, Scalar)>,
        sets: &mut [Vec<usize>],
        targets: &[Target],
        having: Option<&Scalar>,
    ) {
        let shared: Vec<(ColumnId, Scalar)> = groups
            .iter()
            .enumerate()
            .filter(|(i, _)| sets.iter().all(|set| set.contains(i)))
            .map(|(_, group)| group.clone())
            .collect();
        if shared.is_empty() {
            return;
        }
        let mut found: Vec<Scalar> = vec![];
        let mut keys: Vec<Oid> = vec![];
        let level = self.levels.last();
        let windows = level.into_iter().flat_map(|l| &l.windows).flat_map(|w| {
            w.args.iter().chain(&w.filter).chain(&w.partition_by).chain(w.order_by.iter().map(|k| &k.expr))
        });
        let calls = level.into_iter().flat_map(|l| l.sets.iter().flatten()).flat_map(|c| &c.args);
        let above = targets.iter().map(|t| &t.value.scalar).chain(having).chain(windows).chain(calls);
        for value in above {
            walk::visit(value, &mut |part| {
                if groups.iter().any(|(_, g)| same(g, part)) {
                    return false;
                }
                let ScalarKind::Column(id) = part.kind else { return true };
                let known = found.iter().any(|f| f.kind == part.kind);
                if !known
                    && self.is_own_column(id)
                    && let Some(key) = self.key_above(id, &shared)
                {
                    found.push(part.clone());
                    keys.push(key);
                }
                true
            });
        }
        keys.into_iter().for_each(|key| self.note_key(key));
        for column in found {
            for set in sets.iter_mut() {
                set.push(groups.len());
            }
            let id = self.new_column();
            groups.push((id, column));
        }
    }

    /// Whether FROM of the current level puts out the column.
    fn is_own_column(&self, id: ColumnId) -> bool {
        self.levels.last().is_some_and(|l| l.items.iter().any(|i| i.slot_of(id).is_some() || i.row_key == Some(id)))
    }

    fn is_column(&self, id: ColumnId) -> bool {
        self.levels.last().is_some_and(|l| l.items.iter().any(|i| i.slot_of(id).is_some()))
    }

    /// The primary key of the column's table, by its constraint, if the grouping columns hold it.
    fn key_above(&self, id: ColumnId, groups: &[(ColumnId, Scalar)]) -> Option<Oid> {
        let puts_out = |i: &&super::scope::NsItem| i.slot_of(id).is_some() || i.row_key == Some(id);
        let item = self.levels.last()?.items.iter().find(puts_out)?;
        let Columns::Table { table, .. } = &item.columns else { return None };
        let key = table.row_key()?;
        let grouped = key.keys.iter().all(|(part, _, _)| {
            let gavel_catalog::IndexKey::Column(number) = part else { return false };
            let Some(slot) = table.columns.iter().position(|c| c.number == *number) else { return false };
            groups.iter().any(|(_, g)| g.kind == item.scalar(slot).kind)
        });
        let constraint = table.uniques.iter().find(|u| u.index == key.oid).map(|u| u.oid);
        grouped.then(|| constraint.unwrap_or(key.oid))
    }

    /// What is being defined means nothing without this primary key. Views that it reads have dependencies of their own.
    fn note_key(&mut self, constraint: Oid) {
        if self.defining && self.view_depth == 0 {
            self.uses(constraint);
        }
    }

    /// Whether the column is of a table whose rows may be in others that inherit from it, so that its key, which does not
    /// reach them, may be several rows'. A query tree has the column as it is.
    fn is_spread(&self, id: ColumnId) -> bool {
        let items = self.levels.last().map(|l| l.items.as_slice()).unwrap_or_default();
        let item = items.iter().find(|i| i.slot_of(id).is_some());
        self.recorder.is_none()
            && item.is_some_and(|i| {
                let whole = matches!(&i.columns, Columns::Table { table, .. } if table.partitioned.is_none());
                whole && i.table_oid.is_some()
            })
    }

    /// The value that a column has in the first row of a group, as an aggregate beside the others.
    fn first_of_group(&mut self, part: &Scalar, firsts: &mut Vec<Aggregate>) -> Scalar {
        let known = firsts.iter().find(|first| first.args.first() == Some(part)).map(|first| first.id);
        let id = known.unwrap_or_else(|| {
            let (id, ty) = (self.new_column(), part.ty);
            let (args, order_by) = (vec![part.clone()], vec![]);
            let (direct, distinct, filter, user) = (0, false, None, None);
            firsts.push(Aggregate { id, function: FIRST, args, direct, distinct, filter, order_by, ty, user });
            id
        });
        column(id, part.ty)
    }

    /// 42803 for a column that is not grouped.
    fn ungrouped(&self, id: ColumnId) -> SqlError {
        let level = self.levels.last();
        let name = level
            .and_then(|l| {
                let named = |i: &&super::scope::NsItem| !i.name.is_empty() && i.slot_of(id).is_some();
                let item = l.items.iter().find(named)?;
                Some(format!("{}.{}", item.name, item.column_name(item.slot_of(id)?)))
            })
            .unwrap_or_else(|| "?".into());
        let mention = level.and_then(|l| l.mentions.iter().find(|m| m.id == id && !m.aggregated));
        let pos = mention.map_or(Pos::NONE, |m| m.pos);
        let text = if mention.is_some_and(|m| m.deeper) {
            format!("subquery uses ungrouped column \"{name}\" from outer query")
        } else {
            format!("column \"{name}\" must appear in the GROUP BY clause or be used in an aggregate function")
        };
        self.error_at(SqlError::new(SqlState::GroupingError, text), pos)
    }
}

/// Whether DISTINCT follows GROUP BY.
pub fn group_by_distinct(group_by: &ast::GroupByExpr) -> bool {
    let ast::GroupByExpr::Expressions(items, _) = group_by else { return false };
    matches!(items.first(), Some(Expr::Identifier(first)) if first.value == marker::DISTINCT_SETS)
}

/// Whether there are grouping sets.
pub fn has_sets(group_by: &ast::GroupByExpr) -> bool {
    let ast::GroupByExpr::Expressions(items, modifiers) = group_by else { return false };
    !modifiers.is_empty() || items.iter().any(is_set_syntax)
}

/// All pairs of a set of one and a set of the other, joined.
fn product(sets: &[Vec<usize>], choices: &[Vec<usize>]) -> SqlResult<Vec<Vec<usize>>> {
    if sets.len() * choices.len() > MAX_SETS {
        let text = format!("too many grouping sets present (maximum {MAX_SETS})");
        return Err(SqlError::new(SqlState::StatementTooComplex, text));
    }
    let mut out = Vec::with_capacity(sets.len() * choices.len());
    for set in sets {
        for choice in choices {
            let mut joined = set.clone();
            for column in choice {
                if !joined.contains(column) {
                    joined.push(*column);
                }
            }
            out.push(joined);
        }
    }
    Ok(out)
}

/// The first of sets with the same columns.
fn distinct_sets(sets: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
    let mut seen = std::collections::HashSet::with_capacity(sets.len());
    let mut out = sets;
    out.retain(|set| {
        let mut columns = set.clone();
        columns.sort_unstable();
        seen.insert(columns)
    });
    out
}

fn is_set_syntax(e: &Expr) -> bool {
    matches!(e, Expr::Rollup(_) | Expr::Cube(_) | Expr::GroupingSets(_)) || matches!(e, Expr::Tuple(t) if t.is_empty())
}

/// `GROUPING(…)` from the aggregation's bit column, where bit 0 from the left is group 0 of `count`.
pub fn grouping_mask(bits: Option<ColumnId>, indices: &[usize], count: usize) -> Scalar {
    let Some(bits) = bits else { return constant(Datum::Int4(0), PgType::INT4) };
    let shift = |name: &str, value: Scalar, by: usize| {
        let by = constant(Datum::Int4(i32::try_from(by).unwrap_or(0)), PgType::INT4);
        binary(name, value, by, PgType::INT8)
    };
    let mut out: Option<Scalar> = None;
    for (k, index) in indices.iter().enumerate() {
        let bit = shift(">>", column(bits, PgType::INT8), count - 1 - index);
        let bit = binary("&", bit, constant(Datum::Int8(1), PgType::INT8), PgType::INT8);
        let bit = shift("<<", bit, indices.len() - 1 - k);
        out = Some(match out {
            None => bit,
            Some(sum) => binary("|", sum, bit, PgType::INT8),
        });
    }
    let wide = out.unwrap_or_else(|| constant(Datum::Int8(0), PgType::INT8));
    match registry::cast(Oid::INT8, Oid::INT4).map(|c| c.method) {
        Some(registry::CastMethod::Function(f)) => call(f, vec![wide], PgType::INT4),
        _ => wide,
    }
}

fn binary(name: &str, left: Scalar, right: Scalar, ty: PgType) -> Scalar {
    let found = registry::operator_exact(name, left.ty.oid, right.ty.oid);
    call(found.map_or(Oid(0), |o| o.proc), vec![left, right], ty)
}
