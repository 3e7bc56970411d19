//! A process's part of the spool: a folder with segments, how far they are stored, and a lock. Whoever holds the lock is
//! the only one that reads and writes there; a folder whose process is gone is taken over by the next that looks.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::line::{self, Entry};

/// Records that are stored together.
pub(super) const BATCH: usize = 500;
/// Bytes that are read at a time; a line has to fit.
const PIECE: u64 = 1024 * 1024;
const LOCK: &str = "lock";
/// Held while folders are made and taken over.
const TAKING: &str = "taking.lock";
const POSITION: &str = "position";
const SEGMENT: &str = "log";

/// A place in the segments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    pub(super) segment: u64,
    pub(super) offset: u64,
}

/// Records that were read, and where they end.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) entries: Vec<Entry>,
    pub(super) to: Position,
    /// Bytes from the former position on.
    pub(super) bytes: u64,
    pub(super) torn: u64,
    /// Whether there was more to read.
    pub(super) is_full: bool,
}

/// A folder that this process holds the lock of.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    position: Position,
    _lock: File,
}

/// Makes a folder that only its owner can read.
pub(super) fn make(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

pub(super) fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)
}

pub(super) fn segment(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:010}.{SEGMENT}"))
}

impl Folder {
    /// A new one in `base`.
    pub(super) fn create(base: &Path) -> io::Result<Self> {
        make(base)?;
        let taking = open(&base.join(TAKING))?;
        taking.lock()?;
        let path = base.join(uuid::Uuid::now_v7().simple().to_string());
        make(&path)?;
        let lock = open(&path.join(LOCK))?;
        lock.lock()?;
        Ok(Self { path, position: Position::default(), _lock: lock })
    }

    /// Those in `base` whose processes are gone.
    pub(super) fn adopt(base: &Path) -> io::Result<Vec<Self>> {
        if !base.is_dir() {
            return Ok(Vec::new());
        }
        let taking = open(&base.join(TAKING))?;
        taking.lock()?;
        let mut adopted = Vec::new();
        for entry in fs::read_dir(base)? {
            let path = entry?.path();
            if !path.is_dir() {
                continue;
            }
            let lock = open(&path.join(LOCK))?;
            match lock.try_lock() {
                Ok(()) => adopted.push(Self { position: saved(&path), path, _lock: lock }),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        adopted.sort_by(|one, two| one.path.cmp(&two.path));
        Ok(adopted)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn segment(&self, number: u64) -> PathBuf {
        segment(&self.path, number)
    }

    /// The numbers of its segments, in order.
    fn segments(&self) -> io::Result<Vec<u64>> {
        let entries = match fs::read_dir(&self.path) {
            Ok(entries) => entries,
            // It was removed by whoever held it before.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let number = |entry: io::Result<fs::DirEntry>| {
            let name = entry.ok()?.file_name();
            name.to_str()?.strip_suffix(SEGMENT)?.strip_suffix('.')?.parse().ok()
        };
        let mut numbers: Vec<u64> = entries.filter_map(number).collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// Bytes that are not stored.
    pub(super) fn waiting(&self) -> u64 {
        let size = |number: &u64| fs::metadata(self.segment(*number)).map_or(0, |about| about.len());
        let ahead = |number: &&u64| **number >= self.position.segment;
        let sizes: u64 = self.segments().unwrap_or_default().iter().filter(ahead).map(size).sum();
        sizes.saturating_sub(self.position.offset)
    }

    /// The records after the position, up to `end` where somebody still writes.
    pub(super) fn read(&self, end: Option<Position>) -> io::Result<Batch> {
        let mut batch = Batch { entries: Vec::new(), to: self.position, bytes: 0, torn: 0, is_full: false };
        for number in self.segments()?.into_iter().filter(|number| *number >= self.position.segment) {
            if number > batch.to.segment {
                batch.to = Position { segment: number, offset: 0 };
            }
            let is_last = end.is_some_and(|end| end.segment == number);
            let limit = end.filter(|_| is_last).map_or(u64::MAX, |end| end.offset);
            self.read_segment(&mut batch, limit, is_last)?;
            if batch.is_full || is_last {
                return Ok(batch);
            }
        }
        // The writer has begun a segment that nothing was written to yet.
        if let Some(end) = end.filter(|end| end.segment > batch.to.segment) {
            batch.to = Position { segment: end.segment, offset: 0 };
        }
        Ok(batch)
    }

    fn read_segment(&self, batch: &mut Batch, limit: u64, is_growing: bool) -> io::Result<()> {
        let mut file = File::open(self.segment(batch.to.segment))?;
        file.seek(SeekFrom::Start(batch.to.offset))?;
        loop {
            let room = PIECE.min(limit.saturating_sub(batch.to.offset));
            let mut piece = Vec::new();
            let size = (&mut file).take(room).read_to_end(&mut piece)?;
            let found = line::read(&piece, BATCH.saturating_sub(batch.entries.len()));
            // What has no end: cut off, unless it is being written. One that fills the piece is no line of ours.
            let is_end = (size as u64) < PIECE;
            let is_torn = found.consumed == 0 && size > 0 && !(is_end && is_growing);
            let consumed = if is_torn { size } else { found.consumed } as u64;
            batch.entries.extend(found.entries);
            batch.torn += found.torn + u64::from(is_torn);
            batch.to.offset += consumed;
            batch.bytes += consumed;
            batch.is_full = batch.entries.len() >= BATCH;
            if consumed == 0 || batch.is_full {
                return Ok(());
            }
            file.seek(SeekFrom::Start(batch.to.offset))?;
        }
    }

    /// Everything before `to` is stored.
    pub(super) fn advance(&mut self, to: Position) -> io::Result<()> {
        let (fresh, place) = (self.path.join("position.new"), self.path.join(POSITION));
        fs::write(&fresh, format!("{} {}\n", to.segment, to.offset))?;
        fs::rename(&fresh, &place)?;
        self.position = to;
        for number in self.segments()?.into_iter().filter(|number| *number < to.segment) {
            fs::remove_file(self.segment(number))?;
        }
        Ok(())
    }

    pub(super) fn position(&self) -> Position {
        self.position
    }

    /// Removes it with all that is in it.
    pub(super) fn remove(self) -> io::Result<()> {
        match fs::remove_dir_all(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// A position that cannot be read is the beginning: what is stored already is looked for.
fn saved(path: &Path) -> Position {
    let text = fs::read_to_string(path.join(POSITION)).unwrap_or_default();
    let mut numbers = text.split_whitespace().map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(segment)), Some(Ok(offset))) => Position { segment, offset },
        _ => Position::default(),
    }
}
