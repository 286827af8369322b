//! ALTER, DROP and COMMENT ON of operators.

use std::sync::Arc;

use gavel_binder::ddl::ast::{Attribute, OperatorAction, OperatorName, QualifiedName};
use gavel_catalog::UserOperator;
use gavel_catalog::bootstrap::SUPERUSER;
use gavel_catalog::system::TEMPORARY_SCHEMA;
use gavel_functions::registry;
use gavel_types::{Oid, SqlError, SqlResult, SqlState};
use sqlparser::ast::DataType;

use super::DdlContext;
use super::aggregate_option::named;
use super::drop::{Object, depended_upon};
use super::operator::{JOIN, RESTRICT};

/// What a name of an operator turns out to mean.
pub(super) enum Meant {
    User(Arc<UserOperator>),
    System(&'static registry::Operator),
}

impl DdlContext<'_> {
    /// An operator as messages show it: `===(integer,integer)`, qualified only if it must be.
    pub(super) fn operator_shown(&self, operator: &UserOperator) -> String {
        let shown = |ty: Oid| if ty.0 == 0 { "NONE".to_owned() } else { self.type_shown(ty) };
        let schema = match crate::system::operators::is_visible(self.now(), self.search_path, operator) {
            true => String::new(),
            false => {
                let schema = self.now().schema_by_oid(operator.schema).map_or("", |s| s.name.as_str());
                format!("{}.", super::names::quote(schema))
            }
        };
        format!("{schema}{}({},{})", operator.name, shown(operator.left), shown(operator.right))
    }

    fn meant_operator(&self, name: &OperatorName) -> SqlResult<Meant> {
        let Some(right) = &name.right else {
            return Err(SqlError::new(SqlState::SyntaxError, "postfix operators are not supported"));
        };
        let resolve = |ty: &DataType| self.binder.resolve_type(self.scope(), ty).map(|ty| ty.oid);
        let left = match &name.left {
            Some(left) => resolve(left)?,
            None => Oid(0),
        };
        let right = resolve(right)?;
        self.operator_over(&name.name, left, right)
    }

    /// The operator of this name over just these types; the left one is 0 for a prefix operator.
    ///
    /// # Errors
    /// 42883 if there is none; 3F000.
    pub(super) fn operator_over(&self, name: &QualifiedName, left: Oid, right: Oid) -> SqlResult<Meant> {
        let (schema, symbol) = self.split(name)?;
        if schema.is_none_or(|s| s == "pg_catalog")
            && let Some(system) = registry::operator_exact(symbol, left, right)
        {
            return Ok(Meant::System(system));
        }
        let schemas: Vec<Oid> = match schema {
            Some("pg_catalog") => Vec::new(),
            Some(schema) => vec![self.schema(schema)?.oid],
            None => self.search_path.iter().filter_map(|s| self.now().qualifier(s)).map(|s| s.oid).collect(),
        };
        for schema in schemas {
            let same = |o: &&Arc<UserOperator>| (o.left, o.right) == (left, right);
            if let Some(found) = self.now().operators_named(schema, symbol).find(same) {
                return Ok(Meant::User(Arc::clone(found)));
            }
        }
        let before = if left.0 == 0 { String::new() } else { format!("{} ", self.type_shown(left)) };
        let message = format!("operator does not exist: {before}{name} {}", self.type_shown(right));
        Err(SqlError::new(SqlState::UndefinedFunction, message))
    }

    /// The OID that a comment on the operator is kept by.
    pub(super) fn operator_to_comment_on(&self, name: &OperatorName) -> SqlResult<Oid> {
        let (owner, oid) = match self.meant_operator(name)? {
            Meant::User(operator) => (operator.owner, operator.oid),
            Meant::System(operator) => (SUPERUSER, operator.oid),
        };
        self.must_own(owner, "operator", &name.name.to_string())?;
        Ok(oid)
    }

    pub(super) async fn drop_operators(
        &mut self,
        names: &[OperatorName],
        if_exists: bool,
        cascade: bool,
    ) -> SqlResult<()> {
        let mut objects = Vec::new();
        for name in names {
            match self.meant_operator(name) {
                Ok(Meant::User(operator)) => {
                    self.must_own_operator(&operator, name)?;
                    objects.push(Object::Operator(operator.oid));
                }
                Ok(Meant::System(operator)) => {
                    let shown = |ty: Oid| if ty.0 == 0 { "NONE".to_owned() } else { self.type_shown(ty) };
                    let signature = format!("{}({},{})", operator.name, shown(operator.left), shown(operator.right));
                    return Err(depended_upon(format!(
                        "cannot drop operator {signature} because it is required by the database system"
                    )));
                }
                Err(e) if if_exists && e.code() == SqlState::UndefinedFunction => {
                    self.notice(format!("operator {} does not exist, skipping", name.name));
                }
                Err(e) if if_exists && matches!(e.code(), SqlState::InvalidSchemaName | SqlState::UndefinedObject) => {
                    self.notice(format!("{}, skipping", e.message()));
                }
                Err(e) => return Err(e),
            }
        }
        self.drop_all(&objects, cascade).await
    }

    /// The owner of a schema may drop what is in it, too.
    fn must_own_operator(&self, operator: &UserOperator, name: &OperatorName) -> SqlResult<()> {
        let schema = self.now().schema_by_oid(operator.schema).map(|s| s.owner);
        if schema.is_some_and(|owner| self.subject.has_privileges_of(owner)) {
            return Ok(());
        }
        self.must_own(operator.owner, "operator", &name.name.to_string())
    }

    /// Takes an operator out of the catalog; those that named it as commutator or negator have none then.
    pub(super) fn remove_operator(&mut self, oid: Oid) {
        let partners = self.now().operators.values().filter(|o| o.commutator == oid || o.negator == oid);
        let partners: Vec<Arc<UserOperator>> = partners.filter(|o| o.oid != oid).cloned().collect();
        for partner in partners {
            let mut next = UserOperator { version: partner.version + 1, ..UserOperator::clone(&partner) };
            for link in [&mut next.commutator, &mut next.negator] {
                if *link == oid {
                    *link = Oid(0);
                }
            }
            self.edit().put_operator(Arc::new(next));
        }
        self.edit().remove_operator(oid);
    }

    /// Gives an operator another owner.
    pub(super) fn give_operator(&mut self, operator: &UserOperator, owner: Oid) {
        self.catalog.used.insert(owner);
        let version = operator.version + 1;
        self.edit().put_operator(Arc::new(UserOperator { owner, version, ..operator.clone() }));
    }

    pub(super) fn alter_operator(&mut self, name: &OperatorName, action: &OperatorAction) -> SqlResult<()> {
        let operator = match self.meant_operator(name)? {
            Meant::User(operator) => operator,
            Meant::System(_) => {
                return Err(SqlError::unsupported("operators of PostgreSQL's own cannot be altered"));
            }
        };
        let mut next = UserOperator { version: operator.version + 1, ..UserOperator::clone(&operator) };
        match action {
            OperatorAction::Owner(role) => {
                self.must_own(operator.owner, "operator", &name.name.to_string())?;
                let owner = self.role(role)?;
                if owner == operator.owner {
                    return Ok(());
                }
                self.may_give(owner, Some(operator.schema))?;
                self.give_operator(&operator, owner);
                return Ok(());
            }
            OperatorAction::SetSchema(schema) => {
                let target = self.schema(schema)?;
                self.require_creation(&self.subject, target.oid)?;
                self.must_own(operator.owner, "operator", &name.name.to_string())?;
                if target.oid == operator.schema {
                    return Ok(());
                }
                if target.oid == TEMPORARY_SCHEMA {
                    return Err(SqlError::unsupported("cannot move objects into or out of temporary schemas"));
                }
                let same = |o: &Arc<UserOperator>| (o.left, o.right) == (operator.left, operator.right);
                if self.now().operators_named(target.oid, &operator.name).any(same) {
                    let shown = self.operator_shown(&operator);
                    let message = format!("operator {shown} already exists in schema \"{}\"", target.name);
                    return Err(SqlError::new(SqlState::DuplicateFunction, message));
                }
                self.catalog.used.insert(target.oid);
                next.schema = target.oid;
            }
            OperatorAction::Set(attributes) => {
                self.must_own(operator.owner, "operator", &name.name.to_string())?;
                self.set_operator(&mut next, attributes)?;
            }
        }
        self.edit().put_operator(Arc::new(next));
        Ok(())
    }

    fn set_operator(&self, operator: &mut UserOperator, attributes: &[(String, Attribute)]) -> SqlResult<()> {
        let malformed = |message: String| SqlError::new(SqlState::SyntaxError, message);
        for (name, value) in attributes {
            let name = name.as_str();
            let given = |value: &Attribute| -> SqlResult<Option<QualifiedName>> {
                Ok(named(name, value)?.filter(|found| found.to_string() != "none"))
            };
            match name {
                "restrict" => operator.restrict = self.estimator(given(value)?.as_ref(), &RESTRICT, "restriction")?,
                "join" => operator.join = self.estimator(given(value)?.as_ref(), &JOIN, "join")?,
                "leftarg" | "rightarg" | "function" | "procedure" | "commutator" | "negator" | "hashes" | "merges" => {
                    return Err(malformed(format!("operator attribute \"{name}\" cannot be changed")));
                }
                _ => return Err(malformed(format!("operator attribute \"{name}\" not recognized"))),
            }
        }
        Ok(())
    }
}
