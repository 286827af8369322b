//! Rows of system relations that were made lately. Drivers and migrations ask for the same few relations again and again,
//! and between two changes of the catalog the answer is the same; it is found here by the very catalog that it was made
//! from, so a transaction's own catalog has entries of its own.
//!
//! Bounded by the number of relations and by that of their values; what was not asked for longest goes first.

use std::collections::VecDeque;
use std::sync::Arc;

use gavel_catalog::Catalog;
use gavel_types::text_io::TextStyle;
use gavel_types::{Datum, Oid};
use parking_lot::Mutex;

/// Rows of a system relation.
pub type SystemRows = Arc<Vec<Vec<Datum>>>;

/// Relations that are kept.
const MAX_RELATIONS: usize = 48;
/// Values that are kept of all relations together; one takes about 24 bytes.
const MAX_VALUES: usize = 1_000_000;

/// Relations of `pg_catalog` whose rows follow from the catalog, the role, the search path and the forms of constants alone.
const STABLE: &[&str] = &[
    "pg_am",
    "pg_amop",
    "pg_amproc",
    "pg_attrdef",
    "pg_attribute",
    "pg_cast",
    "pg_class",
    "pg_collation",
    "pg_constraint",
    "pg_depend",
    "pg_description",
    "pg_enum",
    "pg_index",
    "pg_indexes",
    "pg_inherits",
    "pg_language",
    "pg_matviews",
    "pg_namespace",
    "pg_opclass",
    "pg_operator",
    "pg_opfamily",
    "pg_partitioned_table",
    "pg_proc",
    "pg_range",
    "pg_rewrite",
    "pg_rules",
    "pg_sequence",
    "pg_tables",
    "pg_type",
    "pg_views",
];

/// What an answer depends on.
pub struct Asked<'a> {
    pub catalog: &'a Arc<Catalog>,
    pub user: Oid,
    pub search_path: &'a [String],
    /// How definitions write constants.
    pub style: &'a TextStyle,
    pub schema: &'a str,
    pub name: &'a str,
}

struct Entry {
    catalog: Arc<Catalog>,
    user: Oid,
    search_path: Vec<String>,
    style: TextStyle,
    schema: String,
    name: String,
    rows: SystemRows,
    values: usize,
}

impl Entry {
    fn answers(&self, asked: &Asked<'_>) -> bool {
        Arc::ptr_eq(&self.catalog, asked.catalog)
            && (self.user, &*self.schema, &*self.name) == (asked.user, asked.schema, asked.name)
            && self.search_path == asked.search_path
            && writes_alike(&self.style, asked.style)
    }
}

/// See the module.
#[derive(Default)]
pub struct SystemRowCache {
    /// The one that was asked for last stands last.
    entries: Mutex<VecDeque<Entry>>,
}

/// Whether two sessions are shown constants in one form.
fn writes_alike(one: &TextStyle, other: &TextStyle) -> bool {
    one.time_zone == other.time_zone
        && one.date_style == other.date_style
        && one.interval_style == other.interval_style
        && (one.bytea_hex, one.extra_float_digits) == (other.bytea_hex, other.extra_float_digits)
}

impl Asked<'_> {
    /// Whether the answer may be kept.
    pub fn is_stable(&self) -> bool {
        match self.schema {
            "information_schema" => true,
            "pg_catalog" => STABLE.contains(&self.name),
            _ => false,
        }
    }
}

impl SystemRowCache {
    /// The rows, if they are here.
    pub fn get(&self, asked: &Asked<'_>) -> Option<SystemRows> {
        let mut entries = self.entries.lock();
        let at = entries.iter().position(|e| e.answers(asked))?;
        let found = entries.remove(at)?;
        let rows = Arc::clone(&found.rows);
        entries.push_back(found);
        Some(rows)
    }

    /// Keeps rows, and lets others go for them.
    pub fn put(&self, asked: &Asked<'_>, rows: &SystemRows) {
        let values = rows.iter().map(Vec::len).sum();
        if values > MAX_VALUES / 4 {
            return;
        }
        let mut entries = self.entries.lock();
        entries.retain(|e| !e.answers(asked));
        entries.push_back(Entry {
            catalog: Arc::clone(asked.catalog),
            user: asked.user,
            search_path: asked.search_path.to_vec(),
            style: TextStyle { names: None, ..asked.style.clone() },
            schema: asked.schema.to_owned(),
            name: asked.name.to_owned(),
            rows: Arc::clone(rows),
            values,
        });
        while entries.len() > MAX_RELATIONS || entries.iter().map(|e| e.values).sum::<usize>() > MAX_VALUES {
            entries.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked<'a>(catalog: &'a Arc<Catalog>, style: &'a TextStyle) -> Asked<'a> {
        Asked { catalog, user: Oid(10), search_path: &[], style, schema: "pg_catalog", name: "pg_class" }
    }

    #[test]
    fn rows_are_found_by_the_catalog_they_were_made_from() {
        let (cache, style) = (SystemRowCache::default(), TextStyle::default());
        let (one, other) = (Arc::new(Catalog::default()), Arc::new(Catalog::default()));
        let rows: SystemRows = Arc::new(vec![vec![Datum::Int4(1)]]);
        cache.put(&asked(&one, &style), &rows);
        assert!(cache.get(&asked(&one, &style)).is_some_and(|found| Arc::ptr_eq(&found, &rows)));
        assert!(cache.get(&asked(&other, &style)).is_none());
        assert!(cache.get(&Asked { user: Oid(11), ..asked(&one, &style) }).is_none());
        let escaped = TextStyle { bytea_hex: false, ..TextStyle::default() };
        assert!(cache.get(&asked(&one, &escaped)).is_none());
        for _ in 0..MAX_RELATIONS {
            let another = Arc::new(Catalog::default());
            cache.put(&asked(&another, &style), &rows);
        }
        assert!(cache.get(&asked(&one, &style)).is_none(), "what was not asked for longest has gone");
    }
}
