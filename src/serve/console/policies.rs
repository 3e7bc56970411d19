//! The policies of a tenant: reading, changing, and what they would say of a call.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::caller::Caller;
use super::{Ui, parts, rendered};
use crate::auth::policy::SCHEMA;
use crate::error::{Error, Result};
use crate::gateway::{PolicyDecision, PolicySummary};

/// What a new policy begins with.
const BEGUN: &str = "// Callers whose token has the role “support” may see and call the tools of server “orders”.\n\
                     permit (\n  principal,\n  action,\n  resource\n)\nwhen { principal.roles.contains(\"support\") && resource.server == \"orders\" };\n";

#[derive(Template)]
#[template(path = "policies.html")]
struct Policies {
    ui: Ui,
    policies: Vec<PolicySummary>,
    /// The one that is edited; a new one, where it is not among them.
    edited: Edited,
    caller: Caller,
    server: String,
    tool: String,
    decided: Option<Result<Vec<PolicyDecision>>>,
}

struct Edited {
    name: String,
    text: String,
    is_new: bool,
    is_shipped: bool,
    revision: Option<String>,
    problem: Option<String>,
}

/// `?name=`: which policy; `?new=`: none of them. `?server=&tool=` and a caller: a decision.
pub(super) async fn page(ui: Ui) -> Response {
    let policies = match ui.app.gateway.list_policies(&ui.tenant).await {
        Ok(policies) => policies,
        Err(error) => return ui.failed(&error),
    };
    let edited = match Edited::of(&ui, &policies) {
        Ok(edited) => edited,
        Err(error) => return ui.failed(&error),
    };
    let [server, tool] = ["server", "tool"].map(|name| ui.asked(name).unwrap_or_default());
    let caller = Caller::asked(&ui);
    let decided = if server.is_empty() || tool.is_empty() {
        None
    } else {
        let decided = async { ui.app.gateway.decide(&caller.principal(&ui).await?, &server, &tool).await };
        Some(decided.await)
    };
    rendered(StatusCode::OK, &Policies { ui, policies, edited, caller, server, tool, decided })
}

impl Edited {
    fn of(ui: &Ui, policies: &[PolicySummary]) -> Result<Self> {
        if ui.asked("new").is_some() {
            let (name, text) = (String::new(), BEGUN.to_owned());
            return Ok(Self { name, text, is_new: true, is_shipped: false, revision: None, problem: None });
        }
        let wanted = ui.asked("name");
        let found = match &wanted {
            Some(name) => policies.iter().find(|policy| policy.name == *name),
            None => policies.first(),
        };
        let Some(policy) = found else {
            return Err(Error::not_found("this tenant has no policy of that name"));
        };
        Ok(Self {
            name: policy.name.clone(),
            text: policy.source.clone(),
            is_new: false,
            is_shipped: policy.shipped,
            revision: Some(policy.revision.clone()),
            problem: policy.problem.clone(),
        })
    }
}

impl Policies {
    fn at(&self, policy: &PolicySummary) -> String {
        self.ui.with(&[("name", &policy.name)])
    }

    /// Where something is asked of the one that is edited.
    fn admin(&self) -> String {
        self.ui.link(&format!("/admin/policies/{}", self.edited.name))
    }

    /// What an action is called.
    fn deed(decision: &PolicyDecision) -> &'static str {
        if decision.action == "discover" { "find it" } else { "call it" }
    }
}
