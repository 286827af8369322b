//! The rights of a SECURITY DEFINER body end with it, also where it is interrupted: what is parsed next has none of them.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use gavel_testkit::Server;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error, NoTls};

use crate::GAVEL;

/// `slow` runs as the owner of what the visitor may not see, with names from a schema of the owner's.
const SETUP: [&str; 9] = [
    "CREATE ROLE keeper",
    "CREATE ROLE visitor",
    "CREATE SCHEMA vault AUTHORIZATION keeper",
    "CREATE TABLE vault.coins (a int); ALTER TABLE vault.coins OWNER TO keeper",
    "CREATE TABLE ledger (a int); ALTER TABLE ledger OWNER TO keeper",
    "CREATE FUNCTION slow(how text) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = vault, public AS
     'BEGIN
        PERFORM * FROM coins;
        PERFORM * FROM ledger;
        IF how = ''raise'' THEN RAISE EXCEPTION ''raised''; END IF;
        PERFORM pg_sleep(60);
        RETURN 1;
      END'",
    "ALTER FUNCTION slow(text) OWNER TO keeper",
    "CREATE FUNCTION slow_within() RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = vault, public AS
     'DECLARE c CURSOR FOR SELECT * FROM coins;
      BEGIN
        OPEN c;
        BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN division_by_zero THEN NULL; END;
        RETURN 1;
      END'",
    "ALTER FUNCTION slow_within() OWNER TO keeper",
];

fn code(error: &Error) -> Option<&SqlState> {
    error.code()
}

/// Parse, Describe, Bind and Execute of what only the owner may do, or can name.
async fn is_the_visitor(client: &Client, after: &str) -> Result<()> {
    let error = client.prepare("SELECT a FROM coins").await.err().context("a name of the owner's")?;
    ensure!(code(&error) == Some(&SqlState::UNDEFINED_TABLE), "after {after}: {error}");
    let error = client.query("SELECT a FROM ledger", &[]).await.err().context("a table of the owner's")?;
    ensure!(code(&error) == Some(&SqlState::INSUFFICIENT_PRIVILEGE), "after {after}: {error}");
    let error = client.query("SELECT a FROM vault.coins", &[]).await.err().context("a schema of the owner's")?;
    ensure!(code(&error) == Some(&SqlState::INSUFFICIENT_PRIVILEGE), "after {after}: {error}");
    let shown = client.query_one("SELECT current_user::text, current_setting('search_path')", &[]).await?;
    let shown: (String, String) = (shown.get(0), shown.get(1));
    ensure!(shown == ("visitor".to_owned(), "\"$user\", public".to_owned()), "after {after}: {shown:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rights_of_a_body_end_where_it_is_interrupted() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let server = Server::start(GAVEL, dir.path().join("data"), &[]).await?;
    let client = server.connect().await?;
    for sql in SETUP {
        client.batch_execute(sql).await?;
    }
    client.batch_execute("SET ROLE visitor").await?;
    is_the_visitor(&client, "nothing").await?;

    let error = client.query("SELECT slow('raise')", &[]).await.err().context("an error")?;
    ensure!(code(&error) == Some(&SqlState::RAISE_EXCEPTION), "{error}");
    is_the_visitor(&client, "an error").await?;

    for extended in [true, false] {
        let token = client.cancel_token();
        let canceller = tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            token.cancel_query(NoTls).await
        });
        let error = match extended {
            true => client.query("SELECT slow('')", &[]).await.err(),
            false => client.simple_query("SELECT slow('')").await.err(),
        };
        canceller.await??;
        let error = error.context("a cancel")?;
        ensure!(code(&error) == Some(&SqlState::QUERY_CANCELED), "{error}");
        is_the_visitor(&client, "a cancel").await?;
    }

    client.batch_execute("SET statement_timeout = '2s'").await?;
    let error = client.query("SELECT slow('')", &[]).await.err().context("a timeout")?;
    ensure!(code(&error) == Some(&SqlState::QUERY_CANCELED), "{error}");
    is_the_visitor(&client, "a timeout").await?;

    // Nor is there a way back into a block of the body.
    client.batch_execute("BEGIN; SAVEPOINT own").await?;
    let error = client.query("SELECT slow_within()", &[]).await.err().context("a timeout")?;
    ensure!(code(&error) == Some(&SqlState::QUERY_CANCELED), "{error}");
    let error = client.batch_execute("ROLLBACK TO U&\"\\0001block\"").await.err().context("a savepoint")?;
    ensure!(code(&error).map(SqlState::code) == Some("3B001"), "{error}");
    client.batch_execute("ROLLBACK TO own").await?;
    let error = client.batch_execute("FETCH c").await.err().context("a cursor of the body")?;
    ensure!(code(&error) == Some(&SqlState::INVALID_CURSOR_NAME), "{error}");
    client.batch_execute("ROLLBACK TO own").await?;
    let shown = client.query_one("SELECT current_setting('search_path')", &[]).await?;
    ensure!(shown.get::<_, &str>(0) == "\"$user\", public", "{shown:?}");
    client.batch_execute("ROLLBACK").await?;
    is_the_visitor(&client, "a block").await?;
    Ok(())
}
