//! Window calls and window definitions.

use gavel_functions::registry::{CastContext, ProcKind};
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast;

use super::Binder;
use super::clause::Clause;
use super::function::{Arguments, Callee};
use super::name::{Qualified, fold};
use super::scalar::{Typed, column};
use super::scope::WindowDefinition;
use crate::bound::{Frame, FrameBound, FrameExclude, FrameUnits, SortKey, Window};
use crate::parse::{Pos, marker};
use crate::query_tree::{CallTree, WindowTree};

/// The frame of a window without a frame clause.
pub const DEFAULT_FRAME: Frame = Frame {
    units: FrameUnits::Range,
    start: FrameBound::UnboundedPreceding,
    end: FrameBound::CurrentRow,
    exclude: FrameExclude::NoOthers,
};

impl Binder<'_> {
    #[allow(clippy::too_many_arguments, reason = "the parts of one call's syntax")]
    pub fn window_call(
        &mut self,
        f: &ast::Function,
        name: &Qualified,
        arguments: Arguments,
        distinct: bool,
        star: bool,
        ordered: bool,
        pos: Pos,
    ) -> SqlResult<Typed> {
        let clause = self.clause();
        if !clause.allows_windows() {
            let text = match clause {
                Clause::WindowPartition | Clause::WindowOrder => {
                    "window functions are not allowed in window definitions".into()
                }
                other => format!("window functions are not allowed in {}", other.name()),
            };
            return Err(self.error_at(SqlError::new(SqlState::WindowingError, text), pos));
        }
        if !f.within_group.is_empty() {
            let text = format!("OVER is not supported for ordered-set aggregate {name}");
            return Err(self.error_at(SqlError::unsupported(text), pos));
        }
        let mut nested = false;
        for value in &arguments.values {
            let windows: Vec<_> = self.level().windows.iter().map(|w| w.id).collect();
            super::walk::columns(&value.scalar, &mut |id| nested |= windows.contains(&id));
        }
        if nested {
            let error = SqlError::new(SqlState::WindowingError, "window function calls cannot be nested");
            return Err(self.error_at(error, pos));
        }
        let none = arguments.values.is_empty() && !star;
        let found = self.find_function(name, arguments, pos)?;
        let kind = match &found {
            Callee::Function(found) => found.proc.kind,
            Callee::User(found) if found.function.is_aggregate() => ProcKind::Aggregate,
            Callee::Cast(_) | Callee::User(_) => ProcKind::Function,
        };
        match kind {
            ProcKind::Window => {
                if f.filter.is_some() {
                    let error = SqlError::unsupported("FILTER is not implemented for non-aggregate window functions");
                    return Err(self.error_at(error, pos));
                }
            }
            ProcKind::Aggregate => {
                let (ordered_set, parameterless) = match &found {
                    Callee::Function(found) => (super::call::is_ordered_set(found.proc), found.proc.args.is_empty()),
                    Callee::User(found) => (
                        found.function.aggregate().is_some_and(gavel_catalog::AggregateDefinition::is_ordered_set),
                        found.args.is_empty(),
                    ),
                    Callee::Cast(_) => (false, false),
                };
                if ordered_set {
                    let text = format!("OVER is not supported for ordered-set aggregate {name}");
                    return Err(self.error_at(SqlError::unsupported(text), pos));
                }
                if none && parameterless {
                    let text = format!("{name}(*) must be used to call a parameterless aggregate function");
                    return Err(self.error_at(SqlError::new(SqlState::WrongObjectType, text), pos));
                }
            }
            _ => {
                let text = format!("OVER specified, but {name} is not a window function nor an aggregate function");
                return Err(self.error_at(SqlError::new(SqlState::WrongObjectType, text), pos));
            }
        }
        if distinct {
            return Err(self.error_at(SqlError::unsupported("DISTINCT is not implemented for window functions"), pos));
        }
        if ordered {
            let text = "aggregate ORDER BY is not implemented for window functions";
            return Err(self.error_at(SqlError::unsupported(text), pos));
        }
        let (function, mut args, ty, user) = match found {
            Callee::Function(found) => {
                let (proc, args, ty) = self.coerce_arguments(found, pos)?;
                (proc.oid, args, ty, None)
            }
            Callee::User(found) => {
                self.note_call(&f.name, found.function.oid);
                let (function, args, ty, user) = self.user_aggregate(found, pos)?;
                (function, args, ty, Some(user))
            }
            Callee::Cast(_) => return Err(SqlError::internal("a window call of a cast")),
        };
        for arg in &mut args {
            if arg.ty.oid == Oid::UNKNOWN {
                *arg = self.resolve_unknown(Typed::new(arg.clone(), pos), PgType::TEXT)?.scalar;
            }
        }
        let filter = match &f.filter {
            Some(filter) => {
                let value = self.within(Clause::Filter, |b| b.expr(filter))?;
                Some(self.coerce_boolean(value, "FILTER")?)
            }
            None => None,
        };
        let definition = match &f.over {
            Some(ast::WindowType::NamedWindow(window)) => self.named_window(window)?,
            Some(ast::WindowType::WindowSpec(spec)) => self.window_definition(None, spec)?,
            None => return Err(SqlError::internal("a window call without OVER")),
        };
        let id = self.new_column();
        let WindowDefinition { partition_by, order_by, frame, tree, .. } = definition;
        let window = Window { id, function, args, filter, partition_by, order_by, frame, ty, user };
        let over = match &f.over {
            Some(ast::WindowType::NamedWindow(window)) => Ok(fold(window)),
            _ => Err(tree),
        };
        self.record_call(id, || CallTree::Window(window.clone(), over));
        self.level().windows.push(window);
        Ok(Typed::new(column(id, ty), pos))
    }

    fn named_window(&mut self, window: &ast::Ident) -> SqlResult<WindowDefinition> {
        let name = fold(window);
        let pos = self.source.start(window.span);
        match self.level().named_windows.iter().find(|w| w.name.as_deref() == Some(&name)) {
            Some(found) => Ok(found.clone()),
            None => {
                let text = format!("window \"{name}\" does not exist");
                Err(self.error_at(SqlError::new(SqlState::UndefinedObject, text), pos))
            }
        }
    }

    /// Binds one definition of the WINDOW clause or of an OVER.
    pub fn window_definition(&mut self, name: Option<String>, spec: &ast::WindowSpec) -> SqlResult<WindowDefinition> {
        let windowing = |text: String| SqlError::new(SqlState::WindowingError, text);
        let (exclude, base) = self.exclusion(spec)?;
        let base_definition = match &base {
            Some((base, pos)) => {
                let found = self.level().named_windows.iter().find(|w| w.name.as_deref() == Some(base)).cloned();
                Some(found.ok_or_else(|| {
                    let text = format!("window \"{base}\" does not exist");
                    self.error_at(SqlError::new(SqlState::UndefinedObject, text), *pos)
                })?)
            }
            None => None,
        };
        let mut partition_by = Vec::with_capacity(spec.partition_by.len());
        for key in &spec.partition_by {
            let value = self.within(Clause::WindowPartition, |b| b.expr(key))?;
            let value = if value.is_unknown() { self.resolve_unknown(value, PgType::TEXT)? } else { value };
            super::operator::sortable(value.oid()).map_err(|e| self.error_at(e, value.pos))?;
            partition_by.push(value.scalar);
        }
        let mut order_by = Vec::with_capacity(spec.order_by.len());
        for key in &spec.order_by {
            let value = self.within(Clause::WindowOrder, |b| b.expr(&key.expr))?;
            order_by.push(self.sort_key(value, &key.options)?);
        }
        let mut tree = WindowTree {
            base: base.as_ref().map(|b| b.0.clone()),
            partition_by: partition_by.clone(),
            order_by: order_by.clone(),
            frame: None,
        };
        if let (Some(base), Some((base_name, pos))) = (base_definition, base) {
            if !partition_by.is_empty() {
                let text = format!("cannot override PARTITION BY clause of window \"{base_name}\"");
                return Err(self.error_at(windowing(text), pos));
            }
            if !order_by.is_empty() && !base.order_by.is_empty() {
                let text = format!("cannot override ORDER BY clause of window \"{base_name}\"");
                return Err(self.error_at(windowing(text), pos));
            }
            if base.framed {
                let text = format!("cannot copy window \"{base_name}\" because it has a frame clause");
                return Err(self.error_at(windowing(text), pos));
            }
            partition_by = base.partition_by;
            if order_by.is_empty() {
                order_by = base.order_by;
            }
        }
        let framed = spec.window_frame.is_some();
        let frame = match &spec.window_frame {
            Some(frame) => self.frame(frame, exclude, &order_by)?,
            None => DEFAULT_FRAME,
        };
        if let Some(written) = &spec.window_frame {
            tree.frame = Some((frame.clone(), written.end_bound.is_some()));
        }
        Ok(WindowDefinition { name, partition_by, order_by, frame, framed, tree })
    }

    /// EXCLUDE and the base window's name, which the marker may hold both.
    #[allow(clippy::type_complexity, reason = "two plain parts, used once")]
    fn exclusion(&self, spec: &ast::WindowSpec) -> SqlResult<(FrameExclude, Option<(String, Pos)>)> {
        let Some(ident) = &spec.window_name else { return Ok((FrameExclude::NoOthers, None)) };
        let pos = self.source.start(ident.span);
        let Some(marked) = ident.value.strip_prefix(marker::EXCLUDE) else {
            return Ok((FrameExclude::NoOthers, Some((fold(ident), pos))));
        };
        let (kind, base) = match marked.split_once(' ') {
            Some((kind, base)) => (kind, Some((base.to_owned(), pos))),
            None => (marked, None),
        };
        let exclude = match kind {
            "current" => FrameExclude::CurrentRow,
            "group" => FrameExclude::Group,
            "ties" => FrameExclude::Ties,
            _ => FrameExclude::NoOthers,
        };
        Ok((exclude, base))
    }

    fn frame(&mut self, frame: &ast::WindowFrame, exclude: FrameExclude, order_by: &[SortKey]) -> SqlResult<Frame> {
        let units = match frame.units {
            ast::WindowFrameUnits::Rows => FrameUnits::Rows,
            ast::WindowFrameUnits::Range => FrameUnits::Range,
            ast::WindowFrameUnits::Groups => FrameUnits::Groups,
        };
        let windowing = |text: &str| SqlError::new(SqlState::WindowingError, text);
        if units == FrameUnits::Groups && order_by.is_empty() {
            return Err(windowing("GROUPS mode requires an ORDER BY clause"));
        }
        let start = self.frame_bound(&frame.start_bound, true, units, order_by)?;
        let end = match &frame.end_bound {
            Some(bound) => self.frame_bound(bound, false, units, order_by)?,
            None => FrameBound::CurrentRow,
        };
        match (&start, &end) {
            (FrameBound::UnboundedFollowing, _) => return Err(windowing("frame start cannot be UNBOUNDED FOLLOWING")),
            (_, FrameBound::UnboundedPreceding) => return Err(windowing("frame end cannot be UNBOUNDED PRECEDING")),
            (FrameBound::CurrentRow, FrameBound::Preceding(_)) => {
                return Err(windowing("frame starting from current row cannot have preceding rows"));
            }
            (FrameBound::Following(_), FrameBound::Preceding(_) | FrameBound::CurrentRow) => {
                return Err(windowing("frame starting from following row cannot have preceding rows"));
            }
            _ => {}
        }
        Ok(Frame { units, start, end, exclude })
    }

    fn frame_bound(
        &mut self,
        bound: &ast::WindowFrameBound,
        start: bool,
        units: FrameUnits,
        order_by: &[SortKey],
    ) -> SqlResult<FrameBound> {
        Ok(match bound {
            ast::WindowFrameBound::CurrentRow => FrameBound::CurrentRow,
            ast::WindowFrameBound::Preceding(None) => FrameBound::UnboundedPreceding,
            ast::WindowFrameBound::Following(None) => FrameBound::UnboundedFollowing,
            ast::WindowFrameBound::Preceding(Some(offset)) => {
                FrameBound::Preceding(self.frame_offset(offset, units, order_by)?)
            }
            ast::WindowFrameBound::Following(Some(offset)) => {
                let _ = start;
                FrameBound::Following(self.frame_offset(offset, units, order_by)?)
            }
        })
    }

    fn frame_offset(
        &mut self,
        offset: &ast::Expr,
        units: FrameUnits,
        order_by: &[SortKey],
    ) -> SqlResult<crate::bound::Scalar> {
        let clause = match units {
            FrameUnits::Rows => Clause::WindowRows,
            FrameUnits::Range => Clause::WindowRange,
            FrameUnits::Groups => Clause::WindowGroups,
        };
        // The parser reads a bare string before PRECEDING as an interval.
        let offset = match offset {
            ast::Expr::Interval(literal) if literal.leading_field.is_none() => &*literal.value,
            other => other,
        };
        let value = self.within(clause, |b| b.expr(offset))?;
        let pos = value.pos;
        let name = if units == FrameUnits::Rows { "ROWS" } else { "GROUPS" };
        let out = match units {
            FrameUnits::Rows | FrameUnits::Groups => self.coerce_for_clause(value, PgType::INT8, name)?,
            FrameUnits::Range => {
                let [key] = order_by else {
                    let text = "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column";
                    return Err(self.error_at(SqlError::new(SqlState::WindowingError, text), pos));
                };
                let wanted = range_offset_type(key.expr.ty.oid, value.oid());
                match wanted {
                    Some(ty) => match self.coerce_to(value, ty, CastContext::Implicit)? {
                        Some(done) => done.scalar,
                        None => return Err(self.no_range_offset(key, pos)),
                    },
                    None => return Err(self.no_range_offset(key, pos)),
                }
            }
        };
        let mut mentions = false;
        super::walk::columns(&out, &mut |_| mentions = true);
        if mentions {
            let text = format!("argument of {name} must not contain variables");
            return Err(self.error_at(SqlError::new(SqlState::InvalidColumnReference, text), pos));
        }
        Ok(out)
    }

    fn no_range_offset(&self, key: &SortKey, pos: Pos) -> SqlError {
        let ty = super::typename::format_type(PgType::new(key.expr.ty.oid));
        let text = format!("RANGE with offset PRECEDING/FOLLOWING is not supported for column type {ty}");
        self.error_at(SqlError::unsupported(text), pos)
    }
}

/// Type of a RANGE offset over a sort key (the `in_range` support functions of btree families).
fn range_offset_type(key: Oid, offset: Oid) -> Option<PgType> {
    Some(match key {
        Oid::INT2 | Oid::INT4 | Oid::INT8 => match offset {
            Oid::INT2 | Oid::INT4 | Oid::INT8 => PgType::new(offset),
            _ => PgType::new(key),
        },
        Oid::FLOAT4 | Oid::FLOAT8 => PgType::FLOAT8,
        Oid::NUMERIC => PgType::NUMERIC,
        Oid::DATE | Oid::TIMESTAMP | Oid::TIMESTAMPTZ | Oid::TIME | Oid::TIMETZ | Oid::INTERVAL => PgType::INTERVAL,
        _ => return None,
    })
}
