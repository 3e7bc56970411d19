//! Real MCP clients, driven by the scripts in `tests/fixtures/clients`.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use serde_json::{Value, json};

use super::deps;
use super::process::{DEADLINE, Service, run};

/// A proxy of the developer's must not stand between a client and the gateway.
const PROXIES: [&str; 6] = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];

/// An official SDK, or what is built on one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sdk {
    /// `mcp` 1.30 from `PyPI`: the session era on every transport.
    PythonV1,
    /// `mcp` 2.3: both eras, no WebSocket.
    PythonV2,
    /// `@modelcontextprotocol/sdk`: the session era on every transport.
    TypeScriptV1,
    /// `@modelcontextprotocol/client`: both eras, no WebSocket.
    TypeScriptV2,
    /// `FastMCP`'s own client, on `mcp` 2.
    FastMcp,
    /// `langchain-mcp-adapters`, on `mcp` 1: a session for every call.
    LangChain,
}

impl Sdk {
    /// What runs its driver, or `None` where it is not installed and need not be.
    fn command(self) -> Option<Command> {
        let python = |part: &deps::Part, once, environment: &str, script: &str| {
            let folder = part.get(once)?;
            let mut command = Command::new(folder.join(environment).join("bin/python"));
            command.arg(folder.join(script));
            Some(command)
        };
        let typescript = |version| {
            static ONCE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
            let folder = deps::NODE_CLIENTS.get(&ONCE)?;
            let mut command = Command::new("node");
            // Version 20 has WebSocket behind a flag, and newer ones still know the flag.
            command.args(["--experimental-websocket", "--no-warnings"]).arg(folder.join("client.mjs")).arg(version);
            Some(command)
        };
        static V1: OnceLock<Result<PathBuf, String>> = OnceLock::new();
        static V2: OnceLock<Result<PathBuf, String>> = OnceLock::new();
        static FAST: OnceLock<Result<PathBuf, String>> = OnceLock::new();
        match self {
            Self::PythonV1 => python(&deps::PYTHON_V1, &V1, "venv-v1", "client_v1.py"),
            Self::LangChain => python(&deps::PYTHON_V1, &V1, "venv-v1", "langchain_client.py"),
            Self::PythonV2 => python(&deps::PYTHON_V2, &V2, "venv", "client.py"),
            Self::FastMcp => python(&deps::FASTMCP, &FAST, "venv-fastmcp", "fastmcp_client.py"),
            Self::TypeScriptV1 => typescript("v1"),
            Self::TypeScriptV2 => typescript("v2"),
        }
    }
}

/// The server of both eras in `tests/fixtures/clients/server.py`, which runs on `mcp` 2 for Python.
#[derive(Clone)]
pub(crate) struct DualEra {
    python: String,
    script: String,
}

impl DualEra {
    pub(crate) fn get() -> Option<Self> {
        let command = Sdk::PythonV2.command()?;
        let driver = command.get_args().next()?.to_str()?;
        let python = command.get_program().to_str()?.to_owned();
        Some(Self { python, script: driver.replace("client.py", "server.py") })
    }

    /// What starts it on stdio.
    pub(crate) fn command(&self) -> [&str; 2] {
        [&self.python, &self.script]
    }

    /// Starts it on `http` or `sse`; with its URL.
    pub(crate) fn start(&self, kind: &str) -> (Service, String) {
        deps::on_a_free_port(|port| {
            let mut command = Command::new(&self.python);
            command.args([&self.script, kind, &port.to_string()]);
            let ready = move |line: &str| line.contains("Uvicorn running on").then_some(());
            let path = if kind == "http" { "mcp" } else { kind };
            Ok((Service::start(&mut command, ready)?.0, format!("http://127.0.0.1:{port}/{path}")))
        })
    }
}

/// Where a client connects to.
#[derive(Clone, Debug)]
pub(crate) struct Target(Value);

impl Target {
    /// Streamable HTTP.
    pub(crate) fn http(url: &str) -> Self {
        Self(json!({ "kind": "http", "url": url }))
    }

    /// The older HTTP with server-sent events.
    pub(crate) fn sse(url: &str) -> Self {
        Self(json!({ "kind": "sse", "url": url }))
    }

    /// WebSocket; of an `http` URL, too.
    pub(crate) fn ws(url: &str) -> Self {
        Self(json!({ "kind": "ws", "url": url.replacen("http", "ws", 1) }))
    }

    /// A child process of the client's.
    pub(crate) fn of(program: &str, args: &[&str]) -> Self {
        Self::stdio(Command::new(program).args(args))
    }

    /// A child process of the client's, with the environment of `command`.
    pub(crate) fn stdio(command: &Command) -> Self {
        let text = |value: &std::ffi::OsStr| value.to_str().expect("UTF-8").to_owned();
        let args: Vec<String> = command.get_args().map(text).collect();
        let env = command.get_envs().filter_map(|(name, value)| Some((text(name), Value::from(text(value?)))));
        let env: serde_json::Map<String, Value> = env.collect();
        Self(json!({ "kind": "stdio", "command": text(command.get_program()), "args": args, "env": env }))
    }
}

/// What a client saw.
#[derive(Debug)]
pub(crate) struct Seen {
    /// The negotiated version.
    pub(crate) protocol: String,
    /// How the server called itself.
    pub(crate) server: Option<String>,
    pub(crate) capabilities: Value,
    pub(crate) instructions: Option<String>,
    pub(crate) steps: Vec<Step>,
}

/// One step of it.
#[derive(Debug)]
pub(crate) struct Step {
    /// The result as the SDK gives it, `{"error"}` for what the server refused, `{"failed"}` for anything else.
    pub(crate) answer: Value,
    /// The notifications that arrived meanwhile, as they were on the wire, and what the client was asked.
    pub(crate) received: Vec<Value>,
}

impl Seen {
    /// Of each answer only what an agent acts on: the names of a list; text, structure and success of a call.
    pub(crate) fn digest(&self) -> Vec<Value> {
        self.steps.iter().map(|step| digest(&step.answer)).collect()
    }

    /// Every notification and question of this method, in any step.
    pub(crate) fn received(&self, method: &str) -> Vec<&Value> {
        self.steps.iter().flat_map(|step| &step.received).filter(|frame| frame["method"] == method).collect()
    }
}

fn digest(answer: &Value) -> Value {
    if let Some(list) = answer.as_array() {
        return list.iter().map(|entry| entry["name"].clone()).collect();
    }
    let Some(content) = answer["content"].as_array() else { return answer.clone() };
    let text = content.iter().find(|block| block["type"] == "text").map_or(&Value::Null, |block| &block["text"]);
    let failed = answer["isError"].as_bool().unwrap_or_default();
    json!({ "isError": failed, "text": text, "structured": answer.get("structuredContent") })
}

/// A client that has not connected yet.
pub(crate) struct Client {
    command: Command,
    request: Value,
}

impl Client {
    /// `mode` is `auto`, `legacy` or `modern`, as far as the SDK knows them.
    pub(crate) fn new(sdk: Sdk, target: &Target, mode: &str) -> Option<Self> {
        let request = json!({ "target": target.0, "mode": mode });
        Some(Self { command: sdk.command()?, request })
    }

    /// On streamable HTTP.
    pub(crate) fn http(sdk: Sdk, url: &str, mode: &str) -> Option<Self> {
        Self::new(sdk, &Target::http(url), mode)
    }

    /// A client that can be asked for these alone, of `sampling`, `elicitation` and `roots`.
    pub(crate) fn that_can(mut self, asked: &[&str]) -> Self {
        self.request["can"] = asked.into();
        self
    }

    /// Connects, takes the steps and says what it saw.
    #[track_caller]
    pub(crate) fn run(mut self, steps: &Value) -> Seen {
        for name in PROXIES {
            self.command.env_remove(name);
        }
        self.request["steps"] = steps.clone();
        let output = run(&mut self.command, &self.request.to_string(), DEADLINE);
        assert_eq!(output.code, 0, "{:?}: {}{}", self.command, output.stdout, output.stderr);
        let mut seen: Value = serde_json::from_str(&output.stdout).expect("its JSON");
        let steps = seen["steps"].as_array_mut().expect("steps").iter_mut().map(|step| Step {
            answer: step["answer"].take(),
            received: step["received"].as_array_mut().map(std::mem::take).expect("frames"),
        });
        let steps = steps.collect();
        Seen {
            protocol: seen["protocol"].as_str().expect("a version").to_owned(),
            server: seen["server"].as_str().map(str::to_owned),
            instructions: seen["instructions"].as_str().map(str::to_owned),
            capabilities: seen["capabilities"].take(),
            steps,
        }
    }
}

/// A step that lists all tools.
pub(crate) fn list() -> Value {
    json!({ "op": "list" })
}

/// A step that calls a tool.
pub(crate) fn call(name: &str, arguments: Value) -> Value {
    json!({ "op": "call", "name": name, "arguments": arguments })
}

/// The command line of MCP Inspector, the tool that authors of servers test them with.
#[derive(Clone, Copy)]
pub(crate) struct Inspector {
    folder: &'static std::path::Path,
}

impl Inspector {
    pub(crate) fn get() -> Option<Self> {
        static ONCE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
        deps::INSPECTOR.get(&ONCE).map(|folder| Self { folder })
    }

    /// What it prints for a method of the server at `url`.
    #[track_caller]
    pub(crate) fn run(self, url: &str, args: &[&str]) -> Value {
        // It needs a newer Node than others do, which comes from the package registry like everything else.
        let mut command = Command::new(self.folder.join("node_modules/.bin/node"));
        command.arg(self.folder.join("node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js"));
        command.args(["--cli", url]).args(args);
        for name in PROXIES {
            command.env_remove(name);
        }
        // It keeps a catalog in the home directory.
        let home = tempfile::tempdir().expect("a directory");
        let output = run(command.env("HOME", home.path()), "", DEADLINE);
        assert_eq!(output.code, 0, "{command:?}: {}{}", output.stdout, output.stderr);
        serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("no JSON ({error}): {output:#?}"))
    }
}
