//! Groups of inner joins, with the EXISTS and IN among them: taken apart, ordered, put together.
//!
//! Equalities of columns make *classes*: of `a.x = b.y AND b.y = c.z` any two members may stand for the
//! join of their relations, `a.x = c.z` too, though nobody wrote it. Conditions on one relation go to
//! it, and what an OR over several says of one of them goes there besides ([`crate::lower::factor`]).

use std::collections::BTreeSet;

use gavel_binder::bound::{ColumnId, JoinKind, Rel, Scalar, ScalarKind};
use gavel_types::{Oid, PgType, SqlResult};

use crate::lower::equality::is_own_equality;
use crate::lower::estimate::column_of;
use crate::lower::factor::implied;
use crate::lower::joins::{Condition, Side, equality, is_choice};
use crate::lower::order::{Choice, Class, MAX_RELATIONS, Problem, Relation, Set, Step, Term};
use crate::lower::plan::{Ask, Planned, Planner, output_of};
use crate::lower::walk::{Refs, conjuncts};

/// The part of the pairs that an OR leaves whose parts were pushed to the sides already.
const REST_OF_OR: f64 = 0.5;

/// A relation of the group.
struct Member<'r> {
    rel: &'r Rel,
    /// Inner, or how it chooses rows of the others: semi, anti.
    kind: JoinKind,
    columns: BTreeSet<ColumnId>,
    /// Conditions of a choice.
    on: Vec<Condition>,
    /// Conditions on it alone.
    own: Vec<Scalar>,
}

/// Columns that are equal to each other, at most one of each relation.
struct Equals {
    function: Oid,
    /// Relation, and the column as it was mentioned.
    members: Vec<(usize, Scalar)>,
}

/// A condition that mentions several relations.
struct Spanning {
    condition: Condition,
    /// What it says of single relations was told to them.
    told: bool,
}

/// Takes nested inner joins and choices apart.
fn flatten<'r>(rel: &'r Rel, members: &mut Vec<Member<'r>>, conditions: &mut Vec<Scalar>) {
    match rel {
        Rel::Join { kind: JoinKind::Inner, left, right, on, .. }
            if Refs::of_rel(right).free().is_disjoint(&output_of(left)) =>
        {
            conjuncts(on.clone(), conditions);
            flatten(left, members, conditions);
            flatten(right, members, conditions);
        }
        Rel::Join { kind: kind @ (JoinKind::Semi | JoinKind::Anti), left, right, on, .. }
            if is_choice(left, right, on) =>
        {
            flatten(left, members, conditions);
            let mut parts = vec![];
            conjuncts(on.clone(), &mut parts);
            choice(*kind, right, parts, members, conditions);
        }
        _ => members.push(inner(rel)),
    }
}

fn inner(rel: &Rel) -> Member<'_> {
    Member { rel, kind: JoinKind::Inner, columns: output_of(rel), on: vec![], own: vec![] }
}

/// Adds a choice; what its condition says of one side alone is said there.
fn choice<'r>(
    kind: JoinKind,
    right: &'r Rel,
    on: Vec<Scalar>,
    members: &mut Vec<Member<'r>>,
    conditions: &mut Vec<Scalar>,
) {
    let mut member = Member { kind, ..inner(right) };
    let others: BTreeSet<ColumnId> =
        members.iter().filter(|m| m.kind == JoinKind::Inner).flat_map(|m| m.columns.iter().copied()).collect();
    for scalar in on {
        let condition = Condition::new(scalar);
        if condition.avoids(&others) {
            member.own.push(condition.scalar);
        } else if kind == JoinKind::Semi && condition.avoids(&member.columns) {
            conditions.push(condition.scalar);
        } else {
            member.on.push(condition);
        }
    }
    members.push(member);
}

impl Planner<'_> {
    /// Plans the join of `left` and `right`, and all joins in them whose order is free.
    pub fn plan_group(
        &mut self,
        (kind, left, right, on): (JoinKind, &Rel, &Rel, Vec<Scalar>),
        ask: Ask,
    ) -> SqlResult<Planned> {
        let (mut members, mut all) = (vec![], vec![]);
        flatten(left, &mut members, &mut all);
        if kind == JoinKind::Inner {
            all.splice(0..0, on);
            flatten(right, &mut members, &mut all);
        } else {
            choice(kind, right, on, &mut members, &mut all);
        }
        all.extend(ask.filters);
        let (volatile, steady): (Vec<Condition>, Vec<Condition>) =
            all.into_iter().map(Condition::new).partition(|c| c.refs.volatile);
        let volatile: Vec<Scalar> = volatile.into_iter().map(|c| c.scalar).collect();
        let mut required = ask.required;
        for scalar in &volatile {
            required.extend(Refs::of_scalar(scalar).free());
        }
        let spanning = distribute(&mut members, steady);
        let mut wanted = required.clone();
        wanted.extend(spanning.iter().flat_map(|s| s.condition.refs.free()));
        wanted.extend(members.iter().flat_map(|m| &m.on).flat_map(|c| c.refs.free()));
        let mut sides = vec![];
        for member in &members {
            let mentioned = wanted.intersection(&member.columns).copied().collect();
            let ask = Ask { required: mentioned, filters: member.own.clone(), ..Ask::default() };
            let node = self.plan(member.rel, ask)?.node;
            let readable = matches!(member.rel, Rel::Scan { .. } | Rel::Append { .. });
            let scan = readable.then(|| (member.rel, member.own.clone()));
            sides.push(Side { node, columns: member.columns.clone(), scan });
        }
        let (classes, terms) = classify(&members, spanning);
        let problem = self.problem(&members, &sides, &classes, &terms, &wanted);
        let steps = if members.len() > MAX_RELATIONS { problem.as_written() } else { problem.solve() };
        let node = self.put_together(&members, sides, (classes, terms), &steps, &required)?;
        self.filtered(node, volatile)
    }

    /// The group in the terms that decide its order.
    fn problem(
        &mut self,
        members: &[Member<'_>],
        sides: &[Side<'_>],
        classes: &[Equals],
        terms: &[Spanning],
        wanted: &BTreeSet<ColumnId>,
    ) -> Problem {
        let mentioned = |condition: &Condition| -> Set {
            let of = |(i, m): (usize, &Member<'_>)| -> Set {
                if m.kind == JoinKind::Inner && !condition.avoids(&m.columns) && i < MAX_RELATIONS { 1 << i } else { 0 }
            };
            members.iter().enumerate().map(of).fold(0, |a, b| a | b)
        };
        let all_inner: BTreeSet<ColumnId> =
            members.iter().filter(|m| m.kind == JoinKind::Inner).flat_map(|m| m.columns.iter().copied()).collect();
        let mut relations = vec![];
        for (i, (member, side)) in members.iter().zip(sides).enumerate() {
            let class_of = |id: ColumnId| {
                classes.iter().position(|c| c.members.iter().any(|m| m.0 == i && column_of(&m.1) == Some(id)))
            };
            let choice = (member.kind != JoinKind::Inner).then(|| {
                let matched = self.matched_part(&all_inner, (&member.columns, side.node.rows), &member.on);
                let part = if member.kind == JoinKind::Semi { matched } else { (1.0 - matched).max(0.05) };
                Choice { needs: member.on.iter().map(&mentioned).fold(0, |a, b| a | b), part }
            });
            // Columns of a choice's own table that its condition ties.
            let tied: Vec<ColumnId> =
                member.on.iter().filter_map(|c| tied_column(&c.scalar, &member.columns)).collect();
            let tie = |id: ColumnId| match class_of(id) {
                Some(class) => Some(Some(class)),
                None => tied.contains(&id).then_some(None),
            };
            let lookups = match &side.scan {
                Some((rel, filters)) => self.lookups(rel, filters, wanted, &tie),
                None => vec![],
            };
            let keys = self
                .unique_keys
                .iter()
                .filter_map(|(ids, rows)| {
                    let of_class: Option<Vec<usize>> = ids.iter().map(|id| class_of(*id)).collect();
                    Some((of_class?, *rows))
                })
                .collect();
            relations.push(Relation { rows: side.node.rows, cost: self.cost_of(&side.node), choice, lookups, keys });
        }
        let classes = classes
            .iter()
            .map(|class| Class {
                members: class.members.iter().map(|(i, s)| (*i, self.distinct(s, f64::INFINITY))).collect(),
            })
            .collect();
        let terms = terms
            .iter()
            .map(|term| {
                let scalar = &term.condition.scalar;
                let part = match (term.told, equality(scalar)) {
                    (true, _) => REST_OF_OR,
                    (false, Some(_)) => self.join_part(std::iter::once(scalar), f64::INFINITY, f64::INFINITY),
                    (false, None) => self.guess(scalar),
                };
                Term { mentions: mentioned(&term.condition), part, hashed: equality(scalar).is_some() }
            })
            .collect();
        Problem { relations, classes, terms }
    }

    /// Joins the sides in the order of `steps`.
    fn put_together(
        &mut self,
        members: &[Member<'_>],
        sides: Vec<Side<'_>>,
        (classes, terms): (Vec<Equals>, Vec<Spanning>),
        steps: &[Step],
        required: &BTreeSet<ColumnId>,
    ) -> SqlResult<std::sync::Arc<crate::exec::plan::Node>> {
        let mut sides: Vec<Option<Side<'_>>> = sides.into_iter().map(Some).collect();
        let mut rest: Vec<Condition> = terms.into_iter().map(|t| t.condition).collect();
        let mut current: Option<Side<'_>> = None;
        for (done, step) in steps.iter().enumerate() {
            let i = step.relation;
            let Some(side) = sides[i].take() else { continue };
            let Some(before) = current.take() else {
                current = Some(side);
                continue;
            };
            let later: Vec<usize> = steps[done + 1..].iter().map(|s| s.relation).collect();
            let (conditions, kind) = if members[i].kind == JoinKind::Inner {
                let inner_later = later.iter().filter(|r| members[**r].kind == JoinKind::Inner);
                let remaining: BTreeSet<ColumnId> =
                    inner_later.flat_map(|r| members[*r].columns.iter().copied()).collect();
                let joined: Vec<usize> = steps[..done].iter().map(|s| s.relation).collect();
                let mut now: Vec<Condition> = classes.iter().filter_map(|c| c.between(&joined, i)).collect();
                let (ready, waiting): (Vec<_>, Vec<_>) = rest.into_iter().partition(|c| c.avoids(&remaining));
                rest = waiting;
                now.extend(ready);
                (now, JoinKind::Inner)
            } else {
                (members[i].on.iter().map(|c| Condition::new(c.scalar.clone())).collect(), members[i].kind)
            };
            let mut wanted = required.clone();
            wanted.extend(rest.iter().flat_map(|c| c.refs.free()));
            wanted.extend(later.iter().flat_map(|r| &members[*r].on).flat_map(|c| c.refs.free()));
            for class in &classes {
                if class.members.iter().any(|m| later.contains(&m.0)) {
                    wanted.extend(class.members.iter().filter_map(|m| column_of(&m.1)));
                }
            }
            let node = self.join_pair(kind, &before, &side, conditions, &wanted, step.rows)?;
            let mut columns = before.columns;
            if kind == JoinKind::Inner {
                columns.extend(side.columns);
            }
            current = Some(Side { node, columns, scan: None });
        }
        let joined = current.ok_or_else(|| gavel_types::SqlError::internal("a join of nothing"))?;
        Ok(joined.node)
    }
}

impl Equals {
    /// The equality that ties relation `i` to those already joined. They are equal to each other by then,
    /// so one is enough.
    fn between(&self, joined: &[usize], i: usize) -> Option<Condition> {
        let own = self.members.iter().find(|m| m.0 == i)?;
        let there = joined.iter().find_map(|j| self.members.iter().find(|m| m.0 == *j))?;
        let kind = ScalarKind::Call { function: self.function, args: vec![there.1.clone(), own.1.clone()] };
        Some(Condition::new(Scalar { kind, ty: PgType::BOOL }))
    }
}

/// Tells single relations what is said of them; answers the conditions that mention several.
fn distribute(members: &mut [Member<'_>], conditions: Vec<Condition>) -> Vec<Spanning> {
    let inner: Vec<usize> = (0..members.len()).filter(|&i| members[i].kind == JoinKind::Inner).collect();
    let mut spanning = vec![];
    for condition in conditions {
        let touched: Vec<usize> = inner.iter().copied().filter(|&i| !condition.avoids(&members[i].columns)).collect();
        match touched[..] {
            [one] => members[one].own.push(condition.scalar),
            // It mentions nothing of the group, and may be tested anywhere.
            [] => members[inner[0]].own.push(condition.scalar),
            _ => {
                let mut told = false;
                for i in touched {
                    if let Some(said) = implied(&condition.scalar, &members[i].columns) {
                        members[i].own.push(said);
                        told = true;
                    }
                }
                spanning.push(Spanning { condition, told });
            }
        }
    }
    spanning
}

/// Makes classes of the equalities of columns; the rest stays a list.
fn classify(members: &[Member<'_>], spanning: Vec<Spanning>) -> (Vec<Equals>, Vec<Spanning>) {
    let mut classes: Vec<Equals> = vec![];
    let mut terms = vec![];
    for term in spanning {
        let Some((function, sides)) = column_equality(members, &term.condition.scalar) else {
            terms.push(term);
            continue;
        };
        let holding = |classes: &[Equals], (i, scalar): &(usize, Scalar)| {
            classes.iter().position(|c| {
                c.function == function && c.members.iter().any(|m| m.0 == *i && column_of(&m.1) == column_of(scalar))
            })
        };
        let known = [holding(&classes, &sides[0]), holding(&classes, &sides[1])];
        match known {
            [None, None] => classes.push(Equals { function, members: sides.to_vec() }),
            [Some(class), None] | [None, Some(class)] => {
                let new = if known[0].is_none() { &sides[0] } else { &sides[1] };
                if classes[class].members.iter().any(|m| m.0 == new.0) {
                    terms.push(term);
                } else {
                    classes[class].members.push(new.clone());
                }
            }
            [Some(a), Some(b)] if a == b => {}
            [Some(a), Some(b)] => {
                let clash = classes[b].members.iter().any(|m| classes[a].members.iter().any(|o| o.0 == m.0));
                if clash {
                    terms.push(term);
                } else {
                    let (keep, gone) = (a.min(b), a.max(b));
                    let moved = classes.remove(gone);
                    classes[keep].members.extend(moved.members);
                }
            }
        }
    }
    (classes, terms)
}

/// `condition` as an equality of columns of two relations, of one type.
fn column_equality(members: &[Member<'_>], condition: &Scalar) -> Option<(Oid, [(usize, Scalar); 2])> {
    let ScalarKind::Call { function, args } = &condition.kind else { return None };
    let [a, b] = &args[..] else { return None };
    equality(condition)?;
    if !is_own_equality(*function) || a.ty.oid != b.ty.oid {
        return None;
    }
    let place = |scalar: &Scalar| {
        let id = column_of(scalar)?;
        members.iter().position(|m| m.kind == JoinKind::Inner && m.columns.contains(&id))
    };
    let (i, j) = (place(a)?, place(b)?);
    (i != j).then(|| (*function, [(i, a.clone()), (j, b.clone())]))
}

/// The column among `columns` that an equality ties to something else.
fn tied_column(condition: &Scalar, columns: &BTreeSet<ColumnId>) -> Option<ColumnId> {
    let (a, b, _) = equality(condition)?;
    let apart = |s: &Scalar| Refs::of_scalar(s).used.is_disjoint(columns);
    match (column_of(a).filter(|id| columns.contains(id)), column_of(b).filter(|id| columns.contains(id))) {
        (Some(id), None) if apart(b) => Some(id),
        (None, Some(id)) if apart(a) => Some(id),
        _ => None,
    }
}
