//! Operator classes and families of users (<https://www.postgresql.org/docs/15/xindex.html>): `pg_opclass`, `pg_opfamily`,
//! and what is in them, `pg_amop` and `pg_amproc`.
//!
//! # Where members are
//! All operators and functions are in the family. Those that a class cannot do without are bound to it, and go with it;
//! the others are loose, and stay when the class goes.
//!
//! # Names
//! Methods have name spaces of their own: what no two classes, or families, of a schema share is [`method_name`].

use gavel_types::Oid;
use serde::{Deserialize, Serialize};

use crate::index_method::IndexMethod;

/// `CREATE OPERATOR CLASS`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UserOperatorClass {
    pub oid: Oid,
    pub schema: Oid,
    pub name: String,
    pub owner: Oid,
    pub version: u64,
    pub method: IndexMethod,
    /// The family, always one of users.
    pub family: Oid,
    /// The type that it is for.
    pub input: Oid,
}

/// `CREATE OPERATOR FAMILY`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UserOperatorFamily {
    pub oid: Oid,
    pub schema: Oid,
    pub name: String,
    pub owner: Oid,
    pub version: u64,
    pub method: IndexMethod,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operators: Vec<FamilyMember>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub functions: Vec<FamilyMember>,
}

/// An operator or a support function of a family: a row of `pg_amop` or `pg_amproc`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FamilyMember {
    pub oid: Oid,
    /// The class that it is bound to; 0 if it is loose.
    #[serde(default)]
    pub class: Oid,
    /// The types that it is for.
    pub left: Oid,
    pub right: Oid,
    /// Strategy number, or number of the support function.
    pub number: i16,
    /// The operator or function, which may be PostgreSQL's own.
    pub object: Oid,
}

impl FamilyMember {
    /// What no two operators, or functions, of a family share.
    pub const fn place(&self) -> (i16, Oid, Oid) {
        (self.number, self.left, self.right)
    }
}

impl UserOperatorClass {
    /// What no two classes of a schema share.
    pub fn key(&self) -> String {
        method_name(self.method, &self.name)
    }
}

impl UserOperatorFamily {
    /// What no two families of a schema share.
    pub fn key(&self) -> String {
        method_name(self.method, &self.name)
    }

    /// The operator with this strategy number over two values of the type.
    pub fn operator(&self, number: i16, ty: Oid) -> Option<Oid> {
        self.operators.iter().find(|m| m.place() == (number, ty, ty)).map(|m| m.object)
    }

    /// The support function with this number for two values of the type.
    pub fn function(&self, number: i16, ty: Oid) -> Option<Oid> {
        self.functions.iter().find(|m| m.place() == (number, ty, ty)).map(|m| m.object)
    }

    /// All members.
    pub fn members(&self) -> impl Iterator<Item = &FamilyMember> {
        self.operators.iter().chain(&self.functions)
    }
}

/// A name with its method: `hash int4_ops`.
pub fn method_name(method: IndexMethod, name: &str) -> String {
    format!("{} {name}", method.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// They are stored in keys.
    #[test]
    fn names_are_as_documented() {
        assert_eq!(method_name(IndexMethod::Hash, "int4_ops"), "hash int4_ops");
    }

    #[test]
    fn members_are_found_by_number_and_type() {
        let member =
            FamilyMember { oid: Oid(1), class: Oid(0), left: Oid(23), right: Oid(20), number: 1, object: Oid(7) };
        let own = FamilyMember { right: Oid(23), object: Oid(8), ..member };
        let family = UserOperatorFamily {
            oid: Oid(2),
            schema: Oid(3),
            name: "f".into(),
            owner: Oid(10),
            version: 1,
            method: IndexMethod::Btree,
            operators: vec![member, own],
            functions: vec![],
        };
        assert_eq!((family.operator(1, Oid(23)), family.operator(1, Oid(20))), (Some(Oid(8)), None));
        assert_eq!(family.function(1, Oid(23)), None);
    }
}
