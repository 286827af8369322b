//! What is true of each row of a partition, as PostgreSQL shows it: `pg_get_partition_constraintdef`
//! (<https://www.postgresql.org/docs/15/functions-info.html#FUNCTIONS-INFO-CATALOG>).

use std::cmp::Ordering;

use gavel_catalog::{PartitionBound, PartitionStrategy, RangeEdge, Table};
use gavel_functions::compare::compare;
use gavel_functions::registry;
use gavel_types::text_io::{self, TextStyle};
use gavel_types::{Datum, Oid, PgType};

use super::SystemContext;
use super::partition::{Part, collate, parent, parts, type_collation};

/// Strategy numbers of btree operator classes.
const LESS: i16 = 1;
const LESS_OR_EQUAL: i16 = 2;
const EQUAL: i16 = 3;
const GREATER_OR_EQUAL: i16 = 4;
const GREATER: i16 = 5;

/// The constraint of a partition, by its own bound and those of the partitions that it is in. `None` if nothing is said,
/// and of what is no partition.
pub fn constraint(context: &SystemContext<'_>, table: &Table) -> Option<String> {
    let mut conditions = Vec::new();
    gather(context, table, &mut conditions);
    (!conditions.is_empty()).then(|| context.with_type_names(Condition::all(conditions).text()))
}

/// The conditions of all levels, the topmost first.
fn gather(context: &SystemContext<'_>, table: &Table, out: &mut Vec<Condition>) {
    let (Some(bound), Some((parent, key))) = (&table.bound, parent(context, table)) else { return };
    gather(context, parent, out);
    let parts = parts(context, parent, key);
    match bound {
        PartitionBound::Hash { modulus, remainder } => {
            let keys: Vec<&str> = parts.iter().map(|p| p.shown.as_str()).collect();
            let keys = keys.join(", ");
            let call = format!("satisfies_hash_partition('{}'::oid, {modulus}, {remainder}, {keys})", parent.oid);
            out.push(Condition::Test(call));
        }
        PartitionBound::List(values) => {
            if let Some(part) = parts.first() {
                out.extend(list(context, part, values));
            }
        }
        PartitionBound::Range { from, to } => out.extend(range(context, &parts, from, to, true)),
        PartitionBound::Default => {
            let siblings = parent.children.iter().filter_map(|c| context.catalog.table(*c)?.bound.as_ref());
            let siblings: Vec<&PartitionBound> = siblings.filter(|b| **b != PartitionBound::Default).collect();
            let taken = match key.strategy {
                PartitionStrategy::List => parts.first().and_then(|part| taken_of_list(context, part, &siblings)),
                _ => taken_of_ranges(context, &parts, &siblings),
            };
            out.extend(taken.map(|taken| Condition::Not(Box::new(taken))));
        }
    }
}

/// The rows that the partitions of a list take together, in the order of their values.
fn taken_of_list(context: &SystemContext<'_>, part: &Part, bounds: &[&PartitionBound]) -> Option<Condition> {
    let mut values: Vec<Option<String>> = Vec::new();
    for bound in bounds {
        if let PartitionBound::List(own) = bound {
            values.extend(own.iter().cloned());
        }
    }
    if values.is_empty() {
        return None;
    }
    values.sort_by(|a, b| match (a, b) {
        (Some(a), Some(b)) => part.compare(a, b),
        _ => a.is_none().cmp(&b.is_none()),
    });
    // Here the values have the collation of the column.
    Some(Condition::all(list_over(context, part, &values, part.own_collation)))
}

/// The rows that ranges take together, in their order.
fn taken_of_ranges(context: &SystemContext<'_>, parts: &[Part], bounds: &[&PartitionBound]) -> Option<Condition> {
    let mut ranges: Vec<(&[RangeEdge], &[RangeEdge])> = Vec::new();
    for bound in bounds {
        if let PartitionBound::Range { from, to } = bound {
            ranges.push((from.as_slice(), to.as_slice()));
        }
    }
    if ranges.is_empty() {
        return None;
    }
    ranges.sort_by(|(a, _), (b, _)| compare_edges(parts, a, b));
    let each = ranges.iter().map(|(from, to)| Condition::all(range(context, parts, from, to, false))).collect();
    let mut all = not_null(parts);
    all.push(Condition::any(each));
    Some(Condition::all(all))
}

fn compare_edges(parts: &[Part], a: &[RangeEdge], b: &[RangeEdge]) -> Ordering {
    let rank = |edge: &RangeEdge| match edge {
        RangeEdge::Min => 0,
        RangeEdge::Value(_) => 1,
        RangeEdge::Max => 2,
    };
    let each = parts.iter().zip(a.iter().zip(b)).map(|(part, (a, b))| match (a, b) {
        (RangeEdge::Value(a), RangeEdge::Value(b)) => part.compare(a, b),
        _ => rank(a).cmp(&rank(b)),
    });
    each.fold(Ordering::Equal, Ordering::then)
}

fn not_null(parts: &[Part]) -> Vec<Condition> {
    parts.iter().map(|p| Condition::Test(format!("({} IS NOT NULL)", p.shown))).collect()
}

/// FOR VALUES IN.
fn list(context: &SystemContext<'_>, part: &Part, values: &[Option<String>]) -> Vec<Condition> {
    list_over(context, part, values, part.collation)
}

/// `collation` is that of the values.
fn list_over(context: &SystemContext<'_>, part: &Part, values: &[Option<String>], collation: Oid) -> Vec<Condition> {
    let some: Vec<&str> = values.iter().flatten().map(String::as_str).collect();
    let null = |word: &str| Condition::Test(format!("({} IS {word})", part.shown));
    let array = registry::type_info(part.ty.declared.oid).is_some_and(|t| t.category == 'A' && t.len == -1);
    let equal = match some.as_slice() {
        [] => None,
        [one] => Some(part.test(context, EQUAL, one, collation)),
        several if array => {
            Some(Condition::Any(several.iter().map(|v| part.test(context, EQUAL, v, collation)).collect()))
        }
        several => {
            let values: Vec<String> = several.iter().map(|v| part.literal(context, v, collation)).collect();
            let (key, operator) = (part.operand(), part.operator(EQUAL));
            Some(Condition::Test(format!("({key} {operator} ANY (ARRAY[{}]))", values.join(", "))))
        }
    };
    if values.iter().any(Option::is_none) {
        let mut either = vec![null("NULL")];
        either.extend(equal);
        return vec![Condition::any(either)];
    }
    let mut both = vec![null("NOT NULL")];
    both.extend(equal);
    both
}

/// FOR VALUES FROM … TO; `nulls`: with the tests that no part of the key is NULL.
fn range(
    context: &SystemContext<'_>,
    parts: &[Part],
    from: &[RangeEdge],
    to: &[RangeEdge],
    nulls: bool,
) -> Vec<Condition> {
    let mut out = if nulls { not_null(parts) } else { Vec::new() };
    let same = |at: usize| match (parts.get(at), from.get(at), to.get(at)) {
        (Some(part), Some(RangeEdge::Value(a)), Some(RangeEdge::Value(b))) => part.compare(a, b) == Ordering::Equal,
        _ => false,
    };
    // Where both bounds begin with the same values, rows have them.
    let first = (0..parts.len()).find(|at| !same(*at)).unwrap_or(parts.len());
    for (part, edge) in parts.iter().zip(from).take(first) {
        if let RangeEdge::Value(text) = edge {
            out.push(part.test(context, EQUAL, text, part.collation));
        }
    }
    out.extend(side(context, parts, from, first, true));
    out.extend(side(context, parts, to, first, false));
    if out.is_empty() { not_null(parts) } else { out }
}

/// One side of a range from part number `first` on: `(a > 1) OR ((a = 1) AND (b >= 2))`. `None` if it has no end.
fn side(
    context: &SystemContext<'_>,
    parts: &[Part],
    edges: &[RangeEdge],
    first: usize,
    lower: bool,
) -> Option<Condition> {
    let mut arms = Vec::new();
    for (last, part) in parts.iter().enumerate().skip(first) {
        let Some(RangeEdge::Value(end)) = edges.get(last) else { break };
        let mut arm = Vec::new();
        for (part, edge) in parts.iter().zip(edges).take(last).skip(first) {
            if let RangeEdge::Value(text) = edge {
                arm.push(part.test(context, EQUAL, text, part.collation));
            }
        }
        let strategy = match (lower, edges.get(last + 1)) {
            (true, None | Some(RangeEdge::Min)) => GREATER_OR_EQUAL,
            (true, _) => GREATER,
            (false, Some(RangeEdge::Max)) => LESS_OR_EQUAL,
            (false, _) => LESS,
        };
        arm.push(part.test(context, strategy, end, part.collation));
        arms.push(Condition::all(arm));
    }
    (!arms.is_empty()).then(|| Condition::any(arms))
}

impl Part {
    fn literal(&self, context: &SystemContext<'_>, text: &str, collation: Oid) -> String {
        let mut out = self.ty.constant(context, text, true);
        if collation != Oid(0) && collation != type_collation(self.ty.base) {
            out.push_str(&collate(collation));
        }
        out
    }

    /// The key as it stands in a comparison: with the type of the operator class, and if its collation is another.
    fn operand(&self) -> String {
        let declared = self.ty.declared.oid;
        let input = self.class.map_or(declared, |c| c.input);
        let polymorphic = matches!(input, Oid::ANYARRAY | Oid::ANYENUM | Oid::ANYELEMENT | Oid::RECORD);
        let relabelled = !polymorphic && input != declared;
        if relabelled || self.collation != self.own_collation {
            let input = if polymorphic { declared } else { input };
            return format!("({})::{}", self.shown, text_io::type_name_with_typmod(PgType::new(input)));
        }
        self.shown.clone()
    }

    fn operator(&self, strategy: i16) -> &'static str {
        let named = self.class.and_then(|c| c.operator(strategy)).and_then(registry::operator).map(|o| o.name);
        named.unwrap_or(match strategy {
            LESS => "<",
            LESS_OR_EQUAL => "<=",
            GREATER_OR_EQUAL => ">=",
            GREATER => ">",
            _ => "=",
        })
    }

    fn test(&self, context: &SystemContext<'_>, strategy: i16, value: &str, collation: Oid) -> Condition {
        let value = self.literal(context, value, collation);
        Condition::Test(format!("({} {} {value})", self.operand(), self.operator(strategy)))
    }

    /// Orders two values in text form.
    fn compare(&self, a: &str, b: &str) -> Ordering {
        let style = TextStyle::default();
        let read = |text: &str| text_io::parse(text, self.ty.base, &style).unwrap_or_else(|_| Datum::text(text));
        compare(&read(a), &read(b), self.ty.base)
    }
}

/// A condition over rows, to be written.
enum Condition {
    Test(String),
    Not(Box<Condition>),
    All(Vec<Condition>),
    Any(Vec<Condition>),
}

impl Condition {
    fn all(mut conditions: Vec<Self>) -> Self {
        if conditions.len() == 1 { conditions.remove(0) } else { Self::All(conditions) }
    }

    fn any(mut conditions: Vec<Self>) -> Self {
        if conditions.len() == 1 { conditions.remove(0) } else { Self::Any(conditions) }
    }

    fn text(&self) -> String {
        let joined = |all: &[Self], word: &str| {
            let texts: Vec<String> = all.iter().map(Self::text).collect();
            format!("({})", texts.join(word))
        };
        match self {
            Self::Test(text) => text.clone(),
            Self::Not(inner) => format!("(NOT {})", inner.text()),
            Self::All(all) => joined(all, " AND "),
            Self::Any(any) => joined(any, " OR "),
        }
    }
}
