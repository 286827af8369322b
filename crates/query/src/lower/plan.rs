//! The pass from bound relations to plan nodes.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use gavel_binder::bound::{
    Aggregate, AggregateSteps, ColumnId, Cte, CteBody, CteId, FrameBound, LockTarget, Rel, Scalar, ScalarKind,
    SetOpKind, SortKey, Source, Subquery, SubqueryKind, Window as BoundWindow,
};
use gavel_functions::aggregate::AggregateSpec;
use gavel_functions::registry;
use gavel_types::{Datum, PgType, SqlError, SqlResult};

use crate::apply::waiting;
use crate::exec::batch::Layout;
use crate::exec::expr::{Expr, ExprKind};
use crate::exec::plan::{
    AggregateCall, AggregatePlan, Bound, CtePlan, Fetch, LockedRows, Node, Op, SetPlan, SortExpr, WindowCall,
    WindowGroup,
};
use crate::exec::scan;
use crate::exec::user_aggregate::{self, Steps};
use crate::lower::estimate::column_of;
use crate::lower::statistics::ColumnFacts;
use crate::lower::walk::{Refs, conjuncts, map};
use crate::lower::{PlanEnv, append};

/// Rows of a table of which nothing is known.
pub const UNKNOWN_ROWS: f64 = 1000.0;
/// What a node other than a scan or a join costs for each row that it is given.
const HANDLING_COST: f64 = 0.2;
/// Ids from here on are the planner's own; the binder counts from 0.
const FIRST_OWN_COLUMN: u32 = 1 << 30;
/// Deepest nesting of relations that is planned.
const MAX_DEPTH: usize = 400;

/// What the node above wants.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// Columns that must come out.
    pub required: BTreeSet<ColumnId>,
    /// Conditions on the output, all of which must be applied.
    pub filters: Vec<Scalar>,
    /// An order that would save a sort: column, descending, NULLs first.
    pub order: Vec<(ColumnId, bool, bool)>,
    /// How many rows will be read, if that is known: a licence to stop.
    pub fetch: Option<Fetch>,
}

/// Aggregates whose result shows in which order values came.
const COLLECTING: [u32; 8] = [2335, 4053, 3538, 3545, 3175, 3267, 3197, 3270];

/// The order in which an aggregate takes its rows. Distinct values come sorted, as they do where sorting finds them.
fn order_of(call: &Aggregate) -> Vec<SortKey> {
    let sortable = call.args.iter().all(|arg| gavel_binder::sortable(arg.ty.oid).is_ok());
    let shows_order = COLLECTING.contains(&call.function.0) || call.user.is_some();
    if !call.distinct || !call.order_by.is_empty() || !sortable || !shows_order {
        return call.order_by.clone();
    }
    call.args.iter().map(|expr| SortKey { expr: expr.clone(), descending: false, nulls_first: false }).collect()
}

impl Ask {
    pub fn columns(required: BTreeSet<ColumnId>) -> Self {
        Self { required, ..Self::default() }
    }

    /// The required columns and those that the filters mention.
    pub fn needed(&self) -> BTreeSet<ColumnId> {
        let mut needed = self.required.clone();
        for filter in &self.filters {
            needed.extend(Refs::of_scalar(filter).free());
        }
        needed
    }
}

/// A planned relation.
pub struct Planned {
    pub node: Arc<Node>,
    /// Whether it comes in the order that was asked for.
    pub ordered: bool,
}

enum CteInfo {
    /// Read from the scope: layout and rows of its plan.
    Scoped { name: String, layout: Layout, rows: f64 },
    /// Replaces its only reference.
    Inline(Rel),
}

pub struct Planner<'a> {
    pub env: &'a dyn PlanEnv,
    next_node: usize,
    pub next_site: usize,
    next_column: u32,
    ctes: HashMap<CteId, CteInfo>,
    depth: usize,
    /// What is known of columns that were planned.
    pub known_columns: HashMap<ColumnId, ColumnFacts>,
    /// Columns that are a unique key of a table together, with the rows of that table.
    pub unique_keys: Vec<(Vec<ColumnId>, f64)>,
    /// Costs of nodes, in rows read by a scan, where they are not simply those of their inputs.
    costs: HashMap<usize, f64>,
}

impl<'a> Planner<'a> {
    pub fn new(env: &'a dyn PlanEnv) -> Self {
        Self {
            env,
            next_node: 0,
            next_site: 0,
            next_column: FIRST_OWN_COLUMN,
            ctes: HashMap::new(),
            depth: 0,
            known_columns: HashMap::new(),
            unique_keys: vec![],
            costs: HashMap::new(),
        }
    }

    /// An id that no column of the statement has.
    pub fn fresh_column(&mut self) -> ColumnId {
        self.next_column += 1;
        ColumnId(self.next_column)
    }

    pub fn node(&mut self, op: Op, columns: Vec<(ColumnId, PgType)>, rows: f64) -> Arc<Node> {
        self.next_node += 1;
        Node::new(self.next_node, op, columns.into(), rows.max(1.0))
    }

    /// A node with what it costs to run it, its inputs included.
    pub fn costly(&mut self, op: Op, columns: Vec<(ColumnId, PgType)>, rows: f64, cost: f64) -> Arc<Node> {
        let node = self.node(op, columns, rows);
        self.costs.insert(node.id, cost);
        node
    }

    /// What it costs to run a node.
    pub fn cost_of(&self, node: &Node) -> f64 {
        match self.costs.get(&node.id) {
            Some(cost) => *cost,
            None => node.inputs().into_iter().map(|i| self.cost_of(i) + i.rows * HANDLING_COST).sum(),
        }
    }

    /// Plans `rel` to put out exactly `columns`.
    pub fn plan_in_order(&mut self, rel: &Rel, columns: &[(ColumnId, PgType)]) -> SqlResult<Arc<Node>> {
        let ask = Ask::columns(columns.iter().map(|c| c.0).collect());
        let node = self.plan(rel, ask)?.node;
        if node.columns[..] == *columns {
            return Ok(node);
        }
        let exprs = columns
            .iter()
            .map(|(id, ty)| {
                let position = node.position(*id).ok_or_else(|| lost(*id))?;
                Ok(Expr::column(position, *ty))
            })
            .collect::<SqlResult<_>>()?;
        let rows = node.rows;
        Ok(self.node(Op::Project { input: node, exprs }, columns.to_vec(), rows))
    }

    /// Plans the query of a subquery expression.
    pub fn subplan(&mut self, subquery: &Subquery) -> SqlResult<Arc<Node>> {
        let mut ask = Ask::columns(subquery.columns.iter().copied().collect());
        match subquery.kind {
            SubqueryKind::Exists => {
                ask.required.clear();
                let one = Expr::constant(Datum::Int8(1), PgType::INT8);
                ask.fetch = Some(Fetch { limit: one, offset: None });
            }
            SubqueryKind::Scalar => {
                let two = Expr::constant(Datum::Int8(2), PgType::INT8);
                ask.fetch = Some(Fetch { limit: two, offset: None });
            }
            _ => {}
        }
        Ok(self.plan_required(&subquery.query, ask)?.node)
    }

    /// Plans with the certainty that required columns come out even if the relation below gives none.
    fn plan_required(&mut self, rel: &Rel, ask: Ask) -> SqlResult<Planned> {
        let required = ask.required.clone();
        let planned = self.plan(rel, ask)?;
        for id in required {
            if planned.node.position(id).is_none() {
                return Err(lost(id));
            }
        }
        Ok(planned)
    }

    /// Plans `rel` as asked: the filters are applied, the required columns that it has come out.
    pub fn plan(&mut self, rel: &Rel, ask: Ask) -> SqlResult<Planned> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(SqlError::new(gavel_types::SqlState::StatementTooComplex, "statement is nested too deeply"));
        }
        let planned = self.plan_kind(rel, ask);
        self.depth -= 1;
        planned
    }

    fn plan_kind(&mut self, rel: &Rel, mut ask: Ask) -> SqlResult<Planned> {
        match rel {
            Rel::Scan { source: Source::Table(table), columns, row_key } => {
                self.plan_scan(table, columns, *row_key, ask)
            }
            Rel::Scan { source: Source::System { schema, name }, columns, .. } => {
                self.plan_system(schema, name, columns, ask)
            }
            Rel::Append { .. } => self.plan_append(rel, ask),
            Rel::Values { rows, columns } => {
                let needed = ask.needed();
                let kept: Vec<usize> = (0..columns.len()).filter(|&i| needed.contains(&columns[i].0)).collect();
                let mut compiled = Vec::with_capacity(rows.len());
                for row in rows {
                    let exprs = kept
                        .iter()
                        .map(|&i| row.get(i).ok_or_else(|| lost(columns[i].0)).and_then(|s| self.compile(s, &[])))
                        .collect::<SqlResult<Vec<_>>>()?;
                    compiled.push(exprs);
                }
                let layout = kept.iter().map(|&i| columns[i]).collect();
                let node = self.node(Op::Values { rows: compiled }, layout, rows.len() as f64);
                self.filtered(node, ask.filters)
            }
            Rel::Filter { input, predicate } => {
                let mut own = vec![];
                conjuncts(predicate.clone(), &mut own);
                let unnested = crate::lower::unnest::unnest(self, input, &mut own);
                let input = unnested.as_ref().unwrap_or(input);
                let lifted = crate::lower::lift::lift(self, input, &mut own, ask.fetch.is_some());
                own.append(&mut ask.filters);
                ask.filters = own;
                self.plan(lifted.as_ref().unwrap_or(input), ask)
            }
            Rel::Project { input, exprs } => {
                let mut scalars: Vec<Scalar> = exprs.iter().map(|e| e.1.clone()).collect();
                match crate::lower::lift::lift(self, input, &mut scalars, ask.fetch.is_some()) {
                    Some(input) => {
                        let exprs: Vec<_> = exprs.iter().map(|e| e.0).zip(scalars).collect();
                        self.plan_project(&input, &exprs, ask)
                    }
                    None => self.plan_project(input, exprs, ask),
                }
            }
            Rel::Join { kind, left, right, on, .. } => self.plan_join(*kind, left, right, on, ask),
            Rel::Aggregate { input, groups, sets, grouping, aggregates } => {
                self.plan_aggregate(input, groups, sets.as_ref(), *grouping, aggregates, ask)
            }
            Rel::Window { input, calls } => self.plan_window(input, calls, ask),
            Rel::ProjectSet { input, calls } => {
                let produced: BTreeSet<ColumnId> = calls.iter().flat_map(|c| c.columns.iter().map(|c| c.0)).collect();
                let (above, below) = split(ask.filters, |refs| refs.used.is_disjoint(&produced));
                let mut required = ask.required;
                for filter in &above {
                    required.extend(Refs::of_scalar(filter).free());
                }
                for call in calls {
                    call.args.iter().for_each(|a| required.extend(Refs::of_scalar(a).free()));
                }
                let input = self.plan(input, Ask { required, filters: below, ..Ask::default() })?.node;
                let node = self.set_functions(Some(input), calls, None)?;
                self.filtered(node, above)
            }
            Rel::FunctionScan { calls, ordinality } => {
                let node = self.set_functions(None, calls, *ordinality)?;
                self.filtered(node, ask.filters)
            }
            Rel::Sort { input, keys } => self.plan_sort(input, keys, ask),
            Rel::Limit { input, limit: None, offset: None, with_ties } if with_ties.is_empty() => {
                let (above, below): (Vec<_>, Vec<_>) = ask.filters.into_iter().partition(crate::lower::fence::tells);
                let mut required = ask.required;
                for filter in &above {
                    required.extend(Refs::of_scalar(filter).free());
                }
                if above.is_empty() {
                    return self.plan(input, Ask { required, filters: below, order: ask.order, fetch: ask.fetch });
                }
                let node = self.plan(input, Ask { required, filters: below, ..Ask::default() })?.node;
                self.filtered(node, above)
            }
            Rel::Limit { input, limit, offset, with_ties } => {
                let limit_expr = limit.as_ref().map(|l| self.compile(l, &[])).transpose()?;
                let offset_expr = offset.as_ref().map(|o| self.compile(o, &[])).transpose()?;
                let mut required = ask.needed();
                for key in with_ties {
                    required.extend(Refs::of_scalar(&key.expr).free());
                }
                let fetch = match &limit_expr {
                    Some(limit) if with_ties.is_empty() => {
                        Some(Fetch { limit: limit.clone(), offset: offset_expr.clone() })
                    }
                    _ => None,
                };
                let filters = ask.filters;
                let below = Ask { required, filters: vec![], order: vec![], fetch };
                let input = self.plan(input, below)?.node;
                let ties = self.sort_exprs(with_ties, &input.columns)?;
                let rows = match &limit_expr {
                    Some(Expr { kind: ExprKind::Const(Datum::Int8(n)), .. }) => input.rows.min(*n as f64),
                    Some(_) => input.rows.min(100.0),
                    None => input.rows,
                };
                let columns = input.columns.to_vec();
                let op = Op::Limit { input, limit: limit_expr, offset: offset_expr, ties };
                let node = self.node(op, columns, rows);
                self.filtered(node, filters)
            }
            Rel::Distinct { input } => {
                let (above, below) = split(ask.filters, |_| true);
                let required = output_of(input);
                let input =
                    self.plan(input, Ask { required: required.clone(), filters: below, ..Ask::default() })?.node;
                let input = self.only(input, &required)?;
                let columns = input.columns.to_vec();
                let rows = (input.rows / 2.0).max(1.0);
                let node = self.node(Op::Distinct { input }, columns, rows);
                self.filtered(node, above)
            }
            Rel::DistinctOn { input, on } => {
                let mut required = ask.needed();
                on.iter().for_each(|o| required.extend(Refs::of_scalar(o).free()));
                let input = self.plan(input, Ask::columns(required))?.node;
                let keys = on.iter().map(|o| self.compile(o, &input.columns)).collect::<SqlResult<_>>()?;
                let columns = input.columns.to_vec();
                let rows = (input.rows / 2.0).max(1.0);
                let node = self.node(Op::DistinctOn { input, keys }, columns, rows);
                self.filtered(node, ask.filters)
            }
            Rel::SetOp { op, all, left, right, columns } => self.plan_set_op(*op, *all, left, right, columns, ask),
            Rel::With { ctes, body } => self.plan_with(ctes, body, ask),
            Rel::CteRef { cte, columns } => self.plan_cte_ref(*cte, columns, ask),
            Rel::Lock { input, targets, follows } => {
                let mut required = ask.needed();
                required.extend(targets.iter().flat_map(LockTarget::columns));
                let filters = ask.filters;
                // Of the rows below some may be left out.
                let fetch = ask.fetch.filter(|_| !*follows);
                let below = Ask { required, filters: vec![], order: ask.order, fetch };
                let Planned { node: input, ordered } = self.plan(input, below)?;
                let targets = targets
                    .iter()
                    .map(|t| {
                        let place = |id: ColumnId| input.position(id).ok_or_else(|| lost(id));
                        let table_oid = t.parts.as_ref().map(|(_, id)| place(*id)).transpose()?;
                        Ok(LockedRows { target: t.clone(), row_key: place(t.row_key)?, table_oid })
                    })
                    .collect::<SqlResult<_>>()?;
                let (columns, rows) = (input.columns.to_vec(), input.rows);
                let node = self.node(Op::Lock { input, targets, follows: *follows }, columns, rows);
                let node = self.filtered(node, filters)?.node;
                Ok(Planned { node, ordered })
            }
            Rel::Modify(modify) => {
                let columns: Vec<(ColumnId, PgType)> =
                    modify.returning.iter().flatten().map(|(o, _)| (o.id, o.ty)).collect();
                let mut required = output_of(&modify.source);
                required.extend(Refs::of_rel(&Rel::Modify(modify.clone())).used);
                let source = self.plan(&modify.source, Ask::columns(required))?.node;
                let rows = source.rows;
                let op = self.modify(modify, source)?;
                let node = self.node(op, columns, rows);
                self.filtered(node, ask.filters)
            }
            Rel::Called(called) => {
                let args = called.args.iter().map(|a| self.compile(a, &[])).collect::<SqlResult<Vec<_>>>()?;
                let rows = f64::from(called.function.rows).max(1.0);
                let columns = called.columns.clone();
                let node = self.node(Op::Called { called: Arc::new((**called).clone()), args }, columns, rows);
                self.filtered(node, ask.filters)
            }
            Rel::Statements { function, guard, first, last, after } => {
                let guard = guard.as_ref().map(|g| self.compile(g, &[])).transpose()?;
                let all = |rel: &Rel| Ask::columns(output_of(rel));
                let first = first.iter().map(|r| Ok(self.plan(r, all(r))?.node)).collect::<SqlResult<Vec<_>>>()?;
                let last = self.plan(last, all(last))?.node;
                let after = after.iter().map(|r| Ok(self.plan(r, all(r))?.node)).collect::<SqlResult<Vec<_>>>()?;
                let (columns, rows) = (last.columns.to_vec(), last.rows);
                let op = Op::Statements { function: function.clone(), guard, first, last, after };
                let node = self.node(op, columns, rows);
                self.filtered(node, ask.filters)
            }
        }
    }

    /// Applies conditions above a node.
    pub fn filtered(&mut self, node: Arc<Node>, filters: Vec<Scalar>) -> SqlResult<Planned> {
        let part: f64 = filters.iter().map(|f| self.guess(f)).product();
        let mut rest = filters;
        let predicate = match rest.len() {
            0 => return Ok(Planned { node, ordered: false }),
            1 => rest.remove(0),
            _ => Scalar { kind: ScalarKind::And(rest), ty: PgType::BOOL },
        };
        let predicate = self.compile(&predicate, &node.columns)?;
        let (columns, rows) = (node.columns.to_vec(), node.rows * part);
        let node = self.node(Op::Filter { input: node, predicate }, columns, rows);
        Ok(Planned { node, ordered: false })
    }

    /// The node with no other columns than `wanted`.
    pub fn only(&mut self, node: Arc<Node>, wanted: &BTreeSet<ColumnId>) -> SqlResult<Arc<Node>> {
        if node.columns.iter().all(|c| wanted.contains(&c.0)) {
            return Ok(node);
        }
        let kept: Vec<usize> = (0..node.columns.len()).filter(|&i| wanted.contains(&node.columns[i].0)).collect();
        let exprs = kept.iter().map(|&i| Expr::column(i, node.columns[i].1)).collect();
        let columns = kept.iter().map(|&i| node.columns[i]).collect();
        let rows = node.rows;
        Ok(self.node(Op::Project { input: node, exprs }, columns, rows))
    }

    fn plan_project(&mut self, input: &Rel, exprs: &[(ColumnId, Scalar)], ask: Ask) -> SqlResult<Planned> {
        let by_id: HashMap<ColumnId, &Scalar> = exprs.iter().map(|(id, s)| (*id, s)).collect();
        // A condition sinks if what it mentions may be computed twice.
        let (above, sinking) = split(ask.filters, |refs| {
            refs.used.iter().filter_map(|c| by_id.get(c)).all(|s| {
                let refs = Refs::of_scalar(s);
                !refs.volatile && !refs.subqueries
            }) && !(refs.subqueries && refs.used.iter().any(|c| by_id.contains_key(c)))
        });
        let below: Vec<Scalar> = sinking.into_iter().map(|f| substitute(f, &by_id)).collect();
        let mut wanted = ask.required;
        for filter in &above {
            wanted.extend(Refs::of_scalar(filter).free());
        }
        let kept: Vec<&(ColumnId, Scalar)> = exprs.iter().filter(|e| wanted.contains(&e.0)).collect();
        let mut required = BTreeSet::new();
        for (_, scalar) in &kept {
            required.extend(Refs::of_scalar(scalar).free());
        }
        let order = ask
            .order
            .iter()
            .map_while(|(id, desc, first)| match by_id.get(id).map(|s| &s.kind) {
                Some(ScalarKind::Column(inner)) => Some((*inner, *desc, *first)),
                _ => None,
            })
            .collect::<Vec<_>>();
        let whole_order = order.len() == ask.order.len();
        // Rows cannot be cut in an order that only the projection makes.
        let fetch = if above.is_empty() && whole_order { ask.fetch } else { None };
        let below = Ask { required, filters: below, order: if whole_order { order } else { vec![] }, fetch };
        let planned = self.plan(input, below)?;
        for (id, scalar) in &kept {
            if let Some(facts) = column_of(scalar).and_then(|inner| self.facts(inner)) {
                self.known_columns.insert(*id, facts);
            }
        }
        let compiled = kept.iter().map(|(_, s)| self.compile(s, &planned.node.columns)).collect::<SqlResult<_>>()?;
        let columns = kept.iter().map(|(id, s)| (*id, s.ty)).collect();
        let rows = planned.node.rows;
        let node = self.node(Op::Project { input: planned.node, exprs: compiled }, columns, rows);
        let node = self.filtered(node, above)?.node;
        Ok(Planned { node, ordered: planned.ordered && whole_order })
    }

    fn plan_aggregate(
        &mut self,
        input: &Rel,
        groups: &[(ColumnId, Scalar)],
        sets: Option<&Vec<Vec<usize>>>,
        grouping: Option<ColumnId>,
        aggregates: &[Aggregate],
        ask: Ask,
    ) -> SqlResult<Planned> {
        let by_id: HashMap<ColumnId, &Scalar> = groups.iter().map(|(id, s)| (*id, s)).collect();
        // A condition on group columns alone may choose rows instead of groups.
        let (above, sinking) = split(ask.filters, |refs| {
            sets.is_none()
                && !groups.is_empty()
                && !refs.subqueries
                && refs.used.iter().any(|c| by_id.contains_key(c))
                && refs.used.iter().all(|c| match by_id.get(c) {
                    Some(scalar) => !Refs::of_scalar(scalar).volatile,
                    None => !aggregates.iter().any(|a| a.id == *c),
                })
        });
        let below: Vec<Scalar> = sinking.into_iter().map(|f| substitute(f, &by_id)).collect();
        let mut wanted = ask.required;
        for filter in &above {
            wanted.extend(Refs::of_scalar(filter).free());
        }
        let kept: Vec<_> = aggregates.iter().filter(|a| wanted.contains(&a.id)).collect();
        let mut required = BTreeSet::new();
        for (_, scalar) in groups {
            required.extend(Refs::of_scalar(scalar).free());
        }
        for call in &kept {
            let order = call.order_by.iter().map(|k| &k.expr);
            for scalar in call.args.iter().chain(&call.filter).chain(order) {
                required.extend(Refs::of_scalar(scalar).free());
            }
        }
        let input = self.plan(input, Ask { required, filters: below, ..Ask::default() })?.node;
        let layout = input.columns.clone();
        let group_exprs = groups.iter().map(|(_, s)| self.compile(s, &layout)).collect::<SqlResult<Vec<_>>>()?;
        let mut calls = vec![];
        for call in &kept {
            let steps = call.user.as_ref().and_then(|user| user.steps.as_ref());
            let steps = steps.map(|steps| self.aggregate_steps(steps)).transpose()?;
            let proc = match steps {
                Some(_) => user_aggregate::proc(),
                None => registry::proc(call.function)
                    .ok_or_else(|| SqlError::internal(format!("aggregate {} is unknown", call.function)))?,
            };
            let args = call.args.iter().map(|a| self.compile(a, &layout)).collect::<SqlResult<Vec<_>>>()?;
            let spec = AggregateSpec { arg_types: args.iter().map(|a| a.ty).collect(), result: call.ty };
            calls.push(AggregateCall {
                proc,
                args,
                distinct: call.distinct,
                filter: call.filter.as_ref().map(|f| self.compile(f, &layout)).transpose()?,
                order_by: self.sort_exprs(&order_of(call), &layout)?,
                spec,
                steps,
                label: call.user.as_ref().map(|user| user.function.name.clone()),
            });
        }
        let mut columns: Vec<(ColumnId, PgType)> = groups.iter().map(|(id, s)| (*id, s.ty)).collect();
        columns.extend(grouping.map(|id| (id, PgType::INT8)));
        columns.extend(kept.iter().map(|a| (a.id, a.ty)));
        let rows = self.group_rows(groups, input.rows);
        for (id, scalar) in groups {
            let distinct = if groups.len() == 1 { rows } else { self.distinct(scalar, rows) };
            self.known_columns.insert(*id, ColumnFacts { rows, distinct, nulls: 0.0 });
        }
        // Groups that are nearly as many as the rows gain nothing from being made twice.
        let fewer = groups.is_empty() || rows * 2.0 <= input.rows;
        let whole = sets.is_none() && grouping.is_none();
        let pushed = whole && fewer && scan::aggregates_in_storage(&input, &group_exprs, &calls);
        let plan = AggregatePlan {
            input,
            groups: group_exprs,
            sets: sets.cloned(),
            grouping: grouping.is_some(),
            aggregates: calls,
            pushed,
        };
        let node = self.node(Op::Aggregate(plan), columns, rows);
        self.filtered(node, above)
    }

    /// What a user's aggregate does with a row.
    fn aggregate_steps(&mut self, steps: &AggregateSteps) -> SqlResult<Steps> {
        let layout: Vec<(ColumnId, PgType)> =
            std::iter::once(steps.state).chain(steps.inputs.iter().copied()).collect();
        Ok(Steps {
            direct: steps.direct,
            transition: self.compile(&steps.transition, &layout)?,
            strict: steps.strict,
            initial: steps.initial.as_ref().map(|s| self.compile(s, &[])).transpose()?,
            finish: steps.finish.as_ref().map(|s| self.compile(s, &layout)).transpose()?,
            layout,
        })
    }

    /// Groups that rows fall into.
    fn group_rows(&self, groups: &[(ColumnId, Scalar)], rows: f64) -> f64 {
        let mut product = 1.0;
        for (_, scalar) in groups {
            product *= self.distinct(scalar, rows);
        }
        // The groups of all rows of which some are left.
        let (rows, all) = (rows.max(1.0), product.max(1.0));
        if groups.is_empty() { 1.0 } else { (all * (1.0 - (-rows / all).exp())).clamp(1.0, rows) }
    }

    fn plan_window(&mut self, input: &Rel, calls: &[BoundWindow], ask: Ask) -> SqlResult<Planned> {
        let wanted = ask.needed();
        let kept: Vec<&BoundWindow> = calls.iter().filter(|c| wanted.contains(&c.id)).collect();
        let produced: BTreeSet<ColumnId> = calls.iter().map(|c| c.id).collect();
        let mut required: BTreeSet<ColumnId> = wanted.difference(&produced).copied().collect();
        for call in &kept {
            let order = call.order_by.iter().map(|k| &k.expr);
            let bounds = [&call.frame.start, &call.frame.end].into_iter().filter_map(|b| match b {
                FrameBound::Preceding(s) | FrameBound::Following(s) => Some(s),
                _ => None,
            });
            for s in call.args.iter().chain(&call.filter).chain(&call.partition_by).chain(order).chain(bounds) {
                required.extend(Refs::of_scalar(s).free());
            }
        }
        required.retain(|c| !produced.contains(c));
        let input = self.plan(input, Ask::columns(required))?.node;
        let mut columns = input.columns.to_vec();
        let layout = input.columns.clone();
        let mut groups: Vec<(&BoundWindow, WindowGroup, Vec<(ColumnId, PgType)>)> = vec![];
        for call in kept {
            let steps = call.user.as_ref().and_then(|user| user.steps.as_ref());
            let steps = steps.map(|steps| self.aggregate_steps(steps)).transpose()?;
            let proc = match steps {
                Some(_) => user_aggregate::proc(),
                None => registry::proc(call.function)
                    .ok_or_else(|| SqlError::internal(format!("window function {} is unknown", call.function)))?,
            };
            let args = call.args.iter().map(|a| self.compile(a, &layout)).collect::<SqlResult<Vec<_>>>()?;
            let spec = AggregateSpec { arg_types: args.iter().map(|a| a.ty).collect(), result: call.ty };
            let compiled = WindowCall {
                proc,
                args,
                filter: call.filter.as_ref().map(|f| self.compile(f, &layout)).transpose()?,
                units: call.frame.units,
                start: self.bound(&call.frame.start, &layout)?,
                end: self.bound(&call.frame.end, &layout)?,
                exclude: call.frame.exclude,
                spec,
                steps,
            };
            let same =
                groups.iter().position(|g| g.0.partition_by == call.partition_by && g.0.order_by == call.order_by);
            match same {
                Some(at) => {
                    groups[at].1.calls.push(compiled);
                    groups[at].2.push((call.id, call.ty));
                }
                None => {
                    let partition_by =
                        call.partition_by.iter().map(|p| self.compile(p, &layout)).collect::<SqlResult<_>>()?;
                    let order_by = self.sort_exprs(&call.order_by, &layout)?;
                    groups.push((
                        call,
                        WindowGroup { partition_by, order_by, calls: vec![compiled] },
                        vec![(call.id, call.ty)],
                    ));
                }
            }
        }
        columns.extend(groups.iter().flat_map(|g| g.2.iter().copied()));
        let rows = input.rows;
        let groups: Vec<WindowGroup> = groups.into_iter().map(|g| g.1).collect();
        if groups.is_empty() {
            return self.filtered(input, ask.filters);
        }
        let node = self.node(Op::Window { input, groups }, columns, rows);
        self.filtered(node, ask.filters)
    }

    fn bound(&mut self, bound: &FrameBound, layout: &[(ColumnId, PgType)]) -> SqlResult<Bound> {
        Ok(match bound {
            FrameBound::UnboundedPreceding => Bound::UnboundedPreceding,
            FrameBound::Preceding(s) => Bound::Preceding(self.compile(s, layout)?),
            FrameBound::CurrentRow => Bound::CurrentRow,
            FrameBound::Following(s) => Bound::Following(self.compile(s, layout)?),
            FrameBound::UnboundedFollowing => Bound::UnboundedFollowing,
        })
    }

    fn set_functions(
        &mut self,
        input: Option<Arc<Node>>,
        calls: &[gavel_binder::bound::SetCall],
        ordinality: Option<ColumnId>,
    ) -> SqlResult<Arc<Node>> {
        let layout: Vec<(ColumnId, PgType)> = input.as_ref().map_or(vec![], |i| i.columns.to_vec());
        let mut plans = vec![];
        let mut columns = layout.clone();
        for call in calls {
            let proc = registry::proc(call.function)
                .ok_or_else(|| SqlError::internal(format!("function {} is unknown", call.function)))?;
            let waited = waiting::kind(call.function).is_some();
            let result = match &call.columns[..] {
                [(_, ty)] => *ty,
                _ => PgType::RECORD,
            };
            let args = if waited {
                let kind = ScalarKind::Call { function: call.function, args: call.args.clone() };
                vec![self.compile(&Scalar { kind, ty: result }, &layout)?]
            } else {
                call.args.iter().map(|a| self.compile(a, &layout)).collect::<SqlResult<Vec<_>>>()?
            };
            plans.push(SetPlan {
                proc,
                arg_types: args.iter().map(|a| a.ty).collect(),
                args,
                columns: call.columns.iter().map(|c| c.1).collect(),
                result,
                waited,
            });
            columns.extend(call.columns.iter().copied());
        }
        columns.extend(ordinality.map(|id| (id, PgType::INT8)));
        let rows = input.as_ref().map_or(1.0, |i| i.rows) * 10.0;
        Ok(self.node(Op::Sets { input, calls: plans, ordinality: ordinality.is_some() }, columns, rows))
    }

    fn plan_sort(&mut self, input: &Rel, keys: &[SortKey], ask: Ask) -> SqlResult<Planned> {
        let (above, below) = split(ask.filters, |_| true);
        let mut required = ask.required;
        for scalar in above.iter().chain(keys.iter().map(|k| &k.expr)) {
            required.extend(Refs::of_scalar(scalar).free());
        }
        // Constants do not order anything.
        let keys: Vec<&SortKey> =
            keys.iter().filter(|k| !matches!(k.expr.kind, ScalarKind::Const(_) | ScalarKind::Param(_))).collect();
        let order: Option<Vec<(ColumnId, bool, bool)>> = keys
            .iter()
            .map(|k| match k.expr.kind {
                ScalarKind::Column(id) => Some((id, k.descending, k.nulls_first)),
                _ => None,
            })
            .collect();
        let fetch = if above.is_empty() { ask.fetch } else { None };
        let wanted = order.unwrap_or_default();
        let asked = !wanted.is_empty() || keys.is_empty();
        let planned =
            self.plan(input, Ask { required, filters: below, order: wanted, fetch: fetch.clone() }.sorted(keys.len()))?;
        let input = planned.node;
        let node = if asked && (planned.ordered || keys.is_empty()) {
            input
        } else {
            let keys: Vec<SortKey> = keys.into_iter().cloned().collect();
            let keys = self.sort_exprs(&keys, &input.columns)?;
            let (columns, rows) = (input.columns.to_vec(), input.rows);
            self.node(Op::Sort { input, keys, fetch }, columns, rows)
        };
        self.filtered(node, above)
    }

    pub fn sort_exprs(&mut self, keys: &[SortKey], layout: &[(ColumnId, PgType)]) -> SqlResult<Vec<SortExpr>> {
        keys.iter()
            .map(|k| {
                Ok(SortExpr {
                    expr: self.compile(&k.expr, layout)?,
                    descending: k.descending,
                    nulls_first: k.nulls_first,
                })
            })
            .collect()
    }

    fn plan_set_op(
        &mut self,
        op: SetOpKind,
        all: bool,
        left: &Rel,
        right: &Rel,
        columns: &[(ColumnId, ColumnId, ColumnId, PgType)],
        ask: Ask,
    ) -> SqlResult<Planned> {
        let (above, sinking) = split(ask.filters, |refs| !refs.subqueries);
        let mut wanted = ask.required;
        for filter in &above {
            wanted.extend(Refs::of_scalar(filter).free());
        }
        let append = op == SetOpKind::Union;
        let kept: Vec<_> = columns.iter().filter(|c| !(append && all) || wanted.contains(&c.0)).collect();
        let mut sides = vec![];
        for (side, rel) in [left, right].into_iter().enumerate() {
            let inner = |c: &(ColumnId, ColumnId, ColumnId, PgType)| if side == 0 { c.1 } else { c.2 };
            let names: HashMap<ColumnId, Scalar> =
                columns.iter().map(|c| (c.0, Scalar { kind: ScalarKind::Column(inner(c)), ty: c.3 })).collect();
            let by_id: HashMap<ColumnId, &Scalar> = names.iter().map(|(id, s)| (*id, s)).collect();
            let filters = sinking.iter().map(|f| substitute(f.clone(), &by_id)).collect();
            let required = kept.iter().map(|c| inner(c)).collect();
            let node = self.plan(rel, Ask { required, filters, ..Ask::default() })?.node;
            let positions =
                kept.iter().map(|c| node.position(inner(c)).ok_or_else(|| lost(c.0))).collect::<SqlResult<Vec<_>>>()?;
            sides.push((node, positions));
        }
        let layout: Vec<(ColumnId, PgType)> = kept.iter().map(|c| (c.0, c.3)).collect();
        let rows: f64 = sides.iter().map(|s| s.0.rows).sum();
        let node = if append {
            let node = self.node(Op::Append { inputs: sides, pruning: None }, layout.clone(), rows);
            if all { node } else { self.node(Op::Distinct { input: node }, layout, rows / 2.0) }
        } else {
            let mut sides = sides.into_iter();
            let (Some(left), Some(right)) = (sides.next(), sides.next()) else {
                return Err(SqlError::internal("set operation without sides"));
            };
            let rows = left.0.rows / 2.0;
            self.node(Op::SetOp { op, all, left, right }, layout, rows)
        };
        self.filtered(node, above)
    }

    fn plan_with(&mut self, ctes: &[Cte], body: &Rel, ask: Ask) -> SqlResult<Planned> {
        let mut uses: HashMap<CteId, usize> = HashMap::new();
        let mut count = |rel: &Rel| {
            for id in Refs::of_rel(rel).ctes_used {
                *uses.entry(id).or_default() += 1;
            }
        };
        count(body);
        for cte in ctes {
            match &cte.body {
                CteBody::Plain { query, .. } => count(query),
                CteBody::Recursive { base, step, .. } => {
                    count(base);
                    count(step);
                }
            }
        }
        let mut plans = vec![];
        for cte in ctes {
            let used = uses.get(&cte.id).copied().unwrap_or(0);
            match &cte.body {
                CteBody::Plain { query, columns } => {
                    let refs = Refs::of_rel(query);
                    if used == 0 && !refs.modifies {
                        continue;
                    }
                    let inline = match cte.materialized {
                        Some(materialized) => !materialized,
                        None => used == 1,
                    };
                    // Columns of enclosing queries reach it where it stands, not in a subquery that reads it.
                    let reachable = refs.free().is_empty() || reads(body, cte.id);
                    if inline && used == 1 && !refs.volatile && reachable {
                        self.ctes.insert(cte.id, CteInfo::Inline(query.clone()));
                        continue;
                    }
                    let plan = if refs.modifies && columns.is_empty() {
                        self.plan(query, Ask::default())?.node
                    } else {
                        self.plan_in_order(query, columns)?
                    };
                    let (layout, rows) = (plan.columns.clone(), plan.rows);
                    self.ctes.insert(cte.id, CteInfo::Scoped { name: cte.name.clone(), layout, rows });
                    plans.push(CtePlan { id: cte.id, name: cte.name.clone(), plan, modifying: refs.modifies });
                }
                CteBody::Recursive { base, step, all, columns } => {
                    if used == 0 {
                        continue;
                    }
                    let layout: Vec<(ColumnId, PgType)> = columns.iter().map(|c| (c.0, c.3)).collect();
                    let base = self.plan(base, Ask::columns(columns.iter().map(|c| c.1).collect()))?.node;
                    let rows = base.rows * 10.0;
                    let info = CteInfo::Scoped { name: cte.name.clone(), layout: layout.clone().into(), rows };
                    self.ctes.insert(cte.id, info);
                    let step = self.plan(step, Ask::columns(columns.iter().map(|c| c.2).collect()))?.node;
                    let place = |node: &Node, id: ColumnId| node.position(id).ok_or_else(|| lost(id));
                    let base_columns = columns.iter().map(|c| place(&base, c.1)).collect::<SqlResult<_>>()?;
                    let step_columns = columns.iter().map(|c| place(&step, c.2)).collect::<SqlResult<_>>()?;
                    let op = Op::Recursive { id: cte.id, base, step, base_columns, step_columns, all: *all };
                    let plan = self.node(op, layout, rows);
                    plans.push(CtePlan { id: cte.id, name: cte.name.clone(), plan, modifying: false });
                }
            }
        }
        let Planned { node: body, ordered } = self.plan(body, ask)?;
        if plans.is_empty() {
            return Ok(Planned { node: body, ordered });
        }
        let (columns, rows) = (body.columns.to_vec(), body.rows);
        let node = self.node(Op::With { ctes: plans, body }, columns, rows);
        Ok(Planned { node, ordered })
    }

    fn plan_cte_ref(&mut self, cte: CteId, columns: &[(ColumnId, ColumnId, PgType)], ask: Ask) -> SqlResult<Planned> {
        let needed = ask.needed();
        match self.ctes.get(&cte) {
            Some(CteInfo::Inline(query)) => {
                // It stays: where there is a choice, the reference is planned several times.
                let input = Box::new(query.clone());
                let exprs = columns
                    .iter()
                    .map(|(own, inner, ty)| (*own, Scalar { kind: ScalarKind::Column(*inner), ty: *ty }))
                    .collect();
                self.plan(&Rel::Project { input, exprs }, ask)
            }
            Some(CteInfo::Scoped { name, layout, rows }) => {
                let kept: Vec<_> = columns.iter().filter(|c| needed.contains(&c.0)).collect();
                let positions = kept
                    .iter()
                    .map(|c| layout.iter().position(|l| l.0 == c.1).ok_or_else(|| lost(c.1)))
                    .collect::<SqlResult<Vec<_>>>()?;
                let (op, rows) = (Op::CteScan { id: cte, name: name.clone(), columns: positions }, *rows);
                let node = self.node(op, kept.iter().map(|c| (c.0, c.2)).collect(), rows);
                self.filtered(node, ask.filters)
            }
            None => Err(SqlError::internal(format!("CTE {} is not in scope", cte.0))),
        }
    }
}

/// Whether the relation reads the CTE outside of its expressions.
fn reads(rel: &Rel, id: CteId) -> bool {
    match rel {
        Rel::CteRef { cte, .. } => *cte == id,
        Rel::Project { input, .. }
        | Rel::Filter { input, .. }
        | Rel::Aggregate { input, .. }
        | Rel::Window { input, .. }
        | Rel::ProjectSet { input, .. }
        | Rel::Sort { input, .. }
        | Rel::Limit { input, .. }
        | Rel::Distinct { input }
        | Rel::DistinctOn { input, .. }
        | Rel::Lock { input, .. } => reads(input, id),
        Rel::Join { left, right, .. } | Rel::SetOp { left, right, .. } => reads(left, id) || reads(right, id),
        Rel::With { body, .. } => reads(body, id),
        _ => false,
    }
}

impl Ask {
    /// Forgets a wish for rows that does not hold where a sort of `keys` keys is still to come.
    fn sorted(mut self, keys: usize) -> Self {
        if keys > 0 && self.order.is_empty() {
            self.fetch = None;
        }
        self
    }
}

/// The error of a column that a plan should have and has not: ours.
pub fn lost(id: ColumnId) -> SqlError {
    SqlError::internal(format!("column {} is missing from the plan", id.0))
}

/// Conditions that stay above, and those that may sink: not volatile, and `may_sink`.
pub fn split(filters: Vec<Scalar>, may_sink: impl Fn(&Refs) -> bool) -> (Vec<Scalar>, Vec<Scalar>) {
    filters.into_iter().partition(|f| {
        let refs = Refs::of_scalar(f);
        refs.volatile || !may_sink(&refs)
    })
}

/// `scalar` with columns replaced by what they stand for.
pub fn substitute(scalar: Scalar, by_id: &HashMap<ColumnId, &Scalar>) -> Scalar {
    map(scalar, &mut |s| match &s.kind {
        ScalarKind::Column(id) => by_id.get(id).map_or(s, |replacement| (*replacement).clone()),
        _ => s,
    })
}

/// Columns that a relation puts out.
pub fn output_of(rel: &Rel) -> BTreeSet<ColumnId> {
    match rel {
        Rel::Scan { columns, row_key, .. } => columns.iter().map(|c| c.1).chain(*row_key).collect(),
        Rel::Append { columns, row_key, table_oid, .. } => append::output(columns, *row_key, *table_oid),
        Rel::Values { columns, .. } => columns.iter().map(|c| c.0).collect(),
        Rel::Project { exprs, .. } => exprs.iter().map(|e| e.0).collect(),
        Rel::Filter { input, .. }
        | Rel::Sort { input, .. }
        | Rel::Limit { input, .. }
        | Rel::Distinct { input }
        | Rel::DistinctOn { input, .. }
        | Rel::Lock { input, .. } => output_of(input),
        Rel::Join { kind, left, right, .. } => {
            let mut columns = output_of(left);
            if !matches!(kind, gavel_binder::bound::JoinKind::Semi | gavel_binder::bound::JoinKind::Anti) {
                columns.extend(output_of(right));
            }
            columns
        }
        Rel::Aggregate { groups, grouping, aggregates, .. } => {
            groups.iter().map(|g| g.0).chain(*grouping).chain(aggregates.iter().map(|a| a.id)).collect()
        }
        Rel::Window { input, calls } => {
            let mut columns = output_of(input);
            columns.extend(calls.iter().map(|c| c.id));
            columns
        }
        Rel::ProjectSet { input, calls } => {
            let mut columns = output_of(input);
            columns.extend(calls.iter().flat_map(|c| c.columns.iter().map(|c| c.0)));
            columns
        }
        Rel::FunctionScan { calls, ordinality } => {
            calls.iter().flat_map(|c| c.columns.iter().map(|c| c.0)).chain(*ordinality).collect()
        }
        Rel::SetOp { columns, .. } => columns.iter().map(|c| c.0).collect(),
        Rel::With { body, .. } => output_of(body),
        Rel::CteRef { columns, .. } => columns.iter().map(|c| c.0).collect(),
        Rel::Modify(modify) => modify.returning.iter().flatten().map(|(o, _)| o.id).collect(),
        Rel::Statements { last, .. } => output_of(last),
        Rel::Called(called) => called.columns.iter().map(|c| c.0).collect(),
    }
}
