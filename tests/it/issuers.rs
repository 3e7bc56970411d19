//! An issuer's keys: read, rotated, gone, and asked for in storms.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::auth::{claims, list, signed, signed_raw};
use crate::support::{Gateway, Home, until};

/// An issuer's key server that does as it is told.
struct Issuer {
    address: SocketAddr,
    document: Arc<Mutex<Reply>>,
    asked: Arc<AtomicUsize>,
}

#[derive(Clone)]
enum Reply {
    Document(String),
    /// Answers after so long.
    Slow(Duration, String),
    Down,
}

impl Issuer {
    fn start(document: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address");
        let document = Arc::new(Mutex::new(Reply::Document(document)));
        let asked = Arc::new(AtomicUsize::new(0));
        let (reply, count) = (Arc::clone(&document), Arc::clone(&asked));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                count.fetch_add(1, Ordering::SeqCst);
                let reply = reply.lock().expect("the reply").clone();
                std::thread::spawn(move || {
                    let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
                    let mut line = String::new();
                    while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                        line.clear();
                    }
                    let body = match reply {
                        Reply::Document(body) => body,
                        Reply::Slow(wait, body) => {
                            std::thread::sleep(wait);
                            body
                        }
                        Reply::Down => return,
                    };
                    let mut stream = stream;
                    let head =
                        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
                    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
                });
            }
        });
        Self { address, document, asked }
    }

    fn url(&self) -> String {
        format!("http://{}/jwks", self.address)
    }

    fn say(&self, reply: Reply) {
        *self.document.lock().expect("the reply") = reply;
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// A key pair of an issuer's, made with the command line: its JWKS document and a token.
fn issued(groups: &str) -> (Home, PathBuf, String) {
    let home = Home::new();
    let place = home.path("keys/jwks.json");
    let env = [("AUTH_MODE", "jwks"), ("JWKS_LOCAL_PATH", place.to_str().expect("a path"))];
    let minted = home.cli_with(&["token", "mint", "--tenant", "acme", "--groups", groups, "--ttl", "1h"], &env, "");
    assert_eq!(minted.code, 0, "{minted:?}");
    (home, place, minted.stdout.trim().to_owned())
}

#[test]
fn an_issuers_keys_are_read_rotated_and_outlive_its_absence() {
    let (_first, place, token) = issued("orders");
    let (_second, next_place, next) = issued("orders");
    let read = |place: &PathBuf| std::fs::read_to_string(place).expect("a document");
    let (document, next_document) = (read(&place), read(&next_place));
    let issuer = Issuer::start(document.clone());
    let url = issuer.url();
    let env = [
        ("AUTH_MODE", "jwks"),
        ("JWKS_URL", url.as_str()),
        ("JWKS_CACHE_TTL_SECONDS", "1"),
        ("JWKS_MIN_REFRESH_SECONDS", "1"),
    ];
    let home = Home::new();
    let gateway = Gateway::start_with(&home, &[], &env);
    let is_good = |token: &str| list(&gateway, token).0 == 200;
    assert!(is_good(&token) && !is_good(&next));
    let metadata = gateway.get("/.well-known/oauth-protected-resource/mcp").json();
    assert_eq!(metadata["authorization_servers"], json!(["mcpgw-dev"]));

    // The public key as a shared secret: the classic confusion.
    let key: Value = serde_json::from_str(&document).expect("JSON");
    let kid = key["keys"][0]["kid"].as_str().expect("a kid").to_owned();
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some(kid.clone());
    for secret in [document.as_bytes(), key["keys"][0]["n"].as_str().expect("n").as_bytes()] {
        assert!(!is_good(&signed(&header, &claims(), &EncodingKey::from_secret(secret))));
    }
    for kid in ["../../etc/passwd", "' OR 1=1", "", "\u{0}"] {
        let header = json!({ "alg": "RS256", "kid": kid });
        let token = signed_raw(&header, &claims().to_string());
        assert!(!is_good(&token), "{kid}");
    }

    // Away, slow, wrong, too large: known keys keep serving, and nobody waits for long.
    for reply in [
        Reply::Down,
        Reply::Slow(Duration::from_secs(30), document.clone()),
        Reply::Document(r#"{"keys":[]}"#.to_owned()),
        Reply::Document("<html>".to_owned()),
        Reply::Document(format!("{{\"keys\":[],\"x\":\"{}\"}}", "x".repeat(50 * 1024 * 1024))),
    ] {
        issuer.say(reply);
        std::thread::sleep(Duration::from_millis(1200));
        let started = Instant::now();
        assert!(is_good(&token));
        assert!(!is_good(&next), "its key is nowhere");
        // A read that hangs would take 5 s.
        assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    }

    // Rotated: the new key is known within 2 s of the first token, and the old one is no longer.
    issuer.say(Reply::Document(next_document));
    let rotated = Instant::now();
    until(Duration::from_secs(8), || is_good(&next).then_some(())).expect("the new key");
    assert!(rotated.elapsed() < Duration::from_secs(7), "a read that hangs ends after 5 s; then it is asked at once");
    assert!(!is_good(&token), "a token that was remembered is not trusted longer than its key");
}

/// Tokens of unknown keys cost the issuer one question an interval, and the others nothing.
#[test]
fn a_storm_of_unknown_keys_is_one_question_an_interval() {
    let (_issuer_home, place, token) = issued("orders");
    let issuer = Issuer::start(std::fs::read_to_string(place).expect("a document"));
    let url = issuer.url();
    let env = [("AUTH_MODE", "jwks"), ("JWKS_URL", url.as_str()), ("JWKS_MIN_REFRESH_SECONDS", "2")];
    let home = Home::new();
    let gateway = Gateway::start_with(&home, &[], &env);
    let before = issuer.asked();
    let started = Instant::now();
    let storming = Duration::from_secs(5);
    let sent = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while started.elapsed() < storming {
                    let number = sent.fetch_add(1, Ordering::SeqCst);
                    let header = json!({ "alg": "RS256", "kid": format!("unknown-{number}") });
                    assert_eq!(list(&gateway, &signed_raw(&header, &claims().to_string())).0, 401);
                }
            });
        }
        while started.elapsed() < storming {
            assert_eq!(list(&gateway, &token).0, 200);
        }
    });
    let asked = issuer.asked() - before;
    assert!(asked <= 3, "asked {asked} times in 5 s, for {} tokens", sent.into_inner());
}
