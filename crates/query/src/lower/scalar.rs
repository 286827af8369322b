//! Bound scalars to compiled expressions: columns become positions of a layout (or outer columns),
//! subqueries become sites with plans of their own, constants are folded.

use std::sync::Arc;

use gavel_binder::bound::{ColumnId, Index as BoundIndex, Scalar, ScalarKind, Subquery, SubqueryKind};
use gavel_functions::compare::sort_key;
use gavel_functions::registry::{self, Volatility};
use gavel_functions::{Call, EvalContext, call};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult};

use crate::apply::site::{Site, SiteKind};
use crate::apply::waiting::{self, WaitingCall};
use crate::exec::expr::{Expr, ExprKind, Index, RowPair, Traits};
use crate::exec::special::ConstantSet;
use crate::lower::equality::is_own_equality;
use crate::lower::plan::Planner;
use crate::lower::walk::Refs;

/// IN lists of that many constants are hashed.
const HASHED_LIST: usize = 9;

impl Planner<'_> {
    /// Compiles `scalar` over the columns of `layout`.
    pub fn compile(&mut self, scalar: &Scalar, layout: &[(ColumnId, PgType)]) -> SqlResult<Expr> {
        let ty = scalar.ty;
        let kind = match &scalar.kind {
            ScalarKind::Const(value) => ExprKind::Const(value.clone()),
            ScalarKind::Param(n) => ExprKind::Param(*n),
            ScalarKind::Column(id) => match layout.iter().position(|c| c.0 == *id) {
                Some(position) => ExprKind::Column(position),
                None => ExprKind::Outer(*id),
            },
            ScalarKind::Call { function, args } => return self.compile_call(*function, args, ty, layout),
            ScalarKind::CoerceViaIo { input } => ExprKind::CoerceViaIo(self.boxed(input, layout)?),
            ScalarKind::Relabel { input } => {
                // The value is the same; so is its Arrow form, or it is converted by a text round trip.
                let inner = self.compile(input, layout)?;
                if gavel_functions::physical_type(inner.ty) == gavel_functions::physical_type(ty) {
                    return Ok(Expr { ty, ..inner });
                }
                ExprKind::CoerceViaIo(Box::new(inner))
            }
            ScalarKind::ArrayCoerce { input, item, element } => {
                let from = PgType::new(input.ty.oid.element().unwrap_or(Oid::TEXT));
                let element = Box::new(self.compile(element, &[(*item, from)])?);
                ExprKind::ArrayCoerce { input: self.boxed(input, layout)?, element }
            }
            ScalarKind::DomainCheck { input, checks, not_null: false, .. } if checks.is_empty() => {
                return self.compile(input, layout);
            }
            ScalarKind::DomainCheck { input, item, domain, not_null, checks } => {
                let checks = checks
                    .iter()
                    .map(|(name, check)| Ok((name.clone(), self.compile(check, &[(*item, input.ty)])?)))
                    .collect::<SqlResult<_>>()?;
                let (input, domain) = (self.boxed(input, layout)?, domain.clone());
                ExprKind::DomainCheck { input, domain, not_null: *not_null, checks }
            }
            ScalarKind::And(items) => ExprKind::And(self.all(items, layout)?),
            ScalarKind::Or(items) => ExprKind::Or(self.all(items, layout)?),
            ScalarKind::Not(input) => ExprKind::Not(self.boxed(input, layout)?),
            ScalarKind::IsNull { input, negated } => {
                ExprKind::IsNull { input: self.boxed(input, layout)?, negated: *negated }
            }
            ScalarKind::IsBool { input, value, negated } => {
                ExprKind::IsBool { input: self.boxed(input, layout)?, value: *value, negated: *negated }
            }
            ScalarKind::IsDistinct { equal, left, right, negated } => ExprKind::IsDistinct {
                equal: *equal,
                left: self.boxed(left, layout)?,
                right: self.boxed(right, layout)?,
                negated: *negated,
            },
            ScalarKind::Case { arms, otherwise } => ExprKind::Case {
                arms: arms
                    .iter()
                    .map(|(c, r)| Ok((self.compile(c, layout)?, self.compile(r, layout)?)))
                    .collect::<SqlResult<_>>()?,
                otherwise: self.boxed(otherwise, layout)?,
            },
            ScalarKind::Coalesce(items) => ExprKind::Coalesce(self.all(items, layout)?),
            ScalarKind::MinMax { greatest, args } => {
                ExprKind::MinMax { greatest: *greatest, args: self.all(args, layout)? }
            }
            ScalarKind::InList { function, left, items, all } => {
                let (left, items) = (self.boxed(left, layout)?, self.all(items, layout)?);
                let set = constant_set(*function, &left, &items, *all);
                ExprKind::InList { function: *function, left, items, all: *all, set }
            }
            ScalarKind::AnyArray { function, left, array, all } => ExprKind::AnyArray {
                function: *function,
                left: self.boxed(left, layout)?,
                array: self.boxed(array, layout)?,
                all: *all,
            },
            ScalarKind::Array { items } => ExprKind::Array(self.all(items, layout)?),
            ScalarKind::Subscript { input, indices } => {
                ExprKind::Subscript { input: self.boxed(input, layout)?, indices: self.indices(indices, layout)? }
            }
            ScalarKind::SubscriptAssign { input, indices, value } => ExprKind::SubscriptAssign {
                input: self.boxed(input, layout)?,
                indices: self.indices(indices, layout)?,
                value: self.boxed(value, layout)?,
            },
            ScalarKind::Row(items) => ExprKind::Row(self.all(items, layout)?),
            ScalarKind::Field { input, index } => ExprKind::Field { input: self.boxed(input, layout)?, index: *index },
            ScalarKind::FieldCount { input, count } => {
                ExprKind::FieldCount { input: self.boxed(input, layout)?, count: *count }
            }
            ScalarKind::RowCompare { op, pairs } => ExprKind::RowCompare {
                op: *op,
                pairs: pairs
                    .iter()
                    .map(|p| {
                        Ok(RowPair {
                            left: self.compile(&p.left, layout)?,
                            right: self.compile(&p.right, layout)?,
                            order: p.order,
                            equal: p.equal,
                        })
                    })
                    .collect::<SqlResult<_>>()?,
            },
            ScalarKind::Subquery(subquery) => ExprKind::Subquery(Arc::new(self.compile_site(subquery, layout)?)),
            ScalarKind::NextVal { sequence, identity } => {
                let mut args = vec![Expr::constant(Datum::Oid(sequence.0), PgType::REGCLASS)];
                // No call in SQL has a second one.
                args.extend(identity.then(|| Expr::constant(Datum::Bool(true), PgType::BOOL)));
                return self.call("nextval", args, ty);
            }
            ScalarKind::Form { input, .. } => return self.compile(input, layout),
            ScalarKind::Default => return Err(SqlError::internal("DEFAULT was not resolved")),
        };
        let traits = traits_of(&kind);
        Ok(Expr { kind, ty, traits })
    }

    fn boxed(&mut self, scalar: &Scalar, layout: &[(ColumnId, PgType)]) -> SqlResult<Box<Expr>> {
        self.compile(scalar, layout).map(Box::new)
    }

    fn all(&mut self, scalars: &[Scalar], layout: &[(ColumnId, PgType)]) -> SqlResult<Vec<Expr>> {
        scalars.iter().map(|s| self.compile(s, layout)).collect()
    }

    fn indices(&mut self, indices: &[BoundIndex], layout: &[(ColumnId, PgType)]) -> SqlResult<Vec<Index>> {
        let mut out = Vec::with_capacity(indices.len());
        for index in indices {
            out.push(match index {
                BoundIndex::Element(e) => Index::Element(self.compile(e, layout)?),
                BoundIndex::Slice(a, b) => Index::Slice(
                    a.as_ref().map(|e| self.compile(e, layout)).transpose()?,
                    b.as_ref().map(|e| self.compile(e, layout)).transpose()?,
                ),
            });
        }
        Ok(out)
    }

    fn call(&self, name: &str, args: Vec<Expr>, ty: PgType) -> SqlResult<Expr> {
        let proc = registry::procs_named(name)
            .next()
            .ok_or_else(|| SqlError::internal(format!("function {name} is unknown")))?;
        let arg_types = args.iter().map(|a| a.ty).collect();
        let kind = ExprKind::Call { proc, args, arg_types };
        let traits = traits_of(&kind);
        Ok(Expr { kind, ty, traits })
    }

    fn compile_call(
        &mut self,
        function: Oid,
        args: &[Scalar],
        ty: PgType,
        layout: &[(ColumnId, PgType)],
    ) -> SqlResult<Expr> {
        let proc = registry::proc(function)
            .ok_or_else(|| SqlError::internal(format!("function with OID {function} does not exist")))?;
        let args = self.all(args, layout)?;
        if let Some(kind) = waiting::kind(function) {
            self.next_site += 1;
            let kind = ExprKind::Waiting(Arc::new(WaitingCall { id: self.next_site, kind, proc, args, ty }));
            let traits = traits_of(&kind);
            return Ok(Expr { kind, ty, traits });
        }
        let arg_types: Box<[PgType]> = args.iter().map(|a| a.ty).collect();
        if proc.volatility == Volatility::Immutable
            && let Some(values) = constants(&args)
        {
            let context = EvalContext::immutable();
            let site = Call { context: &context, arg_types: &arg_types, result: ty };
            // An error is left to be raised where the value is asked for.
            if let Ok(value) = call::eval(proc.oid, &site, &values) {
                return Ok(Expr::constant(value, ty));
            }
        }
        let kind = ExprKind::Call { proc, args, arg_types };
        let traits = traits_of(&kind);
        Ok(Expr { kind, ty, traits })
    }

    fn compile_site(&mut self, subquery: &Subquery, layout: &[(ColumnId, PgType)]) -> SqlResult<Site> {
        let refs = Refs::of_rel(&subquery.query);
        let kind = match &subquery.kind {
            SubqueryKind::Scalar => SiteKind::Scalar,
            SubqueryKind::Exists => SiteKind::Exists,
            SubqueryKind::Array => SiteKind::Array { element: Oid::TEXT },
            SubqueryKind::Quantified { left, functions, all } => SiteKind::Quantified {
                left: self.all(left, layout)?,
                functions: functions.clone(),
                all: *all,
                hashable: false,
            },
        };
        let plan = self.subplan(subquery)?;
        let columns = subquery
            .columns
            .iter()
            .map(|c| plan.position(*c).ok_or_else(|| SqlError::internal("subquery lacks its column")))
            .collect::<SqlResult<Vec<_>>>()?;
        let output = |i: usize| columns.get(i).and_then(|&c| plan.columns.get(c)).map_or(PgType::TEXT, |c| c.1);
        let kind = match kind {
            SiteKind::Array { .. } => {
                let ty = output(0);
                // Arrays make an array of more dimensions.
                SiteKind::Array { element: ty.oid.element().filter(|_| ty.oid.array_of().is_none()).unwrap_or(ty.oid) }
            }
            SiteKind::Quantified { left, functions, all, .. } => {
                let hashable = !all
                    && functions
                        .iter()
                        .zip(&left)
                        .enumerate()
                        .all(|(i, (f, l))| is_own_equality(*f) && same_type(l.ty, output(i)));
                SiteKind::Quantified { left, functions, all, hashable }
            }
            other => other,
        };
        let free = refs.free();
        let mut outer = vec![];
        for id in &free {
            let ty = layout.iter().find(|c| c.0 == *id).map_or(PgType::TEXT, |c| c.1);
            let column = Scalar { kind: ScalarKind::Column(*id), ty };
            outer.push((*id, self.compile(&column, layout)?));
        }
        self.next_site += 1;
        Ok(Site {
            id: self.next_site,
            plan,
            every_row: refs.volatile && (refs.statements || !outer.is_empty()),
            outer,
            kind,
            columns,
            holds_for_statement: !refs.reads_outer_cte() && !refs.volatile,
        })
    }
}

/// Types whose values have one form and one order.
fn same_type(a: PgType, b: PgType) -> bool {
    a.oid == b.oid
}

fn constants(args: &[Expr]) -> Option<Vec<Datum>> {
    args.iter()
        .map(|a| match &a.kind {
            ExprKind::Const(value) => Some(value.clone()),
            _ => None,
        })
        .collect()
}

fn constant_set(function: Oid, left: &Expr, items: &[Expr], all: bool) -> Option<Arc<ConstantSet>> {
    if all || items.len() < HASHED_LIST || !is_own_equality(function) || items.iter().any(|i| !same_type(i.ty, left.ty))
    {
        return None;
    }
    let mut set = ConstantSet::default();
    for (value, item) in constants(items)?.iter().zip(items) {
        if value.is_null() {
            set.has_null = true;
        } else {
            set.keys.insert(sort_key(value, item.ty));
        }
    }
    Some(Arc::new(set))
}

/// What holds of an expression by its parts.
pub fn traits_of(kind: &ExprKind) -> Traits {
    let mut traits = Traits::default();
    let mut add = |e: &Expr| {
        traits.volatile |= e.traits.volatile;
        traits.sequences |= e.traits.sequences;
        traits.subquery |= e.traits.subquery;
        traits.guarded |= e.traits.guarded;
    };
    match kind {
        ExprKind::Const(_) | ExprKind::Param(_) | ExprKind::Column(_) | ExprKind::Outer(_) => {}
        ExprKind::Call { proc, args, .. } => {
            args.iter().for_each(&mut add);
            traits.volatile |= proc.volatility == Volatility::Volatile;
            traits.sequences |= matches!(proc.name, "nextval" | "currval" | "lastval" | "setval");
            traits.guarded |= !is_total(proc.src, proc.ret);
        }
        ExprKind::And(items) | ExprKind::Or(items) => items.iter().for_each(&mut add),
        ExprKind::Not(input) | ExprKind::IsNull { input, .. } | ExprKind::IsBool { input, .. } => add(input),
        ExprKind::IsDistinct { left, right, .. } => {
            add(left);
            add(right);
        }
        ExprKind::InList { left, items, .. } => {
            add(left);
            items.iter().for_each(&mut add);
        }
        ExprKind::CoerceViaIo(input) => {
            add(input);
            traits.guarded = true;
        }
        ExprKind::ArrayCoerce { input, element } => {
            add(input);
            add(element);
            traits.guarded = true;
        }
        ExprKind::DomainCheck { input, checks, .. } => {
            add(input);
            checks.iter().for_each(|(_, check)| add(check));
            traits.guarded = true;
        }
        ExprKind::Case { arms, otherwise } => {
            arms.iter().for_each(|(c, r)| {
                add(c);
                add(r);
            });
            add(otherwise);
        }
        ExprKind::Coalesce(items) | ExprKind::Row(items) => items.iter().for_each(&mut add),
        ExprKind::MinMax { args, .. } => args.iter().for_each(&mut add),
        ExprKind::Array(items) => {
            items.iter().for_each(&mut add);
            traits.guarded = true;
        }
        ExprKind::AnyArray { left, array, .. } => {
            add(left);
            add(array);
            traits.guarded = true;
        }
        ExprKind::Subscript { input, indices } => {
            add(input);
            for index in indices {
                match index {
                    Index::Element(e) => add(e),
                    Index::Slice(a, b) => a.iter().chain(b).for_each(&mut add),
                }
            }
        }
        ExprKind::SubscriptAssign { input, indices, value } => {
            add(input);
            for index in indices {
                match index {
                    Index::Element(e) => add(e),
                    Index::Slice(a, b) => a.iter().chain(b).for_each(&mut add),
                }
            }
            add(value);
            traits.guarded = true;
        }
        ExprKind::Field { input, .. } => add(input),
        ExprKind::FieldCount { input, .. } => {
            add(input);
            traits.guarded = true;
        }
        ExprKind::RowCompare { pairs, .. } => pairs.iter().for_each(|p| {
            add(&p.left);
            add(&p.right);
        }),
        ExprKind::Subquery(site) => {
            if let SiteKind::Quantified { left, .. } = &site.kind {
                left.iter().for_each(&mut add);
            }
            traits.subquery = true;
            traits.guarded = true;
        }
        ExprKind::Waiting(call) => {
            call.args.iter().for_each(&mut add);
            traits.volatile = true;
            traits.subquery = true;
            traits.guarded = true;
        }
    }
    traits
}

/// Comparisons of plain values: cheap, and they cannot fail.
pub fn is_total(source: &str, result: Oid) -> bool {
    result == Oid::BOOL && ["eq", "ne", "lt", "le", "gt", "ge"].iter().any(|end| source.ends_with(end))
}
