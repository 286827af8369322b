//! CREATE, ALTER and DROP of operators.

use sqlparser::tokenizer::Token;

use super::aggregate::{attribute, operator_name};
use super::ast::{Ddl, OperatorAction, OperatorName};
use super::words::{Parse, Words};

/// What follows CREATE OPERATOR.
pub(super) fn create(p: &mut Words<'_, '_>) -> Parse<Ddl> {
    let name = operator_name(p)?;
    let attributes = p.list(attribute)?;
    Ok(Ddl::CreateOperator { name, attributes })
}

/// `symbol (left, right)`, where NONE stands for an operand that is not there.
pub(super) fn operator(p: &mut Words<'_, '_>) -> Parse<OperatorName> {
    let name = operator_name(p)?;
    p.expect_token(&Token::LParen)?;
    let left = if p.eat("none") { None } else { Some(p.data_type()?) };
    p.expect_token(&Token::Comma)?;
    let right = if p.eat("none") { None } else { Some(p.data_type()?) };
    p.expect_token(&Token::RParen)?;
    Ok(OperatorName { name, left, right })
}

/// What follows DROP OPERATOR.
pub(super) fn drop(p: &mut Words<'_, '_>) -> Parse<Ddl> {
    let if_exists = p.eat("if exists");
    let names = p.commas(operator)?;
    Ok(Ddl::DropOperator { names, if_exists, cascade: p.cascade() })
}

/// What follows ALTER OPERATOR.
pub(super) fn alter(p: &mut Words<'_, '_>) -> Parse<Ddl> {
    let name = operator(p)?;
    let action = if p.eat("owner to") {
        OperatorAction::Owner(p.label()?)
    } else if p.eat("set schema") {
        OperatorAction::SetSchema(p.name()?)
    } else {
        p.expect("set")?;
        OperatorAction::Set(p.list(attribute)?)
    };
    Ok(Ddl::AlterOperator { name, action })
}
