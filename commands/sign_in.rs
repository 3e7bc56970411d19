//! `mcpgw server sign-in`, `sign-ins` and `sign-out`

use clap::Args;
use mcpgw::error::Result;
use mcpgw::gateway::Gateway;
use mcpgw::model::{ServerName, TenantId};
use serde_json::json;

use crate::{Context, Done};

#[derive(Args)]
pub(crate) struct SignIn {
    /// The server
    name: ServerName,
    /// The user whom this token speaks for, in place of the operator
    #[arg(long = "as", value_name = "TOKEN")]
    token: Option<String>,
}

#[derive(Args)]
pub(crate) struct SignOut {
    /// The server
    name: ServerName,
    /// Whose tokens; without, everybody's
    #[arg(long, value_name = "SUBJECT")]
    subject: Option<String>,
}

impl SignIn {
    pub(crate) async fn run(&self, context: &Context, gateway: &Gateway, tenant: &TenantId) -> Result<Done> {
        let principal = match &self.token {
            Some(token) => crate::token::verified(gateway.config(), token).await?.0,
            None => Context::operator(tenant),
        };
        let server = gateway.registry().get(&principal.tenant, &self.name).await?;
        let link = gateway.sign_in_link(&principal, &server, None).await?;
        let redirect_uri = gateway.redirect_uri(&principal.tenant, &self.name)?;
        if context.output.is_json() {
            context.output.json(&json!({ "url": link.url, "redirect_uri": redirect_uri }))?;
        } else {
            context.output.line(&link.url);
            context.output.note(&format!(
                "open it within ten minutes, while `mcpgw serve` runs there; the authorization server has to know the \
                 redirect URI {redirect_uri}"
            ));
        }
        Ok(Done::Fully)
    }
}

pub(crate) async fn list(context: &Context, gateway: &Gateway, tenant: &TenantId, name: &ServerName) -> Result<Done> {
    let users = gateway.signed_in_at(tenant, name).await?;
    if context.output.is_json() {
        context.output.json(&json!({ "users": users }))?;
    } else if users.is_empty() {
        context.output.note(&format!("nobody has signed in at `{name}`"));
    } else {
        let rows = users.into_iter().map(|user| vec![user.subject, user.issuer, user.signed_in_at]);
        context.output.table(&["user", "issuer", "signed in"], &rows.collect::<Vec<_>>());
    }
    Ok(Done::Fully)
}

impl SignOut {
    pub(crate) async fn run(&self, context: &Context, gateway: &Gateway, tenant: &TenantId) -> Result<Done> {
        let name = &self.name;
        gateway.registry().expect(tenant, name).await?;
        if self.subject.is_none() {
            context.confirm(&format!("Forget the tokens of everybody at `{name}`?"))?;
        }
        let users = gateway.sign_out(tenant, name, self.subject.as_deref()).await?;
        if context.output.is_json() {
            context.output.json(&json!({ "name": name, "signed_out": users }))?;
        } else {
            context.output.note(&format!("signed {users} out of `{name}`"));
        }
        Ok(Done::Fully)
    }
}
