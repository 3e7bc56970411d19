//! `mcpgw secrets`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use mcpgw::error::{Kind, Result};
use mcpgw::secrets::{MasterSource, SecretsProgress, SecretsStatus};

use crate::{Context, Done};

#[derive(Subcommand)]
pub(crate) enum Secrets {
    /// Show what the store keeps sealed, by which master key, and what lies in the clear
    Status,
    /// Have the present master key wrap every data key; what is sealed stays as it is
    Rotate(Rotate),
    /// Seal what lies in the clear, and wipe it from the store
    Migrate,
}

#[derive(Args)]
pub(crate) struct Rotate {
    /// The former master key: a file with 96 bytes or their base64, or with a former EMBEDDING_SECRET [env:
    /// QE_LOCAL_PREVIOUS_MASTER_KEY_FILE]
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
}

impl Secrets {
    pub(crate) async fn run(self, context: &Context) -> Result<Done> {
        match self {
            Self::Status => status(context).await,
            Self::Rotate(rotate) => rotate.run(context).await,
            Self::Migrate => migrate(context).await,
        }
    }
}

async fn status(context: &Context) -> Result<Done> {
    let (gateway, _) = context.open().await?;
    let status = gateway.secrets().status().await?;
    gateway.close().await;
    if context.output.is_json() {
        context.output.json(&status)?;
    } else {
        show(context, &status);
    }
    let is_unusable = status.data_keys.iter().any(|key| key.error.is_some());
    Ok(if is_unusable { Done::WithFailures(Kind::StoreUnavailable) } else { Done::Fully })
}

fn show(context: &Context, status: &SecretsStatus) {
    let former = status.data_keys.iter().filter(|key| !key.is_current && key.error.is_none()).count();
    let rows = [
        ("master key", format!("{} ({})", status.master, status.provider)),
        ("sealed with", status.method.to_owned()),
        ("data keys", status.data_keys.len().to_string()),
        ("of a former master key", former.to_string()),
        ("sealed fields", status.sealed.to_string()),
        ("fields in the clear", status.in_the_clear.to_string()),
    ];
    context.output.table(&["", ""], &rows.map(|(name, value)| vec![name.to_owned(), value]));
    for key in &status.data_keys {
        if let Some(error) = &key.error {
            context.output.note(&format!("the data key of `{}` cannot be used: {error}", key.owner));
        }
    }
    if former > 0 {
        context.output.note("`mcpgw secrets rotate` has the present master key wrap them all");
    }
    if status.in_the_clear > 0 {
        context.output.note(&format!(
            "`mcpgw secrets migrate` seals what lies in the clear: {}",
            status.documents_in_the_clear.join(", ")
        ));
    }
}

impl Rotate {
    async fn run(self, context: &Context) -> Result<Done> {
        let former = self.from.as_deref().map(MasterSource::of_file).transpose()?.unwrap_or_default();
        let (gateway, _) = context.open_with(|config| config.secrets.former.extend(former)).await?;
        let steps = context.output.steps("data keys");
        let progress = |SecretsProgress { done, total }| steps.position(done, total);
        let rotated = gateway.secrets().rotate(&progress).await;
        steps.finish();
        gateway.close().await;
        let rotated = rotated.map_err(|error| error.help("the same command goes on where this one stopped"))?;
        if context.output.is_json() {
            context.output.json(&rotated)?;
        } else {
            let (rewrapped, unchanged) = (rotated.rewrapped, rotated.unchanged);
            context.output.note(&format!("{rewrapped} data keys wrapped anew, {unchanged} were already"));
            for key in &rotated.failed {
                let error = key.error.as_deref().unwrap_or_default();
                context.output.note(&format!("the data key of `{}` is as it was: {error}", key.owner));
            }
        }
        Ok(if rotated.failed.is_empty() { Done::Fully } else { Done::WithFailures(Kind::StoreUnavailable) })
    }
}

async fn migrate(context: &Context) -> Result<Done> {
    let (gateway, _) = context.open().await?;
    let steps = context.output.steps("documents");
    let progress = |SecretsProgress { done, total }| steps.position(done, total);
    let migrated = gateway.secrets().migrate(&progress).await;
    steps.finish();
    gateway.close().await;
    let migrated = migrated.map_err(|error| error.help("the same command goes on where this one stopped"))?;
    if context.output.is_json() {
        context.output.json(&migrated)?;
    } else if migrated.sealed == 0 && migrated.left == 0 {
        context.output.note("nothing lies in the clear");
    } else {
        context.output.note(&format!("{} documents sealed, {} left", migrated.sealed, migrated.left));
    }
    Ok(if migrated.left == 0 { Done::Fully } else { Done::WithFailures(Kind::Conflict) })
}
