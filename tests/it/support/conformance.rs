//! The protocol's own conformance suite.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::Value;

use super::deps;
use super::process::{Service, run};

/// The whole suite takes some ten seconds.
const DEADLINE: Duration = Duration::from_secs(240);

#[derive(Clone, Copy)]
pub(crate) struct Suite {
    folder: &'static Path,
}

/// What a run found: every check by its scenario.
pub(crate) struct Findings {
    checks: Vec<(String, Value)>,
    said: String,
}

impl Suite {
    pub(crate) fn get() -> Option<Self> {
        static ONCE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
        deps::CONFORMANCE.get(&ONCE).map(|folder| Self { folder })
    }

    fn command(self, role: &str) -> Command {
        let mut command = Command::new(self.node());
        command.arg(self.folder.join("node_modules/@modelcontextprotocol/conformance/dist/index.js")).arg(role);
        command
    }

    /// A Node that is new enough for it.
    pub(crate) fn node(self) -> PathBuf {
        self.folder.join("node_modules/.bin/node")
    }

    /// Checks the server at `url` against the requirements of a revision.
    #[track_caller]
    pub(crate) fn server(self, url: &str, revision: &str) -> Findings {
        let out = tempfile::tempdir().expect("a directory");
        let mut command = self.command("server");
        command.args(["--url", url, "--requirements", revision, "-o"]).arg(out.path()).current_dir(out.path());
        let output = run(&mut command, "", DEADLINE);
        Findings { checks: checks(out.path()), said: format!("{}{}", output.stdout, output.stderr) }
    }

    /// Checks the gateway as a client in one scenario.
    #[track_caller]
    pub(crate) fn client(self, scenario: &str, revision: &str) -> Findings {
        let out = tempfile::tempdir().expect("a directory");
        let driver = format!("{} {}", self.node().display(), self.folder.join("drive.mjs").display());
        let mut command = self.command("client");
        command.args(["--command", &driver, "--scenario", scenario, "--spec-version", revision, "-o"]).arg(out.path());
        command.env("MCPGW", super::mcpgw()).current_dir(out.path());
        let output = run(&mut command, "", DEADLINE);
        Findings { checks: checks(out.path()), said: format!("{}{}", output.stdout, output.stderr) }
    }
}

fn checks(folder: &Path) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the findings").flatten() {
        let Ok(text) = fs::read_to_string(entry.path().join("checks.json")) else { continue };
        let name = entry.file_name().to_string_lossy().into_owned();
        // `server-<scenario>-<time>`, and the time begins with the year.
        let scenario = name.split("-20").next().unwrap_or(&name).trim_start_matches("server-").to_owned();
        let checks: Vec<Value> = serde_json::from_str(&text).expect("checks");
        found.extend(checks.into_iter().map(|check| (scenario.clone(), check)));
    }
    found
}

impl Findings {
    /// Checks that passed.
    pub(crate) fn passed(&self) -> usize {
        self.checks.iter().filter(|(_, check)| check["status"] == "SUCCESS").count()
    }

    /// Everything that failed, but for the checks of `expected`, which have to fail.
    #[track_caller]
    pub(crate) fn assert_but(&self, expected: &[&str]) {
        let mut failed = String::new();
        let mut seen = Vec::new();
        for (scenario, check) in self.checks.iter().filter(|(_, check)| check["status"] == "FAILURE") {
            let id = check["id"].as_str().unwrap_or_default();
            if expected.contains(&id) {
                seen.push(id);
            } else {
                let _ = writeln!(failed, "{scenario}: {id}: {}", check["errorMessage"].as_str().unwrap_or_default());
            }
        }
        assert!(self.passed() > 0, "nothing was checked:\n{}", self.said);
        assert!(failed.is_empty(), "the suite found:\n{failed}");
        let missing: Vec<_> = expected.iter().filter(|id| !seen.contains(id)).collect();
        assert!(missing.is_empty(), "no longer fails, so no longer expected to: {missing:?}");
    }
}

/// The reference server (`examples/fixture_server`), which Cargo builds with the tests.
pub(crate) struct Fixture;

impl Fixture {
    pub(crate) fn program() -> PathBuf {
        let program = super::mcpgw().with_file_name("examples").join("fixture_server");
        assert!(program.exists(), "{} is missing: `cargo test` builds it", program.display());
        program
    }

    /// On a port of its own, and its URL.
    #[track_caller]
    pub(crate) fn over_http(args: &[&str]) -> (Service, String) {
        let mut command = Command::new(Self::program());
        command.args(["--bind", "127.0.0.1:0"]).args(args);
        let url = |line: &str| serde_json::from_str::<Value>(line).ok()?["url"].as_str().map(str::to_owned);
        Service::start(&mut command, url).unwrap_or_else(|log| panic!("the fixture ended:\n{log}"))
    }
}
