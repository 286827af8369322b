//! Tables of a composite type: CREATE TABLE … OF, ALTER TABLE … OF and NOT OF. Their columns are the type's, under its
//! names and in its order, and change with the type alone.

use gavel_binder::ddl::ast::{AlterAction, ColumnDef, CreateTable, QualifiedName, TableElement};
use gavel_catalog::Table;
use gavel_catalog::user_type::{Attribute, UserType};
use gavel_types::text_io::{type_name, type_name_with_typmod};
use gavel_types::{Oid, SqlError, SqlResult, SqlState};
use sqlparser::ast::{DataType, Expr};

use super::DdlContext;
use super::user_type::undefined_type;

impl DdlContext<'_> {
    /// CREATE TABLE … OF as a CREATE TABLE with columns, and the type.
    pub(super) fn with_columns_of_type(
        &mut self,
        create: &CreateTable,
        name: &QualifiedName,
    ) -> SqlResult<(CreateTable, Oid)> {
        let (oid, attributes) = self.attributes_of(name)?;
        self.require_type(oid)?;
        let mut columns = Vec::with_capacity(attributes.len());
        for attribute in &attributes {
            columns.push(ColumnDef {
                name: attribute.name.clone(),
                ty: written_type(attribute)?,
                collation: None,
                constraints: Vec::new(),
            });
        }
        let mut elements = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        for element in &create.elements {
            let TableElement::Options { column, constraints } = element else {
                elements.push(element.clone());
                continue;
            };
            let found = columns.iter_mut().find(|c| c.name == *column).ok_or_else(|| {
                SqlError::new(SqlState::UndefinedColumn, format!("column \"{column}\" does not exist"))
            })?;
            if seen.contains(&column.as_str()) {
                let message = format!("column \"{column}\" specified more than once");
                return Err(SqlError::new(SqlState::DuplicateColumn, message));
            }
            seen.push(column);
            found.constraints.clone_from(constraints);
        }
        let columns = columns.into_iter().map(TableElement::Column);
        let elements = columns.chain(elements).collect();
        Ok((CreateTable { elements, of_type: None, ..create.clone() }, oid))
    }

    /// A composite type that was made as one, with its attributes.
    fn attributes_of(&self, name: &QualifiedName) -> SqlResult<(Oid, Vec<Attribute>)> {
        let oid = self.find_type(name)?.ok_or_else(|| undefined_type(name))?;
        match self.now().user_type(oid).and_then(|t| t.attributes()) {
            Some(attributes) => Ok((oid, attributes.to_vec())),
            None => {
                let message = format!("type {} is not a composite type", type_name(oid));
                Err(SqlError::new(SqlState::WrongObjectType, message))
            }
        }
    }

    /// ALTER TABLE … OF.
    pub(super) fn set_type_of_table(&mut self, oid: Oid, name: &QualifiedName) -> SqlResult<()> {
        let (of_type, attributes) = self.attributes_of(name)?;
        let table = self.table_by_oid(oid)?;
        let wrong = |message: String| Err(SqlError::new(SqlState::DatatypeMismatch, message));
        let mut columns = table.visible_columns();
        for attribute in &attributes {
            let Some(column) = columns.next() else {
                return wrong(format!("table is missing column \"{}\"", attribute.name));
            };
            if column.name != attribute.name {
                return wrong(format!(
                    "table has column \"{}\" where type requires \"{}\"",
                    column.name, attribute.name
                ));
            }
            if column.declared() != attribute.declared() {
                return wrong(format!("table \"{}\" has different type for column \"{}\"", table.name, column.name));
            }
        }
        if let Some(extra) = columns.next() {
            return wrong(format!("table has extra column \"{}\"", extra.name));
        }
        self.rely_on_type(table.schema, of_type);
        self.edit_table(oid, |t| t.of_type = Some(of_type))?;
        Ok(())
    }

    /// ALTER TABLE … NOT OF.
    pub(super) fn unset_type_of_table(&mut self, oid: Oid) -> SqlResult<()> {
        let table = self.table_by_oid(oid)?;
        if table.of_type.is_none() {
            let message = format!("\"{}\" is not a typed table", table.name);
            return Err(SqlError::new(SqlState::WrongObjectType, message));
        }
        self.edit_table(oid, |t| t.of_type = None)?;
        Ok(())
    }

    /// The tables of a type, which follow it if `cascade` says so.
    ///
    /// # Errors
    /// 2BP01 if there are some and it does not.
    pub(super) fn tables_of_type(&self, ty: &UserType, cascade: bool) -> SqlResult<Vec<Oid>> {
        let tables: Vec<Oid> =
            self.now().tables.values().filter(|t| t.of_type == Some(ty.oid)).map(|t| t.oid).collect();
        if tables.is_empty() || cascade {
            return Ok(tables);
        }
        let message = format!("cannot alter type \"{}\" because it is the type of a typed table", ty.name);
        Err(SqlError::new(SqlState::DependentObjectsStillExist, message)
            .hint("Use ALTER ... CASCADE to alter the typed tables too."))
    }
}

/// 42809 for a change of columns that the type does not make.
pub(super) fn require_own_columns(table: &Table, action: &AlterAction) -> SqlResult<()> {
    if table.of_type.is_none() {
        return Ok(());
    }
    let message = match action {
        AlterAction::AddColumn { .. } => "cannot add column to typed table",
        AlterAction::DropColumn { .. } => "cannot drop column from typed table",
        AlterAction::SetType { .. } => "cannot alter column type of typed table",
        AlterAction::RenameColumn { .. } => "cannot rename column of typed table",
        _ => return Ok(()),
    };
    Err(SqlError::new(SqlState::WrongObjectType, message))
}

/// The type of an attribute as a statement writes it.
fn written_type(attribute: &Attribute) -> SqlResult<DataType> {
    let text = format!("CAST(NULL AS {})", type_name_with_typmod(attribute.declared()));
    match gavel_binder::parse::parse_expression(&text)? {
        Expr::Cast { data_type, .. } => Ok(data_type),
        _ => Err(SqlError::internal("a type that is not written as one")),
    }
}
