//! Calls of users' aggregates. What their functions do with a row is bound as expressions over columns that stand for the
//! state and the row's arguments ([`AggregateSteps`]), so that it makes no difference in what language they are written.

use std::sync::Arc;

use gavel_catalog::{AggregateDefinition, Function};
use gavel_functions::aggregate_facts;
use gavel_functions::registry::{self, CastContext};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, text_io};

use super::Binder;
use super::function::{ResolvedCall, UserCall};
use super::hypothetical;
use super::name::Qualified;
use super::polymorphic;
use super::routine::Returned;
use super::scalar::{Typed, call, column, constant, null};
use crate::bound::{AggregateSteps, ColumnId, Scalar, UserAggregate};
use crate::parse::Pos;

/// The aggregate of PostgreSQL's own that computes the same.
fn twin(function: &Function, definition: &AggregateDefinition) -> Option<&'static registry::Proc> {
    let steps = &definition.steps;
    let functions = (steps.transition, steps.finish.unwrap_or_default());
    let found = aggregate_facts::made_of(definition.kind, functions, steps.initial.as_deref(), &function.input_types());
    found.filter(|p| p.ret == function.result)
}

impl Binder<'_> {
    /// The aggregates of users that have this name.
    pub fn user_aggregates(&self, name: &Qualified) -> impl Iterator<Item = &Arc<Function>> {
        let catalog = self.context.catalog;
        let mut schemas: Vec<Oid> = Vec::new();
        let mut numbered = None;
        match name.schema.as_deref() {
            Some("pg_catalog") => {
                numbered = text_io::function_of_number(&name.name).and_then(|oid| catalog.function(oid))
            }
            Some(schema) => schemas.extend(catalog.qualifier(schema).map(|s| s.oid)),
            None => {
                for schema in self.context.search_path {
                    let schema = if schema == "$user" { self.context.user } else { schema };
                    schemas.extend(catalog.schema(schema).map(|s| s.oid));
                }
            }
        }
        let bare = name.name.clone();
        let named: Vec<&Arc<Function>> =
            schemas.into_iter().flat_map(|schema| catalog.functions_named(schema, &bare)).collect();
        named.into_iter().chain(numbered).filter(|f| f.is_aggregate())
    }

    /// The hypothetical-set aggregate of PostgreSQL's own that the name stands for, itself or as a user's aggregate.
    pub fn hypothetical_named(&self, name: &Qualified) -> Option<String> {
        if hypothetical::is_one(&name.name) {
            return Some(name.name.clone());
        }
        let mut found = self.user_aggregates(name).filter_map(|f| {
            let definition = f.aggregate().filter(|a| a.kind == 'h')?;
            twin(f, definition).map(|p| p.name.to_owned())
        });
        found.next().filter(|own| hypothetical::is_one(own))
    }

    /// The function that computes the call, its arguments, the type of what comes out, and how it is computed.
    ///
    /// # Errors
    /// Those of the arguments, and of the bodies of the functions that it calls.
    pub fn user_aggregate(
        &mut self,
        given: UserCall,
        pos: Pos,
    ) -> SqlResult<(Oid, Vec<Scalar>, PgType, Arc<UserAggregate>)> {
        let function = Arc::clone(&given.function);
        let Some(definition) = function.aggregate() else {
            return Err(SqlError::internal("a call of an aggregate that is none"));
        };
        let ready = self.ready(given, pos)?;
        let ty = match &ready.returned {
            Returned::Value(ty, _) => self.base_type(*ty)?,
            Returned::Row(ty, _) => PgType::new(*ty),
            Returned::Record => PgType::new(Oid::RECORD),
            Returned::Void => PgType::new(Oid::VOID),
        };
        let mut args = Vec::with_capacity(ready.args.len());
        for arg in ready.args {
            let arg = Typed::new(arg, pos);
            args.push(if arg.is_unknown() { self.resolve_unknown(arg, PgType::TEXT)?.scalar } else { arg.scalar });
        }
        if let Some(twin) = twin(&function, definition) {
            return Ok((twin.oid, args, ty, Arc::new(UserAggregate { function, steps: None })));
        }
        let actual: Vec<Oid> = ready.types.iter().map(|ty| ty.oid).collect();
        let declared = function.input_types();
        let state = polymorphic::resolve(&declared, &actual, definition.steps.state);
        let state = state.map_err(|e| self.error_at(e, pos))?.1;
        // What is only looked at needs no steps.
        let steps = match self.is_opaque() {
            true => None,
            false => {
                let before = self.accesses.len();
                let steps = self.aggregate_steps(definition, PgType::new(state), &args, ty, pos)?;
                // Whether these functions may be called is asked of the aggregate's owner; they run as anybody's.
                let own = [Some(definition.steps.transition), definition.steps.finish];
                self.asked_of(function.owner, before, &own);
                Some(steps)
            }
        };
        let oid = function.oid;
        Ok((oid, args, ty, Arc::new(UserAggregate { function: Arc::clone(&function), steps })))
    }

    fn aggregate_steps(
        &mut self,
        definition: &AggregateDefinition,
        declared: PgType,
        args: &[Scalar],
        result: PgType,
        pos: Pos,
    ) -> SqlResult<AggregateSteps> {
        let steps = &definition.steps;
        let state = (self.new_column(), self.base_type(declared)?);
        let mut inputs: Vec<(ColumnId, PgType)> = Vec::with_capacity(args.len());
        for arg in args {
            inputs.push((self.new_column(), arg.ty));
        }
        let direct = definition.direct.min(inputs.len());
        let (given, aggregated) = inputs.split_at(direct);
        let value = |(id, ty): &(ColumnId, PgType)| Typed::new(column(*id, *ty), pos);
        let of_row = std::iter::once(value(&state)).chain(aggregated.iter().map(value)).collect();
        let transition = self.support_call(steps.transition, of_row, pos)?;
        let transition = self.fitted(transition, declared, pos)?;
        let finish = match steps.finish {
            None => None,
            Some(finish) => {
                let mut values: Vec<Typed> = std::iter::once(value(&state)).chain(given.iter().map(value)).collect();
                if steps.finish_extra {
                    values.extend(aggregated.iter().map(|(_, ty)| Typed::new(null(*ty), pos)));
                }
                let made = self.support_call(finish, values, pos)?;
                Some(self.fitted(made, result, pos)?)
            }
        };
        let initial = match &steps.initial {
            None => None,
            Some(text) => {
                let literal = Typed::new(constant(Datum::text(text.as_str()), PgType::UNKNOWN), pos);
                Some(self.explicit_cast(literal, declared, pos)?.scalar)
            }
        };
        let strict = match self.context.catalog.function(steps.transition) {
            Some(function) => function.strict,
            None => registry::proc(steps.transition).is_some_and(|p| p.strict),
        };
        Ok(AggregateSteps { state, inputs, direct, transition, strict, initial, finish })
    }

    /// What a function gives as the type that it is declared to give.
    fn fitted(&mut self, value: Typed, ty: PgType, pos: Pos) -> SqlResult<Scalar> {
        let source = value.oid();
        match self.coerce_to(value, ty, CastContext::Assignment)? {
            Some(value) => Ok(value.scalar),
            None => Err(self.error_at(super::coerce::cannot_cast(source, ty.oid), pos)),
        }
    }

    /// A call of a function by its OID.
    ///
    /// # Errors
    /// Those of the arguments, and of its body.
    pub fn support_call(&mut self, oid: Oid, values: Vec<Typed>, pos: Pos) -> SqlResult<Typed> {
        if let Some(function) = self.context.catalog.function(oid).cloned() {
            self.uses(oid);
            let declared = function.input_types();
            let call = UserCall { function, args: values, declared, variadic_from: None, written: None };
            let before = self.sets_count();
            return self.user_value(call, before, pos);
        }
        let proc = registry::proc(oid).ok_or_else(|| SqlError::internal(format!("function {oid} is not there")))?;
        let declared = proc.args.clone();
        let found = ResolvedCall { proc, args: values, declared, variadic_from: None, spread: false, written: None };
        let (proc, args, result) = self.coerce_arguments(found, pos)?;
        Ok(Typed::new(call(proc.oid, args, result), pos))
    }
}
