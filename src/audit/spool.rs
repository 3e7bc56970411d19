//! Where records wait until the store has them.
//!
//! A record is one `write(2)` to a file of this process before its answer goes out: it survives the process. What
//! survives the machine is bounded by [`Spool::sync`].

use std::fs::File;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::folder::{self, Folder, Position};
use super::{AuditConfig, SpoolPolicy, line};
use crate::model::TenantId;
use crate::telemetry::metrics::METRICS;

/// The longest line; room of this size is kept for what was let in.
pub(super) const MAX_LINE: u64 = 4096;
/// A segment of this size is full.
const MAX_SEGMENT: u64 = 8 * 1024 * 1024;

/// What is counted, for operators.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) records: AtomicU64,
    pub(super) bytes: AtomicU64,
    pub(super) dropped: AtomicU64,
    pub(super) torn: AtomicU64,
    pub(super) aside: AtomicU64,
    pub(super) stored: AtomicU64,
}

impl Counts {
    /// A record could not be kept; how many were not before it.
    pub(super) fn dropped(&self) -> u64 {
        METRICS.audit_dropped(1);
        self.dropped.fetch_add(1, Ordering::Relaxed)
    }
}

/// The spool of one process.
pub(super) struct Spool {
    config: AuditConfig,
    base: PathBuf,
    writer: Mutex<Writer>,
    pub(super) counts: Counts,
    /// Bytes kept for executions that are under way.
    reserved: Arc<AtomicU64>,
    /// The last write failed.
    broken: AtomicBool,
}

#[derive(Default)]
struct Writer {
    file: Option<File>,
    /// The folder, until the flusher takes it.
    folder: Option<Folder>,
    at: Position,
    path: Option<PathBuf>,
    is_dirty: bool,
}

/// Room for one record, kept until it is written.
pub(super) struct Room(Arc<AtomicU64>);

impl Drop for Room {
    fn drop(&mut self) {
        self.0.fetch_sub(MAX_LINE, Ordering::AcqRel);
    }
}

impl Spool {
    pub(super) fn new(config: AuditConfig, base: PathBuf) -> Self {
        Self {
            config,
            base,
            writer: Mutex::default(),
            counts: Counts::default(),
            reserved: Arc::default(),
            broken: AtomicBool::new(false),
        }
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn base(&self) -> &PathBuf {
        &self.base
    }

    pub(super) fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Acquire)
    }

    /// Room for a record, unless there is none. With [`SpoolPolicy::Drop`] nobody asks.
    pub(super) fn reserve(&self) -> Option<Room> {
        let former = self.reserved.fetch_add(MAX_LINE, Ordering::AcqRel);
        let room = Room(Arc::clone(&self.reserved));
        let wanted = self.counts.bytes.load(Ordering::Acquire) + former + MAX_LINE;
        (wanted <= self.config.max_bytes && !self.is_broken()).then_some(room)
    }

    /// Appends a record; whether it was kept.
    pub(super) fn append(&self, tenant: &TenantId, json: &str, room: Option<Room>) -> bool {
        let line = line::encode(tenant, json);
        let size = line.len() as u64;
        let kept_for_others = match (self.config.policy, &room) {
            (SpoolPolicy::Deny, None) => self.reserved.load(Ordering::Acquire),
            _ => 0,
        };
        let mut writer = self.writer();
        let full = self.counts.bytes.load(Ordering::Acquire) + kept_for_others + size > self.config.max_bytes;
        let written = if full { Ok(false) } else { writer.write(&line, self).map(|()| true) };
        if matches!(written, Ok(true)) {
            // Under the lock: whoever stores it counts it off again.
            self.counts.records.fetch_add(1, Ordering::AcqRel);
            self.counts.bytes.fetch_add(size, Ordering::AcqRel);
        }
        drop(writer);
        if !full {
            self.note(written.as_ref().err());
        }
        let is_kept = written.unwrap_or(false);
        if !is_kept && self.counts.dropped() == 0 {
            tracing::warn!("audit records are dropped: the spool is full or cannot be written");
        }
        is_kept
    }

    fn note(&self, error: Option<&io::Error>) {
        match error {
            Some(error) if !self.broken.swap(true, Ordering::AcqRel) => {
                tracing::error!(%error, path = %self.base.display(), "the audit spool cannot be written");
            }
            None if self.is_broken() && self.broken.swap(false, Ordering::AcqRel) => {
                tracing::info!("the audit spool is written again");
            }
            _ => {}
        }
    }

    /// Tries to write, where that failed before or was not tried yet.
    pub(super) fn probe(&self) {
        let mut writer = self.writer();
        if writer.file.is_none() || self.is_broken() {
            // A blank line is no record.
            let written = writer.write(b"\n", self);
            if written.is_ok() {
                self.counts.bytes.fetch_add(1, Ordering::AcqRel);
            }
            drop(writer);
            self.note(written.as_ref().err());
        }
    }

    /// Has what was written survive a loss of power.
    pub(super) fn sync(&self) -> io::Result<()> {
        let file = {
            let mut writer = self.writer();
            let is_dirty = std::mem::take(&mut writer.is_dirty);
            writer.file.as_ref().filter(|_| is_dirty).map(File::try_clone).transpose()?
        };
        file.map_or(Ok(()), |file| file.sync_data())
    }

    /// Where the writer is, and its folder where it was made since this was asked last.
    pub(super) fn written(&self) -> (Position, Option<Folder>) {
        let mut writer = self.writer();
        (writer.at, writer.folder.take())
    }

    /// Begins another segment, so that the present one can go once it is stored.
    pub(super) fn rotate_if_long(&self) -> bool {
        let mut writer = self.writer();
        let is_long = writer.at.offset > self.segment_bytes() / 2;
        if is_long {
            writer.next_segment();
        }
        is_long
    }

    /// Ends writing; nothing may be appended after it but into a new folder.
    pub(super) fn end(&self) {
        *self.writer() = Writer::default();
    }

    fn segment_bytes(&self) -> u64 {
        MAX_SEGMENT.min(self.config.max_bytes / 4)
    }
}

impl Writer {
    fn next_segment(&mut self) {
        self.file = None;
        self.at = Position { segment: self.at.segment + 1, offset: 0 };
    }

    fn write(&mut self, line: &[u8], spool: &Spool) -> io::Result<()> {
        if self.path.is_none() {
            let folder = Folder::create(&spool.base)?;
            self.path = Some(folder.path().to_owned());
            self.folder = Some(folder);
        }
        if self.at.offset > 0 && self.at.offset + line.len() as u64 > spool.segment_bytes() {
            self.next_segment();
        }
        let path = self.path.clone().unwrap_or_default();
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(folder::open(&folder::segment(&path, self.at.segment))?),
        };
        if let Err(error) = file.write_all(line) {
            // Half a line must not stand before a whole one.
            if file.set_len(self.at.offset).is_err() {
                self.next_segment();
            }
            return Err(error);
        }
        self.at.offset += line.len() as u64;
        self.is_dirty = true;
        Ok(())
    }
}
