//! The pages that show a result.
//!
//! [`Reading`] is a round and its result in one language; [`say`] turns its values into sentences,
//! [`figures`] into maps and charts, [`tables`] into tables. A page puts these together and says
//! nothing of its own. The public page reads [`crate::index::disclosure::public`] and nothing else.

mod compare;
mod data;
mod download;
mod figures;
mod groups;
mod home;
mod map;
mod method;
mod public;
mod region;
mod say;
mod tables;
mod unsaid;
mod view;

use std::sync::Arc;

use super::{AppState, Choice, Entry, Page, Problem, Route, Visit, paths};
use crate::index::frozen::ResultFolder;
use crate::index::result::{IndexResult, RegionResult};
use crate::instrument::{self, Instrument};
use crate::locale::{Message, Words};
use crate::policy::{Action, Module, NATION};
use crate::round::frame::Level;
use crate::round::register::{self, Round};
use crate::store::{DataFolder, RoundId, Tx};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(paths::HOME, Action::View, Module::Round, home::start),
        Route::get("/putaran/{round}/beranda", Action::View, Module::Result, home::show),
        Route::get("/putaran/{round}/peta", Action::View, Module::Result, map::show),
        Route::get("/putaran/{round}/wilayah/{code}", Action::View, Module::Result, region::show),
        Route::get(
            "/putaran/{round}/wilayah/{code}/kelompok/{score}",
            Action::View,
            Module::Result,
            groups::show,
        ),
        Route::get("/putaran/{round}/beda", Action::View, Module::Result, compare::show),
        Route::get("/putaran/{round}/metode", Action::View, Module::Result, method::show),
        Route::get("/publik/{round}", Action::View, Module::Result, public::show).public(),
        Route::get("/publik/{round}/metode", Action::View, Module::Result, method::show_public)
            .public(),
        Route::get(
            "/putaran/{round}/unduh/{file}",
            Action::View,
            Module::Result,
            download::internal,
        ),
        Route::get("/publik/{round}/unduh/{file}", Action::View, Module::Result, download::public)
            .public(),
        Route::get(paths::DATA, Action::View, Module::Program, data::show),
    ]
}

/// A round, its result, and the language it is read in.
struct Reading {
    round: Round,
    result: Arc<IndexResult>,
    words: Words,
    /// Where the boundaries in use lie.
    data: DataFolder,
}

impl Reading {
    /// The round called `id` with its internal result.
    async fn internal(
        state: &AppState,
        visit: &Visit,
        tx: &mut Tx,
        id: &str,
    ) -> Result<Self, Problem> {
        let id: RoundId = id.parse()?;
        let round = register::get(tx, visit.actor(), id).await?;
        let result = stored(state, &round).await?;
        Ok(Self { round, result, words: visit.words(), data: state.store.folder().clone() })
    }

    /// The region with `code`.
    fn region(&self, code: &str) -> Result<&RegionResult, Problem> {
        self.find(code).ok_or(Problem::NotFound)
    }

    fn find(&self, code: &str) -> Option<&RegionResult> {
        self.result.regions.iter().find(|region| region.code == code)
    }

    /// The region a page opens with: the province where the round has only one, or where only one
    /// has a kab/kota that reached the target; else the nation, else the first region.
    fn first(&self) -> Result<&RegionResult, Problem> {
        let of = |level| self.result.regions.iter().filter(move |region| region.level == level);
        let provinces: Vec<&RegionResult> = of(Level::Province).collect();
        let reached: Vec<&RegionResult> =
            provinces.iter().copied().filter(|province| province.reached > Some(0)).collect();
        let only = match (provinces.as_slice(), reached.as_slice()) {
            (&[only], _) | (_, &[only]) => Some(only),
            _ => None,
        };
        only.or_else(|| of(Level::Nation).next())
            .or_else(|| self.result.regions.first())
            .ok_or(Problem::NotFound)
    }

    /// The region asked for, or the one to open with.
    fn chosen(&self, code: &str) -> Result<&RegionResult, Problem> {
        if code.is_empty() { self.first() } else { self.region(code) }
    }

    /// The province or nation asked for, or the one to open with; in place of a kab/kota what it
    /// lies in.
    fn aggregate(&self, code: &str) -> Result<&RegionResult, Problem> {
        Ok(self.around(self.chosen(code)?))
    }

    /// What `region` lies in where it is a kab/kota; else itself.
    fn around<'a>(&'a self, region: &'a RegionResult) -> &'a RegionResult {
        match region.level {
            Level::Regency => self.parent(region).unwrap_or(region),
            Level::Nation | Level::Province => region,
        }
    }

    /// Links to the nation and every province: address, name, and whether it is `chosen`.
    fn aggregates(
        &self,
        chosen: &RegionResult,
        address: impl Fn(&str) -> String,
    ) -> Vec<(String, String, bool)> {
        let shown = self.result.regions.iter().filter(|region| region.level != Level::Regency);
        let link = |region: &RegionResult| {
            (address(&region.code), say::name(region, self.words), region.code == chosen.code)
        };
        shown.map(link).collect()
    }

    /// The kab/kota of `region`, in code order; of a kab/kota, itself.
    fn regencies<'a>(&'a self, region: &'a RegionResult) -> Vec<&'a RegionResult> {
        let inside = |other: &&RegionResult| {
            other.level == Level::Regency
                && match region.level {
                    Level::Nation => true,
                    Level::Province => other.parent.as_deref() == Some(region.code.as_str()),
                    Level::Regency => other.code == region.code,
                }
        };
        self.result.regions.iter().filter(inside).collect()
    }

    /// The region around `region`, if the result has it.
    fn parent(&self, region: &RegionResult) -> Option<&RegionResult> {
        region.parent.as_deref().and_then(|code| self.find(code))
    }

    /// A page of this round; `place` is the region it is about and `view` what the picker of
    /// regions leads to.
    async fn page(
        &self,
        visit: &Visit,
        tx: &mut Tx,
        (title, entry): (String, Entry),
        place: Option<(&RegionResult, Levels)>,
        view: &'static str,
    ) -> Result<Page, Problem> {
        let mut page = visit.round_page(tx, &self.data, &self.round, title).await?.at(entry);
        page.simulated |= self.result.simulated;
        page.source = Some(self.source());
        if let Some((place, levels)) = place {
            let shown = self.result.regions.iter().filter(|region| match levels {
                Levels::All => true,
                Levels::Whole => region.level != Level::Regency,
            });
            let choices = shown.map(|region| Choice {
                value: region.code.clone(),
                label: say::name(region, self.words),
                chosen: region.code == place.code,
            });
            page = page.with_regions(choices.collect(), view);
        }
        Ok(page)
    }

    /// What every figure of this round names as its source.
    fn source(&self) -> String {
        let result = &self.result;
        self.words.tell(
            &Message::new("results-source")
                .with("round", result.round.name.as_str())
                .with("instrument", self.instrument())
                .with("program", result.program.as_str()),
        )
    }

    /// The instrument of the round, as the program knows it now.
    fn questionnaire(&self) -> Option<&'static Instrument> {
        instrument::find(&self.data, &self.round.instrument)
    }

    /// Name and version of the instrument.
    fn instrument(&self) -> String {
        let instrument = &self.result.instrument;
        self.words.tell(
            &Message::new("results-instrument")
                .with("title", instrument.title.in_language(self.words.language))
                .with("version", instrument.version.as_str()),
        )
    }
}

/// Which regions a page's picker offers.
#[derive(Clone, Copy)]
enum Levels {
    /// All of the result.
    All,
    /// Provinces and the nation.
    Whole,
}

/// The internal result of `round`.
async fn stored(state: &AppState, round: &Round) -> Result<Arc<IndexResult>, Problem> {
    let Some(folder) = ResultFolder::of(state.store.folder(), round) else {
        return Err(Problem::Invalid(
            Message::new("results-none-yet").with("round", round.name.as_str()),
        ));
    };
    state.results.read(&folder.result()).await
}

/// Whether `code` is the code of the whole country.
fn is_nation(code: &str) -> bool {
    code == NATION
}
