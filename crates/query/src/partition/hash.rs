//! Hashes of partition keys, with PostgreSQL's own numbers: which of its hash partitions a row is in is
//! what it would be there.

use gavel_catalog::{Catalog, PartitionKey, PartitionStrategy, system};
use gavel_functions::call::Call;
use gavel_functions::{hash, variadic};
use gavel_types::text_io::type_name;
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};

use crate::system::opclass::is_coercible;

/// Seed of the hash functions of a key's values.
const SEED: u64 = 0x7A5B_2236_7996_DCFD;

/// The hash of a whole key of these types.
///
/// # Errors
/// XX000 for a type without hashes, which no key of a hash partitioned table has.
pub fn of_key(values: &[Datum], types: impl IntoIterator<Item = Oid>) -> SqlResult<u64> {
    let mut sum = 0_u64;
    for (value, ty) in values.iter().zip(types) {
        // NULLs count for nothing.
        if !value.is_null() {
            sum = combine(sum, hash::of(value, ty, SEED)?);
        }
    }
    Ok(sum)
}

fn combine(a: u64, b: u64) -> u64 {
    a ^ b.wrapping_add(0x49a0_f4dd_15e5_a8e3).wrapping_add(a << 54).wrapping_add(a >> 7)
}

/// Whether a key with this hash belongs to the partition of this modulus (positive) and remainder.
pub fn matches(hash: u64, modulus: i32, remainder: i32) -> bool {
    let modulus = u64::from(modulus.unsigned_abs().max(1));
    hash % modulus == u64::from(remainder.unsigned_abs())
}

fn refused(message: impl Into<String>) -> SqlError {
    SqlError::new(SqlState::InvalidParameterValue, message)
}

/// `satisfies_hash_partition(table, modulus, remainder, VARIADIC key)`: whether the key belongs to that partition.
///
/// # Errors
/// XX000 if there is no such table; 22023 if it is not partitioned by hash, for a modulus or remainder that no partition
/// has, and for a key that is not the table's.
pub fn satisfies(catalog: &Catalog, call: &Call<'_>, args: &[Datum]) -> SqlResult<Datum> {
    let [Datum::Oid(oid), Datum::Int4(modulus), Datum::Int4(remainder), ..] = args else {
        return Ok(Datum::Bool(false));
    };
    if *modulus <= 0 {
        return Err(refused("modulus for hash partition must be an integer value greater than zero"));
    }
    if *remainder < 0 {
        return Err(refused("remainder for hash partition must be an integer value greater than or equal to zero"));
    }
    if remainder >= modulus {
        return Err(refused("remainder for hash partition must be less than modulus"));
    }
    let oid = Oid(*oid);
    let known = system::relation_by_oid(oid).map(|r| r.name).or_else(|| catalog.relation_name(oid).map(|r| r.1));
    let Some(name) = known else {
        return Err(SqlError::internal(format!("could not open relation with OID {oid}")));
    };
    let by_hash = |key: &&PartitionKey| key.strategy == PartitionStrategy::Hash;
    let Some(key) = catalog.table(oid).and_then(|t| t.partitioned.as_ref()).filter(by_hash) else {
        return Err(refused(format!("\"{name}\" is not a hash partitioned table")));
    };
    let types: Vec<PgType> = key.parts.iter().map(|part| part.ty).collect();
    let array = variadic::is_marked(call.arg_types);
    if array && let Some(element) = call.arg_types.get(3).and_then(|ty| ty.oid.element()) {
        require_types(&types, types.iter().map(|_| element), "\"")?;
    }
    let Some(values) = variadic::tail(call, args, 3) else { return Ok(Datum::Bool(false)) };
    if values.len() != types.len() {
        let (wanted, given) = (types.len(), values.len());
        return Err(refused(format!(
            "number of partitioning columns ({wanted}) does not match number of partition keys provided ({given})"
        )));
    }
    if !array {
        require_types(&types, values.iter().map(|(_, ty)| ty.oid), "")?;
    }
    let values: Vec<Datum> = values.into_iter().map(|(value, _)| value.clone()).collect();
    let hash = of_key(&values, types.iter().map(|ty| ty.oid))?;
    Ok(Datum::Bool(matches(hash, *modulus, *remainder)))
}

fn require_types(wanted: &[PgType], given: impl Iterator<Item = Oid>, quote: &str) -> SqlResult<()> {
    for (at, (wanted, given)) in wanted.iter().zip(given).enumerate() {
        if !is_coercible(given, wanted.oid) {
            let (wanted, given) = (type_name(wanted.oid), type_name(given));
            return Err(refused(format!(
                "column {} of the partition key has type {quote}{wanted}{quote}, but supplied value is of type {quote}{given}{quote}",
                at + 1
            )));
        }
    }
    Ok(())
}
