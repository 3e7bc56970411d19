//! The search lab: what each way of searching finds for one request, side by side.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::caller::Caller;
use super::{Ui, parts, rendered, tool};
use crate::gateway::{Compared, SearchAnswer, SearchRequest, SearchResult};
use crate::model::{AuditActor, Face, JudgedRequest, Origin};
use crate::search::{ArmRank, Mode};

/// Results of each way, unless another number is asked for.
const RESULTS: usize = 10;
const MOST_RESULTS: usize = 50;
/// Characters of a request that has to be typed.
const MOST_TYPED: usize = 60;

#[derive(Template)]
#[template(path = "lab.html")]
struct Lab {
    ui: Ui,
    query: String,
    limit: usize,
    caller: Caller,
    compared: Option<Sides>,
    judged: Vec<JudgedRequest>,
    problem: Option<(String, String)>,
}

/// From a place in one list to the same tool's in the next one; places begin with 0.
struct Line {
    from: usize,
    to: usize,
}

/// One tool, and its place in each answer.
struct Row<'a> {
    result: &'a SearchResult,
    text: Option<usize>,
    hybrid: Option<usize>,
    vector: Option<usize>,
}

/// `?q=`: the request. `?limit=`: results of each way. Who asks: [`Caller::asked`].
pub(super) async fn page(ui: Ui) -> Response {
    let query = ui.asked("q").unwrap_or_default();
    let limit = ui.asked("limit").and_then(|text| text.parse().ok()).unwrap_or(RESULTS).clamp(1, MOST_RESULTS);
    let caller = Caller::asked(&ui);
    let (mut compared, mut problem) = (None, None);
    if !query.is_empty() {
        let actor = Some(AuditActor::new(&ui.email, ""));
        let origin = Origin { face: Face::Admin, actor, ..Origin::default() };
        let request = SearchRequest { query: query.clone(), mode: Mode::Hybrid, limit, origin };
        let found = async { ui.app.gateway.compare(&caller.principal(&ui).await?, &request).await };
        match found.await {
            Ok(found) => compared = Some(Sides(found)),
            Err(error) => {
                problem = Some((error.message().to_owned(), error.help_text().unwrap_or_default().to_owned()));
            }
        }
    }
    let judged = match ui.app.gateway.judged(&ui.tenant).await {
        Ok(judged) => judged,
        Err(error) => return ui.failed(&error),
    };
    rendered(StatusCode::OK, &Lab { ui, query, limit, caller, compared, judged, problem })
}

/// The fused answer between those that it is made of.
struct Sides(Compared);

impl Sides {
    fn columns(&self) -> [(&'static str, &SearchAnswer); 3] {
        let modes = &self.0.modes;
        [("Text", &modes.text), ("Hybrid", &modes.hybrid), ("Vector", &modes.vector)]
    }

    /// The lines that go from the column of this number to the next.
    fn lines(&self, column: &usize) -> Vec<Line> {
        let columns = self.columns();
        let (Some((_, from)), Some((_, to))) = (columns.get(*column), columns.get(column + 1)) else {
            return Vec::new();
        };
        let line = |(index, result): (usize, &SearchResult)| Some(Line { from: index, to: place_in(to, result)? });
        from.results.iter().enumerate().filter_map(line).collect()
    }

    /// The longest column.
    fn places(&self) -> usize {
        self.columns().iter().map(|(_, answer)| answer.results.len()).max().unwrap_or_default()
    }

    /// Every tool once: as the fused answer has them, then what only an arm found.
    fn rows(&self) -> Vec<Row<'_>> {
        let [text, hybrid, vector] = self.columns().map(|(_, answer)| answer);
        let mut rows: Vec<Row<'_>> = Vec::new();
        for result in [hybrid, text, vector].into_iter().flat_map(|answer| &answer.results) {
            if rows.iter().all(|row| row.result.name != result.name) {
                let [text, hybrid, vector] = [text, hybrid, vector].map(|answer| place_in(answer, result));
                rows.push(Row { result, text, hybrid, vector });
            }
        }
        rows
    }
}

impl Lab {
    fn tool_at(&self, result: &SearchResult) -> String {
        self.ui.link(&tool::address(&result.listed.tool.id))
    }

    /// What is typed to remove it: the request, where somebody can type that, else its id.
    fn name_of<'a>(&self, judged: &'a JudgedRequest) -> &'a str {
        let is_typed = judged.query.chars().count() <= MOST_TYPED && judged.query.split(' ').all(is_word);
        if is_typed { &judged.query } else { &judged.id }
    }

    fn again(&self, judged: &JudgedRequest) -> String {
        self.ui.with(&[("q", &judged.query)])
    }

    /// The tools that are right for the request that is looked at, where it is judged.
    fn right(&self) -> &[String] {
        let judged = self.judged.iter().find(|judged| judged.query == self.query.trim());
        judged.map(|judged| judged.tools.as_slice()).unwrap_or_default()
    }

    fn is_right(&self, row: &Row<'_>) -> bool {
        self.right().contains(&row.judged_name())
    }

    /// Right tools that no way of searching found.
    fn not_found(&self, compared: &Sides) -> Vec<&String> {
        let found: Vec<String> = compared.rows().iter().map(Row::judged_name).collect();
        self.right().iter().filter(|tool| !found.contains(tool)).collect()
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && !text.contains(|each: char| each.is_whitespace() || each.is_control())
}

fn place_in(answer: &SearchAnswer, result: &SearchResult) -> Option<usize> {
    answer.results.iter().position(|each| each.name == result.name)
}

impl Row<'_> {
    /// A place as it is shown.
    fn shown(place: &Option<usize>) -> String {
        place.map_or_else(|| "—".to_owned(), |place| (place + 1).to_string())
    }

    /// How the score came about.
    fn receipt(&self) -> String {
        let details = &self.result.score_details;
        let arms = details.details.iter().map(|arm| {
            let rank = match arm.rank {
                ArmRank::At(rank) => rank.to_string(),
                ArmRank::Absent => "none".to_owned(),
            };
            let value = arm.value.map_or_else(String::new, |value| format!(", value {value:.4}"));
            format!("{}: rank {rank}, weight {}{value}", arm.input_pipeline_name, arm.weight)
        });
        arms.collect::<Vec<_>>().join("; ")
    }

    /// As judgements call it.
    fn judged_name(&self) -> String {
        format!("{}/{}", self.result.server, self.result.listed.tool.name)
    }
}
