//! sqlx against a server given by PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE. The queries were checked when this was compiled,
//! against the server of DATABASE_URL.

use std::error::Error;
use std::str::FromStr;

use chrono::NaiveDate;
use futures_util::TryStreamExt;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolCopyExt, PgPoolOptions};
use sqlx::{Connection, Executor, PgConnection, PgPool, Row};
use uuid::Uuid;

type Outcome = Result<(), Box<dyn Error>>;

static MIGRATOR: Migrator = sqlx::migrate!();

#[derive(Clone, Copy, Debug, PartialEq, sqlx::Type)]
#[sqlx(type_name = "status", rename_all = "lowercase")]
enum Status {
    Open,
    Done,
}

#[derive(Debug)]
struct Item {
    id: Uuid,
    title: String,
    status: Status,
    cost: Option<Decimal>,
    labels: Vec<String>,
    details: Option<Value>,
    file: Option<Vec<u8>>,
    due: Option<NaiveDate>,
    place: i32,
}

fn decimal(text: &str) -> Decimal {
    Decimal::from_str(text).expect("a number")
}

fn constraint<T: std::fmt::Debug>(result: Result<T, sqlx::Error>, state: &str) -> Option<String> {
    let error = result.expect_err("an error");
    let database = error.as_database_error().expect("an error of the server");
    assert_eq!(database.code().as_deref(), Some(state), "{database}");
    assert_eq!(database.is_unique_violation(), state == "23505");
    assert_eq!(database.is_foreign_key_violation(), state == "23503");
    assert_eq!(database.is_check_violation(), state == "23514");
    database.constraint().map(str::to_owned)
}

async fn migrate(pool: &PgPool) -> Outcome {
    MIGRATOR.run(pool).await?;
    MIGRATOR.run(pool).await?;
    let applied = sqlx::query("SELECT version, success FROM _sqlx_migrations ORDER BY version").fetch_all(pool).await?;
    let applied: Vec<(i64, bool)> = applied.iter().map(|row| (row.get(0), row.get("success"))).collect();
    assert_eq!(applied, [(1, true), (2, true)]);
    Ok(())
}

async fn create_and_read(pool: &PgPool) -> Outcome {
    let id =
        sqlx::query_scalar!("INSERT INTO project (name) VALUES ($1) RETURNING id", "Apollo").fetch_one(pool).await?;
    let made = sqlx::query!(
        "INSERT INTO item (project_id, title, status, cost, labels, details, file, due) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id, place",
        id,
        "Engine",
        Status::Done as Status,
        decimal("10.50"),
        &["a".to_owned(), "b,c".to_owned()],
        json!({"parts": [1, null]}),
        &[0u8, 255][..],
        NaiveDate::from_ymd_opt(1969, 7, 20)
    )
    .fetch_one(pool)
    .await?;
    assert_eq!(made.place, 0);
    let titles = vec!["Fuel".to_owned(), "Seat".to_owned()];
    let costs = vec![decimal("1.25"), decimal("20")];
    let inserted = sqlx::query!(
        "INSERT INTO item (project_id, title, cost) SELECT $1, t, c FROM UNNEST($2::text[], $3::numeric[]) AS given (t, c)",
        id,
        &titles,
        &costs
    )
    .execute(pool)
    .await?;
    assert_eq!(inserted.rows_affected(), 2);

    let items = sqlx::query_as!(
        Item,
        r#"SELECT id, title, status AS "status: Status", cost, labels, details, file, due, place FROM item WHERE project_id = $1 ORDER BY title"#,
        id
    )
    .fetch_all(pool)
    .await?;
    assert_eq!(items.iter().map(|i| i.title.as_str()).collect::<Vec<_>>(), ["Engine", "Fuel", "Seat"]);
    let engine = &items[0];
    assert_eq!(
        (engine.id, engine.status, engine.cost, engine.place),
        (made.id, Status::Done, Some(decimal("10.50")), 0)
    );
    assert_eq!(
        (&engine.labels, &engine.details),
        (&vec!["a".to_owned(), "b,c".to_owned()], &Some(json!({"parts": [1, null]})))
    );
    assert_eq!((&engine.file, engine.due), (&Some(vec![0, 255]), NaiveDate::from_ymd_opt(1969, 7, 20)));
    assert_eq!((items[1].status, &items[1].details), (Status::Open, &None));

    // What may be null is known from the catalogs and from the plan of the join.
    sqlx::query!("INSERT INTO project (name) VALUES ('Empty')").execute(pool).await?;
    let joined = sqlx::query!("SELECT p.name, i.title FROM project p LEFT JOIN item i ON i.project_id = p.id")
        .fetch_all(pool)
        .await?;
    let mut joined: Vec<(String, Option<String>)> = joined.into_iter().map(|row| (row.name, row.title)).collect();
    joined.sort();
    assert_eq!(joined.last(), Some(&("Empty".to_owned(), None)));
    let sums = sqlx::query!("SELECT status AS \"status: Status\", count(*) AS \"count!\", sum(cost) AS sum FROM item GROUP BY status ORDER BY status").fetch_all(pool).await?;
    assert_eq!(
        sums.iter().map(|s| (s.status, s.count, s.sum)).collect::<Vec<_>>(),
        [(Status::Open, 2, Some(decimal("21.25"))), (Status::Done, 1, Some(decimal("10.50")))]
    );
    let found = sqlx::query_scalar!(
        "SELECT title FROM item WHERE title = ANY($1) AND details @> $2",
        &["Engine".to_owned()],
        json!({"parts": [1]})
    )
    .fetch_optional(pool)
    .await?;
    assert_eq!(found.as_deref(), Some("Engine"));
    let none = sqlx::query!("SELECT title FROM item WHERE id = $1", Uuid::nil()).fetch_optional(pool).await?;
    assert!(none.is_none());
    let ranked = sqlx::query!(r#"SELECT title, rank() OVER (ORDER BY cost DESC) AS "rank!" FROM item ORDER BY 2"#)
        .fetch_all(pool)
        .await?;
    assert_eq!((ranked[0].title.as_str(), ranked[0].rank), ("Seat", 1));

    let mut rows = sqlx::query_scalar::<_, i32>("SELECT i FROM generate_series(1, 500) i").fetch(pool);
    let mut sum = 0;
    while let Some(i) = rows.try_next().await? {
        sum += i;
    }
    assert_eq!(sum, 125_250);
    Ok(())
}

async fn change(pool: &PgPool) -> Outcome {
    let changed = sqlx::query!(
        "UPDATE item SET cost = cost * 2, place = place + 1 WHERE title = $1 RETURNING cost, place",
        "Fuel"
    )
    .fetch_one(pool)
    .await?;
    assert_eq!((changed.cost, changed.place), (Some(decimal("2.50")), 1));
    let name = sqlx::query_scalar!("INSERT INTO project (name) VALUES ('Apollo') ON CONFLICT (name) DO UPDATE SET name = excluded.name || '!' RETURNING name").fetch_one(pool).await?;
    assert_eq!(name, "Apollo!");
    let nothing =
        sqlx::query!("INSERT INTO project (name) VALUES ('Empty') ON CONFLICT DO NOTHING").execute(pool).await?;
    assert_eq!(nothing.rows_affected(), 0);

    let mut copy = pool.copy_in_raw("COPY project (name) FROM STDIN").await?;
    copy.send("copied 1\ncopied 2\n".as_bytes()).await?;
    assert_eq!(copy.finish().await?, 2);
    let mut out =
        pool.copy_out_raw("COPY (SELECT name FROM project WHERE name LIKE 'copied%' ORDER BY name) TO STDOUT").await?;
    let mut text = Vec::new();
    while let Some(part) = out.try_next().await? {
        text.extend_from_slice(&part);
    }
    assert_eq!(text, b"copied 1\ncopied 2\n");
    drop(out);
    assert_eq!(sqlx::query!("DELETE FROM project WHERE name LIKE 'copied%'").execute(pool).await?.rows_affected(), 2);
    Ok(())
}

async fn errors(pool: &PgPool) -> Outcome {
    let insert = |name: &'static str| sqlx::query!("INSERT INTO project (name) VALUES ($1)", name).execute(pool);
    assert_eq!(constraint(insert("Empty").await, "23505").as_deref(), Some("project_name_key"));
    assert_eq!(
        constraint(sqlx::query!("INSERT INTO item (project_id, title) VALUES (0, 'x')").execute(pool).await, "23503")
            .as_deref(),
        Some("item_project_id_fkey")
    );
    assert_eq!(
        constraint(sqlx::query!("UPDATE item SET cost = -1").execute(pool).await, "23514").as_deref(),
        Some("item_cost_not_negative")
    );
    constraint(sqlx::query("INSERT INTO project (name) VALUES (NULL)").execute(pool).await, "23502");
    constraint(sqlx::query("SELECT nothing").execute(pool).await, "42703");
    constraint(sqlx::query("SELECT * FROM nothing").execute(pool).await, "42P01");
    constraint(sqlx::query("SELECT 1 / $1").bind(0i32).execute(pool).await, "22012");
    Ok(())
}

async fn transactions(pool: &PgPool) -> Outcome {
    let mut outer = pool.begin().await?;
    sqlx::query!("INSERT INTO project (name) VALUES ('outer')").execute(&mut *outer).await?;
    let mut inner = outer.begin().await?;
    sqlx::query!("INSERT INTO project (name) VALUES ('inner')").execute(&mut *inner).await?;
    constraint(sqlx::query!("INSERT INTO project (name) VALUES ('outer')").execute(&mut *inner).await, "23505");
    inner.rollback().await?;
    let locked =
        sqlx::query_scalar!("SELECT name FROM project WHERE name IN ('outer', 'inner') FOR UPDATE SKIP LOCKED")
            .fetch_all(&mut *outer)
            .await?;
    assert_eq!(locked, ["outer"]);
    outer.commit().await?;
    let mut lost = pool.begin_with("BEGIN ISOLATION LEVEL SERIALIZABLE").await?;
    sqlx::query!("DELETE FROM project").execute(&mut *lost).await?;
    drop(lost);
    assert_eq!(
        sqlx::query_scalar!("SELECT count(*) FROM project WHERE name IN ('outer', 'inner')").fetch_one(pool).await?,
        Some(1)
    );

    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen("news").await?;
    pool.execute("NOTIFY news, 'hello'").await?;
    assert_eq!(listener.recv().await?.payload(), "hello");
    Ok(())
}

async fn remove(pool: &PgPool) -> Outcome {
    assert_eq!(sqlx::query!("DELETE FROM project WHERE name = 'Apollo!'").execute(pool).await?.rows_affected(), 1);
    assert_eq!(sqlx::query_scalar!("SELECT count(*) FROM item").fetch_one(pool).await?, Some(0));
    MIGRATOR.undo(pool, 1).await?;
    let columns = sqlx::query(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'item' AND column_name = 'place'",
    )
    .fetch_all(pool)
    .await?;
    assert!(columns.is_empty());
    MIGRATOR.run(pool).await?;
    MIGRATOR.undo(pool, 0).await?;
    assert_eq!(
        sqlx::query_scalar::<_, i64>("SELECT count(*) FROM pg_class WHERE relname IN ('item', 'project')")
            .fetch_one(pool)
            .await?,
        0
    );
    Ok(())
}

async fn work(options: PgConnectOptions) -> Outcome {
    let pool = PgPoolOptions::new().max_connections(4).connect_with(options.database("client_sqlx")).await?;
    migrate(&pool).await?;
    create_and_read(&pool).await?;
    change(&pool).await?;
    errors(&pool).await?;
    transactions(&pool).await?;
    remove(&pool).await?;
    pool.close().await;
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    // From the environment.
    let options = PgConnectOptions::new();
    let mut connection = PgConnection::connect_with(&options).await?;
    connection.execute("DROP DATABASE IF EXISTS client_sqlx WITH (FORCE)").await?;
    connection.execute("CREATE DATABASE client_sqlx").await?;
    let result = work(options).await;
    connection.execute("DROP DATABASE client_sqlx WITH (FORCE)").await?;
    result?;
    println!("sqlx: ok");
    Ok(())
}
