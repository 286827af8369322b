//! CREATE, ALTER and DROP of aggregates.

use gavel_catalog::function::{FunctionKind, Mode};
use sqlparser::tokenizer::Token;

use super::ast::{
    AggregateArguments, AlterFunction, Attribute, CreateAggregate, Ddl, DropFunction, FunctionAction, FunctionName,
    QualifiedName, WrittenKind,
};
use super::function::parameter;
use super::words::{Parse, Words};

pub(super) const KIND: WrittenKind = WrittenKind::Only(FunctionKind::Aggregate);

/// What follows CREATE [OR REPLACE] AGGREGATE.
pub(super) fn create(p: &mut Words<'_, '_>, or_replace: bool) -> Parse<Ddl> {
    let name = p.qualified()?;
    let old = p.at_token(&Token::LParen)
        && matches!(p.parser.peek_nth_token_ref(1).token, Token::Word(_))
        && p.parser.peek_nth_token_ref(2).token == Token::Eq;
    let arguments = if old { None } else { Some(arguments(p)?) };
    let attributes = p.list(attribute)?;
    Ok(Ddl::CreateAggregate(Box::new(CreateAggregate { name, or_replace, arguments, attributes })))
}

/// `(*)`, `(a, b)`, `(ORDER BY a)` or `(a ORDER BY b)`.
fn arguments(p: &mut Words<'_, '_>) -> Parse<AggregateArguments> {
    p.expect_token(&Token::LParen)?;
    if p.eat_token(&Token::Mul) {
        p.expect_token(&Token::RParen)?;
        return Ok(AggregateArguments { parameters: Vec::new(), direct: None });
    }
    let mut parameters = if p.at("order by") { Vec::new() } else { p.commas(parameter)? };
    let mut direct = None;
    if p.eat("order by") {
        direct = Some(parameters.len());
        let aggregated = p.commas(parameter)?;
        // VARIADIC direct arguments stand for the aggregated ones, too.
        if parameters.last().is_none_or(|last| last.mode != Mode::Variadic) {
            parameters.extend(aggregated);
        }
    }
    p.expect_token(&Token::RParen)?;
    Ok(AggregateArguments { parameters, direct })
}

/// `name [= value]`.
pub(super) fn attribute(p: &mut Words<'_, '_>) -> Parse<(String, Attribute)> {
    let name = p.label()?;
    let value = if p.eat_token(&Token::Eq) { value(p)? } else { Attribute::On };
    Ok((name, value))
}

fn value(p: &mut Words<'_, '_>) -> Parse<Attribute> {
    match &p.parser.peek_token_ref().token {
        Token::SingleQuotedString(_) | Token::EscapedStringLiteral(_) | Token::DollarQuotedString(_) => {
            return Ok(Attribute::Text(p.string()?));
        }
        Token::Number(..) => return Ok(Attribute::Number(p.option_value()?)),
        Token::Minus if matches!(p.parser.peek_nth_token_ref(1).token, Token::Number(..)) => {
            return Ok(Attribute::Number(p.option_value()?));
        }
        Token::Word(_) => {}
        _ => return Ok(Attribute::Operator(QualifiedName(vec![symbol(p)?]))),
    }
    if p.at("operator") && p.parser.peek_nth_token_ref(1).token == Token::LParen {
        p.expect("operator")?;
        p.expect_token(&Token::LParen)?;
        let name = operator_name(p)?;
        p.expect_token(&Token::RParen)?;
        return Ok(Attribute::Operator(name));
    }
    if p.eat("setof") {
        return Ok(Attribute::Name(QualifiedName(vec!["setof".to_owned()]), p.data_type()?));
    }
    let name = peeked_name(p);
    Ok(Attribute::Name(name, p.data_type()?))
}

/// `schema.symbol` or `symbol`.
pub(super) fn operator_name(p: &mut Words<'_, '_>) -> Parse<QualifiedName> {
    let mut parts = Vec::new();
    while matches!(p.parser.peek_token_ref().token, Token::Word(_)) {
        parts.push(p.label()?);
        p.expect_token(&Token::Period)?;
    }
    parts.push(symbol(p)?);
    Ok(QualifiedName(parts))
}

/// The characters of an operator, which the tokenizer may have divided.
pub(super) fn symbol(p: &mut Words<'_, '_>) -> Parse<String> {
    let mut text = String::new();
    loop {
        let part = p.parser.peek_token_ref().token.to_string();
        if part.is_empty() || !part.chars().all(|c| "+-*/<>=~!@#%^&|`?".contains(c)) {
            break;
        }
        text.push_str(&part);
        p.parser.advance_token();
    }
    if text.is_empty() { p.unexpected() } else { Ok(text) }
}

/// The name that begins here, which is not taken.
fn peeked_name(p: &Words<'_, '_>) -> QualifiedName {
    let mut parts = Vec::new();
    let mut at = 0;
    while let Token::Word(word) = &p.parser.peek_nth_token_ref(at).token {
        parts.push(if word.quote_style.is_some() { word.value.clone() } else { word.value.to_lowercase() });
        if p.parser.peek_nth_token_ref(at + 1).token != Token::Period {
            break;
        }
        at += 2;
    }
    QualifiedName(parts)
}

/// An aggregate with its arguments.
pub(super) fn aggregate_name(p: &mut Words<'_, '_>) -> Parse<FunctionName> {
    let name = p.qualified()?;
    Ok(FunctionName { name, parameters: Some(arguments(p)?.parameters) })
}

/// What follows DROP AGGREGATE.
pub(super) fn drop(p: &mut Words<'_, '_>) -> Parse<Ddl> {
    let if_exists = p.eat("if exists");
    let names = p.commas(aggregate_name)?;
    Ok(Ddl::DropFunction(DropFunction { kind: KIND, names, if_exists, cascade: p.cascade() }))
}

/// What follows ALTER AGGREGATE.
pub(super) fn alter(p: &mut Words<'_, '_>) -> Parse<Ddl> {
    let name = aggregate_name(p)?;
    let action = if p.eat("rename to") {
        FunctionAction::Rename(p.name()?)
    } else if p.eat("owner to") {
        FunctionAction::Owner(p.label()?)
    } else if p.eat("set schema") {
        FunctionAction::SetSchema(p.name()?)
    } else {
        return p.unexpected();
    };
    Ok(Ddl::AlterFunction(AlterFunction { kind: KIND, name, action }))
}
