//! Runs the golden scripts in `testscripts/`: statements ended by `;`, each followed by what it binds to
//! (or its error) after `----`. `GAVEL_BLESS=1` rewrites the expectations.
//!
//! The catalog: `t(a int primary key, b text, c numeric(10,2), d timestamptz default now(), e int[])`,
//! `u(id bigint identity, a int, name varchar(10) unique, g int generated as a * 2)`, view `v`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gavel_catalog::{Catalog, Column, Identity, Index, IndexKey, Schema, Sequence, Table, Unique, View};
use gavel_types::text_io::TextStyle;
use gavel_types::{Oid, PgType};

use crate::{BindContext, bind, parse};

fn column(number: i16, name: &str, ty: PgType) -> Column {
    Column {
        number,
        name: name.into(),
        ty,
        domain: None,
        collation: None,
        not_null: false,
        default: None,
        identity: None,
        generated: false,
        sequence: None,
        missing: None,
        dropped: false,
        acl: None,
        descent: gavel_catalog::Descent::default(),
    }
}

fn index(oid: u32, name: &str, column: i16, primary: bool) -> Index {
    Index {
        oid: Oid(oid),
        name: name.into(),
        storage: Oid(oid),
        primary,
        unique: true,
        keys: vec![(IndexKey::Column(column), false, false)],
        include: vec![],
        predicate: None,
        nulls_not_distinct: false,
        constraint: None,
        deferrable: false,
        ..Index::default()
    }
}

fn table(oid: u32, name: &str, columns: Vec<Column>, indexes: Vec<Index>, uniques: Vec<Unique>) -> Table {
    Table {
        storage: Oid(oid),
        indexes,
        uniques,
        ..Table::bare(Oid(oid), gavel_catalog::system::PUBLIC, name.into(), Oid(10), columns)
    }
}

/// The catalog that scripts are bound against.
pub fn catalog() -> Catalog {
    let mut catalog = Catalog { database_name: "test".into(), ..Catalog::default() };
    let public = gavel_catalog::system::PUBLIC;
    catalog.put_schema(Arc::new(Schema { oid: public, name: "public".into(), owner: Oid(10), acl: None }));
    let mut d = column(4, "d", PgType::TIMESTAMPTZ);
    d.default = Some("now()".into());
    let mut gone = column(6, "gone", PgType::INT4);
    gone.dropped = true;
    let t = table(
        20000,
        "t",
        vec![
            column(1, "a", PgType::INT4),
            column(2, "b", PgType::TEXT),
            column(3, "c", PgType::with_typmod(Oid::NUMERIC, (10 << 16 | 2) + 4)),
            d,
            column(5, "e", PgType::new(Oid(1007))),
            gone,
        ],
        vec![index(20001, "t_pkey", 1, true)],
        vec![],
    );
    let mut id = column(1, "id", PgType::INT8);
    id.identity = Some(Identity::Always);
    id.sequence = Some(Oid(20012));
    let mut g = column(4, "g", PgType::INT4);
    g.generated = true;
    g.default = Some("a * 2".into());
    let u = table(
        20010,
        "u",
        vec![id, column(2, "a", PgType::INT4), column(3, "name", PgType::with_typmod(Oid::VARCHAR, 14)), g],
        vec![index(20011, "u_name_key", 3, false)],
        vec![Unique {
            oid: Oid(20013),
            name: "u_name_key".into(),
            index: Oid(20011),
            primary: false,
            deferrable: false,
            initially_deferred: false,
            exclusion: false,
            parent: None,
        }],
    );
    catalog.put_table(Arc::new(t));
    catalog.put_table(Arc::new(u));
    catalog.put_sequence(Arc::new(Sequence {
        oid: Oid(20012),
        schema: public,
        name: "u_id_seq".into(),
        owner: Oid(10),
        version: 1,
        ty: PgType::INT8,
        start: 1,
        increment: 1,
        min: 1,
        max: i64::MAX,
        cache: 1,
        cycle: false,
        restarted: None,
        owned_by: Some((Oid(20010), 1)),
        unlogged: false,
        acl: None,
    }));
    catalog.put_view(Arc::new(View {
        oid: Oid(20020),
        schema: public,
        name: "v".into(),
        owner: Oid(10),
        version: 1,
        sql: "SELECT t.a AS x, t.b || '!' AS y FROM public.t WHERE t.a > 0".into(),
        columns: vec![("x".into(), PgType::INT4), ("y".into(), PgType::TEXT)],
        depends_on: vec![Oid(20000)],
        acl: None,
        column_acls: vec![],
        options: vec![],
        defaults: vec![],
        triggers: vec![],
        rules: vec![],
    }));
    catalog
}

/// What one statement binds to, or its error.
pub fn outcome(catalog: &Catalog, sql: &str) -> String {
    let style = TextStyle::default();
    let path = ["public".to_owned()];
    let context = BindContext {
        catalog,
        search_path: &path,
        user: "postgres",
        subject: None,
        style: &style,
        session_path: &path,
        calls: None,
        opaque_calls: false,
        rows: None,
    };
    let bound = parse(sql).and_then(|all| match all.as_slice() {
        [one] => bind(&context, &one.statement, sql, &[]),
        _ => Err(gavel_types::SqlError::internal("one statement at a time")),
    });
    match bound {
        Ok(bound) => {
            let mut out = crate::print::statement(&bound.statement);
            if !bound.params.is_empty() {
                let params: Vec<String> = bound.params.iter().map(|p| crate::format_type(*p)).collect();
                out.push_str(&format!("params [{}]\n", params.join(", ")));
            }
            out
        }
        Err(e) => {
            let f = e.fields();
            let mut out = format!("ERROR {}: {}", f.code.as_str(), f.message);
            if let Some(p) = f.position {
                out.push_str(&format!(" @{p}"));
            }
            out.push('\n');
            for (label, text) in [("DETAIL", &f.detail), ("HINT", &f.hint)] {
                if let Some(text) = text {
                    out.push_str(&format!("{label}: {text}\n"));
                }
            }
            out
        }
    }
}

fn run(path: &Path, catalog: &Catalog) -> (String, String) {
    let text = std::fs::read_to_string(path).expect("script");
    let mut fresh = String::new();
    for block in text.split("\n\n").filter(|b| !b.trim().is_empty()) {
        let sql = block.split("\n----").next().unwrap_or(block).trim();
        if sql.starts_with('#') {
            fresh.push_str(&format!("{sql}\n\n"));
            continue;
        }
        fresh.push_str(&format!("{sql}\n----\n{}\n", outcome(catalog, sql.trim_end_matches(';'))));
    }
    (text, fresh)
}

#[test]
fn scripts_bind_as_written() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/testscripts");
    let mut scripts: Vec<PathBuf> =
        std::fs::read_dir(&dir).expect("scripts").filter_map(|e| e.ok().map(|e| e.path())).collect();
    scripts.sort();
    assert!(!scripts.is_empty());
    let catalog = catalog();
    let mut wrong = Vec::new();
    for path in scripts {
        let (old, new) = run(&path, &catalog);
        if old.trim() == new.trim() {
            continue;
        }
        if std::env::var_os("GAVEL_BLESS").is_some() {
            #[allow(clippy::disallowed_methods, reason = "rewrites the scripts on request")]
            std::fs::write(&path, new).expect("write");
        } else {
            wrong.push(format!("{}:\n{}", path.display(), difference(&old, &new)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn difference(old: &str, new: &str) -> String {
    let mut out = String::new();
    for (a, b) in old.lines().zip(new.lines()) {
        if a != b {
            out.push_str(&format!("- {a}\n+ {b}\n"));
        }
    }
    out
}
