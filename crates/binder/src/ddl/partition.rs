//! PARTITION BY, PARTITION OF, and ATTACH and DETACH PARTITION.

use sqlparser::ast::Expr;
use sqlparser::tokenizer::Token;

use super::ast::{AlterAction, BoundKind, BoundSpec, Detach, ObjectKind, PartitionBy, PartitionElement};
use super::words::{Parse, Words, qualified};

/// `PARTITION BY strategy (key, …)`, if it is next.
pub(super) fn partition_by(p: &mut Words<'_, '_>) -> Parse<Option<PartitionBy>> {
    if !p.eat("partition by") {
        return Ok(None);
    }
    let strategy = p.name()?;
    Ok(Some(PartitionBy { strategy, keys: p.list(element)? }))
}

/// A key: a column, a call, or an expression in parentheses.
fn element(p: &mut Words<'_, '_>) -> Parse<PartitionElement> {
    let span = p.parser.peek_token_ref().span;
    if p.eat_token(&Token::LParen) {
        // A query would need parentheses of its own.
        if ["select", "values", "with"].iter().any(|w| p.at(w)) {
            return p.unexpected();
        }
        p.parser.prev_token();
    } else if !matches!(p.parser.peek_token_ref().token, Token::Word(_)) {
        return p.unexpected();
    }
    let (expr, collation) = match p.parser.parse_prefix()? {
        Expr::Collate { expr, collation } => (*expr, Some(qualified(&collation))),
        expr => (expr, None),
    };
    if matches!(expr, Expr::CompoundIdentifier(_) | Expr::Value(_)) {
        p.parser.prev_token();
        return p.unexpected();
    }
    let collation = if collation.is_none() && p.eat("collate") { Some(p.qualified()?) } else { collation };
    let named = !p.at_token(&Token::Comma) && !p.at_token(&Token::RParen);
    let class = if named { Some(p.qualified()?) } else { None };
    Ok(PartitionElement { expr, collation, class, span })
}

/// FOR VALUES … or DEFAULT.
pub(super) fn bound(p: &mut Words<'_, '_>) -> Parse<BoundSpec> {
    let named = !p.at("default");
    if named {
        p.expect("for values")?;
    }
    let span = p.parser.peek_token_ref().span;
    let kind = if !named && p.eat("default") {
        BoundKind::Default
    } else if p.eat("in") {
        BoundKind::List(p.list(Words::expr)?)
    } else if p.eat("from") {
        let from = p.list(Words::expr)?;
        p.expect("to")?;
        BoundKind::Range { from, to: p.list(Words::expr)? }
    } else {
        p.expect("with")?;
        BoundKind::Hash(p.list(|p| {
            let span = p.parser.peek_token_ref().span;
            let name = p.label()?;
            // There is no sign before these numbers.
            if !matches!(p.parser.peek_token_ref().token, Token::Number(..)) {
                return p.unexpected();
            }
            Ok((name, span, p.integer()?))
        })?)
    };
    Ok(BoundSpec { kind, span })
}

/// ATTACH or DETACH PARTITION of a table or index, if it is next: an action that stands alone.
pub(super) fn action(p: &mut Words<'_, '_>, kind: ObjectKind) -> Parse<Option<AlterAction>> {
    if kind == ObjectKind::Index && p.eat("attach partition") {
        return Ok(Some(AlterAction::AttachIndex(p.qualified()?)));
    }
    if kind != ObjectKind::Table {
        return Ok(None);
    }
    if p.eat("attach partition") {
        let partition = p.qualified()?;
        return Ok(Some(AlterAction::AttachPartition { partition, bound: bound(p)? }));
    }
    if p.eat("detach partition") {
        let partition = p.qualified()?;
        let how = if p.eat("concurrently") {
            Detach::Concurrently
        } else if p.eat("finalize") {
            Detach::Finalize
        } else {
            Detach::Plain
        };
        return Ok(Some(AlterAction::DetachPartition { partition, how }));
    }
    Ok(None)
}
