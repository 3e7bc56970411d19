//! A store with servers, and what is said of a row.

use std::cell::Cell;
use std::fmt::Display;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use super::rig::Outcome;
use super::rig::connection::Connection;
use super::rig::fixture::Fixture;
use super::rig::process::{Running, binary, command, listening, run_once};

pub(crate) struct Stage {
    pub(crate) fixture: Fixture,
    row: String,
    percent: usize,
    binary: PathBuf,
    folder: tempfile::TempDir,
    missed: Cell<usize>,
}

impl Stage {
    /// A store in a folder of its own with the servers `echo` and `slow`.
    pub(crate) fn new(row: &str, percent: usize) -> Outcome<Self> {
        let (fixture, folder) = (Fixture::start()?, tempfile::tempdir()?);
        let stage = Self { fixture, row: row.to_owned(), percent, binary: binary()?, folder, missed: Cell::new(0) };
        for (server, path) in [("echo", "mcp"), ("slow", "slow")] {
            let url = format!("http://{}/{path}", stage.fixture.address);
            stage.cli(&["server", "add", server, "--url", &url])?;
        }
        stage.cli(&["catalog", "sync"])?;
        Ok(stage)
    }

    pub(crate) fn cli(&self, words: &[&str]) -> Outcome<()> {
        run_once(&self.binary, &self.store(), words)
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("store.db")
    }

    /// So many, scaled.
    pub(crate) fn many(&self, number: usize) -> usize {
        (number * self.percent / 100).max(1)
    }

    /// `serve`, by way of a program that becomes it, and with variables.
    pub(crate) fn serve(&self, wrapper: &[&str], env: &[(&str, &str)]) -> Outcome<Running> {
        let mut command: Command = command(wrapper, &self.binary, &self.store());
        command.args(["serve", "--bind", "127.0.0.1:0"]).envs(env.iter().copied());
        listening(command)
    }

    /// Says a figure.
    pub(crate) fn say(&self, what: &str, figure: impl Display) {
        println!("     {:<12} {what}: {figure}", self.row);
    }

    /// Says a figure that has a bound.
    pub(crate) fn hold(&self, holds: bool, what: &str, figure: impl Display) {
        if !holds {
            self.missed.set(self.missed.get() + 1);
        }
        println!("{} {:<12} {what}: {figure}", if holds { "ok  " } else { "MISS" }, self.row);
    }

    pub(crate) fn missed(&self) -> usize {
        self.missed.get()
    }
}

/// A call of a tool as a frame.
pub(crate) fn call(id: u64, tool: &str, arguments: &serde_json::Value) -> String {
    let params = serde_json::json!({ "name": tool, "arguments": arguments });
    serde_json::json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params }).to_string()
}

/// One call on a connection of its own; how long it took, and whether it was answered as it should.
pub(crate) async fn probe(address: &str) -> (Duration, bool) {
    let begun = Instant::now();
    let frame = call(7, "echo__echo", &serde_json::json!({ "message": "still there?" }));
    let answered = async {
        let mut connection = Connection::open(address).await.ok()?;
        let (status, body) = connection.post(address, "/rpc", "", &frame).await.ok()?;
        let right = status == 200 && String::from_utf8_lossy(body).contains("still there?");
        right.then_some(())
    };
    let answered = tokio::time::timeout(Duration::from_secs(10), answered).await;
    (begun.elapsed(), matches!(answered, Ok(Some(()))))
}

/// The latencies of calls one after the other for so long, sorted; an error where one fails.
pub(crate) async fn probes(address: &str, span: Duration, pause: Duration) -> Outcome<Vec<Duration>> {
    let (until, mut taken) = (Instant::now() + span, Vec::new());
    while Instant::now() < until {
        let (took, right) = probe(address).await;
        if !right {
            return Err(format!("a call was not answered as it should be after {took:?}").into());
        }
        taken.push(took);
        tokio::time::sleep(pause).await;
    }
    taken.sort_unstable();
    Ok(taken)
}

/// How long until calls are answered as they should be again, `None` where they are not within half a minute.
pub(crate) async fn until_served(address: &str, within: Duration) -> Option<Duration> {
    let begun = Instant::now();
    let mut good = 0;
    while begun.elapsed() < Duration::from_secs(30) {
        let started = begun.elapsed();
        let (took, right) = probe(address).await;
        good = if right && took <= within { good + 1 } else { 0 };
        if good == 10 {
            return Some(started);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    None
}

/// A figure of `/metrics`.
pub(crate) async fn metric(address: &str, name: &str) -> Outcome<f64> {
    let text = Connection::open(address).await?.get(address, "/metrics").await?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
    line.ok_or_else(|| format!("no {name} in /metrics").into())
}
