use super::super::parse_expression;
use super::*;

fn value(sql: &str) -> Result<String, (String, String, Option<usize>)> {
    let error = |e: SqlError| (e.code().as_str().to_owned(), e.message().to_owned(), e.fields().position);
    match parse_expression(sql).map_err(error)? {
        sqlparser::ast::Expr::Value(v) => Ok(super::super::string_value(&v.value).unwrap_or_default().to_owned()),
        sqlparser::ast::Expr::Identifier(i) => Ok(i.value),
        other => Ok(other.to_string()),
    }
}

#[test]
fn escapes_become_what_they_stand_for() {
    for (written, read) in [
        (r"E'a\tb\101\x41\u00e9\U0001F600'", "a\tbAA\u{e9}\u{1f600}"),
        (r"E'\ud83d\ude00'", "\u{1f600}"),
        (r"E'\xe4\xbd\xa0'", "\u{4f60}"),
        (r"E'it\'s ''here'''", "it's 'here'"),
        (r"U&'d\0061t\+000061'", "data"),
        (r"U&'d!0061t!!' UESCAPE '!'", "dat!"),
        (r"U&'d!0061' uescape E'!'", "da"),
        (r#"U&"d*0061t*+000061" UESCAPE '*'"#, "data"),
        ("E'a'\n '\\n'", "a\n"),
        ("U&'a'\n-- and\n '\\0062'", "ab"),
    ] {
        assert_eq!(value(written), Ok(read.to_owned()), "{written}");
    }
}

#[test]
fn what_is_no_escape_is_said_at_its_place() {
    for (written, code, position) in [
        (r"E'wrong: \u061'", "22025", Some(10)),
        (r"E'\ud83dx'", "42601", Some(9)),
        (r"E'\xff'", "22021", None),
        (r"E'\000'", "22021", None),
        (r"U&'wrong: \061'", "42601", Some(11)),
        (r"U&'\db99x'", "42601", Some(9)),
        (r"U&'x' UESCAPE '+'", "42601", Some(15)),
        (r#"U&"""#, "42601", Some(1)),
        ("'a' 'b'", "42601", Some(5)),
        ("'a' /* no */\n'b'", "42601", Some(14)),
    ] {
        let Err((found, message, at)) = value(written) else { panic!("{written} was read") };
        assert_eq!((found.as_str(), at), (code, position), "{written}: {message}");
    }
}

#[test]
fn plain_strings_may_have_escapes() {
    let escaped = |sql: &str| with_escapes(sql).map(Cow::into_owned).ok();
    assert_eq!(escaped(r#"select 'a\\b', 'c', "d\""#), Some(r#"select E'a\\b', 'c', "d\""#.to_owned()));
    assert_eq!(escaped(r"select 'it\'s', $$'\$$"), Some(r"select E'it\'s', $$'\$$".to_owned()));
    assert_eq!(escaped("select U&'a'"), None);
}
