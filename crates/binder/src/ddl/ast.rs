//! Statements that define things, as written: names folded, nothing looked up. Expressions, queries and
//! types are `sqlparser`'s.

use gavel_catalog::function::{FunctionKind, Mode};
use gavel_catalog::{OnCommit, PolicyCommand};
use sqlparser::ast::{DataType, Expr, Query};
use sqlparser::tokenizer::Span;

/// `a`, `schema.a` or `database.schema.a`.
#[derive(Clone, Debug, PartialEq)]
pub struct QualifiedName(pub Vec<String>);

impl std::fmt::Display for QualifiedName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

/// A table as TRUNCATE and LOCK name it: `t` and `t *` with the tables that inherit from it, `ONLY t` without.
#[derive(Clone, Debug, PartialEq)]
pub struct TableRef {
    pub name: QualifiedName,
    pub only: bool,
}

/// How long what is created will last, as written. Where it is put may make it temporary after all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Persistence {
    Permanent,
    /// Kept as what is permanent.
    Unlogged,
    Temporary,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Ddl {
    CreateTable(CreateTable),
    CreateTableAs(CreateTableAs),
    /// CREATE TABLE AS of a prepared statement: `before` and `after` are the text around EXECUTE.
    CreateTableAsExecute {
        before: String,
        prepared: String,
        arguments: Vec<Expr>,
        after: String,
    },
    CreateIndex(CreateIndex),
    CreateView(CreateView),
    CreateMaterializedView(CreateTableAs),
    RefreshMaterializedView {
        name: QualifiedName,
        concurrently: bool,
        with_data: bool,
    },
    CreateSequence {
        name: QualifiedName,
        if_not_exists: bool,
        persistence: Persistence,
        options: Vec<SequenceOption>,
    },
    CreateType {
        name: QualifiedName,
        definition: TypeDefinition,
    },
    CreateDomain(CreateDomain),
    CreateFunction(Box<CreateFunction>),
    CreatePolicy(Box<CreatePolicy>),
    AlterPolicy(Box<AlterPolicy>),
    DropPolicy(DropPolicy),
    CreateAggregate(Box<CreateAggregate>),
    CreateOperator {
        name: QualifiedName,
        /// In the order in which they were written, by their names as written.
        attributes: Vec<(String, Attribute)>,
    },
    AlterOperator {
        name: OperatorName,
        action: OperatorAction,
    },
    DropOperator {
        names: Vec<OperatorName>,
        if_exists: bool,
        cascade: bool,
    },
    CreateOperatorClass(Box<CreateOperatorClass>),
    CreateOperatorFamily {
        name: OperatorGroupName,
    },
    AlterOperatorGroup {
        name: OperatorGroupName,
        action: OperatorGroupAction,
    },
    DropOperatorGroup {
        name: OperatorGroupName,
        if_exists: bool,
        cascade: bool,
    },
    AlterFunction(AlterFunction),
    DropFunction(DropFunction),
    CreateSchema {
        name: Option<String>,
        if_not_exists: bool,
        owner: Option<String>,
        /// What is made in it, in the order written: CREATE of relations, and GRANT.
        elements: Vec<Ddl>,
    },
    CreateDatabase {
        name: String,
        options: Vec<(String, String)>,
    },
    CreateRole {
        name: String,
        options: Vec<RoleOption>,
        login: bool,
    },
    Alter(Alter),
    AlterRole {
        name: String,
        options: Vec<RoleOption>,
    },
    AlterDatabase {
        name: String,
    },
    Drop(Drop),
    Truncate {
        tables: Vec<TableRef>,
        restart_identity: bool,
        cascade: bool,
    },
    Comment {
        on: CommentTarget,
        text: Option<String>,
    },
    Grant(Grant),
    AlterDefaultPrivileges(DefaultPrivileges),
    /// ALTER GROUP … ADD or DROP USER.
    AlterGroup {
        group: String,
        members: Vec<String>,
        drop: bool,
    },
    /// ALTER LARGE OBJECT … OWNER TO.
    AlterLargeObject {
        /// Its OID as a number is written, which may be too large for one.
        oid: String,
        owner: String,
    },
    ReassignOwned {
        roles: Vec<String>,
        to: String,
    },
    DropOwned {
        roles: Vec<String>,
        cascade: bool,
    },
    CreateTrigger(Box<CreateTrigger>),
    DropTrigger {
        name: TriggerName,
        if_exists: bool,
    },
    RenameTrigger {
        name: TriggerName,
        to: String,
    },
    CreateRule(Box<CreateRule>),
    DropRule {
        name: RuleName,
        if_exists: bool,
        cascade: bool,
    },
    RenameRule {
        name: RuleName,
        to: String,
    },
    /// Concerns the session or its transaction and changes no catalog.
    Session(SessionCommand),
    /// REINDEX of an index or a table.
    Reindex {
        name: QualifiedName,
        index: bool,
        concurrently: bool,
    },
    /// VACUUM, ANALYZE, CLUSTER of these tables (all, if none is named), REINDEX of more than a table: nothing to do.
    Maintain {
        tag: &'static str,
        /// With the columns that are listed behind each.
        tables: Vec<(QualifiedName, Vec<String>)>,
        /// Of CLUSTER … USING.
        index: Option<String>,
        blocks_forbidden: bool,
    },
    /// Has no effect here: CHECKPOINT, ALTER … SET STATISTICS, …
    Accepted {
        tag: String,
    },
    /// Drops what there is none of, or makes what is there already.
    NothingToDo {
        tag: String,
        /// That each of them does not exist, or does.
        told: Vec<String>,
        present: bool,
        /// IF EXISTS, IF NOT EXISTS: it is no error.
        skipped: bool,
    },
    /// PostgreSQL has it, Gavel does not.
    Unsupported(String),
}

#[derive(Clone, Debug, PartialEq)]
pub struct CreateTable {
    pub name: QualifiedName,
    pub if_not_exists: bool,
    pub persistence: Persistence,
    pub on_commit: Option<OnCommit>,
    /// OF: the composite type that columns are taken from.
    pub of_type: Option<QualifiedName>,
    /// PARTITION OF: `elements` are then those of a typed table.
    pub partition_of: Option<PartitionOf>,
    pub partition_by: Option<PartitionBy>,
    /// INHERITS: the parents, in the order written.
    pub inherits: Vec<QualifiedName>,
    pub elements: Vec<TableElement>,
    /// Storage parameters, `name=value`.
    pub options: Vec<String>,
}

/// `PARTITION BY strategy (key, …)`.
#[derive(Clone, Debug, PartialEq)]
pub struct PartitionBy {
    /// As written, folded: there are `list`, `range` and `hash`.
    pub strategy: String,
    pub keys: Vec<PartitionElement>,
}

/// One column or expression of a partition key.
#[derive(Clone, Debug, PartialEq)]
pub struct PartitionElement {
    /// A lone name is a column; all else is an expression.
    pub expr: Expr,
    pub collation: Option<QualifiedName>,
    /// The operator class that is named.
    pub class: Option<QualifiedName>,
    /// Where it begins.
    pub span: Span,
}

/// PARTITION OF: the partitioned table, and what the new table has of it.
#[derive(Clone, Debug, PartialEq)]
pub struct PartitionOf {
    pub parent: QualifiedName,
    pub bound: BoundSpec,
}

/// FOR VALUES or DEFAULT of a partition, as written.
#[derive(Clone, Debug, PartialEq)]
pub struct BoundSpec {
    pub kind: BoundKind,
    /// IN, FROM, WITH or DEFAULT: the place of errors about the whole.
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum BoundKind {
    Default,
    List(Vec<Expr>),
    /// MINVALUE and MAXVALUE are names like columns.
    Range {
        from: Vec<Expr>,
        to: Vec<Expr>,
    },
    /// Names with their places, and numbers, in the order written: MODULUS and REMAINDER.
    Hash(Vec<(String, Span, i64)>),
}

/// How DETACH PARTITION goes about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detach {
    Plain,
    Concurrently,
    Finalize,
}

#[derive(Clone, Debug, PartialEq)]
pub enum TableElement {
    Column(ColumnDef),
    Constraint(TableConstraint),
    /// Of a typed table: what a column has beside its type.
    Options {
        column: String,
        constraints: Vec<ColumnConstraint>,
    },
    Like {
        table: QualifiedName,
        including: Including,
    },
}

/// INCLUDING and EXCLUDING of LIKE.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Including {
    pub comments: bool,
    pub constraints: bool,
    pub defaults: bool,
    pub generated: bool,
    pub identity: bool,
    pub indexes: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ColumnDef {
    pub name: String,
    pub ty: DataType,
    pub collation: Option<QualifiedName>,
    pub constraints: Vec<ColumnConstraint>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ColumnConstraint {
    pub name: Option<String>,
    pub kind: ColumnConstraintKind,
    pub timing: Timing,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ColumnConstraintKind {
    NotNull,
    Null,
    Default(Expr),
    /// `always` is false for BY DEFAULT, which the grammar has and PostgreSQL refuses.
    Generated {
        expr: Expr,
        always: bool,
    },
    Identity {
        always: bool,
        options: Vec<SequenceOption>,
    },
    Unique {
        nulls_not_distinct: bool,
    },
    PrimaryKey,
    Check(Expr),
    References(References),
}

/// DEFERRABLE, INITIALLY, NOT VALID.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timing {
    pub deferrable: bool,
    pub initially_deferred: bool,
    pub not_valid: bool,
    /// NOT DEFERRABLE was written.
    pub not_deferrable: bool,
    pub no_inherit: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct References {
    pub table: QualifiedName,
    /// Empty: the primary key.
    pub columns: Vec<String>,
    pub full: bool,
    pub on_delete: Action,
    /// Columns behind ON DELETE SET NULL or SET DEFAULT; empty: all.
    pub delete_sets: Vec<String>,
    pub on_update: Action,
    /// ON UPDATE had such columns, which the grammar has and PostgreSQL refuses: the words of the action.
    pub update_sets: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    NoAction,
    Restrict,
    Cascade,
    SetNull,
    SetDefault,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TableConstraint {
    pub name: Option<String>,
    pub kind: TableConstraintKind,
    pub timing: Timing,
}

#[derive(Clone, Debug, PartialEq)]
pub enum TableConstraintKind {
    Check(Expr),
    Unique { columns: Vec<String>, include: Vec<String>, nulls_not_distinct: bool },
    PrimaryKey { columns: Vec<String>, include: Vec<String> },
    UsingIndex { primary: bool, index: String },
    ForeignKey { columns: Vec<String>, references: References },
    Exclude(Exclusion),
}

/// `EXCLUDE USING method (key WITH operator, …) INCLUDE (…) WITH (…) WHERE (…)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Exclusion {
    /// Access method as written.
    pub method: Option<String>,
    pub columns: Vec<IndexColumn>,
    /// The operator of each column.
    pub operators: Vec<String>,
    pub include: Vec<String>,
    /// Storage parameters, `name=value`.
    pub options: Vec<String>,
    pub predicate: Option<Expr>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct CreateTableAs {
    pub name: QualifiedName,
    pub columns: Vec<String>,
    pub query: Box<Query>,
    pub with_data: bool,
    pub if_not_exists: bool,
    pub persistence: Persistence,
    pub on_commit: Option<OnCommit>,
    /// `SELECT … INTO`, whose tag differs.
    pub select_into: bool,
    /// Storage parameters, `name=value`.
    pub options: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct CreateIndex {
    pub name: Option<QualifiedName>,
    pub table: QualifiedName,
    /// ON ONLY: not for its partitions.
    pub only: bool,
    pub unique: bool,
    pub concurrently: bool,
    /// ASYNC, which PostgreSQL does not have: answered with a job's id, and built behind the session.
    pub asynchronous: bool,
    pub if_not_exists: bool,
    /// Access method as written.
    pub method: Option<String>,
    pub columns: Vec<IndexColumn>,
    pub include: Vec<String>,
    pub nulls_not_distinct: bool,
    /// Storage parameters, `name=value`.
    pub options: Vec<String>,
    pub predicate: Option<Expr>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct IndexColumn {
    pub expr: Expr,
    /// The operator class that is named.
    pub class: Option<QualifiedName>,
    /// Whether that class is given parameters.
    pub class_options: bool,
    /// ASC or DESC is written.
    pub directed: bool,
    pub descending: bool,
    /// `None`: last ascending, first descending.
    pub nulls_first: Option<bool>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum TypeDefinition {
    /// Labels.
    Enum(Vec<String>),
    /// Fields, which have no constraints.
    Composite(Vec<ColumnDef>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct CreateDomain {
    pub name: QualifiedName,
    pub ty: DataType,
    /// NOT NULL, NULL, DEFAULT and CHECK.
    pub constraints: Vec<ColumnConstraint>,
}

/// What a function or procedure is called in ALTER, DROP and COMMENT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrittenKind {
    Only(FunctionKind),
    /// Either.
    Routine,
}

#[derive(Clone, Debug, PartialEq)]
pub struct CreateFunction {
    pub kind: FunctionKind,
    pub name: QualifiedName,
    pub or_replace: bool,
    /// With the columns of RETURNS TABLE behind them.
    pub parameters: Vec<ParameterDef>,
    pub result: Option<FunctionResult>,
    /// In the order in which they were written.
    pub options: Vec<FunctionOption>,
    /// One that is no string.
    pub body: Option<FunctionBody>,
}

/// CREATE AGGREGATE.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateAggregate {
    pub name: QualifiedName,
    pub or_replace: bool,
    /// `None`: in the old way, in which an attribute says the type.
    pub arguments: Option<AggregateArguments>,
    /// In the order in which they were written, by their names as written.
    pub attributes: Vec<(String, Attribute)>,
}

/// An operator with its operands, as ALTER, DROP and COMMENT name it; `None` for NONE.
#[derive(Clone, Debug, PartialEq)]
pub struct OperatorName {
    pub name: QualifiedName,
    pub left: Option<DataType>,
    pub right: Option<DataType>,
}

/// What a statement about operators of an access method is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperatorGroup {
    Class,
    Family,
}

impl OperatorGroup {
    /// As messages say it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Class => "operator class",
            Self::Family => "operator family",
        }
    }
}

/// An operator class or family, with its access method.
#[derive(Clone, Debug, PartialEq)]
pub struct OperatorGroupName {
    pub group: OperatorGroup,
    pub name: QualifiedName,
    pub method: String,
}

/// CREATE OPERATOR CLASS.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateOperatorClass {
    pub name: OperatorGroupName,
    pub default: bool,
    pub ty: DataType,
    pub family: Option<QualifiedName>,
    pub items: Vec<ClassItem>,
}

/// A member of an operator class or family, as it is defined.
#[derive(Clone, Debug, PartialEq)]
pub enum ClassItem {
    Operator {
        number: i64,
        name: QualifiedName,
        /// `None` for NONE; nothing at all where the types go without saying.
        operands: Option<(Option<DataType>, Option<DataType>)>,
        /// The family of an ordering operator.
        order_by: Option<QualifiedName>,
    },
    Function {
        number: i64,
        /// Empty if none are written.
        types: Vec<DataType>,
        function: FunctionName,
    },
    Storage(DataType),
}

/// A member of an operator family, as ALTER drops it.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberName {
    /// Of a support function, not an operator.
    pub function: bool,
    pub number: i64,
    pub types: Vec<DataType>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum OperatorGroupAction {
    Rename(String),
    Owner(String),
    SetSchema(String),
    /// Of a family.
    Add(Vec<ClassItem>),
    /// Of a family.
    Drop(Vec<MemberName>),
}

#[derive(Clone, Debug, PartialEq)]
pub enum OperatorAction {
    Owner(String),
    SetSchema(String),
    Set(Vec<(String, Attribute)>),
}

/// The arguments of an aggregate.
#[derive(Clone, Debug, PartialEq)]
pub struct AggregateArguments {
    /// The direct ones first.
    pub parameters: Vec<ParameterDef>,
    /// How many are direct, of an aggregate with ORDER BY; `None` without.
    pub direct: Option<usize>,
}

/// What is said of an attribute in definitions of aggregates and operators.
#[derive(Clone, Debug, PartialEq)]
pub enum Attribute {
    /// Nothing: it is on.
    On,
    Text(String),
    Number(String),
    /// Symbol of an operator, perhaps with a schema.
    Operator(QualifiedName),
    /// A type, or a name of something else that has the same form.
    Name(QualifiedName, DataType),
}

#[derive(Clone, Debug, PartialEq)]
pub struct ParameterDef {
    /// Empty if it has none.
    pub name: String,
    pub mode: Mode,
    pub ty: FunctionType,
    pub default: Option<Expr>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct FunctionType {
    pub ty: DataType,
    /// SETOF.
    pub set: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum FunctionResult {
    Type(FunctionType),
    Table(Vec<ParameterDef>),
}

#[derive(Clone, Debug, PartialEq)]
pub enum FunctionBody {
    /// RETURN: text of the expression.
    Return(String),
    /// BEGIN ATOMIC: text of each statement.
    Atomic(Vec<String>),
}

#[derive(Clone, Debug, PartialEq)]
pub enum FunctionOption {
    /// AS; the second string is the symbol of a function in C.
    As(String, Option<String>),
    Language(String),
    Window,
    Transform,
    Support,
    Volatility(char),
    Strict(bool),
    SecurityDefiner(bool),
    Leakproof(bool),
    Parallel(String),
    Cost(f32),
    Rows(f32),
    /// Without values: FROM CURRENT.
    Set {
        name: String,
        values: Option<Vec<String>>,
    },
    /// `None`: RESET ALL.
    Reset(Option<String>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct FunctionName {
    pub name: QualifiedName,
    /// `None`: whichever has the name.
    pub parameters: Option<Vec<ParameterDef>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct DropFunction {
    pub kind: WrittenKind,
    pub names: Vec<FunctionName>,
    pub if_exists: bool,
    pub cascade: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct AlterFunction {
    pub kind: WrittenKind,
    pub name: FunctionName,
    pub action: FunctionAction,
}

#[derive(Clone, Debug, PartialEq)]
pub enum FunctionAction {
    Rename(String),
    Owner(String),
    SetSchema(String),
    Options(Vec<FunctionOption>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct CreateView {
    pub name: QualifiedName,
    pub or_replace: bool,
    pub persistence: Persistence,
    pub columns: Vec<String>,
    /// `security_barrier=true`, `check_option=local`.
    pub options: Vec<String>,
    pub query: Box<Query>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum SequenceOption {
    Type(DataType),
    Increment(i64),
    /// `None`: NO MINVALUE.
    Min(Option<i64>),
    Max(Option<i64>),
    Start(i64),
    /// `None`: at its start value.
    Restart(Option<i64>),
    Cache(i64),
    Cycle(bool),
    /// `None`: OWNED BY NONE. Else table and column.
    OwnedBy(Option<(QualifiedName, String)>),
    Name(QualifiedName),
}

#[derive(Clone, Debug, PartialEq)]
pub enum RoleOption {
    Superuser(bool),
    CreateDb(bool),
    CreateRole(bool),
    Inherit(bool),
    Login(bool),
    /// `None`: no password.
    Password(Option<String>),
    /// CONNECTION LIMIT; negative: none.
    ConnectionLimit(i64),
    /// IN ROLE: what the new role becomes a member of.
    In(Vec<String>),
    /// ROLE and ADMIN: who becomes a member of the new role, and whether with the admin option.
    Members(Vec<String>, bool),
    Replication(bool),
    BypassRls(bool),
    /// Without effect here.
    Other,
}

/// CREATE POLICY.
#[derive(Clone, Debug, PartialEq)]
pub struct CreatePolicy {
    pub name: String,
    pub table: QualifiedName,
    /// AS, as written and folded: there are `permissive` and `restrictive`.
    pub kind: Option<String>,
    pub command: PolicyCommand,
    pub def: PolicyDef,
}

/// Whom a policy is for, and its conditions.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyDef {
    /// `public` is everybody; empty if none are named.
    pub roles: Vec<String>,
    pub using: Option<Expr>,
    pub check: Option<Expr>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct AlterPolicy {
    pub name: String,
    pub table: QualifiedName,
    pub change: PolicyChange,
}

#[derive(Clone, Debug, PartialEq)]
pub enum PolicyChange {
    Rename(String),
    /// What is not there stays as it is.
    Definition(PolicyDef),
}

#[derive(Clone, Debug, PartialEq)]
pub struct DropPolicy {
    pub name: String,
    pub table: QualifiedName,
    pub if_exists: bool,
}

/// What an ALTER or DROP is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    Table,
    Index,
    View,
    MaterializedView,
    Sequence,
    Schema,
    Database,
    Role,
    Type,
    Domain,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Alter {
    pub kind: ObjectKind,
    pub name: QualifiedName,
    pub if_exists: bool,
    /// ONLY: the tables that inherit from it are left as they are.
    pub only: bool,
    pub actions: Vec<AlterAction>,
    /// Of the attributes of a type: typed tables follow.
    pub cascade: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum AlterAction {
    AddColumn {
        column: ColumnDef,
        if_not_exists: bool,
    },
    DropColumn {
        name: String,
        if_exists: bool,
        cascade: bool,
    },
    AddConstraint(TableConstraint),
    DropConstraint {
        name: String,
        if_exists: bool,
        cascade: bool,
    },
    ValidateConstraint(String),
    AlterConstraint {
        name: String,
        timing: Timing,
    },
    SetDefault {
        column: String,
        value: Expr,
    },
    DropDefault {
        column: String,
    },
    SetNotNull {
        column: String,
    },
    DropNotNull {
        column: String,
    },
    SetType {
        column: String,
        ty: DataType,
        collation: Option<QualifiedName>,
        using: Option<Expr>,
    },
    AddIdentity {
        column: String,
        always: bool,
        options: Vec<SequenceOption>,
    },
    SetIdentity {
        column: String,
        always: Option<bool>,
        options: Vec<SequenceOption>,
    },
    DropIdentity {
        column: String,
        if_exists: bool,
    },
    DropExpression {
        column: String,
        if_exists: bool,
    },
    RenameColumn {
        old: String,
        new: String,
    },
    RenameConstraint {
        old: String,
        new: String,
    },
    /// ADD VALUE to an enum.
    AddValue {
        label: String,
        if_not_exists: bool,
        /// AFTER (true) or BEFORE this label.
        beside: Option<(bool, String)>,
    },
    RenameValue {
        old: String,
        new: String,
    },
    /// Default of a domain; `None` drops it.
    DomainDefault(Option<Expr>),
    /// SET or DROP NOT NULL of a domain.
    DomainNotNull(bool),
    Rename(String),
    /// Of a partitioned table: a table becomes one of its partitions.
    AttachPartition {
        partition: QualifiedName,
        bound: BoundSpec,
    },
    DetachPartition {
        partition: QualifiedName,
        how: Detach,
    },
    /// ATTACH PARTITION of an index of a partitioned table: an index of one of its partitions.
    AttachIndex(QualifiedName),
    /// INHERIT and NO INHERIT: the parent.
    Inherit(QualifiedName),
    NoInherit(QualifiedName),
    /// OF: the table becomes a typed one.
    OfType(QualifiedName),
    NotOfType,
    SetSchema(String),
    Owner(String),
    /// Options of ALTER SEQUENCE.
    Sequence(Vec<SequenceOption>),
    /// SET (fillfactor = 70) and RESET (…).
    SetOptions(Vec<String>),
    ResetOptions(Vec<String>),
    /// SET LOGGED (true), SET UNLOGGED.
    SetLogged(bool),
    /// CLUSTER ON an index; `None`: SET WITHOUT CLUSTER.
    ClusterOn(Option<String>),
    /// ENABLE and DISABLE ROW LEVEL SECURITY.
    RowSecurity(bool),
    /// FORCE and NO FORCE ROW LEVEL SECURITY.
    ForceRowSecurity(bool),
    /// Without effect here: REPLICA IDENTITY …
    Accepted,
    /// Of an index: ALTER COLUMN number SET STATISTICS, without effect here.
    IndexStatistics(i64),
    /// ENABLE and DISABLE TRIGGER; no name is all of them (ALL, USER). `enabled` is `pg_trigger.tgenabled`.
    EnableTrigger {
        name: Option<String>,
        enabled: char,
    },
    /// ENABLE and DISABLE RULE. `enabled` is `pg_rewrite.ev_enabled`.
    EnableRule {
        name: String,
        enabled: char,
    },
    /// Of a column, without effect here: SET STATISTICS, SET STORAGE, SET (n_distinct = 5) …
    AcceptedColumn {
        column: String,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub struct Drop {
    pub kind: ObjectKind,
    pub names: Vec<QualifiedName>,
    pub if_exists: bool,
    pub cascade: bool,
    pub concurrently: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum CommentTarget {
    Object(ObjectKind, QualifiedName),
    Column(QualifiedName, String),
    Constraint {
        name: String,
        table: QualifiedName,
    },
    Policy {
        name: String,
        table: QualifiedName,
    },
    DomainConstraint {
        name: String,
        domain: QualifiedName,
    },
    Trigger(TriggerName),
    Rule(RuleName),
    Function(WrittenKind, FunctionName),
    /// By its OID as a number is written.
    LargeObject(String),
    Operator(OperatorName),
    OperatorGroup(OperatorGroupName),
    /// Of a kind that there are no objects of.
    Other(String),
}

/// CREATE RULE.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateRule {
    pub name: String,
    pub or_replace: bool,
    pub event: gavel_catalog::rule::RuleEvent,
    pub relation: QualifiedName,
    /// Text of WHERE.
    pub condition: Option<String>,
    pub instead: bool,
    /// Texts of the statements; none for NOTHING.
    pub actions: Vec<String>,
}

/// A rule and its relation.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleName {
    pub name: String,
    pub relation: QualifiedName,
}

/// A privilege that is granted or revoked, folded to lower case; `all` is all that there are.
#[derive(Clone, Debug, PartialEq)]
pub struct Privilege {
    pub name: String,
    /// Empty: on the whole object.
    pub columns: Vec<String>,
}

/// What privileges are on.
#[derive(Clone, Debug, PartialEq)]
pub enum GrantTarget {
    /// Tables, views and sequences by name.
    Tables(Vec<QualifiedName>),
    Sequences(Vec<QualifiedName>),
    /// ALL TABLES IN SCHEMA.
    AllTables(Vec<String>),
    AllSequences(Vec<String>),
    Databases(Vec<String>),
    Schemas(Vec<String>),
    /// Types, or, if it says so, domains.
    Types(Vec<QualifiedName>, bool),
    Functions(WrittenKind, Vec<FunctionName>),
    Languages(Vec<String>),
    /// Of these schemas.
    AllFunctions(WrittenKind, Vec<String>),
    /// By their OIDs as numbers are written.
    LargeObjects(Vec<String>),
    /// Membership in these roles.
    Roles(Vec<String>),
    /// A kind of object that only the system has, functions for one.
    Other,
}

/// GRANT and REVOKE.
#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    pub revoke: bool,
    /// GRANT OPTION FOR, ADMIN OPTION FOR.
    pub option_only: bool,
    pub privileges: Vec<Privilege>,
    pub target: GrantTarget,
    /// `public` is everybody.
    pub roles: Vec<String>,
    /// WITH GRANT OPTION, WITH ADMIN OPTION.
    pub option: bool,
    /// GRANTED BY.
    pub granted_by: Option<String>,
    pub cascade: bool,
}

/// ALTER DEFAULT PRIVILEGES.
#[derive(Clone, Debug, PartialEq)]
pub struct DefaultPrivileges {
    /// FOR ROLE; empty: the current role.
    pub roles: Vec<String>,
    /// IN SCHEMA; empty: everywhere.
    pub schemas: Vec<String>,
    /// `pg_default_acl.defaclobjtype`.
    pub kind: char,
    /// Its target means nothing.
    pub grant: Grant,
}

/// CREATE TRIGGER.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateTrigger {
    pub name: String,
    pub or_replace: bool,
    pub constraint: bool,
    pub timing: gavel_catalog::trigger::Timing,
    pub events: Vec<gavel_catalog::trigger::TriggerEvent>,
    /// UPDATE OF.
    pub columns: Vec<String>,
    pub table: QualifiedName,
    /// FROM, of a constraint trigger.
    pub from: Option<QualifiedName>,
    /// DEFERRABLE, or not, if it says so.
    pub deferrable: Option<bool>,
    /// INITIALLY DEFERRED.
    pub deferred: bool,
    /// REFERENCING, in the order written.
    pub transitions: Vec<Transition>,
    pub row: bool,
    /// Text of WHEN.
    pub condition: Option<String>,
    pub function: QualifiedName,
    pub arguments: Vec<String>,
}

/// `OLD TABLE AS name` and its like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    pub name: String,
    pub new: bool,
    /// TABLE; else ROW, which PostgreSQL does not have.
    pub table: bool,
}

/// A trigger and its table.
#[derive(Clone, Debug, PartialEq)]
pub struct TriggerName {
    pub name: String,
    pub table: QualifiedName,
}

/// A statement that the session runs by itself.
#[derive(Clone, Debug, PartialEq)]
pub enum SessionCommand {
    /// No names: ALL.
    SetConstraints {
        names: Option<Vec<QualifiedName>>,
        deferred: bool,
    },
    /// FETCH, and MOVE, which gives no rows.
    Fetch {
        cursor: String,
        direction: FetchDirection,
        moves: bool,
    },
    /// No name: ALL.
    Close {
        cursor: Option<String>,
    },
    Lock {
        tables: Vec<TableRef>,
        mode: TableLockMode,
    },
    Discard(DiscardTarget),
    /// Always refused, but for the tables that it is asked about first.
    PrepareTransaction,
    /// A block in a language, PL/pgSQL if none is named.
    Do {
        language: Option<String>,
        code: String,
    },
    Listen {
        channel: String,
    },
    /// No channel: all of them.
    Unlisten {
        channel: Option<String>,
    },
    Notify {
        channel: String,
        payload: String,
    },
}

/// Where FETCH and MOVE go. `None` is ALL; a negative number of steps goes the other way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchDirection {
    Forward(Option<i32>),
    Backward(Option<i32>),
    /// From the end if negative.
    Absolute(i32),
    Relative(i32),
}

/// Table locks, from weak to strong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TableLockMode {
    AccessShare,
    RowShare,
    RowExclusive,
    ShareUpdateExclusive,
    Share,
    ShareRowExclusive,
    Exclusive,
    AccessExclusive,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiscardTarget {
    All,
    Plans,
    Sequences,
    Temp,
}
