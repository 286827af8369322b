//! RAISE, ASSERT and GET DIAGNOSTICS, and which handler takes an error.

use gavel_plpgsql::conditions;
use gavel_plpgsql::tree::{Condition, Diagnostic, Level, Raise, RaiseOption, RaiseWhat, Sql, Target};
use gavel_types::text_io::to_text;
use gavel_types::{Datum, Notice, PgType, Severity, SqlError, SqlResult, SqlState};

use crate::procedural::activation::{Activation, Kind, with_context};
use crate::session::Session;

/// Whether a handler of these conditions takes an error.
pub fn takes(conditions: &[Condition], error: &SqlError) -> bool {
    let code = error.code();
    let code = code.as_str();
    conditions.iter().any(|condition| match condition {
        Condition::Others => conditions::is_other(code),
        Condition::Code(wanted) => conditions::matches(wanted, code),
    })
}

impl Session {
    /// RAISE.
    ///
    /// # Errors
    /// What it raises; 22004 for options that are NULL.
    pub(crate) async fn raise(&mut self, act: &mut Activation, raise: &Raise) -> SqlResult<()> {
        let mut code = match raise.level {
            Level::Exception => SqlState::RaiseException,
            Level::Warning => SqlState::Warning,
            _ => SqlState::SuccessfulCompletion,
        };
        let mut message: Option<String> = None;
        let mut named = None;
        match &raise.what {
            RaiseWhat::Again => {
                return match act.handled.last() {
                    Some(error) => {
                        act.told = true;
                        Err(error.clone())
                    }
                    None => Err(SqlError::new(
                        SqlState::StackedDiagnosticsAccessedWithoutActiveHandler,
                        "RAISE without parameters cannot be used outside an exception handler",
                    )),
                };
            }
            RaiseWhat::Nothing => {}
            RaiseWhat::Format { format, arguments } => message = Some(self.formatted(act, format, arguments).await?),
            RaiseWhat::Condition { name, code: own } => {
                code = SqlState::of_code(own).unwrap_or(code);
                named = Some(name.clone());
            }
        }
        let mut options: Vec<(RaiseOption, String)> = Vec::new();
        for (option, sql) in &raise.using {
            let Some(value) = self.shown(act, sql).await? else {
                return Err(SqlError::new(SqlState::NullValueNotAllowed, "RAISE statement option cannot be null"));
            };
            if options.iter().any(|(own, _)| own == option) || *option == RaiseOption::Message && message.is_some() {
                let text = format!("RAISE option already specified: {}", option.word());
                return Err(SqlError::new(SqlState::SyntaxError, text));
            }
            if *option == RaiseOption::Errcode {
                if named.is_some() {
                    return Err(SqlError::new(SqlState::SyntaxError, "RAISE option already specified: ERRCODE"));
                }
                let known = conditions::codes(&value).next();
                code = known.and_then(SqlState::of_code).or_else(|| SqlState::of_code(&value)).ok_or_else(|| {
                    SqlError::new(SqlState::UndefinedObject, format!("unrecognized exception condition \"{value}\""))
                })?;
                named = named.or(Some(value.clone()));
            }
            if *option == RaiseOption::Message {
                message = Some(value.clone());
            }
            options.push((*option, value));
        }
        let message = message.or(named).unwrap_or_else(|| code.as_str().to_owned());
        let mut error = SqlError::new(code, message);
        for (option, value) in options {
            error = match option {
                RaiseOption::Errcode | RaiseOption::Message => error,
                RaiseOption::Detail => error.detail(value),
                RaiseOption::Hint => error.hint(value),
                RaiseOption::Column => error.column(value),
                RaiseOption::Constraint => error.constraint(value),
                RaiseOption::Datatype => error.data_type(value),
                RaiseOption::Table => error.table(value),
                RaiseOption::Schema => error.schema(value),
            };
        }
        let severity = match raise.level {
            Level::Exception => return Err(error),
            Level::Debug => Severity::Debug,
            Level::Log => Severity::Log,
            Level::Info => Severity::Info,
            Level::Notice => Severity::Notice,
            Level::Warning => Severity::Warning,
        };
        if self.wants(severity) {
            let context = self.stack(act);
            self.notices.push(Notice { severity, error: with_context(error, &context) });
        }
        Ok(())
    }

    /// Where the body is, and the bodies that called it.
    fn stack(&self, act: &Activation) -> String {
        std::iter::once(act.place()).chain(self.routines.bodies.around()).collect::<Vec<_>>().join("\n")
    }

    /// Whether the client hears of notices this severe.
    pub(crate) fn wants(&self, severity: Severity) -> bool {
        let least = self.shared.settings.lock().raw("client_min_messages");
        let rank = match severity {
            Severity::Info => return true,
            Severity::Debug => 0,
            Severity::Log => 1,
            Severity::Notice => 2,
            Severity::Warning => 3,
        };
        let wanted = match &*least {
            "log" => 1,
            "notice" => 2,
            "warning" => 3,
            "error" => 4,
            _ => 0,
        };
        rank >= wanted
    }

    /// The text of a value; `None` for NULL.
    async fn shown(&mut self, act: &mut Activation, sql: &Sql) -> SqlResult<Option<String>> {
        let (value, kind) = self.value_of(act, sql).await?;
        if value.is_null() {
            return Ok(None);
        }
        let style = self.text_style_now();
        Ok(Some(to_text(&value, kind.ty, &style)))
    }

    /// The format of RAISE with values in place of `%`.
    async fn formatted(&mut self, act: &mut Activation, format: &str, arguments: &[Sql]) -> SqlResult<String> {
        let mut out = String::new();
        let mut arguments = arguments.iter();
        let mut chars = format.chars().peekable();
        while let Some(c) = chars.next() {
            if c != '%' {
                out.push(c);
            } else if chars.peek() == Some(&'%') {
                chars.next();
                out.push('%');
            } else if let Some(sql) = arguments.next() {
                match self.shown(act, sql).await? {
                    Some(text) => out.push_str(&text),
                    None => out.push_str("<NULL>"),
                }
            }
        }
        Ok(out)
    }

    /// ASSERT.
    pub(crate) async fn assertion(
        &mut self,
        act: &mut Activation,
        condition: &Sql,
        message: Option<&Sql>,
    ) -> SqlResult<()> {
        if self.shared.settings.lock().show("plpgsql.check_asserts").is_some_and(|on| on == "off") {
            return Ok(());
        }
        if self.holds(act, condition).await? {
            return Ok(());
        }
        let text = match message {
            Some(sql) => self.shown(act, sql).await?,
            None => None,
        };
        Err(SqlError::new(SqlState::AssertFailure, text.unwrap_or_else(|| "assertion failed".into())))
    }

    /// GET DIAGNOSTICS.
    pub(crate) async fn diagnostics(
        &mut self,
        act: &mut Activation,
        stacked: bool,
        items: &[(Target, Diagnostic)],
    ) -> SqlResult<()> {
        let error = match (stacked, act.handled.last()) {
            (false, _) => SqlError::internal(""),
            (true, Some(error)) => error.clone(),
            (true, None) => {
                return Err(SqlError::new(
                    SqlState::StackedDiagnosticsAccessedWithoutActiveHandler,
                    "GET STACKED DIAGNOSTICS cannot be used outside an exception handler",
                ));
            }
        };
        for (target, item) in items {
            use Diagnostic as D;
            let fields = error.fields();
            let text = |text: &Option<String>| (Datum::text(text.clone().unwrap_or_default()), PgType::TEXT);
            let (value, ty) = match item {
                D::RowCount => (Datum::Int8(act.row_count), PgType::INT8),
                D::RoutineOid => (Datum::Oid(act.compiled.oid.0), PgType::new(gavel_types::Oid::OID)),
                D::Context => (Datum::text(self.stack(act)), PgType::TEXT),
                D::ReturnedSqlstate => (Datum::text(fields.code.as_str()), PgType::TEXT),
                D::MessageText => (Datum::text(fields.message.as_str()), PgType::TEXT),
                D::ExceptionDetail => text(&fields.detail),
                D::ExceptionHint => text(&fields.hint),
                D::ExceptionContext => text(&fields.context),
                D::ColumnName => text(&fields.column),
                D::ConstraintName => text(&fields.constraint),
                D::DatatypeName => text(&fields.data_type),
                D::TableName => text(&fields.table),
                D::SchemaName => text(&fields.schema),
            };
            self.assign_target(act, target, value, Kind::of(ty)).await?;
        }
        Ok(())
    }
}
