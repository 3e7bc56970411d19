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

#[allow(dead_code, reason = "each example has its own part of it")]
#[path = "../rig/mod.rs"]
mod rig;

use std::path::Path;
use std::process::{ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use rig::connection::Connection;
use rig::figures::{micros, millis, quantile, round};
use rig::fixture::Fixture;
use rig::process::{binary, children, command, cpu_seconds, resident, run_once, serve, stat_seconds};
use rig::{LEGACY, MODERN, Outcome};

/// Calls before the clock starts.
const WARM_UP: u64 = 500;

struct Options {
    calls: u64,
    concurrency: u64,
    json: bool,
}

fn options() -> Outcome<Options> {
    let mut options = Options { calls: 20_000, concurrency: 16, json: false };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut number = || rig::number(&word, words.next());
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
    match options().and_then(|options| rig::run(measure(&options))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("loadbench: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(options: &Options) -> Outcome<()> {
    let binary = binary()?;
    let server = Fixture::start()?;
    let fixture = server.address.to_string();
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

// ---- the load -----------------------------------------------------------------------------------------

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
    let pid = gateway.pid();
    let before = resident(pid)?;
    let mut runs = Vec::new();
    for kind in Kind::all(fixture, &gateway.address).into_iter().map(Arc::new) {
        kind.round(WARM_UP, options.concurrency).await?;
        let (cpu, started) = (cpu_seconds(pid)?, Instant::now());
        let mut taken = kind.round(options.calls, options.concurrency).await?;
        let (cpu, wall) = (cpu_seconds(pid)? - cpu, started.elapsed().as_secs_f64());
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
            memory = idle_memory(gateway.pid())?;
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
    let output = command(&[], binary, &store).args(["--output", "json"]).args(words).stdout(Stdio::piped()).output()?;
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
