//! Every dependency's licence is one that `.cargo/deny.toml` allows, and no banned crate came in. `cargo deny`
//! says the same where it is installed; this needs nothing but cargo.

use std::process::Command;

use serde_json::Value;

/// Whether an SPDX expression can be met with the allowed licences: one side of an OR, both of an AND.
fn is_met(expression: &str, allowed: &[&str]) -> bool {
    let expression = expression.replace('/', " OR ").replace(['(', ')'], " ");
    expression.split(" AND ").all(|part| part.split(" OR ").any(|licence| allowed.contains(&licence.trim())))
}

/// The quoted texts of one list in the file.
fn list<'a>(file: &'a str, name: &str) -> Vec<&'a str> {
    let start = file.find(&format!("\n{name} = [")).unwrap_or_else(|| panic!("no list `{name}`"));
    let rest = &file[start..];
    let end = rest.find("\n]").expect("the end of the list");
    rest[..end].lines().skip(1).filter_map(|line| line.split('"').nth(1)).collect()
}

#[test]
fn every_dependency_is_allowed() {
    let file = include_str!("../../.cargo/deny.toml");
    let (allowed, banned) = (list(file, "allow"), list(file, "deny"));
    assert!(allowed.contains(&"MIT") && banned.contains(&"openssl-sys"), "{allowed:?} {banned:?}");
    // What this machine builds is what was downloaded; crates for other systems were not.
    let rustc = Command::new("rustc").arg("-vV").output().expect("rustc runs");
    let rustc = String::from_utf8(rustc.stdout).expect("UTF-8");
    let host = rustc.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", host])
        .arg("--manifest-path")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let mut faults = Vec::new();
    for package in packages {
        let (name, licence) =
            (package["name"].as_str().expect("a name"), package["license"].as_str().unwrap_or("none"));
        if !is_met(licence, &allowed) {
            faults.push(format!("{name}: licence {licence}"));
        }
        // Entries with a version range name old versions, which cargo's own resolution keeps out.
        if banned.contains(&name) {
            faults.push(format!("{name}: banned"));
        }
    }
    assert!(packages.len() > 100 && faults.is_empty(), "see .cargo/deny.toml:\n{}", faults.join("\n"));
}

#[test]
fn expressions_are_read() {
    assert!(is_met("MIT OR GPL-3.0", &["MIT"]) && is_met("Unlicense/MIT", &["MIT"]));
    assert!(is_met("(MIT OR Apache-2.0) AND Unicode-3.0", &["MIT", "Unicode-3.0"]));
    assert!(!is_met("MIT AND GPL-3.0", &["MIT"]) && !is_met("GPL-3.0", &["MIT"]));
}
