//! What the trail says, and to whom.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use super::{behind, call, called, drained, server, stored};
use crate::auth::bearer;
use crate::support::http::Kept;
use crate::support::{DEADLINE, Gateway, Home, Service, until};

/// Every file below a folder.
fn files(folder: PathBuf) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()));
        } else {
            found.push(path);
        }
    }
    found
}

fn holds(path: &PathBuf, text: &str) -> bool {
    let bytes = std::fs::read(path).unwrap_or_default();
    memchr::memmem::find(&bytes, text.as_bytes()).is_some()
}

#[test]
fn every_outcome_is_recorded_and_no_value() {
    let (server, home) = (server(), Home::new());
    behind(&home, &server);
    // What the result cache keeps is what a server answered; this is about the trail.
    let env = [("AUTO_BOOTSTRAP", "false"), ("AUDIT_FLUSH_MS", "600000"), ("SEMANTIC_CACHE_ENABLED", "false")];
    let mut gateway = Gateway::start_with(&home, &[], &env);
    for (id, tool, status) in [
        ("ok", "s__read", "ok"),
        ("bare", "change", "ok"),
        ("failed", "s__fail", "tool_error"),
        ("said-no", "s__refuse", "tool_error"),
        ("late", "s__slow", "timeout"),
        ("broken", "s__broken", "upstream_error"),
        ("unknown", "s__nothing", "refused"),
    ] {
        called(&gateway, id, tool);
        let _ = status;
    }
    let wrong = call("s__read", &json!("argument-canary"));
    gateway.post("/rpc", &[("X-Request-ID", "invalid")], &wrong);
    let search =
        json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/search", "params": { "query": "argument-canary read" } });
    gateway.post("/rpc", &[("X-Request-ID", "search")], &search.to_string());
    // Gone before the answer.
    let mut leaver = Kept::open(gateway.address());
    leaver.send("/rpc", &[("X-Request-ID", "left")], &call("s__slow", &json!({ "x": "argument-canary" })));
    std::thread::sleep(Duration::from_millis(150));
    drop(leaver);
    std::thread::sleep(Duration::from_millis(300));
    // The flusher sleeps: everything is in the spool.
    let spooled = files(home.path("audit"));
    assert!(spooled.iter().any(|path| holds(path, "\"late\"")), "{spooled:?}");
    for path in files(home.path("")) {
        for canary in ["argument-canary", "result-canary", "a wrong argument"] {
            assert!(!holds(&path, canary), "{} holds {canary}", path.display());
        }
    }
    assert_eq!(gateway.stop(), Some(0), "the end stores what waits");
    let found = stored(&home);
    for (id, tool, status) in [
        ("ok", "read", "ok"),
        ("bare", "change", "ok"),
        ("failed", "fail", "tool_error"),
        ("said-no", "refuse", "tool_error"),
        ("late", "slow", "timeout"),
        ("broken", "broken", "upstream_error"),
        ("unknown", "s__nothing", "refused"),
        ("invalid", "read", "invalid"),
        ("left", "slow", "cancelled"),
    ] {
        let [record] = &found.get(id).unwrap_or_else(|| panic!("no record of {id}"))[..] else { panic!("{id} twice") };
        assert_eq!((record.tool.as_str(), record.status.as_str()), (tool, status), "{record:?}");
        assert_eq!(record.server.is_some(), id != "unknown", "{record:?}");
        assert!(record.arguments_hash.as_ref().is_some_and(|hash| hash.len() == 32), "{record:?}");
        assert_eq!(record.actor.subject, "anonymous");
    }
    let hash = |id: &str| found[id][0].arguments_hash.clone();
    assert_eq!(hash("ok"), hash("failed"), "the same arguments have the same hash");
    assert_ne!(hash("ok"), hash("invalid"));
    let search = &found["search"][0];
    let tokens = search.tokens.expect("tokens");
    assert!(search.hits.is_some_and(|hits| hits > 0) && tokens.catalog >= Some(tokens.shown), "{search:?}");
    for path in files(home.path("")) {
        for canary in ["argument-canary", "result-canary"] {
            assert!(!holds(&path, canary), "{} holds {canary}", path.display());
        }
    }
}

#[test]
fn refusals_for_too_many_requests_are_recorded_some_and_counted_all() {
    let (server, home) = (server(), Home::new());
    behind(&home, &server);
    let env = [("AUTO_BOOTSTRAP", "false"), ("RATE_LIMIT_MAX_REQUESTS", "3"), ("RATE_LIMIT_WINDOW_SECONDS", "600")];
    let mut gateway = Gateway::start_with(&home, &[], &env);
    for number in 0..63 {
        let answer = gateway.post("/rpc", &[("X-Request-ID", &format!("r-{number}"))], &call("s__read", &json!({})));
        assert_eq!(answer.status, if number < 3 { 200 } else { 429 });
    }
    std::thread::sleep(Duration::from_millis(1100));
    gateway.post("/rpc", &[("X-Request-ID", "last")], &call("s__read", &json!({})));
    assert_eq!(gateway.stop(), Some(0));
    let found = stored(&home);
    let limited = found.values().flatten().filter(|record| record.status.as_str() == "limited");
    let (records, all) = limited.fold((0, 0), |(records, all), record| (records + 1, all + 1 + record.repeated));
    assert_eq!(all, 61, "each is counted");
    assert!((20..61).contains(&records), "{records} records");
    let summary = home.json(&["audit", "report"]);
    assert_eq!((&summary["statuses"]["limited"], &summary["calls"]), (&json!(61), &json!(64)), "{summary:#}");
}

#[test]
fn tail_and_report_show_it() {
    let (server, home) = (server(), Home::new());
    for command in [["audit", "tail"], ["audit", "report"]] {
        let empty = home.cli(&command);
        assert!(empty.code == 0 && empty.stderr.contains("mcpgw call"), "{empty:#?}");
    }
    assert_eq!(home.json(&["audit", "tail"]), json!({ "records": [] }));
    behind(&home, &server);
    // Commands execute, too.
    assert_eq!(home.cli(&["call", "s", "read"]).code, 0);
    assert_eq!(home.cli(&["call", "s", "fail"]).code, 1);
    assert_eq!(home.cli(&["search", "the tool read", "--limit", "2"]).code, 0);
    let tail = home.json(&["audit", "tail"]);
    let shown = |tail: &Value| -> Vec<(String, String)> {
        let records = tail["records"].as_array().cloned().unwrap_or_default();
        let text = |record: &Value, name: &str| record[name].as_str().unwrap_or_default().to_owned();
        records.iter().map(|record| (text(record, "kind"), text(record, "status"))).collect()
    };
    let pair = |kind: &str, status: &str| (kind.to_owned(), status.to_owned());
    let expected = [pair("tool_call", "ok"), pair("tool_call", "tool_error"), pair("search", "ok")];
    assert_eq!(shown(&tail), expected, "{tail:#}");
    assert_eq!(shown(&home.json(&["audit", "tail", "--server", "s"])), expected[..2]);
    assert_eq!(shown(&home.json(&["audit", "tail", "--limit", "1"])), expected[2..]);
    assert_eq!(shown(&home.json(&["audit", "tail", "--since", "0s"])), []);
    assert_eq!(home.cli(&["audit", "tail", "--limit", "0"]).code, 2);
    let gateway = Gateway::start_with(&home, &[], &[("AUTO_BOOTSTRAP", "false")]);
    let mut command = home.command();
    command.args(["--output", "json", "audit", "tail", "--follow"]);
    let seen = |line: &str| line.contains("\"search\"").then_some(());
    let (mut following, ()) = Service::start(&mut command, seen).expect("it follows");
    for number in 0..20 {
        called(&gateway, &format!("followed-{number}"), "s__read");
    }
    let all = || (0..20).all(|number| following.log().contains(&format!("\"followed-{number}\""))).then_some(());
    until(DEADLINE, all).unwrap_or_else(|| panic!("{}", following.log()));
    std::thread::sleep(Duration::from_millis(1200));
    let lines: Vec<Value> = following.log().lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    assert_eq!(lines.len(), 23, "each once");
    following.stop();
    drained(&gateway, Duration::from_secs(5)).expect("drained");
    let report = home.json(&["audit", "report"]);
    assert_eq!((&report["calls"], &report["errors"], &report["searches"]), (&json!(22), &json!(1), &json!(1)));
    assert_eq!(report["statuses"], json!({ "ok": 21, "tool_error": 1 }), "{report:#}");
    assert_eq!((&report["tools"][0]["tool"], &report["tools"][0]["calls"]), (&json!("read"), &json!(21)));
    assert!(report["latency_ms"]["p99"].as_f64() >= report["latency_ms"]["p50"].as_f64());
    let buckets = report["buckets"].as_array().expect("buckets");
    let counted: u64 = buckets.iter().filter_map(|bucket| bucket["calls"].as_u64()).sum();
    assert_eq!((buckets.len(), counted), (24, 22));
    let saved = &report["tokens"];
    assert_eq!(saved["saved"].as_u64(), saved["catalog"].as_u64().zip(saved["shown"].as_u64()).map(|(a, b)| a - b));
    let table = home.cli(&["--output", "table", "audit", "report"]);
    for part in ["calls", "s/read", "p99", "tokens saved", "█"] {
        assert!(table.stdout.contains(part), "{part}: {table:#?}");
    }
}

#[test]
fn administrators_alone_read_it_over_http() {
    const MODE: [(&str, &str); 1] = [("AUTH_MODE", "jwks")];
    let (server, home) = (server(), Home::new());
    behind(&home, &server);
    for _ in 0..5 {
        assert_eq!(home.cli(&["call", "s", "read"]).code, 0);
    }
    let gateway = Gateway::start_with(&home, &[], &MODE);
    let token = |args: &[&str]| {
        let minted = home.cli_with(&[&["token", "mint", "--tenant", "local-dev"], args].concat(), &MODE, "");
        bearer(minted.stdout.trim())
    };
    let (admin, other) = (token(&["--roles", "platform:admin"]), token(&["--subject", "ann", "--scopes", "s"]));
    for path in ["/admin/audit", "/admin/audit/summary"] {
        for (headers, status) in [(vec![], 401), (vec![("Authorization", other.as_str())], 403)] {
            let answer = gateway.request("GET", path, &headers, "");
            assert!(answer.status == status && !answer.body.contains("tool_call"), "{path}: {}", answer.body);
        }
    }
    let asked = |path: &str| {
        let answer = gateway.request("GET", path, &[("Authorization", &admin)], "");
        (answer.status, answer.json())
    };
    let (status, first) = asked("/admin/audit?server=s&since=1h&limit=3");
    assert_eq!((status, first["records"].as_array().map(Vec::len)), (200, Some(3)), "{first}");
    let cursor = first["next"].as_str().expect("there are more");
    let (_, second) = asked(&format!("/admin/audit?server=s&since=1h&limit=3&cursor={cursor}"));
    assert_eq!((second["records"].as_array().map(Vec::len), &second["next"]), (Some(2), &Value::Null), "{second}");
    let newest = |page: &Value| page["records"][0]["ts"].as_i64().expect("a time");
    assert!(newest(&first) > newest(&second), "the newest come first");
    assert_eq!(asked("/admin/audit?server=nobody").1["records"], json!([]));
    assert_eq!(asked("/admin/audit?tenant_id=nobody").1["records"], json!([]));
    let (status, summary) = asked("/admin/audit/summary?since=2h");
    assert_eq!((status, &summary["calls"]), (200, &json!(5)), "{summary}");
    for wrong in ["limit=x", "limit=0", "since=soon", "cursor=x", "what=1", "server=a&server=b", "tenant_id=a%2Fb"] {
        assert_eq!(asked(&format!("/admin/audit?{wrong}")).0, 400, "{wrong}");
    }
}
