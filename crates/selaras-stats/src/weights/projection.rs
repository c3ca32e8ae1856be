//! Least squares on columns that may be collinear, as the indicators of several margins always are.

/// Columns whose remaining share of their own squared length is below this count as collinear.
const COLLINEAR: f64 = 1e-11;

/// The Cholesky factor of a matrix of weighted cross-products, columns in the order of their
/// remaining length, collinear ones left out (Higham 2002, section 10.3).
#[derive(Clone, Debug)]
pub(super) struct Projection {
    columns: usize,
    /// Column of each row of the factor.
    order: Vec<usize>,
    /// Square root of each column's cross-product with itself.
    scale: Vec<f64>,
    /// Lower triangle, one row per column kept.
    factor: Vec<Vec<f64>>,
}

impl Projection {
    /// Factors `gram`, the weighted cross-products `X'DX` as rows. Entries that are not finite make
    /// their column count as collinear.
    pub(super) fn new(gram: &[Vec<f64>]) -> Self {
        let columns = gram.len();
        let entry = |row: usize, column: usize| -> f64 {
            gram.get(row).and_then(|line| line.get(column)).copied().unwrap_or(f64::NAN)
        };
        let scale: Vec<f64> = (0..columns)
            .map(|column| entry(column, column).sqrt())
            .map(|length| if length.is_finite() { length } else { 0.0 })
            .collect();
        let mut left: Vec<f64> =
            scale.iter().map(|&length| if length > 0.0 { 1.0 } else { 0.0 }).collect();
        // `done[column]` is the column's row of the factor so far, whether kept or not.
        let mut done: Vec<Vec<f64>> = vec![Vec::new(); columns];
        let (mut order, mut factor) = (Vec::new(), Vec::new());
        while let Some((pivot, remaining)) = left
            .iter()
            .copied()
            .enumerate()
            .filter(|&(_, remaining)| remaining > COLLINEAR)
            .reduce(|best, next| if next.1 > best.1 { next } else { best })
        {
            let root = remaining.sqrt();
            let row = std::mem::take(&mut done[pivot]);
            for column in 0..columns {
                if column == pivot || left[column] <= 0.0 {
                    continue;
                }
                let cross = entry(pivot, column) / (scale[pivot] * scale[column]);
                let seen: f64 = row.iter().zip(&done[column]).map(|(a, b)| a * b).sum();
                let value = (cross - seen) / root;
                done[column].push(value);
                left[column] -= value * value;
            }
            left[pivot] = 0.0;
            order.push(pivot);
            factor.push(row.into_iter().chain([root]).collect());
        }
        Self { columns, order, scale, factor }
    }

    /// Solves `X'DX b = moments`; 0 for collinear columns.
    pub(super) fn coefficients(&self, moments: &[f64]) -> Vec<f64> {
        let mut solved: Vec<f64> = Vec::with_capacity(self.order.len());
        for (row, &column) in self.factor.iter().zip(&self.order) {
            let known: f64 = row.iter().zip(&solved).map(|(a, b)| a * b).sum();
            let moment = moments.get(column).copied().unwrap_or(0.0) / self.scale[column];
            solved.push((moment - known) / row.last().copied().unwrap_or(1.0));
        }
        for index in (0..solved.len()).rev() {
            let known: f64 = (index + 1..solved.len())
                .map(|below| self.factor[below][index] * solved[below])
                .sum();
            solved[index] = (solved[index] - known) / self.factor[index][index];
        }
        let mut coefficients = vec![0.0; self.columns];
        for (value, &column) in solved.iter().zip(&self.order) {
            coefficients[column] = value / self.scale[column];
        }
        coefficients
    }
}

#[cfg(test)]
mod tests {
    use super::Projection;

    #[test]
    fn a_system_without_collinear_columns_is_solved() {
        let gram = [vec![4.0, 2.0, 1.0], vec![2.0, 9.0, 3.0], vec![1.0, 3.0, 16.0]];
        let truth = [1.5, -2.0, 0.25];
        let moments: Vec<f64> =
            gram.iter().map(|row| row.iter().zip(&truth).map(|(a, b)| a * b).sum()).collect();
        for (found, truth) in Projection::new(&gram).coefficients(&moments).iter().zip(&truth) {
            assert!((found - truth).abs() < 1e-14);
        }
    }

    #[test]
    fn collinear_columns_give_the_same_fit_as_without_them() {
        // Two margins of two categories over four cells of 3, 1, 2 and 4 respondents.
        let gram = [
            vec![4.0, 0.0, 3.0, 1.0],
            vec![0.0, 6.0, 2.0, 4.0],
            vec![3.0, 2.0, 5.0, 0.0],
            vec![1.0, 4.0, 0.0, 5.0],
        ];
        // y = 1 + 2·[second row] + 5·[second column].
        let moments = [4.0 + 5.0, 6.0 * 3.0 + 4.0 * 5.0, 5.0 + 4.0, 5.0 * 6.0 + 4.0 * 2.0];
        let fit = Projection::new(&gram).coefficients(&moments);
        for (row, column, expected) in [(0, 2, 1.0), (1, 2, 3.0), (0, 3, 6.0), (1, 3, 8.0)] {
            assert!((fit[row] + fit[column] - expected).abs() < 1e-13, "{fit:?}");
        }
    }

    #[test]
    fn columns_that_are_empty_or_not_numbers_are_left_out() {
        let gram = [vec![2.0, 0.0, f64::NAN], vec![0.0, 0.0, 0.0], vec![f64::NAN, 0.0, f64::NAN]];
        let fit = Projection::new(&gram).coefficients(&[3.0, 1.0, 1.0]);
        assert!((fit[0] - 1.5).abs() < 1e-15 && fit[1..] == [0.0, 0.0], "{fit:?}");
    }
}
