//! Every dependency checked, each with a fix.

use std::time::{Duration, Instant};

use serde::Serialize;

use super::Gateway;
use crate::embeddings::Role;
use crate::error::Error;
use crate::model::{Server, SwitchState, TenantId};
use crate::upstream;

const SERVER_TIMEOUT: Duration = Duration::from_secs(20);

/// One finding.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// What was checked.
    pub name: String,
    /// How it is.
    pub status: CheckStatus,
    /// What was seen.
    pub detail: String,
    /// What to do.
    pub fix: Option<String>,
}

/// How a dependency is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckStatus {
    /// It works.
    Ok,
    /// It works, but look at it.
    Warn,
    /// It does not work.
    Fail,
}

impl Check {
    /// A dependency that works.
    pub fn ok(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { name: name.into(), status: CheckStatus::Ok, detail: detail.into(), fix: None }
    }

    /// A dependency to look at.
    pub fn warn(name: impl Into<String>, detail: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { name: name.into(), status: CheckStatus::Warn, detail: detail.into(), fix: Some(fix.into()) }
    }

    /// A dependency that does not work.
    pub fn fail(name: impl Into<String>, error: &Error) -> Self {
        let fix = error.help_text().unwrap_or("run again with -vv for the log").to_owned();
        Self { name: name.into(), status: CheckStatus::Fail, detail: error.chain(), fix: Some(fix) }
    }
}

impl Gateway {
    /// Checks what an open gateway depends on.
    pub async fn check(&self, tenant: &TenantId) -> Vec<Check> {
        let mut checks = vec![self.check_store().await, self.check_embedder().await, self.check_callers().await];
        checks.push(self.check_secrets().await);
        let search = self.index.describe(tenant, self.spaces.now().known_widths()).await;
        checks.push(match search.fix {
            None => Check::ok("search", search.engine),
            Some(fix) => Check::warn("search", search.engine, fix),
        });
        match self.registry.list(tenant).await {
            Ok(servers) => {
                checks.push(self.check_catalog(tenant, &servers).await);
                checks.push(self.check_policies(tenant).await);
                let tested = servers.iter().map(|server| self.check_server(tenant, server));
                checks.extend(futures_util::future::join_all(tested).await);
            }
            Err(error) => checks.push(Check::fail("registry", &error)),
        }
        checks
    }

    async fn check_store(&self) -> Check {
        let started = Instant::now();
        match self.store.ping().await {
            Ok(()) => {
                let took = started.elapsed().as_secs_f64() * 1e3;
                Check::ok("store", format!("{} answers in {took:.1} ms", self.store.describe()))
            }
            Err(error) => Check::fail("store", &error),
        }
    }

    async fn check_secrets(&self) -> Check {
        let status = match self.secrets.status().await {
            Ok(status) => status,
            Err(error) => return Check::fail("secrets", &error),
        };
        if let Some((key, error)) = status.data_keys.iter().find_map(|key| Some((key, key.error.as_ref()?))) {
            let error = Error::internal(format!("the data key of `{}` cannot be used: {error}", key.owner));
            return Check::fail("secrets", &error.help("run `mcpgw secrets status`; see docs/queryable-encryption.md"));
        }
        let detail = format!("{} fields sealed with {}, by {}", status.sealed, status.method, status.master);
        if status.in_the_clear > 0 {
            let detail = format!("{} fields lie in the clear; {detail}", status.in_the_clear);
            return Check::warn("secrets", detail, "run `mcpgw secrets migrate`");
        }
        if status.data_keys.iter().any(|key| !key.is_current) {
            return Check::warn(
                "secrets",
                format!("{detail}; some data keys by a former one"),
                "run `mcpgw secrets rotate`",
            );
        }
        Check::ok("secrets", detail)
    }

    async fn check_callers(&self) -> Check {
        if !self.auth.is_required() {
            return Check::ok("callers", "nobody is asked who they are (AUTH_MODE=disabled)");
        }
        match self.auth.keys().await {
            None => Check::ok("callers", "tokens are signed with JWT_SECRET"),
            Some(0) => {
                let error = Error::internal("none of the issuer's keys can be read: no token is accepted");
                Check::fail("callers", &error.help("check JWKS_URL or JWKS_LOCAL_PATH, and that the issuer answers"))
            }
            Some(keys) => Check::ok("callers", format!("{keys} keys of the issuer")),
        }
    }

    async fn check_embedder(&self) -> Check {
        let in_force = self.spaces.now();
        let space = &in_force.current;
        // Not one that is remembered from an earlier time.
        let asked = format!("hello {}", uuid::Uuid::new_v4().simple());
        if let Err(error) = space.embedder.embed(&[asked], Role::Query).await {
            return Check::fail("embeddings", &error);
        }
        let described = space.describe();
        match self.switch_status().await {
            Err(error) => Check::fail("embeddings", &error),
            Ok(status) if status.state == SwitchState::Failed => {
                let why = status.error.unwrap_or_default();
                let detail = format!("{described}; the switch to {} / {} failed: {why}", status.provider, status.model);
                Check::warn(
                    "embeddings",
                    detail,
                    "`mcpgw embeddings switch` goes on, `mcpgw embeddings cancel` gives it up",
                )
            }
            Ok(_) if in_force.next.is_some() => Check::ok("embeddings", format!("{described}; a switch is under way")),
            Ok(_) if self.is_configured_otherwise() => Check::warn(
                "embeddings",
                format!("{described}, which was switched to; the configuration names another provider"),
                "unset EMBEDDING_PROVIDER and its like, or `mcpgw embeddings switch` to it",
            ),
            Ok(_) => Check::ok("embeddings", described),
        }
    }

    fn is_configured_otherwise(&self) -> bool {
        let config = self.spaces.config();
        config.is_given && !config.settings.is_same_model(&self.spaces.now().current.settings)
    }

    async fn check_catalog(&self, tenant: &TenantId, servers: &[Server]) -> Check {
        match self.catalog.view(tenant).await {
            Ok(view) if view.tools().is_empty() && servers.is_empty() => Check::warn(
                "catalog",
                format!("tenant `{tenant}` has no servers and no tools"),
                "add a server with `mcpgw server add` or import a client's list with `mcpgw server import FILE`",
            ),
            Ok(view) if view.tools().is_empty() => {
                Check::warn("catalog", format!("tenant `{tenant}` has no tools"), "run `mcpgw catalog sync`")
            }
            Ok(view) => Check::ok("catalog", format!("{} tools of {} servers", view.tools().len(), servers.len())),
            Err(error) => Check::fail("catalog", &error),
        }
    }

    async fn check_policies(&self, tenant: &TenantId) -> Check {
        let policies = match self.list_policies(tenant).await {
            Ok(policies) => policies,
            Err(error) => return Check::fail("policies", &error),
        };
        if let Some((name, problem)) = policies.iter().find_map(|policy| Some((&policy.name, policy.problem.as_ref()?)))
        {
            let error = Error::internal(format!("`{name}`: {problem}; a policy that cannot be read denies everything"));
            return Check::fail("policies", &error.help(format!("save it anew: `mcpgw policy set {name} FILE`")));
        }
        let names: Vec<&str> = policies.iter().map(|policy| policy.name.as_str()).collect();
        let shipped =
            if policies.iter().any(|policy| policy.shipped) { " (`default` is the shipped scope rule)" } else { "" };
        Check::ok("policies", format!("in force: {}{shipped}", names.join(", ")))
    }

    async fn check_server(&self, tenant: &TenantId, server: &Server) -> Check {
        let name = format!("server {}", server.name);
        if !server.is_enabled {
            return Check::ok(name, "disabled");
        }
        let greeted = match self.pool.shared(tenant, &std::sync::Arc::new(server.clone())) {
            Ok(upstream) => upstream.greet(Instant::now() + SERVER_TIMEOUT).await,
            Err(error) => Err(error),
        };
        match greeted {
            Ok(greeting) => {
                let who = greeting.name.unwrap_or_else(|| "an unnamed server".to_owned());
                let answers = format!("{who} answers on MCP {}", greeting.protocol);
                if upstream::is_overheard(server, self.config.upstream.allow_private_networks) {
                    let answers = format!("{answers}; over plain http it is not shown who the gateway is");
                    return Check::warn(name, answers, "give it an https URL");
                }
                Check::ok(name, answers)
            }
            Err(error) if upstream::wants_sign_in(&error) => {
                Check::warn(name, error.message(), error.help_text().unwrap_or_default())
            }
            Err(error) => Check::fail(name, &error),
        }
    }
}
