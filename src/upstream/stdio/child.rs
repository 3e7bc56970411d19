//! The child process: its start, its pipes, its end.

use std::collections::VecDeque;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex as SyncMutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use rustix::process::{Pid, Signal};
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::{Mutex, mpsc, oneshot};

use super::super::frame::{self, Incoming};
use super::super::link::{Link, NoReply, Owner, Patience};
use super::super::unavailable;
use super::family::{Family, MARK};
use super::warden::{Warden, Watched};
use crate::error::{Error, Result};
use crate::model::{Server, Transport};

/// Time for a child to end by itself once its stdin is closed, and again after SIGTERM.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);
/// The only variables of ours that a child gets.
const INHERITED: [&str; 8] = ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "USER", "SHELL"];
const OUTBOX: usize = 64;
const KEPT_STDERR_LINES: usize = 20;

/// The pipes of a child.
pub(super) struct Wire {
    pub(super) outbox: mpsc::Sender<Bytes>,
    pub(super) link: Arc<Link>,
    pub(super) has_ended: AtomicBool,
    pub(super) stderr: SyncMutex<VecDeque<String>>,
    /// Dropped to have the child stopped.
    pub(super) stop: SyncMutex<Option<oneshot::Sender<()>>>,
    /// Taken by whoever stops the child, to wait until it is gone.
    pub(super) gone: Mutex<Option<oneshot::Receiver<()>>>,
}

/// Where a child finds the gateway's token for it.
const TOKEN: &str = "MCP_DOWNSTREAM_TOKEN";

/// Starts the program in a process group of its own, with a cleared environment.
pub(super) fn spawn(server: &Arc<Server>, owner: &Owner, max_result_bytes: usize) -> Result<Arc<Wire>> {
    let Transport::Stdio { command, args, env } = &server.transport else {
        return Err(Error::internal(format!("server `{}` is not started by a command", server.name)));
    };
    let mark = Family::new_mark();
    let mut child = Command::new(command)
        .args(args.iter().map(|argument| argument.expose()))
        .env_clear()
        .envs(std::env::vars_os().filter(|(name, _)| INHERITED.iter().any(|kept| name == kept)))
        .envs(
            owner
                .bearer
                .as_ref()
                .and_then(|bearer| bearer.token())
                .map(|token| (TOKEN, token.text.expose().to_owned())),
        )
        .envs(env.iter().map(|(name, value)| (name, value.expose())))
        .env(MARK, &mark)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| {
            unavailable(server, format!("`{command}` cannot be started: {error}"))
                .help(format!("check that the program is installed and that its name or path is right: {command}"))
        })?;
    let group = Group::of(&child, mark, owner.warden.as_ref());
    let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
        return Err(Error::internal("a child without pipes"));
    };
    let (outbox, inbox) = mpsc::channel(OUTBOX);
    let (stop, stopped) = oneshot::channel();
    let (gone_sender, gone) = oneshot::channel();
    let wire = Arc::new(Wire {
        outbox,
        link: Link::new(owner.clone()),
        has_ended: AtomicBool::new(false),
        stderr: SyncMutex::default(),
        stop: SyncMutex::new(Some(stop)),
        gone: Mutex::new(Some(gone)),
    });
    tokio::spawn(keep_stderr(stderr, Arc::clone(&wire), Arc::clone(server)));
    tokio::spawn(read(stdout, Arc::clone(&wire), max_result_bytes));
    tokio::spawn(supervise(child, group, stdin, inbox, stopped, gone_sender, Arc::clone(&wire)));
    Ok(wire)
}

/// A child that is stopped when its start is given up half-way.
pub(super) struct StopUnlessKept {
    pub(super) wire: Arc<Wire>,
    kept: bool,
}

impl StopUnlessKept {
    pub(super) fn new(wire: Arc<Wire>) -> Self {
        Self { wire, kept: false }
    }

    pub(super) fn keep(mut self) -> Arc<Wire> {
        self.kept = true;
        Arc::clone(&self.wire)
    }
}

impl Drop for StopUnlessKept {
    fn drop(&mut self) {
        if !self.kept {
            lock(&self.wire.stop).take();
        }
    }
}

/// Delivers every answer to whoever waits for it, until the child's stdout ends.
async fn read(stdout: impl AsyncRead + Unpin, wire: Arc<Wire>, limit: usize) {
    let mut lines = BufReader::with_capacity(64 * 1024, stdout);
    let room = u64::try_from(limit).unwrap_or(u64::MAX);
    loop {
        let mut line = Vec::new();
        match (&mut lines).take(room).read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => break,
            Ok(read) if read == limit && line.last() != Some(&b'\n') => {
                if skip_line(&mut lines, &mut line).await.is_err() {
                    break;
                }
                if let Some(id) = frame::id_in(&line) {
                    wire.link.deliver(id, Err(NoReply::TooLarge));
                }
                continue;
            }
            Ok(_) => {}
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        match frame::read(&Bytes::from(line)) {
            Ok(Incoming::Reply(id, reply)) => wire.link.deliver(id, Ok(reply)),
            Ok(Incoming::Request(question)) => {
                let outbox = wire.outbox.clone();
                wire.link.ask(None, question, move |answer| async move {
                    let _ = outbox.send(answer).await;
                });
            }
            Ok(Incoming::Notification { method, params }) => {
                wire.link.notification(None, method, params, Patience::Drops).await;
            }
            // Servers print banners to stdout; what is no message is passed over, as the SDKs do.
            Ok(Incoming::Stray(_)) | Err(_) => {}
        }
    }
    wire.end();
}

/// Reads to the end of a line that is too long, keeping its two ends.
async fn skip_line(lines: &mut (impl AsyncBufRead + Unpin), line: &mut Vec<u8>) -> std::io::Result<()> {
    const KEPT: usize = 256;
    line.truncate(KEPT);
    let mut tail = Vec::new();
    loop {
        let mut part = Vec::new();
        let read = (&mut *lines).take(64 * 1024).read_until(b'\n', &mut part).await?;
        tail.extend_from_slice(&part);
        tail.drain(..tail.len().saturating_sub(KEPT));
        if read == 0 || part.last() == Some(&b'\n') {
            line.extend_from_slice(&tail);
            return Ok(());
        }
    }
}

impl Wire {
    pub(super) fn has_ended(&self) -> bool {
        self.has_ended.load(Ordering::SeqCst)
    }

    /// Nobody waits in vain, and nobody asks again: the child is gone, or as good as.
    fn end(&self) {
        self.has_ended.store(true, Ordering::SeqCst);
        self.link.end_all();
        lock(&self.stop).take();
    }
}

async fn keep_stderr(stderr: impl AsyncRead + Unpin, wire: Arc<Wire>, server: Arc<Server>) {
    let mut lines = BufReader::new(stderr);
    loop {
        let mut line = Vec::new();
        match (&mut lines).take(4096).read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let text = String::from_utf8_lossy(&line).trim_end().to_owned();
        tracing::debug!(server.name = %server.name, line = text, "stderr");
        let mut kept = lock(&wire.stderr);
        if kept.len() == KEPT_STDERR_LINES {
            kept.pop_front();
        }
        kept.push_back(text);
    }
}

/// Writes the outbox to the child, and stops and reaps the child and its group in the end.
async fn supervise(
    mut child: Child,
    group: Group,
    mut stdin: ChildStdin,
    mut inbox: mpsc::Receiver<Bytes>,
    mut stop: oneshot::Receiver<()>,
    gone: oneshot::Sender<()>,
    wire: Arc<Wire>,
) {
    let mut line = Vec::new();
    let mut written = 0;
    loop {
        tokio::select! {
            biased;
            _ = &mut stop => break,
            _ = child.wait() => break,
            // A child that does not read must not keep us from seeing that it is to stop.
            wrote = stdin.write(line.get(written..).unwrap_or_default()), if written < line.len() => match wrote {
                Ok(count) if count > 0 => written += count,
                _ => break,
            },
            message = inbox.recv(), if written == line.len() => {
                let Some(message) = message else { break };
                line.clear();
                line.extend_from_slice(&message);
                line.push(b'\n');
                written = 0;
            }
        }
    }
    wire.end();
    drop(stdin);
    for signal in [None, Some(Signal::TERM), Some(Signal::KILL)] {
        if let Some(signal) = signal {
            group.send(signal);
        }
        if tokio::time::timeout(PATIENCE, child.wait()).await.is_ok() {
            break;
        }
    }
    // It looks at every process there is.
    let _ = tokio::task::spawn_blocking(move || drop(group)).await;
    let _ = gone.send(());
}

/// A child and whoever it started. Killed when dropped, also when the runtime ends before the child does: the child
/// may have left others behind.
struct Group {
    family: Option<Family>,
    /// Let go of last, when the family has been killed.
    _watched: Option<Watched>,
}

impl Group {
    fn of(child: &Child, mark: String, warden: Option<&Arc<Warden>>) -> Self {
        let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let family = group.map(|group| Family { group, mark });
        let watched = family.as_ref().zip(warden).map(|(family, warden)| warden.watch(family.clone()));
        Self { family, _watched: watched }
    }

    fn send(&self, signal: Signal) {
        if let Some(family) = &self.family {
            family.send(signal);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(family) = &self.family {
            Family::end(std::slice::from_ref(family));
        }
    }
}

pub(super) fn lock<T>(mutex: &SyncMutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A line of a child's output, cut off where it is too long: read, or passed over.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn fuzz(data: &[u8]) {
    use futures_util::FutureExt as _;
    for line in data.split(|byte| *byte == b'\n') {
        let _ = frame::read(&Bytes::copy_from_slice(line));
        let _ = frame::id_in(line);
    }
    let (mut lines, mut line) = (data, data[..data.len().min(512)].to_vec());
    let skipped = skip_line(&mut lines, &mut line).now_or_never().expect("bytes that are there are not waited for");
    assert!(skipped.is_ok() && line.len() <= 512, "no more is kept than the two ends");
}
