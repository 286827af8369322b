//! Names of output columns, as PostgreSQL derives them from expressions.

use sqlparser::ast::{self, AccessExpr, Expr};

use super::Binder;
use super::expr::strip;
use super::name::{Qualified, fold};
use super::typename::{internal_name, resolve_type};
use crate::parse::marker;

/// How sure a derived name is: a cast's type name gives way to what it casts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    None,
    Weak,
    Strong,
}

impl Binder<'_> {
    /// The name of a select item without alias.
    pub fn output_name(&self, e: &Expr) -> String {
        match self.derive(e) {
            (Strength::None, _) => "?column?".to_owned(),
            (_, name) => name,
        }
    }

    fn derive(&self, e: &Expr) -> (Strength, String) {
        let strong = |name: &str| (Strength::Strong, name.to_owned());
        let none = || (Strength::None, String::new());
        match strip(e) {
            Expr::Identifier(ident) => {
                let name = fold(ident);
                (Strength::Strong, name)
            }
            Expr::CompoundIdentifier(parts) => (Strength::Strong, parts.last().map(fold).unwrap_or_default()),
            Expr::CompoundFieldAccess { root, access_chain } => {
                let field = access_chain.iter().rev().find_map(|a| match a {
                    AccessExpr::Dot(Expr::Identifier(ident)) => Some(fold(ident)),
                    _ => None,
                });
                match field {
                    Some(field) => (Strength::Strong, field),
                    None => self.derive(root),
                }
            }
            Expr::Function(f) => {
                let called = f.name.0.last().and_then(ast::ObjectNamePart::as_ident);
                if called.is_some_and(|called| called.value == marker::COLLATION) {
                    return strong("pg_collation_for");
                }
                let name = f.name.0.last().and_then(ast::ObjectNamePart::as_ident).map(fold).unwrap_or_default();
                (Strength::Strong, self.function_label(&Qualified { schema: None, name }))
            }
            Expr::Cast { expr, data_type, .. } => match self.derive(expr) {
                (Strength::Strong, name) => (Strength::Strong, name),
                _ => (Strength::Weak, self.type_name_of(data_type)),
            },
            Expr::Value(v) if matches!(v.value, ast::Value::NationalStringLiteral(_)) => {
                (Strength::Weak, "bpchar".to_owned())
            }
            Expr::TypedString(typed) => (Strength::Weak, self.type_name_of(&typed.data_type)),
            Expr::Interval(_) => (Strength::Weak, "interval".to_owned()),
            Expr::Collate { expr, .. } => self.derive(expr),
            Expr::Case { else_result, .. } => match else_result.as_deref().map(|e| self.derive(e)) {
                Some((Strength::Strong, name)) => (Strength::Strong, name),
                _ => (Strength::Strong, "case".to_owned()),
            },
            Expr::Exists { negated: false, .. } => strong("exists"),
            Expr::Array(_) => strong("array"),
            Expr::Tuple(_) => strong("row"),
            Expr::Subquery(query) => self.query_name(query),
            Expr::Extract { .. } => strong("extract"),
            Expr::Ceil { .. } => strong("ceil"),
            Expr::Floor { .. } => strong("floor"),
            Expr::Position { .. } => strong("position"),
            Expr::Substring { shorthand, .. } => strong(if *shorthand { "substr" } else { "substring" }),
            Expr::Overlay { .. } => strong("overlay"),
            Expr::Trim { trim_where, .. } => strong(match trim_where {
                Some(ast::TrimWhereField::Leading) => "ltrim",
                Some(ast::TrimWhereField::Trailing) => "rtrim",
                _ => "btrim",
            }),
            Expr::AtTimeZone { .. } => strong("timezone"),
            Expr::BinaryOp { op: ast::BinaryOperator::Overlaps, .. } => strong("overlaps"),
            Expr::IsNormalized { .. } => strong("is_normalized"),
            _ => none(),
        }
    }

    fn type_name_of(&self, data_type: &ast::DataType) -> String {
        resolve_type(self.context, data_type).map_or_else(
            |_| String::new(),
            |ty| {
                let own = self.context.catalog.type_name(ty.oid).map(|(_, name)| name.to_owned());
                own.unwrap_or_else(|| internal_name(ty, data_type))
            },
        )
    }

    /// A scalar subquery is named by its column.
    fn query_name(&self, query: &ast::Query) -> (Strength, String) {
        self.body_name(&query.body)
    }

    fn body_name(&self, body: &ast::SetExpr) -> (Strength, String) {
        match body {
            ast::SetExpr::Select(select) => match select.projection.first() {
                Some(ast::SelectItem::ExprWithAlias { alias, .. }) => (Strength::Strong, fold(alias)),
                Some(ast::SelectItem::UnnamedExpr(e)) => self.derive(e),
                _ => (Strength::None, String::new()),
            },
            ast::SetExpr::Query(query) => self.query_name(query),
            ast::SetExpr::SetOperation { left, .. } => self.body_name(left),
            ast::SetExpr::Values(_) => (Strength::Strong, "column1".to_owned()),
            _ => (Strength::None, String::new()),
        }
    }
}
