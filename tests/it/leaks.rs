//! What a caller may not use, it neither finds nor calls nor learns of: every way in, every thing that can be asked.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::auth::bearer;
use crate::fake::{Fake, Say};
use crate::support::{Gateway, Home};

const HS256: [(&str, &str); 2] = [("AUTH_MODE", "hs256"), ("JWT_SECRET", "a secret of more than thirty-two bytes")];
/// In everything that the hidden server has, and in nothing that is ever asked.
const CANARY: &str = "canary";
/// The hidden thing and one that is not there, of the same length.
const NAMES: [(&str, &str); 2] = [("vault", "nosuc"), ("vault__open", "nosuc__open")];

/// A server of everything, with the canary in all of it.
fn vault() -> Fake {
    let capabilities = json!({ "tools": {}, "prompts": {}, "resources": { "subscribe": true }, "completions": {} });
    Fake::offering(capabilities, |method, params| match method {
        "tools/list" => Say::Result(json!({ "tools": [
            { "name": "open", "description": "Opens the canary vault", "inputSchema": { "type": "object" } },
            { "name": "shut", "description": "Shuts the canary vault", "inputSchema": { "type": "object" } },
        ] })),
        "prompts/list" => Say::Result(json!({ "prompts": [{ "name": "open", "description": "canary" }] })),
        "resources/list" => {
            Say::Result(json!({ "resources": [{ "uri": "vault://open", "name": "open", "description": "canary" }] }))
        }
        "resources/templates/list" => Say::Result(
            json!({ "resourceTemplates": [{ "uriTemplate": "vault://{x}", "name": "any", "description": "canary" }] }),
        ),
        "resources/read" => Say::Result(json!({ "contents": [{ "uri": params["uri"], "text": "canary" }] })),
        "prompts/get" => {
            Say::Result(json!({ "messages": [{ "role": "user", "content": { "type": "text", "text": "canary" } }] }))
        }
        "completion/complete" => Say::Result(json!({ "completion": { "values": ["canary"] } })),
        "tools/call" => Say::Result(json!({ "content": [{ "type": "text", "text": "canary" }] })),
        _ => Say::Result(json!({})),
    })
}

/// A way to ask one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Rpc,
    Modern,
    Session,
    Search,
    Sse,
    WebSocket,
}

const WAYS: [Way; 6] = [Way::Rpc, Way::Modern, Way::Session, Way::Search, Way::Sse, Way::WebSocket];

struct Asker<'a> {
    gateway: &'a Gateway,
    token: String,
}

impl Asker<'_> {
    fn headers<'a>(token: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        [&[("Authorization", token), ("Accept", "application/json, text/event-stream")], more].concat()
    }

    /// The response to one request, as text.
    fn ask(&self, way: Way, method: &str, mut params: Value) -> String {
        let token = bearer(&self.token);
        let hello = json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
            "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } } });
        let frame =
            |params: &Value| json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params }).to_string();
        match way {
            Way::Rpc => self.gateway.post("/rpc", &Self::headers(&token, &[]), &frame(&params)).body,
            Way::Modern | Way::Search => {
                params["_meta"] = json!({ "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                    "io.modelcontextprotocol/clientCapabilities": {} });
                let path = if way == Way::Modern { "/mcp" } else { "/mcp/search" };
                let name = params["name"].as_str().or_else(|| params["uri"].as_str()).unwrap_or_default().to_owned();
                let mut more = vec![("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", method)];
                if matches!(method, "tools/call" | "prompts/get" | "resources/read") {
                    more.push(("Mcp-Name", name.as_str()));
                }
                self.gateway.post(path, &Self::headers(&token, &more), &frame(&params)).body
            }
            Way::Session => {
                let opened = self.gateway.post("/mcp", &Self::headers(&token, &[]), &hello.to_string());
                let session = opened.header("mcp-session-id").expect("a session").to_owned();
                let more = [("Mcp-Session-Id", session.as_str())];
                self.gateway.post("/mcp", &Self::headers(&token, &more), &frame(&params)).body
            }
            Way::Sse => self.over_sse(&token, &[hello.to_string(), frame(&params)]),
            Way::WebSocket => self.over_websocket(&token, &[hello.to_string(), frame(&params)]),
        }
    }

    fn connect(&self, path: &str, token: &str, more: &str) -> BufReader<TcpStream> {
        let mut stream = TcpStream::connect(self.gateway.address()).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
        let host = self.gateway.address();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{more}Authorization: {token}\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("a request");
        BufReader::new(stream)
    }

    fn over_sse(&self, token: &str, frames: &[String]) -> String {
        let mut stream = self.connect("/sse", token, "");
        let mut data = || loop {
            let mut line = String::new();
            assert!(stream.read_line(&mut line).expect("a line") > 0, "the stream has ended");
            if let Some(data) = line.strip_prefix("data:") {
                return data.trim().to_owned();
            }
        };
        let path = data();
        let mut last = String::new();
        for frame in frames {
            self.gateway.post(&path, &Self::headers(token, &[]), frame);
            let id = serde_json::from_str::<Value>(frame).expect("a frame")["id"].clone();
            last = std::iter::repeat_with(&mut data)
                .find(|data| serde_json::from_str::<Value>(data).is_ok_and(|frame| frame["id"] == id))
                .expect("an answer");
        }
        last
    }

    fn over_websocket(&self, token: &str, frames: &[String]) -> String {
        let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
            Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: mcp\r\n";
        let mut stream = self.connect("/ws", token, upgrade);
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).expect("a head");
            if line.trim().is_empty() {
                break;
            }
        }
        let mut last = String::new();
        for frame in frames {
            // RFC 6455 §5.2: a text frame, masked with zeros.
            let length = u16::try_from(frame.len()).expect("a short frame");
            let mut bytes = vec![0x81, 0x80 | 126];
            bytes.extend(length.to_be_bytes());
            bytes.extend([0; 4]);
            bytes.extend(frame.as_bytes());
            stream.get_mut().write_all(&bytes).expect("sent");
            let id = serde_json::from_str::<Value>(frame).expect("a frame")["id"].clone();
            last = std::iter::repeat_with(|| read_frame(&mut stream))
                .find(|text| serde_json::from_str::<Value>(text).is_ok_and(|frame| frame["id"] == id))
                .expect("an answer");
        }
        last
    }
}

fn read_frame(stream: &mut impl std::io::Read) -> String {
    let mut head = [0; 2];
    stream.read_exact(&mut head).expect("a frame");
    let length = match head[1] & 0x7f {
        126 => {
            let mut length = [0; 2];
            stream.read_exact(&mut length).expect("a length");
            u64::from(u16::from_be_bytes(length))
        }
        127 => {
            let mut length = [0; 8];
            stream.read_exact(&mut length).expect("a length");
            u64::from_be_bytes(length)
        }
        short => u64::from(short),
    };
    let mut text = String::new();
    stream.take(length).read_to_string(&mut text).expect("text");
    text
}

/// What is asked about a name, by every method that takes one.
fn questions(name: &str) -> Vec<(&'static str, Value)> {
    let uri = format!("{name}://open");
    let tool = |name: &str, arguments: Value| ("tools/call", json!({ "name": name, "arguments": arguments }));
    vec![
        tool(name, json!({})),
        ("tools/call", json!({ "name": "open", "server": name, "arguments": {} })),
        tool("call_tool", json!({ "name": name, "arguments": {} })),
        tool("describe_tool", json!({ "name": name })),
        ("prompts/get", json!({ "name": name })),
        ("resources/read", json!({ "uri": uri })),
        ("resources/subscribe", json!({ "uri": uri })),
        ("resources/unsubscribe", json!({ "uri": uri })),
        (
            "completion/complete",
            json!({ "ref": { "type": "ref/prompt", "name": name }, "argument": { "name": "a", "value": "" } }),
        ),
        (
            "completion/complete",
            json!({ "ref": { "type": "ref/resource", "uri": uri }, "argument": { "name": "a", "value": "" } }),
        ),
        ("tasks/get", json!({ "taskId": name })),
    ]
}

/// What is asked about everything.
fn overviews() -> Vec<(&'static str, Value)> {
    let search = json!({ "query": "open the vault", "limit": 20 });
    vec![
        ("tools/list", json!({})),
        ("prompts/list", json!({})),
        ("resources/list", json!({})),
        ("resources/templates/list", json!({})),
        ("tools/search", search.clone()),
        ("tools/call", json!({ "name": "search_tools", "arguments": search })),
    ]
}

/// What differs from answer to answer, and says nothing.
fn without_chance(answer: &str) -> String {
    let mut value: Value =
        serde_json::from_str(answer.trim_start_matches("data:").trim()).unwrap_or_else(|_| json!(answer));
    if let Some(data) = value.pointer_mut("/error/data").and_then(Value::as_object_mut) {
        data.remove("request_id");
    }
    value.to_string()
}

/// The view of somebody who has the rights, so that the others' silence means something.
fn sees_it_all(insider: &Asker<'_>) {
    for way in WAYS {
        for (method, params) in overviews() {
            let answer = insider.ask(way, method, params.clone());
            let answered = !answer.contains("-32601") && !answer.contains("\"error\"");
            let lists_tools = way != Way::Search || method != "tools/list";
            assert!(!answered || !lists_tools || answer.contains(CANARY), "{way:?} {method} {params}: {answer}");
            if way == Way::Rpc && method == "tools/search" {
                assert!(answer.contains(CANARY), "{answer}");
            }
        }
        let called = insider.ask(way, "tools/call", json!({ "name": "vault__open", "arguments": {} }));
        assert!(called.contains(CANARY), "{way:?}: {called}");
    }
    for (method, params) in
        [("prompts/get", json!({ "name": "vault__open" })), ("resources/read", json!({ "uri": "vault://open" }))]
    {
        let answer = insider.ask(Way::Modern, method, params);
        assert!(answer.contains(CANARY), "{method}: {answer}");
    }
}

#[test]
fn nobody_learns_of_what_is_not_theirs() {
    let (home, vault) = (Home::new(), vault());
    let own =
        Fake::listing(json!([{ "name": "open", "description": "Opens a door", "inputSchema": { "type": "object" } }]));
    home.json(&["--tenant", "acme", "server", "add", "vault", "--url", &vault.url(), "--scope", "vault"]);
    for tenant in ["acme", "other"] {
        home.json(&["--tenant", tenant, "server", "add", "door", "--url", &own.url(), "--scope", "door"]);
        home.json(&["--tenant", tenant, "catalog", "sync"]);
    }
    // Policies hide as well as scopes do.
    home.json(&["--tenant", "third", "server", "add", "vault", "--url", &vault.url(), "--scope", "vault"]);
    home.json(&["--tenant", "third", "server", "add", "door", "--url", &own.url(), "--scope", "door"]);
    home.json(&["--tenant", "third", "catalog", "sync"]);
    let file = home.path("policy.cedar");
    let text = r#"forbid (principal, action, resource in Server::"vault") unless { principal in Role::"keeper" };"#;
    std::fs::write(&file, text).expect("a policy");
    home.json(&["--tenant", "third", "policy", "set", "keepers", file.to_str().expect("a path")]);
    let gateway = Gateway::start_with(&home, &[], &HS256);
    let asker = |tenant: &str, groups: &[&str], roles: &[&str]| {
        let mut args = [&["token", "mint", "--tenant", tenant, "--groups"], groups].concat();
        if !roles.is_empty() {
            args.extend([&["--roles"], roles].concat());
        }
        Asker { gateway: &gateway, token: home.cli_with(&args, &HS256, "").stdout.trim().to_owned() }
    };
    sees_it_all(&asker("acme", &["vault", "door"], &[]));
    sees_it_all(&asker("third", &["vault", "door"], &["keeper"]));
    let calls = vault.calls();
    let others = [
        ("another tenant", asker("other", &["vault", "door"], &["keeper"])),
        ("a lesser scope", asker("acme", &["door"], &["keeper"])),
        ("no scope at all", asker("acme", &["none"], &[])),
        ("another role", asker("third", &["vault", "door"], &["reader"])),
        ("a tenant of nothing", asker("empty", &["vault"], &[])),
    ];
    let mut answers = 0;
    for ((who, other), way) in others.iter().flat_map(|other| WAYS.iter().map(move |way| (other, *way))) {
        for (method, params) in overviews() {
            let answer = other.ask(way, method, params.clone());
            assert!(
                !answer.contains(CANARY) && !answer.contains("vault_"),
                "{who} {way:?} {method} {params}: {answer}"
            );
            answers += 1;
        }
        for (hidden, unknown) in NAMES {
            for ((method, about_hidden), (_, about_unknown)) in questions(hidden).into_iter().zip(questions(unknown)) {
                let answer = without_chance(&other.ask(way, method, about_hidden));
                let control = without_chance(&other.ask(way, method, about_unknown));
                assert!(!answer.contains(CANARY), "{who} {way:?} {method}: {answer}");
                assert_eq!(answer.replace(hidden, unknown), control, "{who} {way:?} {method} {hidden}");
                answers += 1;
            }
        }
    }
    assert_eq!(answers, 5 * 6 * (6 + 2 * 11));
    assert_eq!(vault.calls(), calls, "nothing of it was called");
}

#[test]
fn what_one_was_given_is_no_use_to_another() {
    let (home, vault) = (Home::new(), vault());
    home.json(&["--tenant", "acme", "server", "add", "vault", "--url", &vault.url(), "--scope", "vault"]);
    home.json(&["--tenant", "acme", "catalog", "sync"]);
    let gateway = Gateway::start_with(&home, &[], &HS256);
    let mint = |tenant: &str, subject: &str, groups: &[&str]| {
        let args = [&["token", "mint", "--tenant", tenant, "--subject", subject, "--groups"], groups].concat();
        home.cli_with(&args, &HS256, "").stdout.trim().to_owned()
    };
    let insider = Asker { gateway: &gateway, token: mint("acme", "ann", &["vault"]) };
    let page: Value = serde_json::from_str(&insider.ask(Way::Rpc, "tools/list", json!({ "limit": 1 }))).expect("json");
    let cursor = page["result"]["nextCursor"].clone();
    let opened = gateway.post(
        "/mcp",
        &Asker::headers(&bearer(&insider.token), &[]),
        &json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
            "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } } })
        .to_string(),
    );
    let session = opened.header("mcp-session-id").expect("a session").to_owned();
    for (tenant, subject, groups) in [("acme", "bob", "none"), ("other", "ann", "vault"), ("acme", "bob", "vault")] {
        let token = mint(tenant, subject, &[groups]);
        let may_see = (tenant, groups) == ("acme", "vault");
        let other = Asker { gateway: &gateway, token: token.clone() };
        if !cursor.is_null() {
            let page = other.ask(Way::Rpc, "tools/list", json!({ "cursor": cursor }));
            assert_eq!(page.contains(CANARY), may_see, "{page}");
        }
        let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" }).to_string();
        let bearer = bearer(&token);
        let with = |session: &str| {
            let answer = gateway.post("/mcp", &Asker::headers(&bearer, &[("Mcp-Session-Id", session)]), &ping);
            (answer.status, without_chance(&answer.body))
        };
        let (foreign, unknown) = (with(&session), with("no-such-session"));
        assert_eq!(foreign.0, 404, "{foreign:?}");
        assert_eq!(foreign, unknown, "a foreign session is an unknown one");
        let ended = gateway.request("DELETE", "/mcp", &Asker::headers(&bearer, &[("Mcp-Session-Id", &session)]), "");
        assert_eq!(ended.status, 404, "{ended:?}");
    }
    // It has taken no harm.
    let more = [("Mcp-Session-Id", session.as_str())];
    let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" }).to_string();
    assert_eq!(gateway.post("/mcp", &Asker::headers(&bearer(&insider.token), &more), &ping).status, 200);
    for path in [
        "/health",
        "/health/live",
        "/health/ready",
        "/metrics",
        "/.well-known/oauth-protected-resource",
        "/.well-known/jwks.json",
    ] {
        let open = gateway.get(path).body;
        assert!(!open.contains(CANARY) && !open.contains("vault") && !open.contains("acme"), "{path}: {open}");
    }
}
