//! CREATE TYPE, CREATE DOMAIN, ALTER TYPE, ALTER DOMAIN.

use sqlparser::tokenizer::Token;

use super::ast::{Alter, AlterAction, ColumnDef, CreateDomain, Ddl, ObjectKind, QualifiedName, TypeDefinition};
use super::table;
use super::words::{Parse, Words};

/// What follows CREATE TYPE.
pub(super) fn create_type(p: &mut Words<'_, '_>) -> Parse<Ddl> {
    let name = p.qualified()?;
    if p.eat("as enum") {
        p.expect_token(&Token::LParen)?;
        let labels = if p.at_token(&Token::RParen) { Vec::new() } else { p.commas(Words::string)? };
        p.expect_token(&Token::RParen)?;
        return Ok(Ddl::CreateType { name, definition: TypeDefinition::Enum(labels) });
    }
    if p.at("as range") || !p.at("as") {
        let what = if p.at("as range") { "CREATE TYPE ... AS RANGE" } else { "CREATE TYPE of a base type" };
        p.skip_rest();
        return Ok(Ddl::Unsupported(what.into()));
    }
    p.expect("as")?;
    p.expect_token(&Token::LParen)?;
    let fields = if p.at_token(&Token::RParen) { Vec::new() } else { p.commas(field)? };
    p.expect_token(&Token::RParen)?;
    Ok(Ddl::CreateType { name, definition: TypeDefinition::Composite(fields) })
}

fn field(p: &mut Words<'_, '_>) -> Parse<ColumnDef> {
    let (name, ty) = (p.name()?, p.data_type()?);
    let collation = if p.eat("collate") { Some(p.qualified()?) } else { None };
    Ok(ColumnDef { name, ty, collation, constraints: Vec::new() })
}

/// What follows CREATE DOMAIN.
pub(super) fn create_domain(p: &mut Words<'_, '_>) -> Parse<Ddl> {
    let name = p.qualified()?;
    p.eat("as");
    let ty = p.data_type()?;
    let mut constraints = Vec::new();
    while !p.at_end() {
        if p.eat("collate") {
            p.qualified()?;
        } else if let Some(constraint) = table::column_constraint(p)? {
            constraints.push(constraint);
        } else {
            return p.unexpected();
        }
    }
    Ok(Ddl::CreateDomain(CreateDomain { name, ty, constraints }))
}

/// What follows ALTER TYPE and the type's name.
pub(super) fn alter_type(p: &mut Words<'_, '_>, name: QualifiedName) -> Parse<Ddl> {
    let kind = ObjectKind::Type;
    let alter = |actions, cascade| Ok(Ddl::Alter(Alter { kind, name, if_exists: false, only: false, actions, cascade }));
    if p.eat("add value") {
        let if_not_exists = p.eat("if not exists");
        let label = p.string()?;
        let beside = if p.eat("before") {
            Some((false, p.string()?))
        } else if p.eat("after") {
            Some((true, p.string()?))
        } else {
            None
        };
        return alter(vec![AlterAction::AddValue { label, if_not_exists, beside }], false);
    }
    if p.eat("rename value") {
        let old = p.string()?;
        p.expect("to")?;
        return alter(vec![AlterAction::RenameValue { old, new: p.string()? }], false);
    }
    if p.eat("rename attribute") {
        let old = p.name()?;
        p.expect("to")?;
        let new = p.name()?;
        let cascade = p.cascade();
        return alter(vec![AlterAction::RenameColumn { old, new }], cascade);
    }
    if let Some(action) = common(p)? {
        return alter(vec![action], false);
    }
    if p.at("set") {
        p.skip_rest();
        return Ok(Ddl::Unsupported("ALTER TYPE ... SET of a base type".into()));
    }
    let mut cascade = false;
    let actions = p.commas(|p| attribute_action(p, &mut cascade))?;
    alter(actions, cascade)
}

/// ADD, DROP and ALTER ATTRIBUTE; `cascade` is set if one of them says so.
fn attribute_action(p: &mut Words<'_, '_>, cascade: &mut bool) -> Parse<AlterAction> {
    if p.eat("add attribute") {
        let column = field(p)?;
        *cascade |= p.cascade();
        return Ok(AlterAction::AddColumn { column, if_not_exists: false });
    }
    if p.eat("drop attribute") {
        let if_exists = p.eat("if exists");
        let name = p.name()?;
        let own = p.cascade();
        *cascade |= own;
        return Ok(AlterAction::DropColumn { name, if_exists, cascade: own });
    }
    p.expect("alter attribute")?;
    let column = p.name()?;
    if !p.eat("set data type") {
        p.expect("type")?;
    }
    let ty = p.data_type()?;
    let collation = if p.eat("collate") { Some(p.qualified()?) } else { None };
    *cascade |= p.cascade();
    Ok(AlterAction::SetType { column, ty, collation, using: None })
}

/// What types and domains share.
fn common(p: &mut Words<'_, '_>) -> Parse<Option<AlterAction>> {
    Ok(if p.eat("rename to") {
        Some(AlterAction::Rename(p.name()?))
    } else if p.eat("owner to") {
        Some(AlterAction::Owner(p.label()?))
    } else if p.eat("set schema") {
        Some(AlterAction::SetSchema(p.name()?))
    } else {
        None
    })
}

/// What follows ALTER DOMAIN and the domain's name.
pub(super) fn alter_domain(p: &mut Words<'_, '_>, name: QualifiedName) -> Parse<Ddl> {
    let action = if let Some(action) = common(p)? {
        action
    } else if p.eat("set default") {
        AlterAction::DomainDefault(Some(p.expr()?))
    } else if p.eat("drop default") {
        AlterAction::DomainDefault(None)
    } else if p.eat("set not null") {
        AlterAction::DomainNotNull(true)
    } else if p.eat("drop not null") {
        AlterAction::DomainNotNull(false)
    } else if p.eat("rename constraint") {
        let old = p.name()?;
        p.expect("to")?;
        AlterAction::RenameConstraint { old, new: p.name()? }
    } else if p.eat("validate constraint") {
        AlterAction::ValidateConstraint(p.name()?)
    } else if p.eat("drop constraint") {
        let if_exists = p.eat("if exists");
        let name = p.name()?;
        AlterAction::DropConstraint { name, if_exists, cascade: p.cascade() }
    } else {
        p.expect("add")?;
        AlterAction::AddConstraint(table::table_constraint(p)?)
    };
    let kind = ObjectKind::Domain;
    Ok(Ddl::Alter(Alter { kind, name, if_exists: false, only: false, actions: vec![action], cascade: false }))
}
