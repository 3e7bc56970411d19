//! Stores that are none, or none of ours, or cannot be written: refused with a word that says why, and left as they were.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::full_disk::Disk;
use crate::support::Home;

/// The bytes of a store and of everything beside it.
fn bytes(home: &Home) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(home.path("")).expect("a folder").filter_map(Result::ok);
    let files = entries.filter(|entry| entry.path().is_file());
    files.map(|it| (it.file_name().to_string_lossy().into_owned(), fs::read(it.path()).expect("a file"))).collect()
}

fn store(home: &Home) -> rusqlite::Connection {
    rusqlite::Connection::open(home.path("store.db")).expect("a store")
}

/// A home with a store in it that nobody has open: one file.
fn settled() -> Home {
    let home = Home::new();
    settle(&home);
    home
}

fn settle(home: &Home) {
    home.json(&["server", "add", "s", "--url", "http://127.0.0.1:1/mcp"]);
    store(home).execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").expect("one file");
}

fn refused(home: &Home, why: &str) {
    let before = bytes(home);
    for command in [&["server", "list"][..], &["server", "disable", "s"], &["serve", "--bind", "127.0.0.1:0"]] {
        let output = home.cli(command);
        assert_eq!(output.code, 4, "{command:?}: {output:#?}");
        assert!(output.stderr.contains(why) && output.stderr.contains("store.db"), "{command:?}: {output:#?}");
    }
    assert_eq!(bytes(home).keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>(), "{why}");
    assert!(bytes(home) == before, "{why}: it was changed");
}

#[test]
fn a_store_of_another_version_is_refused() {
    let home = settled();
    store(&home).execute_batch("PRAGMA user_version = 99").expect("a version");
    store(&home).execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").expect("one file");
    refused(&home, "schema version 99");
}

#[test]
fn a_file_of_somebody_else_is_refused() {
    let home = Home::new();
    store(&home).execute_batch("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)").expect("a table");
    refused(&home, "not a store of mcpgw");
    let home = Home::new();
    fs::write(home.path("store.db"), "no database at all, but long enough to be read as one: ".repeat(40))
        .expect("a file");
    refused(&home, "damaged or no SQLite file");
}

#[test]
fn a_store_that_was_cut_off_is_refused() {
    let home = settled();
    let path = home.path("store.db");
    let whole = fs::read(&path).expect("a store");
    for kept in [whole.len() / 2, 4096, 1000, 50] {
        cut(&path, &whole, kept);
        refused(&home, "damaged or no SQLite file");
    }
    fs::write(&path, &whole).expect("whole again");
    assert_eq!(home.json(&["server", "list"])["servers"][0]["name"], "s");
}

fn cut(path: &Path, whole: &[u8], kept: usize) {
    fs::write(path, whole.get(..kept).expect("a beginning")).expect("a file");
}

#[test]
fn a_store_on_a_disk_that_is_protected_is_refused() {
    let home = Home::new();
    let Some(disk) = Disk::over(&home, "8m") else { return };
    settle(&home);
    disk.protect();
    refused(&home, "can be written");
}
