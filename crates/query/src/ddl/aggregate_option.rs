//! What CREATE AGGREGATE says of an aggregate.

use gavel_binder::ddl::ast::{Attribute, QualifiedName};
use gavel_types::{SqlError, SqlResult, SqlState};
use sqlparser::ast::{DataType, Ident, ObjectName};

use super::function::invalid;

/// The steps, plain or moving.
#[derive(Default)]
pub(super) struct WrittenSteps {
    pub transition: Option<QualifiedName>,
    pub inverse: Option<QualifiedName>,
    pub state: Option<DataType>,
    pub space: i32,
    pub initial: Option<String>,
    pub finish: Option<QualifiedName>,
    pub extra: bool,
    pub modify: Option<char>,
}

/// All attributes.
#[derive(Default)]
pub(super) struct Written {
    pub plain: WrittenSteps,
    pub moving: WrittenSteps,
    pub combine: Option<QualifiedName>,
    pub serialize: Option<QualifiedName>,
    pub deserialize: Option<QualifiedName>,
    pub sort_operator: Option<QualifiedName>,
    /// BASETYPE, of the old syntax.
    pub base: Option<Attribute>,
    pub hypothetical: bool,
    pub parallel: Option<String>,
    /// Attributes that there are not.
    pub unknown: Vec<String>,
}

fn malformed(message: String) -> SqlError {
    SqlError::new(SqlState::SyntaxError, message)
}

/// The text of a value of any form.
fn text(name: &str, value: &Attribute) -> SqlResult<String> {
    match value {
        Attribute::On => Err(malformed(format!("{name} requires a parameter"))),
        Attribute::Text(text) | Attribute::Number(text) => Ok(text.clone()),
        Attribute::Operator(operator) => Ok(operator.to_string()),
        Attribute::Name(words, _) => Ok(words.to_string()),
    }
}

pub(super) fn named(name: &str, value: &Attribute) -> SqlResult<Option<QualifiedName>> {
    match value {
        Attribute::On => Err(malformed(format!("{name} requires a parameter"))),
        Attribute::Text(text) => Ok(Some(QualifiedName(vec![text.clone()]))),
        Attribute::Operator(found) | Attribute::Name(found, _) => Ok(Some(found.clone())),
        Attribute::Number(_) => Err(malformed(format!("argument of {name} must be a name"))),
    }
}

/// The type that is meant.
pub(super) fn type_of(name: &str, value: &Attribute) -> SqlResult<DataType> {
    match value {
        Attribute::On => Err(malformed(format!("{name} requires a parameter"))),
        Attribute::Name(_, ty) => Ok(ty.clone()),
        Attribute::Text(text) => Ok(DataType::Custom(ObjectName::from(vec![Ident::new(text.as_str())]), Vec::new())),
        Attribute::Operator(_) | Attribute::Number(_) => {
            Err(malformed(format!("argument of {name} must be a type name")))
        }
    }
}

pub(super) fn boolean(name: &str, value: &Attribute) -> SqlResult<bool> {
    if *value == Attribute::On {
        return Ok(true);
    }
    match text(name, value)?.to_lowercase().as_str() {
        "true" | "on" | "1" => Ok(true),
        "false" | "off" | "0" => Ok(false),
        _ => Err(malformed(format!("{name} requires a Boolean value"))),
    }
}

fn whole(name: &str, value: &Attribute) -> SqlResult<i32> {
    let number = match value {
        Attribute::Number(number) => number.parse().ok(),
        _ => None,
    };
    number.ok_or_else(|| malformed(format!("{name} requires an integer value")))
}

fn modify(name: &str, value: &Attribute) -> SqlResult<Option<char>> {
    match text(name, value)?.as_str() {
        "read_only" => Ok(Some('r')),
        "shareable" => Ok(Some('s')),
        "read_write" => Ok(Some('w')),
        _ => Err(malformed(format!("parameter \"{name}\" must be READ_ONLY, SHAREABLE, or READ_WRITE"))),
    }
}

impl Written {
    /// # Errors
    /// 42601 for a value of the wrong form; 42P13 for what does not go together.
    pub(super) fn of(attributes: &[(String, Attribute)], ordered_set: bool) -> SqlResult<Self> {
        let mut out = Self::default();
        for (name, value) in attributes {
            let name = name.as_str();
            match name {
                "sfunc" | "sfunc1" => out.plain.transition = named(name, value)?,
                "finalfunc" => out.plain.finish = named(name, value)?,
                "combinefunc" => out.combine = named(name, value)?,
                "serialfunc" => out.serialize = named(name, value)?,
                "deserialfunc" => out.deserialize = named(name, value)?,
                "msfunc" => out.moving.transition = named(name, value)?,
                "minvfunc" => out.moving.inverse = named(name, value)?,
                "mfinalfunc" => out.moving.finish = named(name, value)?,
                "finalfunc_extra" => out.plain.extra = boolean(name, value)?,
                "mfinalfunc_extra" => out.moving.extra = boolean(name, value)?,
                "finalfunc_modify" => out.plain.modify = modify(name, value)?,
                "mfinalfunc_modify" => out.moving.modify = modify(name, value)?,
                "sortop" => out.sort_operator = named(name, value)?,
                "basetype" => out.base = Some(value.clone()),
                "hypothetical" => {
                    if boolean(name, value)? {
                        if !ordered_set {
                            return Err(invalid("only ordered-set aggregates can be hypothetical"));
                        }
                        out.hypothetical = true;
                    }
                }
                "stype" | "stype1" => out.plain.state = Some(type_of(name, value)?),
                "sspace" => out.plain.space = whole(name, value)?,
                "mstype" => out.moving.state = Some(type_of(name, value)?),
                "msspace" => out.moving.space = whole(name, value)?,
                "initcond" | "initcond1" => out.plain.initial = Some(text(name, value)?),
                "minitcond" => out.moving.initial = Some(text(name, value)?),
                "parallel" => out.parallel = Some(text(name, value)?),
                other => out.unknown.push(other.to_owned()),
            }
        }
        Ok(out)
    }

    /// What must be there, and what must not without something else.
    ///
    /// # Errors
    /// 42P13.
    pub(super) fn require_whole(&self) -> SqlResult<()> {
        let missing = |what: &str| Err(invalid(format!("aggregate {what}")));
        if self.plain.state.is_none() {
            return missing("stype must be specified");
        }
        if self.plain.transition.is_none() {
            return missing("sfunc must be specified");
        }
        let moving = &self.moving;
        if moving.state.is_some() {
            if moving.transition.is_none() {
                return missing("msfunc must be specified when mstype is specified");
            }
            if moving.inverse.is_none() {
                return missing("minvfunc must be specified when mstype is specified");
            }
            return Ok(());
        }
        let present = [
            (moving.transition.is_some(), "msfunc"),
            (moving.inverse.is_some(), "minvfunc"),
            (moving.finish.is_some(), "mfinalfunc"),
            (moving.space != 0, "msspace"),
            (moving.initial.is_some(), "minitcond"),
        ];
        match present.iter().find(|(present, _)| *present) {
            Some((_, name)) => missing(&format!("{name} must not be specified without mstype")),
            None => Ok(()),
        }
    }

    /// `pg_proc.proparallel`.
    ///
    /// # Errors
    /// 42601.
    pub(super) fn parallel(&self) -> SqlResult<char> {
        match self.parallel.as_deref() {
            None | Some("unsafe") => Ok('u'),
            Some("safe") => Ok('s'),
            Some("restricted") => Ok('r'),
            Some(_) => Err(malformed("parameter \"parallel\" must be SAFE, RESTRICTED, or UNSAFE".to_owned())),
        }
    }
}
