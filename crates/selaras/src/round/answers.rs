//! Answers after mapping: columns of codes, nothing that names a person.

/// No value in a column of positions.
pub const NONE: u32 = u32::MAX;
/// No day known in [`Answers::day`].
pub const NO_DAY: i32 = i32::MIN;

/// Names behind the positions in [`Answers`]. Intake gives a name its number when it first meets
/// it; [`Answers`] chunks of one intake share one `Labels`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// Kecamatan: codes of the built-in table, or texts in a foreign frame.
    pub districts: Vec<String>,
    /// Recruitment links or channels.
    pub links: Vec<String>,
    /// Strata of a recorded design.
    pub strata: Vec<String>,
    /// Primary sampling units of a recorded design (already made unique within their stratum).
    pub psus: Vec<String>,
}

/// A chunk of respondents, by column. Every column has [`Answers::len`] entries.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answers {
    /// Number of respondents.
    pub len: usize,
    /// Position in the frame of the kab/kota.
    pub region: Vec<u32>,
    /// Position in [`Labels::districts`], or [`NONE`].
    pub district: Vec<u32>,
    /// Position in [`Labels::links`], or [`NONE`].
    pub link: Vec<u32>,
    /// Days since 1970-01-01 of the answer, or [`NO_DAY`].
    pub day: Vec<i32>,
    /// Position in [`Labels::strata`], or [`NONE`] in an open link.
    pub stratum: Vec<u32>,
    /// Position in [`Labels::psus`], or [`NONE`] in an open link.
    pub psu: Vec<u32>,
    /// Design weight; 1 in an open link.
    pub weight: Vec<f64>,
    /// Population PSUs in the stratum for the finite population correction; infinite for none.
    pub fpc: Vec<f64>,
    /// Per attribute of the instrument: band position + 1, 0 where not answered.
    pub attributes: Vec<Vec<u8>>,
    /// Per item of the instrument: the answer, 0 where not answered (a scale may not contain 0;
    /// reversed items are stored as answered).
    pub items: Vec<Vec<u8>>,
    /// Quality flags (METHOD §7), bits of [`Flag`].
    pub flags: Vec<u8>,
}

impl Answers {
    /// Forgets the answers and keeps the room they took.
    pub(crate) fn clear(&mut self) {
        self.len = 0;
        self.region.clear();
        self.district.clear();
        self.link.clear();
        self.day.clear();
        self.stratum.clear();
        self.psu.clear();
        self.weight.clear();
        self.fpc.clear();
        self.attributes.iter_mut().chain(&mut self.items).for_each(Vec::clear);
        self.flags.clear();
    }

    /// The answers of regions in the frame that carry no flag in `without`, bits of [`Flag`].
    #[must_use]
    pub fn kept(self, without: u8) -> Self {
        let keep: Vec<bool> = self
            .region
            .iter()
            .zip(&self.flags)
            .map(|(&region, &flags)| region != NONE && flags & without == 0)
            .collect();
        if keep.iter().all(|&keep| keep) {
            return self;
        }
        fn only<T: Copy>(column: &[T], keep: &[bool]) -> Vec<T> {
            column.iter().zip(keep).filter(|(_, keep)| **keep).map(|(&value, _)| value).collect()
        }
        Self {
            len: keep.iter().filter(|&&keep| keep).count(),
            region: only(&self.region, &keep),
            district: only(&self.district, &keep),
            link: only(&self.link, &keep),
            day: only(&self.day, &keep),
            stratum: only(&self.stratum, &keep),
            psu: only(&self.psu, &keep),
            weight: only(&self.weight, &keep),
            fpc: only(&self.fpc, &keep),
            attributes: self.attributes.iter().map(|column| only(column, &keep)).collect(),
            items: self.items.iter().map(|column| only(column, &keep)).collect(),
            flags: only(&self.flags, &keep),
        }
    }
}

/// A quality flag. Flagged answers are kept unless excluded with a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Flag {
    /// The same answer to every item.
    StraightLine = 1,
    /// Every answer and attribute equals those of another row of the same region.
    Duplicate = 2,
    /// Many answers of one link within a short time.
    Burst = 4,
}

/// How the sample came about (METHOD §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Design {
    /// Strata, PSUs and weights are given.
    Recorded,
    /// Anyone with the link answers.
    OpenLink,
}
