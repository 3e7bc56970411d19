//! `mcpgw embeddings`

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand};
use mcpgw::embeddings::{Provider, Settings};
use mcpgw::error::{Error, Kind, Result};
use mcpgw::gateway::{Gateway, SwitchBegun, shown_status};
use mcpgw::model::{ChosenBy, EmbeddingStatus, SwitchPhase, SwitchState};
use serde_json::{Value, json};

use crate::output::Steps;
use crate::server::read_secret;
use crate::{Context, Done};

/// How often a switch that somebody else does is looked at.
const LOOK: Duration = Duration::from_millis(500);

#[derive(Subcommand)]
pub(crate) enum Embeddings {
    /// Show which embedding space is in force
    Show,
    /// Ask a provider for a vector, and say how long its vectors are; without flags the one in force
    Test(ProviderFlags),
    /// Switch to another provider or model while everything is served; without flags, go on with an unfinished switch
    Switch(Switch),
    /// How far a switch is
    Status(Status),
    /// Give an unfinished switch up; the space in force stays
    Cancel,
}

#[derive(Args)]
pub(crate) struct ProviderFlags {
    /// builtin, local, ollama, openai, azure_openai, voyage or gemini
    #[arg(long, value_parser = parse_provider)]
    provider: Option<Provider>,
    /// The model; for `local` the folder it is in
    #[arg(long)]
    model: Option<String>,
    /// A file with the API key (`-` for standard input) [default: the one that is known for that provider at that place]
    #[arg(long, value_name = "FILE")]
    api_key_file: Option<PathBuf>,
    /// Where the provider is, unless at its usual place
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Azure's name of the deployment
    #[arg(long)]
    deployment: Option<String>,
    /// Azure's version of its API
    #[arg(long, value_name = "VERSION")]
    api_version: Option<String>,
}

#[derive(Args)]
pub(crate) struct Switch {
    #[command(flatten)]
    provider: ProviderFlags,
    /// Only try the provider, and say what would be done
    #[arg(long)]
    dry_run: bool,
}

#[derive(Args)]
pub(crate) struct Status {
    /// Until the switch has ended
    #[arg(long)]
    watch: bool,
}

fn parse_provider(text: &str) -> std::result::Result<Provider, String> {
    let names = || Provider::NAMES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    Provider::named(text).ok_or_else(|| format!("not one of {}", names()))
}

impl ProviderFlags {
    /// What is to be used; `None` where nothing was said.
    fn settings(&self, gateway: &Gateway) -> Result<Option<Settings>> {
        let Some(provider) = self.provider else {
            let others = [&self.model, &self.base_url, &self.deployment, &self.api_version];
            if others.iter().any(|flag| flag.is_some()) || self.api_key_file.is_some() {
                return Err(Error::invalid("which provider is meant?").help("give --provider"));
            }
            return Ok(None);
        };
        Ok(Some(gateway.with_known_key(Settings {
            provider,
            model: self.model.clone(),
            base_url: self.base_url.clone(),
            api_key: self.api_key_file.as_deref().map(read_secret).transpose()?,
            deployment: self.deployment.clone(),
            api_version: self.api_version.clone(),
        })))
    }
}

impl Embeddings {
    pub(crate) async fn run(self, context: &Context) -> Result<Done> {
        let (gateway, _) = context.open().await?;
        match self {
            Self::Show => show(context, &gateway).await,
            Self::Test(flags) => {
                let settings = flags.settings(&gateway)?;
                test(context, &gateway, settings.unwrap_or_else(|| gateway.embedding_settings())).await
            }
            Self::Switch(switch) => switch.run(context, &gateway).await,
            Self::Status(status) => status.run(context, &gateway).await,
            Self::Cancel => {
                let mut status = gateway.cancel_switch().await?;
                if status.state == SwitchState::Cancelled {
                    status = gateway.finish_switch(&holder(&gateway), &|_| ()).await?;
                }
                let what = format!("the switch to {} / {} was given up", status.provider, status.model);
                tell(context, &status, &what)
            }
        }
    }
}

async fn show(context: &Context, gateway: &Gateway) -> Result<Done> {
    let shown = gateway.show_embedding().await?;
    if context.output.is_json() {
        context.output.json(&shown)?;
        return Ok(Done::Fully);
    }
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => "–".to_owned(),
        other => other.to_string(),
    };
    let members = shown.as_object().into_iter().flatten().filter(|(_, value)| !value.is_object());
    context.output.table(&["", ""], &members.map(|(name, value)| vec![name.clone(), text(value)]).collect::<Vec<_>>());
    if let Some(next) = shown["next"].as_object() {
        let of = |name: &str| next.get(name).map(text).unwrap_or_default();
        context.output.note(&format!(
            "being switched to {} / {}: `mcpgw embeddings status`",
            of("provider"),
            of("model")
        ));
    }
    Ok(Done::Fully)
}

async fn test(context: &Context, gateway: &Gateway, settings: Settings) -> Result<Done> {
    let tested = gateway.test_provider(&settings).await?;
    let (provider, model) = (settings.provider.as_str(), &tested.model);
    if context.output.is_json() {
        let took_ms = tested.took.as_secs_f64() * 1e3;
        let dimensions = tested.dimensions;
        context
            .output
            .json(&json!({ "provider": provider, "model": model, "dimensions": dimensions, "took_ms": took_ms }))?;
        return Ok(Done::Fully);
    }
    context
        .output
        .line(&format!("{provider} / {model}: {} dimensions, answered in {:.1?}", tested.dimensions, tested.took));
    Ok(Done::Fully)
}

impl Switch {
    async fn run(self, context: &Context, gateway: &Gateway) -> Result<Done> {
        let settings = match self.provider.settings(gateway)? {
            Some(settings) => settings,
            None if gateway.resume_switch().await? => return finish(context, gateway).await,
            None if context.output.is_interactive() => interview(context)?,
            None => {
                return Err(Error::new(Kind::Refused, "there is no unfinished switch, and no provider was named")
                    .help("give --provider, and what it needs; see `mcpgw embeddings switch --help`"));
            }
        };
        let is_asked_for = self.provider.provider.is_some();
        if self.dry_run || !is_asked_for {
            let tested = gateway.test_provider(&settings).await?;
            let tools: u64 = gateway.list_tenants().await?.iter().map(|tenant| tenant.tools).sum();
            context.output.note(&format!(
                "{} / {}: {} dimensions; {tools} tools would be embedded anew, while the present space serves",
                settings.provider.as_str(),
                tested.model,
                tested.dimensions
            ));
            if self.dry_run {
                return Ok(Done::Fully);
            }
            context.confirm("Switch to it?")?;
        }
        match gateway.begin_switch(&settings, ChosenBy::Operator).await? {
            SwitchBegun::InForce(status) => {
                tell(context, &status, &format!("{} / {} is in force", status.provider, status.model))
            }
            SwitchBegun::GoesOn(_) | SwitchBegun::Begun(_) => finish(context, gateway).await,
        }
    }
}

/// As whom this command does a switch.
fn holder(gateway: &Gateway) -> String {
    format!("command {} on {}", std::process::id(), gateway.config().instance_id)
}

/// Does the switch, or watches who does, until it has ended.
async fn finish(context: &Context, gateway: &Gateway) -> Result<Done> {
    let steps = context.output.steps("embedding");
    let ended = gateway.finish_switch(&holder(gateway), &|status| show_progress(&steps, status)).await;
    let ended = ended.map_err(|error| error.help("the same command goes on where this one stopped"))?;
    steps.finish();
    let what = format!("{} / {} ({} dimensions)", ended.provider, ended.model, ended.dimensions);
    match ended.state {
        SwitchState::Failed => {
            let why = ended.error.clone().unwrap_or_default();
            tell(context, &ended, &format!("not switched to {what}: {why}"))?;
            Err(Error::new(Kind::UpstreamError, "the former space serves")
                .help("`mcpgw embeddings switch` goes on where this stopped, `mcpgw embeddings cancel` gives it up"))
        }
        SwitchState::Cancelled => tell(context, &ended, &format!("the switch to {what} was given up")),
        _ => tell(context, &ended, &format!("{what} is in force")),
    }
}

fn show_progress(steps: &Steps, status: &EmbeddingStatus) {
    steps.position(status.done, status.total);
    let left = status
        .seconds_left
        .map(|seconds| format!(", {} left", humantime::format_duration(Duration::from_secs(seconds))));
    let trouble = status.error.as_ref().map(|error| format!("; waiting: {error}"));
    steps.message(&format!(
        "{}: {} of {} tools, {:.0} a second{}{}",
        phase(status.phase),
        status.done,
        status.total,
        status.per_second,
        left.unwrap_or_default(),
        trouble.unwrap_or_default()
    ));
}

fn phase(phase: Option<SwitchPhase>) -> &'static str {
    match phase {
        None => "ended",
        Some(SwitchPhase::Queued) => "queued",
        Some(SwitchPhase::Embedding) => "embedding",
        Some(SwitchPhase::Indexing) => "indexing",
        Some(SwitchPhase::Settling) => "settling",
    }
}

fn tell(context: &Context, status: &EmbeddingStatus, what: &str) -> Result<Done> {
    if context.output.is_json() {
        context.output.json(&shown_status(status))?;
    } else {
        context.output.note(what);
    }
    Ok(Done::Fully)
}

impl Status {
    async fn run(self, context: &Context, gateway: &Gateway) -> Result<Done> {
        let mut status = gateway.switch_status().await?;
        if self.watch {
            let steps = context.output.steps("embedding");
            while status.state == SwitchState::Running {
                show_progress(&steps, &status);
                tokio::time::sleep(LOOK).await;
                status = gateway.switch_status().await?;
            }
            steps.finish();
        }
        if context.output.is_json() {
            context.output.json(&shown_status(&status))?;
            return Ok(Done::Fully);
        }
        let state = shown_status(&status)["state"].as_str().unwrap_or_default().to_owned();
        let row = |name: &str, value: String| vec![name.to_owned(), value];
        let mut rows = vec![row("state", state)];
        if status.state == SwitchState::Running {
            rows.push(row("phase", phase(status.phase).to_owned()));
            rows.push(row("tools", format!("{} of {}, {:.0} a second", status.done, status.total, status.per_second)));
        }
        rows.push(row("space", format!("{} / {} ({} dimensions)", status.provider, status.model, status.dimensions)));
        rows.push(row("version", status.version.to_string()));
        rows.extend(status.error.clone().map(|error| row("error", error)));
        context.output.table(&["", ""], &rows);
        Ok(Done::Fully)
    }
}

/// Asks for what the provider needs.
fn interview(context: &Context) -> Result<Settings> {
    let output = &context.output;
    let names: Vec<&str> = Provider::NAMES.iter().map(|(name, _)| *name).collect();
    let chosen = output.ask_choice("Which provider?", &names)?;
    let provider = Provider::NAMES.get(chosen).map_or(Provider::Builtin, |(_, provider)| *provider);
    let mut settings = Settings::of(provider);
    let given = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let required = |text: &str| if text.is_empty() { Err("this is needed".to_owned()) } else { Ok(()) };
    match provider {
        Provider::Builtin => return Ok(settings),
        Provider::Local => settings.model = given(output.ask_text("Folder of the sentence model", None, required)?),
        Provider::AzureOpenAi => {
            settings.base_url =
                given(output.ask_text("URL of the resource (https://NAME.openai.azure.com)", None, required)?);
            settings.deployment = given(output.ask_text("Deployment", None, required)?);
        }
        _ => {
            settings.model = given(output.ask_text("Model", Some(provider.default_model()), required)?);
            let place = output.ask_text("URL", Some(provider.default_base_url()), required)?;
            settings.base_url = given(place).filter(|url| url != provider.default_base_url());
        }
    }
    if provider.wants_key() {
        let readable = |text: &str| read_secret(Path::new(text.trim())).map(|_| ()).map_err(|error| error.chain());
        let file = output.ask_text("File with the API key", None, readable)?;
        settings.api_key = Some(read_secret(Path::new(file.trim()))?);
    }
    Ok(settings)
}
