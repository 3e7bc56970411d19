//! Callers prove who they are: what is accepted, what is refused, and what an identity opens.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::fake::Fake;
use crate::support::http::request;
use crate::support::{Gateway, Home, Service, until};

const BOTH: (&str, &str) = ("Accept", "application/json, text/event-stream");

const SECRET: &str = "a secret of more than thirty-two bytes";
const HS256: [(&str, &str); 2] = [("AUTH_MODE", "hs256"), ("JWT_SECRET", SECRET)];

pub(crate) fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

pub(crate) fn claims() -> Value {
    json!({
        "iss": "mcpgw-dev", "aud": "mcpgw", "sub": "ann", "tenant_id": "acme", "exp": 4_000_000_000_u64, "groups": ["orders"]
    })
}

pub(crate) fn signed(header: &Header, claims: &Value, key: &EncodingKey) -> String {
    jsonwebtoken::encode(header, claims, key).expect("a token")
}

/// Any header, signed with HMAC.
pub(crate) fn signed_raw(header: &Value, claims: &str) -> String {
    let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims));
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    let signature = jsonwebtoken::crypto::sign(text.as_bytes(), &key, Algorithm::HS256).expect("a signature");
    format!("{text}.{signature}")
}

pub(crate) fn list(gateway: &Gateway, token: &str) -> (u16, Value) {
    let body = json!({ "jsonrpc": "2.0", "id": "q", "method": "tools/list", "params": {} }).to_string();
    let answer = gateway.post("/rpc", &[("Authorization", &bearer(token))], &body);
    (answer.status, answer.json())
}

/// Seconds since 1970.
fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("now").as_secs()
}

/// A token with another value for one of its claims.
fn with(name: &str, value: Value) -> String {
    let mut changed = claims();
    changed[name] = value;
    signed(&Header::new(Algorithm::HS256), &changed, &EncodingKey::from_secret(SECRET.as_bytes()))
}

/// The attacks of facts/security §2 on tokens of a shared secret.
fn attacks() -> Vec<(&'static str, String)> {
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    let hs256 = Header::new(Algorithm::HS256);
    let without = |name: &str| {
        let mut changed = claims();
        changed.as_object_mut().expect("an object").remove(name);
        signed(&hs256, &changed, &key)
    };
    let header = |name: &str, value: Value| {
        let mut header = json!({ "alg": "HS256", "typ": "JWT" });
        header[name] = value;
        signed_raw(&header, &claims().to_string())
    };
    let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
    let body = URL_SAFE_NO_PAD.encode(claims().to_string());
    let good = signed(&hs256, &claims(), &key);
    let (head, _) = good.rsplit_once('.').expect("a signature");
    let now = now();
    vec![
        ("nothing", String::new()),
        ("no signature", format!("{head}.")),
        ("alg none", format!("{none}.{body}.")),
        ("alg none, some signature", format!("{none}.{body}.AAAA")),
        ("another secret", signed(&hs256, &claims(), &EncodingKey::from_secret(b"another secret of some length...."))),
        ("HS384", signed(&Header::new(Algorithm::HS384), &claims(), &key)),
        ("HS512", signed(&Header::new(Algorithm::HS512), &claims(), &key)),
        ("alg RS256", header("alg", json!("RS256"))),
        ("alg hs256", header("alg", json!("hs256"))),
        ("alg a list", header("alg", json!(["HS256"]))),
        ("jku", header("jku", json!("http://127.0.0.1/jwks"))),
        ("x5u", header("x5u", json!("http://127.0.0.1/x"))),
        ("jwk", header("jwk", json!({ "kty": "oct", "k": "AAAA" }))),
        ("x5c", header("x5c", json!(["AAAA"]))),
        ("crit", header("crit", json!(["exp"]))),
        ("b64", header("b64", json!(false))),
        ("typ", header("typ", json!("logout+jwt"))),
        ("kid a list", header("kid", json!(["a"]))),
        ("kid too long", header("kid", json!("k".repeat(300)))),
        ("alg twice", {
            let text = format!("{}.{body}", URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","alg":"none"}"#));
            let signature = jsonwebtoken::crypto::sign(text.as_bytes(), &key, Algorithm::HS256).expect("a signature");
            format!("{text}.{signature}")
        }),
        ("expired", with("exp", json!(now - 31))),
        ("exp text", with("exp", json!("4000000000"))),
        ("exp list", with("exp", json!([4_000_000_000_u64]))),
        ("no exp", without("exp")),
        ("nbf to come", with("nbf", json!(now + 31))),
        ("nbf text", with("nbf", json!("1"))),
        ("iat text", with("iat", json!("1"))),
        ("another issuer", with("iss", json!("evil"))),
        ("issuer list", with("iss", json!(["evil"]))),
        ("no issuer", without("iss")),
        ("another audience", with("aud", json!("other"))),
        ("audience number", with("aud", json!(1))),
        ("no audience", without("aud")),
        ("no subject", without("sub")),
        ("subject number", with("sub", json!(7))),
        ("subject list", with("sub", json!(["ann"]))),
        ("empty subject", with("sub", json!(""))),
        ("no tenant", without("tenant_id")),
        ("tenant list", with("tenant_id", json!(["acme"]))),
        ("tenant number", with("tenant_id", json!(1))),
        ("tenant path", with("tenant_id", json!("../other"))),
        ("groups number", with("groups", json!(1))),
        ("groups of numbers", with("groups", json!([1]))),
        ("scope object", with("scope", json!({ "orders": true }))),
        ("roles text of control characters", with("roles", json!(["a\u{0}b"]))),
        ("claims a list", signed_raw(&json!({ "alg": "HS256" }), "[]")),
        ("four parts", format!("{good}.AAAA")),
        ("huge", format!("{good}{}", "A".repeat(20_000))),
    ]
}

/// Each is refused, in one shape.
#[test]
fn forged_and_malformed_tokens_are_refused() {
    let home = Home::new();
    let gateway = Gateway::start_with(&home, &[], &HS256);
    assert_eq!(list(&gateway, &with("sub", json!("bob"))).0, 200);
    assert_eq!(list(&gateway, &with("aud", json!(["x", "mcpgw"]))).0, 200, "one audience among several");
    for (what, token) in &attacks() {
        let (status, body) = list(&gateway, token);
        assert_eq!((status, &body["error"]["code"], &body["id"]), (401, &json!(-32001), &json!("q")), "{what}: {body}");
        let text = body.to_string();
        assert!(!text.contains(SECRET) && (token.is_empty() || !text.contains(token.as_str())), "{what}: {text}");
    }
    // A token that was good a moment ago is forgotten when its time is over.
    let brief = with("exp", json!(now() - 8));
    assert_eq!(list(&gateway, &brief).0, 200, "within the leeway");
    let over = until(Duration::from_secs(15), || (list(&gateway, &brief).0 == 401).then_some(()));
    assert!(over.is_some(), "it is still taken");
}

/// Every way in asks for a token, says where tokens come from, and tells nothing else.
#[test]
fn every_transport_wants_a_token() {
    let home = Home::new();
    let gateway = Gateway::start_with(&home, &[], &HS256);
    let ping = r#"{"jsonrpc":"2.0","id":7,"method":"ping"}"#;
    let upgrade = [
        ("Connection", "Upgrade, close"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="),
    ];
    let answers = [
        ("POST /mcp", gateway.post("/mcp", &[], ping)),
        ("POST /mcp/search", gateway.post("/mcp/search", &[], ping)),
        ("POST /mcp/full", gateway.post("/mcp/full", &[], ping)),
        ("POST /rpc", gateway.post("/rpc", &[], ping)),
        ("POST /messages", gateway.post("/messages?session_id=x", &[], ping)),
        ("GET /mcp", gateway.request("GET", "/mcp", &[("Accept", "text/event-stream")], "")),
        ("DELETE /mcp", gateway.request("DELETE", "/mcp", &[("Mcp-Session-Id", "x")], "")),
        ("GET /sse", gateway.request("GET", "/sse", &[], "")),
        ("GET /ws", gateway.request("GET", "/ws", &upgrade, "")),
    ];
    for (what, answer) in answers {
        assert_eq!((answer.status, &answer.json()["error"]["code"]), (401, &json!(-32001)), "{what}: {answer:?}");
        let challenge = answer.header("www-authenticate").unwrap_or_default().to_owned();
        assert!(challenge.starts_with("Bearer ") && challenge.contains("resource_metadata="), "{what}: {challenge}");
        assert!(!challenge.contains("error="), "{what}: nothing was shown, so nothing is wrong with it: {challenge}");
        if what.starts_with("POST") {
            assert_eq!(answer.json()["id"], 7, "{what}");
        }
    }
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" }).to_string();
    let token = signed(&Header::new(Algorithm::HS256), &claims(), &EncodingKey::from_secret(SECRET.as_bytes()));
    let twice = [("Authorization", bearer(&token)), ("Authorization", bearer(&token))];
    let twice: Vec<(&str, &str)> = twice.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(gateway.post("/rpc", &twice, &body).status, 401, "two headers");
    let basic = gateway.post("/rpc", &[("Authorization", "Basic YTpi")], &body);
    assert!(basic.header("www-authenticate").is_some_and(|it| it.contains("invalid_token")), "{basic:?}");
    for open in ["/health", "/health/live", "/health/ready"] {
        assert_eq!(gateway.get(open).status, 200, "{open}");
    }
}

/// What a token does not name is not there: not listed, not found, not described, not called, under no name.
#[test]
fn a_lesser_scope_and_another_tenant_learn_nothing() {
    let secret = Fake::listing(
        json!([{ "name": "refund", "description": "Refunds an order", "inputSchema": { "type": "object" } }]),
    );
    let public = Fake::listing(
        json!([{ "name": "track", "description": "Tracks an order", "inputSchema": { "type": "object" } }]),
    );
    let home = Home::new();
    let acme = |args: &[&str]| home.json(&[&["--tenant", "acme"], args].concat());
    acme(&["server", "add", "billing", "--url", &secret.url(), "--scope", "billing"]);
    acme(&["server", "add", "orders", "--url", &public.url(), "--scope", "orders"]);
    acme(&["catalog", "sync"]);
    let gateway = Gateway::start_with(&home, &[], &HS256);
    let mint = |tenant: &str, groups: &[&str]| {
        let args = [&["token", "mint", "--tenant", tenant, "--groups"], groups].concat();
        home.cli_with(&args, &HS256, "").stdout.trim().to_owned()
    };
    let (full, lesser) = (mint("acme", &["orders", "billing"]), mint("acme", &["orders"]));
    let foreign = mint("other", &["orders", "billing"]);
    let ask = |token: &str, headers: &[(&str, &str)], method: &str, params: Value| {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
        let bearer = bearer(token);
        gateway.post("/rpc", &[&[("Authorization", bearer.as_str())], headers].concat(), &body).json()
    };
    let names = |token: &str, headers: &[(&str, &str)]| {
        let listed = ask(token, headers, "tools/list", json!({}));
        let tools = listed["result"]["tools"].as_array().cloned().unwrap_or_default();
        tools.iter().map(|tool| tool["name"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&full, &[]), ["billing__refund", "orders__track"]);
    assert_eq!(names(&lesser, &[]), ["orders__track"]);
    assert!(names(&foreign, &[]).is_empty());
    // The headers of a gateway without authentication say nothing here.
    for headers in [[("X-MCP-Scopes", "billing")], [("X-MCP-Tenant", "acme")]] {
        assert_eq!(names(&lesser, &headers), ["orders__track"]);
        assert!(names(&foreign, &headers).is_empty());
    }
    let found =
        |token: &str| ask(token, &[], "tools/search", json!({ "query": "refunds an order", "limit": 50 })).to_string();
    assert!(found(&full).contains("refund\""));
    for token in [&lesser, &foreign] {
        assert!(!found(token).contains("billing"), "{}", found(token));
        let call = |name: &str, server: Option<&str>| {
            let mut params = json!({ "name": name, "arguments": {} });
            if let Some(server) = server {
                params["server"] = json!(server);
            }
            ask(token, &[], "tools/call", params)["error"].to_string()
        };
        // Neither text nor code tells what is hidden from what is not there.
        for (hidden, unknown) in [("billing__refund", "billing__nosuch"), ("refund", "nosuch")] {
            assert_eq!(call(hidden, None).replace(hidden, "X"), call(unknown, None).replace(unknown, "X"));
        }
        assert_eq!(
            call("refund", Some("billing")).replace("billing", "S").replace("refund", "X"),
            call("nosuch", Some("nowhere")).replace("nowhere", "S").replace("nosuch", "X")
        );
    }
    assert_eq!(secret.calls(), 0);
    assert_eq!(
        ask(&full, &[], "tools/call", json!({ "name": "refund", "arguments": {} }))["result"]["content"][0]["text"],
        "done"
    );

    // A session is its opener's: neither a lesser nor a foreign token of anybody else uses it.
    let initialize = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } } });
    let full = bearer(&full);
    let opened = gateway.post("/mcp", &[("Authorization", full.as_str())], &initialize.to_string());
    let session = opened.header("mcp-session-id").expect("a session").to_owned();
    let foreign = bearer(&foreign);
    let stolen = [("Authorization", foreign.as_str()), ("Mcp-Session-Id", session.as_str())];
    let ping = r#"{"jsonrpc":"2.0","id":7,"method":"ping"}"#;
    assert_eq!(gateway.post("/mcp", &stolen, ping).status, 404);
    assert_eq!(gateway.request("DELETE", "/mcp", &stolen, "").status, 404);
    assert_eq!(gateway.post("/mcp", &[("Authorization", full.as_str()), stolen[1]], ping).status, 200);
}

#[test]
fn tokens_are_minted_and_explained() {
    let home = Home::new();
    let minted = home.json(&["token", "mint", "--tenant", "acme", "--groups", "a", "b", "--roles", "platform:admin"]);
    assert_eq!((&minted["alg"], &minted["claims"]["tenant_id"]), (&json!("RS256"), &json!("acme")));
    assert_eq!(minted["claims"]["groups"], json!(["a", "b"]));
    assert!(minted["kid"].is_string() && minted["expires_at"] == minted["claims"]["exp"]);
    let token = minted["token"].as_str().expect("a token");
    let verified = home.json(&["token", "verify", token]);
    assert_eq!(verified["scopes"], json!(["a", "b"]));
    assert_eq!(verified["roles"], json!(["platform:admin"]));
    let (head, _) = token.rsplit_once('.').expect("a signature");
    let refused = home.cli(&["token", "verify", &format!("{head}.AAAA")]);
    assert!(refused.code == 1 && refused.stderr.contains("signature"), "{refused:?}");

    let private = home.path("dev-key.pem");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&private).expect("the key").permissions());
    assert_eq!(mode & 0o777, 0o600);
    let hs256 = home.cli(&["token", "mint", "--alg", "HS256"]);
    assert!(hs256.code == 2 && hs256.stderr.contains("JWT_SECRET"), "{hs256:?}");
    let production = [("ENVIRONMENT", "production"), ("AUTH_MODE", "jwks"), ("JWKS_LOCAL_PATH", "/nowhere/jwks.json")];
    let sealing = home.cli_with(&["token", "mint"], &production, "");
    assert!(sealing.stderr.contains("EMBEDDING_SECRET"), "{sealing:?}");
    let pem = std::fs::read_to_string(&private).expect("the key");
    let more = [
        ("JWT_ISSUER", "i"),
        ("JWT_AUDIENCE", "a"),
        ("DOWNSTREAM_JWT_PRIVATE_KEY", pem.as_str()),
        ("EMBEDDING_SECRET", "sixteen bytes and more"),
    ];
    let production = [&production[..], &more].concat();
    let refused = home.cli_with(&["token", "mint"], &production, "");
    assert!(refused.code == 2 && refused.stderr.contains("issuer"), "{refused:?}");
}

/// Bursts through HTTP: never more than the limit, told when to come back, each address and subject for itself.
#[test]
fn too_much_is_refused_until_there_is_room() {
    let home = Home::new();
    let env = [
        ("RATE_LIMIT_WINDOW_SECONDS", "2"),
        ("RATE_LIMIT_MAX_REQUESTS", "40"),
        ("RATE_LIMIT_MAX_REQUESTS_PER_SUBJECT", "0"),
    ];
    let gateway = Gateway::start_with(&home, &[], &env);
    let ping = r#"{"jsonrpc":"2.0","id":"p","method":"ping"}"#;
    let mut admitted: Vec<Instant> = Vec::new();
    let started = Instant::now();
    let mut told = None;
    while started.elapsed() < Duration::from_millis(6500) {
        for _ in 0..50 {
            let before = Instant::now();
            let answer = gateway.post("/rpc", &[], ping);
            if answer.status == 200 {
                admitted.push(before);
            } else {
                let body = answer.json();
                assert_eq!((answer.status, &body["error"]["code"], &body["id"]), (429, &json!(-32007), &json!("p")));
                told = answer.header("retry-after").and_then(|wait| wait.parse::<u64>().ok());
                assert!(told.is_some_and(|wait| (1..=3).contains(&wait)), "{answer:?}");
            }
        }
        std::thread::sleep(Duration::from_millis(90));
    }
    assert!(told.is_some(), "nothing was refused");
    // A request is admitted somewhere between being sent and being answered: a hair is left for that.
    let window = Duration::from_millis(1990);
    for (index, start) in admitted.iter().enumerate() {
        let held = admitted.iter().skip(index).take_while(|at| **at - *start < window).count();
        assert!(held <= 42, "{held} within the window");
    }
    assert!(admitted.len() >= 120, "{} in 6.5 s", admitted.len());
    let other = gateway.post("/rpc", &[("X-Forwarded-For", "203.0.113.9")], ping);
    assert_eq!(other.status, 200, "another client behind a proxy on this machine");
}

/// A server that wants to know who calls gets the gateway's own token, short-lived and its own; the caller's stays here.
#[test]
fn servers_are_shown_the_gateways_own_token() {
    let home = Home::new();
    let keys = home.path("dev-downstream-jwks.json");
    let verify = [("DOWNSTREAM_JWT_VERIFY", "true"), ("DOWNSTREAM_JWKS_PATH", keys.to_str().expect("a path"))];
    let mut command = home.command();
    command.args(["demo-server", "orders", "--name", "orders", "--bind", "127.0.0.1:0"]).envs(verify);
    let at = |line: &str| line.split("http://").nth(1).map(|rest| rest.trim_end_matches("/mcp").to_owned());
    let (_demo, address) = Service::start(&mut command, at).unwrap_or_else(|log| panic!("the demo server: {log}"));
    let url = format!("http://{address}/mcp");
    home.json(&["server", "add", "orders", "--url", &url, "--scope", "orders"]);
    let synced = home.json(&["catalog", "sync"]);
    assert_eq!(synced["tools_total"], 3, "{synced:#}");

    let gateway = Gateway::start_with(&home, &[], &HS256);
    let published = gateway.get("/.well-known/jwks.json").json();
    let on_disk: Value = serde_json::from_str(&std::fs::read_to_string(&keys).expect("keys")).expect("JSON");
    assert_eq!(published["keys"][0]["n"], on_disk["keys"][0]["n"]);
    assert!(!published.to_string().contains("\"d\""), "the public half alone");
    let mint = ["token", "mint", "--groups", "orders"];
    let callers = bearer(home.cli_with(&mint, &HS256, "").stdout.trim());
    let params = json!({ "name": "orders__find_order", "arguments": { "order_id": "A-1001" } });
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params }).to_string();
    let called = gateway.post("/rpc", &[("Authorization", callers.as_str())], &body).json();
    assert_eq!(called["result"]["structuredContent"]["order_id"], "A-1001", "{called}");

    // Nobody else gets in: not without a token, not with the caller's.
    let address: SocketAddr = address.parse().expect("an address");
    for shown in [None, Some(("Authorization", callers.as_str()))] {
        let headers = [("Content-Type", "application/json"), BOTH];
        let headers: Vec<(&str, &str)> = headers.into_iter().chain(shown).collect();
        let answer = request(address, "POST", "/mcp", &headers, &body).expect("an answer");
        assert_eq!(answer.status, 401, "{answer:?}");
    }

    // A child finds its token in its environment, signed for its tenant and for it.
    let script = home.path("child.py");
    let text = r#"
import json, os, sys
for line in sys.stdin:
    frame = json.loads(line)
    id, method = frame.get("id"), frame["method"]
    tool = {"name": "token", "inputSchema": {"type": "object"}}
    results = {
        "initialize": {"protocolVersion": "2025-06-18", "capabilities": {}, "serverInfo": {"name": "s", "version": "1"}},
        "tools/list": {"tools": [tool]},
        "tools/call": {"content": [{"type": "text", "text": os.environ["MCP_DOWNSTREAM_TOKEN"]}]},
    }
    if id is not None:
        body = {"result": results[method]} if method in results else {"error": {"code": -32601, "message": "no"}}
        print(json.dumps({"jsonrpc": "2.0", "id": id, **body}), flush=True)
"#;
    std::fs::write(&script, text).expect("a script");
    home.json(&["server", "add", "child", "--stdio", "--", "python3", script.to_str().expect("a path")]);
    home.json(&["catalog", "sync"]);
    // A token in an answer is a secret, unless an operator says otherwise.
    assert_eq!(home.json(&["call", "child", "token"])["content"][0]["text"], "[SECRET]");
    home.json(&["guardrails", "allow", "child/token", "SECRET"]);
    let shown = home.json(&["call", "child", "token"]);
    let token = shown["content"][0]["text"].as_str().expect("a token");
    let claims = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok()).expect("claims");
    let claims: Value = serde_json::from_slice(&claims).expect("JSON");
    assert_eq!(claims["sub"], "tenant:local-dev:gateway");
    assert_eq!(
        (&claims["iss"], &claims["aud"], &claims["server"]),
        (&json!("mcpgw"), &json!("mcp-downstream"), &json!("child"))
    );
    assert_eq!(claims["exp"].as_u64().zip(claims["iat"].as_u64()).map(|(exp, iat)| exp - iat), Some(300));

    // A server that shows what it was shown to another does not get in there.
    let shown = bearer(token);
    let headers = [("Content-Type", "application/json"), BOTH, ("Authorization", shown.as_str())];
    let refused = request(address, "POST", "/mcp", &headers, &body).expect("an answer");
    assert_eq!(refused.status, 401, "{refused:?}");
    assert!(refused.body.contains("is for server `child`, and this is `orders`"), "{refused:?}");
}

/// What was opened with a token ends with it: a stream, and a WebSocket, on which calls could go on for ever.
#[test]
fn connections_end_with_their_token() {
    let home = Home::new();
    let gateway = Gateway::start_with(&home, &[], &HS256);
    let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
    for (path, headers, answer) in [("/sse", "Connection: close\r\n", "200 OK"), ("/ws", upgrade, "101 Switching")] {
        // Good for some two seconds of the leeway.
        let brief = with("exp", json!(now() - 8));
        let mut stream = TcpStream::connect(gateway.address()).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
        let host = gateway.address();
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{headers}Authorization: {}\r\n\r\n", bearer(&brief));
        let opened = Instant::now();
        stream.write_all(request.as_bytes()).expect("a request");
        let mut said = Vec::new();
        stream.read_to_end(&mut said).unwrap_or_else(|error| panic!("{path} is still open: {error}"));
        assert!(String::from_utf8_lossy(&said).contains(answer), "{path}: {}", String::from_utf8_lossy(&said));
        let lasted = opened.elapsed();
        assert!((Duration::from_millis(500)..Duration::from_secs(5)).contains(&lasted), "{path} lasted {lasted:?}");
    }
    // The streams of `/mcp`: a session's own, and what listens without one.
    let brief = bearer(&with("exp", json!(now() - 8)));
    let post = |headers: &[(&str, &str)], frame: Value| {
        gateway.post("/mcp", &[&[("Authorization", brief.as_str()), BOTH], headers].concat(), &frame.to_string())
    };
    let opened = post(
        &[],
        json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } } }),
    );
    let session = opened.header("mcp-session-id").expect("a session").to_owned();
    let headers = [("Authorization", brief.as_str()), BOTH, ("Mcp-Session-Id", session.as_str())];
    let began = Instant::now();
    // Reads until the end of the stream.
    assert_eq!(gateway.request("GET", "/mcp", &headers, "").status, 200);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    let brief = bearer(&with("exp", json!(now() - 8)));
    let headers = [
        ("Authorization", brief.as_str()),
        BOTH,
        ("MCP-Protocol-Version", "2026-07-28"),
        ("Mcp-Method", "subscriptions/listen"),
    ];
    let params = json!({ "notifications": { "toolsListChanged": true }, "_meta": {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {} } });
    let listen = json!({ "jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen", "params": params }).to_string();
    let began = Instant::now();
    let heard = gateway.post("/mcp", &headers, &listen);
    assert!(heard.status == 200 && heard.body.contains("acknowledged"), "{heard:?}");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

/// Two replicas on one store, each asked as fast as it answers, from nothing: together they admit little more than the
/// limit, and what one has admitted the other knows.
#[test]
fn two_replicas_share_a_limit() {
    let Some(uri) = crate::support::mongod::shared() else { return };
    let home = Home::on_mongodb(&uri);
    let limits = [("RATE_LIMIT_MAX_REQUESTS_PER_SUBJECT", "100"), ("RATE_LIMIT_WINDOW_SECONDS", "60")];
    let first = Gateway::start_with(&home, &[], &limits);
    let second = Gateway::start_with(&home, &[], &limits);
    // The first looks for others every five seconds while it is alone.
    std::thread::sleep(Duration::from_secs(6));
    let burst = |gateway: &Gateway, count: usize| {
        (0..count).filter(|_| gateway.rpc("ping", json!({}))["result"].is_object()).count()
    };
    let admitted = std::thread::scope(|scope| {
        let asked = [&first, &second].map(|gateway| scope.spawn(move || burst(gateway, 120)));
        asked.into_iter().map(|asked| asked.join().expect("a burst")).sum::<usize>()
    });
    let mut all = admitted;
    until(Duration::from_secs(10), || {
        std::thread::sleep(Duration::from_millis(600));
        let more = burst(&first, 30) + burst(&second, 30);
        all += more;
        (more == 0).then_some(())
    })
    .expect("the limit is reached");
    assert!((90..=115).contains(&all), "{admitted} at once, {all} in all");
}
