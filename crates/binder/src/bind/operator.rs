//! Operators: from a symbol and two operands to the function behind it (manual §10.2).

use gavel_functions::registry::{self, CastContext, CastMethod, Operator};
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};

use super::Binder;
use super::candidate::{Candidate, best, matching};
use super::coerce::binary_coercible;
use super::polymorphic;
use super::scalar::{Typed, call};
use super::typename::{element_type, format_type};
use crate::parse::Pos;

/// Why no operator was chosen.
enum Failure {
    Missing,
    Ambiguous,
}

/// The operator `left name right`; `left` is `None` for a prefix operator.
fn choose(name: &str, left: Option<Oid>, right: Oid) -> Result<&'static Operator, Failure> {
    // An unknown operand is first taken to be of the other's type.
    let (l, r) = match left {
        None => (Oid(0), right),
        Some(Oid::UNKNOWN) => (right, right),
        Some(l) if right == Oid::UNKNOWN => (l, l),
        Some(l) => (l, right),
    };
    if r != Oid::UNKNOWN
        && let Some(exact) = registry::operator_exact(name, l, r)
    {
        return Ok(exact);
    }
    let unary = left.is_none();
    let candidates: Vec<Candidate<&Operator>> = registry::operators_named(name)
        .filter(|o| (o.left.0 == 0) == unary)
        .map(|o| Candidate { args: if unary { vec![o.right] } else { vec![o.left, o.right] }, item: o })
        .collect();
    let actual: Vec<Oid> = left.into_iter().chain([right]).collect();
    let fitting = matching(candidates, &actual);
    if fitting.is_empty() {
        return Err(Failure::Missing);
    }
    best(fitting, &actual).map(|c| c.item).ok_or(Failure::Ambiguous)
}

/// The operator over exactly these types or types of the same representation, for sorting and equality.
pub fn compatible(name: &str, ty: Oid) -> Option<&'static Operator> {
    if let Some(exact) = registry::operator_exact(name, ty, ty) {
        return Some(exact);
    }
    if element_type(ty).is_some() {
        let element = element_type(ty)?;
        compatible(name, element)?;
        return registry::operator_exact(name, Oid::ANYARRAY, Oid::ANYARRAY);
    }
    match ty {
        Oid::UNKNOWN => registry::operator_exact(name, Oid::TEXT, Oid::TEXT),
        row if row.is_row() => registry::operator_exact(name, Oid::RECORD, Oid::RECORD),
        Oid::INT2VECTOR => registry::operator_exact(name, Oid::ANYARRAY, Oid::ANYARRAY),
        _ => {
            let found = choose(name, Some(ty), ty).ok()?;
            (binary_coercible(ty, found.left) && binary_coercible(ty, found.right)).then_some(found)
        }
    }
}

/// The function behind `=` over a type.
///
/// # Errors
/// 42883 `could not identify an equality operator for type json`.
pub fn equality(ty: Oid) -> SqlResult<Oid> {
    compatible("=", ty).filter(|_| !is_geometric(ty)).map(|o| o.proc).ok_or_else(|| {
        let name = format_type(PgType::new(ty));
        SqlError::new(SqlState::UndefinedFunction, format!("could not identify an equality operator for type {name}"))
    })
}

/// That a type can be sorted.
///
/// # Errors
/// 42883 `could not identify an ordering operator for type json`.
pub fn sortable(ty: Oid) -> SqlResult<()> {
    match compatible("<", ty) {
        Some(o) if o.result == Oid::BOOL && !is_geometric(ty) && !matches!(ty, Oid::XID | Oid::CID) => Ok(()),
        _ => {
            let name = format_type(PgType::new(ty));
            Err(SqlError::new(
                SqlState::UndefinedFunction,
                format!("could not identify an ordering operator for type {name}"),
            )
            .hint("Use an explicit ordering operator or modify the query."))
        }
    }
}

/// Types that have `<` or `=` without an order, or a hash, behind it.
fn is_geometric(ty: Oid) -> bool {
    matches!(ty, Oid::POINT | Oid::LSEG | Oid::PATH | Oid::BOX | Oid::POLYGON | Oid::LINE | Oid::CIRCLE)
}

/// An operator with its operands coerced.
pub struct Applied {
    pub operator: &'static Operator,
    pub left: Option<Typed>,
    pub right: Typed,
    pub result: PgType,
}

impl Binder<'_> {
    /// Chooses the operator and coerces the operands.
    ///
    /// # Errors
    /// 42883, 42725.
    pub fn apply_operator(&mut self, name: &str, left: Option<Typed>, right: Typed, pos: Pos) -> SqlResult<Applied> {
        let (l, r) = (left.as_ref().map(Typed::oid), right.oid());
        let (schema, symbol) = super::user_operator::parted(name);
        let chosen = match schema {
            None | Some("pg_catalog") => choose(symbol, l, r),
            Some(_) => Err(Failure::Missing),
        };
        let operator = chosen.map_err(|failure| {
            let error = failed(name, l, r, &failure);
            self.error_at(error, pos)
        })?;
        let declared: Vec<Oid> = l.map(|_| operator.left).into_iter().chain([operator.right]).collect();
        let actual: Vec<Oid> = l.into_iter().chain([r]).collect();
        let (args, result) =
            polymorphic::resolve(&declared, &actual, operator.result).map_err(|e| self.error_at(e, pos))?;
        let mut goals = args.into_iter();
        let left = match left {
            Some(value) => Some(self.coerce_type(value, goals.next().unwrap_or(Oid::ANY), CastContext::Implicit)?),
            None => None,
        };
        let right = self.coerce_type(right, goals.next().unwrap_or(Oid::ANY), CastContext::Implicit)?;
        Ok(Applied { operator, left, right, result: PgType::new(result) })
    }

    /// `left name right` as a call.
    ///
    /// # Errors
    /// As [`Self::apply_operator`].
    pub fn operator(&mut self, name: &str, left: Option<Typed>, right: Typed, pos: Pos) -> SqlResult<Typed> {
        let (left, right) = match self.user_operation(name, left, right, pos)? {
            Ok((value, _)) => return Ok(value),
            Err(operands) => operands,
        };
        let start = left.as_ref().map_or(right.pos, |l| l.pos).min_known(pos);
        let applied = self.apply_operator(name, left, right, pos)?;
        if applied.operator.proc.0 == 0 {
            let shell = SqlError::new(SqlState::UndefinedFunction, format!("operator is only a shell: {name}"));
            return Err(self.error_at(shell, pos));
        }
        self.calls(applied.operator.proc);
        let applied = if self.recorder.is_none() { self.joined_texts(applied, pos)? } else { applied };
        let args = applied.left.into_iter().chain([applied.right]).map(|t| t.scalar).collect();
        Ok(Typed::new(call(applied.operator.proc, args, applied.result), start))
    }

    /// `anything || text` joins what the cast to text gives, which of some types is not what they are shown as: `true`
    /// of a boolean, no trailing blanks of `character`, the netmask of an address.
    fn joined_texts(&mut self, applied: Applied, pos: Pos) -> SqlResult<Applied> {
        let name = registry::proc(applied.operator.proc).map_or("", |p| p.name);
        let by_function =
            |ty: Oid| registry::cast(ty, Oid::TEXT).is_some_and(|c| matches!(c.method, CastMethod::Function(_)));
        let Applied { operator, left: Some(left), right, result } = applied else { return Ok(applied) };
        let Some(both) = registry::operator_exact("||", Oid::TEXT, Oid::TEXT) else {
            return Ok(Applied { operator, left: Some(left), right, result });
        };
        Ok(match name {
            "anytextcat" if by_function(left.oid()) => {
                let left = self.explicit_cast(left, PgType::TEXT, pos)?;
                Applied { operator: both, left: Some(left), right, result }
            }
            "textanycat" if by_function(right.oid()) => {
                let right = self.explicit_cast(right, PgType::TEXT, pos)?;
                Applied { operator: both, left: Some(left), right, result }
            }
            _ => Applied { operator, left: Some(left), right, result },
        })
    }

    /// Like [`Self::operator`], and the result must be boolean.
    pub fn comparison(&mut self, name: &str, left: Typed, right: Typed, pos: Pos) -> SqlResult<Typed> {
        self.operator(name, Some(left), right, pos)
    }
}

/// An operator with the types of its operands, as messages show it.
fn shown(name: &str, left: Option<Oid>, right: Oid) -> String {
    let name = name.replace('\u{1}', ".");
    let right = format_type(PgType::new(right));
    match left {
        Some(left) => format!("{} {name} {right}", format_type(PgType::new(left))),
        None => format!("{name} {right}"),
    }
}

/// 42883 for an operator of users that nothing is known of but its name.
pub fn shell(name: &str, left: Option<Oid>, right: Oid) -> SqlError {
    let text = format!("operator is only a shell: {}", shown(name, left, right));
    SqlError::new(SqlState::UndefinedFunction, text)
}

fn failed(name: &str, left: Option<Oid>, right: Oid, failure: &Failure) -> SqlError {
    let signature = shown(name, left, right);
    match failure {
        Failure::Missing => {
            let hint = if left.is_some() {
                "No operator matches the given name and argument types. You might need to add explicit type casts."
            } else {
                "No operator matches the given name and argument type. You might need to add an explicit type cast."
            };
            SqlError::new(SqlState::UndefinedFunction, format!("operator does not exist: {signature}")).hint(hint)
        }
        Failure::Ambiguous => {
            SqlError::new(SqlState::AmbiguousFunction, format!("operator is not unique: {signature}"))
                .hint("Could not choose a best candidate operator. You might need to add explicit type casts.")
        }
    }
}
