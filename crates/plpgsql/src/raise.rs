//! RAISE, ASSERT, GET DIAGNOSTICS.

use gavel_types::{SqlResult, SqlState};

use crate::conditions;
use crate::cursor::Cursor;
use crate::lexer::TokenKind;
use crate::sql::End;
use crate::tree::{Diagnostic, Kind, Level, Raise, RaiseOption, RaiseWhat, Sql};

const SQL_ENDS: [End; 3] = [End::Symbol(","), End::Symbol(";"), End::Word("using")];

impl Cursor<'_> {
    /// What follows RAISE.
    pub fn raise(&mut self) -> SqlResult<Kind> {
        let mut raise = Raise { level: Level::Exception, what: RaiseWhat::Nothing, using: Vec::new() };
        if self.eat_symbol(";") {
            raise.what = RaiseWhat::Again;
            return Ok(Kind::Raise(raise));
        }
        let levels = [
            ("exception", Level::Exception),
            ("warning", Level::Warning),
            ("notice", Level::Notice),
            ("info", Level::Info),
            ("log", Level::Log),
            ("debug", Level::Debug),
        ];
        if let Some((_, level)) = levels.into_iter().find(|(word, _)| self.eat(word)) {
            raise.level = level;
        }
        let statement = self.offset();
        if self.peek().is_some_and(|t| t.kind == TokenKind::String) {
            let format = self.string()?;
            let mut arguments = Vec::new();
            while self.eat_symbol(",") {
                arguments.push(self.sql_until(&SQL_ENDS)?);
            }
            let wanted = format.replace("%%", "").matches('%').count();
            if wanted != arguments.len() {
                let what = if wanted < arguments.len() { "many" } else { "few" };
                let message = format!("too {what} parameters specified for RAISE");
                return Err(self.error_at(statement, SqlState::SyntaxError, message).nowhere());
            }
            raise.what = RaiseWhat::Format { format, arguments };
        } else if self.eat("sqlstate") {
            let code = self.sqlstate()?;
            raise.what = RaiseWhat::Condition { name: code.clone(), code };
        } else if !self.is_word(0, "using") && !self.is_symbol(0, ";") {
            let offset = self.offset();
            let name = self.name()?;
            let Some(code) = conditions::codes(&name).next() else {
                let message = format!("unrecognized exception condition \"{name}\"");
                return Err(self.error_at(offset, SqlState::UndefinedObject, message).nowhere());
            };
            raise.what = RaiseWhat::Condition { name, code: code.to_owned() };
        }
        if self.eat("using") {
            loop {
                raise.using.push(self.raise_option()?);
                if !self.eat_symbol(",") {
                    break;
                }
            }
        } else if raise.what == RaiseWhat::Nothing {
            return Err(self.unexpected());
        }
        self.end_of_statement()?;
        Ok(Kind::Raise(raise))
    }

    fn raise_option(&mut self) -> SqlResult<(RaiseOption, Sql)> {
        use RaiseOption as O;
        let options =
            [O::Errcode, O::Message, O::Detail, O::Hint, O::Column, O::Constraint, O::Datatype, O::Table, O::Schema];
        let Some(option) = options.into_iter().find(|o| self.eat(&o.word().to_lowercase())) else {
            return Err(match self.peek() {
                Some(_) => self.error("unrecognized RAISE statement option"),
                None => self.unexpected(),
            });
        };
        if !self.eat_symbol("=") && !self.eat_symbol(":=") {
            return Err(self.error("syntax error, expected \"=\""));
        }
        Ok((option, self.sql_until(&[End::Symbol(","), End::Symbol(";")])?))
    }

    /// What follows ASSERT.
    pub fn assert_statement(&mut self) -> SqlResult<Kind> {
        let condition = self.sql_until(&[End::Symbol(","), End::Symbol(";")])?;
        let message = if self.eat_symbol(",") { Some(self.sql_until(&[End::Symbol(";")])?) } else { None };
        self.end_of_statement()?;
        Ok(Kind::Assert { condition, message })
    }

    /// What follows GET.
    pub fn diagnostics(&mut self) -> SqlResult<Kind> {
        use Diagnostic as D;
        let stacked = self.eat("stacked");
        if !stacked {
            self.eat("current");
        }
        self.expect("diagnostics")?;
        let items = [
            ("row_count", D::RowCount, false),
            ("pg_context", D::Context, false),
            ("pg_routine_oid", D::RoutineOid, false),
            ("returned_sqlstate", D::ReturnedSqlstate, true),
            ("message_text", D::MessageText, true),
            ("pg_exception_detail", D::ExceptionDetail, true),
            ("pg_exception_hint", D::ExceptionHint, true),
            ("pg_exception_context", D::ExceptionContext, true),
            ("column_name", D::ColumnName, true),
            ("constraint_name", D::ConstraintName, true),
            ("pg_datatype_name", D::DatatypeName, true),
            ("table_name", D::TableName, true),
            ("schema_name", D::SchemaName, true),
        ];
        let mut out = Vec::new();
        loop {
            let target = self.target()?;
            if !self.eat_symbol(":=") && !self.eat_symbol("=") {
                return Err(self.unexpected());
            }
            let Some((word, item, of_error)) = items.into_iter().find(|(word, ..)| self.is_word(0, word)) else {
                return Err(self.error("unrecognized GET DIAGNOSTICS item"));
            };
            if of_error != stacked {
                let kind = if stacked { "STACKED" } else { "CURRENT" };
                let item = word.to_uppercase();
                let message = format!("diagnostics item {item} is not allowed in GET {kind} DIAGNOSTICS");
                return Err(self.error(message));
            }
            self.advance();
            out.push((target, item));
            if !self.eat_symbol(",") {
                break;
            }
        }
        self.end_of_statement()?;
        Ok(Kind::Diagnostics { stacked, items: out })
    }
}
