//! What the bare name of a relation stands for.
//!
//! ```text
//!   pg_temp            the session's temporary objects, if it has any    ┐ each of the two unless
//!   pg_catalog         system relations                                  ┘ search_path lists it
//!   search_path        in order; names of schemas that do not exist are passed over
//! ```
//! New relations go to the first schema that `search_path` lists; the two before it are for finding only.

use std::sync::Arc;

use gavel_types::Oid;

use crate::descriptor::Schema;
use crate::snapshot::{Catalog, Relation};
use crate::system::{self, SystemRelation};

/// By this name the session's own schema of temporary objects is called, whatever its number.
pub const PG_TEMP: &str = "pg_temp";

/// What was found.
#[derive(Clone, Debug)]
pub enum Found<'a> {
    System(&'static SystemRelation),
    Relation(&'a Relation),
}

impl Found<'_> {
    pub fn oid(&self) -> Oid {
        match self {
            Self::System(relation) => relation.oid,
            Self::Relation(relation) => relation.oid(),
        }
    }

    /// OID of the schema that it is in.
    pub fn schema(&self) -> Oid {
        match self {
            Self::System(relation) => relation.schema_oid(),
            Self::Relation(relation) => relation.schema(),
        }
    }
}

impl Catalog {
    /// The schema that `name` stands for before the name of a relation.
    pub fn qualifier(&self, name: &str) -> Option<&Arc<Schema>> {
        if name == PG_TEMP { self.temporary_schema.as_ref() } else { self.schema(name) }
    }

    /// The relation `schema.name`.
    pub fn find_in(&self, schema: &str, name: &str) -> Option<Found<'_>> {
        if let Some(relation) = system::relation(schema, name) {
            return Some(Found::System(relation));
        }
        self.relation(self.qualifier(schema)?.oid, name).map(Found::Relation)
    }

    /// The relation of this bare name; `path` is `search_path`.
    pub fn find<'p>(&self, mut path: impl Iterator<Item = &'p str> + Clone, name: &str) -> Option<Found<'_>> {
        if let Some(own) = &self.temporary_schema
            && !path.clone().any(|s| s == PG_TEMP || s == own.name)
            && let Some(relation) = self.relation(own.oid, name)
        {
            return Some(Found::Relation(relation));
        }
        if !path.clone().any(|s| s == "pg_catalog")
            && let Some(relation) = system::relation("pg_catalog", name)
        {
            return Some(Found::System(relation));
        }
        path.find_map(|schema| self.find_in(schema, name))
    }

    /// Whether the bare name of a relation in `schema` stands for it.
    pub fn is_visible(&self, path: &[String], schema: Oid, name: &str) -> bool {
        self.find(path.iter().map(String::as_str), name).is_some_and(|found| found.schema() == schema)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::descriptor::View;
    use crate::system::{FIRST_TEMPORARY_OID, PG_CATALOG, PUBLIC, TEMPORARY_SCHEMA};

    fn view(oid: u32, schema: Oid, name: &str) -> Arc<View> {
        Arc::new(View {
            oid: Oid(oid),
            schema,
            name: name.into(),
            owner: Oid(10),
            version: 1,
            sql: String::new(),
            columns: Vec::new(),
            depends_on: Vec::new(),
            acl: None,
            column_acls: Vec::new(),
            options: Vec::new(),
            defaults: Vec::new(),
            triggers: Vec::new(),
            rules: Vec::new(),
        })
    }

    fn schema(oid: Oid, name: &str) -> Arc<Schema> {
        Arc::new(Schema { oid, name: name.into(), owner: Oid(10), acl: None })
    }

    fn schemas(catalog: &Catalog, path: &[&str], names: &[&str]) -> Vec<u32> {
        let found = |name: &&str| catalog.find(path.iter().copied(), name).map_or(0, |f| f.schema().0);
        names.iter().map(found).collect()
    }

    #[test]
    fn temporary_objects_come_first_and_system_relations_next_unless_they_are_listed() {
        let mut shared = Catalog::default();
        shared.put_schema(schema(PUBLIC, "public"));
        for (oid, name) in [(16400, "a"), (16401, "b"), (16402, "pg_class")] {
            shared.put_view(view(oid, PUBLIC, name));
        }
        let mut own = Catalog::default();
        own.put_schema(schema(TEMPORARY_SCHEMA, "pg_temp_7"));
        own.put_view(view(FIRST_TEMPORARY_OID.0 + 1, TEMPORARY_SCHEMA, "a"));
        own.put_view(view(FIRST_TEMPORARY_OID.0 + 2, TEMPORARY_SCHEMA, "pg_class"));
        let whole = shared.with_temporary_of(&own);
        let (public, temporary, system) = (PUBLIC.0, TEMPORARY_SCHEMA.0, PG_CATALOG.0);
        let names = ["a", "b", "pg_class"];
        assert_eq!(schemas(&shared, &["public"], &names), [public, public, system]);
        assert_eq!(schemas(&whole, &["no", "public"], &names), [temporary, public, temporary]);
        assert_eq!(schemas(&whole, &["public", "pg_temp"], &names), [public, public, system]);
        assert_eq!(schemas(&whole, &["public", "pg_temp_7", "pg_catalog"], &names), [public; 3]);
        assert_eq!(whole.find_in("pg_temp", "a").map(|f| f.oid().0), Some(FIRST_TEMPORARY_OID.0 + 1));
        assert!(whole.find_in("pg_temp_8", "a").is_none() && shared.find_in("pg_temp", "a").is_none());
        assert!(whole.has_temporary() && !shared.has_temporary());
        let mut left = whole.clone();
        left.remove_temporary();
        assert!(!left.has_temporary() && left.temporary_schema.is_some());
        assert!(!left.relations.keys().any(|(schema, _)| *schema == TEMPORARY_SCHEMA));
        assert!(crate::store::changes(&shared, &whole, &Default::default(), 1).is_empty());
    }
}
