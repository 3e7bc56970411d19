//! Providers over a network, which are faked: each fake checks every request against what the provider documents.

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{borrowed, configured, nearest, searched, server_of};
use crate::support::providers::{Api, Behaviour, KEY, Provider, Role};
use crate::support::{DEADLINE, Gateway, Home, until};

type Change = fn(&mut Behaviour);

const PROVIDERS: [(Api, &str); 7] = [
    (Api::OpenAi, "text-embedding-3-small"),
    (Api::AzureOpenAi, "our-deployment"),
    (Api::Voyage, "voyage-3.5"),
    (Api::Gemini, "gemini-embedding-001"),
    (Api::Gemini, "gemini-embedding-2"),
    (Api::Ollama, "nomic-embed-text"),
    (Api::Ollama, "all-minilm"),
];

#[test]
fn every_provider_is_asked_as_it_documents() {
    for (api, model) in PROVIDERS {
        let provider = Provider::start(api, model, 64);
        // Neither length nor order of what comes back is relied on, and a limit is waited for.
        provider.set(|it| (it.scale, it.shuffled, it.limited) = (3.0, true, 1));
        let env = configured(api, &provider, model);
        let env = borrowed(&env);
        let home = Home::new();
        let ready = home.cli_with(&["--output", "json", "bootstrap", "--demo"], &env, "");
        assert_eq!(ready.code, 0, "{model}: {ready:#?}");
        let said: Value = serde_json::from_str(&ready.stdout).expect("a report");
        assert_eq!(said["sync"]["embedded"], 6, "{said}");
        let described = said["embeddings"].as_str().unwrap_or_default().to_owned();
        assert!(described.contains(model) && described.contains("64 dimensions"), "{described}");
        let found = searched(&home, &env, "list the orders of one customer");
        assert_eq!(found["results"][0]["name"], "orders__list_customer_orders", "{model}: {found:#}");
        assert_eq!(found["degraded"], Value::Null, "{model}: {found}");
        let shown = home.json(&["catalog", "show", "orders/find_order"]);
        assert_eq!((&shown["embedding_dim"], &shown["embedding_model"]), (&json!(64), &json!(model)), "{shown}");
        let asked = provider.asked();
        let role_of = |text: &str| {
            let question = asked.iter().find(|it| it.texts.iter().any(|asked| asked.contains(text)));
            question.unwrap_or_else(|| panic!("{model}: {text:?} was not asked: {asked:?}")).role
        };
        let roles = [role_of("orders find order: Find one order"), role_of("list the orders of one customer")];
        let has_roles = matches!(api, Api::Voyage | Api::Gemini) || model.starts_with("nomic");
        let wanted = if has_roles { [Role::Document, Role::Query] } else { [Role::Unstated; 2] };
        assert_eq!(roles, wanted, "{model}");
        assert_eq!(provider.faults(), Vec::<String>::new(), "{model}");
    }
}

/// A catalog that fits in no single request of any of them.
#[test]
fn batches_are_of_the_size_that_a_provider_takes_and_long_texts_are_cut_out_loud() {
    for (api, model) in PROVIDERS {
        let provider = Provider::start(api, model, 16);
        if model == "all-minilm" {
            // Less than what the client knows of.
            provider.set(|it| it.context = 256);
        }
        let env = configured(api, &provider, model);
        let home = Home::new();
        let mut tools = String::new();
        for number in 0..2_100 {
            let description = if number == 7 { "x ".repeat(110_000) } else { format!("does number {number}") };
            let tool = json!({ "id": format!("t{number}"), "server": "s", "name": format!("t{number}"), "description": description });
            writeln!(tools, "{tool}").expect("written");
        }
        std::fs::write(home.path("tools.jsonl"), tools).expect("written");
        std::fs::write(home.path("q.jsonl"), "{\"id\":\"a\",\"text\":\"number 12\"}\n{\"id\":\"b\",\"text\":\"  \"}\n")
            .expect("written");
        std::fs::write(home.path("qrels.tsv"), "a\tt12\t1\n").expect("written");
        let args = ["catalog", "eval", "--tools", "tools.jsonl", "--queries", "q.jsonl", "--qrels", "qrels.tsv"];
        let done = home.cli_with(&args, &borrowed(&env), "");
        assert_eq!(done.code, 0, "{model}: {done:#?}");
        assert!(done.stderr.contains("their ends do not count"), "{model}: {done:#?}");
        assert_eq!(provider.faults(), Vec::<String>::new(), "{model}");
        let texts: usize = provider.asked().iter().filter(|it| it.role != Role::Query).map(|it| it.texts.len()).sum();
        assert!(texts >= 2_100, "{model}: {texts}");
    }
}

#[test]
fn what_a_provider_refuses_is_said_with_the_next_step_and_without_the_key() {
    let provider = Provider::start(Api::OpenAi, "text-embedding-3-small", 16);
    let home = Home::new();
    let url = provider.url();
    let key = home.path("key");
    let tested = |key_text: &str, model: &str| {
        std::fs::write(&key, key_text).expect("written");
        let key = key.to_str().expect("a path");
        let args =
            ["embeddings", "test", "--provider", "openai", "--base-url", &url, "--model", model, "--api-key-file", key];
        home.cli(&args)
    };
    let good = tested(&format!("{KEY}\n"), "text-embedding-3-small");
    assert!(good.code == 0 && good.stdout.contains("16 dimensions"), "{good:#?}");
    for (key, model, parts) in [
        ("sk-canary-of-this-test", "text-embedding-3-small", ["401", "EMBEDDING_API_KEY"]),
        (KEY, "no-such-model", ["404", "EMBEDDING_MODEL"]),
    ] {
        let refused = tested(key, model);
        assert!(refused.code == 2 && parts.iter().all(|part| refused.stderr.contains(part)), "{refused:#?}");
        assert!(!format!("{refused:?}").contains(key), "{refused:#?}");
    }
    provider.set(|it| it.garbled = Some("{\"data\":[{\"index\":0,\"embedding\":[]}]}"));
    assert_eq!(tested(KEY, "text-embedding-3-small").code, 0, "an answer in another shape is asked for again");
    provider.set(|it| it.down = true);
    let down = tested(KEY, "text-embedding-3-small");
    assert!(down.code == 4 && down.stderr.contains("503"), "{down:#?}");
    let nobody = home.cli(&["embeddings", "test", "--provider", "ollama", "--base-url", "http://127.0.0.1:9"]);
    assert!(nobody.code == 4 && nobody.stderr.contains("cannot be reached"), "{nobody:#?}");
    for (args, part) in [
        (&["embeddings", "test", "--provider", "voyage"][..], "EMBEDDING_API_KEY"),
        (&["embeddings", "test", "--provider", "azure_openai"], "EMBEDDING_DEPLOYMENT"),
        (&["embeddings", "test", "--provider", "local", "--model", "/nowhere"], "/nowhere"),
        (&["embeddings", "test", "--provider", "magic"], "builtin, local"),
        (&["embeddings", "switch"], "--provider"),
        (&["embeddings", "switch", "--model", "x"], "--provider"),
    ] {
        let refused = home.cli(args);
        assert!(refused.code == 2 && refused.stderr.contains(part), "{args:?}: {refused:#?}");
    }
}

#[test]
fn a_model_that_changes_under_us_is_noticed_and_refused() {
    let provider = Provider::start(Api::OpenAi, "text-embedding-3-small", 32);
    let env = configured(Api::OpenAi, &provider, "text-embedding-3-small");
    let env = borrowed(&env);
    let home = Home::new();
    assert_eq!(home.cli_with(&["bootstrap", "--demo"], &env, "").code, 0);
    let degraded = || searched(&home, &env, "look up a purchase by its id")["degraded"].clone();
    let embeddings = || {
        let doctor = home.cli_with(&["--output", "json", "doctor"], &env, "");
        let doctor: Value = serde_json::from_str(&doctor.stdout).expect("a report");
        let checks = doctor["checks"].as_array().expect("checks").clone();
        checks.into_iter().find(|check| check["name"] == "embeddings").expect("the check")
    };
    assert_eq!((degraded(), embeddings()["status"].clone()), (Value::Null, json!("ok")));
    let changes: [(&str, Change); 3] = [
        ("64 dimensions, not 32", |it| it.width = 64),
        ("another vector", |it| it.salt = 9),
        ("it calls it `other`", |it| "other".clone_into(&mut it.answered_model)),
    ];
    for (what, change) in changes {
        provider.set(change);
        assert_eq!(degraded(), "text_only", "{what}");
        let check = embeddings();
        let detail = check["detail"].as_str().unwrap_or_default();
        assert!(check["status"] == "fail" && detail.contains(what), "{what}: {check}");
        let synced = home.cli_with(&["catalog", "sync"], &env, "");
        assert_eq!(synced.code, 0, "what is known already needs no vector: {synced:#?}");
        provider.set(|it| (it.width, it.salt, it.answered_model) = (32, 0, "text-embedding-3-small".to_owned()));
        assert_eq!(degraded(), Value::Null, "{what}: back");
    }
    assert_eq!(provider.faults(), Vec::<String>::new());
}

/// How long a provider is away: a minute shows no more than a second, so that CI waits less.
fn outage() -> Duration {
    let seconds = std::env::var("MCPGW_TEST_OUTAGE").ok().and_then(|text| text.parse().ok());
    Duration::from_secs(seconds.unwrap_or(1))
}

#[test]
fn searches_go_on_without_the_provider_and_recover_by_themselves() {
    let provider = Provider::start(Api::OpenAi, "text-embedding-3-small", 32);
    let mut env = configured(Api::OpenAi, &provider, "text-embedding-3-small");
    env.push(("EMBEDDING_TIMEOUT_MS", "400".to_owned()));
    let home = Home::new();
    let gateway = Gateway::start_with(&home, &["--demo"], &borrowed(&env));
    // No request twice: what is remembered needs no provider.
    let mut number = 0;
    let mut ask = || {
        number += 1;
        let query = format!("look up a purchase by its id, number {number}");
        let started = Instant::now();
        let found = gateway.rpc("tools/search", json!({ "query": query }));
        assert!(found["result"]["results"].as_array().is_some_and(|results| !results.is_empty()), "{found}");
        (found["result"]["degraded"].clone(), started.elapsed())
    };
    assert_eq!(ask().0, Value::Null);
    let ills: [Change; 3] = [
        |it| it.down = true,
        |it| it.hangs = Some(Duration::from_secs(20)),
        // It wants to be left alone for longer than a search may take: nobody waits for that.
        |it| it.limited = usize::MAX,
    ];
    for ill in ills {
        provider.set(ill);
        let mut slowest = Duration::ZERO;
        let (away, mut asked) = (Instant::now(), 0);
        while asked < 60 || away.elapsed() < outage() {
            let (degraded, took) = ask();
            assert_eq!(degraded, "text_only");
            slowest = slowest.max(took);
            asked += 1;
            std::thread::sleep(Duration::from_millis(10));
        }
        assert!(slowest < Duration::from_secs(3), "no longer than the provider is given: {slowest:?}");
        let before = provider.asked().len();
        assert_eq!(ask().0, "text_only");
        assert!(provider.asked().len() <= before + 1, "it is left alone, or tried once");
        let remembered = gateway.rpc("tools/search", json!({ "query": "look up a purchase by its id, number 1" }));
        assert_eq!(remembered["result"]["degraded"], Value::Null, "what was asked before is remembered");
        provider.set(|it| (it.down, it.hangs, it.limited) = (false, None, 0));
        let back = Instant::now();
        until(DEADLINE, || (ask().0 == Value::Null).then_some(())).expect("back within 5 s");
        let figures =
            format!("{asked} searches without the provider, the slowest {slowest:?}; back after {:?}", back.elapsed());
        let _ = writeln!(std::io::stderr(), "{figures}");
    }
    let said = gateway.log();
    let count = |text: &str| said.matches(text).count();
    let told = [count("searching by words only"), count("the embeddings provider works again")];
    assert_eq!(told, [3, 3], "once each time: {said}");
    assert_eq!(provider.faults(), Vec::<String>::new());
}

#[test]
fn a_gateway_starts_without_its_provider() {
    let provider = Provider::start(Api::OpenAi, "text-embedding-3-small", 32);
    provider.set(|it| it.down = true);
    let env = configured(Api::OpenAi, &provider, "text-embedding-3-small");
    let home = Home::new();
    let server = server_of(30);
    assert_eq!(home.cli(&["server", "add", "many", "--url", &server.url()]).code, 0);
    let gateway = Gateway::start_with(&home, &["--bootstrap"], &borrowed(&env));
    assert_eq!(gateway.get("/health/ready").status, 200);
    assert_eq!(gateway.rpc("tools/list", json!({}))["result"]["tools"], json!([]));
    // Who has not embedded anything yet may take another without it.
    let other = Home::new();
    let taken = other.cli_with(&["embeddings", "switch", "--provider", "builtin"], &borrowed(&env), "");
    assert!(taken.code == 0 && other.json(&["embeddings", "show"])["provider"] == "builtin", "{taken:#?}");
    provider.set(|it| it.down = false);
    let synced = home.cli_with(&["catalog", "sync"], &borrowed(&env), "");
    assert_eq!(synced.code, 0, "{synced:#?}");
    let found = || nearest(&gateway, "the invoice of a customer").filter(|found| found.len() == 10);
    until(Duration::from_secs(8), found).expect("tools by meaning");
}
