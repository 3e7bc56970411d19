//! Servers behind an authorization server of their own: the gateway asks it for a token as its client, and nobody
//! else's token reaches the server.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::support::listener::{self, Asked, Said};
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
        let (given, refused) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let counted = (Arc::clone(&given), Arc::clone(&refused));
        let address = listener::serve(move |asked| said(asked, &counted.0, &counted.1));
        Self { address, given, refused }
    }
}

fn said(asked: &Asked, given: &AtomicUsize, refused: &AtomicUsize) -> Said {
    let authorization = asked.header("authorization").unwrap_or_default();
    if asked.path == "/token" {
        std::thread::sleep(std::time::Duration::from_millis(100));
        if authorization != BASIC || asked.body != "grant_type=client_credentials&scope=tools+read" {
            return listener::json(401, &json!({ "error": "invalid_client" }));
        }
        let number = given.fetch_add(1, Ordering::SeqCst) + 1;
        let token = format!("token-{number}");
        return listener::json(200, &json!({ "access_token": token, "token_type": "bearer", "expires_in": 3600 }));
    }
    if authorization != format!("Bearer token-{}", given.load(Ordering::SeqCst)) {
        refused.fetch_add(1, Ordering::SeqCst);
        return (401, Vec::new(), String::new());
    }
    answer(&serde_json::from_str(&asked.body).unwrap_or_default(), "done")
}

/// An MCP server with one tool, which says `text`.
pub(crate) fn answer(frame: &Value, text: &str) -> Said {
    let result = match frame["method"].as_str() {
        Some("initialize") => {
            json!({ "protocolVersion": "2025-11-25", "capabilities": { "tools": {} }, "serverInfo": { "name": "g", "version": "1" } })
        }
        Some("tools/list") => json!({ "tools": [{ "name": "t", "inputSchema": { "type": "object" } }] }),
        Some("tools/call") => json!({ "content": [{ "type": "text", "text": text }] }),
        Some("ping") => json!({}),
        _ if frame["id"].is_null() => return (202, Vec::new(), String::new()),
        _ => {
            let error = json!({ "code": -32601, "message": "Method not found" });
            return listener::json(200, &json!({ "jsonrpc": "2.0", "id": frame["id"], "error": error }));
        }
    };
    listener::json(200, &json!({ "jsonrpc": "2.0", "id": frame["id"], "result": result }))
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
    // The authorization server has withdrawn it: the call that finds out is made once more with another.
    let refused = guarded.refused.load(Ordering::SeqCst);
    guarded.given.fetch_add(1, Ordering::SeqCst);
    assert_eq!(call()["result"]["content"][0]["text"], "done");
    assert_eq!(guarded.refused.load(Ordering::SeqCst), refused + 1);

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

    // Codes, secrets and tokens travel there: not in the clear.
    let of = |authorize: &str, token: &str| {
        let oauth = ["--oauth-authorize-url", authorize, "--oauth-token-url", token, "--oauth-client-id", "x"];
        home.cli(&[&["server", "add", "j", "--url", &url][..], &oauth].concat())
    };
    for (authorize, token, named) in [
        ("https://as.example/a", "http://as.example/t", "token endpoint http://as.example/t is not https"),
        ("http://as.example/a", "https://as.example/t", "authorization endpoint http://as.example/a is not https"),
    ] {
        let refused = of(authorize, token);
        assert!(refused.code == 2 && refused.stderr.contains(named), "{refused:?}");
    }
    assert_eq!(of("https://as.example/a", "https://as.example/t").code, 0);
}
