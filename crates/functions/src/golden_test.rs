//! Runs the golden scripts of `testscripts/`: calls of functions, and what PostgreSQL 15 answered.
//!
//! A line is `name(type 'literal', type NULL) => answer`; the answer is `=text` (with `\n` and `\\`
//! escaped), `NULL`, or `!SQLSTATE message`. The session's zone is America/New_York.

use std::fmt::Write as _;

use gavel_types::text_io::{TextStyle, parse, to_text};
use gavel_types::{Datum, Oid, PgType, SqlResult};

use crate::aggregate::{AggregateSpec, accumulator};
use crate::call::{Call, EvalContext, eval};
use crate::registry::{self, Proc};

struct Case<'a> {
    name: &'a str,
    args: Vec<(PgType, Option<String>)>,
    expected: &'a str,
}

fn read(line: &str) -> Case<'_> {
    let (name, rest) = line.split_once('(').expect("a call");
    let mut rest = rest;
    let mut args = vec![];
    while !rest.starts_with(')') {
        let (ty, after) = rest.split_once(' ').expect("a type");
        let ty = PgType::new(registry::type_named(ty).unwrap_or_else(|| panic!("type {ty}")).oid);
        let mut value = None;
        if let Some(quoted) = after.strip_prefix('\'') {
            let mut text = String::new();
            let mut chars = quoted.char_indices().peekable();
            loop {
                match chars.next().expect("a closing quote") {
                    (_, '\'') if chars.peek().is_some_and(|(_, c)| *c == '\'') => {
                        text.push('\'');
                        chars.next();
                    }
                    (i, '\'') => {
                        rest = &quoted[i + 1..];
                        break;
                    }
                    (_, c) => text.push(c),
                }
            }
            value = Some(text);
        } else {
            rest = after.strip_prefix("NULL").expect("a literal");
        }
        args.push((ty, value));
        rest = rest.strip_prefix(", ").unwrap_or(rest);
    }
    Case { name, args, expected: rest.strip_prefix(") => ").expect("an answer") }
}

const ARRAYS: [Oid; 2] = [Oid::ANYARRAY, Oid::ANYCOMPATIBLEARRAY];
const ELEMENTS: [Oid; 5] =
    [Oid::ANYELEMENT, Oid::ANYCOMPATIBLE, Oid::ANYNONARRAY, Oid::ANYCOMPATIBLENONARRAY, Oid::ANY];

/// The overload with these argument types, and its result type.
fn resolve(name: &str, types: &[PgType]) -> Option<(&'static Proc, PgType)> {
    let exact = |p: &&Proc| p.args.len() == types.len() && p.args.iter().zip(types).all(|(a, t)| *a == t.oid);
    let poly = |p: &&Proc| {
        p.args.len() == types.len()
            && p.args.iter().zip(types).all(|(a, t)| {
                *a == t.oid
                    || (ELEMENTS.contains(a) && (*a != Oid::ANYNONARRAY || t.oid.element().is_none()))
                    || (ARRAYS.contains(a) && t.oid.element().is_some())
            })
    };
    let proc = registry::procs_named(name).find(exact).or_else(|| registry::procs_named(name).find(poly))?;
    let array = proc.args.iter().zip(types).find(|(a, _)| ARRAYS.contains(a)).map(|(_, t)| t.oid);
    let element = proc.args.iter().zip(types).find(|(a, _)| ELEMENTS.contains(a)).map(|(_, t)| t.oid);
    let ret = if ARRAYS.contains(&proc.ret) {
        array.or_else(|| element?.array_of())?
    } else if ELEMENTS.contains(&proc.ret) {
        element.or_else(|| array?.element())?
    } else {
        proc.ret
    };
    Some((proc, PgType::new(ret)))
}

fn answer(case: &Case<'_>, context: &EvalContext) -> SqlResult<String> {
    let types: Vec<PgType> = case.args.iter().map(|(t, _)| *t).collect();
    let (proc, result) = resolve(case.name, &types).unwrap_or_else(|| panic!("no function {}", case.name));
    let values = case
        .args
        .iter()
        .map(|(ty, text)| text.as_ref().map_or(Ok(Datum::Null), |t| parse(t, *ty, &context.style)))
        .collect::<SqlResult<Vec<_>>>()?;
    let value = eval(proc.oid, &Call { context, arg_types: &types, result }, &values)?;
    Ok(match &value {
        Datum::Null => "NULL".into(),
        // Casts to text, rather than output functions.
        Datum::Bool(b) => format!("={b}"),
        _ => {
            let text = to_text(&value, result, &context.style);
            let text = if result.oid == Oid::BPCHAR { text.trim_end_matches(' ') } else { &text };
            format!("={}", text.replace('\\', "\\\\").replace('\n', "\\n"))
        }
    })
}

fn run(file: &str, script: &str) {
    let context = EvalContext {
        style: TextStyle { time_zone: "America/New_York".into(), ..TextStyle::default() },
        ..EvalContext::immutable()
    };
    let mut wrong = String::new();
    let mut count = 0;
    let mut cases = 0;
    for line in script.lines() {
        let case = read(line);
        cases += 1;
        let got = answer(&case, &context)
            .unwrap_or_else(|e| format!("!{} {}", e.code().as_str(), e.message().replace('\n', "\\n")));
        if got != case.expected && !is_close(&got, case.expected) {
            count += 1;
            let _ = writeln!(wrong, "{line}\n    got {got}");
        }
    }
    assert!(cases > 0, "{file} is empty");
    assert!(count == 0, "{file}: {count} of {cases} answers differ from PostgreSQL's\n{wrong}");
}

/// The last digit of a transcendental function may differ: C libraries differ among themselves.
fn is_close(got: &str, expected: &str) -> bool {
    let number = |s: &str| s.strip_prefix('=').filter(|s| s.len() >= 16).and_then(|s| s.parse::<f64>().ok());
    match (number(got), number(expected)) {
        (Some(a), Some(b)) => (a - b).abs() <= 2e-15 * b.abs(),
        _ => false,
    }
}

macro_rules! scripts {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            run(stringify!($name), include_str!(concat!("testscripts/", stringify!($name), ".txt")));
        }
    )*};
}

scripts! {
    integers floats numeric text binary pattern datetime intervals formatting casts json paths arrays network money
    macaddr geometry bits textsearch
}

/// `type 'literal' => answer`: input and output of every type.
#[test]
fn literals() {
    let style = TextStyle { time_zone: "America/New_York".into(), ..TextStyle::default() };
    let mut wrong = String::new();
    let mut count = 0;
    for line in include_str!("testscripts/literals.txt").lines() {
        let (call, expected) = line.rsplit_once(" => ").expect("an answer");
        let (name, quoted) = call.split_once(' ').expect("a type");
        let (name, typmod) = match name.split_once(':') {
            Some((name, typmod)) => (name, typmod.parse().expect("a typmod")),
            None => (name, -1),
        };
        let ty = PgType::with_typmod(registry::type_named(name).unwrap_or_else(|| panic!("type {name}")).oid, typmod);
        let text = quoted[1..quoted.len() - 1].replace("''", "'");
        let got = match parse(&text, ty, &style) {
            Ok(Datum::Bool(b)) => format!("={b}"),
            Ok(value) => {
                let text = to_text(&value, ty, &style);
                let text = if ty.oid == Oid::BPCHAR { text.trim_end_matches(' ') } else { &text };
                format!("={}", text.replace('\\', "\\\\").replace('\n', "\\n"))
            }
            Err(e) => format!("!{} {}", e.code().as_str(), e.message().replace('\n', "\\n")),
        };
        if got != expected {
            count += 1;
            let _ = writeln!(wrong, "{line}\n    got {got}");
        }
    }
    assert!(count == 0, "{count} literals differ from PostgreSQL's\n{wrong}");
}

/// `name(type, …) value|value;value|value => answer`: an aggregate over rows.
#[test]
fn aggregates() {
    let context = EvalContext {
        style: TextStyle { time_zone: "America/New_York".into(), ..TextStyle::default() },
        ..EvalContext::immutable()
    };
    let mut wrong = String::new();
    let mut count = 0;
    for line in include_str!("testscripts/aggregates.txt").lines() {
        let (call, expected) = line.rsplit_once(" => ").expect("an answer");
        let (name, rest) = call.split_once('(').expect("a call");
        let (types, rows) = rest.split_once(')').expect("types");
        let types: Vec<PgType> =
            types.split(", ").map(|t| PgType::new(registry::type_named(t).expect("a type").oid)).collect();
        let (proc, result) = resolve(name, &types).unwrap_or_else(|| panic!("no aggregate {name}"));
        let spec = AggregateSpec { arg_types: types.clone(), result };
        let mut state = accumulator(proc.oid, &spec).unwrap_or_else(|| panic!("{name} is not implemented"));
        let answer = rows
            .trim_start()
            .split(';')
            .filter(|_| !rows.trim().is_empty())
            .try_for_each(|row| {
                let values = row
                    .split('|')
                    .zip(&types)
                    .map(|(v, ty)| if v == "NULL" { Ok(Datum::Null) } else { parse(v, *ty, &context.style) })
                    .collect::<SqlResult<Vec<_>>>()?;
                state.update(&context, &values)
            })
            .and_then(|()| state.finish());
        let got = match answer {
            Ok(Datum::Null) => "NULL".to_owned(),
            Ok(Datum::Bool(b)) => format!("={b}"),
            Ok(Datum::Text(text)) if result.oid == Oid::BPCHAR => format!("={}", text.trim_end_matches(' ')),
            Ok(value) => {
                format!("={}", to_text(&value, result, &context.style).replace('\\', "\\\\").replace('\n', "\\n"))
            }
            Err(e) => format!("!{} {}", e.code().as_str(), e.message()),
        };
        if got != expected && !is_close(&got, expected) {
            count += 1;
            let _ = writeln!(wrong, "{line}\n    got {got}");
        }
    }
    assert!(count == 0, "{count} aggregates differ from PostgreSQL's\n{wrong}");
}
