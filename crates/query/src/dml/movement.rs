//! Changes of rows that are in several tables: those of a table and of what inherits from it, or of partitions. Rows come
//! as the table that the statement names has them. A row of a partitioned table whose new values belong to another
//! partition moves: it goes away in one table and comes in another, while foreign keys see an update.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use gavel_types::{Datum, Oid, SqlError, SqlResult};

use crate::dml::shape::TableShape;
use crate::dml::tree::{Lens, Place};
use crate::dml::writer::{BATCH_ROWS, RowChange, Writer};

/// A row of a table of a tree.
#[derive(Clone, Debug)]
pub(crate) struct TreeRow {
    /// The table that it is in.
    pub part: Oid,
    pub key: Bytes,
    /// As the table that is named has it.
    pub row: Vec<Datum>,
}

/// An update of such a row.
#[derive(Clone, Debug)]
pub(crate) struct TreeChange {
    pub old: TreeRow,
    /// As the table that is named has it.
    pub new: Vec<Datum>,
}

/// Where a row is that was written.
pub(super) struct Landed {
    pub table: Oid,
    /// As the table that is named has it, if the table that it is in has computed columns of it.
    pub row: Option<Vec<Datum>>,
}

impl Landed {
    /// `row` is as the table of `place` has it.
    fn new(place: &Place, row: &[Datum]) -> Self {
        Self { table: place.shape.table.oid, row: place.computes().then(|| place.up(row)) }
    }
}

/// An update that takes a row to another partition.
pub(crate) struct Move {
    pub from: Arc<TableShape>,
    pub key: Bytes,
    /// As `from` has it, before and after.
    pub old: Vec<Datum>,
    pub seen: Vec<Datum>,
    pub to: Place,
    /// As `to` has it.
    pub new: Vec<Datum>,
}

impl Writer<'_> {
    /// Inserts rows of a partitioned table into its partitions. Gives where each is then.
    ///
    /// # Errors
    /// As [`Writer::insert`]; 23514 for a row that no partition takes.
    pub(super) async fn insert_routed(
        &mut self,
        root: &Arc<TableShape>,
        rows: Vec<Vec<Datum>>,
    ) -> SqlResult<Vec<Landed>> {
        let mut landed = Vec::with_capacity(rows.len());
        let mut rows = rows.into_iter();
        loop {
            let mut chunk = Vec::new();
            let mut failed = None;
            for row in rows.by_ref().take(BATCH_ROWS) {
                let place = self.place_of_new(root, &row);
                match place.and_then(|place| Ok((place.down(row, self.eval)?, place))) {
                    Ok((own, place)) => {
                        landed.push(Landed::new(&place, &own));
                        chunk.push((place, own));
                    }
                    Err(e) => {
                        failed = Some(e);
                        break;
                    }
                }
            }
            if chunk.is_empty() && failed.is_none() {
                return Ok(landed);
            }
            self.insert_chunk(chunk, failed).await?;
        }
    }

    /// The rows as the tables have them that they are in; what these have alone is read.
    async fn own_rows(
        &mut self,
        named: &Arc<TableShape>,
        rows: &[&TreeRow],
    ) -> SqlResult<Vec<(Arc<Lens>, Vec<Datum>)>> {
        let mut out = Vec::with_capacity(rows.len());
        let mut partial = Vec::new();
        let mut keys = Vec::new();
        for TreeRow { part, key, row } in rows {
            let lens = self.lens(named, *part)?;
            if !lens.is_whole() {
                partial.push(out.len());
                keys.push(key.clone());
            }
            let own = lens.down(row);
            out.push((lens, own));
        }
        if keys.is_empty() {
            return Ok(out);
        }
        let found = self.state.txn.view().get(&keys).await?;
        for (at, value) in partial.into_iter().zip(found) {
            let (lens, own) = &mut out[at];
            if let Some(value) = value {
                *own = lens.part.decode(&value)?;
            }
        }
        Ok(out)
    }

    /// Where a row is, and the row as that table has it.
    ///
    /// # Errors
    /// XX001 on damage.
    pub(crate) async fn own_row(&mut self, named: &Arc<TableShape>, row: &TreeRow) -> SqlResult<(Place, Vec<Datum>)> {
        let found = self.own_rows(named, &[row]).await?.pop();
        let (lens, own) = found.ok_or_else(|| SqlError::internal("a row without its table"))?;
        // As the statement has found it, whatever was done to it since.
        let own = lens.with(&own, &row.row);
        Ok((Place::part(&lens), own))
    }

    /// Whether a row is there as it was found.
    ///
    /// # Errors
    /// XX001 on damage.
    pub(crate) async fn is_still(&self, shape: &TableShape, key: &Bytes, old: &[Datum]) -> SqlResult<bool> {
        let now = self.state.txn.view().get(std::slice::from_ref(key)).await?.pop().flatten();
        match now {
            Some(row) => Ok(shape.encode(&shape.decode(&row)?)? == shape.encode(old)?),
            None => Ok(false),
        }
    }

    /// Takes a row out of its partition that an update moves to another one, which it gives. `new` is as `named` has it.
    ///
    /// # Errors
    /// 23514 if no partition takes it, 0A000 as [`Self::update_tree`].
    pub(crate) async fn leave(
        &mut self,
        named: &Arc<TableShape>,
        lens: &Arc<Lens>,
        (key, old): (&Bytes, &[Datum]),
        new: &[Datum],
    ) -> SqlResult<Place> {
        self.remove(&lens.part, &[(key.clone(), old.to_vec())]).await?;
        Ok(Place::part(&self.place_of_changed(named, lens, new)?))
    }

    /// Puts a row that has left its partition into another; `changed`: triggers may have changed it.
    ///
    /// # Errors
    /// As [`Writer::insert`].
    pub(crate) async fn arrive_one(&mut self, named: &Arc<TableShape>, moved: Move, changed: bool) -> SqlResult<()> {
        if changed {
            self.check_changed(&moved.to, &moved.new)?;
        }
        self.arrive(named, vec![moved]).await
    }

    /// Notes that a row which has left its partition goes nowhere.
    pub(crate) fn vanish(&mut self, shape: &Arc<TableShape>, old: &[Datum]) {
        self.state.events.parent_changed(shape, old, None);
    }

    /// Updates rows, each of which is there once. Gives where each is then.
    ///
    /// # Errors
    /// As [`Writer::insert`]; 23514 for a row that no partition takes.
    pub(super) async fn update_tree(
        &mut self,
        named: &Arc<TableShape>,
        changes: Vec<TreeChange>,
    ) -> SqlResult<Vec<Landed>> {
        let olds = {
            let rows: Vec<&TreeRow> = changes.iter().map(|c| &c.old).collect();
            self.own_rows(named, &rows).await?
        };
        let mut landed = Vec::with_capacity(changes.len());
        let mut staying = Groups::default();
        let mut moving: Vec<Move> = Vec::new();
        let mut failed = None;
        for (TreeChange { old: TreeRow { key, .. }, new }, (lens, old)) in changes.into_iter().zip(olds) {
            let to = match self.place_of_changed(named, &lens, &new) {
                Ok(to) => to,
                Err(e) => {
                    failed = Some(e);
                    break;
                }
            };
            let seen = lens.changed(&old, &new, self.eval)?;
            let stays = to.part.table.oid == lens.part.table.oid;
            let to = Place::part(&to);
            if stays {
                landed.push(Landed::new(&to, &seen));
                staying.add(&lens, RowChange { key, old, new: seen });
            } else {
                let new = to.down(new, self.eval)?;
                landed.push(Landed::new(&to, &new));
                moving.push(Move { from: Arc::clone(&lens.part), key, old, seen, to, new });
            }
        }
        // Keys are given up before any is taken.
        for Move { from, key, old, .. } in &moving {
            self.remove(from, &[(key.clone(), old.clone())]).await?;
        }
        for (lens, changes) in staying.groups {
            self.update_at(&Place::part(&lens), changes).await?;
        }
        self.arrive(named, moving).await?;
        failed.map_or(Ok(landed), Err)
    }

    /// The table that a row is in after an update, which is that of `lens` before.
    fn place_of_changed(&mut self, named: &Arc<TableShape>, lens: &Arc<Lens>, new: &[Datum]) -> SqlResult<Arc<Lens>> {
        if named.table.partitioned.is_none() {
            return Ok(Arc::clone(lens));
        }
        self.check_within(named, new)?;
        let to = self.route(named, new)?;
        if to.part.table.oid != lens.part.table.oid {
            self.may_leave(named, &lens.part)?;
        }
        Ok(to)
    }

    /// Puts rows that have left their partitions into others.
    async fn arrive(&mut self, named: &Arc<TableShape>, moving: Vec<Move>) -> SqlResult<()> {
        let mut prepared = Vec::with_capacity(moving.len());
        for Move { from, key, old, seen, to, new } in moving {
            let p = self.prepare(&to, new)?;
            prepared.push((from, key, old, seen, to.shape, p));
        }
        let keys = prepared.iter().flat_map(|m| m.5.unique_keys(&m.4)).map(|(_, k)| k.clone()).collect();
        let mut taken = self.existing(keys).await?;
        for (from, left, old, seen, shape, p) in prepared {
            for (index, key) in p.unique_keys(&shape) {
                if !taken.insert(key.clone()) {
                    return Err(self.violation(&shape, index, key, &p.row).await);
                }
            }
            self.state.moved(&left, &p.key);
            self.state.events.parent_moved(&from, &old, &seen, named);
            self.put_new(&shape, p)?;
        }
        Ok(())
    }

    /// 0A000 if a foreign key is to a table between a partition and the one that is named: it would see a row go that is
    /// still there.
    fn may_leave(&self, named: &TableShape, part: &TableShape) -> SqlResult<()> {
        let catalog = self.shapes.catalog();
        for ancestor in catalog.ancestors(part.table.oid) {
            if ancestor.oid == named.table.oid {
                break;
            }
            let referencing = ancestor.referenced_by.iter().filter_map(|oid| catalog.table(*oid));
            let directly = referencing.flat_map(|t| &t.foreign_keys).any(|fk| fk.parent == ancestor.oid);
            if directly {
                let (upper, root) = (&ancestor.name, &named.table.name);
                return Err(SqlError::unsupported(
                    "cannot move tuple across partitions when a non-root ancestor of the source partition is directly \
                     referenced in a foreign key",
                )
                .detail(format!("A foreign key points to ancestor \"{upper}\" but not the root ancestor \"{root}\"."))
                .hint(format!("Consider defining the foreign key on table \"{root}\".")));
            }
        }
        Ok(())
    }

    /// Deletes rows, each of which is there once. Gives how many.
    ///
    /// # Errors
    /// XX001 on damage.
    pub(super) async fn delete_tree(&mut self, named: &Arc<TableShape>, rows: Vec<TreeRow>) -> SqlResult<u64> {
        let own = {
            let all: Vec<&TreeRow> = rows.iter().collect();
            self.own_rows(named, &all).await?
        };
        let mut groups = Groups::default();
        for (TreeRow { key, .. }, (lens, row)) in rows.into_iter().zip(own) {
            groups.add(&lens, (key, row));
        }
        let mut count = 0;
        for (lens, rows) in groups.groups {
            count += self.delete(&lens.part, &rows).await?;
        }
        Ok(count)
    }
}

/// Things by table, in the order in which the tables came up.
struct Groups<T> {
    groups: Vec<(Arc<Lens>, Vec<T>)>,
    places: HashMap<Oid, usize>,
}

impl<T> Default for Groups<T> {
    fn default() -> Self {
        Self { groups: Vec::new(), places: HashMap::new() }
    }
}

impl<T> Groups<T> {
    fn add(&mut self, lens: &Arc<Lens>, item: T) {
        let place = *self.places.entry(lens.part.table.oid).or_insert_with(|| {
            self.groups.push((Arc::clone(lens), Vec::new()));
            self.groups.len() - 1
        });
        self.groups[place].1.push(item);
    }
}
