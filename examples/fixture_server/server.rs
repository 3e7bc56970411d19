//! The server: which request leads to which fixture.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, CancelTaskParams, CompleteRequestParams, CompleteResult,
    GetPromptRequestParams, GetPromptResponse, GetTaskParams, GetTaskResult, Implementation, ListPromptsResult,
    ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, LoggingMessageNotificationParam,
    PaginatedRequestParams, ProgressNotificationParam, ProtocolVersion, ReadResourceRequestParams,
    ReadResourceResponse, ServerCapabilities, ServerConfig, SetLevelRequestParams, SubscribeRequestParams,
    SubscriptionFilter, Tool, UnsubscribeRequestParams, UpdateTaskParams,
};
use rmcp::service::{RequestContext, RoleServer, SubscriptionContext};
use rmcp::task_manager::{TaskExit, TaskManager};
use rmcp::{ErrorData, ServerHandler};
use serde_json::{Map, Value, json};
use tokio::sync::broadcast;

use crate::content::{self, PNG, WAV, complete, typed};
use crate::input::{self, Step};
use crate::{tasks, tools};

type Context = RequestContext<RoleServer>;

/// Whose lists have changed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Changed {
    Tools,
    Prompts,
}

#[derive(Clone)]
pub(crate) struct Fixture {
    legacy_only: bool,
    tools: Arc<Vec<Tool>>,
    tasks: TaskManager,
    changes: broadcast::Sender<Changed>,
    slow: Arc<Slow>,
}

#[derive(Default)]
struct Slow {
    in_flight: AtomicUsize,
    finished: AtomicUsize,
    cancelled: AtomicUsize,
}

impl Fixture {
    pub(crate) fn new(legacy_only: bool) -> Self {
        let tools = typed(tools::all()).unwrap_or_default();
        let changes = broadcast::Sender::new(16);
        Self { legacy_only, tools: Arc::new(tools), tasks: TaskManager::new(), changes, slow: Arc::default() }
    }

    async fn log(&self, context: &Context, text: &str) {
        let message = json!({ "level": "info", "data": text });
        if let Ok(message) = typed::<LoggingMessageNotificationParam>(message) {
            let _ = context.peer.notify_logging_message(message).await;
        }
    }

    async fn progress(&self, context: &Context) -> Value {
        if let Some(token) = context.meta.get_progress_token() {
            for progress in [0.0, 50.0, 100.0] {
                let step = ProgressNotificationParam::new(token.clone(), progress).with_total(100.0);
                let _ = context.peer.notify_progress(step).await;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        text("The work is done")
    }

    async fn sleep(&self, milliseconds: u64, context: &Context) -> Value {
        self.slow.in_flight.fetch_add(1, Ordering::SeqCst);
        let _left = Leaving(&self.slow);
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(milliseconds)) => {
                self.slow.finished.fetch_add(1, Ordering::SeqCst);
            }
            () = context.ct.cancelled() => {
                self.slow.cancelled.fetch_add(1, Ordering::SeqCst);
            }
        }
        text("slept")
    }

    async fn elicit(&self, context: &Context, message: &str, schema: Value) -> Result<Value, ErrorData> {
        let params = json!({ "message": message, "requestedSchema": schema });
        let answer = context.peer.create_elicitation(typed(params)?).await.map_err(failed)?;
        serde_json::to_value(answer).map_err(failed)
    }

    async fn sample(&self, context: &Context, prompt: &str) -> Result<Value, ErrorData> {
        let message = json!({ "role": "user", "content": { "type": "text", "text": prompt } });
        let params = typed(json!({ "messages": [message], "maxTokens": 100 }))?;
        let answer = context.peer.create_message(params).await.map_err(failed)?;
        let answer = serde_json::to_value(answer).map_err(failed)?;
        let words = answer.pointer("/content/text").and_then(Value::as_str).unwrap_or_default();
        Ok(text(&format!("LLM response: {words}")))
    }

    /// The result of a tool that takes one step.
    async fn run(&self, name: &str, arguments: &Map<String, Value>, context: &Context) -> Result<Value, ErrorData> {
        if let Some(result) = contents(name) {
            return Ok(result);
        }
        let given = |name: &str| arguments.get(name).and_then(Value::as_str).unwrap_or_default();
        Ok(match name {
            "test_tool_with_logging" => {
                for (number, line) in ["started", "processing data", "completed"].into_iter().enumerate() {
                    if number > 0 {
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                    let verb = if number == 1 { "Tool" } else { "Tool execution" };
                    self.log(context, &format!("{verb} {line}")).await;
                }
                text("Tool execution completed successfully")
            }
            "test_logging_tool" => {
                if context.meta.log_level().is_some() {
                    self.log(context, "It was asked to log").await;
                }
                text("done")
            }
            "test_tool_with_progress" => self.progress(context).await,
            "test_sampling" => self.sample(context, given("prompt")).await?,
            "test_elicitation" => {
                let property = |description: &str| json!({ "type": "string", "description": description });
                let schema = json!({ "type": "object", "required": ["username", "email"], "properties": {
                    "username": property("User's response"), "email": property("User's email address")
                } });
                text(&format!("User response: {}", self.elicit(context, given("message"), schema).await?))
            }
            "test_elicitation_sep1034_defaults" => {
                elicited(&self.elicit(context, "Your data", tools::defaults()).await?)
            }
            "test_elicitation_sep1330_enums" => {
                elicited(&self.elicit(context, "Your choice", tools::enumerations()).await?)
            }
            "test_reconnection" => text("Reconnected"),
            "test_missing_capability" => missing(context, "sampling", json!({ "sampling": {} }))?,
            "test_trigger_tool_change" => self.say(context, Changed::Tools).await,
            "test_trigger_prompt_change" => self.say(context, Changed::Prompts).await,
            "echo" => json!({
                "content": [{ "type": "text", "text": given("message") }],
                "structuredContent": { "message": given("message") }
            }),
            "slow" => {
                let milliseconds = arguments.get("ms").and_then(Value::as_f64).unwrap_or(0.0);
                self.sleep(Duration::from_secs_f64(milliseconds.clamp(0.0, 6e5) / 1e3).as_millis() as u64, context)
                    .await
            }
            "slow_status" => {
                let count = |count: &AtomicUsize| count.load(Ordering::SeqCst);
                structured(json!({
                    "in_flight": count(&self.slow.in_flight),
                    "finished": count(&self.slow.finished),
                    "cancelled": count(&self.slow.cancelled)
                }))
            }
            "who_am_i" => structured(json!({
                "capabilities": context.client_capabilities(),
                "client": context.client_info(),
                "protocol": context.protocol_version()
            })),
            #[expect(clippy::disallowed_methods, reason = "that is what it is for")]
            "crash" => std::process::exit(3),
            "greet" => text(&format!("Hello, {}!", given("name"))),
            "test_custom_headers" => text("The headers say what the arguments say"),
            "json_schema_2020_12_tool" => text("A schema was kept"),
            _ => return Err(ErrorData::invalid_params(format!("Unknown tool: {name}"), None)),
        })
    }

    async fn say(&self, context: &Context, changed: Changed) -> Value {
        let _ = self.changes.send(changed);
        // In the session era it is said to whoever called; 2026-07-28 has streams for it.
        if context.protocol_version().is_none_or(|version| version < ProtocolVersion::V_2026_07_28) {
            let _ = match changed {
                Changed::Tools => context.peer.notify_tool_list_changed().await,
                Changed::Prompts => context.peer.notify_prompt_list_changed().await,
            };
        }
        text("said")
    }
}

/// Counts a call out, however it ended.
struct Leaving<'a>(&'a Slow);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}

fn text(text: &str) -> Value {
    json!({ "content": [{ "type": "text", "text": text }] })
}

fn structured(value: Value) -> Value {
    json!({ "content": [{ "type": "text", "text": value.to_string() }], "structuredContent": value })
}

fn image() -> Value {
    json!({ "type": "image", "data": PNG, "mimeType": "image/png" })
}

fn resource(uri: &str, kind: &str, text: &str) -> Value {
    json!({ "type": "resource", "resource": { "uri": uri, "mimeType": kind, "text": text } })
}

/// The results that never change.
fn contents(name: &str) -> Option<Value> {
    Some(match name {
        "test_simple_text" => text("This is a simple text response for testing."),
        "test_image_content" => json!({ "content": [image()] }),
        "test_audio_content" => {
            json!({ "content": [{ "type": "audio", "data": WAV, "mimeType": "audio/wav" }] })
        }
        "test_embedded_resource" => json!({ "content": [resource(
            "test://embedded-resource", "text/plain", "This is an embedded resource content."
        )] }),
        "test_multiple_content_types" => json!({ "content": [
            { "type": "text", "text": "Multiple content types test:" },
            image(),
            resource("test://mixed-content-resource", "application/json", r#"{"test":"data","value":123}"#)
        ] }),
        "test_error_handling" => json!({
            "isError": true,
            "content": [{ "type": "text", "text": "This tool intentionally returns an error for testing" }]
        }),
        _ => return None,
    })
}

fn elicited(answer: &Value) -> Value {
    let action = answer["action"].as_str().unwrap_or_default();
    text(&format!("Elicitation completed: action={action}, content={}", answer["content"]))
}

fn failed(error: impl std::fmt::Display) -> ErrorData {
    ErrorData::internal_error(error.to_string(), None)
}

/// Refuses a caller without a capability, as 2026-07-28 wants it.
fn missing(context: &Context, name: &str, required: Value) -> Result<Value, ErrorData> {
    let capabilities = capabilities(context);
    if capabilities.pointer(&format!("/{name}")).is_some_and(|value| !value.is_null()) {
        return Ok(text("The capability is there"));
    }
    let data = json!({ "requiredCapabilities": required });
    Err(ErrorData::new(rmcp::model::ErrorCode(-32021), "Missing required client capability", Some(data)))
}

fn capabilities(context: &Context) -> Value {
    serde_json::to_value(context.client_capabilities()).unwrap_or_default()
}

fn takes_tasks(context: &Context) -> bool {
    capabilities(context).pointer("/extensions").and_then(|all| all.get(tasks::EXTENSION)).is_some()
}

impl ServerHandler for Fixture {
    fn get_info(&self) -> ServerConfig {
        let capabilities = json!({
            "tools": { "listChanged": true },
            "prompts": { "listChanged": true },
            "resources": { "subscribe": true, "listChanged": true },
            "completions": {},
            "logging": {},
            "extensions": { tasks::EXTENSION: {} }
        });
        ServerConfig::new(typed::<ServerCapabilities>(capabilities).unwrap_or_default())
            .with_server_info(Implementation::new("mcpgw-fixture", "1.0.0"))
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        let known = ProtocolVersion::KNOWN_VERSIONS;
        let modern = |version: &ProtocolVersion| *version >= ProtocolVersion::V_2026_07_28;
        if self.legacy_only { known.iter().filter(|it| !modern(it)).cloned().collect() } else { known.into() }
    }

    async fn list_tools(&self, _: Option<PaginatedRequestParams>, _: Context) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.tools.to_vec()))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.tools.iter().find(|tool| tool.name == name).cloned()
    }

    async fn call_tool(&self, request: CallToolRequestParams, context: Context) -> Result<CallToolResponse, ErrorData> {
        let (name, arguments) = (request.name.as_ref(), request.arguments.clone().unwrap_or_default());
        let (responses, state) = (request.input_responses.as_ref(), request.request_state.as_deref());
        let mut arguments = arguments;
        if name == "test_tool_with_task" {
            let Some(answer) = responses.and_then(|responses| responses.get("user_name")) else {
                let question = input::elicitation("What is your name?", "name", "string");
                return match input::ask(json!({ "user_name": question }), None)? {
                    Step::Ask(result) => Ok(CallToolResponse::InputRequired(result)),
                    Step::Text(words) => complete(text(&words)).map(CallToolResponse::Complete),
                };
            };
            arguments.insert("user_name".to_owned(), answer["content"]["name"].clone());
        }
        if let Some(is_required) = tasks::support(name) {
            if takes_tasks(&context) {
                return Ok(CallToolResponse::Task(tasks::start(&self.tasks, name, &arguments)));
            }
            if is_required {
                let required = json!({ "extensions": { tasks::EXTENSION: {} } });
                missing(&context, "no-such-capability", required)?;
            }
            return match tasks::run(name, &arguments, None).await {
                Ok(result) => Ok(CallToolResponse::Complete(result)),
                Err(TaskExit::Error(error)) => Err(error),
                Err(_) => Err(ErrorData::internal_error("cancelled", None)),
            };
        }
        match input::step(name, responses, state, &capabilities(&context)) {
            Some(Ok(Step::Ask(result))) => return Ok(CallToolResponse::InputRequired(result)),
            Some(Ok(Step::Text(words))) => return complete(text(&words)).map(CallToolResponse::Complete),
            Some(Err(error)) => return Err(error),
            None => {}
        }
        let result = self.run(name, &arguments, &context).await?;
        complete::<CallToolResult>(result).map(CallToolResponse::Complete)
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListPromptsResult, ErrorData> {
        typed(content::prompts()).map(ListPromptsResult::with_all_items)
    }

    async fn get_prompt(&self, request: GetPromptRequestParams, _: Context) -> Result<GetPromptResponse, ErrorData> {
        if request.name == "test_input_required_result_prompt" {
            let answered = request.input_responses.as_ref().and_then(|responses| responses.get("user_context"));
            let Some(answer) = answered else {
                let question = input::elicitation("What context should the prompt use?", "context", "string");
                return match input::ask(json!({ "user_context": question }), None)? {
                    Step::Ask(result) => Ok(GetPromptResponse::InputRequired(result)),
                    Step::Text(_) => Err(ErrorData::internal_error("no question", None)),
                };
            };
            let words = format!("Context: {}", answer["content"]["context"].as_str().unwrap_or_default());
            let message = json!({ "role": "user", "content": { "type": "text", "text": words } });
            return complete(json!({ "messages": [message] })).map(GetPromptResponse::Complete);
        }
        let messages = content::prompt(&request.name, &request.arguments.unwrap_or_default());
        let messages =
            messages.ok_or_else(|| ErrorData::invalid_params(format!("Unknown prompt: {}", request.name), None))?;
        complete(json!({ "messages": messages })).map(GetPromptResponse::Complete)
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListResourcesResult, ErrorData> {
        typed(content::resources()).map(ListResourcesResult::with_all_items)
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        typed(content::templates()).map(ListResourceTemplatesResult::with_all_items)
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: Context,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let Some(contents) = content::read(&request.uri) else {
            let data = Some(json!({ "uri": request.uri }));
            let modern = context.protocol_version().is_some_and(|version| version >= ProtocolVersion::V_2026_07_28);
            return Err(if modern {
                ErrorData::invalid_params("Resource not found", data)
            } else {
                ErrorData::resource_not_found("Resource not found", data)
            });
        };
        complete(contents).map(ReadResourceResponse::Complete)
    }

    async fn subscribe(&self, _: SubscribeRequestParams, _: Context) -> Result<(), ErrorData> {
        Ok(())
    }

    async fn unsubscribe(&self, _: UnsubscribeRequestParams, _: Context) -> Result<(), ErrorData> {
        Ok(())
    }

    async fn set_level(&self, _: SetLevelRequestParams, _: Context) -> Result<(), ErrorData> {
        Ok(())
    }

    async fn complete(&self, request: CompleteRequestParams, _: Context) -> Result<CompleteResult, ErrorData> {
        let begun = &request.argument.value;
        let values: Vec<&str> = ["paris", "park", "party"].into_iter().filter(|it| it.starts_with(begun)).collect();
        complete(json!({ "completion": { "total": values.len(), "values": values, "hasMore": false } }))
    }

    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(requested.clone())
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        let mut changes = self.changes.subscribe();
        loop {
            tokio::select! {
                changed = changes.recv() => {
                    let _ = match changed {
                        Ok(Changed::Tools) => context.sink().notify_tool_list_changed().await,
                        Ok(Changed::Prompts) => context.sink().notify_prompt_list_changed().await,
                        Err(_) => return Ok(()),
                    };
                }
                () = context.cancelled() => return Ok(()),
            }
        }
    }

    async fn get_task(&self, request: GetTaskParams, _: Context) -> Result<GetTaskResult, ErrorData> {
        self.tasks.get_task(&request.task_id).map(GetTaskResult::new)
    }

    async fn update_task(&self, request: UpdateTaskParams, _: Context) -> Result<(), ErrorData> {
        self.tasks.update_task(&request.task_id, request.input_responses)
    }

    async fn cancel_task(&self, request: CancelTaskParams, _: Context) -> Result<(), ErrorData> {
        self.tasks.cancel_task(&request.task_id)
    }
}
