//! Aggregates of users: their rows of `pg_aggregate`.

use gavel_types::Oid;

use super::SystemContext;
use super::table::Rows;

pub(super) fn fill(context: &SystemContext<'_>, out: &mut Rows) {
    for function in context.catalog.functions.values() {
        let Some(a) = function.aggregate() else { continue };
        let moving = a.moving.as_ref().map(|(steps, _)| steps);
        let inverse = a.moving.as_ref().map(|(_, inverse)| *inverse);
        out.add(|row| {
            row.set("aggfnoid", function.oid).set("aggkind", a.kind);
            row.set("aggnumdirectargs", i16::try_from(a.direct).unwrap_or(i16::MAX));
            row.set("aggtransfn", a.steps.transition).set("aggfinalfn", a.steps.finish.unwrap_or_default());
            row.set("aggcombinefn", a.combine.unwrap_or_default());
            row.set("aggserialfn", a.serialize.unwrap_or_default());
            row.set("aggdeserialfn", a.deserialize.unwrap_or_default());
            row.set("aggmtransfn", moving.map_or(Oid(0), |m| m.transition));
            row.set("aggminvtransfn", inverse.unwrap_or_default());
            row.set("aggmfinalfn", moving.and_then(|m| m.finish).unwrap_or_default());
            row.set("aggfinalextra", a.steps.finish_extra);
            row.set("aggmfinalextra", moving.is_some_and(|m| m.finish_extra));
            row.set("aggfinalmodify", a.steps.finish_modify);
            let plain = if a.is_ordered_set() { 'w' } else { 'r' };
            row.set("aggmfinalmodify", moving.map_or(plain, |m| m.finish_modify));
            row.set("aggsortop", a.sort_operator);
            row.set("aggtranstype", a.steps.state).set("aggtransspace", a.steps.space);
            row.set("aggmtranstype", moving.map_or(Oid(0), |m| m.state));
            row.set("aggmtransspace", moving.map_or(0, |m| m.space));
            row.set("agginitval", a.steps.initial.as_deref());
            row.set("aggminitval", moving.and_then(|m| m.initial.as_deref()));
        });
    }
}
