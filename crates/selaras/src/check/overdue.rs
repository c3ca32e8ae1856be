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

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::fixture::*;
    use super::*;

    fn found(due: Option<Date>, done: Option<Date>) -> (usize, usize) {
        let item = Item {
            number: "4".to_owned(),
            meeting: "Rakor Februari".to_owned(),
            text: "Kirim matriks".to_owned(),
            region: region("61.01"),
            owner: "Bidang Ketahanan".to_owned(),
            due,
            done,
            plan_year: None,
        };
        let context = Context { items: Some(&[item]), ..context() };
        let plan = plan("61.01", vec![row("8.01.05.2.01.0003")]);
        let outcome = own(&government(&plan), &context);
        (outcome.findings.len(), outcome.missing.len())
    }

    #[test]
    fn an_item_is_overdue_the_day_after_its_date_until_it_is_done() {
        let day = today();
        assert_eq!(found(day.yesterday().ok(), None), (1, 0));
        assert_eq!(found(Some(day), None), (0, 0));
        assert_eq!(found(Some(date(2026, 1, 1)), Some(date(2026, 3, 1))), (0, 0), "done, if late");
        assert_eq!(found(None, None), (0, 1), "no date was agreed");
    }

    #[test]
    fn without_items_nothing_can_be_checked() {
        let plan = plan("61.01", vec![row("8.01.05.2.01.0003")]);
        assert_eq!(lacks(&own(&government(&plan), &context())), ["meetings"]);
    }
}
