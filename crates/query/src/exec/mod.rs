//! Runs plans.
//!
//! ```text
//!  PlannedQuery ──ExecEnv──▶ Execution ──start(node, frame)──▶ tree of operators ──▶ batches
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`plan`] | the plan |
//! | [`access`] | the seam to tables |
//! | [`pruning`] | partitions that a query can do without |
//! | [`frame`] | execution, frame, memory account |
//! | [`operator`], [`batch`] | what operators are and pass |
//! | [`expr`], [`special`], [`eval`] | compiled expressions and their evaluation |
//! | [`keys`], [`table`] | rows as bytes to hash and compare; the hash table (storage uses the same) |
//! | [`scan`], [`inverted`] | reading tables; rows by an inverted index |
//! | [`simple`], [`join`], [`lookup`], [`aggregate`], [`user_aggregate`], [`sort`], [`window`], [`sets`], [`cte`], [`modify`], [`statements`], [`called`] | operators |

pub mod access;
pub mod aggregate;
pub mod batch;
pub mod called;
pub mod cte;
pub mod eval;
pub mod expr;
pub mod frame;
pub mod inverted;
pub mod join;
pub mod lookup;
pub mod modify;
pub mod operator;
pub mod plan;
pub mod pruning;
pub mod scan;
pub mod sets;
pub mod simple;
pub mod sort;
pub mod special;
pub mod statements;
pub mod user_aggregate;
pub mod window;

use std::sync::Arc;

use gavel_api::scan::ScanOrder;
use gavel_types::SqlResult;

use crate::exec::frame::{CteSource, Frame};
use crate::exec::operator::BoxOperator;
use crate::exec::plan::{Fetch, Node, Op};

pub use eval::Evaluator;
pub use frame::{ExecEnv, Execution};
pub use gavel_pushdown::{keys, table};
pub use operator::Operator;

/// Starts a plan in a frame. Nothing is read before the first batch is asked for.
pub fn start(node: &Arc<Node>, frame: &Frame) -> SqlResult<BoxOperator> {
    let running: BoxOperator = Box::new(operator::Cooperative::new(start_plain(node, frame)?));
    Ok(profiled(node, frame, running))
}

/// Counts what `running` does, if the statement is profiled.
fn profiled(node: &Node, frame: &Frame, running: BoxOperator) -> BoxOperator {
    match &frame.exec.env.profile {
        Some(profile) => crate::explain::profile::wrap(profile, node.id, running),
        None => running,
    }
}

/// Starts a scan, or a projection of one, of which only the first rows in an order are wanted.
fn start_top(node: &Arc<Node>, frame: &Frame, fetch: &Fetch, order: Vec<ScanOrder>) -> BoxOperator {
    let running: BoxOperator = match &node.op {
        Op::Project { input, .. } => {
            Box::new(simple::Project::new(start_top(input, frame, fetch, order), node.clone(), frame))
        }
        _ => Box::new(scan::TableScanExec::top(node.clone(), frame, fetch.clone(), order)),
    };
    profiled(node, frame, Box::new(operator::Cooperative::new(running)))
}

fn start_plain(node: &Arc<Node>, frame: &Frame) -> SqlResult<BoxOperator> {
    let node = node.clone();
    Ok(match &node.op {
        Op::Values { .. } => Box::new(simple::Values::new(node, frame)),
        Op::TableScan(_) => Box::new(scan::TableScanExec::new(node, frame)),
        Op::SystemScan { .. } => Box::new(scan::SystemScan::new(node, frame)),
        Op::Filter { input, .. } => Box::new(simple::Filter::new(start(input, frame)?, node, frame)),
        Op::Project { input, .. } => Box::new(simple::Project::new(start(input, frame)?, node, frame)),
        Op::Join(join) => {
            let (stream, build) = (start(&join.stream, frame)?, start(&join.build, frame)?);
            Box::new(join::Join::new(stream, build, node, frame)?)
        }
        Op::LookupJoin(join) => Box::new(lookup::LookupJoin::new(start(&join.stream, frame)?, node, frame)?),
        Op::Lateral(join) => Box::new(crate::apply::lateral::Lateral::new(start(&join.left, frame)?, node, frame)),
        Op::Aggregate(plan) if plan.pushed => {
            let partial = Box::new(aggregate::Partial::new(node.clone(), frame));
            let input = profiled(&plan.input, frame, Box::new(operator::Cooperative::new(partial)));
            Box::new(aggregate::Aggregate::new(input, node, frame)?)
        }
        Op::Aggregate(plan) => Box::new(aggregate::Aggregate::new(start(&plan.input, frame)?, node, frame)?),
        Op::Distinct { input } => Box::new(simple::Distinct::new(start(input, frame)?, node, frame)?),
        Op::DistinctOn { input, .. } => Box::new(simple::DistinctOn::new(start(input, frame)?, node, frame)?),
        Op::Window { input, .. } => Box::new(window::Window::new(start(input, frame)?, node, frame)),
        Op::Sets { input, .. } => {
            let input: BoxOperator = match input {
                Some(input) => start(input, frame)?,
                None => Box::new(operator::Batches::new(vec![eval::one_row()])),
            };
            Box::new(sets::SetFunctions::new(input, node, frame))
        }
        Op::Sort { input, keys, fetch } => {
            let top = fetch.as_ref().and_then(|fetch| Some((fetch, scan::top_in_storage(input, keys)?)));
            let input = match top {
                Some((fetch, order)) => start_top(input, frame, fetch, order),
                None => start(input, frame)?,
            };
            Box::new(sort::Sort::new(input, node.clone(), frame))
        }
        Op::Limit { input, .. } => Box::new(simple::Limit::new(start(input, frame)?, node, frame)?),
        Op::Append { pruning: Some(_), .. } => Box::new(simple::Append::new(vec![], node, frame)),
        Op::Append { inputs, pruning: None } => {
            let running = inputs.iter().map(|(i, _)| start(i, frame)).collect::<SqlResult<Vec<_>>>()?;
            Box::new(simple::Append::new(running, node, frame))
        }
        Op::SetOp { left, right, .. } => {
            Box::new(simple::SetOp::new(start(&left.0, frame)?, start(&right.0, frame)?, node, frame)?)
        }
        Op::With { ctes, body } => {
            let mut inner = frame.clone();
            let mut modifying = vec![];
            for cte in ctes {
                let shared = cte::Shared::new(start(&cte.plan, &inner)?, inner.memory());
                if cte.modifying {
                    modifying.push(shared.clone());
                }
                inner = inner.with_cte(cte.id, CteSource::Shared(shared));
            }
            let running = start(body, &inner)?;
            if modifying.is_empty() { running } else { Box::new(simple::AfterCtes::new(modifying, running)) }
        }
        Op::CteScan { id, columns, .. } => {
            let source = frame.cte(*id)?;
            Box::new(cte::CteScan::new(node.clone(), columns.clone(), source))
        }
        Op::Recursive { .. } => Box::new(cte::Recursive::new(node, frame)?),
        Op::Lock { input, .. } => Box::new(simple::Lock::new(start(input, frame)?, node, frame)),
        Op::Modify(plan) => Box::new(modify::Modify::new(start(&plan.source, frame)?, node, frame)),
        Op::Called { .. } => Box::new(called::Called::new(node, frame)),
        Op::Statements { .. } => Box::new(statements::Statements::new(node, frame)),
    })
}

#[cfg(test)]
mod exec_test;
#[cfg(test)]
mod fold_test;
#[cfg(test)]
pub(crate) mod testing;
