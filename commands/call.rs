//! `mcpgw call`

use std::io::Read as _;
use std::time::Duration;

use clap::Args;
use mcpgw::error::{Error, Kind, Result};
use mcpgw::model::{Origin, RawJson, RawObject};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::output::visible;
use crate::{Context, Done};

/// The server may have to be started first.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

#[derive(Args)]
pub(crate) struct Call {
    /// The server
    server: String,
    /// The tool
    tool: String,
    /// The arguments: a JSON object, @FILE, or - for stdin
    #[arg(long, value_name = "JSON|@FILE|-", default_value = "{}")]
    args: String,
    /// When to give up, for example 2s; starting the server counts [default: 30s]
    #[arg(long, value_parser = humantime::parse_duration)]
    timeout: Option<Duration>,
}

impl Call {
    pub(crate) async fn run(self, context: &Context) -> Result<Done> {
        let arguments = self.arguments()?;
        let (gateway, tenant) = context.open().await?;
        let server = self.server.parse()?;
        let params: Box<RawValue> = RawValue::from_string(format!("{{\"arguments\":{}}}", arguments.as_str()))
            .map_err(|error| Error::internal("write parameters").source(error))?;
        let params = RawObject::parse(&params).map_err(|error| Error::internal("read parameters").source(error))?;
        let timeout = self.timeout.unwrap_or(DEFAULT_TIMEOUT);
        let result = gateway.try_tool(&tenant, &server, &self.tool, &params, timeout, Origin::default()).await;
        gateway.close().await;
        print(context, &result?)
    }

    fn arguments(&self) -> Result<RawJson> {
        let unreadable = |what: &str, error: std::io::Error| {
            Error::invalid(format!("the arguments in {what} cannot be read")).source(error)
        };
        let text = match self.args.strip_prefix('@') {
            Some(path) => std::fs::read_to_string(path).map_err(|error| unreadable(&format!("`{path}`"), error))?,
            None if self.args == "-" => {
                let mut text = String::new();
                std::io::stdin().read_to_string(&mut text).map_err(|error| unreadable("stdin", error))?;
                text
            }
            None => self.args.clone(),
        };
        let arguments = RawJson::check(text.trim().to_owned()).map_err(|error| {
            Error::invalid("the arguments are not JSON")
                .source(error)
                .help("for example --args '{\"city\": \"Berlin\"}'")
        })?;
        if arguments.as_str().starts_with('{') {
            Ok(arguments)
        } else {
            Err(Error::invalid("the arguments are no JSON object"))
        }
    }
}

/// Text content as text, everything else (and everything, with `--output json`) as the result's JSON.
fn print(context: &Context, result: &RawJson) -> Result<Done> {
    let value: Value =
        result.parse().map_err(|error| Error::new(Kind::UpstreamError, "the result is no JSON").source(error))?;
    let blocks = value.get("content").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let texts: Vec<&str> = blocks.iter().filter_map(|block| block.get("text")).filter_map(Value::as_str).collect();
    if context.output.is_json() || texts.len() < blocks.len() || texts.is_empty() {
        context.output.line(result.as_str());
    } else {
        for text in texts {
            context.output.line(&visible(text));
        }
    }
    let failed = value.get("isError").and_then(Value::as_bool).unwrap_or(false);
    if failed {
        context.output.note("the tool reported a failure");
    }
    Ok(if failed { Done::WithFailures(Kind::UpstreamError) } else { Done::Fully })
}
