//! The servers of a tenant: which there are, how they are, and adding one.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::{Ui, rendered};
use crate::gateway::ServerSummary;

/// Servers of a page.
const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "servers.html")]
struct Servers {
    ui: Ui,
    wanted: String,
    servers: Vec<ServerSummary>,
    /// How many there are, and how many are meant.
    all: usize,
    meant: usize,
    number: usize,
    last: usize,
}

/// `?q=`: words in a server's name or target. `?page=`: from 1.
pub(super) async fn page(ui: Ui) -> Response {
    let servers = match ui.app.gateway.servers(&ui.tenant).await {
        Ok(servers) => servers,
        Err(error) => return ui.failed(&error),
    };
    let wanted = ui.asked("q").unwrap_or_default();
    let words: Vec<String> = wanted.split_whitespace().map(str::to_lowercase).collect();
    let all = servers.len();
    let is_meant = |server: &ServerSummary| {
        let text = format!("{} {}", server.name, server.target).to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    let meant: Vec<ServerSummary> = servers.into_iter().filter(is_meant).collect();
    let last = meant.len().div_ceil(PAGE).max(1);
    let number = ui.asked("page").and_then(|text| text.parse().ok()).unwrap_or(1).clamp(1, last);
    let (count, from) = (meant.len(), (number - 1) * PAGE);
    let servers = meant.into_iter().skip(from).take(PAGE).collect();
    rendered(StatusCode::OK, &Servers { ui, wanted, servers, all, meant: count, number, last })
}

impl Servers {
    /// Where something is asked of a server.
    fn asked_of(&self, server: &ServerSummary, deed: &str) -> String {
        self.ui.link(&format!("/admin/servers/{}{deed}", server.name))
    }

    /// Another page of the same search.
    fn at(&self, number: usize) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if !self.wanted.is_empty() {
            query.append_pair("q", &self.wanted);
        }
        self.ui.link(&format!("/ui/servers?{}", query.append_pair("page", &number.to_string()).finish()))
    }
}
