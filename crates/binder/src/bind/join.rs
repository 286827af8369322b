//! Joins: ON, USING and NATURAL with merged columns, visibility of the sides.

use gavel_types::{PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::{self, JoinConstraint, JoinOperator};

use super::Binder;
use super::clause::Clause;
use super::common_type::common_type;
use super::from::{FromItem, distinct_names};
use super::name::fold;
use super::scalar::{Typed, and, scalar, truth};
use super::scope::{Columns, NsColumn, NsItem};
use crate::bound::{JoinKind, Rel, Scalar, ScalarKind};
use crate::parse::{Pos, marker};
use crate::query_tree::{Form, FromTree, JoinTree, RangeId, UsingTree};

impl Binder<'_> {
    pub fn join(&mut self, left: FromItem, join: &ast::Join) -> SqlResult<FromItem> {
        let (kind, constraint) = match &join.join_operator {
            JoinOperator::Join(c) | JoinOperator::Inner(c) => (JoinKind::Inner, Some(c)),
            JoinOperator::Left(c) | JoinOperator::LeftOuter(c) => (JoinKind::Left, Some(c)),
            JoinOperator::Right(c) | JoinOperator::RightOuter(c) => (JoinKind::Right, Some(c)),
            JoinOperator::FullOuter(c) => (JoinKind::Full, Some(c)),
            JoinOperator::CrossJoin(_) => (JoinKind::Inner, None),
            other => {
                let text = format!("syntax error at or near \"{other:?}\"");
                return Err(SqlError::new(SqlState::SyntaxError, text.chars().take(60).collect::<String>()));
            }
        };
        let FromItem { rel: left_rel, items: mut left_items, tree: left_tree } = left;
        // The right side may look left if it is LATERAL.
        let outer = self.level().items.len();
        let lateral_ok = matches!(kind, JoinKind::Inner | JoinKind::Left);
        for item in &mut left_items {
            item.lateral_only = true;
            item.lateral_ok = lateral_ok;
        }
        self.level().items.extend(left_items.iter().cloned());
        let used_before = std::mem::take(&mut self.level().lateral_used);
        let right = self.table_factor(&join.relation);
        let used = self.level().lateral_used;
        self.level().lateral_used |= used_before;
        let right = match right {
            Ok(right) => right,
            Err(e) => {
                self.level().items.truncate(outer);
                return Err(e);
            }
        };
        let lateral = used && {
            let level = self.level();
            let own: Vec<NsItem> = level.items.drain(..outer).collect();
            let reads = self.reads_items(&right.rel, left_items.len());
            self.level().items.splice(0..0, own);
            reads
        };
        let sides: Vec<NsItem> = left_items.iter().chain(&right.items).cloned().collect();
        self.level().items.truncate(outer);
        distinct_names(&sides)?;
        let FromItem { rel: right_rel, items: mut right_items, tree: right_tree } = right;
        let id = self.new_range();
        let (mut using, mut using_alias) = (vec![], None);
        for item in left_items.iter_mut().chain(&mut right_items) {
            item.lateral_only = false;
            item.lateral_ok = true;
        }
        let own = (left_items.len(), right_items.len());
        let (on, items) = match constraint {
            None | Some(JoinConstraint::None) => {
                if constraint.is_some() && !matches!(join.join_operator, JoinOperator::CrossJoin(_)) {
                    return Err(SqlError::new(SqlState::SyntaxError, "syntax error at end of input"));
                }
                left_items.extend(right_items);
                (truth(true), left_items)
            }
            Some(JoinConstraint::On(condition)) => {
                left_items.extend(right_items);
                let saved = std::mem::replace(&mut self.level().items, left_items);
                let on = self.condition(condition, Clause::JoinOn, "JOIN/ON");
                let items = std::mem::replace(&mut self.level().items, saved);
                (on?, items)
            }
            Some(JoinConstraint::Using(names)) => {
                let mut columns = Vec::with_capacity(names.len());
                let mut alias = None;
                for name in names {
                    let Some(ident) = name.0.last().and_then(ast::ObjectNamePart::as_ident) else { continue };
                    if let Some(name) = ident.value.strip_prefix(marker::USING_ALIAS) {
                        alias = Some(name.to_owned());
                        continue;
                    }
                    columns.push((fold(ident), self.source.start(ident.span)));
                }
                let (on, mut items) = self.merge(kind, left_items, right_items, &columns, id, &mut using)?;
                using_alias.clone_from(&alias);
                if let Some(alias) = alias {
                    self.alias_merged(alias, columns.len(), &mut items)?;
                }
                (on, items)
            }
            Some(JoinConstraint::Natural) => {
                let right_names: Vec<String> = visible(&right_items).into_iter().map(|c| c.name).collect();
                let mut columns: Vec<(String, Pos)> = Vec::new();
                for c in visible(&left_items) {
                    if right_names.contains(&c.name) && !columns.iter().any(|(n, _)| *n == c.name) {
                        columns.push((c.name, Pos::NONE));
                    }
                }
                self.merge(kind, left_items, right_items, &columns, id, &mut using)?
            }
        };
        let tree = left_tree.zip(right_tree).map(|(left, right)| {
            let on = matches!(constraint, Some(JoinConstraint::On(_))).then(|| on.clone());
            let (alias, given, columns) = (None, vec![], vec![]);
            let tree = JoinTree { id, kind, left, right, on, using, using_alias, alias, given, columns };
            FromTree::Join(Box::new(tree))
        });
        let mut items = items;
        for (n, item) in items.iter_mut().take(own.0 + own.1).enumerate() {
            item.nullable |= match kind {
                JoinKind::Left => n >= own.0,
                JoinKind::Right => n < own.0,
                JoinKind::Full => true,
                _ => false,
            };
        }
        let (left, right) = (Box::new(left_rel), Box::new(right_rel));
        Ok(FromItem { rel: Rel::Join { kind, left, right, on, lateral }, items, tree })
    }

    /// Joins by equality of named columns; each pair becomes one column, ahead of the others. `range` is the join
    /// in the query tree, `using` what its tree says of the pairs.
    fn merge(
        &mut self,
        kind: JoinKind,
        mut left: Vec<NsItem>,
        mut right: Vec<NsItem>,
        names: &[(String, Pos)],
        range: RangeId,
        using: &mut Vec<UsingTree>,
    ) -> SqlResult<(Scalar, Vec<NsItem>)> {
        let (left_columns, right_columns) = (visible(&left), visible(&right));
        let mut terms = Vec::with_capacity(names.len());
        let mut merged: Vec<NsColumn> = Vec::with_capacity(left_columns.len() + right_columns.len());
        for (i, (name, pos)) in names.iter().enumerate() {
            if names[..i].iter().any(|(n, _)| n == name) {
                let text = format!("column name \"{name}\" appears more than once in USING clause");
                return Err(self.error_at(SqlError::new(SqlState::DuplicateColumn, text), *pos));
            }
            let l = Self::using_column(&left_columns, name, "left")?;
            let r = Self::using_column(&right_columns, name, "right")?;
            self.selects(l.access);
            self.selects(r.access);
            let (lv, rv) = (Typed::new(l.scalar.clone(), *pos), Typed::new(r.scalar.clone(), *pos));
            let equal = self.comparison("=", lv.clone(), rv.clone(), *pos)?;
            terms.push(self.coerce_boolean(equal, "JOIN/USING")?);
            let types = [l.scalar.ty.oid, r.scalar.ty.oid];
            let common = common_type(types.into_iter())
                .map_err(|m| self.mismatch(&m, "JOIN/USING", &[lv.clone(), rv.clone()]))?;
            let same = l.scalar.ty == r.scalar.ty;
            let mut side = |value: Typed| -> SqlResult<Scalar> {
                if value.oid() == common {
                    Ok(value.scalar)
                } else {
                    self.to_chosen(value, common, "JOIN/USING").map(|t| t.scalar)
                }
            };
            let (value, origin) = match kind {
                JoinKind::Right => (side(rv)?, r.origin),
                // Either would do; one that is not cast is preferred.
                JoinKind::Inner if lv.oid() != common && rv.oid() == common => (rv.scalar, r.origin),
                JoinKind::Full => {
                    let ty = if same { l.scalar.ty } else { PgType::new(common) };
                    (scalar(ScalarKind::Coalesce(vec![side(lv)?, side(rv)?]), ty), None)
                }
                _ => (side(lv)?, l.origin),
            };
            let value = match &value.kind {
                ScalarKind::Column(_) | ScalarKind::Form { .. } => value,
                _ => self.formed(value, || Form::JoinColumn { range, slot: i }),
            };
            let (left, right) = (l.scalar.clone(), r.scalar.clone());
            using.push(UsingTree { name: name.clone(), left, right, value: value.clone() });
            merged.push(NsColumn { name: name.clone(), scalar: value, origin, fields: None, access: None });
        }
        let rest = |c: &&NsColumn| !names.iter().any(|(n, _)| *n == c.name);
        merged.extend(left_columns.iter().filter(rest).cloned());
        merged.extend(right_columns.iter().filter(rest).cloned());
        for item in left.iter_mut().chain(&mut right) {
            item.cols_visible = false;
        }
        left.extend(right);
        let mut joined = NsItem::new(String::new(), Columns::List(merged.into()));
        joined.rel_visible = false;
        left.push(joined);
        Ok((and(terms), left))
    }

    /// `USING (…) AS alias`: the merged columns, and only they, under a name of their own.
    fn alias_merged(&mut self, alias: String, merged: usize, items: &mut Vec<NsItem>) -> SqlResult<()> {
        let Some(joined) = items.last() else { return Ok(()) };
        let columns: Vec<NsColumn> = joined.all().take(merged).collect();
        let mut item = NsItem::new(alias, Columns::List(columns.into()));
        item.cols_visible = false;
        item.unlockable = Some("a join");
        items.push(item);
        distinct_names(items)
    }

    fn using_column<'c>(columns: &'c [NsColumn], name: &str, side: &str) -> SqlResult<&'c NsColumn> {
        let mut hits = columns.iter().filter(|c| c.name == name);
        match (hits.next(), hits.next()) {
            (Some(one), None) => Ok(one),
            (Some(_), Some(_)) => {
                let text = format!("common column name \"{name}\" appears more than once in {side} table");
                Err(SqlError::new(SqlState::AmbiguousColumn, text))
            }
            (None, _) => {
                let text = format!("column \"{name}\" specified in USING clause does not exist in {side} table");
                Err(SqlError::new(SqlState::UndefinedColumn, text))
            }
        }
    }

    /// `(a JOIN b …) AS j (x, y)`: one item that hides its sides.
    pub fn rename_join(
        &mut self,
        mut items: Vec<NsItem>,
        alias: &ast::TableAlias,
        tree: &mut Option<FromTree>,
    ) -> SqlResult<Vec<NsItem>> {
        let mut columns = visible(&items);
        let name = fold(&alias.name);
        if alias.columns.len() > columns.len() {
            let (there, given) = (columns.len(), alias.columns.len());
            let text =
                format!("join expression \"{name}\" has {there} columns available but {given} columns specified");
            return Err(SqlError::new(SqlState::InvalidColumnReference, text));
        }
        let mut range = None;
        if let Some(FromTree::Join(join)) = tree {
            (join.alias, join.given) = super::record::written_alias(alias);
            join.columns = columns.iter().map(|c| (c.name.clone(), c.scalar.clone())).collect();
            range = Some(join.id);
        }
        for (column, renamed) in columns.iter_mut().zip(&alias.columns) {
            column.name = fold(&renamed.name);
        }
        if let Some(range) = range {
            for (slot, column) in columns.iter_mut().enumerate() {
                column.scalar = self.formed(column.scalar.clone(), || Form::JoinColumn { range, slot });
            }
        }
        for item in &mut items {
            item.cols_visible = false;
            item.rel_visible = false;
        }
        let mut item = NsItem::new(name, Columns::List(columns.into()));
        item.range = range;
        item.unlockable = Some("a join");
        items.push(item);
        Ok(items)
    }
}

/// The columns that bare names and a star see.
fn visible(items: &[NsItem]) -> Vec<NsColumn> {
    items.iter().filter(|i| i.cols_visible).flat_map(|i| i.all().collect::<Vec<_>>()).collect()
}
