//! `docs/sql/functions.md`: every function and operator that there is, by the sections of PostgreSQL's chapter 9, and
//! what of that chapter there is not.
//!
//! What a table of implementations knows is there. A function of the session is called with some value of each type,
//! and is there unless the answer is that it is not supported. Run with `GAVEL_BLESS=1` to have the page written anew.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::path::Path;

use gavel_binder::format_type;
use gavel_functions::aggregate::{AggregateSpec, accumulator};
use gavel_functions::call::is_implemented;
use gavel_functions::registry::{self, Operator, Proc, ProcKind};
use gavel_types::{Oid, PgType};

/// The sections, and the names of functions in each.
const CHAPTER: &str = include_str!("chapter_9.txt");

/// `rank` and its kin WITHIN GROUP, which the binder makes of counts.
const HYPOTHETICAL: [u32; 4] = [3986, 3988, 3990, 3992];

const ABOUT: &str = "# Functions and operators

Every function and operator that there is, by the sections of chapter 9 of PostgreSQL's manual; below each section, which of its functions
there are not. The rules of PostgreSQL 15 say which of several of one name a call means. `crates/query/tests/sql/functions.rs` writes this page
from the tables of functions (`GAVEL_BLESS=1 cargo nextest run -p gavel-query -E 'test(functions_are_listed)'`), and fails when it is not up to
date.

What the grammar has in place of calls is there too: `AND`, `OR`, `NOT`, `BETWEEN`, `IS …`, `IN`, `LIKE`, `SIMILAR TO`, `ANY`, `ALL`, `CASE`,
`COALESCE`, `NULLIF`, `GREATEST`, `LEAST`, `EXTRACT`, `AT TIME ZONE`, `CURRENT_DATE` and its kin, `GROUPING`, `COLLATION FOR`.
";

/// Some value of a type, as SQL.
fn sample(ty: Oid) -> Option<&'static str> {
    Some(match format_type(PgType::new(ty)).as_str() {
        "boolean" => "false",
        "smallint" => "'0'::smallint",
        "integer" => "0",
        "bigint" => "'0'::bigint",
        "numeric" => "0.0",
        "real" => "'0'::real",
        "double precision" => "'0'::float8",
        "oid" => "'0'::oid",
        "text" | "\"any\"" => "'x'::text",
        "name" => "'x'::name",
        "cstring" => "'x'::cstring",
        "\"char\"" => "'x'::\"char\"",
        "bytea" => "'x'::bytea",
        "date" => "'2020-02-02'::date",
        "timestamp with time zone" => "'2020-02-02'::timestamptz",
        "timestamp without time zone" => "'2020-02-02'::timestamp",
        "interval" => "'0'::interval",
        "inet" => "'10.0.0.1'::inet",
        "json" => "'{}'::json",
        "jsonb" => "'{}'::jsonb",
        "jsonpath" => "'$'::jsonpath",
        "uuid" => "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid",
        "pg_lsn" => "'0/0'::pg_lsn",
        "xid" => "'0'::xid",
        "xid8" => "'0'::xid8",
        "regclass" => "'pg_class'::regclass",
        "regtype" => "'int4'::regtype",
        "anyelement" | "anycompatible" | "anynonarray" | "anycompatiblenonarray" => "0",
        "anyarray" | "anycompatiblearray" => "'{1}'::int[]",
        "text[]" => "'{x}'::text[]",
        "oid[]" => "'{0}'::oid[]",
        "integer[]" => "'{0}'::int[]",
        "record" => "ROW(1)",
        "pg_node_tree" => "NULL::pg_node_tree",
        _ => return None,
    })
}

/// A call of the function with some arguments; `None` if there is no value of one of their types.
fn sample_call(proc: &Proc) -> Option<String> {
    let args: Vec<&str> = proc.args.iter().map(|ty| sample(*ty)).collect::<Option<_>>()?;
    let call = format!("pg_catalog.{}({})", proc.name, args.join(", "));
    Some(match proc.kind {
        ProcKind::Procedure => return None,
        _ if proc.ret == Oid::RECORD && proc.all_args.is_empty() => format!("SELECT count(*) FROM {call} AS t(a int);"),
        _ if proc.retset => format!("SELECT count(*) FROM {call};"),
        ProcKind::Window => format!("SELECT {call} OVER ();"),
        ProcKind::Function | ProcKind::Aggregate => format!("SELECT {call};"),
    })
}

/// The OIDs of the functions that there are.
async fn existing(names: &BTreeSet<&str>) -> BTreeSet<Oid> {
    let mut found = BTreeSet::new();
    let mut asked = vec![];
    for proc in registry::pg_procs() {
        let spec = AggregateSpec {
            arg_types: proc.args.iter().map(|ty| PgType::new(*ty)).collect(),
            result: PgType::new(proc.ret),
        };
        let known = match proc.kind {
            ProcKind::Aggregate => accumulator(proc.oid, &spec).is_some() || HYPOTHETICAL.contains(&proc.oid.0),
            _ => is_implemented(proc.oid),
        };
        if known {
            found.insert(proc.oid);
        } else if proc.kind != ProcKind::Aggregate
            && names.contains(proc.name)
            && let Some(call) = sample_call(proc)
        {
            asked.push((proc.oid, call));
        }
    }
    // What acts on the server is left out of one script, so that each call has a session as it was.
    let script: String = asked.iter().map(|(_, call)| format!("> {call}\n\n")).collect();
    let answers = crate::harness::run(&script).await.expect("run");
    let mut answers = answers.split("\n> ").map(|part| part.trim_start_matches("> "));
    for (oid, call) in asked {
        let answer = answers.next().unwrap_or_default();
        assert!(answer.starts_with(&call), "{call}: {answer}");
        let refused =
            answer.contains("ERROR 0A000") || answer.contains("ERROR 42883") || answer.contains("ERROR XX000");
        if !refused {
            found.insert(oid);
        }
    }
    found
}

/// The section that an operator belongs to, by its operands and its name.
fn section_of(operator: &Operator) -> &'static str {
    let of = |oid: Oid| format_type(PgType::new(if oid == Oid(0) { operator.right } else { oid }));
    let (left, right) = (of(operator.left), of(operator.right));
    let either = |names: &[&str]| names.contains(&left.as_str()) || names.contains(&right.as_str());
    if matches!(operator.name, "=" | "<>" | "<" | "<=" | ">" | ">=") {
        return "9.2";
    }
    if operator.name.contains('~') && either(&["text", "character", "name", "bytea"]) && !operator.name.contains("~~~")
    {
        return if operator.name.ends_with('~') && operator.name.len() < 4 { "9.7" } else { "9.4" };
    }
    if either(&["json", "jsonb", "jsonpath"]) {
        "9.16"
    } else if either(&["inet", "macaddr", "macaddr8"]) {
        "9.12"
    } else if either(&["point", "lseg", "box", "path", "polygon", "circle", "line"]) {
        "9.11"
    } else if left.starts_with("any") || right.starts_with("any") || left.ends_with("[]") {
        "9.19"
    } else if either(&["interval", "date"]) || left.starts_with("time") || right.starts_with("time") {
        "9.9"
    } else if either(&["text", "character", "name"]) {
        "9.4"
    } else if either(&["bytea"]) {
        "9.5"
    } else if either(&["bit", "bit varying"]) {
        "9.6"
    } else if either(&["aclitem", "oid", "pg_lsn", "tid", "xid", "xid8"]) {
        "9.26"
    } else {
        "9.3"
    }
}

/// A name in a cell of a table.
fn cell(name: &str) -> String {
    format!("`{}`", name.replace('|', "\\|"))
}

fn kind(proc: &Proc) -> &'static str {
    match proc.kind {
        ProcKind::Function if proc.retset => "set",
        ProcKind::Function => "function",
        ProcKind::Procedure => "procedure",
        ProcKind::Aggregate => "aggregate",
        ProcKind::Window => "window",
    }
}

fn arguments(proc: &Proc) -> String {
    let types: Vec<String> = proc.args.iter().map(|ty| format_type(PgType::new(*ty))).collect();
    let mut types = types;
    if proc.variadic != Oid(0)
        && let Some(last) = types.last_mut()
    {
        *last = format!("VARIADIC {last}");
    }
    types.join(", ")
}

fn rows(out: &mut String, rows: BTreeMap<String, BTreeSet<(String, String, &'static str)>>) {
    if rows.is_empty() {
        return;
    }
    out.push_str("\n| name | arguments | result | kind |\n|---|---|---|---|\n");
    for (name, variants) in rows {
        for (arguments, result, kind) in variants {
            let _ = writeln!(out, "| {name} | {arguments} | {result} | {kind} |");
        }
    }
}

async fn page() -> String {
    let sections: Vec<(&str, Vec<&str>)> = CHAPTER
        .lines()
        .map(|line| line.split_once(':').expect("a section and its names"))
        .map(|(title, names)| (title, names.split_whitespace().collect()))
        .collect();
    // These have operators alone.
    let titles = ["9.6 Bit string operators", "9.7 Pattern matching"];
    let names: BTreeSet<&str> = sections.iter().flat_map(|(_, names)| names.iter().copied()).collect();
    let existing = existing(&names).await;
    let mut operators: HashMap<&str, Vec<&Operator>> = HashMap::new();
    for operator in registry::operators().iter().filter(|o| existing.contains(&o.proc)) {
        operators.entry(section_of(operator)).or_default().push(operator);
    }
    let mut out = ABOUT.to_owned();
    let mut missing_in_all = 0;
    let mut headed: Vec<(&str, &[&str])> = sections.iter().map(|(t, n)| (*t, n.as_slice())).collect();
    headed.extend(titles.iter().map(|title| (*title, [].as_slice())));
    let number = |title: &str| -> Vec<u32> {
        title.split(' ').next().unwrap_or_default().split('.').filter_map(|n| n.parse().ok()).collect()
    };
    headed.sort_by_key(|(title, _)| number(title));
    for (title, listed) in headed {
        let section = title.split(' ').next().unwrap_or_default();
        let mut table: BTreeMap<String, BTreeSet<(String, String, &'static str)>> = BTreeMap::new();
        for name in listed {
            for proc in registry::procs_named(name).filter(|p| existing.contains(&p.oid)) {
                let row = (arguments(proc), format_type(PgType::new(proc.ret)), kind(proc));
                table.entry(cell(name)).or_default().insert(row);
            }
        }
        let missing: Vec<&str> = listed.iter().copied().filter(|name| !table.contains_key(&cell(name))).collect();
        let own = operators.remove(section).unwrap_or_default();
        let _ = write!(out, "\n## {title}\n");
        rows(&mut out, table);
        let mut table: BTreeMap<String, BTreeSet<(String, String, &'static str)>> = BTreeMap::new();
        for operator in own {
            let right = format_type(PgType::new(operator.right));
            let types = match operator.left {
                Oid(0) => right,
                left => format!("{}, {right}", format_type(PgType::new(left))),
            };
            let row = (types, format_type(PgType::new(operator.result)), "operator");
            table.entry(cell(operator.name)).or_default().insert(row);
        }
        rows(&mut out, table);
        if !missing.is_empty() {
            missing_in_all += missing.len();
            let list: Vec<String> = missing.iter().map(|name| cell(name)).collect();
            let _ = write!(out, "\nNot there: {}.\n", list.join(", "));
        }
    }
    assert!(operators.is_empty(), "operators without a section: {:?}", operators.keys());
    let operator_functions: BTreeSet<Oid> = registry::operators().iter().map(|o| o.proc).collect();
    let others: BTreeSet<String> = registry::pg_procs()
        .filter(|p| existing.contains(&p.oid) && !operator_functions.contains(&p.oid) && !names.contains(p.name))
        .map(|p| cell(p.name))
        .collect();
    let others: Vec<String> = others.into_iter().collect();
    let _ = write!(
        out,
        "\n## Outside of chapter 9\n\nWhat stands behind operators, casts, comparisons and the grammar can be called by its own name, too: {}.\n",
        others.join(", ")
    );
    let _ = write!(out, "\n{missing_in_all} of the {} names of chapter 9 are not there.\n", names.len());
    out
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn functions_are_listed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/sql/functions.md");
    let made = page().await;
    if std::env::var_os("GAVEL_BLESS").is_some() {
        std::fs::write(&path, &made).expect("write the page");
        return;
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == made, "docs/sql/functions.md is not up to date; run this test with GAVEL_BLESS=1");
}
