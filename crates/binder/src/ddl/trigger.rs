//! CREATE, ALTER and DROP of triggers.

use gavel_catalog::trigger::{Timing, TriggerEvent};
use sqlparser::tokenizer::Token;

use super::ast::{CreateTrigger, Ddl, QualifiedName, Transition, TriggerName};
use super::words::{Parse, Words};

/// What follows CREATE [OR REPLACE] [CONSTRAINT] TRIGGER.
pub(super) fn create(p: &mut Words<'_, '_>, or_replace: bool, constraint: bool) -> Parse<Ddl> {
    let name = p.name()?;
    let timing = if !constraint && p.eat("before") {
        Timing::Before
    } else if p.eat("after") {
        Timing::After
    } else if !constraint && p.eat("instead of") {
        Timing::InsteadOf
    } else {
        return p.unexpected();
    };
    let (mut events, mut columns) = (Vec::new(), Vec::new());
    loop {
        let event = if p.eat("insert") {
            TriggerEvent::Insert
        } else if p.eat("delete") {
            TriggerEvent::Delete
        } else if p.eat("update") {
            if p.eat("of") {
                columns = p.commas(Words::name)?;
            }
            TriggerEvent::Update
        } else if p.eat("truncate") {
            TriggerEvent::Truncate
        } else {
            return p.unexpected();
        };
        events.push(event);
        if !p.eat("or") {
            break;
        }
    }
    p.expect("on")?;
    let table = p.qualified()?;
    let from: Option<QualifiedName> = if constraint && p.eat("from") { Some(p.qualified()?) } else { None };
    let (deferrable, deferred) = if constraint { attributes(p) } else { (None, false) };
    let mut transitions = Vec::new();
    if !constraint && p.eat("referencing") {
        while let Some(new) = if p.eat("new") { Some(true) } else { p.eat("old").then_some(false) } {
            let table = p.eat("table");
            if !table {
                p.expect("row")?;
            }
            p.eat("as");
            transitions.push(Transition { name: p.name()?, new, table });
        }
        if transitions.is_empty() {
            return p.unexpected();
        }
    }
    let mut row = false;
    if p.eat("for") {
        p.eat("each");
        row = p.eat("row");
        if !row {
            p.expect("statement")?;
        }
    }
    let condition = if p.eat("when") {
        p.expect_token(&Token::LParen)?;
        let text = p.text_of(Words::expr)?;
        p.expect_token(&Token::RParen)?;
        Some(text)
    } else {
        None
    };
    p.expect("execute")?;
    if !p.eat("function") {
        p.expect("procedure")?;
    }
    let function = p.qualified()?;
    p.expect_token(&Token::LParen)?;
    let arguments = if p.at_token(&Token::RParen) { Vec::new() } else { p.commas(argument)? };
    p.expect_token(&Token::RParen)?;
    Ok(Ddl::CreateTrigger(Box::new(CreateTrigger {
        name,
        or_replace,
        constraint,
        timing,
        events,
        columns,
        table,
        from,
        deferrable,
        deferred,
        transitions,
        row,
        condition,
        function,
        arguments,
    })))
}

/// DEFERRABLE and INITIALLY DEFERRED, of which the last ones count.
fn attributes(p: &mut Words<'_, '_>) -> (Option<bool>, bool) {
    let (mut deferrable, mut deferred) = (None, false);
    loop {
        if p.eat("not deferrable") {
            deferrable = Some(false);
        } else if p.eat("deferrable") {
            deferrable = Some(true);
        } else if p.eat("initially immediate") {
            deferred = false;
        } else if p.eat("initially deferred") {
            deferred = true;
        } else {
            return (deferrable, deferred);
        }
    }
}

/// A string, a number or a word.
fn argument(p: &mut Words<'_, '_>) -> Parse<String> {
    match &p.parser.peek_token_ref().token {
        Token::Word(_) => p.label(),
        Token::Number(digits, _) => {
            let digits = digits.clone();
            p.parser.advance_token();
            Ok(digits)
        }
        _ => p.string(),
    }
}

/// `name ON table`.
pub(super) fn on_table(p: &mut Words<'_, '_>) -> Parse<TriggerName> {
    let name = p.name()?;
    p.expect("on")?;
    Ok(TriggerName { name, table: p.qualified()? })
}

/// What follows DROP TRIGGER.
pub(super) fn drop(p: &mut Words<'_, '_>) -> Parse<Ddl> {
    let if_exists = p.eat("if exists");
    let name = on_table(p)?;
    p.cascade();
    Ok(Ddl::DropTrigger { name, if_exists })
}

/// What follows ALTER TRIGGER.
pub(super) fn alter(p: &mut Words<'_, '_>) -> Parse<Ddl> {
    let name = on_table(p)?;
    if p.at("depends on") || p.at("no depends on") {
        p.skip_rest();
        return Ok(Ddl::Unsupported("ALTER TRIGGER ... DEPENDS ON EXTENSION".into()));
    }
    p.expect("rename to")?;
    Ok(Ddl::RenameTrigger { name, to: p.name()? })
}
