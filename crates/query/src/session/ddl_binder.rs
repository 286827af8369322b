//! The binder, as DDL uses it: types, and expressions and queries in the form that descriptors keep,
//! which is text that means the same under any `search_path`.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::sync::Arc;

use gavel_binder::bound::{Scalar, ScalarKind};
use gavel_binder::parse::Source;
use gavel_binder::{BindContext, CheckedBody, Parsed, PolicyText, RuleDefinition, TableExpr, WrittenRule};
use gavel_catalog::function::Body;
use gavel_catalog::trigger::{Timing, TriggerEvent};
use gavel_catalog::{Function, Subject, Table};
use gavel_plpgsql::tree::Sql;
use gavel_types::text_io::TextStyle;
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::{self, DataType, Expr, Query, VisitMut, VisitorMut};
use sqlparser::tokenizer::Span;

use crate::ddl::binding::{DdlBinder, Scope, StoredCondition, StoredExpression, StoredQuery, Usage};
use crate::ddl::command::command_name;
use crate::ddl::expression;
use crate::partition;
use crate::procedural::call::{placed, signature_of};
use crate::procedural::compiled::{self, Types};
use crate::procedural::trigger::stored_condition;
use crate::system::deparse;
use crate::system::resolver::CatalogNames;

/// See the module.
pub struct SessionBinder<'a> {
    /// The statement, which the places of its expressions refer to.
    pub text: &'a str,
    pub user: &'a str,
    /// The same role, as the catalog has it.
    pub subject: &'a Subject,
    pub style: &'a TextStyle,
    /// `check_function_bodies`.
    pub check_bodies: bool,
}

impl SessionBinder<'_> {
    /// The session's style, with the names of what the statement has made so far.
    fn style(&self, scope: Scope<'_>) -> TextStyle {
        let subject = Some(Arc::new(self.subject.clone()));
        let catalog = Arc::clone(scope.catalog);
        let names = CatalogNames { catalog, search_path: scope.search_path.to_vec(), subject };
        TextStyle { names: Some(Arc::new(names)), ..self.style.clone() }
    }

    fn context<'s>(&'s self, scope: Scope<'s>, style: &'s TextStyle) -> BindContext<'s> {
        BindContext {
            catalog: scope.catalog,
            search_path: scope.search_path,
            user: self.user,
            subject: Some(self.subject),
            style,
            session_path: scope.search_path,
            calls: None,
            opaque_calls: false,
            rows: None,
        }
    }
}

impl DdlBinder for SessionBinder<'_> {
    fn resolve_type(&self, scope: Scope<'_>, ty: &DataType) -> SqlResult<PgType> {
        gavel_binder::resolve_type(&self.context(scope, self.style), ty)
    }

    fn expression(&self, scope: Scope<'_>, table: &Table, expr: &Expr, usage: Usage) -> SqlResult<StoredExpression> {
        // PostgreSQL knows the places of ALTER's expressions no more, but for USING and bounds; nor those of keys.
        let altered = self.text.get(..5).is_some_and(|w| w.eq_ignore_ascii_case("alter"));
        let placed = match usage {
            Usage::Using(_) | Usage::PartitionBound(_) => true,
            Usage::PartitionKey => false,
            _ => !altered,
        };
        let text = if placed { self.text } else { "" };
        self.bind(scope, table, expr, text, usage)
    }

    fn stored_expression(
        &self,
        scope: Scope<'_>,
        table: &Table,
        sql: &str,
        usage: Usage,
    ) -> SqlResult<StoredExpression> {
        self.bind(scope, table, &gavel_binder::parse::parse_expression(sql)?, "", usage)
    }

    fn policy(&self, scope: Scope<'_>, table: &Table, expr: &Expr) -> SqlResult<PolicyText> {
        let style = self.style(scope);
        gavel_binder::policy_text(&self.context(scope, &style), expr, self.text, table)
    }

    fn place(&self, span: Span) -> Option<usize> {
        let source = Source::new(self.text);
        source.characters(source.start(span))
    }

    fn function_body(&self, scope: Scope<'_>, function: &Arc<Function>) -> SqlResult<CheckedBody> {
        if let Body::Plpgsql(text) = &function.body {
            if self.check_bodies {
                self.check_interpreted(scope, function, text)?;
            }
            return Ok(CheckedBody { body: function.body.clone(), depends_on: Vec::new() });
        }
        if !self.check_bodies && matches!(function.body, Body::Text(_)) {
            return Ok(CheckedBody { body: function.body.clone(), depends_on: Vec::new() });
        }
        if let Body::Atomic(statements) = &function.body {
            only_queries(statements)?;
        }
        let style = self.style(scope);
        gavel_binder::check_body(&self.context(scope, &style), function).map_err(|e| self.placed(e, function))
    }

    fn trigger_condition(
        &self,
        scope: Scope<'_>,
        table: &Table,
        condition: &str,
        fires: (&[TriggerEvent], bool, Timing),
    ) -> SqlResult<StoredCondition> {
        let style = self.style(scope);
        stored_condition(&self.context(scope, &style), table, condition, fires)
    }

    fn rule(&self, scope: Scope<'_>, table: &Arc<Table>, rule: WrittenRule<'_>) -> SqlResult<RuleDefinition> {
        let style = self.style(scope);
        gavel_binder::rule_definition(&self.context(scope, &style), table, rule)
    }

    fn query(&self, scope: Scope<'_>, query: &Query) -> SqlResult<StoredQuery> {
        // Places are those of the printed text.
        let style = self.style(scope);
        let context = self.context(scope, &style);
        let text = query.to_string();
        let view = gavel_binder::view_columns(&context, &text).map_err(SqlError::nowhere)?;
        let sql = deparse::settled(&context, scope.catalog, &text, view.sql);
        Ok(StoredQuery { sql, columns: view.columns, depends_on: view.depends_on })
    }
}

/// # Errors
/// 0A000 for a command in a body that is no string.
fn only_queries(statements: &[String]) -> SqlResult<()> {
    for text in statements {
        for Parsed { statement, .. } in gavel_binder::parse(text).map_err(SqlError::nowhere)? {
            if gavel_binder::is_command(&statement) {
                let name = command_name(&statement)?;
                let text = format!("{name} is not yet supported in unquoted SQL function body");
                return Err(SqlError::unsupported(text));
            }
        }
    }
    Ok(())
}

impl SessionBinder<'_> {
    /// Checks a body in PL/pgSQL: that it can be read, its SQL too, and that the types of its variables are there.
    fn check_interpreted(&self, scope: Scope<'_>, function: &Function, text: &str) -> SqlResult<()> {
        let body = gavel_plpgsql::parse(text, &signature_of(function)).map_err(|e| placed(e, text, self.text))?;
        let style = self.style(scope);
        let types =
            Types { parameters: function.parameters.iter().map(|p| PgType::new(p.ty)).collect(), ..Types::default() };
        let open = function.parameters.iter().any(|p| gavel_binder::is_polymorphic(p.ty));
        if !open {
            compiled::variables(&self.context(scope, &style), &body, &types)?;
        }
        let mut result = Ok(());
        compiled::fragments(&body, &mut |sql, expression| {
            if result.is_ok() {
                result = check_fragment(sql, expression).map_err(|e| placed(e, text, self.text));
            }
        });
        result
    }

    /// An error in the body of a function at its place in the statement, if the body can be found there; without a
    /// place it says which function it is about.
    fn placed(&self, error: SqlError, function: &Function) -> SqlError {
        let Body::Text(body) = &function.body else { return error.nowhere() };
        let in_text = error.fields().position.and_then(|_| {
            let (before, after) = self.text.split_once(body.as_str())?;
            (!after.contains(body.as_str())).then(|| before.chars().count())
        });
        match in_text {
            Some(before) => error.moved(before),
            None => {
                let context = format!("SQL function \"{}\"", function.name);
                error.nowhere().context(context)
            }
        }
    }

    /// Binds `expr`, whose places are in `text`.
    fn bind(
        &self,
        scope: Scope<'_>,
        table: &Table,
        expr: &Expr,
        text: &str,
        usage: Usage,
    ) -> SqlResult<StoredExpression> {
        let style = self.style(scope);
        let calls = RefCell::new(Vec::new());
        let context = BindContext { calls: Some(&calls), ..self.context(scope, &style) };
        let over_table = |kind| gavel_binder::bind_table_expr_ast(&context, expr, text, table, kind);
        let columns_of = |mentioned: &[(i16, gavel_binder::bound::ColumnId)]| -> Vec<i16> {
            mentioned.iter().map(|(n, _)| *n).collect()
        };
        let (scalar, ty, columns) = match usage {
            Usage::Default(ty) => (gavel_binder::bind_default_ast(&context, expr, text, ty, "")?, ty, Vec::new()),
            Usage::Generated(ty) | Usage::Using(ty) => {
                let kind = if matches!(usage, Usage::Using(_)) { TableExpr::Stored } else { TableExpr::Generated };
                let (scalar, mentioned) = over_table(kind)?;
                if matches!(usage, Usage::Using(_)) {
                    // The cast that is made of it would take more than an assignment does.
                    let opaque = BindContext { opaque_calls: true, calls: None, ..self.context(scope, &style) };
                    gavel_binder::bind_table_expr_ast(&opaque, expr, text, table, TableExpr::Assigned(ty))?;
                }
                (scalar, ty, columns_of(&mentioned))
            }
            Usage::Check => {
                let (scalar, mentioned) = over_table(TableExpr::Check)?;
                (scalar, PgType::BOOL, columns_of(&mentioned))
            }
            Usage::IndexKey => {
                let (scalar, mentioned) = over_table(TableExpr::IndexExpression)?;
                let ty = scalar.ty;
                (scalar, ty, columns_of(&mentioned))
            }
            Usage::Predicate => {
                let (scalar, mentioned) = over_table(TableExpr::IndexPredicate)?;
                (scalar, PgType::BOOL, columns_of(&mentioned))
            }
            Usage::PartitionKey => {
                let (scalar, mentioned) = over_table(TableExpr::PartitionKey)?;
                let ty = scalar.ty;
                (scalar, ty, columns_of(&mentioned))
            }
            Usage::PartitionBound(at) => {
                let part = table.partitioned.as_ref().and_then(|key| key.parts.get(at));
                let ty = part.map(|part| part.ty).ok_or_else(|| SqlError::internal("a bound without a key"))?;
                let called = partition::part_name(scope.catalog, table, at);
                (gavel_binder::bind_partition_bound_ast(&context, expr, text, ty, &called)?, ty, Vec::new())
            }
        };
        let mut columns = columns;
        if !calls.borrow().is_empty() && !matches!(usage, Usage::Default(_) | Usage::PartitionBound(_)) {
            // A body need not look at all of its arguments; the expression mentions them nevertheless.
            let opaque = BindContext { opaque_calls: true, ..self.context(scope, &style) };
            let (_, named) = gavel_binder::bind_table_expr_ast(&opaque, expr, text, table, TableExpr::Stored)?;
            columns.extend(columns_of(&named));
            columns.sort_unstable();
            columns.dedup();
        }
        let written = expr;
        let mut expr = expr.clone();
        let mut names = NumberRelations { context: &context };
        let _ = expr.visit(&mut names);
        // A string that becomes a name by what it is assigned to.
        if let (Usage::Default(to), Expr::Value(value)) = (usage, &mut expr)
            && to.oid == Oid::REGCLASS
            && let ast::Value::SingleQuotedString(text) = &mut value.value
            && let Some(oid) = names.relation(text)
        {
            *text = oid.to_string();
        }
        let calls = calls.borrow();
        expression::number_calls(&mut expr, &calls);
        expression::number_types(&mut expr, &|ty| numbered(&context, ty));
        // The table may be renamed, and what inherits from it has the same expression.
        expression::drop_qualifiers(&mut expr, &table.name);
        let mut found = Vec::new();
        sequences(&scalar, &mut found);
        Ok(StoredExpression {
            sql: expr.to_string(),
            ty,
            columns,
            volatility: match usage {
                Usage::Default(_) | Usage::PartitionBound(_) => gavel_binder::volatility(&scalar),
                _ => gavel_binder::expression_volatility(&context, written, table, &scalar),
            },
            sequences: found,
            functions: calls.iter().map(|c| c.function).collect(),
        })
    }
}

/// # Errors
/// 42601 for SQL that cannot be read, with its place in the body.
fn check_fragment(sql: &Sql, expression: bool) -> SqlResult<()> {
    // Blanks stand for what is before it.
    let text = if expression { format!("SELECT {}", sql.text) } else { sql.text.clone() };
    let added = text.len() - sql.text.len();
    let parsed = gavel_binder::parse(&text).map_err(|e| {
        let place = e.fields().position.map(|p| p.saturating_sub(added) + sql.before);
        e.at(place)
    })?;
    match (parsed.len(), expression) {
        (1, _) => Ok(()),
        _ => Err(SqlError::new(SqlState::SyntaxError, "syntax error at end of input")),
    }
}

/// A type of users as stored text names it.
fn numbered(context: &BindContext<'_>, written: &DataType) -> Option<DataType> {
    let ty = gavel_binder::resolve_type(context, written).ok().filter(|ty| ty.oid.is_user_type())?;
    let element = ty.oid.element();
    let name = format!("#{}", element.unwrap_or(ty.oid));
    let parts = vec![ast::Ident::new("pg_catalog"), ast::Ident::with_quote('"', name)];
    let plain = DataType::Custom(ast::ObjectName::from(parts), Vec::new());
    Some(match element {
        Some(_) => DataType::Array(ast::ArrayElemTypeDef::SquareBracket(Box::new(plain), None)),
        None => plain,
    })
}

/// Sequences that a default takes values from.
fn sequences(scalar: &Scalar, found: &mut Vec<Oid>) {
    match &scalar.kind {
        ScalarKind::NextVal { sequence, .. } => found.push(*sequence),
        ScalarKind::Call { args, .. } => args.iter().for_each(|a| sequences(a, found)),
        ScalarKind::Const(Datum::Oid(oid)) if scalar.ty.oid == Oid::REGCLASS => found.push(Oid(*oid)),
        ScalarKind::Relabel { input } | ScalarKind::CoerceViaIo { input } => sequences(input, found),
        _ => {}
    }
}

/// Writes the number into literals that name a relation, also those of `nextval('s')` and its kin: that is what they stand
/// for from now on, whatever it is called.
struct NumberRelations<'a> {
    context: &'a BindContext<'a>,
}

impl VisitorMut for NumberRelations<'_> {
    type Break = ();

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Some(text) = relation_literal(expr) {
            if let Some(oid) = self.relation(text) {
                *text = oid.to_string();
            }
            return ControlFlow::Continue(());
        }
        let Expr::Function(call) = expr else { return ControlFlow::Continue(()) };
        let name = call.name.0.last().and_then(|p| p.as_ident()).map(|i| i.value.to_lowercase());
        if !matches!(name.as_deref(), Some("nextval" | "currval" | "setval")) {
            return ControlFlow::Continue(());
        }
        let ast::FunctionArguments::List(list) = &mut call.args else { return ControlFlow::Continue(()) };
        let Some(ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(argument))) = list.args.first_mut() else {
            return ControlFlow::Continue(());
        };
        if let Expr::Value(value) = &*argument
            && let ast::Value::SingleQuotedString(text) = &value.value
            && let Some(oid) = self.relation(text)
            && let Ok(number) = gavel_binder::parse::parse_expression(&format!("'{oid}'::regclass"))
        {
            *argument = number;
        }
        ControlFlow::Continue(())
    }
}

/// The string of a literal of type `regclass`.
fn relation_literal(expr: &mut Expr) -> Option<&mut String> {
    let value = match expr {
        Expr::Cast { data_type: DataType::Regclass, expr, .. } => match &mut **expr {
            Expr::Value(v) => v,
            _ => return None,
        },
        Expr::TypedString(typed) if typed.data_type == DataType::Regclass => &mut typed.value,
        _ => return None,
    };
    match &mut value.value {
        ast::Value::SingleQuotedString(s) => Some(s),
        _ => None,
    }
}

impl NumberRelations<'_> {
    /// The relation of a name that may be qualified; numbers name none.
    fn relation(&self, text: &str) -> Option<Oid> {
        if text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let parts = gavel_binder::idents_of(text)?;
        let name = gavel_binder::qualified(self.context, &ast::ObjectName::from(parts)).ok()?;
        Some(gavel_binder::find_relation(self.context, &name)?.oid())
    }
}
