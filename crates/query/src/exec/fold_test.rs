//! What crosses the seam to storage, with folds and without, and what EXPLAIN says of it.

use std::sync::Arc;

use gavel_binder::bound::Statement;
use gavel_binder::{BindContext, bind, parse};
use gavel_catalog::{Catalog, Schema, Table};
use gavel_types::text_io::TextStyle;
use gavel_types::{Datum, Oid, PgType};

use crate::exec::ExecEnv;
use crate::exec::testing::{MemoryTables, env, rows, table};
use crate::explain::{self, Profile};
use crate::lower::{NoStatistics, PlannedQuery, plan};

const ROWS: i32 = 20_000;

struct Fixture {
    catalog: Catalog,
    tables: Arc<MemoryTables>,
}

/// A table `t` of ten columns: the key, nine more.
fn fixture() -> Fixture {
    let names = ["id", "a", "b", "c", "d", "e", "f", "g", "h", "i"];
    let columns: Vec<_> = names.iter().map(|n| (*n, PgType::INT4)).collect();
    let made: Arc<Table> = table(20_000, "t", &columns, 1, &[]);
    let tables = Arc::new(MemoryTables::default());
    let row = |n: i32| (0..10).map(|c| if c == 0 { Datum::Int4(n) } else { Datum::Int4(n * 31 % 1_000 + c) }).collect();
    tables.insert(&made, &(0..ROWS).map(row).collect::<Vec<_>>());
    let mut catalog = Catalog::default();
    let public = gavel_catalog::system::PUBLIC;
    catalog.put_schema(Arc::new(Schema { oid: public, name: "public".into(), owner: Oid(10), acl: None }));
    catalog.put_table(made);
    Fixture { catalog, tables }
}

impl Fixture {
    fn plan(&self, sql: &str) -> PlannedQuery {
        let style = TextStyle::default();
        let path = ["public".to_owned()];
        let context = BindContext {
            catalog: &self.catalog,
            search_path: &path,
            user: "postgres",
            subject: None,
            style: &style,
            session_path: &path,
            calls: None,
            opaque_calls: false,
            rows: None,
        };
        let parsed = parse(sql).expect("statement");
        let bound = bind(&context, &parsed[0].statement, sql, &[]).expect("bound");
        let Statement::Query(query) = &bound.statement else { panic!("{sql} is not a query") };
        plan(query, &NoStatistics).expect("plan")
    }

    /// The answer, what EXPLAIN ANALYZE prints, and the bytes and rows that its scan took from storage.
    async fn run(&self, sql: &str) -> (Vec<Vec<Datum>>, String, u64, u64) {
        let planned = self.plan(sql);
        let profile = Profile::new(Arc::new(|| 0));
        let env = ExecEnv { profile: Some(profile.clone()), ..env(&self.tables, vec![]) };
        let answer = rows(&planned, env).await.expect("answer");
        let text = explain::lines(&planned.root, &explain::Options::default(), Some(&profile)).join("\n");
        let traffic = text.lines().find_map(|l| l.trim().strip_prefix("Storage:")).unwrap_or_default();
        let number = |name: &str| {
            // A scan of which nothing is wanted is not even begun.
            let Some((_, rest)) = traffic.rsplit_once(&format!("{name}=")) else { return 0 };
            rest.split(|c: char| !c.is_ascii_digit()).next().and_then(|n| n.parse().ok()).expect("number")
        };
        let (bytes, traffic_rows) = (number("bytes"), number(" rows"));
        (answer, text, bytes, traffic_rows)
    }
}

#[tokio::test]
async fn aggregates_take_states_instead_of_rows() {
    let f = fixture();
    let (pushed, text, bytes, _) = f.run("select sum(a), count(*) from t where b < 990").await;
    assert!(text.contains("Storage Aggregate: sum(a), count(*)"), "{text}");
    assert!(text.contains("Storage Filter: (b < 990)"), "{text}");
    // Calls with an order of their own are not pushed, and mean the same here.
    let (above, text, more, rows) = f.run("select sum(a order by a), count(a order by a) from t where b < 990").await;
    assert!(!text.contains("Storage Aggregate"), "{text}");
    assert_eq!(pushed, above);
    assert!(rows > 19_000 && bytes * 1_000 <= more, "{bytes} bytes against {more}");
}

#[tokio::test]
async fn groups_come_once_each() {
    let f = fixture();
    let sql = "select a % 7, sum(b), avg(c), min(d), count(*) filter (where e > 500) from t group by 1 order by 1";
    let (pushed, text, _, rows) = f.run(sql).await;
    assert!(text.contains("Storage Aggregate"), "{text}");
    assert_eq!((pushed.len(), rows), (7, 7));
    let (above, text, ..) = f.run(&sql.replace("sum(b)", "sum(b order by b)")).await;
    assert!(!text.contains("Storage Aggregate"), "{text}");
    assert_eq!(pushed, above);
    let (none, ..) = f.run("select sum(a), count(*), max(b) from t where c < 0").await;
    assert_eq!(none, [[Datum::Null, Datum::Int8(0), Datum::Null]]);
}

#[tokio::test]
async fn a_top_takes_as_many_rows_as_are_wanted() {
    let f = fixture();
    let (top, text, _, rows) = f.run("select id, a from t where b < 900 order by a desc, id limit 5 offset 2").await;
    assert!(text.contains("Storage Top-N: a DESC, id"), "{text}");
    assert_eq!((top.len(), rows), (5, 7));
    let (all, text, _, rows) = f.run("select id, a from t where b < 900 order by a desc, id").await;
    assert!(!text.contains("Storage Top-N") && rows > 10_000, "{text}");
    assert_eq!(top, all[2..7]);
    // In the order of an expression, which storage does not have, nothing is cut there.
    let (first, _, _, rows) = f.run("select id from t order by a % 7 desc, id limit 3").await;
    let (all, ..) = f.run("select id from t order by a % 7 desc, id").await;
    assert_eq!((&first[..], rows), (&all[..3], u64::from(ROWS.unsigned_abs())));
    let (none, ..) = f.run("select id from t order by a limit 0").await;
    assert!(none.is_empty());
    let (many, _, _, rows) = f.run("select id from t order by a, id limit 15000").await;
    assert_eq!((many.len(), rows), (15_000, u64::from(ROWS.unsigned_abs())), "large tops are the query node's");
}

#[tokio::test]
async fn a_filter_takes_the_kept_rows_and_the_named_columns_only() {
    let f = fixture();
    let (_, _, all, rows) = f.run("select * from t").await;
    assert_eq!(rows, u64::from(ROWS.unsigned_abs()));
    let (some, _, few, _) = f.run("select a, c from t where b < 12").await;
    assert!((150..250).contains(&some.len()), "{}", some.len());
    assert!(few * 100 <= all, "{few} bytes against {all}");
}
