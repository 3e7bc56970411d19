//! Servers behind an authorization server of their own: the gateway asks it for a token as its client, and nobody
//! else's token reaches the server.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::support::{Gateway, Home};

/// `client one:s3cret/+`, encoded as a form and then as RFC 6749 §2.3.1 wants it.
const BASIC: &str = "Basic Y2xpZW50K29uZTpzM2NyZXQlMkYlMkI=";

/// An authorization server and an MCP server that takes its newest token alone.
struct Guarded {
    address: SocketAddr,
    /// Tokens given so far; the newest has the number.
    given: Arc<AtomicUsize>,
    refused: Arc<AtomicUsize>,
}

impl Guarded {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address");
        let (given, refused) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let counted = (Arc::clone(&given), Arc::clone(&refused));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (given, refused) = (Arc::clone(&counted.0), Arc::clone(&counted.1));
                std::thread::spawn(move || converse(stream, &given, &refused));
            }
        });
        Self { address, given, refused }
    }
}

fn converse(stream: TcpStream, given: &AtomicUsize, refused: &AtomicUsize) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut stream = stream;
    loop {
        let (mut head, mut length, mut authorization) = (String::new(), 0, Vec::new());
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            if line.trim().is_empty() {
                break;
            }
            match line.split_once(':').map(|(name, value)| (name.to_ascii_lowercase(), value.trim())) {
                Some((name, value)) if name == "content-length" => length = value.parse().ok()?,
                Some((name, value)) if name == "authorization" => authorization.push(value.to_owned()),
                _ => head.push_str(&line),
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let (status, answer) = if head.starts_with("POST /token ") {
            let good = authorization == [BASIC] && body == b"grant_type=client_credentials&scope=tools+read";
            std::thread::sleep(std::time::Duration::from_millis(100));
            match good {
                true => {
                    let number = given.fetch_add(1, Ordering::SeqCst) + 1;
                    let token = json!({ "access_token": format!("token-{number}"), "token_type": "bearer", "expires_in": 3600 });
                    ("200 OK", token.to_string())
                }
                false => ("401 Unauthorized", json!({ "error": "invalid_client" }).to_string()),
            }
        } else if authorization == [format!("Bearer token-{}", given.load(Ordering::SeqCst))] {
            answer(&serde_json::from_slice(&body).unwrap_or_default())
        } else {
            refused.fetch_add(1, Ordering::SeqCst);
            ("401 Unauthorized", String::new())
        };
        let head =
            format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", answer.len());
        stream.write_all(&[head.as_bytes(), answer.as_bytes()].concat()).ok()?;
    }
}

fn answer(frame: &Value) -> (&'static str, String) {
    let result = match frame["method"].as_str() {
        Some("initialize") => {
            json!({ "protocolVersion": "2025-11-25", "capabilities": { "tools": {} }, "serverInfo": { "name": "g", "version": "1" } })
        }
        Some("tools/list") => json!({ "tools": [{ "name": "t", "inputSchema": { "type": "object" } }] }),
        Some("tools/call") => json!({ "content": [{ "type": "text", "text": "done" }] }),
        Some("ping") => json!({}),
        _ if frame["id"].is_null() => return ("202 Accepted", String::new()),
        _ => {
            let error = json!({ "code": -32601, "message": "Method not found" });
            return ("200 OK", json!({ "jsonrpc": "2.0", "id": frame["id"], "error": error }).to_string());
        }
    };
    ("200 OK", json!({ "jsonrpc": "2.0", "id": frame["id"], "result": result }).to_string())
}

#[test]
fn a_server_is_shown_the_token_of_its_own_authorization_server() {
    let (home, guarded) = (Home::new(), Guarded::start());
    let secret = home.path("secret");
    std::fs::write(&secret, "s3cret/+\n").expect("a secret");
    let (url, token_url) = (format!("http://{}/mcp", guarded.address), format!("http://{}/token", guarded.address));
    let add = |name: &str, id: &str| {
        let secret = secret.to_str().expect("a path");
        let oauth = ["--oauth-token-url", &token_url, "--oauth-client-id", id, "--oauth-client-secret-file", secret];
        home.json(&[&["server", "add", name, "--url", &url][..], &oauth, &["--oauth-scope", "tools read"]].concat());
    };
    add("g", "client one");
    let shown = home.json(&["server", "show", "g"]);
    assert_eq!(shown["oauth"]["client_id"], "client one", "{shown}");
    assert!(!shown.to_string().contains("s3cret"), "{shown}");
    home.json(&["catalog", "sync"]);
    let given = guarded.given.load(Ordering::SeqCst);
    assert_eq!((given, guarded.refused.load(Ordering::SeqCst)), (1, 0), "one token for the whole sync");

    let gateway = Gateway::start(&home, &[]);
    let call = || gateway.rpc("tools/call", json!({ "name": "g__t", "arguments": {} }));
    // Many at once, who all need it.
    std::thread::scope(|scope| {
        let calls: Vec<_> = (0..20).map(|_| scope.spawn(call)).collect();
        for answer in calls.into_iter().map(|call| call.join().expect("an answer")) {
            assert_eq!(answer["result"]["content"][0]["text"], "done", "{answer}");
        }
    });
    assert_eq!(guarded.given.load(Ordering::SeqCst), given + 1, "one for all of them");
    // The authorization server has withdrawn it. The call that finds out is not repeated; the next one works.
    guarded.given.fetch_add(1, Ordering::SeqCst);
    let refused = call();
    assert_eq!(refused["error"]["code"], -32005, "{refused}");
    assert_eq!(call()["result"]["content"][0]["text"], "done");

    // One that does not know us says so, and the secret is in nothing that is said.
    add("h", "somebody else");
    let refused = home.cli(&["server", "test", "h"]);
    assert!(refused.code != 0 && refused.stderr.contains("invalid_client"), "{refused:?}");
    assert!(!format!("{refused:?}{}", gateway.log()).contains("s3cret"));
    let refused = home.cli(&[
        "server",
        "add",
        "i",
        "--url",
        &url,
        "--oauth-token-url",
        "http://169.254.169.254/token",
        "--oauth-client-id",
        "x",
        "--oauth-client-secret-file",
        secret.to_str().expect("a path"),
    ]);
    assert_eq!(refused.code, 2, "{refused:?}");
}
