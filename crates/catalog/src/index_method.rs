//! Access methods of indexes (manual, chapters 11.2, 64–68): their names, and what an index of each may have.
//!
//! | method | how entries are kept here |
//! |---|---|
//! | btree, hash, spgist | one entry a row, in the order of the keys |
//! | gin | one entry for each element of a row's value |
//! | brin | none: it says nothing that the table does not say as well |
//! | gist | never made |

use gavel_types::Oid;
use serde::{Deserialize, Serialize};

/// The access method of an index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum IndexMethod {
    #[default]
    Btree,
    Hash,
    Gist,
    Gin,
    Spgist,
    Brin,
}

impl IndexMethod {
    const ALL: [Self; 6] = [Self::Btree, Self::Hash, Self::Gist, Self::Gin, Self::Spgist, Self::Brin];

    /// The method of this (folded) name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|m| m.name() == name)
    }

    /// The method of this row in `pg_am`.
    pub fn of_oid(oid: Oid) -> Option<Self> {
        Self::ALL.into_iter().find(|m| m.oid() == oid)
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Btree => "btree",
            Self::Hash => "hash",
            Self::Gist => "gist",
            Self::Gin => "gin",
            Self::Spgist => "spgist",
            Self::Brin => "brin",
        }
    }

    /// Its row in `pg_am`.
    pub const fn oid(self) -> Oid {
        Oid(match self {
            Self::Btree => 403,
            Self::Hash => 405,
            Self::Gist => 783,
            Self::Gin => 2742,
            Self::Brin => 3580,
            Self::Spgist => 4000,
        })
    }

    pub const fn is_btree(&self) -> bool {
        matches!(self, Self::Btree)
    }

    /// ASC, DESC, NULLS FIRST and NULLS LAST.
    pub const fn has_order(self) -> bool {
        matches!(self, Self::Btree)
    }

    pub const fn may_be_unique(self) -> bool {
        matches!(self, Self::Btree)
    }

    pub const fn has_many_columns(self) -> bool {
        matches!(self, Self::Btree | Self::Gist | Self::Gin | Self::Brin)
    }

    pub const fn may_include(self) -> bool {
        matches!(self, Self::Btree | Self::Gist | Self::Spgist)
    }

    /// Whether an index of it may carry an exclusion constraint.
    pub const fn may_exclude(self) -> bool {
        !matches!(self, Self::Gin | Self::Brin)
    }

    /// Whether there is one entry a row, in the order of the key columns.
    pub const fn keeps_order(self) -> bool {
        matches!(self, Self::Btree | Self::Hash | Self::Spgist)
    }
}
