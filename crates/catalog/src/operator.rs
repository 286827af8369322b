//! Operators of users (`pg_operator`).
//!
//! # Names
//! What no two operators of a schema share is the symbol with the types of the operands ([`UserOperator::signature`]). SQL
//! text that descriptors keep names an operator by its number, in the place of a schema: `OPERATOR("#o123".===)`.

use gavel_types::Oid;
use serde::{Deserialize, Serialize};

use crate::function::signature;

/// `CREATE OPERATOR`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UserOperator {
    pub oid: Oid,
    pub schema: Oid,
    /// The symbol.
    pub name: String,
    pub owner: Oid,
    pub version: u64,
    /// 0 for a prefix operator.
    pub left: Oid,
    pub right: Oid,
    /// 0 while it is only a shell, which another operator names as its commutator or negator.
    pub result: Oid,
    /// What runs; 0 while it is only a shell.
    pub function: Oid,
    /// 0 if there is none, as with those below.
    #[serde(default)]
    pub commutator: Oid,
    #[serde(default)]
    pub negator: Oid,
    /// Estimators, which are kept and not used.
    #[serde(default)]
    pub restrict: Oid,
    #[serde(default)]
    pub join: Oid,
    #[serde(default)]
    pub hashes: bool,
    #[serde(default)]
    pub merges: bool,
}

impl UserOperator {
    pub const fn is_prefix(&self) -> bool {
        self.left.0 == 0
    }

    /// The types of the operands.
    pub fn operands(&self) -> Vec<Oid> {
        [self.left, self.right].into_iter().filter(|ty| ty.0 != 0).collect()
    }

    /// What no two operators of a schema share.
    pub fn signature(&self) -> String {
        signature(&self.name, &[self.left, self.right])
    }

    /// What stands for the schema in text that is kept.
    pub fn numbered_schema(&self) -> String {
        format!("#o{}", self.oid.0)
    }
}

/// The operator that [`UserOperator::numbered_schema`] is of.
pub fn operator_of_number(schema: &str) -> Option<Oid> {
    schema.strip_prefix("#o")?.parse().ok().map(Oid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_back() {
        assert_eq!(operator_of_number("#o123"), Some(Oid(123)));
        assert_eq!(operator_of_number("o123"), None);
    }
}
