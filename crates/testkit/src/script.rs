//! Golden scripts of several sessions, run one statement at a time.
//!
//! ```text
//! # Comments and blank lines are kept.
//! a> BEGIN
//! BEGIN
//! a> SELECT v FROM t
//! 10
//! b> UPDATE t SET v = 11
//! UPDATE 1
//! a> COMMIT
//! ! 40001
//! ```
//! A line `NAME> SQL` is run in session NAME, which is opened at its first use. What follows, up to the
//! next such line or blank line, is what it must answer: rows with `|` between columns, the command's
//! row count for what returns none (`OK n`), or `! SQLSTATE` for an error. [`run`] returns the script
//! with the answers that came, to be compared with the script itself.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Result;
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::server::Server;

/// Runs `script` and returns it with the actual answers in place of the expected ones.
pub async fn run(server: &Server, script: &str) -> Result<String> {
    let mut sessions: BTreeMap<String, Client> = BTreeMap::new();
    let mut out = String::new();
    let mut in_answer = false;
    for line in script.lines() {
        match statement(line) {
            Some((name, sql)) => {
                if !sessions.contains_key(name) {
                    sessions.insert(name.to_owned(), server.connect().await?);
                }
                writeln!(out, "{line}")?;
                out.push_str(&answer(&sessions[name], sql).await?);
                in_answer = true;
            }
            None if line.trim().is_empty() || line.starts_with('#') => {
                writeln!(out, "{line}")?;
                in_answer = false;
            }
            None if in_answer => {}
            None => writeln!(out, "{line}")?,
        }
    }
    Ok(out)
}

fn statement(line: &str) -> Option<(&str, &str)> {
    let (name, sql) = line.split_once("> ")?;
    (!name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric())).then_some((name, sql))
}

async fn answer(client: &Client, sql: &str) -> Result<String> {
    let mut out = String::new();
    match client.simple_query(sql).await {
        Ok(messages) => {
            for message in messages {
                match message {
                    SimpleQueryMessage::Row(row) => {
                        let cells: Vec<&str> = (0..row.len()).map(|i| row.get(i).unwrap_or("NULL")).collect();
                        writeln!(out, "{}", cells.join("|"))?;
                    }
                    SimpleQueryMessage::CommandComplete(n) => writeln!(out, "OK {n}")?,
                    _ => {}
                }
            }
        }
        Err(error) => match error.code() {
            Some(code) => writeln!(out, "! {}", code.code())?,
            None => writeln!(out, "! {error}")?,
        },
    }
    Ok(out)
}
