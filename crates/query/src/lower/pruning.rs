//! What conditions say of partition keys, for [`Pruning`].
//!
//! A condition is read once, over the columns of the table that was named; at each level it is matched with the key of the
//! partitioned table there, whose columns have the same names.

use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, LazyLock};

use gavel_binder::bound::{ColumnId, Scalar, ScalarKind};
use gavel_catalog::Table;
use gavel_catalog::partition::{PartitionOn, PartitionPart};
use gavel_functions::registry;
use gavel_types::{Datum, Oid, PgType, SqlResult};

use crate::exec::expr::Expr;
use crate::exec::pruning::{Conditions, Level, Place, Pruning, Says};
use crate::lower::access::{COMPARISONS, Comparison, Scanned, compares, unlabelled};
use crate::lower::plan::Planner;
use crate::lower::walk::{Refs, map};
use crate::partition::bounds::Bounds;

/// Functions of `<>` operators of one type.
static INEQUALITIES: LazyLock<HashSet<Oid>> =
    LazyLock::new(|| registry::operators_named("<>").filter(|o| o.left == o.right).map(|o| o.proc).collect());

/// What a condition says, its columns named by attnum of the table that was named.
enum Fact {
    Of(Scalar, Says),
    /// At least one of these lists holds.
    Any(Vec<Vec<Fact>>),
}

/// What the facts are read with.
struct Reading<'r> {
    scanned: &'r Scanned<'r>,
    ids: BTreeSet<ColumnId>,
    values: Vec<Expr>,
}

impl Reading<'_> {
    /// Over columns of the table, and nothing else.
    fn is_inside(&self, scalar: &Scalar) -> bool {
        let refs = Refs::of_scalar(scalar);
        !refs.used.is_empty() && refs.used.is_subset(&self.ids) && !refs.volatile && !refs.subqueries
    }

    /// A value for the whole scan.
    fn is_outside(&self, scalar: &Scalar) -> bool {
        let refs = Refs::of_scalar(scalar);
        refs.used.is_disjoint(&self.ids) && !refs.volatile && !refs.subqueries
    }
}

impl Planner<'_> {
    /// What `filters` say of the partitions of `scanned.table`. `branches` are the partitioned tables among its
    /// descendants, itself the first of them; `parts` those with rows.
    ///
    /// # Errors
    /// Those of compiling the values, and of bounds that cannot be read.
    pub(super) fn pruning(
        &mut self,
        scanned: &Scanned<'_>,
        branches: &[Arc<Table>],
        parts: &[Arc<Table>],
        filters: &[Scalar],
    ) -> SqlResult<Pruning> {
        let ids = scanned.columns.iter().map(|c| c.1).collect();
        let mut reading = Reading { scanned, ids, values: vec![] };
        let mut facts = vec![];
        for filter in filters {
            facts.extend(self.facts_of(filter, &mut reading)?);
        }
        let values = std::mem::take(&mut reading.values);
        let mut levels = Vec::with_capacity(branches.len());
        for branch in branches {
            levels.push(self.level(scanned.table, branch, (branches, parts), &facts)?);
        }
        Ok(Pruning { values, levels })
    }

    fn level(
        &self,
        named: &Table,
        branch: &Arc<Table>,
        (branches, parts): (&[Arc<Table>], &[Arc<Table>]),
        facts: &[Fact],
    ) -> SqlResult<Level> {
        let is_own = |t: &Arc<Table>| t.bound.is_some() && t.inherits.first() == Some(&branch.oid);
        let own = branches.iter().chain(parts).filter(|t| is_own(t));
        let mut bounds = Bounds::new(branch, own.filter_map(|t| Some((t.oid, t.bound.as_ref()?))))?;
        if let Some(hashing) = self.env.hashing(branch) {
            bounds = bounds.hashed_by(hashing);
        }
        let below = |list: &[Arc<Table>], place: fn(usize) -> Place| {
            let found = list.iter().enumerate().filter(|(_, t)| is_own(t));
            found.map(|(i, t)| (t.oid, place(i))).collect::<Vec<_>>()
        };
        let mut partitions = below(branches, Place::Level);
        partitions.extend(below(parts, Place::Part));
        let key = branch.partitioned.as_ref().map_or(&[][..], |key| &key.parts);
        let targets: Vec<Option<Scalar>> = key.iter().map(|part| self.partition_target(named, branch, part)).collect();
        let types = key.iter().map(|part| part.ty).collect();
        Ok(Level { bounds, types, partitions, conditions: conditions(facts, &targets) })
    }

    /// What a part of the key is made of, columns named by attnum of `named`.
    fn partition_target(&self, named: &Table, branch: &Arc<Table>, part: &PartitionPart) -> Option<Scalar> {
        let column = |number: i16| {
            let column = named.column_like(branch, number)?;
            Some(Scalar { kind: ScalarKind::Column(ColumnId(u32::from(column.number as u16))), ty: column.ty })
        };
        match &part.key {
            PartitionOn::Column(number) => column(*number),
            PartitionOn::Expression(sql) => {
                let bound = self.env.bind_expression(branch, sql)?;
                let mut whole = true;
                let renamed = map(bound, &mut |s| match s.kind {
                    ScalarKind::Column(id) => match i16::try_from(id.0).ok().and_then(column) {
                        Some(column) => column,
                        None => {
                            whole = false;
                            s
                        }
                    },
                    _ => s,
                });
                whole.then(|| unlabelled(&renamed).clone())
            }
        }
    }

    fn facts_of(&mut self, condition: &Scalar, reading: &mut Reading<'_>) -> SqlResult<Vec<Fact>> {
        let mut facts = vec![];
        match &condition.kind {
            ScalarKind::And(items) => {
                for item in items {
                    facts.extend(self.facts_of(item, reading)?);
                }
            }
            ScalarKind::Or(items) => {
                let mut arms = Vec::with_capacity(items.len());
                for item in items {
                    arms.push(self.facts_of(item, reading)?);
                }
                if arms.iter().all(|arm| !arm.is_empty()) {
                    facts.push(Fact::Any(arms));
                }
            }
            _ => facts.extend(self.fact(condition, reading)?),
        }
        Ok(facts)
    }

    fn fact(&mut self, condition: &Scalar, reading: &mut Reading<'_>) -> SqlResult<Option<Fact>> {
        let (target, says) = match &condition.kind {
            ScalarKind::Call { function, args } => {
                let comparison = COMPARISONS.get(function).copied();
                if comparison.is_none() && !INEQUALITIES.contains(function) {
                    return Ok(None);
                }
                let [a, b] = &args[..] else { return Ok(None) };
                let (target, value, comparison) = if reading.is_inside(a) && reading.is_outside(b) {
                    (unlabelled(a), b, comparison)
                } else if reading.is_inside(b) && reading.is_outside(a) {
                    (unlabelled(b), a, comparison.map(Comparison::turned))
                } else {
                    return Ok(None);
                };
                let Some(value) = self.value(value, target, reading)? else { return Ok(None) };
                let says = match comparison {
                    Some(Comparison::Equal) => Says::Among(vec![value]),
                    Some(Comparison::Less) => Says::Below(value, false),
                    Some(Comparison::LessEqual) => Says::Below(value, true),
                    Some(Comparison::Greater) => Says::Above(value, false),
                    Some(Comparison::GreaterEqual) => Says::Above(value, true),
                    None => Says::Not(vec![value]),
                };
                (target, says)
            }
            ScalarKind::InList { function, left, items, all } if reading.is_inside(left) => {
                let equal = !all && COMPARISONS.get(function) == Some(&Comparison::Equal);
                if !(equal || *all && INEQUALITIES.contains(function)) {
                    return Ok(None);
                }
                let target = unlabelled(left);
                let mut values = Vec::with_capacity(items.len());
                for item in items {
                    if !reading.is_outside(item) {
                        return Ok(None);
                    }
                    let Some(value) = self.value(item, target, reading)? else { return Ok(None) };
                    values.push(value);
                }
                (target, if equal { Says::Among(values) } else { Says::Not(values) })
            }
            ScalarKind::AnyArray { function, left, array, all: false }
                if COMPARISONS.get(function) == Some(&Comparison::Equal)
                    && reading.is_inside(left)
                    && reading.is_outside(array) =>
            {
                let target = unlabelled(left);
                let element = array.ty.oid.element().map(PgType::new);
                if !element.is_some_and(|element| compares(element, target.ty)) {
                    return Ok(None);
                }
                let value = self.compile(array, &[])?;
                (target, Says::Element(reading.add(value)))
            }
            ScalarKind::IsNull { input, negated } if reading.is_inside(input) => {
                (unlabelled(input), if *negated { Says::NotNull } else { Says::Null })
            }
            ScalarKind::IsBool { input, value: Some(value), negated: false } if reading.is_inside(input) => {
                (unlabelled(input), reading.is(*value))
            }
            ScalarKind::Not(input) if input.ty.oid == Oid::BOOL && reading.is_inside(input) => {
                (&**input, reading.is(false))
            }
            ScalarKind::Column(_) if condition.ty.oid == Oid::BOOL && reading.is_inside(condition) => {
                (condition, reading.is(true))
            }
            _ => return Ok(None),
        };
        Ok(Some(Fact::Of(reading.scanned.by_number(target), says)))
    }

    /// The number of a value that `target` is compared with; `None` if its values are others than those of a key.
    fn value(&mut self, value: &Scalar, target: &Scalar, reading: &mut Reading<'_>) -> SqlResult<Option<usize>> {
        if !compares(value.ty, target.ty) {
            return Ok(None);
        }
        let value = self.compile(value, &[])?;
        Ok(Some(reading.add(value)))
    }
}

impl Reading<'_> {
    fn add(&mut self, value: Expr) -> usize {
        self.values.push(value);
        self.values.len() - 1
    }

    /// Of a boolean.
    fn is(&mut self, value: bool) -> Says {
        Says::Among(vec![self.add(Expr::constant(Datum::Bool(value), PgType::BOOL))])
    }
}

/// What the facts say of these parts of a key.
fn conditions(facts: &[Fact], targets: &[Option<Scalar>]) -> Conditions {
    let mut out = Conditions::default();
    for fact in facts {
        match fact {
            Fact::Of(target, says) => {
                let of_key = targets.iter().enumerate().filter(|(_, t)| t.as_ref() == Some(target));
                out.says.extend(of_key.map(|(part, _)| (part, says.clone())));
            }
            Fact::Any(arms) => {
                let arms: Vec<Conditions> = arms.iter().map(|arm| conditions(arm, targets)).collect();
                if arms.iter().all(|arm| !arm.is_empty()) {
                    out.any.push(arms);
                }
            }
        }
    }
    out
}
