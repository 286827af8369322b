//! Table elements: columns with their constraints, table constraints, LIKE; and sequence options, which
//! identity columns share with sequences.

use sqlparser::ast::Expr;
use sqlparser::tokenizer::Token;

use super::ast::{
    Action, ColumnConstraint, ColumnConstraintKind, ColumnDef, Exclusion, Including, References, SequenceOption,
    TableConstraint, TableConstraintKind, TableElement, Timing,
};
use super::parser::index_column;
use super::words::{Parse, Words};

/// One element of CREATE TABLE's list.
pub(super) fn element(p: &mut Words<'_, '_>) -> Parse<TableElement> {
    if p.eat("like") {
        let table = p.qualified()?;
        return Ok(TableElement::Like { table, including: including(p)? });
    }
    if starts_constraint(p) {
        return table_constraint(p).map(TableElement::Constraint);
    }
    column(p).map(TableElement::Column)
}

/// One element of the list of a typed table.
pub(super) fn typed_element(p: &mut Words<'_, '_>) -> Parse<TableElement> {
    if starts_constraint(p) {
        return table_constraint(p).map(TableElement::Constraint);
    }
    let column = p.name()?;
    p.eat("with options");
    let mut constraints = Vec::new();
    loop {
        if p.eat("collate") {
            // It is that of the type or partitioned table, whatever is said here.
            p.qualified()?;
        } else if let Some(constraint) = column_constraint(p)? {
            constraints.push(constraint);
        } else {
            return Ok(TableElement::Options { column, constraints });
        }
    }
}

/// Whether a table constraint is next, rather than a column.
pub(super) fn starts_constraint(p: &Words<'_, '_>) -> bool {
    ["constraint", "check", "unique", "primary key", "foreign key", "exclude"].iter().any(|w| p.at(w))
}

fn including(p: &mut Words<'_, '_>) -> Parse<Including> {
    let mut out = Including::default();
    loop {
        let value = if p.eat("including") {
            true
        } else if p.eat("excluding") {
            false
        } else {
            return Ok(out);
        };
        match p.label()?.as_str() {
            "all" => {
                out = Including {
                    comments: value,
                    constraints: value,
                    defaults: value,
                    generated: value,
                    identity: value,
                    indexes: value,
                }
            }
            "comments" => out.comments = value,
            "constraints" => out.constraints = value,
            "defaults" => out.defaults = value,
            "generated" => out.generated = value,
            "identity" => out.identity = value,
            "indexes" => out.indexes = value,
            "compression" | "statistics" | "storage" => {}
            _ => return p.unexpected(),
        }
    }
}

pub(super) fn column(p: &mut Words<'_, '_>) -> Parse<ColumnDef> {
    let name = p.name()?;
    let ty = p.data_type()?;
    let (mut constraints, mut collation) = (Vec::new(), None);
    loop {
        if p.eat("collate") {
            collation = Some(p.qualified()?);
        } else if p.eat("storage") || p.eat("compression") {
            p.label()?;
        } else if let Some(constraint) = column_constraint(p)? {
            constraints.push(constraint);
        } else {
            return Ok(ColumnDef { name, ty, collation, constraints });
        }
    }
}

pub(super) fn column_constraint(p: &mut Words<'_, '_>) -> Parse<Option<ColumnConstraint>> {
    let name = if p.eat("constraint") { Some(p.name()?) } else { None };
    let kind = if p.eat("not null") {
        ColumnConstraintKind::NotNull
    } else if p.eat("null") {
        ColumnConstraintKind::Null
    } else if p.eat("default") {
        ColumnConstraintKind::Default(default_value(p)?)
    } else if p.eat("generated") {
        generated(p)?
    } else if p.eat("unique") {
        let nulls_not_distinct = nulls_not_distinct(p);
        index_parameters(p)?;
        ColumnConstraintKind::Unique { nulls_not_distinct }
    } else if p.eat("primary key") {
        index_parameters(p)?;
        ColumnConstraintKind::PrimaryKey
    } else if p.eat("check") {
        ColumnConstraintKind::Check(p.parenthesized()?)
    } else if p.eat("references") {
        ColumnConstraintKind::References(references(p)?)
    } else if name.is_some() {
        return p.unexpected();
    } else {
        return Ok(None);
    };
    if p.at("not valid") || p.at("no inherit") && !matches!(kind, ColumnConstraintKind::Check(_)) {
        return p.unexpected();
    }
    let timing = timing(p)?;
    Ok(Some(ColumnConstraint { name, kind, timing }))
}

/// Behind GENERATED.
fn generated(p: &mut Words<'_, '_>) -> Parse<ColumnConstraintKind> {
    let always = if p.eat("by default") {
        false
    } else {
        p.expect("always")?;
        true
    };
    p.expect("as")?;
    if p.eat("identity") {
        let options = if p.at_token(&Token::LParen) { parenthesized_options(p)? } else { Vec::new() };
        return Ok(ColumnConstraintKind::Identity { always, options });
    }
    let expr = p.parenthesized()?;
    p.expect("stored")?;
    Ok(ColumnConstraintKind::Generated { expr, always })
}

pub(super) fn parenthesized_options(p: &mut Words<'_, '_>) -> Parse<Vec<SequenceOption>> {
    p.expect_token(&Token::LParen)?;
    let options = sequence_options(p)?;
    p.expect_token(&Token::RParen)?;
    Ok(options)
}

fn nulls_not_distinct(p: &mut Words<'_, '_>) -> bool {
    let not = p.eat("nulls not distinct");
    if !not {
        p.eat("nulls distinct");
    }
    not
}

/// WITH (…) and USING INDEX TABLESPACE of a constraint's index.
fn index_parameters(p: &mut Words<'_, '_>) -> Parse<()> {
    if p.eat("with") {
        p.options()?;
    }
    if p.eat("using index tablespace") {
        p.name()?;
    }
    Ok(())
}

/// A default. PostgreSQL wants what could be mistaken for a constraint in parentheses.
fn default_value(p: &mut Words<'_, '_>) -> Parse<Expr> {
    let expr = p.tight_expr()?;
    let (negated, word) = match &expr {
        Expr::InList { negated, .. } | Expr::InSubquery { negated, .. } => (*negated, "in"),
        Expr::Between { negated, .. } => (*negated, "between"),
        Expr::Like { negated, .. } => (*negated, "like"),
        Expr::ILike { negated, .. } => (*negated, "ilike"),
        Expr::SimilarTo { negated, .. } => (*negated, "similar"),
        _ => return Ok(expr),
    };
    let word = if negated { "not" } else { word };
    while !p.at(word) {
        p.parser.prev_token();
    }
    p.unexpected()
}

fn references(p: &mut Words<'_, '_>) -> Parse<References> {
    let table = p.qualified()?;
    let columns = if p.at_token(&Token::LParen) { p.names()? } else { Vec::new() };
    let mut full = false;
    if p.eat("match") {
        full = p.eat("full");
        if !full && !p.eat("simple") {
            return p.unexpected();
        }
    }
    let (mut on_delete, mut on_update) = (Action::NoAction, Action::NoAction);
    let (mut delete_sets, mut update_sets) = (Vec::new(), None);
    loop {
        if p.eat("on delete") {
            on_delete = action(p)?;
            delete_sets = set_columns(p, on_delete)?;
        } else if p.eat("on update") {
            on_update = action(p)?;
            if !set_columns(p, on_update)?.is_empty() {
                update_sets = Some(if on_update == Action::SetNull { "SET NULL" } else { "SET DEFAULT" });
            }
        } else {
            return Ok(References { table, columns, full, on_delete, delete_sets, on_update, update_sets });
        }
    }
}

/// The columns behind SET NULL and SET DEFAULT.
fn set_columns(p: &mut Words<'_, '_>, action: Action) -> Parse<Vec<String>> {
    if matches!(action, Action::SetNull | Action::SetDefault) && p.at_token(&Token::LParen) {
        return p.names();
    }
    Ok(Vec::new())
}

fn action(p: &mut Words<'_, '_>) -> Parse<Action> {
    for (words, action) in [
        ("no action", Action::NoAction),
        ("restrict", Action::Restrict),
        ("cascade", Action::Cascade),
        ("set null", Action::SetNull),
        ("set default", Action::SetDefault),
    ] {
        if p.eat(words) {
            return Ok(action);
        }
    }
    p.unexpected()
}

pub(super) fn timing(p: &mut Words<'_, '_>) -> Parse<Timing> {
    let mut out = Timing::default();
    loop {
        if p.eat("not deferrable") {
            (out.deferrable, out.not_deferrable) = (false, true);
        } else if p.eat("deferrable") {
            out.deferrable = true;
        } else if p.eat("initially deferred") {
            (out.deferrable, out.initially_deferred) = (!out.not_deferrable, true);
        } else if p.eat("initially immediate") {
            out.initially_deferred = false;
        } else if p.eat("not valid") {
            out.not_valid = true;
        } else if p.eat("no inherit") {
            out.no_inherit = true;
        } else {
            return Ok(out);
        }
    }
}

pub(super) fn table_constraint(p: &mut Words<'_, '_>) -> Parse<TableConstraint> {
    let name = if p.eat("constraint") { Some(p.name()?) } else { None };
    let kind = if p.eat("check") {
        TableConstraintKind::Check(p.parenthesized()?)
    } else if p.eat("foreign key") {
        let columns = p.names()?;
        p.expect("references")?;
        TableConstraintKind::ForeignKey { columns, references: references(p)? }
    } else if p.eat("exclude") {
        TableConstraintKind::Exclude(exclusion(p)?)
    } else {
        let primary = p.eat("primary key");
        if !primary {
            p.expect("unique")?;
        }
        if p.eat("using index") {
            TableConstraintKind::UsingIndex { primary, index: p.name()? }
        } else {
            let nulls_not_distinct = nulls_not_distinct(p);
            let columns = p.names()?;
            let include = if p.eat("include") { p.names()? } else { Vec::new() };
            index_parameters(p)?;
            if primary {
                TableConstraintKind::PrimaryKey { columns, include }
            } else {
                TableConstraintKind::Unique { columns, include, nulls_not_distinct }
            }
        }
    };
    let timing = timing(p)?;
    Ok(TableConstraint { name, kind, timing })
}

/// Behind EXCLUDE.
fn exclusion(p: &mut Words<'_, '_>) -> Parse<Exclusion> {
    let method = if p.eat("using") { Some(p.name()?) } else { None };
    let mut operators = Vec::new();
    let columns = p.list(|p| {
        let column = index_column(p)?;
        p.expect("with")?;
        operators.push(operator(p)?);
        Ok(column)
    })?;
    let include = if p.eat("include") { p.names()? } else { Vec::new() };
    let options = if p.eat("with") { p.options()? } else { Vec::new() };
    if p.eat("using index tablespace") {
        p.name()?;
    }
    let predicate = if p.eat("where") { Some(p.parenthesized()?) } else { None };
    Ok(Exclusion { method, columns, operators, include, options, predicate })
}

/// An operator up to the next comma or parenthesis: `=`, or `OPERATOR(schema.=)`.
fn operator(p: &mut Words<'_, '_>) -> Parse<String> {
    let named = p.eat("operator");
    if named {
        p.expect_token(&Token::LParen)?;
        if !matches!(p.parser.peek_token_ref().token, Token::Period) && p.peek_word().is_some() {
            p.label()?;
            p.expect_token(&Token::Period)?;
        }
    }
    let mut text = String::new();
    while !p.at_end() && !p.at_token(&Token::Comma) && !p.at_token(&Token::RParen) {
        if p.peek_word().is_some() {
            return p.unexpected();
        }
        text.push_str(&p.parser.peek_token_ref().token.to_string());
        p.parser.advance_token();
    }
    if text.is_empty() {
        return p.unexpected();
    }
    if named {
        p.expect_token(&Token::RParen)?;
    }
    Ok(text)
}

pub(super) fn sequence_options(p: &mut Words<'_, '_>) -> Parse<Vec<SequenceOption>> {
    let mut out = Vec::new();
    while let Some(option) = sequence_option(p)? {
        out.push(option);
    }
    Ok(out)
}

fn sequence_option(p: &mut Words<'_, '_>) -> Parse<Option<SequenceOption>> {
    let option = if p.eat("as") {
        SequenceOption::Type(p.data_type()?)
    } else if p.eat("increment") {
        p.eat("by");
        SequenceOption::Increment(p.integer()?)
    } else if p.eat("minvalue") {
        SequenceOption::Min(Some(p.integer()?))
    } else if p.eat("no minvalue") {
        SequenceOption::Min(None)
    } else if p.eat("maxvalue") {
        SequenceOption::Max(Some(p.integer()?))
    } else if p.eat("no maxvalue") {
        SequenceOption::Max(None)
    } else if p.eat("start") {
        p.eat("with");
        SequenceOption::Start(p.integer()?)
    } else if p.eat("restart") {
        let given = p.eat("with") || matches!(p.parser.peek_token_ref().token, Token::Number(..) | Token::Minus);
        SequenceOption::Restart(if given { Some(p.integer()?) } else { None })
    } else if p.eat("cache") {
        SequenceOption::Cache(p.integer()?)
    } else if p.eat("no cycle") {
        SequenceOption::Cycle(false)
    } else if p.eat("cycle") {
        SequenceOption::Cycle(true)
    } else if p.eat("owned by") {
        SequenceOption::OwnedBy(owner_column(p)?)
    } else if p.eat("sequence name") {
        SequenceOption::Name(p.qualified()?)
    } else {
        return Ok(None);
    };
    Ok(Some(option))
}

/// `NONE`, or `[schema.]table.column`.
fn owner_column(p: &mut Words<'_, '_>) -> Parse<Option<(super::ast::QualifiedName, String)>> {
    if p.eat("none") {
        return Ok(None);
    }
    let mut name = p.qualified()?;
    if p.eat_token(&Token::Period) {
        name.0.push(p.label()?);
    }
    let column = name.0.pop().filter(|_| !name.0.is_empty());
    match column {
        Some(column) => Ok(Some((name, column))),
        // A lone name is no column; whoever runs the statement says so.
        None => Ok(Some((super::ast::QualifiedName(Vec::new()), String::new()))),
    }
}
