//! CREATE, ALTER and DROP of functions and procedures.

use gavel_catalog::function::{FunctionKind, Mode};
use sqlparser::ast::DataType;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::Token;

use super::ast::{
    AlterFunction, CreateFunction, Ddl, DropFunction, FunctionAction, FunctionBody, FunctionName, FunctionOption,
    FunctionResult, FunctionType, ParameterDef, WrittenKind,
};
use super::words::{Parse, Words};
use crate::bind::column_type::OF_COLUMN;

/// FUNCTION, PROCEDURE or ROUTINE.
pub(super) fn kind(p: &mut Words<'_, '_>) -> Option<WrittenKind> {
    [
        ("function", WrittenKind::Only(FunctionKind::Function)),
        ("procedure", WrittenKind::Only(FunctionKind::Procedure)),
        ("routine", WrittenKind::Routine),
    ]
    .into_iter()
    .find(|(word, _)| p.eat(word))
    .map(|(_, kind)| kind)
}

/// What follows CREATE [OR REPLACE] FUNCTION or PROCEDURE.
pub(super) fn create(p: &mut Words<'_, '_>, kind: FunctionKind, or_replace: bool) -> Parse<Ddl> {
    let name = p.qualified()?;
    let mut parameters = parameters(p, parameter_with_default)?;
    let result = if kind == FunctionKind::Function && p.eat("returns") { Some(result(p)?) } else { None };
    if let Some(FunctionResult::Table(columns)) = &result {
        parameters.extend(columns.iter().cloned());
    }
    let mut options = Vec::new();
    let mut body = None;
    while !p.at_end() {
        if p.eat("return") {
            body = Some(FunctionBody::Return(p.text_of(Words::expr)?));
        } else if p.eat("begin atomic") {
            body = Some(FunctionBody::Atomic(atomic(p)?));
        } else if p.eat("as") {
            let text = p.string()?;
            let link = if p.eat_token(&Token::Comma) { Some(p.string()?) } else { None };
            options.push(FunctionOption::As(text, link));
        } else {
            options.push(option(p)?);
        }
    }
    Ok(Ddl::CreateFunction(Box::new(CreateFunction { kind, name, or_replace, parameters, result, options, body })))
}

/// `( parameter, … )`, perhaps empty.
fn parameters<T>(p: &mut Words<'_, '_>, one: impl FnMut(&mut Words<'_, '_>) -> Parse<T>) -> Parse<Vec<T>> {
    p.expect_token(&Token::LParen)?;
    let out = if p.at_token(&Token::RParen) { Vec::new() } else { p.commas(one)? };
    p.expect_token(&Token::RParen)?;
    Ok(out)
}

fn parameter_with_default(p: &mut Words<'_, '_>) -> Parse<ParameterDef> {
    let mut parameter = parameter(p)?;
    if p.eat("default") || p.eat_token(&Token::Eq) {
        parameter.default = Some(p.expr()?);
    }
    Ok(parameter)
}

/// `[mode] [name] type` or `name mode type`.
pub(super) fn parameter(p: &mut Words<'_, '_>) -> Parse<ParameterDef> {
    let before = mode(p);
    let name = if names_parameter(p) { p.label()? } else { String::new() };
    let mode = match before {
        None if !name.is_empty() => mode(p),
        before => before,
    };
    let ty = function_type(p)?;
    Ok(ParameterDef { name, mode: mode.unwrap_or(Mode::In), ty, default: None })
}

fn mode(p: &mut Words<'_, '_>) -> Option<Mode> {
    if p.eat("in out") || p.eat("inout") {
        return Some(Mode::InOut);
    }
    [("in", Mode::In), ("out", Mode::Out), ("variadic", Mode::Variadic)]
        .into_iter()
        .find(|(word, _)| p.eat(word))
        .map(|(_, mode)| mode)
}

/// Whether the next word is a parameter's name: what follows it begins a type, and they are not one together.
fn names_parameter(p: &Words<'_, '_>) -> bool {
    if !matches!(p.parser.peek_token_ref().token, Token::Word(_)) {
        return false;
    }
    let Token::Word(next) = &p.parser.peek_nth_token_ref(1).token else { return false };
    if next.quote_style.is_none() && next.value.eq_ignore_ascii_case("default") {
        return false;
    }
    // The arguments of an aggregate go on with ORDER BY.
    let by = |token: &Token| matches!(token, Token::Word(w) if w.value.eq_ignore_ascii_case("by"));
    if next.quote_style.is_none()
        && next.value.eq_ignore_ascii_case("order")
        && by(&p.parser.peek_nth_token_ref(2).token)
    {
        return false;
    }
    let together = [
        "double precision",
        "character varying",
        "char varying",
        "national char",
        "national character",
        "nchar varying",
        "bit varying",
        "time with",
        "time without",
        "timestamp with",
        "timestamp without",
        "interval year",
        "interval month",
        "interval day",
        "interval hour",
        "interval minute",
        "interval second",
        "setof",
    ];
    !together.iter().any(|words| p.at(words))
}

fn function_type(p: &mut Words<'_, '_>) -> Parse<FunctionType> {
    let set = p.eat("setof");
    let mut ty = p.data_type()?;
    if p.at_token(&Token::Mod) {
        // `table.column%TYPE`
        let DataType::Custom(name, modifiers) = &mut ty else { return p.unexpected() };
        let of_column = name.0.len() > 1 && modifiers.is_empty();
        if !of_column || !matches!(&p.parser.peek_nth_token_ref(1).token, Token::Word(w) if w.keyword == Keyword::TYPE)
        {
            return p.unexpected();
        }
        modifiers.push(OF_COLUMN.to_owned());
        p.parser.advance_token();
        p.parser.advance_token();
    }
    Ok(FunctionType { ty, set })
}

fn result(p: &mut Words<'_, '_>) -> Parse<FunctionResult> {
    if p.at("table") && p.parser.peek_nth_token_ref(1).token == Token::LParen {
        p.expect("table")?;
        let columns = p.list(|p| {
            let name = p.name()?;
            let ty = function_type(p)?;
            Ok(ParameterDef { name, mode: Mode::Table, ty, default: None })
        })?;
        return Ok(FunctionResult::Table(columns));
    }
    Ok(FunctionResult::Type(function_type(p)?))
}

/// The statements up to END.
fn atomic(p: &mut Words<'_, '_>) -> Parse<Vec<String>> {
    let mut statements = Vec::new();
    loop {
        if p.eat_token(&Token::SemiColon) {
            continue;
        }
        if p.eat("end") {
            return Ok(statements);
        }
        let statement =
            if p.eat("return") { format!("SELECT {}", p.text_of(Words::expr)?) } else { p.text_of(skip_statement)? };
        statements.push(statement);
        if !p.at("end") {
            p.expect_token(&Token::SemiColon)?;
        }
    }
}

/// Passes a statement of a body, which is parsed when its text stands alone.
fn skip_statement(p: &mut Words<'_, '_>) -> Parse<&'static str> {
    let (mut parentheses, mut cases) = (0_usize, 0_usize);
    loop {
        match &p.parser.peek_token_ref().token {
            Token::EOF => return p.unexpected(),
            Token::SemiColon if parentheses == 0 => return Ok(""),
            Token::LParen => parentheses += 1,
            Token::RParen => parentheses = parentheses.saturating_sub(1),
            _ if p.at("case") => cases += 1,
            _ if p.at("end") && cases == 0 => return Ok(""),
            _ if p.at("end") => cases -= 1,
            _ => {}
        }
        p.parser.advance_token();
    }
}

/// An option that CREATE and ALTER share, or one of CREATE.
fn option(p: &mut Words<'_, '_>) -> Parse<FunctionOption> {
    if let Some(option) = common_option(p)? {
        return Ok(option);
    }
    if p.eat("language") {
        let quoted = matches!(p.parser.peek_token_ref().token, Token::SingleQuotedString(_));
        return Ok(FunctionOption::Language(if quoted { p.string()?.to_lowercase() } else { p.label()? }));
    }
    if p.eat("window") {
        return Ok(FunctionOption::Window);
    }
    if p.eat("transform") {
        p.commas(|p| {
            p.expect("for type")?;
            p.data_type()
        })?;
        return Ok(FunctionOption::Transform);
    }
    p.unexpected()
}

fn common_option(p: &mut Words<'_, '_>) -> Parse<Option<FunctionOption>> {
    use FunctionOption as O;
    Ok(Some(if p.eat("immutable") {
        O::Volatility('i')
    } else if p.eat("stable") {
        O::Volatility('s')
    } else if p.eat("volatile") {
        O::Volatility('v')
    } else if p.eat("strict") || p.eat("returns null on null input") {
        O::Strict(true)
    } else if p.eat("called on null input") {
        O::Strict(false)
    } else if p.eat("external security definer") || p.eat("security definer") {
        O::SecurityDefiner(true)
    } else if p.eat("external security invoker") || p.eat("security invoker") {
        O::SecurityDefiner(false)
    } else if p.eat("not leakproof") {
        O::Leakproof(false)
    } else if p.eat("leakproof") {
        O::Leakproof(true)
    } else if p.eat("cost") {
        O::Cost(number(p)?)
    } else if p.eat("rows") {
        O::Rows(number(p)?)
    } else if p.eat("support") {
        p.qualified()?;
        O::Support
    } else if p.eat("parallel") {
        O::Parallel(p.label()?)
    } else if p.eat("set") {
        setting(p)?
    } else if p.eat("reset") {
        O::Reset(if p.eat("all") { None } else { Some(setting_name(p)?) })
    } else {
        return Ok(None);
    }))
}

fn number(p: &mut Words<'_, '_>) -> Parse<f32> {
    let text = p.option_value()?;
    match text.parse() {
        Ok(number) => Ok(number),
        Err(_) => {
            p.parser.prev_token();
            p.unexpected()
        }
    }
}

fn setting_name(p: &mut Words<'_, '_>) -> Parse<String> {
    let mut name = p.label()?;
    while p.eat_token(&Token::Period) {
        name = format!("{name}.{}", p.label()?);
    }
    Ok(name)
}

/// What follows SET.
fn setting(p: &mut Words<'_, '_>) -> Parse<FunctionOption> {
    let name = setting_name(p)?;
    if p.eat("from current") {
        return Ok(FunctionOption::Set { name, values: None });
    }
    if !p.eat_token(&Token::Eq) {
        p.expect("to")?;
    }
    if p.eat("default") {
        return Ok(FunctionOption::Reset(Some(name)));
    }
    let values = p.commas(|p| {
        let quoted = matches!(&p.parser.peek_token_ref().token, Token::Word(w) if w.quote_style.is_some());
        let value = p.option_value()?;
        Ok(if quoted { value } else { value.to_lowercase() })
    })?;
    Ok(FunctionOption::Set { name, values: Some(values) })
}

/// A function with or without its parameters, as ALTER, DROP and COMMENT name it.
pub(super) fn function_name(p: &mut Words<'_, '_>) -> Parse<FunctionName> {
    let name = p.qualified()?;
    let parameters = if p.at_token(&Token::LParen) { Some(parameters(p, parameter)?) } else { None };
    Ok(FunctionName { name, parameters })
}

/// What follows DROP FUNCTION and its kin.
pub(super) fn drop(p: &mut Words<'_, '_>, kind: WrittenKind) -> Parse<Ddl> {
    let if_exists = p.eat("if exists");
    let names = p.commas(function_name)?;
    Ok(Ddl::DropFunction(DropFunction { kind, names, if_exists, cascade: p.cascade() }))
}

/// What follows ALTER FUNCTION and its kin.
pub(super) fn alter(p: &mut Words<'_, '_>, kind: WrittenKind) -> Parse<Ddl> {
    let name = function_name(p)?;
    let action = if p.eat("rename to") {
        FunctionAction::Rename(p.name()?)
    } else if p.eat("owner to") {
        FunctionAction::Owner(p.label()?)
    } else if p.eat("set schema") {
        FunctionAction::SetSchema(p.name()?)
    } else if p.at("depends on") || p.at("no depends on") {
        p.skip_rest();
        return Ok(Ddl::Unsupported("ALTER FUNCTION ... DEPENDS ON EXTENSION".into()));
    } else {
        let mut options = Vec::new();
        while let Some(option) = common_option(p)? {
            options.push(option);
        }
        if options.is_empty() {
            return p.unexpected();
        }
        p.eat("restrict");
        FunctionAction::Options(options)
    };
    Ok(Ddl::AlterFunction(AlterFunction { kind, name, action }))
}
