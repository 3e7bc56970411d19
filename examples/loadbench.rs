//! The gateway as a whole under load: the release binary as a child process, real sockets, every answer checked.
//!
//! ```text
//! cargo build --release
//! cargo run --release --example loadbench -- [--calls N] [--concurrency C] [--json]
//! ```
//!
//! What is measured:
//!
//! - tool calls through `/mcp` (session era and 2026-07-28) and `/rpc`, and straight to the fixture server
//!   for comparison: rate, p50 and p99, and the processor time of the gateway process per call. A closed loop
//!   of C kept HTTP/1.1 connections, a new message in every call, every answer checked for its id and message;
//! - resident memory of the gateway before and after the load;
//! - from the start of `serve --demo` on a new store to the first answered call (median of 5), and the
//!   resident memory of it and its children when idle;
//! - `mcpgw search` as a new process on a store of 500 tools (median of 10).
//!
//! The load, the fixture and the gateway share the machine, so rates and latencies are those of the whole;
//! the processor time per call is the gateway's alone. Only processes that were started here are ended.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a report is what this is for")]

use std::error::Error;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::serve::ListenerExt as _;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const MODERN: &str = "2026-07-28";
const LEGACY: &str = "2025-11-25";
/// Calls before the clock starts.
const WARM_UP: u64 = 500;
/// `sysconf(_SC_CLK_TCK)` is 100 on every Linux architecture.
const TICKS_PER_SECOND: f64 = 100.0;

struct Options {
    calls: u64,
    concurrency: u64,
    json: bool,
}

fn options() -> Outcome<Options> {
    let mut options = Options { calls: 20_000, concurrency: 16, json: false };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut number = || -> Outcome<u64> {
            let text = words.next().ok_or_else(|| format!("{word} wants a number"))?;
            let number: u64 = text.parse().map_err(|_| format!("{word} wants a number, not {text:?}"))?;
            if number == 0 { Err(format!("{word} wants at least 1").into()) } else { Ok(number) }
        };
        match word.as_str() {
            "--calls" => options.calls = number()?,
            "--concurrency" => options.concurrency = number()?,
            "--json" => options.json = true,
            _ => return Err("usage: loadbench [--calls N] [--concurrency C] [--json]".into()),
        }
    }
    Ok(options)
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let outcome = options().and_then(|options| {
        runtime.block_on(async {
            let mut terminate = signal(SignalKind::terminate())?;
            // What is dropped here ends its children.
            tokio::select! {
                outcome = measure(&options) => outcome,
                _ = tokio::signal::ctrl_c() => Err("interrupted".into()),
                _ = terminate.recv() => Err("terminated".into()),
            }
        })
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("loadbench: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(options: &Options) -> Outcome<()> {
    let binary = binary()?;
    let fixture = start_fixture()?;
    let folder = tempfile::tempdir()?;
    let report = json!({
        "calls": options.calls,
        "concurrency": options.concurrency,
        "load": load(&binary, folder.path(), &fixture, options).await?,
        "demo": demo(&binary, folder.path(), options).await?,
        "cold_search": cold_search(&binary, folder.path(), &fixture, options).await?,
    });
    if options.json {
        println!("{report}");
    }
    Ok(())
}

/// The gateway's binary, beside the folder that this example was built into.
fn binary() -> Outcome<PathBuf> {
    let own = std::env::current_exe()?;
    let found = own.parent().and_then(Path::parent).map(|folder| folder.join("mcpgw"));
    found
        .filter(|path| path.is_file())
        .ok_or_else(|| format!("there is no mcpgw beside {}; run `cargo build --release` first", own.display()).into())
}

// ---- the fixture server -------------------------------------------------------------------------------

/// A session-era MCP server without sessions on its own thread: `/mcp` has one tool, `/mcp500` has 500.
fn start_fixture() -> Outcome<String> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    std::thread::Builder::new().name("fixture".to_owned()).spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener).expect("a listener").tap_io(|stream| {
                let _ = stream.set_nodelay(true);
            });
            let (echo, many) = (Arc::new(vec![echo_tool()]), Arc::new(many_tools()));
            let routes = Router::new()
                .route("/mcp", post(move |body: Bytes| async move { fixture_answer(&body, &echo) }))
                .route("/mcp500", post(move |body: Bytes| async move { fixture_answer(&body, &many) }));
            axum::serve(listener, routes).await
        })
    })?;
    Ok(address.to_string())
}

fn fixture_answer(body: &[u8], tools: &[Value]) -> Response {
    let Ok(request) = serde_json::from_slice::<Value>(body) else { return StatusCode::BAD_REQUEST.into_response() };
    let Some(id) = request.get("id") else { return StatusCode::ACCEPTED.into_response() };
    let outcome = match request["method"].as_str() {
        Some("initialize") => json!({
            "protocolVersion": LEGACY,
            "capabilities": { "tools": {} },
            "serverInfo": { "name": "fixture", "version": "1" },
        }),
        Some("tools/list") => json!({ "tools": tools }),
        Some("tools/call") => {
            let message = &request["params"]["arguments"]["message"];
            json!({ "content": [{ "type": "text", "text": message }], "isError": false })
        }
        _ => {
            let error = json!({ "code": -32601, "message": "Method not found" });
            return json_answer(&json!({ "jsonrpc": "2.0", "id": id, "error": error }));
        }
    };
    json_answer(&json!({ "jsonrpc": "2.0", "id": id, "result": outcome }))
}

fn json_answer(frame: &Value) -> Response {
    ([(CONTENT_TYPE, "application/json")], frame.to_string()).into_response()
}

fn echo_tool() -> Value {
    json!({
        "name": "echo",
        "description": "Gives the message back.",
        "inputSchema": {
            "type": "object",
            "properties": { "message": { "type": "string", "description": "Any text" } },
            "required": ["message"],
        },
    })
}

/// 500 tools that differ in verb, object, purpose and parameters.
fn many_tools() -> Vec<Value> {
    const VERBS: &str = "\
        get list create update delete search send export archive schedule approve assign convert translate \
        validate merge compare publish refund deploy";
    const NOUNS: &str = "\
        order invoice ticket message document event customer payment report user repository contract shipment \
        calendar database backup subscription webhook pipeline alert flight budget certificate survey transcript";
    const PURPOSES: [&str; 7] = [
        "Use it when the identifier is known; otherwise search first.",
        "Returns the newest entries first, with a cursor for the next page.",
        "Requires write access to the workspace, and is recorded in the audit log.",
        "Filters by status, owner and creation date may be combined.",
        "Fails when another process has locked the entry or it was closed already.",
        "The answer holds the total, the currency and a link to the source.",
        "People who follow the entry are told by mail.",
    ];
    let verbs: Vec<&str> = VERBS.split(' ').collect();
    let nouns: Vec<&str> = NOUNS.split(' ').collect();
    let tool = |number: usize| {
        let (verb, noun) = (verbs[number / nouns.len()], nouns[number % nouns.len()]);
        let (first, second) = (PURPOSES[number % PURPOSES.len()], PURPOSES[(number / 3 + 1) % PURPOSES.len()]);
        let other = nouns[(number * 7 + 3) % nouns.len()];
        let mut properties = serde_json::Map::new();
        properties.insert(format!("{noun}_id"), json!({ "type": "string", "description": format!("Which {noun}") }));
        properties.insert("limit".to_owned(), json!({ "type": "integer", "description": "How many, 1 to 100" }));
        properties
            .insert(other.to_owned(), json!({ "type": "string", "description": format!("The {other} it is for") }));
        json!({
            "name": format!("{verb}_{noun}"),
            "description": format!("{verb} one or several {noun}s of a {other}. {first} {second}"),
            "inputSchema": { "type": "object", "properties": properties, "required": [format!("{noun}_id")] },
        })
    };
    (0..verbs.len() * nouns.len()).map(tool).collect()
}

// ---- processes ----------------------------------------------------------------------------------------

/// A child that does not outlive its owner.
struct Running {
    child: Child,
    address: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    /// Asks it to end, so that it ends its own children, and waits for a while.
    async fn stop(mut self) -> Outcome<()> {
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw) {
            rustix::process::kill_process(pid, rustix::process::Signal::TERM)?;
        }
        for _ in 0..500 {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Err("the gateway did not end within 5 s of SIGTERM".into())
    }
}

fn command(binary: &Path, store: &Path) -> Command {
    let mut command = Command::new(binary);
    command.env_clear();
    // The limits are counted, and out of reach.
    command.env("RATE_LIMIT_MAX_REQUESTS", "1000000000").env("RATE_LIMIT_MAX_REQUESTS_PER_SUBJECT", "1000000000");
    command.arg("--store").arg(format!("sqlite:{}", store.display()));
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// Starts `serve` and waits until it says where it listens.
fn serve(binary: &Path, store: &Path, more: &[&str]) -> Outcome<Running> {
    let mut command = command(binary, store);
    command.args(["serve", "--bind", "127.0.0.1:0"]).args(more).stderr(Stdio::piped());
    let mut running = Running { child: command.spawn()?, address: String::new() };
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

fn run_once(binary: &Path, store: &Path, words: &[&str]) -> Outcome<()> {
    let output = command(binary, store).args(words).stderr(Stdio::piped()).output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("mcpgw {} failed: {}", words.join(" "), String::from_utf8_lossy(&output.stderr)).into())
}

/// Two fields of /proc/PID/stat in seconds, counted as proc(5) does.
fn stat_seconds(pid: &str, fields: [usize; 2]) -> Outcome<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let after_name = stat.rsplit_once(')').ok_or("an unexpected /proc/PID/stat")?.1;
    let field = |number: usize| after_name.split_whitespace().nth(number - 3).and_then(|text| text.parse::<f64>().ok());
    let sum = fields.into_iter().map(field).sum::<Option<f64>>().ok_or("an unexpected /proc/PID/stat")?;
    Ok(sum / TICKS_PER_SECOND)
}

/// Resident memory in MB: all of it, and what is not backed by the binary's file.
fn resident(pid: u32) -> Outcome<(f64, f64)> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let kib = |name: &str| -> Option<f64> {
        status.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse().ok())
    };
    let missing = "no memory in /proc/PID/status";
    Ok((kib("VmRSS:").ok_or(missing)? / 1024.0, kib("RssAnon:").ok_or(missing)? / 1024.0))
}

fn children(pid: u32) -> Outcome<Vec<u32>> {
    let mut found = Vec::new();
    for task in std::fs::read_dir(format!("/proc/{pid}/task"))? {
        let text = std::fs::read_to_string(task?.path().join("children")).unwrap_or_default();
        found.extend(text.split_whitespace().filter_map(|pid| pid.parse::<u32>().ok()));
    }
    Ok(found)
}

// ---- the load -----------------------------------------------------------------------------------------

/// One kept HTTP/1.1 connection.
struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(address: &str) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(4096) })
    }

    /// One POST; the status and the body of its answer.
    async fn post(&mut self, address: &str, path: &str, headers: &str, body: &str) -> Outcome<(u16, &[u8])> {
        let length = body.len();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
        );
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the connection was closed before the answer".into());
            }
            let Some(end) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
            let (status, length) = read_head(&self.buffer[..end])?;
            let (start, end) = (end + 4, end + 4 + length);
            while self.buffer.len() < end {
                if self.stream.read_buf(&mut self.buffer).await? == 0 {
                    return Err("the connection was closed within the answer".into());
                }
            }
            return Ok((status, &self.buffer[start..end]));
        }
    }
}

fn read_head(head: &[u8]) -> Outcome<(u16, usize)> {
    let text = std::str::from_utf8(head)?;
    let status = text.split(' ').nth(1).ok_or("no status")?.parse()?;
    let header = |line: &str| -> Option<usize> {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    };
    let length = text.lines().find_map(header).ok_or_else(|| format!("no content-length in {text}"))?;
    Ok((status, length))
}

/// One kind of call.
struct Kind {
    name: &'static str,
    address: String,
    path: &'static str,
    tool: &'static str,
    headers: String,
    meta: String,
}

impl Kind {
    fn all(fixture: &str, gateway: &str) -> Vec<Self> {
        let legacy = format!("MCP-Protocol-Version: {LEGACY}\r\n");
        let modern = format!("MCP-Protocol-Version: {MODERN}\r\nMcp-Method: tools/call\r\nMcp-Name: echo__echo\r\n");
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": MODERN,
            "io.modelcontextprotocol/clientInfo": { "name": "loadbench", "version": "1" },
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        let kind = |name, path, headers: &str, meta: &str| Self {
            name,
            address: gateway.to_owned(),
            path,
            tool: "echo__echo",
            headers: headers.to_owned(),
            meta: meta.to_owned(),
        };
        let direct = Self { address: fixture.to_owned(), tool: "echo", ..kind("direct", "/mcp", &legacy, "") };
        vec![
            direct,
            kind("mcp legacy", "/mcp", &legacy, ""),
            kind("mcp modern", "/mcp", &modern, &format!(r#","_meta":{meta}"#)),
            kind("rpc", "/rpc", "", ""),
        ]
    }

    fn body(&self, id: u64, message: &str) -> String {
        let (tool, meta) = (self.tool, &self.meta);
        format!(
            r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"{tool}","arguments":{{"message":"{message}"}}{meta}}}}}"#
        )
    }

    /// One call with its answer checked; how long the answer took.
    async fn call(&self, connection: &mut Connection, id: u64) -> Outcome<Duration> {
        let message = format!("message {id} of {}", self.name);
        let body = self.body(id, &message);
        let started = Instant::now();
        let (status, answer) = connection.post(&self.address, self.path, &self.headers, &body).await?;
        let took = started.elapsed();
        let frame: Value = serde_json::from_slice(answer)?;
        let right = status == 200 && frame["id"] == id && frame["result"]["content"][0]["text"] == message.as_str();
        if right { Ok(took) } else { Err(format!("call {id} was answered HTTP {status}: {frame}").into()) }
    }

    /// `calls` calls on `concurrency` connections; every latency.
    async fn round(self: &Arc<Self>, calls: u64, concurrency: u64) -> Outcome<Vec<Duration>> {
        let next = Arc::new(AtomicU64::new(0));
        let mut workers = Vec::new();
        for _ in 0..concurrency {
            let (kind, next) = (Arc::clone(self), Arc::clone(&next));
            workers.push(tokio::spawn(async move {
                let mut connection = Connection::open(&kind.address).await?;
                let mut taken = Vec::new();
                loop {
                    let id = next.fetch_add(1, Ordering::Relaxed);
                    if id >= calls {
                        return Outcome::Ok(taken);
                    }
                    taken.push(kind.call(&mut connection, id).await?);
                }
            }));
        }
        let mut taken = Vec::new();
        for worker in workers {
            taken.extend(worker.await??);
        }
        Ok(taken)
    }
}

async fn load(binary: &Path, folder: &Path, fixture: &str, options: &Options) -> Outcome<Value> {
    let store = folder.join("load.db");
    run_once(binary, &store, &["server", "add", "echo", "--url", &format!("http://{fixture}/mcp")])?;
    run_once(binary, &store, &["catalog", "sync"])?;
    let gateway = serve(binary, &store, &[])?;
    let pid = gateway.child.id();
    let before = resident(pid)?;
    let mut runs = Vec::new();
    for kind in Kind::all(fixture, &gateway.address).into_iter().map(Arc::new) {
        kind.round(WARM_UP, options.concurrency).await?;
        let (cpu, started) = (stat_seconds(&pid.to_string(), [14, 15])?, Instant::now());
        let mut taken = kind.round(options.calls, options.concurrency).await?;
        let (cpu, wall) = (stat_seconds(&pid.to_string(), [14, 15])? - cpu, started.elapsed().as_secs_f64());
        taken.sort_unstable();
        let calls = taken.len() as f64;
        let run = json!({
            "name": kind.name,
            "calls_per_second": (calls / wall).round(),
            "p50_us": micros(quantile(&taken, 50)),
            "p99_us": micros(quantile(&taken, 99)),
            "gateway_cpu_us_per_call": round(cpu * 1e6 / calls),
        });
        say(options, &run);
        runs.push(run);
    }
    let after = resident(pid)?;
    let memory = json!({
        "rss_before_mb": round(before.0), "rss_before_anonymous_mb": round(before.1),
        "rss_after_mb": round(after.0), "rss_after_anonymous_mb": round(after.1),
    });
    say(options, &memory);
    gateway.stop().await?;
    Ok(json!({ "runs": runs, "memory": memory }))
}

// ---- starts -------------------------------------------------------------------------------------------

async fn demo(binary: &Path, folder: &Path, options: &Options) -> Outcome<Value> {
    let mut taken = Vec::new();
    let mut memory = Value::Null;
    for round in 0..5 {
        let started = Instant::now();
        let gateway = serve(binary, &folder.join(format!("demo{round}.db")), &["--demo"])?;
        first_call(&gateway.address).await?;
        taken.push(started.elapsed());
        if round == 4 {
            tokio::time::sleep(Duration::from_secs(2)).await;
            memory = idle_memory(gateway.child.id())?;
        }
        gateway.stop().await?;
    }
    taken.sort_unstable();
    let report = json!({
        "demo_first_call_ms": millis(quantile(&taken, 50)),
        "demo_first_call_slowest_ms": millis(quantile(&taken, 100)),
        "demo_idle": memory,
    });
    say(options, &report);
    Ok(report)
}

async fn first_call(address: &str) -> Outcome<()> {
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"orders__find_order","arguments":{"order_id":"A-1001"}}}"#;
    let deadline = Instant::now() + Duration::from_secs(20);
    while Instant::now() < deadline {
        if let Ok(mut connection) = Connection::open(address).await
            && let Ok((200, answer)) = connection.post(address, "/rpc", "", body).await
            && let Ok(frame) = serde_json::from_slice::<Value>(answer)
            && frame["result"]["structuredContent"].is_object()
        {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    Err("the demo did not answer a call within 20 s".into())
}

fn idle_memory(pid: u32) -> Outcome<Value> {
    let (all, anonymous) = resident(pid)?;
    let children = children(pid)?.into_iter().map(resident).collect::<Outcome<Vec<_>>>()?;
    let children: Vec<f64> = children.into_iter().map(|(all, _)| round(all)).collect();
    Ok(json!({ "rss_mb": round(all), "rss_anonymous_mb": round(anonymous), "children_rss_mb": children }))
}

async fn cold_search(binary: &Path, folder: &Path, fixture: &str, options: &Options) -> Outcome<Value> {
    let store = folder.join("search.db");
    run_once(binary, &store, &["server", "add", "many", "--url", &format!("http://{fixture}/mcp500")])?;
    run_once(binary, &store, &["catalog", "sync"])?;
    let words = ["search", "give a customer their money back for an order"];
    let output = command(binary, &store).args(["--output", "json"]).args(words).stdout(Stdio::piped()).output()?;
    let found: Value = serde_json::from_slice(&output.stdout)?;
    if found["results"].as_array().is_none_or(|results| results.len() != 5) {
        return Err(format!("the search did not find five tools: {found}").into());
    }
    let mut taken = Vec::new();
    let cpu = stat_seconds("self", [16, 17])?;
    for _ in 0..10 {
        let started = Instant::now();
        run_once(binary, &store, &words)?;
        taken.push(started.elapsed());
    }
    let cpu = (stat_seconds("self", [16, 17])? - cpu) / 10.0;
    taken.sort_unstable();
    let report = json!({
        "cold_search_500_ms": millis(quantile(&taken, 50)),
        "cold_search_500_slowest_ms": millis(quantile(&taken, 100)),
        "cold_search_500_cpu_ms": round(cpu * 1e3),
        "cold_search_500_took_ms": found["took_ms"],
    });
    say(options, &report);
    Ok(report)
}

// ---- figures ------------------------------------------------------------------------------------------

fn quantile(sorted: &[Duration], percent: usize) -> Duration {
    let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(place).copied().unwrap_or_default()
}

fn micros(span: Duration) -> f64 {
    round(span.as_secs_f64() * 1e6)
}

fn millis(span: Duration) -> f64 {
    round(span.as_secs_f64() * 1e3)
}

/// One place behind the point.
fn round(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

/// A line for people; `--json` prints everything at the end instead.
fn say(options: &Options, figures: &Value) {
    if options.json {
        return;
    }
    let pairs = figures.as_object().into_iter().flatten();
    let shown: Vec<String> = pairs
        .map(|(name, value)| match (name.as_str(), value.as_str()) {
            ("name", Some(text)) => format!("{text:<10}"),
            _ => format!("{name}={value}"),
        })
        .collect();
    println!("{}", shown.join("  "));
}
