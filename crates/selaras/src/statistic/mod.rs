//! Real statistics that stand beside the index, each with source, year and period.
//!
//! The figures are those of `data/statistics` (its NOTE.md says what each is and what is known to
//! be wrong with it). What may not be shown is left out while reading, so that no page has to
//! remember: figures of Papua's provinces before they were split, and zeros that may mean missing.
//! Two series that may not be chained are two indicators.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::locale::{Message, Value};

/// One thing measured.
#[derive(Debug, PartialEq, Eq)]
pub struct Indicator {
    /// Name for programs and addresses, e.g. `poverty_rate`.
    pub id: &'static str,
    /// Decimals shown.
    pub decimals: u8,
}

/// Every indicator, in the order of a page.
static INDICATORS: [Indicator; 12] = [
    Indicator { id: "poverty_rate", decimals: 2 },
    Indicator { id: "poor_population", decimals: 1 },
    Indicator { id: "population", decimals: 0 },
    Indicator { id: "grdp_per_capita", decimals: 0 },
    Indicator { id: "grdp_growth", decimals: 2 },
    Indicator { id: "hdi", decimals: 2 },
    Indicator { id: "hdi_older", decimals: 2 },
    Indicator { id: "life_expectancy", decimals: 2 },
    Indicator { id: "mean_years_schooling", decimals: 2 },
    Indicator { id: "unemployment_rate", decimals: 2 },
    Indicator { id: "improved_sanitation", decimals: 2 },
    Indicator { id: "improved_water", decimals: 2 },
];

impl Indicator {
    /// Name, e.g. *Persentase penduduk miskin*.
    #[must_use]
    pub fn name(&self) -> Message {
        self.message("name")
    }

    /// Unit, e.g. *persen*.
    #[must_use]
    pub fn unit(&self) -> Message {
        self.message("unit")
    }

    /// What it is and what to know about it, in a sentence or two.
    #[must_use]
    pub fn description(&self) -> Message {
        self.message("about")
    }

    fn message(&self, part: &str) -> Message {
        Message::new(&format!("statistic-{}-{part}", self.id.replace('_', "-")))
    }
}

/// Where figures come from.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// Short name, e.g. `BPS-POV`.
    pub id: &'static str,
    /// The publication, as it is to be named beside a figure.
    pub text: &'static str,
    /// `facts-BPS` or `MIT`; see `data/statistics/NOTE.md`.
    pub licence: &'static str,
}

/// The part of a year a figure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Period {
    /// The year, or not stated by the source.
    Year,
    /// March.
    March,
    /// The second half.
    SecondHalf,
}

/// One published figure.
#[derive(Debug, PartialEq)]
pub struct Figure {
    /// Value, in the indicator's unit.
    pub value: f64,
    /// Year.
    pub year: i16,
    /// Part of the year.
    pub period: Period,
    /// Source.
    pub source: &'static Source,
}

impl Figure {
    /// Year and period, e.g. *Maret 2025*.
    #[must_use]
    pub fn when(&self) -> Message {
        let key = match self.period {
            Period::Year => "statistic-when-year",
            Period::March => "statistic-when-march",
            Period::SecondHalf => "statistic-when-second-half",
        };
        Message::new(key).with("year", self.year.to_string())
    }

    /// Value and unit as a message's value, with the decimals of `indicator`.
    #[must_use]
    pub fn shown(&self, indicator: &Indicator) -> Value {
        Value::Decimal(self.value, indicator.decimals)
    }
}

/// Every indicator, in the order of a page.
#[must_use]
pub fn indicators() -> &'static [Indicator] {
    &INDICATORS
}

/// The indicator called `id`.
#[must_use]
pub fn indicator(id: &str) -> Option<&'static Indicator> {
    INDICATORS.iter().find(|indicator| indicator.id == id)
}

/// Figures of one indicator for the province or kab/kota with Kemendagri code `region`, one a
/// year, oldest first; empty where there are none (*belum ada data*).
#[must_use]
pub fn series(region: &str, indicator: &str) -> &'static [Figure] {
    BOOK.figures.get(indicator).and_then(|regions| regions.get(region)).map_or(&[], Vec::as_slice)
}

/// The newest of [`series`].
#[must_use]
pub fn latest(region: &str, indicator: &str) -> Option<&'static Figure> {
    series(region, indicator).last()
}

/// Every source a figure names, for the page of data and licences.
#[must_use]
pub fn sources() -> &'static [Source] {
    &SOURCES
}

static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| {
    let text = include_str!("../../../../data/statistics/sources.csv");
    let source = |line: &'static str| {
        let mut fields = line.split(';');
        Some(Source { id: fields.next()?, text: fields.next()?, licence: fields.next()? })
    };
    text.lines().skip(1).filter_map(source).collect()
});

/// The files of figures.
const FILES: [&str; 6] = [
    include_str!("../../../../data/statistics/poverty.csv"),
    include_str!("../../../../data/statistics/population.csv"),
    include_str!("../../../../data/statistics/grdp.csv"),
    include_str!("../../../../data/statistics/human_development.csv"),
    include_str!("../../../../data/statistics/labour.csv"),
    include_str!("../../../../data/statistics/households.csv"),
];

/// Figures by indicator and region.
#[derive(Default)]
struct Book {
    figures: BTreeMap<&'static str, BTreeMap<&'static str, Vec<Figure>>>,
    /// Rows that may not be shown.
    withheld: usize,
    /// Rows that could not be read.
    faulty: usize,
}

static BOOK: LazyLock<Book> = LazyLock::new(|| {
    let mut book = Book::default();
    for line in FILES.iter().flat_map(|file| file.lines().skip(1)) {
        let fields: Vec<&'static str> = line.split(',').collect();
        let &[indicator, region, year, period, value, source, quality] = fields.as_slice() else {
            book.faulty += 1;
            continue;
        };
        if quality != "ok" {
            book.withheld += 1;
            continue;
        }
        let period = match period {
            "year" => Some(Period::Year),
            "m03" => Some(Period::March),
            "s2" => Some(Period::SecondHalf),
            _ => None,
        };
        let source = SOURCES.iter().find(|known| known.id == source);
        let (Ok(year), Ok(value), Some(period), Some(source)) =
            (year.parse(), value.parse(), period, source)
        else {
            book.faulty += 1;
            continue;
        };
        let figures = book.figures.entry(indicator).or_default().entry(region).or_default();
        figures.push(Figure { value, year, period, source });
    }
    for figures in book.figures.values_mut().flat_map(BTreeMap::values_mut) {
        figures.sort_by_key(|figure| figure.year);
    }
    book
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::{Language, Words};

    #[test]
    fn every_row_is_shown_or_withheld_for_a_stated_reason() {
        assert_eq!(BOOK.faulty, 0);
        let shown: usize = BOOK.figures.values().flat_map(BTreeMap::values).map(Vec::len).sum();
        let rows: usize = FILES.iter().map(|file| file.lines().count() - 1).sum();
        assert_eq!(shown + BOOK.withheld, rows);
        let reasons = ["ok", "pre_split_extent", "zero_unverified"];
        for line in FILES.iter().flat_map(|file| file.lines().skip(1)) {
            assert!(reasons.contains(&line.rsplit(',').next().unwrap()), "{line}");
        }
        assert!(FILES.iter().map(|file| file.len()).sum::<usize>() < 1_500_000);
    }

    #[test]
    fn a_figure_comes_with_source_year_and_period() {
        let figure = latest("61", "poverty_rate").unwrap();
        assert_eq!((figure.year, figure.period), (2025, Period::March));
        assert!(figure.source.text.contains("Badan Pusat Statistik"));
        assert_eq!(Words::default().tell(&figure.when()), "Maret 2025");
        assert_eq!(latest("61.71", "population").unwrap().year, 2024);
        for indicator in indicators() {
            let regions = &BOOK.figures[indicator.id];
            for figures in regions.values() {
                assert!(figures.windows(2).all(|pair| pair[0].year < pair[1].year));
                assert!(figures.iter().all(|f| f.period == figures[0].period));
            }
        }
    }

    #[test]
    fn poor_population_and_population_cover_every_kab_kota_and_province() {
        for id in ["poverty_rate", "poor_population", "population"] {
            let codes = BOOK.figures[id].keys();
            let (provinces, all) = (codes.clone().filter(|code| code.len() == 2), codes);
            assert_eq!((provinces.count(), all.count()), (38, 552), "{id}");
        }
        let provinces = BOOK.figures["population"].iter().filter(|(code, _)| code.len() == 2);
        let all: f64 = provinces.map(|(_, figures)| figures[0].value).sum();
        assert_eq!(all, 284_973_643.0);
    }

    #[test]
    fn papua_before_its_split_is_shown_for_no_province_of_today() {
        for code in ["91", "92"] {
            for indicator in indicators() {
                let first = series(code, indicator.id).first().map_or(2025, |figure| figure.year);
                assert!(first >= 2022, "{code} {}: {first}", indicator.id);
            }
        }
        assert!(FILES[0].contains(",91,2015,m03,") && BOOK.withheld > 50);
    }

    #[test]
    fn the_two_series_of_human_development_never_meet() {
        assert!(series("61", "hdi").iter().all(|figure| figure.year >= 2021));
        assert!(series("61", "hdi_older").iter().all(|figure| figure.year <= 2020));
        assert!(latest("61.01", "hdi").is_none());
        assert_eq!(latest("61.01", "hdi_older").unwrap().year, 2021);
    }

    #[test]
    fn what_was_withdrawn_is_no_data() {
        for code in ["15.01", "91.03", "94.01", "95.01"] {
            assert!(latest(code, "grdp_per_capita").is_none(), "{code}");
        }
        assert!(latest("61.01", "grdp_per_capita").is_some());
        assert!(latest("95.07", "unemployment_rate").is_none(), "a zero nobody verified");
        assert!(latest("00", "population").is_none() && series("61", "no such").is_empty());
    }

    #[test]
    fn every_indicator_has_words_in_both_languages() {
        for language in [Language::Id, Language::En] {
            let words = Words::new(language);
            for indicator in indicators() {
                for message in [indicator.name(), indicator.unit(), indicator.description()] {
                    assert_ne!(words.tell(&message), message.key);
                }
                assert!(super::indicator(indicator.id).is_some());
            }
        }
    }
}
