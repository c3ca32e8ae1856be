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

    /// The strokes of a hatching over the class (0–5). They leave it the colour it has: what the
    /// darker one takes from its lightness, the lighter one gives back, near and from afar.
    pub(super) fn strokes(self, class: usize) -> Strokes {
        let colour = rgb(self.colours().get(class).copied().unwrap_or("#ffffff"));
        let towards = |end: f64| colour.map(|part| part + MIXED * (end - part));
        let (dark, light) = (towards(0.0), towards(255.0));
        let takes = lightness(colour) - lightness(dark);
        let gives = lightness(light) - lightness(colour);
        let share = |of: f64| (STROKES * of / (takes + gives)).max(FINEST);
        Strokes { dark: (hex(dark), share(gives)), light: (hex(light), share(takes)) }
    }

    /// CSS classes of an area of class 0–5: `ramp-score c1` … `c6`.
    pub(super) fn css(self, class: usize) -> String {
        format!("ramp-{} c{}", self.name(), class + 1)
    }
}

/// Colour and width of the two strokes of a hatching, side by side.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Strokes {
    pub(super) dark: (String, f64),
    pub(super) light: (String, f64),
}

/// How far the strokes of a hatching go from their class towards black and towards white.
const MIXED: f64 = 0.5;
/// Width of both strokes together.
const STROKES: f64 = 3.0;
/// Width below which a stroke is not seen.
const FINEST: f64 = 0.6;

fn rgb(colour: &str) -> [f64; 3] {
    [1, 3, 5].map(|at| {
        let part = colour.get(at..at + 2).and_then(|part| u8::from_str_radix(part, 16).ok());
        f64::from(part.unwrap_or(u8::MAX))
    })
}

fn hex(colour: [f64; 3]) -> String {
    let part = |value: f64| format!("{:02x}", value.round().clamp(0.0, 255.0) as u8);
    format!("#{}", colour.map(part).concat())
}

/// Lightness L* of an sRGB colour (IEC 61966-2-1, CIE 1976), 0 to 100.
fn lightness(colour: [f64; 3]) -> f64 {
    let linear = colour.map(|part| match part / 255.0 {
        part if part <= 0.04045 => part / 12.92,
        part => ((part + 0.055) / 1.055).powf(2.4),
    });
    let weights = [0.2126, 0.7152, 0.0722];
    let luminance: f64 = linear.iter().zip(weights).map(|(part, weight)| part * weight).sum();
    match luminance {
        dark if dark <= 0.008_856 => 903.3 * dark,
        light => 116.0 * light.cbrt() - 16.0,
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
    /// Classes of scores on a scale from `low` to `high`: from the middle of the scale upwards,
    /// where scores lie, in steps of a sixteenth of it, rounded. They follow from the scale alone,
    /// so that one colour means one thing on every map of every round.
    #[must_use]
    pub fn scores((low, high): (f64, f64)) -> Self {
        let step = round_step((high - low) / 16.0);
        let middle = ((low + high) / 2.0 / step + 1e-9).floor() * step;
        Self::from(Ramp::Score, middle, step)
    }

    /// Classes of change around zero, `step` wide, for differences up to three steps and beyond.
    #[must_use]
    pub fn change(step: f64) -> Self {
        Self::from(Ramp::Change, -2.0 * step, step)
    }

    /// Classes whose limits begin at `first` and are `step` apart.
    #[must_use]
    pub fn from(ramp: Ramp, first: f64, step: f64) -> Self {
        let decimals = (0..6)
            .find(|&places| {
                let scaled = step * 10f64.powi(places);
                (scaled - scaled.round()).abs() < 1e-6
            })
            .unwrap_or(6);
        let exact = 10f64.powi(decimals);
        let limit = |place: f64| ((first + place * step) * exact).round() / exact;
        Self { limits: [0.0, 1.0, 2.0, 3.0, 4.0].map(limit), ramp, decimals: decimals as usize }
    }

    /// Width of a class between two limits.
    #[must_use]
    pub fn step(&self) -> f64 {
        self.limits[1] - self.limits[0]
    }

    /// The class of `value`, 0 to 5.
    #[must_use]
    pub fn of(&self, value: f64) -> usize {
        self.limits.iter().filter(|limit| value >= **limit).count()
    }

    /// What is in a class, in words: `6,5 sampai di bawah 7,0`.
    #[must_use]
    pub fn words(&self, class: usize, words: &Words) -> String {
        self.tell(class, words, ["map-class-lowest", "map-class", "map-class-highest"])
    }

    /// The same as short as it stands on a map: `6,5–7,0`.
    #[must_use]
    pub fn range(&self, class: usize, words: &Words) -> String {
        let between = if self.ramp == Ramp::Change { "map-range-signed" } else { "map-range" };
        self.tell(class, words, ["map-range-lowest", between, "map-range-highest"])
    }

    fn tell(&self, class: usize, words: &Words, keys: [&str; 3]) -> String {
        let [lowest, between, highest] = keys;
        let limit = |at: usize| {
            let value = self.limits.get(at).copied().unwrap_or(f64::NAN);
            match self.ramp {
                Ramp::Change => words.signed(value, self.decimals),
                Ramp::Score | Ramp::Coverage | Ramp::Statistic => {
                    words.number(value, self.decimals)
                }
            }
        };
        words.tell(&match class {
            0 => Message::new(lowest).with("to", limit(0)),
            1..=4 => Message::new(between).with("from", limit(class - 1)).with("to", limit(class)),
            _ => Message::new(highest).with("from", limit(4)),
        })
    }
}

/// One line of a legend.
#[derive(Clone, Debug, PartialEq)]
pub struct LegendEntry {
    /// What it means: the range of a class, or what a hatching says.
    pub words: String,
    pub(super) fill: String,
    pub(super) css: String,
}

/// A letter on the map and the region it stands for.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyEntry {
    /// Letter; none for a region that the boundaries do not hold.
    pub letter: Option<String>,
    /// The region.
    pub name: String,
    /// Range of its class; none where it has none.
    pub range: Option<String>,
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
            let swatch = Element::new("svg")
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
            let said = Element::new("span").say(entry.words.as_str());
            list.push(Element::new("li").with(swatch).with(said));
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
                let range = entry.range.as_ref().map(|range| format!(" ({range})"));
                key.push(match &entry.letter {
                    Some(letter) => line
                        .with(Element::new("b").say(letter.as_str()))
                        .say(" ")
                        .with(name)
                        .say(range.unwrap_or_default()),
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
    fn classes_follow_from_the_scale_and_are_named_by_their_ranges() {
        let classes = Classes::scores((1.0, 9.0));
        assert_eq!(classes.limits, [5.0, 5.5, 6.0, 6.5, 7.0]);
        assert_eq!(Classes::scores((1.0, 5.0)).limits, [3.0, 3.25, 3.5, 3.75, 4.0]);
        assert_eq!(Classes::scores((0.0, 100.0)).limits, [50.0, 60.0, 70.0, 80.0, 90.0]);
        let words = Words::new(Language::Id);
        assert_eq!(classes.words(0, &words), "di bawah 5,0");
        assert_eq!(classes.words(3, &words), "6,0 sampai di bawah 6,5");
        assert_eq!(classes.words(5, &words), "7,0 ke atas");
        let ranges: Vec<String> = (0..6).map(|class| classes.range(class, &words)).collect();
        assert_eq!(ranges, ["< 5,0", "5,0–5,5", "5,5–6,0", "6,0–6,5", "6,5–7,0", "≥ 7,0"]);
    }

    #[test]
    fn a_value_at_a_limit_is_in_the_upper_class() {
        let classes = Classes::from(Ramp::Coverage, 20.0, 20.0);
        assert_eq!(classes.limits, [20.0, 40.0, 60.0, 80.0, 100.0]);
        for (class, limit) in classes.limits.into_iter().enumerate() {
            assert_eq!(classes.of(limit), class + 1);
            assert_eq!(classes.of(limit - 1e-6), class);
        }
    }

    #[test]
    fn classes_of_change_meet_at_zero() {
        assert_eq!(Classes::change(0.2).limits, [-0.4, -0.2, 0.0, 0.2, 0.4]);
    }

    #[test]
    fn hatching_leaves_a_class_its_colour_and_is_seen_on_it() {
        let of = |colour: &str| lightness(rgb(colour));
        for ramp in [Ramp::Score, Ramp::Coverage, Ramp::Statistic, Ramp::Change] {
            for (class, colour) in ramp.colours().into_iter().enumerate() {
                let Strokes { dark, light } = ramp.strokes(class);
                // Lines stand this far apart, across the slant.
                let apart = super::super::drawing::SLANT / std::f64::consts::SQRT_2;
                let taken = (of(colour) - of(&dark.0)) * dark.1 / apart;
                let given = (of(&light.0) - of(colour)) * light.1 / apart;
                // Of 100; classes of one hue lie 8 and more apart.
                assert!((taken - given).abs() < 2.0, "{ramp:?} {class}: {taken} {given}");
                assert!(of(&light.0) - of(&dark.0) > 30.0, "{ramp:?} {class}");
            }
        }
    }

    proptest! {
        #[test]
        fn classes_of_any_scale_lie_within_it(low in 0_u8..5, wide in 2_u8..=200) {
            let (low, high) = (f64::from(low), f64::from(low) + f64::from(wide));
            let classes = Classes::scores((low, high));
            prop_assert!(classes.limits.is_sorted());
            prop_assert!(classes.limits[0] > low && classes.limits[4] < high);
        }
    }
}
