use std::sync::Arc;

use gavel_types::PgType;

use super::*;
use crate::acl::AclItem;
use crate::descriptor::{Column, Membership};

const STAFF: Oid = Oid(100);
const BOSS: Oid = Oid(101);
const READER: Oid = Oid(102);
const OTHER: Oid = Oid(103);

fn role(oid: Oid, name: &str, inherit: bool, of: &[Oid]) -> Arc<Role> {
    let member_of = of.iter().map(|role| Membership { role: *role, grantor: SUPERUSER, admin: false }).collect();
    Arc::new(Role {
        oid,
        name: name.into(),
        superuser: oid == SUPERUSER,
        login: true,
        create_db: false,
        create_role: false,
        inherit,
        password: None,
        replication: false,
        bypass_rls: false,
        connection_limit: None,
        member_of,
    })
}

fn table() -> Table {
    Table {
        storage: Oid(20_000),
        ..Table::bare(
            Oid(20_000),
            system::PUBLIC,
            "t".into(),
            BOSS,
            (1..=3).map(|n| Column::plain(n, format!("c{n}"), PgType::INT4)).collect(),
        )
    }
}

fn item(grantee: Oid, letters: &str) -> AclItem {
    let privileges = Privileges::of_letters(letters);
    AclItem { grantee, grantor: BOSS, privileges, grantable: Privileges::NONE }
}

/// The drawing of the module, and a table of `boss` that `change` is made to.
fn catalog(change: impl FnOnce(&mut Table)) -> Catalog {
    let mut catalog = Catalog { database_name: "d".into(), ..Catalog::default() };
    catalog.put_database(Arc::new(Database { oid: Oid(5), name: "d".into(), owner: BOSS, acl: None }));
    predefined::complete(&mut catalog);
    for r in [
        role(SUPERUSER, "postgres", true, &[]),
        role(BOSS, "boss", true, &[]),
        role(STAFF, "staff", false, &[BOSS]),
        role(READER, "reader", true, &[STAFF]),
        role(OTHER, "other", true, &[]),
    ] {
        catalog.put_role(r);
    }
    let mut table = table();
    change(&mut table);
    catalog.put_table(Arc::new(table));
    catalog
}

fn check(catalog: &Catalog, role: Oid, access: &Access) -> String {
    match access.check(catalog, &Subject::of(catalog, role)) {
        Ok(()) => "yes".into(),
        Err(e) => format!("{} {}", e.code().as_str(), e.message()),
    }
}

fn access(letters: &str) -> Access {
    Access::new(Oid(20_000), None, Privileges::of_letters(letters))
}

#[test]
fn membership_passes_through_roles_that_inherit() {
    let catalog = catalog(|_| {});
    let reader = Subject::of(&catalog, READER);
    assert!(reader.has_privileges_of(STAFF) && !reader.has_privileges_of(BOSS) && reader.is_member_of(BOSS));
    let boss = Subject::of(&catalog, BOSS);
    assert!(boss.has_privileges_of(DATABASE_OWNER) && !reader.has_privileges_of(DATABASE_OWNER));
    assert!(Subject::of(&catalog, SUPERUSER).has_privileges_of(OTHER));
    let nobody = Subject::of(&catalog, Oid(999));
    assert!(!nobody.superuser && nobody.roles() == [Oid(999)]);
}

#[test]
fn owners_members_and_superusers_may() {
    let catalog = catalog(|_| {});
    for role in [BOSS, SUPERUSER] {
        assert_eq!(check(&catalog, role, &access("arwdDxt")), "yes");
    }
    assert_eq!(check(&catalog, READER, &access("r")), "42501 permission denied for table t");
    assert_eq!(check(&catalog, OTHER, &Access { as_role: Some(BOSS), ..access("r") }), "yes");
    assert_eq!(
        check(&catalog, SUPERUSER, &Access { as_role: Some(OTHER), ..access("r") }),
        "42501 permission denied for table t"
    );
}

#[test]
fn lists_name_roles_and_everybody() {
    let catalog = catalog(|t| t.acl = Some(vec![item(STAFF, "a"), item(acl::PUBLIC, "r")]));
    assert_eq!(check(&catalog, READER, &access("ra")), "yes");
    assert_eq!(check(&catalog, OTHER, &access("r")), "yes");
    assert_eq!(check(&catalog, OTHER, &access("ra")), "42501 permission denied for table t");
    // The owner can take its own privileges away.
    assert_eq!(check(&catalog, BOSS, &access("w")), "42501 permission denied for table t");
}

#[test]
fn columns_are_asked_where_the_relation_says_no() {
    let catalog = catalog(|t| {
        t.columns[0].acl = Some(vec![item(OTHER, "r")]);
        t.columns[1].acl = Some(vec![item(OTHER, "rw")]);
    });
    let refused = "42501 permission denied for table t";
    let selected = |columns: &[i16]| Access { selected: columns.to_vec(), ..access("r") };
    assert_eq!(check(&catalog, OTHER, &selected(&[])), "yes");
    assert_eq!(check(&catalog, OTHER, &selected(&[1, 2])), "yes");
    assert_eq!(check(&catalog, OTHER, &selected(&[1, 3])), refused);
    assert_eq!(check(&catalog, OTHER, &Access { updated: vec![2], ..access("w") }), "yes");
    assert_eq!(check(&catalog, OTHER, &Access { updated: vec![1], ..access("w") }), refused);
    assert_eq!(check(&catalog, OTHER, &access("a")), refused);
    assert_eq!(check(&catalog, OTHER, &access("rd")), refused);
    let of = Securable::find(&catalog, Oid(20_000)).expect("table");
    let other = Subject::of(&catalog, OTHER);
    assert!(other.may_use_column(&of, 2, Privileges::of_letters("aw")));
    assert!(!other.may_use_column(&of, 3, Privileges::of_letters("r")));
}

#[test]
fn predefined_roles_read_and_write_all() {
    let mut catalog = catalog(|_| {});
    catalog.put_role(role(OTHER, "other", true, &[READ_ALL_DATA]));
    assert_eq!(check(&catalog, OTHER, &access("r")), "yes");
    assert_eq!(check(&catalog, OTHER, &access("a")), "42501 permission denied for table t");
    let closed = Schema { oid: Oid(300), name: "s".into(), owner: BOSS, acl: None };
    let letters = |role: Oid| Subject::of(&catalog, role).on_schema(&closed);
    assert_eq!(letters(OTHER), Privileges::of_letters("U"));
    assert_eq!(letters(READER), Privileges::NONE);
    assert_eq!(letters(BOSS), Class::Schema.all());
    catalog.put_role(role(OTHER, "other", true, &[WRITE_ALL_DATA]));
    assert_eq!(check(&catalog, OTHER, &access("awd")), "yes");
    assert_eq!(check(&catalog, OTHER, &access("D")), "42501 permission denied for table t");
}

#[test]
fn system_relations_are_open_but_for_some() {
    let catalog = catalog(|_| {});
    let of = |name: &str| {
        let relation = system::relation("pg_catalog", name).expect("relation").oid;
        check(&catalog, OTHER, &Access::new(relation, None, Privileges::of_letters("r")))
    };
    assert_eq!(of("pg_class"), "yes");
    assert_eq!(of("pg_authid"), "42501 permission denied for table pg_authid");
    assert_eq!(of("pg_shadow"), "42501 permission denied for view pg_shadow");
}

#[test]
fn rights_to_grant_are_the_owners_and_those_that_are_listed() {
    let catalog = catalog(|_| {});
    let grantable = Privileges::of_letters("r");
    let acl = Some(vec![AclItem { grantable, ..item(STAFF, "ra") }]);
    let of = |role: Oid| Subject::of(&catalog, role).grantable(Class::Relation, &acl, BOSS);
    assert_eq!(of(READER), grantable);
    assert_eq!(of(OTHER), Privileges::NONE);
    assert_eq!(of(BOSS), Class::Relation.all());
}
