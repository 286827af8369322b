//! Stored expressions as PostgreSQL shows them (`pg_get_expr`, `\d`): the text is bound again and written
//! from its bound form, with the casts that binding put in. Only for show: what is run is the stored text.
//! What has no form here is shown as it is stored.

use gavel_binder::bound::{ColumnId, Scalar, ScalarKind};
use gavel_binder::{BindContext, TableExpr, bind_default_ast, bind_table_expr_ast, parse};
use gavel_catalog::Table;
use gavel_functions::registry::{self, CastContext, CastMethod, Proc};
use gavel_types::text_io::{self, TextStyle, type_name, type_name_with_typmod};
use gavel_types::{Datum, Oid, PgType};
use sqlparser::ast::{self, Expr};

use super::resolver::style_over;
use super::{SystemContext, definition};
use crate::ddl::names::quote;

/// Writes scalars over the columns of a table.
struct Writer<'a> {
    context: &'a SystemContext<'a>,
    style: &'a TextStyle,
    columns: Vec<(String, ColumnId)>,
    /// Fewer parentheses and casts set off less, as psql asks for.
    pretty: bool,
}

fn bind_context<'a>(context: &SystemContext<'a>, style: &'a TextStyle) -> BindContext<'a> {
    BindContext { catalog: context.catalog, search_path: context.search_path, user: "", subject: None, style }
}

/// An expression over the columns of `table`; `None` if it cannot be shown from its bound form.
pub fn over_table(context: &SystemContext<'_>, table: &Table, sql: &str, pretty: bool) -> Option<String> {
    let style = style_over(context.catalog);
    let expr = parse::parse_expression(sql).ok()?;
    let bind = bind_context(context, &style);
    let (scalar, mentioned) = bind_table_expr_ast(&bind, &expr, sql, table, TableExpr::Stored).ok()?;
    let name = |n: i16| table.column(n).map(|c| quote(&c.name));
    let columns = mentioned.iter().filter_map(|(n, id)| Some((name(*n)?, *id))).collect();
    let shown = Writer { context, style: &style, columns, pretty }.write(&scalar);
    shown.map(|text| context.with_type_names(text))
}

/// A check of a domain over `base`.
pub fn over_value(context: &SystemContext<'_>, base: PgType, sql: &str, pretty: bool) -> Option<String> {
    let style = style_over(context.catalog);
    let expr = parse::parse_expression(sql).ok()?;
    let table = crate::ddl::value_table(base);
    let bind = bind_context(context, &style);
    let (scalar, mentioned) = bind_table_expr_ast(&bind, &expr, sql, &table, TableExpr::Stored).ok()?;
    let columns = mentioned.iter().map(|(_, id)| ("VALUE".to_owned(), *id)).collect();
    let shown = Writer { context, style: &style, columns, pretty }.write(&scalar);
    shown.map(|text| context.with_type_names(text))
}

/// The default of a column of type `ty`.
pub fn default(context: &SystemContext<'_>, sql: &str, ty: PgType, pretty: bool) -> Option<String> {
    let style = style_over(context.catalog);
    let expr = parse::parse_expression(sql).ok()?;
    let scalar = bind_default_ast(&bind_context(context, &style), &expr, sql, ty, "").ok()?;
    let writer = Writer { context, style: &style, columns: Vec::new(), pretty };
    if let Some(number) = plain_number(&expr) {
        return Some(writer.number(&number, PgType::new(literal_type(&number))));
    }
    // What the assignment itself casts is not shown; a cast that was written is.
    let cast = is_cast(&expr);
    let value = if cast { &scalar } else { without_assignment(&scalar, ty) };
    let text = writer.write(value)?;
    let set_off = pretty && !std::ptr::eq(value, &scalar) && !is_simple(value);
    Some(context.with_type_names(if set_off { format!("({text})") } else { text }))
}

/// The text of a number that stands alone, its sign before it.
fn plain_number(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Value(v) => match &v.value {
            ast::Value::Number(text, _) if text.bytes().all(|b| b.is_ascii_digit() || b == b'.') => Some(text.clone()),
            _ => None,
        },
        Expr::Nested(inner) => plain_number(inner),
        Expr::UnaryOp { op: ast::UnaryOperator::Minus, expr } => match plain_number(expr)? {
            text if text.starts_with('-') => None,
            text => Some(format!("-{text}")),
        },
        _ => None,
    }
}

fn is_cast(expr: &Expr) -> bool {
    match expr {
        Expr::Nested(inner) => is_cast(inner),
        _ => matches!(expr, Expr::Cast { .. }),
    }
}

/// The type that PostgreSQL gives a number of this text.
fn literal_type(text: &str) -> Oid {
    if text.parse::<i32>().is_ok() {
        Oid::INT4
    } else if text.parse::<i64>().is_ok() {
        Oid::INT8
    } else {
        Oid::NUMERIC
    }
}

/// The value before the length coercion and the cast that an assignment adds.
fn without_assignment(scalar: &Scalar, ty: PgType) -> &Scalar {
    let value = match &scalar.kind {
        ScalarKind::Call { function, args } if is_length_cast(*function, ty.oid) => args.first().unwrap_or(scalar),
        _ => scalar,
    };
    let assigns = |function: Oid, from: Oid| {
        registry::cast(from, ty.oid)
            .is_some_and(|c| c.method == CastMethod::Function(function) && c.context != CastContext::Explicit)
    };
    match &value.kind {
        ScalarKind::Relabel { input } | ScalarKind::CoerceViaIo { input } => input,
        ScalarKind::Call { function, args } => match args.as_slice() {
            [argument] if assigns(*function, argument.ty.oid) => argument,
            _ => value,
        },
        _ => value,
    }
}

/// Whether a function only applies a type's modifier.
fn is_length_cast(function: Oid, ty: Oid) -> bool {
    registry::cast(ty, ty).is_some_and(|c| c.method == CastMethod::Function(function))
}

/// Whether what is written must be set off to be an operand.
fn is_simple(scalar: &Scalar) -> bool {
    match &scalar.kind {
        ScalarKind::Call { function, args } => {
            operator_of(*function, args).is_none()
                || matches!(args.as_slice(), [a] if cast_target(*function, a).is_some())
        }
        ScalarKind::And(_)
        | ScalarKind::Or(_)
        | ScalarKind::Not(_)
        | ScalarKind::IsNull { .. }
        | ScalarKind::IsBool { .. }
        | ScalarKind::IsDistinct { .. }
        | ScalarKind::InList { .. }
        | ScalarKind::AnyArray { .. } => false,
        _ => true,
    }
}

/// The operator that calls `function` with these arguments.
fn operator_of(function: Oid, args: &[Scalar]) -> Option<&'static registry::Operator> {
    let (left, right) = match args {
        [right] => (Oid(0), right),
        [left, right] => (left.ty.oid, right),
        _ => return None,
    };
    let found = |o: &&registry::Operator| o.proc == function && (o.left.0 == 0) == (left.0 == 0);
    let exact = |o: &&registry::Operator| o.left == left && o.right == right.ty.oid;
    let mut all = registry::operators().iter().filter(found);
    let first = all.next()?;
    Some(std::iter::once(first).chain(all).find(exact).unwrap_or(first))
}

/// The type that a function of one argument casts it to, if it is a cast's function.
fn cast_target(function: Oid, argument: &Scalar) -> Option<Oid> {
    let proc = registry::proc(function)?;
    let cast = registry::cast(argument.ty.oid, proc.ret)?;
    (cast.method == CastMethod::Function(function)).then_some(proc.ret)
}

impl Writer<'_> {
    fn write(&self, s: &Scalar) -> Option<String> {
        Some(match &s.kind {
            ScalarKind::Const(value) => self.constant(value, s.ty),
            ScalarKind::Column(id) => self.columns.iter().find(|c| c.1 == *id)?.0.clone(),
            ScalarKind::Call { function, args } => self.call(*function, args, s.ty)?,
            ScalarKind::Relabel { input } | ScalarKind::CoerceViaIo { input } => self.cast(input, s.ty)?,
            ScalarKind::DomainCheck { input, domain, .. } => self.cast(input, PgType::new(domain.oid))?,
            ScalarKind::And(items) => self.joined(items, " AND ", |i| matches!(i.kind, ScalarKind::Or(_)))?,
            ScalarKind::Or(items) => self.joined(items, " OR ", |_| false)?,
            ScalarKind::Not(inner) => self.outer(format!("NOT {}", self.operand(inner)?)),
            ScalarKind::IsNull { input, negated } => {
                let not = if *negated { "NOT " } else { "" };
                self.outer(format!("{} IS {not}NULL", self.operand(input)?))
            }
            ScalarKind::IsBool { input, value, negated } => {
                let not = if *negated { "NOT " } else { "" };
                let word = match value {
                    Some(true) => "TRUE",
                    Some(false) => "FALSE",
                    None => "UNKNOWN",
                };
                self.outer(format!("{} IS {not}{word}", self.operand(input)?))
            }
            ScalarKind::InList { function, left, items, all } => {
                let first = items.first()?;
                let pair = [Scalar::clone(left), first.clone()];
                let operator = operator_of(*function, &pair)?.name;
                let list: Option<Vec<String>> = items.iter().map(|i| self.write(i)).collect();
                let word = if *all { "ALL" } else { "ANY" };
                self.outer(format!("{} {operator} {word} (ARRAY[{}])", self.operand(left)?, list?.join(", ")))
            }
            ScalarKind::Case { arms, otherwise } => {
                let mut out = "CASE".to_owned();
                for (when, then) in arms {
                    out.push_str(&format!(" WHEN {} THEN {}", self.write(when)?, self.write(then)?));
                }
                format!("{out} ELSE {} END", self.write(otherwise)?)
            }
            ScalarKind::Coalesce(items) => format!("COALESCE({})", self.list(items)?),
            ScalarKind::MinMax { greatest, args } => {
                format!("{}({})", if *greatest { "GREATEST" } else { "LEAST" }, self.list(args)?)
            }
            ScalarKind::Array { items } => format!("ARRAY[{}]", self.list(items)?),
            ScalarKind::NextVal { sequence, .. } => {
                let name = definition::relation(self.context, *sequence).replace('\'', "''");
                format!("nextval('{name}'::regclass)")
            }
            _ => return None,
        })
    }

    fn list(&self, items: &[Scalar]) -> Option<String> {
        Some(items.iter().map(|i| self.write(i)).collect::<Option<Vec<_>>>()?.join(", "))
    }

    /// In parentheses, unless only the necessary ones are wanted.
    fn outer(&self, text: String) -> String {
        if self.pretty { text } else { format!("({text})") }
    }

    /// An operand of an operator: in parentheses if it is one itself.
    fn operand(&self, s: &Scalar) -> Option<String> {
        let text = self.write(s)?;
        Some(if self.pretty && !is_simple(s) { format!("({text})") } else { text })
    }

    fn joined(&self, items: &[Scalar], word: &str, set_off: impl Fn(&Scalar) -> bool) -> Option<String> {
        let write = |i: &Scalar| {
            let text = self.write(i)?;
            Some(if self.pretty && set_off(i) { format!("({text})") } else { text })
        };
        Some(self.outer(items.iter().map(write).collect::<Option<Vec<_>>>()?.join(word)))
    }

    fn cast(&self, input: &Scalar, ty: PgType) -> Option<String> {
        let target = type_name_with_typmod(ty);
        let text = self.write(input)?;
        let bare = is_simple(input) && self.pretty;
        Some(if bare { format!("{text}::{target}") } else { format!("({})::{target}", strip(&text)) })
    }

    fn call(&self, function: Oid, args: &[Scalar], ty: PgType) -> Option<String> {
        let proc = registry::proc(function)?;
        if let Some(first) = args.first() {
            let own = PgType::new(proc.ret);
            if is_length_cast(function, ty.oid) && first.ty.oid == ty.oid {
                return self.cast(first, ty);
            }
            if args.len() == 1 && cast_target(function, first).is_some() {
                return self.cast(first, own);
            }
        }
        match (operator_of(function, args), args) {
            (Some(o), [right]) => Some(self.outer(format!("{} {}", o.name, self.operand(right)?))),
            (Some(o), [left, right]) => {
                let (a, b) = (self.operand_of(o.name, left, true)?, self.operand_of(o.name, right, false)?);
                Some(self.outer(format!("{a} {} {b}", o.name)))
            }
            _ => self.plain_call(proc, args),
        }
    }

    /// An operand of an arithmetic operator needs no parentheses if it binds more tightly.
    fn operand_of(&self, parent: &str, s: &Scalar, left: bool) -> Option<String> {
        let level = |name: &str| match name {
            "*" | "/" | "%" => 2,
            "+" | "-" => 1,
            _ => 0,
        };
        if let ScalarKind::Call { function, args } = &s.kind
            && let Some(child) = operator_of(*function, args).filter(|_| args.len() == 2)
        {
            let (above, below) = (level(parent), level(child.name));
            if above > 0 && (below > above || left && below == above) {
                return self.write(s);
            }
        }
        self.operand(s)
    }

    fn plain_call(&self, proc: &Proc, args: &[Scalar]) -> Option<String> {
        let special = match (proc.name, args.is_empty()) {
            ("current_user" | "session_user" | "current_catalog", true) => Some(proc.name.to_uppercase()),
            _ => None,
        };
        Some(match special {
            Some(word) => word,
            None => format!("{}({})", quote(proc.name), self.list(args)?),
        })
    }

    /// A number of type `ty`. Binding has turned the literal into a value of the type that was asked for; here it
    /// is a literal of its own type again, and a cast where the two differ.
    fn number(&self, text: &str, ty: PgType) -> String {
        let own = literal_type(text);
        let literal = match (own, text.starts_with('-')) {
            (Oid::INT4 | Oid::NUMERIC, false) => text.to_owned(),
            _ => format!("'{text}'::{}", type_name(own)),
        };
        match (own == ty.oid, self.pretty) {
            (true, _) => literal,
            (false, true) => format!("{literal}::{}", type_name(ty.oid)),
            (false, false) => format!("({literal})::{}", type_name(ty.oid)),
        }
    }

    fn constant(&self, value: &Datum, ty: PgType) -> String {
        let mut text = String::new();
        if value.is_null() {
            return format!("NULL::{}", type_name(ty.oid));
        }
        text_io::write(value, ty, self.style, &mut text);
        match value {
            Datum::Bool(b) => b.to_string(),
            Datum::Int2(_)
            | Datum::Int4(_)
            | Datum::Int8(_)
            | Datum::Numeric(_)
            | Datum::Float4(_)
            | Datum::Float8(_)
                if is_decimal(&text) =>
            {
                self.number(&text, ty)
            }
            _ => format!("'{}'::{}", text.replace('\'', "''"), type_name(ty.oid)),
        }
    }
}

/// Whether the text is digits with a sign and a point at most: no NaN, no exponent.
fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit()) && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

/// Without one pair of parentheses around the whole.
fn strip(text: &str) -> &str {
    definition::bare(text)
}
