//! Every kernel answers as the row loop does, error for error, over edges and NULLs.

use gavel_types::text_io::{TextStyle, parse};
use gavel_types::{Datum, PgType, SqlResult};

use super::KERNELS;
use crate::call::{Call, EvalContext, resolve};
use crate::physical::{build_array, datum_at};
use crate::registry;
use crate::vector::ArgColumn;

/// Literals of a type, NULL last.
fn samples(ty: PgType) -> Vec<Datum> {
    let literals: &[&str] = match registry::type_info(ty.oid).map_or("", |t| t.name) {
        "int2" => &["0", "1", "-1", "7", "-32768", "32767"],
        "int4" => &["0", "1", "-1", "7", "-2147483648", "2147483647"],
        "int8" => &["0", "1", "-1", "7", "-9223372036854775808", "9223372036854775807"],
        "float4" | "float8" => &["0", "-0", "1", "-2.5", "1e38", "1e-38", "NaN", "Infinity", "-Infinity"],
        "numeric" => &["0", "0.00", "1", "-2.50", "1e30", "123456789012345678901234567890.5", "NaN", "Infinity"],
        "text" | "name" => &["", "a", "abc", "b", "%b%", "a_c", "é%"],
        "bpchar" => &["a", "a  ", "b"],
        "date" => &["2000-01-01", "1999-12-31", "infinity", "-infinity"],
        "time" => &["00:00", "12:34:56.789", "24:00"],
        "timestamp" | "timestamptz" => &["2000-01-01", "1999-12-31 23:59:59", "infinity", "-infinity"],
        "oid" => &["0", "23", "4294967295"],
        "char" => &["", "a", "z"],
        "money" => &["0", "1.5", "-1.5", "-92233720368547758.08", "92233720368547758.07"],
        "inet" => &["10.0.0.0/8", "10.1.2.3/8", "10.0.0.0", "9.255.255.255", "::", "::/0", "2001:db8::1/64"],
        "macaddr" => &["0:0:0:0:0:0", "8:0:2b:1:2:3", "ff:0:0:0:0:0"],
        "macaddr8" => &["0000000000000000", "08002b0102030405", "ff002b0102030405"],
        _ => &[],
    };
    let style = TextStyle::default();
    let mut out: Vec<Datum> = literals.iter().map(|l| parse(l, ty, &style).expect(l)).collect();
    out.push(Datum::Null);
    out
}

fn show(result: &SqlResult<Datum>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(e) => format!("{e}"),
    }
}

#[test]
fn kernels_answer_as_the_row_loop_does() {
    let context = EvalContext::immutable();
    let mut checked = 0;
    for proc in registry::procs() {
        let Some(kernel) = KERNELS.get(proc.src) else { continue };
        let types: Vec<PgType> = proc.args.iter().map(|a| PgType::new(*a)).collect();
        let pools: Vec<Vec<Datum>> = types.iter().map(|t| samples(*t)).collect();
        if pools.iter().any(|p| p.len() < 2) {
            continue;
        }
        let call = Call { context: &context, arg_types: &types, result: PgType::new(proc.ret) };
        let slow = resolve(proc.oid).expect("function");
        let seconds: Vec<Option<&Datum>> = pools.get(1).map_or(vec![None], |p| p.iter().map(Some).collect());
        for a in &pools[0] {
            for b in &seconds {
                let row: Vec<Datum> = std::iter::once(a).chain(*b).cloned().collect();
                let expected = show(&slow.call(&call, &row));
                // Each shape of the arguments: arrays, and one value for all rows.
                for mask in 0..1 << row.len() {
                    let args: Vec<ArgColumn> = row
                        .iter()
                        .zip(&types)
                        .enumerate()
                        .map(|(i, (value, ty))| {
                            if mask >> i & 1 == 1 {
                                ArgColumn::Scalar(value.clone())
                            } else {
                                ArgColumn::Array(build_array(*ty, [value.clone(), Datum::Null]).expect("array"))
                            }
                        })
                        .collect();
                    let Some(got) = kernel(&call, &args, 2) else { continue };
                    checked += 1;
                    let got = got.and_then(|array| datum_at(&array, 0, call.result));
                    assert_eq!(show(&got), expected, "{}({row:?}) with mask {mask}", proc.src);
                }
            }
        }
    }
    assert!(checked > 5_000, "only {checked} calls reached a kernel");
}
