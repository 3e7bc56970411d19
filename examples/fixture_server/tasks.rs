//! Tools that run as tasks where the client takes tasks (extension `io.modelcontextprotocol/tasks`).

use std::time::Duration;

use rmcp::ErrorData;
use rmcp::model::{CallToolResult, ContentBlock, CreateTaskResult, InputRequest};
use rmcp::task_manager::{TaskContext, TaskExit, TaskManager, TaskOptions};
use serde_json::{Map, Value, json};

use crate::content::typed;
use crate::input::elicitation;

pub(crate) const EXTENSION: &str = "io.modelcontextprotocol/tasks";

/// Whether a tool can be a task, and whether it can be anything else.
pub(crate) fn support(name: &str) -> Option<bool> {
    match name {
        "slow_compute" | "confirm_delete" | "multi_input" | "protocol_error_job" | "test_tool_with_task" => Some(false),
        "failing_job" => Some(true),
        _ => None,
    }
}

/// Starts the work of a tool as a task.
pub(crate) fn start(manager: &TaskManager, name: &str, arguments: &Map<String, Value>) -> CreateTaskResult {
    let (name, arguments) = (name.to_owned(), arguments.clone());
    let options = TaskOptions::new().with_ttl_ms(60_000_u64).with_poll_interval_ms(100);
    let task = manager.spawn(options, |context| Box::pin(async move { run(&name, &arguments, Some(&context)).await }));
    CreateTaskResult::new(task)
}

/// The work itself; without a context, in the call.
pub(crate) async fn run(
    name: &str,
    arguments: &Map<String, Value>,
    context: Option<&TaskContext>,
) -> Result<CallToolResult, TaskExit> {
    let text = |text: String| Ok(CallToolResult::success(vec![ContentBlock::text(text)]));
    match name {
        "slow_compute" => {
            let seconds = arguments.get("seconds").and_then(Value::as_f64).unwrap_or(1.0).clamp(0.0, 60.0);
            let work = tokio::time::sleep(Duration::from_secs_f64(seconds));
            match context {
                Some(context) => tokio::select! {
                    () = work => {}
                    () = context.cancelled() => return Err(TaskExit::Cancelled),
                },
                None => work.await,
            }
            text(format!("Computed for {seconds} seconds"))
        }
        "failing_job" => {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Ok(CallToolResult::error(vec![ContentBlock::text("The job failed")]))
        }
        "protocol_error_job" => Err(TaskExit::Error(ErrorData::internal_error("The job broke", None))),
        "confirm_delete" => {
            let answer = ask(context, "confirm", "Delete it?").await?;
            text(format!("Answered: {answer}"))
        }
        "multi_input" => {
            let (one, two) = tokio::join!(ask(context, "first", "First?"), ask(context, "second", "Second?"));
            text(format!("Answered: {} and {}", one?, two?))
        }
        _ => text(format!(
            "The task is done for {}",
            arguments.get("user_name").and_then(Value::as_str).unwrap_or("you")
        )),
    }
}

async fn ask(context: Option<&TaskContext>, key: &str, message: &str) -> Result<Value, TaskExit> {
    let Some(context) = context else { return Ok(json!({ "action": "accept" })) };
    let request: InputRequest = typed(elicitation(message, "confirm", "boolean")).map_err(TaskExit::Error)?;
    context.request_input(key, request).await
}
