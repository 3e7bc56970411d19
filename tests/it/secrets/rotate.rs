//! Another master key, and sealing what lay in the clear: killed at any moment, and done again.
#![allow(clippy::print_stderr, reason = "the figures of a long run are what it is run for")]

use std::hash::{BuildHasher as _, RandomState};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use mcpgw::model::{MasterKey, Secret, Transport};
use mcpgw::secrets::MasterSource;
use mcpgw::store::Expect;
use serde_json::{Value, json};

use super::kms::{FIRST, Kms};
use super::{
    borrowed, call, done, hits, in_the_clear, is_done, key_file, kills, lay, local, opened, sealed, server,
    store_files, text, vault,
};
use crate::support::{Gateway, Home, mongod, run};

const TENANTS: usize = 40;
/// Those that are called through a gateway.
const CALLED: usize = 8;
const EMBEDDING_SECRET: &str = "an embedding secret of more than thirty-two bytes";

fn tenant(number: usize) -> String {
    format!("tenant-{number}")
}

fn random(from: Duration, to: Duration) -> Duration {
    let span = (to - from).as_micros().max(1);
    from + Duration::from_micros(u64::try_from(u128::from(RandomState::new().hash_one(0_u8)) % span).expect("small"))
}

/// Starts `command` and kills it after `time`; whether it ran until then.
fn killed(mut command: Command, time: Duration) -> bool {
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    std::thread::sleep(time);
    let was_running = matches!(child.try_wait(), Ok(None));
    child.kill().expect("it is ours");
    child.wait().expect("its end");
    was_running
}

/// Every server of every tenant has its credentials, with this master key alone.
fn all_open(home: &Home, master: &MasterSource, url: &str) {
    mongod::block_on(async {
        let store = sealed(home, master.clone(), Vec::new()).await;
        for number in 0..TENANTS {
            let servers = opened(&store, &tenant(number)).await;
            assert_eq!(servers.len(), 1, "{}", tenant(number));
            let server = &servers[0];
            assert!(server.unopened.is_none(), "{}: {:?}", tenant(number), server.unopened);
            let Transport::StreamableHttp { url: kept, headers } = &server.transport else { panic!("{server:?}") };
            assert_eq!(kept, url);
            assert_eq!(headers["x-key"].expose(), format!("credential-{number}"));
        }
    });
}

/// One step from a master key to the next.
struct Leg {
    name: &'static str,
    env: Vec<(&'static str, String)>,
    args: Vec<String>,
    /// Where it can be used in this process.
    master: Option<MasterSource>,
}

fn leg(home: &Home, leg: &Leg, url: &str) {
    let command = |args: &[&str]| {
        let mut command = home.command();
        command.args(args).envs(leg.env.iter().map(|(name, value)| (*name, value)));
        command
    };
    let started = Instant::now();
    let former = run(command(&["secrets", "status"]).args::<[&str; 0], _>([]), "", Duration::from_secs(60));
    assert!(former.code == 0 || former.code == 4, "{former:?}");
    let usual = started.elapsed();
    let args: Vec<&str> = ["secrets", "rotate"].into_iter().chain(leg.args.iter().map(String::as_str)).collect();
    let (times, mut cut) = (kills(3), 0);
    let mut reached = Vec::new();
    let before = vault(home);
    for _ in 0..times {
        cut +=
            u32::from(killed(command(&args), random(usual / 4, if leg.master.is_some() { usual } else { usual * 3 })));
        let present = vault(home);
        assert_eq!(present.len(), before.len());
        reached.push(present.iter().zip(&before).filter(|(now, then)| now.wrapped != then.wrapped).count());
    }
    let rotated = done(home, &borrowed(&leg.env), &args);
    let (anew, unchanged) = (rotated["rewrapped"].as_u64(), rotated["unchanged"].as_u64());
    eprintln!("{}: {cut} of {times} killed at work, {reached:?} keys done by then, {rotated}", leg.name);
    assert_eq!(anew.zip(unchanged).map(|(anew, unchanged)| anew + unchanged), Some(before.len() as u64), "{rotated}");
    assert_eq!(rotated["failed"], json!([]), "{rotated}");
    let again = done(home, &borrowed(&leg.env), &["secrets", "rotate"]);
    assert_eq!(again["rewrapped"], 0, "{again}");
    let status = done(home, &borrowed(&leg.env), &["secrets", "status"]);
    assert!(status["data_keys"].as_array().is_some_and(|keys| keys.iter().all(|key| key["is_current"] == true)));
    assert!(vault(home).iter().zip(&before).all(|(now, then)| now.key_id == then.key_id), "what is sealed stays so");
    match &leg.master {
        Some(master) => all_open(home, master, url),
        None => {
            assert!(vault(home).iter().all(|key| matches!(key.master, MasterKey::Aws { .. })));
            let gateway = Gateway::start_with(home, &[], &borrowed(&leg.env));
            for number in [0, 1, CALLED - 1] {
                let answer = call(&gateway, &tenant(number), "s__do");
                assert!(is_done(&answer), "{answer}");
            }
        }
    }
}

/// Calls through a running gateway in one tenant after the other, while `during` goes on.
fn calling(gateway: &Gateway, during: impl FnOnce()) -> usize {
    let (stop, calls) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let loaded = scope.spawn(|| {
            for number in (0..CALLED).cycle() {
                if stop.load(Ordering::Relaxed) {
                    return Ok(());
                }
                let answer = call(gateway, &tenant(number), "s__do");
                if !is_done(&answer) {
                    return Err(answer);
                }
                calls.fetch_add(1, Ordering::Relaxed);
            }
            Ok(())
        });
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(during));
        stop.store(true, Ordering::Relaxed);
        outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        loaded.join().expect("a thread").expect("every call is answered");
    });
    calls.into_inner()
}

fn rotated(home: &Home) {
    let server = server();
    let url = server.url();
    let secret = ("EMBEDDING_SECRET", EMBEDDING_SECRET.to_owned());
    let derived = MasterSource::Derived(Secret::new(EMBEDDING_SECRET));
    // As the gateway writes them.
    done(
        home,
        &borrowed(std::slice::from_ref(&secret)),
        &["server", "add", "own", "--url", &url, "--header", "x-key=own"],
    );
    mongod::block_on(async {
        let store = sealed(home, derived.clone(), Vec::new()).await;
        for number in 0..TENANTS {
            let mut document = in_the_clear("s", "");
            document["url"] = json!(url);
            document["headers"] = json!({ "x-key": format!("credential-{number}") });
            let server: mcpgw::model::Server = serde_json::from_value(document).expect("a server");
            let tenant = tenant(number).parse().expect("a tenant");
            let servers = mcpgw::store::Collection::of_tenant(&store, &tenant);
            servers.put(&server, Expect::Absent).await.expect("written");
        }
    });
    all_open(home, &derived, &url);
    for number in 0..CALLED {
        let name = tenant(number);
        done(home, &borrowed(std::slice::from_ref(&secret)), &["--tenant", &name, "catalog", "sync"]);
    }

    let (first, second) = (key_file(home, "first.key"), key_file(home, "second.key"));
    let (former, wrong) = (home.path("former-secret"), key_file(home, "wrong.key"));
    std::fs::write(&former, format!("{EMBEDDING_SECRET}\n")).expect("written");
    let from = |path| vec!["--from".to_owned(), text(path)];
    // One that never wrapped anything changes nothing.
    let refused = home.cli_with(&["secrets", "rotate", "--from", &text(&wrong)], &borrowed(&local(&first)), "");
    assert_eq!(refused.code, 4, "{refused:?}");
    all_open(home, &derived, &url);
    let to_first = Leg {
        name: "EMBEDDING_SECRET to local",
        env: local(&first),
        args: from(&former),
        master: Some(MasterSource::File(first.clone())),
    };
    leg(home, &to_first, &url);

    // A gateway that was told both goes on all the while, with tenants that it has not seen yet as well.
    let mut both = local(&second);
    both.push(("QE_LOCAL_PREVIOUS_MASTER_KEY_FILE", text(&first)));
    let gateway = Gateway::start_with(home, &[], &borrowed(&both));
    let to_second = Leg {
        name: "local to local",
        env: local(&second),
        args: from(&first),
        master: Some(MasterSource::File(second.clone())),
    };
    let calls = calling(&gateway, || leg(home, &to_second, &url));
    eprintln!("{calls} calls meanwhile");
    assert!(calls > 0);
    for number in 0..CALLED {
        assert!(is_done(&call(&gateway, &tenant(number), "s__do")), "{}", tenant(number));
    }
    drop(gateway);

    let Some(kms) = Kms::start() else { return };
    let mut env = kms.env(FIRST);
    env.push(("QE_LOCAL_PREVIOUS_MASTER_KEY_FILE", text(&second)));
    leg(home, &Leg { name: "local to aws", env, args: Vec::new(), master: None }, &url);
    // The former one is needed no more.
    std::fs::remove_file(&second).expect("removed");
    let gateway = Gateway::start_with(home, &[], &borrowed(&kms.env(FIRST)));
    assert!(is_done(&call(&gateway, &tenant(7), "s__do")));
}

#[test]
fn a_rotation_that_is_killed_goes_on_where_it_was_on_sqlite() {
    rotated(&Home::new());
}

#[test]
fn a_rotation_that_is_killed_goes_on_where_it_was_on_mongod() {
    let Some(uri) = mongod::shared() else { return };
    rotated(&Home::on_mongodb(&uri));
}

const CANARY: &str = "migrated-canary";

fn migrated(home: &Home) {
    let per_tenant: usize = 12;
    for number in 0..5 {
        let documents: Vec<Value> = (0..per_tenant)
            .map(|each| in_the_clear(&format!("s{each}"), &format!("{CANARY}-{number}-{each}")))
            .collect();
        lay(home, &tenant(number), &documents);
    }
    let key = key_file(home, "master.key");
    let env = local(&key);
    let status = done(home, &borrowed(&env), &["secrets", "status"]);
    assert_eq!(status["in_the_clear"], 120, "{status}");
    assert!(status["documents_in_the_clear"].as_array().is_some_and(|it| it.contains(&json!("tenant-3/s7"))));
    let files = store_files(home);
    let files: Vec<&std::path::Path> = files.iter().map(|path| path.as_path()).collect();
    if !files.is_empty() {
        assert!(!hits(CANARY, &files).is_empty(), "what is searched for is found");
    }
    let started = Instant::now();
    done(home, &borrowed(&env), &["secrets", "status"]);
    let usual = started.elapsed();
    let (times, mut cut, mut reached) = (kills(3), 0, Vec::new());
    for _ in 0..times {
        let mut command = home.command();
        command.args(["secrets", "migrate"]).envs(env.iter().map(|(name, value)| (*name, value)));
        cut += u32::from(killed(command, random(usual / 2, usual * if home.uri().is_some() { 6 } else { 2 })));
        reached.push(done(home, &borrowed(&env), &["secrets", "status"])["in_the_clear"].clone());
    }
    // A gateway that reads the store holds nothing up.
    let gateway = Gateway::start_with(home, &[], &borrowed(&env));
    let unreached = call(&gateway, &tenant(0), "s0__do");
    assert!(unreached["error"].is_object(), "{unreached}");
    let last = done(home, &borrowed(&env), &["secrets", "migrate"]);
    eprintln!("{cut} of {times} killed at work, {reached:?} fields in the clear after each, {last}");
    assert_eq!(last["left"], 0, "{last}");
    let status = done(home, &borrowed(&env), &["secrets", "status"]);
    assert_eq!(
        (&status["in_the_clear"], &status["sealed"]),
        (&json!(0), &json!(121)),
        "the gateway's own key as well: {status}"
    );
    mongod::block_on(async {
        let store = sealed(home, MasterSource::File(key.clone()), Vec::new()).await;
        for number in 0..5 {
            let servers = opened(&store, &tenant(number)).await;
            assert_eq!(servers.len(), per_tenant);
            for server in servers {
                assert!(server.unopened.is_none(), "{:?}", server.unopened);
                let Transport::StreamableHttp { headers, .. } = &server.transport else { panic!("{server:?}") };
                let each = server.name.as_str().trim_start_matches('s');
                assert_eq!(headers["authorization"].expose(), format!("Bearer {CANARY}-{number}-{each}"));
            }
        }
    });
    if home.uri().is_none() {
        let files = store_files(home);
        let files: Vec<&std::path::Path> = files.iter().map(|path| path.as_path()).collect();
        assert_eq!(hits(CANARY, &files), Vec::<String>::new());
    }
}

#[test]
fn what_lay_in_the_clear_is_sealed_however_often_that_is_killed_on_sqlite() {
    migrated(&Home::new());
}

#[test]
fn what_lay_in_the_clear_is_sealed_however_often_that_is_killed_on_mongod() {
    let Some(uri) = mongod::shared() else { return };
    migrated(&Home::on_mongodb(&uri));
}
