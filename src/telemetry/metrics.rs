//! Figures for Prometheus, of this process. Labels come from small sets: no tenant, no user, no argument, and of servers
//! only so many names (`MAX_SERVERS`).

use std::collections::HashSet;
use std::sync::{LazyLock, PoisonError, RwLock};
use std::time::{Duration, Instant};

use prometheus::core::Collector;
use prometheus::{
    Histogram, HistogramOpts, HistogramTimer, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    Registry, TextEncoder,
};

use super::Stop;

/// Servers that have a label of their own; further ones share `other`.
const MAX_SERVERS: usize = 256;
/// In seconds: from what a call costs us to what a slow server takes.
const SECONDS: &[f64] =
    &[0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
/// In seconds, for what is ours alone.
const STOP_SECONDS: &[f64] =
    &[0.000_002, 0.000_005, 0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.001, 0.005, 0.025, 0.1, 0.5, 2.0];

/// The figures of this process.
pub static METRICS: LazyLock<Metrics> = LazyLock::new(Metrics::new);

/// What is asked of the parts when somebody reads the figures.
#[derive(Clone, Debug, Default)]
pub struct Sampled {
    /// MCP sessions that this replica holds.
    pub sessions: usize,
    /// Tenants whose catalog is in memory.
    pub tenants: usize,
    /// Circuits of servers: closed, half open, open.
    pub circuits: [usize; 3],
    /// Connections to servers, children included.
    pub connections: usize,
    /// Audit records that wait for the store.
    pub audit_records: u64,
    /// Their size.
    pub audit_bytes: u64,
    /// Whether the store answered; `None` where it was not asked.
    pub store_is_up: bool,
}

/// Every figure.
pub struct Metrics {
    registry: Registry,
    http_requests: IntCounterVec,
    http_seconds: HistogramVec,
    http_in_flight: IntGauge,
    shed: IntCounterVec,
    rpc_requests: IntCounterVec,
    rpc_errors: IntCounterVec,
    tool_calls: IntCounterVec,
    tool_call_seconds: HistogramVec,
    stops: [Histogram; Stop::ALL.len()],
    searches: IntCounterVec,
    zero_hits: IntCounterVec,
    search_seconds: HistogramVec,
    search_tokens: IntCounterVec,
    circuits: IntGaugeVec,
    connections: IntGauge,
    sessions: IntGauge,
    tenants: IntGauge,
    watcher_lag: prometheus::Gauge,
    watcher_restarts: IntCounter,
    /// Since when the store's changes do not arrive.
    watcher_broke: RwLock<Option<Instant>>,
    audit_records: IntGauge,
    audit_bytes: IntGauge,
    audit_written: IntCounter,
    audit_dropped: IntCounter,
    embedding_seconds: HistogramVec,
    embedding_failures: IntCounterVec,
    cache_lookups: IntCounterVec,
    findings: IntCounterVec,
    panics: IntCounter,
    store_up: IntGauge,
    servers: RwLock<HashSet<String>>,
}

/// Registers what it makes. Names and labels are constants, so that what can go wrong goes wrong in every test.
struct Made(Registry);

impl Made {
    fn kept<T: Collector + Clone + 'static>(&self, made: prometheus::Result<T>) -> T {
        let made = made.expect("a well-formed name and labels");
        self.0.register(Box::new(made.clone())).expect("a name of its own");
        made
    }

    fn counter(&self, name: &str, help: &str) -> IntCounter {
        self.kept(IntCounter::new(name, help))
    }

    fn counters(&self, name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
        self.kept(IntCounterVec::new(Opts::new(name, help), labels))
    }

    fn gauge(&self, name: &str, help: &str) -> IntGauge {
        self.kept(IntGauge::new(name, help))
    }

    fn gauges(&self, name: &str, help: &str, labels: &[&str]) -> IntGaugeVec {
        self.kept(IntGaugeVec::new(Opts::new(name, help), labels))
    }

    fn seconds(&self, name: &str, help: &str, labels: &[&str], buckets: &[f64]) -> HistogramVec {
        self.kept(HistogramVec::new(HistogramOpts::new(name, help).buckets(buckets.to_vec()), labels))
    }
}

impl Metrics {
    #[expect(clippy::too_many_lines, reason = "a list of what there is")]
    fn new() -> Self {
        let made = Made(Registry::new());
        made.gauges("mcpgw_build_info", "1, with what this is", &["version"])
            .with_label_values(&[env!("CARGO_PKG_VERSION")])
            .set(1);
        #[cfg(target_os = "linux")]
        made.0
            .register(Box::new(prometheus::process_collector::ProcessCollector::for_self()))
            .expect("a name of its own");
        let stops =
            made.seconds("mcpgw_stop_seconds", "How long each stop of a request takes", &["stop"], STOP_SECONDS);
        let metrics = Self {
            http_requests: made.counters(
                "mcpgw_http_requests_total",
                "HTTP requests that were answered",
                &["route", "method", "status"],
            ),
            http_seconds: made.seconds(
                "mcpgw_http_request_seconds",
                "From an HTTP request's head to that of its answer",
                &["route"],
                SECONDS,
            ),
            http_in_flight: made.gauge("mcpgw_http_requests_in_flight", "HTTP requests that are not answered yet"),
            shed: made.counters(
                "mcpgw_http_requests_shed_total",
                "HTTP requests that were turned away unread, and why",
                &["reason"],
            ),
            rpc_requests: made.counters("mcpgw_rpc_requests_total", "JSON-RPC requests by method", &["method"]),
            rpc_errors: made.counters("mcpgw_rpc_errors_total", "JSON-RPC errors of ours by name", &["code"]),
            tool_calls: made.counters(
                "mcpgw_tool_calls_total",
                "Calls of tools by server and what came of them, in the words of the audit trail; `cached` where the server was not asked",
                &["server", "outcome"],
            ),
            tool_call_seconds: made.seconds(
                "mcpgw_tool_call_seconds",
                "Calls of tools from the first stop to the answer",
                &["outcome"],
                SECONDS,
            ),
            stops: Stop::ALL.map(|stop| stops.with_label_values(&[stop.as_str()])),
            searches: made.counters(
                "mcpgw_searches_total",
                "Searches by mode, and what they had to do without",
                &["mode", "degraded"],
            ),
            zero_hits: made.counters("mcpgw_searches_zero_hits_total", "Searches that found nothing", &["mode"]),
            search_seconds: made.seconds("mcpgw_search_seconds", "Searches from query to ranking", &["mode"], SECONDS),
            search_tokens: made.counters(
                "mcpgw_search_tokens_total",
                "Tokens of what searches listed (shortlist), and of all that they chose from (catalog)",
                &["of"],
            ),
            circuits: made.gauges("mcpgw_circuits", "Circuits of servers by state", &["state"]),
            connections: made.gauge("mcpgw_upstream_connections", "Open connections to servers and running children"),
            sessions: made.gauge("mcpgw_sessions", "MCP sessions that this replica holds"),
            tenants: made.gauge("mcpgw_tenants_loaded", "Tenants whose catalog is in memory"),
            watcher_lag: made.kept(prometheus::Gauge::new(
                "mcpgw_watcher_lag_seconds",
                "For how long the store's changes have not arrived; 0 while they do",
            )),
            watcher_restarts: made.counter("mcpgw_watcher_restarts_total", "Times that the change feed broke"),
            watcher_broke: RwLock::default(),
            audit_records: made.gauge("mcpgw_audit_waiting_records", "Audit records that wait for the store"),
            audit_bytes: made.gauge("mcpgw_audit_waiting_bytes", "Bytes of the audit spool that wait for the store"),
            audit_written: made.counter("mcpgw_audit_written_total", "Audit records that the store took"),
            audit_dropped: made.counter("mcpgw_audit_dropped_total", "Audit records that could not be kept"),
            embedding_seconds: made.seconds(
                "mcpgw_embedding_seconds",
                "Requests to a provider of embeddings",
                &["provider"],
                SECONDS,
            ),
            embedding_failures: made.counters(
                "mcpgw_embedding_failures_total",
                "Requests to a provider of embeddings that gave no vectors",
                &["provider"],
            ),
            cache_lookups: made.counters(
                "mcpgw_cache_lookups_total",
                "What the result cache did for each call; `off` where its answer is not kept",
                &["outcome"],
            ),
            findings: made.counters(
                "mcpgw_guardrail_findings_total",
                "Texts in which a guardrail found something, and what it did",
                &["direction", "action"],
            ),
            panics: made.counter("mcpgw_panics_total", "Requests that failed by a fault of ours"),
            store_up: made.gauge("mcpgw_store_up", "1 while the store answers"),
            servers: RwLock::default(),
            registry: made.0,
        };
        // Series that alerts compare with zero are there before anything happens.
        metrics.shed.with_label_values(&["overload"]);
        for of in ["catalog", "shortlist"] {
            metrics.search_tokens.with_label_values(&[of]);
        }
        for outcome in ["hit", "semantic_hit", "shared", "miss", "off"] {
            metrics.cache_lookups.with_label_values(&[outcome]);
        }
        metrics
    }

    /// An HTTP request is under way until the value is dropped.
    pub fn http_begins(&self) -> InFlight<'_> {
        self.http_in_flight.inc();
        InFlight(&self.http_in_flight)
    }

    /// An HTTP request was answered. `route` is a template, `method` one of HTTP's own.
    pub fn http(&self, route: &str, method: &str, status: u16, took: Duration) {
        let mut digits = [0; 3];
        self.http_requests.with_label_values(&[route, method, decimal(status, &mut digits)]).inc();
        self.http_seconds.with_label_values(&[route]).observe(took.as_secs_f64());
    }

    /// An HTTP request was turned away unread.
    pub fn shed(&self, reason: &'static str) {
        self.shed.with_label_values(&[reason]).inc();
    }

    /// A JSON-RPC request came. `method` is one that we know, or `other`.
    pub fn rpc(&self, method: &'static str) {
        self.rpc_requests.with_label_values(&[method]).inc();
    }

    /// It was answered with an error of ours.
    pub fn rpc_error(&self, code: &'static str) {
        self.rpc_errors.with_label_values(&[code]).inc();
    }

    /// A call of a tool ended.
    pub fn tool_call(&self, server: Option<&str>, outcome: &'static str, took: Duration) {
        let count = |server: &str| self.tool_calls.with_label_values(&[server, outcome]).inc();
        match server {
            None => count("none"),
            Some(server) if self.has_label(server) => count(server),
            Some(_) => count("other"),
        }
        self.tool_call_seconds.with_label_values(&[outcome]).observe(took.as_secs_f64());
    }

    fn has_label(&self, server: &str) -> bool {
        let known = self.servers.read().unwrap_or_else(PoisonError::into_inner);
        if known.contains(server) || known.len() >= MAX_SERVERS {
            return known.contains(server);
        }
        drop(known);
        let mut servers = self.servers.write().unwrap_or_else(PoisonError::into_inner);
        servers.len() < MAX_SERVERS && (servers.insert(server.to_owned()) || servers.contains(server))
    }

    /// A search ended: `degraded` says what it had to do without, `tokens` those of the catalog and of the shortlist.
    pub fn search(&self, mode: &str, degraded: Option<&str>, hits: u64, tokens: Option<(u64, u64)>, took: Duration) {
        self.searches.with_label_values(&[mode, degraded.unwrap_or("no")]).inc();
        if hits == 0 {
            self.zero_hits.with_label_values(&[mode]).inc();
        }
        if let Some((catalog, shortlist)) = tokens {
            self.search_tokens.with_label_values(&["catalog"]).inc_by(catalog);
            self.search_tokens.with_label_values(&["shortlist"]).inc_by(shortlist);
        }
        self.search_seconds.with_label_values(&[mode]).observe(took.as_secs_f64());
    }

    /// Times a stop until the value is dropped.
    pub(super) fn stop(&self, stop: Stop) -> HistogramTimer {
        self.stops[stop as usize].start_timer()
    }

    /// The change feed broke, or is back.
    pub fn watcher(&self, is_away: bool) {
        let mut broke = self.watcher_broke.write().unwrap_or_else(PoisonError::into_inner);
        if !is_away {
            *broke = None;
        } else if broke.is_none() {
            *broke = Some(Instant::now());
            self.watcher_restarts.inc();
        }
    }

    /// The store took audit records.
    pub fn audit_written(&self, records: u64) {
        self.audit_written.inc_by(records);
    }

    /// Audit records could not be kept.
    pub fn audit_dropped(&self, records: u64) {
        self.audit_dropped.inc_by(records);
    }

    /// A provider of embeddings was asked.
    pub fn embedded(&self, provider: &str, took: Duration, has_failed: bool) {
        self.embedding_seconds.with_label_values(&[provider]).observe(took.as_secs_f64());
        if has_failed {
            self.embedding_failures.with_label_values(&[provider]).inc();
        }
    }

    /// What the result cache did for a call: `hit`, `semantic_hit`, `shared`, `miss` or `off`.
    pub fn cache_lookup(&self, outcome: &'static str) {
        self.cache_lookups.with_label_values(&[outcome]).inc();
    }

    /// A guardrail found something in the `arguments` or the `result`, which was `blocked` or `redacted`, or a sync in a
    /// `definition`, which was `quarantined`.
    pub fn finding(&self, direction: &'static str, action: &'static str) {
        self.findings.with_label_values(&[direction, action]).inc();
    }

    /// A request failed by a fault of ours.
    pub fn panicked(&self) {
        self.panics.inc();
    }

    /// All of it in Prometheus's text format, version 0.0.4.
    ///
    /// # Errors
    /// When a figure cannot be written.
    pub fn text(&self, sampled: &Sampled) -> Result<String, String> {
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let many = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        for (state, number) in ["closed", "half_open", "open"].iter().zip(sampled.circuits) {
            self.circuits.with_label_values(&[state]).set(count(number));
        }
        self.sessions.set(count(sampled.sessions));
        self.tenants.set(count(sampled.tenants));
        self.connections.set(count(sampled.connections));
        self.audit_records.set(many(sampled.audit_records));
        self.audit_bytes.set(many(sampled.audit_bytes));
        self.store_up.set(i64::from(sampled.store_is_up));
        let broke = *self.watcher_broke.read().unwrap_or_else(PoisonError::into_inner);
        self.watcher_lag.set(broke.map_or(0.0, |broke| broke.elapsed().as_secs_f64()));
        TextEncoder::new().encode_to_string(&self.registry.gather()).map_err(|error| error.to_string())
    }
}

/// A request under way.
#[must_use]
pub struct InFlight<'a>(&'a IntGauge);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// A status without an allocation: it has three digits.
fn decimal(status: u16, digits: &mut [u8; 3]) -> &str {
    *digits = [status / 100 % 10, status / 10 % 10, status % 10].map(|digit| b'0' + digit as u8);
    std::str::from_utf8(digits).unwrap_or("000")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_have_so_many_labels_and_no_more() {
        let metrics = Metrics::new();
        for number in 0..MAX_SERVERS + 10 {
            metrics.tool_call(Some(&format!("s{number}")), "ok", Duration::from_millis(1));
        }
        metrics.tool_call(Some("s0"), "ok", Duration::from_millis(1));
        let text = metrics.text(&Sampled::default()).expect("a text");
        let lines: Vec<_> = text.lines().filter(|line| line.starts_with("mcpgw_tool_calls_total{")).collect();
        assert_eq!(lines.len(), MAX_SERVERS + 1);
        assert!(lines.contains(&r#"mcpgw_tool_calls_total{outcome="ok",server="other"} 10"#), "{lines:?}");
        assert!(lines.contains(&r#"mcpgw_tool_calls_total{outcome="ok",server="s0"} 2"#), "{lines:?}");
    }

    #[test]
    fn a_feed_that_is_away_lags_until_it_is_back() {
        let metrics = Metrics::new();
        let lag = || {
            let text = metrics.text(&Sampled::default()).expect("a text");
            let value =
                text.lines().find_map(|line| line.strip_prefix("mcpgw_watcher_lag_seconds ")?.parse::<f64>().ok());
            value.expect("a figure")
        };
        assert!(lag() == 0.0);
        metrics.watcher(true);
        *metrics.watcher_broke.write().expect("a time") = Instant::now().checked_sub(Duration::from_secs(5));
        metrics.watcher(true);
        assert!(lag() >= 5.0 && metrics.watcher_restarts.get() == 1);
        metrics.watcher(false);
        assert!(lag() == 0.0);
    }

    /// The dashboard and the alerts are checked against that list, so that it has to be true.
    #[test]
    fn the_list_of_figures_is_what_there_is() {
        let (metrics, second) = (Metrics::new(), Duration::from_secs(1));
        metrics.http("/mcp", "POST", 200, second);
        metrics.rpc("tools/call");
        metrics.rpc_error("INVALID_PARAMS");
        metrics.tool_call(None, "ok", second);
        metrics.search("hybrid", None, 0, Some((2, 1)), second);
        metrics.embedded("openai", second, true);
        metrics.finding("result", "blocked");
        let text = metrics.text(&Sampled::default()).expect("a text");
        let mut found: Vec<String> = Vec::new();
        for line in text.lines() {
            if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) {
                found.push(format!("{name} {kind}"));
            } else if let Some((series, labels)) = line.split_once('{') {
                let labels = labels.split_once('}').map_or("", |(labels, _)| labels);
                let names = labels.split(',').filter_map(|label| Some(label.split_once('=')?.0));
                let mut names: Vec<&str> = names.filter(|name| *name != "le").collect();
                names.sort_unstable();
                let last = found.last_mut().expect("a type before its samples");
                if last.split(' ').count() == 2 && !names.is_empty() {
                    assert!(series.starts_with(last.split(' ').next().unwrap_or_default()), "{line}");
                    *last = format!("{last} {}", names.join(","));
                }
            }
        }
        let listed = include_str!("../../compose/prometheus/metrics.txt").lines();
        let mut listed: Vec<String> = listed
            .filter(|line| !line.starts_with('#'))
            .map(|line| {
                let mut parts = line.splitn(3, ' ');
                let (name, kind) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
                let mut labels: Vec<&str> = parts.next().unwrap_or_default().split(',').collect();
                labels.sort_unstable();
                format!("{name} {kind} {}", labels.join(",")).trim_end().to_owned()
            })
            .collect();
        found.retain(|figure| figure.starts_with("mcpgw_") || listed.contains(figure));
        found.sort();
        listed.sort();
        assert_eq!(found, listed);
    }

    #[test]
    fn a_status_is_three_digits() {
        let mut digits = [0; 3];
        assert_eq!(decimal(404, &mut digits), "404");
        assert_eq!(decimal(7, &mut digits), "007");
    }
}
