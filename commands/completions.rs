//! `mcpgw completions`

use clap::Args;
use clap_complete::Shell;
use mcpgw::error::Result;

use crate::{Context, Done};

#[derive(Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self, context: &Context) -> Result<Done> {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut crate::command_line(), "mcpgw", &mut text);
        context.output.bytes(&text);
        Ok(Done::Fully)
    }
}
