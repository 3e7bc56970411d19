//! What wraps the keys of what the store keeps sealed.

use std::path::PathBuf;
use std::time::Duration;

use super::{data_folder, layers};
use crate::embeddings::EmbeddingsConfig;
use crate::model::Secret;
use crate::secrets::{AwsCredentials, AwsKey, MasterSource, SecretsConfig};
use crate::store::{Location, StoreConfig};

/// Of one question to a KMS.
const TIMEOUT: Duration = Duration::from_secs(3);

#[derive(Clone, Copy)]
enum Provider {
    None,
    Local,
    Aws,
}

pub(super) fn read(
    layers: &mut layers::Layers,
    store: Option<&StoreConfig>,
    embeddings: Option<&EmbeddingsConfig>,
) -> Option<SecretsConfig> {
    const NAMES: &[(&str, Provider)] = &[("none", Provider::None), ("local", Provider::Local), ("aws", Provider::Aws)];
    let provider = layers.choice("KMS_PROVIDER", NAMES);
    let file = |name| layers.text(name).map(PathBuf::from);
    let (given, previous) = (file("QE_LOCAL_MASTER_KEY_FILE"), file("QE_LOCAL_PREVIOUS_MASTER_KEY_FILE"));
    // Whoever names a master key wants it used.
    let provider = match provider? {
        Provider::None if given.is_some() && !layers.is_given("KMS_PROVIDER") => Provider::Local,
        named => named,
    };
    let aws_key = read_aws_key(layers);
    let aws = read_credentials(layers);
    let derived = embeddings.and_then(|it| it.secret.clone()).map(MasterSource::Derived);
    let own = store.and_then(own_file).map(MasterSource::OwnFile);
    let given = given.map(MasterSource::File);
    // From the one that wraps to those that may have.
    let mut known: Vec<MasterSource> = match provider {
        Provider::Local => {
            if given.is_none() {
                layers.fault("`KMS_PROVIDER` is \"local\", which needs `QE_LOCAL_MASTER_KEY_FILE`".to_owned());
            }
            vec![given?]
        }
        Provider::Aws => {
            if layers.text("AWS_KMS_KEY_ARN").is_none() {
                layers.fault("`KMS_PROVIDER` is \"aws\", which needs `AWS_KMS_KEY_ARN`".to_owned());
            }
            if aws.is_none() {
                layers.fault(
                    "`KMS_PROVIDER` is \"aws\", which needs `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`".to_owned(),
                );
            }
            [Some(MasterSource::Aws(aws_key?)), given].into_iter().flatten().collect()
        }
        Provider::None => Vec::new(),
    };
    // One that cannot be read is said when it is needed.
    let previous = previous.map(|path| MasterSource::of_file(&path).unwrap_or_else(|_| vec![MasterSource::File(path)]));
    let previous = previous.into_iter().flatten();
    known.extend(derived.into_iter().chain(own).chain(previous));
    let mut known = known.into_iter();
    let Some(master) = known.next() else {
        // Without a store there is another fault already.
        store?;
        layers.fault("no home directory is known, so no master key can be kept; set KMS_PROVIDER".to_owned());
        return None;
    };
    Some(SecretsConfig { master, former: known.collect(), aws, timeout: TIMEOUT })
}

/// Beside an embedded store, so that it goes where the store goes; else in the user's data directory.
fn own_file(store: &StoreConfig) -> Option<PathBuf> {
    match &store.location {
        Location::Sqlite(path) => {
            let mut name = path.clone().into_os_string();
            name.push(".key");
            Some(name.into())
        }
        Location::MongoDb(_) => data_folder().map(|folder| folder.join("master.key")),
    }
}

fn read_aws_key(layers: &mut layers::Layers) -> Option<AwsKey> {
    const ARN: &str = "arn:aws:kms:REGION:ACCOUNT:key/ID";
    const ENDPOINT: &str = "https://HOST or https://HOST:PORT";
    let arn = layers.text("AWS_KMS_KEY_ARN")?.trim().to_owned();
    let region = arn.split(':').nth(3).filter(|region| arn.starts_with("arn:") && !region.is_empty());
    let Some(region) = region.map(str::to_owned) else {
        layers.refuse("AWS_KMS_KEY_ARN", ARN);
        return None;
    };
    let endpoint = layers.text("AWS_KMS_ENDPOINT").map(str::to_owned);
    let endpoint = match endpoint {
        None => None,
        Some(text) => {
            let url = if text.contains("://") { text } else { format!("https://{text}") };
            let url = url::Url::parse(&url).ok().filter(|url| url.scheme() == "https" && url.path() == "/");
            let host = url.as_ref().and_then(|url| {
                let host = url.host_str()?;
                Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
            });
            if host.is_none() {
                layers.refuse("AWS_KMS_ENDPOINT", ENDPOINT);
            }
            Some(host?)
        }
    };
    Some(AwsKey { arn, region, endpoint })
}

fn read_credentials(layers: &layers::Layers) -> Option<AwsCredentials> {
    let text = |name| layers.text(name).map(str::to_owned);
    Some(AwsCredentials {
        access_key_id: text("AWS_ACCESS_KEY_ID")?,
        secret_access_key: Secret::new(text("AWS_SECRET_ACCESS_KEY")?),
        session_token: text("AWS_SESSION_TOKEN").map(Secret::new),
    })
}
