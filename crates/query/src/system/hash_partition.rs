//! `satisfies_hash_partition`: whether values of a partition key belong to the hash partition of a modulus and
//! remainder.

use gavel_catalog::{PartitionOn, PartitionStrategy};
use gavel_functions::call::Call;
use gavel_functions::cast::type_label;
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};

use super::SystemContext;
use super::opclass;
use crate::partition::hash;
use crate::partition::hashing::Hashing;

/// Runs it. Key values follow the table, modulus and remainder one by one, or in one array.
///
/// # Errors
/// 22023 for a table that is not partitioned by hash, a modulus or remainder out of range, and values that are not of
/// the key; XX000 for a table that is not there.
pub(super) fn satisfies(context: &SystemContext<'_>, call: &Call<'_>, args: &[Datum]) -> SqlResult<Datum> {
    let [Datum::Oid(parent), Datum::Int4(modulus), Datum::Int4(remainder), values @ ..] = args else {
        return Ok(Datum::Bool(false));
    };
    let invalid = |text: String| SqlError::new(SqlState::InvalidParameterValue, text);
    if *modulus <= 0 {
        let text = "modulus for hash partition must be an integer value greater than zero";
        return Err(invalid(text.to_owned()));
    }
    if *remainder < 0 {
        let text = "remainder for hash partition must be an integer value greater than or equal to zero";
        return Err(invalid(text.to_owned()));
    }
    if remainder >= modulus {
        return Err(invalid("remainder for hash partition must be less than modulus".to_owned()));
    }
    let parent = Oid(*parent);
    let Some((_, name)) = context.relation_name(parent) else {
        return Err(SqlError::internal(format!("could not open relation with OID {parent}")));
    };
    let table = context.catalog.table(parent);
    let key = table.and_then(|t| t.partitioned.as_ref()).filter(|k| k.strategy == PartitionStrategy::Hash);
    let (Some(table), Some(key)) = (table, key) else {
        return Err(invalid(format!("\"{name}\" is not a hash partitioned table")));
    };
    let declared = key.parts.iter().map(|part| match &part.key {
        PartitionOn::Column(number) => table.column(*number).map_or(part.ty, |c| c.declared()),
        PartitionOn::Expression(_) => part.ty,
    });
    let declared: Vec<PgType> = declared.collect();
    let counted = |given: usize| {
        if given == declared.len() {
            return Ok(());
        }
        let wanted = declared.len();
        Err(invalid(format!(
            "number of partitioning columns ({wanted}) does not match number of partition keys provided ({given})"
        )))
    };
    let called = |ty: Oid| context.names().type_text(ty).unwrap_or_else(|| type_label(ty));
    let takes_arrays = declared.first().is_some_and(|ty| ty.oid.element().is_some());
    let values = match values {
        [Datum::Array(array)] if !takes_arrays => {
            if let Some((at, ty)) = (1..).zip(&declared).find(|(_, ty)| ty.oid != array.element) {
                let (wanted, given) = (called(ty.oid), called(array.element));
                return Err(invalid(format!(
                    "column {at} of the partition key has type \"{wanted}\", but supplied value is of type \"{given}\""
                )));
            }
            counted(array.values.len())?;
            array.values.as_slice()
        }
        _ => {
            counted(values.len())?;
            let given = call.arg_types.iter().skip(3);
            for (at, (ty, given)) in (1..).zip(declared.iter().zip(given)) {
                if ty.oid != given.oid && !opclass::is_coercible(given.oid, ty.oid) {
                    let (wanted, given) = (called(ty.oid), called(given.oid));
                    return Err(invalid(format!(
                        "column {at} of the partition key has type {wanted}, but supplied value is of type {given}"
                    )));
                }
            }
            values
        }
    };
    let hash = Hashing::of(table, context.catalog).hash(values)?;
    Ok(Datum::Bool(hash::matches(hash, *modulus, *remainder)))
}
