//! Who administers through the console.

use serde::{Deserialize, Serialize};

use super::{Secret, Timestamp};

/// A document of `admin_users`: an account of the console.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdminUser {
    /// The e-mail address, in lower case.
    #[serde(rename = "_id")]
    pub email: String,
    /// argon2id, as a PHC string.
    pub password_hash: Secret,
    /// When it was made.
    pub created_at: Timestamp,
    /// Sessions that began before this have ended.
    pub sessions_since: Timestamp,
}

/// A document of `admin_sessions`: somebody who is logged in, or the link with which the first account is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdminSession {
    /// The SHA-256 of what the browser keeps, in hexadecimal: who reads the store can log in as nobody.
    #[serde(rename = "_id")]
    pub id: String,
    /// Whose; `None` for the link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Of the link alone: the SHA-256 of its token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, as far as it is written down.
    pub used_at: Timestamp,
    /// From where it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// With which browser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// When it ends.
    pub expires_at: Timestamp,
}
