//! From the bound tree to the plan.
//!
//! One pass from the top down carries what is asked of each relation ([`plan::Ask`]): the columns that
//! are needed, the conditions that may be applied as low as they can be, the order that would be
//! welcome, and how many rows will be read. The plan grows on the way back up.
//!
//! | module | what it holds |
//! |---|---|
//! | [`plan`] | the pass |
//! | [`group`], [`order`] | inner joins: taken apart and put in order |
//! | [`joins`], [`lookup`], [`part_lookup`] | how each join is run; tables, and tables with descendants, that are looked up by key |
//! | [`access`] | key conditions, choice of index, what is pushed into storage |
//! | [`append`], [`pruning`] | tables with descendants; partitions that conditions leave out |
//! | [`inverted`] | conditions that inverted indexes serve |
//! | [`statistics`], [`estimate`] | what is known of tables; how many rows a condition leaves |
//! | [`unnest`] | subqueries in conditions that become joins |
//! | [`lift`] | scalar subqueries that become joins |
//! | [`modify`] | what modifications compute besides their source |
//! | [`scalar`] | expressions |
//! | [`fence`] | conditions that may go before those of row-level security |
//! | [`walk`], [`equality`], [`factor`] | facts about bound trees and functions |

pub mod access;
pub mod append;
pub mod equality;
pub mod estimate;
pub mod factor;
pub mod fence;
pub mod group;
pub mod inverted;
pub mod joins;
pub mod lift;
pub mod lookup;
pub mod modify;
pub mod order;
pub mod part_lookup;
pub mod plan;
pub mod pruning;
pub mod scalar;
pub mod statistics;
pub mod unnest;
pub mod walk;

use std::sync::Arc;

use gavel_binder::bound::{ColumnId, Query, Scalar};
use gavel_catalog::Table;
use gavel_types::{PgType, SqlResult};

use crate::exec::frame::Frame;
use crate::exec::operator::BoxOperator;
use crate::exec::plan::Node;
use crate::exec::{ExecEnv, Execution};
use crate::partition::hashing::Hashing;

pub use statistics::TableStatistics;

/// What planning may ask.
pub trait PlanEnv: Send + Sync {
    /// Whether storage filters, cuts and folds; otherwise it gives the named columns of all rows.
    fn push_down(&self) -> bool {
        true
    }

    /// What is known of a table's contents, if anything is.
    fn statistics(&self, table: &Table) -> Option<Arc<TableStatistics>>;

    /// Binds SQL text of a descriptor (index expression or predicate) over the columns of `table`, whose
    /// ids are their attnums. `None` if it cannot be bound: the index is then not used.
    fn bind_expression(&self, table: &Arc<Table>, sql: &str) -> Option<Scalar>;

    /// How the keys of a table that is partitioned by hash are hashed, if more is known of it than its types.
    fn hashing(&self, table: &Table) -> Option<Hashing> {
        let _ = table;
        None
    }
}

/// Knows nothing.
pub struct NoStatistics;

impl PlanEnv for NoStatistics {
    fn statistics(&self, _: &Table) -> Option<Arc<TableStatistics>> {
        None
    }

    fn bind_expression(&self, _: &Arc<Table>, _: &str) -> Option<Scalar> {
        None
    }
}

/// A plan ready to be run any number of times, by any session, while its objects do not change.
#[derive(Debug)]
pub struct PlannedQuery {
    pub root: Arc<Node>,
}

impl PlannedQuery {
    /// Starts an execution. Batches have the query's output columns in order, with the Arrow types of
    /// `gavel_functions::physical_type`. Dropping the operator cancels it.
    ///
    /// # Errors
    /// From the operator: whatever SQL error evaluation meets; 53200 past the memory limit.
    pub fn execute(&self, env: ExecEnv) -> SqlResult<BoxOperator> {
        let frame = Frame::new(Execution::new(env));
        crate::exec::start(&self.root, &frame)
    }
}

/// Plans a query. Its output columns come out in order.
///
/// # Errors
/// 0A000 for what cannot be run.
pub fn plan(query: &Query, env: &dyn PlanEnv) -> SqlResult<PlannedQuery> {
    let columns: Vec<(ColumnId, PgType)> = query.output.iter().map(|o| (o.id, o.ty)).collect();
    plan_rel(&query.rel, &columns, env)
}

/// Plans a relation of which `columns` are wanted, in this order.
pub fn plan_rel(
    rel: &gavel_binder::bound::Rel,
    columns: &[(ColumnId, PgType)],
    env: &dyn PlanEnv,
) -> SqlResult<PlannedQuery> {
    let mut planner = plan::Planner::new(env);
    let root = planner.plan_in_order(rel, columns)?;
    Ok(PlannedQuery { root })
}

#[cfg(test)]
mod golden_test;
