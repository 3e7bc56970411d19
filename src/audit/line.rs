//! A record as a line of a spool: a checksum, the tenant, the JSON. A line that was cut off or mixed with another is told
//! by its checksum, and what follows it is found again at the next line end.

use sha2::{Digest as _, Sha256};

use crate::model::TenantId;

const SUM_DIGITS: usize = 16;

/// A whole line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) tenant: TenantId,
    pub(super) json: String,
}

/// What a piece of a spool holds.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) entries: Vec<Entry>,
    /// Bytes of whole lines; what follows them has no end yet.
    pub(super) consumed: usize,
    /// Lines that nobody wrote like this.
    pub(super) torn: u64,
}

fn sum(text: &[u8]) -> String {
    crate::model::hex(Sha256::digest(text).iter().take(SUM_DIGITS / 2))
}

/// The line of a record; `json` holds no line end.
pub(super) fn encode(tenant: &TenantId, json: &str) -> Vec<u8> {
    let text = format!("{tenant} {json}");
    let mut line = Vec::with_capacity(SUM_DIGITS + text.len() + 2);
    line.extend_from_slice(sum(text.as_bytes()).as_bytes());
    line.push(b' ');
    line.extend_from_slice(text.as_bytes());
    line.push(b'\n');
    line
}

fn decode(line: &[u8]) -> Option<Entry> {
    let (stated, rest) = line.split_at_checked(SUM_DIGITS)?;
    let text = rest.strip_prefix(b" ")?;
    if sum(text).as_bytes() != stated {
        return None;
    }
    let (tenant, json) = std::str::from_utf8(text).ok()?.split_once(' ')?;
    Some(Entry { tenant: tenant.parse().ok()?, json: json.to_owned() })
}

/// Reads whole lines, at most `most` of them.
pub(super) fn read(bytes: &[u8], most: usize) -> Read {
    let mut found = Read::default();
    while found.entries.len() < most {
        let rest = bytes.get(found.consumed..).unwrap_or_default();
        let Some(end) = memchr::memchr(b'\n', rest) else { break };
        let line = rest.get(..end).unwrap_or_default();
        found.consumed += end + 1;
        match decode(line) {
            Some(entry) => found.entries.push(entry),
            // An empty line is a writer's trial.
            None => found.torn += u64::from(!line.is_empty()),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::hash::{BuildHasher as _, RandomState};

    use super::*;

    fn lines(count: usize) -> (Vec<Entry>, Vec<Vec<u8>>) {
        let entry = |number: usize| Entry {
            tenant: format!("tenant-{}", number % 3).parse().expect("a tenant"),
            json: format!("{{\"_id\":\"{number}\",\"tool\":\"{}\"}}", "x".repeat(number % 700)),
        };
        let entries: Vec<Entry> = (0..count).map(entry).collect();
        let written = entries.iter().map(|entry| encode(&entry.tenant, &entry.json)).collect();
        (entries, written)
    }

    #[test]
    fn a_torn_end_costs_what_was_torn_and_invents_nothing() {
        let (entries, written) = lines(120);
        let whole = written.concat();
        for round in 0..500_u64 {
            let cut = usize::try_from(RandomState::new().hash_one(round) % 4096).expect("small") + 1;
            let bytes = &whole[..whole.len() - cut];
            let mut length = 0;
            let survives = |line: &&Vec<u8>| {
                length += line.len();
                length <= bytes.len()
            };
            let expected = written.iter().take_while(survives).count();
            let found = read(bytes, usize::MAX);
            assert_eq!((found.entries.as_slice(), found.torn), (&entries[..expected], 0), "cut {cut}");
            // Somebody went on writing after the torn end.
            let more = [bytes, b"\n", &encode(&entries[5].tenant, &entries[5].json)].concat();
            let found = read(&more, usize::MAX);
            let (last, former) = found.entries.split_last().expect("the new one");
            assert_eq!(last, &entries[5], "cut {cut}");
            // One that lacked nothing but its end is whole again.
            assert!(
                (expected..=expected + 1).contains(&former.len()) && *former == entries[..former.len()],
                "cut {cut}"
            );
            assert!(found.torn <= 1);
        }
    }

    #[test]
    fn a_changed_byte_is_noticed() {
        let (entries, written) = lines(3);
        let whole = written.concat();
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x04;
            let found = read(&bytes, usize::MAX);
            assert!(found.entries.iter().all(|entry| entries.contains(entry)), "byte {at}: {found:?}");
            assert!(found.entries.len() < 3, "byte {at}");
        }
    }
}
