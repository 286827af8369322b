//! Which accumulator stands behind which aggregate.

use gavel_types::Oid;

use super::{
    Accumulator, AggregateFn, AggregateSpec, collect, count, extreme, first, json, logic, ordered, statistics, sum,
};

/// The initial state of aggregate `oid`.
pub fn accumulator(oid: Oid, spec: &AggregateSpec) -> Option<Box<dyn Accumulator>> {
    make(oid).map(|make| make(spec))
}

fn make(oid: Oid) -> Option<AggregateFn> {
    use statistics::{Moment, Pair};
    Some(match oid.0 {
        2147 | 2803 => count::make,
        2108 | 2109 => sum::integers,
        2107 => sum::bigints,
        2112 => sum::amounts,
        2110 => sum::reals,
        2111 => sum::doubles,
        2113 => sum::intervals,
        2114 => sum::numerics,
        2100..=2102 => sum::average_integers,
        2103 => sum::average_numerics,
        2104 | 2105 => sum::average_doubles,
        2106 => sum::average_intervals,
        2050 | 2115..=2130 | 2244 | 2797 | 3526 | 3564 | 4189 | 5099 => extreme::max,
        2051 | 2131..=2146 | 2245 | 2798 | 3527 | 3565 | 4190 | 5100 => extreme::min,
        2517 | 2519 => logic::all,
        2518 => logic::any,
        2236 | 2238 | 2240 | 2242 => logic::bits_and,
        2237 | 2239 | 2241 | 2243 => logic::bits_or,
        6164..=6167 => logic::bits_xor,
        3538 => collect::strings,
        3545 => collect::bytes,
        2335 => collect::values,
        4053 => collect::arrays,
        3175 => json::array,
        3267 => json::binary_array,
        3197 => json::object,
        3270 => json::binary_object,
        2718..=2720 | 2723 => |_| statistics::exact(Moment::PopulationVariance),
        2641..=2643 | 2646 | 2148..=2150 | 2153 => |_| statistics::exact(Moment::SampleVariance),
        2724..=2726 | 2729 => |_| statistics::exact(Moment::PopulationDeviation),
        2712..=2714 | 2717 | 2154..=2156 | 2159 => |_| statistics::exact(Moment::SampleDeviation),
        2721 | 2722 => |_| statistics::float(Moment::PopulationVariance),
        2644 | 2645 | 2151 | 2152 => |_| statistics::float(Moment::SampleVariance),
        2727 | 2728 => |_| statistics::float(Moment::PopulationDeviation),
        2715 | 2716 | 2157 | 2158 => |_| statistics::float(Moment::SampleDeviation),
        2818 => |_| statistics::pair(Pair::Count),
        2819 => |_| statistics::pair(Pair::Sxx),
        2820 => |_| statistics::pair(Pair::Syy),
        2821 => |_| statistics::pair(Pair::Sxy),
        2822 => |_| statistics::pair(Pair::AverageX),
        2823 => |_| statistics::pair(Pair::AverageY),
        2824 => |_| statistics::pair(Pair::R2),
        2825 => |_| statistics::pair(Pair::Slope),
        2826 => |_| statistics::pair(Pair::Intercept),
        2827 => |_| statistics::pair(Pair::PopulationCovariance),
        2828 => |_| statistics::pair(Pair::SampleCovariance),
        2829 => |_| statistics::pair(Pair::Correlation),
        3972 | 3978 => ordered::discrete,
        3974 | 3976 | 3980 | 3982 => ordered::continuous,
        3984 => ordered::mode,
        9993 => first::make,
        _ => return None,
    })
}
