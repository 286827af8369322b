//! Functions and procedures of users, whose bodies are SQL or PL/pgSQL.
//!
//! # Names
//! One name may stand for several functions that differ in the types of their input parameters, so that what is
//! unique in a schema is the [`signature`]. SQL text that descriptors keep names a function by its number
//! ([`gavel_types::text_io::numbered_function`]): it goes on meaning the same one whatever is called how.

use gavel_types::Oid;
use serde::{Deserialize, Serialize};

use crate::acl::Acl;
use crate::aggregate::AggregateDefinition;

/// How a value gets in or out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    In,
    Out,
    InOut,
    /// The last input: an array of what the caller gives one by one.
    Variadic,
    /// A column of `RETURNS TABLE`.
    Table,
}

impl Mode {
    pub const fn is_input(self) -> bool {
        matches!(self, Self::In | Self::InOut | Self::Variadic)
    }

    pub const fn is_output(self) -> bool {
        matches!(self, Self::Out | Self::InOut | Self::Table)
    }

    /// `pg_proc.proargmodes`.
    pub const fn letter(self) -> char {
        match self {
            Self::In => 'i',
            Self::Out => 'o',
            Self::InOut => 'b',
            Self::Variadic => 'v',
            Self::Table => 't',
        }
    }
}

/// A parameter, or a column of `RETURNS TABLE`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// Empty if it has none.
    pub name: String,
    pub mode: Mode,
    /// As declared, domains and polymorphic types among them. Modifiers of types are not kept, as in PostgreSQL.
    pub ty: Oid,
    /// SQL text that binds without a `search_path`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
}

/// What runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Body {
    /// A string, as it was written: statements whose names are looked up at each call.
    Text(String),
    /// `RETURN expression`; its text binds without a `search_path`, as do those of the statements below.
    Return(String),
    /// `BEGIN ATOMIC … END`.
    Atomic(Vec<String>),
    /// A body in PL/pgSQL, as it was written.
    Plpgsql(String),
    /// Of an aggregate, which calls other functions.
    Aggregate(Box<AggregateDefinition>),
    /// A function that is built in, by its internal name (`pg_proc.prosrc`).
    Internal(String),
}

impl Body {
    /// `pg_language.lanname`.
    pub const fn language(&self) -> &'static str {
        match self {
            Self::Plpgsql(_) => "plpgsql",
            Self::Text(_) | Self::Return(_) | Self::Atomic(_) => "sql",
            Self::Aggregate(_) | Self::Internal(_) => "internal",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FunctionKind {
    Function,
    Procedure,
    Aggregate,
}

impl FunctionKind {
    /// As messages say it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Procedure => "procedure",
            Self::Aggregate => "aggregate",
        }
    }
}

/// `CREATE FUNCTION`, `CREATE PROCEDURE` or `CREATE AGGREGATE`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Function {
    pub oid: Oid,
    pub schema: Oid,
    pub name: String,
    pub owner: Oid,
    pub version: u64,
    pub kind: FunctionKind,
    pub parameters: Vec<Parameter>,
    /// As declared; `record` for several outputs, `void` for a procedure without any.
    pub result: Oid,
    /// Returns any number of rows.
    pub set: bool,
    pub body: Body,
    /// `pg_proc.provolatile`: `i`, `s` or `v`.
    pub volatility: char,
    /// NULL in, NULL out, without a call.
    #[serde(default)]
    pub strict: bool,
    /// Its body runs with the rights of its owner.
    #[serde(default)]
    pub security_definer: bool,
    #[serde(default)]
    pub leakproof: bool,
    /// `pg_proc.proparallel`: `s`, `r` or `u`.
    pub parallel: char,
    pub cost: f32,
    /// Estimated rows; 0 if it does not return a set.
    pub rows: f32,
    /// `name=value`, as `pg_proc.proconfig`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settings: Vec<String>,
    /// Objects that its defaults, and a body that is no string, use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<Oid>,
    /// Privileges that were granted on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acl: Acl,
}

impl Function {
    /// What a call gives, in order.
    pub fn inputs(&self) -> impl DoubleEndedIterator<Item = &Parameter> + Clone {
        self.parameters.iter().filter(|p| p.mode.is_input())
    }

    pub fn input_types(&self) -> Vec<Oid> {
        self.inputs().map(|p| p.ty).collect()
    }

    /// What comes back by name.
    pub fn outputs(&self) -> impl Iterator<Item = &Parameter> + Clone {
        self.parameters.iter().filter(|p| p.mode.is_output())
    }

    /// How many of the last inputs have defaults.
    pub fn defaults(&self) -> usize {
        self.inputs().filter(|p| p.default.is_some()).count()
    }

    pub fn is_variadic(&self) -> bool {
        self.parameters.iter().any(|p| p.mode == Mode::Variadic)
    }

    pub fn is_procedure(&self) -> bool {
        self.kind == FunctionKind::Procedure
    }

    /// What an aggregate does; `None` if it is none.
    pub fn aggregate(&self) -> Option<&AggregateDefinition> {
        match &self.body {
            Body::Aggregate(definition) => Some(definition),
            _ => None,
        }
    }

    pub fn is_aggregate(&self) -> bool {
        self.kind == FunctionKind::Aggregate
    }

    /// See [`signature`].
    pub fn signature(&self) -> String {
        signature(&self.name, &self.input_types())
    }

    /// The value of a setting that a call runs under.
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.iter().find_map(|s| s.strip_prefix(name)?.strip_prefix('='))
    }
}

/// Name and input types: what no two functions of a schema share.
pub fn signature(name: &str, inputs: &[Oid]) -> String {
    let types: Vec<String> = inputs.iter().map(|ty| ty.0.to_string()).collect();
    format!("{name}({})", types.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Signatures are stored in keys.
    #[test]
    fn signatures_are_as_documented() {
        assert_eq!(signature("f", &[]), "f()");
        assert_eq!(signature("a b", &[Oid(23), Oid(25)]), "a b(23,25)");
    }
}
