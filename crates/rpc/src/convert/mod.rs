//! Conversions. `From` where nothing can be wrong, `TryFrom` with [`crate::Malformed`] where it can.
//!
//! | module | messages of |
//! |---|---|
//! | [`common`] | values, types, ranges, ids, SQL errors |
//! | [`commit`] | the commit seam |
//! | [`copy`] | copies of a store |
//! | [`journal`] | the log |
//! | [`membership`] | nodes of a journal |
//! | [`pushdown`] | programs |
//! | [`read`] | storage |
//! | [`status`] | failures as gRPC statuses with typed details |

pub mod commit;
pub mod common;
pub mod copy;
pub mod journal;
pub mod locks;
pub mod membership;
pub mod pushdown;
pub mod read;
pub mod status;

#[cfg(test)]
mod arbitrary;
#[cfg(test)]
mod round_trip_test;

use crate::Malformed;

/// A field that proto3 cannot demand and we do.
pub(crate) fn required<T>(field: Option<T>, name: &'static str) -> Result<T, Malformed> {
    field.ok_or(Malformed(name))
}

/// Converts every element.
pub(crate) fn all<A, B>(items: Vec<A>) -> Result<Vec<B>, Malformed>
where
    B: TryFrom<A, Error = Malformed>,
{
    items.into_iter().map(B::try_from).collect()
}

/// Converts every element where nothing can be wrong.
pub(crate) fn each<A, B: From<A>>(items: Vec<A>) -> Vec<B> {
    items.into_iter().map(B::from).collect()
}
