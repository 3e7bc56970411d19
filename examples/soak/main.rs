//! The gateway under too much, too slow and too long: the release binary as a child process, every answer checked.
//!
//! ```text
//! cargo build --release
//! cargo run --release --example soak -- [ROW…] [--seconds N] [--percent P]
//! ```
//!
//! | row | what happens | what has to hold |
//! | --- | --- | --- |
//! | `overload` | on one core, twice the calls that it can answer, for N seconds | goodput ≥ 90 % of the peak; who is turned away knows in 50 ms, `/health/live` answers in 100 ms (p99); as before within 2 s |
//! | `cap` | the same in 256 MiB (cgroup v1, so as root), with servers that hang and answer too much | nothing is killed, the rest is answered |
//! | `memory` | 200 of the largest requests and answers of each kind at once | at most 8 bytes for each in flight and 64 MiB; back within 10 % in 30 s |
//! | `descriptors` | 1,000 connections to a gateway that may open 256 files | it does not spin, and serves within 2 s of their end |
//! | `slow` | 300 callers each who send headers or a body, or read 7 MiB, drop by drop | cut after 15, 30 and 30 s; the p99 of others is at most half as much again |
//! | `sessions` | 10,000 sessions and 2,000 streams that do nothing | 20 KiB and 40 KiB each; gone 30 s after their time |
//! | `steady` | calls, searches, failures and a server that comes and goes, for N seconds | memory grows by less than 2 MiB in an hour after the first sixth; files, threads and children stay as many |
//!
//! Without a row all of them but `steady`. N is 60 (`steady`: 3600), P scales the numbers of callers. It exits with 1
//! where something did not hold. The load and its servers share the machine with the gateway.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a report is what this is for")]

mod crowd;
mod overload;
#[allow(dead_code, reason = "each example has its own part of it")]
#[path = "../rig/mod.rs"]
mod rig;
mod room;
mod slow;
mod stage;
mod steady;

use std::process::ExitCode;
use std::time::Duration;

use rig::Outcome;
use stage::Stage;

const ROWS: [&str; 7] = ["overload", "cap", "memory", "descriptors", "slow", "sessions", "steady"];

struct Options {
    rows: Vec<String>,
    seconds: Option<u64>,
    percent: usize,
}

fn options() -> Outcome<Options> {
    let mut options = Options { rows: Vec::new(), seconds: None, percent: 100 };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut number = || rig::number(&word, words.next());
        match word.as_str() {
            "--seconds" => options.seconds = Some(number()?),
            "--percent" => options.percent = usize::try_from(number()?)?,
            row if ROWS.contains(&row) => options.rows.push(word),
            _ => return Err(format!("usage: soak [{}] [--seconds N] [--percent P]", ROWS.join("|")).into()),
        }
    }
    if options.rows.is_empty() {
        options.rows = ROWS.iter().filter(|row| **row != "steady").map(ToString::to_string).collect();
    }
    Ok(options)
}

fn main() -> ExitCode {
    match options().and_then(|options| rig::run(run(&options))) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(missed) => {
            eprintln!("soak: {missed} did not hold");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("soak: {error}");
            ExitCode::FAILURE
        }
    }
}

/// How many things did not hold.
async fn run(options: &Options) -> Outcome<usize> {
    let mut missed = 0;
    for row in &options.rows {
        let stage = Stage::new(row, options.percent)?;
        let usual = if row == "steady" { 3600 } else { 60 };
        let span = Duration::from_secs(options.seconds.unwrap_or(usual));
        match row.as_str() {
            "overload" => overload::twice_the_peak(&stage, span).await?,
            "cap" => overload::in_little_memory(&stage, span).await?,
            "memory" => room::largest_at_once(&stage).await?,
            "descriptors" => slow::more_than_may_be_open(&stage).await?,
            "slow" => slow::drop_by_drop(&stage).await?,
            "sessions" => room::idle(&stage).await?,
            _ => steady::mixed(&stage, span).await?,
        }
        missed += stage.missed();
    }
    Ok(missed)
}
