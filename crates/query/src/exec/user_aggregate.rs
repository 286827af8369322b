//! Aggregates of users: their functions are expressions over a state and a row's arguments, evaluated as any other.
//!
//! Rows are taken in their order. Those that follow each other and are of different groups go through the transition
//! function together; a group that comes again waits for its state.

use std::collections::HashSet;
use std::sync::LazyLock;

use arrow::array::{Array, ArrayRef, BooleanArray, UInt32Array, new_null_array};
use gavel_binder::bound::ColumnId;
use gavel_functions::physical::{build_array, datum_at};
use gavel_functions::physical_type;
use gavel_functions::registry::{Proc, ProcKind, Volatility};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult};

use crate::exec::batch::{batch_of, schema_of, take_columns};
use crate::exec::eval::Evaluator;
use crate::exec::expr::Expr;

/// What a user's aggregate does, compiled.
#[derive(Debug)]
pub struct Steps {
    /// What the expressions are over: the state, then the arguments.
    pub layout: Vec<(ColumnId, PgType)>,
    /// How many of the arguments, the first ones, are direct.
    pub direct: usize,
    /// The next state.
    pub transition: Expr,
    /// Rows with a NULL argument are left out, and the first other one is the first state if there is none.
    pub strict: bool,
    pub initial: Option<Expr>,
    /// The result; the state if `None`.
    pub finish: Option<Expr>,
}

impl Steps {
    fn state_type(&self) -> PgType {
        self.layout.first().map_or(PgType::TEXT, |column| column.1)
    }
}

static PROC: LazyLock<Proc> = LazyLock::new(|| Proc {
    oid: Oid(0),
    name: "aggregate",
    kind: ProcKind::Aggregate,
    variadic: Oid(0),
    strict: false,
    retset: false,
    volatility: Volatility::Volatile,
    defaults: 0,
    ret: Oid(0),
    args: Vec::new(),
    all_args: Vec::new(),
    arg_names: Vec::new(),
    src: "aggregate_dummy",
});

/// What stands in plans where the registry's entry of an aggregate stands.
pub fn proc() -> &'static Proc {
    &PROC
}

#[derive(Clone, Debug)]
struct State {
    value: Datum,
    /// A value is there, or has been.
    begun: bool,
    /// The direct arguments, which all rows of a group share, once there is a row.
    direct: Vec<Datum>,
}

/// The states of one aggregate, by the numbers of the groups.
#[derive(Debug, Default)]
pub struct UserStates {
    groups: Vec<State>,
}

impl UserStates {
    async fn reach(&mut self, evaluator: &Evaluator, steps: &Steps, total: usize) -> SqlResult<()> {
        if self.groups.len() >= total {
            return Ok(());
        }
        let value = match &steps.initial {
            Some(initial) => evaluator.scalar(initial).await?,
            None => Datum::Null,
        };
        let begun = !value.is_null();
        self.groups.resize(total, State { value, begun, direct: Vec::new() });
        Ok(())
    }

    /// Adds row `i` of `args` to group `groups[i]`, where `filter` is absent or true at `i`; there are `total` groups.
    ///
    /// # Errors
    /// Those of the transition function.
    pub async fn update(
        &mut self,
        evaluator: &Evaluator,
        steps: &Steps,
        args: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> SqlResult<()> {
        self.reach(evaluator, steps, total).await?;
        let mut together: Vec<usize> = Vec::new();
        let mut among: HashSet<usize> = HashSet::new();
        for (row, &group) in groups.iter().enumerate() {
            if !filter.is_none_or(|f| f.is_valid(row) && f.value(row)) {
                continue;
            }
            if among.contains(&group) {
                self.advance(evaluator, steps, args, groups, &together).await?;
                together.clear();
                among.clear();
            }
            if self.passes(steps, args, row, group)? {
                together.push(row);
                among.insert(group);
            }
        }
        self.advance(evaluator, steps, args, groups, &together).await
    }

    /// Whether the transition function sees the row. The state of its group is up to date.
    fn passes(&mut self, steps: &Steps, args: &[ArrayRef], row: usize, group: usize) -> SqlResult<bool> {
        let Some(state) = self.groups.get_mut(group) else {
            return Err(SqlError::internal("a group without a state"));
        };
        if state.direct.len() < steps.direct {
            let types = steps.layout.iter().skip(1).map(|column| column.1);
            let values = args.iter().take(steps.direct).zip(types).map(|(array, ty)| datum_at(array.as_ref(), row, ty));
            state.direct = values.collect::<SqlResult<_>>()?;
        }
        if !steps.strict {
            return Ok(true);
        }
        let aggregated = args.get(steps.direct..).unwrap_or_default();
        if aggregated.iter().any(|array| array.is_null(row)) {
            return Ok(false);
        }
        if !state.value.is_null() {
            return Ok(true);
        }
        if !state.begun
            && let Some(first) = aggregated.first()
        {
            let ty = steps.layout.get(1 + steps.direct).map_or(PgType::TEXT, |column| column.1);
            state.value = datum_at(first.as_ref(), row, ty)?;
            state.begun = true;
        }
        Ok(false)
    }

    /// Runs the transition function for these rows, which are of different groups.
    async fn advance(
        &mut self,
        evaluator: &Evaluator,
        steps: &Steps,
        args: &[ArrayRef],
        groups: &[usize],
        rows: &[usize],
    ) -> SqlResult<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let states: Vec<Datum> =
            rows.iter().map(|&row| self.groups.get(groups[row]).map_or(Datum::Null, |s| s.value.clone())).collect();
        let indices: UInt32Array = rows.iter().map(|&row| u32::try_from(row).ok()).collect();
        let mut columns = vec![build_array(steps.state_type(), states)?];
        columns.extend(take_columns(args, &indices)?);
        let batch = batch_of(&schema_of(&steps.layout), columns, rows.len())?;
        let next = evaluator.eval_array(&steps.transition, &batch).await?;
        for (at, &row) in rows.iter().enumerate() {
            if let Some(state) = self.groups.get_mut(groups[row]) {
                state.value = datum_at(next.as_ref(), at, steps.transition.ty)?;
                state.begun = true;
            }
        }
        Ok(())
    }

    /// The results of all `total` groups. More rows may be added afterwards.
    ///
    /// # Errors
    /// Those of the final function.
    pub async fn finish(&mut self, evaluator: &Evaluator, steps: &Steps, total: usize) -> SqlResult<ArrayRef> {
        self.reach(evaluator, steps, total).await?;
        let states = build_array(steps.state_type(), self.groups.iter().map(|s| s.value.clone()))?;
        let Some(finish) = &steps.finish else { return Ok(states) };
        let mut columns = vec![states];
        for (at, (_, ty)) in steps.layout.iter().skip(1).enumerate() {
            columns.push(if at < steps.direct {
                let of = |s: &State| s.direct.get(at).cloned().unwrap_or(Datum::Null);
                build_array(*ty, self.groups.iter().map(of))?
            } else {
                new_null_array(&physical_type(*ty), self.groups.len())
            });
        }
        let batch = batch_of(&schema_of(&steps.layout), columns, self.groups.len())?;
        evaluator.eval_array(finish, &batch).await
    }

    /// Bytes held, roughly: exact sizes of many states would cost more than they tell.
    pub fn size(&self) -> usize {
        self.groups.len() * 96
    }
}
