//! The roles that PostgreSQL has from the beginning (manual, §22.5), and what of the system not everybody may use.
//!
//! Nobody stores these roles until something is granted to one of them: [`complete`] adds them to every catalog that is
//! read, so that clusters which older builds have made have them, too.

use std::sync::Arc;

use gavel_types::Oid;

use crate::acl::{self, AclItem, Class, Privileges};
use crate::bootstrap::{DATABASE_OWNER, SUPERUSER};
use crate::descriptor::{Membership, Role};
use crate::snapshot::Catalog;

pub const READ_ALL_DATA: Oid = Oid(6181);
pub const WRITE_ALL_DATA: Oid = Oid(6182);
pub const MONITOR: Oid = Oid(3373);
pub const READ_ALL_SETTINGS: Oid = Oid(3374);
pub const READ_ALL_STATS: Oid = Oid(3375);
pub const STAT_SCAN_TABLES: Oid = Oid(3377);
pub const SIGNAL_BACKEND: Oid = Oid(4200);
pub const CHECKPOINT: Oid = Oid(4544);

/// OID and name of each.
const ROLES: [(Oid, &str); 12] = [
    (DATABASE_OWNER, "pg_database_owner"),
    (READ_ALL_DATA, "pg_read_all_data"),
    (WRITE_ALL_DATA, "pg_write_all_data"),
    (MONITOR, "pg_monitor"),
    (READ_ALL_SETTINGS, "pg_read_all_settings"),
    (READ_ALL_STATS, "pg_read_all_stats"),
    (STAT_SCAN_TABLES, "pg_stat_scan_tables"),
    (Oid(4569), "pg_read_server_files"),
    (Oid(4570), "pg_write_server_files"),
    (Oid(4571), "pg_execute_server_program"),
    (SIGNAL_BACKEND, "pg_signal_backend"),
    (CHECKPOINT, "pg_checkpoint"),
];

/// Adds those that nobody has stored.
pub fn complete(catalog: &mut Catalog) {
    for (oid, name) in ROLES {
        if catalog.roles.contains_key(name) {
            continue;
        }
        let of = |role: Oid| Membership { role, grantor: SUPERUSER, admin: false };
        let member_of = match oid {
            MONITOR => [READ_ALL_SETTINGS, READ_ALL_STATS, STAT_SCAN_TABLES].map(of).to_vec(),
            _ => Vec::new(),
        };
        catalog.put_role(Arc::new(Role {
            oid,
            name: name.to_owned(),
            superuser: false,
            login: false,
            create_db: false,
            create_role: false,
            inherit: true,
            password: None,
            replication: false,
            bypass_rls: false,
            connection_limit: None,
            member_of,
        }));
    }
}

/// System relations that everybody may not read, with the role that may.
const GUARDED_RELATIONS: [(&str, Option<Oid>); 14] = [
    ("pg_authid", None),
    ("pg_backend_memory_contexts", Some(READ_ALL_STATS)),
    ("pg_config", None),
    ("pg_file_settings", None),
    ("pg_hba_file_rules", None),
    ("pg_ident_file_mappings", None),
    ("pg_largeobject", None),
    ("pg_replication_origin_status", None),
    ("pg_shadow", None),
    ("pg_shmem_allocations", Some(READ_ALL_STATS)),
    ("pg_statistic", None),
    ("pg_statistic_ext_data", None),
    ("pg_subscription", None),
    ("pg_user_mapping", None),
];

/// What everybody may do with a system relation, and the role that may read it if not everybody may.
pub fn on_relation(schema: &str, name: &str) -> (Privileges, Option<Oid>) {
    let guard = GUARDED_RELATIONS.iter().find(|(guarded, _)| schema == "pg_catalog" && *guarded == name);
    match guard {
        Some((_, reader)) => (Privileges::NONE, *reader),
        None if name == "pg_settings" => (Privileges::of_letters("rw"), None),
        None => (Privileges::of_letters("r"), None),
    }
}

/// Functions that everybody may not call, in order, with the role that may.
const GUARDED_FUNCTIONS: [(u32, Option<Oid>); 59] = [
    (764, None),
    (765, None),
    (767, None),
    (2172, None),
    (2274, None),
    (2282, Some(READ_ALL_STATS)),
    (2307, None),
    (2621, None),
    (2622, None),
    (2623, None),
    (2624, None),
    (2625, None),
    (2739, None),
    (2848, None),
    (3071, None),
    (3072, None),
    (3098, None),
    (3293, None),
    (3295, None),
    (3297, None),
    (3307, None),
    (3329, None),
    (3353, Some(MONITOR)),
    (3354, Some(MONITOR)),
    (3400, None),
    (3401, None),
    (3436, None),
    (3775, None),
    (3776, None),
    (3777, None),
    (3800, None),
    (3801, None),
    (3826, None),
    (3827, None),
    (3828, None),
    (4543, None),
    (5029, Some(MONITOR)),
    (5030, Some(MONITOR)),
    (5031, Some(MONITOR)),
    (5052, Some(READ_ALL_STATS)),
    (6003, None),
    (6004, None),
    (6005, None),
    (6006, None),
    (6007, None),
    (6008, None),
    (6009, None),
    (6010, None),
    (6011, None),
    (6012, None),
    (6013, None),
    (6014, None),
    (6170, None),
    (6230, None),
    (6232, None),
    (6250, None),
    (6270, Some(MONITOR)),
    (6271, Some(MONITOR)),
    (6272, Some(MONITOR)),
];

/// Whether not everybody may call a function of the system, as far as nothing was granted or revoked.
pub fn is_guarded(function: Oid) -> bool {
    GUARDED_FUNCTIONS.binary_search_by_key(&function.0, |f| f.0).is_ok()
}

/// The list that a function of the system comes with.
pub fn function_acl(oid: Oid) -> Vec<AclItem> {
    let Ok(at) = GUARDED_FUNCTIONS.binary_search_by_key(&oid.0, |f| f.0) else {
        return acl::default(Class::Function, SUPERUSER);
    };
    let roles = std::iter::once(SUPERUSER).chain(GUARDED_FUNCTIONS[at].1);
    let item = |grantee| AclItem {
        grantee,
        grantor: SUPERUSER,
        privileges: Class::Function.all(),
        grantable: Privileges::NONE,
    };
    roles.map(item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_in_every_catalog() {
        let mut catalog = Catalog::default();
        complete(&mut catalog);
        let monitor = &catalog.roles["pg_monitor"];
        assert_eq!((catalog.roles.len(), monitor.member_of.len()), (12, 3));
        let before = Arc::clone(monitor);
        complete(&mut catalog);
        assert!(Arc::ptr_eq(&before, &catalog.roles["pg_monitor"]));
    }

    #[test]
    fn not_everything_is_for_everybody() {
        assert!(GUARDED_FUNCTIONS.is_sorted_by_key(|f| f.0));
        let read = Privileges::of_letters("r");
        assert_eq!(on_relation("pg_catalog", "pg_class"), (read, None));
        assert_eq!(on_relation("pg_catalog", "pg_shmem_allocations"), (Privileges::NONE, Some(READ_ALL_STATS)));
        let grantees = |oid: u32| function_acl(Oid(oid)).iter().map(|i| i.grantee).collect::<Vec<_>>();
        assert_eq!(grantees(2621), [SUPERUSER]);
        assert_eq!(grantees(3353), [SUPERUSER, MONITOR]);
        assert_eq!(grantees(1299), [acl::PUBLIC, SUPERUSER]);
    }
}
