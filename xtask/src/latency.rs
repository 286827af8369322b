//! What distance costs: runs the measurement and draws it.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use plotters::coord::Shift;
use plotters::prelude::*;

use crate::chaos::e2e;
use crate::shell::output;

/// Parts of a transaction, as they follow each other in a bar.
const PARTS: [(&str, RGBColor); 3] = [
    ("first statement", RGBColor(0x4c, 0x78, 0xa8)),
    ("nine more", RGBColor(0x9e, 0xca, 0xe9)),
    ("COMMIT", RGBColor(0xf5, 0x85, 0x18)),
];
/// Statements of a transaction after the first.
const MORE: f64 = 9.0;

/// A line of what was measured, in milliseconds.
struct Bar {
    label: String,
    parts: [f64; 3],
}

/// Transactions in each zone, with messages between zones delayed; `picture` is drawn as SVG.
pub fn run(delay: u64, transactions: u64, clock_error: u64, release: bool, picture: Option<&Path>) -> Result<()> {
    let figures = [
        ("GAVEL_LATENCY_DELAY", delay),
        ("GAVEL_LATENCY_TRANSACTIONS", transactions),
        ("GAVEL_LATENCY_CLOCK", clock_error),
    ];
    let mut command = e2e("latency::", release);
    let printed = output(command.envs(figures.map(|(name, figure)| (name, figure.to_string()))))?;
    print!("{printed}");
    let Some(path) = picture else { return Ok(()) };
    let bars: Vec<Bar> = printed.lines().filter_map(bar).collect();
    ensure!(!bars.is_empty(), "no measurement was printed");
    let area = SVGBackend::new(path, (860, 90 + 44 * u32::try_from(bars.len())?)).into_drawing_area();
    draw(&area, &bars, delay).map_err(|e| anyhow::anyhow!("{e}")).with_context(|| path.display().to_string())
}

/// `latency: zone | transaction | first | each other | COMMIT | in round trips`, with times as `1.20 ms`.
fn bar(line: &str) -> Option<Bar> {
    let fields: Vec<&str> = line.split("latency: ").nth(1)?.split(" | ").collect();
    let [zone, transaction, first, other, commit, _] = fields[..] else { return None };
    let millis = |text: &str| text.strip_suffix(" ms")?.parse::<f64>().ok();
    let parts = [millis(first)?, MORE * millis(other)?, millis(commit)?];
    Some(Bar { label: format!("zone {zone}, {transaction}"), parts })
}

fn draw(area: &DrawingArea<SVGBackend<'_>, Shift>, bars: &[Bar], delay: u64) -> Result<(), Box<dyn std::error::Error>> {
    area.fill(&WHITE)?;
    #[expect(clippy::cast_precision_loss, reason = "a round trip of milliseconds")]
    let round_trip = 2.0 * delay as f64;
    let longest = bars.iter().map(|bar| bar.parts.iter().sum::<f64>()).fold(2.0 * round_trip, f64::max);
    #[expect(clippy::cast_precision_loss, reason = "a handful of bars")]
    let count = bars.len() as f64;
    let mut chart = ChartBuilder::on(area)
        .margin(14)
        .caption(format!("10 statements and COMMIT, zones {delay} ms apart"), ("sans-serif", 18))
        .x_label_area_size(40)
        .y_label_area_size(190)
        .build_cartesian_2d(0.0..longest * 1.4, count..0.0)?;
    chart.configure_mesh().disable_y_mesh().disable_y_axis().x_desc("milliseconds").draw()?;
    for (row, bar) in (0_u32..).zip(bars) {
        let (top, bottom) = (f64::from(row) + 0.2, f64::from(row) + 0.8);
        let mut from = 0.0;
        for (part, (_, colour)) in bar.parts.iter().zip(PARTS) {
            let piece = Rectangle::new([(from, top), (from + part, bottom)], colour.filled());
            chart.draw_series([piece])?;
            from += part;
        }
        let middle = chart.backend_coord(&(0.0, f64::midpoint(top, bottom)));
        let style = ("sans-serif", 14).into_text_style(area);
        area.draw_text(&bar.label, &style, (14, middle.1 - 7))?;
    }
    for (trips, name) in [(1.0, "1 round trip"), (2.0, "2 round trips")] {
        let line = PathElement::new([(trips * round_trip, 0.0), (trips * round_trip, count)], BLACK.mix(0.6));
        chart.draw_series([line])?;
        let (x, y) = chart.backend_coord(&(trips * round_trip, 0.0));
        area.draw_text(name, &("sans-serif", 13).into_text_style(area), (x + 4, y + 1))?;
    }
    for (name, colour) in PARTS {
        chart
            .draw_series([Rectangle::new([(0.0, 0.0), (0.0, 0.0)], colour.filled())])?
            .label(name)
            .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 12, y + 5)], colour.filled()));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE)
        .border_style(BLACK.mix(0.3))
        .draw()?;
    area.present()?;
    Ok(())
}
