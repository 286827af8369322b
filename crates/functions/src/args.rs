//! Typed arguments and results: how a plain Rust function becomes an implementation.
//!
//! `scalar!(|a: i32, b: i32| a.checked_add(b).ok_or_else(out_of_range)?)` is a [`crate::call::ScalarFn`];
//! `scalar!(call; |t: Timestamp| …)` also sees the call. The closure's types choose how each argument is
//! taken from its [`Datum`]; a `Datum` of another kind is a fault of ours (XX000), since the binder has
//! typed the call.

use std::sync::Arc;

use bytes::Bytes;
use gavel_types::json::Json;
use gavel_types::{ArrayValue, Datum, Inet, Interval, Numeric, Point, SqlError, SqlResult, TsQuery, TsVector};

/// A value taken from a datum.
pub trait Arg<'a>: Sized {
    /// # Errors
    /// XX000 if the datum is of another kind.
    fn get(datum: Option<&'a Datum>) -> SqlResult<Self>;
}

/// A value put into a datum.
pub trait Ret {
    fn datum(self) -> Datum;
}

/// Days since 2000-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(pub i32);
/// Microseconds since midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(pub i64);
/// Microseconds since midnight, seconds west of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeTz(pub i64, pub i32);
/// Microseconds since 2000-01-01, local.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub i64);
/// Microseconds since 2000-01-01 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimestampTz(pub i64);
/// `oid` and its kin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OidValue(pub u32);
/// `"char"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CharValue(pub u8);
/// Canonical text of a `jsonb`.
#[derive(Clone, Copy, Debug)]
pub struct JsonbText<'a>(pub &'a str);

/// XX000.
pub fn mismatch(datum: Option<&Datum>) -> SqlError {
    SqlError::internal(format!("argument is {datum:?}, which the function does not take"))
}

macro_rules! plain {
    ($($ty:ty: $variant:ident),* $(,)?) => {$(
        impl<'a> Arg<'a> for $ty {
            fn get(datum: Option<&'a Datum>) -> SqlResult<Self> {
                match datum {
                    Some(Datum::$variant(v)) => Ok(*v),
                    other => Err(mismatch(other)),
                }
            }
        }
        impl Ret for $ty {
            fn datum(self) -> Datum {
                Datum::$variant(self)
            }
        }
    )*};
}

plain!(
    bool: Bool, i16: Int2, i32: Int4, i64: Int8, f32: Float4, f64: Float8, Interval: Interval, [u8; 16]: Uuid,
    Inet: Inet, [u8; 6]: MacAddr, [u8; 8]: MacAddr8, Point: Point,
);

macro_rules! wrapped {
    ($($ty:ident: $variant:ident),* $(,)?) => {$(
        impl<'a> Arg<'a> for $ty {
            fn get(datum: Option<&'a Datum>) -> SqlResult<Self> {
                match datum {
                    Some(Datum::$variant(v)) => Ok(Self(*v)),
                    other => Err(mismatch(other)),
                }
            }
        }
        impl Ret for $ty {
            fn datum(self) -> Datum {
                Datum::$variant(self.0)
            }
        }
    )*};
}

wrapped!(
    Date: Date, Time: Time, Timestamp: Timestamp, TimestampTz: TimestampTz, OidValue: Oid, CharValue: Char,
);

impl<'a> Arg<'a> for TimeTz {
    fn get(datum: Option<&'a Datum>) -> SqlResult<Self> {
        match datum {
            Some(Datum::TimeTz(t, z)) => Ok(Self(*t, *z)),
            other => Err(mismatch(other)),
        }
    }
}

impl Ret for TimeTz {
    fn datum(self) -> Datum {
        Datum::TimeTz(self.0, self.1)
    }
}

impl<'a> Arg<'a> for &'a Numeric {
    fn get(datum: Option<&'a Datum>) -> SqlResult<Self> {
        match datum {
            Some(Datum::Numeric(v)) => Ok(v),
            other => Err(mismatch(other)),
        }
    }
}

impl<'a> Arg<'a> for &'a str {
    fn get(datum: Option<&'a Datum>) -> SqlResult<Self> {
        match datum {
            Some(Datum::Text(v)) => Ok(v),
            other => Err(mismatch(other)),
        }
    }
}

impl<'a> Arg<'a> for JsonbText<'a> {
    fn get(datum: Option<&'a Datum>) -> SqlResult<Self> {
        match datum {
            Some(Datum::Jsonb(v)) => Ok(Self(v)),
            other => Err(mismatch(other)),
        }
    }
}

/// A `jsonb` argument, parsed.
impl<'a> Arg<'a> for Json {
    fn get(datum: Option<&'a Datum>) -> SqlResult<Self> {
        match datum {
            Some(Datum::Jsonb(v)) => Self::parse(v),
            other => Err(mismatch(other)),
        }
    }
}

impl<'a> Arg<'a> for &'a [u8] {
    fn get(datum: Option<&'a Datum>) -> SqlResult<Self> {
        match datum {
            Some(Datum::Bytea(v)) => Ok(v),
            other => Err(mismatch(other)),
        }
    }
}

impl<'a> Arg<'a> for &'a Arc<ArrayValue> {
    fn get(datum: Option<&'a Datum>) -> SqlResult<Self> {
        match datum {
            Some(Datum::Array(v)) => Ok(v),
            other => Err(mismatch(other)),
        }
    }
}

impl<'a> Arg<'a> for &'a Datum {
    fn get(datum: Option<&'a Datum>) -> SqlResult<Self> {
        datum.ok_or_else(|| mismatch(None))
    }
}

/// NULL, for functions that are not strict.
impl<'a, T: Arg<'a>> Arg<'a> for Option<T> {
    fn get(datum: Option<&'a Datum>) -> SqlResult<Self> {
        match datum {
            Some(Datum::Null) => Ok(None),
            other => T::get(other).map(Some),
        }
    }
}

impl<'a> Arg<'a> for &'a TsVector {
    fn get(datum: Option<&'a Datum>) -> SqlResult<Self> {
        match datum {
            Some(Datum::TsVector(v)) => Ok(v),
            other => Err(mismatch(other)),
        }
    }
}

impl<'a> Arg<'a> for &'a TsQuery {
    fn get(datum: Option<&'a Datum>) -> SqlResult<Self> {
        match datum {
            Some(Datum::TsQuery(v)) => Ok(v),
            other => Err(mismatch(other)),
        }
    }
}

impl Ret for TsVector {
    fn datum(self) -> Datum {
        Datum::TsVector(self)
    }
}

impl Ret for TsQuery {
    fn datum(self) -> Datum {
        Datum::TsQuery(self)
    }
}

impl Ret for Numeric {
    fn datum(self) -> Datum {
        Datum::Numeric(self)
    }
}

impl Ret for String {
    fn datum(self) -> Datum {
        Datum::Text(self.into())
    }
}

impl Ret for &str {
    fn datum(self) -> Datum {
        Datum::Text(self.into())
    }
}

impl Ret for Vec<u8> {
    fn datum(self) -> Datum {
        Datum::Bytea(Bytes::from(self))
    }
}

impl Ret for ArrayValue {
    fn datum(self) -> Datum {
        Datum::Array(Arc::new(self))
    }
}

impl Ret for Json {
    fn datum(self) -> Datum {
        Datum::Jsonb(self.to_string().into())
    }
}

impl Ret for Datum {
    fn datum(self) -> Datum {
        self
    }
}

impl<T: Ret> Ret for Option<T> {
    fn datum(self) -> Datum {
        self.map_or(Datum::Null, T::datum)
    }
}

/// Makes a [`crate::call::ScalarFn`] of a closure-like body; `?` works in it.
macro_rules! scalar {
    ($call:ident; |$($arg:ident: $ty:ty),* $(,)?| $body:expr) => {{
        fn implementation($call: &$crate::call::Call<'_>, args: &[gavel_types::Datum]) -> gavel_types::SqlResult<gavel_types::Datum> {
            #[allow(unused_mut)]
            let mut args = args.iter();
            $(let $arg = <$ty as $crate::args::Arg<'_>>::get(args.next())?;)*
            let _ = (args, $call);
            Ok($crate::args::Ret::datum($body))
        }
        implementation as $crate::call::ScalarFn
    }};
    (|$($arg:ident: $ty:ty),* $(,)?| $body:expr) => {
        $crate::args::scalar!(_call; |$($arg: $ty),*| $body)
    };
    // No arguments: `||` is one token.
    ($call:ident; || $body:expr) => {
        $crate::args::scalar!($call; | | $body)
    };
    (|| $body:expr) => {
        $crate::args::scalar!(_call; | | $body)
    };
}

pub(crate) use scalar;

/// Elements of a one-dimensional text array; NULL elements are `None`.
///
/// # Errors
/// XX000 if an element is not text.
pub fn text_items(array: &ArrayValue) -> SqlResult<Vec<Option<&str>>> {
    array.values.iter().map(|d| Option::<&str>::get(Some(d))).collect()
}
