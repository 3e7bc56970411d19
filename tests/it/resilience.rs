//! Callers that leave, servers that die: nobody gets another's answer, nothing is left behind.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::fake::{Fake, Say};
use crate::support::conformance::Fixture;
use crate::support::http::Kept;
use crate::support::{Gateway, Home, until};

const MODERN: &str = "2026-07-28";
/// Half a second, within which a server has to learn that its caller has left, and what a machine with other work adds.
const SOON: Duration = Duration::from_secs(5);

fn on_stdio() -> Home {
    let home = Home::new();
    let program = Fixture::program();
    home.json(&["server", "add", "fixture", "--timeout", "60s", "--stdio", "--", program.to_str().expect("a path")]);
    home.json(&["catalog", "sync"]);
    home
}

fn on_http(url: &str) -> Home {
    let home = Home::new();
    home.json(&["server", "add", "fixture", "--timeout", "60s", "--url", url]);
    home.json(&["catalog", "sync"]);
    home
}

fn call(id: usize, tool: &str, arguments: Value) -> String {
    let params = json!({ "name": format!("fixture__{tool}"), "arguments": arguments });
    json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params }).to_string()
}

/// 20,000 calls over one pipe, every twentieth hung up on: each that waits gets its own answer.
#[test]
fn no_answer_goes_astray() {
    const CALLERS: usize = 16;
    const CALLS: usize = 20_000 / CALLERS;
    let home = on_stdio();
    let gateway = Gateway::start(&home, &[]);
    let answered = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for caller in 0..CALLERS {
            let (gateway, answered) = (&gateway, &answered);
            scope.spawn(move || {
                let mut connection = Kept::open(gateway.address());
                for number in 0..CALLS {
                    let message = format!("{caller}/{number}");
                    connection.send("/rpc", &[], &call(number, "echo", json!({ "message": message })));
                    if number % 20 == 7 {
                        // Gone before, while or after it is answered.
                        std::thread::sleep(Duration::from_micros(u64::try_from(number % 7).unwrap_or(0) * 150));
                        connection = Kept::open(gateway.address());
                        continue;
                    }
                    let answer = connection.json();
                    assert_eq!(answer["id"], json!(number));
                    assert_eq!(answer["result"]["structuredContent"]["message"], json!(message), "{answer}");
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(answered.into_inner(), CALLERS * (CALLS - CALLS / 20 - 1 + usize::from(CALLS % 20 <= 7)));
}

fn slow_status(gateway: &Gateway) -> Value {
    let params = json!({ "name": "fixture__slow_status", "arguments": {} });
    gateway.rpc("tools/call", params)["result"]["structuredContent"].clone()
}

/// A thousand callers leave in the middle of their calls, fifty at a time.
fn leaves_are_noticed(gateway: &Gateway) {
    const AT_ONCE: usize = 50;
    let modern_call = |id: usize| {
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": MODERN, "io.modelcontextprotocol/clientCapabilities": {}
        });
        let params = json!({ "name": "fixture__slow", "arguments": { "ms": 60_000 }, "_meta": meta });
        json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params }).to_string()
    };
    let headers = [("MCP-Protocol-Version", MODERN), ("Mcp-Method", "tools/call"), ("Mcp-Name", "fixture__slow")];
    let in_flight = |wanted: usize| move || (slow_status(gateway)["in_flight"] == json!(wanted)).then_some(());
    for round in 1..=1000 / AT_ONCE {
        let mut callers: Vec<Kept> = (0..AT_ONCE).map(|_| Kept::open(gateway.address())).collect();
        for (id, caller) in callers.iter_mut().enumerate() {
            caller.send("/mcp", &headers, &modern_call(id));
        }
        until(Duration::from_secs(10), in_flight(AT_ONCE)).expect("all under way");
        let left = Instant::now();
        drop(callers);
        until(SOON, in_flight(0))
            .unwrap_or_else(|| panic!("{:?} after they left: {}", left.elapsed(), slow_status(gateway)));
        assert_eq!(slow_status(gateway)["cancelled"], json!(round * AT_ONCE));
    }
}

#[test]
fn a_server_on_stdio_learns_that_its_callers_left() {
    let home = on_stdio();
    leaves_are_noticed(&Gateway::start(&home, &[]));
}

#[test]
fn a_server_on_http_learns_that_its_callers_left() {
    let (_server, url) = Fixture::over_http(&[]);
    let home = on_http(&url);
    leaves_are_noticed(&Gateway::start(&home, &[]));
}

/// How often a child is killed; `MCPGW_TEST_CHILD_KILLS=500` for the whole of it.
fn kills() -> usize {
    std::env::var("MCPGW_TEST_CHILD_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(30)
}

/// Killed again and again, each time after it has worked: it is there again within a second (and what a machine with
/// other work adds to that), once.
#[test]
fn a_child_that_is_killed_is_there_again() {
    let home = on_stdio();
    let gateway = Gateway::start(&home, &[]);
    let echo = || gateway.post("/rpc", &[], &call(1, "echo", json!({ "message": "hi" }))).json();
    let children = || -> Vec<i32> {
        let mut ps = std::process::Command::new("ps");
        let output =
            ps.args(["--no-headers", "-o", "pid,args", "--ppid", &gateway.pid().to_string()]).output().expect("ps");
        // The one that watches over the others is no server.
        let servers = String::from_utf8_lossy(&output.stdout).into_owned();
        let servers = servers.lines().filter(|line| !line.ends_with(" warden"));
        servers.filter_map(|line| line.split_whitespace().next()?.parse().ok()).collect()
    };
    // A call that is faster than the sync at start has a child started beside the sync's own, which is then told to end and
    // may take seconds over it.
    until(Duration::from_secs(10), || gateway.log().contains("\"synced\"").then_some(())).expect("the sync at start");
    for round in 0..kills() {
        let killed = Instant::now();
        let answer = until(SOON, || {
            let answer = echo();
            (answer["result"]["structuredContent"]["message"] == "hi").then_some(answer)
        });
        assert!(answer.is_some(), "round {round}: not there {:?} after it was killed: {}", killed.elapsed(), echo());
        let pids = children();
        assert_eq!(pids.len(), 1, "round {round}: one child, no zombie");
        let pid = rustix::process::Pid::from_raw(pids[0]).expect("a process");
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("it is ours");
    }
}

/// A server that is away is not asked again and again, says when it will be, and hides no other.
#[test]
fn the_circuit_of_a_dead_server_opens_and_closes_again() {
    let is_up = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let up = std::sync::Arc::clone(&is_up);
    let fake = Fake::start(move |method, _| match method {
        _ if !up.load(Ordering::SeqCst) => Say::Cut(String::new()),
        "tools/list" => Say::Result(json!({ "tools": [{ "name": "t", "inputSchema": { "type": "object" } }] })),
        _ => Say::Result(json!({ "content": [{ "type": "text", "text": "done" }] })),
    });
    let home = Home::new();
    home.json(&["bootstrap", "--demo"]);
    home.json(&["server", "add", "s", "--url", &fake.url()]);
    home.json(&["catalog", "sync"]);
    let gateway = Gateway::start(&home, &[]);
    let ask = || gateway.rpc("tools/call", json!({ "name": "s__t", "arguments": {} }));
    assert_eq!(ask()["result"]["content"][0]["text"], "done");

    is_up.store(false, Ordering::SeqCst);
    for _ in 0..5 {
        assert_eq!(ask()["error"]["code"], -32005);
    }
    let calls = fake.calls();
    let refused = ask();
    assert_eq!(refused["error"]["data"]["reason"], "circuit_open", "{refused}");
    assert!(
        refused["error"]["data"]["retry_after_ms"].as_u64().is_some_and(|wait| (1..=700).contains(&wait)),
        "{refused}"
    );
    for _ in 0..20 {
        ask();
    }
    assert_eq!(fake.calls(), calls, "an open circuit sends nothing");
    let listed = gateway.rpc("tools/list", json!({}));
    assert_eq!(listed["result"]["tools"].as_array().map(Vec::len), Some(7), "its tools stay listed, and the others'");
    let other =
        gateway.rpc("tools/call", json!({ "name": "orders__find_order", "arguments": { "order_id": "A-1001" } }));
    assert_eq!(other["result"]["structuredContent"]["order_id"], "A-1001");

    is_up.store(true, Ordering::SeqCst);
    until(Duration::from_secs(10), || (ask()["result"]["content"][0]["text"] == "done").then_some(()))
        .expect("it is back");
}

/// Streams that never end, bombs and broken pipes: a coded error, in time, and the next good call works.
#[test]
fn hostile_answers_are_coded_errors() {
    let fake = Fake::start(|method, frame| {
        let name = frame["params"]["name"].as_str().unwrap_or_default();
        match (method, name) {
            ("tools/list", _) => {
                let tool = |name: &str| json!({ "name": name, "inputSchema": { "type": "object" } });
                let tools = ["endless", "large_event", "gzip", "bad_gateway", "cut", "good"].map(tool);
                Say::Result(json!({ "tools": tools }))
            }
            (_, "endless") => Say::Cut(format!(
                "HTTP/1.1 200 X\r\nContent-Type: text/event-stream\r\n\r\n{}",
                ": x\n\n".repeat(100_000)
            )),
            (_, "large_event") => {
                Say::Raw(200, "text/event-stream", format!("data: {}\n\n", "x".repeat(2 * 1024 * 1024)))
            }
            (_, "gzip") => Say::Raw(200, "application/json\r\nContent-Encoding: gzip", "\u{1f}\u{8b}".repeat(1000)),
            (_, "bad_gateway") => Say::Raw(502, "text/html", "<h1>Bad gateway</h1>".to_owned()),
            (_, "cut") => Say::Cut("HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\n{".to_owned()),
            _ => Say::Result(json!({ "content": [{ "type": "text", "text": "good" }] })),
        }
    });
    let home = Home::new();
    home.json(&["server", "add", "s", "--url", &fake.url()]);
    home.json(&["catalog", "sync"]);
    let gateway = Gateway::start(&home, &[]);
    let ask = |tool: &str| gateway.rpc("tools/call", json!({ "name": format!("s__{tool}"), "arguments": {} }));
    for (tool, codes) in [
        ("endless", [-32005, -32004]),
        ("large_event", [-32008, -32008]),
        ("gzip", [-32008, -32008]),
        ("bad_gateway", [-32005, -32008]),
        ("cut", [-32005, -32008]),
    ] {
        let answer = ask(tool);
        let code = answer["error"]["code"].as_i64().unwrap_or_default();
        assert!(codes.contains(&code), "{tool}: {answer}");
        assert_eq!(ask("good")["result"]["content"][0]["text"], "good", "after {tool}");
    }
}

/// Certificates that nobody vouches for, servers that speak no TLS, names that nobody knows: coded, soon, and the
/// neighbours do not notice.
#[test]
fn servers_that_cannot_be_trusted_or_found_are_coded_errors() {
    let neighbour = Fake::listing(json!([{ "name": "good", "inputSchema": { "type": "object" } }]));
    let home = Home::new();
    let unsigned = tls_server();
    let plain = neighbour.url().replace("http:", "https:");
    let bad = [
        ("unsigned", format!("https://{unsigned}/mcp"), &["--url"][..]),
        ("no_tls", plain, &["--url"]),
        ("no_name", "http://nowhere.invalid/mcp".to_owned(), &["--url"]),
        ("unsigned_sse", format!("https://{unsigned}/sse"), &["--sse", "--url"]),
        ("no_name_sse", "http://nowhere.invalid/sse".to_owned(), &["--sse", "--url"]),
    ];
    home.json(&["server", "add", "neighbour", "--url", &neighbour.url()]);
    home.json(&["catalog", "sync"]);
    for (name, url, flags) in &bad {
        home.json(&[&["server", "add", name], *flags, &[url]].concat());
        let started = Instant::now();
        let tested = home.cli(&["server", "test", name]);
        assert_eq!(tested.code, 4, "{name}: {tested:?}");
        assert!(tested.stderr.contains(name), "{name}: {}", tested.stderr);
        assert!(started.elapsed() < Duration::from_secs(8), "{name} took {:?}", started.elapsed());
    }
    let gateway = Gateway::start(&home, &[]);
    let good = gateway.rpc("tools/call", json!({ "name": "neighbour__good", "arguments": {} }));
    assert_eq!(good["result"]["content"][0]["text"], "done", "{good}");
}

/// A server whose certificate was made a moment ago.
fn tls_server() -> std::net::SocketAddr {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
    let key = rustls::pki_types::PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("a configuration");
    let config = std::sync::Arc::new(config);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let config = std::sync::Arc::clone(&config);
            std::thread::spawn(move || {
                let mut connection = rustls::ServerConnection::new(config).expect("a connection");
                let _ = connection.complete_io(&mut stream);
            });
        }
    });
    address
}

/// 1 GiB of a server's stderr goes by without staying in memory, and without holding the server up.
#[test]
fn a_flood_of_stderr_goes_by() {
    let program = Fixture::program();
    let script = format!("head -c 1073741824 /dev/zero >&2; exec {}", program.display());
    let home = Home::new();
    home.json(&["server", "add", "fixture", "--timeout", "60s", "--stdio", "--", "/bin/sh", "-c", &script]);
    home.json(&["catalog", "sync"]);
    let gateway = Gateway::start(&home, &[]);
    let answer = gateway.rpc("tools/list", json!({}));
    assert!(answer["result"]["tools"][0].is_object(), "{answer}");
    let before = resident(gateway.pid());
    let answer = slow_status(&gateway);
    assert!(answer["in_flight"].is_number(), "{answer}");
    let grown = resident(gateway.pid()).saturating_sub(before);
    assert!(grown <= 16 * 1024 * 1024, "it grew by {grown} bytes");
}

/// Resident memory in bytes.
fn resident(pid: u32) -> usize {
    let statm = std::fs::read_to_string(format!("/proc/{pid}/statm")).expect("statm");
    let pages: usize = statm.split(' ').nth(1).and_then(|pages| pages.parse().ok()).expect("resident pages");
    pages * 4096
}
