//! IF, CASE and loops.

use gavel_types::SqlResult;

use crate::cursor::Cursor;
use crate::lexer::TokenKind;
use crate::sql::End;
use crate::tree::{Kind, Rows, Statement, VarType};

const THEN: [End; 1] = [End::Word("then")];

impl Cursor<'_> {
    /// What follows IF.
    pub fn if_statement(&mut self) -> SqlResult<Kind> {
        let mut arms = Vec::new();
        let mut otherwise = Vec::new();
        loop {
            let condition = self.sql_until(&THEN)?;
            self.expect("then")?;
            arms.push((condition, self.statements(&["elsif", "elseif", "else", "end"])?));
            if self.eat("elsif") || self.eat("elseif") {
                continue;
            }
            if self.eat("else") {
                otherwise = self.statements(&["end"])?;
            }
            break;
        }
        self.expect("end")?;
        self.expect("if")?;
        self.end_of_statement()?;
        Ok(Kind::If { arms, otherwise })
    }

    /// What follows CASE.
    pub fn case_statement(&mut self) -> SqlResult<Kind> {
        let line = self.line();
        let outside = self.scope;
        let operand = if self.is_word(0, "when") {
            None
        } else {
            let sql = self.sql_until(&[End::Word("when")])?;
            let name = format!("__Case__Variable_{}__", self.variables.len());
            Some((self.declare(&name, line, VarType::Operand), sql))
        };
        let mut arms = Vec::new();
        while self.eat("when") {
            let mut condition = self.sql_until(&THEN)?;
            if let Some((var, _)) = &operand {
                let name = &self.variables[var.0].name;
                condition.text = format!("\"{name}\" IN ({})", condition.text);
            }
            self.expect("then")?;
            arms.push((condition, self.statements(&["when", "else", "end"])?));
        }
        if arms.is_empty() {
            return Err(self.unexpected());
        }
        let otherwise = if self.eat("else") { Some(self.statements(&["end"])?) } else { None };
        self.expect("end")?;
        self.expect("case")?;
        self.end_of_statement()?;
        self.scope = outside;
        Ok(Kind::Case { operand, arms, otherwise })
    }

    /// A loop whose first word is next.
    pub fn looped(&mut self, label: Option<String>) -> SqlResult<Kind> {
        let outside = self.scope;
        let out = if self.eat("loop") {
            self.open_scope(label.clone(), true);
            let body = self.loop_body(label.as_deref())?;
            Kind::Loop { label, body }
        } else if self.eat("while") {
            self.open_scope(label.clone(), true);
            let condition = self.sql_until_loop()?;
            self.expect("loop")?;
            let body = self.loop_body(label.as_deref())?;
            Kind::While { label, condition, body }
        } else if self.eat("foreach") {
            self.foreach(label)?
        } else {
            self.expect("for")?;
            self.for_loop(label)?
        };
        self.scope = outside;
        Ok(out)
    }

    /// LOOP has been passed.
    fn loop_body(&mut self, label: Option<&str>) -> SqlResult<Vec<Statement>> {
        let body = self.statements(&["end"])?;
        self.expect("end")?;
        self.expect("loop")?;
        self.end_label(label)?;
        self.end_of_statement()?;
        Ok(body)
    }

    fn foreach(&mut self, label: Option<String>) -> SqlResult<Kind> {
        let into = self.loop_targets()?;
        let mut slice = 0;
        if self.eat("slice") {
            let token = self.peek().filter(|t| t.kind == TokenKind::Number);
            slice = match token.map(|t| self.written(t).parse()) {
                Some(Ok(slice)) => slice,
                _ => return Err(self.unexpected()),
            };
            self.advance();
        }
        self.expect("in array")?;
        self.open_scope(label.clone(), true);
        let array = self.sql_until_loop()?;
        self.expect("loop")?;
        let body = self.loop_body(label.as_deref())?;
        Ok(Kind::Foreach { label, into, slice, array, body })
    }

    fn for_loop(&mut self, label: Option<String>) -> SqlResult<Kind> {
        if let Some(integer) = self.integer_loop(label.as_deref())? {
            return Ok(integer);
        }
        // A bound cursor's rows go into a record of the loop's own.
        let (parts, _) = self.dotted();
        let of_cursor = parts.len() == 1 && self.is_word(1, "in") && self.cursor_follows(2);
        if of_cursor {
            let line = self.line();
            let name = self.name()?;
            self.expect("in")?;
            let rows = self.loop_rows()?;
            self.open_scope(label.clone(), true);
            let var = self.declare(&name, line, VarType::Record);
            self.expect("loop")?;
            let body = self.loop_body(label.as_deref())?;
            let into = vec![crate::tree::Target { var, path: Vec::new() }];
            return Ok(Kind::ForRows { label, into, rows, body });
        }
        if parts.len() == 1 && self.names.resolve(self.scope, &parts).is_none() {
            let message = "loop variable of loop over rows must be a record variable or list of scalar variables";
            return Err(self.error(message));
        }
        let into = self.loop_targets()?;
        self.expect("in")?;
        self.open_scope(label.clone(), true);
        let rows = self.loop_rows()?;
        self.expect("loop")?;
        let body = self.loop_body(label.as_deref())?;
        debug_assert!(!matches!(rows, Rows::Cursor { .. }), "a cursor is looked for first");
        Ok(Kind::ForRows { label, into, rows, body })
    }

    /// Whether a bound cursor's name stands at `ahead`.
    fn cursor_follows(&self, ahead: usize) -> bool {
        let found = self.name_at(ahead).and_then(|name| self.names.find(self.scope, &name));
        found.is_some_and(|var| matches!(self.variables[var.0].ty, VarType::Cursor(Some(_))))
    }

    /// `i IN [REVERSE] a .. b [BY c]`, if two dots come before LOOP.
    fn integer_loop(&mut self, label: Option<&str>) -> SqlResult<Option<Kind>> {
        let (parts, tokens) = self.dotted();
        if parts.len() != 1 || !self.is_word(tokens, "in") {
            return Ok(None);
        }
        let (mut ahead, mut depth) = (tokens, 0_usize);
        loop {
            let Some(token) = self.peek_at(ahead) else { return Ok(None) };
            match (token.kind, self.written(token)) {
                (TokenKind::Symbol, "(" | "[") => depth += 1,
                (TokenKind::Symbol, ")" | "]") => depth = depth.saturating_sub(1),
                (TokenKind::Symbol, "..") if depth == 0 => break,
                (TokenKind::Symbol, ";") => return Ok(None),
                (TokenKind::Word, _) if depth == 0 && self.is_word(ahead, "loop") => return Ok(None),
                _ => {}
            }
            ahead += 1;
        }
        let line = self.line();
        let name = self.name()?;
        self.expect("in")?;
        let reverse = self.eat("reverse");
        let from = self.sql_until(&[End::Symbol("..")])?;
        self.expect_symbol("..")?;
        let to = self.sql_until(&[End::Word("loop"), End::Word("by")])?;
        let by = if self.eat("by") { Some(self.sql_until_loop()?) } else { None };
        self.open_scope(label.map(str::to_owned), true);
        let var = self.declare(&name, line, VarType::Integer);
        self.expect("loop")?;
        let body = self.loop_body(label)?;
        Ok(Some(Kind::ForInteger { label: label.map(str::to_owned), var, reverse, from, to, by, body }))
    }
}
