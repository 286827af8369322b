//! Numbers the groups of rows: equal values of some columns, one number, in order of arrival.
//!
//! Most groupings are by one number, which needs no bytes: it is hashed as it is. All others go through
//! the bytes of [`crate::keys`].

use std::hash::{BuildHasher, RandomState};

use arrow::array::{Array, ArrayRef, AsArray, PrimitiveArray, UInt32Array};
use arrow::compute::{concat, take};
use arrow::datatypes::{ArrowPrimitiveType, DataType, Int16Type, Int32Type, Int64Type, UInt32Type};
use gavel_functions::physical_type;
use gavel_types::{PgType, SqlError, SqlResult};

use crate::keys::KeyEncoder;
use crate::table::{KeyTable, mix};

/// Groups so far.
pub struct Grouper {
    table: Table,
    /// Values of the groups' first rows, by column, in pieces.
    values: Vec<Vec<ArrayRef>>,
}

enum Table {
    /// No columns: all rows are one group, once there are any.
    One(bool),
    Number(NumberTable),
    Bytes(KeyEncoder, KeyTable),
}

fn failed(e: impl std::fmt::Display) -> SqlError {
    SqlError::internal(e.to_string())
}

impl Grouper {
    /// Groups by columns of these types.
    ///
    /// # Errors
    /// XX000 for types that cannot be compared.
    pub fn new(types: &[PgType]) -> SqlResult<Self> {
        use DataType::{Int16, Int32, Int64, UInt32};
        let table = match types {
            [] => Table::One(false),
            [one] if matches!(physical_type(*one), Int16 | Int32 | Int64 | UInt32) => {
                Table::Number(NumberTable::default())
            }
            many => Table::Bytes(KeyEncoder::new(many.iter().copied())?, KeyTable::default()),
        };
        Ok(Self { table, values: vec![vec![]; types.len()] })
    }

    /// Number of groups.
    pub fn len(&self) -> usize {
        match &self.table {
            Table::One(met) => usize::from(*met),
            Table::Number(table) => table.keys.len(),
            Table::Bytes(_, table) => table.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes held.
    pub fn size(&self) -> usize {
        let table = match &self.table {
            Table::One(_) => 0,
            Table::Number(table) => table.slots.capacity() * 4 + table.keys.capacity() * 8,
            Table::Bytes(_, table) => table.size(),
        };
        // The groups' values are about as large as their keys.
        table * 2
    }

    /// Without columns there is one group, even of no rows.
    pub fn ensure_one(&mut self) {
        if let Table::One(met) = &mut self.table {
            *met = true;
        }
    }

    /// The group of each of `rows` rows.
    ///
    /// # Errors
    /// XX000 if the columns are not of the types that were announced.
    pub fn assign(&mut self, columns: &[ArrayRef], rows: usize) -> SqlResult<Vec<usize>> {
        let mut fresh: Vec<u32> = vec![];
        let mut numbers = Vec::with_capacity(rows);
        match &mut self.table {
            Table::One(met) => {
                *met |= rows > 0;
                numbers.resize(rows, 0);
            }
            Table::Number(table) => {
                let column = columns.first().ok_or_else(|| failed("a column to group by is missing"))?;
                table.assign(column, &mut numbers, &mut fresh)?;
            }
            Table::Bytes(encoder, table) => {
                let keys = encoder.encode(columns, rows)?;
                for row in 0..rows {
                    let (number, new) = table.insert(keys.row(row));
                    if new {
                        fresh.push(row as u32);
                    }
                    numbers.push(number);
                }
            }
        }
        if !fresh.is_empty() {
            let fresh = UInt32Array::from(fresh);
            for (pieces, column) in self.values.iter_mut().zip(columns) {
                pieces.push(take(column, &fresh, None).map_err(failed)?);
            }
        }
        Ok(numbers)
    }

    /// The values of column `column` of the groups' first rows; empty without groups.
    ///
    /// # Errors
    /// XX000 if together they are more than Arrow can hold.
    pub fn values(&self, column: usize) -> SqlResult<Option<ArrayRef>> {
        let pieces: Vec<&dyn Array> = self.values.get(column).into_iter().flatten().map(AsRef::as_ref).collect();
        if pieces.is_empty() { Ok(None) } else { concat(&pieces).map(Some).map_err(failed) }
    }
}

const EMPTY: u32 = u32::MAX;

/// Numbers distinct numbers.
struct NumberTable {
    /// Group of the key in each slot, or `EMPTY`. A power of two, at most half full.
    slots: Vec<u32>,
    keys: Vec<i64>,
    /// The group of NULL, whose place in `keys` no slot names.
    null: Option<usize>,
    seed: u64,
}

impl Default for NumberTable {
    fn default() -> Self {
        Self { slots: vec![EMPTY; 16], keys: vec![], null: None, seed: RandomState::new().hash_one(0) }
    }
}

impl NumberTable {
    fn assign(&mut self, column: &ArrayRef, numbers: &mut Vec<usize>, fresh: &mut Vec<u32>) -> SqlResult<()> {
        match column.data_type() {
            DataType::Int16 => self.assign_typed::<Int16Type>(column.as_primitive_opt(), numbers, fresh),
            DataType::Int32 => self.assign_typed::<Int32Type>(column.as_primitive_opt(), numbers, fresh),
            DataType::Int64 => self.assign_typed::<Int64Type>(column.as_primitive_opt(), numbers, fresh),
            DataType::UInt32 => self.assign_typed::<UInt32Type>(column.as_primitive_opt(), numbers, fresh),
            other => Err(failed(format_args!("{other} where a number was to group by"))),
        }
    }

    fn assign_typed<T: ArrowPrimitiveType>(
        &mut self,
        column: Option<&PrimitiveArray<T>>,
        numbers: &mut Vec<usize>,
        fresh: &mut Vec<u32>,
    ) -> SqlResult<()>
    where
        i64: From<T::Native>,
    {
        let column = column.ok_or_else(|| failed("a column is not of its type"))?;
        for (row, value) in column.values().iter().enumerate() {
            let known = self.keys.len();
            let number = if column.is_valid(row) { self.number(i64::from(*value)) } else { self.null_number() };
            if number == known {
                fresh.push(row as u32);
            }
            numbers.push(number);
        }
        Ok(())
    }

    fn null_number(&mut self) -> usize {
        *self.null.get_or_insert_with(|| {
            self.keys.push(0);
            self.keys.len() - 1
        })
    }

    fn slot(&self, key: i64) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = mix(key as u64 ^ self.seed, 0x9e37_79b9_7f4a_7c15) as usize & mask;
        loop {
            let number = self.slots[slot];
            if number == EMPTY || self.keys[number as usize] == key {
                return slot;
            }
            slot = (slot + 1) & mask;
        }
    }

    fn number(&mut self, key: i64) -> usize {
        let slot = self.slot(key);
        if self.slots[slot] != EMPTY {
            return self.slots[slot] as usize;
        }
        let number = self.keys.len();
        self.slots[slot] = u32::try_from(number).unwrap_or(EMPTY - 1);
        self.keys.push(key);
        if self.keys.len() * 2 > self.slots.len() {
            self.grow();
        }
        number
    }

    fn grow(&mut self) {
        self.slots = vec![EMPTY; self.slots.len() * 4];
        for number in 0..self.keys.len() {
            if self.null != Some(number) {
                let slot = self.slot(self.keys[number]);
                self.slots[slot] = u32::try_from(number).unwrap_or(EMPTY - 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Int32Array, StringArray};

    use super::*;

    #[test]
    fn numbers_group_as_their_bytes_do() {
        let value = |i: i32| if i % 10 == 9 { None } else { Some((i * 7919) % 3_001 - 1_500) };
        let chunk = |from: i32| Arc::new((from..from + 500).map(value).collect::<Int32Array>()) as ArrayRef;
        let mut by_number = Grouper::new(&[PgType::INT4]).unwrap();
        let mut by_bytes = Grouper::new(&[PgType::INT4, PgType::INT4]).unwrap();
        assert!(matches!(by_number.table, Table::Number(_)) && matches!(by_bytes.table, Table::Bytes(..)));
        for from in (0..10_000).step_by(500) {
            let column = chunk(from);
            let numbers = by_number.assign(std::slice::from_ref(&column), 500).unwrap();
            assert_eq!(numbers, by_bytes.assign(&[column.clone(), column], 500).unwrap());
        }
        assert_eq!(by_number.len(), 3_001 + 1);
        assert_eq!(by_number.values(0).unwrap(), by_bytes.values(1).unwrap());
    }

    #[test]
    fn zero_and_null_are_two_groups() {
        let mut grouper = Grouper::new(&[PgType::INT4]).unwrap();
        let column: ArrayRef = Arc::new(Int32Array::from(vec![None, Some(0), None, Some(0), Some(5)]));
        assert_eq!(grouper.assign(&[column], 5).unwrap(), [0, 1, 0, 1, 2]);
        let values = grouper.values(0).unwrap().unwrap();
        assert_eq!(values.as_primitive::<Int32Type>(), &Int32Array::from(vec![None, Some(0), Some(5)]));
        let wrong: ArrayRef = Arc::new(StringArray::from(vec!["a"]));
        assert!(grouper.assign(&[wrong], 1).is_err());
    }

    #[test]
    fn without_columns_there_is_one_group_of_any_rows() {
        let mut grouper = Grouper::new(&[]).unwrap();
        assert!(grouper.assign(&[], 0).unwrap().is_empty());
        assert!(grouper.is_empty());
        assert_eq!(grouper.assign(&[], 3).unwrap(), [0, 0, 0]);
        assert_eq!(grouper.len(), 1);
        let mut empty = Grouper::new(&[]).unwrap();
        empty.ensure_one();
        assert_eq!((empty.len(), empty.values(0).unwrap()), (1, None));
    }
}
