//! DETAIL of violated constraints shows values of rows: not to those who may not read them.

use std::sync::Arc;

use gavel_catalog::acl::Privileges;
use gavel_catalog::privilege::{Access, Securable};
use gavel_catalog::search::Found;
use gavel_catalog::snapshot::Relation;
use gavel_catalog::{Catalog, ForeignKey, IndexKey, PartitionOn, Subject, Table};
use gavel_types::{SqlError, SqlState};

use crate::session::Session;

/// Whether a role may read these columns, all of the table's if there are none.
fn reads(subject: &Subject, table: &Table, columns: &[i16]) -> bool {
    reads_of(subject, &Securable::Table(table), columns)
}

fn reads_of(subject: &Subject, of: &Securable<'_>, columns: &[i16]) -> bool {
    let select = Privileges::of_letters("r");
    let whole = !subject.on_relation(of).and(select).is_empty();
    whole || !columns.is_empty() && columns.iter().all(|n| subject.may_use_column(of, *n, select))
}

/// Columns of the unique index of this name; none if it is over expressions, too: then all of the table counts.
fn key_columns(table: &Table, name: &str) -> Vec<i16> {
    let keys = table.indexes.iter().filter(|i| i.name == name).flat_map(|i| &i.keys);
    let columns = keys.map(|k| if let IndexKey::Column(n) = k.0 { Some(n) } else { None });
    columns.collect::<Option<Vec<i16>>>().unwrap_or_default()
}

/// Whether the error is one of a statement in a body, whose DETAIL has been looked at for the role that the body ran as.
///
/// An error that COPY itself has met comes with what the client sent, which may look like anything.
fn is_of_body(error: &SqlError) -> bool {
    let context = error.fields().context.as_deref().unwrap_or_default();
    !context.starts_with("COPY ") && context.lines().any(|line| line.starts_with("PL/pgSQL function "))
}

/// The row that a view WITH CHECK OPTION refuses, which DETAIL shows as the table under it has it, or the view whose
/// triggers stand in the place of writes.
fn left_of_view(catalog: &Catalog, subject: &Subject, detail: &str, accesses: &[Access]) -> Option<Option<String>> {
    let writing = Privileges::of_letters("aw");
    let written: Vec<&Access> = accesses.iter().filter(|a| !a.privileges.and(writing).is_empty()).collect();
    let view = written.last().and_then(|a| catalog.views.get(&a.relation));
    if let Some(view) = view.filter(|_| written.iter().all(|a| catalog.table(a.relation).is_none())) {
        let of = Securable::View(view);
        let own = written.iter().filter(|a| a.relation == view.oid);
        let given: Vec<i16> = own.flat_map(|a| a.inserted.iter().chain(&a.updated).copied()).collect();
        let columns: Vec<(i16, &str)> = (1..).zip(view.columns.iter().map(|c| c.0.as_str())).collect();
        return (!reads_of(subject, &of, &[])).then(|| shown_row(subject, (&of, &columns), detail, &given));
    }
    let mut tables: Vec<&Arc<Table>> = written.iter().filter_map(|a| catalog.table(a.relation)).collect();
    tables.dedup_by_key(|t| t.oid);
    if tables.iter().any(|t| t.is_secured_from(catalog, subject)) {
        return Some(None);
    }
    if tables.iter().all(|t| reads(subject, t, &[])) {
        return None;
    }
    let [table] = tables.as_slice() else { return Some(None) };
    let own = written.iter().filter(|a| a.relation == table.oid);
    let given: Vec<i16> = own.flat_map(|a| a.inserted.iter().chain(&a.updated).copied()).collect();
    Some(shown_table_row(subject, table, detail, &given))
}

/// `Failing row contains (…)` with the columns that the role may read or has given values to. `None` if there are none, or
/// if values with commas hide which is which.
fn shown_row(
    subject: &Subject,
    (of, columns): (&Securable<'_>, &[(i16, &str)]),
    detail: &str,
    given: &[i16],
) -> Option<String> {
    let row = detail.strip_prefix("Failing row contains (")?.strip_suffix(").")?;
    let values: Vec<&str> = row.split(", ").collect();
    if values.len() != columns.len() {
        return None;
    }
    let shown = columns.iter().zip(values);
    let shown = shown.filter(|((n, _), _)| given.contains(n) || reads_of(subject, of, &[*n]));
    let (names, values): (Vec<&str>, Vec<&str>) = shown.map(|((_, name), value)| (*name, value)).unzip();
    let some = !names.is_empty();
    some.then(|| format!("Failing row contains ({}) = ({}).", names.join(", "), values.join(", ")))
}

fn shown_table_row(subject: &Subject, table: &Table, detail: &str, given: &[i16]) -> Option<String> {
    let columns: Vec<(i16, &str)> = table.visible_columns().map(|c| (c.number, c.name.as_str())).collect();
    shown_row(subject, (&Securable::Table(table), &columns), detail, given)
}

/// The table as whose row DETAIL shows a row of `table`: the one that the statement writes to, which may be above it.
fn shown_as<'c>(catalog: &'c Catalog, table: &'c Arc<Table>, accesses: &[Access]) -> &'c Arc<Table> {
    let writing = Privileges::of_letters("aw");
    let written = |t: &Table| accesses.iter().any(|a| a.relation == t.oid && !a.privileges.and(writing).is_empty());
    if written(table) {
        return table;
    }
    catalog.ancestors(table.oid).into_iter().find(|t| written(t)).unwrap_or(table)
}

/// Whether a role may read the columns of a partition key; if it has expressions, all columns of the table.
fn reads_partition_key(subject: &Subject, table: &Table) -> bool {
    let parts = table.partitioned.iter().flat_map(|key| &key.parts);
    let columns = parts.map(|part| if let PartitionOn::Column(number) = part.key { Some(number) } else { None });
    reads(subject, table, &columns.collect::<Option<Vec<i16>>>().unwrap_or_default())
}

/// What is left of DETAIL for a role that does this; `None` if all of it is.
fn left(catalog: &Catalog, subject: &Subject, error: &SqlError, accesses: &[Access]) -> Option<Option<String>> {
    let fields = error.fields();
    if fields.code == SqlState::WithCheckOptionViolation {
        return left_of_view(catalog, subject, fields.detail.as_deref().unwrap_or_default(), accesses);
    }
    let (schema, table, detail) = (fields.schema.as_ref()?, fields.table.as_ref()?, fields.detail.as_ref()?);
    let Some(Found::Relation(Relation::Table(table))) = catalog.find_in(schema, table) else { return None };
    let constraint = fields.constraint.as_deref().unwrap_or_default();
    let secured = |table: &Table| table.is_secured_from(catalog, subject);
    match fields.code {
        SqlState::UniqueViolation if secured(table) => Some(None),
        SqlState::ExclusionViolation if secured(table) || !reads(subject, table, &key_columns(table, constraint)) => {
            Some(Some("Key conflicts with existing key.".to_owned()))
        }
        SqlState::CheckViolation if detail.starts_with("Partition key of ") && secured(table) => Some(None),
        SqlState::NotNullViolation | SqlState::CheckViolation if secured(shown_as(catalog, table, accesses)) => {
            Some(None)
        }
        SqlState::UniqueViolation if !reads(subject, table, &key_columns(table, constraint)) => Some(None),
        SqlState::CheckViolation if detail.starts_with("Partition key of ") => {
            (!reads_partition_key(subject, table)).then_some(None)
        }
        SqlState::NotNullViolation | SqlState::CheckViolation => {
            let table = shown_as(catalog, table, accesses);
            if reads(subject, table, &[]) {
                return None;
            }
            let written = accesses.iter().filter(|a| a.relation == table.oid);
            let given: Vec<i16> = written.flat_map(|a| a.inserted.iter().chain(&a.updated).copied()).collect();
            Some(shown_table_row(subject, table, detail, &given))
        }
        SqlState::ForeignKeyViolation => {
            let named = |f: &&ForeignKey| f.name == constraint || f.parts.iter().any(|p| p.name == constraint);
            let key = table.foreign_keys.iter().find(named)?;
            let at = detail.rfind(" is still referenced").or_else(|| detail.rfind(" is not present"))?;
            let read = if detail[at..].starts_with(" is still") {
                catalog
                    .table(key.parent)
                    .is_some_and(|parent| reads(subject, parent, &key.parent_columns) && !secured(parent))
            } else {
                reads(subject, table, &key.columns) && !secured(table)
            };
            (!read).then(|| Some(format!("Key{}", &detail[at..])))
        }
        _ => None,
    }
}

impl Session {
    /// The error of a statement that does this as the current role may see it.
    pub(crate) fn concealed(&self, error: SqlError, accesses: &[Access]) -> SqlError {
        let subject = self.subject();
        if subject.superuser || is_of_body(&error) {
            return error;
        }
        match left(&self.catalog(), &subject, &error, accesses) {
            Some(detail) => error.with_detail(detail),
            None => error,
        }
    }
}
