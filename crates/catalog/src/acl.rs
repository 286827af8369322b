//! Access privileges, as `aclitem[]` of the catalogs keeps them: who was granted what on an object, by whom.
//!
//! An object without a list ([`None`]) has the privileges of [`default`]. The first GRANT or REVOKE starts from
//! those, so that a list is always complete:
//! ```text
//! None                      owner: everything; PUBLIC: CONNECT and TEMPORARY of a database
//! GRANT SELECT TO reader    postgres=arwdDxt/postgres, reader=r/postgres
//! ```
//! The owner's right to grant is not in the list; it goes without saying.

use std::fmt::Write as _;

use gavel_types::Oid;
use serde::{Deserialize, Serialize};

/// Who stands for PUBLIC in [`AclItem::grantee`].
pub const PUBLIC: Oid = Oid(0);

/// A set of privileges, one bit each, in the order in which PostgreSQL prints them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Privileges(pub u32);

/// Letter and name of every privilege, by bit.
const NAMES: [(char, &str); 14] = [
    ('a', "INSERT"),
    ('r', "SELECT"),
    ('w', "UPDATE"),
    ('d', "DELETE"),
    ('D', "TRUNCATE"),
    ('x', "REFERENCES"),
    ('t', "TRIGGER"),
    ('X', "EXECUTE"),
    ('U', "USAGE"),
    ('C', "CREATE"),
    ('T', "TEMPORARY"),
    ('c', "CONNECT"),
    ('s', "SET"),
    ('A', "ALTER SYSTEM"),
];

impl Privileges {
    pub const NONE: Self = Self(0);

    /// The privileges of these letters; others mean nothing.
    pub fn of_letters(letters: &str) -> Self {
        let bit = |c: char| NAMES.iter().position(|n| n.0 == c).map_or(0, |i| 1_u32 << i);
        Self(letters.chars().map(bit).fold(0, |all, one| all | one))
    }

    /// The privilege of this name, in any case; TEMP is TEMPORARY.
    pub fn of_name(name: &str) -> Option<Self> {
        let name = if name.eq_ignore_ascii_case("temp") { "TEMPORARY" } else { name };
        NAMES.iter().position(|n| n.1.eq_ignore_ascii_case(name)).map(|i| Self(1 << i))
    }

    /// Names of the privileges in it, and for each whether `other` has it, too.
    pub fn names(self, other: Self) -> impl Iterator<Item = (&'static str, bool)> {
        let has = |all: Self, i: usize| all.0 >> i & 1 == 1;
        NAMES.iter().enumerate().filter(move |(i, _)| has(self, *i)).map(move |(i, n)| (n.1, has(other, i)))
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

/// What one role granted another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AclItem {
    /// [`PUBLIC`] for everybody.
    pub grantee: Oid,
    pub grantor: Oid,
    pub privileges: Privileges,
    /// Those that the grantee may grant on.
    #[serde(default)]
    pub grantable: Privileges,
}

/// The list of an object; `None` before the first GRANT.
pub type Acl = Option<Vec<AclItem>>;

/// Kinds of objects that privileges are on, as `acldefault` names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    Column,
    Relation,
    Sequence,
    Database,
    Schema,
    Function,
    Language,
    LargeObject,
    Tablespace,
    ForeignDataWrapper,
    ForeignServer,
    Type,
    Parameter,
}

impl Class {
    /// The kind that `acldefault` calls `letter`.
    pub const fn of_letter(letter: u8) -> Option<Self> {
        Some(match letter {
            b'c' => Self::Column,
            b'r' => Self::Relation,
            b's' => Self::Sequence,
            b'd' => Self::Database,
            b'n' => Self::Schema,
            b'f' => Self::Function,
            b'l' => Self::Language,
            b'L' => Self::LargeObject,
            b't' => Self::Tablespace,
            b'F' => Self::ForeignDataWrapper,
            b'S' => Self::ForeignServer,
            b'T' => Self::Type,
            b'p' => Self::Parameter,
            _ => return None,
        })
    }

    /// Every privilege that there is on such an object.
    pub fn all(self) -> Privileges {
        Privileges::of_letters(match self {
            Self::Column => "arwx",
            Self::Relation => "arwdDxt",
            Self::Sequence => "rwU",
            Self::Database => "CTc",
            Self::Schema => "UC",
            Self::Function => "X",
            Self::LargeObject => "rw",
            Self::Tablespace => "C",
            Self::Language | Self::ForeignDataWrapper | Self::ForeignServer | Self::Type => "U",
            Self::Parameter => "sA",
        })
    }

    /// What the owner may do before any GRANT. On a column nothing: what counts there is the table's list.
    pub fn own(self) -> Privileges {
        if self == Self::Column { Privileges::NONE } else { self.all() }
    }

    /// What everybody may do before any GRANT.
    pub fn public(self) -> Privileges {
        Privileges::of_letters(match self {
            Self::Database => "Tc",
            Self::Function => "X",
            Self::Language | Self::Type => "U",
            _ => "",
        })
    }
}

/// The privileges that an object of `owner` has without a list.
pub fn default(class: Class, owner: Oid) -> Vec<AclItem> {
    let item = |grantee, privileges| AclItem { grantee, grantor: owner, privileges, grantable: Privileges::NONE };
    [item(PUBLIC, class.public()), item(owner, class.own())].into_iter().filter(|i| !i.privileges.is_empty()).collect()
}

/// What one GRANT or REVOKE does to one list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    pub revoke: bool,
    /// WITH GRANT OPTION, or REVOKE GRANT OPTION FOR, which leaves the privilege itself.
    pub option: bool,
    pub privileges: Privileges,
    pub grantor: Oid,
    pub grantee: Oid,
    /// Of REVOKE: also what the grantee has granted on.
    pub cascade: bool,
}

/// Why a list is not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Somebody holds privileges from the one who would lose them, and CASCADE was not said.
    DependentPrivileges,
    /// The grantor would have its right to grant from the grantee.
    Circular,
}

/// Applies a change to a complete list. `owner` may always grant.
///
/// # Errors
/// [`Refused`].
pub fn change(items: &mut Vec<AclItem>, owner: Oid, what: &Change) -> Result<(), Refused> {
    if what.privileges.is_empty() {
        return Ok(());
    }
    let at = items.iter().position(|i| i.grantee == what.grantee && i.grantor == what.grantor);
    if !what.revoke {
        if what.option && is_circular(items, owner, what) {
            return Err(Refused::Circular);
        }
        let at = at.unwrap_or_else(|| {
            let (privileges, grantable) = (Privileges::NONE, Privileges::NONE);
            items.push(AclItem { grantee: what.grantee, grantor: what.grantor, privileges, grantable });
            items.len() - 1
        });
        if let Some(item) = items.get_mut(at) {
            item.privileges = item.privileges.or(what.privileges);
            if what.option {
                item.grantable = item.grantable.or(what.privileges);
            }
        }
        return Ok(());
    }
    let Some(at) = at else { return Ok(()) };
    let Some(item) = items.get_mut(at) else { return Ok(()) };
    let lost = item.grantable.and(what.privileges);
    item.grantable = item.grantable.without(what.privileges);
    if !what.option {
        item.privileges = item.privileges.without(what.privileges);
    }
    items.retain(|i| !i.privileges.is_empty());
    if lost.is_empty() || what.grantee == owner {
        return Ok(());
    }
    let still = items.iter().filter(|i| i.grantee == what.grantee).fold(Privileges::NONE, |all, i| all.or(i.grantable));
    let lost = lost.without(still);
    let dependent: Vec<Oid> = items
        .iter()
        .filter(|i| i.grantor == what.grantee && !i.privileges.and(lost).is_empty())
        .map(|i| i.grantee)
        .collect();
    if !dependent.is_empty() && !what.cascade {
        return Err(Refused::DependentPrivileges);
    }
    for grantee in dependent {
        let further = Change { option: false, privileges: lost, grantor: what.grantee, grantee, ..*what };
        change(items, owner, &further)?;
    }
    Ok(())
}

/// Whether the grantor would no longer have the right to grant if the grantee lost it.
fn is_circular(items: &[AclItem], owner: Oid, what: &Change) -> bool {
    if what.grantee == owner || what.grantor == owner {
        return false;
    }
    let mut without = items.to_vec();
    let grantors: Vec<Oid> = items.iter().filter(|i| i.grantee == what.grantee).map(|i| i.grantor).collect();
    for grantor in grantors {
        let zap =
            Change { revoke: true, option: true, cascade: true, grantor, privileges: Privileges(u32::MAX), ..*what };
        // With CASCADE nothing is in its way.
        let _ = change(&mut without, owner, &zap);
    }
    let left = without.iter().filter(|i| i.grantee == what.grantor);
    let left = left.fold(Privileges::NONE, |all, i| all.or(i.grantable));
    !what.privileges.without(left).is_empty()
}

/// As whom a role grants or revokes `privileges`, and which of them that role may grant: the first of `roles` that may
/// grant all, else the one that may grant most, else the first, which may grant none.
pub fn best_grantor(items: &[AclItem], owner: Oid, roles: &[Oid], privileges: Privileges) -> (Oid, Privileges) {
    let mut best = (roles.first().copied().unwrap_or(owner), Privileges::NONE);
    for role in roles {
        let of_role = items.iter().filter(|i| i.grantee == *role);
        let held = of_role.fold(Privileges::NONE, |all, i| all.or(i.grantable));
        let held = if *role == owner { privileges } else { held.and(privileges) };
        if held == privileges {
            return (*role, held);
        }
        if held.0.count_ones() > best.1.0.count_ones() {
            best = (*role, held);
        }
    }
    best
}

/// Takes everything that was granted to `role` away, and what it has granted on. `owner` keeps what it has.
pub fn forget(items: &mut Vec<AclItem>, owner: Oid, role: Oid) {
    let of_role = |i: &&AclItem| i.grantee == role && role != owner;
    let grantors: Vec<Oid> = items.iter().filter(of_role).map(|i| i.grantor).collect();
    for grantor in grantors {
        let privileges = Privileges(u32::MAX);
        let all = Change { revoke: true, option: false, privileges, grantor, grantee: role, cascade: true };
        // With CASCADE nothing is in its way.
        let _ = change(items, owner, &all);
    }
}

/// The list after the object went from one owner to another: what the old one granted, the new one has granted.
pub fn new_owner(items: &[AclItem], old: Oid, new: Oid) -> Vec<AclItem> {
    let mapped = |role: Oid| if role == old { new } else { role };
    let mut out: Vec<AclItem> = Vec::with_capacity(items.len());
    for item in items {
        let (grantee, grantor) = (mapped(item.grantee), mapped(item.grantor));
        match out.iter_mut().find(|i| i.grantee == grantee && i.grantor == grantor) {
            Some(same) => {
                same.privileges = same.privileges.or(item.privileges);
                same.grantable = same.grantable.or(item.grantable);
            }
            None => out.push(AclItem { grantee, grantor, ..item.clone() }),
        }
    }
    out
}

/// The text form of an item: `grantee=privileges/grantor`. `name` gives a role's name.
pub fn text(item: &AclItem, name: &dyn Fn(Oid) -> String) -> String {
    let quoted = |role: Oid| {
        let name = name(role);
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if plain { name } else { format!("\"{}\"", name.replace('"', "\"\"")) }
    };
    let mut out = if item.grantee == PUBLIC { String::new() } else { quoted(item.grantee) };
    out.push('=');
    for (i, (letter, _)) in NAMES.iter().enumerate() {
        if item.privileges.0 >> i & 1 == 1 {
            out.push(*letter);
            if item.grantable.0 >> i & 1 == 1 {
                out.push('*');
            }
        }
    }
    // Writing to a string does not fail.
    let _ = write!(out, "/{}", quoted(item.grantor));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: Oid = Oid(10);

    fn shown(items: &[AclItem]) -> String {
        let name = |role: Oid| if role == OWNER { "o".to_owned() } else { format!("r {role}") };
        items.iter().map(|i| text(i, &name)).collect::<Vec<_>>().join(",")
    }

    fn grant(letters: &str, grantee: u32) -> Change {
        let privileges = Privileges::of_letters(letters);
        Change { revoke: false, option: false, privileges, grantor: OWNER, grantee: Oid(grantee), cascade: false }
    }

    #[test]
    fn defaults_are_postgresqls() {
        assert_eq!(shown(&default(Class::Relation, OWNER)), "o=arwdDxt/o");
        assert_eq!(shown(&default(Class::Database, OWNER)), "=Tc/o,o=CTc/o");
        assert_eq!(shown(&default(Class::Column, OWNER)), "");
    }

    #[test]
    fn grants_add_up_and_revokes_take_away() {
        let mut items = default(Class::Sequence, OWNER);
        change(&mut items, OWNER, &grant("r", 5)).expect("grants");
        change(&mut items, OWNER, &Change { option: true, ..grant("wU", 5) }).expect("grants");
        assert_eq!(shown(&items), "o=rwU/o,\"r 5\"=rw*U*/o");
        change(&mut items, OWNER, &Change { revoke: true, option: true, ..grant("w", 5) }).expect("revokes");
        assert_eq!(shown(&items), "o=rwU/o,\"r 5\"=rwU*/o");
        change(&mut items, OWNER, &Change { revoke: true, ..grant("rwU", 5) }).expect("revokes");
        assert_eq!(shown(&items), "o=rwU/o");
        assert_eq!(shown(&new_owner(&items, OWNER, Oid(7))), "\"r 7\"=rwU/\"r 7\"");
    }

    #[test]
    fn what_was_granted_on_goes_only_with_cascade() {
        let mut items = default(Class::Relation, OWNER);
        change(&mut items, OWNER, &Change { option: true, ..grant("r", 5) }).expect("grants");
        change(&mut items, OWNER, &Change { grantor: Oid(5), ..grant("r", 6) }).expect("grants");
        let revoke = Change { revoke: true, ..grant("r", 5) };
        assert_eq!(change(&mut items.clone(), OWNER, &revoke), Err(Refused::DependentPrivileges));
        change(&mut items, OWNER, &Change { cascade: true, ..revoke }).expect("revokes");
        assert_eq!(shown(&items), "o=arwdDxt/o");
    }

    #[test]
    fn options_do_not_go_back_to_whom_they_come_from() {
        let mut items = default(Class::Relation, OWNER);
        change(&mut items, OWNER, &Change { option: true, ..grant("r", 5) }).expect("grants");
        change(&mut items, OWNER, &Change { option: true, grantor: Oid(5), ..grant("r", 6) }).expect("grants");
        let back = Change { option: true, grantor: Oid(6), ..grant("r", 5) };
        assert_eq!(change(&mut items, OWNER, &back), Err(Refused::Circular));
        // Without the option it may go round.
        change(&mut items, OWNER, &Change { option: false, ..back }).expect("grants");
        forget(&mut items, OWNER, Oid(5));
        assert_eq!(shown(&items), "o=arwdDxt/o");
    }

    #[test]
    fn the_grantor_is_who_may_grant_most() {
        let mut items = default(Class::Relation, OWNER);
        change(&mut items, OWNER, &Change { option: true, ..grant("r", 5) }).expect("grants");
        change(&mut items, OWNER, &Change { option: true, ..grant("aw", 6) }).expect("grants");
        let roles = [Oid(4), Oid(5), Oid(6)];
        let best = |letters: &str| best_grantor(&items, OWNER, &roles, Privileges::of_letters(letters));
        assert_eq!(best("r"), (Oid(5), Privileges::of_letters("r")));
        assert_eq!(best("raw"), (Oid(6), Privileges::of_letters("aw")));
        assert_eq!(best("d"), (Oid(4), Privileges::NONE));
        assert_eq!(best_grantor(&items, OWNER, &[OWNER], Privileges::of_letters("d")).0, OWNER);
    }

    #[test]
    fn names_go_both_ways() {
        let both = Privileges::of_name("select").expect("a name").or(Privileges::of_name("TEMP").expect("a name"));
        assert_eq!(both, Privileges::of_letters("rT"));
        let names: Vec<_> = both.names(Privileges::of_letters("r")).collect();
        assert_eq!(names, [("SELECT", true), ("TEMPORARY", false)]);
        assert_eq!(Privileges::of_name("anything"), None);
    }
}
