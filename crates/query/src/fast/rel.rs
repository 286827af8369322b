//! Relations that need no plan: constant rows, and the row of a table with a given key, through filters
//! and projections. What a point SELECT, an INSERT of values, and an UPDATE or DELETE by key are made of.
//!
//! ```text
//!   Project [ id, balance + $1 ]                 Project  slots of its input → values
//!     Filter [ id = $2 ]            ═══►           Point   key [ $2 ], rest of the condition, columns
//!       Scan accounts (id, balance)
//! ```
//! Anything else does not compile, and takes the planner's way: the answer is the same.

use bytes::Bytes;
use gavel_binder::bound::{ColumnId, Rel, Scalar, ScalarKind, Source};
use gavel_catalog::{IndexKey, Table};
use gavel_encoding::row::RowView;
use gavel_encoding::{KeyBuilder, KeyOrder, ObjectId, TenantId};
use gavel_functions::call::EvalContext;
use gavel_functions::registry::{self, Volatility};
use gavel_functions::textsearch;
use gavel_txn::ReadView;
use gavel_types::text_io::{self, TextStyle};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};

use crate::dml::foreign::coerce;
use crate::fast::expr::{RowContext, RowExpr};
use crate::lower::equality::key_type;

/// A compiled relation.
#[derive(Debug)]
pub struct FastRel {
    node: Node,
    columns: Vec<ColumnId>,
}

#[derive(Debug)]
enum Node {
    Values(Vec<Exprs>),
    Point(Point),
    Filter(Box<FastRel>, RowExpr),
    Project(Box<FastRel>, Exprs),
}

/// What makes one row of another. What depends on nothing but that comes first, as PostgreSQL knows it while planning:
/// a row that cannot be made takes no values of sequences.
#[derive(Debug)]
struct Exprs {
    all: Vec<RowExpr>,
    /// Which of them come first; empty if the order is all the same.
    settled: Vec<bool>,
}

impl Exprs {
    /// `constant`: the columns are of rows that are written out.
    fn compile(scalars: &[&Scalar], columns: &[ColumnId], constant: bool, session: bool) -> Option<Self> {
        let all = scalars.iter().map(|s| expr(s, columns, session)).collect::<Option<Vec<_>>>()?;
        let mut settled: Vec<bool> = scalars.iter().map(|s| is_settled(s, constant)).collect();
        if settled.iter().all(|first| *first) || !settled.contains(&true) {
            settled.clear();
        }
        Some(Self { all, settled })
    }

    fn eval(&self, cx: &RowContext<'_>) -> SqlResult<Vec<Datum>> {
        if self.settled.is_empty() {
            return self.all.iter().map(|e| e.eval(cx)).collect();
        }
        let mut out = vec![Datum::Null; self.all.len()];
        for first in [true, false] {
            for ((value, e), settled) in out.iter_mut().zip(&self.all).zip(&self.settled) {
                if *settled == first {
                    *value = e.eval(cx)?;
                }
            }
        }
        Ok(out)
    }
}

/// The row with a key.
#[derive(Debug)]
struct Point {
    object: ObjectId,
    key: PointKey,
    /// Columns to decode: stored id, type, value in rows that are older.
    columns: Vec<(u32, PgType, Datum)>,
    /// Puts the row's key behind the columns.
    with_key: bool,
    rest: Vec<RowExpr>,
}

#[derive(Debug)]
enum PointKey {
    /// For each key column its type, its order, and the value.
    Columns(Vec<(PgType, KeyOrder, RowExpr)>),
    /// The key itself, as a cursor knows it.
    Row(RowExpr),
}

impl FastRel {
    /// Compiles `rel` so that its rows have the columns of `wanted`, in order. Without `session` it is
    /// evaluated where functions reach none, and what needs one does not compile.
    pub fn compile(rel: &Rel, wanted: &[(ColumnId, PgType)], session: bool) -> Option<Self> {
        let inner = compile(rel, session)?;
        if inner.columns.iter().copied().eq(wanted.iter().map(|w| w.0)) {
            return Some(inner);
        }
        let slots: Vec<Scalar> =
            wanted.iter().map(|(id, ty)| Scalar { kind: ScalarKind::Column(*id), ty: *ty }).collect();
        let exprs = Exprs::compile(&slots.iter().collect::<Vec<_>>(), &inner.columns, true, session)?;
        Some(Self { columns: wanted.iter().map(|w| w.0).collect(), node: Node::Project(Box::new(inner), exprs) })
    }

    /// Whether it is made of values alone.
    pub fn reads_nothing(&self) -> bool {
        let mut node = &self.node;
        while let Node::Filter(input, _) | Node::Project(input, _) = node {
            node = &input.node;
        }
        matches!(node, Node::Values(_))
    }

    /// Its rows, if it [`Self::reads_nothing`].
    ///
    /// # Errors
    /// What the expressions raise.
    pub fn rows_now(&self, eval: &EvalContext, params: &[Datum]) -> SqlResult<Vec<Vec<Datum>>> {
        match &self.node {
            Node::Values(rows) => {
                let cx = RowContext { eval, row: &[], params };
                rows.iter().map(|row| row.eval(&cx)).collect()
            }
            Node::Filter(input, predicate) => {
                let mut kept = Vec::new();
                for row in input.rows_now(eval, params)? {
                    if predicate.is_true(&RowContext { eval, row: &row, params })? {
                        kept.push(row);
                    }
                }
                Ok(kept)
            }
            Node::Project(input, exprs) => {
                let rows = input.rows_now(eval, params)?;
                let one = |row: &Vec<Datum>| {
                    let cx = RowContext { eval, row, params };
                    exprs.eval(&cx)
                };
                rows.iter().map(one).collect()
            }
            Node::Point(_) => Err(SqlError::internal("a table is read without a transaction")),
        }
    }

    /// Its rows.
    ///
    /// # Errors
    /// What reading and the expressions raise.
    pub async fn rows(
        &self,
        tenant: TenantId,
        view: &ReadView,
        eval: &EvalContext,
        params: &[Datum],
    ) -> SqlResult<Vec<Vec<Datum>>> {
        // From the top down to the one leaf, then back up.
        let mut above = Vec::new();
        let mut node = &self.node;
        while let Node::Filter(input, _) | Node::Project(input, _) = node {
            above.push(node);
            node = &input.node;
        }
        let mut rows = match node {
            Node::Values(rows) => {
                let cx = RowContext { eval, row: &[], params };
                rows.iter().map(|row| row.eval(&cx)).collect::<SqlResult<Vec<_>>>()?
            }
            Node::Point(point) => point.read(tenant, view, eval, params).await?,
            Node::Filter(..) | Node::Project(..) => Vec::new(),
        };
        for node in above.into_iter().rev() {
            match node {
                Node::Filter(_, predicate) => {
                    let mut kept = Vec::with_capacity(rows.len());
                    for row in rows {
                        if predicate.is_true(&RowContext { eval, row: &row, params })? {
                            kept.push(row);
                        }
                    }
                    rows = kept;
                }
                Node::Project(_, exprs) => {
                    for row in &mut rows {
                        let cx = RowContext { eval, row, params };
                        *row = exprs.eval(&cx)?;
                    }
                }
                Node::Values(_) | Node::Point(_) => {}
            }
        }
        Ok(rows)
    }
}

impl Point {
    async fn read(
        &self,
        tenant: TenantId,
        view: &ReadView,
        eval: &EvalContext,
        params: &[Datum],
    ) -> SqlResult<Vec<Vec<Datum>>> {
        let cx = RowContext { eval, row: &[], params };
        let key: Bytes = match &self.key {
            PointKey::Row(key) => match key.eval(&cx)? {
                Datum::Bytea(key) => key,
                _ => return Ok(Vec::new()),
            },
            PointKey::Columns(columns) => {
                let mut key = KeyBuilder::new(tenant, self.object);
                for (ty, order, expr) in columns {
                    let value = expr.eval(&cx)?;
                    // A value that the column's type cannot hold equals no row's.
                    match coerce(&value, expr.ty(), *ty, eval) {
                        Some(value) if !value.is_null() => {
                            key.push(&value, *ty, *order);
                        }
                        _ => return Ok(Vec::new()),
                    }
                }
                key.finish()
            }
        };
        let Some(value) = view.get(std::slice::from_ref(&key)).await?.pop().flatten() else {
            return Ok(Vec::new());
        };
        let damaged = |e: gavel_encoding::Error| {
            SqlError::new(SqlState::DataCorrupted, format!("stored row does not decode: {e}"))
        };
        let stored = RowView::parse(&value).map_err(damaged)?;
        let mut row = Vec::with_capacity(self.columns.len() + 1);
        for (id, ty, missing) in &self.columns {
            row.push(stored.datum(*id, *ty, missing).map_err(damaged)?);
        }
        if self.with_key {
            row.push(Datum::Bytea(key));
        }
        let cx = RowContext { eval, row: &row, params };
        for condition in &self.rest {
            if !condition.is_true(&cx)? {
                return Ok(Vec::new());
            }
        }
        Ok(vec![row])
    }
}

fn compile(rel: &Rel, session: bool) -> Option<FastRel> {
    match rel {
        Rel::Values { rows, columns } => {
            let rows = rows
                .iter()
                .map(|row| Exprs::compile(&row.iter().collect::<Vec<_>>(), &[], true, session))
                .collect::<Option<Vec<_>>>()?;
            Some(FastRel { node: Node::Values(rows), columns: columns.iter().map(|c| c.0).collect() })
        }
        Rel::Project { input, exprs } => {
            let input = compile(input, session)?;
            let scalars: Vec<&Scalar> = exprs.iter().map(|e| &e.1).collect();
            let constant = matches!(input.node, Node::Values(_));
            let compiled = Exprs::compile(&scalars, &input.columns, constant, session)?;
            let columns = exprs.iter().map(|e| e.0).collect();
            Some(FastRel { node: Node::Project(Box::new(input), compiled), columns })
        }
        Rel::Filter { input, predicate } => match &**input {
            Rel::Scan { source: Source::Table(table), columns, row_key } => {
                point(table, columns, *row_key, predicate, session)
            }
            input => {
                let input = compile(input, session)?;
                let predicate = expr(predicate, &input.columns, session)?;
                let columns = input.columns.clone();
                Some(FastRel { node: Node::Filter(Box::new(input), predicate), columns })
            }
        },
        _ => None,
    }
}

/// Compiles a scalar that needs no plan.
fn expr(scalar: &Scalar, columns: &[ColumnId], session: bool) -> Option<RowExpr> {
    if !session && needs_session(scalar) {
        return None;
    }
    RowExpr::compile(scalar, &|id| columns.iter().position(|c| *c == id))
}

fn needs_session(scalar: &Scalar) -> bool {
    let mut needs = false;
    visit(scalar, &mut |s| match &s.kind {
        ScalarKind::Call { function, .. } => {
            let known = gavel_functions::call::is_implemented(*function);
            let stable = registry::proc(*function)
                .is_some_and(|p| p.volatility != Volatility::Volatile && !p.retset && !textsearch::asks_session(p));
            needs |= !(known && stable);
        }
        ScalarKind::NextVal { .. } => needs = true,
        // Names of objects are read and written with the catalog.
        ScalarKind::CoerceViaIo { input } => {
            needs |= is_name_like(s.ty.oid) || is_name_like(input.ty.oid);
        }
        _ => {}
    });
    needs
}

/// Whether immutable functions of constants give a value; columns count as such if they are `constant`.
fn is_settled(scalar: &Scalar, constant: bool) -> bool {
    let mut settled = true;
    visit(scalar, &mut |s| {
        settled &= match &s.kind {
            ScalarKind::Call { function, .. } => {
                registry::proc(*function).is_some_and(|p| p.volatility == Volatility::Immutable)
            }
            ScalarKind::Column(_) => constant,
            ScalarKind::Const(_)
            | ScalarKind::Param(_)
            | ScalarKind::Relabel { .. }
            | ScalarKind::Coalesce(_)
            | ScalarKind::Array { .. }
            | ScalarKind::Row(_) => true,
            _ => false,
        };
    });
    settled
}

fn is_name_like(oid: Oid) -> bool {
    matches!(
        oid,
        Oid::REGCLASS
            | Oid::REGTYPE
            | Oid::REGPROC
            | Oid::REGPROCEDURE
            | Oid::REGNAMESPACE
            | Oid::REGROLE
            | Oid::REGOPER
            | Oid::REGOPERATOR
            | Oid::REGCOLLATION
            | Oid::REGCONFIG
            | Oid::REGDICTIONARY
    )
}

fn visit(scalar: &Scalar, f: &mut dyn FnMut(&Scalar)) {
    f(scalar);
    match &scalar.kind {
        ScalarKind::Call { args, .. }
        | ScalarKind::And(args)
        | ScalarKind::Or(args)
        | ScalarKind::Coalesce(args)
        | ScalarKind::MinMax { args, .. }
        | ScalarKind::Array { items: args }
        | ScalarKind::Row(args) => args.iter().for_each(|a| visit(a, f)),
        ScalarKind::CoerceViaIo { input }
        | ScalarKind::Relabel { input }
        | ScalarKind::Not(input)
        | ScalarKind::IsNull { input, .. }
        | ScalarKind::IsBool { input, .. }
        | ScalarKind::Field { input, .. }
        | ScalarKind::FieldCount { input, .. }
        | ScalarKind::Form { input, .. } => visit(input, f),
        ScalarKind::IsDistinct { left, right, .. } => {
            visit(left, f);
            visit(right, f);
        }
        ScalarKind::Case { arms, otherwise } => {
            for (condition, value) in arms {
                visit(condition, f);
                visit(value, f);
            }
            visit(otherwise, f);
        }
        ScalarKind::InList { left, items, .. } => {
            visit(left, f);
            items.iter().for_each(|a| visit(a, f));
        }
        ScalarKind::AnyArray { left, array, .. } => {
            visit(left, f);
            visit(array, f);
        }
        ScalarKind::RowCompare { pairs, .. } => {
            for pair in pairs {
                visit(&pair.left, f);
                visit(&pair.right, f);
            }
        }
        // Leaves, and what does not compile anyway.
        _ => {}
    }
}

fn point(
    table: &Table,
    columns: &[(i16, ColumnId)],
    row_key: Option<ColumnId>,
    predicate: &Scalar,
    session: bool,
) -> Option<FastRel> {
    let conditions: &[Scalar] = match &predicate.kind {
        ScalarKind::And(conditions) => conditions,
        _ => std::slice::from_ref(predicate),
    };
    let mut used = vec![false; conditions.len()];
    let known = row_key.and_then(|id| conditions.iter().position(|c| is_row(c, id)));
    let key = match known.and_then(|at| Some((at, row_value(&conditions[at])?))) {
        Some((at, value)) => {
            used[at] = true;
            PointKey::Row(expr(value, &[], session)?)
        }
        None => PointKey::Columns(primary_key(table, columns, conditions, &mut used, session)?),
    };
    let mut ids: Vec<ColumnId> = columns.iter().map(|c| c.1).collect();
    let mut decoded = Vec::with_capacity(columns.len());
    for (number, _) in columns {
        let column = table.column(*number)?;
        let missing = match &column.missing {
            Some(text) => text_io::parse(text, column.ty, &TextStyle::default()).ok()?,
            None => Datum::Null,
        };
        decoded.push((u32::from(*number as u16), column.ty, missing));
    }
    ids.extend(row_key);
    let rest = conditions
        .iter()
        .zip(&used)
        .filter(|(_, used)| !**used)
        .map(|(c, _)| expr(c, &ids, session))
        .collect::<Option<Vec<_>>>()?;
    let object = ObjectId(table.storage.0);
    let point = Point { object, key, columns: decoded, with_key: row_key.is_some(), rest };
    Some(FastRel { node: Node::Point(point), columns: ids })
}

/// What the conditions say that each column of the primary key equals; they are then `used`.
fn primary_key(
    table: &Table,
    columns: &[(i16, ColumnId)],
    conditions: &[Scalar],
    used: &mut [bool],
    session: bool,
) -> Option<Vec<(PgType, KeyOrder, RowExpr)>> {
    let primary = table.row_key()?;
    let mut key = Vec::with_capacity(primary.keys.len());
    for (part, desc, nulls_first) in &primary.keys {
        let IndexKey::Column(number) = part else { return None };
        let id = columns.iter().find(|(n, _)| n == number)?.1;
        let ty = table.column(*number)?.ty;
        let found = conditions.iter().enumerate().find_map(|(i, c)| Some((i, equal_to(c, id, ty)?)));
        let (at, value) = found?;
        used[at] = true;
        key.push((ty, KeyOrder { desc: *desc, nulls_first: *nulls_first }, expr(value, &[], session)?));
    }
    Some(key)
}

/// Whether `condition` says what the row's key, which is column `id`, equals: that of WHERE CURRENT OF.
fn is_row(condition: &Scalar, id: ColumnId) -> bool {
    let ScalarKind::Call { args, .. } = &condition.kind else { return false };
    matches!(args.first().map(|a| &a.kind), Some(ScalarKind::Column(column)) if *column == id)
        && row_value(condition).is_some()
}

fn row_value(condition: &Scalar) -> Option<&Scalar> {
    let ScalarKind::Call { args, .. } = &condition.kind else { return None };
    args.get(1).filter(|value| args.len() == 2 && matches!(value.kind, ScalarKind::Param(_)))
}

/// The value that `condition` says column `id`, of type `ty`, equals.
fn equal_to(condition: &Scalar, id: ColumnId, ty: PgType) -> Option<&Scalar> {
    let ScalarKind::Call { function, args } = &condition.kind else { return None };
    let [left, right] = args.as_slice() else { return None };
    let kind = key_type(*function, left.ty, right.ty)?;
    let integer = |oid| matches!(oid, Oid::INT2 | Oid::INT4 | Oid::INT8);
    let text = |oid| matches!(oid, Oid::TEXT | Oid::VARCHAR);
    // The key holds the column's own type, so the comparison must be one that its key order means.
    let fits = kind.oid == ty.oid || (integer(kind.oid) && integer(ty.oid)) || (text(kind.oid) && text(ty.oid));
    if !fits || matches!(ty.oid, Oid::FLOAT4 | Oid::FLOAT8) {
        return None;
    }
    let is_column = |s: &Scalar| match &s.kind {
        ScalarKind::Column(c) => *c == id,
        ScalarKind::Relabel { input } => {
            matches!(input.kind, ScalarKind::Column(c) if c == id) && text(s.ty.oid) && text(input.ty.oid)
        }
        _ => false,
    };
    let mentions = |s: &Scalar| {
        let mut any = false;
        visit(s, &mut |s| any |= matches!(s.kind, ScalarKind::Column(_)));
        any
    };
    if is_column(left) && !mentions(right) {
        Some(right)
    } else if is_column(right) && !mentions(left) {
        Some(left)
    } else {
        None
    }
}
