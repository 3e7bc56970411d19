//! May they: what a tenant's policies say about a caller, an action and a server or tool. Policies are written in
//! [Cedar](https://docs.cedarpolicy.com): what no `permit` allows is denied, and a `forbid` outweighs every `permit`.

use std::collections::{HashMap, HashSet};
use std::str::FromStr;
use std::sync::LazyLock;

use cedar_policy::{
    Authorizer, Context, Decision, Effect, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicyId, PolicySet,
    PrincipalConstraint, Request, ResourceConstraint, RestrictedExpression, Schema, ValidationMode, Validator,
};
use miette::Diagnostic;

use crate::error::{Error, Result};
use crate::model::{Policy, PolicyName, Principal, Server, Tool};

/// What policies may speak of.
pub const SCHEMA: &str = include_str!("policy.cedarschema");
/// In force for a tenant that has no policy named `default`: a scope that both sides have, or a caller without limits.
pub const SHIPPED: &str = "permit (principal, action, resource)\n\
    when { principal.unrestricted || resource.scopes.containsAny(principal.scopes) };\n";
/// The name under which [`SHIPPED`] is in force, and can be replaced.
pub const DEFAULT: &str = "default";

/// Longest text of a policy.
const MAX_BYTES: usize = 64 * 1024;
/// Faults of one text that are told.
const MOST_FAULTS: usize = 20;

/// What a caller wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// To see that it exists: lists, search, descriptions.
    Discover,
    /// To use it: tool calls, prompts, resources, completions.
    Call,
}

impl Action {
    /// Its name in policies.
    pub fn word(self) -> &'static str {
        match self {
            Self::Discover => "discover",
            Self::Call => "call",
        }
    }
}

/// What a caller wants it of.
#[derive(Clone, Copy, Debug)]
pub enum Resource<'a> {
    /// A server: its prompts and resources, which have no scopes of their own.
    Server(&'a Server),
    /// A tool, and the server that has it.
    Tool(&'a Server, &'a Tool),
}

/// What was decided, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether they may.
    pub is_allowed: bool,
    /// The names of the policies that decided, in order; none when it was denied for want of a `permit`.
    pub decided_by: Vec<String>,
    /// Policies that could not be evaluated; one that forbids denies then.
    pub errors: Vec<String>,
}

/// A tenant's policies, ready to be asked.
#[derive(Clone, Debug)]
pub struct Policies {
    /// By the principal and the resource that their heads name: only those that can apply are evaluated.
    groups: HashMap<(Option<EntityUid>, Option<EntityUid>), PolicySet>,
    /// The shipped rule and nothing else: scopes decide.
    is_shipped: bool,
    /// Why they cannot be used; then everything is denied.
    broken: Option<String>,
}

impl Default for Policies {
    fn default() -> Self {
        Self::compile(std::iter::empty())
    }
}

struct Vocabulary {
    schema: Schema,
    user: EntityTypeName,
    role: EntityTypeName,
    server: EntityTypeName,
    tool: EntityTypeName,
    discover: EntityUid,
    call: EntityUid,
    authorizer: Authorizer,
}

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
    let read = || -> std::result::Result<Vocabulary, Box<dyn std::error::Error>> {
        let action = EntityTypeName::from_str("Action")?;
        Ok(Vocabulary {
            schema: Schema::from_cedarschema_str(SCHEMA)?.0,
            user: EntityTypeName::from_str("User")?,
            role: EntityTypeName::from_str("Role")?,
            server: EntityTypeName::from_str("Server")?,
            tool: EntityTypeName::from_str("Tool")?,
            discover: EntityUid::from_type_name_and_id(action.clone(), EntityId::new("discover")),
            call: EntityUid::from_type_name_and_id(action, EntityId::new("call")),
            authorizer: Authorizer::new(),
        })
    };
    #[allow(clippy::expect_used, reason = "compiled in, and read by every test of this module")]
    read().expect("the schema that is compiled in")
});

/// Something that is wrong with the text of a policy.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Fault {
    /// What.
    pub message: String,
    /// In which line, from 1, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
}

impl Fault {
    fn of(error: &impl Diagnostic, text: &str) -> Self {
        let place = error.labels().and_then(|mut labels| labels.next()).map(|label| label.offset());
        let before = place.and_then(|place| text.as_bytes().get(..place));
        let line = before.map(|before| memchr::memchr_iter(b'\n', before).count() + 1);
        Self { message: error.to_string(), line }
    }

    fn whole(message: &str) -> Self {
        Self { message: message.to_owned(), line: None }
    }
}

/// What is wrong with the text of a policy, as far as it is told: its size, its syntax, and what it speaks of that the
/// schema does not know. Takes its time: not for a thread that serves others.
pub fn faults(name: &PolicyName, text: &str) -> Vec<Fault> {
    if text.len() > MAX_BYTES {
        return vec![Fault::whole(&format!("it is longer than {MAX_BYTES} bytes"))];
    }
    let mut faults = match parse(name, text) {
        Ok(set) => {
            let found = Validator::new(VOCABULARY.schema.clone()).validate(&set, ValidationMode::Strict);
            found.validation_errors().map(|error| Fault::of(error, text)).collect()
        }
        Err(faults) => faults,
    };
    faults.truncate(MOST_FAULTS);
    faults
}

/// Checks the text of a policy before it is saved.
///
/// # Errors
/// Says what is wrong with it.
pub fn check(name: &PolicyName, text: &str) -> Result<()> {
    match faults(name, text).as_slice() {
        [] => Ok(()),
        faults => Err(Error::invalid(format!("policy `{name}`: {}", joined(faults)))
            .field("source")
            .help("`mcpgw policy schema` shows what policies may speak of")),
    }
}

fn joined(faults: &[Fault]) -> String {
    let said = faults.iter().map(|fault| match fault.line {
        Some(line) => format!("line {line}: {}", fault.message),
        None => fault.message.clone(),
    });
    said.collect::<Vec<_>>().join("; ")
}

/// Statements of one text, under ids that start with the policy's name.
fn parse(name: &PolicyName, text: &str) -> std::result::Result<PolicySet, Vec<Fault>> {
    let parsed = PolicySet::from_str(text)
        .map_err(|errors| errors.iter().map(|error| Fault::of(error, text)).collect::<Vec<_>>())?;
    if parsed.num_of_templates() > 0 {
        return Err(vec![Fault::whole("templates (`?principal`, `?resource`) cannot be used")]);
    }
    let mut policies: Vec<_> = parsed.policies().collect();
    if policies.is_empty() {
        return Err(vec![Fault::whole("it holds no `permit` and no `forbid`")]);
    }
    // Ids are `policy0`, `policy1`, …: by length first, they are in the order of the text.
    policies.sort_by_key(|policy| (policy.id().to_string().len(), policy.id().to_string()));
    let many = policies.len() > 1;
    let named = policies.into_iter().enumerate().map(|(number, policy)| {
        let id = policy.annotation("id").map(str::to_owned);
        let id = id.or_else(|| many.then(|| (number + 1).to_string()));
        policy.new_id(PolicyId::new(id.map_or_else(|| name.to_string(), |id| format!("{name}#{id}"))))
    });
    PolicySet::from_policies(named).map_err(|error| vec![Fault::of(&error, text)])
}

impl Policies {
    /// From what is stored. A text that cannot be read denies everything: it may have forbidden something.
    pub fn compile<'a>(stored: impl Iterator<Item = &'a Policy>) -> Self {
        let mut policies = Self { groups: HashMap::new(), is_shipped: true, broken: None };
        let mut has_default = false;
        for policy in stored {
            policies.is_shipped = false;
            has_default |= policy.name.as_str() == DEFAULT;
            policies.add(&policy.name, &policy.text);
        }
        if !has_default && let Ok(name) = DEFAULT.parse() {
            policies.add(&name, SHIPPED);
        }
        policies
    }

    /// Denies everything, for the reason given.
    pub fn broken(reason: String) -> Self {
        Self { groups: HashMap::new(), is_shipped: false, broken: Some(reason) }
    }

    fn add(&mut self, name: &PolicyName, text: &str) {
        let set = match parse(name, text) {
            Ok(set) => set,
            Err(faults) => {
                self.broken = Some(format!("policy `{name}`: {}", joined(&faults)));
                return;
            }
        };
        for policy in set.policies() {
            let principal = match policy.principal_constraint() {
                PrincipalConstraint::Any | PrincipalConstraint::Is(_) => None,
                PrincipalConstraint::In(id) | PrincipalConstraint::Eq(id) | PrincipalConstraint::IsIn(_, id) => {
                    Some(id)
                }
            };
            let resource = match policy.resource_constraint() {
                ResourceConstraint::Any | ResourceConstraint::Is(_) => None,
                ResourceConstraint::In(id) | ResourceConstraint::Eq(id) | ResourceConstraint::IsIn(_, id) => Some(id),
            };
            let group = self.groups.entry((principal, resource)).or_default();
            if let Err(error) = group.add(policy.clone()) {
                self.broken = Some(format!("policy `{name}`: {error}"));
            }
        }
    }

    /// Whether there is only the shipped rule, and scopes decide.
    pub fn is_shipped(&self) -> bool {
        self.is_shipped
    }

    /// Whether `principal` may do `action` to `resource`.
    pub fn allow(&self, principal: &Principal, action: Action, resource: Resource<'_>) -> bool {
        if self.is_shipped {
            // What the shipped rule says, at the cost of comparing scopes.
            return principal.scopes.allow(match resource {
                Resource::Server(server) => &server.scopes,
                Resource::Tool(_, tool) => &tool.scopes,
            });
        }
        self.decide(principal, action, resource).is_allowed
    }

    /// As [`Self::allow`], with the policies that decided.
    pub fn decide(&self, principal: &Principal, action: Action, resource: Resource<'_>) -> Verdict {
        let denied = |error: String| Verdict { is_allowed: false, decided_by: Vec::new(), errors: vec![error] };
        if let Some(reason) = &self.broken {
            return denied(reason.clone());
        }
        match self.evaluate(principal, action, resource) {
            Ok(verdict) => verdict,
            Err(error) => denied(error),
        }
    }

    fn evaluate(
        &self,
        principal: &Principal,
        action: Action,
        resource: Resource<'_>,
    ) -> std::result::Result<Verdict, String> {
        let words = &*VOCABULARY;
        let user = EntityUid::from_type_name_and_id(words.user.clone(), EntityId::new(&principal.subject));
        let role = |role: &String| EntityUid::from_type_name_and_id(words.role.clone(), EntityId::new(role));
        let roles: Vec<EntityUid> = principal.roles.iter().map(role).collect();
        let (subject, server, tool) = resource_entities(resource)?;
        let mut resources = vec![None, Some(subject.clone())];
        if tool.is_some() {
            resources.push(Some(server.uid()));
        }
        let entities = [user_entity(&user, principal, &roles)?, server].into_iter().chain(tool);
        let entities = Entities::from_entities(entities, None).map_err(|error| error.to_string())?;
        let wanted = match action {
            Action::Discover => &words.discover,
            Action::Call => &words.call,
        };
        let request = Request::new(user.clone(), wanted.clone(), subject, Context::empty(), None);
        let request = request.map_err(|error| error.to_string())?;

        let principals: Vec<Option<EntityUid>> =
            std::iter::once(None).chain([Some(user)]).chain(roles.into_iter().map(Some)).collect();
        let (mut permits, mut forbids, mut errors) = (Vec::new(), Vec::new(), Vec::new());
        for principal in principals {
            for resource in &resources {
                let Some(group) = self.groups.get(&(principal.clone(), resource.clone())) else { continue };
                let response = words.authorizer.is_authorized(&request, group, &entities);
                let reasons = response.diagnostics().reason().map(ToString::to_string);
                match response.decision() {
                    Decision::Allow => permits.extend(reasons),
                    Decision::Deny => forbids.extend(reasons),
                }
                // Cedar skips what cannot be evaluated. Skipping a `forbid` would allow what it is there to prevent.
                for error in response.diagnostics().errors() {
                    errors.push(error.to_string());
                    let id = error_of(error);
                    if group.policy(id).is_some_and(|policy| policy.effect() == Effect::Forbid) {
                        forbids.push(id.to_string());
                    }
                }
            }
        }
        let is_allowed = forbids.is_empty() && !permits.is_empty();
        let mut decided_by = if is_allowed { permits } else { forbids };
        decided_by.sort_unstable();
        decided_by.dedup();
        Ok(Verdict { is_allowed, decided_by, errors })
    }
}

fn error_of(error: &cedar_policy::AuthorizationError) -> &PolicyId {
    match error {
        cedar_policy::AuthorizationError::PolicyEvaluationError(error) => error.policy_id(),
    }
}

fn texts<'a>(all: impl IntoIterator<Item = &'a String>) -> RestrictedExpression {
    RestrictedExpression::new_set(all.into_iter().map(|text| RestrictedExpression::new_string(text.clone())))
}

fn text(text: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(text.to_owned())
}

fn user_entity(id: &EntityUid, principal: &Principal, roles: &[EntityUid]) -> std::result::Result<Entity, String> {
    use crate::model::Scopes;
    let (unrestricted, scopes) = match &principal.scopes {
        Scopes::All => (true, texts([])),
        Scopes::Only(scopes) => (false, texts(scopes)),
    };
    let attributes = [
        ("tenant", text(principal.tenant.as_str())),
        ("issuer", text(&principal.issuer)),
        ("subject", text(&principal.subject)),
        ("unrestricted", RestrictedExpression::new_bool(unrestricted)),
        ("scopes", scopes),
    ];
    let attributes = attributes.into_iter().map(|(name, value)| (name.to_owned(), value));
    let tags = principal.attributes.iter().map(|(name, value)| (name.clone(), text(value)));
    Entity::new_with_tags(id.clone(), attributes, roles.iter().cloned(), tags).map_err(|error| error.to_string())
}

/// The id of the resource itself, and what is known of its server and of the tool.
fn resource_entities(resource: Resource<'_>) -> std::result::Result<(EntityUid, Entity, Option<Entity>), String> {
    let words = &*VOCABULARY;
    let (Resource::Server(server) | Resource::Tool(server, _)) = resource;
    let server_id = EntityUid::from_type_name_and_id(words.server.clone(), EntityId::new(server.name.as_str()));
    let attributes = HashMap::from([
        ("name".to_owned(), text(server.name.as_str())),
        ("transport".to_owned(), text(server.transport.kind().as_str())),
        ("scopes".to_owned(), texts(&server.scopes)),
    ]);
    let entity = Entity::new(server_id.clone(), attributes, HashSet::new()).map_err(|error| error.to_string())?;
    let Resource::Tool(_, tool) = resource else { return Ok((server_id, entity, None)) };
    let id = EntityUid::from_type_name_and_id(words.tool.clone(), EntityId::new(tool.exposed_name()));
    // Defaults as in MCP's `ToolAnnotations`.
    let hint = |name: &str, default: bool| {
        let stated = tool.annotations.as_ref().and_then(|hints| hints.get(name)).and_then(serde_json::Value::as_bool);
        RestrictedExpression::new_bool(stated.unwrap_or(default))
    };
    let attributes = HashMap::from([
        ("name".to_owned(), text(&tool.name)),
        ("server".to_owned(), text(server.name.as_str())),
        ("scopes".to_owned(), texts(&tool.scopes)),
        ("tags".to_owned(), texts(&tool.tags)),
        ("readOnly".to_owned(), hint("readOnlyHint", false)),
        ("destructive".to_owned(), hint("destructiveHint", true)),
        ("idempotent".to_owned(), hint("idempotentHint", false)),
        ("openWorld".to_owned(), hint("openWorldHint", true)),
    ]);
    let tool = Entity::new(id.clone(), attributes, HashSet::from([server_id])).map_err(|error| error.to_string())?;
    Ok((id, entity, Some(tool)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{Scopes, Timestamp};

    fn server(name: &str, scopes: &[&str]) -> Server {
        serde_json::from_value(json!({
            "name": name, "transport": "streamable_http", "url": "http://127.0.0.1:9/mcp", "is_enabled": true,
            "updated_at": 0, "scopes": scopes,
        }))
        .expect("a server")
    }

    fn tool(server: &str, name: &str, scopes: &[&str], annotations: serde_json::Value) -> Tool {
        serde_json::from_value(json!({
            "_id": format!("{server}::{name}"), "server": server, "name": name, "input_schema": { "type": "object" },
            "scopes": scopes, "annotations": annotations, "embedding": "", "embedding_model": "m", "embedding_dim": 0,
            "embedding_version": 0, "definition_hash": "", "definition": "{}", "status": "active", "tags": ["red"],
            "first_seen": 0, "last_seen": 0,
        }))
        .expect("a tool")
    }

    fn policies(texts: &[(&str, &str)]) -> Policies {
        let (created_at, updated_at) = (Timestamp::now(), Timestamp::now());
        let policy = |(name, text): &(&str, &str)| {
            let name: PolicyName = name.parse().expect("a name");
            check(&name, text).expect("a good policy");
            Policy { name, text: (*text).to_owned(), created_at, updated_at }
        };
        Policies::compile(texts.iter().map(policy).collect::<Vec<_>>().iter())
    }

    fn caller(scopes: &str, roles: &[&str]) -> Principal {
        let operator = Principal::operator("acme".parse().expect("a tenant"));
        let roles = roles.iter().map(|role| (*role).to_owned()).collect();
        Principal { subject: "ann".to_owned(), scopes: Scopes::from_list(scopes), roles, ..operator }
    }

    #[test]
    fn the_shipped_rule_is_the_rule_of_scopes() {
        // The same statements under a name, so that they are evaluated and not taken for what they say.
        let evaluated = policies(&[(DEFAULT, SHIPPED)]);
        let shipped = Policies::default();
        assert!(shipped.is_shipped() && !evaluated.is_shipped());
        let held = ["", "a", "b", "a,b", "ab"];
        let needed: [&[&str]; 5] = [&[], &["a"], &["b", "c"], &["a", "b"], &["A"]];
        for (held, needed) in held.iter().flat_map(|held| needed.iter().map(move |needed| (held, needed))) {
            let (server, tool) = (server("s", needed), tool("s", "t", needed, json!({})));
            let unrestricted = Principal { scopes: Scopes::All, ..caller("", &[]) };
            for principal in [caller(held, &[]), unrestricted] {
                for resource in [Resource::Server(&server), Resource::Tool(&server, &tool)] {
                    let expected = shipped.allow(&principal, Action::Call, resource);
                    let verdict = evaluated.decide(&principal, Action::Call, resource);
                    assert_eq!(verdict.is_allowed, expected, "{held} {needed:?} {verdict:?}");
                    assert!(verdict.errors.is_empty(), "{verdict:?}");
                    assert_eq!(shipped.decide(&principal, Action::Call, resource), verdict);
                }
            }
        }
    }

    #[test]
    fn what_forbids_outweighs_what_permits_wherever_it_is_written() {
        let policies = policies(&[
            ("ops", r#"permit (principal in Role::"ops", action, resource in Server::"s");"#),
            (
                "careful",
                r#"forbid (principal, action == Action::"call", resource) when { resource is Tool && resource.destructive };"#,
            ),
            ("ann", r#"@id("no-t2") forbid (principal == User::"ann", action, resource == Tool::"s__t2");"#),
        ]);
        let server = server("s", &["a"]);
        let safe = tool("s", "t", &["a"], json!({ "destructiveHint": false }));
        let unsaid = tool("s", "t", &["a"], json!({}));
        let second = tool("s", "t2", &["a"], json!({ "destructiveHint": false }));
        let decide =
            |principal: &Principal, action, tool| policies.decide(principal, action, Resource::Tool(&server, tool));
        let (ops, nobody) = (caller("", &["ops"]), caller("", &["other"]));
        assert_eq!(decide(&ops, Action::Call, &safe).decided_by, ["ops"]);
        assert!(!decide(&nobody, Action::Call, &safe).is_allowed);
        assert!(decide(&nobody, Action::Call, &safe).decided_by.is_empty(), "nothing permits it");
        assert!(decide(&ops, Action::Discover, &unsaid).is_allowed);
        let refused = decide(&ops, Action::Call, &unsaid);
        assert!(!refused.is_allowed && refused.decided_by == ["careful"], "{refused:?}");
        let refused = decide(&ops, Action::Discover, &second);
        assert!(!refused.is_allowed && refused.decided_by == ["ann#no-t2"], "{refused:?}");
        assert_eq!(decide(&caller("a", &[]), Action::Discover, &safe).decided_by, [DEFAULT]);
        assert!(policies.allow(&ops, Action::Call, Resource::Server(&server)));
    }

    #[test]
    fn what_cannot_be_read_or_evaluated_denies() {
        let (server, tool) = (server("s", &["a"]), tool("s", "t", &["a"], json!({})));
        let resource = Resource::Tool(&server, &tool);
        let everybody = Principal { scopes: Scopes::All, ..caller("", &[]) };
        let stored = |text: &str| Policy {
            name: "p".parse().expect("a name"),
            text: text.to_owned(),
            created_at: Timestamp::now(),
            updated_at: Timestamp::now(),
        };
        let unread = Policies::compile([stored("forbid (oops")].iter());
        assert!(!unread.allow(&everybody, Action::Discover, resource));
        assert!(unread.decide(&everybody, Action::Discover, resource).errors[0].contains("policy `p`"));
        // It was saved when the schema knew the attribute.
        let failing =
            Policies::compile([stored("forbid (principal, action, resource) when { principal.age < 18 };")].iter());
        let verdict = failing.decide(&everybody, Action::Discover, resource);
        assert!(!verdict.is_allowed && verdict.decided_by == ["p"] && !verdict.errors.is_empty(), "{verdict:?}");
        assert!(!Policies::broken("why".to_owned()).allow(&everybody, Action::Call, resource));
    }

    #[test]
    fn a_text_is_checked_before_it_is_saved() {
        let name: PolicyName = "p".parse().expect("a name");
        for wrong in [
            "",
            "// nothing",
            "permit (principal, action, resource)",
            "permit (principal, action, resource) when { resource.nope };",
            r#"permit (principal, action == Action::"delete", resource);"#,
            r#"permit (principal in Team::"x", action, resource);"#,
            r#"permit (principal == ?principal, action, resource);"#,
            r#"permit (principal, action, resource) when { principal.scopes == "a" };"#,
            r#"permit (principal, action, resource) when { principal.getTag("unit") == "x" };"#,
        ] {
            let error = check(&name, wrong).expect_err(wrong);
            assert!(error.chain().contains("policy `p`"), "{}", error.chain());
        }
        check(&name, r#"permit (principal, action, resource is Tool) when { principal.hasTag("unit") && principal.getTag("unit") == "x" && resource.tags.contains("red") };"#)
            .expect("attributes and tags can be asked for");
    }
}
