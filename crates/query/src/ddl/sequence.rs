//! Sequences: options and their rules, CREATE and ALTER SEQUENCE, and the sequences behind serial and
//! identity columns.

use std::sync::Arc;

use gavel_binder::ddl::ast::{Persistence, QualifiedName, SequenceOption};
use gavel_catalog::snapshot::Relation;
use gavel_catalog::{Sequence, Table};
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};

use super::names::undefined_column;
use super::{DdlContext, naming};

/// Default limits of a sequence of this type, ascending or not.
fn limits(ty: PgType, ascending: bool) -> (i64, i64) {
    let (min, max) = match ty.oid {
        Oid::INT2 => (i64::from(i16::MIN), i64::from(i16::MAX)),
        Oid::INT4 => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    if ascending { (1, max) } else { (min, -1) }
}

fn invalid(message: impl Into<String>) -> SqlError {
    SqlError::new(SqlState::InvalidParameterValue, message)
}

/// What the options did besides changing the descriptor.
#[derive(Default)]
pub(super) struct Effect {
    /// RESTART: the next value.
    pub restart: Option<i64>,
    /// OWNED BY, when given.
    pub owned_by: Option<Option<(QualifiedName, String)>>,
}

/// A fresh descriptor with PostgreSQL's defaults; `options` are applied on top by [`apply`].
pub(super) fn fresh(oid: Oid, schema: Oid, name: String, owner: Oid) -> Sequence {
    Sequence {
        oid,
        schema,
        name,
        owner,
        version: 1,
        ty: PgType::INT8,
        start: 1,
        increment: 1,
        min: 1,
        max: i64::MAX,
        cache: 1,
        cycle: false,
        restarted: None,
        owned_by: None,
        unlogged: false,
        acl: None,
    }
}

/// Applies `options`; `ty` is the resolved type of AS, if it is among them. `new`: what is not said gets
/// its default, else it keeps its value.
///
/// # Errors
/// 22023 with PostgreSQL's words; 42601 for an option given twice.
pub(super) fn apply(
    sequence: &mut Sequence,
    options: &[SequenceOption],
    ty: Option<PgType>,
    new: bool,
) -> SqlResult<Effect> {
    let mut effect = Effect::default();
    let mut seen = std::collections::BTreeSet::new();
    for option in options {
        if !seen.insert(rank(option)) {
            return Err(SqlError::new(SqlState::SyntaxError, "conflicting or redundant options"));
        }
    }
    if let Some(ty) = ty {
        if !matches!(ty.oid, Oid::INT2 | Oid::INT4 | Oid::INT8) {
            return Err(invalid("sequence type must be smallint, integer, or bigint"));
        }
        let ascending = sequence.increment > 0;
        let (old_min, old_max) = limits(sequence.ty, ascending);
        sequence.ty = ty;
        let (min, max) = limits(ty, ascending);
        // Limits that were the old type's become the new one's.
        if sequence.max == old_max {
            sequence.max = max;
        }
        if sequence.min == old_min {
            sequence.min = min;
        }
    }
    let find = |wanted: u8| options.iter().find(|o| rank(o) == wanted);
    if let Some(SequenceOption::Increment(by)) = find(1) {
        if *by == 0 {
            return Err(invalid("INCREMENT must not be zero"));
        }
        sequence.increment = *by;
    }
    let (min, max) = limits(sequence.ty, sequence.increment > 0);
    match find(3) {
        Some(SequenceOption::Max(Some(value))) => sequence.max = *value,
        Some(_) => sequence.max = max,
        None if new => sequence.max = max,
        None => {}
    }
    match find(2) {
        Some(SequenceOption::Min(Some(value))) => sequence.min = *value,
        Some(_) => sequence.min = min,
        None if new => sequence.min = min,
        None => {}
    }
    in_type(sequence, "MAXVALUE", sequence.max)?;
    in_type(sequence, "MINVALUE", sequence.min)?;
    if sequence.min >= sequence.max {
        let (min, max) = (sequence.min, sequence.max);
        return Err(invalid(format!("MINVALUE ({min}) must be less than MAXVALUE ({max})")));
    }
    match find(4) {
        Some(SequenceOption::Start(value)) => sequence.start = *value,
        _ if new => sequence.start = if sequence.increment > 0 { sequence.min } else { sequence.max },
        _ => {}
    }
    within(sequence, "START", sequence.start)?;
    for option in options {
        match option {
            SequenceOption::Restart(value) => {
                let value = value.unwrap_or(sequence.start);
                within(sequence, "RESTART", value)?;
                effect.restart = Some(value);
            }
            SequenceOption::Cache(size) if *size <= 0 => {
                return Err(invalid(format!("CACHE ({size}) must be greater than zero")));
            }
            SequenceOption::Cache(size) => sequence.cache = *size,
            SequenceOption::Cycle(cycle) => sequence.cycle = *cycle,
            SequenceOption::OwnedBy(owner) => effect.owned_by = Some(owner.clone()),
            _ => {}
        }
    }
    Ok(effect)
}

/// Tells kinds of options apart.
const fn rank(option: &SequenceOption) -> u8 {
    match option {
        SequenceOption::Type(_) => 0,
        SequenceOption::Increment(_) => 1,
        SequenceOption::Min(_) => 2,
        SequenceOption::Max(_) => 3,
        SequenceOption::Start(_) => 4,
        SequenceOption::Restart(_) => 5,
        SequenceOption::Cache(_) => 6,
        SequenceOption::Cycle(_) => 7,
        SequenceOption::OwnedBy(_) => 8,
        SequenceOption::Name(_) => 9,
    }
}

fn in_type(sequence: &Sequence, what: &str, value: i64) -> SqlResult<()> {
    let (low, high, name) = match sequence.ty.oid {
        Oid::INT2 => (i64::from(i16::MIN), i64::from(i16::MAX), "smallint"),
        Oid::INT4 => (i64::from(i32::MIN), i64::from(i32::MAX), "integer"),
        _ => return Ok(()),
    };
    if (low..=high).contains(&value) {
        return Ok(());
    }
    Err(invalid(format!("{what} ({value}) is out of range for sequence data type {name}")))
}

fn within(sequence: &Sequence, what: &str, value: i64) -> SqlResult<()> {
    if value < sequence.min {
        return Err(invalid(format!("{what} value ({value}) cannot be less than MINVALUE ({})", sequence.min)));
    }
    if value > sequence.max {
        return Err(invalid(format!("{what} value ({value}) cannot be greater than MAXVALUE ({})", sequence.max)));
    }
    Ok(())
}

impl DdlContext<'_> {
    /// The type of AS among `options`.
    fn sequence_type(&self, options: &[SequenceOption]) -> SqlResult<Option<PgType>> {
        let written = options.iter().find_map(|o| if let SequenceOption::Type(ty) = o { Some(ty) } else { None });
        written.map(|ty| self.binder.resolve_type(self.scope(), ty)).transpose()
    }

    pub(super) async fn create_sequence(
        &mut self,
        name: &QualifiedName,
        if_not_exists: bool,
        persistence: Persistence,
        options: &[SequenceOption],
    ) -> SqlResult<()> {
        let (schema, bare) = self.creation_target(name, persistence)?;
        if if_not_exists && self.now().relation(schema, &bare).is_some() {
            let message = format!("relation \"{bare}\" already exists, skipping");
            self.notice_of(SqlState::DuplicateTable, message);
            return Ok(());
        }
        self.require_free(schema, &bare)?;
        let ty = self.sequence_type(options)?;
        let oid = self.new_oid(schema).await?;
        let acl = self.initial_acl('S', self.user, schema);
        let unlogged = persistence == Persistence::Unlogged;
        let mut sequence = Sequence { acl, unlogged, ..fresh(oid, schema, bare, self.user) };
        let effect = apply(&mut sequence, options, ty, true)?;
        if let Some(Some((table, column))) = &effect.owned_by {
            sequence.owned_by = Some(self.sequence_owner(&sequence, table, column)?);
        }
        self.edit().put_sequence(Arc::new(sequence));
        Ok(())
    }

    fn sequence_owner(&mut self, sequence: &Sequence, table: &QualifiedName, column: &str) -> SqlResult<(Oid, i16)> {
        if table.0.is_empty() {
            return Err(SqlError::new(SqlState::SyntaxError, "invalid OWNED BY option")
                .hint("Specify OWNED BY table.column or OWNED BY NONE."));
        }
        let table = match self.find(table)? {
            Some(Relation::Table(found)) if found.materialized.is_none() => found,
            Some(other) => {
                let bare = table.0.last().map_or("", String::as_str);
                let kind = super::names::kind_word(super::names::kind_of(&other));
                let kinds = if kind == "index" { "indexes".to_owned() } else { format!("{kind}s") };
                let message = format!("sequence cannot be owned by relation \"{bare}\"");
                return Err(SqlError::new(SqlState::WrongObjectType, message)
                    .detail(format!("This operation is not supported for {kinds}.")));
            }
            None => return Err(super::names::undefined_table("relation", table)),
        };
        let refused = |what: &str| {
            let message = format!("sequence must {what} as table it is linked to");
            Err(SqlError::new(SqlState::ObjectNotInPrerequisiteState, message))
        };
        if table.owner != sequence.owner {
            return refused("have same owner");
        }
        if table.schema != sequence.schema {
            return refused("be in same schema");
        }
        let column = table.column_named(column).ok_or_else(|| undefined_column(&table, column))?;
        self.catalog.used.insert(table.oid);
        Ok((table.oid, column.number))
    }

    /// ALTER SEQUENCE with options, and the SET of an identity column.
    pub(super) async fn alter_sequence(&mut self, oid: Oid, options: &[SequenceOption]) -> SqlResult<()> {
        let current = self.now().sequences.get(&oid).cloned();
        let current = current.ok_or_else(|| SqlError::internal("sequence has left the catalog"))?;
        let ty = self.sequence_type(options)?;
        let mut sequence = Sequence::clone(&current);
        let effect = apply(&mut sequence, options, ty, false)?;
        if let Some(owner) = &effect.owned_by {
            if let Some((table, number)) = sequence.owned_by
                && let Some(table) =
                    self.now().table(table).filter(|t| t.column(number).is_some_and(|c| c.identity.is_some()))
            {
                return Err(SqlError::unsupported("cannot change ownership of identity sequence")
                    .detail(format!("Sequence \"{}\" is linked to table \"{}\".", sequence.name, table.name)));
            }
            sequence.owned_by = match owner {
                Some((table, column)) => Some(self.sequence_owner(&sequence, table, column)?),
                None => None,
            };
        }
        if let Some(value) = effect.restart {
            sequence.restarted = Some((self.new_oid(sequence.schema).await?, value));
        }
        sequence.version += 1;
        self.edit().put_sequence(Arc::new(sequence));
        Ok(())
    }

    /// Lets a sequence begin again with its first value.
    pub(super) async fn restart_sequence(&mut self, sequence: &Sequence) -> SqlResult<()> {
        let mut next = sequence.clone();
        next.restarted = Some((self.new_oid(sequence.schema).await?, sequence.start));
        next.version += 1;
        self.edit().put_sequence(Arc::new(next));
        Ok(())
    }

    /// The sequence behind a serial or identity column that `table` is about to have.
    pub(super) async fn column_sequence(
        &mut self,
        table: &Table,
        column: (&str, i16),
        ty: PgType,
        options: &[SequenceOption],
    ) -> SqlResult<Oid> {
        let (column, number) = column;
        let named = options.iter().find_map(|o| if let SequenceOption::Name(n) = o { Some(n) } else { None });
        let (schema, name) = match named {
            Some(name) => {
                let persistence = if table.is_temporary() { Persistence::Temporary } else { Persistence::Permanent };
                let (schema, bare) = self.creation_target(name, persistence)?;
                self.require_free(schema, &bare)?;
                (schema, bare)
            }
            None => {
                (table.schema, naming::relation_name(self.now(), table.schema, [&table.name, column, "seq"], false))
            }
        };
        let oid = self.new_oid(schema).await?;
        let acl = self.initial_acl('S', table.owner, schema);
        let mut sequence = Sequence { acl, unlogged: table.unlogged, ..fresh(oid, schema, name, table.owner) };
        apply(&mut sequence, options, Some(ty), true)?;
        sequence.owned_by = Some((table.oid, number));
        self.edit().put_sequence(Arc::new(sequence));
        Ok(oid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(options: &[SequenceOption], ty: Option<PgType>) -> Result<Sequence, String> {
        let mut s = fresh(Oid(1), Oid(2), "s".into(), Oid(10));
        apply(&mut s, options, ty, true).map_err(|e| e.message().to_owned())?;
        Ok(s)
    }

    #[test]
    fn options_follow_postgresql() {
        use SequenceOption::{Cache, Increment, Max, Min, Start};
        let down = made(&[Increment(-2)], Some(PgType::INT2)).expect("valid");
        assert_eq!((down.min, down.max, down.start), (i64::from(i16::MIN), -1, -1));
        let up = made(&[Min(Some(5))], None).expect("valid");
        assert_eq!((up.min, up.max, up.start), (5, i64::MAX, 5));
        for (options, ty, message) in [
            (vec![Min(Some(10)), Max(Some(5))], None, "MINVALUE (10) must be less than MAXVALUE (5)"),
            (vec![Start(0)], None, "START value (0) cannot be less than MINVALUE (1)"),
            (vec![Increment(0)], None, "INCREMENT must not be zero"),
            (vec![Cache(0)], None, "CACHE (0) must be greater than zero"),
            (vec![], Some(PgType::TEXT), "sequence type must be smallint, integer, or bigint"),
            (
                vec![Max(Some(100_000))],
                Some(PgType::INT2),
                "MAXVALUE (100000) is out of range for sequence data type smallint",
            ),
            (vec![Start(1), Start(2)], None, "conflicting or redundant options"),
        ] {
            assert_eq!(made(&options, ty).expect_err(message), message);
        }
    }
}
