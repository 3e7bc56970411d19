//! mcpgw
pub mod catalog;
pub mod config;
pub mod embeddings;
pub mod error;
pub mod gateway;
pub mod jobs;
pub mod mcp;
pub mod model;
pub mod registry;
pub mod search;
pub mod serve;
pub mod store;
pub mod telemetry;
pub mod upstream;
