//! `gavel status`: asks the admin ports of running servers.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use serde_json::{Value, json};

use crate::Failure;
use crate::cli::Status;

const PATIENCE: Duration = Duration::from_secs(5);
/// Between two looks of `--watch`.
const WATCH: Duration = Duration::from_secs(2);
/// Longest answer that is read.
const MAX_ANSWER: u64 = 1 << 20;

pub fn run(args: &Status) -> Result<(), Failure> {
    loop {
        let addresses = match &args.cluster {
            Some(file) => members(file)?,
            None => args.admin.clone(),
        };
        let text = report(&addresses, args.json)?;
        if !args.watch {
            print!("{text}");
            return Ok(());
        }
        // Clears the terminal and begins at its top.
        print!("\x1b[2J\x1b[H{text}");
        std::io::stdout().flush()?;
        std::thread::sleep(WATCH);
    }
}

/// Admin addresses of a `cluster.json`.
fn members(file: &Path) -> Result<Vec<SocketAddr>, Failure> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let list: Vec<Value> = serde_json::from_str(&text).with_context(|| file.display().to_string())?;
    list.iter()
        .map(|one| one["admin"].as_str().and_then(|a| a.parse().ok()).context("a process without admin address"))
        .collect::<anyhow::Result<_>>()
        .map_err(Failure::from)
}

/// One server: all about it. Several: a line each, also those that do not answer.
fn report(addresses: &[SocketAddr], as_json: bool) -> Result<String, Failure> {
    if let [address] = addresses {
        let body = get(*address, "/status").map_err(|e| Failure::new(Failure::UNREACHABLE, e))?;
        if as_json {
            return Ok(format!("{}\n", body.trim()));
        }
        return Ok(details(&serde_json::from_str(&body).context("the answer is not JSON")?));
    }
    let asked: Vec<Value> = addresses.iter().map(|address| ask(*address)).collect();
    if asked.iter().all(|status| status["state"] == "unreachable") {
        return Err(Failure::new(Failure::UNREACHABLE, anyhow!("no server answers")));
    }
    Ok(if as_json { format!("{:#}\n", Value::Array(asked)) } else { overview(&asked) })
}

fn ask(address: SocketAddr) -> Value {
    let answer = get(address, "/status").and_then(|body| Ok(serde_json::from_str(&body)?));
    answer.unwrap_or_else(
        |error| json!({ "state": "unreachable", "admin": address.to_string(), "failure": format!("{error:#}") }),
    )
}

/// One HTTP request over a connection of its own.
///
/// # Errors
/// If nobody answers, or not with 200.
pub fn get(address: SocketAddr, path: &str) -> anyhow::Result<String> {
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

fn text(status: &Value, path: &str) -> String {
    match status.pointer(path) {
        Some(Value::String(s)) if !s.is_empty() => s.clone(),
        Some(Value::String(_) | Value::Null) | None => "-".to_owned(),
        Some(other) => other.to_string(),
    }
}

/// A row of the details: what people call it, and how it is made of the status. Rows of what a role does
/// not have are left out.
fn details(status: &Value) -> String {
    let text = |path: &str| text(status, path);
    let mut rows = vec![
        ("role", text("/role")),
        ("state", text("/state")),
        ("version", text("/version")),
        ("process", text("/pid")),
        ("up", format!("{} s", text("/uptime_seconds"))),
        ("listening on", text("/listen")),
        ("data directory", text("/data_dir")),
        ("failure", text("/failure")),
    ];
    if status["busy"].is_string() {
        rows.push(("not ready", text("/busy")));
    }
    if status.get("consensus").is_some() {
        let led = if status["consensus"]["leading"] == true { "this node" } else { "another" };
        rows.push(("leader", format!("node {} ({led})", text("/consensus/leader"))));
        rows.push(("epoch", text("/consensus/epoch")));
    } else if status.get("adjudicator").is_some() {
        rows.push(("epoch", text("/adjudicator/epoch")));
    }
    if status.get("journal").is_some() {
        rows.push(("journal", format!("{} .. {}", text("/journal/first_lsn"), text("/journal/durable_lsn"))));
    }
    if status.get("storage").is_some() {
        let (applied, durable) = (text("/storage/applied_lsn"), text("/storage/durable_lsn"));
        let behind = text("/storage/lag_records");
        rows.push(("storage", format!("applied {applied}, durable {durable}, {behind} behind")));
    }
    if status.get("replicas").is_some() {
        rows.push(("replicas", format!("{} reachable", text("/replicas/reachable"))));
    }
    if status.get("clock").is_some() {
        rows.push(("clock", clock(status)));
    }
    if status.get("sessions").is_some() {
        rows.push(("sessions", format!("{} open, {} pending", text("/sessions/open"), text("/sessions/pending"))));
    }
    rows.iter().map(|(name, value)| format!("{name:<16}{value}\n")).collect()
}

/// Who vouches for a clock, and how far it may be off.
fn clock(status: &Value) -> String {
    let source = text(status, "/clock/source");
    match status.pointer("/clock/error_micros").and_then(Value::as_u64) {
        Some(error) => format!("{source} ±{error}us"),
        None if status["clock"]["status"] == "disrupted" => format!("{source}, disrupted"),
        None => source,
    }
}

const COLUMNS: [&str; 10] =
    ["ROLE", "NAME", "ZONE", "STATE", "LEADS", "EPOCH", "POSITION", "BEHIND", "SESSIONS", "CLOCK"];

/// A line a server.
fn overview(list: &[Value]) -> String {
    let mut rows = vec![COLUMNS.map(str::to_owned)];
    for status in list {
        let text = |path: &str| text(status, path);
        let leads = match status.pointer("/consensus/leading").or(status.pointer("/adjudicator/open")) {
            Some(Value::Bool(true)) => "yes".to_owned(),
            _ => "-".to_owned(),
        };
        let epoch = status.pointer("/consensus/epoch").or(status.pointer("/adjudicator/epoch"));
        let position = status.pointer("/storage/applied_lsn").or(status.pointer("/journal/durable_lsn"));
        let shown = |value: Option<&Value>| value.map_or_else(|| "-".to_owned(), Value::to_string);
        let name = if status["state"] == "unreachable" { text("/admin") } else { text("/name") };
        rows.push([
            text("/role"),
            name,
            text("/zone"),
            text("/state"),
            leads,
            shown(epoch),
            shown(position),
            text("/storage/lag_records"),
            text("/sessions/open"),
            clock(status),
        ]);
    }
    let mut widths = [0; COLUMNS.len()];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.len());
        }
    }
    let line = |row: &[String; COLUMNS.len()]| {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_role_does_not_have_is_left_out_and_what_is_missing_is_a_dash() {
        let text = details(&json!({ "state": "serving", "journal": { "first_lsn": 1 } }));
        assert!(text.contains("state           serving\n"));
        assert!(text.contains("journal         1 .. -\n"));
        assert!(!text.contains("sessions"));
    }

    #[test]
    fn several_servers_are_a_line_each() {
        let text = overview(&[
            json!({
                "role": "journal", "name": "j-1", "state": "serving", "consensus": { "leading": true, "epoch": 3 },
                "clock": { "source": "fixed", "status": "synchronized", "error_micros": 1_000 },
            }),
            json!({ "state": "unreachable", "admin": "127.0.0.1:1" }),
            json!({ "clock": { "source": "logical", "status": "unknown", "error_micros": null } }),
        ]);
        let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[1][..6], ["journal", "j-1", "-", "serving", "yes", "3"]);
        assert_eq!(lines[1][9..], ["fixed", "±1000us"]);
        assert_eq!(lines[2][..4], ["-", "127.0.0.1:1", "-", "unreachable"]);
        assert_eq!((lines[2][9], lines[3][9]), ("-", "logical"));
    }
}
