//! `pg_shdepend`: what belongs to roles, and lists of privileges that name them. As in PostgreSQL nothing is told of roles
//! that are part of the system; large objects, which are in no catalog, are not told of either.

use std::collections::BTreeSet;

use gavel_catalog::acl::{AclItem, PUBLIC};
use gavel_catalog::privilege::TABLEOID_COLUMN;
use gavel_catalog::snapshot::{PG_AUTHID, PG_CLASS, PG_DATABASE, PG_NAMESPACE, PG_PROC, PG_TYPE, is_shared};
use gavel_catalog::system::{FIRST_USER_OID, is_temporary};
use gavel_types::Oid;

use super::SystemContext;
use super::table::Rows;

/// `pg_default_acl`.
const PG_DEFAULT_ACL: Oid = Oid(826);

/// Something that roles have to do with: the catalog that it is in, its OID, and a column or 0.
type Object = (Oid, Oid, i32);

struct Dependents<'a> {
    database: Oid,
    out: &'a mut Rows,
}

impl Dependents<'_> {
    fn add(&mut self, (class, oid, sub): Object, role: Oid, kind: char) {
        if role < FIRST_USER_OID || is_temporary(oid) {
            return;
        }
        let database = if is_shared(class) { Oid(0) } else { self.database };
        self.out.add(|row| {
            row.set("dbid", database).set("classid", class).set("objid", oid).set("objsubid", sub);
            row.set("refclassid", PG_AUTHID).set("refobjid", role).set("deptype", kind);
        });
    }

    /// The roles that a list names besides the owner.
    fn listed(&mut self, object: Object, owner: Oid, items: Option<&[AclItem]>) {
        let items = items.unwrap_or_default();
        let named: BTreeSet<Oid> = items.iter().flat_map(|i| [i.grantee, i.grantor]).collect();
        for role in named.into_iter().filter(|role| *role != owner && *role != PUBLIC) {
            self.add(object, role, 'a');
        }
    }

    fn object(&mut self, object: Object, owner: Oid, items: Option<&[AclItem]>) {
        self.add(object, owner, 'o');
        self.listed(object, owner, items);
    }
}

/// All rows.
pub(super) fn fill(context: &SystemContext<'_>, out: &mut Rows) {
    let catalog = context.catalog;
    let mut all = Dependents { database: catalog.database, out };
    for d in catalog.databases.values() {
        all.object((PG_DATABASE, d.oid, 0), d.owner, d.acl.as_deref());
    }
    for s in catalog.schemas.values() {
        all.object((PG_NAMESPACE, s.oid, 0), s.owner, s.acl.as_deref());
    }
    for t in catalog.tables.values() {
        all.object((PG_CLASS, t.oid, 0), t.owner, t.acl.as_deref());
        for c in t.visible_columns() {
            all.listed((PG_CLASS, t.oid, i32::from(c.number)), t.owner, c.acl.as_deref());
        }
        all.listed((PG_CLASS, t.oid, i32::from(TABLEOID_COLUMN)), t.owner, t.tableoid_acl.as_deref());
    }
    for v in catalog.views.values() {
        all.object((PG_CLASS, v.oid, 0), v.owner, v.acl.as_deref());
        for (number, items) in &v.column_acls {
            all.listed((PG_CLASS, v.oid, i32::from(*number)), v.owner, Some(items));
        }
    }
    for s in catalog.sequences.values() {
        all.object((PG_CLASS, s.oid, 0), s.owner, s.acl.as_deref());
    }
    for t in catalog.types.values() {
        all.object((PG_TYPE, t.oid, 0), t.owner, t.acl.as_deref());
    }
    for f in catalog.functions.values() {
        all.object((PG_PROC, f.oid, 0), f.owner, f.acl.as_deref());
    }
    for d in catalog.default_privileges.values() {
        all.object((PG_DEFAULT_ACL, d.oid, 0), d.role, Some(&d.acl));
    }
}
