//! `jsonb_path_query` and its kin, `@?` and `@@`: paths over documents (manual §9.16.2).
//!
//! An expression gives a sequence of items. In lax mode arrays are unwrapped where a member or a number is wanted, a lone item
//! stands for an array of itself, and what is not there is left out; in strict mode each of these is an error. A predicate is
//! true, false or unknown, and an error within it makes it unknown.

use gavel_types::datetime::zone::{Zone, session_zone};
use gavel_types::json::Json;
use gavel_types::jsonpath::{Arithmetic, Comparison, Expr, Method, Path, Step, parse};
use gavel_types::{Datum, Numeric, SqlError, SqlResult, SqlState};

use moment::Moment;

use super::{jsonb, text, tree};
use crate::call::{Call, ScalarFn, SetFn, SetRows};
use crate::pattern::regex::Flags;

mod identity;
mod moment;

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("jsonb_path_exists", |_, a| exists(a, None)),
    ("jsonb_path_exists_tz", |call, a| exists(a, Some(zone(call)))),
    ("jsonb_path_exists_opr", |_, a| {
        Ok(run(a, true, None)?.map_or(Datum::Null, |found| Datum::Bool(!found.is_empty())))
    }),
    ("jsonb_path_match", |_, a| single_boolean(a, is_silent(a), None)),
    ("jsonb_path_match_tz", |call, a| single_boolean(a, is_silent(a), Some(zone(call)))),
    ("jsonb_path_match_opr", |_, a| single_boolean(a, true, None)),
    ("jsonb_path_query_array", |_, a| query_array(a, None)),
    ("jsonb_path_query_array_tz", |call, a| query_array(a, Some(zone(call)))),
    ("jsonb_path_query_first", |_, a| query_first(a, None)),
    ("jsonb_path_query_first_tz", |call, a| query_first(a, Some(zone(call)))),
];

pub const SETS: &[(&str, SetFn)] =
    &[("jsonb_path_query", |_, a| query(a, None)), ("jsonb_path_query_tz", |call, a| query(a, Some(zone(call))))];

/// The session's zone, in which the functions of `_tz` compare what has none.
fn zone(call: &Call<'_>) -> Zone {
    session_zone(&call.context.style.time_zone)
}

fn exists(args: &[Datum], zone: Option<Zone>) -> SqlResult<Datum> {
    Ok(run(args, is_silent(args), zone)?.map_or(Datum::Null, |found| Datum::Bool(!found.is_empty())))
}

fn query_array(args: &[Datum], zone: Option<Zone>) -> SqlResult<Datum> {
    Ok(jsonb(&Json::Array(run(args, is_silent(args), zone)?.unwrap_or_default())))
}

fn query_first(args: &[Datum], zone: Option<Zone>) -> SqlResult<Datum> {
    Ok(run(args, is_silent(args), zone)?.and_then(|found| found.first().map(jsonb)).unwrap_or(Datum::Null))
}

fn query(args: &[Datum], zone: Option<Zone>) -> SqlResult<SetRows> {
    let found = run(args, is_silent(args), zone)?.unwrap_or_default();
    Ok(Box::new(found.into_iter().map(|item| Ok(vec![jsonb(&item)]))))
}

fn single_boolean(args: &[Datum], silent: bool, zone: Option<Zone>) -> SqlResult<Datum> {
    match run(args, silent, zone)?.as_deref() {
        Some([Json::Bool(b)]) => Ok(Datum::Bool(*b)),
        Some([Json::Null]) | None => Ok(Datum::Null),
        Some(_) if silent => Ok(Datum::Null),
        Some(_) => Err(SqlError::new(SqlState::SingletonSqlJsonItemRequired, "single boolean result is expected")),
    }
}

/// The last argument of those that have four.
fn is_silent(args: &[Datum]) -> bool {
    args.get(3) == Some(&Datum::Bool(true))
}

/// What the path `args[1]` finds in `args[0]`; `None` if an error was to be kept silent.
fn run(args: &[Datum], silent: bool, zone: Option<Zone>) -> SqlResult<Option<Vec<Json>>> {
    let document = tree(&args[0])?;
    let path: Path = parse(text(&args[1])?)?;
    let variables = match args.get(2) {
        Some(variables) => tree(variables)?,
        None => Json::Object(vec![]),
    };
    if !matches!(variables, Json::Object(_)) {
        return Err(super::invalid("\"vars\" argument is not an object")
            .detail("Jsonpath parameters should be encoded as key-value pairs of \"vars\" object."));
    }
    let run = Run { root: &document, variables: &variables, strict: path.strict, zone };
    let scope = Scope { current: View::Json(&document), length: None };
    match run.items(&path.expr, scope) {
        Ok(found) => Ok(Some(found.into_iter().map(Item::into_json).collect())),
        Err(Fault::Structure(_)) if silent => Ok(None),
        Err(Fault::Structure(e) | Fault::Other(e)) => Err(e),
    }
}

/// Why a path fails.
enum Fault {
    /// The document is not as the path takes it to be; predicates and the silent mode swallow it.
    Structure(SqlError),
    Other(SqlError),
}

impl From<SqlError> for Fault {
    fn from(error: SqlError) -> Self {
        Self::Other(error)
    }
}

/// What a path finds.
#[derive(Clone, Debug)]
enum Item {
    Json(Json),
    Moment(Moment),
}

/// An item where it is.
#[derive(Clone, Copy)]
enum View<'a> {
    Json(&'a Json),
    Moment(&'a Moment),
}

impl Item {
    fn into_json(self) -> Json {
        match self {
            Self::Json(json) => json,
            Self::Moment(moment) => Json::String(moment.text()),
        }
    }

    fn view(&self) -> View<'_> {
        match self {
            Self::Json(json) => View::Json(json),
            Self::Moment(moment) => View::Moment(moment),
        }
    }
}

impl View<'_> {
    fn to_item(self) -> Item {
        match self {
            Self::Json(json) => Item::Json(json.clone()),
            Self::Moment(moment) => Item::Moment(moment.clone()),
        }
    }
}

type Found = Result<Vec<Item>, Fault>;

fn structure(state: SqlState, message: impl Into<String>) -> Fault {
    Fault::Structure(SqlError::new(state, message))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Truth {
    True,
    False,
    Unknown,
}

impl From<bool> for Truth {
    fn from(b: bool) -> Self {
        if b { Self::True } else { Self::False }
    }
}

/// What `@` and `last` mean.
#[derive(Clone, Copy)]
struct Scope<'a> {
    current: View<'a>,
    /// Of the array that is subscripted.
    length: Option<usize>,
}

struct Run<'a> {
    root: &'a Json,
    variables: &'a Json,
    strict: bool,
    /// In which dates and times without one are compared with those that have one.
    zone: Option<Zone>,
}

impl Run<'_> {
    fn items(&self, expr: &Expr, scope: Scope<'_>) -> Found {
        Ok(vec![Item::Json(match expr {
            Expr::Root => self.root.clone(),
            Expr::Current => return Ok(vec![scope.current.to_item()]),
            Expr::Last => Json::Number(Numeric::from(scope.length.map_or(-1, |n| n as i64 - 1))),
            Expr::Null => Json::Null,
            Expr::Bool(b) => Json::Bool(*b),
            Expr::Number(n) => Json::Number(n.clone()),
            Expr::String(s) => Json::String(s.clone()),
            Expr::Variable(name) => self.variables.get(name).cloned().ok_or_else(|| {
                let text = format!("could not find jsonpath variable \"{name}\"");
                Fault::Other(SqlError::new(SqlState::UndefinedObject, text))
            })?,
            Expr::Steps(base, steps) => {
                let mut out = Vec::new();
                match **base {
                    Expr::Root => self.walk(View::Json(self.root), steps, scope, !self.strict, &mut out)?,
                    Expr::Current => self.walk(scope.current, steps, scope, !self.strict, &mut out)?,
                    _ => {
                        for item in self.items(base, scope)? {
                            self.walk(item.view(), steps, scope, !self.strict, &mut out)?;
                        }
                    }
                }
                return Ok(out);
            }
            Expr::Sign { minus, operand } => {
                let mut out = Vec::new();
                for item in self.unwrapped(operand, scope)? {
                    let Item::Json(Json::Number(n)) = item else {
                        let sign = if *minus { '-' } else { '+' };
                        let text = format!("operand of unary jsonpath operator {sign} is not a numeric value");
                        return Err(structure(SqlState::SqlJsonNumberNotFound, text));
                    };
                    out.push(Item::Json(Json::Number(if *minus { n.negate() } else { n })));
                }
                return Ok(out);
            }
            Expr::Arithmetic(op, left, right) => Json::Number(self.arithmetic(*op, left, right, scope)?),
            predicate => match self.truth(predicate, scope)? {
                Truth::Unknown => Json::Null,
                known => Json::Bool(known == Truth::True),
            },
        })])
    }

    /// The items, those of arrays in place of them unless the mode is strict.
    fn unwrapped(&self, expr: &Expr, scope: Scope<'_>) -> Found {
        let items = self.items(expr, scope)?;
        if self.strict {
            return Ok(items);
        }
        let mut out = Vec::with_capacity(items.len());
        for item in items {
            match item {
                Item::Json(Json::Array(inner)) => out.extend(inner.into_iter().map(Item::Json)),
                other => out.push(other),
            }
        }
        Ok(out)
    }

    fn arithmetic(&self, op: Arithmetic, left: &Expr, right: &Expr, scope: Scope<'_>) -> Result<Numeric, Fault> {
        let operand = |items: &[Item], side: &str| match items {
            [Item::Json(Json::Number(n))] => Ok(n.clone()),
            _ => {
                let text = format!("{side} operand of jsonpath operator {} is not a single numeric value", op.sign());
                Err(structure(SqlState::SingletonSqlJsonItemRequired, text))
            }
        };
        // What fails within the right side is told before the left side is looked at.
        let (left, right) = (self.unwrapped(left, scope)?, self.unwrapped(right, scope)?);
        let (left, right) = (operand(&left, "left")?, operand(&right, "right")?);
        let result = match op {
            Arithmetic::Add => left.add(&right),
            Arithmetic::Sub => left.sub(&right),
            Arithmetic::Mul => left.mul(&right),
            Arithmetic::Div => left.div(&right),
            Arithmetic::Mod => left.rem(&right),
        };
        result.map_err(Fault::Structure)
    }

    /// Takes `steps` from `item` on. `forgiving`: structural faults find nothing.
    fn walk(
        &self,
        item: View<'_>,
        steps: &[Step],
        scope: Scope<'_>,
        forgiving: bool,
        out: &mut Vec<Item>,
    ) -> Result<(), Fault> {
        let Some((step, rest)) = steps.split_first() else {
            out.push(item.to_item());
            return Ok(());
        };
        self.step(item, step, rest, scope, forgiving, !self.strict, out)
    }

    /// One step, then the rest. `unwrap`: of an array the elements are meant.
    #[allow(clippy::too_many_arguments, reason = "the state of the walk")]
    fn step(
        &self,
        item: View<'_>,
        step: &Step,
        rest: &[Step],
        scope: Scope<'_>,
        forgiving: bool,
        unwrap: bool,
        out: &mut Vec<Item>,
    ) -> Result<(), Fault> {
        let each = !matches!(step, Step::AnyElement | Step::Elements(_) | Step::Descendants { .. })
            && !matches!(step, Step::Method(Method::Type | Method::Size));
        if let View::Json(Json::Array(elements)) = item
            && unwrap
            && each
        {
            for element in elements {
                self.step(View::Json(element), step, rest, scope, forgiving, false, out)?;
            }
            return Ok(());
        }
        // Structural faults in lax mode, and below `.**`, find nothing.
        let missing = |fault: Fault| if forgiving { Ok(()) } else { Err(fault) };
        match step {
            Step::Member(name) => match item {
                View::Json(object @ Json::Object(_)) => match object.get(name) {
                    Some(value) => self.walk(View::Json(value), rest, scope, !self.strict, out),
                    None => {
                        let text = format!("JSON object does not contain key \"{name}\"");
                        missing(structure(SqlState::SqlJsonMemberNotFound, text))
                    }
                },
                _ => {
                    let text = "jsonpath member accessor can only be applied to an object";
                    missing(structure(SqlState::SqlJsonMemberNotFound, text))
                }
            },
            Step::AnyMember => match item {
                View::Json(Json::Object(pairs)) => {
                    pairs.iter().try_for_each(|(_, value)| self.walk(View::Json(value), rest, scope, !self.strict, out))
                }
                _ => {
                    let text = "jsonpath wildcard member accessor can only be applied to an object";
                    missing(structure(SqlState::SqlJsonObjectNotFound, text))
                }
            },
            Step::AnyElement => match item {
                View::Json(Json::Array(elements)) => {
                    elements.iter().try_for_each(|value| self.walk(View::Json(value), rest, scope, !self.strict, out))
                }
                _ if !self.strict => self.walk(item, rest, scope, true, out),
                _ => {
                    let text = "jsonpath wildcard array accessor can only be applied to an array";
                    missing(structure(SqlState::SqlJsonArrayNotFound, text))
                }
            },
            Step::Elements(list) => {
                // Without an array, the item is the one element.
                let elements = match item {
                    View::Json(Json::Array(elements)) => Some(elements.as_slice()),
                    _ if !self.strict => None,
                    _ => {
                        let text = "jsonpath array accessor can only be applied to an array";
                        return missing(structure(SqlState::SqlJsonArrayNotFound, text));
                    }
                };
                let count = elements.map_or(1, <[Json]>::len);
                let inner = Scope { length: Some(count), ..scope };
                for (from, to) in list {
                    let from = self.subscript(from, inner)?;
                    let to = to.as_ref().map_or(Ok(from), |to| self.subscript(to, inner))?;
                    let length = count as i64;
                    if !forgiving && (from < 0 || from > to || to >= length) {
                        let text = "jsonpath array subscript is out of bounds";
                        return Err(structure(SqlState::InvalidSqlJsonSubscript, text));
                    }
                    for i in from.max(0)..=to.min(length - 1) {
                        let element = elements.map_or(Some(item), |e| e.get(i as usize).map(View::Json));
                        if let Some(element) = element {
                            self.walk(element, rest, scope, !self.strict, out)?;
                        }
                    }
                }
                Ok(())
            }
            Step::Descendants { first, last } => {
                if *first == Some(0) {
                    self.walk(item, rest, scope, true, out)?;
                }
                self.descend(item, 1, (*first, *last), rest, scope, out)
            }
            Step::Filter(predicate) => match self.truth(predicate, Scope { current: item, ..scope })? {
                Truth::True => self.walk(item, rest, scope, !self.strict, out),
                _ => Ok(()),
            },
            Step::Method(Method::KeyValue) => {
                for member in self.members(item)? {
                    self.walk(View::Json(&member), rest, scope, !self.strict, out)?;
                }
                Ok(())
            }
            Step::Method(method) => {
                let value = self.method(*method, item)?;
                self.walk(View::Json(&value), rest, scope, !self.strict, out)
            }
            Step::Datetime(template) => {
                let View::Json(Json::String(text)) = item else {
                    let text = "jsonpath item method .datetime() can only be applied to a string";
                    return Err(structure(SqlState::InvalidArgumentForSqlJsonDatetimeFunction, text));
                };
                let moment = Moment::read(text, template.as_deref()).map_err(Fault::Structure)?;
                self.walk(View::Moment(&moment), rest, scope, !self.strict, out)
            }
        }
    }

    /// Values within `item`, of levels `first` to `last`, each before those within it. Without bounds (`.**{last}`) those that
    /// hold no others.
    fn descend(
        &self,
        item: View<'_>,
        level: u32,
        (first, last): (Option<u32>, Option<u32>),
        rest: &[Step],
        scope: Scope<'_>,
        out: &mut Vec<Item>,
    ) -> Result<(), Fault> {
        let children: Vec<&Json> = match item {
            View::Json(Json::Array(items)) => items.iter().collect(),
            View::Json(Json::Object(pairs)) => pairs.iter().map(|(_, v)| v).collect(),
            _ => return Ok(()),
        };
        for child in children {
            let leaf = !matches!(child, Json::Array(_) | Json::Object(_));
            if first.map_or(leaf && last.is_none(), |first| level >= first) {
                self.walk(View::Json(child), rest, scope, true, out)?;
            }
            if last.is_none_or(|last| level < last) {
                self.descend(View::Json(child), level + 1, (first, last), rest, scope, out)?;
            }
        }
        Ok(())
    }

    fn subscript(&self, expr: &Expr, scope: Scope<'_>) -> Result<i64, Fault> {
        let wrong = |text: &str| structure(SqlState::InvalidSqlJsonSubscript, text);
        match self.items(expr, scope)?.as_slice() {
            [Item::Json(Json::Number(n))] => n
                .trunc(0)
                .to_i64()
                .filter(|n| i32::try_from(*n).is_ok())
                .ok_or_else(|| wrong("jsonpath array subscript is out of integer range")),
            _ => Err(wrong("jsonpath array subscript is not a single numeric value")),
        }
    }

    /// `.keyvalue()`: an object of each member.
    fn members(&self, item: View<'_>) -> Result<Vec<Json>, Fault> {
        let View::Json(object @ Json::Object(pairs)) = item else {
            let text = "jsonpath item method .keyvalue() can only be applied to an object";
            return Err(structure(SqlState::SqlJsonObjectNotFound, text));
        };
        let id = identity::place(self.root, object).unwrap_or(0);
        let member = |(key, value): &(String, Json)| {
            Json::Object(vec![
                ("id".to_owned(), Json::Number(Numeric::from(id as i64))),
                ("key".to_owned(), Json::String(key.clone())),
                ("value".to_owned(), value.clone()),
            ])
        };
        Ok(pairs.iter().map(member).collect())
    }

    fn method(&self, method: Method, item: View<'_>) -> Result<Json, Fault> {
        let item = match (item, method) {
            (View::Moment(moment), Method::Type) => return Ok(Json::string(moment.kind())),
            // To all other methods it is something that is neither an array nor a number.
            (View::Moment(_), _) => &Json::Null,
            (View::Json(json), _) => json,
        };
        let only = |what: &str| {
            let text = format!("jsonpath item method .{}() can only be applied to {what}", method.name());
            structure(SqlState::NonNumericSqlJsonItem, text)
        };
        Ok(match (method, item) {
            (Method::Type, item) => Json::string(item.kind()),
            (Method::Size, Json::Array(items)) => Json::Number(Numeric::from(items.len() as i64)),
            (Method::Size, _) if !self.strict => Json::Number(Numeric::from(1_i64)),
            (Method::Size, _) => {
                let text = "jsonpath item method .size() can only be applied to an array";
                return Err(structure(SqlState::SqlJsonArrayNotFound, text));
            }
            (Method::Abs, Json::Number(n)) => Json::Number(n.abs()),
            (Method::Floor, Json::Number(n)) => Json::Number(n.floor()),
            (Method::Ceiling, Json::Number(n)) => Json::Number(n.ceil()),
            (Method::Abs | Method::Floor | Method::Ceiling, _) => return Err(only("a numeric value")),
            (Method::Double, Json::Number(n)) => {
                if !n.to_f64().is_finite() {
                    return Err(not_double("numeric"));
                }
                item.clone()
            }
            (Method::Double, Json::String(s)) => {
                let value = gavel_types::text_io::number::parse_float8(s).ok().filter(|v| v.is_finite());
                Json::Number(Numeric::from_f64(value.ok_or_else(|| not_double("string"))?)?)
            }
            (Method::Double, _) => return Err(only("a string or numeric value")),
            (Method::KeyValue | Method::Datetime, _) => {
                return Err(Fault::Other(SqlError::internal("a method that is a step of its own")));
            }
        })
    }

    fn truth(&self, predicate: &Expr, scope: Scope<'_>) -> Result<Truth, Fault> {
        // Errors in operands make a predicate unknown.
        let operand = |expr: &Expr, unwrap: bool| {
            let found = if unwrap { self.unwrapped(expr, scope) } else { self.items(expr, scope) };
            match found {
                Ok(items) => Ok(Some(items)),
                Err(Fault::Structure(_)) => Ok(None),
                Err(other) => Err(other),
            }
        };
        Ok(match predicate {
            Expr::And(left, right) => match self.truth(left, scope)? {
                Truth::False => Truth::False,
                left => match self.truth(right, scope)? {
                    Truth::True => left,
                    right => right,
                },
            },
            Expr::Or(left, right) => match self.truth(left, scope)? {
                Truth::True => Truth::True,
                left => match self.truth(right, scope)? {
                    Truth::False => left,
                    right => right,
                },
            },
            Expr::Not(inner) => match self.truth(inner, scope)? {
                Truth::True => Truth::False,
                Truth::False => Truth::True,
                Truth::Unknown => Truth::Unknown,
            },
            Expr::IsUnknown(inner) => (self.truth(inner, scope)? == Truth::Unknown).into(),
            Expr::Exists(inner) => match operand(inner, false)? {
                None => Truth::Unknown,
                Some(items) => (!items.is_empty()).into(),
            },
            Expr::Compare(op, left, right) => {
                let (Some(left), Some(right)) = (operand(left, true)?, operand(right, true)?) else {
                    return Ok(Truth::Unknown);
                };
                self.any(left.iter().flat_map(|l| right.iter().map(move |r| self.compare(*op, l, r))))?
            }
            Expr::StartsWith(value, initial) => {
                let (Some(values), Some(initial)) = (operand(value, true)?, operand(initial, false)?) else {
                    return Ok(Truth::Unknown);
                };
                self.any(values.iter().flat_map(|v| {
                    initial.iter().map(move |i| match (v, i) {
                        (Item::Json(Json::String(v)), Item::Json(Json::String(i))) => {
                            Ok(v.starts_with(i.as_str()).into())
                        }
                        _ => Ok(Truth::Unknown),
                    })
                }))?
            }
            Expr::LikeRegex { value, pattern, flags } => {
                let Some(values) = operand(value, true)? else { return Ok(Truth::Unknown) };
                let regex = crate::pattern::regexp::compile(pattern, regex_flags(flags)?)?;
                self.any(values.iter().map(|v| match v {
                    Item::Json(Json::String(s)) => Ok(regex.is_match(s)?.into()),
                    _ => Ok(Truth::Unknown),
                }))?
            }
            _ => return Err(Fault::Other(SqlError::internal("an expression of items stands for a predicate"))),
        })
    }

    /// Whether any pair of operands is true. In strict mode one that cannot be compared makes all unknown.
    fn any(&self, pairs: impl Iterator<Item = Result<Truth, Fault>>) -> Result<Truth, Fault> {
        let (mut found, mut unknown) = (false, false);
        for truth in pairs {
            match truth? {
                Truth::True if !self.strict => return Ok(Truth::True),
                Truth::True => found = true,
                Truth::Unknown if self.strict => return Ok(Truth::Unknown),
                Truth::Unknown => unknown = true,
                Truth::False => {}
            }
        }
        Ok(match (found, unknown) {
            (true, _) => Truth::True,
            (false, true) => Truth::Unknown,
            (false, false) => Truth::False,
        })
    }

    fn compare(&self, op: Comparison, left: &Item, right: &Item) -> Result<Truth, Fault> {
        Ok(match (left, right) {
            (Item::Json(left), Item::Json(right)) => compare(op, left, right),
            (Item::Moment(left), Item::Moment(right)) => {
                left.compare(right, self.zone.as_ref())?.map_or(Truth::Unknown, |order| holds(op, order).into())
            }
            (Item::Json(Json::Null), _) | (_, Item::Json(Json::Null)) => (op == Comparison::NotEqual).into(),
            _ => Truth::Unknown,
        })
    }
}

fn not_double(kind: &str) -> Fault {
    let text = format!(
        "{kind} argument of jsonpath item method .double() is not a valid representation of a double precision number"
    );
    structure(SqlState::NonNumericSqlJsonItem, text)
}

fn compare(op: Comparison, left: &Json, right: &Json) -> Truth {
    use std::cmp::Ordering;
    let order = match (left, right) {
        (Json::Null, Json::Null) => Ordering::Equal,
        (Json::Bool(l), Json::Bool(r)) => l.cmp(r),
        (Json::Number(l), Json::Number(r)) => l.cmp_sql(r),
        (Json::String(l), Json::String(r)) => l.encode_utf16().cmp(r.encode_utf16()),
        // Null equals nothing else; other kinds are not comparable.
        (Json::Null, _) | (_, Json::Null) => return (op == Comparison::NotEqual).into(),
        _ => return Truth::Unknown,
    };
    holds(op, order).into()
}

fn holds(op: Comparison, order: std::cmp::Ordering) -> bool {
    match op {
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterOrEqual => order.is_ge(),
    }
}

/// XQuery's flags as ours: without `s` a point matches no line feed, with `m` lines begin and end everywhere.
fn regex_flags(flags: &str) -> SqlResult<Flags> {
    let has = |f: char| flags.contains(f);
    if has('x') && !has('q') {
        return Err(SqlError::unsupported("XQuery \"x\" flag (expanded regular expressions) is not implemented"));
    }
    let literal = has('q');
    Ok(Flags {
        ignore_case: has('i'),
        // A literal has neither points nor lines.
        stop_at_newline: !literal && !has('s'),
        lines: !literal && has('m'),
        literal,
        ..Flags::default()
    })
}
