//! AWS KMS as moto has it, over TLS, with signatures that are checked: there, away, stuck, refusing, and back.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::{borrowed, call, done, is_done, lying, server, session, text, vault};
use crate::fake::Fake;
use crate::support::{Gateway, Home, Service, deps, mongod, until};

pub(super) const FIRST: &str = "11111111-1111-4111-8111-111111111111";
const UNKNOWN: &str = "33333333-3333-4333-8333-333333333333";
/// A question to a KMS takes no longer; the rest is what a command takes on a busy machine.
const ASKED: Duration = Duration::from_secs(3 + 7);

/// A process with keys that are the same in the next one.
pub(super) struct Kms {
    folder: tempfile::TempDir,
    port: u16,
    running: Option<Service>,
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("ASCII")).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

impl Kms {
    pub(super) fn start() -> Option<Self> {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
        let folder = tempfile::tempdir().expect("a directory");
        std::fs::write(folder.path().join("cert.pem"), pem("CERTIFICATE", made.cert.der())).expect("written");
        let key = pem("PRIVATE KEY", &made.signing_key.serialize_der());
        std::fs::write(folder.path().join("key.pem"), key).expect("written");
        let mut kms = Self { folder, port: 0, running: None };
        deps::moto()?;
        kms.launch();
        Some(kms)
    }

    fn launch(&mut self) {
        let moto = deps::moto().expect("it was there");
        let mut command = Command::new(moto.join("venv/bin/python"));
        command.arg(moto.join("kms.py")).args([self.certificate(), self.folder.path().join("key.pem")]);
        command.arg(self.port.to_string());
        let port = |line: &str| line.strip_prefix("listening ")?.parse::<u16>().ok();
        let (service, port) =
            Service::start(&mut command, port).unwrap_or_else(|log| panic!("moto does not start:\n{log}"));
        (self.port, self.running) = (port, Some(service));
    }

    fn certificate(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }

    /// What a gateway is told of it.
    pub(super) fn env(&self, key: &str) -> Vec<(&'static str, String)> {
        vec![
            ("KMS_PROVIDER", "aws".to_owned()),
            ("AWS_KMS_KEY_ARN", format!("arn:aws:kms:eu-central-1:123456789012:key/{key}")),
            ("AWS_KMS_ENDPOINT", format!("https://127.0.0.1:{}", self.port)),
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned()),
            ("SSL_CERT_FILE", text(&self.certificate())),
        ]
    }

    fn signal(&self, signal: Signal) {
        let pid = self.running.as_ref().and_then(|service| Pid::from_raw(service.pid().cast_signed()));
        kill_process(pid.expect("it runs"), signal).expect("the signal");
    }

    fn kill(&mut self) {
        self.signal(Signal::KILL);
        // Reaps it.
        self.running = None;
    }

    /// How often it was asked for something.
    fn asked(&self, operation: &str) -> usize {
        let log = self.running.as_ref().map(Service::log).unwrap_or_default();
        log.lines().filter(|line| line.ends_with(operation)).count()
    }
}

struct Scene<'a> {
    home: &'a Home,
    env: Vec<(&'static str, String)>,
    server: Fake,
}

impl Scene<'_> {
    fn gateway(&self) -> Gateway {
        Gateway::start_with(self.home, &[], &borrowed(&self.env))
    }

    /// The server with credentials cannot be reached, for this reason, and that is said in time.
    #[track_caller]
    fn closed(&self, reason: &str, says: &str) {
        let started = Instant::now();
        let tested = self.home.cli_with(&["--tenant", "acme", "server", "test", "s"], &borrowed(&self.env), "");
        let took = started.elapsed();
        assert_eq!(tested.code, 4, "{tested:?}");
        assert!(tested.stderr.contains("`s`") && tested.stderr.contains(says), "{tested:?}");
        assert!(took < ASKED, "{took:?}");
        let shown = done(self.home, &borrowed(&self.env), &["--tenant", "acme", "server", "show", "s"]);
        assert_eq!(shown["unopened"]["reason"], reason, "{shown}");
        let free = self.home.cli_with(&["--tenant", "acme", "server", "test", "free"], &borrowed(&self.env), "");
        assert_eq!(free.code, 0, "{free:?}");
        // Nothing is kept that could not be sealed.
        let url = self.server.url();
        let header = "x-key=credential-new";
        let add = ["--tenant", "acme", "server", "add", "new", "--url", &url, "--header", header];
        let started = Instant::now();
        let added = self.home.cli_with(&add, &borrowed(&self.env), "");
        assert!(added.code == 4 && added.stderr.contains("`new`"), "{added:?}");
        assert!(started.elapsed() < ASKED, "{:?}", started.elapsed());
        assert_eq!(lying(self.home, "acme", "new"), Value::Null);
    }

    /// A gateway that has not opened anything yet answers for those alone that need no credentials.
    #[track_caller]
    fn waits(&self, gateway: &Gateway, cause: &str) {
        let started = Instant::now();
        let refused = call(gateway, "acme", "s__do");
        let data = &refused["error"]["data"];
        assert_eq!((&data["reason"], &data["cause"]), (&json!("secrets_unavailable"), &json!(cause)), "{refused}");
        assert!(started.elapsed() < ASKED, "{:?}", started.elapsed());
        assert!(is_done(&call(gateway, "acme", "free__do")));
        // No session either, whose id would have to be sealed; that is said, and in time.
        let started = Instant::now();
        let refused = session(gateway);
        assert!(started.elapsed() < ASKED, "{:?}", started.elapsed());
        assert!(refused.json()["error"]["code"].is_number(), "{refused:?}");
        assert!(refused.header("mcp-session-id").is_none(), "{refused:?}");
    }

    #[track_caller]
    fn recovers(&self, gateway: &Gateway) {
        let back = Instant::now();
        until(Duration::from_secs(12), || is_done(&call(gateway, "acme", "s__do")).then_some(()))
            .unwrap_or_else(|| panic!("{}", call(gateway, "acme", "s__do")));
        assert!(back.elapsed() < Duration::from_secs(10), "{:?}", back.elapsed());
        let opened = session(gateway);
        assert!(opened.status == 200 && opened.header("mcp-session-id").is_some(), "{opened:?}");
        let tested = self.home.cli_with(&["--tenant", "acme", "server", "test", "s"], &borrowed(&self.env), "");
        assert_eq!(tested.code, 0, "{tested:?}");
    }
}

fn steps(home: &Home) {
    let Some(mut kms) = Kms::start() else { return };
    let scene = Scene { home, env: kms.env(FIRST), server: server() };
    let url = scene.server.url();
    let acme = |args: &[&str]| done(home, &borrowed(&scene.env), &[&["--tenant", "acme"], args].concat());
    acme(&["server", "add", "s", "--url", &url, "--header", "x-key=credential-s"]);
    acme(&["server", "add", "free", "--url", &url]);
    acme(&["catalog", "sync"]);
    assert!(scene.server.heard("x-key: credential-s"));
    assert!(!lying(home, "acme", "s").to_string().contains("credential-s"));
    let status = done(home, &borrowed(&scene.env), &["secrets", "status"]);
    assert_eq!((&status["provider"], &status["in_the_clear"]), (&json!("aws"), &json!(0)), "{status}");
    assert!(status["data_keys"].as_array().is_some_and(|keys| keys.iter().all(|key| key["is_current"] == true)));
    assert!(vault(home).iter().all(|key| serde_json::to_string(&key.master).is_ok_and(|it| it.contains(FIRST))));

    // A key that is not there, credentials that are wrong, a KMS whose certificate nobody vouches for.
    let unknown = kms.env(UNKNOWN);
    let mut unsigned = kms.env(FIRST);
    unsigned.retain(|(name, _)| *name != "AWS_SECRET_ACCESS_KEY");
    unsigned.push(("AWS_SECRET_ACCESS_KEY", "another".to_owned()));
    let mut untrusted = kms.env(FIRST);
    untrusted.retain(|(name, _)| *name != "SSL_CERT_FILE");
    for (env, says) in [(unknown, "NotFound"), (unsigned, "InvalidSignature"), (untrusted, "cannot be reached")] {
        let add = ["--tenant", "beta", "server", "add", "s", "--url", &url, "--header", "x-key=credential-beta"];
        let added = home.cli_with(&add, &borrowed(&env), "");
        assert!(added.code == 4 && added.stderr.contains(says), "{added:?}");
        assert!(!added.stderr.contains("credential-beta"), "{added:?}");
        assert_eq!(lying(home, "beta", "s"), Value::Null);
    }

    let held = scene.gateway();
    assert!(is_done(&call(&held, "acme", "s__do")));
    let asked = kms.asked("Decrypt");
    for _ in 0..20 {
        assert!(is_done(&call(&held, "acme", "s__do")));
    }
    assert_eq!(kms.asked("Decrypt"), asked, "a call asks no KMS");

    kms.signal(Signal::STOP);
    let fresh = scene.gateway();
    scene.waits(&fresh, "kms_unavailable");
    scene.closed("kms_unavailable", "did not answer within 3s");
    assert!(is_done(&call(&held, "acme", "s__do")), "it goes on with what it holds");
    kms.signal(Signal::CONT);
    scene.recovers(&fresh);
    drop(fresh);
    if home.uri().is_some() {
        // What follows is not about the store.
        return;
    }

    kms.kill();
    let fresh = scene.gateway();
    scene.waits(&fresh, "kms_unavailable");
    scene.closed("kms_unavailable", "cannot be reached");
    assert!(is_done(&call(&held, "acme", "s__do")), "it goes on with what it holds");
    kms.launch();
    scene.recovers(&fresh);
    drop(fresh);

    kms.signal(Signal::USR1);
    let fresh = scene.gateway();
    scene.waits(&fresh, "kms_refused");
    scene.closed("kms_refused", "DisabledException");
    kms.signal(Signal::USR2);
    scene.recovers(&fresh);
}

#[test]
fn a_kms_that_is_away_keeps_nobody_waiting_and_loses_nothing_on_sqlite() {
    steps(&Home::new());
}

#[test]
fn a_kms_that_is_away_keeps_nobody_waiting_and_loses_nothing_on_mongod() {
    let Some(uri) = mongod::shared() else { return };
    steps(&Home::on_mongodb(&uri));
}
