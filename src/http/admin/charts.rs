//! Charts of a day: bars by the hour, as SVG in the page. The colours are those of the light page; the
//! style sheet exchanges them in the dark.

use maud::{Markup, PreEscaped, html};
use plotters::prelude::SVGBackend;
use plotters::{
    chart::ChartBuilder,
    drawing::IntoDrawingArea as _,
    element::Rectangle,
    style::{Color as _, IntoFont as _, RGBColor, ShapeStyle},
};

use crate::core::today::{HOURS, Total};

/// The size that it is drawn in; the page makes it as wide as there is room.
const SIZE: (u32, u32) = (480, 190);

const FIRST: RGBColor = RGBColor(0x0A, 0x68, 0x47);
const SECOND: RGBColor = RGBColor(0xC7, 0x7D, 0x0A);
const RULE: RGBColor = RGBColor(0xDC, 0xDA, 0xD2);
const WORDS: RGBColor = RGBColor(0x56, 0x60, 0x5A);

/// One row of bars.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bars<'a> {
    /// What they are.
    pub(super) name: &'a str,
    /// One for each hour.
    pub(super) hours: &'a [Total; HOURS],
}

/// Bars by the hour, of one or two things side by side, in shillings; the figures stand below it for
/// whoever does not see them.
pub(super) fn by_hour(title: &str, bars: &[Bars<'_>]) -> Markup {
    let drawn = draw(bars);
    html! {
        figure class="chart panel" {
            figcaption {
                (title) " "
                @for (at, bars) in bars.iter().enumerate() {
                    span class=(if at == 0 { "key" } else { "key two" }) { (bars.name) }
                }
            }
            @match drawn {
                Some(svg) => { div aria-hidden="true" { (PreEscaped(svg)) } }
                None => { p class="muted" { "Nothing yet." } }
            }
            details {
                summary { "Figures" }
                (super::parts::table(&heads(bars), &rows(bars)))
            }
        }
    }
}

fn heads<'a>(bars: &[Bars<'a>]) -> Vec<&'a str> {
    // With two things, the second has its name only here and above.
    let names = bars.iter().map(|bars| bars.name);
    std::iter::once("Hour").chain(names).collect()
}

fn rows(bars: &[Bars<'_>]) -> Markup {
    let is_used = |hour: usize| bars.iter().any(|bars| bars.hours[hour].count > 0);
    html! {
        @for hour in (0..HOURS).filter(|hour| is_used(*hour)) {
            tr {
                th scope="row" { (format!("{hour:02}:00")) }
                @for bars in bars {
                    td class="num" { (bars.hours[hour].sum) " " small { "(" (bars.hours[hour].count) ")" } }
                }
            }
        }
    }
}

/// The picture; `None` where nothing moved.
fn draw(bars: &[Bars<'_>]) -> Option<String> {
    let all = bars.iter().flat_map(|bars| bars.hours);
    let most = all
        .map(|hour| hour.sum.get() / 100)
        .max()
        .filter(|most| *most > 0)?;
    let mut svg = String::new();
    // Nothing can fail that writes to a string.
    draw_on(&mut svg, bars, most).ok()?;
    Some(svg)
}

fn draw_on(
    svg: &mut String,
    bars: &[Bars<'_>],
    most: i64,
) -> Result<(), Box<dyn std::error::Error>> {
    let area = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    let hours = i32::try_from(HOURS)?;
    // In tenths of an hour, so that bars have a gap between them.
    let mut chart = ChartBuilder::on(&area)
        .margin(4)
        .margin_right(8)
        .x_label_area_size(22)
        .y_label_area_size(58)
        .build_cartesian_2d(0..hours * 10, 0..most + most / 10 + 1)?;
    let words = ("sans-serif", 12).into_font().color(&WORDS);
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(RULE.mix(0.0))
        .bold_line_style(RULE)
        .axis_style(RULE)
        .x_labels(9)
        .y_labels(5)
        .x_label_formatter(&|tenths| format!("{}h", tenths / 10))
        .y_label_formatter(&|shillings| short(*shillings))
        .label_style(words)
        .draw()?;
    let width = 8 / i32::try_from(bars.len().max(1))?;
    for ((at, bars), colour) in (0..).zip(bars).zip([FIRST, SECOND]) {
        let filled: ShapeStyle = colour.filled();
        let rectangles = (0..).zip(bars.hours).filter_map(|(hour, total): (i32, _)| {
            let shillings = total.sum.get() / 100;
            let left = hour * 10 + 1 + at * width;
            (shillings > 0).then(|| Rectangle::new([(left, 0), (left + width, shillings)], filled))
        });
        chart.draw_series(rectangles)?;
    }
    area.present()?;
    Ok(())
}

/// An amount for an axis: `800`, `12k`, `1.5M`.
fn short(shillings: i64) -> String {
    let tenths = |unit: i64, sign: &str| {
        let (whole, tenth) = (shillings / unit, shillings % unit * 10 / unit);
        if tenth == 0 {
            format!("{whole}{sign}")
        } else {
            format!("{whole}.{tenth}{sign}")
        }
    };
    match shillings {
        1_000_000.. => tenths(1_000_000, "M"),
        1_000.. => tenths(1_000, "k"),
        _ => shillings.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::money::Cents;

    #[test]
    fn a_chart_has_a_bar_for_each_hour_and_nothing_that_the_policy_forbids() {
        let mut hours = [Total::default(); HOURS];
        for hour in [0, 9, 23] {
            hours[hour] = Total {
                count: 1,
                sum: Cents::new(50_000),
            };
        }
        let bars = Bars {
            name: "Stakes",
            hours: &hours,
        };
        let svg = draw(&[bars]).unwrap();
        let fills = svg.matches("fill=\"#0A6847\"").count();
        assert_eq!(fills, 3, "{svg}");
        assert!(!svg.contains("style=") && !svg.contains("<style") && !svg.contains("<script"));
        let none = [Total::default(); HOURS];
        assert_eq!(
            draw(&[Bars {
                name: "Stakes",
                hours: &none
            }]),
            None
        );
    }

    #[test]
    fn an_axis_is_short() {
        for (shillings, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1k"),
            (1_250, "1.2k"),
            (3_000_000, "3M"),
        ] {
            assert_eq!(short(shillings), text);
        }
    }
}
