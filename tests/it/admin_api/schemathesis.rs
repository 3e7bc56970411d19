//! Schemathesis makes requests out of the description, right ones and wrong ones, and compares the answers with it.

use std::process::Command;
use std::time::Duration;

use super::Admin;
use crate::support::deps::schemathesis;
use crate::support::{Home, run};

#[test]
fn schemathesis_finds_nothing() {
    let Some(folder) = schemathesis() else { return };
    let home = Home::new();
    // No program is started, and nothing is waited for long.
    let env = [
        ("DOWNSTREAM_STDIO_ALLOWLIST", "/nonexistent"),
        ("EMBEDDING_MAX_RETRIES", "0"),
        ("ADMIN_EMAIL", "ann@example.com"),
        ("ADMIN_PASSWORD", "correct horse battery"),
    ];
    let admin = Admin::with(&home, &["--demo", "--bootstrap"], &env);
    let mut command = Command::new(folder.join("venv/bin/schemathesis"));
    command
        .current_dir(folder)
        .args(["--config-file", "schemathesis.toml", "run"])
        .args(["--header", &format!("Authorization: {}", admin.bearer)])
        .arg(admin.gateway.url("/admin/openapi.json"));
    let done = run(&mut command, "", Duration::from_secs(120));
    assert_eq!(done.code, 0, "{}\n{}", done.stdout, done.stderr);
}
