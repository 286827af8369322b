//! Other projects' test cases, side by side with a PostgreSQL 15: PostgreSQL's regression scripts and
//! sqllogictest records. `tests/suites/passed.txt` says of each file how many statements it has and how many of them
//! passed when it was written; fewer of either is a failure, so that nothing passes by being left out.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::install;
use crate::postgres::Postgres;
use crate::server::Server;
use crate::shell::{root, shared};

/// Scripts about types and expressions, and first about what the others rest on.
const EXPRESSIONS: &[&str] = &[
    "boolean",
    "char",
    "varchar",
    "text",
    "int2",
    "int4",
    "int8",
    "float4",
    "float8",
    "numeric",
    "uuid",
    "strings",
    "date",
    "time",
    "timestamp",
    "timestamptz",
    "interval",
    "case",
    "json",
    "jsonb",
    "arrays",
    "select",
    "select_distinct",
    "union",
    "limit",
    "join",
];

/// Scripts about statements.
const STATEMENTS: &[&str] = &[
    "insert_conflict",
    "update",
    "delete",
    "returning",
    "with",
    "subselect",
    "create_view",
    "updatable_views",
    "identity",
    "generated",
    "sequence",
    "foreign_key",
    "constraints",
    "alter_table",
    "privileges",
    "prepare",
    "portals",
    "merge",
    "groupingsets",
    "rangefuncs",
    "domain",
    "enum",
    "transactions",
    "copy2",
    "truncate",
    "temp",
    "matview",
    "namespace",
];

/// What CI runs: less than three minutes on two cores. Not what asks how far `now` has come in 100 ms, which a clock that is set
/// decides, nor what runs into a time limit on a slow machine.
const FAST: &[&str] = &[
    "boolean",
    "char",
    "varchar",
    "text",
    "int2",
    "int4",
    "int8",
    "float8",
    "numeric",
    "uuid",
    "strings",
    "date",
    "time",
    "interval",
    "case",
    "json",
    "jsonb",
    "arrays",
    "limit",
    "insert_conflict",
    "delete",
    "returning",
    "with",
    "identity",
    "sequence",
    "privileges",
    "prepare",
    "portals",
    "groupingsets",
    "domain",
    "enum",
    "transactions",
    "copy2",
    "truncate",
    "namespace",
];
/// Which sqllogictest files CI runs: those whose path has this in it.
const FAST_RECORDS: &str = "duckdb/";

/// Which of them.
#[derive(Args, Clone, Debug, Default)]
pub struct Choice {
    /// The subset that CI runs.
    #[arg(long)]
    pub fast: bool,
    /// Write what passed into tests/suites/passed.txt instead of comparing with it.
    #[arg(long, conflicts_with = "fast")]
    pub bless: bool,
}

/// Statements of a file, and how many of them passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    statements: u64,
    passed: u64,
}

type Tallies = BTreeMap<String, Tally>;

/// Runs the suites and compares their tallies with those written down.
pub fn run(server: &Server, choice: &Choice) -> Result<()> {
    let suites = shared().join("suites");
    if !suites.is_dir() {
        bail!("{} is missing (set GAVEL_SHARED)", suites.display());
    }
    install::postgres_clients()?;
    let postgres = Postgres::start()?;
    let mut found = Tallies::new();
    if choice.fast {
        let run = Run { suites: &suites, server, postgres: &postgres };
        found.extend(run.regress("fast", FAST)?);
        found.extend(run.records(&["--only", FAST_RECORDS])?);
    } else {
        let run = Run { suites: &suites, server, postgres: &postgres };
        found.extend(run.regress("expressions", EXPRESSIONS)?);
        found.extend(run.regress("statements", STATEMENTS)?);
        found.extend(run.records(&[])?);
    }
    let list = root().join("tests/suites/passed.txt");
    if choice.bless {
        std::fs::create_dir_all(root().join("tests/suites"))?;
        return std::fs::write(&list, render(&found)).with_context(|| list.display().to_string());
    }
    let written = parse(&std::fs::read_to_string(&list).with_context(|| list.display().to_string())?)?;
    let expected: Vec<String> = if choice.fast {
        let fast = |file: &String| FAST.contains(&file.as_str()) || file.starts_with(FAST_RECORDS);
        written.keys().filter(|file| fast(file)).cloned().collect()
    } else {
        written.keys().cloned().collect()
    };
    let faults = compare(&expected, &written, &found);
    let passed: u64 = found.values().map(|tally| tally.passed).sum();
    let statements: u64 = found.values().map(|tally| tally.statements).sum();
    for fault in &faults {
        println!("suites: {fault}");
    }
    println!("suites: {passed} of {statements} statements in {} files answer as PostgreSQL 15 does", found.len());
    if faults.is_empty() { Ok(()) } else { bail!("{} of the suites' files passed less than before", faults.len()) }
}

/// The suites' runners with the two servers that they compare.
struct Run<'a> {
    suites: &'a Path,
    server: &'a Server,
    postgres: &'a Postgres,
}

impl Run<'_> {
    fn regress(&self, label: &str, stems: &[&str]) -> Result<Tallies> {
        self.script("regress", label, stems, "regress")
    }

    fn records(&self, arguments: &[&str]) -> Result<Tallies> {
        self.script("slt-run", "records", arguments, "sqllogictest")
    }

    /// Runs one of them; its exit code tells that something failed, which the tallies say better. Reports and a log
    /// stay in `target/suites/LABEL`.
    fn script(&self, name: &str, label: &str, arguments: &[&str], report: &str) -> Result<Tallies> {
        let out = root().join("target/suites").join(label);
        let _ = std::fs::remove_dir_all(&out);
        std::fs::create_dir_all(&out)?;
        let (report, log): (PathBuf, PathBuf) = (out.join(format!("{report}.all.json")), out.join("log"));
        self.server
            .command(self.suites.join(name))
            .args(arguments)
            .env("SUITES_OUT", &out)
            .env("ORACLE_PORT", self.postgres.port.to_string())
            .stdin(std::process::Stdio::null())
            .stdout(std::fs::File::create(&log)?)
            .status()
            .with_context(|| name.to_owned())?;
        let report = std::fs::read_to_string(&report)
            .with_context(|| format!("{name} wrote no report; see {}", log.display()))?;
        tally(&report)
    }
}

/// Counts a report: a list of cases, `file:line` each, and whether it passed.
fn tally(report: &str) -> Result<Tallies> {
    let cases: Vec<serde_json::Value> = serde_json::from_str(report)?;
    let mut tallies = Tallies::new();
    for case in &cases {
        let name = case["case"].as_str().context("a case without a name")?;
        let file = name.rsplit_once(':').map_or(name, |(file, _)| file);
        let tally = tallies.entry(file.to_owned()).or_default();
        tally.statements += 1;
        tally.passed += u64::from(case["ok"].as_bool().context("a case without a result")?);
    }
    Ok(tallies)
}

/// What is worse than written: a file that is missing, has fewer statements, or passed fewer.
fn compare(expected: &[String], written: &Tallies, found: &Tallies) -> Vec<String> {
    let mut faults = Vec::new();
    for file in expected {
        let before = written[file];
        match found.get(file) {
            None => faults.push(format!("{file} was not run")),
            Some(now) if now.statements < before.statements => faults.push(format!(
                "{file} has {} statements, and had {}: some were left out",
                now.statements, before.statements
            )),
            Some(now) if now.passed < before.passed => {
                faults.push(format!("{file}: {} of {} passed, before {}", now.passed, now.statements, before.passed));
            }
            Some(_) => {}
        }
    }
    faults
}

fn render(tallies: &Tallies) -> String {
    let mut text =
        String::from("# file, statements, how many of them passed: written by `cargo xtask suites --bless`\n");
    for (file, tally) in tallies {
        let _ = writeln!(text, "{file} {} {}", tally.statements, tally.passed);
    }
    text
}

fn parse(text: &str) -> Result<Tallies> {
    let mut tallies = Tallies::new();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let mut words = line.split(' ');
        let mut word = || words.next().with_context(|| format!("tests/suites/passed.txt: {line}"));
        let file = word()?.to_owned();
        let tally = Tally { statements: word()?.parse()?, passed: word()?.parse()? };
        tallies.insert(file, tally);
    }
    Ok(tallies)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(statements: u64, passed: u64) -> Tallies {
        Tallies::from([("int4".to_owned(), Tally { statements, passed })])
    }

    #[test]
    fn nothing_passes_by_being_left_out() {
        let expected = ["int4".to_owned()];
        let written = one(10, 9);
        assert_eq!(compare(&expected, &written, &one(10, 9)), [""; 0]);
        assert_eq!(compare(&expected, &written, &one(10, 10)), [""; 0]);
        assert_eq!(compare(&expected, &written, &one(10, 8)).len(), 1);
        assert_eq!(compare(&expected, &written, &one(9, 9)).len(), 1);
        assert_eq!(compare(&expected, &written, &Tallies::new()), ["int4 was not run"]);
    }

    #[test]
    fn tallies_are_read_as_they_were_written() {
        let report =
            r#"[{"case": "a:1", "ok": true}, {"case": "a:7", "ok": false}, {"case": "b/c.test:2", "ok": true}]"#;
        let tallies = tally(report).expect("a report");
        assert_eq!(tallies["a"], Tally { statements: 2, passed: 1 });
        assert_eq!(parse(&render(&tallies)).expect("a list"), tallies);
    }
}
