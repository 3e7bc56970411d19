//! One error type for the whole library. It knows no transport: the three exhaustive matches that turn
//! a [`Kind`] into an HTTP status, a JSON-RPC code and an exit code live in `serve/error.rs`,
//! `mcp/error.rs` and `commands/main.rs`.

use std::fmt;

use serde_json::Value;

/// The library's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// What went wrong, as far as a caller has to act differently on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The configuration cannot work; every fault is in the message.
    InvalidConfig,
    /// The caller's data is malformed or breaks a rule.
    InvalidInput,
    /// The request is understood but not done: switched off, not allowed by the operator's settings.
    Refused,
    /// Who calls is not known: no credential, or one that proves nothing.
    Unauthenticated,
    /// The caller may see this but not do it.
    Forbidden,
    /// The guardrails let it not through.
    Blocked,
    /// The caller has asked too much in a short time.
    RateLimited,
    /// The named object does not exist, or the caller may not know that it does.
    NotFound,
    /// The object changed meanwhile, or exists already.
    Conflict,
    /// The store cannot be reached or used.
    StoreUnavailable,
    /// The embeddings provider cannot be reached or used.
    EmbedderUnavailable,
    /// The downstream server passed its deadline.
    UpstreamTimeout,
    /// The downstream server cannot be reached.
    UpstreamUnavailable,
    /// The downstream server broke the protocol or a limit.
    UpstreamError,
    /// Our own fault. The message is for the log, never for a caller.
    Internal,
}

/// An error with its [`Kind`], a message that names the object, and, where there is one, the next step.
pub struct Error(Box<Inner>);

struct Inner {
    kind: Kind,
    message: String,
    help: Option<String>,
    field: Option<String>,
    data: Option<Value>,
    source: Option<Source>,
}

impl Error {
    /// A new error of `kind`; `message` says what failed and names the object.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, message: message.into(), help: None, field: None, data: None, source: None }))
    }

    /// Our own fault: logged with its chain, answered as “internal error”.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(Kind::Internal, message)
    }

    /// Malformed caller data.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(Kind::InvalidInput, message)
    }

    /// A missing object.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, message)
    }

    /// Adds the next step for whoever reads the error.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// Names the member of the caller's document that is at fault.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.0.field = Some(field.into());
        self
    }

    /// Adds machine-readable details that are safe to show the caller.
    #[must_use]
    pub fn data(mut self, data: Value) -> Self {
        self.0.data = Some(data);
        self
    }

    /// Adds the cause.
    #[must_use]
    pub fn source(mut self, source: impl Into<Source>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Puts `context` in front of the message (“sync tools of server `github`: …”).
    #[must_use]
    pub fn context(mut self, context: impl fmt::Display) -> Self {
        self.0.message = format!("{context}: {}", self.0.message);
        self
    }

    /// The kind.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The message without causes.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The next step, if one is known.
    pub fn help_text(&self) -> Option<&str> {
        self.0.help.as_deref()
    }

    /// The member of the caller's document that is at fault, where one is.
    pub fn field_name(&self) -> Option<&str> {
        self.0.field.as_deref()
    }

    /// Details that are safe to show the caller.
    pub fn details(&self) -> Option<&Value> {
        self.0.data.as_ref()
    }

    /// The message and every cause, joined by `: `, on one line.
    pub fn chain(&self) -> String {
        let mut text = self.0.message.clone();
        let mut cause: Option<&(dyn std::error::Error + 'static)> = self.0.source.as_deref().map(|source| source as _);
        while let Some(error) = cause {
            let part = error.to_string();
            if !text.ends_with(&part) {
                text.push_str(": ");
                text.push_str(&part);
            }
            cause = error.source();
        }
        text.replace('\n', " ")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}: {}", self.0.kind, self.chain())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

/// The last of an error's causes, in its own words: libraries say the most there.
pub(crate) fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// `context` on a result, so that `?` can name the object.
pub trait Context<T> {
    /// Puts the closure's text in front of the error's message.
    ///
    /// # Errors
    /// The same error, with the context in front.
    fn context<D: fmt::Display>(self, context: impl FnOnce() -> D) -> Result<T>;
}

impl<T> Context<T> for Result<T> {
    fn context<D: fmt::Display>(self, context: impl FnOnce() -> D) -> Result<T> {
        self.map_err(|error| error.context(context()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chain_names_every_cause_once() {
        let io = std::io::Error::other("connection refused");
        let error = Error::new(Kind::UpstreamUnavailable, "cannot reach server `x`").source(io).context("sync");
        assert_eq!(error.chain(), "sync: cannot reach server `x`: connection refused");
        assert_eq!(error.kind(), Kind::UpstreamUnavailable);
    }
}
