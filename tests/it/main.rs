//! One binary for all integration tests: every further one would link the whole gateway again.
//! Each test drives the real `mcpgw` through its command line or its port, on a store of its own.

#![allow(
    clippy::disallowed_methods,
    reason = "tests sleep on threads of their own and read the switches of their own runs"
)]

mod support;

mod admin_api;
mod atlas;
mod audit;
mod auth;
mod bad_input;
mod cache;
mod clients;
mod conformance;
mod connect;
mod console;
mod demo;
mod docs;
mod embeddings;
mod eval;
mod fake;
mod faults;
mod generated;
mod guardrails;
mod hostile;
mod isolation;
mod issuers;
mod layers;
mod leaks;
mod licences;
mod limits;
mod live;
mod mongodb;
mod oauth;
mod operation;
mod policies;
mod quarantine;
mod queryable;
mod real_servers;
mod relay;
mod resilience;
mod search;
mod secrets;
mod sessions;
mod sign_in;
mod sse;
mod stdio;
mod store;
mod tenants;
mod transports;
mod wire;
