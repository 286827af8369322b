//! Plans as a session makes and starts them.

use std::sync::Arc;

use gavel_api::sql::ColumnDesc;
use gavel_binder::bound::{self, ColumnId, Cte, Modify, Output, Rel, RuleStep, Scalar, Statement};
use gavel_catalog::{Catalog, Table};
use gavel_functions::call::{EvalContext, SessionHooks};
use gavel_types::{Datum, Oid, PgType, SqlResult};

use crate::dml::modify::needs_plan;
use crate::engine::statistics::Known;
use crate::exec::frame::Frame;
use crate::exec::operator::BoxOperator;
use crate::exec::{ExecEnv, Execution};
use crate::fast::rel::FastRel;
use crate::lower::walk::Refs;
use crate::lower::{self, PlanEnv, PlannedQuery, TableStatistics};
use crate::partition::hashing::Hashing;
use crate::session::access::Access;
use crate::session::triggers::has_triggers;
use crate::session::{Session, binding};
use crate::settings::PUSH_DOWN;
use crate::system::resolver::style_over;

/// What is run of a bound statement.
pub enum Body {
    /// Either `fast` or `plan` is there.
    Query {
        plan: Option<PlannedQuery>,
        /// What it is called, if it writes or locks rows.
        locks: Option<&'static str>,
        fast: Option<FastRel>,
    },
    Modify(Box<ModifyBody>),
    /// What rules have made of a statement, each part with the columns that it returns; NOTIFY is `Other`.
    Rewritten(Vec<(Body, Option<Arc<[ColumnDesc]>>)>),
    /// EXPLAIN and COPY: planned when they run.
    Other,
}

/// A modification.
pub struct ModifyBody {
    pub modify: Arc<Modify>,
    /// Columns of the source that are looked at, in order.
    pub layout: Vec<(ColumnId, PgType)>,
    pub by: ModifyBy,
}

/// How a modification is run.
pub enum ModifyBy {
    /// The source without a plan.
    Fast(FastRel),
    /// The source by a plan; what is written, and RETURNING, row by row.
    Source(PlannedQuery),
    /// All of it by a plan, which puts out the rows of RETURNING.
    Plan(PlannedQuery),
}

impl Body {
    /// The direct path of `statement`, which needs no plan and nothing to be known; `None` if it has none.
    pub fn direct(statement: &Statement) -> Option<Self> {
        match statement {
            Statement::Query(query)
            | Statement::Declare(query, _)
            | Statement::Call(query)
            | Statement::Invoke { arguments: query, .. } => {
                let wanted: Vec<_> = query.output.iter().map(|o| (o.id, o.ty)).collect();
                if locks(&query.rel).is_some() {
                    return None;
                }
                let fast = FastRel::compile(&query.rel, &wanted, false)?;
                Some(Self::Query { plan: None, locks: None, fast: Some(fast) })
            }
            Statement::Modify(modify, ctes) if ctes.is_empty() && !needs_plan(modify, has_triggers(modify)) => {
                let layout = layout(modify);
                let by = ModifyBy::Fast(FastRel::compile(&modify.source, &layout, true)?);
                Some(Self::Modify(Box::new(ModifyBody { modify: Arc::new(modify.clone()), layout, by })))
            }
            Statement::Modify(..) | Statement::Rewritten(_) => None,
            _ => Some(Self::Other),
        }
    }

    /// Plans `statement`; of a modification that is to be explained, all of it.
    ///
    /// # Errors
    /// 0A000 for what cannot be run.
    pub fn plan(statement: &Statement, env: &CatalogPlanEnv, explain: bool) -> SqlResult<Self> {
        Ok(match statement {
            Statement::Query(query)
            | Statement::Declare(query, _)
            | Statement::Call(query)
            | Statement::Invoke { arguments: query, .. } => {
                Self::Query { plan: Some(lower::plan(query, env)?), locks: locks(&query.rel), fast: None }
            }
            Statement::Modify(modify, ctes) => {
                let layout = layout(modify);
                let by = if explain || needs_plan(modify, has_triggers(modify)) {
                    ModifyBy::Plan(plan_modify(modify, ctes, env)?)
                } else {
                    ModifyBy::Source(plan_source(modify, ctes, &layout, env)?)
                };
                Self::Modify(Box::new(ModifyBody { modify: Arc::new(modify.clone()), layout, by }))
            }
            Statement::Rewritten(rewritten) => {
                let part = |step: &RuleStep| -> SqlResult<(Self, Option<Arc<[ColumnDesc]>>)> {
                    Ok((Self::plan(&step.statement, env, explain)?, super::statement::columns_of(&step.statement)))
                };
                Self::Rewritten(rewritten.steps.iter().map(part).collect::<SqlResult<_>>()?)
            }
            _ => Self::Other,
        })
    }
}

/// Tables that a statement reads.
pub fn tables_of(statement: &Statement) -> Vec<Arc<Table>> {
    match statement {
        Statement::Query(query)
        | Statement::Declare(query, _)
        | Statement::Call(query)
        | Statement::Invoke { arguments: query, .. } => Refs::of_rel(&query.rel).tables,
        Statement::Modify(modify, ctes) => {
            let source = modify.source.clone();
            Refs::of_rel(&Rel::With { ctes: ctes.clone(), body: Box::new(source) }).tables
        }
        Statement::Rewritten(rewritten) => rewritten.steps.iter().flat_map(|s| tables_of(&s.statement)).collect(),
        _ => vec![],
    }
}

/// The source of a modification, with the CTEs around it.
fn plan_source(
    modify: &Modify,
    ctes: &[Cte],
    layout: &[(ColumnId, PgType)],
    env: &dyn PlanEnv,
) -> SqlResult<PlannedQuery> {
    if ctes.is_empty() {
        return lower::plan_rel(&modify.source, layout, env);
    }
    let rel = Rel::With { ctes: ctes.to_vec(), body: Box::new(modify.source.clone()) };
    lower::plan_rel(&rel, layout, env)
}

/// The whole of a modification, with the CTEs around it.
fn plan_modify(modify: &Modify, ctes: &[Cte], env: &dyn PlanEnv) -> SqlResult<PlannedQuery> {
    let returned: Vec<_> = modify.returning.iter().flatten().map(|(o, _)| (o.id, o.ty)).collect();
    let body = Rel::Modify(Box::new(modify.clone()));
    if ctes.is_empty() {
        return lower::plan_rel(&body, &returned, env);
    }
    lower::plan_rel(&Rel::With { ctes: ctes.to_vec(), body: Box::new(body) }, &returned, env)
}

/// The columns of the source that the write stage and RETURNING look at.
fn layout(modify: &Modify) -> Vec<(ColumnId, PgType)> {
    let mut columns: Vec<(ColumnId, PgType)> = Vec::new();
    let mut add = |id: ColumnId, ty: PgType| {
        if !columns.iter().any(|c| c.0 == id) {
            columns.push((id, ty));
        }
    };
    let typed = |row: &[(i16, ColumnId)]| -> Vec<(ColumnId, PgType)> {
        row.iter().filter_map(|(n, id)| Some((*id, modify.table.column(*n)?.ty))).collect()
    };
    match &modify.op {
        bound::ModifyOp::Insert { new_row, .. } => typed(new_row).into_iter().for_each(|(i, t)| add(i, t)),
        bound::ModifyOp::Update { row_key, old_row, new_row, .. } => {
            add(*row_key, PgType::BYTEA);
            typed(old_row).into_iter().chain(typed(new_row)).for_each(|(i, t)| add(i, t));
        }
        bound::ModifyOp::Delete { row_key, old_row } => {
            add(*row_key, PgType::BYTEA);
            typed(old_row).into_iter().for_each(|(i, t)| add(i, t));
        }
        bound::ModifyOp::Merge { row_key, old_row, new_row, action, .. } => {
            add(*row_key, PgType::BYTEA);
            add(*action, PgType::INT4);
            typed(old_row).into_iter().chain(typed(new_row)).for_each(|(i, t)| add(i, t));
        }
    }
    for check in &modify.checks {
        add(check.holds, PgType::BOOL);
    }
    if let Some(tree) = &modify.tree {
        add(tree.table_oid, PgType::new(Oid::OID));
    }
    for (_, scalar) in modify.returning.iter().flatten() {
        mentioned(scalar, &mut |id, ty| add(id, ty));
    }
    columns
}

/// Columns that a scalar mentions outside of subqueries.
fn mentioned(scalar: &Scalar, found: &mut dyn FnMut(ColumnId, PgType)) {
    use bound::ScalarKind as K;
    let mut all = |items: &[Scalar]| items.iter().for_each(|s| mentioned(s, found));
    match &scalar.kind {
        K::Column(id) => found(*id, scalar.ty),
        K::Const(_) | K::Param(_) | K::NextVal { .. } | K::Default | K::Subquery(_) => {}
        K::Call { args, .. }
        | K::And(args)
        | K::Or(args)
        | K::Coalesce(args)
        | K::MinMax { args, .. }
        | K::Array { items: args }
        | K::Row(args) => all(args),
        K::CoerceViaIo { input }
        | K::Relabel { input }
        | K::Not(input)
        | K::IsNull { input, .. }
        | K::IsBool { input, .. }
        | K::Field { input, .. }
        | K::FieldCount { input, .. }
        | K::Form { input, .. }
        | K::ArrayCoerce { input, .. }
        | K::DomainCheck { input, .. } => mentioned(input, found),
        K::IsDistinct { left, right, .. } => {
            mentioned(left, found);
            mentioned(right, found);
        }
        K::Case { arms, otherwise } => {
            for (condition, value) in arms {
                mentioned(condition, found);
                mentioned(value, found);
            }
            mentioned(otherwise, found);
        }
        K::InList { left, items, .. } => {
            mentioned(left, found);
            items.iter().for_each(|s| mentioned(s, found));
        }
        K::AnyArray { left, array, .. } => {
            mentioned(left, found);
            mentioned(array, found);
        }
        K::Subscript { input, indices } => {
            mentioned(input, found);
            for index in indices {
                match index {
                    bound::Index::Element(s) => mentioned(s, found),
                    bound::Index::Slice(a, b) => a.iter().chain(b).for_each(|s| mentioned(s, found)),
                }
            }
        }
        K::SubscriptAssign { input, indices, value } => {
            mentioned(input, found);
            for index in indices {
                match index {
                    bound::Index::Element(s) => mentioned(s, found),
                    bound::Index::Slice(a, b) => a.iter().chain(b).for_each(|s| mentioned(s, found)),
                }
            }
            mentioned(value, found);
        }
        K::RowCompare { pairs, .. } => {
            for pair in pairs {
                mentioned(&pair.left, found);
                mentioned(&pair.right, found);
            }
        }
    }
}

/// What a query that does more than read is called where it may not run. Functions that it calls may write, too.
fn locks(rel: &Rel) -> Option<&'static str> {
    let refs = Refs::of_rel(rel);
    (refs.calls || !refs.written.is_empty()).then(|| refs.verb.unwrap_or("SELECT FOR UPDATE"))
}

/// Whether a statement writes to, or locks rows of, tables that others see: a transaction that may only read
/// may do so to temporary ones.
pub fn writes_for_others(statement: &Statement) -> bool {
    let shared = |table: &Arc<Table>| !table.is_temporary();
    match statement {
        Statement::Query(query)
        | Statement::Declare(query, _)
        | Statement::Call(query)
        | Statement::Invoke { arguments: query, .. } => Refs::of_rel(&query.rel).written.iter().any(shared),
        Statement::Modify(modify, ctes) => {
            let body = Rel::Modify(Box::new(modify.clone()));
            let whole = Rel::With { ctes: ctes.clone(), body: Box::new(body) };
            Refs::of_rel(&whole).written.iter().any(shared)
        }
        Statement::Rewritten(rewritten) => rewritten.steps.iter().any(|s| writes_for_others(&s.statement)),
        _ => false,
    }
}

/// What RowDescription says of these columns.
pub fn describe<'a>(output: impl IntoIterator<Item = &'a Output>) -> Arc<[ColumnDesc]> {
    output
        .into_iter()
        .map(|o| {
            let (table, attnum) = o.origin.unwrap_or((Oid(0), 0));
            ColumnDesc { name: o.name.as_str().into(), ty: o.ty, table, attnum, shown: o.shown }
        })
        .collect()
}

/// What planning asks of a catalog.
pub struct CatalogPlanEnv {
    pub catalog: Arc<Catalog>,
    pub known: Known,
    pub push_down: bool,
}

impl PlanEnv for CatalogPlanEnv {
    fn push_down(&self) -> bool {
        self.push_down
    }

    fn statistics(&self, table: &Table) -> Option<Arc<TableStatistics>> {
        self.known.of(table)
    }

    fn bind_expression(&self, table: &Arc<Table>, sql: &str) -> Option<Scalar> {
        let style = style_over(&self.catalog);
        binding::table_scalar(&self.catalog, table, sql, gavel_binder::TableExpr::Stored, &style).ok()
    }

    fn hashing(&self, table: &Table) -> Option<Hashing> {
        Hashing::is_of_users(table).then(|| Hashing::of(table, &self.catalog))
    }
}

impl Session {
    /// What a plan over `tables` may ask.
    ///
    /// # Errors
    /// Those of beginning a transaction.
    pub(crate) async fn plan_env(
        &mut self,
        catalog: &Arc<Catalog>,
        tables: &[Arc<Table>],
    ) -> SqlResult<CatalogPlanEnv> {
        let ts = self.work().await?.snapshot_ts;
        let mut known = self.engine.statistics_of(ts, self.database, tables).await;
        self.know_temporary(&mut known, tables).await?;
        let push_down = self.shared.settings.lock().is_on(PUSH_DOWN);
        Ok(CatalogPlanEnv { catalog: Arc::clone(catalog), known, push_down })
    }

    /// What plans of a statement read through. Taken anew for each statement.
    pub(crate) async fn access(&mut self, params: Vec<Datum>) -> SqlResult<Access> {
        let system = Arc::new(self.hooks());
        let hooks = Arc::clone(&system) as Arc<dyn SessionHooks>;
        let eval = EvalContext { session: Some(hooks), ..self.plain_context() };
        let calls = self.routines.caller();
        let engine = Arc::clone(&self.engine);
        let work = self.work().await?;
        Ok(Access {
            tenant: work.tenant(),
            view: work.view().await,
            state: Arc::clone(&work.state),
            shapes: work.shapes(&engine),
            eval,
            params,
            system,
            calls,
            applying: Arc::default(),
        })
    }

    /// Starts a plan.
    pub(crate) fn start(&self, plan: &PlannedQuery, access: Access) -> SqlResult<BoxOperator> {
        let env = ExecEnv {
            params: access.params.clone(),
            eval: access.eval.clone(),
            tables: Arc::new(access),
            memory_limit: self.engine.settings.statement_memory_bytes,
            profile: None,
        };
        crate::exec::start(&plan.root, &Frame::new(Execution::new(env)))
    }
}
