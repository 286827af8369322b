//! What stands in for statements that are not there: the hints of docs/sql/unsupported.md.

/// What may be done instead of a statement that begins with these words, if there is something.
pub(super) fn stand_in(statement: &str) -> Option<&'static str> {
    if statement == "ALTER SYSTEM" {
        return Some("Use SET for the session, or the settings of the process.");
    }
    let (_, kind) = statement.split_once(' ')?;
    Some(match kind {
        "EXTENSION" => "There are no extensions; gen_random_uuid() and the like are built in.",
        "LANGUAGE" | "TRUSTED LANGUAGE" | "PROCEDURAL LANGUAGE" => "Write functions in SQL or PL/pgSQL.",
        "CAST" => "Call a function that converts the value.",
        "STATISTICS" => "ANALYZE looks at each column by itself.",
        "SERVER" | "FOREIGN TABLE" | "FOREIGN DATA" | "USER MAPPING" => "Bring the rows into a table with COPY.",
        "TEXT SEARCH" => "Use a configuration that is built in, such as simple or english.",
        "TABLESPACE" => "Leave tablespaces out: all tables are kept in one place.",
        "EVENT TRIGGER" => "Triggers can be made of tables and views.",
        "TYPE ... AS RANGE" => "Use two columns, or a composite type of two fields.",
        "TYPE of a base type" => "Make a domain, an enum or a composite type.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_statements_have_something_that_stands_in_for_them() {
        assert!(stand_in("CREATE EXTENSION").is_some_and(|hint| hint.contains("gen_random_uuid")));
        assert_eq!(stand_in("DROP LANGUAGE"), stand_in("CREATE TRUSTED LANGUAGE"));
        assert_eq!(stand_in("LOAD"), None);
    }
}
