//! `mcpgw` stands between AI agents and many MCP servers: one endpoint, the right tool found by meaning
//! *and* by name. This library is the whole gateway; it prints nothing, parses no command line and never
//! exits the process. The binary in `commands/` puts words around it.
//!
//! # The map, in reading order
//!
//! | module | holds |
//! | --- | --- |
//! | [`error`] | one error type with a [`error::Kind`]; knows no transport |
//! | [`model`] | the nouns: [`model::Server`], [`model::Tool`], [`model::Principal`], raw JSON |
//! | [`store`] | PORT: remember documents (embedded SQLite, MongoDB) |
//! | [`embeddings`] | PORT: text → vectors (a static table that is compiled in, a sentence model in this process, providers over HTTP) |
//! | [`search`] | PORT: ranked lists of tools (BM25 and vectors, fused by reciprocal rank: in this process, or by MongoDB) |
//! | [`upstream`] | PORT: speak MCP to the servers behind us (streamable HTTP, HTTP+SSE, stdio); breakers, relays |
//! | [`guardrails`] | PORT: may this text pass (personal data, secrets, orders to the model) |
//! | [`secrets`] | PORT: seal and open: what leaves us and must come back unchanged, and the stored fields that hold credentials |
//! | [`sessions`] | clients' sessions that every replica can serve |
//! | [`auth`] | who is calling: bearer tokens verified and minted |
//! | [`quota`] | how much a caller may ask |
//! | [`audit`] | what was executed: the spool on disk, and the way to the store |
//! | [`registry`] | which servers exist |
//! | [`reembed`] | documents with vectors, taken from one space to another |
//! | [`catalog`] | which tools exist: the sync, and the snapshot that requests read |
//! | [`cache`] | answers already given |
//! | [`config`] | the only place where the sections meet |
//! | [`gateway`] | the use cases, and the only place where the parts meet at run time |
//! | [`mcp`] | the protocol face: JSON-RPC of both eras in, gateway calls out; knows no server |
//! | [`serve`] | the HTTP face: routes, layers, health; the only folder that names axum |
//! | [`jobs`] | what happens without a request: following the store's changes, stopping idle children |
//!
//! Imports point up this table, never down; `tests/it/layers.rs` holds the rule. Beside it stand what any part may use:
//! [`telemetry`] (logs, figures, traces), [`tls`] (whom we trust when we connect to others) and `breaker` (circuits of
//! those we ask over a network).
//!
//! # One call
//!
//! `serve::router` reads the body and the caller ([`model::Principal`]); [`mcp::Face`] parses the envelope
//! once and finds the use case; [`gateway::Gateway::call`] reads as the list of stops: resolve and
//! authorize in the [`catalog::View`] (what the caller may not see does not exist), check the arguments'
//! shape, guard them ([`guardrails::Chain`]), look among the answers already given ([`cache::ResultCache`]), call the
//! [`upstream::Upstream`], guard its answer, keep it; whatever came of it, its record is in the [`audit`] spool before the
//! answer goes out. Arguments go down and the result comes back as the bytes their authors wrote ([`model::RawJson`]),
//! except for what a guardrail masks: nothing else a server sends is lost, and nothing is parsed twice.
//!
//! # What comes before an answer
//!
//! A request carries its [`upstream::Caller`]: what the client can be asked, which log it wants, where messages before
//! the answer go. [`upstream::Pool`] picks the connection: everybody's, or the client's own where the server is of the
//! session era and the client has something to offer, because only then is it certain whom a message concerns. What a
//! server asks arrives in `mcp::input`, which relays it as a request (session era) or puts the call aside and answers
//! `input_required` (2026-07-28); `gateway::forward` does the reverse. What belongs to no call goes through
//! [`gateway::Hub`] to whoever listens. A session's facts are sealed into its id ([`sessions`], [`secrets`]).
//!
//! # One search
//!
//! [`gateway::Gateway::search`] embeds the request, hands text, vector and the caller's scopes to the
//! [`search::SearchIndex`] (the filter comes before any limit), checks every hit against the view again and
//! returns it with its receipt. On a MongoDB with search that is one `$rankFusion` on the server; every way of doing
//! without (no embedder, one arm, no fusion, no search) gives an answer that says so.
//!
//! # One switch of the embedding space
//!
//! [`gateway::Gateway::begin_switch`] writes the wanted space down; `jobs::reembed` of any replica, or the command itself,
//! does it under a lease: [`reembed::Reembedder`] gives every tool, kept result and known attack a second vector, one compare-and-set makes the space the
//! current one, and the old vectors go. Every vector carries its space's version, and a query is compared with vectors of
//! its own version alone, so that no answer mixes two spaces.
//!
//! # One change
//!
//! The command line writes to the store; the store's change feed wakes `jobs::follow` in every running
//! gateway; the [`catalog::Catalog`] rebuilds the tenant's view and index beside the old ones and swaps
//! them in. Each replica saves how far it came, resumes there, and reads everything anew when it cannot.

pub mod audit;
pub mod auth;
mod breaker;
pub mod cache;
pub mod catalog;
pub mod config;
pub mod embeddings;
pub mod error;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
pub mod gateway;
pub mod guardrails;
pub mod jobs;
pub mod mcp;
pub mod model;
pub mod quota;
pub mod reembed;
pub mod registry;
pub mod search;
pub mod secrets;
pub mod serve;
pub mod sessions;
pub mod store;
pub mod telemetry;
pub mod tls;
pub mod upstream;
