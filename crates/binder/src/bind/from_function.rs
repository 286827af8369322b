//! Functions in FROM.

use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast;

use super::Binder;
use super::call::result_columns;
use super::clause::Clause;
use super::from::FromItem;
use super::function::Callee;
use super::name::{Qualified, fold, qualified};
use super::scalar::{Typed, column};
use super::scope::{Columns, NsColumn, NsItem};
use crate::bound::{ColumnId, Rel, SetCall, Window};
use crate::parse::{Pos, marker};
use crate::query_tree::{FunctionTree, RangeKind};

impl Binder<'_> {
    /// A function in FROM.
    pub fn function_item(
        &mut self,
        name: &ast::ObjectName,
        args: &[ast::FunctionArg],
        ordinality: bool,
        alias: Option<&ast::TableAlias>,
    ) -> SqlResult<FromItem> {
        let active = std::mem::replace(&mut self.level().lateral_active, true);
        let outer = self.recorder.as_mut().map(|r| std::mem::take(&mut r.functions));
        let out = self.within(Clause::FromFunction, |b| b.function_item_inside(name, args, ordinality, alias));
        self.level().lateral_active = active;
        if let (Some(recorder), Some(outer)) = (&mut self.recorder, outer) {
            recorder.functions = outer;
        }
        out
    }

    fn function_item_inside(
        &mut self,
        name: &ast::ObjectName,
        args: &[ast::FunctionArg],
        ordinality: bool,
        alias: Option<&ast::TableAlias>,
    ) -> SqlResult<FromItem> {
        if let [ast::ObjectNamePart::Identifier(ident)] = name.0.as_slice()
            && let Some(calls) = ident.value.strip_prefix(marker::ROWS)
        {
            return self.rows_from(calls, ordinality, alias);
        }
        let pos = self.name_pos(name);
        let full = qualified(self.context, name)?;
        let definitions: Vec<(String, Option<&ast::DataType>)> = alias
            .map(|a| a.columns.iter().map(|c| (fold(&c.name), c.data_type.as_ref())).collect())
            .unwrap_or_default();
        let (rel, columns, scalar) = self.from_call(name, &full, args, &definitions, pos)?;
        let label = self.function_label(&full);
        self.finish_function(rel, columns, scalar, ordinality, &label, alias)
    }

    /// One call: its set call, its columns by name, and whether it returns a plain value.
    #[allow(clippy::type_complexity, reason = "the parts of a call in FROM, used twice")]
    fn from_call(
        &mut self,
        called: &ast::ObjectName,
        full: &Qualified,
        args: &[ast::FunctionArg],
        definitions: &[(String, Option<&ast::DataType>)],
        pos: Pos,
    ) -> SqlResult<(Result<Vec<SetCall>, Rel>, Vec<(String, ColumnId, PgType)>, bool)> {
        let arguments = self.arguments(args)?;
        let found = match self.find_function(full, arguments, pos)? {
            Callee::Function(found) => found,
            Callee::User(found) => {
                self.note_call(called, found.function.oid);
                let (rel, columns, scalar) = self.user_item(found, definitions, pos)?;
                return Ok((Err(rel), columns, scalar));
            }
            Callee::Cast(target) => {
                let [ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(operand))] = args else {
                    return Err(SqlError::internal("a cast without operand"));
                };
                let value = self.expr(operand)?;
                let value = self.explicit_cast(value, target, pos)?;
                return Ok(self.one_row(value, &full.name));
            }
        };
        match found.proc.kind {
            gavel_functions::registry::ProcKind::Aggregate => {
                let text = "aggregate functions are not allowed in functions in FROM";
                return Err(self.error_at(SqlError::new(SqlState::GroupingError, text), pos));
            }
            gavel_functions::registry::ProcKind::Window => {
                let text = "window functions are not allowed in functions in FROM";
                return Err(self.error_at(SqlError::new(SqlState::WindowingError, text), pos));
            }
            _ => {}
        }
        // Plain calls in the arguments of a set-returning one may themselves return sets only in FROM's
        // own item, which PostgreSQL refuses as nested.
        let mut found = found;
        let written = found.written.take();
        let (proc, args, result) = self.coerce_arguments(found, pos)?;
        let typed = definitions.iter().any(|(_, ty)| ty.is_some());
        let mut columns = result_columns(proc, result, &args);
        let composite = columns.len() > 1 || proc.all_args.iter().any(|(_, mode, _)| matches!(mode, 'o' | 't'));
        if typed {
            if result.oid != Oid::RECORD || composite {
                let text = if composite {
                    "a column definition list is redundant for a function with OUT parameters"
                } else {
                    "a column definition list is only allowed for functions returning \"record\""
                };
                return Err(self.error_at(SqlError::new(SqlState::SyntaxError, text), pos));
            }
            columns = Vec::with_capacity(definitions.len());
            let mut declared = Vec::with_capacity(definitions.len());
            for (name, ty) in definitions {
                let Some(ty) = ty else { continue };
                let ty = self.type_by_name(ty, pos)?;
                declared.push((name.clone(), ty));
                columns.push((name.clone(), self.base_type(ty)?));
            }
            if let Some(recorder) = &mut self.recorder {
                let (function, args, definitions) = (proc.oid, args.clone(), declared.clone());
                recorder.functions.push(FunctionTree { function, args, written: written.clone(), definitions });
            }
            if let Some(rel) = self.json_rows(proc.name, &args, &declared, pos)? {
                let (rel, columns) = rel;
                return Ok((Err(rel), columns, false));
            }
        } else if result.oid == Oid::RECORD && !composite {
            let text = "a column definition list is required for functions returning \"record\"";
            return Err(self.error_at(SqlError::new(SqlState::SyntaxError, text), pos));
        }
        if let Some(recorder) = self.recorder.as_mut().filter(|_| !typed) {
            let (function, args, definitions) = (proc.oid, args.clone(), vec![]);
            recorder.functions.push(FunctionTree { function, args, written, definitions });
        }
        if !typed
            && !composite
            && let Some((rel, columns)) = self.rows_of_composite(proc, &args, result)?
        {
            return Ok((Err(rel), columns, false));
        }
        let scalar = columns.len() == 1 && !composite && !typed;
        let columns: Vec<(String, ColumnId, PgType)> =
            columns.into_iter().map(|(name, ty)| (name, self.new_column(), ty)).collect();
        let call =
            SetCall { function: proc.oid, args, columns: columns.iter().map(|(_, id, ty)| (*id, *ty)).collect() };
        Ok((Ok(vec![call]), columns, scalar))
    }

    /// A plain expression as a FROM item of one row.
    #[allow(clippy::type_complexity, reason = "the same parts as from_call")]
    fn one_row(
        &mut self,
        value: Typed,
        name: &str,
    ) -> (Result<Vec<SetCall>, Rel>, Vec<(String, ColumnId, PgType)>, bool) {
        let (id, ty) = (self.new_column(), value.ty());
        let rel = Rel::Values { rows: vec![vec![value.scalar]], columns: vec![(id, ty)] };
        (Err(rel), vec![(name.to_owned(), id, ty)], true)
    }

    fn finish_function(
        &mut self,
        calls: Result<Vec<SetCall>, Rel>,
        columns: Vec<(String, ColumnId, PgType)>,
        scalar: bool,
        ordinality: bool,
        name: &str,
        alias: Option<&ast::TableAlias>,
    ) -> SqlResult<FromItem> {
        let ordinal = ordinality.then(|| self.new_column());
        let mut list: Vec<NsColumn> = columns
            .into_iter()
            .map(|(name, id, ty)| NsColumn { name, scalar: column(id, ty), origin: None, fields: None, access: None })
            .collect();
        // A function of one plain column lends it the alias's name.
        if scalar && let (Some(alias), Some(first)) = (alias, list.first_mut()) {
            first.name = fold(&alias.name);
        }
        if let Some(id) = ordinal {
            let name = "ordinality".to_owned();
            let scalar = column(id, PgType::INT8);
            list.push(NsColumn { name, scalar, origin: None, fields: None, access: None });
        }
        let rel = match calls {
            Ok(calls) => Rel::FunctionScan { calls, ordinality: ordinal },
            Err(rel) => match ordinal {
                Some(id) => numbered(rel, id)?,
                None => rel,
            },
        };
        let mut item = NsItem::new(name.to_owned(), Columns::List(list.into()));
        item.scalar_function = scalar && ordinal.is_none();
        let mut items = vec![item];
        self.rename(&mut items, alias)?;
        let mut item = FromItem::new(rel, items);
        let calls = self.recorder.as_mut().map(|r| std::mem::take(&mut r.functions)).unwrap_or_default();
        if !calls.is_empty() {
            let lateral = self.reads_items(&item.rel, self.levels.last().map_or(0, |l| l.items.len()));
            self.record_range(&mut item, RangeKind::Function { calls, ordinality }, name, alias, lateral);
        }
        Ok(item)
    }

    /// `ROWS FROM (f(…), g(…))`: the calls' text is parsed here, its places being wrong by design: errors
    /// inside carry none.
    fn rows_from(&mut self, text: &str, ordinality: bool, alias: Option<&ast::TableAlias>) -> SqlResult<FromItem> {
        let parsed = crate::parse::parse_expression(&format!("row({text})"))?;
        let ast::Expr::Function(row) = parsed else { return Err(SqlError::internal("ROWS FROM without calls")) };
        let ast::FunctionArguments::List(list) = row.args else {
            return Err(SqlError::internal("ROWS FROM without calls"));
        };
        let mut calls = Vec::new();
        let mut columns = Vec::new();
        let mut name = String::new();
        for arg in &list.args {
            let ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(ast::Expr::Function(f))) = arg else {
                return Err(SqlError::new(SqlState::SyntaxError, "ROWS FROM takes function calls only"));
            };
            let full = qualified(self.context, &f.name)?;
            let args = match &f.args {
                ast::FunctionArguments::List(list) => list.args.as_slice(),
                _ => &[],
            };
            let (call, more, _) = self.from_call(&f.name, &full, args, &[], Pos::NONE)?;
            match call {
                Ok(call) => calls.extend(call),
                Err(_) => {
                    let text = "ROWS FROM takes functions of PostgreSQL's own that return plain values alone";
                    return Err(SqlError::unsupported(text));
                }
            }
            columns.extend(more);
            if name.is_empty() {
                name = self.function_label(&full);
            }
        }
        self.finish_function(Ok(calls), columns, false, ordinality, &name, alias)
    }

    /// `unnest(a, b, …)`: one call an array, in lockstep.
    pub fn unnest_item(
        &mut self,
        arrays: &[ast::Expr],
        ordinality: bool,
        alias: Option<&ast::TableAlias>,
    ) -> SqlResult<FromItem> {
        let active = std::mem::replace(&mut self.level().lateral_active, true);
        let out = self.within(Clause::FromFunction, |b| {
            let full = Qualified { schema: None, name: "unnest".into() };
            let mut calls = Vec::new();
            let mut columns = Vec::new();
            let mut lone = false;
            for array in arrays {
                let pos = b.expr_pos(array);
                let arg = ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(array.clone()));
                let called = ast::ObjectName::from(vec![]);
                let (call, more, scalar) = b.from_call(&called, &full, &[arg], &[], pos)?;
                match call {
                    Ok(call) => calls.extend(call),
                    Err(rel) if arrays.len() == 1 => {
                        return b.finish_function(Err(rel), more, false, ordinality, "unnest", alias);
                    }
                    Err(_) => {
                        let text = "unnest of several arrays takes none of composite types";
                        return Err(b.error_at(SqlError::unsupported(text), pos));
                    }
                }
                columns.extend(more);
                lone = scalar && arrays.len() == 1;
            }
            b.finish_function(Ok(calls), columns, lone, ordinality, "unnest", alias)
        });
        self.level().lateral_active = active;
        out
    }
}

/// `rel` with the numbers of its rows in column `id`.
fn numbered(rel: Rel, id: ColumnId) -> SqlResult<Rel> {
    let row_number = gavel_functions::registry::procs_named("row_number").next();
    let function = row_number.ok_or_else(|| SqlError::internal("no function row_number"))?.oid;
    let call = Window {
        id,
        function,
        args: vec![],
        filter: None,
        partition_by: vec![],
        order_by: vec![],
        frame: super::window::DEFAULT_FRAME,
        ty: PgType::INT8,
    };
    Ok(Rel::Window { input: Box::new(rel), calls: vec![call] })
}
