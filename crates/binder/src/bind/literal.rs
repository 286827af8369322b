//! Literals: numbers take the smallest of integer, bigint, numeric; strings stay of unknown type until a
//! context gives them one and are read then. Names in `regclass` and its kin resolve here.

use gavel_functions::{registry, textsearch};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState, text_io};
use sqlparser::ast;

use super::Binder;
use super::function_name::functions_of_name;
use super::name::{Qualified, relation};
use super::scalar::{Typed, constant, scalar};
use super::typename::{format_type, resolve_type};
use crate::bound::ScalarKind;
use crate::parse::{self, Pos, string_value};

impl Binder<'_> {
    pub fn literal(&mut self, value: &ast::ValueWithSpan) -> SqlResult<Typed> {
        let pos = self.source.start(value.span);
        let typed = |s| Ok(Typed::new(s, pos));
        if let ast::Value::NationalStringLiteral(text) = &value.value {
            let literal = Typed::new(constant(Datum::text(text.as_str()), PgType::UNKNOWN), pos);
            return self.explicit_cast(literal, PgType::new(Oid::BPCHAR), pos);
        }
        if let Some(text) = string_value(&value.value) {
            return typed(constant(Datum::text(text), PgType::UNKNOWN));
        }
        match &value.value {
            ast::Value::Number(digits, _) => self.number(digits, pos),
            ast::Value::Boolean(b) => typed(constant(Datum::Bool(*b), PgType::BOOL)),
            ast::Value::Null => typed(constant(Datum::Null, PgType::UNKNOWN)),
            ast::Value::Placeholder(name) => self.parameter(name, pos),
            ast::Value::HexStringLiteral(digits) => {
                let bits = bits_of_hex(digits).ok_or_else(|| {
                    let text = format!("\"{digits}\" is not a valid hexadecimal digit");
                    self.error_at(SqlError::new(SqlState::InvalidTextRepresentation, text), pos)
                })?;
                self.bit_string(bits, pos)
            }
            ast::Value::SingleQuotedByteStringLiteral(bits) => self.bit_string(bits.clone(), pos),
            other => Err(self
                .error_at(SqlError::new(SqlState::SyntaxError, format!("syntax error at or near \"{other}\"")), pos)),
        }
    }

    fn bit_string(&mut self, bits: String, pos: Pos) -> SqlResult<Typed> {
        let literal = Typed::new(constant(Datum::text(bits), PgType::UNKNOWN), pos);
        self.resolve_unknown(literal, PgType::new(Oid::BIT))
    }

    fn number(&mut self, digits: &str, pos: Pos) -> SqlResult<Typed> {
        let value = if let Ok(n) = digits.parse::<i32>() {
            constant(Datum::Int4(n), PgType::INT4)
        } else if let Ok(n) = digits.parse::<i64>() {
            constant(Datum::Int8(n), PgType::INT8)
        } else {
            let value = text_io::parse(digits, PgType::NUMERIC, self.context.style);
            constant(value.map_err(|e| self.error_at(e, pos))?, PgType::NUMERIC)
        };
        Ok(Typed::new(value, pos))
    }

    /// `$n`.
    fn parameter(&mut self, name: &str, pos: Pos) -> SqlResult<Typed> {
        let number = name.strip_prefix('$').and_then(|n| n.parse::<usize>().ok());
        let own = self.parameters.as_ref().zip(number.and_then(|n| n.checked_sub(1)));
        if let Some((_, value)) = own.and_then(|(p, at)| p.values.get(at)) {
            return Ok(Typed::new(value.clone(), pos));
        }
        if let Some(value) = self.variable(&[ast::Ident::new(name)], pos)? {
            return Ok(value);
        }
        let index = match number {
            Some(n) if (1..=MAX_PARAMS).contains(&n) && self.allow_params => n - 1,
            _ => {
                let error = SqlError::new(SqlState::UndefinedParameter, format!("there is no parameter {name}"));
                return Err(self.error_at(error, pos));
            }
        };
        if self.params.len() <= index {
            self.params.resize(index + 1, PgType::UNKNOWN);
        }
        Ok(Typed::new(scalar(ScalarKind::Param(index), self.params[index]), pos))
    }

    /// Gives an unknown literal, NULL or parameter its type.
    ///
    /// # Errors
    /// What the type's input function says, with the literal's position; 42P08 for a parameter that has
    /// got another type meanwhile.
    pub fn resolve_unknown(&mut self, value: Typed, target: PgType) -> SqlResult<Typed> {
        let Typed { scalar: input, pos } = value;
        let out = match input.kind {
            ScalarKind::Const(Datum::Null) => constant(Datum::Null, target),
            ScalarKind::Const(Datum::Text(text)) => {
                let value = self.read_literal(&text, target).map_err(|e| self.error_at(e, pos))?;
                if let (Oid::REGCLASS, Datum::Oid(oid)) = (target.oid, &value) {
                    self.number_literal(pos, *oid);
                }
                match value {
                    // The domains of its fields are asked, as those of a row that was written out.
                    Datum::Record(fields) if self.has_domains(target.oid) => {
                        let items =
                            fields.iter().map(|(ty, value)| constant(value.clone(), PgType::new(*ty))).collect();
                        self.row_as(items, target, registry::CastContext::Explicit, pos)?
                    }
                    value => constant(value, target),
                }
            }
            ScalarKind::Param(index) => {
                let plain = PgType::new(target.oid);
                match self.params.get_mut(index) {
                    Some(known) if known.oid == Oid::UNKNOWN => *known = plain,
                    Some(known) if known.oid != target.oid => {
                        let known = *known;
                        let error = SqlError::new(
                            SqlState::AmbiguousParameter,
                            format!("inconsistent types deduced for parameter ${}", index + 1),
                        )
                        .detail(format!(
                            "{} versus {}",
                            format_type(known),
                            format_type(plain)
                        ));
                        return Err(self.error_at(error, pos));
                    }
                    _ => {}
                }
                scalar(ScalarKind::Param(index), plain)
            }
            // A column of unknown type, as a set operation's branch may have: its text is read.
            kind => {
                scalar(ScalarKind::CoerceViaIo { input: Box::new(scalar(kind, PgType::TEXT)) }, PgType::new(target.oid))
            }
        };
        Ok(Typed::new(out, pos))
    }

    /// Has the text that is being defined, of a view or a function's body, name a relation by its number.
    fn number_literal(&mut self, pos: Pos, oid: u32) {
        let Some(start) = pos.offset().filter(|_| self.edits.is_some()) else { return };
        let Some(inside) = self.source.text.get(start..).and_then(|t| t.strip_prefix('\'')) else { return };
        let mut end = 0;
        while let Some(quote) = inside.get(end..).and_then(|t| t.find('\'')) {
            end += quote;
            let after = &inside[end + 1..];
            if after.starts_with('\'') {
                end += 2;
                continue;
            }
            // Bodies of functions are shown from their text, where the cast tells what the number is.
            let cast = if self.parameters.is_some() && !after.starts_with("::") { "::regclass" } else { "" };
            self.edit(Some(start..start + end + 2), format!("'{oid}'{cast}"));
            return;
        }
    }

    fn read_literal(&mut self, text: &str, target: PgType) -> SqlResult<Datum> {
        match target.oid {
            Oid::TEXT | Oid::UNKNOWN => Ok(Datum::text(text)),
            Oid::REGCLASS
            | Oid::REGTYPE
            | Oid::REGPROC
            | Oid::REGPROCEDURE
            | Oid::REGNAMESPACE
            | Oid::REGROLE
            | Oid::REGCONFIG
            | Oid::REGDICTIONARY
                if !text.is_empty() && !text.bytes().all(|b| b.is_ascii_digit()) && text != "-" =>
            {
                self.named_object(text, target.oid).map(|oid| Datum::Oid(oid.0))
            }
            _ => text_io::parse(text, target, self.context.style),
        }
    }

    /// The object that a literal of type `regclass` and its kin names.
    fn named_object(&mut self, text: &str, ty: Oid) -> SqlResult<Oid> {
        let undefined = |what: &str, name: &str| {
            SqlError::new(SqlState::UndefinedObject, format!("{what} \"{name}\" does not exist"))
        };
        match ty {
            Oid::REGCLASS => {
                let name = self.name_in_text(text)?;
                let found = relation(self.context, &name)?;
                self.uses(found.oid());
                Ok(found.oid())
            }
            Oid::REGTYPE => {
                let ast::Expr::Cast { data_type, .. } = parse::parse_expression(&format!("null::{text}"))? else {
                    return Err(undefined("type", text));
                };
                resolve_type(self.context, &data_type).map(|t| t.oid)
            }
            Oid::REGPROC => {
                let name = self.name_in_text(text)?;
                match functions_of_name(self.context, &name).as_slice() {
                    [(one, _)] => Ok(*one),
                    [_, _, ..] => Err(SqlError::new(
                        SqlState::AmbiguousFunction,
                        format!("more than one function named \"{text}\""),
                    )),
                    [] => {
                        let message = format!("function \"{text}\" does not exist");
                        Err(SqlError::new(SqlState::UndefinedFunction, message))
                    }
                }
            }
            Oid::REGPROCEDURE => {
                let missing =
                    || SqlError::new(SqlState::UndefinedFunction, format!("function \"{text}\" does not exist"));
                let (name, args) = text.trim().strip_suffix(')').and_then(|t| t.split_once('(')).ok_or_else(missing)?;
                let name = self.name_in_text(name)?;
                let mut types = Vec::new();
                for arg in args.split(',').filter(|a| !a.trim().is_empty()) {
                    types.push(self.named_object(arg, Oid::REGTYPE)?);
                }
                let found = functions_of_name(self.context, &name);
                found.into_iter().find(|(_, args)| *args == types).map(|(oid, _)| oid).ok_or_else(missing)
            }
            Oid::REGNAMESPACE => {
                let name = self.name_in_text(text)?.name;
                match name.as_str() {
                    "pg_catalog" => Ok(gavel_catalog::system::PG_CATALOG),
                    "information_schema" => Ok(gavel_catalog::system::INFORMATION_SCHEMA),
                    _ => match self.context.catalog.schema(&name) {
                        Some(schema) => Ok(schema.oid),
                        None => {
                            let message = format!("schema \"{name}\" does not exist");
                            Err(SqlError::new(SqlState::InvalidSchemaName, message))
                        }
                    },
                }
            }
            Oid::REGCONFIG => {
                let name = self.name_in_text(text)?;
                let found = textsearch::configuration_named(name.schema.as_deref(), &name.name);
                found.ok_or_else(|| undefined("text search configuration", text))
            }
            Oid::REGDICTIONARY => {
                let name = self.name_in_text(text)?;
                let found = textsearch::dictionary_named(name.schema.as_deref(), &name.name);
                found.ok_or_else(|| undefined("text search dictionary", text))
            }
            _ => {
                let name = self.name_in_text(text)?.name;
                self.context.catalog.roles.get(&name).map(|r| r.oid).ok_or_else(|| undefined("role", &name))
            }
        }
    }

    /// A name inside a string, quoted and qualified as in SQL.
    pub fn name_in_text(&self, text: &str) -> SqlResult<Qualified> {
        let invalid = || SqlError::new(SqlState::InvalidName, "invalid name syntax");
        let idents = match parse::parse_expression(text) {
            Ok(ast::Expr::Identifier(i)) => vec![i],
            Ok(ast::Expr::CompoundIdentifier(parts)) => parts,
            // Quotes inside of a name that does not begin with one are parts of it.
            _ if is_bare_name(text.trim()) => vec![ast::Ident::with_quote('"', text.trim().to_lowercase())],
            _ => return Err(invalid()),
        };
        super::name::qualified(self.context, &ast::ObjectName::from(idents))
    }
}

/// Whether a text is one name that is not quoted, as `regrole` and its kin read it.
fn is_bare_name(text: &str) -> bool {
    let apart = |c: char| c == '.' || c.is_ascii_whitespace();
    !text.is_empty() && !text.starts_with('"') && !text.contains(apart)
}

/// Highest parameter number, as the wire protocol counts them.
const MAX_PARAMS: usize = 65_535;

fn bits_of_hex(digits: &str) -> Option<String> {
    digits.chars().map(|c| c.to_digit(16).map(|d| format!("{d:04b}"))).collect()
}
