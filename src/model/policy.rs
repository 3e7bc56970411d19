//! What a tenant's administrators have written down about who may do what.

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
