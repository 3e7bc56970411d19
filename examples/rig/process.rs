//! The release binary as a child process, and what the system counts of it.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::Outcome;

/// `sysconf(_SC_CLK_TCK)` is 100 on every Linux architecture.
const TICKS_PER_SECOND: f64 = 100.0;

/// The gateway's binary, beside the folder that this example was built into.
pub(crate) fn binary() -> Outcome<PathBuf> {
    let own = std::env::current_exe()?;
    let found = own.parent().and_then(Path::parent).map(|folder| folder.join("mcpgw"));
    found
        .filter(|path| path.is_file())
        .ok_or_else(|| format!("there is no mcpgw beside {}; run `cargo build --release` first", own.display()).into())
}

/// A child that does not outlive its owner.
pub(crate) struct Running {
    child: Child,
    pub(crate) address: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Asks it to end, so that it ends its own children, and waits for a while.
    pub(crate) async fn stop(mut self) -> Outcome<()> {
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw) {
            rustix::process::kill_process(pid, rustix::process::Signal::TERM)?;
        }
        for _ in 0..3500 {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Err("the gateway did not end within 35 s of SIGTERM".into())
    }
}

/// The gateway on a store; `wrapper` is a program with arguments that becomes it (`taskset -c 0`).
pub(crate) fn command(wrapper: &[&str], binary: &Path, store: &Path) -> Command {
    let mut command = match wrapper {
        [] => Command::new(binary),
        [program, arguments @ ..] => {
            let mut command = Command::new(program);
            command.args(arguments).arg(binary);
            command
        }
    };
    command.env_clear();
    // The limits are counted, and out of reach.
    command.env("RATE_LIMIT_MAX_REQUESTS", "1000000000").env("RATE_LIMIT_MAX_REQUESTS_PER_SUBJECT", "1000000000");
    command.arg("--store").arg(format!("sqlite:{}", store.display()));
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// Starts `serve` and waits until it says where it listens.
pub(crate) fn serve(binary: &Path, store: &Path, more: &[&str]) -> Outcome<Running> {
    let mut command = command(&[], binary, store);
    command.args(["serve", "--bind", "127.0.0.1:0"]).args(more);
    listening(command)
}

/// The same of a command that was put together.
pub(crate) fn listening(mut command: Command) -> Outcome<Running> {
    let mut running = Running { child: command.stderr(Stdio::piped()).spawn()?, address: String::new() };
    let mut lines = BufReader::new(running.child.stderr.take().ok_or("no stderr")?).lines();
    let mut said = String::new();
    for line in lines.by_ref() {
        let line = line?;
        let entry: Value = serde_json::from_str(&line).unwrap_or_default();
        if entry["message"] == "listening" {
            running.address = entry["address"].as_str().unwrap_or_default().to_owned();
            // Nobody may be kept waiting by a full pipe.
            std::thread::spawn(move || lines.for_each(drop));
            return Ok(running);
        }
        said.push_str(&line);
        said.push('\n');
    }
    Err(format!("the gateway ended before it listened:\n{said}").into())
}

pub(crate) fn run_once(binary: &Path, store: &Path, words: &[&str]) -> Outcome<()> {
    let output = command(&[], binary, store).args(words).stderr(Stdio::piped()).output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("mcpgw {} failed: {}", words.join(" "), String::from_utf8_lossy(&output.stderr)).into())
}

/// Two fields of /proc/PID/stat in seconds, counted as proc(5) does.
pub(crate) fn stat_seconds(pid: &str, fields: [usize; 2]) -> Outcome<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let after_name = stat.rsplit_once(')').ok_or("an unexpected /proc/PID/stat")?.1;
    let field = |number: usize| after_name.split_whitespace().nth(number - 3).and_then(|text| text.parse::<f64>().ok());
    let sum = fields.into_iter().map(field).sum::<Option<f64>>().ok_or("an unexpected /proc/PID/stat")?;
    Ok(sum / TICKS_PER_SECOND)
}

/// Processor time of a process, its own and the system's for it.
pub(crate) fn cpu_seconds(pid: u32) -> Outcome<f64> {
    stat_seconds(&pid.to_string(), [14, 15])
}

/// Resident memory in MB: all of it, and what is not backed by the binary's file.
pub(crate) fn resident(pid: u32) -> Outcome<(f64, f64)> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let kib = |name: &str| -> Option<f64> {
        status.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse().ok())
    };
    let missing = "no memory in /proc/PID/status";
    Ok((kib("VmRSS:").ok_or(missing)? / 1024.0, kib("RssAnon:").ok_or(missing)? / 1024.0))
}

pub(crate) fn children(pid: u32) -> Outcome<Vec<u32>> {
    let mut found = Vec::new();
    for task in std::fs::read_dir(format!("/proc/{pid}/task"))? {
        let text = std::fs::read_to_string(task?.path().join("children")).unwrap_or_default();
        found.extend(text.split_whitespace().filter_map(|pid| pid.parse::<u32>().ok()));
    }
    Ok(found)
}
