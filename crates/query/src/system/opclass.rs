//! Operator classes and families (manual, chapter 11.10): which class an index over a type has, and which operators
//! belong to a family. The facts are those of PostgreSQL 15, one line each in `data/pg_opclass.tsv`,
//! `data/pg_opfamily.tsv`, `data/pg_amop.tsv` and `data/pg_amproc.tsv`. Classes of users are in the catalog; indexes have
//! them only where they mean the same as the default class ([`is_default_order`]).

use std::collections::HashMap;
use std::sync::LazyLock;

use gavel_catalog::{Catalog, FamilyMember, Index, IndexKey, IndexMethod, Table, UserOperatorClass};
use gavel_functions::registry::{self, CastContext, CastMethod};
use gavel_types::{Oid, PgType};

/// A row of `pg_opclass`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OperatorClass {
    pub oid: Oid,
    pub method: Oid,
    pub name: &'static str,
    pub family: Oid,
    /// The type that it indexes.
    pub input: Oid,
    pub default: bool,
    /// What is stored, if that differs from `input`; 0 otherwise.
    pub key: Oid,
}

pub const ARRAY_OPS: Oid = Oid(10_064);
pub const JSONB_OPS: Oid = Oid(10_090);
pub const JSONB_PATH_OPS: Oid = Oid(10_091);

fn number(text: &str) -> Oid {
    Oid(text.parse().unwrap_or(0))
}

static CLASSES: LazyLock<Vec<OperatorClass>> = LazyLock::new(|| {
    let read = |line: &'static str| match line.split('\t').collect::<Vec<_>>()[..] {
        [oid, method, name, _, _, family, input, default, key] => Some(OperatorClass {
            oid: number(oid),
            method: number(method),
            name,
            family: number(family),
            input: number(input),
            default: default == "t",
            key: number(key),
        }),
        _ => None,
    };
    include_str!("data/pg_opclass.tsv").lines().skip(1).filter_map(read).collect()
});

/// Methods and names of operator families by OID.
static FAMILIES: LazyLock<HashMap<Oid, (Oid, &'static str)>> = LazyLock::new(|| {
    let read = |line: &'static str| {
        let mut fields = line.split('\t');
        Some((number(fields.next()?), (number(fields.next()?), fields.next()?)))
    };
    include_str!("data/pg_opfamily.tsv").lines().skip(1).filter_map(read).collect()
});

/// Strategy numbers by family and operator.
static STRATEGIES: LazyLock<HashMap<(Oid, Oid), i16>> = LazyLock::new(|| {
    let read = |line: &'static str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let searches = *fields.get(5)? == "s";
        let strategy = fields.get(4)?.parse().ok().filter(|_| searches)?;
        Some(((number(fields.get(1)?), number(fields.get(6)?)), strategy))
    };
    include_str!("data/pg_amop.tsv").lines().skip(1).filter_map(read).collect()
});

/// Operators by family, the type on both sides and strategy number.
static OPERATORS: LazyLock<HashMap<(Oid, Oid, i16), Oid>> = LazyLock::new(|| {
    let read = |line: &'static str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let ty = *fields.get(2)?;
        let wanted = *fields.get(5)? == "s" && *fields.get(3)? == ty;
        let strategy = fields.get(4)?.parse().ok().filter(|_| wanted)?;
        Some(((number(fields.get(1)?), number(ty), strategy), number(fields.get(6)?)))
    };
    include_str!("data/pg_amop.tsv").lines().skip(1).filter_map(read).collect()
});

/// Support functions by family, the type on both sides and their numbers.
static FUNCTIONS: LazyLock<HashMap<(Oid, Oid, i16), Oid>> = LazyLock::new(|| {
    let read = |line: &'static str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let ty = *fields.get(2)?;
        let wanted = *fields.get(3)? == ty;
        let at = fields.get(4)?.parse().ok().filter(|_| wanted)?;
        Some(((number(fields.get(1)?), number(ty), at), number(fields.get(5)?)))
    };
    include_str!("data/pg_amproc.tsv").lines().skip(1).filter_map(read).collect()
});

/// The class with this OID.
pub fn by_oid(oid: Oid) -> Option<&'static OperatorClass> {
    CLASSES.iter().find(|c| c.oid == oid)
}

/// The class of this name.
pub fn named(method: IndexMethod, name: &str) -> Option<&'static OperatorClass> {
    CLASSES.iter().find(|c| c.method == method.oid() && c.name == name)
}

/// OID of the family of this name.
pub fn family_named(method: IndexMethod, name: &str) -> Option<Oid> {
    FAMILIES.iter().find(|(_, family)| **family == (method.oid(), name)).map(|(oid, _)| *oid)
}

/// Method and name of the family with this OID.
pub fn family_by_oid(oid: Oid) -> Option<(Oid, &'static str)> {
    FAMILIES.get(&oid).copied()
}

/// The operator, or the support function, with this OID, and its family.
pub fn member_by_oid(oid: Oid, function: bool) -> Option<(Oid, FamilyMember)> {
    let facts = if function { include_str!("data/pg_amproc.tsv") } else { include_str!("data/pg_amop.tsv") };
    let object = if function { 5 } else { 6 };
    facts.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split('\t').collect();
        let at = |n: usize| fields.get(n).map(|text| number(text));
        if at(0)? != oid {
            return None;
        }
        let (left, right, of) = (at(2)?, at(3)?, fields.get(4)?.parse().ok()?);
        Some((at(1)?, FamilyMember { oid, class: Oid(0), left, right, number: of, object: at(object)? }))
    })
}

/// The class that an index over the type has when none is named.
pub fn default_of(method: IndexMethod, ty: Oid) -> Option<&'static OperatorClass> {
    let defaults = || CLASSES.iter().filter(|c| c.default && c.method == method.oid());
    let preferred = |c: &&OperatorClass| registry::type_info(c.input).is_some_and(|t| t.preferred);
    let exact = defaults().find(|c| c.input == ty);
    let fitting = || defaults().filter(|c| is_coercible(ty, c.input));
    exact.or_else(|| fitting().find(preferred)).or_else(|| fitting().next())
}

impl OperatorClass {
    /// Whether values of the type are values of the class's type as they are.
    pub fn accepts(&self, ty: Oid) -> bool {
        is_coercible(ty, self.input)
    }

    /// Whether the type has it when none is named.
    pub fn is_default_of(&self, ty: Oid) -> bool {
        IndexMethod::of_oid(self.method).and_then(|m| default_of(m, ty)) == Some(self)
    }

    pub fn family_name(&self) -> &'static str {
        FAMILIES.get(&self.family).map_or("?", |(_, name)| *name)
    }

    /// Strategy number of an operator in the class's family.
    pub fn strategy(&self, operator: Oid) -> Option<i16> {
        STRATEGIES.get(&(self.family, operator)).copied()
    }

    /// The operator that the class has for a strategy number.
    pub fn operator(&self, strategy: i16) -> Option<Oid> {
        OPERATORS.get(&(self.family, self.input, strategy)).copied()
    }

    /// The support function that the class has for a number.
    pub fn function(&self, number: i16) -> Option<Oid> {
        FUNCTIONS.get(&(self.family, self.input, number)).copied()
    }
}

/// Most strategy and support numbers that a method has; `None` if there are no classes of users for it.
pub const fn numbers_of(method: IndexMethod) -> Option<(i16, i16)> {
    match method {
        IndexMethod::Btree => Some((5, 5)),
        IndexMethod::Hash => Some((1, 3)),
        IndexMethod::Gist | IndexMethod::Gin | IndexMethod::Spgist | IndexMethod::Brin => None,
    }
}

/// The default class that a class of users means the same as: all its operators are those of that one. So says the
/// contract of operator classes: the order, or the equality, that support functions tell is the one of the operators.
pub fn is_default_order(catalog: &Catalog, class: &UserOperatorClass) -> Option<&'static OperatorClass> {
    let (strategies, _) = numbers_of(class.method)?;
    let default = default_of(class.method, class.input)?;
    let family = catalog.operator_family(class.family)?;
    let same = |at| default.operator(at).is_some_and(|own| family.operator(at, class.input) == Some(own));
    (1..=strategies).all(same).then_some(default)
}

/// The equality of a class of users: `None` if it has none.
pub fn equality_of(catalog: &Catalog, class: &UserOperatorClass) -> Option<Oid> {
    let at = if class.method == IndexMethod::Hash { 1 } else { 3 };
    catalog.operator_family(class.family)?.operator(at, class.input)
}

/// Whether the equality of a class of users is that of the default class of its type.
pub fn is_default_equality(catalog: &Catalog, class: &UserOperatorClass) -> bool {
    let at = if class.method == IndexMethod::Hash { 1 } else { 3 };
    let default = default_of(class.method, class.input).and_then(|c| c.operator(at));
    default.is_some() && default == equality_of(catalog, class)
}

/// Whether a value of one type is one of the other without a change.
pub fn is_coercible(from: Oid, to: Oid) -> bool {
    if from == to {
        return true;
    }
    match to {
        Oid::ANYARRAY => registry::type_info(from).is_some_and(|t| t.category == 'A' && t.len == -1),
        Oid::ANYENUM => from.is_enum(),
        Oid::RECORD => from.is_composite(),
        _ => registry::cast(from, to)
            .is_some_and(|c| c.context == CastContext::Implicit && matches!(c.method, CastMethod::Binary)),
    }
}

/// The type that a key of an index has.
pub fn key_type(table: &Table, key: &IndexKey) -> PgType {
    match key {
        IndexKey::Column(number) => table.column(*number).map_or(PgType::TEXT, |c| c.ty),
        IndexKey::Expression { ty, .. } => *ty,
    }
}

/// The class of a key of an index; in the place of one of users the default class, which it means the same as.
pub fn class_of(table: &Table, index: &Index, position: usize) -> Option<&'static OperatorClass> {
    let named = index.class(position).and_then(by_oid);
    named.or_else(|| default_of(index.method, key_type(table, &index.keys.get(position)?.0).oid))
}

/// The type under which a key stands in an index of its method, as PostgreSQL has it in `pg_attribute`.
pub fn stored_type(table: &Table, index: &Index, position: usize) -> Option<PgType> {
    let ty = key_type(table, &index.keys.get(position)?.0);
    if index.method == IndexMethod::Hash {
        return Some(PgType::INT4);
    }
    let class = class_of(table, index, position)?;
    Some(match class.key {
        Oid(0) => ty,
        Oid::ANYELEMENT => PgType::new(ty.oid.element().unwrap_or(ty.oid)),
        key if key == ty.oid => ty,
        key => PgType::new(key),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn default_name(method: IndexMethod, ty: Oid) -> Option<&'static str> {
        default_of(method, ty).map(|c| c.name)
    }

    #[test]
    fn types_have_the_classes_of_postgresql() {
        assert_eq!(default_name(IndexMethod::Btree, Oid::VARCHAR), Some("text_ops"));
        assert_eq!(default_name(IndexMethod::Btree, Oid(1007)), Some("array_ops"));
        assert_eq!(default_name(IndexMethod::Btree, Oid::JSON), None);
        assert_eq!(default_name(IndexMethod::Gin, Oid::JSONB), Some("jsonb_ops"));
        assert_eq!(default_name(IndexMethod::Gin, Oid::TEXT), None);
        assert_eq!(default_name(IndexMethod::Brin, Oid::INT4), Some("int4_minmax_ops"));
        assert_eq!(default_name(IndexMethod::Gist, Oid::INT4), None);
        let path = named(IndexMethod::Gin, "jsonb_path_ops").expect("jsonb_path_ops");
        assert!(path.accepts(Oid::JSONB) && !path.accepts(Oid::TEXT) && !path.is_default_of(Oid::JSONB));
        assert_eq!((path.oid, path.family_name()), (JSONB_PATH_OPS, "jsonb_path_ops"));
        assert_eq!(named(IndexMethod::Gin, "jsonb_ops").map(|c| c.oid), Some(JSONB_OPS));
        // `=` of integers, `<>` of integers.
        let int4 = default_of(IndexMethod::Btree, Oid::INT4).expect("int4_ops");
        assert_eq!((int4.strategy(Oid(96)), int4.strategy(Oid(518))), (Some(3), None));
        let pattern = named(IndexMethod::Btree, "varchar_pattern_ops").expect("varchar_pattern_ops");
        let name = |strategy| pattern.operator(strategy).and_then(registry::operator).map(|o| o.name);
        assert_eq!((name(1), name(3), int4.operator(3)), (Some("~<~"), Some("="), Some(Oid(96))));
        // `hashint4extended`, `btint4cmp`.
        let hashed = default_of(IndexMethod::Hash, Oid::INT4).expect("int4_ops");
        assert_eq!((hashed.function(2), int4.function(1)), (Some(Oid(425)), Some(Oid(351))));
        assert_eq!(family_named(IndexMethod::Btree, "integer_ops"), Some(int4.family));
    }
}
