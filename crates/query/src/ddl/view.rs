//! CREATE VIEW, and what ALTER VIEW changes besides names.

use std::sync::Arc;

use gavel_binder::ddl::ast::{CreateView, Persistence};
use gavel_catalog::keys::Kind;
use gavel_catalog::snapshot::Relation;
use gavel_catalog::system::{TEMPORARY_SCHEMA, is_temporary};
use gavel_catalog::{Table, View};
use gavel_types::text_io::{type_name, type_name_with_typmod};
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::Expr;

use super::DdlContext;
use super::binding::{StoredExpression, StoredQuery, Usage};
use super::user_type::names_type;
use crate::system::deparse;
use crate::system::resolver::updatability;

impl DdlContext<'_> {
    pub(super) async fn create_view(&mut self, create: &CreateView) -> SqlResult<()> {
        let query = self.binder.query(self.scope(), &create.query)?;
        let mut persistence = create.persistence;
        if persistence == Persistence::Unlogged {
            let message = "views cannot be unlogged because they do not have storage";
            return Err(SqlError::new(SqlState::SyntaxError, message));
        }
        if persistence != Persistence::Temporary && query.depends_on.iter().any(|on| is_temporary(*on)) {
            let name = create.name.0.last().map_or("", String::as_str);
            self.notice(format!("view \"{name}\" will be a temporary view"));
            persistence = Persistence::Temporary;
        }
        let (schema, name) = self.creation_target(&create.name, persistence)?;
        let columns = view_columns(&create.columns, query.columns.clone())?;
        if let Some((column, ty)) = columns.iter().find(|(_, ty)| ty.oid == Oid::RECORD) {
            let message = format!("column \"{column}\" has pseudo-type {}", type_name(ty.oid));
            return Err(SqlError::new(SqlState::InvalidTableDefinition, message));
        }
        let existing = self.now().relation(schema, &name).cloned();
        let options = view_options(&create.options)?;
        let (oid, version, owner, acl, column_acls, defaults, (triggers, rules)) = match existing {
            None => {
                let acl = self.initial_acl('r', self.user, schema);
                (self.new_oid(schema).await?, 1, self.user, acl, Vec::new(), Vec::new(), (Vec::new(), Vec::new()))
            }
            Some(Relation::View(old)) if create.or_replace => {
                self.must_own(old.owner, "view", &old.name)?;
                let (before, after) =
                    (deparse::collations(self.now(), &old.sql), deparse::collations(self.now(), &query.sql));
                require_compatible(&old, &columns, &before, &after)?;
                let (acl, column_acls) = (old.acl.clone(), old.column_acls.clone());
                let (defaults, written) = (old.defaults.clone(), (old.triggers.clone(), old.rules.clone()));
                (old.oid, old.version + 1, old.owner, acl, column_acls, defaults, written)
            }
            Some(_) if create.or_replace => {
                return Err(SqlError::new(SqlState::WrongObjectType, format!("\"{name}\" is not a view")));
            }
            Some(_) => return self.require_free(schema, &name),
        };
        if version == 1 {
            self.require_free_row_type(schema, &name)?;
        }
        for (_, ty) in &columns {
            self.rely_on_type(schema, ty.oid);
        }
        if query.depends_on.contains(&oid) {
            let message = format!("infinite recursion detected in rules for relation \"{name}\"");
            return Err(SqlError::new(SqlState::InvalidObjectDefinition, message));
        }
        self.pin(schema, &query.depends_on);
        let StoredQuery { sql, depends_on, .. } = query;
        let view = Arc::new(View {
            oid,
            schema,
            name,
            owner,
            version,
            sql,
            columns,
            depends_on,
            acl,
            column_acls,
            options,
            defaults,
            triggers,
            rules,
        });
        self.require_checkable(&view)?;
        let before = Arc::clone(self.now());
        self.edit().put_view(view);
        if before.views.contains_key(&oid) { self.restate_views(&before, oid) } else { Ok(()) }
    }

    /// Binds an expression that will belong to `table`, and relies on the functions that it calls.
    pub(super) fn expression(&mut self, table: &Table, expr: &Expr, usage: Usage) -> SqlResult<StoredExpression> {
        let stored = self.binder.expression(self.scope(), table, expr, usage)?;
        // Of domains and parameters it is not known here where they are.
        if table.oid != Oid(0) {
            self.require_lasting(table.schema, &stored)?;
        }
        self.pin(table.schema, &stored.functions);
        Ok(stored)
    }

    /// 0A000 if an expression of something in `schema` that is not temporary uses what is.
    pub(super) fn require_lasting(&self, schema: Oid, stored: &StoredExpression) -> SqlResult<()> {
        let temporary = stored.functions.iter().any(|f| is_temporary(*f))
            || self.now().temporary_types().any(|ty| names_type(&stored.sql, ty.oid));
        if schema == TEMPORARY_SCHEMA || !temporary {
            return Ok(());
        }
        Err(SqlError::unsupported("what is not temporary cannot use temporary functions and types")
            .hint("Make it temporary, too, or the functions and types in another schema."))
    }

    /// What a view in `schema` reads must not go away while it is being made. For a temporary one nothing is written.
    pub(super) fn pin(&mut self, schema: Oid, depends_on: &[Oid]) {
        for used in depends_on.iter().filter(|used| schema != TEMPORARY_SCHEMA && !is_temporary(**used)) {
            // A constraint is in the descriptor of its table, which is used too.
            if self.now().tables.values().any(|t| t.uniques.iter().any(|u| u.oid == *used)) {
                continue;
            }
            self.catalog.used.insert(*used);
            if used.is_user_type() {
                self.rely_on_type(schema, *used);
                continue;
            }
            let kind = if self.now().tables.contains_key(used) {
                Kind::Table
            } else if self.now().views.contains_key(used) {
                Kind::View
            } else if self.now().functions.contains_key(used) {
                Kind::Function
            } else if self.now().operators.contains_key(used) {
                Kind::Operator
            } else if self.now().operator_families.contains_key(used) {
                Kind::OperatorFamily
            } else if self.now().operator_classes.contains_key(used) {
                Kind::OperatorClass
            } else {
                Kind::Sequence
            };
            self.catalog.reliance.pinned.insert((kind, *used));
        }
    }

    /// CHECK OPTION needs a view that can be written through.
    fn require_checkable(&self, view: &Arc<View>) -> SqlResult<()> {
        if view.check_option().is_none() {
            return Ok(());
        }
        match updatability(self.now(), view).reason {
            Some(reason) => {
                let message = "WITH CHECK OPTION is supported only on automatically updatable views";
                Err(SqlError::unsupported(message).hint(reason))
            }
            None => Ok(()),
        }
    }

    /// SET and RESET of a view's options.
    pub(super) fn set_view_options(&mut self, view: &View, set: &[String], reset: &[String]) -> SqlResult<()> {
        let mut next = View::clone(view);
        let set = view_options(set)?;
        let key = |o: &str| o.split('=').next().unwrap_or("").to_owned();
        next.options.retain(|o| !set.iter().chain(reset).any(|n| key(n) == key(o)));
        next.options.extend(set);
        next.version += 1;
        let next = Arc::new(next);
        self.require_checkable(&next)?;
        self.edit().put_view(next);
        Ok(())
    }

    /// ALTER COLUMN … SET DEFAULT and DROP DEFAULT.
    pub(super) fn set_view_default(&mut self, view: &View, column: &str, value: Option<&Expr>) -> SqlResult<()> {
        let Some(at) = view.columns.iter().position(|c| c.0 == column) else {
            let message = format!("column \"{column}\" of relation \"{}\" does not exist", view.name);
            return Err(SqlError::new(SqlState::UndefinedColumn, message));
        };
        let number = i16::try_from(at + 1).unwrap_or(i16::MAX);
        let mut next = View::clone(view);
        next.defaults.retain(|(n, _)| *n != number);
        if let Some(expr) = value {
            let over =
                super::create_table::empty_table(view.oid, view.schema, view.name.clone(), view.owner, Vec::new());
            let declared = view.columns[at].1;
            let ty = self.now().base_type(declared.oid).filter(|_| declared.oid.is_over_domain()).unwrap_or(declared);
            let stored = self.expression(&over, expr, Usage::Default(ty))?;
            super::create_table::refuse_temporary_sequences(&over, &stored.sequences)?;
            self.catalog.used.extend(stored.sequences.iter().copied());
            next.defaults.push((number, stored.sql));
            next.defaults.sort_by_key(|d| d.0);
        }
        next.version += 1;
        self.edit().put_view(Arc::new(next));
        Ok(())
    }
}

/// The options of a view in the form in which they are kept.
fn view_options(given: &[String]) -> SqlResult<Vec<String>> {
    let mut out: Vec<String> = Vec::with_capacity(given.len());
    for option in given {
        let (name, value) = option.split_once('=').unwrap_or((option, "true"));
        match name {
            "security_barrier" | "security_invoker" => {
                let known = ["true", "false", "on", "off", "yes", "no", "1", "0"];
                if !known.iter().any(|k| value.eq_ignore_ascii_case(k)) {
                    let message = format!("invalid value for boolean option \"{name}\": {value}");
                    return Err(SqlError::new(SqlState::InvalidParameterValue, message));
                }
            }
            "check_option" => {
                if !["local", "cascaded"].iter().any(|k| value.eq_ignore_ascii_case(k)) {
                    let message = format!("invalid value for enum option \"check_option\": {value}");
                    return Err(SqlError::new(SqlState::InvalidParameterValue, message)
                        .detail("Valid values are \"local\" and \"cascaded\"."));
                }
            }
            _ => {
                let message = format!("unrecognized parameter \"{name}\"");
                return Err(SqlError::new(SqlState::InvalidParameterValue, message));
            }
        }
        if out.iter().any(|o| o.split('=').next() == Some(name)) {
            let message = format!("parameter \"{name}\" specified more than once");
            return Err(SqlError::new(SqlState::InvalidParameterValue, message));
        }
        out.push(format!("{name}={value}"));
    }
    Ok(out)
}

/// Names and types of a view's columns.
fn view_columns(names: &[String], query: Vec<(String, PgType)>) -> SqlResult<Vec<(String, PgType)>> {
    if names.len() > query.len() {
        return Err(SqlError::new(SqlState::SyntaxError, "CREATE VIEW specifies more column names than columns"));
    }
    let mut columns: Vec<(String, PgType)> = Vec::with_capacity(query.len());
    for (at, (own, ty)) in query.into_iter().enumerate() {
        let name = names.get(at).cloned().unwrap_or(own);
        if columns.iter().any(|c| c.0 == name) {
            let message = format!("column \"{name}\" specified more than once");
            return Err(SqlError::new(SqlState::DuplicateColumn, message));
        }
        columns.push((name, if ty.oid == Oid::UNKNOWN { PgType::TEXT } else { ty }));
    }
    Ok(columns)
}

/// OR REPLACE may only add columns at the end.
/// `before` and `after`: the collations that columns are told.
fn require_compatible(
    old: &View,
    columns: &[(String, PgType)],
    before: &[Option<String>],
    after: &[Option<String>],
) -> SqlResult<()> {
    let refused = |message: String| Err(SqlError::new(SqlState::InvalidTableDefinition, message));
    if columns.len() < old.columns.len() {
        return refused("cannot drop columns from view".to_owned());
    }
    for (at, ((old_name, old_type), (name, ty))) in old.columns.iter().zip(columns).enumerate() {
        if old_name != name {
            return Err(SqlError::new(
                SqlState::InvalidTableDefinition,
                format!("cannot change name of view column \"{old_name}\" to \"{name}\""),
            )
            .hint("Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead."));
        }
        if old_type != ty {
            return refused(format!(
                "cannot change data type of view column \"{name}\" from {} to {}",
                type_name_with_typmod(*old_type),
                type_name_with_typmod(*ty)
            ));
        }
        if let (Some(Some(old)), Some(Some(new))) = (before.get(at), after.get(at))
            && old != new
        {
            return refused(format!("cannot change collation of view column \"{name}\" from \"{old}\" to \"{new}\""));
        }
    }
    Ok(())
}
