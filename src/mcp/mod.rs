//! The protocol face: JSON-RPC in, gateway calls out. Knows HTTP's statuses and header names, but no server.
//!
//! [`frame`](self) reads the envelope once; [`Face::rpc`] serves plain JSON-RPC, [`Face::mcp`] serves MCP of
//! both eras on one endpoint (the era is chosen by how the client opens, MCP “Versioning”).

mod discovery;
mod error;
mod frame;
mod legacy;
mod methods;
mod modern;
mod rpc;

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::gateway::{Discovery, Gateway};
use crate::model::Principal;

pub use error::{Code, error_frame};
pub use frame::exceeds_depth;

/// The stateless revision.
pub const MODERN: &str = "2026-07-28";
/// Session-era revisions, newest first.
pub const LEGACY: [&str; 3] = ["2025-11-25", "2025-06-18", "2025-03-26"];

/// A request as the HTTP face hands it over.
pub struct Incoming<'a> {
    /// Who is calling.
    pub principal: &'a Principal,
    /// Id of the request, for errors and logs.
    pub request_id: &'a str,
    /// The request's headers.
    pub headers: &'a HeaderMap,
    /// The whole body.
    pub body: Bytes,
    /// `X-MCP-Query`.
    pub query: Option<String>,
}

/// What goes back.
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// One JSON-RPC message, or a batch; empty when there is nothing to say.
    pub body: Bytes,
}

impl Answer {
    fn ok(body: Bytes) -> Self {
        Self { status: StatusCode::OK, body }
    }

    /// A notification or response was taken.
    fn accepted() -> Self {
        Self { status: StatusCode::ACCEPTED, body: Bytes::new() }
    }
}

/// Which catalog an MCP endpoint lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// As configured.
    Configured,
    /// Only the discovery tools.
    Search,
    /// Everything.
    Full,
}

/// Turns frames into use cases.
pub struct Face {
    gateway: Arc<Gateway>,
    max_depth: usize,
}

impl Face {
    /// A face on `gateway`.
    pub fn new(gateway: Arc<Gateway>) -> Self {
        let max_depth = gateway.config().serve.max_json_depth;
        Self { gateway, max_depth }
    }

    /// Whether an MCP endpoint lists the discovery tools in place of the catalog, for this caller.
    async fn lists_discovery(&self, principal: &Principal, listing: Listing) -> crate::error::Result<bool> {
        let config = &self.gateway.config().discovery;
        Ok(match (listing, config.mode) {
            (Listing::Search, _) | (Listing::Configured, Discovery::Search) => true,
            (Listing::Full, _) | (Listing::Configured, Discovery::Full) => false,
            (Listing::Configured, Discovery::Auto) => self.gateway.list_tokens(principal).await? > config.budget_tokens,
        })
    }
}
