//! Aggregates of users: which functions take the values in, and what comes of the state at the end (`pg_aggregate`).

use gavel_types::Oid;
use serde::{Deserialize, Serialize};

/// How rows become a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AggregateSteps {
    /// Takes the state and the aggregated arguments, gives the new state.
    pub transition: Oid,
    /// The type of the state, as declared; it may be polymorphic.
    pub state: Oid,
    /// How large a state is about, in bytes; 0 if that was not said.
    pub space: i32,
    /// The first state in its text form; NULL if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial: Option<String>,
    /// Makes the result of the last state, which is the result itself otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish: Option<Oid>,
    /// That function gets NULLs for the aggregated arguments, too, which tell it their types.
    #[serde(default)]
    pub finish_extra: bool,
    /// What it does to the state: `r` reads, `s` may be shared, `w` writes.
    pub finish_modify: char,
}

/// An aggregate, beside what it has in common with functions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AggregateDefinition {
    /// `pg_aggregate.aggkind`: `n` plain, `o` ordered-set, `h` hypothetical-set.
    pub kind: char,
    /// How many of the first inputs are direct arguments; what follows is aggregated.
    #[serde(default)]
    pub direct: usize,
    pub steps: AggregateSteps,
    /// Makes one state of two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub combine: Option<Oid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serialize: Option<Oid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deserialize: Option<Oid>,
    /// The operator by which the result is the first or last value; 0 if there is none.
    #[serde(default)]
    pub sort_operator: Oid,
    /// The steps of moving frames, and the function that takes values out again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moving: Option<(AggregateSteps, Oid)>,
}

impl AggregateDefinition {
    /// Whether it has WITHIN GROUP.
    pub const fn is_ordered_set(&self) -> bool {
        self.kind != 'n'
    }

    /// As messages say it.
    pub const fn kind_text(&self) -> &'static str {
        match self.kind {
            'o' => "an ordered-set aggregate",
            'h' => "a hypothetical-set aggregate",
            _ => "an ordinary aggregate function",
        }
    }

    /// The functions that it calls, each once.
    pub fn functions(&self) -> Vec<Oid> {
        let moving =
            self.moving.iter().flat_map(|(steps, inverse)| [Some(steps.transition), Some(*inverse), steps.finish]);
        let mut out: Vec<Oid> = [Some(self.steps.transition), self.steps.finish, self.combine]
            .into_iter()
            .chain([self.serialize, self.deserialize])
            .chain(moving)
            .flatten()
            .collect();
        out.sort_unstable();
        out.dedup();
        out
    }
}
