//! Functions: from a name and arguments to one `pg_proc` entry with coerced arguments (manual §10.3). Functions of
//! users take part beside PostgreSQL's own, schema by schema as `search_path` lists them.

use std::sync::Arc;

use gavel_catalog::Function;
use gavel_catalog::system::TEMPORARY_SCHEMA;
use gavel_functions::registry::{self, CastContext, Proc};
use gavel_functions::variadic;
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState, text_io};

use super::Binder;
use super::candidate::{Candidate, best, matching};
use super::coerce::{Pathway, pathway};
use super::name::Qualified;
use super::polymorphic;
use super::scalar::{Typed, constant, scalar};
use super::typename::{array_type, element_type, format_type, resolve_type};
use crate::bound::{Scalar, ScalarKind};
use crate::parse::Pos;
use crate::query_tree::WrittenArgs;

/// What a call may mean.
pub enum Callee {
    Function(ResolvedCall),
    /// A user's function or procedure.
    User(UserCall),
    /// `text(x)`: a cast written as a function.
    Cast(PgType),
}

/// A function with its arguments in declared order, defaults filled in, not coerced yet.
pub struct ResolvedCall {
    pub proc: &'static Proc,
    pub args: Vec<Typed>,
    /// Declared type of each argument; variadic ones expanded.
    pub declared: Vec<Oid>,
    /// Arguments from here on are collected into an array.
    pub variadic_from: Option<usize>,
    /// The last argument is an array whose elements are the arguments of `VARIADIC "any"`.
    pub spread: bool,
    /// The arguments as they are written, where that is told and is not the signature's order.
    pub written: Option<WrittenArgs>,
}

/// The same for a user's function.
pub struct UserCall {
    pub function: Arc<Function>,
    pub args: Vec<Typed>,
    /// Declared type of each argument, domains among them; variadic ones expanded.
    pub declared: Vec<Oid>,
    pub variadic_from: Option<usize>,
    pub written: Option<WrittenArgs>,
}

/// What could be called.
#[derive(Clone)]
enum Routine {
    System(&'static Proc),
    /// With the declared types of what a call gives.
    User(Arc<Function>, Vec<Oid>),
}

impl Routine {
    /// Declared types.
    fn args(&self) -> &[Oid] {
        match self {
            Self::System(proc) => &proc.args,
            Self::User(_, args) => args,
        }
    }

    /// Element type of the variadic last argument; 0 if it is not variadic.
    fn variadic(&self) -> Oid {
        match self {
            Self::System(proc) => proc.variadic,
            Self::User(function, args) if function.is_variadic() => match args.last() {
                Some(&Oid::ANYARRAY) => Oid::ANYELEMENT,
                Some(&Oid::ANYCOMPATIBLEARRAY) => Oid::ANYCOMPATIBLE,
                Some(last) => element_type(*last).unwrap_or_default(),
                None => Oid(0),
            },
            Self::User(..) => Oid(0),
        }
    }

    /// How many of the last arguments have defaults.
    fn defaults(&self) -> usize {
        match self {
            Self::System(proc) => defaults(proc).len(),
            Self::User(function, _) => function.defaults(),
        }
    }

    /// Position of the argument of this name.
    fn position(&self, name: &str) -> Option<usize> {
        match self {
            Self::System(proc) => input_names(proc).iter().position(|n| *n == name),
            // Under CALL there is a type for each parameter.
            Self::User(function, args) => {
                let all = args.len() == function.parameters.len();
                let mut given = function.parameters.iter().filter(|p| all || p.mode.is_input());
                given.position(|p| p.name == name)
            }
        }
    }
}

/// How one candidate takes the arguments.
#[derive(Clone)]
struct Shape {
    routine: Routine,
    /// For each declared argument: the actual one, or `None` for a default.
    order: Vec<Option<usize>>,
    variadic_from: Option<usize>,
    /// Place of its schema in the path: what comes first hides what takes the same types.
    rank: usize,
}

/// Arguments of a call as written.
pub struct Arguments {
    pub values: Vec<Typed>,
    /// Names of the last arguments (`a => 1`).
    pub names: Vec<String>,
    /// The last one is `VARIADIC x`.
    pub variadic: bool,
}

/// Defaults that PostgreSQL's own functions have: name, number of declared arguments, defaults of the
/// last ones as literals.
const DEFAULTS: &[(&str, usize, &[&str])] = &[
    ("parse_ident", 2, &["true"]),
    ("make_interval", 7, &["0", "0", "0", "0", "0", "0", "0.0"]),
    ("jsonb_set", 4, &["true"]),
    ("jsonb_set_lax", 5, &["true", "use_json_null"]),
    ("jsonb_insert", 4, &["false"]),
    ("json_populate_record", 3, &["false"]),
    ("json_populate_recordset", 3, &["false"]),
    ("jsonb_path_exists", 4, &["{}", "false"]),
    ("jsonb_path_match", 4, &["{}", "false"]),
    ("jsonb_path_query", 4, &["{}", "false"]),
    ("jsonb_path_query_array", 4, &["{}", "false"]),
    ("jsonb_path_query_first", 4, &["{}", "false"]),
    ("jsonb_path_exists_tz", 4, &["{}", "false"]),
    ("jsonb_path_match_tz", 4, &["{}", "false"]),
    ("jsonb_path_query_tz", 4, &["{}", "false"]),
    ("jsonb_path_query_array_tz", 4, &["{}", "false"]),
    ("jsonb_path_query_first_tz", 4, &["{}", "false"]),
    ("normalize", 2, &["NFC"]),
    ("is_normalized", 2, &["NFC"]),
    ("pg_terminate_backend", 2, &["0"]),
    ("pg_promote", 2, &["true", "60"]),
    ("pg_backup_start", 2, &["false"]),
    ("pg_backup_stop", 1, &["true"]),
];

fn defaults(proc: &Proc) -> &'static [&'static str] {
    DEFAULTS.iter().find(|(name, n, _)| *name == proc.name && *n == proc.args.len()).map_or(&[], |(_, _, d)| d)
}

/// Input argument names of a function, in order.
fn input_names(proc: &Proc) -> Vec<&'static str> {
    if proc.all_args.is_empty() {
        return proc.arg_names.clone();
    }
    proc.all_args.iter().filter(|(_, mode, _)| matches!(mode, 'i' | 'b' | 'v')).map(|(_, _, name)| *name).collect()
}

/// How `routine` could take a call of this form.
fn shape(routine: Routine, rank: usize, count: usize, names: &[String], variadic: bool) -> Option<Candidate<Shape>> {
    let declared = routine.args().len();
    let defaulted = routine.defaults();
    let element = routine.variadic();
    if !names.is_empty() {
        if count > declared {
            return None;
        }
        let positional = count - names.len();
        let mut order: Vec<Option<usize>> = (0..declared).map(|i| (i < positional).then_some(i)).collect();
        for (k, name) in names.iter().enumerate() {
            let at = routine.position(name)?;
            if order.get(at)?.is_some() {
                return None;
            }
            order[at] = Some(positional + k);
        }
        let open = order.iter().enumerate().filter(|(_, o)| o.is_none()).map(|(i, _)| i).min();
        if open.is_some_and(|i| i < declared - defaulted) {
            return None;
        }
        let args = actual_order(&order, count, |i| routine.args()[i]);
        return Some(Candidate { args, item: Shape { routine, order, variadic_from: None, rank } });
    }
    if element.0 != 0 && !variadic && count + defaulted >= declared && count >= declared {
        let fixed = declared - 1;
        let args = routine.args().iter().take(fixed).copied().chain((fixed..count).map(|_| element)).collect();
        let variadic_from = (element != Oid::ANY).then_some(fixed);
        let order = (0..count).map(Some).collect();
        return Some(Candidate { args, item: Shape { routine, order, variadic_from, rank } });
    }
    let takes_rest = element.0 != 0 && !variadic && defaulted == 0;
    if takes_rest
        || count > declared
        || count + defaulted < declared
        || variadic && (element.0 == 0 || count != declared)
    {
        return None;
    }
    let order: Vec<Option<usize>> = (0..declared).map(|i| (i < count).then_some(i)).collect();
    let args = routine.args().iter().take(count).copied().collect();
    Some(Candidate { args, item: Shape { routine, order, variadic_from: None, rank } })
}

/// Leaves out what another candidate of the same types hides: one of a schema before it, or a plain one beside a
/// variadic one.
fn without_hidden(candidates: &mut Vec<Candidate<Shape>>) {
    let place = |c: &Candidate<Shape>| (c.item.rank, c.item.variadic_from.is_some());
    let places: Vec<(Vec<Oid>, (usize, bool))> = candidates.iter().map(|c| (c.args.clone(), place(c))).collect();
    candidates.retain(|c| !places.iter().any(|(args, other)| *args == c.args && *other < place(c)));
}

/// Declared types in the order of the actual arguments.
fn actual_order(order: &[Option<usize>], count: usize, declared: impl Fn(usize) -> Oid) -> Vec<Oid> {
    let mut out = vec![Oid::ANY; count];
    for (i, slot) in order.iter().enumerate() {
        if let Some(k) = slot {
            out[*k] = declared(i);
        }
    }
    out
}

/// Functions that write rows among their arguments as objects, for which they must know the names of fields.
fn makes_json_of_rows(name: &str) -> bool {
    matches!(
        name,
        "json_agg"
            | "jsonb_agg"
            | "json_object_agg"
            | "jsonb_object_agg"
            | "json_build_array"
            | "jsonb_build_array"
            | "json_build_object"
            | "jsonb_build_object"
    )
}

impl Binder<'_> {
    /// Finds the function that a call means.
    ///
    /// # Errors
    /// 42883 `function f(integer) does not exist`, 42725 when several fit equally.
    pub fn find_function(&mut self, name: &Qualified, arguments: Arguments, pos: Pos) -> SqlResult<Callee> {
        self.find_routine(name, arguments, pos, false)
    }

    /// The same for CALL, which gives arguments for OUT parameters, too.
    ///
    /// # Errors
    /// As [`Self::find_function`].
    pub fn find_routine(
        &mut self,
        name: &Qualified,
        arguments: Arguments,
        pos: Pos,
        calling: bool,
    ) -> SqlResult<Callee> {
        let Arguments { mut values, names, variadic } = arguments;
        // JDBC's place for the result, `{? = call f(?)}`, is no argument.
        values.retain(|v| !(v.oid() == Oid::VOID && matches!(v.scalar.kind, ScalarKind::Param(_))));
        let actual: Vec<Oid> = values.iter().map(Typed::oid).collect();
        let mut candidates = self.candidates(name, pos, calling, (actual.len(), &names, variadic))?;
        without_hidden(&mut candidates);
        let exact = candidates.iter().position(|c| c.args == actual);
        if exact.is_none()
            && !calling
            && let [single] = actual.as_slice()
            && names.is_empty()
            && let Some(target) = self.cast_by_name(name, *single)
        {
            return Ok(Callee::Cast(target));
        }
        let twice = candidates.iter().filter(|c| c.args == actual).count() > 1;
        let chosen = match exact {
            Some(i) if !twice => candidates.swap_remove(i),
            _ => {
                let taken = self.as_taken(&candidates, &actual);
                let fitting = matching(candidates, &taken);
                let none = fitting.is_empty();
                match best(fitting, &taken).filter(|_| !twice) {
                    Some(chosen) => chosen,
                    None => {
                        let kind = if calling { "procedure" } else { "function" };
                        return Err(self.error_at(no_function(kind, name, &actual, &names, none), pos));
                    }
                }
            }
        };
        let Shape { routine, order, variadic_from, .. } = chosen.item;
        let written = self.written_arguments(&order, &names);
        let mut values: Vec<Option<Typed>> = values.into_iter().map(Some).collect();
        let proc = match routine {
            Routine::System(proc) => proc,
            Routine::User(function, declared) => {
                let found = self.user_call(function, &declared, &order, &mut values, variadic_from, pos)?;
                return Ok(Callee::User(UserCall { written, ..found }));
            }
        };
        let mut args = Vec::with_capacity(order.len());
        let mut declared = Vec::with_capacity(order.len());
        let literals = defaults(proc);
        let missing_from = order.len().saturating_sub(literals.len());
        for (i, slot) in order.iter().enumerate() {
            let ty = match variadic_from {
                Some(from) if i >= from => proc.variadic,
                _ => proc.args.get(i).copied().unwrap_or(Oid::ANY),
            };
            declared.push(ty);
            match slot.and_then(|k| values.get_mut(k)).and_then(Option::take) {
                Some(value) => args.push(value),
                None => {
                    let text = i.checked_sub(missing_from).and_then(|d| literals.get(d)).copied().unwrap_or("");
                    args.push(Typed::new(constant(Datum::text(text), PgType::UNKNOWN), pos));
                }
            }
        }
        let spread = variadic && proc.variadic == Oid::ANY && proc.kind == registry::ProcKind::Function;
        if spread
            && let Some(last) = args.last()
            && !last.is_unknown()
            && registry::type_info(last.oid()).is_none_or(|t| t.category != 'A')
        {
            let error = SqlError::new(SqlState::DatatypeMismatch, "VARIADIC argument must be an array");
            return Err(self.error_at(error, last.pos));
        }
        Ok(Callee::Function(ResolvedCall { proc, args, declared, variadic_from, spread, written }))
    }

    /// Whether something of this name takes one value of this type.
    pub fn takes(&self, name: &Qualified, ty: Oid) -> bool {
        let found = self.candidates(name, Pos::NONE, false, (1, &[], false)).unwrap_or_default();
        let taken = self.as_taken(&found, &[ty]);
        !matching(found, &taken).is_empty()
    }

    /// The types of the arguments, but for rows of tables that inherit: where a candidate takes the row of a table that theirs
    /// inherits from, and none theirs, they count as such.
    fn as_taken(&self, candidates: &[Candidate<Shape>], actual: &[Oid]) -> Vec<Oid> {
        let catalog = self.context.catalog;
        let table = |ty: Oid| ty.is_composite().then(|| catalog.table(Oid(ty.type_number()))).flatten();
        let taken = |(n, ty): (usize, &Oid)| {
            let Some(own) = table(*ty) else { return *ty };
            let mut wanted = candidates.iter().filter_map(|c| c.args.get(n).copied());
            if wanted.clone().any(|w| w == *ty) {
                return *ty;
            }
            let ancestors = catalog.ancestors(own.oid);
            let inherited = wanted.find(|w| table(*w).is_some_and(|t| ancestors.iter().any(|a| a.oid == t.oid)));
            inherited.unwrap_or(*ty)
        };
        actual.iter().enumerate().map(taken).collect()
    }

    /// Everything of this name that takes so many arguments, and these names.
    fn candidates(
        &self,
        name: &Qualified,
        pos: Pos,
        calling: bool,
        (count, names, variadic): (usize, &[String], bool),
    ) -> SqlResult<Vec<Candidate<Shape>>> {
        let catalog = self.context.catalog;
        let mut found = Vec::new();
        let mut system = |name: &str, rank: usize| {
            let procs = registry::procs_named(name);
            found.extend(procs.filter_map(|p| shape(Routine::System(p), rank, count, names, variadic)));
        };
        let mut functions: Vec<(usize, Arc<Function>)> = Vec::new();
        match name.schema.as_deref() {
            Some(own @ ("gavel" | "information_schema")) => system(&format!("{own}.{}", name.name), 0),
            Some("sys") if name.name == "wait_for_job" => system("sys.wait_for_job", 0),
            Some("pg_catalog") => match text_io::function_of_number(&name.name) {
                Some(oid) => functions.extend(catalog.function(oid).map(|f| (0, Arc::clone(f)))),
                None => system(&name.name, 0),
            },
            Some(schema) => {
                if self.schema_oid(schema).is_none() {
                    let text = format!("schema \"{schema}\" does not exist");
                    return Err(self.error_at(SqlError::new(SqlState::InvalidSchemaName, text), pos));
                }
                if let Some(subject) = self.context.subject {
                    subject.look_into(catalog, schema).map_err(|e| self.error_at(e, pos))?;
                }
                let own = catalog.qualifier(schema).map(|s| s.oid).unwrap_or_default();
                functions.extend(catalog.functions_named(own, &name.name).map(|f| (0, Arc::clone(f))));
            }
            None => {
                let path = self.context.search_path;
                if !path.iter().any(|s| s == "pg_catalog") {
                    system(&name.name, 0);
                }
                for (rank, schema) in (1..).zip(path) {
                    if schema == "pg_catalog" {
                        system(&name.name, rank);
                    }
                    let schema = if schema == "$user" { self.context.user } else { schema };
                    // Temporary functions are called by their schema alone.
                    let found = catalog.qualifier(schema).filter(|s| s.oid != TEMPORARY_SCHEMA);
                    let Some(schema) = found else { continue };
                    let own = catalog.functions_named(schema.oid, &name.name);
                    functions.extend(own.map(|f| (rank, Arc::clone(f))));
                }
            }
        }
        for (rank, function) in functions {
            let given = |p: &&gavel_catalog::Parameter| p.mode.is_input() || calling;
            let types = function.parameters.iter().filter(given).map(|p| self.value_type(p.ty)).collect();
            found.extend(shape(Routine::User(function, types), rank, count, names, variadic));
        }
        Ok(found)
    }

    /// The type that values of a declared type have.
    fn value_type(&self, declared: Oid) -> Oid {
        if !declared.is_over_domain() {
            return declared;
        }
        self.base_type(PgType::new(declared)).map_or(declared, |ty| ty.oid)
    }

    /// A call of a user's function, with its defaults.
    fn user_call(
        &mut self,
        function: Arc<Function>,
        types: &[Oid],
        order: &[Option<usize>],
        values: &mut [Option<Typed>],
        variadic_from: Option<usize>,
        pos: Pos,
    ) -> SqlResult<UserCall> {
        let element = Routine::User(Arc::clone(&function), types.to_vec()).variadic();
        let mut args = Vec::with_capacity(order.len());
        let mut declared = Vec::with_capacity(order.len());
        // Under CALL there are as many types as parameters.
        let all = function.parameters.len() == types.len();
        let parameters: Vec<_> = function.parameters.iter().filter(|p| all || p.mode.is_input()).collect();
        for (i, slot) in order.iter().enumerate() {
            let parameter = parameters.get(i.min(parameters.len().saturating_sub(1)));
            let collected = variadic_from.is_some_and(|from| i >= from);
            declared.push(if collected { element } else { parameter.map_or(Oid::ANY, |p| p.ty) });
            match slot.and_then(|k| values.get_mut(k)).and_then(Option::take) {
                Some(value) => args.push(value),
                None => match parameter.and_then(|p| p.default.as_deref()) {
                    Some(sql) => args.push(Typed::new(self.parameter_default(sql)?, pos)),
                    None => return Err(SqlError::internal("an argument without a value")),
                },
            }
        }
        Ok(UserCall { function, args, declared, variadic_from, written: None })
    }

    /// The type that `name(x)` casts to, where it is a type and the cast changes no representation or
    /// reads a literal.
    fn cast_by_name(&mut self, name: &Qualified, source: Oid) -> Option<PgType> {
        let target = super::typename::type_called(self.context, name)?;
        let base = self.base_type(target).ok()?.oid;
        let text = registry::type_info(base).is_some_and(|t| t.category == 'S');
        let fits = source == Oid::UNKNOWN
            || match pathway(source, base, CastContext::Explicit) {
                Some(Pathway::Relabel) => true,
                Some(Pathway::ViaIo) => !(source.is_row() && text),
                _ => false,
            };
        fits.then_some(target)
    }

    /// Notes that a call is a cast: where a view is being defined it depends on the type, and names it by number.
    pub fn note_cast(&mut self, called: &sqlparser::ast::ObjectName, target: PgType) {
        if target.oid.is_user_type() {
            self.number_cast_in_text(called, target.oid);
            self.uses(element_type(target.oid).unwrap_or(target.oid));
        }
    }

    /// The arguments in the order in which they are written, if a tree is recorded and names or defaults are used.
    fn written_arguments(&self, order: &[Option<usize>], names: &[String]) -> Option<WrittenArgs> {
        let given = order.iter().flatten().count();
        if self.recorder.is_none() || names.is_empty() && given == order.len() {
            return None;
        }
        let name = |k: usize| k.checked_sub(given.saturating_sub(names.len())).and_then(|n| names.get(n)).cloned();
        let place = |k: usize| order.iter().position(|o| *o == Some(k));
        Some((0..given).filter_map(|k| Some((place(k)?, name(k)))).collect())
    }

    /// Coerces the arguments, collects variadic ones, and gives the result's type.
    pub fn coerce_arguments(
        &mut self,
        resolved: ResolvedCall,
        pos: Pos,
    ) -> SqlResult<(&'static Proc, Vec<Scalar>, PgType)> {
        let ResolvedCall { proc, mut args, declared, variadic_from, spread, .. } = resolved;
        self.calls(proc.oid);
        if self.recorder.is_none() && makes_json_of_rows(proc.name) {
            // Values of composite types know their fields.
            for arg in args.iter_mut().filter(|arg| arg.oid() == Oid::RECORD) {
                let marks = if proc.name == "json_agg" { 3 } else { 1 };
                if let Some(object) = self.object_of_row(&arg.scalar, proc.name.starts_with("jsonb"), marks, arg.pos)? {
                    *arg = object;
                }
            }
        }
        let actual: Vec<Oid> = args.iter().map(Typed::oid).collect();
        let (goals, result) = polymorphic::resolve(&declared, &actual, proc.ret).map_err(|e| self.error_at(e, pos))?;
        let mut out = Vec::with_capacity(args.len());
        for (arg, goal) in args.into_iter().zip(goals) {
            let arg = if goal == Oid::ANY
                && arg.is_unknown()
                && proc.kind != registry::ProcKind::Aggregate
                && proc.src != "pg_typeof"
                && self.recorder.is_none()
            {
                // VARIADIC "any" and its kin get text for what nothing types, as output does.
                self.resolve_unknown(arg, PgType::TEXT)?
            } else {
                self.coerce_type(arg, goal, CastContext::Implicit)?
            };
            out.push(arg.scalar);
        }
        if let Some(from) = variadic_from {
            let items = out.split_off(from.min(out.len()));
            let element = items.first().map_or(proc.variadic, |i| i.ty.oid);
            let array = array_type(element).unwrap_or(Oid::ANYARRAY);
            out.push(scalar(ScalarKind::Array { items }, PgType::new(array)));
        }
        if spread {
            out.push(constant(Datum::Null, variadic::MARK));
        }
        Ok((proc, out, PgType::new(result)))
    }

    /// A function by name over arguments that are already bound; for constructs that stand for one.
    ///
    /// # Errors
    /// As [`Self::find_function`].
    pub fn call_named(&mut self, name: &str, values: Vec<Typed>, pos: Pos) -> SqlResult<Typed> {
        let name = Qualified { schema: None, name: name.to_owned() };
        match self.find_function(&name, Arguments { values: values.clone(), names: vec![], variadic: false }, pos)? {
            Callee::Cast(target) => {
                let value = values.into_iter().next().ok_or_else(|| SqlError::internal("cast without operand"))?;
                self.explicit_cast(value, target, pos)
            }
            Callee::Function(found) => {
                let (proc, args, result) = self.coerce_arguments(found, pos)?;
                Ok(Typed::new(super::scalar::call(proc.oid, args, result), pos))
            }
            Callee::User(found) => self.user_value(found, self.sets_count(), pos),
        }
    }

    /// `value::target`; `target` may be a domain.
    ///
    /// # Errors
    /// 42846 `cannot cast type x to y`.
    pub fn explicit_cast(&mut self, value: Typed, target: PgType, pos: Pos) -> SqlResult<Typed> {
        let source = value.oid();
        match self.coerce_to(value, target, CastContext::Explicit)? {
            Some(done) => Ok(done),
            None => Err(self.error_at(super::coerce::cannot_cast(source, target.oid), pos)),
        }
    }

    /// The type that `name` stands for. Where a view is being defined, the view depends on it, and its text names it
    /// by number from then on.
    pub fn type_by_name(&mut self, name: &sqlparser::ast::DataType, pos: Pos) -> SqlResult<PgType> {
        let ty = resolve_type(self.context, name).map_err(|e| self.error_at(e, pos))?;
        if self.edits.is_some() && ty.oid.is_user_type() {
            self.number_in_text(name);
            self.uses(element_type(ty.oid).unwrap_or(ty.oid));
        }
        Ok(ty)
    }
}

fn no_function(kind: &str, name: &Qualified, actual: &[Oid], names: &[String], missing: bool) -> SqlError {
    let positional = actual.len() - names.len();
    let types: Vec<String> = actual
        .iter()
        .enumerate()
        .map(|(i, oid)| {
            let ty = format_type(PgType::new(*oid));
            match i.checked_sub(positional).and_then(|k| names.get(k)) {
                Some(name) => format!("{name} => {ty}"),
                None => ty,
            }
        })
        .collect();
    let signature = format!("{name}({})", types.join(", "));
    if missing {
        SqlError::new(SqlState::UndefinedFunction, format!("{kind} {signature} does not exist")).hint(format!(
            "No {kind} matches the given name and argument types. You might need to add explicit type casts."
        ))
    } else {
        SqlError::new(SqlState::AmbiguousFunction, format!("{kind} {signature} is not unique"))
            .hint(format!("Could not choose a best candidate {kind}. You might need to add explicit type casts."))
    }
}
