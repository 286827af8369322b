//! Blocks and declarations.

use gavel_types::{SqlResult, SqlState};

use crate::conditions;
use crate::cursor::Cursor;
use crate::lexer::TokenKind;
use crate::names::NameKind;
use crate::sql::End;
use crate::tree::{Block, Condition, CursorDef, Handler, Handlers, Sql, Statement, Var, VarType};

impl Cursor<'_> {
    /// The block that is the whole body.
    pub fn outer_block(&mut self) -> SqlResult<Block> {
        let label = self.label()?;
        if !self.is_word(0, "declare") && !self.is_word(0, "begin") {
            return Err(self.unexpected());
        }
        self.block(label)
    }

    /// `<<label>>`, if it is next.
    pub fn label(&mut self) -> SqlResult<Option<String>> {
        if !self.eat_symbol("<<") {
            return Ok(None);
        }
        let label = self.name()?;
        self.expect_symbol(">>")?;
        Ok(Some(label))
    }

    /// The label behind END, which must be that of the beginning.
    pub fn end_label(&mut self, label: Option<&str>) -> SqlResult<()> {
        let Some(own) = self.name_at(0) else { return Ok(()) };
        match label {
            None => Err(self.error(format!("end label \"{own}\" specified for unlabelled block"))),
            Some(label) if label != own => {
                Err(self.error(format!("end label \"{own}\" differs from block's label \"{label}\"")))
            }
            Some(_) => {
                self.advance();
                Ok(())
            }
        }
    }

    /// DECLARE or BEGIN is next; up to END and its label.
    pub fn block(&mut self, label: Option<String>) -> SqlResult<Block> {
        self.descend()?;
        let outside = self.scope;
        self.open_scope(label.clone(), false);
        let before = self.variables.len();
        let first_line = self.line();
        if self.eat("declare") {
            while !self.is_word(0, "begin") {
                if self.eat("declare") {
                    continue;
                }
                self.declaration(before)?;
            }
        }
        let line = if before == self.variables.len() { self.line() } else { first_line };
        let declared = (before..self.variables.len()).map(Var).collect();
        self.expect("begin")?;
        let statements = self.statements(&["end", "exception"])?;
        let handlers = if self.eat("exception") { Some(self.handlers()?) } else { None };
        self.expect("end")?;
        self.end_label(label.as_deref())?;
        self.scope = outside;
        self.depth -= 1;
        Ok(Block { line, label, declared, statements, handlers })
    }

    /// Statements up to one of these words, which is left.
    pub fn statements(&mut self, ends: &[&str]) -> SqlResult<Vec<Statement>> {
        let mut out = Vec::new();
        loop {
            if ends.iter().any(|end| self.is_word(0, end)) && !self.begins_assignment() {
                return Ok(out);
            }
            if self.at_end() {
                return Err(self.error("syntax error at end of input"));
            }
            out.push(self.statement()?);
        }
    }

    fn handlers(&mut self) -> SqlResult<Handlers> {
        let outside = self.scope;
        let line = self.line();
        let state = self.declare("sqlstate", line, VarType::SqlState);
        let message = self.declare("sqlerrm", line, VarType::SqlErrm);
        for var in [state, message] {
            self.variables[var.0].constant = true;
        }
        let mut arms = Vec::new();
        while self.eat("when") {
            let mut conditions = self.condition()?;
            while self.eat("or") {
                conditions.extend(self.condition()?);
            }
            self.expect("then")?;
            let statements = self.statements(&["when", "end"])?;
            arms.push(Handler { conditions, statements });
        }
        self.scope = outside;
        if arms.is_empty() {
            return Err(self.unexpected());
        }
        Ok(Handlers { state, message, arms })
    }

    /// A condition's name, OTHERS or SQLSTATE.
    fn condition(&mut self) -> SqlResult<Vec<Condition>> {
        if self.eat("others") {
            return Ok(vec![Condition::Others]);
        }
        if self.eat("sqlstate") {
            return Ok(vec![Condition::Code(self.sqlstate()?)]);
        }
        let offset = self.offset();
        let name = self.name()?;
        let codes: Vec<Condition> = conditions::codes(&name).map(|c| Condition::Code(c.to_owned())).collect();
        if codes.is_empty() {
            let message = format!("unrecognized exception condition \"{name}\"");
            return Err(self.error_at(offset, SqlState::UndefinedObject, message).nowhere());
        }
        Ok(codes)
    }

    /// `'P0001'`.
    pub fn sqlstate(&mut self) -> SqlResult<String> {
        let (here, offset) = (self.unexpected(), self.offset());
        let code = self.string().map_err(|_| here)?;
        let fits = code.len() == 5 && code.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
        if fits { Ok(code) } else { Err(self.error_at(offset, SqlState::SyntaxError, "invalid SQLSTATE code")) }
    }

    /// One declaration. `first` is the first variable of the block.
    fn declaration(&mut self, first: usize) -> SqlResult<()> {
        if self.is_symbol(0, "<<") {
            return Err(self.error("block label must be placed before DECLARE, not after"));
        }
        let (line, offset) = (self.line(), self.offset());
        let name = self.name()?;
        let twice = self
            .names
            .from(self.scope)
            .take_while(|kind| !matches!(kind, NameKind::Scope { .. }))
            .any(|kind| matches!(kind, NameKind::Variable { name: own, var } if *own == name && var.0 >= first));
        if twice {
            let written = self.text.get(offset..).unwrap_or_default();
            let end = written.find(|c: char| !crate::lexer::is_word(c) && c != '"').unwrap_or(written.len());
            let message = format!("duplicate declaration at or near \"{}\"", written.get(..end).unwrap_or(&name));
            return Err(self.error_at(offset, SqlState::SyntaxError, message));
        }
        if self.eat("alias for") {
            let offset = self.offset();
            let (parts, tokens) = self.dotted();
            let found = self.names.resolve(self.scope, &parts).filter(|(_, used)| *used == parts.len());
            let Some((var, _)) = found else {
                let message = format!("variable \"{}\" does not exist", parts.join("."));
                return Err(self.error_at(offset, SqlState::UndefinedObject, message));
            };
            (0..tokens).for_each(|_| self.advance());
            self.name_variable(&name, var);
            return self.end_of_statement();
        }
        let scroll = if self.eat("no scroll") {
            Some(false)
        } else if self.is_word(1, "cursor") && self.eat("scroll") {
            Some(true)
        } else {
            None
        };
        if self.is_word(0, "cursor") && (scroll.is_some() || !self.is_symbol(1, ";")) && self.eat("cursor") {
            return self.bound_cursor(&name, line, scroll);
        }
        let constant = self.eat("constant");
        let ty = self.variable_type()?;
        if self.eat("collate") {
            self.dotted_passed()?;
        }
        let not_null = self.eat("not null");
        let default = if self.eat("default") || self.eat_symbol(":=") || self.eat_symbol("=") {
            Some(self.last_sql()?)
        } else {
            self.end_of_statement()?;
            None
        };
        if not_null && default.is_none() {
            let message = format!("variable \"{name}\" must have a default value, since it's declared NOT NULL");
            return Err(self.error_at(offset, SqlState::NullValueNotAllowed, message));
        }
        let var = self.declare(&name, line, ty);
        let variable = &mut self.variables[var.0];
        (variable.constant, variable.not_null, variable.default) = (constant, not_null, default);
        Ok(())
    }

    fn dotted_passed(&mut self) -> SqlResult<Vec<String>> {
        let (parts, tokens) = self.dotted();
        if parts.is_empty() {
            return Err(self.unexpected());
        }
        (0..tokens).for_each(|_| self.advance());
        Ok(parts)
    }

    /// What follows CURSOR.
    fn bound_cursor(&mut self, name: &str, line: u32, scroll: Option<bool>) -> SqlResult<()> {
        let outside = self.scope;
        let mut arguments = Vec::new();
        if self.eat_symbol("(") {
            self.open_scope(Some(name.to_owned()), false);
            loop {
                let line = self.line();
                let own = self.name()?;
                let ty = self.variable_type()?;
                arguments.push(self.declare(&own, line, ty));
                if !self.eat_symbol(",") {
                    break;
                }
            }
            self.expect_symbol(")")?;
        }
        if !self.eat("is") && !self.eat("for") {
            return Err(self.unexpected());
        }
        let query = self.last_sql()?;
        self.scope = outside;
        let def = CursorDef { scroll, arguments, query };
        self.declare(name, line, VarType::Cursor(Some(Box::new(def))));
        Ok(())
    }

    /// A type, `%TYPE` or `%ROWTYPE`.
    fn variable_type(&mut self) -> SqlResult<VarType> {
        let (start, line) = (self.offset(), self.line());
        let (parts, tokens) = self.dotted();
        if self.is_symbol(tokens, "%") && !parts.is_empty() {
            let row = self.is_word(tokens + 1, "rowtype");
            if row || self.is_word(tokens + 1, "type") {
                let known = self.names.resolve(self.scope, &parts).filter(|(_, used)| *used == parts.len());
                (0..tokens + 2).for_each(|_| self.advance());
                let written = self.sql(start, self.offset().min(self.text.len()), line);
                return Ok(match known {
                    Some((var, _)) if !row => VarType::OfVariable(var),
                    _ if row => VarType::RowOf(parts, written),
                    _ => VarType::OfColumn(parts, written),
                });
            }
        }
        if tokens == 1 && self.is_word(0, "record") {
            self.advance();
            return Ok(VarType::Record);
        }
        if tokens == 1 && self.is_word(0, "refcursor") {
            self.advance();
            return Ok(VarType::Cursor(None));
        }
        let written = self.type_text()?;
        Ok(VarType::Named(written))
    }

    /// The words of a type.
    fn type_text(&mut self) -> SqlResult<Sql> {
        let (start, line) = (self.offset(), self.line());
        let mut stop = start;
        let mut depth = 0_usize;
        while let Some(token) = self.peek() {
            let written = self.written(token);
            if depth == 0 {
                let ends = match token.kind {
                    TokenKind::Symbol => matches!(written, ";" | ":=" | "=" | "," | ")"),
                    TokenKind::Word => ["not", "default", "collate"].iter().any(|w| written.eq_ignore_ascii_case(w)),
                    _ => false,
                };
                if ends {
                    break;
                }
            }
            match written {
                "(" | "[" => depth += 1,
                ")" | "]" => depth = depth.saturating_sub(1),
                _ => {}
            }
            stop = token.end;
            self.advance();
        }
        if stop == start {
            return Err(match self.peek() {
                Some(_) => self.error("missing data type declaration"),
                None => self.unexpected(),
            });
        }
        Ok(self.sql(start, stop, line))
    }

    /// A piece of SQL up to LOOP.
    pub fn sql_until_loop(&mut self) -> SqlResult<Sql> {
        self.sql_until(&[End::Word("loop")])
    }
}
