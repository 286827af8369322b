//! Which functions are the equality of a type, so that values may be hashed instead of compared.

use std::collections::HashMap;
use std::sync::LazyLock;

use gavel_functions::registry;
use gavel_types::{Oid, PgType};

/// Functions of `=` operators with the type as which both sides may be compared by key.
static EQUALITY: LazyLock<HashMap<Oid, Oid>> = LazyLock::new(|| {
    registry::operators_named("=")
        .filter_map(|o| {
            if o.left == o.right {
                return Some((o.proc, o.left));
            }
            let wider = match (o.left, o.right) {
                (Oid::INT2, Oid::INT4) | (Oid::INT4, Oid::INT2) => Oid::INT4,
                (Oid::INT2 | Oid::INT4, Oid::INT8) | (Oid::INT8, Oid::INT2 | Oid::INT4) => Oid::INT8,
                (Oid::FLOAT4, Oid::FLOAT8) | (Oid::FLOAT8, Oid::FLOAT4) => Oid::FLOAT8,
                (Oid::NAME, Oid::TEXT) | (Oid::TEXT, Oid::NAME) => Oid::TEXT,
                _ => return None,
            };
            Some((o.proc, wider))
        })
        .collect()
});

/// Whether `function` is the equality of one type with itself.
pub fn is_own_equality(function: Oid) -> bool {
    registry::proc(function).is_some_and(|p| EQUALITY.contains_key(&function) && p.args.first() == p.args.get(1))
}

/// The type in which the sides of this equality have equal keys for equal values, given their types.
/// `None` if `function` is no equality, or compares what cannot be keyed alike.
pub fn key_type(function: Oid, left: PgType, right: PgType) -> Option<PgType> {
    let declared = *EQUALITY.get(&function)?;
    if left.oid == right.oid {
        return Some(PgType::new(left.oid));
    }
    // Both sides are of the declared type, or relabelled to it.
    let text_like = |t: Oid| matches!(t, Oid::TEXT | Oid::VARCHAR | Oid::NAME);
    match declared {
        Oid::TEXT | Oid::NAME if text_like(left.oid) && text_like(right.oid) => Some(PgType::TEXT),
        Oid::INT4 | Oid::INT8 | Oid::FLOAT8 => Some(PgType::new(declared)),
        _ => None,
    }
}
