//! Values into variables, and into parts of them.

use std::sync::Arc;

use futures::future::BoxFuture;
use gavel_binder::bound::{Bound, ColumnId, Output, Query, Rel, Scalar, ScalarKind, Statement};
use gavel_binder::{Conflict, Variable, Variables};
use gavel_plpgsql::tree::{Sql, Step, Target, Var};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};

use crate::fast::expr::{RowContext, RowExpr};
use crate::prepared::Basis;
use crate::procedural::activation::{Activation, Kind, items_of, record};
use crate::procedural::compiled::{Fields, Holds};
use crate::session::statement::rows_of;
use crate::session::{Session, binding};

/// A row that is assigned: values with their names and types.
pub struct Row<'r> {
    pub values: Vec<Datum>,
    pub columns: &'r [(String, PgType)],
}

impl Session {
    /// Assigns to a whole variable.
    ///
    /// # Errors
    /// 22004 for NULL where that is forbidden, 42804 where a row is asked for, those of casts.
    pub(crate) async fn assign(&mut self, act: &mut Activation, var: Var, value: Datum, kind: Kind) -> SqlResult<()> {
        let variable = act.compiled.variables[var.0].clone();
        let value = match variable.holds {
            Holds::Scalar => self.cast(value, kind.ty, variable.declared).await?,
            Holds::Anything => {
                act.kinds[var.0] = kind;
                value
            }
            Holds::Record => {
                // It is as if nothing had been assigned.
                if value.is_null() {
                    act.kinds[var.0] = variable.kind.clone();
                    act.values[var.0] = Datum::Null;
                    return Ok(());
                }
                if kind.fields.is_none() {
                    return Err(SqlError::unsupported("input of anonymous composite types is not implemented"));
                }
                act.kinds[var.0] = kind;
                value
            }
            Holds::Row => {
                let own = act.fields(var)?;
                match &kind.fields {
                    _ if value.is_null() => Datum::Null,
                    Some(_) if kind.ty.oid == variable.kind.ty.oid => value,
                    Some(fields) => {
                        let values = items_of(&value, fields);
                        self.as_row(values, fields, &own).await?
                    }
                    // Through the text form.
                    None => self.cast(value, kind.ty, variable.kind.ty).await?,
                }
            }
        };
        if variable.not_null && value.is_null() {
            let text = format!("null value cannot be assigned to variable \"{}\" declared NOT NULL", act.name(var));
            return Err(SqlError::new(SqlState::NullValueNotAllowed, text));
        }
        act.values[var.0] = value;
        Ok(())
    }

    /// Values as a row of these fields, by their places.
    pub(crate) async fn as_row(
        &mut self,
        values: Vec<Datum>,
        given: &[(String, PgType)],
        wanted: &Fields,
    ) -> SqlResult<Datum> {
        let mut out = Vec::with_capacity(wanted.len());
        let mut values = values.into_iter().zip(given);
        for (_, ty) in wanted.iter() {
            out.push(match values.next() {
                Some((value, (_, from))) if from.oid == Oid::RECORD => {
                    let fields = self.fields_of(*from, &value);
                    self.converted(value, Kind { ty: *from, fields }, *ty).await?
                }
                Some((value, (_, from))) => self.cast(value, *from, *ty).await?,
                None => Datum::Null,
            });
        }
        Ok(record(out, wanted))
    }

    /// A value as one of type `to`, a record of no type field by field.
    fn converted(&mut self, value: Datum, from: Kind, to: PgType) -> BoxFuture<'_, SqlResult<Datum>> {
        Box::pin(async move {
            let own = match from.ty.oid == Oid::RECORD && !value.is_null() {
                true => self.catalog().fields(to.oid),
                false => None,
            };
            let (Some(own), Some(fields)) = (own, from.fields) else { return self.cast(value, from.ty, to).await };
            if own.len() != fields.len() {
                let what = if fields.len() < own.len() { "few" } else { "many" };
                let text = format!("cannot cast type record to {}", gavel_binder::format_type(to));
                let error = SqlError::new(SqlState::CannotCoerce, text);
                return Err(error.detail(format!("Input has too {what} columns.")));
            }
            let values = items_of(&value, &fields);
            self.as_row(values, &fields, &own).await
        })
    }

    /// Assigns to a variable or a part of one.
    pub(crate) async fn assign_target(
        &mut self,
        act: &mut Activation,
        target: &Target,
        value: Datum,
        kind: Kind,
    ) -> SqlResult<()> {
        if target.path.is_empty() {
            return self.assign(act, target.var, value, kind).await;
        }
        let name = act.name(target.var).to_owned();
        if matches!(target.path.first(), Some(Step::Field(_))) {
            act.fields(target.var)?;
        }
        let container = (act.values[target.var.0].clone(), act.kinds[target.var.0].clone());
        let mut changed = self.changed(act, (&name, 0), container, &target.path, (value, kind)).await?;
        let declared = act.compiled.variables[target.var.0].declared;
        if declared.oid.is_over_domain() {
            // The whole is to be one of the domain still.
            let ty = act.kinds[target.var.0].ty;
            changed = self.cast(changed, ty, declared).await?;
        }
        act.values[target.var.0] = changed;
        Ok(())
    }

    /// A container after an assignment to a part of it, `depth` steps below the variable `name`.
    async fn changed(
        &mut self,
        act: &Activation,
        (name, depth): (&str, usize),
        (container, kind): (Datum, Kind),
        path: &[Step],
        (value, given): (Datum, Kind),
    ) -> SqlResult<Datum> {
        match path {
            [] => self.converted(value, given, kind.ty).await,
            [Step::Field(field), rest @ ..] => {
                let ty = || gavel_binder::format_type(PgType::new(kind.ty.oid));
                let refused = |code: SqlState, why: String| {
                    let text = format!("cannot assign to field \"{field}\" of column \"{name}\" because {why}");
                    Err(SqlError::new(code, text))
                };
                let Some(fields) = &kind.fields else {
                    return refused(SqlState::DatatypeMismatch, format!("its type {} is not a composite type", ty()));
                };
                let Some(at) = fields.iter().position(|(own, _)| own == field) else {
                    if depth > 0 {
                        let why = format!("there is no such column in data type {}", ty());
                        return refused(SqlState::UndefinedColumn, why);
                    }
                    let text = format!("record \"{name}\" has no field \"{field}\"");
                    return Err(SqlError::new(SqlState::UndefinedColumn, text));
                };
                let mut items = items_of(&container, fields);
                let ty = fields[at].1;
                let inner = Kind { ty, fields: self.fields_of(ty, &items[at]) };
                let old = std::mem::replace(&mut items[at], Datum::Null);
                let below = (name, depth + 1);
                let new = Box::pin(self.changed(act, below, (old, inner), rest, (value, given))).await?;
                items[at] = new;
                Ok(record(items, fields))
            }
            [Step::Subscript(sql)] => self.with_element(act, name, (container, kind), sql, (value, given)).await,
            [Step::Subscript(sql), rest @ ..] => {
                let (old, inner) = self.element_of(act, (container.clone(), kind.clone()), sql).await?;
                let below = (name, depth + 1);
                let new = Box::pin(self.changed(act, below, (old, inner.clone()), rest, (value, given))).await?;
                self.with_element(act, name, (container, kind), sql, (new, inner)).await
            }
        }
    }

    /// The element of a container that subscripts lead to, and what it is of.
    async fn element_of(
        &mut self,
        act: &Activation,
        (container, kind): (Datum, Kind),
        sql: &Sql,
    ) -> SqlResult<(Datum, Kind)> {
        let basis = self.basis().await?;
        let style = self.text_style_now();
        // What it is bound against is gone before anything waits.
        let scalar = {
            let seen = Seen { act, sql };
            let place = Scalar { kind: ScalarKind::Param(act.values.len()), ty: kind.ty };
            let context = binding::context(&basis, &style);
            gavel_binder::subscripted(&context, &seen, place, &sql.text)?
        };
        let ty = scalar.ty;
        let mut params = act.values.clone();
        params.push(container);
        let value = self.evaluated(scalar, params, basis).await?;
        let fields = self.fields_of(ty, &value);
        Ok((value, Kind { ty, fields }))
    }

    async fn with_element(
        &mut self,
        act: &Activation,
        name: &str,
        (container, kind): (Datum, Kind),
        sql: &Sql,
        (value, given): (Datum, Kind),
    ) -> SqlResult<Datum> {
        let basis = self.basis().await?;
        let style = self.text_style_now();
        let count = act.values.len();
        // Records of no type become rows of the elements' type.
        let element = gavel_binder::element_type(kind.ty.oid).map(PgType::new);
        let (value, given) = match element.filter(|_| given.ty.oid == Oid::RECORD && !sql.text.contains(':')) {
            Some(element) => (self.converted(value, given, element).await?, Kind::of(element)),
            None => (value, given),
        };
        // What it is bound against is gone before anything waits.
        let scalar = {
            let seen = Seen { act, sql };
            let place = Scalar { kind: ScalarKind::Param(count), ty: kind.ty };
            let context = binding::context(&basis, &style);
            gavel_binder::subscript_assignment(&context, &seen, (name, place), &sql.text, (count + 1, given.ty))?
        };
        let mut params = act.values.clone();
        params.extend([container, value]);
        self.evaluated(scalar, params, basis).await
    }

    /// The value of an expression over parameters.
    async fn evaluated(&mut self, scalar: Scalar, params: Vec<Datum>, basis: Arc<Basis>) -> SqlResult<Datum> {
        if let Some(expr) = RowExpr::compile(&scalar, &|_| None) {
            let eval = self.evaluation();
            return expr.eval(&RowContext { eval: &eval, row: &[], params: &params });
        }
        self.planned_value(scalar, params, basis).await
    }

    /// The value of an expression that needs a plan.
    async fn planned_value(&mut self, scalar: Scalar, params: Vec<Datum>, basis: Arc<Basis>) -> SqlResult<Datum> {
        // No other column has this number.
        let (id, ty) = (ColumnId(u32::MAX), scalar.ty);
        let input = Box::new(Rel::Values { rows: vec![vec![]], columns: vec![] });
        let output = vec![Output { id, name: String::new(), ty, origin: None, shown: None }];
        let query = Query { rel: Rel::Project { input, exprs: vec![(id, scalar)] }, output };
        let bound = Bound {
            statement: Statement::Query(query),
            params: Vec::new(),
            objects: Vec::new(),
            accesses: Vec::new(),
            guarded: Vec::new(),
        };
        let planned = Box::pin(self.plan_bound(bound, basis)).await?;
        let mut executed = Box::pin(self.run_query_plan(&planned, params)).await?;
        self.drive(executed.collect()).await?;
        let mut rows = Vec::new();
        while let Some(batch) = executed.next().await? {
            rows_of(batch, &[ty], &mut rows)?;
        }
        Ok(rows.pop().and_then(|mut row| row.pop()).unwrap_or(Datum::Null))
    }

    /// Assigns a row: to one record or row variable, or one value to each target. No row is NULLs.
    pub(crate) async fn assign_row(
        &mut self,
        act: &mut Activation,
        targets: &[Target],
        row: Option<Row<'_>>,
        columns: &[(String, PgType)],
    ) -> SqlResult<()> {
        let row = row.unwrap_or_else(|| Row { values: vec![Datum::Null; columns.len()], columns });
        if let [target] = targets
            && target.path.is_empty()
            && act.holds_row(target.var)
        {
            return self.assign_whole_row(act, target.var, row).await;
        }
        let mut values = row.values.into_iter().zip(row.columns);
        for target in targets {
            let (value, kind) = match values.next() {
                Some((value, (_, ty))) => {
                    let fields = self.fields_of(*ty, &value);
                    (value, Kind { ty: *ty, fields })
                }
                None => (Datum::Null, Kind::of(PgType::TEXT)),
            };
            self.assign_target(act, target, value, kind).await?;
        }
        Ok(())
    }

    async fn assign_whole_row(&mut self, act: &mut Activation, var: Var, row: Row<'_>) -> SqlResult<()> {
        let variable = act.compiled.variables[var.0].clone();
        if variable.holds == Holds::Row {
            let own = act.fields(var)?;
            act.values[var.0] = self.as_row(row.values, row.columns, &own).await?;
            return Ok(());
        }
        let fields: Fields = row.columns.iter().cloned().collect();
        act.values[var.0] = record(row.values, &fields);
        act.kinds[var.0] = Kind { ty: PgType::new(Oid::RECORD), fields: Some(fields) };
        Ok(())
    }
}

/// The variables that a subscript sees.
struct Seen<'a> {
    act: &'a Activation,
    sql: &'a Sql,
}

impl Variables for Seen<'_> {
    fn find(&self, parts: &[String]) -> SqlResult<Option<(Variable, usize)>> {
        let compiled = &self.act.compiled;
        let Some((var, used)) = compiled.body.names.resolve(self.sql.names, parts) else { return Ok(None) };
        let Kind { ty, fields } = self.act.kinds[var.0].clone();
        let fields = fields.map(|fields: Arc<_>| fields.to_vec());
        Ok(Some((Variable { parameter: var.0, ty, fields, name: self.act.name(var).to_owned() }, used)))
    }

    fn conflict(&self) -> Conflict {
        Conflict::Error
    }
}
