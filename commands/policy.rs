//! `mcpgw policy`

use std::sync::Arc;

use clap::{Args, Subcommand};
use mcpgw::auth::policy;
use mcpgw::error::{Error, Kind, Result};
use mcpgw::gateway::{Assumed, Gateway, PolicyDecision, PolicySummary};
use mcpgw::model::{PolicyName, Principal, TenantId};
use serde_json::json;

use crate::server::pairs;
use crate::{Context, Done};

#[derive(Subcommand)]
pub(crate) enum Policy {
    /// List the tenant's policies
    List,
    /// Print a policy
    Show(Named),
    /// Save a policy from a file (`-` for standard input), once it was checked
    Set(Set),
    /// Say what is wrong with a policy in a file (`-` for standard input), and save nothing
    Validate(File),
    /// Remove a policy; without one named `default`, the shipped scope rule is in force
    Remove(Named),
    /// Say what a caller may do with a tool, and which policy decides
    Check(Check),
    /// Note the roles and attributes of a user, for policies to ask for
    Assign(Assign),
    /// Print what policies may speak of, as a Cedar schema
    Schema,
}

#[derive(Args)]
pub(crate) struct Named {
    /// The policy's name
    name: PolicyName,
}

#[derive(Args)]
pub(crate) struct File {
    /// A file with Cedar statements
    file: String,
}

#[derive(Args)]
pub(crate) struct Set {
    /// The policy's name
    name: PolicyName,
    /// A file with Cedar statements
    file: String,
}

/// As whom something is looked at.
#[derive(Args, Clone)]
pub(crate) struct As {
    /// The caller that this token speaks for
    #[arg(long = "as", value_name = "TOKEN", conflicts_with_all = ["scopes", "subject", "groups", "roles"])]
    token: Option<String>,
    /// A caller with these scopes and nothing else (comma-separated)
    #[arg(long, value_name = "A,B")]
    scopes: Option<String>,
    /// The caller of this name, as tokens call them (`sub`)
    #[arg(long, value_name = "NAME")]
    subject: Option<String>,
    /// Their groups, which are scopes too (comma-separated)
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    groups: Vec<String>,
    /// Their roles (comma-separated)
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    roles: Vec<String>,
}

#[derive(Args)]
pub(crate) struct Check {
    #[command(flatten)]
    caller: As,
    /// The server
    server: String,
    /// Its tool
    tool: String,
}

#[derive(Args)]
pub(crate) struct Assign {
    /// The user, as tokens call them (`sub`)
    subject: String,
    /// Roles
    #[arg(long, num_args = 1.., value_name = "ROLE")]
    roles: Vec<String>,
    /// Attributes
    #[arg(long = "attribute", value_name = "NAME=VALUE")]
    attributes: Vec<String>,
    /// Forget what was noted
    #[arg(long, conflicts_with_all = ["roles", "attributes"])]
    clear: bool,
}

impl As {
    /// The caller, as the tenant knows them; the operator, where nothing is said of them.
    pub(crate) async fn principal(&self, context: &Context, gateway: &Gateway) -> Result<Principal> {
        let config = context.config()?;
        if let Some(token) = &self.token {
            let (principal, _) = crate::token::verified(&config, token).await?;
            return gateway.in_context(Arc::new(principal)).await.map(Arc::unwrap_or_clone);
        }
        let words =
            |list: &String| list.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect();
        let assumed = Assumed {
            subject: self.subject.clone(),
            roles: self.roles.iter().cloned().collect(),
            groups: self.groups.iter().cloned().collect(),
            scopes: self.scopes.as_ref().map(words),
        };
        gateway.assumed(assumed, config.tenant).await
    }
}

impl Policy {
    pub(crate) async fn run(self, context: &Context) -> Result<Done> {
        match &self {
            Self::Schema => {
                context.output.line(policy::SCHEMA.trim_end());
                return Ok(Done::Fully);
            }
            Self::Validate(File { file }) => return validate(context, file),
            _ => {}
        }
        let (gateway, tenant) = context.open().await?;
        let done = self.with(context, &gateway, &tenant).await;
        gateway.close().await;
        done.map(|()| Done::Fully)
    }

    async fn with(self, context: &Context, gateway: &Gateway, tenant: &TenantId) -> Result<()> {
        match self {
            Self::List => {
                let policies = gateway.list_policies(tenant).await?;
                if context.output.is_json() {
                    return context.output.json(&json!({ "policies": policies }));
                }
                print(context, &policies);
            }
            Self::Show(Named { name }) => {
                let policy = gateway.show_policy(tenant, &name).await?;
                if context.output.is_json() {
                    return context.output.json(&policy);
                }
                context.output.line(policy.source.trim_end());
            }
            Self::Set(Set { name, file }) => {
                let policy = gateway.set_policy(tenant, &name, &text(&file)?, None).await?;
                if context.output.is_json() {
                    return context.output.json(&policy);
                }
                context.output.note(&format!("policy `{name}` of tenant `{tenant}` is saved and in force"));
            }
            Self::Remove(Named { name }) => {
                let policy = gateway.show_policy(tenant, &name).await;
                if let Ok(policy) = policy.as_ref()
                    && !policy.shipped
                {
                    context.confirm(&format!("remove policy `{name}` of tenant `{tenant}`"))?;
                }
                gateway.remove_policy(tenant, &name, None).await?;
                if context.output.is_json() {
                    return context.output.json(&json!({ "removed": name }));
                }
                context.output.note(&format!("policy `{name}` is gone"));
            }
            Self::Check(Check { caller, server, tool }) => {
                let principal = caller.principal(context, gateway).await?;
                let decisions = gateway.decide(&principal, &server, &tool).await?;
                if context.output.is_json() {
                    return context.output.json(&json!({
                        "tenant": principal.tenant, "subject": principal.subject, "server": server, "tool": tool,
                        "decisions": decisions,
                    }));
                }
                let rows: Vec<_> = decisions.iter().map(row).collect();
                context.output.table(&["action", "allowed", "decided by", "errors"], &rows);
            }
            Self::Assign(assign) => return assign.run(context, gateway, tenant).await,
            Self::Schema | Self::Validate(_) => {}
        }
        Ok(())
    }
}

fn text(file: &str) -> Result<String> {
    let text = if file == "-" { std::io::read_to_string(std::io::stdin()) } else { std::fs::read_to_string(file) };
    text.map_err(|error| Error::invalid(format!("{file} cannot be read: {error}")))
}

/// Needs no store.
fn validate(context: &Context, file: &str) -> Result<Done> {
    let faults = policy::faults(&"policy".parse()?, &text(file)?);
    let is_valid = faults.is_empty();
    if context.output.is_json() {
        context.output.json(&json!({ "valid": is_valid, "errors": faults }))?;
    } else if is_valid {
        context.output.note(&format!("{file} is a valid policy"));
    } else {
        let row = |fault: &policy::Fault| {
            vec![fault.line.map(|line| line.to_string()).unwrap_or_default(), fault.message.clone()]
        };
        context.output.table(&["line", "what is wrong"], &faults.iter().map(row).collect::<Vec<_>>());
    }
    Ok(if is_valid { Done::Fully } else { Done::WithFailures(Kind::InvalidInput) })
}

impl Assign {
    async fn run(self, context: &Context, gateway: &Gateway, tenant: &TenantId) -> Result<()> {
        let attributes = pairs("--attribute", &self.attributes, std::convert::identity)?;
        let subject = self.subject;
        let what = (!self.clear).then(|| (self.roles.iter().cloned().collect(), attributes.clone()));
        gateway.assign(tenant, &subject, what).await?;
        if context.output.is_json() {
            let user = json!({ "subject": subject, "roles": self.roles, "attributes": attributes });
            return context.output.json(&user);
        }
        let what = if self.clear { "nothing is noted of" } else { "noted the roles and attributes of" };
        context.output.note(&format!("{what} user `{subject}` of tenant `{tenant}`"));
        Ok(())
    }
}

/// Whether it is allowed, and what decided that, in words.
pub(crate) fn words(decision: &PolicyDecision) -> (&'static str, String) {
    let decided_by = match decision.decided_by.as_slice() {
        [] => "no policy permits it".to_owned(),
        policies => policies.join(", "),
    };
    (if decision.allowed { "yes" } else { "no" }, decided_by)
}

fn row(decision: &PolicyDecision) -> Vec<String> {
    let (allowed, decided_by) = words(decision);
    vec![decision.action.to_owned(), allowed.to_owned(), decided_by, decision.errors.join("; ")]
}

fn print(context: &Context, policies: &[PolicySummary]) {
    let row = |policy: &PolicySummary| {
        let from = if policy.shipped { "shipped".to_owned() } else { "tenant".to_owned() };
        let updated = policy.updated_at.map(|at| at.to_string()).unwrap_or_default();
        vec![policy.name.clone(), from, updated, policy.problem.clone().unwrap_or_default()]
    };
    let rows: Vec<_> = policies.iter().map(row).collect();
    context.output.table(&["policy", "from", "updated", "problem"], &rows);
}
