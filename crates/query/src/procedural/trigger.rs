//! Calls of trigger functions, and conditions of triggers.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures::future::BoxFuture;
use gavel_binder::{BindContext, Conflict, Variable, Variables};
use gavel_catalog::Table;
use gavel_catalog::trigger::{Timing, Trigger, TriggerEvent};
use gavel_plpgsql::tree::{Body, Returns, Signature, Sql, TriggerVariable, VarType};
use gavel_types::{ArrayValue, Datum, Oid, PgType, SqlError, SqlResult, SqlState};
use parking_lot::Mutex;
use sqlparser::ast::{Expr, Visit, Visitor};

use crate::ddl::binding::StoredCondition;
use crate::dml::shape::CheckShape;
use crate::procedural::activation::{Activation, Place, items_of, record};
use crate::procedural::call::Manner;
use crate::procedural::compiled::{self, Compiled, Fields, Types};
use crate::procedural::fragment::parse_one;
use crate::procedural::stack::WithStack;
use crate::session::{Session, Shared, binding};

/// One firing of a trigger.
pub struct Firing<'f> {
    pub trigger: &'f Trigger,
    pub table: &'f Arc<Table>,
    pub event: TriggerEvent,
    /// Values of the live columns.
    pub old: Option<&'f [Datum]>,
    pub new: Option<&'f [Datum]>,
    /// All rows of the statement, where a trigger names them.
    pub transitions: Option<&'f TransitionRows>,
}

/// The rows that a statement has written, each an array of rows.
pub struct TransitionRows {
    old: Datum,
    new: Datum,
}

impl TransitionRows {
    /// Of a table, in values of its live columns.
    pub fn new(table: &Table, old: Vec<Vec<Datum>>, new: Vec<Vec<Datum>>) -> Self {
        let own = fields(table);
        let row = types(table).row_type.unwrap_or(Oid::RECORD);
        let array = |rows: Vec<Vec<Datum>>| {
            let values = rows.into_iter().map(|values| record(values, &own)).collect();
            Datum::Array(Arc::new(ArrayValue::vector(row, values)))
        };
        Self { old: array(old), new: array(new) }
    }
}

/// Counts the trigger functions that run.
struct Depth(Arc<Shared>);

impl Depth {
    fn deeper(shared: &Arc<Shared>) -> Self {
        shared.trigger_depth.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(shared))
    }
}

impl Drop for Depth {
    fn drop(&mut self) {
        self.0.trigger_depth.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The fields of a table's rows.
fn fields(table: &Table) -> Fields {
    table.visible_columns().map(|c| (c.name.clone(), c.ty)).collect()
}

fn types(table: &Table) -> Types {
    Types { parameters: Vec::new(), row: Some(fields(table)), row_type: gavel_catalog::snapshot::row_type(table.oid) }
}

impl Session {
    /// Whether the condition of a trigger holds.
    ///
    /// # Errors
    /// Its own.
    pub(crate) async fn trigger_holds(&mut self, firing: &Firing<'_>) -> SqlResult<bool> {
        let Some(condition) = &firing.trigger.condition else { return Ok(true) };
        let basis = self.basis().await?;
        let own = PgType::new(types(firing.table).row_type.unwrap_or(Oid::RECORD));
        let key = (firing.trigger.oid, firing.table.version, vec![own], Vec::new(), false);
        let kept = self.routines.compiled.get(&key).filter(|(catalog, _)| Arc::ptr_eq(catalog, &basis.catalog));
        let compiled = match kept {
            Some((_, compiled)) => Arc::clone(compiled),
            None => {
                let style = self.text_style_now();
                let compiled = Arc::new(condition_body(&binding::context(&basis, &style), firing.table)?);
                self.routines.keep_compiled(key, Arc::clone(&basis.catalog), Arc::clone(&compiled));
                compiled
            }
        };
        let names = compiled.body.names.last();
        let mut act = Activation::new(compiled);
        fill(&mut act, firing, None);
        let sql = Sql { text: condition.clone(), at: 0, before: 0, line: 0, names, assignment: None };
        self.holds(&mut act, &sql).await
    }

    /// Whether a row passes a check of its table: NULL does.
    ///
    /// # Errors
    /// Those of the functions that it calls.
    pub(crate) async fn check_passes(
        &mut self,
        table: &Arc<Table>,
        check: &CheckShape,
        row: &[Datum],
    ) -> SqlResult<bool> {
        let basis = self.basis().await?;
        let own = PgType::new(types(table).row_type.unwrap_or(Oid::RECORD));
        let key = (check.oid, table.version, vec![own], Vec::new(), false);
        let kept = self.routines.compiled.get(&key).filter(|(catalog, _)| Arc::ptr_eq(catalog, &basis.catalog));
        let compiled = match kept {
            Some((_, compiled)) => Arc::clone(compiled),
            None => {
                let style = self.text_style_now();
                let mut made = condition_body(&binding::context(&basis, &style), table)?;
                // A bare name in a check is a column's.
                made.body.conflict = gavel_plpgsql::tree::Conflict::Column;
                let compiled = Arc::new(made);
                self.routines.keep_compiled(key, Arc::clone(&basis.catalog), Arc::clone(&compiled));
                compiled
            }
        };
        let names = compiled.body.names.last();
        let mut act = Activation::new(Arc::clone(&compiled));
        for (at, variable) in compiled.body.variables.iter().enumerate() {
            if matches!(variable.ty, VarType::New) {
                act.values[at] = record(row.to_vec(), &fields(table));
            }
        }
        let column = |name: &String| format!("new.{0} AS {0}", gavel_binder::quote(name));
        let columns: Vec<String> = table.visible_columns().map(|c| column(&c.name)).collect();
        let (from, called) = (columns.join(", "), gavel_binder::quote(&table.name));
        let text = format!("(SELECT {} FROM (SELECT {from}) AS {called})", check.sql);
        let sql = Sql { text, at: 0, before: 0, line: 0, names, assignment: None };
        // Errors tell nothing of the query that a check is asked by.
        let fragment = self.fragment(&act, &sql, true).await?;
        let given = Box::pin(self.fragment_rows(&act, &fragment)).await?;
        Ok(!matches!(given.rows.first().map(Vec::as_slice), Some([Datum::Bool(false)])))
    }

    /// Calls a trigger's function: the row that it gives, if any.
    ///
    /// # Errors
    /// The function's; 2F005 if it does not come to RETURN.
    pub(crate) fn call_trigger<'a>(&'a mut self, firing: Firing<'a>) -> BoxFuture<'a, SqlResult<Option<Vec<Datum>>>> {
        Box::pin(WithStack(Box::pin(async move {
            let catalog = self.catalog();
            let Some(function) = catalog.function(firing.trigger.function).cloned() else {
                return suppress_redundant(&firing);
            };
            let basis = self.basis().await?;
            let types = types(firing.table);
            let own = PgType::new(types.row_type.unwrap_or(Oid::RECORD));
            // Transition tables are called as the trigger says.
            let given = vec![own, PgType::new(firing.trigger.oid)];
            let key = (function.oid, function.version, given, Vec::new(), true);
            let kept = self.routines.compiled.get(&key).filter(|(catalog, _)| Arc::ptr_eq(catalog, &basis.catalog));
            let compiled = match kept {
                Some((_, compiled)) => Arc::clone(compiled),
                None => {
                    let compiled = Arc::new(self.compile(&function, &types, true).await?);
                    self.routines.keep_compiled(key, Arc::clone(&basis.catalog), Arc::clone(&compiled));
                    compiled
                }
            };
            let mut act = Activation::new(compiled);
            act.is_trigger = true;
            let schema = catalog.schema_by_oid(firing.table.schema).map(|s| s.name.clone());
            fill(&mut act, &firing, schema.as_deref());
            let row = types.row_type.unwrap_or(Oid::RECORD);
            let named = [(&firing.trigger.old_table, true), (&firing.trigger.new_table, false)];
            for (name, is_old) in named.into_iter().filter_map(|(name, is_old)| Some((name.clone()?, is_old))) {
                let rows = firing.transitions.map(|t| if is_old { t.old.clone() } else { t.new.clone() });
                act.add_transition(name, row, rows.unwrap_or(Datum::Null));
            }
            let _depth = Depth::deeper(&self.shared);
            self.routines.busy.push(firing.table.oid);
            let ran = self.run_activation(&mut act, Manner::of(&function, None)).await;
            self.routines.busy.pop();
            ran?;
            if !firing.trigger.row {
                return Ok(None);
            }
            let own = types.row.unwrap_or_else(|| Arc::new([]));
            let result = self.trigger_result(&mut act, &own).await;
            result.map_err(|e| act.told(e))
        })))
    }

    async fn trigger_result(&mut self, act: &mut Activation, own: &Fields) -> SqlResult<Option<Vec<Datum>>> {
        act.current = Place::Outside("during function exit");
        let Some((value, kind)) = act.returned.take() else {
            act.current = Place::Outside("");
            let text = "control reached end of trigger procedure without RETURN";
            return Err(SqlError::new(SqlState::FunctionExecutedNoReturnStatement, text));
        };
        if value.is_null() {
            return Ok(None);
        }
        let Some(given) = &kind.fields else {
            let text = "cannot return non-composite value from function returning composite type";
            return Err(SqlError::new(SqlState::DatatypeMismatch, text));
        };
        if given.len() != own.len() {
            let text = "returned row structure does not match the structure of the triggering table";
            return Err(SqlError::new(SqlState::DatatypeMismatch, text).detail(format!(
                "Number of returned columns ({}) does not match expected column count ({}).",
                given.len(),
                own.len()
            )));
        }
        let row = self.as_row(items_of(&value, given), given, own).await?;
        Ok(Some(items_of(&row, own)))
    }
}

/// PostgreSQL's one trigger function that is here: it leaves updates out that change nothing.
pub const SUPPRESS_REDUNDANT: &str = "suppress_redundant_updates_trigger";

/// # Errors
/// 39P01 for another trigger than one before rows that are updated.
fn suppress_redundant(firing: &Firing<'_>) -> SqlResult<Option<Vec<Datum>>> {
    let wrong = match (firing.event, firing.trigger.timing, firing.trigger.row) {
        (TriggerEvent::Update, Timing::Before, true) => None,
        (TriggerEvent::Update, Timing::Before, false) => Some("must be called for each row"),
        (TriggerEvent::Update, ..) => Some("must be called before update"),
        _ => Some("must be called on update"),
    };
    if let Some(wrong) = wrong {
        let text = format!("{SUPPRESS_REDUNDANT}: {wrong}");
        return Err(SqlError::new(SqlState::TriggerProtocolViolated, text));
    }
    Ok(if firing.old == firing.new { None } else { firing.new.map(<[Datum]>::to_vec) })
}

/// A body without statements, over whose names a condition is evaluated.
fn condition_body(context: &BindContext<'_>, table: &Table) -> SqlResult<Compiled> {
    let signature = Signature { returns: Returns::Value, trigger: true, ..Signature::default() };
    let body: Body = gavel_plpgsql::parse("BEGIN END", &signature)?;
    let variables = compiled::variables(context, &body, &types(table))?;
    let found = compiled::found(&body)?;
    Ok(Compiled {
        signature: String::new(),
        oid: Oid(0),
        body,
        variables,
        found,
        parameters: Vec::new(),
        outputs: Vec::new(),
        whole: true,
        volatile: false,
        kept: Mutex::default(),
    })
}

/// Gives the variables of a trigger their values.
fn fill(act: &mut Activation, firing: &Firing<'_>, schema: Option<&str>) {
    let own = fields(firing.table);
    let compiled = Arc::clone(&act.compiled);
    let row = |values: Option<&[Datum]>| values.map_or(Datum::Null, |values| record(values.to_vec(), &own));
    let trigger = firing.trigger;
    for (at, variable) in compiled.body.variables.iter().enumerate() {
        act.values[at] = match variable.ty {
            VarType::New => row(firing.new),
            VarType::Old => row(firing.old),
            VarType::Trigger(what) => match what {
                TriggerVariable::Name => Datum::text(trigger.name.as_str()),
                TriggerVariable::When => Datum::text(trigger.timing.word()),
                TriggerVariable::Level => Datum::text(if trigger.row { "ROW" } else { "STATEMENT" }),
                TriggerVariable::Op => Datum::text(firing.event.word()),
                TriggerVariable::RelId => Datum::Oid(firing.table.oid.0),
                TriggerVariable::RelName | TriggerVariable::TableName => Datum::text(firing.table.name.as_str()),
                TriggerVariable::TableSchema => schema.map_or(Datum::Null, Datum::text),
                TriggerVariable::NArgs => Datum::Int4(i32::try_from(trigger.arguments.len()).unwrap_or(i32::MAX)),
                TriggerVariable::Argv if trigger.arguments.is_empty() => Datum::Null,
                TriggerVariable::Argv => {
                    let values = trigger.arguments.iter().map(|a| Datum::text(a.as_str())).collect();
                    let mut array = ArrayValue::vector(Oid::TEXT, values);
                    // It counts from 0.
                    array.dims.iter_mut().for_each(|(_, lower)| *lower = 0);
                    Datum::Array(Arc::new(array))
                }
            },
            _ => continue,
        };
    }
}

/// What a condition of a trigger sees.
struct Rows<'a> {
    table: &'a Table,
    compiled: &'a Compiled,
    fires: (&'a [TriggerEvent], bool, Timing),
}

impl Rows<'_> {
    /// # Errors
    /// 42P17 for columns of NEW that are computed only after the trigger.
    fn not_generated(&self, field: Option<&String>) -> SqlResult<()> {
        let mut generated = self.table.visible_columns().filter(|c| c.generated);
        let found = match field {
            Some(name) => generated.find(|c| c.name == *name),
            None => generated.next(),
        };
        let Some(column) = found else { return Ok(()) };
        let text = "BEFORE trigger's WHEN condition cannot reference NEW generated columns";
        let detail = match field {
            Some(_) => format!("Column \"{}\" is a generated column.", column.name),
            None => "A whole-row reference is used and the table contains generated columns.".to_owned(),
        };
        Err(SqlError::new(SqlState::InvalidObjectDefinition, text).detail(detail))
    }
}

impl Variables for Rows<'_> {
    fn find(&self, parts: &[String]) -> SqlResult<Option<(Variable, usize)>> {
        let body = &self.compiled.body;
        let Some((var, used)) = body.names.resolve(body.names.last(), parts) else { return Ok(None) };
        let (events, row, timing) = self.fires;
        let invalid = |text: &str| Err(SqlError::new(SqlState::InvalidObjectDefinition, text));
        match body.variables[var.0].ty {
            VarType::New | VarType::Old if !row => {
                return invalid("statement trigger's WHEN condition cannot reference column values");
            }
            VarType::Old if events.contains(&TriggerEvent::Insert) => {
                return invalid("INSERT trigger's WHEN condition cannot reference OLD values");
            }
            VarType::New if events.contains(&TriggerEvent::Delete) => {
                return invalid("DELETE trigger's WHEN condition cannot reference NEW values");
            }
            VarType::New if timing == Timing::Before => self.not_generated(parts.get(used))?,
            VarType::New | VarType::Old => {}
            _ => return Ok(None),
        }
        let kind = &self.compiled.variables[var.0].kind;
        let fields = kind.fields.as_ref().map(|fields| fields.to_vec());
        Ok(Some((Variable { parameter: var.0, ty: kind.ty, fields, name: parts[0].clone() }, used)))
    }

    fn conflict(&self) -> Conflict {
        Conflict::Error
    }
}

/// Whether an expression has queries in it.
fn has_subquery(expr: &Expr) -> bool {
    struct Queries;
    impl Visitor for Queries {
        type Break = ();
        fn pre_visit_query(&mut self, _: &sqlparser::ast::Query) -> ControlFlow<()> {
            ControlFlow::Break(())
        }
    }
    expr.visit(&mut Queries).is_break()
}

/// A query whose WHERE is a condition over the rows `old` and `new` of a relation, but for the condition.
pub fn query_over_rows(schema: &str, relation: &str) -> String {
    let relation = format!("{}.{}", gavel_binder::quote(schema), gavel_binder::quote(relation));
    format!("SELECT 1 FROM {relation} AS old, {relation} AS new WHERE ")
}

/// Checks the condition of a trigger that is made: as its descriptor keeps it.
///
/// # Errors
/// The binder's; 0A000 for a subquery; 42P17 for rows that there are none of.
pub fn stored_condition(
    context: &BindContext<'_>,
    table: &Table,
    condition: &str,
    fires: (&[TriggerEvent], bool, Timing),
) -> SqlResult<StoredCondition> {
    let expr = gavel_binder::parse::parse_expression(condition)?;
    if has_subquery(&expr) {
        return Err(SqlError::unsupported("cannot use subquery in trigger WHEN condition"));
    }
    let schema = context.catalog.schema_by_oid(table.schema).map_or("", |s| s.name.as_str());
    let head = query_over_rows(schema, &table.name);
    let kept = gavel_binder::view_columns(context, &format!("{head}({condition})")).map_err(of_condition)?;
    let sql =
        kept.sql.strip_prefix(head.as_str()).ok_or_else(|| SqlError::internal("a condition without its query"))?;
    let compiled = condition_body(context, table)?;
    let text = format!("SELECT 1 WHERE {sql}");
    let prepared = parse_one(&text).map_err(SqlError::nowhere)?;
    if let Some(parsed) = &prepared.parsed {
        let rows = Rows { table, compiled: &compiled, fires };
        gavel_binder::bind_in_body(context, &parsed.statement, &text, &rows).map_err(of_condition)?;
    }
    let own = table.oid;
    Ok(StoredCondition {
        sql: sql.to_owned(),
        depends_on: kept.depends_on.into_iter().filter(|on| *on != own).collect(),
    })
}

/// An error of the query that a condition is bound in, as one of the condition.
fn of_condition(error: SqlError) -> SqlError {
    let told = error.nowhere();
    let text = told
        .message()
        .replace("not allowed in WHERE", "not allowed in trigger WHEN conditions")
        .replace("argument of WHERE must", "argument of WHEN must");
    if text == told.message() { told } else { SqlError::new(told.code(), text) }
}
