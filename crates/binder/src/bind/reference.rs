//! Column references, whole rows, fields and subscripts.

use std::rc::Rc;

use gavel_functions::registry::CastContext;
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::{self, AccessExpr, Expr};

use super::Binder;
use super::assign::{MAX_DIMENSIONS, too_many_dimensions};
use super::clause::Clause;
use super::name::{fold, is_reserved};
use super::scalar::{Typed, boolean, constant, scalar};
use super::scope::{Columns, Fields, Found, NsColumn};
use super::star::is_open_record;
use super::typename::{array_type, element_type, format_type};
use crate::bound::{ColumnId, Index, Scalar, ScalarKind};
use crate::parse::{Pos, marker};
use crate::query_tree::Form;

/// The whole row of a relation on the side of an outer join that NULLs may stand for: NULL where they do. That is seen by a
/// column that is never NULL, by the row's key, or else by all columns.
fn or_null(row: Scalar, columns: &Columns, key: Option<ColumnId>) -> Scalar {
    let ScalarKind::Row(items) = &row.kind else { return row };
    let never_null = match columns {
        Columns::Table { table, .. } => table.visible_columns().position(|c| c.not_null),
        _ => None,
    };
    let key = key.map(|key| super::scalar::column(key, PgType::BYTEA));
    let tested: Vec<&Scalar> = match (never_null.and_then(|n| items.get(n)), &key) {
        (Some(item), _) => vec![item],
        (None, Some(key)) => vec![key],
        (None, None) => items.iter().collect(),
    };
    let absent = |item: &&Scalar| boolean(ScalarKind::IsNull { input: Box::new((*item).clone()), negated: false });
    let mut tests: Vec<Scalar> = tested.iter().map(absent).collect();
    let test = match tests.len() {
        0 => return row,
        1 => tests.remove(0),
        _ => boolean(ScalarKind::And(tests)),
    };
    let ty = row.ty;
    let arms = vec![(test, constant(Datum::Null, ty))];
    scalar(ScalarKind::Case { arms, otherwise: Box::new(row) }, ty)
}

/// The fields of a row that is written out, also of one that may be NULL as a whole.
pub fn fields_written(value: &Scalar) -> Option<&[Scalar]> {
    match &value.kind {
        ScalarKind::Row(items) => Some(items),
        ScalarKind::Case { otherwise, .. } if may_be_absent(value).is_some() => fields_written(otherwise),
        _ => None,
    }
}

/// The condition under which a whole row is NULL, if [`or_null`] made it.
pub fn may_be_absent(value: &Scalar) -> Option<&Scalar> {
    match &value.kind {
        ScalarKind::Case { arms, otherwise } if value.ty.oid.is_row() => match (arms.as_slice(), &otherwise.kind) {
            ([(test, Scalar { kind: ScalarKind::Const(Datum::Null), .. })], ScalarKind::Row(_)) => Some(test),
            _ => None,
        },
        _ => None,
    }
}

impl Binder<'_> {
    pub fn identifier(&mut self, ident: &ast::Ident) -> SqlResult<Typed> {
        let name = fold(ident);
        let pos = self.source.start(ident.span);
        if ident.quote_style.is_none() && name == "default" {
            return self.default_item(pos);
        }
        let variable = self.variable(std::slice::from_ref(ident), pos)?;
        if let (Some(value), true) = (&variable, self.variables_win()) {
            return Ok(value.clone());
        }
        if let Some(found) = self.find_column(&name, pos)? {
            self.no_references_in_default(pos)?;
            self.not_both(&variable, &name, pos)?;
            self.name_side(&found, ident);
            return Ok(self.mention(&found, pos));
        }
        if let (Some(value), None) = (&variable, self.find_item(None, &name, pos)?) {
            return Ok(value.clone());
        }
        if ident.quote_style.is_none() && is_reserved(&name) {
            if let Some(special) = self.bare_special(&name, pos)? {
                return Ok(special);
            }
            let text = format!("syntax error at or near \"{}\"", ident.value);
            return Err(self.error_at(SqlError::new(SqlState::SyntaxError, text), pos));
        }
        if let Some((l, i)) = self.find_item(None, &name, pos)? {
            self.not_both(&variable, &name, pos)?;
            return Ok(self.row_of(l, i, pos));
        }
        if let Some(value) = self.parameter_named(&name) {
            return Ok(Typed::new(value, pos));
        }
        self.no_references_in_default(pos)?;
        Err(self.no_column(&name, pos))
    }

    /// DEFAULT as an item of INSERT's VALUES.
    fn default_item(&mut self, pos: Pos) -> SqlResult<Typed> {
        if self.level().allows_default {
            return Ok(Typed::new(scalar(ScalarKind::Default, PgType::UNKNOWN), pos));
        }
        let error = SqlError::new(SqlState::SyntaxError, "DEFAULT is not allowed in this context");
        Err(self.error_at(error, pos))
    }

    fn no_references_in_default(&self, pos: Pos) -> SqlResult<()> {
        let place = match self.clause() {
            Clause::Default => "DEFAULT expression",
            Clause::PartitionBound => "partition bound expression",
            _ => return Ok(()),
        };
        let error = SqlError::unsupported(format!("cannot use column reference in {place}"));
        Err(self.error_at(error, pos))
    }

    pub fn compound_identifier(&mut self, parts: &[ast::Ident]) -> SqlResult<Typed> {
        let pos = parts.first().map(|p| self.source.start(p.span)).unwrap_or_default();
        let names: Vec<String> = parts.iter().map(fold).collect();
        self.no_references_in_default(pos)?;
        if let Some(value) = self.variable_over(&names, parts, pos)? {
            return Ok(value);
        }
        let Some(ident) = parts.last() else { return Err(SqlError::internal("a reference without names")) };
        match names.as_slice() {
            [table, _] => {
                if let Some((l, i)) = self.find_item(None, table, pos)? {
                    return self.column_or_call((l, i), ident, pos);
                }
                if let Some(value) = self.qualified_parameter(parts, pos)? {
                    return Ok(value);
                }
                // `column.field` needs parentheses in PostgreSQL, so this names no FROM item.
                Err(self.no_item(table, pos))
            }
            [schema, table, _] => {
                if let Some((l, i)) = self.find_item(Some(schema), table, pos)? {
                    return self.column_or_call((l, i), ident, pos);
                }
                if let Some(value) = self.qualified_parameter(parts, pos)? {
                    return Ok(value);
                }
                Err(self.no_item(table, pos))
            }
            [database, schema, table, _] if *database == *self.context.catalog.database_name => {
                if let Some((l, i)) = self.find_item(Some(schema), table, pos)? {
                    return self.column_or_call((l, i), ident, pos);
                }
                Err(self.no_item(table, pos))
            }
            [_, _, _, _] => {
                let text = format!("cross-database references are not implemented: {}", names.join("."));
                Err(self.error_at(SqlError::unsupported(text), pos))
            }
            _ => {
                let text = format!("improper qualified name (too many dotted names): {}", names.join("."));
                Err(self.error_at(SqlError::new(SqlState::SyntaxError, text), pos))
            }
        }
    }

    /// The parameter of this name of the function whose body is bound.
    fn parameter_named(&self, name: &str) -> Option<Scalar> {
        let parameters = self.parameters.as_ref()?;
        parameters.values.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone())
    }

    /// `function.parameter`, `parameter.field` and `function.parameter.field`.
    fn qualified_parameter(&mut self, parts: &[ast::Ident], pos: Pos) -> SqlResult<Option<Typed>> {
        let Some(function) = self.parameters.as_ref().map(|p| p.function.clone()) else { return Ok(None) };
        let names: Vec<String> = parts.iter().map(fold).collect();
        let (value, rest) = match names.as_slice() {
            [first, second, ..] if *first == function && self.parameter_named(second).is_some() => {
                (self.parameter_named(second), parts.get(2..))
            }
            [first, ..] => (self.parameter_named(first), parts.get(1..)),
            [] => (None, None),
        };
        let Some(value) = value else { return Ok(None) };
        let mut value = Typed::new(value, pos);
        for field in rest.unwrap_or_default() {
            value = self.field(value, field)?;
        }
        Ok(Some(value))
    }

    /// The row of FROM item `i`: its value if it is a function of one column.
    pub fn row_of(&mut self, l: usize, i: usize, pos: Pos) -> Typed {
        let item = &self.levels[l].items[i];
        if item.scalar_function
            && let Some(slot) = (0..item.slots()).find(|s| item.live(*s))
        {
            return self.mention(&Found { level: l, item: i, slot }, pos);
        }
        let columns: Vec<NsColumn> = item.all().collect();
        let fields: Fields = columns.iter().map(|c| (c.name.clone(), c.scalar.ty)).collect();
        self.selects_all(&columns);
        let items: Vec<Scalar> = columns.into_iter().map(|c| c.scalar).collect();
        for item in &items {
            self.note_columns(l, item, pos);
        }
        let level = &mut self.levels[l];
        let key = level.items[i].row_key.filter(|_| level.puts_out_keys && level.items[i].nullable);
        level.wanted_keys.extend(key.filter(|_| self.recorder.is_none()));
        let item = &self.levels[l].items[i];
        let row = scalar(ScalarKind::Row(items), PgType::new(item.row_type()));
        let row = match &self.recorder {
            Some(_) => self.formed(row, || Form::WholeRow(item.range.unwrap_or(0))),
            None if item.nullable => or_null(row, &item.columns, key),
            None => row,
        };
        self.remember_fields(Typed::new(row, pos), fields)
    }

    /// `t.*` as an argument.
    pub fn whole_row(&mut self, name: &ast::ObjectName) -> SqlResult<Typed> {
        let pos = self.name_pos(name);
        let parts: Vec<String> = name.0.iter().filter_map(ast::ObjectNamePart::as_ident).map(fold).collect();
        let found = match parts.as_slice() {
            [table] => self.find_item(None, table, pos)?,
            [schema, table] => self.find_item(Some(schema), table, pos)?,
            _ => None,
        };
        match found {
            Some((l, i)) => Ok(self.row_of(l, i, pos)),
            None => {
                let idents: Vec<ast::Ident> = name.0.iter().filter_map(|p| p.as_ident().cloned()).collect();
                match self.variable(&idents, pos)? {
                    Some(row) => Ok(row),
                    None => Err(self.no_item(parts.last().map_or("", String::as_str), pos)),
                }
            }
        }
    }

    /// Remembers the names of a row value's fields.
    pub fn remember_fields(&mut self, value: Typed, fields: Fields) -> Typed {
        if !self.row_fields.iter().any(|(s, _)| *s == value.scalar) {
            self.row_fields.push((value.scalar.clone(), fields));
        }
        value
    }

    /// The names of a row value's fields, if they are known.
    pub fn fields_of(&self, value: &Scalar) -> Option<Fields> {
        if !value.ty.oid.is_row() {
            return None;
        }
        let remembered = self.row_fields.iter().find(|(s, _)| s == value).map(|(_, f)| Rc::clone(f));
        remembered.or_else(|| self.composite_fields(value.ty.oid))
    }

    /// `(row).field`, `array[1]`, and chains of them.
    pub fn access(&mut self, root: &Expr, chain: &[AccessExpr]) -> SqlResult<Typed> {
        // `t.a[1]`: the leading names are a column reference.
        let mut names: Vec<ast::Ident> = Vec::new();
        let mut rest = chain;
        if let Expr::Identifier(first) = root {
            names.push(first.clone());
            while let [AccessExpr::Dot(Expr::Identifier(next)), tail @ ..] = rest {
                names.push(next.clone());
                rest = tail;
            }
        }
        let mut value = match names.len() {
            0 => self.expr(root)?,
            1 => self.expr(root)?,
            _ => self.compound_identifier(&names)?,
        };
        while let Some(first) = rest.first() {
            match first {
                AccessExpr::Dot(Expr::Identifier(field)) => {
                    value = self.field(value, field)?;
                    rest = &rest[1..];
                }
                AccessExpr::Dot(_) => {
                    return Err(
                        self.error_at(SqlError::new(SqlState::SyntaxError, "syntax error at or near \".\""), value.pos)
                    );
                }
                AccessExpr::Subscript(_) => {
                    let count = rest.iter().take_while(|a| matches!(a, AccessExpr::Subscript(_))).count();
                    let (subscripts, tail) = rest.split_at(count);
                    value = self.subscript(value, subscripts)?;
                    rest = tail;
                }
            }
        }
        Ok(value)
    }

    pub fn field(&mut self, value: Typed, field: &ast::Ident) -> SqlResult<Typed> {
        let name = fold(field);
        let pos = value.pos;
        if field.value == marker::STAR {
            let error = SqlError::unsupported("row expansion via \"*\" is not supported here");
            return Err(self.error_at(error, value.pos));
        }
        if !value.oid().is_row() {
            if let Some(called) = self.column_call(field, value.clone())? {
                return Ok(called);
            }
            let text = format!(
                "column notation .{name} applied to type {}, which is not a composite type",
                format_type(value.ty())
            );
            return Err(self.error_at(SqlError::new(SqlState::WrongObjectType, text), value.pos));
        }
        let fields = self.fields_of(&value.scalar).filter(|_| !is_open_record(&value.scalar));
        let known = fields.is_some();
        let index = match (fields, &value.scalar.kind) {
            (Some(fields), _) => fields.iter().position(|(n, _)| *n == name).map(|i| (i, fields[i].1)),
            // The fields of ROW(…) are f1, f2, ….
            (None, ScalarKind::Row(items)) => name
                .strip_prefix('f')
                .and_then(|n| n.parse::<usize>().ok())
                .and_then(|n| n.checked_sub(1))
                .and_then(|i| items.get(i).map(|item| (i, item.ty))),
            _ => None,
        };
        let Some((index, ty)) = index else {
            if let Some(error) = self.no_version_field(&name, value.oid()) {
                return Err(self.error_at(error, pos));
            }
            if let Some(called) = self.column_call(field, value.clone())? {
                return Ok(called);
            }
            let text = if known {
                format!("column \"{name}\" not found in data type {}", format_type(value.ty()))
            } else {
                format!("could not identify column \"{name}\" in record data type")
            };
            return Err(self.error_at(SqlError::new(SqlState::UndefinedColumn, text), pos));
        };
        let at = value.pos;
        let whole = matches!(&value.scalar.kind, ScalarKind::Form { form, .. } if matches!(**form, Form::WholeRow(_)));
        let direct = whole || self.recorder.is_none();
        let value = if whole { Typed::new(super::record::bare(value.scalar), at) } else { value };
        if let (true, Some(items)) = (direct, fields_written(&value.scalar)) {
            return match items.get(index) {
                Some(item) => Ok(Typed::new(item.clone(), at)),
                None => Err(SqlError::internal("a row without its field")),
            };
        }
        Ok(Typed::new(self.recorded_field(value.scalar, index, &name, ty), at))
    }

    /// Field `index` of a row. In a tree it keeps its name if no type declares it.
    pub fn recorded_field(&self, row: Scalar, index: usize, name: &str, ty: PgType) -> Scalar {
        let declared = row.ty.oid != Oid::RECORD;
        let field = scalar(ScalarKind::Field { input: Box::new(row), index }, ty);
        if declared { field } else { self.formed(field, || Form::Field(name.to_owned())) }
    }

    pub fn subscript(&mut self, value: Typed, subscripts: &[AccessExpr]) -> SqlResult<Typed> {
        let array = value.ty();
        let pos = value.pos;
        let jsonb = array.oid == Oid::JSONB;
        let element = match array.oid {
            Oid::INT2VECTOR => Some(Oid::INT2),
            Oid::OIDVECTOR => Some(Oid::OID),
            Oid::NAME => Some(Oid::CHAR),
            Oid::POINT => Some(Oid::FLOAT8),
            other => element_type(other),
        };
        let Some(element) = element.or(jsonb.then_some(Oid::JSONB)) else {
            let text = format!("cannot subscript type {} because it does not support subscripting", format_type(array));
            return Err(self.error_at(SqlError::new(SqlState::DatatypeMismatch, text), pos));
        };
        if jsonb {
            return self.jsonb_subscript(value, subscripts);
        }
        let indices = self.indices(subscripts, pos)?;
        if indices.len() > MAX_DIMENSIONS {
            return Err(too_many_dimensions(indices.len()));
        }
        let slice = indices.iter().any(|i| matches!(i, Index::Slice(..)));
        if slice && matches!(array.oid, Oid::POINT | Oid::NAME) {
            return Err(SqlError::unsupported("slices of fixed-length arrays not implemented"));
        }
        let ty = if slice { array } else { PgType::with_typmod(element, array.typmod) };
        Ok(Typed::new(scalar(ScalarKind::Subscript { input: Box::new(value.scalar), indices }, ty), pos))
    }

    /// The subscripts of an array at `pos`.
    pub fn indices(&mut self, subscripts: &[AccessExpr], pos: Pos) -> SqlResult<Vec<Index>> {
        let mut indices = Vec::with_capacity(subscripts.len());
        for subscript in subscripts {
            let AccessExpr::Subscript(subscript) = subscript else { continue };
            indices.push(match subscript {
                ast::Subscript::Index { index } => Index::Element(self.index(index)?),
                ast::Subscript::Slice { lower_bound, upper_bound, stride: None } => {
                    let lower = lower_bound.as_ref().map(|e| self.index(e)).transpose()?;
                    let upper = upper_bound.as_ref().map(|e| self.index(e)).transpose()?;
                    Index::Slice(lower, upper)
                }
                ast::Subscript::Slice { .. } => {
                    return Err(
                        self.error_at(SqlError::new(SqlState::SyntaxError, "syntax error at or near \":\""), pos)
                    );
                }
            });
        }
        Ok(indices)
    }

    fn index(&mut self, e: &Expr) -> SqlResult<Scalar> {
        let value = self.expr(e)?;
        let pos = value.pos;
        match self.coerce_to(value, PgType::INT4, CastContext::Assignment)? {
            Some(done) => Ok(done.scalar),
            None => {
                let error = SqlError::new(SqlState::DatatypeMismatch, "array subscript must have type integer");
                Err(self.error_at(error, pos))
            }
        }
    }

    /// `j['a'][0]` is `j #> ARRAY['a', '0']`: steps that lead nowhere give NULL, and digits find elements of arrays
    /// whatever their type.
    fn jsonb_subscript(&mut self, value: Typed, subscripts: &[AccessExpr]) -> SqlResult<Typed> {
        let pos = value.pos;
        let mut items = Vec::with_capacity(subscripts.len());
        let (input, mut steps) = (value.scalar.clone(), vec![]);
        for index in self.jsonb_path(subscripts, pos)? {
            let Index::Element(step) = index else { continue };
            steps.push(step.clone());
            let step = self.coerce_to(Typed::new(step, pos), PgType::TEXT, CastContext::Explicit)?;
            items.push(step.ok_or_else(|| SqlError::internal("a step of a path that is no text"))?.scalar);
        }
        let texts = array_type(Oid::TEXT).ok_or_else(|| SqlError::internal("no array of text"))?;
        let path = Typed::new(scalar(ScalarKind::Array { items }, PgType::new(texts)), pos);
        let out = self.operator("#>", Some(value), path, pos)?;
        Ok(Typed::new(self.formed(out.scalar, || Form::Subscripts(input, steps)), out.pos))
    }
}
