//! Bound trees as text, for golden scripts: one relation a line, expressions as calls of internal names.

use gavel_functions::registry;
use gavel_types::text_io;

use crate::bound::*;

pub fn statement(s: &Statement) -> String {
    let mut out = String::new();
    match s {
        Statement::Query(q) => query(q, 0, &mut out),
        Statement::Modify(m, list) => {
            ctes(list, 0, &mut out);
            modify(m, 0, &mut out);
        }
        Statement::Explain { inner, .. } => {
            out.push_str("explain\n");
            out.push_str(&statement(inner));
        }
        Statement::Copy(c) => match &c.source {
            CopySource::Table { table, columns, defaults, domains, condition } => {
                let defaults: Vec<String> = defaults.iter().map(|(n, d)| format!("{n}={}", scalar(d))).collect();
                let domains: Vec<String> = domains.iter().map(|(n, _, d)| format!("{n}={}", scalar(d))).collect();
                out.push_str(&format!("copy {} {columns:?} defaults [{}]\n", table.name, defaults.join(", ")));
                if !domains.is_empty() {
                    out.push_str(&format!("  domains [{}]\n", domains.join(", ")));
                }
                if let Some((condition, _)) = condition {
                    out.push_str(&format!("  where {}\n", scalar(condition)));
                }
            }
            CopySource::Query(q) => query(q, 0, &mut out),
        },
        Statement::Declare(q, _) => {
            out.push_str("declare\n");
            query(q, 1, &mut out);
        }
        Statement::Call(q) => {
            out.push_str("call\n");
            query(q, 1, &mut out);
        }
        Statement::Invoke { procedure, arguments, .. } => {
            out.push_str(&format!("invoke {}\n", procedure.function.name));
            query(arguments, 1, &mut out);
        }
        Statement::Rewritten(r) => {
            out.push_str(&format!("rewritten {} {:?}\n", r.verb, r.tagging));
            for step in &r.steps {
                out.push_str(&format!("{:?}\n", step.origin));
                out.push_str(&statement(&step.statement));
            }
        }
        Statement::Other(s) => out.push_str(&format!("other {s}\n")),
    }
    out
}

fn query(q: &Query, depth: usize, out: &mut String) {
    let columns: Vec<String> =
        q.output.iter().map(|o| format!("{} #{} {}", o.name, o.id.0, crate::format_type(o.ty))).collect();
    line(depth, &format!("output [{}]", columns.join(", ")), out);
    rel(&q.rel, depth, out);
}

fn line(depth: usize, text: &str, out: &mut String) {
    out.push_str(&"  ".repeat(depth));
    out.push_str(text);
    out.push('\n');
}

/// What stands between the outer brackets of subscripts.
fn subscripts(indices: &[Index]) -> String {
    let one = |i: &Index| match i {
        Index::Element(e) => scalar(e),
        Index::Slice(a, b) => {
            let side = |s: &Option<Scalar>| s.as_ref().map_or(String::new(), scalar);
            format!("{}:{}", side(a), side(b))
        }
    };
    indices.iter().map(one).collect::<Vec<_>>().join("][")
}

fn list(items: &[Scalar]) -> String {
    items.iter().map(scalar).collect::<Vec<_>>().join(", ")
}

fn keys(keys: &[SortKey]) -> String {
    let one = |k: &SortKey| {
        let order = if k.descending { " desc" } else { "" };
        let nulls = if k.nulls_first == k.descending {
            ""
        } else if k.nulls_first {
            " nulls first"
        } else {
            " nulls last"
        };
        format!("{}{order}{nulls}", scalar(&k.expr))
    };
    keys.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn pairs(items: &[(ColumnId, Scalar)]) -> String {
    items.iter().map(|(id, s)| format!("#{}={}", id.0, scalar(s))).collect::<Vec<_>>().join(", ")
}

fn row(items: &[(i16, ColumnId)]) -> String {
    items.iter().map(|(n, id)| format!("{n}:#{}", id.0)).collect::<Vec<_>>().join(" ")
}

fn name(oid: gavel_types::Oid) -> &'static str {
    registry::proc(oid).map_or("?", |p| p.src)
}

fn calls(calls: &[SetCall]) -> String {
    let one = |c: &SetCall| {
        let columns: Vec<String> =
            c.columns.iter().map(|(id, ty)| format!("#{} {}", id.0, crate::format_type(*ty))).collect();
        format!("{}({}) -> {}", name(c.function), list(&c.args), columns.join(", "))
    };
    calls.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn ctes(list: &[Cte], depth: usize, out: &mut String) {
    for cte in list {
        let materialized = match cte.materialized {
            None => "",
            Some(true) => " materialized",
            Some(false) => " not materialized",
        };
        line(depth, &format!("cte {} \"{}\"{materialized}", cte.id.0, cte.name), out);
        match &cte.body {
            CteBody::Plain { query, .. } => rel(query, depth + 1, out),
            CteBody::Recursive { base, step, all, columns } => {
                let columns: Vec<String> =
                    columns.iter().map(|(a, b, c, _)| format!("#{}=#{}|#{}", a.0, b.0, c.0)).collect();
                line(depth + 1, &format!("recursive{} [{}]", if *all { " all" } else { "" }, columns.join(", ")), out);
                rel(base, depth + 2, out);
                rel(step, depth + 2, out);
            }
        }
    }
}

fn rel(r: &Rel, depth: usize, out: &mut String) {
    match r {
        Rel::Scan { source, columns, row_key } => {
            let what = match source {
                Source::Table(t) => t.name.clone(),
                Source::System { schema, name } => format!("{schema}.{name}"),
            };
            let key = row_key.map_or(String::new(), |k| format!(" key #{}", k.0));
            line(depth, &format!("scan {what} [{}]{key}", row(columns)), out);
        }
        Rel::Append { table, parts, columns, row_key, table_oid, .. } => {
            let parts: Vec<&str> = parts.iter().map(|t| t.name.as_str()).collect();
            let key = row_key.map_or(String::new(), |k| format!(" key #{}", k.0));
            let oid = table_oid.map_or(String::new(), |k| format!(" table #{}", k.0));
            line(depth, &format!("append {} of {} [{}]{key}{oid}", table.name, parts.join(", "), row(columns)), out);
        }
        Rel::Values { rows, columns } => {
            let ids: Vec<String> = columns.iter().map(|(id, _)| format!("#{}", id.0)).collect();
            let rows: Vec<String> = rows.iter().map(|r| format!("({})", list(r))).collect();
            line(depth, &format!("values [{}] {}", ids.join(", "), rows.join(" ")), out);
        }
        Rel::Project { input, exprs } => {
            line(depth, &format!("project {}", pairs(exprs)), out);
            rel(input, depth + 1, out);
        }
        Rel::Filter { input, predicate } => {
            line(depth, &format!("filter {}", scalar(predicate)), out);
            rel(input, depth + 1, out);
        }
        Rel::Join { kind, left, right, on, lateral } => {
            let kind = format!("{kind:?}").to_lowercase();
            line(depth, &format!("{kind} join{} on {}", if *lateral { " lateral" } else { "" }, scalar(on)), out);
            rel(left, depth + 1, out);
            rel(right, depth + 1, out);
        }
        Rel::Aggregate { input, groups, sets, grouping, aggregates } => {
            let mut text = format!("aggregate groups [{}]", pairs(groups));
            if let Some(sets) = sets {
                text.push_str(&format!(" sets {sets:?}"));
            }
            if let Some(id) = grouping {
                text.push_str(&format!(" grouping #{}", id.0));
            }
            for a in aggregates {
                let distinct = if a.distinct { "distinct " } else { "" };
                text.push_str(&format!(" #{}={}({distinct}{}", a.id.0, aggregate_name(a.function), list(&a.args)));
                if !a.order_by.is_empty() {
                    text.push_str(&format!(" order by {}", keys(&a.order_by)));
                }
                text.push(')');
                if let Some(f) = &a.filter {
                    text.push_str(&format!(" filter {}", scalar(f)));
                }
            }
            line(depth, &text, out);
            rel(input, depth + 1, out);
        }
        Rel::Window { input, calls } => {
            for w in calls {
                let text = format!(
                    "window #{}={}({}) partition by [{}] order by [{}] {:?} {} to {}{}",
                    w.id.0,
                    aggregate_name(w.function),
                    list(&w.args),
                    list(&w.partition_by),
                    keys(&w.order_by),
                    w.frame.units,
                    bound(&w.frame.start),
                    bound(&w.frame.end),
                    if w.frame.exclude == FrameExclude::NoOthers {
                        String::new()
                    } else {
                        format!(" exclude {:?}", w.frame.exclude)
                    },
                );
                line(depth, &text, out);
            }
            rel(input, depth + 1, out);
        }
        Rel::ProjectSet { input, calls: c } => {
            line(depth, &format!("project set {}", calls(c)), out);
            rel(input, depth + 1, out);
        }
        Rel::FunctionScan { calls: c, ordinality } => {
            let ordinality = ordinality.map_or(String::new(), |id| format!(" ordinality #{}", id.0));
            line(depth, &format!("function scan {}{ordinality}", calls(c)), out);
        }
        Rel::Sort { input, keys: k } => {
            line(depth, &format!("sort {}", keys(k)), out);
            rel(input, depth + 1, out);
        }
        Rel::Limit { input, limit, offset, with_ties } => {
            let part =
                |word: &str, s: &Option<Scalar>| s.as_ref().map_or(String::new(), |s| format!(" {word} {}", scalar(s)));
            let ties = if with_ties.is_empty() { String::new() } else { format!(" ties {}", keys(with_ties)) };
            line(depth, &format!("limit{}{}{ties}", part("count", limit), part("offset", offset)), out);
            rel(input, depth + 1, out);
        }
        Rel::Distinct { input } => {
            line(depth, "distinct", out);
            rel(input, depth + 1, out);
        }
        Rel::DistinctOn { input, on } => {
            line(depth, &format!("distinct on {}", list(on)), out);
            rel(input, depth + 1, out);
        }
        Rel::SetOp { op, all, left, right, columns } => {
            let columns: Vec<String> = columns
                .iter()
                .map(|(id, l, r, ty)| format!("#{}=#{}|#{} {}", id.0, l.0, r.0, crate::format_type(*ty)))
                .collect();
            let op = format!("{op:?}").to_lowercase();
            line(depth, &format!("{op}{} [{}]", if *all { " all" } else { "" }, columns.join(", ")), out);
            rel(left, depth + 1, out);
            rel(right, depth + 1, out);
        }
        Rel::With { ctes: list, body } => {
            ctes(list, depth, out);
            rel(body, depth, out);
        }
        Rel::CteRef { cte, columns } => {
            let columns: Vec<String> = columns.iter().map(|(a, b, _)| format!("#{}=#{}", a.0, b.0)).collect();
            line(depth, &format!("cte ref {} [{}]", cte.0, columns.join(", ")), out);
        }
        Rel::Lock { input, targets, follows } => {
            let targets: Vec<String> =
                targets.iter().map(|t| format!("{} #{} {:?}", t.table.name, t.row_key.0, t.mode)).collect();
            line(depth, &format!("lock{} {}", if *follows { " following" } else { "" }, targets.join(", ")), out);
            rel(input, depth + 1, out);
        }
        Rel::Modify(m) => modify(m, depth, out),
        Rel::Called(called) => {
            let args: Vec<String> = called.args.iter().map(scalar).collect();
            line(depth, &format!("called {}({})", called.function.name, args.join(", ")), out);
        }
        Rel::Statements { function, guard, first, last, after } => {
            let guard = guard.as_ref().map(|g| format!(" if {}", scalar(g))).unwrap_or_default();
            line(depth, format!("statements {function}{guard}").trim_end(), out);
            first.iter().for_each(|r| rel(r, depth + 1, out));
            rel(last, depth + 1, out);
            after.iter().for_each(|r| rel(r, depth + 1, out));
        }
    }
}

fn modify(m: &Modify, depth: usize, out: &mut String) {
    let op = match &m.op {
        ModifyOp::Insert { new_row, on_conflict } => {
            let conflict = match on_conflict {
                None => String::new(),
                Some(OnConflict { arbiters, action: ConflictAction::Nothing }) => {
                    format!(" on conflict {:?} nothing", arbiters.iter().map(|o| o.0).collect::<Vec<_>>())
                }
                Some(OnConflict {
                    arbiters,
                    action: ConflictAction::Update { existing, assignments, predicate, .. },
                }) => {
                    let set: Vec<String> = assignments.iter().map(|(n, s)| format!("{n}={}", scalar(s))).collect();
                    let predicate = predicate.as_ref().map_or(String::new(), |p| format!(" where {}", scalar(p)));
                    format!(
                        " on conflict {:?} existing [{}] set {}{predicate}",
                        arbiters.iter().map(|o| o.0).collect::<Vec<_>>(),
                        row(existing),
                        set.join(", ")
                    )
                }
            };
            format!("insert {} [{}]{conflict}", m.table.name, row(new_row))
        }
        ModifyOp::Update { row_key, old_row, assigned, new_row } => format!(
            "update {} key #{} old [{}] assigned {assigned:?} new [{}]",
            m.table.name,
            row_key.0,
            row(old_row),
            row(new_row)
        ),
        ModifyOp::Delete { row_key, old_row } => {
            format!("delete {} key #{} old [{}]", m.table.name, row_key.0, row(old_row))
        }
        ModifyOp::Merge { row_key, old_row, new_row, action, actions, .. } => format!(
            "merge {} key #{} old [{}] new [{}] action #{} of {actions:?}",
            m.table.name,
            row_key.0,
            row(old_row),
            row(new_row),
            action.0
        ),
    };
    let returning = m.returning.as_ref().map_or(String::new(), |r| {
        let items: Vec<String> = r.iter().map(|(o, s)| format!("{} #{}={}", o.name, o.id.0, scalar(s))).collect();
        format!(" returning [{}]", items.join(", "))
    });
    let tree = m.tree.as_ref().map_or(String::new(), |tree| {
        let parts: Vec<&str> = tree.parts.iter().map(|t| t.name.as_str()).collect();
        format!(" table #{} of [{}]", tree.table_oid.0, parts.join(", "))
    });
    line(depth, &format!("{op}{tree}{returning}"), out);
    rel(&m.source, depth + 1, out);
}

fn bound(b: &FrameBound) -> String {
    match b {
        FrameBound::UnboundedPreceding => "start".into(),
        FrameBound::Preceding(s) => format!("{} preceding", scalar(s)),
        FrameBound::CurrentRow => "current".into(),
        FrameBound::Following(s) => format!("{} following", scalar(s)),
        FrameBound::UnboundedFollowing => "end".into(),
    }
}

fn aggregate_name(oid: gavel_types::Oid) -> String {
    let Some(p) = registry::proc(oid) else { return "?".into() };
    let args: Vec<String> = p.args.iter().map(|a| crate::format_type(gavel_types::PgType::new(*a))).collect();
    format!("{}[{}]", p.name, args.join(","))
}

/// One expression.
pub fn scalar(s: &Scalar) -> String {
    let ty = |s: &Scalar| crate::format_type(s.ty);
    match &s.kind {
        ScalarKind::Const(v) if v.is_null() => format!("null::{}", ty(s)),
        ScalarKind::Const(v) => {
            let mut text = String::new();
            text_io::write(v, s.ty, &text_io::TextStyle::default(), &mut text);
            format!("'{text}'::{}", ty(s))
        }
        ScalarKind::Param(i) => format!("${}::{}", i + 1, ty(s)),
        ScalarKind::Column(id) => format!("#{}", id.0),
        ScalarKind::Call { function, args } => format!("{}({})", name(*function), list(args)),
        ScalarKind::CoerceViaIo { input } => format!("io({})::{}", scalar(input), ty(s)),
        ScalarKind::Relabel { input } => format!("relabel({})::{}", scalar(input), ty(s)),
        ScalarKind::ArrayCoerce { input, item, element } => {
            format!("each({}, #{} => {})::{}", scalar(input), item.0, scalar(element), ty(s))
        }
        ScalarKind::DomainCheck { input, item, domain, not_null, checks } => {
            let checks: Vec<String> = checks.iter().map(|(name, check)| format!("{name} {}", scalar(check))).collect();
            let not_null = if *not_null { "not null " } else { "" };
            format!("domain {}({}, #{} => {not_null}{})", domain.name, scalar(input), item.0, checks.join(", "))
        }
        ScalarKind::And(items) => format!("and({})", list(items)),
        ScalarKind::Or(items) => format!("or({})", list(items)),
        ScalarKind::Not(input) => format!("not({})", scalar(input)),
        ScalarKind::IsNull { input, negated } => {
            format!("is{}null({})", if *negated { " not " } else { " " }, scalar(input))
        }
        ScalarKind::IsBool { input, value, negated } => {
            format!("is{}{value:?}({})", if *negated { " not " } else { " " }, scalar(input))
        }
        ScalarKind::IsDistinct { equal, left, right, negated } => {
            let not = if *negated { "not " } else { "" };
            format!("{not}distinct {}({}, {})", name(*equal), scalar(left), scalar(right))
        }
        ScalarKind::Case { arms, otherwise } => {
            let arms: Vec<String> = arms.iter().map(|(w, t)| format!("{} => {}", scalar(w), scalar(t))).collect();
            format!("case({}; {})::{}", arms.join(", "), scalar(otherwise), ty(s))
        }
        ScalarKind::Coalesce(items) => format!("coalesce({})", list(items)),
        ScalarKind::MinMax { greatest, args } => {
            format!("{}({})", if *greatest { "greatest" } else { "least" }, list(args))
        }
        ScalarKind::InList { function, left, items, all } => {
            format!("{} {}({}, [{}])", if *all { "all" } else { "any" }, name(*function), scalar(left), list(items))
        }
        ScalarKind::AnyArray { function, left, array, all } => {
            format!("{} {}({}, {})", if *all { "all" } else { "any" }, name(*function), scalar(left), scalar(array))
        }
        ScalarKind::Array { items } => format!("array[{}]::{}", list(items), ty(s)),
        ScalarKind::Subscript { input, indices } => {
            format!("{}[{}]::{}", scalar(input), subscripts(indices), ty(s))
        }
        ScalarKind::SubscriptAssign { input, indices, value } => {
            format!("assign {}[{}] := {}", scalar(input), subscripts(indices), scalar(value))
        }
        ScalarKind::Row(items) => format!("row({})", list(items)),
        ScalarKind::Field { input, index } => format!("field {index}({})::{}", scalar(input), ty(s)),
        ScalarKind::FieldCount { input, count } => format!("fields {count}({})", scalar(input)),
        ScalarKind::RowCompare { op, pairs } => {
            let pairs: Vec<String> = pairs
                .iter()
                .map(|p| format!("{}/{}({}, {})", name(p.order), name(p.equal), scalar(&p.left), scalar(&p.right)))
                .collect();
            format!("row {op:?}({})", pairs.join(", "))
        }
        ScalarKind::Subquery(q) => {
            let mut text = String::new();
            rel(&q.query, 0, &mut text);
            let inner = text.trim_end().replace('\n', " |").replace("  ", "");
            let columns: Vec<String> = q.columns.iter().map(|c| format!("#{}", c.0)).collect();
            let kind = match &q.kind {
                SubqueryKind::Scalar => "scalar".to_owned(),
                SubqueryKind::Exists => "exists".to_owned(),
                SubqueryKind::Array => "array".to_owned(),
                SubqueryKind::Quantified { left, functions, all } => format!(
                    "{} [{}] by [{}]",
                    if *all { "all" } else { "any" },
                    list(left),
                    functions.iter().map(|f| name(*f)).collect::<Vec<_>>().join(", ")
                ),
            };
            format!("{kind}{{{} | {inner}}}", columns.join(", "))
        }
        ScalarKind::NextVal { sequence, .. } => format!("nextval({sequence})"),
        ScalarKind::Form { input, .. } => scalar(input),
        ScalarKind::Default => "default".into(),
    }
}
