//! A [`ScanProgram`], checked and turned into physical expressions.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BinaryBuilder, RecordBatch, RecordBatchOptions};
use arrow::compute::filter;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use bytes::Bytes;
use datafusion_common::ScalarValue;
use datafusion_physical_expr::PhysicalExpr;
use datafusion_physical_expr::expressions::{Column, IsNullExpr, Literal, NotExpr};
use gavel_api::scan::{PROGRAM_VERSION, ScanExpr, ScanFold, ScanProgram};
use gavel_encoding::RowView;
use gavel_functions::physical::scalar_to_array;
use gavel_functions::registry::{self, ProcKind, Volatility};
use gavel_functions::{EvalContext, call, physical_type};
use gavel_types::{Datum, Oid, PgType};

use crate::aggregate::GroupsPlan;
use crate::call::{RegistryCall, from_datafusion};
use crate::decode::{ColumnDecoder, damaged};
use crate::logic::{Logic, booleans};
use crate::member::{Member, is_equality};
use crate::top::TopPlan;
use crate::{Error, Result};

/// Deeper expressions are left to the query node.
const MAX_DEPTH: usize = 100;
/// Larger programs are left to the query node.
const MAX_NODES: usize = 100_000;

/// Rows that a program runs over.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// How many there are.
    pub count: usize,
    /// Encoded rows, in order; may be empty if the program [`Compiled::reads_rows`] not.
    pub rows: &'a [&'a [u8]],
    /// Their keys; may be empty unless the program asks for them.
    pub keys: &'a [&'a [u8]],
}

/// A program ready to run, any number of times and on any thread.
#[derive(Clone, Debug)]
pub struct Compiled {
    program: Arc<ScanProgram>,
    decoders: Vec<ColumnDecoder>,
    filter: Option<Expressions>,
    /// Columns that [`Compiled::eval`] answers: the program's output, or what its fold reads.
    output: Vec<usize>,
    schema: SchemaRef,
    pub(crate) fold: Option<Fold>,
}

/// A compiled fold.
#[derive(Clone, Debug)]
pub(crate) enum Fold {
    Top(Arc<TopPlan>),
    Groups(Arc<GroupsPlan>),
}

/// Some expressions and the columns that they read.
#[derive(Clone, Debug)]
pub(crate) struct Expressions {
    /// Columns of the program, in the order of the input.
    pub columns: Vec<usize>,
    input: SchemaRef,
    pub exprs: Vec<(Arc<dyn PhysicalExpr>, PgType)>,
}

impl Compiled {
    /// Checks and compiles `program`.
    ///
    /// # Errors
    /// [`Error::Unsupported`] names what this build cannot run.
    pub fn new(program: Arc<ScanProgram>) -> Result<Self> {
        if program.version > PROGRAM_VERSION {
            return Err(Error::Unsupported(format!("program version {}", program.version)));
        }
        let decoders = program.columns.iter().map(ColumnDecoder::new).collect::<Result<Vec<_>>>()?;
        let filter = program.filter.as_ref().map(|f| filter_of(&program, f)).transpose()?;
        let (fold, output) = match &program.fold {
            None => (None, program.output.clone()),
            Some(ScanFold::Top(order)) => {
                (Some(Fold::Top(Arc::new(TopPlan::new(&program, order)?))), program.output.clone())
            }
            Some(ScanFold::Aggregate(aggregate)) => {
                let plan = GroupsPlan::new(&program, aggregate)?;
                let columns = plan.columns().to_vec();
                (Some(Fold::Groups(Arc::new(plan))), columns)
            }
        };
        let mut fields = Vec::with_capacity(output.len() + 1);
        if program.with_key {
            fields.push(Field::new("#key", DataType::Binary, false));
        }
        for index in &output {
            fields.push(field(&program, *index)?);
        }
        let schema = Arc::new(Schema::new(fields));
        Ok(Self { program, decoders, filter, output, schema, fold })
    }

    /// Schema of [`Compiled::eval`]: `#key` if asked for, then a nullable column `c<id>` for each
    /// output.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Whether the program looks into rows; otherwise it only counts them.
    pub fn reads_rows(&self) -> bool {
        self.filter.is_some() || !self.output.is_empty()
    }

    /// Whether the program asks for the keys of rows.
    pub fn reads_keys(&self) -> bool {
        self.program.with_key
    }

    /// Rows that the program wants in all, or that its top keeps; [`Compiled::eval`] does not count.
    pub(crate) fn limit(&self) -> Option<u64> {
        self.program.limit
    }

    pub(crate) fn filters(&self) -> bool {
        self.filter.is_some()
    }

    /// Runs filter and projection over some rows, in their order; [`Run`] does the rest.
    ///
    /// # Errors
    /// [`Error::Evaluation`] where the filter fails for a row, [`Error::Failed`] for damaged rows.
    pub fn eval(&self, input: &Input<'_>) -> Result<RecordBatch> {
        let Input { count, rows, keys } = *input;
        if (self.reads_rows() && rows.len() != count) || (self.reads_keys() && keys.len() != count) {
            return Err(Error::Failed("rows are not what the program reads".into()));
        }
        if !self.reads_rows() {
            let columns = if self.program.with_key { vec![key_column(keys, None)] } else { vec![] };
            return self.batch(columns, count);
        }
        let views =
            rows.iter().map(|row| RowView::parse(row)).collect::<std::result::Result<Vec<_>, _>>().map_err(damaged)?;
        let Some(filter) = &self.filter else {
            let columns = self.output(&views, None, &[], keys)?;
            return self.batch(columns, count);
        };
        let inputs =
            filter.columns.iter().map(|c| self.decoders[*c].decode(&views, None)).collect::<Result<Vec<_>>>()?;
        let input = batch(filter.input.clone(), inputs.clone(), rows.len())?;
        let passed = filter.exprs[0]
            .0
            .evaluate(&input)
            .and_then(|v| booleans(v, rows.len()))
            .map_err(|e| Error::Evaluation(from_datafusion(e)))?;
        // NULL is not true.
        let passed = match passed.nulls() {
            Some(nulls) => arrow::array::BooleanArray::new(passed.values() & nulls.inner(), None),
            None => passed,
        };
        let kept = passed.true_count();
        if kept == rows.len() {
            let decoded: Vec<_> = filter.columns.iter().copied().zip(inputs).collect();
            let columns = self.output(&views, None, &decoded, keys)?;
            return self.batch(columns, kept);
        }
        if kept == 0 {
            return Ok(RecordBatch::new_empty(self.schema.clone()));
        }
        let decoded = filter
            .columns
            .iter()
            .copied()
            .zip(&inputs)
            .filter(|(c, _)| self.output.contains(c))
            .map(|(c, array)| Ok((c, self::filter(array, &passed).map_err(|e| Error::Failed(e.to_string()))?)))
            .collect::<Result<Vec<_>>>()?;
        let picked: Vec<usize> = passed.values().set_indices().collect();
        let columns = self.output(&views, Some(&picked), &decoded, keys)?;
        self.batch(columns, kept)
    }

    /// [`Compiled::eval`] over keys and rows of their own.
    ///
    /// # Errors
    /// As [`Compiled::eval`].
    pub fn eval_rows(&self, rows: &[(Bytes, Bytes)]) -> Result<RecordBatch> {
        let keys: Vec<&[u8]> = rows.iter().map(|r| &r.0[..]).collect();
        let encoded: Vec<&[u8]> = rows.iter().map(|r| &r.1[..]).collect();
        self.eval(&Input { count: rows.len(), rows: &encoded, keys: &keys })
    }

    /// Output columns of the picked rows; those in `decoded` are done already.
    fn output(
        &self,
        views: &[RowView<'_>],
        picked: Option<&[usize]>,
        decoded: &[(usize, ArrayRef)],
        keys: &[&[u8]],
    ) -> Result<Vec<ArrayRef>> {
        let mut columns = Vec::with_capacity(self.schema.fields().len());
        if self.program.with_key {
            columns.push(key_column(keys, picked));
        }
        for index in &self.output {
            columns.push(match decoded.iter().find(|(c, _)| c == index) {
                Some((_, array)) => array.clone(),
                None => self.decoders[*index].decode(views, picked)?,
            });
        }
        Ok(columns)
    }

    fn batch(&self, columns: Vec<ArrayRef>, rows: usize) -> Result<RecordBatch> {
        batch(self.schema.clone(), columns, rows)
    }
}

pub(crate) fn batch(schema: SchemaRef, columns: Vec<ArrayRef>, rows: usize) -> Result<RecordBatch> {
    // The row count is given apart, since `count(*)` needs no column at all.
    RecordBatch::try_new_with_options(schema, columns, &RecordBatchOptions::new().with_row_count(Some(rows)))
        .map_err(|e| Error::Failed(e.to_string()))
}

fn key_column(keys: &[&[u8]], picked: Option<&[usize]>) -> ArrayRef {
    let count = picked.map_or(keys.len(), <[usize]>::len);
    let mut builder = BinaryBuilder::with_capacity(count, 24 * count);
    match picked {
        None => keys.iter().for_each(|key| builder.append_value(key)),
        Some(picked) => picked.iter().filter_map(|i| keys.get(*i)).for_each(|key| builder.append_value(key)),
    }
    Arc::new(builder.finish())
}

pub(crate) fn field(program: &ScanProgram, index: usize) -> Result<Field> {
    let column =
        program.columns.get(index).ok_or_else(|| Error::Unsupported(format!("column index {index} in program")))?;
    Ok(Field::new(format!("c{}", column.id), physical_type(column.ty), true))
}

fn filter_of(program: &ScanProgram, expr: &ScanExpr) -> Result<Expressions> {
    let filter = Expressions::new(program, &[expr])?;
    match filter.exprs.first() {
        Some((_, ty)) if ty.oid == Oid::BOOL => Ok(filter),
        Some((_, ty)) => Err(Error::Unsupported(format!("filter of type {}", ty.oid))),
        None => Err(Error::Failed("no filter".into())),
    }
}

impl Expressions {
    pub fn new(program: &ScanProgram, exprs: &[&ScanExpr]) -> Result<Self> {
        let mut columns = Vec::new();
        for expr in exprs {
            columns_of(expr, &mut columns, 0)?;
        }
        columns.sort_unstable();
        columns.dedup();
        let fields = columns.iter().map(|c| field(program, *c)).collect::<Result<Vec<_>>>()?;
        let context = Arc::new(EvalContext::immutable());
        let mut compiler = Compiler { program, columns: &columns, context, nodes: 0 };
        let exprs = exprs.iter().map(|e| compiler.expr(e)).collect::<Result<Vec<_>>>()?;
        Ok(Self { columns, input: Arc::new(Schema::new(fields)), exprs })
    }
}

fn columns_of(expr: &ScanExpr, out: &mut Vec<usize>, depth: usize) -> Result<()> {
    if depth > MAX_DEPTH {
        return Err(Error::Unsupported("expression nested too deeply".into()));
    }
    match expr {
        ScanExpr::Column(c) => out.push(*c),
        ScanExpr::Const(..) => {}
        ScanExpr::Call { args, .. } | ScanExpr::And(args) | ScanExpr::Or(args) => {
            for arg in args {
                columns_of(arg, out, depth + 1)?;
            }
        }
        ScanExpr::Not(arg) | ScanExpr::IsNull(arg) | ScanExpr::AnyOf { left: arg, .. } => {
            columns_of(arg, out, depth + 1)?;
        }
    }
    Ok(())
}

struct Compiler<'a> {
    program: &'a ScanProgram,
    /// Columns of the filter's input.
    columns: &'a [usize],
    context: Arc<EvalContext>,
    nodes: usize,
}

impl Compiler<'_> {
    /// The expression and its type. Depth is bounded: [`columns_of`] went before.
    fn expr(&mut self, expr: &ScanExpr) -> Result<(Arc<dyn PhysicalExpr>, PgType)> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(Error::Unsupported("expression too large".into()));
        }
        Ok(match expr {
            ScanExpr::Column(index) => {
                let column = self
                    .program
                    .columns
                    .get(*index)
                    .ok_or_else(|| Error::Unsupported(format!("column index {index} in program")))?;
                let at = self.columns.iter().position(|c| c == index).unwrap_or(0);
                (Arc::new(Column::new(&format!("c{}", column.id), at)), column.ty)
            }
            ScanExpr::Const(value, ty) => (constant(value, *ty)?, *ty),
            ScanExpr::Call { function, args, ty } => (self.call(*function, args, *ty)?, *ty),
            ScanExpr::And(args) => (Arc::new(Logic::and(self.conditions(args)?)), PgType::BOOL),
            ScanExpr::Or(args) => (Arc::new(Logic::or(self.conditions(args)?)), PgType::BOOL),
            ScanExpr::Not(arg) => (Arc::new(NotExpr::new(self.condition(arg)?)), PgType::BOOL),
            ScanExpr::IsNull(arg) => (Arc::new(IsNullExpr::new(self.expr(arg)?.0)), PgType::BOOL),
            ScanExpr::AnyOf { function, left, items } => (self.any_of(*function, left, items)?, PgType::BOOL),
        })
    }

    fn condition(&mut self, expr: &ScanExpr) -> Result<Arc<dyn PhysicalExpr>> {
        match self.expr(expr)? {
            (compiled, ty) if ty.oid == Oid::BOOL => Ok(compiled),
            (_, ty) => Err(Error::Unsupported(format!("condition of type {}", ty.oid))),
        }
    }

    fn conditions(&mut self, exprs: &[ScanExpr]) -> Result<Vec<Arc<dyn PhysicalExpr>>> {
        exprs.iter().map(|e| self.condition(e)).collect()
    }

    fn call(&mut self, function: Oid, args: &[ScanExpr], ty: PgType) -> Result<Arc<dyn PhysicalExpr>> {
        check(function)?;
        let mut compiled = Vec::with_capacity(args.len());
        let mut types = Vec::with_capacity(args.len());
        for arg in args {
            let (arg, ty) = self.expr(arg)?;
            compiled.push(arg);
            types.push(ty);
        }
        Ok(Arc::new(RegistryCall::new(function, compiled, types, ty, self.context.clone())))
    }

    fn any_of(&mut self, function: Oid, left: &ScanExpr, items: &[(Datum, PgType)]) -> Result<Arc<dyn PhysicalExpr>> {
        check(function)?;
        let (left, ty) = self.expr(left)?;
        if is_equality(function, ty.oid) && items.iter().all(|(_, t)| t.oid == ty.oid) {
            return Ok(Arc::new(Member::new(left, ty, items.iter().map(|i| &i.0))));
        }
        self.nodes += items.len();
        if self.nodes > MAX_NODES {
            return Err(Error::Unsupported("expression too large".into()));
        }
        let calls = items
            .iter()
            .map(|(item, item_type)| {
                let args = vec![left.clone(), constant(item, *item_type)?];
                let call = RegistryCall::new(function, args, vec![ty, *item_type], PgType::BOOL, self.context.clone());
                Ok(Arc::new(call) as Arc<dyn PhysicalExpr>)
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Arc::new(Logic::or(calls)))
    }
}

fn constant(value: &Datum, ty: PgType) -> Result<Arc<dyn PhysicalExpr>> {
    let array = scalar_to_array(value, ty, 1)?;
    let scalar = ScalarValue::try_from_array(&array, 0).map_err(|e| Error::Failed(e.to_string()))?;
    Ok(Arc::new(Literal::new(scalar)))
}

/// Only plain, immutable functions that this build implements run below the scan: there is no
/// session here.
fn check(function: Oid) -> Result<()> {
    let unsupported = |what: &str| Err(Error::Unsupported(format!("function {function}: {what}")));
    let Some(proc) = registry::proc(function) else { return unsupported("unknown") };
    if proc.kind != ProcKind::Function || proc.retset {
        return unsupported("not a plain function");
    }
    if proc.volatility != Volatility::Immutable {
        return unsupported("not immutable");
    }
    if !call::is_implemented(function) {
        return unsupported("not implemented");
    }
    Ok(())
}

#[cfg(test)]
mod compile_test;
#[cfg(test)]
mod filter_test;
