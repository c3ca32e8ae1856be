//! How fast the Rao-Wu bootstrap is on the PSU totals of a national round: reads them as lines of
//! `region,stratum,psu,w,y…` (numbers; one mean a score), draws and prints seconds of the
//! replicates alone, and the largest relative distance of a standard error from the linearised one.
//!
//! `cargo run --release -p selaras-stats --example bootstrap_speed -- TOTALS.csv REPLICATES`

use std::error::Error;
use std::thread::available_parallelism;
use std::time::Instant;

use selaras_stats::bootstrap::{Bootstrap, Figure};
use selaras_stats::survey::{Options, Sample};
use selaras_stats::totals::{Key, Totals};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let text = std::fs::read_to_string(arguments.next().ok_or("TOTALS.csv")?)?;
    let replicates: u32 = arguments.next().ok_or("REPLICATES")?.parse()?;
    let mut lines = text.lines();
    let scores: Vec<&str> = lines.next().unwrap_or_default().split(',').skip(4).collect();
    let mut totals = Totals::new(scores.iter().copied())?;
    let mut regions = 0;
    for line in lines {
        let mut fields = line.split(',');
        let mut whole = || -> Result<u32, Box<dyn Error>> {
            Ok(fields.next().ok_or("a field is missing")?.parse()?)
        };
        let key = Key { region: whole()?, stratum: whole()?, psu: whole()?, cell: 0 };
        let numbers: Vec<f64> = fields.map(str::parse).collect::<Result<_, _>>()?;
        let (weight, means) = numbers.split_first().ok_or("no weight")?;
        totals.add(key, *weight, means)?;
        regions = regions.max(key.region as usize + 1);
    }
    let sample = Sample::new(&totals, |_| None, Options::default())?;
    let domains = sample.domains(regions, |key| Some(key.region as usize));
    let figures: Vec<Figure> = (0..regions).map(|region| Figure::Pooled(vec![region])).collect();
    let start = Instant::now();
    let bootstrap = Bootstrap::new(&sample, scores.len(), &domains);
    let spreads = bootstrap.run(&figures, replicates, 1, available_parallelism()?);
    let seconds = start.elapsed().as_secs_f64();
    let mut furthest = 0.0_f64;
    for (domain, spreads) in domains.iter().zip(&spreads) {
        let linearised = sample.means(domain, 0..scores.len());
        for (spread, mean) in spreads.iter().zip(linearised) {
            if let (Some(spread), Some(se)) = (spread, mean.and_then(|mean| mean.se())) {
                furthest = furthest.max((spread.se / se - 1.0).abs());
            }
        }
    }
    println!("{{\"seconds\": {seconds}, \"furthest\": {furthest}}}");
    Ok(())
}
