//! Join order: which relation is joined when.
//!
//! Relations are joined one after the other to what there is so far. Up to [`EXHAUSTIVE`] of them, the
//! cheapest way to each set of relations is found from those to the sets without one of its members;
//! beyond, the cheapest next one is taken each time. What no condition connects is joined last.
//!
//! EXISTS and IN take part as relations that only choose rows: they may come as soon as all that they
//! mention is there.
//!
//! Costs are counted in rows read by a scan, see the constants. They are rough: what matters is not to
//! be wrong by orders of magnitude.

/// Relations up to which all orders are considered.
const EXHAUSTIVE: usize = 10;
/// A row put into a hash table, one looked for in it, and one that comes out of a join.
const BUILD_COST: f64 = 0.4;
const PROBE_COST: f64 = 0.2;
const OUTPUT_COST: f64 = 0.1;
/// A pair of rows of a join without equality.
const PAIR_COST: f64 = 0.02;
/// A key that is looked up, and a row that is found so.
const KEY_COST: f64 = 3.0;
const FOUND_COST: f64 = 1.0;

/// A set of relations by their positions.
pub type Set = u64;

/// Relations beyond this are joined as they come.
pub const MAX_RELATIONS: usize = 64;

/// A relation to be joined.
#[derive(Clone, Debug, Default)]
pub struct Relation {
    /// Rows that come out of it.
    pub rows: f64,
    /// What it costs to read it whole.
    pub cost: f64,
    /// Chooses rows of relations that are there instead of adding its own.
    pub choice: Option<Choice>,
    /// Indexes by which it can be looked up.
    pub lookups: Vec<Lookup>,
    /// Sets of classes that hold a unique key of it, and the rows that its table has.
    pub keys: Vec<(Vec<usize>, f64)>,
}

/// See [`Relation::choice`].
#[derive(Clone, Debug)]
pub struct Choice {
    /// Relations that it mentions.
    pub needs: Set,
    /// Part of the rows that it leaves.
    pub part: f64,
}

/// An index of a relation.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// By number of leading columns that have values, from 1: the class of the column, and rows with each
    /// combination of values. `None` for a column of no class, which has a value all the same.
    pub columns: Vec<(Option<usize>, f64)>,
    /// Scanned rows that a found one costs as much as.
    pub touch: f64,
}

/// Columns that are equal to each other, at most one of each relation.
#[derive(Clone, Debug, Default)]
pub struct Class {
    /// Relation, and distinct values of the column.
    pub members: Vec<(usize, f64)>,
}

/// A condition that is no equality of columns.
#[derive(Clone, Debug)]
pub struct Term {
    pub mentions: Set,
    pub part: f64,
    /// It is an equality all the same: rows can be hashed by it.
    pub hashed: bool,
}

/// Everything that decides the order.
#[derive(Clone, Debug, Default)]
pub struct Problem {
    pub relations: Vec<Relation>,
    pub classes: Vec<Class>,
    pub terms: Vec<Term>,
}

/// One more relation joined.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    pub relation: usize,
    /// Rows that come out.
    pub rows: f64,
    cost: f64,
    connected: bool,
}

/// What joining costs by hash, besides reading the sides: the smaller side is held.
pub fn hash_cost(left: f64, right: f64, out: f64) -> f64 {
    left.min(right) * BUILD_COST + left.max(right) * PROBE_COST + out * OUTPUT_COST
}

/// What it costs to join every row with every other.
pub fn pairs_cost(left: f64, right: f64, out: f64) -> f64 {
    left * right * PAIR_COST + out * OUTPUT_COST
}

/// What it costs to look up `keys` keys which have `each` rows.
pub fn lookup_cost(keys: f64, each: f64, touch: f64, out: f64) -> f64 {
    keys * (KEY_COST + each * touch * FOUND_COST) + out * OUTPUT_COST
}

impl Problem {
    /// The relations in the order in which to join them, with the rows that are there after each.
    pub fn solve(&self) -> Vec<Step> {
        let n = self.relations.len();
        if n <= EXHAUSTIVE { self.search() } else { self.grow() }
    }

    /// The relations as they come.
    pub fn as_written(&self) -> Vec<Step> {
        let mut rows: f64 = 1.0;
        let relations = self.relations.iter().enumerate();
        relations
            .map(|(i, relation)| {
                rows = rows.max(relation.rows);
                Step { rows, ..self.first(i) }
            })
            .collect()
    }

    fn first(&self, relation: usize) -> Step {
        let of = &self.relations[relation];
        Step { relation, rows: of.rows, cost: of.cost, connected: true }
    }

    fn search(&self) -> Vec<Step> {
        let n = self.relations.len();
        let mut best: Vec<Option<Step>> = vec![None; 1 << n];
        for (i, relation) in self.relations.iter().enumerate() {
            if relation.choice.is_none() {
                best[1 << i] = Some(self.first(i));
            }
        }
        for set in 1..best.len() {
            let Some(so_far) = best[set] else { continue };
            for step in self.steps(set as Set, so_far.rows) {
                let cost = so_far.cost + step.cost;
                let slot = &mut best[set | 1 << step.relation];
                if slot.is_none_or(|known| cost < known.cost) {
                    *slot = Some(Step { cost, ..step });
                }
            }
        }
        let mut order = vec![];
        let mut set = best.len() - 1;
        while let Some(step) = best.get(set).copied().flatten() {
            order.push(step);
            set &= !(1 << step.relation);
        }
        order.reverse();
        order
    }

    fn grow(&self) -> Vec<Step> {
        let starts = (0..self.relations.len()).filter(|&i| self.relations[i].choice.is_none());
        let Some(first) = starts.map(|i| self.first(i)).min_by(|a, b| a.rows.total_cmp(&b.rows)) else {
            return vec![];
        };
        let mut order = vec![first];
        let mut set: Set = 1 << first.relation;
        while let Some(last) = order.last() {
            let steps = self.steps(set, last.rows);
            let Some(next) = steps.into_iter().min_by(|a, b| (a.cost + a.rows).total_cmp(&(b.cost + b.rows))) else {
                break;
            };
            set |= 1 << next.relation;
            order.push(next);
        }
        order
    }

    /// What may be joined next to the relations of `set`, which have `rows` rows.
    fn steps(&self, set: Set, rows: f64) -> Vec<Step> {
        let candidates = (0..self.relations.len()).filter(|i| set & (1 << i) == 0);
        let allowed = candidates.filter(|&i| self.relations[i].choice.as_ref().is_none_or(|c| c.needs & !set == 0));
        let mut steps: Vec<Step> = allowed.map(|i| self.step(set, rows, i)).collect();
        if steps.iter().any(|s| s.connected) {
            steps.retain(|s| s.connected);
        }
        steps
    }

    fn step(&self, set: Set, rows: f64, i: usize) -> Step {
        let relation = &self.relations[i];
        let linked = |class: usize| {
            let members = &self.classes[class].members;
            members.iter().any(|m| m.0 == i) && members.iter().any(|m| set & (1 << m.0) != 0)
        };
        let (out, connected, hashed) = match &relation.choice {
            Some(choice) => ((rows * choice.part).max(1.0), true, true),
            None => {
                let (mut part, mut connected, mut hashed) = (1.0, false, false);
                for class in (0..self.classes.len()).filter(|&c| linked(c)) {
                    part *= self.class_part(class, set, i);
                    (connected, hashed) = (true, true);
                }
                // Rows of one side have at most one partner where the other side's key is given.
                let own: Set = 1 << i;
                let least = (0..self.relations.len())
                    .filter(|r| (set | own) & (1 << r) != 0)
                    .flat_map(|r| &self.relations[r].keys)
                    .filter(|(classes, _)| classes.iter().all(|c| linked(*c)))
                    .map(|(_, rows)| 1.0 / rows.max(1.0));
                part = least.fold(part, f64::max);
                for term in &self.terms {
                    if term.mentions & own != 0 && term.mentions & set != 0 && term.mentions & !(set | own) == 0 {
                        part *= term.part;
                        connected = true;
                        hashed |= term.hashed;
                    }
                }
                ((rows * relation.rows * part).max(1.0), connected, hashed)
            }
        };
        let joined = if hashed { hash_cost(rows, relation.rows, out) } else { pairs_cost(rows, relation.rows, out) };
        let mut cost = relation.cost + joined;
        for lookup in &relation.lookups {
            let known = |column: &(Option<usize>, f64)| column.0.is_none_or(linked);
            let each = lookup.columns.iter().take_while(|c| known(c)).last();
            if let Some((_, each)) = each {
                cost = cost.min(lookup_cost(rows, *each, lookup.touch, out));
            }
        }
        Step { relation: i, rows: out, cost, connected }
    }

    /// The part of all pairs of rows that an equality of a class leaves.
    fn class_part(&self, class: usize, set: Set, i: usize) -> f64 {
        let members = &self.classes[class].members;
        let own = members.iter().find(|m| m.0 == i).map_or(1.0, |m| m.1);
        let there = members.iter().filter(|m| set & (1 << m.0) != 0).map(|m| m.1).fold(f64::INFINITY, f64::min);
        1.0 / own.max(there).max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relation(rows: f64, cost: f64) -> Relation {
        Relation { rows, cost, ..Relation::default() }
    }

    fn order(problem: &Problem) -> Vec<usize> {
        problem.solve().iter().map(|s| s.relation).collect()
    }

    /// nation 25 — customer 15,000 — orders 150,000 — lineitem 600,000, along their foreign keys.
    fn chain() -> Problem {
        let rows = [25.0, 15_000.0, 150_000.0, 600_000.0];
        let class = |parent: usize| Class { members: vec![(parent, rows[parent]), (parent + 1, rows[parent])] };
        let mut problem = Problem {
            relations: rows.map(|r| relation(r, r)).to_vec(),
            classes: (0..3).map(class).collect(),
            terms: vec![],
        };
        for (parent, relation) in problem.relations.iter_mut().enumerate().take(3) {
            relation.keys = vec![(vec![parent], rows[parent])];
        }
        problem
    }

    #[test]
    fn rows_follow_foreign_keys() {
        let steps = chain().solve();
        assert_eq!(steps.len(), 4);
        assert!((steps[3].rows - 600_000.0).abs() < 1.0, "{steps:?}");
    }

    #[test]
    fn the_side_with_few_rows_is_the_start_where_the_rest_can_be_looked_up() {
        let mut problem = chain();
        problem.relations[2].rows = 10.0;
        problem.relations[3].lookups = vec![Lookup { columns: vec![(Some(2), 4.0)], touch: 1.0 }];
        problem.relations[1].lookups = vec![Lookup { columns: vec![(Some(1), 1.0)], touch: 1.0 }];
        problem.relations[0].lookups = vec![Lookup { columns: vec![(Some(0), 1.0)], touch: 1.0 }];
        let steps = problem.solve();
        assert_eq!(steps[0].relation, 2);
        assert!(steps[3].cost < 200_000.0, "nothing else is read whole: {steps:?}");
    }

    #[test]
    fn what_nothing_connects_comes_last() {
        let mut problem = chain();
        problem.relations.push(relation(1_000.0, 1_000.0));
        assert_eq!(order(&problem)[4], 4);
    }

    #[test]
    fn a_choice_waits_for_what_it_mentions() {
        let mut problem = chain();
        problem
            .relations
            .push(Relation { choice: Some(Choice { needs: 1 << 2, part: 0.0001 }), ..relation(100.0, 100.0) });
        let order = order(&problem);
        let place = |i| order.iter().position(|r| *r == i).expect("joined");
        assert!(place(4) > place(2));
        assert!(place(4) < place(3), "few rows are left for the large one: {order:?}");
    }

    #[test]
    fn a_composite_key_is_worth_as_much_as_it_is() {
        // partsupp (part, supplier) 80,000; lineitem 600,000.
        let mut problem = Problem {
            relations: vec![relation(600_000.0, 600_000.0), relation(80_000.0, 80_000.0)],
            classes: vec![
                Class { members: vec![(0, 20_000.0), (1, 20_000.0)] },
                Class { members: vec![(0, 1_000.0), (1, 1_000.0)] },
            ],
            terms: vec![],
        };
        problem.relations[1].keys = vec![(vec![0, 1], 80_000.0)];
        let steps = problem.solve();
        assert!((steps[1].rows - 600_000.0).abs() < 1.0, "{steps:?}");
    }

    #[test]
    fn many_relations_are_ordered_too() {
        let n = 30;
        let class = |i: usize| Class { members: vec![(i, 100.0), (i + 1, 100.0)] };
        let problem = Problem {
            relations: (0..n).map(|i| relation(100.0 + i as f64, 100.0)).collect(),
            classes: (0..n - 1).map(class).collect(),
            terms: vec![],
        };
        let order = order(&problem);
        assert_eq!(order.len(), n);
        assert_eq!(order, (0..n).collect::<Vec<_>>());
    }
}
