//! Statements of a body.
//!
//! A block with handlers runs in a savepoint: an error undoes what it did, and the first handler that takes the error
//! goes on from there.

use futures::future::BoxFuture;
use gavel_plpgsql::tree::{Block, Kind as K, Sql, Statement, Target, Var, VarType};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};

use crate::procedural::activation::{Activation, Flow, Kind, Place, with_context};
use crate::procedural::fragment::told_of;
use crate::session::Session;

impl Session {
    /// Statements one after the other.
    ///
    /// # Errors
    /// The statements', with the place in their CONTEXT.
    pub(crate) fn statements<'a>(
        &'a mut self,
        act: &'a mut Activation,
        statements: &'a [Statement],
    ) -> BoxFuture<'a, SqlResult<Flow>> {
        Box::pin(async move {
            for statement in statements {
                tokio::task::consume_budget().await;
                // An error leaves it at the statement that it is of.
                let around = act.current;
                act.current = Place::At(statement.line, statement.kind.label());
                self.routines.bodies.is_at(act.current);
                let flow = Box::pin(self.statement_of_body(act, statement)).await?;
                act.current = around;
                if flow != Flow::Next {
                    return Ok(flow);
                }
            }
            Ok(Flow::Next)
        })
    }

    async fn statement_of_body(&mut self, act: &mut Activation, statement: &Statement) -> SqlResult<Flow> {
        match &statement.kind {
            K::Block(block) => return self.block_of_body(act, block).await,
            K::Assign { target, value: sql } => {
                let (value, kind) = self.value_of(act, sql).await?;
                let assigned = self.assign_target(act, target, value, kind).await;
                // Fields are looked for where PostgreSQL parses the assignment.
                assigned.map_err(|e| match e.code() {
                    SqlState::UndefinedColumn | SqlState::ObjectNotInPrerequisiteState => {
                        with_context(e, &told_of(act, sql, true))
                    }
                    _ => e,
                })?;
            }
            K::If { arms, otherwise } => {
                for (condition, body) in arms {
                    if self.holds(act, condition).await? {
                        return self.statements(act, body).await;
                    }
                }
                return self.statements(act, otherwise).await;
            }
            K::Case { operand, arms, otherwise } => {
                if let Some((var, sql)) = operand {
                    let (value, kind) = self.value_of(act, sql).await?;
                    self.assign(act, *var, value, kind).await?;
                }
                for (condition, body) in arms {
                    if self.holds(act, condition).await? {
                        return self.statements(act, body).await;
                    }
                }
                return match otherwise {
                    Some(body) => self.statements(act, body).await,
                    None => {
                        let error = SqlError::new(SqlState::CaseNotFound, "case not found");
                        Err(error.hint("CASE statement is missing ELSE part."))
                    }
                };
            }
            K::Loop { label, body } => loop {
                tokio::task::consume_budget().await;
                if let Some(flow) = after_round(self.statements(act, body).await?, label.as_deref()) {
                    return Ok(flow);
                }
            },
            K::While { label, condition, body } => {
                while self.holds(act, condition).await? {
                    tokio::task::consume_budget().await;
                    if let Some(flow) = after_round(self.statements(act, body).await?, label.as_deref()) {
                        return Ok(flow);
                    }
                }
            }
            K::ForInteger { label, var, reverse, from, to, by, body } => {
                let range = self.range(act, (from, to, by.as_ref()), *reverse).await?;
                return self.for_integer(act, label.as_deref(), *var, range, body).await;
            }
            K::ForRows { label, into, rows, body } => {
                return self.for_rows(act, label.as_deref(), (into, rows), body).await;
            }
            K::Foreach { label, into, slice, array, body } => {
                let found = self.value_of(act, array).await?;
                let items = self.foreach_items(found, *slice)?;
                let array = match into.as_slice() {
                    [Target { var, path }] if path.is_empty() => {
                        gavel_binder::element_type(act.compiled.variables[var.0].kind.ty.oid).is_some()
                    }
                    _ => false,
                };
                let wrong = match (*slice, array) {
                    (0, true) => Some("FOREACH loop variable must not be of an array type"),
                    (1.., false) => Some("FOREACH ... SLICE loop variable must be of an array type"),
                    _ => None,
                };
                if let Some(text) = wrong {
                    return Err(SqlError::new(SqlState::DatatypeMismatch, text));
                }
                return self.foreach(act, label.as_deref(), into, items, body).await;
            }
            K::Exit { continues, label, when } => {
                let leaves = match when {
                    Some(condition) => self.holds(act, condition).await?,
                    None => true,
                };
                return Ok(match (leaves, continues) {
                    (false, _) => Flow::Next,
                    (true, true) => Flow::Continue(label.clone()),
                    (true, false) => Flow::Exit(label.clone()),
                });
            }
            K::Return(None) => return Ok(Flow::Return),
            K::Return(Some(sql)) => {
                let value = self.value_of(act, sql).await?;
                let composite = act.is_trigger || act.compiled.whole || act.columns.len() > 1;
                if composite && !value.0.is_null() && value.1.fields.is_none() {
                    let text = "cannot return non-composite value from function returning composite type";
                    return Err(SqlError::new(SqlState::DatatypeMismatch, text));
                }
                act.returned = Some(value);
                return Ok(Flow::Return);
            }
            K::ReturnNext(value) => self.return_next(act, value.as_ref()).await?,
            K::ReturnQuery(rows) => self.return_query(act, rows).await?,
            K::Raise(raise) => self.raise(act, raise).await?,
            K::Assert { condition, message } => self.assertion(act, condition, message.as_ref()).await?,
            K::Perform(sql) => self.perform(act, sql).await?,
            K::Sql { sql, into } => self.sql_statement(act, sql, into.as_ref()).await?,
            K::Execute { command, into, using } => self.dynamic(act, command, using, into.as_ref()).await?,
            K::Diagnostics { stacked, items } => self.diagnostics(act, *stacked, items).await?,
            K::Open { cursor, scroll, rows, arguments } => {
                self.open_cursor(act, *cursor, *scroll, rows.as_ref(), arguments).await?;
            }
            K::Fetch { cursor, direction, into } => self.fetch_into(act, *cursor, direction, into.as_deref()).await?,
            K::Close(cursor) => {
                let name = self.cursor_name(act, *cursor)?;
                self.close_cursor(Some(&name))?;
            }
            K::Null => {}
            K::Call(sql) => self.call_in_body(act, sql).await?,
            K::Commit { chain } => self.end_inside(act, true, *chain).await?,
            K::Rollback { chain } => self.end_inside(act, false, *chain).await?,
        }
        Ok(Flow::Next)
    }

    /// A block: its variables anew, its statements, its handlers.
    pub(crate) async fn block_of_body(&mut self, act: &mut Activation, block: &Block) -> SqlResult<Flow> {
        let own = act.current;
        for var in &block.declared {
            let line = act.compiled.body.variables[var.0].line;
            act.current = Place::During(line, "statement block local variable initialization");
            self.initialize(act, *var).await?;
        }
        act.current = own;
        let flow = match &block.handlers {
            None => self.statements(act, &block.statements).await?,
            Some(handlers) => {
                self.body_savepoint().await?;
                act.savepoints += 1;
                let result = self.statements(act, &block.statements).await;
                act.savepoints -= 1;
                match result {
                    Ok(flow) => {
                        self.release_body_savepoint().await?;
                        flow
                    }
                    Err(error) => {
                        let arm = handlers.arms.iter().find(|arm| super::raise::takes(&arm.conditions, &error));
                        self.rollback_body_savepoint().await?;
                        let Some(arm) = arm else { return Err(error) };
                        let error = act.told(error);
                        act.current = own;
                        act.values[handlers.state.0] = Datum::text(error.code().as_str());
                        act.values[handlers.message.0] = Datum::text(error.message());
                        act.handled.push(error);
                        let result = self.statements(act, &arm.statements).await;
                        act.handled.pop();
                        result?
                    }
                }
            }
        };
        Ok(match flow {
            Flow::Exit(Some(label)) if block.label.as_ref() == Some(&label) => Flow::Next,
            flow => flow,
        })
    }

    /// A variable as its block begins.
    async fn initialize(&mut self, act: &mut Activation, var: Var) -> SqlResult<()> {
        let compiled = act.compiled.clone();
        let declaration = &compiled.body.variables[var.0];
        act.kinds[var.0] = compiled.variables[var.0].kind.clone();
        act.values[var.0] = Datum::Null;
        if let Some(default) = &declaration.default {
            let (value, kind) = self.value_of(act, default).await?;
            self.assign(act, var, value, kind).await?;
        } else if let VarType::Cursor(Some(_)) = &declaration.ty {
            act.values[var.0] = Datum::text(declaration.name.as_str());
        } else if compiled.variables[var.0].declared.oid.is_over_domain() {
            // A domain may not take NULL.
            let declared = compiled.variables[var.0].declared;
            act.values[var.0] = self.cast(Datum::Null, compiled.variables[var.0].kind.ty, declared).await?;
        }
        Ok(())
    }

    /// From, to and step of a loop.
    async fn range(
        &mut self,
        act: &mut Activation,
        (from, to, by): (&Sql, &Sql, Option<&Sql>),
        reverse: bool,
    ) -> SqlResult<(i32, i32, i32)> {
        let mut bounds = [0, 0, 1];
        for (at, (sql, what)) in
            [(Some(from), "lower bound"), (Some(to), "upper bound"), (by, "BY value")].into_iter().enumerate()
        {
            let Some(sql) = sql else { continue };
            match self.typed_value(act, sql, PgType::INT4).await? {
                Datum::Int4(n) => bounds[at] = n,
                _ => {
                    let text = format!("{what} of FOR loop cannot be null");
                    return Err(SqlError::new(SqlState::NullValueNotAllowed, text));
                }
            }
        }
        if bounds[2] <= 0 {
            let text = "BY value of FOR loop must be greater than zero";
            return Err(SqlError::new(SqlState::InvalidParameterValue, text));
        }
        let step = if reverse { -bounds[2] } else { bounds[2] };
        Ok((bounds[0], bounds[1], step))
    }

    async fn for_integer(
        &mut self,
        act: &mut Activation,
        label: Option<&str>,
        var: Var,
        (from, to, step): (i32, i32, i32),
        body: &[Statement],
    ) -> SqlResult<Flow> {
        let mut next = Some(from);
        let mut found = false;
        let mut out = Flow::Next;
        while let Some(n) = next.filter(|n| if step > 0 { *n <= to } else { *n >= to }) {
            tokio::task::consume_budget().await;
            found = true;
            act.values[var.0] = Datum::Int4(n);
            if let Some(flow) = after_round(self.statements(act, body).await?, label) {
                out = flow;
                break;
            }
            next = n.checked_add(step);
        }
        act.set_found(found);
        Ok(out)
    }

    /// What FOREACH goes through: elements, or slices of as many dimensions.
    fn foreach_items(&self, (array, kind): (Datum, Kind), slice: u32) -> SqlResult<(Vec<Datum>, Kind)> {
        use gavel_types::ArrayValue;
        let element = gavel_binder::element_type(kind.ty.oid).ok_or_else(|| {
            let ty = gavel_binder::format_type(PgType::new(kind.ty.oid));
            SqlError::new(SqlState::DatatypeMismatch, format!("FOREACH expression must yield an array, not type {ty}"))
        })?;
        let array = match array {
            Datum::Array(array) => array,
            _ => {
                let text = "FOREACH expression must not be null";
                return Err(SqlError::new(SqlState::NullValueNotAllowed, text));
            }
        };
        let slice = slice as usize;
        if slice > array.dims.len() && !array.values.is_empty() {
            let text = format!("slice dimension ({slice}) is out of the valid range 0..{}", array.dims.len());
            return Err(SqlError::new(SqlState::ArraySubscriptError, text));
        }
        if slice == 0 {
            return Ok((array.values.clone(), Kind::of(PgType::new(element))));
        }
        let dims = array.dims.get(array.dims.len().saturating_sub(slice)..).unwrap_or_default();
        let size = dims.iter().map(|(n, _)| usize::try_from(*n).unwrap_or(0)).product::<usize>().max(1);
        let parts = array.values.chunks(size).map(|values| {
            let part = ArrayValue { element: array.element, dims: dims.to_vec(), values: values.to_vec() };
            Datum::Array(std::sync::Arc::new(part))
        });
        Ok((parts.collect(), Kind::of(kind.ty)))
    }

    async fn foreach(
        &mut self,
        act: &mut Activation,
        label: Option<&str>,
        into: &[Target],
        (items, kind): (Vec<Datum>, Kind),
        body: &[Statement],
    ) -> SqlResult<Flow> {
        let found = !items.is_empty();
        let mut out = Flow::Next;
        for item in items {
            tokio::task::consume_budget().await;
            let fields = self.fields_of(kind.ty, &item);
            match (&fields, into) {
                (Some(fields), targets) if targets.len() > 1 => {
                    let values = super::activation::items_of(&item, fields);
                    let row = super::assign::Row { values, columns: fields };
                    self.assign_row(act, targets, Some(row), fields).await?;
                }
                (_, [target, ..]) => {
                    self.assign_target(act, target, item, Kind { ty: kind.ty, fields }).await?;
                }
                _ => {}
            }
            if let Some(flow) = after_round(self.statements(act, body).await?, label) {
                out = flow;
                break;
            }
        }
        act.set_found(found);
        Ok(out)
    }

    /// RETURN NEXT.
    async fn return_next(&mut self, act: &mut Activation, value: Option<&Sql>) -> SqlResult<()> {
        let columns = act.columns.clone();
        let row = match value {
            None => act.compiled.outputs.iter().map(|var| act.values[var.0].clone()).collect(),
            Some(sql) => {
                let (value, kind) = self.value_of(act, sql).await?;
                // A variable, or a value that is computed.
                let text = match sql.text.contains(|c: char| !c.is_alphanumeric() && c != '_') {
                    true => "returned record type does not match expected record type",
                    false => "wrong record type supplied in RETURN NEXT",
                };
                match &kind.fields {
                    Some(fields) if !act.compiled.whole && (columns.len() != 1 || columns[0].oid != kind.ty.oid) => {
                        same_types(text, fields, &columns)?;
                        let values = super::activation::items_of(&value, fields);
                        let fields = std::sync::Arc::clone(fields);
                        return self.give_row(act, values, &fields, text).await;
                    }
                    Some(fields)
                        if columns.first().is_some_and(|ty| ty.oid != kind.ty.oid && ty.oid != Oid::RECORD) =>
                    {
                        let own = self.catalog().fields(columns[0].oid);
                        let values = super::activation::items_of(&value, fields);
                        match own {
                            Some(own) => {
                                let types: Vec<PgType> = own.iter().map(|(_, ty)| *ty).collect();
                                same_types(text, fields, &types)?;
                                vec![self.as_row(values, fields, &own).await?]
                            }
                            None => vec![value],
                        }
                    }
                    None if value.is_null() && kind.ty.oid == Oid::RECORD => {
                        return Err(Activation::unassigned(&sql.text));
                    }
                    None if !act.compiled.whole && columns.len() != 1 => {
                        if !value.is_null() {
                            let text = "cannot return non-composite value from function returning composite type";
                            return Err(SqlError::new(SqlState::DatatypeMismatch, text));
                        }
                        vec![Datum::Null; columns.len()]
                    }
                    _ => {
                        let ty = columns.first().copied().unwrap_or(kind.ty);
                        vec![self.cast(value, kind.ty, ty).await?]
                    }
                }
            }
        };
        act.rows.push(row);
        self.within_memory(act)
    }

    /// Adds a row to the result, each value as its column's type.
    pub(crate) async fn give_row(
        &mut self,
        act: &mut Activation,
        values: Vec<Datum>,
        given: &[(String, PgType)],
        mismatch: &str,
    ) -> SqlResult<()> {
        if act.compiled.whole {
            let row = match self.catalog().fields(act.columns[0].oid) {
                Some(own) => {
                    if own.len() != given.len() {
                        return Err(wrong_columns(mismatch, given.len(), own.len()));
                    }
                    self.as_row(values, given, &own).await?
                }
                None => super::activation::record(values, &given.iter().cloned().collect()),
            };
            act.rows.push(vec![row]);
            return self.within_memory(act);
        }
        if act.columns.len() != given.len() {
            return Err(wrong_columns(mismatch, given.len(), act.columns.len()));
        }
        let columns = act.columns.clone();
        let mut row = Vec::with_capacity(columns.len());
        for ((value, (_, from)), to) in values.into_iter().zip(given).zip(columns) {
            row.push(self.cast(value, *from, to).await?);
        }
        act.rows.push(row);
        self.within_memory(act)
    }

    /// # Errors
    /// 53200 for a result that is too large to be held.
    pub(crate) fn within_memory(&self, act: &Activation) -> SqlResult<()> {
        let limit = self.engine.settings.statement_memory_bytes;
        let width = act.columns.len().max(1) * size_of::<Datum>();
        if act.rows.len().saturating_mul(width) > limit {
            return Err(SqlError::new(SqlState::OutOfMemory, "out of memory")
                .detail(format!("The result needs more than {limit} bytes.")));
        }
        Ok(())
    }
}

fn wrong_columns(what: &str, given: usize, wanted: usize) -> SqlError {
    SqlError::new(SqlState::DatatypeMismatch, what)
        .detail(format!("Number of returned columns ({given}) does not match expected column count ({wanted})."))
}

/// # Errors
/// 42804 for fields of other types than the columns that are wanted.
fn same_types(text: &str, given: &[(String, PgType)], wanted: &[PgType]) -> SqlResult<()> {
    if given.len() != wanted.len() {
        return Err(wrong_columns(text, given.len(), wanted.len()));
    }
    for (n, ((_, given), wanted)) in given.iter().zip(wanted).enumerate() {
        // Values of domains are told by the type below.
        if given.oid != wanted.oid && !wanted.oid.is_over_domain() && !given.oid.is_over_domain() {
            let shown = |ty: &PgType| gavel_binder::format_type(PgType::new(ty.oid));
            return Err(SqlError::new(SqlState::DatatypeMismatch, text).detail(format!(
                "Returned type {} does not match expected type {} in column {}.",
                shown(given),
                shown(wanted),
                n + 1
            )));
        }
    }
    Ok(())
}

/// How a loop goes on after a round: `None` for the next one.
pub fn after_round(flow: Flow, label: Option<&str>) -> Option<Flow> {
    match flow {
        Flow::Next | Flow::Continue(None) => None,
        Flow::Continue(Some(wanted)) if label == Some(wanted.as_str()) => None,
        Flow::Exit(None) => Some(Flow::Next),
        Flow::Exit(Some(wanted)) if label == Some(wanted.as_str()) => Some(Flow::Next),
        other => Some(other),
    }
}
