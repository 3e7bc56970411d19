//! `mcpgw connect`

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use mcpgw::error::{Error, Kind, Result};
use mcpgw::store::Location;
use serde_json::{Map, Value, json};
use url::Url;

use crate::{Context, Done};

/// How the gateway is called in a client's list.
const NAME: &str = "mcpgw";
const BACKUP: &str = "before-mcpgw";

/// Without --url the client starts `mcpgw stdio` itself, on the store that this command uses. What was in the file before
/// is kept beside it.
#[derive(Args)]
pub(crate) struct Connect {
    /// The client
    #[arg(value_enum)]
    client: Client,
    /// A gateway that runs, by the URL of its MCP endpoint
    #[arg(long, value_name = "URL")]
    url: Option<Url>,
    /// The client's file, where it is not in the usual place
    #[arg(long, value_name = "PATH")]
    file: Option<PathBuf>,
    /// Take the gateway out again: the file is as it was, but for what was changed in it since
    #[arg(long, conflicts_with = "url")]
    undo: bool,
    /// Only print what would be written
    #[arg(long)]
    dry_run: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Client {
    ClaudeDesktop,
    ClaudeCode,
    Cursor,
    Vscode,
}

impl Client {
    /// As its makers write it.
    fn name(self) -> &'static str {
        match self {
            Self::ClaudeDesktop => "Claude Desktop",
            Self::ClaudeCode => "Claude Code",
            Self::Cursor => "Cursor",
            Self::Vscode => "VS Code",
        }
    }

    /// As the command line calls it.
    fn word(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// Where it reads the servers of its user from.
    fn file(self, context: &Context) -> Result<PathBuf> {
        let env = |wanted: &str| {
            let mut found =
                context.sources.environment.iter().filter(|(name, value)| name == wanted && !value.is_empty());
            found.next().map(|(_, value)| PathBuf::from(value))
        };
        let home = env("HOME").ok_or_else(|| {
            Error::invalid("HOME is not set, so that the client's file cannot be found").help("name it with --file")
        })?;
        let config = if cfg!(target_os = "macos") {
            home.join("Library/Application Support")
        } else {
            env("XDG_CONFIG_HOME").unwrap_or_else(|| home.join(".config"))
        };
        Ok(match self {
            Self::ClaudeDesktop => config.join("Claude/claude_desktop_config.json"),
            Self::ClaudeCode => home.join(".claude.json"),
            Self::Cursor => home.join(".cursor/mcp.json"),
            Self::Vscode => config.join("Code/User/mcp.json"),
        })
    }

    /// The member with its servers.
    fn servers(self) -> &'static str {
        if self == Self::Vscode { "servers" } else { "mcpServers" }
    }

    fn entry(self, transport: &Transport) -> Result<Value> {
        let is_typed = matches!(self, Self::ClaudeCode | Self::Vscode);
        let mut entry = match transport {
            Transport::Http(_) if self == Self::ClaudeDesktop => {
                let what = "Claude Desktop starts its servers itself; its file takes no URL";
                return Err(Error::invalid(what).help("leave out --url: it then starts `mcpgw stdio`"));
            }
            Transport::Http(url) => json!({ "url": url.as_str() }),
            Transport::Stdio { program, args } => json!({ "command": program, "args": args }),
        };
        if is_typed {
            let kind = if matches!(transport, Transport::Http(_)) { "http" } else { "stdio" };
            entry["type"] = kind.into();
        }
        Ok(entry)
    }
}

enum Transport {
    Http(Url),
    Stdio { program: String, args: Vec<String> },
}

/// A client's file.
struct File {
    client: Client,
    path: PathBuf,
    /// As it is; `None` where there is none.
    text: Option<String>,
}

impl File {
    fn read(client: Client, path: &Path) -> Result<Self> {
        // Through links: what they point to is kept and replaced.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Self { client, path, text: Some(text) }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self { client, path, text: None }),
            Err(error) => {
                Err(Error::new(Kind::InvalidInput, format!("{} cannot be read", path.display())).source(error))
            }
        }
    }

    fn backup(&self) -> PathBuf {
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{BACKUP}"));
        self.path.with_file_name(name)
    }

    fn document(&self, text: Option<&str>) -> Result<Map<String, Value>> {
        let Some(text) = text.filter(|text| !text.trim().is_empty()) else { return Ok(Map::new()) };
        let faulty = |why: String| {
            Error::invalid(format!("{}: {why}; nothing was changed", self.path.display())).help(format!(
                "mend the file, or add the gateway by hand: `mcpgw connect {} --dry-run --file /dev/null` prints how",
                self.client.word()
            ))
        };
        let document: Value = serde_json::from_str(text)
            .map_err(|error| faulty(format!("not plain JSON ({error}), perhaps it has comments")))?;
        let Value::Object(document) = document else { return Err(faulty("no JSON object".to_owned())) };
        if document.get(self.client.servers()).is_some_and(|servers| !servers.is_object()) {
            return Err(faulty(format!("`{}` is no object", self.client.servers())));
        }
        Ok(document)
    }

    fn servers<'a>(&self, document: &'a Map<String, Value>) -> Option<&'a Map<String, Value>> {
        document.get(self.client.servers())?.as_object()
    }

    /// The text with the gateway in it.
    fn with(&self, text: Option<&str>, entry: &Value) -> Result<String> {
        let mut document = self.document(text)?;
        let servers = document.entry(self.client.servers()).or_insert_with(|| json!({}));
        servers[NAME] = entry.clone();
        written(&document)
    }

    /// The text as it would be without the gateway; `None` where nothing is left that somebody else wrote.
    fn without(&self, before: Option<&str>) -> Result<Option<String>> {
        let mut document = self.document(self.text.as_deref())?;
        let former = self.document(before)?;
        let entry = self.servers(&document).and_then(|servers| servers.get(NAME));
        if entry.is_some_and(|entry| self.with(before, entry).ok() == self.text) {
            // Nobody has touched it since: exactly as it was.
            return Ok(before.map(str::to_owned));
        }
        if let Some(Value::Object(servers)) = document.get_mut(self.client.servers()) {
            match self.servers(&former).and_then(|servers| servers.get(NAME)) {
                Some(theirs) => servers.insert(NAME.to_owned(), theirs.clone()),
                None => servers.shift_remove(NAME),
            };
        }
        written(&document).map(Some)
    }

    /// Puts a text in its place, whole or not at all.
    fn replace(&self, text: &str) -> Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let failed = |error: io::Error| {
            Error::new(Kind::Internal, format!("{} cannot be written", self.path.display())).source(error)
        };
        fs::create_dir_all(folder).map_err(failed)?;
        let new = self.path.with_extension(format!("{}.new", std::process::id()));
        let placed = (|| {
            let mut file = fs::File::create(&new)?;
            if let Ok(known) = fs::metadata(&self.path) {
                file.set_permissions(known.permissions())?;
            }
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&new, &self.path)
        })();
        placed.inspect_err(|_| drop(fs::remove_file(&new))).map_err(failed)
    }
}

/// What somebody has added to the entry, as variables of its environment, stays; what says where the gateway is does not.
fn kept(former: Option<&Value>, mut entry: Value) -> Value {
    let theirs = former.and_then(Value::as_object).into_iter().flatten();
    for (name, value) in theirs.filter(|(name, _)| !["command", "args", "url", "type"].contains(&name.as_str())) {
        entry[name] = value.clone();
    }
    entry
}

fn written(document: &Map<String, Value>) -> Result<String> {
    let text = serde_json::to_string_pretty(document);
    text.map(|text| text + "\n").map_err(|error| Error::internal("a client's file").source(error))
}

impl Connect {
    pub(crate) fn run(self, context: &Context) -> Result<Done> {
        let path = match &self.file {
            Some(path) => path.clone(),
            None => self.client.file(context)?,
        };
        let file = File::read(self.client, &path)?;
        if self.undo { self.take_out(context, &file) } else { self.put_in(context, &file) }
    }

    fn put_in(&self, context: &Context, file: &File) -> Result<Done> {
        let known = self.client.servers();
        let present = file.document(file.text.as_deref())?;
        let former = file.servers(&present).and_then(|servers| servers.get(NAME));
        let entry = kept(former, self.client.entry(&self.transport(context)?)?);
        let is_there = former == Some(&entry);
        let text = file.with(file.text.as_deref(), &entry)?;
        let is_written = !is_there && !self.dry_run;
        if is_written {
            // The first backup is the one without the gateway.
            let backup = file.backup();
            // A file that we have made ourselves is nothing to go back to; one that is without us is.
            let is_ours = former.is_some_and(|entry| file.with(None, entry).ok() == file.text);
            if file.text.is_some() && !is_ours && (former.is_none() || !backup.exists()) {
                fs::copy(&file.path, &backup).map_err(|error| {
                    Error::new(Kind::Internal, format!("no backup can be written to {}", backup.display()))
                        .source(error)
                })?;
            }
            file.replace(&text)?;
        }
        let backup = Some(file.backup()).filter(|backup| backup.exists());
        if context.output.is_json() {
            context.output.json(&json!({ "client": self.client.name(), "file": file.path, "backup": backup, "changed": is_written, "entry": { known: { NAME: entry } } }))?;
        } else if self.dry_run {
            context.output.line(text.trim_end());
        } else if is_there {
            context.output.line(&format!("{} has the gateway already: {}", self.client.name(), file.path.display()));
        } else {
            let kept = backup.map(|backup| format!("; as it was: {}", backup.display())).unwrap_or_default();
            context.output.line(&format!("{} now has `{NAME}` in {}{kept}", self.client.name(), file.path.display()));
            let (name, word) = (self.client.name(), self.client.word());
            context.output.note(&format!("Restart {name}; `mcpgw connect {word} --undo` takes it out again"));
        }
        Ok(Done::Fully)
    }

    fn take_out(&self, context: &Context, file: &File) -> Result<Done> {
        let document = file.document(file.text.as_deref())?;
        if file.servers(&document).is_none_or(|servers| !servers.contains_key(NAME)) {
            return Err(Error::not_found(format!("{} does not have `{NAME}`", file.path.display()))
                .help("`mcpgw connect` puts it in; --file names another file"));
        }
        let backup = File::read(self.client, &file.backup())?;
        let text = file.without(backup.text.as_deref())?;
        if !self.dry_run {
            match &text {
                Some(text) => file.replace(text)?,
                None => fs::remove_file(&file.path).map_err(|error| {
                    Error::new(Kind::Internal, format!("{} cannot be removed", file.path.display())).source(error)
                })?,
            }
            // It has served; the next `connect` keeps another.
            let _ = fs::remove_file(&backup.path);
        }
        if context.output.is_json() {
            context.output.json(&json!({ "client": self.client.name(), "file": file.path, "changed": !self.dry_run, "exists": text.is_some() }))?;
        } else if self.dry_run {
            context.output.line(text.as_deref().unwrap_or_default().trim_end());
        } else {
            context.output.line(&format!("{} is without `{NAME}` again: {}", self.client.name(), file.path.display()));
        }
        Ok(Done::Fully)
    }

    /// How the client reaches this gateway.
    fn transport(&self, context: &Context) -> Result<Transport> {
        if let Some(url) = &self.url {
            if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
                return Err(
                    Error::invalid(format!("{url} is no URL of a gateway")).help("as http://127.0.0.1:8000/mcp")
                );
            }
            return Ok(Transport::Http(url.clone()));
        }
        let program =
            std::env::current_exe().map_err(|error| Error::internal("where is this program").source(error))?;
        let mut args = vec!["stdio".to_owned()];
        let given = |wanted: &str| {
            let all = context.sources.flags.iter().map(|(name, value)| (*name, value));
            let env = context.sources.environment.iter().map(|(name, value)| (name.as_str(), value));
            all.chain(env).find(|(name, value)| *name == wanted && !value.is_empty()).map(|(_, value)| value.clone())
        };
        match context.config()?.store.location {
            Location::Sqlite(path) => {
                if given("MCPGW_STORE").is_some() {
                    args.extend(["--store".to_owned(), format!("sqlite:{}", absolute(&path)?.display())]);
                }
            }
            Location::MongoDb(_) => {
                let what =
                    "the store is a MongoDB, whose URI may hold a password that does not belong in a client's file";
                return Err(Error::invalid(what).help("run `mcpgw serve` and give the client its --url"));
            }
        }
        if let Some(tenant) = given("MCPGW_TENANT") {
            args.extend(["--tenant".to_owned(), tenant]);
        }
        if let Some(file) = &context.sources.file {
            args.extend(["--config".to_owned(), absolute(file)?.display().to_string()]);
        }
        Ok(Transport::Stdio { program: program.display().to_string(), args })
    }
}

fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(|error| Error::internal("no current folder").source(error))
}
