//! Access privileges as the catalogs show them: `aclitem[]`, `pg_auth_members`, `pg_default_acl`, the privilege
//! views of `information_schema`, and the functions that make and take apart such lists.

use gavel_catalog::acl::{self, Acl, AclItem, Class, Privileges};
use gavel_catalog::bootstrap::DATABASE_OWNER;
use gavel_types::{Datum, Oid, SqlError, SqlResult, SqlState};

use super::table::{Rows, texts};
use super::{SystemContext, role_dependence};

pub(super) fn fill(context: &SystemContext<'_>, name: &str, out: &mut Rows) -> bool {
    match name {
        "pg_auth_members" => members(context, out),
        "pg_default_acl" => defaults(context, out),
        "pg_shdepend" => role_dependence::fill(context, out),
        _ => return false,
    }
    true
}

/// Rows of the views of `information_schema` about privileges and roles.
pub(super) fn fill_information(context: &SystemContext<'_>, name: &str, out: &mut Rows) -> bool {
    match name {
        "table_privileges" => on_tables(context, true, out),
        "role_table_grants" => on_tables(context, false, out),
        "column_privileges" => on_columns(context, true, out),
        "role_column_grants" => on_columns(context, false, out),
        "usage_privileges" => on_sequences(context, true, out),
        "role_usage_grants" => on_sequences(context, false, out),
        "enabled_roles" => {
            for r in context.catalog.roles.values().filter(|r| context.subject.has_privileges_of(r.oid)) {
                out.add(|row| {
                    row.set("role_name", r.name.as_str());
                });
            }
        }
        "applicable_roles" => memberships(context, false, out),
        "administrable_role_authorizations" => memberships(context, true, out),
        _ => return false,
    }
    true
}

/// A list as a value of `aclitem[]`; NULL for the default.
pub(super) fn value(context: &SystemContext<'_>, acl: &Acl) -> Datum {
    acl.as_ref().map_or(Datum::Null, |items| list(context, items))
}

/// The list of a function or language of the system; NULL where nothing was granted or revoked.
pub(super) fn of_system(context: &SystemContext<'_>, oid: Oid) -> Datum {
    context.catalog.system_privileges.get(&oid).map_or(Datum::Null, |p| list(context, &p.acl))
}

fn list(context: &SystemContext<'_>, items: &[AclItem]) -> Datum {
    let name = |role: Oid| role_name(context, role);
    texts(Oid::ACLITEM, items.iter().map(|i| acl::text(i, &name)))
}

/// A role that is gone is shown by its number.
fn role_name(context: &SystemContext<'_>, role: Oid) -> String {
    context.catalog.role_by_oid(role).map_or_else(|| role.to_string(), |r| r.name.clone())
}

fn grantee_name(context: &SystemContext<'_>, role: Oid) -> String {
    if role == acl::PUBLIC { "PUBLIC".to_owned() } else { role_name(context, role) }
}

fn members(context: &SystemContext<'_>, out: &mut Rows) {
    for (r, m) in context.catalog.roles.values().flat_map(|r| r.member_of.iter().map(move |m| (r, m))) {
        out.add(|row| {
            row.set("roleid", m.role).set("member", r.oid).set("grantor", m.grantor).set("admin_option", m.admin);
        });
    }
}

fn defaults(context: &SystemContext<'_>, out: &mut Rows) {
    for d in context.catalog.default_privileges.values() {
        out.add(|row| {
            row.set("oid", d.oid).set("defaclrole", d.role).set("defaclnamespace", d.schema);
            row.set("defaclobjtype", d.kind).set("defaclacl", list(context, &d.acl));
        });
    }
}

// ---- information_schema ----

/// A relation that rows are granted on, and its list, complete.
struct Granted<'a> {
    schema: &'a str,
    name: &'a str,
    owner: Oid,
    items: Vec<AclItem>,
    columns: Vec<(&'a str, Vec<AclItem>)>,
}

fn granted<'a>(context: &'a SystemContext<'_>) -> Vec<Granted<'a>> {
    let complete = |acl: &Acl, owner: Oid| acl.clone().unwrap_or_else(|| acl::default(Class::Relation, owner));
    let tables = context.catalog.tables.values().map(|t| Granted {
        schema: context.schema_name(t.schema),
        name: &t.name,
        owner: t.owner,
        items: complete(&t.acl, t.owner),
        columns: t.visible_columns().map(|c| (c.name.as_str(), c.acl.clone().unwrap_or_default())).collect(),
    });
    let views = context.catalog.views.values().map(|v| {
        let of = |number: usize| {
            let found = v.column_acls.iter().find(|c| usize::try_from(c.0) == Ok(number));
            found.map(|c| c.1.clone()).unwrap_or_default()
        };
        let columns = v.columns.iter().zip(1..).map(|(c, number)| (c.0.as_str(), of(number))).collect();
        let (schema, items) = (context.schema_name(v.schema), complete(&v.acl, v.owner));
        Granted { schema, name: &v.name, owner: v.owner, items, columns }
    });
    tables.chain(views).collect()
}

/// Whether a privilege of an item may be granted on; the owner's may.
fn each<'a>(
    item: &'a AclItem,
    owner: Oid,
    of: Privileges,
) -> impl Iterator<Item = (&'static str, &'static str)> + use<'a> {
    let yes = item.grantee == owner;
    let names = item.privileges.and(of).names(item.grantable);
    names.map(move |(name, grantable)| (name, if grantable || yes { "YES" } else { "NO" }))
}

/// Whether the current role has to do with what was granted; `public`: what everybody has been granted is shown, too.
fn is_shown(context: &SystemContext<'_>, item: &AclItem, public: bool) -> bool {
    let mine = |role: Oid| context.subject.has_privileges_of(role);
    (public || item.grantee != acl::PUBLIC) && (mine(item.grantor) || mine(item.grantee) || item.grantee == acl::PUBLIC)
}

fn on_tables(context: &SystemContext<'_>, public: bool, out: &mut Rows) {
    for of in granted(context) {
        for item in of.items.iter().filter(|i| is_shown(context, i, public)) {
            for (privilege, grantable) in each(item, of.owner, Class::Relation.all()) {
                out.add(|row| {
                    row.set("grantor", role_name(context, item.grantor));
                    row.set("grantee", grantee_name(context, item.grantee));
                    row.set("table_catalog", &*context.catalog.database_name).set("table_schema", of.schema);
                    row.set("table_name", of.name).set("privilege_type", privilege).set("is_grantable", grantable);
                    row.set("with_hierarchy", if privilege == "SELECT" { "YES" } else { "NO" });
                });
            }
        }
    }
}

fn on_columns(context: &SystemContext<'_>, public: bool, out: &mut Rows) {
    for of in granted(context) {
        for (column, own) in &of.columns {
            // What is granted on the table is granted on each column; the union is shown.
            let mut items = of.items.clone();
            for item in own {
                match items.iter_mut().find(|i| i.grantee == item.grantee && i.grantor == item.grantor) {
                    Some(same) => {
                        same.privileges = same.privileges.or(item.privileges);
                        same.grantable = same.grantable.or(item.grantable);
                    }
                    None => items.push(item.clone()),
                }
            }
            for item in items.iter().filter(|i| is_shown(context, i, public)) {
                for (privilege, grantable) in each(item, of.owner, Class::Column.all()) {
                    out.add(|row| {
                        row.set("grantor", role_name(context, item.grantor));
                        row.set("grantee", grantee_name(context, item.grantee));
                        row.set("table_catalog", &*context.catalog.database_name).set("table_schema", of.schema);
                        row.set("table_name", of.name).set("column_name", *column);
                        row.set("privilege_type", privilege).set("is_grantable", grantable);
                    });
                }
            }
        }
    }
}

fn on_sequences(context: &SystemContext<'_>, public: bool, out: &mut Rows) {
    for s in context.catalog.sequences.values() {
        let items = s.acl.clone().unwrap_or_else(|| acl::default(Class::Sequence, s.owner));
        for item in items.iter().filter(|i| is_shown(context, i, public)) {
            for (privilege, grantable) in each(item, s.owner, Privileges::of_letters("U")) {
                out.add(|row| {
                    row.set("grantor", role_name(context, item.grantor));
                    row.set("grantee", grantee_name(context, item.grantee));
                    row.set("object_catalog", &*context.catalog.database_name);
                    row.set("object_schema", context.schema_name(s.schema)).set("object_name", s.name.as_str());
                    row.set("object_type", "SEQUENCE").set("privilege_type", privilege);
                    row.set("is_grantable", grantable);
                });
            }
        }
    }
}

fn memberships(context: &SystemContext<'_>, admin: bool, out: &mut Rows) {
    for (r, m) in context.catalog.roles.values().flat_map(|r| r.member_of.iter().map(move |m| (r, m))) {
        if admin && !m.admin || !context.subject.has_privileges_of(r.oid) {
            continue;
        }
        out.add(|row| {
            row.set("grantee", r.name.as_str()).set("role_name", role_name(context, m.role));
            row.set("is_grantable", if m.admin { "YES" } else { "NO" });
        });
    }
    // Whoever owns the database is in the role that stands for its owner, but gives it to nobody.
    let here = context.catalog.databases.get(&*context.catalog.database_name);
    if let Some(d) = here.filter(|d| !admin && context.subject.has_privileges_of(d.owner)) {
        out.add(|row| {
            row.set("grantee", role_name(context, d.owner)).set("role_name", role_name(context, DATABASE_OWNER));
            row.set("is_grantable", "NO");
        });
    }
}

// ---- functions ----

/// `acldefault("char", oid)`.
///
/// # Errors
/// XX000 for a letter that stands for no kind of object, as in PostgreSQL.
pub(super) fn acl_default(context: &SystemContext<'_>, letter: u8, owner: Oid) -> SqlResult<Datum> {
    let class = Class::of_letter(letter);
    let class = class.ok_or_else(|| {
        SqlError::new(SqlState::InternalError, format!("unrecognized object type abbreviation: {}", char::from(letter)))
    })?;
    Ok(list(context, &acl::default(class, owner)))
}

/// `aclexplode(aclitem[])`: a row a privilege of each item.
///
/// # Errors
/// 22P02 if an item does not read; 42704 if it names a role that is not there.
pub(super) fn explode(context: &SystemContext<'_>, list: &Datum) -> SqlResult<Vec<Vec<Datum>>> {
    let Datum::Array(array) = list else { return Ok(Vec::new()) };
    let mut out = Vec::new();
    for value in &array.values {
        let Datum::Text(text) = value else { continue };
        let item = parse(context, text)?;
        for (name, grantable) in item.privileges.names(item.grantable) {
            let grantor = Datum::Oid(item.grantor.0);
            let grantee = Datum::Oid(item.grantee.0);
            out.push(vec![grantor, grantee, Datum::text(name), Datum::Bool(grantable)]);
        }
    }
    Ok(out)
}

/// `makeaclitem(grantee, grantor, privileges, is_grantable)`.
///
/// # Errors
/// 22023 for a privilege that there is not.
pub(super) fn make(
    context: &SystemContext<'_>,
    (grantee, grantor): (Oid, Oid),
    names: &str,
    grantable: bool,
) -> SqlResult<Datum> {
    let mut privileges = Privileges::NONE;
    for name in names.split(',').map(str::trim) {
        privileges = privileges.or(Privileges::of_name(name).ok_or_else(|| {
            SqlError::new(SqlState::InvalidParameterValue, format!("unrecognized privilege type: \"{name}\""))
        })?);
    }
    let grantable = if grantable { privileges } else { Privileges::NONE };
    let item = AclItem { grantee, grantor, privileges, grantable };
    Ok(Datum::text(acl::text(&item, &|role| role_name(context, role))))
}

/// A name, in quotes or not, and what follows it.
fn name_of(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
        return Some((text[..end].to_owned(), &text[end..]));
    };
    let mut name = String::new();
    let mut chars = quoted.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c != '"' {
            name.push(c);
        } else if chars.next_if(|(_, c)| *c == '"').is_some() {
            name.push('"');
        } else {
            return Some((name, &quoted[at + 1..]));
        }
    }
    None
}

fn parse(context: &SystemContext<'_>, text: &str) -> SqlResult<AclItem> {
    let bad = |hint: &str| {
        let message = format!("invalid input syntax for type aclitem: \"{text}\"");
        SqlError::new(SqlState::InvalidTextRepresentation, message).hint(hint.to_owned())
    };
    let role = |name: &str| {
        let numbered = name.parse().ok().map(Oid).filter(|_| name.bytes().all(|b| b.is_ascii_digit()));
        context
            .catalog
            .roles
            .get(name)
            .map(|r| r.oid)
            .or(numbered)
            .ok_or_else(|| SqlError::new(SqlState::UndefinedObject, format!("role \"{name}\" does not exist")))
    };
    let nameless = || SqlError::new(SqlState::InvalidTextRepresentation, "a name must follow the \"/\" sign");
    let (grantee, rest) = name_of(text).ok_or_else(|| bad("A name must follow the \"/\" sign."))?;
    let rest = rest.strip_prefix('=').ok_or_else(|| bad("missing \"=\" sign"))?;
    let grantee = if grantee.is_empty() { acl::PUBLIC } else { role(&grantee)? };
    let (letters, grantor) = rest.split_once('/').ok_or_else(|| bad("A name must follow the \"/\" sign."))?;
    let (grantor, _) = name_of(grantor).filter(|(name, _)| !name.is_empty()).ok_or_else(nameless)?;
    let mut starred = String::new();
    let mut before = None;
    for c in letters.chars() {
        if c == '*' {
            starred.extend(before);
        }
        before = Some(c);
    }
    let (privileges, grantable) = (Privileges::of_letters(letters), Privileges::of_letters(&starred));
    Ok(AclItem { grantee, grantor: role(&grantor)?, privileges, grantable })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_be_quoted() {
        assert_eq!(name_of("\"a \"\"b\"=r/x"), Some(("a \"b".to_owned(), "=r/x")));
        assert_eq!(name_of("=r/x"), Some((String::new(), "=r/x")));
        assert_eq!(name_of("\"open"), None);
    }
}
