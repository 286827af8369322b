//! Assignment to elements and slices: `SET a[2] = x`, `SET a[1:2] = '{x,y}'`.
//!
//! An array of one dimension grows to take in what is assigned, and gaps are NULL; one of more dimensions keeps
//! its bounds:
//! ```text
//! {1,2}    a[5] = 9      {1,2,NULL,NULL,9}
//! {1,2}    a[0] = 9      [0:2]={9,1,2}
//! NULL     a[3] = 9      [3:3]={9}
//! ```

use gavel_types::{ArrayValue, Datum, Oid, SqlError, SqlResult, SqlState};

/// Most elements of an array.
const MAX_ELEMENTS: i64 = 134_217_727;

/// One subscript: an element's, or the bounds of a slice, which may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subscript {
    Element(i32),
    Slice(Option<i32>, Option<i32>),
}

fn wrong(message: &str) -> SqlError {
    SqlError::new(SqlState::ArraySubscriptError, message)
}

fn too_large() -> SqlError {
    let message = format!("array size exceeds the maximum allowed ({MAX_ELEMENTS})");
    SqlError::new(SqlState::ProgramLimitExceeded, message)
}

/// The array after an assignment; `old` is `None` for NULL, which is assigned to like an empty array.
///
/// # Errors
/// 2202E for subscripts that the array has no place for, or a source that is too small; 54000 if it would become
/// too large.
pub fn assign(old: Option<&ArrayValue>, element: Oid, at: &[Subscript], value: &Datum) -> SqlResult<ArrayValue> {
    let empty = ArrayValue { element, dims: Vec::new(), values: Vec::new() };
    let old = old.unwrap_or(&empty);
    if at.iter().any(|s| matches!(s, Subscript::Slice(..))) {
        // NULL has no elements to take, so that nothing changes.
        let Datum::Array(source) = value else { return Ok(old.clone()) };
        return assign_slice(old, at, source);
    }
    let places: Vec<i32> =
        at.iter().map(|s| if let Subscript::Element(place) = s { *place } else { 1 }).collect::<Vec<_>>();
    let bounds: Vec<(i32, i32)> = places.iter().map(|place| (*place, *place)).collect();
    let mut out = old.clone();
    grow(&mut out, &bounds)?;
    if let Some(slot) = position(&out.dims, &places).and_then(|p| out.values.get_mut(p)) {
        *slot = value.clone();
    }
    Ok(out)
}

fn assign_slice(old: &ArrayValue, at: &[Subscript], source: &ArrayValue) -> SqlResult<ArrayValue> {
    let mut bounds = Vec::with_capacity(at.len().max(old.dims.len()));
    if !old.dims.is_empty() && old.dims.len() < at.len() {
        return Err(wrong("wrong number of array subscripts"));
    }
    for (n, subscript) in at.iter().enumerate() {
        // In a slice, a plain subscript n means 1:n.
        let (low, high) = match subscript {
            Subscript::Element(place) => (Some(1), Some(*place)),
            Subscript::Slice(low, high) => (*low, *high),
        };
        bounds.push(match (old.dims.get(n), low, high) {
            (_, Some(low), Some(high)) => (low, high),
            (Some((len, lower)), low, high) => (low.unwrap_or(*lower), high.unwrap_or(lower + len - 1)),
            (None, ..) => {
                return Err(wrong("array slice subscript must provide both boundaries").detail(
                    "When assigning to a slice of an empty array value, slice boundaries must be fully specified.",
                ));
            }
        });
    }
    bounds.extend(old.dims.iter().skip(at.len()).map(|(len, lower)| (*lower, lower + len - 1)));
    if !old.dims.is_empty() && bounds.iter().any(|(low, high)| low > high) {
        return Err(wrong("upper bound cannot be less than lower bound"));
    }
    let mut wanted = 1_i64;
    for (low, high) in &bounds {
        let len = (i64::from(*high) - i64::from(*low) + 1).max(0);
        wanted = wanted.checked_mul(len).filter(|n| *n <= MAX_ELEMENTS).ok_or_else(too_large)?;
    }
    let mut out = old.clone();
    if wanted > 0 {
        grow(&mut out, &bounds)?;
    }
    if i64::try_from(source.values.len()).is_ok_and(|given| given < wanted) {
        return Err(wrong("source array too small"));
    }
    // Elements are taken in the order in which they lie; those in excess are ignored.
    let mut place: Vec<i32> = bounds.iter().map(|b| b.0).collect();
    for value in source.values.iter().take(usize::try_from(wanted).unwrap_or(0)) {
        if let Some(slot) = position(&out.dims, &place).and_then(|p| out.values.get_mut(p)) {
            *slot = value.clone();
        }
        for (at, (low, high)) in place.iter_mut().zip(&bounds).rev() {
            if *at < *high {
                *at += 1;
                break;
            }
            *at = *low;
        }
    }
    Ok(out)
}

/// Makes room for what lies within `bounds`.
fn grow(array: &mut ArrayValue, bounds: &[(i32, i32)]) -> SqlResult<()> {
    if array.dims.is_empty() {
        let mut items = 1_i64;
        for (low, high) in bounds {
            // The bound behind the last element is a number, too.
            high.checked_add(1).ok_or_else(too_large)?;
            let len = i64::from(*high) - i64::from(*low) + 1;
            items = items.checked_mul(len).filter(|n| *n <= MAX_ELEMENTS).ok_or_else(too_large)?;
            array.dims.push((i32::try_from(len).map_err(|_| too_large())?, *low));
        }
        array.values = vec![Datum::Null; usize::try_from(items).unwrap_or(0)];
        return Ok(());
    }
    if array.dims.len() != bounds.len() {
        return Err(wrong("wrong number of array subscripts"));
    }
    if let ([(len, lower)], [(low, high)]) = (array.dims.as_mut_slice(), bounds) {
        let (first, end) = (i64::from(*lower), i64::from(*lower) + i64::from(*len));
        let before = (first - i64::from(*low)).max(0);
        let behind = (i64::from(*high) + 1 - end).max(0);
        let all = before + i64::from(*len) + behind;
        if all > MAX_ELEMENTS || *high == i32::MAX {
            return Err(too_large());
        }
        let nulls = |n: i64| std::iter::repeat_n(Datum::Null, usize::try_from(n).unwrap_or(0));
        array.values.splice(0..0, nulls(before));
        array.values.extend(nulls(behind));
        *len = i32::try_from(all).map_err(|_| too_large())?;
        *lower = (*lower).min(*low);
        return Ok(());
    }
    let outside = |((len, lower), (low, high)): (&(i32, i32), &(i32, i32))| {
        low < lower || i64::from(*high) >= i64::from(*lower) + i64::from(*len)
    };
    if array.dims.iter().zip(bounds).any(outside) {
        return Err(wrong("array subscript out of range"));
    }
    Ok(())
}

/// Where an element lies among the values.
fn position(dims: &[(i32, i32)], place: &[i32]) -> Option<usize> {
    let mut at = 0_usize;
    for ((len, lower), subscript) in dims.iter().zip(place) {
        let offset = usize::try_from(i64::from(*subscript) - i64::from(*lower)).ok()?;
        at = at.checked_mul(usize::try_from(*len).ok()?)?.checked_add(offset)?;
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Subscript::{Element, Slice};

    fn ints(lower: i32, values: &[i32]) -> ArrayValue {
        let dims = if values.is_empty() { vec![] } else { vec![(values.len() as i32, lower)] };
        ArrayValue { element: Oid::INT4, dims, values: values.iter().map(|n| Datum::Int4(*n)).collect() }
    }

    /// The array as text, its bounds before it.
    fn shown(old: Option<&ArrayValue>, at: &[Subscript], value: Datum) -> String {
        match assign(old, Oid::INT4, at, &value) {
            Err(error) => error.message().to_owned(),
            Ok(array) => {
                let one = |d: &Datum| if let Datum::Int4(n) = d { n.to_string() } else { "NULL".to_owned() };
                let dims: String = array.dims.iter().map(|(len, low)| format!("[{low}:{}]", low + len - 1)).collect();
                format!("{dims}={}", array.values.iter().map(one).collect::<Vec<_>>().join(","))
            }
        }
    }

    #[test]
    fn one_dimension_grows_to_both_sides() {
        let old = ints(1, &[1, 2]);
        assert_eq!(shown(Some(&old), &[Element(2)], Datum::Int4(9)), "[1:2]=1,9");
        assert_eq!(shown(Some(&old), &[Element(5)], Datum::Int4(9)), "[1:5]=1,2,NULL,NULL,9");
        assert_eq!(shown(Some(&old), &[Element(-1)], Datum::Int4(9)), "[-1:2]=9,NULL,1,2");
        assert_eq!(shown(None, &[Element(3)], Datum::Int4(9)), "[3:3]=9");
        assert_eq!(shown(Some(&old), &[Element(1)], Datum::Null), "[1:2]=NULL,2");
        assert_eq!(
            shown(Some(&old), &[Element(i32::MAX)], Datum::Null),
            "array size exceeds the maximum allowed (134217727)"
        );
        assert_eq!(shown(Some(&old), &[Element(1), Element(1)], Datum::Null), "wrong number of array subscripts");
    }

    #[test]
    fn slices_take_what_they_need() {
        let old = ints(1, &[1, 2, 3]);
        let from = |values: &[i32]| Datum::Array(std::sync::Arc::new(ints(1, values)));
        assert_eq!(shown(Some(&old), &[Slice(Some(2), None)], from(&[7, 8, 9])), "[1:3]=1,7,8");
        assert_eq!(shown(Some(&old), &[Slice(Some(5), Some(6))], from(&[7, 8])), "[1:6]=1,2,3,NULL,7,8");
        assert_eq!(shown(Some(&old), &[Slice(Some(0), Some(1))], from(&[7, 8])), "[0:3]=7,8,2,3");
        assert_eq!(shown(Some(&old), &[Slice(None, None)], from(&[7])), "source array too small");
        assert_eq!(
            shown(Some(&old), &[Slice(Some(3), Some(2))], from(&[7])),
            "upper bound cannot be less than lower bound"
        );
        assert_eq!(shown(Some(&old), &[Slice(None, None)], Datum::Null), "[1:3]=1,2,3");
        assert_eq!(
            shown(None, &[Slice(None, Some(2))], from(&[7])),
            "array slice subscript must provide both boundaries"
        );
        assert_eq!(shown(None, &[Slice(Some(2), Some(3)), Element(1)], from(&[7, 8])), "[2:3][1:1]=7,8");
    }

    #[test]
    fn several_dimensions_keep_their_bounds() {
        let square = ArrayValue { element: Oid::INT4, dims: vec![(2, 1), (2, 1)], values: vec![Datum::Int4(0); 4] };
        let from = |values: &[i32]| Datum::Array(std::sync::Arc::new(ints(1, values)));
        assert_eq!(shown(Some(&square), &[Element(2), Element(1)], Datum::Int4(9)), "[1:2][1:2]=0,0,9,0");
        assert_eq!(shown(Some(&square), &[Element(3), Element(1)], Datum::Int4(9)), "array subscript out of range");
        assert_eq!(shown(Some(&square), &[Slice(Some(2), Some(2))], from(&[7, 8])), "[1:2][1:2]=0,0,7,8");
        assert_eq!(
            shown(Some(&square), &[Slice(None, None), Slice(Some(2), Some(2))], from(&[7, 8])),
            "[1:2][1:2]=0,7,0,8"
        );
    }
}
