//! `mcpgw config`

use clap::Subcommand;
use mcpgw::config::Setting;
use mcpgw::error::Result;
use serde_json::json;

use crate::{Context, Done};

#[derive(Subcommand)]
pub(crate) enum Config {
    /// Show every key that is set, with its value (secrets masked) and where it came from
    Show,
}

impl Config {
    pub(crate) fn run(&self, context: &Context) -> Result<Done> {
        let Self::Show = self;
        let settings = context.config()?.settings;
        if context.output.is_json() {
            context.output.json(&json!({ "settings": settings }))?;
        } else {
            print(context, &settings);
        }
        Ok(Done::Fully)
    }
}

/// Keys, values and origins as a table.
pub(crate) fn print(context: &Context, settings: &[Setting]) {
    let row = |each: &Setting| vec![each.key.to_owned(), each.value.clone(), each.origin.to_string()];
    context.output.table(&["key", "value", "from"], &settings.iter().map(row).collect::<Vec<_>>());
}
