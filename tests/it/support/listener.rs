//! As much of an HTTP server as the tests need: a thread for each connection, one function that answers.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;

/// A request.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// With its query.
    pub(crate) path: String,
    /// By names in lower case; repeated ones joined by a line break.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Asked {
    /// The members of a form or, for a GET, of the query.
    pub(crate) fn form(&self) -> BTreeMap<String, String> {
        let query = self.path.split_once('?').map_or("", |(_, query)| query);
        let text = if self.method == "GET" { query } else { &self.body };
        url::form_urlencoded::parse(text.as_bytes()).into_owned().collect()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// An answer: status, headers, body.
pub(crate) type Said = (u16, Vec<(&'static str, String)>, String);

/// JSON with a status.
pub(crate) fn json(status: u16, body: &serde_json::Value) -> Said {
    (status, vec![("Content-Type", "application/json".to_owned())], body.to_string())
}

/// Answers every request with `answer` until the test ends.
pub(crate) fn serve(answer: impl Fn(&Asked) -> Said + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            std::thread::spawn(move || converse(stream, answer.as_ref()));
        }
    });
    address
}

fn converse(mut stream: TcpStream, answer: &dyn Fn(&Asked) -> Said) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    loop {
        let mut asked = Asked::default();
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let mut words = line.split(' ').map(str::to_owned);
        (asked.method, asked.path) = (words.next()?, words.next()?);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            let Some((name, value)) = line.trim().split_once(':') else { break };
            let held = asked.headers.entry(name.to_ascii_lowercase()).or_default();
            if !held.is_empty() {
                held.push('\n');
            }
            held.push_str(value.trim());
        }
        let mut body = vec![0; asked.header("content-length").map_or(Some(0), |length| length.parse().ok())?];
        reader.read_exact(&mut body).ok()?;
        asked.body = String::from_utf8(body).ok()?;
        let (status, headers, body) = answer(&asked);
        let mut head = format!("HTTP/1.1 {status} -\r\nContent-Length: {}\r\n", body.len());
        for (name, value) in headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        stream.write_all(format!("{head}\r\n{body}").as_bytes()).ok()?;
        if asked.header("connection") == Some("close") {
            return None;
        }
    }
}
