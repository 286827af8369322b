//! Programs. Nesting is bounded on the way in, since the receiver walks it recursively.

use gavel_api::scan::{ScanAggregate, ScanCall, ScanColumn, ScanExpr, ScanFold, ScanOrder, ScanProgram};
use gavel_types::{Datum, Oid, PgType};

use crate::convert::common::{datum_from_proto, datum_to_proto};
use crate::convert::required;
use crate::v1::scan_expr::{AnyOf, Call, Constant, Exprs, Kind};
use crate::v1::scan_program::{Aggregate, AggregateCall, Fold, Order, Top};
use crate::{Malformed, v1};

/// Deepest expression that is taken. Prost itself refuses messages nested beyond 100.
const MAX_DEPTH: usize = 90;

impl TryFrom<&ScanProgram> for v1::ScanProgram {
    type Error = Malformed;

    fn try_from(program: &ScanProgram) -> Result<Self, Malformed> {
        let column = |c: &ScanColumn| {
            Ok(v1::ScanColumn { id: c.id, r#type: Some(c.ty.into()), missing: Some(datum_to_proto(&c.missing)?) })
        };
        let index = |i: &usize| u32::try_from(*i).map_err(|_| Malformed("column index"));
        Ok(Self {
            version: program.version,
            columns: program.columns.iter().map(column).collect::<Result<_, _>>()?,
            filter: program.filter.as_ref().map(|f| expr_to_proto(f, MAX_DEPTH)).transpose()?,
            output: program.output.iter().map(index).collect::<Result<_, _>>()?,
            with_key: program.with_key,
            limit: program.limit,
            fold: program.fold.as_ref().map(fold_to_proto).transpose()?,
        })
    }
}

fn fold_to_proto(fold: &ScanFold) -> Result<Fold, Malformed> {
    let list = |items: &[ScanExpr]| items.iter().map(|e| expr_to_proto(e, MAX_DEPTH)).collect::<Result<_, _>>();
    Ok(match fold {
        ScanFold::Top(order) => {
            let order = order.iter().map(|o| {
                let output = u32::try_from(o.output).map_err(|_| Malformed("column index"))?;
                Ok(Order { output, descending: o.descending, nulls_first: o.nulls_first })
            });
            Fold::Top(Top { order: order.collect::<Result<_, _>>()? })
        }
        ScanFold::Aggregate(ScanAggregate { groups, calls }) => {
            let calls = calls.iter().map(|call| {
                Ok(AggregateCall {
                    function: call.function.0,
                    args: list(&call.args)?,
                    filter: call.filter.as_ref().map(|f| expr_to_proto(f, MAX_DEPTH)).transpose()?,
                    r#type: Some(call.ty.into()),
                })
            });
            Fold::Aggregate(Aggregate { groups: list(groups)?, calls: calls.collect::<Result<_, _>>()? })
        }
    })
}

fn fold_from_proto(fold: Fold, columns: usize, outputs: usize) -> Result<ScanFold, Malformed> {
    let list = |items: Vec<v1::ScanExpr>| {
        items.into_iter().map(|e| expr_from_proto(e, columns, MAX_DEPTH)).collect::<Result<Vec<_>, _>>()
    };
    Ok(match fold {
        Fold::Top(top) => {
            let order = top.order.into_iter().map(|o| {
                let output = checked_index(o.output, outputs)?;
                Ok(ScanOrder { output, descending: o.descending, nulls_first: o.nulls_first })
            });
            ScanFold::Top(order.collect::<Result<_, _>>()?)
        }
        Fold::Aggregate(aggregate) => {
            let calls = aggregate.calls.into_iter().map(|call| {
                Ok(ScanCall {
                    function: Oid(call.function),
                    args: list(call.args)?,
                    filter: call.filter.map(|f| expr_from_proto(f, columns, MAX_DEPTH)).transpose()?,
                    ty: required(call.r#type, "type is missing")?.into(),
                })
            });
            let calls = calls.collect::<Result<_, _>>()?;
            ScanFold::Aggregate(ScanAggregate { groups: list(aggregate.groups)?, calls })
        }
    })
}

impl TryFrom<v1::ScanProgram> for ScanProgram {
    type Error = Malformed;

    fn try_from(program: v1::ScanProgram) -> Result<Self, Malformed> {
        let column = |c: v1::ScanColumn| {
            Ok(ScanColumn {
                id: c.id,
                ty: required(c.r#type, "type is missing")?.into(),
                missing: datum_from_proto(c.missing)?,
            })
        };
        let columns: Vec<ScanColumn> = program.columns.into_iter().map(column).collect::<Result<_, _>>()?;
        let index = |i: u32| checked_index(i, columns.len());
        let output: Vec<usize> = program.output.into_iter().map(index).collect::<Result<_, _>>()?;
        let filter = program.filter.map(|f| expr_from_proto(f, columns.len(), MAX_DEPTH)).transpose()?;
        let fold = program.fold.map(|f| fold_from_proto(f, columns.len(), output.len())).transpose()?;
        let (version, with_key, limit) = (program.version, program.with_key, program.limit);
        Ok(Self { version, filter, output, with_key, limit, fold, columns })
    }
}

fn checked_index(index: u32, columns: usize) -> Result<usize, Malformed> {
    let index = index as usize;
    if index < columns { Ok(index) } else { Err(Malformed("no such column in the program")) }
}

fn deeper(depth: usize) -> Result<usize, Malformed> {
    depth.checked_sub(1).ok_or(Malformed("expression nests too deeply"))
}

fn expr_to_proto(expr: &ScanExpr, depth: usize) -> Result<v1::ScanExpr, Malformed> {
    let depth = deeper(depth)?;
    let boxed = |e: &ScanExpr| expr_to_proto(e, depth).map(Box::new);
    let list = |items: &[ScanExpr]| {
        items.iter().map(|e| expr_to_proto(e, depth)).collect::<Result<_, _>>().map(|items| Exprs { items })
    };
    let kind = match expr {
        ScanExpr::Column(index) => Kind::Column(u32::try_from(*index).map_err(|_| Malformed("column index"))?),
        ScanExpr::Const(value, ty) => Kind::Constant(constant_to_proto(value, *ty)?),
        ScanExpr::Call { function, args, ty } => {
            Kind::Call(Call { function: function.0, args: list(args)?.items, r#type: Some((*ty).into()) })
        }
        ScanExpr::And(items) => Kind::And(list(items)?),
        ScanExpr::Or(items) => Kind::Or(list(items)?),
        ScanExpr::Not(inner) => Kind::Not(boxed(inner)?),
        ScanExpr::IsNull(inner) => Kind::IsNull(boxed(inner)?),
        ScanExpr::AnyOf { function, left, items } => Kind::AnyOf(Box::new(AnyOf {
            function: function.0,
            left: Some(boxed(left)?),
            items: items.iter().map(|(v, ty)| constant_to_proto(v, *ty)).collect::<Result<_, _>>()?,
        })),
    };
    Ok(v1::ScanExpr { kind: Some(kind) })
}

fn expr_from_proto(expr: v1::ScanExpr, columns: usize, depth: usize) -> Result<ScanExpr, Malformed> {
    let depth = deeper(depth)?;
    let boxed = |e: v1::ScanExpr| expr_from_proto(e, columns, depth).map(Box::new);
    let list = |items: Vec<v1::ScanExpr>| {
        items.into_iter().map(|e| expr_from_proto(e, columns, depth)).collect::<Result<Vec<_>, _>>()
    };
    Ok(match required(expr.kind, "kind of expression is missing")? {
        Kind::Column(index) => ScanExpr::Column(checked_index(index, columns)?),
        Kind::Constant(constant) => {
            let (value, ty) = constant_from_proto(constant)?;
            ScanExpr::Const(value, ty)
        }
        Kind::Call(call) => ScanExpr::Call {
            function: Oid(call.function),
            args: list(call.args)?,
            ty: required(call.r#type, "type is missing")?.into(),
        },
        Kind::And(items) => ScanExpr::And(list(items.items)?),
        Kind::Or(items) => ScanExpr::Or(list(items.items)?),
        Kind::Not(inner) => ScanExpr::Not(boxed(*inner)?),
        Kind::IsNull(inner) => ScanExpr::IsNull(boxed(*inner)?),
        Kind::AnyOf(any) => ScanExpr::AnyOf {
            function: Oid(any.function),
            left: boxed(*required(any.left, "left side is missing")?)?,
            items: any.items.into_iter().map(constant_from_proto).collect::<Result<_, _>>()?,
        },
    })
}

fn constant_to_proto(value: &Datum, ty: PgType) -> Result<Constant, Malformed> {
    Ok(Constant { value: Some(datum_to_proto(value)?), r#type: Some(ty.into()) })
}

fn constant_from_proto(constant: Constant) -> Result<(Datum, PgType), Malformed> {
    Ok((datum_from_proto(constant.value)?, required(constant.r#type, "type is missing")?.into()))
}
