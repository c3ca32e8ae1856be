//! Which column of a plan file means what: proposed, shown, asked where unclear, remembered.
//!
//! The habits are those of answers ([`round::mapping`](crate::round::mapping)): one profile a
//! layout and office, in the same table; the roles are those of plans.

use serde::{Deserialize, Serialize};

use super::super::code::CodeLevel;
use super::super::decimal::Writing;
use super::super::document::Head;
use super::super::row::{MeasureKind, MoneyKind, PrioritySet, RowLevel};
use super::table::PlanTable;
use crate::locale::Message;
use crate::policy::Actor;
use crate::round::mapping::{self, ColumnMapping, Confidence, Question};
use crate::round::register::{self, RegisterError};
use crate::round::upload::OFFICE;
use crate::sheet::private::{Private, words};
use crate::store::Tx;

/// The version of the saved form.
pub const VERSION: u32 = 1;

/// What each column of one layout of plan files means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanMapping {
    /// [`VERSION`] of the form.
    pub version: u32,
    /// [`layout`](mapping::layout) of the headers it was made for.
    pub layout: String,
    /// How the file writes numbers.
    #[serde(default)]
    pub writing: Writing,
    /// One entry per column of the file, in order.
    pub columns: Vec<ColumnMapping<PlanRole>>,
}

/// The year or quarter a column is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    /// The year, where the header says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<i16>,
    /// Years after the last year of the document, where the header names none.
    #[serde(default)]
    pub offset: i16,
    /// Quarter, 1–4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quarter: Option<u8>,
}

impl When {
    /// The year meant in the document of `head`.
    #[must_use]
    pub fn year(&self, head: &Head) -> i16 {
        self.year.unwrap_or_else(|| head.years.1.saturating_add(self.offset))
    }
}

/// The meaning of a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum PlanRole {
    /// Whole codes; of one level only where files repeat the levels beside each other.
    Code {
        /// The level; none where codes of every level stand in the column.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        level: Option<CodeLevel>,
    },
    /// A part of a code that is split over columns; parts stand in their order.
    CodePart,
    /// A code with the name behind it.
    CodeAndName {
        /// The level; none where every level stands in the column.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        level: Option<RowLevel>,
    },
    /// Names; of one level only where files repeat the levels beside each other.
    Name {
        /// The level; none where every level stands in the column.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        level: Option<RowLevel>,
    },
    /// The level of the row, in words.
    Level,
    /// The government: code or name.
    Region,
    /// Perangkat daerah.
    Agency,
    /// Who answers for the row.
    Owner,
    /// Arah kebijakan.
    Policy,
    /// Priorities of one set.
    Priority {
        /// The set.
        set: PrioritySet,
    },
    /// Indicator.
    Indicator,
    /// Id in the dictionary of indicators.
    Dictionary,
    /// Definition of the indicator.
    Definition,
    /// Unit of the indicator.
    Unit,
    /// Direction of the indicator.
    Direction,
    /// Calculation rule of the indicator.
    Rule,
    /// Whose the indicator is, where it is not the office's own.
    Standing,
    /// Baseline of the indicator.
    Baseline {
        /// Year it describes, where the header says it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        year: Option<i16>,
    },
    /// Year of the baseline.
    BaselineYear,
    /// Series of the baseline.
    BaselineSeries,
    /// Release of the series.
    BaselineVintage,
    /// Whom the baseline counts.
    BaselinePopulation,
    /// A target or what was reached.
    Measure {
        /// Which.
        kind: MeasureKind,
        /// When.
        #[serde(flatten)]
        when: When,
    },
    /// Money.
    Money {
        /// What it is.
        kind: MoneyKind,
        /// When.
        #[serde(flatten)]
        when: When,
        /// Rupiah of a unit: 1, 1,000 or 1,000,000.
        #[serde(default = "one")]
        scale: u32,
        /// The source of funds, where each has a column.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fund: Option<String>,
    },
    /// Sumber dana.
    Fund,
    /// Tugas pembantuan, dekonsentrasi or bantuan keuangan.
    Arrangement,
    /// Places.
    Place,
    /// Kelompok sasaran.
    TargetGroup,
    /// When it is done.
    Time,
    /// First day or month.
    Start,
    /// Last day or month.
    End,
    /// What it is about.
    Topic,
    /// Intended outcome.
    Outcome,
    /// Minimum service standard.
    MinimumService,
    /// Origin.
    Origin,
    /// Numbers of proposals.
    Proposals,
    /// Numbers of agreements.
    Agreements,
    /// Name of a joint activity.
    JointActivity,
    /// First and last year of a multi-year row.
    Years,
    /// Order by which money was cut.
    CutReference,
    /// Keterangan.
    Remark,
    /// Not used and not kept.
    Ignored,
    /// Points at persons; never kept.
    Private {
        /// What it gives away.
        what: Private,
    },
    /// Not decided.
    Undecided,
}

fn one() -> u32 {
    1
}

impl PlanMapping {
    /// The saved form.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Reads a saved mapping.
    ///
    /// # Errors
    /// A message where the text is not a mapping of this [`VERSION`].
    pub fn from_json(json: &[u8]) -> Result<Self, Message> {
        match serde_json::from_slice::<Self>(json) {
            Ok(mapping) if mapping.version == VERSION => Ok(mapping),
            Ok(mapping) => {
                Err(Message::new("intake-error-mapping-version").with("version", mapping.version))
            }
            Err(error) => Err(Message::new("intake-error-mapping-json")
                .with("line", error.line())
                .with("column", error.column())),
        }
    }

    /// Whether this mapping was made for files with the headers of `table`, in any order.
    #[must_use]
    pub fn fits(&self, table: &PlanTable) -> bool {
        self.layout == mapping::layout(&table.columns)
    }

    /// The meaning of each column of `table`: by header, and among equal headers by their order.
    #[must_use]
    pub fn roles(&self, table: &PlanTable) -> Vec<PlanRole> {
        let mut taken = vec![false; self.columns.len()];
        let role = |header: &str| {
            let wanted = words(header);
            let mut known = self.columns.iter().zip(&mut taken);
            let (column, taken) =
                known.find(|(column, taken)| !**taken && words(&column.header) == wanted)?;
            *taken = true;
            Some(column.role.clone())
        };
        let headers = table.columns.iter().map(|column| column.header.as_str());
        headers.map(role).map(|role| role.unwrap_or(PlanRole::Ignored)).collect()
    }

    /// What is still to be decided; empty where the mapping can be used.
    #[must_use]
    pub fn questions(&self) -> Vec<Question> {
        let mut questions = Vec::new();
        let undecided = self.columns.iter().filter(|column| column.role == PlanRole::Undecided);
        for column in undecided {
            let text = Message::new("plan-ask-role").with("header", column.header.as_str());
            questions.push(Question { header: Some(column.header.clone()), text });
        }
        let named =
            |role: &PlanRole| matches!(role, PlanRole::Name { .. } | PlanRole::CodeAndName { .. });
        let coded = |role: &PlanRole| {
            matches!(
                role,
                PlanRole::Code { .. } | PlanRole::CodePart | PlanRole::CodeAndName { .. }
            )
        };
        let has = |is: &dyn Fn(&PlanRole) -> bool| self.columns.iter().any(|of| is(&of.role));
        if !has(&named) {
            questions.push(Question { header: None, text: Message::new("plan-ask-name") });
        }
        if !has(&coded) && !has(&|role: &PlanRole| *role == PlanRole::Level) {
            questions.push(Question { header: None, text: Message::new("plan-ask-code") });
        }
        questions
    }

    /// Whether sources of funds have columns of their own.
    #[must_use]
    pub fn has_fund_columns(&self) -> bool {
        self.columns.iter().any(|of| matches!(of.role, PlanRole::Money { fund: Some(_), .. }))
    }

    /// Decides what the column headed `header` means.
    pub fn decide(&mut self, header: &str, role: PlanRole) {
        let wanted = words(header);
        if let Some(column) = self.columns.iter_mut().find(|of| words(&of.header) == wanted) {
            column.role = role;
            column.confidence = Confidence::Sure;
        }
    }
}

/// What the names of remembered mappings of plans begin with.
const PROFILE: &str = "plan-";

/// Remembers `mapping` for the files of its layout.
///
/// # Errors
/// [`RegisterError::Store`].
pub async fn remember(
    tx: &mut Tx,
    actor: &Actor,
    mapping: &PlanMapping,
) -> Result<(), RegisterError> {
    let name = format!("{PROFILE}{}", mapping.layout);
    register::save_profile(tx, actor, OFFICE, &name, &mapping.to_json()).await
}

/// Every mapping that is remembered.
///
/// # Errors
/// [`RegisterError::Store`].
pub async fn remembered(tx: &mut Tx, actor: &Actor) -> Result<Vec<PlanMapping>, RegisterError> {
    let profiles = register::profiles(tx, actor, OFFICE).await?;
    let of_plans = profiles.iter().filter(|(name, _)| name.starts_with(PROFILE));
    Ok(of_plans.filter_map(|(_, body)| PlanMapping::from_json(body.as_bytes()).ok()).collect())
}
