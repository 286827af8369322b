//! `random()` and `setseed()` (manual table 9.6). Without a seed, numbers come from the session's source of randomness;
//! with one, from the generator of PostgreSQL 15, so that they are the same as there.

use std::sync::{Arc, Mutex, PoisonError};

use gavel_types::Datum;

use crate::args::scalar;
use crate::call::{Call, ScalarFn};
use crate::error::invalid_parameter;

/// The generator of a session that was given a seed.
pub type Seeded = Arc<Mutex<Option<Generator>>>;

/// xoroshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2018).
#[derive(Clone, Copy, Debug)]
pub struct Generator(u64, u64);

impl Generator {
    /// `seed` is between -1 and 1.
    pub fn new(seed: f64) -> Self {
        let mut state = (((1_u64 << 52) - 1) as f64 * seed) as i64 as u64;
        let mut next = || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ z >> 31
        };
        let (a, b) = (next(), next());
        Self(a, b)
    }

    /// From 0 to below 1.
    pub fn draw(&mut self) -> f64 {
        let Self(a, b) = *self;
        let mixed = b ^ a;
        let value = a.wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        *self = Self(a.rotate_left(24) ^ mixed ^ mixed << 16, mixed.rotate_left(37));
        (value >> 12) as f64 / (1_u64 << 52) as f64
    }
}

fn random(call: &Call<'_>) -> f64 {
    if let Some(seeded) = &call.context.seeded
        && let Some(generator) = seeded.lock().unwrap_or_else(PoisonError::into_inner).as_mut()
    {
        return generator.draw();
    }
    let mut bytes = [0; 8];
    (call.context.entropy)(&mut bytes);
    // 53 bits, so that every value is exact and below one.
    (u64::from_le_bytes(bytes) >> 11) as f64 / (1_u64 << 53) as f64
}

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("drandom", scalar!(call; | | random(call))),
    (
        "setseed",
        scalar!(call; |seed: f64| {
            if !(-1.0..=1.0).contains(&seed) {
                let shown = gavel_types::text_io::to_text(&Datum::Float8(seed), gavel_types::PgType::FLOAT8, &call.context.style);
                return Err(invalid_parameter(format!("setseed parameter {shown} is out of allowed range [-1,1]")));
            }
            if let Some(seeded) = &call.context.seeded {
                *seeded.lock().unwrap_or_else(PoisonError::into_inner) = Some(Generator::new(seed));
            }
            ""
        }),
    ),
];
