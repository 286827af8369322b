//! What the current role may do: each check says what PostgreSQL says where the answer is no.

use gavel_binder::ddl::ast::{ObjectKind, QualifiedName};
use gavel_catalog::acl::Privileges;
use gavel_catalog::privilege::{Securable, denied, not_owner};
use gavel_catalog::snapshot::Relation;
use gavel_catalog::system::TEMPORARY_SCHEMA;
use gavel_catalog::{Database, Function, Role, Schema, Subject, Table, UserType};
use gavel_types::text_io::type_name;
use gavel_types::{Oid, SqlError, SqlResult, SqlState};

use super::DdlContext;
use super::names::{kind_of, kind_word};

/// 42501 with words of its own.
pub(super) fn refused(message: impl Into<String>) -> SqlError {
    SqlError::new(SqlState::InsufficientPrivilege, message)
}

/// A relation as it is asked about; indexes are their tables'.
pub(super) fn securable(relation: &Relation) -> Securable<'_> {
    match relation {
        Relation::Table(t) | Relation::Index(t, _) => Securable::Table(t),
        Relation::View(v) => Securable::View(v),
        Relation::Sequence(s) => Securable::Sequence(s),
    }
}

impl DdlContext<'_> {
    fn owns(&self, owner: Oid) -> bool {
        self.subject.has_privileges_of(owner)
    }

    /// # Errors
    /// `must be owner of …`.
    pub(super) fn must_own(&self, owner: Oid, kind: &str, name: &str) -> SqlResult<()> {
        if self.owns(owner) { Ok(()) } else { Err(not_owner(kind, name)) }
    }

    /// # Errors
    /// `must be owner of table t`.
    pub(super) fn must_own_relation(&self, relation: &Relation) -> SqlResult<()> {
        self.must_own_as(relation, kind_word(kind_of(relation)))
    }

    /// The same with another word for the kind of relation.
    pub(super) fn must_own_as(&self, relation: &Relation, kind: &str) -> SqlResult<()> {
        let of = securable(relation);
        let name = match relation {
            Relation::Index(t, oid) => t.indexes.iter().find(|i| i.oid == *oid).map_or("", |i| i.name.as_str()),
            _ => of.name(),
        };
        self.must_own(of.owner(), kind, name)
    }

    pub(super) fn must_own_table(&self, table: &Table) -> SqlResult<()> {
        let of = Securable::Table(table);
        self.must_own(of.owner(), of.kind(), of.name())
    }

    pub(super) fn must_own_schema(&self, schema: &Schema) -> SqlResult<()> {
        self.must_own(schema.owner, "schema", &schema.name)
    }

    pub(super) fn must_own_database(&self, database: &Database) -> SqlResult<()> {
        self.must_own(database.owner, "database", &database.name)
    }

    pub(super) fn must_own_type(&self, ty: &UserType) -> SqlResult<()> {
        self.must_own(ty.owner, "type", &type_name(ty.oid))
    }

    /// What is in a schema may be dropped by the schema's owner, too.
    pub(super) fn may_drop(&self, relation: &Relation) -> SqlResult<()> {
        if self.now().schema_by_oid(relation.schema()).is_some_and(|s| self.owns(s.owner)) {
            return Ok(());
        }
        self.must_own_relation(relation)
    }

    /// The same for a type.
    pub(super) fn may_drop_type(&self, ty: &UserType) -> SqlResult<()> {
        if self.now().schema_by_oid(ty.schema).is_some_and(|s| self.owns(s.owner)) {
            return Ok(());
        }
        self.must_own_type(ty)
    }

    /// The same for a function, which the statement calls a `kind` of this name.
    pub(super) fn may_drop_function(&self, function: &Function, kind: &str, name: &QualifiedName) -> SqlResult<()> {
        if self.now().schema_by_oid(function.schema).is_some_and(|s| self.owns(s.owner)) {
            return Ok(());
        }
        self.must_own(function.owner, kind, &name.to_string())
    }

    /// # Errors
    /// 42501 where somebody else than a superuser makes a function leakproof.
    pub(super) fn may_be_leakproof(&self, function: &Function, before: bool) -> SqlResult<()> {
        if function.leakproof && !before && !self.subject.superuser {
            return Err(refused("only superuser can define a leakproof function"));
        }
        Ok(())
    }

    /// # Errors
    /// `permission denied for table t`.
    pub(super) fn require_on_relation(&self, of: Securable<'_>, letters: &str) -> SqlResult<()> {
        let wanted = Privileges::of_letters(letters);
        if wanted.without(self.subject.on_relation(&of)).is_empty() {
            return Ok(());
        }
        Err(denied(of.kind(), of.name()))
    }

    /// Whether a foreign key may be made to these columns.
    ///
    /// # Errors
    /// `permission denied for table t`.
    pub(super) fn may_reference(&self, parent: &Table, columns: &[i16]) -> SqlResult<()> {
        let of = Securable::Table(parent);
        let wanted = Privileges::of_letters("x");
        if columns.iter().all(|n| self.subject.may_use_column(&of, *n, wanted)) {
            return Ok(());
        }
        Err(denied(of.kind(), of.name()))
    }

    /// # Errors
    /// `permission denied for schema s` if `subject` may not create there.
    pub(super) fn require_creation(&self, subject: &Subject, schema: Oid) -> SqlResult<()> {
        match self.now().schema_by_oid(schema) {
            Some(found) if schema != TEMPORARY_SCHEMA => {
                let may = subject.on_schema(found).and(Privileges::of_letters("C"));
                if may.is_empty() { Err(denied("schema", &found.name)) } else { Ok(()) }
            }
            _ => Ok(()),
        }
    }

    /// Whether the current role has these privileges on the current database.
    fn has_on_database(&self, letters: &str) -> bool {
        let here = self.now().databases.get(&*self.now().database_name);
        here.is_none_or(|d| !self.subject.on_database(d).and(Privileges::of_letters(letters)).is_empty())
    }

    /// # Errors
    /// `permission denied for database d`.
    pub(super) fn require_on_database(&self, letters: &str) -> SqlResult<()> {
        if self.has_on_database(letters) { Ok(()) } else { Err(denied("database", &self.now().database_name)) }
    }

    /// # Errors
    /// 42501 where temporary objects are not for everybody.
    pub(super) fn require_temporary(&self) -> SqlResult<()> {
        if self.has_on_database("T") {
            return Ok(());
        }
        let database = &self.now().database_name;
        Err(refused(format!("permission denied to create temporary tables in database \"{database}\"")))
    }

    /// # Errors
    /// `permission denied for type t`: what is made of a type relies on it.
    pub(super) fn require_type(&self, oid: Oid) -> SqlResult<()> {
        let oid = oid.element().unwrap_or(oid);
        match self.now().user_type(oid) {
            Some(found) if self.subject.on_type(found).is_empty() => Err(denied("type", &type_name(oid))),
            _ => Ok(()),
        }
    }

    /// # Errors
    /// `must be member of role "r"`.
    pub(super) fn require_member_of(&self, role: Oid) -> SqlResult<()> {
        if self.subject.is_member_of(role) {
            return Ok(());
        }
        let name = self.now().role_by_oid(role).map_or("", |r| r.name.as_str());
        Err(refused(format!("must be member of role \"{name}\"")))
    }

    /// What OWNER TO takes besides owning the object: to be able to become the new owner.
    ///
    /// # Errors
    /// As [`Self::require_member_of`]; `permission denied for schema s` if the new owner could not have made it there.
    pub(super) fn may_give(&self, owner: Oid, schema: Option<Oid>) -> SqlResult<()> {
        if self.subject.superuser {
            return Ok(());
        }
        self.require_member_of(owner)?;
        match schema {
            Some(schema) => self.require_creation(&Subject::of(self.now(), owner), schema),
            None => Ok(()),
        }
    }

    /// # Errors
    /// Whoever has CREATEROLE may do with roles what is asked, but a superuser with superusers only; the messages are for
    /// the one and the other.
    pub(super) fn require_create_role(&self, role: Option<&Role>, denied: &str, superuser: &str) -> SqlResult<()> {
        match role {
            Some(role) if role.superuser && !self.subject.superuser => Err(refused(superuser)),
            _ if self.subject.superuser || self.subject.create_role => Ok(()),
            _ => Err(refused(denied)),
        }
    }

    /// # Errors
    /// 42501 with this message for a role without CREATEDB.
    pub(super) fn require_create_database(&self, message: &str) -> SqlResult<()> {
        if self.subject.superuser || self.subject.create_db { Ok(()) } else { Err(refused(message)) }
    }

    /// Whether a comment may be made on something that belongs to a relation.
    ///
    /// # Errors
    /// `must be owner of relation t`, but for the relation itself its own kind.
    pub(super) fn may_comment(&self, relation: &Relation, kind: Option<ObjectKind>) -> SqlResult<()> {
        self.must_own_as(relation, kind.map_or("relation", kind_word))
    }
}
