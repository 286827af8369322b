//! What names mean at a place: one [`Level`] a query, from the outermost to the innermost. A level
//! holds the items of its FROM clause and collects what its expressions need computed apart
//! (aggregates, window calls, set-returning functions).
//!
//! # Invariants
//! 1. A name is searched from the innermost level outwards, not past a barrier (a view's body).
//! 2. The columns of an item that a merged join hides are found only with the item's name before them.
//! 3. While FROM is being bound, items to the left are seen only by LATERAL items.

use std::rc::Rc;
use std::sync::Arc;

use gavel_catalog::Table;
use gavel_catalog::system::SystemRelation;
use gavel_types::{Oid, PgType, SqlError, SqlState};

use super::Binder;
use super::access::{ColumnAccess, SYSTEM_COLUMN};
use super::clause::Clause;
use super::scalar::{Typed, column};
use crate::bound::{Aggregate, ColumnId, CteId, Scalar, ScalarKind, SetCall, Window};
use crate::parse::Pos;
use crate::query_tree::{CteTree, Form, FromTree, RangeId, WindowTree};

/// Slot of the system column `tableoid`, which every table has beside its own columns.
const TABLEOID: usize = usize::MAX;
/// Slot of `xmin` in system relations, by which tools ask what has changed since.
const XMIN: usize = usize::MAX - 1;
/// The transaction that made PostgreSQL's own rows.
const BOOTSTRAP_XID: u32 = 1;

/// Names and types of a row value's fields.
pub type Fields = Rc<[(String, PgType)]>;

/// A column that a FROM item offers.
#[derive(Clone, Debug)]
pub struct NsColumn {
    pub name: String,
    pub scalar: Scalar,
    /// Table and attnum where it is a plain table column.
    pub origin: Option<(Oid, i16)>,
    /// Where the column is a row value.
    pub fields: Option<Fields>,
    /// What reading it is noted for.
    pub access: Option<ColumnAccess>,
}

/// The columns of a FROM item.
#[derive(Clone, Debug)]
pub enum Columns {
    /// Column `i` of `table.columns` has id `first + i`.
    Table {
        table: Arc<Table>,
        first: u32,
    },
    System {
        relation: &'static SystemRelation,
        first: u32,
    },
    List(Rc<[NsColumn]>),
}

/// An item of FROM.
#[derive(Clone, Debug)]
pub struct NsItem {
    /// Alias, or the relation's name; empty for an unnamed join.
    pub name: String,
    /// Schema by which the name may be qualified, where there is no alias.
    pub schema: Option<Oid>,
    pub columns: Columns,
    /// New names of the first columns.
    pub renamed: Vec<String>,
    pub rel_visible: bool,
    pub cols_visible: bool,
    pub lateral_only: bool,
    pub lateral_ok: bool,
    /// The table that the statement changes, which no item of its FROM reaches, LATERAL or not.
    pub changed: bool,
    /// `bytea` column with the storage key, for a table.
    pub row_key: Option<ColumnId>,
    /// `oid` column with the table that a row is in, where that may be one of several: `tableoid`.
    pub table_oid: Option<ColumnId>,
    /// A function that returns one column: its name alone means the value.
    pub scalar_function: bool,
    /// Its place in the query tree, if one is recorded.
    pub range: Option<RangeId>,
    /// FOR UPDATE without names is for it too.
    pub lockable: bool,
    /// An outer join may put NULLs in its row's place.
    pub nullable: bool,
    /// How many of the last columns a star leaves out: those of SEARCH and CYCLE within the query that they belong to.
    pub unexpanded: usize,
    /// What it is where row locks cannot be applied to it: `a join`.
    pub unlockable: Option<&'static str>,
    /// The table whose row a list of columns is, for `tableoid`.
    pub table: Option<Oid>,
    /// The relation whose row a list of columns is, all of it.
    pub row_of: Option<Oid>,
    /// What reading its columns is noted for, unless they say it themselves.
    pub access: Option<usize>,
}

impl NsItem {
    pub fn new(name: String, columns: Columns) -> Self {
        Self {
            name,
            schema: None,
            columns,
            renamed: vec![],
            rel_visible: true,
            cols_visible: true,
            lateral_only: false,
            lateral_ok: true,
            changed: false,
            row_key: None,
            table_oid: None,
            scalar_function: false,
            range: None,
            lockable: false,
            nullable: false,
            unexpanded: 0,
            unlockable: None,
            table: None,
            row_of: None,
            access: None,
        }
    }

    /// The item whose columns are those of the relation of `access`.
    #[must_use]
    pub fn accessed_by(mut self, access: usize) -> Self {
        self.access = Some(access);
        let noted = |c: &NsColumn| NsColumn { access: c.origin.map(|o| (access, o.1)), ..c.clone() };
        let list = if let Columns::List(list) = &self.columns { Some(list.iter().map(noted).collect()) } else { None };
        if let Some(list) = list {
            self.columns = Columns::List(list);
        }
        self
    }

    /// What reading slot `i` is noted for.
    pub fn access_of(&self, i: usize) -> Option<ColumnAccess> {
        match &self.columns {
            Columns::List(list) => list.get(i).and_then(|c| c.access),
            _ => Some((self.access?, self.origin(i).map_or(SYSTEM_COLUMN, |o| o.1))),
        }
    }

    /// The type of a whole row.
    pub fn row_type(&self) -> Oid {
        match &self.columns {
            Columns::Table { table, .. } if self.renamed.is_empty() => {
                gavel_catalog::snapshot::row_type(table.oid).unwrap_or(Oid::RECORD)
            }
            Columns::List(_) if self.renamed.is_empty() => {
                self.row_of.and_then(gavel_catalog::snapshot::row_type).unwrap_or(Oid::RECORD)
            }
            _ => Oid::RECORD,
        }
    }

    /// Slots, dropped columns included.
    pub fn slots(&self) -> usize {
        match &self.columns {
            Columns::Table { table, .. } => table.columns.len(),
            Columns::System { relation, .. } => relation.columns.len(),
            Columns::List(list) => list.len(),
        }
    }

    /// Whether slot `i` is a live column.
    pub fn live(&self, i: usize) -> bool {
        match &self.columns {
            Columns::Table { table, .. } => table.columns.get(i).is_some_and(|c| !c.dropped),
            _ => i < self.slots(),
        }
    }

    /// The name of slot `i`, aliases applied. `renamed` counts live columns only.
    pub fn column_name(&self, i: usize) -> &str {
        if i == TABLEOID {
            return "tableoid";
        }
        if !self.renamed.is_empty() {
            let ordinal = (0..i).filter(|k| self.live(*k)).count();
            if let Some(name) = self.renamed.get(ordinal) {
                return name;
            }
        }
        match &self.columns {
            Columns::Table { table, .. } => table.columns.get(i).map_or("", |c| &c.name),
            Columns::System { relation, .. } => relation.columns.get(i).map_or("", |c| c.name),
            Columns::List(list) => list.get(i).map_or("", |c| &c.name),
        }
    }

    /// The value of slot `i`.
    pub fn scalar(&self, i: usize) -> Scalar {
        if i == TABLEOID {
            if let Some(id) = self.table_oid {
                return column(id, PgType::new(Oid::OID));
            }
            let oid = match &self.columns {
                Columns::Table { table, .. } => table.oid,
                Columns::System { relation, .. } => relation.oid,
                Columns::List(_) => self.table.unwrap_or(Oid(0)),
            };
            return super::scalar::constant(gavel_types::Datum::Oid(oid.0), PgType::new(Oid::OID));
        }
        if i == XMIN {
            return super::scalar::constant(gavel_types::Datum::Oid(BOOTSTRAP_XID), PgType::new(Oid::XID));
        }
        let at = |first: u32| ColumnId(first + u32::try_from(i).unwrap_or(0));
        match &self.columns {
            Columns::Table { table, first } => {
                column(at(*first), table.columns.get(i).map_or(PgType::UNKNOWN, |c| c.ty))
            }
            Columns::System { relation, first } => {
                column(at(*first), relation.columns.get(i).map_or(PgType::UNKNOWN, |c| c.ty))
            }
            Columns::List(list) => {
                list.get(i).map_or_else(|| super::scalar::null(PgType::UNKNOWN), |c| c.scalar.clone())
            }
        }
    }

    pub fn origin(&self, i: usize) -> Option<(Oid, i16)> {
        match &self.columns {
            Columns::Table { table, .. } => table.columns.get(i).map(|c| (table.oid, c.number)),
            Columns::System { relation, .. } => relation.columns.get(i).map(|c| (relation.oid, c.number)),
            Columns::List(list) => list.get(i).and_then(|c| c.origin),
        }
    }

    pub fn fields(&self, i: usize) -> Option<Fields> {
        match &self.columns {
            Columns::List(list) => list.get(i).and_then(|c| c.fields.clone()),
            _ => None,
        }
    }

    /// The slot that puts out `id`, if it is a plain column, or `tableoid`.
    pub fn slot_of(&self, id: ColumnId) -> Option<usize> {
        if self.table_oid == Some(id) {
            return Some(TABLEOID);
        }
        let within = |first: u32, n: usize| {
            let i = id.0.checked_sub(first)? as usize;
            (i < n).then_some(i)
        };
        match &self.columns {
            Columns::Table { first, .. } | Columns::System { first, .. } => within(*first, self.slots()),
            Columns::List(list) => list.iter().position(|c| c.scalar.kind == ScalarKind::Column(id)),
        }
    }

    /// All live columns, as a star expands.
    pub fn all(&self) -> impl Iterator<Item = NsColumn> + '_ {
        (0..self.slots().saturating_sub(self.unexpanded)).filter(|i| self.live(*i)).map(|i| NsColumn {
            name: self.column_name(i).to_owned(),
            scalar: self.scalar(i),
            origin: self.origin(i),
            fields: self.fields(i),
            access: self.access_of(i),
        })
    }

    /// Slots of this name: none, one, or more. Rows of system relations all have the one version number that
    /// PostgreSQL gives to rows from the beginning.
    fn find(&self, name: &str) -> (Option<usize>, bool) {
        if self.renamed.is_empty()
            && let Columns::Table { table, .. } = &self.columns
        {
            let found = table.columns.iter().position(|c| c.name == name && !c.dropped);
            return (found.or((name == "tableoid").then_some(TABLEOID)), false);
        }
        let mut hits = (0..self.slots()).filter(|i| self.live(*i) && self.column_name(*i) == name);
        let (first, second) = (hits.next(), hits.next());
        let system = match &self.columns {
            Columns::Table { .. } | Columns::System { .. } if name == "tableoid" => Some(TABLEOID),
            Columns::System { relation, .. } if name == "xmin" && !relation.view => Some(XMIN),
            Columns::List(_) if name == "tableoid" && (self.table.is_some() || self.table_oid.is_some()) => {
                Some(TABLEOID)
            }
            _ => None,
        };
        (first.or(system), second.is_some())
    }

    /// Whether its rows are those of a table or a system catalog: PostgreSQL's have columns for their versions.
    fn has_versions(&self) -> bool {
        match &self.columns {
            Columns::Table { .. } => true,
            Columns::System { relation, .. } => !relation.view,
            Columns::List(_) => self.table.is_some() || self.table_oid.is_some(),
        }
    }
}

/// System columns that PostgreSQL's rows have from the way it keeps versions.
pub(super) fn is_version_column(name: &str) -> bool {
    matches!(name, "ctid" | "xmin" | "xmax" | "cmin" | "cmax")
}

/// 0A000, which says more than that there is no such column.
pub(super) fn no_version_column(name: &str) -> SqlError {
    SqlError::unsupported(format!("system column \"{name}\" is not supported"))
        .detail("Rows are not kept at places in a file, and have no transaction numbers.")
        .hint("Name rows by their key; a change since they were read is found by FOR UPDATE or at COMMIT.")
}

impl Binder<'_> {
    /// The error for such a column: what PostgreSQL says where it allows none either.
    fn no_version_column(&self, name: &str) -> SqlError {
        let text = match self.clause() {
            Clause::Generated => format!("cannot use system column \"{name}\" in column generation expression"),
            Clause::MergeWhen => format!("cannot use system column \"{name}\" in MERGE WHEN condition"),
            Clause::Check => format!("system column \"{name}\" reference in check constraint is invalid"),
            _ => return no_version_column(name),
        };
        SqlError::new(SqlState::InvalidColumnReference, text)
    }

    /// The error for such a field of a row of this type, if it is a table's.
    pub(super) fn no_version_field(&self, name: &str, row: Oid) -> Option<SqlError> {
        let table = self.context.catalog.table(Oid(row.type_number())).filter(|_| row.is_composite());
        table.filter(|_| is_version_column(name)).map(|_| no_version_column(name))
    }
}

/// A common table expression that can be named.
#[derive(Clone, Debug)]
pub struct CteEntry {
    pub name: String,
    pub id: CteId,
    /// Name, id within the CTE, type.
    pub columns: Rc<[NsColumn]>,
    /// A data-modifying statement without RETURNING cannot be read.
    pub readable: bool,
    /// How many columns SEARCH and CYCLE have added, at the end.
    pub unexpanded: usize,
    /// Its recursive term is being bound.
    pub recursing: bool,
}

/// One place where a column of a level is mentioned.
#[derive(Clone, Copy, Debug)]
pub struct Mention {
    pub id: ColumnId,
    pub pos: Pos,
    /// Within an aggregate of the level, where it need not be grouped.
    pub aggregated: bool,
    /// From a subquery.
    pub deeper: bool,
}

/// A window definition of the WINDOW clause or of a call.
#[derive(Clone, Debug)]
pub struct WindowDefinition {
    pub name: Option<String>,
    pub partition_by: Vec<Scalar>,
    pub order_by: Vec<crate::bound::SortKey>,
    pub frame: crate::bound::Frame,
    /// The frame was written.
    pub framed: bool,
    /// As it is written.
    pub tree: WindowTree,
}

/// One query of the nesting.
#[derive(Debug)]
pub struct Level {
    pub items: Vec<NsItem>,
    pub clause: Clause,
    /// A LATERAL item of FROM is being bound.
    pub lateral_active: bool,
    /// It has mentioned an item to its left.
    pub lateral_used: bool,
    pub barrier: bool,
    pub ctes: Vec<CteEntry>,
    /// Names of WITH items that cannot be read yet.
    pub future_ctes: Vec<String>,
    /// FROM reads the CTE whose recursive term this is.
    pub recursing: bool,
    /// It is a SELECT, whose scans can be made to put out the keys of rows; those that are wanted.
    pub puts_out_keys: bool,
    pub wanted_keys: Vec<ColumnId>,
    /// Where the first aggregate call is written.
    pub first_aggregate: Pos,
    pub aggregates: Vec<Aggregate>,
    pub has_aggregates: bool,
    pub windows: Vec<Window>,
    pub named_windows: Vec<WindowDefinition>,
    /// Set-returning calls; a later layer uses results of earlier ones.
    pub sets: Vec<Vec<SetCall>>,
    /// `GROUPING(…)`: id of the result, and arguments.
    pub groupings: Vec<(ColumnId, Vec<Typed>)>,
    /// GROUP BY has grouping sets.
    pub grouping_sets: bool,
    /// Where columns of this level are mentioned outside aggregates, for errors about grouping.
    pub mentions: Vec<Mention>,
    /// DEFAULT may stand as an item (VALUES of INSERT).
    pub allows_default: bool,
    /// Row locks of the query, which the subqueries and views in its FROM take part in.
    pub locks: Vec<sqlparser::ast::LockClause>,
    /// For the query tree, if one is recorded: FROM, and the CTEs of the query.
    pub from: Vec<FromTree>,
    pub cte_trees: Vec<CteTree>,
}

impl Level {
    pub fn new() -> Self {
        Self {
            items: vec![],
            clause: Clause::Other,
            lateral_active: false,
            lateral_used: false,
            barrier: false,
            ctes: vec![],
            future_ctes: vec![],
            recursing: false,
            puts_out_keys: false,
            wanted_keys: vec![],
            first_aggregate: Pos::NONE,
            aggregates: vec![],
            has_aggregates: false,
            windows: vec![],
            named_windows: vec![],
            sets: vec![],
            groupings: vec![],
            grouping_sets: false,
            mentions: vec![],
            allows_default: false,
            locks: vec![],
            from: vec![],
            cte_trees: vec![],
        }
    }
}

/// A column found by name.
pub struct Found {
    pub level: usize,
    pub item: usize,
    pub slot: usize,
}

impl Binder<'_> {
    pub fn level(&mut self) -> &mut Level {
        if self.levels.is_empty() {
            self.levels.push(Level::new());
        }
        let last = self.levels.len() - 1;
        &mut self.levels[last]
    }

    pub fn clause(&self) -> Clause {
        self.levels.last().map_or(Clause::Other, |l| l.clause)
    }

    /// Runs `f` with the level's clause set.
    pub fn within<T>(&mut self, clause: Clause, f: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.level().clause, clause);
        let out = f(self);
        self.level().clause = before;
        out
    }

    /// Indices of the levels that a name may come from, innermost first.
    fn visible_levels(&self) -> impl Iterator<Item = usize> + use<> {
        let floor = self.levels.iter().rposition(|l| l.barrier).unwrap_or(0);
        (floor..self.levels.len()).rev()
    }

    /// The column of this bare name.
    ///
    /// # Errors
    /// 42702 when several have it, 42P10 when it is to the left of a join that is not lateral.
    pub fn find_column(&mut self, name: &str, pos: Pos) -> Result<Option<Found>, SqlError> {
        for l in self.visible_levels() {
            let level = &self.levels[l];
            let mut found: Option<Found> = None;
            for (i, item) in level.items.iter().enumerate() {
                if !item.cols_visible || item.lateral_only && !level.lateral_active {
                    continue;
                }
                let (slot, twice) = item.find(name);
                let Some(slot) = slot else { continue };
                if twice || found.is_some() {
                    let text = format!("column reference \"{name}\" is ambiguous");
                    return Err(self.error_at(SqlError::new(SqlState::AmbiguousColumn, text), pos));
                }
                found = Some(Found { level: l, item: i, slot });
            }
            if let Some(found) = found {
                self.check_lateral(&found, pos)?;
                return Ok(Some(found));
            }
            let has_table = level.items.iter().any(|i| i.cols_visible && i.has_versions());
            let is_name = self.levels[l].items.iter().any(|i| i.name == name);
            if has_table && !is_name && is_version_column(name) {
                return Err(self.error_at(self.no_version_column(name), pos));
            }
        }
        Ok(None)
    }

    fn check_lateral(&mut self, found: &Found, pos: Pos) -> Result<(), SqlError> {
        let item = &self.levels[found.level].items[found.item];
        if !item.lateral_only {
            return Ok(());
        }
        if !item.lateral_ok || item.changed {
            let text = format!("invalid reference to FROM-clause entry for table \"{}\"", item.name);
            let error = SqlError::new(SqlState::InvalidColumnReference, text);
            let error = if item.changed {
                error.hint(format!(
                    "There is an entry for table \"{}\", but it cannot be referenced from this part of the query.",
                    item.name
                ))
            } else {
                error.detail("The combining JOIN type must be INNER or LEFT for a LATERAL reference.")
            };
            return Err(self.error_at(error, pos));
        }
        self.levels[found.level].lateral_used = true;
        Ok(())
    }

    /// The FROM item that `schema.name` or `name` means: level and index.
    ///
    /// # Errors
    /// 42P09 when several have the name.
    pub fn find_item(&self, schema: Option<&str>, name: &str, pos: Pos) -> Result<Option<(usize, usize)>, SqlError> {
        let schema_oid = match schema {
            Some(s) => match self.schema_oid(s) {
                Some(oid) => Some(oid),
                None => return Ok(None),
            },
            None => None,
        };
        for l in self.visible_levels() {
            let level = &self.levels[l];
            let mut found = None;
            for (i, item) in level.items.iter().enumerate() {
                if !item.rel_visible || item.name != name || item.lateral_only && !level.lateral_active {
                    continue;
                }
                if schema_oid.is_some() && item.schema != schema_oid {
                    continue;
                }
                if found.is_some() {
                    let text = format!("table reference \"{name}\" is ambiguous");
                    return Err(self.error_at(SqlError::new(SqlState::AmbiguousAlias, text), pos));
                }
                found = Some((l, i));
            }
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// OID of a schema by name, system ones included.
    pub fn schema_oid(&self, name: &str) -> Option<Oid> {
        match name {
            "pg_catalog" => Some(gavel_catalog::system::PG_CATALOG),
            "information_schema" => Some(gavel_catalog::system::INFORMATION_SCHEMA),
            _ => self.context.catalog.qualifier(name).map(|s| s.oid),
        }
    }

    /// The column `name` of FROM item `item`.
    ///
    /// # Errors
    /// 42703 `column t.x does not exist`.
    pub fn find_in_item(&mut self, l: usize, i: usize, name: &str, pos: Pos) -> Result<Found, SqlError> {
        let item = &self.levels[l].items[i];
        match item.find(name) {
            (Some(_), true) => {
                let text = format!("column reference \"{name}\" is ambiguous");
                Err(self.error_at(SqlError::new(SqlState::AmbiguousColumn, text), pos))
            }
            (Some(slot), false) => {
                let found = Found { level: l, item: i, slot };
                self.check_lateral(&found, pos)?;
                Ok(found)
            }
            (None, _) if is_version_column(name) && item.has_versions() => {
                Err(self.error_at(self.no_version_column(name), pos))
            }
            (None, _) => {
                let text = format!("column {}.{name} does not exist", item.name);
                let mut error = SqlError::new(SqlState::UndefinedColumn, text);
                let close = (0..item.slots()).filter(|s| item.live(*s)).map(|s| item.column_name(s));
                if let Some(near) = super::nearest::nearest(name, close) {
                    error = error.hint(format!("Perhaps you meant to reference the column \"{}.{near}\".", item.name));
                }
                Err(self.error_at(error, pos))
            }
        }
    }

    /// The value of a column that was found; remembers the mention.
    pub fn mention(&mut self, found: &Found, pos: Pos) -> Typed {
        let item = &self.levels[found.level].items[found.item];
        let (scalar, fields, access) = (item.scalar(found.slot), item.fields(found.slot), item.access_of(found.slot));
        let table_oid_of = (found.slot == TABLEOID).then_some(item.range);
        self.selects(access);
        self.note_columns(found.level, &scalar, pos);
        let scalar = match table_oid_of {
            Some(range) => self.formed(scalar, || Form::TableOid(range)),
            None => scalar,
        };
        let value = Typed::new(scalar, pos);
        match fields {
            Some(fields) => self.remember_fields(value, fields),
            None => value,
        }
    }

    /// Remembers that columns of level `l` are mentioned at `pos`.
    pub fn note_columns(&mut self, l: usize, scalar: &Scalar, pos: Pos) {
        let inside = self.aggregate_frames.iter().any(|f| f.level >= l);
        for frame in &mut self.aggregate_frames {
            if l <= frame.level {
                frame.innermost = Some(frame.innermost.map_or(l, |n| n.max(l)));
            }
        }
        let deeper = l + 1 < self.levels.len();
        let level = &mut self.levels[l];
        let mut note = |id| level.mentions.push(Mention { id, pos, aggregated: inside, deeper });
        match &scalar.kind {
            ScalarKind::Column(id) => note(*id),
            _ => super::walk::columns(scalar, &mut note),
        }
    }

    /// 42703 for a bare name, with a hint where PostgreSQL has one.
    pub fn no_column(&self, name: &str, pos: Pos) -> SqlError {
        let mut error = SqlError::new(SqlState::UndefinedColumn, format!("column \"{name}\" does not exist"));
        for l in self.visible_levels() {
            for item in &self.levels[l].items {
                let reachable = item.cols_visible && (!item.lateral_only || self.levels[l].lateral_active);
                if !reachable && item.rel_visible && item.find(name).0.is_some() {
                    error = error.hint(format!(
                        "There is a column named \"{name}\" in table \"{}\", but it cannot be referenced from this part of the query.",
                        item.name
                    ));
                    return self.error_at(error, pos);
                }
            }
        }
        let mut best: Option<(usize, String)> = None;
        let mut tie = false;
        for l in self.visible_levels() {
            for item in self.levels[l].items.iter().filter(|i| i.rel_visible) {
                for slot in (0..item.slots()).filter(|s| item.live(*s)) {
                    let candidate = item.column_name(slot);
                    let Some(distance) = super::nearest::close(name, candidate) else { continue };
                    match &best {
                        Some((d, _)) if *d < distance => {}
                        Some((d, _)) if *d == distance => tie = true,
                        _ => {
                            best = Some((distance, format!("{}.{candidate}", item.name)));
                            tie = false;
                        }
                    }
                }
            }
        }
        if let (Some((_, near)), false) = (best, tie) {
            error = error.hint(format!("Perhaps you meant to reference the column \"{near}\"."));
        }
        self.error_at(error, pos)
    }

    /// 42P01 for a table name before a column that names no FROM item.
    pub fn no_item(&self, name: &str, pos: Pos) -> SqlError {
        for l in self.visible_levels() {
            for item in &self.levels[l].items {
                if item.name == name && !name.is_empty() {
                    let error = SqlError::new(
                        SqlState::UndefinedTable,
                        format!("invalid reference to FROM-clause entry for table \"{name}\""),
                    )
                    .hint(format!(
                        "There is an entry for table \"{name}\", but it cannot be referenced from this part of the query."
                    ));
                    return self.error_at(error, pos);
                }
            }
        }
        // An alias hides the table's own name.
        for l in self.visible_levels() {
            for item in &self.levels[l].items {
                if let Columns::Table { table, .. } = &item.columns
                    && table.name == name
                {
                    let error = SqlError::new(
                        SqlState::UndefinedTable,
                        format!("invalid reference to FROM-clause entry for table \"{name}\""),
                    )
                    .hint(format!("Perhaps you meant to reference the table alias \"{}\".", item.name));
                    return self.error_at(error, pos);
                }
            }
        }
        let error = SqlError::new(SqlState::UndefinedTable, format!("missing FROM-clause entry for table \"{name}\""));
        self.error_at(error, pos)
    }

    /// The CTE of this name, and the level of the query that it belongs to.
    pub fn find_cte(&self, name: &str) -> Option<(CteEntry, usize)> {
        self.visible_levels()
            .find_map(|l| self.levels[l].ctes.iter().rev().find(|c| c.name == name).cloned().map(|cte| (cte, l)))
    }

    /// Adds to the error for an unknown relation that a WITH item further on has the name.
    pub fn note_future_cte(&self, error: SqlError, name: &str) -> SqlError {
        if error.code() != SqlState::UndefinedTable
            || !self.visible_levels().any(|l| self.levels[l].future_ctes.iter().any(|f| f == name))
        {
            return error;
        }
        let text =
            format!("There is a WITH item named \"{name}\", but it cannot be referenced from this part of the query.");
        let hint = "Use WITH RECURSIVE, or re-order the WITH items to remove forward references.";
        error.detail(text).hint(hint)
    }
}
