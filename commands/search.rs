//! `mcpgw search`

use clap::{Args, ValueEnum};
use mcpgw::error::Result;
use mcpgw::gateway::{ComparedModes, Gateway, SearchAnswer, SearchRequest, SearchResult};
use mcpgw::model::{Origin, Principal, TenantId};
use mcpgw::search::{ArmRank, Mode};

use crate::output::{brief, visible};
use crate::policy::As;
use crate::{Context, Done};

#[derive(Args)]
pub(crate) struct Search {
    /// A task in words, or a tool's name
    query: String,
    /// Which arms rank; `all` compares the three
    #[arg(long, value_enum, default_value_t = ModeFlag::Hybrid)]
    mode: ModeFlag,
    /// How many tools
    #[arg(long, default_value_t = 5)]
    limit: usize,
    #[command(flatten)]
    caller: As,
    /// Show how the scores came about
    #[arg(long)]
    explain: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ModeFlag {
    Hybrid,
    Vector,
    Text,
    All,
}

impl ModeFlag {
    pub(crate) fn modes(self) -> Vec<Mode> {
        match self {
            Self::Hybrid => vec![Mode::Hybrid],
            Self::Vector => vec![Mode::Vector],
            Self::Text => vec![Mode::Text],
            Self::All => Mode::ALL.to_vec(),
        }
    }
}

impl Search {
    pub(crate) async fn run(self, context: &Context) -> Result<Done> {
        let (gateway, tenant) = context.open().await?;
        let outcome = self.shown(context, &gateway, &tenant).await;
        gateway.close().await;
        outcome
    }

    async fn shown(&self, context: &Context, gateway: &Gateway, tenant: &TenantId) -> Result<Done> {
        let principal = self.caller.principal(context, gateway).await?;
        let [mode] = self.mode.modes()[..] else { return self.compare(context, gateway, &principal).await };
        let answer = self.ask(gateway, &principal, mode).await?;
        if context.output.is_json() {
            context.output.json(&answer)?;
            return Ok(Done::Fully);
        }
        if answer.results.is_empty() {
            return hint(context, gateway, &answer, tenant).await;
        }
        let row = |result: &SearchResult| {
            let scopes = result.scopes.join(",");
            vec![
                result.rank.to_string(),
                result.name.clone(),
                score(result.score),
                brief(&result.description, 70),
                scopes,
            ]
        };
        let rows: Vec<_> = answer.results.iter().map(row).collect();
        context.output.table(&["rank", "tool", "score", "description", "scopes"], &rows);
        if self.explain {
            explain(context, &answer);
        }
        if let Some(hint) = &answer.hint {
            context.output.note(&visible(hint));
        }
        Ok(Done::Fully)
    }

    async fn ask(&self, gateway: &Gateway, principal: &Principal, mode: Mode) -> Result<SearchAnswer> {
        gateway.search(principal, &self.request(mode)).await
    }

    fn request(&self, mode: Mode) -> SearchRequest {
        SearchRequest { query: self.query.clone(), mode, limit: self.limit, origin: Origin::default() }
    }

    /// The three modes side by side, with each tool's rank in each arm.
    async fn compare(&self, context: &Context, gateway: &Gateway, principal: &Principal) -> Result<Done> {
        let compared = gateway.compare(principal, &self.request(Mode::Hybrid)).await?;
        if context.output.is_json() {
            context.output.json(&compared)?;
            return Ok(Done::Fully);
        }
        let ComparedModes { hybrid, vector, text } = compared.modes;
        if hybrid.results.is_empty() {
            return hint(context, gateway, &hybrid, &principal.tenant).await;
        }
        let name = |answer: &SearchAnswer, place: usize| {
            answer.results.get(place).map(|result| result.name.clone()).unwrap_or_default()
        };
        let arm = |place: usize, arm: &str| {
            let details = hybrid.results.get(place).map(|result| &result.score_details.details);
            let entry = details.into_iter().flatten().find(|entry| entry.input_pipeline_name == arm);
            entry.map_or_else(String::new, |entry| rank(entry.rank))
        };
        let places = hybrid.results.len().max(vector.results.len()).max(text.results.len());
        let rows: Vec<Vec<String>> = (0..places)
            .map(|at| {
                let place = (at + 1).to_string();
                vec![place, name(&hybrid, at), arm(at, "vector"), arm(at, "text"), name(&vector, at), name(&text, at)]
            })
            .collect();
        let headings = ["rank", "hybrid", "its vector rank", "its text rank", "vector alone", "text alone"];
        context.output.table(&headings, &rows);
        if self.explain {
            explain(context, &hybrid);
        }
        Ok(Done::Fully)
    }
}

/// Why nothing was found.
async fn hint(context: &Context, gateway: &Gateway, answer: &SearchAnswer, tenant: &TenantId) -> Result<Done> {
    let is_empty = gateway.catalog().view(tenant).await?.tools().is_empty();
    let none = || format!("tenant `{tenant}` has no tools; run `mcpgw bootstrap --demo` or `mcpgw server add`");
    context.output.note(&if is_empty { none() } else { answer.hint.clone().unwrap_or_default() });
    Ok(Done::Fully)
}

fn explain(context: &Context, answer: &SearchAnswer) {
    for result in &answer.results {
        let details = &result.score_details;
        let terms: Vec<String> = details
            .details
            .iter()
            .map(|entry| {
                let value = entry.value.map_or_else(String::new, |value| format!(" (value {value:.4})"));
                format!("{} {} × 1/(60 + {}){value}", entry.input_pipeline_name, entry.weight, rank(entry.rank))
            })
            .collect();
        let sum = if terms.len() > 1 { terms.join(" + ") } else { details.description.to_owned() };
        let score = score(result.score);
        context.output.line(&visible(&format!("{}: score {score}; by rank {:.6} = {sum}", result.name, details.value)));
    }
}

fn rank(rank: ArmRank) -> String {
    match rank {
        ArmRank::At(rank) => rank.to_string(),
        ArmRank::Absent => "–".to_owned(),
    }
}

fn score(score: f64) -> String {
    format!("{score:.4}")
}
