//! Large objects in `pg_catalog`: made for each statement that asks, as of its view.

use std::sync::Arc;

use gavel_catalog::large_object::{PG_LARGEOBJECT, decode_page};
use gavel_catalog::{Catalog, acl, keys, system};
use gavel_txn::ReadView;
use gavel_types::{Datum, KeyRange, Oid, SqlResult};

use crate::large_object::object;
use crate::system::table::{Rows, texts};

/// Pages that are read together.
const PAGES_AT_ONCE: usize = 512;

/// What is asked of a system relation: its schema and name, and values that columns must have, by their positions.
pub struct Asked<'a> {
    pub schema: &'a str,
    pub name: &'a str,
    pub equal: &'a [(usize, Datum)],
}

impl Asked<'_> {
    /// The OID that the column at a position must have.
    fn oid(&self, at: usize) -> Option<Oid> {
        self.equal.iter().find(|(column, _)| *column == at).and_then(|(_, value)| match value {
            Datum::Oid(oid) => Some(Oid(*oid)),
            _ => None,
        })
    }
}

/// All rows of a relation of large objects; `None` for any other relation.
pub async fn rows(view: &ReadView, catalog: &Catalog, asked: &Asked<'_>) -> SqlResult<Option<Vec<Vec<Datum>>>> {
    if asked.schema != "pg_catalog" || !matches!(asked.name, "pg_largeobject" | "pg_largeobject_metadata") {
        return Ok(None);
    }
    let Some(relation) = system::relation(asked.schema, asked.name) else { return Ok(None) };
    let mut out = Rows::new(relation);
    if asked.name == "pg_largeobject" {
        pages(view, catalog.database, asked.oid(0), &mut out).await?;
        return Ok(Some(out.finish()));
    }
    let name = |role: Oid| catalog.role_by_oid(role).map_or_else(|| role.to_string(), |r| r.name.clone());
    for (oid, found) in objects(view, catalog.database, asked.oid(0)).await? {
        let list = |items: &Vec<acl::AclItem>| texts(Oid::ACLITEM, items.iter().map(|i| acl::text(i, &name)));
        out.add(|row| {
            row.set("oid", oid).set("lomowner", found.owner).set("lomacl", found.acl.as_ref().map(list));
        });
    }
    Ok(Some(out.finish()))
}

/// Rows of `pg_description` for comments on large objects; `None` if there are none, or none are asked for.
pub async fn comments(view: &ReadView, database: Oid, asked: &Asked<'_>) -> SqlResult<Option<Vec<Vec<Datum>>>> {
    let described = asked.schema == "pg_catalog" && asked.name == "pg_description";
    if !described || asked.oid(1).is_some_and(|class| class != PG_LARGEOBJECT) {
        return Ok(None);
    }
    let Some(relation) = system::relation(asked.schema, asked.name) else { return Ok(None) };
    let mut out = Rows::new(relation);
    for (oid, found) in objects(view, database, asked.oid(0)).await? {
        if let Some(comment) = &found.comment {
            out.add(|row| {
                row.set("objoid", oid).set("classoid", PG_LARGEOBJECT).set("description", comment.as_str());
            });
        }
    }
    Ok(Some(out.finish()).filter(|rows| !rows.is_empty()))
}

/// The object with this OID, or all of them.
async fn objects(
    view: &ReadView,
    database: Oid,
    one: Option<Oid>,
) -> SqlResult<Vec<(Oid, gavel_catalog::LargeObject)>> {
    match one {
        Some(oid) => Ok(object::find(view, database, oid).await?.map(|found| (oid, found)).into_iter().collect()),
        None => object::all(view, database).await,
    }
}

async fn pages(view: &ReadView, database: Oid, one: Option<Oid>, out: &mut Rows) -> SqlResult<()> {
    let mut range = match one {
        Some(oid) => keys::large_object_pages(database, oid, 0),
        None => keys::all_large_object_pages(database),
    };
    loop {
        let found = view.scan_raw(&range, false, PAGES_AT_ONCE).await?;
        for (key, value) in &found {
            let Some((oid, page)) = keys::read_large_object_page(key) else { continue };
            let data = Datum::Bytea(decode_page(value)?.to_vec().into());
            out.add(|row| {
                row.set("loid", oid).set("pageno", i32::try_from(page).unwrap_or(i32::MAX)).set("data", data);
            });
        }
        match found.last() {
            Some((last, _)) if found.len() == PAGES_AT_ONCE => range.start = KeyRange::point(last).end,
            _ => return Ok(()),
        }
    }
}

/// Rows with those of `more` behind them.
pub fn with(rows: &[Vec<Datum>], more: Vec<Vec<Datum>>) -> Arc<Vec<Vec<Datum>>> {
    Arc::new(rows.iter().cloned().chain(more).collect())
}
