//! What is known of a table's contents: how many rows it has, and a sample of them.
//!
//! The sample serves in the place of histograms and lists of common values. A condition is simply
//! evaluated over it, so correlations between columns, patterns and functions come out as they are; and
//! the number of distinct values of a column is estimated from it, see [`distinct_of`].
//!
//! The sample is made of *blocks*: runs of neighbouring rows from all over the table. Neighbours are
//! alike, so what repeats within a block says little, and what repeats across blocks much.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow::array::{Array, RecordBatch};
use gavel_types::{PgType, SqlResult};

use crate::exec::keys::KeyEncoder;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct TableStatistics {
    /// Estimated rows.
    pub rows: f64,
    pub sample: Option<Arc<Sample>>,
}

/// Rows of a table.
#[derive(Debug)]
pub struct Sample {
    /// Attnum and type of each column of `rows`.
    pub columns: Vec<(i16, PgType)>,
    pub rows: RecordBatch,
    /// It holds all rows that there were.
    pub complete: bool,
    /// By attnum.
    facts: BTreeMap<i16, ColumnSample>,
}

/// What the sample tells of one column.
#[derive(Clone, Copy, Debug)]
struct ColumnSample {
    nulls: usize,
    /// Distinct values, those that occur in one block only, and the sum over all blocks of the distinct
    /// values in each.
    distinct: usize,
    lone: usize,
    in_blocks: usize,
}

/// What is known of a column.
#[derive(Clone, Copy, Debug)]
pub struct ColumnFacts {
    /// Rows of its table.
    pub rows: f64,
    /// Distinct values among them.
    pub distinct: f64,
    /// Part of the rows that are NULL.
    pub nulls: f64,
}

impl Sample {
    /// `rows` in the order of their keys; `blocks` holds the number of rows of each block.
    ///
    /// # Errors
    /// 0A000 for types without an order.
    pub fn new(columns: Vec<(i16, PgType)>, rows: RecordBatch, blocks: &[usize], complete: bool) -> SqlResult<Self> {
        let mut facts = BTreeMap::new();
        for (position, (number, ty)) in columns.iter().enumerate() {
            let column = rows.column(position);
            let keys = KeyEncoder::new([*ty])?.encode(std::slice::from_ref(column), rows.num_rows())?;
            // Blocks in which each value occurs.
            let mut seen: HashMap<&[u8], (usize, usize)> = HashMap::new();
            let (mut row, mut in_blocks) = (0, 0);
            for (block, size) in blocks.iter().enumerate() {
                for row in row..(row + size).min(rows.num_rows()) {
                    if column.is_null(row) {
                        continue;
                    }
                    let entry = seen.entry(keys.row(row)).or_insert((usize::MAX, 0));
                    if entry.0 != block {
                        *entry = (block, entry.1 + 1);
                        in_blocks += 1;
                    }
                }
                row += size;
            }
            let lone = seen.values().filter(|s| s.1 == 1).count();
            facts.insert(*number, ColumnSample { nulls: column.null_count(), distinct: seen.len(), lone, in_blocks });
        }
        Ok(Self { columns, rows, complete, facts })
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.num_rows()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl TableStatistics {
    /// What is known of the column `number`, given whether its values are unique.
    pub fn column(&self, number: i16, unique: bool) -> ColumnFacts {
        let rows = self.rows.max(1.0);
        let found = self.sample.as_ref().and_then(|s| Some((s, s.facts.get(&number)?)));
        let Some((sample, column)) = found.filter(|(s, _)| !s.is_empty()) else {
            let distinct = if unique { rows } else { rows.min(UNKNOWN_DISTINCT) };
            return ColumnFacts { rows, distinct, nulls: 0.0 };
        };
        let nulls = column.nulls as f64 / sample.len() as f64;
        let present = (rows * (1.0 - nulls)).max(1.0);
        let distinct = match unique {
            true => present,
            false if sample.complete => column.distinct as f64,
            false => distinct_of(present, sample.len() - column.nulls, column),
        };
        ColumnFacts { rows, distinct: distinct.clamp(1.0, present), nulls }
    }
}

/// Distinct values assumed of a column of which nothing is known, as PostgreSQL does.
pub const UNKNOWN_DISTINCT: f64 = 200.0;

/// Estimates the distinct values among `rows`, of which `sampled` were seen.
///
/// Within each block a value counts once; what is left is taken for a random sample of the table without
/// its runs of equal neighbours, to which the estimator "Duj1" of Haas and Stokes (Estimating the number
/// of classes in a finite population, 1998) is applied: `n d / (n - f + f n / N)`, where of `n` values
/// seen `d` are distinct and `f` occur once, out of `N`.
fn distinct_of(rows: f64, sampled: usize, column: &ColumnSample) -> f64 {
    if sampled == 0 || column.in_blocks == 0 {
        return 1.0;
    }
    let seen = column.in_blocks as f64;
    let population = (rows * seen / sampled as f64).max(seen);
    let lone = column.lone as f64;
    seen * column.distinct as f64 / (seen - lone + lone * seen / population)
}

#[cfg(test)]
mod tests {
    use arrow::array::{ArrayRef, Int32Array};
    use arrow::datatypes::{DataType, Field, Schema};

    use super::*;

    /// Statistics of a table of `rows` rows of which every `1 / blocks`th part begins with 32 sampled rows,
    /// whose column 1 is `value` of the row's number.
    fn sampled(rows: usize, blocks: usize, value: impl Fn(usize) -> Option<i32>) -> TableStatistics {
        let numbers = (0..blocks).flat_map(|b| (0..32).map(move |i| b * (rows / blocks) + i));
        let column: ArrayRef = Arc::new(numbers.map(value).collect::<Int32Array>());
        let schema = Arc::new(Schema::new(vec![Field::new("a", DataType::Int32, true)]));
        let batch = RecordBatch::try_new(schema, vec![column]).expect("batch");
        let sample = Sample::new(vec![(1, PgType::INT4)], batch, &vec![32; blocks], false).expect("sample");
        TableStatistics { rows: rows as f64, sample: Some(Arc::new(sample)) }
    }

    /// Scatters numbers.
    fn scattered(i: usize) -> usize {
        let mut x = i.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ (x >> 31)) & 0xff_ffff
    }

    fn assert_near(found: f64, expected: f64) {
        assert!(found > expected * 0.7 && found < expected * 1.4, "{found} for {expected}");
    }

    #[test]
    fn distinct_values_are_estimated_whether_equal_ones_are_neighbours_or_not() {
        let distinct = |value: &dyn Fn(usize) -> Option<i32>| sampled(600_000, 32, value).column(1, false).distinct;
        let int = |i: usize| i32::try_from(i).ok();
        assert_near(distinct(&|i| int(i / 4)), 150_000.0);
        assert_near(distinct(&|i| int(scattered(i) % 20_000)), 20_000.0);
        assert_near(distinct(&|i| int(scattered(i) % 3)), 3.0);
        assert_near(distinct(&|i| int(scattered(i) % 2_500)), 2_500.0);
        assert_near(distinct(&int), 600_000.0);
        assert_near(distinct(&|_| Some(7)), 1.0);
    }

    #[test]
    fn nulls_are_counted_apart() {
        let facts = sampled(64_000, 32, |i| (i % 4 != 0).then_some(5)).column(1, false);
        assert!((facts.nulls - 0.25).abs() < 0.01);
        assert_near(facts.distinct, 1.0);
    }

    #[test]
    fn without_a_sample_a_unique_column_still_has_as_many_values_as_rows() {
        let known = TableStatistics { rows: 5_000.0, sample: None };
        assert_eq!(known.column(1, true).distinct, 5_000.0);
        assert_eq!(known.column(1, false).distinct, UNKNOWN_DISTINCT);
    }
}
