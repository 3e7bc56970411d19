//! Who has changed something must see it: a call of a tool that may write ends what its server answered before. Here at
//! once; elsewhere with the change feed, and for whoever looks into the store.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use super::keeper::Keeper;
use crate::model::{ServerName, TenantId, Timestamp};

pub(super) type Whose = (TenantId, ServerName);

/// When each server was last asked to change something, as far as this process knows.
pub(super) struct Writes(RwLock<Known>);

struct Known {
    /// Of those that nothing is known of.
    all: Timestamp,
    servers: HashMap<Whose, Timestamp>,
}

/// A call that may change something, until this is dropped.
pub struct Writing<'a> {
    writes: &'a Writes,
    keeper: &'a Keeper,
    whose: Whose,
}

impl Default for Writes {
    fn default() -> Self {
        Self(RwLock::new(Known { all: Timestamp(i64::MIN), servers: HashMap::new() }))
    }
}

impl Writes {
    pub(super) fn begin<'a>(&'a self, keeper: &'a Keeper, tenant: &TenantId, server: &ServerName) -> Writing<'a> {
        let whose = (tenant.clone(), server.clone());
        self.note(whose.clone());
        Writing { writes: self, keeper, whose }
    }

    /// A server was asked to change something until now.
    pub(super) fn note(&self, whose: Whose) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.servers.insert(whose, Timestamp::now());
    }

    /// Any server may have been.
    pub(super) fn note_all(&self) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *known = Known { all: Timestamp::now(), servers: HashMap::new() };
    }

    pub(super) fn last(&self, tenant: &TenantId, server: &ServerName) -> Timestamp {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if known.servers.is_empty() {
            return known.all;
        }
        known.servers.get(&(tenant.clone(), server.clone())).copied().unwrap_or(known.all)
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        // Whatever was asked while it went on may know the change or not.
        self.writes.note(self.whose.clone());
        self.keeper.written(self.whose.clone());
    }
}
