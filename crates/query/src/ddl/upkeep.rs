//! TRUNCATE, COMMENT, and statements that are checked and then change nothing: VACUUM and the like.

use std::collections::BTreeSet;
use std::sync::Arc;

use gavel_binder::ddl::ast::{CommentTarget, ObjectKind, QualifiedName, TableRef};
use gavel_catalog::Table;
use gavel_catalog::bootstrap::SUPERUSER;
use gavel_catalog::privilege::Securable;
use gavel_catalog::rule::RETURN_RULE;
use gavel_catalog::snapshot::{
    PG_AUTHID, PG_CLASS, PG_CONSTRAINT, PG_DATABASE, PG_NAMESPACE, PG_OPERATOR, PG_POLICY, PG_PROC, PG_REWRITE,
    PG_TRIGGER, PG_TYPE, Relation,
};
use gavel_types::text_io::type_name;
use gavel_types::{Notice, Oid, SqlError, SqlResult, SqlState};

use super::DdlContext;
use super::names::{kind_of, oid_of, require_kind, undefined_column, undefined_table};
use super::user_type::undefined_type;

impl DdlContext<'_> {
    pub(super) async fn truncate(&mut self, named: &[TableRef], restart: bool, cascade: bool) -> SqlResult<()> {
        let mut tables: Vec<Oid> = Vec::new();
        for TableRef { name, only } in named {
            let table = self.find_table(name)?;
            // What inherits from it takes no privileges of its own.
            self.require_on_relation(Securable::Table(&table), "D")?;
            if *only && table.partitioned.is_some() {
                let text = "cannot truncate only a partitioned table";
                return Err(SqlError::new(SqlState::WrongObjectType, text)
                    .hint("Do not specify the ONLY keyword, or use TRUNCATE ONLY on the partitions directly."));
            }
            // A table that is named twice counts as it was named first.
            if tables.contains(&table.oid) {
                continue;
            }
            let all: Vec<Oid> =
                if *only { vec![table.oid] } else { self.now().descendants(table.oid).iter().map(|t| t.oid).collect() };
            for oid in all {
                if !tables.contains(&oid) {
                    tables.push(oid);
                }
            }
        }
        self.add_referencing(&mut tables, cascade)?;
        for oid in &tables {
            self.require_no_pending(*oid, "TRUNCATE").await?;
        }
        for oid in tables {
            let mut table = Table::clone(&*self.table_by_oid(oid)?);
            // The rows of a partitioned table are those of its partitions.
            if table.partitioned.is_none() {
                self.fresh_storage(&mut table).await?;
                // Whether keys are unique is not looked at, as in PostgreSQL.
                Self::mend_indexes(&mut table, |index| !index.unique);
                self.edit_table(oid, |t| *t = table)?;
            }
            if !restart {
                continue;
            }
            let owned: Vec<_> =
                self.now().sequences.values().filter(|s| s.owned_by.is_some_and(|o| o.0 == oid)).cloned().collect();
            for sequence in owned {
                self.must_own(sequence.owner, "sequence", &sequence.name)?;
                self.restart_sequence(&sequence).await?;
            }
        }
        Ok(())
    }

    /// Tables with foreign keys to those truncated: an error, or truncated as well.
    fn add_referencing(&mut self, tables: &mut Vec<Oid>, cascade: bool) -> SqlResult<()> {
        let mut at = 0;
        while let Some(&oid) = tables.get(at) {
            at += 1;
            let parent = self.table_by_oid(oid)?;
            // A partitioned table has its rows, and its key, in its partitions.
            let whole = |child: &Oid| match self.now().table(*child) {
                Some(table) if table.partitioned.is_some() => self.reached(*child, false),
                _ => vec![*child],
            };
            let children: BTreeSet<Oid> = parent.referenced_by.iter().flat_map(whole).collect();
            for child in children {
                if tables.contains(&child) {
                    continue;
                }
                let child = self.table_by_oid(child)?;
                if !cascade {
                    let message = "cannot truncate a table referenced in a foreign key constraint";
                    return Err(SqlError::unsupported(message)
                        .detail(format!("Table \"{}\" references \"{}\".", child.name, parent.name))
                        .hint(format!(
                            "Truncate table \"{}\" at the same time, or use TRUNCATE ... CASCADE.",
                            child.name
                        )));
                }
                self.require_on_relation(Securable::Table(&child), "D")?;
                self.notice(format!("truncate cascades to table \"{}\"", child.name));
                tables.push(child.oid);
            }
        }
        Ok(())
    }

    pub(super) fn comment(&mut self, on: &CommentTarget, text: Option<&str>) -> SqlResult<()> {
        let key = match on {
            CommentTarget::Column(relation, column) => {
                let found = self.find(relation)?.ok_or_else(|| undefined_table("relation", relation))?;
                self.may_comment(&found, None)?;
                let number = match &found {
                    Relation::Table(t) => {
                        t.column_named(column).map(|c| c.number).ok_or_else(|| undefined_column(t, column))?
                    }
                    Relation::View(v) => {
                        let at = v.columns.iter().position(|c| c.0 == *column).ok_or_else(|| {
                            let message = format!("column \"{column}\" of relation \"{}\" does not exist", v.name);
                            SqlError::new(SqlState::UndefinedColumn, message)
                        })?;
                        i16::try_from(at + 1).unwrap_or(i16::MAX)
                    }
                    _ => {
                        let message = format!("relation \"{relation}\" has no columns to comment on");
                        return Err(SqlError::new(SqlState::WrongObjectType, message));
                    }
                };
                (PG_CLASS, oid_of(&found), i32::from(number))
            }
            CommentTarget::Constraint { name, table } => {
                let table = self.find_table(table)?;
                self.may_comment(&Relation::Table(Arc::clone(&table)), None)?;
                let unique = table.uniques.iter().find(|c| c.name == *name).map(|c| c.oid);
                let check = table.checks.iter().find(|c| c.name == *name).map(|c| c.oid);
                let key = table.foreign_keys.iter().find(|c| c.name == *name).map(|c| c.oid);
                let oid = unique.or(check).or(key).ok_or_else(|| {
                    let message = format!("constraint \"{name}\" for table \"{}\" does not exist", table.name);
                    SqlError::new(SqlState::UndefinedObject, message)
                })?;
                (PG_CONSTRAINT, oid, 0)
            }
            CommentTarget::Rule(name) => {
                let relation = self.relation_of_rule(&name.relation)?;
                let found = super::rule::rules_of(&relation).iter().find(|r| r.name == name.name).map(|r| r.oid);
                let found = found.or_else(|| {
                    let own = name.name == RETURN_RULE && matches!(relation, Relation::View(_));
                    own.then(|| crate::system::return_rule(relation.oid()))
                });
                let shown = super::permit::securable(&relation).name();
                let oid = found.ok_or_else(|| super::rule::missing(&name.name, shown))?;
                self.must_own_relation(&relation)?;
                (PG_REWRITE, oid, 0)
            }
            CommentTarget::Policy { name, table } => {
                let found = self.find(table)?.ok_or_else(|| undefined_table("relation", table))?;
                let policy = match &found {
                    Relation::Table(table) => table.row_security.named(name).map(|p| p.oid),
                    _ => None,
                };
                let relation = table.0.last().map_or("", String::as_str);
                let policy = policy.ok_or_else(|| super::policy::undefined_policy(name, relation))?;
                self.may_comment(&found, None)?;
                (PG_POLICY, policy, 0)
            }
            CommentTarget::DomainConstraint { name, domain } => {
                let found = self.find_type(domain)?.ok_or_else(|| undefined_type(domain))?;
                self.may_comment_type(found)?;
                let checks = self.now().user_type(found).and_then(|t| t.domain()).map(|d| &d.checks);
                let oid = checks.and_then(|c| c.iter().find(|c| c.name == *name)).map(|c| c.oid).ok_or_else(|| {
                    let message = format!("constraint \"{name}\" for domain {} does not exist", type_name(found));
                    SqlError::new(SqlState::UndefinedObject, message)
                })?;
                (PG_CONSTRAINT, oid, 0)
            }
            CommentTarget::Trigger(name) => {
                let relation = self.relation_of_trigger(name)?;
                self.may_comment(&relation, None)?;
                let found = super::trigger::triggers_of(&relation).iter().find(|t| t.name == name.name);
                let shown = super::permit::securable(&relation).name();
                (PG_TRIGGER, found.ok_or_else(|| super::trigger::missing(&name.name, shown))?.oid, 0)
            }
            CommentTarget::Object(ObjectKind::Type | ObjectKind::Domain, name) => {
                let found = self.find_type(name)?.ok_or_else(|| undefined_type(name))?;
                self.may_comment_type(found)?;
                (PG_TYPE, found, 0)
            }
            CommentTarget::Object(ObjectKind::Schema, name) => {
                let (_, bare) = self.split(name)?;
                let found = self.require_schema(bare)?;
                if let Some(schema) = self.now().schema_by_oid(found) {
                    self.must_own_schema(schema)?;
                }
                (PG_NAMESPACE, found, 0)
            }
            CommentTarget::Object(ObjectKind::Database, name) => {
                let bare = name.0.last().map_or("", String::as_str);
                let found = self.now().databases.get(bare).ok_or_else(|| {
                    SqlError::new(SqlState::InvalidCatalogName, format!("database \"{bare}\" does not exist"))
                })?;
                self.must_own_database(found)?;
                (PG_DATABASE, found.oid, 0)
            }
            CommentTarget::Object(ObjectKind::Role, name) => {
                let found = self.role(name.0.last().map_or("", String::as_str))?;
                let role = self.role_of(found)?;
                self.require_create_role(Some(&role), "must have CREATEROLE privilege", "must be superuser")?;
                (PG_AUTHID, found, 0)
            }
            CommentTarget::Object(kind, name) => {
                let found = self.find(name)?.ok_or_else(|| undefined_table("relation", name))?;
                self.may_comment(&found, Some(kind_of(&found)))?;
                require_kind(&found, name.0.last().map_or("", String::as_str), *kind)?;
                (PG_CLASS, oid_of(&found), 0)
            }
            CommentTarget::LargeObject(oid) => {
                return Err(SqlError::internal(format!("large object {oid} is not in the catalog")));
            }
            CommentTarget::Operator(name) => (PG_OPERATOR, self.operator_to_comment_on(name)?, 0),
            CommentTarget::OperatorGroup(name) => {
                let (class, oid) = self.operator_group_to_comment_on(name)?;
                (class, oid, 0)
            }
            CommentTarget::Function(kind, name) => (PG_PROC, self.function_to_comment_on(*kind, name)?, 0),
            // Dumps comment on extensions that are not there to begin with.
            CommentTarget::Other(kind) if kind == "EXTENSION" => return Ok(()),
            CommentTarget::Other(kind) => {
                return Err(SqlError::unsupported(format!("COMMENT ON {kind} is not supported")));
            }
        };
        match text {
            Some(text) if !text.is_empty() => {
                self.edit().comments.insert(key, text.into());
            }
            _ => {
                self.edit().comments.remove(&key);
            }
        }
        Ok(())
    }

    fn may_comment_type(&self, oid: Oid) -> SqlResult<()> {
        match self.now().user_type(oid) {
            Some(ty) => self.must_own_type(ty),
            None => self.must_own(SUPERUSER, "type", &type_name(oid)),
        }
    }

    /// Whether VACUUM or ANALYZE takes the relation in; others than its owner are warned.
    ///
    /// # Errors
    /// 42501 for CLUSTER and REINDEX.
    fn may_maintain(&mut self, tag: &str, found: &Relation) -> SqlResult<bool> {
        let Err(refused) = self.must_own_relation(found) else { return Ok(true) };
        let verb = match tag {
            "VACUUM" => "vacuum",
            "ANALYZE" => "analyze",
            _ => return Err(refused),
        };
        let owner = self.now().databases.get(&*self.now().database_name).map(|d| d.owner);
        if owner.is_some_and(|owner| self.subject.has_privileges_of(owner)) {
            return Ok(true);
        }
        let name = self.now().relation_name(oid_of(found)).map_or("", |(_, name)| name);
        let message = format!("skipping \"{name}\" --- only table or database owner can {verb} it");
        self.notices.push(Notice::warning(SqlState::Warning, message));
        Ok(false)
    }

    /// VACUUM and its kin.
    pub(super) fn maintain(
        &mut self,
        tag: &str,
        names: &[(QualifiedName, Vec<String>)],
        index: Option<&str>,
        no_block: bool,
    ) -> SqlResult<()> {
        if no_block {
            self.require_no_block(tag)?;
        }
        for (name, columns) in names {
            let (schema, bare) = self.split(name)?;
            let known = gavel_catalog::system::relation(schema.unwrap_or("pg_catalog"), bare).is_some();
            if known {
                continue;
            }
            let found = self.find(name)?.ok_or_else(|| undefined_table("relation", name))?;
            if !self.may_maintain(tag, &found)? {
                continue;
            }
            let Relation::Table(table) = found else { continue };
            if tag == "CLUSTER" && table.partitioned.is_some() {
                self.require_no_block(tag)?;
            }
            if let Some(missing) = columns.iter().find(|c| table.column_named(c).is_none()) {
                return Err(undefined_column(&table, missing));
            }
            match index {
                Some(index) => self.cluster_on(table.oid, Some(index))?,
                None if tag == "CLUSTER" && !table.indexes.iter().any(|i| i.clustered) => {
                    let message = format!("there is no previously clustered index for table \"{}\"", table.name);
                    return Err(SqlError::new(SqlState::UndefinedObject, message));
                }
                None => {}
            }
        }
        Ok(())
    }

    /// CLUSTER ON and SET WITHOUT CLUSTER.
    pub(super) fn cluster_on(&mut self, oid: Oid, index: Option<&str>) -> SqlResult<()> {
        let table = self.table_by_oid(oid)?;
        if let Some(name) = index {
            require_order(&table, name)?;
        }
        if table.indexes.iter().any(|i| i.clustered != (index == Some(i.name.as_str()))) {
            let chosen = |t: &mut Table| {
                t.indexes.iter_mut().for_each(|i| i.clustered = index == Some(i.name.as_str()));
            };
            self.edit_table(oid, chosen)?;
        }
        Ok(())
    }
}

/// # Errors
/// 42704 if the table has no such index, 0A000 for one that does not hold every row.
fn require_order(table: &Table, name: &str) -> SqlResult<()> {
    let Some(index) = table.indexes.iter().find(|i| i.name == name) else {
        let message = format!("index \"{name}\" for table \"{}\" does not exist", table.name);
        return Err(SqlError::new(SqlState::UndefinedObject, message));
    };
    if !index.method.is_btree() {
        let reason = "access method does not support clustering";
        return Err(SqlError::unsupported(format!("cannot cluster on index \"{name}\" because {reason}")));
    }
    if index.predicate.is_some() {
        return Err(SqlError::unsupported(format!("cannot cluster on partial index \"{name}\"")));
    }
    if !index.is_public() {
        return Err(SqlError::unsupported(format!("cannot cluster on invalid index \"{name}\"")));
    }
    Ok(())
}
