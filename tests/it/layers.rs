//! The architecture, held by a test: who may import whom, and which crate lives where.

use std::fs;
use std::path::{Path, PathBuf};

/// A part and the parts it may import.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("telemetry", &["tls"]),
    ("model", &["error"]),
    ("store", &["error", "model"]),
    ("breaker", &[]),
    // What fuzzing calls: an entry point of each part that reads what strangers write.
    (
        "fuzzing",
        &[
            "mcp",
            "upstream",
            "auth",
            "gateway",
            "model",
            "catalog",
            "config",
            "registry",
            "guardrails",
            "serve",
            "store",
        ],
    ),
    ("embeddings", &["error", "model", "telemetry", "breaker", "tls"]),
    ("search", &["error", "model"]),
    ("tls", &[]),
    ("upstream", &["error", "model", "telemetry", "breaker", "tls"]),
    ("auth", &["error", "model", "tls"]),
    ("guardrails", &["error", "model", "tls"]),
    ("quota", &["model"]),
    ("secrets", &["error", "model", "store", "tls"]),
    ("sessions", &["error", "model", "secrets", "store"]),
    ("audit", &["error", "model", "telemetry", "store"]),
    ("registry", &["error", "model", "store"]),
    ("reembed", &["error", "model", "store", "embeddings"]),
    (
        "catalog",
        &[
            "error",
            "model",
            "telemetry",
            "auth",
            "store",
            "upstream",
            "embeddings",
            "search",
            "registry",
            "reembed",
            "guardrails",
        ],
    ),
    ("cache", &["error", "model", "store", "embeddings", "search", "reembed"]),
    // Only their `…Config` types and the enums these are made of.
    (
        "config",
        &[
            "error",
            "model",
            "audit",
            "auth",
            "quota",
            "store",
            "embeddings",
            "search",
            "secrets",
            "upstream",
            "guardrails",
            "catalog",
            "cache",
            "gateway",
            "serve",
            "telemetry",
        ],
    ),
    (
        "gateway",
        &[
            "error",
            "model",
            "telemetry",
            "audit",
            "auth",
            "quota",
            "store",
            "embeddings",
            "search",
            "upstream",
            "guardrails",
            "secrets",
            "sessions",
            "registry",
            "reembed",
            "catalog",
            "cache",
            "config",
        ],
    ),
    ("mcp", &["error", "model", "telemetry", "search", "upstream", "sessions", "catalog", "gateway"]),
    ("jobs", &["error", "model", "telemetry", "store", "catalog", "config", "gateway"]),
    (
        "serve",
        &[
            "error",
            "model",
            "telemetry",
            "auth",
            "embeddings",
            "search",
            "cache",
            "catalog",
            "guardrails",
            "config",
            "gateway",
            "mcp",
            "jobs",
            "tls",
        ],
    ),
];

/// A foreign crate and where it may be named.
const HOMES: &[(&str, &[&str])] = &[
    ("rusqlite", &["src/store/sqlite/"]),
    ("tantivy", &["src/search/text.rs", "src/search/memory.rs"]),
    ("regex", &["src/guardrails/"]),
    ("aho_corasick", &["src/guardrails/"]),
    ("unicode_normalization", &["src/guardrails/", "src/cache/words.rs"]),
    ("similar", &["src/catalog/drift.rs"]),
    ("pulp", &["src/search/vectors.rs"]),
    ("tokenizers", &["src/embeddings/tokens.rs", "src/embeddings/builtin.rs", "src/embeddings/local/"]),
    ("safetensors", &["src/embeddings/builtin.rs"]),
    ("candle_core", &["src/embeddings/local/"]),
    ("candle_nn", &["src/embeddings/local/"]),
    ("axum", &["src/serve/"]),
    ("fail", &["src/gateway/call.rs", "commands/main.rs"]),
    ("tokio_io_timeout", &["src/serve/listen.rs"]),
    ("tower_http", &["src/serve/"]),
    ("tower_service", &["src/upstream/address.rs"]),
    ("hyper_rustls", &["src/upstream/http/", "src/tls.rs"]),
    ("cedar_policy", &["src/auth/policy.rs"]),
    ("miette", &["src/auth/policy.rs"]),
    ("jsonwebtoken", &["src/auth/"]),
    ("rsa", &["src/auth/mint.rs"]),
    ("ring", &["src/secrets/"]),
    ("argon2", &["src/gateway/console.rs"]),
    ("aes", &["src/secrets/master.rs"]),
    ("cbc", &["src/secrets/master.rs"]),
    ("aws_sigv4", &["src/secrets/aws_kms.rs"]),
    ("aws_credential_types", &["src/secrets/aws_kms.rs"]),
    ("rustls", &["src/upstream/", "src/tls.rs"]),
    ("mongodb", &["src/store/mongodb/", "src/search/atlas", "src/secrets/queryable.rs"]),
    ("openssl_probe", &["src/secrets/queryable.rs"]),
    ("rmcp", &["src/serve/demo/"]),
    ("etcetera", &["src/config/"]),
    ("tracing_subscriber", &["src/telemetry/"]),
    ("prometheus", &["src/telemetry/metrics.rs"]),
    ("opentelemetry", &["src/telemetry/traces.rs"]),
    ("opentelemetry_http", &["src/telemetry/traces.rs"]),
    ("opentelemetry_otlp", &["src/telemetry/traces.rs"]),
    ("opentelemetry_sdk", &["src/telemetry/traces.rs"]),
    ("tracing_opentelemetry", &["src/telemetry/"]),
    ("clap", &["commands/"]),
    ("clap_complete", &["commands/completions.rs"]),
    ("clap_mangen", &["commands/man.rs"]),
    ("comfy_table", &["commands/output.rs"]),
    ("indicatif", &["commands/output.rs"]),
    ("dialoguer", &["commands/output.rs"]),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Lines of code with their numbers: no comments, and nothing from the tests at the foot of a file on.
fn code(path: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(path).expect("a source file");
    let head = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = head.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
    lines.map(|(index, line)| (index + 1, line.to_owned())).collect()
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).expect("inside the package").display().to_string()
}

/// Whether `line` names the path `name::…`, and not the end of a longer word.
fn names(line: &str, name: &str) -> bool {
    let path = format!("{name}::");
    line.match_indices(&path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|each| each.is_alphanumeric() || each == '_' || each == ':')
    })
}

#[test]
fn parts_import_only_what_the_design_allows() {
    let mut broken = Vec::new();
    for path in sources("src") {
        let file = relative(&path);
        let part = file.trim_start_matches("src/").split(['/', '.']).next().unwrap_or_default().to_owned();
        if part == "lib" {
            continue;
        }
        let allowed = MAY_IMPORT.iter().find(|(name, _)| *name == part);
        let (_, allowed) = allowed.unwrap_or_else(|| panic!("{file}: the part `{part}` has no rule in layers.rs"));
        for (number, line) in code(&path) {
            for imported in imports(&line) {
                let excepted = file.starts_with("src/search/") && imported == "store";
                if imported != part && !excepted && !allowed.contains(&imported.as_str()) {
                    broken.push(format!("{file}:{number}: `{part}` may not import `{imported}`: {}", line.trim()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "the import rules of the design are broken:\n{}", broken.join("\n"));
}

/// Parts that a line names: `crate::part`, and each of `crate::{a, b}`.
fn imports(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        let rest = &line[at + "crate::".len()..];
        let list = rest.strip_prefix('{').map_or(vec![rest], |list| list.split(',').collect());
        for item in list {
            let name: String = item.trim().chars().take_while(|each| each.is_alphanumeric() || *each == '_').collect();
            if name.starts_with(|first: char| first.is_lowercase()) {
                found.push(name);
            }
        }
    }
    found
}

#[test]
fn foreign_crates_stay_at_home() {
    let mut broken = Vec::new();
    for path in sources("src").into_iter().chain(sources("commands")) {
        let file = relative(&path);
        for (number, line) in code(&path) {
            for (foreign, homes) in HOMES {
                if names(&line, foreign) && !homes.iter().any(|home| file.starts_with(home)) {
                    broken.push(format!("{file}:{number}: `{foreign}` lives in {}: {}", homes.join(", "), line.trim()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "foreign crates left their homes:\n{}", broken.join("\n"));
}

#[test]
fn the_library_neither_prints_nor_exits() {
    for path in sources("src") {
        for (number, line) in code(&path) {
            for banned in ["println!", "eprintln!", "process::exit", "anyhow"] {
                assert!(!line.contains(banned), "{}:{number}: {banned} in the library", relative(&path));
            }
        }
    }
}

#[test]
fn files_stay_short() {
    let long: Vec<String> = ["src", "commands", "tests/it"]
        .iter()
        .flat_map(|folder| sources(folder))
        .filter_map(|path| {
            let lines = fs::read_to_string(&path).expect("a source file").lines().count();
            (lines > 600).then(|| format!("{}: {lines} lines", relative(&path)))
        })
        .collect();
    assert!(long.is_empty(), "files over 600 lines: split them by what they own\n{}", long.join("\n"));
}

#[test]
fn the_rules_see_what_they_look_for() {
    assert_eq!(imports("use crate::{error::Error, model};"), ["error", "model"]);
    assert_eq!(imports("    let x = crate::search::open(1);"), ["search"]);
    assert!(names("use axum::Router;", "axum") && names("    axum::serve(x)", "axum"));
    assert!(!names("use hyper_rustls::X;", "rustls") && !names("use crate::rmcp::X;", "rmcp"));
}
