//! What has to hold whatever arrives: entry points of the fuzz targets in `fuzz/`, tried here on seeds and on what becomes
//! of them.

/// Takes bytes, and panics where something does not hold.
pub type Target = fn(&[u8]);

/// Every target with its name.
pub const TARGETS: [(&str, Target); 14] = [
    ("envelope", crate::mcp::fuzz_envelope),
    ("request_headers", crate::mcp::fuzz_request_headers),
    ("event_stream", crate::upstream::fuzz_event_stream),
    ("stdio", crate::upstream::fuzz_stdio),
    ("address", crate::upstream::fuzz_address),
    ("token", crate::auth::fuzz_token),
    ("cursor", crate::gateway::fuzz_cursor),
    ("names", crate::model::fuzz_names),
    ("definition", crate::catalog::fuzz_definition),
    ("configuration", crate::config::fuzz_configuration),
    ("import", crate::registry::fuzz_import),
    ("guardrails", crate::guardrails::fuzz),
    ("caller_headers", crate::serve::fuzz_caller_headers),
    ("bson", crate::store::fuzz_bson),
];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// xorshift64 (Marsaglia 2003): the same bytes in each run.
    struct Random(u64);

    impl Random {
        fn below(&mut self, most: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            usize::try_from(self.0 % most.max(1) as u64).unwrap_or_default()
        }

        fn mutate(&mut self, seed: &[u8]) -> Vec<u8> {
            let mut bytes = seed.to_vec();
            for _ in 0..=self.below(4) {
                let at = self.below(bytes.len() + 1);
                match self.below(4) {
                    0 => bytes.truncate(at),
                    1 => bytes.insert(at.min(bytes.len()), self.below(256) as u8),
                    2 if at < bytes.len() => bytes[at] = b"\"{}[]:,\\\0\n\r\xff0."[self.below(14)],
                    _ => {
                        let part = bytes[at.min(bytes.len())..].to_vec();
                        bytes.extend(part.into_iter().take(64));
                    }
                }
            }
            bytes
        }
    }

    fn seeds(name: &str) -> Vec<Vec<u8>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(name);
        let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        files.map(|file| std::fs::read(file.expect("a file").path()).expect("a seed")).collect()
    }

    #[test]
    fn nothing_that_becomes_of_the_seeds_does_harm() {
        for (name, target) in TARGETS {
            let (seeds, mut random) = (seeds(name), Random(0x9e37_79b9_7f4a_7c15));
            assert!(!seeds.is_empty(), "{name}");
            target(&[]);
            for seed in &seeds {
                target(seed);
                for _ in 0..200 {
                    target(&random.mutate(seed));
                }
            }
        }
    }
}
