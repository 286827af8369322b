//! CREATE FUNCTION and CREATE PROCEDURE.

use std::sync::Arc;

use gavel_binder::ddl::ast::{CreateFunction, FunctionBody, FunctionOption, FunctionResult, FunctionType, Persistence};
use gavel_binder::{CheckedBody, is_polymorphic};
use gavel_catalog::function::{Body, FunctionKind, Mode};
use gavel_catalog::privilege::denied;
use gavel_catalog::system::{SQL_LANGUAGE, TEMPORARY_SCHEMA, is_temporary};
use gavel_catalog::{Function, Parameter};
use gavel_functions::registry;
use gavel_types::text_io::type_name;
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::{DataType, Expr};

use super::DdlContext;
use super::binding::Usage;
use super::create_table::empty_table;
use super::function_option::Attributes;

/// Most parameters, as of PostgreSQL.
const MAX_PARAMETERS: usize = 100;

pub(super) fn invalid(message: impl Into<String>) -> SqlError {
    SqlError::new(SqlState::InvalidFunctionDefinition, message)
}

pub(super) fn is_compatible(oid: Oid) -> bool {
    matches!(oid, Oid::ANYCOMPATIBLE | Oid::ANYCOMPATIBLEARRAY | Oid::ANYCOMPATIBLENONARRAY)
}

impl DdlContext<'_> {
    pub(super) async fn create_function(&mut self, create: &CreateFunction) -> SqlResult<()> {
        let (schema, name) = self.creation_target(&create.name, Persistence::Permanent)?;
        let attributes = Attributes::of(&create.options, create.kind, true)?;
        let interpreted = require_language(create, &attributes)?;
        let internal = attributes.language == Some("internal");
        if internal && !self.subject.superuser {
            return Err(denied("language", "internal"));
        }
        if self.subject.on_language(self.now(), SQL_LANGUAGE).is_empty() && !interpreted && !internal {
            return Err(denied("language", "sql"));
        }
        let mut parameters = self.parameters(schema, create)?;
        let (result, set) = self.result_of(schema, create, &parameters)?;
        self.require_types(&parameters, result, interpreted)?;
        let body = body_of(create, &attributes, interpreted)?;
        self.defaults(schema, create, &mut parameters)?;
        let mut function = Function {
            oid: Oid(0),
            schema,
            name,
            owner: self.user,
            version: 1,
            kind: create.kind,
            parameters,
            result,
            set,
            body,
            volatility: 'v',
            strict: false,
            security_definer: false,
            leakproof: false,
            parallel: 'u',
            cost: if internal { 1.0 } else { 100.0 },
            rows: if set { 1000.0 } else { 0.0 },
            settings: Vec::new(),
            depends_on: Vec::new(),
            acl: None,
        };
        attributes.apply(&mut function, self.search_path)?;
        self.may_be_leakproof(&function, false)?;
        let replaced = self.replaced(&function, create.or_replace)?;
        // What is made of a session's objects is the session's, whatever schema it is called by.
        let mut types = function.parameters.iter().map(|p| p.ty).chain([function.result]);
        let home = if types.any(is_temporary) { TEMPORARY_SCHEMA } else { schema };
        match &replaced {
            Some(old) => {
                (function.oid, function.owner, function.acl) = (old.oid, old.owner, old.acl.clone());
                function.version = old.version + 1;
            }
            None => {
                function.acl = self.initial_acl('f', self.user, schema);
                function.oid = self.new_oid(home).await?;
            }
        }
        let mut checked = self.checked_body(&function)?;
        if !is_temporary(function.oid) && checked.depends_on.iter().any(|on| is_temporary(*on)) {
            if replaced.is_some() {
                return Err(SqlError::unsupported("what is not temporary cannot use temporary objects")
                    .hint("Make the function in the schema pg_temp."));
            }
            self.edit().remove_function(function.oid);
            function.oid = self.new_oid(TEMPORARY_SCHEMA).await?;
            checked = self.checked_body(&function)?;
        }
        (function.body, function.depends_on) = (checked.body, checked.depends_on);
        let home = if is_temporary(function.oid) { TEMPORARY_SCHEMA } else { schema };
        self.pin(home, &function.depends_on);
        self.edit().put_function(Arc::new(function));
        if replaced.is_some() { self.renew_callers() } else { Ok(()) }
    }

    /// The body as it is kept. The function is there before its body is looked at: it may call itself.
    fn checked_body(&mut self, function: &Function) -> SqlResult<CheckedBody> {
        let given = Arc::new(function.clone());
        self.edit().put_function(Arc::clone(&given));
        self.binder.function_body(self.scope(), &given)
    }

    /// Names, modes and types.
    fn parameters(&mut self, schema: Oid, create: &CreateFunction) -> SqlResult<Vec<Parameter>> {
        if create.parameters.len() > MAX_PARAMETERS {
            let message = format!("functions cannot have more than {MAX_PARAMETERS} arguments");
            return Err(SqlError::new(SqlState::TooManyArguments, message));
        }
        let mut out: Vec<Parameter> = Vec::with_capacity(create.parameters.len());
        let mut variadic = false;
        for given in &create.parameters {
            if given.ty.set {
                return Err(invalid(match (given.mode, create.kind) {
                    (Mode::Table, _) => "functions cannot return SETOF in a column of TABLE".to_owned(),
                    (_, kind) => format!("{}s cannot accept set arguments", kind.word()),
                }));
            }
            let ty = self.parameter_type(&given.ty)?;
            self.note_column_type(&given.ty, ty);
            if given.mode.is_input() && variadic {
                return Err(invalid("VARIADIC parameter must be the last input parameter"));
            }
            if given.mode == Mode::Variadic {
                variadic = true;
                let array = matches!(ty, Oid::ANYARRAY | Oid::ANYCOMPATIBLEARRAY);
                if !array && gavel_binder::element_type(ty).is_none() {
                    return Err(invalid("VARIADIC parameter must be an array"));
                }
            }
            let only = |mode: Mode| (mode.is_input() && !mode.is_output(), mode.is_output() && !mode.is_input());
            let apart = |other: Mode| {
                let ((a_in, a_out), (b_in, b_out)) = (only(given.mode), only(other));
                a_in && b_out || a_out && b_in
            };
            if !given.name.is_empty() && out.iter().any(|p| p.name == given.name && !apart(p.mode)) {
                return Err(invalid(format!("parameter name \"{}\" used more than once", given.name)));
            }
            self.require_type(ty)?;
            self.rely_on_type(schema, ty);
            out.push(Parameter { name: given.name.clone(), mode: given.mode, ty, default: None });
        }
        if matches!(create.result, Some(FunctionResult::Table(_)))
            && out.iter().any(|p| matches!(p.mode, Mode::Out | Mode::InOut))
        {
            let message = "OUT and INOUT arguments aren't allowed in TABLE functions";
            return Err(SqlError::new(SqlState::SyntaxError, message));
        }
        Ok(out)
    }

    /// Says that a column's type is taken for what it is now.
    fn note_column_type(&mut self, written: &FunctionType, ty: Oid) {
        let DataType::Custom(name, modifiers) = &written.ty else { return };
        if modifiers.as_slice() == [gavel_binder::OF_COLUMN] {
            let shown = self.type_shown(ty);
            self.notice(format!("type reference {name}%TYPE converted to {shown}"));
        }
    }

    /// The type of a parameter; PostgreSQL does not quote the name of one that is missing.
    pub(super) fn parameter_type(&self, written: &FunctionType) -> SqlResult<Oid> {
        let found = self.binder.resolve_type(self.scope(), &written.ty);
        found.map(|ty| ty.oid).map_err(|e| {
            let missing = e.message().strip_prefix("type \"").and_then(|m| m.strip_suffix("\" does not exist"));
            match missing {
                Some(name) => SqlError::new(e.code(), format!("type {name} does not exist")),
                None => e,
            }
        })
    }

    /// The type that is given back, and whether any number of times.
    fn result_of(&mut self, schema: Oid, create: &CreateFunction, parameters: &[Parameter]) -> SqlResult<(Oid, bool)> {
        let outputs: Vec<Oid> = parameters.iter().filter(|p| p.mode.is_output()).map(|p| p.ty).collect();
        let implied = match outputs.as_slice() {
            [] => None,
            [one] if create.kind == FunctionKind::Function => Some(*one),
            _ => Some(Oid::RECORD),
        };
        if create.kind == FunctionKind::Procedure {
            return Ok((implied.unwrap_or(Oid::VOID), false));
        }
        let (result, set) = match (&create.result, implied) {
            (Some(FunctionResult::Type(written)), implied) => {
                let ty = self.binder.resolve_type(self.scope(), &written.ty)?.oid;
                self.note_column_type(written, ty);
                if let Some(implied) = implied.filter(|implied| *implied != ty) {
                    let shown = self.type_shown(implied);
                    return Err(invalid(format!("function result type must be {shown} because of OUT parameters")));
                }
                (ty, written.set)
            }
            (Some(FunctionResult::Table(_)), implied) => (implied.unwrap_or(Oid::RECORD), true),
            (None, Some(implied)) => (implied, false),
            (None, None) => return Err(invalid("function result type must be specified")),
        };
        self.require_type(result)?;
        self.rely_on_type(schema, result);
        let inputs: Vec<Oid> = parameters.iter().filter(|p| p.mode.is_input()).map(|p| p.ty).collect();
        for ty in outputs.iter().copied().chain([result]).filter(|ty| is_polymorphic(*ty)) {
            let known = inputs.iter().any(|i| is_polymorphic(*i) && is_compatible(*i) == is_compatible(ty));
            if !known {
                let kin = if is_compatible(ty) {
                    "anycompatible, anycompatiblearray, anycompatiblenonarray, anycompatiblerange, or \
                     anycompatiblemultirange"
                } else {
                    "anyelement, anyarray, anynonarray, anyenum, anyrange, or anymultirange"
                };
                let detail = format!("A result of type {} requires at least one input of type {kin}.", type_name(ty));
                return Err(invalid("cannot determine result data type").detail(detail));
            }
        }
        Ok((result, set))
    }

    /// Refuses types that the language has no values of.
    fn require_types(&self, parameters: &[Parameter], result: Oid, interpreted: bool) -> SqlResult<()> {
        let (language, takes) = if interpreted { ("PL/pgSQL", "accept") } else { ("SQL", "") };
        if interpreted && result == Oid::TRIGGER {
            return match parameters.is_empty() {
                true => Ok(()),
                false => Err(invalid("trigger functions cannot have declared arguments")
                    .hint("The arguments of the trigger can be accessed through TG_NARGS and TG_ARGV instead.")),
            };
        }
        let pseudo = |ty: Oid| registry::type_info(ty).is_some_and(|t| t.kind == 'p') && !is_polymorphic(ty);
        if pseudo(result) && !matches!(result, Oid::RECORD | Oid::VOID) {
            let message = format!("{language} functions cannot return type {}", type_name(result));
            return Err(if interpreted { SqlError::unsupported(message) } else { invalid(message) });
        }
        match parameters.iter().find(|p| p.mode.is_input() && pseudo(p.ty) && p.ty != Oid::RECORD) {
            Some(p) if interpreted => {
                Err(SqlError::unsupported(format!("{language} functions cannot {takes} type {}", type_name(p.ty))))
            }
            Some(p) => Err(invalid(format!("SQL functions cannot have arguments of type {}", type_name(p.ty)))),
            None => Ok(()),
        }
    }

    fn defaults(&mut self, schema: Oid, create: &CreateFunction, parameters: &mut [Parameter]) -> SqlResult<()> {
        let mut begun = false;
        for (given, parameter) in create.parameters.iter().zip(parameters) {
            let Some(expr) = &given.default else {
                if begun && given.mode.is_input() {
                    return Err(invalid("input parameters after one with a default value must also have defaults"));
                }
                continue;
            };
            if !given.mode.is_input() {
                return Err(invalid("only input parameters can have default values"));
            }
            begun = true;
            parameter.default = Some(self.parameter_default(schema, parameter.ty, expr)?);
        }
        Ok(())
    }

    fn parameter_default(&mut self, schema: Oid, ty: Oid, expr: &Expr) -> SqlResult<String> {
        let declared = PgType::new(ty);
        let base = self.now().base_type(ty).filter(|_| ty.is_over_domain()).unwrap_or(declared);
        let over = empty_table(Oid(0), schema, String::new(), Oid(0), Vec::new());
        let stored = self.expression(&over, expr, Usage::Default(base)).map_err(|e| match expr {
            Expr::Identifier(name) if e.code() == SqlState::FeatureNotSupported => {
                let message = format!("column \"{}\" does not exist", super::expression::folded(name));
                SqlError::new(SqlState::UndefinedColumn, message).at(e.fields().position)
            }
            _ if e.code() == SqlState::DatatypeMismatch && e.message().starts_with("column \"\" is of type") => {
                let (goal, actual) = e.message().rsplit_once(" but default expression is of type ").unwrap_or_default();
                let goal = goal.trim_start_matches("column \"\" is of type ");
                let message = format!("argument of DEFAULT must be type {goal}, not type {actual}");
                SqlError::new(SqlState::DatatypeMismatch, message).at(e.fields().position)
            }
            _ => e,
        })?;
        self.catalog.used.extend(stored.sequences.iter().copied());
        Ok(stored.sql)
    }

    /// The function that a new one takes the place of.
    pub(super) fn replaced(&self, new: &Function, or_replace: bool) -> SqlResult<Option<Arc<Function>>> {
        let inputs = new.input_types();
        let found = self.now().functions_named(new.schema, &new.name).find(|f| f.input_types() == inputs).cloned();
        let Some(old) = found else { return Ok(None) };
        if !or_replace {
            let message = format!("function \"{}\" already exists with same argument types", new.name);
            return Err(SqlError::new(SqlState::DuplicateFunction, message));
        }
        self.must_own(old.owner, "function", &old.name)?;
        if old.kind != new.kind {
            let kind = match old.aggregate() {
                Some(_) => "an aggregate function".to_owned(),
                None => format!("a {}", old.kind.word()),
            };
            let error = SqlError::new(SqlState::WrongObjectType, "cannot change routine kind");
            return Err(error.detail(format!("\"{}\" is {kind}.", old.name)));
        }
        let drop_first = |error: SqlError| {
            let kind = old.kind.word().to_uppercase();
            error.hint(format!("Use DROP {kind} {} first.", self.function_shown(&old)))
        };
        let outputs = |f: &Function| f.outputs().map(|p| (p.name.clone(), p.ty)).collect::<Vec<_>>();
        if (old.result, old.set) != (new.result, new.set) {
            let message = match old.kind {
                FunctionKind::Procedure => "cannot change whether a procedure has output parameters",
                FunctionKind::Function | FunctionKind::Aggregate => "cannot change return type of existing function",
            };
            return Err(drop_first(invalid(message)));
        }
        if new.result == Oid::RECORD && outputs(&old) != outputs(new) {
            let error = invalid("cannot change return type of existing function");
            return Err(drop_first(error.detail("Row type defined by OUT parameters is different.")));
        }
        for (before, after) in old.inputs().zip(new.inputs()) {
            if !before.name.is_empty() && before.name != after.name {
                let message = format!("cannot change name of input parameter \"{}\"", before.name);
                return Err(drop_first(invalid(message)));
            }
        }
        if old.inputs().zip(new.inputs()).any(|(before, after)| before.default.is_some() && after.default.is_none()) {
            return Err(drop_first(invalid("cannot remove parameter defaults from existing function")));
        }
        Ok(Some(old))
    }
}

/// Whether the body is in PL/pgSQL; what else is spoken here is SQL, or names a function that is built in.
fn require_language(create: &CreateFunction, attributes: &Attributes<'_>) -> SqlResult<bool> {
    let language = match attributes.language {
        Some(language) => language,
        None if create.body.is_some() => "sql",
        None => return Err(invalid("no language specified")),
    };
    match language {
        "sql" => Ok(false),
        "plpgsql" | "internal" if create.body.is_some() => {
            Err(invalid("inline SQL function body only valid for language SQL"))
        }
        "plpgsql" => Ok(true),
        "internal" => Ok(false),
        "c" => {
            let error = SqlError::unsupported(format!("language \"{language}\" is not supported"));
            Err(error.hint("Functions can be written in SQL and PL/pgSQL."))
        }
        other => {
            let message = format!("language \"{other}\" does not exist");
            Err(SqlError::new(SqlState::UndefinedObject, message))
        }
    }
}

fn body_of(create: &CreateFunction, attributes: &Attributes<'_>, interpreted: bool) -> SqlResult<Body> {
    match (&create.body, attributes.body) {
        (Some(_), Some(_)) => Err(invalid("duplicate function body specified")),
        (Some(FunctionBody::Return(expr)), None) => Ok(Body::Return(expr.clone())),
        (Some(FunctionBody::Atomic(statements)), None) => Ok(Body::Atomic(statements.clone())),
        (None, Some(FunctionOption::As(_, Some(_)))) => {
            let language = attributes.language.unwrap_or("sql");
            Err(invalid(format!("only one AS item needed for language \"{language}\"")))
        }
        (None, Some(FunctionOption::As(text, None))) if interpreted => Ok(Body::Plpgsql(text.clone())),
        (None, Some(FunctionOption::As(text, None))) if attributes.language == Some("internal") => {
            Ok(Body::Internal(text.clone()))
        }
        (None, Some(FunctionOption::As(text, None))) => Ok(Body::Text(text.clone())),
        _ => Err(invalid("no function body specified")),
    }
}
