//! What PostgreSQL's own aggregates are made of (`pg_aggregate`): by it an aggregate of users that is made of the same is
//! known to compute the same.

use std::sync::LazyLock;

use gavel_types::Oid;

use crate::registry;

/// A row of `pg_aggregate`.
#[derive(Clone, Debug)]
pub struct AggregateFacts {
    /// `pg_proc` OID of the aggregate.
    pub function: Oid,
    /// `n`, `o` or `h`.
    pub kind: char,
    pub transition: Oid,
    /// 0 if the last state is the result.
    pub finish: Oid,
    pub initial: Option<&'static str>,
}

static FACTS: LazyLock<Vec<AggregateFacts>> = LazyLock::new(|| {
    let rows = include_str!("../data/pg_aggregate.tsv").lines().skip(1);
    rows.filter_map(|line| {
        let fields: Vec<&'static str> = line.split('\t').collect();
        let oid = |at: usize| fields.get(at).and_then(|f| f.parse().ok()).map(Oid);
        Some(AggregateFacts {
            function: oid(0)?,
            kind: fields.get(1)?.chars().next()?,
            transition: oid(3)?,
            finish: oid(4).unwrap_or_default(),
            initial: fields.get(6).copied().filter(|f| !f.is_empty()),
        })
    })
    .collect()
});

/// Every aggregate of PostgreSQL's own.
pub fn aggregates() -> &'static [AggregateFacts] {
    &FACTS
}

/// The aggregate of PostgreSQL's own over these inputs that is made of the same functions and begins with the same state.
pub fn made_of(
    kind: char,
    (transition, finish): (Oid, Oid),
    initial: Option<&str>,
    inputs: &[Oid],
) -> Option<&'static registry::Proc> {
    let same = |a: &&AggregateFacts| {
        a.kind == kind && a.transition == transition && a.finish == finish && a.initial == initial
    };
    let mut procs = aggregates().iter().filter(same).filter_map(|a| registry::proc(a.function));
    procs.find(|p| p.args == inputs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_is_made_of_the_same() {
        // int8inc and no final function: count(*).
        let found = made_of('n', (Oid(1219), Oid(0)), Some("0"), &[]).map(|p| p.name);
        assert_eq!(found, Some("count"));
        assert!(made_of('n', (Oid(1219), Oid(0)), Some("1"), &[]).is_none());
    }
}
