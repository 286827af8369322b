//! Targets of assignments: a column, or elements of what it holds (`SET a[1] = x`, `INSERT INTO t (j['k'])`).

use gavel_catalog::Column;
use gavel_functions::registry::CastContext;
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::{self, AccessExpr, Expr};

use super::Binder;
use super::coerce::can_coerce;
use super::name::fold;
use super::scalar::{Typed, scalar};
use super::typename::{element_type, format_type};
use crate::bound::{Index, Scalar, ScalarKind};
use crate::parse::{self, Pos, marker};

/// Most dimensions of an array.
const MAX_DIMENSIONS: usize = 6;

/// What has elements that are assigned to: a column, or a variable.
#[derive(Clone, Copy, Debug)]
pub struct Place<'c> {
    pub name: &'c str,
    pub ty: PgType,
}

impl<'c> From<&'c Column> for Place<'c> {
    fn from(column: &'c Column) -> Self {
        Self { name: &column.name, ty: column.ty }
    }
}

/// Whether a target is a place in a column.
pub fn is_subscripted(name: &ast::ObjectName) -> bool {
    let second = name.0.get(1).and_then(ast::ObjectNamePart::as_ident);
    second.is_some_and(|ident| ident.value.starts_with(marker::SUBSCRIPTS))
}

impl Binder<'_> {
    /// The subscripts behind the name of a target; none for a whole column.
    pub fn target_subscripts(&self, name: &ast::ObjectName) -> SqlResult<Vec<AccessExpr>> {
        let range = name
            .0
            .get(1)
            .and_then(ast::ObjectNamePart::as_ident)
            .and_then(|ident| ident.value.strip_prefix(marker::SUBSCRIPTS));
        let Some(range) = range else { return Ok(Vec::new()) };
        let written = self.marked_text(range)?;
        let start = range.split_once(' ').and_then(|(start, _)| start.parse::<usize>().ok()).unwrap_or(0);
        // Blanks in place of what stands before, and a name's last letter, so that places in errors are those of
        // the whole text.
        let before = self.source.text.get(..start).unwrap_or_default();
        let mut text: String = before.chars().map(|c| if c == '\n' { c } else { ' ' }).collect();
        text.pop();
        text.push('x');
        text.push_str(written);
        match parse::parse_expression(&text)? {
            Expr::CompoundFieldAccess { access_chain, .. } => Ok(access_chain),
            _ => Err(SqlError::internal("a target without its subscripts")),
        }
    }

    /// The field behind the name of a target; `None` for a whole column or elements of one.
    ///
    /// # Errors
    /// 0A000 for a field of a field.
    pub fn target_field(&self, name: &ast::ObjectName, pos: Pos) -> SqlResult<Option<String>> {
        if name.0.len() < 2 || is_subscripted(name) {
            return Ok(None);
        }
        if name.0.len() > 2 {
            let error = SqlError::unsupported("assignment to parts of a field is not supported");
            return Err(self.error_at(error, pos));
        }
        Ok(name.0.get(1).and_then(ast::ObjectNamePart::as_ident).map(fold))
    }

    /// `base` with `value` in the place that the subscripts name.
    pub fn assign_at<'c>(
        &mut self,
        base: Scalar,
        c: impl Into<Place<'c>>,
        subscripts: &[AccessExpr],
        value: Typed,
        at: Pos,
    ) -> SqlResult<Scalar> {
        let c = c.into();
        let jsonb = c.ty.oid == Oid::JSONB;
        let vector = matches!(c.ty.oid, Oid::INT2VECTOR | Oid::OIDVECTOR | Oid::NAME);
        let element = if vector { None } else { element_type(c.ty.oid) };
        let Some(element) = element.or(jsonb.then_some(Oid::JSONB)) else {
            let text = format!("cannot subscript type {} because it does not support subscripting", format_type(c.ty));
            return Err(self.error_at(SqlError::new(SqlState::DatatypeMismatch, text), at));
        };
        if let Some(AccessExpr::Dot(Expr::Identifier(field))) =
            subscripts.iter().find(|s| matches!(s, AccessExpr::Dot(_)))
        {
            let text = format!(
                "cannot assign to field \"{}\" of column \"{}\" because its type {} is not a composite type",
                fold(field),
                c.name,
                format_type(PgType::new(element))
            );
            return Err(self.error_at(SqlError::new(SqlState::DatatypeMismatch, text), at));
        }
        let indices = if jsonb { self.jsonb_path(subscripts, at)? } else { self.indices(subscripts, at)? };
        if !jsonb && indices.len() > MAX_DIMENSIONS {
            let text = format!(
                "number of array dimensions ({}) exceeds the maximum allowed ({MAX_DIMENSIONS})",
                indices.len()
            );
            return Err(SqlError::new(SqlState::ProgramLimitExceeded, text));
        }
        let slice = indices.iter().any(|i| matches!(i, Index::Slice(..)));
        let wanted = if slice || jsonb { c.ty } else { PgType::with_typmod(element, c.ty.typmod) };
        let source = value.ty();
        let Some(value) = self.coerce_to(value, wanted, CastContext::Assignment)? else {
            let text = format!(
                "subscripted assignment to \"{}\" requires type {} but expression is of type {}",
                c.name,
                format_type(PgType::new(wanted.oid)),
                format_type(PgType::new(source.oid))
            );
            let error = SqlError::new(SqlState::DatatypeMismatch, text)
                .hint("You will need to rewrite or cast the expression.");
            return Err(self.error_at(error, at));
        };
        let kind = ScalarKind::SubscriptAssign { input: Box::new(base), indices, value: Box::new(value.scalar) };
        Ok(scalar(kind, c.ty))
    }

    /// Keys of a path: numbers, or anything that is text.
    pub fn jsonb_path(&mut self, subscripts: &[AccessExpr], at: Pos) -> SqlResult<Vec<Index>> {
        let mut path = Vec::with_capacity(subscripts.len());
        for subscript in subscripts {
            let AccessExpr::Subscript(ast::Subscript::Index { index }) = subscript else {
                let error = SqlError::new(SqlState::DatatypeMismatch, "jsonb subscript does not support slices");
                return Err(self.error_at(error, at));
            };
            let index = self.expr(index)?;
            let (source, pos) = (index.oid(), index.pos);
            let fits = |target: Oid| source != Oid::UNKNOWN && can_coerce(source, target, CastContext::Implicit);
            let hint = match (fits(Oid::INT4), fits(Oid::TEXT) || source == Oid::UNKNOWN) {
                (true, false) | (false, true) => None,
                (true, true) => Some("jsonb subscript must be coercible to only one type, integer or text."),
                (false, false) => Some("jsonb subscript must be coercible to either integer or text."),
            };
            if let Some(hint) = hint {
                let text = format!("subscript type {} is not supported", format_type(PgType::new(source)));
                return Err(self.error_at(SqlError::new(SqlState::DatatypeMismatch, text).hint(hint), pos));
            }
            let target = if fits(Oid::INT4) { PgType::INT4 } else { PgType::TEXT };
            let done = self.coerce_to(index, target, CastContext::Implicit)?;
            let done = done.ok_or_else(|| SqlError::internal("a subscript that cannot be coerced after all"))?;
            path.push(Index::Element(done.scalar));
        }
        Ok(path)
    }

    /// 0A000 for DEFAULT in place of an element.
    pub fn no_default_element(&self, pos: Pos) -> SqlError {
        self.error_at(SqlError::unsupported("cannot set an array element to DEFAULT"), pos)
    }
}
