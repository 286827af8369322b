//! CREATE DOMAIN and ALTER DOMAIN. Checks are stored as SQL text over a column `value`.

use std::sync::Arc;

use gavel_binder::ddl::ast::{
    AlterAction, ColumnConstraintKind, CreateDomain, TableConstraint, TableConstraintKind, Timing,
};
use gavel_catalog::user_type::{Definition, Domain, UserType};
use gavel_catalog::{CheckConstraint, Column, Descent, Table};
use gavel_functions::registry;
use gavel_types::pg_type::UserKind;
use gavel_types::text_io::type_name;
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::Expr;

use super::binding::Usage;
use super::create_table::empty_table;
use super::names::quote;
use super::user_type::names_type;
use super::{DdlContext, expression, naming};

/// What a check of a domain stands over: its value.
const VALUE: &str = "value";

/// A table of one column, `value`, of the domain's type.
pub fn value_table(base: PgType) -> Table {
    let mut table = empty_table(Oid(0), Oid(0), String::new(), Oid(0), Vec::new());
    table.columns.push(Column::plain(1, VALUE.to_owned(), base));
    table
}

fn syntax(message: &str) -> SqlError {
    SqlError::new(SqlState::SyntaxError, message)
}

/// Refuses constraints that domains cannot have.
fn refuse(kind: &ColumnConstraintKind, timing: Timing) -> SqlResult<()> {
    let impossible = match kind {
        ColumnConstraintKind::Unique { .. } => "unique constraints not possible for domains",
        ColumnConstraintKind::PrimaryKey => "primary key constraints not possible for domains",
        ColumnConstraintKind::References(_) => "foreign key constraints not possible for domains",
        ColumnConstraintKind::Generated { .. } | ColumnConstraintKind::Identity { .. } => {
            return Err(SqlError::unsupported("specifying GENERATED not supported for domains"));
        }
        ColumnConstraintKind::Check(_) if timing.no_inherit => {
            let message = "check constraints for domains cannot be marked NO INHERIT";
            return Err(SqlError::new(SqlState::InvalidObjectDefinition, message));
        }
        _ if timing.deferrable || timing.initially_deferred => {
            return Err(SqlError::unsupported("specifying constraint deferrability not supported for domains"));
        }
        _ => return Ok(()),
    };
    Err(syntax(impossible))
}

impl DdlContext<'_> {
    pub(super) async fn create_domain(&mut self, create: &CreateDomain) -> SqlResult<()> {
        let (schema, name) = self.type_target(&create.name)?;
        self.require_free_type(schema, &name)?;
        let (base, over) = self.declared_type(schema, &create.ty)?;
        if registry::type_info(base.oid).is_some_and(|t| t.kind == 'p') {
            let message = format!("\"{}\" is not a valid base type for a domain", type_name(base.oid));
            return Err(SqlError::new(SqlState::DatatypeMismatch, message));
        }
        let mut domain = Domain { base, over, not_null: false, default: None, checks: Vec::new() };
        let mut nullable = None;
        let mut defaulted = false;
        for constraint in &create.constraints {
            refuse(&constraint.kind, constraint.timing)?;
            match &constraint.kind {
                ColumnConstraintKind::NotNull | ColumnConstraintKind::Null => {
                    let null = matches!(constraint.kind, ColumnConstraintKind::Null);
                    if nullable.is_some_and(|before| before != null) {
                        return Err(syntax("conflicting NULL/NOT NULL constraints"));
                    }
                    nullable = Some(null);
                    domain.not_null = !null;
                }
                ColumnConstraintKind::Default(expr) => {
                    if defaulted {
                        return Err(syntax("multiple default expressions"));
                    }
                    defaulted = true;
                    domain.default = self.default_of_domain(base, expr)?;
                }
                ColumnConstraintKind::Check(expr) => {
                    let (given, timing) = (constraint.name.clone(), constraint.timing);
                    let check = self.domain_check((schema, &name), &domain, given, expr, timing).await?;
                    domain.checks.push(check);
                }
                _ => {}
            }
        }
        let oid = self.new_type_oid(schema, UserKind::Domain).await?;
        self.put_new_type(oid, schema, name, Definition::Domain(domain));
        Ok(())
    }

    /// A default as it is stored; NULL is none.
    fn default_of_domain(&mut self, base: PgType, expr: &Expr) -> SqlResult<Option<String>> {
        let table = value_table(base);
        let stored = self.expression(&table, expr, Usage::Default(base))?;
        self.catalog.used.extend(stored.sequences.iter().copied());
        Ok((!stored.sql.eq_ignore_ascii_case("null")).then_some(stored.sql))
    }

    /// The default of a domain, its own or that of the nearest that it is over.
    pub(super) fn domain_default(&self, oid: Oid) -> Option<String> {
        let domain = self.now().domain(oid)?;
        domain.default.clone().or_else(|| self.domain_default(domain.over?))
    }

    async fn domain_check(
        &mut self,
        (schema, name): (Oid, &str),
        domain: &Domain,
        given: Option<String>,
        expr: &Expr,
        timing: Timing,
    ) -> SqlResult<CheckConstraint> {
        let taken = |name: &str| domain.checks.iter().any(|c| c.name == name);
        let name = match given {
            Some(given) if taken(&given) => {
                let message = format!("constraint \"{given}\" for domain \"{name}\" already exists");
                return Err(SqlError::new(SqlState::DuplicateObject, message));
            }
            Some(given) => given,
            None => {
                let made = naming::constraint_name(self.now(), schema, [name, "", "check"]);
                let mut numbered = (1..).map(|n| format!("{made}{n}"));
                let mut free = made.clone();
                while taken(&free) {
                    free = numbered.next().unwrap_or_default();
                }
                free
            }
        };
        let table = value_table(domain.base);
        let stored = self.expression(&table, expr, Usage::Check)?;
        self.require_lasting(schema, &stored)?;
        let oid = self.new_oid(schema).await?;
        Ok(CheckConstraint {
            oid,
            name,
            sql: stored.sql,
            columns: Vec::new(),
            validated: !timing.not_valid,
            no_inherit: false,
            descent: Descent::default(),
        })
    }

    pub(super) async fn alter_domain(&mut self, ty: &UserType, action: &AlterAction) -> SqlResult<()> {
        let mut domain = ty.domain().cloned().ok_or_else(|| SqlError::internal("not a domain"))?;
        let undefined = |name: &str| {
            let message = format!("constraint \"{name}\" of domain \"{}\" does not exist", ty.name);
            SqlError::new(SqlState::UndefinedObject, message)
        };
        match action {
            AlterAction::DomainDefault(value) => {
                domain.default = match value {
                    Some(expr) => self.default_of_domain(domain.base, expr)?,
                    None => None,
                };
            }
            AlterAction::DomainNotNull(not_null) => {
                if domain.not_null == *not_null {
                    return Ok(());
                }
                domain.not_null = *not_null;
                if *not_null {
                    self.require_no_nulls(ty).await?;
                }
            }
            AlterAction::AddConstraint(constraint) => {
                let check = self.new_domain_constraint(ty, &domain, constraint).await?;
                if check.validated {
                    self.require_check(ty, &check).await?;
                }
                domain.checks.push(check);
            }
            AlterAction::DropConstraint { name, if_exists, .. } => {
                let before = domain.checks.len();
                domain.checks.retain(|c| c.name != *name);
                if domain.checks.len() == before {
                    let error = undefined(name);
                    if !*if_exists {
                        return Err(error);
                    }
                    self.notice(format!("{}, skipping", error.message()));
                    return Ok(());
                }
            }
            AlterAction::ValidateConstraint(name) => {
                let found = domain.checks.iter_mut().find(|c| c.name == *name).ok_or_else(|| undefined(name))?;
                if found.validated {
                    return Ok(());
                }
                found.validated = true;
                let check = found.clone();
                self.require_check(ty, &check).await?;
            }
            AlterAction::RenameConstraint { old, new } => {
                let of =
                    |name: &str, what: &str| format!("constraint \"{name}\" for domain {} {what}", type_name(ty.oid));
                if domain.checks.iter().any(|c| c.name == *new) {
                    return Err(SqlError::new(SqlState::DuplicateObject, of(new, "already exists")));
                }
                let found = domain.checks.iter_mut().find(|c| c.name == *old);
                let missing = || SqlError::new(SqlState::UndefinedObject, of(old, "does not exist"));
                found.ok_or_else(missing)?.name.clone_from(new);
            }
            _ => return Err(SqlError::unsupported("this form of ALTER DOMAIN is not supported")),
        }
        self.edit_type(ty, |t| t.definition = Definition::Domain(domain));
        self.renew_users(ty.oid)
    }

    async fn new_domain_constraint(
        &mut self,
        ty: &UserType,
        domain: &Domain,
        constraint: &TableConstraint,
    ) -> SqlResult<CheckConstraint> {
        let expr = match &constraint.kind {
            TableConstraintKind::Check(expr) => expr,
            TableConstraintKind::Unique { .. } | TableConstraintKind::UsingIndex { primary: false, .. } => {
                return Err(syntax("unique constraints not possible for domains"));
            }
            TableConstraintKind::PrimaryKey { .. } | TableConstraintKind::UsingIndex { primary: true, .. } => {
                return Err(syntax("primary key constraints not possible for domains"));
            }
            TableConstraintKind::ForeignKey { .. } => {
                return Err(syntax("foreign key constraints not possible for domains"));
            }
            TableConstraintKind::Exclude(_) => {
                return Err(syntax("exclusion constraints not possible for domains"));
            }
        };
        self.domain_check((ty.schema, &ty.name), domain, constraint.name.clone(), expr, constraint.timing).await
    }

    /// Whether a type is the domain, or a domain over it.
    fn is_of_domain(&self, ty: Oid, domain: Oid) -> bool {
        ty == domain || self.now().domain(ty).and_then(|d| d.over).is_some_and(|over| self.is_of_domain(over, domain))
    }

    /// Columns whose values the domain is asked about.
    ///
    /// # Errors
    /// 0A000 if it is in arrays or composite types that columns have.
    fn columns_of_domain(&self, ty: &UserType) -> SqlResult<Vec<(Arc<Table>, Column)>> {
        let mut found = Vec::new();
        for table in self.now().tables.values() {
            for column in table.visible_columns() {
                let declared = column.declared().oid;
                if self.is_of_domain(declared, ty.oid) {
                    found.push((table.clone(), column.clone()));
                } else if self.is_within(ty.oid, declared) {
                    let message = format!(
                        "cannot alter type \"{}\" because column \"{}.{}\" uses it",
                        ty.name, table.name, column.name
                    );
                    return Err(SqlError::unsupported(message));
                }
            }
        }
        Ok(found)
    }

    async fn require_no_nulls(&mut self, ty: &UserType) -> SqlResult<()> {
        for (table, column) in self.columns_of_domain(ty)? {
            let from = self.rows_of(&table);
            let sql = format!("SELECT 1 FROM {from} WHERE {} IS NULL LIMIT 1", quote(&column.name));
            if self.any_row(&table, &sql).await? {
                let message = format!("column \"{}\" of table \"{}\" contains null values", column.name, table.name);
                let error = SqlError::new(SqlState::NotNullViolation, message);
                return Err(self.located(error, &table).column(column.name));
            }
        }
        Ok(())
    }

    async fn require_check(&mut self, ty: &UserType, check: &CheckConstraint) -> SqlResult<()> {
        for (table, column) in self.columns_of_domain(ty)? {
            let from = self.rows_of(&table);
            let condition = expression::rename_column(&check.sql, VALUE, &column.name)?;
            if self.any_row(&table, &format!("SELECT 1 FROM {from} WHERE NOT ({condition}) LIMIT 1")).await? {
                let message = format!(
                    "column \"{}\" of table \"{}\" contains values that violate the new constraint",
                    column.name, table.name
                );
                let error = SqlError::new(SqlState::CheckViolation, message);
                return Err(self.located(error, &table).column(column.name));
            }
        }
        Ok(())
    }

    /// New versions of the tables that the domain is asked for: rows that were checked by the old rules and come in
    /// meanwhile abort, and what was compiled is compiled anew.
    fn renew_users(&mut self, domain: Oid) -> SqlResult<()> {
        let users: Vec<Oid> = self
            .now()
            .tables
            .values()
            .filter(|t| t.visible_columns().any(|c| self.is_within(domain, c.declared().oid)) || mentions(t, domain))
            .map(|t| t.oid)
            .collect();
        for oid in users {
            self.edit_table(oid, |_| {})?;
        }
        Ok(())
    }
}

/// Whether a text that belongs to the table names the type.
fn mentions(table: &Table, ty: Oid) -> bool {
    let defaults = table.columns.iter().filter_map(|c| c.default.as_deref());
    let checks = table.checks.iter().map(|c| c.sql.as_str());
    let keys = table.indexes.iter().flat_map(|i| &i.keys).filter_map(|k| match &k.0 {
        gavel_catalog::IndexKey::Expression { sql, .. } => Some(sql.as_str()),
        gavel_catalog::IndexKey::Column(_) => None,
    });
    let predicates = table.indexes.iter().filter_map(|i| i.predicate.as_deref());
    let parts = table.partitioned.iter().flat_map(|key| key.expressions());
    defaults.chain(checks).chain(keys).chain(predicates).chain(parts).any(|sql| names_type(sql, ty))
}
