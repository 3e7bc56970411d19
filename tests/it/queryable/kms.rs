//! A stand-in for AWS KMS: `Encrypt` and `Decrypt` over TLS, as its API reference describes them. What it wraps is the
//! plain text, back to front.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

pub(super) const ARN: &str = "arn:aws:kms:eu-west-1:111122223333:key/8a1b";

/// How it answers.
#[derive(Clone, Copy)]
pub(super) enum Mood {
    Well = 0,
    /// It takes connections and says nothing.
    Silent = 1,
    /// It says that the caller may not.
    Refusing = 2,
}

/// Listens until the test ends.
pub(super) struct Kms {
    port: u16,
    authorities: PathBuf,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    mood: AtomicU8,
    /// Questions of libmongocrypt, which writes its headers in capitals, and of ours.
    asked: [AtomicU32; 2],
    faults: Mutex<Vec<String>>,
}

impl Kms {
    /// Starts, and leaves its certificate in `folder`.
    pub(super) fn start(folder: &Path) -> Self {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
        let authorities = folder.join("authorities.pem");
        std::fs::write(&authorities, pem(made.cert.der())).expect("a file");
        let key = rustls::pki_types::PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.expect("versions").with_no_client_auth();
        let config = Arc::new(config.with_single_cert(vec![made.cert.der().clone()], key).expect("a server"));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let state = Arc::new(State::default());
        let known = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (config, state) = (Arc::clone(&config), Arc::clone(&known));
                std::thread::spawn(move || converse(stream, config, &state));
            }
        });
        Self { port, authorities, state }
    }

    /// The variables of a gateway whose master key is here.
    pub(super) fn env(&self) -> Vec<(&'static str, String)> {
        vec![
            ("KMS_PROVIDER", "aws".to_owned()),
            ("AWS_KMS_KEY_ARN", ARN.to_owned()),
            ("AWS_KMS_ENDPOINT", format!("https://127.0.0.1:{}", self.port)),
            ("AWS_ACCESS_KEY_ID", "AKIATEST".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "secret".to_owned()),
            ("SSL_CERT_FILE", self.authorities.display().to_string()),
        ]
    }

    pub(super) fn set(&self, mood: Mood) {
        self.state.mood.store(mood as u8, Ordering::SeqCst);
    }

    /// Questions so far: of libmongocrypt, and of ours.
    pub(super) fn asked(&self) -> (u32, u32) {
        assert_eq!(*self.state.faults.lock().expect("a lock"), Vec::<String>::new());
        let asked = self.state.asked.each_ref().map(|asked| asked.load(Ordering::SeqCst));
        (asked[0], asked[1])
    }
}

/// As RFC 7468 has it.
fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines = text.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned());
    let lines: Vec<String> = lines.collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

fn converse(stream: TcpStream, config: Arc<rustls::ServerConfig>, state: &State) -> Option<()> {
    let connection = rustls::ServerConnection::new(config).ok()?;
    let mut reader = BufReader::new(rustls::StreamOwned::new(connection, stream));
    loop {
        let (mut head, mut line) = (String::new(), String::new());
        while reader.read_line(&mut line).ok()? > 2 {
            head.push_str(&line);
            line.clear();
        }
        let value = |name: &str| {
            let found = head.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}:")))?;
            Some(found.split_once(':')?.1.trim().to_owned())
        };
        let mut body = vec![0; value("content-length")?.parse().ok()?];
        reader.read_exact(&mut body).ok()?;
        let by_library = head.contains("\nX-Amz-Target:");
        state.asked[usize::from(!by_library)].fetch_add(1, Ordering::SeqCst);
        let signed = value("authorization").unwrap_or_default();
        if !signed.starts_with("AWS4-HMAC-SHA256 Credential=AKIATEST/") || !signed.contains("/eu-west-1/kms/") {
            state.faults.lock().ok()?.push(format!("not signed as it should be: {head}"));
        }
        let (status, answer) = match state.mood.load(Ordering::SeqCst) {
            0 => (200, answered(&value("x-amz-target")?, &serde_json::from_slice(&body).ok()?)?),
            1 => {
                std::thread::sleep(Duration::from_secs(60));
                return None;
            }
            _ => (400, json!({ "__type": "AccessDeniedException" })),
        };
        let answer = answer.to_string();
        let kind = "Content-Type: application/x-amz-json-1.1";
        let said = format!("HTTP/1.1 {status} X\r\n{kind}\r\nContent-Length: {}\r\n\r\n{answer}", answer.len());
        let stream = reader.get_mut();
        stream.write_all(said.as_bytes()).and_then(|()| stream.flush()).ok()?;
    }
}

fn answered(target: &str, asked: &Value) -> Option<Value> {
    let turned = |member: &str| {
        let mut bytes = STANDARD.decode(asked[member].as_str()?).ok()?;
        bytes.reverse();
        Some(STANDARD.encode(bytes))
    };
    Some(match target {
        "TrentService.Encrypt" => json!({ "KeyId": asked["KeyId"], "CiphertextBlob": turned("Plaintext")? }),
        "TrentService.Decrypt" => json!({ "KeyId": ARN, "Plaintext": turned("CiphertextBlob")? }),
        _ => return None,
    })
}
