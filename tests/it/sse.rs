//! Servers on the older HTTP+SSE transport that lie: a coded error in time, and the next good call works.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::support::{DEADLINE, Gateway, Home, until};

/// The open streams, by the number in the address that they name.
type Streams = Arc<Mutex<HashMap<String, TcpStream>>>;

/// A server with a tool whose argument says what is wrong with its answer.
fn liar() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    let streams = Streams::default();
    std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let streams = Arc::clone(&streams);
            std::thread::spawn(move || converse(connection, &streams));
        }
    });
    address
}

fn converse(connection: TcpStream, streams: &Streams) -> Option<()> {
    let mut reader = BufReader::new(connection.try_clone().ok()?);
    let mut connection = connection;
    loop {
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            if line.trim().is_empty() {
                break;
            }
            let lower = line.to_ascii_lowercase();
            length = lower.strip_prefix("content-length:").and_then(|it| it.trim().parse().ok()).unwrap_or(length);
            head.push_str(&line);
        }
        if head.starts_with("GET") {
            let mut open = streams.lock().expect("the streams");
            let number = open.len().to_string();
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
            let hello = format!("{head}event: endpoint\ndata: /messages?x={number}\n\n");
            connection.write_all(hello.as_bytes()).ok()?;
            open.insert(number, connection.try_clone().ok()?);
            continue;
        }
        let number = head.split("x=").nth(1)?.split(' ').next()?.to_owned();
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let frame: Value = serde_json::from_slice(&body).ok()?;
        if frame["params"]["arguments"]["fault"] == "refused" {
            connection.write_all(b"HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n").ok()?;
            continue;
        }
        connection.write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n").ok()?;
        answer(&frame, streams.lock().expect("the streams").get_mut(&number)?);
    }
}

fn answer(frame: &Value, stream: &mut TcpStream) {
    let say = |stream: &mut TcpStream, text: &str| {
        let _ = stream.write_all(format!("event: message\ndata: {text}\n\n").as_bytes());
    };
    let result = match frame["method"].as_str().unwrap_or_default() {
        "initialize" => {
            let info = json!({ "name": "liar", "version": "1" });
            json!({ "protocolVersion": "2024-11-05", "capabilities": { "tools": {} }, "serverInfo": info })
        }
        "tools/list" => json!({ "tools": [{ "name": "do", "inputSchema": { "type": "object" } }] }),
        "tools/call" => match frame["params"]["arguments"]["fault"].as_str().unwrap_or_default() {
            "wrong_id" => return say(stream, r#"{"jsonrpc":"2.0","id":987654,"result":{}}"#),
            "bad_json" => return say(stream, "{nonsense"),
            "silence" => return,
            "cut" => {
                let _ = stream.shutdown(std::net::Shutdown::Both);
                return;
            }
            "large" => return say(stream, &"x".repeat(12 * 1024 * 1024)),
            _ => json!({ "content": [{ "type": "text", "text": "done" }] }),
        },
        _ => return,
    };
    say(stream, &json!({ "jsonrpc": "2.0", "id": frame["id"], "result": result }).to_string());
}

#[test]
fn lies_on_a_stream_are_coded_errors() {
    let address = liar();
    let home = Home::new();
    home.json(&["server", "add", "s", "--sse", "--url", &format!("http://{address}/sse")]);
    home.json(&["catalog", "sync"]);
    let gateway = Gateway::start_with(&home, &[], &[("DOWNSTREAM_TIMEOUT_MS", "1000")]);
    let call = |arguments: Value| gateway.rpc("tools/call", json!({ "name": "s__do", "arguments": arguments }));
    for (fault, code) in [
        ("wrong_id", -32004),
        ("bad_json", -32004),
        ("silence", -32004),
        ("refused", -32005),
        ("cut", -32005),
        ("large", -32005),
    ] {
        let answer = call(json!({ "fault": fault }));
        assert_eq!(answer["error"]["code"], json!(code), "{fault}: {answer}");
        let good = || (call(json!({}))["result"]["content"][0]["text"] == "done").then_some(());
        assert!(until(DEADLINE, good).is_some(), "after {fault}: {}", call(json!({})));
    }
}
