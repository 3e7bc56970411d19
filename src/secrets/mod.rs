//! PORT: seal and open.
//!
//! Two things are sealed. Values that leave us and must come back unchanged, from the same caller and for the same
//! purpose ([`Sealer`]); and the fields of stored documents that hold other people's credentials ([`SealedStore`]), with
//! data keys that lie in the store only as a master key has wrapped them. The master key is never in the store. In a build
//! with the feature `queryable-encryption`, and on MongoDB, its driver seals them with the same keys (`queryable.rs`).

mod aws_kms;
/// The driver's encryption, in a build that has it.
#[cfg_attr(not(feature = "queryable-encryption"), path = "driverless.rs")]
#[cfg_attr(feature = "queryable-encryption", path = "queryable.rs")]
mod driver;
mod field;
mod keyring;
mod lifecycle;
mod master;
mod sealed_store;
mod sealer;

use std::path::PathBuf;

use crate::model::Secret;

pub use keyring::Keyring;
pub use lifecycle::{MasterUse, Migrated, Rotated, Secrets, SecretsProgress, SecretsStatus};
pub use sealed_store::SealedStore;
pub use sealer::{Sealer, random_text};

/// What wraps the data keys.
#[derive(Clone, Debug)]
pub struct SecretsConfig {
    /// What wraps them from now on.
    pub master: MasterSource,
    /// What may have wrapped them before.
    pub former: Vec<MasterSource>,
    /// Who we are at AWS KMS.
    pub aws: Option<AwsCredentials>,
    /// Of one question to a KMS.
    pub timeout: std::time::Duration,
}

/// Where a master key is.
#[derive(Clone, Debug)]
pub enum MasterSource {
    /// In a file of the operator's: 96 bytes, or their base64.
    File(PathBuf),
    /// In a file that is made on first use.
    OwnFile(PathBuf),
    /// Derived from `EMBEDDING_SECRET`.
    Derived(Secret),
    /// In AWS KMS, which does not give it out.
    Aws(AwsKey),
}

/// A key of AWS KMS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsKey {
    /// Its ARN.
    pub arn: String,
    /// Its region.
    pub region: String,
    /// `host` or `host:port`, where it is not AWS's own address.
    pub endpoint: Option<String>,
}

impl AwsKey {
    /// Where its KMS is.
    fn host(&self) -> String {
        self.endpoint.clone().unwrap_or_else(|| format!("kms.{}.amazonaws.com", self.region))
    }
}

/// Long-lived or session credentials.
#[derive(Clone, Debug)]
pub struct AwsCredentials {
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key_id: String,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_access_key: Secret,
    /// `AWS_SESSION_TOKEN`.
    pub session_token: Option<Secret>,
}
