//! Joins: which order, which side is held, by hash, by look-up or by nested loop.
//!
//! Inner joins are taken apart into relations and conditions and put together anew, greedily: start from
//! the smallest relation, then always add the one that keeps the result smallest, a connected one
//! before a cross product. Outer and lateral joins stay where they are written.

use std::collections::BTreeSet;
use std::sync::Arc;

use gavel_binder::bound::{ColumnId, JoinKind, Rel, Scalar, ScalarKind};
use gavel_functions::physical_type;
use gavel_functions::registry::{self, CastMethod};
use gavel_types::{PgType, SqlResult};

use crate::exec::expr::{Expr, ExprKind};
use crate::exec::plan::{JoinPlan, JoinType, LateralPlan, LookupPlan, Node, Op};
use crate::lower::equality::key_type;
use crate::lower::plan::{Ask, Planned, Planner, output_of};
use crate::lower::scalar::traits_of;
use crate::lower::walk::{Refs, conjuncts};

/// A condition of a join with what it mentions.
struct Condition {
    scalar: Scalar,
    refs: Refs,
}

impl Condition {
    fn new(scalar: Scalar) -> Self {
        Self { refs: Refs::of_scalar(&scalar), scalar }
    }

    /// Whether it mentions none of `columns`.
    fn avoids(&self, columns: &BTreeSet<ColumnId>) -> bool {
        self.refs.used.is_disjoint(columns)
    }
}

/// A planned relation of a join, and the relation itself where a look-up may still be planned.
struct Leaf<'r> {
    node: Arc<Node>,
    columns: BTreeSet<ColumnId>,
    scan: Option<(&'r Rel, Vec<Scalar>)>,
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
            JoinKind::Inner => self.plan_inner(left, right, on_conditions, ask),
            JoinKind::Right => self.plan_outer(JoinKind::Left, right, left, on_conditions, ask),
            JoinKind::Left if ask.filters.iter().any(|f| rejects_null(f, &right_columns)) => {
                self.plan_inner(left, right, on_conditions, ask)
            }
            _ => self.plan_outer(kind, left, right, on_conditions, ask),
        }
    }

    fn plan_inner(&mut self, left: &Rel, right: &Rel, on: Vec<Scalar>, ask: Ask) -> SqlResult<Planned> {
        let mut relations = vec![];
        let mut all = on;
        flatten(left, &mut relations, &mut all);
        flatten(right, &mut relations, &mut all);
        let (filters, mut volatile): (Vec<Scalar>, Vec<Scalar>) = (ask.filters, vec![]);
        all.extend(filters);
        let mut conditions = vec![];
        for scalar in all {
            let condition = Condition::new(scalar);
            if condition.refs.volatile {
                volatile.push(condition.scalar);
            } else {
                conditions.push(condition);
            }
        }
        let mut required = ask.required;
        for scalar in &volatile {
            required.extend(Refs::of_scalar(scalar).free());
        }
        let outputs: Vec<BTreeSet<ColumnId>> = relations.iter().map(|r| output_of(r)).collect();
        // Conditions on one relation go to it.
        let mut own: Vec<Vec<Scalar>> = relations.iter().map(|_| vec![]).collect();
        let mut rest = vec![];
        for condition in conditions {
            let touched: Vec<usize> = (0..outputs.len()).filter(|&i| !condition.avoids(&outputs[i])).collect();
            match touched[..] {
                [one] => own[one].push(condition.scalar),
                [] => own[0].push(condition.scalar),
                _ => rest.push(condition),
            }
        }
        let mut leaves = vec![];
        for ((relation, columns), filters) in relations.into_iter().zip(outputs).zip(own) {
            let mut wanted: BTreeSet<ColumnId> = required.clone();
            for condition in &rest {
                wanted.extend(condition.refs.free());
            }
            let mentioned: BTreeSet<ColumnId> = wanted.intersection(&columns).copied().collect();
            let ask = Ask { required: mentioned, filters: filters.clone(), ..Ask::default() };
            let node = self.plan(relation, ask)?.node;
            let scan = matches!(relation, Rel::Scan { .. }).then_some((relation, filters));
            leaves.push(Leaf { node, columns, scan });
        }
        let mut current = take_smallest(&mut leaves);
        while !leaves.is_empty() {
            let next = choose_next(&current, &leaves, &rest);
            let leaf = leaves.swap_remove(next);
            let mut both = current.columns.clone();
            both.extend(leaf.columns.iter().copied());
            let remaining: BTreeSet<ColumnId> = leaves.iter().flat_map(|l| l.columns.iter().copied()).collect();
            let (now, later): (Vec<_>, Vec<_>) = rest.into_iter().partition(|c| c.avoids(&remaining));
            rest = later;
            let mut wanted = required.clone();
            for condition in &rest {
                wanted.extend(condition.refs.free());
            }
            let node = self.join_pair(JoinKind::Inner, &current, &leaf, now, &wanted)?;
            current = Leaf { node, columns: both, scan: None };
        }
        self.filtered(current.node, volatile)
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
        let left = Leaf { node: left, columns: left_columns, scan: None };
        let scan = matches!(right, Rel::Scan { .. }).then_some((right, right_filters));
        let right = Leaf { node: right_node, columns: right_columns, scan };
        let node = self.join_pair(kind, &left, &right, conditions, &required)?;
        self.filtered(node, above)
    }

    /// Joins two planned sides under `conditions`.
    fn join_pair(
        &mut self,
        kind: JoinKind,
        left: &Leaf<'_>,
        right: &Leaf<'_>,
        conditions: Vec<Condition>,
        required: &BTreeSet<ColumnId>,
    ) -> SqlResult<Arc<Node>> {
        let one_sided = matches!(kind, JoinKind::Semi | JoinKind::Anti);
        let rows = estimate(kind, left, right, &conditions);
        if kind != JoinKind::Full
            && let Some(node) = self.try_lookup(kind, left, right, &conditions, required, rows)?
        {
            return Ok(node);
        }
        if kind == JoinKind::Inner
            && let Some(node) = self.try_lookup(kind, right, left, &conditions, required, rows)?
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
        let plan = JoinPlan { join, stream: stream.node.clone(), build: build.node.clone(), keys, residual, emit };
        Ok(self.node(Op::Join(plan), columns, rows))
    }

    /// A join that looks `right` up by key, if it is a table with a fitting index and `left` is small.
    fn try_lookup(
        &mut self,
        kind: JoinKind,
        left: &Leaf<'_>,
        right: &Leaf<'_>,
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
                let column = match &near.kind {
                    ScalarKind::Column(id) => Some(*id),
                    ScalarKind::Relabel { input } => match input.kind {
                        ScalarKind::Column(id) => Some(id),
                        _ => None,
                    },
                    _ => None,
                };
                let Some(column) = column.filter(|c| right.columns.contains(c)) else { continue };
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
        let outer_rows = left.node.rows;
        let Some(inner) = self.lookup_scan(scan, filters, &ids, &wanted, outer_rows, right.node.rows)? else {
            return Ok(None);
        };
        let lookup: Vec<Expr> =
            inner.order.iter().filter_map(|id| tied.iter().find(|t| t.0 == *id).map(|t| t.1.clone())).collect();
        let inner_leaf = Leaf { node: inner.node.clone(), columns: right.columns.clone(), scan: None };
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
        let plan = LookupPlan { join, stream: left.node.clone(), inner: inner.node, lookup, keys, residual, emit };
        Ok(Some(self.node(Op::LookupJoin(plan), columns, rows)))
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

    /// The condition as an equality of keys of the two sides.
    fn key(&mut self, condition: &Condition, stream: &Leaf<'_>, build: &Leaf<'_>) -> SqlResult<Option<(Expr, Expr)>> {
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
fn equality(scalar: &Scalar) -> Option<(&Scalar, &Scalar, PgType)> {
    let ScalarKind::Call { function, args } = &scalar.kind else { return None };
    let [a, b] = &args[..] else { return None };
    Some((a, b, key_type(*function, a.ty, b.ty)?))
}

/// Takes nested inner joins apart.
fn flatten<'r>(rel: &'r Rel, relations: &mut Vec<&'r Rel>, conditions: &mut Vec<Scalar>) {
    match rel {
        Rel::Join { kind: JoinKind::Inner, left, right, on, .. }
            if Refs::of_rel(right).free().is_disjoint(&output_of(left)) =>
        {
            conjuncts(on.clone(), conditions);
            flatten(left, relations, conditions);
            flatten(right, relations, conditions);
        }
        _ => relations.push(rel),
    }
}

fn take_smallest<'r>(leaves: &mut Vec<Leaf<'r>>) -> Leaf<'r> {
    let mut best = 0;
    for (i, leaf) in leaves.iter().enumerate() {
        if leaf.node.rows < leaves[best].node.rows {
            best = i;
        }
    }
    leaves.swap_remove(best)
}

/// The leaf that joins on with the smallest result, connected ones first.
fn choose_next(current: &Leaf<'_>, leaves: &[Leaf<'_>], conditions: &[Condition]) -> usize {
    let mut best = (true, f64::INFINITY, 0);
    for (i, leaf) in leaves.iter().enumerate() {
        let connected = conditions.iter().any(|c| !c.avoids(&current.columns) && !c.avoids(&leaf.columns));
        let applicable: Vec<&Condition> =
            conditions.iter().filter(|c| !c.avoids(&current.columns) && !c.avoids(&leaf.columns)).collect();
        let rows = join_rows(current.node.rows, leaf.node.rows, applicable.iter().map(|c| &c.scalar));
        if (!connected, rows) < (best.0, best.1) {
            best = (!connected, rows, i);
        }
    }
    best.2
}

fn join_rows<'a>(left: f64, right: f64, conditions: impl Iterator<Item = &'a Scalar>) -> f64 {
    let mut rows = left * right;
    let mut keyed = false;
    for condition in conditions {
        if equality(condition).is_some() {
            // Most equalities are along foreign keys.
            rows = if keyed { rows / 3.0 } else { rows / left.max(right).max(1.0) };
            keyed = true;
        } else {
            rows /= 3.0;
        }
    }
    rows.max(1.0)
}

fn estimate(kind: JoinKind, left: &Leaf<'_>, right: &Leaf<'_>, conditions: &[Condition]) -> f64 {
    let rows = join_rows(left.node.rows, right.node.rows, conditions.iter().map(|c| &c.scalar));
    match kind {
        JoinKind::Semi | JoinKind::Anti => (left.node.rows / 2.0).max(1.0),
        JoinKind::Left => rows.max(left.node.rows),
        JoinKind::Full => rows.max(left.node.rows + right.node.rows),
        _ => rows,
    }
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
