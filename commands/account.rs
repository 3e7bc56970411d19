//! `mcpgw account`

use std::io::{IsTerminal as _, Read as _};

use clap::{Args, Subcommand};
use mcpgw::error::{Error, Result};
use mcpgw::gateway::Gateway;
use mcpgw::model::Secret;
use serde_json::json;

use crate::{Context, Done};

/// More than a password may have, so that one that is too long is refused as that.
const MOST_READ: u64 = 64 * 1024;

#[derive(Subcommand)]
pub(crate) enum Account {
    /// List the accounts
    List,
    /// Give an account another password, read from standard input; all its sessions end
    Password(Password),
    /// Show where an account is logged in
    Sessions(Named),
    /// End all sessions of an account
    Logout(Named),
    /// Print a link to make the first account with, while there is none
    Invite,
}

#[derive(Args)]
pub(crate) struct Named {
    /// Its e-mail address
    email: String,
}

#[derive(Args)]
pub(crate) struct Password {
    /// The account's e-mail address
    email: String,
    /// Make one and print it, once
    #[arg(long)]
    generate: bool,
}

impl Account {
    pub(crate) async fn run(self, context: &Context) -> Result<Done> {
        let (gateway, _) = context.open().await?;
        let done = match self {
            Self::List => list(context, &gateway).await,
            Self::Password(password) => password.run(context, &gateway).await,
            Self::Sessions(named) => named.sessions(context, &gateway).await,
            Self::Logout(named) => named.log_out(context, &gateway).await,
            Self::Invite => invite(context, &gateway).await,
        };
        gateway.close().await;
        done
    }
}

async fn list(context: &Context, gateway: &Gateway) -> Result<Done> {
    let accounts = gateway.accounts().await?;
    if context.output.is_json() {
        context.output.json(&json!({ "accounts": accounts }))?;
    } else if accounts.is_empty() {
        context.output.note("nobody has an account yet; `mcpgw account invite` prints a link to make the first one");
    } else {
        let rows = accounts.into_iter().map(|it| vec![it.email, it.created_at, it.sessions.to_string()]);
        context.output.table(&["account", "made", "sessions"], &rows.collect::<Vec<_>>());
    }
    Ok(Done::Fully)
}

impl Password {
    async fn run(self, context: &Context, gateway: &Gateway) -> Result<Done> {
        let (email, sessions) = gateway.account_sessions(&self.email, None).await?;
        let what = format!("Replace the password of `{email}`, and end its sessions ({})?", sessions.len());
        context.confirm(&what)?;
        let password = match self.generate {
            true => Gateway::new_password()?,
            false if std::io::stdin().is_terminal() => context.output.ask_password("New password")?,
            false => read()?,
        };
        let set = gateway.set_account_password(&email, &password);
        let ended = gateway.command("account password", &email, set).await?;
        if context.output.is_json() {
            let mut document = json!({ "email": email, "ended": ended });
            if self.generate {
                document["password"] = password.expose().into();
            }
            context.output.json(&document)?;
            return Ok(Done::Fully);
        }
        if self.generate {
            context.output.line(password.expose());
        }
        context.output.note(&format!("`{email}` has another password; sessions that ended: {ended}"));
        Ok(Done::Fully)
    }
}

/// All of standard input, but for the end of its line.
fn read() -> Result<Secret> {
    let mut text = String::new();
    std::io::stdin().take(MOST_READ).read_to_string(&mut text).map_err(|error| {
        Error::invalid("the password cannot be read from standard input").source(error).help("it has to be UTF-8")
    })?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() {
        return Err(
            Error::invalid("standard input holds no password").help("send it there, or have one made with --generate")
        );
    }
    if line.contains(['\n', '\r']) {
        return Err(Error::invalid("standard input holds more than one line").help("send the password alone"));
    }
    Ok(Secret::new(line.to_owned()))
}

impl Named {
    async fn sessions(self, context: &Context, gateway: &Gateway) -> Result<Done> {
        let (email, sessions) = gateway.account_sessions(&self.email, None).await?;
        if context.output.is_json() {
            context.output.json(&json!({ "email": email, "sessions": sessions }))?;
        } else if sessions.is_empty() {
            context.output.note(&format!("`{email}` is logged in nowhere"));
        } else {
            let rows = sessions.into_iter().map(|it| {
                vec![it.created_at, it.used_at, it.address.unwrap_or_default(), it.agent.unwrap_or_default()]
            });
            context.output.table(&["began", "last used", "from", "browser"], &rows.collect::<Vec<_>>());
        }
        Ok(Done::Fully)
    }

    async fn log_out(self, context: &Context, gateway: &Gateway) -> Result<Done> {
        let (email, sessions) = gateway.account_sessions(&self.email, None).await?;
        context.confirm(&format!("End the sessions of `{email}` ({})?", sessions.len()))?;
        let ended = gateway.command("account logout", &email, gateway.end_account_sessions(&email)).await?;
        if context.output.is_json() {
            context.output.json(&json!({ "email": email, "ended": ended }))?;
        } else {
            context.output.note(&format!("sessions of `{email}` that ended: {ended}"));
        }
        Ok(Done::Fully)
    }
}

async fn invite(context: &Context, gateway: &Gateway) -> Result<Done> {
    let url = gateway.command("account invite", "", gateway.first_account_link()).await?;
    if context.output.is_json() {
        context.output.json(&json!({ "url": url }))?;
    } else {
        context.output.line(&url);
        context.output.note(
            "good once, for 24 hours and until the next start of `mcpgw serve`, which has to run there; a link printed \
             before is no longer good",
        );
    }
    Ok(Done::Fully)
}
