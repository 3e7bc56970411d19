//! Ways round the limits that were there: batches, letters that nobody waits for, questions that nobody answers.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mongodb::bson::doc;
use serde_json::{Value, json};

use crate::fake::{Fake, Say};
use crate::support::mongod::{self, run_command};
use crate::support::{Gateway, Home, until};

/// As much of a WebSocket client (RFC 6455) as the tests need.
struct Socket(BufReader<TcpStream>);

impl Socket {
    fn open(gateway: &Gateway) -> Self {
        let mut stream = TcpStream::connect(gateway.address()).expect("a connection");
        let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
        let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: mcp\r\n";
        write!(stream, "GET /ws HTTP/1.1\r\nHost: {}\r\n{upgrade}{key}\r\n", gateway.address()).expect("a request");
        let mut reader = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(reader.read_line(&mut head).expect("a line") > 0, "{head}");
        }
        assert!(head.starts_with("HTTP/1.1 101"), "{head}");
        Self(reader)
    }

    /// A masked text frame; a mask of zeros changes nothing.
    fn send(&mut self, text: &str) {
        let length = u16::try_from(text.len()).expect("a short text");
        let mut frame = vec![0x81, 0x80 | 126];
        frame.extend(length.to_be_bytes());
        frame.extend([0; 4]);
        frame.extend(text.as_bytes());
        self.0.get_mut().write_all(&frame).expect("sent");
    }

    fn receive(&mut self) -> Value {
        let mut head = [0; 2];
        self.0.read_exact(&mut head).expect("a frame");
        let length = match head[1] {
            126 => {
                let mut length = [0; 2];
                self.0.read_exact(&mut length).expect("a length");
                usize::from(u16::from_be_bytes(length))
            }
            short => usize::from(short),
        };
        let mut text = vec![0; length];
        self.0.read_exact(&mut text).expect("a text");
        serde_json::from_slice(&text).expect("JSON")
    }
}

fn pings(count: usize) -> String {
    let ping = |id| json!({ "jsonrpc": "2.0", "id": id, "method": "ping" });
    Value::from((0..count).map(ping).collect::<Vec<_>>()).to_string()
}

/// A hundred messages in one batch counted as one request.
#[test]
fn a_batch_counts_as_many_requests_as_it_holds() {
    let home = Home::new();
    let env = [("RATE_LIMIT_MAX_REQUESTS", "0"), ("RATE_LIMIT_MAX_REQUESTS_PER_SUBJECT", "100")];
    let gateway = Gateway::start_with(&home, &[], &env);
    let by = |tenant: &str, count| gateway.post("/rpc", &[("X-MCP-Tenant", tenant)], &pings(count));
    assert_eq!(by("ann", 60).json().as_array().map(Vec::len), Some(60));
    let refused = by("ann", 60);
    assert_eq!((refused.status, &refused.json()["error"]["code"]), (429, &json!(-32007)), "{refused:?}");
    assert!(refused.header("retry-after").is_some(), "{refused:?}");
    // It was the request that is counted, and nothing of the batch.
    assert_eq!(by("ann", 39).json().as_array().map(Vec::len), Some(39));
    assert_eq!(by("ann", 1).status, 429);

    let mut socket = Socket::open(&gateway);
    let hello = json!({
        "jsonrpc": "2.0", "id": "hello", "method": "initialize",
        "params": { "protocolVersion": "2025-03-26", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } }
    });
    socket.send(&hello.to_string());
    assert_eq!(socket.receive()["result"]["protocolVersion"], "2025-03-26");
    // More than may be under way at once.
    socket.send(&pings(80));
    assert_eq!(socket.receive().as_array().map(Vec::len), Some(80));
    socket.send(&pings(30));
    assert_eq!(socket.receive()["error"]["code"], -32007);
    socket.send(&json!({ "jsonrpc": "2.0", "id": 7, "method": "ping" }).to_string());
    assert_eq!(socket.receive()["id"], 7);
}

/// Whatever began like an id of ours was kept for a minute, though nobody had asked.
#[test]
fn answers_to_no_question_of_ours_are_not_kept() {
    let Some(uri) = mongod::shared() else { return };
    let home = Home::on_mongodb(&uri);
    let gateway = Gateway::start(&home, &[]);
    let hello = json!({
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": { "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } }
    });
    let opened = gateway.post("/mcp", &[], &hello.to_string());
    let session = opened.header("mcp-session-id").expect("a session").to_owned();
    let forged = format!("mcpgw-{}", session.get(..60).expect("a long id"));
    for id in ["mcpgw-1", "mcpgw-0123456789abcdef0123456789abcdef", &forged] {
        let letter = json!({ "jsonrpc": "2.0", "id": id, "result": { "text": "x".repeat(100_000) } });
        let taken = gateway.post("/mcp", &[("Mcp-Session-Id", &session)], &letter.to_string());
        assert_eq!(taken.status, 202, "{taken:?}");
    }
    let database = mcpgw::store::database_name(home.database(), &"local-dev".parse().expect("a tenant"));
    let letters = doc! { "count": "session_context", "query": { "_id": { "$regex": "^mail::" } } };
    assert_eq!(run_command(&uri, &database, letters).expect("count").get_i32("n").ok(), Some(0));
}

/// A thousand pages of eight megabytes each were gathered.
#[test]
fn a_list_without_end_is_given_up() {
    let pages = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&pages);
    let text = "x".repeat(4 * 1024 * 1024);
    let endless = Fake::offering(json!({ "tools": {}, "prompts": {} }), move |method, _| match method {
        "prompts/list" => {
            let page = counted.fetch_add(1, Ordering::SeqCst);
            let prompt = json!({ "name": format!("p{page}"), "description": text });
            Say::Result(json!({ "prompts": [prompt], "nextCursor": page.to_string() }))
        }
        _ => Say::Result(json!({ "tools": [] })),
    });
    let good = Fake::offering(json!({ "tools": {}, "prompts": {} }), |method, _| match method {
        "prompts/list" => Say::Result(json!({ "prompts": [{ "name": "good" }] })),
        _ => Say::Result(json!({ "tools": [] })),
    });
    let home = Home::new();
    home.json(&["server", "add", "endless", "--url", &endless.url()]);
    home.json(&["server", "add", "good", "--url", &good.url()]);
    let gateway = Gateway::start_with(&home, &[], &[("RUST_LOG", "mcpgw=debug")]);
    let list = || {
        let frame = json!({ "jsonrpc": "2.0", "id": 1, "method": "prompts/list" });
        gateway.post("/mcp", &[("Accept", "application/json")], &frame.to_string()).json()
    };
    let given_up = || {
        let listed = list();
        assert_eq!(listed["result"]["prompts"][0]["name"], "good__good", "{listed}");
        let log = || gateway.log().contains("lists more than 33554432 bytes of prompts");
        log().then_some(())
    };
    until(Duration::from_secs(30), given_up).expect("given up");
    // Whoever asks again has it begun again, but not at once.
    assert!(pages.load(Ordering::SeqCst) <= 30, "{} pages", pages.load(Ordering::SeqCst));
}
