//! `x-mcp-header`: tool arguments that are repeated as HTTP headers (MCP 2026-07-28, SEP-2243).

use serde_json::{Map, Value};

/// An argument that travels as the header `Mcp-Param-<header>` too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParamHeader {
    /// Property names from the root of the arguments.
    pub path: Vec<String>,
    /// The header's name after `Mcp-Param-`.
    pub header: String,
}

impl ParamHeader {
    /// The annotations of an input schema.
    ///
    /// # Errors
    /// What is wrong with the first that breaks a rule: an annotation is an HTTP token, unlike any other of the
    /// schema whatever the case, and stands on a string, integer or boolean property that is reached from the
    /// root through `properties` alone.
    pub fn of(schema: &Value) -> Result<Vec<Self>, String> {
        let mut found = Vec::new();
        walk(schema, &mut Vec::new(), true, &mut found)?;
        Ok(found)
    }

    /// The argument as header text; `None` where it is absent, null or no primitive.
    pub fn text(&self, arguments: &Value) -> Option<String> {
        let value = self.path.iter().try_fold(arguments, |value, name| value.get(name))?;
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Bool(truth) => Some(truth.to_string()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

/// `reachable`: whether `schema` is the root, or a property reached through `properties` alone.
fn walk(schema: &Value, path: &mut Vec<String>, reachable: bool, found: &mut Vec<ParamHeader>) -> Result<(), String> {
    let Value::Object(members) = schema else {
        let Value::Array(items) = schema else { return Ok(()) };
        return items.iter().try_for_each(|item| walk(item, path, false, found));
    };
    if let Some(annotation) = members.get("x-mcp-header") {
        found.push(checked(annotation, members, path, reachable, found)?);
    }
    for (name, inner) in members {
        match (name.as_str(), inner) {
            ("properties", Value::Object(properties)) => {
                for (property, schema) in properties {
                    path.push(property.clone());
                    walk(schema, path, reachable, found)?;
                    path.pop();
                }
            }
            ("$defs" | "definitions" | "dependentSchemas" | "patternProperties", Value::Object(schemas)) => {
                schemas.values().try_for_each(|schema| walk(schema, path, false, found))?;
            }
            // These hold data, not schemas.
            ("default" | "const" | "enum" | "examples" | "dependentRequired", _) => {}
            (_, inner) => walk(inner, path, false, found)?,
        }
    }
    Ok(())
}

fn checked(
    annotation: &Value,
    schema: &Map<String, Value>,
    path: &[String],
    reachable: bool,
    others: &[ParamHeader],
) -> Result<ParamHeader, String> {
    let place = path.join(".");
    let header = annotation.as_str().unwrap_or_default();
    let is_token = !header.is_empty()
        && header.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
    if !is_token {
        return Err(format!("`x-mcp-header` of `{place}` is no HTTP token"));
    }
    if path.is_empty() || !reachable {
        return Err(format!("`x-mcp-header: {header}` does not stand on a property of the arguments"));
    }
    if !matches!(schema.get("type").and_then(Value::as_str), Some("string" | "integer" | "boolean")) {
        return Err(format!("`x-mcp-header` of `{place}` needs a string, an integer or a boolean"));
    }
    if others.iter().any(|other| other.header.eq_ignore_ascii_case(header)) {
        return Err(format!("`x-mcp-header: {header}` stands twice"));
    }
    Ok(ParamHeader { path: path.to_vec(), header: header.to_owned() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(properties: Value) -> Result<Vec<ParamHeader>, String> {
        ParamHeader::of(&json!({ "type": "object", "properties": properties }))
    }

    #[test]
    fn annotations_are_found_at_any_depth() {
        let nested =
            json!({ "type": "object", "properties": { "zone": { "type": "integer", "x-mcp-header": "Zone" } } });
        let found = of(json!({ "region": { "type": "string", "x-mcp-header": "Region" }, "place": nested }));
        let found = found.expect("valid annotations");
        assert_eq!(found.iter().map(|each| each.header.as_str()).collect::<Vec<_>>(), ["Region", "Zone"]);
        assert_eq!(found[1].text(&json!({ "place": { "zone": 7 } })).as_deref(), Some("7"));
        assert_eq!(found[0].text(&json!({ "region": null })), None);
        assert_eq!(ParamHeader::of(&json!({ "enum": [{ "x-mcp-header": 1 }] })), Ok(Vec::new()));
    }

    #[test]
    fn invalid_annotations_are_named() {
        let text = |header: Value| json!({ "type": "string", "x-mcp-header": header });
        for bad in [
            json!({ "a": text(json!("")) }),
            json!({ "a": text(json!("no space")) }),
            json!({ "a": text(json!(1)) }),
            json!({ "a": { "type": "number", "x-mcp-header": "A" } }),
            json!({ "a": text(json!("X")), "b": text(json!("x")) }),
            json!({ "a": { "type": "array", "items": text(json!("X")) } }),
        ] {
            assert!(of(bad.clone()).is_err(), "{bad}");
        }
        assert!(ParamHeader::of(&json!({ "x-mcp-header": "Root", "type": "string" })).is_err());
    }
}
