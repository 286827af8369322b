use std::collections::BTreeMap;

use gavel_types::PgType;

use super::*;
use crate::bootstrap;
use crate::descriptor::{Column, Index, IndexKey};

fn apply(rows: &mut BTreeMap<Bytes, Bytes>, writes: &[Write]) {
    for w in writes {
        match &w.value {
            Some(v) => rows.insert(w.key.clone(), v.clone()),
            None => rows.remove(&w.key),
        };
    }
}

fn read(rows: &BTreeMap<Bytes, Bytes>, database: Oid) -> Catalog {
    let within = |range: gavel_types::KeyRange| {
        rows.range(range.start..range.end).map(|(k, v)| (k.clone(), v.clone())).collect::<Vec<_>>()
    };
    let version = |t| rows.get(&keys::catalog_version(t)).cloned().unwrap_or_default();
    let descriptors = [within(keys::descriptors(CLUSTER)), within(keys::descriptors(database))].concat();
    let comments = [within(keys::comments(CLUSTER)), within(keys::comments(database))].concat();
    let stored = StoredRows { versions: [version(CLUSTER), version(database)], descriptors, comments };
    load(database, &stored).expect("rows load")
}

fn table(oid: u32, name: &str) -> Table {
    let column = |number, name: &str| Column {
        number,
        name: name.into(),
        ty: PgType::INT4,
        domain: None,
        collation: None,
        not_null: number == 1,
        default: None,
        identity: None,
        generated: false,
        sequence: None,
        missing: None,
        dropped: false,
        acl: None,
        descent: crate::descriptor::Descent::default(),
    };
    Table {
        storage: Oid(oid),
        indexes: vec![Index {
            oid: Oid(oid + 1),
            name: format!("{name}_pkey"),
            storage: Oid(oid),
            primary: true,
            unique: true,
            keys: vec![(IndexKey::Column(1), false, false)],
            include: vec![],
            predicate: None,
            nulls_not_distinct: false,
            constraint: None,
            deferrable: false,
            ..Index::default()
        }],
        ..Table::bare(Oid(oid), crate::system::PUBLIC, name.into(), Oid(10), vec![column(1, "a"), column(2, "b")])
    }
}

fn modes(writes: &[Write]) -> BTreeMap<Bytes, (WriteMode, bool)> {
    writes.iter().map(|w| (w.key.clone(), (w.mode, w.value.is_some()))).collect()
}

#[test]
fn a_new_cluster_reads_back() {
    let mut rows = BTreeMap::new();
    apply(&mut rows, &bootstrap::cluster("postgres", 7));
    let catalog = read(&rows, bootstrap::POSTGRES);
    assert_eq!(&*catalog.database_name, "postgres");
    assert_eq!(catalog.databases.len(), 3);
    assert_eq!(catalog.schemas["public"].oid, crate::system::PUBLIC);
    assert!(catalog.roles["postgres"].superuser);
    assert_eq!(catalog.version, 7 << 64 | 7);
    assert_eq!(catalog.comments.len(), 4);
}

#[test]
fn rename_drop_and_truncate_write_what_others_must_notice() {
    let mut rows = BTreeMap::new();
    apply(&mut rows, &bootstrap::cluster("postgres", 7));
    let base = read(&rows, bootstrap::POSTGRES);
    let mut with = base.clone();
    with.put_table(Arc::new(table(16384, "t")));
    let writes = changes(&base, &with, &Reliance::default(), 8);
    apply(&mut rows, &writes);
    let tenant = bootstrap::POSTGRES;
    let entry = |name: &str| keys::name(tenant, Space::Relation, crate::system::PUBLIC, name);
    assert_eq!(modes(&writes)[&entry("t_pkey")], (WriteMode::Insert, true));
    assert_eq!(writes.len(), 5, "two names, the row type's, descriptor, catalog version: {writes:?}");
    let loaded = read(&rows, tenant);
    assert_eq!(loaded.tables, with.tables);
    assert_ne!(loaded.version, base.version);

    let mut renamed = loaded.clone();
    renamed.put_table(Arc::new(Table { name: "u".into(), storage: Oid(16390), ..table(16384, "t") }));
    let writes = modes(&changes(&loaded, &renamed, &Reliance::default(), 9));
    assert_eq!(writes[&entry("t")], (WriteMode::Delete, false));
    assert_eq!(writes[&entry("u")], (WriteMode::Insert, true));
    assert_eq!(writes[&keys::object_version(tenant, Oid(16384))], (WriteMode::Insert, true));
    assert!(!writes.contains_key(&entry("t_pkey")));
    assert!(!writes.contains_key(&keys::dropped(tenant, Oid(16384))), "the index still names it");

    let reliance = Reliance { rows_of: BTreeSet::from([Oid(16384)]), ..Reliance::default() };
    let writes = changes(&loaded, &base, &reliance, 10);
    let dropped = modes(&writes);
    assert_eq!(dropped[&keys::object_version(tenant, Oid(16384))].0, WriteMode::Delete);
    assert_eq!(dropped[&keys::dropped(tenant, Oid(16384))], (WriteMode::Blind, true));
    apply(&mut rows, &writes);
    assert!(read(&rows, tenant).relations.is_empty());
}

#[test]
fn nothing_changed_writes_nothing() {
    let mut rows = BTreeMap::new();
    apply(&mut rows, &bootstrap::cluster("postgres", 7));
    let base = read(&rows, bootstrap::POSTGRES);
    assert!(changes(&base, &base.clone(), &Reliance::default(), 8).is_empty());
    let pinned = BTreeSet::from([(Kind::Schema, crate::system::PUBLIC)]);
    let writes = changes(&base, &base, &Reliance { pinned, ..Reliance::default() }, 8);
    assert_eq!(writes.iter().map(|w| w.mode).collect::<Vec<_>>(), [WriteMode::Update]);
}

#[test]
fn privileges_read_back_and_older_rows_have_none() {
    use crate::acl::{self, Class};
    let mut rows = BTreeMap::new();
    apply(&mut rows, &bootstrap::cluster("postgres", 7));
    let base = read(&rows, bootstrap::POSTGRES);
    assert_eq!(base.schemas["public"].acl.as_ref().map(Vec::len), Some(2), "its owner and everybody");
    assert!(base.databases["template1"].acl.is_some() && base.databases["postgres"].acl.is_none());
    let mut with = base.clone();
    let granted = Table { acl: Some(acl::default(Class::Relation, Oid(10))), ..table(16384, "t") };
    with.put_table(Arc::new(granted));
    let (oid, role, schema, kind) = (Oid(16390), Oid(10), Oid(0), 'r');
    let later = DefaultPrivileges { oid, role, schema, kind, acl: acl::default(Class::Relation, Oid(10)) };
    with.default_privileges.insert(oid, Arc::new(later));
    apply(&mut rows, &changes(&base, &with, &Reliance::default(), 8));
    let loaded = read(&rows, bootstrap::POSTGRES);
    assert_eq!(loaded.tables, with.tables);
    assert_eq!(loaded.default_privileges, with.default_privileges);
    apply(&mut rows, &changes(&loaded, &base, &Reliance::default(), 9));
    assert!(read(&rows, bootstrap::POSTGRES).default_privileges.is_empty());
    // A row as it was written before there were lists.
    let plain = serde_json::to_string(&table(16384, "t")).expect("serializes");
    assert!(!plain.contains("acl"), "{plain}");
    assert_eq!(serde_json::from_str::<Table>(&plain).expect("reads").acl, None);
}

#[test]
fn types_read_back_and_share_names_with_row_types() {
    use crate::user_type::{Definition, UserType, new_labels};
    let mut rows = BTreeMap::new();
    apply(&mut rows, &bootstrap::cluster("postgres", 7));
    let base = read(&rows, bootstrap::POSTGRES);
    let oid = Oid::user_type(gavel_types::pg_type::UserKind::Enum, 16_384).expect("an OID");
    let schema = crate::system::PUBLIC;
    let labels = new_labels(vec!["ok".into(), "good".into()], Oid(16_385)).expect("labels");
    let (name, owner, definition) = ("mood".to_owned(), Oid(10), Definition::Enum(labels));
    let mut with = base.clone();
    with.put_type(Arc::new(UserType { oid, schema, name, owner, version: 1, definition, acl: None }));
    let writes = changes(&base, &with, &Reliance::default(), 8);
    apply(&mut rows, &writes);
    let loaded = read(&rows, bootstrap::POSTGRES);
    assert_eq!(loaded.types, with.types);
    assert_eq!(loaded.type_named(schema, "mood"), Some(oid));
    assert_eq!(loaded.type_named(schema, "_mood"), oid.array_of());
    assert_eq!(loaded.enum_values(oid).map(|v| &*v[1].1), Some("good"));
    // A table of that name takes the same entry, for its row type.
    let entry = keys::name(bootstrap::POSTGRES, Space::Type, schema, "mood");
    assert_eq!(modes(&writes)[&entry], (WriteMode::Insert, true));
    let mut tables = base.clone();
    tables.put_table(Arc::new(table(16_400, "mood")));
    assert_eq!(modes(&changes(&base, &tables, &Reliance::default(), 9))[&entry], (WriteMode::Insert, true));
    assert_eq!(tables.type_named(schema, "mood").map(|row| tables.fields(row).map(|f| f.len())), Some(Some(2)));
}

#[test]
fn functions_read_back_and_share_names_by_signature() {
    use crate::function::{Body, Function, FunctionKind, Mode, Parameter};
    let mut rows = BTreeMap::new();
    apply(&mut rows, &bootstrap::cluster("postgres", 7));
    let base = read(&rows, bootstrap::POSTGRES);
    let schema = crate::system::PUBLIC;
    let function = |oid: u32, ty: Oid| Function {
        oid: Oid(oid),
        schema,
        name: "f".into(),
        owner: Oid(10),
        version: 1,
        kind: FunctionKind::Function,
        parameters: vec![Parameter { name: "x".into(), mode: Mode::In, ty, default: Some("1".into()) }],
        result: Oid::INT4,
        set: false,
        body: Body::Return("x".into()),
        volatility: 'i',
        strict: true,
        security_definer: false,
        leakproof: false,
        parallel: 's',
        cost: 100.0,
        rows: 0.0,
        settings: vec!["search_path=public".into()],
        depends_on: vec![],
        acl: None,
    };
    let mut with = base.clone();
    with.put_function(Arc::new(function(16_400, Oid::TEXT)));
    with.put_function(Arc::new(function(16_399, Oid::INT4)));
    let writes = changes(&base, &with, &Reliance::default(), 8);
    apply(&mut rows, &writes);
    let entry = |ty: Oid| {
        let name = crate::function::signature("f", &[ty]);
        keys::name(bootstrap::POSTGRES, Space::Function, schema, &name)
    };
    assert_eq!(modes(&writes)[&entry(Oid::INT4)], (WriteMode::Insert, true));
    assert_eq!(modes(&writes)[&entry(Oid::TEXT)], (WriteMode::Insert, true));
    let loaded = read(&rows, bootstrap::POSTGRES);
    assert_eq!((&loaded.functions, &loaded.function_names), (&with.functions, &with.function_names));
    let named: Vec<u32> = loaded.functions_named(schema, "f").map(|f| f.oid.0).collect();
    assert_eq!(named, [16_399, 16_400]);
    assert_eq!(loaded.function(Oid(16_400)).and_then(|f| f.setting("search_path")), Some("public"));
    let mut renamed = loaded.clone();
    renamed.put_function(Arc::new(Function { name: "g".into(), ..function(16_400, Oid::TEXT) }));
    let writes = modes(&changes(&loaded, &renamed, &Reliance::default(), 9));
    assert_eq!(writes[&entry(Oid::TEXT)], (WriteMode::Delete, false));
    assert_eq!(writes[&keys::object_version(bootstrap::POSTGRES, Oid(16_400))], (WriteMode::Insert, true));
    renamed.remove_function(Oid(16_399));
    assert_eq!(renamed.functions_named(schema, "f").count(), 0);
}

#[test]
fn a_step_of_an_index_turns_away_only_those_from_before_the_last() {
    use crate::IndexState;
    let database = Oid(5);
    let index = |state| Index {
        state,
        primary: false,
        oid: Oid(16390),
        name: "i".into(),
        ..table(16384, "t").indexes[0].clone()
    };
    let at = |rung, state: Option<IndexState>, name: &str| {
        let mut catalog = Catalog { database, ..Catalog::default() };
        let mut table = Table { rung, ..table(16384, name) };
        table.indexes.extend(state.map(index));
        catalog.put_table(Arc::new(table));
        catalog
    };
    let versions = |old: &Catalog, new: &Catalog| {
        let writes = changes(old, new, &Reliance::default(), 7);
        let keys = writes.into_iter().map(|w| w.key).filter(|k| keys::read_object_version(k).is_some());
        keys.collect::<Vec<_>>()
    };
    let key = |rung| keys::rung_version(database, Oid(16384), rung);
    let (absent, announced) = (at(0, None, "t"), at(0, Some(IndexState::DeleteOnly), "t"));
    assert_eq!(versions(&absent, &announced), Vec::<Bytes>::new());
    let writing = at(1, Some(IndexState::WriteOnly), "t");
    assert_eq!(versions(&announced, &writing), Vec::<Bytes>::new());
    assert_eq!(versions(&writing, &at(2, Some(IndexState::Public), "t")), [key(0)]);
    // With anything else in the same transaction it is a change like others.
    assert_eq!(versions(&writing, &at(2, Some(IndexState::Public), "u")), [key(0), key(1)]);
    assert_eq!(versions(&writing, &at(1, None, "t")), [key(0), key(1)]);
}
