//! Plans as text and as JSON: the same tree of names and properties, written in two ways.

use std::fmt::Write as _;

use gavel_api::scan::ScanColumn;
use gavel_api::traffic::{Exchanged, Traffic};
use gavel_binder::bound::{ModifyOp, RowCompareOp, SetOpKind};
use gavel_catalog::{Index, IndexKey};
use gavel_functions::registry;
use gavel_types::text_io::{self, TextStyle};
use gavel_types::{Datum, Oid, PgType};
use serde_json::{Map, Value};

use crate::apply::site::{Site, SiteKind};
use crate::exec::expr::{Expr, ExprKind};
use crate::exec::inverted::InvertedScan;
use crate::exec::plan::{AggregateCall, JoinType, KeyCondition, KeyValue, Node, Op, ScanPlan, SortExpr};
use crate::explain::Profile;
use crate::explain::profile::{Counts, Merged};

/// What to show.
#[derive(Clone, Debug)]
pub struct Options {
    pub verbose: bool,
    pub costs: bool,
    pub timing: bool,
    /// How constants are written, and types named.
    pub style: TextStyle,
}

impl Default for Options {
    fn default() -> Self {
        Self { verbose: false, costs: true, timing: true, style: TextStyle::default() }
    }
}

/// Title of a node that only leaves rows out, and its property.
const FILTER: &str = "Filter";
/// Property of a node that writes.
const OPERATION: &str = "Operation";
/// Title of a node that only computes columns.
const PROJECTION: &str = "Projection";

/// A node with its properties, ready to be written.
struct Shown {
    title: String,
    /// PostgreSQL's word for a join's kind; empty for other nodes.
    join: &'static str,
    /// What FORMAT JSON says beside the title: relation, index, operation.
    named: Vec<(&'static str, String)>,
    /// Names of the columns that come out; empty unless asked for.
    output: Vec<String>,
    properties: Vec<(&'static str, String)>,
    /// Subplans (with a label) and inputs.
    below: Vec<(Option<String>, Shown)>,
    rows: f64,
    width: usize,
    counts: Option<Counts>,
    merged: Option<Merged>,
}

/// The plan, one line a row of the answer.
pub fn lines(root: &Node, options: &Options, profile: Option<&Profile>) -> Vec<String> {
    let mut out = vec![];
    write(&show(root, options, profile), options, 0, None, &mut out);
    out
}

/// The plan as PostgreSQL's FORMAT JSON has it: an array with one object. Tools that read it know PostgreSQL's nodes, in
/// which a projection is part of the node below it, and a filter part of the scan below it.
pub fn json(root: &Node, options: &Options, profile: Option<&Profile>) -> Value {
    let mut plan = Map::new();
    plan.insert("Plan".into(), to_json(&show(root, options, profile), options));
    Value::Array(vec![Value::Object(plan)])
}

fn write(shown: &Shown, options: &Options, depth: usize, label: Option<&str>, out: &mut Vec<String>) {
    let indent = if depth == 0 { String::new() } else { " ".repeat(depth * 6 - 4) };
    if let Some(label) = label {
        out.push(format!("{indent}{label}"));
    }
    let indent = if label.is_some() { format!("{indent}  ") } else { indent };
    let mut line = indent.clone();
    if depth > 0 {
        line.push_str("->  ");
    }
    line.push_str(&shown.title);
    if options.costs {
        let _ = write!(line, "  (rows={:.0} width={})", shown.rows, shown.width);
    }
    if let Some(counts) = shown.counts {
        if counts.loops == 0 {
            line.push_str(" (never executed)");
        } else {
            let rows = counts.rows as f64 / counts.loops as f64;
            line.push_str(" (actual ");
            if options.timing {
                let _ = write!(line, "time={:.3} ", counts.micros as f64 / 1000.0 / counts.loops as f64);
            }
            let _ = write!(line, "rows={rows:.0} loops={})", counts.loops);
        }
    }
    out.push(line);
    let inner = if depth == 0 { "  ".to_owned() } else { format!("{indent}      ") };
    if !shown.output.is_empty() {
        out.push(format!("{inner}Output: {}", shown.output.join(", ")));
    }
    if let Some(merged) = shown.merged {
        let kinds = [
            ("inserted", merged.inserted),
            ("updated", merged.updated),
            ("deleted", merged.deleted),
            ("skipped", merged.skipped),
        ];
        let some: Vec<String> = kinds.iter().filter(|(_, n)| *n > 0).map(|(kind, n)| format!("{kind}={n}")).collect();
        if !some.is_empty() {
            out.push(format!("{inner}Tuples: {}", some.join(" ")));
        }
    }
    for (name, value) in &shown.properties {
        out.push(format!("{inner}{name}: {value}"));
    }
    for (label, child) in &shown.below {
        write(child, options, depth + 1, label.as_deref(), out);
    }
}

fn to_json(shown: &Shown, options: &Options) -> Value {
    let mut subplans: Vec<&(Option<String>, Shown)> = vec![];
    let mut node = shown;
    let mut properties = vec![];
    while let [.., (None, input)] = node.below.as_slice()
        && (node.title == PROJECTION || node.title == FILTER && !input.named.is_empty())
    {
        properties.extend(&node.properties);
        subplans.extend(node.below.iter().filter(|(label, _)| label.is_some()));
        node = input;
    }
    let mut object = Map::new();
    let modifies = node.named.iter().any(|(name, _)| *name == OPERATION);
    let kind = node.title.split(" on ").next().and_then(|t| t.split(" using ").next()).unwrap_or_default();
    object.insert("Node Type".into(), if modifies { "ModifyTable" } else { kind }.into());
    object.insert("Description".into(), node.title.clone().into());
    for (name, value) in &node.named {
        object.insert((*name).into(), value.clone().into());
    }
    if !node.join.is_empty() {
        object.insert("Join Type".into(), node.join.into());
    }
    if options.costs {
        object.insert("Plan Rows".into(), (node.rows as u64).into());
        object.insert("Plan Width".into(), (shown.width as u64).into());
    }
    if let Some(counts) = node.counts {
        object.insert("Actual Rows".into(), counts.rows.into());
        object.insert("Actual Loops".into(), counts.loops.into());
        if options.timing {
            object.insert("Actual Total Time".into(), (counts.micros as f64 / 1000.0).into());
        }
    }
    if let Some(merged) = node.merged {
        object.insert("Tuples Inserted".into(), merged.inserted.into());
        object.insert("Tuples Updated".into(), merged.updated.into());
        object.insert("Tuples Deleted".into(), merged.deleted.into());
        object.insert("Tuples Skipped".into(), merged.skipped.into());
    }
    if !shown.output.is_empty() {
        object.insert("Output".into(), shown.output.clone().into());
    }
    for (name, value) in node.properties.iter().chain(properties) {
        object.insert((*name).into(), value.clone().into());
    }
    let mut relationship = ["Outer", "Inner"].into_iter();
    let mut plans = vec![];
    for (label, child) in node.below.iter().chain(subplans) {
        let mut plan = to_json(child, options);
        if let Value::Object(map) = &mut plan {
            match label {
                Some(label) if label.starts_with("SubPlan") => {
                    map.insert("Parent Relationship".into(), "SubPlan".into());
                    map.insert("Subplan Name".into(), label.clone().into());
                }
                Some(label) => {
                    map.insert("Parent Relationship".into(), "InitPlan".into());
                    map.insert("Subplan Name".into(), label.clone().into());
                }
                None => {
                    map.insert("Parent Relationship".into(), relationship.next().unwrap_or("Member").into());
                }
            }
        }
        plans.push(plan);
    }
    if !plans.is_empty() {
        object.insert("Plans".into(), Value::Array(plans));
    }
    Value::Object(object)
}

/// Names of a node's input columns, by position.
struct Names<'s> {
    columns: Vec<String>,
    style: &'s TextStyle,
}

impl<'s> Names<'s> {
    fn of(nodes: &[&Node], style: &'s TextStyle) -> Self {
        Self { columns: nodes.iter().flat_map(|n| (0..n.columns.len()).map(|i| column_name(n, i))).collect(), style }
    }

    fn get(&self, position: usize) -> String {
        self.columns.get(position).cloned().unwrap_or_else(|| format!("#{position}"))
    }
}

/// Name of an output column: the table's where it is one of a table.
fn column_name(node: &Node, position: usize) -> String {
    let from = |input: &Node, expr: &Expr| expr.as_column().map(|inner| column_name(input, inner));
    let name = match &node.op {
        Op::TableScan(scan) => scan_column(scan, position),
        Op::SystemScan { schema, name, columns, .. } => gavel_catalog::system::relation(schema, name)
            .and_then(|r| r.columns.get(*columns.get(position)?))
            .map(|c| c.name.to_owned()),
        Op::Project { input, exprs } => exprs.get(position).and_then(|e| from(input, e)),
        Op::Aggregate(plan) => plan.groups.get(position).and_then(|e| from(&plan.input, e)),
        Op::Filter { input, .. }
        | Op::Sort { input, .. }
        | Op::Limit { input, .. }
        | Op::Distinct { input }
        | Op::DistinctOn { input, .. }
        | Op::Lock { input, .. }
        | Op::Window { input, .. }
            if position < input.columns.len() =>
        {
            Some(column_name(input, position))
        }
        Op::Append { inputs, .. } => {
            let first = inputs.first().and_then(|(input, positions)| Some((input, *positions.get(position)?)));
            first.map(|(input, position)| column_name(input, position))
        }
        Op::Join(join) => joined(&join.stream, &join.build, &join.emit, position),
        Op::LookupJoin(join) => joined(&join.stream, &join.inner, &join.emit, position),
        Op::Lateral(join) => joined(&join.left, &join.right, &join.emit, position),
        _ => None,
    };
    name.unwrap_or_else(|| node.columns.get(position).map_or("?".into(), |c| format!("c{}", c.0.0)))
}

fn joined(left: &Node, right: &Node, emit: &[usize], position: usize) -> Option<String> {
    let position = *emit.get(position)?;
    let width = left.columns.len();
    Some(if position < width { column_name(left, position) } else { column_name(right, position - width) })
}

fn scan_column(scan: &ScanPlan, position: usize) -> Option<String> {
    let (columns, output, with_key) = match &scan.lookup {
        Some(lookup) => (&lookup.columns, &lookup.output, lookup.with_key),
        None => (&scan.columns, &scan.output, scan.with_key),
    };
    if with_key && position == 0 {
        return Some("ctid".into());
    }
    let id = columns.get(*output.get(position - usize::from(with_key))?)?.id;
    stored_name(scan, id)
}

fn stored_name(scan: &ScanPlan, id: u32) -> Option<String> {
    let number = id as u16 as i16;
    scan.table.column(number).map(|c| c.name.clone())
}

fn show(node: &Node, options: &Options, profile: Option<&Profile>) -> Shown {
    let inputs: Vec<&Node> = node.inputs().into_iter().map(AsRef::as_ref).collect();
    let names = Names::of(&inputs, &options.style);
    let mut properties: Vec<(&'static str, String)> = vec![];
    let mut sites: Vec<&Site> = vec![];
    let title = describe(node, &names, &mut properties, &mut sites);
    let columns = if options.verbose { node.columns.len() } else { 0 };
    let output = (0..columns).map(|i| column_name(node, i)).collect();
    if let Some(traffic) = profile.and_then(|p| p.exchanged(node.id)) {
        show_traffic(&traffic, &mut properties);
    }
    let mut below = vec![];
    if let Op::With { ctes, .. } = &node.op {
        for cte in ctes {
            below.push((Some(format!("CTE {}", cte.name)), show(&cte.plan, options, profile)));
        }
    }
    for input in inputs {
        below.push((None, show(input, options, profile)));
    }
    for site in sites {
        let kind = if site.outer.is_empty() { "InitPlan" } else { "SubPlan" };
        below.push((Some(format!("{kind} {}", site.id)), show(&site.plan, options, profile)));
    }
    Shown {
        title,
        join: match &node.op {
            Op::Join(join) => join_word(join.join),
            Op::LookupJoin(join) => join_word(join.join),
            Op::Lateral(join) => join_word(join.join),
            _ => "",
        },
        named: named(node),
        output,
        properties,
        below,
        rows: node.rows,
        width: node.columns.len() * 8,
        counts: profile.map(|p| {
            let counts = p.counts(node.id);
            // What is written is not put out unless it is returned.
            let silent = matches!(&node.op, Op::Modify(plan) if plan.returning.is_none());
            if silent { Counts { rows: 0, ..counts } } else { counts }
        }),
        merged: profile.and_then(|p| p.merged(node.id)),
    }
}

/// Relation, index and operation of a node, in PostgreSQL's words.
fn named(node: &Node) -> Vec<(&'static str, String)> {
    let relation = |name: &str| vec![("Relation Name", name.to_owned()), ("Alias", name.to_owned())];
    match &node.op {
        Op::TableScan(scan) => {
            let index = scan.index_name.as_ref().map(|index| ("Index Name", index.to_string()));
            index.into_iter().chain(relation(&scan.table.name)).collect()
        }
        Op::SystemScan { name, .. } => relation(name),
        Op::CteScan { name, .. } => vec![("CTE Name", name.to_string()), ("Alias", name.to_string())],
        Op::Modify(plan) => {
            let operation = (OPERATION, operation(&plan.modify.op).to_owned());
            std::iter::once(operation).chain(relation(&plan.modify.table.name)).collect()
        }
        _ => vec![],
    }
}

fn operation(op: &ModifyOp) -> &'static str {
    match op {
        ModifyOp::Insert { .. } => "Insert",
        ModifyOp::Update { .. } => "Update",
        ModifyOp::Delete { .. } => "Delete",
        ModifyOp::Merge { .. } => "Merge",
    }
}

/// What a node's scans exchanged with storage: in all, and with each replica of other processes.
fn show_traffic(traffic: &Traffic, properties: &mut Vec<(&'static str, String)>) {
    let text = |e: &Exchanged| format!("round trips={} rows={} bytes={}", e.round_trips, e.rows, e.bytes);
    let replicas = traffic.replicas();
    let raw = replicas.iter().any(|(name, _)| name == Traffic::RAW);
    let merged = if raw { " (raw rows, filtered and folded here)" } else { "" };
    properties.push(("Storage", format!("{}{merged}", text(&traffic.total()))));
    let named = replicas.iter().filter(|(name, _)| name != Traffic::RAW && name != Traffic::HERE);
    let named: Vec<String> = named.map(|(name, exchanged)| format!("{name} {}", text(exchanged))).collect();
    if !named.is_empty() {
        properties.push(("Replicas", named.join(", ")));
    }
}

/// An aggregate's call.
fn call_text(call: &AggregateCall, names: &Names<'_>) -> String {
    let args: Vec<String> = call.args.iter().map(|a| expr_text(a, names)).collect();
    let args = if args.is_empty() { "*".to_owned() } else { args.join(", ") };
    let filter = call.filter.as_ref().map(|f| format!(" FILTER (WHERE {})", expr_text(f, names)));
    let name = call.label.as_deref().unwrap_or(call.proc.name);
    format!("{name}({args}){}", filter.unwrap_or_default())
}

/// The node's name; its properties and subqueries go to the lists.
fn describe<'n>(
    node: &'n Node,
    names: &Names<'_>,
    properties: &mut Vec<(&'static str, String)>,
    sites: &mut Vec<&'n Site>,
) -> String {
    let text = |e: &'n Expr, sites: &mut Vec<&'n Site>| {
        collect_sites(e, sites);
        expr_text(e, names)
    };
    match &node.op {
        Op::Values { rows } if rows.len() == 1 => {
            rows.iter().flatten().for_each(|e| collect_sites(e, sites));
            "Result".into()
        }
        Op::Values { rows } if rows.is_empty() => {
            properties.push(("One-Time Filter", "false".into()));
            "Result".into()
        }
        Op::Values { rows } => {
            rows.iter().flatten().for_each(|e| collect_sites(e, sites));
            "Values Scan".into()
        }
        Op::TableScan(scan) => describe_scan(scan, names.style, properties),
        Op::SystemScan { name, .. } => format!("Seq Scan on {name}"),
        Op::Filter { predicate, .. } => {
            let predicate = text(predicate, sites);
            properties.push((FILTER, predicate));
            FILTER.into()
        }
        Op::Project { exprs, .. } => {
            exprs.iter().for_each(|e| collect_sites(e, sites));
            PROJECTION.into()
        }
        Op::Join(join) => {
            let conditions: Vec<String> = join
                .keys
                .iter()
                .map(|(a, b)| {
                    let columns = names.columns.get(join.stream.columns.len()..).unwrap_or_default().to_vec();
                    let shift = Names { columns, style: names.style };
                    format!("({} = {})", expr_text(a, names), expr_text(b, &shift))
                })
                .collect();
            if !conditions.is_empty() {
                properties.push(("Hash Cond", conditions.join(" AND ")));
            }
            if let Some(residual) = &join.residual {
                let residual = text(residual, sites);
                properties.push(("Join Filter", residual));
            }
            let method = if join.keys.is_empty() { "Nested Loop" } else { "Hash" };
            join_title(method, join.join)
        }
        Op::LookupJoin(join) => {
            let keys: Vec<String> = join.lookup.iter().map(|e| expr_text(e, names)).collect();
            properties.push(("Lookup Key", keys.join(", ")));
            if let Some(residual) = &join.residual {
                let residual = text(residual, sites);
                properties.push(("Join Filter", residual));
            }
            join_title("Index Nested Loop", join.join)
        }
        Op::Lateral(join) => {
            if let Some(residual) = &join.residual {
                let residual = text(residual, sites);
                properties.push(("Join Filter", residual));
            }
            join_title("Nested Loop", join.join)
        }
        Op::Aggregate(plan) => {
            plan.groups.iter().for_each(|e| collect_sites(e, sites));
            for call in &plan.aggregates {
                call.args.iter().chain(&call.filter).for_each(|e| collect_sites(e, sites));
            }
            if plan.pushed {
                let calls: Vec<String> = plan.aggregates.iter().map(|c| call_text(c, names)).collect();
                properties.push(("Storage Aggregate", calls.join(", ")));
            }
            if plan.groups.is_empty() && plan.sets.is_none() {
                return "Aggregate".into();
            }
            let group = |i: &usize| plan.groups.get(*i).map_or(String::new(), |g| expr_text(g, names));
            match &plan.sets {
                None => {
                    let keys: Vec<String> = plan.groups.iter().map(|g| expr_text(g, names)).collect();
                    properties.push(("Group Key", keys.join(", ")));
                    "HashAggregate".into()
                }
                Some(sets) => {
                    for set in sets {
                        let keys: Vec<String> = set.iter().map(group).collect();
                        properties.push(("Hash Key", format!("({})", keys.join(", "))));
                    }
                    "MixedAggregate".into()
                }
            }
        }
        Op::Distinct { .. } => "HashAggregate (distinct)".into(),
        Op::DistinctOn { keys, .. } => {
            let keys: Vec<String> = keys.iter().map(|k| text(k, sites)).collect();
            properties.push(("Unique Key", keys.join(", ")));
            "Unique".into()
        }
        Op::Window { groups, .. } => {
            for group in groups {
                group.partition_by.iter().for_each(|e| collect_sites(e, sites));
                for call in &group.calls {
                    call.args.iter().for_each(|e| collect_sites(e, sites));
                }
            }
            "WindowAgg".into()
        }
        Op::Sets { input: Some(_), calls, .. } => {
            calls.iter().flat_map(|c| &c.args).for_each(|e| collect_sites(e, sites));
            "ProjectSet".into()
        }
        Op::Sets { calls, .. } => {
            calls.iter().flat_map(|c| &c.args).for_each(|e| collect_sites(e, sites));
            let functions: Vec<&str> = calls.iter().map(|c| c.proc.name).collect();
            format!("Function Scan on {}", functions.join(", "))
        }
        Op::Sort { keys, fetch, input } => {
            properties.push(("Sort Key", sort_text(keys, names)));
            if fetch.is_some() && crate::exec::scan::top_in_storage(input, keys).is_some() {
                properties.push(("Storage Top-N", sort_text(keys, names)));
            }
            if fetch.is_some() { "Top-N Sort".into() } else { "Sort".into() }
        }
        Op::Limit { .. } => "Limit".into(),
        Op::Append { .. } => "Append".into(),
        Op::SetOp { op, all, .. } => {
            let op = match op {
                SetOpKind::Union => "Union",
                SetOpKind::Intersect => "Intersect",
                SetOpKind::Except => "Except",
            };
            format!("HashSetOp {op}{}", if *all { " All" } else { "" })
        }
        Op::With { .. } => "With".into(),
        Op::CteScan { name, .. } => format!("CTE Scan on {name}"),
        Op::Recursive { .. } => "Recursive Union".into(),
        Op::Lock { .. } => "LockRows".into(),
        Op::Called { called, .. } => format!("Function Scan on {}", called.function.name),
        Op::Statements { function, .. } if function.is_empty() => "Result".into(),
        Op::Statements { function, .. } => format!("Function {function}"),
        Op::Modify(plan) => {
            let modify = &plan.modify;
            let verb = operation(&modify.op);
            format!("{verb} on {}", modify.table.name)
        }
    }
}

/// A join's kind as FORMAT JSON says it.
fn join_word(join: JoinType) -> &'static str {
    match join {
        JoinType::Inner => "Inner",
        JoinType::StreamOuter => "Left",
        JoinType::BuildOuter => "Right",
        JoinType::Full => "Full",
        JoinType::Semi => "Semi",
        JoinType::Anti => "Anti",
        JoinType::BuildSemi => "Right Semi",
        JoinType::BuildAnti => "Right Anti",
    }
}

fn join_title(method: &str, join: JoinType) -> String {
    let kind = match join {
        JoinType::Inner => "",
        JoinType::StreamOuter => " Left",
        JoinType::BuildOuter => " Right",
        JoinType::Full => " Full",
        JoinType::Semi => " Semi",
        JoinType::Anti => " Anti",
        JoinType::BuildSemi => " Right Semi",
        JoinType::BuildAnti => " Right Anti",
    };
    match (method, kind) {
        ("Nested Loop", "") | ("Index Nested Loop", "") => method.to_owned(),
        ("Hash", "") => "Hash Join".to_owned(),
        _ => format!("{method}{kind} Join"),
    }
}

fn describe_scan(scan: &ScanPlan, style: &TextStyle, properties: &mut Vec<(&'static str, String)>) -> String {
    let stored = |columns: &[ScanColumn]| Names {
        columns: columns.iter().map(|c| stored_name(scan, c.id).unwrap_or_else(|| "?".into())).collect(),
        style,
    };
    let entry_names = stored(&scan.columns);
    if !scan.keys.is_empty() {
        properties.push(("Index Cond", index_condition(scan, style)));
    }
    if let Some(inverted) = &scan.inverted {
        properties.push(("Index Cond", inverted_condition(scan, inverted, style)));
    }
    let mut filters = vec![];
    if let Some(filter) = &scan.filter {
        filters.push(expr_text(filter, &entry_names));
    }
    if let Some(lookup) = &scan.lookup
        && let Some(filter) = &lookup.filter
    {
        filters.push(expr_text(filter, &stored(&lookup.columns)));
    }
    if !filters.is_empty() {
        // Rows of temporary tables never were in storage.
        let label = if scan.table.is_temporary() { "Filter" } else { "Storage Filter" };
        properties.push((label, filters.join(" AND ")));
    }
    let table = &scan.table.name;
    match &scan.index_name {
        None => format!("Seq Scan on {table}"),
        Some(index) => {
            let only = if scan.index.is_some() && scan.lookup.is_none() { " Only" } else { "" };
            let backward = if scan.reverse { " Backward" } else { "" };
            format!("Index{only} Scan{backward} using {index} on {table}")
        }
    }
}

/// The name of an index's key at a position.
fn key_name(scan: &ScanPlan, index: Option<&Index>, position: usize) -> String {
    match index.and_then(|i| i.keys.get(position)).map(|k| &k.0) {
        Some(IndexKey::Column(number)) => scan.table.column(*number).map_or("?".into(), |c| c.name.clone()),
        Some(IndexKey::Expression { sql, .. }) => format!("({sql})"),
        None => "?".into(),
    }
}

fn inverted_condition(scan: &ScanPlan, inverted: &InvertedScan, style: &TextStyle) -> String {
    let none = Names { columns: vec![], style };
    let index = scan.table.indexes.iter().find(|i| i.oid == inverted.index);
    let parts = inverted.conditions.iter().map(|c| {
        let operand = expr_text(&c.operand, &none);
        format!("({} {} {operand})", key_name(scan, index, c.key), c.condition.operator)
    });
    parts.collect::<Vec<_>>().join(" AND ")
}

fn index_condition(scan: &ScanPlan, style: &TextStyle) -> String {
    let none = Names { columns: vec![], style };
    let index = scan.index_name.as_ref().and_then(|n| scan.table.indexes.iter().find(|i| i.name == *n));
    let mut parts = vec![];
    for (position, condition) in scan.keys.iter().enumerate() {
        let column = key_name(scan, index, position);
        match condition {
            KeyCondition::IsNull => parts.push(format!("({column} IS NULL)")),
            KeyCondition::Equal(values) => match &values[..] {
                [KeyValue::One(value)] => parts.push(format!("({column} = {})", expr_text(value, &none))),
                [KeyValue::Each(array)] => parts.push(format!("({column} = ANY ({}))", expr_text(array, &none))),
                many => {
                    let values: Vec<String> = many
                        .iter()
                        .map(|v| match v {
                            KeyValue::One(e) | KeyValue::Each(e) => expr_text(e, &none),
                        })
                        .collect();
                    parts.push(format!("({column} = ANY ({{{}}}))", values.join(",")));
                }
            },
            KeyCondition::Range { low, high } => {
                for (list, open, closed) in [(low, ">", ">="), (high, "<", "<=")] {
                    for (value, inclusive) in list {
                        let op = if *inclusive { closed } else { open };
                        parts.push(format!("({column} {op} {})", expr_text(value, &none)));
                    }
                }
                if low.is_empty() && high.is_empty() {
                    parts.push(format!("({column} IS NOT NULL)"));
                }
            }
        }
    }
    parts.join(" AND ")
}

fn sort_text(keys: &[SortExpr], names: &Names<'_>) -> String {
    let keys: Vec<String> = keys
        .iter()
        .map(|k| {
            let mut text = expr_text(&k.expr, names);
            if k.descending {
                text.push_str(" DESC");
            }
            if k.nulls_first != k.descending {
                text.push_str(if k.nulls_first { " NULLS FIRST" } else { " NULLS LAST" });
            }
            text
        })
        .collect();
    keys.join(", ")
}

fn collect_sites<'e>(expr: &'e Expr, sites: &mut Vec<&'e Site>) {
    if let ExprKind::Subquery(site) = &expr.kind {
        sites.push(site);
    }
    for child in children(expr) {
        collect_sites(child, sites);
    }
}

fn children(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Call { args, .. }
        | ExprKind::And(args)
        | ExprKind::Or(args)
        | ExprKind::Coalesce(args)
        | ExprKind::MinMax { args, .. }
        | ExprKind::Array(args)
        | ExprKind::Row(args) => args.iter().collect(),
        ExprKind::CoerceViaIo(e)
        | ExprKind::Not(e)
        | ExprKind::IsNull { input: e, .. }
        | ExprKind::IsBool { input: e, .. }
        | ExprKind::Field { input: e, .. }
        | ExprKind::FieldCount { input: e, .. }
        | ExprKind::Subscript { input: e, .. }
        | ExprKind::ArrayCoerce { input: e, .. }
        | ExprKind::DomainCheck { input: e, .. } => vec![e],
        ExprKind::SubscriptAssign { input, value, .. } => vec![input, value],
        ExprKind::IsDistinct { left, right, .. } | ExprKind::AnyArray { left, array: right, .. } => vec![left, right],
        ExprKind::InList { left, items, .. } => std::iter::once(left.as_ref()).chain(items).collect(),
        ExprKind::Case { arms, otherwise } => {
            arms.iter().flat_map(|(a, b)| [a, b]).chain([otherwise.as_ref()]).collect()
        }
        ExprKind::RowCompare { pairs, .. } => pairs.iter().flat_map(|p| [&p.left, &p.right]).collect(),
        ExprKind::Subquery(site) => match &site.kind {
            SiteKind::Quantified { left, .. } => left.iter().collect(),
            _ => vec![],
        },
        ExprKind::Waiting(call) => call.args.iter().collect(),
        _ => vec![],
    }
}

/// A type as casts name it.
fn type_text(oid: Oid, style: &TextStyle) -> String {
    match style.names.as_ref().filter(|_| oid.is_user_type()) {
        Some(names) => names.name(oid, Oid::REGTYPE).unwrap_or_default(),
        None => registry::type_info(oid).map_or("unknown", |t| t.name).to_owned(),
    }
}

fn constant_text(value: &Datum, ty: PgType, style: &TextStyle) -> String {
    if value.is_null() {
        return "NULL".into();
    }
    let mut text = String::new();
    text_io::write(value, ty, style, &mut text);
    match ty.oid {
        Oid::INT2 | Oid::INT4 | Oid::INT8 | Oid::NUMERIC | Oid::FLOAT4 | Oid::FLOAT8 | Oid::OID => text,
        Oid::BOOL => {
            if text == "t" {
                "true".into()
            } else {
                "false".into()
            }
        }
        other => {
            format!("'{}'::{}", text.replace('\'', "''"), type_text(other, style))
        }
    }
}

fn expr_text(expr: &Expr, names: &Names<'_>) -> String {
    let list =
        |items: &[Expr], between: &str| items.iter().map(|i| expr_text(i, names)).collect::<Vec<_>>().join(between);
    let operator = |function: Oid| {
        registry::operators()
            .iter()
            .find(|o| o.proc == function)
            .map_or_else(|| registry::proc(function).map_or("?", |p| p.name), |o| o.name)
    };
    match &expr.kind {
        ExprKind::Const(value) => constant_text(value, expr.ty, names.style),
        ExprKind::Param(n) => format!("${}", n + 1),
        ExprKind::Column(position) => names.get(*position),
        ExprKind::Outer(id) => format!("outer.c{}", id.0),
        ExprKind::Call { proc, args, .. } => {
            let named = registry::operators().iter().find(|o| o.proc == proc.oid);
            match (named, &args[..]) {
                (Some(o), [a, b]) => format!("({} {} {})", expr_text(a, names), o.name, expr_text(b, names)),
                (Some(o), [a]) => format!("({} {})", o.name, expr_text(a, names)),
                // What says that it is for an identity column.
                _ if proc.src == "nextval_oid" => format!("{}({})", proc.name, list(&args[..1], ", ")),
                _ => format!("{}({})", proc.name, list(args, ", ")),
            }
        }
        ExprKind::CoerceViaIo(e) => {
            let name = type_text(expr.ty.oid, names.style);
            format!("({})::{name}", expr_text(e, names))
        }
        ExprKind::DomainCheck { input, domain, .. } => {
            format!("({})::{}", expr_text(input, names), type_text(domain.oid, names.style))
        }
        ExprKind::And(items) => format!("({})", list(items, " AND ")),
        ExprKind::Or(items) => format!("({})", list(items, " OR ")),
        ExprKind::Not(e) => format!("(NOT {})", expr_text(e, names)),
        ExprKind::IsNull { input, negated } => {
            format!("({} IS {}NULL)", expr_text(input, names), if *negated { "NOT " } else { "" })
        }
        ExprKind::IsBool { input, value, negated } => {
            let value = value.map_or("UNKNOWN", |v| if v { "TRUE" } else { "FALSE" });
            format!("({} IS {}{value})", expr_text(input, names), if *negated { "NOT " } else { "" })
        }
        ExprKind::IsDistinct { left, right, negated, .. } => {
            let not = if *negated { "NOT " } else { "" };
            format!("({} IS {not}DISTINCT FROM {})", expr_text(left, names), expr_text(right, names))
        }
        ExprKind::Case { arms, otherwise } => {
            let mut text = "CASE".to_owned();
            for (condition, result) in arms {
                let _ = write!(text, " WHEN {} THEN {}", expr_text(condition, names), expr_text(result, names));
            }
            let _ = write!(text, " ELSE {} END", expr_text(otherwise, names));
            text
        }
        ExprKind::Coalesce(items) => format!("COALESCE({})", list(items, ", ")),
        ExprKind::MinMax { greatest, args } => {
            format!("{}({})", if *greatest { "GREATEST" } else { "LEAST" }, list(args, ", "))
        }
        ExprKind::InList { function, left, items, all, .. } => {
            let quantifier = if *all { "ALL" } else { "ANY" };
            format!("({} {} {quantifier} ({{{}}}))", expr_text(left, names), operator(*function), list(items, ","))
        }
        ExprKind::AnyArray { function, left, array, all } => {
            let quantifier = if *all { "ALL" } else { "ANY" };
            format!("({} {} {quantifier} ({}))", expr_text(left, names), operator(*function), expr_text(array, names))
        }
        ExprKind::Array(items) => format!("ARRAY[{}]", list(items, ", ")),
        ExprKind::ArrayCoerce { input, .. } => {
            let name = type_text(expr.ty.oid, names.style);
            format!("({})::{name}", expr_text(input, names))
        }
        ExprKind::Subscript { input, .. } => format!("({})[…]", expr_text(input, names)),
        ExprKind::SubscriptAssign { input, value, .. } => {
            format!("({})[…] := {}", expr_text(input, names), expr_text(value, names))
        }
        ExprKind::Row(items) => format!("ROW({})", list(items, ", ")),
        ExprKind::Field { input, index } => format!("({}).f{}", expr_text(input, names), index + 1),
        ExprKind::FieldCount { input, .. } => expr_text(input, names),
        ExprKind::RowCompare { op, pairs } => {
            let op = match op {
                RowCompareOp::Lt => "<",
                RowCompareOp::Le => "<=",
                RowCompareOp::Gt => ">",
                RowCompareOp::Ge => ">=",
            };
            let side = |left: bool| {
                let items: Vec<String> =
                    pairs.iter().map(|p| expr_text(if left { &p.left } else { &p.right }, names)).collect();
                items.join(", ")
            };
            format!("(ROW({}) {op} ROW({}))", side(true), side(false))
        }
        ExprKind::Waiting(call) => {
            let args: Vec<String> = call.args.iter().map(|a| expr_text(a, names)).collect();
            format!("{}({})", call.proc.name, args.join(", "))
        }
        ExprKind::Subquery(site) => {
            let kind = if site.outer.is_empty() { "InitPlan" } else { "SubPlan" };
            match &site.kind {
                SiteKind::Exists => format!("EXISTS({kind} {})", site.id),
                SiteKind::Quantified { left, .. } => format!("({} ANY {kind} {})", list(left, ", "), site.id),
                _ => format!("({kind} {})", site.id),
            }
        }
    }
}
