//! Messages were compared with PostgreSQL 15.

use gavel_types::SqlError;

use super::*;

fn fresh() -> Settings {
    Settings::new("0.1.0")
}

fn message(result: SqlResult<()>) -> String {
    let error = result.expect_err("refused");
    let f = error.fields();
    let tail = |t: &Option<String>| t.as_ref().map(|t| format!(" | {t}")).unwrap_or_default();
    format!("{} {}{}{}", f.code.as_str(), f.message, tail(&f.detail), tail(&f.hint))
}

fn refused(name: &str, value: &str) -> String {
    message(fresh().set(name, value, Source::Session))
}

#[test]
fn values_are_checked_with_postgresql_messages() {
    assert_eq!(refused("foo", "1"), "42704 unrecognized configuration parameter \"foo\"");
    assert_eq!(refused("statement_timeout", "abc"), "22023 invalid value for parameter \"statement_timeout\": \"abc\"");
    assert_eq!(refused("enable_seqscan", "foo"), "22023 parameter \"enable_seqscan\" requires a Boolean value");
    assert_eq!(
        refused("work_mem", "1kB"),
        "22023 1 kB is outside the valid range for parameter \"work_mem\" (64 .. 2147483647)"
    );
    assert_eq!(
        refused("work_mem", "1.5"),
        "22023 2 kB is outside the valid range for parameter \"work_mem\" (64 .. 2147483647)"
    );
    assert_eq!(
        refused("extra_float_digits", "99"),
        "22023 99 is outside the valid range for parameter \"extra_float_digits\" (-15 .. 3)"
    );
    assert_eq!(
        refused("lock_timeout", "5 foo"),
        "22023 invalid value for parameter \"lock_timeout\": \"5 foo\" | \
         Valid units for this parameter are \"us\", \"ms\", \"s\", \"min\", \"h\", and \"d\"."
    );
    assert_eq!(
        refused("bytea_output", "x"),
        "22023 invalid value for parameter \"bytea_output\": \"x\" | Available values: escape, hex."
    );
    assert_eq!(
        refused("datestyle", "foo"),
        "22023 invalid value for parameter \"DateStyle\": \"foo\" | Unrecognized key word: \"foo\"."
    );
    assert_eq!(refused("timezone", "foo"), "22023 invalid value for parameter \"TimeZone\": \"foo\"");
    assert_eq!(refused("seed", "2"), "22023 2 is outside the valid range for parameter \"seed\" (-1 .. 1)");
    assert_eq!(refused("server_version", "1"), "55P02 parameter \"server_version\" cannot be changed");
    assert_eq!(
        refused("shared_buffers", "1"),
        "55P02 parameter \"shared_buffers\" cannot be changed without restarting the server"
    );
    assert_eq!(
        refused("a b.c", "1"),
        "42602 invalid configuration parameter name \"a b.c\" | \
         Custom parameter names must be two or more simple identifiers separated by dots."
    );
}

#[test]
fn numbers_show_in_their_largest_unit() {
    let mut s = fresh();
    for (name, given, shown) in [
        ("work_mem", "65536", "64MB"),
        ("work_mem", "1500kB", "1500kB"),
        ("statement_timeout", "90s", "90s"),
        ("statement_timeout", "120000", "2min"),
        ("statement_timeout", "0", "0"),
        ("extra_float_digits", "-15", "-15"),
        ("shared_buffers", "", "128MB"),
        ("enable_seqscan", "F", "off"),
        ("client_min_messages", "WARNING", "warning"),
        ("synchronous_commit", "true", "on"),
        ("TIMEZONE", "europe/berlin", "Europe/Berlin"),
        ("TimeZone", "-3.5", "<-03:30>+03:30"),
        // With minutes it is POSIX's form, which counts west.
        ("TimeZone", "-3:30", "-3:30"),
        ("datestyle", "german", "German, DMY"),
        ("client_encoding", "utf-8", "UTF8"),
        ("app.name", "x", "x"),
    ] {
        if !given.is_empty() {
            s.set(name, given, Source::Session).expect(name);
        }
        assert_eq!(s.show(name).as_deref(), Some(shown), "{name} = {given}");
    }
    assert_eq!(s.text_style().date_style, (DateFormat::German, DateOrder::Dmy));
    assert_eq!(&*s.text_style().time_zone, "+3:30");
    assert_eq!(s.show("server_version").as_deref(), Some("15.18 (Gavel 0.1.0)"));
    assert_eq!(s.show("nope.x"), None);
}

#[test]
fn local_values_end_with_the_transaction_and_rollback_restores() {
    let mut s = fresh();
    s.set("work_mem", "1MB", Source::Session).expect("set");
    let begin = s.values();
    s.set("work_mem", "2MB", Source::Local).expect("set");
    let savepoint = s.values();
    s.set("work_mem", "3MB", Source::Session).expect("set");
    assert_eq!(s.show("work_mem").as_deref(), Some("3MB"), "SET replaces a SET LOCAL before it");
    s.restore(savepoint);
    assert_eq!(s.show("work_mem").as_deref(), Some("2MB"));
    s.end_transaction();
    assert_eq!(s.show("work_mem").as_deref(), Some("1MB"));
    s.set("a.b", "1", Source::Session).expect("set");
    s.restore(begin);
    assert_eq!(s.show("a.b"), None);
    s.reset("work_mem", Source::Session).expect("reset");
    assert_eq!(s.show("work_mem").as_deref(), Some("4MB"));
}

#[test]
fn startup_options_are_what_reset_goes_back_to() {
    let mut s = fresh();
    s.set("application_name", "psql", Source::Startup).expect("startup");
    s.set("application_name", "x", Source::Session).expect("set");
    s.reset_all();
    assert_eq!(s.show("application_name").as_deref(), Some("psql"));
    assert!(s.reported().iter().any(|(n, v)| *n == "application_name" && v == "psql"));
    assert!(s.set("jit", "x", Source::Startup).is_err());
}

#[test]
fn statements_as_parsed() {
    use sqlparser::ast::Statement;
    use sqlparser::{dialect::PostgreSqlDialect, parser::Parser};
    let mut s = fresh();
    let mut catalog = gavel_catalog::Catalog::default();
    gavel_catalog::predefined::complete(&mut catalog);
    let anybody = gavel_catalog::bootstrap::DATABASE_OWNER;
    let current = gavel_catalog::Subject::of(&catalog, anybody);
    let by = authority::Authority {
        catalog: &catalog,
        login: anybody,
        session: anybody,
        current: &current,
        confined: authority::Confined::No,
    };
    let mut run = |sql: &str| -> Result<String, SqlError> {
        let parsed = Parser::parse_sql(&PostgreSqlDialect {}, sql).expect(sql);
        match &parsed[0] {
            Statement::Set(set) => {
                let outcome = statement::run_set(&mut s, set, &by, false)?;
                Ok(outcome.notices.iter().map(|n| n.error.message().to_owned()).collect())
            }
            Statement::Reset(r) => statement::run_reset(&mut s, &r.reset, &by).map(|()| String::new()),
            Statement::ShowVariable { variable } => {
                statement::run_show(&s, variable).map(|shown| format!("{}={}", shown.columns[0], shown.rows[0][0]))
            }
            other => panic!("{other:?}"),
        }
    };
    for (sql, shown) in [
        ("SET search_path = \"$user\", public, \"My Schema\"", ""),
        ("SHOW search_path", "search_path=\"$user\", public, \"My Schema\""),
        ("SET search_path TO ''", ""),
        ("SHOW search_path", "search_path=\"\""),
        ("SET datestyle = ISO, DMY", ""),
        ("SHOW DateStyle", "DateStyle=ISO, DMY"),
        ("SET datestyle = Postgres", ""),
        ("SHOW datestyle", "DateStyle=Postgres, DMY"),
        ("SET datestyle TO ymd", ""),
        ("SHOW datestyle", "DateStyle=Postgres, YMD"),
        ("SET datestyle TO DEFAULT", ""),
        ("SHOW datestyle", "DateStyle=ISO, MDY"),
        ("SET TIME ZONE 'Asia/Tokyo'", ""),
        ("SHOW TIME ZONE", "TimeZone=Asia/Tokyo"),
        ("SET TIME ZONE LOCAL", ""),
        ("SHOW timezone", "TimeZone=UTC"),
        ("SET extra_float_digits = -3", ""),
        ("SHOW extra_float_digits", "extra_float_digits=-3"),
        ("SET a.b = 'c'", ""),
        ("SHOW a.b", "a.b=c"),
        ("SET LOCAL work_mem = '8MB'", "SET LOCAL can only be used in transaction blocks"),
        ("RESET ALL", ""),
        ("SHOW search_path", "search_path=\"$user\", public"),
        ("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE", ""),
        ("SHOW default_transaction_isolation", "default_transaction_isolation=serializable"),
        ("SET NAMES 'UTF8'", ""),
        ("SET default_with_oids = false", ""),
        ("SET default_with_oids = true", "0A000"),
        ("SHOW nope", "42704"),
    ] {
        let answer = run(sql).unwrap_or_else(|e| e.code().as_str().to_owned());
        assert_eq!(answer, shown, "{sql}");
    }
    assert_eq!(fresh().search_path("me"), ["me", "public"]);
}
