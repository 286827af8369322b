//! DROP of what there is none of, and CREATE of what is there always: PostgreSQL has the kinds, and says which of them it
//! finds. So scripts that make sure of the one or the other go on.

use super::ast::{Ddl, QualifiedName};
use super::words::{Parse, Words};

/// A kind of objects of which users have none.
struct Kind {
    words: &'static str,
    /// The words of the command tag.
    tag: &'static str,
    /// What messages call one.
    called: &'static str,
    /// Those that there are nevertheless.
    present: &'static [&'static str],
}

const LANGUAGES: &[&str] = &["c", "internal", "plpgsql", "sql"];
const METHODS: &[&str] = &["brin", "btree", "gin", "gist", "hash", "heap", "spgist"];

const KINDS: &[Kind] = &[
    Kind { words: "extension", tag: "EXTENSION", called: "extension", present: &["plpgsql"] },
    Kind { words: "event trigger", tag: "EVENT TRIGGER", called: "event trigger", present: &[] },
    Kind { words: "statistics", tag: "STATISTICS", called: "statistics object", present: &[] },
    Kind { words: "language", tag: "LANGUAGE", called: "language", present: LANGUAGES },
    Kind { words: "procedural language", tag: "LANGUAGE", called: "language", present: LANGUAGES },
    Kind { words: "server", tag: "SERVER", called: "server", present: &[] },
    Kind { words: "foreign data wrapper", tag: "FOREIGN DATA WRAPPER", called: "foreign-data wrapper", present: &[] },
    Kind { words: "publication", tag: "PUBLICATION", called: "publication", present: &[] },
    Kind { words: "subscription", tag: "SUBSCRIPTION", called: "subscription", present: &[] },
    Kind { words: "tablespace", tag: "TABLESPACE", called: "tablespace", present: &["pg_default", "pg_global"] },
    Kind { words: "access method", tag: "ACCESS METHOD", called: "access method", present: METHODS },
];

/// What follows DROP, if it is one of these kinds.
pub(super) fn drop(p: &mut Words<'_, '_>) -> Parse<Option<Ddl>> {
    let Some(kind) = KINDS.iter().find(|kind| p.at(kind.words)) else { return Ok(None) };
    p.eat(kind.words);
    let skipped = p.eat("if exists");
    let names = p.commas(Words::qualified)?;
    p.cascade();
    let tag = format!("DROP {}", kind.tag);
    let present = |name: &QualifiedName| matches!(name.0.as_slice(), [only] if kind.present.contains(&only.as_str()));
    if names.iter().any(present) {
        return Ok(Some(Ddl::Unsupported(tag)));
    }
    let told = names.iter().map(|name| format!("{} \"{name}\" does not exist", kind.called)).collect();
    Ok(Some(Ddl::NothingToDo { tag, told, present: false, skipped }))
}

/// What follows CREATE EXTENSION: PL/pgSQL is there.
pub(super) fn create_extension(p: &mut Words<'_, '_>) -> Parse<Ddl> {
    let skipped = p.eat("if not exists");
    let name = p.name()?;
    p.skip_rest();
    let tag = "CREATE EXTENSION".to_owned();
    if name != "plpgsql" {
        return Ok(Ddl::Unsupported(tag));
    }
    let told = vec![format!("extension \"{name}\" already exists")];
    Ok(Ddl::NothingToDo { tag, told, present: true, skipped })
}
