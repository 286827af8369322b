//! CREATE AGGREGATE.

use std::sync::Arc;

use gavel_binder::ddl::ast::{AggregateArguments, Attribute, CreateAggregate, Persistence, QualifiedName};
use gavel_binder::{binary_coercible, is_polymorphic};
use gavel_catalog::function::{Body, FunctionKind, Mode};
use gavel_catalog::system::TEMPORARY_SCHEMA;
use gavel_catalog::{AggregateDefinition, AggregateSteps, Function, Parameter};
use gavel_functions::registry;
use gavel_types::text_io::type_name;
use gavel_types::{Notice, Oid, SqlError, SqlResult, SqlState};
use sqlparser::ast::DataType;

use super::DdlContext;
use super::aggregate_option::{Written, WrittenSteps, type_of};
use super::function::{invalid, is_compatible};

/// Most arguments, as of PostgreSQL.
const MAX_ARGUMENTS: usize = 99;

/// The arguments that an aggregate is looked at with.
struct Inputs {
    types: Vec<Oid>,
    /// Direct ones, if the aggregate has ORDER BY.
    direct: Option<usize>,
}

impl Inputs {
    /// What the transition function gets beside the state.
    fn aggregated(&self) -> &[Oid] {
        let Some(direct) = self.direct else { return &self.types };
        // Variadic ones are both.
        let from = if direct < self.types.len() { direct } else { direct.saturating_sub(1) };
        self.types.get(from..).unwrap_or_default()
    }

    /// What the final function gets beside the state.
    fn finished_with(&self, extra: bool) -> &[Oid] {
        if extra { &self.types } else { self.types.get(..self.direct.unwrap_or(0)).unwrap_or_default() }
    }

    /// # Errors
    /// 42P13 where nothing tells what a polymorphic type stands for.
    fn require_known(&self, ty: Oid, what: &str) -> SqlResult<()> {
        let known = |i: &Oid| is_polymorphic(*i) && is_compatible(*i) == is_compatible(ty);
        if !is_polymorphic(ty) || self.types.iter().any(known) {
            return Ok(());
        }
        let kin = if is_compatible(ty) {
            "anycompatible, anycompatiblearray, anycompatiblenonarray, anycompatiblerange, or anycompatiblemultirange"
        } else {
            "anyelement, anyarray, anynonarray, anyenum, anyrange, or anymultirange"
        };
        let detail = format!("A result of type {} requires at least one input of type {kin}.", type_name(ty));
        Err(invalid(format!("cannot determine {what} data type")).detail(detail))
    }
}

fn mismatch(message: String) -> SqlError {
    SqlError::new(SqlState::DatatypeMismatch, message)
}

fn is_pseudo(ty: Oid) -> bool {
    registry::type_info(ty).is_some_and(|t| t.kind == 'p')
}

impl DdlContext<'_> {
    pub(super) async fn create_aggregate(&mut self, create: &CreateAggregate) -> SqlResult<()> {
        let (schema, name) = self.creation_target(&create.name, Persistence::Permanent)?;
        if schema == TEMPORARY_SCHEMA {
            return Err(SqlError::unsupported("temporary aggregates are not supported")
                .hint("Make it in another schema, and drop it when it is not needed any more."));
        }
        let direct = create.arguments.as_ref().and_then(|a| a.direct);
        let written = Written::of(&create.attributes, direct.is_some())?;
        for attribute in &written.unknown {
            let message = format!("aggregate attribute \"{attribute}\" not recognized");
            self.notices.push(Notice::warning(SqlState::SyntaxError, message));
        }
        written.require_whole()?;
        let parameters = self.aggregate_parameters(create.arguments.as_ref(), written.base.as_ref())?;
        for parameter in &parameters {
            self.require_type(parameter.ty)?;
            self.rely_on_type(schema, parameter.ty);
        }
        let inputs = Inputs { types: parameters.iter().map(|p| p.ty).collect(), direct };
        let kind = match (direct, written.hypothetical) {
            (None, _) => 'n',
            (Some(_), false) => 'o',
            (Some(_), true) => 'h',
        };
        let (definition, result) = self.aggregate_definition(&written, &inputs, kind).await?;
        let mut depends_on = definition.functions();
        depends_on.retain(|oid| self.now().function(*oid).is_some());
        let states = [Some(definition.steps.state), definition.moving.as_ref().map(|(steps, _)| steps.state)];
        for state in states.into_iter().flatten() {
            self.require_type(state)?;
            self.rely_on_type(schema, state);
            let own = state.element().unwrap_or(state);
            if own.is_user_type() && !depends_on.contains(&own) {
                depends_on.push(own);
            }
        }
        let mut function = Function {
            oid: Oid(0),
            schema,
            name,
            owner: self.user,
            version: 1,
            kind: FunctionKind::Aggregate,
            parameters,
            result,
            set: false,
            body: Body::Aggregate(Box::new(definition)),
            volatility: 'i',
            strict: false,
            security_definer: false,
            leakproof: false,
            parallel: written.parallel()?,
            cost: 1.0,
            rows: 0.0,
            settings: Vec::new(),
            depends_on,
            acl: None,
        };
        let replaced = self.replaced(&function, create.or_replace)?;
        if let Some(old) = &replaced {
            require_same_form(old, &function)?;
            (function.oid, function.owner, function.acl) = (old.oid, old.owner, old.acl.clone());
            function.version = old.version + 1;
        } else {
            function.acl = self.initial_acl('f', self.user, schema);
            function.oid = self.new_oid(schema).await?;
        }
        self.pin(schema, &function.depends_on);
        self.edit().put_function(Arc::new(function));
        if replaced.is_some() { self.renew_callers() } else { Ok(()) }
    }

    /// Modes and types of the arguments, direct ones first.
    fn aggregate_parameters(
        &mut self,
        arguments: Option<&AggregateArguments>,
        base: Option<&Attribute>,
    ) -> SqlResult<Vec<Parameter>> {
        let plain = |ty: Oid| Parameter { name: String::new(), mode: Mode::In, ty, default: None };
        let Some(arguments) = arguments else {
            let Some(base) = base else { return Err(invalid("aggregate input type must be specified")) };
            let word = match base {
                Attribute::Text(word) => Some(word.to_lowercase()),
                Attribute::Name(words, _) => Some(words.to_string()),
                _ => None,
            };
            if word.as_deref() == Some("any") {
                return Ok(Vec::new());
            }
            return Ok(vec![plain(self.state_type(&type_of("basetype", base)?)?)]);
        };
        if base.is_some() {
            return Err(invalid("basetype is redundant with aggregate input type specification"));
        }
        if arguments.parameters.len() > MAX_ARGUMENTS {
            let message = format!("aggregates cannot have more than {MAX_ARGUMENTS} arguments");
            return Err(SqlError::new(SqlState::TooManyArguments, message));
        }
        let mut out: Vec<Parameter> = Vec::with_capacity(arguments.parameters.len());
        for given in &arguments.parameters {
            if given.mode.is_output() {
                return Err(SqlError::unsupported("aggregates cannot have output arguments"));
            }
            if given.ty.set {
                return Err(invalid("aggregates cannot accept set arguments"));
            }
            let ty = self.parameter_type(&given.ty)?;
            if out.iter().any(|p| p.mode == Mode::Variadic) {
                return Err(invalid("VARIADIC parameter must be the last input parameter"));
            }
            if given.mode == Mode::Variadic {
                let open = matches!(ty, Oid::ANYARRAY | Oid::ANYCOMPATIBLEARRAY | Oid::ANY);
                if !open && gavel_binder::element_type(ty).is_none() {
                    return Err(invalid("VARIADIC parameter must be an array"));
                }
            }
            if !given.name.is_empty() && out.iter().any(|p| p.name == given.name) {
                return Err(invalid(format!("parameter name \"{}\" used more than once", given.name)));
            }
            out.push(Parameter { name: given.name.clone(), mode: given.mode, ty, default: None });
        }
        Ok(out)
    }

    /// The type that an attribute names.
    fn state_type(&self, written: &DataType) -> SqlResult<Oid> {
        self.binder.resolve_type(self.scope(), written).map(|ty| ty.oid).map_err(SqlError::nowhere)
    }

    /// The type of a state.
    ///
    /// # Errors
    /// 42P13 for one that has no values.
    fn transition_type(&self, written: Option<&DataType>) -> SqlResult<Oid> {
        let Some(written) = written else { return Err(invalid("aggregate stype must be specified")) };
        let ty = self.state_type(written)?;
        if is_pseudo(ty) && !is_polymorphic(ty) && !(ty == Oid::INTERNAL && self.subject.superuser) {
            let shown = self.type_shown(ty);
            return Err(invalid(format!("aggregate transition data type cannot be {shown}")));
        }
        Ok(ty)
    }

    /// That a first state is one of its type.
    async fn require_initial(&mut self, ty: Oid, initial: Option<&str>) -> SqlResult<()> {
        let Some(initial) = initial.filter(|_| !is_pseudo(ty) && !ty.is_user_type()) else { return Ok(()) };
        let sql = format!("SELECT '{}'::{}", initial.replace('\'', "''"), type_name(ty));
        let catalog = Arc::clone(self.now());
        self.host.run(&catalog, &sql).await.map(|_| ()).map_err(SqlError::nowhere)
    }

    /// What the aggregate does, and what it gives.
    async fn aggregate_definition(
        &mut self,
        written: &Written,
        inputs: &Inputs,
        kind: char,
    ) -> SqlResult<(AggregateDefinition, Oid)> {
        let state = self.transition_type(written.plain.state.as_ref())?;
        match (&written.serialize, &written.deserialize) {
            (Some(_), Some(_)) if state != Oid::INTERNAL => {
                return Err(invalid(
                    "serialization functions may be specified only when the aggregate transition data type is internal",
                ));
            }
            (Some(_), None) | (None, Some(_)) => {
                return Err(invalid("must specify both or neither of serialization and deserialization functions"));
            }
            _ => {}
        }
        let moving_state = match &written.moving.state {
            Some(ty) => Some(self.transition_type(Some(ty))?),
            None => None,
        };
        self.require_initial(state, written.plain.initial.as_deref()).await?;
        if let Some(ty) = moving_state {
            self.require_initial(ty, written.moving.initial.as_deref()).await?;
        }
        written.parallel()?;
        let direct = inputs.direct.unwrap_or(0);
        if kind == 'h' {
            let (given, aggregated) = inputs.types.split_at(direct.min(inputs.types.len()));
            // Variadic ones match by themselves.
            if direct < inputs.types.len() && given != aggregated {
                return Err(invalid(
                    "a hypothetical-set aggregate must have direct arguments matching its aggregated arguments",
                ));
            }
        }
        inputs.require_known(state, "transition")?;
        let (transition, _) = self.transition(&written.plain, state, inputs)?;
        let moving = match (moving_state, &written.moving.inverse) {
            (Some(ty), Some(inverse)) => Some(self.moving(&written.moving, inverse, ty, inputs)?),
            _ => None,
        };
        let (finish, result) = self.final_function(&written.plain, state, inputs)?;
        let combine = match &written.combine {
            None => None,
            Some(name) => {
                let found = self.support(name, &[state, state])?;
                self.require_result("combine", name, found.result, state)?;
                if state == Oid::INTERNAL && found.strict {
                    let shown = self.type_shown(state);
                    let message = format!("combine function with transition type {shown} must not be declared STRICT");
                    return Err(invalid(message));
                }
                Some(found.oid)
            }
        };
        let serialize = match &written.serialize {
            None => None,
            Some(name) => {
                let found = self.support(name, &[Oid::INTERNAL])?;
                self.require_result("serialization", name, found.result, Oid::BYTEA)?;
                Some(found.oid)
            }
        };
        let deserialize = match &written.deserialize {
            None => None,
            Some(name) => {
                let found = self.support(name, &[Oid::BYTEA, Oid::INTERNAL])?;
                self.require_result("deserialization", name, found.result, Oid::INTERNAL)?;
                Some(found.oid)
            }
        };
        inputs.require_known(result, "result")?;
        if result == Oid::INTERNAL {
            let detail = "A result of type internal requires at least one input of type internal.";
            return Err(invalid("unsafe use of pseudo-type \"internal\"").detail(detail));
        }
        let plain_modify = if kind == 'n' { 'r' } else { 'w' };
        let moving = match (moving, moving_state) {
            (Some((transition, inverse)), Some(ty)) => {
                let (finish, given) = self.final_function(&written.moving, ty, inputs)?;
                if given != result {
                    let message = format!(
                        "moving-aggregate implementation returns type {}, but plain implementation returns type {}",
                        self.type_shown(given),
                        self.type_shown(result)
                    );
                    return Err(invalid(message));
                }
                let steps = steps_of(&written.moving, (transition, ty, finish), plain_modify);
                Some((steps, inverse))
            }
            _ => None,
        };
        let sort_operator = match &written.sort_operator {
            None => Oid(0),
            Some(name) => self.sort_operator(name, inputs)?,
        };
        let steps = steps_of(&written.plain, (transition, state, finish), plain_modify);
        let definition =
            AggregateDefinition { kind, direct, steps, combine, serialize, deserialize, sort_operator, moving };
        Ok((definition, result))
    }

    fn require_result(&self, what: &str, name: &QualifiedName, given: Oid, wanted: Oid) -> SqlResult<()> {
        if given == wanted {
            return Ok(());
        }
        Err(mismatch(format!("return type of {what} function {name} is not {}", self.type_shown(wanted))))
    }

    /// The transition function, and whether it is strict.
    fn transition(&self, written: &WrittenSteps, state: Oid, inputs: &Inputs) -> SqlResult<(Oid, bool)> {
        let Some(name) = &written.transition else { return Err(invalid("aggregate sfunc must be specified")) };
        let types: Vec<Oid> = [state].into_iter().chain(inputs.aggregated().iter().copied()).collect();
        let found = self.aggregate_support(name, &types)?;
        self.require_result("transition", name, found.result, state)?;
        let first = inputs.types.first().is_some_and(|ty| binary_coercible(*ty, state));
        if found.strict && written.initial.is_none() && !first {
            return Err(invalid(
                "must not omit initial value when transition function is strict and transition type is not compatible \
                 with input type",
            ));
        }
        Ok((found.oid, found.strict))
    }

    /// The functions that take values in and out again.
    fn moving(
        &self,
        written: &WrittenSteps,
        inverse: &QualifiedName,
        state: Oid,
        inputs: &Inputs,
    ) -> SqlResult<(Oid, Oid)> {
        inputs.require_known(state, "transition")?;
        let (transition, strict) = self.transition(written, state, inputs)?;
        let types: Vec<Oid> = [state].into_iter().chain(inputs.aggregated().iter().copied()).collect();
        let found = self.aggregate_support(inverse, &types)?;
        self.require_result("inverse transition", inverse, found.result, state)?;
        if found.strict != strict {
            return Err(invalid("strictness of aggregate's forward and inverse transition functions must match"));
        }
        Ok((transition, found.oid))
    }

    /// The final function, and what it gives.
    fn final_function(&self, written: &WrittenSteps, state: Oid, inputs: &Inputs) -> SqlResult<(Option<Oid>, Oid)> {
        let Some(name) = &written.finish else { return Ok((None, state)) };
        let types: Vec<Oid> = [state].into_iter().chain(inputs.finished_with(written.extra).iter().copied()).collect();
        let found = self.aggregate_support(name, &types)?;
        if written.extra && found.strict {
            return Err(invalid("final function with extra arguments must not be declared STRICT"));
        }
        Ok((Some(found.oid), found.result))
    }

    fn sort_operator(&self, name: &QualifiedName, inputs: &Inputs) -> SqlResult<Oid> {
        let [ty] = inputs.types.as_slice() else {
            return Err(invalid("sort operator can only be specified for single-argument aggregates"));
        };
        let (schema, symbol) = self.split(name)?;
        let found = gavel_binder::compatible_operator(symbol, *ty).filter(|_| schema.is_none_or(|s| s == "pg_catalog"));
        found.map(|o| o.oid).ok_or_else(|| {
            let shown = self.type_shown(*ty);
            let message = format!("operator does not exist: {shown} {name} {shown}");
            SqlError::new(SqlState::UndefinedFunction, message)
        })
    }
}

fn steps_of(
    written: &WrittenSteps,
    (transition, state, finish): (Oid, Oid, Option<Oid>),
    modify: char,
) -> AggregateSteps {
    AggregateSteps {
        transition,
        state,
        space: written.space,
        initial: written.initial.clone(),
        finish,
        finish_extra: written.extra,
        finish_modify: written.modify.unwrap_or(modify),
    }
}

/// Calls that are written somewhere must stay what they are.
fn require_same_form(old: &Function, new: &Function) -> SqlResult<()> {
    let (Some(before), Some(after)) = (old.aggregate(), new.aggregate()) else { return Ok(()) };
    if before.kind != after.kind {
        let error = SqlError::new(SqlState::WrongObjectType, "cannot change routine kind");
        return Err(error.detail(format!("\"{}\" is {}.", old.name, before.kind_text())));
    }
    if before.direct != after.direct {
        return Err(invalid("cannot change number of direct arguments of an aggregate function").detail(format!(
            "\"{}\" is {}.",
            old.name,
            before.kind_text()
        )));
    }
    Ok(())
}
