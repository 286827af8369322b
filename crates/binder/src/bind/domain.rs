//! Domains. Within the binder, and behind it, an expression has the type that its values have, which is never a
//! domain; that they are of one is known of columns ([`Binder::domains`]) and of checked values alone. A value becomes
//! one of a domain by [`ScalarKind::DomainCheck`].

use std::rc::Rc;

use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};

use super::Binder;
use super::clause::Clause;
use super::scalar::{Typed, column, scalar};
use super::scope::{Columns, Level, NsColumn, NsItem};
use super::typename::format_type;
use crate::bound::{ColumnId, DomainName, Scalar, ScalarKind};
use crate::context::BindContext;
use crate::parse::parse_expression;

impl Binder<'_> {
    /// The type that values of `ty` have: `ty` itself, unless it is a domain or an array of one.
    ///
    /// # Errors
    /// 0A000 for an array of a domain over arrays.
    pub fn base_type(&self, ty: PgType) -> SqlResult<PgType> {
        base_type(self.context, ty)
    }

    /// The domain, or array of one, that a value is known to be of.
    pub fn domain_of(&self, value: &Scalar) -> Option<Oid> {
        match &value.kind {
            ScalarKind::Column(id) => self.domains.get(id).copied(),
            ScalarKind::DomainCheck { domain, .. } => Some(domain.oid),
            ScalarKind::Coalesce(values) | ScalarKind::MinMax { args: values, .. } => self.shared_domain(values.iter()),
            ScalarKind::Case { arms, otherwise } => {
                self.shared_domain(arms.iter().map(|(_, value)| value).chain([&**otherwise]))
            }
            _ => None,
        }
    }

    /// The domain that all of the values are of.
    fn shared_domain<'s>(&self, mut values: impl Iterator<Item = &'s Scalar>) -> Option<Oid> {
        let first = self.domain_of(values.next()?)?;
        values.all(|value| self.domain_of(value) == Some(first)).then_some(first)
    }

    /// Notes that column `id` has the values of `value`.
    pub fn same_domain(&mut self, id: ColumnId, value: &Scalar) {
        if let Some(domain) = self.domain_of(value) {
            self.domains.insert(id, domain);
        }
    }

    /// A value, which has the type of `ty`'s values, as one of the domain, or array of a domain, `ty`.
    ///
    /// # Errors
    /// What binding the checks raises.
    pub fn check_domain(&mut self, value: Scalar, ty: Oid) -> SqlResult<Scalar> {
        if self.domain_of(&value) == Some(ty) {
            return Ok(value);
        }
        match ty.element() {
            Some(element) => self.check_elements(value, element),
            None => self.check_value(value, ty),
        }
    }

    fn check_elements(&mut self, value: Scalar, domain: Oid) -> SqlResult<Scalar> {
        let Some(inner) = value.ty.oid.element() else { return Err(SqlError::internal("array of a domain is none")) };
        let item = self.new_column();
        let element = self.check_domain(column(item, PgType::with_typmod(inner, value.ty.typmod)), domain)?;
        let ty = value.ty;
        Ok(scalar(ScalarKind::ArrayCoerce { input: Box::new(value), item, element: Box::new(element) }, ty))
    }

    fn check_value(&mut self, mut value: Scalar, oid: Oid) -> SqlResult<Scalar> {
        let catalog = self.context.catalog;
        let found = catalog.user_type(oid).ok_or_else(|| SqlError::internal(format!("domain {oid} is gone")))?;
        // Domains that it is over come first.
        let mut chain = Vec::new();
        let mut next = Some(oid);
        while let Some(domain) = next.and_then(|oid| catalog.domain(oid)) {
            chain.push(domain);
            next = domain.over;
        }
        if let Some(array) = next.filter(|oid| oid.is_user_array()) {
            value = self.check_domain(value, array)?;
        }
        let ty = value.ty;
        let item = self.new_column();
        let mut checks = Vec::new();
        for domain in chain.iter().rev() {
            let mut own: Vec<_> = domain.checks.iter().collect();
            own.sort_by(|a, b| a.name.cmp(&b.name));
            for check in own {
                checks.push((check.name.clone(), self.domain_condition(&check.sql, item, ty)?));
            }
        }
        let schema = catalog.schema_by_oid(found.schema).map_or_else(String::new, |s| s.name.clone());
        let domain = DomainName { oid, schema, name: found.name.clone() };
        let not_null = chain.iter().any(|d| d.not_null);
        Ok(scalar(ScalarKind::DomainCheck { input: Box::new(value), item, domain, not_null, checks }, ty))
    }

    /// A check of a domain, in which VALUE is column `item`.
    fn domain_condition(&mut self, sql: &str, item: ColumnId, ty: PgType) -> SqlResult<Scalar> {
        let parsed = parse_expression(sql)?;
        let context = self.context.stored();
        let mut inner = Binder::new(&context, sql);
        inner.allow_params = false;
        inner.routines = self.routines.clone();
        self.lend_ids(&mut inner);
        self.lend_rights(&mut inner);
        inner.levels.push(Level::new());
        let value =
            NsColumn { name: "value".into(), scalar: column(item, ty), origin: None, fields: None, access: None };
        inner.level().items.push(NsItem::new(String::new(), Columns::List(Rc::from([value]))));
        let bound = inner.within(Clause::Check, |b| {
            let condition = b.expr(&parsed)?;
            b.coerce_boolean(condition, "CHECK")
        });
        self.take_ids(&mut inner);
        bound.map_err(SqlError::nowhere)
    }

    /// The default of a domain, its own or that of the nearest that it is over.
    pub fn domain_default(&self, oid: Oid) -> Option<&str> {
        let mut next = Some(oid);
        while let Some(domain) = next.and_then(|oid| self.context.catalog.domain(oid)) {
            if domain.default.is_some() {
                return domain.default.as_deref();
            }
            next = domain.over;
        }
        None
    }

    /// `value::ty`, where `ty` may be a domain.
    ///
    /// # Errors
    /// 42846.
    pub fn cast_to_declared(&mut self, value: Typed, ty: PgType) -> SqlResult<Typed> {
        let pos = value.pos;
        if !ty.oid.is_over_domain() {
            return Ok(value);
        }
        Ok(Typed::new(self.check_domain(value.scalar, ty.oid)?, pos))
    }
}

/// The type that values of `ty` have.
///
/// # Errors
/// 0A000 for an array of a domain over arrays.
pub fn base_type(context: &BindContext<'_>, ty: PgType) -> SqlResult<PgType> {
    if !ty.oid.is_over_domain() {
        return Ok(ty);
    }
    context.catalog.base_type(ty.oid).ok_or_else(|| {
        let message = format!("type {} is not supported: its elements are arrays", format_type(ty));
        SqlError::new(SqlState::FeatureNotSupported, message)
    })
}
