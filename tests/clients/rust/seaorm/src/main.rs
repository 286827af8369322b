//! SeaORM against a server given by PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE.

mod baker;
mod cake;
mod migration;

use std::env;
use std::error::Error;

use cake::Flavour;
use migration::Migrator;
use sea_orm::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, Func, LockBehavior, LockType, OnConflict};
use sea_orm::{
    AccessMode, ActiveValue::Set, ConnectionTrait, Database, DatabaseConnection, FromQueryResult, IntoActiveModel,
    IsolationLevel, Order, QueryOrder, QuerySelect, SqlErr, TransactionTrait,
};
use sea_orm_migration::MigratorTrait;

type Outcome = Result<(), Box<dyn Error>>;

#[derive(Debug, FromQueryResult, PartialEq)]
struct Sum {
    name: String,
    count: i64,
    total: Option<Decimal>,
}

fn decimal(text: &str) -> Decimal {
    text.parse().expect("a number")
}

async fn migrate(db: &DatabaseConnection) -> Outcome {
    assert_eq!(Migrator::get_pending_migrations(db).await?.len(), 2);
    Migrator::up(db, Some(1)).await?;
    Migrator::up(db, None).await?;
    Migrator::up(db, None).await?;
    assert_eq!(Migrator::get_applied_migrations(db).await?.len(), 2);
    Migrator::refresh(db).await?;
    assert!(Migrator::get_pending_migrations(db).await?.is_empty());
    Ok(())
}

fn new(baker_id: i32, name: &str, price: &str, flavour: Flavour) -> cake::ActiveModel {
    cake::ActiveModel {
        baker_id: Set(baker_id),
        name: Set(name.to_owned()),
        price: Set(Some(decimal(price))),
        details: Set(Some(sea_orm::JsonValue::Array(vec![1.into(), sea_orm::JsonValue::Null]))),
        key: Set(Uuid::from_u128(7)),
        tags: Set(vec!["a".to_owned(), "b,c".to_owned()]),
        flavour: Set(flavour),
        ..Default::default()
    }
}

async fn create(db: &DatabaseConnection) -> Outcome {
    let ada = baker::ActiveModel { name: Set("Ada".to_owned()), ..Default::default() }.insert(db).await?;
    let bob = baker::ActiveModel { name: Set("Bob".to_owned()), ..Default::default() }.insert(db).await?;
    let sponge = new(ada.id, "Sponge", "10.50", Flavour::Sweet).insert(db).await?;
    assert_eq!((sponge.id, sponge.stock, sponge.price, sponge.flavour), (1, 0, Some(decimal("10.50")), Flavour::Sweet));
    assert_eq!((sponge.tags, sponge.key), (vec!["a".to_owned(), "b,c".to_owned()], Uuid::from_u128(7)));
    cake::Entity::insert_many([new(ada.id, "Lemon", "20", Flavour::Sour), new(bob.id, "Plain", "1", Flavour::Sweet)])
        .exec(db)
        .await?;
    assert_eq!(cake::Entity::find().count(db).await?, 3);
    Ok(())
}

async fn read(db: &DatabaseConnection) -> Outcome {
    let with = baker::Entity::find()
        .find_with_related(cake::Entity)
        .order_by_asc(baker::Column::Name)
        .order_by_asc(cake::Column::Name)
        .all(db)
        .await?;
    let with: Vec<(&str, Vec<&str>)> =
        with.iter().map(|(b, cakes)| (b.name.as_str(), cakes.iter().map(|c| c.name.as_str()).collect())).collect();
    assert_eq!(with, [("Ada", vec!["Lemon", "Sponge"]), ("Bob", vec!["Plain"])]);
    let sums = baker::Entity::find()
        .inner_join(cake::Entity)
        .select_only()
        .column(baker::Column::Name)
        .column_as(cake::Column::Id.count(), "count")
        .column_as(cake::Column::Price.sum(), "total")
        .group_by(baker::Column::Name)
        .having(cake::Column::Id.count().gt(1))
        .into_model::<Sum>()
        .all(db)
        .await?;
    assert_eq!(sums, [Sum { name: "Ada".to_owned(), count: 2, total: Some(decimal("30.50")) }]);
    let found = cake::Entity::find()
        .filter(cake::Column::Flavour.eq(Flavour::Sour))
        .filter(cake::Column::Price.between(decimal("5"), decimal("25")))
        .one(db)
        .await?;
    assert_eq!(found.map(|c| c.name), Some("Lemon".to_owned()));
    let (cake, owner) = cake::Entity::find_by_id(1).find_also_related(baker::Entity).one(db).await?.expect("a cake");
    assert_eq!((cake.name.as_str(), owner.map(|b| b.name)), ("Sponge", Some("Ada".to_owned())));
    let lower = cake::Entity::find()
        .filter(Expr::expr(Func::lower(Expr::col(cake::Column::Name))).like("%e%"))
        .order_by(cake::Column::Id, Order::Desc)
        .limit(1)
        .all(db)
        .await?;
    assert_eq!(lower.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["Lemon"]);
    let pages = cake::Entity::find().order_by_asc(cake::Column::Id).paginate(db, 2);
    assert_eq!((pages.num_pages().await?, pages.fetch_page(1).await?.len()), (2, 1));
    assert_eq!(cake::Entity::find().filter(cake::Column::Name.is_in(["none"])).one(db).await?, None);
    Ok(())
}

async fn change(db: &DatabaseConnection) -> Outcome {
    let mut sponge = cake::Entity::find_by_id(1).one(db).await?.expect("a cake").into_active_model();
    sponge.stock = Set(5);
    sponge.flavour = Set(Flavour::Sour);
    let sponge = sponge.update(db).await?;
    assert_eq!((sponge.stock, sponge.flavour), (5, Flavour::Sour));
    let updated = cake::Entity::update_many()
        .col_expr(cake::Column::Stock, Expr::col(cake::Column::Stock).add(1))
        .filter(cake::Column::BakerId.eq(sponge.baker_id))
        .exec(db)
        .await?;
    assert_eq!(updated.rows_affected, 2);
    let again = baker::ActiveModel { name: Set("Ada".to_owned()), ..Default::default() };
    let upserted = baker::Entity::insert(again.clone())
        .on_conflict(OnConflict::column(baker::Column::Name).update_column(baker::Column::Name).to_owned())
        .exec_with_returning(db)
        .await?;
    assert_eq!(upserted.id, sponge.baker_id);
    let nothing = baker::Entity::insert(again)
        .on_conflict(OnConflict::column(baker::Column::Name).do_nothing().to_owned())
        .exec(db)
        .await;
    assert!(matches!(nothing, Err(DbErr::RecordNotInserted)), "{nothing:?}");
    Ok(())
}

async fn errors(db: &DatabaseConnection) -> Outcome {
    let unique = baker::ActiveModel { name: Set("Ada".to_owned()), ..Default::default() }
        .insert(db)
        .await
        .expect_err("an error");
    assert!(matches!(unique.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))), "{unique}");
    let foreign = new(0, "x", "1", Flavour::Sweet).insert(db).await.expect_err("an error");
    assert!(matches!(foreign.sql_err(), Some(SqlErr::ForeignKeyConstraintViolation(_))), "{foreign}");
    let check = new(1, "x", "-1", Flavour::Sweet).insert(db).await.expect_err("an error");
    assert!(check.to_string().contains("cake_price"), "{check}");
    assert!(db.execute_unprepared("SELECT nothing").await.is_err());
    let missing = cake::ActiveModel { id: Set(99), stock: Set(1), ..Default::default() }.update(db).await;
    assert!(matches!(missing, Err(DbErr::RecordNotUpdated)), "{missing:?}");
    Ok(())
}

async fn transactions(db: &DatabaseConnection) -> Outcome {
    let names = async |db: &DatabaseConnection| {
        baker::Entity::find()
            .order_by_asc(baker::Column::Name)
            .all(db)
            .await
            .map(|all| all.into_iter().map(|b| b.name).collect::<Vec<_>>())
    };
    let named = |name: &str| baker::ActiveModel { name: Set(name.to_owned()), ..Default::default() };
    let outer = db.begin_with_config(Some(IsolationLevel::Serializable), Some(AccessMode::ReadWrite)).await?;
    named("outer").insert(&outer).await?;
    let inner = outer.begin().await?;
    named("inner").insert(&inner).await?;
    assert!(named("outer").insert(&inner).await.is_err());
    inner.rollback().await?;
    let locked = baker::Entity::find()
        .filter(baker::Column::Name.eq("outer"))
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(&outer)
        .await?;
    assert_eq!(locked.len(), 1);
    outer.commit().await?;
    let lost = db.begin().await?;
    baker::Entity::delete_many().exec(&lost).await?;
    drop(lost);
    assert_eq!(names(db).await?, ["Ada", "Bob", "outer"]);
    Ok(())
}

async fn remove(db: &DatabaseConnection) -> Outcome {
    assert_eq!(baker::Entity::delete_many().filter(baker::Column::Name.eq("Ada")).exec(db).await?.rows_affected, 1);
    assert_eq!(cake::Entity::find().all(db).await?.into_iter().map(|c| c.name).collect::<Vec<_>>(), ["Plain"]);
    Migrator::down(db, None).await?;
    Migrator::fresh(db).await?;
    assert_eq!(cake::Entity::find().count(db).await?, 0);
    Ok(())
}

async fn work(url: &str) -> Outcome {
    let db = Database::connect(url).await?;
    migrate(&db).await?;
    create(&db).await?;
    read(&db).await?;
    change(&db).await?;
    errors(&db).await?;
    transactions(&db).await?;
    remove(&db).await?;
    db.close().await?;
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let variable = |name: &str, otherwise: &str| env::var(name).unwrap_or_else(|_| otherwise.to_owned());
    let server = format!(
        "postgres://{}:{}@{}:{}",
        variable("PGUSER", "postgres"),
        variable("PGPASSWORD", ""),
        variable("PGHOST", "127.0.0.1"),
        variable("PGPORT", "5432")
    );
    let maintenance = Database::connect(format!("{server}/{}", variable("PGDATABASE", "postgres"))).await?;
    maintenance.execute_unprepared("DROP DATABASE IF EXISTS client_seaorm WITH (FORCE)").await?;
    maintenance.execute_unprepared("CREATE DATABASE client_seaorm").await?;
    let result = work(&format!("{server}/client_seaorm")).await;
    maintenance.execute_unprepared("DROP DATABASE client_seaorm WITH (FORCE)").await?;
    result?;
    println!("seaorm: ok");
    Ok(())
}
