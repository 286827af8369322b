//! Reading by an inverted index: tokens of a condition to the keys of rows that may meet it.
//!
//! ```text
//!  j @> '{"a": 1, "b": 2}'  ──▶  a ─▶ {3, 7, 9}   AND   b ─▶ {7, 8}   ──▶  rows 7  ──▶  the scan of the table, its
//!                                                                                       filter with the condition in it
//! ```
//! Tokens that few rows have are enough by themselves: the others are not read to the end, and the filter sees to the
//! rest. Only if no token is rare are all of them read, and their rows intersected.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use gavel_api::scan::{PROGRAM_VERSION, ScanColumn, ScanProgram};
use gavel_encoding::layout::object_range;
use gavel_encoding::{KeyBuilder, KeyOrder, ObjectId};
use gavel_functions::physical::datum_at;
use gavel_types::{Datum, KeyRange, Oid, PgType, SqlResult};

use crate::dml::shape::{TOKEN_TYPE, token_datum};
use crate::exec::access::TableScan;
use crate::exec::eval::Evaluator;
use crate::exec::expr::Expr;
use crate::exec::operator::{BoxOperator, Streamed};
use crate::exec::plan::ScanPlan;
use crate::exec::scan::disjoint;
use crate::inverted::Class;
use crate::inverted::extract::Token;
use crate::inverted::search::{self, Asked, Condition};

/// Rows that are few enough to be read one by one without a look at other tokens.
const FEW_ROWS: usize = 256;

/// How an inverted index is used by a scan of its table.
#[derive(Debug)]
pub struct InvertedScan {
    pub index: Oid,
    pub object: ObjectId,
    /// Columns of an entry (stored id, type, order) that lead to its row.
    pub row_key: Vec<(u32, PgType, KeyOrder)>,
    pub conditions: Vec<InvertedCondition>,
}

/// A condition on one of the index's keys, which the scan's filter has as well.
#[derive(Debug)]
pub struct InvertedCondition {
    /// Number of the key.
    pub key: usize,
    pub class: Class,
    pub condition: Condition,
    /// The other operand.
    pub operand: Expr,
}

/// A clause: entries of any of these ranges will do.
struct Clause {
    ranges: Vec<KeyRange>,
}

/// Ranges of the table in which all rows are that meet the conditions.
///
/// # Errors
/// What the operands and the reads raise.
pub async fn ranges(
    scan: &ScanPlan,
    inverted: &InvertedScan,
    evaluator: &Evaluator,
    traffic: Option<&Arc<gavel_api::traffic::Traffic>>,
) -> SqlResult<Vec<KeyRange>> {
    let tenant = evaluator.frame().exec.env.tables.tenant();
    let mut clauses: Vec<Clause> = vec![];
    for c in &inverted.conditions {
        let operand = evaluator.scalar(&c.operand).await?;
        match search::asked(c.class, c.condition.search, &operand)? {
            Asked::Nothing => return Ok(vec![]),
            Asked::Anything => {}
            Asked::Tokens(all) => {
                let range = |token: &Token| {
                    let mut key = KeyBuilder::new(tenant, inverted.object);
                    key.push(&token_datum(c.key, token), TOKEN_TYPE, KeyOrder::ASC);
                    key.range()
                };
                let clause = |any: Vec<Token>| Clause { ranges: disjoint(any.iter().map(range).collect()) };
                clauses.extend(all.into_iter().map(clause));
            }
        }
    }
    if clauses.is_empty() {
        return Ok(vec![object_range(tenant, scan.object)]);
    }
    let reader = Reader { scan, inverted, evaluator, traffic };
    let found = reader.intersection(&clauses).await?;
    Ok(disjoint(found.iter().map(KeyRange::point).collect()))
}

/// Reads entries.
struct Reader<'a> {
    scan: &'a ScanPlan,
    inverted: &'a InvertedScan,
    evaluator: &'a Evaluator,
    traffic: Option<&'a Arc<gavel_api::traffic::Traffic>>,
}

impl Reader<'_> {
    /// Keys of rows that satisfy every clause, and perhaps of some that do not.
    async fn intersection(&self, clauses: &[Clause]) -> SqlResult<BTreeSet<Bytes>> {
        if let [only] = clauses {
            return self.rows(only, None).await;
        }
        for clause in clauses {
            let found = self.rows(clause, Some(FEW_ROWS + 1)).await?;
            if found.len() <= FEW_ROWS {
                return Ok(found);
            }
        }
        let mut kept: Option<BTreeSet<Bytes>> = None;
        for clause in clauses {
            let found = self.rows(clause, None).await?;
            let both = match kept {
                None => found,
                Some(kept) => kept.into_iter().filter(|key| found.contains(key)).collect(),
            };
            if both.len() <= FEW_ROWS {
                return Ok(both);
            }
            kept = Some(both);
        }
        Ok(kept.unwrap_or_default())
    }

    /// Keys of rows with an entry in the clause. With a limit: all of them if they are fewer, otherwise at least as many.
    async fn rows(&self, clause: &Clause, limit: Option<usize>) -> SqlResult<BTreeSet<Bytes>> {
        let env = &self.evaluator.frame().exec.env;
        let columns =
            self.inverted.row_key.iter().map(|(id, ty, _)| ScanColumn { id: *id, ty: *ty, missing: Datum::Null });
        let program = ScanProgram {
            version: PROGRAM_VERSION,
            columns: columns.collect(),
            filter: None,
            output: (0..self.inverted.row_key.len()).collect(),
            with_key: false,
            limit: None,
            fold: None,
        };
        let request = TableScan {
            table: Arc::clone(&self.scan.table),
            index: Some(self.inverted.index),
            ranges: clause.ranges.clone(),
            program: Arc::new(program),
            reverse: false,
            traffic: self.traffic.cloned(),
        };
        let mut entries: BoxOperator = Box::new(Streamed::new(env.tables.scan(request)));
        let mut found = BTreeSet::new();
        while let Some(batch) = entries.next().await? {
            for row in 0..batch.num_rows() {
                let mut key = KeyBuilder::new(env.tables.tenant(), self.scan.object);
                for (position, (_, ty, order)) in self.inverted.row_key.iter().enumerate() {
                    key.push(&datum_at(batch.column(position).as_ref(), row, *ty)?, *ty, *order);
                }
                found.insert(key.finish());
            }
            if limit.is_some_and(|limit| found.len() >= limit) {
                break;
            }
        }
        Ok(found)
    }
}
