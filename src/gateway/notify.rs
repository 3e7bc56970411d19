//! What listening clients are told: which lists have changed, which resources, and what a server says to one session.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{broadcast, mpsc};

use crate::model::{RawJson, ServerName, TenantId};
use crate::upstream::{Audience, Relayed, SessionKey};

/// Notes that a listener may fall behind by.
const ROOM: usize = 256;

/// A list of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum List {
    /// Tools.
    Tools,
    /// Prompts.
    Prompts,
    /// Resources and resource templates.
    Resources,
}

impl List {
    /// The word in method and capability names.
    pub fn word(self) -> &'static str {
        match self {
            Self::Tools => "tools",
            Self::Prompts => "prompts",
            Self::Resources => "resources",
        }
    }

    /// The notification that says it has changed.
    pub fn changed(self) -> &'static str {
        match self {
            Self::Tools => "notifications/tools/list_changed",
            Self::Prompts => "notifications/prompts/list_changed",
            Self::Resources => "notifications/resources/list_changed",
        }
    }
}

/// Something that has changed.
#[derive(Clone, Debug)]
pub enum Note {
    /// A list.
    Changed {
        /// Whose.
        tenant: TenantId,
        /// Of which server; `None` when it may be any.
        server: Option<ServerName>,
        /// Which.
        list: List,
    },
    /// A resource.
    Updated {
        /// Whose.
        tenant: TenantId,
        /// Of which server.
        server: ServerName,
        /// Its URI, as the server knows it.
        uri: Arc<str>,
        /// The notification's parameters, untouched.
        params: RawJson,
        /// Whose connection it came on.
        audience: Audience,
    },
}

impl Note {
    /// Whose.
    pub fn tenant(&self) -> &TenantId {
        match self {
            Self::Changed { tenant, .. } | Self::Updated { tenant, .. } => tenant,
        }
    }
}

/// Hands notes to whoever listens.
pub struct Hub {
    notes: broadcast::Sender<Note>,
    /// Where a session's own messages go, while it listens.
    sessions: Mutex<HashMap<SessionKey, mpsc::Sender<Relayed>>>,
}

impl Default for Hub {
    fn default() -> Self {
        Self { notes: broadcast::Sender::new(ROOM), sessions: Mutex::default() }
    }
}

impl Hub {
    /// Notes from now on.
    pub fn listen(&self) -> broadcast::Receiver<Note> {
        self.notes.subscribe()
    }

    /// Tells everybody who listens.
    pub fn tell(&self, note: Note) {
        // Nobody may be listening.
        let _ = self.notes.send(note);
    }

    /// Has what servers say to `session` sent to `sender`, in place of an earlier one.
    pub fn attend(&self, session: SessionKey, sender: mpsc::Sender<Relayed>) {
        self.sessions().insert(session, sender);
    }

    /// No longer has messages of `session` sent to `sender`.
    pub fn leave(&self, session: &SessionKey, sender: &mpsc::Sender<Relayed>) {
        let mut sessions = self.sessions();
        if sessions.get(session).is_some_and(|known| known.same_channel(sender)) {
            sessions.remove(session);
        }
    }

    /// Hands a message to a session. Dropped where the session does not listen, which answers a question with an error.
    pub fn tell_session(&self, session: &SessionKey, what: Relayed) {
        let mut sessions = self.sessions();
        let Some(sender) = sessions.get(session) else { return };
        if matches!(sender.try_send(what), Err(mpsc::error::TrySendError::Closed(_))) {
            sessions.remove(session);
        }
    }

    fn sessions(&self) -> MutexGuard<'_, HashMap<SessionKey, mpsc::Sender<Relayed>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
