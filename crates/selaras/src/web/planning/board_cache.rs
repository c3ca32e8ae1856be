//! Alignments that were computed lately.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jiff::civil::Date;

use crate::align::{self, Alignment, IndexPart, matrix};
use crate::index::frozen::ResultFolder;
use crate::locale::TimeZone;
use crate::plan::{CodeLevel, Head};
use crate::policy::Scope;
use crate::region;
use crate::round::register::{self, Round};
use crate::store::{RoundId, Tx};
use crate::web::{AppState, Problem, Visit};

/// Alignments kept at most.
const MOST: usize = 6;

/// Keeps the alignments that were asked for last. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub struct BoardCache(Arc<Mutex<VecDeque<Kept>>>);

#[derive(Debug)]
struct Kept {
    of: Of,
    board: Arc<Board>,
}

/// What an alignment is computed of.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Of {
    province: region::Code,
    year: i16,
    today: Date,
    /// [`align::register::state`].
    state: String,
    /// The round whose result stands beside, with the name of the result.
    result: Option<(RoundId, String)>,
}

/// An alignment and the matrices that were made of it.
#[derive(Debug)]
pub(super) struct Board {
    pub(super) alignment: Alignment,
    lines: [OnceLock<Vec<matrix::Line>>; 3],
}

impl Board {
    /// The lines of the matrix of `level`.
    pub(super) fn lines(&self, level: CodeLevel) -> &[matrix::Line] {
        let [programs, activities, others] = &self.lines;
        let place = match level {
            CodeLevel::Program => programs,
            CodeLevel::Activity => activities,
            _ => others,
        };
        place.get_or_init(|| matrix::lines(&self.alignment, level))
    }
}

/// The years that plans are for: those of plans of one year, or else all of a plan of five.
pub(super) fn years<'a>(heads: impl Iterator<Item = &'a Head> + Clone) -> BTreeSet<i16> {
    let of = |head: &'a Head| head.years.0..=head.years.1;
    let short: BTreeSet<i16> =
        heads.clone().filter(|head| !head.kind.is_mid_term()).flat_map(of).collect();
    if short.is_empty() { heads.flat_map(of).collect() } else { short }
}

impl BoardCache {
    /// The alignment of `province` in `year` as the store has it now.
    ///
    /// # Errors
    /// [`Problem::NotFound`] where no plan of the province is kept for the year.
    pub(super) async fn of(
        &self,
        state: &AppState,
        visit: &Visit,
        tx: &mut Tx,
        province: region::Code,
        year: i16,
    ) -> Result<Arc<Board>, Problem> {
        let scope = Scope::of(province.as_str()).ok_or(Problem::NotFound)?;
        let rounds = register::list(tx, visit.actor(), &scope).await?;
        // The newest result of the whole province, or else of a part of it.
        let whole = |round: &Round| {
            round
                .regions
                .iter()
                .any(|code| Scope::of(code).is_some_and(|scope| scope.contains(province.as_str())))
        };
        let (wholes, parts): (Vec<Round>, Vec<Round>) =
            rounds.into_iter().filter(|round| round.result.is_some()).partition(whole);
        let round = wholes.into_iter().chain(parts).next();
        let mut of = Of {
            province,
            year,
            today: TimeZone::of_province(province.as_str()).wall(state.clock.now()).date(),
            state: align::register::state(tx, visit.actor(), province).await?,
            result: round.as_ref().and_then(|of| Some((of.id, of.result.clone()?))),
        };
        if let Some(board) = self.find(&of) {
            return Ok(board);
        }
        let inputs = align::register::inputs(tx, visit.actor(), province).await?;
        let mut inputs = inputs.ok_or(Problem::NotFound)?;
        if !years(inputs.plans.iter().map(|of| of.version.head())).contains(&year) {
            return Err(Problem::NotFound);
        }
        inputs.year = year;
        let folder = round.and_then(|round| ResultFolder::of(state.store.folder(), &round));
        if let Some(folder) = folder {
            match state.results.read(&folder.result()).await {
                Ok(result) => inputs.index = within(IndexPart::of(&result), province),
                // A result that was deleted beside us is none, this time.
                Err(_) => of.result = None,
            }
        }
        let today = of.today;
        // Most often one document or verdict is another than the last time.
        let seen = self.take(province, year).and_then(Arc::into_inner);
        let computed = tokio::task::spawn_blocking(move || match seen {
            Some(seen) => align::realign(seen.alignment, inputs, today),
            None => align::align(inputs, today),
        });
        let alignment = computed.await.map_err(Problem::fault)?;
        let board = Arc::new(Board { alignment, lines: Default::default() });
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|known| (known.of.province, known.of.year) != (province, year));
        kept.push_back(Kept { of, board: Arc::clone(&board) });
        while kept.len() > MOST {
            kept.pop_front();
        }
        Ok(board)
    }

    /// The board of `province` in `year`, out of the cache.
    fn take(&self, province: region::Code, year: i16) -> Option<Arc<Board>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at =
            kept.iter().position(|known| (known.of.province, known.of.year) == (province, year))?;
        kept.remove(at).map(|known| known.board)
    }

    fn find(&self, of: &Of) -> Option<Arc<Board>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|known| known.of == *of)?;
        let found = kept.remove(at)?;
        let board = Arc::clone(&found.board);
        kept.push_back(found);
        Some(board)
    }
}

/// What a result says of a province and its kab/kota; none where it says nothing.
fn within(mut index: IndexPart, province: region::Code) -> Option<IndexPart> {
    index.measured.retain(|of| province.contains(&of.region));
    if let Some(low) = &mut index.low {
        low.retain(|of| province.contains(&of.region));
    }
    let says = !index.measured.is_empty() || index.low.as_ref().is_some_and(|of| !of.is_empty());
    says.then_some(index)
}
