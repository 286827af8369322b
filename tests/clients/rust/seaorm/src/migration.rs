//! Two migrations, the second of which alters and adds.

use sea_orm_migration::prelude::extension::postgres::Type;
use sea_orm_migration::prelude::*;

pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(First), Box::new(Second)]
    }
}

#[derive(DeriveIden)]
enum Baker {
    Table,
    Id,
    Name,
    Since,
}

#[derive(DeriveIden)]
enum Cake {
    Table,
    Id,
    BakerId,
    Name,
    Price,
    Details,
    Key,
    Tags,
    Flavour,
    Stock,
}

struct First;

impl MigrationName for First {
    fn name(&self) -> &str {
        "m1_first"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for First {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_type(
                Type::create()
                    .as_enum(Alias::new("flavour"))
                    .values([Alias::new("sweet"), Alias::new("sour")])
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(Baker::Table)
                    .if_not_exists()
                    .col(ColumnDef::new(Baker::Id).integer().not_null().auto_increment().primary_key())
                    .col(ColumnDef::new(Baker::Name).string_len(40).not_null().unique_key())
                    .col(
                        ColumnDef::new(Baker::Since)
                            .timestamp_with_time_zone()
                            .not_null()
                            .default(Expr::current_timestamp()),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(Cake::Table)
                    .col(ColumnDef::new(Cake::Id).big_integer().not_null().auto_increment().primary_key())
                    .col(ColumnDef::new(Cake::BakerId).integer().not_null())
                    .col(ColumnDef::new(Cake::Name).string().not_null())
                    .col(ColumnDef::new(Cake::Price).decimal_len(10, 2))
                    .col(ColumnDef::new(Cake::Details).json_binary())
                    .col(ColumnDef::new(Cake::Key).uuid().not_null().default(Expr::cust("gen_random_uuid()")))
                    .col(
                        ColumnDef::new(Cake::Tags)
                            .array(ColumnType::Text)
                            .not_null()
                            .default(Expr::cust("'{}'::text[]")),
                    )
                    .col(ColumnDef::new(Cake::Flavour).custom(Alias::new("flavour")).not_null().default("sweet"))
                    .foreign_key(
                        ForeignKey::create()
                            .name("cake_baker")
                            .from(Cake::Table, Cake::BakerId)
                            .to(Baker::Table, Baker::Id)
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(Cake::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Baker::Table).to_owned()).await?;
        manager.drop_type(Type::drop().name(Alias::new("flavour")).to_owned()).await
    }
}

struct Second;

impl MigrationName for Second {
    fn name(&self) -> &str {
        "m2_second"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Second {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(
                Table::alter()
                    .table(Cake::Table)
                    .add_column(ColumnDef::new(Cake::Stock).integer().not_null().default(0))
                    .to_owned(),
            )
            .await?;
        manager
            .alter_table(
                Table::alter()
                    .table(Baker::Table)
                    .modify_column(ColumnDef::new(Baker::Name).string_len(80).not_null())
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("cake_of_baker")
                    .table(Cake::Table)
                    .col(Cake::BakerId)
                    .col(Cake::Name)
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .get_connection()
            .execute_unprepared("ALTER TABLE cake ADD CONSTRAINT cake_price CHECK (price >= 0)")
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("ALTER TABLE cake DROP CONSTRAINT cake_price").await?;
        manager.drop_index(Index::drop().name("cake_of_baker").table(Cake::Table).to_owned()).await?;
        manager.alter_table(Table::alter().table(Cake::Table).drop_column(Cake::Stock).to_owned()).await
    }
}
