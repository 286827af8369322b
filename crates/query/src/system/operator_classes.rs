//! Operator classes and families of users: their rows of `pg_opclass`, `pg_opfamily`, `pg_amop`, `pg_amproc` and
//! `pg_depend`, and how they are written.

use std::collections::BTreeSet;

use gavel_catalog::snapshot::{
    PG_AMOP, PG_AMPROC, PG_CLASS, PG_NAMESPACE, PG_OPCLASS, PG_OPERATOR, PG_OPFAMILY, PG_PROC, PG_TYPE,
};
use gavel_catalog::{Catalog, FamilyMember, UserOperatorClass, UserOperatorFamily};
use gavel_types::Oid;

use super::SystemContext;
use super::opclass;
use super::table::Rows;
use crate::ddl::names::{qualified, quote};

pub(super) fn classes(context: &SystemContext<'_>, out: &mut Rows) {
    for c in context.catalog.operator_classes.values() {
        out.add(|row| {
            row.set("oid", c.oid).set("opcmethod", c.method.oid()).set("opcname", c.name.as_str());
            row.set("opcnamespace", c.schema).set("opcowner", c.owner).set("opcfamily", c.family);
            row.set("opcintype", c.input).set("opcdefault", false).set("opckeytype", Oid(0));
        });
    }
}

pub(super) fn families(context: &SystemContext<'_>, out: &mut Rows) {
    for f in context.catalog.operator_families.values() {
        out.add(|row| {
            row.set("oid", f.oid).set("opfmethod", f.method.oid()).set("opfname", f.name.as_str());
            row.set("opfnamespace", f.schema).set("opfowner", f.owner);
        });
    }
}

pub(super) fn operators(context: &SystemContext<'_>, out: &mut Rows) {
    for f in context.catalog.operator_families.values() {
        for m in &f.operators {
            out.add(|row| {
                row.set("oid", m.oid).set("amopfamily", f.oid).set("amopmethod", f.method.oid());
                row.set("amoplefttype", m.left).set("amoprighttype", m.right).set("amopstrategy", m.number);
                row.set("amoppurpose", 's').set("amopopr", m.object).set("amopsortfamily", Oid(0));
            });
        }
    }
}

pub(super) fn functions(context: &SystemContext<'_>, out: &mut Rows) {
    for f in context.catalog.operator_families.values() {
        for m in &f.functions {
            out.add(|row| {
                row.set("oid", m.oid).set("amprocfamily", f.oid).set("amprocnum", m.number);
                row.set("amproclefttype", m.left).set("amprocrighttype", m.right).set("amproc", m.object);
            });
        }
    }
}

/// What classes, families and their members depend on, and what goes by classes.
pub(super) fn depends(context: &SystemContext<'_>, out: &mut Rows) {
    let catalog = context.catalog;
    let mut add = |(class, oid): (Oid, Oid), (on_class, on): (Oid, Oid), kind: char| {
        out.add(|row| {
            row.set("classid", class).set("objid", oid).set("objsubid", 0);
            row.set("refclassid", on_class).set("refobjid", on).set("refobjsubid", 0).set("deptype", kind);
        });
    };
    for c in catalog.operator_classes.values() {
        add((PG_OPCLASS, c.oid), (PG_NAMESPACE, c.schema), 'n');
        add((PG_OPCLASS, c.oid), (PG_OPFAMILY, c.family), 'a');
        let input = c.input.element().unwrap_or(c.input);
        if input.is_user_type() {
            add((PG_OPCLASS, c.oid), (PG_TYPE, input), 'n');
        }
    }
    for f in catalog.operator_families.values() {
        add((PG_OPFAMILY, f.oid), (PG_NAMESPACE, f.schema), 'n');
        let operators = f.operators.iter().map(|m| (PG_AMOP, PG_OPERATOR, m));
        for (class, on_class, m) in operators.chain(f.functions.iter().map(|m| (PG_AMPROC, PG_PROC, m))) {
            // PostgreSQL's own needs no mention.
            if catalog.operator(m.object).is_some() || catalog.function(m.object).is_some() {
                add((class, m.oid), (on_class, m.object), if m.class.0 == 0 { 'a' } else { 'n' });
            }
            add((class, m.oid), bound_to(f, m), if m.class.0 == 0 { 'a' } else { 'i' });
        }
    }
    let mut goes_by = |relation: Oid, classes: BTreeSet<Oid>| {
        for class in classes.into_iter().filter(|class| catalog.operator_class(*class).is_some()) {
            add((PG_CLASS, relation), (PG_OPCLASS, class), 'n');
        }
    };
    for t in catalog.tables.values() {
        goes_by(t.oid, t.partitioned.iter().flat_map(|key| &key.parts).map(|part| part.class).collect());
        for index in &t.indexes {
            goes_by(index.oid, index.classes.iter().copied().collect());
        }
    }
}

/// What a member goes with.
fn bound_to(family: &UserOperatorFamily, member: &FamilyMember) -> (Oid, Oid) {
    if member.class.0 == 0 { (PG_OPFAMILY, family.oid) } else { (PG_OPCLASS, member.class) }
}

/// Whether the name alone, with the method, means the class.
pub(crate) fn is_class_visible(catalog: &Catalog, search_path: &[String], class: &UserOperatorClass) -> bool {
    let own = |schema: Oid| catalog.operator_class_named(schema, class.method, &class.name).map(|c| c.oid);
    let first = search_path.iter().filter_map(|s| catalog.qualifier(s)).find_map(|s| own(s.oid));
    opclass::named(class.method, &class.name).is_none() && first == Some(class.oid)
}

/// Whether the name alone, with the method, means the family.
pub(crate) fn is_family_visible(catalog: &Catalog, search_path: &[String], family: &UserOperatorFamily) -> bool {
    let own = |schema: Oid| catalog.operator_family_named(schema, family.method, &family.name).map(|f| f.oid);
    let first = search_path.iter().filter_map(|s| catalog.qualifier(s)).find_map(|s| own(s.oid));
    opclass::family_named(family.method, &family.name).is_none() && first == Some(family.oid)
}

/// The name of a class; with the schema where it is not found without.
pub(crate) fn class_text(catalog: &Catalog, search_path: &[String], class: &UserOperatorClass) -> String {
    if is_class_visible(catalog, search_path, class) {
        return quote(&class.name);
    }
    qualified(catalog, class.schema, &class.name)
}

/// The name of a family; with the schema where it is not found without.
pub(crate) fn family_text(catalog: &Catalog, search_path: &[String], family: &UserOperatorFamily) -> String {
    if is_family_visible(catalog, search_path, family) {
        return quote(&family.name);
    }
    qualified(catalog, family.schema, &family.name)
}
