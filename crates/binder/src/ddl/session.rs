//! Statements that concern a session or its transaction and change no catalog: cursors, LOCK, SET
//! CONSTRAINTS, DISCARD, LISTEN and NOTIFY.

use sqlparser::ast::{Declare, DeclareType, Ident, Statement};
use sqlparser::tokenizer::Token;

use super::ast::{DiscardTarget, FetchDirection, SessionCommand, TableLockMode};
use super::parser::table_ref;
use super::words::{Parse, Words};

/// One of these statements; `None` if it is another.
pub(super) fn command(p: &mut Words<'_, '_>) -> Parse<Option<SessionCommand>> {
    Ok(Some(if p.eat("set constraints") {
        let names = if p.eat("all") { None } else { Some(p.commas(Words::qualified)?) };
        let deferred = p.eat("deferred");
        if !deferred {
            p.expect("immediate")?;
        }
        SessionCommand::SetConstraints { names, deferred }
    } else if p.eat("prepare transaction") {
        p.string()?;
        SessionCommand::PrepareTransaction
    } else if p.eat("do") {
        do_block(p)?
    } else if p.eat("fetch") {
        fetch(p, false)?
    } else if p.eat("move") {
        fetch(p, true)?
    } else if p.eat("close") {
        SessionCommand::Close { cursor: if p.eat("all") { None } else { Some(p.name()?) } }
    } else if p.eat("lock") {
        lock(p)?
    } else if p.eat("discard") {
        SessionCommand::Discard(discard(p)?)
    } else if p.eat("listen") {
        SessionCommand::Listen { channel: p.name()? }
    } else if p.eat("unlisten") {
        SessionCommand::Unlisten { channel: if p.eat_token(&Token::Mul) { None } else { Some(p.name()?) } }
    } else if p.eat("notify") {
        let channel = p.name()?;
        let payload = if p.eat_token(&Token::Comma) { p.parser.parse_literal_string()? } else { String::new() };
        SessionCommand::Notify { channel, payload }
    } else {
        return Ok(None);
    }))
}

/// What follows DO: the code, and its language before or after it.
fn do_block(p: &mut Words<'_, '_>) -> Parse<SessionCommand> {
    let (mut language, mut code) = (None, None);
    while !p.at_end() {
        if language.is_none() && p.eat("language") {
            let quoted = matches!(p.parser.peek_token_ref().token, Token::SingleQuotedString(_));
            language = Some(if quoted { p.string()?.to_lowercase() } else { p.label()? });
        } else if code.is_none() {
            code = Some(p.string()?);
        } else {
            return p.unexpected();
        }
    }
    match code {
        Some(code) => Ok(SessionCommand::Do { language, code }),
        None => p.unexpected(),
    }
}

fn fetch(p: &mut Words<'_, '_>, moves: bool) -> Parse<SessionCommand> {
    let direction = direction(p)?;
    let _ = p.eat("from") || p.eat("in");
    Ok(SessionCommand::Fetch { cursor: p.name()?, direction, moves })
}

/// No word of a direction is reserved but ALL, so that a last word is always the cursor's name.
fn direction(p: &mut Words<'_, '_>) -> Parse<FetchDirection> {
    use FetchDirection as D;
    let last = p.parser.peek_nth_token_ref(1).token == Token::EOF;
    let eat = |p: &mut Words<'_, '_>, word: &str| (!last || word == "all") && p.eat(word);
    Ok(if eat(p, "next") {
        D::Forward(Some(1))
    } else if eat(p, "prior") {
        D::Backward(Some(1))
    } else if eat(p, "first") {
        D::Absolute(1)
    } else if eat(p, "last") {
        D::Absolute(-1)
    } else if eat(p, "absolute") {
        D::Absolute(signed(p)?)
    } else if eat(p, "relative") {
        D::Relative(signed(p)?)
    } else if eat(p, "all") {
        D::Forward(None)
    } else if eat(p, "forward") {
        D::Forward(steps(p)?)
    } else if eat(p, "backward") {
        D::Backward(steps(p)?)
    } else if at_number(p) {
        D::Forward(Some(signed(p)?))
    } else {
        D::Forward(Some(1))
    })
}

/// What follows FORWARD and BACKWARD: a number, ALL, or nothing, which is 1.
fn steps(p: &mut Words<'_, '_>) -> Parse<Option<i32>> {
    if p.eat("all") {
        return Ok(None);
    }
    if at_number(p) { signed(p).map(Some) } else { Ok(Some(1)) }
}

fn at_number(p: &Words<'_, '_>) -> bool {
    matches!(p.parser.peek_token_ref().token, Token::Number(..) | Token::Minus | Token::Plus)
}

fn signed(p: &mut Words<'_, '_>) -> Parse<i32> {
    let negative = p.eat_token(&Token::Minus);
    if !negative {
        p.eat_token(&Token::Plus);
    }
    let number = match &p.parser.peek_token_ref().token {
        Token::Number(text, _) => text.parse::<i32>().ok(),
        _ => None,
    };
    let Some(number) = number else { return p.unexpected() };
    p.parser.advance_token();
    Ok(if negative { -number } else { number })
}

fn lock(p: &mut Words<'_, '_>) -> Parse<SessionCommand> {
    p.eat("table");
    let tables = p.commas(table_ref)?;
    let mode = if p.eat("in") {
        let mode = lock_mode(p)?;
        p.expect("mode")?;
        mode
    } else {
        TableLockMode::AccessExclusive
    };
    // Nothing waits here anyway.
    p.eat("nowait");
    Ok(SessionCommand::Lock { tables, mode })
}

fn lock_mode(p: &mut Words<'_, '_>) -> Parse<TableLockMode> {
    use TableLockMode as M;
    for (words, mode) in [
        ("access share", M::AccessShare),
        ("row share", M::RowShare),
        ("row exclusive", M::RowExclusive),
        ("share update exclusive", M::ShareUpdateExclusive),
        ("share row exclusive", M::ShareRowExclusive),
        ("share", M::Share),
        ("exclusive", M::Exclusive),
        ("access exclusive", M::AccessExclusive),
    ] {
        if p.eat(words) {
            return Ok(mode);
        }
    }
    p.unexpected()
}

fn discard(p: &mut Words<'_, '_>) -> Parse<DiscardTarget> {
    Ok(if p.eat("all") {
        DiscardTarget::All
    } else if p.eat("plans") {
        DiscardTarget::Plans
    } else if p.eat("sequences") {
        DiscardTarget::Sequences
    } else if p.eat("temp") || p.eat("temporary") {
        DiscardTarget::Temp
    } else {
        return p.unexpected();
    })
}

/// DECLARE CURSOR, whose options come in any order.
pub(super) fn declare(p: &mut Words<'_, '_>) -> Parse<(Statement, Option<[&'static str; 2]>)> {
    p.expect("declare")?;
    let name = Ident::with_quote('"', p.name()?);
    let (mut binary, mut scroll, mut sensitive) = (false, [false; 2], [false; 2]);
    loop {
        if p.eat("no scroll") {
            scroll[1] = true;
        } else if p.eat("scroll") {
            scroll[0] = true;
        } else if p.eat("binary") {
            binary = true;
        } else if p.eat("asensitive") {
            sensitive[1] = true;
        } else if p.eat("insensitive") {
            sensitive[0] = true;
        } else {
            break;
        }
    }
    p.expect("cursor")?;
    let hold = if p.eat("with hold") {
        true
    } else {
        p.eat("without hold");
        false
    };
    p.expect("for")?;
    let query = p.parser.parse_query()?;
    let clash = match (scroll, sensitive) {
        ([true, true], _) => Some(["SCROLL", "NO SCROLL"]),
        (_, [true, true]) => Some(["ASENSITIVE", "INSENSITIVE"]),
        _ => None,
    };
    let declare = Declare {
        names: vec![name],
        data_type: None,
        assignment: None,
        declare_type: Some(DeclareType::Cursor),
        binary: Some(binary),
        sensitive: (sensitive[0] || sensitive[1]).then_some(sensitive[0]),
        scroll: (scroll[0] || scroll[1]).then_some(scroll[0]),
        hold: Some(hold),
        for_query: Some(query),
    };
    Ok((Statement::Declare { stmts: vec![declare] }, clash))
}
