//! Check 8, fate of proposals: without an answer, answered without a reason, or accepted and then
//! absent from the next document.

use serde::{Deserialize, Serialize};

use super::finding::{Cited, Source};
use super::government::Government;
use super::overdue::listed;
use super::report::{Lack, Missing, Report, name};
use super::{Check, Context, Outcome};
use crate::region;
use crate::sheet::private::words;

/// What became of a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Taken up.
    Accepted,
    /// Returned with a note, or not taken up.
    Returned,
}

/// A proposal (usulan) of one government to another, or of a consultation to its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Number, by which rows of plans name it.
    pub number: String,
    /// Who proposes.
    pub from: region::Code,
    /// Whom it is made to.
    pub to: region::Code,
    /// The year it is meant for.
    pub year: i16,
    /// What is proposed.
    pub text: String,
    /// Answer; none while there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// Reason of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Proposal {
    fn cite(&self) -> Cited {
        listed(self.from, Source::Proposals, &self.number, &self.text, self)
    }
}

pub(super) fn own(of: &Government<'_>, context: &Context<'_>) -> Outcome {
    let mut report = Report::of(Check::Proposals, of, context);
    let Some(proposals) = context.proposals else {
        report.missing(Missing::input(Lack::Proposals, Some(of.region()), ""));
        return report.done();
    };
    let to_it = proposals.iter().filter(|it| it.to == of.region() && it.year == of.year());
    for proposal in to_it {
        let reason = proposal.reason.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let rule = match (proposal.answer, reason) {
            (None, _) => "proposal-no-answer",
            (Some(Answer::Returned), None) => "proposal-no-reason",
            (Some(Answer::Returned), Some(_)) => continue,
            (Some(Answer::Accepted), _) if !of.has_sent() => continue,
            (Some(Answer::Accepted), _) if is_carried(of, &proposal.number) => continue,
            (Some(Answer::Accepted), _) => "proposal-absent",
        };
        report.find(rule, None, &proposal.number, vec![proposal.cite()], |message| {
            message
                .with("number", proposal.number.as_str())
                .with("text", proposal.text.as_str())
                .with("from", name(proposal.from))
                .with("to", of.name())
                .with("year", proposal.year.to_string())
        });
    }
    report.done()
}

/// Whether a row that is not set to nothing names the proposal.
fn is_carried(of: &Government<'_>, number: &str) -> bool {
    let number = words(number);
    let names = |named: &String| words(named) == number;
    of.rows().any(|(at, row)| row.proposals.iter().any(names) && !of.is_set_to_nothing(at))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::*;
    use super::*;
    use crate::plan::Row;

    fn found(answer: Option<Answer>, reason: Option<&str>, row: Row) -> Vec<String> {
        let proposal = Proposal {
            number: "U-07".to_owned(),
            from: region("61.01"),
            to: region("61"),
            year: YEAR,
            text: "Dialog lintas iman".to_owned(),
            answer,
            reason: reason.map(str::to_owned),
        };
        let context = Context { proposals: Some(&[proposal]), ..context() };
        let outcome = own(&government(&plan("61", vec![row])), &context);
        rules(&outcome).into_iter().map(str::to_owned).collect()
    }

    fn other() -> Row {
        row("8.01.05.1.01.0003").with(|row| row.proposals.push("U-08".to_owned()))
    }

    fn carries() -> Row {
        row("8.01.05.1.01.0003").with(|row| row.proposals.push("u 07".to_owned()))
    }

    #[test]
    fn a_proposal_gets_an_answer_and_a_returned_one_its_reason() {
        assert_eq!(found(None, None, carries()), ["proposal-no-answer"]);
        assert_eq!(found(Some(Answer::Returned), Some("  "), other()), ["proposal-no-reason"]);
        let said = found(Some(Answer::Returned), Some("bukan kewenangan provinsi"), other());
        assert_eq!(said, Vec::<String>::new());
    }

    #[test]
    fn an_accepted_proposal_stands_in_the_next_plan() {
        assert_eq!(found(Some(Answer::Accepted), None, other()), ["proposal-absent"]);
        assert_eq!(found(Some(Answer::Accepted), None, carries()), Vec::<String>::new());
        assert_eq!(found(Some(Answer::Accepted), None, carries().pays(0)), ["proposal-absent"]);
    }

    #[test]
    fn without_a_list_nothing_can_be_checked() {
        let plan = plan("61", vec![other()]);
        let outcome = own(&government(&plan), &context());
        assert_eq!((rules(&outcome), lacks(&outcome)), (vec![], vec!["proposals"]));
    }
}
