//! Synthetic rounds on real places, with the truth beside them (METHOD §10).
//!
//! People answer an open link in recruitment clusters (kecamatan × link × day) that share an
//! effect, civil servants more readily than others; or they are drawn by a recorded design. What
//! every region truly scores is known exactly and written beside the answers. Regions are
//! exchangeable: all that tells one from another comes out of the seed. Every file name carries the
//! mark *DATA-SIMULASI*.

mod answers;
pub mod plans;
mod population;
mod write;

use jiff::civil::{Date, date};

pub use population::{RegionTruth, Truth};
pub use write::{Format, SimulateError, Written};

use crate::instrument::{Instrument, Scorer};
use crate::region;
use crate::round::answers::Design;
use crate::round::frame::{Frame, FrameRegion, Level};
use population::Population;

/// What every file name of simulated data begins with.
pub const MARK: &str = "DATA-SIMULASI";

/// Whether `text`, the name of a file or the source of a number, bears the [`MARK`], however its
/// words are joined.
#[must_use]
pub fn is_marked(text: &str) -> bool {
    let letters = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
    };
    letters(text).contains(&letters(MARK))
}

/// A kab/kota that people answer from.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Kemendagri code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Population; 70 % of it stand for the simulated adults.
    pub population: u64,
    /// Codes of the kecamatan; at least one.
    pub districts: Vec<String>,
}

impl Place {
    /// The kab/kota of `frame`, in its order, with their kecamatan. A region that the built-in
    /// table does not know, as in a foreign frame, is one kecamatan of its own code.
    #[must_use]
    pub fn all_of(frame: &Frame) -> Vec<Self> {
        let regencies = frame.regions.iter().filter(|region| region.level == Level::Regency);
        let place = |region: &FrameRegion| {
            let inside = region::find(&region.code).map_or(&[][..], |r| region::children(r.code));
            let mut districts: Vec<String> =
                inside.iter().map(|district| district.code.to_string()).collect();
            if districts.is_empty() {
                districts.push(region.code.clone());
            }
            Self {
                code: region.code.clone(),
                name: region.name.clone(),
                population: region.adults.as_ref().map_or(100_000, |adults| adults.count),
                districts,
            }
        };
        regencies.map(place).collect()
    }
}

/// How many answers a region gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sizes {
    /// As in life: most regions somewhat below the target of 1,250, some above, and among four or
    /// more regions one with 83 answers, one with none, and one with 2,500.
    Uneven,
    /// The same number for every region.
    Each(u32),
    /// This many in all, spread as evenly as it goes.
    Total(u64),
}

/// What to simulate.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Everything random follows from it.
    pub seed: u64,
    /// Year of the round.
    pub year: i16,
    /// 1, or 2 for a second round in which some cells were truly raised.
    pub round: u8,
    /// Open link, or strata, PSUs, weights and population PSUs recorded.
    pub design: Design,
    /// Answers per region.
    pub sizes: Sizes,
    /// Share of item answers missing.
    pub missing: f64,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            seed: 20_260_203,
            year: 2026,
            round: 1,
            design: Design::OpenLink,
            sizes: Sizes::Uneven,
            missing: 0.03,
        }
    }
}

impl Plan {
    /// First day of the round.
    #[must_use]
    pub fn opened(&self) -> Date {
        date(self.year.clamp(1900, 2200), 7, 6)
    }

    /// Last day of the round.
    #[must_use]
    pub fn closed(&self) -> Date {
        date(self.year.clamp(1900, 2200), 7, 27)
    }
}

/// Days a round is open.
const DAYS: u64 = 22;

/// A plan on an instrument and places, ready to be written.
#[derive(Clone, Debug)]
pub struct Simulation<'a> {
    plan: Plan,
    instrument: &'a Instrument,
    scorer: Scorer,
    places: &'a [Place],
    population: Population,
}

impl<'a> Simulation<'a> {
    /// Settles the truth of `plan` for the kab/kota `places`.
    #[must_use]
    pub fn new(plan: Plan, instrument: &'a Instrument, places: &'a [Place]) -> Self {
        let scorer = Scorer::new(instrument);
        let population = Population::new(&plan, instrument, &scorer, places);
        Self { plan, instrument, scorer, places, population }
    }

    /// Year of the round.
    #[must_use]
    pub fn year(&self) -> i16 {
        self.plan.year
    }

    /// Name that the files of this round begin with, e.g.
    /// `DATA-SIMULASI-ihai-2023-2026-putaran-1`.
    #[must_use]
    pub fn stem(&self) -> String {
        format!("{MARK}-{}-{}-putaran-{}", self.instrument.id, self.plan.year, self.plan.round)
    }
}

#[cfg(test)]
mod tests;
