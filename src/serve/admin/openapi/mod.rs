//! The description of the administration in OpenAPI 3.1, made of the table of operations and of the schemas beside this.

use serde_json::{Map, Value, json};

use super::operation::{For, Operation};

const PARTS: &str = include_str!("parts.json");
const ABOUT: &str = "What operators do. Whoever is logged in at the console may, sending `X-CSRF-Token` with whatever \
                     changes something; and bearers of a verified token with the role `platform:admin`.";

/// The description of these operations.
pub(super) fn describe<'a>(operations: impl Iterator<Item = &'a Operation>) -> Value {
    // A text of ours, which a test reads.
    let mut parts: Value = serde_json::from_str(PARTS).unwrap_or_default();
    parts["securitySchemes"] = json!({
        "bearer": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" },
        "session": { "type": "apiKey", "in": "cookie", "name": "mcpgw_session" },
    });
    let mut paths = Map::new();
    for operation in operations {
        let path = paths.entry(format!("/admin{}", operation.path)).or_insert_with(|| json!({}));
        path[operation.method.as_str().to_lowercase()] = described(operation, &parts);
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": "mcpgw administration", "version": env!("CARGO_PKG_VERSION"), "description": ABOUT },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": parts,
    })
}

fn described(operation: &Operation, parts: &Value) -> Value {
    let id = format!("{} {}", operation.method.as_str().to_lowercase(), operation.path);
    let words = id.split(|each: char| !each.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let responses = operation.answers.iter().map(|(status, schema)| (status.to_string(), answer(operation, schema)));
    let refused = ["4XX", "5XX"].map(|status| (status.to_owned(), json!({ "$ref": "#/components/responses/Refused" })));
    let mut described = json!({
        "operationId": words.collect::<Vec<_>>().join("_"),
        "tags": [section(operation)],
        "summary": operation.summary,
        "security": match operation.for_whom {
            For::All => json!([]),
            For::Sessions => json!([{ "session": [] }]),
            For::Bearers => json!([{ "bearer": [] }]),
            For::Administrators => json!([{ "bearer": [] }, { "session": [] }]),
        },
        "parameters": parameters(operation, parts),
        "responses": responses.chain(refused).collect::<Map<_, _>>(),
    });
    if let Some((schema, is_optional)) = operation.body {
        described["requestBody"] =
            json!({ "required": !is_optional, "content": { "application/json": { "schema": schema_of(schema) } } });
    }
    described
}

fn section(operation: &Operation) -> &'static str {
    operation.path.split(['/', '.']).nth(1).unwrap_or_default()
}

fn answer(operation: &Operation, schema: &str) -> Value {
    let mut content = json!({ "application/json": { "schema": schema_of(schema) } });
    if operation.query.contains(&"format") {
        content["text/csv"] = json!({ "schema": { "type": "string" } });
    }
    let mut answer = json!({ "description": schema, "content": content });
    let header = match schema {
        "Server" | "ServerDetail" | "Policy" => Some("ETag"),
        _ => operation.query.contains(&"format").then_some("X-Next-Cursor"),
    };
    if let Some(name) = header {
        answer["headers"] = json!({ name: { "$ref": format!("#/components/headers/{name}") } });
    }
    answer
}

fn parameters(operation: &Operation, parts: &Value) -> Vec<Value> {
    let in_path = operation.path.split(['{', '}']).skip(1).step_by(2).map(|name| {
        // What stands before it says whose name it is.
        let before = operation.path.split(&format!("/{{{name}}}")).next().unwrap_or_default();
        format!("{}.{name}", before.rsplit('/').next().unwrap_or_default())
    });
    let in_query = operation.query.iter().map(|name| {
        let own = format!("{}.{name}", section(operation));
        if parts["parameters"].get(&own).is_some() { own } else { (*name).to_owned() }
    });
    let if_match = operation.is_conditional.then(|| "If-Match".to_owned());
    let names = in_path.chain(in_query).chain(if_match);
    names.map(|name| json!({ "$ref": format!("#/components/parameters/{name}") })).collect()
}

fn schema_of(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}
