//! Six classes of a map, their colours, and the legend that says what they are.

use crate::locale::{Message, Words};
use crate::render::chart::round_step;
use crate::render::svg::Element;

/// Which colours: one hue from light to dark, two only for change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ramp {
    /// Scores of the index: deep green-blue.
    #[default]
    Score,
    /// Coverage: grey-blue, so that nobody reads it as harmony.
    Coverage,
    /// Real statistics beside the index: plum.
    Statistic,
    /// Change: ochre for less, green-blue for more.
    Change,
}

impl Ramp {
    pub(super) fn colours(self) -> [&'static str; 6] {
        match self {
            Self::Score => ["#dcefeb", "#b3dad3", "#84c1b8", "#53a49b", "#2a8078", "#0f544f"],
            Self::Coverage => ["#e3e9f1", "#c3d0e1", "#9db3cd", "#7693b8", "#4f719c", "#2f4d75"],
            Self::Statistic => ["#ece6f3", "#d3c7e3", "#b5a3cf", "#937cb5", "#705896", "#4b376d"],
            Self::Change => ["#a85a12", "#d39a5c", "#f1dcc0", "#d3e8e4", "#6fb3aa", "#12625d"],
        }
    }

    /// Whether ink on the class (0–5) must be white to be read.
    pub(super) fn dark(self, class: usize) -> bool {
        match self {
            Self::Change => class == 0 || class == 5,
            Self::Score | Self::Coverage | Self::Statistic => class >= 4,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Score => "score",
            Self::Coverage => "coverage",
            Self::Statistic => "statistic",
            Self::Change => "change",
        }
    }

    /// CSS classes of an area of class 0–5: `ramp-score c1` … `c6`.
    pub(super) fn css(self, class: usize) -> String {
        format!("ramp-{} c{}", self.name(), class + 1)
    }
}

/// Six classes by five limits; a value at a limit is in the upper class.
#[derive(Clone, Debug, PartialEq)]
pub struct Classes {
    /// Ascending.
    pub limits: [f64; 5],
    /// Colours.
    pub ramp: Ramp,
    /// Decimals of the limits in the legend.
    pub decimals: usize,
}

impl Classes {
    /// Classes of one rounded width over `values`, at least `least_step` wide: narrower ones would
    /// show differences that are none. To compare rounds, make them over both.
    #[must_use]
    pub fn rounded(ramp: Ramp, values: impl IntoIterator<Item = f64>, least_step: f64) -> Self {
        let finite = values.into_iter().filter(|value| value.is_finite());
        let (low, high) =
            finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
        let (low, high) = if low > high { (0.0, 0.0) } else { (low, high) };
        let mut step = round_step(((high - low) / 6.0).max(least_step));
        let start = |step: f64| (low / step + 1e-9).floor() * step;
        while start(step) + 6.0 * step <= high {
            step = round_step(step * 1.01);
        }
        // What room is left over stands half below, half above.
        let spare = ((start(step) + 6.0 * step - high) / step / 2.0).floor();
        Self::stepped(ramp, start(step) - spare * step, step)
    }

    /// Classes of change around zero, `step` wide, for differences up to three steps and beyond.
    #[must_use]
    pub fn change(differences: impl IntoIterator<Item = f64>, least_step: f64) -> Self {
        let finite = differences.into_iter().filter(|value| value.is_finite());
        let most = finite.fold(0.0, |most: f64, value| most.max(value.abs()));
        let step = round_step((most / 3.0).max(least_step));
        Self::stepped(Ramp::Change, -3.0 * step, step)
    }

    fn stepped(ramp: Ramp, start: f64, step: f64) -> Self {
        let decimals = (0..6)
            .find(|&places| {
                let scaled = step * 10f64.powi(places);
                (scaled - scaled.round()).abs() < 1e-6
            })
            .unwrap_or(6);
        let exact = 10f64.powi(decimals);
        let limit = |place: f64| ((start + place * step) * exact).round() / exact;
        Self { limits: [1.0, 2.0, 3.0, 4.0, 5.0].map(limit), ramp, decimals: decimals as usize }
    }

    /// The class of `value`, 0 to 5.
    #[must_use]
    pub fn of(&self, value: f64) -> usize {
        self.limits.iter().filter(|limit| value >= **limit).count()
    }

    /// What is in a class, in words: `6,4 – <6,6`.
    #[must_use]
    pub fn words(&self, class: usize, words: &Words) -> String {
        let limit = |at: usize| {
            let value = self.limits.get(at).copied().unwrap_or(f64::NAN);
            match self.ramp {
                Ramp::Change => words.signed(value, self.decimals),
                Ramp::Score | Ramp::Coverage | Ramp::Statistic => {
                    words.number(value, self.decimals)
                }
            }
        };
        match class {
            0 => words.tell(&Message::new("map-class-lowest").with("to", limit(0))),
            1..=4 => words.tell(
                &Message::new("map-class").with("from", limit(class - 1)).with("to", limit(class)),
            ),
            _ => words.tell(&Message::new("map-class-highest").with("from", limit(4))),
        }
    }
}

/// One line of a legend.
#[derive(Clone, Debug, PartialEq)]
pub struct LegendEntry {
    /// Number of a class, 1 to 6; none for hatchings.
    pub number: Option<usize>,
    /// What it means.
    pub words: String,
    pub(super) fill: String,
    pub(super) css: String,
    pub(super) dark: bool,
}

/// A letter on the map and the region it stands for.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyEntry {
    /// Letter; none for a region that the boundaries do not hold.
    pub letter: Option<String>,
    /// The region.
    pub name: String,
    /// Its page.
    pub href: Option<String>,
    /// Whether the letter stands on the narrow map only.
    pub narrow_only: bool,
}

/// What stands beside a map so that it can be read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Legend {
    /// What is measured, and on which scale or in which unit.
    pub heading: String,
    /// Classes, then hatchings, as far as the map shows them; always all six classes.
    pub entries: Vec<LegendEntry>,
    /// Letters in the order of codes.
    pub key: Vec<KeyEntry>,
}

impl Legend {
    /// The legend as HTML: `<div class="legend">` with lists. Its swatches use patterns of the map,
    /// so it must stand in the same document.
    #[must_use]
    pub fn html(&self, words: &Words) -> String {
        let mut list = Element::new("ul").class("legend-classes");
        for entry in &self.entries {
            let mut swatch = Element::new("svg")
                .class("swatch")
                .set("viewBox", "0 0 30 20")
                .set("width", "30")
                .set("height", "20")
                .set("aria-hidden", "true")
                .with(
                    Element::new("rect")
                        .class(&entry.css)
                        .set("x", 0.5)
                        .set("y", 0.5)
                        .set("width", 29.0)
                        .set("height", 19.0)
                        .set("fill", entry.fill.as_str())
                        .set("stroke", "#4d625f"),
                );
            if let Some(number) = entry.number {
                swatch.push(
                    Element::new("text")
                        .set("x", 15.0)
                        .set("y", 14.5)
                        .set("font-size", 12.0)
                        .set("text-anchor", "middle")
                        .set("fill", if entry.dark { "#ffffff" } else { "#16302d" })
                        .say(number.to_string()),
                );
            }
            let said = match entry.number {
                Some(number) => words.tell(
                    &Message::new("map-legend-class")
                        .with("number", number)
                        .with("range", entry.words.as_str()),
                ),
                None => entry.words.clone(),
            };
            list.push(Element::new("li").with(swatch).with(Element::new("span").say(said)));
        }
        let mut legend = Element::new("div")
            .class("legend")
            .with(Element::new("p").class("legend-heading").say(self.heading.as_str()))
            .with(list);
        if !self.key.is_empty() {
            let mut key = Element::new("ul").class("map-key");
            for entry in &self.key {
                let name = match &entry.href {
                    Some(href) => {
                        Element::new("a").set("href", href.as_str()).say(entry.name.as_str())
                    }
                    None => Element::new("span").say(entry.name.as_str()),
                };
                let line = Element::new("li").class(if entry.narrow_only {
                    "narrow-only"
                } else {
                    "always"
                });
                key.push(match &entry.letter {
                    Some(letter) => {
                        line.with(Element::new("b").say(letter.as_str())).say(" ").with(name)
                    }
                    None => line.with(name).say(format!(" ({})", words.say("map-not-drawn"))),
                });
            }
            legend.push(Element::new("p").class("map-key-heading").say(words.say("map-key")));
            legend.push(key);
        }
        legend.render()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::locale::Language;

    #[test]
    fn classes_have_rounded_limits_that_the_legend_numbers() {
        let classes = Classes::rounded(Ramp::Score, [6.12, 6.4, 7.04], 0.1);
        assert_eq!(classes.limits, [6.2, 6.4, 6.6, 6.8, 7.0]);
        let words = Words::new(Language::Id);
        let said: Vec<String> = (0..6).map(|class| classes.words(class, &words)).collect();
        assert_eq!(said[0], "di bawah 6,2");
        assert_eq!(said[3], "6,6 sampai di bawah 6,8");
        assert_eq!(said[5], "7,0 ke atas");
    }

    #[test]
    fn a_value_at_a_limit_is_in_the_upper_class() {
        let classes = Classes::rounded(Ramp::Score, [6.0, 7.1], 0.1);
        for (class, limit) in classes.limits.into_iter().enumerate() {
            assert_eq!(classes.of(limit), class + 1);
            assert_eq!(classes.of(limit - 1e-6), class);
        }
    }

    #[test]
    fn classes_of_change_meet_at_zero() {
        assert_eq!(Classes::change([-0.1, 0.25], 0.1).limits, [-0.2, -0.1, 0.0, 0.1, 0.2]);
    }

    proptest! {
        #[test]
        fn classes_hold_any_values_and_are_not_narrower_than_allowed(
            values in prop::collection::vec(-50.0..5000.0f64, 1..30),
            least in prop::sample::select(vec![0.1, 0.5, 5.0]),
        ) {
            let classes = Classes::rounded(Ramp::Score, values.iter().copied(), least);
            let width = classes.limits[1] - classes.limits[0];
            prop_assert!(width >= least - 1e-9);
            prop_assert!(classes.limits.is_sorted());
            for value in values {
                prop_assert!(value >= classes.limits[0] - width - 1e-6);
                prop_assert!(value <= classes.limits[4] + width + 1e-6);
            }
        }
    }
}
