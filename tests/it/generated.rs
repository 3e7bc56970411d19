//! `completions/`, `man/` and `docs/cli.md` are what the binary prints. `MCPGW_BLESS=1 cargo test generated` renews them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

const COMPLETIONS: [(&str, &str); 5] = [
    ("bash", "mcpgw.bash"),
    ("zsh", "_mcpgw"),
    ("fish", "mcpgw.fish"),
    ("powershell", "_mcpgw.ps1"),
    ("elvish", "mcpgw.elv"),
];

fn printed(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(env!("CARGO_BIN_EXE_mcpgw")).args(arguments).env_clear().output().expect("mcpgw runs");
    assert!(output.status.success(), "mcpgw {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let Ok(entries) = fs::read_dir(folder) else { return BTreeMap::new() };
    let named = |entry: fs::DirEntry| {
        (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).expect("a file"))
    };
    entries.map(|entry| named(entry.expect("an entry"))).collect()
}

/// What `--help` says of a command, of all its subcommands with it; the flags of all are said once.
fn reference(words: &[&str], level: usize, out: &mut String) {
    let help = String::from_utf8(printed(&[words, &["--help"]].concat())).expect("UTF-8");
    let (own, global) = help.split_once("\nGlobal options:\n").expect("global options");
    let shown = if words.is_empty() { format!("{own}\nGlobal options:\n{global}") } else { own.to_owned() };
    let shown: Vec<&str> = shown.trim_end().lines().map(str::trim_end).collect();
    let name = ["mcpgw"].iter().chain(words).copied().collect::<Vec<_>>().join(" ");
    let heading = "#".repeat(level.min(4));
    out.push_str(&format!("\n{heading} `{name}`\n\n```text\n{}\n```\n", shown.join("\n")));
    let commands = own.split_once("\nCommands:\n").map_or("", |(_, list)| list.split("\n\n").next().unwrap_or(list));
    // A description that goes over several lines goes on further right.
    let begins = |line: &&str| line.starts_with("  ") && !line.starts_with("   ");
    for command in commands.lines().filter(begins).filter_map(|line| line.split_whitespace().next()) {
        if command != "help" {
            reference(&[words, &[command]].concat(), level + 1, out);
        }
    }
}

fn compare(folder: &str, wanted: &BTreeMap<String, Vec<u8>>) {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    if std::env::var_os("MCPGW_BLESS").is_some() {
        let _ = fs::remove_dir_all(&committed);
        fs::create_dir_all(&committed).expect("a folder");
        for (name, text) in wanted {
            fs::write(committed.join(name), text).expect("a file");
        }
    }
    let present = files(&committed);
    let stale: Vec<&String> =
        wanted.keys().chain(present.keys()).filter(|name| wanted.get(*name) != present.get(*name)).collect();
    assert!(stale.is_empty(), "{folder}/ is out of date ({stale:?}); run: MCPGW_BLESS=1 cargo test generated");
}

#[test]
fn completions_are_up_to_date() {
    let wanted =
        COMPLETIONS.iter().map(|(shell, file)| ((*file).to_owned(), printed(&["completions", shell]))).collect();
    compare("completions", &wanted);
}

#[test]
fn man_pages_are_up_to_date() {
    let folder = tempfile::tempdir().expect("a folder");
    printed(&["man", &folder.path().display().to_string()]);
    let wanted = files(folder.path());
    assert!(wanted.contains_key("mcpgw-server-add.1"), "{:?}", wanted.keys());
    compare("man", &wanted);
}

#[test]
fn the_reference_of_commands_is_up_to_date() {
    let mut wanted =
        "# Commands\n\nWhat `mcpgw COMMAND --help` says of each; `man/` has the same as pages. This file is made by \
        `MCPGW_BLESS=1 cargo test generated`.\n"
            .to_owned();
    reference(&[], 2, &mut wanted);
    assert!(wanted.contains("#### `mcpgw server add`"), "{wanted}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cli.md");
    if std::env::var_os("MCPGW_BLESS").is_some() {
        fs::write(&path, &wanted).expect("a file");
    }
    let present = fs::read_to_string(&path).unwrap_or_default();
    assert!(present == wanted, "docs/cli.md is out of date; run: MCPGW_BLESS=1 cargo test generated");
}
