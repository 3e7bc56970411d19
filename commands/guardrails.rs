//! `mcpgw guardrails`

use std::io::{BufRead as _, Read as _};

use clap::{Args, Subcommand, ValueEnum};
use mcpgw::error::{Error, Kind, Result};
use mcpgw::gateway::{Gateway, shown_signature};
use mcpgw::guardrails::Direction;
use mcpgw::model::{ServerName, Signature};
use serde_json::{Value, json};

use crate::output::brief;
use crate::{Context, Done};

#[derive(Subcommand)]
pub(crate) enum Guardrails {
    /// Say what the guardrails would do to a text
    Check(Check),
    /// The known attacks that texts are compared with
    #[command(subcommand)]
    Signatures(Signatures),
    /// Let categories pass for a server or one of its tools; without any, say which do
    Allow(Allow),
}

#[derive(Args)]
pub(crate) struct Check {
    /// The text; @FILE reads it from a file, `-` (or nothing) from standard input
    #[arg(value_name = "TEXT|@FILE|-")]
    text: Option<String>,
    /// Read JSON lines {"text"}, print one verdict a line
    #[arg(long)]
    jsonl: bool,
    /// What the text is
    #[arg(long, value_enum, default_value_t = Is::Result)]
    direction: Is,
}

/// What a text is.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Is {
    /// Arguments of a call
    Arguments,
    /// What a server answers
    Result,
    /// What a server says of its tools
    Definition,
}

impl From<Is> for Direction {
    fn from(is: Is) -> Self {
        match is {
            Is::Arguments => Self::Arguments,
            Is::Result => Self::Result,
            Is::Definition => Self::Definition,
        }
    }
}

#[derive(Subcommand)]
pub(crate) enum Signatures {
    /// List them
    List,
    /// Add one
    Add {
        /// What an attacker says, in one passage
        text: String,
        /// What kind of attack
        #[arg(long, default_value = "operator")]
        family: String,
    },
    /// Remove one that was added, or switch off one that comes with the program
    Remove {
        /// Its id, or the beginning of it
        id: String,
    },
}

#[derive(Args)]
pub(crate) struct Allow {
    /// Whose texts: a server, or one of its tools
    #[arg(value_name = "SERVER[/TOOL]")]
    of: String,
    /// Categories, such as EMAIL or instruction_override
    #[arg(value_name = "CATEGORY")]
    categories: Vec<String>,
    /// Let none pass any more
    #[arg(long, conflicts_with = "categories")]
    none: bool,
}

impl Guardrails {
    pub(crate) async fn run(self, context: &Context) -> Result<Done> {
        let (gateway, tenant) = context.open().await?;
        match self {
            Self::Check(check) => check.run(context, &gateway).await,
            Self::Signatures(signatures) => signatures.run(context, &gateway).await,
            Self::Allow(allow) => {
                let (server, tool) = allow.of.split_once('/').map_or((allow.of.as_str(), None), |(s, t)| (s, Some(t)));
                let server: ServerName = server.parse()?;
                let wanted = (allow.none || !allow.categories.is_empty()).then_some(allow.categories.as_slice());
                let (allowed, changed) = gateway.allow_categories(&tenant, &server, tool, wanted).await?;
                if context.output.is_json() {
                    context.output.json(&json!({ "of": allow.of, "allowed": allowed, "changed": changed }))?;
                } else if allowed.is_empty() {
                    context.output.note(&format!("nothing is let through of `{}`", allow.of));
                } else {
                    context.output.note(&format!("let through of `{}`: {}", allow.of, allowed.join(", ")));
                }
                Ok(Done::Fully)
            }
        }
    }
}

impl Check {
    async fn run(self, context: &Context, gateway: &Gateway) -> Result<Done> {
        let direction = Direction::from(self.direction);
        if self.jsonl {
            return self.lines(context, gateway, direction).await;
        }
        let text = read_text(self.text.as_deref())?;
        let checked = gateway.check_text(&text, direction).await?;
        let shown = checked.shown(&text);
        if context.output.is_json() {
            context.output.json(&shown)?;
            return Ok(Done::Fully);
        }
        let mut rows = vec![
            vec!["verdict".to_owned(), shown["verdict"].as_str().unwrap_or_default().to_owned()],
            vec!["score".to_owned(), format!("{:.2}", checked.score)],
        ];
        for finding in &checked.findings {
            let found = text.get(finding.range.clone()).unwrap_or_default();
            rows.push(vec![finding.deed.category().to_owned(), brief(found, 70)]);
        }
        context.output.table(&["", ""], &rows);
        context.output.line(shown["text"].as_str().unwrap_or_default());
        Ok(Done::Fully)
    }

    async fn lines(self, context: &Context, gateway: &Gateway, direction: Direction) -> Result<Done> {
        let input: Box<dyn std::io::BufRead + Send> = match self.text.as_deref() {
            None | Some("-") => Box::new(std::io::BufReader::new(std::io::stdin())),
            Some(file) => {
                let file = file
                    .strip_prefix('@')
                    .ok_or_else(|| Error::invalid("with --jsonl, the lines come from @FILE or standard input"))?;
                let opened = std::fs::File::open(file);
                Box::new(std::io::BufReader::new(opened.map_err(|error| unreadable(file, error))?))
            }
        };
        for (number, line) in input.lines().enumerate() {
            let wrong = |what: String| Error::invalid(format!("line {}: {what}", number + 1));
            let line = line.map_err(|error| wrong(error.to_string()))?;
            if line.trim().is_empty() {
                continue;
            }
            let record: Value = serde_json::from_str(&line).map_err(|error| wrong(error.to_string()))?;
            let text = record["text"].as_str().ok_or_else(|| wrong("no {\"text\": \"…\"}".to_owned()))?;
            let mut shown = gateway.check_text(text, direction).await?.shown(text);
            if let Some(id) = record.get("id") {
                shown["id"] = id.clone();
            }
            context.output.line(&shown.to_string());
        }
        Ok(Done::Fully)
    }
}

/// The text to check.
fn read_text(given: Option<&str>) -> Result<String> {
    match given {
        None | Some("-") => {
            let mut text = String::new();
            let read = std::io::stdin().read_to_string(&mut text);
            read.map_err(|error| unreadable("standard input", error))?;
            Ok(text)
        }
        Some(text) => match text.strip_prefix('@') {
            Some(file) => std::fs::read_to_string(file).map_err(|error| unreadable(file, error)),
            None => Ok(text.to_owned()),
        },
    }
}

fn unreadable(what: &str, error: std::io::Error) -> Error {
    Error::invalid(format!("{what} cannot be read")).source(error)
}

impl Signatures {
    async fn run(self, context: &Context, gateway: &Gateway) -> Result<Done> {
        match self {
            Self::List => list(context, &gateway.signatures().await?),
            Self::Add { text, family } => {
                let (signature, changed) = gateway.add_signature(&family, &text).await?;
                tell(context, &signature.id, if changed { "added" } else { "known already" }, changed)
            }
            Self::Remove { id } => {
                let known = gateway.signatures().await?;
                let found: Vec<&Signature> = known.iter().filter(|it| it.id.starts_with(&id)).collect();
                let [one] = found.as_slice() else {
                    let what = if found.is_empty() { "no signature has" } else { "several signatures have" };
                    return Err(Error::new(Kind::NotFound, format!("{what} an id that begins with `{id}`"))
                        .help("`mcpgw guardrails signatures list` shows them"));
                };
                let changed = gateway.remove_signature(&one.id).await?;
                tell(
                    context,
                    &one.id,
                    if changed { "not compared with any more" } else { "switched off already" },
                    changed,
                )
            }
        }
    }
}

fn list(context: &Context, signatures: &[Signature]) -> Result<Done> {
    if context.output.is_json() {
        context.output.json(&json!({ "signatures": signatures.iter().map(shown_signature).collect::<Vec<_>>() }))?;
        return Ok(Done::Fully);
    }
    let row = |it: &Signature| {
        let id = it.id.get(..12).unwrap_or_default().to_owned();
        let state = if it.is_enabled { "" } else { "off" };
        vec![id, it.family.clone(), brief(&it.text, 80), state.to_owned()]
    };
    context.output.table(&["id", "family", "text", ""], &signatures.iter().map(row).collect::<Vec<_>>());
    Ok(Done::Fully)
}

fn tell(context: &Context, id: &str, what: &str, changed: bool) -> Result<Done> {
    if context.output.is_json() {
        context.output.json(&json!({ "id": id, "changed": changed }))?;
    } else {
        context.output.note(&format!("{} is {what}", id.get(..12).unwrap_or(id)));
    }
    Ok(Done::Fully)
}
