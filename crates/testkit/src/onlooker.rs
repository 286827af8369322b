//! Reads beside a load, whose answers are known whatever commits meanwhile.
//!
//! | read | must be |
//! |---|---|
//! | `sum(balance)` of a bank's accounts, in one statement | the bank's total: a snapshot that holds half of a transfer shows |
//! | all rows of a table that nobody changes, longer than what is under way at a time | each row once, in order: a scan that goes on at another replica after its own has failed must neither repeat nor leave out |

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::bank::Breach;
use crate::session::{Entrance, Session};

const ROWS: i32 = 24_000;
/// Rows of one insert.
const CHUNK: i32 = 4_000;
/// How long one read may take.
const PATIENCE: Duration = Duration::from_secs(8);
/// Between two reads, and before another attempt to connect.
const PAUSE: Duration = Duration::from_millis(50);

/// How many reads were answered, and how many were not.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reads {
    pub sums: u64,
    pub scans: u64,
    pub failed: u64,
}

/// Makes the table that nobody changes.
///
/// # Errors
/// Those of the database.
pub async fn create(entrance: Entrance) -> Result<()> {
    let client = entrance.connect().await?;
    client.batch_execute("CREATE TABLE constant (id int PRIMARY KEY, half text NOT NULL)").await?;
    for first in (1..=ROWS).step_by(usize::try_from(CHUNK)?) {
        let last = first + CHUNK - 1;
        let insert =
            format!("INSERT INTO constant SELECT i, repeat(i::text, 20) FROM generate_series({first}, {last}) i");
        client.batch_execute(&insert).await?;
    }
    Ok(())
}

/// Reads until `stop`, through one query node after the other. A read that fails says nothing.
///
/// # Errors
/// A [`Breach`] if an answer is wrong.
pub async fn run(entrances: Vec<Entrance>, total: i64, stop: Arc<AtomicBool>) -> Result<Reads> {
    let (mut reads, mut turn) = (Reads::default(), 0_usize);
    while !stop.load(Ordering::Relaxed) {
        turn += 1;
        let read = async {
            let session = entrances[turn % entrances.len()].connect().await?;
            sum(&session, total).await?;
            scan(&session).await
        };
        match tokio::time::timeout(PATIENCE, read).await {
            Ok(Ok(())) => (reads.sums, reads.scans) = (reads.sums + 1, reads.scans + 1),
            Ok(Err(error)) if error.is::<Breach>() => return Err(error),
            Ok(Err(_)) | Err(_) => reads.failed += 1,
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(reads)
}

async fn sum(session: &Session, total: i64) -> Result<()> {
    let row = session.query_one("SELECT sum(balance)::bigint, count(*) FROM accounts", &[]).await?;
    let (sum, count): (i64, i64) = (row.get(0), row.get(1));
    if sum != total {
        return Err(Breach(format!("{count} accounts hold {sum}, not {total}")).into());
    }
    Ok(())
}

async fn scan(session: &Session) -> Result<()> {
    let rows = session.query("SELECT id, half FROM constant ORDER BY id", &[]).await?;
    for (expected, row) in (1..).zip(&rows) {
        let (id, half): (i32, &str) = (row.get(0), row.get(1));
        if id != expected || half != expected.to_string().repeat(20) {
            return Err(Breach(format!("row {expected} of a table that nobody changes is {id}, {half}")).into());
        }
    }
    let count = i32::try_from(rows.len()).context("rows")?;
    if count != ROWS {
        return Err(Breach(format!("a scan gives {count} of {ROWS} rows")).into());
    }
    Ok(())
}
