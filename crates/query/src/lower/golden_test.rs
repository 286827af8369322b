//! SQL scripts with PostgreSQL 15's answers (`testscripts/*.slt`), over tables in memory.
//!
//! A block is `query` (or `query rowsort`), the statement, `----`, and the rows that psql prints, or
//! `ERROR` with SQLSTATE and message. The tables are in `fixture.tsv`: a line `table NAME COLUMN:TYPE…
//! key=N index=…`, then its rows in COPY's form.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gavel_binder::bound::Statement;
use gavel_binder::{BindContext, bind, parse};
use gavel_catalog::{Catalog, Schema, Table};
use gavel_types::text_io::{self, TextStyle};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult};

use crate::exec::testing::{MemoryTables, env, rows, table};
use crate::lower::{NoStatistics, plan};

struct Fixture {
    catalog: Catalog,
    tables: Arc<MemoryTables>,
}

fn type_of(name: &str) -> PgType {
    PgType::new(gavel_functions::registry::type_named(name).expect("type of the fixture").oid)
}

fn load() -> Fixture {
    let text = include_str!("testscripts/fixture.tsv");
    let tables = Arc::new(MemoryTables::default());
    let mut catalog = Catalog::default();
    let public = gavel_catalog::system::PUBLIC;
    catalog.put_schema(Arc::new(Schema { oid: public, name: "public".into(), owner: Oid(10), acl: None }));
    let mut current: Option<Arc<Table>> = None;
    for (number, line) in (1u32..).zip(text.lines()) {
        if let Some(header) = line.strip_prefix("table ") {
            let mut words = header.split(' ');
            let name = words.next().expect("name");
            let (mut columns, mut key, mut indexes) = (vec![], 0, vec![]);
            for word in words {
                if let Some(n) = word.strip_prefix("key=") {
                    key = n.parse().expect("number");
                } else if let Some(list) = word.strip_prefix("index=") {
                    indexes.push(list.split(',').map(|n| n.parse().expect("number")).collect::<Vec<i16>>());
                } else {
                    let (column, ty) = word.split_once(':').expect("column:type");
                    columns.push((column, type_of(ty)));
                }
            }
            let indexes: Vec<(&[i16], bool)> = indexes.iter().map(|i| (&i[..], false)).collect();
            let made = table(20_000 + number * 10, name, &columns, key, &indexes);
            catalog.put_table(made.clone());
            current = Some(made);
            continue;
        }
        let table = current.as_ref().expect("rows follow a table");
        let row = line
            .split('\t')
            .zip(&table.columns)
            .map(|(text, column)| match text {
                "\\N" => Datum::Null,
                text => text_io::parse(text, column.ty, &TextStyle::default()).expect("value"),
            })
            .collect();
        tables.insert(table, &[row]);
    }
    Fixture { catalog, tables }
}

fn text(value: &Datum, ty: PgType) -> String {
    if value.is_null() {
        return "NULL".into();
    }
    let mut out = String::new();
    text_io::write(value, ty, &TextStyle::default(), &mut out);
    out
}

async fn run(fixture: &Fixture, sql: &str) -> SqlResult<Vec<String>> {
    let style = TextStyle::default();
    let path = ["public".to_owned()];
    let context = BindContext {
        catalog: &fixture.catalog,
        search_path: &path,
        user: "postgres",
        subject: None,
        style: &style,
        session_path: &path,
        calls: None,
        opaque_calls: false,
        rows: None,
    };
    let parsed = parse(sql)?;
    let [one] = &parsed[..] else { return Err(SqlError::internal("one statement a block")) };
    let bound = bind(&context, &one.statement, sql, &[])?;
    let Statement::Query(query) = &bound.statement else { return Err(SqlError::internal("not a query")) };
    let plan = plan(query, &NoStatistics)?;
    let got = rows(&plan, env(&fixture.tables, vec![])).await?;
    Ok(got
        .iter()
        .map(|row| {
            let line: Vec<String> = row.iter().zip(&query.output).map(|(v, o)| text(v, o.ty)).collect();
            line.join("|")
        })
        .collect())
}

async fn answer(fixture: &Fixture, sql: &str, sorted: bool) -> String {
    match run(fixture, sql).await {
        Ok(mut lines) => {
            if sorted {
                lines.sort();
            }
            match &lines[..] {
                [] => "(none)".into(),
                _ => {
                    let shown: Vec<String> = lines
                        .iter()
                        .flat_map(|l| l.split('\n'))
                        .map(|l| if l.is_empty() { "(empty)".into() } else { l.to_owned() })
                        .collect();
                    shown.join("\n")
                }
            }
        }
        Err(error) => format!("ERROR {} {}", error.code().as_str(), error.message()),
    }
}

#[tokio::test]
async fn scripts_answer_as_postgresql_does() {
    let fixture = load();
    // Another directory may be named, for scripts made at random.
    let directory = std::env::var_os("GAVEL_QUERY_SCRIPTS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lower/testscripts"), PathBuf::from);
    let mut scripts: Vec<_> = std::fs::read_dir(&directory)
        .expect("scripts")
        .filter_map(|e| Some(e.ok()?.path()))
        .filter(|p| p.extension().is_some_and(|e| e == "slt"))
        .collect();
    scripts.sort();
    let (mut failed, mut count) = (vec![], 0);
    for script in scripts {
        let name = script.file_name().map_or(String::new(), |n| n.to_string_lossy().into_owned());
        let text = std::fs::read_to_string(&script).expect("script");
        for block in text.split("\n\n").filter(|b| b.starts_with("query")) {
            count += 1;
            let (head, expected) = block.split_once("\n----\n").expect("answer");
            let (mode, sql) = head.split_once('\n').expect("statement");
            let got = answer(&fixture, sql, mode.contains("rowsort")).await;
            if got.trim_end() != expected.trim_end() {
                failed.push(format!("{name}: {sql}\n  expected:\n{}\n  got:\n{got}\n", expected.trim_end()));
            }
        }
    }
    assert!(count > 200, "{count} blocks");
    assert!(failed.is_empty(), "{} of {count} differ\n{}", failed.len(), failed.join("\n"));
}
