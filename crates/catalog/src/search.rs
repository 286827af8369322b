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

    /// The type of users of this bare name, row types included; `path` is `search_path`. Temporary types come first, unless
    /// it lists their schema.
    pub fn find_type<'p>(&self, mut path: impl Iterator<Item = &'p str> + Clone, name: &str) -> Option<Oid> {
        if let Some(own) = &self.temporary_schema
            && !path.clone().any(|s| s == PG_TEMP || s == own.name)
            && let Some(found) = self.type_named(own.oid, name)
        {
            return Some(found);
        }
        path.find_map(|schema| self.type_named(self.qualifier(schema)?.oid, name))
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
    fn temporary_types_and_functions_are_the_sessions() {
        use crate::user_type::{Definition, UserType};
        use gavel_types::pg_type::UserKind;
        let ty = |number: u32, schema: Oid| {
            let oid = Oid::user_type(UserKind::Enum, number).expect("a type");
            let definition = Definition::Enum(Vec::new());
            Arc::new(UserType { oid, schema, name: "t".into(), owner: Oid(10), version: 1, definition, acl: None })
        };
        let function = |oid: u32, schema: Oid, name: &str| {
            let plain = serde_json::json!({
                "oid": Oid(oid), "schema": schema, "name": name, "owner": Oid(10), "version": 1, "kind": "Function",
                "parameters": [], "result": Oid(23), "set": false, "body": { "Text": "SELECT 1" }, "volatility": "v",
                "parallel": "u", "cost": 100.0, "rows": 0.0,
            });
            Arc::new(serde_json::from_value::<crate::Function>(plain).expect("a function"))
        };
        let temporary = FIRST_TEMPORARY_OID.0;
        let mut shared = Catalog::default();
        shared.put_schema(schema(PUBLIC, "public"));
        shared.put_type(ty(16400, PUBLIC));
        shared.put_function(function(16401, PUBLIC, "f"));
        let mut own = Catalog::default();
        own.put_schema(schema(TEMPORARY_SCHEMA, "pg_temp_7"));
        own.put_view(view(temporary + 1, TEMPORARY_SCHEMA, "v"));
        own.put_type(ty(temporary + 2, TEMPORARY_SCHEMA));
        own.put_function(function(temporary + 3, PUBLIC, "f"));
        own.put_function(function(temporary + 4, Oid(16500), "f"));
        let whole = shared.with_temporary_of(&own);
        let found = |path: &[&str], name: &str| whole.find_type(path.iter().copied(), name).map(Oid::type_number);
        assert_eq!(found(&["public"], "t"), Some(temporary + 2));
        assert_eq!(found(&["public", "pg_temp"], "t"), Some(16400));
        assert_eq!(found(&["public"], "v"), Some(temporary + 1));
        assert_eq!(whole.type_name(whole.find_type(["public"].into_iter(), "v").expect("v")).map(|n| n.1), Some("v"));
        // One hides that of all, and one has lost its schema.
        assert_eq!(whole.functions_named(PUBLIC, "f").map(|f| f.oid.0).collect::<Vec<_>>(), [temporary + 3]);
        assert_eq!(whole.functions.len(), 2);
        assert!(whole.has_temporary_oid(Oid(temporary + 2)) && whole.has_temporary_oid(Oid(temporary + 3)));
        let changes = |to: &Catalog| crate::store::changes(&shared, to, &Default::default(), 1).len();
        assert_eq!(changes(&whole), 0);
        let mut left = whole.clone();
        left.remove_temporary();
        assert!(!left.has_temporary() && left.types.len() == 1 && left.functions.len() == 1);
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
