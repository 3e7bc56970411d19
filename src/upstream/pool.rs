//! One kept connection per (tenant, server).

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use super::http::{HttpUpstream, tls_config};
use super::stdio::StdioUpstream;
use super::{Upstream, UpstreamConfig, check};
use crate::error::Result;
use crate::model::{Server, ServerName, TenantId, Transport};

/// Whose, and which.
type Key = (TenantId, ServerName);

/// The connections of this process.
pub struct Pool {
    config: UpstreamConfig,
    tls: std::sync::OnceLock<rustls::ClientConfig>,
    entries: RwLock<HashMap<Key, Entry>>,
}

#[derive(Clone)]
struct Entry {
    /// What the connection was made for; a changed transport needs another one.
    transport: Transport,
    upstream: Arc<dyn Upstream>,
}

impl Pool {
    /// An empty pool.
    pub fn new(config: UpstreamConfig) -> Self {
        Self { config, tls: std::sync::OnceLock::new(), entries: RwLock::default() }
    }

    /// Limits and policy.
    pub fn config(&self) -> &UpstreamConfig {
        &self.config
    }

    /// The kept connection to `server`; a new, unopened one where there is none or it has moved.
    ///
    /// # Errors
    /// As [`check`].
    pub fn get(&self, tenant: &TenantId, server: &Arc<Server>) -> Result<Arc<dyn Upstream>> {
        let key = (tenant.clone(), server.name.clone());
        let known = self.entries.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(entry) = known.filter(|entry| entry.transport == server.transport) {
            return Ok(entry.upstream);
        }
        check(server, &self.config)?;
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = entries.get(&key).filter(|entry| entry.transport == server.transport) {
            return Ok(Arc::clone(&entry.upstream));
        }
        let upstream = self.connect(server)?;
        let entry = Entry { transport: server.transport.clone(), upstream: Arc::clone(&upstream) };
        if let Some(former) = entries.insert(key, entry) {
            close_later(former.upstream);
        }
        Ok(upstream)
    }

    fn connect(&self, server: &Arc<Server>) -> Result<Arc<dyn Upstream>> {
        Ok(match &server.transport {
            Transport::StreamableHttp { url, headers } | Transport::Sse { url, headers } => {
                let tls = self.tls.get_or_init(tls_config);
                Arc::new(HttpUpstream::new(Arc::clone(server), url, headers, &self.config, tls)?)
            }
            Transport::Stdio { .. } => Arc::new(StdioUpstream::new(Arc::clone(server), &self.config)),
        })
    }

    /// Closes the connections to all other servers: they were removed or disabled.
    pub fn keep_only(&self, used: &[Key]) {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        for (_, entry) in entries.extract_if(|key, _| !used.contains(key)) {
            close_later(entry.upstream);
        }
    }

    /// Stops children that were not used for `STDIO_IDLE_SECONDS`.
    pub async fn close_idle(&self) {
        for upstream in self.all() {
            upstream.close_if_idle(self.config.stdio_idle).await;
        }
    }

    /// Ends every connection and child and waits until they are gone.
    pub async fn close(&self) {
        futures_util::future::join_all(self.all().iter().map(|each| each.close_if_idle(Duration::ZERO))).await;
    }

    fn all(&self) -> Vec<Arc<dyn Upstream>> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        entries.values().map(|entry| Arc::clone(&entry.upstream)).collect()
    }
}

/// Requests that are under way keep their handle and finish or fail by themselves.
fn close_later(upstream: Arc<dyn Upstream>) {
    tokio::spawn(async move { upstream.close_if_idle(Duration::ZERO).await });
}
