//! The pages of plans: taking them in, what does not fit, the plans side by side, and what is
//! printed of them.
//!
//! [`Looking`] is an alignment in one language. Nothing here counts findings of a region or sorts by
//! them; regions that sent nothing stand first.

mod board;
mod board_cache;
mod documents;
mod mapping;
mod pair;
mod print;
mod tree;
mod upload;

use std::sync::Arc;
use std::time::Duration;

use super::{AppState, Choice, Entry, Page, Problem, Route, Visit, html, paths, sent};
use crate::align::{self, Alignment};
use crate::check::{Check, State};
use crate::locale::{Message, Words};
use crate::plan::Head;
use crate::policy::{Action, Module};
use crate::region::{self, Level};
use crate::store::Tx;
use board_cache::Board;

pub use board_cache::BoardCache;

/// Bytes of one sending of plans: hundreds of the largest known.
const SENDING: usize = 256 << 20;
/// Time one sending may take.
const SENDING_TIME: Duration = Duration::from_secs(600);
/// Bytes of a list or of a form of columns.
const SMALL: usize = 16 << 20;
const SMALL_TIME: Duration = Duration::from_secs(60);

pub(super) fn routes() -> Vec<Route> {
    use Action::{Change, Create, Delete, View};
    let module = Module::Plan;
    vec![
        Route::get(paths::PLANNING, View, module, documents::start),
        Route::post("/perencanaan/unggah", Create, module, upload::receive)
            .accepting(SENDING, SENDING_TIME),
        Route::get("/perencanaan/unggah/{sending}", Create, module, upload::show),
        Route::post("/perencanaan/unggah/{sending}", Create, module, upload::add)
            .accepting(SENDING, SENDING_TIME),
        Route::post("/perencanaan/unggah/{sending}/buang", Create, module, upload::discard),
        Route::get("/perencanaan/unggah/{sending}/tabel/{table}", Create, module, upload::table),
        Route::post(
            "/perencanaan/unggah/{sending}/tabel/{table}",
            Create,
            module,
            upload::complete,
        )
        .accepting(SMALL, SMALL_TIME),
        Route::get("/perencanaan/unggah/{sending}/hasil", Create, module, upload::read)
            .accepting(SMALL, SMALL_TIME),
        Route::post("/perencanaan/unggah/{sending}/simpan", Create, module, upload::keep)
            .accepting(SMALL, SMALL_TIME),
        Route::get("/perencanaan/dokumen/{plan}", View, module, documents::one),
        Route::get("/perencanaan/dokumen/{plan}/beda", View, module, documents::red_line),
        Route::post("/perencanaan/dokumen/{plan}/tarik", Delete, module, documents::withdraw),
        Route::get("/perencanaan/{province}/dokumen", View, module, documents::list),
        Route::post("/perencanaan/{province}/usulan", Change, module, upload::proposals)
            .accepting(SMALL, SMALL_TIME),
        Route::post("/perencanaan/{province}/rapat", Change, module, upload::items)
            .accepting(SMALL, SMALL_TIME),
        Route::get("/perencanaan/{province}/{year}", View, module, board::show),
        Route::get("/perencanaan/{province}/{year}/daerah/{region}", View, module, tree::show),
        Route::get("/perencanaan/{province}/{year}/temuan/{one}/{other}", View, module, pair::show),
        Route::post(
            "/perencanaan/{province}/{year}/temuan/{one}/{other}/sengaja",
            Change,
            module,
            pair::silence,
        ),
        Route::post(
            "/perencanaan/{province}/{year}/temuan/{one}/{other}/buka",
            Change,
            module,
            pair::reopen,
        ),
        Route::get("/perencanaan/{province}/{year}/matriks", View, module, print::matrix),
        Route::get("/perencanaan/{province}/{year}/lembar-sekda", View, module, print::sheet),
        Route::get("/perencanaan/{province}/{year}/unduh/{file}", View, module, print::download)
            .accepting(SMALL, SMALL_TIME),
    ]
}

/// A province by its code.
fn province(text: &str) -> Result<region::Code, Problem> {
    let code = text.parse::<region::Code>().map_err(|_| Problem::NotFound)?;
    let known = code.level() == Level::Province && region::get(code).is_some();
    known.then_some(code).ok_or(Problem::NotFound)
}

/// What a document is and whose, in a sentence.
fn title(head: &Head) -> Message {
    let years = match head.years {
        (from, to) if from == to => from.to_string(),
        (from, to) => format!("{from}–{to}"),
    };
    let stage = match head.revision {
        0 => head.stage.name(),
        number => Message::new("planning-stage-change")
            .with("stage", head.stage.name())
            .with("number", i64::from(number)),
    };
    Message::new("planning-document")
        .with("kind", head.kind.name())
        .with("stage", stage)
        .with("years", years)
        .with("agency", head.agency.clone().unwrap_or_else(|| "–".to_owned()))
}

/// A state as a page shows it: never by its colour alone.
struct Sign {
    word: String,
    class: &'static str,
    mark: &'static str,
}

impl Sign {
    fn of(state: State, words: Words) -> Self {
        let (class, mark) = match state {
            State::NotSent => ("not-sent", "–"),
            State::ToExplain => ("to-explain", "?"),
            State::NotCheckable => ("not-checkable", "○"),
            State::Checked => ("checked", "✓"),
        };
        Self { word: words.tell(&state.name()), class, mark }
    }
}

/// An alignment in one language.
struct Looking {
    board: Arc<Board>,
    words: Words,
}

impl Looking {
    async fn at(
        state: &AppState,
        visit: &Visit,
        tx: &mut Tx,
        of: (&str, &str),
    ) -> Result<Self, Problem> {
        let province = province(of.0)?;
        let year = of.1.parse::<i16>().map_err(|_| Problem::NotFound)?;
        let board = state.boards.of(state, visit, tx, province, year).await?;
        Ok(Self { board, words: visit.words() })
    }

    fn alignment(&self) -> &Alignment {
        &self.board.alignment
    }

    fn say(&self, key: &str) -> String {
        self.words.say(key)
    }

    /// A region of the alignment by its code.
    fn region(&self, text: &str) -> Result<region::Code, Problem> {
        let code = text.parse::<region::Code>().map_err(|_| Problem::NotFound)?;
        self.alignment().regions().find(|of| *of == code).ok_or(Problem::NotFound)
    }

    /// Regions that border on `region`, its province left out.
    fn neighbours(&self, region: region::Code) -> Vec<region::Code> {
        let pairs = self.alignment().neighbours.iter();
        let mut found: Vec<region::Code> = pairs
            .filter_map(|(one, other)| match region {
                of if of == *one => Some(*other),
                of if of == *other => Some(*one),
                _ => None,
            })
            .collect();
        found.sort_unstable();
        found
    }

    fn check(&self, check: Check) -> String {
        self.words.tell(&check.name())
    }

    /// A page of this alignment; `message` is its title and may use the province and the year.
    fn page(&self, visit: &Visit, key: &str) -> Page {
        let alignment = self.alignment();
        let title = Message::new(key)
            .with("province", align::name(alignment.upper))
            .with("year", alignment.year.to_string());
        let mut page = visit.bare_page(self.words.tell(&title)).at(Entry::Planning);
        page.simulated = alignment.simulated;
        let source = Message::new("planning-source")
            .with("documents", alignment.plans.len())
            .with("rules", alignment.rules.as_str());
        let mut source = self.words.tell(&source);
        if let Some(index) = &alignment.index {
            let beside = Message::new("planning-source-index").with("round", index.round.as_str());
            source = format!("{source} {}", self.words.tell(&beside));
        }
        page.source = Some(source);
        page
    }

    fn place(&self) -> (region::Code, i16) {
        (self.alignment().upper, self.alignment().year)
    }
}
