//! CREATE, ALTER and DROP of rules.

use gavel_catalog::rule::RuleEvent;
use sqlparser::tokenizer::Token;

use super::ast::{AlterAction, CreateRule, Ddl, RuleName};
use super::words::{Parse, Words};

/// What follows CREATE [OR REPLACE] RULE.
pub(super) fn create(p: &mut Words<'_, '_>, or_replace: bool) -> Parse<Ddl> {
    let name = p.name()?;
    p.expect("as on")?;
    let event = if p.eat("select") {
        RuleEvent::Select
    } else if p.eat("insert") {
        RuleEvent::Insert
    } else if p.eat("update") {
        RuleEvent::Update
    } else if p.eat("delete") {
        RuleEvent::Delete
    } else {
        return p.unexpected();
    };
    p.expect("to")?;
    let relation = p.qualified()?;
    let condition = if p.eat("where") { Some(p.text_of(Words::expr)?) } else { None };
    p.expect("do")?;
    let instead = p.eat("instead");
    if !instead {
        p.eat("also");
    }
    let actions = actions(p)?;
    Ok(Ddl::CreateRule(Box::new(CreateRule { name, or_replace, event, relation, condition, instead, actions })))
}

/// NOTHING, a statement, or several in parentheses.
fn actions(p: &mut Words<'_, '_>) -> Parse<Vec<String>> {
    if p.eat("nothing") {
        return Ok(Vec::new());
    }
    if !p.eat_token(&Token::LParen) {
        return Ok(vec![p.text_of(action_text)?]);
    }
    let mut out = Vec::new();
    loop {
        while p.eat_token(&Token::SemiColon) {}
        if p.eat_token(&Token::RParen) {
            return Ok(out);
        }
        out.push(p.text_of(action_text)?);
        if !p.at_token(&Token::RParen) {
            p.expect_token(&Token::SemiColon)?;
        }
    }
}

/// Passes a statement, which is parsed when its text stands alone.
fn action_text(p: &mut Words<'_, '_>) -> Parse<&'static str> {
    let begins = ["select", "insert", "update", "delete", "notify", "values", "with", "table"];
    if !p.at_token(&Token::LParen) && !begins.iter().any(|word| p.at(word)) {
        return p.unexpected();
    }
    let mut depth = 0_usize;
    loop {
        match &p.parser.peek_token_ref().token {
            Token::EOF => return Ok(""),
            Token::SemiColon | Token::RParen if depth == 0 => return Ok(""),
            Token::LParen => depth += 1,
            Token::RParen => depth -= 1,
            _ => {}
        }
        p.parser.advance_token();
    }
}

/// `name ON relation`.
pub(super) fn on_relation(p: &mut Words<'_, '_>) -> Parse<RuleName> {
    let name = p.name()?;
    p.expect("on")?;
    Ok(RuleName { name, relation: p.qualified()? })
}

/// What follows DROP RULE.
pub(super) fn drop(p: &mut Words<'_, '_>) -> Parse<Ddl> {
    let if_exists = p.eat("if exists");
    let name = on_relation(p)?;
    Ok(Ddl::DropRule { name, if_exists, cascade: p.cascade() })
}

/// What follows ALTER RULE.
pub(super) fn alter(p: &mut Words<'_, '_>) -> Parse<Ddl> {
    let name = on_relation(p)?;
    p.expect("rename to")?;
    Ok(Ddl::RenameRule { name, to: p.name()? })
}

/// ENABLE and DISABLE RULE.
pub(super) fn action(p: &mut Words<'_, '_>) -> Parse<Option<AlterAction>> {
    let enabled = if p.eat("enable rule") {
        'O'
    } else if p.eat("enable always rule") {
        'A'
    } else if p.eat("enable replica rule") {
        'R'
    } else if p.eat("disable rule") {
        'D'
    } else {
        return Ok(None);
    };
    Ok(Some(AlterAction::EnableRule { name: p.name()?, enabled }))
}
