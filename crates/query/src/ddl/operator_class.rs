//! CREATE OPERATOR CLASS and FAMILY (<https://www.postgresql.org/docs/15/sql-createopclass.html>), for the methods btree
//! and hash; the classes that other statements name.

use std::sync::Arc;

use gavel_binder::ddl::ast::{ClassItem, CreateOperatorClass, OperatorGroupName, Persistence, QualifiedName};
use gavel_catalog::system::TEMPORARY_SCHEMA;
use gavel_catalog::{FamilyMember, IndexMethod, UserOperatorClass, UserOperatorFamily};
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::DataType;

use super::DdlContext;
use super::index_key::{method, require_accepted};
use super::operator_member::{Member, invalid};
use super::permit::refused;
use crate::system::opclass::{self, OperatorClass};

/// The class that a name means.
pub(super) enum MeantClass {
    User(Arc<UserOperatorClass>),
    System(&'static OperatorClass),
}

/// The family that a name means.
pub(super) enum MeantFamily {
    User(Arc<UserOperatorFamily>),
    System(Oid),
}

pub(super) fn duplicate(message: String) -> SqlError {
    SqlError::new(SqlState::DuplicateObject, message)
}

pub(super) fn missing(what: &str, name: &QualifiedName, method: IndexMethod) -> SqlError {
    let message = format!("{what} \"{name}\" does not exist for access method \"{}\"", method.name());
    SqlError::new(SqlState::UndefinedObject, message)
}

/// 0A000 for a class of users that orders, or compares, in its own way where only the default one is known. `why` is a
/// sentence without its end.
pub(super) fn with_own_order(class: &UserOperatorClass, why: &str) -> SqlError {
    SqlError::unsupported(format!("operator class \"{}\" has operators of its own", class.name))
        .hint(format!("{why}: a class can be named here if its operators are those of the default class of its type."))
}

/// Why a class cannot be in a family of PostgreSQL's own.
fn not_in_system(family: Oid, method: IndexMethod, members: &[Member]) -> SqlError {
    if let Some(taken) = members.iter().find(|m| m.is_in_system(family, method)) {
        return taken_in_catalog(taken, family);
    }
    SqlError::unsupported("classes of users cannot be in operator families of PostgreSQL's own")
        .hint("Leave FAMILY out, or make a family with CREATE OPERATOR FAMILY.")
}

/// What PostgreSQL says where a member of a new class meets another.
fn taken_in_catalog(member: &Member, family: Oid) -> SqlError {
    let (index, columns) = if member.function {
        ("pg_amproc_fam_proc_index", "amprocfamily, amproclefttype, amprocrighttype, amprocnum")
    } else {
        ("pg_amop_fam_strat_index", "amopfamily, amoplefttype, amoprighttype, amopstrategy")
    };
    let message = format!("duplicate key value violates unique constraint \"{index}\"");
    let Member { left, right, number, .. } = member;
    SqlError::new(SqlState::UniqueViolation, message)
        .detail(format!("Key ({columns})=({family}, {left}, {right}, {number}) already exists."))
}

impl DdlContext<'_> {
    /// A class by its name.
    ///
    /// # Errors
    /// 42704 if there is none; 3F000.
    pub(super) fn meant_class(&self, method: IndexMethod, name: &QualifiedName) -> SqlResult<MeantClass> {
        let (schema, bare) = self.split(name)?;
        if schema.is_none_or(|s| s == "pg_catalog")
            && let Some(system) = opclass::named(method, bare)
        {
            return Ok(MeantClass::System(system));
        }
        let schemas = self.schemas_of_groups(schema)?;
        let found = schemas.into_iter().find_map(|schema| self.now().operator_class_named(schema, method, bare));
        found.cloned().map(MeantClass::User).ok_or_else(|| missing("operator class", name, method))
    }

    /// A family by its name.
    ///
    /// # Errors
    /// As [`Self::meant_class`].
    pub(super) fn meant_family(&self, method: IndexMethod, name: &QualifiedName) -> SqlResult<MeantFamily> {
        let (schema, bare) = self.split(name)?;
        if schema.is_none_or(|s| s == "pg_catalog")
            && let Some(system) = opclass::family_named(method, bare)
        {
            return Ok(MeantFamily::System(system));
        }
        let schemas = self.schemas_of_groups(schema)?;
        let found = schemas.into_iter().find_map(|schema| self.now().operator_family_named(schema, method, bare));
        found.cloned().map(MeantFamily::User).ok_or_else(|| missing("operator family", name, method))
    }

    /// The schemas of users in which a name is looked up, in order.
    fn schemas_of_groups(&self, written: Option<&str>) -> SqlResult<Vec<Oid>> {
        Ok(match written {
            Some("pg_catalog") => Vec::new(),
            Some(schema) => {
                self.subject.look_into(self.now(), schema)?;
                vec![self.schema(schema)?.oid]
            }
            None => self.search_path.iter().filter_map(|s| self.now().qualifier(s)).map(|s| s.oid).collect(),
        })
    }

    /// The class by which a part of a partition key is compared or hashed; 0 for the default one.
    ///
    /// # Errors
    /// 42704 if there is none, 42804 if it is for other types; 0A000 for one of users with an order of its own.
    pub(super) fn class_of_part(&self, method: IndexMethod, ty: PgType, name: &QualifiedName) -> SqlResult<Oid> {
        match self.meant_class(method, name)? {
            MeantClass::System(class) => {
                require_accepted(&name.to_string(), class.input, ty)?;
                Ok(if class.is_default_of(ty.oid) { Oid(0) } else { class.oid })
            }
            MeantClass::User(class) => {
                require_accepted(&name.to_string(), class.input, ty)?;
                if method != IndexMethod::Hash && opclass::is_default_order(self.now(), &class).is_none() {
                    return Err(with_own_order(&class, "Bounds of partitions are kept in the default order"));
                }
                Ok(class.oid)
            }
        }
    }

    /// Where a new class or family goes, its bare name, and the method.
    ///
    /// # Errors
    /// 42501 for others than superusers; 42704 for a method that is not there, 0A000 for one without classes of users.
    fn group_target(&mut self, name: &OperatorGroupName) -> SqlResult<(Oid, String, IndexMethod)> {
        let (schema, bare) = self.creation_target(&name.name, Persistence::Permanent)?;
        let method = method(Some(&name.method))?;
        if !self.subject.superuser {
            return Err(refused(format!("must be superuser to create an {}", name.group.word())));
        }
        if opclass::numbers_of(method).is_none() {
            let message = format!("an {} for access method \"{}\" is not supported", name.group.word(), method.name());
            return Err(SqlError::unsupported(message)
                .hint("There are operator classes and families of users for the methods btree and hash."));
        }
        if schema == TEMPORARY_SCHEMA {
            let message = format!("a temporary {} is not supported", name.group.word());
            return Err(SqlError::unsupported(message).hint("Name a schema that is not temporary."));
        }
        Ok((schema, bare, method))
    }

    pub(super) async fn create_operator_family(&mut self, name: &OperatorGroupName) -> SqlResult<()> {
        let (schema, bare, method) = self.group_target(name)?;
        if self.now().operator_family_named(schema, method, &bare).is_some() {
            let message =
                format!("operator family \"{}\" for access method \"{}\" already exists", name.name, method.name());
            return Err(duplicate(message));
        }
        let family = self.new_family(schema, bare, method).await?;
        self.edit().put_operator_family(Arc::new(family));
        Ok(())
    }

    async fn new_family(&mut self, schema: Oid, name: String, method: IndexMethod) -> SqlResult<UserOperatorFamily> {
        let oid = self.new_oid(schema).await?;
        let (owner, operators, functions) = (self.user, Vec::new(), Vec::new());
        Ok(UserOperatorFamily { oid, schema, name, owner, version: 1, method, operators, functions })
    }

    pub(super) async fn create_operator_class(&mut self, create: &CreateOperatorClass) -> SqlResult<()> {
        let (schema, bare, method) = self.group_target(&create.name)?;
        let input = self.binder.resolve_type(self.scope(), &create.ty).map_err(SqlError::nowhere)?.oid;
        let family = match &create.family {
            Some(name) => Some(self.meant_family(method, name)?),
            None => self.now().operator_family_named(schema, method, &bare).cloned().map(MeantFamily::User),
        };
        let mut members = Vec::new();
        let mut stored = None;
        for item in &create.items {
            match item {
                ClassItem::Storage(ty) => {
                    if stored.is_some() {
                        return Err(invalid("storage type specified more than once"));
                    }
                    stored = Some(self.binder.resolve_type(self.scope(), ty).map_err(SqlError::nowhere)?.oid);
                }
                other => {
                    if let Some(member) = self.member(method, other, Some(input))? {
                        member.join(&mut members, |ty| self.type_shown(ty))?;
                    }
                }
            }
        }
        if stored.is_some_and(|ty| ty != input) {
            let by = method.name();
            return Err(invalid(format!("storage type cannot be different from data type for access method \"{by}\"")));
        }
        if self.now().operator_class_named(schema, method, &bare).is_some() {
            let message = format!("operator class \"{bare}\" for access method \"{}\" already exists", method.name());
            return Err(duplicate(message));
        }
        if create.default {
            return Err(self.no_default(&bare, method, input, &create.ty));
        }
        let mut family = match family {
            Some(MeantFamily::User(found)) => UserOperatorFamily::clone(&found),
            Some(MeantFamily::System(family)) => return Err(not_in_system(family, method, &members)),
            None => self.new_family(schema, bare.clone(), method).await?,
        };
        self.rely_on_type(schema, input);
        let oid = self.new_oid(schema).await?;
        let class = UserOperatorClass {
            oid,
            schema,
            name: bare,
            owner: self.user,
            version: 1,
            method,
            family: family.oid,
            input,
        };
        if let Some(taken) = members.iter().find(|m| m.is_in(&family)) {
            return Err(taken_in_catalog(taken, family.oid));
        }
        self.add_members(&mut family, &members, Some((oid, input))).await?;
        self.edit().put_operator_family(Arc::new(family));
        self.edit().put_operator_class(Arc::new(class));
        Ok(())
    }

    /// Why a class cannot be the default one of its type.
    fn no_default(&self, name: &str, method: IndexMethod, input: Oid, written: &DataType) -> SqlError {
        if let Some(other) = opclass::default_of(method, input).filter(|c| c.input == input) {
            let shown = match written {
                DataType::Custom(name, _) => name.to_string(),
                other => other.to_string().to_lowercase(),
            };
            let message = format!("could not make operator class \"{name}\" be default for type {shown}");
            return duplicate(message).detail(format!("Operator class \"{}\" already is the default.", other.name));
        }
        let message = format!("operator class \"{name}\" cannot be the default of type {}", self.type_shown(input));
        SqlError::unsupported(message).hint("Leave DEFAULT out, and name the class where it is to be used.")
    }

    /// Puts members into a family, bound to the class that cannot do without them, which may be the new one.
    pub(super) async fn add_members(
        &mut self,
        family: &mut UserOperatorFamily,
        members: &[Member],
        new: Option<(Oid, Oid)>,
    ) -> SqlResult<()> {
        let used: Vec<Oid> = members.iter().map(|m| m.object).filter(|oid| self.is_of_users(*oid)).collect();
        self.pin(family.schema, &used);
        for member in members {
            let oid = self.new_oid(family.schema).await?;
            let Member { function, number, left, right, object } = *member;
            let class = if member.is_needed() { self.class_over(family.oid, left, new) } else { Oid(0) };
            let made = FamilyMember { oid, class, left, right, number, object };
            if function {
                family.functions.push(made);
            } else {
                family.operators.push(made);
            }
        }
        family.version += 1;
        Ok(())
    }

    fn is_of_users(&self, oid: Oid) -> bool {
        self.now().function(oid).is_some() || self.now().operator(oid).is_some()
    }

    /// The class of a family over a type; 0 if there is none.
    fn class_over(&self, family: Oid, ty: Oid, new: Option<(Oid, Oid)>) -> Oid {
        if let Some((class, _)) = new.filter(|(_, input)| *input == ty) {
            return class;
        }
        let found = self.now().operator_classes.values().find(|c| c.family == family && c.input == ty);
        found.map_or(Oid(0), |c| c.oid)
    }
}
