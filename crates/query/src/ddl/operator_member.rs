//! Members of operator classes and families: what operators and support functions of btree and hash must be
//! (<https://www.postgresql.org/docs/15/xindex.html#XINDEX-SUPPORT>).

use gavel_binder::ddl::ast::{ClassItem, FunctionName, QualifiedName, WrittenKind};
use gavel_catalog::{FunctionKind, IndexMethod, UserOperatorFamily};
use gavel_functions::registry;
use gavel_types::{Oid, SqlError, SqlResult, SqlState};
use sqlparser::ast::DataType;

use super::DdlContext;
use super::{function_change, operator_change};
use crate::system::opclass;

/// A member that is to be, or to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Member {
    /// A support function, not an operator.
    pub function: bool,
    /// Strategy number, or number of the support function.
    pub number: i16,
    pub left: Oid,
    pub right: Oid,
    /// The operator or function; 0 if nobody asks.
    pub object: Oid,
}

pub(super) fn invalid(message: impl Into<String>) -> SqlError {
    SqlError::new(SqlState::InvalidObjectDefinition, message)
}

/// What messages call an operator or a function of a family.
pub(super) const fn word(function: bool) -> &'static str {
    if function { "function" } else { "operator" }
}

/// # Errors
/// 42P17 for a number that the method does not have.
fn checked_number(method: IndexMethod, function: bool, number: i64) -> SqlResult<i16> {
    let (strategies, functions) = opclass::numbers_of(method).unwrap_or_default();
    let most = if function { functions } else { strategies };
    let what = word(function);
    i16::try_from(number)
        .ok()
        .filter(|n| (1..=most).contains(n))
        .ok_or_else(|| invalid(format!("invalid {what} number {number}, must be between 1 and {most}")))
}

/// A function as it is looked at.
struct Signature {
    oid: Oid,
    inputs: Vec<Oid>,
    result: Oid,
}

impl Member {
    /// Whether a class of the type that it is for cannot do without it.
    pub(super) fn is_needed(&self) -> bool {
        self.left == self.right && (!self.function || self.number == 1)
    }

    /// Whether a family has one in its place.
    pub(super) fn is_in(&self, family: &UserOperatorFamily) -> bool {
        let place = (self.number, self.left, self.right);
        let list = if self.function { &family.functions } else { &family.operators };
        list.iter().any(|m| m.place() == place)
    }

    /// The same of a family of PostgreSQL's own, as far as both types are the same.
    pub(super) fn is_in_system(&self, family: Oid, method: IndexMethod) -> bool {
        let class = opclass::default_of(method, self.left).filter(|c| c.family == family && c.input == self.left);
        self.left == self.right
            && class.is_some_and(|c| {
                let found = if self.function { c.function(self.number) } else { c.operator(self.number) };
                found.is_some()
            })
    }

    /// Puts it among others.
    ///
    /// # Errors
    /// 42P17 if one of them is in its place.
    pub(super) fn join(self, members: &mut Vec<Self>, shown: impl Fn(Oid) -> String) -> SqlResult<()> {
        let place = |m: &Self| (m.function, m.number, m.left, m.right);
        if members.iter().any(|m| place(m) == place(&self)) {
            let (what, left, right) = (word(self.function), shown(self.left), shown(self.right));
            let number = self.number;
            return Err(invalid(format!("{what} number {number} for ({left},{right}) appears more than once")));
        }
        members.push(self);
        Ok(())
    }
}

impl DdlContext<'_> {
    /// What an item says; nothing for STORAGE. `input` is the type of the class, if it is of one.
    ///
    /// # Errors
    /// 42601, 42883 and 42P17 for what cannot be a member.
    pub(super) fn member(
        &self,
        method: IndexMethod,
        item: &ClassItem,
        input: Option<Oid>,
    ) -> SqlResult<Option<Member>> {
        Ok(match item {
            ClassItem::Storage(_) => None,
            ClassItem::Operator { number, name, operands, order_by } => {
                let number = checked_number(method, false, *number)?;
                let operands = match (operands, input) {
                    (Some((left, right)), _) => (self.operand_of(left.as_ref())?, self.operand_of(right.as_ref())?),
                    (None, Some(input)) => (input, input),
                    (None, None) => {
                        let message = "operator argument types must be specified in ALTER OPERATOR FAMILY";
                        return Err(SqlError::new(SqlState::SyntaxError, message));
                    }
                };
                Some(self.operator_member(method, (number, name), operands, order_by.as_ref())?)
            }
            ClassItem::Function { number, types, function } => {
                let number = checked_number(method, true, *number)?;
                Some(self.function_member(method, (number, function), types, input)?)
            }
        })
    }

    fn operand_of(&self, written: Option<&DataType>) -> SqlResult<Oid> {
        let Some(written) = written else { return Ok(Oid(0)) };
        self.binder.resolve_type(self.scope(), written).map(|ty| ty.oid).map_err(SqlError::nowhere)
    }

    fn operator_member(
        &self,
        method: IndexMethod,
        (number, name): (i16, &QualifiedName),
        (left, right): (Oid, Oid),
        order_by: Option<&QualifiedName>,
    ) -> SqlResult<Member> {
        if right.0 == 0 {
            return Err(SqlError::new(SqlState::SyntaxError, "postfix operators are not supported"));
        }
        let (object, result) = match self.operator_over(name, left, right)? {
            operator_change::Meant::User(operator) => (operator.oid, operator.result),
            operator_change::Meant::System(operator) => (operator.oid, operator.result),
        };
        if let Some(family) = order_by {
            self.meant_family(IndexMethod::Btree, family)?;
        }
        if left.0 == 0 {
            return Err(invalid("index operators must be binary"));
        }
        if order_by.is_some() {
            let by = method.name();
            return Err(invalid(format!("access method \"{by}\" does not support ordering operators")));
        }
        if result != Oid::BOOL {
            return Err(invalid("index search operators must return boolean"));
        }
        Ok(Member { function: false, number, left, right, object })
    }

    fn function_member(
        &self,
        method: IndexMethod,
        (number, name): (i16, &FunctionName),
        types: &[DataType],
        input: Option<Oid>,
    ) -> SqlResult<Member> {
        let function = self.signature_named(name)?;
        let written = if types.is_empty() { None } else { Some(self.types_of_member(types)?) };
        require_support(method, number, &function, written)?;
        let first = function.inputs.first().copied();
        // What a function is for shows in its arguments, for some.
        let shown = match (method, number) {
            (IndexMethod::Btree, 1) => first.zip(function.inputs.get(1).copied()),
            (IndexMethod::Btree, 3) => first.zip(function.inputs.get(2).copied()),
            (IndexMethod::Hash, 1 | 2) => first.zip(first),
            _ => None,
        };
        let types = written.or(shown).or(input.map(|ty| (ty, ty)));
        let (left, right) =
            types.ok_or_else(|| invalid("associated data types must be specified for index support function"))?;
        Ok(Member { function: true, number, left, right, object: function.oid })
    }

    fn signature_named(&self, name: &FunctionName) -> SqlResult<Signature> {
        let kind = WrittenKind::Only(FunctionKind::Function);
        Ok(match self.meant(kind, name).map_err(SqlError::nowhere)? {
            function_change::Meant::User(f) => Signature { oid: f.oid, inputs: f.input_types(), result: f.result },
            function_change::Meant::System(oid) => {
                let found =
                    registry::proc(oid).ok_or_else(|| SqlError::internal("a function has left the registry"))?;
                Signature { oid, inputs: found.args.clone(), result: found.ret }
            }
        })
    }

    /// The types that a member is written to be for.
    ///
    /// # Errors
    /// 42601 for more than two.
    pub(super) fn types_of_member(&self, types: &[DataType]) -> SqlResult<(Oid, Oid)> {
        match types {
            [both] => self.operand_of(Some(both)).map(|ty| (ty, ty)),
            [left, right] => Ok((self.operand_of(Some(left))?, self.operand_of(Some(right))?)),
            _ => Err(SqlError::new(SqlState::SyntaxError, "one or two argument types must be specified")),
        }
    }

    /// A member that ALTER OPERATOR FAMILY drops, by its number and types.
    ///
    /// # Errors
    /// 42P17 for a number that there is not; 42601.
    pub(super) fn named_member(
        &self,
        method: IndexMethod,
        (function, number): (bool, i64),
        types: &[DataType],
    ) -> SqlResult<Member> {
        let number = checked_number(method, function, number)?;
        let (left, right) = self.types_of_member(types)?;
        Ok(Member { function, number, left, right, object: Oid(0) })
    }
}

/// # Errors
/// 42P17 for a function that is not what the method calls by this number.
fn require_support(method: IndexMethod, number: i16, function: &Signature, types: Option<(Oid, Oid)>) -> SqlResult<()> {
    let arguments = function.inputs.len();
    let gives = |ty: Oid| function.result == ty;
    let wrong = match (method, number) {
        (IndexMethod::Btree, 5) | (IndexMethod::Hash, 3) => {
            if function.inputs == [Oid::INTERNAL] && gives(Oid::VOID) {
                return Ok(());
            }
            return Err(invalid("invalid operator class options parsing function")
                .hint("Valid signature of operator class options parsing function is (internal) RETURNS void."));
        }
        (IndexMethod::Btree, 1) if arguments != 2 => "btree comparison functions must have two arguments",
        (IndexMethod::Btree, 1) if !gives(Oid::INT4) => "btree comparison functions must return integer",
        (IndexMethod::Btree, 2) if function.inputs != [Oid::INTERNAL] => {
            "btree sort support functions must accept type \"internal\""
        }
        (IndexMethod::Btree, 2) if !gives(Oid::VOID) => "btree sort support functions must return void",
        (IndexMethod::Btree, 3) if arguments != 5 => "btree in_range functions must have five arguments",
        (IndexMethod::Btree, 3) if !gives(Oid::BOOL) => "btree in_range functions must return boolean",
        (IndexMethod::Btree, 4) if arguments != 1 => "btree equal image functions must have one argument",
        (IndexMethod::Btree, 4) if !gives(Oid::BOOL) => "btree equal image functions must return boolean",
        (IndexMethod::Btree, 4) if types.is_some_and(|(left, right)| left != right) => {
            "btree equal image functions must not be cross-type"
        }
        (IndexMethod::Hash, 1) if arguments != 1 => "hash function 1 must have one argument",
        (IndexMethod::Hash, 1) if !gives(Oid::INT4) => "hash function 1 must return integer",
        (IndexMethod::Hash, 2) if arguments != 2 => "hash function 2 must have two arguments",
        (IndexMethod::Hash, 2) if !gives(Oid::INT8) => "hash function 2 must return bigint",
        _ => return Ok(()),
    };
    Err(invalid(wrong))
}
