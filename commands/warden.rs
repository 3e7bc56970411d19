//! `mcpgw warden`: what a gateway starts beside its children.

use clap::Args;
use mcpgw::error::Result;

use crate::Done;

#[derive(Args)]
pub(crate) struct Warden {}

impl Warden {
    #[expect(clippy::unused_self, reason = "as every subcommand")]
    pub(crate) fn run(self) -> Result<Done> {
        mcpgw::upstream::watch_over(std::io::stdin().lock());
        Ok(Done::Fully)
    }
}
