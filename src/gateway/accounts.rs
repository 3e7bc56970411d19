//! The accounts of the console, as those see them who look after them.

use std::collections::HashMap;

use serde::Serialize;

use super::console::check_password;
use super::{Gateway, LoggedIn, SessionSummary};
use crate::error::{Error, Kind, Result};
use crate::model::{AdminUser, Secret, Timestamp, shortened};
use crate::secrets::random_text;
use crate::store::{Expect, Query, Stored};

/// One line of `account list`.
#[derive(Clone, Debug, Serialize)]
pub struct AccountSummary {
    /// The e-mail address.
    pub email: String,
    /// When it was made.
    pub created_at: String,
    /// Where it is logged in.
    pub sessions: usize,
}

impl Gateway {
    /// Every account, by its address.
    ///
    /// # Errors
    /// The store's.
    pub async fn accounts(&self) -> Result<Vec<AccountSummary>> {
        let mut sessions: HashMap<String, usize> = HashMap::new();
        for stored in self.admin_sessions().find(&Query::all()).await? {
            if let Some(email) = stored.value.email {
                *sessions.entry(email).or_default() += 1;
            }
        }
        let summary = |stored: Stored<AdminUser>| AccountSummary {
            sessions: sessions.get(&stored.value.email).copied().unwrap_or_default(),
            created_at: stored.value.created_at.to_string(),
            email: stored.value.email,
        };
        let mut accounts: Vec<_> = self.admins().find(&Query::all()).await?.into_iter().map(summary).collect();
        accounts.sort_unstable_by(|one, two| one.email.cmp(&two.email));
        Ok(accounts)
    }

    async fn account(&self, email: &str) -> Result<Stored<AdminUser>> {
        let email = email.trim().to_lowercase();
        self.admins().get(&email).await?.ok_or_else(|| {
            Error::not_found(format!("there is no account `{}`", shortened(&email)))
                .help("`mcpgw account list` names those that there are")
        })
    }

    /// Where an account is logged in, as `asking` sees it; its address with it.
    ///
    /// # Errors
    /// [`Kind::NotFound`]; the store's.
    pub async fn account_sessions(
        &self,
        email: &str,
        asking: Option<&LoggedIn>,
    ) -> Result<(String, Vec<SessionSummary>)> {
        let email = self.account(email).await?.value.email;
        let sessions = self.sessions_at(&email, asking).await?;
        Ok((email, sessions))
    }

    /// Ends every session of an account; how many there were.
    ///
    /// # Errors
    /// [`Kind::NotFound`]; the store's.
    pub async fn end_account_sessions(&self, email: &str) -> Result<usize> {
        let account = self.account(email).await?;
        self.put_without_sessions(account).await
    }

    /// Writes an account, which ends its sessions, and those that begin meanwhile.
    async fn put_without_sessions(&self, account: Stored<AdminUser>) -> Result<usize> {
        let Stored { mut value, revision } = account;
        value.sessions_since = Timestamp::now();
        self.admins().put(&value, Expect::Revision(revision)).await?;
        self.delete_sessions(&value.email, None).await
    }

    /// Gives an account another password, whatever it has; how many sessions ended with that, which are all.
    ///
    /// # Errors
    /// [`Kind::NotFound`]; [`Kind::InvalidInput`] for a password that cannot be one; the store's.
    pub async fn set_account_password(&self, email: &str, wanted: &Secret) -> Result<usize> {
        check_password(wanted)?;
        let mut account = self.account(email).await?;
        account.value.password_hash = self.console.hashed(wanted).await?;
        self.put_without_sessions(account).await
    }

    /// A password that nobody guesses.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn new_password() -> Result<Secret> {
        random_text().map(Secret::new)
    }

    /// Where the first account is made: a new link, in place of the one that was printed before.
    ///
    /// # Errors
    /// [`Kind::Refused`] where there is an account; the store's.
    pub async fn first_account_link(&self) -> Result<String> {
        if self.has_admins().await? {
            return Err(Error::new(
                Kind::Refused,
                "there is an account already, and the link makes the first one only",
            )
            .help("`mcpgw account list` names it, and `mcpgw account password EMAIL` lets its owner in again"));
        }
        let mut url = self.public(&["ui", "setup"])?;
        url.set_fragment(Some(self.new_link().await?.expose()));
        Ok(url.into())
    }
}
