//! What a hostile server says of itself is shown, and is never markup, script, or a member of a form.

use serde_json::json;

use super::desk::Desk;
use crate::fake::{Fake, Say};
use crate::support::Home;

const SCRIPT: &str = "<script>window.owned = 1</script>";
const IMAGE: &str = "\"><img src=x onerror=\"window.owned = 1\">";

#[test]
fn names_and_descriptions_of_strangers_are_words() {
    let home = Home::new();
    let Some(desk) = Desk::open(&home) else { return };
    let schema = json!({
        "type": "object",
        "properties": {
            // Names that would hide what a form has of its own.
            "elements": { "type": "string", "description": format!("{SCRIPT}{IMAGE}") },
            "dataset": { "type": "string", "default": IMAGE },
            "__proto__": { "type": "string" },
            (IMAGE): { "enum": [IMAGE, SCRIPT] },
            "action": { "type": "integer" },
        },
    });
    let name = format!("x{IMAGE}/../y");
    let tools = json!([
        { "name": name, "title": SCRIPT, "description": format!("{SCRIPT}{IMAGE} 'a' `b` ${{c}}"), "inputSchema": schema },
        { "name": "plain", "description": "{{7*7}} javascript:alert(1)", "inputSchema": { "type": "object" } },
    ]);
    let hostile = Fake::start(move |method, frame| match method {
        "tools/list" => Say::Result(json!({ "tools": tools })),
        _ => Say::Result(
            json!({ "content": [{ "type": "text", "text": format!("{SCRIPT}{IMAGE}{}", frame["params"]["arguments"]) }] }),
        ),
    });
    assert_eq!(desk.ask("POST", "/admin/servers", &json!({ "name": "evil", "url": hostile.url() })).status, 201);
    assert_eq!(desk.ask("POST", "/admin/catalog/sync", &json!({})).status, 200);
    desk.at("/ui/overview");
    desk.log_in();
    let is_safe = || {
        let found = desk
            .chromium
            .eval("return [window.owned ?? null, document.querySelectorAll('main img, main script').length]");
        assert_eq!(found, json!([null, 0]), "{}", desk.chromium.url());
        desk.chromium.is_clean();
    };
    for path in ["/ui/catalog?server=evil", "/ui/servers/evil", "/ui/search?q=javascript", "/ui/audit"] {
        desk.at(path);
        is_safe();
    }
    let page = desk.at("/ui/catalog?server=evil&q=y");
    page.says("main table", "<script>");
    page.click("main table a");
    page.says("main h1", "<img");
    is_safe();
    // It may be kept back for what it says; then an operator looks at it, and lets it go.
    if page.page().contains("Kept back") {
        page.click(".held button");
        page.confirm(&format!("x{IMAGE}/../y"));
        page.says("#said", "Released.");
    }
    page.fill("[data-key='elements']", "one");
    page.fill("[data-key='__proto__']", "two");
    page.click("form[data-wrap] button");
    let said = page.says("#reply", "<script>");
    for wanted in ["\"elements\":\"one\"", "\"__proto__\":\"two\"", "\"dataset\":"] {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
    is_safe();
}
