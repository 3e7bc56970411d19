//! What one caller may do with the tools and servers of a view. Asked of the policies once for each, and remembered as
//! long as the view stands: a change of policies, servers or tools makes a new view.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::auth::{Action, Policies, Resource};
use crate::model::{Principal, Server, ServerName};

use super::Listed;

/// Callers whose answers are remembered, per tenant. One more, and all are asked anew.
const MAX_CALLERS: usize = 256;
/// Names that are no tool's, per caller, whose first answer takes as long as that about a hidden tool.
const ABSENT: usize = 4096;

/// The policies of a tenant, and what they have said.
#[derive(Default)]
pub(super) struct Answers {
    pub(super) policies: Arc<Policies>,
    callers: RwLock<HashMap<Principal, Arc<Marks>>>,
    /// What each caller's whole list costs.
    tokens: RwLock<HashMap<Principal, usize>>,
}

/// Two bits for each action: whether it is known, and what it is.
#[derive(Default)]
struct Marks {
    tools: Box<[AtomicU8]>,
    servers: HashMap<ServerName, AtomicU8>,
    /// For names that are no tool's, by their hash.
    absent: Box<[AtomicU8]>,
}

/// One caller's rights in a view.
pub struct Access<'a> {
    policies: &'a Policies,
    principal: &'a Principal,
    /// None where scopes decide, which is as fast as to look it up.
    marks: Option<Arc<Marks>>,
}

impl Answers {
    pub(super) fn under(policies: Arc<Policies>) -> Self {
        Self { policies, ..Self::default() }
    }

    pub(super) fn of<'a>(
        &'a self,
        principal: &'a Principal,
        servers: &BTreeMap<ServerName, Arc<Server>>,
        tools: usize,
    ) -> Access<'a> {
        let marks = (!self.policies.is_shipped()).then(|| self.marks(principal, servers, tools));
        Access { policies: &self.policies, principal, marks }
    }

    pub(super) fn tokens(&self, principal: &Principal, count: impl FnOnce() -> usize) -> usize {
        let known = self.tokens.read().unwrap_or_else(PoisonError::into_inner).get(principal).copied();
        known.unwrap_or_else(|| {
            let tokens = count();
            let mut known = self.tokens.write().unwrap_or_else(PoisonError::into_inner);
            if known.len() >= MAX_CALLERS {
                known.clear();
            }
            known.insert(principal.clone(), tokens);
            tokens
        })
    }

    fn marks(&self, principal: &Principal, servers: &BTreeMap<ServerName, Arc<Server>>, tools: usize) -> Arc<Marks> {
        let known = self.callers.read().unwrap_or_else(PoisonError::into_inner).get(principal).cloned();
        known.unwrap_or_else(|| {
            let mut callers = self.callers.write().unwrap_or_else(PoisonError::into_inner);
            if callers.len() >= MAX_CALLERS {
                callers.clear();
            }
            let marks = || Marks {
                tools: unknown(tools),
                absent: unknown(ABSENT),
                servers: servers.keys().map(|name| (name.clone(), AtomicU8::new(0))).collect(),
            };
            Arc::clone(callers.entry(principal.clone()).or_insert_with(|| Arc::new(marks())))
        })
    }
}

fn unknown(count: usize) -> Box<[AtomicU8]> {
    (0..count).map(|_| AtomicU8::new(0)).collect()
}

impl Access<'_> {
    /// Decides about a name that is no tool's as if it were one's, and remembers it likewise: the time that an answer
    /// takes must not tell a hidden tool from none.
    pub(super) fn pretend(&self, action: Action, name: &str, tools: &[Listed]) {
        let Some(marks) = &self.marks else { return };
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        let hash = usize::try_from(hasher.finish()).unwrap_or(usize::MAX);
        let stands_in = hash.checked_rem(tools.len()).and_then(|place| tools.get(place));
        let (Some(listed), Some(mark)) = (stands_in, marks.absent.get(hash % ABSENT)) else { return };
        for action in [action, Action::Discover] {
            let decided = self.remembered(Some(mark), action, Resource::Tool(&listed.server, &listed.tool));
            std::hint::black_box(decided);
        }
    }

    /// Whether the caller may do `action` to the tool at `place` in the view.
    pub(super) fn tool(&self, action: Action, place: usize, listed: &Listed) -> bool {
        let mark = self.marks.as_ref().and_then(|marks| marks.tools.get(place));
        self.remembered(mark, action, Resource::Tool(&listed.server, &listed.tool))
    }

    /// Whether the caller may do `action` to a server itself: its prompts and resources.
    pub fn server(&self, action: Action, server: &Server) -> bool {
        let mark = self.marks.as_ref().and_then(|marks| marks.servers.get(&server.name));
        self.remembered(mark, action, Resource::Server(server))
    }

    fn remembered(&self, mark: Option<&AtomicU8>, action: Action, resource: Resource<'_>) -> bool {
        let Some(mark) = mark else { return self.policies.allow(self.principal, action, resource) };
        let (is_known, is_allowed) = match action {
            Action::Discover => (1, 2),
            Action::Call => (4, 8),
        };
        // Whoever sees the bit sees the answer: both are in one byte, and the answer is always the same.
        let seen = mark.load(Ordering::Relaxed);
        if seen & is_known != 0 {
            return seen & is_allowed != 0;
        }
        let allowed = self.policies.allow(self.principal, action, resource);
        mark.fetch_or(if allowed { is_known | is_allowed } else { is_known }, Ordering::Relaxed);
        allowed
    }
}
