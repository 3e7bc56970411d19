//! The stops of a request, each with its time and its span.

use tracing::Instrument as _;

use super::metrics::METRICS;

/// A stop of a request, in the order in which it comes to them.
#[derive(Clone, Copy, Debug)]
pub enum Stop {
    /// Who asks.
    Authenticate,
    /// How much they may ask.
    RateLimit,
    /// Which tool it is, and whether it is theirs to use.
    Authorize,
    /// What may pass, either way.
    Guardrails,
    /// Whether it was answered before.
    Cache,
    /// The server.
    Downstream,
    /// The vector of a search's words.
    Embed,
    /// Which tools fit them best.
    Rank,
    /// The record of it.
    Audit,
}

impl Stop {
    /// Every stop.
    pub const ALL: [Self; 9] = [
        Self::Authenticate,
        Self::RateLimit,
        Self::Authorize,
        Self::Guardrails,
        Self::Cache,
        Self::Downstream,
        Self::Embed,
        Self::Rank,
        Self::Audit,
    ];

    /// Its label, which is also the name of its span.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authenticate => "authenticate",
            Self::RateLimit => "rate_limit",
            Self::Authorize => "authorize",
            Self::Guardrails => "guardrails",
            Self::Cache => "cache",
            Self::Downstream => "downstream",
            Self::Embed => "embed",
            Self::Rank => "rank",
            Self::Audit => "audit",
        }
    }

    /// Does at this stop what waits for nothing.
    pub fn pass<T>(self, work: impl FnOnce() -> T) -> T {
        let _timed = METRICS.stop(self);
        self.span().in_scope(work)
    }

    /// Does at this stop what waits for something.
    pub async fn wait<T>(self, work: impl Future<Output = T>) -> T {
        let _timed = METRICS.stop(self);
        work.instrument(self.span()).await
    }

    fn span(self) -> tracing::Span {
        let kind = if matches!(self, Self::Downstream) { "client" } else { "internal" };
        tracing::debug_span!("stop", otel.name = self.as_str(), otel.kind = kind)
    }
}
