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
pub const MAX_DIMENSIONS: usize = 6;

/// 54000.
pub fn too_many_dimensions(count: usize) -> SqlError {
    let text = format!("number of array dimensions ({count}) exceeds the maximum allowed ({MAX_DIMENSIONS})");
    SqlError::new(SqlState::ProgramLimitExceeded, text)
}

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

    /// What follows the column in a target's name: subscripts and fields; nothing for a whole column.
    ///
    /// # Errors
    /// Those of parsing subscripts.
    pub fn target_path(&self, name: &ast::ObjectName) -> SqlResult<Vec<AccessExpr>> {
        if is_subscripted(name) {
            return self.target_subscripts(name);
        }
        let fields = name.0.iter().skip(1).filter_map(ast::ObjectNamePart::as_ident);
        Ok(fields.map(|field| AccessExpr::Dot(Expr::Identifier(field.clone()))).collect())
    }

    /// `base`, a value of column `c`, with `value` at the end of the path.
    ///
    /// # Errors
    /// 42804, 42703 for a path that values of the type do not have.
    pub fn assign_path(
        &mut self,
        base: Scalar,
        c: &Column,
        path: &[AccessExpr],
        value: Typed,
        at: Pos,
    ) -> SqlResult<Scalar> {
        let part = |ty: PgType| Column { ty, domain: None, ..c.clone() };
        if let Some((AccessExpr::Dot(Expr::Identifier(field)), rest)) = path.split_first() {
            let field = fold(field);
            if rest.is_empty() {
                return self.assign_field(&base, c, &field, value, at);
            }
            let found = self.composite_fields(c.ty.oid).and_then(|fields| {
                let index = fields.iter().position(|(name, _)| *name == field)?;
                Some((index, fields[index].1))
            });
            let Some((index, ty)) = found else {
                // Says what is wrong.
                return self.assign_field(&base, c, &field, value, at);
            };
            let inner = super::composite::field_of(&base, index, ty);
            let made = self.assign_path(inner, &part(ty), rest, value, at)?;
            return self.assign_field(&base, c, &field, Typed::new(made, at), at);
        }
        let subscripts = path.iter().take_while(|step| matches!(step, AccessExpr::Subscript(_))).count();
        let (own, rest) = path.split_at(subscripts);
        let element = element_type(c.ty.oid).map(PgType::new);
        let (Some(element), false) = (element, rest.is_empty()) else {
            return self.assign_at(base, c, own, value, at);
        };
        let indices = self.indices(own, at)?;
        let inner = scalar(ScalarKind::Subscript { input: Box::new(base.clone()), indices }, element);
        let made = self.assign_path(inner, &part(element), rest, value, at)?;
        self.assign_at(base, c, own, Typed::new(made, at), at)
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
        let point = c.ty.oid == Oid::POINT;
        let element = if vector { None } else { element_type(c.ty.oid).or(point.then_some(Oid::FLOAT8)) };
        let Some(element) = element.or(jsonb.then_some(Oid::JSONB)) else {
            let text = format!("cannot subscript type {} because it does not support subscripting", format_type(c.ty));
            return Err(self.error_at(SqlError::new(SqlState::DatatypeMismatch, text), at));
        };
        let indices = if jsonb { self.jsonb_path(subscripts, at)? } else { self.indices(subscripts, at)? };
        if !jsonb && indices.len() > MAX_DIMENSIONS {
            return Err(too_many_dimensions(indices.len()));
        }
        let slice = indices.iter().any(|i| matches!(i, Index::Slice(..)));
        if slice && point {
            return Err(SqlError::unsupported("updates on slices of fixed-length arrays not implemented"));
        }
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

    /// 0A000 for DEFAULT in place of a part of a value.
    pub fn no_default_part(&self, path: &[AccessExpr], pos: Pos) -> SqlError {
        let text = match path.first() {
            Some(AccessExpr::Dot(_)) => "cannot set a subfield to DEFAULT",
            _ => "cannot set an array element to DEFAULT",
        };
        self.error_at(SqlError::unsupported(text), pos)
    }
}
