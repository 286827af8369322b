//! Walks over bound trees: every expression of a relation, every relation of an expression.

use crate::bound::{ColumnId, CteBody, FrameBound, Index, Modify, Rel, Scalar, ScalarKind, SetCall, SortKey, Window};

/// Calls `f` with every column that `scalar` mentions, subqueries included.
pub fn columns(scalar: &Scalar, f: &mut dyn FnMut(ColumnId)) {
    visit(scalar, &mut |s| {
        if let ScalarKind::Column(id) = s.kind {
            f(id);
        }
        true
    });
}

/// Visits `scalar` and what is below it, subqueries' expressions included, until `f` says false.
pub fn visit(scalar: &Scalar, f: &mut dyn FnMut(&Scalar) -> bool) {
    if !f(scalar) {
        return;
    }
    // A subquery's tree is read through a copy-free walk of its expressions.
    if let ScalarKind::Subquery(subquery) = &scalar.kind {
        visit_rel(&subquery.query, f);
    }
    children(scalar, &mut |child| visit(child, f));
}

/// Visits every expression of a relation.
pub fn visit_rel(rel: &Rel, f: &mut dyn FnMut(&Scalar) -> bool) {
    scalars(rel, &mut |s| visit(s, f));
    inputs(rel, &mut |r| visit_rel(r, f));
}

/// Direct operands of an expression; a subquery's own relation is not among them.
pub fn children(scalar: &Scalar, f: &mut dyn FnMut(&Scalar)) {
    match &scalar.kind {
        ScalarKind::Const(_)
        | ScalarKind::Param(_)
        | ScalarKind::Column(_)
        | ScalarKind::NextVal { .. }
        | ScalarKind::Default => {}
        ScalarKind::Call { args, .. }
        | ScalarKind::And(args)
        | ScalarKind::Or(args)
        | ScalarKind::Coalesce(args)
        | ScalarKind::MinMax { args, .. }
        | ScalarKind::Array { items: args }
        | ScalarKind::Row(args) => args.iter().for_each(f),
        ScalarKind::CoerceViaIo { input }
        | ScalarKind::Relabel { input }
        | ScalarKind::Not(input)
        | ScalarKind::IsNull { input, .. }
        | ScalarKind::IsBool { input, .. }
        | ScalarKind::Field { input, .. }
        | ScalarKind::FieldCount { input, .. }
        | ScalarKind::Form { input, .. } => f(input),
        ScalarKind::ArrayCoerce { input, element, .. } => {
            f(input);
            f(element);
        }
        ScalarKind::DomainCheck { input, checks, .. } => {
            f(input);
            checks.iter().for_each(|(_, check)| f(check));
        }
        ScalarKind::IsDistinct { left, right, .. } => {
            f(left);
            f(right);
        }
        ScalarKind::Case { arms, otherwise } => {
            for (when, then) in arms {
                f(when);
                f(then);
            }
            f(otherwise);
        }
        ScalarKind::InList { left, items, .. } => {
            f(left);
            items.iter().for_each(f);
        }
        ScalarKind::AnyArray { left, array, .. } => {
            f(left);
            f(array);
        }
        ScalarKind::Subscript { input, indices } => {
            f(input);
            for index in indices {
                match index {
                    Index::Element(e) => f(e),
                    Index::Slice(a, b) => a.iter().chain(b).for_each(&mut *f),
                }
            }
        }
        ScalarKind::SubscriptAssign { input, indices, value } => {
            f(input);
            for index in indices {
                match index {
                    Index::Element(e) => f(e),
                    Index::Slice(a, b) => a.iter().chain(b).for_each(&mut *f),
                }
            }
            f(value);
        }
        ScalarKind::RowCompare { pairs, .. } => {
            for pair in pairs {
                f(&pair.left);
                f(&pair.right);
            }
        }
        ScalarKind::Subquery(subquery) => {
            if let crate::bound::SubqueryKind::Quantified { left, .. } = &subquery.kind {
                left.iter().for_each(f);
            }
        }
    }
}

/// Like [`children`], to change them.
pub fn children_mut(scalar: &mut Scalar, f: &mut dyn FnMut(&mut Scalar)) {
    match &mut scalar.kind {
        ScalarKind::Const(_)
        | ScalarKind::Param(_)
        | ScalarKind::Column(_)
        | ScalarKind::NextVal { .. }
        | ScalarKind::Default => {}
        ScalarKind::Call { args, .. }
        | ScalarKind::And(args)
        | ScalarKind::Or(args)
        | ScalarKind::Coalesce(args)
        | ScalarKind::MinMax { args, .. }
        | ScalarKind::Array { items: args }
        | ScalarKind::Row(args) => args.iter_mut().for_each(f),
        ScalarKind::CoerceViaIo { input }
        | ScalarKind::Relabel { input }
        | ScalarKind::Not(input)
        | ScalarKind::IsNull { input, .. }
        | ScalarKind::IsBool { input, .. }
        | ScalarKind::Field { input, .. }
        | ScalarKind::FieldCount { input, .. }
        | ScalarKind::Form { input, .. } => f(input),
        ScalarKind::ArrayCoerce { input, element, .. } => {
            f(input);
            f(element);
        }
        ScalarKind::DomainCheck { input, checks, .. } => {
            f(input);
            checks.iter_mut().for_each(|(_, check)| f(check));
        }
        ScalarKind::IsDistinct { left, right, .. } => {
            f(left);
            f(right);
        }
        ScalarKind::Case { arms, otherwise } => {
            for (when, then) in arms {
                f(when);
                f(then);
            }
            f(otherwise);
        }
        ScalarKind::InList { left, items, .. } => {
            f(left);
            items.iter_mut().for_each(f);
        }
        ScalarKind::AnyArray { left, array, .. } => {
            f(left);
            f(array);
        }
        ScalarKind::Subscript { input, indices } => {
            f(input);
            for index in indices {
                match index {
                    Index::Element(e) => f(e),
                    Index::Slice(a, b) => a.iter_mut().chain(b).for_each(&mut *f),
                }
            }
        }
        ScalarKind::SubscriptAssign { input, indices, value } => {
            f(input);
            for index in indices {
                match index {
                    Index::Element(e) => f(e),
                    Index::Slice(a, b) => a.iter_mut().chain(b).for_each(&mut *f),
                }
            }
            f(value);
        }
        ScalarKind::RowCompare { pairs, .. } => {
            for pair in pairs {
                f(&mut pair.left);
                f(&mut pair.right);
            }
        }
        ScalarKind::Subquery(subquery) => {
            if let crate::bound::SubqueryKind::Quantified { left, .. } = &mut subquery.kind {
                left.iter_mut().for_each(f);
            }
        }
    }
}

/// Expressions that stand directly in `rel`.
pub fn scalars(rel: &Rel, f: &mut dyn FnMut(&Scalar)) {
    let keys = |keys: &[SortKey], f: &mut dyn FnMut(&Scalar)| keys.iter().for_each(|k| f(&k.expr));
    match rel {
        Rel::Scan { .. } | Rel::Append { .. } | Rel::Distinct { .. } | Rel::SetOp { .. } | Rel::CteRef { .. } => {}
        Rel::With { .. } | Rel::Lock { .. } => {}
        Rel::Statements { guard, .. } => guard.iter().for_each(f),
        Rel::Called(called) => called.args.iter().for_each(f),
        Rel::Values { rows, .. } => rows.iter().flatten().for_each(f),
        Rel::Project { exprs, .. } => exprs.iter().for_each(|(_, e)| f(e)),
        Rel::Filter { predicate, .. } => f(predicate),
        Rel::Join { on, .. } => f(on),
        Rel::Aggregate { groups, aggregates, .. } => {
            groups.iter().for_each(|(_, e)| f(e));
            for a in aggregates {
                a.args.iter().for_each(&mut *f);
                a.filter.iter().for_each(&mut *f);
                keys(&a.order_by, f);
            }
        }
        Rel::Window { calls, .. } => calls.iter().for_each(|w| window(w, f)),
        Rel::ProjectSet { calls, .. } | Rel::FunctionScan { calls, .. } => set_calls(calls, f),
        Rel::Sort { keys: k, .. } => keys(k, f),
        Rel::Limit { limit, offset, with_ties, .. } => {
            limit.iter().chain(offset).for_each(&mut *f);
            keys(with_ties, f);
        }
        Rel::DistinctOn { on, .. } => on.iter().for_each(f),
        Rel::Modify(m) => modify_scalars(m, f),
    }
}

fn set_calls(calls: &[SetCall], f: &mut dyn FnMut(&Scalar)) {
    calls.iter().flat_map(|c| &c.args).for_each(f);
}

fn window(w: &Window, f: &mut dyn FnMut(&Scalar)) {
    w.args.iter().chain(&w.filter).chain(&w.partition_by).for_each(&mut *f);
    w.order_by.iter().for_each(|k| f(&k.expr));
    for bound in [&w.frame.start, &w.frame.end] {
        if let FrameBound::Preceding(e) | FrameBound::Following(e) = bound {
            f(e);
        }
    }
}

fn modify_scalars(m: &Modify, f: &mut dyn FnMut(&Scalar)) {
    m.returning.iter().flatten().for_each(|(_, e)| f(e));
    m.checks.iter().for_each(|check| f(&check.again));
    if let crate::bound::ModifyOp::Insert { on_conflict: Some(c), .. } = &m.op
        && let crate::bound::ConflictAction::Update { assignments, predicate, checks, again, .. } = &c.action
    {
        checks.iter().chain(again).for_each(|(_, e)| f(e));
        assignments.iter().for_each(|(_, e)| f(e));
        predicate.iter().for_each(f);
    }
}

/// Like [`scalars`], to change them.
pub fn scalars_mut(rel: &mut Rel, f: &mut dyn FnMut(&mut Scalar)) {
    match rel {
        Rel::Scan { .. } | Rel::Append { .. } | Rel::Distinct { .. } | Rel::SetOp { .. } | Rel::CteRef { .. } => {}
        Rel::With { .. } | Rel::Lock { .. } => {}
        Rel::Statements { guard, .. } => guard.iter_mut().for_each(f),
        Rel::Called(called) => called.args.iter_mut().for_each(f),
        Rel::Values { rows, .. } => rows.iter_mut().flatten().for_each(f),
        Rel::Project { exprs, .. } => exprs.iter_mut().for_each(|(_, e)| f(e)),
        Rel::Filter { predicate, .. } => f(predicate),
        Rel::Join { on, .. } => f(on),
        Rel::Aggregate { groups, aggregates, .. } => {
            groups.iter_mut().for_each(|(_, e)| f(e));
            for a in aggregates {
                a.args.iter_mut().for_each(&mut *f);
                a.filter.iter_mut().for_each(&mut *f);
                a.order_by.iter_mut().for_each(|k| f(&mut k.expr));
            }
        }
        Rel::Window { calls, .. } => calls.iter_mut().for_each(|w| window_mut(w, f)),
        Rel::ProjectSet { calls, .. } | Rel::FunctionScan { calls, .. } => {
            calls.iter_mut().flat_map(|c| &mut c.args).for_each(f);
        }
        Rel::Sort { keys, .. } => keys.iter_mut().for_each(|k| f(&mut k.expr)),
        Rel::Limit { limit, offset, with_ties, .. } => {
            limit.iter_mut().chain(offset).for_each(&mut *f);
            with_ties.iter_mut().for_each(|k| f(&mut k.expr));
        }
        Rel::DistinctOn { on, .. } => on.iter_mut().for_each(f),
        Rel::Modify(m) => {
            m.returning.iter_mut().flatten().for_each(|(_, e)| f(e));
            m.checks.iter_mut().for_each(|check| f(&mut check.again));
            if let crate::bound::ModifyOp::Insert { on_conflict: Some(c), .. } = &mut m.op
                && let crate::bound::ConflictAction::Update { assignments, predicate, checks, again, .. } =
                    &mut c.action
            {
                checks.iter_mut().chain(again).for_each(|(_, e)| f(e));
                assignments.iter_mut().for_each(|(_, e)| f(e));
                predicate.iter_mut().for_each(f);
            }
        }
    }
}

/// The expressions of a window call, to change them.
pub fn window_mut(w: &mut Window, f: &mut dyn FnMut(&mut Scalar)) {
    w.args.iter_mut().chain(&mut w.filter).chain(&mut w.partition_by).for_each(&mut *f);
    w.order_by.iter_mut().for_each(|k| f(&mut k.expr));
    for bound in [&mut w.frame.start, &mut w.frame.end] {
        if let FrameBound::Preceding(e) | FrameBound::Following(e) = bound {
            f(e);
        }
    }
}

/// Relations directly below `rel`, CTEs included.
pub fn inputs(rel: &Rel, f: &mut dyn FnMut(&Rel)) {
    match rel {
        Rel::Scan { .. }
        | Rel::Append { .. }
        | Rel::Values { .. }
        | Rel::FunctionScan { .. }
        | Rel::CteRef { .. }
        | Rel::Called(_) => {}
        Rel::Project { input, .. }
        | Rel::Filter { input, .. }
        | Rel::Aggregate { input, .. }
        | Rel::Window { input, .. }
        | Rel::ProjectSet { input, .. }
        | Rel::Sort { input, .. }
        | Rel::Limit { input, .. }
        | Rel::Distinct { input }
        | Rel::DistinctOn { input, .. }
        | Rel::Lock { input, .. } => f(input),
        Rel::Join { left, right, .. } | Rel::SetOp { left, right, .. } => {
            f(left);
            f(right);
        }
        Rel::With { ctes, body } => {
            for cte in ctes {
                match &cte.body {
                    CteBody::Plain { query, .. } => f(query),
                    CteBody::Recursive { base, step, .. } => {
                        f(base);
                        f(step);
                    }
                }
            }
            f(body);
        }
        Rel::Modify(m) => f(&m.source),
        Rel::Statements { first, last, after, .. } => {
            first.iter().for_each(&mut *f);
            f(last);
            after.iter().for_each(f);
        }
    }
}

/// Like [`inputs`], to change them.
pub fn inputs_mut(rel: &mut Rel, f: &mut dyn FnMut(&mut Rel)) {
    match rel {
        Rel::Scan { .. }
        | Rel::Append { .. }
        | Rel::Values { .. }
        | Rel::FunctionScan { .. }
        | Rel::CteRef { .. }
        | Rel::Called(_) => {}
        Rel::Project { input, .. }
        | Rel::Filter { input, .. }
        | Rel::Aggregate { input, .. }
        | Rel::Window { input, .. }
        | Rel::ProjectSet { input, .. }
        | Rel::Sort { input, .. }
        | Rel::Limit { input, .. }
        | Rel::Distinct { input }
        | Rel::DistinctOn { input, .. }
        | Rel::Lock { input, .. } => f(input),
        Rel::Join { left, right, .. } | Rel::SetOp { left, right, .. } => {
            f(left);
            f(right);
        }
        Rel::With { ctes, body } => {
            for cte in ctes {
                match &mut cte.body {
                    CteBody::Plain { query, .. } => f(query),
                    CteBody::Recursive { base, step, .. } => {
                        f(base);
                        f(step);
                    }
                }
            }
            f(body);
        }
        Rel::Modify(m) => f(&mut m.source),
        Rel::Statements { first, last, after, .. } => {
            first.iter_mut().for_each(&mut *f);
            f(last);
            after.iter_mut().for_each(f);
        }
    }
}

/// Replaces subexpressions from the top: where `f` gives a replacement its inside is left alone.
/// Subqueries' expressions are included.
pub fn replace(scalar: &mut Scalar, f: &mut dyn FnMut(&Scalar) -> Option<Scalar>) {
    if let Some(new) = f(scalar) {
        *scalar = new;
        return;
    }
    if let ScalarKind::Subquery(subquery) = &mut scalar.kind {
        replace_rel(&mut subquery.query, f);
    }
    children_mut(scalar, &mut |child| replace(child, f));
}

/// [`replace`] in every expression of a relation.
pub fn replace_rel(rel: &mut Rel, f: &mut dyn FnMut(&Scalar) -> Option<Scalar>) {
    scalars_mut(rel, &mut |s| replace(s, f));
    inputs_mut(rel, &mut |r| replace_rel(r, f));
}
