//! Callers.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::Outcome;

/// One kept HTTP/1.1 connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// Where the head of the last answer ends.
    head: usize,
}

impl Connection {
    pub(crate) async fn open(address: &str) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(4096), head: 0 })
    }

    /// One POST; the status and the body of its answer.
    pub(crate) async fn post(&mut self, address: &str, path: &str, headers: &str, body: &str) -> Outcome<(u16, &[u8])> {
        let length = body.len();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
        );
        self.exchange(&request).await
    }

    /// One GET; the body of its answer.
    pub(crate) async fn get(&mut self, address: &str, path: &str) -> Outcome<String> {
        let (status, body) = self.exchange(&format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n")).await?;
        let body = String::from_utf8_lossy(body).into_owned();
        if status == 200 { Ok(body) } else { Err(format!("GET {path} was answered {status}: {body}").into()) }
    }

    /// A header of the last answer.
    pub(crate) fn header(&self, wanted: &str) -> Option<String> {
        let head = std::str::from_utf8(&self.buffer[..self.head]).ok()?;
        let mut headers = head.lines().filter_map(|line| line.split_once(':'));
        headers.find_map(|(name, value)| name.eq_ignore_ascii_case(wanted).then(|| value.trim().to_owned()))
    }

    async fn exchange(&mut self, request: &str) -> Outcome<(u16, &[u8])> {
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the connection was closed before the answer".into());
            }
            let Some(end) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
            self.head = end;
            let (status, length) = read_head(&self.buffer[..end])?;
            let (start, end) = (end + 4, end + 4 + length);
            while self.buffer.len() < end {
                if self.stream.read_buf(&mut self.buffer).await? == 0 {
                    return Err("the connection was closed within the answer".into());
                }
            }
            return Ok((status, &self.buffer[start..end]));
        }
    }
}

fn read_head(head: &[u8]) -> Outcome<(u16, usize)> {
    let text = std::str::from_utf8(head)?;
    let status = text.split(' ').nth(1).ok_or("no status")?.parse()?;
    let header = |line: &str| -> Option<usize> {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    };
    let length = text.lines().find_map(header).ok_or_else(|| format!("no content-length in {text}"))?;
    Ok((status, length))
}
