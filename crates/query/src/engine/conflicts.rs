//! A lost commit in the client's words: which rule, which row, who won and when. Only the query node
//! knows what a key means, so the adjudicator's bytes are translated here.

use gavel_catalog::{Catalog, keys};
use gavel_types::text_io::{self, TextStyle};
use gavel_types::{Conflict, ConflictKind, Datum, Oid, PgType, SqlError, SqlState, Timestamp};

use crate::dml::writer::Shapes;
use crate::engine::shapes::CatalogShapes;
use crate::engine::{Engine, micros_of};

impl Engine {
    /// 40001 for `conflict`, as a user of `shapes`' catalog may see it.
    pub(crate) async fn explain_conflict(
        &self,
        conflict: &Conflict,
        snapshot: Timestamp,
        shapes: &CatalogShapes,
    ) -> SqlError {
        let locked = self.locked_table(conflict, snapshot, shapes).await;
        let message = match conflict.kind {
            ConflictKind::Schema if locked.is_none() => "schema has been updated by another transaction (OC001)",
            ConflictKind::Key | ConflictKind::Schema => "could not serialize access due to concurrent update (OC000)",
            ConflictKind::ReadRange => {
                "could not serialize access due to read/write dependencies among transactions (OC000)"
            }
            ConflictKind::TooOld => "transaction is too old to be checked for conflicts (OC000)",
            ConflictKind::Cancelled => "transaction was cancelled before it was committed (OC000)",
        };
        let error =
            SqlError::new(SqlState::SerializationFailure, message).hint("The transaction might succeed if retried.");
        let what = match locked {
            Some(locked) => Some(locked),
            None => self.what_changed(conflict, snapshot, shapes).await,
        };
        match what {
            Some(what) => error.detail(format!("{what}{}.", won_at(conflict.winner_ts))),
            None => error,
        }
    }

    /// The conflict is about a table whose definition has not changed: LOCK TABLE.
    async fn locked_table(&self, conflict: &Conflict, snapshot: Timestamp, shapes: &CatalogShapes) -> Option<String> {
        let oid = keys::read_object_version(&conflict.key)?;
        let (_, name) = shapes.catalog.relation_name(oid)?;
        let key = std::slice::from_ref(&conflict.key);
        let before = self.storage.get(snapshot, key).await.ok()?;
        let after = self.storage.get(conflict.winner_ts, key).await.ok()?;
        let what = if conflict.kind == ConflictKind::Key { "used or locked" } else { "locked" };
        (before == after).then(|| format!("Table \"{name}\" was {what}"))
    }

    async fn what_changed(&self, conflict: &Conflict, snapshot: Timestamp, shapes: &CatalogShapes) -> Option<String> {
        let catalog = &shapes.catalog;
        let described = keys::read_descriptor(&conflict.key).map(|(_, oid)| oid);
        if let Some(oid) = keys::read_object_version(&conflict.key).or(described) {
            let (_, name) = catalog.relation_name(oid)?;
            return Some(format!("The definition of \"{name}\" was changed"));
        }
        if let Some((oid, page)) = keys::read_large_object_page(&conflict.key) {
            return Some(format!("Page {page} of large object {oid} was changed"));
        }
        if let Some(oid) = keys::read_large_object(&conflict.key) {
            return Some(format!("Large object {oid} was changed"));
        }
        let (tenant, storage) = keys::read_object(&conflict.key)?;
        if tenant != catalog.database {
            return None;
        }
        let table = table_of(catalog, storage)?;
        let fallback = format!("A row of table \"{}\" was changed", table.name);
        let Ok(shape) = shapes.shape(table.oid) else { return Some(fallback) };
        // The row as the winner left it, or if it is gone, as this transaction saw it.
        let mut row = None;
        for ts in [conflict.winner_ts, snapshot] {
            if let Ok(mut found) = self.storage.get(ts, std::slice::from_ref(&conflict.key)).await {
                row = row.or(found.pop().flatten());
            }
        }
        let Some(row) = row else { return Some(fallback) };
        let eval = self.plain_context();
        if storage == table.storage {
            let (Ok(row), Some(index)) = (shape.decode(&row), table.row_key()) else { return Some(fallback) };
            return Some(format!("{} of table \"{}\" was changed", shape.describe_key(index, &row, &eval), table.name));
        }
        let index = table.indexes.iter().find(|i| i.storage == storage)?;
        if let Some(key) = shape.describe_entry(index, &row, &eval.style) {
            return Some(format!("{key} of index \"{}\" of table \"{}\" was changed", index.name, table.name));
        }
        Some(format!("An entry of index \"{}\" of table \"{}\" was changed", index.name, table.name))
    }
}

fn table_of(catalog: &Catalog, storage: Oid) -> Option<&gavel_catalog::Table> {
    let owns = |t: &gavel_catalog::Table| t.storage == storage || t.indexes.iter().any(|i| i.storage == storage);
    catalog.tables.values().find(|t| owns(t)).map(AsRef::as_ref)
}

fn won_at(ts: Timestamp) -> String {
    if ts == Timestamp::ZERO {
        return " by another transaction".into();
    }
    let mut text = String::new();
    text_io::write(&Datum::TimestampTz(micros_of(ts)), PgType::TIMESTAMPTZ, &TextStyle::default(), &mut text);
    format!(" by a transaction that committed at {text}")
}
