//! How long a board takes to come up to date after one cell of one plan has changed, on the plans that
//! `national_plans` keeps.
//!
//! usage: align_speed FOLDER PROVINCE
//!
//! Prints rows, milliseconds of a whole look and of a look again as JSON (medians of 9).

use std::time::Instant;

use jiff::civil::date;
use selaras::align::{Inputs, Sent, align, realign, register};
use selaras::plan::Rupiah;
use selaras::policy::Actor;
use selaras::region;
use selaras::store::{Clock, DataFolder, Store};

type Failure = Box<dyn std::error::Error>;

const RUNS: usize = 9;

fn kept(folder: &str, province: region::Code) -> Result<Inputs, Failure> {
    tokio::runtime::Runtime::new()?.block_on(async {
        let store = Store::open(&DataFolder::create(folder.as_ref())?, None).await?;
        let mut tx = store.read(Clock::System).await?;
        let inputs = register::inputs(&mut tx, &Actor::operator(), province).await?;
        Ok(inputs.ok_or("no plan is kept of this province")?)
    })
}

/// The inputs with another amount in the last row of the last plan.
fn changed(mut inputs: Inputs, amount: i64) -> Option<Inputs> {
    let last = inputs.plans.last_mut()?;
    let mut document = last.version.thaw();
    document.rows.last_mut()?.money.first_mut()?.amount = Rupiah::new(amount);
    *last = Sent::new(document.freeze());
    Some(inputs)
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of.get(of.len() / 2).copied().unwrap_or_default()
}

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let (folder, province) = (arguments.next(), arguments.next());
    let (folder, province) = folder.zip(province).ok_or("usage: align_speed FOLDER PROVINCE")?;
    let province = province.parse().map_err(|_| "not the code of a province")?;
    let inputs = || kept(&folder, province);
    let rows: usize = inputs()?.plans.iter().map(|sent| sent.version.rows().len()).sum();
    let today = date(2026, 11, 20);
    let (mut whole, mut again) = (Vec::new(), Vec::new());
    for run in 1..=RUNS {
        let first = inputs()?;
        let start = Instant::now();
        let seen = align(first, today);
        whole.push(start.elapsed().as_secs_f64() * 1e3);
        let next = changed(inputs()?, run as i64).ok_or("a plan without money")?;
        let start = Instant::now();
        let now = realign(seen, next, today);
        again.push(start.elapsed().as_secs_f64() * 1e3);
        drop(now);
    }
    let (whole, again) = (median(whole), median(again));
    println!("{{\"rows\":{rows},\"whole_ms\":{whole:.1},\"again_ms\":{again:.1}}}");
    Ok(())
}
