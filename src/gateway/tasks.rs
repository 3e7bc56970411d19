//! Tasks: calls of tools that go on after they were answered. A task is its tool's, and its caller's: who may not call the
//! tool any more has no task of it either.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::Gateway;
use super::offers::renamed;
use crate::auth::Action;
use crate::catalog::Found;
use crate::error::{Error, Result};
use crate::model::{Noted, ObjectWriter, Principal, RawJson, RawObject, Server, ServerName, exposed_name};
use crate::secrets::Sealer;
use crate::upstream::{Caller, Reply};

/// Sealed for this.
const TASK: &str = "mcp-task";
/// Tasks whose tools are remembered; one more, and all are forgotten.
const MAX_KNOWN: usize = 10_000;

/// A caller at a server.
type Whose = (String, ServerName);

/// Which tools tasks belong to. What a server says about a task does not name the tool, and must name the task as its
/// caller knows it.
#[derive(Default)]
pub(super) struct Tasks(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// By the server's own id.
    tools: HashMap<(Whose, String), Arc<str>>,
    /// Tools that are being called: a server may speak of a task before it has answered the call that made it.
    calls: HashMap<Whose, Vec<Arc<str>>>,
}

/// A call under way, until this is dropped.
pub(super) struct Calling<'a> {
    tasks: &'a Tasks,
    whose: Whose,
    tool: Arc<str>,
}

impl Tasks {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a call of `tool`.
    pub(super) fn calling(&self, principal: &Principal, server: &ServerName, tool: &str) -> Calling<'_> {
        let (whose, tool) = ((principal.identity(), server.clone()), Arc::from(tool));
        self.known().calls.entry(whose.clone()).or_default().push(Arc::clone(&tool));
        Calling { tasks: self, whose, tool }
    }

    fn note(&self, whose: Whose, own: &str, tool: &str) {
        let mut known = self.known();
        if known.tools.len() >= MAX_KNOWN {
            known.tools.clear();
        }
        known.tools.insert((whose, own.to_owned()), tool.into());
    }

    /// The tool of a task; `None` where that cannot be told.
    fn tool_of(&self, whose: Whose, own: &str) -> Option<Arc<str>> {
        let mut known = self.known();
        let key = (whose, own.to_owned());
        if let Some(tool) = known.tools.get(&key) {
            return Some(Arc::clone(tool));
        }
        let called = known.calls.get(&key.0)?;
        let tool = called.first().filter(|first| called.iter().all(|tool| tool == *first)).cloned()?;
        if known.tools.len() < MAX_KNOWN {
            known.tools.insert(key, Arc::clone(&tool));
        }
        Some(tool)
    }
}

impl Drop for Calling<'_> {
    fn drop(&mut self) {
        let mut known = self.tasks.known();
        let Some(calls) = known.calls.get_mut(&self.whose) else { return };
        if let Some(place) = calls.iter().position(|tool| Arc::ptr_eq(tool, &self.tool)) {
            calls.swap_remove(place);
        }
        if calls.is_empty() {
            known.calls.remove(&self.whose);
        }
    }
}

/// What is sealed in a task's id.
#[derive(Serialize, Deserialize)]
struct TaskId {
    #[serde(rename = "s")]
    server: ServerName,
    /// The tool that made it, by its own name; none where that could not be told.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    tool: Option<String>,
    /// The server's own id.
    #[serde(rename = "t")]
    own: String,
}

impl TaskId {
    /// The id that `principal` knows the task by: always the same one.
    fn sealed(&self, sealer: &Sealer, principal: &Principal) -> Result<String> {
        let plain = serde_json::to_vec(self).map_err(|error| Error::internal("write a task's id").source(error))?;
        sealer.seal_alike(TASK, &principal.identity(), &plain)
    }
}

impl Gateway {
    /// `tasks/…`. A task's id holds its server and its tool, and is bound to the caller who started it.
    ///
    /// # Errors
    /// Unknown tasks, also those of tools that the caller may not call any more, and what keeps the server from
    /// answering.
    pub async fn task(
        self: &Arc<Self>,
        principal: &Principal,
        method: &str,
        id: &str,
        params: &RawObject<'_>,
        caller: &Caller,
    ) -> Result<Reply> {
        let unknown = || Error::not_found("unknown task").data(serde_json::json!({ "reason": "unknown_task" }));
        let plain = self.sealer().await?.open(TASK, &principal.identity(), id).ok_or_else(unknown)?;
        let task: TaskId = serde_json::from_slice(&plain).map_err(|_| unknown())?;
        let server = self.server_of(principal, &task).await?.ok_or_else(unknown)?;
        let reply = self
            .ask(principal, &server, (method, Some(("taskId", &task.own))), params, caller, &mut Noted::default())
            .await?;
        Ok(match reply {
            // Under the id that the caller knows.
            Reply::Result(result) if names_a_task(&result) => {
                let result = renamed(&result, "taskId", id).unwrap_or(result);
                Reply::Result(with_related_task(&result, id).unwrap_or(result))
            }
            reply => reply,
        })
    }

    /// The server of a task whose tool `principal` may call; of one whose tool is not known, if they may use the server
    /// itself.
    async fn server_of(&self, principal: &Principal, task: &TaskId) -> Result<Option<Arc<Server>>> {
        let view = self.catalog.view(&principal.tenant).await?;
        let Some(tool) = &task.tool else {
            let server = self.server_named(principal, task.server.as_str()).await?;
            return Ok(server.filter(|server| view.access(principal).server(Action::Call, server)));
        };
        let exposed = exposed_name(&task.server, tool);
        Ok(match view.resolve(&exposed, Some(task.server.as_str()), principal, Action::Call) {
            Found::One(listed) => Some(Arc::clone(&listed.server)),
            Found::Forbidden(_) | Found::Ambiguous(_) | Found::Nothing => None,
        })
    }

    /// A reply of `tool` with the ids of tasks replaced by ones that lead back to it.
    pub(super) async fn with_task_ids(
        &self,
        principal: &Principal,
        server: &Server,
        tool: &str,
        reply: Reply,
    ) -> Result<Reply> {
        let Reply::Result(result) = &reply else { return Ok(reply) };
        if !names_a_task(result) {
            return Ok(reply);
        }
        let sealer = self.sealer().await?;
        let sealed = |own: String| {
            self.tasks.note((principal.identity(), server.name.clone()), &own, tool);
            TaskId { server: server.name.clone(), tool: Some(tool.to_owned()), own }.sealed(sealer, principal)
        };
        let replaced = |object: &RawJson| -> Option<Result<RawJson>> {
            let members: RawObject<'_> = serde_json::from_str(object.as_str()).ok()?;
            let id = sealed(members.read("taskId").ok()??);
            Some(id.and_then(|id| renamed(object, "taskId", &id).ok_or_else(|| Error::internal("a task's id"))))
        };
        if let Some(id) = related_task(result).map(sealed) {
            return Ok(Reply::Result(with_related_task(result, &id?).unwrap_or_else(|| result.clone())));
        }
        // At the top in 2026-07-28, inside `task` in 2025-11-25; anything deeper is the tool's own.
        if let Some(replaced) = replaced(result) {
            return replaced.map(Reply::Result);
        }
        let members: Option<RawObject<'_>> = serde_json::from_str(result.as_str()).ok();
        let task = members.as_ref().and_then(|members| members.get("task")).map(RawJson::copy_of);
        let Some((members, task)) = members.zip(task.and_then(|task| replaced(&task))) else { return Ok(reply) };
        let task = task?;
        let mut writer = ObjectWriter::new(result.bytes().len() + 128);
        for (name, value) in members.iter() {
            writer.raw(name, if name == "task" { task.bytes() } else { value.get().as_bytes() });
        }
        Ok(Reply::Result(writer.finish()))
    }

    /// The parameters of a message of `server` about a task, with the id that the caller knows it by; any other's
    /// untouched.
    ///
    /// # Errors
    /// When the key that seals ids cannot be read.
    pub(super) async fn about_task(
        &self,
        principal: &Principal,
        server: &ServerName,
        method: &str,
        params: RawJson,
    ) -> Result<RawJson> {
        if !names_a_task(&params) {
            return Ok(params);
        }
        let sealer = self.sealer().await?;
        let sealed = |own: String| {
            let tool = self.tasks.tool_of((principal.identity(), server.clone()), &own);
            TaskId { server: server.clone(), tool: tool.map(|tool| tool.to_string()), own }.sealed(sealer, principal)
        };
        if let Some(own) = related_task(&params) {
            let id = sealed(own)?;
            return Ok(with_related_task(&params, &id).unwrap_or(params));
        }
        if !method.starts_with("notifications/tasks") {
            return Ok(params);
        }
        let members: RawObject<'_> = serde_json::from_str(params.as_str()).unwrap_or_default();
        let Some(own) = members.read::<String>("taskId").ok().flatten() else { return Ok(params) };
        let id = sealed(own)?;
        Ok(renamed(&params, "taskId", &id).unwrap_or(params))
    }
}

fn names_a_task(json: &RawJson) -> bool {
    memchr::memmem::find(json.bytes(), b"\"taskId\"").is_some()
}

/// Where a result of 2025-11-25 names the task that it belongs to.
const RELATED_TASK: &str = "io.modelcontextprotocol/related-task";

/// The server's id of the task that a result belongs to.
fn related_task(result: &RawJson) -> Option<String> {
    let members: RawObject<'_> = serde_json::from_str(result.as_str()).ok()?;
    let meta = members.read::<RawObject<'_>>("_meta").ok()??;
    meta.read::<RawObject<'_>>(RELATED_TASK).ok()??.read("taskId").ok()?
}

/// A result that belongs to a task, under the id that the caller knows; `None` for any other.
fn with_related_task(result: &RawJson, id: &str) -> Option<RawJson> {
    related_task(result)?;
    let nested = |object: &RawJson, name: &str, change: &dyn Fn(&RawJson) -> Option<RawJson>| {
        let members: RawObject<'_> = serde_json::from_str(object.as_str()).ok()?;
        let changed = change(&RawJson::copy_of(members.get(name)?))?;
        let mut writer = ObjectWriter::new(object.bytes().len() + 128);
        for (each, value) in members.iter() {
            writer.raw(each, if each == name { changed.bytes() } else { value.get().as_bytes() });
        }
        Some(writer.finish())
    };
    nested(result, "_meta", &|meta| nested(meta, RELATED_TASK, &|related| renamed(related, "taskId", id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_name_the_task_that_the_caller_knows() {
        let result = r#"{"content":[],"_meta":{"a":1,"io.modelcontextprotocol/related-task":{"taskId":"7"}}}"#;
        let result = RawJson::check(result).expect("json");
        assert_eq!(related_task(&result).as_deref(), Some("7"));
        let shown = with_related_task(&result, "sealed").expect("a result");
        assert_eq!(shown.as_str(), result.as_str().replace(r#""7""#, r#""sealed""#));
        assert!(with_related_task(&RawJson::check(r#"{"_meta":{"taskId":"7"}}"#).expect("json"), "x").is_none());
    }

    #[test]
    fn the_tool_of_a_task_is_told_by_the_call_that_made_it() {
        let (tasks, ann) = (Tasks::default(), Principal::operator("acme".parse().expect("a tenant")));
        let server: ServerName = "s".parse().expect("a name");
        let of = |own: &str| tasks.tool_of((ann.identity(), server.clone()), own);
        assert_eq!(of("t-1"), None);
        let calling = tasks.calling(&ann, &server, "one");
        assert_eq!(of("t-1").as_deref(), Some("one"));
        let other = tasks.calling(&ann, &server, "other");
        assert_eq!(of("t-2"), None, "either may have made it");
        drop((calling, other));
        assert_eq!((of("t-1").as_deref(), of("t-2")), (Some("one"), None));
        assert!(tasks.known().calls.is_empty());
        tasks.note((ann.identity(), server.clone()), "t-2", "other");
        assert_eq!(of("t-2").as_deref(), Some("other"));
    }
}
