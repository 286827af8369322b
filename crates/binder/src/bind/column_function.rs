//! Functions by column notation: where a row has no column `f`, `t.f` and `(row).f` are `f(t)` and `f(row)` (manual
//! §8.16.5).

use gavel_functions::registry::ProcKind;
use gavel_types::{Oid, SqlError, SqlResult, SqlState, text_io};
use sqlparser::ast;

use super::Binder;
use super::function::{Arguments, Callee};
use super::name::{Qualified, fold};
use super::scalar::Typed;
use crate::parse::Pos;

/// What the name behind the dot means as a function's: text that is kept has its number.
fn function_called(ident: &ast::Ident) -> Qualified {
    let name = fold(ident);
    Qualified { schema: text_io::function_of_number(&name).map(|_| "pg_catalog".to_owned()), name }
}

impl Binder<'_> {
    /// The column of this name of a FROM item, or what a function of that name gives for the item's row.
    ///
    /// # Errors
    /// 42703 if it is neither; those of the function's body.
    pub fn column_or_call(&mut self, (l, i): (usize, usize), ident: &ast::Ident, pos: Pos) -> SqlResult<Typed> {
        let missing: SqlError = match self.find_in_item(l, i, &fold(ident), pos) {
            Ok(found) => return Ok(self.mention(&found, pos)),
            Err(error) => error,
        };
        if missing.code() != SqlState::UndefinedColumn || !self.takes(&function_called(ident), self.row_type_of(l, i)) {
            return Err(missing);
        }
        let row = self.row_of(l, i, pos);
        self.column_call(ident, row)?.ok_or(missing)
    }

    /// The type of what [`Self::row_of`] gives.
    fn row_type_of(&self, l: usize, i: usize) -> Oid {
        let item = &self.levels[l].items[i];
        let lone = (0..item.slots()).find(|slot| item.scalar_function && item.live(*slot));
        lone.map_or_else(|| item.row_type(), |slot| item.scalar(slot).ty.oid)
    }

    /// `value.name` as a call; `None` if no plain function of this name takes the value alone.
    ///
    /// # Errors
    /// Those of the function's body.
    pub fn column_call(&mut self, ident: &ast::Ident, value: Typed) -> SqlResult<Option<Typed>> {
        let (called, pos, sets_before) = (function_called(ident), value.pos, self.sets_count());
        // Expressions that tables keep name functions by calls that are written as such.
        if self.context.calls.is_some() || !self.takes(&called, value.oid()) {
            return Ok(None);
        }
        let arguments = Arguments { values: vec![value], names: vec![], variadic: false };
        match self.find_function(&called, arguments, pos) {
            Ok(Callee::User(found)) if !found.function.is_aggregate() && !found.function.is_procedure() => {
                let function = found.function.oid;
                self.uses(function);
                self.number_in_column_notation(ident, function);
                self.user_value(found, sets_before, pos).map(Some)
            }
            Ok(Callee::Function(found)) if found.proc.kind == ProcKind::Function => {
                self.plain_call(found, sets_before, pos).map(Some)
            }
            Ok(_) | Err(_) => Ok(None),
        }
    }
}
