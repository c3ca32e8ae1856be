use selaras::check::{self, Context, Government};
use selaras::align::register;
use selaras::policy::Actor;
use selaras::store::{Clock, DataFolder, Store};
use std::time::Instant;
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).unwrap();
    let rt = tokio::runtime::Runtime::new()?;
    let province: selaras::region::Code = "61".parse().unwrap();
    let t = Instant::now();
    let inputs = rt.block_on(async {
        let store = Store::open(&DataFolder::create(folder.as_ref()).unwrap(), None).await.unwrap();
        let mut tx = store.read(Clock::System).await.unwrap();
        register::inputs(&mut tx, &Actor::operator(), province).await.unwrap().unwrap()
    });
    println!("load {:?}", t.elapsed());
    let versions: Vec<_> = inputs.plans.iter().map(|s| s.version.clone()).collect();
    let today = jiff::civil::date(2026, 11, 20);
    let t = Instant::now();
    let _alignment = selaras::align::align(inputs, today);
    println!("align {:?}", t.elapsed());
    let fin: Vec<_> = versions.iter().filter(|v| v.rows().len() > 1000).collect();
    let t = Instant::now();
    let govs: Vec<_> = fin.iter().map(|v| Government::new(v.head().region, 2027, [*v])).collect();
    println!("governments {} {:?}", govs.len(), t.elapsed());
    let prev: Vec<_> = versions.iter().filter(|v| v.rows().len() < 1000).collect();
    let ctx = Context { previous: Some(&prev), ..Context::new(today) };
    let (upper, lowers) = govs.split_first().unwrap();
    for _ in 0..2 {
    let t = Instant::now(); let o = check::of_government(&lowers[0], &ctx); println!("own {:?}", t.elapsed()); drop(o);
    let t = Instant::now(); let o = check::of_pair(upper, &lowers[0], &ctx); println!("pair {:?}", t.elapsed()); drop(o);
    let t = Instant::now(); let o = check::of_province(upper, lowers, &ctx); println!("province {:?}", t.elapsed()); drop(o);
    }
    Ok(())
}
