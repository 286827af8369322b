//! What a new cluster begins with: the role `postgres`, the databases `postgres`, `template1` and
//! `template0`, and in each of them schema `public`.

use std::sync::Arc;

use gavel_types::{Oid, Write};

use crate::acl::{self, Privileges};
use crate::descriptor::{Database, Role};
use crate::snapshot::{Catalog, PG_DATABASE};
use crate::store::{Reliance, changes, database_rows};

/// OID of the first superuser, as in PostgreSQL.
pub const SUPERUSER: Oid = Oid(10);
/// OID of the role that stands for the owner of the current database; schema `public` is its.
pub const DATABASE_OWNER: Oid = Oid(6171);
/// OIDs of the first databases, as in PostgreSQL 15.
pub const TEMPLATE1: Oid = Oid(1);
pub const TEMPLATE0: Oid = Oid(4);
pub const POSTGRES: Oid = Oid(5);

/// All writes of the first transaction of a cluster. `version` is random.
pub fn cluster(superuser: &str, version: u64) -> Vec<Write> {
    let empty = Catalog::default();
    let mut fresh = empty.clone();
    fresh.put_role(Arc::new(Role {
        oid: SUPERUSER,
        name: superuser.into(),
        superuser: true,
        login: true,
        create_db: true,
        create_role: true,
        inherit: true,
        password: None,
        replication: false,
        bypass_rls: false,
        connection_limit: None,
        member_of: Vec::new(),
    }));
    fresh.put_role(Arc::new(Role {
        oid: DATABASE_OWNER,
        name: "pg_database_owner".into(),
        superuser: false,
        login: false,
        create_db: false,
        create_role: false,
        inherit: true,
        password: None,
        replication: false,
        bypass_rls: false,
        connection_limit: None,
        member_of: Vec::new(),
    }));
    let databases = [
        (TEMPLATE1, "template1", "default template for new databases"),
        (TEMPLATE0, "template0", "unmodifiable empty database"),
        (POSTGRES, "postgres", "default administrative connection database"),
    ];
    for (oid, name, comment) in databases {
        // As in PostgreSQL: the templates have lists of their own, by which not everybody may leave things there.
        let guarded = (oid != POSTGRES).then(|| {
            let mut items = acl::default(acl::Class::Database, SUPERUSER);
            items.iter_mut().filter(|i| i.grantee == acl::PUBLIC).for_each(|i| {
                i.privileges = Privileges::of_letters("c");
            });
            items
        });
        fresh.put_database(Arc::new(Database { oid, name: name.into(), owner: SUPERUSER, acl: guarded }));
        fresh.comments.insert((PG_DATABASE, oid, 0), comment.into());
    }
    let mut writes = changes(&empty, &fresh, &Reliance::default(), version);
    for (oid, ..) in databases {
        writes.extend(database_rows(oid, DATABASE_OWNER, version));
    }
    writes
}
