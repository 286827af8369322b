//! Scalars while they are being bound: the expression and the place in the text that an error about it
//! names.

use gavel_types::{Datum, Oid, PgType};

use crate::bound::{ColumnId, Scalar, ScalarKind};
use crate::parse::Pos;

/// A bound expression and where it begins.
#[derive(Clone, Debug)]
pub struct Typed {
    pub scalar: Scalar,
    pub pos: Pos,
}

impl Typed {
    pub fn new(scalar: Scalar, pos: Pos) -> Self {
        Self { scalar, pos }
    }

    pub fn oid(&self) -> Oid {
        self.scalar.ty.oid
    }

    pub fn ty(&self) -> PgType {
        self.scalar.ty
    }

    /// A string literal, NULL or parameter whose type is still open.
    pub fn is_unknown(&self) -> bool {
        self.scalar.ty.oid == Oid::UNKNOWN
    }
}

/// An expression of this kind and type.
pub fn scalar(kind: ScalarKind, ty: PgType) -> Scalar {
    Scalar { kind, ty }
}

pub fn constant(value: Datum, ty: PgType) -> Scalar {
    scalar(ScalarKind::Const(value), ty)
}

pub fn null(ty: PgType) -> Scalar {
    constant(Datum::Null, ty)
}

pub fn column(id: ColumnId, ty: PgType) -> Scalar {
    scalar(ScalarKind::Column(id), ty)
}

pub fn call(function: Oid, args: Vec<Scalar>, ty: PgType) -> Scalar {
    scalar(ScalarKind::Call { function, args }, ty)
}

pub fn boolean(kind: ScalarKind) -> Scalar {
    scalar(kind, PgType::BOOL)
}

pub fn truth(value: bool) -> Scalar {
    constant(Datum::Bool(value), PgType::BOOL)
}

pub fn not(input: Scalar) -> Scalar {
    boolean(ScalarKind::Not(Box::new(input)))
}

/// `a AND b …`, without a node around a single one; TRUE for none.
pub fn and(mut terms: Vec<Scalar>) -> Scalar {
    match terms.len() {
        0 => truth(true),
        1 => terms.remove(0),
        _ => boolean(ScalarKind::And(terms)),
    }
}

pub fn or(mut terms: Vec<Scalar>) -> Scalar {
    match terms.len() {
        0 => truth(false),
        1 => terms.remove(0),
        _ => boolean(ScalarKind::Or(terms)),
    }
}

/// The same value seen as another type of the same representation.
pub fn relabel(input: Scalar, ty: PgType) -> Scalar {
    if input.ty == ty {
        return input;
    }
    match input.kind {
        ScalarKind::Const(value) => constant(as_form(value, ty), ty),
        kind => {
            let inner = Scalar { kind, ty: input.ty };
            scalar(ScalarKind::Relabel { input: Box::new(inner) }, ty)
        }
    }
}

/// A constant in the form that values of `ty` have: `integer` and `oid` are one to PostgreSQL.
fn as_form(value: Datum, ty: PgType) -> Datum {
    let number = matches!(ty.oid, Oid::INT2 | Oid::INT4 | Oid::INT8);
    match value {
        Datum::Int4(n) if !number => Datum::Oid(n.cast_unsigned()),
        Datum::Oid(n) if ty.oid == Oid::INT4 => Datum::Int4(n.cast_signed()),
        other => other,
    }
}
