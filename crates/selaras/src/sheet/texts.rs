//! The texts of a column's cells.

use foldhash::HashMap;

/// The texts of a column's cells, each kept once: columns of a survey mostly repeat.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    different: Vec<Box<str>>,
    /// By cell, the position of its text.
    which: Vec<u32>,
    positions: HashMap<Box<str>, u32>,
}

impl Texts {
    /// Puts a cell behind the others.
    pub(super) fn push(&mut self, text: &str) {
        let position = self.positions.get(text).copied().unwrap_or_else(|| {
            let position = self.different.len() as u32;
            self.different.push(text.into());
            self.positions.insert(text.into(), position);
            position
        });
        self.which.push(position);
    }

    /// The text of the cell at `row`; none where there is no such cell.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<&str> {
        let position = *self.which.get(row)?;
        self.different.get(position as usize).map(|text| &**text)
    }

    /// The texts cell by cell.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.which.len()).filter_map(|row| self.get(row))
    }

    /// The different texts in the order in which they come.
    pub fn different(&self) -> impl Iterator<Item = &str> {
        self.different.iter().map(|text| &**text)
    }

    /// As [`Texts::different`], each with the number of its cells.
    pub fn counted(&self) -> impl Iterator<Item = (&str, usize)> {
        let mut counts = vec![0; self.different.len()];
        for &position in &self.which {
            if let Some(count) = counts.get_mut(position as usize) {
                *count += 1;
            }
        }
        self.different().zip(counts)
    }
}

impl<'a> FromIterator<&'a str> for Texts {
    fn from_iter<I: IntoIterator<Item = &'a str>>(cells: I) -> Self {
        let mut texts = Self::default();
        cells.into_iter().for_each(|text| texts.push(text));
        texts
    }
}
