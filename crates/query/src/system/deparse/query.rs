//! Queries.

use gavel_binder::bound::{
    CheckMode, Frame, FrameBound, FrameExclude, FrameUnits, Scalar, ScalarKind, SetOpKind, SortKey,
};
use gavel_binder::query_tree::{
    Body, CteTree, DistinctTree, Form, GroupTree, QueryTree, RangeColumn, RangeId, SelectTree, WindowTree,
};
use gavel_types::Datum;

use super::writer::{STEP, Writer};
use crate::ddl::names::quote;

impl Writer<'_> {
    /// `names` are the output columns' if they are not the query's own; `visible`: they are seen from outside, so that
    /// even a name that nobody gave is written.
    pub fn query(&mut self, query: &QueryTree, names: Option<&[String]>, visible: bool) -> Option<()> {
        let (indent, mark) = (self.indent, self.names.mark());
        self.names.ctes.extend(query.ctes.iter().map(|c| c.name.clone()));
        self.names.enter(self.catalog, query);
        let done = self.query_here(query, names, visible);
        self.names.forget(&mark);
        self.indent = indent;
        done
    }

    fn query_here(&mut self, query: &QueryTree, names: Option<&[String]>, visible: bool) -> Option<()> {
        self.with_clause(query.recursive, &query.ctes)?;
        match &query.body {
            Body::SetOperation { op, all, left, right } => {
                self.set_operation(*op, *all, left, right, names, visible)?;
            }
            Body::Select(select) => self.select(select, names, visible)?,
            Body::Values { range, rows, columns } => self.values_query(*range, rows, columns, names, visible)?,
        }
        if !query.order_by.is_empty() {
            self.clause(" ORDER BY ", 1);
            self.list(&query.order_by, |w, item| match item.position {
                Some(n) => {
                    w.put(&n.to_string());
                    w.direction(&item.key);
                    Some(())
                }
                None => w.sort_key(&item.key),
            })?;
        }
        if let Some(offset) = &query.offset {
            self.clause(" OFFSET ", 0);
            self.row_count(offset)?;
        }
        match &query.limit {
            Some(limit) if query.with_ties => {
                self.clause(" FETCH FIRST ", 0);
                self.put("(");
                self.row_count(limit)?;
                self.put(") ROWS WITH TIES");
            }
            Some(limit) => {
                self.clause(" LIMIT ", 0);
                self.row_count(limit)?;
            }
            None => {}
        }
        for lock in &query.locks {
            let word = match lock.mode {
                CheckMode::KeyShare => " FOR KEY SHARE",
                CheckMode::Share => " FOR SHARE",
                CheckMode::NoKeyUpdate => " FOR NO KEY UPDATE",
                CheckMode::Update => " FOR UPDATE",
            };
            self.clause(word, 0);
            let name = quote(self.names.range(lock.range)?.name.as_deref()?);
            self.put(&format!(" OF {name}{}", lock.wait));
        }
        Some(())
    }

    fn with_clause(&mut self, recursive: bool, ctes: &[CteTree]) -> Option<()> {
        if ctes.is_empty() {
            return Some(());
        }
        self.indent += STEP;
        self.put(if recursive { " WITH RECURSIVE " } else { " WITH " });
        self.list(ctes, |w, cte| {
            w.put(&quote(&cte.name));
            if !cte.columns.is_empty() {
                let names: Vec<String> = cte.columns.iter().map(|c| quote(c)).collect();
                w.put(&format!("({})", names.join(", ")));
            }
            w.put(match cte.materialized {
                None => " AS (",
                Some(true) => " AS MATERIALIZED (",
                Some(false) => " AS NOT MATERIALIZED (",
            });
            w.line("", 0, 0, 0);
            w.query(&cte.query, None, true)?;
            w.line(")", 0, 0, 0);
            w.recursion(cte)
        })?;
        self.line("", -STEP, 0, 0);
        Some(())
    }

    /// SEARCH and CYCLE.
    fn recursion(&mut self, cte: &CteTree) -> Option<()> {
        let names = |list: &[String]| list.iter().map(|n| quote(n)).collect::<Vec<_>>().join(", ");
        if let Some(search) = &cte.search {
            let (order, columns) = (if search.depth { "DEPTH" } else { "BREADTH" }, names(&search.columns));
            self.put(&format!(" SEARCH {order} FIRST BY {columns} SET {}", quote(&search.sequence)));
        }
        if let Some(cycle) = &cte.cycle {
            self.put(&format!(" CYCLE {} SET {}", names(&cycle.columns), quote(&cycle.mark)));
            if let Some((value, default)) = &cycle.values {
                self.put(" TO ");
                self.scalar(value)?;
                self.put(" DEFAULT ");
                self.scalar(default)?;
            }
            self.put(&format!(" USING {}", quote(&cycle.path)));
        }
        Some(())
    }

    fn set_operation(
        &mut self,
        op: SetOpKind,
        all: bool,
        left: &QueryTree,
        right: &QueryTree,
        names: Option<&[String]>,
        visible: bool,
    ) -> Option<()> {
        // Parentheses show where the operator changes; a chain of one operator leans left without them.
        let set_off = match &left.body {
            Body::SetOperation { op: o, all: a, .. } if !left.is_decorated() => (*o, *a) != (op, all),
            _ => false,
        };
        if set_off {
            self.put("(");
            self.line("", STEP, 0, 0);
        }
        self.operand_query(left, names, visible)?;
        if set_off {
            self.line(") ", -STEP, 0, 0);
        } else {
            self.line("", 0, 0, 0);
        }
        self.put(match op {
            SetOpKind::Union => "UNION ",
            SetOpKind::Intersect => "INTERSECT ",
            SetOpKind::Except => "EXCEPT ",
        });
        if all {
            self.put("ALL ");
        }
        let nested = matches!(right.body, Body::SetOperation { .. }) && !right.is_decorated();
        if nested {
            self.put("(");
        }
        self.line("", if nested { STEP } else { 0 }, 0, 0);
        self.operand_query(right, names, false)?;
        if nested {
            self.indent -= STEP;
            self.line(")", 0, 0, 0);
        }
        Some(())
    }

    fn operand_query(&mut self, query: &QueryTree, names: Option<&[String]>, visible: bool) -> Option<()> {
        match &query.body {
            Body::SetOperation { op, all, left, right } if !query.is_decorated() => {
                self.set_operation(*op, *all, left, right, names, visible)
            }
            _ if query.is_decorated() => {
                self.put("(");
                self.query(query, names, visible)?;
                self.put(")");
                Some(())
            }
            _ => self.query(query, names, visible),
        }
    }

    fn select(&mut self, select: &SelectTree, names: Option<&[String]>, visible: bool) -> Option<()> {
        self.indent += STEP;
        self.put(" SELECT");
        match &select.distinct {
            DistinctTree::No => {}
            DistinctTree::All => self.put(" DISTINCT"),
            DistinctTree::On(on) => {
                self.put(" DISTINCT ON (");
                self.list(on, |w, e| w.clause_key(e))?;
                self.put(")");
            }
        }
        self.targets(&select.targets, names, visible)?;
        self.from_clause(&select.from)?;
        if let Some(filter) = &select.filter {
            self.clause(" WHERE ", 1);
            self.scalar(filter)?;
        }
        if !select.group_by.is_empty() {
            self.clause(" GROUP BY ", 1);
            self.put(if select.group_distinct { "DISTINCT " } else { "" });
            self.list(&select.group_by, |w, item| w.group(item, true))?;
        }
        if let Some(having) = &select.having {
            self.clause(" HAVING ", 0);
            self.scalar(having)?;
        }
        if !select.windows.is_empty() {
            self.clause(" WINDOW ", 1);
            self.list(&select.windows, |w, (name, window)| {
                w.put(&format!("{} AS ", quote(name)));
                w.window(window)
            })?;
        }
        Some(())
    }

    fn targets(&mut self, targets: &[(String, Scalar)], names: Option<&[String]>, visible: bool) -> Option<()> {
        let mut broken = false;
        for (i, (own, value)) in targets.iter().enumerate() {
            self.put(if i == 0 { " " } else { ", " });
            let name = names.and_then(|n| n.get(i)).unwrap_or(own);
            let text = self.apart(|w| w.target(value, name, visible))?;
            self.item(&text, i == 0, broken);
            broken = text.strip_prefix('\n').unwrap_or(&text).contains('\n');
        }
        Some(())
    }

    fn target(&mut self, value: &Scalar, name: &str, visible: bool) -> Option<()> {
        let mut derived = if visible { None } else { Some("?column?".to_owned()) };
        match &value.kind {
            ScalarKind::Form { form, .. } if matches!(**form, Form::WholeRow(_)) => {
                derived = None;
                self.row_item(value)?;
            }
            _ => {
                if let Some(column) = self.column_of(value) {
                    derived = Some(column);
                }
                self.scalar(value)?;
            }
        }
        if derived.as_deref() != Some(name) {
            self.put(&format!(" AS {}", quote(name)));
        }
        Some(())
    }

    /// The name of the column of FROM that a value is.
    fn column_of(&self, value: &Scalar) -> Option<String> {
        match &value.kind {
            ScalarKind::Column(id) => self.names.column(*id).map(|c| c.1.to_owned()),
            ScalarKind::Form { form, .. } => match **form {
                Form::JoinColumn { range, slot } => self.names.slot(range, slot).map(|c| c.1.to_owned()),
                _ => None,
            },
            _ => None,
        }
    }

    fn values_query(
        &mut self,
        range: RangeId,
        rows: &[Vec<Scalar>],
        columns: &[RangeColumn],
        names: Option<&[String]>,
        visible: bool,
    ) -> Option<()> {
        self.indent += STEP;
        self.put(" ");
        let renamed = names.is_some_and(|names| columns.iter().zip(names).any(|(c, name)| c.name != *name));
        if !renamed {
            return self.values(rows);
        }
        self.put("SELECT");
        let column = |c: &RangeColumn| -> Option<(String, Scalar)> {
            let ty = rows.first()?.get(columns.iter().position(|o| o.id == c.id)?)?.ty;
            Some((c.name.clone(), Scalar { kind: ScalarKind::Column(c.id), ty }))
        };
        let targets: Vec<(String, Scalar)> = columns.iter().filter_map(column).collect();
        self.targets(&targets, names, visible)?;
        self.clause(" FROM ", 2);
        self.put("(");
        self.values(rows)?;
        let name = quote(self.names.range(range)?.name.as_deref()?);
        self.put(&format!(") {name}"));
        Some(())
    }

    fn values(&mut self, rows: &[Vec<Scalar>]) -> Option<()> {
        self.put("VALUES ");
        self.list(rows, |w, row| {
            w.put("(");
            for (i, value) in row.iter().enumerate() {
                w.put(if i == 0 { "" } else { "," });
                w.row_item(value)?;
            }
            w.put(")");
            Some(())
        })
    }

    fn group(&mut self, item: &GroupTree, bare: bool) -> Option<()> {
        let (word, list) = match item {
            GroupTree::Expr(e) => return self.clause_key(e),
            GroupTree::Set(list) => {
                let enclosed = !bare || list.len() != 1;
                self.put(if enclosed { "(" } else { "" });
                self.list(list, |w, e| w.clause_key(e))?;
                self.put(if enclosed { ")" } else { "" });
                return Some(());
            }
            GroupTree::Rollup(list) => ("ROLLUP(", list),
            GroupTree::Cube(list) => ("CUBE(", list),
            GroupTree::Sets(list) => ("GROUPING SETS (", list),
        };
        let bare = !matches!(item, GroupTree::Sets(_));
        self.put(word);
        self.list(list, |w, part| w.group(part, bare))?;
        self.put(")");
        Some(())
    }

    /// An expression of ORDER BY, GROUP BY or DISTINCT ON: whatever could be taken for a name there is set off.
    pub fn clause_key(&mut self, value: &Scalar) -> Option<()> {
        let plain = self.column_of(value).is_some() || matches!(value.kind, ScalarKind::Const(_));
        let set_off = !plain && (self.layout.pretty || self.looks_like_call(value));
        self.put(if set_off { "(" } else { "" });
        self.scalar(value)?;
        self.put(if set_off { ")" } else { "" });
        Some(())
    }

    pub fn sort_key(&mut self, key: &SortKey) -> Option<()> {
        self.clause_key(&key.expr)?;
        self.direction(key);
        Some(())
    }

    fn direction(&mut self, key: &SortKey) {
        self.put(match (key.descending, key.nulls_first) {
            (false, false) => "",
            (false, true) => " NULLS FIRST",
            (true, true) => " DESC",
            (true, false) => " DESC NULLS LAST",
        });
    }

    /// The number of LIMIT or OFFSET, without the cast to bigint that is always there.
    fn row_count(&mut self, value: &Scalar) -> Option<()> {
        match &value.kind {
            ScalarKind::Const(Datum::Null) => self.put("ALL"),
            ScalarKind::Const(Datum::Int8(n)) if (0..=i64::from(i32::MAX)).contains(n) => self.put(&n.to_string()),
            _ => match super::scalar::cast_of(value) {
                Some((input, _)) if input.ty.oid != value.ty.oid => {
                    self.operand(input, super::simple::Parent::Other)?;
                }
                _ => self.scalar(value)?,
            },
        }
        Some(())
    }

    pub fn window(&mut self, window: &WindowTree) -> Option<()> {
        let mut parts: Vec<String> = vec![];
        parts.extend(window.base.as_deref().map(quote));
        if !window.partition_by.is_empty() {
            let list = self.apart(|w| w.list(&window.partition_by, |w, e| w.clause_key(e)))?;
            parts.push(format!("PARTITION BY {list}"));
        }
        if !window.order_by.is_empty() {
            let list = self.apart(|w| w.list(&window.order_by, |w, key| w.sort_key(key)))?;
            parts.push(format!("ORDER BY {list}"));
        }
        if let Some((frame, between)) = &window.frame {
            parts.push(self.frame(frame, *between)?);
        }
        self.put(&format!("({})", parts.join(" ")));
        Some(())
    }

    fn frame(&mut self, frame: &Frame, between: bool) -> Option<String> {
        let units = match frame.units {
            FrameUnits::Rows => "ROWS",
            FrameUnits::Range => "RANGE",
            FrameUnits::Groups => "GROUPS",
        };
        let start = self.frame_bound(&frame.start)?;
        let mut out = if between {
            format!("{units} BETWEEN {start} AND {}", self.frame_bound(&frame.end)?)
        } else {
            format!("{units} {start}")
        };
        out.push_str(match frame.exclude {
            FrameExclude::NoOthers => "",
            FrameExclude::CurrentRow => " EXCLUDE CURRENT ROW",
            FrameExclude::Group => " EXCLUDE GROUP",
            FrameExclude::Ties => " EXCLUDE TIES",
        });
        Some(out)
    }

    fn frame_bound(&mut self, bound: &FrameBound) -> Option<String> {
        Some(match bound {
            FrameBound::UnboundedPreceding => "UNBOUNDED PRECEDING".to_owned(),
            FrameBound::UnboundedFollowing => "UNBOUNDED FOLLOWING".to_owned(),
            FrameBound::CurrentRow => "CURRENT ROW".to_owned(),
            FrameBound::Preceding(offset) => format!("{} PRECEDING", self.apart(|w| w.row_count(offset))?),
            FrameBound::Following(offset) => format!("{} FOLLOWING", self.apart(|w| w.row_count(offset))?),
        })
    }
}
