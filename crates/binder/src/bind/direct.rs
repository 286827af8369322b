//! Direct arguments of aggregates under grouping sets: `rank(a) WITHIN GROUP (ORDER BY b)` with `ROLLUP (a)`.
//!
//! A direct argument is evaluated once a group, and what the group's set lacks is NULL in it. Everything else that an
//! aggregate is over are rows. So such an aggregate becomes several, one for each choice of columns that sets lack, and the
//! bits of GROUPING say which of them counts:
//! ```text
//!  rank(a)  ─►  CASE WHEN GROUPING(a) = 0 THEN rank(a) WHEN GROUPING(a) = 1 THEN rank(NULL) END
//! ```

use gavel_types::{Datum, PgType};

use super::Binder;
use super::group::grouping_mask;
use super::same::same;
use super::scalar::{boolean, call, column, constant, null, scalar};
use super::walk;
use crate::bound::{Aggregate, ColumnId, Scalar, ScalarKind};

/// How an expression is written into a call so that it is found again as a direct argument: a `coalesce` of it and itself.
pub fn marked(name: &str) -> String {
    format!("coalesce({name}, {name})")
}

/// The direct argument that was marked.
fn unmarked(value: &Scalar) -> Option<&Scalar> {
    match &value.kind {
        ScalarKind::Coalesce(items) => match items.as_slice() {
            [a, b] if a == b => Some(a),
            _ => None,
        },
        _ => None,
    }
}

type Groups = [(ColumnId, Scalar)];

/// Groups that the direct arguments are over, and that some of the sets lack.
pub fn lacking(aggregate: &Aggregate, groups: &Groups, sets: &[Vec<usize>]) -> Vec<usize> {
    let mut found: Vec<usize> = Vec::new();
    let mut look = |value: &Scalar| {
        walk::visit(value, &mut |part| {
            let Some(i) = groups.iter().position(|(_, g)| same(g, part)) else { return true };
            if !found.contains(&i) && sets.iter().any(|set| !set.contains(&i)) {
                found.push(i);
            }
            false
        });
    };
    aggregate.args.iter().take(aggregate.direct).for_each(&mut look);
    if let Some(filter) = &aggregate.filter {
        walk::visit(filter, &mut |part| match unmarked(part) {
            Some(direct) => {
                look(direct);
                false
            }
            None => true,
        });
    }
    found
}

/// `value` where the groups `absent` are NULL.
fn without(value: &Scalar, groups: &Groups, absent: &[usize]) -> Scalar {
    let mut value = value.clone();
    walk::replace(&mut value, &mut |part| {
        let i = groups.iter().position(|(_, g)| same(g, part))?;
        absent.contains(&i).then(|| null(part.ty))
    });
    value
}

impl Binder<'_> {
    /// Makes several of each aggregate whose direct arguments are over `lacking` groups; gives what stands for each. `bits`
    /// is the column of GROUPING.
    pub fn split_by_sets(
        &mut self,
        aggregates: &mut Vec<Aggregate>,
        groups: &Groups,
        sets: &[Vec<usize>],
        bits: Option<ColumnId>,
    ) -> Vec<(ColumnId, Scalar)> {
        let mut split = Vec::new();
        let mut out = Vec::with_capacity(aggregates.len());
        for aggregate in std::mem::take(aggregates) {
            let over = lacking(&aggregate, groups, sets);
            if over.is_empty() {
                out.push(aggregate);
                continue;
            }
            let mut choices: Vec<Vec<usize>> = Vec::new();
            for set in sets {
                let absent: Vec<usize> = over.iter().copied().filter(|i| !set.contains(i)).collect();
                if !choices.contains(&absent) {
                    choices.push(absent);
                }
            }
            let mut arms = Vec::with_capacity(choices.len());
            for absent in choices {
                let mut own = aggregate.clone();
                own.id = self.new_column();
                for direct in own.args.iter_mut().take(aggregate.direct) {
                    *direct = without(direct, groups, &absent);
                }
                if let Some(filter) = &mut own.filter {
                    walk::replace(filter, &mut |part| unmarked(part).map(|direct| without(direct, groups, &absent)));
                }
                let mask = grouping_mask(bits, &over, groups.len());
                let wanted = over.iter().fold(0, |mask, i| mask << 1 | i32::from(absent.contains(i)));
                arms.push((equal(mask, wanted), column(own.id, aggregate.ty)));
                out.push(own);
            }
            let case = ScalarKind::Case { arms, otherwise: Box::new(null(aggregate.ty)) };
            split.push((aggregate.id, scalar(case, aggregate.ty)));
        }
        *aggregates = out;
        split
    }
}

fn equal(mask: Scalar, number: i32) -> Scalar {
    let ty = PgType::INT4;
    let number = constant(Datum::Int4(number), ty);
    match gavel_functions::registry::operator_exact("=", ty.oid, ty.oid) {
        Some(operator) => call(operator.proc, vec![mask, number], PgType::BOOL),
        None => boolean(ScalarKind::Const(Datum::Null)),
    }
}
