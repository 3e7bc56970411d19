//! The parts of pages that are live, while something goes wrong.

use std::time::{Duration, Instant};

use mcpgw::model::Timestamp;
use serde_json::json;

use super::EMAIL;
use super::desk::Desk;
use crate::support::providers::{Api, KEY, Provider};
use crate::support::{DEADLINE, Home, Mongod, until};

/// The store is asked for two seconds, each time that a part is looked at.
const REASONABLE: Duration = Duration::from_secs(20);

#[test]
fn a_store_that_hangs_is_told_and_comes_back_by_itself() {
    let Some(mongod) = Mongod::start() else { return };
    let home = Home::on_mongodb(&mongod.uri());
    let Some(desk) = Desk::open(&home) else { return };
    let page = desk.at("/ui/overview");
    desk.log_in();
    desk.work();
    page.says("[sse-swap]", "4 in 15 minutes");
    page.says("[sse-swap]", "It serves");
    mongod.pause();
    let paused = Instant::now();
    page.says("[sse-swap]", "It does not serve");
    page.says("[sse-swap] .problem", "within 2s");
    assert!(paused.elapsed() < REASONABLE, "{:?}", paused.elapsed());
    mongod.resume();
    page.says("[sse-swap]", "It serves");
    desk.work();
    page.says("[sse-swap]", "8 in 15 minutes");
    assert!(page.url().ends_with("/ui/overview"), "{}", page.url());
    page.is_clean();
}

/// Somebody who only left a page open is gone after their time, though it asks by itself all the while.
#[test]
fn an_open_page_is_no_use_of_the_session() {
    let home = Home::new();
    let Some(desk) = Desk::open(&home) else { return };
    let page = desk.at("/ui/overview");
    desk.log_in();
    page.says("[sse-swap]", "It serves");
    // As if it had not been used for nearly as long as it may; a use would be noted, and lengthen it.
    let now = Timestamp::now();
    let (used_at, ends) = (now.0 - 600_000, now.plus(Duration::from_secs(6)).0);
    let store = rusqlite::Connection::open(home.path("store.db")).expect("the store");
    store.busy_timeout(DEADLINE).expect("patience");
    let aged = "UPDATE admin_sessions SET expires_at = ?2,\
        body = json_set(body, '$.used_at', ?1, '$.expires_at', ?2) WHERE json_extract(body, '$.email') = ?3";
    assert!(store.execute(aged, (used_at, ends, EMAIL)).expect("aged") >= 1);
    page.is_at("/ui/login?next=%2Fui%2Foverview");
    let left = || {
        let count = "SELECT count(*) FROM admin_sessions WHERE json_extract(body, '$.email') = ?1 AND expires_at > ?2";
        store.query_row(count, (EMAIL, Timestamp::now().0), |row| row.get::<_, i64>(0)).expect("a count")
    };
    assert_eq!(left(), 0, "nothing lengthened it");
    page.is_clean();
}

#[test]
fn a_switch_that_failed_is_resumed_from_its_page() {
    let home = Home::new();
    let Some(desk) = Desk::open(&home) else { return };
    let provider = Provider::start(Api::OpenAi, "text-embedding-3-small", 48);
    let page = desk.at("/ui/embeddings");
    desk.chromium.is_at("/ui/login");
    page.fill("#email", EMAIL);
    page.fill("#password", super::PASSWORD);
    page.click("main button");
    page.is_at("/ui/embeddings");
    // The model becomes another one once the switch is under way: nobody but an operator can help.
    provider.set(|it| it.hangs = Some(Duration::from_secs(1)));
    let wanted = json!({
        "provider": "openai", "model": "text-embedding-3-small", "base_url": provider.url(), "api_key": KEY,
    });
    let begun = desk.ask("PUT", "/admin/embedding", &wanted);
    assert_eq!(begun.status, 202, "{begun:?}");
    provider.set(|it| it.salt = 8);
    page.says("[sse-swap]", "The switch failed; the former space serves.");
    page.says("[sse-swap] .problem", "another model");
    page.says("[sse-swap] .facts", "builtin");
    provider.set(|it| (it.salt, it.hangs) = (0, None));
    page.click("#resume-switch");
    page.says("#said", "It goes on.");
    page.says("[sse-swap]", "The last switch is done.");
    page.says("[sse-swap] .facts", "openai");
    let is_over = || page.eval("return document.querySelector('#resume-switch') === null") == true;
    until(DEADLINE, || is_over().then_some(())).expect("nothing is left to be resumed");
    page.is_clean();
}
