//! Servers that do not play fair with the connections to them: each may cost the gateway so much and no more.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Gateway, Home, until};

const PINGS: usize = 2_000;

/// A server that asks without end, takes no answer, and says more than anybody wants.
#[derive(Default)]
struct Hostile {
    pings: AtomicUsize,
    /// Answers to its pings that it keeps waiting.
    open: AtomicUsize,
    most: AtomicUsize,
}

impl Hostile {
    fn start() -> (Arc<Self>, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address");
        let hostile = Arc::new(Self::default());
        let shared = Arc::clone(&hostile);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let hostile = Arc::clone(&shared);
                std::thread::spawn(move || hostile.converse(stream));
            }
        });
        (hostile, address)
    }

    fn converse(&self, mut stream: TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        loop {
            let (is_get, frame) = asked(&mut reader)?;
            if is_get {
                let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
                stream.write_all(head.as_bytes()).ok()?;
                for id in 0..PINGS {
                    write!(stream, "data: {{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"ping\"}}\n\n").ok()?;
                    self.pings.fetch_add(1, Ordering::SeqCst);
                }
                return reader.read(&mut [0]).ok().map(drop);
            }
            if frame["method"].is_null() {
                let open = self.open.fetch_add(1, Ordering::SeqCst) + 1;
                self.most.fetch_max(open, Ordering::SeqCst);
                // Until it is given up.
                let _ = reader.read(&mut [0]);
                self.open.fetch_sub(1, Ordering::SeqCst);
                return None;
            }
            if frame["method"] == "notifications/initialized" {
                let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n";
                stream.write_all(head.as_bytes()).ok()?;
                loop {
                    stream.write_all(&[b'x'; 4096]).ok()?;
                }
            }
            let body = answer(&frame).to_string();
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nMcp-Session-Id: s";
            write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).ok()?;
        }
    }
}

/// One request: whether it is a GET, and its frame.
fn asked(reader: &mut BufReader<TcpStream>) -> Option<(bool, Value)> {
    let (mut is_get, mut length) = (false, 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        is_get |= line.starts_with("GET ");
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((is_get, serde_json::from_slice(&body).unwrap_or_default()))
}

fn answer(frame: &Value) -> Value {
    let id = &frame["id"];
    let result = match frame["method"].as_str().unwrap_or_default() {
        "initialize" => json!({
            "protocolVersion": "2025-11-25",
            "capabilities": { "tools": { "listChanged": true } },
            "serverInfo": { "name": "hostile", "version": "1" }
        }),
        "tools/list" => json!({ "tools": [{ "name": "t", "inputSchema": { "type": "object" } }] }),
        "tools/call" => json!({ "content": [{ "type": "text", "text": "done" }] }),
        _ => {
            let error = json!({ "code": -32601, "message": "Method not found" });
            return json!({ "jsonrpc": "2.0", "id": id, "error": error });
        }
    };
    json!({ "jsonrpc": "2.0", "id": id, "result": result })
}

/// Every ping was a connection of ours for as long as the server liked, and the answer to a notification was read
/// without end.
#[test]
fn a_server_that_asks_without_end_costs_so_many_connections_and_no_more() {
    let (hostile, address) = Hostile::start();
    let home = Home::new();
    home.json(&["server", "add", "h", "--url", &format!("http://{address}/mcp")]);
    home.json(&["catalog", "sync"]);
    let gateway = Gateway::start(&home, &[]);
    let call = || gateway.rpc("tools/call", json!({ "name": "h__t", "arguments": {} }));
    assert_eq!(call()["result"]["content"][0]["text"], "done", "{}", call());
    until(Duration::from_secs(10), || (hostile.pings.load(Ordering::SeqCst) >= PINGS).then_some(())).expect("all said");
    until(Duration::from_secs(10), || (hostile.most.load(Ordering::SeqCst) >= 64).then_some(())).expect("answers");
    assert_eq!(call()["result"]["content"][0]["text"], "done");
    // What the server does not take is given up.
    until(Duration::from_secs(20), || (hostile.open.load(Ordering::SeqCst) == 0).then_some(())).expect("none is left");
    // Of two connections: the one that the tools were listed over, and the one that is called over.
    assert!(hostile.most.load(Ordering::SeqCst) <= 128, "{}", hostile.most.load(Ordering::SeqCst));
}
