//! `completions/` and `man/` are what the binary prints. `MCPGW_BLESS=1 cargo test generated` renews them.

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
