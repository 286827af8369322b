//! Diesel against a server given by PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE (libpq reads them itself).

use std::error::Error;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::connection::SimpleConnection;
use diesel::dsl::{avg, count, count_star, exists, max, sql};
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::{BigInt, Integer, Text};
use diesel::upsert::excluded;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use serde_json::{Value, json};
use uuid::Uuid;

type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

diesel::table! {
    teams (id) {
        id -> Integer,
        #[max_length = 40]
        name -> Varchar,
        created -> Timestamptz,
    }
}

diesel::table! {
    players (id) {
        id -> BigInt,
        team_id -> Integer,
        name -> Text,
        score -> Nullable<Double>,
        tags -> Array<Text>,
        details -> Nullable<Jsonb>,
        key -> Uuid,
        born -> Nullable<Date>,
        games -> Integer,
    }
}

diesel::joinable!(players -> teams (team_id));
diesel::allow_tables_to_appear_in_same_query!(players, teams);

#[derive(Debug, Identifiable, Queryable, Selectable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct Team {
    id: i32,
    name: String,
    created: DateTime<Utc>,
}

#[derive(AsChangeset, Associations, Debug, Identifiable, PartialEq, Queryable, Selectable)]
#[diesel(belongs_to(Team), check_for_backend(diesel::pg::Pg))]
struct Player {
    id: i64,
    team_id: i32,
    name: String,
    score: Option<f64>,
    tags: Vec<String>,
    details: Option<Value>,
    key: Uuid,
    born: Option<NaiveDate>,
    games: i32,
}

#[derive(Insertable)]
#[diesel(table_name = players)]
struct NewPlayer<'a> {
    team_id: i32,
    name: &'a str,
    score: Option<f64>,
    tags: Vec<&'a str>,
    details: Option<Value>,
    born: Option<NaiveDate>,
}

#[derive(QueryableByName)]
struct Ranked {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    place: i64,
}

fn kind<T: std::fmt::Debug>(result: QueryResult<T>) -> (String, Option<String>) {
    match result.expect_err("an error") {
        DieselError::DatabaseError(kind, information) => {
            (format!("{kind:?}"), information.constraint_name().map(str::to_owned))
        }
        other => panic!("{other}"),
    }
}

fn migrate(db: &mut PgConnection) -> Outcome {
    assert!(db.has_pending_migration(MIGRATIONS)?);
    assert_eq!(db.run_pending_migrations(MIGRATIONS)?.len(), 2);
    assert!(!db.has_pending_migration(MIGRATIONS)?);
    db.revert_last_migration(MIGRATIONS)?;
    assert_eq!(db.applied_migrations()?.len(), 1);
    assert_eq!(db.run_pending_migrations(MIGRATIONS)?.len(), 1);
    Ok(())
}

fn create(db: &mut PgConnection) -> Outcome {
    let reds: Team = diesel::insert_into(teams::table)
        .values(teams::name.eq("Reds"))
        .returning(Team::as_returning())
        .get_result(db)?;
    let blues: Team = diesel::insert_into(teams::table)
        .values(teams::name.eq("Blues"))
        .returning(Team::as_returning())
        .get_result(db)?;
    assert!((reds.id, reds.name.as_str()) == (1, "Reds") && reds.created <= Utc::now() + chrono::Duration::hours(1));
    let new = |team_id, name, score, details| NewPlayer {
        team_id,
        name,
        score,
        tags: vec!["x", "y,z"],
        details,
        born: NaiveDate::from_ymd_opt(2000, 2, 29),
    };
    let made: Vec<Player> = diesel::insert_into(players::table)
        .values(vec![
            new(reds.id, "Ada", Some(1.5), Some(json!({"a": {"b": [1, null]}}))),
            new(reds.id, "Bob", Some(3.5), None),
            new(blues.id, "Cy", None, Some(json!([1]))),
        ])
        .get_results(db)?;
    assert_eq!(
        made.iter().map(|p| (p.id, p.name.as_str(), p.games)).collect::<Vec<_>>(),
        [(1, "Ada", 0), (2, "Bob", 0), (3, "Cy", 0)]
    );
    assert_eq!(
        (made[0].score, made[0].born, made[0].key.is_nil()),
        (Some(1.5), NaiveDate::from_ymd_opt(2000, 2, 29), false)
    );
    assert_eq!(
        (&made[0].tags, &made[0].details),
        (&vec!["x".to_owned(), "y,z".to_owned()], &Some(json!({"a": {"b": [1, null]}})))
    );
    Ok(())
}

fn read(db: &mut PgConnection) -> Outcome {
    let joined: Vec<(String, String)> = players::table
        .inner_join(teams::table)
        .filter(players::score.gt(1.0))
        .order(players::name.desc())
        .select((teams::name, players::name))
        .load(db)?;
    assert_eq!(joined, [("Reds".to_owned(), "Bob".to_owned()), ("Reds".to_owned(), "Ada".to_owned())]);
    let all: Vec<Team> = teams::table.order(teams::name).load(db)?;
    let theirs = Player::belonging_to(&all).order(players::id).load::<Player>(db)?.grouped_by(&all);
    assert_eq!(theirs.iter().map(Vec::len).collect::<Vec<_>>(), [1, 2]);
    let groups: Vec<(String, i64, Option<f64>)> = teams::table
        .inner_join(players::table)
        .group_by(teams::name)
        .having(count(players::id).gt(1))
        .select((teams::name, count(players::id), max(players::score)))
        .load(db)?;
    assert_eq!(groups, [("Reds".to_owned(), 2, Some(3.5))]);
    assert_eq!(players::table.select(avg(players::score)).first::<Option<f64>>(db)?, Some(2.5));
    let names = |db: &mut PgConnection, query: players::BoxedQuery<'_, diesel::pg::Pg>| {
        query.order(players::id).select(players::name).load::<String>(db)
    };
    assert_eq!(names(db, players::table.filter(players::details.contains(json!({"a": {}}))).into_boxed())?, ["Ada"]);
    assert_eq!(
        names(
            db,
            players::table.filter(players::tags.contains(vec!["x"])).filter(players::name.ilike("%Y")).into_boxed()
        )?,
        ["Cy"]
    );
    assert_eq!(
        names(
            db,
            players::table
                .filter(players::tags.overlaps_with(vec!["none", "y,z"]))
                .filter(players::name.eq_any(["Ada", "Bob"]))
                .into_boxed()
        )?,
        ["Ada", "Bob"]
    );
    assert_eq!(
        names(db, players::table.filter(players::score.is_null().or(players::name.like("A%"))).into_boxed())?,
        ["Ada", "Cy"]
    );
    assert_eq!(
        names(
            db,
            players::table
                .filter(players::team_id.eq_any(teams::table.filter(teams::name.eq("Blues")).select(teams::id)))
                .into_boxed()
        )?,
        ["Cy"]
    );
    assert_eq!(players::table.order(players::id).limit(1).offset(1).select(players::name).first::<String>(db)?, "Bob");
    assert!(diesel::select(exists(players::table.filter(players::name.eq("Cy")))).get_result::<bool>(db)?);
    assert_eq!(players::table.select(players::team_id).distinct().order(players::team_id).load::<i32>(db)?, [1, 2]);
    assert_eq!(
        players::table
            .distinct_on(players::team_id)
            .order((players::team_id, players::score.desc()))
            .select(players::name)
            .load::<String>(db)?,
        ["Bob", "Cy"]
    );
    let ranked: Vec<Ranked> = diesel::sql_query(
        "SELECT name, rank() OVER (ORDER BY score DESC NULLS LAST) AS place FROM players WHERE team_id = $1 ORDER BY 2",
    )
    .bind::<Integer, _>(1)
    .load(db)?;
    assert_eq!(ranked.iter().map(|r| (r.name.as_str(), r.place)).collect::<Vec<_>>(), [("Bob", 1), ("Ada", 2)]);
    assert_eq!(players::table.find(99).first::<Player>(db), Err(DieselError::NotFound));
    Ok(())
}

fn change(db: &mut PgConnection) -> Outcome {
    let changed: (i32, Option<f64>) = diesel::update(players::table.filter(players::name.eq("Ada")))
        .set((players::games.eq(players::games + 5), players::score.eq(2.0)))
        .returning((players::games, players::score))
        .get_result(db)?;
    assert_eq!(changed, (5, Some(2.0)));
    let mut bob: Player = players::table.filter(players::name.eq("Bob")).first(db)?;
    bob.tags = vec![];
    bob.details = Some(json!("text"));
    let saved: Player = bob.save_changes(db)?;
    assert_eq!((saved.tags.len(), saved.details), (0, Some(json!("text"))));
    let upserted: String = diesel::insert_into(teams::table)
        .values(teams::name.eq("Reds"))
        .on_conflict(teams::name)
        .do_update()
        .set(teams::name.eq(excluded(teams::name)))
        .returning(teams::name)
        .get_result(db)?;
    assert_eq!(upserted, "Reds");
    assert_eq!(
        diesel::insert_into(teams::table).values(teams::name.eq("Reds")).on_conflict_do_nothing().execute(db)?,
        0
    );
    let many: Vec<_> = (0..1000).map(|i| teams::name.eq(format!("team {i}"))).collect();
    assert_eq!(diesel::insert_into(teams::table).values(&many).execute(db)?, 1000);
    assert_eq!(diesel::delete(teams::table.filter(teams::name.like("team %"))).execute(db)?, 1000);
    Ok(())
}

fn errors(db: &mut PgConnection) -> Outcome {
    let named =
        |kind: DatabaseErrorKind, name: &str| (format!("{kind:?}"), (!name.is_empty()).then(|| name.to_owned()));
    assert_eq!(
        kind(diesel::insert_into(teams::table).values(teams::name.eq("Reds")).execute(db)),
        named(DatabaseErrorKind::UniqueViolation, "teams_name_key")
    );
    assert_eq!(
        kind(diesel::insert_into(players::table).values((players::team_id.eq(0), players::name.eq("x"))).execute(db)),
        named(DatabaseErrorKind::ForeignKeyViolation, "players_team_id_fkey")
    );
    assert_eq!(
        kind(diesel::update(players::table).set(players::score.eq(-1.0)).execute(db)),
        named(DatabaseErrorKind::CheckViolation, "players_score")
    );
    assert_eq!(
        kind(diesel::sql_query("INSERT INTO teams (name) VALUES (NULL)").execute(db)),
        named(DatabaseErrorKind::NotNullViolation, "")
    );
    assert_eq!(kind(diesel::sql_query("SELECT nothing").execute(db)), named(DatabaseErrorKind::Unknown, ""));
    let read_only = db.build_transaction().read_only().run(|db| diesel::delete(teams::table).execute(db));
    assert_eq!(kind(read_only), named(DatabaseErrorKind::ReadOnlyTransaction, ""));
    Ok(())
}

fn transactions(db: &mut PgConnection) -> Outcome {
    db.transaction::<_, DieselError, _>(|db| {
        diesel::insert_into(teams::table).values(teams::name.eq("outer")).execute(db)?;
        let inner = db.transaction::<(), DieselError, _>(|db| {
            diesel::insert_into(teams::table).values(teams::name.eq("inner")).execute(db)?;
            diesel::insert_into(teams::table).values(teams::name.eq("outer")).execute(db)?;
            Ok(())
        });
        assert_eq!(kind(inner).1.as_deref(), Some("teams_name_key"));
        let locked: Vec<String> = teams::table
            .filter(teams::name.eq_any(["outer", "inner"]))
            .select(teams::name)
            .for_update()
            .skip_locked()
            .load(db)?;
        assert_eq!(locked, ["outer"]);
        Ok(())
    })?;
    let lost = db.build_transaction().serializable().run::<(), DieselError, _>(|db| {
        diesel::delete(teams::table).execute(db)?;
        Err(DieselError::RollbackTransaction)
    });
    assert_eq!(lost, Err(DieselError::RollbackTransaction));
    assert_eq!(teams::table.select(count_star()).first::<i64>(db)?, 3);
    assert_eq!(
        diesel::select(sql::<Text>("current_setting('transaction_isolation')")).get_result::<String>(db)?,
        "read committed"
    );
    Ok(())
}

fn remove(db: &mut PgConnection) -> Outcome {
    assert_eq!(diesel::delete(teams::table.filter(teams::name.eq("Reds"))).execute(db)?, 1);
    assert_eq!(players::table.select(players::name).load::<String>(db)?, ["Cy"]);
    assert_eq!(db.revert_all_migrations(MIGRATIONS)?.len(), 2);
    Ok(())
}

fn main() -> Outcome {
    let mut maintenance = PgConnection::establish("")?;
    maintenance.batch_execute("DROP DATABASE IF EXISTS client_diesel WITH (FORCE)")?;
    maintenance.batch_execute("CREATE DATABASE client_diesel")?;
    let result = PgConnection::establish("dbname=client_diesel").map_err(Into::<Box<dyn std::error::Error + Send + Sync>>::into).and_then(|mut db| {
        for step in [migrate, create, read, change, errors, transactions, remove] {
            step(&mut db)?;
        }
        Ok(())
    });
    maintenance.batch_execute("DROP DATABASE client_diesel WITH (FORCE)")?;
    result?;
    println!("diesel: ok");
    Ok(())
}
