//! `mcpgw server cache`

use std::time::Duration;

use clap::Args;
use mcpgw::error::Result;
use mcpgw::gateway::Gateway;
use mcpgw::model::{CacheTool, ServerName, TenantId};
use serde_json::json;

use crate::{Context, Done};

#[derive(Args)]
pub(crate) struct CacheRule {
    /// The server
    name: ServerName,
    /// The tool, by the server's own name for it
    tool: String,
    /// For how long, for example 10m [default: SEMANTIC_CACHE_TTL_SECONDS]
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    ttl: Option<Duration>,
    /// An argument in which other words for the same may match; may be given several times
    #[arg(long = "semantic", value_name = "ARG")]
    semantic: Vec<String>,
    /// Keep its results whatever its server says of it
    #[arg(long, conflicts_with_all = ["off", "default"])]
    on: bool,
    /// Never keep its results
    #[arg(long, conflicts_with_all = ["ttl", "semantic", "default"])]
    off: bool,
    /// Leave it to its server, which may say that the tool only reads
    #[arg(long, conflicts_with_all = ["ttl", "semantic"])]
    default: bool,
}

impl CacheRule {
    /// `Some(None)`: no rule. `None`: nothing is to be changed.
    fn wanted(&self) -> Option<Option<CacheTool>> {
        if self.default {
            return Some(None);
        }
        if self.off {
            return Some(Some(CacheTool { ttl_s: Some(0), semantic_arguments: Vec::new() }));
        }
        let is_given = self.on || self.ttl.is_some() || !self.semantic.is_empty();
        let ttl_s = self.ttl.map(|ttl| ttl.as_secs().max(u64::from(!ttl.is_zero())));
        is_given.then(|| Some(CacheTool { ttl_s, semantic_arguments: self.semantic.clone() }))
    }

    pub(crate) async fn run(self, context: &Context, gateway: &Gateway, tenant: &TenantId) -> Result<Done> {
        let changed = match self.wanted() {
            Some(rule) => gateway.set_cache_rule(tenant, &self.name, &self.tool, rule).await?,
            None => false,
        };
        let server = gateway.registry().get(tenant, &self.name).await?;
        let rule = server.cache.tools.get(&self.tool);
        let name = &self.name;
        let tool = &self.tool;
        let kept = match rule {
            None => "default",
            Some(CacheTool { ttl_s: Some(0), .. }) => "off",
            Some(_) => "on",
        };
        let (ttl_s, semantic) = rule.map_or((None, &[][..]), |rule| (rule.ttl_s, &rule.semantic_arguments));
        if context.output.is_json() {
            context.output.json(&json!({
                "name": name, "tool": tool, "cache": kept, "ttl_s": ttl_s, "semantic_arguments": semantic,
                "changed": changed,
            }))?;
            return Ok(Done::Fully);
        }
        let ttl = ttl_s.map_or_else(
            || "for SEMANTIC_CACHE_TTL_SECONDS".to_owned(),
            |seconds| format!("for {}", humantime::format_duration(Duration::from_secs(seconds))),
        );
        let by = if semantic.is_empty() {
            String::new()
        } else {
            format!(", matched by meaning in {}", semantic.join(", "))
        };
        context.output.note(&match kept {
            "off" => format!("results of `{tool}` of `{name}` are never kept"),
            "on" => format!("results of `{tool}` of `{name}` are kept {ttl}{by}"),
            _ => format!("results of `{tool}` of `{name}` are kept {ttl} if its server says that it only reads"),
        });
        Ok(Done::Fully)
    }
}
