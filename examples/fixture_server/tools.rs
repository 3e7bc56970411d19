//! The definitions of the tools.

use serde_json::{Value, json};

use crate::tasks;

/// Tools without arguments, and what they do.
const PLAIN: [(&str, &str); 23] = [
    ("test_simple_text", "Returns text"),
    ("test_image_content", "Returns a picture"),
    ("test_audio_content", "Returns a sound"),
    ("test_embedded_resource", "Returns a resource"),
    ("test_multiple_content_types", "Returns text, a picture and a resource"),
    ("test_tool_with_logging", "Logs while it works"),
    ("test_logging_tool", "Logs if it was asked to"),
    ("test_tool_with_progress", "Reports progress"),
    ("test_error_handling", "Always fails"),
    ("test_elicitation_sep1034_defaults", "Asks with defaults"),
    ("test_elicitation_sep1330_enums", "Asks with enumerations"),
    ("test_reconnection", "Closes its stream before it answers"),
    ("test_missing_capability", "Needs sampling"),
    ("test_streaming_elicitation", "Asks in its result"),
    ("test_trigger_tool_change", "Says that the tools have changed"),
    ("test_trigger_prompt_change", "Says that the prompts have changed"),
    ("test_input_required_result_elicitation", "Asks for a name"),
    ("test_input_required_result_sampling", "Asks a model"),
    ("test_input_required_result_list_roots", "Asks for roots"),
    ("test_input_required_result_request_state", "Asks, with a state"),
    ("test_input_required_result_multiple_inputs", "Asks three things at once"),
    ("test_input_required_result_multi_round", "Asks twice"),
    ("test_input_required_result_tampered_state", "Guards its state"),
];

pub(crate) fn all() -> Value {
    let mut tools: Vec<Value> = PLAIN.iter().map(|(name, description)| tool(name, description, json!({}))).collect();
    let text = |description: &str| json!({ "type": "string", "description": description });
    let number = |description: &str| json!({ "type": "number", "description": description });
    tools.extend([
        tool("test_input_required_result_capabilities", "Asks what the caller can give", json!({})),
        tool("test_sampling", "Asks a model", json!({ "prompt": text("What to ask") })),
        tool("test_elicitation", "Asks a person", json!({ "message": text("What to ask") })),
        tool("echo", "Returns its message", json!({ "message": text("What to return") })),
        tool("slow", "Sleeps", json!({ "ms": number("For how many milliseconds") })),
        tool("slow_status", "How the sleeps went", json!({})),
        tool("who_am_i", "What is known of the caller", json!({})),
        tool("crash", "Ends the process", json!({})),
        tool("greet", "Greets", json!({ "name": text("Whom") })),
        tool("slow_compute", "Computes for a while", json!({ "seconds": number("For how long") })),
        tool("failing_job", "A task that fails", json!({})),
        tool("protocol_error_job", "A task that breaks", json!({})),
        tool("confirm_delete", "A task that asks", json!({ "filename": text("What to delete") })),
        tool("multi_input", "A task that asks two things", json!({})),
        tool("test_tool_with_task", "Asks, and goes on as a task", json!({})),
        tool(
            "test_custom_headers",
            "Has arguments that travel as headers",
            json!({
                "region": { "type": "string", "description": "Where", "x-mcp-header": "Region" },
                "verbose": { "type": "boolean", "description": "How much", "x-mcp-header": "Verbose" }
            }),
        ),
        json!({
            "name": "json_schema_2020_12_tool",
            "description": "Tool with JSON Schema 2020-12 features",
            "inputSchema": schema_2020_12()
        }),
    ]);
    Value::Array(tools)
}

fn tool(name: &str, description: &str, properties: Value) -> Value {
    let mut tool = json!({
        "name": name, "description": description,
        "inputSchema": { "type": "object", "properties": properties }
    });
    if let Some(is_required) = tasks::support(name) {
        tool["execution"] = json!({ "taskSupport": if is_required { "required" } else { "optional" } });
    }
    tool
}

/// What the revision 2020-12 of JSON Schema adds, in one schema.
fn schema_2020_12() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": { "address": {
            "$anchor": "addressDef", "type": "object",
            "properties": { "street": { "type": "string" }, "city": { "type": "string" } }
        } },
        "properties": {
            "name": { "type": "string" },
            "address": { "$ref": "#/$defs/address" },
            "contactMethod": { "type": "string", "enum": ["phone", "email"] },
            "phone": { "type": "string" },
            "email": { "type": "string" }
        },
        "allOf": [{ "anyOf": [{ "required": ["phone"] }, { "required": ["email"] }] }],
        "if": { "properties": { "contactMethod": { "const": "phone" } }, "required": ["contactMethod"] },
        "then": { "required": ["phone"] },
        "else": { "required": ["email"] },
        "additionalProperties": false
    })
}

/// What `test_elicitation_sep1034_defaults` asks.
pub(crate) fn defaults() -> Value {
    json!({ "type": "object", "properties": {
        "name": { "type": "string", "description": "User name", "default": "John Doe" },
        "age": { "type": "integer", "description": "User age", "default": 30 },
        "score": { "type": "number", "description": "User score", "default": 95.5 },
        "status": { "type": "string", "enum": ["active", "inactive", "pending"], "default": "active" },
        "verified": { "type": "boolean", "description": "Verification status", "default": true }
    }, "required": [] })
}

/// What `test_elicitation_sep1330_enums` asks.
pub(crate) fn enumerations() -> Value {
    let named = |values: [&str; 3], titles: [&str; 3]| -> Vec<Value> {
        values.iter().zip(titles).map(|(value, title)| json!({ "const": value, "title": title })).collect()
    };
    let values = ["value1", "value2", "value3"];
    json!({ "type": "object", "properties": {
        "untitledSingle": { "type": "string", "enum": ["option1", "option2", "option3"] },
        "titledSingle": { "type": "string", "oneOf": named(values, ["First Option", "Second Option", "Third Option"]) },
        "legacyEnum": { "type": "string", "enum": ["opt1", "opt2", "opt3"],
            "enumNames": ["Option One", "Option Two", "Option Three"] },
        "untitledMulti": { "type": "array", "items": { "type": "string", "enum": ["option1", "option2", "option3"] } },
        "titledMulti": { "type": "array",
            "items": { "anyOf": named(values, ["First Choice", "Second Choice", "Third Choice"]) } }
    }, "required": [] })
}
