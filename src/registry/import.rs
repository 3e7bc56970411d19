//! Reads the server lists of desktop clients: `mcpServers` (Claude Desktop, Cursor, Claude Code) and
//! `servers` or `mcp.servers` (VS Code).

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::model::{CachePolicy, GuardrailRules, Secret, Server, ServerName, Timestamp, Transport};

/// More is no client's file.
const MOST_ENTRIES: usize = 1000;

/// One entry of an imported file.
#[derive(Debug)]
pub struct Imported {
    /// The name in the file.
    pub name: String,
    /// The server, or why the entry cannot be used.
    pub server: Result<Server>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default, rename = "type", alias = "transport")]
    kind: Option<String>,
    #[serde(default, alias = "serverUrl")]
    url: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    command: Option<String>,
    #[serde(default)]
    args: Vec<String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    #[serde(default)]
    disabled: bool,
}

/// The entries of a client's file, in its order.
///
/// # Errors
/// [`crate::error::Kind::InvalidInput`] when it is no such file at all; a fault of one entry is in its
/// [`Imported::server`].
pub fn read(file: &Value) -> Result<Vec<Imported>> {
    let entries = [file.get("mcpServers"), file.get("servers"), file.pointer("/mcp/servers")]
        .into_iter()
        .flatten()
        .find_map(Value::as_object)
        .ok_or_else(|| {
            Error::invalid("the file has no object `mcpServers` (or `servers`)")
                .field("document")
                .help("export it from a desktop client, for example claude_desktop_config.json or .vscode/mcp.json")
        })?;
    if entries.len() > MOST_ENTRIES {
        let what = format!("the file has {} servers, more than {MOST_ENTRIES}", entries.len());
        return Err(Error::invalid(what).field("document").help("import it in parts"));
    }
    Ok(with_distinct_names(entries))
}

fn with_distinct_names(entries: &Map<String, Value>) -> Vec<Imported> {
    let mut taken: HashMap<ServerName, &str> = HashMap::new();
    let mut imported = Vec::new();
    for (name, value) in entries {
        let server = ServerName::nearest(name).and_then(|valid| {
            if let Some(other) = taken.get(&valid) {
                return Err(Error::invalid(format!("entries {other:?} and {name:?} both become server `{valid}`"))
                    .help("rename one of them in the file"));
            }
            taken.insert(valid.clone(), name);
            server(valid, value)
        });
        imported.push(Imported { name: name.clone(), server });
    }
    imported
}

/// What stands for something else in a text, `${…}`, up to its default. Without the closing brace it is none.
fn hole(text: &str) -> Option<&str> {
    let mut rests = text.split("${").skip(1);
    let hole = rests.find_map(|rest| rest.split_once('}'))?.0;
    hole.split(":-").next()
}

fn server(name: ServerName, value: &Value) -> Result<Server> {
    let entry: Entry = serde_json::from_value(value.clone())
        // Not serde's text: it quotes the value, which may be a credential.
        .map_err(|_| {
            Error::invalid(format!("entry `{name}` has a member of the wrong type"))
                .help("`args` is a list of texts, `env` and `headers` are objects of texts")
        })?;
    let mut texts = entry.args.iter().chain(entry.env.values()).chain(entry.headers.values());
    // Only the placeholder is shown: what stands around it may be a credential.
    if let Some(hole) = texts.find_map(|text| hole(text)) {
        return Err(Error::invalid(format!(
            "entry `{name}` holds the placeholder ${{{hole}}}, which only its client fills in"
        ))
        .help("put the value in its place and import again"));
    }
    let secrets =
        |map: BTreeMap<String, String>| map.into_iter().map(|(key, value)| (key, Secret::new(value))).collect();
    let transport = match (entry.command, entry.url) {
        (Some(command), None) => Transport::Stdio {
            command,
            args: entry.args.into_iter().map(Secret::new).collect(),
            env: secrets(entry.env),
        },
        (None, Some(url)) if entry.kind.as_deref() == Some("sse") => {
            Transport::Sse { url, headers: secrets(entry.headers) }
        }
        (None, Some(url)) => Transport::StreamableHttp { url, headers: secrets(entry.headers) },
        _ => {
            return Err(Error::invalid(format!("entry `{name}` has neither exactly one of `command` and `url`"))
                .help("give a program or an address"));
        }
    };
    Ok(Server {
        name,
        transport,
        scopes: Vec::new(),
        tool_scopes: BTreeMap::new(),
        is_enabled: !entry.disabled,
        timeout_ms: None,
        cache: CachePolicy::default(),
        guardrails: GuardrailRules::default(),
        metadata: BTreeMap::new(),
        updated_at: Timestamp::now(),
        last_sync: None,
        unopened: None,
        oauth: None,
    })
}

/// A client's file: as many servers as it has entries, each read or refused.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn fuzz(data: &[u8]) {
    let Ok(file) = serde_json::from_slice::<Value>(data) else { return };
    if let Ok(entries) = read(&file) {
        let lists = [file.get("mcpServers"), file.get("servers"), file.pointer("/mcp/servers")];
        let counts: Vec<usize> = lists.into_iter().flatten().filter_map(Value::as_object).map(Map::len).collect();
        assert!(counts.contains(&entries.len()) && entries.len() <= MOST_ENTRIES);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn desktop_files_are_read() {
        let file = json!({"mcpServers": {
            "File System": {"command": "npx", "args": ["-y", "server-filesystem", "/data"], "env": {"A": "b"}},
            "remote": {"type": "http", "url": "https://example.com/mcp", "headers": {"Authorization": "Bearer x"}},
            "old": {"type": "sse", "url": "https://example.com/sse", "disabled": true},
            "hole": {"command": "x", "env": {"TOKEN": "Bearer ${input:token}"}},
            "none": {}, "wrong": 3, "FILE system": {"command": "x"}
        }});
        let imported = read(&file).expect("a file");
        let ok: Vec<_> = imported.iter().filter_map(|each| each.server.as_ref().ok()).collect();
        let kinds: Vec<_> =
            ok.iter().map(|each| (each.name.as_str(), each.transport.kind().as_str(), each.is_enabled)).collect();
        assert_eq!(kinds, [("file-system", "stdio", true), ("remote", "streamable_http", true), ("old", "sse", false)]);
        let faults: Vec<_> =
            imported.iter().filter_map(|each| each.server.as_ref().err()).map(|e| e.to_string()).collect();
        assert_eq!(faults.len(), 4, "{faults:?}");
        assert!(faults[0].contains("${input:token}") && !faults[0].contains("Bearer"), "{faults:?}");
        assert!(faults[3].contains("both become"), "{faults:?}");
    }

    #[test]
    fn nothing_of_a_credential_is_in_an_error() {
        for (text, shown) in [
            ("se${cret", None),
            ("se${cret${A}", Some("A")),
            ("${A:-secret}", Some("A")),
            ("secret", None),
            ("x${input:token}secret", Some("input:token")),
        ] {
            assert_eq!(hole(text), shown, "{text}");
        }
    }

    #[test]
    fn other_files_are_refused() {
        let many: Map<String, Value> =
            (0..=MOST_ENTRIES).map(|number| (format!("s{number}"), json!({ "command": "x" }))).collect();
        assert!(read(&json!({ "mcpServers": many })).is_err_and(|error| error.field_name() == Some("document")));
        for file in [json!([]), json!({}), json!({ "mcpServers": [] })] {
            assert!(read(&file).is_err(), "{file}");
        }
        assert!(read(&json!({ "servers": { "a": { "command": "x" } } })).is_ok());
    }
}
