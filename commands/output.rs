//! The only file that prints: stdout is data, stderr is talk.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what this file is for")]

use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use clap::ValueEnum;
use comfy_table::{ContentArrangement, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use mcpgw::error::{Error, Result};
use mcpgw::model::Secret;
use serde::Serialize;

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// One JSON document.
    Json,
    /// Tab-separated, for scripts.
    Plain,
}

/// Whether to color.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

pub(crate) struct Output {
    format: Format,
    color: Color,
    stdout_is_terminal: bool,
    stderr_is_terminal: bool,
    stdin_is_terminal: bool,
    no_color: bool,
}

impl Output {
    pub(crate) fn new(format: Option<Format>, color: Color) -> Self {
        let stdout_is_terminal = std::io::stdout().is_terminal();
        let default = if stdout_is_terminal { Format::Table } else { Format::Plain };
        Self {
            format: format.unwrap_or(default),
            color,
            stdout_is_terminal,
            stderr_is_terminal: std::io::stderr().is_terminal(),
            stdin_is_terminal: std::io::stdin().is_terminal(),
            no_color: std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()),
        }
    }

    /// Whether somebody can be asked.
    pub(crate) fn is_interactive(&self) -> bool {
        self.stdin_is_terminal && self.stderr_is_terminal
    }

    /// Whether stderr is a terminal.
    pub(crate) fn is_terminal(&self) -> bool {
        self.stderr_is_terminal
    }

    pub(crate) fn colors_stderr(&self) -> bool {
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => self.stderr_is_terminal && !self.no_color,
        }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Whether people are reading a table.
    pub(crate) fn is_table(&self) -> bool {
        self.format == Format::Table
    }

    /// Data as one JSON document.
    pub(crate) fn json(&self, value: &impl Serialize) -> Result<()> {
        let text = serde_json::to_string_pretty(value).map_err(|error| Error::internal("write JSON").source(error))?;
        self.line(&text);
        Ok(())
    }

    /// Data as a table, or tab-separated without headings.
    pub(crate) fn table(&self, headings: &[&str], rows: &[Vec<String>]) {
        if self.format == Format::Plain {
            for row in rows {
                let cells: Vec<String> =
                    row.iter().map(|cell| visible(&cell.replace(['\t', '\n', '\r'], " "))).collect();
                self.line(&cells.join("\t"));
            }
            return;
        }
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
        // Nowhere to ask, or a terminal that does not know its size.
        if !self.stdout_is_terminal || table.width().is_none_or(|width| width < 40) {
            table.set_width(120);
        }
        table.set_header(headings);
        for row in rows {
            table.add_row(row.iter().map(|cell| visible(cell)));
        }
        self.line(&table.to_string());
    }

    /// One line of data. A reader that has gone (`| head`) is no fault.
    pub(crate) fn line(&self, text: &str) {
        let _ = writeln!(std::io::stdout().lock(), "{text}");
    }

    /// Bytes of data as they are.
    pub(crate) fn bytes(&self, bytes: &[u8]) {
        let _ = std::io::stdout().lock().write_all(bytes);
    }

    /// Talk: what happened, what to do next.
    pub(crate) fn note(&self, text: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }

    /// What failed, why and what to try, on one line.
    pub(crate) fn error(&self, error: &Error) {
        let (start, end) = if self.colors_stderr() { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
        let chain = visible(&error.chain());
        match error.help_text() {
            Some(help) => self.note(&format!("{start}error:{end} {chain}; {help}")),
            None => self.note(&format!("{start}error:{end} {chain}")),
        }
    }

    pub(crate) fn ask_yes_no(&self, question: &str) -> Result<bool> {
        dialoguer::Confirm::new().with_prompt(question).default(false).interact().map_err(asking_failed)
    }

    pub(crate) fn ask_choice(&self, question: &str, choices: &[&str]) -> Result<usize> {
        dialoguer::Select::new().with_prompt(question).items(choices).default(0).interact().map_err(asking_failed)
    }

    /// Asks until `check` accepts the answer.
    pub(crate) fn ask_text(
        &self,
        question: &str,
        default: Option<&str>,
        check: impl Fn(&str) -> std::result::Result<(), String>,
    ) -> Result<String> {
        let mut input = dialoguer::Input::<String>::new().with_prompt(question).allow_empty(default == Some(""));
        if let Some(default) = default.filter(|default| !default.is_empty()) {
            input = input.default(default.to_owned());
        }
        input.validate_with(|text: &String| check(text.trim())).interact_text().map_err(asking_failed)
    }

    /// Asks twice for a password, which is not shown.
    pub(crate) fn ask_password(&self, question: &str) -> Result<Secret> {
        let asked = dialoguer::Password::new()
            .with_prompt(question)
            .with_confirmation("The same again", "these are two; once more");
        asked.interact().map(Secret::new).map_err(asking_failed)
    }

    /// A progress bar on a terminal, one line a step elsewhere.
    pub(crate) fn steps(&self, what: &str) -> Steps {
        let bar = ProgressBar::new(0);
        if self.stderr_is_terminal {
            let style = ProgressStyle::with_template("{spinner} {prefix} [{bar:30}] {pos}/{len} {wide_msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.set_prefix(what.to_owned());
            bar.enable_steady_tick(Duration::from_millis(120));
        } else {
            bar.set_draw_target(indicatif::ProgressDrawTarget::hidden());
        }
        Steps { bar, lines: !self.stderr_is_terminal && !self.is_json() }
    }
}

/// The progress of long work.
pub(crate) struct Steps {
    bar: ProgressBar,
    lines: bool,
}

impl Steps {
    pub(crate) fn total(&self, count: usize) {
        self.bar.set_length(count as u64);
    }

    /// So many of so many are done.
    pub(crate) fn position(&self, done: u64, total: u64) {
        self.bar.set_length(total);
        self.bar.set_position(done);
    }

    pub(crate) fn message(&self, text: &str) {
        self.bar.set_message(text.to_owned());
        if self.lines {
            let _ = writeln!(std::io::stderr().lock(), "{text}");
        }
    }

    pub(crate) fn done_one(&self) {
        self.bar.inc(1);
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn asking_failed(error: dialoguer::Error) -> Error {
    Error::internal("the question was not answered").source(error)
}

/// A stranger's text without control characters, so that a tool's description cannot drive the terminal.
pub(crate) fn visible(text: &str) -> String {
    text.chars().map(|each| if each.is_control() && each != '\n' { '\u{FFFD}' } else { each }).collect()
}

/// The first sentence or so.
pub(crate) fn brief(text: &str, limit: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= limit {
        return line;
    }
    let cut: String = line.chars().take(limit.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}
