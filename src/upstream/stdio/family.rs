//! A child and all who descend from it: who stays in its process group, and who has left it.

use std::fmt;
use std::str::FromStr;

use rustix::process::{Pid, Signal, kill_process_group};

/// The variable that every descendant of a child inherits, whichever session or process group it moves to.
pub(super) const MARK: &str = "MCPGW_CHILD";

/// What tells a child's descendants from every other process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Family {
    pub(super) group: Pid,
    /// The value of [`MARK`], which no other family has.
    pub(super) mark: String,
}

impl Family {
    pub(super) fn new_mark() -> String {
        uuid::Uuid::new_v4().simple().to_string()
    }

    /// Sends `signal` to the process group.
    pub(super) fn send(&self, signal: Signal) {
        let _ = kill_process_group(self.group, signal);
    }

    /// Kills all that are left of `families`. Who has left the group is found by its environment, which only Linux
    /// shows; one that cleared that too is not found.
    pub(super) fn end(families: &[Self]) {
        for family in families {
            family.send(Signal::KILL);
        }
        #[cfg(target_os = "linux")]
        linux::kill_marked(&families.iter().map(|family| format!("{MARK}={}", family.mark)).collect::<Vec<_>>());
    }
}

impl fmt::Display for Family {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.group.as_raw_nonzero(), self.mark)
    }
}

impl FromStr for Family {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (group, mark) = text.split_once(' ').ok_or(())?;
        let group = group.parse().ok().and_then(Pid::from_raw).ok_or(())?;
        Ok(Self { group, mark: mark.to_owned() })
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

    /// One that forks while we look may be missed; its child is found in the next round.
    const ROUNDS: usize = 10;

    pub(super) fn kill_marked(marks: &[String]) {
        for _ in 0..ROUNDS {
            let Ok(entries) = std::fs::read_dir("/proc") else { return };
            let ids =
                entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).filter_map(Pid::from_raw);
            if ids.filter(|id| kill_if_marked(*id, marks)).count() == 0 {
                return;
            }
        }
    }

    /// The handle is taken first: the number may soon be another's.
    fn kill_if_marked(id: Pid, marks: &[String]) -> bool {
        let Ok(environment) = std::fs::read(format!("/proc/{}/environ", id.as_raw_nonzero())) else { return false };
        let is_marked = |environment: &[u8]| {
            environment.split(|byte| *byte == 0).any(|variable| marks.iter().any(|mark| mark.as_bytes() == variable))
        };
        if !is_marked(&environment) {
            return false;
        }
        let Ok(process) = pidfd_open(id, PidfdFlags::empty()) else { return false };
        let again = std::fs::read(format!("/proc/{}/environ", id.as_raw_nonzero())).unwrap_or_default();
        is_marked(&again) && pidfd_send_signal(&process, Signal::KILL).is_ok()
    }
}
