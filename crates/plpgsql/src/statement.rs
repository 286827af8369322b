//! Statements by their first word.

use gavel_types::{SqlResult, SqlState};

use crate::cursor::Cursor;
use crate::names::NameKind;
use crate::sql::{End, missing};
use crate::tree::{Direction, Kind, Returns, Rows, Sql, Statement, Target, Var, VarType};

impl Cursor<'_> {
    pub fn statement(&mut self) -> SqlResult<Statement> {
        self.descend()?;
        let line = self.line();
        let kind = self.kind()?;
        self.depth -= 1;
        Ok(Statement { line, kind })
    }

    fn kind(&mut self) -> SqlResult<Kind> {
        if self.is_symbol(0, "<<") {
            let label = self.label()?;
            return match self.word_here().as_deref() {
                Some("declare" | "begin") => self.inner_block(label),
                Some("loop" | "while" | "for" | "foreach") => self.looped(label),
                _ => Err(self.unexpected()),
            };
        }
        if self.begins_assignment() {
            let start = self.offset();
            let target = self.target()?;
            self.advance();
            let mut value = self.last_sql()?;
            value.assignment = self.text.get(start..value.at + value.text.len()).map(str::to_owned);
            return Ok(Kind::Assign { target, value });
        }
        match self.word_here().as_deref() {
            Some("declare" | "begin") => return self.inner_block(None),
            Some("loop" | "while" | "for" | "foreach") => return self.looped(None),
            _ => {}
        }
        if self.eat("if") {
            return self.if_statement();
        }
        if self.eat("case") {
            return self.case_statement();
        }
        if self.eat("exit") {
            return self.exit(false);
        }
        if self.eat("continue") {
            return self.exit(true);
        }
        if self.eat("return") {
            return self.return_statement();
        }
        if self.eat("raise") {
            return self.raise();
        }
        if self.eat("assert") {
            return self.assert_statement();
        }
        if self.eat("perform") {
            return Ok(Kind::Perform(self.last_sql()?));
        }
        if self.eat("execute") {
            return self.execute();
        }
        if self.is_word(0, "get") && ["diagnostics", "current", "stacked"].iter().any(|w| self.is_word(1, w)) {
            self.advance();
            return self.diagnostics();
        }
        if self.eat("open") {
            return self.open();
        }
        if self.eat("fetch") {
            return self.fetch(true);
        }
        if self.eat("move") {
            return self.fetch(false);
        }
        if self.eat("close") {
            let cursor = self.cursor_variable()?;
            self.end_of_statement()?;
            return Ok(Kind::Close(cursor));
        }
        if self.eat("null") {
            self.end_of_statement()?;
            return Ok(Kind::Null);
        }
        if self.is_word(0, "call") || self.is_word(0, "do") {
            let (sql, _) = self.sql_statement()?;
            return Ok(Kind::Call(sql));
        }
        if self.eat("commit") {
            return Ok(Kind::Commit { chain: self.chain()? });
        }
        if self.is_word(0, "rollback") && !self.is_word(1, "to") {
            self.advance();
            return Ok(Kind::Rollback { chain: self.chain()? });
        }
        // Statements of SQL begin with a word; a word that nothing is done with is an error of its grammar.
        if self.word_here().is_none() && !self.is_symbol(0, "(") {
            return Err(self.unexpected());
        }
        let (sql, into) = self.sql_statement()?;
        Ok(Kind::Sql { sql, into })
    }

    fn inner_block(&mut self, label: Option<String>) -> SqlResult<Kind> {
        let block = self.block(label)?;
        self.end_of_statement()?;
        Ok(Kind::Block(block))
    }

    fn chain(&mut self) -> SqlResult<bool> {
        let chain = if self.eat("and no chain") { false } else { self.eat("and chain") };
        self.end_of_statement()?;
        Ok(chain)
    }

    fn exit(&mut self, continues: bool) -> SqlResult<Kind> {
        let (offset, word) = (self.offset(), if continues { "CONTINUE" } else { "EXIT" });
        let label = if self.is_word(0, "when") || self.is_symbol(0, ";") { None } else { Some(self.name()?) };
        let when = if self.eat("when") { Some(self.sql_until(&[End::Symbol(";")])?) } else { None };
        self.end_of_statement()?;
        let scopes = || {
            self.names.from(self.scope).filter_map(|kind| match kind {
                NameKind::Scope { label, looped } => Some((label.as_deref(), *looped)),
                NameKind::Variable { .. } => None,
            })
        };
        let syntax = |message: String| Err(self.error_at(offset, SqlState::SyntaxError, message));
        match &label {
            Some(wanted) => match scopes().find(|(own, _)| *own == Some(wanted.as_str())) {
                None => syntax(format!(
                    "there is no label \"{wanted}\" attached to any block or loop enclosing this statement"
                )),
                Some((_, false)) if continues => syntax(format!("block label \"{wanted}\" cannot be used in CONTINUE")),
                Some(_) => Ok(Kind::Exit { continues, label, when }),
            },
            None if scopes().any(|(_, looped)| looped) => Ok(Kind::Exit { continues, label, when }),
            None if continues => syntax("CONTINUE cannot be used outside a loop".into()),
            None => syntax(format!("{word} cannot be used outside a loop, unless it has a label")),
        }
    }

    fn return_statement(&mut self) -> SqlResult<Kind> {
        let returns = self.signature.returns;
        if self.eat("next") {
            if !returns.is_set() {
                let message = "cannot use RETURN NEXT in a non-SETOF function";
                return Err(self.error_at(self.offset(), SqlState::DatatypeMismatch, message));
            }
            if returns == Returns::SetOfOutputs {
                if !self.is_symbol(0, ";") {
                    let message = "RETURN NEXT cannot have a parameter in function with OUT parameters";
                    return Err(self.error_at(self.offset(), SqlState::DatatypeMismatch, message));
                }
                self.end_of_statement()?;
                return Ok(Kind::ReturnNext(None));
            }
            return Ok(Kind::ReturnNext(Some(self.last_sql()?)));
        }
        if self.eat("query") {
            if !returns.is_set() {
                let message = "cannot use RETURN QUERY in a non-SETOF function";
                return Err(self.error_at(self.offset(), SqlState::DatatypeMismatch, message));
            }
            let rows = self.rows(&[End::Symbol(";")])?;
            self.end_of_statement()?;
            return Ok(Kind::ReturnQuery(rows));
        }
        if self.eat_symbol(";") {
            if returns == Returns::Value {
                self.back();
                return Err(self.error("missing expression at or near \";\""));
            }
            return Ok(Kind::Return(None));
        }
        let refused = match returns {
            Returns::Value => None,
            Returns::Void => {
                Some((SqlState::DatatypeMismatch, "RETURN cannot have a parameter in function returning void"))
            }
            // The body of a DO is that of such a function.
            Returns::Nothing if self.signature.label.is_none() => {
                Some((SqlState::DatatypeMismatch, "RETURN cannot have a parameter in function returning void"))
            }
            Returns::Nothing => Some((SqlState::SyntaxError, "RETURN cannot have a parameter in a procedure")),
            Returns::Outputs => {
                Some((SqlState::DatatypeMismatch, "RETURN cannot have a parameter in function with OUT parameters"))
            }
            Returns::Set | Returns::SetOfOutputs => {
                Some((SqlState::DatatypeMismatch, "RETURN cannot have a parameter in function returning set"))
            }
        };
        if let Some((code, message)) = refused {
            let error = self.error_at(self.offset(), code, message);
            return Err(if returns.is_set() { error.hint("Use RETURN NEXT or RETURN QUERY.") } else { error });
        }
        Ok(Kind::Return(Some(self.last_sql()?)))
    }

    /// A query, or EXECUTE and what it needs.
    fn rows(&mut self, ends: &[End]) -> SqlResult<Rows> {
        if self.eat("execute") {
            let before: Vec<End> = [End::Word("using")].iter().chain(ends).copied().collect();
            let command = self.sql_until(&before)?;
            return Ok(Rows::Execute { command, using: self.using(ends)? });
        }
        Ok(Rows::Query(self.sql_until(ends)?))
    }

    fn execute(&mut self) -> SqlResult<Kind> {
        let ends = [End::Word("into"), End::Word("using"), End::Symbol(";")];
        let command = self.sql_until(&ends)?;
        let (mut into, mut using) = (None, Vec::new());
        while !self.is_symbol(0, ";") {
            if self.is_word(0, "into") {
                if into.is_some() {
                    return Err(self.unexpected());
                }
                self.advance();
                into = Some(self.into_clause()?);
            } else if self.is_word(0, "using") {
                if !using.is_empty() {
                    return Err(self.unexpected());
                }
                using = self.using(&[End::Word("into"), End::Symbol(";")])?;
            } else {
                return Err(self.unexpected());
            }
        }
        self.end_of_statement()?;
        Ok(Kind::Execute { command, into, using })
    }

    /// A variable that holds a cursor's name.
    pub fn cursor_variable(&mut self) -> SqlResult<Var> {
        let offset = self.offset();
        let (parts, tokens) = self.dotted();
        let Some((var, _)) = self.names.resolve(self.scope, &parts).filter(|(_, used)| *used == parts.len()) else {
            let written = parts.join(".");
            let message = format!("\"{written}\" is not a known variable");
            return Err(if parts.is_empty() {
                self.unexpected()
            } else {
                self.error_at(offset, SqlState::SyntaxError, message)
            });
        };
        let name = &self.variables[var.0].name;
        let holds = matches!(self.variables[var.0].ty, VarType::Cursor(_) | VarType::Parameter(_) | VarType::Named(_));
        if !holds {
            let message = format!("variable \"{name}\" must be of type cursor or refcursor");
            return Err(self.error_at(offset, SqlState::DatatypeMismatch, message));
        }
        (0..tokens).for_each(|_| self.advance());
        Ok(var)
    }

    fn open(&mut self) -> SqlResult<Kind> {
        let cursor = self.cursor_variable()?;
        if let VarType::Cursor(Some(_)) = &self.variables[cursor.0].ty {
            let arguments = self.cursor_arguments(cursor)?;
            self.end_of_statement()?;
            return Ok(Kind::Open { cursor, scroll: None, rows: None, arguments });
        }
        let scroll = if self.eat("no scroll") {
            Some(false)
        } else if self.eat("scroll") {
            Some(true)
        } else {
            None
        };
        if !self.eat("for") {
            return Err(match self.peek() {
                Some(_) => self.error("syntax error, expected \"FOR\""),
                None => self.unexpected(),
            });
        }
        let rows = self.rows(&[End::Symbol(";")])?;
        self.end_of_statement()?;
        Ok(Kind::Open { cursor, scroll, rows: Some(rows), arguments: Vec::new() })
    }

    /// The arguments of a bound cursor, by place or by name.
    pub fn cursor_arguments(&mut self, cursor: Var) -> SqlResult<Vec<(Var, Sql)>> {
        let own = self.variables[cursor.0].clone();
        let VarType::Cursor(Some(def)) = &own.ty else { return Err(self.unexpected()) };
        let wanted = &def.arguments;
        if wanted.is_empty() {
            if self.is_symbol(0, "(") {
                return Err(self.error(format!("cursor \"{}\" has no arguments", own.name)));
            }
            return Ok(Vec::new());
        }
        if !self.eat_symbol("(") {
            return Err(self.error(format!("cursor \"{}\" has arguments", own.name)));
        }
        let mut out: Vec<(Var, Sql)> = Vec::new();
        loop {
            let named = self.is_symbol(1, ":=") || self.is_symbol(1, "=>");
            let var = if named {
                let offset = self.offset();
                let name = self.name()?;
                let found = wanted.iter().find(|v| self.variables[v.0].name == name).copied();
                let Some(var) = found else {
                    let message = format!("cursor \"{}\" has no argument named \"{name}\"", own.name);
                    return Err(self.error_at(offset, SqlState::SyntaxError, message));
                };
                self.advance();
                var
            } else {
                match wanted.get(out.len()) {
                    Some(var) => *var,
                    None => return Err(self.error(format!("too many arguments for cursor \"{}\"", own.name))),
                }
            };
            if out.iter().any(|(v, _)| *v == var) {
                let name = &self.variables[var.0].name;
                let message =
                    format!("value for parameter \"{name}\" of cursor \"{}\" specified more than once", own.name);
                return Err(self.error(message));
            }
            out.push((var, self.sql_until(&[End::Symbol(","), End::Symbol(")")])?));
            if !self.eat_symbol(",") {
                break;
            }
        }
        if out.len() < wanted.len() {
            return Err(self.error(format!("not enough arguments for cursor \"{}\"", own.name)));
        }
        self.expect_symbol(")")?;
        Ok(out)
    }

    fn fetch(&mut self, fetches: bool) -> SqlResult<Kind> {
        let direction = self.direction()?;
        let cursor = self.cursor_variable()?;
        let into = if fetches {
            if !self.eat("into") {
                return Err(self.unexpected());
            }
            let several = matches!(&direction, Direction::ForwardAll | Direction::BackwardAll)
                || matches!(&direction, Direction::Forward(Some(_)) | Direction::Backward(Some(_)));
            if several {
                let message = "FETCH statement cannot return multiple rows";
                return Err(self.error_at(self.offset(), SqlState::SyntaxError, message));
            }
            Some(self.targets()?)
        } else {
            None
        };
        self.end_of_statement()?;
        Ok(Kind::Fetch { cursor, direction, into })
    }

    fn direction(&mut self) -> SqlResult<Direction> {
        use Direction as D;
        const PLACE: [End; 2] = [End::Word("from"), End::Word("in")];
        let direction = if self.is_word(1, "from") || self.is_word(1, "in") || self.direction_takes_count() {
            if self.eat("next") {
                D::Next
            } else if self.eat("prior") {
                D::Prior
            } else if self.eat("first") {
                D::First
            } else if self.eat("last") {
                D::Last
            } else if self.eat("absolute") {
                D::Absolute(self.sql_until(&PLACE)?)
            } else if self.eat("relative") {
                D::Relative(self.sql_until(&PLACE)?)
            } else if self.eat("all") || self.eat("forward all") {
                D::ForwardAll
            } else if self.eat("backward all") {
                D::BackwardAll
            } else if self.eat("forward") {
                D::Forward(self.count(&PLACE)?)
            } else if self.eat("backward") {
                D::Backward(self.count(&PLACE)?)
            } else {
                D::Forward(Some(self.sql_until(&PLACE)?))
            }
        } else {
            self.bare_direction()
        };
        if !self.eat("from") {
            self.eat("in");
        }
        Ok(direction)
    }

    fn count(&mut self, ends: &[End]) -> SqlResult<Option<Sql>> {
        if self.is_word(0, "from") || self.is_word(0, "in") { Ok(None) } else { self.sql_until(ends).map(Some) }
    }

    /// Whether a direction with a number is next.
    fn direction_takes_count(&self) -> bool {
        let first = self.word_here().unwrap_or_default();
        let counted = ["absolute", "relative", "forward", "backward"].contains(&first.as_str());
        let into = self.is_word(1, "into") || self.is_symbol(1, ";");
        // `FETCH forward c`: the name of a variable follows.
        let variable = self.name_at(1).is_some_and(|name| self.names.find(self.scope, &name).is_some())
            && (self.is_word(2, "into") || self.is_symbol(2, ";"));
        counted && !into && !variable
    }

    /// A direction right before the cursor's name, or none.
    fn bare_direction(&mut self) -> Direction {
        use Direction as D;
        let alone = self.is_word(1, "into") || self.is_symbol(1, ";");
        if alone {
            return D::Next;
        }
        let words =
            [("next", D::Next), ("prior", D::Prior), ("first", D::First), ("last", D::Last), ("all", D::ForwardAll)];
        for (word, direction) in words {
            if self.eat(word) {
                return direction;
            }
        }
        if self.eat("forward") {
            return D::Forward(None);
        }
        if self.eat("backward") {
            return D::Backward(None);
        }
        D::Next
    }

    /// The targets of a loop over rows, which are declared outside of it.
    pub fn loop_targets(&mut self) -> SqlResult<Vec<Target>> {
        if self.name_at(0).is_none() {
            return Err(missing(self, "loop variable"));
        }
        self.targets()
    }

    /// Where a loop's rows come from, up to LOOP.
    pub fn loop_rows(&mut self) -> SqlResult<Rows> {
        let (parts, tokens) = self.dotted();
        if let Some((var, used)) = self.names.resolve(self.scope, &parts)
            && used == parts.len()
            && let VarType::Cursor(Some(_)) = &self.variables[var.0].ty
        {
            (0..tokens).for_each(|_| self.advance());
            return Ok(Rows::Cursor { cursor: var, arguments: self.cursor_arguments(var)? });
        }
        self.rows(&[End::Word("loop")])
    }
}
