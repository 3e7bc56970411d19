//! Messages of the wire protocol: a header of four numbers, then flags and one document (or more of a sequence).

use std::io;

use mongodb::bson::{Document, RawDocument};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

const HEADER: usize = 16;
const OP_MSG: i32 = 2013;
/// The server's own limit.
const MAX_MESSAGE: usize = 48_000_000;

const CHECKSUM_PRESENT: u32 = 1;
pub(super) const MORE_TO_COME: u32 = 2;

/// One message, its bytes as they came.
pub(super) struct Message(Vec<u8>);

impl Message {
    /// The next one; `None` at the end of the stream.
    pub(super) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Self>> {
        let mut length = [0; 4];
        match stream.read_exact(&mut length).await {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        };
        let size = usize::try_from(i32::from_le_bytes(length)).unwrap_or(0);
        if !(HEADER..=MAX_MESSAGE).contains(&size) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("a message of {size} bytes")));
        }
        let mut bytes = vec![0; size];
        bytes[..4].copy_from_slice(&length);
        stream.read_exact(&mut bytes[4..]).await?;
        Ok(Some(Self(bytes)))
    }

    pub(super) async fn write(&self, stream: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
        stream.write_all(&self.0).await?;
        stream.flush().await
    }

    /// A message with one document.
    pub(super) fn new(id: i32, response_to: i32, flags: u32, document: &Document) -> Self {
        let body = document.to_vec().expect("a document of readable parts");
        let size = i32::try_from(HEADER + 5 + body.len()).expect("less than the limit");
        let mut bytes = Vec::with_capacity(HEADER + 5 + body.len());
        for number in [size, id, response_to, OP_MSG] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(flags.to_le_bytes());
        bytes.push(0);
        bytes.extend(body);
        Self(bytes)
    }

    /// The same message with another document; a checksum goes, since it would be wrong.
    pub(super) fn with(&self, document: &Document) -> Self {
        Self::new(self.id(), self.response_to(), self.flags() & !CHECKSUM_PRESENT, document)
    }

    fn number(&self, at: usize) -> i32 {
        self.0.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, i32::from_le_bytes)
    }

    pub(super) fn id(&self) -> i32 {
        self.number(4)
    }

    pub(super) fn response_to(&self) -> i32 {
        self.number(8)
    }

    pub(super) fn flags(&self) -> u32 {
        u32::from_le_bytes(self.number(HEADER).to_le_bytes())
    }

    /// The document of the message, which may follow sequences of others.
    pub(super) fn body(&self) -> Option<&RawDocument> {
        if self.number(12) != OP_MSG {
            return None;
        }
        let mut rest = self.0.get(HEADER + 4..)?;
        loop {
            let (kind, section) = rest.split_first()?;
            let size = usize::try_from(i32::from_le_bytes(section.get(..4)?.try_into().ok()?)).ok()?;
            match kind {
                0 => return RawDocument::from_bytes(section.get(..size)?).ok(),
                _ => rest = section.get(size..)?,
            }
        }
    }

    pub(super) fn document(&self) -> Option<Document> {
        Document::try_from(self.body()?).ok()
    }
}
