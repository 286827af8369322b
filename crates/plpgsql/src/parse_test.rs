//! Bodies, and what PostgreSQL says of those that it refuses.

use crate::tree::{Kind, Returns, Rows, Signature};
use crate::{Body, parse};

fn signature(returns: Returns) -> Signature {
    Signature { label: Some("f".into()), returns, ..Signature::default() }
}

fn body(text: &str, returns: Returns) -> Body {
    parse(text, &signature(returns)).unwrap_or_else(|e| panic!("{e}: {text}"))
}

fn refusal(text: &str) -> String {
    let error = parse(text, &signature(Returns::Value)).expect_err(text);
    format!("{} {}", error.code().as_str(), error.message())
}

#[test]
fn statements_have_lines_and_sql() {
    let text = "\nDECLARE\n  n integer := 1;\n  r record;\nBEGIN\n  n := n + 1; -- more\n  FOR r IN SELECT a FROM t WHERE b = n LOOP\n\
                \n    PERFORM g(r.a);\n  END LOOP;\n  SELECT count(*) INTO STRICT n FROM t;\n  RETURN n;\nEND;";
    let body = body(text, Returns::Value);
    let kinds: Vec<(u32, &str)> = body.block.statements.iter().map(|s| (s.line, s.kind.label())).collect();
    assert_eq!(kinds, [(6, "assignment"), (7, "FOR over SELECT rows"), (11, "SQL statement"), (12, "RETURN")]);
    let Kind::Sql { sql, into: Some(into) } = &body.block.statements[2].kind else { panic!("no SQL") };
    assert_eq!(sql.text, "SELECT count(*)               FROM t");
    assert!(into.strict);
    let Kind::ForRows { rows: Rows::Query(query), .. } = &body.block.statements[1].kind else { panic!("no loop") };
    assert_eq!(query.text, "SELECT a FROM t WHERE b = n");
}

#[test]
fn all_statements_are_known() {
    let text = "
        DECLARE
            a int[]; c CURSOR (x int) FOR SELECT x; d refcursor; s text; e t.b%TYPE; w t%ROWTYPE; k CONSTANT int := 2;
        BEGIN
            <<outer>>
            FOR i IN REVERSE 10..1 BY 2 LOOP
                CONTINUE outer WHEN i = 3;
                EXIT;
            END LOOP outer;
            FOR s, d IN EXECUTE 'select 1, 2' USING k LOOP NULL; END LOOP;
            FOR q IN c(5) LOOP a[q.x] := 1; END LOOP;
            FOREACH s SLICE 1 IN ARRAY a LOOP NULL; END LOOP;
            WHILE false LOOP NULL; END LOOP;
            LOOP EXIT; END LOOP;
            CASE k WHEN 1, 2 THEN NULL; ELSE NULL; END CASE;
            CASE WHEN k = 1 THEN NULL; END CASE;
            IF k = 1 THEN NULL; ELSIF k = 2 THEN NULL; ELSE NULL; END IF;
            OPEN c(x := 3); FETCH c INTO s; MOVE FORWARD 2 FROM c; CLOSE c;
            OPEN d FOR SELECT 1; FETCH RELATIVE -1 FROM d INTO s; FETCH PRIOR FROM d INTO s;
            OPEN d SCROLL FOR EXECUTE 'select $1' USING 1;
            GET DIAGNOSTICS s = ROW_COUNT;
            RAISE NOTICE 'a % %%', s USING HINT = 'h';
            RAISE division_by_zero;
            RAISE SQLSTATE 'U0001' USING MESSAGE = 'm';
            ASSERT k > 1, 'no';
            EXECUTE 'x' || s INTO STRICT s USING 1, 2;
            INSERT INTO t VALUES (1) RETURNING a INTO s;
            DECLARE z int; BEGIN z = 1; EXCEPTION WHEN unique_violation OR SQLSTATE '22012' THEN RAISE; WHEN OTHERS THEN
                GET STACKED DIAGNOSTICS s = MESSAGE_TEXT;
            END;
            CALL p(1);
            COMMIT AND CHAIN;
            RETURN 1;
        END";
    assert_eq!(body(text, Returns::Value).block.statements.len(), 28);
}

#[test]
fn refusals_are_those_of_postgresql() {
    for (text, message) in [
        ("BEGIN x := 1; END", "42601 \"x\" is not a known variable"),
        ("BEGIN EXIT; END", "42601 EXIT cannot be used outside a loop, unless it has a label"),
        ("BEGIN CONTINUE; END", "42601 CONTINUE cannot be used outside a loop"),
        ("DECLARE a int; a int; BEGIN END", "42601 duplicate declaration at or near \"a\""),
        ("DECLARE a CONSTANT int := 1; BEGIN a := 2; END", "22005 variable \"a\" is declared CONSTANT"),
        ("<<l>> BEGIN END m", "42601 end label \"m\" differs from block's label \"l\""),
        ("BEGIN RETURN NEXT 1; END", "42804 cannot use RETURN NEXT in a non-SETOF function"),
        ("BEGIN RAISE NOTICE '%'; END", "42601 too few parameters specified for RAISE"),
        ("BEGIN RAISE nonsense; END", "42704 unrecognized exception condition \"nonsense\""),
        ("BEGIN IF true THEN", "42601 syntax error at end of input"),
        ("SELECT 1", "42601 syntax error at or near \"SELECT\""),
    ] {
        assert_eq!(refusal(text), message, "{text}");
    }
}

#[test]
fn inner_names_hide_outer_ones() {
    let text = "<<o>> DECLARE x int; BEGIN DECLARE x text; BEGIN o.x := 1; x := 'a'; f.found := true; END; END";
    let body = body(text, Returns::Void);
    let Kind::Block(inner) = &body.block.statements[0].kind else { panic!("no block") };
    let targets: Vec<usize> = inner
        .statements
        .iter()
        .map(|s| match &s.kind {
            Kind::Assign { target, .. } => target.var.0,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(targets, [1, 2, 0]);
}
