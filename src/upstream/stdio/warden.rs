//! What ends the children of a gateway that was killed: a process of its own, which holds one end of a pipe.
//!
//! A gateway that stops ends its children itself. One that is killed cannot, and a child need not notice that its input
//! has ended. So the gateway tells a small second process about its children; when the pipe to
//! that process closes, for whatever reason, it kills those that are left.

use std::collections::HashSet;
use std::io::{BufRead, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::family::Family;

/// Tells the second process which children there are.
pub(in crate::upstream) struct Warden {
    program: PathBuf,
    told: Mutex<Told>,
}

#[derive(Default)]
struct Told {
    families: HashSet<Family>,
    process: Option<Child>,
}

/// A child that is watched over until this is dropped.
pub(super) struct Watched {
    warden: Arc<Warden>,
    family: Family,
}

impl Warden {
    /// `program` runs [`watch_over`] on its input when it is called with `warden`. Started with the first child.
    pub(in crate::upstream) fn new(program: PathBuf) -> Self {
        Self { program, told: Mutex::default() }
    }

    pub(super) fn watch(self: &Arc<Self>, family: Family) -> Watched {
        let mut told = self.told();
        told.families.insert(family.clone());
        self.say(&mut told, &format!("+{family}\n"));
        Watched { warden: Arc::clone(self), family }
    }

    /// Says a line; to a new process, with everything that it has to know, where there is none yet or no longer.
    fn say(&self, told: &mut Told, line: &str) {
        let write = |process: &mut Child, text: &str| {
            process.stdin.as_mut().is_some_and(|input| input.write_all(text.as_bytes()).is_ok())
        };
        if told.process.as_mut().is_some_and(|process| write(process, line)) {
            return;
        }
        if let Some(mut former) = told.process.take() {
            let _ = former.kill();
            let _ = former.wait();
        }
        let started = Command::new(&self.program)
            .arg("warden")
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Ctrl-C at a terminal is for us alone.
            .process_group(0)
            .spawn();
        match started {
            Ok(mut process) => {
                let all: String = told.families.iter().map(|family| format!("+{family}\n")).collect();
                write(&mut process, &all);
                told.process = Some(process);
            }
            Err(error) => tracing::warn!(error = %error, "children may outlive a gateway that is killed"),
        }
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Warden {
    fn drop(&mut self) {
        if let Some(mut process) = self.told().process.take() {
            // Its input ends, and with that it does.
            drop(process.stdin.take());
            let _ = process.wait();
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let mut told = self.warden.told();
        told.families.remove(&self.family);
        if told.process.is_some() {
            self.warden.say(&mut told, &format!("-{}\n", self.family));
        }
    }
}

/// The second process's work: reads which children come (`+7 MARK`) and go (`-7 MARK`), and kills those that are left when the input
/// ends.
pub fn watch_over(input: impl BufRead) {
    let mut families: HashSet<Family> = HashSet::new();
    for line in input.lines().map_while(Result::ok) {
        match line.split_at_checked(1) {
            Some(("+", family)) => drop(family.parse().map(|family| families.insert(family))),
            Some(("-", family)) => drop(family.parse().map(|family| families.remove(&family))),
            _ => {}
        }
    }
    Family::end(&families.into_iter().collect::<Vec<_>>());
}
