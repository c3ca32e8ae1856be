//! What a result says of itself: summary, method and sources.

use std::collections::{BTreeMap, BTreeSet};

use super::{NAMED, Teller, VALUE, columns};
use crate::index::result::Form;
use crate::instrument::{Aggregation, Evidence, Missing};
use crate::locale::{Message, first_of};
use crate::render::table::{Cell, Kind, Table};
use crate::round::answers::Design;

impl Teller<'_> {
    /// What this is, whom it describes and how to read it.
    pub(in super::super) fn summary(&self) -> Table {
        let heads = columns(self.words, &[("about", Kind::Text), ("content", Kind::Text)]);
        let mut table = self.table("summary", heads);
        for (key, content) in self.summary_lines() {
            table.push(vec![self.say(&key).into(), content.into()]);
        }
        table
    }

    /// The summary's lines as (key of the heading, sentence).
    pub(in super::super) fn summary_lines(&self) -> Vec<(String, String)> {
        let result = self.result;
        let line = |key: &str, content: String| (format!("files-about-{key}"), content);
        let mut lines = Vec::new();
        lines.extend(self.standing().map(|standing| line("standing", standing)));
        lines.push(line("round", result.round.name.clone()));
        lines.push(line(
            "instrument",
            self.words.tell(
                &Message::new("files-instrument")
                    .with("title", self.text(&self.instrument.title))
                    .with("version", result.instrument.version.clone())
                    .with("min", u64::from(result.instrument.scale.0))
                    .with("max", u64::from(result.instrument.scale.1)),
            ),
        ));
        let day = |date: Option<jiff::civil::Date>| date.map(|date| self.words.short_date(date));
        let open = self.say("files-not-closed");
        lines.push(line("closed", day(result.round.closed).unwrap_or(open)));
        if let Some(top) = result.regions.first() {
            let n = match (top.n, top.withheld) {
                (Some(n), _) => self.words.tell(&Message::new("chart-answers").with("n", n)),
                (None, reason) => match result.answers_told(top) {
                    0 => reason.map(|reason| self.withheld(reason)).unwrap_or_default(),
                    least => self.words.tell(&Message::new("files-more-than").with("least", least)),
                },
            };
            lines.push(line("n", n));
        }
        lines.push(line("whom", self.whom()));
        lines.push(line("interval", self.interval_meaning()));
        lines.extend(self.fragility().map(|said| line("fragility", said)));
        lines.push(line("differences", self.say("files-differences-meaning")));
        lines.push(line("coverage", self.say("files-coverage-meaning")));
        lines.extend(self.not_adjusted().map(|said| line("adjusted", said)));
        lines.extend(result.notes.iter().map(|note| line("note", self.words.tell(note))));
        let form = match result.form {
            Form::Internal => "files-form-internal-meaning",
            Form::Public => "files-form-public-meaning",
        };
        lines.push(line("form", self.say(form)));
        lines
    }

    /// Why regions have no adjusted score, each reason with its regions unless it is that of all.
    fn not_adjusted(&self) -> Option<String> {
        let regions = &self.result.regions;
        let mut reasons: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for region in regions {
            let reason = region.not_adjusted.as_ref().filter(|reason| reason.values.is_empty());
            let Some(reason) = reason else { continue };
            reasons.entry(self.words.tell(reason)).or_default().push(&region.name);
        }
        let told = reasons.into_iter().map(|(reason, names)| {
            if names.len() == regions.len() {
                return reason;
            }
            let message = Message::new("files-reason-of").with("reason", reason);
            self.words.tell(&message.with("regions", first_of(&names, NAMED)))
        });
        let told: Vec<String> = told.collect();
        (!told.is_empty()).then(|| told.join(" "))
    }

    /// Whom the figures describe.
    pub(in super::super) fn whom(&self) -> String {
        self.say(match self.result.design {
            Design::OpenLink => "files-whom-open-link",
            Design::Recorded => "files-whom-recorded",
        })
    }

    /// What the interval covers and what it does not.
    pub(in super::super) fn interval_meaning(&self) -> String {
        let key = match self.result.design {
            Design::OpenLink => "files-interval-meaning-random",
            Design::Recorded => "files-interval-meaning-design",
        };
        let percent = self.words.number(self.result.options.confidence * 100.0, 0);
        self.words.tell(&Message::new(key).with("percent", percent))
    }

    /// The test of fragility on the topmost score that has one, in plain words (METHOD §2).
    pub(in super::super) fn fragility(&self) -> Option<String> {
        let wanted = self.result.options.selection;
        self.result.regions.iter().find_map(|region| {
            let score = region.scores.first()?;
            let shift = score.shifts.iter().find(|shift| shift.correlation == wanted)?;
            Some(
                self.words.tell(
                    &Message::new("files-fragility")
                        .with("region", region.name.clone())
                        .with("correlation", self.words.number(shift.correlation, 2))
                        .with("shift", self.words.number(shift.shift, 2)),
                ),
            )
        })
    }

    /// Instrument, weights, formula, settings, what is inferred and what is unknown.
    pub(in super::super) fn method(&self) -> Table {
        let heads = columns(
            self.words,
            &[("about", Kind::Text), ("content", Kind::Text), ("evidence", Kind::Text)],
        );
        let mut table = self.table("method", heads);
        let instrument = self.instrument;
        let mut line = |about: String, content: String, evidence: Option<Evidence>| {
            let evidence = evidence.map(|evidence| self.evidence(evidence));
            table.push(vec![about.into(), content.into(), evidence.into()]);
        };
        let design = match self.result.design {
            Design::OpenLink => "files-design-open-link",
            Design::Recorded => "files-design-recorded",
        };
        line(self.say("files-method-design"), self.say(design), None);
        let aggregation = match instrument.rules.aggregation {
            Aggregation::Respondent => "files-aggregation-respondent",
            Aggregation::Pooled => "files-aggregation-pooled",
        };
        let rules = Some(instrument.rules.evidence);
        line(self.say("files-method-aggregation"), self.say(aggregation), rules);
        let missing = match instrument.rules.missing {
            Missing::Renormalise => "files-missing-renormalise",
            Missing::Drop => "files-missing-drop",
        };
        line(self.say("files-method-missing"), self.say(missing), rules);
        line(
            self.say("files-method-scale"),
            format!(
                "{} ({}) – {} ({})",
                instrument.scale.min,
                self.text(&instrument.scale.low),
                instrument.scale.max,
                self.text(&instrument.scale.high)
            ),
            Some(instrument.scale.evidence),
        );
        line(self.say("files-method-ends"), self.say("files-interval-cut"), None);
        line(self.say("files-method-source"), self.text(&instrument.source), None);
        let weight = |key: &str, name: &crate::instrument::Text| {
            self.words.tell(&Message::new(key).with("name", self.text(name)))
        };
        let plain = |weight: f64| self.words.number(weight, 4);
        for dimension in &instrument.dimensions {
            let about = weight("files-method-weight-dimension", &dimension.name);
            line(about, plain(dimension.weight), Some(instrument.weight_evidence));
        }
        for variable in &instrument.variables {
            let about = weight("files-method-weight-variable", &variable.name);
            line(about, plain(variable.weight), Some(variable.evidence));
        }
        for component in &instrument.components {
            let about = weight("files-method-weight-component", &component.name);
            line(about, plain(component.weight), Some(instrument.component_evidence));
        }
        for remark in &instrument.remarks {
            line(self.say("files-method-remark"), self.text(remark), None);
        }
        for (key, value) in self.settings() {
            line(self.say(key), value, None);
        }
        table
    }

    /// The settings of [`crate::index::result::Options`] as (key of the name, value).
    fn settings(&self) -> Vec<(&'static str, String)> {
        let options = &self.result.options;
        let number = |value: f64, decimals| self.words.number(value, decimals);
        let whole = |value: u64| self.words.whole(i64::try_from(value).unwrap_or(i64::MAX));
        let shown: Vec<String> =
            options.selections_shown.iter().map(|&correlation| number(correlation, 3)).collect();
        let fpc = if options.finite_population { "files-yes" } else { "files-no" };
        vec![
            ("files-option-confidence", number(options.confidence, 3)),
            ("files-option-finite-population", self.say(fpc)),
            ("files-option-least-difference", number(options.least_difference, 2)),
            ("files-option-low-by", number(options.low_by, 2)),
            ("files-option-false-discovery", number(options.false_discovery, 2)),
            ("files-option-low-least-n", whole(options.low_least_n)),
            ("files-option-low-least-clusters", whole(options.low_least_clusters)),
            ("files-option-selection", number(options.selection, 3)),
            ("files-option-selections-shown", shown.join("; ")),
            ("files-option-rake-least-cell", whole(options.rake_least_cell)),
            ("files-option-trim-at-medians", number(options.trim_at_medians, 1)),
            ("files-option-kish-limit", number(options.kish_limit, 1)),
            ("files-option-weight-ratio-limit", number(options.weight_ratio_limit, 1)),
            ("files-option-least-clusters", whole(options.least_clusters)),
            ("files-option-suppress-below", whole(options.suppress_below)),
            ("files-option-interval-from", whole(options.interval_from)),
            ("files-option-public-from", whole(options.public_from)),
            ("files-option-public-delay-days", self.words.whole(options.public_delay_days)),
            ("files-option-channel-points", number(options.channel_points * 100.0, 0)),
            ("files-option-window-days", self.words.whole(options.window_days)),
            ("files-option-seed", options.seed.to_string()),
            ("files-option-draws", whole(u64::from(options.draws))),
        ]
    }

    /// Official figures beside ours; none where none was entered.
    pub(in super::super) fn official(&self) -> Option<Table> {
        let heads = columns(
            self.words,
            &[
                ("code", Kind::Code),
                ("region", Kind::Text),
                ("value", VALUE),
                ("official", VALUE),
                ("official_source", Kind::Text),
                ("official_date", Kind::Date),
            ],
        );
        let mut table = self.table("official", heads);
        for region in &self.result.regions {
            let Some(official) = &region.official else { continue };
            table.push(vec![
                region.code.as_str().into(),
                region.name.as_str().into(),
                region.scores.first().map(|index| self.value(index)).unwrap_or_default(),
                official.value.into(),
                official.source.as_str().into(),
                official.date.into(),
            ]);
        }
        (!table.rows.is_empty()).then_some(table)
    }

    /// Files that went in and sources of everything beside them.
    pub(in super::super) fn sources(&self) -> Table {
        let heads = columns(
            self.words,
            &[
                ("about", Kind::Text),
                ("content", Kind::Text),
                ("rows", Kind::Whole),
                ("kept", Kind::Whole),
                ("sha256", Kind::Text),
            ],
        );
        let mut table = self.table("sources", heads);
        table.push(vec![
            self.say("files-source-program").into(),
            self.result.program.as_str().into(),
        ]);
        table.push(vec![
            self.say("files-about-instrument").into(),
            format!("{} {}", self.result.instrument.id, self.result.instrument.version).into(),
            Cell::Empty,
            Cell::Empty,
            self.result.instrument.sha256.as_str().into(),
        ]);
        for input in &self.result.inputs {
            table.push(vec![
                self.say("files-source-answers").into(),
                input.name.as_str().into(),
                input.rows.into(),
                input.kept.into(),
                input.sha256.as_str().into(),
            ]);
        }
        let regions = || self.result.regions.iter();
        let adults: BTreeSet<&str> =
            regions().filter_map(|region| Some(region.adults.as_ref()?.source.as_str())).collect();
        for source in adults {
            let what = if self.counts_everybody() {
                "files-source-population"
            } else {
                "files-source-adults"
            };
            table.push(vec![self.say(what).into(), source.into()]);
        }
        let margins: BTreeSet<&str> = regions()
            .flat_map(|region| &region.composition)
            .filter_map(|line| line.source.as_deref())
            .collect();
        for source in margins {
            table.push(vec![self.say("files-source-margins").into(), source.into()]);
        }
        table
    }
}
