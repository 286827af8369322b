//! How the rows of a partitioned table are shared out: its key and the bounds of its partitions
//! (<https://www.postgresql.org/docs/15/ddl-partitioning.html>).

use gavel_types::{Oid, PgType};
use serde::{Deserialize, Serialize};

/// PARTITION BY.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartitionKey {
    pub strategy: PartitionStrategy,
    /// One for LIST, otherwise one or more.
    pub parts: Vec<PartitionPart>,
}

impl PartitionKey {
    /// SQL text of the parts that are expressions.
    pub fn expressions(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match &part.key {
            PartitionOn::Column(_) => None,
            PartitionOn::Expression(sql) => Some(sql.as_str()),
        })
    }

    /// Whether a column alone is a part of it.
    pub fn has_column(&self, number: i16) -> bool {
        self.parts.iter().any(|part| part.key == PartitionOn::Column(number))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PartitionStrategy {
    List,
    Range,
    Hash,
}

/// One column or expression of a partition key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartitionPart {
    pub key: PartitionOn,
    /// The type that it is compared in: no domain.
    pub ty: PgType,
    /// Operator class; 0 is the type's default one.
    #[serde(default)]
    pub class: Oid,
    /// The collation that was named, or the type's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<Oid>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum PartitionOn {
    /// `Column::number` of the partitioned table.
    Column(i16),
    /// SQL text over its columns.
    Expression(String),
}

/// FOR VALUES of a partition. Values are in PostgreSQL's text form, in the types of the parent's key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PartitionBound {
    /// Rows that no other partition takes.
    Default,
    /// IN (…); `None` is NULL.
    List(Vec<Option<String>>),
    /// FROM (inclusive) TO (exclusive), as many as the key has parts.
    Range { from: Vec<RangeEdge>, to: Vec<RangeEdge> },
    /// WITH (MODULUS, REMAINDER).
    Hash { modulus: i32, remainder: i32 },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RangeEdge {
    Min,
    Value(String),
    Max,
}
