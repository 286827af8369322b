//! A parsed body.

use crate::names::{Name, Names};

/// A variable of the body, by its place in [`Body::variables`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Var(pub usize);

/// What the caller knows of the function before its body is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signature {
    /// By which parameters may be qualified; none for DO.
    pub label: Option<String>,
    /// In order; a name may be empty. Outputs among them.
    pub parameters: Vec<ParameterName>,
    /// `$0` is a variable of the result's type, which is that of a parameter behind the others.
    pub result: bool,
    pub returns: Returns,
    /// `TG_*`, `NEW` and `OLD` are there.
    pub trigger: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterName {
    pub name: String,
    pub output: bool,
}

/// What RETURN may give.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Returns {
    /// A value.
    #[default]
    Value,
    /// Nothing: `void`.
    Void,
    /// Nothing: a procedure or DO.
    Nothing,
    /// Output parameters.
    Outputs,
    /// A set of values.
    Set,
    /// A set of output parameters.
    SetOfOutputs,
}

impl Returns {
    pub const fn is_set(self) -> bool {
        matches!(self, Self::Set | Self::SetOfOutputs)
    }
}

/// See [`crate::parse`].
#[derive(Clone, Debug, PartialEq)]
pub struct Body {
    pub variables: Vec<Variable>,
    pub names: Names,
    pub block: Block,
    /// What a name means that is a variable and a column.
    pub conflict: Conflict,
    pub print_strict_params: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Conflict {
    #[default]
    Error,
    Variable,
    Column,
}

/// SQL text inside of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sql {
    /// Without what does not belong to it (INTO and its targets), which leaves as many blanks.
    pub text: String,
    /// Byte offset in the body, and how many characters are before it.
    pub at: usize,
    pub before: usize,
    pub line: u32,
    /// The innermost name that it sees.
    pub names: Option<Name>,
    /// The whole assignment that it is the right side of.
    pub assignment: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    pub name: String,
    pub line: u32,
    pub ty: VarType,
    pub constant: bool,
    pub not_null: bool,
    pub default: Option<Sql>,
}

/// What a variable holds.
#[derive(Clone, Debug, PartialEq)]
pub enum VarType {
    /// The parameter with this number, from 0.
    Parameter(usize),
    /// A type as SQL writes it.
    Named(Sql),
    /// `name.…%TYPE` of a column, by its name's parts.
    OfColumn(Vec<String>, Sql),
    /// `variable%TYPE`, with `[]` behind it or not.
    OfVariable(Var),
    /// `table%ROWTYPE`.
    RowOf(Vec<String>, Sql),
    Record,
    /// A cursor; a bound one has a query.
    Cursor(Option<Box<CursorDef>>),
    /// A loop's counter.
    Integer,
    /// `FOUND`.
    Found,
    /// `SQLSTATE`, `SQLERRM`.
    SqlState,
    SqlErrm,
    /// The operand of a CASE, of whatever type it is.
    Operand,
    /// `TG_*`.
    Trigger(TriggerVariable),
    /// `NEW` and `OLD`.
    New,
    Old,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TriggerVariable {
    Name,
    When,
    Level,
    Op,
    RelId,
    RelName,
    TableName,
    TableSchema,
    NArgs,
    Argv,
}

#[derive(Clone, Debug, PartialEq)]
pub struct CursorDef {
    pub scroll: Option<bool>,
    /// Variables of the arguments.
    pub arguments: Vec<Var>,
    pub query: Sql,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    pub line: u32,
    pub label: Option<String>,
    /// Variables that it begins with anew.
    pub declared: Vec<Var>,
    pub statements: Vec<Statement>,
    pub handlers: Option<Handlers>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Handlers {
    pub state: Var,
    pub message: Var,
    pub arms: Vec<Handler>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Handler {
    pub conditions: Vec<Condition>,
    pub statements: Vec<Statement>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    Others,
    /// A code; one that ends in `000` stands for its class.
    Code(String),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    pub line: u32,
    pub kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    Block(Block),
    Assign {
        target: Target,
        value: Sql,
    },
    If {
        arms: Vec<(Sql, Vec<Statement>)>,
        otherwise: Vec<Statement>,
    },
    Case {
        operand: Option<(Var, Sql)>,
        arms: Vec<(Sql, Vec<Statement>)>,
        otherwise: Option<Vec<Statement>>,
    },
    Loop {
        label: Option<String>,
        body: Vec<Statement>,
    },
    While {
        label: Option<String>,
        condition: Sql,
        body: Vec<Statement>,
    },
    ForInteger {
        label: Option<String>,
        var: Var,
        reverse: bool,
        from: Sql,
        to: Sql,
        by: Option<Sql>,
        body: Vec<Statement>,
    },
    ForRows {
        label: Option<String>,
        into: Vec<Target>,
        rows: Rows,
        body: Vec<Statement>,
    },
    Foreach {
        label: Option<String>,
        into: Vec<Target>,
        slice: u32,
        array: Sql,
        body: Vec<Statement>,
    },
    Exit {
        continues: bool,
        label: Option<String>,
        when: Option<Sql>,
    },
    Return(Option<Sql>),
    /// Of output parameters as they are if there is no value.
    ReturnNext(Option<Sql>),
    ReturnQuery(Rows),
    Raise(Raise),
    Assert {
        condition: Sql,
        message: Option<Sql>,
    },
    Perform(Sql),
    Sql {
        sql: Sql,
        into: Option<Into>,
    },
    Execute {
        command: Sql,
        into: Option<Into>,
        using: Vec<Sql>,
    },
    Diagnostics {
        stacked: bool,
        items: Vec<(Target, Diagnostic)>,
    },
    Open {
        cursor: Var,
        scroll: Option<bool>,
        /// Of a bound cursor none, but perhaps arguments.
        rows: Option<Rows>,
        arguments: Vec<(Var, Sql)>,
    },
    Fetch {
        cursor: Var,
        direction: Direction,
        /// None for MOVE.
        into: Option<Vec<Target>>,
    },
    Close(Var),
    Null,
    Call(Sql),
    Commit {
        chain: bool,
    },
    Rollback {
        chain: bool,
    },
}

impl Kind {
    /// As CONTEXT lines name it.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Block(_) => "statement block",
            Self::Assign { .. } => "assignment",
            Self::If { .. } => "IF",
            Self::Case { .. } => "CASE",
            Self::Loop { .. } => "LOOP",
            Self::While { .. } => "WHILE",
            Self::ForInteger { .. } => "FOR with integer loop variable",
            Self::ForRows { rows: Rows::Query(_), .. } => "FOR over SELECT rows",
            Self::ForRows { rows: Rows::Execute { .. }, .. } => "FOR over EXECUTE statement",
            Self::ForRows { rows: Rows::Cursor { .. }, .. } => "FOR over cursor",
            Self::Foreach { .. } => "FOREACH over array",
            Self::Exit { continues: false, .. } => "EXIT",
            Self::Exit { continues: true, .. } => "CONTINUE",
            Self::Return(_) => "RETURN",
            Self::ReturnNext(_) => "RETURN NEXT",
            Self::ReturnQuery(_) => "RETURN QUERY",
            Self::Raise(_) => "RAISE",
            Self::Assert { .. } => "ASSERT",
            Self::Perform(_) => "PERFORM",
            Self::Sql { .. } => "SQL statement",
            Self::Execute { .. } => "EXECUTE",
            Self::Diagnostics { stacked: false, .. } => "GET DIAGNOSTICS",
            Self::Diagnostics { stacked: true, .. } => "GET STACKED DIAGNOSTICS",
            Self::Open { .. } => "OPEN",
            Self::Fetch { into: Some(_), .. } => "FETCH",
            Self::Fetch { into: None, .. } => "MOVE",
            Self::Close(_) => "CLOSE",
            Self::Null => "NULL",
            Self::Call(sql) if starts_with_do(&sql.text) => "DO",
            Self::Call(_) => "CALL",
            Self::Commit { .. } => "COMMIT",
            Self::Rollback { .. } => "ROLLBACK",
        }
    }
}

fn starts_with_do(text: &str) -> bool {
    text.get(..2).is_some_and(|t| t.eq_ignore_ascii_case("do"))
}

/// Where rows come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Rows {
    Query(Sql),
    Execute {
        command: Sql,
        using: Vec<Sql>,
    },
    /// A bound cursor and its arguments.
    Cursor {
        cursor: Var,
        arguments: Vec<(Var, Sql)>,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub struct Into {
    pub strict: bool,
    pub targets: Vec<Target>,
}

/// A variable, or a part of what it holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    pub var: Var,
    pub path: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    Field(String),
    /// `[…]`, brackets included.
    Subscript(Sql),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Raise {
    pub level: Level,
    pub what: RaiseWhat,
    pub using: Vec<(RaiseOption, Sql)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Debug,
    Log,
    Info,
    Notice,
    Warning,
    Exception,
}

#[derive(Clone, Debug, PartialEq)]
pub enum RaiseWhat {
    /// The error that is being handled, again.
    Again,
    /// Only what USING says.
    Nothing,
    Format {
        format: String,
        arguments: Vec<Sql>,
    },
    /// A condition's name as it was written, and its code.
    Condition {
        name: String,
        code: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RaiseOption {
    Errcode,
    Message,
    Detail,
    Hint,
    Column,
    Constraint,
    Datatype,
    Table,
    Schema,
}

impl RaiseOption {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Errcode => "ERRCODE",
            Self::Message => "MESSAGE",
            Self::Detail => "DETAIL",
            Self::Hint => "HINT",
            Self::Column => "COLUMN",
            Self::Constraint => "CONSTRAINT",
            Self::Datatype => "DATATYPE",
            Self::Table => "TABLE",
            Self::Schema => "SCHEMA",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Diagnostic {
    RowCount,
    Context,
    RoutineOid,
    ReturnedSqlstate,
    MessageText,
    ExceptionDetail,
    ExceptionHint,
    ExceptionContext,
    ColumnName,
    ConstraintName,
    DatatypeName,
    TableName,
    SchemaName,
}

/// Which row FETCH wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Direction {
    Next,
    Prior,
    First,
    Last,
    Absolute(Sql),
    Relative(Sql),
    Forward(Option<Sql>),
    ForwardAll,
    Backward(Option<Sql>),
    BackwardAll,
}
