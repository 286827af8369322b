//! `gavel status`: asks the admin port of a running server.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use serde_json::Value;

use crate::Failure;
use crate::cli::Status;

const PATIENCE: Duration = Duration::from_secs(5);
/// Longest answer that is read.
const MAX_ANSWER: u64 = 1 << 20;

pub fn run(args: &Status) -> Result<(), Failure> {
    let body = get(args.admin, "/status").map_err(|e| Failure::new(Failure::UNREACHABLE, e))?;
    if args.json {
        println!("{}", body.trim());
        return Ok(());
    }
    let status: Value = serde_json::from_str(&body).context("the answer is not JSON")?;
    print!("{}", table(&status));
    Ok(())
}

/// One HTTP request over a connection of its own.
fn get(address: SocketAddr, path: &str) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)
        .with_context(|| format!("no server answers on admin address {address}"))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(MAX_ANSWER).read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(|| anyhow!("{address} does not speak HTTP"))?;
    match head.split_whitespace().nth(1) {
        Some("200") => Ok(body.to_owned()),
        other => bail!("{address} answers {}", other.unwrap_or("nonsense")),
    }
}

fn table(status: &Value) -> String {
    let text = |path: &str| match status.pointer(path) {
        Some(Value::String(s)) => s.clone(),
        Some(Value::Null) | None => "-".to_owned(),
        Some(other) => other.to_string(),
    };
    let rows = [
        ("state", text("/state")),
        ("version", text("/version")),
        ("process", text("/pid")),
        ("up", format!("{} s", text("/uptime_seconds"))),
        ("listening on", text("/listen")),
        ("data directory", text("/data_dir")),
        ("epoch", text("/adjudicator/epoch")),
        ("journal", format!("{} .. {}", text("/journal/first_lsn"), text("/journal/durable_lsn"))),
        (
            "storage",
            format!(
                "applied {}, durable {}, {} behind",
                text("/storage/applied_lsn"),
                text("/storage/durable_lsn"),
                text("/storage/lag_records")
            ),
        ),
        ("storage failure", text("/storage/failure")),
        ("sessions", format!("{} open, {} pending", text("/sessions/open"), text("/sessions/pending"))),
    ];
    rows.iter().map(|(name, value)| format!("{name:<16}{value}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_a_dash() {
        let text = table(&serde_json::json!({ "state": "serving", "journal": { "first_lsn": 1 } }));
        assert!(text.contains("state           serving\n"));
        assert!(text.contains("journal         1 .. -\n"));
    }
}
