//! What the tests of this crate call functions through.

use gavel_types::{Datum, PgType, SqlState};

use crate::call::{Call, EvalContext, resolve};
use crate::registry;

/// The function with internal name `source` that takes so many arguments, called with its declared types.
fn call_source(source: &str, args: &[Datum]) -> gavel_types::SqlResult<Datum> {
    let proc = registry::procs()
        .iter()
        .find(|p| p.src == source && p.args.len() == args.len())
        .unwrap_or_else(|| panic!("no function {source}"));
    let types: Vec<PgType> = proc.args.iter().map(|a| PgType::new(*a)).collect();
    let context = EvalContext::immutable();
    let call = Call { context: &context, arg_types: &types, result: PgType::new(proc.ret) };
    resolve(proc.oid)?.call(&call, args)
}

/// The result of a call that must succeed.
pub fn eval_source(source: &str, args: &[Datum]) -> Datum {
    call_source(source, args).unwrap_or_else(|e| panic!("{source}: {e}"))
}

/// The SQLSTATE of a call that must fail.
pub fn fails(source: &str, args: &[Datum]) -> SqlState {
    match call_source(source, args) {
        Err(e) => e.code(),
        Ok(value) => panic!("{source} answered {value:?}"),
    }
}
