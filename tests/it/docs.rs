//! What the documents show is true: commands are ones that the binary takes, JSON is JSON, links lead somewhere, and what
//! a newcomer is told to type works as typed.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::{DEADLINE, Gateway, Home, deps, mcpgw, run};

/// A block of a document, from its fence on.
struct Block {
    at: String,
    language: String,
    text: String,
}

fn documents() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = fs::read_dir(root.join("docs")).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut found: Vec<PathBuf> = docs.filter(|path| path.extension().is_some_and(|it| it == "md")).collect();
    found.push(root.join("README.md"));
    found.sort();
    found
}

fn blocks(path: &Path) -> Vec<Block> {
    let (mut found, mut open): (Vec<Block>, Option<Block>) = (Vec::new(), None);
    let text = fs::read_to_string(path).expect("a document");
    for (number, line) in text.lines().enumerate() {
        match (line.trim_start().strip_prefix("```"), &mut open) {
            (Some(language), None) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                open = Some(Block {
                    at: format!("{name}:{}", number + 1),
                    language: language.to_owned(),
                    text: String::new(),
                });
            }
            (Some(_), Some(_)) => found.extend(open.take()),
            (None, Some(block)) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "{} ends in a block", path.display());
    found
}

/// The commands of a block: what follows `$ ` with its continued lines, or all of it where it is a script.
fn commands(block: &Block) -> Vec<String> {
    match block.language.as_str() {
        "sh" => vec![block.text.clone()],
        "console" => {
            let (mut found, mut goes_on): (Vec<String>, bool) = (Vec::new(), false);
            for line in block.text.lines() {
                match (line.trim_start().strip_prefix("$ "), goes_on, found.last_mut()) {
                    (_, true, Some(last)) => {
                        last.push('\n');
                        last.push_str(line);
                    }
                    (Some(command), ..) => found.push(command.to_owned()),
                    _ => continue,
                }
                let is_quoted = found.last().is_some_and(|all| all.matches('\'').count() % 2 == 1);
                goes_on = is_quoted || line.ends_with('\\');
            }
            found
        }
        _ => Vec::new(),
    }
}

/// In place of every program: one that has the real `mcpgw` read the arguments that it is given, wherever they stand.
const STUB: &str = r#"#!/bin/bash
set -u
name=${0##*/}
read_by_the_binary() {
  local args=() asked=
  for arg in "$@"; do
    if [ "$arg" = -- ] && [ -z "$asked" ]; then args+=(--help); asked=1; fi
    args+=("$arg")
  done
  [ -n "$asked" ] || args+=(--help)
  local said
  said=$("$MCPGW" "${args[@]}" 2>&1 >/dev/null) || printf 'mcpgw %s: %s\n' "$*" "$said" >> "$FAULTS"
  echo "$*" >> "$SEEN"
}
if [ "$name" = mcpgw ]; then read_by_the_binary "$@"; exit 0; fi
case "$name $*" in
  "cargo run --release -- "*) shift 3; read_by_the_binary "$@" ;;
  docker*" exec gateway mcpgw "* | kubectl*" -- mcpgw "*)
    until [ "$1" = mcpgw ] && { [ "$last" = -- ] || [ "$last" = gateway ]; }; do last=$1; shift; done
    shift
    read_by_the_binary "$@" ;;
esac
"#;

/// Programs that the documents use beside `mcpgw`.
const OTHERS: [&str; 19] = [
    "apt-get",
    "cargo",
    "cat",
    "curl",
    "docker",
    "gh",
    "git",
    "grep",
    "helm",
    "jq",
    "kill",
    "kubectl",
    "openssl",
    "perf",
    "python3",
    "sha256sum",
    "sleep",
    "sqlite3",
    "tr",
];

#[test]
fn the_binary_takes_every_command_that_is_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let stub = |name: &str| {
        let path = folder.path().join(name);
        fs::write(&path, STUB).expect("a stub");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("permissions");
    };
    OTHERS.iter().for_each(|name| stub(name));
    stub("mcpgw");
    let (faults, seen) = (folder.path().join("faults"), folder.path().join("seen"));
    let mut wrong = Vec::new();
    for path in documents() {
        for block in blocks(&path) {
            for command in commands(&block) {
                let command = command.replace("target/release/mcpgw", "mcpgw");
                let work = tempfile::tempdir().expect("a folder");
                fs::write(work.path().join("texts.jsonl"), "").expect("what one of them reads");
                let mut shell = Command::new("/bin/bash");
                shell.args(["-c", &command]).current_dir(work.path()).env_clear();
                shell.env("PATH", folder.path()).env("HOME", work.path()).env("MCPGW", mcpgw());
                shell.env("FAULTS", &faults).env("SEEN", &seen);
                let output = run(&mut shell, "", DEADLINE);
                if output.code != 0 || output.stderr.contains("command not found") {
                    wrong.push(format!("{}: {command}: {}", block.at, output.stderr));
                }
                let refused = fs::read_to_string(&faults).unwrap_or_default();
                if !refused.is_empty() {
                    wrong.push(format!("{}: {refused}", block.at));
                    fs::write(&faults, "").expect("a file");
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let seen = fs::read_to_string(&seen).expect("commands").lines().count();
    assert!(seen > 40, "only {seen} commands were read");
}

#[test]
fn json_that_is_shown_is_json_and_links_lead_somewhere() {
    let mut wrong = Vec::new();
    for path in documents() {
        for block in blocks(&path).iter().filter(|block| block.language == "json") {
            if let Err(error) = serde_json::from_str::<Value>(&block.text) {
                wrong.push(format!("{}: {error}", block.at));
            }
        }
        let text = fs::read_to_string(&path).expect("a document");
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split_once(')').map(|(link, _)| link)) {
            let (file, anchor) = link.split_once('#').map_or((link, None), |(file, anchor)| (file, Some(anchor)));
            if file.contains("://") || file.contains(' ') {
                continue;
            }
            let target = if file.is_empty() { path.clone() } else { path.with_file_name("").join(file) };
            if !target.exists() {
                wrong.push(format!("{name}: {link}"));
            } else if let Some(anchor) = anchor.filter(|_| target.is_file()) {
                let text = fs::read_to_string(&target).expect("a document");
                if !text.lines().filter(|line| line.starts_with('#')).any(|heading| anchor_of(heading) == anchor) {
                    wrong.push(format!("{name}: no heading for {link}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// As GitHub makes them.
fn anchor_of(heading: &str) -> String {
    let kept = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = kept.chars().filter(|each| each.is_alphanumeric() || matches!(each, ' ' | '-' | '_'));
    kept.map(|each| if each == ' ' { '-' } else { each }).collect()
}

#[test]
fn what_a_newcomer_types_works_as_typed() {
    let missing = "it is not on the PATH".to_owned();
    let is_there = Command::new("curl").arg("--version").output().is_ok();
    if deps::available("curl", if is_there { Ok(()) } else { Err(&missing) }).is_none() {
        return;
    }
    let home = Home::new();
    let gateway = Gateway::start(&home, &["--demo"]);
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let typed: Vec<String> = blocks(&readme).iter().flat_map(commands).collect();
    let curls: Vec<&String> = typed.iter().filter(|command| command.starts_with("curl ")).collect();
    assert_eq!(curls.len(), 2, "{curls:?}");
    let mut said = Vec::new();
    for command in curls {
        let command = command.replace("127.0.0.1:8000", &gateway.address().to_string());
        let output = run(Command::new("bash").args(["-c", &command]), "", DEADLINE);
        said.push(serde_json::from_str::<Value>(&output.stdout).unwrap_or_else(|_| panic!("{command}: {output:#?}")));
    }
    assert_eq!(said[0]["result"]["results"][0]["name"], "orders__find_order");
    assert!(said[1]["result"]["structuredContent"].to_string().contains("A-1001"), "{}", said[1]);
}

/// Every key of the configuration, in both directions.
#[test]
fn every_key_is_documented() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = fs::read_to_string(root.join("src/config/layers.rs")).expect("the keys");
    let text = fs::read_to_string(root.join("docs/configuration.md")).expect("a document");
    let known: Vec<&str> = source
        .lines()
        .filter_map(|line| {
            let line = line.trim();
            let rest = line.strip_prefix("key(\"").or_else(|| line.strip_prefix("secret(\""))?;
            rest.split_once("\"),").map(|(name, _)| name)
        })
        .collect();
    assert!(known.len() > 80, "{}", known.len());
    let named = |name: &str| text.split('`').any(|part| part == name);
    let missing: Vec<&&str> = known.iter().filter(|name| !named(name)).collect();
    assert!(missing.is_empty(), "not in docs/configuration.md: {missing:?}");
    let first_column = text.lines().filter(|line| line.starts_with("| `")).filter_map(|line| line.split('|').nth(1));
    let unknown: Vec<&str> = first_column
        .flat_map(|cell| cell.split('`'))
        .filter(|name| name.len() > 3 && name.chars().all(|each| each.is_ascii_uppercase() || each == '_'))
        .filter(|name| !known.contains(name))
        .collect();
    assert!(unknown.is_empty(), "in docs/configuration.md, and no key: {unknown:?}");
}
