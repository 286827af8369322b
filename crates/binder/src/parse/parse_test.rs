use super::*;

fn fails(sql: &str) -> (String, Option<usize>) {
    let error = parse(sql).expect_err(sql);
    (error.message().to_owned(), error.fields().position)
}

#[test]
fn statements_are_divided_and_keep_their_range() {
    let sql = "select 1; -- c\n;/* x */ select 2 ;";
    let all = parse(sql).expect("parses");
    let texts: Vec<&str> = all.iter().map(|p| &sql[p.range.clone()]).collect();
    assert_eq!(texts, ["select 1", "select 2"]);
    assert!(parse(" -- nothing").expect("parses").is_empty());
}

#[test]
fn syntax_errors_name_the_token_and_its_place() {
    assert_eq!(fails("selct 1"), ("syntax error at or near \"selct\"".into(), Some(1)));
    assert_eq!(fails("select 1 from , t"), ("syntax error at or near \",\"".into(), Some(15)));
    assert_eq!(fails("select * frm t"), ("syntax error at or near \"frm\"".into(), Some(10)));
    assert_eq!(fails("select (1"), ("syntax error at end of input".into(), Some(10)));
    assert_eq!(fails("select (1; select 2"), ("syntax error at or near \";\"".into(), Some(10)));
    assert_eq!(fails("select 'abc").0, "unterminated quoted string at or near \"'abc\"");
}

#[test]
fn syntax_that_the_parser_lacks_is_taken() {
    for sql in [
        "select 1 from t for no key update of a, b nowait",
        "select 1 from t for key share skip locked",
        "select sum(x) over (w rows between 1 preceding and current row exclude ties) from t window w as (order by x)",
        "insert into t (a) overriding system value values (1)",
        "insert into t overriding user value select 1",
        "insert into t (a) values (1) on conflict (lower(b), c) where d > 0 do update set a = excluded.a where t.a > 1",
        "select * from rows from (generate_series(1, 3), unnest(array[1,2])) with ordinality as x(a, b, n)",
        "select 1 from t order by a using > , b",
        "select a operator(pg_catalog.~) '^x' collate pg_catalog.default from only t",
        "select pg_catalog.array_to_string(array(select 1), ', '), 'x'::pg_catalog.regclass::pg_catalog.text",
        "select (a).b, (x.a).b, (a).* from t",
        "table t",
        "select (t.*)::text, t.* is null, s.t.* = u.*, (t.*) is not null, count(t.*), t.*, row(t.*) from t where t.* in (select 1)",
        "select 1 = any (values (1), (2)), a <> all (values ('x')), 'a'::text collate \"C\" as x from t order by a::text collate \"C\" desc",
        "merge into t using (select 1 as a) as s on true when matched then delete",
        "merge into t using (values (1)) s(a) on true when not matched then insert values (s.a)",
        "explain (costs off) insert into t values (1) on conflict (lower(a), b) do nothing",
        "select p.a, extract(year from a * 2) from s.person* p where 2 * 3 = 6; delete from t *",
        "select * from a union select *, 0 as x from b",
        "insert into t values(array[1,2], array['a'])",
        "create table t (a integer array[4], b text array not null default array['a'], c \"T\" array)",
        "select '{1}'::int array, array[1]::text array",
        "select f(variadic array[1,2]), int4 '5', \"char\" 'x'",
        "select 1 where 3 between symmetric 5 and 1",
        "select * from (table t) x, lateral (values (1)) v",
        "copy t (a, b) from stdin; select 1",
        "values (1, default), (2, 3)",
        "merge into only t as x using (select 1) s on x.a = s.a when matched and s.b > 1 then do nothing when matched then \
         update set (a, b) = (1, default) when not matched then do nothing",
        "with s as (select 1) merge into t using s on true when matched then delete when not matched and a = 1 then insert \
         default values when not matched then insert (a, b) overriding system value values (1, default)",
        "explain merge into t using s on true when not matched then insert overriding user value values (1)",
        "with x as materialized (delete from t returning *) select * from x",
        "update t set (a, b) = (select 1, 2) from u where t.a = u.a returning t.*",
        "select grouping(a), count(*) filter (where b) from t group by grouping sets ((a), ())",
        "select a from t order by 1 fetch first 3 rows with ties",
        "select distinct on (a) a, b from t order by a, b desc nulls last",
        "select percentile_cont(0.5) within group (order by x) from t",
        "select '{1,2}'::int[] [1], (array[1,2,3])[1:2], a[1][2] from t",
        "select x'1F', b'101', e'a\\nb', $$x$$, 1e10, .5, 5. from t",
        "select current_date, localtimestamp(3), current_schema, session_user",
        "select a.x from a join b left join c on b.x = c.x on a.x = b.x, d left join e join f on e.x = f.x on d.x = e.x",
        "select * from a join b using (x, y) as j join c on j.x = c.x",
        "select * from f(1) as (a int, b text), g(2) as t (a int)",
        "select trim(both from x), trim(trailing from x), trim(leading 'a' from x), extract(year from x), trim(from x) from t",
        "select 'one'\n ' two'\n ' three', name 'x', f(a := 1, b => 2)",
        "select 'a' like all (array['a%', '%']), 'a' not ilike all (x) from t",
        "with x as (select 1), y (a) as (values (1)) select * from x, y",
        "select interval '1' day, interval '1 day 2 hours', timestamptz '2020-01-01', time with time zone '10:00'",
    ] {
        if let Err(e) = parse(sql) {
            panic!("{sql}: {e} {:?}", e.fields().position);
        }
    }
}

#[test]
fn nesting_is_limited() {
    let deep = format!("select {}1{}", "(".repeat(5000), ")".repeat(5000));
    assert_eq!(parse(&deep).expect_err("too deep").code(), SqlState::StatementTooComplex);
}

#[test]
fn statements_of_a_body_end_no_statement() {
    let sql = "create or replace function f(a int) returns int begin atomic select case a when 1 then 2 end; select 3; end; \
               select 1; create procedure p() language sql as 'select 1; select 2'; select \"begin\" atomic from t; select 2";
    let starts: Vec<String> =
        parse(sql).expect("parses").iter().map(|p| sql[p.range.clone()].chars().take(8).collect()).collect();
    assert_eq!(starts, ["create o", "select 1", "create p", "select \"", "select 2"]);
}
