//! Functions: from a name and arguments to one `pg_proc` entry with coerced arguments (manual §10.3).

use gavel_functions::registry::{self, CastContext, Proc};
use gavel_functions::variadic;
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};

use super::Binder;
use super::candidate::{Candidate, best, matching};
use super::coerce::{Pathway, pathway};
use super::name::Qualified;
use super::polymorphic;
use super::scalar::{Typed, constant, scalar};
use super::typename::{array_type, element_type, format_type, resolve_type};
use crate::bound::{Scalar, ScalarKind};
use crate::parse::Pos;

/// What a call may mean.
pub enum Callee {
    Function(ResolvedCall),
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
}

/// How one candidate takes the arguments.
#[derive(Clone)]
struct Shape {
    proc: &'static Proc,
    /// For each declared argument: the actual one, or `None` for a default.
    order: Vec<Option<usize>>,
    variadic_from: Option<usize>,
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

/// How `proc` could take a call of this form.
fn shape(proc: &'static Proc, count: usize, names: &[String], variadic: bool) -> Option<Candidate<Shape>> {
    let declared = proc.args.len();
    let defaulted = defaults(proc).len();
    if !names.is_empty() {
        if count > declared {
            return None;
        }
        let positional = count - names.len();
        let own = input_names(proc);
        let mut order: Vec<Option<usize>> = (0..declared).map(|i| (i < positional).then_some(i)).collect();
        for (k, name) in names.iter().enumerate() {
            let at = own.iter().position(|n| n == name)?;
            if order.get(at)?.is_some() {
                return None;
            }
            order[at] = Some(positional + k);
        }
        let open = order.iter().enumerate().filter(|(_, o)| o.is_none()).map(|(i, _)| i).min();
        if open.is_some_and(|i| i < declared - defaulted) {
            return None;
        }
        let args = actual_order(&order, count, |i| proc.args[i]);
        return Some(Candidate { args, item: Shape { proc, order, variadic_from: None } });
    }
    if proc.variadic.0 != 0 && !variadic {
        if count + 1 < declared || count < declared {
            return None;
        }
        let fixed = declared - 1;
        let element = proc.variadic;
        let args = proc.args.iter().take(fixed).copied().chain((fixed..count).map(|_| element)).collect();
        let collected = (element != Oid::ANY).then_some(fixed);
        return Some(Candidate {
            args,
            item: Shape { proc, order: (0..count).map(Some).collect(), variadic_from: collected },
        });
    }
    if count > declared || count + defaulted < declared || variadic && (proc.variadic.0 == 0 || count != declared) {
        return None;
    }
    let order: Vec<Option<usize>> = (0..declared).map(|i| (i < count).then_some(i)).collect();
    Some(Candidate {
        args: proc.args.iter().take(count).copied().collect(),
        item: Shape { proc, order, variadic_from: None },
    })
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

impl Binder<'_> {
    /// Finds the function that a call means.
    ///
    /// # Errors
    /// 42883 `function f(integer) does not exist`, 42725 when several fit equally.
    pub fn find_function(&mut self, name: &Qualified, arguments: Arguments, pos: Pos) -> SqlResult<Callee> {
        let actual: Vec<Oid> = arguments.values.iter().map(Typed::oid).collect();
        let Arguments { values, names, variadic } = arguments;
        let own = name.schema.as_deref() == Some("gavel");
        let known = own || name.schema.as_deref().is_none_or(|s| s == "pg_catalog");
        if let Some(schema) = name.schema.as_deref()
            && !own
            && self.schema_oid(schema).is_none()
        {
            let error = SqlError::new(SqlState::InvalidSchemaName, format!("schema \"{schema}\" does not exist"));
            return Err(self.error_at(error, pos));
        }
        let mut candidates: Vec<Candidate<Shape>> = Vec::new();
        if known {
            let full = if own { format!("gavel.{}", name.name) } else { name.name.clone() };
            for proc in registry::procs_named(&full) {
                candidates.extend(shape(proc, actual.len(), &names, variadic));
            }
        }
        // A plain signature beats a variadic one that expands to the same types.
        if candidates.len() > 1 {
            let plain: Vec<Vec<Oid>> =
                candidates.iter().filter(|c| c.item.variadic_from.is_none()).map(|c| c.args.clone()).collect();
            candidates.retain(|c| c.item.variadic_from.is_none() || !plain.contains(&c.args));
        }
        let exact = candidates.iter().position(|c| c.args == actual);
        if exact.is_none()
            && let [single] = actual.as_slice()
            && names.is_empty()
            && let Some(target) = self.cast_by_name(name, *single)
        {
            return Ok(Callee::Cast(target));
        }
        let chosen = match exact {
            Some(i) => candidates.swap_remove(i),
            None => {
                let fitting = matching(candidates, &actual);
                let none = fitting.is_empty();
                match best(fitting, &actual) {
                    Some(chosen) => chosen,
                    None => return Err(self.error_at(no_function(name, &actual, &names, none), pos)),
                }
            }
        };
        let Shape { proc, order, variadic_from } = chosen.item;
        let mut values: Vec<Option<Typed>> = values.into_iter().map(Some).collect();
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
        Ok(Callee::Function(ResolvedCall { proc, args, declared, variadic_from, spread }))
    }

    /// The type that `name(x)` casts to, where it is a type and the cast changes no representation or
    /// reads a literal.
    fn cast_by_name(&mut self, name: &Qualified, source: Oid) -> Option<PgType> {
        if name.schema.as_deref().is_some_and(|s| s != "pg_catalog") {
            return None;
        }
        let target = registry::type_named(&name.name)?;
        if target.kind == 'p' {
            return None;
        }
        let fits = source == Oid::UNKNOWN
            || match pathway(source, target.oid, CastContext::Explicit) {
                Some(Pathway::Relabel) => true,
                Some(Pathway::ViaIo) => !(source.is_row() && target.category == 'S'),
                _ => false,
            };
        fits.then(|| PgType::new(target.oid))
    }

    /// Coerces the arguments, collects variadic ones, and gives the result's type.
    pub fn coerce_arguments(
        &mut self,
        resolved: ResolvedCall,
        pos: Pos,
    ) -> SqlResult<(&'static Proc, Vec<Scalar>, PgType)> {
        let ResolvedCall { proc, args, declared, variadic_from, spread } = resolved;
        self.calls(proc.oid);
        let actual: Vec<Oid> = args.iter().map(Typed::oid).collect();
        let (goals, result) = polymorphic::resolve(&declared, &actual, proc.ret).map_err(|e| self.error_at(e, pos))?;
        let mut out = Vec::with_capacity(args.len());
        for (arg, goal) in args.into_iter().zip(goals) {
            let arg = if goal == Oid::ANY && arg.is_unknown() && proc.kind != registry::ProcKind::Aggregate {
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

fn no_function(name: &Qualified, actual: &[Oid], names: &[String], missing: bool) -> SqlError {
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
        SqlError::new(SqlState::UndefinedFunction, format!("function {signature} does not exist"))
            .hint("No function matches the given name and argument types. You might need to add explicit type casts.")
    } else {
        SqlError::new(SqlState::AmbiguousFunction, format!("function {signature} is not unique"))
            .hint("Could not choose a best candidate function. You might need to add explicit type casts.")
    }
}
