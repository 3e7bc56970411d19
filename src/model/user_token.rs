//! What a user has allowed us to do at a server in their name.

use serde::{Deserialize, Serialize};

use super::{ServerName, Timestamp};

/// A document of `user_tokens`: the tokens of one user at one server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UserToken {
    /// `<server>::<hash of the user's identity>`.
    #[serde(rename = "_id")]
    pub id: String,
    /// Where they are good.
    pub server: ServerName,
    /// Who vouches for the user; empty where nobody does.
    #[serde(default)]
    pub issuer: String,
    /// Whose they are.
    pub subject: String,
    /// The tokens, sealed for this tenant, this user and this server at its present address.
    pub sealed: String,
    /// Until then, one replica is exchanging them for newer ones and the others wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewing_until: Option<Timestamp>,
    /// When the user signed in.
    pub signed_in_at: Timestamp,
}
