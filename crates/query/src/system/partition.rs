//! Partition keys, bounds and constraints as PostgreSQL shows them (`pg_get_partkeydef`, `pg_get_expr` of `relpartbound`,
//! `pg_get_partition_constraintdef`), and `pg_partitioned_table`
//! (<https://www.postgresql.org/docs/15/catalog-pg-partitioned-table.html>).
//!
//! Only for show: which rows a partition takes is said in [`crate::partition`].

use std::cmp::Ordering;
use std::collections::BTreeSet;

use gavel_binder::{BindContext, TableExpr};
use gavel_catalog::{
    IndexKey, IndexMethod, PartitionBound, PartitionKey, PartitionOn, PartitionPart, PartitionStrategy, RangeEdge,
    Table,
};
use gavel_functions::compare::compare;
use gavel_functions::registry;
use gavel_types::text_io::{self, TextStyle};
use gavel_types::{Datum, Oid, PgType};

use super::opclass::{self, OperatorClass};
use super::resolver::style_over;
use super::table::{Rows, numbers, oids};
use super::{SystemContext, definition, deparse};
use crate::ddl::collation::COLLATIONS;
use crate::ddl::names::quote;

/// Strategy numbers of btree operator classes.
const LESS: i16 = 1;
const LESS_OR_EQUAL: i16 = 2;
const EQUAL: i16 = 3;
const GREATER_OR_EQUAL: i16 = 4;
const GREATER: i16 = 5;

pub(super) fn fill(context: &SystemContext<'_>, name: &str, out: &mut Rows) -> bool {
    if name != "pg_partitioned_table" {
        return false;
    }
    for t in context.catalog.tables.values() {
        let Some(key) = &t.partitioned else { continue };
        let parts = parts(context, t, key);
        out.add(|row| {
            let strategy = match key.strategy {
                PartitionStrategy::List => 'l',
                PartitionStrategy::Range => 'r',
                PartitionStrategy::Hash => 'h',
            };
            row.set("partrelid", t.oid).set("partstrat", strategy);
            row.set("partnatts", i16::try_from(key.parts.len()).unwrap_or(0));
            row.set("partdefid", default_partition(context, t).unwrap_or_default());
            row.set("partattrs", numbers(key.parts.iter().map(|p| column_number(p).unwrap_or(0))));
            row.set("partclass", oids(parts.iter().map(|p| p.class.map_or(Oid(0), |c| c.oid))));
            row.set("partcollation", oids(parts.iter().map(|p| p.collation)));
            row.set("partexprs", stored_expressions(key));
        });
    }
    true
}

fn default_partition(context: &SystemContext<'_>, table: &Table) -> Option<Oid> {
    let is_default =
        |child: &&Oid| context.catalog.table(**child).is_some_and(|t| matches!(t.bound, Some(PartitionBound::Default)));
    table.children.iter().find(is_default).copied()
}

fn column_number(part: &PartitionPart) -> Option<i16> {
    match part.key {
        PartitionOn::Column(number) => Some(number),
        PartitionOn::Expression(_) => None,
    }
}

fn expressions(key: &PartitionKey) -> impl Iterator<Item = &str> {
    key.parts.iter().filter_map(|p| match &p.key {
        PartitionOn::Column(_) => None,
        PartitionOn::Expression(sql) => Some(sql.as_str()),
    })
}

/// What `partexprs` holds; `None` if the key has columns alone.
fn stored_expressions(key: &PartitionKey) -> Option<String> {
    let all: Vec<&str> = expressions(key).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// Numbers of the columns that the key of a partitioned table is made of, in order.
pub(super) fn key_columns(context: &SystemContext<'_>, table: &Table) -> BTreeSet<i16> {
    let Some(key) = &table.partitioned else { return BTreeSet::new() };
    let columns = key.parts.iter().filter_map(column_number);
    columns.chain(expressions(key).flat_map(|sql| mentioned(context, table, sql))).collect()
}

/// Numbers of the columns that an expression over the table has, as they come.
fn mentioned(context: &SystemContext<'_>, table: &Table, sql: &str) -> Vec<i16> {
    let style = style_over(context.catalog);
    let binding = BindContext {
        catalog: context.catalog,
        search_path: &[],
        user: "",
        subject: None,
        style: &style,
        session_path: &[],
        calls: None,
        opaque_calls: false,
    };
    let bound = gavel_binder::bind_table_expr(&binding, sql, table, TableExpr::Stored);
    bound.map(|(_, columns)| columns.into_iter().map(|(number, _)| number).collect()).unwrap_or_default()
}

/// The type that a part of a key has, a domain perhaps, and the one of its values.
#[derive(Clone, Copy)]
struct KeyType {
    declared: PgType,
    base: PgType,
}

/// One part of a partition key, as conditions over it are written.
struct Part {
    /// The column or expression.
    shown: String,
    ty: KeyType,
    /// The collation that it has by itself, and the one that the key compares it by; 0 for none.
    own_collation: Oid,
    collation: Oid,
    class: Option<&'static OperatorClass>,
}

fn type_collation(ty: PgType) -> Oid {
    registry::type_info(ty.oid).map_or(Oid(0), |t| t.collation)
}

fn key_type(table: &Table, part: &PartitionPart) -> KeyType {
    let column = column_number(part).and_then(|n| table.column(n));
    KeyType { declared: column.map_or(part.ty, |c| c.declared()), base: part.ty }
}

fn parts(context: &SystemContext<'_>, table: &Table, key: &PartitionKey) -> Vec<Part> {
    let method = if key.strategy == PartitionStrategy::Hash { IndexMethod::Hash } else { IndexMethod::Btree };
    let one = |part: &PartitionPart| {
        let column = column_number(part).and_then(|n| table.column(n));
        let shown = match &part.key {
            PartitionOn::Column(_) => column.map_or_else(|| "?column?".to_owned(), |c| quote(&c.name)),
            PartitionOn::Expression(sql) => definition::table_expression(context, table, sql, false),
        };
        let of_type = type_collation(part.ty);
        // An expression has the collation of its columns.
        let own = match &part.key {
            PartitionOn::Column(_) => column.and_then(|c| c.collation),
            PartitionOn::Expression(_) if of_type == Oid(0) => None,
            PartitionOn::Expression(sql) => {
                let columns = mentioned(context, table, sql);
                columns.iter().filter_map(|n| table.column(*n)).find_map(|c| c.collation)
            }
        };
        let class = match part.class {
            Oid(0) => opclass::default_of(method, part.ty.oid),
            named => opclass::by_oid(named),
        };
        Part {
            shown,
            ty: key_type(table, part),
            own_collation: own.unwrap_or(of_type),
            collation: part.collation.unwrap_or(of_type),
            class,
        }
    };
    key.parts.iter().map(one).collect()
}

/// `pg_get_partkeydef`: `RANGE (a, lower(b) COLLATE "C")`; `None` of a table that is not partitioned.
pub fn key(context: &SystemContext<'_>, table: &Table) -> Option<String> {
    let key = table.partitioned.as_ref()?;
    let word = match key.strategy {
        PartitionStrategy::List => "LIST",
        PartitionStrategy::Range => "RANGE",
        PartitionStrategy::Hash => "HASH",
    };
    let shown = key.parts.iter().zip(parts(context, table, key)).map(|(part, known)| {
        let mut out = match &part.key {
            PartitionOn::Column(_) => known.shown,
            PartitionOn::Expression(sql) => {
                let key = IndexKey::Expression { sql: sql.clone(), ty: part.ty, id: 0 };
                definition::index_key(context, table, &key, false)
            }
        };
        if known.collation != Oid(0) && known.collation != known.own_collation {
            out.push_str(&collate(known.collation));
        }
        if let Some(class) = known.class.filter(|c| !c.is_default_of(part.ty.oid)) {
            out.push_str(&format!(" {}", quote(class.name)));
        }
        out
    });
    Some(format!("{word} ({})", shown.collect::<Vec<_>>().join(", ")))
}

/// ` COLLATE "C"`.
fn collate(collation: Oid) -> String {
    let name = COLLATIONS.iter().find(|(_, oid)| *oid == collation).map_or("default", |(name, _)| *name);
    format!(" COLLATE {}", quote(name))
}

/// The partitioned table that a partition belongs to, with its key.
fn parent<'a>(context: &SystemContext<'a>, table: &Table) -> Option<(&'a Table, &'a PartitionKey)> {
    let catalog = context.catalog;
    let parent: &'a Table = catalog.table(*table.inherits.first()?)?;
    Some((parent, parent.partitioned.as_ref()?))
}

/// The bound of a partition, as `relpartbound` has it: `FOR VALUES …` or `DEFAULT`. `None` of what is no partition.
pub fn bound(context: &SystemContext<'_>, table: &Table) -> Option<String> {
    let bound = table.bound.as_ref()?;
    let (parent, key) = parent(context, table)?;
    let value = |at: usize, text: &str| match key.parts.get(at) {
        Some(part) => key_type(parent, part).constant(context, text, false),
        None => text.to_owned(),
    };
    let edges = |edges: &[RangeEdge]| {
        let one = |(at, edge): (usize, &RangeEdge)| match edge {
            RangeEdge::Min => "MINVALUE".to_owned(),
            RangeEdge::Max => "MAXVALUE".to_owned(),
            RangeEdge::Value(text) => value(at, text),
        };
        edges.iter().enumerate().map(one).collect::<Vec<_>>().join(", ")
    };
    Some(match bound {
        PartitionBound::Default => "DEFAULT".to_owned(),
        PartitionBound::List(values) => {
            let one = |text: &Option<String>| text.as_ref().map_or_else(|| "NULL".to_owned(), |t| value(0, t));
            format!("FOR VALUES IN ({})", values.iter().map(one).collect::<Vec<_>>().join(", "))
        }
        PartitionBound::Range { from, to } => format!("FOR VALUES FROM ({}) TO ({})", edges(from), edges(to)),
        PartitionBound::Hash { modulus, remainder } => {
            format!("FOR VALUES WITH (modulus {modulus}, remainder {remainder})")
        }
    })
}

/// What `pg_get_expr` makes of what `relpartbound` and `partexprs` hold; `None` for other expressions.
pub fn shown(context: &SystemContext<'_>, table: &Table, stored: &str, pretty: bool) -> Option<String> {
    if table.bound.is_some() && (stored == "DEFAULT" || stored.starts_with("FOR VALUES ")) {
        return Some(stored.to_owned());
    }
    let key = table.partitioned.as_ref().filter(|key| stored_expressions(key).as_deref() == Some(stored))?;
    let shown = expressions(key).map(|sql| definition::table_expression(context, table, sql, pretty));
    Some(shown.collect::<Vec<_>>().join(", "))
}

/// `pg_get_partition_constraintdef`: what is true of each row of a partition, by its own bound and those of the
/// partitions that it is in. `None` if nothing is said, and of what is no partition.
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

impl KeyType {
    /// A value without the name of its type, or with it where it has one.
    fn constant(&self, context: &SystemContext<'_>, text: &str, labelled: bool) -> String {
        if !self.declared.oid.is_over_domain() {
            return deparse::constant(context, text, self.declared, labelled);
        }
        // A constant of a domain has quotes, whatever it is over.
        let shown = deparse::constant(context, text, self.base, false);
        let shown = if shown.starts_with('\'') { shown } else { format!("'{shown}'") };
        let label =
            if labelled { format!("::{}", text_io::type_name_with_typmod(self.declared)) } else { String::new() };
        format!("{shown}{label}")
    }
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
