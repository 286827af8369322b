//! Calls of trigger functions, and conditions of triggers.

use std::sync::Arc;

use futures::future::BoxFuture;
use gavel_binder::{BindContext, Conflict, Variable, Variables};
use gavel_catalog::Table;
use gavel_catalog::trigger::{Timing, Trigger, TriggerEvent};
use gavel_plpgsql::tree::{Body, Returns, Signature, Sql, TriggerVariable, VarType};
use gavel_types::{ArrayValue, Datum, Oid, PgType, SqlError, SqlResult, SqlState};
use parking_lot::Mutex;

use crate::procedural::activation::{Activation, Place, items_of, record, signature};
use crate::procedural::compiled::{self, Compiled, Fields, Types};
use crate::procedural::fragment::parse_one;
use crate::session::{Session, binding};

/// One firing of a trigger.
pub struct Firing<'f> {
    pub trigger: &'f Trigger,
    pub table: &'f Arc<Table>,
    pub event: TriggerEvent,
    /// Values of the live columns.
    pub old: Option<&'f [Datum]>,
    pub new: Option<&'f [Datum]>,
}

/// The fields of a table's rows.
fn fields(table: &Table) -> Fields {
    table.visible_columns().map(|c| (c.name.clone(), c.ty)).collect()
}

fn types(table: &Table) -> Types {
    Types {
        parameters: Vec::new(),
        row: Some(fields(table)),
        row_type: gavel_catalog::snapshot::row_type(table.oid),
    }
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
        let key = (firing.trigger.oid, firing.table.version, vec![own], Vec::new());
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
        let sql = Sql { text: condition.clone(), at: 0, before: 0, line: 0, names };
        self.holds(&mut act, &sql).await
    }

    /// Calls a trigger's function: the row that it gives, if any.
    ///
    /// # Errors
    /// The function's; 2F005 if it does not come to RETURN.
    pub(crate) fn call_trigger<'a>(&'a mut self, firing: Firing<'a>) -> BoxFuture<'a, SqlResult<Option<Vec<Datum>>>> {
        Box::pin(async move {
            let catalog = self.catalog();
            let function = catalog
                .function(firing.trigger.function)
                .cloned()
                .ok_or_else(|| SqlError::internal("the function of a trigger is gone"))?;
            let basis = self.basis().await?;
            let types = types(firing.table);
            let own = PgType::new(types.row_type.unwrap_or(Oid::RECORD));
            let key = (function.oid, function.version, vec![own], Vec::new());
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
            let schema = catalog.schema_by_oid(firing.table.schema).map(|s| s.name.clone());
            fill(&mut act, &firing, schema.as_deref());
            self.run_activation(&mut act, function.setting("search_path")).await?;
            let own = types.row.unwrap_or_else(|| Arc::new([]));
            let result = self.trigger_result(&mut act, &own).await;
            result.map_err(|e| act.told(e))
        })
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

/// A body without statements, over whose names a condition is evaluated.
fn condition_body(context: &BindContext<'_>, table: &Table) -> SqlResult<Compiled> {
    let signature = Signature { returns: Returns::Value, trigger: true, ..Signature::default() };
    let body: Body = gavel_plpgsql::parse("BEGIN END", &signature)?;
    let variables = compiled::variables(context, &body, &types(table))?;
    let found = compiled::found(&body)?;
    Ok(Compiled {
        signature: self::signature("", std::iter::empty()),
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
    compiled: &'a Compiled,
    fires: (&'a [TriggerEvent], bool, Timing),
}

impl Variables for Rows<'_> {
    fn find(&self, parts: &[String]) -> SqlResult<Option<(Variable, usize)>> {
        let body = &self.compiled.body;
        let Some((var, used)) = body.names.resolve(body.names.last(), parts) else { return Ok(None) };
        let (events, row, _) = self.fires;
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

/// Checks the condition of a trigger that is made.
///
/// # Errors
/// The binder's; 42P17 for rows that there are none of.
pub fn check_condition(
    context: &BindContext<'_>,
    table: &Table,
    condition: &str,
    fires: (&[TriggerEvent], bool, Timing),
) -> SqlResult<()> {
    let compiled = condition_body(context, table)?;
    let text = format!("SELECT 1 WHERE ({condition})");
    let prepared = parse_one(&text).map_err(SqlError::nowhere)?;
    let Some(parsed) = &prepared.parsed else { return Ok(()) };
    let rows = Rows { compiled: &compiled, fires };
    gavel_binder::bind_in_body(context, &parsed.statement, &text, &rows).map(|_| ()).map_err(|e| {
        let missing = e.code() == SqlState::UndefinedColumn && e.message().starts_with("record ");
        let field = e.message().rsplit('"').nth(1).unwrap_or_default().to_owned();
        let row = e.message().split('"').nth(1).unwrap_or_default().to_owned();
        if missing {
            SqlError::new(SqlState::UndefinedColumn, format!("column {row}.{field} does not exist"))
        } else {
            e.nowhere()
        }
    })
}
