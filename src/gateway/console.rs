//! Who may administer: accounts with passwords, and the sessions of their browsers.
//!
//! Every replica reads the same accounts and sessions. Attempts are counted in each replica by itself, by account and by
//! address, so that guessing costs time wherever it is tried.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;

use super::Gateway;
use crate::error::{Error, Kind, Result};
use crate::model::{AdminSession, AdminUser, Secret, Timestamp, hex};
use crate::quota::network;
use crate::secrets::random_text;
use crate::store::{Collection, Expect, Query, Stored};

/// A session that is not used for so long has ended; and in any case after the second.
const IDLE: Duration = Duration::from_secs(12 * 3600);
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);
/// Its last use is written down so often at most.
const NOTE_USE: Duration = Duration::from_secs(60);
/// How long the link is good with which the first account is made.
const LINK: Duration = Duration::from_secs(24 * 3600);
const LINK_ID: &str = "first-account";
/// Attempts that fail within this count against an account and an address.
const WINDOW: Duration = Duration::from_secs(15 * 60);
const PER_ACCOUNT: usize = 5;
const PER_ADDRESS: usize = 20;
/// Accounts and addresses that are counted; beyond, everybody waits.
const MAX_COUNTED: usize = 10_000;
/// Passwords that are looked at together: each takes 19 MiB and a core.
const AT_ONCE: usize = 2;
/// Shortest password, in characters (NIST SP 800-63B, section 3.1.1.2, for one that is not the only factor: 8).
const LEAST_PASSWORD: usize = 12;
const MOST_PASSWORD: usize = 1024;
const PURPOSE: &str = "console csrf";

/// How the first account is made.
#[derive(Clone, Debug)]
pub struct ConsoleConfig {
    /// Whether a start without any account makes the first one, or prints how to make it.
    pub is_enabled: bool,
    /// The first account: address and password.
    pub first: Option<(String, Secret)>,
}

/// Attempts and the room for looking at passwords.
pub(super) struct Console {
    failed: Mutex<HashMap<Against, Vec<Instant>>>,
    hashing: Arc<Semaphore>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Against {
    Account(String),
    Address(IpAddr),
}

/// Somebody who is logged in.
#[derive(Clone, Debug)]
pub struct LoggedIn {
    /// Who.
    pub email: String,
    /// Has to come along with whatever changes something.
    pub csrf_token: String,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    id: String,
}

/// A session as its owner sees it.
#[derive(Clone, Debug, Serialize)]
pub struct SessionSummary {
    /// For ending it.
    pub id: String,
    /// When it began.
    pub created_at: String,
    /// When it was last used.
    pub used_at: String,
    /// From where it began.
    pub address: Option<String>,
    /// With which browser.
    pub agent: Option<String>,
    /// Whether it is the one that asks.
    pub is_own: bool,
}

impl Default for Console {
    fn default() -> Self {
        Self { failed: Mutex::default(), hashing: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Against {
    /// An account with the password that it has: with another one, nobody has failed yet.
    fn account(email: &str, user: Option<&AdminUser>) -> Self {
        let hash = user.map_or("", |user| user.password_hash.expose());
        Self::Account(digest(&format!("{email} {hash}")))
    }
}

impl Console {
    /// How long whoever failed too often has to wait.
    fn wait(&self, who: &[Against]) -> Option<Duration> {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.retain(|_, times| {
            times.retain(|at| at.elapsed() < WINDOW);
            !times.is_empty()
        });
        let of = |against: &Against| {
            let limit = if matches!(against, Against::Account(_)) { PER_ACCOUNT } else { PER_ADDRESS };
            let times = failed.get(against)?;
            // Until the oldest of those that count has been forgotten.
            let oldest = times.get(times.len().checked_sub(limit)?)?;
            Some(WINDOW.saturating_sub(oldest.elapsed()))
        };
        let full = failed.len() >= MAX_COUNTED && !who.iter().any(|against| failed.contains_key(against));
        who.iter().filter_map(of).max().or(full.then_some(Duration::from_secs(1)))
    }

    /// Refuses whoever failed too often.
    fn check(&self, who: &[Against]) -> Result<()> {
        let Some(wait) = self.wait(who) else { return Ok(()) };
        let seconds = wait.as_secs() + 1;
        Err(Error::new(Kind::RateLimited, format!("too many attempts; try again in {seconds} s"))
            .data(serde_json::json!({ "retry_after_ms": seconds * 1000 })))
    }

    /// Counts an attempt as failed before it is looked at: many at once must not all be let try.
    fn attempt(&self, who: &[Against]) -> Result<()> {
        self.check(who)?;
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        for against in who {
            failed.entry(against.clone()).or_default().push(Instant::now());
        }
        Ok(())
    }

    /// It was no failure: the account begins anew, and the address is as before.
    fn succeeded(&self, who: &[Against]) {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        for against in who {
            match against {
                Against::Account(_) => drop(failed.remove(against)),
                Against::Address(_) => drop(failed.get_mut(against).and_then(Vec::pop)),
            }
        }
    }

    pub(super) async fn hashed(&self, password: &Secret) -> Result<Secret> {
        let password = password.clone();
        self.beside(move || {
            let salt = SaltString::generate(&mut OsRng);
            let hashed = hasher().hash_password(password.expose().as_bytes(), &salt);
            hashed.map(|hash| Secret::new(hash.to_string())).map_err(|_| Error::internal("a password was not hashed"))
        })
        .await?
    }

    async fn is_right(&self, password: &Secret, hash: &Secret) -> Result<bool> {
        let (password, hash) = (password.clone(), hash.clone());
        self.beside(move || {
            let Ok(hash) = PasswordHash::new(hash.expose()) else { return false };
            hasher().verify_password(password.expose().as_bytes(), &hash).is_ok()
        })
        .await
    }

    async fn beside<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let failed = |_| Error::internal("a password was not looked at");
        let room = Arc::clone(&self.hashing).acquire_owned().await.map_err(|_| failed(()))?;
        // The room is taken until it was looked at, also where whoever asked has left.
        let worked = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(room);
            done
        });
        worked.await.map_err(|_| failed(()))
    }
}

/// argon2id with 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet).
fn hasher() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

/// Looked at where there is no such account, so that it takes as long.
static NOBODYS: LazyLock<Secret> = LazyLock::new(|| {
    let salt = SaltString::generate(&mut OsRng);
    Secret::new(hasher().hash_password(b"nobody's", &salt).map(|hash| hash.to_string()).unwrap_or_default())
});

fn digest(token: &str) -> String {
    hex(&Sha256::digest(token))
}

fn address_of(email: &str) -> Result<String> {
    let email = email.trim().to_lowercase();
    let is_address = email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    if !is_address || email.len() > 254 || email.chars().any(|each| each.is_whitespace() || each.is_control()) {
        return Err(Error::invalid("`email` is no e-mail address").field("email"));
    }
    Ok(email)
}

pub(super) fn check_password(password: &Secret) -> Result<()> {
    if password.expose().chars().count() < LEAST_PASSWORD || password.expose().len() > MOST_PASSWORD {
        let wanted = format!("a password has at least {LEAST_PASSWORD} characters and at most {MOST_PASSWORD} bytes");
        return Err(Error::invalid(wanted).field("password").help("choose another one"));
    }
    Ok(())
}

impl Gateway {
    pub(super) fn admins(&self) -> Collection<AdminUser> {
        Collection::of_control(&self.store)
    }

    pub(super) fn admin_sessions(&self) -> Collection<AdminSession> {
        Collection::of_control(&self.store)
    }

    /// Makes the configured first account where there is none yet, else the link with which somebody makes it; `None`
    /// where there are accounts.
    ///
    /// # Errors
    /// The store's; [`Kind::InvalidInput`] for an address or a password that cannot be one.
    pub async fn first_account(&self) -> Result<Option<Secret>> {
        if self.has_admins().await? {
            self.admin_sessions().delete(LINK_ID).await?;
            return Ok(None);
        }
        if let Some((email, password)) = &self.config.console.first {
            match self.add_admin(address_of(email)?, self.console.hashed(password).await?).await {
                // Another replica started at the same time.
                Err(error) if error.kind() != Kind::Conflict => return Err(error),
                _ => {}
            }
            self.admin_sessions().delete(LINK_ID).await?;
            tracing::info!("made the first account that administers");
            return Ok(None);
        }
        self.new_link().await.map(Some)
    }

    /// The link with which somebody makes the first account, in place of a former one.
    pub(super) async fn new_link(&self) -> Result<Secret> {
        let token = Secret::new(random_text()?);
        let now = Timestamp::now();
        let link = AdminSession {
            id: LINK_ID.to_owned(),
            email: None,
            link: Some(digest(token.expose())),
            created_at: now,
            used_at: now,
            address: None,
            agent: None,
            expires_at: now.plus(LINK),
        };
        self.admin_sessions().put(&link, Expect::Any).await?;
        Ok(token)
    }

    /// Whether anybody has an account.
    ///
    /// # Errors
    /// The store's.
    pub async fn has_admins(&self) -> Result<bool> {
        Ok(self.admins().count(&Query::all().limit(1)).await? > 0)
    }

    async fn add_admin(&self, email: String, password_hash: Secret) -> Result<()> {
        let now = Timestamp::now();
        let user = AdminUser { email, password_hash, created_at: now, sessions_since: now };
        self.admins().put(&user, Expect::Absent).await.map(drop)
    }

    /// Makes the first account for whoever has the link.
    ///
    /// # Errors
    /// [`Kind::Forbidden`] for a link that is none, or used; [`Kind::InvalidInput`].
    pub async fn set_up(&self, token: &str, email: &str, password: &Secret) -> Result<()> {
        let wrong = || {
            Error::new(Kind::Forbidden, "the set-up link is used, too old or wrong")
                .help("while there is no account, `mcpgw account invite` prints another, and so does each start")
        };
        let email = address_of(email)?;
        check_password(password)?;
        let link = self.admin_sessions().get(LINK_ID).await?;
        let link = link.filter(|link| link.value.link.as_deref() == Some(&digest(token))).ok_or_else(wrong)?;
        if self.has_admins().await? {
            return Err(wrong());
        }
        let password_hash = self.console.hashed(password).await?;
        // Once: of two who come together, one has it.
        match self.admin_sessions().delete_unchanged(LINK_ID, link.revision).await {
            Err(error) if error.kind() == Kind::Conflict => return Err(wrong()),
            outcome => outcome?,
        }
        self.add_admin(email, password_hash).await
    }

    /// Logs somebody in; what their browser keeps.
    ///
    /// # Errors
    /// [`Kind::Unauthenticated`], the same for an unknown account and a wrong password; [`Kind::RateLimited`] with
    /// `retry_after_ms` after too many of these.
    pub async fn log_in(
        &self,
        email: &str,
        password: &Secret,
        address: Option<IpAddr>,
        agent: Option<&str>,
    ) -> Result<(Secret, LoggedIn)> {
        let email = email.trim().to_lowercase();
        let mut who: Vec<Against> = address.map(|address| Against::Address(network(address))).into_iter().collect();
        self.console.check(&who)?;
        let user = self.admins().get(&email).await?.map(|stored| stored.value);
        who.push(Against::account(&email, user.as_ref()));
        self.console.attempt(&who)?;
        let is_known = user.is_some();
        let wrong = || Error::new(Kind::Unauthenticated, "the e-mail address or the password is wrong");
        let hash = user.as_ref().map_or_else(|| NOBODYS.clone(), |user| user.password_hash.clone());
        let is_sane = password.expose().len() <= MOST_PASSWORD;
        if !is_sane || !self.console.is_right(password, &hash).await? || !is_known {
            return Err(wrong());
        }
        self.console.succeeded(&who);
        let token = Secret::new(random_text()?);
        let now = Timestamp::now();
        let session = AdminSession {
            id: digest(token.expose()),
            email: Some(email),
            link: None,
            created_at: now,
            used_at: now,
            address: address.map(|address| address.to_string()),
            agent: agent.map(|agent| agent.chars().filter(|each| !each.is_control()).take(200).collect()),
            expires_at: now.plus(IDLE),
        };
        self.admin_sessions().put(&session, Expect::Absent).await?;
        // The password may have been changed while it was looked at.
        let now_is = self.admins().get(session.email.as_deref().unwrap_or_default()).await?;
        if now_is.is_none_or(|user| user.value.password_hash != hash) {
            self.admin_sessions().delete(&session.id).await?;
            return Err(wrong());
        }
        let logged_in = self.logged_in_as(&session).await?;
        Ok((token, logged_in))
    }

    async fn session(&self, token: &str) -> Result<Option<Stored<AdminSession>>> {
        let Some(stored) = self.admin_sessions().get(&digest(token)).await? else { return Ok(None) };
        let Some(email) = &stored.value.email else { return Ok(None) };
        let user = self.admins().get(email).await?.map(|stored| stored.value);
        Ok(user.is_some_and(|user| user.sessions_since <= stored.value.created_at).then_some(stored))
    }

    /// Who the browser that keeps `token` is; `None` for nobody. The session is not used by that: for what a page asks
    /// by itself.
    ///
    /// # Errors
    /// The store's.
    pub async fn still_logged_in(&self, token: &str) -> Result<Option<LoggedIn>> {
        match self.session(token).await? {
            Some(stored) => self.logged_in_as(&stored.value).await.map(Some),
            None => Ok(None),
        }
    }

    /// Who the browser that keeps `token` is, and that they used their session now; `None` for nobody.
    ///
    /// # Errors
    /// The store's.
    pub async fn logged_in(&self, token: &str) -> Result<Option<LoggedIn>> {
        let Some(Stored { mut value, revision }) = self.session(token).await? else { return Ok(None) };
        let now = Timestamp::now();
        if now > value.used_at.plus(NOTE_USE) {
            value.used_at = now;
            value.expires_at = now.plus(IDLE).min(value.created_at.plus(LONGEST));
            // Another request may have noted it.
            let _ = self.admin_sessions().put(&value, Expect::Revision(revision)).await;
        }
        self.logged_in_as(&value).await.map(Some)
    }

    async fn logged_in_as(&self, session: &AdminSession) -> Result<LoggedIn> {
        let email = session.email.clone().unwrap_or_default();
        let csrf_token = self.sealer().await?.fingerprint(PURPOSE, &email, session.id.as_bytes());
        Ok(LoggedIn { email, csrf_token, expires_at: session.created_at.plus(LONGEST), id: session.id.clone() })
    }

    /// Ends the session that asks, or all of its owner's.
    ///
    /// # Errors
    /// The store's.
    pub async fn log_out(&self, session: &LoggedIn, everywhere: bool) -> Result<()> {
        if everywhere {
            let user = self.admins().get(&session.email).await?;
            if let Some(Stored { mut value, revision }) = user {
                value.sessions_since = Timestamp::now();
                self.admins().put(&value, Expect::Revision(revision)).await?;
            }
            self.delete_sessions(&session.email, None).await?;
        }
        self.admin_sessions().delete(&session.id).await.map(drop)
    }

    async fn stored_sessions(&self, email: &str) -> Result<Vec<AdminSession>> {
        let found = self.admin_sessions().find(&Query::all().equals("email", email)).await?;
        Ok(found.into_iter().map(|stored| stored.value).collect())
    }

    /// Forgets the sessions of an account but for the one of this id; how many these were.
    pub(super) async fn delete_sessions(&self, email: &str, but: Option<&str>) -> Result<usize> {
        let mut ended = 0;
        for session in self.stored_sessions(email).await?.iter().filter(|it| Some(it.id.as_str()) != but) {
            ended += usize::from(self.admin_sessions().delete(&session.id).await?);
        }
        Ok(ended)
    }

    /// Where the one who asks is logged in.
    ///
    /// # Errors
    /// The store's.
    pub async fn sessions_of(&self, session: &LoggedIn) -> Result<Vec<SessionSummary>> {
        self.sessions_at(&session.email, Some(session)).await
    }

    /// Where an account is logged in, as `asking` sees it.
    pub(super) async fn sessions_at(&self, email: &str, asking: Option<&LoggedIn>) -> Result<Vec<SessionSummary>> {
        let mut sessions = self.stored_sessions(email).await?;
        sessions.sort_by_key(|each| std::cmp::Reverse(each.used_at));
        let summary = |each: AdminSession| SessionSummary {
            is_own: asking.is_some_and(|asking| asking.id == each.id),
            id: each.id,
            created_at: each.created_at.to_string(),
            used_at: each.used_at.to_string(),
            address: each.address,
            agent: each.agent,
        };
        Ok(sessions.into_iter().map(summary).collect())
    }

    /// Ends one of them.
    ///
    /// # Errors
    /// [`Kind::NotFound`] where it is none of theirs.
    pub async fn end_session_of(&self, session: &LoggedIn, id: &str) -> Result<()> {
        if !self.stored_sessions(&session.email).await?.iter().any(|own| own.id == id) {
            return Err(Error::not_found("you have no such session"));
        }
        self.admin_sessions().delete(id).await.map(drop)
    }

    /// Gives the one who asks another password; all their other sessions end.
    ///
    /// # Errors
    /// [`Kind::InvalidInput`] for a wrong present password, and for one that cannot be one; [`Kind::RateLimited`] after
    /// too many wrong ones.
    pub async fn change_password(&self, session: &LoggedIn, present: &Secret, wanted: &Secret) -> Result<()> {
        check_password(wanted).map_err(|error| error.field("wanted"))?;
        let gone = || Error::not_found("your account was removed");
        let Stored { mut value, revision } = self.admins().get(&session.email).await?.ok_or_else(gone)?;
        let account = [Against::account(&session.email, Some(&value))];
        self.console.attempt(&account)?;
        if !self.console.is_right(present, &value.password_hash).await? {
            // Whoever asks is logged in all the same.
            return Err(Error::invalid("the present password is wrong").field("present"));
        }
        self.console.succeeded(&account);
        value.password_hash = self.console.hashed(wanted).await?;
        self.admins().put(&value, Expect::Revision(revision)).await?;
        self.delete_sessions(&session.email, Some(&session.id)).await.map(drop)
    }
}

impl LoggedIn {
    /// Whether this is the token that has to come along.
    pub fn is_csrf_token(&self, given: &str) -> bool {
        use subtle::ConstantTimeEq as _;
        bool::from(self.csrf_token.as_bytes().ct_eq(given.as_bytes()))
    }
}
