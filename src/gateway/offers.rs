//! Prompts, resources and resource templates: what the servers list, kept for a while.
//!
//! The lists are asked for when somebody wants them, of all servers at once, and each answer is kept until it is old or
//! the server says that it has changed. A slow or dead server is waited for a moment at most; until it answers, its
//! last list stands.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use serde_json::value::RawValue;
use tokio::sync::watch;

use super::{Gateway, List, forward::raw_value};
use crate::auth::Action;
use crate::error::{Error, Kind, Result};
use crate::model::{
    CacheHint, ObjectWriter, Principal, RawJson, RawObject, Server, ServerName, TenantId, exposed_name,
};
use crate::upstream::{Caller, Reply, Request};

/// Servers that are asked at the same time.
const FAN_OUT: usize = 16;
/// How long a list is believed.
const FRESH: Duration = Duration::from_secs(30);
/// The same where the server says when it changes.
const FRESH_IF_WATCHED: Duration = Duration::from_secs(600);
/// How long a list that could not be had is not asked for again.
const RETRY: Duration = Duration::from_secs(5);
/// How long the lists of all others wait for a slow server.
const PATIENCE: Duration = Duration::from_millis(1500);
const MAX_PAGES: usize = 1000;
/// Prompts or resources that one server may list.
const MAX_ITEMS: usize = 10_000;
/// What all pages of one list may hold together.
const MAX_LIST_BYTES: usize = 32 * 1024 * 1024;
/// How long all pages of one list may take together, where a single page may not take longer.
const LIST_PATIENCE: Duration = Duration::from_secs(60);
/// Put before a URI that several servers claim.
const OWN_SCHEME: &str = "mcpgw://";

/// What is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Offer {
    /// `prompts/list`.
    Prompts,
    /// `resources/list`.
    Resources,
    /// `resources/templates/list`.
    Templates,
}

impl Offer {
    /// The list's name in `list_changed` and in the capabilities.
    pub fn list(self) -> List {
        match self {
            Self::Prompts => List::Prompts,
            Self::Resources | Self::Templates => List::Resources,
        }
    }

    fn method(self) -> &'static str {
        match self {
            Self::Prompts => "prompts/list",
            Self::Resources => "resources/list",
            Self::Templates => "resources/templates/list",
        }
    }

    /// The member of the result.
    pub fn member(self) -> &'static str {
        match self {
            Self::Prompts => "prompts",
            Self::Resources => "resources",
            Self::Templates => "resourceTemplates",
        }
    }

    /// The member that names an item.
    fn key(self) -> &'static str {
        match self {
            Self::Prompts => "name",
            Self::Resources => "uri",
            Self::Templates => "uriTemplate",
        }
    }
}

/// An item as clients are shown it.
#[derive(Clone, Debug)]
pub struct Offered {
    /// Whose.
    pub server: Arc<Server>,
    /// The name, URI or template that the server gave it.
    pub own: Arc<str>,
    /// The one that clients see.
    pub exposed: Arc<str>,
    /// Its definition with that one; everything else as the server wrote it.
    pub json: RawJson,
}

struct Item {
    own: Arc<str>,
    json: RawJson,
}

type Items = Arc<Vec<Item>>;
/// A server's list, and how long it may be kept; no list, for a server that keeps none.
type Listed = (Items, CacheHint);
type Key = (TenantId, ServerName, Offer);

/// The lists that were asked for.
#[derive(Default)]
pub(super) struct Offers {
    kept: Mutex<HashMap<Key, Kept>>,
}

/// What a server answered.
struct Asked {
    items: Vec<Item>,
    hint: CacheHint,
    /// Whether it says when the list changes.
    is_watched: bool,
}

struct Kept {
    items: Items,
    hint: CacheHint,
    until: Instant,
    /// Set while the server is being asked.
    asking: Option<watch::Receiver<bool>>,
}

impl Offers {
    /// Forgets how fresh a server's lists are.
    pub(super) fn expire(&self, tenant: &TenantId, server: &ServerName, list: List) {
        let mut kept = self.kept();
        for ((_, _, offer), entry) in kept.iter_mut().filter(|((t, s, _), _)| t == tenant && s == server) {
            if offer.list() == list {
                entry.until = Instant::now();
            }
        }
    }

    /// Forgets the lists of servers that are not used any more.
    pub(super) fn keep_only(&self, used: &[(TenantId, ServerName)]) {
        self.kept().retain(|(tenant, server, _), _| used.iter().any(|(t, s)| t == tenant && s == server));
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, HashMap<Key, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Gateway {
    /// Everything of a kind that `principal` may see, by server and then as the server lists it, and how long it may
    /// be kept.
    ///
    /// # Errors
    /// As the store's, when the tenant is loaded for the first time.
    pub async fn offered(
        self: &Arc<Self>,
        principal: &Principal,
        offer: Offer,
        caller: &Caller,
    ) -> Result<(Vec<Offered>, CacheHint)> {
        let servers = self.visible_servers(principal).await?;
        let lists = futures_util::stream::iter(servers)
            .map(|server| async move { (self.items_for(&principal.tenant, &server, offer, caller).await, server) })
            .buffered(FAN_OUT)
            .collect::<Vec<_>>();
        let lists = lists.await;
        let mut owners: BTreeMap<Arc<str>, usize> = BTreeMap::new();
        if offer != Offer::Prompts {
            for item in lists.iter().flat_map(|((items, _), _)| items.iter()) {
                *owners.entry(Arc::clone(&item.own)).or_default() += 1;
            }
        }
        let expose = |server: &Server, own: &Arc<str>| match owners.get(own) {
            None => exposed_name(&server.name, own).into(),
            Some(1) => Arc::clone(own),
            Some(_) => format!("{OWN_SCHEME}{}/{own}", server.name).into(),
        };
        let mut offered = Vec::new();
        for ((items, _), server) in &lists {
            for item in items.iter() {
                let exposed: Arc<str> = expose(server, &item.own);
                let json = renamed(&item.json, offer.key(), &exposed);
                offered.extend(json.map(|json| Offered {
                    server: Arc::clone(server),
                    own: Arc::clone(&item.own),
                    exposed,
                    json,
                }));
            }
        }
        let hint = CacheHint::of_all(lists.iter().map(|((_, hint), _)| *hint));
        let view = self.catalog.view(&principal.tenant).await?;
        Ok((offered, hint.for_caller(view.is_chosen_for(principal))))
    }

    /// The enabled servers that `principal` may use, by name.
    pub(super) async fn visible_servers(&self, principal: &Principal) -> Result<Vec<Arc<Server>>> {
        let view = self.catalog.view(&principal.tenant).await?;
        let access = view.access(principal);
        let visible = |server: &&Arc<Server>| server.is_enabled && access.server(Action::Discover, server);
        Ok(view.servers().filter(visible).cloned().collect())
    }

    /// A server's list as `caller` has it: a server may list other things to a session that it knows.
    async fn items_for(
        self: &Arc<Self>,
        tenant: &TenantId,
        server: &Arc<Server>,
        offer: Offer,
        caller: &Caller,
    ) -> Listed {
        if let Some(session) = &caller.session
            && self.pool.has_own(tenant, &server.name, session)
            && let Ok(Ok(asked)) = tokio::time::timeout(PATIENCE, self.ask_for(tenant, server, offer, caller)).await
        {
            return (Arc::new(asked.items), asked.hint);
        }
        self.items(tenant, server, offer).await
    }

    /// A server's list: a fresh one, where it can be had in a moment.
    async fn items(self: &Arc<Self>, tenant: &TenantId, server: &Arc<Server>, offer: Offer) -> Listed {
        let key = (tenant.clone(), server.name.clone(), offer);
        let mut asking = {
            let mut kept = self.offers.kept();
            let entry = kept.entry(key.clone()).or_insert_with(|| Kept {
                items: Items::default(),
                hint: CacheHint::UNSTATED,
                until: Instant::now(),
                asking: None,
            });
            if entry.until > Instant::now() {
                return (Arc::clone(&entry.items), entry.hint);
            }
            match &entry.asking {
                Some(asking) => asking.clone(),
                None => {
                    let (done, asking) = watch::channel(false);
                    entry.asking = Some(asking.clone());
                    // A task of its own: one that takes long is there for the next who asks.
                    tokio::spawn(refresh(Arc::downgrade(self), key.clone(), Arc::clone(server), done));
                    asking
                }
            }
        };
        let _ = tokio::time::timeout(PATIENCE, asking.wait_for(|done| *done)).await;
        let kept = self.offers.kept();
        kept.get(&key)
            .map_or_else(|| (Items::default(), CacheHint::UNSTATED), |entry| (Arc::clone(&entry.items), entry.hint))
    }

    async fn ask_for(&self, tenant: &TenantId, server: &Arc<Server>, offer: Offer, caller: &Caller) -> Result<Asked> {
        let deadline = Instant::now() + server.timeout(self.config.upstream.timeout);
        let greeting = self.pool.connection_of(tenant, server, caller, deadline).await?.greet(deadline).await?;
        let capability = offer.list().word();
        let is_watched = greeting.flag(capability, "listChanged");
        let mut asked = Asked { items: Vec::new(), hint: CacheHint::UNBOUNDED, is_watched };
        if !greeting.can(capability) {
            return Ok(Asked { is_watched: true, ..asked });
        }
        let mut cursor: Option<String> = None;
        let mut bytes = 0_usize;
        for _ in 0..MAX_PAGES {
            let params =
                cursor.as_ref().map_or_else(|| serde_json::json!({}), |next| serde_json::json!({ "cursor": next }));
            let params = RawJson::of(&params).map_err(|error| Error::internal("write a cursor").source(error))?;
            let params = raw_value(&params)?;
            let params = RawObject::parse(&params).map_err(|error| Error::internal("read a cursor").source(error))?;
            let deadline = Instant::now() + server.timeout(self.config.upstream.timeout);
            let request = Request::new(offer.method(), &params, caller, deadline);
            let result = match self.pool.request(tenant, server, &request).await? {
                Reply::Result(result) => result,
                Reply::Error(_) => return Ok(Asked { hint: CacheHint::UNSTATED, ..asked }),
            };
            bytes = bytes.saturating_add(result.bytes().len());
            if bytes > MAX_LIST_BYTES {
                let what = format!("server `{}` lists more than {MAX_LIST_BYTES} bytes of {capability}", server.name);
                return Err(Error::new(Kind::UpstreamError, what));
            }
            asked.hint = asked.hint.least(CacheHint::read(&result));
            let former = cursor;
            cursor = read_page(&result, offer, &mut asked.items).ok_or_else(|| {
                Error::new(Kind::UpstreamError, format!("server `{}` lists in a wrong shape", server.name))
            })?;
            if cursor.is_none() || cursor == former || asked.items.len() >= MAX_ITEMS {
                break;
            }
        }
        asked.items.truncate(MAX_ITEMS);
        self.keep_harmless(server, capability, &mut asked.items).await?;
        Ok(asked)
    }
}

impl Gateway {
    /// Leaves out what gives the model orders in place of describing itself.
    async fn keep_harmless(&self, server: &Server, what: &str, items: &mut Vec<Item>) -> Result<()> {
        let Some(chain) = &self.guardrails else { return Ok(()) };
        let allowed = server.guardrails.allowed(None);
        let mut harmless = Vec::with_capacity(items.len());
        for item in items.drain(..) {
            let mut orders = chain.orders_in(item.json.as_str()).await?;
            orders.retain(|order| !allowed.contains(order));
            if orders.is_empty() {
                harmless.push(item);
            } else {
                tracing::warn!(server.name = %server.name, what, categories = orders.join(","), "left out: it gives the model orders");
            }
        }
        *items = harmless;
        Ok(())
    }
}

/// Asks a server and keeps what it says.
async fn refresh(gateway: Weak<Gateway>, key: Key, server: Arc<Server>, done: watch::Sender<bool>) {
    let Some(gateway) = gateway.upgrade() else { return };
    let caller = Caller::gateway(&key.0);
    let patience = server.timeout(gateway.config.upstream.timeout).max(LIST_PATIENCE);
    let asked = tokio::time::timeout(patience, gateway.ask_for(&key.0, &server, key.2, &caller)).await;
    let late = || Error::new(Kind::UpstreamTimeout, format!("server `{}` lists without end", server.name));
    let asked = asked.unwrap_or_else(|_| Err(late()));
    let mut kept = gateway.offers.kept();
    let Some(entry) = kept.get_mut(&key) else { return };
    entry.asking = None;
    match asked {
        Ok(asked) => {
            entry.items = Arc::new(asked.items);
            entry.hint = asked.hint;
            entry.until = Instant::now() + if asked.is_watched { FRESH_IF_WATCHED } else { FRESH };
        }
        Err(error) => {
            tracing::debug!(server.name = %server.name, error = error.chain(), "its last list stands");
            entry.until = Instant::now() + RETRY;
        }
    }
    drop(kept);
    let _ = done.send(true);
}

/// Adds a page's items; the next cursor. `None` for what is no page.
fn read_page(result: &RawJson, offer: Offer, items: &mut Vec<Item>) -> Option<Option<String>> {
    let members: RawObject<'_> = serde_json::from_str(result.as_str()).ok()?;
    let listed: Vec<&RawValue> = members.read(offer.member()).ok()??;
    for raw in listed {
        // One that cannot be read hides no other.
        let key = RawObject::parse(raw).ok().and_then(|item| item.read::<String>(offer.key()).ok().flatten());
        if let Some(key) = key.filter(|key| !key.is_empty()) {
            items.push(Item { own: key.into(), json: RawJson::slice_of(result.bytes(), raw) });
        }
    }
    members.read("nextCursor").ok()
}

/// An object with another value for one of its members.
pub(super) fn renamed(json: &RawJson, member: &str, value: &str) -> Option<RawJson> {
    let object: RawObject<'_> = serde_json::from_str(json.as_str()).ok()?;
    if object.read::<&str>(member).ok().flatten() == Some(value) {
        return Some(json.clone());
    }
    let mut writer = ObjectWriter::new(json.bytes().len() + value.len());
    for (name, raw) in object.iter() {
        if name == member {
            writer.text(name, value);
        } else {
            writer.raw(name, raw.get().as_bytes());
        }
    }
    Some(writer.finish())
}

/// A URI that was put behind a server's name, and that name.
pub(super) fn split_own(uri: &str) -> Option<(&str, &str)> {
    uri.strip_prefix(OWN_SCHEME)?.split_once('/').filter(|(_, own)| !own.is_empty())
}

/// Whether `uri` may come from a template (RFC 6570). A variable stands for one or more characters, of a single path
/// segment unless it says otherwise. Takes time in proportion to both lengths, whatever they hold.
pub(super) fn matches(template: &str, uri: &str) -> bool {
    let uri = uri.as_bytes();
    // Which lengths of `uri` what was read of the template can stand for.
    let mut reached = vec![false; uri.len() + 1];
    reached.iter_mut().take(1).for_each(|start| *start = true);
    let mut rest = template;
    while !rest.is_empty() {
        let (literal, after) = rest.split_once('{').unwrap_or((rest, ""));
        reached = after_literal(&reached, uri, literal.as_bytes());
        if literal.len() == rest.len() {
            break;
        }
        let Some((variable, after)) = after.split_once('}') else { return false };
        // Reserved, fragment, path and query expansions may hold slashes, and may be empty.
        let is_wide = variable.starts_with(['+', '#', '/', '?', '&', ';', '.']);
        reached = after_variable(&reached, uri, is_wide);
        rest = after;
    }
    reached.last() == Some(&true)
}

fn after_literal(reached: &[bool], uri: &[u8], literal: &[u8]) -> Vec<bool> {
    let mut next = vec![false; reached.len()];
    for (at, _) in reached.iter().enumerate().filter(|(_, reached)| **reached) {
        if uri.get(at..).is_some_and(|rest| rest.starts_with(literal))
            && let Some(end) = next.get_mut(at + literal.len())
        {
            *end = true;
        }
    }
    next
}

fn after_variable(reached: &[bool], uri: &[u8], is_wide: bool) -> Vec<bool> {
    let mut running = false;
    let mut next = Vec::with_capacity(reached.len());
    next.push(is_wide && reached.first() == Some(&true));
    for (byte, (before, here)) in uri.iter().zip(reached.iter().zip(reached.iter().skip(1))) {
        running = (running || *before) && (is_wide || *byte != b'/');
        next.push(running || (is_wide && *here));
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_match_their_templates() {
        for (template, uri, expected) in [
            ("test://template/{id}/data", "test://template/123/data", true),
            ("test://template/{id}/data", "test://template/1/2/data", false),
            ("test://template/{id}/data", "test://template//data", false),
            ("file:///{+path}", "file:///a/b/c", true),
            ("file:///{path}", "file:///a/b/c", false),
            ("a://x{?q}", "a://x?q=1", true),
            ("a://x{?q}", "a://x", true),
            ("a://x", "a://x", true),
            ("a://{b", "a://b", false),
            ("{+a}{+b}{+c}{+d}{+e}{+f}{+g}{+h}{+i}{+j}{+k}!", &"x".repeat(2000), false),
            ("{a}-{b}", "1-2-3", true),
        ] {
            assert_eq!(matches(template, uri), expected, "{template} {uri}");
        }
    }

    #[test]
    fn only_the_name_changes() {
        let prompt = RawJson::check(r#"{"name":"p", "x":[1.0 ],"arguments":[]}"#).expect("json");
        let exposed = renamed(&prompt, "name", "s__p").expect("an object");
        assert_eq!(exposed.as_str(), r#"{"name":"s__p","x":[1.0 ],"arguments":[]}"#);
        assert_eq!(split_own("mcpgw://files/file:///a"), Some(("files", "file:///a")));
        assert_eq!(split_own("file:///a"), None);
    }
}
