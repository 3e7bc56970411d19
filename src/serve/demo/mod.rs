//! Two small MCP servers with made-up data, for trying the gateway without a server of one's own.

mod orders;
mod weather;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum::serve::ListenerExt;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation, JsonObject, ListToolsResult,
    PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::{QuitReason, RequestContext, RoleServer, ServerInitializeError};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ErrorData, ServerHandler, ServiceExt};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::auth::Authenticator;
use crate::error::{Error, Result};

/// Which demo server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demo {
    /// Current weather, forecasts and alerts for a few cities.
    Weather,
    /// The orders of a small shop, one tool of which writes.
    Orders,
}

impl Demo {
    /// Every demo server.
    pub const fn all() -> [Self; 2] {
        [Self::Weather, Self::Orders]
    }

    /// The name to use on the command line and in the registry.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Weather => "weather",
            Self::Orders => "orders",
        }
    }

    /// The scopes that a caller needs to see the server.
    pub fn scopes(self) -> Vec<String> {
        vec![self.name().to_owned()]
    }

    /// The further scopes that single tools need.
    pub fn tool_scopes(self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Weather => BTreeMap::new(),
            Self::Orders => BTreeMap::from([(orders::UPDATE.to_owned(), vec!["orders:write".to_owned()])]),
        }
    }
}

/// Serves `demo` as MCP streamable HTTP at `/mcp` of `listener` until `stop` resolves, to those that `auth` lets in.
///
/// # Errors
/// An internal error if the listener has no address or serving fails.
pub async fn serve_http(
    demo: Demo,
    listener: TcpListener,
    auth: Authenticator,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let failed = |error| Error::internal(format!("demo server `{}` cannot serve HTTP", demo.name())).source(error);
    let mut config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .enforce_origin_validation();
    // The check against DNS rebinding guards a loopback port from the browser next to it. Whoever binds
    // another address means other hosts to reach it, by names that are not known here.
    if !listener.local_addr().map_err(failed)?.ip().is_loopback() {
        config = config.disable_allowed_hosts();
    }
    let server = Arc::new(Server::new(demo));
    let service =
        StreamableHttpService::new(move || Ok(server.clone()), Arc::new(NeverSessionManager::default()), config);
    let app = axum::Router::new()
        .nest_service("/mcp", service)
        .layer(axum::middleware::from_fn_with_state(Arc::new(auth), verified));
    // Without it a reply sent in two writes waits for the peer's delayed acknowledgement, some 40 ms.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, app).with_graceful_shutdown(stop).await.map_err(failed)
}

/// With `DOWNSTREAM_JWT_VERIFY`: only the gateway's own token for this server opens it.
async fn verified(State(auth): State<Arc<Authenticator>>, request: Request, next: Next) -> Response {
    if auth.is_required() {
        let shown = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if let Err(error) = auth.authenticate(shown).await {
            tracing::warn!(error = error.chain(), "a caller was refused");
            let said = error.message().to_owned();
            return (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, "Bearer")], said).into_response();
        }
    }
    next.run(request).await
}

/// Serves `demo` on standard input and output until the input ends.
///
/// # Errors
/// An internal error if the client breaks the opening handshake or the transport fails.
pub async fn serve_stdio(demo: Demo) -> Result<()> {
    let failed = || Error::internal(format!("demo server `{}` cannot serve standard input and output", demo.name()));
    let service = match Server::new(demo).serve(rmcp::transport::stdio_pipes()).await {
        Ok(service) => service,
        Err(ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
        Err(error) => return Err(failed().source(error)),
    };
    match service.waiting().await {
        Ok(QuitReason::JoinError(error)) | Err(error) => Err(failed().source(error)),
        Ok(_) => Ok(()),
    }
}

struct Server {
    demo: Demo,
    tools: Vec<Tool>,
    // One for the whole process: the HTTP transport is stateless, yet an update has to outlive its request.
    orders: Mutex<orders::Book>,
}

impl Server {
    fn new(demo: Demo) -> Self {
        let tools = match demo {
            Demo::Weather => weather::tools(),
            Demo::Orders => orders::tools(),
        };
        Self { demo, tools, orders: Mutex::new(orders::Book::new()) }
    }

    fn answer(&self, tool: &Tool, args: JsonObject) -> Result<Answer> {
        let args = Args::new(tool, args)?;
        match self.demo {
            Demo::Weather => weather::call(&tool.name, &args),
            Demo::Orders => self.orders.lock().unwrap_or_else(PoisonError::into_inner).call(&tool.name, &args),
        }
    }

    fn call(&self, name: &str, args: JsonObject) -> Result<CallToolResult, ErrorData> {
        let tool = self.tools.iter().find(|tool| tool.name == name);
        let tool = tool.ok_or_else(|| ErrorData::invalid_params(format!("Unknown tool: {name}"), None))?;
        Ok(self.answer(tool, args).map_or_else(
            |error| CallToolResult::error(vec![ContentBlock::text(error.message())]),
            |answer| {
                let mut result = CallToolResult::structured(answer.data);
                result.content = vec![ContentBlock::text(answer.text)];
                result
            },
        ))
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let name = format!("mcpgw-demo-{}", self.demo.name());
        let instructions = match self.demo {
            Demo::Weather => weather::INSTRUCTIONS,
            Demo::Orders => orders::INSTRUCTIONS,
        };
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new(name, env!("CARGO_PKG_VERSION")))
            .with_instructions(instructions)
    }

    async fn list_tools(
        &self,
        _page: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.tools.clone()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        self.call(&request.name, request.arguments.unwrap_or_default()).map(CallToolResponse::Complete)
    }
}

/// What a tool returns when it succeeds.
#[derive(Debug)]
struct Answer {
    text: String,
    data: Value,
}

/// A schema of an object that has exactly `properties`, of which all but `optional` are required.
fn object(properties: Value, optional: &[&str]) -> JsonObject {
    let names = properties.as_object().into_iter().flat_map(|properties| properties.keys());
    let required: Vec<&String> = names.filter(|name| !optional.contains(&name.as_str())).collect();
    let required = Value::from_iter(required.into_iter().cloned());
    let mut schema = JsonObject::new();
    schema.insert("type".to_owned(), "object".into());
    schema.insert("properties".to_owned(), properties);
    schema.insert("required".to_owned(), required);
    schema.insert("additionalProperties".to_owned(), false.into());
    schema
}

/// The arguments of one call. Every error names the parameter, since a model reads it and tries again.
struct Args(JsonObject);

impl Args {
    fn new(tool: &Tool, args: JsonObject) -> Result<Self> {
        let known = tool.input_schema.get("properties").and_then(Value::as_object);
        let known: Vec<&str> = known.into_iter().flat_map(|known| known.keys()).map(String::as_str).collect();
        match args.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => {
                let known = known.join("`, `");
                Err(Error::invalid(format!("Unknown parameter `{name}`. `{}` accepts `{known}`.", tool.name)))
            }
            None => Ok(Self(args)),
        }
    }

    /// Models send `null` for a parameter that they leave out.
    fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn optional_text(&self, name: &str) -> Result<Option<&str>> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let text = value.as_str().map(str::trim).filter(|text| !text.is_empty());
        text.map(Some).ok_or_else(|| Error::invalid(format!("Parameter `{name}` must be a non-empty string.")))
    }

    fn text(&self, name: &str) -> Result<&str> {
        self.optional_text(name)?.ok_or_else(|| Error::invalid(format!("Missing required parameter `{name}`.")))
    }

    fn integer(&self, name: &str, range: RangeInclusive<i64>, default: i64) -> Result<i64> {
        let Some(value) = self.get(name) else { return Ok(default) };
        // JSON Schema counts 3.0 as an integer.
        let whole = value.as_f64().filter(|number| number.fract() == 0.0).map(|number| number as i64);
        whole.filter(|number| range.contains(number)).ok_or_else(|| {
            let (first, last) = (range.start(), range.end());
            Error::invalid(format!("Parameter `{name}` must be an integer from {first} to {last}."))
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn call(demo: Demo, tool: &str, args: Value) -> CallToolResult {
        let args = args.as_object().cloned().unwrap_or_default();
        Server::new(demo).call(tool, args).expect("a known tool")
    }

    #[test]
    fn a_bad_argument_is_an_error_result_that_names_the_parameter() {
        for (tool, args, parameter) in [
            ("get_current_weather", json!({}), "`city`"),
            ("get_current_weather", json!({"city": 7}), "`city`"),
            ("get_current_weather", json!({"city": "Oslo", "units": "kelvin"}), "`units`"),
            ("get_current_weather", json!({"city": "Oslo", "unit": "metric"}), "`unit`"),
            ("get_forecast", json!({"city": "Oslo", "days": 8}), "`days`"),
            ("get_forecast", json!({"city": "Oslo", "days": "3"}), "`days`"),
            ("severe_weather_alerts", json!({"region": null}), "`region`"),
        ] {
            let result = call(Demo::Weather, tool, args);
            assert_eq!(result.is_error, Some(true));
            let text = result.content[0].as_text().expect("text");
            assert!(text.text.contains(parameter), "{}", text.text);
        }
    }

    #[test]
    fn an_unknown_tool_is_a_protocol_error() {
        assert!(Server::new(Demo::Orders).call("get_forecast", JsonObject::new()).is_err());
    }

    #[test]
    fn every_tool_has_closed_schemas_with_described_parameters() {
        for demo in Demo::all() {
            for tool in Server::new(demo).tools {
                assert_eq!(tool.input_schema["additionalProperties"], false, "{}", tool.name);
                let properties = tool.input_schema["properties"].as_object().expect("properties");
                assert!(properties.values().all(|property| property["description"].is_string()), "{}", tool.name);
                assert_eq!(tool.output_schema.expect("an output schema")["type"], "object", "{}", tool.name);
            }
        }
    }
}
