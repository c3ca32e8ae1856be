//! Adjusting an open link's respondents to the composition of the population (METHOD §2, point 2).
//!
//! Every respondent starts with weight 1, so everything is done on counts by joint margin cell:
//! small categories are collapsed, the table is raked (Deming and Stephan 1940), weights are
//! trimmed and raked again, and the result is refused where it would rest on too few people.

use serde::Serialize;
use thiserror::Error;

use super::projection::Projection;
use super::summarise;

/// What the population is known to look like in one attribute, or in several crossed.
#[derive(Clone, Debug, PartialEq)]
pub struct Margin {
    /// Category of each joint cell, one per cell; `None` where the cell's respondents did not say.
    /// Those keep the weight that the other margins give them; the others are brought to the
    /// population's shares among themselves.
    pub category: Vec<Option<usize>>,
    /// Population of each category. Only shares count, so margins from different sources and years
    /// need not have the same total.
    pub population: Vec<f64>,
    /// With which categories a small one may be collapsed.
    pub neighbours: Neighbours,
}

/// With which categories a small one is collapsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Neighbours {
    /// Unordered categories: with the smallest other one.
    Any,
    /// Categories come in runs of this many ordered ones (age bands; age bands within each sex):
    /// with the smaller of the adjacent ones in the run, and only when a whole run has become one
    /// category, with the smallest other one.
    Adjacent(usize),
}

/// The limits of the adjustment. All of them are settings, stored with the result.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RakeRules {
    /// Categories with fewer respondents are collapsed.
    pub least_respondents: u64,
    /// Weights are trimmed at this many medians.
    pub trim_at_medians: f64,
    /// Kish effect above which there is no adjusted score.
    pub kish_limit: f64,
    /// Largest over smallest weight above which there is no adjusted score.
    pub ratio_limit: f64,
    /// Largest relative distance to a margin that counts as reached, e.g. 1e-9.
    pub tolerance: f64,
    /// Sweeps over all margins, before and after trimming together, e.g. 1000.
    pub sweeps: u32,
}

/// A category that had too few respondents and was joined to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Collapsed {
    /// Index of the margin.
    pub margin: usize,
    /// Categories that now count as one, in order; at least two.
    pub categories: Vec<usize>,
    /// Respondents in all of them.
    pub respondents: u64,
}

/// Why there is no adjusted score.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum RakeRefusal {
    /// There is no margin to adjust to.
    #[error("no margin is given")]
    NoMargin,
    /// There is no respondent.
    #[error("there is no respondent")]
    NoRespondents,
    /// A margin's cells do not match the counts, or name a category that it does not have.
    #[error("margin {margin} does not fit the table of counts")]
    Shape {
        /// Index of the margin.
        margin: usize,
    },
    /// A population is negative or not a number.
    #[error("the population of category {category} of margin {margin} is not a number from 0 up")]
    Population {
        /// Index of the margin.
        margin: usize,
        /// Index of the category.
        category: usize,
    },
    /// A margin has no population at all.
    #[error("margin {margin} has no population")]
    EmptyMargin {
        /// Index of the margin.
        margin: usize,
    },
    /// People live in these categories but nobody answered, even after collapsing.
    #[error("nobody of categories {categories:?} of margin {margin} answered")]
    NobodyAnswered {
        /// Index of the margin.
        margin: usize,
        /// Categories collapsed into the one.
        categories: Vec<usize>,
    },
    /// People answered from categories in which, by the margin, nobody lives.
    #[error("respondents of categories {categories:?} of margin {margin} have no population")]
    NobodyLives {
        /// Index of the margin.
        margin: usize,
        /// Categories collapsed into the one.
        categories: Vec<usize>,
    },
    /// Collapsing left one category in every margin.
    #[error("too few respondents for any category to stand alone")]
    AllCollapsed {
        /// All that was collapsed.
        collapsed: Vec<Collapsed>,
    },
    /// The margins contradict one another among these respondents, or can only be reached with
    /// weights above the trimming point.
    #[error("not converged after {sweeps} sweeps: categories {categories:?} of margin {margin}")]
    NotConverged {
        /// Sweeps made.
        sweeps: u32,
        /// Margin that is farthest from its target.
        margin: usize,
        /// Categories that are farthest.
        categories: Vec<usize>,
        /// Their relative distance to the target.
        distance: f64,
        /// Whether the margins alone were reached, but not with the weights trimmed.
        trimming: bool,
    },
    /// The weights are too unequal.
    #[error("the effect of weighting is {kish_effect:.2}, above {limit}")]
    Kish {
        /// Kish effect found.
        kish_effect: f64,
        /// Kish effect allowed.
        limit: f64,
    },
    /// Some respondents would count too much more than others.
    #[error("the largest weight is {ratio:.1} times the smallest, above {limit}")]
    Ratio {
        /// Ratio found.
        ratio: f64,
        /// Ratio allowed.
        limit: f64,
    },
}

/// Weights that bring the respondents to the composition of the population.
#[derive(Clone, Debug)]
pub struct Raked {
    /// Weight of every respondent of a cell; they sum to the number of respondents. 0 where nobody
    /// answered.
    pub weights: Vec<f64>,
    /// Kish effect of the weights.
    pub kish_effect: f64,
    /// Largest over smallest weight.
    pub ratio: f64,
    /// Respondents whose weight was trimmed.
    pub trimmed: u64,
    /// Sweeps over all margins.
    pub sweeps: u32,
    /// Categories joined for want of respondents.
    pub collapsed: Vec<Collapsed>,
    /// Respondents without a category, by margin.
    pub unstated: Vec<u64>,
    /// Whether a margin still tells categories apart after collapsing, by margin.
    pub adjusted_for: Vec<bool>,
    table: Table,
    projection: Projection,
}

/// Totals of one PSU in one joint margin cell, for one score and one domain.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CellTotal {
    /// Index of the PSU.
    pub psu: usize,
    /// Index of the joint margin cell.
    pub cell: usize,
    /// All respondents, whether they count for the score or not.
    pub respondents: f64,
    /// Respondents who have the score and belong to the domain.
    pub answered: f64,
    /// Sum of their scores.
    pub sum: f64,
    /// Sum of their squared scores.
    pub squares: f64,
}

/// A raked mean and what its error is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct RakedMean {
    /// The mean.
    pub mean: f64,
    /// Sum of the weights of those who answered.
    pub weight: f64,
    /// What each PSU contributes to the mean's error. With H strata of n_h PSUs the variance is
    /// `Σ_h n_h/(n_h − 1) Σ (z − z̄_h)²`; the covariance of two means is the same of their
    /// products.
    pub influence: Vec<f64>,
    /// The variance if every respondent were a PSU of one's own, in one stratum; `None` for one
    /// respondent.
    pub individual_variance: Option<f64>,
}

/// A margin's categories, each mapped to the group it was collapsed into.
struct Groups {
    of_category: Vec<usize>,
    members: Vec<Vec<usize>>,
    respondents: Vec<u64>,
    population: Vec<f64>,
    unstated: u64,
}

/// Rakes the table `counts` of respondents by joint cell to `margins` under `rules`.
///
/// Order of work: categories under the least number of respondents are collapsed, the smallest
/// first, until none is left; the table is raked; while any weight exceeds the trimming point
/// (`trim_at_medians` times the respondents' median weight, taken anew each time), the weights
/// above it are cut down to it and held there while the other cells are raked again. What comes out
/// reaches every margin within the tolerance and has no weight above the trimming point.
///
/// # Errors
/// [`RakeRefusal`] where the input does not fit together, where margins and trimming cannot both be
/// met, or where the weights are more unequal than the rules allow.
pub fn rake_cells(
    counts: &[u64],
    margins: &[Margin],
    rules: &RakeRules,
) -> Result<Raked, RakeRefusal> {
    if margins.is_empty() {
        return Err(RakeRefusal::NoMargin);
    }
    if counts.iter().all(|&count| count == 0) {
        return Err(RakeRefusal::NoRespondents);
    }
    let groups = margins
        .iter()
        .enumerate()
        .map(|(index, margin)| Groups::new(index, margin, counts, rules.least_respondents))
        .collect::<Result<Vec<_>, _>>()?;
    let collapsed: Vec<Collapsed> =
        groups.iter().enumerate().flat_map(|(margin, groups)| groups.collapsed(margin)).collect();
    let adjusted_for: Vec<bool> = groups.iter().map(|groups| groups.members.len() > 1).collect();
    if !adjusted_for.contains(&true) {
        return Err(RakeRefusal::AllCollapsed { collapsed });
    }

    let table = Table::new(counts, margins, &groups);
    let cells = table.cells.len();
    let mut fit = Fit { weights: vec![1.0; cells], held: vec![false; cells], sweeps: 0 };
    let summary = loop {
        fit.rake(&table, rules).map_err(|worst| {
            let (margin, group) = table.margin_of(worst.column);
            RakeRefusal::NotConverged {
                sweeps: fit.sweeps,
                margin,
                categories: groups[margin].members.get(group).cloned().unwrap_or_default(),
                distance: worst.distance,
                trimming: fit.held.contains(&true),
            }
        })?;
        let counts = table.cells.iter().map(|cell| cell.count);
        let Some(summary) = summarise(counts.zip(fit.weights.iter().copied())) else {
            return Err(RakeRefusal::NoRespondents);
        };
        if !fit.trim(rules.trim_at_medians * summary.median, rules.tolerance) {
            break summary;
        }
    };
    if summary.ratio > rules.ratio_limit {
        return Err(RakeRefusal::Ratio { ratio: summary.ratio, limit: rules.ratio_limit });
    }
    if summary.kish_effect > rules.kish_limit {
        return Err(RakeRefusal::Kish {
            kish_effect: summary.kish_effect,
            limit: rules.kish_limit,
        });
    }
    let mut weights = vec![0.0; counts.len()];
    let mut trimmed = 0;
    for ((cell, &weight), &held) in table.cells.iter().zip(&fit.weights).zip(&fit.held) {
        weights[cell.index] = weight;
        trimmed += if held { counts[cell.index] } else { 0 };
    }
    let projection = table.projection();
    Ok(Raked {
        weights,
        kish_effect: summary.kish_effect,
        ratio: summary.ratio,
        trimmed,
        sweeps: fit.sweeps,
        collapsed,
        unstated: groups.iter().map(|groups| groups.unstated).collect(),
        adjusted_for,
        table,
        projection,
    })
}

impl Groups {
    fn new(
        index: usize,
        margin: &Margin,
        counts: &[u64],
        least_respondents: u64,
    ) -> Result<Self, RakeRefusal> {
        let categories = margin.population.len();
        if margin.category.len() != counts.len() {
            return Err(RakeRefusal::Shape { margin: index });
        }
        if let Some(category) = margin.population.iter().position(|&p| !p.is_finite() || p < 0.0) {
            return Err(RakeRefusal::Population { margin: index, category });
        }
        let total: f64 = margin.population.iter().sum();
        if total <= 0.0 || !total.is_finite() {
            return Err(RakeRefusal::EmptyMargin { margin: index });
        }
        let mut respondents = vec![0_u64; categories];
        let mut unstated = 0_u64;
        for (&count, category) in counts.iter().zip(&margin.category) {
            match category {
                Some(category) => match respondents.get_mut(*category) {
                    Some(sum) => *sum = sum.saturating_add(count),
                    None => return Err(RakeRefusal::Shape { margin: index }),
                },
                None => unstated = unstated.saturating_add(count),
            }
        }
        let mut groups = Self {
            of_category: Vec::new(),
            members: (0..categories).map(|category| vec![category]).collect(),
            respondents,
            population: margin.population.iter().map(|population| population / total).collect(),
            unstated,
        };
        while groups.members.len() > 1 {
            let smallest = groups.smallest(0..groups.members.len());
            let Some(small) = smallest.filter(|&g| groups.respondents[g] < least_respondents)
            else {
                break;
            };
            let Some(partner) = groups.partner(small, margin.neighbours) else { break };
            groups.join(small, partner);
        }
        for (members, (&respondents, &population)) in
            groups.members.iter().zip(groups.respondents.iter().zip(&groups.population))
        {
            let categories = members.clone();
            match (respondents > 0, population > 0.0) {
                (false, true) => {
                    return Err(RakeRefusal::NobodyAnswered { margin: index, categories });
                }
                (true, false) => {
                    return Err(RakeRefusal::NobodyLives { margin: index, categories });
                }
                _ => {}
            }
        }
        groups.of_category = vec![0; categories];
        for (group, members) in groups.members.iter().enumerate() {
            for &category in members {
                groups.of_category[category] = group;
            }
        }
        Ok(groups)
    }

    /// The group with the fewest respondents, the first of equals.
    fn smallest(&self, groups: impl Iterator<Item = usize>) -> Option<usize> {
        groups.min_by_key(|&group| (self.respondents[group], group))
    }

    /// The group that `small` is collapsed with.
    fn partner(&self, small: usize, neighbours: Neighbours) -> Option<usize> {
        let others = || (0..self.members.len()).filter(move |&group| group != small);
        if let Neighbours::Adjacent(run) = neighbours {
            let runs = |group: usize| -> Vec<usize> {
                self.members[group].iter().map(|&category| category / run.max(1)).collect()
            };
            let own = runs(small);
            // Groups stand in the order of their first category, so adjacent ones follow each other.
            let adjacent = [small.checked_sub(1), Some(small + 1)]
                .into_iter()
                .flatten()
                .filter(|&group| group < self.members.len())
                .filter(|&group| runs(group).iter().any(|run| own.contains(run)));
            if let Some(partner) = self.smallest(adjacent) {
                return Some(partner);
            }
        }
        self.smallest(others())
    }

    fn join(&mut self, one: usize, other: usize) {
        let (keep, drop) = (one.min(other), one.max(other));
        let members = self.members.remove(drop);
        self.members[keep].extend(members);
        self.members[keep].sort_unstable();
        let respondents = self.respondents.remove(drop);
        self.respondents[keep] = self.respondents[keep].saturating_add(respondents);
        self.population[keep] += self.population.remove(drop);
    }

    fn collapsed(&self, margin: usize) -> impl Iterator<Item = Collapsed> {
        let joined = self.members.iter().zip(&self.respondents);
        joined.filter(|(members, _)| members.len() > 1).map(move |(members, &respondents)| {
            Collapsed { margin, categories: members.clone(), respondents }
        })
    }
}

/// A cell with respondents.
#[derive(Clone, Copy, Debug)]
struct Cell {
    index: usize,
    count: f64,
}

/// The table of counts and what the columns of the margins should sum to.
#[derive(Clone, Debug)]
struct Table {
    /// Those that have respondents.
    cells: Vec<Cell>,
    /// Column of each cell in each margin, all margins of a cell together.
    columns: Vec<usize>,
    /// First column of each margin.
    starts: Vec<usize>,
    targets: Vec<f64>,
}

/// The column that is farthest from its target.
struct Worst {
    column: usize,
    distance: f64,
}

impl Table {
    fn new(counts: &[u64], margins: &[Margin], groups: &[Groups]) -> Self {
        let mut starts = Vec::with_capacity(groups.len());
        let mut targets = Vec::new();
        let respondents: f64 = counts.iter().map(|&count| count as f64).sum();
        for groups in groups {
            starts.push(targets.len());
            let stated = respondents - groups.unstated as f64;
            targets.extend(groups.population.iter().map(|share| share * stated));
            // The last column of each margin holds those who did not say.
            targets.push(groups.unstated as f64);
        }
        let mut columns = Vec::with_capacity(counts.len() * margins.len());
        for index in 0..counts.len() {
            for ((margin, groups), start) in margins.iter().zip(groups).zip(&starts) {
                let category = margin.category.get(index).copied().flatten();
                let group = category.and_then(|category| groups.of_category.get(category));
                columns.push(start + group.copied().unwrap_or(groups.members.len()));
            }
        }
        let answered = counts.iter().enumerate().filter(|&(_, &count)| count > 0);
        let cells = answered.map(|(index, &count)| Cell { index, count: count as f64 }).collect();
        Self { cells, columns, starts, targets }
    }

    /// The columns of a cell, one per margin; none outside the table.
    fn columns(&self, cell: usize) -> &[usize] {
        self.columns.chunks_exact(self.starts.len().max(1)).nth(cell).unwrap_or_default()
    }

    fn column(&self, cell: usize, margin: usize) -> usize {
        self.columns[cell * self.starts.len() + margin]
    }

    fn margin_of(&self, column: usize) -> (usize, usize) {
        let margin = self.starts.partition_point(|&start| start <= column).saturating_sub(1);
        (margin, column - self.starts[margin])
    }

    /// What the columns sum to.
    fn sums(&self, weights: &[f64]) -> impl Iterator<Item = f64> {
        let mut sums = vec![0.0; self.targets.len()];
        for (cell, &weight) in self.cells.iter().zip(weights) {
            for &column in self.columns(cell.index) {
                sums[column] += cell.count * weight;
            }
        }
        sums.into_iter()
    }

    fn projection(&self) -> Projection {
        let mut gram = vec![vec![0.0; self.targets.len()]; self.targets.len()];
        for cell in &self.cells {
            let columns = self.columns(cell.index);
            for &row in columns {
                for &column in columns {
                    gram[row][column] += cell.count;
                }
            }
        }
        Projection::new(&gram)
    }
}

/// Weights on their way to the margins.
struct Fit {
    weights: Vec<f64>,
    /// Cells whose weight is held at the trimming point.
    held: Vec<bool>,
    sweeps: u32,
}

impl Fit {
    /// Iterative proportional fitting of the cells that are not held, until every margin is
    /// reached.
    fn rake(&mut self, table: &Table, rules: &RakeRules) -> Result<(), Worst> {
        loop {
            self.sweeps = self.sweeps.saturating_add(1);
            for margin in 0..table.starts.len() {
                self.reach(table, margin);
            }
            let worst = self.worst(table);
            if worst.distance <= rules.tolerance {
                return Ok(());
            }
            if self.sweeps >= rules.sweeps {
                return Err(worst);
            }
        }
    }

    /// Brings the cells of one margin to its targets, as far as those that are not held can.
    fn reach(&mut self, table: &Table, margin: usize) {
        let (mut free, mut left) = (vec![0.0; table.targets.len()], table.targets.clone());
        for ((cell, &weight), &held) in table.cells.iter().zip(&self.weights).zip(&self.held) {
            let column = table.column(cell.index, margin);
            if held {
                left[column] -= cell.count * weight;
            } else {
                free[column] += cell.count * weight;
            }
        }
        for (left, free) in left.iter_mut().zip(free) {
            *left = left.max(0.0) / free;
        }
        for ((cell, weight), &held) in table.cells.iter().zip(&mut self.weights).zip(&self.held) {
            if !held {
                *weight *= left[table.column(cell.index, margin)];
            }
        }
    }

    /// Holds weights above `limit` at it; false where there are none. A held weight counts as above
    /// only when the limit has moved by more than rounding, so that trimming comes to an end.
    fn trim(&mut self, limit: f64, tolerance: f64) -> bool {
        let within = limit * (1.0 + tolerance.max(0.0) * 1e3);
        let mut trimmed = false;
        for (weight, held) in self.weights.iter_mut().zip(&mut self.held) {
            if *weight > within {
                (*weight, *held, trimmed) = (limit, true, true);
            }
        }
        trimmed
    }

    fn worst(&self, table: &Table) -> Worst {
        let mut worst = Worst { column: 0, distance: 0.0 };
        for (column, (sum, &target)) in table.sums(&self.weights).zip(&table.targets).enumerate() {
            let distance = if target > 0.0 { (sum / target - 1.0).abs() } else { sum };
            if distance > worst.distance || distance.is_nan() {
                worst = Worst { column, distance };
            }
        }
        worst
    }
}

impl Raked {
    /// The adjusted mean of a score and its linearised error (Deville and Särndal 1992, section 3).
    ///
    /// With `u = (y − mean) / Σw` for those who answered and 0 for the others, a PSU's influence is
    /// the sum of `w·e`, where `e` is the residual of the regression of `u` on the collapsed
    /// margins among all respondents of the table. `totals` must therefore hold every PSU × cell
    /// with respondents, also where nobody has the score; a PSU may come in any order and several
    /// times. The margins count as known without error, and trimming as if it were not random.
    ///
    /// `None` where nobody with a weight answered. Totals of a cell without respondents in the
    /// table are left out; of a PSU from `psus` up, out of the error.
    #[must_use]
    pub fn mean(&self, totals: &[CellTotal], psus: usize) -> Option<RakedMean> {
        let (mut weight, mut mean) = (0.0, 0.0);
        for total in totals {
            let cell_weight = self.weight(total.cell);
            weight += cell_weight * total.answered;
            mean += cell_weight * total.sum;
        }
        mean /= weight;
        if weight <= 0.0 || !mean.is_finite() {
            return None;
        }
        let mut moments = vec![0.0; self.table.targets.len()];
        for total in totals {
            if self.weight(total.cell) > 0.0 {
                let sum = (total.sum - total.answered * mean) / weight;
                for &column in self.table.columns(total.cell) {
                    moments[column] += sum;
                }
            }
        }
        let coefficients = self.projection.coefficients(&moments);
        let mut influence = vec![0.0; psus];
        let (mut respondents, mut sum, mut squares) = (0.0, 0.0, 0.0);
        for total in totals {
            let cell_weight = self.weight(total.cell);
            let Some(psu) = influence.get_mut(total.psu) else { continue };
            let fitted: f64 =
                self.table.columns(total.cell).iter().map(|&column| coefficients[column]).sum();
            let centred = (total.sum - total.answered * mean) / weight;
            let spread = (total.squares - mean * (2.0 * total.sum - total.answered * mean))
                / (weight * weight);
            let value = cell_weight * (centred - total.respondents * fitted);
            *psu += value;
            respondents += total.respondents;
            sum += value;
            squares += cell_weight
                * cell_weight
                * (spread + fitted * (total.respondents * fitted - 2.0 * centred));
        }
        let individual_variance = (respondents > 1.0).then(|| {
            (squares - sum * sum / respondents).max(0.0) * respondents / (respondents - 1.0)
        });
        Some(RakedMean { mean, weight, influence, individual_variance })
    }

    fn weight(&self, cell: usize) -> f64 {
        self.weights.get(cell).copied().unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests;
