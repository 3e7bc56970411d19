//! Schemathesis makes requests out of the description, right ones and wrong ones, and compares the answers with it.

use std::process::Command;
use std::time::Duration;

use super::Admin;
use crate::support::deps::schemathesis;
use crate::support::{Home, mcpgw, run};

#[test]
fn schemathesis_finds_nothing() {
    let Some(folder) = schemathesis() else { return };
    let home = Home::new();
    // No program is started but the demo's, and nothing is waited for long.
    let env = [
        ("DOWNSTREAM_STDIO_ALLOWLIST", mcpgw().to_str().expect("a path")),
        ("EMBEDDING_MAX_RETRIES", "0"),
        ("ADMIN_EMAIL", "ann@example.com"),
        ("ADMIN_PASSWORD", "correct horse battery"),
    ];
    let admin = Admin::with(&home, &["--demo"], &env);
    let mut command = Command::new(folder.join("venv/bin/schemathesis"));
    command
        .current_dir(folder)
        .args(["--config-file", "schemathesis.toml", "run"])
        .args(["--header", &format!("Authorization: {}", admin.bearer)])
        .arg(admin.gateway.url("/admin/openapi.json"));
    let done = run(&mut command, "", Duration::from_secs(120));
    assert_eq!(done.code, 0, "{}\n{}", done.stdout, done.stderr);
}
