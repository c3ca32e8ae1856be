//! What every page knows: its reader, its place in the menu, its round and region.

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::Uri;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;

use super::edge::code;
use super::{Problem, asset_url, paths};
use crate::index::frozen;
use crate::locale::{Language, Message, TimeZone, Words};
use crate::policy::{Actor, Scope};
use crate::round::register::{self, Round};
use crate::store::{Clock, DataFolder, RoundId, Tx};

/// Who asks for a page, in which language, at which address.
#[derive(Clone, Debug)]
pub struct Visit {
    words: Words,
    actor: Actor,
    here: String,
    now: Timestamp,
}

impl Visit {
    pub(super) fn new(language: Language, uri: &Uri, clock: Clock) -> Self {
        let mut here = format!("{}?", uri.path());
        for pair in uri.query().unwrap_or_default().split('&') {
            if !pair.is_empty() && !pair.starts_with("bahasa=") {
                here.push_str(pair);
                here.push('&');
            }
        }
        let (words, actor) = (Words::new(language), Actor::operator());
        Self { words, actor, here, now: clock.now() }
    }

    /// The reader's language.
    #[must_use]
    pub fn words(&self) -> Words {
        self.words
    }

    /// Who asks.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// A page with the rounds the reader may choose from in its head.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn page(&self, tx: &mut Tx, title: String) -> Result<Page, Problem> {
        let rounds = register::list(tx, &self.actor, &Scope::nation()).await?;
        let mut page = self.bare_page(title);
        page.rounds = rounds.iter().map(RoundHead::from).collect();
        Ok(page)
    }

    /// A page that shows `round` and what its result says, with a notice where that no longer shows
    /// what the round holds.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn round_page(
        &self,
        tx: &mut Tx,
        data: &DataFolder,
        round: &Round,
        title: String,
    ) -> Result<Page, Problem> {
        let outdated = frozen::outdated(tx, &self.actor, data, round).await?;
        let mut page = self.page(tx, title).await?.of_round(round);
        page.outdated = outdated.then(|| recompute(round));
        Ok(page)
    }

    /// A page without anything from the store.
    #[must_use]
    pub fn bare_page(&self, title: String) -> Page {
        let wall = TimeZone::Wib.wall(self.now);
        Page {
            words: self.words,
            title,
            here: self.here.clone(),
            entry: None,
            rounds: Vec::new(),
            round: None,
            regions: Vec::new(),
            view: "",
            open: false,
            simulated: false,
            outdated: None,
            refreshes: false,
            source: None,
            made: format!(
                "{}, {}",
                self.words.date(wall.date()),
                self.words.time(wall.time(), TimeZone::Wib)
            ),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // The edge puts it there for every request.
        parts.extensions.get::<Self>().cloned().ok_or(Problem::NotFound)
    }
}

/// The entries of the menu that exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Beranda.
    Home,
    /// Survei & Indeks.
    Survey,
    /// Perencanaan.
    Planning,
    /// Data & Laporan.
    Data,
}

impl Entry {
    /// Address, message key, and whether it stands below the eight entries of the main menu.
    const ALL: [(Self, &'static str, &'static str, bool); 4] = [
        (Self::Home, paths::HOME, "web-menu-home", false),
        (Self::Survey, paths::ROUNDS, "web-menu-survey", false),
        (Self::Planning, paths::PLANNING, "web-menu-planning", false),
        (Self::Data, paths::DATA, "web-menu-data", true),
    ];
}

/// One line of the menu.
#[derive(Clone, Debug)]
pub(crate) struct MenuLine {
    /// Address.
    pub path: &'static str,
    /// Its words.
    pub label: String,
    /// Whether the page belongs to it.
    pub current: bool,
    /// Whether it stands below the main entries.
    pub below: bool,
}

/// One choice of a picker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// Whether it is the present one.
    pub chosen: bool,
}

/// A round as far as the head of a page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundHead {
    /// Id.
    pub id: RoundId,
    /// Name.
    pub name: String,
    /// Whether its answers are simulated.
    pub simulated: bool,
}

impl From<&Round> for RoundHead {
    fn from(round: &Round) -> Self {
        Self { id: round.id, name: round.name.clone(), simulated: round.simulated }
    }
}

/// What `layout.html` needs. A template holds it in a field called `page`.
#[derive(Clone, Debug)]
pub struct Page {
    // What is visible in the crate only is for `layout.html`, which every template extends.
    /// The reader's language.
    pub words: Words,
    /// Title, without the name of the program.
    pub title: String,
    pub(crate) here: String,
    pub(crate) entry: Option<Entry>,
    pub(crate) rounds: Vec<RoundHead>,
    pub(crate) round: Option<RoundId>,
    pub(crate) regions: Vec<Choice>,
    pub(crate) view: &'static str,
    pub(crate) open: bool,
    /// Whether anything shown is simulated: then the head says so, in print too.
    pub simulated: bool,
    /// Where to compute again, where the page shows a result that no longer fits its round: then it
    /// says so above everything else.
    pub outdated: Option<String>,
    /// Whether the page shows something that moves on by itself.
    pub refreshes: bool,
    /// Where what is shown comes from, for the footer.
    pub source: Option<String>,
    pub(crate) made: String,
}

impl Page {
    /// The same page under a menu entry.
    #[must_use]
    pub fn at(self, entry: Entry) -> Self {
        Self { entry: Some(entry), ..self }
    }

    /// The same page showing `round`; the head offers the other rounds beside it and says when the
    /// answers are simulated.
    #[must_use]
    pub fn of_round(self, round: &Round) -> Self {
        Self { round: Some(round.id), simulated: self.simulated || round.simulated, ..self }
    }

    /// The same page with a picker of regions; `view` is the last part of the address that shows
    /// the chosen one (`peta`, `beda`), or empty for the page of a region.
    #[must_use]
    pub fn with_regions(self, regions: Vec<Choice>, view: &'static str) -> Self {
        Self { regions, view, ..self }
    }

    /// The same page for readers who may see nothing else: without menu and pickers.
    #[must_use]
    pub fn open_to_all(self) -> Self {
        Self { open: true, ..self }
    }

    /// The text of a message without values.
    #[must_use]
    pub fn say(&self, key: &str) -> String {
        self.words.say(key)
    }

    /// The text of a message.
    #[must_use]
    pub fn tell(&self, message: &Message) -> String {
        self.words.tell(message)
    }

    /// The address of an embedded file.
    #[must_use]
    pub fn asset(&self, name: &str) -> String {
        asset_url(name)
    }

    pub(crate) fn html_language(&self) -> &'static str {
        if self.words.language == Language::En { "en" } else { "id" }
    }

    pub(crate) fn menu(&self) -> Vec<MenuLine> {
        Entry::ALL
            .iter()
            .map(|&(entry, path, key, below)| MenuLine {
                path,
                label: self.say(key),
                current: self.entry == Some(entry),
                below,
            })
            .collect()
    }

    /// This page in the other languages: code, its own name, whether it is this one.
    pub(crate) fn languages(&self) -> Vec<(&'static str, String, bool)> {
        [Language::Id, Language::En]
            .map(|language| {
                let code = code(language);
                let name = self.say(&format!("web-language-{code}"));
                (code, name, self.words.language == language)
            })
            .to_vec()
    }

    pub(crate) fn is_round(&self, id: &RoundId) -> bool {
        self.round == Some(*id)
    }

    pub(crate) fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }
}

/// Where the index of `round` is computed again: the form, or where there are no answers any more,
/// the page of the round.
pub(super) fn recompute(round: &Round) -> String {
    if round.answers > 0 { paths::compute_form(round.id) } else { paths::upload(round.id) }
}

/// A template as a response.
///
/// # Errors
/// [`Problem::Fault`] where the template cannot be filled.
pub fn html(template: &impl Template) -> Result<Response, Problem> {
    Ok(([(CONTENT_TYPE, "text/html; charset=utf-8")], template.render()?).into_response())
}
