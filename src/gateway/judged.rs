//! The judged requests of a tenant: what its searches are measured by.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::evaluate::{JudgedQuery, Judgements, Searched};
use super::search::MAX_QUERY_BYTES;
use super::{EVALUATION_DEPTH, Gateway};
use crate::error::{Error, Kind, Result};
use crate::model::{JudgedRequest, TenantId};
use crate::store::{Collection, Expect, Query};

/// The most that a tenant keeps: an evaluation searches for each of them.
const MOST: u64 = 1000;

impl Gateway {
    /// The judged requests of a tenant, the latest first.
    ///
    /// # Errors
    /// As the store's.
    pub async fn judged(&self, tenant: &TenantId) -> Result<Vec<JudgedRequest>> {
        let stored = Collection::<JudgedRequest>::of_tenant(&self.store, tenant).find(&Query::all()).await?;
        let mut judged: Vec<JudgedRequest> = stored.into_iter().map(|stored| stored.value).collect();
        judged.sort_by(|one, two| two.created_at.cmp(&one.created_at).then_with(|| one.id.cmp(&two.id)));
        Ok(judged)
    }

    /// Notes which tools (`server/tool`) are right for a request, in place of what was noted for the same one.
    ///
    /// # Errors
    /// What is wrong with it, a tool that is not there included; the store's.
    pub async fn judge(&self, tenant: &TenantId, query: &str, tools: Vec<String>) -> Result<JudgedRequest> {
        let wrong = |field: &str, what: String| Error::invalid(what).field(field);
        if query.trim().is_empty() || query.len() > MAX_QUERY_BYTES {
            return Err(wrong("query", format!("the query is empty or longer than {MAX_QUERY_BYTES} bytes")));
        }
        if !(1..=EVALUATION_DEPTH).contains(&tools.len()) {
            return Err(wrong("tools", format!("name from 1 to {EVALUATION_DEPTH} tools that are right for it")));
        }
        let searched = self.searched_catalog(tenant).await?;
        let known = searched.names();
        if let Some(absent) = tools.iter().find(|tool| !known.contains(tool.as_str())) {
            let what = format!("there is no usable tool `{}`", crate::model::shortened(absent));
            return Err(Error::not_found(what).field("tools").help("tools are called server/tool here"));
        }
        let mut distinct = BTreeSet::new();
        let tools = tools.into_iter().filter(|tool| distinct.insert(tool.clone())).collect();
        let request = JudgedRequest::new(query, tools);
        let judged = Collection::<JudgedRequest>::of_tenant(&self.store, tenant);
        if !judged.contains(&request.id).await? && judged.count(&Query::all()).await? >= MOST {
            return Err(Error::new(Kind::Refused, format!("there are {MOST} judged requests already"))
                .help("remove some that say little"));
        }
        judged.put(&request, Expect::Any).await?;
        Ok(request)
    }

    /// Forgets a judged request.
    ///
    /// # Errors
    /// [`Kind::NotFound`]; the store's.
    pub async fn forget_judged(&self, tenant: &TenantId, id: &str) -> Result<()> {
        if Collection::<JudgedRequest>::of_tenant(&self.store, tenant).delete(id).await? {
            return Ok(());
        }
        Err(Error::not_found(format!("no judged request has the id `{}`", crate::model::shortened(id)))
            .help("see `mcpgw catalog judge --list`"))
    }

    /// The judged requests of a tenant as [`Self::evaluate`] takes them, and the right tools that cannot be found any
    /// more: of these nothing is asked.
    ///
    /// # Errors
    /// [`Kind::NotFound`] where nothing is left to ask; the store's.
    pub async fn judgements(&self, tenant: &TenantId, searched: &Searched) -> Result<(Judgements, BTreeSet<String>)> {
        let known = searched.names();
        let (mut judgements, mut missing) = (Judgements::default(), BTreeSet::new());
        for request in self.judged(tenant).await? {
            let (right, gone): (BTreeSet<_>, BTreeSet<_>) =
                request.tools.into_iter().partition(|tool| known.contains(tool.as_str()));
            missing.extend(gone);
            if !right.is_empty() {
                judgements.queries.push(JudgedQuery { id: request.id.clone(), text: request.query });
                judgements.relevant.insert(request.id, right);
            }
        }
        if judgements.queries.is_empty() {
            return Err(Error::not_found(format!("tenant `{tenant}` has no judged request whose tools are there"))
                .help("say which tools are right for a request: `mcpgw catalog judge QUERY SERVER/TOOL`"));
        }
        Ok((judgements, missing))
    }
}

/// A judged request, as operators see it.
pub fn shown_judged(request: &JudgedRequest) -> Value {
    let JudgedRequest { id, query, tools, created_at } = request;
    json!({ "id": id, "query": query, "tools": tools, "created_at": created_at.to_string() })
}
