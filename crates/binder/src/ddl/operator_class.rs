//! CREATE, ALTER and DROP of operator classes and families.

use sqlparser::ast::DataType;
use sqlparser::tokenizer::Token;

use super::aggregate::operator_name;
use super::ast::{
    ClassItem, CreateOperatorClass, Ddl, MemberName, OperatorGroup, OperatorGroupAction, OperatorGroupName,
};
use super::function::function_name;
use super::words::{Parse, Words};

/// CLASS or FAMILY behind OPERATOR, taken if it is there.
pub(super) fn group(p: &mut Words<'_, '_>) -> Option<OperatorGroup> {
    if p.eat("operator class") {
        Some(OperatorGroup::Class)
    } else if p.eat("operator family") {
        Some(OperatorGroup::Family)
    } else {
        None
    }
}

/// `name USING method`.
pub(super) fn group_name(p: &mut Words<'_, '_>, group: OperatorGroup) -> Parse<OperatorGroupName> {
    let name = p.qualified()?;
    p.expect("using")?;
    Ok(OperatorGroupName { group, name, method: p.name()? })
}

/// What follows CREATE OPERATOR CLASS or FAMILY.
pub(super) fn create(p: &mut Words<'_, '_>, group: OperatorGroup) -> Parse<Ddl> {
    if group == OperatorGroup::Family {
        return Ok(Ddl::CreateOperatorFamily { name: group_name(p, group)? });
    }
    let name = p.qualified()?;
    let default = p.eat("default");
    p.expect("for type")?;
    let ty = p.data_type()?;
    p.expect("using")?;
    let name = OperatorGroupName { group, name, method: p.name()? };
    let family = if p.eat("family") { Some(p.qualified()?) } else { None };
    p.expect("as")?;
    let items = p.commas(item)?;
    Ok(Ddl::CreateOperatorClass(Box::new(CreateOperatorClass { name, default, ty, family, items })))
}

/// `OPERATOR n …`, `FUNCTION n …` or `STORAGE type`.
fn item(p: &mut Words<'_, '_>) -> Parse<ClassItem> {
    if p.eat("storage") {
        return Ok(ClassItem::Storage(p.data_type()?));
    }
    if p.eat("function") {
        let number = p.integer()?;
        let types = if p.at_token(&Token::LParen) { p.list(Words::data_type)? } else { Vec::new() };
        return Ok(ClassItem::Function { number, types, function: function_name(p)? });
    }
    p.expect("operator")?;
    let number = p.integer()?;
    let name = operator_name(p)?;
    let operands = if p.at_token(&Token::LParen) { Some(operands(p)?) } else { None };
    let mut order_by = None;
    if p.eat("for order by") {
        order_by = Some(p.qualified()?);
    } else {
        p.eat("for search");
    }
    Ok(ClassItem::Operator { number, name, operands, order_by })
}

/// `(left, right)`, where NONE stands for an operand that is not there.
fn operands(p: &mut Words<'_, '_>) -> Parse<(Option<DataType>, Option<DataType>)> {
    p.expect_token(&Token::LParen)?;
    let left = if p.eat("none") { None } else { Some(p.data_type()?) };
    p.expect_token(&Token::Comma)?;
    let right = if p.eat("none") { None } else { Some(p.data_type()?) };
    p.expect_token(&Token::RParen)?;
    Ok((left, right))
}

/// `OPERATOR n (types)` or `FUNCTION n (types)`.
fn member(p: &mut Words<'_, '_>) -> Parse<MemberName> {
    let function = p.eat("function");
    if !function {
        p.expect("operator")?;
    }
    let number = p.integer()?;
    Ok(MemberName { function, number, types: p.list(Words::data_type)? })
}

/// What follows ALTER OPERATOR CLASS or FAMILY.
pub(super) fn alter(p: &mut Words<'_, '_>, group: OperatorGroup) -> Parse<Ddl> {
    let name = group_name(p, group)?;
    let family = group == OperatorGroup::Family;
    let action = if p.eat("rename to") {
        OperatorGroupAction::Rename(p.name()?)
    } else if p.eat("owner to") {
        OperatorGroupAction::Owner(p.label()?)
    } else if p.eat("set schema") {
        OperatorGroupAction::SetSchema(p.name()?)
    } else if family && p.eat("add") {
        OperatorGroupAction::Add(p.commas(item)?)
    } else if family && p.eat("drop") {
        OperatorGroupAction::Drop(p.commas(member)?)
    } else {
        return p.unexpected();
    };
    Ok(Ddl::AlterOperatorGroup { name, action })
}

/// What follows DROP OPERATOR CLASS or FAMILY.
pub(super) fn drop(p: &mut Words<'_, '_>, group: OperatorGroup) -> Parse<Ddl> {
    let if_exists = p.eat("if exists");
    let name = group_name(p, group)?;
    Ok(Ddl::DropOperatorGroup { name, if_exists, cascade: p.cascade() })
}
