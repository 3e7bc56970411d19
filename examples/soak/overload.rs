//! More calls than can be answered.

use std::time::{Duration, Instant};

use serde_json::json;

use super::crowd::{Tally, calls};
use super::rig::Outcome;
use super::rig::connection::Connection;
use super::rig::figures::{millis, quantile};
use super::stage::{Stage, call, metric, probes, until_served};

/// Callers that find the peak, and callers at twice of it: more than are let in or may wait by default.
const FEW: usize = 64;
const MANY: usize = 4000;
const CAP_MIB: usize = 256;

pub(crate) async fn twice_the_peak(stage: &Stage, span: Duration) -> Outcome<()> {
    let gateway = stage.serve(&["taskset", "-c", "0"], &[])?;
    overloaded(stage, &gateway.address, span, FEW, stage.many(MANY)).await?;
    gateway.stop().await
}

/// Finds the peak, asks twice as much, and says what came of it.
async fn overloaded(stage: &Stage, address: &str, span: Duration, few: usize, many: usize) -> Outcome<()> {
    let usual = probes(address, Duration::from_secs(2), Duration::from_millis(5)).await?;
    calls(address, few, None, Duration::from_secs(2)).await;
    let warm = (span / 6).max(Duration::from_secs(3));
    let peak = calls(address, few, None, warm).await;
    let peak = peak.answered.len() as f64 / warm.as_secs_f64();
    stage.say("peak", format!("{peak:.0} calls/s of {few} callers"));
    let health = health(address, span);
    let (load, mut health) = tokio::join!(calls(address, many, Some(2.0 * peak), span), health);
    let back = until_served(address, quantile(&usual, 99) * 2 + Duration::from_millis(10)).await;
    health.sort_unstable();
    report(stage, &load, peak, span);
    let live = quantile(&health, 99);
    stage.hold(
        live <= Duration::from_millis(100),
        "/health/live, p99 ≤ 100 ms",
        format!("{} ms of {} answers", millis(live), health.len()),
    );
    let shown = back.map_or("not within 30 s".to_owned(), |back| format!("after {} ms", millis(back)));
    stage.hold(back.is_some_and(|back| back <= Duration::from_secs(2)), "as before ≤ 2 s", shown);
    Ok(())
}

fn report(stage: &Stage, load: &Tally, peak: f64, span: Duration) {
    let goodput = load.answered.len() as f64 / span.as_secs_f64();
    let share = 100.0 * goodput / peak;
    let p50 = millis(quantile(&load.answered, 50));
    stage.hold(share >= 90.0, "goodput ≥ 90 %", format!("{share:.0} % ({goodput:.0} calls/s, p50 {p50} ms)"));
    let told = quantile(&load.turned_away, 99);
    let (many, median) = (load.turned_away.len(), millis(quantile(&load.turned_away, 50)));
    stage.hold(
        told <= Duration::from_millis(50),
        "turned away, p99 ≤ 50 ms",
        format!("{} ms of {many} (p50 {median} ms)", millis(told)),
    );
    let astray = load.astray.first().map_or(String::new(), |first| format!(", the first: {first}"));
    stage.hold(load.astray.is_empty(), "no other outcome", format!("{}{astray}", load.astray.len()));
}

/// `/health/live` every 50 ms; one that is not answered counts as a second.
async fn health(address: &str, span: Duration) -> Vec<Duration> {
    let (until, mut taken) = (Instant::now() + span, Vec::new());
    while Instant::now() < until {
        let begun = Instant::now();
        let asked = async { Connection::open(address).await.ok()?.get(address, "/health/live").await.ok() };
        let answered = tokio::time::timeout(Duration::from_secs(1), asked).await;
        taken.push(if matches!(answered, Ok(Some(_))) { begun.elapsed() } else { Duration::from_secs(1) });
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    taken
}

/// A memory limit that ends with its owner, for a process that enters it.
struct Cap(String);

impl Cap {
    fn new(mib: usize) -> Outcome<Self> {
        let folder = format!("/sys/fs/cgroup/memory/mcpgw-soak-{}", std::process::id());
        let failed = |error: std::io::Error| format!("a memory cgroup (v1) cannot be made, which takes root: {error}");
        std::fs::create_dir(&folder).map_err(failed)?;
        let cap = Self(folder);
        std::fs::write(cap.file("memory.limit_in_bytes"), (mib << 20).to_string()).map_err(failed)?;
        Ok(cap)
    }

    fn file(&self, name: &str) -> String {
        format!("{}/{name}", self.0)
    }

    fn read(&self, name: &str) -> Outcome<String> {
        Ok(std::fs::read_to_string(self.file(name))?.trim().to_owned())
    }
}

impl Drop for Cap {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir(&self.0);
    }
}

pub(crate) async fn in_little_memory(stage: &Stage, span: Duration) -> Outcome<()> {
    let cap = Cap::new(CAP_MIB)?;
    let enter = format!("echo $$ > {} && exec \"$@\"", cap.file("cgroup.procs"));
    // What it holds of files is given up by the system; what it may hold at once is for who sets the cap.
    let mut gateway = stage.serve(&["taskset", "-c", "0", "sh", "-c", &enter, "sh"], &[])?;
    let address = gateway.address.clone();
    let bad = async {
        let hang = (0..16).map(|_| badly(&address, "slow__wait", json!({ "milliseconds": 5000 }), span));
        let huge = (0..4).map(|_| badly(&address, "slow__blob", json!({ "bytes": 64 << 20 }), span));
        let (hang, huge) = tokio::join!(futures_util::future::join_all(hang), futures_util::future::join_all(huge));
        hang.into_iter().chain(huge).sum::<usize>()
    };
    let (load, coded) = tokio::join!(overloaded(stage, &address, span, FEW, stage.many(MANY)), bad);
    load?;
    stage.say("coded answers of servers that hang or answer too much", coded);
    let killed = cap.read("memory.oom_control")?;
    let killed = killed.lines().find_map(|line| line.strip_prefix("oom_kill ")).unwrap_or("?").to_owned();
    let peak = cap.read("memory.max_usage_in_bytes")?.parse::<u64>()? >> 20;
    stage.say("most memory", format!("{peak} MiB of {CAP_MIB}"));
    stage.hold(killed == "0" && gateway.is_running(), "nothing is killed", format!("{killed} killed"));
    let panics = metric(&address, "mcpgw_panics_total ").await?;
    stage.hold(panics == 0.0, "no panic", panics);
    gateway.stop().await
}

/// Calls one after the other that cannot be answered well; how many coded errors came.
async fn badly(address: &str, tool: &str, arguments: serde_json::Value, span: Duration) -> usize {
    let (until, mut coded) = (Instant::now() + span, 0);
    while Instant::now() < until {
        let frame = call(1, tool, &arguments);
        let asked = async {
            let mut connection = Connection::open(address).await.ok()?;
            let (_, body) = connection.post(address, "/rpc", "", &frame).await.ok()?;
            String::from_utf8_lossy(body).contains("\"code\":-32").then_some(())
        };
        match tokio::time::timeout(Duration::from_secs(10), asked).await {
            Ok(Some(())) => coded += 1,
            _ => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    coded
}
