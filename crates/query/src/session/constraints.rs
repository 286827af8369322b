//! SET CONSTRAINTS: when the deferrable constraints of this transaction are checked.

use gavel_binder::ddl::ast::QualifiedName;
use gavel_catalog::Catalog;
use gavel_catalog::search::PG_TEMP;
use gavel_types::{Notice, Oid, SqlError, SqlResult, SqlState};

use crate::session::Session;
use crate::session::result::Executed;

/// A constraint as SET CONSTRAINTS sees it.
struct Found {
    oid: Oid,
    deferrable: bool,
}

/// All constraints of a schema with this name.
fn named(catalog: &Catalog, schema: Oid, name: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for table in catalog.tables.values().filter(|t| t.schema == schema) {
        let triggers = table.triggers.iter().filter_map(|t| t.constraint.map(|c| (c.oid, &t.name, c.deferrable)));
        let uniques = table.uniques.iter().map(|u| (u.oid, &u.name, u.deferrable));
        let foreign = table.foreign_keys.iter().map(|f| (f.oid, &f.name, f.deferrable));
        let checks = table.checks.iter().map(|c| (c.oid, &c.name, false));
        let all = uniques.chain(foreign).chain(checks).chain(triggers).filter(|(_, n, _)| *n == name);
        found.extend(all.map(|(oid, _, deferrable)| Found { oid, deferrable }));
    }
    found
}

/// The constraints, and those that partitions have for them.
fn with_parts(catalog: &Catalog, oids: Vec<Oid>) -> Vec<Oid> {
    let mut all = oids;
    let mut at = 0;
    while let Some(oid) = all.get(at).copied() {
        at += 1;
        for table in catalog.tables.values().filter(|t| t.bound.is_some()) {
            let uniques = table.uniques.iter().filter(|u| u.parent == Some(oid)).map(|u| u.oid);
            let keys = table.foreign_keys.iter().filter(|f| f.inherited_from == Some(oid)).map(|f| f.oid);
            let parts: Vec<Oid> = uniques.chain(keys).filter(|part| !all.contains(part)).collect();
            all.extend(parts);
        }
    }
    all
}

impl Session {
    pub(crate) async fn set_constraints(
        &mut self,
        names: Option<&[QualifiedName]>,
        deferred: bool,
    ) -> SqlResult<Executed> {
        if !self.is_enclosed() {
            self.notices.push(Notice::warning(
                SqlState::NoActiveSqlTransaction,
                "SET CONSTRAINTS can only be used in transaction blocks",
            ));
        }
        self.work().await?;
        let oids = match names {
            None => None,
            Some(names) => {
                let mut oids = Vec::new();
                for name in names {
                    oids.extend(self.deferrable(name, deferred)?);
                }
                Some(oids)
            }
        };
        let mut writing = self.writing().await?;
        writing.state.deferred.set(oids.as_deref(), deferred);
        if !deferred {
            let checked = writing.writer().check_deferred(false).await;
            drop(writing);
            checked.map_err(|e| self.concealed(e, &[]))?;
            self.fire_deferred(false).await?;
        }
        Ok(Executed::tag("SET CONSTRAINTS"))
    }

    /// The deferrable constraints that `name` stands for, in the first schema that has any of that name.
    fn deferrable(&self, name: &QualifiedName, deferred: bool) -> SqlResult<Vec<Oid>> {
        let catalog = self.catalog();
        let (schemas, bare) = match name.0.as_slice() {
            // Temporary tables come first, as everywhere.
            [bare] => ([vec![PG_TEMP.to_owned()], self.search_path()].concat(), bare),
            [database, _, _] if *database != *catalog.database_name => {
                let message = format!("cross-database references are not implemented: \"{}\"", name.0.join("."));
                return Err(SqlError::new(SqlState::FeatureNotSupported, message));
            }
            [.., schema, bare] => {
                if catalog.qualifier(schema).is_none() {
                    let message = format!("schema \"{schema}\" does not exist");
                    return Err(SqlError::new(SqlState::InvalidSchemaName, message));
                }
                (vec![schema.clone()], bare)
            }
            [] => return Err(SqlError::internal("constraint without a name")),
        };
        let in_schema = |s: &String| Some(named(&catalog, catalog.qualifier(s)?.oid, bare)).filter(|f| !f.is_empty());
        let found = schemas
            .iter()
            .find_map(in_schema)
            .ok_or_else(|| SqlError::new(SqlState::UndefinedObject, format!("constraint \"{name}\" does not exist")))?;
        if deferred && found.iter().any(|f| !f.deferrable) {
            let message = format!("constraint \"{bare}\" is not deferrable");
            return Err(SqlError::new(SqlState::WrongObjectType, message));
        }
        let oids = found.into_iter().filter(|f| f.deferrable).map(|f| f.oid).collect();
        Ok(with_parts(&catalog, oids))
    }
}
