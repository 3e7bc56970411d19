//! Many servers that are away together: they are tried again at one pace, and all come back.

use std::collections::HashSet;
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::LEEWAY;
use super::network::Network;
use crate::fake::{Say, speak};
use crate::support::{Gateway, Home, setting, until};

/// In a network of its own, nobody else has these.
const FIRST_PORT: u16 = 20_000;

/// Servers that come and go together, with their ports.
struct Servers {
    ports: Vec<u16>,
    /// Connections to them.
    open: Arc<Mutex<Vec<TcpStream>>>,
    listening: Mutex<Option<(Arc<AtomicBool>, std::thread::JoinHandle<()>)>>,
}

impl Servers {
    fn new(count: u16) -> Self {
        let ports = (0..count).map(|number| FIRST_PORT + number).collect();
        let servers = Self { ports, open: Arc::default(), listening: Mutex::default() };
        servers.come();
        servers
    }

    fn come(&self) {
        let listen = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).expect("a port");
        let listeners: Vec<TcpListener> = self.ports.iter().map(listen).collect();
        listeners.iter().for_each(|it| it.set_nonblocking(true).expect("a listener"));
        let (open, is_up) = (Arc::clone(&self.open), Arc::new(AtomicBool::new(true)));
        let goes_on = Arc::clone(&is_up);
        let thread = std::thread::spawn(move || {
            while goes_on.load(Ordering::SeqCst) {
                let mut is_idle = true;
                for (stream, _) in listeners.iter().filter_map(|it| it.accept().ok()) {
                    is_idle = false;
                    stream.set_nonblocking(false).expect("a stream");
                    open.lock().expect("streams").push(stream.try_clone().expect("a stream"));
                    std::thread::spawn(move || drop(speak(stream, &answer)));
                }
                if is_idle {
                    std::thread::sleep(Duration::from_millis(1));
                }
            }
        });
        *self.listening.lock().expect("listeners") = Some((is_up, thread));
    }

    fn go(&self) {
        let Some((is_up, thread)) = self.listening.lock().expect("listeners").take() else { return };
        is_up.store(false, Ordering::SeqCst);
        thread.join().expect("the listeners");
        for stream in self.open.lock().expect("streams").drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn answer(method: &str, _: &Value) -> Say {
    match method {
        "tools/list" => Say::Result(json!({ "tools": [{ "name": "go", "inputSchema": { "type": "object" } }] })),
        _ => Say::Result(json!({ "content": [{ "type": "text", "text": "done" }] })),
    }
}

/// Connections of this network that were refused so far: only the gateway asks for any.
fn refused() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/net/snmp").expect("the kernel's figures");
    let mut tcp = text.lines().filter_map(|line| line.strip_prefix("Tcp: "));
    let (names, values) = (tcp.next().expect("names"), tcp.next().expect("values"));
    let mut found = names.split(' ').zip(values.split(' ')).filter(|(name, _)| *name == "AttemptFails");
    found.next().and_then(|(_, value)| value.parse().ok()).expect("a figure")
}

/// Refused connections by when they were seen, for so long.
fn watched(long: Duration) -> Vec<(Duration, u64)> {
    let (started, before) = (Instant::now(), refused());
    let mut seen = vec![(Duration::ZERO, 0)];
    while started.elapsed() < long {
        std::thread::sleep(Duration::from_millis(10));
        seen.push((started.elapsed(), refused() - before));
    }
    seen
}

/// The most in any 100 ms.
fn most_at_once(seen: &[(Duration, u64)]) -> u64 {
    let within = |(at, count): &(Duration, u64)| {
        let later = seen.iter().take_while(|(time, _)| *time <= *at + Duration::from_millis(100));
        later.last().map_or(0, |(_, last)| last.saturating_sub(*count))
    };
    seen.iter().map(within).max().unwrap_or_default()
}

/// `MCPGW_TEST_DOWNSTREAMS` servers (20) are away for `MCPGW_TEST_DOWN` seconds (3), while all of them are asked for.
#[test]
fn servers_that_are_away_together_are_tried_again_at_one_pace_and_all_come_back() {
    let Some(_network) = Network::alone() else { return };
    let count = setting("MCPGW_TEST_DOWNSTREAMS", 20);
    let down = Duration::from_secs(setting("MCPGW_TEST_DOWN", 3));
    let servers = Servers::new(u16::try_from(count).expect("few"));
    let home = Home::new();
    let entries =
        servers.ports.iter().map(|port| (format!("s{port}"), json!({ "url": format!("http://127.0.0.1:{port}/mcp") })));
    let file = home.path("servers.json");
    std::fs::write(&file, json!({ "mcpServers": entries.collect::<serde_json::Map<_, _>>() }).to_string())
        .expect("a file");
    home.json(&["server", "import", file.to_str().expect("a path")]);
    home.json(&["catalog", "sync"]);
    let gateway = Gateway::start_with(&home, &[], &[("AUTO_BOOTSTRAP", "false")]);
    let call = |port: &u16| {
        let answer = gateway.rpc("tools/call", json!({ "name": format!("s{port}__go"), "arguments": {} }));
        let is_coded = answer["error"]["code"] == -32005 || answer["error"]["code"] == -32004;
        assert!(answer["result"].is_object() || is_coded, "{answer}");
        answer["result"].is_object()
    };
    assert!(servers.ports.iter().all(call), "all are there");
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for offset in 0..2 {
            let (ports, is_over, call) = (&servers.ports, &is_over, &call);
            scope.spawn(move || {
                for port in ports.iter().cycle().skip(offset * ports.len() / 2) {
                    if is_over.load(Ordering::SeqCst) {
                        return;
                    }
                    call(port);
                    std::thread::sleep(Duration::from_millis(2));
                }
            });
        }
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            servers.go();
            // Until each was found to be away.
            let all = || (refused() >= count).then_some(());
            until(Duration::from_secs(20), all).unwrap_or_else(|| panic!("{} of {count}", refused()));
            std::thread::sleep(Duration::from_secs(1));
            let seen = watched(down);
            let (tries, at_once) = (seen.last().map_or(0, |(_, count)| *count), most_at_once(&seen));
            servers.come();
            let back = Instant::now();
            let mut left: HashSet<u16> = servers.ports.iter().copied().collect();
            let limit = Duration::from_secs(15 + count / 5);
            let usable = until(limit + LEEWAY, || {
                left.retain(|port| !call(port));
                left.is_empty().then_some(back.elapsed())
            });
            eprintln!(
                "{count} away for {down:?}: {tries} tries, {at_once} at most in 100 ms; all usable after {usable:?}"
            );
            assert!(
                tries as f64 <= 5.0 * (down.as_secs_f64() + 1.0) && at_once <= 10,
                "{tries} tries, {at_once} at once"
            );
            assert!(tries > 0, "nobody is given up for good");
            assert!(usable.is_some(), "not all usable {limit:?} after their return: {left:?}");
        }));
        is_over.store(true, Ordering::SeqCst);
        outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    });
    servers.go();
}
