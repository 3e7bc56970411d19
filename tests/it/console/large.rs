//! Ten thousand tools of a thousand servers: pages stay small and quick.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{SEEDED, seeded};
use crate::fake::Fake;
use crate::support::{Gateway, Home};

const SERVERS: usize = 1000;
const TOOLS: usize = 10_000;
/// What a page may take here, where nothing is optimised and other tests run beside: `docs/performance.md` has figures.
const MOST: Duration = Duration::from_secs(1);
const MOST_BYTES: usize = 120_000;

const PAGES: [&str; 15] = [
    "/ui/overview",
    "/ui/servers",
    "/ui/servers?q=idle-0999",
    "/ui/servers/many",
    "/ui/catalog",
    "/ui/catalog?q=number+9999",
    "/ui/catalog/many::tool_77",
    "/ui/search?q=thing+number+12",
    "/ui/audit",
    "/ui/cache",
    "/ui/guardrails",
    "/ui/policies",
    "/ui/tenants",
    "/ui/embeddings",
    "/ui/settings",
];

#[test]
fn pages_of_a_large_catalog_are_small_and_quick() {
    let home = Home::new();
    let tool = |number: usize| {
        let description = format!("Does thing number {number} with what it is given, and says how that went");
        json!({ "name": format!("tool_{number}"), "description": description, "inputSchema": { "type": "object" } })
    };
    let many = Fake::listing((0..TOOLS).map(tool).collect());
    let server =
        |number: usize| (format!("idle-{number:04}"), json!({ "url": "http://127.0.0.1:9/mcp", "disabled": true }));
    let idle: serde_json::Map<String, Value> = (1..SERVERS).map(server).collect();
    let file = home.path("servers.json");
    std::fs::write(&file, json!({ "mcpServers": idle }).to_string()).expect("a file");
    assert_eq!(home.cli(&["server", "import", file.to_str().expect("UTF-8")]).code, 0);
    assert_eq!(home.cli(&["server", "add", "many", "--url", &many.url()]).code, 0);
    let limits = [("MAX_TOOLS_PER_SERVER", "10000")];
    assert_eq!(home.cli_with(&["catalog", "sync", "--server", "many"], &limits, "").code, 0);
    let gateway = Gateway::start_with(&home, &[], &[&limits[..], &SEEDED].concat());
    let browser = seeded(&gateway);
    let timed = PAGES.map(|path| {
        let took = |_| {
            let begun = Instant::now();
            let page = browser.ask(&gateway, "GET", path, &Value::Null);
            assert_eq!(page.status, 200, "{path}: {page:?}");
            assert!(page.body.len() <= MOST_BYTES, "{path}: {} bytes", page.body.len());
            begun.elapsed()
        };
        // The machine may have been busy with something else.
        (path, (0..5).map(took).min().expect("some"))
    });
    assert!(timed.iter().all(|(_, best)| *best <= MOST), "{timed:#?}");
    let found = browser.ask(&gateway, "GET", "/ui/catalog?q=number+9999", &Value::Null).body;
    assert!(found.contains("tool_9999") && !found.contains("tool_9998"));
    let found = browser.ask(&gateway, "GET", "/ui/servers?q=idle-0999", &Value::Null).body;
    assert!(found.contains("idle-0999") && !found.contains("idle-0998"));
    let first = browser.ask(&gateway, "GET", "/ui/servers", &Value::Null).body;
    assert!(first.contains("idle-0050") && !first.contains("idle-0051") && first.contains("after=idle-0050"));
}
