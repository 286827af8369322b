//! Walking over the words of a body, and the names that are in scope where one is.

use gavel_types::{SqlError, SqlResult, SqlState};

use crate::lexer::{Token, TokenKind, string_value, tokens};
use crate::names::{Name, NameKind, Names};
use crate::tree::{Body, Conflict, Signature, Sql, TriggerVariable, Var, VarType, Variable};

/// Deepest nesting of statements.
const MAX_DEPTH: usize = 100;

/// See the module.
pub struct Cursor<'t> {
    pub text: &'t str,
    pub signature: &'t Signature,
    tokens: Vec<Token>,
    at: usize,
    pub variables: Vec<Variable>,
    pub names: Names,
    /// The innermost name in scope.
    pub scope: Option<Name>,
    pub depth: usize,
    pub conflict: Conflict,
    pub print_strict_params: bool,
}

impl<'t> Cursor<'t> {
    pub fn new(text: &'t str, signature: &'t Signature) -> SqlResult<Self> {
        let mut out = Self {
            text,
            signature,
            tokens: tokens(text)?,
            at: 0,
            variables: Vec::new(),
            names: Names::default(),
            scope: None,
            depth: 0,
            conflict: Conflict::default(),
            print_strict_params: false,
        };
        out.open_scope(signature.label.clone(), false);
        out.parameters();
        out.declare("found", 0, VarType::Found);
        Ok(out)
    }

    /// What every body of this signature sees.
    fn parameters(&mut self) {
        for (number, parameter) in self.signature.parameters.iter().enumerate() {
            let var = self.declare(&format!("${}", number + 1), 0, VarType::Parameter(number));
            if !parameter.name.is_empty() {
                self.name_variable(&parameter.name, var);
                self.variables[var.0].name.clone_from(&parameter.name);
            }
        }
        if self.signature.result {
            self.declare("$0", 0, VarType::Parameter(self.signature.parameters.len()));
        }
        if self.signature.trigger {
            use TriggerVariable as T;
            self.declare("new", 0, VarType::New);
            self.declare("old", 0, VarType::Old);
            for (name, what) in [
                ("tg_name", T::Name),
                ("tg_when", T::When),
                ("tg_level", T::Level),
                ("tg_op", T::Op),
                ("tg_relid", T::RelId),
                ("tg_relname", T::RelName),
                ("tg_table_name", T::TableName),
                ("tg_table_schema", T::TableSchema),
                ("tg_nargs", T::NArgs),
                ("tg_argv", T::Argv),
            ] {
                self.declare(name, 0, VarType::Trigger(what));
            }
        }
    }

    /// The whole body.
    pub fn body(mut self) -> SqlResult<Body> {
        self.options()?;
        let block = self.outer_block()?;
        self.eat_symbol(";");
        if !self.at_end() {
            return Err(self.unexpected());
        }
        Ok(Body {
            variables: self.variables,
            names: self.names,
            block,
            conflict: self.conflict,
            print_strict_params: self.print_strict_params,
        })
    }

    /// `#variable_conflict …` and its kin.
    fn options(&mut self) -> SqlResult<()> {
        while self.eat_symbol("#") {
            let option = self.word_here().unwrap_or_default();
            self.at += 1;
            let value = self.word_here().unwrap_or_default();
            match (option.as_str(), value.as_str()) {
                ("variable_conflict", "error") => self.conflict = Conflict::Error,
                ("variable_conflict", "use_variable") => self.conflict = Conflict::Variable,
                ("variable_conflict", "use_column") => self.conflict = Conflict::Column,
                ("print_strict_params", "on") => self.print_strict_params = true,
                ("print_strict_params", "off") | ("option", "dump") => {}
                ("variable_conflict" | "print_strict_params", _) => return Err(self.unexpected()),
                _ => {
                    self.at -= 1;
                    return Err(self.unexpected());
                }
            }
            self.at += 1;
        }
        Ok(())
    }

    pub fn peek(&self) -> Option<Token> {
        self.peek_at(0)
    }

    pub fn peek_at(&self, ahead: usize) -> Option<Token> {
        self.tokens.get(self.at + ahead).copied()
    }

    pub fn advance(&mut self) {
        self.at += 1;
    }

    /// Goes back to the token before.
    pub fn back(&mut self) {
        self.at = self.at.saturating_sub(1);
    }

    pub fn at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    pub fn written(&self, token: Token) -> &'t str {
        self.text.get(token.start..token.end).unwrap_or_default()
    }

    /// The line of the next token.
    pub fn line(&self) -> u32 {
        self.peek().or(self.tokens.last().copied()).map_or(1, |t| t.line)
    }

    /// Where the next token begins.
    pub fn offset(&self) -> usize {
        self.peek().map_or(self.text.len(), |t| t.start)
    }

    /// An unquoted word at `ahead`, in lower case.
    pub fn word_at(&self, ahead: usize) -> Option<String> {
        let token = self.peek_at(ahead).filter(|t| t.kind == TokenKind::Word)?;
        Some(self.written(token).to_lowercase())
    }

    pub fn word_here(&self) -> Option<String> {
        self.word_at(0)
    }

    pub fn is_word(&self, ahead: usize, word: &str) -> bool {
        self.peek_at(ahead).is_some_and(|t| t.kind == TokenKind::Word && self.written(t).eq_ignore_ascii_case(word))
    }

    pub fn is_symbol(&self, ahead: usize, symbol: &str) -> bool {
        self.peek_at(ahead).is_some_and(|t| t.kind == TokenKind::Symbol && self.written(t) == symbol)
    }

    /// Passes these words, if all of them are next.
    pub fn eat(&mut self, words: &str) -> bool {
        let count = words.split(' ').count();
        let all = words.split(' ').enumerate().all(|(i, word)| self.is_word(i, word));
        if all {
            self.at += count;
        }
        all
    }

    pub fn eat_symbol(&mut self, symbol: &str) -> bool {
        let found = self.is_symbol(0, symbol);
        self.at += usize::from(found);
        found
    }

    pub fn expect(&mut self, words: &str) -> SqlResult<()> {
        if self.eat(words) { Ok(()) } else { Err(self.unexpected()) }
    }

    pub fn expect_symbol(&mut self, symbol: &str) -> SqlResult<()> {
        if self.eat_symbol(symbol) { Ok(()) } else { Err(self.unexpected()) }
    }

    pub fn end_of_statement(&mut self) -> SqlResult<()> {
        self.expect_symbol(";")
    }

    /// A name, folded.
    pub fn name(&mut self) -> SqlResult<String> {
        match self.name_at(0) {
            Some(name) => {
                self.at += 1;
                Ok(name)
            }
            None => Err(self.unexpected()),
        }
    }

    /// The name at `ahead`, if one is there.
    pub fn name_at(&self, ahead: usize) -> Option<String> {
        let token = self.peek_at(ahead)?;
        let written = self.written(token);
        match token.kind {
            TokenKind::Word => Some(written.to_lowercase()),
            TokenKind::Quoted => Some(written.get(1..written.len() - 1)?.replace("\"\"", "\"")),
            TokenKind::Param => Some(written.to_owned()),
            _ => None,
        }
    }

    pub fn string(&mut self) -> SqlResult<String> {
        match self.peek().filter(|t| t.kind == TokenKind::String) {
            Some(token) => {
                self.at += 1;
                Ok(string_value(self.written(token)))
            }
            None => Err(self.unexpected()),
        }
    }

    /// 42601 at the next token.
    pub fn unexpected(&self) -> SqlError {
        match self.peek() {
            Some(token) => self.error(format!("syntax error at or near \"{}\"", self.written(token))),
            None => self.error("syntax error at end of input"),
        }
    }

    /// 42601 with this message at the next token.
    pub fn error(&self, message: impl Into<String>) -> SqlError {
        self.error_at(self.offset(), SqlState::SyntaxError, message)
    }

    pub fn error_at(&self, offset: usize, code: SqlState, message: impl Into<String>) -> SqlError {
        let before = self.text.get(..offset).map_or(0, |t| t.chars().count());
        SqlError::new(code, message).at(Some(before + 1))
    }

    /// Begins a block or loop.
    pub fn open_scope(&mut self, label: Option<String>, looped: bool) {
        self.scope = Some(self.names.push(self.scope, NameKind::Scope { label, looped }));
    }

    /// A new variable that what follows sees.
    pub fn declare(&mut self, name: &str, line: u32, ty: VarType) -> Var {
        let var = self.hidden(name, line, ty);
        self.name_variable(name, var);
        var
    }

    /// A new variable without a name that SQL sees.
    pub fn hidden(&mut self, name: &str, line: u32, ty: VarType) -> Var {
        let name = name.to_owned();
        self.variables.push(Variable { name, line, ty, constant: false, not_null: false, default: None });
        Var(self.variables.len() - 1)
    }

    pub fn name_variable(&mut self, name: &str, var: Var) {
        self.scope = Some(self.names.push(self.scope, NameKind::Variable { name: name.to_owned(), var }));
    }

    /// One level deeper.
    ///
    /// # Errors
    /// 54001.
    pub fn descend(&mut self) -> SqlResult<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(SqlError::new(SqlState::StatementTooComplex, "stack depth limit exceeded"));
        }
        Ok(())
    }

    /// The text between two offsets as SQL.
    pub fn sql(&self, start: usize, end: usize, line: u32) -> Sql {
        let text = self.text.get(start..end).unwrap_or_default().trim_end().to_owned();
        let before = self.text.get(..start).map_or(0, |t| t.chars().count());
        Sql { text, at: start, before, line, names: self.scope, assignment: None }
    }
}
