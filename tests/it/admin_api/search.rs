//! The search lab: as whom, in which mode, and measured by judged requests; on either store.

use serde_json::{Value, json};

use super::Admin;
use crate::fake::Fake;
use crate::support::{Home, mongod};

fn servers() -> [Fake; 2] {
    let tool =
        |name: &str, about: &str| json!({ "name": name, "description": about, "inputSchema": { "type": "object" } });
    [
        Fake::listing(json!([
            tool("find_order", "Find an order by its number"),
            tool("cancel_order", "Cancel an order")
        ])),
        Fake::listing(json!([tool("forecast", "The weather of the coming days")])),
    ]
}

fn measured(home: &Home) {
    let servers = servers();
    let admin = Admin::new(home);
    for (name, server) in ["orders", "weather"].iter().zip(&servers) {
        admin.post("/admin/servers", &json!({ "name": name, "url": server.url(), "scopes": [name] }));
        admin.sync(name);
    }
    let search = |body: Value| admin.ask("POST", "/admin/search", &[], &body);
    let names = |answer: &Value| -> Vec<String> {
        let results = answer["results"].as_array().expect("results").iter();
        results.map(|result| result["name"].as_str().expect("a name").to_owned()).collect()
    };
    let found = search(json!({ "query": "look up an order" })).json();
    assert_eq!((&found["mode"], names(&found).len()), (&json!("hybrid"), 3), "{found}");
    assert!(found["results"][0]["scoreDetails"]["details"].is_array(), "{found}");
    let all = search(json!({ "query": "forecast", "mode": "all", "limit": 1 })).json();
    for mode in ["hybrid", "vector", "text"] {
        assert_eq!(
            (&all["modes"][mode]["mode"], names(&all["modes"][mode])),
            (&json!(mode), vec!["weather__forecast".to_owned()])
        );
    }
    let as_ann = |who: Value| names(&search(who).json());
    assert_eq!(as_ann(json!({ "query": "order", "scopes": ["weather"] })), ["weather__forecast"]);
    assert_eq!(as_ann(json!({ "query": "order", "groups": ["weather"], "subject": "ann" })), ["weather__forecast"]);
    assert_eq!(as_ann(json!({ "query": "order", "subject": "ann" })), Vec::<String>::new());
    assert_eq!(as_ann(json!({ "query": "order", "tenant_id": "acme" })), Vec::<String>::new());
    for (body, field) in [
        (json!({ "query": " " }), "query"),
        (json!({ "query": "x", "limit": 0 }), "limit"),
        (json!({ "query": "x", "mode": "best" }), "mode"),
        (json!({}), "query"),
    ] {
        let refused = search(body);
        assert_eq!((refused.status, refused.json()["error"]["field"].as_str()), (400, Some(field)), "{refused:?}");
    }
    judged(home, &admin);
}

fn judged(home: &Home, admin: &Admin) {
    let none = admin.ask("POST", "/admin/search/evaluate", &[], &json!({}));
    assert_eq!(none.status, 404, "there is nothing to measure by: {none:?}");
    let judge = |query: &str, tools: &[&str]| {
        admin.ask("POST", "/admin/search/judged", &[], &json!({ "query": query, "tools": tools }))
    };
    let first = judge("where is my parcel", &["orders/find_order"]).json();
    let again =
        judge("  where is my parcel ", &["orders/find_order", "orders/cancel_order", "orders/find_order"]).json();
    assert_eq!(first["id"], again["id"], "the same request");
    assert_eq!(again["tools"], json!(["orders/find_order", "orders/cancel_order"]));
    assert_eq!(judge("will it rain", &["weather/forecast"]).status, 200);
    for (query, tools, status, field) in [
        ("x", vec!["orders/none"], 404, "tools"),
        ("x", vec![], 400, "tools"),
        ("  ", vec!["weather/forecast"], 400, "query"),
    ] {
        let refused = judge(query, &tools);
        assert_eq!((refused.status, refused.json()["error"]["field"].as_str()), (status, Some(field)), "{refused:?}");
    }
    let listed = admin.get("/admin/search/judged");
    assert_eq!(listed["judged"].as_array().map(Vec::len), Some(2), "{listed}");
    assert_eq!(home.json(&["catalog", "judge", "--list"]), listed);
    assert_eq!(admin.get("/admin/search/judged?tenant_id=acme")["judged"], json!([]), "another tenant's");

    let measured = admin.post("/admin/search/evaluate", &json!({ "k": [1, 2] }));
    assert_eq!((&measured["queries"], &measured["k"], &measured["missing"]), (&json!(2), &json!([1, 2]), &json!([])));
    for mode in ["hybrid", "vector", "text"] {
        assert!(measured["modes"][mode]["recall@2"].is_number(), "{measured}");
    }
    assert_eq!(measured["modes"]["hybrid"]["hit@1"], json!(1.0), "{measured}");
    let command = home.json(&["catalog", "eval", "--judged", "--k", "1,2"]);
    assert_eq!(command["modes"]["hybrid"]["recall@1"], measured["modes"]["hybrid"]["recall@1"], "{command}");
    for wrong in [json!({ "k": [] }), json!({ "k": [0] }), json!({ "k": [51] }), json!({ "k": "1" })] {
        assert_eq!(admin.ask("POST", "/admin/search/evaluate", &[], &wrong).status, 400, "{wrong}");
    }

    // A tool that goes takes only its own part with it.
    assert_eq!(admin.ask("DELETE", "/admin/servers/weather", &[], &Value::Null).status, 200);
    let gone = || {
        let measured = admin.post("/admin/search/evaluate", &Value::Null);
        (measured["missing"] == json!(["weather/forecast"])).then_some(measured)
    };
    let measured = crate::support::until(std::time::Duration::from_secs(5), gone).expect("it is missed");
    assert_eq!(measured["queries"], 1);
    let path = format!("/admin/search/judged/{}", first["id"].as_str().expect("an id"));
    assert_eq!(admin.ask("DELETE", &format!("{path}?tenant_id=acme"), &[], &Value::Null).status, 404);
    assert_eq!(admin.ask("DELETE", &path, &[], &Value::Null).json()["status"], "removed");
    assert_eq!(admin.ask("DELETE", &path, &[], &Value::Null).status, 404);
    let noted = home.json(&["catalog", "judge", "cancel it", "orders/cancel_order"]);
    let remove = ["catalog", "judge", "--remove", noted["id"].as_str().expect("an id")];
    let asked = home.cli(&remove);
    assert!(asked.code == 2 && asked.stderr.contains("cancel it") && asked.stderr.contains("--yes"), "{asked:?}");
    home.json(&[&remove[..], &["--yes"]].concat());
    assert_eq!(home.cli(&remove).code, 3, "it is gone");
    assert_eq!(home.cli(&["catalog", "judge", "cancel it", "orders/none"]).code, 3);
}

#[test]
fn searches_are_tried_and_measured_on_sqlite() {
    measured(&Home::new());
}

#[test]
fn searches_are_tried_and_measured_on_mongod() {
    let Some(uri) = mongod::shared() else { return };
    measured(&Home::on_mongodb(&uri));
}
