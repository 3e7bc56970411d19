//! A home directory with a store in it, for one test.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use super::process::{DEADLINE, Output, run};

/// A directory that ends with the test. A gateway on it has to be declared after it.
pub(crate) struct Home {
    folder: TempDir,
    /// URI and database prefix, where it is not an embedded one.
    store: Option<(String, String)>,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a directory"), store: None }
    }

    /// A home whose store is the MongoDB at `uri`, in databases of its own.
    pub(crate) fn on_mongodb(uri: &str) -> Self {
        Self { store: Some((uri.to_owned(), super::mongod::database())), ..Self::new() }
    }

    /// The prefix of its databases.
    pub(crate) fn database(&self) -> &str {
        self.store.as_ref().map_or("", |(_, database)| database)
    }

    /// Where its MongoDB is, if it has one.
    pub(crate) fn uri(&self) -> Option<&str> {
        self.store.as_ref().map(|(uri, _)| uri.as_str())
    }

    /// A file or directory of it.
    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `mcpgw` with this home and its store, and nothing else of the environment: what the developer or the
    /// CI has set must not change what is tested.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(super::mcpgw());
        command.env_clear().env("HOME", self.folder.path()).current_dir(self.folder.path());
        // Tests ask more in a minute than people do; those of the limits set their own.
        command.env("RATE_LIMIT_MAX_REQUESTS", "0").env("RATE_LIMIT_MAX_REQUESTS_PER_SUBJECT", "0");
        // Without these, a build with the driver's encryption does not start where libmongocrypt is not installed.
        let library: &[&str] =
            if cfg!(feature = "queryable-encryption") { &["LD_LIBRARY_PATH", "LD_PRELOAD"] } else { &[] };
        for name in ["PATH", "LANG"].iter().chain(library) {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        match &self.store {
            // In the environment: other users of the machine can read a command line.
            Some((uri, database)) => command.env("MONGODB_URI", uri).args(["--db", database]),
            None => command.arg("--store").arg(format!("sqlite:{}", self.path("store.db").display())),
        };
        command
    }

    /// Runs one subcommand.
    pub(crate) fn cli(&self, args: &[&str]) -> Output {
        self.cli_with(args, &[], "")
    }

    /// Runs one subcommand with further variables and something on stdin.
    pub(crate) fn cli_with(&self, args: &[&str], env: &[(&str, &str)], stdin: &str) -> Output {
        run(self.command().args(args).envs(env.iter().copied()), stdin, DEADLINE)
    }

    /// The document that a subcommand prints, which has to succeed.
    #[track_caller]
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let (code, document) = self.json_with_code(args);
        assert_eq!(code, 0, "mcpgw {args:?} printed {document:#}");
        document
    }

    /// The document that a subcommand prints and its exit code.
    #[track_caller]
    pub(crate) fn json_with_code(&self, args: &[&str]) -> (i32, Value) {
        let flags = ["--output", "json"];
        let output = self.cli(&[&flags, args].concat());
        match serde_json::from_str(&output.stdout) {
            Ok(document) => (output.code, document),
            Err(error) => panic!("mcpgw {args:?} printed no JSON ({error}): {output:#?}"),
        }
    }
}
