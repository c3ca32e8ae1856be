//! Check 10, overdue: items of earlier meetings past their date, per owner.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::finding::{Cited, Source};
use super::government::Government;
use super::report::{Lack, Missing, Report};
use super::{Check, Context, Outcome};
use crate::plan::{RowKey, RowLevel};
use crate::region;
use crate::sheet::hex;

/// An item that a meeting agreed or recommended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Number, by which rows of plans name it.
    pub number: String,
    /// Meeting.
    pub meeting: String,
    /// What was agreed.
    pub text: String,
    /// The government whose work it is.
    pub region: region::Code,
    /// The office or post that answers for it, never a person.
    pub owner: String,
    /// Last day; none where nothing was agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
    /// The day on which it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<Date>,
    /// The year whose plan is to carry it; none where no plan is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_year: Option<i16>,
}

impl Item {
    /// The item as a finding cites it.
    pub(super) fn cite(&self) -> Cited {
        listed(self.region, Source::Meetings, &self.number, &self.text, self)
    }
}

/// A line of a list that is no plan, as a finding cites it.
pub(super) fn listed(
    region: region::Code,
    source: Source,
    number: &str,
    text: &str,
    said: &impl Serialize,
) -> Cited {
    let name = number.to_owned();
    let agency = String::new();
    let key = RowKey { agency, level: RowLevel::Detail, code: None, name, number: 0 };
    let mut hasher = Sha256::new();
    hasher.update(serde_json::to_vec(said).unwrap_or_default());
    let digest = hex(&hasher.finalize());
    Cited { region, source, key, label: text.to_owned(), digest }
}

pub(super) fn own(of: &Government<'_>, context: &Context<'_>) -> Outcome {
    let mut report = Report::of(Check::Overdue, of, context);
    let Some(items) = context.items else {
        report.missing(Missing::input(Lack::Meetings, Some(of.region()), ""));
        return report.done();
    };
    let open = items.iter().filter(|item| item.region == of.region() && item.done.is_none());
    for item in open {
        let Some(due) = item.due else {
            report.missing(Missing::input(Lack::DueDate, Some(of.region()), &item.number));
            continue;
        };
        if due >= context.today {
            continue;
        }
        let about = format!("{}: {}", item.owner, item.number);
        report.find("overdue", None, &about, vec![item.cite()], |message| {
            message
                .with("owner", item.owner.as_str())
                .with("number", item.number.as_str())
                .with("text", item.text.as_str())
                .with("meeting", item.meeting.as_str())
                .with("due", due)
        });
    }
    report.done()
}
