//! For a long time.

use std::cell::Cell;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::rig::Outcome;
use super::rig::connection::Connection;
use super::rig::fixture::Fixture;
use super::rig::process::{children, resident};
use super::stage::{Stage, call, metric, until_served};

/// Calls and searches of each caller in a second.
const PACE: Duration = Duration::from_millis(50);
const CALLERS: usize = 8;
/// How long the server that comes and goes stays, and stays away.
const FLAP: Duration = Duration::from_secs(7);

/// From when on the growth of memory says something.
const LONG: Duration = Duration::from_secs(600);

/// What the system counts of the gateway at one time.
struct Sample {
    hours: f64,
    mib: f64,
    /// Files, threads and children.
    counts: [usize; 3],
}

impl Sample {
    fn take(pid: u32, since: Instant) -> Outcome<Self> {
        let entries = |name: &str| std::fs::read_dir(format!("/proc/{pid}/{name}")).map(Iterator::count);
        Ok(Self {
            hours: since.elapsed().as_secs_f64() / 3600.0,
            mib: resident(pid)?.0,
            counts: [entries("fd")?, entries("task")?, children(pid)?.len()],
        })
    }
}

pub(crate) async fn mixed(stage: &Stage, span: Duration) -> Outcome<()> {
    let flapping = Fixture::start()?;
    let place = flapping.address.to_string();
    stage.cli(&["server", "add", "flapping", "--url", &format!("http://{place}/mcp")])?;
    stage.cli(&["bootstrap", "--demo"])?;
    let gateway = stage.serve(&[], &[])?;
    let (address, pid) = (gateway.address.as_str(), gateway.pid());
    until_served(address, Duration::from_secs(1)).await.ok_or("it does not serve")?;
    let begun = Instant::now();
    let stopping = Cell::new(false);
    let [answered, coded, astray] = [const { Cell::new(0_u64) }; 3];
    let caller = |number: usize| {
        let (stopping, answered, coded, astray) = (&stopping, &answered, &coded, &astray);
        async move {
            let mut id = number as u64;
            while !stopping.get() {
                id += CALLERS as u64;
                let outcome = match asked(address, id).await {
                    Some(true) => answered,
                    Some(false) => coded,
                    None => astray,
                };
                outcome.set(outcome.get() + 1);
                tokio::time::sleep(PACE).await;
            }
        }
    };
    let flap = async {
        let mut server = Some(flapping);
        while !stopping.get() {
            tokio::time::sleep(FLAP).await;
            server = if server.is_some() { None } else { Some(Fixture::start_at(&place)?) };
        }
        Outcome::Ok(())
    };
    let watch = async {
        let mut samples = Vec::new();
        while begun.elapsed() < span {
            tokio::time::sleep((span / 200).max(Duration::from_secs(1))).await;
            if begun.elapsed() > span / 6 {
                samples.push(Sample::take(pid, begun)?);
            }
        }
        stopping.set(true);
        Outcome::Ok(samples)
    };
    let callers = futures_util::future::join_all((0..CALLERS).map(caller));
    let (samples, flapped, _) = tokio::join!(watch, flap, callers);
    flapped?;
    let asked = format!("{} answered, {} with a code, {} not", answered.get(), coded.get(), astray.get());
    stage.hold(astray.get() == 0, "all are answered", asked);
    report(stage, &samples?, span);
    let panics = metric(address, "mcpgw_panics_total ").await?;
    stage.hold(panics == 0.0, "no panic", panics);
    let dropped = metric(address, "mcpgw_audit_dropped_total ").await?;
    stage.hold(dropped == 0.0, "no audit record dropped", dropped);
    gateway.stop().await
}

fn report(stage: &Stage, samples: &[Sample], span: Duration) {
    let slope = slope(samples);
    let ends = samples.first().zip(samples.last());
    let shown = ends.map_or_else(String::new, |(first, last)| format!(" ({:.1} MiB, then {:.1})", first.mib, last.mib));
    let shown = format!("{slope:.2} MiB an hour{shown}");
    if span < LONG {
        // What grows in seconds are buffers.
        stage.say("memory", shown);
    } else {
        stage.hold(slope <= 2.0, "memory ≤ 2 MiB an hour", shown);
    }
    let third = samples.len().div_ceil(3);
    for (place, what) in ["files", "threads", "children"].into_iter().enumerate() {
        // Calls come and go: what is compared is the most of the first third and of the last.
        let most = |part: &[Sample]| part.iter().map(|sample| sample.counts[place]).max().unwrap_or_default();
        let (first, last) = (most(&samples[..third]), most(&samples[samples.len() - third..]));
        stage.hold(last <= first + 2, &format!("{what} stay as many (±2)"), format!("{first}, then {last}"));
    }
}

/// MiB an hour by least squares.
fn slope(samples: &[Sample]) -> f64 {
    let count = samples.len().max(1) as f64;
    let mean = |of: fn(&Sample) -> f64| samples.iter().map(of).sum::<f64>() / count;
    let (hours, mib) = (mean(|sample| sample.hours), mean(|sample| sample.mib));
    let covariance: f64 = samples.iter().map(|sample| (sample.hours - hours) * (sample.mib - mib)).sum();
    let variance: f64 = samples.iter().map(|sample| (sample.hours - hours).powi(2)).sum();
    if variance > 0.0 { covariance / variance } else { 0.0 }
}

/// One of a mixture; whether it was answered well, or with a code; `None` where it was not.
async fn asked(address: &str, id: u64) -> Option<bool> {
    let search = |query: &str| {
        json!({ "jsonrpc": "2.0", "id": id, "method": "tools/search", "params": { "query": query } }).to_string()
    };
    let frame = match id % 10 {
        0 => search("look up a purchase by its id"),
        1 => search(&format!("what number {id} is about")),
        2 => call(id, "flapping__echo", &json!({ "message": id.to_string() })),
        3 => call(id, "orders__find_order", &json!({ "order_id": "A-1001" })),
        4 => call(id, "slow__wait", &json!({ "milliseconds": 200 })),
        5 => call(id, "slow__blob", &json!({ "bytes": 100_000 })),
        6 if id % 200 == 6 => call(id, "slow__wait", &json!({ "milliseconds": 3000 })),
        7 => call(id, "nowhere__nothing", &json!({})),
        _ => call(id, "echo__echo", &json!({ "message": format!("write to someone{id}@example.org") })),
    };
    let answered = async {
        let mut connection = Connection::open(address).await.ok()?;
        let (_, body) = connection.post(address, "/rpc", "", &frame).await.ok()?;
        let frame: Value = serde_json::from_slice(body).ok()?;
        if frame["id"] != id {
            return None;
        }
        if frame["error"]["code"].is_i64() { Some(false) } else { frame["result"].is_object().then_some(true) }
    };
    tokio::time::timeout(Duration::from_secs(10), answered).await.ok()?
}
