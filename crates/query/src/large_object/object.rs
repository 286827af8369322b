//! The rows of large objects, read through a view and written to a transaction.

use gavel_catalog::LargeObject;
use gavel_catalog::keys;
use gavel_catalog::large_object::missing;
use gavel_txn::{ReadView, Transaction};
use gavel_types::{CheckMode, KeyRange, Oid, SqlError, SqlResult, SqlState, WriteMode};

use crate::large_object::pages;

/// Rows of one page of a listing.
const ROWS_AT_ONCE: usize = 1_024;

/// The large object with this OID.
pub async fn find(view: &ReadView, database: Oid, oid: Oid) -> SqlResult<Option<LargeObject>> {
    let found = view.get(&[keys::large_object(database, oid)]).await?;
    found.into_iter().next().flatten().map(|value| LargeObject::decode(&value)).transpose()
}

/// The same.
///
/// # Errors
/// 42704 if there is none.
pub async fn require(view: &ReadView, database: Oid, oid: Oid) -> SqlResult<LargeObject> {
    find(view, database, oid).await?.ok_or_else(|| missing(oid))
}

/// All large objects of a database, by OID.
pub async fn all(view: &ReadView, database: Oid) -> SqlResult<Vec<(Oid, LargeObject)>> {
    let mut range = keys::large_objects(database);
    let mut out = Vec::new();
    loop {
        let rows = view.scan_raw(&range, false, ROWS_AT_ONCE).await?;
        for (key, value) in &rows {
            if let Some(oid) = keys::read_large_object(key) {
                out.push((oid, LargeObject::decode(value)?));
            }
        }
        match rows.last() {
            Some((last, _)) if rows.len() == ROWS_AT_ONCE => range.start = KeyRange::point(last).end,
            _ => return Ok(out),
        }
    }
}

/// Makes a large object without bytes.
///
/// # Errors
/// 23505 if there is one with this OID.
pub async fn create(txn: &mut Transaction, database: Oid, oid: Oid, owner: Oid) -> SqlResult<()> {
    if find(&txn.view(), database, oid).await?.is_some() {
        let index = "pg_largeobject_metadata_oid_index";
        let message = format!("duplicate key value violates unique constraint \"{index}\"");
        return Err(SqlError::new(SqlState::UniqueViolation, message)
            .detail(format!("Key (oid)=({oid}) already exists."))
            .schema("pg_catalog")
            .table("pg_largeobject_metadata")
            .constraint(index));
    }
    let value = LargeObject::of(owner).encode();
    txn.write(keys::large_object(database, oid), WriteMode::Insert, Some(value))?;
    Ok(())
}

/// Changes what is kept of a large object besides its bytes.
///
/// # Errors
/// 54000 past the limit on what a transaction writes.
pub fn put(txn: &mut Transaction, database: Oid, oid: Oid, object: &LargeObject) -> SqlResult<()> {
    txn.write(keys::large_object(database, oid), WriteMode::Update, Some(object.encode()))?;
    Ok(())
}

/// Removes a large object with its bytes.
///
/// # Errors
/// 54000 past the limit on what a transaction writes.
pub async fn remove(txn: &mut Transaction, database: Oid, oid: Oid) -> SqlResult<()> {
    pages::remove_from(txn, (database, oid), 0).await?;
    txn.write(keys::large_object(database, oid), WriteMode::Delete, None)?;
    Ok(())
}

/// Relies on a large object to stay until the commit: its bytes are about to be written.
pub fn hold(txn: &Transaction, database: Oid, oid: Oid) {
    txn.check(keys::large_object(database, oid), CheckMode::KeyShare);
}
