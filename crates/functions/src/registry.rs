//! PostgreSQL's catalog facts about types, functions, operators and casts (manual, chapter 53), and
//! the implementations that stand behind them.
//!
//! The facts are the files under `data/`, one row an object, as PostgreSQL 15 ships them. They are
//! parsed once, on first use. Lists keep the order of the files.

use std::collections::HashMap;
use std::sync::LazyLock;

use gavel_types::Oid;
use gavel_types::pg_type::UserKind;

/// `pg_proc.prokind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcKind {
    Function,
    Procedure,
    Aggregate,
    Window,
}

/// `pg_proc.provolatile`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Volatility {
    Immutable,
    Stable,
    Volatile,
}

/// A row of `pg_proc`.
#[derive(Clone, Debug)]
pub struct Proc {
    pub oid: Oid,
    pub name: &'static str,
    pub kind: ProcKind,
    /// Element type of the variadic last argument; `ANY` for `VARIADIC "any"`; else 0.
    pub variadic: Oid,
    /// NULL in, NULL out.
    pub strict: bool,
    /// Returns a set of rows.
    pub retset: bool,
    pub volatility: Volatility,
    /// How many trailing arguments have defaults.
    pub defaults: usize,
    pub ret: Oid,
    /// Input argument types.
    pub args: Vec<Oid>,
    /// Types, modes (`i`, `o`, `b`, `v`, `t`) and names of all arguments where there are OUT ones;
    /// else empty.
    pub all_args: Vec<(Oid, char, &'static str)>,
    /// Names of the arguments, empty if they have none.
    pub arg_names: Vec<&'static str>,
    /// Internal name: what implementations are entered under.
    pub src: &'static str,
}

/// A row of `pg_operator`; `left` is 0 for a prefix operator.
#[derive(Clone, Debug)]
pub struct Operator {
    pub oid: Oid,
    pub name: &'static str,
    pub left: Oid,
    pub right: Oid,
    pub result: Oid,
    /// 0 if none.
    pub commutator: Oid,
    /// 0 if none.
    pub negator: Oid,
    /// The function that it calls.
    pub proc: Oid,
    pub hashable: bool,
}

/// `pg_cast.castcontext`, weakest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CastContext {
    Implicit,
    Assignment,
    Explicit,
}

/// `pg_cast.castmethod`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CastMethod {
    /// Call this function: `(value)`, `(value, typmod)` or `(value, typmod, is_explicit)`.
    Function(Oid),
    /// Same representation.
    Binary,
    /// Through the text forms.
    InOut,
}

/// A row of `pg_cast`.
#[derive(Clone, Copy, Debug)]
pub struct Cast {
    pub source: Oid,
    pub target: Oid,
    pub context: CastContext,
    pub method: CastMethod,
}

/// A row of `pg_type`.
#[derive(Clone, Debug)]
pub struct TypeInfo {
    pub oid: Oid,
    pub name: &'static str,
    pub len: i16,
    pub by_value: bool,
    /// `b`ase, `c`omposite, `p`seudo, `r`ange, `m`ultirange …
    pub kind: char,
    /// `typcategory`.
    pub category: char,
    /// Preferred type of its category.
    pub preferred: bool,
    /// Element type; 0 unless it can be subscripted.
    pub element: Oid,
    /// Array type over this one; 0 if none.
    pub array: Oid,
    pub input: &'static str,
    pub output: &'static str,
    pub align: char,
    pub storage: char,
    pub collation: Oid,
}

const USER_TYPE: TypeInfo = TypeInfo {
    oid: Oid(0),
    name: "",
    len: -1,
    by_value: false,
    kind: 'b',
    category: 'U',
    preferred: false,
    element: Oid(0),
    array: Oid(0),
    input: "",
    output: "",
    align: 'd',
    storage: 'x',
    collation: Oid(0),
};
/// `enum_in` and its kin, `record_in`, `array_in` by their OIDs, as the facts name functions.
static USER_ENUM: TypeInfo = TypeInfo {
    len: 4,
    by_value: true,
    kind: 'e',
    category: 'E',
    input: "3506",
    output: "3507",
    align: 'i',
    storage: 'p',
    ..USER_TYPE
};
static USER_COMPOSITE: TypeInfo = TypeInfo { kind: 'c', category: 'C', input: "2290", output: "2291", ..USER_TYPE };
static USER_ARRAY: TypeInfo = TypeInfo { category: 'A', input: "750", output: "751", ..USER_TYPE };

struct Facts {
    procs: Vec<Proc>,
    proc_by_oid: HashMap<Oid, usize>,
    procs_by_name: HashMap<&'static str, Vec<usize>>,
    operators: Vec<Operator>,
    operator_by_oid: HashMap<Oid, usize>,
    operators_by_name: HashMap<&'static str, Vec<usize>>,
    casts: Vec<Cast>,
    cast_by_types: HashMap<(Oid, Oid), usize>,
    types: Vec<TypeInfo>,
    type_by_oid: HashMap<Oid, usize>,
    type_by_name: HashMap<&'static str, usize>,
}

static FACTS: LazyLock<Facts> = LazyLock::new(load);

/// Every function, in the order of the facts.
pub fn procs() -> &'static [Proc] {
    &FACTS.procs
}

/// Every function of PostgreSQL.
pub fn pg_procs() -> impl Iterator<Item = &'static Proc> {
    procs().iter().filter(|proc| !proc.name.contains('.'))
}

/// The function with this OID.
pub fn proc(oid: Oid) -> Option<&'static Proc> {
    FACTS.proc_by_oid.get(&oid).map(|&i| &FACTS.procs[i])
}

/// All functions of this (folded) name; those of schema `gavel` have it before theirs, with a dot.
pub fn procs_named(name: &str) -> impl Iterator<Item = &'static Proc> {
    FACTS.procs_by_name.get(name).into_iter().flatten().map(|&i| &FACTS.procs[i])
}

/// Every operator.
pub fn operators() -> &'static [Operator] {
    &FACTS.operators
}

/// The operator with this OID.
pub fn operator(oid: Oid) -> Option<&'static Operator> {
    FACTS.operator_by_oid.get(&oid).map(|&i| &FACTS.operators[i])
}

/// All operators written like this.
pub fn operators_named(name: &str) -> impl Iterator<Item = &'static Operator> {
    FACTS.operators_by_name.get(name).into_iter().flatten().map(|&i| &FACTS.operators[i])
}

/// The operator `left name right` with exactly these argument types.
pub fn operator_exact(name: &str, left: Oid, right: Oid) -> Option<&'static Operator> {
    operators_named(name).find(|o| o.left == left && o.right == right)
}

/// Every cast.
pub fn casts() -> &'static [Cast] {
    &FACTS.casts
}

/// The `pg_cast` row between two types.
pub fn cast(source: Oid, target: Oid) -> Option<&'static Cast> {
    FACTS.cast_by_types.get(&(source, target)).map(|&i| &FACTS.casts[i])
}

/// Every type.
pub fn types() -> &'static [TypeInfo] {
    &FACTS.types
}

/// The type with this OID. Of a user's type only what all of its kind share is here: no name, no element, no array
/// type ([`Oid::element`] and [`Oid::array_of`] know those).
pub fn type_info(oid: Oid) -> Option<&'static TypeInfo> {
    if oid.is_user_type() {
        return match oid.user_kind() {
            None => Some(&USER_ARRAY),
            Some(UserKind::Enum) => Some(&USER_ENUM),
            Some(UserKind::Composite) => Some(&USER_COMPOSITE),
            // What a domain is like, its base type says.
            Some(UserKind::Domain) => None,
        };
    }
    FACTS.type_by_oid.get(&oid).map(|&i| &FACTS.types[i])
}

/// The type with this `typname`.
pub fn type_named(name: &str) -> Option<&'static TypeInfo> {
    FACTS.type_by_name.get(name).map(|&i| &FACTS.types[i])
}

/// Rows of a tab-separated file with a header line.
fn rows(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines().skip(1).map(|line| line.split('\t').collect())
}

fn oid(text: &str) -> Oid {
    Oid(text.parse().unwrap_or(0))
}

fn letter(text: &str) -> char {
    text.chars().next().unwrap_or(' ')
}

/// Items of an array literal without quoting, `{a,b}`.
fn items(text: &'static str) -> Vec<&'static str> {
    let inner = text.trim_start_matches('{').trim_end_matches('}');
    if inner.is_empty() { vec![] } else { inner.split(',').map(|s| s.trim().trim_matches('"')).collect() }
}

fn load() -> Facts {
    // Ours, which PostgreSQL does not have, carry their schema in the name.
    let own = rows(include_str!("../data/gavel_proc.tsv"));
    let procs: Vec<Proc> = rows(include_str!("../data/pg_proc.tsv")).chain(own).map(|r| read_proc(&r)).collect();
    let operators: Vec<Operator> = rows(include_str!("../data/pg_operator.tsv"))
        .map(|r| Operator {
            oid: oid(r[0]),
            name: r[1],
            left: oid(r[3]),
            right: oid(r[4]),
            result: oid(r[5]),
            commutator: oid(r[6]),
            negator: oid(r[7]),
            proc: oid(r[8]),
            hashable: r[10] == "t",
        })
        .collect();
    let casts: Vec<Cast> = rows(include_str!("../data/pg_cast.tsv"))
        .map(|r| Cast {
            source: oid(r[0]),
            target: oid(r[1]),
            context: match letter(r[3]) {
                'i' => CastContext::Implicit,
                'a' => CastContext::Assignment,
                _ => CastContext::Explicit,
            },
            method: match letter(r[4]) {
                'f' => CastMethod::Function(oid(r[2])),
                'b' => CastMethod::Binary,
                _ => CastMethod::InOut,
            },
        })
        .collect();
    let types: Vec<TypeInfo> = rows(include_str!("../data/pg_type.tsv"))
        .map(|r| TypeInfo {
            oid: oid(r[0]),
            name: r[1],
            len: r[2].parse().unwrap_or(-1),
            by_value: r[3] == "t",
            kind: letter(r[4]),
            category: letter(r[5]),
            preferred: r[6] == "t",
            element: oid(r[9]),
            array: oid(r[10]),
            input: r[11],
            output: r[12],
            align: letter(r[15]),
            storage: letter(r[16]),
            collation: oid(r[18]),
        })
        .collect();
    let mut procs_by_name: HashMap<_, Vec<usize>> = HashMap::new();
    for (i, p) in procs.iter().enumerate() {
        procs_by_name.entry(p.name).or_default().push(i);
    }
    let mut operators_by_name: HashMap<_, Vec<usize>> = HashMap::new();
    for (i, o) in operators.iter().enumerate() {
        operators_by_name.entry(o.name).or_default().push(i);
    }
    Facts {
        proc_by_oid: procs.iter().enumerate().map(|(i, p)| (p.oid, i)).collect(),
        procs_by_name,
        operator_by_oid: operators.iter().enumerate().map(|(i, o)| (o.oid, i)).collect(),
        operators_by_name,
        cast_by_types: casts.iter().enumerate().map(|(i, c)| ((c.source, c.target), i)).collect(),
        type_by_oid: types.iter().enumerate().map(|(i, t)| (t.oid, i)).collect(),
        type_by_name: types.iter().enumerate().map(|(i, t)| (t.name, i)).collect(),
        procs,
        operators,
        casts,
        types,
    }
}

fn read_proc(r: &[&'static str]) -> Proc {
    let modes = items(r[11]);
    let names = items(r[12]);
    let all_types = items(r[10]);
    Proc {
        oid: oid(r[0]),
        name: r[1],
        kind: match letter(r[2]) {
            'a' => ProcKind::Aggregate,
            'w' => ProcKind::Window,
            'p' => ProcKind::Procedure,
            _ => ProcKind::Function,
        },
        variadic: oid(r[3]),
        strict: r[4] == "t",
        retset: r[5] == "t",
        volatility: match letter(r[6]) {
            'i' => Volatility::Immutable,
            's' => Volatility::Stable,
            _ => Volatility::Volatile,
        },
        defaults: r[7].parse().unwrap_or(0),
        ret: oid(r[8]),
        args: r[9].split_whitespace().map(oid).collect(),
        all_args: all_types
            .iter()
            .enumerate()
            .map(|(i, t)| (oid(t), modes.get(i).map_or('i', |m| letter(m)), names.get(i).copied().unwrap_or("")))
            .collect(),
        arg_names: names,
        src: r[13],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_load_and_resolve() {
        let plus = operator_exact("+", Oid::INT4, Oid::INT4).expect("int4 + int4");
        assert_eq!(proc(plus.proc).map(|p| p.src), Some("int4pl"));
        assert_eq!(procs_named("substring").count(), 8);
        assert!(matches!(cast(Oid::INT4, Oid::INT8).map(|c| c.context), Some(CastContext::Implicit)));
        assert_eq!(type_named("int4").map(|t| t.category), Some('N'));
        for o in operators() {
            assert!(o.proc.0 == 0 || proc(o.proc).is_some(), "{} {}", o.oid, o.name);
        }
    }
}
