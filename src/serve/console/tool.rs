//! One tool: what it says of itself, how it is kept, and trying it.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;

use super::parts::When;
use super::{Ui, query_link, rendered};
use crate::error::{Error, Result};
use crate::model::{Timestamp, ToolId};

/// Deeper parts of a schema are given as JSON.
const JSON: &str = "json";

#[derive(Template)]
#[template(path = "tool.html")]
struct Page {
    ui: Ui,
    id: ToolId,
    server: String,
    name: String,
    /// As `/admin/catalog/{id}` answers.
    tool: Value,
    arguments: Vec<Argument>,
}

/// Where a tool is shown.
pub(super) fn address(id: &ToolId) -> String {
    path("/ui/catalog", &[id.as_str()])
}

/// A path whose last parts are what somebody chose.
fn path(base: &str, parts: &[&str]) -> String {
    let Ok(mut url) = url::Url::parse("http://gateway/") else { return base.to_owned() };
    url.set_path(base);
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.extend(parts);
    }
    url.path().to_owned()
}

/// The page of a tool.
pub(super) async fn page(ui: Ui, Path(id): Path<String>) -> Response {
    match Page::of(&ui, &id).await {
        Ok((server, name, tool)) => {
            let arguments = arguments(tool.get("input_schema").unwrap_or(&Value::Null));
            rendered(StatusCode::OK, &Page { ui, id: ToolId::stored(id), server, name, tool, arguments })
        }
        Err(error) => ui.failed(&error),
    }
}

impl Page {
    async fn of(ui: &Ui, id: &str) -> Result<(String, String, Value)> {
        let (server, name) = id.split_once("::").ok_or_else(|| Error::not_found("there is no such tool"))?;
        let tool = ui.app.gateway.tool_detail(&ui.tenant, &server.parse()?, name).await?;
        Ok((server.to_owned(), name.to_owned(), tool))
    }

    fn text(&self, member: &str) -> &str {
        self.tool.get(member).and_then(Value::as_str).unwrap_or_default()
    }

    fn texts(&self, member: &str) -> Vec<&str> {
        self.tool.get(member).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
    }

    fn moment(&self, member: &str) -> Option<When> {
        self.tool.get(member)?.as_i64().map(|at| When(Timestamp(at)))
    }

    fn is(&self, status: &str) -> bool {
        self.text("status") == status
    }

    fn is_pinned(&self) -> bool {
        self.tool.get("is_pinned").and_then(Value::as_bool).unwrap_or(false)
    }

    /// Why it is kept back, and since when.
    fn quarantine(&self) -> Option<Kept<'_>> {
        let kept = self.tool.get("quarantine")?;
        let details = kept.get("details").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        Some(Kept {
            reason: kept.get("reason")?.as_str()?,
            details: details.collect(),
            since: When(Timestamp(kept.get("since")?.as_i64()?)),
        })
    }

    /// The difference to what was accepted, line by line: whether it came or went, and the line.
    fn difference(&self) -> Vec<(&'static str, &str)> {
        let class = |(number, line): (usize, &'_ str)| match line.as_bytes().first() {
            // The first two name the sides.
            Some(b'+') if number > 1 => "came",
            Some(b'-') if number > 1 => "went",
            _ => "same",
        };
        self.text("diff").lines().enumerate().map(|numbered| (class(numbered), numbered.1)).collect()
    }

    fn pretty(&self, member: &str) -> Option<String> {
        let value = self.tool.get(member).filter(|value| !value.is_null())?;
        serde_json::to_string_pretty(value).ok()
    }

    /// Where something is asked of it.
    fn admin(&self, deed: &str) -> String {
        self.ui.link(&path("/admin/catalog", &[self.id.as_str(), deed]))
    }

    fn server_at(&self) -> String {
        self.ui.link(&path("/ui/servers", &[&self.server]))
    }

    fn trail_at(&self) -> String {
        query_link(&self.ui, "/ui/audit", &[("server", &self.server), ("tool", &self.name), ("span", "24h")])
    }
}

/// What keeps a tool back.
struct Kept<'a> {
    reason: &'a str,
    details: Vec<&'a str>,
    since: When,
}

/// One argument, as a control of a form.
struct Argument {
    name: String,
    description: String,
    is_required: bool,
    /// How the script reads the control: `text`, `number`, `integer`, `boolean` or `json`.
    kind: &'static str,
    /// What may be chosen: as JSON, and as it is shown.
    choices: Vec<(String, String)>,
    /// As JSON where it is chosen, else as text.
    default: String,
    /// What kind of value is wanted, in words.
    wanted: String,
}

/// The arguments of a schema, in its order; required ones first.
fn arguments(schema: &Value) -> Vec<Argument> {
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = schema.get("properties").and_then(Value::as_object);
    let each = |(name, schema): (&String, &Value)| argument(name, schema, required.contains(&name.as_str()));
    let mut arguments: Vec<Argument> = properties.into_iter().flatten().map(each).collect();
    arguments.sort_by_key(|argument| !argument.is_required);
    arguments
}

fn argument(name: &str, schema: &Value, is_required: bool) -> Argument {
    let types = types_of(schema);
    let given = schema.get("enum").and_then(Value::as_array);
    let choice = |value: &Value| (value.to_string(), shown(value));
    let is_boolean = given.is_none() && types == ["boolean"];
    let choices = match given {
        Some(values) => values.iter().map(choice).collect(),
        None if is_boolean => [true, false].map(|value| choice(&value.into())).into(),
        None => Vec::new(),
    };
    let kind = match types.as_slice() {
        _ if !choices.is_empty() => JSON,
        ["string"] => "text",
        ["integer"] => "integer",
        ["number"] => "number",
        _ => JSON,
    };
    let default = schema.get("default").map(|value| match value {
        Value::String(text) if kind == "text" => text.clone(),
        value => value.to_string(),
    });
    let wanted = if types.is_empty() { "any JSON".to_owned() } else { types.join(" or ") };
    Argument {
        name: name.to_owned(),
        description: schema.get("description").and_then(Value::as_str).unwrap_or_default().to_owned(),
        is_required,
        kind,
        choices,
        default: default.unwrap_or_default(),
        wanted,
    }
}

/// The types that a schema allows, but for `null`: what is left out need not be said.
fn types_of(schema: &Value) -> Vec<&str> {
    let own = match schema.get("type") {
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => {
            let parts = ["anyOf", "oneOf"].iter().find_map(|member| schema.get(member)?.as_array());
            parts.into_iter().flatten().flat_map(types_of).collect()
        }
    };
    own.into_iter().filter(|each| *each != "null").collect()
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schema_becomes_a_form() {
        let schema = json!({
            "properties": {
                "note": { "type": ["string", "null"], "description": "a note", "default": "none" },
                "count": { "type": "integer", "default": 3 },
                "unit": { "enum": ["C", "F", 3] },
                "exact": { "type": "boolean" },
                "place": { "type": "object" },
                "either": { "anyOf": [{ "type": "string" }, { "type": "number" }] },
                "__proto__": true,
            },
            "required": ["unit"],
        });
        let found = arguments(&schema);
        let facts: Vec<_> = found.iter().map(|it| (it.name.as_str(), it.kind, it.default.as_str())).collect();
        let wanted = [
            ("unit", "json", ""),
            ("note", "text", "none"),
            ("count", "integer", "3"),
            ("exact", "json", ""),
            ("place", "json", ""),
            ("either", "json", ""),
            ("__proto__", "json", ""),
        ];
        assert_eq!(facts, wanted);
        let choices: Vec<_> = found[0].choices.iter().map(|(value, shown)| (value.as_str(), shown.as_str())).collect();
        assert_eq!(choices, [("\"C\"", "C"), ("\"F\"", "F"), ("3", "3")]);
        assert_eq!(found[3].choices.len(), 2);
        assert_eq!(found[5].wanted, "string or number");
        assert!(arguments(&Value::Null).is_empty());
    }

    #[test]
    fn whatever_a_tool_is_called_is_one_part_of_a_path() {
        assert_eq!(path("/ui/catalog", &["a::b/../c?d#e\" "]), "/ui/catalog/a::b%2F..%2Fc%3Fd%23e%22%20");
        assert_eq!(path("/admin/catalog", &["a::b", "call"]), "/admin/catalog/a::b/call");
    }
}
