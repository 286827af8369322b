//! Casts: which exist in which context (manual §10.3-10.4, `CREATE CAST`), and applying them.
//!
//! A coercion has two steps, as in PostgreSQL: to the type, then to its modifier by the type's length
//! function. Literals of unknown type are read at once; a parameter of unknown type takes the type.

use std::sync::LazyLock;

use gavel_functions::registry::{self, CastContext, CastMethod, Volatility};
use gavel_functions::{Call, EvalContext};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};

use super::Binder;
use super::polymorphic::is_polymorphic;
use super::scalar::{Typed, call, constant, relabel, scalar};
use super::typename::{element_type, format_type};
use crate::bound::{Scalar, ScalarKind};

/// How values of one type become another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pathway {
    Relabel,
    Function(Oid),
    Array,
    /// A row of expressions becomes a value of a composite type, field by field.
    Row,
    ViaIo,
}

/// The cast from `source` to `target` that `context` allows.
pub fn pathway(source: Oid, target: Oid, context: CastContext) -> Option<Pathway> {
    if source == target {
        return Some(Pathway::Relabel);
    }
    if let Some(cast) = registry::cast(source, target) {
        if cast.context > context {
            return None;
        }
        return Some(match cast.method {
            CastMethod::Function(oid) => Pathway::Function(oid),
            CastMethod::Binary => Pathway::Relabel,
            CastMethod::InOut => Pathway::ViaIo,
        });
    }
    // Vectors would capture casts that are meant for true arrays.
    let vector = matches!(target, Oid::INT2VECTOR | Oid::OIDVECTOR);
    if !vector && let (Some(from), Some(to)) = (element_type(source), element_type(target)) {
        return match pathway(from, to, context)? {
            Pathway::ViaIo if context < CastContext::Assignment => None,
            Pathway::Relabel => Some(Pathway::Relabel),
            _ => Some(Pathway::Array),
        };
    }
    if source.is_composite() && target == Oid::RECORD {
        return Some(Pathway::Relabel);
    }
    if source == Oid::RECORD && target.is_composite() {
        return Some(Pathway::Row);
    }
    let text = |oid| registry::type_info(oid).is_some_and(|t| t.category == 'S');
    if context >= CastContext::Assignment && text(target) || context == CastContext::Explicit && text(source) {
        return Some(Pathway::ViaIo);
    }
    None
}

/// Whether a value of `source` may stand where `target` is wanted.
pub fn can_coerce(source: Oid, target: Oid, context: CastContext) -> bool {
    source == target
        || target == Oid::ANY
        || is_polymorphic(target)
        || source == Oid::UNKNOWN
        || pathway(source, target, context).is_some()
}

/// Whether both types have the same representation, `source` usable as `target` without a call.
pub fn binary_coercible(source: Oid, target: Oid) -> bool {
    source == target
        || target == Oid::ANY
        || target == Oid::ANYELEMENT
        || target == Oid::ANYCOMPATIBLE
        || target == Oid::ANYARRAY && element_type(source).is_some()
        || target == Oid::ANYENUM && source.is_enum()
        || registry::cast(source, target)
            .is_some_and(|c| c.method == CastMethod::Binary && c.context == CastContext::Implicit)
}

impl Binder<'_> {
    /// To type `target` (no modifier). The caller has checked that it can be done.
    pub fn coerce_type(&mut self, value: Typed, target: Oid, context: CastContext) -> SqlResult<Typed> {
        if value.oid() == target || target == Oid::ANY || is_polymorphic(target) {
            return Ok(value);
        }
        if value.is_unknown() {
            return self.resolve_unknown(value, PgType::new(target));
        }
        // It keeps its type, by which its fields have names.
        if target == Oid::RECORD && value.oid().is_composite() {
            return Ok(value);
        }
        if let Some(row) = self.as_ancestor(&value, target) {
            return Ok(row);
        }
        let Typed { scalar: input, pos } = value;
        let source = input.ty.oid;
        let Some(path) = pathway(source, target, context) else {
            return Err(self.error_at(cannot_cast(source, target), pos));
        };
        let out = match path {
            Pathway::Relabel if self.recorder.is_some() => {
                scalar(ScalarKind::Relabel { input: Box::new(input) }, PgType::new(target))
            }
            Pathway::Relabel => relabel(input, PgType::new(target)),
            Pathway::Function(function) => self.cast_call(function, input, PgType::new(target), context),
            Pathway::ViaIo => scalar(ScalarKind::CoerceViaIo { input: Box::new(input) }, PgType::new(target)),
            Pathway::Array => self.coerce_array(input, PgType::new(target), context)?,
            Pathway::Row => match input.kind {
                ScalarKind::Row(items) => self.row_as(items, PgType::new(target), context, pos)?,
                _ => return Err(self.error_at(cannot_cast(source, target), pos)),
            },
        };
        Ok(Typed::new(out, pos))
    }

    fn coerce_array(&mut self, input: Scalar, target: PgType, context: CastContext) -> SqlResult<Scalar> {
        let (Some(from), Some(to)) = (element_type(input.ty.oid), element_type(target.oid)) else {
            return Err(cannot_cast(input.ty.oid, target.oid));
        };
        // ARRAY[…] converts its items instead.
        if let (ScalarKind::Array { items }, None) = (&input.kind, &self.recorder) {
            let items = items.clone();
            let mut out = Vec::with_capacity(items.len());
            for item in items {
                let nested = element_type(item.ty.oid).is_some();
                let goal = if nested { target } else { PgType::with_typmod(to, target.typmod) };
                let item = self.coerce_type(Typed::new(item, Default::default()), goal.oid, context)?;
                out.push(self.apply_typmod(item.scalar, goal.typmod, context));
            }
            return Ok(scalar(ScalarKind::Array { items: out }, target));
        }
        let item = self.new_column();
        let element =
            Typed::new(super::scalar::column(item, PgType::with_typmod(from, input.ty.typmod)), Default::default());
        let element = self.coerce_type(element, to, context)?.scalar;
        let element = self.apply_typmod(element, target.typmod, context);
        let kind = ScalarKind::ArrayCoerce { input: Box::new(input), item, element: Box::new(element) };
        Ok(scalar(kind, target))
    }

    /// Calls a cast function with as many of (value, modifier, is explicit) as it takes.
    fn cast_call(&mut self, function: Oid, input: Scalar, target: PgType, context: CastContext) -> Scalar {
        self.calls(function);
        let takes = registry::proc(function).map_or(1, |p| p.args.len());
        let mut args = vec![input];
        if takes >= 2 {
            args.push(constant(Datum::Int4(target.typmod), PgType::INT4));
        }
        if takes >= 3 {
            args.push(constant(Datum::Bool(context == CastContext::Explicit), PgType::BOOL));
        }
        // A function cast from another type does not see the modifier unless it takes one.
        let ty = if takes >= 2 { target } else { PgType::new(target.oid) };
        let done = if self.recorder.is_some() { None } else { folded(function, &args, ty) };
        done.unwrap_or_else(|| call(function, args, ty))
    }

    /// To the modifier of a type, by its length function.
    pub fn apply_typmod(&mut self, input: Scalar, typmod: i32, context: CastContext) -> Scalar {
        let ty = PgType::with_typmod(input.ty.oid, typmod);
        if typmod < 0 || input.ty.typmod == typmod {
            return input;
        }
        if let Some(element) = element_type(ty.oid) {
            if !matches!(registry::cast(element, element).map(|c| c.method), Some(CastMethod::Function(_))) {
                return input;
            }
            return match self.coerce_array(input.clone(), ty, context) {
                Ok(out) => out,
                Err(_) => input,
            };
        }
        match registry::cast(ty.oid, ty.oid).map(|c| c.method) {
            Some(CastMethod::Function(function)) => self.cast_call(function, input, ty, context),
            _ => input,
        }
    }

    /// To `target` with its modifier; `None` if there is no such cast in this context.
    ///
    /// # Errors
    /// 22P02 and its kin when a literal is not of the type.
    pub fn coerce_to(&mut self, value: Typed, target: PgType, context: CastContext) -> SqlResult<Option<Typed>> {
        if target.oid.is_over_domain() {
            let base = self.base_type(target)?;
            let value = self.coerce_to(value, base, context).map_err(|e| about_domain(e, base.oid, target.oid))?;
            let Some(value) = value else { return Ok(None) };
            return self.cast_to_declared(value, target).map(Some);
        }
        if value.ty() == target {
            return Ok(Some(value));
        }
        if value.is_unknown() {
            return self.literal_with_modifier(value, target, context).map(Some);
        }
        if let Some(row) = self.as_ancestor(&value, target.oid) {
            return Ok(Some(row));
        }
        if !can_coerce(value.oid(), target.oid, context) {
            return Ok(None);
        }
        // A function from another type that takes the modifier needs no second one for it.
        let modified = match pathway(value.oid(), target.oid, context) {
            Some(Pathway::Function(function)) if value.oid() != target.oid && target.typmod >= 0 => {
                registry::proc(function).filter(|p| p.args.len() >= 2).map(|p| p.oid)
            }
            _ => None,
        };
        if let Some(function) = modified {
            return Ok(Some(Typed::new(self.cast_call(function, value.scalar, target, context), value.pos)));
        }
        let value = self.coerce_type(value, target.oid, context)?;
        let out = self.apply_typmod(value.scalar, target.typmod, context);
        Ok(Some(Typed::new(out, value.pos)))
    }

    /// A literal with its modifier. `varchar(n)` and `char(n)` cut in an explicit cast and complain
    /// otherwise.
    fn literal_with_modifier(&mut self, value: Typed, target: PgType, context: CastContext) -> SqlResult<Typed> {
        let length_matters = matches!(target.oid, Oid::VARCHAR | Oid::BPCHAR | Oid::BIT | Oid::VARBIT);
        let literal = matches!(value.scalar.kind, ScalarKind::Const(_));
        // In a query tree the length is a call; only intervals are read with their fields.
        let told = self.recorder.is_some() && target.oid != Oid::INTERVAL;
        if !literal || target.typmod < 0 || told {
            let value = self.resolve_unknown(value, PgType::new(target.oid))?;
            let out = self.apply_typmod(value.scalar, target.typmod, context);
            return Ok(Typed::new(out, value.pos));
        }
        if length_matters && context == CastContext::Explicit {
            if let (ScalarKind::Const(Datum::Text(text)), Oid::VARCHAR | Oid::BPCHAR) = (&value.scalar.kind, target.oid)
            {
                let limit = usize::try_from(target.typmod - 4).unwrap_or(0);
                let cut: String = text.chars().take(limit).collect();
                let cut = Typed::new(constant(Datum::text(cut), PgType::UNKNOWN), value.pos);
                return self.resolve_unknown(cut, target);
            }
            let value = self.resolve_unknown(value, PgType::new(target.oid))?;
            let out = self.apply_typmod(value.scalar, target.typmod, context);
            return Ok(Typed::new(out, value.pos));
        }
        self.resolve_unknown(value, target)
    }

    /// To `target` where PostgreSQL assigns: INSERT, UPDATE, defaults.
    ///
    /// # Errors
    /// 42804 naming the column.
    pub fn coerce_assignment(&mut self, value: Typed, target: PgType, column: &str) -> SqlResult<Scalar> {
        let (source, pos) = (value.ty(), value.pos);
        match self.coerce_to(value, target, CastContext::Assignment)? {
            Some(done) => Ok(done.scalar),
            None => {
                let message = format!(
                    "column \"{column}\" is of type {} but expression is of type {}",
                    format_type(PgType::new(target.oid)),
                    format_type(PgType::new(source.oid))
                );
                let error = SqlError::new(SqlState::DatatypeMismatch, message)
                    .hint("You will need to rewrite or cast the expression.");
                Err(self.error_at(error, pos))
            }
        }
    }

    /// To boolean, for WHERE and its kin.
    ///
    /// # Errors
    /// 42804 `argument of WHERE must be type boolean, not type integer`.
    pub fn coerce_boolean(&mut self, value: Typed, clause: &str) -> SqlResult<Scalar> {
        let (source, pos) = (value.oid(), value.pos);
        match self.coerce_to(value, PgType::BOOL, CastContext::Assignment)? {
            Some(done) => Ok(done.scalar),
            None => {
                let source = format_type(PgType::new(source));
                let message = format!("argument of {clause} must be type boolean, not type {source}");
                Err(self.error_at(SqlError::new(SqlState::DatatypeMismatch, message), pos))
            }
        }
    }

    /// To a type that a clause wants (`argument of LIMIT must be type bigint, not type text`).
    ///
    /// # Errors
    /// 42804.
    pub fn coerce_for_clause(&mut self, value: Typed, target: PgType, clause: &str) -> SqlResult<Scalar> {
        let (source, pos) = (value.oid(), value.pos);
        match self.coerce_to(value, target, CastContext::Assignment)? {
            Some(done) => Ok(done.scalar),
            None => {
                let (target, source) = (format_type(target), format_type(PgType::new(source)));
                let message = format!("argument of {clause} must be type {target}, not type {source}");
                Err(self.error_at(SqlError::new(SqlState::DatatypeMismatch, message), pos))
            }
        }
    }
}

/// 42846 `cannot cast type integer to date`.
pub fn cannot_cast(source: Oid, target: Oid) -> SqlError {
    let (source, target) = (format_type(PgType::new(source)), format_type(PgType::new(target)));
    SqlError::new(SqlState::CannotCoerce, format!("cannot cast type {source} to {target}"))
}

/// An error about a row that does not become a value of a composite type, where a domain over the type was asked for.
pub fn about_domain(error: SqlError, base: Oid, domain: Oid) -> SqlError {
    if error.code() != SqlState::CannotCoerce || *error.message() != *cannot_cast(Oid::RECORD, base).message() {
        return error;
    }
    let fields = error.fields();
    let mut named = cannot_cast(Oid::RECORD, domain).at(fields.position);
    if let Some(detail) = fields.detail.clone() {
        named = named.detail(detail);
    }
    named
}

static IMMUTABLE: LazyLock<EvalContext> = LazyLock::new(EvalContext::immutable);

/// An immutable cast of literals, done at once, so that keys and inserted values are plain constants.
/// One that fails is left for the execution to report.
fn folded(function: Oid, args: &[Scalar], ty: PgType) -> Option<Scalar> {
    let mut values = Vec::with_capacity(args.len());
    for arg in args {
        let ScalarKind::Const(value) = &arg.kind else { return None };
        if value.is_null() {
            return Some(constant(Datum::Null, ty));
        }
        values.push(value.clone());
    }
    if registry::proc(function)?.volatility != Volatility::Immutable {
        return None;
    }
    let types: Vec<PgType> = args.iter().map(|a| a.ty).collect();
    let call = Call { context: &IMMUTABLE, arg_types: &types, result: ty };
    gavel_functions::call::eval(function, &call, &values).ok().map(|value| constant(value, ty))
}
