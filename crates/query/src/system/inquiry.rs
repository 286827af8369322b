//! What roles may do, for whoever asks: `has_table_privilege` and its kin, `pg_has_role`.
//!
//! ```text
//!  has_column_privilege ([role,] table, column, 'SELECT, UPDATE WITH GRANT OPTION')
//! ```
//! Of several privileges one is enough. Names must be there; an OID that nothing has gives NULL.

use gavel_catalog::acl::{self, Class, Privileges};
use gavel_catalog::bootstrap::SUPERUSER;
use gavel_catalog::privilege::Securable;
use gavel_catalog::{Catalog, Subject, system};
use gavel_functions::registry::{self, Proc};
use gavel_types::text_io::NameResolver;
use gavel_types::{Datum, Oid, SqlError, SqlResult, SqlState};

use super::SystemContext;
use super::resolver::CatalogNames;

/// The privileges that are asked about.
#[derive(Clone, Copy)]
struct Asked {
    plain: Privileges,
    /// Those that were said WITH GRANT OPTION.
    option: Privileges,
}

impl Asked {
    /// Whether one of them is among what a role has and may grant.
    fn found_in(self, held: Privileges, grantable: Privileges) -> bool {
        !held.and(self.plain).is_empty() || !grantable.and(self.option).is_empty()
    }
}

fn unrecognized(word: &str) -> SqlError {
    SqlError::new(SqlState::InvalidParameterValue, format!("unrecognized privilege type: \"{word}\""))
}

/// The words of a list, and whether the rest of each is one of `endings`.
fn words<'a>(text: &'a str, endings: &'a [&'a str]) -> impl Iterator<Item = (&'a str, &'a str, bool)> {
    text.split(',').map(str::trim).map(move |word| {
        let ending = |e: &&str| {
            let at = word.len().checked_sub(e.len()).filter(|at| word.is_char_boundary(*at))?;
            word[at..].eq_ignore_ascii_case(e).then_some(&word[..at])
        };
        match endings.iter().find_map(ending) {
            Some(name) => (word, name, true),
            None => (word, word, false),
        }
    })
}

fn asked(text: &str, class: Class) -> SqlResult<Asked> {
    let mut out = Asked { plain: Privileges::NONE, option: Privileges::NONE };
    for (word, name, option) in words(text, &[" with grant option"]) {
        // A privilege that there once was.
        if class == Class::Relation && name.eq_ignore_ascii_case("rule") {
            continue;
        }
        let found = Privileges::of_name(name).filter(|p| !p.and(class.all()).is_empty());
        let found = found.ok_or_else(|| unrecognized(word))?;
        if option {
            out.option = out.option.or(found);
        } else {
            out.plain = out.plain.or(found);
        }
    }
    Ok(out)
}

fn undefined(code: SqlState, what: &str, name: &str) -> SqlError {
    SqlError::new(code, format!("{what} \"{name}\" does not exist"))
}

/// What is asked about, by name or OID.
enum Named<'a> {
    Text(&'a str),
    Oid(Oid),
}

impl<'a> Named<'a> {
    fn of(value: Option<&'a Datum>) -> Self {
        match value {
            Some(Datum::Text(text)) => Self::Text(text),
            Some(Datum::Oid(oid)) => Self::Oid(Oid(*oid)),
            _ => Self::Oid(Oid(0)),
        }
    }
}

/// Runs `proc`, one of these functions.
///
/// # Errors
/// 22023 for a privilege that there is not; 42704, 42P01 and the like for what is named and not there.
pub(super) fn call(context: &SystemContext<'_>, names: &CatalogNames, proc: &Proc, args: &[Datum]) -> SqlResult<Datum> {
    if args.iter().any(Datum::is_null) {
        return Ok(Datum::Null);
    }
    let Some((Datum::Text(privileges), rest)) = args.split_last() else {
        return Err(SqlError::internal("a privilege that is no text"));
    };
    let inquiry = Inquiry { context, names };
    let about = if proc.name == "has_column_privilege" { 2 } else { 1 };
    let (who, what) = match rest.split_first() {
        Some((role, what)) if rest.len() > about => (Some(role), what),
        _ => (None, rest),
    };
    if proc.name == "pg_has_role" {
        return inquiry.of_role(who, Named::of(what.first()), privileges);
    }
    let subject = inquiry.subject(who)?;
    let object = Named::of(what.first());
    let found = match proc.name {
        "has_table_privilege" => inquiry.of_table(&subject, object, privileges)?,
        "has_any_column_privilege" => inquiry.of_any_column(&subject, object, privileges)?,
        "has_column_privilege" => inquiry.of_column(&subject, object, what.get(1), privileges)?,
        "has_sequence_privilege" => inquiry.of_sequence(&subject, object, privileges)?,
        "has_schema_privilege" => inquiry.of_schema(&subject, object, privileges)?,
        "has_database_privilege" => inquiry.of_database(&subject, object, privileges)?,
        "has_type_privilege" => inquiry.of_type(&subject, object, privileges)?,
        "has_function_privilege" => inquiry.of_function(&subject, object, privileges)?,
        "has_language_privilege" => inquiry.of_language(&subject, object, privileges)?,
        "has_tablespace_privilege" => inquiry.of_tablespace(&subject, object, privileges)?,
        "has_foreign_data_wrapper_privilege" => {
            inquiry.of_none(object, "foreign-data wrapper", privileges, Class::ForeignDataWrapper)?
        }
        "has_server_privilege" => inquiry.of_none(object, "server", privileges, Class::ForeignServer)?,
        // Privileges on settings are not kept: superusers have them.
        "has_parameter_privilege" => asked(privileges, Class::Parameter).map(|_| Some(subject.superuser))?,
        _ => return Err(SqlError::internal("not a function about privileges")),
    };
    Ok(found.map_or(Datum::Null, Datum::Bool))
}

struct Inquiry<'a> {
    context: &'a SystemContext<'a>,
    names: &'a CatalogNames,
}

impl Inquiry<'_> {
    fn catalog(&self) -> &Catalog {
        self.context.catalog
    }

    fn role(&self, role: &Named<'_>) -> SqlResult<Oid> {
        match role {
            Named::Oid(oid) => Ok(*oid),
            Named::Text(name) => {
                let found = self.catalog().roles.get(*name).map(|r| r.oid);
                found.ok_or_else(|| undefined(SqlState::UndefinedObject, "role", name))
            }
        }
    }

    /// The role that is asked about: the current one, if none is said; `public` is everybody.
    fn subject(&self, who: Option<&Datum>) -> SqlResult<Subject> {
        Ok(match who {
            None => Subject::clone(self.context.subject),
            Some(Datum::Text(name)) if &**name == "public" => Subject::of(self.catalog(), acl::PUBLIC),
            Some(role) => Subject::of(self.catalog(), self.role(&Named::of(Some(role)))?),
        })
    }

    fn of_role(&self, who: Option<&Datum>, role: Named<'_>, privileges: &str) -> SqlResult<Datum> {
        let subject = match who {
            None => Subject::clone(self.context.subject),
            Some(who) => Subject::of(self.catalog(), self.role(&Named::of(Some(who)))?),
        };
        let role = self.role(&role)?;
        let admin = || {
            let may = |r: &gavel_catalog::Role| r.member_of.iter().any(|m| m.role == role && m.admin);
            subject.superuser || self.catalog().roles.values().any(|r| subject.is_member_of(r.oid) && may(r))
        };
        let mut found = false;
        for (word, name, option) in words(privileges, &[" with grant option", " with admin option"]) {
            found |= match name.to_ascii_lowercase().as_str() {
                "usage" | "member" if option => admin(),
                "usage" => subject.has_privileges_of(role),
                "member" => subject.is_member_of(role),
                _ => return Err(unrecognized(word)),
            };
        }
        Ok(Datum::Bool(found))
    }

    fn relation(&self, object: Named<'_>) -> SqlResult<Option<Securable<'_>>> {
        let oid = match object {
            Named::Oid(oid) => oid,
            Named::Text(name) => self.names.resolve(name, Oid::REGCLASS)?,
        };
        Ok(Securable::find(self.catalog(), oid))
    }

    fn of_table(&self, subject: &Subject, object: Named<'_>, privileges: &str) -> SqlResult<Option<bool>> {
        let found = self.relation(object)?;
        let asked = asked(privileges, Class::Relation)?;
        Ok(found.map(|of| asked.found_in(subject.on_relation(&of), of.grantable_by(subject))))
    }

    fn of_any_column(&self, subject: &Subject, object: Named<'_>, privileges: &str) -> SqlResult<Option<bool>> {
        let found = self.relation(object)?;
        let asked = asked(privileges, Class::Column)?;
        Ok(found.map(|of| {
            let any = |n: i16| asked.found_in(subject.on_column(&of, n), of.column_grantable_by(subject, n));
            asked.found_in(subject.on_relation(&of), of.grantable_by(subject)) || of.columns().into_iter().any(any)
        }))
    }

    fn of_column(
        &self,
        subject: &Subject,
        object: Named<'_>,
        column: Option<&Datum>,
        privileges: &str,
    ) -> SqlResult<Option<bool>> {
        let found = self.relation(object)?;
        let asked = asked(privileges, Class::Column)?;
        let Some(of) = found else { return Ok(None) };
        let number = match column {
            Some(Datum::Int2(number)) => Some(*number).filter(|n| of.columns().contains(n)),
            // What a column is called that was dropped.
            Some(Datum::Text(name)) if name.starts_with("........pg.dropped.") => None,
            Some(Datum::Text(name)) => Some(of.column_named(name).ok_or_else(|| {
                let text = format!("column \"{name}\" of relation \"{}\" does not exist", of.name());
                SqlError::new(SqlState::UndefinedColumn, text)
            })?),
            _ => None,
        };
        let of_column = |n: i16| asked.found_in(subject.on_column(&of, n), of.column_grantable_by(subject, n));
        let of_table = asked.found_in(subject.on_relation(&of), of.grantable_by(subject));
        Ok(number.map(|n| of_table || of_column(n)))
    }

    fn of_sequence(&self, subject: &Subject, object: Named<'_>, privileges: &str) -> SqlResult<Option<bool>> {
        let found = self.relation(object)?;
        let asked = asked(privileges, Class::Sequence)?;
        match found {
            None => Ok(None),
            Some(of @ Securable::Sequence(_)) => {
                Ok(Some(asked.found_in(subject.on_relation(&of), of.grantable_by(subject))))
            }
            Some(of) => {
                let text = format!("\"{}\" is not a sequence", of.name());
                Err(SqlError::new(SqlState::WrongObjectType, text))
            }
        }
    }

    fn of_schema(&self, subject: &Subject, object: Named<'_>, privileges: &str) -> SqlResult<Option<bool>> {
        let of_system = |oid: Oid| matches!(oid, system::PG_CATALOG | system::INFORMATION_SCHEMA);
        let (schema, built_in) = match object {
            Named::Oid(oid) => (self.catalog().schema_by_oid(oid), of_system(oid)),
            Named::Text(name) => match self.catalog().qualifier(name) {
                None if !system::is_system_schema(name) => {
                    return Err(undefined(SqlState::InvalidSchemaName, "schema", name));
                }
                found => (found, true),
            },
        };
        let asked = asked(privileges, Class::Schema)?;
        Ok(match schema {
            Some(s) => {
                let grantable = subject.grantable(Class::Schema, &s.acl, s.owner);
                Some(asked.found_in(subject.on_schema(s), grantable))
            }
            None if built_in => Some(asked.found_in(of_everybody(subject, Class::Schema, "U"), of_owner(subject))),
            None => None,
        })
    }

    fn of_database(&self, subject: &Subject, object: Named<'_>, privileges: &str) -> SqlResult<Option<bool>> {
        let found = match object {
            Named::Oid(oid) => self.catalog().databases.values().find(|d| d.oid == oid),
            Named::Text(name) => {
                let found = self.catalog().databases.get(name);
                Some(found.ok_or_else(|| undefined(SqlState::InvalidCatalogName, "database", name))?)
            }
        };
        let asked = asked(privileges, Class::Database)?;
        Ok(found.map(|d| asked.found_in(subject.on_database(d), subject.grantable(Class::Database, &d.acl, d.owner))))
    }

    fn of_type(&self, subject: &Subject, object: Named<'_>, privileges: &str) -> SqlResult<Option<bool>> {
        let oid = match object {
            Named::Oid(oid) => oid,
            Named::Text(name) => self.names.resolve(name, Oid::REGTYPE)?,
        };
        let asked = asked(privileges, Class::Type)?;
        let element = oid.element().unwrap_or(oid);
        Ok(match self.catalog().user_type(element) {
            Some(t) => Some(asked.found_in(subject.on_type(t), subject.grantable(Class::Type, &t.acl, t.owner))),
            None if oid.is_user_type() && self.catalog().type_name(oid).is_none() => None,
            None if oid.is_user_type() || registry::type_info(oid).is_some() => {
                Some(asked.found_in(of_everybody(subject, Class::Type, "U"), of_owner(subject)))
            }
            None => None,
        })
    }

    fn of_function(&self, subject: &Subject, object: Named<'_>, privileges: &str) -> SqlResult<Option<bool>> {
        let oid = match object {
            Named::Oid(oid) => oid,
            Named::Text(name) => self.names.resolve(name, Oid::REGPROCEDURE)?,
        };
        let asked = asked(privileges, Class::Function)?;
        if let Some(f) = self.catalog().function(oid) {
            let grantable = subject.grantable(Class::Function, &f.acl, f.owner);
            return Ok(Some(asked.found_in(subject.on_routine(f), grantable)));
        }
        let held = subject.on_function(self.catalog(), oid);
        Ok(registry::proc(oid).map(|_| asked.found_in(held, self.grantable_of_system(subject, Class::Function, oid))))
    }

    fn of_language(&self, subject: &Subject, object: Named<'_>, privileges: &str) -> SqlResult<Option<bool>> {
        // internal, c, sql.
        let oid = match object {
            Named::Oid(oid) => oid,
            Named::Text("internal") => Oid(12),
            Named::Text("c") => Oid(13),
            Named::Text("sql") => system::SQL_LANGUAGE,
            Named::Text("plpgsql") => system::PLPGSQL_LANGUAGE,
            Named::Text(name) => return Err(undefined(SqlState::UndefinedObject, "language", name)),
        };
        let asked = asked(privileges, Class::Language)?;
        let held = subject.on_language(self.catalog(), oid);
        let grantable = self.grantable_of_system(subject, Class::Language, oid);
        Ok((matches!(oid.0, 12..=14) || oid == system::PLPGSQL_LANGUAGE).then(|| asked.found_in(held, grantable)))
    }

    /// What a role may grant on something of the system.
    fn grantable_of_system(&self, subject: &Subject, class: Class, oid: Oid) -> Privileges {
        let own = self.catalog().system_privileges.get(&oid).map(|p| p.acl.clone());
        subject.grantable(class, &own, SUPERUSER)
    }

    fn of_tablespace(&self, subject: &Subject, object: Named<'_>, privileges: &str) -> SqlResult<Option<bool>> {
        let known = match object {
            Named::Oid(oid) => matches!(oid.0, 1663 | 1664),
            Named::Text("pg_default" | "pg_global") => true,
            Named::Text(name) => return Err(undefined(SqlState::UndefinedObject, "tablespace", name)),
        };
        let asked = asked(privileges, Class::Tablespace)?;
        Ok(known.then(|| asked.found_in(of_everybody(subject, Class::Tablespace, ""), of_owner(subject))))
    }

    /// A kind of object that there are none of.
    fn of_none(&self, object: Named<'_>, what: &str, privileges: &str, class: Class) -> SqlResult<Option<bool>> {
        if let Named::Text(name) = object {
            return Err(undefined(SqlState::UndefinedObject, what, name));
        }
        asked(privileges, class).map(|_| None)
    }
}

/// What a role may do with something of the system that is open to everybody so far.
fn of_everybody(subject: &Subject, class: Class, letters: &str) -> Privileges {
    if subject.has_privileges_of(SUPERUSER) { class.all() } else { Privileges::of_letters(letters) }
}

/// What it may grant on something of the system.
fn of_owner(subject: &Subject) -> Privileges {
    if subject.has_privileges_of(SUPERUSER) { Privileges(u32::MAX) } else { Privileges::NONE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_privileges_are_read() {
        let found = asked("select, Update WITH GRANT OPTION , rule", Class::Relation).expect("privileges");
        assert_eq!((found.plain, found.option), (Privileges::of_letters("r"), Privileges::of_letters("w")));
        let message = |text: &str, class| asked(text, class).err().map(|e| e.message().to_owned());
        assert_eq!(message("sel", Class::Relation).as_deref(), Some("unrecognized privilege type: \"sel\""));
        assert_eq!(message("Delete", Class::Column).as_deref(), Some("unrecognized privilege type: \"Delete\""));
        assert_eq!(message("temp, connect", Class::Database), None);
    }
}
