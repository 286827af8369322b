//! Policies of row-level security: CREATE, ALTER and DROP POLICY.

use gavel_catalog::PolicyCommand;

use super::ast::{AlterAction, AlterPolicy, CreatePolicy, Ddl, DropPolicy, PolicyChange, PolicyDef};
use super::words::{Parse, Words};

/// Behind CREATE POLICY.
pub(super) fn create(p: &mut Words<'_, '_>) -> Parse<Ddl> {
    let name = p.name()?;
    p.expect("on")?;
    let table = p.qualified()?;
    let kind = if p.eat("as") { Some(p.label()?) } else { None };
    let mut command = PolicyCommand::All;
    if p.eat("for") {
        let commands = [
            PolicyCommand::All,
            PolicyCommand::Select,
            PolicyCommand::Insert,
            PolicyCommand::Update,
            PolicyCommand::Delete,
        ];
        match commands.into_iter().find(|c| p.eat(&c.word().to_ascii_lowercase())) {
            Some(found) => command = found,
            None => return p.unexpected(),
        }
    }
    let def = definition(p)?;
    Ok(Ddl::CreatePolicy(Box::new(CreatePolicy { name, table, kind, command, def })))
}

/// `TO role, … USING (…) WITH CHECK (…)`, each if it is there.
fn definition(p: &mut Words<'_, '_>) -> Parse<PolicyDef> {
    let roles = if p.eat("to") { p.commas(Words::label)? } else { Vec::new() };
    let using = if p.eat("using") { Some(p.parenthesized()?) } else { None };
    let check = if p.eat("with check") { Some(p.parenthesized()?) } else { None };
    Ok(PolicyDef { roles, using, check })
}

/// Behind ALTER POLICY.
pub(super) fn alter(p: &mut Words<'_, '_>) -> Parse<Ddl> {
    let name = p.name()?;
    p.expect("on")?;
    let table = p.qualified()?;
    let change =
        if p.eat("rename to") { PolicyChange::Rename(p.name()?) } else { PolicyChange::Definition(definition(p)?) };
    Ok(Ddl::AlterPolicy(Box::new(AlterPolicy { name, table, change })))
}

/// Behind DROP POLICY. RESTRICT and CASCADE say nothing: nothing depends on a policy.
pub(super) fn drop(p: &mut Words<'_, '_>) -> Parse<Ddl> {
    let if_exists = p.eat("if exists");
    let name = p.name()?;
    p.expect("on")?;
    let table = p.qualified()?;
    p.cascade();
    Ok(Ddl::DropPolicy(DropPolicy { name, table, if_exists }))
}

/// ENABLE, DISABLE, FORCE and NO FORCE ROW LEVEL SECURITY of ALTER TABLE, if one is next.
pub(super) fn switch(p: &mut Words<'_, '_>) -> Option<AlterAction> {
    let all = [
        ("enable row level security", AlterAction::RowSecurity(true)),
        ("disable row level security", AlterAction::RowSecurity(false)),
        ("force row level security", AlterAction::ForceRowSecurity(true)),
        ("no force row level security", AlterAction::ForceRowSecurity(false)),
    ];
    all.into_iter().find(|(words, _)| p.eat(words)).map(|(_, action)| action)
}
