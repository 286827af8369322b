//! DETAIL of violated constraints shows values of rows: not to those who may not read them.

use gavel_catalog::acl::Privileges;
use gavel_catalog::privilege::Securable;
use gavel_catalog::search::Found;
use gavel_catalog::snapshot::Relation;
use gavel_catalog::{Catalog, IndexKey, Subject, Table};
use gavel_types::{SqlError, SqlState};

use crate::session::Session;

/// Whether a role may read these columns, all of the table's if there are none.
fn reads(subject: &Subject, table: &Table, columns: &[i16]) -> bool {
    let of = Securable::Table(table);
    let select = Privileges::of_letters("r");
    let whole = !subject.on_relation(&of).and(select).is_empty();
    whole || !columns.is_empty() && columns.iter().all(|n| subject.may_use_column(&of, *n, select))
}

/// Columns of the unique index of this name.
fn key_columns(table: &Table, name: &str) -> Vec<i16> {
    let keys = table.indexes.iter().filter(|i| i.name == name).flat_map(|i| &i.keys);
    keys.filter_map(|k| if let IndexKey::Column(n) = k.0 { Some(n) } else { None }).collect()
}

/// What is left of DETAIL for a role; `None` if all of it is.
fn left(catalog: &Catalog, subject: &Subject, error: &SqlError) -> Option<Option<String>> {
    let fields = error.fields();
    let (schema, table, detail) = (fields.schema.as_ref()?, fields.table.as_ref()?, fields.detail.as_ref()?);
    let Some(Found::Relation(Relation::Table(table))) = catalog.find_in(schema, table) else { return None };
    let constraint = fields.constraint.as_deref().unwrap_or_default();
    match fields.code {
        SqlState::UniqueViolation if !reads(subject, table, &key_columns(table, constraint)) => Some(None),
        SqlState::NotNullViolation | SqlState::CheckViolation if !reads(subject, table, &[]) => Some(None),
        SqlState::ForeignKeyViolation => {
            let key = table.foreign_keys.iter().find(|f| f.name == constraint)?;
            let at = detail.rfind(" is still referenced").or_else(|| detail.rfind(" is not present"))?;
            let read = if detail[at..].starts_with(" is still") {
                catalog.table(key.parent).is_some_and(|parent| reads(subject, parent, &key.parent_columns))
            } else {
                reads(subject, table, &key.columns)
            };
            (!read).then(|| Some(format!("Key{}", &detail[at..])))
        }
        _ => None,
    }
}

impl Session {
    /// The error as the current role may see it.
    pub(crate) fn concealed(&self, error: SqlError) -> SqlError {
        let subject = self.subject();
        if subject.superuser {
            return error;
        }
        match left(&self.catalog(), &subject, &error) {
            Some(detail) => error.with_detail(detail),
            None => error,
        }
    }
}
