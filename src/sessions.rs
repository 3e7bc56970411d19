//! MCP sessions that every replica can serve: what never changes is sealed into the session's id, bound to the caller;
//! what does is in `session_context`.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::model::{Principal, RawJson, SessionMail, SessionRecord, Timestamp};
use crate::secrets::Sealer;
use crate::store::{Collection, Expect, Store};

/// Sealed for this.
const PURPOSE: &str = "mcp-session";
/// Capabilities of a client that are larger would make its session id unwieldy.
pub const MAX_CAPABILITIES_BYTES: usize = 4096;
/// How long a message for another replica is kept.
const MAIL_KEPT: Duration = Duration::from_secs(60);
/// A larger one is not kept.
const MAX_MAIL_BYTES: usize = 1024 * 1024;
/// Questions are sealed for this, and begin like this.
const QUESTION: &str = "mcp-question";
const QUESTION_PREFIX: &str = "mcpgw-";
/// Nobody waits for the answer to an older question.
const QUESTION_LIFETIME: Duration = Duration::from_secs(600);

/// What never changes in a session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SessionFacts {
    /// Unique, and no secret.
    #[serde(rename = "k")]
    pub key: String,
    /// The protocol revision that was agreed on.
    #[serde(rename = "v")]
    pub protocol: String,
    /// The client's capabilities as it declared them.
    #[serde(rename = "c")]
    pub capabilities: RawJson,
    /// When it was opened.
    #[serde(rename = "t")]
    pub opened_at: Timestamp,
}

/// Opens and finds sessions.
pub struct Sessions {
    store: Arc<dyn Store>,
    /// A session that is not used for so long has ended.
    pub idle: Duration,
}

/// Whether a session may be used.
pub enum Standing {
    /// It may, and this has changed since it was opened.
    Open(Option<SessionRecord>),
    /// It has ended, or was not used for too long.
    Over,
}

impl Sessions {
    /// Sessions whose changes are kept in `store`.
    pub fn new(store: Arc<dyn Store>, idle: Duration) -> Self {
        Self { store, idle }
    }

    /// The id of a new session of `principal`.
    ///
    /// # Errors
    /// [`crate::error::Kind::InvalidInput`] for capabilities that do not fit.
    pub fn open(
        &self,
        sealer: &Sealer,
        principal: &Principal,
        protocol: &str,
        capabilities: RawJson,
    ) -> Result<(String, SessionFacts)> {
        if capabilities.bytes().len() > MAX_CAPABILITIES_BYTES {
            return Err(Error::invalid(format!("`capabilities` is larger than {MAX_CAPABILITIES_BYTES} bytes")));
        }
        let facts = SessionFacts {
            key: uuid::Uuid::new_v4().simple().to_string(),
            protocol: protocol.to_owned(),
            capabilities,
            opened_at: Timestamp::now(),
        };
        let plain = serde_json::to_vec(&facts).map_err(|error| Error::internal("write a session").source(error))?;
        Ok((sealer.seal(PURPOSE, &principal.identity(), &plain)?, facts))
    }

    /// The facts of a session; `None` for an id that we did not give to this caller.
    pub fn read(&self, sealer: &Sealer, principal: &Principal, id: &str) -> Option<SessionFacts> {
        let plain = sealer.open(PURPOSE, &principal.identity(), id)?;
        serde_json::from_slice(&plain).ok()
    }

    /// Whether a session that is not known in this process may be used. While the store is away, one that was opened
    /// not long ago may.
    pub async fn standing(&self, principal: &Principal, facts: &SessionFacts) -> Standing {
        let record = match self.records(principal).get(&record_id(&facts.key)).await {
            Ok(found) => found.map(|stored| stored.value),
            Err(error) => {
                tracing::warn!(error = error.chain(), "a session's changes are not known");
                None
            }
        };
        let last_used = record.as_ref().map_or(facts.opened_at, |record| record.last_used);
        let over =
            record.as_ref().is_some_and(|record| record.has_ended) || last_used.plus(self.idle) < Timestamp::now();
        if over { Standing::Over } else { Standing::Open(record) }
    }

    /// Keeps what has changed.
    ///
    /// # Errors
    /// As the store's.
    pub async fn save(&self, principal: &Principal, key: &str, mut record: SessionRecord) -> Result<()> {
        record.id = record_id(key);
        record.expires_at = Timestamp::now().plus(self.idle.saturating_mul(2));
        self.records(principal).put(&record, Expect::Any).await.map(|_| ())
    }

    /// An id under which the client of the session `key` is asked something: any replica can tell that we gave it out.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn question(&self, sealer: &Sealer, key: &str) -> Result<String> {
        let asked_at = Timestamp::now().0.to_string();
        Ok(format!("{QUESTION_PREFIX}{}", sealer.seal(QUESTION, key, asked_at.as_bytes())?))
    }

    /// Whether the client of the session `key` was asked something under `id`, not long ago.
    pub fn was_asked(&self, sealer: &Sealer, key: &str, id: &str) -> bool {
        let plain = id.strip_prefix(QUESTION_PREFIX).and_then(|sealed| sealer.open(QUESTION, key, sealed));
        let asked_at = plain.and_then(|plain| String::from_utf8(plain).ok()?.parse().ok()).map(Timestamp);
        asked_at.is_some_and(|asked_at| asked_at.plus(QUESTION_LIFETIME) > Timestamp::now())
    }

    /// Leaves a message for the replica that waits for it.
    ///
    /// # Errors
    /// [`crate::error::Kind::InvalidInput`] for one that is too large; the store's.
    pub async fn post(&self, principal: &Principal, key: &str, about: &str, message: RawJson) -> Result<()> {
        if message.bytes().len() > MAX_MAIL_BYTES {
            return Err(Error::invalid(format!("an answer for another replica is larger than {MAX_MAIL_BYTES} bytes")));
        }
        let expires_at = Timestamp::now().plus(MAIL_KEPT);
        self.mail(principal).put(&SessionMail { id: mail_id(key, about), message, expires_at }, Expect::Any).await?;
        Ok(())
    }

    /// Takes a message that another replica left.
    ///
    /// # Errors
    /// As the store's.
    pub async fn collect(&self, principal: &Principal, key: &str, about: &str) -> Result<Option<RawJson>> {
        let mail = self.mail(principal);
        let id = mail_id(key, about);
        let Some(found) = mail.get(&id).await? else { return Ok(None) };
        mail.delete(&id).await?;
        Ok(Some(found.value.message))
    }

    fn records(&self, principal: &Principal) -> Collection<SessionRecord> {
        Collection::of_tenant(&self.store, &principal.tenant)
    }

    fn mail(&self, principal: &Principal) -> Collection<SessionMail> {
        Collection::of_tenant(&self.store, &principal.tenant)
    }
}

fn record_id(key: &str) -> String {
    format!("mcp::{key}")
}

fn mail_id(key: &str, about: &str) -> String {
    format!("mail::{key}::{about}")
}
