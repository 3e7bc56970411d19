//! The conformance suite (npm `@modelcontextprotocol/conformance`): against the reference server alone, against it
//! behind the gateway, and with the gateway as the client.

use crate::support::conformance::{Findings, Fixture, Suite};
use crate::support::{Gateway, Home};

const REVISIONS: [&str; 2] = ["2025-11-25", "2026-07-28"];
/// It wants a tool to be listed under its bare name, and a gateway lists `server__tool`. Unscored.
const NAMING: &str = "json-schema-2020-12-tool-found";
/// Checks that have to pass, so that a suite that skips what it cannot find is noticed.
const AT_LEAST: [usize; 2] = [70, 185];

fn behind_the_gateway(add: &[&str]) {
    let Some(suite) = Suite::get() else { return };
    let home = Home::new();
    home.json(&[&["server", "add", "fixture"], add].concat());
    home.json(&["catalog", "sync"]);
    let gateway = Gateway::start(&home, &[]);
    for (revision, at_least) in REVISIONS.into_iter().zip(AT_LEAST) {
        let findings: Findings = suite.server(&gateway.url("/mcp"), revision);
        findings.assert_but(&[NAMING]);
        assert!(findings.passed() >= at_least, "{revision}: only {} checks passed", findings.passed());
    }
}

#[test]
fn the_reference_server_alone_passes() {
    let Some(suite) = Suite::get() else { return };
    let (_server, url) = Fixture::over_http(&[]);
    for revision in REVISIONS {
        suite.server(&url, revision).assert_but(&[]);
    }
}

#[test]
fn behind_the_gateway_on_http() {
    let (_server, url) = Fixture::over_http(&[]);
    behind_the_gateway(&["--url", &url]);
}

#[test]
fn behind_the_gateway_on_stdio() {
    let program = Fixture::program();
    behind_the_gateway(&["--stdio", "--", program.to_str().expect("a path")]);
}

#[test]
fn the_gateway_as_a_client() {
    let Some(suite) = Suite::get() else { return };
    for scenario in ["initialize", "tools_call", "sse-retry"] {
        suite.client(scenario, "2025-11-25").assert_but(&[]);
    }
    for scenario in [
        "request-metadata",
        "http-standard-headers",
        "http-custom-headers",
        "http-invalid-tool-headers",
        "json-schema-ref-no-deref",
        "json-schema-2020-12-preservation",
    ] {
        suite.client(scenario, "2026-07-28").assert_but(&[]);
    }
}
