//! Maps and charts of a result.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jiff::Timestamp;

use super::view::View;
use super::{Reading, is_nation, paths, say};
use crate::index::result::{RegionResult, Score, ScoreChange, ScoreKind, Verdict, Withheld};
use crate::locale::Message;
use crate::region::atlas::{self, Official};
use crate::region::{self, Code};
use crate::render::chart::{self, Axis, Coverage, Datum, Group, Movement, Reference};
use crate::render::map::{BaseMap, Classes, Detail, Label, Ramp, Region, Theme};
use crate::render::svg::{Frame, Layout};
use crate::round::frame::Level;
use crate::statistic;
use crate::store::DataFolder;

/// The statistic that stands beside the index on maps.
pub(super) const POVERTY: &str = "poverty_rate";

/// A map, its legend and the lines under it.
pub(super) struct MapFigure {
    pub(super) svg: String,
    pub(super) legend: String,
    pub(super) caption: String,
}

/// A prepared map and whose boundaries it shows.
#[derive(Clone)]
struct Drawn {
    base: Arc<BaseMap>,
    official: Option<Official>,
}

/// Prepared maps by code of the region they show, by the level of what they show of it, and by when
/// its boundaries were imported; a few are in use at a time.
type Prepared = HashMap<(String, region::Level, Option<Timestamp>), Drawn>;

static MAPS: LazyLock<Mutex<Prepared>> = LazyLock::new(Mutex::default);

/// The map of the regions inside the one with `code`, with the boundaries in use; none for a region
/// that the built-in table does not know.
fn base_map(data: &DataFolder, code: &str, links: Links) -> Option<Drawn> {
    let (level, inside, detail) = if is_nation(code) && links == Links::Public {
        (region::Level::Province, None, Detail::PROVINCES)
    } else if is_nation(code) {
        (region::Level::Regency, None, Detail::NATION)
    } else {
        let code: Code = code.parse().ok()?;
        region::get(code)?;
        let level = match code.level() {
            region::Level::Province => region::Level::Regency,
            region::Level::Regency => region::Level::District,
            region::Level::District | region::Level::Village => return None,
        };
        (level, Some(code), Detail::PROVINCE)
    };
    let imported = atlas::official(data, level).and_then(|map| map.official);
    let key = (code.to_owned(), level, imported.map(|official| official.imported));
    if let Some(known) = MAPS.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return Some(known.clone());
    }
    let map = atlas::map_of(data, level, inside);
    let label = |region: &region::Region| Label {
        code: region.code.to_string(),
        name: region.bare_name().to_owned(),
    };
    let regions = match (inside, level) {
        (Some(code), _) => region::children(code),
        (None, region::Level::Province) => region::provinces(),
        (None, _) => region::regencies(),
    };
    let labels: Vec<Label> = regions.iter().map(label).collect();
    let drawn = Drawn {
        base: Arc::new(BaseMap::prepare(&map.topology, &labels, detail)),
        official: map.official,
    };
    MAPS.lock().unwrap_or_else(PoisonError::into_inner).insert(key, drawn.clone());
    Some(drawn)
}

/// Whether the regions a figure shows link to their internal pages.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Links {
    Yes,
    /// To the public page of the region.
    Public,
    No,
}

impl Reading {
    /// What is drawn of `region` in `view`.
    pub(super) fn datum(&self, region: &RegionResult, view: View, links: Links) -> Datum {
        let words = self.words;
        let base = Datum {
            label: say::name(region, words),
            href: match links {
                Links::Yes => Some(paths::region(self.round.id, &region.code)),
                Links::Public => Some(paths::public_region(self.round.id, &region.code)),
                Links::No => None,
            },
            ..Datum::default()
        };
        match view {
            View::Score(at) => {
                let Some(score) = region.scores.get(at) else { return base };
                let (said, tone) = self.standing(region, at);
                Datum {
                    value: score.value,
                    interval: self.ends_of(score),
                    n: score.n.or_else(|| taken_in(region, score)),
                    small: score.n.or(region.n).is_some_and(|n| n < region.target),
                    withheld: score.value.is_none() && !unanswered(score.withheld),
                    words: said,
                    tone,
                    ..base
                }
            }
            View::Change => {
                let n = self.index_of(region).and_then(|score| score.n);
                match self.change_at(region, self.index_at()) {
                    Ok(change) => {
                        let (key, tone) = say::change_verdict(change.verdict);
                        Datum {
                            value: change.shown().map(|(difference, _)| difference),
                            interval: change.shown().and_then(|(_, ends)| ends),
                            n,
                            untold: !told_apart(change.verdict),
                            words: words.say(key),
                            tone,
                            ..base
                        }
                    }
                    Err(reason) => Datum { n, words: reason.short(words), ..base },
                }
            }
            View::Coverage => Datum {
                value: region.n.map(|n| 100.0 * n as f64 / region.target.max(1) as f64),
                n: region.n,
                withheld: region.n.is_none(),
                words: self.coverage_words(region),
                ..base
            },
            View::Poverty => {
                let figure = statistic::latest(&region.code, POVERTY);
                Datum {
                    value: figure.map(|figure| figure.value),
                    words: figure.map_or_else(
                        || words.say("statistic-no-data"),
                        |figure| words.tell(&figure.when()),
                    ),
                    ..base
                }
            }
        }
    }

    /// `target 1.250 tercapai`, or how many answers are missing.
    pub(super) fn coverage_words(&self, region: &RegionResult) -> String {
        let target = region.target;
        match region.n {
            None => say::withheld(region.withheld, self.words),
            Some(0) => self.words.say("results-no-answers"),
            Some(n) if n >= target => {
                self.words.tell(&Message::new("results-target-reached").with("target", target))
            }
            Some(n) => self.words.tell(
                &Message::new("results-target-missing")
                    .with("target", target)
                    .with("missing", target - n),
            ),
        }
    }

    fn frame(&self, id: &str, title: String, layout: Layout, n: Option<u64>) -> Frame {
        Frame {
            id: id.to_owned(),
            description: title.clone(),
            title,
            words: self.words,
            layout,
            simulated: self.result.simulated,
            source: self.source(),
            n,
            date: Some(self.result.round.as_of),
            notes: self.disclaimer().into_iter().collect(),
        }
    }

    /// The map of `region` in `view`; none where no boundaries are known.
    pub(super) fn map(&self, region: &RegionResult, view: View, links: Links) -> Option<MapFigure> {
        let data = self
            .drawn(region, links)
            .into_iter()
            .map(|inside| (inside.code.clone(), self.datum(inside, view, links)))
            .collect();
        self.draw_map(region, view, data, links)
    }

    /// The regions that a map of `region` shows: its kab/kota; on the public page of the nation,
    /// which is to stay light, its provinces.
    pub(super) fn drawn<'a>(
        &'a self,
        region: &'a RegionResult,
        links: Links,
    ) -> Vec<&'a RegionResult> {
        let provinces = self.result.regions.iter().filter(|of| of.level == Level::Province);
        match region.level {
            Level::Nation if links == Links::Public => provinces.collect(),
            _ => self.regencies(region),
        }
    }

    /// The kecamatan of a kab/kota; internal only, index and dimensions only.
    pub(super) fn district_map(&self, region: &RegionResult, at: usize) -> Option<MapFigure> {
        let code: Code = region.code.parse().ok()?;
        let known = region::children(code).iter().map(|district| {
            let code = district.code.to_string();
            let found = region.districts.iter().find(|other| other.code == code);
            let score = found.and_then(|found| found.scores.get(at));
            let datum = Datum {
                label: district.name.clone(),
                value: score.and_then(|score| score.value),
                interval: score.and_then(|score| self.ends_of(score)),
                n: score.map_or(Some(0), |score| score.n),
                small: score.and_then(|s| s.n).is_some_and(|n| n < self.result.options.public_from),
                withheld: score.is_some_and(|s| s.value.is_none() && !unanswered(s.withheld)),
                words: self.district_words(score),
                ..Datum::default()
            };
            (code, datum)
        });
        self.draw_map(region, View::Score(at), known.collect(), Links::No)
    }

    /// `datum` without the score where too few answers are behind it to colour a map, or, of a
    /// kecamatan, where its interval says less than two classes: it stands in the table.
    fn coloured(&self, datum: Datum, view: View, district: bool, classes: &Classes) -> Datum {
        let least = self.result.options.interval_from;
        let few = datum.n.is_some_and(|n| n < least);
        let widest = 2.0 * classes.step();
        let vague = district && datum.interval.is_none_or(|(low, high)| high - low > widest);
        if !matches!(view, View::Score(_)) || !(few || vague) || datum.value.is_none() {
            return datum;
        }
        let key = if district { "results-map-vague" } else { "results-map-few" };
        let widest = self.words.number(widest, 1);
        let said = Message::new(key).with("least", least).with("widest", widest);
        let words = self.words.tell(&said);
        Datum { value: None, interval: None, withheld: true, words, ..datum }
    }

    fn draw_map(
        &self,
        region: &RegionResult,
        view: View,
        data: Vec<(String, Datum)>,
        links: Links,
    ) -> Option<MapFigure> {
        let words = self.words;
        let Drawn { base, official } = base_map(&self.data, &region.code, links)?;
        let boundaries = atlas::boundaries(official.as_ref(), words);
        // The same on every page, whatever regions it shows.
        let classes = match view {
            View::Score(_) => Classes::scores(self.limits()),
            View::Change => Classes::change(2.0 * self.result.options.least_difference),
            View::Coverage => Classes::from(Ramp::Coverage, 20.0, 20.0),
            View::Poverty => Classes::from(Ramp::Statistic, 5.0, 5.0),
        };
        let districts = region.level == Level::Regency;
        let data = data.into_iter().map(|(code, datum)| {
            let datum = self.coloured(datum, view, districts, &classes);
            (code, datum)
        });
        let data: Vec<(String, Datum)> = data.collect();
        let title = view.title(self);
        let heading =
            match view {
                View::Score(_) => format!("{title} ({})", self.scale()),
                View::Change => words.say(self.example_or([
                    "results-map-heading-change-example",
                    "results-map-heading-change",
                ])),
                View::Coverage => words.say("results-map-heading-coverage"),
                View::Poverty => format!("{title} ({})", words.say("statistic-poverty-rate-unit")),
            };
        let hatched = if districts {
            let least = self.result.options.public_from;
            words.tell(&Message::new("results-map-hatched-few").with("least", least))
        } else {
            words.say("results-map-hatched")
        };
        let frame = Frame {
            description: words.tell(
                &Message::new("results-map-description")
                    .with("what", heading.as_str())
                    .with("region", say::name(region, words)),
            ),
            ..self.frame("peta", title, Layout::Wide, region.n)
        };
        let theme = Theme {
            regions: data.into_iter().map(|(code, datum)| Region { code, datum }).collect(),
            classes,
            heading,
            hatched,
            decimals: if view == View::Coverage { 0 } else { say::DECIMALS },
            boundaries,
        };
        // Real figures stand on a map of their own: nothing on it is simulated.
        let real = view == View::Poverty;
        let frame = Frame { simulated: frame.simulated && !real, ..frame };
        let map = base.draw(&frame, &theme);
        let caption = if real {
            let figure = statistic::latest(&region.code, POVERTY).or_else(|| {
                self.regencies(region).iter().find_map(|r| statistic::latest(&r.code, POVERTY))
            });
            figure.map_or_else(
                || words.say("statistic-no-data"),
                |figure| format!("{}, {}", figure.source.text, words.tell(&figure.when())),
            )
        } else {
            self.caption(region.n)
        };
        Some(MapFigure { svg: map.svg, legend: map.legend.html(&words), caption })
    }

    /// The chart beside a map of `region`: each kab/kota in code order with what may be said of
    /// it. Twice, for a page and for a telephone. None for real figures, which never stand in one
    /// picture with simulated ones.
    pub(super) fn chart(&self, region: &RegionResult, view: View, links: Links) -> Option<String> {
        let inside = self.regencies(region);
        if inside.len() < 2 {
            return None;
        }
        let words = self.words;
        let title = match view {
            View::Score(_) => words.tell(
                &Message::new("results-chart-title")
                    .with("what", view.title(self))
                    .with("region", say::name(region, words)),
            ),
            _ => view.title(self),
        };
        let data: Vec<Datum> = inside.iter().map(|r| self.datum(r, view, links)).collect();
        let both = |draw: &dyn Fn(&Frame) -> String| {
            let frame = |id, layout| self.frame(id, title.clone(), layout, region.n);
            draw(&frame("bagan", Layout::Wide)) + &draw(&frame("bagan-kecil", Layout::Narrow))
        };
        match view {
            View::Poverty => None,
            View::Score(at) => {
                let score = region.scores.get(at);
                let reference = score.and_then(|score| {
                    Some(Reference {
                        label: say::name(region, words),
                        value: score.value?,
                        interval: self.ends_of(score),
                    })
                });
                let groups = vec![Group { label: None, rows: data }];
                let axis = Axis::of(self.limits(), self.ends(), &groups, reference.as_ref());
                Some(both(&|frame| chart::dots(frame, &axis, &groups, reference.as_ref())))
            }
            View::Change => {
                let moved: Vec<Movement> = inside.iter().map(|r| self.moved(r, links)).collect();
                let values = moved.iter().flat_map(|m| m.before.into_iter().chain(m.now));
                let axis = Axis::around(self.limits(), self.ends(), values.collect::<Vec<_>>());
                Some(both(&|frame| chart::change(frame, &axis, &moved)))
            }
            View::Coverage => {
                let rows: Vec<Coverage> = inside
                    .iter()
                    .zip(data)
                    .map(|(region, datum)| Coverage {
                        label: datum.label,
                        n: region.n,
                        target: region.target,
                        words: datum.words,
                        href: datum.href,
                    })
                    .collect();
                Some(both(&|frame| chart::coverage(frame, &rows)))
            }
        }
    }

    fn moved(&self, region: &RegionResult, links: Links) -> Movement {
        let datum = self.datum(region, View::Change, links);
        let found = self.score_change(region, self.index_at());
        Movement {
            label: datum.label,
            before: found.and_then(|change| change.before),
            now: found.and_then(ScoreChange::now),
            interval: found.and_then(|change| change.shown()?.1),
            words: datum.words,
            tone: datum.tone,
            href: datum.href,
        }
    }

    /// The profile of `region`: every variable with its components (PPA), dot and interval.
    pub(super) fn profile(&self, region: &RegionResult) -> Option<String> {
        let words = self.words;
        let scores = || self.result.scores.iter().zip(&region.scores);
        let mut groups = Vec::new();
        let rows_of = |kind: ScoreKind, variable: Option<&str>| -> Vec<Datum> {
            scores()
                .filter(|(definition, _)| {
                    definition.kind == kind
                        && (variable.is_none() || definition.variable.as_deref() == variable)
                })
                .map(|(definition, score)| {
                    let component = definition.component.as_deref();
                    let label = self
                        .result
                        .scores
                        .iter()
                        .find(|other| {
                            other.kind == ScoreKind::Component
                                && other.component.as_deref() == component
                        })
                        .map_or_else(|| self.title(definition), |component| self.title(component));
                    let said = match score.value {
                        Some(_) => String::new(),
                        None => say::withheld(score.withheld, words),
                    };
                    Datum {
                        label,
                        value: score.value,
                        interval: self.ends_of(score),
                        n: score.n,
                        small: score.n.is_some_and(|n| n < region.target),
                        withheld: score.value.is_none() && !unanswered(score.withheld),
                        words: said,
                        ..Datum::default()
                    }
                })
                .collect()
        };
        let over = rows_of(ScoreKind::Component, None);
        if over.is_empty() {
            return None;
        }
        groups.push(Group { label: Some(words.say("results-profile-all")), rows: over });
        for variable in self.result.scores.iter().filter(|s| s.kind == ScoreKind::Variable) {
            groups.push(Group {
                label: Some(self.title(variable)),
                rows: rows_of(ScoreKind::Cell, variable.variable.as_deref()),
            });
        }
        let axis = Axis::of(self.limits(), self.ends(), &groups, None);
        let title = words.say("results-profile-title");
        let draw = |id, layout| {
            chart::dots(&self.frame(id, title.clone(), layout, region.n), &axis, &groups, None)
        };
        Some(draw("profil", Layout::Wide) + &draw("profil-kecil", Layout::Narrow))
    }

    /// Lowest and highest possible score.
    fn limits(&self) -> (f64, f64) {
        let (low, high) = self.result.instrument.scale;
        (f64::from(low), f64::from(high))
    }

    /// Words for the ends of the scale; the result does not carry the instrument's own.
    fn ends(&self) -> (String, String) {
        self.questionnaire().map_or_else(Default::default, |instrument| {
            let language = self.words.language;
            let scale = &instrument.scale;
            (
                scale.low.in_language(language).to_owned(),
                scale.high.in_language(language).to_owned(),
            )
        })
    }
}

/// The answers taken in, of a region whose score is not public, where their number is.
fn taken_in(region: &RegionResult, score: &Score) -> Option<u64> {
    use Withheld::{BelowPublic, Complementary, NoAnswers};
    let told = matches!(score.withheld, Some(NoAnswers | BelowPublic | Complementary));
    region.n.filter(|_| told)
}

/// Whether a change is one: only then has it a class on a map.
fn told_apart(verdict: Option<Verdict>) -> bool {
    matches!(verdict, Some(Verdict::ClearlyAbove | Verdict::ClearlyBelow))
}

/// Whether there is simply no answer, rather than one that may not be shown.
fn unanswered(reason: Option<Withheld>) -> bool {
    matches!(reason, None | Some(Withheld::NoAnswers))
}
