//! `mcpgw catalog judge`

use clap::Args;
use mcpgw::error::Result;
use mcpgw::gateway::shown_judged;
use mcpgw::model::JudgedRequest;
use serde_json::{Value, json};

use crate::{Context, Done};

#[derive(Args)]
pub(crate) struct Judge {
    /// A request
    #[arg(required_unless_present_any = ["list", "remove"])]
    query: Option<String>,
    /// The tools that are right for it
    #[arg(value_name = "SERVER/TOOL", required_unless_present_any = ["list", "remove"])]
    tools: Vec<String>,
    /// List the judged requests
    #[arg(long, conflicts_with_all = ["query", "tools", "remove"])]
    list: bool,
    /// Forget the judged request of this id
    #[arg(long, value_name = "ID", conflicts_with_all = ["query", "tools"])]
    remove: Option<String>,
}

impl Judge {
    pub(crate) async fn run(self, context: &Context) -> Result<Done> {
        let (gateway, tenant) = context.open().await?;
        if let Some(id) = &self.remove {
            let judged = gateway.judged(&tenant).await?;
            if let Some(known) = judged.iter().find(|known| known.id == *id) {
                context.confirm(&format!("Forget the judged request “{}”?", crate::output::visible(&known.query)))?;
            }
            gateway.forget_judged(&tenant, id).await?;
            return said(context, &json!({ "id": id, "status": "removed" }), "forgotten");
        }
        if let Some(query) = &self.query {
            let judged = gateway.judge(&tenant, query, self.tools).await?;
            return said(context, &shown_judged(&judged), &format!("noted as {}", judged.id));
        }
        let judged = gateway.judged(&tenant).await?;
        if context.output.is_json() {
            context.output.json(&json!({ "judged": judged.iter().map(shown_judged).collect::<Vec<_>>() }))?;
            return Ok(Done::Fully);
        }
        let row =
            |it: &JudgedRequest| vec![it.id.clone(), it.query.clone(), it.tools.join(", "), it.created_at.to_string()];
        context.output.table(&["id", "request", "right tools", "since"], &judged.iter().map(row).collect::<Vec<_>>());
        Ok(Done::Fully)
    }
}

fn said(context: &Context, document: &Value, note: &str) -> Result<Done> {
    if context.output.is_json() {
        context.output.json(document)?;
    } else {
        context.output.note(note);
    }
    Ok(Done::Fully)
}
