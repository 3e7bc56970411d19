//! `mcpgw token`

use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use mcpgw::auth::{self, Algorithm, Authenticator, TokenRequest};
use mcpgw::config::Config;
use mcpgw::error::Result;
use mcpgw::model::{Principal, Scopes};
use serde_json::json;

use crate::{Context, Done};

#[derive(Subcommand)]
pub(crate) enum Token {
    /// Sign a token of the tenant named with --tenant; plain output is the token alone
    Mint(Mint),
    /// Say whom a token speaks for, or what is wrong with it
    Verify(Verify),
}

#[derive(Args)]
pub(crate) struct Mint {
    /// Whom it speaks for
    #[arg(long, value_name = "S", default_value = "developer")]
    subject: String,
    /// Claim `groups`
    #[arg(long, value_name = "GROUP", num_args = 1.., value_delimiter = ',')]
    groups: Vec<String>,
    /// Claim `scopes`
    #[arg(long, value_name = "SCOPE", num_args = 1.., value_delimiter = ',')]
    scopes: Vec<String>,
    /// Claim `roles`
    #[arg(long, value_name = "ROLE", num_args = 1.., value_delimiter = ',')]
    roles: Vec<String>,
    /// How long it is good for
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = humantime::parse_duration)]
    ttl: Duration,
    /// How it is signed [default: as AUTH_MODE verifies it, else RS256]
    #[arg(long, value_enum)]
    alg: Option<Alg>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Alg {
    /// With the development key, which is made when it is first needed
    #[value(name = "RS256", alias = "rs256")]
    Rs256,
    /// With JWT_SECRET
    #[value(name = "HS256", alias = "hs256")]
    Hs256,
}

#[derive(Args)]
pub(crate) struct Verify {
    /// The token
    #[arg(allow_hyphen_values = true)]
    token: String,
}

impl Token {
    pub(crate) async fn run(self, context: &Context) -> Result<Done> {
        match self {
            Self::Mint(mint) => mint.run(context),
            Self::Verify(verify) => verify.run(context).await,
        }
    }
}

impl Mint {
    fn run(self, context: &Context) -> Result<Done> {
        let config = context.config()?;
        let request = TokenRequest {
            tenant: config.tenant.clone(),
            subject: self.subject,
            groups: self.groups.into_iter().collect(),
            scopes: self.scopes.into_iter().collect(),
            roles: self.roles.into_iter().collect(),
            ttl: self.ttl,
            algorithm: self.alg.map(|alg| match alg {
                Alg::Rs256 => Algorithm::RS256,
                Alg::Hs256 => Algorithm::HS256,
            }),
        };
        let minted = auth::mint(&config.auth, &request)?;
        if context.output.is_json() {
            context.output.json(&minted)?;
        } else {
            context.output.line(&minted.token);
        }
        Ok(Done::Fully)
    }
}

/// Who `token` speaks for, and until when (seconds since 1970).
pub(crate) async fn verified(config: &Config, token: &str) -> Result<(Principal, u64)> {
    let authenticator = Authenticator::new(&config.auth.verifying());
    authenticator.warm_up().await;
    authenticator.verify(token.trim()).await
}

impl Verify {
    async fn run(self, context: &Context) -> Result<Done> {
        let config = context.config()?;
        let (principal, expires_at) = verified(&config, &self.token).await?;
        let scopes: Vec<&String> = match &principal.scopes {
            Scopes::All => Vec::new(),
            Scopes::Only(scopes) => scopes.iter().collect(),
        };
        if context.output.is_json() {
            context.output.json(&json!({
                "valid": true, "tenant": principal.tenant, "issuer": principal.issuer, "subject": principal.subject,
                "scopes": scopes, "roles": principal.roles, "expires_at": expires_at,
            }))?;
        } else {
            let listed = |words: Vec<&String>| {
                if words.is_empty() {
                    "(none)".to_owned()
                } else {
                    words.into_iter().cloned().collect::<Vec<_>>().join(", ")
                }
            };
            let expires = std::time::UNIX_EPOCH + Duration::from_secs(expires_at);
            let rows = [
                ("tenant", principal.tenant.to_string()),
                ("subject", principal.subject.clone()),
                ("issuer", principal.issuer.clone()),
                ("scopes", listed(scopes)),
                ("roles", listed(principal.roles.iter().collect())),
                ("expires", humantime::format_rfc3339_seconds(expires).to_string()),
            ];
            let rows: Vec<Vec<String>> = rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect();
            context.output.table(&["claim", "value"], &rows);
        }
        Ok(Done::Fully)
    }
}
