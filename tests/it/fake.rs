//! An MCP server on a thread that says what a test tells it to, lies included. Real servers do not lie on
//! demand.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

/// What goes back over the wire.
pub(crate) enum Say {
    /// A JSON-RPC result.
    Result(Value),
    /// Any answer: status, content type, body.
    Raw(u16, &'static str, String),
    /// These bytes, then the connection is cut.
    Cut(String),
    /// Nothing, ever.
    Hang,
}

#[derive(Clone)]
pub(crate) struct Fake {
    address: SocketAddr,
    calls: Arc<AtomicUsize>,
    lists: Arc<AtomicUsize>,
    heads: Heads,
}

/// Request lines and headers in lower case, of the first requests.
type Heads = Arc<Mutex<Vec<String>>>;

/// More than a test of headers looks at.
const MAX_HEADS: usize = 2000;

impl Fake {
    /// A server of the session era whose `tools/list` and everything else is answered by `answer`.
    pub(crate) fn start(answer: impl Fn(&str, &Value) -> Say + Send + Sync + 'static) -> Self {
        Self::run(answer, false, json!({ "tools": {} }))
    }

    /// The same, giving session ids.
    pub(crate) fn in_sessions(answer: impl Fn(&str, &Value) -> Say + Send + Sync + 'static) -> Self {
        Self::run(answer, true, json!({ "tools": {} }))
    }

    /// One that offers more than tools.
    pub(crate) fn offering(capabilities: Value, answer: impl Fn(&str, &Value) -> Say + Send + Sync + 'static) -> Self {
        Self::run(answer, false, capabilities)
    }

    fn run(answer: impl Fn(&str, &Value) -> Say + Send + Sync + 'static, sessions: bool, capabilities: Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address");
        let calls = Arc::new(AtomicUsize::new(0));
        let lists = Arc::new(AtomicUsize::new(0));
        let (answer, counted) = (Arc::new(answer), [Arc::clone(&calls), Arc::clone(&lists)]);
        let heads = Heads::default();
        let kept = Arc::clone(&heads);
        let capabilities = Arc::new(capabilities);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, counted) = (Arc::clone(&answer), counted.clone());
                let (capabilities, heads) = (Arc::clone(&capabilities), Arc::clone(&kept));
                std::thread::spawn(move || {
                    let _ = converse(stream, answer.as_ref(), &counted, &heads, sessions, &capabilities);
                });
            }
        });
        Self { address, calls, lists, heads }
    }

    /// A server that lists `tools` and answers calls with “done”.
    pub(crate) fn listing(tools: Value) -> Self {
        Self::start(move |method, _| match method {
            "tools/list" => Say::Result(json!({ "tools": tools })),
            _ => Say::Result(json!({ "content": [{ "type": "text", "text": "done" }] })),
        })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/mcp", self.address)
    }

    /// How many `tools/list` arrived.
    pub(crate) fn lists(&self) -> usize {
        self.lists.load(Ordering::SeqCst)
    }

    /// Whether a request had this in its head; in lower case.
    pub(crate) fn heard(&self, text: &str) -> bool {
        let heads = self.heads.lock().unwrap_or_else(PoisonError::into_inner);
        heads.iter().any(|line| line.contains(text))
    }

    /// How many `tools/call` arrived.
    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

/// Answers on one connection as a [`Fake`] does, until it ends.
pub(crate) fn speak(stream: TcpStream, answer: &dyn Fn(&str, &Value) -> Say) -> std::io::Result<()> {
    converse(stream, answer, &Default::default(), &Heads::default(), false, &json!({ "tools": {} }))
}

fn converse(
    stream: TcpStream,
    answer: &dyn Fn(&str, &Value) -> Say,
    [calls, lists]: &[Arc<AtomicUsize>; 2],
    heads: &Heads,
    sessions: bool,
    capabilities: &Value,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut stream = stream;
    stream.set_nodelay(true)?;
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let line = line.trim().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
            let mut heads = heads.lock().unwrap_or_else(PoisonError::into_inner);
            if heads.len() < MAX_HEADS {
                heads.push(line);
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let frame: Value = serde_json::from_slice(&body).unwrap_or_default();
        let method = frame["method"].as_str().unwrap_or_default();
        let id = &frame["id"];
        let (status, kind, body) = match method {
            "server/discover" => {
                let error = json!({ "code": -32601, "message": "Method not found" });
                (200, "application/json", json!({ "jsonrpc": "2.0", "id": id, "error": error }).to_string())
            }
            "initialize" => {
                let info = json!({ "name": "fake", "version": "1" });
                let result =
                    json!({ "protocolVersion": "2025-11-25", "capabilities": capabilities, "serverInfo": info });
                (200, "application/json", json!({ "jsonrpc": "2.0", "id": id, "result": result }).to_string())
            }
            _ if id.is_null() => (202, "text/plain", String::new()),
            _ => {
                match method {
                    "tools/call" => calls.fetch_add(1, Ordering::SeqCst),
                    "tools/list" => lists.fetch_add(1, Ordering::SeqCst),
                    _ => 0,
                };
                match answer(method, &frame) {
                    Say::Result(result) => {
                        (200, "application/json", json!({ "jsonrpc": "2.0", "id": id, "result": result }).to_string())
                    }
                    Say::Raw(status, kind, body) => (status, kind, body.replace("$ID", &id.to_string())),
                    Say::Cut(bytes) => return stream.write_all(bytes.as_bytes()),
                    Say::Hang => {
                        // Until the client gives up.
                        let _ = reader.read(&mut [0]);
                        return Ok(());
                    }
                }
            }
        };
        let session = if sessions && method == "initialize" { "Mcp-Session-Id: abc\r\n" } else { "" };
        let head =
            format!("HTTP/1.1 {status} X\r\n{session}Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n", body.len());
        stream.write_all(&[head.as_bytes(), body.as_bytes()].concat())?;
    }
}
