//! Child processes that cannot outlive or outwait a test.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// Far more than anything here takes, also where two slow cores run all tests at once.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);
/// From SIGTERM to SIGKILL, for a child that a test leaves behind.
const GRACE: Duration = Duration::from_secs(10);
/// Of what a service said, where its test fails.
const LAST_LINES: usize = 40;
const POLL: Duration = Duration::from_millis(5);

/// Polls until `found` has an answer; `None` when the deadline passes first.
pub(crate) fn until<T>(deadline: Duration, mut found: impl FnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + deadline;
    loop {
        match found() {
            None if Instant::now() < end => thread::sleep(POLL),
            answer => return answer,
        }
    }
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Output {
    /// The exit code; -1 when a signal ended it.
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs `command` to its end.
pub(crate) fn run(command: &mut Command, stdin: &str, deadline: Duration) -> Output {
    let name = format!("{command:?}");
    let mut child = spawn(command, Stdio::piped());
    let mut input = child.stdin.take().expect("a pipe");
    let stdin = stdin.to_owned();
    // Whoever does not read its input closes the pipe, which is its right.
    thread::spawn(move || drop(input.write_all(stdin.as_bytes())));
    let stdout = read_all(child.stdout.take().expect("a pipe"));
    let stderr = read_all(child.stderr.take().expect("a pipe"));
    let status = until(deadline, || child.try_wait().expect("its status"));
    if status.is_none() {
        drop(child.kill());
        drop(child.wait());
    }
    // A pipe that stays open after the exit is held by a child that the command left behind.
    let text = |pipe: Receiver<String>| {
        pipe.recv_timeout(GRACE).unwrap_or_else(|_| panic!("something that {name} started still holds its output"))
    };
    let (stdout, stderr) = (text(stdout), text(stderr));
    let Some(status) = status else { panic!("{name} did not end within {deadline:?}\n{stdout}{stderr}") };
    Output { code: status.code().unwrap_or(-1), stdout, stderr }
}

fn spawn(command: &mut Command, stdin: Stdio) -> Child {
    command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"))
}

fn read_all(mut pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        drop(pipe.read_to_end(&mut bytes));
        send.send(String::from_utf8_lossy(&bytes).into_owned())
    });
    receive
}

/// A server process: ready when a line of its output says so, ended with its owner.
pub(crate) struct Service {
    name: String,
    child: Child,
    log: Arc<Mutex<String>>,
}

impl Service {
    /// Starts `command` and waits for the first line from which `ready` reads something.
    ///
    /// # Errors
    /// Its output, where it ends before such a line.
    pub(crate) fn start<T: Send + 'static>(
        command: &mut Command,
        ready: impl Fn(&str) -> Option<T> + Clone + Send + 'static,
    ) -> Result<(Self, T), String> {
        let args: Vec<_> = command.get_args().map(|arg| arg.to_string_lossy()).collect();
        let name = format!("{} {}", command.get_program().to_string_lossy(), args.join(" "));
        let mut child = spawn(command, Stdio::null());
        let log = Arc::new(Mutex::new(String::new()));
        let (send, receive) = mpsc::channel();
        // Both streams are read to their end, since a full pipe would stop the process.
        let pipes: [Box<dyn Read + Send>; 2] =
            [Box::new(child.stdout.take().expect("a pipe")), Box::new(child.stderr.take().expect("a pipe"))];
        for pipe in pipes {
            let (log, ready, send) = (Arc::clone(&log), ready.clone(), send.clone());
            thread::spawn(move || {
                for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
                    let line = String::from_utf8_lossy(&line);
                    let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
                    log.push_str(&line);
                    log.push('\n');
                    // Nobody listens any more after the first.
                    let _ = ready(&line).map(|found| send.send(found));
                }
            });
        }
        drop(send);
        let service = Self { name, child, log };
        match receive.recv_timeout(DEADLINE) {
            Ok(found) => Ok((service, found)),
            Err(RecvTimeoutError::Disconnected) => Err(service.log()),
            Err(RecvTimeoutError::Timeout) => panic!("{} is not ready\n{}", service.name, service.log()),
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has written so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Asks it to stop and waits; its exit code, or `None` where it had to be killed.
    pub(crate) fn stop(&mut self) -> Option<i32> {
        if self.is_running()
            && let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw)
        {
            let _ = kill_process(pid, Signal::TERM);
        }
        let status = until(GRACE, || self.child.try_wait().ok().flatten());
        if status.is_none() {
            drop(self.child.kill());
            drop(self.child.wait());
        }
        status?.code()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.stop();
        if thread::panicking() {
            // A talkative server's beginnings say nothing about its end.
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            let last = lines.get(lines.len().saturating_sub(LAST_LINES)..).unwrap_or_default().join("\n");
            eprintln!("--- {} said at last:\n{last}\n---", self.name);
        }
    }
}
