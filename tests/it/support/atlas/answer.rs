//! Which commands are about search, and what becomes of them.

use mongodb::bson::{Bson, Document, Timestamp, doc};

use super::catalog::Hit;
use super::definition::Definition;
use super::documents::Collection;
use super::failure::{Failure, as_number};
use super::rewrite::{Scores, placed, rewritten};
use super::wire::Message;
use super::{Behaviour, RankFusion, Request, State, bm25, commands, lock, rank_fusion, search, vector};

/// What to do with a message of a client.
pub(super) enum Answer {
    Forward,
    /// Forward this command instead.
    Instead(Document),
    Reply(Document),
    Close,
}

const STAGES: [&str; 5] = ["$search", "$searchMeta", "$vectorSearch", "$rankFusion", "$listSearchIndexes"];
const NOT_ENABLED: &str = "Using $search and $vectorSearch aggregation stages requires additional configuration. \
    Please connect to Atlas or an AtlasCLI local deployment to enable. For more information on how to connect, see \
    https://dochub.mongodb.org/core/atlas-cli-deploy-local-reqs";

/// A request and what it is answered from.
pub(super) struct Query<'a> {
    pub(super) state: &'a State,
    pub(super) behaviour: &'a Behaviour,
    pub(super) collection: &'a Collection,
    /// The time from which the indexes are.
    pub(super) time: Option<Timestamp>,
}

pub(super) async fn answer(state: &State, name: &str, message: &Message) -> Answer {
    let result = match name {
        "createSearchIndexes" | "updateSearchIndex" | "dropSearchIndex" => {
            let Some(command) = message.document() else { return Answer::Close };
            record(state, name, Vec::new(), &command);
            commands::run(state, name, &command).await.map(Answer::Reply)
        }
        "aggregate" => {
            let Some(command) = message.document() else { return Answer::Close };
            aggregate(state, command).await
        }
        _ => return Answer::Forward,
    };
    result.unwrap_or_else(|failure| failure.reply().map_or(Answer::Close, Answer::Reply))
}

fn record(state: &State, name: &str, stages: Vec<String>, command: &Document) {
    let database = command.get_str("$db").unwrap_or_default().to_owned();
    lock(&state.seen).push(Request { database, command: name.to_owned(), stages, body: command.clone() });
}

/// The only field of a stage.
pub(super) fn stage_of(stage: &Bson) -> Option<(&str, &Bson)> {
    let (name, spec) = stage.as_document()?.iter().next()?;
    Some((name, spec))
}

/// The names of all search stages, those inside other stages too.
fn search_stages(pipeline: &[Bson], found: &mut Vec<String>) {
    for (name, spec) in pipeline.iter().filter_map(stage_of) {
        if STAGES.contains(&name) {
            found.push(name.to_owned());
        }
        let Bson::Document(spec) = spec else { continue };
        let inner = match name {
            "$rankFusion" => spec.get_document("input").and_then(|input| input.get_document("pipelines")).ok(),
            "$facet" | "$lookup" | "$unionWith" => Some(spec),
            _ => None,
        };
        for value in inner.into_iter().flat_map(Document::values) {
            if let Bson::Array(pipeline) = value {
                search_stages(pipeline, found);
            }
        }
    }
}

async fn aggregate(state: &State, mut command: Document) -> Result<Answer, Failure> {
    let mut stages = Vec::new();
    let Ok(pipeline) = command.get_array("pipeline") else { return Ok(Answer::Forward) };
    search_stages(pipeline, &mut stages);
    let (Some((first, spec)), false) = (pipeline.first().and_then(stage_of), stages.is_empty()) else {
        return Ok(Answer::Forward);
    };
    record(state, "aggregate", stages.clone(), &command);
    let behaviour = state.behaviour();
    if stages.iter().any(|stage| stage == "$rankFusion") && behaviour.rank_fusion == RankFusion::Unknown {
        return Err(Failure::new(40324, "Unrecognized pipeline stage name: '$rankFusion'"));
    }
    check_places(pipeline, first)?;
    check_context(&command, &stages)?;
    let database = command.get_str("$db").unwrap_or_default();
    let name = command.get_str("aggregate").map_err(|_| {
        Failure::new(73, format!("{{aggregate: 1}} is not valid for '{first}'; a collection is required."))
    })?;
    let rest = &pipeline[1..];
    if first == "$listSearchIndexes" {
        let entries = commands::list(state, database, name, spec).await?;
        let mut instead = vec![Bson::from(doc! { "$documents": { "$literal": entries } })];
        instead.extend(rest.iter().cloned());
        command.insert("aggregate", 1);
        command.insert("pipeline", instead);
        return Ok(Answer::Instead(command));
    }
    let collection = state.documents.collection(database, name).await?;
    let time = state.index_time(behaviour.lag);
    let query = Query { state, behaviour: &behaviour, collection: &collection, time };
    let pipeline = if first == "$rankFusion" {
        query.check_search(&stages)?;
        rank_fusion::pipeline(&query, spec, rest).await?
    } else {
        query.check_search(&stages)?;
        let mut hits = query.hits(first, spec).await?;
        hits.truncate(query.wanted(rest));
        let scores = if first == "$search" { Scores::Text } else { Scores::Vector };
        let mut pipeline = placed(hits, scores);
        pipeline.extend(rewritten(rest, scores, &behaviour)?);
        pipeline
    };
    command.insert("pipeline", pipeline);
    Ok(Answer::Instead(command))
}

/// Search stages come first and not inside others.
fn check_places(pipeline: &[Bson], first: &str) -> Result<(), Failure> {
    for (at, stage) in pipeline.iter().enumerate() {
        let Some((name, spec)) = stage_of(stage) else { continue };
        if stage.as_document().is_some_and(|stage| stage.len() != 1) {
            let text = "A pipeline stage specification object must contain exactly one field.";
            return Err(Failure::new(40323, text));
        }
        if at > 0 && STAGES.contains(&name) {
            let code = if name == "$rankFusion" { 10_170_100 } else { 40602 };
            return Err(Failure::new(code, format!("{name} is only valid as the first stage in a pipeline.")));
        }
        if !matches!(name, "$facet" | "$lookup" | "$unionWith") {
            continue;
        }
        let mut inner = Vec::new();
        search_stages(std::slice::from_ref(stage), &mut inner);
        let Some(found) = inner.first() else { continue };
        if name == "$facet" || found == "$vectorSearch" && name == "$lookup" {
            let text = format!("{found} is not allowed to be used within a {name} stage: {spec}");
            return Err(Failure::new(if name == "$facet" { 40600 } else { 51047 }, text));
        }
        return Err(Failure::query(format!("{found} inside {name} is not imitated by the test double")));
    }
    if first == "$searchMeta" {
        return Err(Failure::query("$searchMeta is not imitated by the test double"));
    }
    Ok(())
}

/// No transactions, and no read concern that an index could not honour.
fn check_context(command: &Document, stages: &[String]) -> Result<(), Failure> {
    // A fusion of plain stages may run anywhere.
    let Some(stage) = stages.iter().find(|stage| *stage != "$rankFusion") else { return Ok(()) };
    if command.contains_key("autocommit") {
        let text = format!(
            "Operation not permitted in transaction :: caused by :: Aggregation stage {stage} cannot run within a multi-document transaction"
        );
        return Err(Failure::new(263, text));
    }
    let level = command.get_document("readConcern").and_then(|concern| concern.get_str("level")).unwrap_or("local");
    if level != "local" {
        let text = format!(
            "Aggregation stage {stage} cannot run with a readConcern other than 'local'. Current readConcern: {level}"
        );
        return Err(Failure::new(72, text));
    }
    Ok(())
}

impl Query<'_> {
    /// Whether searches are answered at all.
    fn check_search(&self, stages: &[String]) -> Result<(), Failure> {
        let has = |name: &str| stages.iter().any(|stage| stage == name);
        if has("$rankFusion") && self.behaviour.rank_fusion == RankFusion::Disallowed {
            let text = "$rankFusion is not allowed with the current configuration. You may need to enable the \
                corresponding feature flag.";
            return Err(Failure::new(224, text));
        }
        if !has("$search") && !has("$vectorSearch") {
            return Ok(());
        }
        if !self.behaviour.search {
            return Err(Failure::new(31082, NOT_ENABLED));
        }
        let mut behaviour = lock(&self.state.behaviour);
        if behaviour.overloaded > 0 {
            behaviour.overloaded -= 1;
            let message = "Search request rejected due to overload.".to_owned();
            return Err(Failure::Command { code: 489, message, labels: &["SystemOverloadedError"] });
        }
        Ok(())
    }

    /// The documents that a `$search` or `$vectorSearch` finds, best first.
    pub(super) async fn hits(&self, stage: &str, spec: &Bson) -> Result<Vec<Hit>, Failure> {
        let fault = if stage == "$search" { &self.behaviour.fail_text } else { &self.behaviour.fail_vector };
        if let Some((code, message)) = fault {
            return Err(Failure::new(*code, message));
        }
        let Bson::Document(spec) = spec else {
            let text = format!("{stage} value must be an object.");
            return Err(Failure::new(9, text));
        };
        if stage == "$search" {
            let parsed = search::Search::parse(spec).map_err(Failure::query)?;
            let Some(definition) = self.definition(&parsed.index)? else { return Ok(Vec::new()) };
            let Definition::Text(index) = &*definition else {
                return Err(Failure::query(format!("{} is not a search index", parsed.index)));
            };
            parsed.operator.check(index).map_err(Failure::query)?;
            let documents = self.find(Document::new(), index.projection()).await?;
            return Ok(bm25::search(&parsed.operator, index, &documents));
        }
        let parsed = vector::VectorSearch::parse(spec)?;
        let Some(definition) = self.definition(&parsed.index)? else { return Ok(Vec::new()) };
        let Definition::Vector(index) = &*definition else {
            return Err(Failure::query(format!("{} is not a vector index", parsed.index)));
        };
        parsed.check(index).map_err(Failure::query)?;
        let documents = self.find(parsed.filter.clone(), doc! { &parsed.path: 1 }).await?;
        Ok(parsed.hits(&documents))
    }

    /// How many hits the stages after a search can make use of; with a lag some of them may be gone.
    pub(super) fn wanted(&self, rest: &[Bson]) -> usize {
        match rest.first().and_then(stage_of) {
            Some(("$limit", limit)) if self.time.is_none() => {
                as_number(limit).map_or(usize::MAX, |limit| limit as usize)
            }
            _ => usize::MAX,
        }
    }

    async fn find(&self, filter: Document, projection: Document) -> Result<Vec<Document>, Failure> {
        self.state.documents.find(self.collection, filter, projection, self.time).await
    }

    /// What answers for an index; nothing, without a complaint, where there is none of that name.
    fn definition(&self, name: &str) -> Result<Option<std::sync::Arc<Definition>>, Failure> {
        let catalog = lock(&self.state.catalog);
        let index = catalog.named(self.collection, name);
        index.map(|index| index.serving(self.behaviour.build_delay)).transpose().map_err(Failure::query)
    }
}
