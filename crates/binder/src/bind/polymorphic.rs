//! Polymorphic signatures (manual §38.2.5): `anyelement`, `anyarray`, … stand for one type within a
//! call, `anycompatible` and its kin for the common type of their arguments.

use gavel_functions::registry::{self, CastContext};
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};

use super::coerce::can_coerce;
use super::common_type::common_type;
use super::typename::{array_type, element_type, format_type};

const ANYRANGE: Oid = Oid(3831);
const ANYMULTIRANGE: Oid = Oid(4537);
const ANYCOMPATIBLERANGE: Oid = Oid(5080);
const ANYCOMPATIBLEMULTIRANGE: Oid = Oid(4538);

/// Whether the type stands for others.
pub fn is_polymorphic(oid: Oid) -> bool {
    matches!(
        oid,
        Oid::ANYELEMENT
            | Oid::ANYARRAY
            | Oid::ANYNONARRAY
            | Oid::ANYENUM
            | ANYRANGE
            | ANYMULTIRANGE
            | Oid::ANYCOMPATIBLE
            | Oid::ANYCOMPATIBLEARRAY
            | Oid::ANYCOMPATIBLENONARRAY
            | ANYCOMPATIBLERANGE
            | ANYCOMPATIBLEMULTIRANGE
    )
}

/// What the two families stand for in one call.
struct Meaning {
    element: Option<Oid>,
    array: Option<Oid>,
    range: Option<Oid>,
    compatible: Option<Oid>,
}

/// Whether actual types fit a polymorphic signature. Unknown ones fit anything.
pub fn consistent(declared: &[Oid], actual: &[Oid]) -> bool {
    !declared.iter().any(|d| is_polymorphic(*d)) || meaning(declared, actual).is_ok()
}

/// Replaces the polymorphic types of a signature by actual ones. Other types stay.
///
/// # Errors
/// 42804 when they do not agree or cannot be told.
pub fn resolve(declared: &[Oid], actual: &[Oid], result: Oid) -> SqlResult<(Vec<Oid>, Oid)> {
    if !is_polymorphic(result) && !declared.iter().any(|d| is_polymorphic(*d)) {
        return Ok((declared.to_vec(), result));
    }
    let mut meaning = meaning(declared, actual)?;
    let open = declared.iter().any(|d| {
        matches!(*d, Oid::ANYELEMENT | Oid::ANYNONARRAY | Oid::ANYENUM | Oid::ANYARRAY | ANYRANGE | ANYMULTIRANGE)
    });
    if open && meaning.element.is_none() && meaning.array.is_none() && meaning.range.is_none() {
        // Only unknown literals: text, unless an array is needed.
        if declared.iter().any(|d| matches!(*d, Oid::ANYELEMENT | Oid::ANYNONARRAY))
            && !declared.contains(&Oid::ANYARRAY)
        {
            meaning.element = Some(Oid::TEXT);
        } else {
            return Err(SqlError::new(
                SqlState::DatatypeMismatch,
                "could not determine polymorphic type because input has type unknown",
            ));
        }
    }
    if meaning.array.is_none() {
        meaning.array = meaning.element.and_then(array_type);
    }
    if meaning.element.is_none() {
        meaning.element = meaning.array.and_then(element_type);
    }
    let compatible = meaning.compatible.unwrap_or(Oid::TEXT);
    let concrete = |d: Oid, given: Option<Oid>| -> SqlResult<Oid> {
        let found = match d {
            Oid::ANYELEMENT | Oid::ANYNONARRAY | Oid::ANYENUM => meaning.element,
            Oid::ANYARRAY => meaning.array.or(given),
            ANYRANGE | ANYMULTIRANGE => meaning.range,
            Oid::ANYCOMPATIBLE | Oid::ANYCOMPATIBLENONARRAY => Some(compatible),
            Oid::ANYCOMPATIBLEARRAY => array_type(compatible),
            other => Some(other),
        };
        found.ok_or_else(|| {
            let missing = match d {
                Oid::ANYARRAY | Oid::ANYCOMPATIBLEARRAY => {
                    let element = meaning.element.unwrap_or(compatible);
                    return SqlError::new(
                        SqlState::UndefinedObject,
                        format!("could not find array type for data type {}", format_type(PgType::new(element))),
                    );
                }
                _ => "could not determine polymorphic type",
            };
            SqlError::new(SqlState::DatatypeMismatch, missing)
        })
    };
    let mut args = Vec::with_capacity(declared.len());
    for (i, d) in declared.iter().enumerate() {
        args.push(concrete(*d, actual.get(i).copied())?);
    }
    Ok((args, concrete(result, None)?))
}

fn meaning(declared: &[Oid], actual: &[Oid]) -> SqlResult<Meaning> {
    let mut m = Meaning { element: None, array: None, range: None, compatible: None };
    let mut commons: Vec<Oid> = Vec::new();
    let mut compatible_used = false;
    let name = |oid: Oid| format_type(PgType::new(oid));
    for (d, a) in declared.iter().zip(actual) {
        let unknown = *a == Oid::UNKNOWN;
        match *d {
            Oid::ANYELEMENT | Oid::ANYNONARRAY | Oid::ANYENUM if !unknown => {
                if *d == Oid::ANYNONARRAY && element_type(*a).is_some() {
                    let text = format!("type matched to anynonarray is an array type: {}", name(*a));
                    return Err(SqlError::new(SqlState::DatatypeMismatch, text));
                }
                if *d == Oid::ANYENUM && registry::type_info(*a).is_none_or(|t| t.kind != 'e') {
                    let text = format!("type matched to anyenum is not an enum type: {}", name(*a));
                    return Err(SqlError::new(SqlState::DatatypeMismatch, text));
                }
                agree(&mut m.element, *a, "anyelement")?;
            }
            Oid::ANYARRAY if !unknown => {
                if element_type(*a).is_none() && *a != Oid::ANYARRAY && !vector(*a) {
                    let text = format!("argument declared anyarray is not an array but type {}", name(*a));
                    return Err(SqlError::new(SqlState::DatatypeMismatch, text));
                }
                agree(&mut m.array, *a, "anyarray")?;
            }
            ANYRANGE | ANYMULTIRANGE if !unknown => {
                let kind = if *d == ANYRANGE { 'r' } else { 'm' };
                if registry::type_info(*a).is_none_or(|t| t.kind != kind) {
                    let text = format!("argument declared anyrange is not a range type but type {}", name(*a));
                    return Err(SqlError::new(SqlState::DatatypeMismatch, text));
                }
                agree(&mut m.range, *a, "anyrange")?;
            }
            Oid::ANYCOMPATIBLE | Oid::ANYCOMPATIBLENONARRAY => {
                compatible_used = true;
                if *d == Oid::ANYCOMPATIBLENONARRAY && element_type(*a).is_some() {
                    let text = format!("type matched to anycompatiblenonarray is an array type: {}", name(*a));
                    return Err(SqlError::new(SqlState::DatatypeMismatch, text));
                }
                commons.push(*a);
            }
            Oid::ANYCOMPATIBLEARRAY => {
                compatible_used = true;
                if !unknown {
                    let element = element_type(*a).ok_or_else(|| {
                        let text =
                            format!("argument declared anycompatiblearray is not an array but type {}", name(*a));
                        SqlError::new(SqlState::DatatypeMismatch, text)
                    })?;
                    commons.push(element);
                }
            }
            ANYCOMPATIBLERANGE | ANYCOMPATIBLEMULTIRANGE if !unknown => {
                return Err(SqlError::unsupported("range types are not supported"));
            }
            _ => {}
        }
    }
    if let (Some(element), Some(array)) = (m.element, m.array)
        && element_of(array) != Some(element)
    {
        return Err(SqlError::new(
            SqlState::DatatypeMismatch,
            "argument declared anyarray is not consistent with argument declared anyelement",
        )
        .detail(format!("{} versus {}", name(array), name(element))));
    }
    if compatible_used {
        let apart = |left: Oid, right: Oid| {
            let (left, right) = (name(left), name(right));
            let text =
                format!("arguments of anycompatible family cannot be cast to a common type: {left} versus {right}");
            SqlError::new(SqlState::DatatypeMismatch, text)
        };
        let common = common_type(commons.iter().copied()).map_err(|m| apart(m.left, m.right))?;
        // The category of a type is not all: rows and arrays of rows share theirs.
        let odd = commons
            .iter()
            .find(|oid| **oid != common && **oid != Oid::UNKNOWN && !can_coerce(**oid, common, CastContext::Implicit));
        if let Some(odd) = odd {
            return Err(apart(common, *odd));
        }
        m.compatible = Some(common);
    }
    if m.element.is_none() {
        m.element = m.array.and_then(element_of);
    }
    Ok(m)
}

fn vector(oid: Oid) -> bool {
    matches!(oid, Oid::INT2VECTOR | Oid::OIDVECTOR)
}

/// Element type of anything that `anyarray` takes.
fn element_of(array: Oid) -> Option<Oid> {
    match array {
        Oid::INT2VECTOR => Some(Oid::INT2),
        Oid::OIDVECTOR => Some(Oid::OID),
        Oid::ANYARRAY => Some(Oid::ANYELEMENT),
        other => element_type(other),
    }
}

fn agree(known: &mut Option<Oid>, next: Oid, what: &str) -> SqlResult<()> {
    match known {
        None => *known = Some(next),
        Some(k) if *k == next => {}
        Some(k) => {
            let text = format!("arguments declared \"{what}\" are not all alike");
            let (k, next) = (format_type(PgType::new(*k)), format_type(PgType::new(next)));
            return Err(SqlError::new(SqlState::DatatypeMismatch, text).detail(format!("{k} versus {next}")));
        }
    }
    Ok(())
}
