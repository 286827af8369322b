//! Joins: which side is held, by hash, by look-up or by nested loop.
//!
//! Inner joins, EXISTS and IN are taken apart into relations and conditions and put together anew
//! ([`crate::lower::group`]). Outer and lateral joins stay where they are written.

use std::collections::BTreeSet;
use std::sync::Arc;

use gavel_binder::bound::{ColumnId, JoinKind, Rel, Scalar, ScalarKind};
use gavel_functions::physical_type;
use gavel_functions::registry::{self, CastMethod};
use gavel_types::{PgType, SqlResult};

use crate::exec::expr::{Expr, ExprKind};
use crate::exec::plan::{JoinPlan, JoinType, LateralPlan, LookupPlan, Node, Op};
use crate::lower::equality::key_type;
use crate::lower::estimate::column_of;
use crate::lower::order::{hash_cost, pairs_cost};
use crate::lower::plan::{Ask, Planned, Planner, output_of};
use crate::lower::scalar::traits_of;
use crate::lower::walk::{Refs, conjuncts};

/// A condition of a join with what it mentions.
pub struct Condition {
    pub scalar: Scalar,
    pub refs: Refs,
}

impl Condition {
    pub fn new(scalar: Scalar) -> Self {
        Self { refs: Refs::of_scalar(&scalar), scalar }
    }

    /// Whether it mentions none of `columns`.
    pub fn avoids(&self, columns: &BTreeSet<ColumnId>) -> bool {
        self.refs.used.is_disjoint(columns)
    }
}

/// A planned side of a join, and the relation itself where a look-up may still be planned.
pub struct Side<'r> {
    pub node: Arc<Node>,
    pub columns: BTreeSet<ColumnId>,
    pub scan: Option<(&'r Rel, Vec<Scalar>)>,
}

impl Planner<'_> {
    pub fn plan_join(&mut self, kind: JoinKind, left: &Rel, right: &Rel, on: &Scalar, ask: Ask) -> SqlResult<Planned> {
        let left_columns = output_of(left);
        let right_columns = output_of(right);
        let lateral = !Refs::of_rel(right).free().is_disjoint(&left_columns);
        let mut on_conditions = vec![];
        conjuncts(on.clone(), &mut on_conditions);
        if lateral {
            return self.plan_lateral(kind, left, right, on_conditions, ask);
        }
        match kind {
            JoinKind::Right => self.plan_outer(JoinKind::Left, right, left, on_conditions, ask),
            JoinKind::Left if ask.filters.iter().any(|f| rejects_null(f, &right_columns)) => {
                self.plan_group((JoinKind::Inner, left, right, on_conditions), ask)
            }
            JoinKind::Inner => self.plan_group((kind, left, right, on_conditions), ask),
            JoinKind::Semi | JoinKind::Anti if is_choice(left, right, on) => {
                self.plan_group((kind, left, right, on_conditions), ask)
            }
            _ => self.plan_outer(kind, left, right, on_conditions, ask),
        }
    }

    fn plan_outer(&mut self, kind: JoinKind, left: &Rel, right: &Rel, on: Vec<Scalar>, ask: Ask) -> SqlResult<Planned> {
        let (left_columns, right_columns) = (output_of(left), output_of(right));
        let preserves_left = matches!(kind, JoinKind::Left | JoinKind::Semi | JoinKind::Anti);
        let mut above = vec![];
        let mut left_filters = vec![];
        for filter in ask.filters {
            let condition = Condition::new(filter);
            if preserves_left && !condition.refs.volatile && condition.avoids(&right_columns) {
                left_filters.push(condition.scalar);
            } else {
                above.push(condition.scalar);
            }
        }
        let mut right_filters = vec![];
        let mut conditions = vec![];
        for scalar in on {
            let condition = Condition::new(scalar);
            if preserves_left && !condition.refs.volatile && condition.avoids(&left_columns) {
                right_filters.push(condition.scalar);
            } else if kind == JoinKind::Semi && !condition.refs.volatile && condition.avoids(&right_columns) {
                left_filters.push(condition.scalar);
            } else {
                conditions.push(condition);
            }
        }
        let mut required = ask.required;
        for filter in &above {
            required.extend(Refs::of_scalar(filter).free());
        }
        let mut wanted = required.clone();
        for condition in &conditions {
            wanted.extend(condition.refs.free());
        }
        let pick = |columns: &BTreeSet<ColumnId>| wanted.intersection(columns).copied().collect::<BTreeSet<_>>();
        let left_ask = Ask { required: pick(&left_columns), filters: left_filters, ..Ask::default() };
        let left = self.plan(left, left_ask)?.node;
        let right_ask = Ask { required: pick(&right_columns), filters: right_filters.clone(), ..Ask::default() };
        let right_node = self.plan(right, right_ask)?.node;
        let left = Side { node: left, columns: left_columns, scan: None };
        let scan = matches!(right, Rel::Scan { .. } | Rel::Append { .. }).then_some((right, right_filters));
        let right = Side { node: right_node, columns: right_columns, scan };
        let rows = self.outer_rows(kind, &left, &right, &conditions);
        let node = self.join_pair(kind, &left, &right, conditions, &required, rows)?;
        self.filtered(node, above)
    }

    /// Joins two planned sides under `conditions`; `rows` are expected to come out.
    pub fn join_pair(
        &mut self,
        kind: JoinKind,
        left: &Side<'_>,
        right: &Side<'_>,
        conditions: Vec<Condition>,
        required: &BTreeSet<ColumnId>,
        rows: f64,
    ) -> SqlResult<Arc<Node>> {
        let one_sided = matches!(kind, JoinKind::Semi | JoinKind::Anti);
        if kind != JoinKind::Full
            && let Some(node) = self.try_lookup(kind, left, right, &conditions, required, rows)?
        {
            return Ok(node);
        }
        // Hold the smaller side.
        let swap = left.node.rows < right.node.rows;
        let (join, stream, build) = match (kind, swap) {
            (JoinKind::Inner, true) => (JoinType::Inner, right, left),
            (JoinKind::Inner, false) => (JoinType::Inner, left, right),
            (JoinKind::Full, _) => (JoinType::Full, left, right),
            (JoinKind::Semi, true) => (JoinType::BuildSemi, right, left),
            (JoinKind::Semi, false) => (JoinType::Semi, left, right),
            (JoinKind::Anti, true) => (JoinType::BuildAnti, right, left),
            (JoinKind::Anti, false) => (JoinType::Anti, left, right),
            (_, true) => (JoinType::BuildOuter, right, left),
            (_, false) => (JoinType::StreamOuter, left, right),
        };
        let mut keys = vec![];
        let mut residual = vec![];
        for condition in conditions {
            match self.key(&condition, stream, build)? {
                Some(key) => keys.push(key),
                None => residual.push(condition.scalar),
            }
        }
        let both: Vec<(ColumnId, PgType)> =
            stream.node.columns.iter().chain(build.node.columns.iter()).copied().collect();
        let residual = self.conjunction(residual, &both)?;
        let visible = if one_sided { Some(&left.columns) } else { None };
        let (emit, columns) = emitted(&both, required, visible);
        let (l, r) = (left.node.rows, right.node.rows);
        let own = if keys.is_empty() { pairs_cost(l, r, rows) } else { hash_cost(l, r, rows) };
        let cost = self.cost_of(&left.node) + self.cost_of(&right.node) + own;
        let plan = JoinPlan { join, stream: stream.node.clone(), build: build.node.clone(), keys, residual, emit };
        Ok(self.costly(Op::Join(plan), columns, rows, cost))
    }

    /// A join that looks `right` up by key, if it is a table with a fitting index and `left` is small.
    fn try_lookup(
        &mut self,
        kind: JoinKind,
        left: &Side<'_>,
        right: &Side<'_>,
        conditions: &[Condition],
        required: &BTreeSet<ColumnId>,
        rows: f64,
    ) -> SqlResult<Option<Arc<Node>>> {
        let join = match kind {
            JoinKind::Inner => JoinType::Inner,
            JoinKind::Left => JoinType::StreamOuter,
            JoinKind::Semi => JoinType::Semi,
            JoinKind::Anti => JoinType::Anti,
            _ => return Ok(None),
        };
        let Some((scan, filters)) = &right.scan else { return Ok(None) };
        // Columns of the table that an equality ties to the left side.
        let mut tied: Vec<(ColumnId, Expr)> = vec![];
        for condition in conditions {
            let Some((a, b, ty)) = equality(&condition.scalar) else { continue };
            for (near, far) in [(a, b), (b, a)] {
                let Some(column) = column_of(near).filter(|c| right.columns.contains(c)) else { continue };
                let refs = Refs::of_scalar(far);
                // The value must have the column's own form.
                let fits = physical_type(near.ty) == physical_type(ty);
                if refs.used.is_disjoint(&right.columns) && !refs.volatile && !refs.subqueries && fits {
                    let value = self.compile(far, &left.node.columns)?;
                    if let Some(value) = self.as_key(value, ty) {
                        tied.push((column, value));
                    }
                }
            }
        }
        if tied.is_empty() {
            return Ok(None);
        }
        let mut wanted = required.clone();
        for condition in conditions {
            wanted.extend(condition.refs.free());
        }
        let ids: Vec<ColumnId> = tied.iter().map(|t| t.0).collect();
        // The other way: all of the inner side is read, and hashed or looked through.
        let (outer_rows, inner_rows) = (left.node.rows, right.node.rows);
        let otherwise = self.cost_of(&right.node) + hash_cost(outer_rows, inner_rows, rows);
        let Some(inner) = self.lookup_scan(scan, filters, &ids, &wanted, (outer_rows, rows), otherwise)? else {
            return Ok(None);
        };
        let lookup: Vec<Expr> =
            inner.order.iter().filter_map(|id| tied.iter().find(|t| t.0 == *id).map(|t| t.1.clone())).collect();
        let inner_leaf = Side { node: inner.node.clone(), columns: right.columns.clone(), scan: None };
        let mut keys = vec![];
        let mut residual = inner.rest;
        for condition in conditions {
            match self.key(condition, left, &inner_leaf)? {
                Some(key) => keys.push(key),
                None => residual.push(condition.scalar.clone()),
            }
        }
        let both: Vec<(ColumnId, PgType)> =
            left.node.columns.iter().chain(inner.node.columns.iter()).copied().collect();
        let residual = self.conjunction(residual, &both)?;
        let visible = if matches!(kind, JoinKind::Semi | JoinKind::Anti) { Some(&left.columns) } else { None };
        let (emit, columns) = emitted(&both, required, visible);
        let (stream, part_oids) = (left.node.clone(), inner.part_oids);
        let plan = LookupPlan { join, stream, inner: inner.node, part_oids, lookup, keys, residual, emit };
        let cost = self.cost_of(&left.node) + inner.cost;
        Ok(Some(self.costly(Op::LookupJoin(plan), columns, rows, cost)))
    }

    fn plan_lateral(
        &mut self,
        kind: JoinKind,
        left: &Rel,
        right: &Rel,
        on: Vec<Scalar>,
        ask: Ask,
    ) -> SqlResult<Planned> {
        let (left_columns, right_columns) = (output_of(left), output_of(right));
        let join = match kind {
            JoinKind::Inner => JoinType::Inner,
            JoinKind::Semi => JoinType::Semi,
            JoinKind::Anti => JoinType::Anti,
            _ => JoinType::StreamOuter,
        };
        let mut above = vec![];
        let mut left_filters = vec![];
        let mut right_filters = vec![];
        let mut conditions = on;
        for filter in ask.filters {
            let condition = Condition::new(filter);
            if !condition.refs.volatile && condition.avoids(&right_columns) {
                left_filters.push(condition.scalar);
            } else if kind == JoinKind::Inner && !condition.refs.volatile {
                conditions.push(condition.scalar);
            } else {
                above.push(condition.scalar);
            }
        }
        // The right side runs in the left row's frame, so what mentions both may run inside of it.
        let mut residual = vec![];
        for scalar in conditions {
            let refs = Refs::of_scalar(&scalar);
            if refs.volatile || refs.used.is_disjoint(&right_columns) {
                residual.push(scalar);
            } else {
                right_filters.push(scalar);
            }
        }
        let right_refs = Refs::of_rel(right);
        let mut required = ask.required;
        for filter in &above {
            required.extend(Refs::of_scalar(filter).free());
        }
        let mut wanted = required.clone();
        wanted.extend(right_refs.free());
        for scalar in residual.iter().chain(&right_filters) {
            wanted.extend(Refs::of_scalar(scalar).free());
        }
        let pick = |columns: &BTreeSet<ColumnId>| wanted.intersection(columns).copied().collect::<BTreeSet<_>>();
        let left_ask = Ask { required: pick(&left_columns), filters: left_filters, ..Ask::default() };
        let left_node = self.plan(left, left_ask)?.node;
        let mut free = right_refs.free();
        for filter in &right_filters {
            free.extend(Refs::of_scalar(filter).free().difference(&right_columns));
        }
        let right_ask = Ask { required: pick(&right_columns), filters: right_filters, ..Ask::default() };
        let right_node = self.plan(right, right_ask)?.node;
        let mut outer = vec![];
        for id in free {
            let ty = left_node.columns.iter().find(|c| c.0 == id).map_or(PgType::TEXT, |c| c.1);
            let column = Scalar { kind: ScalarKind::Column(id), ty };
            outer.push((id, self.compile(&column, &left_node.columns)?));
        }
        let both: Vec<(ColumnId, PgType)> =
            left_node.columns.iter().chain(right_node.columns.iter()).copied().collect();
        let residual = self.conjunction(residual, &both)?;
        let visible = matches!(kind, JoinKind::Semi | JoinKind::Anti).then_some(&left_columns);
        let (emit, columns) = emitted(&both, &required, visible);
        let rows = left_node.rows * right_node.rows.min(10.0);
        let volatile = right_refs.volatile;
        let plan = LateralPlan { join, left: left_node, right: right_node, outer, residual, emit, volatile };
        let node = self.node(Op::Lateral(plan), columns, rows);
        self.filtered(node, above)
    }

    /// The part of all pairs of rows of two sides that `conditions` leave.
    pub fn join_part<'c>(&self, conditions: impl Iterator<Item = &'c Scalar>, left: f64, right: f64) -> f64 {
        conditions
            .map(|condition| match equality(condition) {
                Some((a, b, _)) => 1.0 / self.distinct(a, left.max(right)).max(self.distinct(b, left.max(right))),
                None => self.guess(condition),
            })
            .product()
    }

    /// The part of the rows of the left side that have a partner.
    pub fn matched_part(&self, left: &BTreeSet<ColumnId>, right: (&BTreeSet<ColumnId>, f64), on: &[Condition]) -> f64 {
        let mut part: f64 = 1.0;
        for condition in on {
            let Some((a, b, _)) = equality(&condition.scalar) else {
                part *= self.guess(&condition.scalar).max(0.5);
                continue;
            };
            let of = |s: &Scalar, side: &BTreeSet<ColumnId>| !Refs::of_scalar(s).used.is_disjoint(side);
            let (near, far) = if of(a, right.0) && !of(a, left) { (b, a) } else { (a, b) };
            let there = self.distinct(far, f64::INFINITY);
            // Values of which some row is left.
            let left_of_them = there * (1.0 - (-right.1 / there).exp());
            part = part.min(left_of_them / self.distinct(near, f64::INFINITY).max(1.0));
        }
        part.clamp(0.0001, 1.0)
    }

    fn outer_rows(&self, kind: JoinKind, left: &Side<'_>, right: &Side<'_>, on: &[Condition]) -> f64 {
        let (l, r) = (left.node.rows, right.node.rows);
        let matched = || self.matched_part(&left.columns, (&right.columns, r), on);
        let pairs = (l * r * self.join_part(on.iter().map(|c| &c.scalar), l, r)).max(1.0);
        match kind {
            JoinKind::Semi => (l * matched()).max(1.0),
            JoinKind::Anti => (l * (1.0 - matched()).max(0.05)).max(1.0),
            JoinKind::Left => pairs.max(l),
            JoinKind::Full => pairs.max(l + r),
            _ => pairs,
        }
    }

    /// The condition as an equality of keys of the two sides.
    fn key(&mut self, condition: &Condition, stream: &Side<'_>, build: &Side<'_>) -> SqlResult<Option<(Expr, Expr)>> {
        let Some((a, b, ty)) = equality(&condition.scalar) else { return Ok(None) };
        let (a_refs, b_refs) = (Refs::of_scalar(a), Refs::of_scalar(b));
        if [&a_refs, &b_refs].iter().any(|r| r.volatile) {
            return Ok(None);
        }
        let (of_stream, of_build) =
            if a_refs.used.is_disjoint(&build.columns) && b_refs.used.is_disjoint(&stream.columns) {
                (a, b)
            } else if b_refs.used.is_disjoint(&build.columns) && a_refs.used.is_disjoint(&stream.columns) {
                (b, a)
            } else {
                return Ok(None);
            };
        let stream_key = self.compile(of_stream, &stream.node.columns)?;
        let build_key = self.compile(of_build, &build.node.columns)?;
        Ok(match (self.as_key(stream_key, ty), self.as_key(build_key, ty)) {
            (Some(a), Some(b)) => Some((a, b)),
            _ => None,
        })
    }

    /// `expr` in the form in which keys of type `ty` are compared.
    fn as_key(&self, expr: Expr, ty: PgType) -> Option<Expr> {
        if expr.ty.oid == ty.oid {
            return Some(expr);
        }
        let cast = registry::cast(expr.ty.oid, ty.oid)?;
        match cast.method {
            CastMethod::Function(function) => {
                let proc = registry::proc(function)?;
                let arg_types = [expr.ty].into();
                let kind = ExprKind::Call { proc, args: vec![expr], arg_types };
                let traits = traits_of(&kind);
                Some(Expr { kind, ty, traits })
            }
            CastMethod::Binary if physical_type(expr.ty) == physical_type(ty) => Some(Expr { ty, ..expr }),
            _ => None,
        }
    }

    fn conjunction(&mut self, mut scalars: Vec<Scalar>, layout: &[(ColumnId, PgType)]) -> SqlResult<Option<Expr>> {
        match scalars.len() {
            0 => Ok(None),
            1 => self.compile(&scalars.remove(0), layout).map(Some),
            _ => self.compile(&Scalar { kind: ScalarKind::And(scalars), ty: PgType::BOOL }, layout).map(Some),
        }
    }
}

/// Sides of an equality whose keys can be compared, and the type to compare them in.
pub fn equality(scalar: &Scalar) -> Option<(&Scalar, &Scalar, PgType)> {
    let ScalarKind::Call { function, args } = &scalar.kind else { return None };
    let [a, b] = &args[..] else { return None };
    Some((a, b, key_type(*function, a.ty, b.ty)?))
}

/// Whether a semi or anti join of `right` to `left` only chooses rows, so that it may be done at any time.
pub fn is_choice(left: &Rel, right: &Rel, on: &Scalar) -> bool {
    let on = Refs::of_scalar(on);
    !on.volatile && !on.subqueries && Refs::of_rel(right).free().is_disjoint(&output_of(left))
}

/// Positions and layout of what a join puts out.
fn emitted(
    both: &[(ColumnId, PgType)],
    required: &BTreeSet<ColumnId>,
    visible: Option<&BTreeSet<ColumnId>>,
) -> (Vec<usize>, Vec<(ColumnId, PgType)>) {
    let emit: Vec<usize> = (0..both.len())
        .filter(|&i| required.contains(&both[i].0) && visible.is_none_or(|v| v.contains(&both[i].0)))
        .collect();
    let columns = emit.iter().map(|&i| both[i]).collect();
    (emit, columns)
}

/// Whether `scalar` cannot be true when all of `columns` are NULL: an outer join below it is an inner
/// one.
fn rejects_null(scalar: &Scalar, columns: &BTreeSet<ColumnId>) -> bool {
    match &scalar.kind {
        ScalarKind::And(items) => items.iter().any(|i| rejects_null(i, columns)),
        ScalarKind::Or(items) => items.iter().all(|i| rejects_null(i, columns)),
        ScalarKind::IsNull { input, negated: true } => is_null_with(input, columns),
        ScalarKind::InList { left, .. } | ScalarKind::AnyArray { left, .. } => is_null_with(left, columns),
        _ => is_null_with(scalar, columns),
    }
}

/// Whether `scalar` is NULL when all of `columns` are.
fn is_null_with(scalar: &Scalar, columns: &BTreeSet<ColumnId>) -> bool {
    match &scalar.kind {
        ScalarKind::Column(id) => columns.contains(id),
        ScalarKind::Relabel { input } | ScalarKind::CoerceViaIo { input } | ScalarKind::Not(input) => {
            is_null_with(input, columns)
        }
        ScalarKind::Call { function, args } => {
            registry::proc(*function).is_some_and(|p| p.strict) && args.iter().any(|a| is_null_with(a, columns))
        }
        _ => false,
    }
}
