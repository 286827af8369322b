//! Functions that clients call by their OIDs rather than in a statement, as libpq does those of large objects: the
//! statement that does the same.

use gavel_binder::ddl::quote;
use gavel_catalog::FunctionKind;
use gavel_functions::registry::{self, ProcKind};
use gavel_types::{Oid, SqlError, SqlResult, SqlState};

use crate::session::Session;
use crate::session::block::{Block, aborted};

/// A function, as far as its calls are concerned.
struct Callable {
    /// With its schema.
    name: String,
    bare: String,
    /// Called for one value.
    plain: bool,
    arguments: Vec<Oid>,
}

impl Session {
    fn callable(&self, function: Oid) -> Option<Callable> {
        if let Some(found) = registry::proc(function) {
            return Some(Callable {
                name: format!("pg_catalog.{}", quote(found.name)),
                bare: found.name.to_owned(),
                plain: found.kind == ProcKind::Function && !found.retset,
                arguments: found.args.clone(),
            });
        }
        let catalog = self.catalog();
        let found = catalog.function(function)?;
        let schema = catalog.schema_by_oid(found.schema)?;
        Some(Callable {
            name: format!("{}.{}", quote(&schema.name), quote(&found.name)),
            bare: found.name.clone(),
            plain: found.kind == FunctionKind::Function && !found.set,
            arguments: found.inputs().map(|p| p.ty).collect(),
        })
    }

    /// The statement, and the types of its parameters.
    ///
    /// # Errors
    /// 25P02 in a failed transaction, 42883 if there is no such function, 0A000 if it gives no single value, 08P01 for
    /// another number of arguments than it has.
    pub(crate) fn function_call(&self, function: Oid, arguments: usize) -> SqlResult<(String, Vec<Oid>)> {
        if self.block == Block::Failed {
            return Err(aborted());
        }
        let found = self.callable(function).ok_or_else(|| {
            let message = format!("function with OID {function} does not exist");
            SqlError::new(SqlState::UndefinedFunction, message)
        })?;
        if !found.plain {
            let message = format!("cannot call function \"{}\" via fastpath interface", found.bare);
            return Err(SqlError::unsupported(message));
        }
        let required = found.arguments.len();
        if required != arguments {
            let message =
                format!("function call message contains {arguments} arguments but function requires {required}");
            return Err(SqlError::new(SqlState::ProtocolViolation, message));
        }
        let parameters: Vec<String> = (1..=required).map(|n| format!("${n}")).collect();
        Ok((format!("SELECT {}({})", found.name, parameters.join(", ")), found.arguments))
    }
}
