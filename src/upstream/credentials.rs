//! How the gateway shows a server who it is: a short-lived token, never the caller's.

use std::sync::Arc;
use std::time::Instant;

use arc_swap::ArcSwapOption;
use http::HeaderValue;

use crate::error::Result;
use crate::model::{Secret, ServerName, TenantId};

/// Makes tokens for servers.
pub trait Credentials: Send + Sync {
    /// A token for `server` of `tenant`.
    ///
    /// # Errors
    /// When it cannot be signed.
    fn token(&self, tenant: &TenantId, server: &ServerName) -> Result<Token>;
}

/// A token, and until when it is worth showing.
#[derive(Clone)]
pub struct Token {
    /// The token itself.
    pub text: Secret,
    /// Then another is made; this one is still good for a moment.
    pub fresh_until: Instant,
}

/// What one connection shows its server.
pub(super) struct Bearer {
    credentials: Arc<dyn Credentials>,
    tenant: TenantId,
    server: ServerName,
    held: ArcSwapOption<Held>,
}

struct Held {
    value: HeaderValue,
    fresh_until: Instant,
}

impl Bearer {
    pub(super) fn new(credentials: &Arc<dyn Credentials>, tenant: &TenantId, server: &ServerName) -> Self {
        let credentials = Arc::clone(credentials);
        Self { credentials, tenant: tenant.clone(), server: server.clone(), held: ArcSwapOption::empty() }
    }

    /// The value of `Authorization`; none where no token can be had, which is logged: the server then decides.
    pub(super) fn authorization(&self) -> Option<HeaderValue> {
        if let Some(held) = self.held.load().as_ref().filter(|held| held.fresh_until > Instant::now()) {
            return Some(held.value.clone());
        }
        let token = self.token()?;
        let mut value = HeaderValue::from_str(&format!("Bearer {}", token.text.expose())).ok()?;
        value.set_sensitive(true);
        self.held.store(Some(Arc::new(Held { value: value.clone(), fresh_until: token.fresh_until })));
        Some(value)
    }

    /// The token, for a child's environment.
    pub(super) fn token(&self) -> Option<Token> {
        let made = self.credentials.token(&self.tenant, &self.server);
        made.inspect_err(|error| {
            tracing::warn!(server.name = %self.server, error = error.chain(), "no token for the server could be made");
        })
        .ok()
    }
}
