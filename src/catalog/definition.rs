//! Reads a tool definition that a server sent.

use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::CatalogConfig;
use crate::embeddings::TokenCounter;
use crate::error::Result;
use crate::model::{ParamHeader, RawJson, RawObject, Server, Tool, ToolId, ToolStatus, Transport, hex};

/// Longest tool name that is taken; what clients see is shortened anyway.
const MAX_NAME_CHARS: usize = 1024;
/// How many times the largest schema a whole definition may be.
const DEFINITION_SCHEMAS: usize = 4;
/// Longest text of parameters that is indexed.
const MAX_PARAMETER_TEXT: usize = 8 * 1024;
/// How deep schemas are searched for parameter names.
const MAX_PARAMETER_DEPTH: usize = 4;

/// Why a definition cannot be used, in words.
pub type Fault = String;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Definition {
    name: String,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    input_schema: Option<Value>,
    #[serde(default)]
    output_schema: Option<Value>,
    #[serde(default)]
    annotations: Option<Value>,
}

/// A catalog document without its vector; `Err` says what is wrong with the definition.
///
/// # Errors
/// The fault, to be told with the tool's name.
pub fn read_definition(server: &Server, raw: &RawJson, limits: &CatalogConfig) -> std::result::Result<Tool, Fault> {
    if raw.bytes().len() > DEFINITION_SCHEMAS * limits.max_schema_bytes {
        let limit = DEFINITION_SCHEMAS * limits.max_schema_bytes;
        return Err(format!("its definition is larger than {limit} bytes (4 × MAX_SCHEMA_BYTES)"));
    }
    // Refuses members that stand twice: readers disagree on which one counts.
    serde_json::from_str::<RawObject<'_>>(raw.as_str())
        .map_err(|error| format!("it is no tool definition: {error}"))?;
    let whole: Value = raw.parse().map_err(|error| format!("it is not valid JSON: {error}"))?;
    let definition: Definition =
        serde_json::from_value(whole.clone()).map_err(|error| format!("it is no tool definition: {error}"))?;
    let name = definition.name;
    if name.trim().is_empty() || name.chars().any(char::is_control) {
        return Err("its name is empty or holds control characters".to_owned());
    }
    if name.chars().count() > MAX_NAME_CHARS {
        return Err(format!("its name is longer than {MAX_NAME_CHARS} characters"));
    }
    let input_schema = definition.input_schema.unwrap_or_else(|| serde_json::json!({ "type": "object" }));
    if !input_schema.is_object() || input_schema.get("type").is_some_and(|kind| kind != "object") {
        return Err("its inputSchema does not describe an object".to_owned());
    }
    // A header that nobody can write or check keeps a tool on HTTP from being called as its author meant (SEP-2243).
    if matches!(server.transport, Transport::StreamableHttp { .. }) {
        ParamHeader::of(&input_schema)?;
    }
    for (what, value) in [("outputSchema", &definition.output_schema), ("annotations", &definition.annotations)] {
        if value.as_ref().is_some_and(|value| !value.is_object()) {
            return Err(format!("its {what} is no object"));
        }
    }
    for (what, schema) in [("inputSchema", Some(&input_schema)), ("outputSchema", definition.output_schema.as_ref())] {
        if schema.is_some_and(|schema| schema.to_string().len() > limits.max_schema_bytes) {
            return Err(format!("its {what} is larger than {} bytes (MAX_SCHEMA_BYTES)", limits.max_schema_bytes));
        }
    }
    let mut parameter_text = String::new();
    collect_parameters(&input_schema, MAX_PARAMETER_DEPTH, &mut parameter_text);
    let mut tool = Tool {
        id: ToolId::new(&server.name, &name),
        server: server.name.clone(),
        title: definition.title,
        description: definition.description.unwrap_or_default(),
        input_schema,
        output_schema: definition.output_schema,
        annotations: definition.annotations,
        scopes: server.scopes_of(&name).to_vec(),
        name,
        tags: Vec::new(),
        search_text: String::new(),
        parameter_text,
        embedding: crate::model::Embedding::default(),
        embedding_model: String::new(),
        embedding_dim: 0,
        embedding_version: 0,
        next_embedding: None,
        next_embedding_version: None,
        definition_hash: hash(&whole),
        definition: raw.clone(),
        definition_tokens: TokenCounter::shared()
            .and_then(|counter| counter.count(raw.as_str()))
            .map_err(|error| error.chain())?,
        status: ToolStatus::Active,
        quarantine: None,
        is_pinned: false,
        first_seen: crate::model::Timestamp::now(),
        last_seen: crate::model::Timestamp::now(),
    };
    tool.search_text = crate::search::searchable(&tool);
    Ok(tool)
}

/// The text that is embedded: “server name: description”, the names split into words. Which form is best
/// was measured (retrieval facts).
pub fn vector_text(tool: &Tool) -> String {
    let words = |name: &str| crate::search::identifier_words(name).join(" ");
    format!("{} {}: {}", words(tool.server.as_str()), words(&tool.name), tool.description)
}

/// Names, titles, descriptions and enumerated values of a schema's properties, however deep.
fn collect_parameters(schema: &Value, depth: usize, text: &mut String) {
    if depth == 0 || text.len() > MAX_PARAMETER_TEXT {
        return;
    }
    let Some(schema) = schema.as_object() else { return };
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let mut parts = vec![name.as_str()];
        parts.extend(["title", "description"].iter().filter_map(|key| property.get(key)).filter_map(Value::as_str));
        let choices = property.get("enum").and_then(Value::as_array).into_iter().flatten();
        parts.extend(choices.filter_map(Value::as_str).take(32));
        for part in parts {
            text.push_str(part);
            text.push(' ');
        }
        text.push('\n');
        collect_parameters(property, depth - 1, text);
    }
    if let Some(items) = schema.get("items") {
        collect_parameters(items, depth - 1, text);
    }
    text.truncate(text.floor_char_boundary(MAX_PARAMETER_TEXT));
}

/// SHA-256 (hex) of the definition with its keys sorted, so that a server may reorder them freely.
fn hash(definition: &Value) -> String {
    hex(&Sha256::digest(canonical(definition).to_string().as_bytes()))
}

pub(super) fn canonical(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            Value::Object(
                sorted.into_iter().map(|(name, value)| (name.clone(), canonical(value))).collect::<Map<_, _>>(),
            )
        }
        Value::Array(items) => Value::Array(items.iter().map(canonical).collect()),
        other => other.clone(),
    }
}

/// The definitions in one page of `tools/list` and where the next page starts.
pub(super) struct Page {
    pub(super) definitions: Vec<RawJson>,
    pub(super) next_cursor: Option<String>,
}

pub(super) fn read_page(result: &RawJson) -> Result<Page, Fault> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Shape<'a> {
        #[serde(borrow)]
        tools: Vec<&'a serde_json::value::RawValue>,
        #[serde(default)]
        next_cursor: Option<String>,
    }
    let shape: Shape<'_> = serde_json::from_str(result.as_str()).map_err(|error| error.to_string())?;
    let definitions = shape.tools.iter().map(|raw| RawJson::slice_of(result.bytes(), raw)).collect();
    Ok(Page { definitions, next_cursor: shape.next_cursor })
}

/// A tool as a stranger defines it: taken or refused, and its hash does not depend on the order of its members.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn fuzz(data: &[u8]) {
    let Ok(raw) = RawJson::check(data.to_vec()) else { return };
    let server: Server = serde_json::from_value(serde_json::json!({
        "name": "orders", "transport": "streamable_http", "url": "http://127.0.0.1/", "is_enabled": true, "updated_at": 0
    }))
    .expect("a server");
    let limits = CatalogConfig { max_tools_per_server: 10, max_schema_bytes: 64 * 1024 };
    let _ = read_page(&raw);
    if let Ok(Value::Object(members)) = raw.parse::<Value>() {
        let turned: Map<String, Value> =
            members.iter().rev().map(|(name, value)| (name.clone(), value.clone())).collect();
        assert_eq!(hash(&Value::Object(members)), hash(&Value::Object(turned)));
    }
    if let Ok(tool) = read_definition(&server, &raw, &limits) {
        assert!(!tool.name.trim().is_empty());
        let _ = vector_text(&tool);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server() -> Server {
        serde_json::from_value(serde_json::json!({
            "name": "orders", "transport": "streamable_http", "url": "http://127.0.0.1/", "is_enabled": true,
            "updated_at": 0, "scopes": ["orders"], "tool_scopes": {"update": ["orders:write"]}
        }))
        .expect("a server")
    }

    fn read(text: &str) -> std::result::Result<Tool, Fault> {
        let limits = CatalogConfig { max_tools_per_server: 10, max_schema_bytes: 500 };
        read_definition(&server(), &RawJson::check(text.to_owned()).expect("json"), &limits)
    }

    #[test]
    fn the_hash_ignores_order_and_sees_everything_else() {
        let one = read(r#"{"name":"t","description":"d","inputSchema":{"type":"object","x":[1,2]}}"#).expect("a tool");
        let two = read(r#"{"inputSchema":{"x":[1, 2],"type":"object"},"description":"d","name":"t"}"#).expect("a tool");
        let three =
            read(r#"{"name":"t","description":"d","inputSchema":{"type":"object","x":[2,1]}}"#).expect("a tool");
        assert_eq!(one.definition_hash, two.definition_hash);
        assert_ne!(one.definition_hash, three.definition_hash);
        assert_eq!(
            one.definition.as_str(),
            r#"{"name":"t","description":"d","inputSchema":{"type":"object","x":[1,2]}}"#
        );
    }

    #[test]
    fn scopes_and_parameters_are_taken_over() {
        let text = r#"{"name":"update","inputSchema":{"type":"object","properties":{"order_id":{"description":"Which order"},
            "lines":{"type":"array","items":{"properties":{"sku":{"enum":["A","B"]}}}}}}}"#;
        let tool = read(text).expect("a tool");
        assert_eq!(tool.scopes, ["orders:write"]);
        for word in ["order_id", "Which order", "lines", "sku", "A", "B"] {
            assert!(tool.parameter_text.contains(word), "{word} in {}", tool.parameter_text);
        }
        assert_eq!(vector_text(&tool), "orders update: ");
        assert!((60..120).contains(&tool.definition_tokens), "{}", tool.definition_tokens);
    }

    #[test]
    fn unusable_definitions_say_why() {
        let big = format!(r#"{{"name":"t","inputSchema":{{"d":"{}"}}}}"#, "x".repeat(600));
        let long = format!(r#"{{"name":"{}"}}"#, "n".repeat(1025));
        for (text, why) in [
            (r#"{"description":"d"}"#, "name"),
            (r#"{"name":" "}"#, "empty"),
            (r#"{"name":"a\u0007"}"#, "control"),
            (r#"{"name":"t","inputSchema":[]}"#, "inputSchema"),
            (r#"{"name":"t","inputSchema":{"type":"array"}}"#, "inputSchema"),
            (r#"{"name":"t","outputSchema":5}"#, "outputSchema"),
            (r#"{"name":"t","annotations":"x"}"#, "annotations"),
            (r#"{"name":"t","name":"u"}"#, "twice"),
            (big.as_str(), "MAX_SCHEMA_BYTES"),
            (long.as_str(), "1024"),
        ] {
            let fault = read(text).expect_err(text);
            assert!(fault.contains(why), "{fault}");
        }
        assert!(read(&format!(r#"{{"name":"{}"}}"#, "n".repeat(500))).is_ok());
    }
}
