use std::sync::Arc;

use gavel_catalog::bootstrap::{POSTGRES, SUPERUSER};
use gavel_catalog::{
    CheckConstraint, Column, Descent, ForeignKey, Index, IndexKey, PartitionBound, PartitionKey, PartitionOn,
    PartitionPart, PartitionStrategy, RangeEdge, Role, Schema, Sequence, Table, Unique,
};
use gavel_types::PgType;
use gavel_types::text_io::NameResolver;

use super::resolver::{CatalogNames, parse_name};
use super::*;

fn catalog() -> Catalog {
    let mut c = Catalog { database: POSTGRES, database_name: "postgres".into(), ..Catalog::default() };
    c.put_role(Arc::new(Role {
        oid: SUPERUSER,
        name: "postgres".into(),
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
    c.put_schema(Arc::new(Schema { oid: system::PUBLIC, name: "public".into(), owner: SUPERUSER, acl: None }));
    c.put_schema(Arc::new(Schema { oid: Oid(16500), name: "other".into(), owner: SUPERUSER, acl: None }));
    let column = |number, name: &str, ty| Column {
        number,
        name: name.into(),
        ty,
        domain: None,
        collation: None,
        not_null: number == 1,
        default: (number == 1).then(|| "nextval('16401'::regclass)".to_owned()),
        identity: None,
        generated: false,
        sequence: (number == 1).then_some(Oid(16401)),
        missing: None,
        dropped: false,
        acl: None,
        descent: Descent::default(),
    };
    let index = |oid: u32, name: &str, keys| Index {
        oid: Oid(oid),
        name: name.into(),
        storage: Oid(oid),
        primary: oid == 16402,
        unique: oid == 16402,
        keys,
        include: vec![],
        predicate: None,
        nulls_not_distinct: false,
        constraint: (oid == 16402).then_some(Oid(16403)),
        deferrable: false,
        ..Index::default()
    };
    let expression = IndexKey::Expression { sql: "lower(b)".into(), ty: PgType::TEXT, id: -2 };
    c.put_table(Arc::new(Table {
        storage: Oid(16400),
        indexes: vec![
            index(16402, "t_pkey", vec![(IndexKey::Column(1), false, false)]),
            Index {
                predicate: Some("b IS NOT NULL".into()),
                ..index(16404, "t_i", vec![(IndexKey::Column(2), true, true), (expression, false, true)])
            },
        ],
        uniques: vec![Unique {
            oid: Oid(16403),
            name: "t_pkey".into(),
            index: Oid(16402),
            primary: true,
            deferrable: false,
            initially_deferred: false,
            exclusion: false,
            parent: None,
        }],
        checks: vec![CheckConstraint {
            oid: Oid(16405),
            name: "t_check".into(),
            sql: "(id > 0)".into(),
            columns: vec![1],
            validated: true,
            no_inherit: false,
            descent: Descent::default(),
        }],
        foreign_keys: vec![ForeignKey {
            oid: Oid(16406),
            name: "t_id_fkey".into(),
            columns: vec![1],
            parent: Oid(16400),
            parent_columns: vec![1],
            parent_index: Oid(16402),
            on_delete: gavel_catalog::FkAction::Cascade,
            delete_sets: Vec::new(),
            on_update: gavel_catalog::FkAction::NoAction,
            matching: gavel_catalog::FkMatch::Simple,
            deferrable: false,
            initially_deferred: false,
            validated: true,
            inherited_from: None,
            parts: Vec::new(),
        }],
        referenced_by: vec![Oid(16400)],
        options: vec!["fillfactor=70".into()],
        ..Table::bare(
            Oid(16400),
            system::PUBLIC,
            "T".into(),
            SUPERUSER,
            vec![column(1, "id", PgType::INT4), column(2, "b", PgType::with_typmod(Oid::VARCHAR, 14))],
        )
    }));
    c.put_sequence(Arc::new(Sequence {
        oid: Oid(16401),
        schema: system::PUBLIC,
        name: "t_id_seq".into(),
        owner: SUPERUSER,
        version: 1,
        ty: PgType::INT4,
        start: 1,
        increment: 1,
        min: 1,
        max: i64::from(i32::MAX),
        cache: 1,
        cycle: false,
        restarted: None,
        owned_by: Some((Oid(16400), 1)),
        unlogged: false,
        acl: None,
    }));
    put_partitions(&mut c);
    c
}

/// Table `v`, by ranges of three columns, and `l`, by lists of one; and partitions of them.
fn put_partitions(c: &mut Catalog) {
    let plain = c.table(Oid(16400)).map(|t| Table::clone(t)).expect("table");
    let bare = |oid: u32, name: &str, columns: &[(&str, PgType)]| Table {
        oid: Oid(oid),
        name: name.into(),
        columns: (1..).zip(columns).map(|(n, (name, ty))| Column::plain(n, (*name).into(), *ty)).collect(),
        storage: Oid(oid),
        indexes: Vec::new(),
        uniques: Vec::new(),
        checks: Vec::new(),
        foreign_keys: Vec::new(),
        referenced_by: Vec::new(),
        options: Vec::new(),
        ..plain.clone()
    };
    let part = |number, ty, collation| PartitionPart { key: PartitionOn::Column(number), ty, class: Oid(0), collation };
    let (varchar, bigint) = (PgType::with_typmod(Oid::VARCHAR, 14), PgType::new(Oid::INT8));
    let (numeric, date) = (PgType::new(Oid::NUMERIC), PgType::new(Oid::DATE));
    let of_v = [("a", varchar), ("b", numeric), ("d", date)];
    let key = |strategy, parts| Some(PartitionKey { strategy, parts });
    let value = |text: &str| RangeEdge::Value(text.into());
    let range = |from: [RangeEdge; 3], to: [RangeEdge; 3]| PartitionBound::Range { from: from.into(), to: to.into() };
    let list = |values: &[&str]| PartitionBound::List(values.iter().map(|v| Some((*v).into())).collect());
    let by_three = vec![part(1, varchar, Some(Oid(950))), part(2, numeric, None), part(3, date, None)];
    let mut v = Table { partitioned: key(PartitionStrategy::Range, by_three), ..bare(16600, "v", &of_v) };
    let mut l = Table {
        partitioned: key(PartitionStrategy::List, vec![part(1, bigint, None)]),
        ..bare(16700, "l", &[("a", bigint)])
    };
    let bounds_of_v = [
        range([value("a"), value("1.5"), RangeEdge::Min], [value("b"), value("-2"), value("2020-01-01")]),
        range([value("c"), RangeEdge::Min, RangeEdge::Min], [value("c"), RangeEdge::Max, RangeEdge::Max]),
        range([value("d"), value("10"), value("2020-01-01")], [value("d"), value("10"), value("2020-01-02")]),
        PartitionBound::Default,
    ];
    let bounds_of_l = [list(&["2", "-4"]), list(&["1"]), PartitionBound::List(vec![None]), PartitionBound::Default];
    for (number, bound) in (1_u32..).zip(bounds_of_v) {
        v.children.push(Oid(16600 + number));
        let own = bare(16600 + number, &format!("v{number}"), &of_v);
        c.put_table(Arc::new(Table { inherits: vec![Oid(16600)], bound: Some(bound), ..own }));
    }
    for (number, bound) in (1_u32..).zip(bounds_of_l) {
        l.children.push(Oid(16700 + number));
        let own = bare(16700 + number, &format!("l{number}"), &[("a", bigint)]);
        c.put_table(Arc::new(Table { inherits: vec![Oid(16700)], bound: Some(bound), ..own }));
    }
    c.put_table(Arc::new(v));
    c.put_table(Arc::new(l));
}

fn with_context<T>(f: impl FnOnce(&SystemContext<'_>) -> T) -> T {
    let (catalog, settings, path) = (std::sync::Arc::new(catalog()), Settings::new("0.1.0"), ["public".to_owned()]);
    let last_value = |_: Oid| Some(7);
    f(&SystemContext {
        catalog: &catalog,
        settings: &settings,
        subject: &Arc::new(Subject::of(&catalog, SUPERUSER)),
        search_path: &path,
        sessions: &[Activity { pid: 1, state: "active".into(), ..Activity::default() }],
        last_value: &last_value,
        live_rows: &|_| None,
        locks: &[],
        jobs: &[],
        cursors: &ListedCursors::default(),
        statements: &ListedStatements::default(),
        started: 0,
        now: 0,
        only: None,
    })
}

/// Values of some columns of a relation's rows.
fn select(context: &SystemContext<'_>, schema: &str, name: &str, columns: &[&str]) -> Vec<Vec<Datum>> {
    let relation = system::relation(schema, name).expect(name);
    let at: Vec<usize> = columns.iter().map(|c| relation.columns.iter().position(|k| k.name == *c).expect(c)).collect();
    let all = rows(context, schema, name).expect(name);
    all.into_iter().map(|row| at.iter().map(|i| row[*i].clone()).collect()).collect()
}

#[test]
fn every_relation_answers_in_its_own_shape() {
    with_context(|context| {
        for relation in system::relations() {
            let all = rows(context, relation.schema, relation.name).expect(relation.name);
            for row in &all {
                assert_eq!(row.len(), relation.columns.len(), "{}", relation.name);
                for (value, column) in row.iter().zip(&relation.columns) {
                    let place = || format!("{}.{}: {value:?}", relation.name, column.name);
                    assert!(!(column.not_null && value.is_null()), "{}", place());
                    assert!(fits(value, column.ty.oid), "{}", place());
                }
            }
        }
        assert!(rows(context, "public", "pg_class").is_err());
    });
}

/// Whether a value is of a type's representation.
fn fits(value: &Datum, ty: Oid) -> bool {
    match value {
        Datum::Null => true,
        Datum::Bool(_) => ty == Oid::BOOL,
        Datum::Bytea(_) => ty == Oid::BYTEA,
        Datum::Int2(_) => ty == Oid::INT2,
        Datum::Int4(_) => ty == Oid::INT4,
        Datum::Int8(_) => ty == Oid::INT8,
        Datum::Float4(_) => ty == Oid::FLOAT4,
        Datum::Float8(_) => ty == Oid::FLOAT8,
        Datum::Char(_) => ty == Oid::CHAR,
        Datum::Text(_) => matches!(ty, Oid::TEXT | Oid::NAME | Oid::VARCHAR | Oid::PG_NODE_TREE),
        Datum::Oid(_) => matches!(ty, Oid::OID | Oid::REGPROC | Oid::REGTYPE | Oid::REGCLASS | Oid::XID),
        Datum::Array(_) => ty.element().is_some() || matches!(ty, Oid::ANYARRAY),
        Datum::TimestampTz(_) => ty == Oid::TIMESTAMPTZ,
        Datum::Interval(_) => ty == Oid::INTERVAL,
        _ => false,
    }
}

#[test]
fn user_objects_are_among_the_rows() {
    with_context(|context| {
        let classes = select(context, "pg_catalog", "pg_class", &["relname", "relkind", "relnatts"]);
        for (name, kind, columns) in [("T", 'r', 2), ("t_pkey", 'i', 1), ("t_id_seq", 'S', 3), ("pg_class", 'r', 33)] {
            let row = vec![Datum::text(name), Datum::Char(kind as u8), Datum::Int2(columns)];
            assert!(classes.contains(&row), "{name}");
        }
        let last = select(context, "pg_catalog", "pg_sequences", &["sequencename", "last_value"]);
        assert_eq!(last, [[Datum::text("t_id_seq"), Datum::Int8(7)]]);
        let wanted = ["column_name", "data_type", "character_maximum_length", "column_default"];
        let columns = select(context, "information_schema", "columns", &wanted);
        assert!(columns.contains(&vec![
            Datum::text("b"),
            Datum::text("character varying"),
            Datum::Int4(10),
            Datum::Null
        ]));
        let default = Datum::text("nextval('t_id_seq'::regclass)");
        assert!(columns.iter().any(|r| r[3] == default), "{columns:?}");
        let kinds = select(context, "information_schema", "table_constraints", &["constraint_type"]);
        assert_eq!(kinds.len(), 4, "{kinds:?}");
    });
}

#[test]
fn definitions_read_as_postgresql_writes_them() {
    with_context(|context| {
        let (table, index) = context.catalog.index_by_oid(Oid(16404)).expect("index");
        assert_eq!(
            definition::index(context, table, index, false),
            "CREATE INDEX t_i ON public.\"T\" USING btree (b DESC, lower((b)::text) NULLS FIRST) WHERE (b IS NOT NULL)"
        );
        let constraint = |oid| definition::constraint(context, Oid(oid), false).unwrap_or_default();
        assert_eq!(constraint(16403), "PRIMARY KEY (id)");
        assert_eq!(constraint(16405), "CHECK ((id > 0))");
        assert_eq!(constraint(16406), "FOREIGN KEY (id) REFERENCES \"T\"(id) ON DELETE CASCADE");
        assert_eq!(
            definition::expression(context, "nextval('16401'::regclass) + 1"),
            "nextval('t_id_seq'::regclass) + 1"
        );
        assert_eq!(definition::expression(context, "'a'::regclass"), "'a'::regclass");
    });
}

#[test]
fn a_pretty_index_has_no_parentheses_to_spare() {
    with_context(|context| {
        let (table, index) = context.catalog.index_by_oid(Oid(16404)).expect("index");
        assert_eq!(
            definition::index(context, table, index, true),
            "CREATE INDEX t_i ON \"T\" USING btree (b DESC, lower(b::text) NULLS FIRST) WHERE b IS NOT NULL"
        );
    });
}

#[test]
fn partitions_are_shown_as_postgresql_shows_them() {
    with_context(|context| {
        let table = |oid| context.catalog.table(Oid(oid)).expect("table");
        let key = |oid| partition::key(context, table(oid)).unwrap_or_default();
        assert_eq!((key(16600), key(16700)), ("RANGE (a COLLATE \"C\", b, d)".into(), "LIST (a)".into()));
        let bound = |oid| partition::bound(context, table(oid)).unwrap_or_default();
        assert_eq!(bound(16601), "FOR VALUES FROM ('a', 1.5, MINVALUE) TO ('b', '-2', '2020-01-01')");
        assert_eq!(bound(16701), "FOR VALUES IN ('2', '-4')");
        assert_eq!((bound(16703), bound(16604)), ("FOR VALUES IN (NULL)".into(), "DEFAULT".into()));
        let constraint = |oid| partition_constraint::constraint(context, table(oid)).unwrap_or_default();
        let literal = |text: &str| format!("'{text}'::character varying(10) COLLATE \"C\"");
        let not_null = "(a IS NOT NULL) AND (b IS NOT NULL) AND (d IS NOT NULL) AND";
        let (a, b, c, d) = (literal("a"), literal("b"), literal("c"), literal("d"));
        let first = format!(
            "(((a)::text > {a}) OR (((a)::text = {a}) AND (b >= 1.5))) AND (((a)::text < {b}) \
             OR (((a)::text = {b}) AND (b < '-2'::numeric)) \
             OR (((a)::text = {b}) AND (b = '-2'::numeric) AND (d < '2020-01-01'::date)))"
        );
        let third = format!(
            "((a)::text = {d}) AND (b = '10'::numeric) AND (d >= '2020-01-01'::date) AND (d < '2020-01-02'::date)"
        );
        assert_eq!(constraint(16601), format!("({not_null} {first})"));
        assert_eq!(constraint(16602), format!("({not_null} ((a)::text = {c}))"));
        assert_eq!(constraint(16603), format!("({not_null} {third})"));
        let taken = format!("(({first}) OR ((a)::text = {c}) OR ({third}))");
        assert_eq!(constraint(16604), format!("(NOT ({not_null} {taken}))"));
        assert_eq!(constraint(16701), "((a IS NOT NULL) AND (a = ANY (ARRAY['2'::bigint, '-4'::bigint])))");
        assert_eq!((constraint(16703), constraint(16700)), ("(a IS NULL)".into(), String::new()));
        let taken = "(a IS NULL) OR (a = ANY (ARRAY['-4'::bigint, '1'::bigint, '2'::bigint]))";
        assert_eq!(constraint(16704), format!("(NOT ({taken}))"));
        let tree = descent::tree(context.catalog, Oid(16600));
        assert_eq!(tree.len(), 5);
        assert_eq!(tree[1], [Datum::Oid(16601), Datum::Oid(16600), Datum::Bool(true), Datum::Int4(1)]);
        assert_eq!(descent::root(context.catalog, Oid(16704)), Some(Oid(16700)));
        assert_eq!(descent::root(context.catalog, Oid(16400)), None);
        let wanted = ["partrelid", "partstrat", "partdefid"];
        let keys = select(context, "pg_catalog", "pg_partitioned_table", &wanted);
        assert!(keys.contains(&vec![Datum::Oid(16600), Datum::Char(b'r'), Datum::Oid(16604)]), "{keys:?}");
        assert_eq!(select(context, "pg_catalog", "pg_inherits", &["inhrelid"]).len(), 8);
    });
}

#[test]
fn numbers_are_shown_as_the_literals_that_they_were() {
    with_context(|context| {
        let shown = |sql: &str, ty, pretty| deparse::default(context, sql, ty, pretty).unwrap_or_default();
        let money = PgType::with_typmod(Oid::NUMERIC, (12 << 16 | 2) + 4);
        assert_eq!(shown("0", money, false), "0");
        assert_eq!(shown("7", PgType::new(Oid::INT8), true), "7");
        assert_eq!(shown("-5", PgType::INT4, true), "'-5'::integer");
        assert_eq!(shown("5000000000", PgType::new(Oid::INT8), true), "'5000000000'::bigint");
        assert_eq!(shown("'a'::text || 'b'", PgType::new(Oid::VARCHAR), true), "('a'::text || 'b'::text)");
        let table = context.catalog.table(Oid(16400)).expect("table");
        let over = |sql: &str, pretty| deparse::over_table(context, table, sql, pretty).unwrap_or_default();
        assert_eq!(over("id::numeric > 5", true), "id::numeric > 5::numeric");
        assert_eq!(over("id::numeric > 5", false), "((id)::numeric > (5)::numeric)");
        assert_eq!(over("id::numeric > 0.5", true), "id::numeric > 0.5");
        let case = "\nCASE\n    WHEN (id > 0) THEN 'a'::text\n    ELSE NULL::text\nEND";
        assert_eq!(over("case when id > 0 then 'a' end", false), case);
    });
}

#[test]
fn names_resolve_both_ways() {
    let names = CatalogNames { catalog: Arc::new(catalog()), search_path: vec!["public".into()], subject: None };
    for (text, ty, oid, shown) in [
        ("\"T\"", Oid::REGCLASS, 16400, "\"T\""),
        ("public.t_id_seq", Oid::REGCLASS, 16401, "t_id_seq"),
        ("pg_class", Oid::REGCLASS, 1259, "pg_class"),
        ("pg_catalog.pg_class", Oid::REGCLASS, 1259, "pg_class"),
        ("int4", Oid::REGTYPE, 23, "integer"),
        ("character varying(3)[]", Oid::REGTYPE, 1015, "character varying[]"),
        ("pg_catalog.\"char\"", Oid::REGTYPE, 18, "\"char\""),
        ("now", Oid::REGPROC, 1299, "now"),
        ("upper(text)", Oid::REGPROCEDURE, 871, "upper(text)"),
        ("other", Oid::REGNAMESPACE, 16500, "other"),
        ("postgres", Oid::REGROLE, 10, "postgres"),
    ] {
        assert_eq!(names.resolve(text, ty).map_err(|e| e.to_string()), Ok(Oid(oid)), "{text}");
        assert_eq!(names.name(Oid(oid), ty).as_deref(), Some(shown), "{text}");
    }
    let refused = |text: &str, ty| names.resolve(text, ty).map_err(|e| e.message().to_owned());
    assert_eq!(refused("t", Oid::REGCLASS), Err("relation \"t\" does not exist".into()));
    assert_eq!(refused("nope", Oid::REGTYPE), Err("type \"nope\" does not exist".into()));
    assert_eq!(refused("substring", Oid::REGPROC), Err("more than one function named \"substring\"".into()));
    assert_eq!(parse_name(" a . \"B\"\"c\" ").ok(), Some(vec!["a".into(), "B\"c".into()]));
    assert!(parse_name("\"x").is_err() && parse_name("a..b").is_err());
}
