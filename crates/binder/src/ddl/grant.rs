//! GRANT, REVOKE and ALTER DEFAULT PRIVILEGES.

use gavel_catalog::function::FunctionKind;
use sqlparser::tokenizer::Token;

use super::ast::{Ddl, DefaultPrivileges, Grant, GrantTarget, Privilege, WrittenKind};
use super::function;
use super::words::{Parse, Words};

/// What follows GRANT or REVOKE.
pub(super) fn grant(p: &mut Words<'_, '_>, revoke: bool) -> Parse<Ddl> {
    let option_only = revoke && (p.eat("grant option for") || p.eat("admin option for"));
    let privileges = privileges(p)?;
    let target = if p.eat("on") {
        object(p)?
    } else {
        // Without ON they are roles.
        GrantTarget::Roles(privileges.iter().map(|privilege| privilege.name.clone()).collect())
    };
    let mut grant = empty(revoke, option_only, privileges, target);
    grantees(p, &mut grant)?;
    Ok(Ddl::Grant(grant))
}

fn empty(revoke: bool, option_only: bool, privileges: Vec<Privilege>, target: GrantTarget) -> Grant {
    let roles = Vec::new();
    Grant { revoke, option_only, privileges, target, roles, option: false, granted_by: None, cascade: false }
}

/// ALL, or privileges with columns. ALL is the name `all`.
fn privileges(p: &mut Words<'_, '_>) -> Parse<Vec<Privilege>> {
    p.commas(|p| {
        let mut name = p.label()?;
        if name == "all" {
            p.eat("privileges");
        } else if name == "alter" && p.eat("system") {
            "alter system".clone_into(&mut name);
        }
        let columns = if p.at_token(&Token::LParen) { p.names()? } else { Vec::new() };
        Ok(Privilege { name, columns })
    })
}

fn object(p: &mut Words<'_, '_>) -> Parse<GrantTarget> {
    if p.eat("all tables in schema") {
        return Ok(GrantTarget::AllTables(p.commas(Words::name)?));
    }
    if p.eat("all sequences in schema") {
        return Ok(GrantTarget::AllSequences(p.commas(Words::name)?));
    }
    if p.eat("database") {
        return Ok(GrantTarget::Databases(p.commas(Words::name)?));
    }
    if p.eat("schema") {
        return Ok(GrantTarget::Schemas(p.commas(Words::name)?));
    }
    if p.eat("sequence") {
        return Ok(GrantTarget::Sequences(p.commas(Words::qualified)?));
    }
    if p.eat("type") {
        return Ok(GrantTarget::Types(p.commas(Words::qualified)?, false));
    }
    if p.eat("domain") {
        return Ok(GrantTarget::Types(p.commas(Words::qualified)?, true));
    }
    for (words, kind) in [
        ("all functions in schema", WrittenKind::Only(FunctionKind::Function)),
        ("all procedures in schema", WrittenKind::Only(FunctionKind::Procedure)),
        ("all routines in schema", WrittenKind::Routine),
    ] {
        if p.eat(words) {
            return Ok(GrantTarget::AllFunctions(kind, p.commas(Words::name)?));
        }
    }
    if let Some(kind) = function::kind(p) {
        return Ok(GrantTarget::Functions(kind, p.commas(function::function_name)?));
    }
    if p.eat("language") {
        return Ok(GrantTarget::Languages(p.commas(Words::label)?));
    }
    if p.eat("large object") {
        return Ok(GrantTarget::LargeObjects(p.commas(Words::number)?));
    }
    if ["tablespace", "foreign", "parameter"].iter().any(|word| p.at(word)) {
        while !p.at_end() && !p.at("to") && !p.at("from") {
            p.parser.advance_token();
        }
        return Ok(GrantTarget::Other);
    }
    p.eat("table");
    Ok(GrantTarget::Tables(p.commas(Words::qualified)?))
}

/// TO or FROM roles, and what may follow.
fn grantees(p: &mut Words<'_, '_>, grant: &mut Grant) -> Parse<()> {
    p.expect(if grant.revoke { "from" } else { "to" })?;
    grant.roles = p.commas(|p| {
        p.eat("group");
        p.label()
    })?;
    grant.option = p.eat("with grant option") || p.eat("with admin option") || p.eat("with admin true");
    if p.eat("granted by") {
        grant.granted_by = Some(p.label()?);
    }
    grant.cascade = p.cascade();
    Ok(())
}

/// What follows ALTER DEFAULT PRIVILEGES.
pub(super) fn default_privileges(p: &mut Words<'_, '_>) -> Parse<Ddl> {
    let (mut roles, mut schemas) = (Vec::new(), Vec::new());
    loop {
        if p.eat("for role") || p.eat("for user") {
            roles = p.commas(Words::label)?;
        } else if p.eat("in schema") {
            schemas = p.commas(Words::name)?;
        } else {
            break;
        }
    }
    let revoke = p.eat("revoke");
    if !revoke {
        p.expect("grant")?;
    }
    let option_only = revoke && p.eat("grant option for");
    let privileges = privileges(p)?;
    p.expect("on")?;
    let kinds = [("tables", 'r'), ("sequences", 'S'), ("functions", 'f'), ("routines", 'f'), ("types", 'T')];
    let kind = kinds.into_iter().chain([("schemas", 'n')]).find(|(word, _)| p.eat(word)).map(|(_, kind)| kind);
    let Some(kind) = kind else { return p.unexpected() };
    let target = GrantTarget::Other;
    let mut grant = empty(revoke, option_only, privileges, target);
    grantees(p, &mut grant)?;
    Ok(Ddl::AlterDefaultPrivileges(DefaultPrivileges { roles, schemas, kind, grant }))
}
