//! `mcpgw man`

use std::path::{Path, PathBuf};

use clap::Args;
use mcpgw::error::{Error, Result};

use crate::{Context, Done};

#[derive(Args)]
pub(crate) struct Man {
    /// Where to write one page per subcommand; without it the main page is printed
    dir: Option<PathBuf>,
}

impl Man {
    pub(crate) fn run(self, context: &Context) -> Result<Done> {
        let command = crate::command_line();
        match self.dir {
            None => context.output.bytes(&page(&command)?),
            Some(dir) => {
                std::fs::create_dir_all(&dir).map_err(|error| failed(&dir, error))?;
                clap_mangen::generate_to(command, &dir).map_err(|error| failed(&dir, error))?;
                context.output.note(&format!("wrote the man pages to {}", dir.display()));
            }
        }
        Ok(Done::Fully)
    }
}

fn page(command: &clap::Command) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    clap_mangen::Man::new(command.clone())
        .render(&mut text)
        .map_err(|error| Error::internal("write a man page").source(error))?;
    Ok(text)
}

fn failed(path: &Path, error: std::io::Error) -> Error {
    Error::invalid(format!("`{}` cannot be written", path.display())).source(error).help("name another directory")
}
