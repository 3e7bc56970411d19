//! The policies of a tenant, and what it knows of its users.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::Gateway;
use crate::auth::policy::{self, DEFAULT, SHIPPED};
use crate::auth::{Action, Resource, Verdict};
use crate::catalog::View;
use crate::error::{Context as _, Error, Kind, Result};
use crate::model::{Policy, PolicyName, Principal, TenantId, Timestamp, UserContext};
use crate::store::{Collection, Expect, Query};

/// For how long what is known of a user is not asked again: a change of roles takes effect after this at the latest.
const FRESH: Duration = Duration::from_secs(5);
/// Users that are remembered; one more, and all are forgotten.
const MAX_USERS: usize = 10_000;

/// A policy, and whether it came with the gateway.
#[derive(Clone, Debug, Serialize)]
pub struct PolicySummary {
    /// Its name.
    pub name: String,
    /// Its Cedar statements.
    pub text: String,
    /// Whether the tenant has not replaced it.
    pub shipped: bool,
    /// When it was last saved.
    pub updated_at: Option<Timestamp>,
    /// What is wrong with it; everything is denied then.
    pub problem: Option<String>,
}

/// What the policies say about one caller and one tool.
#[derive(Clone, Debug, Serialize)]
pub struct PolicyDecision {
    /// `discover` or `call`.
    pub action: &'static str,
    /// Whether they may.
    pub allowed: bool,
    /// The policies that decided; none when it was denied because no policy permits it.
    pub decided_by: Vec<String>,
    /// Policies that could not be evaluated.
    pub errors: Vec<String>,
}

impl Gateway {
    /// A tenant's policies by name, the shipped one among them unless it is replaced.
    ///
    /// # Errors
    /// The store's.
    pub async fn list_policies(&self, tenant: &TenantId) -> Result<Vec<PolicySummary>> {
        let stored = Collection::<Policy>::of_tenant(&self.store, tenant).find_readable(&Query::all()).await?;
        let mut policies: Vec<PolicySummary> = stored
            .into_iter()
            .map(|(name, found)| match found {
                Ok(stored) => summary(stored.value),
                Err(damaged) => PolicySummary {
                    name,
                    text: String::new(),
                    shipped: false,
                    updated_at: None,
                    problem: Some(damaged.error.chain()),
                },
            })
            .collect();
        if !policies.iter().any(|policy| policy.name == DEFAULT) {
            policies.push(shipped());
        }
        policies.sort_by(|one, two| one.name.cmp(&two.name));
        Ok(policies)
    }

    /// One policy.
    ///
    /// # Errors
    /// [`Kind::NotFound`]; the store's.
    pub async fn show_policy(&self, tenant: &TenantId, name: &PolicyName) -> Result<PolicySummary> {
        match Collection::<Policy>::of_tenant(&self.store, tenant).get(name.as_str()).await? {
            Some(stored) => Ok(summary(stored.value)),
            None if name.as_str() == DEFAULT => Ok(shipped()),
            None => Err(unknown(tenant, name)),
        }
    }

    /// Saves a policy once it was checked. It is in force within a second, on every replica.
    ///
    /// # Errors
    /// What is wrong with the text; the store's.
    pub async fn set_policy(&self, tenant: &TenantId, name: &PolicyName, text: &str) -> Result<PolicySummary> {
        policy::check(name, text)?;
        let policies = Collection::<Policy>::of_tenant(&self.store, tenant);
        let now = Timestamp::now();
        let former = match policies.get(name.as_str()).await {
            Ok(former) => former,
            // One that cannot be read is replaced all the same.
            Err(error) if error.kind() == Kind::Internal => None,
            Err(error) => return Err(error),
        };
        let created_at = former.map_or(now, |stored| stored.value.created_at);
        let policy = Policy { name: name.clone(), text: text.to_owned(), created_at, updated_at: now };
        policies.put(&policy, Expect::Any).await.context(|| format!("save policy `{name}`"))?;
        Ok(summary(policy))
    }

    /// Removes a policy; removing `default` brings the shipped one back.
    ///
    /// # Errors
    /// [`Kind::NotFound`]; the store's.
    pub async fn remove_policy(&self, tenant: &TenantId, name: &PolicyName) -> Result<()> {
        let policies = Collection::<Policy>::of_tenant(&self.store, tenant);
        if policies.delete(name.as_str()).await? { Ok(()) } else { Err(unknown(tenant, name)) }
    }

    /// What the policies say about `principal` and a tool, as it would be now.
    ///
    /// # Errors
    /// [`Kind::NotFound`] for a tool that is not there; the store's.
    pub async fn decide(&self, principal: &Principal, server: &str, tool: &str) -> Result<Vec<PolicyDecision>> {
        let view = self.catalog.view(&principal.tenant).await?;
        let principal = self.with_context(&view, principal.clone()).await?;
        let mut listed = view.tools().iter().filter(|listed| listed.server.name.as_str() == server);
        let listed = listed.find(|listed| listed.tool.name == tool || *listed.exposed == *tool).ok_or_else(|| {
            Error::not_found(format!("server `{server}` has no usable tool `{tool}`")).help("see `mcpgw catalog list`")
        })?;
        let decide = |action: Action| {
            let resource = Resource::Tool(&listed.server, &listed.tool);
            let Verdict { is_allowed, decided_by, errors } = view.policies().decide(&principal, action, resource);
            PolicyDecision { action: action.word(), allowed: is_allowed, decided_by, errors }
        };
        Ok([Action::Discover, Action::Call].into_iter().map(decide).collect())
    }

    /// The caller with the roles and attributes that the tenant knows them by, where its policies can ask for them.
    ///
    /// # Errors
    /// The store's, for a caller that was not seen before.
    pub async fn in_context(&self, principal: Arc<Principal>) -> Result<Arc<Principal>> {
        let view = self.catalog.view(&principal.tenant).await?;
        if view.policies().is_shipped() {
            return Ok(principal);
        }
        self.with_context(&view, Principal::clone(&principal)).await.map(Arc::new)
    }

    async fn with_context(&self, view: &View, mut principal: Principal) -> Result<Principal> {
        if !view.policies().is_shipped()
            && let Some(known) = self.users.get(self, &principal).await?
        {
            principal.roles.extend(known.roles.iter().chain(&known.groups).cloned());
            principal.attributes.extend(known.attributes.clone());
        }
        Ok(principal)
    }

    /// Notes what is known of a user; `None` forgets it.
    ///
    /// # Errors
    /// The store's.
    pub async fn assign(
        &self,
        tenant: &TenantId,
        subject: &str,
        what: Option<(BTreeSet<String>, BTreeMap<String, String>)>,
    ) -> Result<()> {
        let users = Collection::<UserContext>::of_tenant(&self.store, tenant);
        match what {
            Some((roles, attributes)) => {
                let user = UserContext { id: UserContext::id_of(subject), roles, groups: BTreeSet::new(), attributes };
                users.put(&user, Expect::Any).await?;
            }
            None => drop(users.delete(&UserContext::id_of(subject)).await?),
        }
        Ok(())
    }
}

fn summary(policy: Policy) -> PolicySummary {
    let problem = policy::check(&policy.name, &policy.text).err().map(|error| error.chain());
    PolicySummary {
        name: policy.name.to_string(),
        text: policy.text,
        shipped: false,
        updated_at: Some(policy.updated_at),
        problem,
    }
}

fn shipped() -> PolicySummary {
    let (name, text) = (DEFAULT.to_owned(), SHIPPED.to_owned());
    PolicySummary { name, text, shipped: true, updated_at: None, problem: None }
}

fn unknown(tenant: &TenantId, name: &PolicyName) -> Error {
    Error::not_found(format!("tenant `{tenant}` has no policy `{name}`")).help("see `mcpgw policy list`")
}

type Known = (Instant, Option<Arc<UserContext>>);

/// What is known of users, as it was lately.
#[derive(Default)]
pub(super) struct Users(Mutex<HashMap<(TenantId, String), Known>>);

impl Users {
    async fn get(&self, gateway: &Gateway, principal: &Principal) -> Result<Option<Arc<UserContext>>> {
        let key = (principal.tenant.clone(), principal.subject.clone());
        let known = self.known().get(&key).cloned();
        if let Some((read, user)) = &known
            && read.elapsed() < FRESH
        {
            return Ok(user.clone());
        }
        let users = Collection::<UserContext>::of_tenant(&gateway.store, &principal.tenant);
        let user = match users.get(&UserContext::id_of(&principal.subject)).await {
            Ok(user) => user.map(|stored| Arc::new(stored.value)),
            // Without the store, what was known holds; of somebody unknown, nothing can be said.
            Err(error) => match known {
                Some((_, user)) => {
                    tracing::warn!(error = error.chain(), "the roles of a user are as they were");
                    user
                }
                None => return Err(error.context("read the roles of the caller")),
            },
        };
        let mut all = self.known();
        if all.len() >= MAX_USERS {
            all.clear();
        }
        all.insert(key, (Instant::now(), user.clone()));
        Ok(user)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<(TenantId, String), Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
