//! From one space to another, under load, with whoever does it killed at any point.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::io::Write as _;
use std::process::Stdio;
use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::{borrowed, configured, nearest, ranking, searched, server_of};
use crate::support::atlas::Atlas;
use crate::support::providers::{Api, KEY, Provider};
use crate::support::{DEADLINE, Gateway, Home, Mongod, http, mongod, until};

const MODEL: &str = "text-embedding-3-small";
const TOOLS: usize = 600;
/// What is embedded and written together.
const BATCH: usize = 128;
const QUERIES: [&str; 6] = [
    "the invoice of a customer",
    "a forecast for the river",
    "review the commits of a branch",
    "the battery of an engine",
    "a meeting in the calendar",
    "which museum has a garden",
];

type Ranking = Vec<(String, i64)>;

/// Kills per store: 50 take minutes, so that CI has fewer.
fn kills() -> usize {
    std::env::var("MCPGW_TEST_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(3)
}

fn from_0_to(most: u64) -> u64 {
    RandomState::new().hash_one(0_u8) % (most + 1)
}

/// A provider that takes its time, and whose vectors are its own.
fn provider(salt: u64) -> Provider {
    let provider = Provider::start(Api::OpenAi, MODEL, 48);
    provider.set(|it| (it.salt, it.hangs) = (salt, Some(Duration::from_millis(60))));
    provider
}

fn status(home: &Home) -> Value {
    home.json(&["embeddings", "status"])
}

/// The known attacks, which are embedded as the tools are.
fn signatures(home: &Home) -> usize {
    home.json(&["guardrails", "signatures", "list"])["signatures"].as_array().map_or(0, Vec::len)
}

fn half_done(home: &Home) -> Option<()> {
    let status = status(home);
    (status["state"] == "running" && status["done"].as_u64() > Some(100)).then_some(())
}

/// What each request finds in a space that was never switched.
fn expected(provider: &Provider, tools: &str) -> HashMap<&'static str, Ranking> {
    let home = Home::new();
    let env = configured(Api::OpenAi, provider, MODEL);
    let env = borrowed(&env);
    assert_eq!(home.cli_with(&["server", "add", "many", "--url", tools], &env, "").code, 0);
    let gateway = Gateway::start_with(&home, &[], &env);
    assert_eq!(home.cli_with(&["catalog", "sync"], &env, "").code, 0);
    let found = |query: &&'static str| {
        let ten = || nearest(&gateway, query).filter(|found| found.len() == 10);
        (*query, until(DEADLINE, ten).expect("ten tools"))
    };
    QUERIES.iter().map(found).collect()
}

/// Two gateways on one store, either of which may be killed.
struct Fleet<'a> {
    home: &'a Home,
    env: Vec<(&'static str, String)>,
    gateways: [RwLock<Option<Gateway>>; 2],
}

impl<'a> Fleet<'a> {
    fn start(home: &'a Home, env: &[(&'static str, String)]) -> Self {
        let fleet = Self { home, env: env.to_vec(), gateways: [RwLock::new(None), RwLock::new(None)] };
        (0..2).for_each(|number| fleet.restart(number));
        fleet
    }

    fn restart(&self, number: usize) {
        let name = format!("replica-{number}");
        let mut env = borrowed(&self.env);
        env.push(("GATEWAY_INSTANCE_ID", &name));
        let gateway = Gateway::start_with(self.home, &[], &env);
        *self.gateways[number].write().expect("a gateway") = Some(gateway);
    }

    fn kill(&self, number: usize) {
        let mut place = self.gateways[number].write().expect("a gateway");
        if let Some(gateway) = place.as_ref() {
            kill(gateway.pid());
        }
        *place = None;
    }

    /// As a load balancer would ask: of a gateway that is gone the other one's.
    fn ask(&self, first: usize, query: &str) -> Option<Ranking> {
        let frame = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/search", "params": { "query": query, "mode": "vector", "limit": 10 } });
        (0..4).find_map(|attempt| {
            let address = self.gateways[(first + attempt) % 2].read().ok()?.as_ref()?.address();
            let headers = [("Content-Type", "application/json")];
            let answer = http::request(address, "POST", "/rpc", &headers, &frame.to_string()).ok()?;
            let answer: Value = serde_json::from_str(&answer.body).ok()?;
            ranking(&answer["result"])
        })
    }
}

fn kill(pid: u32) {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).expect("a process");
    // It may have ended.
    let _ = kill_process(pid, Signal::KILL);
}

/// Asks without a pause until told to stop, and keeps what was answered.
#[derive(Default)]
struct Load {
    stop: AtomicBool,
    asked: AtomicUsize,
    unanswered: AtomicUsize,
    /// Answers that neither space gives.
    mixed: RwLock<Vec<String>>,
}

impl Load {
    fn run(&self, fleet: &Fleet<'_>, first: usize, spaces: &[HashMap<&'static str, Ranking>; 2]) {
        for query in QUERIES.iter().cycle() {
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            self.asked.fetch_add(1, Ordering::Relaxed);
            match fleet.ask(first, query) {
                None => {
                    self.unanswered.fetch_add(1, Ordering::Relaxed);
                }
                Some(found) if spaces.iter().any(|space| space[query] == found) => {}
                Some(found) => self.mixed.write().expect("the list").push(format!("{query}: {found:?}")),
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

fn switched_under_load_and_killed(home: &Home) {
    let (tools, providers) = (server_of(TOOLS), [provider(1), provider(2)]);
    let spaces = providers.each_ref().map(|provider| expected(provider, &tools.url()));
    assert!(QUERIES.iter().all(|query| spaces[0][query] != spaces[1][query]), "two spaces that can be told apart");
    let env = configured(Api::OpenAi, &providers[0], MODEL);
    assert_eq!(home.cli_with(&["server", "add", "many", "--url", &tools.url()], &borrowed(&env), "").code, 0);
    let synced = home.cli_with(&["catalog", "sync"], &borrowed(&env), "");
    assert_eq!(synced.code, 0, "{synced:#?}");
    let fleet = Fleet::start(home, &env);
    let (key, signatures) = (home.path("key"), signatures(home));
    std::fs::write(&key, KEY).expect("written");
    let load = Load::default();
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..2)
            .map(|first| {
                scope.spawn({
                    let (load, fleet, spaces) = (&load, &fleet, &spaces);
                    move || load.run(fleet, first, spaces)
                })
            })
            .collect();
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let mut killed = 0;
            for round in 1.. {
                let provider = &providers[round % 2];
                let before: usize = embedded(provider);
                let in_round = switch_and_kill(&fleet, provider, &key);
                // Whatever had been embedded but not written when somebody was killed is embedded again.
                let texts = embedded(provider) - before;
                assert!(texts <= TOOLS + signatures + in_round * BATCH + 60, "{texts} texts with {in_round} kills");
                for query in QUERIES {
                    let complete = || (fleet.ask(0, query).as_ref() == Some(&spaces[round % 2][query])).then_some(());
                    until(Duration::from_secs(10), complete).unwrap_or_else(|| panic!("round {round}: {query}"));
                }
                killed += in_round;
                if killed >= kills() {
                    return (round, killed);
                }
            }
            unreachable!("rounds do not end");
        }));
        load.stop.store(true, Ordering::Relaxed);
        running.into_iter().for_each(|thread| thread.join().expect("a load"));
        let (rounds, killed) = outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let (asked, unanswered) = (load.asked.load(Ordering::Relaxed), load.unanswered.load(Ordering::Relaxed));
        let mixed = load.mixed.read().expect("the list");
        let figures = format!("{rounds} switches, {killed} kills, {asked} searches, {unanswered} unanswered");
        let _ = writeln!(std::io::stderr(), "{figures}, {} mixed", mixed.len());
        assert!(mixed.is_empty(), "{} of {asked}: {:?}", mixed.len(), mixed.first());
        assert!(unanswered * 1000 <= asked, "{unanswered} of {asked} unanswered");
    });
    for provider in &providers {
        assert_eq!(provider.faults(), Vec::<String>::new());
    }
}

fn embedded(provider: &Provider) -> usize {
    provider.asked().iter().filter(|it| it.texts.len() > 2).map(|it| it.texts.len()).sum()
}

/// Begins a switch, and kills whoever does it at some moment, up to three times; how often it did. Waits for its end.
fn switch_and_kill(fleet: &Fleet<'_>, provider: &Provider, key: &std::path::Path) -> usize {
    let (url, key) = (provider.url(), key.to_str().expect("a path"));
    let mut command = fleet.home.command();
    command.args([
        "embeddings",
        "switch",
        "--provider",
        "openai",
        "--model",
        MODEL,
        "--base-url",
        &url,
        "--api-key-file",
        key,
    ]);
    let mut worker = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a command");
    let begun = || {
        let status = status(fleet.home);
        (status["state"] == "running" || worker.try_wait().ok()?.is_some()).then_some(())
    };
    until(Duration::from_secs(20), begun).expect("the switch begins");
    let mut killed = 0;
    for _ in 0..3 {
        std::thread::sleep(Duration::from_millis(from_0_to(700)));
        let now = status(fleet.home);
        if now["state"] != "running" {
            break;
        }
        match now["holder"].as_str() {
            Some(holder) if holder.starts_with("command") => {
                kill(worker.id());
                let _ = worker.wait();
            }
            Some(holder) => {
                let number = usize::from(holder.ends_with('1'));
                fleet.kill(number);
                std::thread::sleep(Duration::from_millis(from_0_to(300)));
                fleet.restart(number);
            }
            None => continue,
        }
        killed += 1;
    }
    let ended = || Some(status(fleet.home)).filter(|status| status["state"] != "running");
    let ended =
        until(Duration::from_secs(100), ended).unwrap_or_else(|| panic!("it does not end: {}", status(fleet.home)));
    assert_eq!(ended["state"], "done", "{ended}");
    let _ = worker.wait();
    killed
}

#[test]
fn a_switch_under_load_survives_kills_on_sqlite() {
    switched_under_load_and_killed(&Home::new());
}

#[test]
fn a_switch_under_load_survives_kills_on_mongod() {
    let Some(uri) = mongod::shared() else { return };
    switched_under_load_and_killed(&Home::on_mongodb(&uri));
}

#[test]
fn a_switch_fails_is_resumed_and_is_given_up_while_the_former_space_serves() {
    let (tools, home, other) = (server_of(TOOLS), Home::new(), provider(3));
    assert_eq!(home.cli(&["server", "add", "many", "--url", &tools.url()]).code, 0);
    assert_eq!(home.cli(&["catalog", "sync"]).code, 0);
    let gateway = Gateway::start(&home, &[]);
    let built_in = nearest(&gateway, QUERIES[0]).expect("tools");
    let key = home.path("key");
    std::fs::write(&key, KEY).expect("written");
    let url = other.url();
    let flags =
        ["--provider", "openai", "--model", MODEL, "--base-url", &url, "--api-key-file", key.to_str().expect("a path")];
    let dry = home.cli(&[&["embeddings", "switch", "--dry-run"][..], &flags].concat());
    assert!(dry.code == 0 && dry.stderr.contains("600 tools"), "{dry:#?}");
    assert_eq!(home.json(&["embeddings", "show"])["next"], Value::Null, "a dry run changes nothing");
    // The key is refused once the switch is under way: nobody but an operator can help.
    other.set(|it| it.hangs = Some(Duration::from_millis(400)));
    let switching = std::thread::scope(|scope| {
        let done = scope.spawn(|| home.cli(&[&["embeddings", "switch"][..], &flags].concat()));
        until(Duration::from_secs(20), || half_done(&home)).expect("half of it");
        other.set(|it| it.salt = 8);
        done.join().expect("the command")
    });
    assert!(switching.code == 1 && switching.stderr.contains("another model"), "{switching:#?}");
    let failed = status(&home);
    assert!(
        failed["state"] == "failed" && failed["error"].as_str().is_some_and(|it| it.contains("another model")),
        "{failed}"
    );
    assert_eq!(nearest(&gateway, QUERIES[0]), Some(built_in.clone()), "the former space serves");
    let doctor = home.cli(&["doctor"]);
    assert!(doctor.stdout.contains("mcpgw embeddings cancel"), "{doctor:#?}");
    other.set(|it| (it.salt, it.hangs) = (3, None));
    let before = embedded(&other);
    let resumed = home.cli(&["embeddings", "switch"]);
    assert!(resumed.code == 0 && resumed.stderr.contains("is in force"), "{resumed:#?}");
    let again = embedded(&other) - before;
    let signatures = signatures(&home);
    // With the text in each batch that the model is known by.
    let (left, batches) = (TOOLS + signatures - 128, (TOOLS + signatures) / 128 + 1);
    assert!(again <= left + batches, "what was embedded before is not embedded again, but {again} were");
    let moved = until(DEADLINE, || nearest(&gateway, QUERIES[0]).filter(|found| *found != built_in));
    assert!(moved.is_some(), "the gateway follows");
    // Back, and then again, but given up.
    let back = home.json(&["embeddings", "switch", "--provider", "builtin"]);
    assert_eq!((&back["state"], &back["version"]), (&json!("done"), &json!(3)), "{back}");
    other.set(|it| it.hangs = Some(Duration::from_millis(500)));
    std::thread::scope(|scope| {
        let done = scope.spawn(|| home.cli(&[&["embeddings", "switch"][..], &flags].concat()));
        until(Duration::from_secs(20), || half_done(&home)).expect("half of it");
        let cancelled = home.json(&["embeddings", "cancel"]);
        assert_eq!(cancelled["state"], "cancelled", "{cancelled}");
        let done = done.join().expect("the command");
        assert!(done.stderr.contains("given up"), "{done:#?}");
    });
    let shown = home.json(&["embeddings", "show"]);
    assert_eq!((&shown["provider"], &shown["next"]), (&json!("builtin"), &Value::Null), "{shown}");
    until(DEADLINE, || (nearest(&gateway, QUERIES[0]) == Some(built_in.clone())).then_some(())).expect("as before");
    assert_eq!(home.cli(&["embeddings", "cancel"]).code, 3, "nothing is left to give up");
    let tool = home.json(&["catalog", "list"])["tools"][0].clone();
    let id = format!("{}/{}", tool["server"].as_str().expect("a server"), tool["name"].as_str().expect("a name"));
    let tool = home.json(&["catalog", "show", &id]);
    assert_eq!(
        (&tool["embedding_version"], &tool["next_embedding"]),
        (&json!(3), &Value::Null),
        "nothing is left over"
    );
}

/// Paths and widths of the vectors in each definition that was sent to change the index.
fn vector_definitions(double: &Atlas) -> Vec<Vec<(String, i64)>> {
    let requests = double.requests().into_iter().filter(|request| request.command == "updateSearchIndex");
    let definition = |body: Value| {
        let fields = body["definition"]["fields"].as_array()?.clone();
        let vector = |field: &Value| Some((field["path"].as_str()?.to_owned(), field["numDimensions"].as_i64()?));
        Some(fields.iter().filter_map(vector).collect::<Vec<_>>())
    };
    requests.filter_map(|request| definition(serde_json::to_value(&request.body).ok()?)).collect()
}

#[test]
fn the_index_of_a_store_holds_both_spaces_until_the_new_one_serves() {
    let Some(mongod) = Mongod::start() else { return };
    let double = Atlas::in_front_of(&mongod);
    let (home, tools, other) = (Home::on_mongodb(&double.uri()), server_of(300), provider(5));
    let wanted = expected(&other, &tools.url());
    assert_eq!(home.cli(&["server", "add", "many", "--url", &tools.url()]).code, 0);
    let ready = home.cli(&["bootstrap"]);
    assert!(ready.code == 0 && ready.stderr.contains("$rankFusion"), "{ready:#?}");
    let gateway = Gateway::start(&home, &[]);
    let found = || gateway.rpc("tools/search", json!({ "query": QUERIES[0] }))["result"].clone();
    assert_eq!(found()["degraded"], Value::Null);
    double.set(|behaviour| behaviour.build_delay = Duration::from_secs(1));
    let key = home.path("key");
    std::fs::write(&key, KEY).expect("written");
    let (url, stop) = (other.url(), AtomicBool::new(false));
    let flags =
        ["embeddings", "switch", "--provider", "openai", "--model", MODEL, "--base-url", &url, "--api-key-file"];
    std::thread::scope(|scope| {
        let load = scope.spawn(|| {
            let mut degraded = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                degraded.extend(Some(found()).filter(|found| !found["degraded"].is_null()));
                std::thread::sleep(Duration::from_millis(20));
            }
            degraded
        });
        let switched = home.cli(&[&flags[..], &[key.to_str().expect("a path")]].concat());
        std::thread::sleep(Duration::from_secs(1));
        stop.store(true, Ordering::Relaxed);
        let degraded = load.join().expect("a load");
        assert_eq!(switched.code, 0, "{switched:#?}");
        assert!(degraded.is_empty(), "{} degraded: {:?}", degraded.len(), degraded.first());
    });
    let (present, next) = ("embedding".to_owned(), "next_embedding".to_owned());
    let steps = [
        vec![(present.clone(), 256), (next.clone(), 48)],
        vec![(present.clone(), 48), (next, 48)],
        vec![(present, 48)],
    ];
    assert_eq!(vector_definitions(&double), steps);
    for query in QUERIES {
        let names = |ranking: &Ranking| ranking.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        assert_eq!(nearest(&gateway, query).as_ref().map(names), Some(names(&wanted[query])), "{query}");
    }
}

/// Whoever asked for it was killed between the two documents that say so.
#[test]
fn a_switch_that_was_not_announced_is_done_all_the_same() {
    let (tools, home, other) = (server_of(200), Home::new(), provider(4));
    assert_eq!(home.cli(&["server", "add", "many", "--url", &tools.url()]).code, 0);
    assert_eq!(home.cli(&["catalog", "sync"]).code, 0);
    let key = home.path("key");
    std::fs::write(&key, KEY).expect("written");
    let (url, key) = (other.url(), key.to_str().expect("a path"));
    other.set(|it| it.hangs = Some(Duration::from_millis(500)));
    let unannounced = || {
        let mut command = home.command();
        command.args(["embeddings", "switch", "--provider", "openai", "--model", MODEL, "--base-url", &url]);
        command.args(["--api-key-file", key]).stdout(Stdio::null()).stderr(Stdio::null());
        let mut worker = command.spawn().expect("a command");
        let begun = || (status(&home)["state"] == "running").then_some(());
        until(Duration::from_secs(20), begun).expect("the switch begins");
        kill(worker.id());
        let _ = worker.wait();
        let store = rusqlite::Connection::open(home.path("store.db")).expect("the store");
        store.execute("DELETE FROM embedding_status", []).expect("deleted");
    };
    unannounced();
    assert_eq!(status(&home)["state"], "idle");
    let resumed = home.json(&["embeddings", "switch"]);
    assert_eq!((&resumed["state"], &resumed["version"]), (&json!("done"), &json!(2)), "{resumed}");
    assert_eq!(home.json(&["embeddings", "switch", "--provider", "builtin"])["state"], "done");
    unannounced();
    let _gateway = Gateway::start(&home, &[]);
    let done = || (status(&home)["state"] == "done" && status(&home)["version"] == 4).then_some(());
    until(Duration::from_secs(20), done).expect("a gateway does it");
}

#[test]
fn another_configuration_is_a_switch_until_an_operator_chooses() {
    let (home, one, two) = (Home::new(), provider(1), provider(2));
    assert_eq!(home.cli(&["bootstrap", "--demo"]).code, 0);
    let shown = || {
        let shown = home.json(&["embeddings", "show"]);
        (shown["provider"].clone(), shown["version"].clone(), shown["chosen_by"].clone())
    };
    assert_eq!(shown(), (json!("builtin"), json!(1), json!("configuration")));
    let env = configured(Api::OpenAi, &one, MODEL);
    let mut gateway = Gateway::start_with(&home, &[], &borrowed(&env));
    let taken_over = || (shown() == (json!("openai"), json!(2), json!("configuration"))).then_some(());
    until(Duration::from_secs(15), taken_over).expect("the configured space");
    assert_eq!(gateway.stop(), Some(0));
    // A command without that configuration asks in the space that is in force, with the key that the store keeps.
    let found = searched(&home, &[], "look up a purchase by its id");
    assert_eq!(found["degraded"], Value::Null, "{found}");
    let key = home.path("key");
    std::fs::write(&key, KEY).expect("written");
    let url = two.url();
    let flags =
        ["--provider", "openai", "--model", MODEL, "--base-url", &url, "--api-key-file", key.to_str().expect("a path")];
    assert_eq!(home.cli(&[&["embeddings", "switch"][..], &flags].concat()).code, 0);
    assert_eq!(shown(), (json!("openai"), json!(3), json!("operator")));
    let gateway = Gateway::start_with(&home, &[], &borrowed(&env));
    let warned = || gateway.log().contains("is not the one that was switched to").then_some(());
    until(Duration::from_secs(10), warned).expect("a warning");
    assert_eq!(shown(), (json!("openai"), json!(3), json!("operator")));
    let health = gateway.get("/health").json();
    assert_eq!(health["embeddings"]["version"], 3, "{health}");
    let again = home.cli(&[&["embeddings", "switch"][..], &flags].concat());
    assert!(again.code == 0 && again.stderr.contains("is in force"), "{again:#?}");
    assert_eq!(shown().1, json!(3), "the same model is no new generation");
}

#[test]
fn api_keys_are_sealed_and_masked() {
    let (home, provider) = (Home::new(), provider(1));
    assert_eq!(home.cli(&["bootstrap", "--demo"]).code, 0);
    let key = home.path("key");
    std::fs::write(&key, KEY).expect("written");
    let url = provider.url();
    let secret = [("EMBEDDING_SECRET", "a secret of this deployment")];
    let args = ["embeddings", "switch", "--provider", "openai", "--model", MODEL, "--base-url", &url, "--api-key-file"];
    let switched = home.cli_with(&[&args[..], &[key.to_str().expect("a path")]].concat(), &secret, "");
    assert_eq!(switched.code, 0, "{switched:#?}");
    std::fs::remove_file(&key).expect("removed");
    let shown = home.cli_with(&["--output", "json", "embeddings", "show"], &secret, "");
    assert!(shown.stdout.contains("\"api_key\": \"***\""), "{shown:#?}");
    let gateway = Gateway::start_with(&home, &[], &[secret[0], ("RUST_LOG", "trace")]);
    assert!(nearest(&gateway, "look up a purchase by its id").is_some(), "the sealed key serves");
    let said = format!("{switched:?} {shown:?} {}", gateway.log());
    assert!(!said.contains(KEY), "the key was printed");
    let started = Instant::now();
    let mut files = vec![home.path("")];
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(std::fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()));
        } else {
            let bytes = std::fs::read(&path).expect("a file");
            let holds_key = bytes.windows(KEY.len()).any(|part| part == KEY.as_bytes());
            assert!(!holds_key, "{} holds the key", path.display());
        }
    }
    assert!(started.elapsed() < Duration::from_secs(60));
    // With another secret the key cannot be opened: search goes on by words, and it is said.
    let other = [("EMBEDDING_SECRET", "a secret of another deployment")];
    let found = searched(&home, &other, "look up a purchase by its id, please");
    assert_eq!(found["degraded"], "text_only", "{found}");
    let doctor = home.cli_with(&["doctor"], &other, "");
    assert!(doctor.code == 1 && doctor.stderr.contains("EMBEDDING_SECRET"), "{doctor:#?}");
}
