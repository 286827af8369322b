//! Which part of a statement an expression stands in, and what PostgreSQL forbids there.

/// The place of an expression. Words are those of PostgreSQL's messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clause {
    Select,
    FromFunction,
    JoinOn,
    Where,
    Having,
    Filter,
    WindowPartition,
    WindowOrder,
    WindowRows,
    WindowRange,
    WindowGroups,
    GroupBy,
    OrderBy,
    DistinctOn,
    Limit,
    Offset,
    Returning,
    Values,
    UpdateSet,
    MergeWhen,
    Check,
    Default,
    IndexExpression,
    IndexPredicate,
    Generated,
    PartitionKey,
    PartitionBound,
    CopyWhere,
    Policy,
    Other,
}

impl Clause {
    /// As in "are not allowed in …".
    pub fn name(self) -> &'static str {
        match self {
            Self::Select => "SELECT",
            Self::FromFunction => "functions in FROM",
            Self::JoinOn => "JOIN conditions",
            Self::Where => "WHERE",
            Self::Having => "HAVING",
            Self::Filter => "FILTER",
            Self::WindowPartition | Self::WindowOrder => "window definitions",
            Self::WindowRows => "window ROWS",
            Self::WindowRange => "window RANGE",
            Self::WindowGroups => "window GROUPS",
            Self::GroupBy => "GROUP BY",
            Self::OrderBy => "ORDER BY",
            Self::DistinctOn => "DISTINCT ON",
            Self::Limit => "LIMIT",
            Self::Offset => "OFFSET",
            Self::Returning => "RETURNING",
            Self::Values => "VALUES",
            Self::UpdateSet => "UPDATE",
            Self::MergeWhen => "MERGE WHEN conditions",
            Self::Check => "check constraints",
            Self::Default => "DEFAULT expressions",
            Self::IndexExpression => "index expressions",
            Self::IndexPredicate => "index predicates",
            Self::Generated => "column generation expressions",
            Self::PartitionKey => "partition key expressions",
            Self::PartitionBound => "partition bound",
            Self::CopyWhere => "COPY FROM WHERE conditions",
            Self::Policy => "policy expressions",
            Self::Other => "this context",
        }
    }

    pub fn allows_aggregates(self) -> bool {
        matches!(
            self,
            Self::Select | Self::Having | Self::WindowPartition | Self::WindowOrder | Self::OrderBy | Self::DistinctOn
        )
    }

    pub fn allows_windows(self) -> bool {
        matches!(self, Self::Select | Self::OrderBy | Self::DistinctOn)
    }

    pub fn allows_sets(self) -> bool {
        matches!(self, Self::Select | Self::OrderBy | Self::GroupBy | Self::DistinctOn | Self::FromFunction)
    }

    /// What a subquery may not be used in, in the singular; `None` where it may.
    pub fn forbids_subquery(self) -> Option<&'static str> {
        match self {
            Self::Check => Some("check constraint"),
            Self::Default => Some("DEFAULT expression"),
            Self::IndexExpression => Some("index expression"),
            Self::IndexPredicate => Some("index predicate"),
            Self::Generated => Some("column generation expression"),
            Self::PartitionKey => Some("partition key expression"),
            Self::PartitionBound => Some("partition bound"),
            Self::CopyWhere => Some("COPY FROM WHERE condition"),
            _ => None,
        }
    }
}
