//! Carries messages between clients and the real server, and answers those that are about search.

use std::collections::HashSet;
use std::io;
use std::sync::{Arc, Mutex};

use mongodb::bson::{Bson, Document, RawDocument};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex as AsyncMutex;

use super::answer::{Answer, answer};
use super::wire::{MORE_TO_COME, Message};
use super::{State, lock};

/// Accepts connections until the runtime ends.
pub(super) async fn listen(state: Arc<State>, listener: TcpListener) {
    while let Ok((client, _)) = listener.accept().await {
        let state = Arc::clone(&state);
        tokio::spawn(async move {
            // Whatever breaks it, the other side sees a closed connection, as from a server that went away.
            drop(serve(&state, client).await);
        });
    }
}

async fn serve(state: &State, client: TcpStream) -> io::Result<()> {
    let server = TcpStream::connect((state.upstream.0.as_str(), state.upstream.1)).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let ((client_reads, client_writes), (server_reads, server_writes)) = (client.into_split(), server.into_split());
    let connection =
        Connection { state, client: AsyncMutex::new(client_writes), greetings: Mutex::new(HashSet::new()) };
    // Replies come by themselves too (a streaming hello), so neither direction waits for the other.
    tokio::select! {
        ended = connection.requests(client_reads, server_writes) => ended,
        ended = connection.replies(server_reads) => ended,
    }
}

struct Connection<'a> {
    state: &'a State,
    client: AsyncMutex<OwnedWriteHalf>,
    /// The messages whose answers describe the deployment.
    greetings: Mutex<HashSet<i32>>,
}

impl Connection<'_> {
    async fn requests(&self, mut client: OwnedReadHalf, mut server: OwnedWriteHalf) -> io::Result<()> {
        while let Some(message) = Message::read(&mut client).await? {
            let name = message.body().and_then(command_name).unwrap_or_default();
            if matches!(name, "hello" | "isMaster" | "ismaster") {
                lock(&self.greetings).insert(message.id());
            }
            match Box::pin(answer(self.state, name, &message)).await {
                Answer::Forward => message.write(&mut server).await?,
                Answer::Instead(command) => message.with(&command).write(&mut server).await?,
                Answer::Reply(reply) => {
                    let reply = Message::new(self.state.next_id(), message.id(), 0, &reply);
                    reply.write(&mut *self.client.lock().await).await?;
                }
                Answer::Close => break,
            }
        }
        Ok(())
    }

    async fn replies(&self, mut server: OwnedReadHalf) -> io::Result<()> {
        while let Some(message) = Message::read(&mut server).await? {
            if let Some(body) = message.body() {
                self.state.observe(body);
            }
            let rewritten = self.is_greeting(&message).then(|| message.document()).flatten();
            let mut client = self.client.lock().await;
            match rewritten {
                Some(hello) => message.with(&self.own_address(hello)).write(&mut *client).await?,
                None => message.write(&mut *client).await?,
            }
        }
        Ok(())
    }

    /// Whether the message answers a hello; the next of a stream answers the one before it.
    fn is_greeting(&self, message: &Message) -> bool {
        let mut greetings = lock(&self.greetings);
        let found = greetings.remove(&message.response_to());
        if found && message.flags() & MORE_TO_COME != 0 {
            greetings.insert(message.id());
        }
        found
    }

    /// A driver that discovers the deployment would otherwise talk to the real server behind our back.
    fn own_address(&self, mut hello: Document) -> Document {
        let own = Bson::String(self.state.address.clone());
        for field in ["me", "primary"] {
            if hello.contains_key(field) {
                hello.insert(field, own.clone());
            }
        }
        if hello.contains_key("hosts") {
            hello.insert("hosts", vec![own]);
        }
        hello.remove("compression");
        if let Some(version) = self.state.behaviour().wire_version {
            hello.insert("maxWireVersion", version);
        }
        hello
    }
}

/// The first field names the command.
fn command_name(body: &RawDocument) -> Option<&str> {
    body.iter().next()?.ok().map(|(name, _)| name.as_str())
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{Document, doc};
    use tokio::net::TcpStream;

    use super::{MORE_TO_COME, Message};
    use crate::support::atlas::Atlas;
    use crate::support::mongod::{block_on, shared};

    const EXHAUST_ALLOWED: u32 = 1 << 16;

    /// Drivers keep one hello open, and each of its answers tells the addresses again.
    #[test]
    fn every_answer_of_a_stream_has_our_address() {
        let Some(uri) = shared() else { return };
        let atlas = Atlas::at(&uri);
        let address = atlas.state.address.clone();
        block_on(async {
            let mut stream = TcpStream::connect(&address).await.expect("a connection");
            let mut hello = doc! { "hello": 1, "$db": "admin" };
            let mut flags = 0;
            for round in 0..4 {
                if round < 2 {
                    Message::new(7 + round, 0, flags, &hello).write(&mut stream).await.expect("a request");
                }
                let message = Message::read(&mut stream).await.expect("an answer").expect("an answer");
                let answer: Document = message.document().expect("a document");
                assert_eq!(message.flags() & MORE_TO_COME != 0, round > 0, "{round}");
                assert_eq!(answer.get_array("hosts").ok(), Some(&vec![address.clone().into()]), "{answer}");
                assert_eq!(answer.get_str("me").ok(), Some(&*address), "{answer}");
                assert_eq!(answer.get_str("primary").ok(), Some(&*address), "{answer}");
                let version = answer.get_document("topologyVersion").expect("a version").clone();
                hello.extend(doc! { "topologyVersion": version, "maxAwaitTimeMS": 50 });
                flags = EXHAUST_ALLOWED;
            }
        });
    }
}
