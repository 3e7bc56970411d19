//! The stops of a request inside the process, each by itself: no network, no child, no second process.
//!
//! `cargo bench --bench stops` runs all of them; `cargo bench --bench stops -- hybrid` those whose path
//! holds the word. Read the `median` column. What is measured:
//!
//! - `embed`: the built-in embedder, one request in words, and one catalog's worth of definitions;
//! - `index`: building a tenant's index, and one search in it per mode, the request's vector given;
//! - `gateway`: a whole search as the gateway does it: embed, rank, look up;
//! - `cache`: a call that is answered from what was kept, the key of its question, and what a text asks for;
//! - `face`: JSON-RPC in, JSON-RPC out: `ping`, `tools/list`, and what a refused call costs.
//!
//! The tools are made up, always the same ones: words drawn unevenly from a few hundred, as real catalogs
//! have them. A search never waits for anything, so it is polled once, without a runtime around it.

use std::collections::HashMap;
use std::hint::black_box;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use divan::Bencher;
use futures_util::FutureExt as _;
use http::HeaderMap;
use mcpgw::catalog::{CatalogConfig, read_definition};
use mcpgw::config::{Config, Sources};
use mcpgw::embeddings::{Patience, Provider, Role, Settings, Space};
use mcpgw::gateway::{Gateway, SearchRequest};
use mcpgw::mcp::{Body, Face, Incoming, Listing};
use mcpgw::model::{Embedding, Origin, Principal, RawJson, Scopes, Server, TenantId, Tool};
use mcpgw::search::{
    self, Allowed, Engine, Fusion, Mode, SearchConfig, SearchIndex, SearchQuery, Weights, identifier_words,
};
use mcpgw::store::Collection;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

fn main() {
    divan::main();
}

/// For what is only there to prepare, and for building, which uses another thread.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime")
});
static SPACE: LazyLock<Space> = LazyLock::new(|| {
    let patience = Patience { timeout: Duration::from_secs(5), max_retries: 0 };
    Space::new(Settings::of(Provider::Builtin), 1, None, patience)
});
static TENANT: LazyLock<TenantId> = LazyLock::new(|| "bench".parse().expect("a tenant"));
static TOOLS: LazyLock<Vec<Arc<Tool>>> = LazyLock::new(|| catalog(10_000));
static VECTORS: LazyLock<Vec<Vec<f32>>> = LazyLock::new(|| embed(&QUERIES.map(str::to_owned)));

/// What people ask for: sentences, keywords, names of tools.
const QUERIES: [&str; 12] = [
    "look up a purchase by its id",
    "send a message to a customer about a late shipment",
    "list_open_invoices",
    "which deployments failed last night",
    "create a calendar event with a reminder",
    "convert an amount from one currency to another and tell me the rate of the day",
    "archive ticket",
    "getUserProfile",
    "schedule a backup of the production database every week",
    "translate a document",
    "find all contracts that expire before the end of the quarter and notify their owners",
    "payment refund",
];

type Words = LazyLock<Vec<&'static str>>;

static VERBS: Words = LazyLock::new(|| {
    "\
    get list create update delete search find send export import archive restore schedule cancel approve \
    assign convert translate validate merge compare notify publish sync tag share rotate inspect summarize \
    forecast refund deploy reserve upload download verify subscribe rename move count"
        .split(" ")
        .collect()
});
static QUALIFIERS: Words = LazyLock::new(|| {
    "\
    - open customer user daily pending public billing team recurring remote failed regional shared external \
    monthly draft expired signed nested"
        .split(" ")
        .collect()
});
static NOUNS: Words = LazyLock::new(|| {
    "\
    order invoice ticket message document event customer payment report file user project repository \
    deployment contract shipment contact calendar dashboard database backup comment channel currency \
    subscription webhook secret pipeline branch issue role policy alert metric image video translation \
    address route flight hotel booking warehouse product supplier budget account transaction certificate \
    domain session survey campaign lead template form workflow cluster container volume snapshot queue topic \
    schema index query table column row note task reminder meeting transcript recording profile license \
    device sensor forecast"
        .split(" ")
        .collect()
});
const TAILS: &[&str] = &[
    "Returns the matching entries, newest first, with a cursor for the next page.",
    "Use this when the identifier is known; otherwise search first.",
    "Requires write access to the workspace that owns it.",
    "The change takes effect at once and is recorded in the audit log.",
    "Filters may be combined; dates are ISO 8601 in UTC.",
    "Fails if it is locked by another process or already closed.",
    "Supports pagination, sorting by any field and an optional time range.",
    "The result holds the total, the currency and a link to the source.",
];
const PARAMETERS: &[(&str, &str, &str)] = &[
    ("id", "string", "Unique identifier"),
    ("limit", "integer", "How many to return, 1 to 100"),
    ("cursor", "string", "Where the next page starts"),
    ("status", "string", "Only those in this state"),
    ("created_after", "string", "Earliest date of creation"),
    ("owner_email", "string", "Address of the responsible person"),
    ("title", "string", "Short title that people see"),
    ("dry_run", "boolean", "Only say what would be done"),
    ("region", "string", "Where the data is kept"),
    ("include_archived", "boolean", "Whether archived entries count"),
];

/// Numbers that look random and are the same in every run (splitmix64).
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// One of `words`; the first ones come far more often than the last ones.
    fn of<'a, T>(&mut self, words: &'a [T]) -> &'a T {
        let share = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        &words[((share * share) * words.len() as f64) as usize]
    }
}

fn definition(number: usize, draw: &mut Draw) -> Value {
    let (verb, qualifier, noun) = (*draw.of(&VERBS), *draw.of(&QUALIFIERS), *draw.of(&NOUNS));
    let other = *draw.of(&NOUNS);
    let (qualifier, gap) = if qualifier == "-" { ("", "") } else { (qualifier, "_") };
    let mut description = format!("{verb} {qualifier} {noun} of a {other}. {}", draw.of(TAILS));
    if number.is_multiple_of(2) {
        description = format!("{description} {} Related: {} and {}.", draw.of(TAILS), draw.of(&NOUNS), draw.of(&NOUNS));
    }
    let mut properties = serde_json::Map::new();
    for _ in 0..2 + number % 4 {
        let (name, kind, text) = draw.of(PARAMETERS);
        let name = if *name == "id" { format!("{noun}_id") } else { (*name).to_owned() };
        properties.insert(name, json!({ "type": kind, "description": format!("{text} of the {noun}") }));
    }
    json!({
        "name": format!("{verb}_{qualifier}{gap}{noun}_{number}"),
        "description": description,
        "inputSchema": { "type": "object", "properties": properties, "required": [] },
    })
}

/// The server of fifty tools.
fn server(number: usize) -> Server {
    let name = format!("{}-{}", NOUNS[number % NOUNS.len()], number);
    serde_json::from_value(json!({
        "name": name, "transport": "streamable_http", "url": "http://127.0.0.1:9/mcp", "is_enabled": true,
        "updated_at": 0, "scopes": [format!("scope{}", number % 8)],
    }))
    .expect("a server")
}

/// `count` tools of `count / 50` servers, with vectors, sorted by id.
fn catalog(count: usize) -> Vec<Arc<Tool>> {
    let limits = CatalogConfig { max_tools_per_server: count, max_schema_bytes: 1 << 20 };
    let mut draw = Draw(7);
    let mut tools: Vec<Tool> = (0..count)
        .map(|number| {
            let raw = RawJson::of(&definition(number, &mut draw)).expect("json");
            read_definition(&server(number / 50), &raw, &limits).expect("a definition")
        })
        .collect();
    let words = |name: &str| identifier_words(name).join(" ");
    let text = |tool: &Tool| format!("{} {}: {}", words(tool.server.as_str()), words(&tool.name), tool.description);
    let vectors = embed(&tools.iter().map(text).collect::<Vec<_>>());
    for (tool, vector) in tools.iter_mut().zip(vectors) {
        (tool.embedding_dim, tool.embedding_version) = (vector.len(), SPACE.version);
        SPACE.settings.model_name().clone_into(&mut tool.embedding_model);
        tool.embedding = Embedding(vector);
    }
    tools.sort_by(|one, two| one.id.cmp(&two.id));
    tools.into_iter().map(Arc::new).collect()
}

fn embed(texts: &[String]) -> Vec<Vec<f32>> {
    RUNTIME.block_on(SPACE.embedder.embed(texts, Role::Document)).expect("vectors")
}

fn new_index() -> Arc<dyn SearchIndex> {
    search::open(&SearchConfig { engine: Engine::Local, weights: Weights::default(), fusion: Fusion::Score }, None)
        .expect("an index")
}

/// The next one of the requests, with its vector.
fn next_query() -> (String, Vec<f32>) {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let place = NEXT.fetch_add(1, Ordering::Relaxed) % QUERIES.len();
    (QUERIES[place].to_owned(), VECTORS[place].clone())
}

/// A gateway on a store with `count` tools, loaded; one per size, kept until the process ends.
fn gateway(count: usize) -> Arc<Gateway> {
    static KEPT: Mutex<Option<HashMap<usize, Arc<Gateway>>>> = Mutex::new(None);
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = kept.get_or_insert_default();
    Arc::clone(kept.entry(count).or_insert_with(|| RUNTIME.block_on(open(count))))
}

async fn open(count: usize) -> Arc<Gateway> {
    // The view is in memory; the files may go with the folder.
    let folder = tempfile::tempdir().expect("a folder");
    open_in(folder.path(), count).await
}

async fn open_in(folder: &Path, count: usize) -> Arc<Gateway> {
    let store = format!("sqlite:{}", folder.join("bench.db").display());
    let flags = vec![("MCPGW_STORE", store), ("MCPGW_TENANT", TENANT.to_string())];
    let config = Config::load(&Sources { flags, environment: Vec::new(), file: None }).expect("a configuration");
    let gateway = Gateway::open(config).await.expect("a gateway");
    for number in 0..count.div_ceil(50) {
        gateway.registry().add(&TENANT, &server(number)).await.expect("registered");
    }
    let servers: Vec<String> = (0..count.div_ceil(50)).map(|number| server(number).name.to_string()).collect();
    let mine = TOOLS.iter().filter(|tool| servers.iter().any(|name| name == tool.server.as_str()));
    let mine: Vec<Tool> = mine.map(|tool| Tool::clone(tool)).collect();
    assert_eq!(mine.len(), count, "whole servers");
    Collection::<Tool>::of_tenant(gateway.store(), &TENANT).replace(&mine, &[]).await.expect("written");
    let view = gateway.catalog().view(&TENANT).await.expect("a view");
    assert_eq!(view.tools().len(), count);
    gateway
}

mod embed {
    use super::*;

    #[divan::bench]
    fn one_query(bencher: Bencher<'_, '_>) {
        let embedder = Arc::clone(&SPACE.embedder);
        bencher
            .with_inputs(|| [next_query().0])
            .bench_refs(|text| embedder.embed(text, Role::Query).now_or_never().expect("at once").expect("a vector"));
    }

    #[divan::bench(sample_count = 20, sample_size = 1)]
    fn a_catalog_of_1000(bencher: Bencher<'_, '_>) {
        let texts: Vec<String> =
            TOOLS.iter().take(1000).map(|tool| format!("{}: {}", tool.name, tool.description)).collect();
        bencher.bench(|| super::embed(black_box(&texts)));
    }
}

mod index {
    use super::*;

    #[divan::bench(args = [1_000, 10_000], sample_count = 10, sample_size = 1)]
    fn build(bencher: Bencher<'_, '_>, count: usize) {
        let index = new_index();
        let inputs = || TOOLS.iter().take(count).cloned().collect::<Vec<_>>();
        bencher.with_inputs(inputs).bench_values(|tools| RUNTIME.block_on(index.refresh(&TENANT, tools)));
    }

    fn search_in(bencher: Bencher<'_, '_>, count: usize, mode: Mode, scopes: &Scopes) {
        let index = new_index();
        let tools = TOOLS.iter().take(count).cloned().collect();
        RUNTIME.block_on(index.refresh(&TENANT, tools)).expect("built");
        let inputs = || {
            let (text, vector) = next_query();
            SearchQuery {
                text,
                vector: Some(vector),
                sentences: Vec::new(),
                version: SPACE.version,
                mode,
                limit: 5,
                allowed: Allowed::Scopes(scopes.clone()),
            }
        };
        bencher.with_inputs(inputs).bench_refs(|query| {
            let hits = index.search(&TENANT, query).now_or_never().expect("at once").expect("hits").hits;
            assert!(!hits.is_empty());
            hits
        });
    }

    #[divan::bench(args = [1_000, 10_000], sample_count = 500)]
    fn hybrid(bencher: Bencher<'_, '_>, count: usize) {
        search_in(bencher, count, Mode::Hybrid, &Scopes::All);
    }

    #[divan::bench(args = [1_000, 10_000], sample_count = 500)]
    fn hybrid_with_scopes(bencher: Bencher<'_, '_>, count: usize) {
        search_in(bencher, count, Mode::Hybrid, &Scopes::from_list("scope1,scope5"));
    }

    #[divan::bench(args = [1_000, 10_000], sample_count = 500)]
    fn vector(bencher: Bencher<'_, '_>, count: usize) {
        search_in(bencher, count, Mode::Vector, &Scopes::All);
    }

    #[divan::bench(args = [1_000, 10_000], sample_count = 500)]
    fn text(bencher: Bencher<'_, '_>, count: usize) {
        search_in(bencher, count, Mode::Text, &Scopes::All);
    }
}

mod gateway {
    use super::*;

    #[divan::bench(args = [1_000, 10_000], sample_count = 500)]
    fn search(bencher: Bencher<'_, '_>, count: usize) {
        let gateway = super::gateway(count);
        let principal = Principal::operator(TENANT.clone());
        let inputs =
            || SearchRequest { query: next_query().0, mode: Mode::Hybrid, limit: 5, origin: Origin::default() };
        bencher.with_inputs(inputs).bench_refs(|request| {
            gateway.search(&principal, request).now_or_never().expect("at once").expect("an answer").results.len()
        });
    }
}

mod face {
    use super::*;

    /// How a body reaches the face.
    #[derive(Clone, Copy)]
    enum Door {
        Rpc,
        Mcp(Listing),
    }

    fn ask(face: &Arc<Face>, principal: &Principal, body: &Bytes, door: Door) -> Bytes {
        let listing = if let Door::Mcp(listing) = door { listing } else { Listing::Full };
        let mut incoming = Incoming::http(Arc::new(principal.clone()), "bench".into(), HeaderMap::new(), None, listing);
        incoming.body = body.clone();
        let answer = match door {
            Door::Rpc => face.rpc(&incoming).now_or_never(),
            Door::Mcp(_) => face.mcp(incoming).now_or_never(),
        };
        match answer.expect("at once").body {
            Body::Message(message) => message,
            Body::Empty | Body::Stream(_) => panic!("not one message"),
        }
    }

    fn run(bencher: Bencher<'_, '_>, count: usize, body: &Value, door: Door, expected: &str) {
        let face = Face::new(super::gateway(count));
        let principal = Principal::operator(TENANT.clone());
        let body = Bytes::from(body.to_string());
        let answer = ask(&face, &principal, &body, door);
        let text = String::from_utf8_lossy(&answer).into_owned();
        assert!(text.contains(expected), "{expected} is missing in {text:.300}");
        bencher.bench(|| ask(&face, &principal, black_box(&body), door));
    }

    #[divan::bench]
    fn rpc_ping(bencher: Bencher<'_, '_>) {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" });
        run(bencher, 100, &body, Door::Rpc, "\"result\":{}");
    }

    #[divan::bench(args = [100, 1_000])]
    fn mcp_tools_list(bencher: Bencher<'_, '_>, count: usize) {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {} });
        run(bencher, count, &body, Door::Mcp(Listing::Full), "\"inputSchema\"");
    }

    #[divan::bench(args = [100, 1_000])]
    fn mcp_tools_list_discovery(bencher: Bencher<'_, '_>, count: usize) {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {} });
        run(bencher, count, &body, Door::Mcp(Listing::Search), "search_tools");
    }

    #[divan::bench]
    fn mcp_call_of_an_unknown_tool(bencher: Bencher<'_, '_>) {
        let params = json!({ "name": "order-0__no_such_tool", "arguments": { "id": "A-1", "limit": 10 } });
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
        run(bencher, 1_000, &body, Door::Mcp(Listing::Full), "\"error\"");
    }

    #[divan::bench(args = [1_000, 10_000], sample_count = 500)]
    fn rpc_search(bencher: Bencher<'_, '_>, count: usize) {
        let params = json!({ "query": "look up a purchase by its id" });
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/search", "params": params });
        run(bencher, count, &body, Door::Rpc, "\"scoreDetails\"");
    }
}

/// Answers already given.
mod cache {
    use mcpgw::cache::{Core, Next, Question};
    use mcpgw::embeddings::Space;
    use mcpgw::gateway::CallRequest;
    use mcpgw::model::{RawObject, Timestamp};
    use mcpgw::upstream::{Caller, Reply};
    use serde_json::value::RawValue;

    use super::*;

    const PARAMS: &str = r#"{"arguments":{"customer_id":"C-1001","status":"open","limit":50,"filters":{"region":"eu","tags":["a","b"],"since":"2026-05-01"}},"_meta":{"progressToken":7}}"#;

    /// A gateway of which one tool only reads, and that tool.
    async fn reading(folder: &Path) -> (Arc<Gateway>, mcpgw::catalog::Listed) {
        let gateway = super::open_in(folder, 100).await;
        let view = gateway.catalog().view(&TENANT).await.expect("a view");
        let tool = Tool::clone(&view.tools()[0].tool);
        let tool = Tool { annotations: Some(json!({ "readOnlyHint": true })), ..tool };
        let tools = Collection::<Tool>::of_tenant(gateway.store(), &TENANT);
        tools.replace(&[tool], &[]).await.expect("written");
        gateway.catalog().reload().await.expect("reloaded");
        let view = gateway.catalog().view(&TENANT).await.expect("a view");
        (gateway, view.tools()[0].clone())
    }

    fn hit_with(bencher: Bencher<'_, '_>, bytes: usize) {
        let principal = Principal::operator(TENANT.clone());
        // They are embedded on first use, which waits for the runtime by itself.
        assert!(!TOOLS.is_empty());
        let folder = tempfile::tempdir().expect("a folder");
        let (gateway, listed) = RUNTIME.block_on(reading(folder.path()));
        let params: Box<RawValue> = serde_json::from_str(PARAMS).expect("json");
        let params = RawObject::parse(&params).expect("an object");
        // As the gateway asks: another word for the guardrails is another question, which is looked for in the store.
        let guardrails = gateway.guardrail_version(&listed.server, &listed.tool.name);
        let keys = question(&principal, &listed, &guardrails, &params).keys().expect("keys");
        let result = json!({ "content": [{ "type": "text", "text": "x".repeat(bytes) }] });
        let result = RawJson::of(&result).expect("json");
        let Next::Ask(asking) = gateway.cache().next(&keys) else { panic!("nobody asks") };
        let space: &Space = &SPACE;
        let day = Duration::from_secs(86_400);
        asking.keep(&TENANT, (&listed.server, &listed.tool), &result, day, space);
        let plain = Caller::plain();
        let name = listed.exposed.to_string();
        let call = CallRequest { name: &name, server: None, params: &params, timeout: None, caller: &plain };
        // The first call of a tenant reads from the store what its audit is sealed with.
        RUNTIME.block_on(gateway.call(&principal, &call)).expect("an answer");
        bencher.bench(|| {
            let reply = gateway.call(&principal, black_box(&call)).now_or_never().expect("at once").expect("an answer");
            let Reply::Result(result) = reply else { panic!("no result") };
            assert!(result.bytes().len() > bytes);
            result
        });
    }

    fn question<'a>(
        principal: &'a Principal,
        listed: &'a mcpgw::catalog::Listed,
        guardrails: &'a str,
        params: &'a RawObject<'a>,
    ) -> Question<'a> {
        static NOTHING: LazyLock<Box<RawValue>> = LazyLock::new(|| serde_json::from_str("{}").expect("json"));
        Question {
            principal,
            is_personal: false,
            client: (&NOTHING, None),
            server: &listed.server,
            tool: &listed.tool,
            guardrails,
            arguments: params.get("arguments"),
            meta: &[],
            semantic_arguments: &[],
            since: Timestamp(i64::MIN),
        }
    }

    #[divan::bench(args = [1_000, 100_000])]
    fn hit(bencher: Bencher<'_, '_>, bytes: usize) {
        hit_with(bencher, bytes);
    }

    #[divan::bench]
    fn core_of_a_text(bencher: Bencher<'_, '_>) {
        let text = "Could you please find me the cheapest flight from Oslo to Rome on 2026-05-01?";
        bencher.bench(|| Core::of(black_box(text)).form());
    }
}

/// Whether a caller may call a tool, under policies of its tenant.
mod authorize {
    use mcpgw::auth::{Action, Policies, Resource};
    use mcpgw::model::{Policy, Timestamp};

    use super::*;

    fn policies(text: impl Fn(usize) -> String) -> Policies {
        let now = Timestamp::now();
        let stored: Vec<Policy> = (0..1000)
            .map(|number| Policy {
                name: format!("p{number}").parse().expect("a name"),
                text: text(number),
                created_at: now,
                updated_at: now,
            })
            .collect();
        Policies::compile(stored.iter())
    }

    fn decide(bencher: Bencher<'_, '_>, policies: &Policies) {
        let caller = caller("scope1,scope5");
        let servers: Vec<Server> = (0..200).map(server).collect();
        let mut number = 0;
        let next = || {
            number = (number + 7) % 10_000;
            let tool = Arc::clone(&TOOLS[number]);
            let server = servers.iter().find(|server| server.name == tool.server).expect("its server");
            (server, tool)
        };
        bencher
            .with_inputs(next)
            .bench_local_refs(|(server, tool)| policies.allow(&caller, Action::Call, Resource::Tool(server, tool)));
    }

    #[divan::bench(sample_count = 1000)]
    fn by_the_shipped_rule(bencher: Bencher<'_, '_>) {
        decide(bencher, &Policies::default());
    }

    /// Each about one role or server, as they are mostly written.
    #[divan::bench(sample_count = 1000)]
    fn by_1000_policies_about_roles_and_servers(bencher: Bencher<'_, '_>) {
        let text = |number: usize| match number % 2 {
            0 => format!(r#"permit (principal in Role::"r{number}", action, resource);"#),
            _ => {
                format!(r#"forbid (principal, action, resource in Server::"s{number}") when {{ resource.readOnly }};"#)
            }
        };
        decide(bencher, &policies(text));
    }

    /// None says in its head whom or what it is about: all are evaluated, once per caller and tool.
    #[divan::bench(sample_count = 300)]
    fn by_1000_policies_about_everything_first_time(bencher: Bencher<'_, '_>) {
        let text =
            |number: usize| format!(r#"forbid (principal, action, resource) when {{ resource.name == "n{number}" }};"#);
        decide(bencher, &policies(text));
    }

    /// The same, as a call meets it: the view remembers what was decided.
    #[divan::bench(sample_count = 1000)]
    fn by_1000_policies_about_everything_in_a_call(bencher: Bencher<'_, '_>) {
        let (view, caller) = (under_1000_policies(), caller("scope1,scope5"));
        let names: Vec<_> = view.tools().iter().take(100).map(|listed| Arc::clone(&listed.exposed)).collect();
        for name in &names {
            view.resolve(name, None, &caller, Action::Call);
        }
        let mut number = 0;
        let next = || {
            number = (number + 7) % names.len();
            Arc::clone(&names[number])
        };
        bencher.with_inputs(next).bench_local_refs(|name| {
            matches!(view.resolve(name, None, &caller, Action::Call), mcpgw::catalog::Found::One(_))
        });
    }

    /// The first answer to one who may not know that the tool exists, and that about a tool that does not: as long.
    #[divan::bench(sample_count = 300, sample_size = 1, args = ["hidden", "absent"])]
    fn what_nobody_may_know_first_time(bencher: Bencher<'_, '_>, what: &str) {
        let (view, caller) = (under_1000_policies(), caller("none of them"));
        let mut number = 0;
        let next = || {
            number += 1;
            let name = view.tools()[number].exposed.to_string();
            if what == "hidden" { name } else { format!("{name}_gone") }
        };
        bencher.with_inputs(next).bench_local_refs(|name| {
            matches!(view.resolve(name, None, &caller, Action::Call), mcpgw::catalog::Found::Nothing)
        });
    }

    fn caller(scopes: &str) -> Principal {
        Principal { scopes: Scopes::from_list(scopes), ..Principal::operator(TENANT.clone()) }
    }

    /// 10,000 tools, and policies about everything.
    fn under_1000_policies() -> Arc<mcpgw::catalog::View> {
        let gateway = super::gateway(10_000);
        RUNTIME.block_on(async {
            for number in 0..1000 {
                let text = format!(r#"forbid (principal, action, resource) when {{ resource.name == "n{number}" }};"#);
                let name = format!("p{number}").parse().expect("a name");
                gateway.set_policy(&TENANT, &name, &text, None).await.expect("saved");
            }
            gateway.catalog().reload().await.expect("reloaded");
            gateway.catalog().view(&TENANT).await.expect("a view")
        })
    }
}
