//! Event streams (WHATWG HTML, “Server-sent events”), as they arrive.

use std::time::Duration;

use bytes::{Bytes, BytesMut};

/// One event.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Event {
    /// Its type; `message` where it names none.
    pub(super) is_message: bool,
    /// `endpoint` events of the older transport say where to post.
    pub(super) is_endpoint: bool,
    /// Its data, lines joined; `None` where it has none, or an empty one.
    pub(super) data: Option<Bytes>,
    /// Where to resume after it.
    pub(super) id: Option<Bytes>,
    /// How long to wait before resuming.
    pub(super) retry: Option<Duration>,
}

/// Splits a stream into its events, wherever the bytes are cut.
#[derive(Default)]
pub(super) struct Events {
    buffer: BytesMut,
    /// Bytes of `buffer` that hold no end of an event.
    searched: usize,
}

impl Events {
    pub(super) fn push(&mut self, data: &[u8]) {
        self.buffer.extend_from_slice(data);
    }

    /// Bytes of the event that is not whole yet.
    pub(super) fn pending(&self) -> usize {
        self.buffer.len()
    }

    /// The next whole event.
    pub(super) fn next(&mut self) -> Option<Event> {
        let start = self.searched.saturating_sub(3);
        let Some((end, length)) = blank_line(self.buffer.get(start..)?) else {
            self.searched = self.buffer.len();
            return None;
        };
        let event = self.buffer.split_to(start + end + length).freeze();
        self.searched = 0;
        Some(read(&event))
    }
}

/// Where the first blank line starts, and the length of the line ends around it.
fn blank_line(buffer: &[u8]) -> Option<(usize, usize)> {
    const ENDS: [&[u8]; 4] = [b"\r\n\r\n", b"\n\n", b"\r\r", b"\n\r\n"];
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'\n', b'\r', buffer.get(at..)?)?;
        let rest = buffer.get(at..)?;
        if let Some(end) = ENDS.iter().find(|end| rest.starts_with(end)) {
            return Some((at, end.len()));
        }
        at += 1;
    }
}

fn read(text: &Bytes) -> Event {
    let mut event = Event { is_message: true, ..Event::default() };
    let mut more: Option<Vec<u8>> = None;
    for line in text.split(|byte| matches!(byte, b'\n' | b'\r')) {
        let (name, value) = match memchr::memchr(b':', line) {
            // A comment.
            Some(0) => continue,
            Some(colon) => {
                let (name, value) = line.split_at(colon);
                let value = value.strip_prefix(b":").unwrap_or(value);
                (name, value.strip_prefix(b" ").unwrap_or(value))
            }
            None => (line, &b""[..]),
        };
        match name {
            b"data" => match (&mut event.data, &mut more) {
                (None, _) => event.data = Some(text.slice_ref(value)),
                (Some(first), more) => {
                    let joined = more.get_or_insert_with(|| first.to_vec());
                    joined.push(b'\n');
                    joined.extend_from_slice(value);
                }
            },
            b"event" => {
                event.is_message = value.is_empty() || value == b"message";
                event.is_endpoint = value == b"endpoint";
            }
            b"id" if !value.contains(&0) => event.id = Some(text.slice_ref(value)),
            b"retry" => {
                let milliseconds = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
                event.retry = milliseconds.map(Duration::from_millis);
            }
            _ => {}
        }
    }
    if let Some(joined) = more {
        event.data = Some(joined.into());
    }
    event.data = event.data.filter(|data| !data.is_empty());
    event
}

/// The first byte says where to cut: the events are the same as in one piece.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn fuzz(data: &[u8]) {
    let Some((cut, stream)) = data.split_first() else { return };
    let all = |parts: &[&[u8]]| {
        let (mut events, mut found) = (Events::default(), Vec::new());
        for part in parts {
            events.push(part);
            found.extend(std::iter::from_fn(|| events.next()));
        }
        (found, events.pending())
    };
    // A lone CR at a cut may be half of a line end: what follows it decides, so that both halves arrive together.
    let mut at = usize::from(*cut).min(stream.len());
    while at > 0 && stream[at - 1] == b'\r' {
        at -= 1;
    }
    let whole = all(&[stream]);
    assert_eq!(all(&[&stream[..at], &stream[at..]]), whole);
    assert!(whole.1 <= stream.len());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(chunks: &[&str]) -> Vec<String> {
        let mut events = Events::default();
        let mut found = Vec::new();
        for chunk in chunks {
            events.push(chunk.as_bytes());
            while let Some(event) = events.next() {
                found.extend(
                    event.data.filter(|_| event.is_message).map(|data| String::from_utf8(data.to_vec()).expect("text")),
                );
            }
        }
        found
    }

    #[test]
    fn events_are_split_wherever_the_bytes_are_cut() {
        let stream = "id: 1\nevent: message\ndata: {\"a\":1}\n\n: keep-alive\n\nevent: ping\ndata: now\n\ndata\n\ndata:x\r\ndata: y\r\n\r\ndata: z\n\n";
        let expected = ["{\"a\":1}", "x\ny", "z"];
        assert_eq!(data(&[stream]), expected);
        for cut in 0..stream.len() {
            let (head, tail) = stream.split_at(cut);
            assert_eq!(data(&[head, tail]), expected, "cut at {cut}");
        }
        let single: Vec<String> = stream.chars().map(String::from).collect();
        assert_eq!(data(&single.iter().map(String::as_str).collect::<Vec<_>>()), expected);
    }

    #[test]
    fn events_say_where_to_resume() {
        let mut events = Events::default();
        events.push(b"id: 7-1\nretry: 500\ndata:\n\nevent: endpoint\ndata: /messages?x=1\n\n");
        let first = events.next().expect("an event");
        assert_eq!((first.id.as_deref(), first.retry), (Some(&b"7-1"[..]), Some(Duration::from_millis(500))));
        assert_eq!(first.data, None);
        let second = events.next().expect("an event");
        assert!(second.is_endpoint && !second.is_message);
        assert_eq!(second.data.as_deref(), Some(&b"/messages?x=1"[..]));
    }
}
