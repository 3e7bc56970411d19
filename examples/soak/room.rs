//! Memory: of what is in flight, and of what does nothing.

use std::pin::pin;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::rig::connection::Connection;
use super::rig::fixture::prose;
use super::rig::process::resident;
use super::rig::{LEGACY, Outcome};
use super::stage::{Stage, call, metric, until_served};

const MIB: f64 = 1024.0 * 1024.0;
/// `MAX_BODY_BYTES` and `MAX_RESULT_BYTES` by default, and what the frame around takes.
const LARGEST_BODY: u64 = 4 << 20;
const LARGEST_RESULT: u64 = 8 << 20;
const FRAME: u64 = 4096;
/// Sessions end after so long without a request, in seconds.
const IDLE: &str = "60";

/// A request of the largest kind that is legal.
struct Kind {
    name: &'static str,
    frame: String,
    /// What of it is in flight: its body, or its answer's.
    bytes: u64,
}

fn kinds() -> Vec<Kind> {
    let room = LARGEST_BODY - FRAME;
    let kind = |name, frame| Kind { name, frame, bytes: LARGEST_BODY };
    let numbers = format!("[{}1]", "1,".repeat(usize::try_from(room / 2).unwrap_or_default()));
    let search = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/search", "params": { "query": prose(room) } });
    let one = call(1, "echo__echo", &json!({ "message": prose(room / 110) }));
    vec![
        kind("one text", call(1, "echo__echo", &json!({ "message": prose(room) }))),
        kind("many numbers", call(1, "echo__echo", &json!({ "message": "NUMBERS" })).replace("\"NUMBERS\"", &numbers)),
        kind("a search", search.to_string()),
        kind("a batch", format!("[{}]", vec![one; 100].join(","))),
        Kind {
            name: "an answer",
            frame: call(1, "slow__blob", &json!({ "bytes": LARGEST_RESULT - FRAME })),
            bytes: LARGEST_RESULT,
        },
    ]
}

pub(crate) async fn largest_at_once(stage: &Stage) -> Outcome<()> {
    for kind in kinds() {
        // Time for all of it, so that the work is done.
        let gateway = stage.serve(&[], &[("DOWNSTREAM_TIMEOUT_MS", "110000")])?;
        until_served(&gateway.address, Duration::from_secs(1)).await.ok_or("it does not serve")?;
        at_once(stage, &gateway.address, gateway.pid(), &kind, stage.many(200)).await?;
        gateway.stop().await?;
    }
    Ok(())
}

async fn at_once(stage: &Stage, address: &str, pid: u32, kind: &Kind, callers: usize) -> Outcome<()> {
    let (before, begun) = (resident(pid)?.0, Instant::now());
    let mut most = before;
    let mut answers = pin!(join_all((0..callers).map(|_| asked(address, &kind.frame))));
    let answers = loop {
        tokio::select! {
            answers = &mut answers => break answers,
            () = tokio::time::sleep(Duration::from_millis(20)) => most = most.max(resident(pid)?.0),
        }
    };
    let took = begun.elapsed().as_secs_f64();
    let (grown, in_flight) = (most - before, callers as f64 * kind.bytes as f64 / MIB);
    let shown = format!("{grown:.0} MiB more for {in_flight:.0} MiB ({:.1} ×)", grown / in_flight);
    stage.hold(grown <= 8.0 * in_flight + 64.0, &format!("{}: memory ≤ 8 × + 64 MiB", kind.name), shown);
    let count = |wanted| answers.iter().filter(|answer| **answer == wanted).count();
    let (good, coded, astray) = (count(Some(true)), count(Some(false)), count(None));
    let shown = format!("{good} well, {coded} with a code, {astray} not; {took:.1} s");
    stage.hold(astray == 0, &format!("{}: all are answered", kind.name), shown);
    let (mut after, quiet) = (f64::MAX, Instant::now());
    while quiet.elapsed() < Duration::from_secs(30) && after > 1.1 * before {
        tokio::time::sleep(Duration::from_millis(500)).await;
        after = resident(pid)?.0;
    }
    let shown = format!("{after:.0} MiB after {:.1} s, {before:.0} before", quiet.elapsed().as_secs_f64());
    stage.hold(after <= 1.1 * before, &format!("{}: back within 10 % in 30 s", kind.name), shown);
    Ok(())
}

/// Whether it was answered well, or with a code; `None` where it was not.
async fn asked(address: &str, frame: &str) -> Option<bool> {
    let answered = async {
        let mut connection = Connection::open(address).await.ok()?;
        let (status, body) = connection.post(address, "/rpc", "", frame).await.ok()?;
        let body = String::from_utf8_lossy(body);
        if body.contains("\"code\":-32") {
            return Some(false);
        }
        (status == 200).then_some(true)
    };
    tokio::time::timeout(Duration::from_secs(120), answered).await.ok()?
}

pub(crate) async fn idle(stage: &Stage) -> Outcome<()> {
    let gateway = stage.serve(&[], &[("SESSION_IDLE_SECONDS", IDLE)])?;
    let (address, pid) = (gateway.address.as_str(), gateway.pid());
    let (sessions, streams) = (stage.many(10_000), stage.many(2_000));
    until_served(address, Duration::from_secs(1)).await.ok_or("it does not serve")?;
    let mut connection = Connection::open(address).await?;
    // What a first one needs once is not what each needs.
    begun_session(address, &mut connection).await?;
    let before = resident(pid)?.0;
    let mut ids = Vec::new();
    for _ in 0..sessions {
        ids.push(begun_session(address, &mut connection).await?);
    }
    let with_sessions = resident(pid)?.0;
    let each = 1024.0 * (with_sessions - before) / sessions as f64;
    stage.hold(each <= 20.0, "a session ≤ 20 KiB", format!("{each:.1} KiB ({sessions} of them)"));
    let mut open = Vec::new();
    for id in ids.iter().take(streams) {
        open.push(open_stream(address, id).await?);
    }
    let each = 1024.0 * (resident(pid)?.0 - with_sessions) / streams as f64;
    stage.hold(each <= 40.0, "a stream ≤ 40 KiB", format!("{each:.1} KiB ({streams} of them)"));
    drop(open);
    let (quiet, mut left) = (Instant::now(), f64::MAX);
    let limit = Duration::from_secs(IDLE.parse::<u64>()? + 30);
    while quiet.elapsed() < limit && left > 0.0 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        left = metric(address, "mcpgw_sessions ").await?;
    }
    let shown = format!("{left} left after {:.0} s", quiet.elapsed().as_secs_f64());
    stage.hold(left == 0.0, &format!("gone 30 s after {IDLE} s"), shown);
    stage.say("memory", format!("{before:.0} MiB before, {with_sessions:.0} with, {:.0} after", resident(pid)?.0));
    gateway.stop().await
}

async fn begun_session(address: &str, connection: &mut Connection) -> Outcome<String> {
    let params =
        json!({ "protocolVersion": LEGACY, "capabilities": {}, "clientInfo": { "name": "soak", "version": "1" } });
    let frame = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params }).to_string();
    connection.post(address, "/mcp", "", &frame).await?;
    connection.header("mcp-session-id").ok_or_else(|| "no session".into())
}

/// The stream of a session, open and silent.
async fn open_stream(address: &str, id: &str) -> Outcome<TcpStream> {
    let mut stream = TcpStream::connect(address).await?;
    let head = format!(
        "GET /mcp HTTP/1.1\r\nHost: {address}\r\nAccept: text/event-stream\r\nMCP-Protocol-Version: {LEGACY}\r\n\
         Mcp-Session-Id: {id}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    let mut answer = vec![0; 1024];
    let length = stream.read(&mut answer).await?;
    let head = String::from_utf8_lossy(&answer[..length]);
    if head.starts_with("HTTP/1.1 200") { Ok(stream) } else { Err(format!("no stream: {head}").into()) }
}
