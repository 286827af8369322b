//! One statement of any kind, run as far as it can be before its rows are asked for.

use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};

use gavel_api::sql::{ColumnDesc, ResultSink, RowBatch};
use gavel_binder::bound::{Bound, Modify, ModifyOp, Statement};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast;

use crate::dml::foreign::Cascade;
use crate::dml::modify;
use crate::dml::writer::Writer;
use crate::engine::statistics::Sizes;
use crate::lower::PlannedQuery;
use crate::prepared::{Basis, Planned, Prepared};
use crate::session::cancel::{Interrupt, Limit};
use crate::session::explain::explain_columns;
use crate::session::result::{Executed, Tag};
use crate::session::running::{Body, ModifyBody, ModifyBy, describe, tables_of, writes_for_others};
use crate::session::{Session, binding, returning, triggers};

impl Prepared {
    /// Whether it may run in a failed block: COMMIT, ROLLBACK, ROLLBACK TO.
    pub fn ends_failed_block(&self) -> bool {
        self.parsed.as_ref().is_some_and(|p| {
            matches!(p.statement, ast::Statement::Commit { .. } | ast::Statement::Rollback { .. })
                || gavel_binder::ddl::prepares_transaction(&p.statement)
        })
    }

    /// Whether it exchanges more with the client than a result: then it cannot be run twice.
    pub fn talks_to_client(&self) -> bool {
        self.parsed.as_ref().is_some_and(|p| matches!(p.statement, ast::Statement::Copy { .. }))
    }

    /// Whether it may wait for longer than a transaction may last, its own being over by then.
    pub fn waits_for_job(&self) -> bool {
        self.parsed.as_ref().is_some_and(|p| crate::ddl::online::waits_for_job(&p.statement))
    }

    /// Whether it goes through binder and planner.
    pub fn is_plannable(&self) -> bool {
        use ast::Statement as S;
        match self.parsed.as_ref().map(|p| &p.statement) {
            Some(S::Query(query)) => gavel_binder::ddl::select_into(query).is_none(),
            Some(
                S::Insert(_)
                | S::Update(_)
                | S::Delete(_)
                | S::Merge(_)
                | S::Call(_)
                | S::Explain { .. }
                | S::Copy { .. }
                | S::Declare { .. },
            ) => true,
            _ => false,
        }
    }
}

/// Text that makes a literal mean something else at every run: its plan is not kept.
fn is_fleeting(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ["'now'", "'today'", "'tomorrow'", "'yesterday'", "'now "].iter().any(|w| lower.contains(w))
}

impl Session {
    pub(crate) fn guard(&mut self) -> (Arc<Interrupt>, Option<Limit>) {
        (Arc::clone(&self.interrupt), self.limit())
    }

    /// The same for a statement about to be run.
    pub(crate) fn guard_of(&mut self, statement: &Prepared) -> (Arc<Interrupt>, Option<Limit>) {
        let limit = if statement.waits_for_job() { self.limit_of_statement() } else { self.limit() };
        (Arc::clone(&self.interrupt), limit)
    }

    /// What plans made now depend on.
    pub(crate) async fn basis(&mut self) -> SqlResult<Arc<Basis>> {
        self.work().await?;
        self.known().basis.clone().ok_or_else(|| SqlError::internal("no transaction"))
    }

    /// The statement's plan, made if there is none that still holds. `None` for what is not planned.
    pub(crate) async fn plan(&mut self, statement: &Arc<Prepared>) -> SqlResult<Option<Arc<Planned>>> {
        if !statement.is_plannable() || self.block == crate::session::block::Block::Failed {
            return Ok(None);
        }
        let basis = self.basis().await?;
        let kept = self.kept_plan(statement, &basis.catalog);
        if let Some(planned) = kept.filter(|p| Arc::ptr_eq(&p.basis, &basis) || p.basis == basis)
            && self.sizes_still_hold(&planned.sizes).await?
        {
            self.require_open_views(&planned.bound)?;
            return Ok(Some(planned));
        }
        let style = self.text_style_now();
        let bound = binding::bind(statement, &basis, &style)?;
        self.require_open_views(&bound)?;
        let planned = Arc::new(self.plan_bound(bound, basis).await?);
        if !is_fleeting(statement.own_text()) {
            self.keep_plan(statement, &planned);
        }
        Ok(Some(planned))
    }

    /// 55000 for a user's view, if `restrict_nonsystem_relation_kind` keeps them from being used.
    fn require_open_views(&mut self, bound: &Bound) -> SqlResult<()> {
        if !self.known().views_restricted {
            return Ok(());
        }
        let catalog = self.catalog();
        match bound.accesses.iter().find_map(|access| catalog.views.get(&access.relation)) {
            Some(view) => {
                let text = format!("access to non-system view \"{}\" is restricted", view.name);
                Err(SqlError::new(SqlState::ObjectNotInPrerequisiteState, text))
            }
            None => Ok(()),
        }
    }

    /// Runs a statement. Rows, if any, are still to be delivered; modifications are made.
    pub(crate) async fn run(
        &mut self,
        statement: &Arc<Prepared>,
        params: Vec<Datum>,
        sink: &mut dyn ResultSink,
    ) -> SqlResult<Executed> {
        let Some(parsed) = statement.parsed.clone() else {
            return Ok(Executed::tag(""));
        };
        if let Some(executed) = self.run_control(&parsed.statement).await? {
            return Ok(executed);
        }
        self.start_transaction();
        match self.plan(statement).await? {
            Some(planned) => self.run_planned(&planned, statement, params, sink).await,
            None => self.run_utility(statement, &parsed, sink).await,
        }
    }

    /// Runs a planned statement. Its errors tell no more of rows than the role by whose rights it runs may read.
    pub(crate) async fn run_planned(
        &mut self,
        planned: &Planned,
        statement: &Arc<Prepared>,
        params: Vec<Datum>,
        sink: &mut dyn ResultSink,
    ) -> SqlResult<Executed> {
        let result = self.run_planned_openly(planned, statement, params, sink).await;
        result.map_err(|e| self.concealed(e, &planned.bound.accesses))
    }

    async fn run_planned_openly(
        &mut self,
        planned: &Planned,
        statement: &Arc<Prepared>,
        params: Vec<Datum>,
        sink: &mut dyn ResultSink,
    ) -> SqlResult<Executed> {
        planned.allow()?;
        self.use_objects(&planned.bound.objects).await?;
        match (&planned.body, &planned.bound.statement) {
            (Body::Query { .. }, Statement::Declare(..)) => self.declare(planned, statement, params).await,
            (Body::Query { .. }, Statement::Call(_)) => self.run_call(planned, params).await,
            (Body::Query { .. }, Statement::Invoke { .. }) => self.run_invoke(planned, params).await,
            (Body::Query { .. }, _) => self.run_query_plan(planned, params).await,
            (Body::Modify(body), statement) => {
                self.may_run(statement, verb(&body.modify.op))?;
                let params = self.with_cursor_row(&body.modify, params).await?;
                self.run_modify(body, planned.columns.clone(), params).await
            }
            (Body::Rewritten(bodies), Statement::Rewritten(rewritten)) => {
                Box::pin(self.run_rewritten(bodies, rewritten, params)).await
            }
            (Body::Rewritten(_), _) => Err(SqlError::internal("statement without its rules")),
            (Body::Other, Statement::Explain { options, inner }) => match &**inner {
                Statement::Other(other) if let ast::Statement::Execute { name, parameters, .. } = &**other => {
                    self.explain_prepared(options, name.as_ref(), parameters).await
                }
                Statement::Other(utility) => Box::pin(self.explain_utility(options, utility)).await,
                inner => self.run_explain(options, inner, params).await,
            },
            (Body::Other, Statement::Copy(copy)) => self.run_copy(copy, statement, params, sink).await,
            (Body::Other, _) => Err(SqlError::internal("statement has no plan")),
        }
    }

    /// CALL: runs the procedure to its end, whether or not it gives something.
    async fn run_call(&mut self, planned: &Planned, params: Vec<Datum>) -> SqlResult<Executed> {
        let mut executed = self.run_query_plan(planned, params).await?;
        self.drive(executed.collect()).await?;
        self.finish_writes().await?;
        (executed.columns, executed.tag) = (planned.columns.clone(), Tag::Fixed("CALL".into()));
        Ok(executed)
    }

    /// CALL of a procedure that is interpreted. It may end the transaction if no block is around it.
    async fn run_invoke(&mut self, planned: &Planned, params: Vec<Datum>) -> SqlResult<Executed> {
        let may_commit = !self.is_enclosed();
        let rows = self.invoke(planned, params, may_commit).await?;
        let tag = Tag::Fixed("CALL".into());
        Ok(match planned.columns.clone() {
            Some(columns) => Executed::memory(columns, rows, tag),
            None => Executed::tag("CALL"),
        })
    }

    /// Runs a planned query. One that locks or writes is read to its end.
    pub(crate) async fn run_query_plan(&mut self, planned: &Planned, params: Vec<Datum>) -> SqlResult<Executed> {
        self.run_query_of(planned, planned.columns.clone().unwrap_or_default(), params).await
    }

    /// The same for a query in another statement, which has columns of its own.
    pub(crate) async fn run_query_of(
        &mut self,
        planned: &Planned,
        columns: Arc<[ColumnDesc]>,
        params: Vec<Datum>,
    ) -> SqlResult<Executed> {
        let mut executed = self.begin_query_of(planned, columns, params).await?;
        if matches!(&planned.body, Body::Query { locks: Some(_), .. }) {
            self.drive(executed.collect()).await?;
            // Modifying CTEs have written by now.
            self.finish_writes().await?;
        }
        Ok(executed)
    }

    /// The same, whose rows are all still to be read.
    pub(crate) async fn begin_query_of(
        &mut self,
        planned: &Planned,
        columns: Arc<[ColumnDesc]>,
        params: Vec<Datum>,
    ) -> SqlResult<Executed> {
        let Body::Query { plan, locks, fast } = &planned.body else {
            return Err(SqlError::internal("not a query"));
        };
        if let Some(verb) = locks {
            self.may_run(&planned.bound.statement, verb)?;
        }
        if let Some(fast) = fast {
            let eval = self.plain_context();
            let work = self.work().await?;
            let view = work.view().await;
            let rows = fast.rows(work.tenant(), &view, &eval, &params).await?;
            return Ok(Executed::memory(columns, rows, Tag::Counting("SELECT")));
        }
        let access = self.access(params).await?;
        let plan = plan.as_ref().ok_or_else(|| SqlError::internal("query without a plan"))?;
        let operator = self.start(plan, access)?;
        Ok(Executed::stream(columns, operator))
    }

    /// # Errors
    /// 25006 if the transaction may only read, and the statement writes what others see.
    pub(crate) fn may_run(&mut self, statement: &Statement, command: &str) -> SqlResult<()> {
        if self.known().read_only && writes_for_others(statement) {
            return self.may_write(command);
        }
        Ok(())
    }

    async fn use_objects(&mut self, objects: &[Oid]) -> SqlResult<()> {
        self.work().await?.use_objects(objects).await;
        Ok(())
    }

    pub(crate) async fn run_modify(
        &mut self,
        body: &ModifyBody,
        columns: Option<Arc<[ColumnDesc]>>,
        params: Vec<Datum>,
    ) -> SqlResult<Executed> {
        let ModifyBody { modify, layout, by } = body;
        let (rows, eval, shapes, state);
        match by {
            ModifyBy::Plan(plan) => return self.run_modify_plan(modify, plan, columns, params).await,
            ModifyBy::Fast(fast) => {
                eval = self.eval_context();
                let engine = Arc::clone(&self.engine);
                let work = self.work().await?;
                (shapes, state) = (work.shapes(&engine), Arc::clone(&work.state));
                let view = work.view().await;
                rows = fast.rows(work.tenant(), &view, &eval, &params).await?;
            }
            ModifyBy::Source(source) => {
                let access = self.access(params.clone()).await?;
                (eval, shapes, state) = (access.eval.clone(), access.shapes.clone(), Arc::clone(&access.state));
                let mut operator = self.start(source, access)?;
                rows = self
                    .drive(async {
                        let mut rows = Vec::new();
                        while let Some(batch) = operator.next().await? {
                            tokio::task::consume_budget().await;
                            modify::rows_of(&batch, layout, &mut rows)?;
                        }
                        Ok(rows)
                    })
                    .await?;
            }
        }
        let applied = if triggers::fires(&shapes, modify)? {
            drop((shapes, state));
            self.write_firing(modify, layout, rows, &params).await?
        } else {
            let mut state = state.lock().await;
            let mut writer = Writer::new(&mut state, &shapes, &eval);
            let applied = modify::apply(&mut writer, modify, layout, rows, &params, None).await?;
            writer.finish().await?;
            let cascades = state.take_cascades();
            drop(state);
            self.finish_firing(cascades).await?;
            applied
        };
        let tag = tag(&modify.op, applied.count);
        let (Some(items), Some(columns)) = (&modify.returning, columns) else { return Ok(Executed::tag(tag)) };
        let rows = returning::evaluate(items, layout, &applied.rows, &eval, &params)?;
        Ok(Executed::memory(columns, rows, Tag::Fixed(tag)))
    }

    /// A modification that is all plan.
    async fn run_modify_plan(
        &mut self,
        modify: &Modify,
        plan: &PlannedQuery,
        columns: Option<Arc<[ColumnDesc]>>,
        params: Vec<Datum>,
    ) -> SqlResult<Executed> {
        let access = self.access(params).await?;
        let mut operator = self.start(plan, access)?;
        let (batches, count) = self
            .drive(async {
                let (mut batches, mut count) = (VecDeque::new(), 0);
                while let Some(batch) = operator.next().await? {
                    tokio::task::consume_budget().await;
                    count += batch.num_rows() as u64;
                    batches.push_back(RowBatch::Arrow(batch));
                }
                Ok((batches, count))
            })
            .await?;
        drop(operator);
        self.finish_writes().await?;
        let tag = tag(&modify.op, count);
        Ok(match columns {
            Some(columns) => Executed::batches(columns, batches, Tag::Fixed(tag)),
            None => Executed::tag(tag),
        })
    }

    /// Ends a statement that has written other than through [`Self::run_modify`].
    pub(crate) async fn finish_writes(&mut self) -> SqlResult<()> {
        let cascades = self.finish_checks().await?;
        self.finish_firing(cascades).await
    }

    /// Follows foreign keys as far as they concern tables without triggers; gives what they do to the others.
    pub(crate) async fn finish_checks(&mut self) -> SqlResult<Vec<Cascade>> {
        let mut writing = self.writing().await?;
        writing.writer().finish().await?;
        Ok(writing.state.take_cascades())
    }

    /// Whether the transaction has nothing to commit.
    pub(crate) async fn only_reads(&mut self) -> bool {
        if !self.shared.pending.lock().is_empty() {
            return false;
        }
        match &self.work {
            Some(work) => !work.catalog.is_changed() && work.state.lock().await.txn.is_read_only(),
            None => true,
        }
    }

    /// Plans a bound statement.
    pub(crate) async fn plan_bound(&mut self, bound: Bound, basis: Arc<Basis>) -> SqlResult<Planned> {
        let (body, sizes) = match Body::direct(&bound.statement) {
            Some(body) => (body, Sizes::default()),
            None => {
                let env = self.plan_env(&basis.catalog, &tables_of(&bound.statement)).await?;
                (Body::plan(&bound.statement, &env, false)?, env.known.sizes())
            }
        };
        let columns = columns_of(&bound.statement);
        Ok(Planned { basis, bound, body, columns, sizes, allowed: OnceLock::new() })
    }

    /// All rows of a planned query, if the role of its basis may read them.
    pub(crate) async fn rows_of_planned(
        &mut self,
        planned: &Planned,
        params: Vec<Datum>,
    ) -> SqlResult<Vec<Vec<Datum>>> {
        planned.allow()?;
        self.use_objects(&planned.bound.objects).await?;
        let executed = self.run_query_plan(planned, params).await?;
        self.all_rows(planned, executed).await
    }

    /// All rows of a bound statement, for callers inside the engine.
    pub(crate) async fn rows_of_bound(&mut self, bound: Bound, basis: Arc<Basis>) -> SqlResult<Vec<Vec<Datum>>> {
        let planned = self.plan_bound(bound, basis).await?;
        self.use_objects(&planned.bound.objects).await?;
        let executed = match &planned.body {
            Body::Query { .. } => self.run_query_plan(&planned, Vec::new()).await?,
            Body::Modify(body) => self.run_modify(body, planned.columns.clone(), Vec::new()).await?,
            Body::Rewritten(_) | Body::Other => return Err(SqlError::internal("not a query")),
        };
        self.all_rows(&planned, executed).await
    }

    /// All rows that a planned statement gives, which runs.
    async fn all_rows(&mut self, planned: &Planned, mut executed: Executed) -> SqlResult<Vec<Vec<Datum>>> {
        let types: Vec<PgType> = planned.columns.iter().flat_map(|c| c.iter()).map(|c| c.ty).collect();
        let mut rows = Vec::new();
        self.drive(executed.collect()).await?;
        while let Some(batch) = executed.next().await? {
            rows_of(batch, &types, &mut rows)?;
        }
        Ok(rows)
    }
}

/// Values of a batch of a result.
pub(crate) fn rows_of(batch: RowBatch, types: &[PgType], out: &mut Vec<Vec<Datum>>) -> SqlResult<()> {
    match batch {
        RowBatch::Rows(rows) => out.extend(rows),
        RowBatch::Arrow(batch) => {
            let layout: Vec<_> = types.iter().map(|ty| (gavel_binder::bound::ColumnId(0), *ty)).collect();
            modify::rows_of(&batch, &layout, out)?;
        }
    }
    Ok(())
}

/// Columns that a statement returns; `None` if it returns no rows.
pub(crate) fn columns_of(statement: &Statement) -> Option<Arc<[ColumnDesc]>> {
    match statement {
        Statement::Query(query) => Some(describe(&query.output)),
        Statement::Modify(modify, _) => modify.returning.as_ref().map(|r| describe(r.iter().map(|(o, _)| o))),
        Statement::Explain { options, .. } => Some(explain_columns(options)),
        Statement::Call(query) => (!query.output.is_empty()).then(|| describe(&query.output)),
        Statement::Invoke { output, .. } => (!output.is_empty()).then(|| describe(output)),
        Statement::Rewritten(rewritten) => {
            rewritten.tagging.and_then(|at| rewritten.steps.get(at)).and_then(|step| columns_of(&step.statement))
        }
        Statement::Copy(_) | Statement::Declare(..) | Statement::Other(_) => None,
    }
}

pub(crate) fn text_column(name: &str) -> ColumnDesc {
    ColumnDesc { name: name.into(), ty: PgType::TEXT, table: Oid(0), attnum: 0, shown: None }
}

pub(crate) fn verb(op: &ModifyOp) -> &'static str {
    match op {
        ModifyOp::Insert { .. } => "INSERT",
        ModifyOp::Update { .. } => "UPDATE",
        ModifyOp::Delete { .. } => "DELETE",
        ModifyOp::Merge { .. } => "MERGE",
    }
}

fn tag(op: &ModifyOp, count: u64) -> String {
    tag_of(verb(op), count)
}

/// The command tag of INSERT, UPDATE, DELETE or MERGE.
pub(crate) fn tag_of(verb: &str, count: u64) -> String {
    if verb == "INSERT" { format!("INSERT 0 {count}") } else { format!("{verb} {count}") }
}

/// 0A000 for a statement that PostgreSQL has and Gavel does not.
pub(crate) fn not_supported(what: &str) -> SqlError {
    SqlError::new(SqlState::FeatureNotSupported, format!("{what} is not supported"))
}
