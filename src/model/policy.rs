//! What a tenant's administrators have written down about who may do what.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{PolicyName, Timestamp};

/// A document of `policies`: one or more Cedar statements under one name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// What it is called.
    #[serde(rename = "_id")]
    pub name: PolicyName,
    /// The statements, checked when they were saved.
    pub text: String,
    /// When it was first saved.
    pub created_at: Timestamp,
    /// When it was last saved.
    pub updated_at: Timestamp,
}

/// A document of `session_context`: what a tenant knows of one of its users, for policies to ask for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UserContext {
    /// `user::<subject>`.
    #[serde(rename = "_id")]
    pub id: String,
    /// What they are.
    #[serde(default)]
    pub roles: BTreeSet<String>,
    /// Groups; to policies, roles too.
    #[serde(default)]
    pub groups: BTreeSet<String>,
    /// What else.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
}

impl UserContext {
    /// The id of what is known of `subject`.
    pub fn id_of(subject: &str) -> String {
        format!("user::{subject}")
    }
}
