//! Errors as a PostgreSQL client sees them (manual §55.8, "Error and Notice Message Fields").

use crate::sqlstate::SqlState;

/// Result of anything that can fail with an error meant for the client.
pub type SqlResult<T> = Result<T, SqlError>;

/// An error in the words of PostgreSQL. Boxed inside, so that `Result` stays small.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlError(Box<ErrorFields>);

/// The fields of an ErrorResponse. Optional ones are absent when `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorFields {
    pub code: SqlState,
    pub message: String,
    pub detail: Option<String>,
    pub hint: Option<String>,
    /// 1-based position in the statement text, in characters.
    pub position: Option<usize>,
    pub context: Option<String>,
    pub schema: Option<String>,
    pub table: Option<String>,
    pub column: Option<String>,
    pub data_type: Option<String>,
    pub constraint: Option<String>,
    /// PostgreSQL's function that raises this, where clients tell an error by it.
    pub routine: Option<&'static str>,
}

impl SqlError {
    /// An error with its primary message.
    pub fn new(code: SqlState, message: impl Into<String>) -> Self {
        Self(Box::new(ErrorFields {
            code,
            message: message.into(),
            detail: None,
            hint: None,
            position: None,
            context: None,
            schema: None,
            table: None,
            column: None,
            data_type: None,
            constraint: None,
            routine: None,
        }))
    }

    /// 0A000 for what is truly unsupported.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::new(SqlState::FeatureNotSupported, message)
    }

    /// XX000: a fault of ours, never of the client's.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(SqlState::InternalError, message)
    }

    #[must_use]
    pub fn detail(mut self, text: impl Into<String>) -> Self {
        self.0.detail = Some(text.into());
        self
    }

    /// The error with this DETAIL, or with none.
    #[must_use]
    pub fn with_detail(mut self, text: Option<String>) -> Self {
        self.0.detail = text;
        self
    }

    #[must_use]
    pub fn hint(mut self, text: impl Into<String>) -> Self {
        self.0.hint = Some(text.into());
        self
    }

    /// Sets the position unless one is set already: the innermost place knows best.
    #[must_use]
    pub fn at(mut self, position: Option<usize>) -> Self {
        self.0.position = self.0.position.or(position);
        self
    }

    /// The same in a text that this one stands in, behind so many characters.
    #[must_use]
    pub fn moved(mut self, characters: usize) -> Self {
        self.0.position = self.0.position.map(|p| p + characters);
        self
    }

    /// Without a position: the text was not the client's.
    #[must_use]
    pub fn nowhere(mut self) -> Self {
        self.0.position = None;
        self
    }

    #[must_use]
    pub fn context(mut self, text: impl Into<String>) -> Self {
        self.0.context = Some(text.into());
        self
    }

    #[must_use]
    pub fn schema(mut self, name: impl Into<String>) -> Self {
        self.0.schema = Some(name.into());
        self
    }

    #[must_use]
    pub fn table(mut self, name: impl Into<String>) -> Self {
        self.0.table = Some(name.into());
        self
    }

    #[must_use]
    pub fn column(mut self, name: impl Into<String>) -> Self {
        self.0.column = Some(name.into());
        self
    }

    #[must_use]
    pub fn data_type(mut self, name: impl Into<String>) -> Self {
        self.0.data_type = Some(name.into());
        self
    }

    #[must_use]
    pub fn constraint(mut self, name: impl Into<String>) -> Self {
        self.0.constraint = Some(name.into());
        self
    }

    #[must_use]
    pub fn routine(mut self, name: &'static str) -> Self {
        self.0.routine = Some(name);
        self
    }

    /// With names of types in the place of their numbers.
    #[must_use]
    pub fn with_type_names(mut self, names: &dyn crate::text_io::NameResolver) -> Self {
        let fields = &mut *self.0;
        for text in std::iter::once(&mut fields.message).chain(fields.detail.as_mut()).chain(fields.hint.as_mut()) {
            if let std::borrow::Cow::Owned(named) = crate::text_io::name_types(text, names) {
                *text = named;
            }
        }
        self
    }

    pub fn code(&self) -> SqlState {
        self.0.code
    }

    pub fn message(&self) -> &str {
        &self.0.message
    }

    pub fn fields(&self) -> &ErrorFields {
        &self.0
    }
}

impl std::fmt::Display for SqlError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.0.message, self.0.code.as_str())
    }
}

impl std::error::Error for SqlError {}

/// Severity of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Debug,
    Log,
    Info,
    Notice,
    Warning,
}

impl Severity {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "DEBUG",
            Self::Log => "LOG",
            Self::Info => "INFO",
            Self::Notice => "NOTICE",
            Self::Warning => "WARNING",
        }
    }
}

/// A NoticeResponse: the same fields as an error, but the statement goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub severity: Severity,
    /// `code` is 00000 for plain notices, 01000 for warnings.
    pub error: SqlError,
}

impl Notice {
    #[allow(clippy::self_named_constructors)] // beside `warning`, the plain word is the clear one
    pub fn notice(message: impl Into<String>) -> Self {
        Self { severity: Severity::Notice, error: SqlError::new(SqlState::SuccessfulCompletion, message) }
    }

    pub fn warning(code: SqlState, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, error: SqlError::new(code, message) }
    }
}
