//! Provinces with known truth, and cluster samples from them.

use selaras_stats::random::Stream;

/// Standard deviation of a score among respondents.
pub(crate) const SD: f64 = 1.5;
/// Design effect of clustering.
pub(crate) const DESIGN_EFFECT: f64 = 2.0;
/// Numbers of answers as in a real round: from a region far below the target to twice above it.
pub(crate) const UNEVEN: [u64; 8] = [1_250, 83, 914, 2_513, 300, 1_776, 120, 600];

/// Clusters of a region with `n` answers: a dozen answers each, 6 to 60 clusters.
pub(crate) fn clusters(n: u64) -> u64 {
    (n / 12).clamp(6, 60)
}

/// What a survey of one region gives.
#[derive(Clone, Copy)]
pub(crate) struct Sampled {
    pub(crate) value: f64,
    pub(crate) se: f64,
    pub(crate) df: f64,
}

/// Draws the cluster means of a region with true value `truth`, one normal number of `shared` a
/// cluster counting for `common` of their variance, and estimates it as a cluster sample: mean of
/// cluster means, their variance over their number, clusters − 1 degrees of freedom.
pub(crate) fn sample(
    stream: &mut Stream,
    truth: f64,
    n: u64,
    shared: &[f64],
    common: f64,
) -> Sampled {
    let size = clusters(n);
    let sd = SD * (DESIGN_EFFECT * size as f64 / n as f64).sqrt();
    let means: Vec<f64> = (0..size as usize)
        .map(|cluster| {
            let together = shared.get(cluster).copied().unwrap_or_default();
            truth + sd * (common.sqrt() * together + (1.0 - common).sqrt() * stream.normal())
        })
        .collect();
    let value = means.iter().sum::<f64>() / size as f64;
    let spread: f64 = means.iter().map(|mean| (mean - value).powi(2)).sum();
    let df = size as f64 - 1.0;
    Sampled { value, se: (spread / df / size as f64).sqrt(), df }
}

/// Shares of a province's adults: uneven, summing to 1.
pub(crate) fn shares(stream: &mut Stream, regions: usize) -> Vec<f64> {
    let raw: Vec<f64> = (0..regions).map(|_| 0.3 + stream.uniform()).collect();
    let total: f64 = raw.iter().sum();
    raw.iter().map(|share| share / total).collect()
}

/// Each region minus the province's mean: the difference, its standard error with the covariance of
/// part and whole, Welch–Satterthwaite degrees of freedom.
pub(crate) fn against_province(regions: &[Sampled], shares: &[f64]) -> Vec<Sampled> {
    let province: f64 =
        regions.iter().zip(shares).map(|(region, share)| share * region.value).sum();
    (0..regions.len())
        .map(|part| {
            let (mut variance, mut parts) = (0.0, 0.0);
            for (other, (region, share)) in regions.iter().zip(shares).enumerate() {
                let net = if other == part { 1.0 - share } else { *share };
                let v = (net * region.se).powi(2);
                variance += v;
                parts += v * v / region.df;
            }
            Sampled {
                value: regions[part].value - province,
                se: variance.sqrt(),
                df: variance * variance / parts,
            }
        })
        .collect()
}
