//! Options of a regular expression (manual tables 9.18 and 9.24).

use gavel_types::{SqlError, SqlResult, SqlState};

/// The letters of the `flags` argument, and those that a pattern begins with: `(?i)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags {
    /// `i`.
    pub ignore_case: bool,
    /// `g`.
    pub global: bool,
    /// `n`, `p`: `.` and negated brackets do not match newlines.
    pub stop_at_newline: bool,
    /// `n`, `w`: `^` and `$` match at lines.
    pub lines: bool,
    /// `x`.
    pub expanded: bool,
    /// `q`: the pattern is a literal string.
    pub literal: bool,
}

impl Flags {
    /// Reads the letters.
    ///
    /// # Errors
    /// 22023 for an unknown letter.
    pub fn parse(letters: &str) -> SqlResult<Self> {
        let mut flags = Self::default();
        for c in letters.chars() {
            flags.set(c).map_err(|()| {
                SqlError::new(SqlState::InvalidParameterValue, format!("invalid regular expression option: \"{c}\""))
            })?;
        }
        Ok(flags)
    }

    /// Takes one letter; fails if it is none.
    pub(super) fn set(&mut self, letter: char) -> Result<(), ()> {
        match letter {
            'g' => self.global = true,
            'i' => self.ignore_case = true,
            'c' => self.ignore_case = false,
            'm' | 'n' => (self.stop_at_newline, self.lines) = (true, true),
            'p' => (self.stop_at_newline, self.lines) = (true, false),
            'w' => (self.stop_at_newline, self.lines) = (false, true),
            's' => (self.stop_at_newline, self.lines) = (false, false),
            'x' => self.expanded = true,
            't' => self.expanded = false,
            'q' => self.literal = true,
            'b' | 'e' => {}
            _ => return Err(()),
        }
        Ok(())
    }
}
