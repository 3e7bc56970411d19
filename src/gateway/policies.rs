//! The policies of a tenant, and what it knows of its users.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::Gateway;
use crate::auth::policy::{self, DEFAULT, SHIPPED};
use crate::auth::{Action, Resource, Verdict};
use crate::error::{Context as _, Error, Kind, Result};
use crate::model::{Policy, PolicyName, Principal, TenantId, Timestamp, UserContext};
use crate::store::{Collection, Expect, Query, Readable};

/// For how long what is known of a user is not asked again: a change of roles takes effect after this at the latest.
const FRESH: Duration = Duration::from_secs(5);
/// The revision of what came with the gateway.
const SHIPPED_REVISION: &str = "shipped";
/// Stands for the revision of whatever is there.
const ANY_REVISION: &str = "*";
/// Names that stand for something else where policies are administered.
const RESERVED: [&str; 2] = ["validate", "decide"];
/// Users that are remembered; one more, and all are forgotten.
const MAX_USERS: usize = 10_000;

/// A policy, and whether it came with the gateway.
#[derive(Clone, Debug, Serialize)]
pub struct PolicySummary {
    /// Its name.
    pub name: String,
    /// Its Cedar statements.
    pub source: String,
    /// Whether the tenant has not replaced it.
    pub shipped: bool,
    /// Another one with every change; an `ETag`.
    pub revision: String,
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

impl PolicyDecision {
    /// Why, in words.
    pub fn reason(&self) -> String {
        let (by, errors) = (self.decided_by.join(", "), self.errors.join("; "));
        match (self.allowed, by.is_empty(), errors.is_empty()) {
            (true, ..) => format!("permitted by {by}"),
            (false, _, false) => format!("denied, because a policy could not be evaluated: {errors}"),
            (false, false, true) => format!("forbidden by {by}"),
            (false, true, true) => "no policy permits it".to_owned(),
        }
    }
}

impl Gateway {
    /// A tenant's policies by name, the shipped one among them unless it is replaced.
    ///
    /// # Errors
    /// The store's.
    pub async fn list_policies(&self, tenant: &TenantId) -> Result<Vec<PolicySummary>> {
        let stored = Collection::<Policy>::of_tenant(&self.store, tenant).find_readable(&Query::all()).await?;
        let summaries = || stored.into_iter().map(readable_summary).collect();
        let mut policies: Vec<PolicySummary> = apart(summaries).await?;
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
            Some(stored) => apart(move || summary(stored.value, stored.revision)).await,
            None if name.as_str() == DEFAULT => Ok(shipped()),
            None => Err(unknown(tenant, name)),
        }
    }

    /// What is wrong with the text of a policy.
    ///
    /// # Errors
    /// Our own.
    pub async fn policy_faults(&self, source: String) -> Result<Vec<policy::Fault>> {
        let name = "policy".parse()?;
        apart(move || policy::faults(&name, &source)).await
    }

    /// Saves a policy once it was checked; where `expected` is given, only while that is its revision. It is in force
    /// within a second, on every replica.
    ///
    /// # Errors
    /// What is wrong with the text; [`Kind::Conflict`] where somebody else has changed it; the store's.
    pub async fn set_policy(
        &self,
        tenant: &TenantId,
        name: &PolicyName,
        text: &str,
        expected: Option<&str>,
    ) -> Result<PolicySummary> {
        if RESERVED.contains(&name.as_str()) {
            return Err(Error::invalid(format!("no policy can be called `{name}`")).help("choose another name"));
        }
        let (own, source) = (name.clone(), text.to_owned());
        apart(move || policy::check(&own, &source)).await??;
        let policies = Collection::<Policy>::of_tenant(&self.store, tenant);
        let now = Timestamp::now();
        // One that cannot be read is replaced all the same.
        let former = policies.get_readable(name.as_str()).await?;
        let expect = expectation(expected, name, former.as_ref())?;
        let created_at = former.and_then(Result::ok).map_or(now, |stored| stored.value.created_at);
        let policy = Policy { name: name.clone(), text: text.to_owned(), created_at, updated_at: now };
        match policies.put(&policy, expect).await {
            Err(error) if error.kind() == Kind::Conflict => Err(changed_meanwhile(name)),
            saved => {
                let revision = saved.context(|| format!("save policy `{name}`"))?;
                Ok(summarized(policy, revision, None))
            }
        }
    }

    /// Removes a policy, where `expected` is given, only while that is its revision; removing `default` brings the
    /// shipped one back.
    ///
    /// # Errors
    /// [`Kind::NotFound`]; [`Kind::Conflict`] where somebody else has changed it; the store's.
    pub async fn remove_policy(&self, tenant: &TenantId, name: &PolicyName, expected: Option<&str>) -> Result<()> {
        let policies = Collection::<Policy>::of_tenant(&self.store, tenant);
        let Some(former) = policies.get_readable(name.as_str()).await? else { return Err(unknown(tenant, name)) };
        let removed = match expectation(expected, name, Some(&former))? {
            Expect::Revision(revision) => policies.delete_unchanged(name.as_str(), revision).await,
            _ => policies.delete(name.as_str()).await.map(|_| ()),
        };
        removed.map_err(|error| if error.kind() == Kind::Conflict { changed_meanwhile(name) } else { error })
    }

    /// What the policies say about `principal`, who is in context, and a tool, as it would be now.
    ///
    /// # Errors
    /// [`Kind::NotFound`] for a tool that is not there; the store's.
    pub async fn decide(&self, principal: &Principal, server: &str, tool: &str) -> Result<Vec<PolicyDecision>> {
        let view = self.catalog.view(&principal.tenant).await?;
        let mut listed = view.tools().iter().filter(|listed| listed.server.name.as_str() == server);
        let listed = listed.find(|listed| listed.tool.name == tool || *listed.exposed == *tool).ok_or_else(|| {
            Error::not_found(format!("server `{server}` has no usable tool `{tool}`")).help("see `mcpgw catalog list`")
        })?;
        let decide = |action: Action| {
            let resource = Resource::Tool(&listed.server, &listed.tool);
            let Verdict { is_allowed, decided_by, errors } = view.policies().decide(principal, action, resource);
            PolicyDecision { action: action.word(), allowed: is_allowed, decided_by, errors }
        };
        Ok([Action::Discover, Action::Call].into_iter().map(decide).collect())
    }

    /// The caller with the roles and attributes that the tenant knows them by, where its policies can ask for them.
    ///
    /// # Errors
    /// The store's, for a caller that was not seen before.
    pub async fn in_context(&self, principal: Arc<Principal>) -> Result<Arc<Principal>> {
        if self.catalog.view(&principal.tenant).await?.policies().is_shipped() {
            return Ok(principal);
        }
        let Some(known) = self.users.get(self, &principal).await? else { return Ok(principal) };
        let mut principal = Arc::unwrap_or_clone(principal);
        principal.roles.extend(known.roles.iter().chain(&known.groups).cloned());
        principal.attributes.extend(known.attributes.clone());
        Ok(Arc::new(principal))
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

/// What a write has to find. The shipped policy, which is in no store, is there while none of its name is.
fn expectation(expected: Option<&str>, name: &PolicyName, former: Option<&Readable<Policy>>) -> Result<Expect> {
    let Some(expected) = expected else { return Ok(Expect::Any) };
    let known = former.map(|found| found.as_ref().map_or_else(|damaged| damaged.revision, |stored| stored.revision));
    match known {
        Some(revision) if expected == revision.to_string() => Ok(Expect::Revision(revision)),
        None if name.as_str() == DEFAULT && [SHIPPED_REVISION, ANY_REVISION].contains(&expected) => Ok(Expect::Absent),
        Some(_) if expected == ANY_REVISION => Ok(Expect::Any),
        _ => Err(changed_meanwhile(name)),
    }
}

fn changed_meanwhile(name: &PolicyName) -> Error {
    Error::new(Kind::Conflict, format!("policy `{name}` was changed meanwhile"))
        .help("read it again, and make the change to what it is now")
}

/// Lets Cedar work beside what serves others.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Error::internal("read a policy").source(error))
}

fn readable_summary((name, found): (String, Readable<Policy>)) -> PolicySummary {
    match found {
        Ok(stored) => summary(stored.value, stored.revision),
        Err(damaged) => PolicySummary {
            name,
            source: String::new(),
            shipped: false,
            revision: damaged.revision.to_string(),
            updated_at: None,
            problem: Some(damaged.error.chain()),
        },
    }
}

fn summary(policy: Policy, revision: u64) -> PolicySummary {
    let problem = policy::check(&policy.name, &policy.text).err().map(|error| error.chain());
    summarized(policy, revision, problem)
}

fn summarized(policy: Policy, revision: u64, problem: Option<String>) -> PolicySummary {
    PolicySummary {
        name: policy.name.to_string(),
        source: policy.text,
        shipped: false,
        revision: revision.to_string(),
        updated_at: Some(policy.updated_at),
        problem,
    }
}

fn shipped() -> PolicySummary {
    let (name, source) = (DEFAULT.to_owned(), SHIPPED.to_owned());
    PolicySummary {
        name,
        source,
        shipped: true,
        revision: SHIPPED_REVISION.to_owned(),
        updated_at: None,
        problem: None,
    }
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
