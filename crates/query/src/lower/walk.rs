//! Walks bound trees: what columns and CTEs a tree mentions and defines, and rewriting of scalars.
//! Column ids are unique in a statement, so what a tree mentions and does not define comes from an
//! enclosing query.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use gavel_binder::bound::{
    ColumnId, CteBody, CteId, FrameBound, Index, ModifyOp, Rel, RowPair, Scalar, ScalarKind, SetCall, SortKey, Source,
    Subquery, SubqueryKind,
};
use gavel_catalog::Table;
use gavel_functions::registry::{self, Volatility};

/// What a tree mentions and defines.
#[derive(Clone, Debug, Default)]
pub struct Refs {
    pub used: BTreeSet<ColumnId>,
    pub defined: BTreeSet<ColumnId>,
    pub ctes_used: Vec<CteId>,
    pub ctes_defined: HashSet<CteId>,
    pub volatile: bool,
    pub modifies: bool,
    /// Runs bodies of functions, statement by statement.
    pub statements: bool,
    /// Calls functions that are interpreted and may write.
    pub calls: bool,
    /// The verb of a modification in it.
    pub verb: Option<&'static str>,
    /// Tables that are written to, or whose rows are locked.
    pub written: Vec<Arc<Table>>,
    pub subqueries: bool,
    /// Tables that are read, subqueries' included.
    pub tables: Vec<Arc<Table>>,
}

impl Refs {
    pub fn of_rel(rel: &Rel) -> Self {
        let mut refs = Self::default();
        refs.rel(rel);
        refs
    }

    pub fn of_scalar(scalar: &Scalar) -> Self {
        let mut refs = Self::default();
        refs.scalar(scalar);
        refs
    }

    /// Columns of enclosing queries.
    pub fn free(&self) -> BTreeSet<ColumnId> {
        self.used.difference(&self.defined).copied().collect()
    }

    /// Reads a CTE that is defined outside of the tree.
    pub fn reads_outer_cte(&self) -> bool {
        self.ctes_used.iter().any(|c| !self.ctes_defined.contains(c))
    }

    fn scalars<'a>(&mut self, scalars: impl IntoIterator<Item = &'a Scalar>) {
        scalars.into_iter().for_each(|s| self.scalar(s));
    }

    fn keys(&mut self, keys: &[SortKey]) {
        self.scalars(keys.iter().map(|k| &k.expr));
    }

    fn calls(&mut self, calls: &[SetCall]) {
        for call in calls {
            self.function(call.function);
            self.scalars(&call.args);
            self.defined.extend(call.columns.iter().map(|c| c.0));
        }
    }

    fn function(&mut self, function: gavel_types::Oid) {
        self.volatile |= registry::proc(function).is_some_and(|p| p.volatility == Volatility::Volatile);
    }

    fn scalar(&mut self, scalar: &Scalar) {
        match &scalar.kind {
            ScalarKind::Column(id) => {
                self.used.insert(*id);
            }
            ScalarKind::Call { function, .. } => self.function(*function),
            ScalarKind::NextVal { .. } => self.volatile = true,
            ScalarKind::ArrayCoerce { item, .. } | ScalarKind::DomainCheck { item, .. } => {
                self.defined.insert(*item);
            }
            ScalarKind::Subquery(subquery) => {
                self.subqueries = true;
                self.rel(&subquery.query);
            }
            _ => {}
        }
        for child in children(scalar) {
            self.scalar(child);
        }
    }

    fn rel(&mut self, rel: &Rel) {
        match rel {
            Rel::Scan { source, columns, row_key } => {
                if let Source::Table(table) = source
                    && !self.tables.iter().any(|t| t.oid == table.oid)
                {
                    self.tables.push(table.clone());
                }
                self.defined.extend(columns.iter().map(|c| c.1));
                self.defined.extend(*row_key);
            }
            Rel::Append { parts, columns, row_key, table_oid, .. } => {
                for part in parts {
                    if !self.tables.iter().any(|t| t.oid == part.oid) {
                        self.tables.push(part.clone());
                    }
                }
                self.defined.extend(columns.iter().map(|c| c.1).chain(*row_key).chain(*table_oid));
            }
            Rel::Values { rows, columns } => {
                self.scalars(rows.iter().flatten());
                self.defined.extend(columns.iter().map(|c| c.0));
            }
            Rel::Project { input, exprs } => {
                self.rel(input);
                self.scalars(exprs.iter().map(|e| &e.1));
                self.defined.extend(exprs.iter().map(|e| e.0));
            }
            Rel::Filter { input, predicate } => {
                self.rel(input);
                self.scalar(predicate);
            }
            Rel::Join { left, right, on, .. } => {
                self.rel(left);
                self.rel(right);
                self.scalar(on);
            }
            Rel::Aggregate { input, groups, grouping, aggregates, .. } => {
                self.rel(input);
                self.scalars(groups.iter().map(|g| &g.1));
                self.defined.extend(groups.iter().map(|g| g.0));
                self.defined.extend(*grouping);
                for aggregate in aggregates {
                    self.scalars(&aggregate.args);
                    self.scalars(&aggregate.filter);
                    self.keys(&aggregate.order_by);
                    self.defined.insert(aggregate.id);
                }
            }
            Rel::Window { input, calls } => {
                self.rel(input);
                for call in calls {
                    self.scalars(&call.args);
                    self.scalars(&call.filter);
                    self.scalars(&call.partition_by);
                    self.keys(&call.order_by);
                    for bound in [&call.frame.start, &call.frame.end] {
                        if let FrameBound::Preceding(s) | FrameBound::Following(s) = bound {
                            self.scalar(s);
                        }
                    }
                    self.defined.insert(call.id);
                }
            }
            Rel::ProjectSet { input, calls } => {
                self.rel(input);
                self.calls(calls);
            }
            Rel::FunctionScan { calls, ordinality } => {
                self.calls(calls);
                self.defined.extend(*ordinality);
            }
            Rel::Sort { input, keys } => {
                self.rel(input);
                self.keys(keys);
            }
            Rel::Limit { input, limit, offset, with_ties } => {
                self.rel(input);
                self.scalars(limit);
                self.scalars(offset);
                self.keys(with_ties);
            }
            Rel::Distinct { input } => self.rel(input),
            Rel::Lock { input, targets, .. } => {
                self.written.extend(targets.iter().map(|t| Arc::clone(&t.table)));
                self.written.extend(targets.iter().filter_map(|t| t.parts.as_ref()).flat_map(|p| p.0.iter().cloned()));
                self.rel(input);
            }
            Rel::Called(called) => {
                self.scalars(&called.args);
                self.defined.extend(called.columns.iter().map(|c| c.0));
                if called.function.volatility == 'v' {
                    self.volatile = true;
                    self.calls = true;
                }
            }
            Rel::Statements { guard, first, last, after, .. } => {
                self.scalars(guard);
                self.volatile = true;
                self.statements = true;
                first.iter().for_each(|r| self.rel(r));
                self.rel(last);
                after.iter().for_each(|r| self.rel(r));
            }
            Rel::DistinctOn { input, on } => {
                self.rel(input);
                self.scalars(on);
            }
            Rel::SetOp { left, right, columns, .. } => {
                self.rel(left);
                self.rel(right);
                self.defined.extend(columns.iter().map(|c| c.0));
            }
            Rel::With { ctes, body } => {
                for cte in ctes {
                    self.ctes_defined.insert(cte.id);
                    match &cte.body {
                        CteBody::Plain { query, .. } => self.rel(query),
                        CteBody::Recursive { base, step, columns, .. } => {
                            self.rel(base);
                            self.rel(step);
                            self.defined.extend(columns.iter().map(|c| c.0));
                        }
                    }
                }
                self.rel(body);
            }
            Rel::CteRef { cte, columns } => {
                self.ctes_used.push(*cte);
                self.defined.extend(columns.iter().map(|c| c.0));
            }
            Rel::Modify(modify) => {
                self.volatile = true;
                self.modifies = true;
                self.written.push(Arc::clone(&modify.table));
                if let Some(tree) = &modify.tree {
                    self.written.extend(tree.parts.iter().cloned());
                    self.defined.insert(tree.table_oid);
                }
                self.verb = self.verb.or(Some(match &modify.op {
                    ModifyOp::Insert { .. } => "INSERT",
                    ModifyOp::Update { .. } => "UPDATE",
                    ModifyOp::Delete { .. } => "DELETE",
                    ModifyOp::Merge { .. } => "MERGE",
                }));
                self.rel(&modify.source);
                for (output, scalar) in modify.returning.iter().flatten() {
                    self.scalar(scalar);
                    self.defined.insert(output.id);
                }
                // RETURNING and assignments see the row that is written.
                match &modify.op {
                    ModifyOp::Insert { new_row, on_conflict } => {
                        self.defined.extend(new_row.iter().map(|c| c.1));
                        if let Some(gavel_binder::bound::OnConflict {
                            action:
                                gavel_binder::bound::ConflictAction::Update {
                                    existing,
                                    table_oid,
                                    assignments,
                                    predicate,
                                    checks,
                                    ..
                                },
                            ..
                        }) = on_conflict
                        {
                            self.defined.extend(existing.iter().map(|c| c.1).chain(*table_oid));
                            self.scalars(assignments.iter().map(|a| &a.1));
                            self.scalars(predicate);
                            self.scalars(checks.iter().map(|c| &c.1));
                        }
                    }
                    ModifyOp::Update { row_key, old_row, new_row, .. } => {
                        self.defined.insert(*row_key);
                        self.defined.extend(old_row.iter().chain(new_row).map(|c| c.1));
                    }
                    ModifyOp::Delete { row_key, old_row } => {
                        self.defined.insert(*row_key);
                        self.defined.extend(old_row.iter().map(|c| c.1));
                    }
                    ModifyOp::Merge { row_key, old_row, new_row, action, .. } => {
                        self.defined.extend([*row_key, *action]);
                        self.defined.extend(old_row.iter().chain(new_row).map(|c| c.1));
                    }
                }
            }
        }
    }
}

/// Direct operands of a scalar; those of a subquery's left side too, its query not.
pub fn children(scalar: &Scalar) -> Vec<&Scalar> {
    match &scalar.kind {
        ScalarKind::Const(_)
        | ScalarKind::Param(_)
        | ScalarKind::Column(_)
        | ScalarKind::NextVal { .. }
        | ScalarKind::Default => vec![],
        ScalarKind::Call { args, .. } => args.iter().collect(),
        ScalarKind::CoerceViaIo { input }
        | ScalarKind::Relabel { input }
        | ScalarKind::Not(input)
        | ScalarKind::IsNull { input, .. }
        | ScalarKind::IsBool { input, .. }
        | ScalarKind::Field { input, .. }
        | ScalarKind::FieldCount { input, .. }
        | ScalarKind::Form { input, .. } => vec![input],
        ScalarKind::ArrayCoerce { input, element, .. } => vec![input, element],
        ScalarKind::DomainCheck { input, checks, .. } => {
            std::iter::once(input.as_ref()).chain(checks.iter().map(|(_, check)| check)).collect()
        }
        ScalarKind::And(items) | ScalarKind::Or(items) | ScalarKind::Coalesce(items) | ScalarKind::Row(items) => {
            items.iter().collect()
        }
        ScalarKind::Array { items } => items.iter().collect(),
        ScalarKind::MinMax { args, .. } => args.iter().collect(),
        ScalarKind::IsDistinct { left, right, .. } => vec![left, right],
        ScalarKind::Case { arms, otherwise } => {
            arms.iter().flat_map(|(c, r)| [c, r]).chain([otherwise.as_ref()]).collect()
        }
        ScalarKind::InList { left, items, .. } => std::iter::once(left.as_ref()).chain(items).collect(),
        ScalarKind::AnyArray { left, array, .. } => vec![left, array],
        ScalarKind::Subscript { input, indices } => {
            let mut all = vec![input.as_ref()];
            for index in indices {
                match index {
                    Index::Element(e) => all.push(e),
                    Index::Slice(a, b) => all.extend(a.iter().chain(b)),
                }
            }
            all
        }
        ScalarKind::SubscriptAssign { input, indices, value } => {
            let mut all = vec![input.as_ref()];
            for index in indices {
                match index {
                    Index::Element(e) => all.push(e),
                    Index::Slice(a, b) => all.extend(a.iter().chain(b)),
                }
            }
            all.push(value);
            all
        }
        ScalarKind::RowCompare { pairs, .. } => pairs.iter().flat_map(|p: &RowPair| [&p.left, &p.right]).collect(),
        ScalarKind::Subquery(subquery) => match &subquery.kind {
            SubqueryKind::Quantified { left, .. } => left.iter().collect(),
            _ => vec![],
        },
    }
}

fn each_index(indices: Vec<Index>, f: &mut dyn FnMut(Scalar) -> Scalar) -> Vec<Index> {
    let one = |index| match index {
        Index::Element(e) => Index::Element(map(e, f)),
        Index::Slice(a, b) => Index::Slice(a.map(|e| map(e, f)), b.map(|e| map(e, f))),
    };
    indices.into_iter().map(one).collect()
}

/// Rewrites a scalar from the leaves up: `f` may replace any operand, and then the whole. Queries of
/// subqueries are left alone.
pub fn map(scalar: Scalar, f: &mut dyn FnMut(Scalar) -> Scalar) -> Scalar {
    let ty = scalar.ty;
    let each = |items: Vec<Scalar>, f: &mut dyn FnMut(Scalar) -> Scalar| -> Vec<Scalar> {
        items.into_iter().map(|s| map(s, f)).collect()
    };
    let kind = match scalar.kind {
        ScalarKind::Call { function, args } => ScalarKind::Call { function, args: each(args, f) },
        ScalarKind::CoerceViaIo { input } => ScalarKind::CoerceViaIo { input: Box::new(map(*input, f)) },
        ScalarKind::Relabel { input } => ScalarKind::Relabel { input: Box::new(map(*input, f)) },
        ScalarKind::Not(input) => ScalarKind::Not(Box::new(map(*input, f))),
        ScalarKind::IsNull { input, negated } => ScalarKind::IsNull { input: Box::new(map(*input, f)), negated },
        ScalarKind::IsBool { input, value, negated } => {
            ScalarKind::IsBool { input: Box::new(map(*input, f)), value, negated }
        }
        ScalarKind::Field { input, index } => ScalarKind::Field { input: Box::new(map(*input, f)), index },
        ScalarKind::FieldCount { input, count } => ScalarKind::FieldCount { input: Box::new(map(*input, f)), count },
        ScalarKind::ArrayCoerce { input, item, element } => {
            ScalarKind::ArrayCoerce { input: Box::new(map(*input, f)), item, element: Box::new(map(*element, f)) }
        }
        ScalarKind::DomainCheck { input, item, domain, not_null, checks } => ScalarKind::DomainCheck {
            input: Box::new(map(*input, f)),
            item,
            domain,
            not_null,
            checks: checks.into_iter().map(|(name, check)| (name, map(check, f))).collect(),
        },
        ScalarKind::And(items) => ScalarKind::And(each(items, f)),
        ScalarKind::Or(items) => ScalarKind::Or(each(items, f)),
        ScalarKind::Coalesce(items) => ScalarKind::Coalesce(each(items, f)),
        ScalarKind::Row(items) => ScalarKind::Row(each(items, f)),
        ScalarKind::Array { items } => ScalarKind::Array { items: each(items, f) },
        ScalarKind::MinMax { greatest, args } => ScalarKind::MinMax { greatest, args: each(args, f) },
        ScalarKind::IsDistinct { equal, left, right, negated } => {
            ScalarKind::IsDistinct { equal, left: Box::new(map(*left, f)), right: Box::new(map(*right, f)), negated }
        }
        ScalarKind::Case { arms, otherwise } => ScalarKind::Case {
            arms: arms.into_iter().map(|(c, r)| (map(c, f), map(r, f))).collect(),
            otherwise: Box::new(map(*otherwise, f)),
        },
        ScalarKind::InList { function, left, items, all } => {
            ScalarKind::InList { function, left: Box::new(map(*left, f)), items: each(items, f), all }
        }
        ScalarKind::AnyArray { function, left, array, all } => {
            ScalarKind::AnyArray { function, left: Box::new(map(*left, f)), array: Box::new(map(*array, f)), all }
        }
        ScalarKind::Subscript { input, indices } => {
            ScalarKind::Subscript { input: Box::new(map(*input, f)), indices: each_index(indices, f) }
        }
        ScalarKind::SubscriptAssign { input, indices, value } => ScalarKind::SubscriptAssign {
            input: Box::new(map(*input, f)),
            indices: each_index(indices, f),
            value: Box::new(map(*value, f)),
        },
        ScalarKind::RowCompare { op, pairs } => ScalarKind::RowCompare {
            op,
            pairs: pairs
                .into_iter()
                .map(|p| RowPair { left: map(p.left, f), right: map(p.right, f), order: p.order, equal: p.equal })
                .collect(),
        },
        ScalarKind::Subquery(subquery) => {
            let Subquery { kind, query, columns } = *subquery;
            let kind = match kind {
                SubqueryKind::Quantified { left, functions, all } => {
                    SubqueryKind::Quantified { left: each(left, f), functions, all }
                }
                other => other,
            };
            ScalarKind::Subquery(Box::new(Subquery { kind, query, columns }))
        }
        leaf => leaf,
    };
    f(Scalar { kind, ty })
}

/// The operands of nested ANDs, and what the arms of an OR have in common.
pub fn conjuncts(scalar: Scalar, into: &mut Vec<Scalar>) {
    match scalar.kind {
        ScalarKind::And(items) => items.into_iter().for_each(|i| conjuncts(i, into)),
        ScalarKind::Const(gavel_types::Datum::Bool(true)) => {}
        ScalarKind::Or(_) => crate::lower::factor::factor(scalar, into),
        kind => into.push(Scalar { kind, ty: scalar.ty }),
    }
}
