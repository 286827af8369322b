//! Calls of functions in SQL that were left as they are, as the function was being put in the place of a call already, or
//! was too deep within others: bound when they are made, their arguments being the parameters of a statement.
//!
//! ```text
//!   f(n) = SELECT CASE WHEN n = 0 THEN 1 ELSE n * f(n - 1) END
//!   SELECT f(5)    CASE WHEN 5 = 0 THEN 1 ELSE 5 * (call f: 4) END
//!   call f: $1     CASE WHEN $1 = 0 THEN 1 ELSE $1 * (call f: $1 - 1) END
//! ```

use std::sync::Arc;

use gavel_types::{Oid, PgType, SqlResult};

use super::Binder;
use super::routine::Returned;
use super::scalar::{column, scalar};
use super::user_call::{Ready, first_row, run};
use crate::bound::{Bound, Called, ColumnId, Output, Query, Rel, ScalarKind, Statement};
use crate::context::BindContext;

/// Binds the body of the function that is called: a query of `called.columns` over parameters that are the arguments.
///
/// # Errors
/// Those of the body.
pub fn bind_call(context: &BindContext<'_>, called: &Called) -> SqlResult<Bound> {
    let mut binder = Binder::new(context, "");
    let function = &called.function;
    let mut args = Vec::with_capacity(called.types.len());
    for (index, declared) in called.types.iter().enumerate() {
        let ty = binder.base_type(*declared)?;
        args.push(scalar(ScalarKind::Param(index), ty));
        binder.params.push(ty);
    }
    let given: Vec<Oid> = called.types.iter().map(|ty| ty.oid).collect();
    let returned = binder.returned(function, &function.input_types(), &given)?;
    let asked = returned == Returned::Record && !called.whole;
    let wanted: Vec<(String, PgType)> = called.columns.iter().map(|(_, ty)| (String::new(), *ty)).collect();
    let call = Ready { function: Arc::clone(function), args, written: None, types: called.types.clone(), returned };
    let routine = binder.bind_routine(&call, asked.then_some(wanted.as_slice()))?;
    let mut last = routine.last;
    let mut columns: Vec<(ColumnId, PgType)> = routine.columns.iter().map(|(_, id, ty)| (*id, *ty)).collect();
    if let (true, false, [(_, row)]) = (called.whole, routine.whole, called.columns.as_slice()) {
        let id = binder.new_column();
        let items = columns.iter().map(|(id, ty)| column(*id, *ty)).collect();
        last = Rel::Project { input: Box::new(last), exprs: vec![(id, scalar(ScalarKind::Row(items), *row))] };
        columns = vec![(id, *row)];
    }
    let last = if function.set { last } else { first_row(last) };
    let rel = run(function, routine.first, last);
    let mut rel = binder.around(&call, &routine.parameters, rel);
    super::prune::prune(&mut rel, columns.iter().map(|(id, _)| *id));
    let output =
        columns.into_iter().map(|(id, ty)| Output { id, name: String::new(), ty, origin: None, shown: None }).collect();
    let objects = binder.take_objects();
    let statement = Statement::Query(Query { rel, output });
    let params = std::mem::take(&mut binder.params);
    Ok(Bound { statement, params, objects, accesses: binder.accesses, guarded: binder.guarded })
}
