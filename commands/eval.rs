//! `mcpgw catalog eval`

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use mcpgw::error::{Error, Result};
use mcpgw::gateway::{EVALUATION_DEPTH, Evaluated, JudgedQuery, JudgedTool, Judgements, shown_evaluation};
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::search::ModeFlag;
use crate::{Context, Done};

#[derive(Args)]
pub(crate) struct Eval {
    /// The tenant's own judged requests, as `catalog judge` and the console note them
    #[arg(long, conflicts_with_all = ["queries", "qrels", "tools"])]
    judged: bool,
    /// Requests: JSON lines {"id", "text"}
    #[arg(long, value_name = "FILE", required_unless_present = "judged")]
    queries: Option<PathBuf>,
    /// Judgements: request id, tool id and relevance, with tabs between. Tools of the catalog are called server/tool
    #[arg(long, value_name = "FILE", required_unless_present = "judged")]
    qrels: Option<PathBuf>,
    /// Search these tools in place of the tenant's: JSON lines {"id", "server", "name", "description", "parameters"}
    #[arg(long, value_name = "FILE")]
    tools: Option<PathBuf>,
    /// Which arms rank
    #[arg(long, value_enum, default_value_t = ModeFlag::All)]
    mode: ModeFlag,
    /// After how many results recall is measured
    #[arg(long, value_name = "K,K", value_delimiter = ',', default_value = "1,3,5,10",
          value_parser = clap::value_parser!(u64).range(1..=EVALUATION_DEPTH as u64))]
    k: Vec<u64>,
    /// Write what was found here: MODE.tsv with request id, rank, tool id and score
    #[arg(long, value_name = "DIR")]
    run_dir: Option<PathBuf>,
}

impl Eval {
    /// Those of the files; `None` where the tenant's own are wanted.
    fn judgements(&self) -> Result<Option<Judgements>> {
        let Some((queries, qrels)) = self.queries.as_ref().zip(self.qrels.as_ref()) else { return Ok(None) };
        let given = Judgements { queries: lines::<JudgedQuery>(queries)?, relevant: read_qrels(qrels)? };
        if given.queries.iter().any(|query| given.relevant.contains_key(&query.id)) {
            return Ok(Some(given));
        }
        let what = format!("no request of {} is judged in {}", queries.display(), qrels.display());
        Err(Error::invalid(what))
    }

    pub(crate) async fn run(self, context: &Context) -> Result<Done> {
        let given = self.judgements()?;
        let tools = self.tools.as_ref().map(|file| lines::<JudgedTool>(file)).transpose()?;
        let ks: Vec<usize> = self.k.iter().filter_map(|k| usize::try_from(*k).ok()).collect();
        let (gateway, tenant) = context.open().await?;
        let searched = match &tools {
            Some(tools) => {
                context.output.note(&format!("embedding {} tools", tools.len()));
                gateway.searched_tools(&tenant, tools).await?
            }
            None => gateway.searched_catalog(&tenant).await?,
        };
        let (judgements, missing) = match given {
            Some(given) => (given, BTreeSet::new()),
            None => gateway.judgements(&tenant, &searched).await?,
        };
        let judged = judgements.queries.iter().filter(|query| judgements.relevant.contains_key(&query.id)).count();
        let mut evaluated = Vec::new();
        for mode in self.mode.modes() {
            context.output.note(&format!("{}: {judged} requests", mode.as_str()));
            let each = gateway.evaluate(&searched, &judgements, mode, &ks).await?;
            if let Some(folder) = &self.run_dir {
                write_run(folder, &each)?;
            }
            evaluated.push(each);
        }
        gateway.close().await;
        if context.output.is_json() {
            let mut shown = shown_evaluation(&evaluated, &ks, &searched);
            if self.judged {
                shown["missing"] = json!(missing);
            }
            context.output.json(&shown)?;
        } else {
            table(context, &evaluated, &ks);
            if let Some(first) = evaluated.first() {
                saved(context, searched.tokens(), first);
            }
            for tool in &missing {
                context.output.note(&format!("`{tool}` is right for a request, and is not there any more"));
            }
        }
        Ok(Done::Fully)
    }
}

fn table(context: &Context, evaluated: &[Evaluated], ks: &[usize]) {
    let mut headings = vec!["mode".to_owned()];
    headings.extend(ks.iter().map(|k| format!("R@{k}")));
    headings.extend(["nDCG@5", "nDCG@10", "MRR", "hit@1", "all@10", "p50 µs", "p99 µs"].map(str::to_owned));
    let rows: Vec<Vec<String>> = evaluated
        .iter()
        .map(|each| {
            let it = &each.measures;
            let shares = it.recall.iter().chain([&it.ndcg_5, &it.ndcg_10, &it.mrr, &it.hit_1, &it.all_10]);
            let mut row = vec![each.mode.as_str().to_owned()];
            row.extend(shares.map(|share| format!("{share:.4}")));
            row.extend([each.p50_us, each.p99_us].map(|time| format!("{time:.0}")));
            row
        })
        .collect();
    context.output.table(&headings.iter().map(String::as_str).collect::<Vec<_>>(), &rows);
}

/// What a model is spared that is shown ten tools in place of all.
#[expect(clippy::cast_precision_loss, reason = "counts of tokens are small")]
fn saved(context: &Context, all: usize, each: &Evaluated) {
    let share = 100.0 * (1.0 - each.tokens_10 / all.max(1) as f64);
    context.output.note(&format!(
        "all definitions: {all} tokens; the first 10 results ({}): {:.0}, {share:.1} % fewer",
        each.mode.as_str(),
        each.tokens_10
    ));
}

fn write_run(folder: &Path, each: &Evaluated) -> Result<()> {
    let mut text = String::new();
    for (query, tools) in &each.runs {
        for (place, (tool, score)) in tools.iter().enumerate() {
            let _ = writeln!(text, "{query}\t{}\t{tool}\t{score}", place + 1);
        }
    }
    let file = folder.join(format!("{}.tsv", each.mode.as_str()));
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&file, text));
    written.map_err(|error| Error::invalid(format!("{} cannot be written", file.display())).source(error))
}

fn text(file: &Path) -> Result<String> {
    std::fs::read_to_string(file)
        .map_err(|error| Error::invalid(format!("{} cannot be read", file.display())).source(error))
}

/// One JSON value a line; empty lines are passed over.
fn lines<T: DeserializeOwned>(file: &Path) -> Result<Vec<T>> {
    let text = text(file)?;
    let read = |(number, line): (usize, &str)| {
        serde_json::from_str(line)
            .map_err(|error| Error::invalid(format!("{} line {}", file.display(), number + 1)).source(error))
    };
    text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(read).collect()
}

fn read_qrels(file: &Path) -> Result<HashMap<String, BTreeSet<String>>> {
    let text = text(file)?;
    let mut relevant = HashMap::<String, BTreeSet<String>>::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let wrong =
            || Error::invalid(format!("{} line {}: want request id, tool id, relevance", file.display(), number + 1));
        let parts: Vec<&str> = line.trim_end_matches('\r').split('\t').collect();
        let [query, tool, relevance] = parts.as_slice() else { return Err(wrong()) };
        if relevance.trim().parse::<f64>().map_err(|_| wrong())? > 0.0 {
            relevant.entry((*query).to_owned()).or_default().insert((*tool).to_owned());
        }
    }
    Ok(relevant)
}
