//! Every route of the administration on one page: the router and the description are made of this table.

use std::sync::Arc;

use axum::Router;
use axum::http::{Method, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::routing::{self, MethodRouter};

use super::super::App;
use super::operation::{For, Operation, nothing, operate, other_method};
use super::{
    accounts, answer, audit, cache, catalog, embedding, guard, guardrails, openapi, policies, search, servers, session,
    settings, tenants,
};

type Handler = MethodRouter<Arc<App>>;

/// For administrators alone, what is not there included; but for logging in.
pub(in super::super) fn administration(app: &Arc<App>) -> Router<Arc<App>> {
    let (mut table, own) = (table(), get("/openapi.json", "This description", "Description"));
    let description = Arc::new(openapi::describe(table.iter().map(|(operation, _)| operation).chain([&own])));
    table.push((
        own,
        routing::get(move || {
            let description = Arc::clone(&description);
            async move { answer(StatusCode::OK, &description) }
        }),
    ));
    let (open, guarded): (Vec<_>, Vec<_>) =
        table.into_iter().partition(|(operation, _)| operation.for_whom == For::All);
    let routed = |table: Vec<(Operation, Handler)>| {
        let routed = table.into_iter().fold(Router::new(), |router, (operation, handler)| {
            let path = operation.path;
            let around = from_fn_with_state((Arc::clone(app), Arc::new(operation)), operate);
            router.route(path, handler.route_layer(around))
        });
        routed.method_not_allowed_fallback(other_method)
    };
    let guarded = routed(guarded).fallback(nothing).layer(from_fn_with_state(Arc::clone(app), guard));
    guarded.merge(routed(open))
}

fn get(path: &'static str, summary: &'static str, answer: &'static str) -> Operation {
    Operation::new(Method::GET, path, summary, answer)
}

fn post(path: &'static str, summary: &'static str, answer: &'static str) -> Operation {
    Operation::new(Method::POST, path, summary, answer)
}

fn put(path: &'static str, summary: &'static str, answer: &'static str) -> Operation {
    Operation::new(Method::PUT, path, summary, answer)
}

fn delete(path: &'static str, summary: &'static str, answer: &'static str) -> Operation {
    Operation::new(Method::DELETE, path, summary, answer)
}

const TENANT: &[&str] = &["tenant_id"];
const PAGED: &[&str] = &["tenant_id", "q", "limit", "cursor"];
const TOOLS: &[&str] = &["tenant_id", "q", "server", "status", "limit", "cursor"];
const RECORDS: &[&str] =
    &["tenant_id", "server", "tool", "outcome", "subject", "kind", "since", "until", "limit", "cursor", "format"];
const SPAN: &[&str] = &["tenant_id", "since", "until"];

fn table() -> Vec<(Operation, Handler)> {
    let mut table = of_sessions();
    table.extend(of_accounts());
    table.extend(of_servers());
    table.extend(of_tools());
    table.extend(of_search_and_policies());
    table.extend(of_the_gateway());
    table
}

fn of_sessions() -> Vec<(Operation, Handler)> {
    let session = |operation: Operation| operation.for_whom(For::Sessions);
    vec![
        (
            post("/login", "Log in; answers with a cookie and the token that changes need", "Session")
                .body("Credentials")
                .for_whom(For::All),
            routing::post(session::log_in),
        ),
        (
            post("/setup", "Make the first account with the link that the gateway printed", "Account")
                .body("SetUp")
                .status(201)
                .for_whom(For::All),
            routing::post(session::set_up),
        ),
        (session(get("/session", "Who is logged in", "Session")), routing::get(session::show)),
        (session(get("/sessions", "Where they are logged in", "Sessions")), routing::get(session::list)),
        (session(delete("/sessions/{id}", "End one of these sessions", "Ended")), routing::delete(session::end)),
        (
            session(post("/logout", "End this session, or all of its owner's", "Status").optional_body("Leave")),
            routing::post(session::log_out),
        ),
        (
            session(post("/password", "Change one's password; the other sessions end", "Status").body("NewPassword")),
            routing::post(session::change_password),
        ),
    ]
}

fn of_accounts() -> Vec<(Operation, Handler)> {
    vec![
        (get("/accounts", "Who has an account of the console", "Accounts"), routing::get(accounts::list)),
        (
            get("/accounts/{email}/sessions", "Where an account is logged in", "Sessions"),
            routing::get(accounts::sessions),
        ),
        (
            delete("/accounts/{email}/sessions", "End all sessions of an account", "SessionsEnded"),
            routing::delete(accounts::end),
        ),
        (
            post("/accounts/{email}/password", "Set an account's password; its sessions end", "SessionsEnded")
                .body("WantedPassword")
                .for_whom(For::Bearers),
            routing::post(accounts::set_password),
        ),
    ]
}

fn of_servers() -> Vec<(Operation, Handler)> {
    let tenant = |operation: Operation| operation.query(TENANT);
    vec![
        (get("/servers", "Servers by name", "ServerPage").query(PAGED), routing::get(servers::list)),
        (
            tenant(post("/servers", "Register a server", "Server").body("NewServer").status(201)),
            routing::post(servers::add),
        ),
        (
            tenant(
                post("/servers/import", "Register the servers of a desktop client's file", "Imported").body("Import"),
            ),
            routing::post(servers::import),
        ),
        (tenant(get("/servers/{name}", "A server, and how it does", "ServerDetail")), routing::get(servers::show)),
        (
            tenant(put("/servers/{name}", "Replace a server", "Server").body("ServerForm").conditional()),
            routing::put(servers::replace),
        ),
        (
            tenant(
                Operation::new(Method::PATCH, "/servers/{name}", "Change parts of a server", "Server")
                    .body("ServerPatch")
                    .conditional(),
            ),
            routing::patch(servers::change),
        ),
        (
            tenant(delete("/servers/{name}", "Forget a server and its tools", "ServerRemoved").conditional()),
            routing::delete(servers::remove),
        ),
        (
            tenant(post("/servers/{name}/test", "Connect to a server and say who answers", "Probe")),
            routing::post(servers::test),
        ),
    ]
}

fn of_tools() -> Vec<(Operation, Handler)> {
    let tenant = |operation: Operation| operation.query(TENANT);
    vec![
        (get("/catalog", "Tools by id", "ToolPage").query(TOOLS), routing::get(catalog::list)),
        (
            post("/catalog/sync", "Bring the catalog up to date with what the servers list", "SyncReport").body("Sync"),
            routing::post(catalog::sync),
        ),
        (
            tenant(get("/catalog/quarantine", "Tools that are kept back, with what changed", "KeptTools")),
            routing::get(catalog::quarantine),
        ),
        (tenant(get("/catalog/{tool_id}", "Everything about a tool", "ToolDetail")), routing::get(catalog::show)),
        (
            tenant(post("/catalog/{tool_id}/release", "Accept the definition that a tool has now", "Changed")),
            routing::post(catalog::release),
        ),
        (
            tenant(
                post("/catalog/{tool_id}/pin", "List a tool beside the discovery tools, or no longer", "Pinned")
                    .body("Pin"),
            ),
            routing::post(catalog::pin),
        ),
        (
            tenant(
                post("/catalog/{tool_id}/call", "Call a tool as the operator", "ToolResult").body("Call").unrecorded(),
            ),
            routing::post(catalog::call),
        ),
    ]
}

fn of_search_and_policies() -> Vec<(Operation, Handler)> {
    let tenant = |operation: Operation| operation.query(TENANT);
    vec![
        (
            post("/search", "Find tools, as the operator or as somebody else", "Found").body("Search").unrecorded(),
            routing::post(search::search),
        ),
        (
            tenant(get("/search/judged", "Requests whose right tools are known", "JudgedList")),
            routing::get(search::judged),
        ),
        (
            tenant(post("/search/judged", "Say which tools are right for a request", "Judged").body("Judgement")),
            routing::post(search::judge),
        ),
        (
            tenant(delete("/search/judged/{id}", "Forget a judged request", "JudgedRemoved")),
            routing::delete(search::forget),
        ),
        (
            tenant(
                post("/search/evaluate", "Measure the search by the judged requests", "Evaluation")
                    .optional_body("Evaluate")
                    .unrecorded(),
            ),
            routing::post(search::evaluate),
        ),
        (tenant(get("/policies", "Who may discover and call what", "Policies")), routing::get(policies::list)),
        (
            post("/policies/validate", "What is wrong with a policy", "Validation").body("PolicySource").unrecorded(),
            routing::post(policies::validate),
        ),
        (
            post("/policies/decide", "Whether somebody may call a tool", "Decision").body("Question").unrecorded(),
            routing::post(policies::decide),
        ),
        (tenant(get("/policies/{name}", "A policy", "Policy")), routing::get(policies::show)),
        (
            tenant(put("/policies/{name}", "Save a policy", "Policy").body("PolicySource").conditional()),
            routing::put(policies::save),
        ),
        (
            tenant(delete("/policies/{name}", "Remove a policy", "PolicyRemoved").conditional()),
            routing::delete(policies::remove),
        ),
    ]
}

fn of_the_gateway() -> Vec<(Operation, Handler)> {
    vec![
        (get("/tenants", "Whose catalogs there are", "Tenants"), routing::get(tenants::list)),
        (post("/tenants", "Make a tenant", "Tenant").body("NewTenant"), routing::post(tenants::provision)),
        (get("/tenants/{id}", "A tenant", "Tenant"), routing::get(tenants::show)),
        (
            delete("/tenants/{id}", "Remove a tenant with everything it has", "TenantRemoved"),
            routing::delete(tenants::remove),
        ),
        (get("/embedding", "The embedding space in force", "Embedding"), routing::get(embedding::show)),
        (
            put("/embedding", "Switch to another embedding space", "Embedding").body("Provider").or(202, "Switch"),
            routing::put(embedding::switch),
        ),
        (
            post("/embedding/test", "Ask a provider for a vector", "TestedProvider").body("Provider"),
            routing::post(embedding::test),
        ),
        (get("/embedding/status", "How the switch is", "Switch"), routing::get(embedding::status)),
        (post("/embedding/cancel", "Give the switch up", "Switch"), routing::post(embedding::cancel)),
        (
            post("/embedding/resume", "Have a switch that failed go on", "Switch").status(202),
            routing::post(embedding::resume),
        ),
        (get("/guardrails/signatures", "Known attacks", "Signatures"), routing::get(guardrails::signatures)),
        (
            post("/guardrails/signatures", "Add a known attack", "Signature").body("NewSignature").or(201, "Signature"),
            routing::post(guardrails::add_signature),
        ),
        (
            delete("/guardrails/signatures", "Remove a known attack", "Changed").query(&["id"]),
            routing::delete(guardrails::remove_signature),
        ),
        (
            post("/guardrails/check", "What the guardrails would do to a text", "Checked").body("Text").unrecorded(),
            routing::post(guardrails::check),
        ),
        (
            post("/cache/migrate", "Count, remove or embed anew what is of another space", "Migrated").body("Migrate"),
            routing::post(cache::migrate),
        ),
        (get("/audit", "What was executed, the latest first", "AuditPage").query(RECORDS), routing::get(audit::list)),
        (get("/audit/summary", "What it sums up to", "AuditSummary").query(SPAN), routing::get(audit::summary)),
        (get("/settings", "The configuration in force", "Settings"), routing::get(settings::show)),
    ]
}
