//! The plot: milliseconds over players, both in powers of ten, so that what is flat is level and what
//! is linear rises by a decade a decade.

use std::path::Path;

use plotters::prelude::*;

use crate::Failure;

/// Told apart by people who do not see all colours (Okabe and Ito).
const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(230, 159, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(213, 94, 0),
];

/// Draws one line for each kind through its points.
pub(super) fn plot(file: &Path, kinds: &[&str], points: &[(i64, &[f64])]) -> Result<(), Failure> {
    let area = SVGBackend::new(file, (860, 520)).into_drawing_area();
    draw(&area, kinds, points).map_err(|error| error.to_string())?;
    area.present().map_err(|error| error.to_string())?;
    Ok(())
}

fn draw<DB: DrawingBackend>(
    area: &DrawingArea<DB, plotters::coord::Shift>,
    kinds: &[&str],
    points: &[(i64, &[f64])],
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    area.fill(&WHITE)?;
    let least = points.first().map_or(1, |(players, _)| *players);
    let most = points.last().map_or(10, |(players, _)| *players);
    let highest = points
        .iter()
        .flat_map(|(_, ms)| ms.iter())
        .fold(1.0, |a: f64, b| a.max(*b));
    let lowest = points
        .iter()
        .flat_map(|(_, ms)| ms.iter())
        .fold(highest, |a: f64, b| a.min(*b));
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(64)
        .build_cartesian_2d(
            (least..most.max(least + 1)).log_scale(),
            (lowest / 2.0..highest * 40.0).log_scale(),
        )?;
    // The room above is for the legend.
    chart
        .configure_mesh()
        .x_desc("players, each with a settled game and a waiting entry")
        .y_desc("milliseconds, median")
        .light_line_style(WHITE)
        .draw()?;
    for ((place, kind), colour) in kinds.iter().enumerate().zip(COLOURS) {
        let line = points
            .iter()
            .filter_map(|(players, ms)| Some((*players, *ms.get(place)?)));
        chart
            .draw_series(LineSeries::new(line.clone(), colour.stroke_width(2)))?
            .label(*kind)
            .legend(move |(x, y)| {
                PathElement::new(vec![(x, y), (x + 18, y)], colour.stroke_width(2))
            });
        chart.draw_series(line.map(|point| Circle::new(point, 3, colour.filled())))?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE)
        .border_style(BLACK.mix(0.3))
        .draw()?;
    Ok(())
}
