//! Functions in FROM.

use std::ops::Range;

use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast;
use sqlparser::tokenizer::Location;

use super::Binder;
use super::call::result_columns;
use super::clause::Clause;
use super::from::FromItem;
use super::function::Callee;
use super::json_rows::match_row;
use super::name::{Qualified, fold, qualified};
use super::scalar::{Typed, column, scalar};
use super::scope::{Columns, NsColumn, NsItem};
use crate::bound::{ColumnId, JoinKind, Rel, Scalar, ScalarKind, SetCall, SortKey, Window};
use crate::parse::{self, Pos, marker};
use crate::query_tree::{FunctionTree, ItemCall, RangeKind};

/// A call in FROM: what gives its rows, its columns by name, and whether it returns one plain value.
type CallParts = (Result<Vec<SetCall>, Rel>, Vec<(String, ColumnId, PgType)>, bool);

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
            return self.rows_from(ident, calls, ordinality, alias);
        }
        let pos = self.name_pos(name);
        let full = qualified(self.context, name)?;
        let definitions = defined_by(alias);
        let (rel, columns, scalar) = self.from_call(name, &full, args, &definitions, pos)?;
        let label = self.function_label(&full);
        self.finish_function(rel, columns, scalar, ordinality, &label, alias)
    }

    /// One call: its set call, its columns by name, and whether it returns a plain value.
    fn from_call(
        &mut self,
        called: &ast::ObjectName,
        full: &Qualified,
        args: &[ast::FunctionArg],
        definitions: &[(String, Option<&ast::DataType>)],
        pos: Pos,
    ) -> SqlResult<CallParts> {
        if full.schema.is_none() && matches!(full.name.as_str(), "coalesce" | "greatest" | "least" | "nullif") {
            let call = ast::Expr::Function(call_of(called, args));
            return self.expression_item(&call, &full.name, definitions, pos);
        }
        let sets = self.sets_count();
        let arguments = self.arguments(args)?;
        self.require_no_sets(sets, args)?;
        let found = match self.find_function(full, arguments, pos)? {
            Callee::Function(found) => found,
            Callee::User(found) => {
                self.note_call(called, found.function.oid);
                let result = PgType::new(found.function.result);
                let (rel, columns, scalar) = self.user_item(found, definitions, pos)?;
                let row = self.base_type(result).ok().filter(|row| row.oid.is_composite() && !scalar);
                if let (Some(row), Some((_, first, _))) = (row, columns.first()) {
                    self.call_rows.insert(*first, (Oid(row.oid.type_number()), columns.len()));
                }
                return Ok((Err(rel), columns, scalar));
            }
            Callee::Cast(target) => {
                let [ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(operand))] = args else {
                    return Err(SqlError::internal("a cast without operand"));
                };
                let value = self.expr(operand)?;
                self.note_cast(called, target);
                let value = self.explicit_cast(value, target, pos)?;
                self.record_value(&value.scalar, vec![]);
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
                let call = ItemCall::Function { function, args, written: written.clone() };
                recorder.functions.push(FunctionTree { call, definitions });
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
            let call = ItemCall::Function { function: proc.oid, args: args.clone(), written };
            recorder.functions.push(FunctionTree { call, definitions: vec![] });
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

    /// 0A000 if arguments of a call return sets; there were `before` when they had not been bound.
    fn require_no_sets(&self, before: usize, args: &[ast::FunctionArg]) -> SqlResult<()> {
        if self.sets_count() == before {
            return Ok(());
        }
        let pos = match args.first() {
            Some(ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(e))) => self.expr_pos(e),
            _ => Pos::NONE,
        };
        Err(self.error_at(SqlError::unsupported("set-returning functions must appear at top level of FROM"), pos))
    }

    /// Remembers an expression in the place of a call.
    fn record_value(&mut self, value: &Scalar, definitions: Vec<(String, PgType)>) {
        if let Some(recorder) = &mut self.recorder {
            recorder.functions.push(FunctionTree { call: ItemCall::Value(value.clone()), definitions });
        }
    }

    /// An expression that is written like a call, as a FROM item of one row: COALESCE and its kin, casts, words and calls
    /// in a syntax of their own. `name` is what it is called without an alias.
    fn expression_item(
        &mut self,
        call: &ast::Expr,
        name: &str,
        definitions: &[(String, Option<&ast::DataType>)],
        pos: Pos,
    ) -> SqlResult<CallParts> {
        let sets = self.sets_count();
        let value = self.expr(call)?;
        if self.sets_count() > sets {
            let text = "set-returning functions must appear at top level of FROM";
            return Err(self.error_at(SqlError::unsupported(text), value.pos));
        }
        let value = self.settle(value)?;
        let typed = definitions.iter().any(|(_, ty)| ty.is_some());
        if !value.oid().is_row() {
            if typed {
                let text = "a column definition list is only allowed for functions returning \"record\"";
                return Err(self.error_at(SqlError::new(SqlState::SyntaxError, text), pos));
            }
            self.record_value(&value.scalar, vec![]);
            return Ok(self.one_row(value, name));
        }
        let mut columns = Vec::with_capacity(definitions.len());
        let mut declared = vec![];
        if value.oid() != Oid::RECORD {
            let fields = self.fields_of(&value.scalar).unwrap_or_else(|| [].into());
            columns.extend(fields.iter().cloned());
        } else if typed {
            for (name, ty) in definitions {
                let Some(ty) = ty else { continue };
                let ty = self.type_by_name(ty, pos)?;
                declared.push((name.clone(), ty));
                columns.push((name.clone(), self.base_type(ty)?));
            }
            if let Some(given) = self.types_written(&value.scalar) {
                match_row(&given, &columns)?;
            }
        } else {
            let text = "a column definition list is required for functions returning \"record\"";
            return Err(self.error_at(SqlError::new(SqlState::SyntaxError, text), pos));
        }
        self.record_value(&value.scalar, declared);
        let (mut row, mut out) = (Vec::with_capacity(columns.len()), Vec::with_capacity(columns.len()));
        let count = columns.len();
        for (index, (name, ty)) in columns.into_iter().enumerate() {
            let input = match value.oid() {
                Oid::RECORD => super::routine::counted(value.scalar.clone(), index, count),
                _ => Box::new(value.scalar.clone()),
            };
            row.push(scalar(ScalarKind::Field { input, index }, ty));
            out.push((name, self.new_column(), ty));
        }
        let ids = out.iter().map(|(_, id, ty)| (*id, *ty)).collect();
        Ok((Err(Rel::Values { rows: vec![row], columns: ids }), out, false))
    }

    /// The types of the fields of a row, where they are known.
    fn types_written(&self, value: &Scalar) -> Option<Vec<PgType>> {
        match &value.kind {
            ScalarKind::Row(items) => Some(items.iter().map(|i| i.ty).collect()),
            ScalarKind::Coalesce(values) => values.iter().find_map(|v| self.types_written(v)),
            ScalarKind::Column(_) => self.fields_of(value).map(|fields| fields.iter().map(|f| f.1).collect()),
            _ => None,
        }
    }

    /// A plain expression as a FROM item of one row.
    fn one_row(&mut self, value: Typed, name: &str) -> CallParts {
        let (id, ty) = (self.new_column(), value.ty());
        self.same_domain(id, &value.scalar);
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
        let row = columns.first().and_then(|(_, first, _)| self.call_rows.get(first)).copied();
        let row = row.filter(|(_, count)| *count == columns.len() && !ordinality);
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
        item.unlockable = Some("a function");
        item.scalar_function = scalar && ordinal.is_none();
        item.row_of = row.map(|(relation, _)| relation);
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

    /// `ROWS FROM (f(…), g(…) AS (…))`, whose calls the marker carries.
    fn rows_from(
        &mut self,
        ident: &ast::Ident,
        marked: &str,
        ordinality: bool,
        alias: Option<&ast::TableAlias>,
    ) -> SqlResult<FromItem> {
        let within = Carried::of(&self.source, ident, marked).filter(|_| self.edits.is_some());
        let calls = match &within {
            Some(carried) => parse::rows_from_calls(&self.source, &carried.marked())?,
            None => parse::rows_from_calls(&self.source, marked)?,
        };
        let mut parts = Vec::with_capacity(calls.len());
        let mut label = String::new();
        let edited = self.edits.as_ref().map_or(0, Vec::len);
        for parse::RowsCall { call, definitions } in &calls {
            let definitions: Vec<_> = definitions.iter().map(|(name, ty)| (fold(name), Some(ty))).collect();
            let function = match call {
                ast::Expr::Function(function) if !parse::is_own_syntax(function) => function,
                other => {
                    let (name, pos) = (self.output_name(other), self.expr_pos(other));
                    let definitions = if definitions.is_empty() { defined_by(alias) } else { definitions };
                    parts.push(self.expression_item(other, &name, &definitions, pos)?);
                    if label.is_empty() {
                        label = name;
                    }
                    continue;
                }
            };
            let full = qualified(self.context, &function.name)?;
            let args = match &function.args {
                ast::FunctionArguments::List(list) => list.args.as_slice(),
                _ => &[],
            };
            let pos = self.name_pos(&function.name);
            // `unnest` of several arrays is as many calls.
            let several = full.schema.is_none() && full.name == "unnest" && args.len() > 1;
            let single: Vec<&[ast::FunctionArg]> =
                if several { args.iter().map(std::slice::from_ref).collect() } else { vec![args] };
            for args in single {
                parts.push(self.from_call(&function.name, &full, args, &definitions, pos)?);
            }
            if label.is_empty() {
                label = self.function_label(&full);
            }
        }
        if let Some(edits) = self.edits.as_mut().and_then(|e| e.get_mut(edited..)).filter(|e| !e.is_empty()) {
            match within {
                Some(carried) => carried.quote(edits),
                // Then the places are those in the text already.
                None if is_written(&self.source, ident) => {}
                None => {
                    return Err(SqlError::unsupported("ROWS FROM of users' functions is not supported here")
                        .hint("Number the rows of each function, and join them."));
                }
            }
        }
        self.lockstep(parts, ordinality, &label, alias)
    }

    /// Several calls side by side: rows of the same number stand together, and shorter ones end in NULLs.
    fn lockstep(
        &mut self,
        mut parts: Vec<CallParts>,
        ordinality: bool,
        label: &str,
        alias: Option<&ast::TableAlias>,
    ) -> SqlResult<FromItem> {
        if parts.len() == 1
            && let Some((call, columns, scalar)) = parts.pop()
        {
            return self.finish_function(call, columns, scalar, ordinality, label, alias);
        }
        let columns: Vec<_> = parts.iter().flat_map(|p| p.1.clone()).collect();
        if parts.iter().all(|p| p.0.is_ok()) {
            let calls = parts.into_iter().filter_map(|p| p.0.ok()).flatten().collect();
            return self.finish_function(Ok(calls), columns, false, ordinality, label, alias);
        }
        let mut joined: Option<(Rel, Scalar)> = None;
        for (call, ..) in parts {
            let id = self.new_column();
            let own = column(id, PgType::INT8);
            let rel = match call {
                Ok(calls) => Rel::FunctionScan { calls, ordinality: Some(id) },
                Err(rel) => numbered(rel, id)?,
            };
            joined = Some(match joined {
                None => (rel, own),
                Some((left, number)) => {
                    let on = self.numbers_match(number.clone(), own.clone())?;
                    let (left, right) = (Box::new(left), Box::new(rel));
                    let rel = Rel::Join { kind: JoinKind::Full, left, right, on, lateral: false };
                    (rel, scalar(ScalarKind::Coalesce(vec![number, own]), PgType::INT8))
                }
            });
        }
        let Some((rel, number)) = joined else { return Err(SqlError::internal("ROWS FROM without calls")) };
        let key = SortKey { expr: number, descending: false, nulls_first: false };
        let rel = Rel::Sort { input: Box::new(rel), keys: vec![key] };
        self.finish_function(Err(rel), columns, false, ordinality, label, alias)
    }

    fn numbers_match(&mut self, left: Scalar, right: Scalar) -> SqlResult<Scalar> {
        let typed = |s| Typed::new(s, Pos::NONE);
        Ok(self.comparison("=", typed(left), typed(right), Pos::NONE)?.scalar)
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
            let mut parts = Vec::with_capacity(arrays.len());
            for array in arrays {
                let pos = b.expr_pos(array);
                let arg = ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(array.clone()));
                let called = ast::ObjectName::from(vec![]);
                parts.push(b.from_call(&called, &full, &[arg], &[], pos)?);
            }
            b.lockstep(parts, ordinality, "unnest", alias)
        });
        self.level().lateral_active = active;
        out
    }
}

/// The names behind an alias, with their types where it is a column definition list.
fn defined_by(alias: Option<&ast::TableAlias>) -> Vec<(String, Option<&ast::DataType>)> {
    let columns = alias.into_iter().flat_map(|a| &a.columns);
    columns.map(|c| (fold(&c.name), c.data_type.as_ref())).collect()
}

/// A call of a function by this name.
fn call_of(name: &ast::ObjectName, args: &[ast::FunctionArg]) -> ast::Function {
    let list = ast::FunctionArgumentList { duplicate_treatment: None, args: args.to_vec(), clauses: vec![] };
    ast::Function {
        name: name.clone(),
        uses_odbc_syntax: false,
        parameters: ast::FunctionArguments::None,
        args: ast::FunctionArguments::List(list),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: vec![],
    }
}

/// Whether the text has calls where their marker says, and not the marker.
fn is_written(source: &parse::Source<'_>, ident: &ast::Ident) -> bool {
    let at = source.pos(ident.span.start).offset();
    at.and_then(|at| source.text.get(at..)).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// The calls of a ROWS FROM that stands in the text as the quoted name that its marker is.
struct Carried<'t> {
    calls: &'t str,
    /// Where the calls begin in the text, quotes in them being doubled.
    place: Location,
    start: usize,
}

impl<'t> Carried<'t> {
    /// `None` where the text has ROWS FROM as it is written.
    fn of(source: &parse::Source<'_>, ident: &ast::Ident, marked: &'t str) -> Option<Self> {
        let calls = marked.splitn(3, ' ').nth(2)?;
        let opening = format!("\"{}{}", marker::ROWS, marked.strip_suffix(calls)?);
        let at = source.pos(ident.span.start).offset()?;
        // Places count characters, of which doubled quotes are more.
        let countable = source.text.is_ascii() || !calls.contains('"');
        if !countable || !source.text.get(at..)?.starts_with(&opening) {
            return None;
        }
        let Location { line, column } = ident.span.start;
        let place = Location { line, column: column + u64::try_from(opening.chars().count()).ok()? };
        Some(Self { calls, place, start: at + opening.len() })
    }

    /// What the marker would carry if the calls were where they are in the text.
    fn marked(&self) -> String {
        format!("{} {} {}", self.place.line, self.place.column, self.calls)
    }

    /// Replacements within the calls as replacements within the quoted name.
    fn quote(&self, edits: &mut [(Range<usize>, String)]) {
        let quotes = |at: usize| {
            let before = at.checked_sub(self.start).and_then(|n| self.calls.get(..n)).unwrap_or_default();
            before.matches('"').count()
        };
        for (range, text) in edits {
            *range = range.start + quotes(range.start)..range.end + quotes(range.end);
            *text = text.replace('"', "\"\"");
        }
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
        user: None,
    };
    Ok(Rel::Window { input: Box::new(rel), calls: vec![call] })
}
