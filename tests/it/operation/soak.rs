//! `examples/soak`, in short: what it asks of a release build for an hour holds here for seconds.

use std::process::Command;

use crate::support::mcpgw;

#[test]
fn it_holds_in_short() {
    let program = mcpgw().with_file_name("examples").join("soak");
    let rows = ["descriptors", "steady", "--seconds", "12"];
    let output = Command::new(&program).args(rows).output().expect("the soak, which Cargo builds with the tests");
    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{errors}");
    for what in ["of a core while nothing can be opened", "serves again", "all are answered", "children stay as many"] {
        assert!(said.lines().any(|line| line.starts_with("ok") && line.contains(what)), "{what}: {said}");
    }
}
