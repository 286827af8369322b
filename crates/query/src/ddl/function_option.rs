//! What CREATE and ALTER FUNCTION say of a function besides parameters and body.

use gavel_binder::ddl::ast::FunctionOption;
use gavel_catalog::Function;
use gavel_catalog::function::FunctionKind;
use gavel_types::{SqlError, SqlResult, SqlState};

use super::function::invalid;
use super::names::quote;

/// The only setting that a function can have of its own: by it the names of its body are looked up.
const SEARCH_PATH: &str = "search_path";

/// Options, each at most once.
#[derive(Default)]
pub(super) struct Attributes<'a> {
    pub language: Option<&'a str>,
    /// AS.
    pub body: Option<&'a FunctionOption>,
    volatility: Option<char>,
    strict: Option<bool>,
    security_definer: Option<bool>,
    leakproof: Option<bool>,
    parallel: Option<char>,
    cost: Option<f32>,
    rows: Option<f32>,
    /// In the order in which they were written.
    settings: Vec<&'a FunctionOption>,
}

fn redundant() -> SqlError {
    SqlError::new(SqlState::SyntaxError, "conflicting or redundant options")
}

fn once<T>(slot: &mut Option<T>, value: T) -> SqlResult<()> {
    if slot.replace(value).is_some() { Err(redundant()) } else { Ok(()) }
}

impl<'a> Attributes<'a> {
    /// # Errors
    /// 42601 for an option that is there twice; 42P13 for one that procedures do not have; 0A000.
    pub(super) fn of(options: &'a [FunctionOption], kind: FunctionKind, creates: bool) -> SqlResult<Self> {
        use FunctionOption as O;
        let mut out = Self::default();
        for option in options {
            let of_functions = matches!(
                option,
                O::Volatility(_)
                    | O::Strict(_)
                    | O::Leakproof(_)
                    | O::Parallel(_)
                    | O::Cost(_)
                    | O::Rows(_)
                    | O::Window
                    | O::Support
            );
            if kind == FunctionKind::Procedure && of_functions {
                return Err(invalid("invalid attribute in procedure definition"));
            }
            match option {
                O::As(..) => once(&mut out.body, option)?,
                O::Language(name) => once(&mut out.language, name.as_str())?,
                O::Window => return Err(SqlError::unsupported("window functions in SQL are not supported")),
                O::Transform => return Err(SqlError::unsupported("transforms are not supported")),
                O::Support => return Err(SqlError::unsupported("planner support functions are not supported")),
                O::Volatility(letter) => once(&mut out.volatility, *letter)?,
                O::Strict(strict) => once(&mut out.strict, *strict)?,
                O::SecurityDefiner(definer) => once(&mut out.security_definer, *definer)?,
                O::Leakproof(leakproof) => once(&mut out.leakproof, *leakproof)?,
                O::Parallel(word) => {
                    let letter = match word.as_str() {
                        "safe" => 's',
                        "restricted" => 'r',
                        "unsafe" => 'u',
                        _ => {
                            let message = "parameter \"parallel\" must be SAFE, RESTRICTED, or UNSAFE";
                            return Err(SqlError::new(SqlState::SyntaxError, message));
                        }
                    };
                    once(&mut out.parallel, letter)?;
                }
                O::Cost(cost) => once(&mut out.cost, *cost)?,
                O::Rows(rows) => once(&mut out.rows, *rows)?,
                O::Set { .. } | O::Reset(_) => out.settings.push(option),
            }
        }
        let positive = |value: Option<f32>, word: &str| match value {
            Some(value) if value <= 0.0 => {
                Err(SqlError::new(SqlState::InvalidParameterValue, format!("{word} must be positive")))
            }
            _ => Ok(()),
        };
        positive(out.cost, "COST")?;
        positive(out.rows, "ROWS")?;
        debug_assert!(creates || out.body.is_none());
        Ok(out)
    }

    /// Gives them to a function.
    ///
    /// # Errors
    /// 22023 for ROWS of one row; 0A000 for a setting that cannot be kept.
    pub(super) fn apply(&self, function: &mut Function, search_path: &[String]) -> SqlResult<()> {
        if self.rows.is_some() && !function.set {
            let message = "ROWS is not applicable when function does not return a set";
            return Err(SqlError::new(SqlState::InvalidParameterValue, message));
        }
        function.volatility = self.volatility.unwrap_or(function.volatility);
        function.strict = self.strict.unwrap_or(function.strict);
        function.security_definer = self.security_definer.unwrap_or(function.security_definer);
        function.leakproof = self.leakproof.unwrap_or(function.leakproof);
        function.parallel = self.parallel.unwrap_or(function.parallel);
        function.cost = self.cost.unwrap_or(function.cost);
        function.rows = self.rows.unwrap_or(function.rows);
        for option in &self.settings {
            match option {
                FunctionOption::Reset(None) => function.settings.clear(),
                FunctionOption::Reset(Some(name)) => forget(function, name),
                FunctionOption::Set { name, values } => {
                    if name != SEARCH_PATH {
                        let message = format!("parameter \"{name}\" cannot be set for a function");
                        return Err(SqlError::unsupported(message).hint("The only one that can be is \"search_path\"."));
                    }
                    let names = values.as_deref().unwrap_or(search_path);
                    let value: Vec<String> = names.iter().map(|n| quote(n)).collect();
                    forget(function, name);
                    function.settings.push(format!("{name}={}", value.join(", ")));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn forget(function: &mut Function, setting: &str) {
    function.settings.retain(|s| s.split('=').next() != Some(setting));
}
