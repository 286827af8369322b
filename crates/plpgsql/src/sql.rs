//! SQL inside of a body: passed over up to the word that ends it; targets of assignments and INTO.

use gavel_types::{SqlError, SqlResult, SqlState};

use crate::cursor::Cursor;
use crate::lexer::TokenKind;
use crate::tree::{Into, Sql, Step, Target, Var, VarType};

/// What ends a piece of SQL.
#[derive(Clone, Copy)]
pub enum End {
    Symbol(&'static str),
    Word(&'static str),
}

impl Cursor<'_> {
    /// SQL up to one of `ends`, which is left. Parentheses and brackets are passed whole.
    ///
    /// # Errors
    /// 42601 where there is nothing, or no end.
    pub fn sql_until(&mut self, ends: &[End]) -> SqlResult<Sql> {
        let (start, line) = (self.offset(), self.line());
        let mut stop = start;
        let (mut open, mut cases): (Vec<&str>, usize) = (Vec::new(), 0);
        loop {
            let Some(token) = self.peek() else {
                let wanted = match ends {
                    [End::Symbol(symbol), ..] => symbol,
                    [End::Word(word), ..] => word,
                    [] => "",
                };
                let expression = format!("missing \"{}\" at end of SQL expression", wanted.to_uppercase());
                return Err(self.error(expression));
            };
            let at_end = |end: &End| match end {
                End::Symbol(symbol) => self.is_symbol(0, symbol),
                End::Word(word) => self.is_word(0, word),
            };
            if open.is_empty() && cases == 0 && ends.iter().any(at_end) {
                break;
            }
            let written = self.written(token);
            match (token.kind, written) {
                (TokenKind::Symbol, "(") => open.push(")"),
                (TokenKind::Symbol, "[") => open.push("]"),
                (TokenKind::Symbol, ")" | "]") if open.pop() != Some(written) => {
                    return Err(self.error("mismatched parentheses"));
                }
                (TokenKind::Symbol, ";") => {
                    if !open.is_empty() {
                        return Err(self.error("mismatched parentheses"));
                    }
                    let wanted = ends.iter().find_map(|e| match e {
                        End::Word(word) => Some(word.to_uppercase()),
                        End::Symbol(_) => None,
                    });
                    return Err(match wanted {
                        Some(word) => self.error(format!("missing \"{word}\" at end of SQL expression")),
                        None => self.unexpected(),
                    });
                }
                (TokenKind::Word, _) if written.eq_ignore_ascii_case("case") => cases += 1,
                (TokenKind::Word, _) if written.eq_ignore_ascii_case("end") => cases = cases.saturating_sub(1),
                _ => {}
            }
            stop = token.end;
            self.advance();
        }
        if stop == start {
            return Err(match self.peek() {
                Some(_) if matches!(ends, [End::Symbol(";")]) => self.error("missing expression"),
                _ => self.unexpected(),
            });
        }
        Ok(self.sql(start, stop, line))
    }

    /// An expression and the `;` behind it.
    pub fn last_sql(&mut self) -> SqlResult<Sql> {
        let sql = self.sql_until(&[End::Symbol(";")])?;
        self.end_of_statement()?;
        Ok(sql)
    }

    /// `USING a, b`, if it is next; one of `ends` is left.
    pub fn using(&mut self, ends: &[End]) -> SqlResult<Vec<Sql>> {
        let mut out = Vec::new();
        if self.eat("using") {
            let all: Vec<End> = [End::Symbol(",")].iter().chain(ends).copied().collect();
            loop {
                out.push(self.sql_until(&all)?);
                if !self.eat_symbol(",") {
                    break;
                }
            }
        }
        Ok(out)
    }

    /// The names at the next tokens, divided by dots, and how many tokens they are.
    pub fn dotted(&self) -> (Vec<String>, usize) {
        let mut parts = Vec::new();
        let mut ahead = 0;
        while let Some(name) = self.name_at(ahead) {
            parts.push(name);
            ahead += 1;
            if !self.is_symbol(ahead, ".") || self.name_at(ahead + 1).is_none() {
                break;
            }
            ahead += 1;
        }
        (parts, ahead)
    }

    /// Whether an assignment to a variable is next.
    pub fn begins_assignment(&self) -> bool {
        let (parts, mut ahead) = self.dotted();
        if parts.is_empty() {
            return false;
        }
        // `a[i] :=`: what stands in the brackets may be anything.
        while self.is_symbol(ahead, "[") {
            let mut depth = 0_usize;
            loop {
                if self.peek_at(ahead).is_none() || self.is_symbol(ahead, ";") {
                    return false;
                }
                depth += usize::from(self.is_symbol(ahead, "["));
                depth -= usize::from(self.is_symbol(ahead, "]"));
                ahead += 1;
                if depth == 0 {
                    break;
                }
            }
            while self.is_symbol(ahead, ".") && self.name_at(ahead + 1).is_some() {
                ahead += 2;
            }
        }
        self.is_symbol(ahead, ":=") || self.is_symbol(ahead, "=")
    }

    /// A variable, or part of one, that is assigned to.
    ///
    /// # Errors
    /// 42601 if there is no such variable, 22005 if it is a constant.
    pub fn target(&mut self) -> SqlResult<Target> {
        let offset = self.offset();
        let (parts, tokens) = self.dotted();
        if parts.is_empty() {
            return Err(self.unexpected());
        }
        let Some((var, used)) = self.names.resolve(self.scope, &parts) else {
            let written = parts.join(".");
            return Err(self.error_at(offset, SqlState::SyntaxError, format!("\"{written}\" is not a known variable")));
        };
        self.assignable(var, offset)?;
        (0..tokens).for_each(|_| self.advance());
        let mut path: Vec<Step> = parts.into_iter().skip(used).map(Step::Field).collect();
        loop {
            if self.is_symbol(0, "[") {
                let (start, line) = (self.offset(), self.line());
                let mut end = start;
                while self.is_symbol(0, "[") {
                    self.advance();
                    if !self.is_symbol(0, "]") {
                        self.sql_until(&[End::Symbol("]")])?;
                    }
                    end = self.peek().map_or(end, |t| t.end);
                    self.expect_symbol("]")?;
                }
                path.push(Step::Subscript(self.sql(start, end, line)));
            } else if self.is_symbol(0, ".") && self.name_at(1).is_some() {
                self.advance();
                path.push(Step::Field(self.name()?));
            } else {
                break;
            }
        }
        Ok(Target { var, path })
    }

    fn assignable(&self, var: Var, offset: usize) -> SqlResult<()> {
        let variable = &self.variables[var.0];
        if variable.constant {
            let message = format!("variable \"{}\" is declared CONSTANT", variable.name);
            return Err(self.error_at(offset, SqlState::ErrorInAssignment, message));
        }
        Ok(())
    }

    /// `a, b`, or one.
    pub fn targets(&mut self) -> SqlResult<Vec<Target>> {
        let first = self.offset();
        let mut out = vec![self.target()?];
        while self.is_symbol(0, ",") {
            self.advance();
            out.push(self.target()?);
        }
        let is_record = |t: &Target| t.path.is_empty() && matches!(self.variables[t.var.0].ty, VarType::Record);
        if out.len() > 1 && out.iter().any(is_record) {
            let message = "record variable cannot be part of multiple-item INTO list";
            return Err(self.error_at(first, SqlState::SyntaxError, message));
        }
        Ok(out)
    }

    /// What follows INTO.
    pub fn into_clause(&mut self) -> SqlResult<Into> {
        let strict = self.eat("strict");
        Ok(Into { strict, targets: self.targets()? })
    }

    /// An SQL statement, up to its `;`, with INTO taken out of it.
    pub fn sql_statement(&mut self) -> SqlResult<(Sql, Option<Into>)> {
        let (start, line) = (self.offset(), self.line());
        let first = self.word_here().unwrap_or_default();
        let mut into = None;
        let mut taken = start..start;
        let mut stop = start;
        let mut before = String::new();
        let (mut depth, mut blocks) = (0_usize, 0_usize);
        let creates = first == "create";
        loop {
            let Some(token) = self.peek() else { return Err(self.error("syntax error at end of input")) };
            let written = self.written(token);
            let word = if token.kind == TokenKind::Word { written.to_lowercase() } else { String::new() };
            if token.kind == TokenKind::Symbol {
                match written {
                    ";" if depth == 0 && blocks == 0 => break,
                    "(" => depth += 1,
                    ")" => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
            if creates && (word == "atomic" && before == "begin" || blocks > 0 && word == "case") {
                blocks += 1;
            } else if blocks > 0 && word == "end" {
                blocks -= 1;
            }
            let names_table =
                ["insert", "merge"].contains(&before.as_str()) || ["import", "create"].contains(&first.as_str());
            if word == "into" && !names_table {
                if into.is_some() {
                    return Err(self.error("INTO specified more than once"));
                }
                let begin = self.offset();
                self.advance();
                into = Some(self.into_clause()?);
                taken = begin..self.offset().min(self.text.len());
                before = "into".into();
                continue;
            }
            before = word;
            stop = token.end;
            self.advance();
        }
        self.end_of_statement()?;
        let mut sql = self.sql(start, stop.max(taken.start), line);
        if into.is_some() {
            let (from, to) = (taken.start - start, (taken.end - start).min(sql.text.len()));
            if from < to {
                let blanks: String = sql.text[from..to]
                    .chars()
                    .map(|c| if c == '\n' { "\n".into() } else { " ".repeat(c.len_utf8()) })
                    .collect();
                sql.text.replace_range(from..to, &blanks);
            }
            sql.text.truncate(sql.text.trim_end().len());
        }
        Ok((sql, into))
    }
}

/// 42601: an SQL text in which something is missing.
pub fn missing(cursor: &Cursor<'_>, what: &str) -> SqlError {
    cursor.error(format!("missing {what}"))
}
