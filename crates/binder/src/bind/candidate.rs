//! Choice among several operators or functions of one name (manual §10.2 and §10.3, steps from "look
//! for the best match").

use gavel_functions::registry::{self, CastContext};
use gavel_types::Oid;

use super::coerce::can_coerce;
use super::polymorphic::consistent;

/// One that could be meant: its argument types at this call.
#[derive(Clone, Debug)]
pub struct Candidate<T> {
    pub args: Vec<Oid>,
    pub item: T,
}

/// Those that the arguments can be coerced to implicitly.
pub fn matching<T>(candidates: Vec<Candidate<T>>, actual: &[Oid]) -> Vec<Candidate<T>> {
    let fits = |c: &Candidate<T>| {
        c.args.len() == actual.len()
            && actual.iter().zip(&c.args).all(|(a, d)| can_coerce(*a, *d, CastContext::Implicit))
            && consistent(&c.args, actual)
    };
    candidates.into_iter().filter(fits).collect()
}

fn category(oid: Oid) -> char {
    match oid {
        Oid::UNKNOWN => 'X',
        _ => registry::type_info(oid).map_or('U', |t| t.category),
    }
}

fn preferred_in(oid: Oid, wanted: char) -> bool {
    registry::type_info(oid).is_some_and(|t| t.category == wanted && t.preferred)
}

/// Keeps the candidates of the highest score, if any scores more than another.
fn keep_best<T>(candidates: &mut Vec<Candidate<T>>, score: impl Fn(&Candidate<T>) -> usize) {
    let best = candidates.iter().map(&score).max().unwrap_or(0);
    candidates.retain(|c| score(c) == best);
}

/// The one candidate that the rules leave; `None` if none or several.
pub fn best<T>(mut candidates: Vec<Candidate<T>>, actual: &[Oid]) -> Option<Candidate<T>> {
    if candidates.len() <= 1 {
        return candidates.pop();
    }
    let unknowns = actual.iter().filter(|a| **a == Oid::UNKNOWN).count();
    let known = |i: usize, a: Oid| (i, a, a != Oid::UNKNOWN);

    // Most exact matches of known types.
    keep_best(&mut candidates, |c| {
        actual.iter().enumerate().filter(|(i, a)| known(*i, **a).2 && c.args.get(*i) == Some(a)).count()
    });
    if candidates.len() == 1 {
        return candidates.pop();
    }

    // Most exact or preferred types.
    keep_best(&mut candidates, |c| {
        let fits = |(i, a): &(usize, &Oid)| {
            **a != Oid::UNKNOWN && c.args.get(*i).is_some_and(|d| d == *a || preferred_in(*d, category(**a)))
        };
        actual.iter().enumerate().filter(fits).count()
    });
    if candidates.len() == 1 {
        return candidates.pop();
    }
    if unknowns == 0 {
        return None;
    }

    // Unknown arguments take the string category if any candidate does, else the one that all share.
    let mut wanted: Vec<Option<(char, bool)>> = vec![None; actual.len()];
    let mut resolved = true;
    for (i, a) in actual.iter().enumerate() {
        if *a != Oid::UNKNOWN {
            continue;
        }
        let mut slot: Option<(char, bool)> = None;
        let mut conflict = false;
        for c in &candidates {
            let Some(declared) = c.args.get(i) else { continue };
            let (cat, pref) = registry::type_info(*declared).map_or(('U', false), |t| (t.category, t.preferred));
            match slot {
                None => slot = Some((cat, pref)),
                Some((known, has)) if known == cat => slot = Some((known, has || pref)),
                Some(_) if cat == 'S' => {
                    slot = Some((cat, pref));
                    conflict = false;
                    continue;
                }
                Some(('S', _)) => {}
                Some(_) => conflict = true,
            }
        }
        match slot {
            Some((cat, pref)) if !conflict || cat == 'S' => wanted[i] = Some((cat, pref)),
            _ => {
                resolved = false;
                break;
            }
        }
    }
    if resolved {
        let keeps = |c: &Candidate<T>| {
            wanted.iter().enumerate().all(|(i, w)| match (w, c.args.get(i)) {
                (Some((cat, has_preferred)), Some(d)) => {
                    category(*d) == *cat && (!has_preferred || preferred_in(*d, *cat))
                }
                _ => true,
            })
        };
        if candidates.iter().any(keeps) {
            candidates.retain(|c| keeps(c));
        }
        if candidates.len() == 1 {
            return candidates.pop();
        }
    }

    // Unknown arguments are of the one known type, if there is just one.
    if unknowns < actual.len() {
        let mut types = actual.iter().copied().filter(|a| *a != Oid::UNKNOWN);
        let one = types.next()?;
        if types.all(|t| t == one) {
            let same = vec![one; actual.len()];
            candidates.retain(|c| {
                c.args.iter().all(|d| can_coerce(one, *d, CastContext::Implicit)) && consistent(&c.args, &same)
            });
            if candidates.len() == 1 {
                return candidates.pop();
            }
        }
    }
    None
}
