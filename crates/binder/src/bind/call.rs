//! Function calls of every kind: plain functions, aggregates, window calls, sets of rows.

use gavel_functions::registry::{Proc, ProcKind};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast;

use super::Binder;
use super::clause::Clause;
use super::function::{Arguments, Callee, ResolvedCall};
use super::name::{Qualified, fold, qualified};
use super::reference::{fields_written, may_be_absent};
use super::scalar::{Typed, call, column, scalar};
use super::typename::element_type;
use crate::bound::{Aggregate, ColumnId, Scalar, ScalarKind, SetCall, SortKey};
use crate::parse::Pos;
use crate::query_tree::{CallTree, Form};

/// An aggregate call whose arguments are being bound.
#[derive(Debug)]
pub struct AggregateFrame {
    /// Level of the query that the call is written in.
    pub level: usize,
    /// Innermost level, not below `level`, of a column in the arguments.
    pub innermost: Option<usize>,
    /// Innermost level of an aggregate inside and its place, for the ban on nesting.
    pub nested: Option<(usize, Pos)>,
    /// Innermost level, not below `level`, of a WITH whose query the arguments read, and the name of that.
    pub cte: Option<(usize, String)>,
}

impl Binder<'_> {
    pub fn function(&mut self, f: &ast::Function) -> SqlResult<Typed> {
        let name = qualified(self.context, &f.name)?;
        let pos = self.name_pos(&f.name);
        if name.schema.is_none()
            && let Some(special) = self.special_function(&name.name, f, pos)?
        {
            return Ok(special);
        }
        if f.null_treatment.is_some() {
            return Err(self.error_at(SqlError::unsupported("RESPECT NULLS and IGNORE NULLS are not supported"), pos));
        }
        let (list, duplicates, star, order_by) = self.argument_list(f, pos)?;
        let special_form =
            duplicates || star || !order_by.is_empty() || f.filter.is_some() || !f.within_group.is_empty();
        // Arguments of an aggregate are bound knowing that they are; names tell which functions are.
        let aggregate = self.names_aggregate(&name) && f.over.is_none();
        if aggregate
            && !f.within_group.is_empty()
            && let Some(own) = self.hypothetical_named(&name)
        {
            return self.hypothetical(f, &own, list, pos);
        }
        if aggregate && let Some(value) = self.aggregate(f, &name, list, duplicates, star, &order_by, pos)? {
            return Ok(value);
        }
        let sets_before = self.sets_count();
        let arguments = self.arguments(list)?;
        if f.over.is_some() {
            return self.window_call(f, &name, arguments, duplicates, star, !order_by.is_empty(), pos);
        }
        match self.find_function(&name, arguments, pos)? {
            Callee::Cast(target) => {
                let [ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(operand))] = list else {
                    return Err(SqlError::internal("cast call without operand"));
                };
                let value = self.expr(operand)?;
                self.note_cast(&f.name, target);
                self.explicit_cast(value, target, pos)
            }
            Callee::User(found) => {
                if special_form {
                    return Err(self.not_an_aggregate(f, &name, duplicates, star, !order_by.is_empty(), pos));
                }
                self.note_call(&f.name, found.function.oid);
                self.user_value(found, sets_before, pos)
            }
            Callee::Function(found) => {
                if special_form {
                    return Err(self.not_an_aggregate(f, &name, duplicates, star, !order_by.is_empty(), pos));
                }
                match found.proc.kind {
                    ProcKind::Window => {
                        let text = format!("window function {} requires an OVER clause", name.name);
                        Err(self.error_at(SqlError::new(SqlState::WrongObjectType, text), pos))
                    }
                    ProcKind::Procedure => {
                        let text = format!("{}() is a procedure", name.name);
                        let error = SqlError::new(SqlState::WrongObjectType, text);
                        Err(self.error_at(error.hint("To call a procedure, use CALL."), pos))
                    }
                    _ => self.plain_call(found, sets_before, pos),
                }
            }
        }
    }

    pub fn sets_count(&self) -> usize {
        self.levels.last().map_or(0, |l| l.sets.iter().map(Vec::len).sum())
    }

    /// Whether the name may be an aggregate's (of PostgreSQL's own, no name is both an aggregate's and a plain
    /// function's, but for ordered-set ones that are also window functions).
    fn names_aggregate(&self, name: &Qualified) -> bool {
        name.schema.as_deref().is_none_or(|s| s == "pg_catalog")
            && gavel_functions::registry::procs_named(&name.name).any(|p| p.kind == ProcKind::Aggregate)
            || self.user_aggregates(name).next().is_some()
    }

    /// Parts of a call's parentheses: arguments, DISTINCT, `*`, ORDER BY.
    #[allow(clippy::type_complexity, reason = "four plain parts, used once")]
    fn argument_list<'f>(
        &self,
        f: &'f ast::Function,
        pos: Pos,
    ) -> SqlResult<(&'f [ast::FunctionArg], bool, bool, Vec<&'f ast::OrderByExpr>)> {
        let ast::FunctionArguments::List(list) = &f.args else {
            return match &f.args {
                ast::FunctionArguments::None => Ok((&[], false, false, vec![])),
                _ => Err(self.error_at(SqlError::new(SqlState::SyntaxError, "syntax error at or near \"(\""), pos)),
            };
        };
        let distinct = matches!(list.duplicate_treatment, Some(ast::DuplicateTreatment::Distinct));
        let mut order_by = Vec::new();
        for clause in &list.clauses {
            match clause {
                ast::FunctionArgumentClause::OrderBy(keys) => order_by.extend(keys),
                other => {
                    let text = format!("syntax error at or near \"{other}\"");
                    return Err(self.error_at(SqlError::new(SqlState::SyntaxError, text), pos));
                }
            }
        }
        let star = matches!(list.args.as_slice(), [ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Wildcard)]);
        Ok((if star { &[] } else { &list.args }, distinct, star, order_by))
    }

    /// Binds arguments, named ones and VARIADIC included.
    pub fn arguments(&mut self, list: &[ast::FunctionArg]) -> SqlResult<Arguments> {
        let mut out = Arguments { values: Vec::with_capacity(list.len()), names: vec![], variadic: false };
        for arg in list {
            let (name, value) = match arg {
                ast::FunctionArg::Unnamed(value) => (None, value),
                ast::FunctionArg::Named { name, arg, .. } => (Some(fold(name)), arg),
                ast::FunctionArg::ExprNamed { name: ast::Expr::Identifier(name), arg, .. } => (Some(fold(name)), arg),
                ast::FunctionArg::ExprNamed { .. } => {
                    return Err(SqlError::new(SqlState::SyntaxError, "syntax error at or near \":\""));
                }
            };
            match name {
                Some(name) => out.names.push(name),
                None if !out.names.is_empty() => {
                    return Err(SqlError::new(
                        SqlState::SyntaxError,
                        "positional argument cannot follow named argument",
                    ));
                }
                None => {}
            }
            match value {
                ast::FunctionArgExpr::Expr(ast::Expr::Prefixed { prefix, value }) if prefix.value == "variadic" => {
                    out.variadic = true;
                    let value = self.expr(value)?;
                    out.values.push(value);
                }
                ast::FunctionArgExpr::Expr(e) => {
                    let value = self.expr(e)?;
                    out.values.push(value);
                }
                ast::FunctionArgExpr::QualifiedWildcard(name) => {
                    let value = self.whole_row(name)?;
                    out.values.push(value);
                }
                ast::FunctionArgExpr::Wildcard | ast::FunctionArgExpr::WildcardWithOptions(_) => {
                    return Err(SqlError::new(SqlState::SyntaxError, "syntax error at or near \"*\""));
                }
            }
        }
        Ok(out)
    }

    pub fn plain_call(&mut self, mut found: ResolvedCall, sets_before: usize, pos: Pos) -> SqlResult<Typed> {
        let written = found.written.take();
        let (proc, mut args, result) = self.coerce_arguments(found, pos)?;
        if self.recorder.is_none()
            && proc.src == "pg_typeof"
            && let Some(domain) = args.first().and_then(|a| self.domain_of(a))
        {
            let ty = super::scalar::constant(Datum::Oid(domain.0), PgType::REGTYPE);
            return Ok(Typed::new(ty, pos));
        }
        if self.recorder.is_none()
            && let Some(out) = self.json_of_row(proc, &args, pos)?
        {
            return Ok(out);
        }
        if !proc.retset
            && self.recorder.is_none()
            && let Some(out) = self.populated_call(proc, &args, result, pos)?
        {
            return Ok(out);
        }
        if proc.retset {
            let given = args.clone();
            let rows = self.set_call(proc, args, result, sets_before, pos)?;
            if self.recorder.is_some() {
                return Ok(rows);
            }
            return Ok(Typed::new(self.populated(proc, &given, rows.scalar)?, pos));
        }
        // nextval('name') reads its sequence's descriptor, so it knows it.
        if proc.src == "nextval_oid"
            && let [Scalar { kind: ScalarKind::Const(Datum::Oid(oid)), .. }] = args.as_slice()
        {
            let sequence = Oid(*oid);
            self.uses(sequence);
            // What is run as somebody else is asked before, not when the value is taken.
            let asked = self.runs_as.is_some();
            if asked {
                self.takes_value(sequence);
            }
            return Ok(Typed::new(scalar(ScalarKind::NextVal { sequence, identity: asked }, PgType::INT8), pos));
        }
        let columns = result_columns(proc, result, &args);
        let out = if args.is_empty() {
            call(proc.oid, vec![], result)
        } else {
            call(proc.oid, std::mem::take(&mut args), result)
        };
        let out = if written.is_some() || super::record::has_other_form(proc.oid) {
            self.formed(out, || Form::Call(written))
        } else {
            out
        };
        let mut typed = Typed::new(out, pos);
        if result.oid == Oid::RECORD && columns.len() > 1 {
            typed = self.remember_fields(typed, columns.into());
        }
        Ok(typed)
    }

    /// `to_json(row)` and its kin over a row whose field names are known: our row values carry none, so
    /// the object is built from names and fields.
    fn json_of_row(&mut self, proc: &'static Proc, args: &[Scalar], pos: Pos) -> SqlResult<Option<Typed>> {
        let jsonb = match proc.name {
            "to_jsonb" => true,
            "to_json" | "row_to_json" => false,
            _ => return Ok(None),
        };
        match args {
            [row] => self.object_of_row(row, jsonb, 1, pos),
            [row, Scalar { kind: ScalarKind::Const(Datum::Bool(lined)), .. }] if proc.name == "row_to_json" => {
                self.object_of_row(row, jsonb, 1 + usize::from(*lined), pos)
            }
            _ => Ok(None),
        }
    }

    /// A row whose field names are known as a JSON object; `None` if it is something else. `marks` say how it is written
    /// ([`gavel_functions::variadic::JSON_BUILD_OBJECT`]).
    pub fn object_of_row(&mut self, row: &Scalar, jsonb: bool, marks: usize, pos: Pos) -> SqlResult<Option<Typed>> {
        let (items, fields) = match (fields_written(row), self.fields_of(row)) {
            (Some(items), Some(fields)) => (items.to_vec(), fields),
            // The names of a record's fields are where its variable is.
            (None, Some(fields)) if super::star::is_open_record(row) => {
                let field = |(n, (_, ty)): (usize, &(String, PgType))| super::composite::field_of(row, n, *ty);
                (fields.iter().enumerate().map(field).collect(), fields)
            }
            _ => return Ok(None),
        };
        if items.len() != fields.len() {
            return Ok(None);
        }
        let absent = may_be_absent(row).cloned();
        let mut values = Vec::with_capacity(items.len() * 2);
        for (item, (name, _)) in items.iter().zip(fields.iter()) {
            values.push(Typed::new(super::scalar::constant(Datum::text(name.as_str()), PgType::TEXT), pos));
            values.push(Typed::new(item.clone(), pos));
        }
        let built = if jsonb { "jsonb_build_object" } else { "json_build_object" };
        let mut object = self.call_named(built, values, pos)?;
        if jsonb {
            return Ok(Some(unless(absent, object)));
        }
        // A row is written without blanks.
        if let ScalarKind::Call { function, args } = &mut object.scalar.kind {
            if args.is_empty() {
                *function = gavel_functions::variadic::JSON_BUILD_OBJECT;
            }
            let mark = super::scalar::constant(Datum::Null, gavel_functions::variadic::MARK);
            args.extend(std::iter::repeat_n(mark, marks));
        }
        Ok(Some(unless(absent, object)))
    }

    /// A set-returning function in an expression: its rows join the query's.
    fn set_call(
        &mut self,
        proc: &'static Proc,
        args: Vec<Scalar>,
        result: PgType,
        sets_before: usize,
        pos: Pos,
    ) -> SqlResult<Typed> {
        let columns = result_columns(proc, result, &args);
        self.push_set(proc.oid, args, columns, sets_before, pos)
    }

    /// The same for a function that gives these columns.
    ///
    /// # Errors
    /// 0A000 where no sets may stand.
    pub fn push_set(
        &mut self,
        function: Oid,
        args: Vec<Scalar>,
        columns: Vec<(String, PgType)>,
        sets_before: usize,
        pos: Pos,
    ) -> SqlResult<Typed> {
        if !self.aggregate_frames.is_empty() {
            let error = SqlError::unsupported("aggregate function calls cannot contain set-returning function calls");
            return Err(self.error_at(
                error.hint("You might be able to move the set-returning function into a LATERAL FROM item."),
                pos,
            ));
        }
        if let Some(construct) = self.sets_forbidden {
            let text = format!("set-returning functions are not allowed in {construct}");
            let hint = "You might be able to move the set-returning function into a LATERAL FROM item.";
            return Err(self.error_at(SqlError::unsupported(text).hint(hint), pos));
        }
        let clause = self.clause();
        if !clause.allows_sets() {
            let text = format!("set-returning functions are not allowed in {}", clause.name());
            return Err(self.error_at(SqlError::unsupported(text), pos));
        }
        let columns: Vec<_> = columns.into_iter().map(|(name, ty)| (name, self.new_column(), ty)).collect();
        // Above the layers of the calls in its own arguments.
        let layer = {
            let level = self.level();
            let total: usize = level.sets.iter().map(Vec::len).sum();
            if total > sets_before { level.sets.len() } else { 0 }
        };
        let set = SetCall { function, args, columns: columns.iter().map(|(_, id, ty)| (*id, *ty)).collect() };
        if let Some((_, id, _)) = columns.first() {
            self.record_call(*id, || CallTree::Set(set.clone(), None));
        }
        let level = self.level();
        if level.sets.len() <= layer {
            level.sets.resize_with(layer + 1, Vec::new);
        }
        level.sets[layer].push(set);
        if let [(_, id, ty)] = columns.as_slice() {
            return Ok(Typed::new(column(*id, *ty), pos));
        }
        let fields: Vec<(String, PgType)> = columns.iter().map(|(name, _, ty)| (name.clone(), *ty)).collect();
        let row = columns.iter().map(|(_, id, ty)| column(*id, *ty)).collect();
        let first = columns.first().map_or(ColumnId(0), |c| c.1);
        let row = self.formed(scalar(ScalarKind::Row(row), PgType::new(Oid::RECORD)), || Form::SetRow(first));
        let typed = Typed::new(row, pos);
        Ok(self.remember_fields(typed, fields.into()))
    }

    /// A call of an aggregate; `None` if the arguments are those of a plain function of the same name.
    #[allow(clippy::too_many_arguments, reason = "the parts of one call's syntax")]
    fn aggregate(
        &mut self,
        f: &ast::Function,
        name: &Qualified,
        list: &[ast::FunctionArg],
        distinct: bool,
        star: bool,
        order_by: &[&ast::OrderByExpr],
        pos: Pos,
    ) -> SqlResult<Option<Typed>> {
        let level = self.levels.len().saturating_sub(1);
        self.aggregate_frames.push(AggregateFrame { level, innermost: None, nested: None, cte: None });
        let windows_before = self.level().windows.len();
        let bound = self.aggregate_parts(f, name, list, distinct, star, order_by, pos);
        let frame = self.aggregate_frames.pop();
        let Some(mut aggregate) = bound? else { return Ok(None) };
        let frame = frame.unwrap_or(AggregateFrame { level, innermost: None, nested: None, cte: None });
        if self.level().windows.len() > windows_before {
            let text = "aggregate function calls cannot contain window function calls";
            let inner = list.iter().find_map(|arg| match arg {
                ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(ast::Expr::Function(f))) if f.over.is_some() => {
                    Some(self.name_pos(&f.name))
                }
                _ => None,
            });
            return Err(self.error_at(SqlError::new(SqlState::GroupingError, text), inner.unwrap_or(pos)));
        }
        let owner = frame.innermost.unwrap_or(level);
        if let Some((_, name)) = frame.cte.filter(|(level, _)| *level > owner) {
            let error = SqlError::unsupported("outer-level aggregate cannot use a nested CTE")
                .detail(format!("CTE \"{name}\" is below the aggregate's semantic level."));
            return Err(self.error_at(error, pos));
        }
        if let Some((nested, at)) = frame.nested
            && nested == owner
        {
            let error = SqlError::new(SqlState::GroupingError, "aggregate function calls cannot be nested");
            return Err(self.error_at(error, at));
        }
        let clause = self.levels.get(owner).map_or(Clause::Other, |l| l.clause);
        if !clause.allows_aggregates() {
            let text = format!("aggregate functions are not allowed in {}", clause.name());
            return Err(self.error_at(SqlError::new(SqlState::GroupingError, text), pos));
        }
        self.note_nested(owner, pos);
        let ty = aggregate.ty;
        if let Some(owner) = self.levels.get_mut(owner) {
            owner.has_aggregates = true;
            owner.first_aggregate = owner.first_aggregate.or(pos);
            // The same call twice is computed once.
            let twin = owner.aggregates.iter().find(|a| {
                a.function == aggregate.function
                    && a.user.as_ref().map(|u| u.function.oid) == aggregate.user.as_ref().map(|u| u.function.oid)
                    && a.args == aggregate.args
                    && a.distinct == aggregate.distinct
                    && a.filter == aggregate.filter
                    && a.order_by == aggregate.order_by
                    && a.ty == aggregate.ty
            });
            if let Some(twin) = twin {
                return Ok(Some(Typed::new(column(twin.id, ty), pos)));
            }
        }
        aggregate.id = self.new_column();
        let id = aggregate.id;
        self.record_call(id, || CallTree::Aggregate(aggregate.clone()));
        if let Some(owner) = self.levels.get_mut(owner) {
            owner.aggregates.push(aggregate);
        }
        Ok(Some(Typed::new(column(id, ty), pos)))
    }

    /// Tells the calls of aggregates that are being bound of one within them, or of GROUPING.
    pub fn note_nested(&mut self, owner: usize, pos: Pos) {
        for outer in &mut self.aggregate_frames {
            if owner <= outer.level {
                outer.innermost = Some(outer.innermost.map_or(owner, |n| n.max(owner)));
                if outer.nested.is_none_or(|(n, _)| n < owner) {
                    outer.nested = Some((owner, pos));
                }
            }
        }
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one call's syntax")]
    fn aggregate_parts(
        &mut self,
        f: &ast::Function,
        name: &Qualified,
        list: &[ast::FunctionArg],
        distinct: bool,
        star: bool,
        order_by: &[&ast::OrderByExpr],
        pos: Pos,
    ) -> SqlResult<Option<Aggregate>> {
        if star && distinct {
            return Err(self.error_at(SqlError::new(SqlState::SyntaxError, "syntax error at or near \"*\""), pos));
        }
        let mut arguments = self.arguments(list)?;
        let direct = arguments.values.len();
        let within = !f.within_group.is_empty();
        let mut keys: Vec<(Typed, bool, bool)> = Vec::new();
        for key in order_by.iter().copied().chain(&f.within_group) {
            let value = self.expr(&key.expr)?;
            let descending = key.options.asc == Some(false);
            keys.push((value, descending, key.options.nulls_first.unwrap_or(descending)));
        }
        if within {
            arguments.values.extend(keys.iter().map(|(value, _, _)| value.clone()));
        }
        if arguments.values.is_empty()
            && !star
            && !within
            && !gavel_functions::registry::procs_named(&name.name).any(|p| p.kind == ProcKind::Window)
        {
            let parameterless = gavel_functions::registry::procs_named(&name.name)
                .any(|p| p.kind == ProcKind::Aggregate && p.args.is_empty());
            if parameterless {
                let text = format!("{name}(*) must be used to call a parameterless aggregate function");
                return Err(self.error_at(SqlError::new(SqlState::WrongObjectType, text), pos));
            }
        }
        let found = self.find_function(name, arguments, pos)?;
        let is_ordered_set = match &found {
            Callee::Function(found) if found.proc.kind == ProcKind::Window => {
                let text = format!("window function {} requires an OVER clause", name.name);
                return Err(self.error_at(SqlError::new(SqlState::WrongObjectType, text), pos));
            }
            Callee::Function(found) if found.proc.kind == ProcKind::Aggregate => is_ordered_set(found.proc),
            Callee::User(found) => match found.function.aggregate() {
                Some(definition) => definition.is_ordered_set(),
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        let numbered = name.name.starts_with("#f");
        let label = if numbered { self.function_label(name) } else { name.to_string() };
        if let Callee::User(found) = &found
            && found.args.is_empty()
            && !star
            && !within
        {
            let text = format!("{label}(*) must be used to call a parameterless aggregate function");
            return Err(self.error_at(SqlError::new(SqlState::WrongObjectType, text), pos));
        }
        if is_ordered_set && !within {
            let text = format!("WITHIN GROUP is required for ordered-set aggregate {label}");
            return Err(self.error_at(SqlError::new(SqlState::WrongObjectType, text), pos));
        }
        if !is_ordered_set && within {
            let text = format!("{label} is not an ordered-set aggregate, so it cannot have WITHIN GROUP");
            return Err(self.error_at(SqlError::new(SqlState::WrongObjectType, text), pos));
        }
        let (function, mut args, ty, user) = match found {
            Callee::Function(found) => {
                let (proc, args, ty) = self.coerce_arguments(found, pos)?;
                (proc.oid, args, ty, None)
            }
            Callee::User(found) => {
                self.note_call(&f.name, found.function.oid);
                let (function, args, ty, user) = self.user_aggregate(found, pos)?;
                (function, args, ty, Some(user))
            }
            Callee::Cast(_) => return Ok(None),
        };
        for arg in &mut args {
            if arg.ty.oid == Oid::UNKNOWN {
                let value = self.resolve_unknown(Typed::new(arg.clone(), pos), PgType::TEXT)?;
                *arg = value.scalar;
            }
        }
        let filter = match &f.filter {
            Some(filter) => {
                let value = self.within_filter(filter)?;
                Some(self.coerce_boolean(value, "FILTER")?)
            }
            None => None,
        };
        let mut order = Vec::with_capacity(keys.len());
        for (i, (value, descending, nulls_first)) in keys.into_iter().enumerate() {
            // A key that is an argument is sorted by as the argument is passed.
            let same = |arg: &&Scalar| without_relabels(arg) == &value.scalar;
            let coerced = if within { args.get(direct + i) } else { args.iter().find(same) };
            let expr = match coerced {
                Some(coerced) => coerced.clone(),
                None if value.is_unknown() => self.resolve_unknown(value, PgType::TEXT)?.scalar,
                None => value.scalar,
            };
            super::operator::sortable(expr.ty.oid).map_err(|e| self.error_at(e, pos))?;
            order.push(SortKey { expr, descending, nulls_first });
        }
        if distinct {
            if within {
                return Err(self.error_at(SqlError::unsupported("cannot use DISTINCT with WITHIN GROUP"), pos));
            }
            for arg in &args {
                super::operator::equality(arg.ty.oid).map_err(|e| self.error_at(e, pos))?;
            }
            if order.iter().any(|key| !args.contains(&key.expr)) {
                let text = "in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list";
                return Err(self.error_at(SqlError::new(SqlState::InvalidColumnReference, text), pos));
            }
        }
        Ok(Some(Aggregate {
            id: ColumnId(0),
            function,
            args,
            direct: if within { direct } else { 0 },
            distinct,
            filter,
            order_by: order,
            ty,
            user,
        }))
    }

    /// FILTER is bound as part of the call, and allows no aggregates of its own level.
    fn within_filter(&mut self, filter: &ast::Expr) -> SqlResult<Typed> {
        if self.stands_in { self.expr(filter) } else { self.within(Clause::Filter, |b| b.expr(filter)) }
    }

    fn not_an_aggregate(
        &self,
        f: &ast::Function,
        name: &Qualified,
        distinct: bool,
        star: bool,
        ordered: bool,
        pos: Pos,
    ) -> SqlError {
        let what = if star {
            format!("{name}(*) specified, but {name} is not an aggregate function")
        } else if distinct {
            format!("DISTINCT specified, but {name} is not an aggregate function")
        } else if !f.within_group.is_empty() {
            format!("WITHIN GROUP specified, but {name} is not an aggregate function")
        } else if ordered {
            format!("ORDER BY specified, but {name} is not an aggregate function")
        } else {
            format!("FILTER specified, but {name} is not an aggregate function")
        };
        self.error_at(SqlError::new(SqlState::WrongObjectType, what), pos)
    }
}

/// Names and types of the columns that a function returns; one named as the function for a plain result.
pub fn result_columns(proc: &Proc, result: PgType, args: &[Scalar]) -> Vec<(String, PgType)> {
    // An OUT parameter that is an element is one of the array that is given.
    let element = || args.iter().find_map(|arg| element_type(arg.ty.oid)).unwrap_or(Oid::ANYELEMENT);
    let out: Vec<(String, PgType)> = proc
        .all_args
        .iter()
        .filter(|(_, mode, _)| matches!(mode, 'o' | 'b' | 't'))
        .enumerate()
        .map(|(i, (oid, _, name))| {
            let name = if name.is_empty() { format!("column{}", i + 1) } else { (*name).to_owned() };
            (name, PgType::new(if *oid == Oid::ANYELEMENT { element() } else { *oid }))
        })
        .collect();
    match out.len() {
        0 => vec![(proc.name.to_owned(), result)],
        1 => out.into_iter().map(|(name, _)| (name, result)).collect(),
        _ => out,
    }
}

/// `CASE WHEN absent THEN NULL ELSE value END`.
fn unless(absent: Option<Scalar>, value: Typed) -> Typed {
    let Some(test) = absent else { return value };
    let ty = value.scalar.ty;
    let arms = vec![(test, super::scalar::constant(Datum::Null, ty))];
    Typed::new(scalar(ScalarKind::Case { arms, otherwise: Box::new(value.scalar) }, ty), value.pos)
}

/// Ordered-set and hypothetical-set aggregates (`pg_aggregate.aggkind` `o` and `h`).
fn without_relabels(scalar: &Scalar) -> &Scalar {
    match &scalar.kind {
        ScalarKind::Relabel { input } => without_relabels(input),
        _ => scalar,
    }
}

pub fn is_ordered_set(proc: &Proc) -> bool {
    proc.kind == ProcKind::Aggregate
        && matches!(
            proc.name,
            "percentile_cont" | "percentile_disc" | "mode" | "rank" | "dense_rank" | "percent_rank" | "cume_dist"
        )
}
