//! Paths in and out. The written forms are PostgreSQL 15's.

use super::parse;

#[test]
fn paths_are_written_in_their_canonical_form() {
    for (text, want) in [
        ("$", "$"),
        ("strict $", "strict $"),
        ("lax $.a", "$.\"a\""),
        ("$.a.b[*]", "$.\"a\".\"b\"[*]"),
        ("$.a.*", "$.\"a\".*"),
        ("$[0, 2 to last - 1]", "$[0,2 to last - 1]"),
        ("$.**.b", "$.**.\"b\""),
        ("$.**{2}", "$.**{2}"),
        ("$.**{2 to last}.b", "$.**{2 to last}.\"b\""),
        ("$.a ? (@.b > 1 && !(@.c == 2 || @.d == 3))", "$.\"a\"?(@.\"b\" > 1 && !(@.\"c\" == 2 || @.\"d\" == 3))"),
        ("$.a + 1 * 2", "($.\"a\" + 1 * 2)"),
        ("($.a + 1) * 2", "(($.\"a\" + 1) * 2)"),
        ("-$.a", "(-$.\"a\")"),
        ("$.a.size()", "$.\"a\".size()"),
        ("$ ? ((@ > 1) is unknown)", "$?((@ > 1) is unknown)"),
        ("$ ? (exists (@.a))", "$?(exists (@.\"a\"))"),
        ("$ ? (@ starts with \"x\")", "$?(@ starts with \"x\")"),
        ("$ ? (@ like_regex \"^a\" flag \"si\")", "$?(@ like_regex \"^a\" flag \"is\")"),
        ("$.\"a b\" == $\"c d\"", "($.\"a b\" == $\"c d\")"),
        ("\"\\u0041\\n\"", "\"A\\n\""),
        ("1.5e2", "150"),
    ] {
        let path = parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(path.to_string(), want, "{text}");
        assert_eq!(parse(want).map(|p| p.to_string()).ok().as_deref(), Some(want), "{want} reads as itself");
    }
}

#[test]
fn what_is_no_path_is_refused() {
    for (text, state, message) in [
        ("", "22P02", "invalid input syntax for type jsonpath: \"\""),
        ("$.", "42601", "syntax error at end of jsonpath input"),
        ("$ &&", "42601", "syntax error at or near \"&&\" of jsonpath input"),
        ("@ + 1", "42601", "@ is not allowed in root expressions"),
        ("last", "42601", "LAST is allowed only in array subscripts"),
        ("1.type()", "42601", "trailing junk after numeric literal at or near \"1.t\" of jsonpath input"),
        ("$ ? (@ + 1)", "42601", "syntax error at or near \")\" of jsonpath input"),
    ] {
        match parse(text) {
            Ok(path) => panic!("{text} is read as {path}"),
            Err(e) => assert_eq!((e.code().as_str(), e.message()), (state, message), "{text}"),
        }
    }
}
