//! Finds the gateway's entry point of a target.

/// Has the target of this name take `data`.
///
/// # Panics
/// Where the target finds a fault, and for a name that there is not.
pub fn run(name: &str, data: &[u8]) {
    let (_, target) = mcpgw::fuzzing::TARGETS.iter().find(|(known, _)| *known == name).expect("a target of this name");
    target(data);
}
