//! Scripts: statements, and what PostgreSQL 15 answers to them. Rows are not here: the host answers every
//! query about rows with none, but for those that a test puts in its mouth.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use gavel_catalog::bootstrap;
use gavel_catalog::trigger::{Timing, TriggerEvent};
use gavel_functions::registry::{self, Volatility};
use gavel_types::PgType;
use sqlparser::ast::{DataType, Expr, Query, Visit, Visitor};

use super::binding::{Scope, StoredCondition, StoredExpression, StoredQuery, Usage};
use super::*;

#[derive(Default)]
struct Host {
    next: u32,
    temporary: gavel_catalog::oids::TemporaryOids,
    /// Answers to `run`, first to last; none means no rows.
    answers: VecDeque<SqlResult<Vec<Vec<Datum>>>>,
    log: Vec<String>,
}

#[async_trait]
impl DdlHost for Host {
    async fn allocate_oids(&mut self, count: u32) -> SqlResult<Oid> {
        let first = 16384 + self.next;
        self.next += count;
        Ok(Oid(first))
    }
    fn temporary_oid(&mut self, catalog: &Catalog) -> Oid {
        self.temporary.take(|oid| catalog.has_temporary_oid(oid))
    }
    fn temporary_schema(&self) -> String {
        "pg_temp_1".into()
    }
    async fn run_as(&mut self, catalog: &Arc<Catalog>, sql: &str, _: Oid, _: Oid) -> SqlResult<Vec<Vec<Datum>>> {
        self.run(catalog, sql).await
    }

    async fn run(&mut self, _: &Arc<Catalog>, sql: &str) -> SqlResult<Vec<Vec<Datum>>> {
        self.log.push(sql.to_owned());
        self.answers.pop_front().unwrap_or_else(|| Ok(Vec::new()))
    }
    async fn build_index(&mut self, _: &Arc<Catalog>, table: &Arc<Table>, index: Oid) -> SqlResult<()> {
        self.log.push(format!("build {}", table.indexes.iter().find(|i| i.oid == index).map_or("?", |i| &i.name)));
        Ok(())
    }
    async fn has_pending_checks(&mut self, _: &Arc<Catalog>, _: Oid) -> SqlResult<bool> {
        Ok(false)
    }
    fn fill_random(&mut self, buffer: &mut [u8]) {
        buffer.fill(7);
    }
    fn job_origin(&mut self) -> JobOrigin {
        self.next += 1;
        JobOrigin { id: self.next.into(), runner: 1, pid: 1, now: 0 }
    }
}

/// Takes expressions as they are written; knows the commonest types.
struct Binder;

impl Binder {
    fn columns(table: &Table, expr: &Expr) -> SqlResult<Vec<i16>> {
        struct Names(Vec<String>);
        impl Visitor for Names {
            type Break = ();
            fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
                if let Expr::Identifier(name) = expr {
                    self.0.push(expression::folded(name));
                }
                ControlFlow::Continue(())
            }
        }
        let mut names = Names(Vec::new());
        let _ = expr.visit(&mut names);
        let mut numbers = Vec::new();
        for name in names.0 {
            let column = table
                .column_named(&name)
                .ok_or_else(|| SqlError::new(SqlState::UndefinedColumn, format!("column \"{name}\" does not exist")))?;
            numbers.push(column.number);
        }
        numbers.sort_unstable();
        numbers.dedup();
        Ok(numbers)
    }
}

impl DdlBinder for Binder {
    fn resolve_type(&self, _: Scope<'_>, ty: &DataType) -> SqlResult<PgType> {
        let name = ty.to_string().to_lowercase();
        let base = match name.split('(').next().unwrap_or("") {
            "int" | "integer" => "int4",
            "smallint" => "int2",
            "bigint" => "int8",
            "character varying" => "varchar",
            "boolean" => "bool",
            other => other,
        };
        let known = registry::type_named(base).map(|t| PgType::new(t.oid));
        known.ok_or_else(|| SqlError::new(SqlState::UndefinedObject, format!("type \"{name}\" does not exist")))
    }

    fn expression(&self, _: Scope<'_>, table: &Table, expr: &Expr, usage: Usage) -> SqlResult<StoredExpression> {
        let sql = expr.to_string();
        let volatility = if sql.contains("random") { Volatility::Volatile } else { Volatility::Immutable };
        let ty = match usage {
            Usage::Default(ty) | Usage::Generated(ty) | Usage::Using(ty) => ty,
            Usage::Check | Usage::Predicate => PgType::BOOL,
            Usage::IndexKey | Usage::PartitionKey => PgType::TEXT,
            Usage::PartitionBound(at) => {
                table.partitioned.as_ref().and_then(|key| key.parts.get(at)).map_or(PgType::TEXT, |part| part.ty)
            }
        };
        Ok(StoredExpression {
            columns: Self::columns(table, expr)?,
            sql,
            ty,
            volatility,
            sequences: Vec::new(),
            functions: Vec::new(),
        })
    }

    fn stored_expression(
        &self,
        scope: Scope<'_>,
        table: &Table,
        sql: &str,
        usage: Usage,
    ) -> SqlResult<StoredExpression> {
        self.expression(scope, table, &gavel_binder::parse::parse_expression(sql)?, usage)
    }

    fn policy(&self, _: Scope<'_>, _: &Table, expr: &Expr) -> SqlResult<gavel_binder::PolicyText> {
        Ok(gavel_binder::PolicyText { sql: expr.to_string(), depends_on: Vec::new() })
    }

    fn place(&self, _: sqlparser::tokenizer::Span) -> Option<usize> {
        None
    }

    fn function_body(
        &self,
        _: Scope<'_>,
        function: &Arc<gavel_catalog::Function>,
    ) -> SqlResult<gavel_binder::CheckedBody> {
        Ok(gavel_binder::CheckedBody { body: function.body.clone(), depends_on: Vec::new() })
    }

    fn trigger_condition(
        &self,
        _: Scope<'_>,
        _: &Table,
        condition: &str,
        _: (&[TriggerEvent], bool, Timing),
    ) -> SqlResult<StoredCondition> {
        Ok(StoredCondition { sql: condition.into(), depends_on: Vec::new() })
    }

    fn rule(
        &self,
        _: Scope<'_>,
        _: &Arc<Table>,
        rule: gavel_binder::WrittenRule<'_>,
    ) -> SqlResult<gavel_binder::RuleDefinition> {
        Ok(gavel_binder::RuleDefinition {
            condition: rule.condition.map(str::to_owned),
            ..gavel_binder::RuleDefinition::default()
        })
    }

    fn query(&self, scope: Scope<'_>, query: &Query) -> SqlResult<StoredQuery> {
        struct Tables<'a>(&'a Catalog, Vec<Oid>);
        impl Visitor for Tables<'_> {
            type Break = ();
            fn pre_visit_relation(&mut self, name: &sqlparser::ast::ObjectName) -> ControlFlow<()> {
                let bare = name.0.last().map(ToString::to_string).unwrap_or_default();
                self.1.extend(self.0.relation(gavel_catalog::system::PUBLIC, &bare).map(names::oid_of));
                ControlFlow::Continue(())
            }
        }
        let mut tables = Tables(scope.catalog, Vec::new());
        let _ = query.visit(&mut tables);
        let sqlparser::ast::SetExpr::Select(select) = query.body.as_ref() else {
            return Err(SqlError::internal("test queries are SELECTs"));
        };
        let columns = select.projection.iter().map(|item| match item {
            sqlparser::ast::SelectItem::ExprWithAlias { alias, .. } => (alias.value.clone(), PgType::INT4),
            other => (other.to_string(), PgType::INT4),
        });
        Ok(StoredQuery { sql: query.to_string(), columns: columns.collect(), depends_on: tables.1 })
    }
}

struct Session {
    catalog: TransactionCatalog,
    host: Host,
    in_block: bool,
}

impl Session {
    fn new() -> Self {
        let empty = Catalog::default();
        let rows = bootstrap::cluster("postgres", 1);
        assert!(!rows.is_empty());
        let mut catalog = Catalog { database: bootstrap::POSTGRES, ..empty };
        catalog.put_role(Arc::new(gavel_catalog::Role {
            oid: bootstrap::SUPERUSER,
            name: "postgres".into(),
            superuser: true,
            login: true,
            create_db: true,
            create_role: true,
            inherit: true,
            password: None,
            replication: false,
            bypass_rls: false,
            connection_limit: None,
            member_of: Vec::new(),
        }));
        catalog.put_database(Arc::new(gavel_catalog::Database {
            oid: bootstrap::POSTGRES,
            name: "postgres".into(),
            owner: bootstrap::SUPERUSER,
            acl: None,
        }));
        catalog.put_schema(Arc::new(gavel_catalog::Schema {
            oid: gavel_catalog::system::PUBLIC,
            name: "public".into(),
            owner: bootstrap::SUPERUSER,
            acl: None,
        }));
        Self { catalog: TransactionCatalog::new(Arc::new(catalog)), host: Host::default(), in_block: false }
    }

    /// Runs one statement; an error leaves the catalog as it was. The answer as psql would print it.
    fn run(&mut self, sql: &str) -> String {
        let parsed = match gavel_binder::parse::parse(sql) {
            Ok(parsed) => parsed,
            Err(e) => return format!("ERROR {}: {}", e.code().as_str(), e.message()),
        };
        let before = self.catalog.clone();
        let path = ["public".to_owned()];
        let subject = Arc::new(Subject::of(&self.catalog.current, bootstrap::SUPERUSER));
        let mut context = DdlContext::new(&mut self.catalog, &mut self.host, &Binder, subject, &path, self.in_block);
        let statement = &parsed.first().expect("one statement").statement;
        assert!(is_ddl(statement), "{sql}");
        let result = futures::executor::block_on(execute(&mut context, statement));
        let mut out = String::new();
        let mut fields = |prefix: &str, e: &SqlError| {
            let f = e.fields();
            out.push_str(&format!("{prefix}: {}", f.message));
            for (label, text) in [("DETAIL", &f.detail), ("HINT", &f.hint)] {
                if let Some(text) = text {
                    out.push_str(&format!(" / {label}: {}", text.replace('\n', "; ")));
                }
            }
            out.push('\n');
        };
        for notice in &context.notices {
            fields(notice.severity.as_str(), &notice.error);
        }
        match result {
            Ok(tag) => out.push_str(&tag),
            Err(e) => {
                fields(&format!("ERROR {}", e.code().as_str()), &e);
                self.catalog = before;
            }
        }
        out.trim_end().to_owned()
    }

    #[track_caller]
    fn ok(&mut self, sql: &str) {
        let answer = self.run(sql);
        assert!(!answer.contains("ERROR"), "{sql}\n{answer}");
    }

    fn table(&self, name: &str) -> Arc<Table> {
        let schema = gavel_catalog::system::PUBLIC;
        match self.catalog.current.relation(schema, name) {
            Some(gavel_catalog::snapshot::Relation::Table(t)) => t.clone(),
            other => panic!("{name}: {other:?}"),
        }
    }
}

/// `statement => answer` lines.
#[track_caller]
fn script(text: &str) {
    let mut session = Session::new();
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty()) {
        let (sql, wanted) = line.split_once(" => ").unwrap_or((line, ""));
        let answer = session.run(sql).replace('\n', " | ");
        if wanted.is_empty() {
            assert!(!answer.contains("ERROR"), "{sql}\n{answer}");
        } else {
            assert_eq!(answer, wanted, "{sql}");
        }
    }
}

#[test]
fn grants_are_kept_and_checked() {
    script(
        r#"
        create role reader connection limit 5
        create role writer in role reader admin postgres
        create table t (id serial primary key, n int)
        create sequence s
        create view v as select * from t
        create schema other
        grant select, insert on t to reader, public => GRANT
        grant all on v to writer with grant option => GRANT
        grant update (n) on t to reader => GRANT
        grant usage on schema other to reader => GRANT
        grant usage on sequence s to reader => GRANT
        grant select on all tables in schema public to reader => GRANT
        grant create on database postgres to writer => GRANT
        revoke insert on t from reader cascade => REVOKE
        grant reader to writer => NOTICE: role "writer" is already a member of role "reader" | GRANT ROLE
        grant reader to writer with admin option => GRANT ROLE
        grant writer to reader => ERROR 0LP01: role "writer" is a member of role "reader"
        revoke writer from reader => WARNING: role "reader" is not a member of role "writer" | REVOKE ROLE
        grant usage on t to reader => ERROR 0LP01: invalid privilege type USAGE for table
        grant execute on t to reader => ERROR 0LP01: invalid privilege type EXECUTE for relation
        grant execute on s to reader => ERROR 0LP01: invalid privilege type EXECUTE for relation
        grant execute on sequence s to reader => ERROR 0LP01: invalid privilege type EXECUTE for sequence
        grant delete (n) on t to reader => ERROR 0LP01: invalid privilege type DELETE for column
        grant nonsense on t to reader => ERROR 42601: unrecognized privilege type "nonsense"
        grant select (nope) on t to reader => ERROR 42703: column "nope" of relation "t" does not exist
        grant select on t to public with grant option => ERROR 0LP01: grant options can only be granted to roles
        grant usage on sequence t to reader => ERROR 42809: "t" is not a sequence
        grant select on t_pkey to reader => ERROR 42809: "t_pkey" is an index
        grant create on database nope to reader => ERROR 3D000: database "nope" does not exist
        grant usage on schema nope to reader => ERROR 3F000: schema "nope" does not exist
        alter default privileges grant select on tables to reader => ALTER DEFAULT PRIVILEGES
        alter default privileges in schema other grant all on tables to writer => ALTER DEFAULT PRIVILEGES
        alter default privileges in schema other grant usage on schemas to writer => ERROR 0LP01: cannot use IN SCHEMA clause when using GRANT/REVOKE ON SCHEMAS
        alter table t owner to writer
        drop role reader => ERROR 2BP01: role "reader" cannot be dropped because some objects depend on it / DETAIL: privileges for table t; privileges for column n of table t; privileges for sequence s; privileges for view v; privileges for schema other; privileges for default privileges on new relations belonging to role postgres
        "#,
    );
}

#[test]
fn new_objects_get_default_privileges() {
    let mut s = Session::new();
    s.ok("create role reader");
    s.ok("create table before (a int)");
    s.ok("alter default privileges grant select on tables to reader");
    s.ok("create table after (a int)");
    assert_eq!(s.table("before").acl, None);
    let grantees = |t: &Table| t.acl.iter().flatten().map(|i| i.privileges.0.count_ones()).collect::<Vec<_>>();
    assert_eq!(grantees(&s.table("after")), [7, 1], "its owner everything, the reader SELECT");
    // As it was without a word about defaults: nothing is kept.
    s.ok("alter default privileges revoke select on tables from reader");
    assert!(s.catalog.current.default_privileges.is_empty());
    s.ok("create table again (a int)");
    assert_eq!(s.table("again").acl, None);
}

#[test]
fn what_an_owner_granted_its_successor_has_granted() {
    let mut s = Session::new();
    s.ok("create role heir");
    s.ok("create table t (a int)");
    s.ok("grant select (a) on t to public");
    s.ok("grant select on t to heir");
    s.ok("alter table t owner to heir");
    let t = s.table("t");
    let grantors = |acl: &gavel_catalog::acl::Acl| acl.iter().flatten().map(|i| i.grantor).collect::<Vec<_>>();
    assert_eq!(grantors(&t.acl), [t.owner]);
    assert_eq!(grantors(&t.columns[0].acl), [t.owner]);
    s.ok("revoke select on t from public");
    assert_eq!(s.table("t").columns[0].acl, None, "what is revoked from the table goes from its columns");
}

#[test]
fn create_table_refuses_what_postgresql_refuses() {
    script(
        r#"
        create table t (id serial primary key, n int)
        create table ch (a int references t)
        create table t (a int) => ERROR 42P07: relation "t" already exists
        create table if not exists t (a int) => NOTICE: relation "t" already exists, skipping | CREATE TABLE
        create table u (a int, a text) => ERROR 42701: column "a" specified more than once
        create table u (a int primary key, b int primary key) => ERROR 42P16: multiple primary keys for table "u" are not allowed
        create table u (a int, unique (b)) => ERROR 42703: column "b" named in key does not exist
        create table u (a int, unique (a, a)) => ERROR 42701: column "a" appears twice in unique constraint
        create table u (a int references nope) => ERROR 42P01: relation "nope" does not exist
        create table u (a int references ch) => ERROR 42704: there is no primary key for referenced table "ch"
        create table u (a int references t (n)) => ERROR 42830: there is no unique constraint matching given keys for referenced table "t"
        create table u (a int references t (zz)) => ERROR 42703: column "zz" referenced in foreign key constraint does not exist
        create table u (a text references t (id)) => ERROR 42804: foreign key constraint "u_a_fkey" cannot be implemented / DETAIL: Key columns "a" and "id" are of incompatible types: text and integer.
        create table u (a int, foreign key (b) references t) => ERROR 42703: column "b" referenced in foreign key constraint does not exist
        create table u (a int, b int, foreign key (a, b) references t (id)) => ERROR 42830: number of referencing and referenced columns for foreign key disagree
        create table nope.u (a int) => ERROR 3F000: schema "nope" does not exist
        create table u (a nopetype) => ERROR 42704: type "nopetype" does not exist
        create table u (a int constraint x check (a > 0), b int constraint x check (b > 0)) => ERROR 42710: check constraint "x" already exists
        create table u (a int check (zz > 0)) => ERROR 42703: column "zz" does not exist
        create table u (a int default 1 default 2) => ERROR 42601: multiple default values specified for column "a" of table "u"
        create table u (a int null not null) => ERROR 42601: conflicting NULL/NOT NULL declarations for column "a" of table "u"
        create table u (a int generated always as (b) stored, b int generated always as (1) stored) => ERROR 42P17: cannot use generated column "b" in column generation expression / DETAIL: A generated column cannot reference another generated column.
        create table u (a int generated always as (random()) stored) => ERROR 42P17: generation expression is not immutable
        create table u (a serial default 3) => ERROR 42601: multiple default values specified for column "a" of table "u"
        create table u (a text generated always as identity) => ERROR 22023: identity column type must be smallint, integer, or bigint
        create table u (a int default 1 generated always as identity) => ERROR 42601: both default and identity specified for column "a" of table "u"
        create temp table public.u (a int) => ERROR 42P16: cannot create temporary relation in non-temporary schema
        create table pg_catalog.x (a int) => ERROR 42501: permission denied for schema pg_catalog / HINT: Objects of system schemas cannot be changed.
        "#,
    );
}

#[test]
fn constraints_and_sequences_are_named_as_postgresql_names_them() {
    let mut s = Session::new();
    s.ok("create table p (x int, y int, primary key (x, y), unique (y))");
    s.ok("create table t (id serial primary key, g int generated always as identity, a int unique check (a > 0), \
         b int, check (a > b), check (b > 1), constraint foo check (b > 2), unique (a, b), \
         foreign key (a, b) references p, y int references p (y) on delete cascade, check (1 = 1))");
    let t = s.table("t");
    let names = |i: &mut dyn Iterator<Item = String>| i.collect::<Vec<_>>().join(" ");
    assert_eq!(names(&mut t.indexes.iter().map(|i| i.name.clone())), "t_pkey t_a_key t_a_b_key");
    assert_eq!(names(&mut t.uniques.iter().map(|i| i.name.clone())), "t_pkey t_a_key t_a_b_key");
    assert_eq!(names(&mut t.checks.iter().map(|i| i.name.clone())), "t_a_check t_check t_b_check foo t_check1");
    assert_eq!(names(&mut t.foreign_keys.iter().map(|i| i.name.clone())), "t_a_b_fkey t_y_fkey");
    assert_eq!(names(&mut s.catalog.current.sequences.values().map(|q| q.name.clone())), "t_id_seq t_g_seq");
    let id = t.column_named("id").expect("id");
    assert_eq!(id.default, id.sequence.map(|q| format!("nextval('{q}'::regclass)")));
    assert!(id.not_null);
    assert_eq!(s.table("p").referenced_by, [t.oid]);
    assert_eq!(t.primary_key().map(|k| k.storage), Some(t.storage));
    s.ok("create index on t (b, lower(a))");
    s.ok("create index on t (b)");
    s.ok("create index on t (b)");
    s.ok("create index on t ((b + 1), (b + 2))");
    let t = s.table("t");
    let made: Vec<&str> = t.indexes.iter().skip(3).map(|i| i.name.as_str()).collect();
    assert_eq!(made, ["t_b_lower_idx", "t_b_idx", "t_b_idx1", "t_expr_expr1_idx"]);
}

#[test]
fn drop_tells_what_depends_and_cascades() {
    script(
        r#"
        create table p (id int primary key, x text unique)
        create table c (a int references p, b int)
        create view v as select a as a from c
        create view v2 as select a as a from v
        drop table p => ERROR 2BP01: cannot drop table p because other objects depend on it / DETAIL: constraint c_a_fkey on table c depends on table p / HINT: Use DROP ... CASCADE to drop the dependent objects too.
        drop table p cascade => NOTICE: drop cascades to constraint c_a_fkey on table c | DROP TABLE
        drop view v => ERROR 2BP01: cannot drop view v because other objects depend on it / DETAIL: view v2 depends on view v / HINT: Use DROP ... CASCADE to drop the dependent objects too.
        drop table c => ERROR 2BP01: cannot drop table c because other objects depend on it / DETAIL: view v depends on table c; view v2 depends on view v / HINT: Use DROP ... CASCADE to drop the dependent objects too.
        drop table c cascade => NOTICE: drop cascades to 2 other objects / DETAIL: drop cascades to view v; drop cascades to view v2 | DROP TABLE
        create table t (id serial primary key, g int generated always as identity)
        drop sequence t_id_seq => ERROR 2BP01: cannot drop sequence t_id_seq because other objects depend on it / DETAIL: default value for column id of table t depends on sequence t_id_seq / HINT: Use DROP ... CASCADE to drop the dependent objects too.
        drop sequence t_g_seq => ERROR 2BP01: cannot drop sequence t_g_seq because column g of table t requires it / HINT: You can drop column g of table t instead.
        drop index t_pkey => ERROR 2BP01: cannot drop index t_pkey because constraint t_pkey on table t requires it / HINT: You can drop constraint t_pkey on table t instead.
        alter table t drop constraint t_pkey, add primary key (id)
        create table ch (a int references t)
        alter table t drop constraint t_pkey => ERROR 2BP01: cannot drop constraint t_pkey on table t because other objects depend on it / DETAIL: constraint ch_a_fkey on table ch depends on index t_pkey / HINT: Use DROP ... CASCADE to drop the dependent objects too.
        drop table nope => ERROR 42P01: table "nope" does not exist
        drop table if exists nope, nope2 => NOTICE: table "nope" does not exist, skipping | NOTICE: table "nope2" does not exist, skipping | DROP TABLE
        drop view t => ERROR 42809: "t" is not a view / HINT: Use DROP TABLE to remove a table.
        drop table t_pkey => ERROR 42809: "t_pkey" is not a table / HINT: Use DROP INDEX to remove an index.
        drop index nope => ERROR 42704: index "nope" does not exist
        drop sequence nope => ERROR 42P01: sequence "nope" does not exist
        drop role nope => ERROR 42704: role "nope" does not exist
        drop role if exists nope => NOTICE: role "nope" does not exist, skipping | DROP ROLE
        drop database nope => ERROR 3D000: database "nope" does not exist
        drop database if exists nope => NOTICE: database "nope" does not exist, skipping | DROP DATABASE
        drop database postgres => ERROR 55006: cannot drop the currently open database
        drop schema nope => ERROR 3F000: schema "nope" does not exist
        drop schema if exists nope => NOTICE: schema "nope" does not exist, skipping | DROP SCHEMA
        create schema s
        create table s.t (a int)
        create sequence s.q
        drop schema s => ERROR 2BP01: cannot drop schema s because other objects depend on it / DETAIL: table s.t depends on schema s; sequence s.q depends on schema s / HINT: Use DROP ... CASCADE to drop the dependent objects too.
        drop schema s cascade => NOTICE: drop cascades to 2 other objects / DETAIL: drop cascades to table s.t; drop cascades to sequence s.q | DROP SCHEMA
        "#,
    );
    let mut s = Session::new();
    s.ok("create table t (id serial primary key)");
    s.ok("drop table t");
    assert!(s.catalog.current.relations.is_empty() && s.catalog.current.sequences.is_empty());
}

#[test]
fn alter_table_refuses_what_postgresql_refuses() {
    script(
        r#"
        create table t (id int primary key, n int, g int)
        create table ch (a int references t)
        alter table nope add a int => ERROR 42P01: relation "nope" does not exist
        alter table if exists nope add a int => NOTICE: relation "nope" does not exist, skipping | ALTER TABLE
        alter table t add n int => ERROR 42701: column "n" of relation "t" already exists
        alter table t add column if not exists n int => NOTICE: column "n" of relation "t" already exists, skipping | ALTER TABLE
        alter table t drop column nope => ERROR 42703: column "nope" of relation "t" does not exist
        alter table t drop column if exists nope => NOTICE: column "nope" of relation "t" does not exist, skipping | ALTER TABLE
        alter table t drop constraint nope => ERROR 42704: constraint "nope" of relation "t" does not exist
        alter table t drop constraint if exists nope => NOTICE: constraint "nope" of relation "t" does not exist, skipping | ALTER TABLE
        alter table t rename n to id => ERROR 42701: column "id" of relation "t" already exists
        alter table t rename nope to id2 => ERROR 42703: column "nope" does not exist
        alter table t rename to ch => ERROR 42P07: relation "ch" already exists
        alter table t alter nope set default 1 => ERROR 42703: column "nope" of relation "t" does not exist
        alter table t owner to nobody1 => ERROR 42704: role "nobody1" does not exist
        alter table t set schema nope => ERROR 3F000: schema "nope" does not exist
        alter table t drop column id => ERROR 2BP01: cannot drop column id of table t because other objects depend on it / DETAIL: constraint ch_a_fkey on table ch depends on column id of table t / HINT: Use DROP ... CASCADE to drop the dependent objects too.
        alter table t alter id drop not null => ERROR 42P16: column "id" is in a primary key
        alter table t alter g add generated always as identity => ERROR 55000: column "g" of relation "t" must be declared NOT NULL before identity can be added
        alter table t alter g drop identity => ERROR 55000: column "g" of relation "t" is not an identity column
        alter table t alter g drop expression => ERROR 55000: column "g" of relation "t" is not a stored generated column
        alter table t rename constraint nope to x => ERROR 42704: constraint "nope" for table "t" does not exist
        alter table t add constraint ck check (n > 1)
        alter table t add constraint ck check (n > 2) => ERROR 42710: constraint "ck" for relation "t" already exists
        alter table t validate constraint nope => ERROR 42704: constraint "nope" of relation "t" does not exist
        create index on nope (a) => ERROR 42P01: relation "nope" does not exist
        create index on t (nope) => ERROR 42703: column "nope" does not exist
        create index t_pkey on t (n) => ERROR 42P07: relation "t_pkey" already exists
        create index if not exists t_pkey on t (n) => NOTICE: relation "t_pkey" already exists, skipping | CREATE INDEX
        create index on t ((random())) => ERROR 42P17: functions in index expression must be marked IMMUTABLE
        truncate t => ERROR 0A000: cannot truncate a table referenced in a foreign key constraint / DETAIL: Table "ch" references "t". / HINT: Truncate table "ch" at the same time, or use TRUNCATE ... CASCADE.
        truncate t cascade => NOTICE: truncate cascades to table "ch" | TRUNCATE TABLE
        truncate nope => ERROR 42P01: relation "nope" does not exist
        comment on table nope is 'x' => ERROR 42P01: relation "nope" does not exist
        comment on column t.nope is 'x' => ERROR 42703: column "nope" of relation "t" does not exist
        grant select on nope to postgres => ERROR 42P01: relation "nope" does not exist
        grant select on t to nobody1 => ERROR 42704: role "nobody1" does not exist
        create role postgres => ERROR 42710: role "postgres" already exists
        create schema public => ERROR 42P06: schema "public" already exists
        create schema if not exists public => NOTICE: schema "public" already exists, skipping | CREATE SCHEMA
        create schema pg_foo => ERROR 42939: unacceptable schema name "pg_foo" / DETAIL: The prefix "pg_" is reserved for system schemas.
        create sequence q
        create sequence q => ERROR 42P07: relation "q" already exists
        alter sequence q owned by nope.a => ERROR 42P01: relation "nope" does not exist
        alter sequence q owned by t.nope => ERROR 42703: column "nope" of relation "t" does not exist
        create database postgres => ERROR 42P04: database "postgres" already exists
        create trigger x before insert on t for each row execute function f() => ERROR 42883: function f() does not exist
        "#,
    );
    let mut s = Session::new();
    s.in_block = true;
    for (sql, what) in
        [("create database x", "CREATE DATABASE"), ("drop database x", "DROP DATABASE"), ("vacuum", "VACUUM")]
    {
        assert_eq!(s.run(sql), format!("ERROR 25001: {what} cannot run inside a transaction block"));
    }
}

#[test]
fn rows_are_validated_moved_and_indexed() {
    let row = || Ok(vec![vec![Datum::Int4(1)]]);
    let mut s = Session::new();
    s.ok("create table t (a int, b int)");
    s.host.answers = VecDeque::from([row()]);
    assert_eq!(
        s.run("alter table t alter a set not null"),
        "ERROR 23502: column \"a\" of relation \"t\" contains null values"
    );
    s.host.answers = VecDeque::from([row()]);
    assert_eq!(
        s.run("alter table t add constraint ck check (a > 1)"),
        "ERROR 23514: check constraint \"ck\" of relation \"t\" is violated by some row"
    );
    s.ok("alter table t add constraint ck check (a > 1) not valid");
    s.host.answers = VecDeque::from([row()]);
    assert!(s.run("alter table t validate constraint ck").starts_with("ERROR 23514"));
    s.ok("create table p (id int primary key)");
    s.host.answers = VecDeque::from([Ok(vec![vec![Datum::Int4(5)]])]);
    let answer = s.run("alter table t add foreign key (b) references p");
    assert!(
        answer.starts_with("ERROR 23503: insert or update on table \"t\" violates foreign key constraint"),
        "{answer}"
    );
    s.host.log.clear();
    s.host.answers = VecDeque::from([row()]);
    s.ok("create unique index i on t (b)");
    assert_eq!(s.host.log.last().map(String::as_str), Some("build i"));
    // A primary key moves the rows; its duplicates are told as PostgreSQL tells them.
    let storage = s.table("t").storage;
    let duplicate = SqlError::new(SqlState::UniqueViolation, "duplicate key value")
        .detail("Key (b)=(1) already exists.")
        .constraint("pg_rewrite_16398");
    s.host.answers = VecDeque::from([row(), Ok(Vec::new()), row(), Err(duplicate)]);
    let answer = s.run("alter table t add primary key (b)");
    assert!(answer.starts_with("ERROR 23505: could not create unique index"), "{answer}");
    assert!(answer.contains("Key (b)=(1) is duplicated."), "{answer}");
    s.host.log.clear();
    s.host.answers = VecDeque::from([row(), Ok(Vec::new()), row()]);
    s.ok("alter table t add primary key (b)");
    let t = s.table("t");
    assert_ne!(t.storage, storage);
    assert_eq!(t.primary_key().map(|k| k.storage), Some(t.storage));
    assert!(t.column_named("b").is_some_and(|c| c.not_null));
    let last = s.host.log.last().cloned().unwrap_or_default();
    assert_eq!(last, format!("INSERT INTO public.pg_rewrite_{} (a, b) SELECT a, b FROM ONLY public.t", t.storage));
    s.host.log.clear();
    s.host.answers = VecDeque::from([row()]);
    s.ok("alter table t alter a type text using b || 'x'");
    let last = s.host.log.last().cloned().unwrap_or_default();
    assert!(last.ends_with("SELECT CAST(b || 'x' AS text), b FROM ONLY public.t"), "{last}");
    // A constant default needs no rewrite, a volatile one does.
    s.host.answers = VecDeque::from([Ok(vec![vec![Datum::Int4(7)]])]);
    s.ok("alter table t add c int not null default 7");
    assert_eq!(s.table("t").column_named("c").and_then(|c| c.missing.clone()).as_deref(), Some("7"));
    s.host.log.clear();
    s.host.answers = VecDeque::from([row()]);
    s.ok("alter table t add d float8 default random()");
    assert!(s.host.log.last().is_some_and(|l| l.contains("random()")), "{:?}", s.host.log);
    assert!(s.catalog.reliance.rows_of.contains(&t.oid));
}

#[test]
fn views_follow_what_they_read() {
    let mut s = Session::new();
    s.ok("create table t (a int, b int)");
    s.ok("create view v as select a as a from public.t");
    s.ok("alter table t rename column b to c");
    s.ok("alter table t rename to u");
    let sql = s.catalog.current.views.values().next().map(|v| v.sql.clone()).unwrap_or_default();
    assert_eq!(sql, "SELECT u.a\n   FROM public.u");
    assert_eq!(
        s.run("alter table u alter a type text").split(" / ").next(),
        Some("ERROR 0A000: cannot alter type of a column used by a view or rule")
    );
    assert_eq!(s.run("create view v as select 1 as a"), "ERROR 42P07: relation \"v\" already exists");
    assert_eq!(
        s.run("create or replace view v as select 1 as zz"),
        "ERROR 42P16: cannot change name of view column \"a\" to \"zz\" / HINT: Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead."
    );
    assert_eq!(
        s.run("create view w (a, b) as select 1 as x"),
        "ERROR 42601: CREATE VIEW specifies more column names than columns"
    );
}

#[test]
fn a_commit_writes_what_changed() {
    let mut s = Session::new();
    assert!(!s.catalog.is_changed() && s.catalog.writes(1).is_empty());
    s.ok("create table t (a int primary key)");
    s.ok("drop table t");
    assert!(s.catalog.writes(1).is_empty(), "what came and went leaves nothing");
    s.ok("create database d");
    let tenants: BTreeSet<u32> = s
        .catalog
        .writes(1)
        .iter()
        .filter_map(|w| w.key.get(..4).and_then(|b| b.try_into().ok()).map(u32::from_be_bytes))
        .collect();
    let new = s.catalog.current.databases["d"].oid.0;
    assert_eq!(tenants, BTreeSet::from([0, new]));
    s.ok("create user u password 'secret'");
    assert!(s.catalog.current.roles["u"].password.as_deref().is_some_and(|p| p.starts_with("SCRAM-SHA-256$4096:")));
}

#[test]
fn temporary_relations_have_a_schema_and_oids_of_their_own() {
    let mut session = Session::new();
    for (sql, wanted) in [
        ("create table p (a int primary key)", "CREATE TABLE"),
        ("create temp table t (id serial primary key, b text unique, check (b <> ''))", "CREATE TABLE"),
        ("create table pg_temp.u (a int references t) on commit delete rows", "CREATE TABLE"),
        ("create temp sequence s owned by t.b", "CREATE SEQUENCE"),
        ("create index on t (b)", "CREATE INDEX"),
        ("create temp table l (like t including all)", "CREATE TABLE"),
        ("truncate u", "TRUNCATE TABLE"),
        ("create table public.x (a int) on commit drop", "ERROR 42P16: ON COMMIT can only be used on temporary tables"),
        ("create temp table public.x (a int)", "ERROR 42P16: cannot create temporary relation in non-temporary schema"),
        (
            "create unlogged table pg_temp.x (a int)",
            "ERROR 42P16: only temporary relations may be created in temporary schemas",
        ),
        (
            "create table c (a int references t)",
            "ERROR 42P16: constraints on permanent tables may reference only permanent tables",
        ),
        (
            "alter table u add foreign key (a) references p",
            "ERROR 42P16: constraints on temporary tables may reference only temporary tables",
        ),
        ("alter table t set schema public", "ERROR 0A000: cannot move objects into or out of temporary schemas"),
        ("alter table p set schema pg_temp", "ERROR 0A000: cannot move objects into or out of temporary schemas"),
        ("alter sequence s owned by p.a", "ERROR 55000: sequence must be in same schema as table it is linked to"),
        (
            "alter table t set unlogged",
            "ERROR 42P16: cannot change logged status of table \"t\" because it is temporary",
        ),
        ("create table t (a int)", "CREATE TABLE"),
        ("drop schema pg_temp", "ERROR 3F000: schema \"pg_temp\" does not exist"),
        ("alter schema pg_temp_1 rename to x", "ERROR 42501: permission denied for schema pg_temp_1"),
    ] {
        assert_eq!(session.run(sql), wanted, "{sql}");
    }
    let catalog = Arc::clone(&session.catalog.current);
    let temporary = gavel_catalog::system::is_temporary;
    for table in catalog.temporary_tables() {
        assert_eq!(table.schema, gavel_catalog::system::TEMPORARY_SCHEMA);
        assert!(table.storages().all(temporary) && table.indexes.iter().all(|i| temporary(i.oid)), "{table:?}");
        assert!(table.uniques.iter().all(|u| temporary(u.oid)) && table.checks.iter().all(|c| temporary(c.oid)));
    }
    assert_eq!(catalog.temporary_tables().count(), 3);
    let writes = session.catalog.writes(1);
    let keys = writes.iter().filter_map(|w| gavel_catalog::keys::read_descriptor(&w.key));
    assert!(keys.clone().count() >= 2 && keys.clone().all(|(_, oid)| !temporary(oid)), "{writes:?}");
    session.ok("drop table pg_temp.t cascade");
    assert_eq!(session.catalog.current.temporary_tables().count(), 2);
    assert!(session.catalog.current.temporary_tables().all(|t| t.foreign_keys.is_empty()));
}

#[test]
fn an_index_for_a_job_is_announced_and_nobody_is_turned_away() {
    use gavel_catalog::job::{Job, JobKind};
    use gavel_catalog::{IndexState, keys};
    let mut s = Session::new();
    s.ok("create table t (a int primary key, b int)");
    s.ok("create index t_b on t (b)");
    // As of now everybody knows the table.
    s.catalog = TransactionCatalog::new(s.catalog.current.clone());
    s.ok("create unique index async on t (a, b)");
    s.ok("drop index concurrently t_b");
    let t = s.table("t");
    let state = |name: &str| t.indexes.iter().find(|i| i.name == name).map(|i| (i.state, i.job > 0));
    assert_eq!(state("t_a_b_idx"), Some((IndexState::DeleteOnly, true)));
    assert_eq!(state("t_b"), Some((IndexState::Public, true)));
    let writes = s.catalog.writes(1);
    let jobs: Vec<JobKind> = writes
        .iter()
        .filter(|w| keys::jobs().contains(&w.key))
        .filter_map(|w| Job::decode(w.value.as_ref()?).ok())
        .map(|job| job.kind)
        .collect();
    assert_eq!(jobs, [JobKind::BuildIndex, JobKind::DropIndex]);
    assert!(!writes.iter().any(|w| keys::read_object_version(&w.key).is_some()), "{writes:?}");
    // Other DDL of the transaction does turn them away.
    s.ok("alter table t add c int");
    assert!(s.catalog.writes(1).iter().any(|w| keys::read_object_version(&w.key) == Some(t.oid)));
}
